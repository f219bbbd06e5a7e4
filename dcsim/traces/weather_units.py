"""Names, units and heights in the labels of weather columns, and conversion to our units.

A label may name a unit in brackets or at its end, and a height anywhere: `Wind Speed (mph)`,
`wspd_kmh`, `wind speed at 80m (m/s)`, `WS10M`.
"""

import re
from dataclasses import dataclass

import pandas as pd

from dcsim.traces.weather_reading import (
    DHI,
    DNI,
    GHI,
    IN_WORDS,
    PRESSURE,
    ROUGHNESS,
    SKY,
    TEMPERATURE,
    WIND,
    Malformed,
)

NAMES: dict[str, str] = {
    **dict.fromkeys(
        ("ghi", "gh", "global", "global horizontal", "global horizontal irradiance"), GHI
    ),
    **dict.fromkeys(("dni", "dn", "beam", "direct normal", "direct normal irradiance"), DNI),
    **dict.fromkeys(
        ("dhi", "df", "diffuse", "diffuse horizontal", "diffuse horizontal irradiance"), DHI
    ),
    **dict.fromkeys(
        ("tdry", "dry bulb", "dry bulb temp", "dry bulb temperature", "temperature", "temp"),
        TEMPERATURE,
    ),
    **dict.fromkeys(
        ("ambient", "ambient temp", "ambient temperature", "air temperature", "temp air", "t"),
        TEMPERATURE,
    ),
    **dict.fromkeys(
        ("wspd", "wind speed", "windspeed", "speed", "velocity", "ws", "wind", "v wind"), WIND
    ),
    **dict.fromkeys(
        ("pres", "pressure", "air pressure", "surface pressure", "surface air pressure"), PRESSURE
    ),
    **dict.fromkeys(("atmospheric pressure", "station pressure", "barometric pressure"), PRESSURE),
    **dict.fromkeys(("roughness length", "roughness", "z0"), ROUGHNESS),
    **{name: name for name in ("year", "month", "day", "hour", "minute")},
    **{"yr": "year", "mo": "month", "hr": "hour", "min": "minute"},
}
"""Labels in lower case to our columns: those of SAM's reader (`lib_weatherfile.cpp`,
`lib_windfile.cpp` of NREL's ssc) and of windpowerlib, and near spellings."""

KELVIN = 273.15
_SPEED = {"m/s": 1.0, "mph": 0.44704, "kt": 1852 / 3600, "km/h": 1 / 3.6, "ft/s": 0.3048}
_TEMPERATURE = {"C": (1.0, 0.0), "K": (1.0, -KELVIN), "F": (5 / 9, -160 / 9)}
_PRESSURE = {"Pa": 1.0, "mbar": 100.0, "kPa": 1e3, "bar": 1e5, "atm": 101_325.0}
_PRESSURE |= {"mmHg": 133.322, "inHg": 3386.39}
_POWER = {"W/m2": 1.0, "kW/m2": 1e3}
_ENERGY = {"Wh/m2": 1.0, "kWh/m2": 1e3, "kJ/m2": 1 / 3.6, "MJ/m2": 1e3 / 3.6, "J/cm2": 1e1 / 3.6}
"""Units of a row's energy, in Wh/m2; by the step of the file they become W/m2."""

_SPELLINGS = {
    "m/s": "ms m/s mps m/sec ms-1 ms^-1 meterspersecond metrespersecond m_s m_per_s",
    "mph": "mph mi/h mileshour milesanhour milesperhour mi/hr miles/hour",
    "kt": "kt kts kn knot knots",
    "km/h": "km/h kmh kph kmph km/hr kmh-1 kilometersperhour",
    "ft/s": "ft/s fps",
    "C": "c °c degc celsius degreesc degc. degreescelsius centigrade",
    "K": "k kelvin degk",
    "F": "f °f degf fahrenheit degreesf degreesfahrenheit",
    "Pa": "pa pascal pascals",
    "mbar": "mbar mb hpa millibar millibars",
    "kPa": "kpa",
    "bar": "bar",
    "atm": "atm atmospheres",
    "mmHg": "mmhg torr",
    "inHg": "inhg",
    "W/m2": "w/m2 w/m^2 w/m² wm-2 w/sqm watts/m2 watt/m2",
    "kW/m2": "kw/m2 kw/m^2 kw/m²",
    "Wh/m2": "wh/m2 wh/m^2 wh/m² whm-2",
    "kWh/m2": "kwh/m2 kwh/m^2 kwh/m²",
    "kJ/m2": "kj/m2 kj/m^2 kj/m²",
    "MJ/m2": "mj/m2 mj/m^2 mj/m²",
    "J/cm2": "j/cm2 j/cm^2 j/cm²",
    "m": "m meter meters metre metres",
}
_UNIT_OF = {word: unit for unit, words in _SPELLINGS.items() for word in words.split()}
_FACTORS: dict[str, dict[str, float]] = {WIND: _SPEED, PRESSURE: _PRESSURE, ROUGHNESS: {"m": 1.0}}
_FACTORS |= dict.fromkeys(SKY, _POWER | _ENERGY)

_BRACKETS = re.compile(r"[(\[]([^)\]]*)[)\]]")
_TRAILING = re.compile(
    r"[ _](mph|knots?|kts?|kmh|km/h|kph|m/s|mps|ms|m_per_s|m_s|degf|degc|f|c|k"
    r"|mbar|hpa|kpa|pa|atm)$"
)
_HEIGHT = re.compile(r"(?<![\d.])(\d+(?:\.\d+)?)[ _-]?m(?:et(?:er|re)s?)?(?![a-z\d/^])")
_FILLERS = re.compile(r"\b(at|above ground|agl|height)\b|[@_-]")


@dataclass(frozen=True)
class Label:
    """What the label of a column says.

    Attributes:
        quantity: Our column, or a part of the stamp; empty if it is none we know.
        unit: The unit it names; empty if none.
        height_m: The height it names, if any [m].
    """

    quantity: str
    unit: str = ""
    height_m: float | None = None


def parse_label(text: str) -> Label:
    """Read quantity, unit and height off a column's label."""
    name, unit = text.strip().strip('"').lower(), ""
    bracket = _BRACKETS.search(name)
    if bracket:
        unit, name = bracket[1], _BRACKETS.sub(" ", name).strip()
    trailing = None if bracket else _TRAILING.search(name)
    if trailing:
        unit, name = trailing[1], name[: trailing.start()]
    height = _HEIGHT.search(name)
    bare = _HEIGHT.sub(" ", name) if height else name
    bare = " ".join(_FILLERS.sub(" ", bare).split())
    quantity = NAMES.get(bare, "")
    return Label(quantity, unit.strip(), float(height[1]) if height else None)


def to_ours(
    values: pd.Series, quantity: str, unit: str, usual: str, step_h: float = 1.0
) -> tuple[pd.Series, str]:
    """Convert values to our unit.

    Args:
        values: As the file has them.
        quantity: One of `IN_WORDS`.
        unit: As the file names it; empty if it names none.
        usual: What the format has if nothing is named.
        step_h: Time between rows, by which energy becomes power [h].

    Returns:
        Values in our unit, and a note of a conversion the format does not ask for; else empty.

    Raises:
        Malformed: The unit is none that is known for the quantity.
    """
    known = _UNIT_OF.get(unit.lower().replace(" ", ""), "") if unit else usual
    if quantity == TEMPERATURE and known in _TEMPERATURE:
        factor, offset = _TEMPERATURE[known]
    elif known in _FACTORS.get(quantity, {}):
        factor, offset = _FACTORS[quantity][known], 0.0
    else:
        units = ", ".join(_TEMPERATURE if quantity == TEMPERATURE else _FACTORS[quantity])
        raise Malformed(f"the unit of {IN_WORDS[quantity]} is {unit!r}; must be one of {units}")
    if known in _ENERGY:
        factor /= step_h
    is_usual = known == usual or (known == "Wh/m2" and step_h == 1)
    return (
        values * factor + offset,
        "" if is_usual else f"{IN_WORDS[quantity]} converted from {known}",
    )


def pressure_unit(values: pd.Series) -> str:
    """Return the unit of pressures without one; those of the Earth's surface do not overlap."""
    middle = float(values.median())
    bands = {"atm": (0.3, 1.2), "bar": (1.2, 1.2), "kPa": (30, 120), "mbar": (300, 1200)}
    for unit, (low, high) in bands.items():
        if low <= middle < high:
            return unit
    return "Pa"


def temperature_unit(values: pd.Series) -> str:
    """Return K if no value can be of degrees C, else C: on Earth the two do not overlap."""
    return "K" if values.min() > 100 else "C"
