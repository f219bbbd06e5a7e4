"""What repair changed, hour by hour: counted by rule, and warned of where it is much.

Changes are a table with a row for every changed cell: the hour (`utc_hour_beginning`), `column`,
`rule`, and `filled`, how the value was found (empty where the rule gives it).
"""

from collections.abc import Iterator

import pandas as pd

from dcsim.grid.generation import Repair, Source
from dcsim.grid.records import INDEX
from dcsim.units import PERCENT

BLANK_NIGHT = "blank_night"
"""The rule of solar without a value at night: it is zero, and no fault is repaired."""

MUCH_FRAC = 0.05
"""A single rule that changes more than this share of the planned hours is warned of: the limit
below which the hours of a year are graded C (`dcsim.grid.repair.grade`) [-]."""


def counted_by_rule(changes: pd.DataFrame) -> Iterator[Repair]:
    """Yield for each rule in how many hours it changed something, and in which columns."""
    for rule, changed in changes.groupby("rule", sort=True):
        columns = ", ".join(f"{name} {n}" for name, n in changed["column"].value_counts().items())
        detail = f"{columns}; first at {changed[INDEX].min():%Y-%m-%d %H:%M}Z"
        hours = int(changed[INDEX].nunique())
        yield Repair(str(rule), hours, detail, is_routine=rule == BLANK_NIGHT)


def within(changes: pd.DataFrame, hours: pd.DatetimeIndex) -> pd.DataFrame:
    """Return the changes of some hours."""
    return changes[changes[INDEX].isin(hours)]


def warnings_of_shares(source: Source, hours: int) -> Iterator[str]:
    """Yield a warning for every rule that changed more than a small share of the hours.

    Args:
        source: With its repairs. A rule that is routine says nothing of the data.
        hours: Length of the horizon, in which repairs count unless they say otherwise [h].
    """
    for repair in source.repairs:
        of_hours = repair.of_hours or hours
        share_frac = repair.hours / of_hours
        if not repair.is_routine and share_frac > MUCH_FRAC:
            yield (
                f"{source.what} {source.origin}: {repair.rule} changed {repair.hours:,} of "
                f"{of_hours:,} hours ({PERCENT * share_frac:.0f} %): {repair.detail}"
            )
