"""Screens for zeros that stand for no report, and the zeros that are left but in doubt.

A zero is real where plants may stop: a fleet at night, a reactor that trips, one plant alone. It is
not where the sun stands high, or where a whole fleet is gone in one hour and back in another.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dcsim.grid.authorities import known_authorities
from dcsim.grid.generation import ONE_HOUR
from dcsim.grid.repair.clock import DEGREES_PER_HOUR
from dcsim.grid.repair.filling import Mask, Values, runs
from dcsim.grid.repair.screens import STATION_USE_FRAC, STATION_USE_MW, is_variable, percentile
from dcsim.units import HOURS_PER_DAY

LOW_FRAC = 0.05
"""Below this share of its median a fuel is as good as off [-]."""
SELDOM_FRAC = 0.005
"""A fuel that is off in fewer hours than this, apart from the pause judged, never stops [-]."""
ABRUPT_FRAC = 0.25
"""A placeholder begins and ends at more than this share of the median [-]."""
PLACEHOLDER_HOURS = 48
"""A longer pause of a fuel that never stops may be an outage [h]."""
FLEET_MW = 4000.0
"""A fuel of this median is more than one plant: the largest but Grand Coulee, Palo Verde, has
4,210 MW (EIA-860) [MW]."""
FLEET_HOURS = 28 * HOURS_PER_DAY
"""A fleet does not pause for any time; a longer pause is too long to be filled well [h]."""

NEXT_TO_ZERO_FRAC = 0.001
"""Below this share of its 99th percentile a fuel is at zero [-]."""
OF_WEATHER = ("hydro", "wind")
"""Fuels that come to zero by themselves, but many plants never do at once."""
WEATHER_MW = 500.0
"""From this 95th percentile they are many plants [MW]."""
ABRUPT_STEP_FRAC = 0.5
"""And their placeholder begins and ends at this share of the 99th percentile of steps [-]."""
WEATHER_HOURS = 3 * HOURS_PER_DAY
LONG_ZERO_HOURS = 12
LONG_ZERO_TIMES = 2
"""Many plants at zero for so long, and so much longer than ever else, are told [h, -]."""

SUN_UP_DEG = 15.0
"""Above this height of the sun a solar fleet generates in any weather: of 12 real years, the
lowest hour was 0.2 % of the 99th percentile (New England under snow) [degrees]."""
SOLAR_FLEET_MW = 200.0
"""From this 99th percentile: smaller fleets are at zero by day (BPAT, 131 MW) [MW]."""

SEVERAL_FUELS = 3
MATTERS_FRAC = 0.01
"""So many fuels, each of this share of the energy, do not pause at once [-]."""

MOSTLY_FRAC = 0.5
"""An hour of the day at zero on more of its days than this is a question of the clock [-]."""
HALF_DAY = HOURS_PER_DAY // 2
DECLINATION_DEG = 23.45
"""Cooper's formula: the sun's declination is this times sin(360 (284 + day) / 365) [degrees]."""


def sunless_days(ba_code: str, solar: pd.Series) -> Mask:
    """Find solar at zero while the sun is well up, with the nights between such hours.

    Args:
        ba_code: Whose; of an authority without a solar point nothing is found.
        solar: Hourly, UTC, hour-beginning [MW].
    """
    nothing = np.zeros(len(solar), dtype=bool)
    authority, values = known_authorities().get(ba_code), solar.to_numpy(dtype=float)
    high = percentile(values, 99)
    if authority is None or authority.solar_latitude is None or high < SOLAR_FLEET_MW:
        return nothing
    assert authority.solar_longitude is not None
    height = _sun_height_deg(
        pd.DatetimeIndex(solar.index), authority.solar_latitude, authority.solar_longitude
    )
    at_zero = (values <= NEXT_TO_ZERO_FRAC * high) & (values >= -STATION_USE_FRAC * high)
    wrong = at_zero & _lit((height > SUN_UP_DEG) & ~np.isnan(values), at_zero)
    found = nothing
    for start, end in runs(at_zero | np.isnan(values)):
        up = start + np.flatnonzero(wrong[start:end])
        if len(up):
            by_day = start + np.flatnonzero(height[start:end] > 0)
            near = by_day[(by_day > up[0] - HALF_DAY) & (by_day < up[-1] + HALF_DAY)]
            found[near[0] : near[-1] + 1] = True
    return found & at_zero


def _lit(sun_up: Mask, at_zero: Mask) -> Mask:
    """Tell where the sun is up, but for hours of the day that mostly are at zero: a wrong clock."""
    hour = np.arange(len(sun_up)) % HOURS_PER_DAY
    up, dark = (
        np.bincount(hour[mask], minlength=HOURS_PER_DAY) for mask in (sun_up, sun_up & at_zero)
    )
    lit: Mask = sun_up & (dark < MOSTLY_FRAC * up)[hour]
    return lit


def _sun_height_deg(stamps: pd.DatetimeIndex, latitude: float, longitude: float) -> Values:
    """Return the height of the mean sun in the middle of each hour [degrees]."""
    hours = np.asarray((stamps - stamps[0].normalize()) / ONE_HOUR + 0.5)
    angle = np.radians(DEGREES_PER_HOUR * (hours - HOURS_PER_DAY / 2) + longitude)
    season = np.sin(2 * np.pi * (284 + stamps.day_of_year.to_numpy()) / 365)
    declination, at = np.radians(DECLINATION_DEG * season), np.radians(latitude)
    sine = np.sin(at) * np.sin(declination) + np.cos(at) * np.cos(declination) * np.cos(angle)
    height: NDArray[np.float64] = np.degrees(np.arcsin(sine))
    return height


def placeholder_zero(table: pd.DataFrame) -> pd.DataFrame:
    """Find zeros, or next to it, that stand for no report.

    They are runs of fuels that never stop, between hours in which they run. Where two such fuels
    do it at once the report is partial: fuels at zero there, and those that only repeat the hour
    before, are missing too.
    """
    found = pd.DataFrame(False, index=table.index, columns=table.columns)
    for fuel in map(str, table):
        found[fuel] = _pauses(fuel, table[fuel].to_numpy(dtype=float))
    found[_all_silent(table)] = True
    for start, end in runs((found.sum(axis=1) >= 2).to_numpy()):
        silent = _silent(table, start, end)
        same = (table.eq(table.shift()) & table.ne(0)).iloc[start:end]
        found.iloc[start:end] |= same | silent
    return table.mask(found)


def _all_silent(table: pd.DataFrame) -> Mask:
    """Find pauses of everything, however long, where there are too many fuels to pause at once."""
    energy = table.clip(lower=0).sum()
    several = (energy >= MATTERS_FRAC * energy.sum()).sum() >= SEVERAL_FUELS
    found = np.zeros(len(table), dtype=bool)
    if several and not is_variable(table):
        total = table.abs().sum(axis=1, min_count=1).to_numpy(dtype=float)
        low = total <= LOW_FRAC * percentile(total, 50)
        for start, end in _abrupt(total, low, ABRUPT_FRAC * percentile(total, 50)):
            found[start:end] = start > 0 and end < len(total)
    return found


def _silent(table: pd.DataFrame, start: int, end: int) -> pd.Series:
    """Tell which fuels are next to zero in all hours of a run, and were running beside it."""
    median = table.median()
    beside = table.iloc[[max(start - 1, 0), min(end, len(table) - 1)]].max()
    low = table.iloc[start:end].max() <= LOW_FRAC * median
    return low & (beside > ABRUPT_FRAC * median)


def _pauses(fuel: str, values: Values) -> Mask:
    """Find the pauses of a fuel that stand for no report."""
    found, is_fleet = np.zeros(len(values), dtype=bool), _is_fleet(values)
    for start, end in _strange_pauses(values):
        if is_fleet or (start > 0 and end < len(values)):
            found[start:end] = end - start <= (FLEET_HOURS if is_fleet else PLACEHOLDER_HOURS)
    if is_fleet or _are_many(fuel, values):
        for start, end in _strange_zeros(values, is_fleet):
            found[start:end] |= end - start <= (FLEET_HOURS if is_fleet else WEATHER_HOURS)
    return found


def doubtful_zeros(table: pd.DataFrame) -> dict[str, int]:
    """Return fuels with a pause that is left as it is and yet hardly real, and its length [h].

    That is a pause too long or too near the year's ends to be filled, and one far longer than all
    others of many plants. A reactor may stop on the last days of a year and be back in the next.
    """
    doubtful = {}
    for fuel in map(str, table):
        values = table[fuel].to_numpy(dtype=float)
        is_fleet = _is_fleet(values)
        lengths = [
            end - start
            for start, end in _strange_pauses(values)
            if fuel != "nuclear" or is_fleet or (start > 0 and end < len(values))
        ]
        if is_fleet or _are_many(fuel, values):
            lengths += [end - start for start, end in _strange_zeros(values, is_fleet)]
            lengths += _far_longer(values)
        if lengths:
            doubtful[fuel] = max(lengths)
    return doubtful


def _is_fleet(values: Values) -> bool:
    return percentile(values, 50) >= FLEET_MW


def _are_many(fuel: str, values: Values) -> bool:
    return fuel in OF_WEATHER and percentile(values, 95) >= WEATHER_MW


def _strange_pauses(values: Values) -> list[tuple[int, int]]:
    """Return the abrupt pauses of a fuel that never stops but in them."""
    median = percentile(values, 50)
    if median < STATION_USE_MW:
        return []
    low = values <= LOW_FRAC * median
    off = int(low.sum())
    return [
        (start, end)
        for start, end in _abrupt(values, low, ABRUPT_FRAC * median)
        if off - (end - start) < SELDOM_FRAC * len(values)
    ]


def _strange_zeros(values: Values, is_fleet: bool) -> list[tuple[int, int]]:
    """Return when many plants were at zero all at once, and back, as they hardly ever are."""
    at_zero = _at_zero(values)
    if not at_zero.any():
        return []
    median, steps = percentile(values, 50), percentile(abs(np.diff(values)), 99)
    least = LOW_FRAC * median if is_fleet else max(ABRUPT_FRAC * median, ABRUPT_STEP_FRAC * steps)
    zeros = _abrupt(values, at_zero, least)
    off = sum(end - start for start, end in zeros)
    return [
        (start, end)
        for start, end in zeros
        if off - (end - start) < SELDOM_FRAC * len(values)
        and (is_fleet or (start > 0 and end < len(values)))
    ]


def _far_longer(values: Values) -> list[int]:
    """Return the length of the longest time at zero if it is beyond all others [h]."""
    lengths = sorted(end - start for start, end in runs(_at_zero(values)))
    if not lengths or lengths[-1] < LONG_ZERO_HOURS:
        return []
    return lengths[-1:] if lengths[-1] > LONG_ZERO_TIMES * sum(lengths[-2:-1]) else []


def _at_zero(values: Values) -> Mask:
    at_zero: Mask = abs(values) <= NEXT_TO_ZERO_FRAC * percentile(values, 99)
    return at_zero


def _abrupt(values: Values, low: Mask, least: float) -> list[tuple[int, int]]:
    """Return the runs next to zero that begin and end, but at an end of the year, above a value."""
    return [
        (start, end)
        for start, end in runs(low)
        if end - start < len(values)
        and (start == 0 or values[start - 1] > least)
        and (end == len(values) or values[end] > least)
    ]
