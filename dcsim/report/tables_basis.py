"""The tables of what results rest on: embodied figures, emission factors, inputs, certificates."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from dcsim.grid.generation import Source
from dcsim.grid.intensity import emission_factors
from dcsim.optimize.plan import Certificate
from dcsim.report.numbers import DASH, plain, scientific
from dcsim.report.study import Study
from dcsim.report.tables import TONNES, Cell, Table, table_of
from dcsim.scenario.figures import Range
from dcsim.scenario.rates import published_rates, rates_of
from dcsim.scenario.spec import Scenario
from dcsim.units import KG_PER_T

_SHORT_HASH = 12

RATE_NAMES = {
    "solar_kg_per_mwh": ("Solar, making, per MWh generated", "kg/MWh"),
    "wind_kg_per_mwh": ("Wind, making, per MWh generated", "kg/MWh"),
    "battery_kg_per_mwh": ("Battery cells, making, per MWh of capacity", "kg/MWh"),
    "battery_life_years": ("Battery cells, life", "years"),
    "battery_cycle_life": ("Battery cells, full cycles until replaced", "cycles"),
    "battery_power_kg_per_mw": ("Battery power (inverters, wiring), making", "kg/MW"),
    "battery_power_life_years": ("Battery power, life", "years"),
    "servers_kg_per_mw": ("Servers, racks and network, making, per MW of IT", "kg/MW"),
    "servers_life_years": ("Servers, life", "years"),
}
"""What each embodied figure is called, and its unit."""


def rates_table(study: Study) -> Table:
    """Return every embodied figure: what was used, its published spread, and its source."""
    return rates_table_of(study.scenario)


def rates_table_of(scenario: Scenario) -> Table:
    """Return every embodied figure as a scenario has it."""
    embodied, used = scenario.embodied, rates_of(scenario)
    return figures_table(
        "rates",
        "Embodied carbon: the figures used, their published spread, and where they are from",
        [
            Figure(
                *RATE_NAMES.get(name, (name, "")),
                entry,
                getattr(used, name),
                is_own=getattr(embodied, name) is not None,
            )
            for name, entry in published_rates(scenario).items()
        ],
        embodied.level,
    )


class Figure(NamedTuple):
    """A published figure, how it is called, and what of it was used."""

    label: str
    unit: str
    published: Range
    used: float
    is_own: bool


def figures_table(name: str, caption: str, figures: Iterable[Figure], level: str) -> Table:
    """Return figures with what was used of them, their published spread, and their source.

    Args:
        name: Of the table.
        caption: Of the table.
        figures: One for each row.
        level: Which column was taken where the scenario has no figure of its own.
    """
    rows = []
    for figure in figures:
        published = figure.published
        source = published.source
        if figure.is_own:
            source = f"the scenario's own figure, instead of: {source}"
        shown = f"{plain(figure.used)} ({'own' if figure.is_own else level})"
        spread = (plain(value) for value in (published.low, published.mid, published.high))
        rows.append((figure.label, shown, figure.unit, *spread, source))
    columns = (
        ("", False),
        ("Used", True),
        ("Unit", False),
        ("Low", True),
        ("Mid", True),
        ("High", True),
        ("Source", False),
    )
    return table_of(name, caption, columns, rows)


def factors_table(study: Study) -> Table:
    """Return the emission factors the grid's intensity is made from [kg/MWh]."""
    return factors_table_of(study.scenario)


def factors_table_of(scenario: Scenario) -> Table:
    """Return the emission factors a scenario asks for [kg/MWh]."""
    name = scenario.grid.factors
    rows = [
        (fuel.replace("_", " ").capitalize(), plain(kg))
        for fuel, kg in emission_factors(name).items()
    ]
    return table_of(
        "factors",
        f"Emission factor set “{name}”",
        [("Fuel", False), ("[kg/MWh]", True)],
        rows,
    )


def sources_table(study: Study) -> Table:
    """Return where each input came from, with its hash and the repairs made to it."""
    return sources_table_of([source for run in study.years for source in run.traces.sources])


def sources_table_of(sources: Sequence[Source]) -> Table:
    """Return a table of sources, each once, with its hash and the repairs made to it."""
    rows = [
        (
            source.what.capitalize(),
            source.origin,
            source.note,
            Cell(f"{source.sha256[:_SHORT_HASH]}…", source.sha256) if source.sha256 else Cell(DASH),
            repairs_text(source),
        )
        for source in _by_kind(sources)
    ]
    return table_of(
        "sources",
        "Inputs, and what was done to them on the way in",
        [("", False), ("Origin", False), ("Note", False), ("SHA-256", False), ("Repairs", False)],
        rows,
    )


def _by_kind(sources: Sequence[Source]) -> list[Source]:
    """Return each source once, those of one kind together, in the order they come in."""
    kinds = list(dict.fromkeys(source.what for source in sources))
    return sorted(dict.fromkeys(sources), key=lambda source: kinds.index(source.what))


def repairs_text(source: Source) -> str:
    """Return the repairs of an input in words, each with how many hours it changed."""
    return "; ".join(f"{r.rule}, {r.hours:,} hours: {r.detail}" for r in source.repairs) or "none"


def versions_table(study: Study) -> Table:
    """Return the versions of what planned the study."""
    return table_of(
        "versions",
        "Versions of what made the plan",
        [("Package", False), ("Version", False)],
        list(study.versions.items()),
    )


_CERTIFICATE_ROWS: tuple[tuple[str, Callable[[Certificate], str]], ...] = (
    ("Status", lambda c: c.status if c.is_optimal else f"{c.status}; not proven to be the best"),
    ("Objective [{unit}]", lambda c: _total(c, c.objective)),
    ("Proven lower bound [{unit}]", lambda c: _total(c, c.bound)),
    ("Relative gap", lambda c: scientific(c.gap)),
    ("Holds for every plan", lambda c: "yes" if c.is_rigorous else "up to ten times this one"),
    ("Largest violation of a row or bound [MW, MWh]", lambda c: scientific(c.primal_violation)),
    ("Largest violation of a dual [{per}]", lambda c: scientific(c.dual_violation)),
    ("Rows", lambda c: f"{c.rows:,}"),
    ("Columns", lambda c: f"{c.columns:,}"),
    ("Nonzeros", lambda c: f"{c.nonzeros:,}"),
    ("Iterations", lambda c: f"{c.iterations:,}"),
    ("Solver", lambda c: c.solver),
)


def certificate_table(study: Study) -> Table:
    """Return what was proved of each strategy's plan."""
    units = {"unit": study.objective_unit, "per": f"{study.objective_unit} per unit"}
    if study.objective_unit == "kg":
        units["unit"] = TONNES
    proved = [(o.label, o.certificate) for o in study.outcomes if o.certificate is not None]
    return table_of(
        "certificate",
        "What the solver found, and what was proved and checked of it again",
        [("", False), *((label, True) for label, _ in proved)],
        [
            (name.format(**units), *(write(c) for _, c in proved))
            for name, write in _CERTIFICATE_ROWS
        ],
    )


def _total(certificate: Certificate, amount: float) -> str:
    """Write a total to the digit that shows how close a bound is: tonnes, or whole dollars."""
    return f"{amount:,.3f}" if certificate.unit == "USD" else f"{amount / KG_PER_T:,.6f}"
