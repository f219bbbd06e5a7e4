"""The figures of a report: what each strategy emits, the plan's weeks, its year, its shifting.

A `Study` goes in; matplotlib figures come out, each with an alternative text made from the
numbers. Same study, same bytes.
"""

from io import BytesIO
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from dcsim.footprint.ledger import EMBODIED, OPERATIONAL
from dcsim.report.bars import carbon_pieces, draw_bars
from dcsim.report.figures_answers import ranges_figure
from dcsim.report.figures_by_year import by_year_figure
from dcsim.report.figures_cost import costs_figure
from dcsim.report.figures_day import mean_day_figure
from dcsim.report.figures_risks import risk_figures
from dcsim.report.figures_sensitivity import sensitivity_figure
from dcsim.report.figures_week import week_figures
from dcsim.report.figures_year import duration_figure, heatmap_figure
from dcsim.report.numbers import NOTHING_BELOW, carbon_unit, number, percent, period, tonnes
from dcsim.report.sensitivity import carbon_swings
from dcsim.report.study import Outcome, Study
from dcsim.report.style import (
    FAINT,
    INK,
    QUIET,
    TICKS,
    caption,
    legend_below,
    new_figure,
    report_style,
    settled,
    spread,
)
from dcsim.report.views import first_year_in_words, moves_work, saved_frac
from dcsim.units import KG_PER_T

Described = tuple[Figure, str]
"""A figure and its alternative text."""

OF_ONE_YEAR = {
    "summer_week",
    "winter_week",
    "import_heatmap",
    "duration",
    "months",
    "shifting",
}
"""Figures that show hours, and of several planned years only the first."""

CREATOR = "dcsim, datacenter planner"
"""What a figure that stands alone says of its origin, which is how dcsim knows its own again."""
_ISO_LINES = 7


def all_figures(study: Study) -> dict[str, Described]:
    """Draw every figure of a study, in the order of the report.

    `summer_week` and `winter_week` are one figure, `summer_week`, where the horizon is too short
    for two, which then has neither `worst_week` nor `months`; `shifting` is there only if the
    chosen plan moves work, `depends_on` if its carbon depends on any figure, `ranges` if they were
    asked for, `by_year` if there are several planned years.

    Returns:
        For each name the figure and its alternative text.
    """
    with report_style():
        figures = {
            "strategies": strategies_figure(study),
            "costs": costs_figure(study),
            "operational_embodied": trade_off_figure(study),
            **week_figures(study),
            "import_heatmap": heatmap_figure(study),
            "duration": duration_figure(study),
            **risk_figures(study),
        }
        if carbon_swings(study):
            figures["depends_on"] = sensitivity_figure(study)
        if moves_work(study):
            figures["shifting"] = mean_day_figure(study)
        if study.answers is not None and study.answers.ranges:
            figures["ranges"] = ranges_figure(study)
        if len(study.years) > 1:
            figures = _of_several_years(study, figures)
        return settled(figures)


def _of_several_years(study: Study, figures: dict[str, Described]) -> dict[str, Described]:
    """Add what differs from year to year, and tell which year the others show."""
    first = first_year_in_words(study)
    told: dict[str, Described] = {}
    for name, (figure, alt) in figures.items():
        if name in OF_ONE_YEAR:
            caption(figure, first.capitalize())
        told[name] = (figure, f"{alt} This is {first}." if name in OF_ONE_YEAR else alt)
        if name == "operational_embodied":
            told["by_year"] = by_year_figure(study)
    return told


def figure_bytes(
    figure: Figure, file_format: Literal["png", "svg"], creator: str | None = None
) -> bytes:
    """Return a figure as a file, the same bytes every time.

    Args:
        figure: One of `all_figures`.
        file_format: `png` or `svg`.
        creator: Named in the file; none if left out.
    """
    origin = {"png": {"Software": creator}, "svg": {"Date": None, "Creator": creator}}
    buffer = BytesIO()
    with report_style():
        figure.savefig(buffer, format=file_format, metadata=origin[file_format])
    return buffer.getvalue()


def strategies_figure(study: Study) -> Described:
    """Draw total carbon of each strategy as bars, stacked by what causes it [t CO2e]."""
    figure = new_figure("What each strategy emits in all", 1.7 + 0.55 * len(study.outcomes))
    axes = figure.add_subplot()
    names = [outcome.label for outcome in study.outcomes]
    totals = [_bar_label(study, outcome) for outcome in study.outcomes]
    pieces = carbon_pieces([outcome.footprint.ledger for outcome in study.outcomes])
    draw_bars(axes, names, pieces, totals)
    axes.set_xlabel(f"Operational and embodied carbon [{carbon_unit(study.horizon_hours)}]")
    legend_below(figure, axes, 3)
    return figure, _strategies_alt(study)


def _bar_label(study: Study, outcome: Outcome) -> str:
    total = f"{tonnes(outcome.footprint.total_kg)} t"
    if outcome is study.nothing:
        return total if study.is_fair else f"{total}, load left unserved"
    return f"{total} ({_less(saved_frac(study, outcome))})" if _has_shares(study) else total


def _has_shares(study: Study) -> bool:
    """Say whether doing nothing is a measure: it serves the load, and emits anything."""
    return study.is_fair and study.nothing.footprint.total_kg > NOTHING_BELOW


def _less(frac: float) -> str:
    return f"{percent(abs(frac))} {'less' if frac >= 0 else 'more'}"


def _strategies_alt(study: Study) -> str:
    parts = [f"{o.label}: {_bar_label(study, o)}" for o in study.outcomes]
    measure = "; shares are of what doing nothing emits" if _has_shares(study) else ""
    return (
        f"Stacked bars of operational and embodied carbon {period(study.horizon_hours)}, by "
        f"strategy. {'; '.join(parts)}{measure}."
    )


def trade_off_figure(study: Study) -> Described:
    """Draw operational against embodied carbon, a point for each strategy [t CO2e]."""
    figure = new_figure("Making against running: what each strategy trades", 4.6)
    axes = figure.add_subplot()
    unit = carbon_unit(study.horizon_hours)
    points = _merged_points(study.outcomes[1:])
    shown = [point for *point, _ in points]
    nothing = _point(study.nothing)
    highest_t = max(max(y for _, y in shown), 1e-12)
    if nothing[1] <= 2 * highest_t:
        points.append((*nothing, study.nothing.label))
    axes.set_xlim(0, 1.25 * max(max(x for x, *_ in points), 1e-12))
    axes.set_ylim(0, 1.25 * max(max(y for _, y, _ in points), 1e-12))
    _draw_iso_totals(axes)
    _draw_points(axes, points, study)
    if nothing[1] > 2 * highest_t:
        _note_far_point(axes, study, nothing[1])
    axes.set_xlabel(f"Embodied: making what is built [{unit}]")
    axes.set_ylabel(f"Operational: grid import [{unit}]")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(TICKS)
    return figure, _trade_off_alt(study)


def _point(outcome: Outcome) -> tuple[float, float]:
    """Return embodied and operational carbon of an outcome [t]."""
    ledger = outcome.footprint.ledger
    return ledger.total_kg(EMBODIED) / KG_PER_T, ledger.total_kg(OPERATIONAL) / KG_PER_T


def _merged_points(outcomes: tuple[Outcome, ...]) -> list[tuple[float, float, str]]:
    """Return a point for each outcome; those at the same place share one, with all their names."""
    names: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in outcomes:
        x, y = _point(outcome)
        names.setdefault((f"{x:.4g}", f"{y:.4g}"), []).append(outcome)
    return [(*_point(same[0]), " = ".join(o.label for o in same)) for same in names.values()]


def _draw_points(axes: Axes, points: list[tuple[float, float, str]], study: Study) -> None:
    """Draw points, and their names in a column at the right, each tied to its point."""
    top = axes.get_ylim()[1]
    heights = spread([y for _, y, _ in points], 0.075 * top, 0.03 * top, 0.97 * top)
    for (x, y, name), height in zip(points, heights, strict=True):
        is_chosen = study.chosen.label in name.split(" = ")
        axes.plot(x, y, "o", color=INK if is_chosen else QUIET, markersize=9 if is_chosen else 7)
        axes.annotate(
            f"{name}: {number(x + y)} t", (x, y), (1.02, height),
            textcoords=("axes fraction", "data"), va="center", annotation_clip=False,
            weight="bold" if is_chosen else "normal",
            arrowprops={"arrowstyle": "-", "color": QUIET, "linewidth": 0.6, "shrinkB": 5},
        )  # fmt: skip


def _draw_iso_totals(axes: Axes) -> None:
    """Draw lines of equal total, each named where it leaves the axes."""
    right, top = axes.get_xlim()[1], axes.get_ylim()[1]
    for total in MaxNLocator(_ISO_LINES).tick_values(0, right + top)[1:-1]:
        x, y = (0.0, total) if total <= top else (total - top, top)
        if x > 0.85 * right:
            continue  # its name would stand among those of the points
        axes.plot([0, total], [total, 0], color=FAINT, zorder=0, scalex=False, scaley=False)
        axes.annotate(
            f"total {total:,.9g}",
            (x, y),
            (3, 3),
            textcoords="offset points",
            color=QUIET,
            fontsize=8,
        )


def _note_far_point(axes: Axes, study: Study, operational_t: float) -> None:
    axes.annotate(
        f"{study.nothing.label}: {number(operational_t)} t operational,\nfar above this figure ↑",
        (0.015, 0.03), xycoords="axes fraction", color=QUIET,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 2},
    )  # fmt: skip


def _trade_off_alt(study: Study) -> str:
    parts = []
    for outcome in study.outcomes:
        embodied_t, operational_t = _point(outcome)
        parts.append(
            f"{outcome.label}: {number(embodied_t)} t embodied, "
            f"{number(operational_t)} t operational"
        )
    return f"Embodied against operational carbon {period(study.horizon_hours)}. {'; '.join(parts)}."
