"""A wind plant's capacity factor from its site's weather: windpowerlib's turbines at hub height.

Speed grows from where it was measured to the hub by a logarithmic or a power law; between two
measured heights it is interpolated in the logarithm of height. The power curve is corrected for the
density of the air, and wakes and losses take constant shares.
"""

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from dcsim.errors import ScenarioError
from dcsim.scenario.plant import WindOption
from dcsim.traces.weather import Weather
from dcsim.traces.weather_reading import PRESSURE, ROUGHNESS, TEMPERATURE
from dcsim.traces.weather_units import KELVIN
from dcsim.traces.wind_profile import OPEN_TERRAIN_M

USUAL_HUB_M = 100.0
"""Hub height of turbines built lately, in round numbers; an assumption [m]."""


@dataclass(frozen=True)
class Turbine:
    """A type of turbine, as windpowerlib has it from the OpenEnergy Platform.

    Attributes:
        name: Its type.
        speed_m_per_s: Wind speeds of the power curve, ascending [m/s].
        output_frac: Power at those over the rated power [-].
        rotor_m: Diameter of the rotor [m].
        hubs_m: Hub heights it is sold with, if known [m].
    """

    name: str
    speed_m_per_s: np.ndarray
    output_frac: np.ndarray
    rotor_m: float
    hubs_m: tuple[float, ...]


def turbine_of(name: str) -> Turbine:
    """Return a type of turbine.

    Raises:
        ScenarioError: There is no power curve of that name; gives the nearest.
    """
    curves = _library("power_curves.csv")
    if name not in curves.index:
        close = difflib.get_close_matches(name, curves.index, n=3, cutoff=0.3)
        nearest = f"nearest are {', '.join(close)}" if close else f"one is {curves.index[0]}"
        raise ScenarioError(f"wind.turbine: there is no power curve of {name!r}; {nearest}")
    curve = curves.loc[name].dropna()
    facts = _library("turbine_data.csv").loc[[name]].iloc[0]
    return Turbine(
        name,
        curve.index.to_numpy(dtype=float),
        curve.to_numpy(dtype=float) / float(facts["nominal_power"]),
        float(facts["rotor_diameter"]),
        _heights(facts["hub_height"]),
    )


def _library(file: str) -> pd.DataFrame:
    """Read a table of windpowerlib; its own reader changes frames in a way pandas 3 retires."""
    import windpowerlib

    return pd.read_csv(Path(windpowerlib.__file__).parent / "oedb" / file, index_col=0)


def _heights(listed: object) -> tuple[float, ...]:
    """Read a list of heights such as `92; 127,5; 142` or `75/85`."""
    words = str(listed).replace("/", ";").replace(",", ".").split(";")
    return tuple(float(word) for word in words if word.strip() not in ("", "nan"))


def hub_height_m(turbine: Turbine, plant: WindOption) -> float:
    """Return the height of the hub: as asked, or the nearest to 100 m that is sold [m].

    Raises:
        ScenarioError: The rotor would touch the ground, or no height is known.
    """
    if plant.hub_height_m is None and not turbine.hubs_m:
        raise ScenarioError(
            f"wind.hub_height_m: is needed, for none is known of the turbine {turbine.name}"
        )
    hub = plant.hub_height_m or min(turbine.hubs_m, key=lambda height: abs(height - USUAL_HUB_M))
    if hub <= turbine.rotor_m / 2:
        raise ScenarioError(
            f"wind.hub_height_m: must be above {turbine.rotor_m / 2:g}, half the rotor of "
            f"{turbine.name}, got {hub:g}"
        )
    return hub


def wind_cf(weather: Weather, plant: WindOption) -> np.ndarray:
    """Return power over rated power at the weather's moments of air, 0 to 1 [-].

    Args:
        weather: Of the site.
        plant: How it is built.

    Raises:
        ScenarioError: The turbine is unknown, or cannot stand at that height.
    """
    turbine = turbine_of(plant.turbine)
    gross = turbine_output_frac(weather, plant, turbine, hub_height_m(turbine, plant))
    return gross * (1 - plant.wake_frac) * (1 - plant.losses_frac)


def turbine_output_frac(
    weather: Weather, plant: WindOption, turbine: Turbine, hub_m: float
) -> np.ndarray:
    """Return what one turbine that stands alone gives, over its rated power, 0 to 1 [-]."""
    from windpowerlib import density, power_output, temperature

    air_k = weather.table[TEMPERATURE].to_numpy() + KELVIN
    hub_k = temperature.linear_gradient(air_k, weather.facts.temperature_m, hub_m)
    power = power_output.power_curve(
        hub_speed_m_per_s(weather, plant, hub_m),
        turbine.speed_m_per_s,
        turbine.output_frac,
        density=density.ideal_gas(
            weather.table[PRESSURE].to_numpy(), weather.facts.pressure_m, hub_m, hub_k
        ),
        density_correction=True,
    )
    frac: np.ndarray = np.clip(power, 0.0, 1.0)  # some curves have points above the rated power
    return frac


def hub_speed_m_per_s(weather: Weather, plant: WindOption, hub_m: float) -> np.ndarray:
    """Return the wind speed at the hub [m/s].

    Raises:
        ScenarioError: The file has no wind at the height asked for, or its height is within the
            roughness of the ground.
    """
    winds = winds_of(weather, plant)
    below = [height for height in winds if height <= hub_m]
    above = [height for height in winds if height > hub_m]
    if below and above and plant.measured_at_m is None:
        return _between(weather, winds, max(below), min(above), hub_m)
    height = min(winds, key=lambda height: abs(height - hub_m))
    return _by_profile(weather.table[winds[height]].to_numpy(), height, weather, plant, hub_m)


def winds_of(weather: Weather, plant: WindOption) -> Mapping[float, str]:
    """Return the columns of wind that may be used, by height, as the plant asks [m].

    Raises:
        ScenarioError: The file has wind at several heights, and not at the one asked for.
    """
    winds, asked = weather.facts.winds, plant.measured_at_m
    if asked is None:
        return winds
    if len(winds) == 1:
        return {asked: next(iter(winds.values()))}
    if asked not in winds:
        heights = ", ".join(f"{height:g}" for height in winds)
        raise ScenarioError(f"wind.measured_at_m: the file has wind at {heights} m; got {asked:g}")
    return {asked: winds[asked]}


def _between(
    weather: Weather, winds: Mapping[float, str], low_m: float, high_m: float, hub_m: float
) -> np.ndarray:
    """Interpolate between two heights, linearly in the logarithm of height [m/s]."""
    share = math.log(hub_m / low_m) / math.log(high_m / low_m)
    low, high = (weather.table[winds[height]].to_numpy() for height in (low_m, high_m))
    speed: np.ndarray = low + share * (high - low)
    return speed


def _by_profile(
    measured: np.ndarray, height_m: float, weather: Weather, plant: WindOption, hub_m: float
) -> np.ndarray:
    """Bring speeds from one height to the hub's by the law the plant asks for [m/s]."""
    from windpowerlib import wind_speed

    if plant.shear_exponent is not None:
        speed = wind_speed.hellman(measured, height_m, hub_m, hellman_exponent=plant.shear_exponent)
    else:
        roughness = plant.roughness_m or _roughness_of(weather)
        if np.max(roughness) >= height_m:
            raise ScenarioError(
                f"wind.roughness_m: must be below the height of the wind, {height_m:g} m, got "
                f"{np.max(roughness):g}"
            )
        speed = wind_speed.logarithmic_profile(measured, height_m, hub_m, roughness)
    result: np.ndarray = speed
    return result


def _roughness_of(weather: Weather) -> float | np.ndarray:
    """Return the file's roughness length, or that of open terrain [m]."""
    if ROUGHNESS in weather.table:
        roughness: np.ndarray = weather.table[ROUGHNESS].to_numpy()
        return roughness
    return OPEN_TERRAIN_M
