"""A program of merged hours: small enough to solve at once, good enough to guess a design by.

Where `a` hours become one, their columns share a value and their rows are summed. The result is
neither a bound nor a plan, only a guess. But its duals, spread over the hours, prove a bound of the
whole program as any duals do (`dcsim.optimize.certify`).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp

from dcsim.optimize.compile import Account, Key, LinearProgram

BLOCK_H = 4
"""How many hours become one; 2, 3 and 6 guess better or faster, and none of them both [h]."""

_OF_STORAGE = {"storage_least", "storage_most", "rate_least"}
"""Constraints that limit what is stored at the end of an hour (`dcsim.optimize.storage`)."""


@dataclass(frozen=True)
class Coarse:
    """A program of merged hours, and which of its columns holds each column of the whole one."""

    program: LinearProgram
    column_of: np.ndarray

    def account(self, account: Account) -> Account:
        """Return an account of the whole program in the columns of this one."""
        vector = np.bincount(self.column_of, account.vector, len(self.program.columns))
        return Account(vector, account.offset)


def coarsened(program: LinearProgram, hours: int, block_h: int = BLOCK_H) -> Coarse:
    """Merge the hours of a program, block by block.

    Args:
        program: The whole program.
        hours: How many hours its hourly components have.
        block_h: How many hours become one [h].
    """
    columns, column_of = _merged(program.columns, hours, block_h)
    rows, row_of = _merged(program.rows, hours, block_h)
    entries = program.matrix.tocoo()
    shape = (len(rows), len(columns))
    places = (row_of[entries.row], column_of[entries.col])
    matrix = sp.coo_array((entries.data, places), shape=shape).tocsc()
    matrix.eliminate_zeros()
    shared = np.bincount(column_of, minlength=len(columns))
    merged = LinearProgram(
        cost=np.bincount(column_of, program.cost, len(columns)),
        offset=program.offset,
        matrix=matrix,
        row_low=np.bincount(row_of, program.row_low, len(rows)),
        row_high=np.bincount(row_of, program.row_high, len(rows)),
        low=np.bincount(column_of, program.low, len(columns)) / shared,
        high=np.bincount(column_of, program.high, len(columns)) / shared,
        columns=columns,
        rows=rows,
        accounts={},
    )
    return Coarse(merged, column_of)


def spread_duals(
    rows: Sequence[Key], hours: int, block_h: int, row_duals: np.ndarray
) -> np.ndarray:
    """Return duals of the whole program from those of its merged hours.

    Each hour of a block has the dual of the block. A limit of what is stored presses at the end of
    a block alone, so its last hour has those of all: `certify.prove` then loses little by them.

    Args:
        rows: Of the whole program.
        hours: How many hours its hourly components have.
        block_h: How many hours became one [h].
        row_duals: Of the merged program.
    """
    merged, row_of = _merged(rows, hours, block_h)
    last = np.zeros(len(merged), dtype=int)
    last[row_of] = np.arange(len(rows))
    of_storage = np.array([key.name in _OF_STORAGE for key in rows])
    is_last = last[row_of] == np.arange(len(rows))
    share = np.where(of_storage, np.bincount(row_of)[row_of] * is_last, 1)
    spread: np.ndarray = share * row_duals[row_of]
    return spread


def _merged(keys: Sequence[Key], hours: int, block_h: int) -> tuple[tuple[Key, ...], np.ndarray]:
    """Return the keys after merging, and for each key before the number of the one it went to."""
    entries = Counter(key.name for key in keys)
    numbers: dict[Key, int] = {}
    merged = (_block(k, block_h) if 2 * entries[k.name] >= hours else k for k in keys)
    places = [numbers.setdefault(key, len(numbers)) for key in merged]
    return tuple(numbers), np.array(places, dtype=np.int32)


def _block(key: Key, block_h: int) -> Key:
    """Return the key with the number of its block in place of that of its hour."""
    if isinstance(key.index, tuple):
        *outer, hour = key.index
        return Key(key.name, (*outer, hour // block_h))
    return Key(key.name, None if key.index is None else key.index // block_h)
