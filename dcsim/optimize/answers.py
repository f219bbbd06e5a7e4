"""What else a planner asks of a plan, found by solving its program again and again."""

from collections.abc import Callable, Sequence

from dcsim.optimize.breakeven import break_evens
from dcsim.optimize.compile import LinearProgram, compile_model
from dcsim.optimize.findings import Answers, DeadlineWorth
from dcsim.optimize.model import build_model
from dcsim.optimize.plan import Plan
from dcsim.optimize.problem import Problem, problem_of
from dcsim.optimize.ranges import near_ranges
from dcsim.optimize.solve import best, objective_account, optimize
from dcsim.optimize.stake import account_with_stake
from dcsim.scenario.spec import Scenario
from dcsim.traces.frame import Traces

Progress = Callable[[str], None]


def answers_of(
    scenario: Scenario, traces: Traces | Sequence[Traces], plan: Plan, progress: Progress
) -> Answers:
    """Find near-optimal ranges, break-evens and the worth of longer deadlines.

    A plan that is not proven optimal has no answers: what is near its best is not known.

    Args:
        scenario: What was asked.
        traces: What the world does, in each planned year.
        plan: The plan it is about.
        progress: Told what is looked at.

    Raises:
        SolveError: A solve ended without an optimum.
    """
    if not plan.certificate.is_optimal:
        return Answers()
    years = (traces,) if isinstance(traces, Traces) else tuple(traces)
    problem = problem_of(scenario, years, plan.strategy)
    pose = Pose(problem, plan)
    return Answers(
        ranges=near_ranges(pose(problem), problem, progress),
        break_evens=break_evens(problem, pose, progress),
        deadlines=deadline_worths(scenario, years, plan, progress),
    )


class Pose:
    """Makes the program whose optimum is the plan, also at other prices.

    Of the lexicographic objective that is the second program. Its cap on carbon comes from the
    first, once: prices that are changed are then money, and the cap stays.
    """

    def __init__(self, problem: Problem, plan: Plan) -> None:
        """Find the cap on carbon, where least carbon goes first."""
        self._most_kg: float | None = None
        if problem.scenario.objective.minimize == "lexicographic":
            program = compile_model(build_model(problem))
            capped, _ = best(program, problem, plan.strategy)
            self._most_kg = float(capped.row_high[-1]) + objective_account(program, problem).offset

    def __call__(self, problem: Problem) -> LinearProgram:
        """Return the program of a problem."""
        program = compile_model(build_model(problem))
        wanted = objective_account(program, problem)
        if self._most_kg is None:
            return program.minimizing(wanted)
        cost = account_with_stake(program, problem, {"cost_usd": 1.0})
        return program.capped(wanted, self._most_kg).minimizing(cost)


def deadline_worths(
    scenario: Scenario, years: Sequence[Traces], plan: Plan, progress: Progress
) -> tuple[DeadlineWorth, ...]:
    """Return for each tier with a deadline what one more hour of it would save.

    Args:
        scenario: What was asked.
        years: What the world does, in each planned year.
        plan: Its optimum.
        progress: Told which tier is looked at.
    """
    return tuple(
        _worth_of(tier.name, tier.deadline_h, scenario, years, plan, progress)
        for tier in problem_of(scenario, years, plan.strategy).tiers
        if tier.deadline_h is not None
    )


def _worth_of(
    name: str,
    deadline_h: int,
    scenario: Scenario,
    years: Sequence[Traces],
    plan: Plan,
    progress: Progress,
) -> DeadlineWorth:
    progress(f"worth of one more hour for tier {name}")
    longer = optimize(_with_deadline(scenario, name, deadline_h + 1), years, plan.strategy)
    saved = plan.certificate.objective - longer.certificate.objective
    return DeadlineWorth(name, deadline_h, max(saved, 0.0))


def _with_deadline(scenario: Scenario, name: str, deadline_h: int) -> Scenario:
    tiers = tuple(
        tier.model_copy(update={"deadline_h": deadline_h}) if tier.name == name else tier
        for tier in scenario.datacenter.flexible
    )
    datacenter = scenario.datacenter.model_copy(update={"flexible": tiers})
    return scenario.model_copy(update={"datacenter": datacenter})
