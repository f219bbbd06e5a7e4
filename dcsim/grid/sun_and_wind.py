"""Solar and wind generation of a modelled year: clear-sky physics and statistics, no weather data.

Solar is the output of a single-axis tracking plant at the centre of the fleet under a clear sky
(pvlib), dimmed by seeded clouds. Wind is seeded red noise, moved by season and hour of day and
mapped to a Beta distribution of capacity factors. Both meet the year's energy and stay under the
fleet's nameplate. The two are independent of each other, of demand and of their neighbours.
"""

import numpy as np
import pandas as pd
import pvlib
from scipy import optimize, stats

from dcsim.errors import DataError
from dcsim.grid.authorities import Authority
from dcsim.grid.coefficients import coefficients_of
from dcsim.grid.shapes import (
    Hourly,
    LocalClock,
    beta_quantiles,
    fit_to_energy,
    fourier,
    red_noise,
    shape_of,
)

HALF_HOUR = pd.Timedelta(minutes=30)

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

CLOUD_PERSISTENCE = 0.3
"""Share of a day's cloudiness left the next day: lag 1 of daily solar over its 31-day mean in
EIA-930, 2022: ERCO 0.24, CISO 0.34, SOCO 0.34, PJM 0.31 [-]."""
HOURLY_CLOUD_PERSISTENCE = 0.7
HOURLY_CLOUD_SD_FRAC = 0.05
"""Small hour-to-hour changes that a whole fleet sees; an assumption [-]."""
CLEARNESS_LIMITS = (0.05, 0.97)
"""Seasonal clearness stays within these, so that its Beta distribution exists [-]."""
LEAST_CONCENTRATION = 0.5
MOST_CONCENTRATION = 1e4
"""Bounds of the sum of a Beta distribution's two parameters [-]."""

P99 = 0.99


def solar_mw(
    authority: Authority,
    index: pd.DatetimeIndex,
    clock: LocalClock,
    day_rng: np.random.Generator,
    hour_rng: np.random.Generator,
) -> Hourly:
    """Return the solar generation of every hour [MW].

    Args:
        authority: Whose fleet; needs the fleet's place and statistics if it has one.
        index: Hours, UTC, hour-beginning.
        clock: The same hours in local time.
        day_rng: Stream of the day's cloudiness.
        hour_rng: Stream of changes within the day.
    """
    energy_mwh = authority.generation_mwh("solar")
    if energy_mwh == 0:
        return np.zeros(len(index))
    clear_cf = clear_sky_cf(
        authority.fact("solar_latitude"), authority.fact("solar_longitude"), index
    )
    ceiling_cf = coefficients_of(authority.ba_code).fact("solar_cf_p99")
    flicker = 1 + HOURLY_CLOUD_SD_FRAC * red_noise(hour_rng, len(index), HOURLY_CLOUD_PERSISTENCE)
    dimmed = np.minimum(clear_cf, ceiling_cf) * clearness(authority, clock, day_rng)
    shape = np.clip(dimmed * flicker, 0.0, ceiling_cf)
    nameplate_mw = authority.solar_nameplate_mw
    return fit_to_energy(shape, energy_mwh, f"{authority.ba_code} solar", high_mw=nameplate_mw)


def clear_sky_cf(latitude: float, longitude: float, index: pd.DatetimeIndex) -> Hourly:
    """Return what a single-axis tracking plant gives under a clear sky, at mid-hour.

    Args:
        latitude: Of the plant [degrees north].
        longitude: Of the plant [degrees east].
        index: Hours, UTC, hour-beginning.

    Returns:
        AC power over AC nameplate, 0 to 1 [-].
    """
    middle = index + HALF_HOUR
    sun = pvlib.solarposition.get_solarposition(middle, latitude, longitude)
    sky = clear_sky_w_per_m2(sun["apparent_zenith"], middle)
    rows = pvlib.tracking.singleaxis(
        sun["apparent_zenith"],
        sun["azimuth"],
        max_angle=TRACKER_LIMIT_DEG,
        gcr=GROUND_COVERAGE,
    ).fillna(0.0)  # below the horizon rows rest flat
    plane = pvlib.irradiance.get_total_irradiance(
        rows["surface_tilt"],
        rows["surface_azimuth"],
        sun["apparent_zenith"],
        sun["azimuth"],
        dni=sky["dni"],
        ghi=sky["ghi"],
        dhi=sky["dhi"],
    )
    irradiance = plane["poa_global"].fillna(0.0).to_numpy() / STANDARD_IRRADIANCE_W_PER_M2
    cf: Hourly = np.clip(irradiance * DC_PER_AC_MW * SYSTEM_EFFICIENCY, 0.0, 1.0)
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


def clearness(authority: Authority, clock: LocalClock, rng: np.random.Generator) -> Hourly:
    """Return the share of clear-sky output that clouds leave, one value a local day, 0 to 1 [-]."""
    season = np.clip(fourier(clock, shape_of(authority.ba_code, "clearness")), *CLEARNESS_LIMITS)
    score = red_noise(rng, int(clock.day[-1]) + 1, CLOUD_PERSISTENCE)[clock.day]
    spread = season * coefficients_of(authority.ba_code).fact("solar_cloud_sd_frac")
    concentration = np.maximum(season * (1 - season) / spread**2 - 1, LEAST_CONCENTRATION)
    return beta_quantiles(score, season, concentration)


def wind_mw(authority: Authority, clock: LocalClock, rng: np.random.Generator) -> Hourly:
    """Return the wind generation of every hour [MW].

    The score is normal with variance 1: a part that season and hour of day decide, and red noise
    for the rest, so that the capacity factors as a whole follow one Beta distribution from 0 to
    the maximum in the facts.

    Args:
        authority: Whose fleet; needs the fleet's statistics if it has one.
        clock: Hours in local time.
        rng: Stream of the wind.
    """
    energy_mwh = authority.generation_mwh("wind")
    hours = len(clock.hour)
    if energy_mwh == 0:
        return np.zeros(hours)
    shift = fourier(clock, shape_of(authority.ba_code, "wind"))
    memory = (
        coefficients_of(authority.ba_code).fact("wind_slow_persistence"),
        coefficients_of(authority.ba_code).fact("wind_fast_persistence"),
    )
    score = shift + np.sqrt(max(1 - shift.var(), 0.0)) * red_noise(rng, hours, *memory)
    nameplate_mw = authority.wind_nameplate_mw
    mean_cf = energy_mwh / (nameplate_mw * hours)
    most_cf = coefficients_of(authority.ba_code).fact("wind_cf_max")
    concentration = beta_concentration(
        mean_cf / most_cf, coefficients_of(authority.ba_code).fact("wind_cf_p99") / most_cf
    )
    shape = most_cf * beta_quantiles(score, mean_cf / most_cf, concentration)
    return fit_to_energy(shape, energy_mwh, f"{authority.ba_code} wind", high_mw=nameplate_mw)


def beta_concentration(mean: float, p99: float) -> float:
    """Return the concentration of the Beta distribution with that mean and 99th percentile [-].

    Raises:
        DataError: There is no such distribution.
    """

    def excess(concentration: float) -> float:
        alpha = mean * concentration
        return float(stats.beta.ppf(P99, alpha, concentration - alpha)) - p99

    if not 0 < mean < p99 < excess(LEAST_CONCENTRATION) + p99:
        raise DataError(f"no wind has a mean of {mean:g} and a P99 of {p99:g} of its maximum")
    return float(optimize.brentq(excess, LEAST_CONCENTRATION, MOST_CONCENTRATION))
