"""What a case follows from, as one hash: the same key, the same result; another key, run again."""

import hashlib
import json
import os
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from dcsim.batch.cases import Case
from dcsim.errors import DcsimError
from dcsim.grid.readers.table import sha256_of
from dcsim.grid.store.grids import REFERENCE, stored_id, year_ids
from dcsim.report.folder import versions
from dcsim.scenario.spec import Scenario
from dcsim.shipped import shipped_folder

TABLES = 4
"""Counts up when what is kept of a case changes."""

NOT_THERE = "not there"


def key_of(case: Case) -> str:
    """Return a hash of all that a case's result follows from, as 64 hex digits.

    That is the scenario but for its description, the contents of all files it names, the version
    of each grid in the user's store, the tables that come with dcsim, the front that is asked for,
    the labels, and the versions of dcsim and of what it computes with. A file or grid that is not
    there has a key as well: the case fails, and is run again once it is there.
    """
    follows_from = {
        "labels": dict(case.labels),
        "scenario": case.scenario.model_dump(exclude={"name", "description"}),
        "grids": grids_of(case.scenario),
        "shipped": shipped_sha256(),
        "front": case.front and case.front.model_dump(exclude={"where"}),
        "versions": versions(),
        "tables": TABLES,
    }
    text = json.dumps(follows_from, default=_plain, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def grids_of(scenario: Scenario) -> dict[str, Any]:
    """Return the version of each stored grid that a scenario reads, by its id."""
    asked = [scenario.grid.id, *(year.grid for year in scenario.years)]
    versions_by_id = {grid: _version(grid) for grid in asked if grid is not None}
    if scenario.grid.account == "consumption":
        years = {grid.split(":")[1] for grid in versions_by_id if ":" in grid}
        traced = {year: year_ids(int(year)) for year in years if year.isdecimal()}
        versions_by_id |= {
            year: str(sorted(map(str, ids.values()))) for year, ids in traced.items()
        }
    return versions_by_id


def _version(grid: str) -> str:
    if grid.endswith(f":{REFERENCE}"):
        return REFERENCE
    try:
        return str(stored_id(grid))
    except DcsimError:
        return NOT_THERE


def _plain(value: Any) -> Any:
    """Return what JSON has no word for: of a file its name and contents, of a date its text."""
    if isinstance(value, Path):
        return {"file": value.name, "sha256": _sha256(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a key")


def _sha256(path: Path) -> str:
    try:
        status = os.stat(path)  # noqa: PTH116, of a path that may be odd
        return _sha256_at(path, status.st_mtime_ns, status.st_size)
    except (OSError, ValueError):  # no file, a folder, or no path at all
        return NOT_THERE


@cache
def _sha256_at(path: Path, changed_ns: int, size: int) -> str:
    """Return the hash of a file, computed once for all cases that read it as it is."""
    return sha256_of(path)


@cache
def shipped_sha256() -> str:
    """Return the hash of all tables that come with dcsim."""
    tables = sorted(shipped_folder("grids").glob("*.csv"))
    return hashlib.sha256("".join(map(sha256_of, tables)).encode()).hexdigest()
