"""Weather files as pvlib reads them, translated to our names, units and clock at the door.

Every format has a clock of its own, and none of them is ours:

    EPW     local standard time; row "hour 1" has the mean irradiance of 00-01 and the air at 01:00
    TMY3    local standard time; the row stamped 01:00 says the same as EPW's hour 1
    NSRDB   the zone its header says, UTC or local; everything holds at the stamp, minutes included
    SAM     as NSRDB; without minutes at the middle of the hour (dcsim.traces.weather_sam)
    PVGIS   UTC; the air holds at the stamp, irradiance a stated offset later, or at the stamp's
            own minutes in hourly series

Tables of wind alone are in dcsim.traces.weather_wind_tables. What a reader cannot make sense of is
looked for cell by cell, so that a message names line and column.
"""

import csv
import gzip
import io
import json
import re
import warnings
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from dcsim.errors import DataError
from dcsim.grid.generation import HALF_HOUR, ONE_HOUR
from dcsim.scenario.plant import WeatherFormat
from dcsim.traces.weather_faults import first_fault
from dcsim.traces.weather_reading import (
    AVERAGED,
    DHI,
    DNI,
    GHI,
    IN_WORDS,
    NO_TIME,
    NOMINAL_YEAR,
    PRESSURE,
    SKY,
    STANDARD_WIND_M,
    TEMPERATURE,
    TYPICAL,
    WIND,
    Facts,
    Malformed,
    Reading,
    as_numbers,
    refuse_absent,
)
from dcsim.traces.weather_sam import is_sam_csv, read_sam_csv
from dcsim.traces.weather_units import parse_label, to_ours
from dcsim.traces.weather_wind_tables import (
    is_sam_wind_csv,
    is_srw,
    is_windpowerlib,
    read_sam_wind_csv,
    read_srw,
    read_windpowerlib,
)

PVLIB_NAMES = {
    GHI: "ghi",
    DNI: "dni",
    DHI: "dhi",
    TEMPERATURE: "temp_air",
    WIND: "wind_speed",
    PRESSURE: "pressure",
}

_PA_PER_MBAR = 100.0
_LARGEST_BYTES = 500_000_000
_HEAD_CHARACTERS = 8192


def _begins(pattern: str) -> Callable[[str], bool]:
    return lambda head: re.match(pattern, head) is not None


_MARKS: dict[WeatherFormat, Callable[[str], bool]] = {
    "epw": _begins(r"\ALOCATION,"),
    "tmy3": _begins(r"\A[^\n]*\nDate \(MM/DD/YYYY\),Time \(HH:MM\)"),
    "pvgis": _begins(r"\A(Latitude \(decimal degrees\):|\s*\{)"),
    "srw": is_srw,
    "windpowerlib": is_windpowerlib,
    "sam_wind": is_sam_wind_csv,
    "nsrdb": lambda head: is_sam_csv(head) and "nsrdb" in head.split("\n")[1].lower(),
    "sam": is_sam_csv,
}
"""How the first lines of a file show its format; the first that fits is taken."""

_PVGIS_EPW = re.compile(r"Irradiance Time Offset \(h\):\s*(-?[\d.]+)")

_OF_EPW = "10 m, by EPW's convention"
"""Height of wind: WMO's standard, and EnergyPlus's default for its weather stations
(Site:WeatherStation, Wind Sensor Height Above Ground; recalled)."""
_OF_TMY3 = "10 m, by TMY3's convention"
"""Height of wind at the National Weather Service's stations; recalled."""
_OF_PVGIS = "10 m, by PVGIS"
"""PVGIS's legend: `WS10m: 10-m total wind speed (m/s)`."""

_YEAR_OF_MONTH = re.compile(r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)=(\d{4})")

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
    except Malformed as error:
        reason = str(error)
    except _UNREADABLE:  # their words are of the libraries, and name no line
        reason = first_fault(text, name)
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
    for name, shows in _MARKS.items():
        if shows(head):
            return name
    line = head.partition("\n")[0][:60]
    raise DataError(
        f"{path}, line 1: is in no known weather format (EPW, TMY3, NSRDB, PVGIS, SAM CSV, SAM "
        f"SRW, windpowerlib): begins with {line!r}"
    )


def _table(
    data: pd.DataFrame,
    header_line: int,
    missing: Mapping[str, float] | None = None,
    pa: float = 1.0,
) -> pd.DataFrame:
    """Take our columns from pvlib's; pressure may be absent, the rest may not."""
    needed = [own for own in PVLIB_NAMES if own != PRESSURE]
    absent = [own for own in needed if PVLIB_NAMES[own] not in data.columns]
    refuse_absent(absent, header_line, map(str, data.columns))
    found = data.reindex(columns=list(PVLIB_NAMES.values()))
    found.index = pd.RangeIndex(header_line + 1, header_line + 1 + len(data))
    table = pd.DataFrame(
        {own: as_numbers(found[name], IN_WORDS[own]) for own, name in PVLIB_NAMES.items()}
    )
    for column, code in (missing or {}).items():
        table[column] = table[column].where(table[column] != code)
    table[PRESSURE] *= pa
    return table.set_axis(data.index)


def _epw(text: str) -> Reading:
    from pvlib import iotools

    data, meta = iotools.read_epw(io.StringIO(text))
    data = data.rename(columns={"atmospheric_pressure": "pressure"})
    index = pd.DatetimeIndex(data.index)  # pvlib's stamps begin the hour
    air, sun, kind = ONE_HOUR, HALF_HOUR, "EPW"
    by_pvgis = _PVGIS_EPW.search(text[:_HEAD_CHARACTERS])
    if by_pvgis:  # its clock is UTC, whatever zone its header gives
        index = index.tz_localize(None).tz_localize("UTC")
        air, sun, kind = NO_TIME, ONE_HOUR + _hours(float(by_pvgis[1])), "EPW by PVGIS"
    comments = [line for line in text[:_HEAD_CHARACTERS].split("\n") if line[:8] == "COMMENTS"]
    source, said = meta["data_type"], " ".join(comments)
    is_typical = bool(TYPICAL.search(source)) or len(set(_YEAR_OF_MONTH.findall(said))) > 1
    basis = _OF_PVGIS if by_pvgis else _OF_EPW
    kind += " of climate normals" if "normals" in source.lower() else ""
    return Reading(
        _table(data, 8, _EPW_MISSING).set_axis(index),
        air,
        sun,
        is_typical,
        *_place(meta),
        ", ".join(meta[key] for key in ("city", "state-prov", "country")),
        kind,
        _facts(basis, is_average=bool(AVERAGED.search(f"{source} {said}"))),
    )


def _facts(basis: str, *, is_average: bool = False, notes: tuple[str, ...] = ()) -> Facts:
    return Facts({STANDARD_WIND_M: WIND}, basis, is_average=is_average, notes=notes)


def _tmy3(text: str) -> Reading:
    from pvlib import iotools

    data, meta = iotools.read_tmy3(io.StringIO(text), coerce_year=NOMINAL_YEAR)
    index = pd.DatetimeIndex(data.index) - ONE_HOUR  # pvlib's stamps end the hour
    data, notes = _other_units(data)
    table = _table(data, 2, _TMY3_MISSING, _PA_PER_MBAR).set_axis(index)
    name = f"{meta['Name'].strip(chr(34)).title()}, {meta['State']}"
    facts = _facts(_OF_TMY3, notes=notes)
    return Reading(table, ONE_HOUR, HALF_HOUR, True, *_place(meta), name, "TMY3", facts)


def _other_units(data: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Convert columns whose labels name other units than TMY3's, which pvlib leaves as they are."""
    notes: list[str] = []
    usual = {**dict.fromkeys(SKY, "W/m2"), TEMPERATURE: "C", WIND: "m/s", PRESSURE: "mbar"}
    for column in map(str, data.columns):
        label = parse_label(column)
        name = PVLIB_NAMES.get(label.quantity, "")
        if name and name not in data.columns:
            raw = as_numbers(data[column], IN_WORDS[label.quantity])
            known = raw.where(raw != _TMY3_MISSING[label.quantity])
            values, note = to_ours(known, label.quantity, label.unit, usual[label.quantity])
            pa = _PA_PER_MBAR if label.quantity == PRESSURE else 1.0
            data = data.assign(**{name: values / pa})
            notes += [note] if note else []
    return data, tuple(notes)


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
    return _pvgis_reading(data, site, NO_TIME, is_typical=False)


def _refuse_sloped(inputs: dict[str, Any], data: pd.DataFrame) -> None:
    """Refuse an hourly series of a tilted plane, from which the sky cannot be had back."""
    mounting = inputs.get("mounting_system", {}).get("fixed", {}).get("slope", {})
    slope = mounting.get("value", str(inputs.get("Slope", "")).split(" ")[0])
    if slope == "" or float(slope) != 0 or "poa_direct" not in data.columns:
        raise Malformed(
            "is of a tilted or tracking plane, or without radiation components; ask PVGIS for "
            "slope 0 with components, or for a typical year"
        )


def _pvgis_reading(
    data: pd.DataFrame, site: dict[str, Any], sun: pd.Timedelta, *, is_typical: bool
) -> Reading:
    latitude, longitude = float(site["latitude"]), float(site["longitude"])
    return Reading(
        _table(data, 1),
        NO_TIME,
        sun,
        is_typical,
        latitude,
        longitude,
        float(site["elevation"]),
        "PVGIS grid point",
        "PVGIS",
        _facts(_OF_PVGIS),
    )


def _place(meta: dict[str, Any]) -> tuple[float, float, float]:
    return float(meta["latitude"]), float(meta["longitude"]), float(meta["altitude"])


def _hours(hours: float) -> pd.Timedelta:
    return pd.Timedelta(seconds=round(hours * ONE_HOUR.total_seconds()))


_READERS: dict[WeatherFormat, Callable[[str], Reading]] = {
    "epw": _epw,
    "tmy3": _tmy3,
    "nsrdb": read_sam_csv,
    "sam": read_sam_csv,
    "sam_wind": read_sam_wind_csv,
    "srw": read_srw,
    "pvgis": _pvgis,
    "windpowerlib": read_windpowerlib,
}
