"""The chain of rooms: what is compared, and what is refused."""

import pytest

from dcsim.errors import InfeasibleError, SimulationError
from dcsim.optimize.solve import optimize
from dcsim.report.study import Agreement, Study
from dcsim.run import relative_difference, replay_under, require_agreement, run_scenario
from dcsim.scenario.load import load_scenario
from tests.conftest import scenario_of, traces_of


def test_relative_difference_knows_nothing_from_something() -> None:
    assert relative_difference(110, 100) == pytest.approx(0.1)
    assert relative_difference(0, 0) == 0
    assert relative_difference(1e-9, 0) == 0
    assert relative_difference(5, 0) == float("inf")


@pytest.mark.parametrize(
    ("agreement", "words"),
    [
        (Agreement(0, 0, 1e-3), "the ledger differs from the optimum by 0.001"),
        (Agreement(1e-3, 0, 0), "the replay differs from the plan by 0.001 MW"),
        (Agreement(0, -1e-3, 0), "and -0.001 of the total"),
    ],
)
def test_a_study_that_does_not_agree_is_refused(agreement: Agreement, words: str) -> None:
    with pytest.raises(SimulationError, match=words):
        require_agreement(agreement, follows_plan=True)
    require_agreement(Agreement(0, 0, 0), follows_plan=True)
    if agreement.ledger_difference_frac == 0:
        require_agreement(agreement, follows_plan=False)


def test_steps_are_told_in_order() -> None:
    told: list[str] = []
    run_scenario(load_scenario("quickstart", ["horizon.hours=24"]), told.append)
    assert told == [
        "reading grid and load",
        "planning: renewables",
        "planning: renewables + battery",
        "planning: renewables + shifting",
        "planning: all together",
        "replaying the plan",
    ]


def test_another_policy_than_the_plan_may_differ(days_study: Study) -> None:
    greedy = load_scenario(
        "quickstart",
        [
            "horizon.hours=120",
            "horizon.start=2023-07-10T05:00Z",
            "simulation.policy=greedy",
        ],
    )
    study = run_scenario(greedy)
    assert study.replay.policy == "greedy"
    assert study.agreement.total_difference_frac > 0
    assert study.chosen.design == days_study.chosen.design
    assert days_study.agreement.total_difference_frac == pytest.approx(0, abs=1e-12)


def test_without_foresight_is_the_design_under_a_policy_that_has_none(days_study: Study) -> None:
    _, greedy = replay_under(days_study, "greedy")
    assert days_study.without_foresight == greedy
    assert greedy.total_kg > days_study.chosen.footprint.total_kg


def test_near_optimal_plans_are_accounted_for() -> None:
    """Within a hundredth of the best by their own ledgers, and only where answers are asked for."""
    asked = ["horizon.hours=36", "strategies=[all]", "answers=true"]
    study = run_scenario(load_scenario("quickstart", asked))
    assert study.alternatives
    best_kg = study.chosen.footprint.total_kg
    for near in study.alternatives:
        assert near.footprint.total_kg <= 1.01 * best_kg * (1 + 1e-9)
    assert {near.tolerance_frac for near in study.alternatives} == {0.01}


def test_two_limits_that_neither_alone_can_mend_are_said_to_be() -> None:
    """Of 10 MW at most 5 can be imported and nothing is built, half is to be covered by it."""
    scenario = scenario_of(limits={"import_mw": 5, "coverage_frac": 0.5})
    with pytest.raises(InfeasibleError, match=r"[Nn]o limit alone could be relaxed"):
        optimize(scenario, traces_of(scenario, intensity=[1], load=[10]))
