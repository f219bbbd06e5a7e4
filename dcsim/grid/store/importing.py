"""From files to the store: read, join, correct the clock, repair, grade, and put away.

Pieces go to disk as they are read, and years are worked on one authority at a time, so that memory
stays small however large the files are. Nothing is put in the store before everything is read and
repaired: bad input leaves it as it was.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import get_args

import pandas as pd

from dcsim.errors import DataError, ScenarioError
from dcsim.grid.generation import ONE_HOUR
from dcsim.grid.readers.formats import format_named
from dcsim.grid.readers.naming import given_code, wanted_code
from dcsim.grid.records import INDEX
from dcsim.grid.repair.changes import counted_by_rule
from dcsim.grid.repair.grade import LETTERS, Grade, grade_year
from dcsim.grid.repair.year import RepairedYear, repair_year
from dcsim.grid.store.joining import (
    MARGIN,
    FileRecords,
    JoinedYear,
    contradict,
    described,
    join_year,
    reason_to_ask,
    uncorrected_clock,
)
from dcsim.grid.store.pieces import (
    Asked,
    Clock,
    Progress,
    Readings,
    by_file,
    files_of,
    names_of,
    read_all,
)
from dcsim.grid.store.provenance import GridId, Provenance, RuleCount
from dcsim.grid.store.versions import (
    StagedGrid,
    one_at_a_time,
    put,
    read_provenance,
    read_reported,
    resolve,
    stage,
    staging,
)

DOUBTFUL_CLOCK = "B"
"""The best grade of records whose known clock faults were not looked for."""


@dataclass(frozen=True)
class Imported:
    """What an import put into the store for one authority and year."""

    grid_id: GridId
    provenance: Provenance
    is_new: bool
    """False if the very same version was there already."""
    joined: GridId | None
    """The version whose files it was joined with, if there was one."""


@dataclass(frozen=True)
class ImportResult:
    """What an import did."""

    imported: tuple[Imported, ...]
    left_out: tuple[str, ...]
    """Hours, authorities and files that were not kept, each with the reason."""


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
    joins: bool = False,
    years: Collection[int] | None = None,
    progress: Progress = _silent,
) -> ImportResult:
    """Read files of hourly records into the store: all of them, or none if anything is wrong.

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
        joins: Join files also to a year that is stored from other records (`reason_to_ask`).
        years: Keep these only; hours beside them serve to correct clocks. All if left out.
        progress: Told what is being done.

    Returns:
        What was put away, by authority and year, each with its grade and repairs.

    Raises:
        DataError: A file cannot be read, there is nothing to keep in it, or it would be mixed with
            other records and `joins` is not given.
        ScenarioError: There is no such format.
        OutputError: The store cannot be written.
    """
    files = [file for path in paths for file in files_of(path)]
    asked = Asked(
        given_code(ba_code, (file.name for file in files)) if ba_code else None,
        tuple(wanted_code(name) for name in wanted) if wanted else None,
        format_named(format_name).name if format_name else None,
        clock,
        replaces,
        frozenset(years) if years else None,
        joins,
    )
    with staging() as folder:
        read = read_all(files, {*paths}, folder, asked, progress)
        with one_at_a_time():
            staged, joined = _stage_all(folder, read, asked, progress)
            if not staged:
                reasons = "; ".join(read.left_out[:3]) or "there are no records in them"
                raise DataError(f"{names_of(files)}: nothing was imported: {reasons}")
            progress("putting away", 1.0)
            are_new = put(staged)
    imported = [
        Imported(one.grid_id, one.provenance, is_new, before)
        for one, is_new, before in zip(staged, are_new, joined, strict=True)
    ]
    return ImportResult(tuple(imported), tuple(read.left_out))


def _stage_all(
    folder: Path, read: Readings, asked: Asked, progress: Progress
) -> tuple[list[StagedGrid], list[GridId | None]]:
    """Join, repair and grade every year that was read, and write it to the staging folder."""
    staged: list[StagedGrid] = []
    joined: list[GridId | None] = []
    for done, code in enumerate(sorted(read.pieces)):
        progress(f"repairing {code}", done / len(read.pieces))
        files = by_file(read.pieces[code])
        for year in asked.years or _years(code, files, asked, read.left_out):
            before = None if asked.replaces else resolve(GridId(code, year))
            one = _stage_year(folder, code, year, files, before, asked, read.left_out)
            if one is not None:
                staged.append(one)
                joined.append(before)
    return staged, joined


def _years(
    code: str, files: Sequence[FileRecords], asked: Asked, left_out: list[str]
) -> Iterator[int]:
    """Yield the years to import; some hours beside a longer year only complete a stored one."""
    stamps = pd.concat([one.table.index.to_series() for one in files]).drop_duplicates()
    hours = stamps.dt.year.value_counts().sort_index()
    for year, count_h in zip(map(int, hours.index), hours, strict=True):
        is_spill_over = count_h * ONE_HOUR <= MARGIN and count_h < hours.max()
        if is_spill_over and not _completes(GridId(code, year), files, asked):
            left_out.append(f"{code}:{year}: {count_h} h that spill over from another year")
        else:
            yield year


def _completes(grid_id: GridId, files: Sequence[FileRecords], asked: Asked) -> bool:
    """Return whether a few hours belong to a stored year, so that they are to be joined to it."""
    before = resolve(grid_id)
    if before is None or asked.replaces:
        return False
    if asked.joins:
        return True
    origins = read_provenance(before).files
    known = {origin.sha256 for origin in origins}
    stored = zip(origins, read_reported(before), strict=True)
    new = [one.within(grid_id.year) for one in files if one.origin.sha256 not in known]
    return not reason_to_ask(new, [FileRecords(*pair) for pair in stored])


def _stage_year(
    folder: Path,
    code: str,
    year: int,
    files: Sequence[FileRecords],
    before: GridId | None,
    asked: Asked,
    left_out: list[str],
) -> StagedGrid | None:
    """Repair and grade a year, and write it to the staging folder if it has what to keep."""
    joined = join_year(code, year, _with_stored(year, files, before), joins=asked.joins)
    if joined is None:
        left_out.append(
            f"{code}:{year}: no generation, demand or intensity in the files, and none in the "
            "store to join to"
        )
        return None
    if joined.cut:
        left_out.append(f"{code}:{year}: {joined.cut} hours of flows in which nothing is generated")
    repaired = repair_year(code, joined.table, joined.hours)
    grade = _doubted(grade_year(repaired), uncorrected_clock(code, joined.files))
    if before is not None and not asked.joins:
        _refuse_mixture(before, files, joined, grade)
    provenance = _provenance(code, year, joined, repaired, grade)
    reported = [one.table for one in joined.files]
    return stage(folder, repaired.table, repaired.changes, reported, provenance)


def _with_stored(
    year: int, files: Sequence[FileRecords], before: GridId | None
) -> list[FileRecords]:
    """Return the files of a year: those of earlier imports, and the new ones over them.

    A file that is imported again is the same file, and keeps its place. Files that contradict none
    of the earlier ones count as imported with them.
    """
    new = [one.within(year) for one in files]
    if before is None:
        return new
    origins = read_provenance(before).files
    stored = [
        FileRecords(origin, table)
        for origin, table in zip(origins, read_reported(before), strict=True)
    ]
    known = {(origin.sha256, origin.is_eia_clock) for origin in origins}
    added = [one for one in new if (one.origin.sha256, one.origin.is_eia_clock) not in known]
    is_beside = not any(contradict(one, other) for one in added for other in stored)
    batch = 0 if is_beside else 1 + max(origin.batch for origin in origins)
    numbered = {"batch": batch}
    return stored + [replace(one, origin=one.origin.model_copy(update=numbered)) for one in added]


def _refuse_mixture(
    before: GridId, files: Sequence[FileRecords], joined: JoinedYear, grade: Grade
) -> None:
    """Refuse to join files to a stored year that they are hardly pieces of.

    Raises:
        DataError: Names the year, the files on both sides, the reason, and what to do.
    """
    kept = read_provenance(before)
    known = {origin.sha256 for origin in kept.files}
    new = [one.within(before.year) for one in files if one.origin.sha256 not in known]
    stored = [one for one in joined.files if one.origin.sha256 in known]
    reason = reason_to_ask(new, stored)
    if not reason and kept.grade < LETTERS[-1] == grade.letter:
        reason = f"joined they are of grade {grade.letter}: {grade.reasons[0]}"
    if not reason and joined.table.index.nunique() < kept.hours:
        reason = f"joined they are {len(joined.hours)} hours of what are {kept.hours} now"
    if reason and new:
        raise DataError(
            f"{before.ba_code}:{before.year} is stored already, of grade {kept.grade}, from "
            f"{described(kept.files)}; {described([one.origin for one in new])} would be joined "
            f"to it, and {reason}. Give --join to join them, --replace to begin the year anew"
        )


def _doubted(grade: Grade, doubt: str) -> Grade:
    """Return a grade that is no better than a doubt about the clock allows."""
    if not doubt:
        return grade
    return Grade(max(grade.letter, DOUBTFUL_CLOCK), (doubt, *grade.reasons))


def _provenance(
    code: str, year: int, joined: JoinedYear, repaired: RepairedYear, grade: Grade
) -> Provenance:
    return Provenance(
        ba_code=code,
        year=year,
        hours=len(repaired.table),
        changed_hours=int(repaired.changes[INDEX].nunique()),
        files=tuple(one.origin for one in joined.files),
        repairs=tuple(
            RuleCount(rule=one.rule, hours=one.hours, detail=one.detail)
            for one in counted_by_rule(repaired.changes)
        ),
        notes=tuple(dict.fromkeys((*joined.notes, *repaired.notes))),
        grade=grade.letter,
        reasons=grade.reasons,
        dcsim=version("dcsim"),
    )
