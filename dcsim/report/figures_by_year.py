"""The figure of several years: what the one design emits in each of them."""

from matplotlib.figure import Figure

from dcsim.report.bars import carbon_pieces, draw_bars
from dcsim.report.numbers import CO2E, carbon_unit, is_about_a_year, number, tonnes
from dcsim.report.study import Study
from dcsim.report.style import legend_below, new_figure


def by_year_figure(study: Study) -> tuple[Figure, str]:
    """Draw what the plan emits in each planned year as bars, stacked by what causes it [t CO2e]."""
    footprints = study.chosen.by_year
    figure = new_figure("What the plan emits in each planned year", 1.7 + 0.42 * len(footprints))
    axes = figure.add_subplot()
    names = [run.traces.name for run in study.years]
    totals = [f"{tonnes(footprint.total_kg)} t" for footprint in footprints]
    pieces = carbon_pieces([footprint.ledger for footprint in footprints])
    draw_bars(axes, names, pieces, totals)
    axes.set_xlabel(f"Operational and embodied carbon [{_unit(study)}]")
    legend_below(figure, axes, 3)
    return figure, _alt(study, names, totals)


def _unit(study: Study) -> str:
    hours = {run.traces.hours for run in study.years}
    if len(hours) == 1 or all(map(is_about_a_year, hours)):
        return carbon_unit(min(hours))
    return f"t {CO2E}, each over its own hours"


def _alt(study: Study, names: list[str], totals: list[str]) -> str:
    weights = [number(run.traces.weight) for run in study.years]
    parts = [
        f"{name}: {total}, weight {weight}"
        for name, total, weight in zip(names, totals, weights, strict=True)
    ]
    return f"Stacked bars of carbon in each planned year, in {_unit(study)}. {'; '.join(parts)}."
