"""Gaps in hourly reports: short ones are filled, long ones stay."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from dcsim.grid.repair.filling import fill, run_lengths

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
"""What the modules of this room calculate with: a row an hour, a column a node or link."""

LONGEST_GAP_H = 24
"""Gaps up to this long are filled: beyond it the weather of a day would be made up [h]."""


def fill_short_gaps(values: Floats) -> Floats:
    """Fill gaps of up to `LONGEST_GAP_H` as `dcsim.grid.repair.filling` does: night stays night.

    Args:
        values: One row an hour; NaN where nothing was reported.

    Returns:
        The same with NaN left only in longer gaps and in columns without any value.
    """
    missing = np.isnan(values)
    gappy = np.flatnonzero(missing.any(axis=0) & ~missing.all(axis=0))
    if len(gappy) == 0:
        return values
    filled = values.copy()
    whole, _ = fill(pd.DataFrame(values[:, gappy]))
    gap_h = np.column_stack([run_lengths(column) for column in missing[:, gappy].T])
    filled[:, gappy] = np.where(gap_h <= LONGEST_GAP_H, whole.to_numpy(), np.nan)
    return filled
