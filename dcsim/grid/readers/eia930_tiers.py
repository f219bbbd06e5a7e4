"""EIA's tiers: what an authority reported, and what EIA made of it where that was missing or odd.

The adjusted value is the report with EIA's own estimate in place of what is missing or anomalous;
it is taken where there is any. The estimate by itself (imputed) is never read.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dcsim.grid.readers.eia_codes import MOVED_BACK, is_region, records_of
from dcsim.grid.readers.rows import Batch, read_batches
from dcsim.grid.readers.source import Input, Options, Sniff
from dcsim.grid.records import Records


@dataclass(frozen=True)
class TierColumn:
    """What a column of a file holds: a fuel code or a name of records, in a tier."""

    holds: str
    is_adjusted: bool = False


def read_tiers(
    source: Input,
    options: Options,
    found: Sniff,
    place: tuple[str, str, Callable[[Batch], pd.DatetimeIndex]],
    plan: Mapping[str, TierColumn],
    *,
    notes: tuple[str, ...] = (),
    keeps_beyond: bool = True,
) -> Iterator[Records]:
    """Read a table with a row for each authority and hour, one authority after another.

    Args:
        source: The file.
        options: What was asked for.
        found: Its beginning.
        place: The column of the authority, that of stamps, and what returns the beginning of each
            row's hour.
        plan: What each column to be read holds.
        notes: What else a person must know.
        keeps_beyond: False to take what is larger than any power as missing.

    Raises:
        DataError: A row, stamp or number is unreadable.
    """
    authority, stamp, beginnings = place
    parts: dict[str, list[pd.DataFrame]] = defaultdict(list)
    keep = {authority, stamp, *plan}
    for batch in read_batches(source, found, keep.__contains__, options.progress):
        codes = batch.words(authority)
        values = {name: batch.numbers(name, keeps_beyond=keeps_beyond) for name in plan}
        table = pd.DataFrame(values, index=beginnings(batch))
        for code in dict.fromkeys(codes):
            if not is_region(code) and options.wants(code):
                parts[code].append(table[codes == code])
    for code in list(parts):
        yield records_of_tiers(code, pd.concat(parts.pop(code)), plan, source.name, notes=notes)


def records_of_tiers(
    ba_code: str,
    table: pd.DataFrame,
    plan: Mapping[str, TierColumn],
    file_name: str,
    *,
    notes: tuple[str, ...] = (),
) -> Records:
    """Return the records of an authority, adjusted values where there are any.

    Args:
        ba_code: The authority.
        table: A column for each of `plan`; index UTC and hour-beginning.
        plan: What each column holds.
        file_name: For notes.
        notes: What else a person must know.
    """
    adjusted = _by_meaning(table, plan, is_adjusted=True)
    reported = _by_meaning(table, plan, is_adjusted=False)
    chosen = {**reported, **adjusted}
    said = (MOVED_BACK, *notes, *_tier_notes(reported, adjusted, file_name))
    return records_of(ba_code, pd.DataFrame(chosen, index=table.index), said)


def _by_meaning(
    table: pd.DataFrame, plan: Mapping[str, TierColumn], *, is_adjusted: bool
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
