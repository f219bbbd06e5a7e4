"""The clocks of balancing authorities that do not report the end of the hour in UTC.

EIA asks for the end of the hour, and the readers subtract that hour. Some authorities send other
stamps: `grids/clock_corrections.csv` lists them with their dates and sources, and
`grids/REPAIR.md` says what each kind of correction does.
"""

import csv
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from dcsim.grid.generation import FUELS, HALF_HOUR, ONE_HOUR
from dcsim.grid.records import DEMAND, INDEX, NET_GENERATION, STORAGE, TOTAL_INTERCHANGE, neighbours
from dcsim.shipped import shipped_folder
from dcsim.units import HOURS_PER_DAY, MINUTES_PER_HOUR, SECONDS_PER_HOUR

CLOCK_FILE = "clock_corrections.csv"

DEGREES_PER_HOUR = 15.0
"""How far the mean sun moves in an hour [degrees]."""
NIGHT_H = 8.75
"""So far from noon by the mean sun it is night everywhere in the lower 48 states: at 49 degrees
north the longest day lasts 16.2 h, and the true sun is within 0.3 h of the mean one [h]."""
LEAST_SUN_FRAC = 0.02
"""Hours with less solar than this share of the year's highest are night, for the check [-]."""

_GROUPS = {
    "fuels": (*FUELS, STORAGE),
    "balance": (DEMAND, NET_GENERATION, TOTAL_INTERCHANGE),
}
_PAIRS = "pairs"
_DOUBT = "doubt"
_IN_PLACE = ("sign", "missing", "instantaneous")


@dataclass(frozen=True)
class Correction:
    """A row of `clock_corrections.csv`.

    Attributes:
        ba_code: Whose reports.
        start: First stamp it holds for, as read: UTC, hour-beginning; none for all before.
        end: First stamp it no longer holds for; none if it still does.
        kind: `shift`, `rotate`, `instantaneous`, `sign`, `missing` or `doubt`.
        hours: How much later the stamps must be [h].
        time_zone: `shift`: add its offset from UTC too. `rotate`: whose days are turned.
        applies_to: Columns, or the groups `fuels`, `balance` and `pairs`.
        source: Who says so.
    """

    ba_code: str
    start: pd.Timestamp | None
    end: pd.Timestamp | None
    kind: str
    hours: int
    time_zone: str
    applies_to: tuple[str, ...]
    source: str

    def covers(self, stamps: pd.DatetimeIndex) -> np.ndarray:
        """Tell for each stamp, as read, whether the correction holds."""
        inside = np.ones(len(stamps), dtype=bool)
        if self.start is not None:
            inside &= stamps >= self.start
        if self.end is not None:
            inside &= stamps < self.end
        return inside

    def columns(self, table: pd.DataFrame) -> list[str]:
        """Return the columns of a table it applies to."""
        named = {column for word in self.applies_to for column in _GROUPS.get(word, (word,))}
        if _PAIRS in self.applies_to:
            named |= set(neighbours(table).values())
        return [column for column in table if column in named]

    def words(self) -> str:
        """Return what is done, to what and until when, in a few plain words."""
        span = f"{_day(self.start, 'from')}{_day(self.end, 'until')}" or " in every record"
        done = _WORDS[self.kind].format(hours=self.hours, zone=self.time_zone)
        zone = f" and {self.time_zone}'s offset" if self.kind == "shift" and self.time_zone else ""
        return f"{done}{zone}: {', '.join(self.applies_to)}{span}"


_WORDS = {
    "shift": "stamps moved by {hours:+d} h",
    "rotate": "stamps moved by {hours:+d} h within each day of {zone}",
    "instantaneous": "readings at the stamp averaged over the hour",
    "sign": "sign reversed",
    "missing": "left out",
    _DOUBT: "clock in doubt, left alone",
}


def _day(stamp: pd.Timestamp | None, word: str) -> str:
    return "" if stamp is None else f" {word} {stamp:%Y-%m-%d %H:%M}Z"


@cache
def known_corrections() -> tuple[Correction, ...]:
    """Return every correction of the shipped file, in order."""
    text = (shipped_folder("grids") / CLOCK_FILE).read_text(encoding="utf-8")
    return tuple(_correction(row) for row in csv.DictReader(text.splitlines()))


def _correction(row: dict[str, str]) -> Correction:
    return Correction(
        ba_code=row["ba_code"],
        start=pd.Timestamp(row["from"]) if row["from"] else None,
        end=pd.Timestamp(row["until"]) if row["until"] else None,
        kind=row["kind"],
        hours=int(row["hours"] or 0),
        time_zone=row["time_zone"],
        applies_to=tuple(row["applies_to"].split()),
        source=row["source"],
    )


def _that_hold(ba_code: str, stamps: pd.DatetimeIndex) -> list[Correction]:
    own = [c for c in known_corrections() if c.ba_code == ba_code]
    return [correction for correction in own if correction.covers(stamps).any()]


def clock_doubts(ba_code: str, hours: pd.DatetimeIndex) -> tuple[str, ...]:
    """Return why the clock of these hours is not to be trusted, if there is a reason."""
    doubts = [c for c in _that_hold(ba_code, hours) if c.kind == _DOUBT]
    return tuple(f"clock in doubt: {correction.source}" for correction in doubts)


def corrections_of(ba_code: str, table: pd.DataFrame) -> list[Correction]:
    """Return the corrections that records have, if they are EIA's: of their hours and columns."""
    held = _that_hold(ba_code, pd.DatetimeIndex(table.index))
    return [
        correction for correction in held if correction.kind != _DOUBT and correction.columns(table)
    ]


def correct_clock(ba_code: str, table: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Put records of EIA's clock on the hour they belong to.

    Where a correction begins or ends, an hour may be doubled or missing afterwards: both values
    of a doubled hour are kept, the one that was not moved last, for `repair_year` to settle. What
    is moved out of the time the records are about is left out.

    Args:
        ba_code: EIA's code of the authority.
        table: Records as read (`dcsim.grid.records`): the hour EIA asks for already subtracted.

    Returns:
        The table in order of time, and what was done in words. Without a correction the table is
        returned as it is.
    """
    corrections = corrections_of(ba_code, table)
    if not corrections:
        return table, ()
    corrected = table.astype(float)
    for correction in corrections:
        if correction.kind in _IN_PLACE:
            _correct_values(corrected, correction)
    moving = [correction for correction in corrections if correction.kind not in _IN_PLACE]
    notes = tuple(f"clock: {c.words()} ({c.source})" for c in corrections)
    return _move(corrected, moving), notes


def _correct_values(table: pd.DataFrame, correction: Correction) -> None:
    """Correct values in place, in the rows and columns a correction is about."""
    rows, columns = correction.covers(pd.DatetimeIndex(table.index)), correction.columns(table)
    if correction.kind == "sign":
        table.loc[rows, columns] *= -1
    elif correction.kind == "missing":
        table.loc[rows, columns] = np.nan
    else:
        table.loc[rows, columns] = _means_of_readings(table.loc[rows, columns])


def _means_of_readings(readings: pd.DataFrame) -> np.ndarray:
    """Return the mean of each hour from readings at its two ends.

    The record of the hour that begins at H has the stamp H + 1 h and is the reading of that
    moment; the reading of the moment H is in the record before it. The first hour after a gap
    has no reading at its beginning and is missing.
    """
    known = readings[~readings.index.duplicated(keep="last")]
    before = known.reindex(pd.DatetimeIndex(readings.index) - ONE_HOUR).to_numpy()
    means: np.ndarray = (readings.to_numpy() + before) / 2
    return means


def _move(table: pd.DataFrame, corrections: list[Correction]) -> pd.DataFrame:
    """Give columns the stamps their corrections say; columns without one keep theirs."""
    groups: dict[tuple[int, ...], list[str]] = {}
    for column in table:
        which = tuple(i for i, c in enumerate(corrections) if column in c.columns(table))
        groups.setdefault(which, []).append(str(column))
    pieces = [
        _restamped(table[columns], [corrections[i] for i in which])
        for which, columns in groups.items()
    ]
    joined = pd.concat(pieces, axis=1, sort=True)[list(table.columns)]
    stamps = pd.DatetimeIndex(joined.index.get_level_values(0))
    return joined.set_axis(stamps).rename_axis(INDEX)


def _restamped(table: pd.DataFrame, corrections: list[Correction]) -> pd.DataFrame:
    """Move the records of a few columns, and number those that then share an hour."""
    read = pd.DatetimeIndex(table.index)
    stamps, moved = read, np.zeros(len(read), dtype=bool)
    for correction in corrections:
        rows = correction.covers(read)
        stamps, moved = stamps.where(~rows, _new_stamps(read, correction)), moved | rows
    inside = np.flatnonzero((stamps >= read.min()) & (stamps <= read.max()))
    order = inside[np.lexsort((~moved[inside], stamps.asi8[inside]))]
    ordered = table.iloc[order]
    stamps = stamps[order]
    nth = pd.Series(0, index=stamps).groupby(level=0).cumcount().to_numpy()
    return ordered.set_axis(pd.MultiIndex.from_arrays([stamps, nth]))


def _new_stamps(stamps: pd.DatetimeIndex, correction: Correction) -> pd.DatetimeIndex:
    later = stamps + correction.hours * ONE_HOUR
    if not correction.time_zone:
        return later
    local = stamps.tz_convert(correction.time_zone)
    if correction.kind == "shift":
        return later + (local.tz_localize(None) - stamps.tz_localize(None))
    midnight = local.normalize()
    leaves_its_day = later.tz_convert(correction.time_zone).normalize() != midnight
    return later.where(~leaves_its_day, midnight.tz_convert("UTC"))


def solar_noon_offset_h(solar_mw: pd.Series, longitude: float) -> float:
    """Return how late the sun stands highest by the stamps: the check of a clock.

    On each day, the centre of generation less astronomical solar noon, by the equation of time.
    Clouds and curtailment move single days by hours, and a fleet that faces south evenly is right
    within 0.2 h over a month (measured: ERCO, ISNE, MISO, SOCO in 2019 to 2022).

    Args:
        solar_mw: Hourly solar generation, hour-beginning [MW].
        longitude: Of the fleet's centre [degrees east].

    Returns:
        Mean over the days with sun; above zero when the stamps are late [h].
    """
    stamps = pd.DatetimeIndex(solar_mw.index)
    weight = solar_mw.where(solar_mw > LEAST_SUN_FRAC * solar_mw.max(), 0.0).to_numpy()
    day, hour = np.divmod(solar_time_h(stamps + HALF_HOUR, longitude), HOURS_PER_DAY)
    daily = pd.DataFrame({"sun": weight, "moment": weight * hour}).groupby(day).sum()
    daily = daily[daily["sun"] > 0]
    return float((daily["moment"] / daily["sun"]).mean() - HOURS_PER_DAY / 2)


def solar_time_h(moments: pd.DatetimeIndex, longitude: float) -> np.ndarray:
    """Return true solar time, counted through from day to day: noon is 12, 36, and so on [h].

    Args:
        moments: With any time zone.
        longitude: [degrees east].
    """
    from pvlib.solarposition import equation_of_time_spencer71  # pvlib takes a second to import

    equation_h = equation_of_time_spencer71(moments.day_of_year.to_numpy()) / MINUTES_PER_HOUR
    hours = moments.as_unit("s").asi8 / SECONDS_PER_HOUR
    time_h: np.ndarray = hours + longitude / DEGREES_PER_HOUR + equation_h
    return time_h


def is_night(stamps: pd.DatetimeIndex, longitude: float) -> np.ndarray:
    """Tell for each hour whether it is night in every season, by the mean sun alone.

    Args:
        stamps: Hours, UTC, hour-beginning.
        longitude: [degrees east].
    """
    hours = (stamps - stamps[0].normalize()) / ONE_HOUR + 0.5
    solar_time = np.asarray(hours) + longitude / DEGREES_PER_HOUR
    return np.abs(solar_time % HOURS_PER_DAY - HOURS_PER_DAY / 2) > NIGHT_H
