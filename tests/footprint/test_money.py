"""The cost ledger: every row by hand, peaks by local month, and the plan's own total."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcsim.footprint.accounts import account, account_years
from dcsim.footprint.ledger import CostLedger, CostRow
from dcsim.footprint.money import capital_spent_usd, fixed_usd
from dcsim.optimize.plan import ENERGY_COLUMNS, Design
from dcsim.optimize.solve import optimize
from dcsim.scenario.costs import costs_of
from dcsim.scenario.spec import Scenario
from dcsim.traces.frame import Traces
from tests.conftest import scenario_of, traces_of

YEAR_H = 8766

ROUND = {
    "discount_frac": 0,
    "solar_usd_per_mw": YEAR_H,
    "solar_life_years": 1,
    "wind_usd_per_mw": 2 * YEAR_H,
    "wind_life_years": 2,
    "battery_usd_per_mw": YEAR_H,
    "battery_usd_per_mwh": YEAR_H,
    "servers_usd_per_mw": YEAR_H,
    "solar_fixed_usd_per_mw_year": YEAR_H,
    "wind_fixed_usd_per_mw_year": YEAR_H / 2,
    "battery_fixed_usd_per_mwh_year": YEAR_H / 4,
    "battery_fixed_usd_per_mw_year": YEAR_H / 2,
    "servers_fixed_usd_per_mw_year": YEAR_H,
    "solar_variable_usd_per_mwh": 0.5,
    "wind_variable_usd_per_mwh": 0.25,
    "battery_variable_usd_per_mwh": 2,
    "demand_usd_per_mw_month": 7,
    "carbon_usd_per_t": 100,
}
"""Costs that come out round over two hours."""

LIVES = {
    "battery_life_years": 2,
    "battery_cycle_life": 1e9,
    "battery_power_life_years": 1,
    "servers_life_years": 1,
}

OF_SOLAR_ALONE = {
    "solar_kg_per_mwh": 50,
    "wind_kg_per_mwh": 0,
    "battery_kg_per_mwh": 0,
    "battery_power_kg_per_mw": 0,
    "servers_kg_per_mw": 0,
}


def energy_of(traces: Traces, **columns: list[float]) -> pd.DataFrame:
    """An energy table written out by hand; what is not given is zero."""
    return pd.DataFrame(columns, index=traces.table.index).reindex(
        columns=list(ENERGY_COLUMNS), fill_value=0.0
    )


def test_two_hours_by_hand() -> None:
    """4 MW solar (1 existed), 8 wind (2), 2 MWh (1) and 1 MW (0.5) battery, 3 MW servers, PUE 2.

    A year's figure of 8,766 is 2 for two hours. Capital: solar 2 * 3, wind 2 * 6; cells 1 MWh of
    2 years at 8,766 for 2 h: 1; power 2 * 0.5; servers 2 / 2 * 3. Fixed, on all there is: 2 * 4,
    1 * 8, 0.5 * 2 + 1 * 1, 2 / 2 * 3. Variable: 0.5 * 4 MWh, 0.25 * 12, 2 * 1 discharged. Energy:
    2 at 10 and 3 at 30; 1 exported at 5. Demand: 3 MW at 7. Carbon: 200 + 900 kg, and 3 MWh of new
    solar at 50 kg, at 0.1 USD/kg.
    """
    scenario = scenario_of(
        datacenter={"capacity_mw": 10, "pue": 2},
        solar={"existing_mw": 1},
        wind={"existing_mw": 2},
        battery={"existing_mwh": 1, "existing_mw": 0.5},
        cost=ROUND,
        embodied=LIVES | OF_SOLAR_ALONE,
    )
    traces = traces_of(
        scenario,
        intensity=[100, 300],
        solar=[1, 0],
        wind=[0.5, 1],
        price=[10, 30],
        export_price=[0, 5],
    )
    energy = energy_of(
        traces,
        load_mw=[10, 10],
        solar_mw=[4, 0],
        wind_mw=[4, 8],
        discharge_mw=[0, 1],
        grid_mw=[2, 3],
        export_mw=[0, 1],
    )
    footprint = account(scenario, traces, Design(4, 8, 2, 1, 3), energy)
    usd = {(row.scope, row.source): row.usd for row in footprint.cost.rows}
    assert usd == pytest.approx(
        {
            ("capital", "solar"): 6,
            ("capital", "wind"): 12,
            ("capital", "battery cells"): 1,
            ("capital", "battery power"): 1,
            ("capital", "extra servers"): 3,
            ("fixed", "solar"): 8,
            ("fixed", "wind"): 8,
            ("fixed", "battery"): 2,
            ("fixed", "extra servers"): 3,
            ("variable", "solar"): 2,
            ("variable", "wind"): 3,
            ("variable", "battery"): 2,
            ("energy", "grid"): 110,
            ("energy", "export"): -5,
            ("demand", "grid"): 21,
            ("carbon", "operational"): 110,
            ("carbon", "embodied"): 15,
        }
    )
    assert footprint.cost_usd == pytest.approx(302)


@pytest.mark.parametrize(
    ("battery_mwh", "battery_mw", "hours", "usd"),
    [
        (166.36092205257324, 25.725915781325764, 8760, 1_488_237),
        (54.30864584381706, 8.072939708717373, 8760, 483_306),
        (4, 1, YEAR_H, 38_777),
        (8, 1, YEAR_H, 69_770),
    ],
)
def test_upkeep_of_a_battery_of_any_duration(
    battery_mwh: float, battery_mw: float, hours: int, usd: float
) -> None:
    """2.5 % a year of 309,930 USD/MWh and of 311,360 USD/MW: 7,748.25 and 7,784.

    The first two are the batteries of `quickstart` and `round-the-clock`, of six hours and a half
    and nearly seven, as planned while every MW was charged as one of a four-hour battery: 996,891
    and 312,830 USD.
    """
    design = Design(battery_mwh=battery_mwh, battery_mw=battery_mw)
    upkeep = fixed_usd(costs_of(scenario_of()), design, hours / YEAR_H)
    assert upkeep["battery"] == pytest.approx(usd, abs=1)


def test_total_is_the_sum_of_rows_whole_or_in_part() -> None:
    ledger = CostLedger((CostRow("energy", "grid", 8), CostRow("energy", "export", -2)))
    assert ledger.total_usd() == ledger.total_usd("energy") == 6
    assert ledger.total_usd(source="export") == -2
    assert ledger.total_usd("capital") == 0
    assert ledger.as_frame()["usd"].to_list() == [8, -2]


def test_peaks_are_of_local_months() -> None:
    """The year begins at 5:00 UTC in New York: peaks 5 in December and 3 in January, 8 in all."""
    grid_mw = [5.0, 1.0, 1.0, 1.0, 1.0, 3.0]
    for zone, peaks_mw in (("America/New_York", 8), ("UTC", 5)):
        datacenter = {"capacity_mw": 10, "time_zone": zone}
        scenario = scenario_of(datacenter=datacenter, cost={"demand_usd_per_mw_month": 10})
        traces = traces_of(scenario, intensity=[0] * 6)
        energy = energy_of(traces, load_mw=grid_mw, grid_mw=grid_mw)
        cost = account(scenario, traces, Design(), energy).cost
        assert cost.total_usd("demand") == pytest.approx(10 * peaks_mw), zone


def test_capital_spent_is_on_what_is_new() -> None:
    """3 MW solar at 8,766, 6 wind at twice that, 1 MWh, 0.5 MW, and 3 MW of servers at PUE 2."""
    scenario = scenario_of(
        datacenter={"capacity_mw": 10, "pue": 2},
        solar={"existing_mw": 1},
        wind={"existing_mw": 2},
        battery={"existing_mwh": 1, "existing_mw": 0.5},
        cost=ROUND,
    )
    spent = capital_spent_usd(scenario, Design(4, 8, 2, 1, 3))
    assert spent == pytest.approx(YEAR_H * (3 + 2 * 6 + 1 + 0.5 + 3 / 2))
    assert capital_spent_usd(scenario, Design(1, 2, 1, 0.5, 0)) == 0


@given(st.floats(0.5, 40), st.floats(0, 0.2), st.floats(1, 20))
def test_over_a_life_the_capital_is_paid_with_interest_and_no_less(
    life_years: float, discount_frac: float, solar_mw: float
) -> None:
    """One hour bears 1 / 8,766 of a year; a life of such hours bears the capital at no interest."""
    cost = {
        "solar_usd_per_mw": 1e6,
        "solar_life_years": life_years,
        "discount_frac": discount_frac,
    }
    scenario = scenario_of(cost=cost)
    traces = traces_of(scenario, intensity=[0])
    energy = energy_of(traces, load_mw=[10], grid_mw=[10])
    paid = account(scenario, traces, Design(solar_mw=solar_mw), energy).cost.total_usd("capital")
    over_life = paid * YEAR_H * life_years
    assert over_life >= 1e6 * solar_mw * (1 - 1e-9)
    if discount_frac == 0:
        assert over_life == pytest.approx(1e6 * solar_mw)


def everything(minimize: str) -> Scenario:
    """A scenario in which every part of cost and carbon counts."""
    weight = {"carbon_usd_per_t": 80.0} if minimize == "weighted" else {}
    return scenario_of(
        datacenter={
            "capacity_mw": 10,
            "pue": 1.2,
            "flexible": [{"name": "batch", "share_frac": 0.3, "deadline_h": 5}],
        },
        solar={"existing_mw": 3},
        wind={"existing_mw": 2, "max_mw": 9},
        embodied={"battery_cycle_life": 2000},
        battery={
            "existing_mwh": 4,
            "existing_mw": 1,
            "chemistry": "lfp",
            "depth_of_discharge": 0.8,
        },
        servers={"existing_mw": 1},
        limits={"export_mw": 4},
        cost={
            "demand_usd_per_mw_month": 2000,
            "carbon_usd_per_t": 50,
            "wind_variable_usd_per_mwh": 1,
            "battery_variable_usd_per_mwh": 0.5,
        },
        objective={"minimize": minimize, **weight},
    )


def made_up_year(scenario: Scenario, name: str, weight: float, seed: int) -> Traces:
    draws, hours = np.random.default_rng(seed), 36
    price = draws.uniform(20, 100, hours)
    return traces_of(
        scenario,
        intensity=draws.uniform(100, 600, hours),
        load=10 + draws.uniform(0, 5, hours),
        solar=np.maximum(np.sin(np.arange(hours) * 2 * np.pi / 24), 0),
        wind=draws.uniform(0, 1, hours),
        clean=draws.uniform(0, 1, hours),
        price=price,
        export_price=0.7 * price,
        surplus=5.0 * (draws.uniform(0, 1, hours) < 0.2),
        name=name,
        weight=weight,
    )


@pytest.mark.parametrize("minimize", ["carbon", "cost", "weighted", "lexicographic"])
def test_ledgers_are_what_the_plan_minimized(minimize: str) -> None:
    """Two years of weights 2 and 0.5, with surplus, exports, peaks, existing plants and wear."""
    scenario = everything(minimize)
    years = [made_up_year(scenario, "a", 2.0, 1), made_up_year(scenario, "b", 0.5, 2)]
    plan = optimize(scenario, years)
    found = account_years(scenario, years, plan.design, plan.dispatches)
    minimized = {
        "carbon": found.total_kg,
        "cost": found.cost_usd,
        "weighted": found.cost_usd + 0.08 * found.total_kg,
        "lexicographic": found.cost_usd,
    }
    assert minimized[minimize] == pytest.approx(plan.certificate.objective, rel=1e-9)
    assert found.cost.total_usd("demand") > 0
    assert found.scores.surplus_mwh > 0
