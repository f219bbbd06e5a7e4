"""Figures of the whole horizon: import and intensity as heat-maps, and duration curves."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dcsim.report.numbers import NOTHING_BELOW, percent, rounded
from dcsim.report.study import Study
from dcsim.report.style import COLORS, new_figure
from dcsim.report.views import (
    days_since_1970,
    hour_of_highest,
    import_without_building_mw,
    local_time,
    moves_work,
    span_in_words,
)
from dcsim.units import DAYS_PER_WEEK, HOURS_PER_DAY, PERCENT, STEP_H

_FEW_DAYS = 14
_SOME_DAYS = 70
_MISSING = "#f2f2f2"

Curve = tuple[str, np.ndarray, str, str]
"""A duration curve: name, values, color, line style."""


def heatmap_figure(study: Study) -> tuple[Figure, str]:
    """Draw grid import [MW] and grid intensity [kg/MWh] by local day and hour of day.

    Returns:
        The figure and its alternative text.
    """
    local = local_time(study)
    import_mw = study.dispatch["grid_mw"].to_numpy()
    intensity = study.traces.column("intensity_kg_per_mwh")
    figure = new_figure("When the plan imports, and how clean the grid is then", 5.6)
    upper, lower = figure.subplots(2, 1, sharex=True)
    draw_map(upper, by_day_and_hour(local, import_mw), "Greys", "Grid import [MW]")
    draw_map(lower, by_day_and_hour(local, intensity), "Oranges", "Grid intensity [kg/MWh]")
    label_dates(lower, local)
    lower.set_xlabel(f"{span_in_words(local)}, {study.scenario.datacenter.time_zone}")
    return figure, _heatmap_alt(local, import_mw, intensity)


def by_day_and_hour(local: pd.DatetimeIndex, values: np.ndarray) -> pd.DataFrame:
    """Lay hourly values out by local hour of day (rows, 0 to 23) and local day (columns).

    An hour that daylight saving repeats is shown as its mean; one it skips is missing, as are
    hours outside the horizon.

    Args:
        local: Hours of the horizon in the site's time.
        values: One for each hour, in any unit.
    """
    days = local.tz_localize(None).normalize()
    table = pd.Series(values).groupby([local.hour, days]).mean().unstack()
    every_day = pd.date_range(days[0], days[-1], freq="D")
    return table.reindex(index=range(HOURS_PER_DAY), columns=every_day)


def draw_map(
    axes: Axes,
    table: pd.DataFrame,
    colormap: str,
    label: str,
    limits: tuple[float, float] | None = None,
) -> None:
    """Draw values by local day and hour as a heat-map with a color bar.

    Args:
        axes: Where.
        table: As `by_day_and_hour` gives it.
        colormap: Name of one of matplotlib's.
        label: What the values are, with their unit.
        limits: Values of the lightest and darkest color; 0 and the highest if left out.
    """
    first_day = days_since_1970(pd.DatetimeIndex(table.columns))[0]
    borders = first_day + np.arange(table.shape[1] + 1)
    highest = float(np.nanmax(table.to_numpy()))
    low, high = limits or (0.0, highest if highest > NOTHING_BELOW else 1.0)
    mesh = axes.pcolormesh(
        borders, np.arange(HOURS_PER_DAY + 1), np.ma.masked_invalid(table.to_numpy()),
        cmap=colormap, vmin=low, vmax=high, rasterized=True,
    )  # fmt: skip
    axes.set_facecolor(_MISSING)
    axes.set_yticks(range(0, HOURS_PER_DAY + 1, 6), [f"{h:02d}:00" for h in range(0, 25, 6)])
    axes.set_ylabel("Local time")
    extend = "both" if limits else "neither"
    bar = axes.figure.colorbar(mesh, ax=axes, pad=0.015, aspect=14, extend=extend)
    bar.set_label(label)
    bar.outline.set_visible(False)


def label_dates(axes: Axes, local: pd.DatetimeIndex) -> None:
    """Name days where they are few, Mondays where they are some, months where they are many."""
    days = pd.date_range(local[0].date(), local[-1].date(), freq="D")
    if len(days) <= _FEW_DAYS:
        shown, texts = days, [f"{day.day} {day:%b}" for day in days]
    elif len(days) <= _SOME_DAYS:
        shown = days[days.day_of_week == 0][:: -(-len(days) // (_FEW_DAYS * DAYS_PER_WEEK))]
        texts = [f"{day.day} {day:%b}" for day in shown]
    else:
        shown = days[days.day == 1]
        texts = [f"{day:%b}" for day in shown]
    middle = 0.5 if len(days) <= _FEW_DAYS else 0.0
    axes.set_xticks(days_since_1970(shown) + middle, texts)


def _heatmap_alt(local: pd.DatetimeIndex, import_mw: np.ndarray, intensity: np.ndarray) -> str:
    return (
        f"Heat-maps by local day and hour. {_imports(local, import_mw)} Grid intensity lies "
        f"between {rounded(intensity.min())} and {rounded(intensity.max())} kg/MWh, "
        f"{rounded(intensity.mean())} in the mean."
    )


def _imports(local: pd.DatetimeIndex, import_mw: np.ndarray) -> str:
    """Return in how many hours the plan imports, and when most."""
    hours = int((import_mw > NOTHING_BELOW).sum())
    if not hours:
        return "The plan imports in no hour."
    by_hour = pd.Series(import_mw).groupby(local.hour).mean()
    return (
        f"The plan imports in {hours:,} of {len(local):,} hours, up to "
        f"{rounded(import_mw.max())} MW in {local[int(import_mw.argmax())]:%B}; the local hour "
        f"with the highest mean import is {hour_of_highest(by_hour)}."
    )


def duration_figure(study: Study) -> tuple[Figure, str]:
    """Draw duration curves of grid import, and of load if the plan shifts any work [MW].

    Returns:
        The figure and its alternative text.
    """
    plan = study.dispatch
    imports: list[Curve] = [
        (study.nothing.label, import_without_building_mw(study), COLORS["grid"], "--"),
        ("The plan", plan["grid_mw"].to_numpy(), COLORS["grid"], "-"),
    ]
    loads: list[Curve] = [
        ("Before shifting", study.traces.column("load_mw"), COLORS["load before shifting"], "--"),
        ("After shifting", plan["load_mw"].to_numpy(), COLORS["load"], "-"),
    ]
    panels = [("Grid import [MW]", imports)]
    if moves_work(study):
        panels.append(("Facility load [MW]", loads))
    figure = new_figure("Duration curves: how much of the time import and load are how high", 4.2)
    for axes, (label, curves) in zip(
        figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True
    ):
        _draw_duration(axes, label, curves)
        axes.set_xlabel("Share of hours [%]")
    return figure, _duration_alt(panels)


def _draw_duration(axes: Axes, label: str, curves: list[Curve]) -> None:
    """Draw values from the highest to the lowest, each curve named at its peak."""
    highest = max(float(values.max()) for _, values, _, _ in curves)
    for name, values, color, line in curves:
        share = np.linspace(0, PERCENT, len(values) + 1)
        ordered = np.sort(values)[::-1]
        axes.step(
            share, np.append(ordered, ordered[-1]), where="post", color=color, linestyle=line,
            linewidth=1.8, label=f"{name}: peak {rounded(values.max())} MW, {_energy(values)}",
        )  # fmt: skip
    axes.set_xlim(0, PERCENT)
    axes.set_ylim(0, 1.3 * max(highest, NOTHING_BELOW))
    axes.set_ylabel(label)
    axes.grid()
    axes.legend(loc="upper right")


def _energy(values: np.ndarray) -> str:
    return f"{rounded(float(values.sum()) * STEP_H)} MWh"


def _duration_alt(panels: list[tuple[str, list[Curve]]]) -> str:
    parts = []
    for label, curves in panels:
        for name, values, _, _ in curves:
            share = percent(float((values > NOTHING_BELOW).mean()))
            parts.append(
                f"{label.split(' [')[0]}, {name.lower()}: peak {rounded(values.max())} MW, "
                f"{_energy(values)}, above zero in {share} of the hours"
            )
    return f"Duration curves. {'. '.join(parts)}."
