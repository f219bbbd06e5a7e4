"""EIA-930's six-month BALANCE files: demand, generation by fuel and interchange of every authority.

Three vintages: without fuels (to June 2018), with eight fuels and unknown (to June 2024), and with
storage, geothermal and hybrids (from July 2024, with two malformed headers). A file that unions
vintages is read too. Stamps are the end of the hour in UTC.

Source of the columns: EIA, Hourly Electric Grid Monitor, six-month files; the malformed headers as
found by PUDL (column map of eia930 balance, 2025.12.1).
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dcsim.grid.readers.eia930_stamps import UTC_STAMP, end_of_hour
from dcsim.grid.readers.eia_codes import MOVED_BACK, is_region, records_of
from dcsim.grid.readers.rows import read_batches, require_columns
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


@dataclass(frozen=True)
class _Column:
    """What a column of the file holds: a fuel code or a name of `REPORTED`, in a tier."""

    holds: str
    is_adjusted: bool


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
    parts: dict[str, list[pd.DataFrame]] = defaultdict(list)
    keep = {AUTHORITY, UTC_STAMP, *plan}
    for batch in read_batches(source, found, keep.__contains__, options.progress):
        codes = batch.words(AUTHORITY)
        values = {name: batch.numbers(name) for name in plan}
        table = pd.DataFrame(values, index=end_of_hour(batch))
        for code in dict.fromkeys(codes):
            if not is_region(code) and options.wants(code):
                parts[code].append(table[codes == code])
    for code in list(parts):
        yield _records(code, pd.concat(parts.pop(code)), plan, source.name)


def _column_of(name: str) -> _Column | None:
    """Return what a column holds, or None for one that is not read."""
    match = _TIER.match(name.replace(" witho ", " with "))
    base, tier = (match[1], match[2]) if match else (name, None)
    if tier == "Imputed":
        return None
    if base.startswith(_FUEL):
        words = base.removeprefix(_FUEL)
        return _Column(CODE_OF.get(words, words.capitalize()), tier == _ADJUSTED)
    return _Column(_REPORTED_OF[base], tier == _ADJUSTED) if base in _REPORTED_OF else None


def _records(ba_code: str, table: pd.DataFrame, plan: dict[str, _Column], name: str) -> Records:
    adjusted = _by_meaning(table, plan, is_adjusted=True)
    reported = _by_meaning(table, plan, is_adjusted=False)
    chosen = {**reported, **adjusted}
    notes = (MOVED_BACK, *_tier_notes(reported, adjusted, name))
    return records_of(ba_code, pd.DataFrame(chosen, index=table.index), notes)


def _by_meaning(
    table: pd.DataFrame, plan: dict[str, _Column], *, is_adjusted: bool
) -> dict[str, pd.Series]:
    """Return the columns of a tier that have any value; two vintages of a code make one."""
    result: dict[str, pd.Series] = {}
    for name, column in plan.items():
        if column.is_adjusted != is_adjusted or not table[name].notna().any():
            continue
        before = result.get(column.holds)
        values = table[name] if before is None else before.where(before.notna(), table[name])
        result[column.holds] = values
    return result


def _tier_notes(
    reported: dict[str, pd.Series], adjusted: dict[str, pd.Series], file_name: str
) -> Iterator[str]:
    """Say which tier was taken for what, and how often EIA had changed the reported value."""
    if adjusted:
        yield "EIA's adjusted values are taken"
    only_reported = [name for name in reported if name not in adjusted]
    if only_reported:
        names = ", ".join(only_reported)
        yield f"{file_name}: as reported, for there are no adjusted values: {names}"
    both = [name for name in reported if name in adjusted]
    changed = {name: _differing_hours(reported[name], adjusted[name]) for name in both}
    said = [f"{name} in {hours} hours" for name, hours in changed.items() if hours]
    if said:
        yield f"{file_name}: EIA's adjusted value differs from the reported: {', '.join(said)}"


def _differing_hours(reported: pd.Series, adjusted: pd.Series) -> int:
    a, b = reported.to_numpy(), adjusted.to_numpy()
    return int((~((a == b) | (np.isnan(a) & np.isnan(b)))).sum())
