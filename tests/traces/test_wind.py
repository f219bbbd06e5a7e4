"""Wind plants: worked arithmetic, the turbine library, and windpowerlib's own ModelChain."""

import logging
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import windpowerlib

from dcsim.errors import ScenarioError
from dcsim.scenario.plant import WindOption
from dcsim.traces.weather import Weather, read_weather
from dcsim.traces.wind import (
    _library,
    hub_height_m,
    hub_speed_m_per_s,
    turbine_of,
    turbine_output_frac,
    wind_cf,
)
from tests.traces import weather_files as files


def plant(**parts: object) -> WindOption:
    return WindOption.model_validate({"source": "weather", "file": "site", **parts})


def breeze(speed: float, air_c: float = 15.0, pressure_pa: float = 101_325.0) -> Weather:
    names = ["ghi_w_per_m2", "dni_w_per_m2", "dhi_w_per_m2"]
    names += ["temperature_c", "wind_m_per_s", "pressure_pa"]
    index = pd.date_range("2022-01-01", periods=2, freq="h", tz="UTC", unit="s")
    row = (0.0, 0.0, 0.0, air_c, speed, pressure_pa)
    table = pd.DataFrame([row, row], index=index, columns=names)
    return Weather(table, pd.Timedelta(0), False, 36.0, 0.0, 0.0, "nowhere", "made")


@pytest.fixture(scope="module")
def weather() -> Weather:
    return read_weather(files.GREENSBORO)


def test_speed_at_the_hub_by_either_law() -> None:
    """ln(100/0.03) / ln(10/0.03) = 8.1117 / 5.8091 = 1.39637; 10 ** (1/7) = 1.38950."""
    log, power = plant(), plant(shear_exponent=1 / 7)
    assert hub_speed_m_per_s(breeze(5), log, 100.0) == pytest.approx([6.98186] * 2, rel=1e-5)
    assert hub_speed_m_per_s(breeze(5), power, 100.0) == pytest.approx([6.94748] * 2, rel=1e-5)
    tall = plant(measured_at_m=100.0)
    assert hub_speed_m_per_s(breeze(5), tall, 100.0) == pytest.approx([5.0] * 2)
    rough = plant(roughness_m=0.5)
    assert hub_speed_m_per_s(breeze(5), rough, 100.0)[0] > 6.99


def test_output_follows_the_power_curve_at_standard_density() -> None:
    """V126/3300 at 8 m/s: 1,723 of 3,300 kW.

    At 117 m air has 1.225 kg/m3 when the ground has
    102,787.5 Pa (1,462.5 less at the hub) and 15.7475 C at 2 m (15 C at the hub).
    """
    turbine = turbine_of("V126/3300")
    standard = breeze(8.0, air_c=15.7475, pressure_pa=102_787.5)
    frac = turbine_output_frac(standard, plant(measured_at_m=117.0), turbine, 117.0)
    assert frac == pytest.approx([1723 / 3300] * 2, rel=1e-4)


def test_wakes_and_losses_take_their_shares() -> None:
    standard = breeze(14.0)
    option = plant(measured_at_m=117.0, wake_frac=0.1, losses_frac=0.2)
    assert wind_cf(standard, option) == pytest.approx([0.72] * 2)
    assert wind_cf(breeze(1.0), option).tolist() == [0, 0]
    assert wind_cf(breeze(30.0), option).tolist() == [0, 0]


def test_thin_air_gives_less() -> None:
    """At 2,000 m (79,500 Pa), 7 m/s: density 0.96 / 1.22 takes about a fifth."""
    option = plant(measured_at_m=117.0)
    low, high = (wind_cf(breeze(7.0, pressure_pa=p), option)[0] for p in (101_325.0, 79_500.0))
    assert high / low == pytest.approx(0.785, abs=0.02)


def test_every_turbine_of_the_library_can_be_planned(weather: Weather) -> None:
    """All 67: a share of rated power between 0 and 1, at a height that is known or asked for."""
    names = list(_library("power_curves.csv").index)
    assert len(names) == 67
    for name in names:
        turbine = turbine_of(name)
        assert (np.diff(turbine.speed_m_per_s) > 0).all(), name
        assert 0.97 < turbine.output_frac.max() < 1.05, name
        asked = plant(turbine=name, hub_height_m=None if turbine.hubs_m else 120.0)
        assert hub_height_m(turbine, asked) > turbine.rotor_m / 2


def test_hub_height_is_the_nearest_sold_to_100_m() -> None:
    assert hub_height_m(turbine_of("V126/3300"), plant()) == 117
    assert hub_height_m(turbine_of("ENO114/3500"), plant()) == 92  # of 92; 127,5; 142
    assert hub_height_m(turbine_of("GE100/2500"), plant()) == 85  # of 75/85
    assert hub_height_m(turbine_of("V126/3300"), plant(hub_height_m=80.0)) == 80


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"turbine": "V126"}, "there is no power curve of 'V126'; nearest are V126/3"),
        ({"turbine": "zzzz"}, "there is no power curve of 'zzzz'; one is "),
        ({"turbine": "MM100/2000"}, "wind.hub_height_m: is needed, for none is known"),
        ({"hub_height_m": 60.0}, "must be above 63, half the rotor of V126/3300, got 60"),
    ],
)
def test_turbines_that_cannot_be_built_are_refused(parts: dict[str, object], words: str) -> None:
    with pytest.raises(ScenarioError) as raised:
        wind_cf(breeze(5), plant(**parts))
    assert words in str(raised.value)


def model_chain_frac(weather: Weather, option: WindOption, hub_m: float) -> np.ndarray:
    """Power over rated power by windpowerlib's own chain, on the same inputs."""
    air = weather.table
    columns = {
        ("wind_speed", 10): air["wind_m_per_s"],
        ("temperature", 2): air["temperature_c"] + 273.15,
        ("pressure", 0): air["pressure_pa"],
        ("roughness_length", 0): pd.Series(0.03, index=air.index),
    }
    with warnings.catch_warnings():  # windpowerlib 0.2.2 changes frames in a way pandas 3 retires
        warnings.simplefilter("ignore")
        turbine = windpowerlib.WindTurbine(hub_height=hub_m, turbine_type=option.turbine)
        chain = windpowerlib.ModelChain(
            turbine,
            wind_speed_model="logarithmic",
            temperature_model="linear_gradient",
            density_model="ideal_gas",
            power_output_model="power_curve",
            density_correction=True,
        )
        chain.run_model(pd.DataFrame(columns))
    power: np.ndarray = chain.power_output.to_numpy() / turbine.nominal_power
    return power


@pytest.mark.parametrize("name", ["V126/3300", "E-70/2300"])
@pytest.mark.parametrize("path", [files.GREENSBORO, files.SAND_POINT], ids=["NC", "AK"])
def test_windpowerlibs_own_model_chain_agrees(
    path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    read, option = read_weather(path), plant(turbine=name)
    turbine = turbine_of(name)
    hub_m = hub_height_m(turbine, option)
    ours = turbine_output_frac(read, option, turbine, hub_m)
    theirs = np.clip(model_chain_frac(read, option, hub_m), 0.0, 1.0)
    np.testing.assert_allclose(ours, theirs, atol=1e-9)
