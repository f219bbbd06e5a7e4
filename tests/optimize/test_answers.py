"""Answers: all of them together, the worth of a longer deadline, and when there are none."""

from dataclasses import replace

import pytest

from dcsim.optimize.answers import answers_of
from dcsim.optimize.findings import Answers, DeadlineWorth
from dcsim.optimize.solve import optimize
from dcsim.scenario.load import load_scenario
from dcsim.traces.frame import build_traces
from tests.conftest import scenario_of, traces_of
from tests.optimize.examples import NO_EMBODIED


def test_two_days_of_the_quickstart_have_every_answer() -> None:
    scenario = load_scenario("quickstart", ["horizon.hours=48"])
    traces = build_traces(scenario)
    plan = optimize(scenario, traces)
    said: list[str] = []
    answers = answers_of(scenario, traces, plan, said.append)
    capacities = list(plan.design.as_dict())
    assert sorted(r.capacity for r in answers.ranges) == sorted(capacities * 2)
    for near in answers.ranges:
        built = plan.design.as_dict()[near.capacity]
        assert near.low - 1e-6 <= built
        assert near.high is None or built <= near.high + 1e-6
    assert [b.option for b in answers.break_evens] == [
        "solar",
        "wind",
        "battery cells",
        "battery power",
        "extra servers",
    ]
    assert [d.tier for d in answers.deadlines] == ["soon", "batch"]
    assert len(said) == 5 + 5 + 2


def test_an_hour_more_is_worth_what_it_saves() -> None:
    """10 MWh arrive in hour 0 and may wait one hour, to 200 kg/MWh; hour 2 has 100."""
    tier = {"name": "any", "share_frac": 1, "deadline_h": 1}
    scenario = scenario_of(datacenter={"capacity_mw": 10, "flexible": [tier]}, embodied=NO_EMBODIED)
    traces = traces_of(scenario, intensity=[300, 200, 100], load=[10, 0, 0])
    answers = answers_of(scenario, traces, optimize(scenario, traces), lambda step: None)
    (worth,) = answers.deadlines
    assert worth == DeadlineWorth("any", 1, pytest.approx(1000))


def test_only_the_tier_itself_waits_longer_and_a_day_has_no_deadline() -> None:
    tiers = [
        {"name": "hour", "share_frac": 0.5, "deadline_h": 1},
        {"name": "day", "share_frac": 0.5, "daily": True},
    ]
    scenario = scenario_of(datacenter={"capacity_mw": 10, "flexible": tiers}, embodied=NO_EMBODIED)
    traces = traces_of(scenario, intensity=[300, 200, 100], load=[10, 0, 0])
    answers = answers_of(scenario, traces, optimize(scenario, traces), lambda step: None)
    assert answers.deadlines == (DeadlineWorth("hour", 1, pytest.approx(500)),)


def test_strategies_without_shifting_have_no_deadlines() -> None:
    tier = {"name": "any", "share_frac": 1, "deadline_h": 1}
    scenario = scenario_of(datacenter={"capacity_mw": 10, "flexible": [tier]}, wind={})
    traces = traces_of(scenario, intensity=[300, 200], wind=[1, 1])
    plan = optimize(scenario, traces, "renewables")
    answers = answers_of(scenario, traces, plan, lambda step: None)
    assert answers.deadlines == ()
    assert {r.capacity for r in answers.ranges} == {"wind_mw"}


def test_a_plan_that_is_not_proven_has_no_answers() -> None:
    scenario = scenario_of(wind={})
    traces = traces_of(scenario, intensity=[100], wind=[1])
    plan = optimize(scenario, traces)
    stopped = replace(plan, certificate=replace(plan.certificate, is_optimal=False))
    assert answers_of(scenario, traces, stopped, lambda step: None) == Answers()


def test_the_same_question_has_the_same_answers() -> None:
    scenario = load_scenario("quickstart", ["horizon.hours=36"])
    traces = build_traces(scenario)
    plan = optimize(scenario, traces)
    first, second = (answers_of(scenario, traces, plan, lambda step: None) for _ in range(2))
    assert first == second
