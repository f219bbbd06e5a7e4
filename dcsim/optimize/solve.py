"""Scenario and traces in, certified plan out; or a `SolveError` that names what is in the way."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pandas as pd
import pyomo.environ as pyo

from dcsim.errors import SolveError
from dcsim.optimize.certify import prove
from dcsim.optimize.compile import (
    LinearProgram,
    Solution,
    Status,
    compile_model,
    solve,
    solver_name,
)
from dcsim.optimize.conflict import explain_infeasible
from dcsim.optimize.model import LIMIT_OF_VARIABLE, Problem, build_model, problem_of
from dcsim.optimize.plan import (
    ROUNDING_MW,
    TINY_KG,
    Certificate,
    Design,
    Plan,
    Seconds,
    backlog,
    energy_table,
    served,
    stored_change_mwh,
    without_round_trips,
)
from dcsim.scenario.spec import Scenario, Strategy, Tier
from dcsim.traces.frame import Traces, arriving
from dcsim.units import STEP_H

GAP_LIMIT = 1e-6
"""Largest relative gap between objective and proven bound that passes for an optimum."""


def optimize(scenario: Scenario, traces: Traces, strategy: Strategy = "all") -> Plan:
    """Find the design and dispatch of least total carbon.

    Args:
        scenario: What may be built, and the limits.
        traces: What the world does.
        strategy: Which options are open; `all` is the full problem.

    Returns:
        The plan with its certificate: objective, bound proven from the duals, relative gap.

    Raises:
        SolveError: There is no optimum, or it could not be proven to `GAP_LIMIT`.
    """
    clock: dict[str, float] = {}
    problem = problem_of(scenario, traces, strategy)
    with _timed(clock, "build"):
        model = build_model(problem)
    with _timed(clock, "compile"):
        program = compile_model(model)
    with _timed(clock, "solve"):
        solution = solve(program)
    _require_optimal(solution, scenario, traces, strategy)
    certificate = _certificate(program, solution)
    _load_values(program, solution)
    design = _design(model)
    return Plan(
        strategy=strategy,
        design=design,
        dispatch=energy_table(scenario, traces, design, _flows(model, problem, scenario, traces)),
        certificate=certificate,
        duals=_hourly_duals(program, solution, traces.index),
        shadow_prices_kg=_shadow_prices(scenario, problem.scenario, program, solution),
        seconds=Seconds(**clock),
    )


@contextmanager
def _timed(clock: dict[str, float], step: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    clock[step] = time.perf_counter() - start


def _require_optimal(
    solution: Solution, scenario: Scenario, traces: Traces, strategy: Strategy
) -> None:
    if solution.status == Status.kOptimal:
        return
    if solution.status in (Status.kInfeasible, Status.kUnboundedOrInfeasible):
        raise SolveError(explain_infeasible(scenario, traces, strategy))
    raise SolveError(f"no optimum for strategy {strategy}: HiGHS ended with {solution.status_name}")


def _certificate(program: LinearProgram, solution: Solution) -> Certificate:
    proof = prove(program, solution.values, solution.row_duals)
    gap = (solution.objective - proof.bound) / max(abs(solution.objective), TINY_KG)
    if not abs(gap) <= GAP_LIMIT:
        raise SolveError(
            f"the optimum is not proven: objective {solution.objective:.6g} kg, bound "
            f"{proof.bound:.6g} kg, relative gap {gap:.3g}; at most {GAP_LIMIT:g} is accepted"
        )
    if not proof.primal_violation <= ROUNDING_MW:
        raise SolveError(
            f"the solution breaks its own limits by {proof.primal_violation:.3g} MW; at most "
            f"{ROUNDING_MW:g} is accepted"
        )
    return Certificate(
        status=solution.status_name,
        solver=solver_name(),
        objective_kg=solution.objective,
        bound_kg=proof.bound,
        gap=gap,
        is_rigorous=proof.is_rigorous,
        primal_violation=proof.primal_violation,
        dual_violation=proof.dual_violation,
        rows=len(program.rows),
        columns=len(program.columns),
        nonzeros=int(program.matrix.nnz),
        iterations=solution.iterations,
    )


def _load_values(program: LinearProgram, solution: Solution) -> None:
    """Put the solution into the model, clipped to the bounds it meets up to rounding."""
    values = np.clip(solution.values, program.low, program.high)
    for variable, value in zip(program.columns, values, strict=True):
        variable.set_value(float(value), skip_validation=True)


def _value(variable: pyo.Var) -> float:
    """Return a variable's value; one that no row or cost mentions is at its lower bound."""
    return float(variable.lb or 0.0) if variable.value is None else float(variable.value)


def _design(model: pyo.ConcreteModel) -> Design:
    return Design(
        solar_mw=_value(model.solar_mw),
        wind_mw=_value(model.wind_mw),
        battery_mwh=_value(model.battery_mwh),
        battery_mw=_value(model.battery_mw),
        extra_server_mw=_value(model.extra_server_mw),
    )


def _flows(
    model: pyo.ConcreteModel, problem: Problem, scenario: Scenario, traces: Traces
) -> dict[str, np.ndarray]:
    """Read the dispatch from a solved model; tiers that may not move are served as they arrive."""
    charge_mw, discharge_mw = without_round_trips(
        scenario.battery,
        _series(model.charge_mw, problem),
        _series(model.discharge_mw, problem),
    )
    change_mwh = stored_change_mwh(scenario.battery, charge_mw, discharge_mw)
    at_start_mwh = _value(model.stored_mwh[len(problem.hours) - 1])
    flows = {
        "charge_mw": charge_mw,
        "discharge_mw": discharge_mw,
        "stored_mwh": at_start_mwh + np.cumsum(change_mwh),
    }
    moving = {tier.name for tier in problem.tiers}
    for tier in scenario.datacenter.flexible:
        arriving_mw = traces.column(arriving(tier.name))
        served_mw = _series(model.served_mw, problem, tier.name) if tier.name in moving else None
        flows[served(tier.name)] = arriving_mw if served_mw is None else served_mw
        flows[backlog(tier.name)] = backlog_mwh(tier, arriving_mw, served_mw, traces.local_day)
    return flows


def backlog_mwh(
    tier: Tier, arriving_mw: np.ndarray, served_mw: np.ndarray | None, local_day: np.ndarray
) -> np.ndarray:
    """Return the work of a tier still to be done at the end of each hour [MWh].

    Of a tier with a deadline: what has arrived and waits. Of a daily tier: what its local day
    still owes, arrived or not, since it may be served ahead.
    """
    served_mw = arriving_mw if served_mw is None else served_mw
    if not tier.daily:
        return np.maximum(np.cumsum(arriving_mw - served_mw) * STEP_H, 0.0)
    days = pd.Series(arriving_mw * STEP_H).groupby(local_day)
    done = pd.Series(served_mw * STEP_H).groupby(local_day).cumsum()
    owed_mwh = days.transform("sum") - done
    return owed_mwh.clip(lower=0.0).to_numpy(dtype=float)


def _series(variable: pyo.Var, problem: Problem, *prefix: str) -> np.ndarray:
    return np.array([_value(variable[(*prefix, t) if prefix else t]) for t in problem.hours])


def _hourly_duals(
    program: LinearProgram, solution: Solution, index: pd.DatetimeIndex
) -> pd.DataFrame:
    """Return the duals of the constraints that stand for every hour, one column each."""
    by_name: dict[str, dict[int, float]] = {}
    for row, dual in zip(program.rows, solution.row_duals, strict=True):
        key = row.index()
        *prefix, last = key if isinstance(key, tuple) else (key,)
        if isinstance(last, int):
            name = "_".join([row.parent_component().name, *prefix])
            by_name.setdefault(name, {})[last] = float(dual)
    hourly = {
        name: pd.Series(duals).reindex(range(len(index)), fill_value=0.0).to_numpy()
        for name, duals in by_name.items()
        if not name.startswith("daily_work")
    }
    return pd.DataFrame(hourly, index=index)


def _shadow_prices(
    asked: Scenario, posed: Scenario, program: LinearProgram, solution: Solution
) -> dict[str, float]:
    """Return for each limit that was asked for what one more unit would save in all [kg].

    Args:
        asked: The scenario as asked.
        posed: The scenario with the strategy's closed options held; those have no price.
        program: The linear program.
        solution: Its optimum.
    """
    saved: dict[str, float] = {}
    for column, cost in zip(program.columns, solution.reduced_costs, strict=True):
        part, name = LIMIT_OF_VARIABLE.get(column.parent_component().name, ("", ""))
        limit = getattr(getattr(asked, part, None), name, None)
        if limit is not None and limit == getattr(getattr(posed, part), name):
            key = f"{part}.{name}"
            saved[key] = saved.get(key, 0.0) + max(0.0, -float(cost))
    return saved
