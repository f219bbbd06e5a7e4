"""The whole problem in another formulation (`independent.py`) has the same optimum."""

from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from dcsim.errors import InfeasibleError
from dcsim.optimize.solve import optimize
from dcsim.scenario.load import load_scenario
from dcsim.traces.frame import build_traces
from tests.askings import OBJECTIVES, Asking, World, askings, changed, worlds
from tests.conftest import scenario_of, traces_of
from tests.optimize.independent import Independent


@pytest.mark.parametrize(
    "overrides",
    [
        [],
        ["battery.depth_of_discharge=0.6", "battery.max_c_rate=0.25"],
        ["embodied.battery_cycle_life=300", "embodied.battery_kg_per_mwh=3000"],
        ["limits.import_mw=30", "wind.max_mw=60", "solar.min_mw=5"],
        ["embodied.servers_kg_per_mw=20000", "datacenter.flexible.1.deadline_h=12"],
        ["battery.rate_limits={}", "battery.grid_charging=false", "limits.coverage_frac=0.7"],
        ["objective.minimize=cost", "cost.export_usd_per_mwh=10", "limits.export_mw=20"],
    ],
    ids=["as shipped", "depth and rate", "wear", "limits", "cheap servers", "rates", "cost"],
)
@pytest.mark.parametrize("start", ["2023-01-09T06:00Z", "2023-07-10T05:00Z"])
def test_same_optimum_in_another_formulation(overrides: list[str], start: str) -> None:
    week = [f"horizon.start={start}", "horizon.hours=120", "embodied.battery_kg_per_mwh=20000"]
    scenario = load_scenario("quickstart", [*week, *overrides])
    traces = build_traces(scenario)
    ours = optimize(scenario, traces).certificate.objective
    assert ours == pytest.approx(Independent(scenario, [traces]).optimum(), rel=1e-6)


LIMITS: list[dict[str, Any]] = [
    {},
    {"ramp_mw_per_h": 2.0},
    {"coverage_frac": 0.25},
    {"cfe_frac": 0.7},
    {"operational_t_per_year": 12_000.0},
    {"embodied_t_per_year": 800.0},
    {"total_t_per_year": 15_000.0},
    {"cost_usd_per_year": 6e6},
    {"budget_usd": 1e7},
    {"land_ha": 40.0},
]


NO_SHRINKING = settings(max_examples=20, phases=[Phase.explicit, Phase.reuse, Phase.generate])
"""A smaller case that fails would take minutes to find, and tell no more."""


def _same_optimum(asking: Asking, worlds_of_years: list[tuple[World, float]]) -> None:
    scenario = scenario_of(**asking)
    years = [
        traces_of(scenario, **world, name=f"y{n}", weight=weight)
        for n, (world, weight) in enumerate(worlds_of_years)
    ]
    theirs = Independent(scenario, years).optimum()
    try:
        plan = optimize(scenario, years)
    except InfeasibleError:
        assert theirs is None
        return
    assert plan.certificate.objective == pytest.approx(theirs, rel=1e-6, abs=1e-4)
    assert plan.certificate.gap <= 1e-9


@NO_SHRINKING
@given(askings(), worlds(24), st.sampled_from(OBJECTIVES), st.sampled_from(LIMITS))
def test_same_optimum_of_any_asking(asking, world, objective, limits) -> None:
    land = {"solar": {"ha_per_mw": 3.6}, "wind": {"ha_per_mw": 1.0}}
    for part, values in ({"limits": limits, "objective": objective} | land).items():
        asking = changed(asking, part, **values)
    _same_optimum(asking, [(world, 1.0)])


@NO_SHRINKING
@given(
    askings(),
    st.lists(st.tuples(worlds(24), st.floats(0.5, 5)), min_size=2, max_size=3),
    st.sampled_from(OBJECTIVES),
    st.sampled_from(["all", "worst"]),
    st.sampled_from(LIMITS),
)
def test_same_optimum_of_several_years(asking, years, objective, which, limits) -> None:
    asking = changed(changed(asking, "objective", **objective, years=which), "limits", **limits)
    _same_optimum(asking, years)


@NO_SHRINKING
@given(
    askings(),
    st.lists(st.tuples(worlds(24), st.floats(0.5, 5)), min_size=1, max_size=2),
    st.sampled_from(["all", "worst"]),
    st.floats(0.001, 0.2),
)
def test_same_optimum_of_two_objectives_in_order(asking, years, which, slack) -> None:
    two = {"minimize": "lexicographic", "slack_frac": slack, "years": which}
    _same_optimum(changed(asking, "objective", **two), years)
