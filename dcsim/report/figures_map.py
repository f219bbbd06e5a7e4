"""A map of balancing authorities: where they are, how large, and how clean."""

from dataclasses import dataclass
from functools import cache

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, to_rgba
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from dcsim.report.numbers import rounded
from dcsim.report.projection import albers_km
from dcsim.report.style import INK, QUIET, caption, new_figure
from dcsim.shipped import shipped_folder

OUTLINE_FILE = "us_outline.csv"

HEIGHT_IN, WIDTH_IN = 6.1, 9.0
_FRAME = (0.01, 0.03, 0.87, 0.855)  # left, bottom, width and height of the map in the figure
_BAR = (0.895, 0.14, 0.018, 0.62)
_WEST_KM, _EAST_KM, _SOUTH_KM = -2450.0, 2350.0, -1480.0
_POINTS_PER_IN = 72.0
_POINTS_PER_KM = _FRAME[2] * WIDTH_IN * _POINTS_PER_IN / (_EAST_KM - _WEST_KM)
_NORTH_KM = _SOUTH_KM + _FRAME[3] * HEIGHT_IN * _POINTS_PER_IN / _POINTS_PER_KM

_LARGEST_POINTS = 62.0  # diameter of the circle of the highest demand
_LEAST_POINTS = 5.0
_WITHOUT_POINTS = 4.5
_FONT_POINTS = 7.5
_CHARACTER_FRAC = 0.73  # width of a capital letter over its size
_COLORMAP = "YlOrBr"
_LAND, _BORDER, _STATE, _UNKNOWN = "#f3f4f2", "#9aa3a0", "#dadedb", "#b4bcc2"
_HALO = withStroke(linewidth=2.0, foreground=_LAND)
_SIZES_TWH = (10, 100, 500)
_TWH = 1000.0  # GWh


@dataclass(frozen=True)
class Box:
    """A place taken by a label or circle, on the map in points [pt]."""

    left: float
    bottom: float
    right: float
    top: float

    def overlap(self, other: "Box") -> float:
        """Return the area that two boxes share [pt2]."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.top, other.top) - max(self.bottom, other.bottom)
        return max(width, 0.0) * max(height, 0.0)


def map_figure(rows: pd.DataFrame, source: str) -> tuple[Figure, str]:
    """Draw authorities on a map of the lower 48 states, in an equal-area projection.

    Args:
        rows: A row for each authority: `ba_code`, `latitude`, `longitude`, `demand_gwh` of a year
            (missing for those without customers, drawn as small squares) and
            `intensity_kg_per_mwh`, the mean of the year (missing: drawn in grey).
        source: What the figures are, such as `reference years (modelled)`.

    Returns:
        The figure and its alternative text.
    """
    placed = rows.dropna(subset=["latitude", "longitude"])
    placed = placed.sort_values("demand_gwh", ascending=False, na_position="last")
    figure = new_figure(
        "How large and how clean the balancing authorities are", HEIGHT_IN, WIDTH_IN
    )
    figure.set_layout_engine("none")
    axes = figure.add_axes(_FRAME)
    _draw_land(axes)
    norm = _norm(placed["intensity_kg_per_mwh"])
    diameters = diameters_points(placed["demand_gwh"].to_numpy())
    _draw_circles(axes, placed, diameters, norm)
    _draw_labels(axes, placed, diameters, norm)
    _draw_sizes(axes, float(placed["demand_gwh"].max()))
    if placed["intensity_kg_per_mwh"].notna().any():
        _draw_bar(figure, norm)
    caption(figure, f"{source} {_key(placed)}")
    return figure, _alt(placed)


def _key(rows: pd.DataFrame) -> str:
    """Say what circles, squares and grey mean, as far as they are there."""
    parts = ["Area of a circle: annual demand."]
    if rows["demand_gwh"].isna().any():
        parts.append("Squares: no customers.")
    if rows["intensity_kg_per_mwh"].isna().any():
        parts.append("Grey: intensity not known.")
    return " ".join(parts)


def diameters_points(demand_gwh: np.ndarray, highest_gwh: float | None = None) -> np.ndarray:
    """Return diameters whose circles have areas as demand, the small ones enlarged to be seen.

    Args:
        demand_gwh: Annual demand; not a number where there is none.
        highest_gwh: Whose circle is largest; the highest of them if left out.

    Returns:
        Diameters; of those without demand that of the square that stands for them [pt].
    """
    known = np.nan_to_num(demand_gwh, nan=0.0)
    highest = highest_gwh or max(float(known.max(initial=0.0)), 1.0)
    round_ones = np.maximum(_LARGEST_POINTS * np.sqrt(known / highest), _LEAST_POINTS)
    return np.where(known > 0, round_ones, _WITHOUT_POINTS)


def _draw_land(axes: Axes) -> None:
    for kind, points in outline_km():
        if kind == "coast":
            axes.fill(*points, facecolor=_LAND, edgecolor=_BORDER, linewidth=0.9, zorder=0)
        else:
            axes.plot(*points, color=_STATE, linewidth=0.7, zorder=1)
    axes.set_xlim(_WEST_KM, _EAST_KM)
    axes.set_ylim(_SOUTH_KM, _NORTH_KM)
    axes.set_axis_off()


@cache
def outline_km() -> tuple[tuple[str, tuple[np.ndarray, np.ndarray]], ...]:
    """Return every line of the outline: `coast` or `state`, and its points on the map [km]."""
    table = pd.read_csv(shipped_folder("grids") / OUTLINE_FILE)
    lines = table.groupby(["line", "kind"], sort=True)
    return tuple((str(kind), albers_km(g["latitude"], g["longitude"])) for (_, kind), g in lines)


def _norm(intensity: pd.Series) -> Normalize:
    known = intensity.dropna()
    if known.empty:
        return Normalize(0.0, 1.0)
    return Normalize(0.0, 100 * np.ceil(float(known.max()) / 100))


def _draw_circles(axes: Axes, rows: pd.DataFrame, diameters: np.ndarray, norm: Normalize) -> None:
    """Draw the large first, so that small ones stay on top."""
    x, y = albers_km(rows["latitude"], rows["longitude"])
    has_demand = rows["demand_gwh"].notna().to_numpy()
    colors = [_color(value, norm) for value in rows["intensity_kg_per_mwh"]]
    for marker, mask in (("o", has_demand), ("s", ~has_demand)):
        shown = np.flatnonzero(mask)
        axes.scatter(
            x[shown], y[shown], s=diameters[shown] ** 2, c=[colors[i] for i in shown],
            marker=marker, edgecolors=INK, linewidths=0.6, zorder=3,
        )  # fmt: skip


def _color(intensity: float, norm: Normalize) -> tuple[float, float, float, float]:
    if np.isnan(intensity):
        return to_rgba(_UNKNOWN)
    red, green, blue, alpha = matplotlib.colormaps[_COLORMAP](norm(intensity))
    return float(red), float(green), float(blue), float(alpha)


def _draw_labels(axes: Axes, rows: pd.DataFrame, diameters: np.ndarray, norm: Normalize) -> None:
    """Name the larger authorities: inside a circle that has room, else where there is room by it.

    A name that would lie on another, or hide too much of another's circle, is left out.
    """
    x, y = albers_km(rows["latitude"], rows["longitude"])
    circles = [
        _box(float(e) * _POINTS_PER_KM, float(n) * _POINTS_PER_KM, d, d)
        for e, n, d in zip(x, y, diameters, strict=True)
    ]
    taken: list[Box] = []
    for i, row in enumerate(rows.itertuples()):
        code, width = str(row.ba_code), _width(str(row.ba_code))
        inside = width + 1 < diameters[i]
        offsets = _offsets(float(diameters[i]), width, inside=inside)
        others = circles[:i] + circles[i + 1 :]
        place = _free_place(circles[i], offsets, width, taken, others[i:] if inside else others)
        if place is None:
            continue
        box, (right, up) = place
        taken.append(box)
        dark = inside and norm(float(str(row.intensity_kg_per_mwh))) > 0.62
        axes.annotate(
            code, (float(x[i]), float(y[i])), (right, up), textcoords="offset points",
            ha="center", va="center", fontsize=_FONT_POINTS, zorder=5,
            color="white" if dark else INK, path_effects=[] if inside else [_HALO],
        )  # fmt: skip


def _width(code: str) -> float:
    return _CHARACTER_FRAC * _FONT_POINTS * len(code)


def _box(x: float, y: float, width: float, height: float) -> Box:
    return Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _offsets(diameter: float, width: float, *, inside: bool) -> list[tuple[float, float]]:
    """Return where a name may stand in or around its circle, the best first [pt]."""
    if inside:
        step = diameter / 5
        return [(0, 0), (0, step), (0, -step), (step, 0), (-step, 0)]
    side, rise = (diameter + width) / 2 + 3, (diameter + _FONT_POINTS) / 2 + 2
    near = 0.72
    return [
        (side, 0), (-side, 0), (0, rise), (0, -rise),
        (near * side, near * rise), (-near * side, near * rise),
        (near * side, -near * rise), (-near * side, -near * rise),
    ]  # fmt: skip


def _free_place(
    circle: Box,
    offsets: list[tuple[float, float]],
    width: float,
    taken: list[Box],
    others: list[Box],
) -> tuple[Box, tuple[float, float]] | None:
    """Return the first place for a name that no other name or circle is in."""
    x, y = (circle.left + circle.right) / 2, (circle.bottom + circle.top) / 2
    for right, up in offsets:
        box = _box(x + right, y + up, width, _FONT_POINTS)
        if not any(box.overlap(other) > 0 for other in taken + others):
            return box, (right, up)
    return None


def _draw_sizes(axes: Axes, highest_gwh: float) -> None:
    """Draw what areas mean, in the corner where Mexico is."""
    sizes = [size for size in _SIZES_TWH if size * _TWH <= 1.2 * highest_gwh] or [_SIZES_TWH[0]]
    diameters = diameters_points(np.array(sizes) * _TWH, highest_gwh)
    x, bottom = _WEST_KM + 130, _SOUTH_KM + 190
    axes.annotate("Demand [TWh a year]", (x - 60, bottom - 130), color=QUIET, fontsize=8)
    for size, diameter in zip(sizes, diameters, strict=True):
        radius_km = diameter / 2 / _POINTS_PER_KM
        x += radius_km
        axes.scatter(
            [x], [bottom + radius_km], s=diameter**2, c="white", edgecolors=QUIET, zorder=3
        )
        axes.annotate(
            f"{size}", (x + radius_km, bottom), (3, 0), textcoords="offset points", color=QUIET,
            fontsize=8,
        )  # fmt: skip
        x += radius_km + 190


def _draw_bar(figure: Figure, norm: Normalize) -> None:
    mappable = matplotlib.cm.ScalarMappable(norm, _COLORMAP)
    bar = figure.colorbar(mappable, cax=figure.add_axes(_BAR))
    bar.set_label("Mean carbon intensity [kg/MWh]")
    bar.outline.set_visible(False)


def _alt(rows: pd.DataFrame) -> str:
    known = rows.dropna(subset=["intensity_kg_per_mwh"])
    if known.empty:
        return f"Map of {len(rows)} balancing authorities; no intensity is known."
    ranked = known.sort_values("intensity_kg_per_mwh")
    cleanest, dirtiest = ranked.iloc[0], ranked.iloc[-1]
    return (
        f"Map of {len(rows)} balancing authorities at their places. Mean intensity is lowest at "
        f"{cleanest['ba_code']} with {rounded(float(cleanest['intensity_kg_per_mwh']))} kg/MWh and "
        f"highest at {dirtiest['ba_code']} with "
        f"{rounded(float(dirtiest['intensity_kg_per_mwh']))} kg/MWh."
    )
