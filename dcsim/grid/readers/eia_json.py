"""Answers of EIA's API v2 saved as JSON: `fuel-type-data`, `region-data`, `interchange-data`.

A period labels the end of its hour, in UTC (`hourly`) or with an offset (`local-hourly`); one hour
is taken off at the door. Rows are told by their codes, never by `type-name`, whose spelling varies.

An authority reports one number for an hour and a code. So a row that repeats one is a copy and
counts once, and one that contradicts it is left standing as a doubled hour, for the repair to
settle and count. They are not added up, as gridstatus does: that would double whatever EIA lists
under two spellings.
"""

import json
import math
import re
from collections.abc import Hashable, Iterator
from typing import Any

import pandas as pd

from dcsim.errors import DataError
from dcsim.grid.generation import LARGEST_MW, ONE_HOUR
from dcsim.grid.readers.eia_codes import is_region, records_of
from dcsim.grid.readers.limits import WHAT_A_STAMP_IS, is_odd_stamp, what_is_allowed
from dcsim.grid.readers.source import Input, Options, Sniff
from dcsim.grid.records import (
    DEMAND,
    INDEX,
    NET_GENERATION,
    TOTAL_INTERCHANGE,
    Records,
    to,
)

REPORTED_OF = {"D": DEMAND, "NG": NET_GENERATION, "TI": TOTAL_INTERCHANGE}
"""Types of `region-data`. NG is net generation here, and natural gas in `fuel-type-data`. DF, the
demand forecast, is nothing that happened."""

_SHOWN_CHARACTERS = 300
_UNIT = "megawatthours"
_FORECAST = "DF"
_PERIOD = r"\d{4}-\d{2}-\d{2}T\d{2}(?:Z|[+-]\d{2}(?::?\d{2})?)?"
_OFFSET = r"T\d{2}(?:Z|[+-].*)$"
_FUEL_CODE = "[A-Z0-9]{2,6}"
_MARKS = re.compile(r'"(?:response|fueltype|respondent|fromba|error)"\s*:')

_KINDS = (("fueltype", "respondent"), ("toba", "fromba"), ("type", "respondent"))
"""The column that tells the rows of an hour apart, and that of the authority that reports."""


def recognizes(found: Sniff) -> bool:
    """Tell whether a file begins as an answer of the API does; EIA's bulk file has series ids."""
    return found.is_json and '"series_id"' not in found.head and bool(_MARKS.search(found.head))


def pieces(source: Input, options: Options) -> Iterator[Records]:
    """Read an answer, which may be a page of one, authority by authority.

    Raises:
        DataError: It is no JSON, an error of EIA's, or a table of something else; or a row has a
            period, a unit or a value that is no such thing.
    """
    response = _response(source, options)
    rows = _rows(response["data"], source)
    if rows.empty:
        return
    mark, whose = _kind_of(rows, source)
    notes = _page_note(response, len(rows))
    rows[INDEX], rows["value"] = _hours(rows, response, source), _values(rows, source)
    for code, own in rows.groupby(whose, sort=True):
        if not is_region(str(code)) and options.wants(str(code)):
            records = _records(str(code), own, mark, notes)
            if not records.table.columns.empty:
                yield records


def _response(source: Input, options: Options) -> dict[str, Any]:
    """Return the part of an answer that holds `data`: whole answers and their insides are read."""
    with source.open(options.progress) as stream:
        content = stream.read()
    try:
        payload = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{source.origin}: is no whole JSON: {error}") from None
    if isinstance(payload, dict) and payload.get("error"):
        raise DataError(f"{source.origin}: is an error of EIA's API: {payload['error']}")
    response = payload.get("response", payload) if isinstance(payload, dict) else None
    if isinstance(response, dict):
        data = response.get("data")
        if isinstance(data, list) and all(isinstance(row, dict) for row in data):
            return response
    raise DataError(
        f"{source.origin}: is JSON without rows; an answer of EIA's API has them as "
        '{"response": {"data": [...]}}'
    )


def _rows(data: list[dict[str, Any]], source: Input) -> pd.DataFrame:
    try:
        return pd.DataFrame(data)
    except UnicodeEncodeError as error:
        character = ascii(error.object[error.start : error.end])
        raise DataError(f"{source.origin}: a row has half of a character, {character}") from None


def _kind_of(rows: pd.DataFrame, source: Input) -> tuple[str, str]:
    """Return the column that tells the rows of an hour apart, and that of the authority."""
    found = next((kind for kind in _KINDS if set(kind) <= set(rows)), None)
    if found is None:
        raise DataError(
            f"{source.origin}: is no table of fuel types, regions or interchange; its rows have "
            f"{', '.join(map(str, rows.columns))}"
        )
    if not {"period", "value"} <= set(rows):
        raise DataError(f"{source.origin}: rows have no period or no value; ask with data[]=value")
    is_text = rows[["period", *found]].map(lambda cell: isinstance(cell, str)).all(axis=1)
    _refuse_first(~is_text, rows, source, "a code or the period is missing or no text")
    if found[0] == _KINDS[0][0]:
        is_code = rows[found[0]].astype(str).str.fullmatch(_FUEL_CODE)
        _refuse_first(~is_code, rows, source, "fueltype must be a code such as COL")
    return found


def _page_note(response: dict[str, Any], count: int) -> tuple[str, ...]:
    total = str(response.get("total", ""))
    if not total.isdigit() or int(total) <= count:
        return ()
    return (
        f"a page of {count:,} of {int(total):,} rows; codes of its first and last hour may stand "
        "on other pages",
    )


def _hours(rows: pd.DataFrame, response: dict[str, Any], source: Input) -> pd.DatetimeIndex:
    """Return the beginnings of the hours, UTC."""
    text = rows["period"].astype(str)
    parsed = pd.to_datetime(text, utc=True, errors="coerce", format="ISO8601")
    wrong = parsed.isna() | ~text.str.fullmatch(_PERIOD)
    _refuse_first(wrong, rows, source, "period must read like 2023-01-01T05 or 2023-01-01T00-05:00")
    if "local" in str(response.get("frequency", "")):
        has_none = ~text.str.contains(_OFFSET)
        _refuse_first(has_none, rows, source, "period is local and says no offset")
    is_odd = pd.Series(is_odd_stamp(pd.DatetimeIndex(parsed)))
    _refuse_first(is_odd, rows, source, WHAT_A_STAMP_IS)
    return (pd.DatetimeIndex(parsed) - ONE_HOUR).as_unit("s")


def _values(rows: pd.DataFrame, source: Input) -> pd.Series:
    """Return the values [MW]: numbers, text of numbers, or missing."""
    if "value-units" in rows:
        other = rows["value-units"].notna() & (rows["value-units"] != _UNIT)
        _refuse_first(other, rows, source, f"unit must be {_UNIT}")
    given = rows["value"].replace("", None)
    numbers = pd.to_numeric(given.map(_small), errors="coerce").astype(float)
    wrong = (numbers.isna() & given.notna()) | given.map(lambda value: isinstance(value, bool))
    _refuse_first(wrong, rows, source, "value is no number")
    _refuse_first(numbers.abs() > LARGEST_MW, rows, source, what_is_allowed())
    return numbers


def _small(value: object) -> object:
    """Return infinity for an integer of JSON that no float holds, and all else as it is."""
    return math.inf if isinstance(value, int) and abs(value) > LARGEST_MW else value


def _refuse_first(wrong: pd.Series, rows: pd.DataFrame, source: Input, why: str) -> None:
    if wrong.any():
        first = int(wrong.to_numpy().argmax())
        row = str(rows.iloc[first].dropna().to_dict())
        shown = row if len(row) <= _SHOWN_CHARACTERS else f"{row[:_SHOWN_CHARACTERS]}..."
        raise DataError(f"{source.origin}, row {first + 1} of {len(rows)}: {why}; it is {shown}")


def _records(ba_code: str, rows: pd.DataFrame, mark: str, notes: tuple[str, ...]) -> Records:
    wide = _by_code(rows, mark)
    if mark == "toba":
        wide = wide.drop(columns=[code for code in wide if is_region(str(code))]).rename(columns=to)
    if mark == "type":
        unread = [str(code) for code in wide if code not in REPORTED_OF]
        notes += _unread_note(unread)
        wide = wide.drop(columns=unread).rename(columns=REPORTED_OF)
    return records_of(ba_code, wide, notes)


def _unread_note(codes: list[str]) -> tuple[str, ...]:
    unknown = ", ".join(code for code in codes if code != _FORECAST)
    return (f"type {unknown} is not known to dcsim and is not read",) if unknown else ()


def _by_code(rows: pd.DataFrame, mark: str) -> pd.DataFrame:
    """Lay rows out as a column a code; an hour stands again for each value that contradicts.

    A doubled hour repeats what is not contradicted, so that codes folded together stay together.
    """
    hours = pd.DatetimeIndex(rows[INDEX]).unique()
    said = rows.dropna(subset="value").drop_duplicates([INDEX, mark, "value"])
    again = said.groupby([INDEX, mark]).cumcount()
    keys: list[Hashable | pd.Series] = [said[INDEX], again.rename("again"), said[mark]]
    wide = said.set_index(keys)["value"].unstack()
    every = pd.MultiIndex.from_arrays([hours, [0] * len(hours)], names=wide.index.names)
    wide = wide.reindex(wide.index.union(every))
    if again.any():
        wide = wide.groupby(level=0).ffill()
    return wide.droplevel(1)
