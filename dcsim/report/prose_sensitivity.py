"""What a plan depends on, in words and as tables."""

from collections.abc import Callable

from dcsim.report.numbers import (
    NO_BREAK,
    NOTHING_BELOW,
    millions,
    percent,
    plain,
    signed,
    tonnes,
    with_unit,
)
from dcsim.report.sensitivity import STEP_FRAC, Swing, carbon_swings, cost_swings, grid_swing
from dcsim.report.study import Study
from dcsim.report.tables import TONNES, Table, table_of


def depends_most_on(study: Study) -> list[str]:
    """Return what that which is minimized depends on most, in a sentence or two."""
    if study.scenario.objective.minimize in ("cost", "weighted"):
        return _most("cost", cost_swings(study), study.chosen.footprint.cost_usd)
    total_kg, grid = study.chosen.footprint.total_kg, grid_swing(study)
    published = [swing for swing in carbon_swings(study) if swing.label != grid.label]
    told = _most("total carbon", published, total_kg)
    if grid.at_high <= NOTHING_BELOW:
        return told
    return [
        *told,
        f"A grid that is {percent(STEP_FRAC, 0)} dirtier or cleaner in every hour moves it by "
        f"{percent(grid.at_high / total_kg)}.",
    ]


def _most(what: str, swings: list[Swing], total: float) -> list[str]:
    """Return which figure moves a total the most, and by how much; none if no figure does."""
    if not swings:
        return []
    swing = swings[0]
    ends = " and ".join(
        f"{signed(percent(change / total))} at {with_unit(plain(value), swing.unit)}"
        for value, change in ((swing.low, swing.at_low), (swing.high, swing.at_high))
        if abs(change) > NOTHING_BELOW
    )
    return [
        f"Of all published figures, {what} depends most on “{swing.label}”, "
        f"{with_unit(plain(swing.used), swing.unit)} here: {ends}, the same being built."
    ]


def carbon_swings_table(study: Study) -> Table | None:
    """Return how total carbon moves with each figure it rests on, or None if with none."""
    return _table(
        "carbon-swings",
        f"What total carbon depends on: its change [{TONNES}] at either end of each figure's "
        "published spread, the same being built and run",
        carbon_swings(study),
        study.chosen.footprint.total_kg,
        tonnes,
    )


def cost_swings_table(study: Study) -> Table | None:
    """Return how cost moves with each figure it rests on, or None if with none."""
    return _table(
        "cost-swings",
        "What cost depends on: its change [million USD] at either end of each figure's spread, "
        "the same being built and run",
        cost_swings(study),
        study.chosen.footprint.cost_usd,
        millions,
    )


def _table(
    name: str, caption: str, swings: list[Swing], total: float, write: Callable[[float], str]
) -> Table | None:
    rows = [
        (
            swing.label,
            swing.unit,
            plain(swing.used),
            plain(swing.low),
            _change(swing.at_low, total, write),
            plain(swing.high),
            _change(swing.at_high, total, write),
        )
        for swing in swings
    ]
    if not rows:
        return None
    columns = [
        ("", False),
        ("Unit", False),
        ("Used", True),
        ("Low", True),
        ("Change at low", True),
        ("High", True),
        ("Change at high", True),
    ]
    return table_of(name, caption, columns, rows)


def _change(change: float, total: float, write: Callable[[float], str]) -> str:
    if abs(change) < NOTHING_BELOW:
        return "none"
    return f"{signed(write(change))} ({signed(percent(change / total))})".replace(
        " (", NO_BREAK + "("
    )
