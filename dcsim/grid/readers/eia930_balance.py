"""EIA-930's six-month BALANCE files: demand, generation by fuel and interchange of every authority.

Three vintages: without fuels (to June 2018), with eight fuels and unknown (to June 2024), and with
storage, geothermal and hybrids (from July 2024, with two malformed headers). A file that unions
vintages is read too. Stamps are the end of the hour in UTC.

Source of the columns: EIA, Hourly Electric Grid Monitor, six-month files; the malformed headers as
found by PUDL (column map of eia930 balance, 2025.12.1).
"""

import re
from collections.abc import Iterator

from dcsim.grid.readers.eia930_stamps import UTC_STAMP, end_of_hour
from dcsim.grid.readers.eia930_tiers import TierColumn, read_tiers
from dcsim.grid.readers.rows import require_columns
from dcsim.grid.readers.source import Input, Options, Sniff, sniff
from dcsim.grid.records import DEMAND, NET_GENERATION, TOTAL_INTERCHANGE, Records

AUTHORITY = "Balancing Authority"

CODE_OF = {
    "Coal": "COL",
    "Natural Gas": "NG",
    "Nuclear": "NUC",
    "All Petroleum Products": "OIL",
    "Hydropower and Pumped Storage": "WAT",
    "Hydropower Excluding Pumped Storage": "WAT",
    "Pumped Storage": "PS",
    "Solar": "SUN",
    "Solar without Integrated Battery Storage": "SUN",
    "Solar with Integrated Battery Storage": "SNB",
    "Wind": "WND",
    "Wind without Integrated Battery Storage": "WND",
    "Wind with Integrated Battery Storage": "WNB",
    "Battery Storage": "BAT",
    "Other Energy Storage": "OES",
    "Unknown Energy Storage": "UES",
    "Geothermal": "GEO",
    "Other Fuel Sources": "OTH",
    "Unknown Fuel Sources": "UNK",
}
"""EIA's words for its fuel codes; those of an older and a newer vintage stand for the same code."""

_REPORTED_OF = {
    "Demand (MW)": DEMAND,
    "Net Generation (MW)": NET_GENERATION,
    "Total Interchange (MW)": TOTAL_INTERCHANGE,
}
_TIER = re.compile(r"^(.*?)(?: \((Imputed|Adjusted)\))?$")
_FUEL = "Net Generation (MW) from "
_ADJUSTED = "Adjusted"


def recognizes(found: Sniff) -> bool:
    """Tell whether a file is meant for this reader."""
    starts = tuple(_REPORTED_OF)
    return AUTHORITY in found.columns and any(name.startswith(starts) for name in found.columns)


def pieces(source: Input, options: Options) -> Iterator[Records]:
    """Read a file, and give the records of one authority after another.

    Raises:
        DataError: A column is missing, or a row, stamp or number is unreadable.
    """
    found = sniff(source)
    require_columns(found.columns, [AUTHORITY, UTC_STAMP], source.origin)
    plan = {name: column for name in found.columns if (column := _column_of(name)) is not None}
    if not plan:
        require_columns(found.columns, list(_REPORTED_OF), source.origin)
    yield from read_tiers(source, options, found, (AUTHORITY, UTC_STAMP, end_of_hour), plan)


def _column_of(name: str) -> TierColumn | None:
    """Return what a column holds, or None for one that is not read."""
    match = _TIER.match(name.replace(" witho ", " with "))
    base, tier = (match[1], match[2]) if match else (name, None)
    if tier == "Imputed":
        return None
    if base.startswith(_FUEL):
        words = base.removeprefix(_FUEL)
        return TierColumn(CODE_OF.get(words, words.capitalize()), tier == _ADJUSTED)
    return TierColumn(_REPORTED_OF[base], tier == _ADJUSTED) if base in _REPORTED_OF else None
