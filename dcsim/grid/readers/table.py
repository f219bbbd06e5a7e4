"""Bytes of a file to a plain table: CSV (also gzipped) or Parquet, with one clear error each."""

import gzip
import hashlib
import zlib
from pathlib import Path

import pandas as pd
import pyarrow as pa

from dcsim.errors import DataError

_HEAD_BYTES = 4096


def read_table(path: Path) -> pd.DataFrame:
    """Read a CSV or Parquet file as it is, without interpreting its columns.

    Args:
        path: A `.parquet` file, or CSV text, gzipped if it ends in `.gz`.

    Raises:
        DataError: The file is missing, empty, not text, or not a table.
    """
    if not path.is_file():
        raise DataError(f"{path}: no such file")
    if path.stat().st_size == 0:
        raise DataError(f"{path}: is empty; a header line and hourly rows are needed")
    table = _read_parquet(path) if path.suffix == ".parquet" else _read_csv(path)
    if table.empty:
        raise DataError(f"{path}: has a header but no rows; hourly rows are needed")
    return table.rename(columns=lambda name: str(name).strip())


def sha256_of(path: Path) -> str:
    """Return the SHA-256 hash of a file's bytes, as hexadecimal text."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read_parquet(path: Path) -> pd.DataFrame:
    try:
        return pd.read_parquet(path)
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path}: is not a readable Parquet file: {error}") from None


def _read_csv(path: Path) -> pd.DataFrame:
    try:
        _refuse_binary(path)
        return pd.read_csv(path, low_memory=False)
    except UnicodeDecodeError:
        raise DataError(f"{path}: is not text; CSV (UTF-8) or Parquet is needed") from None
    except pd.errors.EmptyDataError:
        raise DataError(f"{path}: is empty; a header line and hourly rows are needed") from None
    except pd.errors.ParserError as error:
        raise DataError(f"{path}: is not a CSV table: {str(error).strip()}") from None
    except (OSError, EOFError, zlib.error) as error:
        raise DataError(f"{path}: cannot be read: {error}") from None


def _refuse_binary(path: Path) -> None:
    """Refuse a file with a zero byte near its beginning, which pandas would take for text."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
        if b"\0" in stream.read(_HEAD_BYTES):
            raise DataError(f"{path}: is not text; CSV (UTF-8) or Parquet is needed")
