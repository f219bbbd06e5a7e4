"""How far each capacity can go while the objective stays within a tolerance of its best.

The least and the most of each capacity under one more row, `objective <= (1 + tolerance) best`. All
are solved by one HiGHS that starts from the optimum: at the first tolerance by primal simplex,
since only costs have changed and the optimum is still feasible; from there to the next by dual
simplex, since only the row's limit has. On the reference problem that takes 0.6 of the time of
primal simplex throughout, and half that of dual simplex.
"""

from collections.abc import Callable, Iterator

import numpy as np

from dcsim.errors import SolveError
from dcsim.optimize.compile import Account, Key, LinearProgram
from dcsim.optimize.findings import NearRange
from dcsim.optimize.problem import Problem
from dcsim.optimize.session import DUAL, PRIMAL, Session, Solution, Status

TOLERANCES = (0.001, 0.01)
"""How far above its best the objective may be, rising [-]."""

_AT_BOUND = 1e-7
"""A capacity this close to its limit is at it [MW, MWh]."""


def near_ranges(
    program: LinearProgram, problem: Problem, progress: Callable[[str], None]
) -> tuple[NearRange, ...]:
    """Return the range of each capacity that may vary, at each of `TOLERANCES`.

    Args:
        program: The program whose optimum is the plan.
        problem: What it was made from.
        progress: Told which capacity is looked at.

    Raises:
        SolveError: A solve ended without an optimum.
    """
    search = _Search(program, problem.scenario.solver.time_limit_s)
    found: list[NearRange] = []
    for capacity, (least, most) in problem.capacities().items():
        if least != most:
            progress(f"near-optimal range of {capacity}")
            found.extend(_ranges_of(search, capacity, least, most))
    return tuple(found)


def _ranges_of(
    search: "_Search", capacity: str, least: float, most: float | None
) -> Iterator[NearRange]:
    column = search.column_of(capacity)
    if column is None:  # nothing depends on it, so any size will do
        yield from (NearRange(capacity, tolerance, least, most) for tolerance in TOLERANCES)
        return
    for tolerance, low, high in zip(
        TOLERANCES, search.lowest(column), search.highest(column), strict=True
    ):
        yield NearRange(capacity, tolerance, low, high if np.isfinite(high) else None)


class _Search:
    """The program with the objective capped, kept in HiGHS."""

    def __init__(self, program: LinearProgram, time_limit_s: float | None) -> None:
        """Solve the program to its optimum, from which every search starts."""
        objective = Account(program.cost, program.offset)
        self._program = program.capped(objective, np.inf)
        self._session = Session(self._program)
        self._time_limit_s = time_limit_s
        self._best = self._solved()
        self._start = self._session.basis

    def column_of(self, capacity: str) -> int | None:
        """Return the column of a capacity, if it has one."""
        return self._program.column_of.get(Key(capacity))

    def lowest(self, column: int) -> list[float]:
        """Return the least a column can be at each tolerance."""
        return self._farthest(column, 1.0, float(self._program.low[column]))

    def highest(self, column: int) -> list[float]:
        """Return the most a column can be at each tolerance; infinite if nothing limits it."""
        return self._farthest(column, -1.0, float(self._program.high[column]))

    def _farthest(self, column: int, sign: float, limit: float) -> list[float]:
        """Return how far a column can go towards a limit; once there, it need not be solved."""
        reached = [float(self._best.values[column])]
        self._session.set_objective(_only(column, sign, len(self._program.cost)))
        self._session.start_from(self._start)
        for tolerance, method in zip(TOLERANCES, (PRIMAL, *[DUAL] * len(TOLERANCES)), strict=False):
            is_there = reached[-1] == limit or abs(reached[-1] - limit) <= _AT_BOUND
            reached.append(limit if is_there else self._value(column, tolerance, method))
        return reached[1:]

    def _value(self, column: int, tolerance: float, method: int) -> float:
        best = self._best.objective
        most = best + tolerance * abs(best) - self._program.offset
        self._session.set_row_high(len(self._program.rows) - 1, most)
        self._session.set_option("simplex_strategy", method)
        solution = self._solved(may_be_endless=True)
        return float(solution.values[column]) if solution.status == Status.kOptimal else np.inf

    def _solved(self, may_be_endless: bool = False) -> Solution:
        solution = self._session.solve(self._time_limit_s)
        if solution.status == Status.kOptimal:
            return solution
        if may_be_endless and solution.status == Status.kUnbounded:
            return solution
        raise SolveError(
            f"near-optimal ranges: HiGHS ended with {solution.status_name}; raise "
            "solver.time_limit_s, or set answers: false"
        )


def _only(column: int, sign: float, columns: int) -> Account:
    """Return one column, or its negative, as an account."""
    vector = np.zeros(columns)
    vector[column] = sign
    return Account(vector)
