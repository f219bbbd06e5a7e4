"""What a MWh from the grid is charged, hour by hour, under each account of model.md section 6.

average        what the authority generates, by a set of factors
consumption    what it consumes: flow tracing over all authorities of the year in the store
marginal       what the next MWh emits: a short-run estimate from the year itself
reported       what the imported file says, whoever computed it
"""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from dcsim.errors import DataError
from dcsim.grid.generation import GridGeneration, Source, first_where
from dcsim.grid.intensity import average_intensity_kg_per_mwh, carbon_free_share, factors_of
from dcsim.grid.marginal import marginal_intensity_kg_per_mwh
from dcsim.grid.records import CARBON_FREE, INTENSITY
from dcsim.grid.repair import clip_negative
from dcsim.grid.store import year_records
from dcsim.grid.tracing import trace
from dcsim.scenario.spec import Account, Grid


@dataclass(frozen=True)
class HourlyCarbon:
    """What the grid emits, hour by hour.

    Attributes:
        intensity_kg_per_mwh: Under the account asked for [kg/MWh].
        carbon_free_frac: Carbon-free share of what the authority generates, or as reported [-].
        source: The factor set and the account, with all a reader must know.
    """

    intensity_kg_per_mwh: pd.Series
    carbon_free_frac: pd.Series
    source: Source


def hourly_carbon(generation: GridGeneration, grid: Grid, hours: pd.DatetimeIndex) -> HourlyCarbon:
    """Return the carbon intensity of a grid under the account its scenario asks for.

    Args:
        generation: The grid.
        grid: Names the account and the factor set.
        hours: Which hours; within the grid's.

    Raises:
        DataError: The grid has not what the account needs; says what would do.
        ScenarioError: There is no such factor set.
    """
    if not generation.has_generation and grid.account in ("average", "marginal"):
        raise DataError(
            f"{generation.source.origin}: holds a carbon intensity and no generation by fuel; set "
            "grid.account: reported"
        )
    intensity, source = _ACCOUNTS[grid.account](generation, grid, hours)
    return HourlyCarbon(intensity, _carbon_free(generation, hours), source)


def _average(
    generation: GridGeneration, grid: Grid, hours: pd.DatetimeIndex
) -> tuple[pd.Series, Source]:
    factors = factors_of(grid.factors, generation.ba_code)
    mix, _ = clip_negative(generation.table.loc[hours])
    note = "; ".join(("average production intensity", *factors.notes))
    intensity = average_intensity_kg_per_mwh(mix, factors.kg_per_mwh)
    return intensity, Source("emission factors", grid.factors, note)


def _consumption(
    generation: GridGeneration, grid: Grid, hours: pd.DatetimeIndex
) -> tuple[pd.Series, Source]:
    if generation.records is None:
        raise DataError(
            f"{generation.source.origin}: has no interchange, which grid.account: consumption "
            "needs; import EIA-930 records of the authority and its neighbours, or take another "
            "account"
        )
    others = year_records(generation.index[0].year)
    traced = trace({**others, generation.ba_code: generation.records}, grid.factors)
    if generation.ba_code not in traced.intensity_kg_per_mwh:
        raise DataError(
            f"{generation.source.origin}: only generates and has no customers; grid.account: "
            "consumption has no meaning there"
        )
    intensity = traced.intensity_kg_per_mwh[generation.ba_code].reindex(hours)
    note = (
        f"consumption-based intensity, traced over {len(others)} authorities of "
        f"{generation.index[0].year}"
    )
    said = "; ".join((note, *traced.notes))
    return _whole(intensity, generation), Source("emission factors", grid.factors, said)


def _marginal(
    generation: GridGeneration, grid: Grid, hours: pd.DatetimeIndex
) -> tuple[pd.Series, Source]:
    intensity, note = marginal_intensity_kg_per_mwh(generation, grid.factors)
    return intensity.loc[hours], Source("emission factors", grid.factors, note)


def _reported(
    generation: GridGeneration, _: Grid, hours: pd.DatetimeIndex
) -> tuple[pd.Series, Source]:
    records = generation.records
    if records is None or INTENSITY not in records:
        raise DataError(
            f"{generation.source.origin}: reports no carbon intensity; grid.account: reported "
            "needs one, such as Electricity Maps' files have"
        )
    intensity = _whole(records.loc[hours, INTENSITY], generation)
    return intensity, Source("emission factors", "as reported", generation.source.origin)


def _whole(intensity: pd.Series, generation: GridGeneration) -> pd.Series:
    missing = intensity.isna()
    if missing.any():
        raise DataError(
            f"{generation.source.origin}: has no carbon intensity in {int(missing.sum())} hours, "
            f"first at {first_where(missing):%Y-%m-%d %H:%M}Z; plan a horizon that has it, or take "
            "another account"
        )
    return intensity


def _carbon_free(generation: GridGeneration, hours: pd.DatetimeIndex) -> pd.Series:
    """Return the share of generation that is carbon-free; as reported where that is all there is.

    Raises:
        DataError: Neither is known.
    """
    if generation.has_generation:
        return carbon_free_share(clip_negative(generation.table.loc[hours])[0])
    records = generation.records
    if records is None or CARBON_FREE not in records:
        raise DataError(
            f"{generation.source.origin}: has no generation by fuel and no carbon-free share, "
            "which the CFE score needs"
        )
    return records.loc[hours, CARBON_FREE].clip(0.0, 1.0)


_ACCOUNTS: dict[
    Account, Callable[[GridGeneration, Grid, pd.DatetimeIndex], tuple[pd.Series, Source]]
] = {
    "average": _average,
    "consumption": _consumption,
    "marginal": _marginal,
    "reported": _reported,
}
