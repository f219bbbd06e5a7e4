"""Prices, objectives and limits of time: what goes together, and what is refused."""

import pytest
from pydantic import ValidationError

from dcsim.scenario.money import Cost, Objective, Solver
from tests.conftest import scenario_of


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (
            {"cost": {"energy_file": "a.csv", "energy_usd_per_mwh": 0.0}},
            "give energy_file, or energy_usd_per_mwh and time_of_use, not both",
        ),
        (
            {"cost": {"energy_file": "a.csv", "time_of_use": [{"usd_per_mwh": 1.0}]}},
            "give energy_file, or energy_usd_per_mwh and time_of_use, not both",
        ),
        (
            {"cost": {"export_file": "a.csv", "export_usd_per_mwh": 1.0}},
            "give export_file or export_usd_per_mwh, not both",
        ),
        ({"cost": {"energy_usd_per_mwh": -1.0}}, "greater than or equal to 0"),
        ({"cost": {"discount_frac": 1.5}}, "less than or equal to 1"),
        ({"cost": {"solar_life_years": 0.0}}, "greater than 0"),
        ({"cost": {"time_of_use": [{"usd_per_mwh": 1.0, "from_hour": 24}]}}, "or equal to 23"),
        ({"cost": {"time_of_use": [{"usd_per_mwh": 1.0, "months": [0]}]}}, "or equal to 1"),
        ({"objective": {"minimize": "weighted"}}, "carbon_usd_per_t goes with minimize: weighted"),
        ({"objective": {"carbon_usd_per_t": 5.0}}, "carbon_usd_per_t goes with minimize: weighted"),
        ({"objective": {"slack_frac": 0.1}}, "slack_frac goes with minimize: lexicographic"),
        ({"solver": {"accept_incumbent": True}}, "accept_incumbent needs a time_limit_s"),
    ],
)
def test_what_does_not_go_together_is_refused(part: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        scenario_of(**part)


def test_what_goes_together_is_taken() -> None:
    flat = {"energy_usd_per_mwh": 50.0, "time_of_use": [{"usd_per_mwh": 90.0, "from_hour": 17}]}
    assert Cost.model_validate(flat).time_of_use[0].to_hour == 24
    assert Objective(minimize="weighted", carbon_usd_per_t=5.0).carbon_usd_per_t == 5
    assert Objective(minimize="lexicographic", slack_frac=0.1).slack_frac == 0.1
    assert Solver(time_limit_s=1.0, accept_incumbent=True).accept_incumbent
