"""Generation below zero: what station use and storage explain, and what they do not.

Net generation is below zero where plants draw more than they generate: idle plants by their
station use, pumped hydro and batteries while they charge. Rates and shares count it as zero. That
hides a wrong sign, which would leave a fuel and its carbon out.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from dcsim.errors import DataError
from dcsim.grid.generation import Repair, first_where
from dcsim.units import PERCENT

CLIP_NEGATIVE = "clip_negative"
"""The rule that counts generation below zero as zero."""

STATION_USE_FRAC = 0.05
"""Idle plants draw less than this share of what their fuel generates at most: a few percent of
nameplate (recalled). In EIA-930's hours of July 2021 and June 2023 only solar and gas of PSCO and
PSEI go beyond it, in a few faulty hours [-]."""
STATION_USE_MW = 1.0
"""And EIA-930 is in whole megawatts: a fuel that only idles is at -1 [MW]."""
STORES = ("hydro", "other")
"""Fuels that may hold storage: pumped hydro before July 2024, batteries in `other` [EIA-930]."""
LEAST_RETURNED_FRAC = 0.6
"""Storage gives back at least this share of what it takes: pumped hydro 0.7 to 0.85 (recalled);
what is below zero for longer than that allows is no storage [-]."""
STORED_FRAC = 0.05
"""Storage that takes more than this share of all generation is to be looked at: the most in the
same hours is DUK's pumped hydro with 0.043 [-]."""
REFUSED_FRAC = 0.01
"""Beyond station use, more than this share of all generation is refused: that much of coal is
some 2 % of the carbon of an average grid [-]."""
WARNED_FRAC = 0.001
"""And more than this is warned of: the most in the same hours is PSEI's gas with 0.0018, 7 hours
at -70 MW; all others are below 0.0004 [-]."""


@dataclass(frozen=True)
class BelowZero:
    """A fuel below zero beyond what station use and storage explain.

    Attributes:
        fuel: Which.
        hours: In which it is below zero.
        of_hours: Hours looked at.
        lowest_mw: Its lowest value [MW].
        first: The first hour below zero.
        explained_mw: What station use explains, as a positive number [MW].
        left_out_frac: What counting it as zero leaves out, over all generation [-].
        unexplained_frac: The same without what is explained [-].
    """

    fuel: str
    hours: int
    of_hours: int
    lowest_mw: float
    first: pd.Timestamp
    explained_mw: float
    left_out_frac: float
    unexplained_frac: float

    @property
    def is_refused(self) -> bool:
        """Tell whether a plain file is not to be planned with it."""
        return self.fuel not in STORES and self.unexplained_frac > REFUSED_FRAC

    def sentence(self) -> str:
        """Return what was found, in a sentence."""
        return (
            f"{self.fuel} is below zero in {self.hours:,} of {self.of_hours:,} hours (lowest "
            f"{self.lowest_mw:,.0f} MW, first at {self.first:%Y-%m-%d %H:%M}Z); as zero it leaves "
            f"out {PERCENT * self.left_out_frac:.2g} % of all generation"
        )


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
    repair = Repair(CLIP_NEGATIVE, int(negative.sum()), detail, is_routine=True)
    return table.clip(lower=0), (repair,)


def below_zero(table: pd.DataFrame) -> list[BelowZero]:
    """Return the fuels that are below zero beyond what station use and storage explain.

    Args:
        table: Generation by fuel, as reported; the hours are judged together [MW].
    """
    all_mw = float(table.abs().sum().sum())
    found = (_judged(table[fuel], all_mw) for fuel in table.columns[(table < 0).any()])
    return [one for one in found if one.unexplained_frac > WARNED_FRAC]


def _judged(generation_mw: pd.Series, all_mw: float) -> BelowZero:
    drawn = -generation_mw.clip(upper=0)
    explained_mw = max(STATION_USE_MW, STATION_USE_FRAC * float(generation_mw.max()))
    if generation_mw.name in STORES:
        stored = min(
            float(generation_mw.clip(lower=0).sum()) / LEAST_RETURNED_FRAC, STORED_FRAC * all_mw
        )
        unexplained = max(float(drawn.sum()) - stored, 0.0)
    else:
        unexplained = float((drawn - explained_mw).clip(lower=0).sum())
    return BelowZero(
        str(generation_mw.name),
        int((drawn > 0).sum()),
        len(drawn),
        float(generation_mw.min()),
        first_where(drawn > 0),
        explained_mw,
        float(drawn.sum()) / all_mw,
        unexplained / all_mw,
    )


def refuse_below_zero(table: pd.DataFrame, origin: str) -> None:
    """Refuse a fuel whose generation has the wrong sign, or is no generation.

    Raises:
        DataError: Names the fuel, its hours, its lowest value and the limit.
    """
    for one in below_zero(table):
        if one.is_refused:
            raise DataError(
                f"{origin}: {one.sentence()}. Station use of idle plants explains "
                f"-{one.explained_mw:,.4g} MW ({PERCENT * STATION_USE_FRAC:g} % of the fuel's "
                f"highest hour, at least {STATION_USE_MW:g} MW), and beyond it at most "
                f"{PERCENT * REFUSED_FRAC:g} % of all generation may be left out. Is the sign "
                "right? Correct the hours, or plan others"
            )


def warnings_of_below_zero(table: pd.DataFrame, origin: str) -> Iterator[str]:
    """Yield a warning for every fuel below zero beyond what is explained."""
    for one in below_zero(table):
        explained = _EXPLAINED["store" if one.fuel in STORES else "plant"]
        yield (
            f"{origin}: {one.sentence()}, more than {explained}. Is the sign right? Costs and "
            "carbon follow from the rest"
        )


_EXPLAINED = {
    "plant": "idle plants draw for themselves",
    "store": "pumps and batteries take and give back",
}
