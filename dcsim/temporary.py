"""Temporary folders of dcsim's own, known from all others by a mark inside.

Only a folder with the mark is ever cleared away, whatever its name: people, too, have files that
are called `.notes.partial`.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

MARK = ".dcsim-temporary"
"""Name of the file that marks a folder."""
PARTIAL = "partial"

_MOST_MARK_BYTES = 4096


def mark(folder: Path, of: str) -> None:
    """Mark a folder as dcsim's own and temporary.

    Args:
        folder: Is there.
        of: Name of what it will be, or was.
    """
    with (folder / MARK).open("wb") as stream:
        stream.write(_content(of))


def unmark(folder: Path) -> None:
    """Take the mark away, if it is there."""
    (folder / MARK).unlink(missing_ok=True)


def is_marked(folder: Path, of: str | None = None) -> bool:
    """Return whether dcsim made a folder, temporarily.

    Args:
        folder: Any path.
        of: What it must have been made for; anything if left out.
    """
    path = folder / MARK
    try:
        if folder.is_symlink() or not path.is_file() or path.stat().st_size > _MOST_MARK_BYTES:
            return False
        found = path.read_bytes()
    except OSError:
        return False
    return found == _content(of) if of is not None else found.startswith(_content(""))


def _content(of: str) -> bytes:
    """Return what a mark holds; the number is drawn at random and in no other program."""
    return b"dcsim 7b1f0c52-2f0e-4a55-9d63-8c2b5f7f3a19: a temporary folder of\n" + os.fsencode(of)


def beside(path: Path, suffix: str = PARTIAL) -> Path:
    """Return the path of a new hidden folder beside another path."""
    return path.parent / f".{path.name}.{uuid4().hex[:12]}.{suffix}"


@contextmanager
def temporary_folder(path: Path) -> Iterator[Path]:
    """Give a marked folder beside a path, on the same disk, that is gone when the block ends."""
    folder = beside(path)
    folder.mkdir()
    try:
        mark(folder, path.name)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def clear_marked(folder: Path, pattern: str = f".*.{PARTIAL}") -> None:
    """Remove marked folders that match, anywhere below a folder that nobody else writes into."""
    for left_behind in [path for path in folder.rglob(pattern) if is_marked(path)]:
        with suppress(OSError):
            shutil.rmtree(left_behind)
