"""From EIA's API to the store: fetch a year of some authorities, then import it as any file.

Fetching is the slow part, so what was fetched waits on disk until all of it is in the store: after
a fault of the net or the disk the same call goes on from there. What the import refuses is dropped,
for the same pages would be refused again.
"""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pandas as pd
from filelock import FileLock, Timeout
from pydantic import SecretStr

from dcsim.errors import DataError, OutputError, explained
from dcsim.grid.authorities import NEW_AUTHORITIES, known_authorities
from dcsim.grid.generation import ONE_HOUR
from dcsim.grid.readers.eia_api import FIRST_YEAR, GOES_ON, fetch, forget
from dcsim.grid.readers.eia_http import URL, Manners
from dcsim.grid.readers.formats import EIA_930, family_of
from dcsim.grid.store.importing import Imported, ImportResult, import_files
from dcsim.grid.store.joining import MARGIN, described
from dcsim.grid.store.pieces import Progress
from dcsim.grid.store.provenance import FileOrigin, GridId
from dcsim.grid.store.versions import read_provenance, resolve, store_folder
from dcsim.temporary import MARK, is_marked, mark, unmark

_FETCHED = ".fetched"


def active_codes(year: int | None = None) -> list[str]:
    """Return the codes of all authorities that report today; of a year, also those new in it."""
    known = [code for code, authority in known_authorities().items() if authority.is_active]
    new = [code for code, first in NEW_AUTHORITIES.items() if year and first.year <= year]
    return [*known, *new]


def fetch_year(
    ba_codes: Sequence[str],
    year: int,
    key: SecretStr,
    *,
    progress: Progress,
    base_url: str = URL,
    manners: Manners | None = None,
    now: pd.Timestamp | None = None,
    joins: bool = False,
) -> ImportResult:
    """Fetch a year from EIA's API and put it into the store, each authority by itself.

    A year that still runs is fetched up to the last midnight, so that a call after a fault asks
    for the same hours and goes on where the first one stopped.

    Args:
        ba_codes: EIA's codes; one that stands twice counts once.
        year: Calendar year, UTC.
        key: To the API.
        progress: Told what is being done.
        base_url: The API's address.
        manners: How the server is treated.
        now: The present; the clock's if not given.
        joins: Join what is fetched also to a year that is stored from other files than EIA's.

    Returns:
        What was put away, and which authorities were left out: those whose year is stored from
        other files, those of which there are no rows, and those whose rows the import refuses.

    Raises:
        DataError: There can be no such data, the API does not give it, or nothing of it is left.
        OutputError: The store cannot be written, or another fetch is running.
    """
    codes = list(dict.fromkeys(ba_codes))
    first, end = hours_to_fetch(year, now or pd.Timestamp.now(tz="UTC"))
    others = {} if joins else _stored_from_others(codes, year)
    if len(others) == len(codes):
        raise DataError("; ".join(list(others.values())[:3]))
    codes = [code for code in codes if code not in others]
    with _folder_of(year, end) as folder:
        files = fetch(
            codes, first, end, key, folder, base_url=base_url, progress=progress, manners=manners
        )
        result = _import_each(files, year, folder, progress)
        forget(codes, folder)
    left_out = (*others.values(), *_unfinished(year, end), *result.left_out)
    return ImportResult(result.imported, left_out)


def _stored_from_others(codes: Sequence[str], year: int) -> dict[str, str]:
    """Return the authorities whose year is stored from other files than EIA's, and what to do."""
    found = {}
    for code in codes:
        grid_id = resolve(GridId(code, year))
        files = [] if grid_id is None else _of_others(grid_id)
        if files:
            found[code] = (
                f"{code}:{year} is stored already, from {described(files)}, and what EIA's API has "
                f"would be joined to it. Give --join to join them, or remove it first with `dcsim "
                f"grids remove {code}:{year}`"
            )
    return found


def _of_others(grid_id: GridId) -> list[FileOrigin]:
    """Return the files of a stored year that are not EIA's; none of a damaged one."""
    try:
        files = read_provenance(grid_id).files
    except DataError:
        return []
    return [origin for origin in files if family_of(origin.format) != EIA_930]


def hours_to_fetch(year: int, now: pd.Timestamp) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first hour to fetch of a year, and the hour after the last one.

    A day before and after the year is fetched with it, for clocks that have to be corrected over
    its ends. Nothing is fetched of the day that still runs.

    Raises:
        DataError: The API cannot have the year.
    """
    midnight = now.tz_convert("UTC").floor("D")
    last_year = (midnight - ONE_HOUR).year
    if not FIRST_YEAR <= year <= last_year:
        raise DataError(
            f"EIA's API has hourly data by fuel from {FIRST_YEAR} to {last_year}, not of {year}; "
            "six-month files of earlier years are read with `dcsim grids import`"
        )
    first = pd.Timestamp(year, 1, 1, tz="UTC") - MARGIN
    return first, min(pd.Timestamp(year + 1, 1, 1, tz="UTC") + MARGIN, midnight)


def _unfinished(year: int, end: pd.Timestamp) -> Iterator[str]:
    if end.year == year:
        yield f"{year} from {end:%m-%d %H:%M}Z on: a year that still runs is fetched to midnight"


@contextmanager
def _folder_of(year: int, end: pd.Timestamp) -> Iterator[Path]:
    """Give the folder where a year's pages wait; none that end at another hour stay beside it.

    One fetch runs at a time: two would share pages, and EIA counts the requests of both.
    """
    root = store_folder() / _FETCHED
    folder = root / str(year) / f"to-{end:%Y%m%dT%H}"
    with explained(root):
        root.mkdir(parents=True, exist_ok=True)
    with _alone(root):
        with explained(folder):
            folder.mkdir(parents=True, exist_ok=True)
            mark(folder, folder.name)
            for other in set(folder.parent.iterdir()) - {folder}:
                if is_marked(other, other.name):
                    shutil.rmtree(other)
        yield folder
        with suppress(OSError):  # pages of other authorities may wait in it
            if [path.name for path in folder.iterdir()] == [MARK]:
                unmark(folder)
            folder.rmdir()
            folder.parent.rmdir()


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    lock = FileLock(root / ".lock", blocking=False)
    try:
        lock.acquire()
    except Timeout:
        raise OutputError(
            f"{root}: another fetch is running; give this command again when it has ended, for "
            "EIA's limit on requests counts for both"
        ) from None
    try:
        yield
    finally:
        lock.release()


def _import_each(
    files: dict[str, list[Path]], year: int, folder: Path, progress: Progress
) -> ImportResult:
    """Import one authority after the other; what is refused is dropped and told."""
    imported: list[Imported] = []
    left_out: list[str] = []
    for done, (code, own) in enumerate(files.items()):
        progress(f"importing {code}", done / len(files))
        if not own:
            left_out.append(f"{code}: EIA's API has no rows of it in these hours")
            continue
        try:
            result = import_files(own, years=[year], joins=True)
        except DataError as refused:
            forget([code], folder)
            left_out.append(f"{code}: {refused}. What was fetched of it is dropped")
        except OutputError as fault:
            raise OutputError(f"{fault}. What was fetched is kept; {GOES_ON}") from fault
        else:
            imported += result.imported
            left_out += result.left_out
    if not imported:
        raise DataError("; ".join(left_out[:3]))
    return ImportResult(tuple(imported), tuple(left_out))
