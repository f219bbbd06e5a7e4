"""Coverage of every hour: the smallest battery by the plan is the smallest by trying it out."""

import numpy as np
import pandas as pd
import pytest

from dcsim.optimize.plan import Design
from dcsim.optimize.solve import optimize
from dcsim.scenario.spec import Scenario
from dcsim.simulate.engine import simulate
from dcsim.traces.frame import Traces
from tests.conftest import scenario_of, traces_of

DAYS = 7
RATE = 0.5
SOLAR_MW, WIND_MW = 30.0, 25.0


def posed(seed: int) -> tuple[Scenario, Traces]:
    """Ten MW to be covered by given solar and wind; only the battery is to be chosen."""
    scenario = scenario_of(
        solar={"min_mw": SOLAR_MW, "max_mw": SOLAR_MW},
        wind={"min_mw": WIND_MW, "max_mw": WIND_MW},
        battery={"max_c_rate": RATE, "depth_of_discharge": 0.8},
        limits={"coverage_frac": 1.0},
        embodied={"battery_wear": False},
    )
    rng = np.random.default_rng(seed)
    hour = np.arange(24 * DAYS)
    sun = np.clip(np.sin((hour % 24 - 6) / 12 * np.pi), 0, 1) * rng.uniform(0.5, 1, len(hour))
    wind = np.repeat(rng.uniform(0, 1, DAYS * 4), 6) ** 2
    return scenario, traces_of(
        scenario, intensity=[300.0] * len(hour), solar=sun.tolist(), wind=wind.tolist()
    )


def twice(traces: Traces) -> Traces:
    table = pd.concat([traces.table, traces.table])
    index = pd.date_range(traces.index[0], periods=len(table), freq="h", unit="s")
    return Traces(table.set_axis(index), np.arange(len(table)) // 24, ())


def imported_mwh(scenario: Scenario, repeated: Traces, battery_mwh: float) -> float:
    """What greedy imports on its second pass, once the battery has found its level."""
    design = Design(SOLAR_MW, WIND_MW, battery_mwh, battery_mw=RATE * battery_mwh)
    energy = simulate(scenario, repeated, design, "greedy").energy
    return float(energy["grid_mw"].iloc[repeated.hours // 2 :].sum())


def smallest_mwh(scenario: Scenario, traces: Traces) -> float:
    repeated, low, high = twice(traces), 0.0, 2000.0
    assert imported_mwh(scenario, repeated, high) < 1e-9 < imported_mwh(scenario, repeated, low)
    while high - low > 1e-6 * high:
        middle = (low + high) / 2
        enough = imported_mwh(scenario, repeated, middle) < 1e-9
        low, high = (low, middle) if enough else (middle, high)
    return high


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_smallest_battery_for_every_hour_is_found_by_trying(seed: int) -> None:
    """With nothing to shift, greedy keeps the battery as full as it can be, so no other needs less.

    The plan's week closes on itself. Greedy begins empty, and from the hour in which the plan's
    battery is empty too it holds no less; so its second pass imports nothing with the same battery,
    and with less none could.
    """
    scenario, traces = posed(seed)
    plan = optimize(scenario, traces)
    assert plan.dispatch["grid_mw"].sum() == pytest.approx(0, abs=1e-6)
    assert 20 < plan.design.battery_mwh < 1500
    assert plan.design.battery_mwh == pytest.approx(smallest_mwh(scenario, traces), rel=3e-6)
