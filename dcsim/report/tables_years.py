"""The table of several years: how the one design does in each of them."""

from dcsim.report.numbers import CO2E, millions, number, percent, tonnes
from dcsim.report.study import Study
from dcsim.report.tables import Table, table_of


def years_table(study: Study) -> Table | None:
    """Return carbon, cost and scores of the plan in each year, or None if there is only one."""
    if len(study.years) < 2:
        return None
    rows = []
    for run, footprint in zip(study.years, study.chosen.by_year, strict=True):
        ledger, scores = footprint.ledger, footprint.scores
        rows.append(
            (
                run.traces.name,
                number(run.traces.weight),
                tonnes(ledger.total_kg("operational")),
                tonnes(ledger.total_kg("embodied")),
                tonnes(footprint.total_kg),
                millions(footprint.cost_usd),
                percent(scores.coverage_frac),
                percent(scores.cfe_frac),
                number(scores.peak_import_mw),
            )
        )
    return table_of(
        "years",
        "The one design in each of the years it must serve; totals of one such year",
        [
            ("Year", False),
            ("Weight", True),
            (f"Operational [t {CO2E}]", True),
            (f"Embodied [t {CO2E}]", True),
            (f"Total [t {CO2E}]", True),
            ("Cost [million USD]", True),
            ("Coverage", True),
            ("CFE score", True),
            ("Highest import [MW]", True),
        ],
        rows,
    )
