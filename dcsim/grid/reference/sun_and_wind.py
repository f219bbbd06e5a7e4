"""Solar and wind generation of a modelled year: clear-sky physics and statistics, no weather data.

Solar is what a plant at the centre of the fleet gives under a clear sky (pvlib; partly tracking the
sun, partly fixed), dimmed by the day's seeded clouds. Wind is a seeded score moved by season and
hour of day, mapped to a Beta distribution. Both meet the year's energy and stay under the nameplate
at which that energy is the fleet's published yield.
"""

import numpy as np
import pandas as pd
import pvlib

from dcsim.grid.authorities import Authority
from dcsim.grid.generation import HALF_HOUR
from dcsim.grid.reference.coefficients import Coefficients, coefficients_of
from dcsim.grid.reference.shapes import (
    Hourly,
    LocalClock,
    beta_quantiles,
    fit_to_energy,
    fourier,
    red_noise,
    shape_of,
    shape_or_flat,
    with_season_of,
)

LINKE_TURBIDITY = 3.0
"""A clear, moderately clean sky: Ineichen and Perez, Solar Energy 73 (2002) 151 [-]."""
STANDARD_IRRADIANCE_W_PER_M2 = 1000.0
"""At which modules are rated: standard test conditions, IEC 60904-3 [W/m2]."""
DC_PER_AC_MW = 1.3
"""Average of US plants of 50 to 100 MW: EIA, Today in Energy, article 35372 [-]."""
SYSTEM_EFFICIENCY = 0.86
"""1 less the 14 % losses of PVWatts Version 5 (Dobos, NREL/TP-6A20-62641, 2014) [-]."""
GROUND_COVERAGE = 0.4
"""Row width over row spacing: the default of PVWatts Version 5 [-]."""
TRACKER_LIMIT_DEG = 60.0
"""How far rows turn from flat; an assumption [degrees]."""
FIXED_TILT_DEG = 20.0
FIXED_AZIMUTH_DEG = 180.0
"""Tilt and direction of fixed modules: the defaults of PVWatts [degrees, from north by east]."""

HOURLY_CLOUD_PERSISTENCE = 0.7
HOURLY_CLOUD_SD_FRAC = 0.05
"""Small hour-to-hour changes that a whole fleet sees; an assumption [-]."""
CLEARNESS_LIMITS = (0.05, 0.97)
"""Seasonal clearness stays within these, so that its Beta distribution exists [-]."""
LEAST_CONCENTRATION = 0.5
"""Lowest sum of a Beta distribution's two parameters [-]."""
LEAST_SPREAD = 0.2
"""The spread of a season is at least this share of the year's [-]."""
WIND_LIMITS = (0.01, 0.95)
"""Expected wind stays within these shares of its range, so that there is a spread [-]."""

LEAST_WIND = 1e-4
"""Wind over its mean, at least: a grid of wind alone needs a mix at every hour [-]."""


def solar_mw(
    authority: Authority,
    index: pd.DatetimeIndex,
    clock: LocalClock,
    clearness_score: Hourly,
    hour_rng: np.random.Generator,
) -> Hourly:
    """Return the solar generation of every hour [MW].

    Args:
        authority: Whose fleet; needs the fleet's place if it has one.
        index: Hours, UTC, hour-beginning.
        clock: The same hours in local time.
        clearness_score: How clear each local day is, standard normal.
        hour_rng: Stream of changes within the day.
    """
    energy_mwh = authority.generation_mwh("solar")
    if energy_mwh == 0:
        return np.zeros(len(index))
    coefficients = coefficients_of(authority.ba_code)
    place = authority.fact("solar_latitude"), authority.fact("solar_longitude")
    clear_cf = clear_sky_cf(*place, index, coefficients.fact("solar_fixed_frac"))
    flicker = 1 + HOURLY_CLOUD_SD_FRAC * red_noise(hour_rng, len(index), HOURLY_CLOUD_PERSISTENCE)
    return fit_to_energy(
        clear_cf * clearness(coefficients, clock, clearness_score) * flicker,
        energy_mwh,
        f"{authority.ba_code} solar",
        high_mw=peak_mw(
            energy_mwh / len(index),
            coefficients.fact("solar_peak_ratio"),
            authority.fleet_nameplate_mw("solar", len(index)),
        ),
    )


def peak_mw(mean_mw: float, ratio: float, nameplate_mw: float) -> float:
    """Return a fleet's highest hour: a multiple of its mean, not above its nameplate [MW]."""
    return min(ratio * mean_mw, nameplate_mw)


def clear_sky_cf(
    latitude: float, longitude: float, index: pd.DatetimeIndex, fixed_frac: float
) -> Hourly:
    """Return what a fleet gives under a clear sky, at mid-hour.

    Args:
        latitude: Of its centre [degrees north].
        longitude: Of its centre [degrees east].
        index: Hours, UTC, hour-beginning.
        fixed_frac: Share of the fleet that stands fixed; the rest tracks on one axis [-].

    Returns:
        AC power over AC nameplate, 0 to 1 [-].
    """
    middle = index + HALF_HOUR
    sun = pvlib.solarposition.get_solarposition(middle, latitude, longitude)
    sky = clear_sky_w_per_m2(sun["apparent_zenith"], middle)
    cf = np.zeros(len(index))
    if fixed_frac < 1:
        cf += (1 - fixed_frac) * plane_cf(sun, sky, tracker_planes(sun))
    if fixed_frac > 0:
        fixed = {"surface_tilt": FIXED_TILT_DEG, "surface_azimuth": FIXED_AZIMUTH_DEG}
        cf += fixed_frac * plane_cf(sun, sky, fixed)
    return cf


def tracker_planes(sun: pd.DataFrame) -> dict[str, pd.Series]:
    """Return tilt and azimuth of rows that follow the sun from east to west [degrees]."""
    rows = pvlib.tracking.singleaxis(
        sun["apparent_zenith"],
        sun["azimuth"],
        max_angle=TRACKER_LIMIT_DEG,
        gcr=GROUND_COVERAGE,
    ).fillna(0.0)  # below the horizon rows rest flat
    return {name: rows[name] for name in ("surface_tilt", "surface_azimuth")}


def plane_cf(
    sun: pd.DataFrame, sky: pd.DataFrame, planes: dict[str, pd.Series] | dict[str, float]
) -> Hourly:
    """Return AC power over AC nameplate of modules in given planes [-].

    Args:
        sun: pvlib's solar position.
        sky: `ghi`, `dni` and `dhi` [W/m2].
        planes: `surface_tilt` and `surface_azimuth` [degrees].
    """
    irradiance = pvlib.irradiance.get_total_irradiance(
        **planes,
        solar_zenith=sun["apparent_zenith"],
        solar_azimuth=sun["azimuth"],
        dni=sky["dni"],
        ghi=sky["ghi"],
        dhi=sky["dhi"],
    )
    relative = irradiance["poa_global"].fillna(0.0).to_numpy() / STANDARD_IRRADIANCE_W_PER_M2
    cf: Hourly = np.clip(relative * DC_PER_AC_MW * SYSTEM_EFFICIENCY, 0.0, 1.0)
    return cf


def clear_sky_w_per_m2(zenith: pd.Series, moments: pd.DatetimeIndex) -> pd.DataFrame:
    """Return `ghi`, `dni` and `dhi` under a clear sky at sea level, by Ineichen's model [W/m2].

    Args:
        zenith: Apparent angle of the sun from overhead [degrees].
        moments: When.
    """
    airmass = pvlib.atmosphere.get_relative_airmass(zenith)
    # Days are given as numbers because pvlib 0.16 asks pandas 3 for them by a name in retirement.
    outside = pvlib.irradiance.get_extra_radiation(moments.day_of_year.to_numpy())
    sky: pd.DataFrame = pvlib.clearsky.ineichen(
        zenith, airmass, LINKE_TURBIDITY, altitude=0.0, dni_extra=outside
    )
    return sky


def clearness(coefficients: Coefficients, clock: LocalClock, score: Hourly) -> Hourly:
    """Return the share of clear-sky output that clouds leave, one value a local day, 0 to 1 [-].

    Args:
        coefficients: Of the authority; needs those of solar.
        clock: Hours in local time.
        score: How clear each local day is, standard normal.
    """
    season = np.clip(
        fourier(clock, shape_of(coefficients.solar_from, "clearness")), *CLEARNESS_LIMITS
    )[clock.first_hours]
    varied = fourier(clock, shape_or_flat(coefficients.solar_from, "cloud_spread"))
    spread = (
        season
        * coefficients.fact("solar_cloud_sd_frac")
        * np.maximum(varied[clock.first_hours], LEAST_SPREAD)
    )
    concentration = np.maximum(season * (1 - season) / spread**2 - 1, LEAST_CONCENTRATION)
    return beta_quantiles(score, season, concentration)[clock.day]


def wind_mw(authority: Authority, clock: LocalClock, noise: Hourly) -> Hourly:
    """Return the wind generation of every hour [MW].

    Of every hour season and hour of day give the mean, and a Beta distribution about it, from the
    fleet's lowest hour to its highest, gives the rest. What noise happens to add to the season is
    taken out.

    Args:
        authority: Whose fleet.
        clock: Hours in local time.
        noise: How windy each hour is about its season and hour of day, standard normal.
    """
    energy_mwh = authority.generation_mwh("wind")
    if energy_mwh == 0:
        return np.zeros(len(noise))
    coefficients = coefficients_of(authority.ba_code)
    mean_mw = energy_mwh / len(noise)
    nameplate_mw = authority.fleet_nameplate_mw("wind", len(noise))
    most_mw = peak_mw(mean_mw, coefficients.fact("wind_peak_ratio"), nameplate_mw)
    least_mw = max(coefficients.fact("wind_floor_ratio"), LEAST_WIND) * mean_mw
    shape_mw = fourier(clock, shape_of(coefficients.wind_from, "wind")) * mean_mw
    expected = np.clip((shape_mw - least_mw) / (most_mw - least_mw), *WIND_LIMITS)
    spread = fourier(clock, shape_or_flat(coefficients.wind_from, "wind_spread"))
    concentration = coefficients.fact("wind_concentration") / np.maximum(spread, LEAST_SPREAD) ** 2
    drawn = beta_quantiles(noise, expected, concentration)
    drawn_mw = least_mw + (most_mw - least_mw) * drawn
    expected_mw = least_mw + (most_mw - least_mw) * expected
    return fit_to_energy(
        with_season_of(clock.season, drawn_mw, expected_mw),
        energy_mwh,
        f"{authority.ba_code} wind",
        high_mw=most_mw,
    )
