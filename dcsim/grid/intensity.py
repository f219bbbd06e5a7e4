"""Carbon intensity of a grid from its mix: named emission-factor sets, and the average account."""

import csv
from collections.abc import Mapping

import numpy as np
import pandas as pd

from dcsim.errors import DataError, ScenarioError
from dcsim.grid.generation import CARBON_FREE_FUELS, FUELS, first_where
from dcsim.shipped import shipped_folder

FACTORS_FILE = "emission_factors.csv"


def factor_sets() -> list[str]:
    """Return the names of the emission-factor sets that come with dcsim."""
    return sorted({row["set"] for row in _rows()})


def emission_factors(name: str) -> dict[str, float]:
    """Return a named set: kg CO2e per MWh generated, by fuel [kg/MWh].

    Raises:
        ScenarioError: There is no such set; names those there are.
    """
    factors = {row["fuel"]: float(row["kg_per_mwh"]) for row in _rows() if row["set"] == name}
    if not factors:
        raise ScenarioError(
            f"grid.factors: there is no set {name!r}; known are {', '.join(factor_sets())}"
        )
    return factors


def _rows() -> list[dict[str, str]]:
    text = (shipped_folder("grids") / FACTORS_FILE).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def average_intensity_kg_per_mwh(
    generation_mw: pd.DataFrame, factors: Mapping[str, float]
) -> pd.Series:
    """Return the average production intensity of every hour [kg/MWh].

    `sum over fuels of factor * generation / sum of generation`, with no negative generation:
    account 1 of model.md section 6, and what Carbon Explorer calls `avg_CI`.

    Args:
        generation_mw: Generation by fuel, columns `FUELS`, none below zero [MW].
        factors: Emissions by fuel [kg/MWh].

    Raises:
        DataError: In some hour nothing is generated, so that intensity has no meaning.
    """
    total_mw = _total(generation_mw)
    weights = np.array([factors[fuel] for fuel in FUELS])
    emissions_kg = generation_mw[list(FUELS)].to_numpy() @ weights
    return pd.Series(emissions_kg, index=generation_mw.index) / total_mw


def carbon_free_share(generation_mw: pd.DataFrame) -> pd.Series:
    """Return the share of every hour's generation that is carbon-free [-]."""
    share = generation_mw[list(CARBON_FREE_FUELS)].sum(axis=1) / _total(generation_mw)
    return share.clip(upper=1.0)  # two orders of summing may differ in the last digit


def _total(generation_mw: pd.DataFrame) -> pd.Series:
    total_mw = generation_mw.sum(axis=1)
    if (total_mw <= 0).any():
        stamp = first_where(total_mw <= 0)
        raise DataError(
            f"generation at {stamp:%Y-%m-%d %H:%M}Z is {total_mw[stamp]:g} MW in all; it must be "
            "above 0 for a carbon intensity"
        )
    return total_mw
