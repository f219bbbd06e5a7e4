"""A solar plant's AC capacity factor from its site's weather, as PVWatts has it, by pvlib.

Sun to plane by Perez's model of the sky (Solar Energy 44, 1990), beam through glass by physical
optics, cell temperature by the Sandia model, DC power linear in irradiance and temperature, the
inverter's part-load curve, and AC clipped at nameplate. Shade, snow and horizon are not modelled
beyond the share of losses.
"""

from typing import Any

import numpy as np
import pandas as pd

from dcsim.scenario.plant import SolarOption
from dcsim.traces.weather import Weather
from dcsim.traces.weather_reading import DHI, DNI, GHI, STANDARD_WIND_M, TEMPERATURE, WIND
from dcsim.traces.wind_profile import profile_ratio

SKY_MODEL = "perez"
MODULE = "open_rack_glass_polymer"
"""Mount and make whose cell temperatures are taken: King, Boyson and Kratochvil, SAND2004-3535,
table 1, as in `pvlib.temperature.TEMPERATURE_MODEL_PARAMETERS["sapm"]`."""

Angle = float | pd.Series


def solar_cf(weather: Weather, plant: SolarOption) -> np.ndarray:
    """Return AC power over AC nameplate at the weather's moments of irradiance, 0 to 1 [-].

    Args:
        weather: Of the site.
        plant: How it is built.
    """
    from pvlib import inverter, irradiance, pvsystem, solarposition

    sky, moments = _with_wind_at_10_m(weather), weather.sun_moments
    sun = solarposition.get_solarposition(
        moments,
        weather.latitude,
        weather.longitude,
        altitude=weather.elevation_m,
        temperature=sky[TEMPERATURE],
    )
    tilt, azimuth = orientation_deg(sun, plant, weather.latitude)
    plane = _plane_w_per_m2(sky, sun, tilt, azimuth, plant.albedo_frac)
    angle = irradiance.aoi(tilt, azimuth, sun["apparent_zenith"], sun["azimuth"])
    dc = pvsystem.pvwatts_dc(
        _through_glass(plane, angle),
        _cell_c(plane["poa_global"], sky),
        pdc0=plant.dc_ac_ratio,
        gamma_pdc=plant.power_per_c_frac,
    )
    ac = inverter.pvwatts(
        dc * (1 - plant.losses_frac),
        pdc0=1 / plant.inverter_efficiency,
        eta_inv_nom=plant.inverter_efficiency,
    )
    # In the dark Perez divides 0 by 0, and rows that turn have nothing to follow.
    is_dark = (sky[GHI] == 0) | (sun["apparent_zenith"] >= 90.0)
    cf: np.ndarray = ac.mask(ac.isna() & is_dark, 0.0).to_numpy()
    return cf


def _with_wind_at_10_m(weather: Weather) -> pd.DataFrame:
    """Return all columns at the moments of irradiance, the wind at the height of Sandia's model.

    The model's wind is of 10 m (King, Boyson and Kratochvil, as pvlib's `sapm_cell` says).
    """
    sky, (height_m,) = weather.under_the_sun, weather.facts.winds
    return sky.assign(**{WIND: sky[WIND] * profile_ratio(height_m, STANDARD_WIND_M)})


def orientation_deg(sun: pd.DataFrame, plant: SolarOption, latitude: float) -> tuple[Angle, Angle]:
    """Return tilt and azimuth of the rows: two numbers, or two series if they turn [degrees].

    Args:
        sun: As `pvlib.solarposition.get_solarposition` returns it.
        plant: How it is built.
        latitude: Of the site [degrees north].
    """
    equatorward = 180.0 if latitude >= 0 else 0.0
    azimuth = equatorward if plant.azimuth_deg is None else plant.azimuth_deg
    if plant.mount == "fixed":
        return (abs(latitude) if plant.tilt_deg is None else plant.tilt_deg), azimuth
    from pvlib import tracking

    rows = tracking.singleaxis(
        sun["apparent_zenith"],
        sun["azimuth"],
        axis_tilt=0.0,
        axis_azimuth=azimuth,
        max_angle=plant.max_angle_deg,
        backtrack=plant.backtrack,
        gcr=plant.ground_coverage_frac,
    )
    return rows["surface_tilt"], rows["surface_azimuth"]


def _plane_w_per_m2(
    sky: pd.DataFrame, sun: pd.DataFrame, tilt: Angle, azimuth: Angle, albedo: float
) -> Any:
    """Return what falls on the rows' plane, by component [W/m2]."""
    from pvlib import atmosphere, irradiance

    # Days are given as numbers because pvlib 0.16 asks pandas 3 for them by a name in retirement.
    day = pd.DatetimeIndex(sky.index).day_of_year.to_numpy()
    return irradiance.get_total_irradiance(
        tilt,
        azimuth,
        sun["apparent_zenith"],
        sun["azimuth"],
        dni=sky[DNI],
        ghi=sky[GHI],
        dhi=sky[DHI],
        dni_extra=irradiance.get_extra_radiation(day),
        airmass=atmosphere.get_relative_airmass(sun["apparent_zenith"]),
        albedo=albedo,
        model=SKY_MODEL,
    )


def _through_glass(plane: pd.DataFrame, angle_deg: pd.Series) -> pd.Series:
    """Return what reaches the cells: the beam loses what glass reflects at its angle [W/m2]."""
    from pvlib import iam

    through: pd.Series = plane["poa_direct"] * iam.physical(angle_deg) + plane["poa_diffuse"]
    return through


def _cell_c(plane_w_per_m2: pd.Series, sky: pd.DataFrame) -> pd.Series:
    from pvlib import temperature

    module = temperature.TEMPERATURE_MODEL_PARAMETERS["sapm"][MODULE]
    cell: pd.Series = temperature.sapm_cell(plane_w_per_m2, sky[TEMPERATURE], sky[WIND], **module)
    return cell
