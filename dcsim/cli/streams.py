"""The standard streams of a command: what cannot be written is said, or ends it, without traceback.

Results go to the standard output; that they are lost is an error. Progress and messages go to the
standard error; that they are lost is none.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from typing import Any, TextIO

from dcsim.errors import OutputError

EXIT_PIPE_CLOSED = 141
"""128 and the number of SIGPIPE, as shells have it of a program whose reader has gone."""


class PipeClosed(Exception):
    """Whoever read the standard output has gone, as `head` does."""


class _Results:
    """The standard output, whose faults are dcsim's own errors: typer and rich end on others."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._fault: Exception | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with self._explained():
            return self._stream.write(text)

    def flush(self) -> None:
        with self._explained():
            self._stream.flush()

    def end(self) -> None:
        """Write out what is held back; raise what was wrong, also if a library caught it."""
        self.flush()
        if self._fault is not None:
            raise self._fault

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            _discard(self._stream)  # so that it is said once
            self._fault = PipeClosed() if isinstance(error, BrokenPipeError) else _lost(error)
            raise self._fault from None


def _lost(error: OSError) -> OutputError:
    return OutputError(
        f"the standard output cannot be written: {error.strerror or error}; files that were "
        "written are whole"
    )


class _Messages:
    """The standard error, whose faults nobody could be told of."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        with suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


@contextmanager
def checked_streams() -> Iterator[None]:
    """Put checked streams in the place of the standard ones, and write out what is held back.

    Raises:
        OutputError: The standard output cannot be written.
        PipeClosed: Nobody reads it any more.
    """
    _open_closed()
    output, messages = sys.stdout, sys.stderr
    for stream in (output, messages):
        if isinstance(stream, TextIOWrapper):  # names of files may be no text
            stream.reconfigure(errors="backslashreplace")
    results = _Results(output)
    sys.stdout, sys.stderr = results, _Messages(messages)
    try:
        yield
        results.end()
    except SystemExit:
        results.end()
        raise
    except BaseException:
        with suppress(OutputError, PipeClosed):
            results.flush()
        raise
    finally:
        sys.stdout, sys.stderr = output, messages
        try:
            messages.flush()
        except OSError:
            _discard(messages)


def _open_closed() -> None:
    """Open streams that were closed, so that no file of results is given their numbers.

    The output is opened for reading only: what is written to it fails as to a closed one.
    """
    for name, number, flags in (("stdin", 0, os.O_RDONLY), ("stdout", 1, os.O_RDONLY),
                                ("stderr", 2, os.O_WRONLY)):  # fmt: skip
        if getattr(sys, name) is None:
            handle = os.open(os.devnull, flags)
            if handle != number:
                os.dup2(handle, number)
                os.close(handle)
            setattr(sys, name, open(number, "r" if number == 0 else "w", closefd=False))  # noqa: SIM115


def _discard(stream: TextIO) -> None:
    """Let what a stream still holds go nowhere when Python writes it out at its end."""
    with suppress(OSError, ValueError):
        handle = os.open(os.devnull, os.O_WRONLY)
        os.dup2(handle, stream.fileno())
        os.close(handle)
        stream.flush()
