"""Carbon intensity of a grid from its mix: named emission-factor sets, and the average account.

A set is either one for all grids or, for the `egrid<year>` sets, one for each balancing authority,
with the US mean where an authority has no figure of its own. Whatever a set borrows is in its
notes. The figures and their sources are in `grids/`.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache

import numpy as np
import pandas as pd

from dcsim.errors import DataError, ScenarioError
from dcsim.grid.authorities import Authority
from dcsim.grid.generation import CARBON_FREE_FUELS, FUELS, first_where
from dcsim.shipped import shipped_folder

FACTORS_FILE = "emission_factors.csv"
AUTHORITY_FACTORS_FILE = "authority_factors.csv"

UPSTREAM_KG_PER_MWH = {"coal": 60.0, "natural_gas": 120.0, "oil": 244.0, "other": 38.0}
"""From stack to lifecycle: what Electricity Maps adds to eGRID's rates in each of its US zones and
years (IPCC 2014). For other fuels it is the figure of geothermal, the only one published."""

WITHOUT_STACK = "electricity-maps-lifecycle"
"""Set the `egrid<year>-lifecycle` sets take their fuels without a stack from."""

_DIRECT, _LIFECYCLE = "-direct", "-lifecycle"


@dataclass(frozen=True)
class Factors:
    """Emission factors of one named set, for one balancing authority or for all.

    Attributes:
        name: Of the set, such as `ipcc-ar5-lifecycle`.
        basis: `lifecycle`, or `direct` for what leaves the stack.
        kg_per_mwh: Emissions by fuel, CO2e or, for direct sets, CO2 [kg/MWh].
        sources: Where each fuel's figure is from.
        notes: What was borrowed from where; empty if nothing was.
    """

    name: str
    basis: str
    kg_per_mwh: dict[str, float]
    sources: dict[str, str]
    notes: tuple[str, ...] = ()


def factor_sets() -> list[str]:
    """Return the names of the emission-factor sets that come with dcsim."""
    return sorted({row["set"] for row in _rows(FACTORS_FILE)} | {*_lifecycle_sets()})


def emission_factors(name: str, ba_code: str = "") -> dict[str, float]:
    """Return a named set: kg CO2e per MWh generated, by fuel [kg/MWh].

    Args:
        name: Of the set.
        ba_code: Balancing authority, for sets that know them apart; empty for the US.

    Raises:
        ScenarioError: There is no such set; names those there are.
    """
    return factors_of(name, ba_code).kg_per_mwh


def factors_of(name: str, ba_code: str = "") -> Factors:
    """Return a named set with its basis, its sources and what was borrowed from where.

    Args:
        name: Of the set.
        ba_code: Balancing authority, for sets that know them apart; empty for the US.

    Raises:
        ScenarioError: There is no such set; names those there are.
    """
    if name in _lifecycle_sets():
        return _with_upstream(name, factors_of(_lifecycle_sets()[name], ba_code))
    factors = _for_all(name)
    return _for_authority(factors, ba_code) if name in _authority_sets() and ba_code else factors


def factors_table(ba_code: str = "") -> pd.DataFrame:
    """Return all sets, one row each: `basis`, the fuels [kg/MWh], and `notes`."""
    rows = {
        name: {"basis": found.basis, **found.kg_per_mwh, "notes": "; ".join(found.notes)}
        for name in factor_sets()
        for found in [factors_of(name, ba_code)]
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("set")


def _for_all(name: str) -> Factors:
    rows = {row["fuel"]: row for row in _rows(FACTORS_FILE) if row["set"] == name}
    if not rows:
        near = get_close_matches(name, factor_sets(), n=1)
        hint = f"the nearest is {near[0]}; " if near else ""
        raise ScenarioError(
            f"grid.factors: there is no set {name!r}; {hint}known are {', '.join(factor_sets())}"
        )
    return Factors(
        name,
        rows[FUELS[0]]["basis"],
        {fuel: float(row["kg_per_mwh"]) for fuel, row in rows.items()},
        {fuel: row["source"] for fuel, row in rows.items()},
        tuple(
            f"{fuel} from {row['filled_from']}" for fuel, row in rows.items() if row["filled_from"]
        ),
    )


def _for_authority(us: Factors, ba_code: str) -> Factors:
    """Put an authority's own figures in; `other` is known of 2018 alone."""
    year, borrowed = us.name.removesuffix(_DIRECT), _authority_sets()[0].removesuffix(_DIRECT)
    own = {row["fuel"]: row for row in _rows(AUTHORITY_FACTORS_FILE) if row["ba_code"] == ba_code}
    factors, sources, notes = dict(us.kg_per_mwh), dict(us.sources), []
    for fuel in UPSTREAM_KG_PER_MWH:
        column = year if fuel != "other" else borrowed
        figure = own.get(fuel, {}).get(column, "")
        if figure:
            factors[fuel] = float(figure)
            sources[fuel] = f"{AUTHORITY_FACTORS_FILE}, column {column}, {ba_code}"
        if not figure or column != year:
            notes.append(f"{fuel} from {column} of {ba_code if figure else 'the US'}")
    return Factors(us.name, us.basis, factors, sources, tuple(notes))


def _with_upstream(name: str, direct: Factors) -> Factors:
    whole = _for_all(WITHOUT_STACK)
    factors, sources = dict(whole.kg_per_mwh), dict(whole.sources)
    for fuel, upstream in UPSTREAM_KG_PER_MWH.items():
        factors[fuel] = direct.kg_per_mwh[fuel] + upstream
        sources[fuel] = f"{direct.sources[fuel]}, plus {upstream:g} upstream"
    without = ", ".join(fuel for fuel in FUELS if fuel not in UPSTREAM_KG_PER_MWH)
    added = f"upstream added to {', '.join(UPSTREAM_KG_PER_MWH)}"
    notes = (*direct.notes, f"{without} from {WITHOUT_STACK}; {added}")
    return Factors(name, whole.basis, factors, sources, notes)


@cache
def _authority_sets() -> list[str]:
    """Return the names of the sets that know authorities apart, the oldest first."""
    return [f"{name}{_DIRECT}" for name in _rows(AUTHORITY_FACTORS_FILE)[0] if name[-1].isdigit()]


@cache
def _lifecycle_sets() -> dict[str, str]:
    """Return the sets that are a direct set plus what is upstream, with the direct one of each."""
    return {name.removesuffix(_DIRECT) + _LIFECYCLE: name for name in _authority_sets()}


@cache
def _rows(file_name: str) -> list[dict[str, str]]:
    text = (shipped_folder("grids") / file_name).read_text(encoding="utf-8")
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


def annual_intensity_kg_per_mwh(authority: Authority, factors: str) -> float:
    """Return the intensity of an authority's annual mix by the registry [kg/MWh].

    Args:
        authority: Whose annual generation; below zero (pumping) counts as none.
        factors: Name of the emission-factor set.

    Returns:
        NaN where nothing is generated or known.

    Raises:
        ScenarioError: There is no such factor set.
    """
    if not authority.gen_total_gwh:
        return np.nan
    kg_per_mwh = emission_factors(factors, authority.ba_code)
    energy_mwh = {fuel: max(authority.generation_mwh(fuel), 0.0) for fuel in FUELS}
    emissions_kg = sum(kg_per_mwh[fuel] * energy_mwh[fuel] for fuel in FUELS)
    return emissions_kg / sum(energy_mwh.values())


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
