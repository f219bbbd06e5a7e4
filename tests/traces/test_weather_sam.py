"""SAM's CSV and the NSRDB's: labels, units, stamps left out, and the height of the wind."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dcsim.errors import DataError
from dcsim.scenario.plant import SolarOption, WindOption
from dcsim.traces.plants import plant_cf
from dcsim.traces.weather import Weather, read_weather
from tests.traces import weather_files as files

YEAR = pd.date_range("2023-01-01", periods=8760, freq="h", tz="UTC", unit="s")


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return files.sam_table(files.greensboro())


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory, table: pd.DataFrame) -> Weather:
    return read_weather(files.write_sam(tmp_path_factory.mktemp("sam") / "site", table))


def test_rows_without_minutes_hold_at_the_middle_of_the_hour(expected: Weather) -> None:
    assert expected.sun_moments[0] == pd.Timestamp("2001-01-01T05:30Z")
    assert expected.air_moments[0] == pd.Timestamp("2001-01-01T05:30Z")
    assert expected.kind == "SAM CSV of mast"
    assert abs(expected.noon_offset_h()) < 0.01
    assert expected.repairs == ()
    assert expected.table["pressure_pa"].between(95_000, 101_000).all()


VARIANTS = {
    "minutes": lambda t: t.assign(Minute=30),
    "hours with fractions": lambda t: t.assign(Hour=t["Hour"] + 0.5),
    "hours of 1 to 24": lambda t: t.assign(Hour=t["Hour"] + 1),
    "long labels": lambda t: t.rename(columns={"Tdry": "Dry Bulb Temp", "Wspd": "Wind Speed"}),
    "units in labels": lambda t: t.rename(
        columns={"GHI": "GHI (W/m2)", "Pres": "Pressure (mbar)", "Tdry": "Temperature [C]"}
    ),
    "miles an hour": lambda t: t.assign(**{"Wind Speed (mph)": t.pop("Wspd") / 0.44704}),
    "km an hour": lambda t: t.assign(wspd_kmh=t.pop("Wspd") * 3.6),
    "knots": lambda t: t.assign(**{"Wspd [knots]": t.pop("Wspd") * 3600 / 1852}),
    "degrees F": lambda t: t.assign(**{"Temperature (F)": t.pop("Tdry") * 1.8 + 32}),
    "kelvin": lambda t: t.assign(**{"Tdry (K)": t.pop("Tdry") + 273.15}),
    "pascal": lambda t: t.assign(**{"Pressure (Pa)": t.pop("Pres") * 100}),
    "energy of each hour": lambda t: t.assign(**{"GHI (kJ/m2)": t.pop("GHI") * 3.6}),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_other_labels_stamps_and_units_come_to_the_same_year(
    tmp_path: Path, name: str, table: pd.DataFrame, expected: Weather
) -> None:
    read = read_weather(files.write_sam(tmp_path / "site", VARIANTS[name](table.copy())))
    found = read.table[expected.table.columns]
    pd.testing.assert_frame_equal(found, expected.table, check_freq=False, rtol=1e-9)
    is_converted = any(word in name for word in ("hour", "knots", "F", "kelvin", "pascal"))
    assert bool(read.facts.notes) == (is_converted and "hours" not in name)


def test_units_below_the_labels_or_in_the_header_are_obeyed(
    tmp_path: Path, table: pd.DataFrame, expected: Weather
) -> None:
    fast = table.assign(Wspd=table["Wspd"] / 0.44704)
    units = "-,-,-,-,W/m2,W/m2,W/m2,C,mph,mbar"
    for read in (
        read_weather(files.write_sam(tmp_path / "a", fast, units=units)),
        read_weather(files.write_sam(tmp_path / "b", fast, Wind_Speed_Units="mph")),
    ):
        assert read.table["wind_m_per_s"].mean() == pytest.approx(
            expected.table["wind_m_per_s"].mean()
        )


def test_half_hours_without_minutes_lie_in_the_middle_of_their_halves(
    tmp_path: Path, table: pd.DataFrame
) -> None:
    halves = table.loc[table.index.repeat(2)]
    read = read_weather(files.write_sam(tmp_path / "site", halves))
    assert len(read.table) == 2 * 8760
    assert [m.minute for m in read.sun_moments[:4]] == [15, 45, 15, 45]


def test_years_of_no_year_are_typical(tmp_path: Path, table: pd.DataFrame) -> None:
    """TMY3 in SAM's CSV may have one year in all rows; stamps or years may be left out."""
    assert read_weather(files.write_sam(tmp_path / "site", table, Source="TMY3")).is_typical
    for columns in (["Year", "Month", "Day", "Hour"], ["Year"]):
        read = read_weather(files.write_sam(tmp_path / "site", table.drop(columns=columns)))
        assert read.is_typical
        assert read.sun_moments[0] == pd.Timestamp("2022-01-01T05:30Z")


@pytest.mark.parametrize("absent", ["GHI", "DNI", "DHI"])
def test_one_component_of_irradiance_follows_from_the_others(
    tmp_path: Path, absent: str, table: pd.DataFrame, expected: Weather
) -> None:
    read = read_weather(files.write_sam(tmp_path / "site", table.drop(columns=absent)))
    name = f"{absent.lower()}_w_per_m2"
    assert read.table[name].mean() == pytest.approx(expected.table[name].mean(), rel=0.02)
    assert "worked out from the two other components" in read.facts.notes[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.drop(columns="Wspd"), "line 3: has no column of wind speed; the columns are"),
        (lambda t: t.drop(columns=["DNI", "DHI"]), "3: has no column of direct normal irradiance"),
        (lambda t: t.drop(columns="Day"), "line 3: has no column of day"),
        (lambda t: t.assign(Month=13), "line 4: 2001-13-1 is no date"),
        (lambda t: t.assign(Tdry="warm"), "line 4: air temperature is 'warm', which is no number"),
        (
            lambda t: t.rename(columns={"Wspd": "Wspd (furlongs)"}),
            "unit of wind speed is 'furlongs",
        ),
        (lambda t: t.head(0), "line 4: has no rows of data"),
    ],
)
def test_what_is_wrong_is_named_in_plain_words(
    tmp_path: Path, change, words: str, table: pd.DataFrame
) -> None:
    path = files.write_sam(tmp_path / "site.csv", change(table.head(48)))
    with pytest.raises(DataError) as raised:
        read_weather(path)
    assert words in str(raised.value)
    assert "site.csv" in str(raised.value)
    assert "index" not in str(raised.value)


def test_headers_must_name_place_and_zone(tmp_path: Path, table: pd.DataFrame) -> None:
    path = files.write_sam(tmp_path / "site", table.head(48))
    text = path.read_text()
    for old, new, words in (
        ("Time Zone", "Zone", "line 1: names no time zone"),
        ("36.1,", "north,", "line 2: latitude is 'north'"),
    ):
        path.write_text(text.replace(old, new, 1))
        with pytest.raises(DataError, match=words):
            read_weather(path)


HEIGHTS = [
    ({"Source": "NSRDB", "Version": "v3.2.2"}, 2.0, "2 m, by NSRDB 3.2.2"),
    ({"Source": "NSRDB", "Version": "3.0.6"}, 2.0, "2 m, by NSRDB 3.0.6"),
    ({"Source": "NSRDB", "Version": "4.1.2.dev"}, 2.0, "2 m, by NSRDB 4.1.2.dev"),
    ({"Source": "NSRDB", "Version": "v2.0.1"}, 10.0, "10 m, by NSRDB 2.0.1"),
    ({"Source": "NSRDB PSM v3"}, 2.0, "2 m, by NSRDB 3"),
    ({"Source": "NSRDB"}, 2.0, "2 m, by NSRDB since PSM v3"),
    ({"Source": "EPW"}, 10.0, "10 m, by convention"),
    ({"Source": "mast", "Wind_Height": "50"}, 50.0, "50 m, by its header"),
]


@pytest.mark.parametrize(("header", "height", "basis"), HEIGHTS, ids=[h[2] for h in HEIGHTS])
def test_height_of_the_wind_is_by_format_and_version(
    tmp_path: Path, header: dict[str, str], height: float, basis: str, table: pd.DataFrame
) -> None:
    read = read_weather(files.write_sam(tmp_path / "site", table.head(48), **header))
    assert list(read.facts.winds) == [height]
    assert read.facts.wind_basis == basis
    assert bool(read.facts.warnings) == (header == {"Source": "NSRDB"})


def test_a_label_may_name_the_height(tmp_path: Path, table: pd.DataFrame) -> None:
    named = table.head(48).rename(columns={"Wspd": "Wind Speed at 80 m (m/s)"})
    read = read_weather(files.write_sam(tmp_path / "site", named, Source="NSRDB", Version="4.0"))
    assert read.facts.wind_basis == "80 m, by its column's label"


def test_measured_at_m_stands_before_the_format(tmp_path: Path, table: pd.DataFrame) -> None:
    """2 m by NSRDB gives more at the hub than the same speed of 10 m: ln ratios 1.38 apart."""
    path = files.write_sam(tmp_path / "site", table, Source="NSRDB", Version="3.1")
    own, source, *_ = plant_cf(WindOption(source="weather", file=path), YEAR)
    asked, told, *_ = plant_cf(WindOption(source="weather", file=path, measured_at_m=10.0), YEAR)
    assert own.mean() > 1.5 * asked.mean()
    assert "wind at 2 m, by NSRDB 3.1" in source.note
    assert "wind at 10 m, by measured_at_m" in told.note


def test_cells_are_cooled_by_the_wind_of_10_m(tmp_path: Path, table: pd.DataFrame) -> None:
    """The NSRDB's wind of 2 m, brought to 10 m, cools as much as the same wind of 10 m."""
    low = table.assign(Wspd=table["Wspd"] * files.WIND_AT_2_M)
    nsrdb = files.write_sam(tmp_path / "low", low, Source="NSRDB", Version="3.2.0")
    high = files.write_sam(tmp_path / "high", table)
    both = [plant_cf(SolarOption(source="weather", file=p), YEAR)[0] for p in (nsrdb, high)]
    np.testing.assert_allclose(both[0], both[1], atol=1e-12)
