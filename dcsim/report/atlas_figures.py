"""The figures of an atlas: where it is best, what options bring, what goes with what, accounts."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from dcsim.report.atlas_map import BUILT_COLORS
from dcsim.report.atlas_places import BUILT_BELOW, SOURCES, Atlas
from dcsim.report.atlas_why import (
    BUILDS,
    GOES_WITH,
    LEAST_PLACES,
    STRONG,
    correlation,
    rho_in_words,
)
from dcsim.report.atlas_words import per_mw
from dcsim.report.figures import Described
from dcsim.report.numbers import percent, rounded
from dcsim.report.study import STRATEGY_LABELS
from dcsim.report.style import (
    COLORS,
    FAINT,
    INK,
    QUIET,
    STRATEGY_COLORS,
    TICKS,
    caption,
    legend_below,
    new_figure,
    spread,
)
from dcsim.units import PERCENT

SHOWN_EACH = 10
"""So many of the best and of the worst places are drawn as bars."""

SOURCE_COLORS = {
    "operational": COLORS["grid"],
    "solar": COLORS["solar"],
    "wind": COLORS["wind"],
    "battery": COLORS["battery cells"],
    "servers": COLORS["extra servers"],
}
SOURCE_LABELS = {
    "operational": "Operational: grid import",
    "solar": "Making: solar",
    "wind": "Making: wind",
    "battery": "Making: battery",
    "servers": "Making: extra servers",
}

_GOLDEN = 0.618034  # multiples of it, less their whole part, fill an interval evenly
_LABELLED = 9
_NEIGHBORS_FRAC = 0.1  # of the width; names of points nearer than that are kept apart
_SAVED_LINES = (0.5, 0.8, 0.9)


def best_and_worst_figure(atlas: Atlas) -> Described:
    """Draw the totals of the best and worst places as bars, stacked by what they come from."""
    rows = atlas.places
    few = len(rows) <= 2 * SHOWN_EACH
    parts = [rows] if few else [rows.iloc[:SHOWN_EACH], rows.iloc[-SHOWN_EACH:]]
    titles = ["All places"] if few else [f"The {SHOWN_EACH} best", f"The {SHOWN_EACH} worst"]
    figure = new_figure("What carbon is left with the plan, by source", 1.9 + 0.24 * len(parts[0]))
    panels = figure.subplots(1, len(parts), sharex=True, squeeze=False)[0]
    for axes, part, title in zip(panels, parts, titles, strict=True):
        draw_sources(axes, part, [f"{row['rank']}  {ba}" for ba, row in part.iterrows()])
        axes.set_title(title)
        axes.set_xlabel(f"[{per_mw(atlas)}]")
    panels[0].set_xlim(0, 1.3 * float(rows["total_t_per_mw"].max()) or 1.0)
    legend_below(figure, panels[0], 5)
    worst = rows.iloc[-1]
    return figure, (
        f"Bars of total carbon with the plan by source. Least at {rows.index[0]} with "
        f"{rounded(rows['total_t_per_mw'].iloc[0])}, most at {rows.index[-1]} with "
        f"{rounded(worst['total_t_per_mw'])} {per_mw(atlas)} of mean load."
    )


def draw_sources(axes: Axes, rows: pd.DataFrame, names: Sequence[str]) -> None:
    """Draw a bar for each row from the top down, stacked by source, with its total behind it."""
    at, left = np.arange(len(rows)), np.zeros(len(rows))
    for source in SOURCES:
        lengths = rows[f"{source}_t_per_mw"].to_numpy(dtype=float)
        if lengths.max(initial=0.0) < BUILT_BELOW and source != "operational":
            continue
        axes.barh(
            at, lengths, left=left, height=0.7, color=SOURCE_COLORS[source],
            label=SOURCE_LABELS[source], edgecolor="white", linewidth=0.4,
        )  # fmt: skip
        left = left + lengths
    for y, (end, saved) in enumerate(zip(left, rows["saved_frac"], strict=True)):
        text = rounded(float(end)) + (f" ({percent(saved, 0)} saved)" if saved == saved else "")
        axes.annotate(text, (end, y), (4, 0), textcoords="offset points", va="center", fontsize=8)
    axes.set_yticks(at, names)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_formatter(TICKS)
    axes.grid(axis="x")


def before_and_after_figure(atlas: Atlas) -> Described | None:
    """Draw what the plan leaves against what doing nothing emits, where that is a measure."""
    rows = atlas.places[atlas.places["saved_frac"].notna()]
    if rows.empty:
        return None
    x, y = rows["nothing_t_per_mw"], rows["total_t_per_mw"]
    figure = new_figure("Where planning saves most", 4.8)
    axes = figure.add_subplot()
    for kind, color in BUILT_COLORS.items():
        here = rows["built"] == kind
        if here.any():
            axes.scatter(x[here], y[here], s=34, color=color, edgecolor=INK, linewidth=0.5,
                         label=kind, zorder=3)  # fmt: skip
    axes.set_xlim(0, 1.08 * float(x.max()) or 1.0)
    axes.set_ylim(0, 1.12 * float(y.max()) or 1.0)
    for saved in (0.0, *_SAVED_LINES):
        _draw_saved(axes, saved)
    _name_points(axes, x, y, telling(rows))
    axes.set_xlabel(f"Doing nothing [{per_mw(atlas)}]")
    axes.set_ylabel(f"With the plan [{per_mw(atlas)}]")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(TICKS)
    legend_below(figure, axes, 4)
    if len(rows) < len(atlas.places):
        caption(figure, f"{len(rows)} of {len(atlas.places)} places: in the others, doing nothing "
                "leaves load unserved or emits nothing.")  # fmt: skip
    return figure, (
        f"Scatter of {len(rows)} places: total with the plan against doing nothing. Doing nothing "
        f"goes from {rounded(x.min())} ({x.idxmin()}) to {rounded(x.max())} ({x.idxmax()}), with "
        f"the plan from {rounded(y.min())} ({y.idxmin()}) to {rounded(y.max())} ({y.idxmax()}) "
        f"{per_mw(atlas)}."
    )


def telling(rows: pd.DataFrame) -> list[str]:
    """Return places worth a name: first, last, and extremes of saving and of doing nothing."""
    saved, nothing = rows["saved_frac"], rows["nothing_t_per_mw"]
    extremes = [nothing.idxmin(), nothing.idxmax(), saved.idxmin(), saved.idxmax()]
    ends = [*rows.index[:2], *rows.index[-2:], *extremes]
    return list(dict.fromkeys(str(ba) for ba in ends))[:_LABELLED]


def _name_points(axes: Axes, x: pd.Series, y: pd.Series, names: Sequence[str]) -> None:
    """Write names to the right of points, apart from their neighbors, each tied to its point."""
    right, top = axes.get_xlim()[1], axes.get_ylim()[1]
    for group in _neighbors(x, names, _NEIGHBORS_FRAC * right):
        wanted = [float(y[name]) for name in group]
        heights = spread(wanted, 0.05 * top, 0.02 * top, 0.98 * top)
        for name, height in zip(group, heights, strict=True):
            at = float(x[name]), float(y[name])
            axes.annotate(
                name, at, (at[0] + 0.025 * right, height), textcoords="data", va="center",
                fontsize=8.5, zorder=4,
                path_effects=[withStroke(linewidth=2.5, foreground="white")],
                arrowprops={"arrowstyle": "-", "color": QUIET, "linewidth": 0.6, "shrinkB": 3},
            )  # fmt: skip


def _neighbors(x: pd.Series, names: Sequence[str], gap: float) -> list[list[str]]:
    """Return names in groups, each of which has no gap along x as wide as this or wider."""
    groups: list[list[str]] = []
    for name in sorted(names, key=lambda name: (float(x[name]), name)):
        if groups and float(x[name]) - float(x[groups[-1][-1]]) < gap:
            groups[-1].append(name)
        else:
            groups.append([name])
    return groups


def _draw_saved(axes: Axes, saved: float) -> None:
    """Draw the line on which a share is saved, named beyond the end where it leaves the axes."""
    right, top = axes.get_xlim()[1], axes.get_ylim()[1]
    x = min(right, top / (1 - saved))
    axes.plot([0, x], [0, x * (1 - saved)], color=FAINT, linewidth=0.9, zorder=1)
    text = f"{percent(saved, 0)} saved" if saved else "nothing saved"
    leaves_right = x == right
    axes.annotate(
        text, (x, x * (1 - saved)), (4, 0) if leaves_right else (0, 3), color=QUIET, fontsize=8,
        textcoords="offset points", annotation_clip=False,
        ha="left" if leaves_right else "center", va="center" if leaves_right else "bottom",
    )  # fmt: skip


def options_figure(atlas: Atlas) -> Described | None:
    """Draw what each strategy saves over all places, and what it takes off renewables alone."""
    names, saved = atlas.strategies, atlas.saved.dropna(axis="columns", how="all")
    if len(names) < 2 or saved.empty:
        return None
    base = atlas.options.get("renewables")
    figure = new_figure("What each option saves, place by place", 1.9 + 0.55 * len(names))
    panels = figure.subplots(1, 1 if base is None else 2, squeeze=False)[0]
    _draw_strips(panels[0], [(str(name), saved[name]) for name in saved])
    panels[0].set_xlabel("Saved of doing nothing [%]")
    if base is not None:
        more = [(n, 1 - atlas.options[n] / base) for n in names if n != "renewables"]
        _draw_strips(panels[1], more)
        panels[1].set_xlabel("Taken off what renewables alone leave [%]")
    caption(figure, "A dot for each place; boxes hold the middle half, whiskers 5 to 95 %.")
    told = "; ".join(f"{STRATEGY_LABELS[str(n)]} {percent(saved[n].median())}" for n in saved)
    return figure, f"Strips of the share saved by each strategy over places; medians: {told}."


def _draw_strips(axes: Axes, columns: Sequence[tuple[str, pd.Series]]) -> None:
    for y, (name, values) in enumerate(columns):
        known = PERCENT * values.dropna().to_numpy(dtype=float)
        jitter = 0.5 * ((np.arange(len(known)) * _GOLDEN) % 1.0 - 0.5)
        axes.plot(known, y + jitter, "o", color=STRATEGY_COLORS[name], markersize=3, alpha=0.55,
                  markeredgewidth=0)  # fmt: skip
        axes.boxplot(
            known, positions=[y], orientation="horizontal", widths=0.62, whis=(5, 95),
            showfliers=False, medianprops={"color": INK, "linewidth": 1.6},
            boxprops={"color": QUIET}, whiskerprops={"color": QUIET}, capprops={"color": QUIET},
        )  # fmt: skip
        if len(known):
            axes.annotate(f"{np.median(known):.1f}", (float(np.median(known)), y - 0.36),
                          ha="center", va="bottom", fontsize=8)  # fmt: skip
    axes.set_yticks(range(len(columns)), [STRATEGY_LABELS[name] for name, _ in columns])
    axes.set_ylim(len(columns) - 0.45, -0.6)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_major_formatter(TICKS)
    axes.grid(axis="x")


_BUILD_AXES = {
    "saved_frac": "Saved [%]",
    "solar_per_mw": "Solar\n[MW per MW]",
    "wind_per_mw": "Wind\n[MW per MW]",
    "battery_mwh_per_mw": "Battery\n[MWh per MW]",
    "servers_per_mw": "Servers\n[MW per MW]",
}
_SITE_AXES = {
    "intensity_kg_per_mwh": "Grid [kg/MWh]",
    "intensity_daily_swing_frac": "Daily swing [%]",
    "solar_cf": "Solar yield [%]",
    "wind_cf": "Wind yield [%]",
    "calm_week_frac": "Calm week [%]",
}


def goes_with_figure(atlas: Atlas) -> Described | None:
    """Draw what is built against what places are like; none where nothing is built or saved."""
    rows = atlas.places
    shown = [b for b in BUILDS if rows[b].fillna(0.0).abs().max() >= BUILT_BELOW]
    if not shown:
        return None
    figure = new_figure("What places build, against what they are like", 1.2 + 1.35 * len(shown))
    panels = figure.subplots(len(shown), len(GOES_WITH), sharex="col", sharey="row", squeeze=False)
    colors = [BUILT_COLORS[kind] for kind in rows["built"]]
    strongest = (0.0, "")
    for i, built in enumerate(shown):
        for j, site in enumerate(GOES_WITH):
            rho, n = correlation(rows, built, site)
            _draw_pair(panels[i, j], rows[site] * _scale(site), rows[built] * _scale(built), colors)
            panels[i, j].set_title(
                f"ρ = {rho_in_words(rho)}" if rho == rho else "", fontsize=8.5,
                weight="bold" if abs(rho) >= STRONG and n >= LEAST_PLACES else "normal", color=INK,
            )  # fmt: skip
            strongest = max(strongest, (abs(rho) if rho == rho else 0.0,
                                        f"{BUILDS[built]} and {GOES_WITH[site]}"))  # fmt: skip
        panels[i, 0].set_ylabel(_BUILD_AXES[built])
    for j, site in enumerate(GOES_WITH):
        panels[-1, j].set_xlabel(_SITE_AXES[site])
    figure.align_ylabels(panels[:, 0])
    _legend_of_kinds(figure, rows)
    return figure, (
        f"Small scatters of {len(rows)} places, what is built against what they are like; the "
        f"strongest rank correlation is {strongest[0]:.2f}, of {strongest[1].lower()}."
    )


def _scale(column: str) -> float:
    return PERCENT if column.endswith(("_frac", "_cf")) else 1.0


def _draw_pair(axes: Axes, x: pd.Series, y: pd.Series, colors: Sequence[str]) -> None:
    axes.scatter(x, y, s=13, c=list(colors), edgecolor=INK, linewidth=0.3)
    axes.margins(0.08)
    axes.tick_params(labelsize=7.5)
    axes.locator_params(nbins=4)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(TICKS)
    axes.grid(True)


def _legend_of_kinds(figure: Figure, rows: pd.DataFrame) -> None:
    kinds = [kind for kind in BUILT_COLORS if (rows["built"] == kind).any()]
    handles = [
        Axes.scatter(figure.axes[0], [], [], s=24, color=BUILT_COLORS[kind], edgecolor=INK,
                     linewidth=0.4)
        for kind in kinds
    ]  # fmt: skip
    figure.legend(handles, kinds, loc="outside lower left", ncols=4)
