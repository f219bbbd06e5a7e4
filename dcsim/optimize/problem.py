"""All the planning model needs as plain numbers: every planned year in one row of hours.

The years stand one after the other; storage closes and queues empty within each of them, and each
counts by its weight. With one year, hours are simply those of the horizon.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from dcsim.scenario.costs import Costs, costs_of
from dcsim.scenario.plant import PowerOption
from dcsim.scenario.rates import Rates, rates_of
from dcsim.scenario.spec import Scenario, Strategy, Tier, opens_battery, opens_shifting
from dcsim.traces.frame import Traces, arriving, local_month_numbers

LIMIT_OF_VARIABLE = {
    "solar_mw": "solar.max_mw",
    "wind_mw": "wind.max_mw",
    "battery_mwh": "battery.max_mwh",
    "battery_mw": "battery.max_mw",
    "extra_server_mw": "servers.max_mw",
    "grid_mw": "limits.import_mw",
}
"""The key of a scenario behind the upper bound of each variable that has one."""


@dataclass(frozen=True)
class Span:
    """One planned year within the row of hours.

    Attributes:
        hours: Which hours are its own.
        years: Its length [years of 8,766 h].
        weight: How many such years the horizon holds.
        stamps: When each of its hours begins.
        name: What the scenario calls it; empty if there is only one.
    """

    hours: range
    years: float
    weight: float
    stamps: pd.DatetimeIndex
    name: str


@dataclass(frozen=True)
class Problem:
    """All the model needs, as plain numbers; the strategy's closed options are already closed."""

    scenario: Scenario
    rates: Rates
    costs: Costs
    spans: tuple[Span, ...]
    intensity: np.ndarray
    carbon_free_frac: np.ndarray
    solar_cf: np.ndarray
    wind_cf: np.ndarray
    price: np.ndarray
    export_price: np.ndarray
    surplus_mw: np.ndarray
    load_mw: np.ndarray
    """Load before any shifting [MW]."""
    fixed_mw: np.ndarray
    """Load that cannot move in this strategy [MW]."""
    tiers: tuple[Tier, ...]
    """Tiers that may wait in this strategy."""
    arriving_mw: dict[str, np.ndarray]
    """Arriving work of each tier of `tiers` [MW]."""
    peak_mw: np.ndarray
    """Highest load of each hour's year before any shifting: what its servers can serve [MW]."""
    local_day: np.ndarray
    """Number of each hour's local day; no two years share one."""
    local_month: np.ndarray
    """Number of each hour's local month; no two years share one."""
    counts_cost: bool
    """Whether cost is minimized or limited, so that the model needs what only cost depends on."""
    fixed: Mapping[str, float] | None = None
    """The design, where only its dispatch is asked for [MW, MWh]."""
    relaxed: tuple[str, ...] = ()
    """Keys of the limits that may be exceeded, by as little as possible (`relaxation.py`)."""

    @property
    def hours(self) -> range:
        """Return the hours of all years, from 0."""
        return range(len(self.intensity))

    @property
    def years(self) -> float:
        """Return the length of the horizon, each year by its weight [years of 8,766 h]."""
        return sum(span.weight * span.years for span in self.spans)

    @property
    def has_battery(self) -> bool:
        """Tell whether there can be any battery."""
        _, most_mwh = self.capacities()["battery_mwh"]
        return most_mwh != 0

    @cached_property
    def has_surplus(self) -> bool:
        """Tell whether the grid has power to spare in any hour."""
        return bool(self.surplus_mw.any())

    @cached_property
    def sells(self) -> bool:
        """Tell whether exported energy earns anything that counts."""
        may = self.scenario.limits.export_mw > 0
        return self.counts_cost and may and bool(self.export_price.any())

    @property
    def pays_for_peaks(self) -> bool:
        """Tell whether the highest import of a month costs anything that counts."""
        return self.counts_cost and self.costs.demand_usd_per_mw_month > 0

    def capacities(self) -> dict[str, tuple[float, float | None]]:
        """Return the least and the most of each capacity; no most where its limit is relaxed."""
        if self.fixed is not None:
            return {name: (size, size) for name, size in self.fixed.items()}
        asked = self.scenario
        parts = {"solar_mw": asked.solar, "wind_mw": asked.wind, "extra_server_mw": asked.servers}
        limits = {name: (part.least_mw, part.max_mw) for name, part in parts.items()} | {
            "battery_mwh": (asked.battery.least_mwh, asked.battery.max_mwh),
            "battery_mw": (asked.battery.least_mw, asked.battery.max_mw),
        }
        return {
            name: (least, None if LIMIT_OF_VARIABLE[name] in self.relaxed else most)
            for name, (least, most) in limits.items()
        }

    @property
    def existing(self) -> dict[str, float]:
        """Return what exists of each capacity, as far as a given design keeps it [MW, MWh]."""
        asked = self.scenario
        there = {
            "solar_mw": asked.solar.existing_mw,
            "wind_mw": asked.wind.existing_mw,
            "battery_mwh": asked.battery.existing_mwh,
            "battery_mw": asked.battery.existing_mw,
            "extra_server_mw": asked.servers.existing_mw,
        }
        kept = self.fixed or there
        return {name: min(size, kept[name]) for name, size in there.items()}

    def sunk_cells_mwh(self, year: int) -> float:
        """Return the ageing in a year of the cells that exist, which is not charged [MWh]."""
        existing_mwh = self.scenario.battery.existing_mwh
        return self.spans[year].years / self.rates.battery_life_years * existing_mwh

    def limit(self, key: str) -> float | None:
        """Return what the scenario says of a limit, such as `limits.import_mw`."""
        part, name = key.split(".")
        value: float | None = getattr(getattr(self.scenario, part), name)
        return value

    def before(self, hour: int) -> int:
        """Return the hour before: of the first hour of a year, the last of the same year."""
        span = next(s for s in self.spans if hour in s.hours)
        return hour - 1 if hour > span.hours.start else span.hours[-1]


def problem_of(
    scenario: Scenario,
    years: Sequence[Traces],
    strategy: Strategy,
    counts_cost: bool | None = None,
) -> Problem:
    """Gather the numbers of one strategy; closing an option leaves what exists (its minimum).

    Args:
        scenario: What may be built, and the limits.
        years: What the world does, in each planned year.
        strategy: Which options are open.
        counts_cost: Whether the model has cost in it; as the scenario needs if left out.
    """
    shifts = opens_shifting(strategy)
    tiers = tuple(t for t in scenario.datacenter.flexible if shifts and _may_move(t))
    arriving_mw = {t.name: _joined(years, arriving(t.name)) for t in tiers}
    load_mw = _joined(years, "load_mw")
    zone = scenario.datacenter.time_zone
    return Problem(
        scenario=close_options(scenario, years, strategy),
        rates=rates_of(scenario),
        costs=costs_of(scenario),
        spans=_spans(years),
        intensity=_joined(years, "intensity_kg_per_mwh"),
        carbon_free_frac=_joined(years, "carbon_free_frac"),
        solar_cf=_joined(years, "solar_cf"),
        wind_cf=_joined(years, "wind_cf"),
        price=_joined(years, "price_usd_per_mwh"),
        export_price=_joined(years, "export_usd_per_mwh"),
        surplus_mw=_joined(years, "surplus_mw"),
        load_mw=load_mw,
        fixed_mw=load_mw - sum(arriving_mw.values(), np.zeros(len(load_mw))),
        tiers=tiers,
        arriving_mw=arriving_mw,
        peak_mw=np.concatenate([np.full(y.hours, y.column("load_mw").max()) for y in years]),
        local_day=_numbered_on([year.local_day for year in years]),
        local_month=_numbered_on([local_month_numbers(year.index, zone) for year in years]),
        counts_cost=needs_cost(scenario) if counts_cost is None else counts_cost,
    )


def needs_cost(scenario: Scenario) -> bool:
    """Tell whether a scenario minimizes or limits cost."""
    return scenario.objective.minimize != "carbon" or scenario.limits.cost_usd_per_year is not None


def _joined(years: Sequence[Traces], column: str) -> np.ndarray:
    return np.concatenate([year.column(column) for year in years])


def _numbered_on(numbers: list[np.ndarray]) -> np.ndarray:
    """Join the numbers of several years so that none comes twice."""
    firsts = np.cumsum([0, *(int(of_year.max()) + 1 for of_year in numbers[:-1])])
    return np.concatenate([n + first for n, first in zip(numbers, firsts, strict=True)])


def _spans(years: Sequence[Traces]) -> tuple[Span, ...]:
    ends = np.cumsum([year.hours for year in years]).tolist()
    return tuple(
        Span(range(end - year.hours, end), year.years, year.weight, year.index, year.name)
        for year, end in zip(years, ends, strict=True)
    )


def _may_move(tier: Tier) -> bool:
    return tier.share_frac > 0 and (tier.daily or (tier.deadline_h or 0) > 0)


def close_options(scenario: Scenario, years: Sequence[Traces], strategy: Strategy) -> Scenario:
    """Return the scenario with every closed option held at its minimum.

    Closed are the options switched off, those the strategy leaves out, and solar or wind that
    generates nothing in the horizon (its embodied rate is zero too, so any size would do).
    """
    battery = scenario.battery
    if not (battery.enabled and opens_battery(strategy)):
        closed = {"max_mwh": battery.least_mwh, "max_mw": battery.least_mw}
        battery = battery.model_copy(update=closed)
    return scenario.model_copy(
        update={
            "solar": _held(scenario.solar, bool(_joined(years, "solar_cf").any())),
            "wind": _held(scenario.wind, bool(_joined(years, "wind_cf").any())),
            "servers": _held(scenario.servers, opens_shifting(strategy)),
            "battery": battery,
        }
    )


def _held(option: PowerOption, is_open: bool) -> PowerOption:
    if option.enabled and is_open:
        return option
    return option.model_copy(update={"max_mw": option.least_mw})
