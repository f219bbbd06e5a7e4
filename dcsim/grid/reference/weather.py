"""The seeded weather of a modelled year: how windy, clear and demanding it is, and other chance.

Standard normal scores, each with the memory that records show: wind and small changes of what is
asked by the hour; clearness, demand, exchange with neighbours and outages by the day. A day's
clearness goes with its wind, and its demand with both, as the fitted correlations say. Each year's
scores are anomalies, freed of season and set to variance 1: the fitted shapes hold the season
already, and seeds are to differ in when things happen, not in how much of them a year has.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from dcsim.grid.reference.coefficients import Coefficients, coefficients_of
from dcsim.grid.reference.shapes import (
    Hourly,
    LocalClock,
    anomaly,
    daily_means,
    red_noise,
    standardized,
)


class Cause(IntEnum):
    """What a stream of random numbers is for; numbers are never reused."""

    DEMAND = 1
    CLOUD_DAY = 2
    CLOUD_HOUR = 3
    WIND = 4
    REFUELLING = 5
    EXCHANGE = 6
    HOURS = 7
    OUTAGES = 8


@dataclass(frozen=True)
class Weather:
    """Standard normal scores of one year.

    Attributes:
        wind: Of every hour; zero without wind.
        clearness: Of every local day; above zero is clearer than the season.
        demand: Of every local day; above zero is more than the season asks.
        exchange: Of every local day; above zero is more sold to neighbours than the season has it.
        hours: Of every hour; above zero asks more than its day and hour of day do.
        outages: Of every local day; above zero is more of the thermal plants that follow.
    """

    wind: Hourly
    clearness: Hourly
    demand: Hourly
    exchange: Hourly
    hours: Hourly
    outages: Hourly


def stream(ba_code: str, seed: int, cause: Cause) -> np.random.Generator:
    """Return the random numbers of one cause; adding a cause changes no other."""
    return np.random.default_rng([seed, int(cause), *ba_code.encode()])


def drawn_weather(ba_code: str, clock: LocalClock, seed: int) -> Weather:
    """Return the weather of a balancing authority for a seed."""
    coefficients = coefficients_of(ba_code)
    wind = wind_score(coefficients, clock, seed)
    season = clock.season[clock.first_hours]
    windy_days = anomaly(season, daily_means(clock, wind))

    def own(cause: Cause, persistence: float) -> Hourly:
        noise = red_noise(stream(ba_code, seed, cause), len(season), persistence)
        return anomaly(season, noise)

    own_clouds = own(Cause.CLOUD_DAY, coefficients.cloud_persistence or 0.0)
    own_demand = own(Cause.DEMAND, coefficients.demand_persistence)
    clearness = blended(own_clouds, [windy_days], [coefficients.sun_wind_correlation])
    on_demand = [coefficients.demand_wind_correlation, coefficients.demand_sun_correlation]
    demand = blended(own_demand, [windy_days, clearness], on_demand)
    hours = red_noise(
        stream(ba_code, seed, Cause.HOURS), len(wind), coefficients.asked_hourly_persistence
    )
    return Weather(
        wind=wind,
        clearness=clearness,
        demand=demand,
        exchange=own(Cause.EXCHANGE, coefficients.exchange_persistence),
        hours=anomaly(clock.season, hours),
        outages=own(Cause.OUTAGES, coefficients.thermal_persistence),
    )


def wind_score(coefficients: Coefficients, clock: LocalClock, seed: int) -> Hourly:
    """Return how windy each hour is about its season and hour of day, variance 1 [-]."""
    if not coefficients.wind_from:
        return np.zeros(len(clock.day))
    rng = stream(coefficients.ba_code, seed, Cause.WIND)
    memory = coefficients.fact("wind_slow_persistence"), coefficients.fact("wind_fast_persistence")
    return anomaly(clock.season, red_noise(rng, len(clock.day), *memory))


def blended(own: Hourly, others: list[Hourly], correlations: list[float]) -> Hourly:
    """Return a score that has the given correlations with others, the rest of it its own.

    The weights of the others solve `C w = r`, with `C` the correlations among them and `r` those
    asked for; what variance they leave, `1 - r w`, is for its own.

    Args:
        own: A score independent of the others.
        others: Scores of the same days; one that is zero throughout counts for nothing.
        correlations: Of the result with each of them [-].
    """
    real = [(score, r) for score, r in zip(others, correlations, strict=True) if score.any()]
    if not real:
        return standardized(own)
    scores, r = np.array([score for score, _ in real]), np.array([r for _, r in real])
    among = np.atleast_2d(np.corrcoef(scores))
    weights = np.linalg.solve(among, r)
    left = np.sqrt(max(1 - float(r @ weights), 0.0))
    return standardized(weights @ scores + left * standardized(own))
