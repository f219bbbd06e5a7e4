"""Fixtures of batches: a study of six cases, and workers that are threads."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from dcsim.batch import work
from dcsim.batch.found import read_batch
from dcsim.batch.processes import DEATHS, WorkerDied
from dcsim.batch.study import Batch
from dcsim.batch.work import run_batch
from dcsim.batch.workers import Crew
from dcsim.report.batch import BatchFindings
from tests.batch.stand_in import SIX, dataset, made_up
from tests.batch.studies import batch_of

RunSix = Callable[..., BatchFindings]


@pytest.fixture
def six(tmp_path: Path) -> Batch:
    """A study of six cases, two of them with fronts."""
    return batch_of(tmp_path, SIX)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the batch goes; not there yet."""
    return tmp_path / "results" / "small"


@pytest.fixture
def no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the report, which has tests of its own."""
    monkeypatch.setattr(work, "write_report", read_batch)


@pytest.fixture
def in_threads(monkeypatch: pytest.MonkeyPatch, no_page: None) -> None:
    """Let threads of this process do the work of processes."""

    @contextmanager
    def crew(count: int) -> Iterator[Crew]:
        with ThreadPoolExecutor(count) as threads:
            yield Crew("threads", threads, lambda: count, lambda: False, (WorkerDied,), DEATHS)

    monkeypatch.setattr(work, "local_crew", crew)


@pytest.fixture
def run_six(six: Batch, folder: Path, in_threads: None) -> RunSix:
    """Run the six cases, made up, in two threads."""

    def run(**options: object) -> BatchFindings:
        return run_batch(six, folder, **{"workers": 2, "run": made_up, **options})

    return run


@pytest.fixture
def undisturbed(run_six: RunSix, folder: Path, tmp_path: Path) -> dict[str, bytes]:
    """The dataset of a run that nothing disturbs, which leaves the folder for another."""
    run_six()
    found = dataset(folder)
    folder.rename(tmp_path / "undisturbed")
    return found
