"""Values of steps shorter than an hour, as meters and markets give them, to hourly means."""

import numpy as np
import pandas as pd

from dcsim.errors import DataError
from dcsim.grid.generation import ONE_HOUR, Repair
from dcsim.units import HOURS_PER_DAY

HOURLY_MEANS = "hourly_means"
"""The repair of values within the hour: each hour gets their mean."""

ONE_MINUTE = pd.Timedelta(minutes=1)

_WHAT_FITS = (
    "stamps must be whole hours, or spaced evenly by a step that divides the hour, such as 15 "
    "minutes"
)


def step_of(index: pd.DatetimeIndex, lines: pd.Index, origin: str) -> pd.Timedelta:
    """Return the length of a row: an hour, or an even step that divides it.

    Stamps that are all whole hours are not checked further here.

    Args:
        index: Stamps, UTC, the beginning of their row.
        lines: In which line of the file each stands.
        origin: What to call the file in messages.

    Raises:
        DataError: Stamps within the hour are not evenly spaced, or the first or last hour is not
            whole.
    """
    if (index == index.floor("h")).all():
        return ONE_HOUR
    steps = pd.Series(index[1:] - index[:-1])
    forward = steps[steps > pd.Timedelta(0)]
    step = ONE_HOUR if forward.empty else forward.mode()[0]
    fits = ONE_MINUTE <= step < ONE_HOUR and ONE_HOUR % step == pd.Timedelta(0)
    odd = index != index.floor(step if fits else ONE_HOUR)
    if odd.any():
        place = f"{origin}, line {lines[int(odd.argmax())]}"
        raise DataError(f"{place}: {_shown(index[int(odd.argmax())])} is refused; {_WHAT_FITS}")
    _check_even(index, steps, step, lines, origin)
    return step


def _check_even(
    index: pd.DatetimeIndex, steps: pd.Series, step: pd.Timedelta, lines: pd.Index, origin: str
) -> None:
    """Refuse a missing or double row, and a first or last hour that is not whole."""
    minutes = step / ONE_MINUTE
    wrong = (steps != step).to_numpy()
    if wrong.any():
        row = int(wrong.argmax())
        raise DataError(
            f"{origin}, line {lines[row + 1]}: {_shown(index[row + 1])} follows "
            f"{_shown(index[row])}, a step of {steps[row] / ONE_MINUTE:g} minutes; every step must "
            f"be {minutes:g} minutes like most ({int(wrong.sum())} such places). Give every row "
            "once, in order, with stamps in UTC"
        )
    if index[0] != index[0].floor("h"):
        raise DataError(
            f"{origin}, line {lines[0]}: begins at {_shown(index[0])}, within the hour; the first "
            "hour must be whole. If stamps are the end of their row, take one step off each"
        )
    if index[-1] + step != index[-1].floor("h") + ONE_HOUR:
        raise DataError(
            f"{origin}, line {lines[-1]}: ends with {_shown(index[-1])}; the last hour must be "
            f"whole, with {ONE_HOUR / step:g} rows of {minutes:g} minutes"
        )


def _shown(stamp: pd.Timestamp) -> str:
    return f"{stamp:%Y-%m-%d %H:%M:%S}Z" if stamp.second else f"{stamp:%Y-%m-%d %H:%M}Z"


def refuse_register(energy: pd.Series, origin: str) -> None:
    """Refuse energy that never falls in a day or more: a meter's register, and no energy per row.

    Raises:
        DataError: Names the first and the last value.
    """
    known = energy.dropna()
    if len(known) >= HOURS_PER_DAY and known.is_monotonic_increasing and known.is_unique:
        raise DataError(
            f"{origin}: {energy.name} rises in every row, from {known.iloc[0]:g} to "
            f"{known.iloc[-1]:g}, as a meter's register does; give the energy of each row, which "
            "is the difference of two readings"
        )


def hourly_means(values: pd.DataFrame, step: pd.Timedelta) -> pd.DataFrame:
    """Return the mean of each hour; an hour with a missing value is missing.

    Args:
        values: Evenly spaced rows of whole hours, as `step_of` has checked.
        step: Length of a row.
    """
    rows = int(ONE_HOUR / step)
    cells = values.to_numpy(dtype=float).reshape(-1, rows, len(values.columns))
    return pd.DataFrame(
        np.mean(cells, axis=1), pd.DatetimeIndex(values.index[::rows]), values.columns
    )


def averaged(step: pd.Timedelta, hours: int) -> tuple[Repair, ...]:
    """Return the repair of so many hours from rows of some length; none if those are hours."""
    if step == ONE_HOUR:
        return ()
    rows, minutes = ONE_HOUR / step, step / ONE_MINUTE
    detail = f"each hour is the mean of its {rows:g} values, one every {minutes:g} minutes"
    return (Repair(HOURLY_MEANS, hours, detail, is_routine=True),)
