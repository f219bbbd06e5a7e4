"""The ledger and the scores, by hand."""

import pytest

from dcsim.footprint.accounts import account
from dcsim.footprint.ledger import Ledger, Row
from dcsim.optimize.plan import Design
from dcsim.optimize.solve import optimize
from dcsim.simulate.engine import simulate
from tests.conftest import scenario_of, traces_of


def test_total_is_the_sum_of_rows_whole_or_in_part() -> None:
    ledger = Ledger(
        (Row("operational", "grid", 1), Row("embodied", "wind", 2), Row("embodied", "solar", 4))
    )
    assert ledger.total_kg() == 7
    assert ledger.total_kg("embodied") == 6
    assert ledger.total_kg(source="wind") == 2
    assert ledger.total_kg("operational", "wind") == 0
    assert ledger.as_frame()["kg"].sum() == 7


def test_two_hours_by_hand() -> None:
    """10 MW of load; 4 MW solar at 1 and 0, 8 MW wind at 0.5 and 1; 2 MWh greedy battery, 1 MW.

    Hour 0: 8 MW available, 2 imported at 100 kg/MWh. Hour 1: 8 available, 2 imported at 300.
    Operational 200 + 600 = 800 kg. Embodied solar 4 MWh at 50, wind 12 MWh at 10.
    Battery cells: 2 MWh at 8,766 kg over 2 years for 2 h: 2. Power: 1 MW at 8,766 over 1: 2.
    Servers: 3 MW at 8,766 over 3 years: 2.
    """
    embodied = {
        "solar_kg_per_mwh": 50,
        "wind_kg_per_mwh": 10,
        "battery_kg_per_mwh": 8766,
        "battery_life_years": 2,
        "battery_power_kg_per_mw": 8766,
        "battery_power_life_years": 1,
        "servers_kg_per_mw": 8766,
        "servers_life_years": 3,
    }
    scenario = scenario_of(embodied=embodied)
    traces = traces_of(scenario, intensity=[100, 300], solar=[1, 0], wind=[0.5, 1])
    traces.table["carbon_free_frac"] = [0.5, 0.25]
    design = Design(4, 8, 2, 1, 3)
    footprint = account(
        scenario, traces, design, simulate(scenario, traces, design, "greedy").energy
    )
    kg = {row.source: row.kg for row in footprint.ledger.rows}
    assert kg == pytest.approx(
        {
            "grid": 800,
            "solar": 200,
            "wind": 120,
            "battery cells": 2,
            "battery power": 2,
            "extra servers": 2,
        }
    )
    assert footprint.total_kg == pytest.approx(1126)
    scores = footprint.scores
    assert scores.coverage_frac == pytest.approx(1 - 4 / 20)
    assert scores.cfe_frac == pytest.approx(0.8 + (2 * 0.5 + 2 * 0.25) / 20)
    assert (scores.load_mwh, scores.grid_mwh, scores.peak_import_mw) == (20, 4, 2)


def test_zero_intensity_means_zero_operational_carbon() -> None:
    scenario = scenario_of()
    traces = traces_of(scenario, intensity=[0, 0])
    energy = simulate(scenario, traces, Design(), "none").energy
    assert account(scenario, traces, Design(), energy).ledger.total_kg("operational") == 0


def test_unserved_load_counts_as_covered_by_nobody() -> None:
    """6 of 10 MW imported, 4 unserved: own coverage is 0, not 40 %."""
    scenario = scenario_of(limits={"import_mw": 6})
    traces = traces_of(scenario, intensity=[100])
    energy = simulate(scenario, traces, Design(), "none").energy
    scores = account(scenario, traces, Design(), energy).scores
    assert scores.coverage_frac == pytest.approx(0)
    assert scores.unserved_mwh == 4


def test_power_charged_from_the_grid_is_not_own() -> None:
    """No own supply: 2 MWh charged at carbon-free share 0.5, all given back: coverage 0.

    Load 20 MWh; bought directly 10 at 0.5 and 8 at 0, delivered from the battery 2 at 0.5:
    CFE (5 + 0 + 1) / 20 = 0.3.
    """
    lossless = {"charge_efficiency": 1, "discharge_efficiency": 1}
    scenario = scenario_of(battery=lossless | {"min_mwh": 2, "min_mw": 2, "max_mwh": 2})
    traces = traces_of(scenario, intensity=[10, 300])
    traces.table["carbon_free_frac"] = [0.5, 0.0]
    plan = optimize(scenario, traces)
    scores = account(scenario, traces, plan.design, plan.dispatch).scores
    assert plan.dispatch["charge_mw"].tolist() == pytest.approx([2, 0])
    assert scores.coverage_frac == pytest.approx(0)
    assert scores.cfe_frac == pytest.approx(0.3)


def test_own_and_bought_power_mix_in_the_battery_and_lose_alike() -> None:
    """Hour 0: 12 MW of wind on 10 MW of load, so 2 own and 2 bought are charged at 0.5.

    The battery holds 2 MWh, half of them own, and gives 2 * 0.5 = 1 MWh in hour 1, half own.
    Coverage (10 + 0.5) / 20; CFE, with a grid that is never clean, the same.
    """
    spec = {"charge_efficiency": 0.5, "discharge_efficiency": 0.5, "max_c_rate": 4}
    scenario = scenario_of(
        battery=spec | {"min_mwh": 2, "max_mwh": 2, "min_mw": 4, "max_mw": 4},
        wind={"min_mw": 12, "max_mw": 12},
    )
    traces = traces_of(scenario, intensity=[1, 900], wind=[1, 0])
    plan = optimize(scenario, traces)
    assert plan.dispatch["charge_mw"].tolist() == pytest.approx([4, 0])
    assert plan.dispatch["discharge_mw"].tolist() == pytest.approx([0, 1])
    scores = account(scenario, traces, plan.design, plan.dispatch).scores
    assert scores.coverage_frac == pytest.approx(10.5 / 20)
    assert scores.cfe_frac == pytest.approx(10.5 / 20)


def test_extra_servers_are_charged_for_the_power_that_reaches_them() -> None:
    """3 facility MW at PUE 1.5 hold 2 MW of servers, at 8,766 kg over one year, for 2 h: 4 kg."""
    embodied = {"servers_kg_per_mw": 8766, "servers_life_years": 1}
    scenario = scenario_of(datacenter={"capacity_mw": 10, "pue": 1.5}, embodied=embodied)
    traces = traces_of(scenario, intensity=[1, 1])
    energy = simulate(scenario, traces, Design(), "none").energy
    ledger = account(scenario, traces, Design(extra_server_mw=3), energy).ledger
    assert ledger.total_kg(source="extra servers") == pytest.approx(4)
