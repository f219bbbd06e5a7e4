"""Fronts by epsilon-constraint: the least y under one cap on x after another, each proven.

The ends come first, each lexicographic, so that no other plan is better in one total and as good
in the other; then, where the two totals have one unit, the point of least x + y. Every further cap
goes where inner and outer bound are farthest apart. A point starts from its nearest looser
neighbor, for dual simplex is quick where caps get tighter.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from dcsim.errors import SolveError
from dcsim.optimize.boxed import Bases, DesignFirst, largest_entry, scaled
from dcsim.optimize.certify import Proof, caps, prove
from dcsim.optimize.compile import Account, LinearProgram, compile_model
from dcsim.optimize.conflict import explain_infeasible
from dcsim.optimize.dispatch import Values, design_of
from dcsim.optimize.front import AXES, Front, FrontKind, FrontPoint
from dcsim.optimize.model import build_model
from dcsim.optimize.plan import ROUNDING_MW, Certificate
from dcsim.optimize.problem import problem_of
from dcsim.optimize.session import INFEASIBLE, Solution, Status, solver_name
from dcsim.optimize.solve import GAP_LIMIT
from dcsim.optimize.stake import account_with_stake, share_of, size_of
from dcsim.scenario.spec import Scenario, Strategy
from dcsim.traces.frame import Traces

SAME_FRAC = 1e-9
"""How far above its least a total may be while the other is made least [-]."""

_NEXT_TO_NOTHING = 1e-7
"""Totals below this share of what is at stake are held as if they were so large [-]."""

_FREE = (np.inf, np.inf)
"""No cap on y, and none on x."""

_TIE_BREAK: dict[FrontKind, tuple[float, float]] = {"carbon": (1e-4, 1e-4), "cost": (1e-7, 1e-5)}
"""What x counts beside y on the way to the loose end, and y beside x to the tight one. Any small
number leads there; without one, y that is zero leaves x anywhere."""


class Traced(NamedTuple):
    """A point, and what a solve near it may start from."""

    point: FrontPoint
    bases: Bases


Keep = Callable[[tuple[Traced, ...]], None]
"""Called with all points so far, in the order they were found, after each step."""


def _keep_nothing(traced: tuple[Traced, ...]) -> None:
    """Keep no points."""


def trace_front(
    scenario: Scenario,
    years: Sequence[Traces],
    strategy: Strategy,
    kind: FrontKind,
    points: int,
    traced: tuple[Traced, ...] = (),
    keep: Keep = _keep_nothing,
) -> Front:
    """Find the front of one strategy.

    Args:
        scenario: What may be built, and the limits; its objective does not matter.
        years: What the world does, in each planned year.
        strategy: Which options are open.
        kind: Operational against embodied carbon, or cost against total carbon.
        points: How many points, ends included; fewer are found where fewer say all.
        traced: Points found before, in the order they were; the front is the same with and without.
        keep: Given the points found, after each step.

    Raises:
        InfeasibleError: No plan keeps the scenario's limits.
        SolveError: A point was not found or not proven, or the front is not convex.
    """
    tracer = Tracer(scenario, years, strategy, kind)
    while found := tracer.next_step(traced, points):
        traced = (*traced, *found)
        keep(traced)
    front = tracer.front(traced)
    require_convex(front)
    return front


def require_convex(front: Front) -> None:
    """Refuse a front on which less x does not cost y, or a mixture of two plans beats a third.

    Raises:
        SolveError: Names the point, and by how much.
    """
    for n, point in enumerate(front.points[1:-1], start=1):
        before, after = front.points[n - 1], front.points[n + 1]
        share = (point.x - after.x) / (before.x - after.x)
        mixed = share * before.y + (1 - share) * after.y
        allowed = GAP_LIMIT * float(front.worth(np.array(point.x), np.array(point.y)))
        if not (before.y - allowed <= point.y <= min(mixed, after.y) + allowed):
            raise SolveError(
                f"the front of {front.strategy} is not convex at point {n + 1}: {point.y:.9g} "
                f"{front.axes.y_unit}, the points beside it {before.y:.9g} and {after.y:.9g}, "
                f"their mixture {mixed:.9g}"
            )


class _Found(NamedTuple):
    """A solution, with the duals of a tangent: of the program's rows, and of the cap on x."""

    solution: Solution
    row_duals: np.ndarray
    slope: float


class _Prover:
    """What duals prove of all plans between the ends: of at most the loosest x and highest y."""

    def __init__(self, program: LinearProgram, y: Account, x: Account, most: tuple[float, float]):
        self._entry = largest_entry(x)
        self._most_x, most_y = (
            _hardly_above(total, account) for total, account in zip(most, (x, y), strict=True)
        )
        row, limit = scaled(x, self._entry), self._most_x / self._entry
        self._program = program.minimizing(y).capped(row, limit)
        self._most = caps(self._program, most_y)

    def prove(self, found: _Found, limit: float) -> Proof:
        """Return the proof of a tangent, with its bound on y under a cap on x."""
        duals = np.append(found.row_duals, found.slope * self._entry)
        proof = prove(self._program, found.solution.values, duals, self._most)
        return replace(proof, bound=proof.bound + found.slope * (limit - self._most_x))

    def beyond_mw(self, x: float, limit: float) -> float:
        """Return by how much x breaks its cap, over the cap's largest entry [MW, MWh]."""
        return max(0.0, (x - limit) / self._entry)

    @property
    def size(self) -> dict[str, int]:
        """Return rows, columns and nonzeros of the capped program."""
        rows, columns = self._program.matrix.shape
        return {"rows": rows, "columns": columns, "nonzeros": int(self._program.matrix.nnz)}


class Tracer:
    """One strategy's program with a cap on y and one on x, and how its points are found."""

    def __init__(
        self, scenario: Scenario, years: Sequence[Traces], strategy: Strategy, kind: FrontKind
    ) -> None:
        """Build and compile the strategy's model, once for all points."""
        axes = AXES[kind]
        self._kind, self._strategy, self._y_unit = kind, strategy, axes.y_unit
        self._problem = problem_of(scenario, years, strategy, True if kind == "cost" else None)
        self._program = compile_model(build_model(self._problem))
        self._y = self._account([axes.y_account])
        self._x = self._account(axes.x_accounts)
        self._solver = DesignFirst(
            self._program,
            len(self._problem.hours),
            (self._y, self._x),
            operated_for=self._y,
            load_mw=float(self._problem.load_mw.mean()),
        )
        self._prover: _Prover | None = None

    def _account(self, names: Sequence[str]) -> Account:
        return account_with_stake(self._program, self._problem, dict.fromkeys(names, 1.0))

    def front(self, traced: Sequence[Traced]) -> Front:
        """Return the points found as a front; of two at one place, the later one tells more."""
        points: list[FrontPoint] = []
        for point in sorted((one.point for one in reversed(traced)), key=lambda p: -p.x):
            if not points or not self._is_same_x(points[-1], point):
                points.append(point)
        is_carbon = self._kind == "carbon"
        optimum = int(np.argmin([p.x + p.y for p in points])) if is_carbon else None
        return Front(self._strategy, self._kind, tuple(points), optimum)

    def next_step(self, traced: Sequence[Traced], points: int) -> tuple[Traced, ...]:
        """Return what is found next; nothing once there are enough points, or they say all."""
        if not traced:
            return self._ends()
        if len(traced) == 1:
            return ()
        prover = self._prover_of(traced[0].point.x, traced[1].point.y)
        if len(traced) == 2 and self._kind == "carbon":
            return (self._least_total(prover, traced[0].bases),)
        front = self.front(traced)
        # The point of least total may be an end, and then counts as one with it.
        is_full = len(front.points) >= points or len(traced) > points
        if is_full or front.largest_gap_frac <= GAP_LIMIT:
            return ()
        return (self._under(front.widest, prover, traced),)

    def _prover_of(self, most_x: float, most_y: float) -> _Prover:
        if self._prover is None:
            self._prover = _Prover(self._program, self._y, self._x, (most_x, most_y))
        return self._prover

    def _ends(self) -> tuple[Traced, ...]:
        """Return the loose and the tight end; only one where nothing can be traded."""
        loose, from_loose = self._loose_end()
        tight, from_tight = self._tight_end(from_loose)
        prover = self._prover_of(self._x_of(loose), self._y_of(tight))
        ends = (self._proven(prover, loose, None), self._proven(prover, tight, None))
        if None in ends:
            loose, tight = self._cold_end(0, 1), self._cold_end(1, 0)
            ends = (self._proven(prover, loose, None), self._proven(prover, tight, None))
        first, last = (self._required(point) for point in ends)
        if self._is_same_x(first, last):
            return (Traced(first, from_loose),)
        return (Traced(first, from_loose), Traced(last, from_tight))

    def _loose_end(self) -> tuple[_Found, Bases]:
        """Minimize y, then x among the plans of least y; the bound is that of the first."""
        hint, _ = _TIE_BREAK[self._kind]
        near, bases = self._solver.solve(self._y.plus(self._x, hint), _FREE, None)
        if near.status in INFEASIBLE:
            raise explain_infeasible(self._problem, self._strategy)
        least = self._solver.go_on(self._y, _FREE)
        last = self._solver.go_on(self._x, (_hardly_above(least.objective, self._y), np.inf))
        return _Found(last, self._rows_of(least), 0.0), bases

    def _tight_end(self, start: Bases) -> tuple[_Found, Bases]:
        """Minimize x, then y among the plans of least x."""
        _, hint = _TIE_BREAK[self._kind]
        near, bases = self._solver.solve(self._x.plus(self._y, hint), _FREE, start)
        limit = _hardly_above(self._solver.go_on(self._x, _FREE).objective, self._x)
        if self._x.of(near.values) <= limit:
            return _Found(near, self._rows_of(near) / hint, -1 / hint), bases
        return self._with_slope(self._solver.go_on(self._y, (np.inf, limit))), bases

    def _cold_end(self, first: int, second: int) -> _Found:
        """Return an end by two solves that start from nothing."""
        totals = (self._y, self._x)
        least = self._solver.solve_cold(totals[first], _FREE)
        limits = [np.inf, np.inf]
        limits[first] = _hardly_above(least.objective, totals[first])
        last = self._solver.solve_cold(totals[second], limits)
        return self._with_slope(last) if second == 0 else _Found(last, self._rows_of(least), 0.0)

    def _least_total(self, prover: _Prover, start: Bases) -> Traced:
        """Minimize x + y: a point of the front, whose tangent falls by 1."""
        both = self._y.plus(self._x)

        def found_in(solution: Solution) -> _Found:
            return _Found(solution, self._rows_of(solution), -1.0)

        return self._first_proven(prover, both, None, start, found_in)

    def _under(self, limit: float, prover: _Prover, traced: Sequence[Traced]) -> Traced:
        """Minimize y under a cap on x."""
        looser = [one for one in traced if one.point.x >= limit]
        start = min(looser, key=lambda one: one.point.x).bases
        return self._first_proven(prover, self._y, limit, start, self._with_slope)

    def _first_proven(
        self,
        prover: _Prover,
        objective: Account,
        limit: float | None,
        start: Bases,
        found_in: Callable[[Solution], _Found],
    ) -> Traced:
        """Return a point from its neighbor; if that is not proven, polished; else from nothing."""
        caps_on = (np.inf, np.inf if limit is None else limit)
        solution, bases = self._solver.solve(objective, caps_on, start)
        ways: tuple[Callable[[], Solution], ...] = (
            lambda: solution,
            self._solver.polish,
            lambda: self._solver.solve_cold(objective, caps_on),
        )
        points = (self._proven(prover, found_in(way()), limit) for way in ways)
        return Traced(self._required(next(filter(None, points), None)), bases)

    def _with_slope(self, solution: Solution) -> _Found:
        _, slope = self._solver.whole.cap_duals(solution)
        return _Found(solution, self._rows_of(solution), min(float(slope), 0.0))

    def _rows_of(self, solution: Solution) -> np.ndarray:
        return solution.row_duals[: len(self._program.rows)]

    def _x_of(self, found: _Found) -> float:
        return self._x.of(found.solution.values)

    def _y_of(self, found: _Found) -> float:
        return self._y.of(found.solution.values)

    def _proven(self, prover: _Prover, found: _Found, limit: float | None) -> FrontPoint | None:
        """Return a point with its certificate; None if it is not optimal, or not proven so."""
        x, y = self._x_of(found), self._y_of(found)
        limit = x if limit is None else limit
        proof = prover.prove(found, limit)
        is_optimal = found.solution.status == Status.kOptimal
        gap = share_of(y - proof.bound, self._worth(x, y), self._y.stake)
        beyond_mw = max(proof.primal_violation, prover.beyond_mw(x, limit))
        if not (is_optimal and beyond_mw <= ROUNDING_MW and abs(gap) <= GAP_LIMIT):
            return None
        certificate = Certificate(
            status=found.solution.status_name,
            solver=solver_name(),
            unit=self._y_unit,
            objective=y,
            bound=proof.bound,
            gap=gap,
            is_optimal=is_optimal,
            is_rigorous=proof.is_rigorous,
            primal_violation=beyond_mw,
            dual_violation=proof.dual_violation,
            iterations=found.solution.iterations,
            **prover.size,
        )
        design = design_of(Values(self._program, found.solution), self._problem)
        return FrontPoint(x, y, limit, design, certificate, found.slope)

    def _is_same_x(self, looser: FrontPoint, tighter: FrontPoint) -> bool:
        return looser.x - tighter.x <= SAME_FRAC * size_of(looser.x, self._x.stake)

    def _worth(self, x: float, y: float) -> float:
        return x + y if AXES[self._kind].is_summable else y

    def _required(self, point: FrontPoint | None) -> FrontPoint:
        if point is None:
            raise SolveError(
                f"a point of the front of strategy {self._strategy} could not be proven optimal "
                f"to {GAP_LIMIT:g}, neither from its neighbor nor from nothing"
            )
        return point


def _hardly_above(total: float, account: Account) -> float:
    return total + SAME_FRAC * max(abs(total), _NEXT_TO_NOTHING * account.stake)
