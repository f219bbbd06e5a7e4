"""The mean day of the plan: the load before and after shifting, and what it is shifted towards."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dcsim.report.numbers import NOTHING_BELOW, percent, rounded
from dcsim.report.study import Study
from dcsim.report.style import COLORS, new_figure
from dcsim.report.views import hour_of_highest, local_time, moved_mwh
from dcsim.units import HOURS_PER_DAY

_TICK_H = 3


def mean_day_figure(study: Study) -> tuple[Figure, str]:
    """Draw the mean day: load before and after shifting, own supply and intensity, by local hour.

    Returns:
        The figure and its alternative text.
    """
    day = _mean_day(study)
    figure = new_figure("The mean day, before and after shifting", 5.4)
    load, below = figure.subplots(2, 1, sharex=True, height_ratios=[1.4, 1])
    _draw_shift(load, day)
    _draw_own_supply(below, day)
    hours = range(0, HOURS_PER_DAY + 1, _TICK_H)
    below.set_xlim(0, HOURS_PER_DAY)
    below.set_xticks(hours, [f"{hour:02d}:00" for hour in hours])
    below.set_xlabel(f"Local time, {study.scenario.datacenter.time_zone}")
    return figure, _mean_day_alt(study, day)


def _mean_day(study: Study) -> pd.DataFrame:
    """Return means over the horizon for each local hour, 0 to 23 [MW, kg/MWh]."""
    table = pd.DataFrame(
        {
            "before": study.traces.column("load_mw"),
            "after": study.dispatch["load_mw"].to_numpy(),
            "solar": study.dispatch["solar_mw"].to_numpy(),
            "wind": study.dispatch["wind_mw"].to_numpy(),
            "intensity": study.traces.column("intensity_kg_per_mwh"),
        }
    )
    return table.groupby(local_time(study).hour).mean().reindex(range(HOURS_PER_DAY))


def _held(values: pd.Series) -> np.ndarray:
    """Return hourly means with the last one again, to draw steps up to midnight."""
    return np.append(values.to_numpy(), values.iloc[-1])


def _draw_shift(axes: Axes, day: pd.DataFrame) -> None:
    edges = np.arange(HOURS_PER_DAY + 1)
    before, after = _held(day["before"]), _held(day["after"])
    for end, color, label in (
        (np.maximum(before, after), COLORS["load"], "Work moved here"),
        (np.minimum(before, after), COLORS["load before shifting"], "Work moved away"),
    ):
        axes.fill_between(
            edges, before, end, step="post", color=color, alpha=0.25, linewidth=0, label=label,
        )  # fmt: skip
    axes.step(
        edges, before, where="post", color=COLORS["load before shifting"],
        linestyle=(0, (3, 1.5)), linewidth=1.4, label="Load before shifting",
    )  # fmt: skip
    axes.step(edges, after, where="post", color=COLORS["load"], linewidth=1.8, label="Load")
    low, high = (
        float(day[["before", "after"]].min().min()),
        float(day[["before", "after"]].max().max()),
    )
    margin = 0.15 * max(high - low, NOTHING_BELOW)
    axes.set_ylim(max(0.0, low - margin), high + 2.5 * margin)
    axes.set_ylabel("Mean load [MW]\n(axis not from zero)")
    axes.grid(axis="y")
    axes.legend(loc="upper left", ncols=4)


def _draw_own_supply(axes: Axes, day: pd.DataFrame) -> None:
    edges = np.arange(HOURS_PER_DAY + 1)
    base = np.zeros(HOURS_PER_DAY + 1)
    for name in ("solar", "wind"):
        top = base + _held(day[name])
        if day[name].max() > NOTHING_BELOW:
            axes.fill_between(
                edges, base, top, step="post", color=COLORS[name], linewidth=0,
                label=f"Own {name}, available",
            )  # fmt: skip
        base = top
    axes.set_ylim(0, 1.35 * max(float(np.nanmax(base)), NOTHING_BELOW))
    axes.set_ylabel("Own supply [MW]")
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="upper left", ncols=2)
    _draw_intensity(axes, edges, _held(day["intensity"]))


def _draw_intensity(axes: Axes, edges: np.ndarray, intensity: np.ndarray) -> None:
    right = axes.twinx()
    right.spines["right"].set_visible(True)
    right.step(edges, intensity, where="post", color=COLORS["intensity"], linewidth=1.6)
    right.set_ylim(0, 1.35 * max(float(np.nanmax(intensity)), NOTHING_BELOW))
    right.set_ylabel("Grid intensity [kg/MWh]", color=COLORS["intensity"])


def _mean_day_alt(study: Study, day: pd.DataFrame) -> str:
    change = day["after"] - day["before"]
    moved = moved_mwh(study, study.years[0])
    share = percent(moved / float(study.traces.column("load_mw").sum()))
    return (
        f"Mean load by local hour before and after shifting. At least {rounded(moved)} MWh "
        f"({share} of the load) run in another hour than they arrive in. On the mean day most is "
        f"added at {hour_of_highest(change)} ({rounded(change.max())} MW) and most taken "
        f"away at {hour_of_highest(-change)} ({rounded(-change.min())} MW). Mean grid intensity "
        f"is lowest at {hour_of_highest(-day['intensity'])}, "
        f"{rounded(day['intensity'].min())} kg/MWh."
    )
