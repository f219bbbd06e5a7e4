"""The oracle of the design: five optima found by several solvers and modelling tools.

Problem and figures: model.md section 9; the scenario `reference-problem` is its statement in
dcsim's terms, and PyPSA reaches the same optima (tests/benchmarks).
"""

from collections.abc import Callable

import pytest

from dcsim.report.study import Study

OPTIMUM_KG = {
    "BPAT": 9257980.828,
    "CISO": 11565286.405,
    "ERCO": 10503635.365,
    "PJM": 12226543.762,
    "SOCO": 31000734.807,
}


@pytest.mark.real_data
@pytest.mark.parametrize("code", OPTIMUM_KG)
def test_reference_problem(real_study: Callable[[str], Study], code: str) -> None:
    certificate = real_study(code).chosen.certificate
    assert certificate is not None
    assert certificate.objective == pytest.approx(OPTIMUM_KG[code], rel=1e-6)
    assert certificate.gap <= 1e-9


@pytest.mark.real_data
@pytest.mark.parametrize("code", ["ERCO"])
def test_reference_design(real_study: Callable[[str], Study], code: str) -> None:
    """The optimum is flat, so the design is compared loosely: ranges at 1e-6 of the best total."""
    design = real_study(code).chosen.design
    assert design.solar_mw == pytest.approx(0, abs=1e-6)
    assert 159.84 <= design.wind_mw <= 160.58
    assert 54.86 <= design.battery_mwh <= 57.11
    assert 10.78 <= design.battery_mw <= 10.95
    assert 21.37 <= design.extra_server_mw <= 21.63
