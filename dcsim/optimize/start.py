"""A solve that starts from a design that is nearly right: of merged hours, or of a single year.

Operating a given design is quick to solve, since the hours of a year then hang together by little
more than the battery, and years not at all; and from there it is quick to correct a design that is
nearly right. So the design is first held at the guess, then freed within a box around it that moves
as long as one of its sides holds the design, and at last freed. While it is held, limits on totals
over all hours may be exceeded at a price, since the guess may not keep them. The last solve is of
the whole program: a wrong guess costs time and nothing else. `make bench` times a year beside one
solved from nothing (test_bench_start.py), and four years (test_bench_years.py).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from dcsim.optimize.certify import prove
from dcsim.optimize.coarse import coarsened
from dcsim.optimize.compile import CAP, Key, LinearProgram
from dcsim.optimize.limits import LIMIT_OF_ROW
from dcsim.optimize.plan import ROUNDING_MW, Design
from dcsim.optimize.session import Session, Solution, Status, solve
from dcsim.optimize.stake import share_of
from dcsim.units import HOURS_PER_YEAR

SMALL_H = 1200
"""A program of no more hours is solved at once [h]."""

MERGED_H = 3
"""How many hours become one for a first guess [h]."""

_DEARER = 2.0
"""How much dearer than its price among merged hours a limit may be exceeded [-]."""

TYING = (set(LIMIT_OF_ROW) - {"import_most", "ramp_up", "ramp_down"}) | {CAP}
"""Constraints that limit a total over all hours, or of the design."""

_SIDE_FRAC = 0.2
"""How far the box reaches on either side of each capacity [-]."""

_LEAST_SIDE_FRAC = 0.02
"""And at least, of the largest capacity [-]."""

_MOVES = 20
"""How often the box may move before it is left."""

_LAST_TOLERANCE = 1e-9
"""Tolerance of the last solve: at HiGHS's own, 1e-7, violations sum up to nearly a millionth of a
MW where many hours hang together [MW, MWh, or the objective per unit]."""

_AT_SIDE = 1e-9
"""Nearer to a side than this is on it [MW, MWh]."""

_DOUBTED_S = 10.0
"""Time for each solve of a year of merged hours before it is asked whether there is a plan at all:
one that has a plan takes a second or two. It decides how long is tried, not what is found [s]."""

_TRUSTED_GAP = 1e-7
"""Largest relative gap to the bound that its own duals prove, for a solution to be kept [-]."""


class Capacities:
    """The design columns of a program in HiGHS, held and freed; what no row needs has none."""

    def __init__(self, program: LinearProgram, session: Session) -> None:
        """Take a program and the session that holds it."""
        self._session = session
        names = [name for name in Design().as_dict() if Key(name) in program.column_of]
        self.names = names
        self.columns = [program.column_of[Key(name)] for name in names]
        self.low, self.high = program.low[self.columns], program.high[self.columns]

    def sizes_of(self, design: Design) -> np.ndarray:
        """Return the capacities of a design, within their limits [MW, MWh]."""
        sizes = design.as_dict()
        return np.clip([sizes[name] for name in self.names], self.low, self.high)

    def keep_within(self, low: np.ndarray, high: np.ndarray) -> None:
        """Let each capacity be anything from a least to a most."""
        for column, least, most in zip(self.columns, low, high, strict=True):
            self._session.set_column_bounds(column, float(least), float(most))

    def around(
        self, sizes: np.ndarray, side_frac: float, least_side: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return the sides of a box around some capacities, within their limits [MW, MWh]."""
        side = side_frac * sizes + least_side
        return np.maximum(sizes - side, self.low), np.minimum(sizes + side, self.high)


@dataclass(frozen=True)
class Guess:
    """Where a solve starts from.

    Attributes:
        design: What is built.
        prices: Of limits that tie all hours together, by row: what a unit of them is worth in the
            objective.
    """

    design: Design
    prices: Mapping[Key, float] = field(default_factory=dict)


def solve_from_merged(
    program: LinearProgram,
    hours: int,
    time_limit_s: float | None = None,
    if_merged_has_none: Callable[[], None] | None = None,
) -> Solution:
    """Solve a program from the design that is best for its hours merged; a small one at once.

    Args:
        program: The linear program.
        hours: How many hours its hourly components have.
        time_limit_s: As of `solve_near`.
        if_merged_has_none: Called where merged hours have no plan, or none is found in
            `_DOUBTED_S`, which is no proof that there is none; it may raise what is proven.

    Raises:
        SolveError: HiGHS refuses the model or an option.
    """
    if hours <= SMALL_H:
        return solve(program, time_limit_s)
    doubted_s = None if if_merged_has_none is None else _DOUBTED_S * hours / HOURS_PER_YEAR
    merged, first = solve_merged(program, hours, doubted_s)
    if first.status != Status.kOptimal and if_merged_has_none is not None:
        if_merged_has_none()
        merged, first = solve_merged(program, hours)
    return solve_near(program, guess_of(merged, first), time_limit_s)


def guess_of_merged(program: LinearProgram, hours: int) -> Guess:
    """Return the best design for merged hours, itself found from hours merged again."""
    return guess_of(*solve_merged(program, hours))


def solve_merged(
    program: LinearProgram, hours: int, time_limit_s: float | None = None
) -> tuple[LinearProgram, Solution]:
    """Return the program of hours merged by `MERGED_H`, and its solution.

    Where hours merged again have no plan there is nothing to guess from: the search from such a
    guess took minutes where the solve from nothing shows in seconds that there is none.

    Args:
        program: The linear program.
        hours: How many hours its hourly components have.
        time_limit_s: Most time for each solve [s].
    """
    merged, fewer = coarsened(program, hours, MERGED_H).program, -(-hours // MERGED_H)
    if fewer <= SMALL_H:
        return merged, solve(merged, time_limit_s)
    again, first = solve_merged(merged, fewer, time_limit_s)
    if first.status == Status.kInfeasible:
        return merged, solve(merged, time_limit_s)
    return merged, solve_guessed(merged, guess_of(again, first), time_limit_s)


def guess_of(merged: LinearProgram, found: Solution) -> Guess:
    """Return what a solution of merged hours guesses of the whole program."""
    sizes = {name: merged.column_of.get(Key(name)) for name in Design().as_dict()}
    return Guess(
        Design(**{n: float(found.values[c]) for n, c in sizes.items() if c is not None}),
        {merged.rows[row]: -float(found.row_duals[row]) for row in tying_rows(merged)},
    )


def tying_rows(program: LinearProgram) -> list[int]:
    """Return the rows that limit a total over all hours."""
    return [row for row, key in enumerate(program.rows) if key.name in TYING]


def solve_near(program: LinearProgram, guess: Guess, time_limit_s: float | None = None) -> Solution:
    """Solve a program from a guess of its design.

    Args:
        program: The linear program.
        guess: A design that is nearly right.
        time_limit_s: Most time for all that starts from the guess, and for the solve from nothing
            that follows if its solution is not what its duals prove [s].

    Raises:
        SolveError: HiGHS refuses the model or an option.
    """
    found = solve_guessed(program, guess, time_limit_s)
    ended = (Status.kTimeLimit, Status.kInfeasible)
    if found.status in ended or is_proven(program, found):
        return found
    return solve(program, time_limit_s)


def solve_guessed(program: LinearProgram, guess: Guess, time_limit_s: float | None) -> Solution:
    """Solve a program from a guess of its design, without a look at what the duals prove.

    Args:
        program: The linear program.
        guess: A design that is nearly right.
        time_limit_s: Most time for all [s].

    Raises:
        SolveError: HiGHS refuses the model or an option.
    """
    rows = tying_rows(program)
    prices = [_DEARER * max(0.0, guess.prices.get(program.rows[row], 0.0)) for row in rows]
    session = Session(program.with_excess(rows))
    if time_limit_s is not None:
        session.limit_time(time_limit_s)
    capacities = Capacities(program, session)
    sizes = capacities.sizes_of(guess.design)
    capacities.keep_within(sizes, sizes)
    excess = range(len(program.columns), len(program.columns) + len(rows))
    for column, price in zip(excess, prices, strict=True):
        session.allow(column, price)
    session.solve()
    for column in excess:
        session.set_column_bounds(column, 0.0, 0.0)
    approach(session, capacities, sizes)
    capacities.keep_within(capacities.low, capacities.high)
    for side in ("primal", "dual"):
        session.set_option(f"{side}_feasibility_tolerance", _LAST_TOLERANCE)
    # Tolerances hold for rows as HiGHS scales them; it scales anew once it is given a basis.
    session.set_option("simplex_scale_strategy", 0)
    session.start_from(session.basis)
    found = session.solve().without_last_columns(len(rows))
    return replace(found, iterations=session.iterations)


def approach(
    session: Session, capacities: Capacities, sizes: np.ndarray, beside_mw: float = 0.0
) -> None:
    """Move a box until none of its sides holds the design.

    Args:
        session: Holds the program; its design is left within the last box.
        capacities: The design columns of the program.
        sizes: Where the first box is put [MW, MWh].
        beside_mw: What a small design is small against, besides its own largest capacity [MW].
    """
    for _ in range(_MOVES):
        least_side = _LEAST_SIDE_FRAC * max(beside_mw, float(sizes.max(initial=0.0)))
        low, high = capacities.around(sizes, _SIDE_FRAC, least_side)
        capacities.keep_within(low, high)
        found = session.solve()
        sizes = found.values[capacities.columns]
        held = (sizes <= low + _AT_SIDE) & (low > capacities.low)
        held |= (sizes >= high - _AT_SIDE) & (high < capacities.high)
        if found.status != Status.kOptimal or not held.any():
            return


def is_proven(program: LinearProgram, solution: Solution) -> bool:
    """Tell whether a solution is optimal by a bound from its own duals, and keeps every limit."""
    if solution.status != Status.kOptimal:
        return False
    proof = prove(program, solution.values, solution.row_duals)
    gap = share_of(solution.objective - proof.bound, solution.objective, program.stake)
    return abs(gap) <= _TRUSTED_GAP and proof.primal_violation <= ROUNDING_MW
