"""A calendar of what repair changed: a square for each day, and a bar for each rule."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from dcsim.report.numbers import percent
from dcsim.report.style import FAINT, INK, QUIET, caption, new_figure
from dcsim.units import DAYS_PER_WEEK

STEPS = ((0, "#dde5e9"), (1, "#fee391"), (4, "#fe9929"), (9, "#cc4c02"), (17, "#662506"))
"""Fewest changed hours of a day, and the color from there on: pale, then light to dark."""

_DAY_NAMES = {0: "Mon", 2: "Wed", 4: "Fri"}
_SQUARE = 0.88  # of the room a day has
_WEEKS = 53
_BAR_IN = 0.26
_YEAR_IN = 1.55


def flags_calendar_figure(
    changes: pd.DataFrame, hours: pd.DatetimeIndex, title: str, source: str
) -> tuple[Figure, str]:
    """Draw how many hours of each day were changed, and how many each rule changed.

    Args:
        changes: A row for each value that was changed: `utc_hour_beginning`, `column`, `rule`, and
            what was reported and what it is now.
        hours: All hours that were looked at, UTC.
        title: What was looked at, such as `CISO 2022`.
        source: Where its hours are from.

    Returns:
        The figure and its alternative text.
    """
    by_day = changed_hours_by_day(changes, hours)
    by_rule = hours_by_rule(changes)
    years = sorted(set(pd.DatetimeIndex(by_day.index).year))
    bars_in = _BAR_IN * max(len(by_rule), 1) + 0.5
    figure = new_figure(
        f"{title}: hours that repair changed", 1.1 + _YEAR_IN * len(years) + bars_in
    )
    *calendars, bars = figure.subplots(
        len(years) + 1, 1, height_ratios=[_YEAR_IN] * len(years) + [bars_in]
    )
    for axes, year in zip(calendars, years, strict=True):
        _draw_year(axes, by_day[pd.DatetimeIndex(by_day.index).year == year], year)
    _draw_legend(calendars[0])
    _draw_rules(bars, by_rule)
    caption(figure, f"{source}. {_how_many(int(by_day.sum()), len(hours))}")
    return figure, _alt(title, by_day, by_rule, len(hours))


def _how_many(changed: int, hours: int) -> str:
    if changed == 0:
        return f"None of {hours:,} hours has a value changed."
    return f"{changed:,} of {hours:,} hours have a value changed ({percent(changed / hours, 2)})."


def changed_hours_by_day(changes: pd.DataFrame, hours: pd.DatetimeIndex) -> pd.Series:
    """Return how many hours of each UTC day have any value changed, for every day looked at."""
    stamps = pd.DatetimeIndex(changes["utc_hour_beginning"].unique())
    counts = pd.Series(1, index=stamps).groupby(stamps.floor("D").tz_localize(None)).sum()
    days = pd.DatetimeIndex(hours.floor("D").unique()).tz_localize(None)
    return counts.reindex(days, fill_value=0).astype(int)


def hours_by_rule(changes: pd.DataFrame) -> pd.Series:
    """Return how many hours each rule changed a value in, the busiest rule first."""
    counts = changes.groupby("rule")["utc_hour_beginning"].nunique()
    return counts.sort_values(ascending=False, kind="stable")


def _draw_year(axes: Axes, by_day: pd.Series, year: int) -> None:
    """Draw a square for each day: weeks from left to right, Monday at the top."""
    days = pd.DatetimeIndex(by_day.index)
    week, weekday = _places(days)
    colors = [_color(int(count)) for count in by_day]
    for x, y, color in zip(week, weekday, colors, strict=True):
        axes.add_patch(Rectangle((x, y), _SQUARE, _SQUARE, facecolor=color, edgecolor="none"))
    firsts = pd.date_range(f"{year}-01-01", f"{year}-12-01", freq="MS")
    axes.set_xticks(_places(firsts)[0] + 0.5, [f"{day:%b}" for day in firsts])
    axes.set_yticks([day + 0.5 for day in _DAY_NAMES], list(_DAY_NAMES.values()), fontsize=8)
    axes.set_xlim(-0.2, _WEEKS + 1.2)
    axes.set_ylim(DAYS_PER_WEEK + 0.1, -0.2)
    axes.set_aspect("equal", anchor="W")
    axes.set_ylabel(f"{year}")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _places(days: pd.DatetimeIndex) -> tuple[np.ndarray, np.ndarray]:
    """Return the column (week of the year, from 0) and the row (Monday 0) of days."""
    first_weekday = days.to_series().apply(lambda day: day.replace(month=1, day=1).day_of_week)
    week = (days.day_of_year - 1 + first_weekday.to_numpy()) // DAYS_PER_WEEK
    return np.asarray(week), np.asarray(days.day_of_week)


def _color(changed: int) -> str:
    return [color for least, color in STEPS if changed >= least][-1]


def _draw_legend(axes: Axes) -> None:
    names = [_step_name(i) for i in range(len(STEPS))]
    squares = [
        Patch(facecolor=color, label=name) for (_, color), name in zip(STEPS, names, strict=True)
    ]
    axes.legend(
        handles=squares, title="Changed hours of a day (UTC)", loc="lower left",
        bbox_to_anchor=(0, 1.0), ncols=len(STEPS), alignment="left", handlelength=1, fontsize=8.5,
        title_fontsize=8.5, borderaxespad=0.3,
    )  # fmt: skip


def _step_name(i: int) -> str:
    least = STEPS[i][0]
    if i == 0:
        return "none"
    most = STEPS[i + 1][0] - 1 if i + 1 < len(STEPS) else 24
    return f"{least} to {most}"


def _draw_rules(axes: Axes, by_rule: pd.Series) -> None:
    """Draw a bar for each rule with its number of hours; say so if no rule changed anything."""
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    axes.set_xticks([])
    if by_rule.empty:
        axes.set_yticks([])
        text = "No rule found anything to change."
        axes.text(0, 0.5, text, transform=axes.transAxes, va="center", color=INK)
        return
    bars = axes.barh(range(len(by_rule)), by_rule.to_numpy(), height=0.62, color=FAINT)
    axes.bar_label(bars, [f"{count:,}" for count in by_rule], padding=4, color=INK)
    axes.set_yticks(range(len(by_rule)), [str(rule).replace("_", " ") for rule in by_rule.index])
    axes.invert_yaxis()
    axes.set_xlim(0, 1.15 * float(by_rule.max()))
    text = "Hours changed by each rule; an hour counts for every rule it met"
    axes.set_xlabel(text, color=QUIET, loc="left")


def _alt(title: str, by_day: pd.Series, by_rule: pd.Series, hours: int) -> str:
    if by_rule.empty:
        return f"Calendar of {title}: none of {hours:,} hours was changed by any rule."
    worst = pd.DatetimeIndex(by_day.index)[int(by_day.to_numpy().argmax())]
    rules = ", ".join(f"{str(rule).replace('_', ' ')} {count:,}" for rule, count in by_rule.items())
    return (
        f"Calendar of {title}: {_how_many(int(by_day.sum()), hours)[:-1]}, on "
        f"{int((by_day > 0).sum()):,} days, most on {worst.day} {worst:%B %Y}. "
        f"Hours by rule: {rules}."
    )
