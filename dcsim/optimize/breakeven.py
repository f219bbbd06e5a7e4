"""At which price an option enters the best plan, or leaves it.

A price is what a unit of an option costs the objective: its embodied carbon, or its capital. The
best objective rises with it until the option is no longer used, and is then that of the program
with the option closed. The break-even is where the two meet, found by Newton's method from below:
the best objective is concave in a price that only costs depend on, so a tangent (its slope is the
amount that is charged) meets the closed one's no later than it does itself, and the last tangent
meets it exactly. Where the price also stands in a cap, a budget or the worst year, a step may go
too far; then the interval is halved.

After a short step a solve starts from the basis of the last one, by primal simplex, since costs
have changed: that takes a tenth to a third of a second on the reference problem. After a long one
it starts from the best design of merged hours, as a plan does.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
from highspy import HighsBasisStatus

from dcsim.errors import SolveError
from dcsim.optimize.compile import Key, LinearProgram
from dcsim.optimize.findings import BreakEven
from dcsim.optimize.problem import Problem
from dcsim.optimize.session import PRIMAL, Session, Solution, Status
from dcsim.optimize.stake import size_of
from dcsim.optimize.start import solve_from_merged
from dcsim.scenario.part import LARGEST

Pose = Callable[[Problem], LinearProgram]
"""Returns the program whose optimum is the plan of a problem."""

_CLOSE = 1e-3
"""How near below a break-even the option must be seen to pay [share of the price]."""

_LONG_STEP = 0.1
"""From which change of a price on a solve is better not started from the last one [-]."""

_NO_GAIN = 1e-8
"""Gains below this are rounding of the solver [share of the objective]."""

_STARTS = (1 / 2, 1 / 4, 1 / 8, 0.0)
"""Where to look for a price at which an unused option pays; at zero a solve takes longest, since
then all is built of it that could be of any use [share of the price asked]."""


class Option(NamedTuple):
    """What may be built: in words, its capacity, and the names of its prices."""

    name: str
    capacity: str
    carbon: str
    money: str


OPTIONS = (
    Option("solar", "solar_mw", "solar_kg_per_mwh", "solar_usd_per_mw"),
    Option("wind", "wind_mw", "wind_kg_per_mwh", "wind_usd_per_mw"),
    Option("battery cells", "battery_mwh", "battery_kg_per_mwh", "battery_usd_per_mwh"),
    Option("battery power", "battery_mw", "battery_power_kg_per_mw", "battery_usd_per_mw"),
    Option("extra servers", "extra_server_mw", "servers_kg_per_mw", "servers_usd_per_mw"),
)


class Price(NamedTuple):
    """One price of a scenario."""

    name: str
    is_carbon: bool

    @property
    def key(self) -> str:
        """Return its key in a scenario."""
        return f"{'embodied' if self.is_carbon else 'cost'}.{self.name}"

    @property
    def unit(self) -> str:
        """Return its unit."""
        return ("kg" if self.is_carbon else "USD") + (
            "/MWh" if self.name.endswith("_mwh") else "/MW"
        )

    def of(self, problem: Problem) -> float:
        """Return what a problem has for it."""
        return float(getattr(problem.rates if self.is_carbon else problem.costs, self.name))

    def put(self, problem: Problem, value: float) -> Problem:
        """Return the same problem at another price."""
        change: dict[str, Any] = {self.name: value}
        if self.is_carbon:
            return replace(problem, rates=replace(problem.rates, **change))
        return replace(problem, costs=replace(problem.costs, **change))


def break_evens(
    problem: Problem, pose: Pose, progress: Callable[[str], None]
) -> tuple[BreakEven, ...]:
    """Return the break-even of each option that may be built.

    Args:
        problem: The problem as asked.
        pose: Returns its program, and that of the same problem at other prices.
        progress: Told which option is looked at.

    Raises:
        SolveError: A solve ended without an optimum.
    """
    at_asked = pose(problem)
    plan = _Follower(problem, np.inf).solved(at_asked, 0.0)
    is_carbon = problem.scenario.objective.minimize == "carbon"
    found = []
    for option in OPTIONS:
        least, most = problem.capacities()[option.capacity]
        if least != most and Key(option.capacity) in at_asked.column_of:
            progress(f"break-even of {option.name}")
            price = Price(option.carbon if is_carbon else option.money, is_carbon)
            line = _line(problem, pose, price, at_asked)
            asked = price.of(problem)
            market = _Market(line, option.capacity, problem, (asked, plan))
            found.append(_break_even(option, price, asked, market.gain))
    return tuple(found)


class Gain(NamedTuple):
    """What having an option is worth at a price: amount, and its change with the price."""

    amount: float
    slope: float


GainAt = Callable[[float], Gain]


def _break_even(option: Option, price: Price, asked: float, gain_at: GainAt) -> BreakEven:
    gain = gain_at(asked)
    if pays := gain.amount > 0:
        at = where_gain_ends(gain_at, asked, gain)
    else:
        starts = ((start, gain_at(start)) for start in (share * asked for share in _STARTS))
        first = next(((start, g) for start, g in starts if g.amount > 0), None)
        at = None if first is None else where_gain_ends(gain_at, *first)
    return BreakEven(option.name, price.key, price.unit, asked, not pays, at)


def where_gain_ends(gain_at: GainAt, low: float, gain: Gain) -> float | None:
    """Return the price at which an option ceases to be worth anything.

    Args:
        gain_at: What it is worth at a price; zero once it is not used.
        low: A price at which it is worth something.
        gain: What it is worth there.

    Returns:
        The price; None if it is beyond all that a scenario may hold.
    """
    high = tangent = np.inf
    while low < (1 - _CLOSE) * high:
        if gain.amount > 0:
            tangent = low + gain.amount / -gain.slope if gain.slope < 0 else np.inf
        if min(tangent, high) > LARGEST:
            return None
        if gain.amount > 0 and tangent < high:
            guess = tangent
        elif high == tangent:  # where an exact tangent leads: it must still pay just below
            guess = (1 - _CLOSE / 2) * high
        else:
            guess = (low + high) / 2
        gain = gain_at(guess)
        low, high = (guess, high) if gain.amount > 0 else (low, guess)
    return float(high)


class _Market:
    """One option, open and closed, at any price."""

    def __init__(
        self, line: "_Line", capacity: str, problem: Problem, plan: tuple[float, Solution]
    ) -> None:
        """Take the program as it depends on the price of a capacity, and the plan at one price."""
        self._line = line
        self._column = line.first.column_of[Key(capacity)]
        self._open = _Follower(problem, _LONG_STEP, plan)
        self._shut = _Follower(problem, np.inf)  # the price hardly matters to it

    def gain(self, price: float) -> Gain:
        """Return what the option is worth; endlessly much where there is no plan without it."""
        program = self._line.at(price)
        closed = replace(program, high=self._closed(program))
        shut = self._shut.solved(closed, price)
        if shut.status == Status.kInfeasible:
            return Gain(np.inf, 0.0)
        best = self._open.solved(program, price)
        amount = shut.objective - best.objective
        least = _NO_GAIN * size_of(shut.objective, program.stake)
        slope = self._line.slope(shut) - self._line.slope(best)
        return Gain(amount if amount > least else 0.0, slope)

    def _closed(self, program: LinearProgram) -> np.ndarray:
        high = program.high.copy()
        high[self._column] = program.low[self._column]
        return high


class _Follower:
    """Solves a program again and again as a price changes, from the last solution if it is near."""

    def __init__(
        self, problem: Problem, long_step: float, last: tuple[float, Solution] | None = None
    ) -> None:
        """Take the number of hours and the time limit, and from which step on to start anew."""
        self._hours, self._time_limit_s = len(problem.hours), problem.scenario.solver.time_limit_s
        self._long_step = long_step
        self._last = last

    def solved(self, program: LinearProgram, price: float) -> Solution:
        """Return the optimum at a price."""
        near = self._near(price)
        if near is None:
            solution = solve_from_merged(program, self._hours, self._time_limit_s)
        else:
            session = Session(program)
            session.start_from(near.basis)
            session.set_option("simplex_strategy", PRIMAL)
            solution = session.solve(self._time_limit_s)
        if solution.status not in (Status.kOptimal, Status.kInfeasible):
            raise SolveError(
                f"break-evens: HiGHS ended with {solution.status_name}; raise "
                "solver.time_limit_s, or set answers: false"
            )
        self._last = (price, solution)
        return solution

    def _near(self, price: float) -> Solution | None:
        """Return the last solution if it is near, and has a basis of this program."""
        if self._last is None:
            return None
        last_price, solution = self._last
        is_near = abs(price - last_price) <= self._long_step * max(price, last_price)
        return solution if is_near and _has_basis(solution) else None


def _has_basis(solution: Solution) -> bool:
    """Tell whether a solution has as many basic columns as rows: some may have been cut off."""
    basis = solution.basis
    statuses = [*basis.col_status, *basis.row_status]
    return basis.valid and statuses.count(HighsBasisStatus.kBasic) == len(basis.row_status)


def _line(problem: Problem, pose: Pose, price: Price, at_asked: LinearProgram) -> "_Line":
    """Return a problem's program as it depends on a price: it is linear in it throughout."""
    asked = price.of(problem)
    some = asked or 1.0
    first = at_asked if asked else pose(price.put(problem, some))
    second = pose(price.put(problem, 2 * some))
    return _Line(
        first,
        some,
        cost=(second.cost - first.cost) / some,
        offset=(second.offset - first.offset) / some,
        matrix=(second.matrix - first.matrix) / some,
        row_low=_difference(second.row_low, first.row_low) / some,
        row_high=_difference(second.row_high, first.row_high) / some,
    )


def _difference(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Subtract, with no difference where both are infinite."""
    difference: np.ndarray = np.subtract(one, other, out=np.zeros(len(one)), where=one != other)
    return difference


@dataclass(frozen=True)
class _Line:
    """A program at one price, and by how much each of its numbers changes with it."""

    first: LinearProgram
    price: float
    cost: np.ndarray
    offset: float
    matrix: Any
    row_low: np.ndarray
    row_high: np.ndarray

    def at(self, price: float) -> LinearProgram:
        """Return the program at a price."""
        first, more = self.first, price - self.price
        return replace(
            first,
            cost=first.cost + more * self.cost,
            offset=first.offset + more * self.offset,
            matrix=(first.matrix + more * self.matrix).tocsc(),
            row_low=first.row_low + more * self.row_low,
            row_high=first.row_high + more * self.row_high,
        )

    def slope(self, solution: Solution) -> float:
        """Return how the optimum changes with the price, by values and duals of a solution."""
        duals, values = solution.row_duals, solution.values
        limits = np.where(duals > 0, self.row_low, self.row_high)
        by_rows = float(duals @ (limits - self.matrix @ values))
        return float(self.cost @ values) + self.offset + by_rows
