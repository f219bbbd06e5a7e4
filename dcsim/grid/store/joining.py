"""What files say of one authority's year, joined: each file's records stay apart until the end.

A year is always joined from everything that was read of it, in the order of the imports, so that
files imported one by one give what they give together. Within one import two files that contradict
each other leave an hour twice, for the rule of repair to settle and count; a later import takes the
place of an earlier one, cell by cell, and the notes say how often.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from dcsim.errors import DataError
from dcsim.grid.generation import FUELS, ONE_HOUR
from dcsim.grid.readers.formats import EIA_930, family_of
from dcsim.grid.records import COLUMNS, DEMAND, INDEX, INTENSITY
from dcsim.grid.repair.clock import correct_clock, corrections_of
from dcsim.grid.store.provenance import FileOrigin
from dcsim.units import HOURS_PER_DAY

MARGIN = HOURS_PER_DAY * ONE_HOUR
"""Kept on either side of a year: clocks are corrected over its ends, and files of a local half-year
hold some hours of the next UTC year."""


@dataclass(frozen=True)
class FileRecords:
    """What one file says of one authority.

    Attributes:
        origin: The file, its format, its clock, and the import it came with.
        table: As read; an hour may be there twice.
    """

    origin: FileOrigin
    table: pd.DataFrame

    def within(self, year: int) -> "FileRecords":
        """Return the records of a year and its margins."""
        start, end = bounds(year)
        index = self.table.index
        inside = (index >= start - MARGIN) & (index < end + MARGIN)
        return FileRecords(self.origin, self.table[inside])


@dataclass(frozen=True)
class JoinedYear:
    """All that is known of an authority's year, before repair.

    Attributes:
        table: In order; hours that files of one import contradict each other on are there twice.
        hours: The hours the year is about.
        files: The files that gave at least one value, with the notes of their readers.
        notes: What was said of clocks and of values that took the place of others.
        cut: Hours of flows without generation, which were left out [h].
    """

    table: pd.DataFrame
    hours: pd.DatetimeIndex
    files: tuple[FileRecords, ...]
    notes: tuple[str, ...]
    cut: int


def bounds(year: int) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first hour of a year, UTC, and that of the next."""
    return (
        pd.Timestamp(year, 1, 1, tz="UTC").as_unit("s"),
        pd.Timestamp(year + 1, 1, 1, tz="UTC").as_unit("s"),
    )


def join_year(
    ba_code: str, year: int, files: Sequence[FileRecords], *, joins: bool = False
) -> JoinedYear | None:
    """Join what files say of a year; None if it is neither generation, demand nor intensity.

    Args:
        ba_code: Whose year.
        year: Calendar year, UTC.
        files: With margins; `origin.batch` tells older imports (lower) from newer ones.
        joins: Join files on different clocks: EIA's corrected, the others as they are.

    Raises:
        DataError: Files on different clocks hold the same columns of an authority whose clock is
            known to be wrong, and `joins` is not given.
    """
    ordered = sorted(files, key=lambda one: one.origin.batch)
    table, notes = _on_one_clock(ba_code, ordered, joins=joins)
    start, end = bounds(year)
    table = table[(table.index >= start) & (table.index < end)].dropna(axis="columns", how="all")
    known = known_hours(table)
    if not known.any():
        return None
    hours = hours_of(pd.DatetimeIndex(table.index[known]))
    inside = table.index.isin(hours)
    replaced, owners = _ownership(ordered, start, end)
    if replaced:
        notes = (*notes, f"{replaced} values took the place of others from an earlier import")
    return JoinedYear(table[inside], hours, owners, notes, int((~inside).sum()))


def known_hours(table: pd.DataFrame) -> np.ndarray:
    """Tell in which rows there is generation; where there is none at all, demand or intensity."""
    for names in (FUELS, (DEMAND, INTENSITY)):
        known = table[[name for name in names if name in table]].notna().any(axis=1).to_numpy()
        if known.any():
            return np.asarray(known, dtype=bool)
    return np.zeros(len(table), dtype=bool)


def contradict(one: FileRecords, other: FileRecords) -> bool:
    """Tell whether two files give different values for any cell."""
    tables = [table.table[~table.table.index.duplicated("last")] for table in (one, other)]
    both = tables[0].columns.intersection(tables[1].columns)
    hours = tables[0].index.intersection(tables[1].index)
    mine, theirs = (table.loc[hours, both].to_numpy(dtype=float) for table in tables)
    return bool((np.abs(mine - theirs) > 0).any())


def reason_to_ask(new: Sequence[FileRecords], stored: Sequence[FileRecords]) -> str:
    """Return why new files are hardly pieces of the record that stored ones are of, or nothing.

    Files of one family, such as EIA's, complete and revise one another, and any file may bring
    flows to neighbours or further hours. A mixture of records is what is of two families, or of one
    file that contradicts another.

    Args:
        new: Files to be joined.
        stored: Those of the stored year that would still give values.
    """
    for one, other in product(_more_than_flows(new), _more_than_flows(stored)):
        family = family_of(one.origin.format)
        if family != family_of(other.origin.format):
            return "they are of different formats"
        if family != EIA_930 and contradict(one, other):
            return "they give different values for the same hours"
    return ""


def _more_than_flows(files: Sequence[FileRecords]) -> list[FileRecords]:
    """Return the files that hold anything but flows to neighbours."""
    return [one for one in files if any(name in COLUMNS for name in one.table)]


def described(origins: Sequence[FileOrigin]) -> str:
    """Name files with their formats, for messages."""
    named = [f"{origin.name} ({origin.format})" for origin in origins]
    return ", ".join(named[:2]) + (f" and {len(named) - 2} more" if len(named) > 2 else "")


def _on_one_clock(
    ba_code: str, files: Sequence[FileRecords], *, joins: bool
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Join all files, those with EIA's clock faults after these were taken out."""
    if not any(corrections_of(ba_code, one.table) for one in files):
        return _laid_together(files), ()
    faulty = [one for one in files if one.origin.is_eia_clock]
    right = [one for one in files if not one.origin.is_eia_clock]
    if not joins:
        _refuse_mixture(ba_code, faulty, right)
    if not faulty:
        return _laid_together(right), ()
    corrected, notes = correct_clock(ba_code, _laid_together(faulty))
    given = _laid_together(right)
    if not joins or given.empty:
        return join_pieces([part for part in (corrected, given) if not part.empty]), notes
    is_newer = max(one.origin.batch for one in right) >= max(one.origin.batch for one in faulty)
    new, old = (given, corrected) if is_newer else (corrected, given)
    return laid_over(new, old[~old.index.duplicated("last")]), notes


def _refuse_mixture(
    ba_code: str, faulty: Sequence[FileRecords], right: Sequence[FileRecords]
) -> None:
    for one in right:
        for other in faulty:
            both = [name for name in one.table if name in other.table]
            if both:
                raise DataError(
                    f"{one.origin.name} and {other.origin.name} both hold {both[0]} of {ba_code}, "
                    "whose EIA-930 clock is known to be wrong, and only the latter is to be "
                    "corrected; give --clock eia if both came from EIA-930, --join to join the one "
                    "corrected with the other as it is, or --replace to begin the year anew"
                )


def uncorrected_clock(ba_code: str, files: Sequence[FileRecords]) -> str:
    """Return a doubt, if generation has hours of known clock faults that were not looked for."""
    for one in files:
        fuels = one.table[[fuel for fuel in FUELS if fuel in one.table]]
        if not one.origin.is_eia_clock and corrections_of(ba_code, fuels):
            return (
                f"{ba_code}'s reports to EIA-930 have known clock faults in these hours, which "
                f"were not taken out of {one.origin.name}: give --clock eia if it came from there"
            )
    return ""


def _laid_together(files: Sequence[FileRecords]) -> pd.DataFrame:
    """Lay later imports over earlier ones; files of one import are joined."""
    table = pd.DataFrame()
    for batch in sorted({one.origin.batch for one in files}):
        newer = join_pieces([one.table for one in files if one.origin.batch == batch])
        table = newer if table.empty else laid_over(newer, table[~table.index.duplicated("last")])
    return table


def laid_over(new: pd.DataFrame, old: pd.DataFrame) -> pd.DataFrame:
    """Return new records, with old ones in the cells and hours that the new have nothing of.

    Args:
        new: May have an hour twice.
        old: Has every hour once.
    """
    columns = [*old.columns, *(name for name in new.columns if name not in old)]
    below = old.reindex(index=new.index, columns=columns)
    over = new.reindex(columns=columns)
    beside = old.loc[~old.index.isin(new.index)]
    joined = pd.concat([over.where(over.notna(), below), beside])
    return joined.sort_index(kind="stable").rename_axis(INDEX)


def join_pieces(pieces: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Join pieces that hold different columns or hours; one row an hour, but for contradictions.

    Where two pieces give the same cell, the same value counts once. Different values both stay, in
    the order given.

    Args:
        pieces: Tables of records, in the order in which they were read.
    """
    if not pieces:
        return pd.DataFrame()
    table = pd.concat(pieces).sort_index(kind="stable").rename_axis(INDEX)
    if table.index.is_unique:
        return table
    by_hour = table.groupby(level=0)
    first, last = by_hour.first(), by_hour.last()
    contradicted = ((first != last) & first.notna()).any(axis=1)
    joined = pd.concat([first[contradicted], last])
    return joined.sort_index(kind="stable").rename_axis(INDEX)


def hours_of(index: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Return the hours a year's records are about: all of it if at most a day lacks at each end."""
    first, last = index.min(), index.max()
    start, end = bounds(first.year)
    first = start if first - start <= MARGIN else first
    last = end - ONE_HOUR if end - last <= MARGIN else last
    return pd.date_range(first, last, freq="h", name=INDEX, unit="s")


def _ownership(
    files: Sequence[FileRecords], start: pd.Timestamp, end: pd.Timestamp
) -> tuple[int, tuple[FileRecords, ...]]:
    """Return how many values newer imports replaced, and the files that still give any."""
    owners, replaced = [], 0
    for one in files:
        newer = [other.table for other in files if other.origin.batch > one.origin.batch]
        own = one.table[(one.table.index >= start) & (one.table.index < end)]
        own = own[~own.index.duplicated("last")]
        over = pd.DataFrame(np.nan, index=own.index, columns=own.columns)
        for table in newer:
            last = table[~table.index.duplicated("last")]
            over = last.reindex(index=own.index, columns=own.columns).combine_first(over)
        covered = over.notna().to_numpy()
        replaced += int((covered & own.notna().to_numpy() & (over != own).to_numpy()).sum())
        if (own.notna().to_numpy() & ~covered).any():
            owners.append(one)
    return replaced, tuple(owners)
