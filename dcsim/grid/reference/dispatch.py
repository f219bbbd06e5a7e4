"""Hydro and fossil generation of a modelled year: what sun, wind and reactors leave, shared out.

Coal follows what fossil plants are needed for with a damped slope; oil runs when demand is far
above its season. Of hydro and gas the smaller goes by season and a slope, and the larger takes the
rest: gas in most places, hydro in the Northwest.
"""

import numpy as np

from dcsim.grid.authorities import Authority
from dcsim.grid.reference.coefficients import Coefficients, coefficients_of
from dcsim.grid.reference.demand import smooth_days
from dcsim.grid.reference.shapes import (
    Hourly,
    LocalClock,
    centred_mean,
    daily_means,
    fit_to_energy,
    fourier,
    shape_or_flat,
)
from dcsim.grid.reference.weather import Weather

LEAST_SHARE = 0.05
"""What is left to share in counts as at least this share of a mean, so that ratios exist and the
rest can always be scaled to its energy [-]."""
LEAST_SEASON = 0.002
"""Seasonal levels stay above this; oil and gas may hardly run for months [-]."""
HYDRO_FLOOR_FRAC = 0.15
"""Lowest hourly hydro over its season's level; an assumption (5th percentile of hydro over its
mean in EIA-930, 2022: CISO 0.27, ERCO 0.00, SOCO 0.08, PJM 0.19) [-]."""
THERMAL_FLOOR_FRAC = 0.1
"""Lowest hourly coal, or gas that follows, over its season's level; an assumption [-]."""
MONTH_DAYS = 31
"""Over which a season's level of what is left is taken [d]."""


def shared_mw(
    authority: Authority, clock: LocalClock, left_mw: Hourly, weather: Weather
) -> dict[str, Hourly]:
    """Return hydro, coal, gas and oil [MW].

    Args:
        authority: Whose plants.
        clock: Hours in local time.
        left_mw: What sun, wind, nuclear and other leave; may be below zero [MW].
        weather: What the year's days are like.
    """
    oil = oil_mw(authority, clock, weather.demand)
    if authority.generation_mwh("hydro") > authority.generation_mwh("natural_gas"):
        coal = following_mw(authority, clock, left_mw, "coal", weather.outages)
        gas = following_mw(authority, clock, left_mw, "natural_gas", weather.outages)
        hydro = rest_mw(authority, left_mw - coal - gas - oil, "hydro")
    else:
        hydro = hydro_mw(authority, clock, left_mw)
        coal = following_mw(authority, clock, left_mw - hydro, "coal", weather.outages)
        gas = rest_mw(authority, left_mw - hydro - coal - oil, "natural_gas")
    return {"hydro": hydro, "coal": coal, "natural_gas": gas, "oil": oil}


def season_of(coefficients: Coefficients, clock: LocalClock, fuel: str) -> Hourly:
    """Return the seasonal level of a fuel, about 1, of the authority or of its donor [-]."""
    level: Hourly = fourier(clock, shape_or_flat(coefficients.dispatch_from, fuel))
    return np.maximum(level, LEAST_SEASON)


def hydro_mw(authority: Authority, clock: LocalClock, left_mw: Hourly) -> Hourly:
    """Return hydro that goes by season, and follows what is left by the day and the hour [MW]."""
    coefficients = coefficients_of(authority.ba_code)
    return fit_to_energy(
        season_of(coefficients, clock, "hydro") * followed(coefficients, clock, left_mw),
        authority.generation_mwh("hydro"),
        f"{authority.ba_code} hydro",
        high_mw=authority.hydro_nameplate_mw or np.inf,
    )


def followed(coefficients: Coefficients, clock: LocalClock, left_mw: Hourly) -> Hourly:
    """Return how hydro answers: a slope on the day about its month, one on the hour [-]."""
    shared = np.maximum(left_mw, LEAST_SHARE * max(left_mw.mean(), 1.0))
    days = daily_means(clock, shared)
    by_day = coefficients.hydro_follow_days * (days / centred_mean(days, MONTH_DAYS) - 1)
    by_hour = coefficients.hydro_follow * (shared / days[clock.day] - 1)
    answer: Hourly = np.maximum(1 + by_day[clock.day] + by_hour, HYDRO_FLOOR_FRAC)
    return answer


def following_mw(
    authority: Authority, clock: LocalClock, needed_mw: Hourly, fuel: str, outages: Hourly
) -> Hourly:
    """Return coal or gas that goes by season, and follows what is needed with its slope [MW].

    Args:
        authority: Whose plants.
        clock: Hours in local time.
        needed_mw: What there is to follow; may be below zero [MW].
        fuel: `coal` or `natural_gas`.
        outages: How much more than that each local day has, standard normal.
    """
    coefficients = coefficients_of(authority.ba_code)
    needed = np.maximum(needed_mw, 0.0)
    relative = needed / max(needed.mean(), np.finfo(float).tiny)
    slope: float = getattr(coefficients, f"{fuel}_follow")
    nameplate_mw: float | None = getattr(authority, f"{fuel}_nameplate_mw")
    by_day = 1 + coefficients.thermal_daily_sd_frac * smooth_days(clock, outages)
    follow = np.maximum(1 + slope * (relative - 1), THERMAL_FLOOR_FRAC)
    return fit_to_energy(
        season_of(coefficients, clock, fuel) * follow * np.maximum(by_day, THERMAL_FLOOR_FRAC),
        authority.generation_mwh(fuel),
        f"{authority.ba_code} {fuel}",
        high_mw=nameplate_mw or np.inf,
    )


def oil_mw(authority: Authority, clock: LocalClock, demand_score: Hourly) -> Hourly:
    """Return oil: by season, and steeply by the day's demand about its season [MW]."""
    coefficients = coefficients_of(authority.ba_code)
    steep = np.exp(coefficients.oil_steepness * smooth_days(clock, demand_score))
    return fit_to_energy(
        season_of(coefficients, clock, "oil") * steep,
        authority.generation_mwh("oil"),
        f"{authority.ba_code} oil",
        high_mw=authority.oil_nameplate_mw or np.inf,
    )


def rest_mw(authority: Authority, left_mw: Hourly, fuel: str) -> Hourly:
    """Return the fuel that takes what is left; gas between its floor and its ceiling [MW]."""
    coefficients = coefficients_of(authority.ba_code)
    energy_mwh = authority.generation_mwh(fuel)
    mean_mw = energy_mwh / len(left_mw)
    nameplate_mw: float | None = getattr(authority, f"{fuel}_nameplate_mw")
    is_gas = fuel == "natural_gas"
    floor = coefficients.natural_gas_floor_frac if is_gas else HYDRO_FLOOR_FRAC
    ceiling = (coefficients.natural_gas_ceiling_frac if is_gas else None) or np.inf
    return fit_to_energy(
        np.maximum(left_mw, LEAST_SHARE * mean_mw),
        energy_mwh,
        f"{authority.ba_code} {fuel}",
        low_mw=floor * mean_mw,
        high_mw=min(nameplate_mw or np.inf, max(ceiling * mean_mw, mean_mw)),
    )
