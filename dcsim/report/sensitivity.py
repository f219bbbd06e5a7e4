"""What a plan's totals depend on: each published figure at the ends of its spread, by itself.

The design and how it runs are held, so that a total is one more sum of the ledger: with the figure
at another value, a new plan could do better than what is told here, and never worse.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from dcsim.footprint.accounts import embodied_rows
from dcsim.footprint.ledger import ENERGY, OPERATIONAL
from dcsim.footprint.money import cost_ledger
from dcsim.optimize.plan import TINY_KG
from dcsim.report.study import Study
from dcsim.report.tables_basis import RATE_NAMES
from dcsim.report.tables_cost import COST_NAMES
from dcsim.scenario.cost_figures import COSTS
from dcsim.scenario.costs import costs_of
from dcsim.scenario.figures import Range
from dcsim.scenario.rates import published_rates, rates_of
from dcsim.scenario.spec import Scenario

_LEAST_TOLD_FRAC = 1e-3
_PRICE = "energy_usd_per_mwh"

STEP_FRAC = 0.1
"""How much dirtier or cleaner the grid is taken to be, where nobody publishes a spread [-]."""


class Swing(NamedTuple):
    """A figure, and how a total changes at the ends of its published spread.

    Attributes:
        label: What the figure is.
        unit: Its unit.
        used: What the plan was made with.
        low: The lower end of its spread.
        high: The upper end.
        at_low: Change of the total at `low` [kg CO2e or USD].
        at_high: Change of the total at `high` [kg CO2e or USD].
    """

    label: str
    unit: str
    used: float
    low: float
    high: float
    at_low: float
    at_high: float

    @property
    def largest(self) -> float:
        """Return the larger of the two changes, without its sign."""
        return max(abs(self.at_low), abs(self.at_high))


def carbon_swings(study: Study) -> list[Swing]:
    """Return what total carbon depends on, the most first; what moves it by less is left out."""
    used = rates_of(study.scenario)
    swings = [
        *_swings(
            study,
            published_rates(study.scenario),
            {name: getattr(used, name) for name in RATE_NAMES},
            RATE_NAMES,
            lambda name, value: embodied_kg(study, _with(study.scenario, "embodied", name, value)),
        ),
        grid_swing(study),
    ]
    return _that_matter(swings, study.chosen.footprint.total_kg)


def cost_swings(study: Study) -> list[Swing]:
    """Return what cost depends on, the most first; what moves it by less is left out."""
    used = costs_of(study.scenario)
    figures = {name: figure for name, figure in COSTS.items() if name != _PRICE}
    swings = _swings(
        study,
        figures,
        {name: getattr(used, name) for name in figures},
        COST_NAMES,
        lambda name, value: cost_usd(study, _with(study.scenario, "cost", name, value)),
    )
    return _that_matter([*swings, *_flat_price(study)], study.chosen.footprint.cost_usd)


def _that_matter(swings: list[Swing], total: float) -> list[Swing]:
    least = max(_LEAST_TOLD_FRAC * abs(total), TINY_KG)
    told = [swing for swing in swings if swing.largest >= least]
    return sorted(told, key=lambda swing: -swing.largest)


def _swings(
    study: Study,
    published: Mapping[str, Range],
    used: Mapping[str, float],
    names: Mapping[str, tuple[str, str]],
    total_at: Callable[[str, float], float],
) -> Iterator[Swing]:
    """Yield how a total moves with each figure that has a spread."""
    for name, figure in published.items():
        if figure.low == figure.high:
            continue
        as_used = total_at(name, used[name])
        changes = [total_at(name, value) - as_used for value in (figure.low, figure.high)]
        label, unit = names.get(name, (name, ""))
        yield Swing(label, unit, used[name], figure.low, figure.high, *changes)


def _with(scenario: Scenario, part: str, name: str, value: float) -> Scenario:
    changed = getattr(scenario, part).model_copy(update={name: value})
    return scenario.model_copy(update={part: changed})


def embodied_kg(study: Study, scenario: Scenario) -> float:
    """Return the embodied carbon of the plan by the figures of another scenario [kg CO2e]."""
    design = study.chosen.design
    return sum(
        run.traces.weight * row.kg
        for run in study.years
        for row in embodied_rows(scenario, run.traces, design, run.dispatch)
    )


def cost_usd(study: Study, scenario: Scenario) -> float:
    """Return what the plan costs by the figures of another scenario, carbon as it is [USD]."""
    design = study.chosen.design
    return sum(
        run.traces.weight
        * cost_ledger(scenario, run.traces, design, run.dispatch, footprint.ledger).total_usd()
        for run, footprint in zip(study.years, study.chosen.by_year, strict=True)
    )


def grid_swing(study: Study) -> Swing:
    """Return how total carbon moves if every hour of the grid is cleaner or dirtier."""
    kg = STEP_FRAC * study.chosen.footprint.ledger.total_kg(OPERATIONAL)
    ends = 1 - STEP_FRAC, 1 + STEP_FRAC
    return Swing("Carbon intensity of the grid, every hour", "times", 1.0, *ends, -kg, kg)


def _flat_price(study: Study) -> Iterator[Swing]:
    """Yield how cost moves with the price of grid energy, where it is the same every hour."""
    cost, price = study.scenario.cost, costs_of(study.scenario).energy_usd_per_mwh
    if cost.energy_file is not None or cost.time_of_use or price == 0:
        return
    paid_usd = study.chosen.footprint.cost.total_usd(ENERGY, "grid")
    figure = COSTS[_PRICE]
    changes = [paid_usd * (value / price - 1) for value in (figure.low, figure.high)]
    yield Swing("Grid energy", "USD/MWh", price, figure.low, figure.high, *changes)
