"""By how much limits would have to give for a plan to exist.

The problem is posed once with every limit made looser by a variable of its own. All of these are
held at zero but those of the limits that are to give, and what is left is made as small as it can
be, each as a share of what was asked.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from dcsim.optimize.compile import Account, Key, LinearProgram, compile_model
from dcsim.optimize.limits import LEAST, LIMIT_OF_ROW
from dcsim.optimize.model import build_model
from dcsim.optimize.problem import LIMIT_OF_VARIABLE, Problem
from dcsim.optimize.session import Session, Solution, Status
from dcsim.scenario.spec import Strategy, opens_battery, opens_shifting

_MOST_S = 60.0
"""Most time for each, where the scenario has no time limit of its own [s]."""

_NOTHING = 1e-9
"""A limit that gives less than this need not give [its unit]."""


def ways_of(problem: Problem, strategy: Strategy) -> list[tuple[str, ...]]:
    """Return what could give, alone: each limit that is asked for, each option switched off.

    What the strategy closes stays closed, and a design that was given stays as it is.
    """
    limits = dict.fromkeys((*LIMIT_OF_ROW.values(), *_open_capacities(problem, strategy)))
    asked = [key for key in limits if problem.limit(key) is not None]
    off = [key for key in asked if is_switched_off(problem, key)]
    alone = [(key,) for key in asked if key not in off]
    parts = dict.fromkeys(part_of(key) for key in off)
    return alone + [tuple(key for key in off if part_of(key) == part) for part in parts]


def _open_capacities(problem: Problem, strategy: Strategy) -> Iterator[str]:
    closed = {"battery": not opens_battery(strategy), "servers": not opens_shifting(strategy)}
    for name, key in LIMIT_OF_VARIABLE.items():
        is_given = problem.fixed is not None and name in problem.fixed
        if not is_given and not closed.get(part_of(key), False):
            yield key


def part_of(key: str) -> str:
    """Return the part of the scenario that a key is in."""
    return key.split(".")[0]


def is_switched_off(problem: Problem, key: str) -> bool:
    """Tell whether a key is of an option that the scenario switches off."""
    return not getattr(getattr(problem.scenario, part_of(key)), "enabled", True)


class Elastic:
    """A problem whose limits can give, kept in HiGHS."""

    def __init__(self, problem: Problem, keys: Sequence[str]) -> None:
        """Pose the problem with all of some limits relaxable, and hold them."""
        self._time_limit_s = problem.scenario.solver.time_limit_s or _MOST_S
        program = compile_model(build_model(replace(problem, relaxed=tuple(keys))))
        self.column_of = {
            key: column
            for key in keys
            if (column := program.column_of.get(Key("relaxation", key))) is not None
        }
        relative = np.zeros(len(program.cost))
        for key, column in self.column_of.items():
            relative[column] = 1 / _scale(problem, key)
        self.program = program.minimizing(Account(relative))
        self._session = Session(self.program)
        for column in self.column_of.values():
            self._session.set_column_bounds(column, 0.0, 0.0)

    def solved(self, keys: Sequence[str]) -> Solution:
        """Find the least that some limits must give, together; infeasible if that is no help."""
        columns = [self.column_of[key] for key in keys if key in self.column_of]
        for column in columns:
            self._session.set_column_bounds(column, 0.0, np.inf)
        solution = self._session.solve(self._time_limit_s)
        for column in columns:
            self._session.set_column_bounds(column, 0.0, 0.0)
        return solution

    def excess(self, solution: Solution) -> Mapping[str, float]:
        """Return by how much each limit gives that gives anything."""
        given = {key: float(solution.values[column]) for key, column in self.column_of.items()}
        return {key: excess for key, excess in given.items() if excess > _NOTHING}

    def held(self) -> LinearProgram:
        """Return the program with no limit giving."""
        high = self.program.high.copy()
        high[list(self.column_of.values())] = 0.0
        return replace(self.program, high=high)


def _scale(problem: Problem, key: str) -> float:
    """Return what a relaxation is a share of: the limit asked for, the whole of a least share."""
    return 1.0 if key in LEAST else (problem.limit(key) or 1.0)


def least_relaxation(problem: Problem, key: str) -> float | None:
    """Return by how much one limit must give for a plan to be feasible; None if that is no help."""
    elastic = Elastic(problem, [key])
    solution = elastic.solved([key])
    helps = solution.status == Status.kOptimal
    return elastic.excess(solution).get(key, 0.0) if helps else None
