"""A site's weather, checked and repaired: what the physics of solar and wind starts from.

A typical year mixes months of different years. It is put on one common year whose end meets its
beginning, in the file's own zone, and only then looked at in UTC, so that the hours which local
time has beyond midnight of 31 December come before its first.
"""

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from dcsim.errors import DataError
from dcsim.grid.generation import ONE_HOUR, Repair
from dcsim.grid.repair.clock import DEGREES_PER_HOUR, solar_time_h
from dcsim.scenario.plant import WeatherFormat
from dcsim.traces.weather_bounds import is_average
from dcsim.traces.weather_calendar import ONE_YEAR, on_even_clock
from dcsim.traces.weather_formats import read_format
from dcsim.traces.weather_reading import (
    DHI,
    DNI,
    GHI,
    PRESSURE,
    ROUGHNESS,
    TEMPERATURE,
    WIND,
    Facts,
    Reading,
    quantity_of,
)
from dcsim.units import HOURS_PER_DAY

POSSIBLE = {
    GHI: (0.0, 2000.0),
    DNI: (0.0, 1500.0),
    DHI: (0.0, 1500.0),
    TEMPERATURE: (-90.0, 70.0),
    WIND: (0.0, 60.0),
    PRESSURE: (31_000.0, 120_000.0),
    ROUGHNESS: (1e-6, 5.0),
}
"""Least and most of each column: beyond the records of the Earth's surface (GHI: above the solar
constant of 1,361 W/m2 by cloud enhancement) and, for pressure, EPW's own limits; roughness from
ice to the middle of cities."""

LONGEST_GAP_H = 6
"""Gaps of missing values up to this long are filled linearly; longer ones are refused [h]."""
NOON_LIMIT_H = 0.4
"""How far from solar noon the center of irradiance may lie; files with a right clock are within
0.1 h, and one with a wrong zone is an hour off [h]."""
LEAST_DAYS_FOR_NOON = 30
"""Fewer days than this say nothing of the clock: their clouds may lie on one side [days]."""
MOVE_TO_THE_SUN = "move_to_the_sun"
"""The repair of a clock by its own irradiance; of no matter to wind."""
OTHER_CLOCKS_MIN = tuple(minutes for minutes in range(-90, 91, 10) if minutes)
"""How much earlier or later than its format says a file's irradiance is looked for [min]."""
MOST_MOVED_MIN = 30
"""What lies farther off is no other convention but a wrong header, and left to be refused [min]."""
BETTER_CLOSURE = 0.5
"""Another clock is believed if it leaves this share, at most, of what the three components of
irradiance miss each other by [-]."""
CLOCK_OFF_MIN = 60
"""Closure at the file's own clock proves it if it is better, by the same share, than at any clock
so far off [min]."""


@dataclass(frozen=True)
class Weather:
    """The weather of one site in even steps, without gaps.

    Attributes:
        table: Columns of `IN_WORDS` [W/m2, C, m/s, Pa, m], without those of `SKY` if the file is
            of wind alone; index UTC, when the air values hold. A typical year has 365 days that
            follow on themselves.
        sun: From a row's stamp to the middle of what its irradiance stands for.
        is_typical: Whether months come from different years, so that the year means nothing.
        latitude: Of the site; NaN if unknown [degrees north].
        longitude: Of the site; NaN if unknown [degrees east].
        elevation_m: Of the site; NaN if unknown [m].
        place: What the file calls the site.
        kind: The file's format, in words.
        repairs: What was filled, and in how many rows.
        facts: Heights of the air, and what the file says of its values.
    """

    table: pd.DataFrame
    sun: pd.Timedelta
    is_typical: bool
    latitude: float
    longitude: float
    elevation_m: float
    place: str
    kind: str
    repairs: tuple[Repair, ...] = ()
    facts: Facts = field(default_factory=Facts)

    @property
    def has_sky(self) -> bool:
        """Tell whether the file has irradiance, and is not of wind alone."""
        return GHI in self.table

    @property
    def days(self) -> float:
        """Return the time the rows cover [days]."""
        return float(len(self.table) * self.step / pd.Timedelta(days=1))

    @property
    def air_moments(self) -> pd.DatetimeIndex:
        """Return when temperature, wind and pressure hold."""
        return pd.DatetimeIndex(self.table.index)

    @property
    def sun_moments(self) -> pd.DatetimeIndex:
        """Return the middles of what each row's irradiance stands for."""
        return self.air_moments + self.sun

    @property
    def step(self) -> pd.Timedelta:
        """Return the time between rows."""
        return self.air_moments[1] - self.air_moments[0]

    @cached_property
    def under_the_sun(self) -> pd.DataFrame:
        """Return all columns at the moments of irradiance, the air interpolated to them."""
        at_s, given_s = _seconds(self.sun_moments), _seconds(self.air_moments)
        period = ONE_YEAR.total_seconds() if self.is_typical else None
        air = {
            name: np.interp(at_s, given_s, self.table[name].to_numpy(), period=period)
            for name in (TEMPERATURE, WIND, PRESSURE)
        }
        return self.table.set_axis(self.sun_moments).assign(**air)

    def noon_offset_h(self) -> float:
        """Return how long after solar noon the center of the irradiance lies [h]."""
        return float(np.average(self._solar_hour(), weights=self.table[GHI]))

    def closure_w_per_m2(self) -> float:
        """Return by how much GHI differs from DHI and the sun's share of DNI, on average [W/m2].

        The three are measured or modelled together, so a sun that stands where it stood for
        them gives next to nothing, and one half an hour away 20 W/m2 or more.
        """
        ghi, dni, dhi = (self.table[name].to_numpy() for name in (GHI, DNI, DHI))
        missed = np.abs(ghi - dhi - dni * self.sun_height_sine())
        return float(missed[ghi > 0].mean())

    def sun_height_sine(self) -> np.ndarray:
        """Return the sine of the sun's height at the moments of irradiance, 0 by night [-]."""
        from pvlib import solarposition

        day = self.sun_moments.day_of_year.to_numpy()
        zenith = solarposition.solar_zenith_analytical(
            np.radians(self.latitude),
            np.radians(self._solar_hour() * DEGREES_PER_HOUR),
            solarposition.declination_spencer71(day),
        )
        sine: np.ndarray = np.maximum(np.cos(zenith), 0.0)
        return sine

    def _solar_hour(self) -> np.ndarray:
        """Return the hours since solar noon of each moment of irradiance, -12 to 12 [h]."""
        time_h = solar_time_h(self.sun_moments, self.longitude)
        return time_h % HOURS_PER_DAY - HOURS_PER_DAY / 2


def _seconds(moments: pd.DatetimeIndex) -> np.ndarray:
    return moments.as_unit("s").asi8.astype(float)


def read_weather(path: Path, asked: WeatherFormat | None = None) -> Weather:
    """Read a weather file, put it on one even UTC clock, and refuse or repair what is wrong in it.

    Args:
        path: In one of the formats of `WeatherFormat`, gzipped or not.
        asked: The format, instead of what the content shows.

    Raises:
        DataError: The file cannot be read, is not whole, has impossible values, longer gaps than
            may be filled, or a clock that the sun contradicts.
    """
    reading = read_format(path, asked)
    origin = str(path)
    _check_site(reading, origin)
    if is_average(reading.table):
        reading = replace(reading, facts=replace(reading.facts, is_average=True))
    table, is_typical, lent = on_even_clock(reading, origin)
    index = pd.DatetimeIndex(table.index)
    table, repairs = _fill(replace(reading, table=table), ONE_HOUR / (index[1] - index[0]), origin)
    weather = Weather(
        table.set_axis((index + reading.air).tz_convert("UTC").as_unit("s")),
        reading.sun - reading.air,
        is_typical,
        reading.latitude,
        reading.longitude,
        reading.elevation_m,
        reading.place,
        reading.kind,
        (*lent, *repairs),
        reading.facts,
    )
    return _on_the_suns_clock(weather, origin) if weather.has_sky else weather


def _check_site(reading: Reading, origin: str) -> None:
    limits = {"latitude": 90.0, "longitude": 180.0, "elevation_m": 9000.0}
    for name, most in limits.items():
        value = getattr(reading, name)
        is_unknown = np.isnan(value) and (name == "elevation_m" or GHI not in reading.table)
        if not (is_unknown or abs(value) <= most):
            raise DataError(f"{origin}: {name} is {value:g}; must be within -{most:g} and {most:g}")


def _fill(
    reading: Reading, rows_per_hour: float, origin: str
) -> tuple[pd.DataFrame, tuple[Repair, ...]]:
    """Refuse impossible values and long gaps, fill short ones, and say what was filled."""
    table, repairs = reading.table, []
    if table[PRESSURE].isna().all():
        table, repair = _with_standard_pressure(table, reading.elevation_m, rows_per_hour, origin)
        repairs.append(repair)
    longest = int(LONGEST_GAP_H * rows_per_hour)
    for column in map(str, table.columns):
        _check_possible(table[column], origin)
        missing = table[column].isna()
        if missing.any():
            table = table.assign(**{column: _interpolate(table[column], longest, origin)})
            hours = int(np.ceil(missing.sum() / rows_per_hour))
            of_hours = int(len(table) / rows_per_hour)
            words = f"{column}, linearly"
            repairs.append(Repair("interpolate_weather", hours, words, of_hours=of_hours))
    return table, tuple(repairs)


def _with_standard_pressure(
    table: pd.DataFrame, elevation_m: float, rows_per_hour: float, origin: str
) -> tuple[pd.DataFrame, Repair]:
    """Take the standard atmosphere's pressure at the site's elevation."""
    from pvlib.atmosphere import alt2pres

    if np.isnan(elevation_m):
        raise DataError(f"{origin}: has neither pressure nor the elevation of the site; needs one")
    standard_pa = float(alt2pres(elevation_m))
    detail = f"the file has none; {standard_pa:.0f} Pa, standard at {elevation_m:g} m"
    hours = int(len(table) / rows_per_hour)
    repair = Repair("standard_pressure", hours, detail, is_routine=True)
    return table.assign(**{PRESSURE: standard_pa}), repair


def _check_possible(values: pd.Series, origin: str) -> None:
    low, high = POSSIBLE[quantity_of(str(values.name))]
    bad = ~values.between(low, high) & values.notna()
    if bad.any():
        row = int(bad.to_numpy().argmax())
        raise DataError(
            f"{origin}, row {row + 1} of the data: {values.name} at {values.index[row]} is "
            f"{values.iloc[row]:g} ({int(bad.sum())} rows); must be within {low:g} and {high:g}"
        )


def _interpolate(values: pd.Series, longest: int, origin: str) -> pd.Series:
    """Fill gaps linearly, up to so many rows each; ends take the nearest value."""
    missing = values.isna()
    run = missing.groupby((~missing).cumsum()).transform("sum")
    too_long = missing & (run > longest)
    if too_long.any():
        row = int(too_long.to_numpy().argmax())
        raise DataError(
            f"{origin}, row {row + 1} of the data: {values.name} is missing from "
            f"{values.index[row]} for {int(run.iloc[row])} rows; up to {longest} in a row "
            f"({LONGEST_GAP_H} h) are filled"
        )
    return values.interpolate("linear", limit_direction="both")


def _on_the_suns_clock(weather: Weather, origin: str) -> Weather:
    """Check the irradiance's clock against the sun, and move it where its components ask for it."""
    if not weather.table[GHI].any():
        raise DataError(f"{origin}: {GHI} is 0 in all rows; a site has sunshine")
    weather = _believe_the_sun(weather)
    _check_noon(weather, origin)
    return weather


def _believe_the_sun(weather: Weather) -> Weather:
    """Move the irradiance, by half an hour at most, to when its own components say the sun was.

    Climate.OneBuilding's TMYx files need it: their irradiance holds at the full hour, at the
    beginning of the row's hour in some files and at its end in others, not at its middle.
    """
    asked = weather.closure_w_per_m2()
    moved = [_moved(weather, minutes) for minutes in OTHER_CLOCKS_MIN]
    closures = [other.closure_w_per_m2() for other in moved]
    best = int(np.argmin(closures))
    minutes = OTHER_CLOCKS_MIN[best]
    if abs(minutes) > MOST_MOVED_MIN or closures[best] >= BETTER_CLOSURE * asked:
        return weather
    detail = (
        f"irradiance holds {abs(minutes)} min {'earlier' if minutes < 0 else 'later'} than its "
        f"format says: there GHI, DHI and DNI miss each other by {closures[best]:.1f} W/m2 on "
        f"average, not {asked:.1f}"
    )
    hours = int(len(weather.table) * weather.step / ONE_HOUR)
    repair = Repair(MOVE_TO_THE_SUN, hours, detail, is_routine=True)
    return replace(moved[best], repairs=(*weather.repairs, repair))


def _moved(weather: Weather, minutes: int) -> Weather:
    return replace(weather, sun=weather.sun + pd.Timedelta(minutes=minutes))


def _closes_at_its_clock(weather: Weather) -> bool:
    """Tell whether the components of irradiance agree at this clock, and not at one an hour off.

    Irradiance that is all diffuse agrees at every clock, and proves none.
    """
    off = (minutes for minutes in OTHER_CLOCKS_MIN if abs(minutes) >= CLOCK_OFF_MIN)
    least = min(_moved(weather, minutes).closure_w_per_m2() for minutes in off)
    return weather.closure_w_per_m2() < BETTER_CLOSURE * least


def _check_noon(weather: Weather, origin: str) -> None:
    """Refuse a clock that the sun contradicts.

    Fog in the morning or mountains in the west move the center of irradiance, and not the sun:
    where the components prove the clock, the center says nothing against it.
    """
    offset_h = weather.noon_offset_h()
    if weather.days < LEAST_DAYS_FOR_NOON or abs(offset_h) <= NOON_LIMIT_H:
        return
    if not _closes_at_its_clock(weather):
        raise DataError(
            f"{origin}: irradiance has its center {offset_h:+.2f} h from solar noon at longitude "
            f"{weather.longitude:g}; must be within {NOON_LIMIT_H:g} h. Are time zone and "
            "longitude in the header right, and the stamps in standard time?"
        )
