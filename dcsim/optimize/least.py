"""Of plans that are equally good, the one that builds least.

Where a capacity costs nothing, any size of it may be optimal. The plan is then solved once more:
for the least capacity at the optimum found, which the duals of the first solve prove as before.
"""

from dataclasses import replace

import numpy as np

from dcsim.optimize.compile import Account, Key, LinearProgram
from dcsim.optimize.plan import Design
from dcsim.optimize.session import Session, Solution, Status
from dcsim.optimize.stake import share_of, size_of

_SAME_FRAC = 1e-10
"""How far above its least the objective may be while capacity is made least [-]."""

_SAME_BY_ROUNDING_FRAC = 1e-7
"""And with the rounding of the solver, for the plan of least capacity to be taken [-]."""

_FREE_FRAC = 1e-12
"""A column whose cost is below this share of the largest adds nothing to the objective [-]."""


def free_capacities(program: LinearProgram) -> list[int]:
    """Return the columns of capacities that may grow and add nothing to the objective.

    Cells are charged by what is used up of them. Of the worst year no cost is in the columns, and
    none is returned.
    """
    if any(key.name == "worst_per_year" for key in program.columns):
        return []
    least = _FREE_FRAC * float(np.abs(program.cost).max(initial=0.0))
    columns = {name: program.column_of.get(Key(name)) for name in Design().as_dict()}
    return [
        column
        for name, column in columns.items()
        if column is not None
        and program.low[column] < program.high[column]
        and program.cost[column] <= least
        and not (name == "battery_mwh" and _charges_cells(program, least))
    ]


def _charges_cells(program: LinearProgram, least: float) -> bool:
    column = program.column_of.get(Key("cells_used_up_mwh", 0))
    return column is not None and bool(program.cost[column] > least)


def least_capacity(
    program: LinearProgram, best: Solution, time_limit_s: float | None = None
) -> Solution:
    """Return the optimum that builds least of what is free; the duals remain those of the best.

    Args:
        program: The linear program.
        best: Its optimum.
        time_limit_s: Most time to take [s]; the optimum is left as it is if that is not enough.
    """
    free = free_capacities(program)
    built = [c for c in free if best.values[c] > program.low[c]]
    if best.status != Status.kOptimal or not built:
        return best
    vector = np.zeros(len(program.cost))
    vector[free] = 1.0
    scale = float(np.abs(program.cost).max(initial=0.0)) or 1.0
    most = best.objective + _SAME_FRAC * size_of(best.objective, program.stake)
    objective = Account(program.cost / scale, program.offset / scale)
    capped = program.capped(objective, most / scale).minimizing(Account(vector))
    found = Session(capped).solve(time_limit_s)
    total = program.offset + float(program.cost @ found.values)
    worse = share_of(total - best.objective, best.objective, program.stake)
    if found.status != Status.kOptimal or worse > _SAME_BY_ROUNDING_FRAC:
        return best
    iterations = best.iterations + found.iterations
    return replace(best, values=found.values, objective=total, iterations=iterations)
