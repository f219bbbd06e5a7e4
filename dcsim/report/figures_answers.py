"""The figure of near-optimal ranges: how much of each capacity is as good as the plan's."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dcsim.optimize.findings import NearRange
from dcsim.report.numbers import percent
from dcsim.report.study import Study
from dcsim.report.style import INK, QUIET, color_of, legend_below, new_figure
from dcsim.report.tables import PARTS, Part
from dcsim.report.tables_answers import range_text

_BAR = 0.5  # height of the bar of the widest tolerance, in rows
_BEYOND = 1.25  # how far a bar without limit goes past what else is drawn


def ranges_figure(study: Study) -> tuple[Figure, str]:
    """Draw for each capacity the sizes that come within each tolerance, and the plan's own.

    Each bar is drawn on a scale of its own, to the largest size of that capacity that is as good;
    the sizes at the widest tolerance stand beside it.
    """
    shown = [(part, found) for part in PARTS if (found := _widest_first(study, part))]
    figure = new_figure("How much of each is as good as the plan", 1.6 + 0.62 * len(shown))
    axes = figure.add_subplot()
    sizes = study.chosen.design.as_dict()
    for row, (part, found) in enumerate(shown):
        _draw_row(axes, row, found, sizes[part.capacity], part)
    axes.set_yticks(range(len(shown)), [part.label for part, _ in shown])
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(0, 1)
    axes.set_xlabel("Share of the largest size drawn of each capacity")
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
    axes.grid(axis="x")
    legend_below(figure, axes, 3)
    return figure, _alt(study)


def _widest_first(study: Study, part: Part) -> list[NearRange]:
    ranges = study.answers.ranges if study.answers is not None else ()
    own = [found for found in ranges if found.capacity == part.capacity]
    return sorted(own, key=lambda found: -found.tolerance_frac)


def _draw_row(axes: Axes, row: int, ranges: list[NearRange], size: float, part: Part) -> None:
    """Draw one capacity: a bar for each tolerance, narrower ones on top, and the plan's size."""
    ends = [size, *(found.low for found in ranges), *(found.high or 0.0 for found in ranges)]
    has_end = all(found.high is not None for found in ranges)
    whole = max(ends) * (1 if has_end else _BEYOND) or 1.0
    for step, found in enumerate(ranges):
        high = whole if found.high is None else found.high
        axes.barh(
            row, (high - found.low) / whole, left=found.low / whole, height=_BAR - 0.18 * step,
            color=color_of(part.source), alpha=0.4 + 0.5 * step, linewidth=0,
            label=f"within {percent(found.tolerance_frac)}" if row == 0 else None,
        )  # fmt: skip
    axes.plot(
        size / whole, row, "|", color=INK, markersize=18, clip_on=False, linestyle="none",
        label="the plan" if row == 0 else None,
    )  # fmt: skip
    axes.annotate(
        range_text(ranges[0], part.unit), (1, row), (10, 0),
        textcoords="offset points", va="center", color=QUIET, fontsize=8.5, annotation_clip=False,
    )  # fmt: skip


def _alt(study: Study) -> str:
    parts = [
        f"{part.label}: {range_text(found, part.unit)} within {percent(found.tolerance_frac)}"
        for part in PARTS
        for found in reversed(_widest_first(study, part))
    ]
    return f"Bars of near-optimal sizes. {'; '.join(parts)}."
