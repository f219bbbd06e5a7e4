"""The user's store of imported grids: one folder for each version of an authority's year, on disk.

    <data folder>/grids/CISO/2022/newest              the version that `CISO:2022` means
    <data folder>/grids/CISO/2022/1f3a9c07/records.parquet    hourly, repaired
                                          /changes.parquet    every cell a repair changed, and why
                                          /provenance.json    files, hashes, reader, repairs, grade

A version is named by the hash of what is in it: the same files give the same version, and a result
that names it can be made again. Versions are put together in a staging folder and moved into place
whole, so that a killed import, a full disk or a second importer leaves no half of one.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pandas as pd
import platformdirs
import pyarrow as pa
from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from dcsim.errors import DataError, OutputError
from dcsim.grid.records import INDEX

FOLDER_VARIABLE = "DCSIM_DATA"
"""Environment variable that names another data folder than the system's."""

RECORDS, CHANGES, PROVENANCE = "records.parquet", "changes.parquet", "provenance.json"
_FILES = (RECORDS, CHANGES, PROVENANCE)
_NEWEST = "newest"
_STAGING = ".staging"
_VERSION_DIGITS = 8
_GRID_ID = re.compile(r"^(?P<ba>[A-Z]{2,5}):(?P<year>\d{4})(?::(?P<version>[0-9a-f]{8}))?$")


@dataclass(frozen=True, order=True)
class GridId:
    """Names an imported year, `CISO:2022`, or one version of it, `CISO:2022:1f3a9c07`."""

    ba_code: str
    year: int
    version: str = ""

    def __str__(self) -> str:
        """Return the id as it is written in a scenario."""
        return f"{self.ba_code}:{self.year}" + (f":{self.version}" if self.version else "")


def parse_grid_id(text: str) -> GridId | None:
    """Return the parts of an id of an imported grid, or None if it has not that form."""
    match = _GRID_ID.match(text)
    return match and GridId(match["ba"], int(match["year"]), match["version"] or "")


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileOrigin(_Kept):
    """A file that records came from."""

    name: str
    sha256: str
    format: str


class RuleCount(_Kept):
    """A rule of repair, and in how many hours it changed something."""

    rule: str
    hours: int
    detail: str


class Provenance(_Kept):
    """Where a version came from and what was done to it; kept beside it as JSON."""

    ba_code: str
    year: int
    hours: int
    changed_hours: int
    """Hours in which any rule changed anything."""
    files: tuple[FileOrigin, ...]
    repairs: tuple[RuleCount, ...]
    notes: tuple[str, ...]
    """What the readers and the clock's corrections say."""
    repair_notes: tuple[str, ...]
    """What the rules of repair say beside their counts."""
    grade: str
    reasons: tuple[str, ...]
    dcsim: str
    """Version of dcsim whose readers and rules made it."""


@dataclass(frozen=True)
class StoredGrid:
    """One version as it is in the store.

    Attributes:
        grid_id: With its version.
        records: Hourly, in the vocabulary of `dcsim.grid.records`.
        changes: Every cell a rule changed: hour, column, rule, reported and repaired value.
        provenance: Where it came from.
    """

    grid_id: GridId
    records: pd.DataFrame
    changes: pd.DataFrame
    provenance: Provenance


def store_folder() -> Path:
    """Return the folder of imported grids: the user's data folder, or `DCSIM_DATA`."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    return (Path(chosen) if chosen else platformdirs.user_data_path("dcsim")) / "grids"


@contextmanager
def staging() -> Iterator[Path]:
    """Give a scratch folder on the store's own disk, held until the block ends.

    What killed imports left behind is cleared away first: their folders are no longer held.

    Raises:
        OutputError: The store cannot be written, or its disk is full.
    """
    root = store_folder() / _STAGING
    folder = root / uuid4().hex[:12]
    own = FileLock(f"{folder}.lock")
    with explained(store_folder()):
        root.mkdir(parents=True, exist_ok=True)
        with _store_lock():
            _clear_left_behind(root)
            own.acquire()
        try:
            folder.mkdir()
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            own.release()
            Path(own.lock_file).unlink(missing_ok=True)


def _store_lock() -> FileLock:
    """Held for the moments in which folders are moved, so that two importers take turns."""
    return FileLock(store_folder() / ".lock")


def _clear_left_behind(root: Path) -> None:
    for lock in root.glob("*.lock"):
        with suppress(Timeout), FileLock(lock, blocking=False):
            shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
            lock.unlink(missing_ok=True)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what the operating system says about writing into one clear error."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"{path}: cannot be written: {reason}; no grid was changed") from error


def stage(
    folder: Path, records: pd.DataFrame, changes: pd.DataFrame, provenance: Provenance
) -> GridId:
    """Write a version into a staging folder, and return its id, named by what is in it.

    Args:
        folder: Of `staging`; the version goes into a folder of its own below it.
        records: Hourly, whole.
        changes: Every cell a rule changed.
        provenance: Where it came from.
    """
    working = folder / f"{provenance.ba_code}-{provenance.year}"
    working.mkdir()
    records.to_parquet(working / RECORDS)
    changes.to_parquet(working / CHANGES, index=False)
    text = json.dumps(provenance.model_dump(mode="json"), indent=2, ensure_ascii=False)
    (working / PROVENANCE).write_text(text + "\n", encoding="utf-8")
    digest = hashlib.sha256(b"".join((working / name).read_bytes() for name in _FILES))
    version = digest.hexdigest()[:_VERSION_DIGITS]
    return GridId(provenance.ba_code, provenance.year, version)


def put(folder: Path, grid_id: GridId) -> bool:
    """Move a staged version into its place and make it the newest of its year.

    Returns:
        Whether it is new; the same version may be there already.
    """
    year = _year_folder(grid_id)
    year.mkdir(parents=True, exist_ok=True)
    target = year / grid_id.version
    with _store_lock():
        is_new = not target.is_dir()
        if is_new:
            (folder / f"{grid_id.ba_code}-{grid_id.year}").rename(target)
        pointer = folder / f"{grid_id.ba_code}-{grid_id.year}.{_NEWEST}"
        pointer.write_text(grid_id.version, encoding="utf-8")
        pointer.replace(year / _NEWEST)
    return is_new


def _year_folder(grid_id: GridId) -> Path:
    return store_folder() / grid_id.ba_code / str(grid_id.year)


def resolve(grid_id: GridId) -> GridId | None:
    """Return an id with its version, the newest if it names none; None if it is not stored."""
    year = _year_folder(grid_id)
    try:
        version = grid_id.version or (year / _NEWEST).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    return GridId(grid_id.ba_code, grid_id.year, version) if (year / version).is_dir() else None


def stored_ids() -> list[GridId]:
    """Return the newest version of every year in the store, by authority and year."""
    pointers = store_folder().glob(f"*/*/{_NEWEST}")
    found = (parse_grid_id(f"{path.parent.parent.name}:{path.parent.name}") for path in pointers)
    resolved = (resolve(grid_id) for grid_id in found if grid_id is not None)
    return sorted(grid_id for grid_id in resolved if grid_id is not None)


def versions_of(grid_id: GridId) -> list[str]:
    """Return all versions of a year, in the order of their names."""
    folders = _year_folder(grid_id).glob("*/" + PROVENANCE)
    return sorted(path.parent.name for path in folders)


def read_provenance(grid_id: GridId) -> Provenance:
    """Return where a version came from, without reading its records.

    Raises:
        DataError: It is damaged.
    """
    path = _year_folder(grid_id) / grid_id.version / PROVENANCE
    try:
        return Provenance.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError):
        raise _damaged(grid_id, path) from None


def read_stored(grid_id: GridId) -> StoredGrid:
    """Return a version, whole.

    Args:
        grid_id: With its version, as `resolve` gives it.

    Raises:
        DataError: It is damaged.
    """
    provenance = read_provenance(grid_id)
    folder = _year_folder(grid_id) / grid_id.version
    try:
        records = read_hourly(folder / RECORDS)
        changes = pd.read_parquet(folder / CHANGES)
    except (OSError, pa.ArrowException):
        raise _damaged(grid_id, folder) from None
    changes[INDEX] = changes[INDEX].dt.as_unit("s")
    return StoredGrid(grid_id, records, changes, provenance)


def read_hourly(path: Path) -> pd.DataFrame:
    """Return an hourly table from a Parquet file, whose stamps are no finer than ours: seconds."""
    table = pd.read_parquet(path)
    return table.set_axis(pd.DatetimeIndex(table.index).as_unit("s").rename(INDEX))


def _damaged(grid_id: GridId, path: Path) -> DataError:
    return DataError(f"{grid_id}: {path} is damaged; import the year again")


def remove(grid_id: GridId) -> list[GridId]:
    """Take a version out of the store, or all versions of a year if none is named.

    Returns:
        What was removed. If the newest goes, the last of the others by name takes its place.

    Raises:
        OutputError: The store cannot be written.
    """
    year = _year_folder(grid_id)
    names = [grid_id.version] if grid_id.version else versions_of(grid_id)
    removed = [name for name in names if (year / name).is_dir()]
    with explained(year), staging() as folder, _store_lock():
        left = [name for name in versions_of(grid_id) if name not in removed]
        newest = year / _NEWEST
        if not left:
            newest.unlink(missing_ok=True)
        elif newest.read_text(encoding="utf-8") in removed:
            (folder / _NEWEST).write_text(left[-1], encoding="utf-8")
            (folder / _NEWEST).replace(newest)
        for name in removed:
            (year / name).rename(folder / name)
    return [GridId(grid_id.ba_code, grid_id.year, name) for name in removed]
