"""The plain hourly table of dcsim: `utc_hour_beginning` and a column `<fuel>_mw` for each fuel.

Documented for users in grids/FORMATS.md. Stamps label the beginning of the hour. Columns other
than fuels are ignored; a column that names a fuel in another unit is refused.
"""

import re

import pandas as pd

from dcsim.errors import DataError
from dcsim.grid.generation import FUELS
from dcsim.grid.readers.columns import by_fuel, numbers, utc_stamps

NAME = "plain hourly table"
NOTE = "stamps are hour-beginning UTC"
STAMP = "utc_hour_beginning"

_FUEL_COLUMN = re.compile(rf"^({'|'.join(FUELS)})(?:[_ \[(]+([A-Za-z]+)[\])]?)?$")


def matches(columns: pd.Index) -> bool:
    """Tell whether a table with these columns is meant for this reader."""
    return STAMP in columns


def read(table: pd.DataFrame, origin: str) -> pd.DataFrame:
    """Translate a plain table to generation by fuel.

    Args:
        table: As read from the file.
        origin: What to call the file in messages.

    Returns:
        Generation [MW] with columns `FUELS`, UTC hour-beginning index; may have missing values.

    Raises:
        DataError: A unit is not MW, a fuel is there twice, no fuel is there, or a cell is bad.
    """
    index = utc_stamps(table[STAMP], origin, naive_is_utc=True)
    chosen: dict[str, str] = {}
    for column in table.columns:
        match = _FUEL_COLUMN.match(column)
        if match is None:
            continue
        fuel, unit = match.groups()
        _check_unit(column, unit, fuel, origin)
        if fuel in chosen:
            raise DataError(f"{origin}: {chosen[fuel]} and {column} both hold {fuel}; keep one")
        chosen[fuel] = column
    if not chosen:
        known = ", ".join(f"{fuel}_mw" for fuel in FUELS)
        raise DataError(f"{origin}: has no column of generation; known are {known}")
    values = numbers(table[list(chosen.values())], origin)
    return by_fuel({fuel: values[column] for fuel, column in chosen.items()}, index)


def _check_unit(column: str, unit: str | None, fuel: str, origin: str) -> None:
    """Refuse a fuel column in any unit but MW; a bare fuel name is read as MW."""
    if unit is not None and unit.lower() != "mw":
        raise DataError(
            f"{origin}, line 1: column {column!r} is in {unit}; generation must be in MW, "
            f"in a column {fuel}_mw"
        )
