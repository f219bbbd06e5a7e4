"""Night by the solar column itself, for files that do not say where they are.

Many feeds leave solar blank at night. An hour is dark if no day of the week around it has solar at
the same hour. A run of dark hours is a night if it lies opposite the middle of the lit hours and
its two ends are alike: a gap that comes back every noon lies at noon, and days that are cut off
every afternoon end in high solar on one side only.
"""

import numpy as np

from dcsim.grid.repair.filling import Mask, Values, runs
from dcsim.units import DAYS_PER_WEEK, HOURS_PER_DAY

LIT_FRAC = 0.005
"""Solar above this share of its 99th percentile is daylight: less is what inverters and meters
report in the dark, in whole megawatts [-]."""
LONGEST_NIGHT_H = 20
"""A longer dark run is no night but a gap: at 62 degrees north the longest night lasts 19 h [h]."""
LOW_END_FRAC = 0.5
"""Solar beside a night is below this share of the day's highest: in the first whole hour after
sunrise a tracking plant reaches about a third of it [-]."""
UNLIKE_FRAC = 0.5
"""Or both ends are alike: the lower is above this share of the higher [-]."""


def dark_hours(solar: Values) -> Mask:
    """Find the nights of an hourly series of solar generation.

    Args:
        solar: Whole, consecutive hours; missing values may be anywhere [MW].

    Returns:
        The hours of night, whether solar is given there or not; none where no day around has
        daylight, so that a gap of weeks is no night.
    """
    if len(solar) < HOURS_PER_DAY or not (solar > 0).any():
        return np.zeros(len(solar), dtype=bool)
    highest = _highest_of_days_around(solar)
    highest[highest <= _least_light(solar)] = 0.0
    days = np.concatenate((highest[:HOURS_PER_DAY], highest, highest[-HOURS_PER_DAY:]))
    dark = np.zeros(len(days), dtype=bool)
    for start, end in runs(days == 0):
        is_inside = start > 0 and end < len(days)
        dark[start:end] = (
            is_inside and end - start <= LONGEST_NIGHT_H and _is_night(days, start, end)
        )
    return dark[HOURS_PER_DAY:-HOURS_PER_DAY]


def blank_nights(missing: Mask, night: Mask) -> Mask:
    """Tell where solar lacks values at night alone; a gap that goes on by day is no such night."""
    blank = np.zeros(len(missing), dtype=bool)
    for start, end in runs(missing):
        blank[start:end] = night[start:end].all()
    return blank


def is_dark(solar: Values) -> Mask:
    """Tell which hours have no daylight, by their own solar."""
    dark: Mask = solar <= _least_light(solar)
    return dark


def _least_light(solar: Values) -> float:
    return LIT_FRAC * float(np.nanpercentile(solar, 99))


def _highest_of_days_around(solar: Values) -> Values:
    """Return for every hour the highest solar of the same hour, a week before to a week after."""
    margin = DAYS_PER_WEEK * HOURS_PER_DAY
    padded = np.full(len(solar) + 2 * margin, -np.inf)
    padded[margin : margin + len(solar)] = np.where(np.isnan(solar), -np.inf, solar)
    shifted = [
        padded[offset : offset + len(solar)] for offset in range(0, 2 * margin + 1, HOURS_PER_DAY)
    ]
    highest: Values = np.max(shifted, axis=0)
    return highest


def _is_night(highest: Values, start: int, end: int) -> bool:
    """Tell whether a dark run lies opposite the day, between two ends that are low or alike."""
    first = min(max((start + end - HOURS_PER_DAY) // 2, 0), len(highest) - HOURS_PER_DAY)
    day = highest[first : first + HOURS_PER_DAY]
    angle = 2 * np.pi * (first + np.arange(HOURS_PER_DAY)) / HOURS_PER_DAY
    noon = np.angle(day @ np.exp(1j * angle)) * HOURS_PER_DAY / (2 * np.pi)
    midnight = noon + HOURS_PER_DAY / 2
    to_midnight = (midnight - start + 0.5) % HOURS_PER_DAY - 0.5
    low, high = sorted((float(highest[start - 1]), float(highest[end])))
    is_low = high <= LOW_END_FRAC * day.max()
    return bool(to_midnight <= end - start and (is_low or low >= UNLIKE_FRAC * high))
