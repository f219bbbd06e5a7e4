"""A file of one hourly value, such as a price: read strictly, and laid on the hours asked for.

The format is told to users in grids/FORMATS.md. A stamp is the beginning of its hour; columns of
local time are passed over. A unit in the name of the column is converted where it is certain.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from pandas.api.types import is_datetime64_any_dtype

from dcsim.errors import DataError
from dcsim.grid.generation import LARGEST_MW, ONE_HOUR, Repair, Source, check_finite, check_hourly
from dcsim.grid.readers.column_clocks import is_end, says_utc
from dcsim.grid.readers.column_units import Unit, mw_per_unit
from dcsim.grid.readers.columns import numbers, refuse_blank, utc_stamps
from dcsim.grid.readers.table import read_table, sha256_of
from dcsim.grid.readers.unit_columns import unit_of_column
from dcsim.grid.records import INDEX
from dcsim.grid.repair.changes import counted_by_rule, within
from dcsim.grid.repair.gaps import (
    fill_missing,
    long_gaps,
    refuse_long_gaps,
    refuse_mostly_filled,
)
from dcsim.traces.hourly_means import (
    ONE_MINUTE,
    averaged,
    hourly_means,
    refuse_register,
    step_of,
)
from dcsim.units import HOURS_PER_DAY

LARGEST_USD_PER_MWH = 1e5
"""No market lets a price go so far: the caps of ERCOT, 5,000 to 9,000 USD/MWh, are among the
highest (recalled; their text was not seen) [USD/MWh]."""

LEAST_MEAN_USD_PER_MWH = 1.0
"""No market's prices average less over a year, and USD/kWh always do (recalled) [USD/MWh]."""

LARGEST_LOAD_MW = 1e6
"""Ten times the largest capacity a scenario may have; more is kW by mistake [MW]."""

_A_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_A_STAMP = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}")
_ROWS_OF_A_YEAR = {days * HOURS_PER_DAY * rows for days in (365, 366) for rows in (4, 12)}
"""Rows of a year of 15 or of 5 minutes; no four years of hours have as many."""


@dataclass(frozen=True)
class Quantity:
    """What a file is to hold.

    Attributes:
        what: In words.
        column: The name by which its column is known.
        unit: Of its values, as shown.
        kind: What it measures: units of it are converted, others refused.
        least: No value is less.
        most: No value is more.
        otherwise: What a file in another unit needs, for the message.
        start_key: The key of a scenario that gives the first hour of a file without stamps.
        least_mean: A mean above zero and below it is warned of.
    """

    what: str
    column: str
    unit: str
    kind: Literal["power", "price", "share"]
    least: float
    most: float
    otherwise: str = ""
    start_key: str = ""
    least_mean: float = 0.0


_START = "datacenter.load.start"
_NO_CURRENCY = "; currencies are not converted"

ENERGY_PRICE = Quantity(
    "energy price",
    "price_usd_per_mwh",
    "USD/MWh",
    "price",
    -LARGEST_USD_PER_MWH,
    LARGEST_USD_PER_MWH,
    _NO_CURRENCY,
    least_mean=LEAST_MEAN_USD_PER_MWH,
)
EXPORT_PRICE = replace(
    ENERGY_PRICE, what="export price", column="export_usd_per_mwh", least_mean=0.0
)
SURPLUS = Quantity("grid surplus", "surplus_mw", "MW", "power", 0.0, LARGEST_MW)
FACILITY_LOAD = Quantity(
    "load",
    "load_mw",
    "MW",
    "power",
    0.0,
    LARGEST_LOAD_MW,
    "; a share of the capacity needs datacenter.load.unit: frac",
    _START,
)
RELATIVE_LOAD = Quantity(
    "load",
    "load_frac",
    "share of capacity",
    "share",
    0.0,
    1.0,
    "; power needs datacenter.load.unit: mw",
    _START,
)


def read_hourly(
    path: Path,
    quantity: Quantity,
    hours: pd.DatetimeIndex,
    repair: str,
    start: datetime | None = None,
) -> tuple[pd.Series, Source]:
    """Read a file of one hourly value.

    Args:
        path: CSV text, also gzipped; Parquet; or a zip of one of them.
        quantity: What it is to hold.
        hours: Hours to give, UTC, hour-beginning.
        repair: `interpolate` to fill missing values linearly; any other word to refuse them.
        start: First hour of a file without stamps, with its zone.

    Returns:
        The value in each of the hours, and where it came from.

    Raises:
        DataError: The file cannot be read; it is not plain which column is meant; its unit is
            another; an hour is not there, or there twice; a value is missing or out of range; or
            an hour is not covered.
    """
    origin = str(path)
    hourly, step, note = _read(path, quantity, repair, start)
    _check_covers(pd.DatetimeIndex(hourly.index), hours, origin)
    whole, filling = _without_missing(hourly, hours, origin, repair)
    values = whole.loc[hours].iloc[:, 0]
    repairs = (*averaged(step, len(hours)), *filling)
    warnings = _warnings(values, quantity, path.name)
    return values, Source(quantity.what, path.name, note, sha256_of(path), repairs, warnings)


def _read(
    path: Path, quantity: Quantity, repair: str, start: datetime | None
) -> tuple[pd.DataFrame, pd.Timedelta, str]:
    """Return the hours of a file in a quantity's unit, the length of its rows, and a note."""
    origin = str(path)
    table = read_table(path)
    _refuse_data_as_names(table, origin)
    table = _without_row_numbers(table, quantity)
    index, clock, table = _clock(table, quantity, origin, start)
    name = _value_column(table, quantity, origin)
    step = step_of(index, table.index, origin)
    if step == ONE_HOUR:
        check_hourly(index, origin)
    stated = unit_of_column(table, name, origin)
    factor, unit = _factor(name, stated, quantity, origin, step)
    values = numbers(table[[name]], origin, largest=LARGEST_MW / min(factor, 1.0)) * factor
    refuse_blank(values, origin)
    _check_within(values[name], quantity, origin)
    if stated is not None and stated.kind == "energy":
        refuse_register(values[name], origin)
    hourly = _hourly(values.set_axis(index), step, origin, repair)
    return hourly, step, f"column {name} [{unit}], {clock}"


def _refuse_data_as_names(table: pd.DataFrame, origin: str) -> None:
    """Refuse a first line of values: taken for names, the first hour would be lost.

    Pandas writes columns without a name as 0, 1, ...
    """
    for place, name in enumerate(map(str, table.columns)):
        if _A_DATE.match(name) or (_is_number(name) and name != str(place) and name != "0"):
            raise DataError(
                f"{origin}, line 1: {name!r} is a value and no name; the first line must name the "
                "columns"
            )


def _is_number(text: str) -> bool:
    return bool(pd.notna(pd.to_numeric(text, errors="coerce")))


def _without_row_numbers(table: pd.DataFrame, quantity: Quantity) -> pd.DataFrame:
    """Leave out a first column that counts the rows from 0 or 1, beside other numbers."""
    first, rest = table.iloc[:, 0], table.iloc[:, 1:]
    if first.name == quantity.column or not _is_numeric(first):
        return table
    counted = pd.to_numeric(first).to_numpy() - np.arange(len(table))
    is_count = counted[0] in (0, 1) and bool((counted == counted[0]).all())
    return rest if is_count and any(_has_numbers(rest[name]) for name in rest) else table


def _is_numeric(cells: pd.Series) -> bool:
    """Return whether a column holds numbers and blanks alone."""
    if is_datetime64_any_dtype(cells) or cells.isna().all():
        return False
    return bool(pd.to_numeric(cells, errors="coerce").notna().equals(cells.notna()))


def _has_numbers(cells: pd.Series) -> bool:
    if is_datetime64_any_dtype(cells):
        return False
    return bool(pd.to_numeric(cells, errors="coerce").notna().any())


def _clock(
    table: pd.DataFrame, quantity: Quantity, origin: str, start: datetime | None
) -> tuple[pd.DatetimeIndex, str, pd.DataFrame]:
    """Return the stamps of the rows, in words how they are known, and the other columns.

    Raises:
        DataError: There are none and no start is given, or both; or a stamp is no such thing.
    """
    stamp = _stamp_column(table, origin)
    if _is_numeric(table[stamp]):
        index = _counted(table, stamp, quantity, origin, start)
        return index, f"rows are hours from {index[0]:%Y-%m-%d %H:%M}Z, as asked", table
    if start is not None:
        raise DataError(
            f"{origin}, line 1: has stamps of its own, in column {stamp!r}; leave "
            f"{quantity.start_key} out"
        )
    index = utc_stamps(table[stamp], origin, naive_is_utc=says_utc(stamp), within_hour=True)
    return index, "stamps are hour-beginning UTC", table.drop(columns=stamp)


def _counted(
    table: pd.DataFrame, stamp: str, quantity: Quantity, origin: str, start: datetime | None
) -> pd.DatetimeIndex:
    """Return the hours of rows without stamps, one after another from a start."""
    if start is None:
        given = f"the first hour as {quantity.start_key}, or " if quantity.start_key else ""
        raise DataError(
            f"{origin}, line 1: has no column of stamps ({stamp!r} holds numbers); give {given}a "
            f"column {INDEX} with stamps like 2022-01-01T00:00:00+00:00"
        )
    if len(table) in _ROWS_OF_A_YEAR:
        raise DataError(
            f"{origin}: has {len(table):,} rows, a year of minutes and not of hours; rows without "
            "stamps must be hours. Average them, or give each its stamp"
        )
    first = pd.Timestamp(start).tz_convert("UTC")
    return pd.date_range(first, periods=len(table), freq="h", name=INDEX).as_unit("s")


def _stamp_column(table: pd.DataFrame, origin: str) -> str:
    """Return the first column that says UTC, else that holds stamps; rather one of beginnings.

    Raises:
        DataError: Its name says that it is the end of the hour.
    """
    names = list(map(str, table.columns))
    dated = [name for name in names if _A_STAMP.match(str(table[name].iloc[0]))]
    found = [name for name in names if says_utc(name)] or dated or names[:1]
    stamp = next((name for name in found if not is_end(name)), found[0])
    if is_end(stamp):
        raise DataError(
            f"{origin}, line 1: {stamp!r} says that stamps are the end of their hour; must be its "
            f"beginning, in a column such as {INDEX}"
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
    if not found and len(table.columns) == 1:
        return str(table.columns[0])
    if len(found) != 1:
        there = f"has {len(found)} ({', '.join(found)})" if found else "has none"
        raise DataError(
            f"{origin}, line 1: needs one column of numbers beside the stamps, and {there}; name "
            f"that of the {quantity.what} {quantity.column} [{quantity.unit}]"
        )
    return found[0]


def _factor(
    name: str, unit: Unit | None, quantity: Quantity, origin: str, step: pd.Timedelta
) -> tuple[float, str]:
    """Return what values are multiplied by to be in a quantity's unit, and in words from what.

    Raises:
        DataError: The unit stated is not converted.
    """
    step_min = step / ONE_MINUTE
    if unit is None:
        return 1.0, quantity.unit
    is_energy = quantity.kind == "power" and unit.kind == "energy"
    if unit.kind != quantity.kind and not is_energy:
        raise _other_unit(name, unit, quantity, origin)
    if unit.step_min not in (None, step_min):
        raise DataError(
            f"{origin}, line 1: column {name!r} is in {unit.text}, and rows are {step_min:g} "
            "minutes apart"
        )
    factor = mw_per_unit(unit, step_min)
    if is_energy:
        return factor, f"{unit.text} in {step_min:g} minutes, times {factor:g} for MW"
    if factor == 1.0:
        return factor, quantity.unit
    return factor, f"{unit.text}, times {factor:g} for {quantity.unit}"


def _other_unit(name: str, unit: Unit, quantity: Quantity, origin: str) -> DataError:
    return DataError(
        f"{origin}, line 1: column {name!r} is in {unit.text}; the {quantity.what} must be in "
        f"{quantity.unit}, in a column such as {quantity.column}{quantity.otherwise}"
    )


def _check_within(values: pd.Series, quantity: Quantity, origin: str) -> None:
    bad = ((values < quantity.least) | (values > quantity.most)).to_numpy()
    if bad.any():
        row = int(np.argmax(bad))
        raise DataError(
            f"{origin}, line {values.index[row]}: {values.name} is {values.iloc[row]:g}; must be "
            f"within {quantity.least:,.8g} and {quantity.most:,.8g} {quantity.unit}"
        )


def _hourly(values: pd.DataFrame, step: pd.Timedelta, origin: str, repair: str) -> pd.DataFrame:
    """Return values as they are, or the means of hours; there a blank makes its hour missing.

    Raises:
        DataError: A value within an hour is missing and missing hours are not to be filled.
    """
    if step == ONE_HOUR:
        return values
    if repair != "interpolate":
        check_finite(values, origin)
    return hourly_means(values, step)


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


def _warnings(values: pd.Series, quantity: Quantity, origin: str) -> tuple[str, ...]:
    mean = float(values.abs().mean())
    if not 0 < mean < quantity.least_mean:
        return ()
    return (
        f"{origin}: the {quantity.what} averages {mean:.3g} {quantity.unit}; markets average more "
        f"than {quantity.least_mean:g}. Is it per kWh?",
    )
