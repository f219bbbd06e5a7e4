"""Screens: each looks at a year of generation by fuel for one kind of fault, and only for that.

A screen takes hourly generation and returns it with what it found mended, or missing (NaN) where
the right value is not known and must be filled. Everything else comes back as it went in. The
figures were set on the real years named in `grids/REPAIR.md`.
"""

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from dcsim.grid.filling import Mask, Values, run_lengths, run_sums, runs
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

LOW_FRAC = 0.05
"""Below this share of its median a fuel is as good as off [-]."""
SELDOM_FRAC = 0.005
"""A fuel that is off in fewer hours than this never stops [-]."""
ABRUPT_FRAC = 0.25
"""A placeholder begins and ends at more than this share of the median [-]."""
PLACEHOLDER_HOURS = 48
"""A longer pause of a fuel that never stops may be an outage [h]."""

NEVER_BY_CHANCE = float(np.log(1e7) * 2.5)
"""Evidence from which equal values are not chance: 2.5 times a year's chance of one in a thousand,
since hours of equal values come in bunches [-]."""
RESTING_FRAC = 0.1
"""Below this share of its 95th percentile a fuel may rest at one value for days [-]."""
COARSE_MW = 50.0
"""Below this 95th percentile whole megawatts repeat by themselves, day after day [MW]."""
LONG_RUN_HOURS = 24
RARELY_EQUAL = 5e-4
LIVELY_FRAC = 0.2
"""A fuel that keeps its value in more hours than this is flat by nature [-]."""
FLAT_BY_NATURE = ("nuclear", "oil")
"""Fuels that rest at one value for weeks: a reactor at full power, a peaker at standby."""
DAYS_COMPARED = 7

SEVERAL_FUELS = 3
MATTERS_FRAC = 0.01
"""So many fuels, each of this share of the energy, do not pause at once [-]."""

MISLABELED_FRAC = 0.2
"""A fuel that goes to `other` steps by at least this share of its median [-]."""
MISLABELED_TIMES_P95 = 4.0
"""And `other` by more than this times the 95th percentile of its steps [-]."""
MISLABELED_MATCH = (0.6, 1.67)
"""What `other` gains over what the fuel loses in the same hour [-]."""
MISLABELED_HOURS = 60 * HOURS_PER_DAY

NUCLEAR_STEP_FRAC = 0.3
"""Reactors take a day to rise: no fleet gains this share of its 95th percentile in an hour [-]."""
NUCLEAR_RETURN_HOURS = 72
SCALED_RANGE = (0.8, 1.2)
"""Outside these shares of the usual, the other fuels of such hours are wrong as well [-]."""

SPIKE_HOURS = 5
SPIKE_TIMES_P99 = 6.0
SPIKE_FRAC = 0.5
"""A spike stands out by more than this share of the fuel's 95th percentile [-]."""
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
    return table.assign(**{fuel: _turned(table[fuel]) for fuel in NEVER_NEGATIVE if fuel in table})


def _turned(series: pd.Series) -> Values:
    values = series.to_numpy(dtype=float, copy=True)
    high = _percentile(abs(values), 99)
    slips = np.flatnonzero(values < -max(STATION_USE_MW, STATION_USE_FRAC * high))
    own_use = (_same_hour_median(values, slips) < 0) & (values[slips] > -OWN_USE_FRAC * high)
    slips = slips[~own_use]
    usual = _same_hour_median(abs(values), slips)
    turned = -values[slips]
    fits = (turned >= FLIP_RANGE[0] * usual) & (turned <= FLIP_RANGE[1] * usual)
    values[slips] = np.where(fits, turned, np.nan)
    return values


def placeholder_zero(table: pd.DataFrame) -> pd.DataFrame:
    """Find zeros, or next to it, that stand for no report.

    They are runs of fuels that never stop, between hours in which they run. Where two such fuels
    do it at once the report is partial: fuels at zero there, and those that only repeat the hour
    before, are missing too.
    """
    found = pd.DataFrame(False, index=table.index, columns=table.columns)
    for column in table:
        found[column] = _pauses(table[column].to_numpy(dtype=float))
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
    if not several or _is_variable(table):
        return np.zeros(len(table), dtype=bool)
    return _abrupt_pauses(table.sum(axis=1, min_count=1).to_numpy(dtype=float), longest=len(table))


def _silent(table: pd.DataFrame, start: int, end: int) -> pd.Series:
    """Tell which fuels are next to zero in all hours of a run, and were running beside it."""
    median = table.median()
    beside = table.iloc[[max(start - 1, 0), min(end, len(table) - 1)]].max()
    low = table.iloc[start:end].max() <= LOW_FRAC * median
    return low & (beside > ABRUPT_FRAC * median)


def _pauses(values: Values) -> Mask:
    """Find the abrupt pauses of a fuel that never stops."""
    median = _percentile(values, 50)
    low = values <= LOW_FRAC * median
    seldom = median >= STATION_USE_MW and 0 < low.mean() < SELDOM_FRAC
    return _abrupt_pauses(values) if seldom else np.zeros(len(values), dtype=bool)


def _abrupt_pauses(values: Values, longest: int = PLACEHOLDER_HOURS) -> Mask:
    """Find runs next to zero that begin and end with a fuel that runs."""
    found = np.zeros(len(values), dtype=bool)
    median = _percentile(values, 50)
    for start, end in runs(values <= LOW_FRAC * median) if median > 0 else ():
        if start == 0 or end == len(values) or end - start > longest:
            continue
        found[start:end] = min(values[start - 1], values[end]) > ABRUPT_FRAC * median
    return found


def stuck_value(table: pd.DataFrame) -> pd.DataFrame:
    """Find hours that repeat the hour before in a fuel that varies, alone or several at once."""
    return table.mask(_repeats(table.to_numpy(dtype=float), _varies(table), lag=1))


def repeated_day(table: pd.DataFrame) -> pd.DataFrame:
    """Find blocks of hours that are copies of the same hours of a day of the week before."""
    values = table.to_numpy(dtype=float, copy=True)
    for days in range(1, DAYS_COMPARED + 1):
        values[_repeats(values, _varies(table), lag=days * HOURS_PER_DAY)] = np.nan
    return pd.DataFrame(values, index=table.index, columns=table.columns)


def _varies(table: pd.DataFrame) -> Mask:
    return ~table.columns.isin(FLAT_BY_NATURE)


def _repeats(values: Values, varies: Mask, lag: int) -> Mask:
    """Find runs of hours in which values equal those a lag before, beyond chance.

    Every equal value is evidence: the logarithm of how seldom that fuel keeps a value. Evidence
    adds up over the run and, where several fuels repeat at once, over the fuels.
    """
    high = np.percentile(np.nan_to_num(values), 95, axis=0)
    equal = np.zeros(values.shape, dtype=bool)
    equal[lag:] = values[lag:] == values[:-lag]
    equal &= (values > RESTING_FRAC * high) & varies & (high >= COARSE_MW)
    weight = np.array([_evidence(column) for column in equal.T])
    equal &= weight > 0
    alone = np.stack(
        [run_sums(column, column * w) for column, w in zip(equal.T, weight, strict=True)], axis=1
    )
    several = equal.sum(axis=1) >= 2
    together = run_sums(several, equal @ weight)[:, np.newaxis]
    return equal & ((alone >= NEVER_BY_CHANCE) | (together >= NEVER_BY_CHANCE))


def _evidence(equal: Mask) -> float:
    """Return what one equal value of a fuel is worth; nothing if it often keeps its value."""
    usual = run_lengths(equal) < LONG_RUN_HOURS
    share = max(float(equal[usual].mean()) if usual.any() else 1.0, RARELY_EQUAL)
    return -float(np.log(share)) if share < LIVELY_FRAC else 0.0


def mislabeled_fuel(table: pd.DataFrame) -> pd.DataFrame:
    """Give back to a fuel what was reported as `other` for a while.

    The fuel falls and `other` rises by about the same in one hour, and back again later. What
    `other` has above the line from before to after goes to the fuel: the total stays.
    """
    if "other" not in table:
        return table
    result = table.copy()
    for fuel in ("natural_gas", "nuclear", "coal"):
        if fuel in table:
            _give_back(result, fuel)
    return result


def _give_back(table: pd.DataFrame, fuel: str) -> None:
    other, donor = (table[name].to_numpy(dtype=float, copy=True) for name in ("other", fuel))
    gain, loss = np.diff(other, prepend=np.nan), -np.diff(donor, prepend=np.nan)
    least = max(
        MISLABELED_FRAC * _percentile(donor, 50),
        MISLABELED_TIMES_P95 * _percentile(abs(gain), 95),
        STATION_USE_MW,
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = gain / loss
    matches = (ratio >= MISLABELED_MATCH[0]) & (ratio <= MISLABELED_MATCH[1])
    begins, ends = (np.flatnonzero(matches & (sign * gain >= least)) for sign in (1, -1))
    after = 0
    for begin in begins[begins > 0]:
        later = ends[(ends > max(begin, after)) & (ends <= begin + MISLABELED_HOURS)]
        if begin < after or len(later) == 0:
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
            ratio = np.median(rest[hours] / _same_hour_median(rest, hours))
        scaled[start:end] = not SCALED_RANGE[0] <= ratio <= SCALED_RANGE[1]
    result = table.mask(pd.Series(scaled, index=table.index), axis=0)
    result["nuclear"] = table["nuclear"].mask(beyond)
    return result


def _excursions(nuclear: Values) -> list[tuple[int, int]]:
    """Return the runs between a leap of nuclear and the fall nearest to it, either side."""
    step = np.diff(nuclear, prepend=nuclear[:1])
    least = NUCLEAR_STEP_FRAC * _percentile(nuclear, 95)
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
        result[column] = table[column].mask(_stands_out(table[column]))
    return result.mask(_total_stands_out(result), axis=0)


def _stands_out(series: pd.Series) -> Mask:
    values = series.to_numpy(dtype=float)
    half = SPIKE_HOURS // 2
    distance = np.full(len(values), np.nan)
    around = np.median(sliding_window_view(values, SPIKE_HOURS), axis=1)
    distance[half:-half] = abs(values[half:-half] - around)
    least = max(
        SPIKE_TIMES_P99 * _percentile(distance, 99),
        SPIKE_FRAC * _percentile(values, 95),
        STATION_USE_MW,
    )
    return distance > least


def _total_stands_out(table: pd.DataFrame) -> pd.Series:
    nowhere = pd.Series(False, index=table.index)
    total = table.interpolate(limit_direction="both").sum(axis=1)
    if _is_variable(table):
        return nowhere
    around = total.rolling(TOTAL_WINDOW_H, center=True, min_periods=TOTAL_WINDOW_H // 2).median()
    outside = (total < TOTAL_RANGE[0] * around) | (total > TOTAL_RANGE[1] * around)
    return outside if outside.mean() < TOTAL_SELDOM_FRAC else nowhere


def _is_variable(table: pd.DataFrame) -> bool:
    """Tell whether most generation is solar and wind, so that nothing at all may be real."""
    energy = table.sum()
    return not energy.reindex(["solar", "wind"]).sum() <= VARIABLE_FRAC * energy.sum()


def _percentile(values: Values, percent: float) -> float:
    known = values[~np.isnan(values)]
    return float(np.percentile(known, percent)) if len(known) else 0.0


def _same_hour_median(values: Values, positions: NDArray[np.int64]) -> Values:
    """Return the median of the same hour over the three days before and after."""
    days = np.array([d for d in range(-3, 4) if d != 0]) * HOURS_PER_DAY
    near = positions[:, np.newaxis] + days
    inside = (near >= 0) & (near < len(values))
    around = np.where(inside, values[np.clip(near, 0, len(values) - 1)], np.nan)
    known = ~np.isnan(around).all(axis=1)
    result = np.full(len(positions), np.nan)
    result[known] = np.nanmedian(around[known], axis=1)
    return result
