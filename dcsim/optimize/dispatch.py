"""From the solver's numbers back to a design and to energy tables, year by year."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from dcsim.optimize.compile import Key, LinearProgram
from dcsim.optimize.plan import (
    Design,
    backlog,
    energy_table,
    served,
    stored_change_mwh,
    without_round_trips,
)
from dcsim.optimize.problem import Problem, Span
from dcsim.optimize.session import Solution
from dcsim.scenario.spec import Scenario, Tier
from dcsim.traces.frame import Traces, arriving
from dcsim.units import STEP_H


class Values:
    """A solution by the names of its variables, clipped to the bounds it meets up to rounding."""

    def __init__(self, program: LinearProgram, solution: Solution) -> None:
        """Take a program and its solution."""
        self._column_of = program.column_of
        self._values = np.clip(solution.values, program.low, program.high)

    def value(self, name: str, index: object = None, missing: float = 0.0) -> float:
        """Return one value; of a variable that no row or cost mentions, what is given for it."""
        column = self._column_of.get(Key(name, index))
        return missing if column is None else float(self._values[column])

    def series(self, name: str, hours: range, *prefix: str) -> np.ndarray:
        """Return the values of an hourly variable."""
        return np.array([self.value(name, (*prefix, t) if prefix else t) for t in hours])


def design_of(values: Values, problem: Problem) -> Design:
    """Return what is built; a capacity that nothing depends on is at its least."""
    sizes = problem.capacities()
    return Design(**{name: values.value(name, missing=least) for name, (least, _) in sizes.items()})


def dispatches_of(
    values: Values,
    problem: Problem,
    scenario: Scenario,
    years: Sequence[Traces],
    design: Design,
) -> tuple[pd.DataFrame, ...]:
    """Return the energy table of each year."""
    return tuple(
        energy_table(
            scenario,
            traces,
            design,
            _flows(values, problem, span, scenario, traces),
            _least_import_mw(values, problem, span),
        )
        for span, traces in zip(problem.spans, years, strict=True)
    )


def _least_import_mw(values: Values, problem: Problem, span: Span) -> np.ndarray | float:
    """Return the import that the plan orders; where nothing limits its ramp, none beyond need."""
    if problem.scenario.limits.ramp_mw_per_h is None:
        return 0.0
    grid_mw, surplus_mw = (values.series(name, span.hours) for name in ("grid_mw", "surplus_mw"))
    return np.asarray(grid_mw + surplus_mw)


def _flows(
    values: Values, problem: Problem, span: Span, scenario: Scenario, traces: Traces
) -> dict[str, np.ndarray]:
    """Read one year's dispatch; tiers that may not move are served as they arrive."""
    charge_mw, discharge_mw = without_round_trips(
        scenario.battery,
        values.series("charge_mw", span.hours),
        values.series("discharge_mw", span.hours),
    )
    change_mwh = stored_change_mwh(scenario.battery, charge_mw, discharge_mw)
    at_start_mwh = values.value("stored_mwh", span.hours[-1])
    flows = {
        "charge_mw": charge_mw,
        "discharge_mw": discharge_mw,
        "stored_mwh": at_start_mwh + np.cumsum(change_mwh),
    }
    moving = {tier.name for tier in problem.tiers}
    for tier in scenario.datacenter.flexible:
        arriving_mw = traces.column(arriving(tier.name))
        moves = tier.name in moving
        served_mw = values.series("served_mw", span.hours, tier.name) if moves else None
        flows[served(tier.name)] = arriving_mw if served_mw is None else served_mw
        flows[backlog(tier.name)] = backlog_mwh(tier, arriving_mw, served_mw, traces.local_day)
    return flows


def backlog_mwh(
    tier: Tier, arriving_mw: np.ndarray, served_mw: np.ndarray | None, local_day: np.ndarray
) -> np.ndarray:
    """Return the work of a tier still to be done at the end of each hour [MWh].

    Of a tier with a deadline: what has arrived and waits. Of a daily tier: what its local day
    still owes, arrived or not, since it may be served ahead.
    """
    served_mw = arriving_mw if served_mw is None else served_mw
    if not tier.daily:
        return np.maximum(np.cumsum(arriving_mw - served_mw) * STEP_H, 0.0)
    days = pd.Series(arriving_mw * STEP_H).groupby(local_day)
    done = pd.Series(served_mw * STEP_H).groupby(local_day).cumsum()
    owed_mwh = days.transform("sum") - done
    return owed_mwh.clip(lower=0.0).to_numpy(dtype=float)
