"""Screens: each looks at a year of generation by fuel for one kind of fault, and only for that.

A screen takes hourly generation and returns it with what it found mended, or missing (NaN) where
the right value is not known and must be filled. Everything else comes back as it went in. The
figures were set on the real years named in `grids/REPAIR.md`.
"""

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from dcsim.grid.repair.filling import Mask, Values
from dcsim.units import HOURS_PER_DAY

LEAST_HOURS = 14 * HOURS_PER_DAY
"""A shorter window does not show what is usual, and is not screened [h]."""

NEVER_NEGATIVE = ("coal", "natural_gas", "nuclear", "oil", "solar", "wind")
"""Hydro pumps and `other` holds storage: those may be below zero at scale."""
STATION_USE_FRAC = 0.1
"""Up to this share of a fuel's 99th percentile, negative generation is station use [-]."""
STATION_USE_MW = 10.0
OWN_USE_FRAC = 0.25
"""So much below zero may be a pattern of every day [-]."""
FLIP_RANGE = (0.5, 2.0)
"""A wrong sign is turned if the value is then within these of what is usual [-]."""
FLIP_MW = 100.0
FLIP_FRAC = 0.25
"""Hydro below zero by more than these (of its 99th percentile) may be a wrong sign [-]."""
FLIP_SELDOM_FRAC = 0.005
"""If it is in fewer hours than this: pumps run often [-]."""

MISLABELED_FRAC = 0.2
"""A fuel that goes to `other` steps by at least this share of its median [-]."""
MISLABELED_TIMES_P95 = 4.0
"""And `other` by more than this times the 95th percentile of its steps [-]."""
MISLABELED_MATCH = (0.6, 1.67)
"""What `other` gains over what the fuel loses in the same hour [-]."""
MISLABELED_HOURS = 60 * HOURS_PER_DAY
MISLABELED = ("oil", "natural_gas", "nuclear", "coal")
"""Fuels that are looked for in `other`. Oil is first: NYIS reports it as `other` for single hours
(2021 and 2022), also in weeks in which its nuclear is there."""
PEAKERS_IN_PART = ("oil",)
"""Fuels that rise and fall by themselves all day: only a fall to zero shows where they went."""
MISLABELED_USUAL_TIMES_P95 = 2.0
"""A fuel that goes to zero in the hour steps by this times the 95th percentile of the steps of
`other` in hours in which the fuel neither stops nor starts [-]."""

NUCLEAR_STEP_FRAC = 0.3
"""Reactors take a day to rise: no fleet gains this share of its 95th percentile in an hour [-]."""
NUCLEAR_RETURN_HOURS = 72
SCALED_RANGE = (0.8, 1.2)
"""Outside these shares of the usual, the other fuels of such hours are wrong as well [-]."""

SPIKE_HOURS = 5
SPIKE_TIMES_P99 = 6.0
SPIKE_FRAC = 0.5
"""A spike stands out by more than this share of the fuel's 95th percentile [-]."""
USUAL_DAYS = 3
"""The usual is taken from so many days before, and after [d]."""
SOLAR_DAYS = 7
"""A spike of solar stands out of so many days before, and after [d]."""
PEAKERS = ("oil", "nuclear")
"""Fuels no spike is looked for in: oil runs in peaks (11.8 GW in PJM in the storm of 23 to 26
December 2022), and nuclear has a screen of its own."""

TOTAL_RANGE = (0.45, 2.2)
"""The total over its running median of 49 hours stays within these [-]."""
TOTAL_WINDOW_H = 49
TOTAL_SELDOM_FRAC = 0.005
VARIABLE_FRAC = 0.5
"""With more than this share of solar and wind, a total of nothing is real [-]."""


def sign_error(table: pd.DataFrame) -> pd.DataFrame:
    """Turn clearly negative generation if that gives what is usual; else it is missing.

    What is negative at the same hours of the days around as well, and not much, is no slip but
    the plants' own use or storage behind them: it stays.
    """
    result = table.assign(
        **{fuel: _turned(table[fuel]) for fuel in NEVER_NEGATIVE if fuel in table}
    )
    return result.assign(hydro=_flipped_back(table["hydro"])) if "hydro" in table else result


def _flipped_back(series: pd.Series) -> Values:
    """Turn hydro where it is as far below zero as it usually is above, which pumps seldom are."""
    values = series.to_numpy(dtype=float, copy=True)
    deep = far_below_zero(series)
    if deep.mean() < FLIP_SELDOM_FRAC:
        slips = np.flatnonzero(deep)
        usual = same_hour_median(values, slips)
        slips = slips[(-values[slips] >= FLIP_RANGE[0] * usual) & (usual > -values[slips] / 2)]
        values[slips] *= -1
    return values


def far_below_zero(hydro: pd.Series) -> Mask:
    """Tell where hydro pumps at scale, or has the wrong sign."""
    values = hydro.to_numpy(dtype=float)
    return values < -max(FLIP_MW, FLIP_FRAC * percentile(abs(values), 99))


def _turned(series: pd.Series) -> Values:
    values = series.to_numpy(dtype=float, copy=True)
    high = percentile(abs(values), 99)
    slips = np.flatnonzero(values < -max(STATION_USE_MW, STATION_USE_FRAC * high))
    own_use = (same_hour_median(values, slips) < 0) & (values[slips] > -OWN_USE_FRAC * high)
    slips = slips[~own_use]
    usual = same_hour_median(abs(values), slips)
    turned = -values[slips]
    fits = (turned >= FLIP_RANGE[0] * usual) & (turned <= FLIP_RANGE[1] * usual)
    values[slips] = np.where(fits, turned, np.nan)
    return values


def mislabeled_fuel(table: pd.DataFrame) -> pd.DataFrame:
    """Give back to a fuel what was reported as `other` for a while.

    The fuel falls and `other` rises by about the same in one hour, and back again later. What
    `other` has above the line from before to after goes to the fuel: the total stays. Where the
    fuel goes to zero, which is stronger evidence, smaller steps count.
    """
    if "other" not in table:
        return table
    result = table.copy()
    for fuel in MISLABELED:
        if fuel in table:
            _give_back(result, fuel, _least_step_to_zero(result, fuel), result[fuel].eq(0))
        if fuel in table and fuel not in PEAKERS_IN_PART:
            _give_back(result, fuel, _least_step(result, fuel), result[fuel].notna())
    return result


def _least_step(table: pd.DataFrame, fuel: str) -> float:
    """Return the least step of a fuel that goes to `other` and may keep some of itself [MW]."""
    return max(
        MISLABELED_FRAC * percentile(table[fuel].to_numpy(dtype=float), 50),
        MISLABELED_TIMES_P95 * percentile(abs(np.diff(table["other"].to_numpy(dtype=float))), 95),
        STATION_USE_MW,
    )


def _least_step_to_zero(table: pd.DataFrame, fuel: str) -> float:
    """Return the least step of a fuel that goes to `other` as a whole [MW]."""
    at_zero = table[fuel].eq(0).to_numpy()
    steps = abs(np.diff(table["other"].to_numpy(dtype=float)))
    usual = steps[at_zero[1:] == at_zero[:-1]]
    return max(MISLABELED_USUAL_TIMES_P95 * percentile(usual, 95), STATION_USE_MW)


def _give_back(table: pd.DataFrame, fuel: str, least_mw: float, within: pd.Series) -> None:
    """Give back what `other` gained over hours in which the fuel is `within`, all of them."""
    other, donor = (table[name].to_numpy(dtype=float, copy=True) for name in ("other", fuel))
    gain, loss = np.diff(other, prepend=np.nan), -np.diff(donor, prepend=np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = gain / loss
    matches = (ratio >= MISLABELED_MATCH[0]) & (ratio <= MISLABELED_MATCH[1])
    begins, ends = (np.flatnonzero(matches & (sign * gain >= least_mw)) for sign in (1, -1))
    inside, after = within.to_numpy(), 0
    for begin in begins[begins > 0]:
        later = ends[(ends > max(begin, after)) & (ends <= begin + MISLABELED_HOURS)]
        if begin < after or len(later) == 0 or not inside[begin : later[0]].all():
            continue
        after = int(later[0])
        line = np.interp(np.arange(begin, after), [begin - 1, after], other[[begin - 1, after]])
        donor[begin:after] += other[begin:after] - line
        other[begin:after] = line
    table["other"], table[fuel] = other, donor


def scaled_hours(table: pd.DataFrame) -> pd.DataFrame:
    """Find nuclear outside physical steps, and hours scaled as a whole, which it gives away.

    Where nuclear leaps up within an hour, what lies between the leap and the fall that belongs to
    it is wrong. If the other fuels are out of the usual there too, all are.
    """
    if "nuclear" not in table:
        return table
    nuclear = table["nuclear"].ffill().bfill().to_numpy(dtype=float)
    rest = table.drop(columns="nuclear").sum(axis=1).to_numpy(dtype=float)
    beyond, scaled = (np.zeros(len(table), dtype=bool) for _ in range(2))
    for start, end in _excursions(nuclear):
        beyond[start:end] = True
        hours = np.arange(start, end)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.median(rest[hours] / same_hour_median(rest, hours))
        scaled[start:end] = not SCALED_RANGE[0] <= ratio <= SCALED_RANGE[1]
    result = table.mask(pd.Series(scaled, index=table.index), axis=0)
    result["nuclear"] = table["nuclear"].mask(beyond)
    return result


def _excursions(nuclear: Values) -> list[tuple[int, int]]:
    """Return the runs between a leap of nuclear and the fall nearest to it, either side."""
    step = np.diff(nuclear, prepend=nuclear[:1])
    least = NUCLEAR_STEP_FRAC * percentile(nuclear, 95)
    if not least > 0:
        return []
    falls, found, covered = np.flatnonzero(step <= -least), [], 0
    for leap in np.flatnonzero(step >= least):
        near = falls[abs(falls - leap) <= NUCLEAR_RETURN_HOURS]
        near = near[near >= covered]
        if leap < covered or len(near) == 0:
            continue
        alike = near[np.argmin(abs(step[near] + step[leap]))]
        found.append((int(min(leap, alike)), int(max(leap, alike))))
        covered = max(leap, alike)
    return found


def spike(table: pd.DataFrame) -> pd.DataFrame:
    """Find single values, and whole hours, that stand out of those around them."""
    result = table.copy()
    for column in [fuel for fuel in table if fuel not in PEAKERS]:
        finds = _above_other_days if column == "solar" else _stands_out
        result[column] = table[column].mask(finds(table[column]))
    return result.mask(_total_stands_out(result), axis=0)


def _stands_out(series: pd.Series) -> Mask:
    values = series.to_numpy(dtype=float)
    half = SPIKE_HOURS // 2
    distance = np.full(len(values), np.nan)
    around = np.median(sliding_window_view(values, SPIKE_HOURS), axis=1)
    distance[half:-half] = abs(values[half:-half] - around)
    least = max(
        SPIKE_TIMES_P99 * percentile(distance, 99),
        SPIKE_FRAC * percentile(values, 95),
        STATION_USE_MW,
    )
    return distance > least


def _above_other_days(series: pd.Series) -> Mask:
    """Find solar far above the same hour of all days of the week before and the week after.

    Only above: an eclipse and a front take most of the sun away within an hour.
    """
    values = series.to_numpy(dtype=float)
    least = max(SPIKE_FRAC * percentile(values, 95), STATION_USE_MW)
    bright = np.flatnonzero(values > least)
    others = _same_hours(values, bright, SOLAR_DAYS)
    found = np.zeros(len(values), dtype=bool)
    found[bright] = values[bright] > np.nan_to_num(others, nan=-np.inf).max(axis=1) + least
    return found


def _total_stands_out(table: pd.DataFrame) -> pd.Series:
    nowhere = pd.Series(False, index=table.index)
    total = table.interpolate(limit_direction="both").sum(axis=1)
    if is_variable(table):
        return nowhere
    around = total.rolling(TOTAL_WINDOW_H, center=True, min_periods=TOTAL_WINDOW_H // 2).median()
    outside = (total < TOTAL_RANGE[0] * around) | (total > TOTAL_RANGE[1] * around)
    return outside if outside.mean() < TOTAL_SELDOM_FRAC else nowhere


def is_variable(table: pd.DataFrame) -> bool:
    """Tell whether most generation is solar and wind, so that nothing at all may be real."""
    energy = table.sum()
    return not energy.reindex(["solar", "wind"]).sum() <= VARIABLE_FRAC * energy.sum()


def percentile(values: Values, percent: float) -> float:
    """Return a percentile of the known values; 0 if there is none."""
    known = values[~np.isnan(values)]
    return float(np.percentile(known, percent)) if len(known) else 0.0


def same_hour_median(values: Values, positions: NDArray[np.int64]) -> Values:
    """Return the median of the same hour over the three days before and after."""
    around = _same_hours(values, positions, USUAL_DAYS)
    known = ~np.isnan(around).all(axis=1)
    result = np.full(len(positions), np.nan)
    result[known] = np.nanmedian(around[known], axis=1)
    return result


def _same_hours(values: Values, positions: NDArray[np.int64], days: int) -> Values:
    """Return a row for each position: the same hour of so many days before and after, or NaN."""
    near = positions[:, np.newaxis] + HOURS_PER_DAY * np.array(
        [day for day in range(-days, days + 1) if day != 0]
    )
    inside = (near >= 0) & (near < len(values))
    around: Values = np.where(inside, values[np.clip(near, 0, len(values) - 1)], np.nan)
    return around
