"""SAM's CSV of solar weather, which is also how the NSRDB gives its years.

Two lines of labels and values for the site, a line of column labels, perhaps one of units, then
the rows; everything holds at a row's stamp. `Minute` may be left out (SAM's help, "SAM CSV Format
for Solar": then the middle of the hour), and so may the stamps of a whole year. pvlib's reader
asks for more than SAM's own, so labels and defaults are those of SAM's (`lib_weatherfile.cpp`).
"""

import re
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from dcsim.traces.weather_reading import (
    AVERAGED,
    DHI,
    DNI,
    GHI,
    IN_WORDS,
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
    wind_column,
)
from dcsim.traces.weather_rows import (
    HEADER_NAMES,
    STAMP,
    fixed_zone,
    header_number,
    header_of,
    number_or_nan,
    read_rows,
    split,
    stamps_of,
)
from dcsim.traces.weather_units import Label, parse_label, to_ours

NSRDB_WIND_M = 2.0
"""Height of the NSRDB's wind since PSM v3; of v2 it is 10 m: NSRDB webinar, questions and answers,
6 October 2020, as quoted in pvlib-python's issue 1814 [m]."""
FIRST_PSM_AT_2_M = 3
MISSING = (-999.0, -9900.0, -9999.0)
"""Codes for a missing value: SAM's -999, TMY3's -9900, and a common -9999."""

_USUAL = {**dict.fromkeys(SKY, "W/m2"), TEMPERATURE: "C", WIND: "m/s", PRESSURE: "mbar"}
_UNITS_IN_HEADER = {
    **{name: f"{name[:3]} units" for name in SKY},
    TEMPERATURE: "temperature units",
    WIND: "wind speed units",
    PRESSURE: "pressure units",
}


def is_sam_csv(head: str) -> bool:
    """Tell by its first lines whether a file is SAM's CSV of solar weather, or the NSRDB's."""
    lines = head.split("\n")[:3]
    if len(lines) < 3:
        return False
    first = {cell.lower() for cell in split(lines[0])}
    has_place = all(first & set(HEADER_NAMES[key]) for key in ("latitude", "longitude"))
    found = {parse_label(name).quantity for name in split(lines[2])}
    return has_place and bool(found & {*SKY, TEMPERATURE, WIND, *STAMP})


def read_sam_csv(text: str) -> Reading:
    """Read SAM's CSV of solar weather, or the NSRDB's.

    Raises:
        Malformed: Names the line, and what is missing or wrong in it.
    """
    lines = text.split("\n", 4)
    if len(lines) < 4:
        raise Malformed(
            "ends before its rows; needs two lines of the site, one of labels, and rows"
        )
    header = header_of(split(lines[0]), split(lines[1]))
    names = split(lines[2].rstrip(", "))
    labels = _with_units(names, lines[3], header)
    line = 5 if _has_units(lines[3], header) else 4
    cells = read_rows("\n".join(lines[line - 1 :]), len(names), line)
    return _reading(header, names, labels, cells)


def _reading(
    header: Mapping[str, str], names: list[str], labels: list[Label], cells: pd.DataFrame
) -> Reading:
    latitude, longitude = (header_number(header, key, 2) for key in ("latitude", "longitude"))
    zone = fixed_zone(header_number(header, "time zone", 2))
    at = {label.quantity: i for i, label in reversed(list(enumerate(labels)))}
    _check_columns(at, names)
    index, middle, has_no_year = stamps_of(cells, at, 3, zone, _year(header))
    facts, said = _facts(header, labels), f"{header.get('source')} {header.get('description')}"
    table, notes = _values(cells, labels, facts, index)
    table, completed = _complete_sky(table.set_axis(index), index + middle, latitude, longitude)
    return Reading(
        table,
        middle,
        middle,
        has_no_year or bool(TYPICAL.search(said)),
        latitude,
        longitude,
        number_or_nan(header, "elevation"),
        header.get("city", "").strip(" -") or f"location {header.get('location', 'unnamed')}",
        _kind(header),
        replace(facts, is_average=bool(AVERAGED.search(said)), notes=(*notes, *completed)),
    )


def _has_units(line: str, header: Mapping[str, str]) -> bool:
    """Tell whether a line has units: the header says so, or no cell of it is a number."""
    is_number = any(re.fullmatch(r"[-+]?[\d.]+(e-?\d+)?", cell.lower()) for cell in split(line))
    return header.get("units", "").lower() in ("yes", "1") or not (is_number or not split(line))


def _with_units(names: list[str], fourth: str, header: Mapping[str, str]) -> list[Label]:
    """Return the labels with units from themselves, the line of units, or the site's header."""
    labels = [parse_label(name) for name in names]
    below = split(fourth) if _has_units(fourth, header) else []
    below += [""] * (len(labels) - len(below))
    return [
        Label(label.quantity, label.unit or unit or _unit_in_header(label, header), label.height_m)
        for label, unit in zip(labels, below, strict=False)
    ]


def _unit_in_header(label: Label, header: Mapping[str, str]) -> str:
    return header.get(_UNITS_IN_HEADER.get(label.quantity, ""), "")


def _check_columns(at: Mapping[str, int], names: list[str]) -> None:
    absent = [name for name in (TEMPERATURE, WIND) if name not in at]
    sky = [name for name in SKY if name not in at]
    refuse_absent([*absent, *(sky if len(sky) == len(SKY) - 1 else [])], 3, names)


def _year(header: Mapping[str, str]) -> int | None:
    return int(header["year"]) if header.get("year", "").isdigit() else None


def _is_nsrdb(header: Mapping[str, str]) -> bool:
    return "NSRDB" in header.get("source", "").upper()


def _psm_version(header: Mapping[str, str]) -> str:
    """Return the version of the NSRDB, as its header or its source has it; empty if unknown."""
    named = re.search(r"PSM\s*v?\s*(\d[\w.]*)", header.get("source", ""), re.IGNORECASE)
    version = header.get("version", "") or (named[1] if named else "")
    return version.strip().lstrip("vV")


def _kind(header: Mapping[str, str]) -> str:
    if _is_nsrdb(header):
        return f"NSRDB {_psm_version(header)}".strip()
    source = header.get("source", "").strip(" -")
    return f"SAM CSV of {source}" if source else "SAM CSV"


def _facts(header: Mapping[str, str], labels: list[Label]) -> Facts:
    """Return the heights of the wind, and how they are known."""
    heights = [label.height_m for label in labels if label.quantity == WIND]
    named = sorted({height for height in heights if height is not None})
    if named:
        winds = {h: wind_column(h) if len(named) > 1 else WIND for h in named}
        return Facts(winds, f"{', '.join(f'{h:g}' for h in named)} m, by its column's label")
    if "wind height" in header:
        height = header_number(header, "wind height", 2)
        return Facts({height: WIND}, f"{height:g} m, by its header")
    if not _is_nsrdb(header):
        return Facts({STANDARD_WIND_M: WIND}, "10 m, by convention")
    major = re.match(r"\d+", _psm_version(header))
    if major is None:
        warning = (
            "The file is of the NSRDB and names no version: its wind is taken as of 2 m, as since "
            "PSM v3; of v2 it is 10 m. Give wind.measured_at_m if it is another."
        )
        return Facts({NSRDB_WIND_M: WIND}, "2 m, by NSRDB since PSM v3", warnings=(warning,))
    height = NSRDB_WIND_M if int(major[0]) >= FIRST_PSM_AT_2_M else STANDARD_WIND_M
    return Facts({height: WIND}, f"{height:g} m, by NSRDB {_psm_version(header)}")


def _values(
    cells: pd.DataFrame, labels: list[Label], facts: Facts, index: pd.DatetimeIndex
) -> tuple[pd.DataFrame, list[str]]:
    """Return the columns in our units, and what was converted that the format does not ask for."""
    step_h = (index[1] - index[0]) / pd.Timedelta(hours=1) if len(index) > 1 else 1.0
    columns: dict[str, pd.Series] = {}
    notes: list[str] = []
    for number, label in enumerate(labels):
        name = label.quantity
        if name == WIND and label.height_m is not None:
            name = facts.winds[label.height_m]
        if label.quantity not in _USUAL or name in columns:
            continue
        raw = as_numbers(cells[number], IN_WORDS[label.quantity])
        known = raw.mask(raw.isin(MISSING))
        values, note = to_ours(known, label.quantity, label.unit, _USUAL[label.quantity], step_h)
        columns[name] = values
        notes += [note] if note and note not in notes else []
    columns.setdefault(PRESSURE, pd.Series(np.nan, index=cells.index))
    return pd.DataFrame(columns), notes


def _complete_sky(
    table: pd.DataFrame, moments: pd.DatetimeIndex, latitude: float, longitude: float
) -> tuple[pd.DataFrame, list[str]]:
    """Work out the one component of irradiance that is absent from the two others."""
    absent = [name for name in SKY if name not in table]
    if len(absent) != 1:
        return table, []
    from pvlib import irradiance, solarposition

    sun = solarposition.get_solarposition(moments, latitude, longitude)
    zenith = sun["zenith"].to_numpy()
    given = {name[:3]: table.get(name) for name in (GHI, DHI, DNI)}
    whole = irradiance.complete_irradiance(pd.Series(zenith, index=table.index), **given)
    values = whole[absent[0][:3]].clip(lower=0.0).where(~((zenith > 90) & (absent[0] == DNI)), 0.0)
    note = f"{IN_WORDS[absent[0]]} worked out from the two other components"
    return table.assign(**{absent[0]: values.fillna(0.0)}), [note]
