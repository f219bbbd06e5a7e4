"""What passes for no gap: judged by the size of what is at stake, also where the optimum is 0."""

from dataclasses import replace

import numpy as np
import pytest

from dcsim.errors import SolveError
from dcsim.optimize import solve as solving
from dcsim.optimize.certify import Proof
from dcsim.optimize.pareto import trace_front
from dcsim.optimize.solve import optimize
from dcsim.optimize.stake import share_of, size_of
from dcsim.scenario.spec import Scenario
from dcsim.traces.frame import Traces
from tests.conftest import scenario_of, traces_of
from tests.optimize.examples import NO_COST

LOAD_MW = 10.0


def plants_of(size: float, **parts: object) -> tuple[Scenario, Traces]:
    """Three days with plants and a battery that exist, at some size, and may be enlarged."""
    scenario = scenario_of(
        datacenter={
            "capacity_mw": LOAD_MW,
            "flexible": [{"name": "batch", "share_frac": 0.3, "deadline_h": 12}],
        },
        solar={"existing_mw": 12 * size},
        wind={"existing_mw": 18 * size},
        battery={"existing_mwh": 90 * size, "existing_mw": 22 * size},
        servers={},
        **parts,
    )
    hours, draws = 72, np.random.default_rng(4)
    traces = traces_of(
        scenario,
        intensity=draws.uniform(200, 700, hours),
        solar=np.maximum(np.sin((np.arange(hours) - 6) * np.pi / 12), 0),
        wind=draws.uniform(0.05, 0.9, hours),
        price=draws.uniform(20, 90, hours),
    )
    return scenario, traces


@pytest.mark.parametrize("size", np.geomspace(0.3, 300, 25).round(3).tolist())
def test_an_optimum_of_zero_is_taken_at_any_size_of_existing_plants(size: float) -> None:
    scenario, traces = plants_of(size)
    certificate = optimize(scenario, traces).certificate
    assert certificate.is_optimal
    assert abs(certificate.gap) <= 1e-9
    if size >= 3:
        assert certificate.objective == pytest.approx(0, abs=1e-6)


def test_an_optimum_without_any_cost_is_taken() -> None:
    cost = NO_COST | {"energy_usd_per_mwh": 0}
    scenario, traces = plants_of(1.0, cost=cost, objective={"minimize": "cost"})
    free = replace(traces, table=traces.table.assign(price_usd_per_mwh=0.0))
    certificate = optimize(scenario, free).certificate
    assert (certificate.objective, certificate.bound, certificate.gap) == (0, 0, 0)


@pytest.mark.parametrize("minimize", ["cost", "lexicographic"])
def test_an_optimum_of_zero_is_taken_in_money_too(minimize: str) -> None:
    scenario, traces = plants_of(30.0, cost=NO_COST, objective={"minimize": minimize})
    assert optimize(scenario, traces).certificate.objective == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("kind", ["carbon", "cost"])
def test_a_front_whose_ends_are_zero_is_traced(kind) -> None:
    scenario, traces = plants_of(30.0, cost=NO_COST)
    front = trace_front(scenario, [traces], "all", kind, points=4)
    assert all(abs(point.certificate.gap) <= 1e-9 for point in front.points)


def test_rounding_passes_for_no_gap_and_more_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Doing nothing takes 2,000 kg, so 1e-6 of a hundredth of it, 2e-5 kg, may be missing."""
    scenario = scenario_of(wind={"existing_mw": 30})
    traces = traces_of(scenario, intensity=[100, 100], wind=[1, 1])
    for short_kg, passes in ((1.92e-9, True), (1e-5, True), (1e-4, False)):
        proof = Proof(-short_kg, True, 0.0, 0.0)
        monkeypatch.setattr(solving, "prove", lambda *_, proof=proof: proof)
        if passes:
            assert optimize(scenario, traces).certificate.gap == pytest.approx(short_kg / 20)
            continue
        with pytest.raises(SolveError, match="not proven"):
            optimize(scenario, traces)


def test_a_small_total_is_a_share_of_what_is_at_stake() -> None:
    assert size_of(5.0, 100.0) == 5.0
    assert size_of(-5.0, 100.0) == 5.0
    assert size_of(0.0, 100.0) == 1.0
    assert share_of(0.0, 0.0, 0.0) == 0.0
    assert share_of(-1e-9, 0.0, 0.0) == -np.inf
