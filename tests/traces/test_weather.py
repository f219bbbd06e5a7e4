"""Weather files: every clock to one clock, what is repaired and reported, what is refused."""

import gzip
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pvlib
import pytest

from dcsim.errors import DataError
from dcsim.scenario.plant import SolarOption, WindOption
from dcsim.traces.plants import plant_cf
from dcsim.traces.solar import solar_cf
from dcsim.traces.weather import Weather, read_weather
from tests.traces import weather_files as files

YEAR = pd.date_range("2023-01-01", periods=8760, freq="h", tz="UTC", unit="s")
SOLAR = SolarOption(source="weather", file=Path("site"))

WRITERS = {
    "tmy3": lambda path, year: path.write_bytes(files.GREENSBORO.read_bytes()),
    "epw": files.write_epw,
    "nsrdb local": lambda path, year: files.write_nsrdb(path, year, utc=False, typical=True),
    "pvgis csv": files.write_pvgis_csv,
    "pvgis json": files.write_pvgis_json,
    "pvgis epw": files.write_pvgis_epw,
}


def written(tmp_path: Path, name: str, year: files.Year | None = None) -> Path:
    path = tmp_path / "site"
    WRITERS[name](path, year or files.greensboro())
    return path


def cf_of(path: Path, plant: type[SolarOption] | type[WindOption] = SolarOption) -> np.ndarray:
    return plant_cf(plant(source="weather", file=path), YEAR)[0].to_numpy()


@pytest.fixture(scope="module")
def weather() -> Weather:
    return read_weather(files.GREENSBORO)


@pytest.fixture(scope="module")
def expected_solar() -> np.ndarray:
    return cf_of(files.GREENSBORO)


@pytest.mark.parametrize("name", WRITERS)
def test_every_clock_comes_to_the_same_solar_power(
    tmp_path: Path, name: str, expected_solar: np.ndarray
) -> None:
    """The same year told by hour ending, hour numbered, minute 30, UTC with an offset."""
    path = written(tmp_path, name)
    assert read_weather(path).is_typical
    np.testing.assert_allclose(cf_of(path), expected_solar, atol=1e-9)


@pytest.mark.parametrize("name", ["epw", "pvgis csv", "pvgis json", "pvgis epw"])
def test_every_clock_comes_to_the_same_wind_power(tmp_path: Path, name: str) -> None:
    found = cf_of(written(tmp_path, name), WindOption)
    np.testing.assert_allclose(found, cf_of(files.GREENSBORO, WindOption), atol=1e-9)


def test_first_row_of_local_time_is_the_sixth_hour_of_utc(weather: Weather) -> None:
    """TMY3's 01:00 at UTC-5: irradiance of 05-06Z, its middle 05:30Z; the air of 06:00Z."""
    assert weather.sun_moments[0] == pd.Timestamp("2022-01-01T05:30Z")
    assert weather.air_moments[0] == pd.Timestamp("2022-01-01T06:00Z")
    assert weather.table.index.unit == "s"
    assert (weather.latitude, weather.longitude, weather.elevation_m) == (36.1, -79.95, 273)


def test_real_nsrdb_years_keep_their_own_stamps(tmp_path: Path) -> None:
    """UTC and local are the same year, and a grid of that year gets it hour by hour."""
    local = files.write_nsrdb(tmp_path / "local", files.greensboro(), utc=False)
    utc = files.write_nsrdb(tmp_path / "utc", files.greensboro(), utc=True)
    for path in (local, utc):
        read = read_weather(path)
        assert not read.is_typical
        assert read.sun_moments[0] == pd.Timestamp("2001-01-01T05:30Z")
    index = pd.date_range("2001-01-01T05:00Z", periods=8760, freq="h", unit="s")
    same, source, *_ = plant_cf(SolarOption(source="weather", file=utc), index)
    assert source.repairs == ()
    assert "2001-01-01 to 2002-01-01, laid hour by hour, UTC" in source.note
    np.testing.assert_allclose(cf_of(local), cf_of(utc), atol=1e-12)
    np.testing.assert_allclose(np.roll(same, 5), cf_of(utc), atol=1e-12)


@pytest.mark.parametrize("form", ["csv", "json"])
def test_pvgis_hourly_series_of_a_level_plane(tmp_path: Path, form: str, weather: Weather) -> None:
    """Beam on the level over the sine of the sun's height gives the direct normal back."""
    path = files.write_pvgis_hourly(tmp_path / "site", files.greensboro(), form=form)
    read = read_weather(path)
    assert not read.is_typical
    assert [repair.rule for repair in read.repairs] == ["standard_pressure"]
    # The series closes exactly and the TMY3 year within its rounding, so yields agree, not hours.
    assert cf_of(path).mean() == pytest.approx(cf_of(files.GREENSBORO).mean(), rel=0.01)


def test_half_hour_zones_take_half_of_two_rows(tmp_path: Path, weather: Weather) -> None:
    """At UTC-4:30 and 7.5 degrees east of Greensboro the same sky is half an hour earlier."""
    east = replace(files.greensboro(), zone_h=-4.5, longitude=-72.45)
    read = read_weather(written(tmp_path, "epw", east))
    assert read.sun_moments[0] == pd.Timestamp("2022-01-01T05:00Z")
    assert cf_of(tmp_path / "site").mean() == pytest.approx(
        cf_of(files.GREENSBORO).mean(), rel=2e-3
    )


def test_gzip_is_found_by_content_and_a_format_can_be_forced(
    tmp_path: Path, expected_solar: np.ndarray
) -> None:
    path = tmp_path / "site.epw"
    path.write_bytes(gzip.compress(written(tmp_path, "epw").read_bytes()))
    np.testing.assert_allclose(cf_of(path), expected_solar, atol=1e-9)
    assert read_weather(path, "epw").kind == "EPW"
    with pytest.raises(DataError, match="cannot be read as nsrdb"):
        read_weather(path, "nsrdb")


def test_irradiance_at_the_full_hour_is_moved_to_the_sun_and_said_so(tmp_path: Path) -> None:
    """A sky 30 minutes early: a longitude 7.5 degrees off, with the header's zone as it was."""
    off = replace(files.greensboro(), longitude=-79.95 + 7.5)
    read = read_weather(written(tmp_path, "epw", off))
    (repair,) = read.repairs
    assert (repair.rule, repair.hours) == ("move_to_the_sun", 8760)
    assert "holds 30 min earlier than its format says" in repair.detail
    assert read.sun == pd.Timedelta(minutes=-60)
    assert abs(read.noon_offset_h()) < 0.05
    assert plant_cf(WindOption(source="weather", file=tmp_path / "site"), YEAR)[1].repairs == ()


def test_short_gaps_are_filled_and_reported(tmp_path: Path, weather: Weather) -> None:
    """EPW's codes for missing: 99.9 C for 3 rows, 999 m/s for 6, no pressure at all."""
    year = files.changed(files.greensboro(), slice(100, 103), air=99.9)
    year = files.changed(year, slice(200, 206), wind=999)
    year = files.changed(year, slice(None), mbar=9999.99)
    read = read_weather(written(tmp_path, "epw", year))
    assert [(r.rule, r.hours) for r in read.repairs] == [
        ("standard_pressure", 8760),
        ("interpolate_weather", 3),
        ("interpolate_weather", 6),
    ]
    known = weather.table["temperature_c"].to_numpy()
    filled = read.table["temperature_c"].to_numpy()
    assert filled[100:103] == pytest.approx(np.linspace(known[99], known[103], 5)[1:4])
    assert read.table["pressure_pa"].iloc[0] == pytest.approx(98_100, abs=200)  # at 273 m


def test_air_is_interpolated_to_the_irradiance_around_the_year(weather: Weather) -> None:
    """The first hour lies between the year's last air and its first: (2.2 + 10) / 2 = 6.1 C."""
    assert weather.table["temperature_c"].iloc[[-1, 0]].tolist() == [2.2, 10]
    assert weather.under_the_sun["temperature_c"].iloc[0] == pytest.approx(6.1)


def test_clear_noon_is_where_the_sun_is_highest(weather: Weather) -> None:
    """The simulated day, too: a fixed plane facing south has its center at solar noon."""
    cf = solar_cf(weather, SolarOption(source="weather", file=Path("x"), mount="fixed"))
    power = replace(weather, table=weather.table.assign(ghi_w_per_m2=cf))
    assert abs(power.noon_offset_h()) < 0.1
    assert abs(weather.noon_offset_h()) < 0.01


def foggy_mornings(year: files.Year, share: float) -> files.Year:
    """The year with so much of its beam before solar noon, its components still in agreement."""
    moments = pd.DatetimeIndex(files.hours() + pd.Timedelta(minutes=30)).tz_localize("Etc/GMT+5")
    sun = pvlib.solarposition.get_solarposition(moments, year.latitude, year.longitude)
    height = np.cos(np.radians(sun["zenith"].to_numpy())).clip(0)
    is_morning = sun["azimuth"].to_numpy() < 180
    dni = np.where(is_morning, share, 1.0) * 800 * (1 - np.exp(-4 * height))
    table = year.table.assign(dni=dni, dhi=90 * height, ghi=dni * height + 90 * height)
    return replace(year, table=table)


def test_components_that_agree_at_their_own_clock_prove_it(tmp_path: Path) -> None:
    """Fog until noon moves the center of irradiance by more than 0.4 h, and not the sun."""
    foggy = foggy_mornings(files.greensboro(), share=0.2)
    read = read_weather(written(tmp_path, "epw", foggy))
    assert read.noon_offset_h() > 0.5
    assert read.closure_w_per_m2() < 2
    assert read.repairs == ()


def test_fog_is_no_excuse_for_a_wrong_zone_nor_is_a_sky_without_beam(tmp_path: Path) -> None:
    """An hour off, the components disagree; all diffuse, they agree at every clock."""
    foggy = foggy_mornings(files.greensboro(), share=0.2)
    overcast = foggy.table.assign(dni=0.0, dhi=foggy.table["ghi"])
    for year in (replace(foggy, zone_h=-6.0), replace(foggy, table=overcast)):
        with pytest.raises(DataError, match="from solar noon"):
            read_weather(written(tmp_path, "epw", year))


def _line_out(text: str, number: int) -> str:
    lines = text.split("\n")
    return "\n".join([*lines[:number], *lines[number + 1 :]])


BAD = {
    "an empty file": (lambda t: "", "is in no known weather format"),
    "an error page": (lambda t: "<html>no</html>", "begins with '<html>no</html>'"),
    "a missing row": (lambda t: _line_out(t, 500), "every hour of a typical year once"),
    "two rows": (lambda t: "\n".join(t.split("\n")[:9]), "has 1 rows; at least two"),
    "a cut row": (lambda t: t[:-200], "epw"),
    "a word": (
        lambda t: t.replace(",10,0,50,", ",ten,0,50,", 1),
        "line 9: air temperature is 'ten'",
    ),
    "a month 13": (lambda t: t.replace("1991,1,1,1,", "1991,13,1,1,", 1), "line 9: month is '13'"),
    "no latitude": (lambda t: t.replace("36.1,", "x,", 1), "line 1: latitude is 'x'"),
    "a latitude of 95": (lambda t: t.replace("36.1,", "95,", 1), "latitude is 95; must be within"),
    "a zone an hour off": (lambda t: t.replace(",-5.0,", ",-4,", 1), "center -1.00 h from solar"),
    "a zone of UTC": (lambda t: t.replace(",-5.0,", ",0,", 1), "h from solar noon at longitude"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_files_are_refused_with_one_reason(tmp_path: Path, name: str) -> None:
    break_it, words = BAD[name]
    path = tmp_path / "site.epw"
    files.write_epw(path, files.greensboro())
    path.write_text(break_it(path.read_text()))
    with pytest.raises(DataError) as raised:
        read_weather(path)
    assert words in str(raised.value)
    assert "site.epw" in str(raised.value)


@pytest.mark.parametrize(
    ("rows", "values", "words"),
    [
        (12, {"ghi": 3000}, "row 13 of the data: ghi_w_per_m2"),
        (12, {"wind": -1}, "is -1 (1 rows); must be within 0 and 60"),
        (12, {"air": 75}, "must be within -90 and 70"),
        (slice(12, 19), {"air": 99.9}, "row 13 of the data: temperature_c is missing"),
        (slice(None), {"ghi": 0}, "is 0 in all rows"),
    ],
)
def test_bad_values_are_refused_with_row_and_limits(
    tmp_path: Path, rows: int | slice, values: dict[str, float], words: str
) -> None:
    path = written(tmp_path, "epw", files.changed(files.greensboro(), rows, **values))
    with pytest.raises(DataError) as raised:
        read_weather(path)
    assert words in str(raised.value)


def test_gaps_in_real_years_and_odd_steps_are_refused(tmp_path: Path) -> None:
    path = files.write_nsrdb(tmp_path / "site.csv", files.greensboro(), utc=True)
    text = path.read_text()
    path.write_text(_line_out(text, 100))
    with pytest.raises(DataError, match="row 98 of the data: 2001-01-05 07:30"):
        read_weather(path)
    lines = text.split("\n")
    path.write_text("\n".join([*lines[:3], *lines[3:303:3], ""]))
    with pytest.raises(DataError, match="rows are 0 days 03:00:00 apart"):
        read_weather(path)
    path.write_text(text.replace("Wind Speed", "Wind Sped"))
    with pytest.raises(DataError, match="line 3: has no column of wind speed"):
        read_weather(path)


def test_a_real_year_may_begin_on_any_day(tmp_path: Path) -> None:
    """Forty days from 29 February 2024 on: they go to their own hours, and to no others."""
    whole = read_weather(files.write_nsrdb(tmp_path / "whole", files.greensboro(), utc=True))
    lines = (tmp_path / "whole").read_text().split("\n")
    head, rows = lines[:3], [line.split(",") for line in lines[3 + 59 * 24 : 3 + 99 * 24]]
    stamps = pd.date_range("2024-02-29T00:30", periods=len(rows), freq="h")
    moved = [
        ",".join([f"{t.year},{t.month},{t.day},{t.hour},30", *row[5:]])
        for t, row in zip(stamps + pd.Timedelta(hours=5), rows, strict=True)
    ]
    part = tmp_path / "part"
    part.write_text("\n".join([*head, *moved]) + "\n")
    assert len(read_weather(part).table) == 40 * 24 < len(whole.table)
    asked = SolarOption(source="weather", file=part)
    with pytest.raises(DataError, match="has no 01 January 00:00Z in any year"):
        plant_cf(asked, YEAR)
    index = pd.date_range("2024-02-29T05:00Z", periods=960, freq="h", unit="s")
    assert plant_cf(asked, index)[1].repairs == ()


@pytest.mark.parametrize("utc", [True, False])
def test_a_real_leap_year_without_29_february_is_no_typical_year(tmp_path: Path, utc: bool) -> None:
    """NSRDB leaves the day out: it is 28 February again, and all other hours keep their stamps."""
    path = files.write_nsrdb(tmp_path / "site", files.greensboro(), utc=utc)
    text = path.read_text().replace("\n2002,", "\n2021,").replace("\n2001,", "\n2020,")
    path.write_text(text)
    read = read_weather(path)
    assert not read.is_typical
    assert len(read.table) == 8784
    (repair,) = read.repairs
    assert (repair.rule, repair.hours) == ("repeat_28_february", 24)
    index = pd.date_range("2020-01-01T05:00Z", periods=8784, freq="h", unit="s")
    cf, source, *_ = plant_cf(SolarOption(source="weather", file=path), index)
    assert source.repairs == (repair,)
    assert "2020-01-01 to 2021-01-01, laid hour by hour, UTC" in source.note
    leap_day, day_before = (
        read.table.loc[f"2020-02-{day}T06:00Z" : f"2020-02-{day}T23:59Z"].to_numpy()  # type: ignore[misc]
        for day in (29, 28)
    )
    np.testing.assert_array_equal(leap_day, day_before)
    assert cf.notna().all()


def test_a_year_put_together_of_many_is_typical_whatever_its_format_says(tmp_path: Path) -> None:
    """February and March may be of the same leap year."""
    path = files.write_nsrdb(tmp_path / "site", files.greensboro(), utc=False, typical=True)
    path.write_text(path.read_text().replace("\n1993,", "\n1992,"))
    read = read_weather(path)
    assert read.is_typical
    assert len(read.table) == 8760
    assert read.repairs == ()


def test_epw_of_a_real_year_goes_to_its_own_hours(tmp_path: Path) -> None:
    """Five hours of the UTC year 2001 are of local 2000: the file's last evening lends them."""
    path = files.write_epw(tmp_path / "site", files.greensboro(), years=False, source="ISD")
    assert not read_weather(path).is_typical
    index = pd.date_range("2001-01-01", periods=8760, freq="h", tz="UTC", unit="s")
    for plant in (SolarOption, WindOption):
        (repair,) = plant_cf(plant(source="weather", file=path), index)[1].repairs
        assert (repair.rule, repair.hours) == ("lay_by_hour_of_year", 5)


def test_unreadable_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_weather(tmp_path / "none.epw")
    with pytest.raises(DataError, match="cannot be read"):
        read_weather(tmp_path)
    cut = tmp_path / "cut.gz"
    cut.write_bytes(gzip.compress(written(tmp_path, "epw").read_bytes())[:5000])
    with pytest.raises(DataError, match=r"cut\.gz: cannot be read"):
        read_weather(cut)
    path = written(tmp_path, "pvgis csv")
    path.write_text(path.read_text()[:100_000])
    with pytest.raises(
        DataError, match=r"row \d+ of the data: has no stamp; the file is cut short"
    ):
        read_weather(path)
    path = written(tmp_path, "pvgis json")
    path.write_text(path.read_text()[:100_000])
    with pytest.raises(DataError, match="cannot be read as pvgis"):
        read_weather(path)
    path = files.write_pvgis_hourly(tmp_path / "slope", files.greensboro(), slope="30 deg.")
    with pytest.raises(DataError, match="ask PVGIS for slope 0 with components"):
        read_weather(path)


def test_older_place_names_and_marks_are_read(tmp_path: Path) -> None:
    text = files.write_epw(tmp_path / "site", files.greensboro()).read_text()
    (tmp_path / "site").write_bytes(text.replace("Greensboro", "Grünsborough").encode("latin-1"))
    assert read_weather(tmp_path / "site").place == "Grünsborough, NC, USA"
    (tmp_path / "site").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert read_weather(tmp_path / "site").kind == "EPW"


def test_a_file_too_large_to_be_weather_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dcsim.traces.weather_formats._LARGEST_BYTES", 1000)
    bomb = tmp_path / "bomb.epw.gz"
    bomb.write_bytes(gzip.compress(b"LOCATION," + b"0" * 5000))
    with pytest.raises(DataError, match="is larger than 1,000 bytes"):
        read_weather(bomb)


@pytest.mark.real_data
@pytest.mark.parametrize("city", ["San.Jose", "Dallas", "Seattle", "Atlanta"])
def test_real_epw_files_have_noon_where_the_sun_has_it(real_data: Path, city: str) -> None:
    """As their format says they are half an hour off; as their own components say, they are not."""
    (path,) = (real_data / "weather").glob(f"*{city}*.epw.gz")
    read = read_weather(path)
    assert abs(read.noon_offset_h()) < 0.1
    assert [repair.rule for repair in read.repairs] == ["move_to_the_sun"]


@pytest.mark.parametrize("path", [files.GREENSBORO, files.SAND_POINT], ids=["NC", "AK"])
def test_shipped_tmy3_files_have_noon_where_the_sun_has_it(path: Path) -> None:
    read = read_weather(path)
    assert abs(read.noon_offset_h()) < 0.1
    assert read.repairs == ()
