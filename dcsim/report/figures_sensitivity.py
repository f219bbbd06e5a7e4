"""The figure of what a plan's total carbon depends on: a bar from low to high for each figure."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dcsim.report.numbers import CO2E, plain, signed, signed_share, tonnes, with_unit
from dcsim.report.sensitivity import Swing, carbon_swings
from dcsim.report.study import Study
from dcsim.report.style import COLORS, INK, TICKS, new_figure
from dcsim.units import KG_PER_T

_BAR = 0.55
_MOST_SHOWN = 8


def sensitivity_figure(study: Study) -> tuple[Figure, str]:
    """Draw how total carbon moves with each figure it rests on, the most first [t CO2e].

    Returns:
        The figure and its alternative text.
    """
    swings = carbon_swings(study)[:_MOST_SHOWN]
    total_kg = study.chosen.footprint.total_kg
    figure = new_figure("What the plan's total depends on", 1.5 + 0.5 * len(swings))
    axes = figure.add_subplot()
    for row, swing in enumerate(swings):
        _draw_swing(axes, row, swing, total_kg)
    axes.axvline(0, color=INK, linewidth=1)
    axes.set_yticks(range(len(swings)), [swing.label for swing in swings])
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0)
    axes.margins(x=0.28)
    axes.xaxis.set_major_formatter(TICKS)
    axes.set_xlabel(f"Change of the plan's total [t {CO2E}], the same being built and run")
    axes.grid(axis="x")
    return figure, _alt(swings, total_kg)


def _draw_swing(axes: Axes, row: int, swing: Swing, total_kg: float) -> None:
    """Draw both ends of a figure's spread, and beside each the figure there.

    Of a figure outside its spread both ends lie on one side, and their words stand together.
    """
    ends = ((swing.low, swing.at_low), (swing.high, swing.at_high))
    for sign, color in ((-1, COLORS["discharge"]), (1, COLORS["intensity"])):
        side = [(value, change_kg) for value, change_kg in ends if sign * change_kg > 0]
        if not side:
            continue
        changes_t = [change_kg / KG_PER_T for _, change_kg in side]
        axes.barh([row] * len(side), changes_t, height=_BAR, color=color, linewidth=0)
        axes.annotate(
            "\n".join(f"{plain(value)}: {_change(kg, total_kg)}" for value, kg in side),
            (sign * max(map(abs, changes_t)), row), (5 * sign, 0), textcoords="offset points",
            ha="left" if sign > 0 else "right", va="center", fontsize=8.5,
        )  # fmt: skip


def _change(change_kg: float, total_kg: float) -> str:
    """Return a change as a share of the total, or in tonnes where the plan emits nothing."""
    return signed_share(change_kg, total_kg) or with_unit(signed(tonnes(change_kg)), "t")


def _alt(swings: list[Swing], total_kg: float) -> str:
    parts = [
        f"{swing.label}, {plain(swing.used)} {swing.unit} used: "
        f"{_change(swing.at_low, total_kg)} at {plain(swing.low)}, "
        f"{_change(swing.at_high, total_kg)} at {plain(swing.high)}"
        for swing in swings
    ]
    return f"Bars of how total carbon changes with each figure it rests on. {'; '.join(parts)}."
