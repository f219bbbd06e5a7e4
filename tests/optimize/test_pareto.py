"""Fronts: by hand, between their bounds, and against plans found one at a time."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcsim.errors import InfeasibleError, SolveError
from dcsim.optimize import boxed, pareto
from dcsim.optimize.coarse import coarsened
from dcsim.optimize.compile import compile_model
from dcsim.optimize.front import Front, FrontPoint, knee_of
from dcsim.optimize.model import build_model
from dcsim.optimize.pareto import Tracer, require_convex, trace_front
from dcsim.optimize.problem import problem_of
from dcsim.optimize.session import Status, solve
from dcsim.optimize.solve import optimize
from dcsim.scenario.load import load_scenario
from dcsim.scenario.spec import STRATEGIES, Scenario
from dcsim.traces.frame import Traces
from dcsim.traces.years import build_years
from tests.conftest import scenario_of, traces_of

TOLERANCE = 1e-6

ORACLE_KG = {"ERCO": 10503635.365, "CISO": 11565286.405}
"""Optima of the reference problem, from the design (model.md section 9) [kg a year]."""


def two_hours(**parts: object) -> tuple[Scenario, Traces]:
    """Wind at capacity factors 1 and 0.5 on a grid of 100 and 300 kg/MWh, for 10 MW."""
    asked = {"wind": {}, "embodied": {"wind_kg_per_mwh": 120}, **parts}
    scenario = scenario_of(**asked)
    return scenario, traces_of(scenario, intensity=[100, 300], wind=[1, 0.5], price=[50, 50])


def days(seed: int = 0, count: int = 3, **parts: object) -> tuple[Scenario, Traces]:
    """Some days of random weather with all options open."""
    open_to_all = {"solar": {}, "wind": {}, "battery": {}, "servers": {}}
    datacenter = {
        "capacity_mw": 10,
        "flexible": [{"name": "soon", "share_frac": 0.3, "deadline_h": 4}],
    }
    scenario = scenario_of(**{**open_to_all, "datacenter": datacenter, **parts})
    rng = np.random.default_rng(seed)
    hour = np.arange(24 * count)
    traces = traces_of(
        scenario,
        intensity=rng.uniform(50, 600, len(hour)),
        solar=np.maximum(0, np.sin(2 * np.pi * (hour % 24 - 6) / 24)) * rng.uniform(0.3, 1),
        wind=rng.uniform(0, 1, len(hour)),
        price=rng.uniform(10, 90, len(hour)),
    )
    return scenario, traces


@pytest.fixture(scope="module")
def carbon() -> tuple[Scenario, Traces, Front]:
    scenario, traces = days()
    return scenario, traces, trace_front(scenario, [traces], "all", "carbon", 12)


@pytest.fixture(scope="module")
def cost() -> tuple[Scenario, Traces, Front]:
    scenario, traces = days()
    return scenario, traces, trace_front(scenario, [traces], "all", "cost", 12)


def test_front_by_hand() -> None:
    """One MW of wind makes 1.5 MWh, 180 kg, and saves 100 + 150 = 250 kg up to 10 MW.

    From there it saves 150 kg, in the second hour only, until 20 MW serve that one too. So y falls
    from 4,000 by 250/180 a kg to 1,500 at x = 1,800, and by 150/180 to 0 at x = 3,600; the least
    total is 3,300, at the corner. Two more points, one between each two, tell both slopes, and
    then the bounds meet: five points say all.
    """
    scenario, traces = two_hours()
    front = trace_front(scenario, [traces], "renewables", "carbon", 20)
    assert len(front.points) == 5
    assert (front.x[0], front.x[-1]) == pytest.approx((3600, 0))
    assert (front.y[0], front.y[-1]) == pytest.approx((0, 4000))
    least = front.points[front.optimum]
    assert (least.x, least.y, least.slope) == pytest.approx((1800, 1500, -1))
    assert least.design.wind_mw == pytest.approx(10)
    slopes = [front.points[1].slope, front.points[3].slope]
    assert slopes == pytest.approx([-150 / 180, -250 / 180])
    assert front.largest_gap_frac < TOLERANCE
    assert front.points[front.knee] == least


def test_gap_by_hand() -> None:
    """Ends (2, 0) and (0, 4), with tangents of slope 0 and -4, which meet at (1, 0).

    The chord is at 2 there. In carbon the gap is 2 of 1 + 2, in cost 2 of 2.
    """
    ends = (point_of(2, 0, 0.0), point_of(0, 4, -4.0))
    front = Front("all", "carbon", ends)
    assert front.gaps == pytest.approx([2 / 3])
    assert front.largest_gap_frac == pytest.approx(2 / 3)
    assert front.widest == pytest.approx(1)
    assert Front("all", "cost", ends).largest_gap_frac == pytest.approx(1)
    assert front.inner(np.array([0.5])) == pytest.approx([3])
    assert front.outer(np.array([0.5])) == pytest.approx([2])


def test_a_new_point_keeps_away_from_those_beside_it() -> None:
    """A tangent of -1,000 at the tight end meets the flat one at 0.004; 0.2 of 2 is kept clear."""
    front = Front("all", "carbon", (point_of(2, 0, 0.0), point_of(0, 4, -1000.0)))
    assert front.widest == pytest.approx(0.4)


def test_knee_is_farthest_below_the_chord() -> None:
    """Sums of the shares of both ranges: 1, 0.5 + 0.1, 0.1 + 0.6, 1."""
    assert knee_of([10, 5, 1, 0], [0, 1, 6, 10]) == 1
    assert knee_of([3], [4]) == 0


def point_of(x: float, y: float, slope: float) -> FrontPoint:
    scenario, traces = two_hours()
    plan = optimize(scenario, traces, "renewables")
    certificate = replace(plan.certificate, objective=y, bound=y)
    return FrontPoint(x, y, x, plan.design, certificate, slope)


@pytest.mark.parametrize("which", ["carbon", "cost"])
def test_front_falls_and_is_convex(which: str, request: pytest.FixtureRequest) -> None:
    _, _, front = request.getfixturevalue(which)
    assert len(front.points) == 12
    steps = np.diff(front.y) / np.diff(front.x)
    assert (np.diff(front.x) < 0).all()
    assert (np.diff(front.y) > 0).all()
    assert (np.diff(steps) <= TOLERANCE * np.abs(steps[:-1])).all()
    slopes = np.array([point.slope for point in front.points])
    assert (np.diff(slopes) <= TOLERANCE * np.abs(slopes[1:])).all()


@pytest.mark.parametrize("which", ["carbon", "cost"])
def test_inner_bound_is_above_the_outer_everywhere(which: str, request) -> None:
    _, _, front = request.getfixturevalue(which)
    x = np.linspace(front.x[-1], front.x[0], 5001)
    inner, outer = front.inner(x), front.outer(x)
    assert (outer <= inner + TOLERANCE * front.worth(x, inner)).all()
    assert front.gap_at(x).max() <= front.largest_gap_frac
    assert front.gap_at(x).max() == pytest.approx(front.largest_gap_frac, rel=0.02)
    assert max(front.gaps) == front.largest_gap_frac


@pytest.mark.parametrize("which", ["carbon", "cost"])
def test_exact_plans_lie_between_the_bounds(which: str, request) -> None:
    """The least y under 40 other caps, each solved from nothing."""
    scenario, traces, front = request.getfixturevalue(which)
    problem = problem_of(scenario, [traces], "all", which == "cost")
    program = compile_model(build_model(problem))
    y = program.account({front.axes.y_account: 1.0})
    x = program.account(dict.fromkeys(front.axes.x_accounts, 1.0))
    caps = np.linspace(front.x[-1], front.x[0], 42)[1:-1]
    least = np.array([solve(program.minimizing(y).capped(x, cap)).objective for cap in caps])
    allowed = TOLERANCE * front.worth(caps, least)
    assert (front.outer(caps) <= least + allowed).all()
    assert (least <= front.inner(caps) + allowed).all()


def test_every_point_is_proven(carbon) -> None:
    _, _, front = carbon
    for point in front.points:
        proof = point.certificate
        assert (proof.is_optimal, proof.is_rigorous, proof.unit) == (True, True, "kg CO2e")
        assert abs(proof.gap) < TOLERANCE
        assert proof.objective == point.y
        assert point.x == pytest.approx(point.limit, rel=1e-6, abs=0.01)


def test_least_total_is_the_plan(carbon) -> None:
    scenario, traces, front = carbon
    least = front.points[front.optimum]
    plan = optimize(scenario, traces, "all")
    assert least.x + least.y == pytest.approx(plan.certificate.objective, rel=1e-9)
    assert (front.x + front.y).min() == least.x + least.y


def test_ends_are_the_least_of_each_total(cost) -> None:
    """The loose end of the cost front is the plan of least cost, the tight one of least carbon."""
    scenario, traces, front = cost
    cheapest = scenario.model_copy(
        update={"objective": scenario.objective.model_copy(update={"minimize": "cost"})}
    )
    assert front.y[0] == pytest.approx(optimize(cheapest, traces).certificate.objective, rel=1e-8)
    assert front.x[-1] == pytest.approx(optimize(scenario, traces).certificate.objective, rel=1e-8)
    assert front.optimum is None
    assert front.points[0].certificate.unit == "USD"


def test_loose_end_is_no_more_embodied_than_it_takes() -> None:
    """20 MW of wind bring operational carbon to nothing; 30 MW would too, and are not built."""
    scenario, traces = two_hours(wind={"max_mw": 30})
    front = trace_front(scenario, [traces], "renewables", "carbon", 3)
    assert front.points[0].design.wind_mw == pytest.approx(20)


def test_what_exists_is_no_embodied_carbon() -> None:
    """The tight end keeps the 4 MW there are: 4,000 - 4 * 250 kg, and x = 0."""
    scenario, traces = two_hours(wind={"existing_mw": 4})
    front = trace_front(scenario, [traces], "renewables", "carbon", 3)
    assert (front.x[-1], front.y[-1]) == pytest.approx((0, 3000))
    assert front.points[-1].design.wind_mw == pytest.approx(4)


def test_nothing_to_trade_is_a_front_of_one_point() -> None:
    scenario, traces = two_hours(wind={"enabled": False})
    front = trace_front(scenario, [traces], "all", "carbon", 5)
    assert (front.x.tolist(), front.y.tolist()) == ([0], [4000])
    assert (front.knee, front.optimum, front.gaps, front.largest_gap_frac) == (0, 0, (), 0)


def test_fronts_of_strategies_nest() -> None:
    """What opens more options is nowhere worse; mixtures of one are plans of the other."""
    scenario, traces = days(seed=3)
    fronts = {s: trace_front(scenario, [traces], s, "carbon", 8) for s in STRATEGIES}
    for strategy in STRATEGIES[:-1]:
        x = np.linspace(0, min(fronts[strategy].x[0], fronts["all"].x[0]), 200)
        best, other = fronts["all"].outer(x), fronts[strategy].inner(x)
        assert (best <= other + TOLERANCE * (x + other)).all()
    x = np.linspace(0, fronts["all"].x[0], 20)
    assert (fronts["renewables"].inner(x) > fronts["all"].outer(x) + 1).any()


@settings(max_examples=4)
@given(seed=st.integers(0, 10_000), kind=st.sampled_from(["carbon", "cost"]))
def test_fronts_of_any_weather_are_convex_and_taken_up_again(seed: int, kind) -> None:
    scenario, traces = days(seed, count=2)
    seen: list[tuple] = []
    front = trace_front(scenario, [traces], "all", kind, 6, keep=seen.append)
    for found in seen:
        assert trace_front(scenario, [traces], "all", kind, 6, traced=found) == front
    assert all(abs(point.certificate.gap) < TOLERANCE for point in front.points)


def test_several_years_are_added_up() -> None:
    """Twice the same two hours, one weighing 2: three times the totals, at the same design."""
    scenario, traces = two_hours()
    twice = [replace(traces, name="a", weight=2.0), replace(traces, name="b")]
    one = trace_front(scenario, [traces], "renewables", "carbon", 4)
    three = trace_front(scenario, twice, "renewables", "carbon", 4)
    assert three.x == pytest.approx(3 * one.x)
    assert three.y == pytest.approx(3 * one.y)


def test_limits_in_conflict_are_explained() -> None:
    scenario, traces = two_hours(limits={"import_mw": 1}, wind={"max_mw": 1})
    with pytest.raises(InfeasibleError, match=r"limits\.import_mw 1 would have to be"):
        trace_front(scenario, [traces], "renewables", "carbon", 3)


@pytest.mark.parametrize("kind", ["carbon", "cost"])
def test_what_the_warm_solve_misses_is_solved_from_nothing(monkeypatch, kind, carbon, cost) -> None:
    """Every warm solve is called unfinished; the front is the same but for rounding."""
    scenario, traces, known = {"carbon": carbon, "cost": cost}[kind]
    warm = boxed.DesignFirst.solve
    on = boxed.DesignFirst.go_on

    def unfinished(self, *arguments):
        solution, bases = warm(self, *arguments)
        return replace(solution, status=Status.kUnknown), bases

    monkeypatch.setattr(boxed.DesignFirst, "solve", unfinished)
    monkeypatch.setattr(
        boxed.DesignFirst, "go_on", lambda *a: replace(on(*a), status=Status.kUnknown)
    )
    polish = boxed.DesignFirst.polish
    monkeypatch.setattr(
        boxed.DesignFirst, "polish", lambda self: replace(polish(self), status=Status.kUnknown)
    )
    front = trace_front(scenario, [traces], "all", kind, 4)
    assert (front.x[0], front.x[-1]) == pytest.approx((known.x[0], known.x[-1]), abs=0.1)
    assert front.inner(known.x) == pytest.approx(np.maximum(known.y, front.inner(known.x)))


def test_warm_solves_are_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """A year's worth of rounding in the cap is no reason to solve a point again from nothing."""
    scenario, traces = days(seed=7, count=28)
    monkeypatch.delattr(boxed.DesignFirst, "solve_cold")
    front = trace_front(scenario, [traces], "all", "carbon", 8)
    assert len(front.points) == 8


def test_what_is_within_scaled_tolerances_only_is_polished(monkeypatch, carbon) -> None:
    """A warm solution that breaks its limits is solved on without scaling, not from nothing."""
    scenario, traces, known = carbon
    warm = boxed.DesignFirst.solve

    def sloppy(self, objective, limits, start):
        solution, bases = warm(self, objective, limits, start)
        beyond = solution.values.copy()
        beyond[0] -= 1e-5 if start is not None and limits[1] < np.inf else 0.0
        return replace(solution, values=beyond), bases

    monkeypatch.setattr(boxed.DesignFirst, "solve", sloppy)
    monkeypatch.delattr(boxed.DesignFirst, "solve_cold")
    front = trace_front(scenario, [traces], "all", "carbon", 12)
    assert front.x == pytest.approx(known.x)
    assert front.y == pytest.approx(known.y)


def test_a_point_that_cannot_be_proven_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario, traces = two_hours()
    monkeypatch.setattr(pareto, "GAP_LIMIT", -1.0)
    with pytest.raises(SolveError, match="could not be proven optimal"):
        trace_front(scenario, [traces], "renewables", "carbon", 3)


def test_a_front_that_is_not_convex_is_refused() -> None:
    """(1, 3) is above the chord from (2, 0) to (0, 4); (1, 5) is above the tight end, too."""
    for y in (3, 5, -1):
        bent = (point_of(2, 0, 0.0), point_of(1, y, -1.0), point_of(0, 4, -4.0))
        with pytest.raises(SolveError, match="the front of all is not convex at point 2"):
            require_convex(Front("all", "carbon", bent))
    require_convex(Front("all", "carbon", (bent[0], point_of(1, 1, -1.0), bent[2])))


def test_a_box_that_is_too_far_away_costs_time_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """From a guess of nothing, or one ten times too large, the same front is found.

    Where its points are depends on prices that are not unique; both lie between one's bounds.
    """
    scenario, traces = days(seed=5)
    guess = boxed.DesignFirst._guess
    known = trace_front(scenario, [traces], "all", "carbon", 5)
    for times in (0.0, 10.0):
        monkeypatch.setattr(boxed.DesignFirst, "_guess", lambda *a, by=times: by * guess(*a))
        front = trace_front(scenario, [traces], "all", "carbon", 5)
        for end in (0, -1):
            assert front.x[end] == pytest.approx(known.x[end], rel=1e-6, abs=0.1)
            assert front.y[end] == pytest.approx(known.y[end], rel=1e-6, abs=0.1)
        assert (front.y <= known.inner(front.x) + 0.1).all()
        assert (front.y >= known.outer(front.x) - 0.1).all()


def test_merged_hours_add_up() -> None:
    """Costs and rows are summed, so where hours are alike totals are the same.

    Three hours become one, so most of the columns go.
    """
    scenario, traces = days(count=2)
    problem = problem_of(scenario, [traces], "all")
    program = compile_model(build_model(problem))
    merged = coarsened(program, 48, 3)
    assert len(merged.program.columns) < 0.4 * len(program.columns)
    shared = np.ones(len(merged.program.columns))
    whole = shared[merged.column_of]
    assert merged.program.cost @ shared == pytest.approx(program.cost @ whole)
    both = program.account({"operational_kg": 1.0, "embodied_kg": 1.0})
    assert merged.account(both).of(shared) == pytest.approx(both.of(whole))
    assert (merged.program.matrix @ shared).sum() == pytest.approx((program.matrix @ whole).sum())


def test_tracer_stops_at_the_number_of_points() -> None:
    """Five would say all; three are the ends and the corner, where the total is least."""
    scenario, traces = two_hours()
    tracer = Tracer(scenario, [traces], "renewables", "carbon")
    traced = tracer.next_step((), 3)
    assert len(traced) == 2
    traced = (*traced, *tracer.next_step(traced, 3))
    assert traced[2].point.slope == -1
    assert tracer.next_step(traced, 3) == ()
    assert len(tracer.next_step(traced, 4)) == 1


@pytest.mark.real_data
@pytest.mark.parametrize("code", ["ERCO", "CISO"])
def test_fronts_of_real_years_are_proven_and_convex(real_data: Path, code: str) -> None:
    """The least total is the reference problem's optimum (design, section 9)."""
    file = real_data / "eia930_hourly" / f"{code}_2022_ce_columns.csv.gz"
    scenario = load_scenario("reference-problem", [f"grid.file={file}", "grid.id=null"])
    front = trace_front(scenario, build_years(scenario), "all", "carbon", 6)
    least = front.points[front.optimum]
    assert least.x + least.y == pytest.approx(ORACLE_KG[code], rel=1e-9)
    assert (front.y[0], front.x[-1]) == pytest.approx((0, 0), abs=1e-3)
    assert len(front.points) == 6
    assert all(point.certificate.is_rigorous for point in front.points)
    assert max(abs(point.certificate.gap) for point in front.points) < 1e-9
    assert 0 < front.largest_gap_frac < 0.3
