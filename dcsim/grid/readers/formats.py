"""The formats dcsim reads, how each is told, and the one door to all: `read_records`."""

import difflib
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pandas as pd

from dcsim.errors import DataError, ScenarioError, UnknownFormat
from dcsim.grid.authorities import NEW_AUTHORITIES, known_authorities
from dcsim.grid.generation import ONE_HOUR
from dcsim.grid.readers import (
    carbon_explorer,
    carboncast,
    eba_wide,
    eia930_balance,
    eia930_interchange,
    eia930_workbook,
    eia_bulk,
    eia_json,
    electricity_maps,
    gridemissions,
    intensity,
    plain,
    pudl,
)
from dcsim.grid.readers.limits import refuse_beyond
from dcsim.grid.readers.refused import reason_to_refuse
from dcsim.grid.readers.source import (
    Input,
    Options,
    Sniff,
    inputs_of,
    shown,
    sniff,
)
from dcsim.grid.readers.unpacking import Progress, unheard
from dcsim.grid.records import Records, neighbours

_CODE = re.compile(r"[A-Z0-9]{2,6}\Z")
_SHOWN_CHARACTERS = 80
_ENOUGH_TO_TELL_STEPS = 3


@dataclass(frozen=True)
class Format:
    """A format that dcsim reads.

    Attributes:
        name: What to force it by, such as `eia930-balance`.
        title: What to call it before people.
        matches: Tells from the beginning of a file whether it is in this format.
        read: Reads a file in pieces, each of one authority.
        is_eia_clock: Whether its stamps came from EIA-930 unchanged, so that EIA's clock faults of
            single authorities are in it.
        family: Who publishes it, of formats that hold pieces of one record; else its own name.
    """

    name: str
    title: str
    matches: Callable[[Sniff], bool]
    read: Callable[[Input, Options], Iterator[Records]]
    is_eia_clock: bool = True
    family: str = ""


EIA_930 = "EIA-930"
"""The family of EIA's own files, which complete and revise one another."""

FORMATS: tuple[Format, ...] = (
    Format(
        "eia930-balance",
        "EIA-930 six-month BALANCE file",
        eia930_balance.recognizes,
        eia930_balance.pieces,
        family=EIA_930,
    ),
    Format(
        "eia930-interchange",
        "EIA-930 six-month INTERCHANGE file",
        eia930_interchange.recognizes,
        eia930_interchange.pieces,
        family=EIA_930,
    ),
    Format(
        "eia930-workbook",
        "sheet of EIA-930's workbook of an authority",
        eia930_workbook.recognizes,
        eia930_workbook.pieces,
        family=EIA_930,
    ),
    Format(
        "pudl",
        "PUDL's table of EIA-930",
        pudl.recognizes,
        pudl.pieces,
        family=EIA_930,
    ),
    Format(
        "eia-api",
        "reply of EIA's API, version 2",
        eia_json.recognizes,
        eia_json.pieces,
        family=EIA_930,
    ),
    Format(
        "eia-bulk",
        "EIA's bulk file EBA",
        eia_bulk.recognizes,
        eia_bulk.pieces,
        family=EIA_930,
    ),
    Format(
        "eia-bulk-wide",
        "EIA's bulk series side by side",
        eba_wide.recognizes,
        eba_wide.pieces,
        family=EIA_930,
    ),
    Format(
        "electricity-maps",
        "Electricity Maps CSV",
        electricity_maps.recognizes,
        electricity_maps.pieces,
        is_eia_clock=False,
    ),
    Format(
        "gridemissions",
        "gridemissions wide CSV",
        gridemissions.recognizes,
        gridemissions.pieces,
    ),
    Format(
        "carboncast",
        "CarbonCast, EnsembleCI or DACF columns",
        carboncast.recognizes,
        carboncast.pieces,
    ),
    Format(
        "carbon-explorer",
        "Carbon Explorer or SustainDC columns",
        carbon_explorer.recognizes,
        carbon_explorer.pieces,
    ),
    Format(
        "intensity",
        "hourly carbon intensity",
        intensity.recognizes,
        intensity.pieces,
        is_eia_clock=False,
    ),
    Format(
        "plain",
        "plain hourly table",
        plain.recognizes,
        plain.pieces,
        is_eia_clock=False,
    ),
)
"""In the order they are tried; the first that matches is taken."""


def format_named(name: str) -> Format:
    """Return the format of a name.

    Raises:
        ScenarioError: There is none; names those there are.
    """
    for known in FORMATS:
        if known.name == name:
            return known
    raise ScenarioError(f"there is no format {name!r}; known are {_names()}")


def refuse_import_formats(path: Path, taken: Collection[str]) -> None:
    """Refuse a file of a known format at a door that takes fewer, and name the command to use.

    Args:
        path: The file; each member of a zip is looked at.
        taken: Names of the formats that the door takes.

    Raises:
        DataError: A file is in another known format, or is of a known kind that holds no
            generation; or it cannot be read.
    """
    for source in inputs_of(path):
        found = sniff(source)
        known = [known for known in FORMATS if known.matches(found)]
        if any(known.name in taken for known in known):
            continue
        reason = reason_to_refuse(found)
        if reason is not None:
            raise DataError(f"{source.origin}: {reason}")
        if known:
            packing = "JSON, " if found.is_json else ""
            raise DataError(
                f"{source.origin}: is {packing}in the format {known[0].name} ({known[0].title}), "
                f"which is not read here; `dcsim grids import {path}` reads it into the store, and "
                "grid.id names it then"
            )


def family_of(title: str) -> str:
    """Return the family of a format by its title, as the provenance of records has it."""
    return next((known.family for known in FORMATS if known.title == title and known.family), title)


def read_records(
    path: Path,
    *,
    format_name: str | None = None,
    ba_code: str | None = None,
    wanted: Collection[str] | None = None,
    seen: set[str] | None = None,
    unknown: set[str] | None = None,
    progress: Progress = unheard,
) -> Iterator[tuple[Format, Records]]:
    """Read what was reported from a file in any format, piece by piece.

    A big file is never held whole. An authority may come in several pieces, in any order; a piece
    without any value is left out. A zip is read member by member.

    Args:
        path: CSV or JSON text, also gzipped; Parquet; or a zip of such.
        format_name: The format, if it should not be told from the file.
        ba_code: The authority of formats that do not name it; told from the file's name, or taken
            from `wanted` if that is a single one, where it is left out.
        wanted: Read only these authorities; `refuse_absent` tells whether there were any.
        seen: Gets the authorities met, wanted or not.
        unknown: Gets what stood for an authority or a neighbour and is none, fit to be shown; its
            records are not given.
        progress: Is told how much has been read, from 0 to 1.

    Yields:
        The format and the records of one authority.

    Raises:
        ScenarioError: There is no format of that name.
        UnknownFormat: The file is whole, and in no known format or refused for a reason.
        DataError: The file is damaged, or one of several in a zip is in no known format.
    """
    forced = None if format_name is None else format_named(format_name)
    codes = None if wanted is None else frozenset(wanted)
    options = Options(
        ba_code,
        codes,
        seen=set() if seen is None else seen,
        unknown=set() if unknown is None else unknown,
    )
    sources = inputs_of(path)
    formats = [forced] * len(sources) if forced else _all_detected(sources)
    for chosen, (source, heard) in zip(formats, _with_progress(sources, progress), strict=True):
        for read in chosen.read(source, replace(options, progress=heard)):
            records = _between_known(read, options)
            if not records.table.columns.empty:
                refuse_beyond(records.table, f"{source.origin}: {records.ba_code}")
                _refuse_other_steps(records, source)
                yield chosen, records
    progress(1.0)


def refuse_absent(wanted: Collection[str], seen: Collection[str], what: str) -> None:
    """Refuse an import that found none of the authorities wanted, or was asked for no real one.

    Args:
        wanted: The authorities that were asked for.
        seen: Those met in all files together.
        what: What to call the files in the message.

    Raises:
        DataError: Names the first that is not there, and the nearest there is.
    """
    absent = sorted(set(wanted) - set(seen))
    unknown = [code for code in absent if code not in {**known_authorities(), **NEW_AUTHORITIES}]
    refused = unknown or (absent if len(absent) == len(set(wanted)) else [])
    if refused:
        code = refused[0]
        raise DataError(f"{what}: has no authority {code}; {_nearest(code, seen)}")


def _with_progress(sources: list[Input], progress: Progress) -> Iterator[tuple[Input, Progress]]:
    """Give each file its share of the whole progress."""
    total_bytes = sum(source.size_bytes for source in sources)
    done_bytes = 0
    for source in sources:
        yield source, partial(_scaled, progress, done_bytes, source.size_bytes, total_bytes)
        done_bytes += source.size_bytes


def _scaled(progress: Progress, before: int, share: int, total: int, fraction: float) -> None:
    progress((before + share * fraction) / total)


def _all_detected(sources: list[Input]) -> list[Format]:
    """Return the format of each file, before any is read; a zip is taken whole or not at all."""
    try:
        return [_detected(source) for source in sources]
    except UnknownFormat as error:
        if len(sources) > 1:
            raise DataError(str(error)) from None
        raise


def _detected(source: Input) -> Format:
    found = sniff(source)
    reason = reason_to_refuse(found)
    if reason is not None:
        raise UnknownFormat(f"{source.origin}: {reason}")
    for known in FORMATS:
        if known.matches(found):
            return known
    _refuse_other_separators(found, source)
    shown = found.first_line or ",".join(found.columns)
    if len(shown) > _SHOWN_CHARACTERS:
        shown = f"{shown[:_SHOWN_CHARACTERS]}..."
    raise UnknownFormat(
        f"{source.origin}: is in no format dcsim knows; its first line is {shown!r}. "
        f"Known are {_names()}; grids/FORMATS.md describes them, --format forces one"
    )


def _refuse_other_separators(found: Sniff, source: Input) -> None:
    """Refuse a table that would be in a known format but for what its columns are separated by."""
    for separator, word in ((";", "semicolons"), ("\t", "tabs")):
        names = tuple(name.strip() for name in found.first_line.split(separator))
        if any(known.matches(replace(found, columns=names)) for known in FORMATS):
            raise DataError(
                f"{source.origin}, line {found.line}: columns are separated by {word}; commas are "
                "needed, and points in numbers"
            )


def _between_known(records: Records, options: Options) -> Records:
    """Return records without what is of no authority: all of them, or single flows."""
    if not options.wants(records.ba_code):
        return replace(records, table=records.table[[]])
    odd = {code: name for code, name in neighbours(records.table).items() if not _CODE.match(code)}
    options.unknown.update(map(shown, odd))
    return (
        replace(records, table=records.table.drop(columns=list(odd.values()))) if odd else records
    )


def _refuse_other_steps(records: Records, source: Input) -> None:
    """Refuse a file of days or months; stamps within the hour are refused as they are read."""
    stamps = pd.DatetimeIndex(records.table.index).unique().sort_values()
    if len(stamps) < _ENOUGH_TO_TELL_STEPS:
        return
    steps = pd.Series(stamps).diff()
    if steps.min() > ONE_HOUR:
        raise DataError(
            f"{source.origin}: {records.ba_code} has a value every "
            f"{steps.median() / ONE_HOUR:g} hours; hourly data is needed"
        )


def _nearest(code: str, seen: Collection[str]) -> str:
    near = difflib.get_close_matches(code, sorted(seen), n=3, cutoff=0.5)
    if near:
        return f"nearest there is {', '.join(near)}"
    return f"it has {', '.join(sorted(seen)) or 'none'}"


def _names() -> str:
    return ", ".join(known.name for known in FORMATS)
