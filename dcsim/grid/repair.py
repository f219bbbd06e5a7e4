"""Named rules that repair reported data. Every change is counted and reported with the result."""

import pandas as pd

from dcsim.grid.generation import Repair, first_where


def interpolate_missing(table: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Repair, ...]]:
    """Fill missing values linearly in time, the ends with the nearest value.

    Returns:
        The table without missing values where a column has any value at all, and what was done.
    """
    missing = table.isna().any(axis=1)
    if not missing.any():
        return table, ()
    first = first_where(missing)
    detail = f"missing values filled linearly in time, first at {first:%Y-%m-%d %H:%M}Z"
    filled = table.interpolate(method="linear", limit_direction="both")
    return filled, (Repair("interpolate", int(missing.sum()), detail),)


def clip_negative(table: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Repair, ...]]:
    """Set negative generation, which is station use or pumping, to zero for rates and shares.

    Returns:
        The table with no value below zero, and what was done.
    """
    negative = (table < 0).any(axis=1)
    if not negative.any():
        return table, ()
    detail = (
        f"negative generation (station use, pumping) as zero, lowest {table.min().min():.0f} MW"
    )
    return table.clip(lower=0), (Repair("clip_negative", int(negative.sum()), detail),)
