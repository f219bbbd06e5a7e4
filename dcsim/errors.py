"""Every error dcsim raises on purpose.

    DcsimError
      ScenarioError     the scenario asks for something impossible, or is not readable
      DataError         a grid or load file is missing, gappy or misaligned
        UnknownFormat   the file is whole, and holds nothing that dcsim reads
      SolveError        the optimizer found no optimum, and says which limits are in conflict
      SimulationError   the replay broke one of its own rules
      OutputError       a result could not be written
      WorkersError      the processes or the cluster a batch runs on are gone, or not alike

A message says what is wrong, where, the value, the limits and, where known, what mends it.
The command line turns each into one panel and exit code 2; library code never catches them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MOST_LINE, LINE_END = 2000, 300
"""Characters of a line of a message, and how many of its last ones are kept of a longer line."""

_CONTROL = {n: f"\\x{n:02x}" for n in (*range(0x20), *range(0x7F, 0xA0)) if chr(n) not in "\t\n"}


class DcsimError(Exception):
    """Something dcsim can explain; the message is meant for the person who asked.

    What a message repeats of a file is cut to a length that can be read, and control characters,
    which a terminal would obey, are written as codes.
    """

    def __init__(self, message: str = "") -> None:
        """Keep the message as it can be shown."""
        super().__init__("\n".join(map(_shown, message.split("\n"))))


def _shown(line: str) -> str:
    if len(line) > MOST_LINE:
        line = f"{line[: MOST_LINE - LINE_END]} … {line[-LINE_END:]}"
    return line.translate(_CONTROL)


class ScenarioError(DcsimError):
    """The scenario asks for something impossible, or cannot be read."""


class DataError(DcsimError):
    """A file or trace that was given is missing, gappy, misaligned or out of range."""


class UnknownFormat(DataError):
    """A file is not damaged and holds nothing dcsim reads; in a folder it may be passed over."""


class SolveError(DcsimError):
    """The optimizer found no optimum: infeasible, unbounded or stopped by a limit."""


class InfeasibleError(SolveError):
    """No plan keeps all limits; the message says which are in conflict and what would do."""


class SimulationError(DcsimError):
    """The replay broke one of its own rules: a device was ordered beyond its limits."""


class OutputError(DcsimError):
    """A result could not be written: no such folder, not writable, or no space left."""


class WorkersError(DcsimError):
    """The processes or the cluster a batch runs on are gone, or not like the main process."""


@contextmanager
def explained(path: Path, what_is_left: str = "nothing was changed") -> Iterator[None]:
    """Turn what the operating system says about writing into one clear error.

    Args:
        path: What could not be written.
        what_is_left: In what state things are then.

    Raises:
        OutputError: In place of any `OSError` of the block.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"{path}: cannot be written: {reason}; {what_is_left}") from error
