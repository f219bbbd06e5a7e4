"""One case through all rooms: its plans, and its front, as rows of the dataset."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from dcsim.batch.cases import Case
from dcsim.batch.keys import key_of
from dcsim.batch.study import FrontAsked
from dcsim.errors import InfeasibleError
from dcsim.footprint.ledger import EMBODIED, OPERATIONAL
from dcsim.footprint.money import capital_spent_usd
from dcsim.grid.store.grids import code_of
from dcsim.optimize.front import Front, FrontPoint
from dcsim.optimize.pareto import trace_front
from dcsim.report.batch import FRONT_COLUMNS, KEY, OWN, PLAN_COLUMNS, SITE_COLUMNS
from dcsim.report.prose_basis import warnings_of
from dcsim.report.study import Outcome, Study
from dcsim.report.views import moved_mwh
from dcsim.run import study_of
from dcsim.scenario.costs import costs_of
from dcsim.scenario.spec import Scenario
from dcsim.traces.frame import Traces
from dcsim.traces.years import build_years
from dcsim.units import HOURS_PER_DAY

HOURS_PER_WEEK = 7 * HOURS_PER_DAY


@dataclass(frozen=True)
class CaseTables:
    """What one case found.

    Attributes:
        ba_code: Whose grid it is on; `OWN` if the grid is a file.
        plans: A row for each plan: `KEY`, a column of labels for each axis, `SITE_COLUMNS`,
            `PLAN_COLUMNS`.
        fronts: A row for each point of its front: `KEY`, the axes, `FRONT_COLUMNS`; maybe none.
    """

    ba_code: str
    plans: pd.DataFrame
    fronts: pd.DataFrame


def run_case(case: Case) -> CaseTables:
    """Plan, replay and account for a case, and trace its front if one is asked for.

    Raises:
        DcsimError: See `dcsim.run.run_scenario`.
    """
    scenario, years = case.scenario, build_years(case.scenario)
    study = study_of(scenario, years)
    known = {KEY: key_of(case), **case.labels}
    plans = pd.DataFrame([{**known, **site_of(scenario, years), **row} for row in plan_rows(study)])
    fronts = pd.DataFrame([{**known, **row} for row in points_of(case, years)])
    return CaseTables(
        ba_of(scenario),
        _typed(plans.reindex(columns=[*known, *SITE_COLUMNS, *PLAN_COLUMNS]), known),
        _typed(fronts.reindex(columns=[*known, *FRONT_COLUMNS]), known),
    )


def points_of(case: Case, years: Sequence[Traces]) -> list[dict[str, Any]]:
    """Return the points of a case's front; none if it asks for none, or none keeps the limits.

    That no plan of a strategy keeps them is told with its plans.
    """
    if case.front is None:
        return []
    try:
        return list(front_rows(case.scenario, years, case.front))
    except InfeasibleError:
        return []


def _typed(table: pd.DataFrame, known: Mapping[str, str]) -> pd.DataFrame:
    """Give each column one type in all cases, also where nothing in it is known."""
    texts = {
        *known,
        "origin",
        "warnings",
        "solar_from",
        "wind_from",
        "yields_borrowed",
        "strategy",
        "infeasible",
        "front",
    }
    flags = {"is_modelled", "is_optimal", "is_knee", "is_optimum"}
    kinds = {
        name: "str" if name in texts else "boolean" if name in flags else float for name in table
    }
    return table.astype({**kinds, **({"point": int} if "point" in kinds else {})})


def ba_of(scenario: Scenario) -> str:
    """Return the code of the authority whose grid a scenario is on."""
    return OWN if scenario.grid.id is None else code_of(scenario.grid.id.partition(":")[0])


def site_of(scenario: Scenario, years: Sequence[Traces]) -> dict[str, Any]:
    """Return what the place is like: see `SITE_COLUMNS`."""
    hours = sum(year.weight * year.hours for year in years)
    grids = [year.sources[0] for year in years]

    def mean(column: str) -> float:
        return sum(year.weight * float(year.column(column).sum()) for year in years) / hours

    return {
        "hours": hours,
        **{name: mean(name) for name in ("load_mw", "intensity_kg_per_mwh", "solar_cf", "wind_cf")},
        "grid_carbon_free_frac": mean("carbon_free_frac"),
        "intensity_daily_swing_frac": float(np.mean([daily_swing_frac(year) for year in years])),
        "calm_week_frac": min(calm_week_frac(year) for year in years),
        **{f"{fuel}_from": joined(output_from(y, fuel) for y in years) for fuel in _FUELS},
        **{f"{fuel}_usd_per_mwh": own_usd_per_mwh(scenario, years, fuel) for fuel in _FUELS},
        "yields_borrowed": joined(
            f"{found.fuel} from {found.borrowed}"
            for year in years
            for found in year.yields
            if found.borrowed
        ),
        "origin": joined(grid.origin for grid in grids),
        "is_modelled": any(grid.is_modelled for grid in grids),
        "warnings": " ".join(warnings_of(years)),
    }


def own_usd_per_mwh(scenario: Scenario, years: Sequence[Traces], fuel: str) -> float:
    """Return the cost of a new MWh of solar or wind at the mean yearly yield of the planned years.

    Missing where it neither exists nor may be built [USD/MWh].
    """
    yields = [
        (y.weight, found.yield_frac) for y in years for found in y.yields if found.fuel == fuel
    ]
    if not yields:
        return np.nan
    weight = sum(weight for weight, _ in yields)
    mean_frac = sum(weight * yield_frac for weight, yield_frac in yields) / weight
    return costs_of(scenario).own_usd_per_mwh(fuel, mean_frac)


def joined(names: Iterable[str]) -> str:
    """Return names, each once, as one text."""
    return ", ".join(name for name in dict.fromkeys(names) if name)


def output_from(year: Traces, fuel: str) -> str:
    """Return whose solar or wind output a plant has: see `SITE_COLUMNS`."""
    if not year.column(f"{fuel}_cf").any():
        return ""
    own = (source.origin for source in year.sources if source.what == fuel)
    return next(own, year.sources[0].origin)


def daily_swing_frac(year: Traces) -> float:
    """Return the mean distance of a local day's highest from its lowest intensity, over its mean.

    Missing where the grid has no emissions at all [-].
    """
    intensity = year.table["intensity_kg_per_mwh"]
    by_day = intensity.groupby(year.local_day)
    mean = float(intensity.mean())
    return float((by_day.max() - by_day.min()).mean()) / mean if mean else np.nan


def calm_week_frac(year: Traces) -> float:
    """Return the weakest week of equal nameplates of sun and wind, over their mean [-].

    Missing where the year is shorter than a week, or there is neither.
    """
    output = year.table["solar_cf"] + year.table["wind_cf"]
    mean = float(output.mean())
    weakest = float(output.rolling(HOURS_PER_WEEK).mean().min())
    return weakest / mean if mean else np.nan


def plan_rows(study: Study) -> Iterator[dict[str, Any]]:
    """Yield a row for each outcome: see `PLAN_COLUMNS`; of an infeasible strategy, the reason."""
    moved = sum(run.traces.weight * moved_mwh(study, run) for run in study.years)
    of_replayed = {
        "moved_mwh": moved,
        "replay_difference_frac": study.agreement.total_difference_frac,
    }
    for outcome in study.outcomes:
        replayed = of_replayed if outcome is study.chosen else {}
        yield {**_plan_row(study.scenario, outcome), **replayed}
    for strategy, reason in study.infeasible.items():
        yield {"strategy": strategy, "infeasible": reason}


def _plan_row(scenario: Scenario, outcome: Outcome) -> dict[str, Any]:
    footprint, certificate = outcome.footprint, outcome.certificate
    ledger = footprint.ledger
    return {
        "strategy": outcome.strategy,
        **outcome.design.as_dict(),
        "total_kg": footprint.total_kg,
        "operational_kg": ledger.total_kg(OPERATIONAL),
        "embodied_kg": ledger.total_kg(EMBODIED),
        **{
            f"embodied_{name}_kg": sum(ledger.total_kg(EMBODIED, source) for source in sources)
            for name, sources in _EMBODIED.items()
        },
        "cost_usd": footprint.cost_usd,
        "capital_usd": capital_spent_usd(scenario, outcome.design),
        **asdict(footprint.scores),
        "gap_frac": np.nan if certificate is None else certificate.gap,
        "is_optimal": None if certificate is None else certificate.is_optimal,
        "infeasible": "",
    }


_EMBODIED = {
    "solar": ("solar",),
    "wind": ("wind",),
    "battery": ("battery cells", "battery power"),
    "servers": ("extra servers",),
}

_FUELS = ("solar", "wind")


def front_rows(
    scenario: Scenario, years: Sequence[Traces], asked: FrontAsked
) -> Iterator[dict[str, Any]]:
    """Yield a row for each point of a front: see `FRONT_COLUMNS`.

    Raises:
        DcsimError: See `trace_front`.
    """
    front = trace_front(scenario, years, asked.strategy, asked.kind, asked.points)
    for number, point in enumerate(front.points):
        yield {
            "strategy": front.strategy,
            "front": front.kind,
            "point": number + 1,
            **_accounts(front, point),
            **point.design.as_dict(),
            "gap_frac": front.gaps[number] if number < len(front.gaps) else np.nan,
            "is_knee": number == front.knee,
            "is_optimum": number == front.optimum,
        }


def _accounts(front: Front, point: FrontPoint) -> dict[str, float]:
    if front.axes.is_summable:
        return {"embodied_kg": point.x, "operational_kg": point.y, "total_kg": point.x + point.y}
    return {"total_kg": point.x, "cost_usd": point.y}
