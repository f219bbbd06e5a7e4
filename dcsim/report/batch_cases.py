"""The plainer report of a batch that is no atlas: every case in a table, totals in a figure."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes

from dcsim.report.atlas_columns import RANKED
from dcsim.report.atlas_figures import draw_sources
from dcsim.report.atlas_figures_more import plain_text
from dcsim.report.atlas_places import Atlas
from dcsim.report.atlas_tables import unit_in_words
from dcsim.report.atlas_words import per_mw
from dcsim.report.batch import BA
from dcsim.report.figures import Described
from dcsim.report.numbers import DASH, percent, rounded
from dcsim.report.sortable import Column, Entry, Line, SortableTable, figure, sortable, words
from dcsim.report.style import TICKS, legend_below, new_figure

_MOST_BARS = 40
_MOST_LINES = 8
_LEAST_POINTS = 3
_LINE_COLORS = (
    "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#c44e00", "#6a51a3", "#6b6b6b",
)  # fmt: skip


def varied(atlas: Atlas) -> dict[str, tuple[str, ...]]:
    """Return the axes that have several labels; all of them where none has."""
    axes = atlas.findings.axes
    return {name: labels for name, labels in axes.items() if len(labels) > 1} or dict(axes)


def cases_headline(atlas: Atlas) -> list[str]:
    """Return what a batch that is no atlas says, in sentences."""
    rows = atlas.cases[atlas.cases["total_t_per_mw"].notna()]
    if rows.empty:
        return ["No case has a plan."]
    total = rows["total_t_per_mw"]
    least, most = (rows.iloc[int(n)] for n in (total.argmin(), total.argmax()))
    sentences = [
        f"Of {len(rows)} cases with a plan, {_label(atlas, least)} emits least, "
        f"{rounded(total.min())}, and {_label(atlas, most)} most, {rounded(total.max())} "
        f"{per_mw(atlas)} of mean load, all that is built included."
    ]
    saved = rows["saved_frac"].dropna()
    if len(saved):
        sentences.append(
            f"Planning saves {percent(saved.median())} of the carbon of doing nothing at the "
            f"median, from {percent(saved.min())} to {percent(saved.max())}."
        )
    return sentences


def cases_trouble(atlas: Atlas) -> list[str]:
    """Return how many cases have no plan, and why; empty if all have one."""
    findings = atlas.findings
    without = int((atlas.cases["infeasible"] != "").sum())
    open_ones = findings.cases - findings.done - len(findings.failures)
    counts = [
        (without, "cannot keep the limits"),
        (len(findings.failures), "failed"),
        (open_ones, "not done yet"),
    ]
    told = [f"{n} of {findings.cases} cases {what}." for n, what in counts if n > 0]
    return told and [*told, "The table “What did not work” has the reasons."]


def _label(atlas: Atlas, row: pd.Series) -> str:
    labels = (f"{axis} {row[axis]}" for axis in varied(atlas) if row[axis])
    return ", ".join(labels) or str(row[BA])


def cases_table(atlas: Atlas) -> SortableTable:
    """Return every case that is done, in the order of the study."""
    axes = varied(atlas)
    columns = [
        Column("Case", "In the order of the study."),
        Column("BA", "Code of the balancing authority.", is_number=False),
        *(Column(axis, "An axis of the study.", is_number=is_numeric(axes[axis])) for axis in axes),
        *(column for column, *_ in RANKED),
    ]
    lines = [
        Line(f"case-{n}", (
            figure(float(n), lambda x: f"{x:.0f}"),
            words(str(row[BA])),
            *(_axis_cell(str(row[axis]), is_numeric(axes[axis])) for axis in axes),
            *(figure(float(row[name]), write) for _, name, write in RANKED),
        ))
        for n, (_, row) in enumerate(atlas.cases.iterrows(), start=1)
    ]  # fmt: skip
    return sortable("cases", f"Every case that is done. {unit_in_words(atlas)}", columns, lines)


def _axis_cell(label: str, is_number: bool) -> Entry:
    if not label:
        return Entry(DASH)
    return figure(float(label), lambda _: label) if is_number else words(label)


def is_numeric(labels: tuple[str, ...]) -> bool:
    """Tell whether all labels of an axis are numbers."""
    try:
        return all(pd.notna(float(label)) for label in labels)
    except ValueError:
        return False


def cases_figure(atlas: Atlas) -> Described | None:
    """Draw totals by case: lines along a numeric axis if there is one, else bars by source."""
    rows = atlas.cases[atlas.cases["total_t_per_mw"].notna()]
    if rows.empty:
        return None
    axis = _numeric_axis(varied(atlas))
    if axis is not None and (rows[axis] != "").any():
        return _lines_figure(atlas, rows, axis)
    return _bars_figure(atlas, rows)


def _numeric_axis(axes: Mapping[str, tuple[str, ...]]) -> str | None:
    numeric = [
        a for a, labels in axes.items() if len(labels) >= _LEAST_POINTS and is_numeric(labels)
    ]
    return numeric[0] if numeric else None


def _lines_figure(atlas: Atlas, rows: pd.DataFrame, axis: str) -> Described:
    """Draw the total against a numeric axis, a line for each combination of the other labels.

    Cases without a label on that axis are left out.
    """
    known = rows[rows[axis] != ""]
    figure_ = new_figure(plain_text(f"Total carbon against {axis}"), 4.4)
    axes = figure_.add_subplot()
    others = [name for name in varied(atlas) if name != axis]
    groups = list(known.groupby(others, sort=False)) if others else [((), known)]
    for (labels, part), color in zip(groups[:_MOST_LINES], _LINE_COLORS, strict=False):
        at = part[axis].astype(float).to_numpy()
        order = at.argsort()
        name = ", ".join(str(label) for label in labels if label) or "with the plan"
        axes.plot(at[order], part["total_t_per_mw"].to_numpy()[order], "-o", color=color,
                  markersize=4, label=plain_text(name))  # fmt: skip
    _finish(axes, plain_text(axis), f"With the plan [{per_mw(atlas)}]")
    legend_below(figure_, axes, 4)
    shown = f" The first {_MOST_LINES} of {len(groups)} are drawn." * (len(groups) > _MOST_LINES)
    left_out = len(rows) - len(known)
    without = f" Not drawn: {left_out} without a label of it." * (left_out > 0)
    return figure_, f"Total carbon of {len(known)} cases against {axis}.{shown}{without}"


def _finish(axes: Axes, x: str, y: str) -> None:
    axes.set_xlabel(x)
    axes.set_ylabel(y)
    axes.set_ylim(bottom=0)
    axes.grid(True)
    for each in (axes.xaxis, axes.yaxis):
        each.set_major_formatter(TICKS)


def _bars_figure(atlas: Atlas, rows: pd.DataFrame) -> Described:
    shown = rows.iloc[:_MOST_BARS]
    figure_ = new_figure("Carbon with the plan, case by case", 1.7 + 0.27 * len(shown))
    axes = figure_.add_subplot()
    draw_sources(axes, shown, [plain_text(_label(atlas, row)) for _, row in shown.iterrows()])
    axes.set_xlim(0, 1.25 * float(shown["total_t_per_mw"].max()) or 1.0)
    axes.set_xlabel(f"[{per_mw(atlas)}]")
    legend_below(figure_, axes, 3)
    cut = f" The first {_MOST_BARS} of {len(rows)} are drawn." * (len(rows) > _MOST_BARS)
    return figure_, f"Bars of total carbon by source of {len(shown)} cases.{cut}"
