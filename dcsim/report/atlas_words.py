"""The sentences of an atlas, made from the numbers."""

from collections.abc import Sequence

import pandas as pd

from dcsim.grid.authorities import NOT_COMPARABLE, WITH_RESERVE
from dcsim.report.atlas_places import BUILT, BUILT_BELOW, PLACES, Atlas
from dcsim.report.numbers import (
    CO2E,
    NO_BREAK,
    percent,
    period,
    rounded,
    scientific,
    with_unit,
)
from dcsim.report.prose import listed

_MOST_NAMED = 12
"""So many places are named in a sentence before the rest is only counted."""

_FEW = 4
"""So many places are named beside their count."""

OPTIONS = {"renewables_battery": "a battery", "renewables_shifting": "shifting work in time"}
"""What each of these strategies adds to renewables alone."""

WORTH_FRAC = 0.01
"""From this share of the total on, an option is said to matter."""

_HOLDS, _HOLDS_IN_THE_MAIN = 0.95, 0.75
"""From which rank correlation on a ranking is said to hold [-]."""


def per_mw(atlas: Atlas) -> str:
    """Return the unit of totals: tonnes over the horizon per MW of mean load."""
    return f"t{NO_BREAK}{CO2E} {period(atlas.hours)} per MW"


def named(codes: Sequence[str]) -> str:
    """Return places as a list in words, cut where it gets too long."""
    if len(codes) <= _MOST_NAMED:
        return listed(list(codes))
    return f"{', '.join(codes[:_MOST_NAMED])} and {len(codes) - _MOST_NAMED} more"


def places_in_words(count: int) -> str:
    """Return a count of places with the noun."""
    return f"{count:,} {'place' if count == 1 else 'places'}"


def atlas_headline(atlas: Atlas) -> list[str]:
    """Return what an atlas says, in sentences; what did not work stands beside them."""
    if atlas.places.empty:
        comparable = "" if atlas.apart.empty else " that can be compared"
        return [f"No place{comparable} has a plan.", *_what_is_apart(atlas)]
    return [
        _best_and_worst(atlas),
        *_what_is_apart(atlas),
        _saving(atlas),
        _what_is_built(atlas),
        *_what_is_unknown(atlas),
        *_what_is_borrowed(atlas),
        *_what_is_shared(atlas),
        *_what_options_bring(atlas),
        *_what_it_costs(atlas),
        *_how_firm(atlas),
        _proof(atlas),
    ]


def _best_and_worst(atlas: Atlas) -> str:
    rows = atlas.places
    best, worst = rows.iloc[0], rows.iloc[-1]
    asked = len(atlas.findings.axes[PLACES])
    if len(rows) == 1:
        return (
            f"Of {asked} places one has a plan{' so far' * atlas.is_under_way}: {rows.index[0]} "
            f"({best['name']}) emits {rounded(best['total_t_per_mw'])} {per_mw(atlas)} of mean "
            "load, making included."
        )
    count = f"all {asked}" if len(rows) == asked else f"{len(rows)} of {asked}"
    return (
        f"Of {count} places planned, {rows.index[0]} ({best['name']}) emits least with its plan, "
        f"{rounded(best['total_t_per_mw'])}, and {rows.index[-1]} ({worst['name']}) most, "
        f"{rounded(worst['total_t_per_mw'])} {per_mw(atlas)} of mean load, making included; the "
        f"median is {rounded(rows['total_t_per_mw'].median())}."
    )


def _what_is_apart(atlas: Atlas) -> list[str]:
    """Say which places are not ranked for their mix, and how many are with a reserve."""
    codes = [str(ba) for ba in atlas.apart.index]
    reserved = int((atlas.places["mix_grade"] == WITH_RESERVE).sum())
    told = []
    if codes:
        told.append(
            f"Ranked apart and in no number here: {named(codes)}, whose reference year has a mix "
            f"that cannot be compared (grade {NOT_COMPARABLE}); the table below the ranking has "
            "the reason."
        )
    if reserved:
        told.append(
            f"Of the ranked, {places_in_words(reserved)} have a mix of grade {WITH_RESERVE}, to be "
            "read with the reserve that `dcsim grids show` names."
        )
    return told


def _saving(atlas: Atlas) -> str:
    rows = atlas.places
    saved = rows["saved_frac"].dropna()
    if saved.empty:
        return "Doing nothing is no measure here: it leaves load unserved or emits nothing."
    return (
        f"Planning saves {percent(saved.median())} of the carbon of doing nothing at the median, "
        f"from {percent(saved.min())} at {saved.idxmin()} to {percent(saved.max())} at "
        f"{saved.idxmax()}.{_spread(rows)}"
    )


def _spread(rows: pd.DataFrame) -> str:
    """Say how many times as much the worst place emits as the best, if that is a measure of all."""
    nothing, total = rows["nothing_t_per_mw"], rows["total_t_per_mw"]
    if len(rows) == 1 or rows["saved_frac"].isna().any() or min(nothing.min(), total.min()) <= 0:
        return ""
    before, after = (rounded(float(v.max() / v.min()), 2) for v in (nothing, total))
    return (
        f" Doing nothing, the worst place emits {before} times what the best does; with the plans, "
        f"{after} times."
    )


def _what_is_built(atlas: Atlas) -> str:
    rows = atlas.places
    counts = [(_KINDS[kind], int((rows["built"] == kind).sum())) for kind in BUILT]
    kinds = listed([f"{words} in {places_in_words(n)}" for words, n in counts if n])
    has_battery = rows["battery_mwh_per_mw"] >= BUILT_BELOW
    servers = int((rows["servers_per_mw"] >= BUILT_BELOW).sum())
    battery = "no battery"
    if has_battery.any():
        size = rounded(rows["battery_mwh_per_mw"][has_battery].median(), 2)
        battery = (
            f"a battery in {int(has_battery.sum())} (at the median {with_unit(size, 'MWh')} per "
            f"MW, {rounded(rows['battery_h'][has_battery].median(), 2)} hours)"
        )
    beyond = (
        f"servers beyond the peak in {servers}" if servers else "nowhere servers beyond the peak"
    )
    return f"Plans build {kinds}; {battery}; {beyond}."


def _what_is_unknown(atlas: Atlas) -> list[str]:
    """Say where nothing can be built because the grid's data has no fleet to go by."""
    none = {source: _without(atlas, f"{source}_cf") for source in ("wind", "solar")}
    told = [
        f"no {source} in {places_in_words(len(codes))}" for source, codes in none.items() if codes
    ]
    if not told:
        return []
    neither = [ba for ba in none["wind"] if ba in none["solar"]]
    of_them = f", neither in {len(neither)} of them ({named(neither)})" if neither else ""
    return [
        f"Take care: the grids' data has {listed(told)}{of_them}. There, plans cannot build it, "
        "and a weather file of a site may tell another story."
    ]


def _what_is_borrowed(atlas: Atlas) -> list[str]:
    """Say where sun or wind is that of a neighbor's fleet."""
    counts = {
        source: sum(lender_of(row, source) is not None for _, row in atlas.places.iterrows())
        for source in ("wind", "solar")
    }
    told = [f"{source} in {places_in_words(n)}" for source, n in counts.items() if n]
    if not told:
        return []
    return [
        f"Take care: for want of a fleet to go by, the nearest one of another authority stands "
        f"for {listed(told)}, far away at times; the column “why” names it."
    ]


def lender_of(row: pd.Series, source: str) -> str | None:
    """Return whose output of solar or wind a place has, if it is another authority's."""
    code, colon, _ = str(row[f"{source}_from"]).partition(":")
    return code if colon and code != str(row["origin"]).partition(":")[0] else None


def _what_is_shared(atlas: Atlas) -> list[str]:
    """Say where sun or wind is that of one weather file in several places."""
    told = []
    for source, noun in (("solar", "sun"), ("wind", "wind")):
        files = [f for _, row in atlas.places.iterrows() if (f := file_of(row, source))]
        told += [
            f"the {noun} of {file} in {places_in_words(files.count(file))}"
            for file in dict.fromkeys(files)
            if files.count(file) > 1
        ]
    if not told:
        return []
    return [
        f"Take care: plans have {listed(told)}, one weather file for all of them, so that does not "
        "tell these places apart."
    ]


def file_of(row: pd.Series, source: str) -> str | None:
    """Return which weather file a place's solar or wind is from, if it is from one."""
    name = str(row[f"{source}_from"])
    return name if name and ":" not in name and name != str(row["origin"]) else None


def _without(atlas: Atlas, column: str) -> list[str]:
    return [str(ba) for ba in atlas.places.index[atlas.places[column].isna()]]


_KINDS = dict(
    zip(
        BUILT,
        ("mostly wind", "mostly solar", "solar and wind alike", "neither"),
        strict=True,
    )
)


def _what_options_bring(atlas: Atlas) -> list[str]:
    """Say what battery and shifting each take off what renewables alone leave, and where most."""
    table = atlas.options
    told = [
        _brings(words, 1 - table[strategy] / table["renewables"])
        for strategy, words in OPTIONS.items()
        if strategy in table and "renewables" in table
    ]
    if not told:
        return []
    return [f"On top of solar and wind alone, {listed(told)}.", *_which_is_better(table)]


def _brings(words: str, frac: pd.Series) -> str:
    if frac.max() < WORTH_FRAC:
        return f"{words} takes off less than {percent(WORTH_FRAC, 0)} anywhere"
    return (
        f"{words} takes off a further {percent(frac.median())} at the median (most at "
        f"{frac.idxmax()}, {percent(frac.max())})"
    )


def _which_is_better(table: pd.DataFrame) -> list[str]:
    """Say in how many places one option does more than the other by what is worth telling."""
    battery, shifting = OPTIONS
    if battery not in table or shifting not in table:
        return []
    margin = WORTH_FRAC * table["renewables"]
    where = {
        "a battery does more in": table[battery] < table[shifting] - margin,
        "shifting does more in": table[shifting] < table[battery] - margin,
        f"they are within {percent(WORTH_FRAC, 0)} of each other in": (
            (table[battery] - table[shifting]).abs() <= margin
        ),
    }
    told = [f"{words} {_places(here)}" for words, here in where.items() if here.any()]
    return [f"Of the two alone, {listed(told)}."]


def _places(here: pd.Series) -> str:
    """Count places, and name them if they are few."""
    codes = [str(ba) for ba in here.index[here]]
    some = f" ({listed(codes)})" if len(codes) <= _FEW else ""
    return places_in_words(len(codes)) + some


def _what_it_costs(atlas: Atlas) -> list[str]:
    usd = atlas.places["usd_per_t"].dropna()
    if usd.empty:
        return []
    cheaper = int((usd < 0).sum())
    also = f" In {places_in_words(cheaper)} the plan costs less than doing nothing." * (cheaper > 0)
    return [
        f"At the scenario's prices, a tonne saved costs {with_unit(rounded(usd.median()), 'USD')} "
        f"at the median, from {rounded(usd.min())} at {usd.idxmin()} to {rounded(usd.max())} at "
        f"{usd.idxmax()}.{also}"
    ]


def _how_firm(atlas: Atlas) -> list[str]:
    """Say under which other label the ranking agrees least with the first."""
    told = []
    for axis, label in atlas.others:
        first, other = atlas.pairs(axis, label)
        if len(first) > 2:
            told.append((spearman(first["rank"], other["rank"]), label, axis, len(first)))
    if not told:
        return []
    rho, label, axis, n = min(told)
    return [
        f"When the question changes, the ranking {_firmness(rho)}: it agrees least under “{label}” "
        f"({axis}), with a rank correlation of {rounded(rho, 2)} over {n} places."
    ]


def _firmness(rho: float) -> str:
    if rho >= _HOLDS:
        return "holds"
    return "holds in the main" if rho >= _HOLDS_IN_THE_MAIN else "does not hold"


def spearman(one: pd.Series, other: pd.Series) -> float:
    """Return the rank correlation of two columns [-]."""
    return float(one.rank().corr(other.rank()))


def _proof(atlas: Atlas) -> str:
    rows = atlas.places
    open_ones = [str(ba) for ba in rows.index[rows["is_optimal"].eq(False).fillna(False)]]
    gap = max(float(rows["gap_frac"].max()), 0.0)
    proved = f"Every plan is proved to be the best of its kind to within {scientific(gap)}."
    if open_ones:
        proved = (
            f"Time ran out before the plans of {named(open_ones)} were proved to be the best: "
            f"another may be better by up to {percent(gap, 2)}."
        )
    return " ".join([proved, *_replay(atlas)])


def _replay(atlas: Atlas) -> list[str]:
    """Say how far replays are from their plans, and where another plan than the one shown ran."""
    replayed = atlas.plans[atlas.plans["replay_difference_frac"].notna()].set_index(PLACES)
    if replayed.empty:
        return []
    largest = float(replayed["replay_difference_frac"].abs().max())
    same = "all come out as planned"
    if largest > 0:
        same = f"totals differ from the plans' by at most {scientific(largest)}"
    told = [f"Replayed hour by hour in the simulator, {same}."]
    shown = atlas.places["strategy"].reindex(replayed.index)
    if others := int((replayed["strategy"] != shown).sum()):
        told.append(
            f"In {places_in_words(others)} the plan replayed is not the one shown but that of the "
            "strategy listed last."
        )
    if unknown := len(atlas.places) - len(replayed):
        told.append(f"Of {places_in_words(unknown)} no replay is known.")
    return told


def trouble(atlas: Atlas) -> list[str]:
    """Return which places have no plan, and why; empty if all have one."""
    why, findings = atlas.unranked, atlas.findings
    by_reason = {reason: [ba for ba in why if why[ba] == reason] for reason in why.values()}
    parts = [f"{named(codes)} ({reason})" for reason, codes in by_reason.items()]
    sentences = [f"Without a plan, so not ranked: {'; '.join(parts)}."] if parts else []
    if others := atlas.failed_elsewhere:
        where = named(list(dict.fromkeys(others)))
        sentences.append(f"A further {len(others)} of {findings.cases} cases failed ({where}).")
    if atlas.is_under_way:
        sentences.append(
            f"{findings.done} of {findings.cases} cases are done: this page is of a batch under "
            "way, and its ranking may change."
        )
    if len(findings.failures) or len(atlas.without):
        sentences.append("The table “What did not work” has the reasons.")
    return sentences
