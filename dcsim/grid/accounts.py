"""What a MWh from the grid is charged, hour by hour, under each account of model.md section 6.

average        what the authority generates, by a set of factors
mean           the mean of that over the hours asked for, in each of them alike
consumption    what it consumes: flow tracing over all authorities of the year in the store
marginal       what the next MWh emits: a short-run estimate from the year itself
reported       what the imported file says, whoever computed it
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from dcsim.errors import DataError
from dcsim.grid.generation import FUELS, GridGeneration, Source, first_where
from dcsim.grid.intensity import (
    average_intensity_kg_per_mwh,
    carbon_free_share,
    emission_factors,
    factors_of,
)
from dcsim.grid.marginal import marginal_intensity_kg_per_mwh
from dcsim.grid.records import CARBON_FREE, INTENSITY, NET_GENERATION, neighbours
from dcsim.grid.repair.negative import clip_negative
from dcsim.grid.store.grids import year_ids, year_records
from dcsim.grid.tracing.interchange import connected
from dcsim.grid.tracing.trace import Traced, trace
from dcsim.scenario.spec import Account, Grid

_OF_GENERATION: tuple[Account, ...] = ("average", "mean", "marginal")

SHARE_UNKNOWN = (
    "what share of the grid is carbon-free is not known and counts as none: the CFE score and "
    "limits of it count own supply alone"
)


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
    if grid.account != "reported" and _is_intensity_alone(generation, grid.account):
        raise DataError(
            f"{generation.source.origin}: holds a carbon intensity and no generation by fuel; set "
            "grid.account: reported"
        )
    intensity, source = _ACCOUNTS[grid.account](generation, grid, hours)
    return HourlyCarbon(intensity, _carbon_free(generation, hours), source)


def _is_intensity_alone(generation: GridGeneration, account: Account) -> bool:
    """Return whether a grid has no generation that an account could be computed from."""
    if generation.has_generation or account in _OF_GENERATION:
        return not generation.has_generation
    return generation.records is None or not neighbours(generation.records)


def _source(grid: Grid, ba_code: str, *notes: str) -> Source:
    """Return the factor set as a source, with all it borrows for an authority in its note."""
    borrowed = factors_of(grid.factors, ba_code).notes
    return Source("emission factors", grid.factors, "; ".join((*notes, *borrowed)))


def _average(
    generation: GridGeneration, grid: Grid, hours: pd.DatetimeIndex
) -> tuple[pd.Series, Source]:
    mix = _mix(generation, hours)
    factors = emission_factors(grid.factors, generation.ba_code)
    intensity = average_intensity_kg_per_mwh(mix, factors)
    return intensity, _source(grid, generation.ba_code, "average production intensity")


def _mix(generation: GridGeneration, hours: pd.DatetimeIndex) -> pd.DataFrame:
    """Return generation by fuel, none below zero [MW].

    Raises:
        DataError: A fuel that is reported elsewhere is not known in some of the hours.
    """
    if generation.records is not None:
        reported = generation.records[[f for f in FUELS if f in generation.records]]
        unknown = reported.loc[hours, reported.notna().any()].isna()
        silent = unknown.any(axis=1)
        if silent.any():
            raise DataError(
                f"{generation.source.origin}: generation of "
                f"{', '.join(unknown.columns[unknown.any()])} is not known in "
                f"{int(silent.sum())} hours, first at {first_where(silent):%Y-%m-%d %H:%M}Z; plan "
                "a horizon that has it, or import the year again with `dcsim grids import`"
            )
    return clip_negative(generation.table.loc[hours])[0]


def _mean(
    generation: GridGeneration, grid: Grid, hours: pd.DatetimeIndex
) -> tuple[pd.Series, Source]:
    hourly, _ = _average(generation, grid, hours)
    note = "mean of the hours' average production intensity, the same in every hour"
    return pd.Series(float(hourly.mean()), hours), _source(grid, generation.ba_code, note)


def _consumption(
    generation: GridGeneration, grid: Grid, hours: pd.DatetimeIndex
) -> tuple[pd.Series, Source]:
    code, year = generation.ba_code, generation.index[0].year
    records = {**year_records(year), code: _with_links(generation)}
    traced = trace(records, grid.factors)
    if code not in traced.intensity_kg_per_mwh:
        raise DataError(
            f"{generation.source.origin}: only generates and has no customers; grid.account: "
            "consumption has no meaning there"
        )
    _check_generates(traced.silent.loc[hours, code], generation.source.origin)
    ids = {**year_ids(year), code: generation.source.origin}
    source = _source(grid, code, *_traced_notes(traced, code, year, ids, grid.factors))
    return traced.intensity_kg_per_mwh.loc[hours, code], source


def _with_links(generation: GridGeneration) -> pd.DataFrame:
    """Return a grid's records, which know flows to neighbours and what it generates.

    Raises:
        DataError: They do not; says what mends it.
    """
    records, origin = generation.records, generation.source.origin
    of_year = f" --ba {generation.ba_code} --year {generation.index[0].year}"
    mend = (
        "import EIA's six-month BALANCE and INTERCHANGE files with `dcsim grids import`, or fetch "
        f"them with `dcsim grids fetch{of_year if records is not None else ''}`, of the authority "
        "and its neighbours; or take another account"
    )
    if records is None or not records[list(neighbours(records).values())].notna().any(axis=None):
        raise DataError(
            f"{origin}: has no interchange with neighbours, which grid.account: consumption needs; "
            f"{mend}"
        )
    generated = records.reindex(columns=[*FUELS, NET_GENERATION])
    if not generated.notna().any(axis=None):
        raise DataError(
            f"{origin}: has no generation, neither by fuel nor in all, which grid.account: "
            f"consumption needs; {mend}"
        )
    return records


def _check_generates(silent: pd.Series, origin: str) -> None:
    """Refuse hours in which an authority's own generation is not known."""
    if silent.any():
        raise DataError(
            f"{origin}: its generation is not known in {int(silent.sum())} hours, first at "
            f"{first_where(silent):%Y-%m-%d %H:%M}Z, which grid.account: consumption needs; plan a "
            "horizon that has it, or take another account"
        )


def _traced_notes(
    traced: Traced, code: str, year: int, ids: Mapping[str, object], factors: str
) -> Iterator[str]:
    """Yield what a reader must know of an authority's traced intensity, itself first.

    The versions of all records are named, so that the result can be made again.
    """
    reached = connected(traced.ends, code, ids.keys())
    yield (
        f"consumption-based intensity, traced over {len(reached)} authorities of {year} that "
        f"interchange connects: {', '.join(str(ids[other]) for other in sorted(reached))}"
    )
    if silent_h := int(traced.residuals["silent_links_h"][code]):
        yield f"nothing is known of a link of its own in {silent_h} hours: no flow"
    yield from traced.notes
    borrowing = sum(bool(factors_of(factors, other).notes) for other in reached - {code})
    if borrowing:
        yield f"factors of {borrowing} of the other authorities are borrowed in part"


def _marginal(
    generation: GridGeneration, grid: Grid, hours: pd.DatetimeIndex
) -> tuple[pd.Series, Source]:
    intensity, note = marginal_intensity_kg_per_mwh(generation, grid.factors)
    return intensity.loc[hours], _source(grid, generation.ba_code, note)


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
    is_share_known = generation.has_generation or CARBON_FREE in records
    warnings = () if is_share_known else (SHARE_UNKNOWN,)
    origin = generation.source.origin
    return intensity, Source("emission factors", "as reported", origin, warnings=warnings)


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

    Where neither is known it is none, the least it can be.
    """
    if generation.has_generation:
        return carbon_free_share(_mix(generation, hours))
    records = generation.records
    if records is None or CARBON_FREE not in records:
        return pd.Series(0.0, hours)
    return records.loc[hours, CARBON_FREE].clip(0.0, 1.0)


_ACCOUNTS: dict[
    Account, Callable[[GridGeneration, Grid, pd.DatetimeIndex], tuple[pd.Series, Source]]
] = {
    "average": _average,
    "mean": _mean,
    "consumption": _consumption,
    "marginal": _marginal,
    "reported": _reported,
}
