"""The tables of results: what stands in them, as text, ready to be laid out.

Numbers are formatted here and nowhere else; the template only places them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from dcsim.footprint.money import capital_spent_usd
from dcsim.report.numbers import (
    CO2E,
    DASH,
    NO_BREAK,
    NOTHING_BELOW,
    capacity,
    number,
    percent,
    period,
    signed,
    tonnes,
)
from dcsim.report.study import Alternative, Outcome, Study
from dcsim.report.views import saved_frac, saved_kg
from dcsim.units import KG_PER_T, USD_PER_MILLION

TONNES = f"t{NO_BREAK}{CO2E}"
"""Unit of carbon in the head of a column or the name of a row."""


@dataclass(frozen=True)
class Cell:
    """One cell: its text, and what a pointer resting on it shows."""

    text: str
    title: str = ""


@dataclass(frozen=True)
class Table:
    """A table: the first cell of each row names the row.

    `numeric` tells for each column whether it holds numbers, which stand at the right.
    """

    name: str
    caption: str
    head: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[Cell, ...], ...]
    last_row_is_total: bool = False


def table_of(
    name: str,
    caption: str,
    columns: Sequence[tuple[str, bool]],
    rows: Iterable[Sequence[str | Cell]],
    last_row_is_total: bool = False,
) -> Table:
    """Return a table from its columns, each with whether it holds numbers, and its rows."""
    cells = tuple(
        tuple(cell if isinstance(cell, Cell) else Cell(cell) for cell in row) for row in rows
    )
    head, numeric = (
        tuple(title for title, _ in columns),
        tuple(is_number for _, is_number in columns),
    )
    return Table(name, caption, head, numeric, cells, last_row_is_total)


@dataclass(frozen=True)
class Part:
    """A capacity of the design: its names here, in the ledger and in the scenario's limits."""

    label: str
    capacity: str
    unit: str
    source: str
    limit: str

    @property
    def words(self) -> str:
        """Return its name within a sentence: `battery energy`."""
        return self.label.replace(",", "").lower()


PARTS = (
    Part("Solar", "solar_mw", "MW", "solar", "solar.max_mw"),
    Part("Wind", "wind_mw", "MW", "wind", "wind.max_mw"),
    Part("Battery, energy", "battery_mwh", "MWh", "battery cells", "battery.max_mwh"),
    Part("Battery, power", "battery_mw", "MW", "battery power", "battery.max_mw"),
    Part("Extra servers", "extra_server_mw", "MW", "extra servers", "servers.max_mw"),
)
"""The capacities of a design, in the order they are shown."""


Compared = Outcome | Alternative
"""What stands side by side: it has a design and a footprint."""

Measure = tuple[str, Callable[[Compared], float], Callable[[float], str]]
"""A row that compares outcomes: its name with unit, its value, and how that is written."""


def _tonnes_of(scope: str | None) -> Callable[[Compared], float]:
    return lambda outcome: outcome.footprint.ledger.total_kg(scope) / KG_PER_T


def measures(study: Study) -> list[Measure]:
    """Return what outcomes are compared by; unserved load and export only if there is any."""
    rows: list[Measure] = [
        (f"Operational carbon [{TONNES}]", _tonnes_of("operational"), number),
        (f"Embodied carbon [{TONNES}]", _tonnes_of("embodied"), number),
        (f"Total carbon [{TONNES}]", _tonnes_of(None), number),
        ("Cost [million USD]", lambda o: o.footprint.cost_usd / USD_PER_MILLION, number),
        ("Capital [million USD]", lambda o: _capital_usd(study, o) / USD_PER_MILLION, number),
        ("Coverage by own supply", lambda o: o.footprint.scores.coverage_frac, percent),
        ("Carbon-free (CFE) score", lambda o: o.footprint.scores.cfe_frac, percent),
        ("Grid import [MWh]", lambda o: o.footprint.scores.grid_mwh, number),
        ("Highest import [MW]", lambda o: o.footprint.scores.peak_import_mw, number),
        ("Own generation [MWh]", lambda o: o.footprint.scores.renewable_mwh, number),
        ("of it curtailed [MWh]", lambda o: o.footprint.scores.curtailed_mwh, number),
    ]
    optional: list[Measure] = [
        ("Exported [MWh]", lambda o: o.footprint.scores.exported_mwh, number),
        ("Unserved load [MWh]", lambda o: o.footprint.scores.unserved_mwh, number),
    ]
    return rows + [m for m in optional if any(m[1](o) > NOTHING_BELOW for o in study.outcomes)]


def _capital_usd(study: Study, compared: Compared) -> float:
    return capital_spent_usd(study.scenario, compared.design)


def totals_table(study: Study) -> Table:
    """Return the plan's totals beside those of doing nothing, with the change."""
    rows = [
        (
            name,
            write(value(study.nothing)),
            write(value(study.chosen)),
            change(value(study.chosen) - value(study.nothing), write),
        )
        for name, value, write in measures(study)
    ]
    return table_of(
        "totals",
        f"The plan against doing nothing, {period_head(study)}",
        [("", False), (study.nothing.label, True), ("The plan", True), ("Change", True)],
        rows,
    )


def change(difference: float, write: Callable[[float], str]) -> str:
    """Return a difference with its sign; of shares, in points."""
    if write is percent:
        return f"{signed(percent(difference)[:-2])} points"
    return signed(write(difference))


def period_head(study: Study) -> str:
    """Return the period of all totals of a table, for its caption."""
    words = period(study.horizon_hours)
    return f"totals {words}" if words.startswith("in") else f"totals of {words}"


def strategies_table(study: Study) -> Table:
    """Return all strategies side by side: design, carbon, what is saved, coverage."""
    rows = side_by_side(study, study.outcomes)
    saved = [
        (
            f"Saved [{TONNES}]",
            *(_saved(study, o, tonnes(saved_kg(study, o))) for o in study.outcomes),
        ),
        ("Saved", *(_saved(study, o, percent(saved_frac(study, o))) for o in study.outcomes)),
    ]
    carbon_ends = len(PARTS) + 3
    return table_of(
        "strategies",
        f"Every strategy side by side, {period_head(study)}",
        [("", False), *((outcome.label, True) for outcome in study.outcomes)],
        [*rows[:carbon_ends], *saved, *rows[carbon_ends:]],
    )


def side_by_side(study: Study, compared: Sequence[Compared]) -> list[tuple[str, ...]]:
    """Return the rows of designs side by side: capacities, then all they are compared by."""
    capacities = [
        (
            f"{part.label} [{part.unit}]",
            *(capacity(one.design.as_dict()[part.capacity]) for one in compared),
        )
        for part in PARTS
    ]
    measured = [
        (name, *(write(value(one)) for one in compared)) for name, value, write in measures(study)
    ]
    return [*capacities, *measured]


def _saved(study: Study, outcome: Outcome, text: str) -> str:
    """Return what is saved, or a dash where doing nothing leaves load unserved: no fair measure."""
    return text if study.is_fair and outcome is not study.nothing else DASH


def ledger_table(study: Study) -> Table:
    """Return the plan's ledger, row by row, with the total."""
    footprint = study.chosen.footprint
    rows = [
        (row.source.capitalize(), row.scope, tonnes(row.kg), _share(row.kg, footprint.total_kg))
        for row in footprint.ledger.rows
    ]
    total = ("Total", "", tonnes(footprint.total_kg), _share(1.0, 1.0))
    return table_of(
        "ledger",
        f"Ledger of the plan, {period_head(study)}",
        [("Source", False), ("Scope", False), (f"[{TONNES}]", True), ("Share", True)],
        [*rows, total],
        last_row_is_total=True,
    )


def _share(part: float, whole: float) -> str:
    return percent(part / whole) if whole else DASH


def events_table(study: Study) -> Table | None:
    """Return what went out of the ordinary in the replay by kind, or None if nothing did."""
    rows = [
        (
            str(kind),
            *((run.traces.name,) if len(study.years) > 1 else ()),
            f"{len(some):,}",
            number(float(some["amount_mwh"].sum())),
            f"{some['time'].min():%Y-%m-%d %H:%M}Z",
        )
        for run in study.years
        for kind, some in run.replay.events.groupby("kind", sort=True)
    ]
    if not rows:
        return None
    of_year = [("Year", False)] if len(study.years) > 1 else []
    return table_of(
        "events",
        "What went out of the ordinary in the replay",
        [("Kind", False), *of_year, ("Times", True), ("Amount [MWh]", True), ("First", False)],
        rows,
    )
