"""Further figures of an atlas: fronts of all places laid on each other, and ranks by account."""

import textwrap
from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from dcsim.report.atlas_places import PLACES, Atlas
from dcsim.report.atlas_words import per_mw
from dcsim.report.figures import Described
from dcsim.report.numbers import CO2E, period
from dcsim.report.prose import listed
from dcsim.report.study import STRATEGY_LABELS
from dcsim.report.style import FAINT, INK, QUIET, TICKS, caption, legend_below, new_figure, spread
from dcsim.units import KG_PER_T, PERCENT

_NAMED_COLORS = ("#0072b2", "#009e73", "#c44e00", "#a6478c")
_OTHERS = "#c3c8cb"
_BEYOND = 1.6
_MOVERS = 4
_PANELS = 4
_LABEL_CHARACTERS = 14
_USD_PER_THOUSAND = 1000.0


def fronts_of(atlas: Atlas, kind: str) -> pd.DataFrame:
    """Return the fronts of a kind under the first labels, of the last strategy that has them."""
    rows = atlas.findings.fronts
    rows = rows[(rows["front"] == kind) & rows[PLACES].isin(atlas.places.index)]
    for axis, labels in atlas.findings.axes.items():
        if axis != PLACES:
            rows = rows[rows[axis] == labels[0]]
    if rows.empty:
        return rows
    last = [s for s in STRATEGY_LABELS if (rows["strategy"] == s).any()][-1]
    return rows[rows["strategy"] == last].sort_values([PLACES, "point"], kind="stable")


def named_places(atlas: Atlas, codes: Sequence[str]) -> dict[str, str]:
    """Return places to be named on fronts, and why: best, median, worst, most saved.

    Args:
        atlas: Gives ranks.
        codes: The places that have a front of more than a point.
    """
    ranks = [str(ba) for ba in atlas.places.index if ba in set(codes)]
    if not ranks:
        return {}
    saved = atlas.places.loc[ranks, "saved_frac"].dropna()
    chosen = [("best", ranks[0]), ("worst", ranks[-1]), ("median", ranks[len(ranks) // 2])]
    if len(saved):
        chosen.append(("saves most", str(saved.idxmax())))
    names: dict[str, str] = {}
    for why, ba in chosen:
        names[ba] = f"{names[ba]}, {why}" if ba in names else why
    return names


def carbon_fronts_figure(atlas: Atlas) -> Described | None:
    """Draw operational against embodied carbon of all places: as it is, and as shares."""
    rows = fronts_of(atlas, "carbon")
    if rows.empty:
        return None
    per = atlas.places["load_mw"].reindex(rows[PLACES]).to_numpy() * KG_PER_T
    x, y = rows["embodied_kg"] / per, rows["operational_kg"] / per
    nothing = atlas.places["nothing_t_per_mw"].where(atlas.places["saved_frac"].notna())
    share = PERCENT / nothing.reindex(rows[PLACES]).to_numpy()
    has_shares = not np.isnan(share).all()
    figure = new_figure("What making more saves in running, everywhere", 4.9)
    whole, *others = figure.subplots(1, 1 + has_shares, squeeze=False)[0]
    _draw_fronts(whole, atlas, rows, x, y)
    whole.set_title("Per MW of mean load")
    whole.set_xlabel(f"Embodied [{per_mw(atlas)}]")
    whole.set_ylabel(f"Operational [{per_mw(atlas)}]")
    for shares in others:
        _draw_fronts(shares, atlas, rows, x * share, y * share)
        shares.set_title("As shares of doing nothing")
        shares.set_xlabel("Embodied [% of doing nothing]")
        shares.set_ylabel("Operational [% of doing nothing]")
    legend_below(figure, whole, 4)
    count, named = rows[PLACES].nunique(), _named(atlas, rows)
    caption(
        figure,
        f"A line for each of {count} places, cut off beyond the least totals, the stars.",
    )
    return figure, (
        f"Fronts of {count} places, operational against embodied carbon; named are "
        f"{listed([f'{b} ({w})' for b, w in named.items()])}."
    )


def cost_fronts_figure(atlas: Atlas) -> Described | None:
    """Draw cost against carbon of all places, per MW of mean load."""
    rows = fronts_of(atlas, "cost")
    if rows.empty:
        return None
    load = atlas.places["load_mw"].reindex(rows[PLACES]).to_numpy()
    x, y = rows["total_kg"] / KG_PER_T / load, rows["cost_usd"] / _USD_PER_THOUSAND / load
    figure = new_figure("What less carbon costs, everywhere", 4.6)
    axes = figure.add_subplot()
    _draw_fronts(axes, atlas, rows, x, y)
    axes.set_xlabel(f"Carbon [{per_mw(atlas)}]")
    axes.set_ylabel(f"Cost [thousand USD {period(atlas.hours)} per MW]")
    legend_below(figure, axes, 4)
    count = rows[PLACES].nunique()
    return figure, f"Fronts of {count} places, cost against carbon {CO2E} per MW of mean load."


def _named(atlas: Atlas, rows: pd.DataFrame) -> dict[str, str]:
    points = rows[PLACES].value_counts()
    return named_places(atlas, [str(ba) for ba in points.index[points > 1]])


def _draw_fronts(axes: Axes, atlas: Atlas, rows: pd.DataFrame, x: pd.Series, y: pd.Series) -> None:
    """Draw all fronts faint and some in color, the latter with their names for the legend."""
    codes = [str(ba) for ba in rows[PLACES].unique()]
    named = _named(atlas, rows)
    colors = dict(zip(named, _NAMED_COLORS, strict=False))
    for ba in [*(code for code in codes if code not in named), *named]:
        here, is_named = rows[PLACES] == ba, ba in named
        color = colors.get(ba, _OTHERS)
        star = here & rows["is_optimum"].astype("boolean").fillna(False).astype(bool)
        axes.plot(
            x[here], y[here], color=color, linewidth=1.8 if is_named else 0.7,
            zorder=3 if is_named else 2, label=f"{ba}: {named[ba]}" if is_named else None,
        )  # fmt: skip
        axes.plot(
            x[star], y[star], "*", color=color, markersize=9 if is_named else 3.5, zorder=4,
            markeredgecolor=INK if is_named else "none", markeredgewidth=0.5,
        )  # fmt: skip
    axes.set_xlim(0, _end(rows, x))
    axes.set_ylim(bottom=0)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(TICKS)
    axes.grid(True)


def _end(rows: pd.DataFrame, x: pd.Series) -> float:
    """Return where to cut fronts off at the right: well beyond the least total of any place."""
    best = x[rows["is_optimum"].astype("boolean").fillna(False).astype(bool)]
    whole = float(x.max()) or 1.0
    return min(whole, _BEYOND * float(best.max())) if best.max() > 0 else whole


def ranks_figure(atlas: Atlas) -> Described | None:
    """Draw how the rank of each place changes under other labels; the most moved are named."""
    shown = [(axis, label) for axis, label in atlas.others if len(atlas.pairs(axis, label)[0]) > 1]
    if not shown:
        return None
    shown = shown[:_PANELS]
    figure = new_figure("How ranks change when the question does", 5.6)
    panels = figure.subplots(1, len(shown), sharey=True, squeeze=False)[0]
    told = [
        _draw_slopes(axes, atlas, axis, label)
        for axes, (axis, label) in zip(panels, shown, strict=True)
    ]
    panels[0].set_ylabel("Rank, 1 has the least total")
    caption(figure, f"Left of each: the first labels; right: the other. Named: the {_MOVERS} "
            "places that move most.")  # fmt: skip
    return figure, f"Slopes of ranks under other labels. {' '.join(told)}"


def _draw_slopes(axes: Axes, atlas: Atlas, axis: str, label: str) -> str:
    """Draw one line for each place; returns what is seen."""
    first, other = atlas.pairs(axis, label)
    change = (other["rank"] - first["rank"]).abs().sort_values(ascending=False, kind="stable")
    movers = [ba for ba in change.index[:_MOVERS] if change[ba] > 0]
    for ba in first.index:
        if ba not in movers:
            axes.plot([0, 1], [first["rank"][ba], other["rank"][ba]], color=FAINT, linewidth=1)
    for ba, color in zip(movers, _NAMED_COLORS, strict=False):
        axes.plot([0, 1], [first["rank"][ba], other["rank"][ba]], color=color, linewidth=1.8)
    gap = 0.035 * len(first) + 0.2
    for side, ranks, align in ((-0.04, first["rank"], "right"), (1.04, other["rank"], "left")):
        heights = spread([float(ranks[ba]) for ba in movers], gap, 1, max(len(first), 2))
        for ba, color, height in zip(movers, _NAMED_COLORS, heights, strict=False):
            axes.annotate(f"{ba} {ranks[ba]}", (side, height), ha=align, va="center",
                          fontsize=8.5, color=color, annotation_clip=False)  # fmt: skip
    axes.set_xlim(-0.55, 1.55)
    axes.set_ylim(len(first) + 0.8, 0.2)
    axes.set_xticks([0, 1], [_wrapped(atlas.findings.axes[axis][0]), _wrapped(label)])
    axes.spines[["bottom", "left"]].set_visible(False)
    axes.tick_params(length=0, colors=QUIET)
    axes.set_title(plain_text(axis), fontsize=9)
    most = (
        f"{movers[0]} goes from {first['rank'][movers[0]]} to {other['rank'][movers[0]]}"
        if movers
        else "no place moves"
    )
    return f"{label}: {most}."


def _wrapped(label: str) -> str:
    return "\n".join(textwrap.wrap(plain_text(label), _LABEL_CHARACTERS, max_lines=3))


def plain_text(text: str) -> str:
    """Return a label as matplotlib draws it letter by letter: dollars begin no formula."""
    return text.replace("$", r"\$")
