"""Files to pieces on disk: everything is read before anything is joined, and nothing is held."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Literal

import pyarrow as pa
from pyarrow import feather

from dcsim.errors import DataError, UnknownFormat, explained
from dcsim.grid.readers.formats import read_records, refuse_absent
from dcsim.grid.readers.table import sha256_of
from dcsim.grid.store.joining import FileRecords, join_pieces
from dcsim.grid.store.provenance import FileOrigin
from dcsim.grid.store.versions import UNCHANGED, store_folder

Clock = Literal["auto", "eia", "as-given"]
"""Whether EIA's known clock faults are taken out: where the format is EIA's, always, or never."""

Progress = Callable[[str, float], None]
"""Told what is being done, and which share of it is done [-]."""


@dataclass(frozen=True)
class Asked:
    """What the person who imports has asked for."""

    ba_code: str | None
    wanted: tuple[str, ...] | None
    format_name: str | None
    clock: Clock
    replaces: bool
    years: frozenset[int] | None
    joins: bool


@dataclass(frozen=True)
class Piece:
    """A piece of one authority, waiting on disk."""

    ba_code: str
    path: Path
    origin: FileOrigin


@dataclass
class Readings:
    """What was met while reading."""

    pieces: dict[str, list[Piece]] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)
    left_out: list[str] = field(default_factory=list)


def files_of(path: Path) -> list[Path]:
    """Return a file, or the files right in a folder, by name.

    Raises:
        DataError: The folder has none, or cannot be read.
    """
    try:
        if not path.is_dir():
            return [path]
        files = sorted(file for file in path.iterdir() if file.is_file() and file.name[0] != ".")
    except OSError as error:
        raise DataError(f"{path}: cannot be read: {error.strerror}") from None
    if not files:
        raise DataError(f"{path}: is a folder without files")
    return files


def names_of(files: Sequence[Path]) -> str:
    """Name some files, for messages."""
    return ", ".join(file.name for file in files[:3]) + (", ..." if len(files) > 3 else "")


def read_all(
    files: Sequence[Path],
    named: Collection[Path],
    folder: Path,
    asked: Asked,
    progress: Progress,
) -> Readings:
    """Read all files to pieces on disk; in a folder, a file in no known format is left out."""
    read, number = Readings(), count()
    for file in files:
        try:
            for piece in _read_file(file, folder, number, asked, read, progress):
                read.pieces.setdefault(piece.ba_code, []).append(piece)
        except UnknownFormat:
            if file in named:
                raise
            read.left_out.append(f"{file.name}: is in no format dcsim knows")
    if asked.wanted is not None:
        refuse_absent(asked.wanted, read.seen, names_of(files))
    if read.unknown:
        codes = ", ".join(sorted(read.unknown)[:5])
        read.left_out.append(f"{codes}: no code of a balancing authority")
    return read


def _read_file(
    file: Path,
    folder: Path,
    number: Iterator[int],
    asked: Asked,
    read: Readings,
    progress: Progress,
) -> Iterator[Piece]:
    """Yield what is in a file, each piece written to the staging folder."""

    def tell(share: float) -> None:
        progress(f"reading {file.name}", share)

    sha256 = ""
    for made_by, records in read_records(
        file,
        format_name=asked.format_name,
        ba_code=asked.ba_code,
        wanted=asked.wanted,
        seen=read.seen,
        unknown=read.unknown,
        progress=tell,
    ):
        sha256 = sha256 or sha256_of(file)
        has_faults = made_by.is_eia_clock and not records.is_cleaned
        origin = FileOrigin(
            name=file.name,
            sha256=sha256,
            format=made_by.title,
            is_eia_clock=asked.clock == "eia" or (asked.clock == "auto" and has_faults),
            batch=0,
            notes=records.notes,
            warnings=records.warnings,
        )
        path = folder / f"{next(number)}.arrow"
        with explained(store_folder(), UNCHANGED):
            feather.write_feather(pa.Table.from_pandas(records.table), path, compression="lz4")
        yield Piece(records.ba_code, path, origin)


def by_file(pieces: Sequence[Piece]) -> list[FileRecords]:
    """Return the records of each file, with all that its reader said of them."""
    by_file: dict[tuple[str, str], list[Piece]] = {}
    for piece in pieces:
        by_file.setdefault((piece.origin.sha256, piece.origin.format), []).append(piece)
    return [_file_records(own) for own in by_file.values()]


def _file_records(pieces: Sequence[Piece]) -> FileRecords:
    notes = tuple(dict.fromkeys(note for piece in pieces for note in piece.origin.notes))
    table = join_pieces([feather.read_feather(piece.path) for piece in pieces])
    return FileRecords(pieces[0].origin.model_copy(update={"notes": notes}), table)
