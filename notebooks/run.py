"""Run the notebooks from top to bottom, warnings as errors: `python -m notebooks.run [NAME...]`.

Prints the seconds of each. The files stay as they are; `--out FOLDER` keeps executed copies, with
their figures, to look at. Exits with 1 if a notebook fails, and shows the cell.
"""

import argparse
import os
import re
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError

FOLDER = Path(__file__).parent

SECONDS_OF_A_CELL = 600

_ANSI = re.compile(r"\x1b\[[0-9;]*m")

STRICT = """\
import warnings as _warnings
_warnings.simplefilter("error")
_warnings.filterwarnings("default", module="ipykernel")
"""
"""Run before the first cell: a warning is an error, as in the tests, but for the kernel's own."""

QUIET_KERNEL = ["--log-level=ERROR"]
"""Else every kernel says that what it says to this process is not encrypted."""


def paths_of(names: Sequence[str] = ()) -> list[Path]:
    """Return the notebooks whose file names begin as asked; all of them, by number, if none is.

    Raises:
        FileNotFoundError: None begins so.
    """
    every = sorted(FOLDER.glob("[0-9][0-9]-*.ipynb"))
    for name in names:
        if not any(path.name.startswith(name) for path in every):
            raise FileNotFoundError(f"no notebook begins with {name!r}")
    return [path for path in every if path.name.startswith(tuple(names) or ("",))]


def executed(path: Path) -> nbformat.NotebookNode:
    """Return a notebook with its outputs, run in a folder of its own that is gone afterwards.

    Raises:
        CellExecutionError: A cell raised, or warned.
        CellTimeoutError: A cell took more than `SECONDS_OF_A_CELL`.
    """
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(STRICT))
    with TemporaryDirectory(prefix="dcsim-notebook-") as folder:
        client = NotebookClient(
            notebook,
            timeout=SECONDS_OF_A_CELL,
            startup_timeout=SECONDS_OF_A_CELL,
            kernel_name="python3",
            extra_arguments=QUIET_KERNEL,
        )
        client.execute(cwd=folder, env=os.environ | _apart(folder))
    del notebook.cells[0]
    return notebook


def _apart(folder: str) -> dict[str, str]:
    """Return settings of a kernel with one thread, and without the user's grids and profile."""
    return {
        "OMP_NUM_THREADS": "1",
        "DCSIM_DATA": f"{folder}/data",
        "IPYTHONDIR": f"{folder}/ipython",
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run notebooks and say how long each took; return the exit code."""
    parser = argparse.ArgumentParser(prog="notebooks.run", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="such as 03; all if left out")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="keep executed copies here")
    asked = parser.parse_args(arguments)
    failed = False
    for path in paths_of(asked.names):
        start = time.perf_counter()
        try:
            notebook = executed(path)
        except (CellExecutionError, CellTimeoutError) as error:
            print(f"{path.name}: failed\n{_ANSI.sub('', str(error))}", file=sys.stderr)
            failed = True
            continue
        print(f"{path.name}: {time.perf_counter() - start:.1f} s", flush=True)
        if asked.out is not None:
            asked.out.mkdir(parents=True, exist_ok=True)
            nbformat.write(notebook, asked.out / path.name)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
