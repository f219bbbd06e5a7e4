"""The table of a plan's bad times: its worst weeks, and its longest shortfall."""

from dcsim.report.numbers import in_hours, number, percent, tonnes
from dcsim.report.prose_risks import span_of, whole_of
from dcsim.report.risks import Spell, longest_shortfall, tally, worst_weeks
from dcsim.report.study import Study
from dcsim.report.tables import TONNES, Table, table_of

_WEEKS = {
    "carbon": "Week of most operational carbon",
    "import": "Week of most import",
    "supply": "Week of least own supply",
}


def risks_table(study: Study) -> Table | None:
    """Return what happens in the bad times of the plan, or None if it has none."""
    weeks = worst_weeks(study)
    spells = {_WEEKS[what]: weeks[what] for what in _WEEKS if what in weeks}
    shortfall = longest_shortfall(study)
    if shortfall is not None:
        spells[f"Longest shortfall, {in_hours(shortfall.hours)}"] = shortfall
    if not spells:
        return None
    return table_of(
        "risks",
        f"The bad times of the plan, by the site's local days; shares are of {_whole(study)}",
        [
            ("", False),
            ("Days", False),
            ("Import [MWh]", True),
            ("Share of import", True),
            ("Highest import [MW]", True),
            (f"Operational [{TONNES}]", True),
            ("Share of operational", True),
            ("Solar and wind over load", True),
        ],
        [_row(study, label, spell) for label, spell in spells.items()],
    )


def _whole(study: Study) -> str:
    return whole_of(study, 0) if len(study.years) == 1 else "the planned year they are in"


def _row(study: Study, label: str, spell: Spell) -> tuple[str, ...]:
    found = tally(study, spell)
    return (
        label,
        span_of(study, spell),
        number(found.import_mwh),
        percent(found.import_frac),
        number(found.peak_import_mw),
        tonnes(found.operational_kg),
        percent(found.operational_frac),
        percent(found.own_frac),
    )
