"""What the duals say: what one more unit of a limit saves, and in which hours each limit binds."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from dcsim.optimize.compile import Key, LinearProgram
from dcsim.optimize.limits import LIMIT_OF_ROW, per_unit
from dcsim.optimize.problem import LIMIT_OF_VARIABLE, Problem
from dcsim.optimize.session import Solution
from dcsim.scenario.spec import Scenario

_HOURLY_BOUND = "grid_mw"

_NOT_HOURLY = ("daily_work", "wear_by_age", "wear_by_use", "worst_year", "coverage", "carbon_free")
"""Constraints that are indexed by something else than hours."""

_BINDS = 1e-6
"""Least dual of a constraint that holds the objective up [objective per unit]."""


def hourly_duals(
    program: LinearProgram, solution: Solution, problem: Problem, index: pd.DatetimeIndex
) -> pd.DataFrame:
    """Return the duals of the constraints that stand for every hour of the first year."""
    hours = range(len(index))
    by_name: dict[str, dict[int, float]] = {}
    for name, hour, dual in _hourly(program, solution):
        if hour in hours:
            by_name.setdefault(name, {})[hour] = dual
    columns = {
        name: pd.Series(duals).reindex(hours, fill_value=0.0).to_numpy()
        for name, duals in by_name.items()
    }
    return pd.DataFrame(columns, index=index)


def binding_hours(program: LinearProgram, solution: Solution, problem: Problem) -> dict[str, int]:
    """Return for each hourly limit in how many hours of all years it holds the objective up."""
    count: dict[str, int] = {}
    for name, _, dual in _hourly(program, solution):
        if not name.startswith("backlog_flow") and name != "storage":
            count[name] = count.get(name, 0) + (abs(dual) > _BINDS)
    if problem.limit("limits.import_mw") is not None and not problem.has_surplus:
        at_limit = _reduced_costs(program, solution, _HOURLY_BOUND)
        count["import_most"] = int((at_limit < -_BINDS).sum())
    return count


def _hourly(program: LinearProgram, solution: Solution) -> Iterator[tuple[str, int, float]]:
    """Yield name (with the tier, if any), hour and dual of each row that stands for an hour."""
    for key, dual in zip(program.rows, solution.row_duals, strict=True):
        *prefix, last = key.index if isinstance(key.index, tuple) else (key.index,)
        if isinstance(last, int) and key.name not in _NOT_HOURLY:
            yield "_".join([key.name, *prefix]), last, float(dual)


def _reduced_costs(program: LinearProgram, solution: Solution, name: str) -> np.ndarray:
    is_of = np.array([key.name == name for key in program.columns])
    return np.asarray(solution.reduced_costs[is_of])


def shadow_prices(
    asked: Scenario, problem: Problem, program: LinearProgram, solution: Solution
) -> dict[str, float]:
    """Return for each limit that was asked for what one unit looser would save of the objective.

    Limits of options that the strategy closes have no price.

    Args:
        asked: The scenario as asked.
        problem: The problem posed, with the strategy's closed options held.
        program: The linear program.
        solution: Its optimum.
    """
    saved = {
        key: 0.0
        for key in (*LIMIT_OF_VARIABLE.values(), *LIMIT_OF_ROW.values())
        if (limit := _of(asked, key)) is not None and limit == problem.limit(key)
    }
    for column, cost in zip(program.columns, solution.reduced_costs, strict=True):
        limit_key = LIMIT_OF_VARIABLE.get(column.name)
        if limit_key in saved and (problem.fixed is None or column.name == _HOURLY_BOUND):
            saved[limit_key] += max(0.0, -float(cost))
    for row, dual in zip(program.rows, solution.row_duals, strict=True):
        if (row_key := LIMIT_OF_ROW.get(row.name)) in saved:
            saved[row_key] += max(0.0, -float(dual)) * abs(per_unit(problem, row_key, _year(row)))
    return saved


def _of(scenario: Scenario, key: str) -> float | None:
    part, name = key.split(".")
    value: float | None = getattr(getattr(scenario, part), name)
    return value


def _year(row: Key) -> int | None:
    return row.index if isinstance(row.index, int) else None
