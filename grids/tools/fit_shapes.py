"""Least-squares Fourier fits to tables of 12 months by 24 hours, and to 12 months."""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dcsim.grid.authorities import known_authorities
from dcsim.grid.reference.shapes import SEASON_TERMS, LocalClock, local_clock, wave

Table = NDArray[np.float64]
"""Twelve months by 24 local hours, or twelve months by 1."""

HOUR_TERMS = ("mean", "cos1", "sin1", "cos2", "sin2", "cos3", "sin3")
COARSE = ("mean", "cos1", "sin1", "cos2", "sin2")
SPREAD_TERMS = ("mean", "cos1", "sin1")

HOURS = 24


def month_and_hour(index: pd.DatetimeIndex, code: str) -> tuple[NDArray[np.int64], ...]:
    """Return month (0 to 11) and hour of every UTC hour in local standard time."""
    clock = clock_of(index, code)
    hour = np.floor(clock.hour / (2 * np.pi) * HOURS).astype(int)
    day = clock.season / (2 * np.pi) * 365
    starts = np.cumsum([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30])
    return np.searchsorted(starts, day, side="right") - 1, hour


def clock_of(index: pd.DatetimeIndex, code: str) -> LocalClock:
    """Return the local standard time of an authority."""
    return local_clock(index, known_authorities()[code].time_zone)


def table_of(values: NDArray[np.float64], index: pd.DatetimeIndex, code: str) -> Table:
    """Return the mean by month and local hour, in the unit of the values."""
    month, hour = month_and_hour(index, code)
    cell = month * HOURS + hour
    return (np.bincount(cell, values) / np.bincount(cell)).reshape(-1, HOURS)


def fitted_terms(
    table: Table, season: Sequence[str], hour: Sequence[str]
) -> dict[tuple[str, str], float]:
    """Return the coefficients of season x hour terms that fit a table best.

    Args:
        table: Twelve rows; one column for a season alone.
        season: Terms of the year; third harmonics only with the day's mean.
        hour: Terms of the day; third harmonics only with the year's mean.
    """
    pairs = [
        (s, h) for s in season for h in hour if "mean" in (s, h) or (s in COARSE and h in COARSE)
    ]
    hours = table.shape[1]
    phase = 2 * np.pi * (np.arange(hours) + 0.5) / hours
    design = np.column_stack([np.outer(month_means(s), wave(phase, h)).ravel() for s, h in pairs])
    solution = np.linalg.lstsq(design, table.ravel(), rcond=None)[0]
    return dict(zip(pairs, map(float, solution), strict=True))


@cache
def month_means(term: str) -> NDArray[np.float64]:
    """Return the mean of a term of the year over each month [-]."""
    days = pd.date_range("2023-01-01", periods=365)
    values = wave(2 * np.pi * (np.arange(1, 366) - 0.5) / 365, term)
    return pd.Series(values, days).groupby(days.month).mean().to_numpy()


def day_means(hourly: pd.Series) -> pd.Series:
    """Return the mean of each UTC day there is, in the same unit."""
    return hourly.groupby(pd.DatetimeIndex(hourly.index).floor("D")).mean()


def anomaly(days: pd.Series) -> pd.Series:
    """Return daily values less their year, season (three harmonics) and weekend."""
    stamps = pd.DatetimeIndex(days.index)
    phase = 2 * np.pi * (stamps.day_of_year.to_numpy() - 0.5) / 365
    years = [(stamps.year == year).astype(float) for year in sorted(set(stamps.year))]
    season = [wave(phase, term) for term in SEASON_TERMS[1:]]
    weekend = (stamps.day_of_week.to_numpy() >= 5).astype(float)
    design = np.column_stack([*years, *season, weekend])
    values = days.to_numpy(dtype=float)
    solution = np.linalg.lstsq(design, values, rcond=None)[0]
    return pd.Series(values - design @ solution, stamps)
