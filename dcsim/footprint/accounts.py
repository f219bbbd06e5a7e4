"""Ledgers and scores from energy tables: what running and making it cost the climate, and money."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dcsim.footprint.built import built_new, charged_cells_mwh
from dcsim.footprint.ledger import (
    EMBODIED,
    OPERATIONAL,
    CostLedger,
    Ledger,
    Row,
    weighted_rows,
)
from dcsim.footprint.money import cost_ledger
from dcsim.footprint.scores import Scores, scores_of, weighted_scores
from dcsim.optimize.plan import Design
from dcsim.scenario.rates import rates_of
from dcsim.scenario.spec import Scenario
from dcsim.traces.frame import Traces
from dcsim.units import STEP_H


@dataclass(frozen=True)
class Footprint:
    """What a design and its running cost, in carbon and in money."""

    ledger: Ledger
    scores: Scores
    cost: CostLedger

    @property
    def total_kg(self) -> float:
        """Return operational and embodied carbon over the horizon [kg CO2e]."""
        return self.ledger.total_kg()

    @property
    def cost_usd(self) -> float:
        """Return all cost over the horizon [USD]."""
        return self.cost.total_usd()


def account(scenario: Scenario, traces: Traces, design: Design, energy: pd.DataFrame) -> Footprint:
    """Account for one year of a design that ran as an energy table says.

    Args:
        scenario: Gives the rates, the costs, and what existed before.
        traces: Gives intensity, surplus, prices and the grid's carbon-free share.
        design: What is built.
        energy: Energy table of a plan or of a replay.
    """
    ledger = Ledger(
        (operational_row(traces, energy), *embodied_rows(scenario, traces, design, energy))
    )
    return Footprint(
        ledger,
        scores_of(scenario, traces, design, energy),
        cost_ledger(scenario, traces, design, energy, ledger),
    )


def account_years(
    scenario: Scenario,
    years: Sequence[Traces],
    design: Design,
    energies: Sequence[pd.DataFrame],
) -> Footprint:
    """Account for a horizon of several years: the sum of its years, each by its weight.

    Args:
        scenario: Gives the rates, the costs, and what existed before.
        years: The planned years.
        design: What is built; it serves all of them.
        energies: Energy table of each year.
    """
    return over_horizon(account_each(scenario, years, design, energies), years)


def account_each(
    scenario: Scenario,
    years: Sequence[Traces],
    design: Design,
    energies: Sequence[pd.DataFrame],
) -> tuple[Footprint, ...]:
    """Account for each year by itself."""
    return tuple(
        account(scenario, year, design, energy)
        for year, energy in zip(years, energies, strict=True)
    )


def over_horizon(parts: Sequence[Footprint], years: Sequence[Traces]) -> Footprint:
    """Return the sum of the footprints of several years, each by its weight."""
    weights = [year.weight for year in years]
    return Footprint(
        Ledger(weighted_rows([part.ledger.rows for part in parts], weights)),
        weighted_scores([part.scores for part in parts], weights),
        CostLedger(weighted_rows([part.cost.rows for part in parts], weights)),
    )


def operational_row(traces: Traces, energy: pd.DataFrame) -> Row:
    """Return `sum_t ci_t max(g_t - u_t, 0)`: import beyond the grid's surplus times intensity."""
    kg = float(traces.column("intensity_kg_per_mwh") @ charged_import_mw(traces, energy)) * STEP_H
    return Row(OPERATIONAL, "grid", kg)


def charged_import_mw(traces: Traces, energy: pd.DataFrame) -> np.ndarray:
    """Return the import of each hour beyond the grid's surplus, which adds no carbon [MW]."""
    return np.asarray(np.maximum(energy["grid_mw"].to_numpy() - traces.column("surplus_mw"), 0.0))


def embodied_rows(
    scenario: Scenario, traces: Traces, design: Design, energy: pd.DataFrame
) -> tuple[Row, ...]:
    """Return the embodied carbon over the horizon of each component that is built new."""
    rates, years = rates_of(scenario), traces.years
    new = built_new(scenario, design)
    solar_mwh = new.solar_mw * float(traces.column("solar_cf").sum()) * STEP_H
    wind_mwh = new.wind_mw * float(traces.column("wind_cf").sum()) * STEP_H
    cells_mwh = charged_cells_mwh(scenario, design, energy, years)
    amounts = {
        "solar": rates.solar_kg_per_mwh * solar_mwh,
        "wind": rates.wind_kg_per_mwh * wind_mwh,
        "battery cells": rates.battery_kg_per_mwh * cells_mwh,
        "battery power": rates.battery_power_kg_per_mw_year() * new.battery_mw * years,
        "extra servers": rates.servers_kg_per_mw_year() * new.extra_server_mw * years,
    }
    return tuple(Row(EMBODIED, source, kg) for source, kg in amounts.items())
