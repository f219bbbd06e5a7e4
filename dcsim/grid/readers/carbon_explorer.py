"""Tables with Carbon Explorer's columns: `timestamp,WND,SUN,WAT,OIL,NG,COL,NUC,OTH[,avg_CI]`.

Stamps are EIA's: they label the *end* of the hour, so one hour is taken off at the door.
Values are MW. `avg_CI` is not used: intensity is computed from the mix with a named factor set.
"""

import re
from collections.abc import Iterator

import pandas as pd

from dcsim.errors import DataError
from dcsim.grid.generation import ONE_HOUR
from dcsim.grid.readers.columns import by_fuel, numbers, refuse_blank, utc_stamps, without_column
from dcsim.grid.readers.eia_codes import MOVED_BACK, laid_out
from dcsim.grid.readers.naming import authority_of
from dcsim.grid.readers.source import Input, Options, Sniff, sniff
from dcsim.grid.readers.table import table_of
from dcsim.grid.records import Records

NAME = "Carbon Explorer columns"

FUEL_OF = {
    "COL": "coal",
    "NG": "natural_gas",
    "NUC": "nuclear",
    "OIL": "oil",
    "WAT": "hydro",
    "SUN": "solar",
    "WND": "wind",
    "OTH": "other",
}
"""EIA-930 energy-source codes, as Carbon Explorer uses them."""

_STAMPS = ("timestamp", "datetime", "Unnamed: 0")
_ENOUGH_CODES = 2
"""So many codes make a file one of these; a single `NG` could stand for anything."""
_ZERO_NOTE = "Carbon Explorer wrote 0 for missing and for negative values; a 0 may be missing"
_LOOKS_LIKE_A_CODE = re.compile(rf"^({'|'.join(FUEL_OF)})(?![a-z])", re.IGNORECASE)


def matches(columns: pd.Index) -> bool:
    """Tell whether a table with these columns is meant for this reader."""
    return any(_LOOKS_LIKE_A_CODE.match(str(column)) for column in columns)


def read(table: pd.DataFrame, origin: str) -> tuple[pd.DataFrame, str]:
    """Translate a table with Carbon Explorer's columns to generation by fuel.

    Args:
        table: As read from the file.
        origin: What to call the file in messages.

    Returns:
        Generation [MW] with columns `FUELS`, UTC hour-beginning index, possibly with missing
        values; and a note on clock and columns.

    Raises:
        DataError: No stamp column, a column that is almost a code, a stamp without an offset, or
            a cell that is no number.
    """
    columns, index = _fuels(table, origin)
    return by_fuel(columns, index), f"{MOVED_BACK}; {without_column(columns)}"


def recognizes(found: Sniff) -> bool:
    """Tell whether a file is meant for this reader."""
    has_stamp = any(name in found.columns for name in (*_STAMPS, ""))
    return has_stamp and sum(name in FUEL_OF for name in found.columns) >= _ENOUGH_CODES


def pieces(source: Input, options: Options) -> Iterator[Records]:
    """Read the records of one authority.

    Raises:
        DataError: As `read`, or the file does not say which authority it is about.
    """
    code = authority_of(source, options)
    if not options.wants(code):
        return
    columns, index = _fuels(table_of(source, sniff(source), options.progress), source.origin)
    refuse_blank(pd.DataFrame(columns), source.origin)
    yield Records(code, laid_out(columns, index), (MOVED_BACK, _ZERO_NOTE))


def _fuels(table: pd.DataFrame, origin: str) -> tuple[dict[str, pd.Series], pd.DatetimeIndex]:
    """Return the series of the fuels there are, and their stamps, hour-beginning."""
    stamp = next((name for name in _STAMPS if name in table.columns), None)
    if stamp is None:
        raise DataError(f"{origin}: has no column of stamps; expected {' or '.join(_STAMPS[:2])}")
    for column in map(str, table.columns):
        if _LOOKS_LIKE_A_CODE.match(column) and column not in FUEL_OF:
            raise DataError(
                f"{origin}, line 1: column {column!r} is almost a code; generation must be in MW, "
                f"in columns {', '.join(FUEL_OF)}"
            )
    index = (utc_stamps(table[stamp], origin, naive_is_utc=False) - ONE_HOUR).as_unit("s")
    values = numbers(table[[code for code in FUEL_OF if code in table.columns]], origin)
    return {FUEL_OF[str(code)]: values[code] for code in values}, index
