"""The plain hourly table of dcsim: `utc_hour_beginning` and a column `<fuel>_mw` for each fuel.

Documented for users in grids/FORMATS.md. Stamps label the beginning of the hour. A bare fuel name
is read as MW; whatever else looks like generation is refused, so that no fuel is lost unseen.
"""

import re
from collections.abc import Iterator

import pandas as pd

from dcsim.errors import DataError
from dcsim.grid.generation import FUELS
from dcsim.grid.readers.column_units import unit_of
from dcsim.grid.readers.columns import by_fuel, numbers, refuse_blank, utc_stamps, without_column
from dcsim.grid.readers.eia_codes import laid_out
from dcsim.grid.readers.naming import authority_of
from dcsim.grid.readers.rows import require_columns
from dcsim.grid.readers.source import Input, Options, Sniff, sniff
from dcsim.grid.readers.table import table_of
from dcsim.grid.records import (
    CARBON_FREE,
    DEMAND,
    DIRECT_INTENSITY,
    INTENSITY,
    NET_GENERATION,
    STORAGE,
    TOTAL_INTERCHANGE,
    Records,
)

NAME = "plain hourly table"
STAMP = "utc_hour_beginning"

_NOT_GENERATION = ("demand_mw",)
_KNOWN = {name: fuel for fuel in FUELS for name in (fuel, f"{fuel}_mw")}
_FUEL_WORDS = re.compile(rf"^({'|'.join((*FUELS, 'gas'))})(?![a-z])", re.IGNORECASE)
_POWER = re.compile(r"(?<![a-z])[kmgt]wh?\W*$", re.IGNORECASE)

_ALSO_KNOWN = {
    **{f"{name}_mw": name for name in (STORAGE, DEMAND, NET_GENERATION, TOTAL_INTERCHANGE)},
    **{name: name for name in (INTENSITY, DIRECT_INTENSITY, CARBON_FREE)},
}
_FLOW = re.compile(r"^(to_[A-Z0-9]+)_mw$")
_FLAG = "flag_suspect"


def matches(columns: pd.Index) -> bool:
    """Tell whether a table with these columns is meant for this reader."""
    return STAMP in columns


def read(table: pd.DataFrame, origin: str) -> tuple[pd.DataFrame, str]:
    """Translate a plain table to generation by fuel.

    Args:
        table: As read from the file.
        origin: What to call the file in messages.

    Returns:
        Generation [MW] with columns `FUELS`, UTC hour-beginning index, possibly with missing
        values; and a note on clock and columns.

    Raises:
        DataError: A column looks like generation and is not `<fuel>_mw`, a fuel is there twice,
            no fuel is there, or a cell is bad.
    """
    index = utc_stamps(table[STAMP], origin, naive_is_utc=True)
    chosen = _fuel_columns(list(map(str, table.columns)), origin)
    values = numbers(table[list(chosen.values())], origin)
    generation = by_fuel({fuel: values[column] for fuel, column in chosen.items()}, index)
    return generation, f"stamps are hour-beginning UTC; {without_column(chosen)}"


def recognizes(found: Sniff) -> bool:
    """Tell whether a file is meant for this reader."""
    return STAMP in found.columns


def pieces(source: Input, options: Options) -> Iterator[Records]:
    """Read the records of one authority; beside fuels, those that `records.COLUMNS` names.

    Raises:
        DataError: As `read`, or the file does not say which authority it is about.
    """
    found = sniff(source)
    require_columns(found.columns, [STAMP], source.origin)
    code = authority_of(source, options)
    if not options.wants(code):
        return
    table = table_of(source, found, options.progress)
    names = list(map(str, table.columns))
    also = {known: name for name in names if (known := _also_known(name)) is not None}
    others = [name for name in names if name not in also.values()]
    fuels = _fuel_columns(others, source.origin, are_needed=INTENSITY not in also)
    index = utc_stamps(table[STAMP], source.origin, naive_is_utc=True)
    columns = {**fuels, **also}
    values = numbers(table[list(columns.values())], source.origin)
    refuse_blank(values, source.origin)
    series = {name: values[column] for name, column in columns.items()}
    notes = ("stamps are hour-beginning UTC", *_flag_note(table))
    yield Records(code, laid_out(series, index), notes)


def _fuel_columns(names: list[str], origin: str, *, are_needed: bool = True) -> dict[str, str]:
    """Return the column of each fuel that has one."""
    chosen: dict[str, str] = {}
    for column in names:
        fuel = _fuel_of(column, origin)
        if fuel is not None and fuel in chosen:
            raise DataError(f"{origin}: {chosen[fuel]} and {column} both hold {fuel}; keep one")
        if fuel is not None:
            chosen[fuel] = column
    if not chosen and are_needed:
        raise DataError(
            f"{origin}: has no column of generation; known are {_known()}, or {INTENSITY} alone"
        )
    return chosen


def _fuel_of(column: str, origin: str) -> str | None:
    """Return the fuel a column holds, or None for one that is no generation."""
    if column in _KNOWN:
        return _KNOWN[column]
    if column in _NOT_GENERATION or not _looks_like_generation(column):
        return None
    raise DataError(
        f"{origin}, line 1: column {column!r} looks like generation and is not known; generation "
        f"must be in MW, in columns {_known()}"
    )


def _looks_like_generation(column: str) -> bool:
    """Return whether a name begins with a fuel or states a unit of power or energy: `coalMW`."""
    if _FUEL_WORDS.match(column) or _POWER.search(column):
        return True
    unit = unit_of(column)
    return unit is not None and unit.kind in ("power", "energy")


def _also_known(column: str) -> str | None:
    """Return what a column of an import holds beside generation by fuel, if anything."""
    flow = _FLOW.match(column)
    return flow[1] if flow else _ALSO_KNOWN.get(column)


def _flag_note(table: pd.DataFrame) -> tuple[str, ...]:
    if _FLAG not in table.columns:
        return ()
    return (f"the file's own {_FLAG} is not used: dcsim finds doubtful hours itself",)


def _known() -> str:
    return ", ".join(f"{fuel}_mw" for fuel in FUELS)
