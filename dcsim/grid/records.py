"""What readers make and the store keeps: the hourly records of one balancing authority.

One vocabulary for every foreign format. A reader translates names, units, signs and the clock, and
nothing else: what is missing stays missing (NaN), doubled hours stay doubled, and bad values stay
bad, for `dcsim.grid.repair.year` to find, name and count.
"""

from dataclasses import dataclass

import pandas as pd

from dcsim.grid.generation import FUELS

INDEX = "utc_hour_beginning"

STORAGE = "storage"
"""Net output of batteries and other storage, below zero when charging; EIA's BAT, OES, UES [MW]."""
DEMAND = "demand"
NET_GENERATION = "net_generation"
TOTAL_INTERCHANGE = "total_interchange"
"""As reported: above zero is a net export [MW]."""

INTENSITY = "intensity_kg_per_mwh"
"""Carbon intensity as somebody else computed it (Electricity Maps' LCA, gridemissions' CO2i)."""
DIRECT_INTENSITY = "direct_intensity_kg_per_mwh"
CARBON_FREE = "carbon_free_frac"

REPORTED = (DEMAND, NET_GENERATION, TOTAL_INTERCHANGE, INTENSITY, DIRECT_INTENSITY, CARBON_FREE)
COLUMNS = (*FUELS, STORAGE, *REPORTED)
"""All columns of a table of records but for interchange, in order."""

_TO = "to_"


def to(ba_code: str) -> str:
    """Return the column of the flow to a neighbour, as this side reports it: export above zero."""
    return f"{_TO}{ba_code}"


def neighbours(table: pd.DataFrame) -> dict[str, str]:
    """Return the codes of the neighbours a table has flows to, each with its column."""
    return {str(name)[len(_TO) :]: str(name) for name in table if str(name).startswith(_TO)}


@dataclass(frozen=True)
class Records:
    """A piece of what was reported about one balancing authority.

    Attributes:
        ba_code: EIA's code, such as `CISO`.
        table: Index UTC and hour-beginning, named `utc_hour_beginning`, not always in order, whole
            or free of doubles; columns are any of `COLUMNS` and `to_<code>`, all numbers [MW but
            for intensities and shares], NaN where nothing was reported. A column that is not there
            was not in the source; one without any value is left out.
        notes: What a person must know of how it was read, such as fuel codes folded together.
        is_cleaned: Whether somebody else has reconciled the values, so that nothing of one
            authority can be moved in time any more without breaking them.
        warnings: What a person must know before a result is used.
    """

    ba_code: str
    table: pd.DataFrame
    notes: tuple[str, ...] = ()
    is_cleaned: bool = False
    warnings: tuple[str, ...] = ()
