"""By how much limits would have to give for a plan to exist.

The problem is posed once with every limit made looser by a variable of its own. All of these are
held at zero but those of the limits that are to give, and what is left is made as small as it can
be, each as a share of what was asked.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import scipy.sparse as sp

from dcsim.optimize.certify import caps, prove
from dcsim.optimize.coarse import spread_duals
from dcsim.optimize.compile import Key, LinearProgram, compile_model
from dcsim.optimize.limits import LEAST, LIMIT_OF_ROW
from dcsim.optimize.model import build_model
from dcsim.optimize.problem import LIMIT_OF_VARIABLE, Problem
from dcsim.optimize.session import Solution, Status, solve
from dcsim.optimize.start import (
    MERGED_H,
    SMALL_H,
    guess_of,
    is_proven,
    solve_guessed,
    solve_merged,
)
from dcsim.scenario.spec import Strategy, opens_battery, opens_shifting

_MOST_S = 20.0
"""Most time for each solve, where the scenario has no time limit of its own [s]."""

_PROVEN_FRAC = 1e-6
"""A bound on what limits must give counts from this share of what merged hours need [-]."""

_NOTHING_FRAC = 1e-9
"""A limit that gives less than this need not give [share of it]."""


_LAST = ("limits.coverage_frac", "limits.cfe_frac", "limits.import_mw", "limits.ramp_mw_per_h")
"""Limits that take longest to solve for; what is found of others may spare that."""


def ways_of(problem: Problem, strategy: Strategy) -> list[tuple[str, ...]]:
    """Return what could give, alone: each limit that is asked for, each option switched off.

    What the strategy closes stays closed, and a design that was given stays as it is.
    """
    limits = dict.fromkeys((*LIMIT_OF_ROW.values(), *_open_capacities(problem, strategy)))
    asked = [key for key in limits if problem.limit(key) is not None]
    off = [key for key in asked if is_switched_off(problem, key)]
    alone = [(key,) for key in asked if key not in off]
    parts = dict.fromkeys(part_of(key) for key in off)
    alone.sort(key=lambda way: _LAST.index(way[0]) if way[0] in _LAST else -1)
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


class Relaxed(NamedTuple):
    """The least that some limits must give.

    Attributes:
        status: What the solve ended with.
        excess: By how much each limit gives that gives anything.
        program: What was solved.
        solution: Its solution.
        hours_merged: How many hours were one; 1 is the year as it is.
        row_duals: Of the year as it is, which prove `least`.
        least: A share of the excess that is proven to be needed on the year [-]. Above 0 there is
            no plan without it.
    """

    status: Status
    excess: Mapping[str, float]
    program: LinearProgram
    solution: Solution
    hours_merged: int
    row_duals: np.ndarray
    least: float

    @property
    def is_found(self) -> bool:
        """Tell whether the limits, given, make a plan."""
        return self.status == Status.kOptimal


class Elastic:
    """A problem whose limits can give."""

    def __init__(self, problem: Problem, keys: Sequence[str]) -> None:
        """Pose the problem with all of some limits relaxable, and hold them.

        Each relaxation is in a unit in which its column is of the size of others (`_unit`).
        """
        self._problem, self._hours = problem, len(problem.hours)
        self._asked_s = problem.scenario.solver.time_limit_s
        self._spent_s = 0.0
        program = compile_model(build_model(replace(problem, relaxed=tuple(keys))))
        self.column_of = {
            key: column
            for key in keys
            if (column := program.column_of.get(Key("relaxation", key))) is not None
        }
        self._unit = {key: _unit(program, column) for key, column in self.column_of.items()}
        units, none = np.ones(len(program.cost)), np.zeros(len(program.cost))
        for key, column in self.column_of.items():
            units[column] = self._unit[key]
        held = program.high.copy()
        held[list(self.column_of.values())] = 0.0
        matrix = (program.matrix @ sp.diags_array(units)).tocsc()
        self._held = replace(program, matrix=matrix, high=held, cost=none, offset=0.0)

    @property
    def time_limit_s(self) -> float:
        """Return the most time for each solve [s]."""
        return self._asked_s or _MOST_S

    def solved(self, keys: Sequence[str]) -> Relaxed:
        """Find the least that some limits must give, together; infeasible if that is no help.

        A long horizon is solved with hours merged. If the scenario gives a time limit, that long is
        then spent on the year as it is, from the answer of merged hours.
        """
        program = self._giving(keys)
        if self._hours <= SMALL_H:
            found = solve(program, self.time_limit_s)
            return self._relaxed(program, found, 1, found.row_duals)
        merged, found = solve_merged(program, self._hours, self.time_limit_s)
        duals = spread_duals(program.rows, self._hours, MERGED_H, found.row_duals)
        first = self._relaxed(merged, found, MERGED_H, duals)
        if not first.is_found:
            return first
        first = first._replace(least=self._least(program, found.objective, duals))
        return first if self._asked_s is None else self._on_the_year(program, first, self._asked_s)

    def is_no_help(self, keys: Sequence[str], known: Relaxed) -> bool:
        """Return whether the duals of another answer prove that some limits alone are no help."""
        high = self._giving(keys).high
        free = replace(self._held, high=high)
        proof = prove(free, np.zeros(len(high)), known.row_duals, caps(free, 0.0))
        return proof.is_rigorous and proof.bound > _PROVEN_FRAC * known.solution.objective

    def _on_the_year(self, program: LinearProgram, first: Relaxed, limit_s: float) -> Relaxed:
        """Return what holds on the year, or the answer of merged hours once time is over."""
        left_s = limit_s - self._spent_s
        if left_s <= 0:
            return first
        start = time.perf_counter()
        last = solve_guessed(program, guess_of(first.program, first.solution), left_s)
        self._spent_s += time.perf_counter() - start
        is_known = last.status == Status.kInfeasible or is_proven(program, last)
        return self._relaxed(program, last, 1, last.row_duals) if is_known else first

    @staticmethod
    def _least(program: LinearProgram, total: float, row_duals: np.ndarray) -> float:
        """Return which share of a total is proven to be needed on the year; 0 if none is [-]."""
        proof = prove(program, np.zeros(len(program.cost)), row_duals, caps(program, total))
        share = min(proof.bound, total) / total if total > 0 and proof.is_rigorous else 0.0
        return share if share > _PROVEN_FRAC else 0.0

    def _giving(self, keys: Sequence[str]) -> LinearProgram:
        """Return the program in which some limits give, each as a share of what was asked."""
        columns = {key: self.column_of[key] for key in keys if key in self.column_of}
        cost, high = self._held.cost.copy(), self._held.high.copy()
        for key, column in columns.items():
            cost[column] = self._unit[key] / _scale(self._problem, key)
            high[column] = np.inf
        largest = cost.max(initial=0.0) or 1.0
        return replace(self._held, cost=cost / largest, high=high)

    def _relaxed(
        self, program: LinearProgram, found: Solution, hours_merged: int, row_duals: np.ndarray
    ) -> Relaxed:
        excess = {}
        if found.status == Status.kOptimal:
            given = {
                key: self._unit[key] * float(found.values[program.column_of[self._key(key)]])
                for key in self.column_of
            }
            nothing = {key: _NOTHING_FRAC * _scale(self._problem, key) for key in given}
            excess = {key: amount for key, amount in given.items() if amount > nothing[key]}
        least = float(hours_merged == 1 and bool(excess))
        return Relaxed(found.status, excess, program, found, hours_merged, row_duals, least)

    @staticmethod
    def _key(key: str) -> Key:
        return Key("relaxation", key)

    def held(self, relaxed: Relaxed) -> LinearProgram:
        """Return the program that was solved with no limit giving."""
        high = relaxed.program.high.copy()
        high[[relaxed.program.column_of[self._key(key)] for key in self.column_of]] = 0.0
        return replace(relaxed.program, high=high)


def _unit(program: LinearProgram, column: int) -> float:
    """Return in which unit a relaxation is of a size with what stands beside it in its rows."""
    matrix = program.matrix
    entries = slice(matrix.indptr[column], matrix.indptr[column + 1])
    rows, own = matrix.indices[entries], np.abs(matrix.data[entries]).max(initial=0.0)
    beside = abs(matrix.tocsr()[rows]).tocsc()
    beside.data[beside.indptr[column] : beside.indptr[column + 1]] = 0.0
    largest = float(beside.data.max(initial=0.0))
    return largest / float(own) if own and largest else 1.0


def _scale(problem: Problem, key: str) -> float:
    """Return what a relaxation is a share of: the limit asked for, the whole of a least share."""
    return 1.0 if key in LEAST else (problem.limit(key) or 1.0)


def least_relaxation(problem: Problem, key: str) -> float | None:
    """Return by how much one limit must give for a plan to be feasible; None if that is no help."""
    found = Elastic(problem, [key]).solved([key])
    return found.excess.get(key, 0.0) if found.is_found else None
