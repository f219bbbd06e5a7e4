"""What building and running a design costs: the cost ledger, and the capital it takes."""

import numpy as np
import pandas as pd

from dcsim.footprint.built import built_new, charged_cells_mwh, discharged_mwh
from dcsim.footprint.ledger import (
    CAPITAL,
    CARBON,
    DEMAND,
    EMBODIED,
    ENERGY,
    FIXED,
    OPERATIONAL,
    VARIABLE,
    CostLedger,
    CostRow,
    Ledger,
)
from dcsim.optimize.plan import Design
from dcsim.scenario.costs import Costs, costs_of
from dcsim.scenario.spec import Scenario
from dcsim.traces.frame import Traces, local_month_numbers
from dcsim.units import KG_PER_T, STEP_H


def cost_ledger(
    scenario: Scenario, traces: Traces, design: Design, energy: pd.DataFrame, carbon: Ledger
) -> CostLedger:
    """Return what a design that ran as an energy table says costs.

    Args:
        scenario: Gives costs, and what existed before.
        traces: Gives prices.
        design: What is built.
        energy: Energy table of a plan or of a replay.
        carbon: What is paid for, if carbon has a price.
    """
    costs = costs_of(scenario)
    cells_mwh = charged_cells_mwh(scenario, design, energy, traces.years)
    months = local_month_numbers(traces.index, scenario.datacenter.time_zone)
    amounts = {
        CAPITAL: capital_usd(costs, built_new(scenario, design), cells_mwh, traces.years),
        FIXED: fixed_usd(costs, design, traces.years),
        VARIABLE: variable_usd(costs, energy),
        ENERGY: energy_usd(traces, energy),
        DEMAND: {"grid": costs.demand_usd_per_mw_month * sum_of_peaks_mw(energy, months)},
        CARBON: carbon_usd(costs, carbon),
    }
    return CostLedger(
        tuple(
            CostRow(scope, source, usd)
            for scope, of_scope in amounts.items()
            for source, usd in of_scope.items()
        )
    )


def capital_usd(costs: Costs, new: Design, cells_mwh: float, years: float) -> dict[str, float]:
    """Return the share of capital that a horizon bears, by what is built new [USD]."""
    return {
        "solar": years * costs.solar_capital_usd_per_mw_year() * new.solar_mw,
        "wind": years * costs.wind_capital_usd_per_mw_year() * new.wind_mw,
        "battery cells": costs.cells_usd_per_mwh() * cells_mwh,
        "battery power": years * costs.battery_power_capital_usd_per_mw_year() * new.battery_mw,
        "extra servers": years * costs.servers_capital_usd_per_mw_year() * new.extra_server_mw,
    }


def fixed_usd(costs: Costs, design: Design, years: float) -> dict[str, float]:
    """Return the upkeep of what there is, old and new, however it runs [USD]."""
    battery_usd_per_year = (
        costs.battery_fixed_usd_per_mwh_year * design.battery_mwh
        + costs.battery_fixed_usd_per_mw_year * design.battery_mw
    )
    servers_usd_per_mw_year = costs.servers_fixed_usd_per_facility_mw_year()
    return {
        "solar": years * costs.solar_fixed_usd_per_mw_year * design.solar_mw,
        "wind": years * costs.wind_fixed_usd_per_mw_year * design.wind_mw,
        "battery": years * battery_usd_per_year,
        "extra servers": years * servers_usd_per_mw_year * design.extra_server_mw,
    }


def variable_usd(costs: Costs, energy: pd.DataFrame) -> dict[str, float]:
    """Return the upkeep that comes with each MWh, curtailed ones of solar and wind too [USD]."""
    solar_mwh, wind_mwh = (float(energy[name].sum()) * STEP_H for name in ("solar_mw", "wind_mw"))
    return {
        "solar": costs.solar_variable_usd_per_mwh * solar_mwh,
        "wind": costs.wind_variable_usd_per_mwh * wind_mwh,
        "battery": costs.battery_variable_usd_per_mwh * discharged_mwh(energy),
    }


def energy_usd(traces: Traces, energy: pd.DataFrame) -> dict[str, float]:
    """Return `sum_t p_t g_t`, and what exports earn as a cost below zero [USD]."""
    import_mwh = energy["grid_mw"].to_numpy() * STEP_H
    export_mwh = energy["export_mw"].to_numpy() * STEP_H
    return {
        "grid": float(traces.column("price_usd_per_mwh") @ import_mwh),
        "export": -float(traces.column("export_usd_per_mwh") @ export_mwh),
    }


def sum_of_peaks_mw(energy: pd.DataFrame, months: np.ndarray) -> float:
    """Return the sum of each month's highest import, a month that is cut counting whole [MW]."""
    return float(energy["grid_mw"].groupby(months).max().sum())


def carbon_usd(costs: Costs, carbon: Ledger) -> dict[str, float]:
    """Return what is paid for carbon [USD]."""
    usd_per_kg = costs.carbon_usd_per_t / KG_PER_T
    return {scope: usd_per_kg * carbon.total_kg(scope) for scope in (OPERATIONAL, EMBODIED)}


def capital_spent_usd(scenario: Scenario, design: Design) -> float:
    """Return what building a design takes before anything runs; what a budget limits [USD]."""
    costs, new = costs_of(scenario), built_new(scenario, design)
    return (
        costs.solar_usd_per_mw * new.solar_mw
        + costs.wind_usd_per_mw * new.wind_mw
        + costs.battery_usd_per_mwh * new.battery_mwh
        + costs.battery_usd_per_mw * new.battery_mw
        + costs.servers_usd_per_mw / costs.pue * new.extra_server_mw
    )
