"""The figures of fronts: what each strategy trades, with bounds, and what is built along one."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from dcsim.optimize.front import Front, FrontKind
from dcsim.report.figures import Described
from dcsim.report.numbers import CO2E, NOTHING_BELOW, number, percent, with_period
from dcsim.report.study import STRATEGY_LABELS
from dcsim.report.style import (
    COLORS,
    INK,
    QUIET,
    STRATEGY_COLORS,
    TICKS,
    legend_below,
    new_figure,
    report_style,
    settled,
)
from dcsim.report.tables import PARTS
from dcsim.units import KG_PER_T, USD_PER_MILLION

_STEPS = 400  # points at which the bounds between two ends are drawn
_NEAR = 1.9  # the right panel shows each total up to this many times that of the best plan
_LEAST_SHOWN = 0.5  # and at least this share of the two together

_X_NAMES: dict[FrontKind, str] = {
    "carbon": "Embodied: making what is built",
    "cost": "Operational and embodied carbon",
}
_Y_NAMES: dict[FrontKind, str] = {"carbon": "Operational: grid import", "cost": "Cost"}
_TITLES: dict[FrontKind, str] = {
    "carbon": "Making against running: the best each strategy can do",
    "cost": "Carbon against cost: the best each strategy can do",
}


def per_unit(unit: str) -> float:
    """Return how much of a total stands for one on an axis: a tonne, or a million dollars."""
    return USD_PER_MILLION if unit == "USD" else KG_PER_T


def unit_on_axis(unit: str, hours: int) -> str:
    """Return the unit of a total over the horizon, as people read it."""
    return with_period("million USD" if unit == "USD" else f"t {CO2E}", hours)


def front_figures(fronts: Sequence[Front], hours: int) -> dict[str, Described]:
    """Draw the fronts of all strategies on one chart, and what is built along the last.

    Args:
        fronts: One for each strategy, all of one kind.
        hours: Length of the horizon [h].
    """
    with report_style():
        return settled(
            {
                "fronts": fronts_figure(fronts, hours),
                "front_designs": designs_figure(fronts[-1], hours),
            }
        )


def fronts_figure(fronts: Sequence[Front], hours: int) -> Described:
    """Draw each front with the band between its inner and outer bound: whole, and near the best."""
    kind = fronts[0].kind
    figure = new_figure(_TITLES[kind], 5.4)
    whole, near = figure.subplots(1, 2)
    for axes in (whole, near):
        for front in fronts:
            _draw_front(axes, front)
        axes.set_xlabel(f"{_X_NAMES[kind]}\n[{unit_on_axis(fronts[0].axes.x_unit, hours)}]")
        axes.grid(True)
        axes.xaxis.set_major_locator(MaxNLocator(5))
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(TICKS)
    whole.set_ylabel(f"{_Y_NAMES[kind]} [{unit_on_axis(fronts[0].axes.y_unit, hours)}]")
    whole.set_title("Whole")
    whole.set_xlim(left=0)
    whole.set_ylim(bottom=0)
    _zoom(near, fronts)
    legend_below(figure, whole, 3)
    return figure, _fronts_alt(fronts, hours)


def _draw_front(axes: Axes, front: Front) -> None:
    """Draw the band of what is not known, the chords, and the points that stand out."""
    x_per, y_per = per_unit(front.axes.x_unit), per_unit(front.axes.y_unit)
    x = np.linspace(front.x[-1], front.x[0], _STEPS)
    color = STRATEGY_COLORS[front.strategy]
    axes.fill_between(
        x / x_per, np.maximum(front.outer(x), 0.0) / y_per, front.inner(x) / y_per,
        color=color, alpha=0.3, linewidth=0,
    )  # fmt: skip
    axes.plot(
        front.x / x_per, front.y / y_per, "-o", color=color, markersize=3, linewidth=1.2,
        label=STRATEGY_LABELS[front.strategy],
    )  # fmt: skip
    knee = front.points[front.knee]
    axes.plot(
        knee.x / x_per, knee.y / y_per, "D", color="white", markeredgecolor=color, markersize=7
    )
    if front.optimum is not None:
        least = front.points[front.optimum]
        axes.plot(
            least.x / x_per, least.y / y_per, "*", color=color, markeredgecolor=INK, markersize=12
        )


def _zoom(axes: Axes, fronts: Sequence[Front]) -> None:
    """Show the neighborhood of the best front's best plan, with lines of equal total."""
    best = fronts[-1]
    x_per, y_per = per_unit(best.axes.x_unit), per_unit(best.axes.y_unit)
    centre = best.points[best.knee if best.optimum is None else best.optimum]
    x, y = centre.x / x_per, centre.y / y_per
    if best.optimum is None:
        lowest = float(best.y.min()) / y_per
        axes.set_ylim(lowest - 0.05 * abs(lowest), lowest + 2.5 * max(y - lowest, 0.02 * abs(y)))
        axes.set_xlim(0, _NEAR * x)
        axes.set_title("Near the knee")
        return
    least = x + y
    axes.set_xlim(0, max(_NEAR * x, _LEAST_SHOWN * least, 1e-9))
    axes.set_ylim(0, max(_NEAR * y, _LEAST_SHOWN * least, 1e-9))
    axes.plot([0, least], [least, 0], color=QUIET, linewidth=0.8, linestyle=":", zorder=0)
    axes.annotate(
        f"every plan on this line\nemits {number(least)} t in all", (0.03, 0.03),
        xycoords="axes fraction", color=QUIET, fontsize=8,
    )  # fmt: skip
    axes.set_title("Near the least total")


def _fronts_alt(fronts: Sequence[Front], hours: int) -> str:
    return f"{_TITLES[fronts[0].kind]}. " + " ".join(_in_words(f, hours) for f in fronts)


def _in_words(front: Front, hours: int) -> str:
    x_per, y_per = per_unit(front.axes.x_unit), per_unit(front.axes.y_unit)
    ends = (front.points[0], front.points[-1])
    loose, tight = (f"({number(p.x / x_per)}, {number(p.y / y_per)})" for p in ends)
    knee = front.points[front.knee]
    return (
        f"{STRATEGY_LABELS[front.strategy]}: from {tight} to {loose}, knee at "
        f"({number(knee.x / x_per)}, {number(knee.y / y_per)}), bounds at most "
        f"{percent(front.largest_gap_frac, 2)} apart."
    )


def designs_figure(front: Front, hours: int) -> Described:
    """Draw what is built along a front: powers at the left, battery energy at the right."""
    label = STRATEGY_LABELS[front.strategy]
    figure = new_figure(f"What is built along the front of “{label}”", 4.2)
    powers = figure.add_subplot()
    energy = powers.twinx()
    x = front.x / per_unit(front.axes.x_unit)
    designs = [point.design for point in front.points]
    for name, source, style in (
        ("solar_mw", "solar", "-"),
        ("wind_mw", "wind", "-"),
        ("battery_mw", "battery power", "-"),
        ("extra_server_mw", "extra servers", "-"),
    ):
        sizes_mw = [getattr(design, name) for design in designs]
        powers.plot(x, sizes_mw, style + "o", color=COLORS[source], markersize=3,
                    label=f"{source.capitalize()} [MW]")  # fmt: skip
    energy.plot(
        x, [design.battery_mwh for design in designs], "--o", color=COLORS["battery cells"],
        markersize=3, label="Battery energy [MWh]",
    )  # fmt: skip
    _mark_best(powers, front)
    powers.set_xlabel(f"{_X_NAMES[front.kind]} [{unit_on_axis(front.axes.x_unit, hours)}]")
    powers.set_ylabel("Power [MW]")
    energy.set_ylabel("Battery energy [MWh]")
    energy.spines["right"].set_visible(True)
    for axes in (powers, energy):
        axes.set_ylim(bottom=0)
        axes.yaxis.set_major_formatter(TICKS)
    powers.xaxis.set_major_formatter(TICKS)
    powers.set_xlim(left=0)
    _legend_of_both(figure, powers, energy)
    return figure, _designs_alt(front, hours)


def _mark_best(axes: Axes, front: Front) -> None:
    if front.optimum is not None:
        x = front.points[front.optimum].x / per_unit(front.axes.x_unit)
        axes.axvline(x, color=QUIET, linewidth=0.8, linestyle=":")
        axes.annotate(
            "least total", (x, 0.98), (4, 0), xycoords=("data", "axes fraction"),
            textcoords="offset points", va="top", color=QUIET, fontsize=8,
        )  # fmt: skip


def _legend_of_both(figure: object, one: Axes, other: Axes) -> None:
    handles, labels = one.get_legend_handles_labels()
    more, names = other.get_legend_handles_labels()
    figure.legend(  # type: ignore[attr-defined]
        handles + more, labels + names, loc="outside lower left", ncols=3
    )


def _designs_alt(front: Front, hours: int) -> str:
    loose = front.points[0]
    of_capacity = loose.design.as_dict()
    sizes = ", ".join(
        f"{part.words} {number(of_capacity[part.capacity])} {part.unit}"
        for part in PARTS
        if of_capacity[part.capacity] > NOTHING_BELOW
    )
    x = number(loose.x / per_unit(front.axes.x_unit))
    unit = unit_on_axis(front.axes.x_unit, hours)
    return (
        f"Capacities along the front of {STRATEGY_LABELS[front.strategy]}, from nothing more than "
        f"there must be to {x} {unit} with {sizes or 'nothing built'}."
    )
