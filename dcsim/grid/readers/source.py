"""What a reader is given: a file or member of a zip, its beginning, and what was asked for.

What a file is, is told by its bytes and not by its name.
"""

import codecs
import csv
import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from zipfile import ZipInfo

import pyarrow as pa
import pyarrow.parquet as pq

from dcsim.errors import DataError, UnknownFormat
from dcsim.grid.authorities import is_authority_code
from dcsim.grid.readers.unpacking import (
    Progress,
    gunzipped,
    members_of,
    most_bytes,
    plain_bytes,
    too_large,
    unheard,
    unzipped,
)

HEAD_BYTES = 2**18
"""How much of a file is looked at to tell its format; a header of 2,000 columns is 50 kB."""
LONGEST_HEADER_BYTES = 2**22
"""So much is looked at if the line of names has not ended before; 100,000 columns are 700 kB."""

_SHOWN_CHARACTERS = 12

_GZIP = b"\x1f\x8b"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_NO_TABLES = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff")
"""How PDF, PNG and JPEG begin; their first line alone could be text."""
_PARQUET = b"PAR1"
_CELL_BYTES = 8
PARQUET_FAULTS = (pa.ArrowException, OSError, ValueError)


@dataclass(frozen=True)
class Input:
    """A file to be read, or a member of a zip.

    Attributes:
        origin: What to call it in messages: the path, and the member if it is in a zip.
        name: The bare file name, without the folder.
        size_bytes: How much of the whole file it is, as packed; weighs its share of progress.
        stream: Opens the unpacked bytes from the beginning, telling how far it has come.
    """

    origin: str
    name: str
    size_bytes: int
    stream: Callable[[Progress], BinaryIO]

    def open(self, progress: Progress = unheard) -> BinaryIO:
        """Return the unpacked bytes as a buffered stream; to be closed after use."""
        return self.stream(progress)


@dataclass(frozen=True)
class Options:
    """What the person who imports has asked for.

    Attributes:
        ba_code: The authority of files that do not name it; none if it was not said.
        wanted: The authorities to read; none for all.
        progress: Is told how much has been read; hand it to `Input.open`.
        seen: Every authority met so far, wanted or not; `wants` keeps it.
        unknown: Every code met that is of no authority, fit to be shown; `wants` keeps it too.
    """

    ba_code: str | None = None
    wanted: frozenset[str] | None = None
    progress: Progress = unheard
    seen: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)

    def wants(self, ba_code: str) -> bool:
        """Tell whether records of an authority are wanted, and remember that it was met.

        Codes come from files, and become names of files: so none is wanted that has not the form
        of an authority's code.
        """
        if not is_authority_code(ba_code):
            self.unknown.add(shown(ba_code))
            return False
        self.seen.add(ba_code)
        return self.wanted is None or ba_code in self.wanted


def shown(code: str) -> str:
    """Return a code from a file as it can be put before people, whatever is in it."""
    is_plain = code.isprintable() and len(code) <= _SHOWN_CHARACTERS
    return code if is_plain else ascii(code[:_SHOWN_CHARACTERS])


@dataclass(frozen=True)
class Sniff:
    """The beginning of a file: what its format is told by.

    Attributes:
        name: The bare file name.
        head: The first text, without a byte-order mark; empty for Parquet.
        columns: Names of the columns in order, with single spaces; empty for JSON.
        line: Which line of the file the names stand in, from 1; 0 for Parquet.
    """

    name: str
    head: str
    columns: tuple[str, ...]
    line: int = 1

    @property
    def is_parquet(self) -> bool:
        """Return whether the file is Parquet."""
        return self.line == 0

    @property
    def is_json(self) -> bool:
        """Return whether the text begins as JSON does."""
        return self.head.lstrip()[:1] in ("{", "[")

    @property
    def first_line(self) -> str:
        """Return the first line that is not blank, for messages."""
        return next((line for line in self.head.splitlines() if line.strip()), "").strip()


def inputs_of(path: Path) -> list[Input]:
    """Return what there is to read in a file: itself, or every member of a zip.

    Raises:
        DataError: There is no such file, it is empty, or it is a zip that cannot be trusted.
    """
    try:
        is_pipe = path.exists() and not (path.is_file() or path.is_dir())
        if is_pipe:
            raise DataError(f"{path}: cannot be read: is a device or pipe, and no file")
        with path.open("rb") as stream:
            magic, size = stream.read(4), path.stat().st_size
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise DataError(f"{str(path)!r}: cannot be read: {error}") from None
    if size == 0:
        raise DataError(f"{path}: is empty; a header line and hourly rows are needed")
    if magic.startswith(_ZIP):
        return [_member(path, info) for info in members_of(path)]
    is_gzip = magic.startswith(_GZIP)
    if path.suffix == ".gz" and not is_gzip:
        raise DataError(f"{path}: cannot be read: its name ends in .gz and it is not gzipped")
    return [Input(str(path), path.name, size, gunzipped(path) if is_gzip else plain_bytes(path))]


def _member(path: Path, info: ZipInfo) -> Input:
    origin, name = f"{path} ({info.filename})", PurePosixPath(info.filename).name
    return Input(origin, name, info.compress_size, unzipped(path, info, origin))


def sniff(source: Input) -> Sniff:
    """Look at the beginning of a file.

    Raises:
        DataError: It is empty, not text and not Parquet, or a web page.
    """
    with source.open() as stream:
        head = stream.read(HEAD_BYTES)
        while not _has_header(head) and (more := stream.read(HEAD_BYTES)):
            head += more
    if head.startswith(_PARQUET) or source.name.endswith(".parquet"):
        return Sniff(source.name, "", parquet_columns(source), line=0)
    text = _decoded(head, source)
    line, names = _header(text, source)
    _refuse_web_page(text, source)
    return Sniff(source.name, text, names, line)


def _has_header(head: bytes) -> bool:
    """Tell whether a beginning holds the line of names, or of what it is that has none."""
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    is_no_table = b"\0" in text or text.startswith((b"{", b"[", b"<", _PARQUET))
    is_whole = b"\n" in text or b"\r" in text
    return is_no_table or is_whole or len(head) >= LONGEST_HEADER_BYTES


def open_parquet(source: Input) -> pq.ParquetFile:
    """Open a Parquet file; one inside a zip is unpacked into memory, for it is read from its end.

    Raises:
        DataError: It is not a readable Parquet file, or would grow without measure.
    """
    with source.open() as stream:
        content = pa.BufferReader(stream.read())
    try:
        opened = pq.ParquetFile(content)
    except PARQUET_FAULTS as error:
        raise not_parquet(source, error) from None
    if _unpacked_bytes(opened.metadata) > most_bytes(source.size_bytes):
        raise too_large(source.origin)
    return opened


def _unpacked_bytes(metadata: pq.FileMetaData) -> int:
    """Return how much a file would take in memory, as its end says: by its pages or its cells.

    A column that holds one value a million times over is a few bytes in its pages.
    """
    groups = range(metadata.num_row_groups)
    pages = sum(metadata.row_group(group).total_byte_size for group in groups)
    cells = metadata.num_rows * metadata.num_columns
    return max(int(pages), int(cells) * _CELL_BYTES)


def not_parquet(source: Input, error: Exception) -> DataError:
    """Return the error for a Parquet file that cannot be read, from one of `PARQUET_FAULTS`."""
    why = " ".join(str(error).split())
    return DataError(f"{source.origin}: is not a readable Parquet file: {why}")


def parquet_columns(source: Input) -> tuple[str, ...]:
    """Return the names of a Parquet file's columns."""
    return tuple(map(str, open_parquet(source).schema_arrow.names))


def not_utf8(source: Input) -> DataError:
    """Return the error for a file with bytes that are not UTF-8, naming the first such line."""
    with source.open() as stream:
        numbered = enumerate(stream, start=1)
        bad = ((number, byte) for number, line in numbered if (byte := _bad_byte(line)) is not None)
        return _not_text(source, *next(bad))


def _bad_byte(line: bytes) -> int | None:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        return line[error.start]
    return None


def _not_text(source: Input, line: int, byte: int) -> DataError:
    return DataError(
        f"{source.origin}, line {line}: is not text in UTF-8 (byte {byte:#04x}); save it as UTF-8"
    )


def _decoded(head: bytes, source: Input) -> str:
    first_line = head.lstrip().partition(b"\n")[0]
    if b"\0" in first_line or head.startswith(_NO_TABLES):
        raise UnknownFormat(f"{source.origin}: is not text; CSV (UTF-8) or Parquet is needed")
    if b"\0" in head:
        line = head.partition(b"\0")[0].count(b"\n") + 1
        raise DataError(f"{source.origin}, line {line}: is not text: it has a byte of zero")
    try:
        return head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        is_cut = len(head) % HEAD_BYTES == 0 and error.start > len(head) - 4
        if not is_cut:
            line = head[: error.start].count(b"\n") + 1
            raise _not_text(source, line, head[error.start]) from None
        return head[: error.start].decode("utf-8-sig")


def _header(text: str, source: Input) -> tuple[int, tuple[str, ...]]:
    """Return the number of the first line that is not blank, and the names in it."""
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        if len(line) >= LONGEST_HEADER_BYTES:
            raise UnknownFormat(
                f"{source.origin}, line {number}: is longer than {LONGEST_HEADER_BYTES // 2**20} "
                "MiB; a header line and hourly rows are needed"
            )
        if line.strip():
            return number, _names(line, f"{source.origin}, line {number}")
    raise DataError(f"{source.origin}: is empty; a header line and hourly rows are needed")


def _names(line: str, place: str) -> tuple[str, ...]:
    if line.lstrip()[0] in "{[":
        return ()
    try:
        return tuple(" ".join(name.split()) for name in next(csv.reader([line])))
    except csv.Error as error:
        raise DataError(f"{place}: is no header of a table: {error}") from None


def _refuse_web_page(text: str, source: Input) -> None:
    if text.lstrip()[:1] == "<":
        raise DataError(
            f"{source.origin}: is a web page or XML, not data; most likely the download failed and "
            "the server's error page was saved. Download it again"
        )
