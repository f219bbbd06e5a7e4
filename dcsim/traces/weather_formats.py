"""Weather files as pvlib reads them, translated to our names, units and clock at the door.

Every format has a clock of its own, and none of them is ours:

    EPW     local standard time; row "hour 1" has the mean irradiance of 00-01 and the air at 01:00
    TMY3    local standard time; the row stamped 01:00 says the same as EPW's hour 1
    NSRDB   the zone its header says, UTC or local; everything holds at the stamp, minutes included
    PVGIS   UTC; the air holds at the stamp, irradiance a stated offset later, or at the stamp's
            own minutes in hourly series

A reading says when each row's irradiance and when its air holds; what follows needs no more.
"""

import csv
import gzip
import io
import json
import re
import warnings
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from dcsim.errors import DataError
from dcsim.grid.generation import HALF_HOUR, ONE_HOUR
from dcsim.scenario.plant import WeatherFormat

GHI, DNI, DHI = "ghi_w_per_m2", "dni_w_per_m2", "dhi_w_per_m2"
TEMPERATURE, WIND, PRESSURE = "temperature_c", "wind_m_per_s", "pressure_pa"

PVLIB_NAMES = {
    GHI: "ghi",
    DNI: "dni",
    DHI: "dhi",
    TEMPERATURE: "temp_air",
    WIND: "wind_speed",
    PRESSURE: "pressure",
}

NOMINAL_YEAR = 2022
"""The common year on whose sun typical years stand: midway between leap years, so that the sun is
where it is on average on each date."""

_NONE = pd.Timedelta(0)
_PA_PER_MBAR = 100.0
_LARGEST_BYTES = 500_000_000
_HEAD_CHARACTERS = 8192

_MARKS: dict[WeatherFormat, str] = {
    "epw": r"\ALOCATION,",
    "tmy3": r"\A[^\n]*\nDate \(MM/DD/YYYY\),Time \(HH:MM\)",
    "nsrdb": r"\ASource,Location ID,",
    "pvgis": r"\A(Latitude \(decimal degrees\):|\s*\{)",
}
"""How a file of each format begins."""

_PVGIS_EPW = re.compile(r"Irradiance Time Offset \(h\):\s*(-?[\d.]+)")

_UNREADABLE = (ValueError, KeyError, IndexError, TypeError, AttributeError, csv.Error)
"""What pvlib's readers raise on files that are not what they seem."""

_EPW_MISSING: dict[str, float] = {
    GHI: 9999,
    DNI: 9999,
    DHI: 9999,
    TEMPERATURE: 99.9,
    WIND: 999,
    PRESSURE: 999999,
}
"""EnergyPlus, Auxiliary Programs: Weather Data Dictionary (EPW)."""
_TMY3_MISSING = dict.fromkeys(PVLIB_NAMES, -9900.0)
"""Wilcox and Marion, Users Manual for TMY3 Data Sets, NREL/TP-581-43156, 2008."""


@dataclass(frozen=True)
class Reading:
    """A weather file in our names and units, as far as its format says, unchecked.

    Attributes:
        table: Rows in the file's order with the columns of `PVLIB_NAMES` [W/m2, C, m/s, Pa], NaN
            where the file has its code for missing; index the file's own stamps, zone included.
        air: From a row's stamp to when its temperature, wind and pressure hold.
        sun: From a row's stamp to the middle of what its irradiance stands for.
        is_typical: Whether the format says that months come from different years.
        latitude: Of the site [degrees north].
        longitude: Of the site [degrees east].
        elevation_m: Of the site [m].
        place: What the file calls the site.
        kind: The format, in words.
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


def read_format(path: Path, asked: WeatherFormat | None) -> Reading:
    """Read a weather file in the format asked for, or the one its first lines show.

    Raises:
        DataError: The file cannot be read, is in no known format, or is not whole.
    """
    text = _text(path)
    name = asked or _detect(text[:_HEAD_CHARACTERS], path)
    try:
        with warnings.catch_warnings():  # pandas warns of cells and rows that are refused below
            warnings.simplefilter("ignore", pd.errors.DtypeWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            return _READERS[name](text)
    except _UNREADABLE as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise DataError(f"{path}: cannot be read as {name}: {reason}") from None


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
        if raw[:2] == b"\x1f\x8b":
            with gzip.open(io.BytesIO(raw)) as stream:
                raw = stream.read(_LARGEST_BYTES + 1)
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cannot be read: {error}") from None
    if len(raw) > _LARGEST_BYTES:
        raise DataError(f"{path}: is larger than {_LARGEST_BYTES:,} bytes; no weather file is")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")  # place names of older files; decodes any byte
    return text.replace("\r\n", "\n")


def _detect(head: str, path: Path) -> WeatherFormat:
    for name, mark in _MARKS.items():
        if re.match(mark, head):
            return name
    line = head.partition("\n")[0][:60]
    raise DataError(
        f"{path}, line 1: is in no known weather format (EPW, TMY3, NSRDB, PVGIS): begins with "
        f"{line!r}"
    )


def _table(
    data: pd.DataFrame, missing: dict[str, float] | None = None, pa: float = 1.0
) -> pd.DataFrame:
    """Take our columns from pvlib's; pressure may be absent, the rest may not."""
    absent = [
        own for own, name in PVLIB_NAMES.items() if own != PRESSURE and name not in data.columns
    ]
    if absent:
        raise ValueError(f"has no column of {', '.join(absent)}")
    found = data.reindex(columns=list(PVLIB_NAMES.values()))
    table = pd.DataFrame({own: _numbers(found[name]) for own, name in PVLIB_NAMES.items()})
    for column, code in (missing or {}).items():
        table[column] = table[column].where(table[column] != code)
    table[PRESSURE] *= pa
    return table


def _numbers(values: pd.Series) -> pd.Series:
    numbers: pd.Series = pd.to_numeric(values, errors="coerce").astype(float)
    bad = numbers.isna() & values.notna()
    if bad.any():
        row = int(bad.to_numpy().argmax())
        raise ValueError(f"row {row + 1} of the data: {values.name} is {values.iloc[row]!r}")
    return numbers


def _epw(text: str) -> Reading:
    from pvlib import iotools

    data, meta = iotools.read_epw(io.StringIO(text))
    data = data.rename(columns={"atmospheric_pressure": "pressure"})
    index = pd.DatetimeIndex(data.index)  # pvlib's stamps begin the hour
    air, sun, kind = ONE_HOUR, HALF_HOUR, "EPW"
    by_pvgis = _PVGIS_EPW.search(text[:_HEAD_CHARACTERS])
    if by_pvgis:  # its clock is UTC, whatever zone its header gives
        index = index.tz_localize(None).tz_localize("UTC")
        air, sun, kind = _NONE, ONE_HOUR + _hours(float(by_pvgis[1])), "EPW by PVGIS"
    is_typical = "TMY" in meta["data_type"].upper()
    return Reading(
        _table(data, _EPW_MISSING).set_axis(index),
        air,
        sun,
        is_typical,
        *_place(meta),
        ", ".join(meta[key] for key in ("city", "state-prov", "country")),
        kind,
    )


def _tmy3(text: str) -> Reading:
    from pvlib import iotools

    data, meta = iotools.read_tmy3(io.StringIO(text), coerce_year=NOMINAL_YEAR)
    index = pd.DatetimeIndex(data.index) - ONE_HOUR  # pvlib's stamps end the hour
    table = _table(data, _TMY3_MISSING, _PA_PER_MBAR).set_axis(index)
    name = f"{meta['Name'].strip(chr(34)).title()}, {meta['State']}"
    return Reading(table, ONE_HOUR, HALF_HOUR, True, *_place(meta), name, "TMY3")


def _nsrdb(text: str) -> Reading:
    from pvlib import iotools

    data, meta = iotools.read_nsrdb_psm4(io.StringIO(text))
    name = f"NSRDB location {meta['Location ID']}"
    table = _table(data, None, _PA_PER_MBAR)
    return Reading(table, _NONE, _NONE, False, *_place(meta), name, f"NSRDB {meta['Version']}")


def _pvgis(text: str) -> Reading:
    is_json = text.lstrip().startswith("{")
    is_typical = "tmy_hourly" in json.loads(text)["outputs"] if is_json else "\nmonth,year" in text
    return _pvgis_tmy(text, is_json) if is_typical else _pvgis_hourly(text, is_json)


def _pvgis_tmy(text: str, is_json: bool) -> Reading:
    from pvlib import iotools

    buffer: Any = io.StringIO(text) if is_json else io.BytesIO(text.encode())
    data, meta = iotools.read_pvgis_tmy(buffer, pvgis_format="json" if is_json else "csv")
    site = meta["inputs"].get("location", meta["inputs"])
    offset = site.get("irradiance_time_offset", site.get("irradiance time offset", 0.0))
    return _pvgis_reading(data, site, _hours(float(offset)), is_typical=True)


def _pvgis_hourly(text: str, is_json: bool) -> Reading:
    from pvlib import iotools, irradiance

    form = "json" if is_json else "csv"
    data, meta = iotools.read_pvgis_hourly(io.StringIO(text), pvgis_format=form)
    _refuse_sloped(meta["inputs"], data)
    zenith = 90.0 - data["solar_elevation"]
    ghi = data["poa_direct"] + data["poa_sky_diffuse"] + data["poa_ground_diffuse"]
    dhi = data["poa_sky_diffuse"] + data["poa_ground_diffuse"]
    dni = irradiance.dni(ghi, dhi, zenith).where(data["solar_elevation"] > 0).fillna(0.0)
    data = data.assign(ghi=ghi, dhi=dhi, dni=dni)
    site = meta["inputs"].get("location", meta["inputs"])
    return _pvgis_reading(data, site, _NONE, is_typical=False)


def _refuse_sloped(inputs: dict[str, Any], data: pd.DataFrame) -> None:
    """Refuse an hourly series of a tilted plane, from which the sky cannot be had back."""
    mounting = inputs.get("mounting_system", {}).get("fixed", {}).get("slope", {})
    slope = mounting.get("value", str(inputs.get("Slope", "")).split(" ")[0])
    if slope == "" or float(slope) != 0 or "poa_direct" not in data.columns:
        raise ValueError(
            "is of a tilted or tracking plane, or without radiation components; ask PVGIS for "
            "slope 0 with components, or for a typical year"
        )


def _pvgis_reading(
    data: pd.DataFrame, site: dict[str, Any], sun: pd.Timedelta, *, is_typical: bool
) -> Reading:
    latitude, longitude = float(site["latitude"]), float(site["longitude"])
    return Reading(
        _table(data),
        _NONE,
        sun,
        is_typical,
        latitude,
        longitude,
        float(site["elevation"]),
        "PVGIS grid point",
        "PVGIS",
    )


def _place(meta: dict[str, Any]) -> tuple[float, float, float]:
    return float(meta["latitude"]), float(meta["longitude"]), float(meta["altitude"])


def _hours(hours: float) -> pd.Timedelta:
    return pd.Timedelta(seconds=round(hours * ONE_HOUR.total_seconds()))


_READERS: dict[WeatherFormat, Callable[[str], Reading]] = {
    "epw": _epw,
    "tmy3": _tmy3,
    "nsrdb": _nsrdb,
    "pvgis": _pvgis,
}
