"""What the examples of constraints are made of, and a second, plain account of any plan."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from dcsim.optimize.compile import LinearProgram, compile_model
from dcsim.optimize.model import build_model
from dcsim.optimize.plan import Design, Plan
from dcsim.optimize.problem import problem_of
from dcsim.optimize.session import Status, solve
from dcsim.optimize.solve import objective_account
from dcsim.scenario.cost_figures import COSTS
from dcsim.scenario.costs import costs_of
from dcsim.scenario.rates import rates_of
from dcsim.scenario.spec import Scenario
from dcsim.traces.frame import Traces
from tests.conftest import scenario_of, traces_of

NO_EMBODIED = {
    "solar_kg_per_mwh": 0,
    "wind_kg_per_mwh": 0,
    "battery_kg_per_mwh": 0,
    "battery_power_kg_per_mw": 0,
    "servers_kg_per_mw": 0,
}

NO_COST = {name: 0 for name in COSTS if "usd_per_mw" in name and not name.startswith("energy")}

YEARS_PER_HOUR = 1 / 8766


@dataclass(frozen=True)
class Example:
    """A question of a few hours, and what its optimum is by arithmetic.

    Attributes:
        scenario: What is asked.
        years: What the world does.
        optimum: Of the scenario's objective, or the least relaxation of one limit.
        relaxed: Key of that limit.
    """

    scenario: Scenario
    years: tuple[Traces, ...]
    optimum: float
    relaxed: str | None = None

    def found(self, without: str | None = None) -> float:
        """Return the optimum the model has, if need be without one of its constraints."""
        solution = solve(self.program(without))
        assert solution.status == Status.kOptimal
        return solution.objective

    def program(self, without: str | None = None) -> LinearProgram:
        """Return the linear program."""
        relaxed = () if self.relaxed is None else (self.relaxed,)
        problem = replace(problem_of(self.scenario, self.years, "all"), relaxed=relaxed)
        model = build_model(problem)
        if without is not None:
            model.component(without).deactivate()
        program = compile_model(model)
        excess = self.relaxed and program.accounts["excess"]
        return program.minimizing(excess or objective_account(program, problem))


def example_of(optimum: float, parts: dict[str, Any], **world: Any) -> Example:
    """An example of one year with nothing embodied, unless its parts say so."""
    scenario = scenario_of(**{"embodied": NO_EMBODIED, **parts})
    return Example(scenario, (traces_of(scenario, **world),), optimum)


def battery_of(energy_mwh: float, power_mw: float | None, **more: Any) -> dict[str, Any]:
    """A lossless battery of a fixed size; power up to the C-rate where none is given."""
    power = {} if power_mw is None else {"min_mw": power_mw, "max_mw": power_mw}
    return {
        "min_mwh": energy_mwh,
        "max_mwh": energy_mwh,
        "charge_efficiency": 1,
        "discharge_efficiency": 1,
        "max_c_rate": 4,
        **power,
        **more,
    }


def per_year(of_the_horizon: float, hours: int) -> float:
    """Turn a total over some hours into one a year."""
    return of_the_horizon / (hours * YEARS_PER_HOUR)


@dataclass(frozen=True)
class Totals:
    """Carbon and cost of a plan over all its years, by their weights."""

    operational_kg: float
    embodied_kg: float
    cost_usd: float

    @property
    def total_kg(self) -> float:
        return self.operational_kg + self.embodied_kg


def recount(scenario: Scenario, years: Sequence[Traces], plan: Plan) -> Totals:
    """Count carbon and cost once more, from the energy tables and the figures per unit alone."""
    parts = [
        _recount_year(scenario, year, plan.design, energy)
        for year, energy in zip(years, plan.dispatches, strict=True)
    ]
    weights = np.array([year.weight for year in years])
    return Totals(*(float(weights @ column) for column in np.array(parts).T))


def _recount_year(
    scenario: Scenario, year: Traces, design: Design, energy: pd.DataFrame
) -> tuple[float, float, float]:
    rates, costs, battery = rates_of(scenario), costs_of(scenario), scenario.battery
    length = len(energy) * YEARS_PER_HOUR
    grid, sold = energy["grid_mw"].to_numpy(), energy["export_mw"].to_numpy()
    new_solar, new_wind, new_power, new_servers = (
        max(size - part, 0.0)
        for size, part in (
            (design.solar_mw, scenario.solar.existing_mw),
            (design.wind_mw, scenario.wind.existing_mw),
            (design.battery_mw, battery.existing_mw),
            (design.extra_server_mw, scenario.servers.existing_mw),
        )
    )
    sun, wind = year.column("solar_cf").sum(), year.column("wind_cf").sum()
    by_age = design.battery_mwh * length / rates.battery_life_years
    by_use = energy["discharge_mw"].sum() / battery.depth_of_discharge / rates.battery_cycle_life
    sunk = battery.existing_mwh * length / rates.battery_life_years
    cells = max(max(by_age, by_use if rates.battery_wear else 0.0) - sunk, 0.0)
    operational = np.maximum(grid - year.column("surplus_mw"), 0) @ year.column(
        "intensity_kg_per_mwh"
    )
    embodied = (
        rates.solar_kg_per_mwh * sun * new_solar
        + rates.wind_kg_per_mwh * wind * new_wind
        + rates.battery_kg_per_mwh * cells
        + length * rates.battery_power_kg_per_mw / rates.battery_power_life_years * new_power
        + length * rates.servers_kg_per_mw / rates.servers_life_years / rates.pue * new_servers
    )

    def annuity(capital: float, life: float) -> float:
        return capital * _share_a_year(life, costs.discount_frac)

    capital = (
        annuity(costs.solar_usd_per_mw, costs.solar_life_years) * new_solar
        + annuity(costs.wind_usd_per_mw, costs.wind_life_years) * new_wind
        + annuity(costs.battery_usd_per_mw, rates.battery_power_life_years) * new_power
        + annuity(costs.servers_usd_per_mw, rates.servers_life_years) / rates.pue * new_servers
    )
    life = rates.battery_life_years
    fixed = (
        costs.solar_fixed_usd_per_mw_year * design.solar_mw
        + costs.wind_fixed_usd_per_mw_year * design.wind_mw
        + costs.battery_fixed_usd_per_mwh_year * design.battery_mwh
        + costs.battery_fixed_usd_per_mw_year * design.battery_mw
        + costs.servers_fixed_usd_per_mw_year / rates.pue * design.extra_server_mw
    )
    variable = (
        costs.solar_variable_usd_per_mwh * sun * design.solar_mw
        + costs.wind_variable_usd_per_mwh * wind * design.wind_mw
        + costs.battery_variable_usd_per_mwh * energy["discharge_mw"].sum()
    )
    local = year.index.tz_convert(scenario.datacenter.time_zone)
    peaks = energy["grid_mw"].groupby([local.year, local.month]).max().sum()
    cost = (
        length * (capital + fixed)
        + annuity(costs.battery_usd_per_mwh, life) * life * cells
        + variable
        + grid @ year.column("price_usd_per_mwh")
        - sold @ year.column("export_usd_per_mwh")
        + costs.demand_usd_per_mw_month * peaks
        + costs.carbon_usd_per_t / 1000 * (operational + embodied)
    )
    return float(operational), float(embodied), float(cost)


def _share_a_year(life: float, discount: float) -> float:
    """Return what to pay each year of a life so that its present worth is the capital."""
    if discount == 0:
        return 1 / life
    return discount / (1 - (1 + discount) ** -life)
