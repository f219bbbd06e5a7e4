"""Columns of text to stamps and numbers, for every reader: the checks that name line and value."""

from collections.abc import Collection

import pandas as pd
from pandas.api.types import is_bool_dtype

from dcsim.errors import DataError
from dcsim.grid.generation import FUELS, LARGEST_MW, ONE_HOUR
from dcsim.grid.readers.limits import (
    WHAT_A_STAMP_IS,
    first_beyond,
    is_odd_stamp,
    what_is_allowed,
)


def utc_stamps(
    stamps: pd.Series, origin: str, *, naive_is_utc: bool, within_hour: bool = False
) -> pd.DatetimeIndex:
    """Parse stamps to UTC.

    Args:
        stamps: Text or timestamps; the index says in which line each stands.
        origin: What to call the file in messages.
        naive_is_utc: Whether the column's name says that stamps without an offset are UTC.
        within_hour: Whether stamps may be other than whole hours.

    Raises:
        DataError: A stamp is unreadable, no whole hour (if it must be) of this century, or has no
            offset where one is needed.
    """
    as_text = stamps.astype(str)
    parsed = pd.to_datetime(as_text, utc=True, errors="coerce", format="ISO8601")
    if parsed.isna().any():
        row = int(parsed.isna().to_numpy().argmax())
        raise DataError(
            f"{origin}, line {stamps.index[row]}: {stamps.name} is {as_text.iloc[row]!r}; "
            "stamps must read like 2022-01-01T00:00:00+00:00"
        )
    index = pd.DatetimeIndex(parsed)
    is_odd = is_odd_stamp(index.floor(ONE_HOUR) if within_hour else index)
    if is_odd.any():
        row = int(is_odd.argmax())
        is_within_hour = index[row] != index[row].floor(ONE_HOUR)
        advice = "; average shorter steps to hours" if is_within_hour else ""
        raise DataError(
            f"{origin}, line {stamps.index[row]}: {stamps.name} is {as_text.iloc[row]!r}; "
            f"{WHAT_A_STAMP_IS}{advice}"
        )
    has_offset = as_text.str.contains(r"[T ]\d{2}.*(?:Z|[+-]\d{2}(?::?\d{2})?)$", regex=True)
    if not naive_is_utc and not has_offset.all():
        row = int((~has_offset).to_numpy().argmax())
        raise DataError(
            f"{origin}, line {stamps.index[row]}: {stamps.name} is {as_text.iloc[row]!r}, which "
            "says no zone; give an offset such as +00:00, or name the column utc_hour_beginning"
        )
    return pd.DatetimeIndex(parsed).as_unit("s").rename("utc_hour_beginning")


def numbers(table: pd.DataFrame, origin: str, *, largest: float = LARGEST_MW) -> pd.DataFrame:
    """Turn columns to numbers; blanks stay missing, anything else that is no number is refused.

    Args:
        table: The columns; the index says in which line each row stands.
        origin: What to call the file in messages.
        largest: Largest value that is no mistake.

    Raises:
        DataError: Names line, column and value of the first cell that is no number, or no finite
            one that power could be.
    """
    result = pd.DataFrame(
        {name: pd.to_numeric(table[name], errors="coerce").astype(float) for name in table.columns}
    )
    bad = (result.isna() & table.notna()) | table.dtypes.map(is_bool_dtype)
    if bad.to_numpy().any():
        column = bad.any().idxmax()
        row = int(bad[column].to_numpy().argmax())
        value = table[column].iloc[row]
        raise DataError(
            f"{origin}, line {table.index[row]}: {column} is {value!r}, which is no number"
        )
    for name in result.columns:
        beyond = first_beyond(result[name].to_numpy(), largest)
        if beyond is not None:
            place = f"{origin}, line {table.index[beyond]}"
            value = result[name].iloc[beyond]
            raise DataError(f"{place}: {name} is {value:g}; {what_is_allowed(largest)}")
    return result


def refuse_blank(values: pd.DataFrame, origin: str) -> None:
    """Refuse columns that hold no value at all.

    Raises:
        DataError: Names the columns.
    """
    if values.isna().all(axis=None):
        names = ", ".join(map(str, values.columns))
        raise DataError(f"{origin}: is blank in all {len(values)} rows; there is no {names}")


def by_fuel(columns: dict[str, pd.Series], index: pd.DatetimeIndex) -> pd.DataFrame:
    """Lay columns named by fuel on an index; a fuel without a column is zero all year."""
    zero = pd.Series(0.0, index=range(len(index)))
    table = pd.DataFrame({fuel: columns.get(fuel, zero).to_numpy() for fuel in FUELS}, index=index)
    return table


def without_column(found: Collection[str]) -> str:
    """Say which fuels have no column, and so count as none; for the source's note."""
    missing = [fuel for fuel in FUELS if fuel not in found]
    return f"no column of {', '.join(missing)}, taken as none" if missing else "all fuels given"
