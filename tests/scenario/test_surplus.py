"""The grid's surplus asked for: one signal, and no more than one."""

import pytest
from pydantic import ValidationError

from dcsim.scenario.spec import Surplus
from tests.conftest import scenario_of


def test_one_signal_is_taken() -> None:
    asked = scenario_of(
        grid={"id": "ERCO:reference", "surplus": {"mw": 5, "price_below_usd_per_mwh": -1}}
    )
    assert asked.grid.surplus == Surplus(mw=5, price_below_usd_per_mwh=-1)


@pytest.mark.parametrize("spec", [{"mw": 5}, {"mw": 5, "file": "a", "price_below_usd_per_mwh": 0}])
def test_none_or_both_are_refused(spec: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="exactly one of file and price_below_usd_per_mwh"):
        Surplus.model_validate(spec)
