"""Tables of wind at several heights: SAM's SRW and wind CSV, and windpowerlib's."""

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import windpowerlib

from dcsim.errors import DataError, ScenarioError
from dcsim.scenario.plant import SolarOption, WindOption
from dcsim.traces.plants import plant_cf
from dcsim.traces.weather import Weather, read_weather
from dcsim.traces.wind import hub_speed_m_per_s, turbine_of, turbine_output_frac

YEAR = 8760
ROWS = {
    "temp": 5 + 10 * np.sin(np.arange(YEAR) / 1000) + 3 * np.sin(np.arange(YEAR) / 20),
    "low": 5 + 2 * np.sin(np.arange(YEAR) / 30),
    "high": 7 + 3 * np.sin(np.arange(YEAR) / 30),
    "atm": 0.9 + 0.01 * np.cos(np.arange(YEAR) / 50),
}
"""Air in C, wind at 10 and 80 m in m/s, pressure in atm."""


def srw(
    path: Path,
    *,
    description: str = "made",
    year: object = 2011,
    units: tuple[str, ...] = ("C", "atm", "m/s", "m/s"),
    rows: dict[str, np.ndarray] = ROWS,
) -> Path:
    """SAM's SRW: the header of `lib_windfile.cpp`, speeds at two heights."""
    lines = [
        f"123,Nowhere,TX,USA,{year},35.2,-101.9,1100,1,8760",
        description,
        "Temperature,Pressure,Speed,Direction,Speed",
        f"{units[0]},{units[1]},{units[2]},Degrees,{units[3]}",
        "80,100,10,80,80",
    ]
    columns = [rows["temp"], rows["atm"], rows["low"], np.full(len(rows["low"]), 180), rows["high"]]
    lines += [",".join(map(repr, map(float, row))) for row in zip(*columns, strict=True)]
    path.write_text("\n".join(lines) + "\n")
    return path


def wind_csv(path: Path, *, zone: str = "Site Timezone,-6,Data Timezone,-6,") -> Path:
    """SAM's CSV of wind, as the WIND Toolkit writes it, the wind of one height not available."""
    stamps = pd.date_range("2011-01-01", periods=YEAR, freq="h")
    table = pd.DataFrame(
        {
            "Year": stamps.year,
            "Month": stamps.month,
            "Day": stamps.day,
            "Hour": stamps.hour,
            "Minute": 30,
            "2-m Inverse Monin-Obukhov Length": 0.1,
            "surface air pressure (Pa)": ROWS["atm"] * 102_000,
            "air pressure at 100m (Pa)": ROWS["atm"] * 101_325,
            "wind speed at 10m (m/s)": ROWS["low"],
            "wind speed at 80m (m/s)": ROWS["high"],
            "wind speed at 160m (m/s)": "N/A",
            "wind direction at 80m (deg)": 180,
            "air temperature at 2m (C)": ROWS["temp"] + 1,
            "air temperature at 80m (C)": ROWS["temp"],
        }
    )
    head = f"SiteID,836598,{zone}Longitude,-101.9,Latitude,35.2\n"
    path.write_text(head + table.to_csv(index=False))
    return path


def windpowerlib_frame(hours: int = 72) -> pd.DataFrame:
    """Columns as windpowerlib has them; air in K, pressure in Pa."""
    index = pd.date_range("2011-01-01", periods=hours, freq="h", tz="Europe/Berlin")
    columns = {
        ("pressure", 0): ROWS["atm"][:hours] * 101_325,
        ("temperature", 2): ROWS["temp"][:hours] + 273.15,
        ("wind_speed", 10): ROWS["low"][:hours],
        ("roughness_length", 0): np.full(hours, 0.15),
        ("temperature", 10): ROWS["temp"][:hours] + 273.05,
        ("wind_speed", 80): ROWS["high"][:hours],
    }
    frame = pd.DataFrame(columns, index=index)
    frame.columns = pd.MultiIndex.from_tuples(frame.columns, names=["variable_name", "height"])
    return frame


def windpowerlib_table(path: Path, hours: int = 72) -> Path:
    """As windpowerlib's example has it: two lines of header and no other."""
    frame = windpowerlib_frame(hours)
    names, heights = zip(*frame.columns, strict=True)
    head = [f"variable_name,{','.join(names)}", f"height,{','.join(map(str, heights))}"]
    path.write_text("\n".join(head) + "\n" + frame.to_csv(header=False))
    return path


def plant(path: Path, **parts: object) -> WindOption:
    return WindOption.model_validate({"source": "weather", "file": path, **parts})


def check_heights(read: Weather) -> None:
    assert list(read.facts.winds) == [10, 80]
    assert not read.has_sky
    low, high = (read.table[column] for column in read.facts.winds.values())
    assert low.to_numpy() == pytest.approx(ROWS["low"][: len(low)])
    assert high.to_numpy() == pytest.approx(ROWS["high"][: len(high)])
    assert read.table["pressure_pa"].to_numpy() == pytest.approx(ROWS["atm"][: len(low)] * 101_325)


def test_srw_has_its_own_heights_and_clock(tmp_path: Path) -> None:
    """Its first row is the hour that ends at 01:00, of the site's zone or UTC by the Toolkit."""
    read = read_weather(srw(tmp_path / "site.srw"))
    check_heights(read)
    assert read.kind == "SAM SRW"
    assert (read.facts.temperature_m, read.facts.pressure_m) == (80, 100)
    assert read.table["temperature_c"].to_numpy() == pytest.approx(ROWS["temp"])
    assert read.air_moments[0] == pd.Timestamp("2011-01-01T07:30Z")  # UTC-7 at 101.9 W
    utc = read_weather(srw(tmp_path / "site.srw", description="WIND Toolkit data from NREL"))
    assert utc.air_moments[0] == pd.Timestamp("2011-01-01T00:30Z")
    assert "clock UTC, as the WIND Toolkit's" in utc.facts.notes
    assert not utc.is_typical
    assert read_weather(srw(tmp_path / "site.srw", year="typical")).is_typical


def test_srw_units_are_obeyed(tmp_path: Path) -> None:
    rows = {
        "temp": ROWS["temp"] * 1.8 + 32,
        "low": ROWS["low"] / 0.44704,
        "high": ROWS["high"] / 0.44704,
        "atm": ROWS["atm"] * 1013.25,
    }
    read = read_weather(srw(tmp_path / "a", rows=rows, units=("F", "mbar", "mph", "mph")))
    check_heights(read)
    assert "wind speed converted from mph" in read.facts.notes


def test_a_leap_year_of_srw_leaves_29_february_out(tmp_path: Path) -> None:
    read = read_weather(srw(tmp_path / "site.srw", year=2012))
    assert len(read.table) == 8784
    assert [repair.rule for repair in read.repairs] == ["repeat_28_february"]


def test_sam_wind_csv_is_read_with_its_zone(tmp_path: Path) -> None:
    read = read_weather(wind_csv(tmp_path / "site.csv"))
    check_heights(read)
    assert read.kind == "SAM wind CSV"
    assert read.air_moments[0] == pd.Timestamp("2011-01-01T06:30Z")
    assert (read.facts.temperature_m, read.facts.pressure_m) == (80, 100)
    assert read.facts.notes == ()
    unsaid = read_weather(wind_csv(tmp_path / "site.csv", zone=""))
    assert unsaid.air_moments[0] == pd.Timestamp("2011-01-01T07:30Z")
    assert "names no zone" in unsaid.facts.notes[0]


@pytest.mark.parametrize("with_index_line", [False, True])
def test_windpowerlibs_table_is_read(tmp_path: Path, with_index_line: bool) -> None:
    """Also as pandas writes it, with a line for the name of the index."""
    path = windpowerlib_table(tmp_path / "weather.csv")
    if with_index_line:
        windpowerlib_frame().to_csv(path)
    read = read_weather(path)
    check_heights(read)
    assert read.air_moments[0] == pd.Timestamp("2010-12-31T23:00Z")
    assert (read.table["roughness_m"] == 0.15).all()
    assert read.table["temperature_c"].to_numpy() == pytest.approx(ROWS["temp"][:72] - 0.1)


def test_windpowerlibs_own_chain_agrees_on_its_table(tmp_path: Path) -> None:
    """At a hub above both heights: the nearest wind, by the file's roughness."""
    path, hub_m = windpowerlib_table(tmp_path / "weather.csv"), 117.0
    read, option, turbine = read_weather(path), plant(path), turbine_of("V126/3300")
    with warnings.catch_warnings():  # windpowerlib 0.2.2 changes frames in a way pandas 3 retires
        warnings.simplefilter("ignore")
        machine = windpowerlib.WindTurbine(hub_height=hub_m, turbine_type="V126/3300")
        chain = windpowerlib.ModelChain(
            machine,
            wind_speed_model="logarithmic",
            temperature_model="linear_gradient",
            density_model="ideal_gas",
            power_output_model="power_curve",
            density_correction=True,
        )
        chain.run_model(windpowerlib_frame())
    theirs = np.clip(chain.power_output.to_numpy() / machine.nominal_power, 0.0, 1.0)
    ours = turbine_output_frac(read, option, turbine, hub_m)
    np.testing.assert_allclose(ours, theirs, atol=1e-9)


def test_between_two_heights_wind_follows_the_logarithm_of_height(tmp_path: Path) -> None:
    """At 40 m of 10 and 80 m: ln 4 / ln 8 = 2/3 of the way. At its own height it is as it is."""
    read = read_weather(windpowerlib_table(tmp_path / "weather.csv"))
    low, high = ROWS["low"][:72], ROWS["high"][:72]
    at = {h: hub_speed_m_per_s(read, plant(tmp_path), h) for h in (10.0, 40.0, 80.0)}
    assert at[40.0] == pytest.approx(low + 2 / 3 * (high - low))
    assert at[10.0] == pytest.approx(low)
    assert at[80.0] == pytest.approx(high)


def test_measured_at_m_chooses_one_of_the_heights(tmp_path: Path) -> None:
    read = read_weather(windpowerlib_table(tmp_path / "weather.csv"))
    asked = plant(tmp_path, measured_at_m=10.0, shear_exponent=0.2)
    expected = ROWS["low"][:72] * 8**0.2
    assert hub_speed_m_per_s(read, asked, 80.0) == pytest.approx(expected)
    with pytest.raises(ScenarioError, match="has wind at 10, 80 m; got 50"):
        hub_speed_m_per_s(read, plant(tmp_path, measured_at_m=50.0), 80.0)


def test_tables_of_wind_make_wind_plants_and_no_solar_ones(tmp_path: Path) -> None:
    path = srw(tmp_path / "site.srw")
    index = pd.date_range("2011-03-01", periods=48, freq="h", tz="UTC", unit="s")
    cf, source, *_ = plant_cf(plant(path), index)
    assert 0 < cf.mean() < 1
    assert "wind at 10, 80 m, by its header" in source.note
    with pytest.raises(DataError, match=r"is a table of wind .* without irradiance"):
        plant_cf(SolarOption(source="weather", file=path), index)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.replace("80,100,10,80,80", "80,100,10"), "line 5: needs a height for each"),
        (lambda t: t.replace("Temperature", "Direction"), "3: has no column of air temperature"),
        (lambda t: t.replace(",180.0,", ",180.0,x", 1), "line 6: wind speed is 'x7.0'"),
        (lambda t: t[: t.rindex("\n", 0, -900)], "rows and no stamps; must be 8,760"),
        (lambda t: "\n".join(t.split("\n")[:5]), "ends before its rows"),
    ],
    ids=["heights", "temperature", "word", "short", "header alone"],
)
def test_what_is_wrong_in_an_srw_file_is_named(tmp_path: Path, change, words: str) -> None:
    path = srw(tmp_path / "site.srw")
    path.write_text(change(path.read_text()))
    with pytest.raises(DataError) as raised:
        read_weather(path)
    assert words in str(raised.value)


def test_windpowerlib_stamps_need_their_offset(tmp_path: Path) -> None:
    path = windpowerlib_table(tmp_path / "weather.csv")
    path.write_text(path.read_text().replace("+01:00", ""))
    with pytest.raises(DataError, match=r"line 3: stamp is .* which says no zone"):
        read_weather(path)
