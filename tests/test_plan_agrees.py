"""Two models of one thing: the replay gives the plan, and the ledger the optimum, on every grid.

The embedded years and the real ones; the tolerances are those of the design (model.md section 7).
"""

from collections.abc import Callable

import pytest

from dcsim.optimize.plan import balance_residual_mw
from dcsim.report.study import Study
from dcsim.run import replay_under
from dcsim.scenario.load import shipped_scenarios

REAL = ["BPAT", "CISO", "ERCO", "PJM", "SOCO"]

StudyOf = Callable[[str], Study]


def assert_agrees(study: Study) -> None:
    assert study.agreement.largest_difference_mw <= 1e-6
    assert abs(study.agreement.total_difference_frac) <= 1e-9
    assert study.replay.events.empty
    assert balance_residual_mw(study.replay.energy).abs().max() < 1e-9
    for outcome in study.outcomes[1:]:
        optimum_kg = outcome.certificate.objective
        assert outcome.footprint.total_kg == pytest.approx(optimum_kg, rel=1e-9)


def assert_superset_law(study: Study) -> None:
    totals = {outcome.strategy: outcome.footprint.total_kg for outcome in study.outcomes}
    for strategy, total_kg in totals.items():
        assert totals["all"] <= total_kg * (1 + 1e-9), strategy
        assert strategy == "nothing" or total_kg <= totals["renewables"] * (1 + 1e-9), strategy
    assert totals["renewables"] <= totals["nothing"] * (1 + 1e-9)


@pytest.mark.parametrize("name", shipped_scenarios())
def test_replay_and_ledger_agree_on_shipped_scenarios(shipped_study: StudyOf, name: str) -> None:
    assert_agrees(shipped_study(name))


@pytest.mark.parametrize("name", shipped_scenarios())
def test_superset_law_on_shipped_scenarios(shipped_study: StudyOf, name: str) -> None:
    assert_superset_law(shipped_study(name))


@pytest.mark.parametrize("name", shipped_scenarios())
def test_every_optimum_is_proven(shipped_study: StudyOf, name: str) -> None:
    for outcome in shipped_study(name).outcomes[1:]:
        assert outcome.certificate.status == "Optimal"
        assert outcome.certificate.gap <= 1e-9
        assert outcome.certificate.primal_violation <= 1e-6


@pytest.mark.parametrize("name", shipped_scenarios())
def test_greedy_never_beats_the_plan(shipped_study: StudyOf, name: str) -> None:
    study = shipped_study(name)
    _, footprint = replay_under(study, "greedy")
    assert footprint.total_kg >= study.chosen.footprint.total_kg * (1 - 1e-9)


@pytest.mark.real_data
@pytest.mark.parametrize("code", REAL)
def test_replay_and_ledger_agree_on_real_grids(real_study: StudyOf, code: str) -> None:
    assert_agrees(real_study(code))


@pytest.mark.real_data
@pytest.mark.parametrize("code", REAL)
def test_superset_law_on_real_grids(real_study: StudyOf, code: str) -> None:
    assert_superset_law(real_study(code))
