"""A batch from its study to its report, in a folder that never loses what is done.

Cases are told apart by keys of all that they follow from: those that are done are left alone, those
that changed are run again, and those that failed once more if asked to. Only this process writes.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from statistics import fmean
from typing import Any

from dcsim.batch.cases import Case, cases_of
from dcsim.batch.folder import (
    Asked,
    add_to_log,
    done_keys,
    failures_of,
    held,
    is_held,
    keep_only,
    put_failure,
    put_tables,
    read_asked,
    read_batch,
    read_log,
    remove_damaged,
    write_asked,
)
from dcsim.batch.keys import key_of
from dcsim.batch.study import Batch, as_asked
from dcsim.batch.tables import run_case
from dcsim.batch.workers import (
    Attempt,
    Crew,
    Failure,
    Refusal,
    Run,
    attempt,
    cores,
    dask_crew,
    local_crew,
    lost,
)
from dcsim.errors import OutputError, WorkersError
from dcsim.report.batch import KEY, BatchFindings
from dcsim.report.folder import versions

_LOOK_UP_S = 1.0
"""How often to look whether the workers are still in reach while no case ends [s]."""

_NOTHING_CHANGED = "; nothing was changed"


@dataclass(frozen=True)
class Standing:
    """How far a batch is.

    Attributes:
        cases: How many the study asks for.
        done: How many are done.
        failed: How many failed, and are not run again unless asked to.
        seconds: What each case took that is done, also in earlier runs [s].
        workers: How many cases run at once.
        peak_mb: Most memory a worker has held [MB].
    """

    cases: int
    done: int
    failed: int
    seconds: Sequence[float]
    workers: int
    peak_mb: float

    @property
    def left(self) -> int:
        """Return how many cases are neither done nor failed."""
        return self.cases - self.done - self.failed

    @property
    def seconds_a_case(self) -> float | None:
        """Return how long a case takes in the mean; unknown before one is done [s]."""
        return fmean(self.seconds) if self.seconds else None

    @property
    def seconds_left(self) -> float | None:
        """Return how long the rest takes if it is like what is done; unknown before that [s]."""
        mean = self.seconds_a_case
        return None if mean is None else mean * self.left / min(self.workers, self.left or 1)


Progress = Callable[[Standing], None]
"""Called when a case has ended."""


def _silent(standing: Standing) -> None:
    """Show no progress."""


def run_batch(
    batch: Batch,
    folder: Path,
    *,
    workers: int | None = None,
    dask: Any = None,
    retry: bool = False,
    progress: Progress = _silent,
    run: Run = run_case,
) -> BatchFindings:
    """Run the cases of a study that are not done yet, and write the report of all.

    Stopped, killed or failed in the middle and called again, it goes on; the files of `plans/` and
    `fronts/` are then the same to the byte, whoever works on them. A script that calls this must
    do so under `if __name__ == "__main__":`, for the processes it starts import the script.

    Args:
        batch: The study.
        folder: Where results go; made if it is not there.
        workers: How many processes, one for each core if left out.
        dask: A Dask cluster instead: the address of its scheduler, the path of a scheduler file,
            or a cluster object such as `dask_jobqueue.SLURMCluster`.
        retry: Also run cases again that failed.
        progress: Told how far it is.
        run: What a case goes through; must be importable by workers.

    Raises:
        ScenarioError: A case of the study cannot be.
        OutputError: The folder is another's, in use, or cannot be written; done cases are kept.
        WorkersError: The cluster is lost, or is not like this process; done cases are kept.
    """
    cases = {key_of(case): case for case in cases_of(batch)}
    asked = _asked(batch, cases)
    with held(folder, batch.study), _telling_what_is_kept(folder, asked):
        remove_damaged(folder)
        write_asked(folder, asked, dict(as_asked(batch)))
        failed = set() if retry else failures_of(folder).keys() & cases.keys()
        todo = cases.keys() - done_keys(folder) - failed
        if todo:
            with _crew(workers, dask) as crew:
                _Work(folder, cases, crew, run, progress).through(
                    [key for key in cases if key in todo]
                )
        keep_only(folder, cases)
        return write_report(folder)


def write_report(folder: Path) -> BatchFindings:
    """Write the report of what a batch has found so far, if it has found anything.

    Raises:
        OutputError: The folder is no batch, is damaged, or cannot be written.
    """
    findings = read_batch(folder)
    if findings.done and find_spec("dcsim.report.batch_page"):
        from dcsim.report.batch_page import write_batch_report

        write_batch_report(findings, folder)
    return findings


def rewrite_report(folder: Path) -> BatchFindings:
    """Write the report again, of a batch that is not at work.

    Raises:
        OutputError: The folder is no batch, is damaged, in use, or cannot be written.
    """
    with held(folder, read_asked(folder).study):
        return write_report(folder)


@dataclass(frozen=True)
class Status:
    """How far the batch of a folder is, and whether it is at work.

    Attributes:
        study: Its name.
        standing: How far it is.
        failures: Why cases failed, by what they are called.
        others: How many cases in the folder are done and not asked for any more.
        is_running: A batch is at work in the folder.
    """

    study: str
    standing: Standing
    failures: Mapping[str, Failure]
    others: int
    is_running: bool


def status_of(folder: Path, batch: Batch | None = None) -> Status:
    """Return how far a batch is.

    Args:
        folder: Of the batch; if a study is given, it need not be there yet.
        batch: The study; if left out, as it was when the batch was last run.

    Raises:
        OutputError: The folder is no batch, or is damaged.
    """
    if batch is None:
        asked = read_asked(folder)
    else:
        asked = _asked(batch, {key_of(case): case for case in cases_of(batch)})
    failures = {
        ", ".join(f"{axis} {label}" for axis, label in asked.cases[key].items() if label): failure
        for key, failure in failures_of(folder).items()
        if key in asked.cases
    }
    log = _log_of(folder, asked.cases)
    count = int(log[-1].get("workers", 1)) if log else cores()
    there = done_keys(folder)
    done = len(there & asked.cases.keys())
    standing = _standing(asked.cases, done, len(failures), log, count)
    return Status(asked.study, standing, failures, len(there) - done, is_held(folder))


def _asked(batch: Batch, cases: Mapping[str, Case]) -> Asked:
    labels = {key: case.labels for key, case in cases.items()}
    return Asked(batch.study, batch.description, labels, versions())


def _crew(workers: int | None, dask: Any) -> AbstractContextManager[Crew]:
    if dask is not None:
        return dask_crew(dask)
    if workers is not None and workers < 1:
        raise WorkersError(f"workers: must be 1 or more, got {workers}")
    return local_crew(workers or cores())


@contextmanager
def _telling_what_is_kept(folder: Path, asked: Asked) -> Iterator[None]:
    """Say with an error that what is done is not lost."""
    try:
        yield
    except (OutputError, WorkersError) as error:
        done = len(done_keys(folder) & asked.cases.keys())
        raise type(error)(
            f"{str(error).removesuffix(_NOTHING_CHANGED)}; {done} of {len(asked.cases)} cases are "
            "done and kept: run the same command again to go on"
        ) from error


class _Work:
    """The loop that gives cases to workers and puts away what comes back."""

    def __init__(
        self, folder: Path, cases: Mapping[str, Case], crew: Crew, run: Run, progress: Progress
    ) -> None:
        self._folder, self._cases = folder, cases
        self._crew, self._run, self._progress = crew, run, progress
        self._log = _log_of(folder, cases)
        self._done = len(done_keys(folder) & cases.keys())
        self._failed: set[str] = set()
        self._deaths: Counter[str] = Counter()

    def through(self, todo: Iterable[str]) -> None:
        """Run cases, no more at a time than there are workers; the others wait here."""
        waiting, flying = deque(todo), dict[Future[Attempt | Refusal], str]()
        self._failed = failures_of(self._folder).keys() & self._cases.keys() - set(waiting)
        self._tell()
        while waiting or flying:
            if self._crew.is_lost():
                raise lost(self._crew.name)
            while waiting and len(flying) < self._crew.size():
                key = waiting.popleft()
                flying[self._crew.executor.submit(attempt, self._cases[key], key, self._run)] = key
            for future in wait(flying, _LOOK_UP_S, FIRST_COMPLETED).done:
                key = flying.pop(future)
                if not self._is_over(key, future):
                    waiting.append(key)

    def _is_over(self, key: str, future: Future[Attempt | Refusal]) -> bool:
        """Put away what came of a case; tell whether that is all, or it must be run again."""
        try:
            found = future.result()
        except self._crew.deaths as death:
            self._deaths[key] += 1
            if self._deaths[key] < self._crew.tries:
                return False
            self._fail(key, _of_deaths(self._deaths[key], death))
        except CancelledError:
            raise lost(self._crew.name) from None
        except Exception as error:
            raise WorkersError(
                f"{self._crew.name}: the workers cannot run a case of dcsim: "
                f"{type(error).__name__}: {error}"
            ) from error
        else:
            self._put(key, _unless_refused(self._crew, found))
        self._tell()
        return True

    def _put(self, key: str, found: Attempt) -> None:
        is_failure = isinstance(found.outcome, Failure)
        if isinstance(found.outcome, Failure):
            self._fail(key, found.outcome)
        else:
            put_tables(self._folder, key, found.outcome)
            self._done += 1
        entry = {
            KEY: key,
            "is_failure": is_failure,
            "seconds": round(found.seconds, 3),
            "peak_mb": round(found.peak_mb, 1),
            "worker": found.worker,
            "workers": self._crew.size(),
            "ended": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        add_to_log(self._folder, entry)
        self._log.append(entry)

    def _fail(self, key: str, failure: Failure) -> None:
        put_failure(self._folder, key, self._cases[key].labels, failure)
        self._failed.add(key)

    def _tell(self) -> None:
        size = self._crew.size()
        self._progress(_standing(self._cases, self._done, len(self._failed), self._log, size))


def _unless_refused(crew: Crew, found: Attempt | Refusal) -> Attempt:
    """Return what came of a case.

    Raises:
        WorkersError: The worker is not like this process, and so would find something else.
    """
    if isinstance(found, Attempt):
        return found
    ours = versions()
    other = [
        f"{package} {found.versions.get(package, 'missing')} and not {ours[package]}"
        for package in ours
        if found.versions.get(package) != ours[package]
    ]
    raise WorkersError(
        f"{crew.name}: worker {found.worker} has {', '.join(other) or 'other data'}; give it the "
        "same packages, files and imported grids as there are here"
    )


def _of_deaths(deaths: int, death: BaseException) -> Failure:
    times = "its worker died" if deaths == 1 else f"its worker died {deaths} times"
    return Failure(
        "WorkerDied", f"{times} of this case: killed, or out of memory ({death}); see --workers"
    )


def _log_of(folder: Path, keys: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [entry for entry in read_log(folder) if entry[KEY] in keys]


def _standing(
    cases: Mapping[str, Any],
    done: int,
    failed: int,
    log: Sequence[Mapping[str, Any]],
    workers: int,
) -> Standing:
    return Standing(
        len(cases),
        done,
        failed,
        [entry["seconds"] for entry in log if not entry.get("is_failure")],
        workers,
        max((entry["peak_mb"] for entry in log), default=0.0),
    )
