"""Tables that a reader may sort in the page: each cell knows what it is sorted by."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from dcsim.report.numbers import DASH


@dataclass(frozen=True)
class Column:
    """A column of such a table.

    Attributes:
        title: Its head.
        meaning: What stands in it, in a sentence.
        is_number: Sorted as numbers, and set at the right.
        unit: Behind the title; none if empty.
    """

    title: str
    meaning: str
    is_number: bool = True
    unit: str = ""


@dataclass(frozen=True)
class Entry:
    """One cell: its text, and what it is sorted by; without that it comes last."""

    text: str
    order: str = ""
    href: str = ""


@dataclass(frozen=True)
class Line:
    """One row, with the identifier that links point at; none if empty."""

    id: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class SortableTable:
    """A table whose rows a reader may sort by any column; `naming` is the one that names rows."""

    name: str
    caption: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    naming: int = 0


def sortable(
    name: str, caption: str, columns: Sequence[Column], lines: Iterable[Line], naming: int = 0
) -> SortableTable:
    """Return a table from its columns and rows; `naming` is the column that names rows."""
    return SortableTable(name, caption, tuple(columns), tuple(lines), naming)


def words(text: str, href: str = "") -> Entry:
    """Return a cell of words."""
    return Entry(text, text.lower(), href)


def figure(value: float, write: Callable[[float], str]) -> Entry:
    """Return a cell with a number as it is written; a dash where there is none."""
    if math.isnan(value):
        return Entry(DASH)
    return Entry(write(value), repr(float(value)))
