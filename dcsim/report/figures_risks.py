"""Figures of a plan's risks: its worst week, and its operational carbon month by month."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dcsim.report.figures_week import Window, week_figure
from dcsim.report.numbers import CO2E, percent, rounded, tonnes
from dcsim.report.risks import Spell, hourly, monthly_kg, worst_weeks
from dcsim.report.study import Study
from dcsim.report.style import COLORS, FAINT, INK, TICKS, caption, new_figure
from dcsim.units import KG_PER_T

_BAR = 0.8


def risk_figures(study: Study) -> dict[str, tuple[Figure, str]]:
    """Draw the worst week and the months; each only where the horizon has any.

    Returns:
        Under `worst_week` and `months` the figure and its alternative text.
    """
    figures = {}
    spell = worst_weeks(study).get("carbon")
    if spell is not None:
        figures["worst_week"] = _worst_week(study, spell)
    if len(monthly_kg(study, study.years[0])) > 1:
        figures["months"] = months_figure(study)
    return figures


def _worst_week(study: Study, spell: Spell) -> tuple[Figure, str]:
    """Draw a week of whichever year it is in, and of several years say which."""
    run = study.years[spell.year]
    window = Window("The worst week", spell.start, spell.stop)
    figure, alt = week_figure(study, window, run)
    if len(study.years) == 1:
        return figure, alt
    where = f"In {run.traces.name}, one of {len(study.years)} planned years"
    caption(figure, where)
    return figure, f"{alt} This is {where[0].lower()}{where[1:]}."


def months_figure(study: Study) -> tuple[Figure, str]:
    """Draw operational carbon by local month: doing nothing, and the plan on a scale of its own.

    Returns:
        The figure and its alternative text.
    """
    months = monthly_kg(study, study.years[0]) / KG_PER_T
    names = [f"{day:%b}" for day in months.index]
    figure = new_figure("Operational carbon month by month", 3.6)
    panels = figure.subplots(1, 2)
    titles = {"nothing": study.nothing.label, "plan": "The plan, on a scale of its own"}
    for axes, (column, title) in zip(panels, titles.items(), strict=True):
        _draw_months(axes, names, list(months[column]), title)
    return figure, _alt(study)


def _draw_months(axes: Axes, names: list[str], amounts_t: list[float], title: str) -> None:
    """Draw a bar for each month, the highest dark and named by its amount."""
    worst = max(range(len(names)), key=lambda month: amounts_t[month])
    colors = [INK if month == worst else COLORS["grid"] for month in range(len(names))]
    axes.bar(range(len(names)), amounts_t, width=_BAR, color=colors)
    mean = sum(amounts_t) / len(amounts_t)
    axes.axhline(mean, color=COLORS["intensity"], linewidth=1, linestyle=(0, (4, 2)))
    axes.annotate(
        f"{rounded(amounts_t[worst])} t", (worst, amounts_t[worst]), (0, 3),
        textcoords="offset points", ha="center", fontsize=8.5,
    )  # fmt: skip
    axes.annotate(
        f"mean {rounded(mean)} t", (1, mean), (4, 0), xycoords=("axes fraction", "data"),
        textcoords="offset points", va="center", color=COLORS["intensity"], fontsize=8.5,
        annotation_clip=False,
    )  # fmt: skip
    axes.set_title(title)
    axes.set_xticks(range(len(names)), names, rotation=90 if len(names) > 8 else 0)
    axes.set_ylim(0, 1.15 * max(max(amounts_t), 1e-12))
    axes.yaxis.set_major_formatter(TICKS)
    axes.set_ylabel(f"[t {CO2E} in the month]")
    axes.grid(axis="y", color=FAINT)


def _alt(study: Study) -> str:
    months = monthly_kg(study, study.years[0])
    parts = [
        f"{day:%B %Y}: {tonnes(kg['plan'])} t under the plan, {tonnes(kg['nothing'])} t from doing "
        "nothing"
        for day, kg in months.iterrows()
    ]
    highest = months["plan"].max() / max(hourly(study.years[0])["operational_kg"].sum(), 1e-12)
    return (
        f"Bars of operational carbon by local month; the plan's highest month has "
        f"{percent(highest)} of its total. {'; '.join(parts)}."
    )
