"""Bytes of a file, safely: as they are, gunzipped, or of a member of a zip.

Nothing is ever written to disk under a name from inside a zip, and what comes out is counted.
Whatever is wrong with the packing is one `DataError`.
"""

import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from dcsim.errors import DataError

LARGEST_RATIO = 250.0
"""Most that packed data may grow; EIA's bulk file grows tenfold, deflate could a thousandfold."""
LARGEST_BYTES = 20 * 2**30
"""Most bytes that may come out of one file; EIA's bulk file is 2 to 4 GB of text."""
UNSUSPICIOUS_BYTES = 2**26
"""Up to here any ratio is let through: a column of zeros packs well."""

_SMALLEST_STEP = 0.005
_FAULTS = (OSError, EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, NotImplementedError)

Progress = Callable[[float], None]
"""Is told how much of the work is done, from 0 to 1 [fraction]."""

Opener = Callable[[Progress], BinaryIO]
"""Opens a stream from its beginning, which tells how far it has come."""


def unheard(fraction: float) -> None:
    """Take no notice of progress."""


def plain_bytes(path: Path) -> Opener:
    """Return what opens a file as it is."""

    def opened(progress: Progress) -> BinaryIO:
        raw = path.open("rb")
        return _buffered(
            _Metered(raw, raw, str(path), LARGEST_BYTES, path.stat().st_size, progress)
        )

    return opened


def gunzipped(path: Path) -> Opener:
    """Return what opens a gzipped file; how much comes out is watched."""

    def opened(progress: Progress) -> BinaryIO:
        raw, size = path.open("rb"), path.stat().st_size
        unpacked = cast(BinaryIO, gzip.GzipFile(fileobj=raw))
        return _buffered(_Metered(unpacked, raw, str(path), most_bytes(size), size, progress))

    return opened


def members_of(path: Path) -> list[zipfile.ZipInfo]:
    """Return the files in a zip, without folders and litter.

    Raises:
        DataError: The zip is damaged, empty or a workbook; or a member is encrypted, has a name
            that points outside, or all of them are too large to be hourly data.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if not _is_litter(info)]
    except _FAULTS:
        raise DataError(f"{path}: is a damaged or cut-off zip; download it again") from None
    if not members:
        raise DataError(f"{path}: is a zip with no file in it")
    _refuse_workbook(members, path)
    for info in members:
        _refuse_unsafe(info, path)
    if sum(info.file_size for info in members) > most_bytes(path.stat().st_size):
        raise too_large(str(path))
    return members


def unzipped(path: Path, info: zipfile.ZipInfo, origin: str) -> Opener:
    """Return what opens a member of a zip, called `origin` in messages."""

    def opened(progress: Progress) -> BinaryIO:
        try:
            with zipfile.ZipFile(path) as archive:
                unpacked = cast(BinaryIO, archive.open(info))
        except _FAULTS as error:
            raise DataError(f"{origin}: cannot be unpacked: {error}") from None
        most, size = most_bytes(info.compress_size), info.file_size
        return _buffered(_Metered(unpacked, unpacked, origin, most, size, progress))

    return opened


def _is_litter(info: zipfile.ZipInfo) -> bool:
    """Tell whether a member is a folder, or what macOS adds to every zip it makes."""
    name = PurePosixPath(info.filename)
    return info.is_dir() or name.parts[:1] == ("__MACOSX",) or name.name == ".DS_Store"


def _refuse_workbook(members: list[zipfile.ZipInfo], path: Path) -> None:
    if any(info.filename == "[Content_Types].xml" for info in members):
        raise DataError(
            f"{path}: is an Excel workbook; save its sheet as CSV (of EIA's workbook of an "
            "authority the sheet Published Hourly Data), or take EIA's six-month files"
        )


def _refuse_unsafe(info: zipfile.ZipInfo, path: Path) -> None:
    name = info.filename
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if ".." in parts or name.startswith(("/", "\\")) or ":" in name[:2]:
        raise DataError(f"{path}: member {name!r} points outside the zip; the zip is not trusted")
    if info.flag_bits & 1:
        raise DataError(f"{path}: member {name!r} is encrypted; unpack it first")


def most_bytes(packed_bytes: int) -> int:
    """Return how many bytes may come out of so many packed ones."""
    return min(LARGEST_BYTES, max(UNSUSPICIOUS_BYTES, int(LARGEST_RATIO * packed_bytes)))


def too_large(origin: str) -> DataError:
    """Return the error for a file of which more would come out than `most_bytes`."""
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
            raise too_large(self._origin)
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
