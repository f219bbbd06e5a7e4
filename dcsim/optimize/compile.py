"""A Pyomo model to sparse arrays, and sparse arrays to HiGHS: the fast path past Pyomo's writers.

`LinearStandardFormCompiler` gives the arrays in about a quarter of a second for a year; Pyomo's
own HiGHS interfaces take two seconds for the same model.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np
import pyomo.environ as pyo
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from dcsim.errors import SolveError

Status = highspy.HighsModelStatus

_POLL_S = 0.05  # how often a running solve looks for Ctrl-C


@dataclass(frozen=True)
class LinearProgram:
    """`min cost x + offset` with `row_low <= A x <= row_high` and `low <= x <= high`.

    `columns` and `rows` are the Pyomo variables and constraints behind the arrays, in order.
    """

    cost: np.ndarray
    offset: float
    matrix: Any
    row_low: np.ndarray
    row_high: np.ndarray
    low: np.ndarray
    high: np.ndarray
    columns: Sequence[Any]
    rows: Sequence[Any]


@dataclass(frozen=True)
class Solution:
    """What HiGHS answers: status, values, row duals [objective per unit], reduced costs."""

    status: highspy.HighsModelStatus
    status_name: str
    objective: float
    values: np.ndarray
    row_duals: np.ndarray
    reduced_costs: np.ndarray
    iterations: int


def compile_model(model: pyo.ConcreteModel) -> LinearProgram:
    """Return a linear Pyomo model as arrays."""
    form = LinearStandardFormCompiler().write(model, mixed_form=True)
    kind = np.array([row.bound_type for row in form.rows])
    rhs = np.asarray(form.rhs, dtype=float)
    return LinearProgram(
        cost=form.c.toarray().ravel(),
        offset=float(form.c_offset[0]),
        matrix=form.A,
        # bound_type is +1 for "at most", -1 for "at least" and 0 for "equal".
        row_low=np.where(kind == 1, -np.inf, rhs),
        row_high=np.where(kind == -1, np.inf, rhs),
        low=np.array([_or(v.lb, -np.inf) for v in form.columns]),
        high=np.array([_or(v.ub, np.inf) for v in form.columns]),
        columns=form.columns,
        rows=[row.constraint for row in form.rows],
    )


def _or(bound: float | None, missing: float) -> float:
    return missing if bound is None else float(bound)


def solve(program: LinearProgram) -> Solution:
    """Solve a linear program with HiGHS's dual simplex, one thread, always the same way.

    Dual simplex is the fastest of HiGHS's methods on this problem, whose few design columns run
    through every row. Ctrl-C stops the solve and is passed on.

    Raises:
        SolveError: HiGHS refuses the model or an option.
    """
    highs = _new_highs()
    highs.HandleUserInterrupt = True
    for option, value in _OPTIONS.items():
        _check(highs.setOptionValue(option, value), f"option {option}")
    _check(highs.passModel(_highs_lp(program)), "the model")
    _run(highs)
    return _solution(highs)


_OPTIONS: dict[str, Any] = {
    "output_flag": False,
    "solver": "simplex",
    "simplex_strategy": 1,  # dual
    "threads": 1,
    "random_seed": 0,
    "small_matrix_value": 1e-12,  # HiGHS drops smaller entries; its default of 1e-9 is met in data
}


def _new_highs() -> highspy.Highs:
    return highspy.Highs()  # type: ignore[no-untyped-call]


def _check(status: highspy.HighsStatus, what: str) -> None:
    if status == highspy.HighsStatus.kError:
        raise SolveError(f"HiGHS refused {what}")


def _run(highs: highspy.Highs) -> None:
    """Run in a thread, so that Ctrl-C reaches Python while HiGHS works."""
    highs.startSolve()
    try:
        while not highs.wait(_POLL_S)[0]:
            pass
    except KeyboardInterrupt:
        highs.cancelSolve()  # type: ignore[no-untyped-call]
        while not highs.wait(_POLL_S)[0]:
            pass
        raise


def _highs_lp(program: LinearProgram) -> highspy.HighsLp:
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(program.cost), len(program.row_low)
    lp.col_cost_, lp.offset_ = program.cost, program.offset
    lp.col_lower_, lp.col_upper_ = program.low, program.high
    lp.row_lower_, lp.row_upper_ = program.row_low, program.row_high
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = program.matrix.indptr
    lp.a_matrix_.index_ = program.matrix.indices
    lp.a_matrix_.value_ = program.matrix.data
    return lp


def _solution(highs: highspy.Highs) -> Solution:
    status, solution, info = highs.getModelStatus(), highs.getSolution(), highs.getInfo()
    return Solution(
        status=status,
        status_name=highs.modelStatusToString(status),
        objective=float(info.objective_function_value),
        values=np.array(solution.col_value),
        row_duals=np.array(solution.row_dual),
        reduced_costs=np.array(solution.col_dual),
        iterations=int(info.simplex_iteration_count),
    )


def solver_name() -> str:
    """Return the solver and its version."""
    return f"HiGHS {_new_highs().version()}, dual simplex"
