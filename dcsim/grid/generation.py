"""A grid's hourly generation by fuel, with where it came from: what every reader must make."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dcsim.errors import DataError

FUELS = ("coal", "natural_gas", "nuclear", "oil", "hydro", "solar", "wind", "other")
"""The fuels of dcsim; foreign names are mapped to these at the door."""

CARBON_FREE_FUELS = ("nuclear", "hydro", "solar", "wind")
"""Fuels that count as carbon-free in the CFE score (24/7 Carbon-Free Energy, Google 2020)."""

ONE_HOUR = pd.Timedelta(hours=1)
HALF_HOUR = ONE_HOUR / 2

LARGEST_MW = 1e7
"""No grid generates more: the whole of the United States peaks near 1e6 MW."""


@dataclass(frozen=True)
class Repair:
    """A named rule that changed values, and how many hours it changed."""

    rule: str
    hours: int
    detail: str
    is_routine: bool = False
    """Whether it follows from a calendar, a unit or a clock, and says nothing against the data:
    else a warning is given where it changes a large share of the hours."""
    of_hours: int | None = None
    """Hours it was looked for in, if not those of the horizon [h]."""


@dataclass(frozen=True)
class Source:
    """Where an input came from, and what was done to it on the way in."""

    what: str
    """What it is used for: `grid`, `load`, `emission factors`."""
    origin: str
    """File name, or the name of the model that made it."""
    note: str = ""
    """What a reader of the report must know: format, clock, nameplate."""
    sha256: str = ""
    """Hash of the file's bytes; empty for what is modelled."""
    repairs: tuple[Repair, ...] = ()
    warnings: tuple[str, ...] = ()
    """Sentences to read before acting on a result: shown in the terminal and above the report."""

    @property
    def is_modelled(self) -> bool:
        """Tell whether it was modelled: no file was read."""
        return not self.sha256


@dataclass(frozen=True)
class GridGeneration:
    """Hourly generation of one grid.

    Attributes:
        table: Generation by fuel [MW]; index UTC, hour-beginning; columns `FUELS`, or none at all
            where only a carbon intensity is known.
        source: Where it came from.
        solar_nameplate_mw: Nameplate of the solar fleet behind it, if known [MW].
        wind_nameplate_mw: Nameplate of the wind fleet behind it, if known [MW].
        ba_code: EIA's code of the balancing authority; empty if the file does not say.
        records: All that was reported of the same hours, for accounts that need more than
            generation (`dcsim.grid.records`); none for a reference year or a plain file.
        changes: What repair changed, hour by hour (`dcsim.grid.repair.changes`); none for a
            reference year.
    """

    table: pd.DataFrame
    source: Source
    solar_nameplate_mw: float | None = None
    wind_nameplate_mw: float | None = None
    ba_code: str = ""
    records: pd.DataFrame | None = None
    changes: pd.DataFrame | None = None

    @property
    def index(self) -> pd.DatetimeIndex:
        """Return the stamps: UTC, hour-beginning."""
        return pd.DatetimeIndex(self.table.index)

    @property
    def has_generation(self) -> bool:
        """Tell whether generation by fuel is known, and not a carbon intensity alone."""
        return len(self.table.columns) > 0

    def __post_init__(self) -> None:
        """Refuse a table that is not hourly, whole and by fuel."""
        if tuple(self.table.columns) not in (FUELS, ()):
            raise DataError(f"{self.source.origin}: columns must be {', '.join(FUELS)}")
        check_hourly(self.table.index, self.source.origin)
        check_finite(self.table, self.source.origin)


def first_where(mask: pd.Series) -> pd.Timestamp:
    """Return the stamp of the first hour in which a mask holds."""
    return pd.DatetimeIndex(mask.index)[int(mask.to_numpy().argmax())]


def check_hourly(index: pd.Index, origin: str) -> None:
    """Refuse an index that is not UTC, one hour after another, each hour once.

    Args:
        index: The stamps to check.
        origin: What to call the file in the message.

    Raises:
        DataError: Names the first offending stamp and its line, counted with one header line.
    """
    if not isinstance(index, pd.DatetimeIndex) or str(index.tz) != "UTC":
        raise DataError(f"{origin}: stamps must be UTC")
    if len(index) == 0:
        raise DataError(f"{origin}: has no hours; at least one is needed")
    if index[0] != index[0].floor("h"):
        raise DataError(f"{origin}: {_stamp(index[0])} is not a whole hour; every stamp must be")
    steps = index[1:] - index[:-1]
    wrong = np.flatnonzero(steps != ONE_HOUR)
    if len(wrong) == 0:
        return
    first = int(wrong[0])
    raise DataError(
        f"{origin}, line {first + 3}: {_stamp(index[first + 1])} follows {_stamp(index[first])}: "
        f"{_step_in_words(steps[first])} ({len(wrong)} such places; every step must be 1 hour). "
        f"{_hint(index[first], steps[first])}"
    )


def _stamp(time: pd.Timestamp) -> str:
    return f"{time:%Y-%m-%d %H:%M}Z"


def _step_in_words(step: pd.Timedelta) -> str:
    hours = step / ONE_HOUR
    if hours == 0:
        return "the hour is there twice"
    return "the order runs backwards" if hours < 0 else f"a step of {hours:g} hours"


def _hint(before: pd.Timestamp, step: pd.Timedelta) -> str:
    """Say what such a step usually means: US clocks change in March and November."""
    if (before.month, step / ONE_HOUR) in ((3, 2.0), (11, 0.0)):
        return (
            "A missing hour in March or a double one in November is the mark of local stamps "
            "under daylight saving time: give stamps in UTC or with their offset."
        )
    return "Give every hour once, in order."


def check_finite(table: pd.DataFrame, origin: str, *, was_repaired: bool = False) -> None:
    """Refuse missing, infinite and impossibly large values, naming the first.

    Args:
        table: Generation or traces.
        origin: What to call the file in the message.
        was_repaired: Whether filling was tried already.

    Raises:
        DataError: Names column, stamp and how many there are.
    """
    values = table.to_numpy(dtype=float)
    bad = ~(np.abs(values) <= LARGEST_MW)
    if not bad.any():
        return
    row, column = (int(i) for i in np.argwhere(bad)[0])
    where = f"{origin}, line {row + 2}: {table.columns[column]} at "
    value, hours = values[row, column], int(bad.any(axis=1).sum())
    found = f"{where}{_stamp(pd.DatetimeIndex(table.index)[row])} is {value:g} ({hours} hours)"
    if not np.isnan(value):
        raise DataError(f"{found}; values must be finite and within {LARGEST_MW:,.0f}. Is it MW?")
    if was_repaired:
        raise DataError(f"{found}; there is no value in the column to fill it from")
    raise DataError(
        f"{found}; none may be missing. Set grid.repair: interpolate to fill gaps of up to a day "
        "from the hours around and have the result report it."
    )
