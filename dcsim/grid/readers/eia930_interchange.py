"""EIA-930's six-month INTERCHANGE files: the flow from every authority to each of its neighbours.

Above zero is an export from the authority to its neighbour, as this side reports it; the other side
reports its own, and the two disagree. Stamps are the end of the hour in UTC.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dcsim.grid.readers.eia930_balance import AUTHORITY
from dcsim.grid.readers.eia930_stamps import UTC_STAMP, end_of_hour
from dcsim.grid.readers.eia_codes import MOVED_BACK, is_region, records_of, side_by_side
from dcsim.grid.readers.rows import Batch, read_batches, require_columns
from dcsim.grid.readers.source import Input, Options, Sniff, sniff
from dcsim.grid.records import Records, to

NEIGHBOUR = "Directly Interconnected Balancing Authority"
FLOW = "Interchange (MW)"


@dataclass(frozen=True)
class FlowColumns:
    """The columns of a table of flows, and what returns the beginning of each row's hour."""

    authority: str
    neighbour: str
    flow: str
    stamp: str
    beginnings: Callable[[Batch], pd.DatetimeIndex]
    keeps_beyond: bool = True


def recognizes(found: Sniff) -> bool:
    """Tell whether a file is meant for this reader."""
    return NEIGHBOUR in found.columns or {AUTHORITY, FLOW} <= set(found.columns)


def pieces(source: Input, options: Options) -> Iterator[Records]:
    """Read a file, and give the flows of one authority after another.

    Raises:
        DataError: A column is missing, or a row, stamp or number is unreadable.
    """
    columns = FlowColumns(AUTHORITY, NEIGHBOUR, FLOW, UTC_STAMP, end_of_hour)
    yield from read_flows(source, options, columns)


def read_flows(source: Input, options: Options, columns: FlowColumns) -> Iterator[Records]:
    """Read a table with a row for each pair and hour, the flows of one authority after another.

    Raises:
        DataError: A column is missing, or a row, stamp or number is unreadable.
    """
    found = sniff(source)
    needed = (columns.authority, columns.neighbour, columns.flow, columns.stamp)
    require_columns(found.columns, needed, source.origin)
    flows: dict[str, dict[str, list[pd.Series]]] = defaultdict(lambda: defaultdict(list))
    for batch in read_batches(source, found, needed.__contains__, options.progress):
        for code, neighbour, part in _pairs(batch, columns):
            if not is_region(code) and options.wants(code):
                flows[code][neighbour].append(part)
    for code in list(flows):
        by_neighbour = flows.pop(code)
        series = {to(name): pd.concat(parts) for name, parts in by_neighbour.items()}
        yield records_of(code, side_by_side(series), (MOVED_BACK,))


def _pairs(batch: Batch, columns: FlowColumns) -> Iterator[tuple[str, str, pd.Series]]:
    """Give each pair's rows of a batch: authority, neighbour, flow by hour [MW]."""
    flows = pd.Series(
        batch.numbers(columns.flow, keeps_beyond=columns.keeps_beyond),
        index=columns.beginnings(batch),
    )
    pairs = pd.MultiIndex.from_arrays(
        [batch.words(columns.authority), batch.words(columns.neighbour)]
    )
    places, known = pairs.factorize()
    order = np.argsort(places, kind="stable")
    edges = np.searchsorted(places[order], np.arange(len(known) + 1))
    for number, (code, neighbour) in enumerate(known):
        yield code, neighbour, flows.iloc[order[edges[number] : edges[number + 1]]]
