"""Named rules that repair reported data. Every change is told, cell by cell, with its rule.

`repair_year` lays the records of a year on its hours, lets the screens look for faults one after
another, and fills what they found and what was missing. `grids/REPAIR.md` tells it to users.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dcsim.grid.authorities import known_authorities
from dcsim.grid.generation import FUELS
from dcsim.grid.records import INDEX, STORAGE
from dcsim.grid.repair import pauses, repeats, screens
from dcsim.grid.repair.changes import BLANK_NIGHT
from dcsim.grid.repair.clock import is_night
from dcsim.grid.repair.filling import Mask, Values, fill, run_lengths
from dcsim.grid.repair.night import blank_nights, dark_hours
from dcsim.units import HOURS_PER_DAY

Screen = Callable[[pd.DataFrame], pd.DataFrame]


@dataclass(frozen=True)
class Rule:
    """A named rule, and the screen that finds what it is about.

    A rule without a screen is about the hours of the table itself.
    """

    name: str
    says: str
    screen: Screen | None = None


RULES = (
    Rule("duplicate_hour", "an hour given twice: the same once, else the last that was given"),
    Rule("missing_hour", "an hour without any value"),
    Rule(BLANK_NIGHT, "solar without a value at night, with other fuels: none"),
    Rule("missing_value", "an hour without this value"),
    Rule("not_reported_yet", "a fuel that is not there yet, or hardly, is none until it is"),
    Rule("no_longer_reported", "a fuel that was next to nothing at the last is none from then"),
    Rule("sign_error", "clearly below zero: turned, or missing", screens.sign_error),
    Rule("mislabeled_fuel", "reported as other for a while: given back", screens.mislabeled_fuel),
    Rule("stuck_value", "the same value for longer than by chance", repeats.stuck_value),
    Rule("repeated_day", "a copy of the same hours of a day before", repeats.repeated_day),
    Rule("placeholder_zero", "zero in place of no report", pauses.placeholder_zero),
    Rule(
        "scaled_hours",
        "nuclear beyond physical steps, and what moves with it",
        screens.scaled_hours,
    ),
    Rule("spike", "stands out of the hours around it", screens.spike),
)
"""All rules, in the order in which they are applied."""

ABSENCES = ("not_reported_yet", "no_longer_reported")
"""The rules by which a fuel is none."""

_CODE = {rule.name: code for code, rule in enumerate(RULES)}
_NONE = -1

SMALL_FRAC = 0.1
"""A fuel the registry has next to none of is none if its share is less than this [-]."""
NEXT_TO_NONE_FRAC = 0.002
"""A fuel of less than this share is next to none in the registry [-]."""
NEAREST_HOURS = 7 * HOURS_PER_DAY
"""What a fuel was at the last, or at the first, is its most over so many reported hours [h]."""
NEXT_TO_NOTHING_FRAC = 0.05
"""And next to nothing below this share of its 95th percentile: a fleet that grows from zero [-]."""
LEAST_ABSENCE_HOURS = 24
"""A shorter absence at an end of the year is missing, not a fuel that is none [h]."""
ROUNDS = 8
"""A repair is screened again until nothing more is found; real years need two or three."""

NIGHT_FRAC = 0.02
"""Solar at night above this share of its 99th percentile is told [-]."""
NIGHT_HOURS = 24
"""If it is so in more hours of the year than these [h]."""
SOLAR_HEAT_STORED = ("AZPS", "NEVP")
"""Authorities with a solar plant that stores heat and runs at night: Solana and Crescent Dunes
(EIA-860, solar thermal with energy storage)."""


@dataclass(frozen=True)
class RepairedYear:
    """A year's records after repair.

    Attributes:
        table: Every hour asked for; columns as given; no value missing in fuels and storage.
        changes: A row for every cell that differs from the report, by hour and column: the hour
            (`utc_hour_beginning`), `column`, `rule`, `reported_mw` (NaN where nothing was),
            `repaired_mw`, and `filled`: how the value was found, empty where the rule gives it.
        notes: What a person must know besides.
        ba_code: Whose year it is.
        doubtful: Fuels with values that were left and are hardly real, each with the hours of
            the longest run of them.
    """

    table: pd.DataFrame
    changes: pd.DataFrame
    notes: tuple[str, ...]
    ba_code: str = ""
    doubtful: tuple[tuple[str, int], ...] = ()


@dataclass
class _Work:
    """A year under repair: what stands in each generation column now, and which rule put it there.

    Attributes:
        values: Generation by fuel and storage.
        codes: Position of the first rule that changed a cell in `RULES`, or -1.
        methods: How each cell was filled, or empty.
        night: Hours in which solar is zero if it has no value.
    """

    values: pd.DataFrame
    codes: np.ndarray
    methods: np.ndarray
    night: Mask

    def mark(self, rule: str, where: np.ndarray) -> None:
        """Say which rule found a cell, unless one did before."""
        self.codes[where & (self.codes == _NONE)] = _CODE[rule]


def repair_year(ba_code: str, table: pd.DataFrame, hours: pd.DatetimeIndex) -> RepairedYear:
    """Repair the records of one authority over the hours of a year, or of a part of it.

    Generation by fuel and storage is screened and comes back whole. Of what else is reported
    (demand, interchange, intensity) only doubled hours are settled: what is missing stays so.

    Args:
        ba_code: EIA's code of the authority.
        table: Records as in `dcsim.grid.records`, in any order, with gaps and doubled hours.
        hours: The hours wanted, one after another, UTC, hour-beginning.
    """
    reported, kept, doubled = _settle_doubled(table, hours)
    generation = [column for column in table if column in (*FUELS, STORAGE)]
    work = _Work(
        kept[generation].copy(),
        np.full((len(hours), len(generation)), _NONE),
        np.full((len(hours), len(generation)), "", dtype=object),
        _night(ba_code, kept),
    )
    work.mark("missing_hour", (kept.isna().all(axis=1).to_numpy())[:, np.newaxis])
    work.mark("missing_value", work.values.isna().to_numpy(dtype=bool))
    absences = _settle_absent(ba_code, work)
    _settle_blank_nights(work)
    _find_sunless_days(ba_code, work)
    settled = _screen_and_fill(work)
    repaired = kept.copy()
    repaired[generation] = work.values
    doubtful = _doubtful(work)
    told = (*_told(doubtful), *_water_below_zero(work.values), *_sun_at_night(ba_code, repaired))
    notes = (*doubled, *absences, *_notes_of_filling(work), *settled, *told)
    return RepairedYear(repaired, _changes(reported, repaired, work), notes, ba_code, doubtful)


def _settle_doubled(
    table: pd.DataFrame, hours: pd.DatetimeIndex
) -> tuple[pd.DataFrame, pd.DataFrame, tuple[str, ...]]:
    """Lay records on the hours: what was given first and what is kept, and a note of doubles."""
    inside = table[table.index.isin(hours)].sort_index(kind="stable")
    if inside.index.is_unique:
        laid = inside.reindex(hours).rename_axis(INDEX).astype(float)
        return laid, laid, ()
    first, last = (
        getattr(inside.groupby(level=0), end)().reindex(hours).rename_axis(INDEX).astype(float)
        for end in ("first", "last")
    )
    doubled = len(inside) - inside.index.nunique()
    differing = int(((first != last) & first.notna()).any(axis=1).sum())
    note = f"{doubled} records of an hour given before; in {differing} hours the values differed"
    return first, last, (note,)


def _night(ba_code: str, table: pd.DataFrame) -> Mask:
    """Return the hours in which solar is zero if it has no value, by its days and by the sun."""
    if "solar" not in table:
        return np.zeros(len(table), dtype=bool)
    night = dark_hours(table["solar"].to_numpy(dtype=float))
    authority = known_authorities().get(ba_code)
    if authority is None or authority.solar_longitude is None or ba_code in SOLAR_HEAT_STORED:
        return night
    by_the_sun: Mask = is_night(pd.DatetimeIndex(table.index), authority.solar_longitude)
    return night | by_the_sun


def _settle_blank_nights(work: _Work) -> None:
    """Set solar to none where it alone has no value at night, as feeds leave it."""
    if "solar" not in work.values or work.values["solar"].isna().all():
        return
    others = work.values.drop(columns="solar").notna().any(axis=1).to_numpy()
    blank = blank_nights(work.values["solar"].isna().to_numpy(), work.night) & others
    work.codes[blank, work.values.columns.get_loc("solar")] = _CODE[BLANK_NIGHT]
    work.values["solar"] = work.values["solar"].mask(blank, 0.0)


def _settle_absent(ba_code: str, work: _Work) -> tuple[str, ...]:
    """Set fuels to none before their first report and after their last if they were, and say so."""
    notes = []
    mean = work.values.mean().fillna(0.0)
    share = mean / max(float(mean.sum()), 1.0)
    something = work.values.notna().any(axis=1).to_numpy()
    for place, column in enumerate(map(str, work.values)):
        values = work.values[column].to_numpy(dtype=float)
        before, after = _absences(~np.isnan(values), something)
        small = share[column] < SMALL_FRAC and _hardly_known(ba_code, column)
        for rule, where in zip(ABSENCES, (before, after), strict=True):
            unknown = np.isnan(values).all()
            if where.sum() < (1 if unknown else LEAST_ABSENCE_HOURS):
                continue
            if not (unknown or small or _is_none(column, rule, values)):
                continue
            work.codes[where, place] = _CODE[rule]
            work.values.loc[where, column] = 0.0
            notes.append(f"{column}: {rule.replace('_', ' ')} in {where.sum()} hours: none")
    return tuple(notes)


def _is_none(column: str, rule: str, values: Values) -> bool:
    """Tell whether a fuel is nothing where it is absent, by what it is in the nearest hours."""
    known = values[~np.isnan(values)]
    begins = rule == ABSENCES[0]
    nearest = known[:NEAREST_HOURS] if begins else known[-NEAREST_HOURS:]
    high = float(np.percentile(abs(known), 95))
    next_to_nothing = float(abs(nearest).max()) <= NEXT_TO_NOTHING_FRAC * high
    return next_to_nothing or (begins and column == STORAGE)


def _hardly_known(ba_code: str, fuel: str) -> bool:
    """Tell whether the registry knows an authority, and has next to none of a fuel there."""
    authority = known_authorities().get(ba_code)
    if authority is None or not authority.gen_total_gwh or fuel == STORAGE:
        return False
    share = authority.fact(f"gen_{fuel}_gwh") / authority.gen_total_gwh
    return share < NEXT_TO_NONE_FRAC


def _absences(known: Mask, something: Mask) -> tuple[Mask, Mask]:
    """Return the hours before a fuel's first value, and after its last, with other reports."""
    seen, to_come = np.cumsum(known), np.cumsum(known[::-1])[::-1]
    before, after = (seen == 0) & something, (to_come == 0) & (seen > 0) & something
    return before, after


def _find_sunless_days(ba_code: str, work: _Work) -> None:
    """Take zeros of solar by day as missing before anything is compared with them."""
    if "solar" not in work.values or len(work.values) < screens.LEAST_HOURS:
        return
    sunless = pauses.sunless_days(ba_code, work.values["solar"])
    work.mark("placeholder_zero", sunless[:, np.newaxis] & (work.values.columns == "solar"))
    work.values["solar"] = work.values["solar"].mask(sunless)


def _screen_and_fill(work: _Work) -> tuple[str, ...]:
    """Screen and fill until nothing more is found."""
    long_enough = len(work.values) >= screens.LEAST_HOURS
    for _ in range(ROUNDS):
        screened = _screen(work) if long_enough else work.values
        filled, methods = fill(screened, work.night)
        work.methods = np.where(methods.to_numpy() != "", methods.to_numpy(), work.methods)
        if not _differs(filled, work.values).any():
            break
        work.values = filled
    else:
        return (f"still not settled after {ROUNDS} rounds of screening",)
    if long_enough:
        return ()
    return (f"too short to be screened: {len(work.values)} hours of {screens.LEAST_HOURS} needed",)


def _screen(work: _Work) -> pd.DataFrame:
    """Apply every screen to the fuels, and mark what each finds."""
    is_fuel = work.values.columns != STORAGE
    fuels = work.values.loc[:, is_fuel]
    for rule in RULES if is_fuel.any() else ():
        if rule.screen is None:
            continue
        screened = rule.screen(fuels)
        found = np.zeros(work.codes.shape, dtype=bool)
        found[:, is_fuel] = _differs(fuels, screened)
        work.mark(rule.name, found)
        fuels = screened
    return work.values.assign(**{str(fuel): fuels[fuel] for fuel in fuels})


def _differs(one: pd.DataFrame, other: pd.DataFrame) -> np.ndarray:
    """Tell for each cell whether two tables differ, missing being equal to missing."""
    a, b = one.to_numpy(dtype=float), other.to_numpy(dtype=float)
    differs: np.ndarray = (a != b) & ~(np.isnan(a) & np.isnan(b))
    return differs


def _notes_of_filling(work: _Work) -> Iterator[str]:
    for method in pd.unique(work.methods.ravel()):
        if method:
            cells = work.methods == method
            longest = max(int(run_lengths(column).max()) for column in cells.T)
            yield f"{cells.sum()} values filled, {method}; longest gap {longest} hours"


def _changes(reported: pd.DataFrame, repaired: pd.DataFrame, work: _Work) -> pd.DataFrame:
    """List the cells that differ from the report, by hour and then by column."""
    codes = pd.DataFrame(_CODE["duplicate_hour"], reported.index, reported.columns)
    methods = pd.DataFrame("", reported.index, reported.columns)
    codes[work.values.columns] = np.where(
        work.codes == _NONE, codes[work.values.columns], work.codes
    )
    methods[work.values.columns] = work.methods
    row, column = np.nonzero(_differs(reported, repaired))
    names = np.array([rule.name for rule in RULES], dtype=object)
    return pd.DataFrame(
        {
            INDEX: reported.index[row],
            "column": reported.columns.to_numpy(dtype=object)[column],
            "rule": names[codes.to_numpy()[row, column]],
            "reported_mw": reported.to_numpy()[row, column],
            "repaired_mw": repaired.to_numpy()[row, column],
            "filled": methods.to_numpy()[row, column],
        }
    )


def _doubtful(work: _Work) -> tuple[tuple[str, int], ...]:
    """Return the fuels whose values are left though they are hardly real, and for how long [h]."""
    if len(work.values) < screens.LEAST_HOURS:
        return ()
    none = np.isin(work.codes, [_CODE[rule] for rule in ABSENCES])
    fuels = work.values.mask(none).drop(columns=STORAGE, errors="ignore")
    return tuple(pauses.doubtful_zeros(fuels).items())


def _told(doubtful: tuple[tuple[str, int], ...]) -> Iterator[str]:
    for fuel, hours in doubtful:
        yield f"{fuel}: at zero for {hours} hours all at once, hardly real; kept"


def _water_below_zero(fuels: pd.DataFrame) -> Iterator[str]:
    """Tell of hydro far below zero that was not plainly turned: it pumps, or its sign is wrong."""
    deep = int(screens.far_below_zero(fuels["hydro"]).sum()) if "hydro" in fuels else 0
    if deep:
        yield f"hydro: far below zero in {deep} hours; kept"


def _sun_at_night(ba_code: str, table: pd.DataFrame) -> tuple[str, ...]:
    """Tell of solar generation in the dark, which is not changed: the clock may be at fault."""
    authority = known_authorities().get(ba_code)
    if authority is None or authority.solar_longitude is None or "solar" not in table:
        return ()
    solar = table["solar"].to_numpy(dtype=float)
    night = is_night(pd.DatetimeIndex(table.index), authority.solar_longitude)
    lit = night & (solar > NIGHT_FRAC * np.nanpercentile(solar, 99))
    if lit.sum() <= NIGHT_HOURS or ba_code in SOLAR_HEAT_STORED:
        return ()
    highest = solar[lit].max()
    return (f"solar_at_night: solar in {lit.sum()} hours of night, up to {highest:.0f} MW; kept",)
