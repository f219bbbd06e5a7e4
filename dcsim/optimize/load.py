"""Constraints of the load's side: the balance, the servers, and work that waits."""

from typing import Any

import numpy as np
import pyomo.environ as pyo

from dcsim.optimize.problem import Problem


def balance(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`g_t + v_t + S sf_t + W wf_t + d_t >= a_t + sum_k s_kt + c_t + x_t`.

    What is over is curtailed freely.
    """

    def rule(m: pyo.ConcreteModel, t: int) -> Any:
        supply = imported(m, problem, t) + generated(m, problem, t) + m.discharge_mw[t]
        taken = _served(m, problem, t) + m.charge_mw[t]
        if problem.sells:
            taken += m.export_mw[t]
        return supply - taken >= float(problem.fixed_mw[t])

    model.balance = pyo.Constraint(model.T, rule=rule)


def imported(m: pyo.ConcreteModel, problem: Problem, t: int) -> Any:
    """Return `g_t + v_t`."""
    return m.grid_mw[t] + m.surplus_mw[t] if problem.has_surplus else m.grid_mw[t]


def generated(m: pyo.ConcreteModel, problem: Problem, t: int) -> Any:
    """Return `S sf_t + W wf_t`."""
    return float(problem.solar_cf[t]) * m.solar_mw + float(problem.wind_cf[t]) * m.wind_mw


def _served(m: pyo.ConcreteModel, problem: Problem, t: int) -> Any:
    return sum(m.served_mw[tier.name, t] for tier in problem.tiers)


def serving_capacity(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`a_t + sum_k s_kt <= peak + X`: shifted work needs servers to run on."""
    if problem.tiers:
        model.serving_capacity = pyo.Constraint(
            model.T,
            rule=lambda m, t: (
                _served(m, problem, t) - m.extra_server_mw
                <= float(problem.peak_mw[t] - problem.fixed_mw[t])
            ),
        )


def backlog_flow(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`q_kt = q_k,t-1 + a_kt - s_kt` from an empty queue: work waits, and none is lost."""
    firsts = {span.hours.start for span in problem.spans}

    def rule(m: pyo.ConcreteModel, tier: str, t: int) -> Any:
        before = 0.0 if t in firsts else m.backlog_mwh[tier, t - 1]
        arrived = float(problem.arriving_mw[tier][t])
        return m.backlog_mwh[tier, t] - before + m.served_mw[tier, t] == arrived

    waiting = [tier.name for tier in problem.tiers if not tier.daily]
    if waiting:
        model.backlog_flow = pyo.Constraint(waiting, model.T, rule=rule)


def daily_work(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`sum over a local day of s_kt = sum over the day of a_kt`, for each daily tier."""
    daily = [tier.name for tier in problem.tiers if tier.daily]
    hours_of = [np.flatnonzero(problem.local_day == day) for day in np.unique(problem.local_day)]

    def rule(m: pyo.ConcreteModel, tier: str, day: int) -> Any:
        arrived = float(problem.arriving_mw[tier][hours_of[day]].sum())
        return sum(m.served_mw[tier, int(t)] for t in hours_of[day]) == arrived

    if daily:
        model.daily_work = pyo.Constraint(daily, range(len(hours_of)), rule=rule)


def export_own(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`x_t <= S sf_t + W wf_t + d_t`: what is bought is not sold on in the same hour."""
    if problem.sells:
        model.export_own = pyo.Constraint(
            model.T,
            rule=lambda m, t: m.export_mw[t] - generated(m, problem, t) - m.discharge_mw[t] <= 0,
        )
