"""Missing hours: how a plain file is filled, and which gaps are too long to plan in.

A filled hour has the shape of the hours around it and none of their extremes. A plan in a long gap
is optimal for weather and prices that nobody reported.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dcsim.errors import DataError
from dcsim.grid.generation import Repair, check_finite
from dcsim.grid.records import INDEX
from dcsim.grid.repair.changes import BLANK_NIGHT, counted_by_rule
from dcsim.grid.repair.filling import LINE, LINE_HOURS, NIGHT, Mask, fill, run_lengths, spans
from dcsim.grid.repair.night import blank_nights, dark_hours, is_dark
from dcsim.units import HOURS_PER_DAY, PERCENT

LONGEST_GAP_H = HOURS_PER_DAY
"""Longest gap to plan in. Up to a day each hour is filled from the same hour of the days around,
which keeps the day's shape; over more than a day, wind and prices are not what they were the day
before, and a plan would size its storage by averages. Weather files have 6 h, as they are filled
with straight lines (`dcsim.traces.weather`) [h]."""

MOSTLY_FRAC = 0.5
"""A horizon of which more than this share is filled is refused, whatever its source [-]."""

WARNED_FRAC = 0.01
"""Gaps of an imported record are warned of if together they are more than this share of the
horizon: a good year may have a day or three (PJM 2022: 28 hours) [-]."""

MOST_NAMED = 3
"""So many gaps are named in a warning; of more, the number."""

INTERPOLATE = "interpolate"
"""The rule that fills the gaps of a plain file, and the word that asks for it."""

_CHANGES = (INDEX, "column", "rule", "filled")


@dataclass(frozen=True)
class Filled:
    """A table after filling.

    Attributes:
        table: Without missing values where there is what to fill them from.
        changes: As `dcsim.grid.repair.changes` says.
    """

    table: pd.DataFrame
    changes: pd.DataFrame

    @property
    def repairs(self) -> tuple[Repair, ...]:
        """Return what was done, by rule."""
        return tuple(counted_by_rule(self.changes))


@dataclass(frozen=True)
class Gap:
    """A stretch of filled hours; the nights between filled days of solar belong to it.

    Attributes:
        columns: What was filled.
        start: First hour.
        end: Last hour.
        hours: Of the gap, also beyond the horizon [h].
    """

    columns: tuple[str, ...]
    start: pd.Timestamp
    end: pd.Timestamp
    hours: int

    def mask(self, hours: pd.DatetimeIndex) -> Mask:
        """Tell for each hour whether it lies in the gap."""
        inside: Mask = np.asarray((hours >= self.start) & (hours <= self.end))
        return inside

    def sentence(self) -> str:
        """Return what lacks, from when to when."""
        first, last = (f"{stamp:%Y-%m-%d %H:%M}Z" for stamp in (self.start, self.end))
        names = ", ".join(self.columns)
        return f"no usable {names} from {first} to {last} ({self.hours:,} hours)"


def fill_missing(table: pd.DataFrame, origin: str, repair: str) -> Filled:
    """Fill a plain table: solar that alone is blank at night with zero, and gaps if asked.

    Args:
        table: Hourly values, whole and consecutive hours.
        origin: What to call the file in messages.
        repair: `interpolate` to fill gaps; any other word to refuse them.

    Raises:
        DataError: A value is missing that is not to be filled, or has nothing to be filled from.
    """
    night = _night(table)
    blank = _blank_nights(table, night)
    filled, methods = table.mask(blank, 0.0), pd.DataFrame("", table.index, table.columns)
    if repair == INTERPOLATE:
        filled, methods = fill(filled, night)
        _refuse_lines_through_the_day(methods, origin)
    check_finite(filled, origin, was_repaired=repair == INTERPOLATE)
    row, column = np.nonzero(table.isna().to_numpy())
    rules = np.where(blank.to_numpy(), BLANK_NIGHT, INTERPOLATE)
    cells = (
        table.index[row],
        table.columns.to_numpy(dtype=object)[column],
        rules[row, column],
        methods.to_numpy(dtype=object)[row, column],
    )
    return Filled(filled, pd.DataFrame(dict(zip(_CHANGES, cells, strict=True))))


def _night(table: pd.DataFrame) -> Mask:
    if "solar" not in table:
        return np.zeros(len(table), dtype=bool)
    return dark_hours(table["solar"].to_numpy(dtype=float))


def _blank_nights(table: pd.DataFrame, night: Mask) -> pd.DataFrame:
    """Tell which cells are solar without a value at night, where other columns have one."""
    blank = pd.DataFrame(False, table.index, table.columns)
    if "solar" in table:
        others = table.drop(columns="solar").notna().any(axis=1).to_numpy()
        blank["solar"] = blank_nights(table["solar"].isna().to_numpy(), night) & others
    return blank


def _refuse_lines_through_the_day(methods: pd.DataFrame, origin: str) -> None:
    """Refuse solar that only a long straight line could fill, for want of another such hour."""
    if "solar" not in methods:
        return
    lines = run_lengths((methods["solar"] == LINE).to_numpy())
    if (lines > LINE_HOURS).any():
        first = methods.index[int(np.argmax(lines > LINE_HOURS))]
        raise DataError(
            f"{origin}: solar is missing at {first:%Y-%m-%d %H:%M}Z and at that hour of every "
            f"other day, for {int(lines.max())} h in a row; a straight line over more than "
            f"{LINE_HOURS} h is no sunshine. Give these hours"
        )


def long_gaps(changes: pd.DataFrame, table: pd.DataFrame, hours: pd.DatetimeIndex) -> list[Gap]:
    """Return the gaps that touch a horizon and are too long to plan in, the longest first.

    Args:
        changes: Of the whole table.
        table: The values after filling.
        hours: The horizon.
    """
    found: dict[tuple[int, int], list[str]] = {}
    for column, cells in _filled_cells(changes).groupby("column"):
        if column in table:
            bridge = is_dark(table[column].to_numpy(dtype=float)) & (column == "solar")
            for span in spans(table.index.isin(cells[INDEX]), bridge):
                found.setdefault(span, []).append(str(column))
    stamps = pd.DatetimeIndex(table.index)
    gaps = [
        Gap(tuple(columns), stamps[start], stamps[end - 1], end - start)
        for (start, end), columns in _with_shorter_ones(found).items()
        if end - start > LONGEST_GAP_H
    ]
    touching = [gap for gap in gaps if gap.mask(hours).any()]
    return sorted(touching, key=lambda gap: (-gap.hours, gap.start))


def _with_shorter_ones(
    found: dict[tuple[int, int], list[str]],
) -> dict[tuple[int, int], list[str]]:
    """Return the spans that lie in no longer one, with the columns of those that lie in them."""
    widest: dict[tuple[int, int], list[str]] = {}
    for span in sorted(found, key=lambda span: span[0] - span[1]):
        around = [one for one in widest if one[0] <= span[0] and span[1] <= one[1]]
        if not around:
            widest[span] = list(found[span])
            continue
        known = widest[around[0]]
        known += [column for column in found[span] if column not in known]
    return widest


def refuse_mostly_filled(
    changes: pd.DataFrame,
    table: pd.DataFrame,
    parts: Mapping[str, Sequence[str]],
    origin: str,
) -> None:
    """Refuse a horizon of which most is filled, by the sum of its values.

    Args:
        changes: Of the horizon or more.
        table: The horizon's values after filling.
        parts: What is judged by itself, by name, and the columns that add up to it.
        origin: What to call the source in the message.

    Raises:
        DataError: Names the part, its share and the limit.
    """
    values = table.abs()
    cells = _filled_cells(changes)
    is_filled = pd.DataFrame(
        {name: table.index.isin(cells.loc[cells["column"] == name, INDEX]) for name in values},
        table.index,
    )
    filled, whole = values.where(is_filled, 0.0).sum(), values.sum()
    for part, columns in parts.items():
        filled_frac = filled[list(columns)].sum() / (whole[list(columns)].sum() or 1.0)
        if filled_frac > MOSTLY_FRAC:
            stamps = table.index[is_filled[list(columns)].any(axis=1)]
            raise DataError(
                f"{origin}: {PERCENT * filled_frac:.0f} % of {part} in the horizon is filled from "
                f"other hours ({len(stamps):,} hours, {stamps[0]:%Y-%m-%d %H:%M}Z to "
                f"{stamps[-1]:%Y-%m-%d %H:%M}Z); at most {PERCENT * MOSTLY_FRAC:g} % may be. Plan "
                "other hours, or give a record that has them"
            )


def _filled_cells(changes: pd.DataFrame) -> pd.DataFrame:
    """Return the changes that were found from other hours, and not by a rule alone."""
    return changes[~changes["filled"].isin(("", NIGHT))]


def refuse_long_gaps(gaps: Sequence[Gap], origin: str) -> None:
    """Refuse a horizon in gaps of a plain file that are too long to be filled.

    Raises:
        DataError: Names the columns, first and last hour of the longest gap, and the limit.
    """
    if gaps:
        more = f" and {len(gaps) - 1} more" if len(gaps) > 1 else ""
        raise DataError(
            f"{origin}: {gaps[0].sentence()}{more}; up to {LONGEST_GAP_H} h are filled. Plan a "
            "horizon outside the gap, or give a file with these hours"
        )


def warnings_of_gaps(gaps: Sequence[Gap], hours: pd.DatetimeIndex, origin: str) -> Iterator[str]:
    """Yield one warning for all gaps of a horizon; it names the longest."""
    share_frac = _share_frac(gaps, hours)
    if share_frac <= WARNED_FRAC:
        return
    named = [gap.sentence() for gap in gaps[:MOST_NAMED]]
    if rest := len(gaps) - len(named):
        named.append(f"{rest} more {'gap' if rest == 1 else 'gaps'} of over {LONGEST_GAP_H} h")
    yield (
        f"{origin}: {PERCENT * share_frac:.2g} % of the horizon is filled from other hours: "
        f"{'; '.join(named)}. There the plan is optimal for filled hours only."
    )


def _share_frac(gaps: Sequence[Gap], hours: pd.DatetimeIndex) -> float:
    """Return the share of a horizon that lies in any of the gaps."""
    inside = np.zeros(len(hours), dtype=bool)
    for gap in gaps:
        inside |= gap.mask(hours)
    return float(inside.mean())
