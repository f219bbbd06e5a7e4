"""The map of an atlas: a disc for each place, and what its color may tell.

Discs that would lie on each other are pushed apart; a thin line ties each to where it belongs. The
page and the figures draw the same discs.
"""

from collections.abc import Callable
from dataclasses import dataclass

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.colors import LogNorm, Normalize, to_hex, to_rgb

from dcsim.report.atlas_places import BUILT, Atlas, registry_of
from dcsim.report.atlas_words import per_mw
from dcsim.report.figures_map import outline_km
from dcsim.report.numbers import percent, rounded
from dcsim.report.projection import albers_km
from dcsim.report.style import COLORS, FAINT

WIDTH = 960.0
"""Of the map [points of its own]."""
RADIUS = 14.5
"""Of a disc; four letters have room in it."""

_MARGIN = 22.0
_GAP = 1.5
_STEPS = 600
_PULL = 0.01  # how much of the way home a disc goes in each step
_TIED_FROM = 6.0  # a disc this far from its place has a line to it

BUILT_COLORS = dict(zip(BUILT, (COLORS["wind"], COLORS["solar"], "#6a51a3", FAINT), strict=True))
"""One color for each kind of what is built."""

BLACK, WHITE = "#000000", "#ffffff"

_TOTAL = "total_t_per_mw"

UNKNOWN = WHITE
"""Of a place without a plan; its edge is dashed."""

_PALEST = 0.1  # where on a color map ramps begin, to be told from white


@dataclass(frozen=True)
class Layer:
    """One thing the color of discs may tell.

    Attributes:
        name: In links and styles.
        label: For people.
        fills: Color of each place that has a plan.
        low: What the first color of the ramp stands for, or empty for kinds.
        middle: What the color in the middle stands for.
        high: What its last color stands for.
        ramp: Colors from low to high, or of each kind.
        kinds: What each color stands for, where there is no ramp.
    """

    name: str
    label: str
    fills: dict[str, str]
    low: str
    middle: str
    high: str
    ramp: tuple[str, ...]
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Disc:
    """A place on the map [points from the upper left corner]."""

    ba: str
    x: float
    y: float
    home_x: float
    home_y: float
    title: str
    colors: tuple[tuple[str, str, str], ...]
    """Of each layer its name, the disc's color, and the color of letters on it."""
    is_planned: bool

    @property
    def is_tied(self) -> bool:
        """Tell whether it was moved so far that a line must tell where it belongs."""
        return bool(np.hypot(self.x - self.home_x, self.y - self.home_y) > _TIED_FROM)


@dataclass(frozen=True)
class Map:
    """All that the page and the figures draw."""

    height: float
    land: tuple[tuple[str, str], ...]
    """Of each line its kind, and its points as an SVG path."""
    discs: tuple[Disc, ...]
    layers: tuple[Layer, ...]


def atlas_map(atlas: Atlas) -> Map | None:
    """Return the map of an atlas; none if no place of it is known."""
    codes = [*atlas.places.index, *atlas.apart.index, *atlas.unranked]
    rows = registry_of(codes).dropna(subset=["latitude", "longitude"])
    if rows.empty:
        return None
    layers = layers_of(atlas)
    x, y = _on_map(rows["latitude"].to_numpy(), rows["longitude"].to_numpy())
    apart_x, apart_y = pushed_apart(x, y, 2 * RADIUS + _GAP)
    where = np.round(np.column_stack([apart_x, apart_y, x, y]), 1).tolist()
    discs = [
        Disc(
            ba, x_, y_, home_x, home_y, _title(atlas, ba),
            tuple(_colors(layer, ba) for layer in layers), ba in atlas.places.index,
        )
        for ba, (x_, y_, home_x, home_y) in zip(rows.index, where, strict=True)
    ]  # fmt: skip
    land = tuple((kind, _path(*points)) for kind, points in outline_km())
    bottom = max(_frame()[3], max(disc.y for disc in discs) + RADIUS)
    return Map(round(bottom + _MARGIN, 1), land, tuple(discs), layers)


def _frame() -> tuple[float, float, float, float]:
    """Return where the outline begins in the west and north [km], its scale, and its lower end."""
    east = np.concatenate([points[0] for _, points in outline_km()])
    north = np.concatenate([points[1] for _, points in outline_km()])
    scale = (WIDTH - 2 * _MARGIN) / (east.max() - east.min())
    return float(east.min()), float(north.max()), float(scale), float(
        _MARGIN + (north.max() - north.min()) * scale
    )  # fmt: skip


def _on_map(latitude: np.ndarray, longitude: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return placed(*albers_km(latitude, longitude))


def placed(east: np.ndarray, north: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return where kilometers to the east and north are drawn, from the upper left corner."""
    west, top, scale, _ = _frame()
    return _MARGIN + (east - west) * scale, _MARGIN + (top - north) * scale


def _path(east: np.ndarray, north: np.ndarray) -> str:
    x, y = placed(east, north)
    return "M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True))


def pushed_apart(x: np.ndarray, y: np.ndarray, least: float) -> tuple[np.ndarray, np.ndarray]:
    """Return places no two of which are nearer than a distance, each near where it was.

    Each step moves two that are too near apart along the line between them, half each, and lets all
    others go home a little; the last steps only push.

    Args:
        x: To the right.
        y: Down.
        least: Distance to keep.
    """
    turn = np.arange(len(x)) * 2.399963  # the golden angle: those at one place part all ways
    at = np.column_stack([x + 1e-3 * np.cos(turn), y + 1e-3 * np.sin(turn)])
    home = np.column_stack([x, y])
    for step in range(_STEPS):
        between = at[:, None, :] - at[None, :, :]
        distance = np.hypot(between[..., 0], between[..., 1])
        np.fill_diagonal(distance, np.inf)
        short = np.maximum(least - distance, 0.0) / distance
        at = at + 0.5 * (short[..., None] * between).sum(axis=1)
        if step < 0.7 * _STEPS:
            at = at + _PULL * (home - at)
    return at[:, 0], at[:, 1]


def _title(atlas: Atlas, ba: str) -> str:
    """Return what a pointer on a disc tells, in one sentence."""
    if ba in atlas.apart.index:
        return f"{ba} ({atlas.apart['name'][ba]}): not ranked, its mix cannot be compared"
    if ba not in atlas.places.index:
        return f"{ba}: no plan, {atlas.unranked[ba]}"
    row = atlas.places.loc[[ba]].iloc[0]
    saved = "" if np.isnan(row["saved_frac"]) else f", {percent(row['saved_frac'])} saved"
    return (
        f"{ba} ({row['name']}): rank {row['rank']}, {rounded(row['total_t_per_mw'])} "
        f"{per_mw(atlas)} of mean load{saved}; {str(row['built']).lower()}; grid "
        f"{rounded(row['intensity_kg_per_mwh'])} kg/MWh"
    )


def _colors(layer: Layer, ba: str) -> tuple[str, str, str]:
    fill = layer.fills.get(ba, UNKNOWN)
    return layer.name, fill, letters_on(fill)


def letters_on(fill: str) -> str:
    """Return black or white for letters, whichever stands out more from a color.

    The better of the two has a contrast of 4.58 : 1 at the least, on a gray between.
    """
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(fill)]
    luminance = float(np.dot([0.2126, 0.7152, 0.0722], linear))  # WCAG 2.2, relative luminance
    return BLACK if (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05) else WHITE


def layers_of(atlas: Atlas) -> tuple[Layer, ...]:
    """Return what the color of discs may tell, the total first."""
    rows, unit = atlas.places, per_mw(atlas)
    built = rows["built"].map(BUILT_COLORS)
    return (
        _ramp("total", f"Total with the plan [{unit}]", rows[_TOTAL], "OrRd", rounded, LogNorm),
        _ramp("saved", "Saved share of doing nothing", rows["saved_frac"], "YlGn", percent),
        Layer(
            "built", "What is built mostly", {str(ba): c for ba, c in built.items()}, "", "", "",
            tuple(BUILT_COLORS.values()), BUILT,
        ),
        _ramp("grid", "Grid intensity [kg/MWh]", rows["intensity_kg_per_mwh"], "YlOrBr", rounded),
    )  # fmt: skip


def _ramp(
    name: str,
    label: str,
    values: pd.Series,
    colors: str,
    write: Callable[[float], str],
    scale: type[Normalize] = Normalize,
) -> Layer:
    """Return a layer whose color goes from the lowest value to the highest.

    On a logarithmic scale, places that emit little are told apart though one emits much more.
    """
    known = values.dropna()
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    norm = (scale if low > 0 else Normalize)(low, high if high > low else low + 1.0)
    colormap = matplotlib.colormaps[colors]
    fills = {
        str(ba): to_hex(colormap(_PALEST + (1 - _PALEST) * norm(float(v))))
        for ba, v in known.items()
    }
    ramp = tuple(to_hex(colormap(step)) for step in np.linspace(_PALEST, 1, 9))
    middle = float(norm.inverse(0.5))
    return Layer(name, label, fills, write(low), write(middle), write(high), ramp)
