"""What is wrong in a weather file that its reader gave up on: the first bad cell, by line and name.

pvlib's readers raise in the words of its own libraries. Their files are gone through again here.
"""

import re
from collections.abc import Mapping

from dcsim.scenario.plant import WeatherFormat
from dcsim.traces.weather_reading import DHI, DNI, GHI, IN_WORDS, PRESSURE, TEMPERATURE, WIND
from dcsim.traces.weather_rows import split

_SHOWN = 40
"""Characters of a cell that a message shows."""
_LIKE = {"date": "01/31/1995", "time": "24:00"}
_WITHIN = {"year": (1800, 2200), "month": (1, 12), "day": (1, 31), "hour": (1, 24)}
_EPW_COLUMNS = {0: "year", 1: "month", 2: "day", 3: "hour", 6: IN_WORDS[TEMPERATURE]}
_EPW_COLUMNS |= {9: IN_WORDS[PRESSURE], 13: IN_WORDS[GHI], 14: IN_WORDS[DNI]}
_EPW_COLUMNS |= {15: IN_WORDS[DHI], 21: IN_WORDS[WIND]}
_TMY3_COLUMNS = {0: "date", 1: "time", 4: IN_WORDS[GHI], 7: IN_WORDS[DNI], 10: IN_WORDS[DHI]}
_TMY3_COLUMNS |= {31: IN_WORDS[TEMPERATURE], 40: IN_WORDS[PRESSURE], 46: IN_WORDS[WIND]}
_COLUMNS: dict[WeatherFormat, tuple[int, dict[int, str], int, dict[int, str]]] = {
    "epw": (10, {6: "latitude", 7: "longitude", 8: "zone", 9: "elevation"}, 8, _EPW_COLUMNS),
    "tmy3": (7, {3: "zone", 4: "latitude", 5: "longitude", 6: "elevation"}, 2, _TMY3_COLUMNS),
}
"""Cells of the first line, which of them are numbers, lines before the rows, columns of a row."""


def first_fault(text: str, name: WeatherFormat) -> str:
    """Return in words what is wrong in a file that its reader gave up on."""
    lines = text.split("\n")
    if name == "pvgis":
        return "is not whole, or not laid out as PVGIS lays out its files"
    if name not in _COLUMNS:
        return "is not laid out as that format is"
    site_cells, site_numbers, first_row, columns = _COLUMNS[name]
    site = split(lines[0])
    if len(site) < site_cells:
        return f"line 1: has {len(site)} cells; must have {site_cells} of the site"
    for number, what in site_numbers.items():
        if not _is_number(site[number]):
            return f"line 1: {what} is {site[number]!r}, which is no number"
    width = len(split(lines[1])) if name == "tmy3" and len(lines) > 1 else len(text)
    for line, row in enumerate(lines[first_row:], start=first_row + 1):
        cells = split(row)
        if len(cells) > width:
            return f"line {line}: has {len(cells)} cells; the labels are {width}"
        fault = _fault_of(cells, columns) if row.strip() else ""
        if fault:
            return f"line {line}: {fault}"
    return "is not whole, or its rows are no year"


def _fault_of(cells: list[str], columns: Mapping[int, str]) -> str:
    """Return what is wrong with a row; empty if nothing is found."""
    for number, what in columns.items():
        if number >= len(cells):
            return f"has {len(cells)} cells; {what} is in cell {number + 1}"
        cell = cells[number][:_SHOWN]
        if what in _WITHIN:
            low, high = _WITHIN[what]
            if not _is_number(cell) or not low <= float(cell) <= high:
                return f"{what} is {cell!r}; must be within {low} and {high}"
        elif what in ("date", "time"):
            if not re.fullmatch(r"\d+[/:]\d+(/\d+)?", cell):
                return f"{what} is {cell!r}; must read like {_LIKE[what]}"
        elif cell and not _is_number(cell):
            return f"{what} is {cell!r}, which is no number"
    return ""


def _is_number(cell: str) -> bool:
    try:
        return float(cell) == float(cell)
    except ValueError:
        return False
