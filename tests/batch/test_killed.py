"""Kill -9 of anything at any moment loses no case and leaves no process; a re-run completes."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from dcsim.batch.folder import MARKER, done_keys
from dcsim.batch.found import read_batch
from dcsim.batch.standing import status_of
from dcsim.batch.work import run_batch
from dcsim.errors import OutputError, WorkersError
from tests.batch.cluster import cluster_of
from tests.batch.conftest import RunSix
from tests.batch.stand_in import SIX, dataset, left_behind, made_up, slow
from tests.batch.studies import study_file
from tests.conftest import REPOSITORY

PATIENCE_S = 180

Process = subprocess.Popen[str]


def wait_until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.01)


def started(study: Path, folder: Path, crew: object, *how: str) -> Process:
    """Start a batch of slow cases, on some processes or on a cluster."""
    arguments = [sys.executable, "-m", "tests.batch.stand_in", study, folder, crew, *how]
    return subprocess.Popen(
        list(map(str, arguments)), cwd=REPOSITORY, stderr=subprocess.PIPE, text=True
    )


def family_of(process: Process) -> list[psutil.Process]:
    """All processes that a batch has started."""
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def workers_of(process: Process) -> list[int]:
    """The processes among them that work on cases."""
    try:
        family = family_of(process)
        return [one.pid for one in family if "spawn_main" in " ".join(one.cmdline())]
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return []


def kill_at_random(
    process: Process, folder: Path, rng: random.Random, victims: Callable[[], list[int]]
) -> str:
    """Kill one of a batch's processes after a random number of cases, and a moment.

    Of six cases on two workers, the last two may end together; so it is after four at most.
    Whatever was killed, the batch ends, and nothing that it has started outlives it.

    Returns:
        What it said on its error stream.
    """
    cases = rng.randrange(5)
    wait_until(
        lambda: (
            process.poll() is not None
            or ((folder / MARKER).exists() and len(done_keys(folder)) >= cases)
        )
    )
    time.sleep(rng.uniform(0, 0.4))
    family = family_of(process)
    for pid in rng.sample(victims(), k=1):
        os.kill(pid, signal.SIGKILL)
    _, said = process.communicate(timeout=PATIENCE_S)
    assert psutil.wait_procs(family, timeout=5)[1] == []
    return said


@pytest.mark.parametrize("victim", ["main", "worker"])
@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_a_random_moment(
    run_six: RunSix, folder: Path, tmp_path: Path, undisturbed: dict[str, bytes],
    victim: str, seed: int,
) -> None:  # fmt: skip
    """After a worker's death the batch goes on by itself; after its own, the next one does."""
    process = started(study_file(tmp_path, SIX), folder, 2)
    victims = {"main": lambda: [process.pid], "worker": lambda: workers_of(process)}[victim]
    said = kill_at_random(process, folder, random.Random(seed), victims)
    if victim == "worker":
        assert (process.returncode, said) == (0, "")
        assert dataset(folder) == undisturbed
    assert dataset(folder).keys() - undisturbed.keys() <= partials(folder)
    assert run_six().is_whole
    assert dataset(folder) == undisturbed


def partials(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob(".*.partial/*")}


def test_what_a_killed_batch_was_writing_is_cleared_away(
    run_six: RunSix, folder: Path, undisturbed: dict[str, bytes]
) -> None:
    """At each place where writing may end: in a file's first bytes, or before its last line."""
    run_six()
    files = list(dataset(folder))
    (folder / files[0]).unlink()
    half = folder / files[0]
    left_behind(half.parent, half.name, undisturbed[files[0]][:100])
    left_behind(folder, "batch.json", b"{")
    with (folder / "log.jsonl").open("a") as log:
        log.write('{"key": "12')
    assert run_six().is_whole
    assert dataset(folder) == undisturbed
    assert partials(folder) == set()
    assert len(status_of(folder).standing.seconds) == 7


@pytest.mark.parametrize("part", ["plans", "fronts"])
def test_what_a_loss_of_power_left_empty_is_run_again(
    run_six: RunSix, folder: Path, undisturbed: dict[str, bytes], part: str
) -> None:
    run_six()
    name = next(name for name in undisturbed if name.startswith(part) and "ERCO" in name)
    (folder / name).write_bytes(b"")
    if part == "plans":
        with pytest.raises(OutputError, match=r"is damaged: .*; run the batch again, which mends"):
            read_batch(folder)
    assert run_six().is_whole
    assert dataset(folder) == undisturbed


def test_what_is_damaged_within_is_run_again(
    run_six: RunSix, folder: Path, undisturbed: dict[str, bytes]
) -> None:
    """Its end, where Parquet says what is in it, is whole."""
    run_six()
    name = next(name for name in undisturbed if name.startswith("plans") and "ERCO" in name)
    bytes_ = bytearray((folder / name).read_bytes())
    bytes_[4:400] = bytes(byte ^ 0xFF for byte in bytes_[4:400])
    (folder / name).write_bytes(bytes_)
    assert run_six().is_whole
    assert dataset(folder) == undisturbed


def test_two_batches_at_once(
    run_six: RunSix, folder: Path, tmp_path: Path, undisturbed: dict[str, bytes]
) -> None:
    """The second is refused plainly and changes nothing; the first is whole."""
    first = started(study_file(tmp_path, SIX), folder, 1)
    wait_until(lambda: (folder / MARKER).exists())
    assert status_of(folder).is_running
    with pytest.raises(OutputError, match=f"{folder}: another batch is at work in this folder"):
        run_six()
    _, said = first.communicate(timeout=PATIENCE_S)
    assert (first.returncode, said) == (0, "")
    assert dataset(folder) == undisturbed
    assert not status_of(folder).is_running


def test_a_lost_scheduler_is_one_error_and_the_next_run_goes_on(
    run_six: RunSix, six: object, folder: Path, tmp_path: Path, undisturbed: dict[str, bytes],
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    with cluster_of(tmp_path, 1) as cluster:

        def kill(standing: object) -> None:
            if standing.done == 2:
                cluster.scheduler.kill()

        wait_until(cluster.scheduler_file.exists)
        with pytest.raises(WorkersError, match=r"Dask at tcp.* lost; [23] of 6 cases are done"):
            run_batch(six, folder, dask=cluster.scheduler_file, run=slow, progress=kill)
    assert capfd.readouterr().err == ""
    assert dataset(folder).items() < undisturbed.items()
    assert run_six(run=made_up).is_whole
    assert dataset(folder) == undisturbed
