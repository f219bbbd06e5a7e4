"""The time limit: refused unless asked for, and what is then found, proven and flagged."""

from dataclasses import replace
from typing import Any

import pytest

from dcsim.errors import SolveError
from dcsim.optimize import incumbent
from dcsim.optimize import solve as solving
from dcsim.optimize.certify import prove
from dcsim.optimize.compile import LinearProgram, compile_model
from dcsim.optimize.incumbent import find_incumbent
from dcsim.optimize.model import build_model
from dcsim.optimize.plan import Design
from dcsim.optimize.problem import problem_of
from dcsim.optimize.session import Session, Solution, Status, solve
from dcsim.optimize.solve import objective_account, optimize
from dcsim.optimize.start import Guess
from dcsim.scenario.load import load_scenario
from dcsim.scenario.spec import Scenario
from dcsim.traces.frame import Traces, build_traces

PLENTY_S = 600.0  # these tests end by counting solves, never by the clock


def ten_days(*overrides: str) -> tuple[Scenario, Traces]:
    scenario = load_scenario("quickstart", ["horizon.hours=240", *overrides])
    return scenario, build_traces(scenario)


def program_of(scenario: Scenario, traces: Traces) -> LinearProgram:
    problem = problem_of(scenario, [traces], "all")
    program = compile_model(build_model(problem))
    return program.minimizing(objective_account(program, problem))


def out_of_time(solution: Solution) -> Solution:
    return replace(solution, status=Status.kTimeLimit, status_name="Time limit reached")


def stopped_after(solves: int) -> type[Session]:
    """Return a session whose time is up after some solves."""

    class Stopped(Session):
        done = 0

        def solve(self, time_limit_s: float | None = None) -> Solution:
            self.done += 1
            found = super().solve(time_limit_s)
            return found if self.done <= solves else out_of_time(found)

    return Stopped


def stop_solves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the planner's own solve end by the time limit, whatever it has found."""
    honest = solving.solve_from_merged

    def stopped(*arguments: Any) -> Solution:
        return out_of_time(honest(*arguments))

    monkeypatch.setattr(solving, "solve_from_merged", stopped)


@pytest.mark.parametrize("solves", [1, 2, 5])
def test_what_is_found_is_feasible_and_bounds_the_optimum(
    solves: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = program_of(*ten_days())
    optimum = solve(program)
    monkeypatch.setattr(incumbent, "Session", stopped_after(solves))
    found = find_incumbent(program, out_of_time(optimum), PLENTY_S)
    proof = prove(program, found.values, found.row_duals)
    assert found.status == Status.kTimeLimit
    assert proof.primal_violation <= 1e-6
    assert found.objective == pytest.approx(program.offset + program.cost @ found.values)
    assert proof.bound <= optimum.objective * (1 + 1e-9)
    assert optimum.objective <= found.objective * (1 + 1e-9)
    assert proof.bound >= 0
    if solves == 1:
        assert found.objective > optimum.objective * (1 + 1e-6)
    else:
        assert proof.bound > 0.9 * optimum.objective


def test_more_time_does_not_find_worse(monkeypatch: pytest.MonkeyPatch) -> None:
    program = program_of(*ten_days())
    stopped = out_of_time(solve(program))
    totals = []
    for solves in (1, 2, 3, 5):
        monkeypatch.setattr(incumbent, "Session", stopped_after(solves))
        totals.append(find_incumbent(program, stopped, PLENTY_S).objective)
    assert totals == sorted(totals, reverse=True)


def test_a_box_without_a_plan_is_left_for_a_larger_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guess is to build nothing, which covers nothing."""
    program = program_of(*ten_days("limits.coverage_frac=0.95"))
    optimum = solve(program)
    ended: list[Status] = []

    class Noted(Session):
        def solve(self, time_limit_s: float | None = None) -> Solution:
            found = super().solve(time_limit_s)
            ended.append(found.status)
            return found

    monkeypatch.setattr(incumbent, "Session", Noted)
    monkeypatch.setattr(incumbent, "guess_of_merged", lambda program, hours: Guess(Design()))
    found = find_incumbent(program, out_of_time(optimum), PLENTY_S)
    assert ended[0] == Status.kInfeasible
    assert found.objective == pytest.approx(optimum.objective)


def test_nothing_found_is_an_error() -> None:
    program = program_of(*ten_days())
    with pytest.raises(
        SolveError, match=r"no plan was found within solver\.time_limit_s \(1e-09 s\)"
    ):
        find_incumbent(program, out_of_time(solve(program)), 1e-9)


def test_a_time_limit_is_refused_unless_the_best_so_far_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stop_solves(monkeypatch)
    scenario, traces = ten_days("solver.time_limit_s=600")
    with pytest.raises(SolveError, match=r"raise it, or set solver\.accept_incumbent: true"):
        optimize(scenario, traces)


def test_the_best_so_far_is_a_plan_flagged_as_not_optimal(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario, traces = ten_days("solver.time_limit_s=600", "solver.accept_incumbent=true")
    optimum = optimize(scenario, traces).certificate
    assert optimum.is_optimal
    stop_solves(monkeypatch)
    monkeypatch.setattr(incumbent, "Session", stopped_after(1))
    plan = optimize(scenario, traces)
    certificate = plan.certificate
    assert not certificate.is_optimal
    assert certificate.status == "Time limit reached"
    assert certificate.gap > 1e-6
    assert certificate.primal_violation <= 1e-6
    assert certificate.bound < optimum.objective < certificate.objective
    assert plan.dispatch["unserved_mw"].max() == 0


def test_least_cost_under_an_unproven_total_is_not_called_optimal(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The first of the two solves runs out of time, the second does not."""
    honest, calls = solving.solve_from_merged, []

    def first_stopped(*arguments: Any) -> Solution:
        calls.append(arguments)
        found = honest(*arguments)
        return out_of_time(found) if len(calls) == 1 else found

    monkeypatch.setattr(solving, "solve_from_merged", first_stopped)
    scenario, traces = ten_days(
        "objective.minimize=lexicographic",
        f"solver.time_limit_s={PLENTY_S}",
        "solver.accept_incumbent=true",
    )
    certificate = optimize(scenario, traces).certificate
    assert len(calls) == 2
    assert not certificate.is_optimal
    assert certificate.unit == "USD"
