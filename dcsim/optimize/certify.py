"""The proof that comes with a plan, checked here and not taken from the solver's word.

For any row duals `y`, weak duality gives a lower bound on every feasible total:
`offset + sum_i (y_i > 0 ? y_i low_i : y_i high_i) + sum_j min(r_j low_j, r_j high_j)` with
reduced costs `r = cost - A' y`. Only the arrays of the program, `y` and the found total go in.

A variable without upper limit and with `r_j < 0` (duals are only right to rounding) would make the
bound worthless. But only plans no worse than the one found matter, and in those its cost, and the
rows it stands in, do limit it: `caps` works those limits out, as presolvers do.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from dcsim.optimize.compile import LinearProgram

_PASSES = 6
"""How often limits are handed on from variable to variable; cells, capacity, power and flow are
four steps from what costs carbon to what does not."""

_TINY = 1e-12
"""Costs and entries below this limit nothing; dividing by them overflows."""

_ROOM = 10.0
"""Only what nothing limits, since it is free and unlimited, is taken to stay below this many
times the largest value of the solution."""


@dataclass(frozen=True)
class Proof:
    """A lower bound on the optimum, and how far solution and duals are from feasible.

    `is_rigorous` is False where something is free and unlimited, so that `_ROOM` had to be used.
    """

    bound: float
    is_rigorous: bool
    primal_violation: float
    dual_violation: float


def prove(
    program: LinearProgram,
    values: np.ndarray,
    row_duals: np.ndarray,
    most: np.ndarray | None = None,
) -> Proof:
    """Return the bound that row duals prove, and the largest violations.

    Args:
        program: The linear program.
        values: A feasible solution: no plan worse than it needs to be covered by the bound.
        row_duals: One dual for each row, of any origin.
        most: An upper limit of every variable in the plans to be covered, if known (`caps`).
    """
    duals = _right_signed(program, row_duals)
    reduced = program.cost - program.matrix.T @ duals
    total = float(program.offset + program.cost @ values)
    high = caps(program, total) if most is None else most
    unlimited = np.isinf(high) & (reduced < 0)
    room = _ROOM * max(1.0, float(np.abs(values).max(initial=0.0)))
    high = np.where(np.isinf(high), room, high)
    from_rows = np.where(duals > 0, _times(duals, program.row_low), _times(duals, program.row_high))
    from_columns = np.minimum(reduced * program.low, reduced * high)
    return Proof(
        bound=float(program.offset + from_rows.sum() + from_columns.sum()),
        is_rigorous=not bool(unlimited.any()),
        primal_violation=_primal_violation(program, values),
        dual_violation=float(np.maximum(-reduced[np.isinf(program.high)], 0.0).max(initial=0.0)),
    )


def caps(program: LinearProgram, total: float) -> np.ndarray:
    """Return an upper limit of every variable in all feasible plans of at most a given total.

    First from cost: `x_j <= low_j + (total - least cost) / cost_j`, unless what earns is unlimited.
    Then from rows, a few times over: an entry `a_ij x_j` is at most the row's upper limit less the
    least that its other entries can be.

    Args:
        program: The linear program; lower limits are finite.
        total: The total no plan of interest exceeds.
    """
    high = program.high.astype(float)
    cheapest = np.where(program.cost < 0, high, program.low)
    spare = max(0.0, total - float(program.offset + program.cost @ cheapest))
    endless = np.full(len(high), np.inf)
    by_cost = np.divide(spare, program.cost, out=endless, where=program.cost > _TINY)
    high = np.minimum(high, program.low + by_cost)
    entries = program.matrix.tocoo()
    for _ in range(_PASSES):
        for sign, limit in ((1.0, program.row_high), (-1.0, -program.row_low)):
            high = _capped_by_rows(entries, sign, limit, program.low, high)
    return high


def _capped_by_rows(
    entries: Any, sign: float, limit: np.ndarray, low: np.ndarray, high: np.ndarray
) -> np.ndarray:
    """Tighten upper limits once, from rows read as `sign * A x <= limit`."""
    row, column, weight = entries.row, entries.col, sign * entries.data
    # The least an entry can be; minus infinity where a negative weight meets no upper limit.
    least = np.where(weight > 0, weight * low[column], weight * high[column])
    unknown = np.isinf(least)
    known_sum = np.bincount(row, np.where(unknown, 0.0, least), len(limit))
    unknowns = np.bincount(row, unknown, len(limit))
    others = known_sum[row] - np.where(unknown, 0.0, least)
    use = (weight > _TINY) & (unknowns[row] == 0) & np.isfinite(limit[row])
    tighter = high.copy()
    np.minimum.at(tighter, column[use], (limit[row] - others)[use] / weight[use])
    capped: np.ndarray = np.maximum(tighter, low)
    return capped


def _right_signed(program: LinearProgram, duals: np.ndarray) -> np.ndarray:
    """Set to zero a dual that presses on a side its row does not have."""
    useless = ((duals > 0) & np.isinf(program.row_low)) | ((duals < 0) & np.isinf(program.row_high))
    return np.where(useless, 0.0, duals)


def _times(duals: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """Multiply, with zero times infinity as zero."""
    return np.where(duals == 0, 0.0, duals * np.where(np.isinf(limits), 0.0, limits))


def _primal_violation(program: LinearProgram, values: np.ndarray) -> float:
    """Return the largest violation; of a row, over its largest entry, so in MW or MWh."""
    rows, size = program.matrix @ values, _largest_entries(program)
    short = ((program.row_low - rows) / size, (rows - program.row_high) / size)
    outside = (program.low - values, values - program.high)
    return float(max(np.maximum(part, 0.0).max(initial=0.0) for part in (*short, *outside)))


def _largest_entries(program: LinearProgram) -> np.ndarray:
    entries, size = program.matrix.tocoo(), np.ones(len(program.row_low))
    np.maximum.at(size, entries.row, np.abs(entries.data))
    return size
