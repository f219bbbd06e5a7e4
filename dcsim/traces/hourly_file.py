"""A file of one hourly value, such as a price: read strictly, and laid on the hours asked for.

The format is told to users in grids/FORMATS.md. A stamp is the beginning of its hour; columns of
local time are passed over.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from dcsim.errors import DataError
from dcsim.grid.generation import LARGEST_MW, ONE_HOUR, Repair, Source, check_hourly
from dcsim.grid.readers.columns import numbers, refuse_blank, utc_stamps
from dcsim.grid.readers.table import read_table, sha256_of
from dcsim.grid.repair.changes import counted_by_rule, within
from dcsim.grid.repair.gaps import (
    fill_missing,
    long_gaps,
    refuse_long_gaps,
    refuse_mostly_filled,
)

LARGEST_USD_PER_MWH = 1e5
"""No market lets a price go so far: the caps of ERCOT, 5,000 to 9,000 USD/MWh, are among the
highest (recalled; their text was not seen) [USD/MWh]."""

LARGEST_LOAD_MW = 1e6
"""Ten times the largest capacity a scenario may have; more is kW by mistake [MW]."""

_UTC = re.compile("utc", re.IGNORECASE)
_END = re.compile(r"(?<![a-z])end(s|ing)?(?![a-z])", re.IGNORECASE)


@dataclass(frozen=True)
class Quantity:
    """What a file is to hold.

    Attributes:
        what: In words.
        column: The name by which its column is known.
        unit: Of its values, as shown.
        least: No value is less.
        most: No value is more.
    """

    what: str
    column: str
    unit: str
    least: float
    most: float


ENERGY_PRICE = Quantity(
    "energy price", "price_usd_per_mwh", "USD/MWh", -LARGEST_USD_PER_MWH, LARGEST_USD_PER_MWH
)
EXPORT_PRICE = Quantity(
    "export price", "export_usd_per_mwh", "USD/MWh", -LARGEST_USD_PER_MWH, LARGEST_USD_PER_MWH
)
SURPLUS = Quantity("grid surplus", "surplus_mw", "MW", 0.0, LARGEST_MW)
FACILITY_LOAD = Quantity("load", "load_mw", "MW", 0.0, LARGEST_LOAD_MW)
RELATIVE_LOAD = Quantity("load", "load_frac", "share of capacity", 0.0, 1.0)


def read_hourly(
    path: Path, quantity: Quantity, hours: pd.DatetimeIndex, repair: str
) -> tuple[pd.Series, Source]:
    """Read a file of one hourly value.

    Args:
        path: CSV text, also gzipped; Parquet; or a zip of one of them.
        quantity: What it is to hold.
        hours: Hours to give, UTC, hour-beginning.
        repair: `interpolate` to fill missing values linearly; any other word to refuse them.

    Returns:
        The value in each of the hours, and where it came from.

    Raises:
        DataError: The file cannot be read; it is not plain which column is meant; an hour is not
            there, or there twice; a value is missing or out of range; or an hour is not covered.
    """
    origin = str(path)
    table = read_table(path)
    stamp = _stamp_column(table.columns, origin)
    name = _value_column(table.drop(columns=stamp), quantity, origin)
    index = utc_stamps(table[stamp], origin, naive_is_utc=bool(_UTC.search(stamp)))
    check_hourly(index, origin)
    values = numbers(table[[name]], origin)
    refuse_blank(values, origin)
    _check_within(values[name], quantity, origin)
    _check_covers(index, hours, origin)
    whole, repairs = _without_missing(values.set_axis(index), hours, origin, repair)
    note = f"column {name} [{quantity.unit}], stamps are hour-beginning UTC"
    return whole.loc[hours, name], Source(quantity.what, path.name, note, sha256_of(path), repairs)


def _stamp_column(columns: pd.Index, origin: str) -> str:
    """Return the first column whose name says UTC, else the first.

    Raises:
        DataError: Its name says that it is the end of the hour.
    """
    names = list(map(str, columns))
    stamp = next((name for name in names if _UTC.search(name)), names[0])
    if _END.search(stamp):
        raise DataError(
            f"{origin}, line 1: {stamp!r} says that stamps are the end of their hour; must be its "
            "beginning, in a column such as utc_hour_beginning"
        )
    return stamp


def _value_column(table: pd.DataFrame, quantity: Quantity, origin: str) -> str:
    """Return the column that is named as the quantity is, else the only one of numbers.

    Raises:
        DataError: There is none, or more than one.
    """
    if quantity.column in table:
        return quantity.column
    found = [str(name) for name in table if _has_numbers(table[name])]
    if len(found) != 1:
        there = f"has {len(found)} ({', '.join(found)})" if found else "has none"
        raise DataError(
            f"{origin}, line 1: needs one column of numbers beside the stamps, and {there}; name "
            f"that of the {quantity.what} {quantity.column} [{quantity.unit}]"
        )
    return found[0]


def _has_numbers(cells: pd.Series) -> bool:
    return bool(pd.to_numeric(cells, errors="coerce").notna().any())


def _check_within(values: pd.Series, quantity: Quantity, origin: str) -> None:
    bad = ((values < quantity.least) | (values > quantity.most)).to_numpy()
    if bad.any():
        row = int(np.argmax(bad))
        raise DataError(
            f"{origin}, line {values.index[row]}: {values.name} is {values.iloc[row]:g}; must be "
            f"within {quantity.least:,.8g} and {quantity.most:,.8g} {quantity.unit}"
        )


def _without_missing(
    values: pd.DataFrame, hours: pd.DatetimeIndex, origin: str, repair: str
) -> tuple[pd.DataFrame, tuple[Repair, ...]]:
    """Return values with gaps filled as asked, and what of the hours was filled.

    Raises:
        DataError: A value is missing that is not to be filled, or the hours lie in a long gap.
    """
    filled = fill_missing(values, origin, repair)
    refuse_long_gaps(long_gaps(filled.changes, filled.table, hours), origin)
    parts = {name: [name] for name in map(str, values)}
    refuse_mostly_filled(filled.changes, filled.table.loc[hours], parts, origin)
    return filled.table, tuple(counted_by_rule(within(filled.changes, hours)))


def _check_covers(index: pd.DatetimeIndex, hours: pd.DatetimeIndex, origin: str) -> None:
    if hours[0] < index[0] or hours[-1] > index[-1]:
        has, needs = (
            f"{some[0]:%Y-%m-%d %H:%M}Z to {some[-1] + ONE_HOUR:%Y-%m-%d %H:%M}Z"
            for some in (index, hours)
        )
        raise DataError(f"{origin}: has {has}; must cover the horizon, {needs}")
