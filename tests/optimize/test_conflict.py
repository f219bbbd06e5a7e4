"""Infeasible cases: what is in conflict, in words, and that every relaxation named does work."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcsim.errors import InfeasibleError
from dcsim.optimize import conflict, relaxation, session, start
from dcsim.optimize.compile import compile_model
from dcsim.optimize.conflict import explain_infeasible, plain, rounded
from dcsim.optimize.model import build_model
from dcsim.optimize.problem import problem_of
from dcsim.optimize.solve import optimize
from dcsim.scenario.load import load_scenario
from dcsim.scenario.spec import Scenario
from dcsim.traces.frame import Traces, build_traces
from tests.conftest import scenario_of, traces_of

SMALL_PLANT = {"solar.max_mw": 10, "wind.max_mw": 30}

CASES: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "connection": (
        {"limits.import_mw": 5, "battery.max_mwh": 50, **SMALL_PLANT},
        ("at most 5 MW from the grid (limits.import_mw)", "the load in "),
    ),
    "coverage without a battery": (
        {"limits.coverage_frac": 1.0, "battery.enabled": "false", **SMALL_PLANT},
        (
            "at least 1 of the load covered by own solar and wind (limits.coverage_frac)",
            "at most 30 MW of wind (wind.max_mw)",
        ),
    ),
    "carbon below what is possible": (
        {"limits.total_t_per_year": 1000},
        ("at most 1000 t of carbon a year (limits.total_t_per_year)",),
    ),
    "embodied carbon below what must be built": (
        {"limits.embodied_t_per_year": 10, "wind.min_mw": 40},
        (
            "at most 10 t of embodied carbon a year (limits.embodied_t_per_year)",
            "40 MW of wind (wind.min_mw)",
        ),
    ),
    "budget": (
        {"limits.budget_usd": 50_000_000, "limits.coverage_frac": 0.9},
        ("at most 50000000 USD of capital (limits.budget_usd)", "limits.coverage_frac"),
    ),
    "ramp": (
        {"limits.ramp_mw_per_h": 0.5, "limits.import_mw": 20, "battery.max_mwh": 5, **SMALL_PLANT},
        ("at most 20 MW from the grid (limits.import_mw)",),
    ),
    "land": (
        {"limits.land_ha": 20, "limits.cfe_frac": 0.95},
        ("at most 20 ha of land (limits.land_ha)", "a carbon-free score of at least 0.95"),
    ),
    "cost": (
        {"limits.cost_usd_per_year": 1_000_000},
        ("at most 1000000 USD of cost a year (limits.cost_usd_per_year)",),
    ),
}


def three_days(settings: dict[str, Any]) -> tuple[Scenario, Traces]:
    overrides = [f"{key}={value}" for key, value in settings.items()]
    scenario = load_scenario("quickstart", ["horizon.hours=72", *overrides])
    return scenario, build_traces(scenario)


def ways_in(message: str) -> list[dict[str, Any]]:
    """Read every relaxation from a message, as settings."""
    _, _, told = message.partition("With everything else as asked, ")
    together = message.partition("but together, ")[2]
    return [settings_of(way) for way in (told.split("; or ") if told else [together])]


def settings_of(way: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        key: float(value)
        for key, value in re.findall(r"([a-z.]+_\w+) \S+ would have to be (\S+)", way)
    }
    for part, sizes in re.findall(r"(\w+)\.enabled would have to be true, with (.*)", way):
        found[f"{part}.enabled"] = True
        found |= {key: float(value) for key, value in re.findall(r"(\w+\.\w+) ([\d.]+)", sizes)}
    return found


def with_settings(scenario: Scenario, settings: dict[str, Any]) -> Scenario:
    for key, value in settings.items():
        part, name = key.split(".")
        changed = getattr(scenario, part).model_copy(update={name: value})
        scenario = scenario.model_copy(update={part: changed})
    return scenario


@pytest.mark.parametrize("case", CASES)
def test_every_relaxation_that_is_named_works(case: str) -> None:
    settings, words = CASES[case]
    scenario, traces = three_days(settings)
    with pytest.raises(InfeasibleError) as raised:
        optimize(scenario, traces)
    message = str(raised.value)
    for expected in words:
        assert expected in message
    ways = ways_in(message)
    assert ways
    for way in ways:
        assert way
        assert optimize(with_settings(scenario, way), traces).certificate.is_optimal, way


@pytest.mark.parametrize("case", ["connection", "budget"])
def test_a_little_less_than_the_relaxation_does_not_do(case: str) -> None:
    scenario, traces = three_days(CASES[case][0])
    with pytest.raises(InfeasibleError) as raised:
        optimize(scenario, traces)
    for way in ways_in(str(raised.value)):
        ((key, value),) = way.items()
        asked = CASES[case][0][key]
        short = asked + (value - asked) * (1 - 1e-4)
        with pytest.raises(InfeasibleError):
            optimize(with_settings(scenario, {key: short}), traces)


def test_what_is_switched_off_could_be_switched_on() -> None:
    """10 and 30 MW with an import of 20: a battery of 10 MW and 10 MWh would level them."""
    battery = {"charge_efficiency": 1, "discharge_efficiency": 1, "enabled": False}
    scenario = scenario_of(battery=battery, limits={"import_mw": 20})
    traces = traces_of(scenario, intensity=[1, 1], load=[10, 30])
    with pytest.raises(InfeasibleError) as raised:
        optimize(scenario, traces)
    message = str(raised.value)
    assert (
        "battery.enabled would have to be true, with battery.max_mwh 10 and battery.max_mw 10"
        in (message)
    )
    assert "limits.import_mw 20 would have to be 30" in message
    for way in ways_in(message):
        optimize(with_settings(scenario, way), traces)


def test_the_hours_in_conflict_are_named_by_year() -> None:
    """In the second of two years, two of three hours need more than 10 MW."""
    scenario = scenario_of(limits={"import_mw": 10})
    mild = traces_of(scenario, intensity=[1, 1, 1], load=[9, 9, 9], name="mild")
    harsh = traces_of(scenario, intensity=[1, 1, 1], load=[9, 12, 11], name="harsh")
    with pytest.raises(InfeasibleError) as raised:
        optimize(scenario, [mild, harsh])
    message = str(raised.value)
    assert "the load in 1 hour of harsh from 2022-01-01 01:00Z" in message
    assert "limits.import_mw 10 would have to be 12" in message


def test_what_a_strategy_closes_stays_closed() -> None:
    scenario = scenario_of(battery={}, limits={"import_mw": 20})
    traces = traces_of(scenario, intensity=[1, 1], load=[10, 30])
    with pytest.raises(InfeasibleError, match="import_mw 20 would have to be 30") as raised:
        optimize(scenario, traces, "renewables")
    assert "battery" not in str(raised.value)


def test_a_given_design_is_named_as_such() -> None:
    """5 MW of wind and 4 of import for 10 MW of load: more wind would do, but it is given."""
    scenario = scenario_of(wind={}, limits={"import_mw": 4})
    traces = traces_of(scenario, intensity=[1], wind=[1])
    plan = optimize(scenario_of(wind={"min_mw": 5, "max_mw": 5}), traces)
    with pytest.raises(InfeasibleError) as raised:
        optimize(scenario, traces, "all", plan.design)
    assert "the wind of the given design" in str(raised.value)
    assert "limits.import_mw 4 would have to be 5" in str(raised.value)


def test_deadlines_in_the_way_are_named() -> None:
    """10 MWh arrive with one hour to wait and 4 MW of import: 8 of them are done in time."""
    tier = {"name": "any", "share_frac": 1, "deadline_h": 1}
    scenario = scenario_of(
        datacenter={"capacity_mw": 10, "flexible": [tier]}, limits={"import_mw": 4}
    )
    traces = traces_of(scenario, intensity=[1, 1, 1], load=[10, 0, 0])
    with pytest.raises(InfeasibleError, match="import_mw 4 would have to be 5") as raised:
        optimize(scenario, traces)
    assert "all work done by its deadline" in str(raised.value)


def test_existing_capacity_is_told_from_the_least_asked_for() -> None:
    """30 MW there take 30 ha of 20."""
    scenario = scenario_of(
        wind={"existing_mw": 30, "ha_per_mw": 1, "max_mw": 30}, limits={"land_ha": 20}
    )
    traces = traces_of(scenario, intensity=[1], wind=[1])
    with pytest.raises(InfeasibleError, match="land_ha 20 would have to be 30") as raised:
        optimize(scenario, traces)
    assert "30 MW of wind (wind.existing_mw)" in str(raised.value)


def test_without_highs_finding_what_is_to_spare_the_duals_name_the_conflict(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scenario = scenario_of(wind={"max_mw": 2}, limits={"import_mw": 5})
    traces = traces_of(scenario, intensity=[1], wind=[1])
    problem = problem_of(scenario, [traces], "all")
    monkeypatch.setattr(session.Session, "conflict", lambda self, time_limit_s: None)
    message = str(explain_infeasible(problem, "all"))
    assert "at most 5 MW from the grid (limits.import_mw); " in message
    assert "at most 2 MW of wind (wind.max_mw); " in message
    assert "the load in 1 hour from 2022-01-01 00:00Z. With" in message


def test_highs_may_take_too_long_over_what_is_to_spare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conflict, "_SEARCH_S", 0.0)
    scenario, traces = three_days(CASES["connection"][0])
    problem = problem_of(scenario, [traces], "all")
    assert "limits.import_mw" in str(explain_infeasible(problem, "all"))


def test_limits_that_could_not_be_tried_in_time_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = scenario_of(wind={"max_mw": 2}, limits={"import_mw": 5})
    traces = traces_of(scenario, intensity=[1], wind=[1])
    problem = problem_of(scenario, [traces], "all")
    honest = relaxation.Elastic.solved

    def slow(self, keys):
        self._asked_s = 1e-9 if keys == ("wind.max_mw",) else 60.0
        return honest(self, keys)

    monkeypatch.setattr(relaxation.Elastic, "solved", slow)
    message = str(explain_infeasible(problem, "all"))
    assert "Whether another wind.max_mw would do was not found out in time" in message
    monkeypatch.setattr(relaxation.Elastic, "solved", honest)
    monkeypatch.setattr(relaxation, "_MOST_S", 1e-9)
    message = str(explain_infeasible(problem, "all"))
    assert "would have to give was not found in time (1e-09 s); solver.time_limit_s" in message


def many_hours() -> tuple[Scenario, Traces]:
    """Fifty days and more hours than are solved at once: 30 MW of load at night, 10 by day."""
    scenario = scenario_of(wind={}, battery={"max_mwh": 1}, limits={"import_mw": 20, "land_ha": 3})
    hours = 1224
    load = [30.0 if hour % 24 < 6 else 10.0 for hour in range(hours)]
    wind = [0.5 if hour % 24 < 6 else 0.1 for hour in range(hours)]
    return scenario, traces_of(scenario, intensity=[300.0] * hours, load=load, wind=wind)


def test_of_many_hours_the_limits_are_found_on_all_in_the_time_given() -> None:
    scenario, traces = many_hours()
    scenario = with_settings(scenario, {"solver.time_limit_s": 60.0})
    with pytest.raises(InfeasibleError) as raised:
        optimize(scenario, traces)
    message = str(raised.value)
    assert "about" not in message
    ways = ways_in(message)
    assert {key for way in ways for key in way} >= {"limits.land_ha", "limits.import_mw"}
    for way in ways:
        assert optimize(with_settings(scenario, way), traces).certificate.is_optimal


def test_of_many_hours_what_is_needed_at_least_is_proven_from_merged_hours() -> None:
    """By night 10 MW of 30 are missing, and 1 MWh of battery is little help against that."""
    scenario, traces = many_hours()
    with pytest.raises(InfeasibleError) as raised:
        optimize(scenario, traces)
    message = str(raised.value)
    told = re.search(
        r"limits\.import_mw 20 would have to be about ([\d.]+) \(at least ([\d.]+)\)", message
    )
    assert told is not None
    about, least = map(float, told.groups())
    exact = with_settings(scenario, {"solver.time_limit_s": 60.0})
    problem = problem_of(exact, [traces], "all")
    needed = (
        20
        + relaxation.Elastic(problem, ["limits.import_mw"])
        .solved(["limits.import_mw"])
        .excess["limits.import_mw"]
    )
    assert 20 < least <= needed + 1e-4
    assert least <= about
    assert re.search(r"the load in \d+ hours from 2022-0\d-\d\d \d\d:00Z", message)


@pytest.mark.parametrize("case", CASES)
def test_the_duals_of_merged_hours_prove_no_more_than_is_needed(
    case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And they prove that there is no plan, for each limit that can mend it alone."""
    scenario, traces = three_days(CASES[case][0])
    problem = problem_of(scenario, [traces], "all")
    keys = [key for way in relaxation.ways_of(problem, "all") for key in way if len(way) == 1]
    exact = relaxation.Elastic(problem, keys)
    needed = {key: exact.solved([key]).excess.get(key, 0.0) for key in keys}
    monkeypatch.setattr(relaxation, "SMALL_H", 0)
    merged = relaxation.Elastic(problem, keys)
    found = {key: merged.solved([key]) for key in keys if needed[key] > 0}
    assert case == "ramp" or any(one.least > 0.5 for one in found.values())
    for key, one in found.items():
        if one.is_found:
            assert one.hours_merged == 3
            assert one.least * one.excess.get(key, 0.0) <= needed[key] * (1 + 1e-6)


def test_a_feasible_problem_is_never_proven_to_have_no_plan(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At the limit that is just enough, and a little looser, merged hours must prove nothing."""
    scenario, traces = three_days(CASES["connection"][0])
    problem = problem_of(scenario, [traces], "all")
    key = "limits.import_mw"
    needed = relaxation.Elastic(problem, [key]).solved([key]).excess[key]
    monkeypatch.setattr(relaxation, "SMALL_H", 0)
    for more in (1e-6, 1e-2):
        enough = with_settings(scenario, {key: 5 + needed * (1 + more)})
        found = relaxation.Elastic(problem_of(enough, [traces], "all"), [key]).solved([key])
        assert not found.excess or found.least == 0


def test_merged_hours_without_a_plan_are_no_guess(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the planner's year in Virginia a search from such a guess had no end in 460 s."""
    monkeypatch.setattr(start, "SMALL_H", 150)
    monkeypatch.setattr(start, "solve_guessed", lambda *_: pytest.fail("there is no guess"))
    scenario, hours = scenario_of(battery={}, limits={"import_mw": 20}), 1224
    traces = traces_of(scenario, intensity=[300.0] * hours, load=[30.0] * hours)
    program = compile_model(build_model(problem_of(scenario, [traces], "all")))
    merged, found = start.solve_merged(program, hours)
    assert found.status == start.Status.kInfeasible
    assert len(merged.columns) < len(program.columns)


def test_what_no_limit_could_mend_is_said_to_be_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """No scenario is known to be so, as import always can do; here nothing may give."""
    scenario = scenario_of(limits={"import_mw": 5})
    problem = problem_of(scenario, [traces_of(scenario, intensity=[1])], "all")
    monkeypatch.setattr(conflict, "ways_of", lambda problem, strategy: [])
    message = str(explain_infeasible(problem, "all"))
    assert message == (
        "strategy all has no feasible plan, and no limit could be relaxed to make one"
    )


@given(st.floats(1e-6, 1e9), st.sampled_from([-1, 1]))
def test_rounding_never_goes_to_the_wrong_side(value: float, direction: int) -> None:
    near = rounded(value, direction)
    assert direction * (near - value) >= -1e-12 * value
    assert near == pytest.approx(value, rel=1e-5)
    assert float(plain(near)) == near


def test_round_numbers_stay() -> None:
    assert (rounded(8.0, 1), rounded(8 + 1e-13, 1), rounded(8 - 1e-13, -1)) == (8, 8, 8)
    assert (rounded(0.0, -1), rounded(12_345_678.0, 1), plain(12_345_700.0)) == (
        0,
        12_345_700,
        "12345700",
    )
