"""At which price an option enters the best plan, or leaves it.

A price is what a unit of an option costs the objective: its embodied carbon, or its capital. The
best objective rises with it until the option is no longer used, and is then that of the program
with the option closed. The break-even is where the two meet, found by Newton's method from below:
the best objective is concave in a price that only costs depend on, so a tangent (its slope is the
amount that is charged) meets the closed one's no later than it does itself, and the last tangent
meets it exactly. Where the price also stands in a cap, a budget or the worst year, a step may go
too far; then the interval is halved.

Each solve starts from the basis of the last one, by primal simplex, since costs have changed: a
tenth to a third of a second on the reference problem once steps are short, against two seconds
from scratch.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import highspy
import numpy as np

from dcsim.errors import SolveError
from dcsim.optimize.compile import Key, LinearProgram
from dcsim.optimize.findings import BreakEven
from dcsim.optimize.problem import Problem
from dcsim.optimize.session import PRIMAL, Session, Solution, Status
from dcsim.scenario.part import LARGEST

Pose = Callable[[Problem], LinearProgram]
"""Returns the program whose optimum is the plan of a problem."""

Basis = highspy.HighsBasis | None

_CLOSE = 1e-3
"""How near below a break-even the option must be seen to pay [share of the price]."""

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
    at_asked, time_limit_s = pose(problem), problem.scenario.solver.time_limit_s
    start = _solved(at_asked, None, time_limit_s)[1]
    is_carbon = problem.scenario.objective.minimize == "carbon"
    found = []
    for option in OPTIONS:
        least, most = problem.capacities()[option.capacity]
        if least != most and Key(option.capacity) in at_asked.column_of:
            progress(f"break-even of {option.name}")
            price = Price(option.carbon if is_carbon else option.money, is_carbon)
            line = _line(problem, pose, price, at_asked)
            market = _Market(line, option.capacity, start, time_limit_s)
            found.append(_break_even(option, price, price.of(problem), market.gain))
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
        self, line: "_Line", capacity: str, start: Basis, time_limit_s: float | None
    ) -> None:
        """Take the program as it depends on the price of a capacity, and a basis to start from."""
        self._line, self._time_limit_s = line, time_limit_s
        self._column = line.first.column_of[Key(capacity)]
        self._open: Basis = start
        self._shut: Basis = None

    def gain(self, price: float) -> Gain:
        """Return what the option is worth; endlessly much where there is no plan without it."""
        program = self._line.at(price)
        closed = replace(program, high=self._closed(program))
        shut, self._shut = _solved(closed, self._shut, self._time_limit_s)
        if shut.status == Status.kInfeasible:
            return Gain(np.inf, 0.0)
        best, self._open = _solved(program, self._open, self._time_limit_s)
        amount = shut.objective - best.objective
        slope = self._line.slope(shut) - self._line.slope(best)
        return Gain(amount if amount > _NO_GAIN * abs(shut.objective) else 0.0, slope)

    def _closed(self, program: LinearProgram) -> np.ndarray:
        high = program.high.copy()
        high[self._column] = program.low[self._column]
        return high


def _solved(
    program: LinearProgram, start: Basis, time_limit_s: float | None
) -> tuple[Solution, Basis]:
    """Solve from a basis, if one is given; return the solution and its basis."""
    session = Session(program)
    if start is not None:
        session.start_from(start)
        session.set_option("simplex_strategy", PRIMAL)
    solution = session.solve(time_limit_s)
    if solution.status not in (Status.kOptimal, Status.kInfeasible):
        raise SolveError(
            f"break-evens: HiGHS ended with {solution.status_name}; raise solver.time_limit_s, or "
            "set answers: false"
        )
    return solution, session.basis


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
