"""Screens for values that come again: stuck at the hour before, or copied from a day before.

Equal values are evidence of a fault only where they are a wonder: not in a fuel that changes by
about as much as its values are rounded to, and not at a limit of its plants, where it comes to rest
again and again. What a fuel does is taken from its own year.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dcsim.grid.repair.filling import Mask, Values, run_lengths, run_sums
from dcsim.units import DAYS_PER_WEEK, HOURS_PER_DAY

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

ROUNDED_MW = 1.0
"""What reports are rounded to [MW]."""
SMOOTH_MW = 2.0
"""Where a fuel that changes does so by no more than this, whole megawatts repeat [MW]."""
CHANCE_TIMES_CHANGE = 0.35
"""A change whose usual size is s rounds to nothing in this share over s of the hours: the density
at zero of a two-sided exponential of median size s is ln 2 / (2 s) [-]."""
LIMIT_HOURS = 3
LIMIT_TIMES = 5
"""A value held so many times, for so many hours, is a limit of the plants: full or least load."""


def stuck_value(table: pd.DataFrame) -> pd.DataFrame:
    """Find hours that repeat the hour before in a fuel that varies, alone or several at once."""
    return table.mask(_repeats(table.to_numpy(dtype=float), _moves(table), lag=1))


def repeated_day(table: pd.DataFrame) -> pd.DataFrame:
    """Find blocks of hours that are copies of the same hours of a day of the week before."""
    values, moves = table.to_numpy(dtype=float, copy=True), _moves(table)
    for days in range(1, DAYS_COMPARED + 1):
        values[_repeats(values, moves, lag=days * HOURS_PER_DAY)] = np.nan
    return pd.DataFrame(values, index=table.index, columns=table.columns)


def _moves(table: pd.DataFrame) -> Mask:
    """Tell which values are of a fuel that varies, and not at rest."""
    values = table.to_numpy(dtype=float)
    high = np.percentile(np.nan_to_num(values), 95, axis=0)
    varies = ~table.columns.isin(FLAT_BY_NATURE) & (high >= COARSE_MW)
    moves: Mask = (values > RESTING_FRAC * high) & varies
    return moves


def _at_limits(values: Values) -> Mask:
    """Tell which values are the highest of their fuel or, within rounding, where it often rests."""
    often = np.stack([_where_it_rests(column) for column in values.T], axis=1)
    highest = np.nan_to_num(values, nan=-np.inf).max(axis=0)
    at_limits: Mask = often | (values >= highest - ROUNDED_MW)
    return at_limits


def _where_it_rests(values: Values) -> Mask:
    same = _same(values, 1)
    begins = same & ~np.concatenate(([False], same[:-1]))
    held = values[begins & (run_lengths(same) + 1 >= LIMIT_HOURS)]
    held_at, times = np.unique(np.round(held), return_counts=True)
    limits = held_at[times >= LIMIT_TIMES]
    around = np.add.outer(limits, (-ROUNDED_MW, 0.0, ROUNDED_MW)).ravel()
    return np.isin(np.round(values), around)


def _same(values: Values, lag: int) -> Mask:
    same = np.zeros(values.shape, dtype=bool)
    same[lag:] = values[lag:] == values[:-lag]
    return same


def _repeats(values: Values, moves: Mask, lag: int) -> Mask:
    """Find runs of hours in which values equal those a lag before, beyond chance.

    Every equal value is evidence: the logarithm of how seldom that fuel keeps a value. Evidence
    adds up over the run and, where several fuels repeat at once, over the fuels. A day is copied
    by how it moves: an hour that stays where the hour before was is no evidence of it.
    """
    equal = _same(values, lag) & moves
    weight = np.broadcast_to([_evidence(column) for column in equal.T], equal.shape)
    tells = np.ones(values.shape, dtype=bool) if lag == 1 else ~_same(values, 1)
    found = _beyond_chance(equal, tells, weight)
    if not found.any():
        return found
    equal &= ~_at_limits(values)
    return _beyond_chance(equal, tells, np.minimum(weight, _evidence_of_changes(values, lag)))


def _beyond_chance(equal: Mask, tells: Mask, weight: Values) -> Mask:
    """Add up evidence along each run of equal values, of a fuel alone and of several together."""
    equal = equal & (weight > 0)
    worth = equal * tells * weight
    alone = np.stack([run_sums(a, b) for a, b in zip(equal.T, worth.T, strict=True)], axis=1)
    together = run_sums(equal.sum(axis=1) >= 2, worth.sum(axis=1))[:, np.newaxis]
    beyond: Mask = equal & ((alone >= NEVER_BY_CHANCE) | (together >= NEVER_BY_CHANCE))
    return beyond


def _evidence(equal: Mask) -> float:
    """Return what one equal value of a fuel is worth; nothing if it often keeps its value."""
    usual = run_lengths(equal) < LONG_RUN_HOURS
    share = max(float(equal[usual].mean()) if usual.any() else 1.0, RARELY_EQUAL)
    return -float(np.log(share)) if share < LIVELY_FRAC else 0.0


def _evidence_of_changes(values: Values, lag: int) -> NDArray[np.float64]:
    """Return what an equal value is worth by how much the fuel changes in that week, if it does."""
    change = np.full(values.shape, np.nan)
    change[lag:] = abs(values[lag:] - values[:-lag])
    change[change == 0] = np.nan
    week = np.arange(len(values)) // (HOURS_PER_DAY * DAYS_PER_WEEK)
    changes = pd.DataFrame(change)
    usual = changes.groupby(week).median().fillna(changes.median()).fillna(0.0).to_numpy()[week]
    chance = CHANCE_TIMES_CHANGE * ROUNDED_MW / np.maximum(usual, SMOOTH_MW)
    return np.where(usual > SMOOTH_MW, -np.log(np.minimum(chance, 1.0)), 0.0)
