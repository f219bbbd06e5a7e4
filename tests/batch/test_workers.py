"""Processes and clusters that work on a batch: their deaths, and that both find the same."""

import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from distributed import LocalCluster

from dcsim.batch import processes
from dcsim.batch.cases import Case, cases_of
from dcsim.batch.keys import key_of
from dcsim.batch.processes import LocalWorkers, WorkerDied, local_crew
from dcsim.batch.study import Batch
from dcsim.batch.work import run_batch
from dcsim.batch.workers import Attempt, Failure, Refusal, attempt, cores, dask_crew
from dcsim.errors import WorkersError
from tests.batch.stand_in import MARK, Tables, begun, dataset, deadly, failing, made_up
from tests.batch.studies import batch_of

PATIENCE_S = 180


def test_attempt_gives_tables_seconds_and_memory(six: Batch) -> None:
    case = cases_of(six)[0]
    found = attempt(case, key_of(case), made_up)
    assert isinstance(found, Attempt)
    assert found.outcome.ba_code == "ERCO"
    assert 0 < found.seconds < PATIENCE_S
    assert 10 < found.peak_mb < 100_000
    assert found.worker.endswith(f":{os.getpid()}")


def test_attempt_tells_a_refusal_from_a_bug(six: Batch) -> None:
    refused, bug = (attempt(case, key_of(case), failing) for case in cases_of(six)[2:6:2])
    assert refused.outcome == Failure("DataError", "ciso.csv, line 7: is nan")
    assert bug.outcome.kind == "ZeroDivisionError"
    assert bug.outcome.traceback.startswith("Traceback (most recent call last):")


def test_a_worker_that_finds_another_key_runs_nothing(six: Batch) -> None:
    found = attempt(cases_of(six)[0], "0" * 64, failing)
    assert isinstance(found, Refusal)
    assert "highspy" in found.versions


def test_a_process_runs_one_case_at_a_time(six: Batch) -> None:
    """In two threads of one process as well, as a worker of Dask may have them."""
    at_once, most = 0, 0

    def counting(case: Case) -> Tables:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        time.sleep(0.02)
        at_once -= 1
        return made_up(case)

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda case: attempt(case, key_of(case), counting), cases_of(six)))
    assert most == 1


def test_there_is_a_worker_for_each_core_this_process_may_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3, 5, 6})
    assert cores() == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 7)
    assert cores() == 7


def test_a_process_that_dies_takes_only_its_own_call() -> None:
    executor = LocalWorkers(2)
    try:
        other = executor.submit(time.sleep, 1.0)
        dead = executor.submit(signal.raise_signal, signal.SIGKILL)
        with pytest.raises(WorkerDied, match="exit code -9"):
            dead.result(PATIENCE_S)
        assert executor.submit(os.getpid).result(PATIENCE_S) != os.getpid()
        assert other.result(PATIENCE_S) is None
    finally:
        executor.shutdown()


def test_processes_have_one_thread_and_end_at_once(capfd: pytest.CaptureFixture[str]) -> None:
    with local_crew(2) as crew:
        pid, threads = (
            crew.executor.submit(call, *args).result(PATIENCE_S)
            for call, args in ((os.getpid, ()), (os.getenv, ("OMP_NUM_THREADS",)))
        )
        asleep = crew.executor.submit(time.sleep, PATIENCE_S)
        while not asleep.running():
            time.sleep(0.01)
        start = time.monotonic()
    assert time.monotonic() - start < 2
    assert threads == "1"
    assert isinstance(asleep.exception(PATIENCE_S), WorkerDied)
    assert not psutil.pid_exists(pid)
    with pytest.raises(RuntimeError):
        crew.executor.submit(os.getpid)
    assert capfd.readouterr().err == ""


def test_a_worker_serves_until_its_pipe_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What processes do, here in this one: answer call after call, then end."""
    for name in processes._ONE_THREAD:
        monkeypatch.setenv(name, "4")
    monkeypatch.setattr(processes, "set_start_method", lambda *_, **__: None)
    ours, theirs = multiprocessing.Pipe()
    for _ in range(2):
        ours.send(partial(os.getenv, "OMP_NUM_THREADS"))
    serving = threading.Thread(target=processes._serve, args=(theirs,))
    serving.start()
    assert [ours.recv(), ours.recv()] == ["1", "1"]
    ours.close()
    serving.join(PATIENCE_S)
    assert not serving.is_alive()
    theirs.close()


def test_a_worker_ends_with_its_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    codes: list[int] = []
    monkeypatch.setattr(os, "_exit", codes.append)
    processes._end_with_parent()
    assert codes == []  # this process has no parent of its kind
    gone = SimpleNamespace(join=lambda: None)
    monkeypatch.setattr(processes, "parent_process", lambda: gone)
    processes._end_with_parent()
    assert codes == [1]


def test_a_case_that_kills_its_workers_is_given_up_and_others_are_not(
    tmp_path: Path, folder: Path, no_page: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CISO dies three times and is given up; ERCO dies once and is done."""
    monkeypatch.setenv(MARK, str(tmp_path))
    batch = batch_of(tmp_path, "product: {ba: [CISO, ERCO]}\n")
    found = run_batch(batch, folder, workers=1, run=deadly)
    ciso, erco = cases_of(batch)
    assert (begun(ciso), begun(erco)) == (3, 2)
    assert found.plans["ba"].unique().tolist() == ["ERCO"]
    (message,) = found.failures["message"]
    assert (
        "its worker died 3 times of this case (exit code -9): it was killed, ran out of" in message
    )


@pytest.fixture
def real(tmp_path: Path) -> Batch:
    """Three small cases that are planned in earnest."""
    return batch_of(tmp_path, "product: {ba: [ERCO, CISO, BPAT]}\n", "horizon.hours=24")


def test_processes_and_dask_find_the_same_to_the_byte(
    real: Batch, tmp_path: Path, no_page: None
) -> None:
    """Two processes; then a local cluster of two workers, one of which is killed at work."""
    run_batch(real, tmp_path / "local", workers=2)
    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=logging.CRITICAL
    ) as cluster:
        killed: list[int] = []

        def kill_one(standing: object) -> None:
            if not killed:
                nanny = next(iter(cluster.workers.values()))
                killed.append(nanny.pid)
                os.kill(nanny.pid, signal.SIGKILL)

        found = run_batch(real, tmp_path / "dask", dask=cluster, progress=kill_one)
    assert killed
    assert found.is_whole
    assert dataset(tmp_path / "dask") == dataset(tmp_path / "local")
    assert len(dataset(tmp_path / "local")) == 3


def test_no_scheduler_is_one_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dcsim.batch.workers._PATIENCE_S", 0.5)
    with pytest.raises(WorkersError, match=r"tcp://127.0.0.1:9: no scheduler of Dask answers"):
        dask_crew("tcp://127.0.0.1:9").__enter__()
    (tmp_path / "file.json").write_text("{}")
    with pytest.raises(WorkersError, match=r"file.json: is no scheduler file of Dask"):
        dask_crew(str(tmp_path / "file.json")).__enter__()


def test_dask_that_is_not_installed_is_one_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(WorkersError, match="Dask is not installed; pip install 'dcsim"):
        dask_crew("tcp://127.0.0.1:9").__enter__()
