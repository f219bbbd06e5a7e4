"""Big tables in batches of rows, fast and with few bytes: text columns to numbers and stamps.

Every column is read as text, for thousands separators and for messages that can quote the value.
"""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from dcsim.errors import DataError
from dcsim.grid.generation import LARGEST_MW, ONE_HOUR
from dcsim.grid.readers.limits import (
    WHAT_A_STAMP_IS,
    first_beyond,
    is_odd_stamp,
    what_is_allowed,
)
from dcsim.grid.readers.source import (
    PARQUET_FAULTS,
    Input,
    Sniff,
    not_parquet,
    not_utf8,
    open_parquet,
)
from dcsim.grid.readers.unpacking import Progress

_BLOCK_BYTES = 2**24
_WITH_COMMAS = r"^-?\d{1,3}(,\d{3})+(\.\d+)?$"
_SHOWN_CHARACTERS = 80
_MISSING = ["", "NaN", "nan", "NA", "null", "None"]


@dataclass(frozen=True)
class Batch:
    """Some rows of a table.

    Attributes:
        origin: What to call the file in messages.
        first_line: The line of the first row, from 1.
        columns: The columns kept, by name.
    """

    origin: str
    first_line: int
    columns: Mapping[str, pa.Array]

    def numbers(self, name: str, *, keeps_beyond: bool = True) -> np.ndarray:
        """Return a column as numbers, NaN where it is blank; `1,060` is 1060.

        Args:
            name: The column.
            keeps_beyond: False to take what is larger than any power as missing.

        Raises:
            DataError: A cell is no number, or no finite one that power could be; names line,
                column and value.
        """
        try:
            values = _as_floats(self.columns[name])
        except pa.ArrowInvalid:
            raise self._no_number(name) from None
        if not keeps_beyond:
            return np.where(np.abs(values) <= LARGEST_MW, values, np.nan)
        row = first_beyond(values)
        if row is not None:
            raise self._refused(name, row, f"but {what_is_allowed()}")
        return values

    def words(self, name: str) -> np.ndarray:
        """Return a column of words, such as codes, without blanks around them.

        Raises:
            DataError: A cell is blank; names line and column.
        """
        encoded = self.columns[name].cast(pa.string()).fill_null("").dictionary_encode()
        words = np.array([word.strip() for word in encoded.dictionary.to_pylist()], dtype=object)
        result: np.ndarray = words[encoded.indices.to_numpy(zero_copy_only=False)]
        blank = result == ""
        if blank.any():
            line = self.first_line + int(blank.argmax())
            raise DataError(f"{self.origin}, line {line}: {name} is blank")
        return result

    def stamps(self, name: str, parse: Callable[[list[str]], pd.DatetimeIndex]) -> np.ndarray:
        """Return a column of stamps as seconds in UTC, each different text parsed once.

        Args:
            name: The column.
            parse: Turns texts to UTC stamps, NaT where it cannot.

        Raises:
            DataError: A stamp is blank, unreadable, or no whole hour of this century; names line,
                column and value.
        """
        encoded = self.columns[name].cast(pa.string()).fill_null("").dictionary_encode()
        texts = encoded.dictionary.to_pylist()
        parsed = parse(texts)
        places = encoded.indices.to_numpy(zero_copy_only=False)
        refused = (
            (parsed.isna(), "which is no stamp this format has"),
            (is_odd_stamp(parsed), f"but {WHAT_A_STAMP_IS}"),
        )
        for bad, why in refused:
            if bad.any():
                raise self._refused(name, int(bad[places].argmax()), why)
        stamps: np.ndarray = parsed.tz_localize(None).to_numpy("datetime64[s]")[places]
        return stamps

    def beginnings(
        self, name: str, parse: Callable[[list[str]], pd.DatetimeIndex]
    ) -> pd.DatetimeIndex:
        """Return the beginnings of hours, in UTC, of a column that holds their ends.

        Raises:
            DataError: As `stamps`.
        """
        ends = pd.DatetimeIndex(self.stamps(name, parse)).tz_localize("UTC")
        return (ends - ONE_HOUR).as_unit("s")

    def _no_number(self, name: str) -> DataError:
        cells = self.columns[name].to_pylist()
        row = next(row for row, cell in enumerate(cells) if not _is_number(cell))
        return self._refused(name, row, "which is no number")

    def _refused(self, name: str, row: int, why: str) -> DataError:
        value = self.columns[name][row].as_py()
        shown = repr("" if value is None else value)
        if len(shown) > _SHOWN_CHARACTERS:
            shown = f"{shown[:_SHOWN_CHARACTERS]}..."
        return DataError(f"{self.origin}, line {self.first_line + row}: {name} is {shown}, {why}")


def iso_stamps(texts: list[str]) -> pd.DatetimeIndex:
    """Read ISO 8601 stamps, also such as `2023-06-10T00`; without an offset they are UTC."""
    return pd.DatetimeIndex(pd.to_datetime(texts, utc=True, errors="coerce", format="ISO8601"))


def read_batches(
    source: Input, found: Sniff, keep: Callable[[str], bool], progress: Progress
) -> Iterator[Batch]:
    """Read a table in batches of rows.

    Args:
        source: The file.
        found: Its beginning.
        keep: Tells which columns to keep, by their names with single spaces.
        progress: Is told how much has been read.

    Raises:
        DataError: A row has more or fewer fields than the header, a column that is kept is there
            twice, there are no rows, or bytes are not UTF-8.
    """
    kept = [place for place, name in enumerate(found.columns) if keep(name)]
    _refuse_doubles([found.columns[place] for place in kept], source)
    batches = _parquet if found.is_parquet else _csv
    line = found.line + 1
    has_rows = False
    for batch in batches(source, found, kept, progress):
        names = [found.columns[place] for place in kept]
        yield Batch(source.origin, line, dict(zip(names, batch.columns, strict=True)))
        has_rows |= batch.num_rows > 0
        line += batch.num_rows
    if not has_rows:
        raise DataError(f"{source.origin}: has a header but no rows; hourly rows are needed")


def require_columns(columns: Iterable[str], names: Iterable[str], origin: str) -> None:
    """Refuse a table that lacks a column, naming it and the nearest there is.

    Raises:
        DataError: A column is missing.
    """
    there = list(columns)
    missing = next((name for name in names if name not in there), None)
    if missing is None:
        return
    near = difflib.get_close_matches(missing, there, n=1)
    hint = f"the nearest is {near[0]!r}" if near else f"it has {', '.join(there[:6])}"
    raise DataError(f"{origin}: has no column {missing!r}; {hint}")


def _refuse_doubles(names: list[str], source: Input) -> None:
    double = next((name for name in names if names.count(name) > 1), None)
    if double is not None:
        raise DataError(f"{source.origin}, line 1: column {double!r} is there twice; keep one")


def _parquet(
    source: Input, found: Sniff, kept: list[int], progress: Progress
) -> Iterator[pa.RecordBatch]:
    opened = open_parquet(source)
    names = [opened.schema_arrow.names[place] for place in kept]
    try:
        for batch in opened.iter_batches(columns=names):
            yield batch.select(names)
    except PARQUET_FAULTS as error:
        raise not_parquet(source, error) from None


def _csv(
    source: Input, found: Sniff, kept: list[int], progress: Progress
) -> Iterator[pa.RecordBatch]:
    names = [str(place) for place in range(len(found.columns))]
    included = [names[place] for place in kept]
    ragged: list[Any] = []

    def refuse(row: Any) -> str:
        ragged.append(row)
        return "error"

    with source.open(progress) as stream:
        try:
            yield from pacsv.open_csv(
                stream,
                read_options=pacsv.ReadOptions(
                    use_threads=False,
                    block_size=_BLOCK_BYTES,
                    skip_rows=found.line,
                    column_names=names,
                ),
                parse_options=pacsv.ParseOptions(invalid_row_handler=refuse),
                convert_options=pacsv.ConvertOptions(
                    column_types=dict.fromkeys(included, pa.string()),
                    include_columns=included,
                    null_values=_MISSING,
                    strings_can_be_null=True,
                ),
            )
        except pa.ArrowInvalid as error:
            raise _refusal(source, found, error, ragged) from None


def _refusal(source: Input, found: Sniff, error: Exception, ragged: list[Any]) -> DataError:
    if ragged:
        row = ragged[0]
        place = f", line {row.number}" if row.number is not None else ""
        return DataError(
            f"{source.origin}{place}: has {row.actual_columns} fields where the header has "
            f"{row.expected_columns}; the row is cut off or broken: {row.text[:60]!r}"
        )
    if "UTF8" in str(error):
        return not_utf8(source)
    if "Could not skip" in str(error):
        return DataError(f"{source.origin}: has a header but no rows; hourly rows are needed")
    return DataError(f"{source.origin}: is not a CSV table: {' '.join(str(error).split())}")


def _is_number(cell: object) -> bool:
    try:
        _as_floats(pa.array([cell]))
    except pa.ArrowInvalid:
        return False
    return True


def _as_floats(column: pa.Array) -> np.ndarray:
    """Turn cells to numbers; a comma is taken for nothing but a separator of thousands.

    Raises:
        pa.ArrowInvalid: A cell is no number.
    """
    if pa.types.is_string(column.type):
        column = pc.utf8_trim_whitespace(column)
        with_comma = pc.filter(column, pc.match_substring(column, ","))
        if not pc.all(pc.match_substring_regex(with_comma, _WITH_COMMAS), min_count=0).as_py():
            raise pa.ArrowInvalid("a comma that separates no thousands")
        column = pc.replace_substring(column, ",", "")
    values: np.ndarray = column.cast(pa.float64()).to_numpy(zero_copy_only=False)
    return values
