"""A Pyomo model to sparse arrays: the fast path past Pyomo's writers.

`LinearStandardFormCompiler` gives the arrays in about a quarter of a second for a year; Pyomo's
own HiGHS interfaces take two seconds for the same model. Every active objective of the model
becomes an account: a total that can be minimized, added to others, or capped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pyomo.environ as pyo
import scipy.sparse as sp
from pyomo.common.gc_manager import PauseGC
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler


class Key(NamedTuple):
    """What a row or column stands for: a component of the model, and its index there."""

    name: str
    index: Any = None

    def __str__(self) -> str:
        """Return the name as Pyomo writes it."""
        return self.name if self.index is None else f"{self.name}[{self.index}]"


CAP = "cap"
"""Name of the rows that `capped` appends."""


@dataclass(frozen=True)
class Account:
    """A total as a linear function of the columns: `vector x + offset`.

    `stake` is the size of the totals it is compared with, such as that of a plan that builds
    nothing (`stake.py`); 0 where it is not known.
    """

    vector: np.ndarray
    offset: float = 0.0
    stake: float = 0.0

    def of(self, values: np.ndarray) -> float:
        """Return the total of a solution."""
        return float(self.vector @ values) + self.offset

    def plus(self, other: "Account", times: float = 1.0) -> "Account":
        """Return the sum with another account, or with a multiple of it."""
        return Account(
            self.vector + times * other.vector,
            self.offset + times * other.offset,
            self.stake + abs(times) * other.stake,
        )


@dataclass(frozen=True)
class LinearProgram:
    """`min cost x + offset` with `row_low <= A x <= row_high` and `low <= x <= high`.

    `columns` and `rows` tell which variables and constraints the arrays hold, in order;
    `accounts` holds the model's objectives by name, `stake` is that of the one minimized.
    """

    cost: np.ndarray
    offset: float
    matrix: Any
    row_low: np.ndarray
    row_high: np.ndarray
    low: np.ndarray
    high: np.ndarray
    columns: tuple[Key, ...]
    rows: tuple[Key, ...]
    accounts: Mapping[str, Account]
    stake: float = 0.0

    @cached_property
    def column_of(self) -> dict[Key, int]:
        """Return the number of each column by what it stands for."""
        return {key: number for number, key in enumerate(self.columns)}

    def account(self, weights: Mapping[str, float]) -> Account:
        """Return a weighted sum of accounts."""
        total = Account(np.zeros(len(self.columns)))
        for name, weight in weights.items():
            total = total.plus(self.accounts[name], weight)
        return total

    def minimizing(self, account: Account) -> "LinearProgram":
        """Return the same program with another objective."""
        return replace(self, cost=account.vector, offset=account.offset, stake=account.stake)

    def capped(self, account: Account, limit: float) -> "LinearProgram":
        """Return the program with one more row, the last: an account of at most a limit."""
        row = sp.csc_array(account.vector.reshape(1, -1))
        return replace(
            self,
            matrix=sp.vstack([self.matrix, row], format="csc"),
            row_low=np.append(self.row_low, -np.inf),
            row_high=np.append(self.row_high, limit - account.offset),
            rows=(*self.rows, Key(CAP)),
        )

    def with_excess(self, rows: Sequence[int]) -> "LinearProgram":
        """Return the program with one more column for each of some rows: what exceeds its limit.

        The columns are the last, cost nothing, and are held at nothing.
        """
        count = len(rows)
        shape = (len(self.rows), count)
        excess = sp.csc_array((np.full(count, -1.0), (rows, np.arange(count))), shape=shape)
        none = np.zeros(count)
        return replace(
            self,
            cost=np.append(self.cost, none),
            matrix=sp.hstack([self.matrix, excess], format="csc"),
            low=np.append(self.low, none),
            high=np.append(self.high, none),
            columns=(*self.columns, *(Key("excess", row) for row in rows)),
            accounts={},
        )


def compile_model(model: pyo.ConcreteModel) -> LinearProgram:
    """Return a linear Pyomo model as arrays; the first of its objectives is minimized."""
    with PauseGC():  # as in `build_model`: nothing of all this is garbage
        return _compiled(LinearStandardFormCompiler().write(model, mixed_form=True))


def _compiled(form: Any) -> LinearProgram:
    kind = np.array([row.bound_type for row in form.rows])
    rhs = np.asarray(form.rhs, dtype=float)
    totals = form.c.toarray()
    accounts = {
        objective.name: Account(totals[number], float(form.c_offset[number]))
        for number, objective in enumerate(form.objectives)
    }
    first = next(iter(accounts.values()))
    return LinearProgram(
        cost=first.vector,
        offset=first.offset,
        matrix=form.A,
        # bound_type is +1 for "at most", -1 for "at least" and 0 for "equal".
        row_low=np.where(kind == 1, -np.inf, rhs),
        row_high=np.where(kind == -1, np.inf, rhs),
        low=np.array([_or(v.lb, -np.inf) for v in form.columns]),
        high=np.array([_or(v.ub, np.inf) for v in form.columns]),
        columns=tuple(_key(variable) for variable in form.columns),
        rows=tuple(_key(row.constraint) for row in form.rows),
        accounts=accounts,
    )


def _or(bound: float | None, missing: float) -> float:
    return missing if bound is None else float(bound)


def _key(component: Any) -> Key:
    # Constraints and variables stand in the model itself, so that this is their whole name.
    return Key(component.parent_component().local_name, component.index())
