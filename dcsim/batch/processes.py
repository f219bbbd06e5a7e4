"""Processes of this machine that work on a batch, and end with it whatever they are doing."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import get_context, parent_process, set_start_method
from multiprocessing.connection import Connection
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from dcsim.batch.workers import Crew

if TYPE_CHECKING:
    from multiprocessing.context import SpawnProcess

DEATHS = 3
"""A case is given up when this many workers died of it: killed, or out of memory."""

_ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
}
"""Said to libraries before they load: there is a worker for each core already."""

P = ParamSpec("P")
T = TypeVar("T")


class WorkerDied(Exception):
    """The process that worked on a case is gone."""


class _Worker:
    """A process that does one call after the other, and ends with the process that started it."""

    def __init__(self) -> None:
        context = get_context("spawn")  # A fork would hold the batch's lock beyond our own end.
        self._pipe, theirs = context.Pipe()
        self._process: SpawnProcess = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()

    def call(self, function: Callable[[], T]) -> T:
        """Return what a function gives in the process.

        Raises:
            WorkerDied: The process ended instead.
        """
        try:
            self._pipe.send(function)
            given: T = self._pipe.recv()
        except (EOFError, OSError):
            self.end()
            raise WorkerDied(f"exit code {self._process.exitcode}") from None
        return given

    def end(self) -> None:
        """End the process now, and wait until it is gone."""
        self._process.kill()
        self._process.join()


def _serve(pipe: Connection) -> None:
    """Do what comes through a pipe, until its other end closes."""
    os.environ.update(_ONE_THREAD)
    if sys.platform != "win32":  # Else semaphores that Pyomo makes get names that outlive a kill.
        set_start_method("fork", force=True)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    with suppress(EOFError, OSError):
        while True:
            pipe.send(pipe.recv()())


def _end_with_parent() -> None:
    """End this process, in the middle of whatever it does, when the main process is gone."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


class LocalWorkers(Executor):
    """Processes of this machine, each driven by a thread.

    Unlike in a `ProcessPoolExecutor`, a process that dies takes only its own call with it, and
    those that are in the middle of a call can be ended at once.
    """

    def __init__(self, count: int) -> None:
        """Start no process yet: each starts with the first call it gets."""
        self._threads = ThreadPoolExecutor(count, "dcsim-worker", _hold_back_interrupts)
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        self._all: set[_Worker] = set()
        self._starting = threading.Lock()
        self._is_over = False

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Call a function in a process."""
        return self._threads.submit(self._call, partial(fn, *args, **kwargs))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End all processes, also those in the middle of a call."""
        with self._starting:
            self._is_over = True
            for worker in tuple(self._all):
                worker.end()
        self._threads.shutdown(wait, cancel_futures=cancel_futures)

    def _call(self, function: Callable[[], T]) -> T:
        worker = self._free()
        try:
            given = worker.call(function)
        except WorkerDied:
            self._all.discard(worker)
            raise
        self._idle.put(worker)
        return given

    def _free(self) -> _Worker:
        with suppress(Empty):
            return self._idle.get_nowait()
        with self._starting:
            if self._is_over:
                raise WorkerDied("stopped")
            worker = _Worker()
            self._all.add(worker)
        return worker


def _hold_back_interrupts() -> None:
    """Keep Ctrl-C, which a terminal sends to all, from the processes this thread starts."""
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])


@contextmanager
def local_crew(count: int) -> Iterator[Crew]:
    """Give processes of this machine; they end with the block, whatever they are doing."""
    executor = LocalWorkers(count)
    try:
        yield Crew("this machine", executor, lambda: count, lambda: False, (WorkerDied,), DEATHS)
    finally:
        executor.shutdown(cancel_futures=True)
