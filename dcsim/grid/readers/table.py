"""Bytes of a small file to a plain table: CSV or Parquet, with one clear error each."""

import csv
import hashlib
import io
import warnings
from pathlib import Path

import pandas as pd

from dcsim.errors import DataError
from dcsim.grid.readers.source import (
    PARQUET_FAULTS,
    Input,
    Sniff,
    inputs_of,
    not_parquet,
    not_utf8,
    open_parquet,
    sniff,
)
from dcsim.grid.readers.unpacking import Progress, unheard

MOST_COLUMNS = 5_000
"""More than any hourly table has, and fewer than the hours of a year side by side."""


def read_table(path: Path) -> pd.DataFrame:
    """Read a CSV or Parquet file as it is, without interpreting its columns.

    The index says in which line each row ends; of Parquet, as if it were CSV.

    Args:
        path: CSV text, also gzipped; Parquet; or a zip of one of them.

    Raises:
        DataError: The file is missing, empty, not text, not a table (such as JSON), or names a
            column twice.
    """
    sources = inputs_of(path)
    if len(sources) > 1:
        raise DataError(f"{path}: is a zip of {len(sources)} files; one is needed here")
    return table_of(sources[0], sniff(sources[0]))


def table_of(source: Input, found: Sniff, progress: Progress = unheard) -> pd.DataFrame:
    """Read a file whole, without interpreting its columns; the index is as `read_table` has it.

    Args:
        source: The file.
        found: Its beginning.
        progress: Is told how much has been read.

    Raises:
        DataError: The file is not a table, has no rows, more than `MOST_COLUMNS` columns, or names
            a column twice.
    """
    _refuse_json(source, found)
    _refuse_wide(source, found)
    _refuse_other_separators(source, found)
    table = _parquet(source) if found.is_parquet else _csv(source, found, progress)
    if table.empty:
        raise DataError(f"{source.origin}: has a header but no rows; hourly rows are needed")
    return table.rename(columns=lambda name: str(name).strip())


def _refuse_json(source: Input, found: Sniff) -> None:
    """Refuse JSON by its first character, before its one long line is read as a header."""
    if found.is_json:
        raise DataError(
            f"{source.origin}: is JSON, and a table is needed here: CSV or Parquet, a row an hour. "
            f"EIA's API replies are read with `dcsim grids import {source.name}`"
        )


def _refuse_wide(source: Input, found: Sniff) -> None:
    """Refuse a header that is a row of hours: pandas takes minutes for it."""
    if len(found.columns) > MOST_COLUMNS:
        raise DataError(
            f"{source.origin}: has {len(found.columns):,} columns; at most {MOST_COLUMNS:,} are "
            "read here, and hours must be rows"
        )


def _refuse_other_separators(source: Input, found: Sniff) -> None:
    """Refuse a single column whose name is several, set apart by something else than commas."""
    for separator, word in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if len(found.columns) == 1 and separator in found.first_line:
            raise DataError(
                f"{source.origin}, line {found.line}: columns are separated by {word}; commas are "
                "needed, and points in numbers"
            )


def sha256_of(path: Path) -> str:
    """Return the SHA-256 hash of a file's bytes, as hexadecimal text."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _parquet(source: Input) -> pd.DataFrame:
    try:
        table: pd.DataFrame = open_parquet(source).read().to_pandas(ignore_metadata=True)
    except PARQUET_FAULTS as error:
        raise not_parquet(source, error) from None
    return table.set_axis(table.index + 2)


def _csv(source: Input, found: Sniff, progress: Progress) -> pd.DataFrame:
    _refuse_double_columns(source, found)
    try:
        with source.open(progress) as stream, warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            table = pd.read_csv(stream, index_col=False, low_memory=False, encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise not_utf8(source) from None
    except pd.errors.ParserWarning:
        raise DataError(
            f"{source.origin}: has rows with more fields than the header line"
        ) from None
    except pd.errors.ParserError as error:
        raise DataError(
            f"{source.origin}: is not a CSV table: {' '.join(str(error).split())}"
        ) from None
    lines = _lines_of_rows(source, found)
    return table.set_axis(lines) if len(lines) == len(table) else table.set_axis(table.index + 2)


def _lines_of_rows(source: Input, found: Sniff) -> list[int]:
    """Return in which line each row ends, passing over blank ones as pandas does.

    Raises:
        DataError: A row has fewer fields than the header, which pandas would quietly fill up.
    """
    lines = []
    with source.open() as stream:
        rows = csv.reader(io.TextIOWrapper(stream, "utf-8-sig", newline=""))
        try:
            for row in rows:
                if row and len(row) < len(found.columns) and any(map(str.strip, row)):
                    raise _short_row(source, rows.line_num, len(row), len(found.columns))
                if len(row) > 1 or any(map(str.strip, row)):
                    lines.append(rows.line_num)
        except csv.Error as error:
            place = f"{source.origin}, line {rows.line_num}"
            raise DataError(f"{place}: is not a CSV table: {error}") from None
    return lines[1:]


def _short_row(source: Input, line: int, fields: int, needed: int) -> DataError:
    return DataError(
        f"{source.origin}, line {line}: has {fields} fields where the header has {needed}; "
        "the row is cut off or broken"
    )


def _refuse_double_columns(source: Input, found: Sniff) -> None:
    """Refuse a header that names a column twice, which pandas would quietly rename."""
    names = pd.Series(found.columns, dtype=str)
    double = names[names.duplicated() & (names != "")]
    if not double.empty:
        raise DataError(
            f"{source.origin}, line {found.line}: column {double.iloc[0]!r} is there twice; "
            "keep one"
        )
