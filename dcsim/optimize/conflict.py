"""Why there is no plan: which limits are in conflict, and by how much each would have to give.

For every limit that is asked for, the problem is posed again with that one limit made looser by a
variable that is made as small as it can be. A limit for which that has a solution is in every
conflict, and the solution is the least relaxation that, alone, makes a plan feasible.
"""

from dataclasses import replace

from dcsim.errors import InfeasibleError
from dcsim.optimize.compile import compile_model
from dcsim.optimize.limits import LEAST, LIMIT_OF_ROW
from dcsim.optimize.model import build_model
from dcsim.optimize.problem import LIMIT_OF_VARIABLE, Problem
from dcsim.optimize.session import Status, solve
from dcsim.scenario.spec import Strategy


def explain_infeasible(problem: Problem, strategy: Strategy) -> InfeasibleError:
    """Return the error that names the limits in conflict and what would mend it."""
    message = f"strategy {strategy} has no feasible plan"
    ways = [
        _in_words(problem, key, excess)
        for key in dict.fromkeys((*LIMIT_OF_ROW.values(), *LIMIT_OF_VARIABLE.values()))
        if problem.limit(key) is not None and (excess := least_relaxation(problem, key)) is not None
    ]
    if not ways:
        return InfeasibleError(f"{message}, and no limit alone could be relaxed to make one")
    return InfeasibleError(f"{message}. With everything else as asked, {'; or '.join(ways)}")


def least_relaxation(problem: Problem, key: str) -> float | None:
    """Return by how much one limit must give for a plan to be feasible; None if that is no help."""
    program = compile_model(build_model(replace(problem, relaxed=key)))
    solution = solve(program.minimizing(program.accounts["excess"]))
    return solution.objective if solution.status == Status.kOptimal else None


def _in_words(problem: Problem, key: str, excess: float) -> str:
    asked = problem.limit(key) or 0.0
    needed = asked - excess if key in LEAST else asked + excess
    return f"{key} {asked:g} would have to be {needed:g}"
