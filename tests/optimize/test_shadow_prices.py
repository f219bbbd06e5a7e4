"""What one unit of a limit saves: a line below the optimum, whichever way the limit moves.

The optimum is convex in a limit. So its shadow price p is right if, and only if, moving the limit
by a little or a lot never gives less than `optimum - p * move`, and a little gives about that.
"""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from dcsim.errors import InfeasibleError
from dcsim.optimize.solve import optimize
from tests.askings import OBJECTIVES, Asking, World, askings, changed, worlds
from tests.conftest import scenario_of, traces_of
from tests.optimize.test_objectives import PARTS, a_world
from tests.test_laws import PLAN_LIMITS, least

LEAST = ("coverage_frac", "cfe_frac")


@given(
    askings(),
    worlds(24),
    st.sampled_from(OBJECTIVES),
    st.sampled_from([name for name in PLAN_LIMITS if name != "export_mw"]),
    st.floats(0, 1),
    st.floats(-0.3, 0.3),
)
def test_a_shadow_price_is_a_line_below_the_optimum(
    asking: Asking, world: World, objective: dict[str, Any], name: str, share: float, move: float
) -> None:
    low, high = PLAN_LIMITS[name]
    limit = low + share * (high - low)
    asking = changed(changed(asking, "objective", **objective), "limits", **{name: limit})
    scenario = scenario_of(**asking)
    try:
        plan = optimize(scenario, traces_of(scenario, **world))
    except InfeasibleError:
        assume(False)
    price = plan.shadow_prices[f"limits.{name}"]
    assert price >= 0
    looser = (-1 if name in LEAST else 1) * move * limit
    moved = least(changed(asking, "limits", **{name: limit * (1 + move)}), world)
    found = plan.certificate.objective
    assert moved >= found - price * looser - 1e-6 * (abs(found) + abs(price * looser)) - 1e-6


CASES: dict[str, tuple[str, float, dict[str, Any]]] = {
    "solar.max_mw": ("carbon", 5.0, {"wind": {"max_mw": 5.0}}),
    "wind.max_mw": ("carbon", 5.0, {}),
    "battery.max_mwh": ("carbon", 5.0, {}),
    "battery.max_mw": ("carbon", 1.0, {}),
    "servers.max_mw": ("carbon", 0.5, {"embodied": {"servers_kg_per_mw": 100.0}}),
    "limits.import_mw": ("cost", 7.0, {}),
    "limits.ramp_mw_per_h": ("cost", 1.0, {}),
    "limits.coverage_frac": ("cost", 0.9, {}),
    "limits.cfe_frac": ("cost", 0.9, {}),
    "limits.operational_t_per_year": ("cost", 5000.0, {}),
    "limits.embodied_t_per_year": ("carbon", 500.0, {}),
    "limits.total_t_per_year": ("cost", 8000.0, {}),
    "limits.cost_usd_per_year": ("carbon", 6.3e6, {}),
    "limits.budget_usd": ("carbon", 1e7, {}),
    "limits.land_ha": ("carbon", 30.0, {"wind": {"ha_per_mw": 1.0}}),
}
"""A value of each limit at which it holds the objective up, for two years of different weight."""


@pytest.mark.parametrize("key", CASES)
def test_one_more_unit_of_a_limit_saves_its_shadow_price(key: str) -> None:
    """A hundred-thousandth to either side: the optimum moves by the price times that."""
    minimize, limit, more = CASES[key]

    def at(value: float) -> Any:
        part, name = key.split(".")
        parts = PARTS | {"objective": {"minimize": minimize}}
        for other, values in (*more.items(), (part, {name: value})):
            parts = changed(parts, other, **values)
        scenario = scenario_of(**parts)
        years = [
            traces_of(scenario, **a_world(seed), weight=weight)
            for seed, weight in ((3, 1.0), (4, 2.5))
        ]
        return optimize(scenario, years)

    step = 1e-5 * limit
    price = at(limit).shadow_prices[key]
    tighter, looser = (at(value).certificate.objective for value in (limit - step, limit + step))
    saved = (tighter - looser) / (2 * step)
    assert price > 0
    assert price == pytest.approx(abs(saved), rel=1e-3)
    assert np.sign(saved) == (-1 if key.split(".")[1] in LEAST else 1)
