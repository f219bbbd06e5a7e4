"""The proof that comes with a plan, checked here and not taken from the solver's word.

For any row duals `y`, weak duality gives a lower bound on every feasible total:
`offset + sum_i (y_i > 0 ? y_i low_i : y_i high_i) + sum_j min(r_j low_j, r_j high_j)` with
reduced costs `r = cost - A' y`. Only the arrays of the program and `y` go in.
"""

from dataclasses import dataclass

import numpy as np

from dcsim.optimize.compile import LinearProgram

_ROOM = 10.0
"""A variable without upper limit is taken to stay below this many times the largest value of the
solution, so that a reduced cost that is wrong by rounding lowers the bound by a little instead
of making it worthless."""


@dataclass(frozen=True)
class Proof:
    """A lower bound on the optimum, and how far solution and duals are from feasible."""

    bound: float
    primal_violation: float
    dual_violation: float


def prove(program: LinearProgram, values: np.ndarray, row_duals: np.ndarray) -> Proof:
    """Return the bound that row duals prove, and the largest violations.

    Args:
        program: The linear program.
        values: A solution, to measure its violations and to size `_ROOM`.
        row_duals: One dual for each row, of any origin.
    """
    duals = _right_signed(program, row_duals)
    reduced = program.cost - program.matrix.T @ duals
    room = _ROOM * max(1.0, float(np.abs(values).max()))
    high = np.where(np.isinf(program.high), room, program.high)
    low = np.where(np.isinf(program.low), -room, program.low)
    from_rows = np.where(duals > 0, _times(duals, program.row_low), _times(duals, program.row_high))
    from_columns = np.minimum(reduced * low, reduced * high)
    free_above = np.isinf(program.high)
    return Proof(
        bound=float(program.offset + from_rows.sum() + from_columns.sum()),
        primal_violation=_primal_violation(program, values),
        dual_violation=float(np.maximum(-reduced[free_above], 0.0).max(initial=0.0)),
    )


def _right_signed(program: LinearProgram, duals: np.ndarray) -> np.ndarray:
    """Set to zero a dual that presses on a side its row does not have."""
    useless = ((duals > 0) & np.isinf(program.row_low)) | ((duals < 0) & np.isinf(program.row_high))
    return np.where(useless, 0.0, duals)


def _times(duals: np.ndarray, limits: np.ndarray) -> np.ndarray:
    """Multiply, with zero times infinity as zero."""
    return np.where(duals == 0, 0.0, duals * np.where(np.isinf(limits), 0.0, limits))


def _primal_violation(program: LinearProgram, values: np.ndarray) -> float:
    rows = program.matrix @ values
    return float(
        max(
            np.maximum(program.row_low - rows, 0).max(initial=0.0),
            np.maximum(rows - program.row_high, 0).max(initial=0.0),
            np.maximum(program.low - values, 0).max(initial=0.0),
            np.maximum(values - program.high, 0).max(initial=0.0),
        )
    )
