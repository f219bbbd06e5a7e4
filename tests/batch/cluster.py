"""A Dask cluster of programs of its own, whose scheduler and workers a test may kill."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.conftest import REPOSITORY

Process = subprocess.Popen[bytes]


class Cluster(NamedTuple):
    scheduler_file: Path
    scheduler: Process
    workers: list[Process]


@contextmanager
def cluster_of(folder: Path, workers: int) -> Iterator[Cluster]:
    """Start a scheduler and workers without nannies; end what is left of them."""
    file = folder / "scheduler.json"
    file.unlink(missing_ok=True)
    started = [
        _start("scheduler", "--port=0", "--host=127.0.0.1", f"--scheduler-file={file}"),
        *(
            _start("worker", f"--scheduler-file={file}", "--nthreads=1", "--no-nanny")
            for _ in range(workers)
        ),
    ]
    try:
        yield Cluster(file, started[0], started[1:])
    finally:
        for process in started:
            process.kill()
            process.wait()


def _start(program: str, *options: str) -> Process:
    return subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_" + program, "--no-dashboard", *options],
        cwd=REPOSITORY,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
