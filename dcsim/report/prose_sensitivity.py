"""What a plan depends on, in words."""

from collections.abc import Callable

from dcsim.report.numbers import (
    NOTHING_BELOW,
    percent,
    plain,
    signed,
    signed_share,
    with_unit,
)
from dcsim.report.prose import in_tonnes, in_usd
from dcsim.report.sensitivity import STEP_FRAC, Swing, carbon_swings, cost_swings, grid_swing
from dcsim.report.study import Study


def depends_most_on(study: Study) -> list[str]:
    """Return what that which is minimized depends on most, in a sentence."""
    if study.scenario.objective.minimize in ("cost", "weighted"):
        return _most("cost", cost_swings(study), study.chosen.footprint.cost_usd, in_usd)
    total_kg, grid = study.chosen.footprint.total_kg, grid_swing(study)
    published = [swing for swing in carbon_swings(study) if swing.label != grid.label]
    told = _most("total carbon", published, total_kg, in_tonnes)
    if grid.at_high <= NOTHING_BELOW:
        return told
    start = f"{told[0].removesuffix('.')}; a" if told else "A"
    return [
        f"{start} grid that is {percent(STEP_FRAC, 0)} dirtier or cleaner in every hour moves "
        f"{'it' if told else 'total carbon'} by {percent(grid.at_high / total_kg)}."
    ]


def _most(what: str, swings: list[Swing], total: float, write: Callable[[float], str]) -> list[str]:
    """Return which figure moves a total the most, and by how much; none if no figure does."""
    if not swings:
        return []
    swing = swings[0]
    ends = " and ".join(
        f"{signed_share(change, total) or signed(write(change))} "
        f"at {with_unit(plain(value), swing.unit)}"
        for value, change in ((swing.low, swing.at_low), (swing.high, swing.at_high))
        if abs(change) > NOTHING_BELOW
    )
    return [
        f"Of all published figures, {what} depends most on “{swing.label}”, "
        f"{with_unit(plain(swing.used), swing.unit)} here: {ends}, the same being built."
    ]
