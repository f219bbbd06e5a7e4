"""Weather that no site has: means beyond those of the Earth, other units, means over years.

A mean that no site has is refused, for its unit or its height must be another. One that few sites
have is a warning. Short files are never refused for their mean: a week may be stormy.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dcsim.errors import DataError
from dcsim.traces.weather_reading import GHI, STANDARD_WIND_M, TEMPERATURE, WIND, quantity_of
from dcsim.traces.wind_profile import profile_ratio

if TYPE_CHECKING:
    from dcsim.traces.weather import Weather

DAYS_OF_A_YEAR = 300
"""A file of fewer days has no yearly means [days]."""

Band = tuple[float, float, float, float]
"""Least possible, least usual, most usual, most possible."""

WIND_BAND: Band = (0.2, 1.5, 8.5, 11.0)
"""Yearly mean wind at 10 m. Windy coasts that people build on have 7 to 9 m/s (Global Wind Atlas,
Davis et al., BAMS 104, 2023; recalled); more have summits and the coast of Antarctica (Mount
Washington about 16, Cape Denison about 19; recalled). Sheltered valleys have 1 to 2 [m/s]."""
TEMPERATURE_BAND: Band = (-30.0, -15.0, 31.0, 35.0)
"""Yearly mean air temperature: Dallol had 34.6 C, the hottest known; the coldest towns of Yakutia
have about -15, the coasts of Antarctica and of northern Greenland -20 (recalled) [C]."""
CLEARNESS_BAND: Band = (0.20, 0.28, 0.80, 0.88)
"""Yearly global irradiance over that above the air: the sunniest place known, Chajnantor, has 308
W/m2 (2,700 kWh/m2 a year) of about 390; the cloudiest inhabited, as Sichuan, somewhat below 0.3
(recalled) [-]."""
LEAST_OF_CLEAREST = 0.45
"""The clearest hundredth of a year's hours of high sun: everywhere the sky is clear at times, and
then has 0.7 to 0.8. Six years at hand have 0.77 to 0.80 [-]."""
MOST_CLEARNESS = 1.0
"""No day on the ground has more than above the air [-]."""

EXTRATERRESTRIAL_W_PER_M2 = 1361.0
"""Solar constant (Kopp and Lean, Geophysical Research Letters 38, 2011), mean over the year."""

NORMALS = "climate normals"
"""In the kind of a file of climate normals. Climate.OneBuilding's were seen with speeds of twice
those of its TMYx files, in miles an hour (the team's case `wind-in-miles-per-hour`)."""
_MPH = 0.44704
_OF_SPEED = {"miles an hour": _MPH, "knots": 1852 / 3600, "km/h": 1 / 3.6}
_OF_IRRADIANCE = {"kJ/m2": 1 / 3.6, "J/cm2": 10 / 3.6, "kW/m2": 1e3, "MJ/m2": 1e3 / 3.6}

SMOOTH_WIND, SMOOTH_TEMPERATURE_C = 0.15, 1.0
"""Change from day to day below which a year is no real one: standard deviation of daily means from
their mean of 31 days, of wind over its mean [-], of temperature [C]. Six real and typical years
have 0.33 to 0.51 and 2.0 to 4.0; a mean over 30 years has less by the root of 30."""
_DAYS_AROUND = 31


def is_average(table: pd.DataFrame) -> bool:
    """Tell by its smoothness whether a year's hours are means over many years.

    Args:
        table: A file's rows, in steps of an hour or a part of one; index its stamps.
    """
    index = pd.DatetimeIndex(table.index)
    winds = [name for name in map(str, table.columns) if quantity_of(name) == WIND]
    if index.hasnans or not winds:
        return False
    days = table[[winds[0], TEMPERATURE]].groupby(index.normalize()).mean()
    if len(days) < DAYS_OF_A_YEAR:
        return False
    around = days.rolling(_DAYS_AROUND, center=True, min_periods=_DAYS_AROUND // 2).mean()
    change, mean = (days - around).std(), float(days[winds[0]].mean())
    is_smooth = change[winds[0]] < SMOOTH_WIND * mean and change[TEMPERATURE] < SMOOTH_TEMPERATURE_C
    return bool(is_smooth)


def check_wind(weather: Weather, origin: str, measured_at_m: float | None) -> tuple[str, ...]:
    """Check the mean wind speed, brought to 10 m.

    Args:
        weather: Of the site.
        origin: What to call the file.
        measured_at_m: Height of the wind, instead of the file's.

    Returns:
        A warning if few sites have it.

    Raises:
        DataError: No site has it.
    """
    lowest_m = min(weather.facts.winds)
    height_m = measured_at_m or lowest_m
    speed = weather.table[weather.facts.winds[lowest_m]]
    mean = float(speed.mean())
    at_10_m = mean * profile_ratio(height_m, STANDARD_WIND_M)
    what = f"the mean wind speed is {mean:.1f} m/s at {height_m:g} m"
    if height_m != STANDARD_WIND_M:
        what += f", {at_10_m:.1f} at 10 m"
    hint = _if_in(_OF_SPEED, at_10_m, (2.0, WIND_BAND[2])) if at_10_m > WIND_BAND[2] else ""
    what += hint or ("; or give wind.measured_at_m" if at_10_m > WIND_BAND[2] else "")
    told = _within(weather, at_10_m, WIND_BAND, what, "m/s at 10 m", origin)
    if NORMALS in weather.kind:
        told += (
            f"{Path(origin).name} is of climate normals, whose wind some files have in miles an "
            f"hour: {mean:.1f} m/s at {height_m:g} m would then be {mean * _MPH:.1f}.",
        )
    if speed.nunique() == 1 and weather.days > 1:
        name = Path(origin).name
        told += (f"The wind speed is {mean:g} m/s in every hour of {name}; no site has that.",)
    return told


def check_air(weather: Weather, origin: str) -> tuple[str, ...]:
    """Check the mean air temperature; see `check_wind`."""
    mean = float(weather.table[TEMPERATURE].mean())
    what = f"the mean air temperature is {mean:.1f} C"
    in_c = (mean - 32) * 5 / 9
    if mean > TEMPERATURE_BAND[2] and TEMPERATURE_BAND[1] < in_c:
        what += f" (if it is in degrees F, {in_c:.1f} C)"
    return _within(weather, mean, TEMPERATURE_BAND, what, "C", origin)


def check_sky(weather: Weather, origin: str) -> tuple[str, ...]:
    """Check the global irradiance against that above the air; see `check_wind`."""
    day = weather.sun_moments.day_of_year.to_numpy()
    distance = 1 + 0.033 * np.cos(2 * np.pi * day / 365)
    above = EXTRATERRESTRIAL_W_PER_M2 * distance * weather.sun_height_sine()
    ghi = weather.table[GHI].to_numpy()
    mean = float(ghi.mean())
    clearness = mean / max(float(above.mean()), 1e-9)
    what = f"the global irradiance is {mean * 8.76:,.0f} kWh/m2 a year, {clearness:.2f} of what "
    what += "there is above the air"
    low, high = CLEARNESS_BAND[1], CLEARNESS_BAND[2]
    if not low <= clearness <= high:
        what += _if_in(_OF_IRRADIANCE, clearness, (low, high))
    if weather.days >= 1 and clearness > MOST_CLEARNESS:
        raise DataError(f"{origin}: {what}; no place has more than all of it")
    is_high = above > above.max() / 2
    clearest = float(np.quantile(ghi[is_high] / above[is_high], 0.99))
    is_year = weather.days >= DAYS_OF_A_YEAR and not weather.facts.is_average
    if is_year and clearest < LEAST_OF_CLEAREST:
        raise DataError(
            f"{origin}: {what}, and {clearest:.2f} in its clearest hours of high sun; every site "
            f"has hours of more than {LEAST_OF_CLEAREST:g}"
        )
    return _within(weather, clearness, CLEARNESS_BAND, what, "of it", origin)


def warn_of_averages(weather: Weather) -> tuple[str, ...]:
    """Return a warning if each hour is a mean over many years."""
    if not weather.facts.is_average:
        return ()
    return (
        f"Each hour of the weather of {weather.place} is a mean over many years, by its header or "
        "by its smoothness. Calms, storms and clouds are averaged out, so storage and spare "
        "capacity come out too small: use a typical or a real year.",
    )


def _if_in(factors: dict[str, float], value: float, plausible: tuple[float, float]) -> str:
    """Name the units in which a value would be one that sites have."""
    low, high = plausible
    fitting = [f"{u}: {value * f:.2g}" for u, f in factors.items() if low <= value * f <= high]
    return f" (if the file is in another unit, {', '.join(fitting)})" if fitting else ""


def _within(
    weather: Weather, value: float, band: Band, what: str, unit: str, origin: str
) -> tuple[str, ...]:
    """Refuse a yearly mean that no site has, and warn of one that few have."""
    least, low, high, most = band
    if least <= value <= most and low <= value <= high:
        return ()
    is_year = weather.days >= DAYS_OF_A_YEAR
    if is_year and not least <= value <= most:
        raise DataError(
            f"{origin}: {what}; sites where people build have {low:g} to {high:g} {unit}, none "
            f"less than {least:g} or more than {most:g}"
        )
    if not is_year and least <= value <= most:
        return ()
    return (
        f"{Path(origin).name}: {what}; sites usually have {low:g} to {high:g} {unit} over a year.",
    )
