"""Bytes of a file to a plain table: CSV (also gzipped) or Parquet, with one clear error each."""

import gzip
import hashlib
import warnings
import zlib
from pathlib import Path
from typing import Literal

import pandas as pd
import pyarrow as pa

from dcsim.errors import DataError

_HEAD_BYTES = 4096

Packing = Literal["gzip"] | None


def read_table(path: Path) -> pd.DataFrame:
    """Read a CSV or Parquet file as it is, without interpreting its columns.

    Args:
        path: A `.parquet` file, or CSV text, gzipped if it ends in `.gz`.

    Raises:
        DataError: The file is missing, empty, not text, not a table, or names a column twice.
    """
    try:
        table = _read(path)
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise DataError(f"{path}: cannot be read: {error}") from None
    if table.empty:
        raise DataError(f"{path}: has a header but no rows; hourly rows are needed")
    return table.rename(columns=lambda name: str(name).strip())


def sha256_of(path: Path) -> str:
    """Return the SHA-256 hash of a file's bytes, as hexadecimal text."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _read(path: Path) -> pd.DataFrame:
    if path.stat().st_size == 0:
        raise DataError(f"{path}: is empty; a header line and hourly rows are needed")
    return _read_parquet(path) if path.suffix == ".parquet" else _read_csv(path)


def _read_parquet(path: Path) -> pd.DataFrame:
    try:
        table = pd.read_parquet(path)
    except pa.ArrowException as error:
        raise DataError(f"{path}: is not a readable Parquet file: {error}") from None
    return table if isinstance(table.index, pd.RangeIndex) else table.reset_index()


def _read_csv(path: Path) -> pd.DataFrame:
    packing: Packing = "gzip" if path.suffix == ".gz" else None
    try:
        _refuse_binary(path)
        _refuse_double_columns(path, packing)
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return pd.read_csv(path, compression=packing, index_col=False, low_memory=False)
    except UnicodeDecodeError:
        raise DataError(f"{path}: is not text; CSV (UTF-8) or Parquet is needed") from None
    except pd.errors.EmptyDataError:
        raise DataError(f"{path}: is empty; a header line and hourly rows are needed") from None
    except pd.errors.ParserWarning:
        raise DataError(f"{path}: has rows with more fields than the header line") from None
    except pd.errors.ParserError as error:
        raise DataError(f"{path}: is not a CSV table: {str(error).strip()}") from None


def _refuse_binary(path: Path) -> None:
    """Refuse a file with a zero byte near its beginning, which pandas would take for text."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
        if b"\0" in stream.read(_HEAD_BYTES):
            raise DataError(f"{path}: is not text; CSV (UTF-8) or Parquet is needed")


def _refuse_double_columns(path: Path, packing: Packing) -> None:
    """Refuse a header that names a column twice, which pandas would quietly rename."""
    header = pd.read_csv(path, compression=packing, header=None, nrows=1, dtype=str).iloc[0]
    double = header[header.duplicated() & header.notna()]
    if not double.empty:
        raise DataError(f"{path}, line 1: column {double.iloc[0]!r} is there twice; keep one")
