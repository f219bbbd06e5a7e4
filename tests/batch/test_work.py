"""A batch is run once: what is done stays, what changed is run again, what failed is told."""

import errno
import os
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from dcsim.batch import work
from dcsim.batch.folder import done_keys, failures_of, held
from dcsim.batch.found import read_batch
from dcsim.batch.processes import WorkerDied
from dcsim.batch.standing import Standing, status_of
from dcsim.batch.study import Batch
from dcsim.batch.tables import CaseTables
from dcsim.batch.work import rewrite_report, run_batch
from dcsim.batch.workers import Crew, Refusal
from dcsim.errors import DataError, OutputError, ScenarioError, WorkersError
from dcsim.report.batch import KEY, BatchFindings
from dcsim.report.folder import versions
from tests.batch.conftest import RunSix
from tests.batch.stand_in import SIX, dataset, failing, made_up
from tests.batch.studies import batch_of

WRITE_REPORT = work.write_report


def never(case: object) -> CaseTables:
    raise AssertionError("a case that is done was run again")


def test_every_case_is_there_once_and_in_order(run_six: RunSix, folder: Path) -> None:
    found = run_six()
    assert (found.cases, found.done, found.is_whole) == (6, 6, True)
    assert found.axes == {"ba": ("ERCO", "CISO", "BPAT"), "embodied": ("low", "high")}
    labels = found.plans[["ba", "embodied", "strategy"]].to_numpy().tolist()
    assert labels == [
        [ba, level, strategy]
        for ba in ("ERCO", "CISO", "BPAT")
        for level in ("low", "high")
        for strategy in ("nothing", "renewables")
    ]
    assert found.plans["ba_code"].tolist() == found.plans["ba"].tolist()
    assert found.fronts[["ba", "embodied", "point"]].to_numpy().tolist() == [
        ["ERCO", level, point] for level in ("low", "high") for point in (1, 2, 3)
    ]
    assert found.failures.empty
    assert found.scenario_yaml.startswith("name: small")


def test_others_read_the_dataset_by_themselves(run_six: RunSix, folder: Path) -> None:
    """Pandas alone sees each case once, with its authority from the name of the folder."""
    run_six()
    plans = pd.read_parquet(folder / "plans")
    assert plans.groupby(KEY).size().tolist() == [2] * 6
    assert (plans["ba_code"].astype(str) == plans["ba"]).all()
    assert len(pd.read_parquet(folder / "fronts")) == 6


def test_done_cases_are_not_run_again(run_six: RunSix, folder: Path) -> None:
    run_six()
    before = dataset(folder)
    assert run_six(run=never).is_whole
    assert dataset(folder) == before


def test_order_and_number_of_workers_do_not_matter(
    run_six: RunSix, folder: Path, undisturbed: dict[str, bytes]
) -> None:
    run_six(workers=5)
    assert dataset(folder) == undisturbed
    assert len(undisturbed) == 8


def test_only_changed_cases_are_run_again_and_the_old_ones_go(
    run_six: RunSix, folder: Path, tmp_path: Path
) -> None:
    """One label of six cases changes: two cases are new, and of the old ones two go."""
    run_six()
    before = dataset(folder)
    seen: list[str] = []

    def seeing(case: work.Case) -> CaseTables:
        seen.append(case.name)
        return made_up(case)

    changed = batch_of(tmp_path, SIX.replace("BPAT", "PJM"))
    found = run_batch(changed, folder, workers=1, run=seeing)
    assert seen == ["ba PJM, embodied low", "ba PJM, embodied high"]
    assert found.is_whole
    kept = [name for name in dataset(folder) if name in before]
    assert (len(kept), len(dataset(folder))) == (6, 8)
    assert not [name for name in dataset(folder) if "BPAT" in name]


def test_old_cases_stay_until_the_new_ones_are_run(
    run_six: RunSix, folder: Path, tmp_path: Path
) -> None:
    """A slip in the study, seen and stopped, loses nothing: the right one finds all done."""
    run_six()

    def stopped(case: work.Case) -> CaseTables:
        raise KeyboardInterrupt

    slip = batch_of(tmp_path, SIX, "datacenter.capacity_mw=11")
    with pytest.raises(KeyboardInterrupt):
        run_batch(slip, folder, workers=1, run=stopped)
    assert read_batch(folder).done == 0
    assert status_of(folder).others == 6
    assert run_six(run=never).done == 6
    assert status_of(folder).others == 0


def test_old_cases_stay_where_the_new_ones_fail(
    run_six: RunSix, folder: Path, tmp_path: Path
) -> None:
    """As when a file is not there for a while: back in its place, nothing is to be done."""
    run_six()
    slip = batch_of(tmp_path, SIX, "datacenter.capacity_mw=11")
    assert run_batch(slip, folder, workers=1, run=failing).done == 2
    assert run_six(run=never).done == 6


def test_a_failure_and_a_bug_stop_nothing_else(run_six: RunSix, folder: Path) -> None:
    found = run_six(run=failing)
    assert (found.done, len(found.failures)) == (2, 4)
    rows = found.failures[["ba", "embodied", "kind", "message"]].to_numpy().tolist()
    assert rows[0] == ["CISO", "low", "DataError", "ciso.csv, line 7: is nan"]
    assert rows[3] == ["BPAT", "high", "ZeroDivisionError", "division by zero"]
    failures = failures_of(folder)
    traces = [failure.traceback for failure in failures.values() if failure.kind == "DataError"]
    assert traces == ["", ""]
    bug = next(failure for failure in failures.values() if failure.kind != "DataError")
    assert 'raise ZeroDivisionError("division by zero")' in bug.traceback


def test_failed_cases_are_run_again_only_if_asked_to(run_six: RunSix, folder: Path) -> None:
    run_six(run=failing)
    assert len(run_six(run=never).failures) == 4
    found = run_six(run=made_up, retry=True)
    assert (found.done, len(found.failures)) == (6, 0)
    assert list((folder / "failures").iterdir()) == []


def test_a_failure_that_no_study_asks_for_goes(
    run_six: RunSix, folder: Path, tmp_path: Path
) -> None:
    run_six(run=failing)
    fewer = batch_of(tmp_path, SIX.replace(", BPAT", ""))
    assert len(run_batch(fewer, folder, run=never).failures) == 2
    assert len(list((folder / "failures").iterdir())) == 2


def test_progress_counts_and_estimates(run_six: RunSix, folder: Path) -> None:
    told: list[Standing] = []
    run_six(run=failing, progress=told.append, workers=1)
    assert [(one.done, one.failed, one.left) for one in told] == [
        (0, 0, 6), (1, 0, 5), (2, 0, 4), (2, 1, 3), (2, 2, 2), (2, 3, 1), (2, 4, 0),
    ]  # fmt: skip
    assert told[0].seconds_left is None
    assert told[1].seconds_left is not None
    run_six(run=made_up, progress=told.append, workers=1, retry=True)
    assert told[7].left == 4
    assert len(told[7].seconds) == 2  # of the earlier run; failures teach nothing


def test_time_left_is_the_mean_over_the_workers() -> None:
    """Cases took 10 and 20 s, so 15 s; with 2 done and 1 failed of 10, 7 are left.

    On two workers that is 15 × 7 / 2 = 52.5 s; a single case takes its 15 s on any number.
    """
    standing = Standing(10, 2, 1, [10.0, 20.0], 2, 300.0)
    assert standing.left == 7
    assert standing.seconds_left == pytest.approx(52.5)
    assert replace(standing, done=8).seconds_left == pytest.approx(15.0)
    assert replace(standing, done=9).seconds_left == 0.0
    assert replace(standing, seconds=[]).seconds_left is None


def test_status_in_all_states(run_six: RunSix, six: Batch, folder: Path, tmp_path: Path) -> None:
    fresh = status_of(folder, six)
    assert (fresh.standing.left, fresh.is_running, fresh.others) == (6, False, 0)
    with pytest.raises(OutputError, match="is no batch of dcsim"):
        status_of(folder)
    run_six(run=failing)
    part = status_of(folder)
    assert (part.standing.done, part.standing.failed, part.standing.left) == (2, 4, 0)
    assert part.failures["ba CISO, embodied low"].message == "ciso.csv, line 7: is nan"
    assert part.standing.workers == 2
    assert part.standing.peak_mb > 10
    with held(folder, "small"):
        assert status_of(folder).is_running
    other = status_of(folder, batch_of(tmp_path, SIX, "datacenter.capacity_mw=11"))
    assert (other.standing.done, other.others, other.standing.seconds_left) == (0, 2, None)


def test_a_case_that_cannot_be_is_refused_before_anything_is_written(
    run_six: RunSix, folder: Path, tmp_path: Path
) -> None:
    bad = batch_of(tmp_path, "product: {datacenter.capacity_mw: [-1]}\n")
    with pytest.raises(ScenarioError, match="got -1"):
        run_batch(bad, folder)
    assert not folder.exists()


@pytest.mark.parametrize("call", range(1, 12))
def test_a_full_disk_keeps_what_is_done(
    run_six: RunSix, folder: Path, monkeypatch: pytest.MonkeyPatch, call: int,
    undisturbed: dict[str, bytes],
) -> None:  # fmt: skip
    """The disk is full from the n-th file on: marker and study, front, plan, front, 5 plans."""
    count = 0
    whole = Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        nonlocal count
        count += 1
        if count < call:
            return whole(path, data)
        whole(path, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", full)
        if call == 11:
            assert run_six(workers=1).is_whole
            return
        with pytest.raises(OutputError, match=r"No space left on device; \d of 6 cases are done"):
            run_six(workers=1)
    kept = dataset(folder)
    assert kept.items() <= undisturbed.items()
    assert len(done_keys(folder)) == [0, 0, 0, 0, 1, 1, 2, 3, 4, 5][call - 1]
    assert run_six().is_whole
    assert dataset(folder) == undisturbed


def test_a_disk_full_in_the_log_loses_no_case(
    run_six: RunSix, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Path.open

    def full(path: Path, mode: str = "r", *rest: object, **options: object) -> object:
        if path.name == "log.jsonl" and mode == "a+b":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return whole(path, mode, *rest, **options)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", full)
        with pytest.raises(OutputError, match=r"log.jsonl: cannot be .*; 1 of 6 cases are done"):
            run_six(workers=1)
    assert len(done_keys(folder)) == 1
    assert run_six().is_whole


def test_a_folder_made_read_only_in_the_middle(
    run_six: RunSix, folder: Path, monkeypatch: pytest.MonkeyPatch, undisturbed: dict[str, bytes]
) -> None:
    """Nothing can be written or removed any more, not even what was begun."""

    def refused(path: Path, *_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    def locking(case: work.Case) -> CaseTables:
        if case.labels["ba"] == "CISO":
            patched.setattr(Path, "write_bytes", refused)
            patched.setattr(Path, "unlink", refused)
            patched.setattr(Path, "mkdir", refused)
        return made_up(case)

    with monkeypatch.context() as patched:
        with pytest.raises(OutputError, match=r"Read-only file system; 2 of 6 cases are done"):
            run_six(workers=1, run=locking)
        assert not status_of(folder).is_running
    assert run_six().is_whole
    assert dataset(folder) == undisturbed


class Answering(Executor):
    """An executor that answers each call as it is told to."""

    def __init__(self, answer: object) -> None:  # noqa: D107
        self.answer = answer

    def submit(self, fn: object, /, *args: object, **kwargs: object) -> Future:
        future: Future = Future()
        if self.answer == "cancelled":
            future.cancel()
            future.set_running_or_notify_cancel()
        elif isinstance(self.answer, BaseException):
            future.set_exception(self.answer)
        else:
            future.set_result(self.answer)
        return future


def crew_of(executor: Executor, *, is_lost: bool = False) -> object:
    @contextmanager
    def crew(_: object) -> Iterator[Crew]:
        yield Crew("the cluster", executor, lambda: 2, lambda: is_lost, (WorkerDied,), 3)

    return crew


def test_a_worker_with_other_versions_is_named(
    run_six: RunSix, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Answering(Refusal("node7:12", {**versions(), "highspy": "1.0"}))
    monkeypatch.setattr(work, "dask_crew", crew_of(other))
    words = rf"node7:12 has highspy 1.0 and not {versions()['highspy']}; .*; 0 of 6 cases are done"
    with pytest.raises(WorkersError, match=words):
        run_six(workers=None, dask="tcp://nowhere:1")
    monkeypatch.setattr(work, "dask_crew", crew_of(Answering(Refusal("node7:12", versions()))))
    with pytest.raises(WorkersError, match="node7:12 has other data; give it the same"):
        run_six(workers=None, dask="tcp://nowhere:1")


@pytest.mark.parametrize(("answer", "is_lost"), [("cancelled", False), ("cancelled", True)])
def test_a_lost_cluster_is_one_error(
    run_six: RunSix, monkeypatch: pytest.MonkeyPatch, answer: str, is_lost: bool
) -> None:
    monkeypatch.setattr(work, "dask_crew", crew_of(Answering(answer), is_lost=is_lost))
    with pytest.raises(WorkersError, match="the cluster: the connection is lost; 0 of 6"):
        run_six(workers=None, dask="tcp://nowhere:1")


def test_workers_that_cannot_load_a_case_are_one_error(
    run_six: RunSix, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = Answering(ModuleNotFoundError("No module named 'dcsim'"))
    monkeypatch.setattr(work, "dask_crew", crew_of(answer))
    with pytest.raises(WorkersError, match=r"the cluster: .* No module named 'dcsim'"):
        run_six(workers=None, dask="tcp://nowhere:1")


def test_a_case_whose_workers_die_is_given_up(
    run_six: RunSix, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "dask_crew", crew_of(Answering(WorkerDied("exit code -9"))))
    found = run_six(workers=None, dask="tcp://nowhere:1")
    assert set(found.failures["kind"]) == {"WorkerDied"}
    assert "its worker died 3 times" in found.failures["message"][0]


def test_no_workers_are_refused(run_six: RunSix) -> None:
    with pytest.raises(WorkersError, match="workers: must be 1 or more, got 0"):
        run_six(workers=0)


def test_the_page_is_written_of_what_is_done(
    six: Batch, folder: Path, in_threads: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a run and again when asked; not if nothing is done."""
    written: list[BatchFindings] = []

    def write(findings: BatchFindings, into: Path) -> None:
        assert into == folder
        written.append(findings)

    monkeypatch.setattr(work, "write_batch_report", write)
    monkeypatch.setattr(work, "write_report", WRITE_REPORT)
    run_batch(six, folder, workers=2, run=refusing)
    assert not written
    assert rewrite_report(folder).done == 0
    run_batch(six, folder, workers=2, run=made_up, retry=True)
    assert rewrite_report(folder).done == 6
    assert [found.done for found in written] == [6, 6]
    with held(folder, "small"), pytest.raises(OutputError, match="another batch is at work"):
        rewrite_report(folder)


def refusing(case: work.Case) -> CaseTables:
    raise DataError("is nan")
