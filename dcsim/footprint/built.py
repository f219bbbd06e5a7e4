"""What of a design is charged: what is built new, and the cells that running it uses up."""

import pandas as pd

from dcsim.optimize.plan import Design
from dcsim.scenario.rates import rates_of
from dcsim.scenario.spec import Scenario
from dcsim.units import STEP_H


def built_new(scenario: Scenario, design: Design) -> Design:
    """Return the capacities beyond what existed before, none below zero."""
    return Design(
        solar_mw=max(design.solar_mw - scenario.solar.existing_mw, 0.0),
        wind_mw=max(design.wind_mw - scenario.wind.existing_mw, 0.0),
        battery_mwh=max(design.battery_mwh - scenario.battery.existing_mwh, 0.0),
        battery_mw=max(design.battery_mw - scenario.battery.existing_mw, 0.0),
        extra_server_mw=max(design.extra_server_mw - scenario.servers.existing_mw, 0.0),
    )


def charged_cells_mwh(
    scenario: Scenario, design: Design, energy: pd.DataFrame, years: float
) -> float:
    """Return the cells that a time of running uses up, less the ageing of those that existed [MWh].

    Args:
        scenario: Gives the battery and its rates.
        design: Gives the energy capacity.
        energy: Energy table.
        years: How long it runs [years].
    """
    return rates_of(scenario).cells_charged_mwh(
        design.battery_mwh,
        scenario.battery.existing_mwh,
        discharged_mwh(energy),
        scenario.battery.depth_of_discharge,
        years,
    )


def discharged_mwh(energy: pd.DataFrame) -> float:
    """Return what the battery gave [MWh]."""
    return float(energy["discharge_mw"].sum()) * STEP_H
