"""The ledger: rows of (scope, source, kg), and totals that are sums of rows."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

OPERATIONAL = "operational"
EMBODIED = "embodied"


@dataclass(frozen=True)
class Row:
    """One entry: what kind of emission, of what, how much [kg CO2e]."""

    scope: str
    source: str
    kg: float


@dataclass(frozen=True)
class Ledger:
    """Rows of emissions over a horizon."""

    rows: tuple[Row, ...]

    def total_kg(self, scope: str | None = None, source: str | None = None) -> float:
        """Return the sum of all rows, or of those of a scope or source [kg CO2e]."""
        return sum(row.kg for row in self._matching(scope, source))

    def _matching(self, scope: str | None, source: str | None) -> Iterable[Row]:
        return (r for r in self.rows if scope in (None, r.scope) and source in (None, r.source))

    def as_frame(self) -> pd.DataFrame:
        """Return the rows as a table with columns scope, source, kg."""
        return pd.DataFrame(
            [(r.scope, r.source, r.kg) for r in self.rows], columns=["scope", "source", "kg"]
        )
