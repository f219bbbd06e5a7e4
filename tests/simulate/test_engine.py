"""The replay: policies on hand-made hours, events, refusals, and agreement with plans."""

import pytest

from dcsim.errors import SimulationError
from dcsim.footprint.accounts import account
from dcsim.optimize.plan import Design, balance_residual_mw, energy_columns
from dcsim.optimize.solve import optimize
from dcsim.simulate.engine import simulate
from tests.conftest import scenario_of, traces_of

LOSSLESS = {"charge_efficiency": 1, "discharge_efficiency": 1}


def test_greedy_charges_the_surplus_and_discharges_the_deficit() -> None:
    """15, 0, 0 MW of wind on 10 MW with 4 MWh and 3 MW: charge 3, give 3, import 7 and 10."""
    scenario = scenario_of(battery=LOSSLESS)
    traces = traces_of(scenario, intensity=[100, 100, 100], wind=[1, 0, 0])
    design = Design(wind_mw=15, battery_mwh=4, battery_mw=3)
    energy = simulate(scenario, traces, design, "greedy").energy
    assert energy["charge_mw"].tolist() == [3, 0, 0]
    assert energy["discharge_mw"].tolist() == [0, 3, 0]
    assert energy["grid_mw"].tolist() == [0, 7, 10]
    assert energy["curtailed_mw"].tolist() == [2, 0, 0]
    assert energy["stored_mwh"].tolist() == [3, 0, 0]


def test_none_leaves_the_battery_alone() -> None:
    scenario = scenario_of(battery=LOSSLESS)
    traces = traces_of(scenario, intensity=[100, 100], wind=[1, 0])
    energy = simulate(scenario, traces, Design(15, 15, 4, 3), "none").energy
    assert energy[["charge_mw", "discharge_mw"]].to_numpy().sum() == 0
    assert energy["grid_mw"].tolist() == [0, 10]


def test_import_limit_leaves_load_unserved_and_says_so() -> None:
    """10 MW of load and 6 MW of import: 4 MWh unserved in each of two hours, two events."""
    scenario = scenario_of(limits={"import_mw": 6})
    result = simulate(scenario, traces_of(scenario, intensity=[1, 1]), Design(), "none")
    assert result.energy["unserved_mw"].tolist() == [4, 4]
    assert result.energy["grid_mw"].tolist() == [6, 6]
    assert result.events["kind"].tolist() == ["import limit leaves load unserved"] * 2
    assert result.events["amount_mwh"].tolist() == [4, 4]
    assert balance_residual_mw(result.energy).abs().max() == 0


def test_export_comes_before_curtailment() -> None:
    scenario = scenario_of(limits={"export_mw": 1})
    traces = traces_of(scenario, intensity=[1], wind=[1])
    row = simulate(scenario, traces, Design(wind_mw=13), "none").energy.iloc[0]
    assert (row["export_mw"], row["curtailed_mw"]) == (1, 2)


def test_columns_and_index_are_those_of_a_plan() -> None:
    tier = {"name": "soon", "share_frac": 0.5, "deadline_h": 1}
    scenario = scenario_of(datacenter={"capacity_mw": 10, "flexible": [tier]})
    traces = traces_of(scenario, intensity=[300, 100, 200])
    plan = optimize(scenario, traces)
    result = simulate(scenario, traces, plan.design, "follow_plan", plan.dispatch)
    assert list(result.energy.columns) == energy_columns(scenario.datacenter.flexible)
    assert list(result.energy.columns) == list(plan.dispatch.columns)
    assert result.energy.index.equals(plan.dispatch.index)


def test_an_order_the_servers_cannot_run_is_refused() -> None:
    """A plan for 3 MW of extra servers does not run on a design that has none of them."""
    tier = {"name": "any", "share_frac": 1, "deadline_h": 1}
    embodied = {"servers_kg_per_mw": 0}
    scenario = scenario_of(
        datacenter={"capacity_mw": 10, "flexible": [tier]},
        servers={"max_mw": 3},
        embodied=embodied,
    )
    traces = traces_of(scenario, intensity=[300, 10])
    plan = optimize(scenario, traces)
    assert plan.design.extra_server_mw == pytest.approx(3)
    with pytest.raises(SimulationError, match="hour 1: 13 MW ordered to run; the servers carry 10"):
        simulate(scenario, traces, Design(), "follow_plan", plan.dispatch)


def test_a_plan_for_a_larger_battery_is_refused() -> None:
    scenario = scenario_of(battery=LOSSLESS | {"max_mwh": 4}, embodied={"battery_kg_per_mwh": 0})
    traces = traces_of(scenario, intensity=[10, 900])
    plan = optimize(scenario, traces)
    with pytest.raises(SimulationError, match="battery ordered to charge"):
        simulate(scenario, traces, Design(), "follow_plan", plan.dispatch)


def test_missed_deadlines_become_events() -> None:
    """A plan that serves nothing: 5 MWh late in hour 1, and 5 + 5 more when the horizon ends."""
    tier = {"name": "soon", "share_frac": 0.5, "deadline_h": 1}
    scenario = scenario_of(datacenter={"capacity_mw": 10, "flexible": [tier]})
    traces = traces_of(scenario, intensity=[1, 1, 1])
    lazy = optimize(scenario, traces).dispatch.assign(served_soon_mw=0.0)
    events = simulate(scenario, traces, Design(), "follow_plan", lazy).events
    assert events["kind"].unique().tolist() == ["soon work missed its deadline"]
    assert events["amount_mwh"].tolist() == pytest.approx([5, 10])


@pytest.mark.parametrize(
    ("policy", "words"), [("cleverest", "no policy 'cleverest'"), ("follow_plan", "needs a plan")]
)
def test_policies_that_cannot_be_are_refused(policy: str, words: str) -> None:
    scenario = scenario_of()
    with pytest.raises(SimulationError, match=words):
        simulate(scenario, traces_of(scenario, intensity=[1]), Design(), policy)


def test_replay_costs_what_the_plan_costs() -> None:
    """The tiny version of test_plan_agrees: battery, wind, two tiers, six hours."""
    tiers = [
        {"name": "soon", "share_frac": 0.3, "deadline_h": 1},
        {"name": "day", "share_frac": 0.3, "daily": True},
    ]
    scenario = scenario_of(
        datacenter={"capacity_mw": 10, "flexible": tiers},
        wind={},
        servers={},
        battery={"depth_of_discharge": 0.9},
        embodied={"battery_kg_per_mwh": 10, "battery_power_kg_per_mw": 10},
    )
    traces = traces_of(
        scenario, intensity=[300, 20, 250, 400, 90, 350], wind=[0, 1, 0.2, 0, 1, 0.1]
    )
    plan = optimize(scenario, traces)
    result = simulate(scenario, traces, plan.design, "follow_plan", plan.dispatch)
    assert plan.design.battery_mwh > 0.1
    assert (result.energy - plan.dispatch).abs().to_numpy().max() < 1e-9
    replayed = account(scenario, traces, plan.design, result.energy)
    assert replayed.total_kg == pytest.approx(plan.certificate.objective, rel=1e-9)


def test_what_the_grid_may_not_charge_waits_for_own_power() -> None:
    """3 MW of wind on 10 MW: greedy leaves the battery alone; an order to charge 4 is refused."""
    scenario = scenario_of(battery={**LOSSLESS, "grid_charging": False})
    traces = traces_of(scenario, intensity=[100, 100], wind=[1, 1])
    design = Design(wind_mw=3, battery_mwh=8, battery_mw=4)
    plan = simulate(scenario, traces, design, "greedy").energy
    assert plan["charge_mw"].tolist() == [0, 0]
    ordered = plan.assign(charge_mw=[4.0, 0.0], stored_mwh=[4.0, 0.0])
    with pytest.raises(SimulationError, match=r"4 MW ordered to charge.* generate 3 MW"):
        simulate(scenario, traces, design, "follow_plan", ordered)


def test_own_power_may_charge_up_to_what_there_is() -> None:
    scenario = scenario_of(battery={**LOSSLESS, "grid_charging": False})
    traces = traces_of(scenario, intensity=[100, 100], wind=[1, 1])
    design = Design(wind_mw=3, battery_mwh=8, battery_mw=4)
    idle = simulate(scenario, traces, design, "none").energy
    ordered = idle.assign(
        charge_mw=[3.0, 0.0], discharge_mw=[0.0, 3.0], stored_mwh=[3.0, 0.0], grid_mw=[10.0, 4.0]
    )
    energy = simulate(scenario, traces, design, "follow_plan", ordered).energy
    assert energy["grid_mw"].tolist() == [10, 4]
    assert energy["curtailed_mw"].tolist() == [0, 0]


def test_import_changes_no_faster_than_its_ramp() -> None:
    """10 MW of load, wind 0, 10, 0 MW, 4 MW/h: import falls to 6 (all of it curtailed), then 10.

    The fourth hour has 10 MW of wind again: import falls to 6.
    """
    scenario = scenario_of(limits={"ramp_mw_per_h": 4})
    traces = traces_of(scenario, intensity=[1, 1, 1, 1], wind=[0, 1, 0, 1])
    result = simulate(scenario, traces, Design(wind_mw=10), "none")
    assert result.energy["grid_mw"].tolist() == [10, 6, 10, 6]
    assert result.energy["curtailed_mw"].tolist() == [0, 6, 0, 6]
    assert balance_residual_mw(result.energy).abs().max() == 0
    assert result.events.empty


def test_import_that_may_not_rise_leaves_load_unserved() -> None:
    """Load of 2 and 10 MW at 3 MW/h: import rises to 5, and 5 MWh are unserved."""
    scenario = scenario_of(limits={"ramp_mw_per_h": 3})
    result = simulate(
        scenario, traces_of(scenario, intensity=[1, 1], load=[2, 10]), Design(), "none"
    )
    assert result.energy["grid_mw"].tolist() == [2, 5]
    assert result.events["amount_mwh"].tolist() == [5]


def test_a_plan_that_ramps_ahead_is_followed() -> None:
    """Load of 2 and 10 MW at 6 MW/h: the plan imports 4 in the first hour and curtails 2."""
    scenario = scenario_of(limits={"ramp_mw_per_h": 6})
    traces = traces_of(scenario, intensity=[1, 1], load=[2, 10])
    plan = optimize(scenario, traces)
    assert plan.dispatch["grid_mw"].tolist() == pytest.approx([4, 10])
    energy = simulate(scenario, traces, plan.design, "follow_plan", plan.dispatch).energy
    assert energy["curtailed_mw"].tolist() == pytest.approx([2, 0])
    assert (energy - plan.dispatch).abs().to_numpy().max() < 1e-9


def test_what_is_bought_is_not_exported() -> None:
    """Import may not fall below 6 MW: of the 4 MW left over, the 3 MW of wind are exported."""
    scenario = scenario_of(limits={"ramp_mw_per_h": 4, "export_mw": 20})
    traces = traces_of(scenario, intensity=[1, 1], load=[10, 5], wind=[0, 1])
    row = simulate(scenario, traces, Design(wind_mw=3), "none").energy.iloc[1]
    assert (row["grid_mw"], row["export_mw"], row["curtailed_mw"]) == (6, 3, 1)


def test_import_is_ordered_only_where_its_ramp_is_limited() -> None:
    """A table says 12 MW for 10 MW of load: 2 MW are curtailed under a ramp, else 10 are taken."""
    table = simulate(
        scenario_of(), traces_of(scenario_of(), intensity=[1]), Design(), "none"
    ).energy
    wrong = table.assign(grid_mw=12.0)
    for limits, grid_mw in (({}, 10), ({"ramp_mw_per_h": 5}, 12)):
        scenario = scenario_of(limits=limits)
        traces = traces_of(scenario, intensity=[1])
        energy = simulate(scenario, traces, Design(), "follow_plan", wrong).energy
        assert energy["grid_mw"].to_list() == [grid_mw]
