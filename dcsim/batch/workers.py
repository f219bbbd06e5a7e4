"""Who works on a batch: processes of this machine, or the workers of a Dask cluster.

Both are an executor of `concurrent.futures`, so that one loop drives either. Workers write nothing:
they give back what a case found, or why it failed, and the main process puts it away.
"""

import importlib
import json
import logging
import os
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dcsim.errors import DcsimError, WorkersError

if TYPE_CHECKING:
    from dcsim.batch.cases import Case
    from dcsim.batch.tables import CaseTables

    Run = Callable[[Case], CaseTables]

if sys.platform != "win32":
    import resource

BYTES_PER_MB = 1e6
KIB = 1024

_PATIENCE_S = 10
"""How long a scheduler may take to answer at first [s]."""


_ALONE = threading.Lock()
"""Held by the case that runs: Pyomo does not stand threads, of which a worker of Dask has several
unless told otherwise."""


@dataclass(frozen=True)
class Failure:
    """Why a case failed.

    Attributes:
        kind: Name of the error.
        message: For people.
        traceback: Of a fault of dcsim's own; empty for errors it raises on purpose.
    """

    kind: str
    message: str
    traceback: str = ""


@dataclass(frozen=True)
class Attempt:
    """What came of a case.

    Attributes:
        outcome: What it found, or why it failed.
        seconds: It took [s].
        peak_mb: Most memory the worker has held so far [MB].
        worker: Host and process.
    """

    outcome: "CaseTables | Failure"
    seconds: float
    peak_mb: float
    worker: str


@dataclass(frozen=True)
class Refusal:
    """A worker whose data or packages are not those of the main process; it ran nothing."""

    worker: str
    versions: dict[str, str]


class Crew(NamedTuple):
    """Workers, ready.

    Attributes:
        name: What messages call them.
        executor: Takes cases.
        size: How many cases can run at once; of a cluster it changes.
        is_lost: Tells whether they are out of reach.
        deaths: What a future raises when its worker died.
        tries: How many deaths it then takes to give a case up.
    """

    name: str
    executor: Executor
    size: Callable[[], int]
    is_lost: Callable[[], bool]
    deaths: tuple[type[BaseException], ...]
    tries: int


def attempt(case: "Case", key: str, run: "Run") -> Attempt | Refusal:
    """Run a case in a worker, if the worker finds the same key for it.

    A fault of dcsim's own is kept with its traceback: a bug in one case must not end a batch.
    """
    from dcsim.batch.keys import key_of
    from dcsim.report.folder import versions

    worker = f"{socket.gethostname()}:{os.getpid()}"
    with _ALONE:
        start = time.perf_counter()
        outcome: CaseTables | Failure
        try:
            if key_of(case) != key:
                return Refusal(worker, versions())
            outcome = run(case)
        except DcsimError as error:
            outcome = Failure(type(error).__name__, str(error))
        except Exception as error:
            outcome = Failure(type(error).__name__, str(error), traceback.format_exc())
        return Attempt(outcome, time.perf_counter() - start, peak_memory_mb(), worker)


def peak_memory_mb() -> float:
    """Return the most memory this process has held; nothing where the system does not say [MB]."""
    if sys.platform == "win32":
        return float("nan")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else KIB) / BYTES_PER_MB


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def dask_crew(cluster: Any) -> Iterator[Crew]:
    """Give the workers of a Dask cluster, which stays when the block ends.

    Dask itself gives a case to another worker when one dies, and gives it up after some deaths. A
    worker runs one case at a time, whatever threads it has: start it with one (`--nthreads 1`).

    Args:
        cluster: Address of its scheduler, such as `tcp://10.0.0.5:8786`, the path of a scheduler
            file, or in Python a cluster such as `dask_jobqueue.SLURMCluster`.

    Raises:
        WorkersError: Dask is not installed, or no scheduler answers.
    """
    try:
        distributed = importlib.import_module("distributed")
    except ModuleNotFoundError:
        raise WorkersError("Dask is not installed; pip install 'dcsim[dask]'") from None
    with _quiet("distributed.client"):
        client = _connected(distributed.Client, cluster)
        name = f"Dask at {client.scheduler.address}"

        def size() -> int:
            try:
                return max(1, len(client.nthreads()))
            except (OSError, TimeoutError):
                raise lost(name) from None

        try:
            executor = client.get_executor(pure=False)
            deaths = (distributed.KilledWorker,)
            yield Crew(name, executor, size, lambda: client.status != "running", deaths, 1)
        finally:
            client.close(timeout=1)


@contextmanager
def _quiet(name: str) -> Iterator[None]:
    """Keep a library from telling on the error stream what an error of ours will say."""
    logger = logging.getLogger(name)
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)


def _connected(connect: Callable[..., Any], cluster: Any) -> Any:
    is_file = isinstance(cluster, str | Path) and Path(cluster).is_file()
    where = _address_in(Path(cluster)) if is_file else cluster
    try:
        return connect(where, timeout=_PATIENCE_S, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise WorkersError(f"{cluster}: no scheduler of Dask answers: {error}") from None


def _address_in(scheduler_file: Path) -> str:
    try:
        return str(json.loads(scheduler_file.read_text(encoding="utf-8"))["address"])
    except (OSError, ValueError, KeyError, TypeError):
        raise WorkersError(f"{scheduler_file}: is no scheduler file of Dask") from None


def lost(name: str) -> WorkersError:
    """Return the error that says that workers are out of reach."""
    return WorkersError(f"{name}: the connection is lost")
