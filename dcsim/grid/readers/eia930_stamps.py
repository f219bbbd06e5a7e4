"""The stamps of EIA's six-month files: `07/01/2020 1:00:00 AM`, the end of the hour in UTC."""

import pandas as pd

from dcsim.grid.readers.rows import Batch, iso_stamps

UTC_STAMP = "UTC Time at End of Hour"

_TWELVE_HOURS = "%m/%d/%Y %I:%M:%S %p"


def end_of_hour(batch: Batch) -> pd.DatetimeIndex:
    """Return the beginning of each row's hour in UTC; the column of local time is not used.

    Raises:
        DataError: A stamp is blank or unreadable.
    """
    return batch.beginnings(UTC_STAMP, _parse)


def _parse(texts: list[str]) -> pd.DatetimeIndex:
    """Read EIA's stamps, or ISO 8601 as spreadsheets and Parquet write them."""
    theirs = pd.to_datetime(texts, utc=True, errors="coerce", format=_TWELVE_HOURS)
    parsed = pd.DatetimeIndex(theirs)
    return parsed.where(parsed.notna(), iso_stamps(texts))
