"""Near-optimal plans: by hand, at what is left to spare, and held to the plan's own accounts."""

from dataclasses import replace

import pytest

from dcsim.errors import SolveError
from dcsim.footprint.accounts import account_years
from dcsim.footprint.money import capital_spent_usd
from dcsim.optimize.alternatives import near_plans
from dcsim.optimize.findings import NearPlan
from dcsim.optimize.plan import ROUNDING_MW, balance_residual_mw
from dcsim.optimize.solve import optimize
from dcsim.scenario.load import load_scenario
from dcsim.scenario.spec import Scenario
from dcsim.traces.frame import Traces, build_traces
from tests.conftest import scenario_of, traces_of
from tests.optimize.examples import NO_COST


def plans_of(scenario: Scenario, traces: Traces) -> dict[str, NearPlan]:
    plan = optimize(scenario, traces)
    return {near.aim: near for near in near_plans(scenario, [traces], plan, lambda step: None)}


def test_least_of_a_capacity_is_where_the_total_reaches_the_tolerance() -> None:
    """10 MW for an hour at 100 kg/MWh, wind at 50: 10 MW are best, 500 kg.

    50 w + 100 (10 - w) = 505 at w = 9.9 MW. Wind is all there is to build, so that this is the
    plan of least capital too; and where a MWh from the grid costs more than owning wind for an
    hour, the plan itself is the cheapest.
    """
    cost = NO_COST | {"wind_usd_per_mw": 1000, "energy_usd_per_mwh": 40}
    scenario = scenario_of(wind={}, embodied={"wind_kg_per_mwh": 50}, cost=cost)
    found = plans_of(scenario, traces_of(scenario, intensity=[100], wind=[1]))
    assert list(found) == ["wind_mw"]
    assert found["wind_mw"].design.wind_mw == pytest.approx(9.9)
    assert found["wind_mw"].dispatches[0]["grid_mw"].tolist() == pytest.approx([0.1])


def test_what_can_be_left_out_is_and_the_rest_is_at_its_best() -> None:
    """Wind at 50 kg/MWh and solar at 50.1 both in the one hour: no wind at all is 501 kg, not 505.

    The best is 500 kg with wind alone; what is to spare up to 505 kg is not wasted.
    """
    embodied = {"wind_kg_per_mwh": 50, "solar_kg_per_mwh": 50.1}
    scenario = scenario_of(wind={}, solar={}, embodied=embodied)
    traces = traces_of(scenario, intensity=[100], wind=[1], solar=[1])
    near = plans_of(scenario, traces)["wind_mw"]
    assert near.design.wind_mw == pytest.approx(0)
    assert near.design.solar_mw == pytest.approx(10)


def test_least_cost_within_the_tolerance_counts_what_only_cost_depends_on() -> None:
    """Two hours of 10 MW at 100 kg/MWh; wind at 99.5 kg/MWh is best: 1990 kg, at 1 USD/MWh.

    Up to 2009.9 kg all of it may be bought (2000 kg), at nothing but 1 USD for each MW of peak:
    10 USD, which the carbon plan's own program does not know of.
    """
    cost = NO_COST | {"energy_usd_per_mwh": 0, "demand_usd_per_mw_month": 1}
    cost |= {"wind_variable_usd_per_mwh": 1.0}
    scenario = scenario_of(wind={}, embodied={"wind_kg_per_mwh": 99.5}, cost=cost)
    traces = traces_of(scenario, intensity=[100, 100], wind=[1, 1], price=[0, 0])
    found = plans_of(scenario, traces)
    near = found["wind_mw"]
    assert near.design.wind_mw == pytest.approx(0)
    footprint = account_years(scenario, [traces], near.design, near.dispatches)
    assert footprint.total_kg == pytest.approx(2000)
    assert footprint.cost_usd == pytest.approx(10)
    assert "cost_usd" not in found  # it is the plan without wind


def test_two_days_of_the_quickstart_stay_within_the_tolerance() -> None:
    """And no plan has less of what another aims at; each balances in every hour."""
    scenario = load_scenario("quickstart", ["horizon.hours=48"])
    traces = build_traces(scenario)
    plan = optimize(scenario, traces)
    told: list[str] = []
    found = near_plans(scenario, [traces], plan, told.append)
    assert told[-2:] == [
        "near-optimal plan of least capital_usd",
        "near-optimal plan of least cost_usd",
    ]
    sizes = {near.aim: near.design.as_dict() for near in found}
    for near in found:
        total_kg = account_years(scenario, [traces], near.design, near.dispatches).total_kg
        assert total_kg <= 1.01 * plan.certificate.objective * (1 + 1e-9)
        assert balance_residual_mw(near.dispatches[0]).abs().max() < ROUNDING_MW
        if near.aim in near.design.as_dict():
            assert sizes[near.aim][near.aim] < plan.design.as_dict()[near.aim]
            assert all(
                sizes[near.aim][near.aim] <= s[near.aim] * (1 + 1e-9) + 1e-6 for s in sizes.values()
            )
    spent = [capital_spent_usd(scenario, near.design) for near in (plan, *found)]
    (least,) = (capital_spent_usd(scenario, n.design) for n in found if n.aim == "capital_usd")
    assert least == pytest.approx(min(spent))


def test_a_plan_of_least_cost_has_no_cheaper_one() -> None:
    scenario = load_scenario("quickstart", ["horizon.hours=24", "objective.minimize=cost"])
    assert "cost_usd" not in plans_of(scenario, build_traces(scenario))


def test_a_plan_that_is_not_proven_has_none_near() -> None:
    scenario = scenario_of(wind={})
    traces = traces_of(scenario, intensity=[100], wind=[1])
    plan = optimize(scenario, traces)
    stopped = replace(plan, certificate=replace(plan.certificate, is_optimal=False))
    assert near_plans(scenario, [traces], stopped, lambda step: None) == ()


def test_too_little_time_is_said() -> None:
    scenario = load_scenario("quickstart", ["horizon.hours=480"])
    traces = build_traces(scenario)
    plan = optimize(scenario, traces)
    hurried = scenario.model_copy(
        update={"solver": scenario.solver.model_copy(update={"time_limit_s": 1e-9})}
    )
    with pytest.raises(SolveError, match="near-optimal plans: HiGHS ended with Time limit"):
        near_plans(hurried, [traces], plan, lambda step: None)
