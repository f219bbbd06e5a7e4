"""Figures of a grid: what it generates from, how clean it is when, and how much of the time.

Hourly tables go in; matplotlib figures come out, each with an alternative text made from the
numbers. Every figure says under its title where its hours are from, or that they are modelled.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dcsim.report.figures_year import by_day_and_hour, draw_map, label_dates
from dcsim.report.numbers import percent, rounded
from dcsim.report.style import COLORS, FUEL_COLORS, INK, TICKS, caption, legend_below, new_figure
from dcsim.report.views import days_since_1970, hour_of_highest, span_in_words
from dcsim.units import HOURS_PER_DAY, PERCENT

_SOME_DAYS = 70
_WHOLE_DAY_FRAC = 0.9  # a shorter day at either end has no mean of its own
_MW_PER_GW = 1000.0
_LARGE_MW = 10_000.0
_IMPORT_COLOR = "#dcdcdc"
_LEAST_SHARE = 5e-4  # what would be 0.0 % of the generation is left out


@dataclass(frozen=True)
class GridHours:
    """The hours of one grid, as its figures show them.

    Attributes:
        label: What titles call the grid, such as `CISO`.
        name: What it is called in full.
        caption: Where the hours are from, such as `reference year (modelled)`.
        time_zone: IANA name of its local time.
        generation_mw: Generation by fuel, columns `FUELS`, index UTC and hour-beginning [MW].
        intensity_kg_per_mwh: Carbon intensity of each hour.
        demand_mw: Demand, if known; generation stands for it otherwise [MW].
        storage_mw: Net output of storage, below zero when charging, if known [MW].
        export_mw: Net export, below zero when importing, if known [MW].
        solar_nameplate_mw: Of the solar fleet, if known [MW].
        wind_nameplate_mw: Of the wind fleet, if known [MW].
    """

    label: str
    name: str
    caption: str
    time_zone: str
    generation_mw: pd.DataFrame
    intensity_kg_per_mwh: pd.Series
    demand_mw: pd.Series | None = None
    storage_mw: pd.Series | None = None
    export_mw: pd.Series | None = None
    solar_nameplate_mw: float | None = None
    wind_nameplate_mw: float | None = None

    @property
    def local(self) -> pd.DatetimeIndex:
        """Return the hours in local time."""
        return pd.DatetimeIndex(self.generation_mw.index).tz_convert(ZoneInfo(self.time_zone))


@dataclass(frozen=True)
class Layer:
    """What is stacked in a mix: a name, a color, hourly power and a hatch."""

    label: str
    color: str
    power_mw: np.ndarray
    hatch: str = ""


def mix_figure(hours: GridHours) -> tuple[Figure, str]:
    """Draw what a grid is supplied from, stacked by fuel: daily means of a year, hours of weeks.

    What storage takes in and what is exported stands below zero.

    Returns:
        The figure and its alternative text.
    """
    above, below = _supplies(hours), _uses(hours)
    moments, means = _means(hours.local, above + below)
    unit, scale = _unit(means[: len(above)].sum(axis=0).max())
    figure = new_figure(f"{hours.label}: generation by fuel", 4.9)
    axes = figure.add_subplot()
    _stack(axes, moments, above, means[: len(above)] / scale)
    _stack(axes, moments, below, -means[len(above) :] / scale)
    _draw_demand(axes, hours, scale)
    axes.set_xlim(moments[0], moments[-1])
    axes.grid(axis="y")
    axes.yaxis.set_major_formatter(TICKS)
    if below:
        axes.axhline(0, color=INK, linewidth=0.8)
    else:
        axes.set_ylim(0, None)
    label_dates(axes, hours.local)
    axes.set_ylabel(f"{_span_word(hours.local)} [{unit}]")
    axes.set_xlabel(_axis_of_days(hours))
    caption(figure, f"{hours.name}: {hours.caption}. Shares are of the generation.")
    legend_below(figure, axes, 4)
    return figure, _mix_alt(hours)


def _supplies(hours: GridHours) -> list[Layer]:
    shares = _shares(hours.generation_mw)
    layers = [
        Layer(f"{_in_words(fuel)} {percent(shares[fuel])}", color, _column(hours, fuel))
        for fuel, color in FUEL_COLORS.items()
        if shares[fuel] >= _LEAST_SHARE
    ]
    if hours.storage_mw is not None:
        given = np.clip(hours.storage_mw.to_numpy(), 0, None)
        layers.append(Layer("Storage giving", COLORS["discharge"], given))
    if hours.export_mw is not None:
        taken = np.clip(-hours.export_mw.to_numpy(), 0, None)
        layers.append(Layer("Net import", _IMPORT_COLOR, taken, "////"))
    return _present(layers)


def _uses(hours: GridHours) -> list[Layer]:
    layers = []
    if hours.storage_mw is not None:
        taken = np.clip(-hours.storage_mw.to_numpy(), 0, None)
        layers.append(Layer("Storage charging", COLORS["charge"], taken))
    if hours.export_mw is not None:
        given = np.clip(hours.export_mw.to_numpy(), 0, None)
        layers.append(Layer("Net export", COLORS["grid"], given, "////"))
    return _present(layers)


def _column(hours: GridHours, fuel: str) -> np.ndarray:
    return hours.generation_mw[fuel].clip(lower=0).to_numpy()


def _present(layers: list[Layer]) -> list[Layer]:
    return [layer for layer in layers if np.nansum(layer.power_mw) > 0]


def _shares(generation_mw: pd.DataFrame) -> pd.Series:
    total = generation_mw.clip(lower=0).sum()
    return total / total.sum()


def _in_words(column: str) -> str:
    return column.replace("_", " ").capitalize()


def _means(local: pd.DatetimeIndex, layers: list[Layer]) -> tuple[np.ndarray, np.ndarray]:
    """Return moments [days since 1970] and for each layer its daily means; hours of few days."""
    naive = local.tz_localize(None)
    table = np.array([layer.power_mw for layer in layers])
    if len(local) <= _SOME_DAYS * HOURS_PER_DAY:
        return days_since_1970(naive), table
    days = pd.DataFrame(table.T).groupby(naive.normalize())
    whole = days.size() >= _WHOLE_DAY_FRAC * HOURS_PER_DAY
    means = days.mean()[whole]
    return days_since_1970(pd.DatetimeIndex(means.index)) + 0.5, means.to_numpy().T


def _unit(highest_mw: float) -> tuple[str, float]:
    """Return the unit of power in which a figure has few digits, and how many MW it is."""
    return ("GW", _MW_PER_GW) if highest_mw >= _LARGE_MW else ("MW", 1.0)


def _stack(axes: Axes, moments: np.ndarray, layers: list[Layer], means: np.ndarray) -> None:
    edge = np.zeros(len(moments))
    for layer, mean in zip(layers, means, strict=True):
        axes.fill_between(
            moments, edge, edge + mean, facecolor=layer.color, label=layer.label,
            hatch=layer.hatch or None, edgecolor="white", linewidth=0.25,
        )  # fmt: skip
        edge = edge + mean


def _draw_demand(axes: Axes, hours: GridHours, scale: float) -> None:
    if hours.demand_mw is None:
        return
    layer = Layer("Demand", COLORS["load"], hours.demand_mw.to_numpy())
    moments, means = _means(hours.local, [layer])
    axes.plot(moments, means[0] / scale, color=layer.color, linewidth=1.2, label=layer.label)


def _span_word(local: pd.DatetimeIndex) -> str:
    is_long = len(local) > _SOME_DAYS * HOURS_PER_DAY
    return "Mean power of each day" if is_long else "Power"


def _axis_of_days(hours: GridHours) -> str:
    utc = pd.DatetimeIndex(hours.generation_mw.index)
    return f"{span_in_words(utc)} (UTC), in the time of {hours.time_zone}"


def _mix_alt(hours: GridHours) -> str:
    shares = _shares(hours.generation_mw).sort_values(ascending=False)
    parts = [f"{_in_words(str(f)).lower()} {percent(s)}" for f, s in shares.items() if s > 0]
    total = rounded(float(hours.generation_mw.clip(lower=0).to_numpy().sum()) / _MW_PER_GW)
    return f"Stacked areas of generation by fuel, {total} GWh in all: {', '.join(parts)}."


def intensity_heatmap_figure(hours: GridHours) -> tuple[Figure, str]:
    """Draw the carbon intensity of a grid by local day and hour of day [kg/MWh].

    Colors span the middle 99 % of the hours, so that a few odd ones do not bleach the rest.

    Returns:
        The figure and its alternative text.
    """
    intensity = hours.intensity_kg_per_mwh.to_numpy()
    low, high = np.nanpercentile(intensity, [0.5, 99.5])
    figure = new_figure(f"{hours.label}: carbon intensity by day and hour", 3.9)
    axes = figure.add_subplot()
    label = "Carbon intensity [kg/MWh]"
    limits = (float(low), float(high)) if high - low > 1 else (float(low) - 1, float(high) + 1)
    draw_map(axes, by_day_and_hour(hours.local, intensity), "YlOrBr", label, limits)
    label_dates(axes, hours.local)
    axes.set_xlabel(_axis_of_days(hours))
    mean = rounded(float(np.nanmean(intensity)))
    caption(figure, f"{hours.name}: {hours.caption}. Mean of all hours: {mean} kg/MWh.")
    return figure, _intensity_alt(hours.local, intensity)


def _intensity_alt(local: pd.DatetimeIndex, intensity: np.ndarray) -> str:
    by_hour = pd.Series(intensity).groupby(local.hour).mean()
    return (
        f"Heat-map of carbon intensity by local day and hour: {rounded(np.nanmean(intensity))} "
        f"kg/MWh in the mean, {rounded(np.nanmin(intensity))} at the lowest and "
        f"{rounded(np.nanmax(intensity))} at the highest; highest in the mean at "
        f"{hour_of_highest(by_hour)}, lowest at {hour_of_highest(-by_hour)} local time."
    )


def duration_curves_figure(hours: GridHours) -> tuple[Figure, str]:
    """Draw duration curves of demand and net load, of intensity, and of solar and wind.

    Returns:
        The figure and its alternative text.
    """
    figure = new_figure(f"{hours.label}: duration curves", 3.9)
    has_fleet = any(_column(hours, fuel).max() > 0 for fuel in ("solar", "wind"))
    panels = figure.subplots(1, 3 if has_fleet else 2)
    _draw_loads(panels[0], hours, has_fleet=has_fleet)
    _draw_curve(panels[1], hours.intensity_kg_per_mwh.to_numpy(), COLORS["intensity"], "")
    panels[1].set_ylabel("Carbon intensity [kg/MWh]")
    panels[1].set_ylim(0, None)
    if has_fleet:
        _draw_renewables(panels[2], hours)
    for axes in panels:
        axes.set_xlim(0, PERCENT)
        axes.set_xlabel("Share of hours [%]")
        axes.grid()
    caption(figure, f"{hours.name}: {hours.caption}. Hours sorted from the highest to the lowest.")
    return figure, _duration_alt(hours)


def _load_mw(hours: GridHours) -> tuple[str, np.ndarray]:
    """Return demand and its name, or all generation where demand is not known [MW]."""
    if hours.demand_mw is not None:
        return "Demand", hours.demand_mw.to_numpy()
    return "Generation", hours.generation_mw.clip(lower=0).sum(axis=1).to_numpy()


def _draw_loads(axes: Axes, hours: GridHours, *, has_fleet: bool) -> None:
    name, load_mw = _load_mw(hours)
    net_mw = load_mw - _column(hours, "solar") - _column(hours, "wind")
    unit, scale = _unit(float(np.nanmax(load_mw)))
    _draw_curve(axes, load_mw / scale, COLORS["load"], name)
    if has_fleet:
        _draw_curve(axes, net_mw / scale, COLORS["load before shifting"], "less solar and wind")
    axes.set_ylabel(f"{name} [{unit}]")
    axes.set_ylim(min(0.0, float(np.nanmin(net_mw)) / scale), None)
    axes.yaxis.set_major_formatter(TICKS)
    axes.legend(loc="lower left")


def _draw_renewables(axes: Axes, hours: GridHours) -> None:
    """Draw solar and wind over their nameplates, or over their highest hour if unknown."""
    bases = set()
    for fuel in ("solar", "wind"):
        power_mw = _column(hours, fuel)
        if power_mw.max() == 0:
            continue
        nameplate_mw: float | None = getattr(hours, f"{fuel}_nameplate_mw")
        base_mw = nameplate_mw or power_mw.max()
        bases.add("nameplate" if nameplate_mw else "highest hour")
        label = f"{fuel.capitalize()}, mean {percent(power_mw.mean() / base_mw, 0)}"
        _draw_curve(axes, PERCENT * power_mw / base_mw, COLORS[fuel], label)
    axes.set_ylim(0, None)
    axes.set_ylabel(f"Output over {' or '.join(sorted(bases))} [%]")
    axes.legend(loc="upper right")


def _draw_curve(axes: Axes, values: np.ndarray, color: str, label: str) -> None:
    known = values[~np.isnan(values)]
    share = np.linspace(0, PERCENT, len(known))
    axes.plot(share, np.sort(known)[::-1], color=color, linewidth=1.8, label=label)


def _duration_alt(hours: GridHours) -> str:
    name, load_mw = _load_mw(hours)
    net_mw = load_mw - _column(hours, "solar") - _column(hours, "wind")
    return (
        f"Duration curves. {name} lies between {rounded(np.nanmin(load_mw))} and "
        f"{rounded(np.nanmax(load_mw))} MW, less solar and wind between "
        f"{rounded(np.nanmin(net_mw))} and {rounded(np.nanmax(net_mw))} MW. Intensity: half of "
        f"the hours are above {rounded(hours.intensity_kg_per_mwh.median())} kg/MWh."
    )
