"""The table of several years: how the one design does in each of them."""

from dcsim.report.numbers import CO2E, millions, number, percent, plain, tonnes
from dcsim.report.study import Study, YearRun
from dcsim.report.tables import Table, table_of
from dcsim.report.views import local_time, span_in_words


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
                span_in_words(local_time(study, run.traces)),
                number(run.traces.weight),
                *_multipliers(study, run),
                tonnes(ledger.total_kg("operational")),
                tonnes(ledger.total_kg("embodied")),
                tonnes(footprint.total_kg),
                millions(footprint.cost_usd),
                percent(scores.coverage_frac),
                percent(scores.cfe_frac),
                number(scores.peak_import_mw),
            )
        )
    multipliers = [("Grid intensity", True), ("Load", True)] if _is_multiplied(study) else []
    return table_of(
        "years",
        "The one design in each of the years it must serve; totals of one such year, which counts "
        "as often as its weight",
        [
            ("Year", False),
            ("Days on record", False),
            ("Weight", True),
            *multipliers,
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


def _is_multiplied(study: Study) -> bool:
    years = study.scenario.planned_years
    return any(year.intensity_frac != 1 or year.load_frac != 1 for year in years)


def _multipliers(study: Study, run: YearRun) -> tuple[str, ...]:
    """Return what intensity and load on record are multiplied by in a year, if in any."""
    if not _is_multiplied(study):
        return ()
    (asked,) = (year for year in study.scenario.planned_years if year.name == run.traces.name)
    return f"× {plain(asked.intensity_frac)}", f"× {plain(asked.load_frac)}"
