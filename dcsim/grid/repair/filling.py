"""How the gaps of an hourly series are filled: by their length, and always said.

A short gap is bridged by a straight line. A longer one takes each hour from the same hours of the
days around it, one longer still from the same hours of the weeks around it, along a straight line
from the one before to the one after, so that night stays night and Sunday stays Sunday. Beyond the
first and the last value there is no line: the mean of all the same hours, weighted by the inverse
square of their distance, takes its place. It is no copy of any of them.

Solar without a value at night is zero, and a gap of solar goes on through the night: it is as long
as from its first hour to its last, so that two days without sun are one gap.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dcsim.units import DAYS_PER_WEEK, HOURS_PER_DAY

LINE = "by a straight line"
DAYS = "from the same hours of the days around"
WEEKS = "from the same hours of the weeks around"
NIGHT = "as zero at night"

LINE_HOURS = 3
"""Longest gap bridged by a straight line: solar bends more within a longer one [h]."""
DAYS_HOURS = 3 * HOURS_PER_DAY
"""Longest gap filled from the days around it: weather lasts about that long [h]."""

_PERIOD = {DAYS: HOURS_PER_DAY, WEEKS: HOURS_PER_DAY * DAYS_PER_WEEK}

Values = NDArray[np.float64]
Mask = NDArray[np.bool_]
Positions = NDArray[np.int64]


def _edges(mask: Mask) -> NDArray[np.int64]:
    return np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))


def run_sums(mask: Mask, values: Values) -> Values:
    """Return for every hour the sum of values over the run of true hours it is in; 0 outside."""
    edges = _edges(mask)
    total = np.concatenate(([0.0], np.cumsum(values)))[edges]
    sums = np.zeros(len(mask))
    sums[mask] = np.repeat(total[1::2] - total[::2], edges[1::2] - edges[::2])
    return sums


def run_lengths(mask: Mask) -> NDArray[np.int64]:
    """Return for every hour the length of the run of true hours it is in; 0 where false [h]."""
    lengths = np.zeros(len(mask), dtype=np.int64)
    edges = _edges(mask)
    lengths[mask] = np.repeat(edges[1::2] - edges[::2], edges[1::2] - edges[::2])
    return lengths


def runs(mask: Mask) -> list[tuple[int, int]]:
    """Return first position and position after the last of every run of true hours."""
    edges = _edges(mask)
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def spans(gaps: Mask, bridge: Mask) -> list[tuple[int, int]]:
    """Return first position and position after the last of every gap.

    Args:
        gaps: Hours without a value of their own.
        bridge: Hours that do not end a gap, as nights do not end one of solar.
    """
    joined = ((start, np.flatnonzero(gaps[start:end])) for start, end in runs(gaps | bridge))
    return [(int(s + at[0]), int(s + at[-1]) + 1) for s, at in joined if len(at)]


def fill(table: pd.DataFrame, night: Mask | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Fill every missing value of a table of whole, consecutive hours.

    Args:
        table: Hourly values; a column without any value stays as it is.
        night: Hours in which solar is zero (`dcsim.grid.repair.night`); not known if left out.

    Returns:
        The filled table, and one like it of how each value was filled, `""` where it was not.
    """
    filled, methods = table.copy(), pd.DataFrame("", index=table.index, columns=table.columns)
    never = np.zeros(len(table), dtype=bool)
    for column in table.columns[(table.isna().any() & table.notna().any()).to_numpy()]:
        values = table[column].to_numpy(dtype=float)
        is_dark = night if night is not None and column == "solar" else never
        filled[column], methods[column] = _fill_column(values, is_dark)
    return filled, methods


def _fill_column(values: Values, night: Mask) -> tuple[Values, NDArray[np.object_]]:
    at_night = np.isnan(values) & night
    values = np.where(at_night, 0.0, values)
    missing = np.isnan(values)
    method = np.where(missing, _methods(missing, night), "").astype(object)
    filled = values.copy()
    for name, period in _PERIOD.items():
        where = method == name
        filled[where] = _from_same_hours(values, where, period)
    method[missing & np.isnan(filled)] = LINE
    rest = method == LINE
    known = np.flatnonzero(~missing)
    filled[rest] = np.interp(np.flatnonzero(rest), known, values[known])
    method[at_night] = NIGHT
    return filled, method


def _methods(missing: Mask, bridge: Mask) -> NDArray[np.str_]:
    """Choose by the length of the gap; an end of the series has no line to draw."""
    length = np.zeros(len(missing), dtype=np.int64)
    for start, end in spans(missing, bridge):
        length[start:end] = end - start
    names = np.select([length <= LINE_HOURS, length <= DAYS_HOURS], [LINE, DAYS], WEEKS)
    at_an_end = np.zeros(len(missing), dtype=bool)
    known = np.flatnonzero(~missing)
    at_an_end[: known[0]] = at_an_end[known[-1] + 1 :] = True
    return np.where(at_an_end & (names == LINE), DAYS, names)


def _from_same_hours(values: Values, where: Mask, period: int) -> Values:
    """Take each hour from the same hours around it; NaN where no other hour is the same."""
    position = np.arange(len(values))
    result = np.full(len(values), np.nan)
    for phase in np.unique(position[where] % period):
        same = position[phase::period]
        known = same[~np.isnan(values[same])]
        if len(known) > 0:
            wanted = same[where[same]]
            result[wanted] = _between(wanted, known, values[known])
    return result[where]


def _between(wanted: Positions, known: Positions, values: Values) -> Values:
    """Interpolate along a straight line, and beyond the ends by a mean weighted by distance."""
    line = np.interp(wanted, known, values)
    outside = (wanted < known[0]) | (wanted > known[-1])
    distance = np.abs(wanted[outside, np.newaxis] - known).astype(float)
    weight = distance**-2.0
    line[outside] = weight @ values / weight.sum(axis=1)
    return line
