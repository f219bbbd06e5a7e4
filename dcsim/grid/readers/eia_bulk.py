"""EIA's bulk file `EBA.txt`: a series of the API's first version in each line, as JSON.

It is 2 GB and more, ordered by series, while records are by authority: so each series goes to a
scratch file as it is read, and authorities are put together from those one at a time. Stamps are
the end of the hour in UTC.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from dcsim.errors import DataError
from dcsim.grid.generation import ONE_HOUR
from dcsim.grid.readers.eba_names import Holding, holding_of
from dcsim.grid.readers.eia_codes import MOVED_BACK, records_of, side_by_side
from dcsim.grid.readers.limits import FIRST_YEAR, LAST_YEAR, first_beyond, what_is_allowed
from dcsim.grid.readers.scratch import scratch
from dcsim.grid.readers.source import Input, Options, Sniff
from dcsim.grid.records import Records

LONGEST_LINE_BYTES = 2**26
"""A series of 2015 to 2025 is 2 MB; a line longer than this is not read [bytes]."""

_ID = re.compile(rb'"series_id"\s*:\s*"([^"]*)"')
_REPLY = re.compile(rb'"series"\s*:\s*\[')
_BEGINNING_BYTES = 2048
_KNOWN_BY = re.compile(r'"(series_id|category_id)"\s*:')
_ENDS = (b"}\n", b"}\r\n", b"}")
_STAMP = "%Y%m%dT%HZ"
_END, _VALUE = "end_h", "value"


def recognizes(found: Sniff) -> bool:
    """Tell whether a file is meant for this reader."""
    return found.is_json and _KNOWN_BY.search(found.head) is not None


def pieces(source: Input, options: Options) -> Iterator[Records]:
    """Read a file series by series, then give one authority after another.

    Raises:
        DataError: A line is not JSON or holds no series as EIA makes them, or there is no hourly
            series in UTC at all.
        OutputError: The folder for temporary files cannot be written.
    """
    with scratch() as folder:
        hour_of = _HourOf()
        for place, holding, series in _series_of(source, options):
            end_h, values = _hours_and_values(series, hour_of, place)
            folder.put(holding.ba_code, holding.name, {_END: end_h, _VALUE: values})
        for code in folder.codes:
            columns = {name: _series(part) for name, part in folder.take(code).items()}
            yield records_of(code, side_by_side(columns), (MOVED_BACK,))


class _HourOf(dict[str, int]):
    """The hour that a stamp such as `20150701T05Z` ends, since 1970; each read once [h]."""

    def __missing__(self, stamp: str) -> int:
        time = datetime.strptime(stamp, _STAMP)
        if not FIRST_YEAR <= time.year <= LAST_YEAR:
            raise ValueError(f"{stamp} is not of the years {FIRST_YEAR} to {LAST_YEAR}")
        end = np.datetime64(time, "h")
        self[stamp] = int(end.astype(np.int64))
        return self[stamp]


def _series(part: pa.Table) -> pd.Series:
    ends = part[_END].to_numpy().astype("datetime64[h]").astype("datetime64[s]")
    index = pd.DatetimeIndex(ends).tz_localize("UTC") - ONE_HOUR
    return pd.Series(part[_VALUE].to_numpy(), index=index)


def _series_of(source: Input, options: Options) -> Iterator[tuple[str, Holding, dict[str, Any]]]:
    """Give each series that is wanted, with its place; the rest is not even parsed."""
    has_any = False
    for place, line in _lines(source, options):
        named = _ID.search(line, 0, _BEGINNING_BYTES)
        is_reply = _REPLY.search(line, 0, _BEGINNING_BYTES) is not None
        if named and not is_reply:
            holding = holding_of(named[1].decode("utf-8", "replace"))
            has_any |= holding is not None
            if holding is None or not options.wants(holding.ba_code):
                continue
        content = _parsed(line, place)
        for series in content.get("series", [content]):
            holding = holding_of(str(series.get("series_id")))
            has_any |= holding is not None
            if holding is not None and options.wants(holding.ba_code):
                yield place, holding, series
    if not has_any:
        raise DataError(
            f"{source.origin}: has no hourly series in UTC of an authority, such as "
            "EBA.CISO-ALL.NG.SUN.H"
        )


def _lines(source: Input, options: Options) -> Iterator[tuple[str, bytes]]:
    with source.open(options.progress) as stream:
        number = 0
        while line := stream.readline(LONGEST_LINE_BYTES):
            number += 1
            place = f"{source.origin}, line {number}"
            if len(line) == LONGEST_LINE_BYTES:
                raise DataError(
                    f"{place}: is longer than {LONGEST_LINE_BYTES // 2**20} MiB; EIA's bulk file "
                    "has one series in each line"
                )
            if not line.isspace() and not line.endswith(_ENDS):
                raise DataError(f"{place}: is not JSON, or is cut off: it ends without a brace")
            if not line.isspace():
                yield place, line


def _parsed(line: bytes, place: str) -> dict[str, Any]:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{place}: is not JSON, or is cut off: {error}") from None
    if isinstance(content, dict):
        series = content.get("series", [])
        if isinstance(series, list) and all(isinstance(one, dict) for one in series):
            return content
    raise DataError(f"{place}: is no series of EIA's bulk file")


def _hours_and_values(
    series: dict[str, Any], hour_of: _HourOf, place: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends of the hours [h since 1970] and the values of a series [MW]."""
    try:
        data = series["data"]
        hours = np.fromiter((hour_of[stamp] for stamp, _ in data), np.int64, len(data))
        values = np.array([value for _, value in data], dtype=float)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        name = series.get("series_id")
        raise DataError(
            f"{place}: {name} has no data that can be read, such as "
            f'[["20220303T05Z", 10420], ...]: {error}'
        ) from None
    beyond = first_beyond(values)
    if beyond is not None:
        stamp, value = data[beyond]
        raise DataError(
            f"{place}: {series.get('series_id')} at {stamp} is {value}; {what_is_allowed()}"
        )
    return hours, values
