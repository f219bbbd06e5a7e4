"""The battery asked for: what is there in any case, and sizes that contradict each other."""

import pytest
from pydantic import ValidationError

from dcsim.scenario.plant import PowerOption
from dcsim.scenario.storage import Battery


def test_what_is_there_in_any_case_is_the_larger_of_least_and_existing() -> None:
    battery = Battery(min_mwh=4.0, existing_mwh=6.0, min_mw=3.0, existing_mw=1.0)
    assert (battery.least_mwh, battery.least_mw) == (6, 3)
    assert PowerOption(min_mw=1.0, existing_mw=2.0).least_mw == 2
    assert Battery(depth_of_discharge=0.8).kept_frac == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"min_mwh": 5.0, "max_mwh": 3.0}, r"max_mwh \(3\) must not be below min_mwh \(5\)"),
        (
            {"existing_mwh": 5.0, "max_mwh": 3.0},
            r"max_mwh \(3\) must not be below existing_mwh \(5\)",
        ),
        ({"min_mw": 5.0, "max_mw": 3.0}, r"max_mw \(3\) must not be below min_mw \(5\)"),
        ({"existing_mw": 5.0, "max_mw": 3.0}, r"max_mw \(3\) must not be below existing_mw \(5\)"),
        (
            {"existing_mwh": 4.0, "existing_mw": 5.0},
            r"existing_mw \(5\) must not be above max_c_rate times min_mwh and existing_mwh \(4\)",
        ),
        (
            {"rate_limits": {"empty_frac": 0.5, "full_frac": 0.4}},
            r"full_frac \(0.4\) must not be below empty_frac \(0.5\)",
        ),
        (
            {"depth_of_discharge": 0.2, "rate_limits": {"full_frac": 0.8}},
            r"depth_of_discharge \(0.2\) keeps 0.8 of the capacity",
        ),
        ({"chemistry": "lead"}, "'li-ion', 'lfp' or 'nmc'"),
    ],
)
def test_contradictions_are_refused(spec: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Battery.model_validate(spec)


def test_more_than_the_most_cannot_exist() -> None:
    with pytest.raises(ValidationError, match=r"max_mw \(1\) must not be below existing_mw \(2\)"):
        PowerOption(max_mw=1.0, existing_mw=2.0)
