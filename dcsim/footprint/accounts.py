"""A ledger and scores from an energy table: what running and making it cost the climate."""

from dataclasses import dataclass

import pandas as pd

from dcsim.footprint.ledger import EMBODIED, OPERATIONAL, Ledger, Row
from dcsim.footprint.scores import Scores, scores_of
from dcsim.optimize.plan import Design
from dcsim.scenario.rates import rates_of
from dcsim.scenario.spec import Scenario
from dcsim.traces.frame import Traces
from dcsim.units import STEP_H


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
    return Footprint(Ledger(rows), scores_of(scenario, traces, design, energy))


def operational_row(traces: Traces, energy: pd.DataFrame) -> Row:
    """Return `sum_t ci_t g_t`: import times intensity, hour by hour."""
    import_mwh = energy["grid_mw"].to_numpy() * STEP_H
    return Row(OPERATIONAL, "grid", float(traces.column("intensity_kg_per_mwh") @ import_mwh))


def embodied_rows(
    scenario: Scenario, traces: Traces, design: Design, energy: pd.DataFrame
) -> tuple[Row, ...]:
    """Return the embodied carbon of each component over the horizon."""
    rates = rates_of(scenario)
    years = traces.years
    cells_mwh = rates.cells_charged_mwh(
        design.battery_mwh,
        scenario.battery.existing_mwh,
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
