"""Scenario and traces in, certified plan out; or a `SolveError` that names what is in the way."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from dcsim.errors import SolveError
from dcsim.optimize.certify import prove
from dcsim.optimize.compile import Account, LinearProgram, compile_model
from dcsim.optimize.conflict import explain_infeasible, refuse_if_proven
from dcsim.optimize.dispatch import Values, design_of, dispatches_of
from dcsim.optimize.incumbent import find_incumbent
from dcsim.optimize.least import least_capacity
from dcsim.optimize.model import build_model
from dcsim.optimize.plan import ROUNDING_MW, Certificate, Design, Plan, Seconds
from dcsim.optimize.prices import binding_hours, hourly_duals, shadow_prices
from dcsim.optimize.problem import Problem, problem_of
from dcsim.optimize.session import INFEASIBLE, Solution, Status, solver_name
from dcsim.optimize.stake import account_with_stake, share_of, weights_of_objective
from dcsim.optimize.start import solve_from_merged
from dcsim.scenario.spec import Scenario, Strategy
from dcsim.traces.frame import Traces

GAP_LIMIT = 1e-6
"""Largest relative gap between objective and proven bound that passes for an optimum."""


def optimize(
    scenario: Scenario,
    traces: Traces | Sequence[Traces],
    strategy: Strategy = "all",
    design: Design | None = None,
) -> Plan:
    """Find the design and dispatch that are best by the scenario's objective.

    Args:
        scenario: What may be built, the limits and the objective.
        traces: What the world does; several for a design that must serve several years.
        strategy: Which options are open; `all` is the full problem.
        design: What is built, if only its dispatch is asked for.

    Returns:
        The plan with its certificate: objective, bound proven from the duals, relative gap.

    Raises:
        InfeasibleError: No plan keeps the limits; says which are in conflict and what would do.
        SolveError: There is no optimum, or it could not be proven to `GAP_LIMIT`.
    """
    clock: dict[str, float] = {}
    years = (traces,) if isinstance(traces, Traces) else tuple(traces)
    problem = problem_of(scenario, years, strategy)
    if design is not None:
        problem = replace(problem, fixed=design.as_dict())
    with _timed(clock, "build"):
        model = build_model(problem)
    with _timed(clock, "compile"):
        program = compile_model(model)
    with _timed(clock, "solve"):
        program, solution = best(program, problem, strategy)
        solution = least_capacity(program, solution, scenario.solver.time_limit_s)
    values = Values(program, solution)
    found = design_of(values, problem)
    return Plan(
        strategy=strategy,
        design=found,
        dispatches=dispatches_of(values, problem, scenario, years, found),
        certificate=_certificate(program, solution, problem),
        duals=hourly_duals(program, solution, problem, years[0].index),
        shadow_prices=shadow_prices(scenario, problem, program, solution),
        binding_hours=binding_hours(program, solution, problem),
        seconds=Seconds(**clock),
    )


@contextmanager
def _timed(clock: dict[str, float], step: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    clock[step] = time.perf_counter() - start


def objective_account(program: LinearProgram, problem: Problem) -> Account:
    """Return what the scenario minimizes, as an account of its program."""
    weights = weights_of_objective(problem)
    account = account_with_stake(program, problem, weights)
    if problem.scenario.objective.years == "worst":
        return replace(program.accounts["worst"], stake=account.stake)
    return account


def best(
    program: LinearProgram, problem: Problem, strategy: Strategy
) -> tuple[LinearProgram, Solution]:
    """Return the best solution by the scenario's objective, with the program it solves.

    Of the lexicographic objective that is the second solve; it is no more optimal than the first,
    whose total it was held to.

    Raises:
        SolveError: There is none.
    """
    wanted = objective_account(program, problem)
    program = program.minimizing(wanted)
    solution = _solved(program, problem, strategy)
    asked = problem.scenario.objective
    if asked.minimize != "lexicographic":
        return program, solution
    most = solution.objective * (1 + asked.slack_frac)
    second = program.capped(wanted, most).minimizing(
        account_with_stake(program, problem, {"cost_usd": 1.0})
    )
    last = _solved(second, problem, strategy)
    if solution.status != Status.kOptimal:
        last = replace(last, status=solution.status, status_name=solution.status_name)
    return second, last


def _solved(program: LinearProgram, problem: Problem, strategy: Strategy) -> Solution:
    limits = problem.scenario.solver

    def refuse() -> None:
        refuse_if_proven(problem, strategy)

    solution = solve_from_merged(program, len(problem.hours), limits.time_limit_s, refuse)
    if solution.status == Status.kOptimal:
        return solution
    if solution.status in INFEASIBLE:
        raise explain_infeasible(problem, strategy)
    if solution.status == Status.kTimeLimit and limits.time_limit_s is not None:
        if limits.accept_incumbent:
            return find_incumbent(program, solution, limits.time_limit_s)
        raise SolveError(
            f"no optimum for strategy {strategy} within solver.time_limit_s "
            f"({limits.time_limit_s:g} s); raise it, or set solver.accept_incumbent: true to take "
            "the best plan found with its proven bound"
        )
    raise SolveError(f"no optimum for strategy {strategy}: HiGHS ended with {solution.status_name}")


def _certificate(program: LinearProgram, solution: Solution, problem: Problem) -> Certificate:
    proof = prove(program, solution.values, solution.row_duals)
    unit = unit_of(problem)
    gap = share_of(solution.objective - proof.bound, solution.objective, program.stake)
    is_optimal = solution.status == Status.kOptimal
    if is_optimal and not abs(gap) <= GAP_LIMIT:
        raise SolveError(
            f"the optimum is not proven: objective {solution.objective:.6g} {unit}, bound "
            f"{proof.bound:.6g} {unit}, relative gap {gap:.3g}; at most {GAP_LIMIT:g} is accepted"
        )
    if not proof.primal_violation <= ROUNDING_MW:
        raise SolveError(
            f"the solution breaks its own limits by {proof.primal_violation:.3g} MW; at most "
            f"{ROUNDING_MW:g} is accepted"
        )
    return Certificate(
        status=solution.status_name,
        solver=solver_name(),
        unit=unit,
        objective=solution.objective,
        bound=proof.bound,
        gap=gap,
        is_optimal=is_optimal,
        is_rigorous=proof.is_rigorous,
        primal_violation=proof.primal_violation,
        dual_violation=proof.dual_violation,
        rows=len(program.rows),
        columns=len(program.columns),
        nonzeros=int(program.matrix.nnz),
        iterations=solution.iterations,
    )


def unit_of(problem: Problem) -> str:
    """Return the unit of the last objective minimized: kg CO2e or USD."""
    return "kg CO2e" if problem.scenario.objective.minimize == "carbon" else "USD"
