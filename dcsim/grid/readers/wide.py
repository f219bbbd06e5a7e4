"""Wide tables: one row an hour, and a column for everything of every authority."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from dcsim.grid.readers.eba_names import Holding
from dcsim.grid.readers.eia_codes import records_of
from dcsim.grid.readers.rows import iso_stamps, read_batches
from dcsim.grid.readers.source import Input, Options, Sniff
from dcsim.grid.records import Records

_HOUR = np.timedelta64(1, "h")


def read_wide(
    source: Input,
    options: Options,
    found: Sniff,
    holdings: Mapping[str, Holding],
    notes: tuple[str, ...],
) -> Iterator[Records]:
    """Give the records of every authority, for some thousands of hours at a time.

    Args:
        source: The file.
        options: What was asked for.
        found: Its beginning; the first column holds the end of the hour in UTC.
        holdings: What each column to be read holds.
        notes: What a person must know of the file.

    Raises:
        DataError: A row, stamp or number is unreadable, or a column is there twice.
    """
    stamp = found.columns[0]
    wanted = {name: held for name, held in holdings.items() if options.wants(held.ba_code)}
    by_authority = _by_authority(wanted)
    if not wanted:
        return
    for batch in read_batches(source, found, {stamp, *wanted}.__contains__, options.progress):
        beginning = batch.stamps(stamp, iso_stamps) - _HOUR
        index = pd.DatetimeIndex(beginning).tz_localize("UTC")
        for code, columns in by_authority.items():
            values = {held: batch.numbers(name) for held, name in columns.items()}
            yield records_of(code, pd.DataFrame(values, index=index), notes)


def _by_authority(holdings: Mapping[str, Holding]) -> dict[str, dict[str, str]]:
    """Return the column of each thing held, by authority."""
    result: dict[str, dict[str, str]] = defaultdict(dict)
    for name, held in holdings.items():
        result[held.ba_code][held.name] = name
    return result
