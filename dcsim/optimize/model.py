"""The planning problem as a Pyomo model: the readable specification, one function a constraint.

Mathematics: design/model.md sections 2 to 4, repeated in the docstrings. All hourly quantities
are means over one hour. The hours of all planned years stand in one row; `t-1` of a year's first
hour is its last. Constraints are in `load.py`, `storage.py` and `limits.py`, totals in
`accounts.py`; here they are put together.
"""

from collections.abc import Callable

import numpy as np
import pyomo.environ as pyo
from pyomo.common.gc_manager import PauseGC

from dcsim.optimize import accounts, limits, load, storage
from dcsim.optimize.problem import Problem
from dcsim.scenario.spec import Tier
from dcsim.units import STEP_H

Constrain = Callable[[pyo.ConcreteModel, Problem], None]

CONSTRAINTS: tuple[Constrain, ...] = (
    load.balance,
    load.serving_capacity,
    load.backlog_flow,
    load.daily_work,
    load.export_own,
    limits.import_most,
    limits.ramp_up,
    limits.ramp_down,
    limits.coverage,
    limits.carbon_free,
    limits.operational_cap,
    limits.embodied_cap,
    limits.total_cap,
    limits.cost_cap,
    limits.budget,
    limits.land,
    limits.relaxed_limit,
    accounts.monthly_peak,
    accounts.worst_year,
)
"""Every constraint but the battery's; each has a test of its own."""

BATTERY_CONSTRAINTS: tuple[Constrain, ...] = (
    storage.storage,
    storage.storage_most,
    storage.storage_least,
    storage.rate_least,
    storage.charge_most,
    storage.discharge_most,
    storage.own_charging,
    storage.c_rate,
    storage.wear_by_age,
    storage.wear_by_use,
)
"""Every constraint of the battery; left out where there can be none."""


def build_model(problem: Problem) -> pyo.ConcreteModel:
    """Return the linear program of a problem; its objectives are the accounts to choose from."""
    model = pyo.ConcreteModel()
    model.T = pyo.RangeSet(0, len(problem.hours) - 1)
    # Half a million small objects that all stay: collecting garbage among them finds nothing and
    # takes two thirds of the time.
    with PauseGC():
        declare_design(model, problem)
        declare_operation(model, problem)
        for constrain in CONSTRAINTS + (BATTERY_CONSTRAINTS if problem.has_battery else ()):
            constrain(model, problem)
        accounts.declare_accounts(model, problem)
    return model


def declare_design(model: pyo.ConcreteModel, problem: Problem) -> None:
    """Declare what is built: S, W, P, X [MW] and E [MWh], each within its limits."""
    for name, bounds in problem.capacities().items():
        model.add_component(name, pyo.Var(bounds=bounds))
    model.cells_used_up_mwh = pyo.Var(
        range(len(problem.spans)), bounds=lambda _, year: (problem.sunk_cells_mwh(year), None)
    )
    if problem.relaxed:
        model.relaxation = pyo.Var(problem.relaxed, bounds=(0, None))


def declare_operation(model: pyo.ConcreteModel, problem: Problem) -> None:
    """Declare how it is run: g, v, x, c, d [MW], e [MWh], and s [MW], q [MWh] of each tier.

    `v` is import of the grid's surplus, which adds no carbon; `g` all other import. Where peaks are
    paid for, the highest import of each local month [MW].
    """
    asked = problem.scenario.limits
    by_bound = not problem.has_surplus and "limits.import_mw" not in problem.relaxed
    model.grid_mw = pyo.Var(model.T, bounds=(0, asked.import_mw if by_bound else None))
    if problem.has_surplus:
        model.surplus_mw = pyo.Var(model.T, bounds=lambda m, t: (0, float(problem.surplus_mw[t])))
    if problem.sells:
        model.export_mw = pyo.Var(model.T, bounds=(0, asked.export_mw))
    if problem.pays_for_peaks:
        model.peak_mw = pyo.Var(range(int(problem.local_month.max()) + 1), bounds=(0, None))
    for name in ("charge_mw", "discharge_mw", "stored_mwh"):
        flow = pyo.Var(model.T, bounds=(0, None))
        model.add_component(name, flow)
        if not problem.has_battery:
            flow.fix(0.0)
    names = [tier.name for tier in problem.tiers]
    model.served_mw = pyo.Var(names, model.T, bounds=(0, None))
    waiting = [tier.name for tier in problem.tiers if not tier.daily]
    most_mwh = {t.name: most_backlog_mwh(problem, t) for t in problem.tiers if not t.daily}
    model.backlog_mwh = pyo.Var(waiting, model.T, bounds=lambda _, k, t: (0, most_mwh[k][t]))


def most_backlog_mwh(problem: Problem, tier: Tier) -> np.ndarray:
    """Return the most that may wait: `q_t <= sum of the last h arrivals`, and nothing at the end.

    Work arriving in hour t is then done by hour t + h, and all of it within its year.
    """
    return np.concatenate(
        [
            _most_waiting_mwh(problem.arriving_mw[tier.name][span.hours], tier.deadline_h or 0)
            for span in problem.spans
        ]
    )


def _most_waiting_mwh(arriving_mw: np.ndarray, deadline_h: int) -> np.ndarray:
    done = np.concatenate([[0.0], np.cumsum(arriving_mw) * STEP_H])
    ends = np.arange(1, len(done))
    most = done[ends] - done[np.maximum(ends - deadline_h, 0)]
    most[-1] = 0.0
    return np.asarray(most)
