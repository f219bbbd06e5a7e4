"""The user's store of imported grids: one folder for each version of an authority's year, on disk.

    <data folder>/grids/CISO/2022/newest              the version that `CISO:2022` means
    <data folder>/grids/CISO/2022/1f3a9c07/records.parquet    hourly, repaired
                                          /changes.parquet    every cell a repair changed, and why
                                          /reported.parquet   what each file said, as it was read
                                          /provenance.json    files, hashes, reader, repairs, grade

A version is named by the hash of its values and of the files they came from: the same files give
the same version, and a result that names it can be made again. Versions are put together in a
staging folder and moved into place whole, so that a killed import, a full disk or a second importer
leaves no half of one.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import uuid4

import pandas as pd
import platformdirs
import pyarrow as pa
from filelock import FileLock, Timeout
from pydantic import ValidationError

from dcsim.errors import DataError, OutputError, explained
from dcsim.grid.records import INDEX
from dcsim.grid.store.provenance import SCHEMA, VERSION, GridId, Provenance, parse_grid_id
from dcsim.temporary import is_marked, mark

FOLDER_VARIABLE = "DCSIM_DATA"
"""Environment variable that names another data folder than the system's."""

RECORDS, CHANGES = "records.parquet", "changes.parquet"
REPORTED, PROVENANCE = "reported.parquet", "provenance.json"
_NEWEST = "newest"

UNCHANGED = "no grid was changed"
_STAGING = ".staging"
_LOCK = ".lock"
_VERSION_DIGITS = 8
_CHANGED = (INDEX, "column", "rule", "reported_mw", "repaired_mw", "filled")


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

    @property
    def notes(self) -> tuple[str, ...]:
        """Return all that was said of it: by the readers, then of clock, join and repair."""
        read = (note for file in self.provenance.files for note in file.notes)
        return tuple(dict.fromkeys((*read, *self.provenance.notes)))


@dataclass(frozen=True)
class StagedGrid:
    """A version that waits in a staging folder for its place in the store."""

    grid_id: GridId
    provenance: Provenance
    folder: Path


def store_folder() -> Path:
    """Return the folder of imported grids: the user's data folder, or `DCSIM_DATA`."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    return (Path(chosen) if chosen else platformdirs.user_data_path("dcsim")) / "grids"


@contextmanager
def staging() -> Iterator[Path]:
    """Give a scratch folder on the store's own disk, held until the block ends.

    What killed imports left behind is cleared away first: their folders are no longer held.

    Raises:
        OutputError: The store cannot be written.
    """
    root = store_folder() / _STAGING
    folder = root / uuid4().hex[:12]
    own = FileLock(folder / _LOCK)
    with explained(store_folder(), UNCHANGED):
        root.mkdir(parents=True, exist_ok=True)
        with _moving():
            _clear_left_behind(root)
            folder.mkdir()
            mark(folder, _STAGING)
            own.acquire()
    try:
        yield folder
    finally:
        own.release()
        shutil.rmtree(folder, ignore_errors=True)


def _moving() -> FileLock:
    """Held for the moments in which folders of the store are moved."""
    return FileLock(store_folder() / ".lock")


def one_at_a_time() -> FileLock:
    """Held from reading what is stored of a year to putting its new version away."""
    return FileLock(store_folder() / ".import.lock")


def _clear_left_behind(root: Path) -> None:
    for folder in [path for path in root.iterdir() if is_marked(path, _STAGING)]:
        with suppress(Timeout), FileLock(folder / _LOCK, blocking=False):
            shutil.rmtree(folder, ignore_errors=True)


def stage(
    folder: Path,
    records: pd.DataFrame,
    changes: pd.DataFrame,
    reported: Sequence[pd.DataFrame],
    provenance: Provenance,
) -> StagedGrid:
    """Write a version into a staging folder, and name it by what is in it.

    Args:
        folder: Of `staging`; the version goes into a folder of its own below it.
        records: Hourly, whole.
        changes: Every cell a rule changed.
        reported: What each of the provenance's files said.
        provenance: Where it came from.

    Raises:
        OutputError: The store's disk is full.
    """
    working = folder / f"{provenance.ba_code}-{provenance.year}"
    by_file = pd.concat([table.assign(**{_FILE: n}) for n, table in enumerate(reported)])
    text = json.dumps(provenance.model_dump(mode="json"), indent=2, ensure_ascii=False)
    with explained(store_folder(), UNCHANGED):
        working.mkdir()
        records.to_parquet(working / RECORDS)
        changes.to_parquet(working / CHANGES, index=False)
        by_file.to_parquet(working / REPORTED)
        (working / PROVENANCE).write_text(text + "\n", encoding="utf-8")
    version = _digest(records, changes, provenance)
    return StagedGrid(GridId(provenance.ba_code, provenance.year, version), provenance, working)


_FILE = "file"
"""Column of `reported.parquet`: the number of the file in the provenance."""


def _digest(records: pd.DataFrame, changes: pd.DataFrame, provenance: Provenance) -> str:
    """Return a hash of the values, of the files and of what is said of them, but for names."""
    digest = hashlib.sha256(repr((list(records), str(records.index[0]))).encode())
    digest.update(records.to_numpy(dtype=float).tobytes())
    digest.update(changes.to_csv(index=False).encode())
    said = sorted((file.sha256, file.format, file.is_eia_clock) for file in provenance.files)
    digest.update(repr((said, provenance.grade, provenance.reasons, provenance.dcsim)).encode())
    return digest.hexdigest()[:_VERSION_DIGITS]


def put(staged: Sequence[StagedGrid]) -> list[bool]:
    """Move staged versions into their places and make each the newest of its year.

    If that fails for one, those already moved are moved back.

    Returns:
        For each whether it is new; the same version may be there already.

    Raises:
        OutputError: The store cannot be written; it is as it was.
    """
    with explained(store_folder(), UNCHANGED), ExitStack() as undo:
        pointers = [_pointer(one) for one in staged]
        with _moving():
            new = [
                _place(one, pointer, undo) for one, pointer in zip(staged, pointers, strict=True)
            ]
            undo.pop_all()
    return new


def _pointer(staged: StagedGrid) -> Path:
    """Write the pointer of a version beside it, and make the folder of its year."""
    _year_folder(staged.grid_id).mkdir(parents=True, exist_ok=True)
    pointer = staged.folder.with_suffix(f".{_NEWEST}")
    pointer.write_text(staged.grid_id.version, encoding="utf-8")
    return pointer


def _place(staged: StagedGrid, pointer: Path, undo: ExitStack) -> bool:
    year = _year_folder(staged.grid_id)
    target, newest, trash = year / staged.grid_id.version, year / _NEWEST, staged.folder.parent
    is_new = not _is_whole(staged.grid_id)
    if is_new:
        if target.exists():
            _refuse_foreign(target)
            _move(target, trash / uuid4().hex, undo)
        _move(staged.folder, target, undo)
    if newest.exists():
        _move(newest, trash / uuid4().hex, undo)
    _move(pointer, newest, undo)
    return is_new


def _refuse_foreign(folder: Path) -> None:
    """Refuse to remove the folder of a version in which others have put files."""
    names = {RECORDS, CHANGES, REPORTED, PROVENANCE}
    if foreign := sorted({path.name for path in folder.iterdir()} - names):
        raise OutputError(
            f"{folder}: holds {', '.join(foreign[:3])}, which dcsim did not write and would "
            f"delete; move it away. {UNCHANGED}"
        )


def _move(source: Path, target: Path, undo: ExitStack) -> None:
    back: Callable[[], Path] = partial(target.rename, source)
    source.rename(target)
    undo.callback(back)


def _is_whole(grid_id: GridId) -> bool:
    """Tell whether a version is in the store and can be read."""
    if not (_year_folder(grid_id) / grid_id.version).is_dir():
        return False
    try:
        read_stored(grid_id)
    except DataError:
        return False
    return True


def _year_folder(grid_id: GridId) -> Path:
    return store_folder() / grid_id.ba_code / str(grid_id.year)


def resolve(grid_id: GridId) -> GridId | None:
    """Return an id with its version, the newest if it names none; None if it is not stored."""
    if grid_id.version:
        return grid_id if grid_id.version in versions_of(grid_id) else None
    year = _year_folder(grid_id)
    try:
        version = (year / _NEWEST).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        version = ""
    stored = versions_of(grid_id)
    if version not in stored:  # A killed import may leave no pointer.
        version = max(stored, key=lambda name: (year / name).stat().st_mtime_ns, default="")
    return GridId(grid_id.ba_code, grid_id.year, version) if version else None


def stored_ids() -> list[GridId]:
    """Return the newest version of every year in the store, by authority and year."""
    years = store_folder().glob("*/[0-9][0-9][0-9][0-9]")
    found = (parse_grid_id(f"{path.parent.name}:{path.name}") for path in years)
    resolved = (resolve(grid_id) for grid_id in found if grid_id is not None)
    return sorted(grid_id for grid_id in resolved if grid_id is not None)


def versions_of(grid_id: GridId) -> list[str]:
    """Return all versions of a year, in the order of their names."""
    try:
        inside = list(_year_folder(grid_id).iterdir())
    except OSError:
        return []
    return sorted(path.name for path in inside if VERSION.fullmatch(path.name) and path.is_dir())


def read_provenance(grid_id: GridId) -> Provenance:
    """Return where a version came from, without reading its records.

    Raises:
        DataError: It is damaged, or made by another dcsim.
    """
    path = _year_folder(grid_id) / grid_id.version / PROVENANCE
    try:
        text = path.read_text(encoding="utf-8")
        if json.loads(text).get("schema_version") != SCHEMA:
            raise DataError(f"{grid_id}: was imported by another version of dcsim; {_AGAIN}")
        return Provenance.model_validate_json(text)
    except (OSError, ValueError, AttributeError, ValidationError):
        raise _damaged(grid_id, path) from None


def read_stored(grid_id: GridId) -> StoredGrid:
    """Return a version, whole.

    Args:
        grid_id: With its version, as `resolve` gives it.

    Raises:
        DataError: It is damaged, or made by another dcsim.
    """
    provenance = read_provenance(grid_id)
    folder = _year_folder(grid_id) / grid_id.version
    try:
        records = _in_seconds(pd.read_parquet(folder / RECORDS))
        changes = pd.read_parquet(folder / CHANGES)
        changes[INDEX] = changes[INDEX].dt.as_unit("s")
    except (OSError, pa.ArrowException, KeyError, TypeError, AttributeError):
        raise _damaged(grid_id, folder) from None
    if len(records) != provenance.hours or not set(_CHANGED) <= set(changes):
        raise _damaged(grid_id, folder)
    return StoredGrid(grid_id, records, changes, provenance)


def read_reported(grid_id: GridId) -> list[pd.DataFrame]:
    """Return what each of a version's files said, in the order of its provenance.

    Raises:
        DataError: It is damaged, or made by another dcsim.
    """
    files = read_provenance(grid_id).files
    path = _year_folder(grid_id) / grid_id.version / REPORTED
    try:
        table = _in_seconds(pd.read_parquet(path))
        return [
            table[table[_FILE] == number].drop(columns=_FILE).dropna(axis="columns", how="all")
            for number in range(len(files))
        ]
    except (OSError, pa.ArrowException, KeyError, TypeError):
        raise _damaged(grid_id, path) from None


def _in_seconds(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table from Parquet, whose stamps are no finer than milliseconds, with ours."""
    return table.set_axis(pd.DatetimeIndex(table.index).as_unit("s").rename(INDEX))


_AGAIN = "import its files again with --replace, or remove it"


def _damaged(grid_id: GridId, path: Path) -> DataError:
    return DataError(f"{grid_id}: {path} is damaged; {_AGAIN}")


def remove(grid_id: GridId) -> list[GridId]:
    """Take a version out of the store, or all versions of a year if none is named.

    Returns:
        What was removed. If the newest goes, the last one that was put away takes its place.

    Raises:
        OutputError: The store cannot be written.
    """
    year = _year_folder(grid_id)
    with staging() as folder, explained(year, UNCHANGED), one_at_a_time(), _moving():
        stored = versions_of(grid_id)
        removed = [name for name in stored if grid_id.version in ("", name)]
        newest = resolve(GridId(grid_id.ba_code, grid_id.year))
        for name in removed:
            _refuse_foreign(year / name)
        for name in removed:
            (year / name).rename(folder / name)
        if newest is not None and newest.version in removed:
            (year / _NEWEST).unlink(missing_ok=True)
    return [GridId(grid_id.ba_code, grid_id.year, name) for name in removed]
