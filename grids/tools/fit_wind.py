"""Wind: its distribution, its season and hours, and how long it lasts."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import optimize, stats

from dcsim.grid.reference.shapes import SEASON_TERMS, fourier
from dcsim.grid.reference.sun_and_wind import WIND_LIMITS
from dcsim.grid.reference.year import reference_hours
from grids.tools.collection import Collection
from grids.tools.fit_shapes import (
    HOUR_TERMS,
    SPREAD_TERMS,
    Table,
    clock_of,
    fitted_terms,
    table_of,
)
from grids.tools.types import Figures, Shapes

LAGS_H = np.array([1, 2, 3, 6, 12, 24, 36, 48, 72, 96, 120, 168, 240])
"""At which the memory of the records is met."""
LAG_WEIGHTS = np.array([10, 3, 3, 2, 2, 3, 1, 1, 1, 1, 1, 1, 1])
FLOOR_QUANTILE, PEAK_QUANTILE = 0.002, 0.9995
"""Of the hours, which count as the lowest and the highest [-]."""
CONCENTRATIONS = (0.5, 100.0)
PRIME = 23
"""Every so many hours are enough for a distribution, and all hours of day are among them."""
SMALLEST = 1e-4
"""Wind counts as at least this far from the ends of its range, over the range [-]."""


def fit_wind(
    collection: Collection, years: Mapping[str, tuple[int, ...]], shapes: Shapes
) -> Figures:
    """Add the shapes `wind` and `wind_spread`; return the fleet's figures."""
    figures: Figures = {}
    for code, of in years.items():
        records = [collection.generation(code, year)["wind"] for year in of]
        if records[0].sum():
            figures[code] = _of_records(code, records, shapes)
    for code, table, statistics in collection.capacity_factors("wind"):
        if code not in figures:
            figures[code] = _of_profile(code, table, statistics, shapes)
    return figures


def _of_records(code: str, records: list[pd.Series], shapes: Shapes) -> dict[str, float]:
    wind = pd.concat([year / year.mean() for year in records])
    index, values = pd.DatetimeIndex(wind.index), wind.to_numpy()
    floor, peak = (float(wind.quantile(q)) for q in (FLOOR_QUANTILE, PEAK_QUANTILE))
    expected = _expected(code, index, table_of(values, index, code), (floor, peak), shapes)
    concentration = concentration_of(expected, float(np.var(values)) / (peak - floor) ** 2)
    alpha = expected * concentration
    held = np.clip((values - floor) / (peak - floor), SMALLEST, 1 - SMALLEST)
    score = np.clip(stats.norm.ppf(stats.beta.cdf(held, alpha, concentration - alpha)), -4, 4)
    spread = np.sqrt(table_of(score**2, index, code).mean(axis=1, keepdims=True))
    shapes[code, "wind_spread"] = fitted_terms(spread / spread.mean(), SPREAD_TERMS, ("mean",))
    series = pd.Series(score)
    slow, fast = fitted_memory(np.array([series.autocorr(int(lag)) for lag in LAGS_H]))
    return _figures(floor, peak, concentration, slow, fast)


def _expected(
    code: str,
    index: pd.DatetimeIndex,
    table: Table,
    ends: tuple[float, float],
    shapes: Shapes,
) -> NDArray[np.float64]:
    """Add the shape of wind over its mean; return what it expects, from lowest to highest [-]."""
    shapes[code, "wind"] = fitted_terms(table / table.mean(), SEASON_TERMS, HOUR_TERMS)
    floor, peak = ends
    shape = fourier(clock_of(index, code), shapes[code, "wind"])
    return np.clip((shape - floor) / (peak - floor), *WIND_LIMITS)


def _figures(
    floor: float, peak: float, concentration: float, slow: float, fast: float
) -> dict[str, float]:
    return {
        "wind_floor_ratio": floor,
        "wind_peak_ratio": peak,
        "wind_concentration": concentration,
        "wind_slow_persistence": slow,
        "wind_fast_persistence": fast,
    }


def concentration_of(expected: NDArray[np.float64], variance: float) -> float:
    """Return the concentration with which wind has a variance over the year.

    The variance is that of what is expected plus the mean of `m (1 - m) / (concentration + 1)`.

    Args:
        expected: Of every hour, from lowest to highest [-].
        variance: Of all hours, over the range squared [-].
    """
    within = max(variance - float(expected.var()), 1e-3)
    spread = float((expected * (1 - expected)).mean())
    return float(np.clip(spread / within - 1, *CONCENTRATIONS))


def memory(slow: float, fast: float, lags: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the autocorrelation of the model's wind noise at some lags [-]."""
    passing = np.ones(int(lags.max()) + 1)
    passing[1] = (slow + fast) / (1 + slow * fast)
    for lag in range(2, len(passing)):
        passing[lag] = (slow + fast) * passing[lag - 1] - slow * fast * passing[lag - 2]
    return passing[lags]


def fitted_memory(
    target: NDArray[np.float64],
    lags: NDArray[np.int64] = LAGS_H,
    weights: NDArray[np.float64] = LAG_WEIGHTS,
) -> tuple[float, float]:
    """Return the slow and fast persistence whose memory is nearest.

    Args:
        target: Autocorrelations of records [-].
        lags: Of which [h].
        weights: Of each.
    """

    def gap(x: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(weights * (memory(x[0], x[1], lags) - target))

    found = optimize.least_squares(gap, [0.94, 0.5], bounds=([0.5, 0.0], [0.995, 0.9]))
    return float(found.x[0]), float(found.x[1])


def _of_profile(code: str, table: Table, statistics: pd.Series, shapes: Shapes) -> dict[str, float]:
    peak = float(statistics["cf_max"] / statistics["cf_mean"])
    expected = _expected(code, reference_hours(), table, (0.0, peak), shapes)
    p99 = float(statistics["cf_p99"] / statistics["cf_max"])
    hours = expected[::PRIME]
    concentration = concentration_of_p99(hours, p99)
    between = expected.var()
    within = (expected * (1 - expected)).mean() / (concentration + 1)
    lags = np.array([1, 24])
    told = np.array([statistics["acf1h"], statistics["acf24h"]])
    settled = np.array([pd.Series(expected).autocorr(int(lag)) for lag in lags])
    target = (told * (between + within) - settled * between) / within
    slow, fast = fitted_memory(target, lags, np.ones(2))
    return _figures(0.0, peak, concentration, slow, fast)


def concentration_of_p99(expected: NDArray[np.float64], p99: float) -> float:
    """Return the concentration with which one hour in a hundred is above `p99` of the highest."""

    def excess(concentration: float) -> float:
        alpha = expected * concentration
        return float(stats.beta.sf(p99, alpha, concentration - alpha).mean()) - 0.01

    low, high = CONCENTRATIONS
    if excess(low) <= 0:
        return low
    if excess(high) >= 0:
        return high
    return float(optimize.brentq(excess, low, high))
