"""Rows of delimited weather files: the site's header, cells as numbers, and stamps of a year."""

import csv
import io
from collections.abc import Mapping
from datetime import timedelta, timezone

import numpy as np
import pandas as pd

from dcsim.grid.repair.clock import DEGREES_PER_HOUR
from dcsim.traces.weather_reading import NOMINAL_YEAR, Malformed, as_numbers, refuse_absent

STAMP = ("year", "month", "day", "hour", "minute")
HEADER_NAMES = {
    "latitude": ("latitude", "lat"),
    "longitude": ("longitude", "lon", "long", "lng"),
    "time zone": ("time zone", "timezone", "tz"),
    "elevation": ("elevation", "elev", "el", "site elevation"),
    "units": ("units", "hasunits"),
    "source": ("source", "src"),
    "location": ("location id", "location", "id", "station", "station id", "siteid", "site"),
    "wind height": ("wind height", "wind speed height", "anemometer height"),
}
"""Labels of a site's header, in lower case: those of SAM's readers, and a height of the wind."""
_KNOWN = {label: name for name, labels in HEADER_NAMES.items() for label in labels}
_DAYS = (365, 366)
_MINUTES = 60


def split(line: str) -> list[str]:
    """Return the cells of a line, without blanks around them."""
    try:
        cells = next(csv.reader([line]), [])
    except csv.Error:  # a cell that is too long to be one
        cells = line.split(",")
    return [cell.strip() for cell in cells]


def header_of(labels: list[str], values: list[str]) -> dict[str, str]:
    """Return the site's header by label in lower case, known labels by our name."""
    lower = [label.lower() for label in labels]
    pairs = zip(lower, values, strict=False)
    return {_KNOWN.get(label, label): value for label, value in reversed(list(pairs))}


def header_number(header: Mapping[str, str], name: str, line: int) -> float:
    """Return a number of the site's header.

    Raises:
        Malformed: It is not there, or no number.
    """
    if name not in header:
        raise Malformed(f"line {line - 1}: names no {name}; the site's header needs one")
    try:
        return float(header[name])
    except ValueError:
        raise Malformed(f"line {line}: {name} is {header[name]!r}, which is no number") from None


def number_or_nan(header: Mapping[str, str], name: str) -> float:
    """Return a number of the site's header; NaN if there is none."""
    try:
        return float(header.get(name, "nan"))
    except ValueError:
        return float("nan")


def read_rows(body: str, width: int, first_line: int) -> pd.DataFrame:
    """Return the cells of rows as text, columns by number, by line of the file.

    Blank lines and cells beyond the width are left out.

    Raises:
        Malformed: There is no row, or a row has fewer cells than columns or does not end.
    """
    reader = csv.reader(io.StringIO(body))
    numbered = ((first_line + reader.line_num - 1, row) for row in reader)
    try:
        rows = {line: row for line, row in numbered if any(map(str.strip, row))}
    except csv.Error:
        raise Malformed("has a row that does not end; is a quotation mark left open?") from None
    if not rows:
        raise Malformed(f"line {first_line}: has no rows of data")
    for line, row in rows.items():
        if len(row) < width:
            raise Malformed(f"line {line}: has {len(row)} cells; the columns are {width}")
    cells = [row[:width] for row in rows.values()]
    return pd.DataFrame(cells, index=list(rows), dtype="string")


def fixed_zone(hours: float) -> timezone:
    """Return a zone so many hours ahead of UTC.

    Raises:
        Malformed: No place on Earth has that zone.
    """
    if not abs(hours) <= 14:
        raise Malformed(f"the time zone is {hours:g}; must be within -14 and 14 hours from UTC")
    return timezone(timedelta(hours=hours))


def solar_zone_h(longitude: float) -> float:
    """Return the whole hours ahead of UTC of standard time at a longitude; 0 if unknown [h]."""
    return 0.0 if np.isnan(longitude) else float(round(longitude / DEGREES_PER_HOUR))


def whole_year(rows: int, year: int | None, zone: timezone) -> pd.DatetimeIndex:
    """Return when each row begins, if the rows are a year in even steps from 1 January.

    Args:
        rows: Of the file.
        year: Of the file; none if it has no year of its own.
        zone: Of the stamps.

    Raises:
        Malformed: The rows are no year of hours or of parts of one.
    """
    per_hour = next((rows // (d * 24) for d in _DAYS if rows and rows % (d * 24) == 0), 0)
    if not per_hour or _MINUTES % per_hour:
        raise Malformed(
            f"has {rows:,} rows and no stamps; must be 8,760 (or 8,784) times the rows of an hour"
        )
    start = f"{year or NOMINAL_YEAR}-01-01"
    step = pd.Timedelta(hours=1) / per_hour
    index = pd.date_range(start, periods=366 * 24 * per_hour, freq=step, tz=zone)
    if rows % (366 * 24):
        index = index[~((index.month == 2) & (index.day == 29))]
    return index[:rows]


def stamped(cells: pd.DataFrame, at: Mapping[str, int], zone: timezone) -> pd.DatetimeIndex:
    """Return the stamps that columns of year, month, day, hour and minute give.

    Without minutes a row is in the middle of its hour, or of its part of the hour. Hours of 1 to
    24 number the hours of a day from its first.

    Args:
        cells: Rows as text.
        at: Number of the column of each part of a stamp; minutes may be absent.
        zone: Of the stamps.

    Raises:
        Malformed: A part is no number, or a row has no such date.
    """
    part = {name: as_numbers(cells[at[name]], name) for name in STAMP if name in at}
    hour = part["hour"]
    if hour.min() == 1 and hour.max() == 24:
        hour = hour - 1
    minute = part["minute"] if "minute" in part else _middles({**part, "hour": hour})
    dates = pd.DataFrame({name: part[name] for name in ("year", "month", "day")})
    days = pd.to_datetime(dates, errors="coerce")
    if days.isna().any():
        row = int(days.isna().to_numpy().argmax())
        found = "-".join(str(cells[at[name]].iloc[row]) for name in ("year", "month", "day"))
        raise Malformed(f"line {cells.index[row]}: {found} is no date")
    minutes = (hour * _MINUTES + minute).round(6)
    return pd.DatetimeIndex(days + pd.to_timedelta(minutes, unit="min")).tz_localize(zone)


def _middles(part: Mapping[str, pd.Series]) -> pd.Series:
    """Return the minute of the middle of each row's hour, or of its part of the hour."""
    if (part["hour"] % 1 != 0).any():  # the hour is given with its fraction
        return part["hour"] * 0.0
    hours = pd.DataFrame(part).groupby(["year", "month", "day", "hour"], sort=False)
    size, order = hours["hour"].transform("size"), hours.cumcount()
    size = size if size.nunique() == 1 else size * 0 + 1
    return (order + 0.5) * _MINUTES / size


def stamps_of(
    cells: pd.DataFrame, at: Mapping[str, int], header_line: int, zone: timezone, year: int | None
) -> tuple[pd.DatetimeIndex, pd.Timedelta, bool]:
    """Return stamps, the time from a stamp to when its row holds, and whether they name no year.

    Args:
        cells: Rows as text.
        at: Number of the column of each part of a stamp that the file has.
        header_line: Of the labels.
        zone: Of the stamps.
        year: Of the file, if its header has one.

    Raises:
        Malformed: Some parts of the stamps are there and others are not, or are no dates.
    """
    if not set(STAMP) & set(at) - {"year"}:
        index = whole_year(len(cells), year, zone)
        return index, (index[1] - index[0]) / 2, year is None
    refuse_absent(set(STAMP[1:4]) - set(at), header_line, at)
    is_typical = "year" not in at and year is None
    if "year" not in at:
        cells = cells.assign(year=str(year or NOMINAL_YEAR))
        at = {**at, "year": "year"}  # type: ignore[dict-item]
    return stamped(cells, at, zone), pd.Timedelta(0), is_typical
