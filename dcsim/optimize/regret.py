"""What it costs to have planned for the wrong year: each single-year design, run in every other.

A year's program is built once and stays in HiGHS. Running another design in it changes five bounds,
and the dual simplex method goes on from the design before: 0.07 s for a year of the reference
problem, where building it anew takes 2 s.
"""

from collections.abc import Callable, Sequence
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
from dcsim.optimize.session import Session, Solution, Status
from dcsim.optimize.solve import objective_account, unit_of
from dcsim.optimize.start import Capacities, Guess, is_proven, solve_from_merged, solve_near
from dcsim.scenario.spec import Scenario, Strategy
from dcsim.traces.frame import Traces

Progress = Callable[[str], None]

_ROOM = 1e-9
"""How far a design that is run may be from what is given, relative to each capacity and in MW or
MWh: held exactly, it could break by rounding a limit that it just keeps."""

_INFEASIBLE = (Status.kInfeasible, Status.kUnboundedOrInfeasible)


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
    designs = own | _joint_designs(asked, years, strategy, _mean_of(list(own.values())), progress)
    totals = {}
    for name, run in runs.items():
        progress(f"running each design in {name}")
        totals[name] = {made_for: run.total_of(design) for made_for, design in designs.items()}
        totals[name][name] = run.best
    return RegretTable(
        unit=unit_of(runs[years[0].name].problem),
        designs=designs,
        totals=pd.DataFrame(totals, index=[*runs, ALL_YEARS, WORST_YEAR], dtype=float),
        best=pd.Series({name: run.best for name, run in runs.items()}, dtype=float),
    )


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


def _joint_designs(
    scenario: Scenario,
    years: Sequence[Traces],
    strategy: Strategy,
    guess: Design,
    progress: Progress,
) -> dict[str, Design]:
    """Return the designs for all years together and for the worst of them, where there are any.

    Both are optima of one program, which has the rows of the worst year in any case.
    """
    asked = {ALL_YEARS: scenario, WORST_YEAR: _with_objective(scenario, years="worst")}
    problems = {made_for: problem_of(one, years, strategy) for made_for, one in asked.items()}
    progress("planning for all years together")
    program = compile_model(build_model(problems[WORST_YEAR]))
    found: dict[str, Design] = {}
    for made_for, problem in problems.items():
        if made_for == WORST_YEAR:
            progress("planning for the worst year")
        chosen = program.minimizing(objective_account(program, problem))
        solution = solve_near(chosen, Guess(guess), scenario.solver.time_limit_s)
        _total(solution, made_for)
        design = _design(chosen, problem, solution)
        if design is not None:
            found[made_for] = guess = design
    return found


def _total(solution: Solution, what: str) -> float:
    """Return the objective of an optimum; not a number where the limits cannot be kept."""
    if solution.status == Status.kOptimal:
        return solution.objective
    if solution.status in _INFEASIBLE:
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
