"""Tables with Carbon Explorer's columns: `timestamp,WND,SUN,WAT,OIL,NG,COL,NUC,OTH[,avg_CI]`.

Stamps are EIA's: they label the *end* of the hour, so one hour is taken off at the door.
Values are MW. `avg_CI` is not used: intensity is computed from the mix with a named factor set.
"""

import pandas as pd

from dcsim.errors import DataError
from dcsim.grid.generation import ONE_HOUR
from dcsim.grid.readers.columns import by_fuel, numbers, utc_stamps

NAME = "Carbon Explorer columns"
NOTE = "stamps were hour-ending UTC and are moved one hour back"

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


def matches(columns: pd.Index) -> bool:
    """Tell whether a table with these columns is meant for this reader."""
    return any(code in columns for code in FUEL_OF)


def read(table: pd.DataFrame, origin: str) -> pd.DataFrame:
    """Translate a table with Carbon Explorer's columns to generation by fuel.

    Args:
        table: As read from the file.
        origin: What to call the file in messages.

    Returns:
        Generation [MW] with columns `FUELS`, UTC hour-beginning index; may have missing values.

    Raises:
        DataError: No stamp column, a stamp without an offset, or a cell that is no number.
    """
    stamp = next((name for name in _STAMPS if name in table.columns), None)
    if stamp is None:
        raise DataError(f"{origin}: has no column of stamps; expected {' or '.join(_STAMPS[:2])}")
    index = (utc_stamps(table[stamp], origin, naive_is_utc=False) - ONE_HOUR).as_unit("s")
    values = numbers(table[[code for code in FUEL_OF if code in table.columns]], origin)
    return by_fuel({FUEL_OF[str(code)]: values[code] for code in values}, index)
