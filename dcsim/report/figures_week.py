"""Figures of weeks: how the plan runs hour by hour in a week of summer and one of winter."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedFormatter, FixedLocator, NullFormatter

from dcsim.report.numbers import NOTHING_BELOW, days_in_words, rounded
from dcsim.report.study import Study, YearRun
from dcsim.report.style import COLORS, FAINT, QUIET, legend_below, new_figure
from dcsim.report.views import days_since_1970, local_time, moves_work, span_in_words, used_mw
from dcsim.units import DAYS_PER_WEEK, HOURS_PER_DAY, STEP_H

_WEEK_H = DAYS_PER_WEEK * HOURS_PER_DAY
_JULY, _JANUARY, _MIDDLE = 7, 1, 15
_NEAR_DAYS = 31
_SHORT_H = 3 * HOURS_PER_DAY
_TICK_H = 6
_NAMED_H = 9  # a shorter part of a day has no room for its name
_SUPPLY = {
    "solar": "Solar used",
    "wind": "Wind used",
    "discharge": "Battery discharging",
    "grid": "Grid import",
}


@dataclass(frozen=True)
class Window:
    """Some hours of the horizon to look at closely, and what to call them."""

    title: str
    start: int
    stop: int


def week_figures(study: Study) -> dict[str, tuple[Figure, str]]:
    """Draw a week in summer and one in winter; one figure only if both are the same hours.

    Returns:
        Under `summer_week` and `winter_week` the figure and its alternative text.
    """
    local = local_time(study)
    summer = week_window(local, _JULY) or _end_window(local, "first")
    winter = week_window(local, _JANUARY) or _end_window(local, "last")
    windows = {"summer_week": summer, "winter_week": winter}
    if (summer.start, summer.stop) == (winter.start, winter.stop):
        del windows["winter_week"]
    first = study.years[0]
    return {name: week_figure(study, window, first) for name, window in windows.items()}


def week_window(local: pd.DatetimeIndex, month: int) -> Window | None:
    """Return the 7 local days from the Monday nearest to the middle of a month.

    Args:
        local: Hours of the horizon in the site's time.
        month: 1 to 12.

    Returns:
        None if no such week, within a month of the middle, lies whole in the horizon.
    """
    days = local.tz_localize(None).normalize()
    mondays = days.unique()[days.unique().day_of_week == 0]
    found = []
    for monday in mondays:
        start = int(days.searchsorted(monday))
        stop = int(days.searchsorted(monday + pd.Timedelta(days=DAYS_PER_WEEK)))
        away = abs((monday.date() - date(monday.year, month, _MIDDLE)).days)
        if stop - start >= _WEEK_H - 1 and away <= _NEAR_DAYS:  # one hour is lost in spring
            found.append((away, start, stop))
    if not found:
        return None
    _, start, stop = min(found)
    return Window(f"A week in {local[start]:%B}", start, stop)


def _end_window(local: pd.DatetimeIndex, end: str) -> Window:
    """Return the first or last week of a horizon, or all of a shorter one."""
    if len(local) <= _WEEK_H:
        return Window(f"All {days_in_words(len(local))}", 0, len(local))
    start = 0 if end == "first" else len(local) - _WEEK_H
    return Window(f"The {end} week", start, start + _WEEK_H)


def week_figure(study: Study, window: Window, run: YearRun) -> tuple[Figure, str]:
    """Draw how the plan runs in some hours of a year.

    Returns:
        The figure and its alternative text.
    """
    hours = slice(window.start, window.stop)
    energy, local = run.dispatch.iloc[hours], local_time(study, run.traces)[hours]
    title = f"{window.title} of the plan, {span_in_words(local)}"
    figure = new_figure(title, 5.6)
    power, below = figure.subplots(2, 1, sharex=True, height_ratios=[3, 1.15])
    edges = _edges(local)
    _draw_supply(power, edges, energy)
    before_mw = run.traces.column("load_mw")[hours] if moves_work(study, run) else None
    _draw_demand(power, edges, energy, before_mw)
    _limit_height(power, energy)
    power.set_ylabel("Power [MW]")
    legend_below(figure, power, 4)
    intensity = run.traces.column("intensity_kg_per_mwh")[hours]
    _draw_state(below, edges, energy, intensity, study.chosen.design.battery_mwh)
    _label_days(below, local, edges, study.scenario.datacenter.time_zone)
    return figure, f"{title}. {_week_alt(energy, intensity)}"


def _edges(local: pd.DatetimeIndex) -> np.ndarray:
    """Return the borders of the hours in matplotlib's days; one more than there are hours."""
    starts = days_since_1970(local.tz_convert("UTC").tz_localize(None))
    return np.append(starts, starts[-1] + STEP_H / HOURS_PER_DAY)


def _held(values: np.ndarray) -> np.ndarray:
    """Return hourly means with the last one again, to draw steps up to the last border."""
    return np.append(values, values[-1])


def _draw_supply(axes: Axes, edges: np.ndarray, energy: pd.DataFrame) -> None:
    """Stack what supplies the site, hour by hour."""
    supply = used_mw(energy).assign(discharge=energy["discharge_mw"], grid=energy["grid_mw"])
    base = np.zeros(len(edges))
    for name, label in _SUPPLY.items():
        values = supply[name].to_numpy()
        if values.max() < NOTHING_BELOW:
            continue
        top = base + _held(values)
        axes.fill_between(
            edges, base, top, step="post", facecolor=COLORS[name], linewidth=0, label=label
        )
        base = top


def _draw_demand(
    axes: Axes, edges: np.ndarray, energy: pd.DataFrame, before_mw: np.ndarray | None
) -> None:
    """Draw the load as a line, what goes into the battery or out, and what is not used."""
    load = _held(energy["load_mw"].to_numpy())
    charge = load + _held(energy["charge_mw"].to_numpy())
    export = charge + _held(energy["export_mw"].to_numpy())
    curtailed = export + _held(energy["curtailed_mw"].to_numpy())
    _hatch(axes, edges, load, charge, ("////", COLORS["charge"], "none", "Battery charging"))
    _hatch(axes, edges, charge, export, ("....", QUIET, "none", "Export"))
    _hatch(axes, edges, export, curtailed, (None, "none", COLORS["curtailed"], "Curtailed"))
    if before_mw is not None:
        axes.step(
            edges, _held(before_mw), where="post", color=COLORS["load before shifting"],
            linewidth=1.2, linestyle=(0, (3, 1.5)), label="Load before shifting",
        )  # fmt: skip
    axes.step(edges, load, where="post", color=COLORS["load"], linewidth=1.7, label="Load")


def _hatch(
    axes: Axes,
    edges: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    look: tuple[str | None, str, str, str],
) -> None:
    if (high - low).max() < NOTHING_BELOW:
        return
    hatch, line, face, label = look
    axes.fill_between(
        edges, low, high, step="post", hatch=hatch, edgecolor=line, facecolor=face, linewidth=0,
        label=label,
    )  # fmt: skip


def _limit_height(axes: Axes, energy: pd.DataFrame) -> None:
    """Leave out the top of curtailment where it would make all else small, and say so."""
    used = energy[["load_mw", "charge_mw", "export_mw"]].sum(axis=1)
    highest_mw = float((used + energy["curtailed_mw"]).max())
    shown_mw = 1.3 * float(used.max())
    axes.set_ylim(0, min(1.05 * highest_mw, shown_mw))
    if 1.05 * highest_mw > shown_mw:
        axes.text(
            0.995, 0.975, f"with what is curtailed up to {rounded(highest_mw)} MW ↑",
            ha="right", va="top", color=QUIET, fontsize=8.5, transform=axes.transAxes,
        )  # fmt: skip


def _draw_state(
    axes: Axes, edges: np.ndarray, energy: pd.DataFrame, intensity: np.ndarray, battery_mwh: float
) -> None:
    """Draw stored energy at the end of each hour, and the grid's intensity."""
    right = axes.twinx() if battery_mwh > NOTHING_BELOW else axes
    if right is not axes:
        stored = energy["stored_mwh"].to_numpy()
        axes.fill_between(edges[1:], stored, color=COLORS["stored"], alpha=0.35, linewidth=0)
        axes.plot(edges[1:], stored, color=COLORS["stored"], linewidth=1)
        axes.set_ylim(0, 1.05 * battery_mwh)
        axes.set_ylabel("Stored [MWh]", color=COLORS["charge"])
        right.spines["right"].set_visible(True)
    right.step(edges, _held(intensity), where="post", color=COLORS["intensity"], linewidth=1.2)
    right.set_ylim(0, 1.1 * max(float(intensity.max()), NOTHING_BELOW))
    right.set_ylabel("Grid intensity\n[kg/MWh]", color=COLORS["intensity"])


def _label_days(axes: Axes, local: pd.DatetimeIndex, edges: np.ndarray, time_zone: str) -> None:
    """Mark local midnights, and name each day in its middle; hours too if there are few."""
    axes.set_xlim(edges[0], edges[-1])
    days = local.tz_localize(None).normalize()
    starts = [int(i) for i in np.flatnonzero(days[1:] != days[:-1]) + 1]
    borders = [0, *starts, len(local)]
    named = [(a, b) for a, b in pairwise(borders) if b - a >= _NAMED_H]
    middles = [(edges[a] + edges[b]) / 2 for a, b in named]
    at, texts = middles, [f"{local[a]:%a} {local[a].day} {local[a]:%b}" for a, _ in named]
    if len(local) <= _SHORT_H:
        shown = [i for i in range(len(local)) if local[i].hour % _TICK_H == 0]
        at, texts = [edges[i] for i in shown], [f"{local[i]:%H:%M\n%a %d %b}" for i in shown]
    axes.xaxis.set_major_locator(FixedLocator([float(edges[i]) for i in starts]))
    axes.xaxis.set_major_formatter(NullFormatter())
    axes.xaxis.set_minor_locator(FixedLocator([float(x) for x in at]))
    axes.xaxis.set_minor_formatter(FixedFormatter(texts))
    for panel in axes.figure.axes:
        panel.tick_params(axis="x", which="minor", length=0 if at is middles else 3)
        panel.grid(axis="x", which="major", color=FAINT)
    axes.set_xlabel(f"Local time, {time_zone}")


def _week_alt(energy: pd.DataFrame, intensity: np.ndarray) -> str:
    sums = energy.sum() * STEP_H
    return (
        f"The load takes {rounded(sums['load_mw'])} MWh and charging {rounded(sums['charge_mw'])} "
        f"MWh; the grid gives {rounded(sums['grid_mw'])} MWh and the battery "
        f"{rounded(sums['discharge_mw'])} MWh, solar and wind the rest; "
        f"{rounded(sums['curtailed_mw'])} MWh are curtailed. Grid intensity lies between "
        f"{rounded(intensity.min())} and {rounded(intensity.max())} kg/MWh."
    )
