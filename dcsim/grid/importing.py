"""From files to the store: read, join, correct the clock, repair, grade, and put away.

Pieces go to disk as they are read, and years are worked on one authority at a time, so that memory
stays small however large the files are. Nothing is put in the store before everything is read and
repaired: bad input leaves it as it was.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal, get_args
from uuid import uuid4

import pandas as pd
import pyarrow as pa
from pyarrow import feather

from dcsim.errors import DataError, ScenarioError
from dcsim.grid.authorities import authority_named
from dcsim.grid.clock import correct_clock
from dcsim.grid.generation import FUELS, ONE_HOUR
from dcsim.grid.grade import grade_year
from dcsim.grid.readers.formats import read_records
from dcsim.grid.readers.table import sha256_of
from dcsim.grid.records import DEMAND, INDEX, INTENSITY
from dcsim.grid.repair import repair_year
from dcsim.grid.versions import (
    FileOrigin,
    GridId,
    Provenance,
    RuleCount,
    StoredGrid,
    put,
    read_stored,
    resolve,
    stage,
    staging,
)
from dcsim.units import HOURS_PER_DAY

Clock = Literal["auto", "eia", "as-given"]
"""Whether EIA's known clock faults are taken out: where the format is EIA's, always, or never."""

Progress = Callable[[str, float], None]
"""Told what is being done, and which share of it is done [-]."""

SPILL_OVER_HOURS = HOURS_PER_DAY
"""Files of a local half-year hold so many hours of the next UTC year at the most [h]."""


@dataclass(frozen=True)
class Imported:
    """What an import put into the store for one authority and year."""

    grid_id: GridId
    provenance: Provenance
    is_new: bool
    """False if the very same version was there already."""
    joined: GridId | None
    """The version whose other cells it was joined with, if there was one."""


@dataclass(frozen=True)
class ImportResult:
    """What an import did."""

    imported: tuple[Imported, ...]
    left_out: tuple[str, ...]
    """Hours and authorities that were read and not kept, each with the reason."""


@dataclass(frozen=True)
class _Piece:
    """A piece of one authority, waiting on disk."""

    path: Path
    origin: FileOrigin
    is_eia_clock: bool
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Year:
    """What was read of one authority's year, before repair."""

    ba_code: str
    year: int
    table: pd.DataFrame
    files: tuple[FileOrigin, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Staged:
    """A version that waits in the staging folder."""

    grid_id: GridId
    provenance: Provenance
    joined: GridId | None


def _silent(step: str, share: float) -> None:
    """Show no progress."""


def clock_named(name: str) -> Clock:
    """Return a rule for clocks by its name.

    Raises:
        ScenarioError: There is no such rule.
    """
    known: tuple[Clock, ...] = get_args(Clock)
    for clock in known:
        if clock == name:
            return clock
    raise ScenarioError(f"clock: there is no rule {name!r}; known are {', '.join(known)}")


def import_files(
    paths: Sequence[Path],
    *,
    ba_code: str | None = None,
    wanted: Collection[str] | None = None,
    format_name: str | None = None,
    clock: Clock = "auto",
    replaces: bool = False,
    progress: Progress = _silent,
) -> ImportResult:
    """Read files of hourly records into the store; all of them, or none.

    A year that is stored already is joined: what the files give takes the place of the same cells,
    all else stays, and everything is repaired and graded anew. Half-years, and interchange after
    generation, can so be imported one after the other.

    Args:
        paths: Files in any format of `dcsim.grid.readers.formats`, or folders of them.
        ba_code: Whose records they are, for formats that do not say.
        wanted: Take these authorities only.
        format_name: Name of the format, instead of detecting it.
        clock: Whether EIA's clock faults are corrected.
        replaces: Begin the years anew, without what is stored of them; older versions stay.
        progress: Told what is being done.

    Returns:
        What was put away, by authority and year, each with its grade and repairs.

    Raises:
        DataError: A file cannot be read, or there is nothing to keep in it.
        ScenarioError: There is no such format.
        OutputError: The store cannot be written.
    """
    files = [file for path in paths for file in _files_of(path)]
    code = authority_named(ba_code).ba_code if ba_code else None
    codes = [authority_named(name).ba_code for name in wanted] if wanted else None
    left_out: list[str] = []
    with staging() as folder:
        pieces: dict[str, list[_Piece]] = {}
        for file in files:
            options = {"format_name": format_name, "ba_code": code, "wanted": codes}
            for piece in _read(file, folder, options, clock, progress):
                pieces.setdefault(piece.path.name.partition(".")[0], []).append(piece)
        staged: list[_Staged] = []
        for done, code in enumerate(sorted(pieces)):
            progress(f"repairing {code}", done / len(pieces))
            for year in _years(code, pieces[code], left_out):
                stored = None if replaces else _stored(year)
                staged += _stage_year(folder, year, stored, left_out)
        if not staged:
            reasons = "; ".join(left_out[:3]) or "the authorities asked for are not in them"
            raise DataError(f"{_names(files)}: nothing was imported: {reasons}")
        progress("putting away", 1.0)
        imported = [
            Imported(one.grid_id, one.provenance, put(folder, one.grid_id), one.joined)
            for one in staged
        ]
    return ImportResult(tuple(imported), tuple(left_out))


def _files_of(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(file for file in path.iterdir() if file.is_file() and file.name[0] != ".")
    if not files:
        raise DataError(f"{path}: is a folder without files")
    return files


def _names(files: Sequence[Path]) -> str:
    return ", ".join(file.name for file in files[:3]) + (", ..." if len(files) > 3 else "")


def _read(
    file: Path, folder: Path, options: Mapping[str, Any], clock: Clock, progress: Progress
) -> Iterator[_Piece]:
    """Yield what is in a file, each piece written to the staging folder."""

    def tell(share: float) -> None:
        progress(f"reading {file.name}", share)

    sha256 = ""
    for made_by, records in read_records(file, **options, progress=tell):
        sha256 = sha256 or sha256_of(file)
        origin = FileOrigin(name=file.name, sha256=sha256, format=made_by.title)
        path = folder / f"{records.ba_code}.{uuid4().hex[:12]}.arrow"
        feather.write_feather(pa.Table.from_pandas(records.table), path, compression="lz4")
        has_faults = made_by.is_eia_clock and not records.is_cleaned
        is_eia_clock = clock == "eia" or (clock == "auto" and has_faults)
        yield _Piece(path, origin, is_eia_clock, records.notes)


def _years(code: str, pieces: Sequence[_Piece], left_out: list[str]) -> Iterator[_Year]:
    """Yield what was read of each UTC year, its clock corrected; hours that spill over are told."""
    notes = [note for piece in pieces for note in piece.notes]
    eia, given = (
        join_pieces([feather.read_feather(p.path) for p in pieces if p.is_eia_clock is kind])
        for kind in (True, False)
    )
    if not eia.empty:
        eia, corrections = correct_clock(code, eia)
        notes += corrections
    table = join_pieces([part for part in (eia, given) if not part.empty])
    years = pd.DatetimeIndex(table.index).year
    files = tuple(dict.fromkeys(piece.origin for piece in pieces))
    for year in sorted(set(years)):
        own = table[years == year]
        if len(own) <= SPILL_OVER_HOURS and len(set(years)) > 1:
            left_out.append(f"{code}:{year}: {len(own)} hours that spill over from another year")
        else:
            yield _Year(code, int(year), own, files, tuple(dict.fromkeys(notes)))


def _stored(year: _Year) -> StoredGrid | None:
    found = resolve(GridId(year.ba_code, year.year))
    return None if found is None else read_stored(found)


def _stage_year(
    folder: Path, read: _Year, stored: StoredGrid | None, left_out: list[str]
) -> Iterator[_Staged]:
    """Repair and grade a year and write it to the staging folder, if it has what to keep."""
    year = read if stored is None else _joined(read, stored)
    if not _stands_alone(year.table):
        left_out.append(
            f"{year.ba_code}:{year.year}: no generation, demand or intensity in the files, and "
            "none in the store to join to"
        )
        return
    table = year.table.dropna(axis="columns", how="all")
    repaired = repair_year(year.ba_code, table, hours_of(pd.DatetimeIndex(table.index)))
    grade = grade_year(repaired)
    provenance = Provenance(
        ba_code=year.ba_code,
        year=year.year,
        hours=len(repaired.table),
        changed_hours=int(repaired.changes[INDEX].nunique()),
        files=year.files,
        repairs=tuple(_rule_counts(repaired.changes)),
        notes=year.notes,
        repair_notes=repaired.notes,
        grade=grade.letter,
        reasons=grade.reasons,
        dcsim=version("dcsim"),
    )
    grid_id = stage(folder, repaired.table, repaired.changes, provenance)
    yield _Staged(grid_id, provenance, None if stored is None else stored.grid_id)


def _stands_alone(table: pd.DataFrame) -> bool:
    return any(name in table and table[name].notna().any() for name in (*FUELS, DEMAND, INTENSITY))


def _joined(read: _Year, stored: StoredGrid) -> _Year:
    """Return what was read of a year, over what the store has of it as it was reported."""
    return _Year(
        read.ba_code,
        read.year,
        laid_over(read.table, as_reported(stored)),
        tuple(dict.fromkeys((*stored.provenance.files, *read.files))),
        tuple(dict.fromkeys((*stored.provenance.notes, *read.notes))),
    )


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


def as_reported(stored: StoredGrid) -> pd.DataFrame:
    """Return the records of a version as they were before repair, without hours of nothing."""
    table = stored.records.copy()
    for column, changes in stored.changes.groupby("column"):
        table.loc[changes[INDEX], str(column)] = changes["reported_mw"].to_numpy()
    return table.dropna(how="all")


def hours_of(index: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """Return the hours a year's records are about: all of it if at most a day lacks at each end."""
    first, last = index.min(), index.max()
    start, end = (
        pd.Timestamp(first.year, 1, 1, tz="UTC"),
        pd.Timestamp(first.year + 1, 1, 1, tz="UTC"),
    )
    allowed = SPILL_OVER_HOURS * ONE_HOUR
    first = start if first - start <= allowed else first
    last = end - ONE_HOUR if end - last <= allowed else last
    return pd.date_range(first, last, freq="h", name=INDEX, unit="s")


def _rule_counts(changes: pd.DataFrame) -> Iterator[RuleCount]:
    """Yield for each rule in how many hours it changed something, and in which columns."""
    for rule, changed in changes.groupby("rule", sort=True):
        hours = changed[INDEX].nunique()
        columns = ", ".join(f"{name} {n}" for name, n in changed["column"].value_counts().items())
        first = changed[INDEX].min()
        detail = f"{columns}; first at {first:%Y-%m-%d %H:%M}Z"
        yield RuleCount(rule=str(rule), hours=int(hours), detail=detail)


def join_pieces(pieces: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Join pieces that hold different columns or hours; one row an hour, but for contradictions.

    Where two pieces give the same cell, the same value counts once. Different values both stay, in
    the order given, for the repair rule on doubled hours to settle and count.

    Args:
        pieces: Tables of records, in the order in which they were read.
    """
    if not pieces:
        return pd.DataFrame()
    table = pd.concat(pieces).sort_index(kind="stable")
    if table.index.is_unique:
        return table
    by_hour = table.groupby(level=0)
    first, last = by_hour.first(), by_hour.last()
    contradicted = ((first != last) & first.notna()).any(axis=1)
    joined = pd.concat([first[contradicted], last])
    return joined.sort_index(kind="stable").rename_axis(INDEX)
