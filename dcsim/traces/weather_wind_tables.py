"""Tables of wind at one or several heights: SAM's SRW, SAM's CSV of wind, and windpowerlib's table.

    SRW            five lines of header: site, description, quantities, units, heights
    SAM wind CSV   a line of labels and values for the site, one of labels such as `wind speed at
                   80m (m/s)`; the WIND Toolkit's CSV
    windpowerlib   two lines of header, quantities and heights; stamps with their offset; air in K

Clocks: SAM takes the first row as the hour ending at 01:00 of 1 January (SAM's help, "SRW Format
for Wind" and "SAM CSV Format for Wind"), and SRW names no zone; of the WIND Toolkit it is UTC.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pandas as pd

from dcsim.errors import DataError
from dcsim.grid.readers.columns import utc_stamps
from dcsim.traces.weather_reading import (
    IN_WORDS,
    NO_TIME,
    PRESSURE,
    ROUGHNESS,
    TEMPERATURE,
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
    header_of,
    number_or_nan,
    read_rows,
    solar_zone_h,
    split,
    stamps_of,
    whole_year,
)
from dcsim.traces.weather_units import (
    Label,
    parse_label,
    pressure_unit,
    temperature_unit,
    to_ours,
)

_SRW_NAMES = {"temperature", "temp", "pressure", "pres", "speed", "velocity", "direction", "dir"}
_SRW_SITE = ("id", "city", "state", "country", "year", "lat", "lon", "elev", "step", "rows")
_SRW_HEADER_LINES = 5
HUB_M = 100.0
"""Height to which temperature and pressure are taken as near as the file has them [m]."""
_QUANTITIES = (WIND, TEMPERATURE, PRESSURE, ROUGHNESS)


def is_srw(head: str) -> bool:
    """Tell by its third and fifth line whether a file is SAM's SRW."""
    lines = head.split("\n")[:_SRW_HEADER_LINES]
    if len(lines) < _SRW_HEADER_LINES:
        return False
    names = {cell.lower() for cell in split(lines[2]) if cell}
    return bool(names & {"speed", "velocity"}) and names <= _SRW_NAMES


def is_sam_wind_csv(head: str) -> bool:
    """Tell by its first two lines whether a file is SAM's CSV of wind."""
    first, _, rest = head.partition("\n")
    keys = {cell.lower() for cell in split(first)[::2]}
    has_place = all(keys & set(HEADER_NAMES[key]) for key in ("latitude", "longitude"))
    labels = [parse_label(name) for name in split(rest.partition("\n")[0])]
    return has_place and any(label.quantity == WIND for label in labels)


def is_windpowerlib(head: str) -> bool:
    """Tell by its first two lines whether a file is windpowerlib's table."""
    lines = head.split("\n")[:2]
    if len(lines) < 2:
        return False
    (_, *names), (stamp, *heights) = (split(line) or [""] for line in lines)
    is_wind = any(parse_label(name).quantity == WIND for name in names)
    return (
        is_wind
        and not _is_number(stamp)
        and bool(heights)
        and all(_is_number(cell) for cell in heights)
    )


def _is_number(cell: str) -> bool:
    return cell.replace(".", "", 1).isdigit()


def read_srw(text: str) -> Reading:
    """Read SAM's SRW.

    Raises:
        Malformed: Names the line, and what is missing or wrong in it.
    """
    lines = text.split("\n", _SRW_HEADER_LINES)
    if len(lines) <= _SRW_HEADER_LINES:
        raise Malformed("ends before its rows; an SRW file has five lines of header")
    header = header_of(list(_SRW_SITE), split(lines[0]))
    names, units, heights = (split(lines[i]) for i in (2, 3, 4))
    while names and not names[-1]:
        names.pop()
    if len(heights) < len(names) or not all(map(_is_number, heights[: len(names)])):
        raise Malformed(f"line 5: needs a height for each of the {len(names)} columns of line 3")
    units += [""] * (len(names) - len(units))
    labels = [
        Label(parse_label(name).quantity, unit, float(height))
        for name, unit, height in zip(names, units, heights, strict=False)
    ]
    cells = read_rows(lines[_SRW_HEADER_LINES], len(names), _SRW_HEADER_LINES + 1)
    table, facts = _of_wind(cells, labels, 3)
    zone_h, clock = _srw_zone(lines[1], number_or_nan(header, "longitude"))
    year = int(header["year"]) if header.get("year", "").isdigit() else None
    index = whole_year(len(cells), year, fixed_zone(zone_h))
    place = ", ".join(header[key] for key in ("city", "state", "country") if header.get(key))
    return _reading(
        table.set_axis(index),
        (index[1] - index[0]) / 2,
        year is None,
        header,
        place,
        "SAM SRW",
        replace(facts, notes=(*facts.notes, clock)),
    )


def _srw_zone(description: str, longitude: float) -> tuple[float, str]:
    """Return the zone of an SRW file, which names none, and how it was chosen [h]."""
    if "wind toolkit" in description.lower():
        return 0.0, "clock UTC, as the WIND Toolkit's"
    zone_h = solar_zone_h(longitude)
    return zone_h, f"the file names no zone; clock UTC{zone_h:+g}, standard time at its longitude"


def read_sam_wind_csv(text: str) -> Reading:
    """Read SAM's CSV of wind, as of the WIND Toolkit.

    Raises:
        Malformed: Names the line, and what is missing or wrong in it.
    """
    first, second, body = [*text.split("\n", 2), "", ""][:3]
    site = split(first)
    header = header_of(site[::2], site[1::2])
    names = split(second)
    labels = [parse_label(name) for name in names]
    cells = read_rows(body, len(names), 3)
    table, facts = _of_wind(cells, labels, 2)
    zones = [number_or_nan(header, key) for key in ("data timezone", "time zone", "site timezone")]
    known = [zone for zone in zones if zone == zone]
    zone_h = known[0] if known else solar_zone_h(number_or_nan(header, "longitude"))
    clock = () if known else (f"the file names no zone; clock UTC{zone_h:+g}, by its longitude",)
    at = {label.quantity: i for i, label in enumerate(labels) if label.quantity in STAMP}
    year = int(header["year"]) if header.get("year", "").isdigit() else None
    index, middle, is_typical = stamps_of(cells, at, 2, fixed_zone(zone_h), year)
    place = f"location {header.get('location', 'unnamed')}"
    facts = replace(facts, notes=(*facts.notes, *clock))
    return _reading(table.set_axis(index), middle, is_typical, header, place, "SAM wind CSV", facts)


def read_windpowerlib(text: str) -> Reading:
    """Read windpowerlib's table.

    Raises:
        Malformed: Names the line, and what is missing or wrong in it.
        DataError: A stamp cannot be read, or names no zone.
    """
    first, second, body = [*text.split("\n", 2), "", ""][:3]
    names, heights = split(first), split(second)
    if len(heights) < len(names):
        raise Malformed(f"line 2: has {len(heights)} heights; line 1 has {len(names)} names")
    labels = [
        replace(parse_label(name), height_m=float(height))
        for name, height in zip(names[1:], heights[1:], strict=False)
    ]
    if not any(cell for cell in split(body.partition("\n")[0])[1:]):
        body = body.partition("\n")[2]  # pandas writes the name of the index on a line of its own
    line = text[: len(text) - len(body)].count("\n") + 1
    cells = read_rows(body, len(names), line)
    values = cells.drop(columns=0).set_axis(range(len(labels)), axis=1)
    table, facts = _of_wind(values, labels, 1)
    try:
        index = utc_stamps(cells[0].rename("stamp"), "", naive_is_utc=False)
    except DataError as error:
        raise Malformed(str(error).lstrip(", ")) from None
    return _reading(table.set_axis(index), NO_TIME, False, {}, "", "windpowerlib table", facts)


def _of_wind(
    cells: pd.DataFrame, labels: list[Label], header_line: int
) -> tuple[pd.DataFrame, Facts]:
    """Return wind at all heights, with the air at the height nearest to a hub's.

    Args:
        cells: Rows as text, a column for each label.
        labels: Quantity, unit and height of each column.
        header_line: Of the labels.
    """
    series = {
        (label.quantity, label.height_m or 0.0): (cells[number], label)
        for number, label in reversed(list(enumerate(labels)))
        if label.quantity in _QUANTITIES and _has_values(cells[number])
    }
    found = {quantity for quantity, _ in series}
    absent = [name for name in (WIND, TEMPERATURE) if name not in found]
    refuse_absent(absent, header_line, [IN_WORDS.get(it.quantity, it.quantity) for it in labels])
    heights = sorted(height for quantity, height in series if quantity == WIND)
    if heights[0] <= 0:
        raise Malformed(f"line {header_line}: a column of wind speed names no height above ground")
    winds = {height: wind_column(height) if len(heights) > 1 else WIND for height in heights}
    air = {quantity: _nearest_a_hub(series, quantity) for quantity in sorted(found - {WIND})}
    wanted = [(WIND, height, name) for height, name in winds.items()]
    columns, notes = {}, []
    for quantity, height, name in [*wanted, *((it, h, it) for it, h in air.items())]:
        cell, label = series[quantity, height]
        columns[name], note = _converted(as_numbers(cell, IN_WORDS[quantity]), label)
        notes += [note] if note and note not in notes else []
    columns.setdefault(PRESSURE, pd.Series(float("nan"), index=cells.index))
    basis = f"{', '.join(f'{height:g}' for height in heights)} m, by its header"
    facts = Facts(winds, basis, air[TEMPERATURE], air.get(PRESSURE, 0.0), notes=tuple(notes))
    return pd.DataFrame(columns), facts


def _nearest_a_hub(series: Iterable[tuple[str, float]], quantity: str) -> float:
    """Return the height of a quantity that is nearest to a hub's [m]."""
    heights = [height for name, height in series if name == quantity]
    return min(heights, key=lambda height: abs(height - HUB_M))


def _has_values(cells: pd.Series) -> bool:
    """Tell whether a column is more than the WIND Toolkit's `N/A`."""
    return bool((~cells.str.strip().str.lower().isin(["", "n/a"])).any())


def _converted(values: pd.Series, label: Label) -> tuple[pd.Series, str]:
    """Convert to our unit; without a unit that of the values' size, which is certain for air."""
    known = values.mask(values <= -99) if label.quantity != PRESSURE else values
    by_size = {TEMPERATURE: temperature_unit, PRESSURE: pressure_unit}.get(label.quantity)
    usual = by_size(known) if by_size else {WIND: "m/s", ROUGHNESS: "m"}[label.quantity]
    unit = label.unit if label.unit else usual
    ours, note = to_ours(known, label.quantity, unit, usual)
    return ours, note


def _reading(
    table: pd.DataFrame,
    middle: pd.Timedelta,
    is_typical: bool,
    header: Mapping[str, str],
    place: str,
    kind: str,
    facts: Facts,
) -> Reading:
    return Reading(
        table,
        middle,
        middle,
        is_typical,
        number_or_nan(header, "latitude"),
        number_or_nan(header, "longitude"),
        number_or_nan(header, "elevation"),
        place or "unnamed place",
        kind,
        facts,
    )
