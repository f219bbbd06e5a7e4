"""What every reader of weather returns: one table in our names and units, with the facts beside it.

A reading says when each row's irradiance and when its air holds, and at which heights the air was
taken. What follows needs no more of the file.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

GHI, DNI, DHI = "ghi_w_per_m2", "dni_w_per_m2", "dhi_w_per_m2"
TEMPERATURE, WIND, PRESSURE = "temperature_c", "wind_m_per_s", "pressure_pa"
ROUGHNESS = "roughness_m"
SKY = (GHI, DNI, DHI)

IN_WORDS = {
    GHI: "global horizontal irradiance",
    DNI: "direct normal irradiance",
    DHI: "diffuse horizontal irradiance",
    TEMPERATURE: "air temperature",
    WIND: "wind speed",
    PRESSURE: "pressure",
    ROUGHNESS: "roughness length",
}

NOMINAL_YEAR = 2022
"""The common year on whose sun typical years stand: midway between leap years, so that the sun is
where it is on average on each date."""

STANDARD_WIND_M = 10.0
"""Height of surface wind by convention: WMO No. 8, Guide to Instruments, part I, chapter 5 [m]."""
THERMOMETER_M = 2.0
"""Height of air temperature in the formats of surface weather [m]."""

AVERAGED = re.compile(
    r"normals\b|long[- ]?term[- ](mean|average)|multi[- ]?year[- ](mean|average)"
    r"|(mean|average)s? (of|over) (\d+|many|all|several) years|averaged over",
    re.IGNORECASE,
)
"""How a header says that each hour is a mean over years, as Climate-Normals files do."""
TYPICAL = re.compile(
    r"TMY|IWEC|CWEC|WYEC|CSWD|SWEC|\bRMY|\bTRY\b|typical|synthetic|meteonorm|ISHRAE|IGDG",
    re.IGNORECASE,
)
"""Sources of typical years; some stamp all months with one year."""

NO_TIME = pd.Timedelta(0)


class Malformed(ValueError):
    """A file is not as its format asks; the message is complete but for the file's name."""


@dataclass(frozen=True)
class Facts:
    """What a file says of its values, beside the values.

    Attributes:
        winds: Column of the wind speed at each height above ground [m].
        wind_basis: Height of the wind and how it is known.
        temperature_m: Height of the air temperature [m].
        pressure_m: Height of the pressure [m].
        is_average: Whether each hour is a mean over many years.
        notes: What a reader of the report must know: conversions, the clock.
        warnings: What must be known before a result is acted on.
    """

    winds: Mapping[float, str] = field(default_factory=lambda: {STANDARD_WIND_M: WIND})
    wind_basis: str = "10 m, by convention"
    temperature_m: float = THERMOMETER_M
    pressure_m: float = 0.0
    is_average: bool = False
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """A weather file in our names and units, as far as its format says, unchecked.

    Attributes:
        table: Rows in the file's order with columns of `IN_WORDS` [W/m2, C, m/s, Pa, m], NaN where
            a value is missing; without those of `SKY` if the file is of wind alone. Index: the
            file's own stamps, zone included.
        air: From a row's stamp to when its temperature, wind and pressure hold.
        sun: From a row's stamp to the middle of what its irradiance stands for.
        is_typical: Whether the format says that months come from different years.
        latitude: Of the site; NaN if the file does not say [degrees north].
        longitude: Of the site; NaN if the file does not say [degrees east].
        elevation_m: Of the site; NaN if the file does not say [m].
        place: What the file calls the site.
        kind: The format, in words.
        facts: What the file says of its values.
    """

    table: pd.DataFrame
    air: pd.Timedelta
    sun: pd.Timedelta
    is_typical: bool
    latitude: float
    longitude: float
    elevation_m: float
    place: str
    kind: str
    facts: Facts = field(default_factory=Facts)


def wind_column(height_m: float) -> str:
    """Return the name of the column of wind at a height, where a file has several."""
    return f"{WIND}_at_{height_m:g}_m"


def quantity_of(column: str) -> str:
    """Return the quantity a column holds: its name without the height."""
    return column.partition("_at_")[0]


def as_numbers(cells: pd.Series, name: str) -> pd.Series:
    """Return cells as numbers; blanks and `N/A` are missing.

    Args:
        cells: Text or numbers; the index says on which line each stands.
        name: What to call the column in the message.

    Raises:
        Malformed: Names line, column and value of the first cell that is no number.
    """
    if cells.dtype != object and not pd.api.types.is_string_dtype(cells):
        return cells.astype(float)
    text = cells.astype("string").str.strip()
    text = text.mask(text.str.lower().isin(["", "n/a", "na", "nan", "null", "none", "-"]))
    numbers: pd.Series = pd.to_numeric(text, errors="coerce").astype(float)
    bad = numbers.isna() & text.notna().astype(bool)
    if bad.any():
        row = int(bad.to_numpy().argmax())
        raise Malformed(
            f"line {cells.index[row]}: {name} is {cells.iloc[row]!r}, which is no number"
        )
    return numbers


def refuse_absent(absent: Iterable[str], line: int, present: Iterable[str]) -> None:
    """Refuse a file that lacks a column.

    Raises:
        Malformed: Names what is missing, the line of the header and what it has.
    """
    missing = [IN_WORDS.get(name, name) for name in absent]
    if missing:
        there = ", ".join(name for name in present if name) or "nothing"
        raise Malformed(
            f"line {line}: has no column of {', '.join(missing)}; the columns are {there}"
        )
