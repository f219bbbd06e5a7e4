"""What is at stake in a total: the size against which a difference is large or small.

An optimum may be zero, and a billionth of a kilogram is then a large share of it. So totals far
below what the load would cost from the grid are compared on that scale.
"""

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from dcsim.optimize.accounts import objective_weights
from dcsim.optimize.compile import Account, LinearProgram
from dcsim.optimize.problem import Problem
from dcsim.units import KG_PER_T, STEP_H

_SMALL_FRAC = 0.01
"""Totals below this share of what is at stake are compared with that share [-]."""


def size_of(total: float, stake: float) -> float:
    """Return what differences between totals near one are a share of [unit of the total]."""
    return max(abs(total), _SMALL_FRAC * stake)


def share_of(difference: float, total: float, stake: float) -> float:
    """Return a difference between totals as a share of their size; nothing is no share [-]."""
    size = size_of(total, stake)
    if not difference:
        return 0.0
    return difference / size if size else math.copysign(math.inf, difference)


def account_with_stake(
    program: LinearProgram, problem: Problem, weights: Mapping[str, float]
) -> Account:
    """Return a weighted sum of accounts, with what is at stake in it.

    Args:
        program: Has the accounts.
        problem: Gives load, carbon intensity and price.
        weights: What a unit of each account counts.
    """
    account = program.account(weights)
    by_grid = sum(abs(weight) * _of_grid(problem, name) for name, weight in weights.items())
    # Where energy costs nothing, as much of everything as there is load.
    by_column = float(problem.load_mw.mean() * np.abs(account.vector).sum())
    return replace(account, stake=by_grid or by_column)


def weights_of_objective(problem: Problem) -> dict[str, float]:
    """Return what a unit of each account counts in the scenario's objective."""
    carbon, cost = objective_weights(problem)
    weights = {"operational_kg": carbon, "embodied_kg": carbon}
    return weights | ({"cost_usd": cost} if cost else {})


def _of_grid(problem: Problem, account: str) -> float:
    """Return the total of an account if the grid met the load as it arrives [kg or USD]."""
    carbon_kg = _over_years(problem, problem.intensity)
    if account == "operational_kg":
        return carbon_kg
    if account == "cost_usd":
        carbon_usd = problem.costs.carbon_usd_per_t / KG_PER_T * carbon_kg
        return _over_years(problem, problem.price) + carbon_usd
    return 0.0


def _over_years(problem: Problem, per_mwh: np.ndarray) -> float:
    """Return the sum of load times a price over all years, each by its weight."""
    total = np.abs(per_mwh) * problem.load_mw * STEP_H
    return float(sum(span.weight * total[span.hours].sum() for span in problem.spans))
