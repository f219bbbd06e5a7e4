"""What stands at the head of a report: the facts of the question, and the key figures."""

from typing import NamedTuple

from dcsim.footprint.money import capital_spent_usd
from dcsim.report.numbers import (
    CO2E,
    DASH,
    NOTHING_BELOW,
    days_in_words,
    millions,
    percent,
    period,
    plain,
    rounded,
    tonnes,
    with_unit,
)
from dcsim.report.study import Study
from dcsim.report.views import local_time, saved_frac, saved_kg, span_in_words
from dcsim.scenario.money import Minimize
from dcsim.scenario.spec import Account, FileLoad
from dcsim.units import KG_PER_T


class Fact(NamedTuple):
    """A name and what is so."""

    name: str
    value: str


class Tile(NamedTuple):
    """A key figure: its number, its unit, and what it is."""

    number: str
    unit: str
    label: str


_MINIMIZED: dict[Minimize, str] = {
    "carbon": "total carbon, operational and embodied",
    "cost": "cost",
    "weighted": "cost, with carbon counted at a price",
    "lexicographic": "total carbon, then cost",
}

_CHARGED: dict[Account, str] = {
    "average": "average of what the region generates, hour by hour",
    "consumption": "average of what the region consumes, hour by hour",
    "marginal": "marginal estimate, hour by hour",
    "reported": "as the imported file reports it, hour by hour",
    "mean": "mean of the horizon, the same every hour",
}


def facts(study: Study) -> list[Fact]:
    """Return what the report is about, in a few lines."""
    scenario = study.scenario
    return [
        Fact("Site", f"{_size(study)}, {_load(study)}"),
        Fact("Grid", _grid(study)),
        Fact("Carbon of the grid", _CHARGED[scenario.grid.account]),
        Fact("Planned for", _horizon(study)),
        Fact("Minimized", _MINIMIZED[scenario.objective.minimize]),
        Fact("Made with", f"dcsim {study.versions['dcsim']}, seed {scenario.seed}"),
    ]


def _size(study: Study) -> str:
    """Return the capacity; of a load metered in MW, which has nothing to do with it, just that."""
    datacenter = study.scenario.datacenter
    if isinstance(datacenter.load, FileLoad) and datacenter.load.unit == "mw":
        return "metered"
    return f"{with_unit(plain(datacenter.capacity_mw), 'MW')} of IT"


def _load(study: Study) -> str:
    mean_mw = study.nothing.footprint.scores.load_mwh / study.horizon_hours
    zone = study.scenario.datacenter.time_zone
    return f"mean load {with_unit(rounded(mean_mw), 'MW')}, time zone {zone}"


def _grid(study: Study) -> str:
    grids = [s.origin for run in study.years for s in run.traces.sources if s.what == "grid"]
    return ", ".join(dict.fromkeys(grids))


def _horizon(study: Study) -> str:
    if len(study.years) > 1:
        return f"{len(study.years)} years, {with_unit(f'{study.horizon_hours:,}', 'hours')} in all"
    return f"{days_in_words(study.traces.hours)}, {span_in_words(local_time(study))}"


def tiles(study: Study) -> list[Tile]:
    """Return the key figures of the plan."""
    footprint = study.chosen.footprint
    capital_usd = capital_spent_usd(study.scenario, study.chosen.design)
    over = period(study.horizon_hours)
    return [
        Tile(tonnes(footprint.total_kg), f"t {CO2E} {over}", "Total carbon"),
        _saving(study),
        _price(study),
        Tile(millions(capital_usd), "million USD", "Capital at the start"),
        Tile(percent(footprint.scores.coverage_frac), "of the load", "Coverage by own supply"),
        Tile(rounded(footprint.scores.peak_import_mw), "MW", "Highest import"),
    ]


def _saving(study: Study) -> Tile:
    if not study.is_fair:
        return Tile(DASH, "doing nothing is no measure", "Saved")
    if study.nothing.footprint.total_kg < NOTHING_BELOW:
        return Tile(DASH, "doing nothing emits nothing", "Saved")
    return Tile(percent(saved_frac(study, study.chosen)), "of doing nothing's carbon", "Saved")


def _price(study: Study) -> Tile:
    """Return what a tonne saved costs; where none is saved, or at no cost, what all of it costs."""
    more_usd = study.chosen.footprint.cost_usd - study.nothing.footprint.cost_usd
    saved_t = saved_kg(study, study.chosen) / KG_PER_T
    if study.is_fair and more_usd > 0 and saved_t > NOTHING_BELOW:
        return Tile(rounded(more_usd / saved_t), "USD per tonne saved", "Price of carbon saved")
    over = period(study.horizon_hours)
    return Tile(millions(study.chosen.footprint.cost_usd), f"million USD {over}", "Cost")
