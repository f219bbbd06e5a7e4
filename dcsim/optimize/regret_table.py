"""What a regret table is: designs made for one year, for all and for the worst, run in each year.

No HiGHS here, so that the report can show a table without the machinery that made it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dcsim.optimize.plan import TINY_KG, Design

ALL_YEARS = "all years"
"""The design that is best over all years together. No year can have this name: it has a blank."""

WORST_YEAR = "worst year"
"""The design that does best in the worst of the years."""


@dataclass(frozen=True, eq=False)
class RegretTable:
    """What each design costs in each year, and how much more than that year's own best.

    Attributes:
        unit: Of all totals: kg CO2e or USD.
        designs: Each design by what it was made for; none where no plan keeps the limits.
        totals: Total of each design (rows) run in each year (columns), its dispatch the best for
            that year; missing where the limits cannot be kept.
        best: Each year's least total of any design; missing where no plan keeps the limits.
    """

    unit: str
    designs: Mapping[str, Design]
    totals: pd.DataFrame
    best: pd.Series

    @property
    def regret_frac(self) -> pd.DataFrame:
        """Return each total over the year's own best, less 1; missing where there is none [-]."""
        size = self.best.abs().where(self.best.abs() > TINY_KG)
        return (self.totals - self.best) / size

    @property
    def largest_regret_frac(self) -> pd.Series:
        """Return each design's regret in the year it is worst in; missing if it fails in any."""
        return self.regret_frac.max(axis="columns", skipna=False)

    def as_frame(self) -> pd.DataFrame:
        """Return a row for each design and year, with the design's capacities."""
        total = "total_usd" if self.unit == "USD" else "total_kg"
        totals, regret = self.totals.to_numpy(), self.regret_frac.to_numpy()
        rows = [
            {
                "made_for": made_for,
                "year": year,
                total: totals[row, column],
                "regret_frac": regret[row, column],
                "is_feasible": not np.isnan(totals[row, column]),
                **(self.designs[made_for].as_dict() if made_for in self.designs else {}),
            }
            for row, made_for in enumerate(self.totals.index)
            for column, year in enumerate(self.totals.columns)
        ]
        return pd.DataFrame(rows)
