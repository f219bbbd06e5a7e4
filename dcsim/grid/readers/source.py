"""Files to streams of bytes, safely: plain, gzipped, or members of a zip.

What a file is, is told by its bytes and not by its name. Nothing is ever written to disk under a
name from inside a zip. Whatever is wrong with the packing is one `DataError`.
"""

import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq

from dcsim.errors import DataError

HEAD_BYTES = 2**18
"""How much of a file is looked at to tell its format; a header of 2,000 columns is 50 kB."""

LARGEST_RATIO = 250.0
"""Most that packed data may grow; EIA's bulk file grows tenfold, deflate could a thousandfold."""
LARGEST_BYTES = 20 * 2**30
"""Most bytes that may come out of one file; EIA's bulk file is 2 to 4 GB of text."""
UNSUSPICIOUS_BYTES = 2**26
"""Up to here any ratio is let through: a column of zeros packs well."""

_GZIP = b"\x1f\x8b"
_ZIP = b"PK"
_PARQUET = b"PAR1"
PARQUET_FAULTS = (pa.ArrowException, OSError, ValueError)
_SMALLEST_STEP = 0.005
_FAULTS = (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError)

Progress = Callable[[float], None]
"""Is told how much of the work is done, from 0 to 1 [fraction]."""


def unheard(fraction: float) -> None:
    """Take no notice of progress."""


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
    """

    ba_code: str | None = None
    wanted: frozenset[str] | None = None
    progress: Progress = unheard
    seen: set[str] = field(default_factory=set)

    def wants(self, ba_code: str) -> bool:
        """Tell whether records of an authority are wanted, and remember that it was met."""
        self.seen.add(ba_code)
        return self.wanted is None or ba_code in self.wanted


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
        with path.open("rb") as stream:
            magic, size = stream.read(4), path.stat().st_size
    except FileNotFoundError:
        raise DataError(f"{path}: no such file") from None
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from None
    if size == 0:
        raise DataError(f"{path}: is empty; a header line and hourly rows are needed")
    if magic.startswith(_ZIP):
        return list(_members(path))
    is_gzip = magic.startswith(_GZIP)
    if path.suffix == ".gz" and not is_gzip:
        raise DataError(f"{path}: cannot be read: its name ends in .gz and it is not gzipped")
    return [Input(str(path), path.name, size, _gunzipped(path) if is_gzip else _plain(path))]


def sniff(source: Input) -> Sniff:
    """Look at the beginning of a file.

    Raises:
        DataError: It is empty, not text and not Parquet, or a web page.
    """
    with source.open() as stream:
        head = stream.read(HEAD_BYTES)
    if head.startswith(_PARQUET) or source.name.endswith(".parquet"):
        return Sniff(source.name, "", parquet_columns(source), line=0)
    text = _decoded(head, source)
    line, names = _header(text, source)
    _refuse_web_page(text, source)
    return Sniff(source.name, text, names, line)


def open_parquet(source: Input) -> pq.ParquetFile:
    """Open a Parquet file; one inside a zip is unpacked into memory, for it is read from its end.

    Raises:
        DataError: It is not a readable Parquet file.
    """
    with source.open() as stream:
        content = pa.BufferReader(stream.read())
    try:
        return pq.ParquetFile(content)
    except PARQUET_FAULTS as error:
        raise not_parquet(source, error) from None


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
    if b"\0" in head:
        raise DataError(f"{source.origin}: is not text; CSV (UTF-8) or Parquet is needed")
    try:
        return head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        is_cut = len(head) == HEAD_BYTES and error.start > len(head) - 4
        if not is_cut:
            line = head[: error.start].count(b"\n") + 1
            raise _not_text(source, line, head[error.start]) from None
        return head[: error.start].decode("utf-8-sig")


def _header(text: str, source: Input) -> tuple[int, tuple[str, ...]]:
    """Return the number of the first line that is not blank, and the names in it."""
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
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


def _plain(path: Path) -> Callable[[Progress], BinaryIO]:
    def opened(progress: Progress) -> BinaryIO:
        raw = path.open("rb")
        return _buffered(
            _Metered(raw, raw, str(path), LARGEST_BYTES, path.stat().st_size, progress)
        )

    return opened


def _gunzipped(path: Path) -> Callable[[Progress], BinaryIO]:
    def opened(progress: Progress) -> BinaryIO:
        raw, size = path.open("rb"), path.stat().st_size
        unpacked = cast(BinaryIO, gzip.GzipFile(fileobj=raw))
        return _buffered(_Metered(unpacked, raw, str(path), _most(size), size, progress))

    return opened


def _members(path: Path) -> Iterator[Input]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if not _is_litter(info)]
    except _FAULTS:
        raise DataError(f"{path}: is a damaged or cut-off zip; download it again") from None
    _refuse_workbook(members, path)
    for info in members:
        _refuse_unsafe(info, path)
    if sum(info.file_size for info in members) > _most(path.stat().st_size):
        raise _too_large(str(path))
    if not members:
        raise DataError(f"{path}: is a zip with no file in it")
    for info in members:
        origin, name = f"{path} ({info.filename})", PurePosixPath(info.filename).name
        yield Input(origin, name, info.compress_size, _unzipped(path, info, origin))


def _unzipped(path: Path, info: zipfile.ZipInfo, origin: str) -> Callable[[Progress], BinaryIO]:
    def opened(progress: Progress) -> BinaryIO:
        try:
            with zipfile.ZipFile(path) as archive:
                unpacked = cast(BinaryIO, archive.open(info))
        except _FAULTS as error:
            raise DataError(f"{origin}: cannot be unpacked: {error}") from None
        most, size = _most(info.compress_size), info.file_size
        return _buffered(_Metered(unpacked, unpacked, origin, most, size, progress))

    return opened


def _is_litter(info: zipfile.ZipInfo) -> bool:
    """Tell whether a member is a folder, or what macOS adds to every zip it makes."""
    name = PurePosixPath(info.filename)
    return info.is_dir() or name.parts[:1] == ("__MACOSX",) or name.name == ".DS_Store"


def _refuse_workbook(members: list[zipfile.ZipInfo], path: Path) -> None:
    if any(info.filename == "[Content_Types].xml" for info in members):
        raise DataError(
            f"{path}: is an Excel workbook; save its sheet as CSV, or take EIA's six-month files"
        )


def _refuse_unsafe(info: zipfile.ZipInfo, path: Path) -> None:
    name = info.filename
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if ".." in parts or name.startswith(("/", "\\")) or ":" in name[:2]:
        raise DataError(f"{path}: member {name!r} points outside the zip; the zip is not trusted")
    if info.flag_bits & 1:
        raise DataError(f"{path}: member {name!r} is encrypted; unpack it first")


def _most(packed_bytes: int) -> int:
    """Return how many bytes may come out of so many packed ones."""
    return min(LARGEST_BYTES, max(UNSUSPICIOUS_BYTES, int(LARGEST_RATIO * packed_bytes)))


def _too_large(origin: str) -> DataError:
    return DataError(
        f"{origin}: unpacks to more than {LARGEST_RATIO:.0f} times its size, or to more than "
        f"{LARGEST_BYTES / 2**30:.0f} GiB; that is no file of hourly data and is not read"
    )


def _buffered(raw: io.RawIOBase) -> BinaryIO:
    return cast(BinaryIO, io.BufferedReader(raw, 2**20))


class _Metered(io.RawIOBase):
    """Counts what comes out, tells how far it is, and gives each fault of packing as one error."""

    def __init__(
        self,
        unpacked: BinaryIO,
        measured: BinaryIO,
        origin: str,
        most_bytes: int,
        size_bytes: int,
        progress: Progress,
    ) -> None:
        """Wrap a stream.

        Args:
            unpacked: What to read.
            measured: The stream whose position over `size_bytes` is the progress.
            origin: What to call the file in messages.
            most_bytes: Most that may come out.
            size_bytes: Length of `measured`.
            progress: Is told in steps that a person can see.
        """
        self._unpacked, self._measured = unpacked, measured
        self._origin, self._left_bytes = origin, most_bytes
        self._size_bytes, self._progress = max(size_bytes, 1), progress
        self._said_frac = 0.0

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer, as `io.RawIOBase` wants it."""
        try:
            content = self._unpacked.read(len(buffer))
        except _FAULTS as error:
            what = str(error) or "it ends too early"
            raise DataError(f"{self._origin}: cannot be read: it is damaged ({what})") from None
        self._left_bytes -= len(content)
        if self._left_bytes < 0:
            raise _too_large(self._origin)
        buffer[: len(content)] = content
        self._tell_progress()
        return len(content)

    def close(self) -> None:
        """Close what is underneath."""
        if not self.closed:
            self._unpacked.close()
            self._measured.close()
        super().close()

    def _tell_progress(self) -> None:
        done_frac = min(1.0, self._measured.tell() / self._size_bytes)
        if done_frac >= self._said_frac + _SMALLEST_STEP:
            self._said_frac = done_frac
            self._progress(done_frac)
