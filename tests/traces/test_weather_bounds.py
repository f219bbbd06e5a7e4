"""Weather no site has: means beyond the Earth's, other units, hours that are means over years."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dcsim.errors import DataError
from dcsim.scenario.plant import SolarOption, WindOption
from dcsim.traces.plants import plant_cf
from dcsim.traces.weather import Weather, read_weather
from dcsim.traces.weather_bounds import check_air, check_sky, check_wind, is_average
from tests.traces import weather_files as files

YEAR = pd.date_range("2023-01-01", periods=8760, freq="h", tz="UTC", unit="s")
GHI, WIND, TEMPERATURE = "ghi_w_per_m2", "wind_m_per_s", "temperature_c"


@pytest.fixture(scope="module")
def greensboro() -> Weather:
    """Means of 3.05 m/s, 14.4 C and 1,566 kWh/m2."""
    return read_weather(files.GREENSBORO)


def scaled(weather: Weather, column: str, factor: float, offset: float = 0.0) -> Weather:
    values = weather.table[column] * factor + offset
    return replace(weather, table=weather.table.assign(**{column: values}))


def week(weather: Weather) -> Weather:
    return replace(weather, table=weather.table.iloc[: 7 * 24])


@pytest.mark.parametrize("path", [files.GREENSBORO, files.SAND_POINT], ids=["NC", "AK"])
def test_real_sites_pass_without_a_word(path: Path) -> None:
    weather = read_weather(path)
    assert check_wind(weather, "x", None) == check_air(weather, "x") == ()
    assert check_sky(weather, "x") == ()
    assert not is_average(weather.table)


def test_wind_in_other_units_is_refused_with_the_unit_it_may_be(greensboro: Weather) -> None:
    """5.05 m/s are 11.3 miles an hour; the message gives 5.1 m/s back."""
    windy = scaled(greensboro, WIND, 11.3 / greensboro.table[WIND].mean())
    with pytest.raises(DataError, match=r"site: the mean wind speed is 11.3 m/s .* hour: 5.1"):
        check_wind(windy, "site", None)
    with pytest.raises(DataError, match=r"km/h: 5"):
        check_wind(scaled(greensboro, WIND, 18 / greensboro.table[WIND].mean()), "site", None)
    (told,) = check_wind(scaled(greensboro, WIND, 3.0), "site", None)  # 9.2 m/s
    assert "sites usually have 1.5 to 8.5 m/s at 10 m" in told


def test_the_height_of_the_wind_counts(greensboro: Weather) -> None:
    """11.3 m/s at 100 m are 8.1 at 10 m, as the windiest coasts have; 9 m/s at 2 m are 12.4."""
    windy = scaled(greensboro, WIND, 11.3 / greensboro.table[WIND].mean())
    assert check_wind(windy, "site", 100.0) == ()
    low = scaled(greensboro, WIND, 9.0 / greensboro.table[WIND].mean())
    with pytest.raises(DataError, match=r"9.0 m/s at 2 m, 12.4 at 10 m"):
        check_wind(low, "site", 2.0)


def test_calms_are_refused_and_constants_told(greensboro: Weather) -> None:
    with pytest.raises(DataError, match=r"mean wind speed is 0.0 m/s"):
        check_wind(scaled(greensboro, WIND, 0.0), "site", None)
    (told,) = check_wind(scaled(greensboro, WIND, 0.0, 5.0), "folder/site", None)
    assert told == "The wind speed is 5 m/s in every hour of site; no site has that."


def test_a_week_is_never_refused_for_its_mean(greensboro: Weather) -> None:
    stormy = week(scaled(greensboro, WIND, 12 / greensboro.table[WIND].iloc[:168].mean()))
    (told,) = check_wind(stormy, "site", None)
    assert "12.0 m/s" in told
    assert check_wind(week(scaled(greensboro, WIND, 3.0)), "site", None) == ()


@pytest.mark.parametrize(
    ("factor", "offset", "words"),
    [(1.8, 32.0, "if it is in degrees F, 14.4 C"), (1.0, 273.15, "C"), (1.0, -50.0, "-35.6 C")],
    ids=["F", "K", "cold"],
)
def test_temperatures_no_site_has_are_refused(
    greensboro: Weather, factor: float, offset: float, words: str
) -> None:
    with pytest.raises(DataError, match=re.escape(words)):
        check_air(scaled(greensboro, TEMPERATURE, factor, offset), "site")


@pytest.mark.parametrize(
    ("factor", "words"),
    [(0.36, "J/cm2: 0.52"), (3.6, "kJ/m2: 0.52"), (1e-3, "kW/m2: 0.52"), (2.5, "no place has")],
)
def test_irradiance_in_other_units_is_refused(
    greensboro: Weather, factor: float, words: str
) -> None:
    """Greensboro has 1,566 kWh/m2 a year of 3,013 above the air, 0.52."""
    with pytest.raises(DataError) as raised:
        check_sky(scaled(greensboro, GHI, factor), "site")
    assert words in str(raised.value)


def test_unusual_skies_are_told(greensboro: Weather) -> None:
    """Clouds in three hours of four are dull and possible; half of all light is another unit."""
    is_dull = np.arange(8760) % 4 > 0
    dull = greensboro.table.assign(**{GHI: greensboro.table[GHI] * np.where(is_dull, 0.3, 1)})
    (told,) = check_sky(replace(greensboro, table=dull), "site")
    assert "0.25 of what there is above the air" in told
    with pytest.raises(DataError, match="in its clearest hours of high sun"):
        check_sky(scaled(greensboro, GHI, 0.55), "site")
    assert check_sky(scaled(greensboro, GHI, 0.8), "site") == ()


def averaged(year: files.Year, years: int = 30) -> files.Year:
    """Every hour a mean over so many days around it, as over as many years."""
    table = year.table.copy()
    for name in ("air", "wind", "ghi", "dni", "dhi"):
        days = table[name].to_numpy().reshape(365, 24)
        around = [np.roll(days, shift, axis=0) for shift in range(-years // 2, years // 2)]
        table[name] = np.mean(around, axis=0).ravel()
    return replace(year, table=table)


def test_a_mean_over_years_is_named_and_its_smoothness_told(tmp_path: Path) -> None:
    """By smoothness alone, in a file that says nothing of it, with one year in all stamps."""
    year = averaged(files.greensboro())
    path = files.write_epw(tmp_path / "site", year, years=False, source="made")
    read = read_weather(path)
    assert read.facts.is_average
    assert read.is_typical
    _, source, *_ = plant_cf(WindOption(source="weather", file=path), YEAR)
    assert "EPW, average of many years, laid by hour of year, UTC" in source.note
    assert "hour by hour" not in source.note
    (told,) = source.warnings
    assert "is a mean over many years" in told


@pytest.mark.parametrize(
    "source", ["Climate-Normals", "NOAA Normals 1991-2020", "long-term mean", "mean of 20 years"]
)
def test_a_header_may_say_that_hours_are_means(tmp_path: Path, source: str) -> None:
    path = files.write_epw(tmp_path / "site", files.greensboro(), years=False, source=source)
    assert read_weather(path).facts.is_average
    _, found, *_ = plant_cf(SolarOption(source="weather", file=path), YEAR)
    assert len(found.warnings) == 1


def test_wind_of_climate_normals_may_be_in_miles_an_hour(tmp_path: Path) -> None:
    """3.05 m/s pass as a mean, and would be 1.4."""
    path = files.write_epw(tmp_path / "site", files.greensboro(), source="Climate-Normals")
    _, found, *_ = plant_cf(WindOption(source="weather", file=path), YEAR)
    assert "EPW of climate normals, average of many years" in found.note
    assert "3.1 m/s at 10 m would then be 1.4" in found.warnings[1]


def test_typical_years_stamped_with_one_year_are_typical(tmp_path: Path) -> None:
    """By their source, or by months of several years in their comments; a real year is neither."""
    year = files.greensboro()
    for source in ("IWEC2", "Meteonorm 8", "CWEC", "ISD-TMYx"):
        path = files.write_epw(tmp_path / "site", year, years=False, source=source)
        assert read_weather(path).is_typical
    path = files.write_epw(tmp_path / "site", year, years=False, source="ISD")
    assert not read_weather(path).is_typical
    lines = path.read_text().split("\n")
    lines[5] = 'COMMENTS 1,"Period of Record=2007-2021; Jan=2012; Feb=2021; Mar=2013"'
    path.write_text("\n".join(lines))
    read = read_weather(path)
    assert read.is_typical
    assert not read.facts.is_average


@pytest.mark.real_data
def test_real_files_pass_without_a_word(real_data: Path) -> None:
    for path in (real_data / "weather").glob("*.epw.gz"):
        for plant in (WindOption, SolarOption):
            assert plant_cf(plant(source="weather", file=path), YEAR)[1].warnings == ()
