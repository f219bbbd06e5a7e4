"""A batch from its study to its report, in a folder that never loses what is done.

Cases are told apart by keys of all that they follow from: those that are done are left alone, those
that changed are run again, and those that failed once more if asked to. Only this process writes.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dcsim.batch.cases import Case
from dcsim.batch.folder import (
    Asked,
    add_to_log,
    done_keys,
    failures_of,
    held,
    keep_only,
    put_failure,
    put_tables,
    read_asked,
    remove_damaged,
    write_asked,
)
from dcsim.batch.found import read_batch
from dcsim.batch.processes import local_crew
from dcsim.batch.standing import Standing, asked_of, cases_by_key, log_of, standing_of
from dcsim.batch.study import Batch, as_asked
from dcsim.batch.tables import run_case
from dcsim.batch.workers import (
    Attempt,
    Crew,
    Failure,
    Refusal,
    attempt,
    cores,
    dask_crew,
    lost,
)
from dcsim.errors import OutputError, WorkersError
from dcsim.report.batch import KEY, BatchFindings
from dcsim.report.batch_page import write_batch_report
from dcsim.report.folder import versions

if TYPE_CHECKING:
    from dcsim.batch.workers import Run

_LOOK_UP_S = 1.0
"""How often to look whether the workers are still in reach while no case ends [s]."""

_NOTHING_CHANGED = "; nothing was changed"


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
    run: "Run" = run_case,
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
    cases = cases_by_key(batch)
    asked = asked_of(batch, cases)
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
    if findings.done:
        write_batch_report(findings, folder)
    return findings


def rewrite_report(folder: Path) -> BatchFindings:
    """Write the report again, of a batch that is not at work.

    Raises:
        OutputError: The folder is no batch, is damaged, in use, or cannot be written.
    """
    with held(folder, read_asked(folder).study):
        return write_report(folder)


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
        self, folder: Path, cases: Mapping[str, Case], crew: Crew, run: "Run", progress: Progress
    ) -> None:
        self._folder, self._cases = folder, cases
        self._crew, self._run, self._progress = crew, run, progress
        self._log = log_of(folder, cases)
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
        self._progress(standing_of(self._cases, self._done, len(self._failed), self._log, size))


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
        "WorkerDied",
        f"{times} of this case ({death}): it was killed, ran out of memory or could not start; "
        "try fewer --workers",
    )
