"""Gaps in hourly reports: short ones are filled, long ones stay."""

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]

LONGEST_GAP_H = 24
"""Gaps up to this long are filled: beyond it the shape of a day would be made up [h]."""


def fill_short_gaps(values: Floats) -> Floats:
    """Fill gaps of up to `LONGEST_GAP_H` linearly in time, at the ends with the nearest value.

    Args:
        values: One row an hour; NaN where nothing was reported.

    Returns:
        The same with NaN left only in longer gaps and in columns without any value.
    """
    gappy = np.flatnonzero(np.isnan(values).any(axis=0))
    if len(gappy) == 0:
        return values
    filled = values.copy()
    table = pd.DataFrame(values[:, gappy])
    straight = table.interpolate(method="linear", limit_direction="both")
    filled[:, gappy] = straight.where(table.apply(_gap_h) <= LONGEST_GAP_H)
    return filled


def _gap_h(column: pd.Series) -> pd.Series:
    """Return the length of the gap each hour is in, 0 for hours with a value [h]."""
    missing = column.isna()
    lengths = missing.groupby((~missing).cumsum()).transform("sum")
    return lengths.where(missing, 0)
