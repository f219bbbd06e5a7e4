"""What it costs to have planned for the wrong year: each single-year design, run in every other.

A year's program is built once and stays in HiGHS. Running another design in it changes five bounds,
and the dual simplex method goes on from the design before: 0.07 s for a year of the reference
problem, where building it anew takes 2 s.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace

import numpy as np
import pandas as pd

from dcsim.errors import ScenarioError, SolveError
from dcsim.optimize.compile import LinearProgram, compile_model
from dcsim.optimize.conflict import explain_infeasible
from dcsim.optimize.dispatch import Values, design_of
from dcsim.optimize.model import build_model
from dcsim.optimize.plan import Design
from dcsim.optimize.problem import Problem, problem_of
from dcsim.optimize.regret_table import ALL_YEARS, WORST_YEAR, RegretTable
from dcsim.optimize.session import INFEASIBLE, Session, Solution, Status
from dcsim.optimize.solve import objective_account, unit_of
from dcsim.optimize.start import Capacities, Guess, is_proven, solve_from_merged, solve_near
from dcsim.scenario.spec import Scenario, Strategy
from dcsim.traces.frame import Traces

Progress = Callable[[str], None]

_ROOM = 1e-9
"""How far a design that is run may be from what is given, relative to each capacity and in MW or
MWh: held exactly, it could break by rounding a limit that it just keeps."""

_SAME_FRAC = 1e-9
"""Totals closer than this are the same [-]."""

_OF_ALL_YEARS = (
    "operational_t_per_year",
    "embodied_t_per_year",
    "total_t_per_year",
    "cost_usd_per_year",
)
"""Limits on the mean of all years; all others are on each year, or on the design."""


def _silent(step: str) -> None:
    """Show no progress."""


def regret_of(
    scenario: Scenario,
    years: Sequence[Traces],
    strategy: Strategy = "all",
    progress: Progress = _silent,
) -> RegretTable:
    """Run the best design of each year, of all and of the worst year, in every year.

    Totals are those of the scenario's objective; of a lexicographic one the first, carbon. Limits
    hold in each year for itself; in the design for all years as the scenario has them.

    Args:
        scenario: What may be built, the limits and the objective.
        years: What the world does in each year, two or more, each with a name.
        strategy: Which options are open.
        progress: Told what is being done.

    Raises:
        ScenarioError: There are fewer than two years.
        InfeasibleError: No year has a plan that keeps the limits.
        SolveError: A solve ended without a proven optimum.
    """
    if len(years) < 2:
        raise ScenarioError(
            f"{scenario.name}: regret is between two years or more, and one is planned; list them "
            "under years, each with its grid or file, or give an outlook"
        )
    asked = _first_of(scenario)
    runs = {}
    for year in years:
        progress(f"planning for {year.name}")
        runs[year.name] = YearInHighs(asked, year, strategy)
    own = {name: run.design for name, run in runs.items() if run.design is not None}
    if not own:
        raise explain_infeasible(runs[years[0].name].problem, strategy)
    progress("running the design of each year in every year")
    totals = _totals(runs, own)
    worst = _worst_is_one(asked, runs, totals)
    progress("planning for all years together")
    together = _joint_design(asked, years, strategy, _mean_of(list(own.values())))
    in_worst = own[worst] if worst is not None else None
    if worst is None and together is not None:
        progress("planning for the worst year")
        worst_asked = _with_objective(asked, years="worst")
        in_worst = _joint_design(worst_asked, years, strategy, together)
    joint = {ALL_YEARS: together, WORST_YEAR: in_worst}
    found = {made_for: design for made_for, design in joint.items() if design is not None}
    progress("running these designs in every year")
    return RegretTable(
        unit=unit_of(runs[years[0].name].problem),
        designs=own | found,
        totals=pd.concat([totals, _totals(runs, found)]).reindex([*runs, ALL_YEARS, WORST_YEAR]),
        best=pd.Series({name: run.best for name, run in runs.items()}, dtype=float),
    )


def _totals(runs: Mapping[str, "YearInHighs"], designs: Mapping[str, Design]) -> pd.DataFrame:
    """Run each design (rows) in each year (columns)."""
    cells = {
        name: {
            made_for: run.best if made_for == name else run.total_of(design)
            for made_for, design in designs.items()
        }
        for name, run in runs.items()
    }
    return pd.DataFrame(cells, index=list(designs), dtype=float)


def _worst_is_one(
    scenario: Scenario, runs: Mapping[str, "YearInHighs"], totals: pd.DataFrame
) -> str | None:
    """Return the year whose own design is best in the worst year, if that can be seen at once.

    No design does better in a year than its own. So the own design of the year with the highest
    best is the one looked for if no other year is worse under it. That does not hold where a limit
    is on the mean of all years: within it, one year may exceed what it may alone.
    """
    years = pd.Series({name: run.problem.years for name, run in runs.items()})
    best = pd.Series({name: run.best for name, run in runs.items()}) / years
    if best.isna().any() or any(getattr(scenario.limits, key) is not None for key in _OF_ALL_YEARS):
        return None
    worst = str(best.idxmax())
    highest = float((totals.loc[[worst]] / years).to_numpy().max())
    return worst if highest - best[worst] <= _SAME_FRAC * abs(best[worst]) else None


class YearInHighs:
    """One year on its own in HiGHS: its best design, and what any other costs in it.

    Attributes:
        problem: The year's problem.
        design: Its best design; none if no plan keeps the limits.
        best: Its least total; not a number if no plan keeps the limits.
    """

    def __init__(self, scenario: Scenario, year: Traces, strategy: Strategy) -> None:
        """Build a year and find its best design.

        Raises:
            SolveError: The solve ended without a proven optimum.
        """
        self.problem = problem_of(scenario, [replace(year, weight=1.0)], strategy)
        program = compile_model(build_model(self.problem))
        program = program.minimizing(objective_account(program, self.problem))
        own = solve_from_merged(program, year.hours, scenario.solver.time_limit_s)
        self.best = _total(own, f"year {year.name}")
        self.design = _design(program, self.problem, own)
        self._session = Session(program)
        self._capacities = Capacities(program, self._session)

    def total_of(self, design: Design) -> float:
        """Return the least total of a given design; not a number if it cannot keep the limits."""
        sizes = self._capacities.sizes_of(design)
        self._capacities.keep_within(*self._capacities.around(sizes, _ROOM, _ROOM))
        return _total(self._session.solve(), "a given design")


def _joint_design(
    scenario: Scenario, years: Sequence[Traces], strategy: Strategy, guess: Design
) -> Design | None:
    """Return the design for several years, for all or for the worst as the scenario says.

    None if no plan keeps the limits.
    """
    problem = problem_of(scenario, years, strategy)
    program = compile_model(build_model(problem))
    program = program.minimizing(objective_account(program, problem))
    solution = solve_near(program, Guess(guess), scenario.solver.time_limit_s)
    _total(solution, "several years")
    return _design(program, problem, solution)


def _total(solution: Solution, what: str) -> float:
    """Return the objective of an optimum; not a number where the limits cannot be kept."""
    if solution.status == Status.kOptimal:
        return solution.objective
    if solution.status in INFEASIBLE:
        return float("nan")
    raise SolveError(f"no optimum for {what}: HiGHS ended with {solution.status_name}")


def _design(program: LinearProgram, problem: Problem, solution: Solution) -> Design | None:
    """Return the design of an optimum, if it is one.

    Raises:
        SolveError: It is not proven.
    """
    if solution.status != Status.kOptimal:
        return None
    if not is_proven(program, solution):
        raise SolveError("the optimum of a year is not proven by the duals of its solve")
    return design_of(Values(program, solution), problem)


def _mean_of(designs: Sequence[Design]) -> Design:
    names = [field.name for field in fields(Design)]
    return Design(**{n: float(np.mean([getattr(d, n) for d in designs])) for n in names})


def _first_of(scenario: Scenario) -> Scenario:
    """Return the scenario with what it minimizes first, in each year for itself."""
    if scenario.objective.minimize == "lexicographic":
        scenario = _with_objective(scenario, minimize="carbon")
    return _with_objective(scenario, years="all")


def _with_objective(scenario: Scenario, **changes: str) -> Scenario:
    return scenario.model_copy(update={"objective": scenario.objective.model_copy(update=changes)})
