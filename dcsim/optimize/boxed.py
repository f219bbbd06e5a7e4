"""One program solved again and again under other caps, each time by its design first.

A year is quick to operate once its design is given, and quick to correct once the design is
nearly right. So each solve guesses the design on merged hours, operates the whole year on it, and
then frees the design within a box around the guess; the box moves while the design presses on a
side, and at last there is none. That last solve is of the whole program: a wrong guess costs time
and nothing else.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import highspy
import numpy as np

from dcsim.optimize.coarse import coarsened
from dcsim.optimize.compile import Account, LinearProgram
from dcsim.optimize.session import DUAL, PRIMAL, Session, Solution
from dcsim.optimize.start import Capacities, approach

_STATUSES = {int(status): status for status in highspy.HighsBasisStatus.__members__.values()}


class Basis(NamedTuple):
    """A basis of HiGHS as plain numbers: the status of each column and of each row."""

    columns: np.ndarray
    rows: np.ndarray


class Bases(NamedTuple):
    """Where a solve may start from: the bases of merged hours, and of the year on the guess."""

    merged: Basis
    operated: Basis


class Capped:
    """A program in HiGHS with one more row for each account: its cap, infinite at first.

    Each row is divided by its largest entry, so that HiGHS's tolerances mean MW or MWh.
    """

    session: Session

    def __init__(self, program: LinearProgram, accounts: Sequence[Account]) -> None:
        """Put the rows of the accounts below those of the program."""
        self._accounts = accounts
        self._scales = [largest_entry(account) for account in accounts]
        self._first = len(program.rows)
        for account, scale in zip(accounts, self._scales, strict=True):
            program = program.capped(scaled(account, scale), np.inf)
        self._program = program
        self.begin(None)

    def begin(self, basis: Basis | None) -> None:
        """Start from a basis, or from nothing, in a new HiGHS.

        One that has solved before remembers more than its basis, and would answer with other
        digits; so a front that is taken up again would not be the same to the last one.
        """
        self.session = Session(self._program)
        if basis is not None:
            given = highspy.HighsBasis()
            given.col_status = [_STATUSES[number] for number in basis.columns.tolist()]
            given.row_status = [_STATUSES[number] for number in basis.rows.tolist()]
            given.valid = True
            self.session.start_from(given)

    def cap(self, limits: Sequence[float]) -> None:
        """Set the limit of each account."""
        for number, limit in enumerate(limits):
            high = (limit - self._accounts[number].offset) / self._scales[number]
            self.session.set_row_high(self._first + number, high)

    def cap_duals(self, solution: Solution) -> np.ndarray:
        """Return the dual of each cap, per unit of its account."""
        return solution.row_duals[self._first :] / self._scales

    @property
    def basis(self) -> Basis:
        """Return the basis of the last solve."""
        found = self.session.basis
        return Basis(_numbers(found.col_status), _numbers(found.row_status))


def _numbers(statuses: Sequence[highspy.HighsBasisStatus]) -> np.ndarray:
    return np.fromiter((int(status) for status in statuses), dtype=np.int8, count=len(statuses))


def largest_entry(account: Account) -> float:
    """Return the largest entry of an account by size; 1 where there is none."""
    return float(np.abs(account.vector).max(initial=0.0)) or 1.0


def scaled(account: Account, scale: float) -> Account:
    """Return an account divided by a number."""
    return Account(account.vector / scale, account.offset / scale)


class DesignFirst:
    """A program with caps on some accounts, solved by its design first.

    Args:
        program: The whole program.
        hours: How many hours it has.
        accounts: What can be capped.
        operated_for: What the year on a guessed design is operated for.
        load_mw: Mean load, which a small design is small against [MW].
    """

    def __init__(
        self,
        program: LinearProgram,
        hours: int,
        accounts: Sequence[Account],
        operated_for: Account,
        load_mw: float,
    ) -> None:
        """Merge hours, and pass both programs to HiGHS."""
        self._program, self._accounts, self._load_mw = program, accounts, load_mw
        self._coarse = coarsened(program, hours)
        self._merged = Capped(
            self._coarse.program, [self._coarse.account(account) for account in accounts]
        )
        self._operated_for = operated_for
        self.whole = Capped(program, accounts)

    def solve(
        self, objective: Account, limits: Sequence[float], start: Bases | None
    ) -> tuple[Solution, Bases]:
        """Minimize an account under caps; of any status but optimal there is nothing to trust.

        Args:
            objective: What is minimized.
            limits: The cap of each account.
            start: Bases of a solve with a similar design.
        """
        guess = self._guess(objective, limits, start)
        self.whole.begin(start and start.operated)
        session = self.whole.session
        capacities = Capacities(self._program, session)
        capacities.keep_within(guess, guess)
        session.set_objective(self._operated_for)
        session.solve()
        bases = Bases(self._merged.basis, self.whole.basis)
        session.set_objective(objective)
        self.whole.cap(limits)
        approach(session, capacities, guess, self._load_mw)
        capacities.keep_within(capacities.low, capacities.high)
        last = session.solve()
        return replace(last, iterations=session.iterations), bases

    def go_on(self, objective: Account, limits: Sequence[float]) -> Solution:
        """Minimize another account from where the last solve ended, which keeps the caps."""
        session = self.whole.session
        session.set_objective(objective)
        self.whole.cap(limits)
        session.set_option("simplex_strategy", PRIMAL)
        found = session.solve()
        session.set_option("simplex_strategy", DUAL)
        return found

    def polish(self) -> Solution:
        """Solve on from where the last solve ended, in MW and MWh as they are.

        HiGHS scales rows and columns, and takes what is within its tolerance there for optimal.
        """
        session = self.whole.session
        session.set_option("simplex_scale_strategy", 0)
        return session.solve()

    def solve_cold(self, objective: Account, limits: Sequence[float]) -> Solution:
        """Minimize an account under caps from nothing, in a HiGHS of its own."""
        alone = Capped(self._program.minimizing(objective), self._accounts)
        alone.cap(limits)
        return alone.session.solve()

    def _guess(
        self, objective: Account, limits: Sequence[float], start: Bases | None
    ) -> np.ndarray:
        self._merged.begin(start and start.merged)
        self._merged.session.set_objective(self._coarse.account(objective))
        self._merged.cap(limits)
        found = self._merged.session.solve()
        sizes = Capacities(self._program, self._merged.session)
        guess = found.values[self._coarse.column_of[sizes.columns]]
        return np.asarray(np.clip(guess, sizes.low, sizes.high))
