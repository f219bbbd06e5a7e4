"""Each constraint of the load's side alone, with the arithmetic in the docstring."""

import pandas as pd
import pytest

from dcsim.optimize.solve import optimize
from tests.conftest import scenario_of, traces_of
from tests.optimize.examples import NO_COST, NO_EMBODIED, Example, battery_of, example_of

ANY_TIME_WITHIN_AN_HOUR = {"name": "any", "share_frac": 1, "deadline_h": 1}


def balance() -> Example:
    """10 MW of load, 4 MW of wind in hour 0 only: import is 6 and 10 MW.

    6 * 100 + 10 * 300 = 3,600 kg.
    """
    parts = {"wind": {"min_mw": 4, "max_mw": 4}}
    return example_of(3600, parts, intensity=[100, 300], wind=[1, 0])


def serving_capacity() -> Example:
    """All work may wait an hour for a cleaner one; the peak of 10 MW leaves room for 6 of 10 MW.

    Hour 0 serves 4 MW at 300, hour 1 its own 4 and 6 more at 100, and 2 more on 2 MW of extra
    servers: 2 * 300 + 12 * 100 = 1,800 kg.
    """
    parts = {
        "datacenter": {"capacity_mw": 10, "flexible": [ANY_TIME_WITHIN_AN_HOUR]},
        "servers": {"max_mw": 2},
    }
    return example_of(1800, parts, intensity=[300, 100], load=[10, 4])


def backlog_flow() -> Example:
    """10 MWh arrive in hour 0 and may wait one hour: they run in hour 1, not in the cleaner 2.

    10 * 200 = 2,000 kg.
    """
    parts = {"datacenter": {"capacity_mw": 10, "flexible": [ANY_TIME_WITHIN_AN_HOUR]}}
    return example_of(2000, parts, intensity=[300, 200, 100], load=[10, 0, 0])


def daily_work() -> Example:
    """Two days of two hours, 10 MWh an hour, all free within its day, 10 MW of extra servers.

    Each day runs all 20 MWh in its cleaner hour, be it the first: 20 * 100 + 20 * 50 = 3,000 kg.
    """
    parts = {
        "datacenter": {
            "capacity_mw": 10,
            "flexible": [{"name": "any", "share_frac": 1, "daily": True}],
        },
        "servers": {"max_mw": 10},
    }
    return example_of(3000, parts, intensity=[100, 300, 400, 50], hours_per_day=2)


def export_own() -> Example:
    """Import may rise by 3 MW an hour to 10 MW, so 7 are bought where 4 are needed.

    Of the 3 MWh too much none are sold, for none are own: 17 * 20 = 340 USD. Sold at 15 they would
    bring 45.
    """
    parts = {
        "limits": {"ramp_mw_per_h": 3, "export_mw": 100},
        "objective": {"minimize": "cost"},
        "cost": NO_COST,
    }
    flat = {"price": [20, 20], "export_price": [15, 15]}
    return example_of(340, parts, intensity=[0, 0], load=[4, 10], **flat)


EXAMPLES = (balance, serving_capacity, backlog_flow, daily_work, export_own)


def test_all_work_is_done_by_the_end_of_the_horizon() -> None:
    """Work that arrives in the last hour cannot wait: 10 * 10 + 10 * 300 = 3,100 kg."""
    tier = {"name": "any", "share_frac": 1, "deadline_h": 5}
    parts = {"datacenter": {"capacity_mw": 10, "flexible": [tier]}}
    assert example_of(0, parts, intensity=[10, 300]).found() == pytest.approx(3100)


SELLING = {
    "objective": {"minimize": "cost"},
    "cost": NO_COST,
    "embodied": NO_EMBODIED,
    "limits": {"export_mw": 8},
}


def test_no_more_is_sold_than_is_discharged() -> None:
    """4 MWh bought at 10 are sold at 100, while the load of 4 MW is bought at 20: -280 USD.

    Up to 8 MW may be exported, and power bought at 20 could be sold on.
    """
    scenario = scenario_of(battery=battery_of(4, 4), **SELLING)
    world = {"intensity": [0, 0], "load": [0, 4], "price": [10, 20], "export_price": [0, 100]}
    plan = optimize(scenario, traces_of(scenario, **world))
    assert plan.certificate.objective == pytest.approx(4 * 10 + 4 * 20 - 4 * 100)


def test_what_is_over_is_sold_up_to_the_limit() -> None:
    """20 MW of own wind on 5 MW of load, 8 MW may be sold at 30: -240 USD; 7 MW are curtailed."""
    scenario = scenario_of(wind={"min_mw": 20, "max_mw": 20}, **SELLING)
    world = {"intensity": [100], "wind": [1], "load": [5], "price": [50], "export_price": [30]}
    plan = optimize(scenario, traces_of(scenario, **world))
    assert plan.certificate.objective == pytest.approx(-240)
    assert plan.certificate.bound == pytest.approx(-240)
    assert plan.certificate.is_rigorous
    row = plan.dispatch.iloc[0]
    assert (row["export_mw"], row["curtailed_mw"]) == pytest.approx((8, 7))


def test_a_battery_may_be_sold_from() -> None:
    """4 MWh of wind left over in an hour that pays nothing are sold in the next at 30: -120 USD."""
    battery = {"min_mwh": 9, "max_mwh": 9, "charge_efficiency": 1, "discharge_efficiency": 1}
    scenario = scenario_of(wind={"min_mw": 4, "max_mw": 4}, battery=battery, **SELLING)
    world = {"price": [50, 50], "export_price": [0, 30], "load": [0, 0], "wind": [1, 0]}
    plan = optimize(scenario, traces_of(scenario, intensity=[0, 0], **world))
    assert plan.certificate.objective == pytest.approx(-120)
    assert plan.dispatch["export_mw"].tolist() == pytest.approx([0, 4])


def test_import_that_is_bought_for_its_ramp_leaves_own_power_to_sell() -> None:
    """Load 5, 10, 5 MW, wind 4, 0, 4 MW; import may change by 4 MW: 6, 10, 6 MW, needed are 1.

    Of the 5 MW too much 4 are own and sold at the price of import: 50 (22 - 8) = 700 USD.
    """
    limits = {"limits": {"export_mw": 8, "ramp_mw_per_h": 4}}
    scenario = scenario_of(wind={"min_mw": 4, "max_mw": 4}, **(SELLING | limits))
    world = {"load": [5, 10, 5], "wind": [1, 0, 1], "price": [50] * 3, "export_price": [50] * 3}
    plan = optimize(scenario, traces_of(scenario, intensity=[100] * 3, **world))
    assert plan.certificate.objective == pytest.approx(700)
    expected = pd.DataFrame({"grid_mw": [6, 10, 6], "export_mw": [4, 0, 4], "curtailed_mw": 1})
    expected.loc[1, "curtailed_mw"] = 0
    found = plan.dispatch[list(expected.columns)].to_numpy()
    assert found == pytest.approx(expected.to_numpy())


def test_export_earns_no_carbon_credit() -> None:
    """20 MW of free wind sell 10 MW; the load's own 10 MW are clean: 0 kg, and not less."""
    scenario = scenario_of(
        wind={"min_mw": 20, "max_mw": 20}, limits={"export_mw": 10}, embodied=NO_EMBODIED
    )
    traces = traces_of(scenario, intensity=[500], wind=[1], price=[50], export_price=[50])
    assert optimize(scenario, traces).certificate.objective == pytest.approx(0)
