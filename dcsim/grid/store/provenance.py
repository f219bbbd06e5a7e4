"""What names an imported grid, and what is kept of where it came from."""

import re
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from dcsim.errors import DataError
from dcsim.grid.authorities import CODE_PATTERN

SCHEMA = 1
"""Of what is in a version's folder; another one is made by another dcsim."""

VERSION = re.compile(r"[0-9a-f]{8}")
_GRID_ID = re.compile(rf"({CODE_PATTERN}):([0-9]{{4}})(?::({VERSION.pattern}))?")


@dataclass(frozen=True, order=True)
class GridId:
    """Names an imported year, `CISO:2022`, or one version of it, `CISO:2022:1f3a9c07`."""

    ba_code: str
    year: int
    version: str = ""

    def __post_init__(self) -> None:
        """Refuse what could not be read back, or would be a path of its own on disk."""
        if not _GRID_ID.fullmatch(str(self)):
            raise DataError(f"{self} is no id of a grid, such as CISO:2022")

    def __str__(self) -> str:
        """Return the id as it is written in a scenario."""
        return f"{self.ba_code}:{self.year}" + (f":{self.version}" if self.version else "")


def parse_grid_id(text: str) -> GridId | None:
    """Return the parts of an id of an imported grid, or None if it has not that form."""
    match = _GRID_ID.fullmatch(text)
    return match and GridId(match[1], int(match[2]), match[3] or "")


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FileOrigin(_Kept):
    """A file that records came from."""

    name: str
    sha256: str
    format: str
    is_eia_clock: bool
    """Whether EIA's clock faults were looked for in it."""
    batch: int
    """Which import of the year it came with, counted from 0."""
    notes: tuple[str, ...]
    """What its reader says."""
    warnings: tuple[str, ...] = ()
    """What its reader says that must be known before a result is used."""


class RuleCount(_Kept):
    """A rule of repair, and in how many hours it changed something."""

    rule: str
    hours: int
    detail: str


class Provenance(_Kept):
    """Where a version came from and what was done to it; kept beside it as JSON."""

    schema_version: int = SCHEMA
    ba_code: str
    year: int
    hours: int
    changed_hours: int
    """Hours in which any rule changed anything."""
    files: tuple[FileOrigin, ...]
    repairs: tuple[RuleCount, ...]
    notes: tuple[str, ...]
    """What the clock's corrections, the join and the rules of repair say."""
    grade: str
    reasons: tuple[str, ...]
    dcsim: str
    """Version of dcsim whose readers and rules made it."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what must be known before a result is used, each once."""
        return tuple(dict.fromkeys(said for file in self.files for said in file.warnings))
