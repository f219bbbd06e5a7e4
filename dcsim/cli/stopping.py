"""What Ctrl-C and SIGTERM do: at any moment one panel and exit code 130, with nothing half-written.

Before a command has begun to write, the process ends at once: an exception raised within the import
of a library may be lost, or break it. From then on it is a `KeyboardInterrupt`, so that temporary
folders are removed and locks freed.

Only modules that Python has loaded by itself are imported, to be in force within the first moments.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

EXIT_INTERRUPTED = 130
"""128 and the number of SIGINT, as shells have it."""
NOTHING_HALF_WRITTEN = "Stopped; nothing half-written is left behind."

_USUAL_WIDTH = 80


def end_at_once_if_stopped() -> None:
    """Let signals end the process at once, until `interrupt_if_stopped`."""
    _on_signals(_end_at_once)


def interrupt_if_stopped() -> None:
    """Let signals raise `KeyboardInterrupt`: from now on there is something to clean up."""
    _on_signals(signal.default_int_handler)


@contextmanager
def signals_handled() -> Iterator[None]:
    """Handle signals as said above while a command runs, and as before afterwards."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    end_at_once_if_stopped()
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _on_signals(handler: Callable[[int, FrameType | None], object]) -> None:
    signal.signal(signal.SIGTERM, handler)
    if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:  # as behind `nohup` or `&` in a script
        signal.signal(signal.SIGINT, handler)


def _end_at_once(number: int, frame: FrameType | None) -> None:
    with suppress(OSError):
        os.write(2, _panel().encode(sys.stderr.encoding if sys.stderr else "ascii", "replace"))
    os._exit(EXIT_INTERRUPTED)


def _panel() -> str:
    """Return the panel that `dcsim.cli.display.panel` shows, made without a library."""
    try:
        width = max(int(os.environ.get("COLUMNS", 0)) or os.get_terminal_size(2).columns, 2)
    except (OSError, ValueError):
        width = _USUAL_WIDTH
    inner = width - 2
    title, words = " Interrupted ".center(inner, "─"), f" {NOTHING_HALF_WRITTEN}".ljust(inner)
    return f"╭{title[:inner]}╮\n│{words}│\n╰{'─' * inner}╯\n"
