"""Two ledgers, of carbon and of money: rows of (scope, source, amount), and totals of rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import pandas as pd

OPERATIONAL = "operational"
EMBODIED = "embodied"

CAPITAL = "capital"
FIXED = "fixed"
VARIABLE = "variable"
ENERGY = "energy"
DEMAND = "demand"
CARBON = "carbon"


@dataclass(frozen=True)
class Row:
    """One entry: what kind of emission, of what, how much [kg CO2e]."""

    scope: str
    source: str
    kg: float

    @property
    def amount(self) -> float:
        """Return how much, in the unit of its ledger [kg CO2e]."""
        return self.kg


@dataclass(frozen=True)
class CostRow:
    """One entry: what kind of cost, of what, how much; below zero is earned [USD]."""

    scope: str
    source: str
    usd: float

    @property
    def amount(self) -> float:
        """Return how much, in the unit of its ledger [USD]."""
        return self.usd


_AnyRow = TypeVar("_AnyRow", Row, CostRow)


@dataclass(frozen=True)
class Ledger:
    """Rows of emissions over a horizon."""

    rows: tuple[Row, ...]

    def total_kg(self, scope: str | None = None, source: str | None = None) -> float:
        """Return the sum of all rows, or of those of a scope or source [kg CO2e]."""
        return sum(row.kg for row in _matching(self.rows, scope, source))

    def as_frame(self) -> pd.DataFrame:
        """Return the rows as a table with columns scope, source, kg."""
        return pd.DataFrame(
            [(r.scope, r.source, r.kg) for r in self.rows], columns=["scope", "source", "kg"]
        )


@dataclass(frozen=True)
class CostLedger:
    """Rows of cost over a horizon."""

    rows: tuple[CostRow, ...]

    def total_usd(self, scope: str | None = None, source: str | None = None) -> float:
        """Return the sum of all rows, or of those of a scope or source [USD]."""
        return sum(row.usd for row in _matching(self.rows, scope, source))

    def as_frame(self) -> pd.DataFrame:
        """Return the rows as a table with columns scope, source, usd."""
        return pd.DataFrame(
            [(r.scope, r.source, r.usd) for r in self.rows], columns=["scope", "source", "usd"]
        )


def _matching(rows: Iterable[_AnyRow], scope: str | None, source: str | None) -> Iterable[_AnyRow]:
    return (r for r in rows if scope in (None, r.scope) and source in (None, r.source))


def weighted_rows(
    years: Sequence[tuple[_AnyRow, ...]], weights: Sequence[float]
) -> tuple[_AnyRow, ...]:
    """Return the rows of a horizon: each the sum of its years' rows by their weights."""
    return tuple(_weighted_row(line, weights) for line in zip(*years, strict=True))


def _weighted_row(line: tuple[_AnyRow, ...], weights: Sequence[float]) -> _AnyRow:
    amount = sum(weight * row.amount for weight, row in zip(weights, line, strict=True))
    return type(line[0])(line[0].scope, line[0].source, amount)
