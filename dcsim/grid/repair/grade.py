"""How far a repaired year is to be trusted: a letter, and the reasons in plain words.

Every criterion gives a letter of its own by the limits below; the worst of them is the grade. The
limits are this project's judgement: what changes a year's mean intensity by less than the emission
factors are uncertain is an A or a B; a year that is more of the repair than of the report fails.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from dcsim.grid.authorities import known_authorities
from dcsim.grid.generation import FUELS
from dcsim.grid.records import INDEX, INTENSITY, NET_GENERATION, STORAGE
from dcsim.grid.repair.changes import BLANK_NIGHT
from dcsim.grid.repair.clock import clock_doubts
from dcsim.grid.repair.filling import NIGHT, spans
from dcsim.grid.repair.negative import below_zero
from dcsim.grid.repair.screens import LEAST_HOURS
from dcsim.grid.repair.year import ABSENCES, RepairedYear
from dcsim.units import HOURS_PER_DAY, HOURS_PER_YEAR, PERCENT

LETTERS = "ABCDF"

HOURS_FRAC = (0.005, 0.02, 0.05, 0.15)
"""Largest share of hours in which generation was changed, for A, B, C and D [-]."""
ENERGY_FRAC = (0.001, 0.01, 0.03, 0.10)
"""Likewise of the energy in changed values, over all [-]."""
GAP_HOURS = (HOURS_PER_DAY, 3 * HOURS_PER_DAY, 7 * HOURS_PER_DAY, 28 * HOURS_PER_DAY)
"""Likewise the longest gap filled in a fuel that matters [h]."""
IDENTITY_FRAC = (0.01, 0.03, 0.10, 0.25)
"""Likewise the median difference of all fuels from net generation, over its median [-]."""
ABSENT_FRAC = (0.01, 0.10, 1.0, 1.0)
"""Likewise the share, by the registry, of fuels the year has nothing of; C at worst, as the plants
of the registry's year are not quite those an authority reports [-]."""
MATTERS_FRAC = 0.01
"""A fuel with less than this share of the energy does not count for gaps [-]."""
DOUBTFUL_CLOCK = "B"
DOUBTFUL_ZEROS = "B"
"""At best; by the length of the longest, as of a gap."""
UNSCREENED = "C"
WHOLE_YEAR_HOURS = HOURS_PER_YEAR - HOURS_PER_DAY

Finding = tuple[str, str]
"""A letter and the reason for it."""


@dataclass(frozen=True)
class Grade:
    """A letter, `A` (best), `B`, `C`, `D` or `F`, and why it is not better."""

    letter: str
    reasons: tuple[str, ...]


def grade_year(repaired: RepairedYear) -> Grade:
    """Grade a repaired year by how much of it is repair, and by what is in doubt."""
    fuels = [column for column in repaired.table if column in FUELS]
    if not fuels and INTENSITY in repaired.table:
        return _of_intensity(repaired.table[INTENSITY])
    if not fuels or not repaired.table[fuels].abs().to_numpy().sum() > 0:
        return Grade(LETTERS[-1], ("no generation by fuel",))
    findings = [*_of_changes(repaired, fuels), *_of_totals(repaired), *_of_the_whole(repaired)]
    findings.sort(reverse=True)
    blamed = tuple(reason for letter, reason in findings if letter > LETTERS[0])
    return Grade(findings[0][0], blamed or tuple(reason for _, reason in findings))


def _of_intensity(intensity: pd.Series) -> Grade:
    """Judge a year of carbon intensity alone, which is not repaired, by the hours it lacks."""
    missing = int(intensity.isna().sum())
    reason = f"carbon intensity alone; {missing} of {len(intensity)} hours without it"
    return Grade(_letter(missing / len(intensity), HOURS_FRAC), (reason,))


def _letter(value: float, limits: tuple[float, ...]) -> str:
    return LETTERS[bisect_left(limits, value)]


def _of_changes(repaired: RepairedYear, fuels: list[str]) -> Iterator[Finding]:
    """Judge how much was changed, and how long the longest gap was."""
    changes = repaired.changes[repaired.changes["column"].isin(fuels)]
    changes = changes[changes["rule"] != BLANK_NIGHT]
    absent = changes["rule"].isin(ABSENCES)
    yield from _of_absences(repaired, changes[absent], fuels)
    changes = changes[~absent]
    changed = changes[INDEX].nunique()
    hours_frac = changed / len(repaired.table)
    yield (
        _letter(hours_frac, HOURS_FRAC),
        f"{changed} of {len(repaired.table)} hours changed ({PERCENT * hours_frac:.1f} %)",
    )
    energy = repaired.table[fuels].abs().sum()
    energy_frac = float(changes["repaired_mw"].abs().sum() / energy.sum())
    yield (
        _letter(energy_frac, ENERGY_FRAC),
        f"{PERCENT * energy_frac:.2f} % of the energy rests on repair",
    )
    matters = energy.index[energy >= MATTERS_FRAC * energy.sum()]
    gaps = {str(fuel): _longest_gap(repaired, changes, str(fuel)) for fuel in matters}
    longest = max(gaps, key=lambda fuel: gaps[fuel])
    if gaps[longest]:
        yield _letter(gaps[longest], GAP_HOURS), f"a gap of {gaps[longest]} hours in {longest}"


def _of_absences(
    repaired: RepairedYear, absences: pd.DataFrame, fuels: list[str]
) -> Iterator[Finding]:
    """Judge fuels taken as none at an end, by what they are in the hours in which they are not."""
    hours, energy = len(repaired.table), repaired.table[fuels].abs().sum()
    for fuel, absent in absences.groupby("column"):
        mean_mw = energy[fuel] / max(hours - len(absent), 1)
        energy_frac = mean_mw * len(absent) / energy.sum()
        if mean_mw * hours >= MATTERS_FRAC * energy.sum():
            yield (
                _letter(energy_frac, ENERGY_FRAC),
                f"{fuel} taken as none in {len(absent)} hours, else worth "
                f"{PERCENT * energy_frac:.2f} % of the energy",
            )


def _longest_gap(repaired: RepairedYear, changes: pd.DataFrame, fuel: str) -> int:
    """Return the longest run of hours of a fuel that were filled, not reported [h].

    Nights between filled days of solar belong to it, though they are as reported: zero.
    """
    is_filled = ~changes["filled"].isin(("", NIGHT))
    stamps = changes.loc[(changes["column"] == fuel) & is_filled, INDEX]
    filled = repaired.table.index.isin(stamps)
    nights = (repaired.table[fuel] == 0).to_numpy()
    return max((end - start for start, end in spans(filled, nights)), default=0)


def _of_totals(repaired: RepairedYear) -> Iterator[Finding]:
    """Judge whether the fuels add up to what was reported as their total."""
    table = repaired.table
    if NET_GENERATION not in table or not table[NET_GENERATION].abs().sum() > 0:
        return
    fuels = table[[column for column in table if column in (*FUELS, STORAGE)]].sum(axis=1)
    residual = float((fuels - table[NET_GENERATION]).abs().median())
    residual_frac = residual / max(float(table[NET_GENERATION].abs().median()), 1.0)
    yield (
        _letter(residual_frac, IDENTITY_FRAC),
        f"fuels and net generation differ by {residual:.0f} MW at the median hour "
        f"({PERCENT * residual_frac:.1f} %)",
    )


def _of_the_whole(repaired: RepairedYear) -> Iterator[Finding]:
    """Judge what no single hour shows: the clock, fuels that lack, and how long the record is."""
    hours = pd.DatetimeIndex(repaired.table.index)
    for fuel, length in repaired.doubtful:
        letter = max(DOUBTFUL_ZEROS, _letter(length, GAP_HOURS))
        yield letter, f"{fuel} at zero for {length} hours, kept but doubtful"
    for below in below_zero(repaired.table[[f for f in repaired.table if f in FUELS]]):
        yield _letter(below.unexplained_frac, ENERGY_FRAC), below.sentence()
    for doubt in clock_doubts(repaired.ba_code, hours):
        yield DOUBTFUL_CLOCK, doubt
    if len(hours) < LEAST_HOURS:
        yield UNSCREENED, f"{len(hours)} hours are too few to be screened"
    elif len(hours) < WHOLE_YEAR_HOURS:
        yield LETTERS[0], f"{len(hours)} hours of the year only"
    absent_frac, absent = _absent(repaired)
    if absent:
        yield (
            _letter(absent_frac, ABSENT_FRAC),
            f"nothing of {', '.join(absent)}, by the registry {PERCENT * absent_frac:.0f} % of "
            "generation",
        )


def _absent(repaired: RepairedYear) -> tuple[float, list[str]]:
    """Return the fuels the registry knows and the year has nothing of, and their share there."""
    authority = known_authorities().get(repaired.ba_code)
    if authority is None or not authority.gen_total_gwh:
        return 0.0, []
    known = {fuel: authority.generation_mwh(fuel) for fuel in FUELS}
    total = sum(known.values())
    table = repaired.table
    absent = [
        fuel
        for fuel in FUELS
        if known[fuel] >= MATTERS_FRAC * total > 0
        and not (fuel in table and table[fuel].abs().sum() > 0)
    ]
    return (sum(known[fuel] for fuel in absent) / total if total else 0.0), absent
