"""How far a batch is, and how long the rest of it takes: read from its folder, also while it works.

No optimizer is loaded for that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from dcsim.batch.cases import Case, cases_of, in_words
from dcsim.batch.folder import Asked, done_keys, failures_of, is_held, read_asked, read_log
from dcsim.batch.keys import key_of
from dcsim.batch.study import Batch
from dcsim.batch.workers import Failure, cores
from dcsim.report.batch import KEY
from dcsim.report.folder import versions


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
        ScenarioError: A case of the study cannot be.
    """
    asked = read_asked(folder) if batch is None else asked_of(batch, cases_by_key(batch))
    failures = {
        in_words(asked.cases[key]): failure
        for key, failure in failures_of(folder).items()
        if key in asked.cases
    }
    log = log_of(folder, asked.cases)
    count = int(log[-1].get("workers", 1)) if log else cores()
    there = done_keys(folder)
    done = len(there & asked.cases.keys())
    standing = standing_of(asked.cases, done, len(failures), log, count)
    return Status(asked.study, standing, failures, len(there) - done, is_held(folder))


def cases_by_key(batch: Batch) -> dict[str, Case]:
    """Return the cases of a study by what each follows from, in order.

    Raises:
        ScenarioError: A case cannot be.
    """
    return {key_of(case): case for case in cases_of(batch)}


def asked_of(batch: Batch, cases: Mapping[str, Case]) -> Asked:
    """Return what a study asks for, as its folder has it."""
    labels = {key: case.labels for key, case in cases.items()}
    return Asked(batch.study, batch.description, labels, versions())


def log_of(folder: Path, keys: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the lines of the log that are of these cases."""
    return [entry for entry in read_log(folder) if entry[KEY] in keys]


def standing_of(
    cases: Mapping[str, Any],
    done: int,
    failed: int,
    log: Sequence[Mapping[str, Any]],
    workers: int,
) -> Standing:
    """Return how far a batch is, from counts and the log of its cases."""
    return Standing(
        len(cases),
        done,
        failed,
        [entry["seconds"] for entry in log if not entry.get("is_failure")],
        workers,
        max((entry["peak_mb"] for entry in log), default=0.0),
    )
