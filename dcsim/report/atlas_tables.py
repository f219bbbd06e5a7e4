"""The tables of an atlas: places ranked, what each is like and builds, options, accounts."""

from collections.abc import Sequence
from itertools import chain

import pandas as pd

from dcsim.report.atlas_columns import (
    NAMES,
    RANKED,
    SITE,
    TOTAL_UNIT,
    TOTALS,
    Shown,
    size,
    tonnes_per_mw,
)
from dcsim.report.atlas_places import Atlas
from dcsim.report.atlas_why import BUILDS, GOES_WITH, correlation, rho_in_words, why_here
from dcsim.report.atlas_words import per_mw, spearman
from dcsim.report.batch import BatchFindings
from dcsim.report.numbers import DASH, percent, signed
from dcsim.report.sortable import Column, Entry, Line, SortableTable, figure, sortable, words
from dcsim.report.study import STRATEGY_LABELS
from dcsim.report.tables import Table, table_of

_MOVED_MOST = 3
"""So many places are named that another account moves most."""


def ranked_table(atlas: Atlas) -> SortableTable:
    """Return all places, ranked; those without a plan come last, with the reason."""
    columns = [*NAMES, *(column for column, *_ in RANKED)]
    lines = chain(
        (_ranked_line(str(ba), row) for ba, row in atlas.places.iterrows()),
        (_unranked_line(ba, why) for ba, why in atlas.unranked.items()),
    )
    caption = f"Places by total carbon with the plan, the least first. {unit_in_words(atlas)}"
    return sortable("ranked", caption, columns, lines, naming=1)


def apart_table(atlas: Atlas) -> SortableTable | None:
    """Return the places whose mix cannot be compared, with the reason; none without any."""
    if atlas.apart.empty:
        return None
    why = Column("Why apart", "Why its mix cannot be compared.", is_number=False)
    columns = [*NAMES[1:], why, *(column for column, *_ in TOTALS)]
    lines = (_apart_line(str(ba), row) for ba, row in atlas.apart.iterrows())
    caption = (
        "Not comparable, so without a rank and in no total, median or correlation, the least total "
        f"first. {unit_in_words(atlas)}"
    )
    return sortable("apart", caption, columns, lines)


def _ranked_line(ba: str, row: pd.Series) -> Line:
    rank = figure(float(row["rank"]), lambda rank: f"{rank:.0f}")
    return Line(f"place-{ba}", (rank, *_names(ba, row), *_numbers(row, RANKED)))


def _apart_line(ba: str, row: pd.Series) -> Line:
    reason = words(str(row["mix_reason"]))
    return Line(f"place-{ba}", (*_names(ba, row), reason, *_numbers(row, TOTALS)))


def _names(ba: str, row: pd.Series) -> tuple[Entry, ...]:
    return (
        words(ba, f"#map-{ba}"),
        words(str(row["name"])),
        words(str(row["region"])),
        words(str(row["mix_grade"]) or DASH),
    )


def _numbers(row: pd.Series, shown: Sequence[Shown]) -> tuple[Entry, ...]:
    return tuple(figure(float(row[column]), write) for _, column, write in shown)


def _unranked_line(ba: str, why: str) -> Line:
    names = (Entry(DASH), words(ba, f"#map-{ba}"), words(f"No plan: {why}"), words(""), Entry(DASH))
    return Line(f"place-{ba}", (*names, *(Entry(DASH) for _ in RANKED)))


def why_table(atlas: Atlas) -> SortableTable:
    """Return what each place is like, what it builds, and what that goes with."""
    columns = [
        Column("BA", "Code of the balancing authority.", is_number=False),
        Column("Builds", "Mostly the one from two thirds of own generation on.", is_number=False),
        *(column for column, *_ in SITE),
        Column("Why", "Made from the numbers by the rules below.", is_number=False),
    ]
    lines = (
        Line(
            "",
            (
                words(str(ba), f"#place-{ba}"),
                words(str(row["built"])),
                *(figure(float(row[name]), write) for _, name, write in SITE),
                words(why_here(atlas, str(ba))),
            ),
        )
        for ba, row in atlas.places.iterrows()
    )
    return sortable("why", "What each place is like and builds, by rank", columns, lines)


def unit_in_words(atlas: Atlas) -> str:
    """Return what totals in the head of columns are in, as a sentence."""
    return f"{TOTAL_UNIT} is {per_mw(atlas)} of mean load."


def explained_table(*tables: SortableTable | None) -> Table:
    """Return what stands in each column of some tables."""
    columns = dict.fromkeys(column for table in tables if table for column in table.columns)
    rows = [(column.title, column.unit, column.meaning) for column in columns]
    head = [("Column", False), ("Unit", False), ("What stands in it", False)]
    return table_of("explained", "The columns of the tables", head, rows)


def regions_table(atlas: Atlas) -> Table:
    """Return the places of each region together, the region of the least median first."""
    groups = sorted(
        atlas.places.groupby("region"), key=lambda group: group[1]["total_t_per_mw"].median()
    )
    rows = [
        (
            str(region),
            f"{len(rows)}",
            f"{rows.index[0]} ({tonnes_per_mw(float(rows['total_t_per_mw'].iloc[0]))})",
            tonnes_per_mw(float(rows["total_t_per_mw"].median())),
            tonnes_per_mw(float(rows["nothing_t_per_mw"].median())),
            percent(rows["saved_frac"].median()) if rows["saved_frac"].notna().any() else DASH,
            *(size(float(rows[name].median())) for name in _MAIN_SIZES),
        )
        for region, rows in groups
    ]
    head = [
        ("Region", False), ("Places", True), ("Best", True), ("With the plan", True),
        ("Doing nothing", True), ("Saved", True), ("Solar", True), ("Wind", True),
        ("Battery", True),
    ]  # fmt: skip
    caption = (
        f"Regions of EIA-930: medians over their places, totals in {per_mw(atlas)} of mean load, "
        "sizes in MW and MWh per MW"
    )
    return table_of("regions", caption, head, rows)


_MAIN_SIZES = ("solar_per_mw", "wind_per_mw", "battery_mwh_per_mw")


def options_table(atlas: Atlas) -> Table | None:
    """Return what each strategy saves over all places; none if only one was planned."""
    if len(atlas.strategies) < 2:
        return None
    base = atlas.options.get("renewables")
    rows = [
        (
            STRATEGY_LABELS[name],
            f"{atlas.options[name].count()}",
            *_saved(atlas.saved[name].dropna()),
            *_further(atlas.options[name], base),
        )
        for name in atlas.strategies
    ]
    head = [
        ("", False), ("Places", True), ("Saved: median", True), ("Least", True), ("Most", True),
        ("Further, on top of renewables: median", True), ("Most", True),
    ]  # fmt: skip
    caption = f"What each strategy saves of doing nothing, over places{_without_saving(atlas)}"
    return table_of("options", caption, head, rows)


def _without_saving(atlas: Atlas) -> str:
    """Say in how many places nothing is said to be saved, and why."""
    count = int(atlas.places["saved_frac"].isna().sum())
    if not count:
        return ""
    return (
        f"; not over the {count} of {len(atlas.places)} where doing nothing leaves load unserved "
        "or emits nothing"
    )


def _saved(saved: pd.Series) -> tuple[str, str, str]:
    if saved.empty:
        return DASH, DASH, DASH
    return (
        percent(saved.median()),
        f"{percent(saved.min())} ({saved.idxmin()})",
        f"{percent(saved.max())} ({saved.idxmax()})",
    )


def _further(one: pd.Series, base: pd.Series | None) -> tuple[str, str]:
    if base is None or one is base or one.equals(base):
        return DASH, DASH
    further = 1 - one / base
    return percent(further.median()), f"{percent(further.max())} ({further.idxmax()})"


def accounts_table(atlas: Atlas) -> Table | None:
    """Return how places change under each other label of each other axis; none without any."""
    rows = [row for axis, label in atlas.others if (row := _account_row(atlas, axis, label))]
    if not rows:
        return None
    head = [
        ("Other label", False), ("Axis", False), ("Places", True), ("Rank correlation", True),
        ("Total: median change", True), ("Least", True), ("Most", True), ("Solar", True),
        ("Wind", True), ("Battery", True), ("Another kind is built in", True),
        ("Moved most in rank", False),
    ]  # fmt: skip
    caption = (
        "What changes under other labels, against the first; solar and wind in MW, battery in MWh "
        "per MW of mean load, medians of the changes"
    )
    return table_of("accounts", caption, head, rows)


def _account_row(atlas: Atlas, axis: str, label: str) -> tuple[str, ...] | None:
    first, other = atlas.pairs(axis, label)
    if first.empty:
        return None
    total = other["total_t_per_mw"] / first["total_t_per_mw"] - 1
    rho = spearman(first["rank"], other["rank"]) if len(first) > 2 else float("nan")
    sizes = [
        signed(f"{(other[c] - first[c]).median() + 0.0:,.2f}".replace("-", "−"))
        for c in _MAIN_SIZES
    ]
    return (
        label, axis, f"{len(first)}", DASH if rho != rho else rho_in_words(rho),
        signed(percent(total.median())), f"{signed(percent(total.min()))} ({total.idxmin()})",
        f"{signed(percent(total.max()))} ({total.idxmax()})", *sizes,
        f"{int((first['built'] != other['built']).sum())}",
        ", ".join(_moves(first["rank"], other["rank"])) or "none",
    )  # fmt: skip


def _moves(first: pd.Series, other: pd.Series) -> list[str]:
    """Return the places whose rank changes most, with both ranks."""
    change = (other - first).abs().sort_values(ascending=False, kind="stable")
    most = [ba for ba in change.index[:_MOVED_MOST] if change[ba] > 0]
    return [f"{ba} ({first[ba]} → {other[ba]})" for ba in most]


def correlations_table(atlas: Atlas) -> Table:
    """Return what goes with what over the places: rank correlations, with how many places."""
    rows = [
        (name, *(_rho(*correlation(atlas.places, built, site)) for site in GOES_WITH))
        for built, name in BUILDS.items()
    ]
    head = [("", False), *((name, True) for name in GOES_WITH.values())]
    caption = "What goes with what over the places: rank correlation (number of places)"
    return table_of("correlations", caption, head, rows)


def _rho(rho: float, n: int) -> str:
    return DASH if rho != rho else f"{rho_in_words(rho)} ({n})"


def trouble_table(findings: BatchFindings) -> Table | None:
    """Return every strategy that cannot keep the limits and every case that failed, or none."""
    axes, plans = list(findings.axes), findings.plans
    impossible = plans[plans["infeasible"] != ""]
    rows = [
        (*(str(row[axis]) for axis in axes), STRATEGY_LABELS.get(str(row["strategy"]), ""),
         f"{row['infeasible']}")
        for _, row in impossible.iterrows()
    ] + [
        (*(str(row[axis]) for axis in axes), "all", f"{row['kind']}: {row['message']}")
        for _, row in findings.failures.iterrows()
    ]  # fmt: skip
    if not rows:
        return None
    head = [*((axis, False) for axis in axes), ("Strategy", False), ("What happened", False)]
    return table_of("trouble", "What did not work", head, rows)
