"""What a balancing authority's plants are asked to generate, hour by hour.

Demand by season, hour, weekend and seeded weather, times the fitted shape of its exchange with
neighbours, scaled to the year's generation.
"""

import numpy as np

from dcsim.grid.authorities import MWH_PER_GWH, Authority
from dcsim.grid.generation import FUELS
from dcsim.grid.reference.coefficients import coefficients_of
from dcsim.grid.reference.shapes import (
    Hourly,
    LocalClock,
    fit_to_energy,
    fourier,
    shape_of,
    shape_or_flat,
)
from dcsim.grid.reference.weather import Weather


def demand_mw(authority: Authority, clock: LocalClock, score: Hourly) -> Hourly:
    """Return demand by season, hour, weekend and weather, within its extremes [MW].

    Args:
        authority: Whose demand; one that only generates gets the shape of its donor, of mean 1.
        clock: Hours in local time.
        score: How much each local day asks about its season, standard normal.
    """
    coefficients = coefficients_of(authority.ba_code)
    shape = fourier(clock, shape_of(coefficients.demand_from, "demand"))
    weekend = fourier(clock, shape_of(coefficients.demand_from, "weekend"))
    anomaly = coefficients.demand_daily_sd_frac * smooth_days(clock, score)
    relative = shape * np.where(clock.weekend, weekend, 1.0) * (1 + anomaly)
    if not authority.demand_gwh:
        return np.asarray(relative / relative.mean(), dtype=np.float64)
    return fit_to_energy(
        relative,
        authority.demand_gwh * MWH_PER_GWH,
        f"{authority.ba_code} demand",
        low_mw=authority.min_demand_mw or 0.0,
        high_mw=authority.peak_demand_mw or np.inf,
    )


def smooth_days(clock: LocalClock, days: Hourly) -> Hourly:
    """Return daily values joined by straight lines from noon to noon, in the same unit."""
    noons = np.arange(len(days)) + 0.5
    moments = clock.day + clock.hour / (2 * np.pi)
    return np.asarray(np.interp(moments, noons, days), dtype=np.float64)


def asked_mw(authority: Authority, clock: LocalClock, weather: Weather) -> Hourly:
    """Return what the authority's plants generate together [MW]."""
    coefficients = coefficients_of(authority.ba_code)
    season = fourier(clock, shape_or_flat(authority.ba_code, "exchange"))
    sold = 1 + coefficients.exchange_daily_sd_frac * smooth_days(clock, weather.exchange)
    hours = 1 + coefficients.asked_hourly_sd_frac * weather.hours
    demand = demand_mw(authority, clock, weather.demand)
    shape = demand * np.maximum(season * sold * hours, 0.0)
    generation_mwh = sum(authority.generation_mwh(fuel) for fuel in FUELS)
    return shape * float(generation_mwh / shape.sum())
