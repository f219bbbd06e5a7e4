"""Own plants on the grid's calendar: hourly capacity factors of solar and wind from weather files.

A row of a weather file stands for the time around its moment, half a step to either side; an hour
is the mean of what stands in it. A typical year, or an hour that a file of real years does not
have, is laid by hour of year in UTC: month, day and hour decide. 29 February, where the file has
none, is 28 February again.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from dcsim.errors import DataError
from dcsim.grid.generation import HALF_HOUR, ONE_HOUR, Repair, Source
from dcsim.grid.readers.table import sha256_of
from dcsim.scenario.plant import SolarOption, WindOption
from dcsim.traces.solar import solar_cf
from dcsim.traces.weather import MOVE_TO_THE_SUN, Weather, read_weather
from dcsim.traces.weather_bounds import check_air, check_sky, check_wind, warn_of_averages
from dcsim.traces.weather_calendar import REPEAT_28_FEBRUARY
from dcsim.traces.wind import hub_height_m, turbine_of, wind_cf
from dcsim.traces.yields import at_yield
from dcsim.units import HOURS_PER_DAY, PERCENT

_LEAP_DAY, _DAY_BEFORE = 229, 228


class PlantOutput(NamedTuple):
    """What an own plant makes of a weather file."""

    cf: pd.Series
    """Capacity factor of the hours asked for [-]."""
    source: Source
    year_cf: pd.Series
    """Capacity factor of all hours of the file [-]."""
    latitude: float
    """Of the site [degrees north]."""


def plant_cf(plant: SolarOption | WindOption, index: pd.DatetimeIndex) -> PlantOutput:
    """Return an own plant's capacity factor for each hour, and where it came from.

    Args:
        plant: One with `source: weather`.
        index: Hours to give, UTC, hour-beginning.

    Raises:
        DataError: The file cannot be read, is not whole, or does not cover the hours.
        ScenarioError: There is no such turbine, or it cannot stand so low.
    """
    path = Path(str(plant.file))
    weather = read_weather(path, plant.format)
    warnings = _check_weather(weather, plant, str(path))
    if isinstance(plant, SolarOption):
        what, at_moments, moments = "solar", solar_cf(weather, plant), weather.sun_moments
    else:
        what, at_moments, moments = "wind", wind_cf(weather, plant), weather.air_moments
    hourly = hourly_means(at_moments, moments, is_cyclic=weather.is_typical)
    if plant.yield_frac is not None:
        hourly = at_yield(hourly, plant.yield_frac, f"{what}.yield_frac", str(path))
    cf, repairs = lay(hourly, index, is_typical=weather.is_typical, origin=str(path))
    note = f"{describe_weather(weather, plant)}; {describe_plant(plant, weather.latitude)}; "
    mean = f"capacity factor {PERCENT * cf.mean():.1f} % over the horizon"
    of_file = [r for r in weather.repairs if what == "solar" or r.rule != MOVE_TO_THE_SUN]
    hashed = sha256_of(path)
    source = Source(what, path.name, note + mean, hashed, (*of_file, *repairs), warnings)
    return PlantOutput(cf, source, hourly, weather.latitude)


def _check_weather(
    weather: Weather, plant: SolarOption | WindOption, origin: str
) -> tuple[str, ...]:
    """Refuse weather that no site has or that lacks what the plant needs; return warnings."""
    told = (*weather.facts.warnings, *warn_of_averages(weather), *check_air(weather, origin))
    if isinstance(plant, WindOption):
        return (*told, *check_wind(weather, origin, plant.measured_at_m))
    if not weather.has_sky or len(weather.facts.winds) != 1:
        raise DataError(f"{origin}: is a table of wind ({weather.kind}) without irradiance")
    return (*told, *check_sky(weather, origin))


def hourly_means(values: np.ndarray, moments: pd.DatetimeIndex, *, is_cyclic: bool) -> pd.Series:
    """Return the mean of each whole hour that is covered at least by half.

    Args:
        values: At the moments; each stands for half a step to either side.
        moments: Evenly spaced by an hour or a part of one, UTC.
        is_cyclic: Whether the first row follows on the last one.
    """
    step = moments[1] - moments[0]
    per_hour = int(ONE_HOUR / step)
    start = moments[0] - step / 2
    first = (start - HALF_HOUR).ceil("h")
    last = (moments[-1] + step / 2 + HALF_HOUR).floor("h")
    hours = len(values) // per_hour if is_cyclic else int((last - first) / ONE_HOUR)
    lead, late_frac = divmod((first - start) / step, 1)
    rows = np.arange(hours * per_hour) + int(lead)
    within = rows % len(values) if is_cyclic else rows.clip(0, len(values) - 1)
    after = (rows + 1) % len(values) if is_cyclic else (rows + 1).clip(0, len(values) - 1)
    mixed = (1 - late_frac) * values[within] + late_frac * values[after]
    index = pd.date_range(first, periods=hours, freq="h", unit="s")
    return pd.Series(mixed.reshape(hours, per_hour).mean(axis=1), index=index)


def lay(
    hourly: pd.Series, index: pd.DatetimeIndex, *, is_typical: bool, origin: str
) -> tuple[pd.Series, tuple[Repair, ...]]:
    """Lay hours on a calendar, and say how many had to come from another year or day.

    Args:
        hourly: Index UTC, hour-beginning.
        index: Hours to give, UTC, hour-beginning.
        is_typical: Whether the year of `hourly` means nothing.
        origin: What to call the file in messages.

    Raises:
        DataError: Names the first hour that no year of the file has.
    """
    row_of_date = pd.Series(np.arange(len(hourly)), index=_date_keys(hourly.index))
    row_of_date = row_of_date[~row_of_date.index.duplicated(keep="last")]
    dates = _date_keys(index)
    is_leap = (dates // HOURS_PER_DAY == _LEAP_DAY) & ~np.isin(dates, row_of_date.index)
    dates = np.where(is_leap, dates - (_LEAP_DAY - _DAY_BEFORE) * HOURS_PER_DAY, dates)
    same_hour = np.full(len(index), -1) if is_typical else hourly.index.get_indexer(index)
    rows = np.where(same_hour >= 0, same_hour, row_of_date.reindex(dates, fill_value=-1).to_numpy())
    if (rows < 0).any():
        first = index[int(np.argmax(rows < 0))]
        raise DataError(
            f"{origin}: has no {first:%d %B %H:%M}Z in any year ({int((rows < 0).sum())} such "
            "hours of the horizon); give a file of a whole year"
        )
    is_other_year = (same_hour < 0) & ~is_leap & (not is_typical)
    counts = {
        (REPEAT_28_FEBRUARY, "29 February is 28 February again"): is_leap,
        ("lay_by_hour_of_year", "not in the file; the same hour of its latest year"): is_other_year,
    }
    repairs = (
        Repair(rule, int(n.sum()), why, is_routine=True)
        for (rule, why), n in counts.items()
        if n.any()
    )
    return pd.Series(hourly.to_numpy()[rows], index=index), tuple(repairs)


def _date_keys(index: pd.Index) -> np.ndarray:
    """Return a number for month, day and hour of each stamp."""
    stamps = pd.DatetimeIndex(index)
    keys: np.ndarray = ((stamps.month * 100 + stamps.day) * HOURS_PER_DAY + stamps.hour).to_numpy()
    return keys


def describe_weather(weather: Weather, plant: SolarOption | WindOption | None = None) -> str:
    """Describe what weather it is, of where, how it came onto the calendar, and the wind's height.

    Args:
        weather: Of the site.
        plant: Whose height of the wind, if it gives one, stands before the file's.
    """
    asked_m = plant.measured_at_m if isinstance(plant, WindOption) else None
    wind = weather.facts.wind_basis if asked_m is None else f"{asked_m:g} m, by measured_at_m"
    notes = [f"{weather.kind}, {_kind_of_year(weather)}", _place(weather), f"wind at {wind}"]
    return "; ".join([*notes, *weather.facts.notes])


def _kind_of_year(weather: Weather) -> str:
    first, last = weather.air_moments[0], weather.air_moments[-1]
    if weather.is_typical:
        kind = "average of many years" if weather.facts.is_average else "typical year"
        return f"{kind}, laid by hour of year, UTC"
    return f"{first:%Y-%m-%d} to {last:%Y-%m-%d}, laid hour by hour, UTC"


def _place(weather: Weather) -> str:
    north, east = weather.latitude, weather.longitude
    if np.isnan(north) or np.isnan(east):
        return weather.place
    height = "" if np.isnan(weather.elevation_m) else f", {weather.elevation_m:.0f} m"
    return (
        f"{weather.place}, {abs(north):.2f}° {'N' if north >= 0 else 'S'} "
        f"{abs(east):.2f}° {'E' if east >= 0 else 'W'}{height}"
    )


def describe_plant(plant: SolarOption | WindOption, latitude: float) -> str:
    """Say in words how a plant is built."""
    if isinstance(plant, WindOption):
        hub = hub_height_m(turbine_of(plant.turbine), plant)
        built, wakes = f"{plant.turbine} at {hub:g} m", f"wakes {PERCENT * plant.wake_frac:g} %, "
    elif plant.mount == "tracking":
        built, wakes = f"tracking, {plant.max_angle_deg:g}° at most", ""
    else:
        tilt = abs(latitude) if plant.tilt_deg is None else plant.tilt_deg
        built, wakes = f"fixed, tilt {tilt:g}°", ""
    if isinstance(plant, SolarOption):
        built += f", DC/AC {plant.dc_ac_ratio:g}"
    return f"{built}, {wakes}losses {PERCENT * plant.losses_frac:g} %"
