"""A ledger and scores from an energy table: what running and making it cost the climate."""

from dataclasses import dataclass

import pandas as pd

from dcsim.footprint.ledger import EMBODIED, OPERATIONAL, Ledger, Row
from dcsim.optimize.plan import Design
from dcsim.scenario.rates import Rates, rates_of
from dcsim.scenario.spec import Scenario
from dcsim.traces.frame import Traces
from dcsim.units import STEP_H


@dataclass(frozen=True)
class Scores:
    """Shares and energies over the horizon, [-] and [MWh].

    `coverage_frac`: share of the load met by own solar and wind, directly or through the battery:
    `1 - import / load`, so that what charging from the grid loses counts against it.
    `cfe_frac`: coverage, and grid import weighted with the grid's carbon-free share of the hour
    (24/7 carbon-free energy score).
    """

    coverage_frac: float
    cfe_frac: float
    load_mwh: float
    grid_mwh: float
    renewable_mwh: float
    curtailed_mwh: float
    exported_mwh: float
    discharged_mwh: float
    unserved_mwh: float
    peak_import_mw: float


@dataclass(frozen=True)
class Footprint:
    """What a design and its running cost the climate."""

    ledger: Ledger
    scores: Scores

    @property
    def total_kg(self) -> float:
        """Return operational and embodied carbon over the horizon [kg CO2e]."""
        return self.ledger.total_kg()


def account(scenario: Scenario, traces: Traces, design: Design, energy: pd.DataFrame) -> Footprint:
    """Account for a design that ran as an energy table says.

    Args:
        scenario: Gives the embodied rates and the depth of discharge.
        traces: Gives intensity and the grid's carbon-free share.
        design: What is built.
        energy: Energy table of a plan or of a replay.
    """
    rows = (operational_row(traces, energy), *embodied_rows(scenario, traces, design, energy))
    return Footprint(Ledger(rows), scores_of(traces, energy))


def operational_row(traces: Traces, energy: pd.DataFrame) -> Row:
    """Return `sum_t ci_t g_t`: import times intensity, hour by hour."""
    import_mwh = energy["grid_mw"].to_numpy() * STEP_H
    return Row(OPERATIONAL, "grid", float(traces.column("intensity_kg_per_mwh") @ import_mwh))


def embodied_rows(
    scenario: Scenario, traces: Traces, design: Design, energy: pd.DataFrame
) -> tuple[Row, ...]:
    """Return the embodied carbon of each component over the horizon."""
    rates: Rates = rates_of(scenario.embodied)
    years = traces.years
    cells_mwh = rates.cells_used_up_mwh(
        design.battery_mwh,
        float(energy["discharge_mw"].sum()) * STEP_H,
        scenario.battery.depth_of_discharge,
        years,
    )
    amounts = {
        "solar": rates.solar_kg_per_mwh * float(energy["solar_mw"].sum()) * STEP_H,
        "wind": rates.wind_kg_per_mwh * float(energy["wind_mw"].sum()) * STEP_H,
        "battery cells": rates.battery_kg_per_mwh * cells_mwh,
        "battery power": rates.battery_power_kg_per_mw_year() * design.battery_mw * years,
        "extra servers": rates.servers_kg_per_mw_year() * design.extra_server_mw * years,
    }
    return tuple(Row(EMBODIED, source, kg) for source, kg in amounts.items())


def scores_of(traces: Traces, energy: pd.DataFrame) -> Scores:
    """Return coverage, CFE score and the energies behind them."""
    sums = energy.sum() * STEP_H
    clean_import_mwh = float(energy["grid_mw"].to_numpy() @ traces.column("carbon_free_frac"))
    load_mwh, grid_mwh = float(sums["load_mw"]), float(sums["grid_mw"])
    own_frac = 1 - (grid_mwh + float(sums["unserved_mw"])) / load_mwh
    return Scores(
        coverage_frac=own_frac,
        cfe_frac=own_frac + clean_import_mwh * STEP_H / load_mwh,
        load_mwh=load_mwh,
        grid_mwh=grid_mwh,
        renewable_mwh=float(sums["solar_mw"] + sums["wind_mw"]),
        curtailed_mwh=float(sums["curtailed_mw"]),
        exported_mwh=float(sums["export_mw"]),
        discharged_mwh=float(sums["discharge_mw"]),
        unserved_mwh=float(sums["unserved_mw"]),
        peak_import_mw=float(energy["grid_mw"].max()),
    )
