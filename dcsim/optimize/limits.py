"""Constraints of the whole plan: connection, coverage, caps on carbon and cost, budget, land."""

from typing import Any

import pyomo.environ as pyo

from dcsim.optimize.accounts import (
    capital_usd,
    cost_usd,
    embodied_kg,
    operational_kg,
    over_years,
)
from dcsim.optimize.load import imported
from dcsim.optimize.problem import LIMIT_OF_VARIABLE, Problem
from dcsim.units import KG_PER_T, STEP_H

LIMIT_OF_ROW = {
    "import_most": "limits.import_mw",
    "ramp_up": "limits.ramp_mw_per_h",
    "ramp_down": "limits.ramp_mw_per_h",
    "coverage": "limits.coverage_frac",
    "carbon_free": "limits.cfe_frac",
    "operational_cap": "limits.operational_t_per_year",
    "embodied_cap": "limits.embodied_t_per_year",
    "total_cap": "limits.total_t_per_year",
    "cost_cap": "limits.cost_usd_per_year",
    "budget": "limits.budget_usd",
    "land": "limits.land_ha",
}
"""The key of a scenario behind each constraint that stands for one."""

LEAST = {"limits.coverage_frac", "limits.cfe_frac"}
"""Limits that are a least; all others are a most."""


def limit_of(model: pyo.ConcreteModel, problem: Problem, key: str) -> Any:
    """Return a limit as asked, made looser by its relaxation if it is a relaxed one."""
    asked = problem.limit(key)
    if asked is None or key not in problem.relaxed:
        return asked
    relaxation = model.relaxation[key]
    return asked - relaxation if key in LEAST else asked + relaxation


def per_unit(problem: Problem, key: str, span: int | None) -> float:
    """Return by how much one unit of a limit changes the right-hand side of its row."""
    if key in LEAST:
        hours = problem.spans[span or 0].hours
        return -float(problem.load_mw[hours].sum()) * STEP_H
    return 1.0


def import_most(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`g_t + v_t <= import_mw`, where a bound of `g_t` alone does not say it."""
    limit = limit_of(model, problem, "limits.import_mw")
    if limit is not None and (problem.has_surplus or "limits.import_mw" in problem.relaxed):
        model.import_most = pyo.Constraint(
            model.T, rule=lambda m, t: imported(m, problem, t) - limit <= 0
        )


def ramp_up(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`(g_t + v_t) - (g_t-1 + v_t-1) <= ramp`, within each year."""
    _ramp(model, problem, "ramp_up", 1.0)


def ramp_down(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`(g_t-1 + v_t-1) - (g_t + v_t) <= ramp`, within each year."""
    _ramp(model, problem, "ramp_down", -1.0)


def _ramp(model: pyo.ConcreteModel, problem: Problem, name: str, sign: float) -> None:
    limit = limit_of(model, problem, "limits.ramp_mw_per_h")
    if limit is None:
        return
    followers = [t for span in problem.spans for t in span.hours[1:]]

    def rule(m: pyo.ConcreteModel, t: int) -> Any:
        change = imported(m, problem, t) - imported(m, problem, t - 1)
        return sign * change - limit * STEP_H <= 0

    model.add_component(name, pyo.Constraint(followers, rule=rule))


def coverage(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`sum_t (g_t + v_t) <= (1 - coverage) sum_t load_t` in each year.

    No more than what is imported can reach the load, so coverage is at least as asked; it is
    more where the battery is charged from the grid, by what that loses.
    """
    limit = limit_of(model, problem, "limits.coverage_frac")

    def rule(m: pyo.ConcreteModel, year: int) -> Any:
        hours = problem.spans[year].hours
        bought_mwh = STEP_H * pyo.quicksum(imported(m, problem, t) for t in hours)
        return bought_mwh <= (1 - limit) * _load_mwh(problem, year)

    if limit is not None:
        model.coverage = pyo.Constraint(range(len(problem.spans)), rule=rule)


def carbon_free(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`sum_t (1 - free_t) g_t <= (1 - CFE) sum_t load_t` in each year.

    `free_t` is the carbon-free share of the grid; its surplus `v_t` is carbon-free whole.
    """
    limit = limit_of(model, problem, "limits.cfe_frac")

    def rule(m: pyo.ConcreteModel, year: int) -> Any:
        hours = problem.spans[year].hours
        dirty_mwh = STEP_H * pyo.quicksum(
            float(1 - problem.carbon_free_frac[t]) * m.grid_mw[t] for t in hours
        )
        return dirty_mwh <= (1 - limit) * _load_mwh(problem, year)

    if limit is not None:
        model.carbon_free = pyo.Constraint(range(len(problem.spans)), rule=rule)


def _load_mwh(problem: Problem, year: int) -> float:
    return float(problem.load_mw[problem.spans[year].hours].sum()) * STEP_H


def operational_cap(model: pyo.ConcreteModel, problem: Problem) -> None:
    """Operational carbon is at most so many tonnes a year."""
    limit = limit_of(model, problem, "limits.operational_t_per_year")
    if limit is not None:
        total = over_years(model, problem, operational_kg)
        model.operational_cap = pyo.Constraint(expr=_t_per_year(problem, total) <= limit)


def embodied_cap(model: pyo.ConcreteModel, problem: Problem) -> None:
    """Embodied carbon is at most so many tonnes a year."""
    limit = limit_of(model, problem, "limits.embodied_t_per_year")
    if limit is not None:
        total = over_years(model, problem, embodied_kg)
        model.embodied_cap = pyo.Constraint(expr=_t_per_year(problem, total) <= limit)


def total_cap(model: pyo.ConcreteModel, problem: Problem) -> None:
    """Operational and embodied carbon together are at most so many tonnes a year."""
    limit = limit_of(model, problem, "limits.total_t_per_year")
    if limit is not None:
        total = over_years(model, problem, operational_kg)
        total += over_years(model, problem, embodied_kg)
        model.total_cap = pyo.Constraint(expr=_t_per_year(problem, total) <= limit)


def _t_per_year(problem: Problem, total_kg: Any) -> Any:
    return total_kg / (KG_PER_T * problem.years)


def cost_cap(model: pyo.ConcreteModel, problem: Problem) -> None:
    """Building and running cost at most so much a year."""
    limit = limit_of(model, problem, "limits.cost_usd_per_year")
    if limit is not None:
        total = over_years(model, problem, cost_usd)
        model.cost_cap = pyo.Constraint(expr=total / problem.years <= limit)


def budget(model: pyo.ConcreteModel, problem: Problem) -> None:
    """What is built new costs at most the budget."""
    limit = limit_of(model, problem, "limits.budget_usd")
    if limit is not None:
        model.budget = pyo.Constraint(expr=capital_usd(model, problem) <= limit)


def land(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`S ha_S + W ha_W <= land`."""
    limit = limit_of(model, problem, "limits.land_ha")
    if limit is not None:
        asked = problem.scenario
        taken = asked.solar.ha_per_mw * model.solar_mw + asked.wind.ha_per_mw * model.wind_mw
        model.land = pyo.Constraint(expr=taken <= limit)


def relaxed_limit(model: pyo.ConcreteModel, problem: Problem) -> None:
    """A capacity is at most its limit and the relaxation, where that limit is a relaxed one."""
    key_of = {name: LIMIT_OF_VARIABLE[name] for name in problem.capacities()}
    relaxed = [name for name, key in key_of.items() if key in problem.relaxed]
    if relaxed:
        model.relaxed_limit = pyo.Constraint(
            relaxed,
            rule=lambda m, name: getattr(m, name) - limit_of(m, problem, key_of[name]) <= 0,
        )
