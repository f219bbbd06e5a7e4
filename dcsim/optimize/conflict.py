"""Why there is no plan: which limits are in conflict, in the words of the scenario.

Only the limit on import can make a scenario infeasible: without it, the grid serves every load
as it arrives. So the least import that would do is computed, with everything else as asked, and
then which other limit, lifted alone, would make the asked import enough.
"""

import math
from dataclasses import replace

import pyomo.environ as pyo

from dcsim.errors import SolveError
from dcsim.optimize.compile import Status, compile_model, solve
from dcsim.optimize.model import LIMIT_OF_VARIABLE, Problem, build_model, problem_of
from dcsim.scenario.spec import Scenario, Strategy
from dcsim.traces.frame import Traces

_OTHER_LIMITS = [limit for limit in LIMIT_OF_VARIABLE.values() if limit[0] != "limits"]


def explain_infeasible(scenario: Scenario, traces: Traces, strategy: Strategy) -> str:
    """Return one message that names the limits in conflict and what would mend it."""
    asked_mw = scenario.limits.import_mw
    if asked_mw is None:
        return f"strategy {strategy} has no feasible plan, though nothing limits import"
    needed_mw = least_import_mw(problem_of(scenario, traces, strategy))
    message = (
        f"strategy {strategy} has no feasible plan: limits.import_mw is {asked_mw:g} MW, and with "
        f"everything else as asked at least {_rounded_up(needed_mw)} MW is needed"
    )
    helpful = [
        f"{part}.{name} ({value:g})"
        for part, name in _OTHER_LIMITS
        if (value := getattr(getattr(scenario, part), name)) is not None
        and _suffices_without(scenario, traces, strategy, part, name)
    ]
    alone = ", either of which alone" if len(helpful) > 1 else ", which alone"
    return f"{message}; or lift {' or '.join(helpful)}{alone} is enough" if helpful else message


def _rounded_up(power_mw: float) -> str:
    """Return a power to a thousandth of a MW, rounded up so that it is enough."""
    return f"{math.ceil(power_mw * 1000 - 1e-6) / 1000:g}"


def least_import_mw(problem: Problem) -> float:
    """Return the least limit on import that leaves a feasible plan [MW]."""
    limits = problem.scenario.limits.model_copy(update={"import_mw": None})
    scenario = problem.scenario.model_copy(update={"limits": limits})
    model = build_model(replace(problem, scenario=scenario))
    model.import_mw = pyo.Var(bounds=(0, None))
    model.import_most = pyo.Constraint(model.T, rule=lambda m, t: m.grid_mw[t] - m.import_mw <= 0)
    model.total_carbon_kg.deactivate()
    model.least_import = pyo.Objective(expr=model.import_mw)
    solution = solve(compile_model(model))
    if solution.status != Status.kOptimal:
        status = solution.status_name
        raise SolveError(f"no import is enough, so limits contradict each other: {status}")
    return solution.objective


def _suffices_without(
    scenario: Scenario, traces: Traces, strategy: Strategy, part: str, name: str
) -> bool:
    """Tell whether lifting one limit alone makes the scenario feasible."""
    lifted = getattr(scenario, part).model_copy(update={name: None})
    problem = problem_of(scenario.model_copy(update={part: lifted}), traces, strategy)
    model = build_model(problem)
    model.total_carbon_kg.deactivate()
    model.any_plan = pyo.Objective(expr=0.0)
    return solve(compile_model(model)).status == Status.kOptimal
