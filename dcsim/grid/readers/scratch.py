"""A folder on disk for what a file holds of many authorities at once, until each one's turn."""

import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from dcsim.errors import OutputError


class Scratch:
    """Parts of tables by authority and name, in a folder for temporary files."""

    def __init__(self, folder: Path) -> None:
        """Begin with nothing, in a folder that is empty."""
        self._folder = folder
        self._count = 0
        self._parts: dict[str, dict[str, list[Path]]] = defaultdict(lambda: defaultdict(list))

    @property
    def codes(self) -> list[str]:
        """Return the authorities of which there is something, in order."""
        return sorted(self._parts)

    def put(self, ba_code: str, name: str, columns: Mapping[str, np.ndarray]) -> None:
        """Write a part to disk.

        Raises:
            OutputError: The folder for temporary files is full.
        """
        path = self._folder / f"{self._count}.parquet"
        self._count += 1
        try:
            pq.write_table(pa.table(dict(columns)), path, compression="zstd")
        except OSError as error:
            raise _not_writable(str(self._folder), error) from None
        self._parts[ba_code][name].append(path)

    def take(self, ba_code: str) -> dict[str, pa.Table]:
        """Return what there is of an authority by name, the parts joined, and forget it."""
        held = self._parts.pop(ba_code)
        return {name: pa.concat_tables(map(_taken, paths)) for name, paths in held.items()}


@contextmanager
def scratch() -> Iterator[Scratch]:
    """Give a scratch folder that is gone afterwards, whatever happens.

    Raises:
        OutputError: There is no folder for temporary files, or it cannot be written.
    """
    try:
        folder = tempfile.TemporaryDirectory(prefix="dcsim-")
    except OSError as error:
        raise _not_writable(tempfile.gettempdir(), error) from None
    with folder as path:
        yield Scratch(Path(path))


def _not_writable(folder: str, error: OSError) -> OutputError:
    return OutputError(
        f"{folder}: the folder for temporary files cannot be written: {error.strerror or error}; "
        "make room there, or name another in the environment variable TMPDIR"
    )


def _taken(path: Path) -> pa.Table:
    table = pq.read_table(path)
    path.unlink()
    return table
