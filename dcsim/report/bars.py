"""Stacked bars: pieces side by side, with numbers where there is room, and words at the end."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes

from dcsim.footprint.ledger import OPERATIONAL, Ledger
from dcsim.report.numbers import number
from dcsim.report.style import TICKS, color_of
from dcsim.units import KG_PER_T

_CHARACTER_FRAC = 0.0105  # width of a character over the width of the axes
_LEAST_BAR_FRAC = 0.4  # the longest bar keeps this share of the axes, however long its words
_LABELLED_FRAC = 0.06  # a shorter piece of a bar has no room for its number
_HEIGHT = 0.62


class Pieces(NamedTuple):
    """One piece of every bar: its color, and its length in each."""

    color: str
    lengths: list[float]


def carbon_pieces(ledgers: Sequence[Ledger]) -> dict[str, Pieces]:
    """Return the rows of ledgers by what they are called, without what is nothing in all [t]."""
    pieces = {}
    for row in ledgers[-1].rows:
        lengths_t = [ledger.total_kg(row.scope, row.source) / KG_PER_T for ledger in ledgers]
        name = "Operational: grid import" if row.scope == OPERATIONAL else f"Making: {row.source}"
        if any(lengths_t):
            pieces[name] = Pieces(color_of(row.source), lengths_t)
    return pieces


def draw_bars(
    axes: Axes, names: Sequence[str], pieces: Mapping[str, Pieces], totals: Sequence[str]
) -> None:
    """Draw a bar for each name from the top down, with words about it behind its end.

    Args:
        axes: Where to; its limits are set so that all words have room.
        names: What each bar is.
        pieces: What each is stacked of, by what stands in the legend.
        totals: Words at the end of each bar.
    """
    ends = [sum(lengths) for lengths in zip(*(p.lengths for p in pieces.values()), strict=True)]
    ends = ends or [0.0] * len(names)
    widest = max(
        end / max(_LEAST_BAR_FRAC, 1 - _CHARACTER_FRAC * (len(text) + 2))
        for end, text in zip(ends, totals, strict=True)
    )
    axes.set_xlim(0, widest or 1.0)
    left = [0.0] * len(names)
    for label, (color, lengths) in pieces.items():
        bars = axes.barh(
            range(len(names)), lengths, left=left, height=_HEIGHT, color=color, label=label,
            edgecolor="white", linewidth=0.6,
        )  # fmt: skip
        numbers = [number(x) if x >= _LABELLED_FRAC * widest else "" for x in lengths]
        axes.bar_label(bars, numbers, label_type="center", fontsize=8.5)
        left = [start + length for start, length in zip(left, lengths, strict=True)]
    for y, (end, text) in enumerate(zip(ends, totals, strict=True)):
        axes.annotate(text, (end, y), (6, 0), textcoords="offset points", va="center")
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_formatter(TICKS)
    axes.grid(axis="x")
