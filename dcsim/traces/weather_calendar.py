"""A weather file's rows on one even clock: every hour once, typical years on a common one."""

import numpy as np
import pandas as pd

from dcsim.errors import DataError
from dcsim.grid.generation import ONE_HOUR, Repair
from dcsim.traces.weather_reading import NOMINAL_YEAR, Reading

ONE_DAY = pd.Timedelta(days=1)
ONE_YEAR = pd.Timedelta(days=365)
REPEAT_28_FEBRUARY = "repeat_28_february"
"""The repair of a leap year that was given without its 29 February."""


def on_even_clock(reading: Reading, origin: str) -> tuple[pd.DataFrame, bool, tuple[Repair, ...]]:
    """Return rows with even stamps, whether they are of a typical year, and what was repeated.

    A year is typical if its format says so, if its months are of different years, or if its hours
    are means over years. One without 29 February alone is not: NSRDB leaves it out of every real
    leap year.
    """
    given = pd.DatetimeIndex(reading.table.index)
    step = _step(given, origin)
    new_year = pd.Timestamp(NOMINAL_YEAR, 1, 1, 0, given[0].minute, tz=given.tz)
    common = pd.date_range(new_year, periods=int(ONE_YEAR / step), freq=step)
    means_no_year = reading.is_typical or reading.facts.is_average or given.year.nunique() > 1
    if _same_calendar(given, common) and means_no_year:
        return reading.table.set_axis(common), True, ()
    if reading.is_typical:
        raise DataError(
            f"{origin}: must have every hour of a typical year once, in order, from 1 January: "
            f"{len(common):,} rows; got {len(given):,} from {given[0]} to {given[-1]}"
        )
    table, lent = _with_leap_days(reading.table, step)
    given = pd.DatetimeIndex(table.index)
    uneven = given[1:] - given[:-1] != step
    if uneven.any():
        row = int(np.argmax(uneven))
        raise DataError(
            f"{origin}, row {row + 2} of the data: {given[row + 1]} follows {given[row]}; rows "
            f"must be {step} apart, or be the {len(common):,} of a typical year"
        )
    return table, False, lent


def _step(given: pd.DatetimeIndex, origin: str) -> pd.Timedelta:
    """Return the usual time between rows: an hour or a part of one."""
    if len(given) < 2:
        raise DataError(f"{origin}: has {len(given)} rows; at least two are needed")
    if given.hasnans:
        row = int(np.argmax(given.isna()))
        raise DataError(f"{origin}, row {row + 1} of the data: has no stamp; the file is cut short")
    step: pd.Timedelta = (given[1:] - given[:-1]).to_series().mode().iloc[0]
    if step <= pd.Timedelta(0) or ONE_HOUR % step != pd.Timedelta(0):
        raise DataError(f"{origin}: rows are {step} apart; must be an hour or a part of one")
    return step


def _with_leap_days(
    table: pd.DataFrame, step: pd.Timedelta
) -> tuple[pd.DataFrame, tuple[Repair, ...]]:
    """Repeat 28 February where a leap year goes on with 1 March."""
    given = pd.DatetimeIndex(table.index)
    skips = np.flatnonzero(given[1:] - given[:-1] == ONE_DAY + step)
    before = [day for day in given[skips].normalize() if (day.month, day.day) == (2, 28)]
    leap = [day for day in before if day.is_leap_year]
    if not leap:
        return table, ()
    repeated = table[given.normalize().isin(leap)]
    repeated = repeated.set_axis(pd.DatetimeIndex(repeated.index) + ONE_DAY)
    hours = int(len(repeated) * step / ONE_HOUR)
    detail = "the file leaves 29 February out; it is 28 February again"
    whole = pd.concat([table, repeated]).sort_index()
    return whole, (Repair(REPEAT_28_FEBRUARY, hours, detail, is_routine=True),)


def _same_calendar(given: pd.DatetimeIndex, common: pd.DatetimeIndex) -> bool:
    """Tell whether stamps have the same months, days and times, whatever their years."""
    parts = ("month", "day", "hour", "minute")
    return len(given) == len(common) and all(
        bool((getattr(given, part) == getattr(common, part)).all()) for part in parts
    )
