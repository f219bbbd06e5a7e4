"""Plans that are nearly as good as the best one, and need less of something.

For each aim (a capacity the plan builds, its capital, its cost) two solves, both by primal simplex,
since only costs and looser limits change: the least of it while the objective stays within
`TOLERANCE_FRAC` of its best; then, with what the aim is made of held there, the best objective.
All start from the plan's own optimum, found again from its design.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from dcsim.errors import SolveError
from dcsim.optimize.answers import Pose
from dcsim.optimize.compile import Account, Key, LinearProgram
from dcsim.optimize.dispatch import Values, design_of, dispatches_of
from dcsim.optimize.findings import CAPITAL, COST, NearPlan
from dcsim.optimize.plan import ROUNDING_MW, Design, Plan
from dcsim.optimize.problem import Problem, problem_of
from dcsim.optimize.session import PRIMAL, Session, Solution, Status
from dcsim.optimize.start import Capacities
from dcsim.scenario.spec import Scenario
from dcsim.traces.frame import Traces

TOLERANCE_FRAC = 0.01
"""How far above its best the objective may be [-]."""

_SAME_FRAC = 1e-3
"""Designs whose capacities differ by less, of the larger one, are the same to a planner [-]."""

Progress = Callable[[str], None]


def near_plans(
    scenario: Scenario, years: Sequence[Traces], plan: Plan, progress: Progress
) -> tuple[NearPlan, ...]:
    """Return the near-optimal plan of each aim, without those that repeat a design.

    A plan that is not proven optimal has none: what is near its best is not known.

    Args:
        scenario: What was asked.
        years: What the world does, in each planned year.
        plan: Its optimum.
        progress: Told which aim is looked at.

    Raises:
        SolveError: A solve ended without an optimum.
    """
    if not plan.certificate.is_optimal:
        return ()
    problem = problem_of(scenario, years, plan.strategy, counts_cost=True)
    search = _Search(Pose(problem, plan)(problem), problem, plan.design)
    found: list[NearPlan] = []
    for aim, account in search.aims(plan):
        progress(f"near-optimal plan of least {aim}")
        values = Values(search.program, search.least(account))
        design = design_of(values, problem)
        known = [plan.design, *(other.design for other in found)]
        if not any(_are_alike(design, other) for other in known):
            dispatches = dispatches_of(values, problem, scenario, years, design)
            found.append(NearPlan(aim, TOLERANCE_FRAC, design, dispatches))
    return tuple(found)


def _are_alike(one: Design, other: Design) -> bool:
    pairs = zip(one.as_dict().values(), other.as_dict().values(), strict=True)
    return all(abs(a - b) <= ROUNDING_MW + _SAME_FRAC * max(a, b) for a, b in pairs)


class _Search:
    """The program with its objective capped, kept in HiGHS, at the plan's optimum."""

    def __init__(self, program: LinearProgram, problem: Problem, design: Design) -> None:
        """Solve the program to its optimum: first at the plan's design, then with that freed."""
        self._objective = Account(program.cost, program.offset)
        self._problem = problem
        self.program = program.capped(self._objective, np.inf)
        self._session = Session(self.program)
        self._capacities = Capacities(self.program, self._session)
        sizes = self._capacities.sizes_of(design)
        self._capacities.keep_within(sizes, sizes)
        self._solved()
        self._free()
        best = self._solved()
        self._start, self._best = best.basis, best.objective
        self._session.set_option("simplex_strategy", PRIMAL)

    def aims(self, plan: Plan) -> Iterator[tuple[str, Account]]:
        """Yield each aim that the plan does not meet already, with what there is least of."""
        built, least = plan.design.as_dict(), self._problem.capacities()
        for name in ("solar_mw", "wind_mw", "battery_mwh", "extra_server_mw"):
            if built[name] > least[name][0] + ROUNDING_MW:
                yield name, self._only(name)
        accounts = self.program.accounts
        yield CAPITAL, accounts[CAPITAL]
        if self._problem.scenario.objective.minimize in ("carbon", "weighted"):
            yield COST, accounts[COST]

    def _only(self, capacity: str) -> Account:
        vector = np.zeros(len(self.program.columns))
        vector[self.program.column_of[Key(capacity)]] = 1.0
        return Account(vector)

    def least(self, account: Account) -> Solution:
        """Return the plan with the least of an account, and of those the best."""
        self._free()
        self._session.start_from(self._start)
        self._cap(self._best + TOLERANCE_FRAC * abs(self._best))
        self._session.set_objective(account)
        found = self._solved()
        if not self._is_of_capacities(account):
            return found
        self._hold(account, found)
        self._session.set_objective(self._objective)
        return self._solved()

    def _cap(self, most: float) -> None:
        self._session.set_row_high(len(self.program.rows) - 1, most - self._objective.offset)

    def _free(self) -> None:
        self._capacities.keep_within(self._capacities.low, self._capacities.high)

    def _is_of_capacities(self, account: Account) -> bool:
        return set(np.flatnonzero(account.vector)) <= set(self._capacities.columns)

    def _hold(self, account: Account, found: Solution) -> None:
        """Let nothing that an account is made of grow beyond what was found."""
        for column in np.flatnonzero(account.vector):
            low = float(self.program.low[column])
            most = max(low, float(found.values[column]))
            self._session.set_column_bounds(int(column), low, most)

    def _solved(self) -> Solution:
        solution = self._session.solve(self._problem.scenario.solver.time_limit_s)
        if solution.status == Status.kOptimal:
            return solution
        raise SolveError(
            f"near-optimal plans: HiGHS ended with {solution.status_name}; raise "
            "solver.time_limit_s, or set answers: false"
        )
