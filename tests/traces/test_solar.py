"""Solar plants: worked arithmetic, laws of mounts and inverters, and pvlib's own ModelChain."""

import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pvlib import location, modelchain, pvsystem, solarposition, temperature

from dcsim.scenario.plant import SolarOption
from dcsim.traces.solar import MODULE, orientation_deg, solar_cf
from dcsim.traces.weather import Weather, read_weather
from tests.traces import weather_files as files

FIXED = {"mount": "fixed"}


def plant(**parts: object) -> SolarOption:
    return SolarOption.model_validate({"source": "weather", "file": "site", **parts})


@pytest.fixture(scope="module")
def weather() -> Weather:
    return read_weather(files.GREENSBORO)


def noon(ghi: float, dni: float, dhi: float, air_c: float, wind: float = 0.0) -> Weather:
    """Two rows half an hour either side of noon of 21 June on the Tropic, at sea level."""
    row = (ghi, dni, dhi, air_c, wind, 101_325.0)
    names = ["ghi_w_per_m2", "dni_w_per_m2", "dhi_w_per_m2"]
    names += ["temperature_c", "wind_m_per_s", "pressure_pa"]
    index = pd.DatetimeIndex(["2022-06-21T11:32Z", "2022-06-21T12:32Z"]).as_unit("s")
    table = pd.DataFrame([row, row], index=index, columns=names)
    return Weather(table, pd.Timedelta(0), False, 23.44, 0.0, 0.0, "nowhere", "made")


def test_an_overcast_sky_on_a_level_plane_by_hand() -> None:
    """A level plane gets all of 200 W/m2 of diffuse light.

    Cells have 25 C when the air has 18.712 C: 200 exp(-3.56) = 5.688 over it at the back, and
    200/1000 x 3 = 0.6 more inside. DC = 0.2 x 1.3 x 0.86 = 0.2236; of the inverter's 1/0.96 that
    is 0.21466; its efficiency 0.96/0.9637 (-0.0162 x 0.21466 - 0.0059/0.21466 + 0.9858) =
    0.95117; so AC is 0.21268.
    """
    cf = solar_cf(noon(200, 0, 200, 18.71228), plant(**FIXED, tilt_deg=0.0))
    assert cf == pytest.approx([0.21268, 0.21268], abs=2e-5)


def test_hot_cells_give_less_and_wind_cools_them() -> None:
    """30 C hotter at -0.35 %/C: 10.5 % less of DC, and a little of the inverter's efficiency."""
    cold, hot = (
        solar_cf(noon(200, 0, 200, air), plant(**FIXED, tilt_deg=0.0))[0]
        for air in (18.712, 48.712)
    )
    assert hot / cold == pytest.approx(0.895, abs=3e-3)
    windy = solar_cf(noon(200, 0, 200, 48.712, wind=10), plant(**FIXED, tilt_deg=0.0))[0]
    assert windy > hot


def test_ac_is_clipped_at_nameplate() -> None:
    sunny = noon(1000, 900, 100, 10)
    assert solar_cf(sunny, plant(**FIXED, tilt_deg=0.0, dc_ac_ratio=1.5))[0] == 1.0
    assert solar_cf(sunny, plant(**FIXED, tilt_deg=0.0, dc_ac_ratio=1.0))[0] < 1.0


def test_capacity_factors_are_shares_and_zero_at_night(weather: Weather) -> None:
    cf = solar_cf(weather, plant())
    assert cf.min() == 0
    assert cf.max() == 1
    assert not cf[weather.table["ghi_w_per_m2"].to_numpy() == 0].any()
    assert (cf > 0).mean() == pytest.approx(0.50, abs=0.02)  # of the hours
    assert np.isfinite(cf).all()


def test_beam_without_any_diffuse_light_gives_a_number(weather: Weather) -> None:
    assert 0 < solar_cf(noon(900, 900, 0, 10), plant(**FIXED, tilt_deg=0.0))[0] <= 1


def test_tracking_beats_fixed_and_tilt_beats_level(weather: Weather) -> None:
    tracking, tilted, level, north = (
        solar_cf(weather, plant(**parts)).mean()
        for parts in (
            {},
            FIXED,
            {**FIXED, "tilt_deg": 0.0},
            {**FIXED, "azimuth_deg": 0.0},
        )
    )
    assert tracking > tilted > level > north


def test_backtracking_keeps_rows_flatter_at_low_sun(weather: Weather) -> None:
    sun = pd.DataFrame({"apparent_zenith": [80.0, 30.0], "azimuth": [90.0, 90.0]})
    back, straight = (
        orientation_deg(sun, plant(backtrack=on), 36.0)[0].tolist() for on in (True, False)
    )
    assert back[0] < 30
    assert straight == pytest.approx([60, 30])
    assert back[1] == pytest.approx(30)


def test_rows_face_the_equator_unless_told(weather: Weather) -> None:
    sun = pd.DataFrame({"apparent_zenith": [30.0], "azimuth": [180.0]})
    assert orientation_deg(sun, plant(**FIXED), 36.1) == (36.1, 180)
    assert orientation_deg(sun, plant(**FIXED), -33.0) == (33, 0)
    assert orientation_deg(sun, plant(**FIXED, tilt_deg=20.0, azimuth_deg=270.0), 1.0) == (20, 270)


def test_south_of_the_equator_the_sun_is_in_the_north() -> None:
    """On 21 June at latitude -33, a plane facing north sees the beam, one facing south does not."""
    site = replace(noon(500, 800, 100, 20), latitude=-33.0)
    north, south = (
        solar_cf(site, plant(**FIXED, azimuth_deg=azimuth)).mean() for azimuth in (0.0, 180.0)
    )
    assert north > 4 * south


def test_nrels_own_pvwatts_run_is_met() -> None:
    """Four days of the run NREL's PVWatts published for 39.73 N 105.18 W, 1,819.6 m: 4 kW DC.

    Standard modules, open rack, tilt 20, DC/AC 1.2, losses 14.08 %. The rows are from pvlib's test
    data (BSD), tests/data/pvwatts_8760_rackmount.csv. PVWatts heats cells by another model and
    takes its sun from another algorithm, so watts differ, and a day's energy by 1 % at most.
    """
    given = pd.read_csv(Path(__file__).parent / "pvwatts_denver.csv")
    parts = given[["month", "day", "hour"]].assign(year=2022)
    stamps = pd.DatetimeIndex(pd.to_datetime(parts)) + pd.Timedelta(minutes=30)
    index = stamps.tz_localize("Etc/GMT+7").tz_convert("UTC").as_unit("s")
    zenith = solarposition.get_solarposition(index, 39.73, -105.18)["apparent_zenith"].to_numpy()
    level = given["dni_w_per_m2"] * np.maximum(np.cos(np.radians(zenith)), 0.0)
    sky = given.assign(ghi_w_per_m2=given["dhi_w_per_m2"] + level, pressure_pa=81_000.0)
    denver = Weather(
        sky.set_axis(index), pd.Timedelta(0), False, 39.73, -105.18, 1819.6, "Denver", "PVWatts"
    )
    option = plant(
        **FIXED, tilt_deg=20.0, dc_ac_ratio=1.2, losses_frac=0.1408, power_per_c_frac=-0.0047
    )
    ours_w = solar_cf(denver, option) * 4000 / 1.2
    theirs_w = given["ac_w"].to_numpy()
    assert np.abs(ours_w - theirs_w).max() < 0.03 * 4000 / 1.2
    by_day = [w.reshape(4, 24).sum(axis=1) for w in (ours_w, theirs_w)]
    assert by_day[0] == pytest.approx(by_day[1], rel=0.01)


def model_chain_cf(weather: Weather, option: SolarOption) -> np.ndarray:
    """AC power over AC nameplate by pvlib's PVWatts chain, on the same inputs."""
    sky = weather.under_the_sun
    tilt, azimuth = (0.0, 180.0)
    if option.mount == "fixed":
        mount = pvsystem.FixedMount(abs(weather.latitude), azimuth)
    else:
        limit, rows = option.max_angle_deg, option.ground_coverage_frac
        mount = pvsystem.SingleAxisTrackerMount(tilt, azimuth, limit, option.backtrack, rows)
    array = pvsystem.Array(
        mount,
        albedo=option.albedo_frac,
        module_parameters={"pdc0": option.dc_ac_ratio, "gamma_pdc": option.power_per_c_frac},
        temperature_model_parameters=temperature.TEMPERATURE_MODEL_PARAMETERS["sapm"][MODULE],
    )
    none = ("shading", "mismatch", "wiring", "connections", "lid", "nameplate_rating")
    system = pvsystem.PVSystem(
        [array],
        inverter_parameters={"pdc0": 1 / 0.96, "eta_inv_nom": 0.96},
        losses_parameters={"soiling": 14.0, **dict.fromkeys((*none, "availability"), 0.0)},
    )
    place = location.Location(weather.latitude, weather.longitude, altitude=weather.elevation_m)
    chain = modelchain.ModelChain.with_pvwatts(system, place)
    theirs = {
        "ghi_w_per_m2": "ghi",
        "dni_w_per_m2": "dni",
        "dhi_w_per_m2": "dhi",
        "temperature_c": "temp_air",
        "wind_m_per_s": "wind_speed",
    }
    with warnings.catch_warnings():  # pvlib 0.16 asks pandas 3 for names in retirement
        warnings.simplefilter("ignore")
        chain.run_model(sky[list(theirs)].rename(columns=theirs))
    power: np.ndarray = chain.results.ac.fillna(0.0).to_numpy()
    return power


@pytest.mark.parametrize("mount", ["fixed", "tracking"])
@pytest.mark.parametrize("path", [files.GREENSBORO, files.SAND_POINT], ids=["NC", "AK"])
def test_pvlibs_own_model_chain_agrees(path: Path, mount: str) -> None:
    read, option = read_weather(path), plant(mount=mount)
    np.testing.assert_allclose(solar_cf(read, option), model_chain_cf(read, option), atol=1e-9)


@pytest.mark.real_data
@pytest.mark.parametrize("mount", ["fixed", "tracking"])
@pytest.mark.parametrize("city", ["San.Jose", "Dallas", "Seattle", "Atlanta"])
def test_pvlibs_own_model_chain_agrees_on_real_epw(real_data: Path, city: str, mount: str) -> None:
    (path,) = (real_data / "weather").glob(f"*{city}*.epw.gz")
    read, option = read_weather(path), plant(mount=mount)
    np.testing.assert_allclose(solar_cf(read, option), model_chain_cf(read, option), atol=1e-9)
