"""What a value or a stamp of hourly records can be at all; whatever lies beyond is refused."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from dcsim.errors import DataError
from dcsim.grid.generation import LARGEST_MW, ONE_HOUR
from dcsim.grid.records import CARBON_FREE, DIRECT_INTENSITY, INTENSITY

LARGEST_KG_PER_MWH = 1e4
"""Some ten times what coal emits: an intensity beyond it is in another unit [kg/MWh]."""
LARGEST_FRAC = 1.01
"""A share, and a hundredth for rounding: beyond it is a percentage."""

FIRST_YEAR, LAST_YEAR = 2001, 2100

_LARGEST = {
    INTENSITY: LARGEST_KG_PER_MWH,
    DIRECT_INTENSITY: LARGEST_KG_PER_MWH,
    CARBON_FREE: LARGEST_FRAC,
}
"""Of the columns of records that are no power."""


def refuse_beyond(table: pd.DataFrame, origin: str) -> None:
    """Refuse records that hold what is not finite, or larger than anything real.

    Args:
        table: As in `Records`.
        origin: What to call the file and the authority in the message.

    Raises:
        DataError: Names the first such value of a column, and its hour.
    """
    for name in map(str, table.columns):
        largest = _LARGEST.get(name, LARGEST_MW)
        place = first_beyond(table[name].to_numpy(), largest)
        if place is not None:
            hour, value = pd.DatetimeIndex(table.index)[place], table[name].iloc[place]
            found = f"{name} at {hour:%Y-%m-%d %H:%M}Z is {value:g}"
            raise DataError(f"{origin}: {found}; {what_is_allowed(largest)}")


def first_beyond(values: npt.NDArray[np.float64], largest: float = LARGEST_MW) -> int | None:
    """Return where the first value stands that is infinite or too large, if there is one."""
    beyond = np.abs(values) > largest
    return int(beyond.argmax()) if beyond.any() else None


def what_is_allowed(largest: float = LARGEST_MW) -> str:
    """Say which values are allowed; for the end of a message."""
    asked = ". Is it MW?" if largest == LARGEST_MW else ""
    return f"values must be finite and within {largest:,.8g}{asked}"


def is_odd_stamp(stamps: pd.DatetimeIndex) -> npt.NDArray[np.bool_]:
    """Tell which stamps, of any clock, are no whole hour or of no year that records are about."""
    is_odd: npt.NDArray[np.bool_] = (
        (stamps != stamps.floor(ONE_HOUR)) | (stamps.year < FIRST_YEAR) | (stamps.year > LAST_YEAR)
    )
    return is_odd


WHAT_A_STAMP_IS = f"stamps must be whole hours of the years {FIRST_YEAR} to {LAST_YEAR}"
