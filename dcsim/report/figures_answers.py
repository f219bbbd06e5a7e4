"""The figure of near-optimal ranges: how much of each capacity is as good as the plan's."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dcsim.optimize.findings import NearRange
from dcsim.report.numbers import percent, rounded
from dcsim.report.study import Study
from dcsim.report.style import INK, QUIET, color_of, legend_below, new_figure
from dcsim.report.tables import PARTS

_BAR = 0.5  # height of the bar of the widest tolerance, in rows
_BEYOND = 1.25  # how far the axis goes past the largest size


def ranges_figure(study: Study) -> tuple[Figure, str]:
    """Draw for each capacity the sizes that come within each tolerance, and the plan's own.

    Powers and energies are drawn as shares of the plan's size or, where it builds none, of the
    most that is as good; the sizes stand beside the bars.
    """
    assert study.answers is not None
    ranges = study.answers.ranges
    shown = [part for part in PARTS if any(r.capacity == part.capacity for r in ranges)]
    figure = new_figure("How much of each is as good as the plan", 1.6 + 0.62 * len(shown))
    axes = figure.add_subplot()
    sizes = study.chosen.design.as_dict()
    for row, part in enumerate(shown):
        own = [r for r in ranges if r.capacity == part.capacity]
        _draw_row(axes, row, own, sizes[part.capacity], part.source, part.unit)
    axes.set_yticks(range(len(shown)), [part.label for part in shown])
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(0, None)
    axes.set_xlabel("Share of the plan's size (of the most that is as good, where it builds none)")
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:.0%}")
    axes.grid(axis="x")
    legend_below(figure, axes, 3)
    return figure, _alt(study)


def _draw_row(
    axes: Axes, row: int, ranges: list[NearRange], size: float, source: str, unit: str
) -> None:
    """Draw one capacity: a bar for each tolerance, narrower ones on top, and the plan's size."""
    highest = max([size, *(r.high for r in ranges if r.high is not None)])
    whole = size if size > 0.01 * highest else highest
    if whole <= 0:
        return
    by_width = sorted(ranges, key=lambda r: -r.tolerance_frac)
    for step, found in enumerate(by_width):
        high = found.high if found.high is not None else _BEYOND * highest
        axes.barh(
            row, (high - found.low) / whole, left=found.low / whole, height=_BAR - 0.18 * step,
            color=color_of(source), alpha=0.4 + 0.5 * step, linewidth=0,
            label=f"within {percent(found.tolerance_frac)}" if row == 0 else None,
        )  # fmt: skip
    axes.plot(
        size / whole, row, "|", color=INK, markersize=18, label="the plan" if row == 0 else None
    )
    widest = by_width[0]
    high_text = "without limit" if widest.high is None else rounded(widest.high)
    end = widest.high if widest.high is not None else _BEYOND * highest
    axes.annotate(
        f"{rounded(widest.low)} to {high_text} {unit}", (max(end, size) / whole, row), (8, 0),
        textcoords="offset points", va="center", color=QUIET, fontsize=8.5,
    )  # fmt: skip


def _alt(study: Study) -> str:
    assert study.answers is not None
    parts = [
        f"{r.capacity}: {rounded(r.low)} to {'no limit' if r.high is None else rounded(r.high)} "
        f"within {percent(r.tolerance_frac)}"
        for r in study.answers.ranges
    ]
    return f"Bars of near-optimal sizes. {'; '.join(parts)}."
