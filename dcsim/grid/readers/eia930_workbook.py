"""The sheet "Published Hourly Data" of EIA's workbook of one authority, saved as CSV.

    BA, UTC time, ..., D, NG, TI, ..., NG: COL, ..., Adjusted COL Gen, ..., BPAT, ...

Demand, net generation, interchange, generation by fuel code in EIA's tiers, and the flow to each
neighbour by its code. Newer workbooks write `Demand` for `D`. Stamps are the end of the hour in
UTC. EIA's estimates of CO2 are not read.

Source of the columns: EIA, Hourly Electric Grid Monitor, gridmonitor/knownissues/xls/<BA>.xlsx, as
public programs name them (no workbook was seen).
"""

import re
from collections.abc import Iterator

import pandas as pd

from dcsim.grid.authorities import NEW_AUTHORITIES, known_authorities
from dcsim.grid.readers.eia930_tiers import TierColumn, read_tiers
from dcsim.grid.readers.eia_codes import FOREIGN
from dcsim.grid.readers.rows import Batch, iso_stamps, require_columns
from dcsim.grid.readers.source import Input, Options, Sniff, sniff
from dcsim.grid.records import DEMAND, NET_GENERATION, TOTAL_INTERCHANGE, Records, to

SHEET = "Published Hourly Data"
AUTHORITY, STAMP = "BA", "UTC time"

_REPORTED_OF = {
    "d": DEMAND,
    "demand": DEMAND,
    "ng": NET_GENERATION,
    "net generation": NET_GENERATION,
    "ti": TOTAL_INTERCHANGE,
    "total interchange": TOTAL_INTERCHANGE,
}
_FUEL = re.compile(r"NG: ?([A-Z]{2,3})")
_ADJUSTED = "Adjusted "
_ADJUSTED_FUEL = re.compile(rf"{_ADJUSTED}([A-Z]{{2,3}}) Gen")
_NOT_READ = "EIA's estimates of CO2 in the sheet are not read"

_STAMP_FORMATS = (
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%y %H:%M",
    "%d%b%Y %H:%M:%S",
    "%d%b%Y:%H:%M:%S",
    "%d-%b-%Y %H:%M:%S",
)
"""How spreadsheets set to the US write the sheet's stamps, and how SAS does, beside ISO 8601."""
_EXCEL_EPOCH = pd.Timestamp("1899-12-30")
"""Day 0 of a spreadsheet's serial numbers."""


def recognizes(found: Sniff) -> bool:
    """Return whether a file is meant for this reader."""
    return {AUTHORITY, STAMP} <= set(found.columns)


def pieces(source: Input, options: Options) -> Iterator[Records]:
    """Read a sheet, and give the records of its authority.

    Raises:
        DataError: A column is missing, or a row, stamp or number is unreadable.
    """
    found = sniff(source)
    plan = {name: column for name in found.columns if (column := _column_of(name)) is not None}
    if not plan:
        require_columns(found.columns, ["NG: COL"], source.origin)
    has_co2 = any(name.startswith("CO2") for name in found.columns)
    notes = (_NOT_READ,) if has_co2 else ()
    yield from read_tiers(
        source, options, found, (AUTHORITY, STAMP, _beginnings), plan, notes=notes
    )


def _column_of(name: str) -> TierColumn | None:
    """Return what a column holds, or None for one that is not read."""
    for pattern, is_adjusted in ((_FUEL, False), (_ADJUSTED_FUEL, True)):
        if fuel := pattern.fullmatch(name):
            return TierColumn(fuel[1], is_adjusted)
    total = _REPORTED_OF.get(name.removeprefix(_ADJUSTED).lower())
    if total is not None:
        return TierColumn(total, name.startswith(_ADJUSTED))
    is_neighbour = name in known_authorities() or name in FOREIGN or name in NEW_AUTHORITIES
    return TierColumn(to(name)) if is_neighbour else None


def _beginnings(batch: Batch) -> pd.DatetimeIndex:
    return batch.beginnings(STAMP, _parse)


def _parse(texts: list[str]) -> pd.DatetimeIndex:
    """Read stamps in whichever form the sheet was saved with; NaT where there is none."""
    parsed = iso_stamps(texts)
    for form in _STAMP_FORMATS:
        if not parsed.isna().any():
            return parsed
        theirs = pd.to_datetime(texts, utc=True, errors="coerce", format=form)
        parsed = parsed.where(parsed.notna(), pd.DatetimeIndex(theirs))
    days = pd.to_numeric(pd.Series(texts), errors="coerce")
    serial = _EXCEL_EPOCH + pd.to_timedelta(days, unit="D")
    rounded = pd.DatetimeIndex(serial.dt.round("min")).tz_localize("UTC")
    return parsed.where(parsed.notna(), rounded)
