"""The folder of a batch on disk: a case is in it whole or not at all, and each only once.

    batch.json                              the marker: the study, its cases by key, versions
    study.yaml                              the study, its base scenario written out
    fronts/ba_code=<BA>/<key>.parquet       points of the case's front, if it has one; written first
    plans/ba_code=<BA>/<key>.parquet        rows of the case's plans: with it, the case is done
    failures/<key>.json                     why a case failed
    log.jsonl                               seconds and memory of each case, in the order they ended
    report.html, figures/
    .lock                                   held by the batch at work

`plans/` and `fronts/` are partitioned datasets that pandas and Arrow read by themselves. Cases that
the study no longer asks for stay in them until every case that it does ask for is done.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from os import SEEK_END
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from dcsim.batch.workers import Failure
from dcsim.errors import OutputError, explained
from dcsim.grid.authorities import is_authority_code
from dcsim.report.batch import (
    BA,
    KEY,
    OWN,
)
from dcsim.report.folder import as_json, write_file, write_parquet
from dcsim.scenario.yaml12 import to_yaml
from dcsim.temporary import clear_marked, is_marked

if TYPE_CHECKING:
    from dcsim.batch.tables import CaseTables

MARKER, STUDY = "batch.json", "study.yaml"
PLANS, FRONTS, FAILURES = "plans", "fronts", "failures"
LOG, LOCK = "log.jsonl", ".lock"

_KEY = re.compile(r"[0-9a-f]{64}")
_A_MOMENT_S = 0.3
"""How long to wait for the lock: longer than `is_held` holds it [s]."""

Labels = Mapping[str, str]


@dataclass(frozen=True)
class Asked:
    """What the study of a folder asks for.

    Attributes:
        study: Its name.
        description: In a sentence; may be empty.
        cases: Labels of each case, by its key, in order.
        versions: Of what results depend on.
    """

    study: str
    description: str
    cases: Mapping[str, Labels]
    versions: Mapping[str, str]


@contextmanager
def held(folder: Path, study: str) -> Iterator[None]:
    """Hold a folder for a study, so that no other batch writes into it; make it if need be.

    What a killed batch was writing is cleared away. The system frees the lock of a killed batch.

    Raises:
        OutputError: Another batch is at work there, it holds something else, or cannot be written.
    """
    refuse_foreign(folder, study)
    lock = FileLock(folder / LOCK)
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=_A_MOMENT_S)
        except Timeout:
            raise OutputError(
                f"{folder}: another batch is at work in this folder; let it end, or give "
                "another --out"
            ) from None
    try:
        refuse_foreign(folder, study)
        with explained(folder):
            clear_marked(folder)
        yield
    finally:
        lock.release()


def is_held(folder: Path) -> bool:
    """Tell whether a batch is at work in a folder."""
    if not (folder / LOCK).exists():
        return False
    try:
        with FileLock(folder / LOCK, timeout=0):
            return False
    except Timeout:
        return True
    except OSError:  # Nobody can write there, so nobody does.
        return False


def refuse_foreign(folder: Path, study: str) -> None:
    """Refuse a folder that holds anything but a batch of this study.

    Raises:
        OutputError: What it holds.
    """
    with explained(folder):
        if not folder.exists():
            return
        if not folder.is_dir():
            raise OutputError(f"{folder}: is a file; a batch needs a folder of its own")
        others = [path.name for path in folder.iterdir() if not _is_left_behind(path)]
    if not others:
        return
    if MARKER not in others:
        raise OutputError(f"{folder}: exists and is not a batch of dcsim; give another --out")
    found = read_asked(folder).study
    if found != study:
        raise OutputError(
            f"{folder}: holds the batch of another study, {found}, not of {study}; give another "
            "--out"
        )


def _is_left_behind(path: Path) -> bool:
    """Tell whether a batch that was killed at once may have left this and nothing else."""
    is_lock = path.name == LOCK and path.is_file() and not path.stat().st_size
    return is_lock or is_marked(path)


def write_asked(folder: Path, asked: Asked, document: dict[str, Any]) -> None:
    """Write what the study asks for: the marker, then the study itself.

    Raises:
        OutputError: One cannot be written.
    """
    cases = [{KEY: key, "labels": dict(labels)} for key, labels in asked.cases.items()]
    marker = {**asdict(asked), "cases": cases}
    for name, text in ((MARKER, as_json(marker)), (STUDY, to_yaml(document))):
        write_file(folder / name, text.encode())


def read_asked(folder: Path) -> Asked:
    """Return what the study of a folder asks for.

    Raises:
        OutputError: It is no batch of dcsim, or its marker is damaged.
    """
    try:
        marker = json.loads((folder / MARKER).read_text(encoding="utf-8"))
        cases = {case[KEY]: case["labels"] for case in marker.pop("cases")}
        return Asked(**marker, cases=cases)
    except (FileNotFoundError, NotADirectoryError):
        raise OutputError(f"{folder}: is no batch of dcsim") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise OutputError(
            f"{folder / MARKER}: is damaged or not dcsim's: {type(error).__name__}"
        ) from None


def put_tables(folder: Path, key: str, tables: "CaseTables") -> None:
    """Put away what a case found; with its plans, which come last, it is done.

    Raises:
        OutputError: A file cannot be written; the case is then not done.
    """
    if tables.ba_code != OWN and not is_authority_code(tables.ba_code):
        raise OutputError(f"{folder}: there is no balancing authority {tables.ba_code!r}")
    for part, table in ((FRONTS, tables.fronts), (PLANS, tables.plans)):
        if len(table):
            path = folder / part / f"{BA}={tables.ba_code}" / f"{key}.parquet"
            with explained(path):
                path.parent.mkdir(parents=True, exist_ok=True)
            write_parquet(table, path)
    _remove([folder / FAILURES / f"{key}.json"])


def put_failure(folder: Path, key: str, labels: Labels, failure: Failure) -> None:
    """Put away why a case failed.

    Raises:
        OutputError: The file cannot be written.
    """
    path = folder / FAILURES / f"{key}.json"
    with explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    text = as_json({"labels": dict(labels), **asdict(failure)})
    write_file(path, text.encode())


def add_to_log(folder: Path, entry: Mapping[str, Any]) -> None:
    """Add a line to the log; one that a killed batch left unfinished stays apart.

    Raises:
        OutputError: It cannot be written.
    """
    path = folder / LOG
    with explained(path), path.open("a+b") as log:
        is_unfinished = log.tell() and log.seek(-1, SEEK_END) and log.read(1) != b"\n"
        if is_unfinished:
            log.write(b"\n")
        log.write(json.dumps(entry).encode() + b"\n")


def read_log(folder: Path) -> list[dict[str, Any]]:
    """Return the lines of the log; those that are damaged are left out."""
    try:
        lines = (folder / LOG).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    return [entry for entry in map(_as_entry, lines) if entry]


def _as_entry(line: str) -> dict[str, Any]:
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) and {KEY, "seconds", "peak_mb"} <= {*entry} else {}


def done_keys(folder: Path) -> set[str]:
    """Return the keys of all cases whose plans are there."""
    return set(files_of(folder, PLANS))


def failures_of(folder: Path) -> dict[str, Failure]:
    """Return why cases failed, by key; none of those that are done since."""
    done = done_keys(folder)
    paths = _by_key((folder / FAILURES).glob("*.json"))
    found = {key: _failure_at(path) for key, path in paths.items()}
    return {key: one for key, one in found.items() if one is not None and key not in done}


def _failure_at(path: Path) -> Failure | None:
    try:
        entry = json.loads(path.read_text(encoding="utf-8"))
        return Failure(entry["kind"], entry["message"], entry["traceback"])
    except (OSError, ValueError, KeyError, TypeError):
        return None  # damaged: the case is run again


def remove_damaged(folder: Path) -> None:
    """Remove cases whose files cannot be read, as a loss of power may leave them.

    Raises:
        OutputError: A file cannot be removed.
    """
    plans, fronts = files_of(folder, PLANS), files_of(folder, FRONTS)
    damaged = [*_damaged(plans), *_damaged(fronts)]
    _remove([files[key] for files in (plans, fronts) for key in damaged if key in files])


def _damaged(files: Mapping[str, Path]) -> list[str]:
    return [key for key, path in files.items() if not _is_readable(path)]


def _is_readable(path: Path) -> bool:
    try:
        pq.read_table(path)
    except (OSError, pa.ArrowException):
        return False
    return True


def keep_only(folder: Path, keys: Collection[str]) -> None:
    """Remove failures that are not asked for any more; cases too, once all asked for are done.

    Till then they may be wanted again, as after a slip in the study.

    Raises:
        OutputError: A file cannot be removed.
    """
    there = [_by_key((folder / FAILURES).glob("*.json"))]
    if done_keys(folder).issuperset(keys):
        there += [files_of(folder, part) for part in (PLANS, FRONTS)]
    _remove([path for files in there for key, path in files.items() if key not in keys])


def files_of(folder: Path, part: str) -> dict[str, Path]:
    """Return the files of `plans` or `fronts` by the key of their case, and no others."""
    return _by_key((folder / part).glob(f"{BA}=*/*.parquet"))


def _by_key(paths: Iterable[Path]) -> dict[str, Path]:
    return {path.stem: path for path in sorted(paths) if _KEY.fullmatch(path.stem)}


def _remove(paths: Collection[Path]) -> None:
    for path in paths:
        with explained(path):
            path.unlink(missing_ok=True)
