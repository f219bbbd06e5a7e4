"""Tables of hourly carbon intensity alone: dcsim's own names, OpenDC's, Vessim's, WattTime's.

A column of stamps and one of intensity in a certain unit, in steps of an hour or of a part of one,
which are averaged to hours. Documented for users in grids/FORMATS.md.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pandas.api.types import is_datetime64_any_dtype, is_numeric_dtype

from dcsim.errors import DataError
from dcsim.grid.generation import ONE_HOUR
from dcsim.grid.readers.carboncast import STAMP as CARBONCAST_STAMP
from dcsim.grid.readers.columns import numbers, refuse_blank, utc_stamps
from dcsim.grid.readers.eia_codes import laid_out
from dcsim.grid.readers.intensity_names import (
    BARE,
    WATTTIME_STAMP,
    IntensityColumn,
    column_of,
    is_in_tons,
)
from dcsim.grid.readers.naming import authority_of
from dcsim.grid.readers.source import Input, Options, Sniff, sniff
from dcsim.grid.readers.table import table_of
from dcsim.grid.records import CARBON_FREE, DIRECT_INTENSITY, INDEX, INTENSITY, Records

NAME = "hourly carbon intensity"

LARGEST_KG_PER_MWH = 1500.0
"""Lignite and old oil plants emit up to some 1,200 kg/MWh at the stack: no grid is above this."""
LEAST_HIGHEST_KG_PER_MWH = 2.0
"""If the highest hour of all is below, and above zero, values are in another unit (kg/kWh)."""

_STAMPS = (INDEX, "timestamp", WATTTIME_STAMP, "datetime", "time", "date", "period", "hour", "")
_UTC = re.compile(r"(?<![a-z])utc(?![a-z])")
_LOCAL = re.compile(r"(?<![a-z])local(?![a-z])")
_END = re.compile(r"(?<![a-z])(?:end|ending|ends|he)(?![a-z])|(?:hour|time)end")
_GENERATION = re.compile(
    r"^(?:coal|natural_gas|nat_gas|gas|nuclear|oil|hydro|solar|wind|other)(?:_mw)?$|_mw$"
)
_SIGNAL, _UNITS = "signal_type", "units"
_SIGNALS = {"co2_moer": True, "co2_aoer": False}
"""WattTime's signals of carbon, and whether each is marginal."""
_FIRST_MILLISECONDS = 1e11
"""Numbers from here on are milliseconds since 1970, smaller ones seconds."""


@dataclass(frozen=True)
class HourlyIntensity:
    """What a table holds.

    Attributes:
        table: Columns `INTENSITY`, and `DIRECT_INTENSITY` and `CARBON_FREE` if they are there;
            index UTC, hour-beginning; NaN where missing.
        notes: What was converted, averaged and moved.
        warnings: What must be known before a result is used.
    """

    table: pd.DataFrame
    notes: tuple[str, ...]
    warnings: tuple[str, ...]


def matches(columns: Sequence[str] | pd.Index) -> bool:
    """Return whether a table with these columns holds carbon intensity and no generation."""
    names = tuple(_plain(name) for name in columns)
    has_intensity = any(
        ((held := column_of(name, names)) is not None and held.holds != CARBON_FREE)
        or is_in_tons(name)
        for name in names
    )
    return has_intensity and not any(_GENERATION.search(name) for name in names)


def recognizes(found: Sniff) -> bool:
    """Return whether a file is meant for this reader."""
    return matches(found.columns)


def pieces(source: Input, options: Options) -> Iterator[Records]:
    """Read the records of one authority.

    Raises:
        DataError: As `read`, or the file does not say which authority it is about.
    """
    code = authority_of(source, options)
    if not options.wants(code):
        return
    found = read(table_of(source, sniff(source), options.progress), source.origin)
    table = laid_out({str(name): found.table[name] for name in found.table}, found.table.index)
    yield Records(code, table, found.notes, warnings=found.warnings)


def read(table: pd.DataFrame, origin: str) -> HourlyIntensity:
    """Read a table of carbon intensity.

    Args:
        table: As read from the file.
        origin: What to call the file in messages.

    Raises:
        DataError: A unit is not certain, two columns hold the same, a stamp has no zone, a value is
            no intensity a grid can have, or a moment is there twice with different values.
    """
    named = table.rename(columns=_plain)
    chosen = _chosen(tuple(map(str, named.columns)), origin)
    stamp = _stamp_column(named, origin)
    values = numbers(named[list(chosen)], origin)
    refuse_blank(values, origin)
    held = {column.holds: values[name] * column.factor for name, column in chosen.items()}
    for holds, series in held.items():
        _refuse_implausible(series, "share" if holds == CARBON_FREE else holds, origin)
    by_moment = pd.DataFrame(held).set_axis(_moments(named[stamp], chosen, origin)).sort_index()
    hourly, said = _hourly(by_moment, origin, is_ending=_is_ending(stamp, chosen))
    if INTENSITY not in hourly:
        hourly = hourly.assign(**{INTENSITY: hourly[DIRECT_INTENSITY]})
        said = (*said, "direct emissions are taken for the intensity: there is no other")
    is_marginal = _is_marginal(named, chosen, origin)
    return HourlyIntensity(hourly, (*said, *_unit_notes(chosen)), _warnings(chosen, is_marginal))


def _plain(name: object) -> str:
    word = " ".join(str(name).split()).lower()
    return "" if word.startswith("unnamed:") else word


def _chosen(names: tuple[str, ...], origin: str) -> dict[str, IntensityColumn]:
    """Return the columns to read.

    Raises:
        DataError: One is in tons, or two hold the same.
    """
    tons = next((name for name in names if is_in_tons(name)), None)
    if tons is not None:
        raise DataError(
            f"{origin}, line 1: column {tons!r} is in tons, which may be short or metric; give "
            f"{INTENSITY}, or name it tonnes"
        )
    chosen: dict[str, IntensityColumn] = {}
    for name in names:
        column = column_of(name, names)
        if column is None:
            continue
        other = next((one for one in chosen if chosen[one].holds == column.holds), None)
        if other is not None:
            raise DataError(
                f"{origin}, line 1: {other!r} and {name!r} both hold {column.holds}; keep one"
            )
        chosen[name] = column
    return chosen


def _stamp_column(table: pd.DataFrame, origin: str) -> str:
    """Return the column of stamps: one that says UTC, else one of a usual name.

    Raises:
        DataError: There is none, or it is of local time.
    """
    names = [str(name) for name in table.columns]
    says_utc = [name for name in names if _UTC.search(name.replace("_", " "))]
    usual = [name for name in _STAMPS if name in names]
    found = next(iter([*says_utc, *usual]), None)
    if found is None or _LOCAL.search(found.replace("_", " ")):
        raise DataError(
            f"{origin}, line 1: has no column of stamps in UTC; name it {INDEX}, or timestamp with "
            f"an offset in each stamp. It has {', '.join(names[:6])}"
        )
    return found


def _moments(
    stamps: pd.Series, chosen: dict[str, IntensityColumn], origin: str
) -> pd.DatetimeIndex:
    """Return the moments of a column of stamps in UTC: text, numbers since 1970, or Parquet's."""
    name = str(stamps.name)
    if is_numeric_dtype(stamps):
        per_second = 1e3 if float(stamps.abs().max()) >= _FIRST_MILLISECONDS else 1.0
        seconds = stamps.astype(float) / per_second
        stamps = pd.Series(pd.to_datetime(seconds, unit="s", utc=True), stamps.index, name=name)
    is_of_opendc = is_datetime64_any_dtype(stamps) and set(chosen) == {BARE[0]}
    says_utc = _UTC.search(name.replace("_", " ")) is not None
    return utc_stamps(stamps, origin, naive_is_utc=says_utc or is_of_opendc, within_hour=True)


def _is_ending(stamp: str, chosen: dict[str, IntensityColumn]) -> bool:
    """Return whether stamps are the ends of their steps: by their name, or as CarbonCast's are."""
    is_of_carboncast = stamp == CARBONCAST_STAMP.lower() and set(chosen) == {BARE[0]}
    return is_of_carboncast or _END.search(stamp.replace("_", " ")) is not None


def _hourly(
    by_moment: pd.DataFrame, origin: str, *, is_ending: bool
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the means of whole hours; an hour that lacks a part of itself is missing.

    Raises:
        DataError: A moment is there twice, or the step is no hour and no part of one.
    """
    by_moment = by_moment.reset_index(names=INDEX).drop_duplicates().set_index(INDEX)
    if by_moment.index.has_duplicates:
        first = by_moment.index[by_moment.index.duplicated()][0]
        raise DataError(
            f"{origin}: {first:%Y-%m-%d %H:%M}Z is there twice, with different values; one value "
            "of one place is needed for each moment"
        )
    stamps = pd.DatetimeIndex(by_moment.index)
    steps = (stamps[1:] - stamps[:-1]).to_series()
    step = min(steps.min(), ONE_HOUR) if len(steps) else ONE_HOUR
    if ONE_HOUR % step != pd.Timedelta(0) or ((stamps - stamps.floor("h")) % step).any():
        raise DataError(
            f"{origin}: has a value every {step / pd.Timedelta(minutes=1):g} minutes; steps must "
            "be an hour or a part of one, on the hour"
        )
    beginnings = stamps - step if is_ending else stamps
    said = (
        "stamps were hour-ending and are moved back" if is_ending else "stamps are hour-beginning"
    )
    if step == ONE_HOUR:
        return by_moment.set_axis(beginnings.rename(INDEX)), (said,)
    in_hour = by_moment.groupby(beginnings.floor("h"))
    whole = in_hour.count() == int(ONE_HOUR / step)
    minutes = step / pd.Timedelta(minutes=1)
    hourly = in_hour.mean().where(whole).rename_axis(INDEX)
    ends = whole.any(axis=1).to_numpy().nonzero()[0]
    hourly = hourly.iloc[ends[0] : ends[-1] + 1] if len(ends) else hourly
    return hourly, (said, f"values of {minutes:g} minutes are averaged to hours")


def _refuse_implausible(values: pd.Series, what: str, origin: str) -> None:
    """Refuse what no grid has: values below zero or too large, or all next to nothing."""
    is_share = what == "share"
    largest = 1.0 if is_share else LARGEST_KG_PER_MWH
    unit = "" if is_share else " kg/MWh"
    bad = ((values < 0) | (values > largest)).to_numpy()
    if bad.any():
        row = int(np.argmax(bad))
        raise DataError(
            f"{origin}, line {values.index[row]}: {values.name} is {values.iloc[row]:g}{unit}; it "
            f"must be within 0 and {largest:,.0f}{unit}. Is the unit right?"
        )
    if not is_share and 0 < values.max() < LEAST_HIGHEST_KG_PER_MWH:
        raise DataError(
            f"{origin}: {values.name} is {values.max():g}{unit} at most, which no grid has all the "
            "time. Is it in kg/kWh? Give kg/MWh, which is 1,000 times as many"
        )


def _is_marginal(table: pd.DataFrame, chosen: dict[str, IntensityColumn], origin: str) -> bool:
    """Return whether an intensity is of the next MWh, by its name or WattTime's signal.

    Raises:
        DataError: The signal is none of carbon, or its unit is not lb/MWh.
    """
    signals = list(table[_SIGNAL].astype(str).unique()) if _SIGNAL in table else []
    units = list(table[_UNITS].astype(str).unique()) if _UNITS in table else []
    if WATTTIME_STAMP in table and any(unit.lower() != "lbs_co2_per_mwh" for unit in units):
        raise DataError(f"{origin}: units is {units[0]!r}; lbs_co2_per_mwh is needed")
    if signals and (len(signals) > 1 or signals[0] not in _SIGNALS):
        raise DataError(
            f"{origin}: {_SIGNAL} is {', '.join(signals[:3])}; one of {', '.join(_SIGNALS)} is "
            "needed"
        )
    return _SIGNALS[signals[0]] if signals else any(c.is_marginal for c in chosen.values())


def _unit_notes(chosen: dict[str, IntensityColumn]) -> Iterator[str]:
    for name, column in chosen.items():
        if column.unit:
            yield f"{name} was read as {column.unit} and is in kg/MWh now"


def _warnings(chosen: dict[str, IntensityColumn], is_marginal: bool) -> tuple[str, ...]:
    """Return what a reader must know before acting on this intensity."""
    bare = [f"{name} as {c.unit}" for name, c in chosen.items() if c.is_bare]
    said = (
        (f"the unit is not named in the file: {', '.join(bare)}", bool(bare)),
        (
            "this intensity is marginal (what the next MWh emits): charged for all energy, it is "
            "no average and does not compare with one",
            is_marginal,
        ),
    )
    return tuple(warning for warning, applies in said if applies)
