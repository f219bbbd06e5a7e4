"""How every figure looks: one style, one color for each thing, and labels that do not collide."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK = "#222222"
QUIET = "#6b6b6b"
FAINT = "#d9d9d9"

COLORS = {
    "solar": "#e69f00",
    "wind": "#56b4e9",
    "discharge": "#009e73",
    "charge": "#00664a",
    "grid": "#8a8a8a",
    "load": INK,
    "load before shifting": "#a6478c",
    "curtailed": "#ededed",
    "intensity": "#c44e00",
    "stored": "#009e73",
    "battery cells": "#009e73",
    "battery power": "#7fd1b9",
    "extra servers": "#cc79a7",
}
"""One color per thing in all figures; from the palette of Okabe and Ito, which people with any
color vision can tell apart. Operational carbon has the color of the grid import that causes it."""

FUEL_COLORS = {
    "nuclear": "#a98bc9",
    "coal": "#474747",
    "natural_gas": "#cdb091",
    "oil": "#7a3b1d",
    "other": "#a9b53a",
    "hydro": "#0072b2",
    "wind": COLORS["wind"],
    "solar": COLORS["solar"],
}
"""One color per fuel, in the order they are stacked: neighbours differ in lightness too."""

COST_COLORS = {
    "capital": "#56b4e9",
    "fixed": "#a8d5f0",
    "variable": "#d9ecf8",
    "energy": COLORS["grid"],
    "demand": "#c4c4c4",
    "carbon": "#d98f5f",
    "export": "#009e73",
}
"""One color per kind of cost: blues for what is built, grays for what is bought."""

STRATEGY_COLORS = {
    "renewables": "#8a8a8a",
    "renewables_battery": "#009e73",
    "renewables_shifting": "#cc79a7",
    "all": "#0072b2",
}
"""One color per strategy; gray for the one that all others add to."""

OTHER_COLOR = "#0072b2"
"""For a row of the ledger that has no color of its own."""

TICKS = "{x:,.9g}"
"""Numbers at ticks: thousands separated, and never as powers of ten below a billion."""

_CAPTION_CHARACTERS_PER_IN = 15.5
"""As many small letters fit into an inch of a figure's width."""
_TITLE_TOP = 0.98  # where matplotlib puts the title, as a share of the height
_TITLE_IN = 0.25  # height of the title with the gap below it

STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",  # comes with matplotlib, so that bytes are the same everywhere
    "font.size": 9.5,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": QUIET,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": True,
    "axes.formatter.limits": (-4, 9),
    "axes.formatter.useoffset": False,
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.7,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "legend.handlelength": 1.4,
    "hatch.linewidth": 0.7,
    "figure.facecolor": "white",
    "figure.titlesize": 12.5,
    "figure.titleweight": "bold",
    "savefig.dpi": 160,
    "svg.hashsalt": "dcsim",
    "svg.fonttype": "path",
}
"""Settings of matplotlib for every figure."""


@contextmanager
def report_style() -> Iterator[None]:
    """Draw in the report's style, whatever the user's own settings are; restores them after."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        for name, value in STYLE.items():
            matplotlib.rcParams[name] = value  # type: ignore[index]
        yield


def color_of(source: str) -> str:
    """Return the color of a row of the ledger."""
    return COLORS.get(source, OTHER_COLOR)


def new_figure(title: str, height_in: float, width_in: float = 9.0) -> Figure:
    """Return an empty figure with its title at the left [inches]."""
    figure = Figure(figsize=(width_in, height_in))
    figure.set_layout_engine("constrained", w_pad=0.12, h_pad=0.06)
    figure.suptitle(title, x=0.01, ha="left")
    return figure


def caption(figure: Figure, text: str) -> None:
    """Write under the title what the figure's hours are and where they are from."""
    lines = textwrap.wrap(text, int(_CAPTION_CHARACTERS_PER_IN * figure.get_figwidth()))
    title = figure.get_suptitle() + "\n" * len(lines)  # the layout keeps room for the title only
    figure.suptitle(title, x=0.01, ha="left")
    top = _TITLE_TOP - _TITLE_IN / figure.get_figheight()
    figure.text(0.01, top, "\n".join(lines), fontsize=8.5, color=QUIET, va="top")


def legend_below(figure: Figure, axes: Axes, columns: int) -> None:
    """Put the legend of some axes under the figure, to be read along its rows.

    Args:
        figure: Where the legend goes.
        axes: Whose labelled things it names.
        columns: How many names stand side by side.
    """
    handles, labels = axes.get_legend_handles_labels()
    columns = min(columns, len(labels))
    # matplotlib fills columns from the top; people read rows.
    order = [i for column in range(columns) for i in range(column, len(labels), columns)]
    figure.legend(
        [handles[i] for i in order],
        [labels[i] for i in order],
        loc="outside lower left",
        ncols=columns,
    )


def settle(figure: Figure) -> Figure:
    """Lay a figure out once and for all, so that saving it twice gives the same bytes."""
    figure.draw_without_rendering()
    figure.set_layout_engine("none")
    return figure


def settled(figures: Mapping[str, tuple[Figure, str] | None]) -> dict[str, tuple[Figure, str]]:
    """Return the figures there are, with their alternative texts, each laid out."""
    there = {name: described for name, described in figures.items() if described}
    for figure, _ in there.values():
        settle(figure)
    return there


def spread(values: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return positions near the values, in their order, no two closer than a gap if it fits.

    Args:
        values: Where the labels would like to be.
        gap: Least distance between two of them.
        low: Least position.
        high: Highest position; labels that do not fit under it are pushed down.
    """
    order = sorted(range(len(values)), key=lambda i: values[i])
    placed = [0.0] * len(values)
    floor = low
    for i in order:
        placed[i] = max(values[i], floor)
        floor = placed[i] + gap
    ceiling = high
    for i in reversed(order):
        placed[i] = min(placed[i], ceiling)
        ceiling = placed[i] - gap
    return placed
