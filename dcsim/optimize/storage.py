"""Constraints of the battery: what is stored, at which rates, and what that wears out."""

from typing import Any

import pyomo.environ as pyo

from dcsim.optimize.load import generated
from dcsim.optimize.problem import Problem
from dcsim.scenario.storage import RateLimits
from dcsim.units import STEP_H

_NO_RATE_LIMITS = RateLimits(charge_h=0.0, discharge_h=0.0)


def _rates(problem: Problem) -> RateLimits:
    return problem.scenario.battery.rate_limits or _NO_RATE_LIMITS


def storage(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`e_t = e_t-1 + eta_c c_t - d_t / eta_d`, and the first hour of a year follows its last."""
    battery = problem.scenario.battery

    def rule(m: pyo.ConcreteModel, t: int) -> Any:
        before = m.stored_mwh[problem.before(t)]
        into = battery.charge_efficiency * STEP_H * m.charge_mw[t]
        out = STEP_H / battery.discharge_efficiency * m.discharge_mw[t]
        return m.stored_mwh[t] - before - into + out == 0

    model.storage = pyo.Constraint(model.T, rule=rule)


def storage_most(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`e_t <= v2 E + u2 c_t`, u2 at most 0; `e_t <= E` without rate limits."""
    rates = _rates(problem)
    model.storage_most = pyo.Constraint(
        model.T,
        rule=lambda m, t: (
            m.stored_mwh[t] + rates.charge_h * m.charge_mw[t] - rates.full_frac * m.battery_mwh <= 0
        ),
    )


def storage_least(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`e_t >= (1 - DoD) E`; nothing to say where all of the battery may be used."""
    kept = problem.scenario.battery.kept_frac
    if kept > 0:
        model.storage_least = pyo.Constraint(
            model.T, rule=lambda m, t: m.stored_mwh[t] - kept * m.battery_mwh >= 0
        )


def rate_least(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`e_t >= u1 d_t + v1 E`; not needed where `(1 - DoD) E` is more at the highest rate."""
    battery, rates = problem.scenario.battery, _rates(problem)
    at_highest_rate = rates.empty_frac + rates.discharge_h * battery.max_c_rate
    if at_highest_rate > battery.kept_frac:
        model.rate_least = pyo.Constraint(
            model.T,
            rule=lambda m, t: (
                m.stored_mwh[t]
                - rates.discharge_h * m.discharge_mw[t]
                - rates.empty_frac * m.battery_mwh
                >= 0
            ),
        )


def charge_most(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`c_t <= P`."""
    model.charge_most = pyo.Constraint(
        model.T, rule=lambda m, t: m.charge_mw[t] - m.battery_mw <= 0
    )


def discharge_most(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`d_t <= P`."""
    model.discharge_most = pyo.Constraint(
        model.T, rule=lambda m, t: m.discharge_mw[t] - m.battery_mw <= 0
    )


def own_charging(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`c_t <= S sf_t + W wf_t`, where the grid may not charge."""
    if not problem.scenario.battery.grid_charging:
        model.own_charging = pyo.Constraint(
            model.T, rule=lambda m, t: m.charge_mw[t] - generated(m, problem, t) <= 0
        )


def c_rate(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`P <= rate * E`."""
    rate = problem.scenario.battery.max_c_rate
    model.c_rate = pyo.Constraint(expr=model.battery_mw - rate * model.battery_mwh <= 0)


def wear_by_age(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`Z >= N / life * E` in each year: cells grow old however little they are used."""
    life = problem.rates.battery_life_years
    model.wear_by_age = pyo.Constraint(
        range(len(problem.spans)),
        rule=lambda m, year: (
            m.cells_used_up_mwh[year] - problem.spans[year].years / life * m.battery_mwh >= 0
        ),
    )


def wear_by_use(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`Z >= sum_t d_t / (cycle life * DoD)` in each year: what passes through wears cells out."""
    lasts = problem.rates.battery_cycle_life * problem.scenario.battery.depth_of_discharge

    def rule(m: pyo.ConcreteModel, year: int) -> Any:
        hours = problem.spans[year].hours
        passed_mwh = STEP_H * pyo.quicksum(m.discharge_mw[t] for t in hours)
        return lasts * m.cells_used_up_mwh[year] - passed_mwh >= 0

    if problem.rates.battery_wear:
        model.wear_by_use = pyo.Constraint(range(len(problem.spans)), rule=rule)
