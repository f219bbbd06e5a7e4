"""HiGHS with a program in it: solved once, or again and again as limits and objectives change."""

from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np

from dcsim.errors import SolveError
from dcsim.optimize.compile import Account, LinearProgram

Status = highspy.HighsModelStatus

DUAL, PRIMAL = 1, 4
"""Values of the option `simplex_strategy`."""

_IRREDUCIBLE = int(highspy.IisStrategy.kIisStrategyFromLp) | int(
    highspy.IisStrategy.kIisStrategyIrreducible
)
_BOXED = int(highspy.IisBoundStatus.kIisBoundStatusBoxed)
_LOWER = (int(highspy.IisBoundStatus.kIisBoundStatusLower), _BOXED)
_UPPER = (int(highspy.IisBoundStatus.kIisBoundStatusUpper), _BOXED)

_DOUBTED = (Status.kUnbounded, Status.kUnboundedOrInfeasible)
"""HiGHS 1.15's presolve calls some bounded programs unbounded, and to go on from there crashes."""

INFEASIBLE = (Status.kInfeasible, Status.kUnboundedOrInfeasible)
"""What HiGHS ends with where there is no plan: no total of a plan is without a lower bound."""

_POLL_S = 0.05  # how often a running solve looks for Ctrl-C


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
    basis: highspy.HighsBasis

    def without_last_columns(self, count: int) -> "Solution":
        """Return the solution without the columns that a program was given for its solving."""
        kept = len(self.values) - count
        if count and self.basis.valid:
            self.basis.col_status = self.basis.col_status[:kept]
        return replace(self, values=self.values[:kept], reduced_costs=self.reduced_costs[:kept])


@dataclass(frozen=True)
class Conflict:
    """Rows, and columns by which of their limits, that no solution keeps together."""

    rows: tuple[int, ...]
    at_low: tuple[int, ...]
    at_high: tuple[int, ...]


class Session:
    """A program kept in HiGHS, so that each solve starts from where the last one ended.

    Dual simplex is the fastest of HiGHS's methods on this problem, whose few design columns run
    through every row; one thread, always the same way. Ctrl-C stops a solve and is passed on.

    Raises:
        SolveError: HiGHS refuses the model, an option or a change.
    """

    def __init__(self, program: LinearProgram) -> None:
        """Pass the program to HiGHS."""
        self._highs = _new_highs()
        self._highs.HandleUserInterrupt = True
        for option, value in _OPTIONS.items():
            _check(self._highs.setOptionValue(option, value), f"option {option}")
        _check(self._highs.passModel(_highs_lp(program)), "the model")
        self._row_low = program.row_low
        self.iterations = 0

    def solve(self, time_limit_s: float | None = None) -> Solution:
        """Solve from the last basis, or from none."""
        if time_limit_s is not None:
            self.limit_time(time_limit_s)
        _run(self._highs)
        if self._highs.getModelStatus() in _DOUBTED:
            self._run_without_presolve()
        found = _solution(self._highs)
        self.iterations += found.iterations
        return found

    def _run_without_presolve(self) -> None:
        """Solve once more from nothing, as HiGHS is given the program."""
        _check(self._highs.clearSolver(), "to begin anew")
        self.set_option("presolve", "off")
        _run(self._highs)
        self.set_option("presolve", "choose")

    def limit_time(self, time_limit_s: float) -> None:
        """Let all solves from now on take no more than some time together [s]."""
        # HiGHS counts the time of all solves.
        self.set_option("time_limit", self._highs.getRunTime() + time_limit_s)

    def set_option(self, option: str, value: Any) -> None:
        """Set an option of HiGHS."""
        _check(self._highs.setOptionValue(option, value), f"option {option}")

    def set_objective(self, account: Account) -> None:
        """Minimize another account."""
        columns = np.arange(len(account.vector), dtype=np.int32)
        status = self._highs.changeColsCost(len(columns), columns, account.vector)
        _check(status, "the objective")
        _check(self._highs.changeObjectiveOffset(account.offset), "the objective's offset")

    def set_row_high(self, row: int, high: float) -> None:
        """Change the upper limit of a row."""
        _check(self._highs.changeRowBounds(row, float(self._row_low[row]), high), "a row's limit")

    def set_column_bounds(self, column: int, low: float, high: float) -> None:
        """Change the limits of a column."""
        _check(self._highs.changeColBounds(column, low, high), "a column's limits")

    def allow(self, column: int, price: float) -> None:
        """Let a column be anything from nothing up, at a price."""
        self.set_column_bounds(column, 0.0, np.inf)
        _check(self._highs.changeColCost(column, price), "a price")

    def conflict(self, time_limit_s: float) -> "Conflict | None":
        """Return rows and limits of columns that cannot all be kept, and none of them to spare.

        Found by HiGHS by leaving out one after the other; None if that takes too long.

        Args:
            time_limit_s: Most time to take [s].
        """
        self.set_option("iis_strategy", _IRREDUCIBLE)
        self.set_option("iis_time_limit", time_limit_s)
        status, found = self._highs.getIis()
        if status != highspy.HighsStatus.kOk or not found.valid_ or not found.row_index_:
            return None
        sides = list(zip(found.col_index_, map(int, found.col_bound_), strict=True))
        return Conflict(
            rows=tuple(found.row_index_),
            at_low=tuple(column for column, side in sides if side in _LOWER),
            at_high=tuple(column for column, side in sides if side in _UPPER),
        )

    @property
    def basis(self) -> highspy.HighsBasis:
        """Return the basis of the last solve."""
        return self._highs.getBasis()

    def start_from(self, basis: highspy.HighsBasis) -> None:
        """Let the next solve start from a basis."""
        _check(self._highs.setBasis(basis), "the basis")


def solve(program: LinearProgram, time_limit_s: float | None = None) -> Solution:
    """Solve a program once.

    Raises:
        SolveError: HiGHS refuses the model or an option.
    """
    return Session(program).solve(time_limit_s)


_OPTIONS: dict[str, Any] = {
    "output_flag": False,
    "solver": "simplex",
    "simplex_strategy": DUAL,
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
        basis=highs.getBasis(),
    )


def solver_name() -> str:
    """Return the solver and its version."""
    return f"HiGHS {_new_highs().version()}, dual simplex"
