"""The plain hourly table of dcsim: `utc_hour_beginning` and a column `<fuel>_mw` for each fuel.

Documented for users in grids/FORMATS.md. Stamps label the beginning of the hour. A bare fuel name
is read as MW; whatever else looks like generation is refused, so that no fuel is lost unseen.
"""

import re

import pandas as pd

from dcsim.errors import DataError
from dcsim.grid.generation import FUELS
from dcsim.grid.readers.columns import by_fuel, numbers, utc_stamps, without_column

NAME = "plain hourly table"
STAMP = "utc_hour_beginning"

_NOT_GENERATION = ("demand_mw",)
_KNOWN = {name: fuel for fuel in FUELS for name in (fuel, f"{fuel}_mw")}
_FUEL_WORDS = re.compile(rf"^({'|'.join((*FUELS, 'gas'))})(?![a-z])", re.IGNORECASE)
_POWER = re.compile(r"(?<![a-z])[kmgt]wh?\W*$", re.IGNORECASE)


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
    chosen: dict[str, str] = {}
    for column in map(str, table.columns):
        fuel = _fuel_of(column, origin)
        if fuel is not None and fuel in chosen:
            raise DataError(f"{origin}: {chosen[fuel]} and {column} both hold {fuel}; keep one")
        if fuel is not None:
            chosen[fuel] = column
    if not chosen:
        raise DataError(f"{origin}: has no column of generation; known are {_known()}")
    values = numbers(table[list(chosen.values())], origin)
    generation = by_fuel({fuel: values[column] for fuel, column in chosen.items()}, index)
    return generation, f"stamps are hour-beginning UTC; {without_column(chosen)}"


def _fuel_of(column: str, origin: str) -> str | None:
    """Return the fuel a column holds, or None for one that is no generation."""
    if column in _KNOWN:
        return _KNOWN[column]
    if column in _NOT_GENERATION or not (_FUEL_WORDS.match(column) or _POWER.search(column)):
        return None
    raise DataError(
        f"{origin}, line 1: column {column!r} looks like generation and is not known; generation "
        f"must be in MW, in columns {_known()}"
    )


def _known() -> str:
    return ", ".join(f"{fuel}_mw" for fuel in FUELS)
