"""Totals of a plan as linear expressions: operational and embodied carbon, cost, capital.

Each is the total of one planned year; the horizon's is the sum of its years by their weights. The
same rates serve the ledger (`footprint/`), and a test holds the two together.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyomo.environ as pyo

from dcsim.optimize.load import imported
from dcsim.optimize.problem import Problem, Span
from dcsim.scenario.part import LARGEST
from dcsim.units import KG_PER_T, STEP_H

YearTotal = Callable[[pyo.ConcreteModel, Problem, int], Any]


def over_years(model: pyo.ConcreteModel, problem: Problem, total: YearTotal) -> Any:
    """Return `sum over years of weight * total`."""
    return sum(span.weight * total(model, problem, year) for year, span in enumerate(problem.spans))


def operational_kg(model: pyo.ConcreteModel, problem: Problem, year: int) -> Any:
    """`sum_t ci_t g_t` [kg CO2e]."""
    hours = problem.spans[year].hours
    return STEP_H * pyo.quicksum(float(problem.intensity[t]) * model.grid_mw[t] for t in hours)


def embodied_kg(model: pyo.ConcreteModel, problem: Problem, year: int) -> Any:
    """Return the embodied carbon of what is built new, for one year's share [kg CO2e].

    Solar and wind are charged on all they generate, used or not; cells on what the year uses up
    of them; battery power and servers on their years.
    """
    rates, span = problem.rates, problem.spans[year]
    years = span.years
    per_solar_mw = rates.solar_kg_per_mwh * _full_load_mwh(problem.solar_cf, span)
    per_wind_mw = rates.wind_kg_per_mwh * _full_load_mwh(problem.wind_cf, span)
    return (
        per_solar_mw * _new(model, problem, "solar_mw")
        + per_wind_mw * _new(model, problem, "wind_mw")
        + rates.battery_kg_per_mwh * _charged_cells_mwh(model, problem, year)
        + years * rates.battery_power_kg_per_mw_year() * _new(model, problem, "battery_mw")
        + years * rates.servers_kg_per_mw_year() * _new(model, problem, "extra_server_mw")
    )


def cost_usd(model: pyo.ConcreteModel, problem: Problem, year: int) -> Any:
    """Return what one year costs, carbon at its price included [USD]."""
    carbon_kg = operational_kg(model, problem, year) + embodied_kg(model, problem, year)
    return (
        _owning_usd(model, problem, year)
        + _energy_usd(model, problem, year)
        + _demand_usd(model, problem, year)
        + problem.costs.carbon_usd_per_t / KG_PER_T * carbon_kg
    )


def _owning_usd(model: pyo.ConcreteModel, problem: Problem, year: int) -> Any:
    """Return capital of what is new, and fixed and variable upkeep of all there is [USD]."""
    costs, span = problem.costs, problem.spans[year]
    years = span.years
    fixed_usd = years * (
        costs.solar_fixed_usd_per_mw_year * model.solar_mw
        + costs.wind_fixed_usd_per_mw_year * model.wind_mw
        + costs.battery_fixed_usd_per_mwh_year * model.battery_mwh
        + costs.battery_fixed_usd_per_mw_year * model.battery_mw
        + costs.servers_fixed_usd_per_facility_mw_year() * model.extra_server_mw
    )
    variable_usd = (
        costs.solar_variable_usd_per_mwh * _full_load_mwh(problem.solar_cf, span) * model.solar_mw
        + costs.wind_variable_usd_per_mwh * _full_load_mwh(problem.wind_cf, span) * model.wind_mw
        + costs.battery_variable_usd_per_mwh
        * STEP_H
        * pyo.quicksum(model.discharge_mw[t] for t in span.hours)
    )
    capital_usd_per_year = (
        costs.solar_capital_usd_per_mw_year() * _new(model, problem, "solar_mw")
        + costs.wind_capital_usd_per_mw_year() * _new(model, problem, "wind_mw")
        + costs.battery_power_capital_usd_per_mw_year() * _new(model, problem, "battery_mw")
        + costs.servers_capital_usd_per_mw_year() * _new(model, problem, "extra_server_mw")
    )
    cells_usd = costs.cells_usd_per_mwh() * _charged_cells_mwh(model, problem, year)
    return years * capital_usd_per_year + cells_usd + fixed_usd + variable_usd


def _energy_usd(model: pyo.ConcreteModel, problem: Problem, year: int) -> Any:
    """`sum_t p_t (g_t + v_t) - sum_t px_t x_t` [USD]."""
    hours = problem.spans[year].hours
    bought_usd = STEP_H * pyo.quicksum(
        float(problem.price[t]) * imported(model, problem, t) for t in hours
    )
    if not problem.sells:
        return bought_usd
    return bought_usd - STEP_H * pyo.quicksum(
        float(problem.export_price[t]) * model.export_mw[t] for t in hours
    )


def _demand_usd(model: pyo.ConcreteModel, problem: Problem, year: int) -> Any:
    """Return the charge on each month's highest import [USD]."""
    if not problem.pays_for_peaks:
        return 0.0
    months = np.unique(problem.local_month[problem.spans[year].hours])
    peaks_mw = pyo.quicksum(model.peak_mw[int(month)] for month in months)
    return problem.costs.demand_usd_per_mw_month * peaks_mw


def monthly_peak(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`peak_m >= g_t + v_t` for every hour of local month m."""
    if problem.pays_for_peaks:
        model.monthly_peak = pyo.Constraint(
            model.T,
            rule=lambda m, t: m.peak_mw[int(problem.local_month[t])] - imported(m, problem, t) >= 0,
        )


def capital_usd(model: pyo.ConcreteModel, problem: Problem) -> Any:
    """Return what building new takes before anything runs [USD]."""
    costs = problem.costs
    return (
        costs.solar_usd_per_mw * _new(model, problem, "solar_mw")
        + costs.wind_usd_per_mw * _new(model, problem, "wind_mw")
        + costs.battery_usd_per_mwh * _new(model, problem, "battery_mwh")
        + costs.battery_usd_per_mw * _new(model, problem, "battery_mw")
        + costs.servers_usd_per_mw / costs.pue * _new(model, problem, "extra_server_mw")
    )


def _new(model: pyo.ConcreteModel, problem: Problem, capacity: str) -> Any:
    """Return a capacity less what exists of it [MW, MWh]."""
    return getattr(model, capacity) - problem.existing[capacity]


def _charged_cells_mwh(model: pyo.ConcreteModel, problem: Problem, year: int) -> Any:
    """Return the cells a year uses up, less the share by age of those that exist [MWh]."""
    if not problem.has_battery:
        return 0.0
    return model.cells_used_up_mwh[year] - problem.sunk_cells_mwh(year)


def _full_load_mwh(cf: np.ndarray, span: Span) -> float:
    """Return what one MW generates in a year [MWh/MW]."""
    return float(cf[span.hours].sum()) * STEP_H


def worst_year(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`worst >= total_y / N_y` for each year y, where the worst year is what counts."""
    if problem.scenario.objective.years == "worst":
        lowest = -LARGEST if problem.sells else 0.0
        model.worst_per_year = pyo.Var(bounds=(lowest, None))
        model.worst_year = pyo.Constraint(
            range(len(problem.spans)),
            rule=lambda m, year: (
                problem.spans[year].years * m.worst_per_year - target(m, problem, year) >= 0
            ),
        )


def target(model: pyo.ConcreteModel, problem: Problem, year: int) -> Any:
    """Return what the scenario minimizes, for one year: carbon, cost, or both."""
    carbon, cost = objective_weights(problem)
    total = 0.0
    if carbon:
        both_kg = operational_kg(model, problem, year) + embodied_kg(model, problem, year)
        total += carbon * both_kg
    return total + cost * cost_usd(model, problem, year) if cost else total


def objective_weights(problem: Problem) -> tuple[float, float]:
    """Return what a kg of carbon and a dollar count in the objective.

    The lexicographic objective is met in two solves (`solve.py`); its first counts carbon alone.
    """
    asked = problem.scenario.objective
    if asked.minimize == "weighted":
        return (asked.carbon_usd_per_t or 0.0) / KG_PER_T, 1.0
    return (0.0, 1.0) if asked.minimize == "cost" else (1.0, 0.0)


def declare_accounts(model: pyo.ConcreteModel, problem: Problem) -> None:
    """Declare each total as an objective: one is chosen, or a sum, once they are compiled."""
    model.operational_kg = pyo.Objective(expr=over_years(model, problem, operational_kg))
    model.embodied_kg = pyo.Objective(expr=over_years(model, problem, embodied_kg))
    if problem.counts_cost:
        model.cost_usd = pyo.Objective(expr=over_years(model, problem, cost_usd))
        model.capital_usd = pyo.Objective(expr=capital_usd(model, problem))
    if problem.scenario.objective.years == "worst":
        model.worst = pyo.Objective(expr=problem.years * model.worst_per_year)
    if problem.relaxed:
        model.excess = pyo.Objective(expr=sum(model.relaxation[key] for key in problem.relaxed))
