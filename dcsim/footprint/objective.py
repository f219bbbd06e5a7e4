"""What a scenario minimizes, worked out from footprints: the ledger's side of the optimum."""

from collections.abc import Sequence

from dcsim.footprint.accounts import Footprint, over_horizon
from dcsim.scenario.money import Objective
from dcsim.traces.frame import Traces
from dcsim.units import KG_PER_T


def objective_of(asked: Objective, years: Sequence[Traces], by_year: Sequence[Footprint]) -> float:
    """Return what is minimized: over all years, or as if every year were the worst [kg or USD].

    The lexicographic objective ends with the least cost over all years.

    Args:
        asked: The scenario's objective.
        years: The planned years.
        by_year: What each of them costs by itself.
    """
    if asked.years == "all" or asked.minimize == "lexicographic":
        return measured(asked, over_horizon(by_year, years))
    worst_per_year = max(
        measured(asked, footprint) / year.years
        for year, footprint in zip(years, by_year, strict=True)
    )
    return worst_per_year * sum(year.weight * year.years for year in years)


def measured(asked: Objective, footprint: Footprint) -> float:
    """Return a footprint in the unit of the objective [kg or USD]."""
    if asked.minimize == "carbon":
        return footprint.total_kg
    carbon_usd = (asked.carbon_usd_per_t or 0.0) / KG_PER_T * footprint.total_kg
    return footprint.cost_usd + carbon_usd
