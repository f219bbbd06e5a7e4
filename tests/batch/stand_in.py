"""In place of `run_case`: cases that take no time, wait, fail or kill their worker.

As a program, `python -m tests.batch.stand_in STUDY FOLDER WORKERS|SCHEDULER`, a batch of slow ones;
with `earnest` as a fourth word, of true ones.
Workers load no optimizer for these, so that tests may start many.
"""

import os
import signal
import sys
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from dcsim.batch.cases import Case
from dcsim.batch.folder import FRONTS, PLANS
from dcsim.batch.keys import key_of
from dcsim.errors import DataError
from dcsim.report.batch import FRONT_COLUMNS, KEY, PLAN_COLUMNS, SITE_COLUMNS
from dcsim.temporary import mark

MARK = "DCSIM_TEST_MARK"
"""Environment variable: a folder in which cases leave marks when they begin."""

SIX = "product: {ba: [ERCO, CISO, BPAT], embodied: [low, high]}\nfront: {where: {ba: ERCO}}\n"
"""Six cases, two of them with fronts."""


class Tables(NamedTuple):
    """Has what `CaseTables` has."""

    ba_code: str
    plans: pd.DataFrame
    fronts: pd.DataFrame


def made_up(case: Case) -> Tables:
    """Two plans, and three points if a front is asked for, that follow from the key alone."""
    key = key_of(case)
    rng = np.random.default_rng(int(key[:8], 16))
    known = {KEY: key, **case.labels}
    site = {
        **dict.fromkeys(SITE_COLUMNS, 0.5),
        "origin": "made up",
        "is_modelled": True,
        "warnings": "",
    }
    plans = [
        {**known, **site, **dict(zip(PLAN_COLUMNS, rng.random(len(PLAN_COLUMNS)), strict=True))}
        | {"strategy": strategy, "is_optimal": True, "infeasible": ""}
        for strategy in ("nothing", "renewables")
    ]
    points = [
        {**known, **dict(zip(FRONT_COLUMNS, rng.random(len(FRONT_COLUMNS)), strict=True))}
        | {"strategy": "all", "front": "carbon", "point": point, "is_knee": False}
        for point in range(1, 4)
        if case.front
    ]
    code = (case.scenario.grid.id or "").partition(":")[0]
    return Tables(code, pd.DataFrame(plans), pd.DataFrame(points))


def slow(case: Case) -> Tables:
    time.sleep(0.4)
    return made_up(case)


def failing(case: Case) -> Tables:
    """CISO is refused, BPAT meets a bug."""
    if case.labels["ba"] == "CISO":
        raise DataError("ciso.csv, line 7: is nan")
    if case.labels["ba"] == "BPAT":
        raise ZeroDivisionError("division by zero")
    return made_up(case)


def deadly(case: Case) -> Tables:
    """CISO kills its worker each time, ERCO once."""
    _mark(case)
    if case.labels["ba"] == "CISO" or (case.labels["ba"] == "ERCO" and begun(case) == 1):
        os.kill(os.getpid(), signal.SIGKILL)
    return made_up(case)


def _mark(case: Case) -> None:
    name = "-".join(case.labels.values())
    (Path(os.environ[MARK]) / f"{name}.{time.monotonic_ns()}").touch()


def begun(case: Case) -> int:
    """How often a case has begun."""
    name = "-".join(case.labels.values())
    return len(list(Path(os.environ[MARK]).glob(f"{name}.*")))


def dataset(folder: Path) -> dict[str, bytes]:
    """The bytes of all files of the dataset, hidden and half-written ones too."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for part in (PLANS, FRONTS)
        for path in sorted((folder / part).rglob("*"))
        if path.is_file()
    }


if __name__ == "__main__":
    from dcsim.batch import work
    from dcsim.batch.found import read_batch
    from dcsim.batch.study import load_batch

    study, folder, crew, *rest = sys.argv[1:]
    who = {"workers": int(crew)} if crew.isdecimal() else {"dask": crew}
    how = {} if rest == ["earnest"] else {"run": slow}
    work.write_report = read_batch
    work.run_batch(load_batch(study), Path(folder), **who, **how)


def left_behind(folder: Path, name: str, data: bytes) -> None:
    """Leave what a batch leaves that was killed while it wrote a file."""
    partial = folder / f".{name}.0123456789ab.partial"
    partial.mkdir()
    mark(partial, name)
    (partial / name).write_bytes(data)
