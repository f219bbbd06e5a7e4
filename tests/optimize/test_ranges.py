"""Near-optimal ranges: by hand, at limits, endless, and against fixing a capacity at its ends."""

from pathlib import Path
from typing import Any

import pytest

from dcsim.errors import SolveError
from dcsim.optimize import session
from dcsim.optimize.compile import compile_model
from dcsim.optimize.findings import NearRange
from dcsim.optimize.model import build_model
from dcsim.optimize.problem import problem_of
from dcsim.optimize.ranges import near_ranges
from dcsim.optimize.solve import best, optimize
from dcsim.scenario.load import load_scenario
from dcsim.scenario.spec import Scenario
from dcsim.traces.frame import Traces, build_traces
from tests.conftest import scenario_of, traces_of
from tests.optimize.examples import NO_EMBODIED


def ranges_of(scenario: Scenario, traces: Traces) -> dict[tuple[str, float], NearRange]:
    problem = problem_of(scenario, [traces], "all")
    program, _ = best(compile_model(build_model(problem)), problem, "all")
    said: list[str] = []
    found = near_ranges(program, problem, said.append)
    assert len(said) == len(found) / 2
    return {(r.capacity, r.tolerance_frac): r for r in found}


def wind_of(**more: Any) -> tuple[Scenario, Traces]:
    """10 MW for one hour at 100 kg/MWh, wind at 50: 10 MW of it are best, 500 kg."""
    scenario = scenario_of(wind=more, embodied={"wind_kg_per_mwh": 50})
    return scenario, traces_of(scenario, intensity=[100], wind=[1])


def test_range_is_where_the_total_reaches_the_tolerance() -> None:
    """Of w MW: 50 w + 100 (10 - w) = 505 at 9.9 MW, and 50 w = 505 at 10.1 MW; 0.01 MW at 0.1 %."""
    found = ranges_of(*wind_of())
    assert set(found) == {("wind_mw", 0.001), ("wind_mw", 0.01)}
    near = found["wind_mw", 0.001]
    assert (near.low, near.high) == pytest.approx((9.99, 10.01))
    near = found["wind_mw", 0.01]
    assert (near.low, near.high) == pytest.approx((9.9, 10.1))


def test_range_ends_at_the_limits_of_the_scenario() -> None:
    found = ranges_of(*wind_of(min_mw=9.95, max_mw=10.05))
    near = found["wind_mw", 0.01]
    assert (near.low, near.high) == pytest.approx((9.95, 10.05))


def test_a_capacity_at_its_limit_is_not_solved_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """8 MW at most, and 8 are best, 600 kg. Down: 606 kg at 7.88 MW. One optimum and two solves."""
    solves = []
    honest = session._run
    scenario, traces = wind_of(max_mw=8)
    problem = problem_of(scenario, [traces], "all")
    program, _ = best(compile_model(build_model(problem)), problem, "all")
    monkeypatch.setattr(session, "_run", lambda highs: (solves.append(1), honest(highs))[1])
    found = near_ranges(program, problem, lambda step: None)
    assert (found[1].low, found[1].high) == pytest.approx((7.88, 8))
    assert len(solves) == 3


def test_what_is_free_and_unlimited_has_no_highest() -> None:
    scenario = scenario_of(battery={}, embodied=NO_EMBODIED)
    found = ranges_of(scenario, traces_of(scenario, intensity=[100, 100]))
    assert found["battery_mwh", 0.01].high is None
    assert found["battery_mwh", 0.01].low == 0


def test_what_nothing_depends_on_may_be_anything() -> None:
    """Servers that cost nothing and have no work to run."""
    scenario = scenario_of(servers={"max_mw": 7}, embodied=NO_EMBODIED)
    found = ranges_of(scenario, traces_of(scenario, intensity=[100]))
    near = found["extra_server_mw", 0.001]
    assert (near.low, near.high) == (0, 7)


def test_range_of_what_earns_is_above_its_best_too() -> None:
    """Wind at no cost sells 10 MWh at 100 USD, beyond 10 MW of load: 20 MW are best, -1,000 USD.

    1 % less earned is 990 USD: 19.9 MW.
    """
    scenario = scenario_of(
        wind={"max_mw": 20},
        limits={"export_mw": 10},
        objective={"minimize": "cost"},
        cost={
            "energy_usd_per_mwh": 100,
            "export_usd_per_mwh": 100,
            "wind_usd_per_mw": 0,
            "wind_fixed_usd_per_mw_year": 0,
            "wind_variable_usd_per_mwh": 0,
        },
    )
    traces = traces_of(scenario, intensity=[100], wind=[1], price=[100], export_price=[100])
    found = ranges_of(scenario, traces)
    assert found["wind_mw", 0.01].low == pytest.approx(19.9)
    assert found["wind_mw", 0.01].high == 20


def test_lexicographic_ranges_keep_the_carbon() -> None:
    """Least carbon needs all 10 MW of wind but 0.1 %; cost alone would have none of it."""
    scenario = scenario_of(
        wind={},
        embodied=NO_EMBODIED,
        objective={"minimize": "lexicographic"},
        cost={"energy_usd_per_mwh": 0},
    )
    traces = traces_of(scenario, intensity=[100], wind=[1])
    found = ranges_of(scenario, traces)
    assert found["wind_mw", 0.01].low == pytest.approx(10, rel=1e-3)


def test_a_time_limit_stops_the_search() -> None:
    scenario, traces = wind_of()
    problem = problem_of(scenario, [traces], "all")
    program, _ = best(compile_model(build_model(problem)), problem, "all")
    short = scenario.model_copy(
        update={"solver": scenario.solver.model_copy(update={"time_limit_s": 1e-9})}
    )
    with pytest.raises(SolveError, match=r"ranges: HiGHS ended with Time limit.*answers: false"):
        near_ranges(program, problem_of(short, [traces], "all"), lambda step: None)


def test_the_ends_of_a_range_cost_the_tolerance_and_beyond_costs_more() -> None:
    """Five days of the quickstart: fixed at an end, the best is the tolerance above; past it, more.

    At a limit of the capacity it is less; 0 is the limit of all here.
    """
    scenario = load_scenario("quickstart", ["horizon.hours=120"])
    traces = build_traces(scenario)
    total = optimize(scenario, traces).certificate.objective
    for (capacity, tolerance), near in ranges_of(scenario, traces).items():
        for end, outward in ((near.low, -1.0), (near.high, 1.0)):
            assert end is not None
            if end > 0 and not capacity.startswith("battery"):
                at_end = fixed_total(scenario, traces, capacity, end)
                assert at_end == pytest.approx(total * (1 + tolerance), rel=1e-6)
                beyond = fixed_total(scenario, traces, capacity, end * (1 + 0.01 * outward))
                assert beyond > total * (1 + tolerance) * (1 + 1e-6)


def fixed_total(scenario: Scenario, traces: Traces, capacity: str, size_mw: float) -> float:
    part = {"solar_mw": "solar", "wind_mw": "wind", "extra_server_mw": "servers"}[capacity]
    held = getattr(scenario, part).model_copy(update={"min_mw": size_mw, "max_mw": size_mw})
    plan = optimize(scenario.model_copy(update={part: held}), traces)
    return plan.certificate.objective


@pytest.mark.real_data
def test_ranges_of_the_reference_problem_are_those_of_the_study(real_data: Path) -> None:
    """The study has, at 0.1 %: W 153.3 to 164.1, E 42.7 to 74.6, P 7.8 to 20.8, X 17.7 to 34.1."""
    file = real_data / "eia930_hourly" / "ERCO_2022_ce_columns.csv.gz"
    scenario = load_scenario("reference-problem", [f"grid.file={file}", "grid.id=null"])
    found = ranges_of(scenario, build_traces(scenario))
    study = {
        "wind_mw": (153.3, 164.1),
        "battery_mwh": (42.7, 74.6),
        "battery_mw": (7.8, 20.8),
        "extra_server_mw": (17.7, 34.1),
    }
    for capacity, ends in study.items():
        near = found[capacity, 0.001]
        assert (near.low, near.high) == pytest.approx(ends, rel=0.01)
