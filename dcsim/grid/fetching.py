"""From EIA's API to the store: fetch a year of some authorities, then import it as any file."""

import shutil
from collections.abc import Sequence

import pandas as pd
from pydantic import SecretStr

from dcsim.errors import DataError
from dcsim.grid.authorities import known_authorities
from dcsim.grid.generation import ONE_HOUR
from dcsim.grid.importing import SPILL_OVER_HOURS, ImportResult, Progress, import_files
from dcsim.grid.readers.eia_api import fetch
from dcsim.grid.readers.eia_http import URL, Manners
from dcsim.grid.versions import explained, store_folder

FIRST_YEAR = 2019
"""The API's hourly data by fuel begin on 2019-01-01, as its users report."""

_FETCHED = ".fetched"


def active_codes() -> list[str]:
    """Return the codes of all authorities that report today."""
    return [code for code, authority in known_authorities().items() if authority.is_active]


def fetch_year(
    ba_codes: Sequence[str],
    year: int,
    key: SecretStr,
    *,
    progress: Progress,
    base_url: str = URL,
    manners: Manners | None = None,
) -> ImportResult:
    """Fetch a year from EIA's API and put it into the store.

    A day before and after the year is fetched with it, for clocks that have to be corrected over
    its ends. What was fetched before a fault stays on disk, and the same call goes on from there.

    Args:
        ba_codes: EIA's codes.
        year: Calendar year, UTC.
        key: To the API.
        progress: Told what is being done.
        base_url: The API's address.
        manners: How the server is treated.

    Raises:
        DataError: There can be no such data, or the API does not give it.
        OutputError: The store cannot be written.
    """
    now = pd.Timestamp.now(tz="UTC").floor("h")
    if not FIRST_YEAR <= year <= now.year:
        raise DataError(
            f"EIA's API has hourly data by fuel from {FIRST_YEAR} to {now.year}, not of {year}; "
            "six-month files of earlier years are read with `dcsim grids import`"
        )
    margin = SPILL_OVER_HOURS * ONE_HOUR
    first = pd.Timestamp(f"{year}-01-01", tz="UTC") - margin
    end = min(pd.Timestamp(f"{year + 1}-01-01", tz="UTC") + margin, now)
    folder = store_folder() / _FETCHED / f"{year}-{'-'.join(sorted(ba_codes))[:80]}"
    files = fetch(
        ba_codes, first, end, key, folder, base_url=base_url, progress=progress, manners=manners
    )
    result = import_files(files, progress=progress)
    with explained(folder):
        shutil.rmtree(folder)
    return result
