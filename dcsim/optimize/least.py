"""Of plans that are equally good, the one that builds least.

Where a capacity costs nothing, any size of it may be optimal. The plan is then solved once more,
among the optimal plans and from the one found, for the least capacity. The duals of the first solve
prove it as before.
"""

from dataclasses import replace

import numpy as np

from dcsim.optimize.compile import Account, Key, LinearProgram
from dcsim.optimize.plan import Design
from dcsim.optimize.session import PRIMAL, Session, Solution, Status
from dcsim.optimize.stake import share_of

_SAME_FRAC = 1e-8
"""How far above its least the objective may be, by the solver's rounding [-]."""

_FREE_FRAC = 1e-9
"""A cost, reduced cost or dual below this share of the largest is none [-]."""


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
    wanted = np.zeros(len(program.cost))
    wanted[free] = 1.0
    session = Session(_of_the_optimal(program, best).minimizing(Account(wanted)))
    session.start_from(best.basis)
    session.set_option("simplex_strategy", PRIMAL)
    found = session.solve(time_limit_s)
    total = program.offset + float(program.cost @ found.values)
    worse = share_of(total - best.objective, best.objective, program.stake)
    if found.status != Status.kOptimal or worse > _SAME_FRAC:
        return best
    iterations = best.iterations + found.iterations
    return replace(best, values=found.values, objective=total, iterations=iterations)


def _of_the_optimal(program: LinearProgram, best: Solution) -> LinearProgram:
    """Return the program of all optimal solutions: what has a price stays at its limit.

    By complementary slackness: a column with a reduced cost, or a row with a dual, is at the limit
    that it presses on in every optimum.
    """
    priced = np.abs(best.reduced_costs) > _FREE_FRAC * np.abs(program.cost).max(initial=0.0)
    least = _FREE_FRAC * np.abs(best.row_duals).max(initial=0.0)
    at_low = (best.row_duals > least) & np.isfinite(program.row_low)
    at_high = (best.row_duals < -least) & np.isfinite(program.row_high)
    values = np.clip(best.values, program.low, program.high)
    return replace(
        program,
        low=np.where(priced, values, program.low),
        high=np.where(priced, values, program.high),
        row_low=np.where(at_high, program.row_high, program.row_low),
        row_high=np.where(at_low, program.row_low, program.row_high),
    )
