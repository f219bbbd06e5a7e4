"""Print what own weather gives: `python -m tests.traces.weather_table [FILE ...]`.

Without files: the two TMY3 years pvlib ships and, where the team's folder of real data is beside
the checkout, its EPW files. For each site the clock, then AC capacity factors by month, in percent,
of solar that stands fixed and that tracks, and of wind by two turbines.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from dcsim.scenario.plant import SolarOption, WindOption
from dcsim.traces.plants import describe_weather, hourly_means
from dcsim.traces.solar import solar_cf
from dcsim.traces.weather import Weather, read_weather
from dcsim.traces.wind import wind_cf
from tests.conftest import REPOSITORY
from tests.traces.weather_files import GREENSBORO, SAND_POINT

FIXED = SolarOption(source="weather", file=Path("site"), mount="fixed")
TRACKING = SolarOption(source="weather", file=Path("site"))
TURBINES = ("V126/3300", "E-70/2300")


def files() -> list[Path]:
    """The files named on the command line, or those at hand."""
    if len(sys.argv) > 1:
        return [Path(name) for name in sys.argv[1:]]
    weather = REPOSITORY.parent / "shared" / "data" / "weather"
    return [GREENSBORO, SAND_POINT, *sorted(weather.glob("*.epw.gz"))]


def monthly(weather: Weather) -> pd.DataFrame:
    """Mean capacity factor by month of standard time at the site, and of the year [%]."""
    solar = {"fixed": FIXED, "tracking": TRACKING}
    wind = {
        name: WindOption(source="weather", file=Path("site"), turbine=name) for name in TURBINES
    }
    hours = {
        **{
            k: _hourly(solar_cf(weather, p), weather, weather.sun_moments) for k, p in solar.items()
        },
        **{k: _hourly(wind_cf(weather, p), weather, weather.air_moments) for k, p in wind.items()},
    }
    table = pd.DataFrame({name: _by_month(cf, weather.longitude) for name, cf in hours.items()})
    table.loc["year"] = {name: cf.mean() for name, cf in hours.items()}
    return 100 * table


def _hourly(cf: np.ndarray, weather: Weather, moments: pd.DatetimeIndex) -> pd.Series:
    return hourly_means(cf, moments, is_cyclic=weather.is_typical)


def _by_month(cf: pd.Series, longitude: float) -> pd.Series:
    local = pd.DatetimeIndex(cf.index) + pd.Timedelta(hours=round(longitude / 15))
    return cf.groupby(local.strftime("%m")).mean()


def main() -> None:
    """Print the table of every file."""
    for path in files():
        weather = read_weather(path)
        print(f"{path.name}: {describe_weather(weather)}")
        for repair in weather.repairs:
            print(f"  {repair.rule}, {repair.hours:,} hours: {repair.detail}")
        print(f"  center of irradiance {weather.noon_offset_h():+.3f} h from solar noon")
        print(monthly(weather).T.to_string(float_format="{:.1f}".format), end="\n\n")


if __name__ == "__main__":
    main()
