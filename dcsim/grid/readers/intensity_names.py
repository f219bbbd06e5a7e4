"""Names of columns of carbon intensity: what they hold, in which unit, and whose moments they are.

A unit in the name is certain. A bare `carbon_intensity` is g/kWh, as OpenDC, Vessim and CarbonCast
write it; WattTime's `value` and `MOER` are lb/MWh.
"""

import re
from dataclasses import dataclass

from dcsim.grid.records import CARBON_FREE, DIRECT_INTENSITY, INTENSITY
from dcsim.units import PERCENT

KG_PER_LB = 0.45359237
"""The international pound, exact since 1959 [kg]."""

_KG_OF = {"kg": 1.0, "g": 1e-3, "t": 1e3, "tonne": 1e3, "lb": KG_PER_LB, "pound": KG_PER_LB}
_PER_MWH = {"kwh": 1e3, "mwh": 1.0, "gwh": 1e-3}
_GAP = r"[\s_/.()\[\]-]*"
_UNIT = re.compile(
    rf"(?<![a-z])(kg|g|tonne|t|lb|pound)s?{_GAP}(?:co2)?{_GAP}(?:eq|e)?{_GAP}(?:per)?{_GAP}"
    r"(kwh|mwh|gwh)(?![a-z])"
)
_TON = re.compile(rf"(?<![a-z])tons?{_GAP}(?:co2)?{_GAP}(?:eq|e)?{_GAP}(?:per)?{_GAP}[kmg]wh")
_CARBON = re.compile(r"intensity|carbon|co2|emission|ghg|moer|aoer|(?<![a-z])ci(?![a-z])")
_NO_INTENSITY = re.compile(r"forecast|predict|price|cost|health|factor|free")
_DIRECT = re.compile(r"direct|operational")
_SHARE = re.compile(r"carbon[\s_-]*free|low[\s_-]*carbon|(?<![a-z])cfe(?![a-z])")
_SHARE_UNITS = {
    "frac": 1.0,
    "share": 1.0,
    "perc": 1 / PERCENT,
    "pct": 1 / PERCENT,
    "%": 1 / PERCENT,
}

BARE = ("carbon_intensity", "carbon intensity", "carbon_intensity_avg")
"""Names without a unit that are read as g/kWh.

Source: opendc-traces, carbon/carbon_example.py (`timestamp`, `carbon_intensity`; the unit as
OpenDC's documentation has it, recalled); Vessim and lets-wait-awhile, `Time,Carbon Intensity`;
CarbonCast, `UTC time,carbon_intensity` in gCO2eq/kWh (recalled)."""
WATTTIME_STAMP, WATTTIME_VALUE = "point_time", "value"
"""WattTime's API, version 3: `value` in lb/MWh (recalled; no sample seen)."""
WATTTIME_OLD = "moer"
"""WattTime's historical files, version 2: `timestamp,MOER,MOER version` in lb/MWh (recalled; no
sample seen)."""
MARGINAL = re.compile(r"marginal|moer")


@dataclass(frozen=True)
class IntensityColumn:
    """What a column holds.

    Attributes:
        holds: `INTENSITY`, `DIRECT_INTENSITY` or `CARBON_FREE`.
        factor: What its values are multiplied by to be kg/MWh, or a share from 0 to 1.
        unit: The unit as it is to be told; empty where it is dcsim's own.
        is_bare: Whether the name has no unit.
        is_marginal: Whether the name says that it is of the next MWh.
    """

    holds: str
    factor: float
    unit: str = ""
    is_bare: bool = False
    is_marginal: bool = False


def column_of(name: str, names: tuple[str, ...]) -> IntensityColumn | None:
    """Return what a column holds, or None for one that is neither intensity nor share.

    Args:
        name: Of the column.
        names: Of all columns, in lower case.
    """
    word = name.strip().lower().replace("₂", "2")
    if word in (INTENSITY, DIRECT_INTENSITY, CARBON_FREE):
        return IntensityColumn(word, 1.0)
    if _SHARE.search(word):
        return _share(word)
    if (word == WATTTIME_VALUE and WATTTIME_STAMP in names) or word == WATTTIME_OLD:
        return IntensityColumn(INTENSITY, KG_PER_LB, "lb/MWh", is_bare=True, is_marginal=True)
    if word in BARE:
        return IntensityColumn(INTENSITY, 1.0, "g/kWh", is_bare=True)
    unit = None if _NO_INTENSITY.search(word) else _UNIT.search(word)
    if unit is None or not _CARBON.search(word):
        return None
    factor = _KG_OF[unit[1]] * _PER_MWH[unit[2]]
    holds = DIRECT_INTENSITY if _DIRECT.search(word) else INTENSITY
    energy = unit[2].replace("wh", "Wh").replace("m", "M").replace("g", "G")
    return IntensityColumn(
        holds, factor, f"{unit[1]}/{energy}", is_marginal=MARGINAL.search(word) is not None
    )


def is_in_tons(name: str) -> bool:
    """Return whether a column is of intensity in tons, which may be short or metric."""
    return _TON.search(name.strip().lower().replace("₂", "2")) is not None


def _share(word: str) -> IntensityColumn | None:
    """Return a carbon-free share by the unit in its name; None for one without."""
    factor = next((value for unit, value in _SHARE_UNITS.items() if unit in word), None)
    return None if factor is None else IntensityColumn(CARBON_FREE, factor)
