"""Two models of one thing: the replay gives the plan, and the ledger the optimum, on every grid.

The embedded years and the real ones, and whatever may be asked of two days; the tolerances are
those of the design (model.md section 7).
"""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dcsim.errors import InfeasibleError
from dcsim.footprint.objective import objective_of
from dcsim.optimize.plan import balance_residual_mw
from dcsim.optimize.solve import optimize
from dcsim.report.study import Study, YearRun
from dcsim.run import checked_study, do_nothing, outcome_of, replay_under
from dcsim.scenario.load import load_scenario, shipped_scenarios
from dcsim.scenario.spec import Scenario
from dcsim.simulate.engine import simulate
from dcsim.traces.frame import Traces
from tests.askings import OBJECTIVES, Asking, World, askings, changed, worlds
from tests.conftest import scenario_of, traces_of
from tests.optimize.test_independent import NO_SHRINKING

REAL = ["BPAT", "CISO", "ERCO", "PJM", "SOCO"]

StudyOf = Callable[[str], Study]


def assert_agrees(study: Study) -> None:
    assert study.agreement.largest_difference_mw <= 1e-6
    assert abs(study.agreement.total_difference_frac) <= 1e-9
    years = [run.traces for run in study.years]
    for run in study.years:
        assert run.replay.events.empty
        assert balance_residual_mw(run.replay.energy).abs().max() < 1e-9
    for outcome in study.outcomes[1:]:
        in_ledger = objective_of(study.scenario.objective, years, outcome.by_year)
        assert in_ledger == pytest.approx(outcome.certificate.objective, rel=1e-9)


def assert_superset_law(study: Study) -> None:
    """More options are never worse; doing nothing is one, unless it breaks a limit."""
    years = [run.traces for run in study.years]
    totals = {
        outcome.strategy: objective_of(study.scenario.objective, years, outcome.by_year)
        for outcome in study.outcomes
        if outcome.strategy != "nothing" or not has_totals_to_keep(study.scenario)
    }
    for strategy, total in totals.items():
        assert totals["all"] <= total * (1 + 1e-9), strategy
        if strategy in study.scenario.strategies and "renewables" in totals:
            assert total <= totals["renewables"] * (1 + 1e-9), strategy
    if {"renewables", "nothing"} <= set(totals):
        assert totals["renewables"] <= totals["nothing"] * (1 + 1e-9)


def has_totals_to_keep(scenario: Scenario) -> bool:
    """Tell whether there are limits that doing nothing may break, such as a least coverage."""
    connection = {"import_mw", "export_mw", "ramp_mw_per_h"}
    return bool(scenario.limits.model_dump(exclude=connection, exclude_none=True))


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


def without_totals_to_keep() -> list[str]:
    """Return the shipped scenarios whose limits greedy cannot break, since it knows of none."""
    return [n for n in shipped_scenarios() if not has_totals_to_keep(load_scenario(n))]


@pytest.mark.parametrize("name", without_totals_to_keep())
def test_greedy_never_beats_the_plan(shipped_study: StudyOf, name: str) -> None:
    study = shipped_study(name)
    asked, years = study.scenario.objective, [run.traces for run in study.years]
    replayed = [replay_under(study, "greedy", year)[1] for year in range(len(years))]
    planned = objective_of(asked, years, study.chosen.by_year)
    assert objective_of(asked, years, replayed) >= planned * (1 - 1e-9)


@pytest.mark.real_data
@pytest.mark.parametrize("code", REAL)
def test_replay_and_ledger_agree_on_real_grids(real_study: StudyOf, code: str) -> None:
    assert_agrees(real_study(code))


@pytest.mark.real_data
@pytest.mark.parametrize("code", REAL)
def test_superset_law_on_real_grids(real_study: StudyOf, code: str) -> None:
    assert_superset_law(real_study(code))


def study_of(scenario: Scenario, years: list[Traces]) -> Study:
    """Plan, replay and account for hand-made years through the functions of a run."""
    plan = optimize(scenario, years)
    runs = tuple(
        YearRun(year, energy, simulate(scenario, year, plan.design, "follow_plan", energy))
        for year, energy in zip(years, plan.dispatches, strict=True)
    )
    outcomes = (do_nothing(scenario, years), outcome_of(scenario, years, plan))
    return checked_study(scenario, runs, outcomes, plan, {})


LIMITS: list[dict[str, Any]] = [
    {},
    {"ramp_mw_per_h": 2.0},
    {"ramp_mw_per_h": 1.0, "export_mw": 4.0},
    {"coverage_frac": 0.25},
    {"cfe_frac": 0.7},
    {"operational_t_per_year": 12_000.0},
    {"cost_usd_per_year": 6e6},
    {"land_ha": 40.0},
]


@NO_SHRINKING
@given(askings(), worlds(24), st.sampled_from(OBJECTIVES), st.sampled_from(LIMITS))
def test_whatever_is_asked_the_replay_is_the_plan(
    asking: Asking, world: World, objective: dict[str, Any], limits: dict[str, Any]
) -> None:
    """Batteries at their rates, own charging, ramps, export, surplus, what exists already."""
    asking = changed(changed(asking, "limits", **limits), "objective", **objective)
    scenario = scenario_of(**asking)
    try:
        study = study_of(scenario, [traces_of(scenario, **world)])
    except InfeasibleError:
        assume(False)
    assert_agrees(study)


@NO_SHRINKING
@given(
    askings(),
    st.lists(st.tuples(worlds(24), st.floats(0.5, 5)), min_size=2, max_size=3),
    st.sampled_from(OBJECTIVES),
    st.sampled_from(["all", "worst"]),
)
def test_the_replay_of_several_years_is_the_plan(
    asking: Asking, of_years: list[tuple[World, float]], objective: dict[str, Any], which: str
) -> None:
    scenario = scenario_of(**changed(asking, "objective", **objective, years=which))
    years = [
        traces_of(scenario, **world, name=f"y{n}", weight=weight)
        for n, (world, weight) in enumerate(of_years)
    ]
    try:
        study = study_of(scenario, years)
    except InfeasibleError:
        assume(False)
    assert_agrees(study)


@NO_SHRINKING
@given(askings(), worlds(24), st.floats(0.001, 0.2))
def test_two_objectives_in_order_end_in_a_ledger_of_cost(
    asking: Asking, world: World, slack: float
) -> None:
    two = {"minimize": "lexicographic", "slack_frac": slack}
    scenario = scenario_of(**changed(asking, "objective", **two))
    try:
        study = study_of(scenario, [traces_of(scenario, **world)])
    except InfeasibleError:
        assume(False)
    assert study.objective_unit == "USD"
    assert study.chosen.footprint.cost_usd == pytest.approx(
        study.chosen.certificate.objective, rel=1e-9
    )
    assert_agrees(study)
