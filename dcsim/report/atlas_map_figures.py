"""The map of an atlas as figures for other documents, one for each thing its color may tell."""

import matplotlib.patches as patches
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from dcsim.report.atlas_map import RADIUS, UNKNOWN, WIDTH, Layer, Map, placed
from dcsim.report.figures import Described
from dcsim.report.figures_map import outline_km
from dcsim.report.style import INK, QUIET, new_figure

_WIDTH_IN = 9.0
_TOP_IN, _FOOT_IN = 0.35, 0.5
_POINTS = 72 * _WIDTH_IN / WIDTH
_LETTERS = 8.6
_LAND, _BORDER, _STATE = "#f3f4f2", "#9aa3a0", "#dadedb"


MAPS = ("map_total", "map_saved", "map_built", "map_grid")
"""What the maps are called, one for each layer."""


def map_figures(drawn: Map) -> dict[str, Described]:
    """Draw the map once for each layer."""
    drawings = (_map_figure(drawn, layer) for layer in drawn.layers)
    return dict(zip(MAPS, drawings, strict=True))


def _map_figure(drawn: Map, layer: Layer) -> Described:
    height = drawn.height / WIDTH * _WIDTH_IN
    figure = new_figure(layer.label, height + _TOP_IN + _FOOT_IN, _WIDTH_IN)
    figure.set_layout_engine("none")
    whole = figure.get_figheight()
    axes = figure.add_axes((0, _FOOT_IN / whole, 1, height / whole))
    axes.set_xlim(0, WIDTH)
    axes.set_ylim(drawn.height, 0)
    axes.set_axis_off()
    _draw_land(axes)
    _draw_discs(axes, drawn, layer)
    _draw_key(figure, layer)
    return figure, f"Map of {len(drawn.discs)} places, colored by: {layer.label}."


def _draw_land(axes: Axes) -> None:
    for kind, points in outline_km():
        x, y = placed(*points)
        if kind == "coast":
            axes.fill(x, y, facecolor=_LAND, edgecolor=_BORDER, linewidth=0.9, zorder=0)
        else:
            axes.plot(x, y, color=_STATE, linewidth=0.7, zorder=1)


def _draw_discs(axes: Axes, drawn: Map, layer: Layer) -> None:
    for disc in drawn.discs:
        fill, letters = next((f, t) for name, f, t in disc.colors if name == layer.name)
        if disc.is_tied:
            axes.plot([disc.home_x, disc.x], [disc.home_y, disc.y], color=QUIET, linewidth=0.7,
                      zorder=2)  # fmt: skip
        axes.add_patch(patches.Circle(
            (disc.x, disc.y), RADIUS, facecolor=fill, edgecolor=INK, linewidth=0.6, zorder=3,
            linestyle="--" if fill == UNKNOWN else "-",
        ))  # fmt: skip
        axes.annotate(disc.ba, (disc.x, disc.y), ha="center", va="center_baseline",
                      fontsize=_LETTERS * _POINTS, color=letters, zorder=4)  # fmt: skip


def _draw_key(figure: Figure, layer: Layer) -> None:
    axes = figure.add_axes((0.02, 0.012, 0.6, 0.05))
    axes.set_axis_off()
    if layer.kinds:
        for color, kind in zip(layer.ramp, layer.kinds, strict=True):
            axes.scatter([], [], s=60, color=color, edgecolor=INK, linewidth=0.5, label=kind)
        axes.legend(loc="center left", ncols=len(layer.kinds), bbox_to_anchor=(0, 0.5))
        return
    steps = ListedColormap(list(layer.ramp))
    axes.imshow([list(range(len(layer.ramp)))], cmap=steps, extent=(0, 0.6, 0.45, 1), aspect="auto")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    for x, text in ((0.0, layer.low), (0.3, layer.middle), (0.6, layer.high)):
        axes.annotate(text, (x, 0.35), ha="left" if x == 0 else "center", va="top", fontsize=9)
