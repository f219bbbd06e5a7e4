"""Building blocks of a modelled year: the local clock, Fourier shapes, red noise, energy fitting.

Nothing here knows of fuels or fleets. The coefficients are in `grids/reference_shapes.csv`.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import ndimage, signal, stats

from dcsim.errors import DataError
from dcsim.shipped import shipped_folder
from dcsim.units import DAYS_PER_WEEK, HOURS_PER_DAY

Hourly = NDArray[np.float64]
"""One value for each hour of the year."""

Coefficients = Mapping[tuple[str, str], float]
"""Fourier coefficient by (season term, hour term), such as `("cos1", "sin2")`; `mean` is 1."""

FLAT: Coefficients = {("mean", "mean"): 1.0}

SHAPES_FILE = "reference_shapes.csv"

SEASON_TERMS = ("mean", "cos1", "sin1", "cos2", "sin2", "cos3", "sin3", "cos4", "sin4")
"""Terms of the year that shapes may have."""

SEASON_RATIOS = (0.25, 4.0)
"""No season is scaled by more than that [-]."""

DAYS_OF_SHAPE = 365
_SATURDAY = 5
_WINTER = datetime(2023, 1, 15)
"""A day of standard time everywhere in the US: shapes run on standard time all year."""
_BURN_IN = 2000
_HALVINGS = 60
_DOUBLINGS = 60


@dataclass(frozen=True)
class LocalClock:
    """Local standard time of every hour.

    Attributes:
        season: Phase of the year, 0 to 2 pi from 1 January, one value a day.
        hour: Phase of the day at mid-hour, 0 to 2 pi from midnight.
        day: Number of the local day, from 0 at the first.
        weekend: Whether it is Saturday or Sunday.
    """

    season: Hourly
    hour: Hourly
    day: NDArray[np.int64]
    weekend: NDArray[np.bool_]

    @property
    def first_hours(self) -> NDArray[np.int64]:
        """Return where each local day begins."""
        return np.flatnonzero(np.diff(self.day, prepend=-1))


def local_clock(index: pd.DatetimeIndex, time_zone: str) -> LocalClock:
    """Return the local standard time of UTC hours."""
    offset = ZoneInfo(time_zone).utcoffset(_WINTER)
    local = index.tz_localize(None) + pd.Timedelta(offset or 0)
    day = (local.normalize() - local[0].normalize()).days.to_numpy().astype(np.int64)
    weekend = local.day_of_week.to_numpy() % DAYS_PER_WEEK >= _SATURDAY
    season = 2 * np.pi * (local.day_of_year.to_numpy() - 0.5) / DAYS_OF_SHAPE
    hour = 2 * np.pi * (local.hour.to_numpy() + 0.5) / HOURS_PER_DAY
    return LocalClock(season, hour, day, weekend)


@cache
def known_shapes() -> dict[tuple[str, str], Coefficients]:
    """Return the shipped shapes by (balancing authority, shape name)."""
    text = (shipped_folder("grids") / SHAPES_FILE).read_text(encoding="utf-8")
    shapes: dict[tuple[str, str], dict[tuple[str, str], float]] = {}
    for row in csv.DictReader(text.splitlines()):
        shape = shapes.setdefault((row["ba_code"], row["shape"]), {})
        shape[row["season_term"], row["hour_term"]] = float(row["coefficient"])
    return dict(shapes)


def shape_of(ba_code: str, name: str) -> Coefficients:
    """Return a shape of a balancing authority.

    Raises:
        DataError: The shipped file has no such shape.
    """
    try:
        return known_shapes()[ba_code, name]
    except KeyError:
        raise DataError(f"{SHAPES_FILE}: has no shape {name} of {ba_code}") from None


def shape_or_flat(ba_code: str, name: str) -> Coefficients:
    """Return a shape of a balancing authority, or a constant 1 where none was fitted."""
    return known_shapes().get((ba_code, name), FLAT)


def fourier(clock: LocalClock, coefficients: Coefficients) -> Hourly:
    """Return the sum of coefficient x season term x hour term at every hour [-]."""
    total = np.zeros(len(clock.hour))
    for (season_term, hour_term), coefficient in coefficients.items():
        total += coefficient * wave(clock.season, season_term) * wave(clock.hour, hour_term)
    return total


def wave(phase: Hourly, term: str) -> Hourly:
    """Return a term of a Fourier series: `mean` (1), or `cos` or `sin` with its harmonic."""
    if term == "mean":
        return np.ones_like(phase)
    function = {"cos": np.cos, "sin": np.sin}[term[:3]]
    result: Hourly = function(int(term[3:]) * phase)
    return result


def red_noise(rng: np.random.Generator, length: int, *persistence: float) -> Hourly:
    """Return Gaussian noise of mean 0 and variance 1 with memory.

    Args:
        rng: The stream of this cause.
        length: How many steps.
        *persistence: Share of an anomaly left after one step. One makes an AR(1) process; two
            make the AR(2) process of an AR(1) process driving another [-].
    """
    polynomial = np.poly(persistence)
    impulse = np.zeros(_BURN_IN)
    impulse[0] = 1.0
    gain = np.sqrt(np.sum(signal.lfilter([1.0], polynomial, impulse) ** 2))
    noise = signal.lfilter([1.0], polynomial, rng.standard_normal(length + _BURN_IN))
    result: Hourly = noise[_BURN_IN:] / gain
    return result


def standardized(values: Hourly) -> Hourly:
    """Return values moved and scaled to mean 0 and variance 1; constant ones become 0 [-]."""
    spread = float(values.std())
    return np.asarray((values - values.mean()) / (spread or 1.0), dtype=np.float64)


def anomaly(season: Hourly, values: Hourly) -> Hourly:
    """Return values less their season, scaled to variance 1: what a year has about its season.

    The season is what the first three harmonics of the year say, as in the fitted shapes, which
    hold the season already; noise must not bring another.

    Args:
        season: Phase of the year of each value.
        values: Hourly or daily; constant ones become 0.
    """
    return standardized(values - season_level(season, values))


def season_level(season: Hourly, values: Hourly) -> Hourly:
    """Return the season of values, the first three harmonics of the year, in the same unit."""
    terms = np.column_stack([wave(season, term) for term in SEASON_TERMS])
    fitted: Hourly = terms @ np.linalg.solve(terms.T @ terms, terms.T @ values)
    return fitted


def with_season_of(season: Hourly, values: Hourly, expected: Hourly) -> Hourly:
    """Return values scaled so that their season is that of what was expected.

    Args:
        season: Phase of the year of each value.
        values: Above zero, drawn about what was expected.
        expected: Its mean at every hour.
    """
    ratio = season_level(season, expected) / season_level(season, values)
    return values * np.clip(ratio, *SEASON_RATIOS)


def daily_means(clock: LocalClock, hourly: Hourly) -> Hourly:
    """Return the mean of each local day, in the unit of the hours."""
    return np.asarray(np.bincount(clock.day, hourly) / np.bincount(clock.day), dtype=np.float64)


def centred_mean(daily: Hourly, days: int) -> Hourly:
    """Return the mean over days about each day, going round at the ends, in the same unit.

    Args:
        daily: One value a day.
        days: How many to take together; odd.
    """
    return np.asarray(ndimage.uniform_filter1d(daily, days, mode="wrap"), dtype=np.float64)


def beta_quantiles(score: Hourly, mean: Hourly | float, concentration: Hourly | float) -> Hourly:
    """Map standard normal scores to a Beta distribution on 0 to 1.

    Args:
        score: Standard normal values.
        mean: Mean of the Beta distribution [-].
        concentration: Sum of its two parameters; the higher, the narrower [-].
    """
    probability = stats.norm.cdf(score)
    result: Hourly = stats.beta.ppf(
        probability, np.multiply(mean, concentration), np.subtract(1, mean) * concentration
    )
    return result


def fit_to_energy(
    shape: Hourly, energy_mwh: float, what: str, *, low_mw: float = 0.0, high_mw: float = np.inf
) -> Hourly:
    """Scale a shape, held between two powers, so that its sum is the energy asked for.

    Args:
        shape: Relative power of every hour; below zero counts as zero [-].
        energy_mwh: What the sum must be [MWh].
        what: What to call it in a message.
        low_mw: Least power of any hour [MW].
        high_mw: Most power of any hour [MW].

    Raises:
        DataError: No scale gives that energy within the limits.
    """
    if energy_mwh == 0:
        return np.zeros_like(shape)
    positive = np.maximum(shape, 0.0)

    def scaled(factor: float) -> Hourly:
        return np.clip(factor * positive, low_mw, high_mw)

    low, high = 0.0, energy_mwh / max(positive.sum(), np.finfo(float).tiny)
    for _ in range(_DOUBLINGS):
        if scaled(high).sum() >= energy_mwh:
            break
        high *= 2
    else:
        raise DataError(
            f"{what}: {energy_mwh:g} MWh do not fit under {high_mw:g} MW in {len(shape)} hours"
        )
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if scaled(middle).sum() >= energy_mwh else (middle, high)
    return scaled(high)
