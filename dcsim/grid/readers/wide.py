"""Wide tables: one row an hour, and a column for everything of every authority.

Ten years of them are a gigabyte of numbers, and whether a fuel code is in use shows only in all its
hours: so rows go to a scratch folder as they are read, and authorities are taken from there whole.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

import pandas as pd
import pyarrow as pa

from dcsim.grid.readers.eba_names import Holding
from dcsim.grid.readers.eia_codes import records_of
from dcsim.grid.readers.rows import iso_stamps, read_batches
from dcsim.grid.readers.scratch import Scratch, scratch
from dcsim.grid.readers.source import Input, Options, Sniff
from dcsim.grid.records import INDEX, Records

_ALL = "all"


def read_wide(
    source: Input,
    options: Options,
    found: Sniff,
    holdings: Mapping[str, Holding],
    notes: tuple[str, ...],
) -> Iterator[Records]:
    """Give the records of every authority, one after another.

    Args:
        source: The file.
        options: What was asked for.
        found: Its beginning; the first column holds the end of the hour in UTC.
        holdings: What each column to be read holds.
        notes: What a person must know of the file.

    Raises:
        DataError: A row, stamp or number is unreadable, or a column is there twice.
        OutputError: The folder for temporary files cannot be written.
    """
    wanted = {name: held for name, held in holdings.items() if options.wants(held.ba_code)}
    if not wanted:
        return
    with scratch() as folder:
        _put_away(source, options, found, wanted, folder)
        for code in folder.codes:
            yield records_of(code, _table_of(folder.take(code)[_ALL]), notes)


def _put_away(
    source: Input, options: Options, found: Sniff, wanted: Mapping[str, Holding], folder: Scratch
) -> None:
    """Write the columns of every authority to the scratch folder, batch by batch."""
    stamp = found.columns[0]
    by_authority = _by_authority(wanted)
    for batch in read_batches(source, found, {stamp, *wanted}.__contains__, options.progress):
        beginnings = batch.beginnings(stamp, iso_stamps).to_numpy("datetime64[s]")
        for code, columns in by_authority.items():
            values = {held: batch.numbers(name) for held, name in columns.items()}
            folder.put(code, _ALL, {INDEX: beginnings, **values})


def _table_of(columns: pa.Table) -> pd.DataFrame:
    index = pd.DatetimeIndex(columns[INDEX].to_numpy()).tz_localize("UTC")
    values = {name: columns[name].to_numpy() for name in columns.column_names if name != INDEX}
    return pd.DataFrame(values, index=index)


def _by_authority(holdings: Mapping[str, Holding]) -> dict[str, dict[str, str]]:
    """Return the column of each thing held, by authority."""
    result: dict[str, dict[str, str]] = defaultdict(dict)
    for name, held in holdings.items():
        result[held.ba_code][held.name] = name
    return result
