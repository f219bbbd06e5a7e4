"""Break-evens: by hand, in carbon and money, under caps; and against plans on either side."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcsim.errors import SolveError
from dcsim.optimize.answers import Pose
from dcsim.optimize.breakeven import Gain, break_evens, where_gain_ends
from dcsim.optimize.findings import BreakEven
from dcsim.optimize.problem import problem_of
from dcsim.optimize.solve import optimize
from dcsim.scenario.load import load_scenario
from dcsim.scenario.spec import Scenario
from dcsim.traces.frame import Traces, build_traces
from tests.conftest import scenario_of, traces_of
from tests.optimize.examples import NO_EMBODIED

EVERY_PRICE = 0.02  # how close to a break-even plans are tried [share of it]

FREE_WIND = {"wind_fixed_usd_per_mw_year": 0, "wind_variable_usd_per_mwh": 0}


def found_in(scenario: Scenario, *years: Traces) -> dict[str, BreakEven]:
    plan = optimize(scenario, years)
    problem = problem_of(scenario, years, "all")
    said: list[str] = []
    found = break_evens(problem, Pose(problem, plan), said.append)
    assert said == [f"break-even of {f.option}" for f in found]
    return {f.option: f for f in found}


def wind_at(kg_per_mwh: float, *, limits: dict[str, Any] | None = None, **more: Any) -> BreakEven:
    """10 MW for one hour on a grid of 100 kg/MWh, with wind that always blows."""
    scenario = scenario_of(wind=more, embodied={"wind_kg_per_mwh": kg_per_mwh}, limits=limits or {})
    return found_in(scenario, traces_of(scenario, intensity=[100], wind=[1]))["wind"]


def test_what_is_built_is_until_it_costs_what_it_saves() -> None:
    found = wind_at(50)
    assert found == BreakEven("wind", "embodied.wind_kg_per_mwh", "kg/MWh", 50, False, found.at)
    assert found.at == pytest.approx(100)


def test_what_is_not_built_enters_below_what_it_saves() -> None:
    found = wind_at(150)
    assert found.enters
    assert found.at == pytest.approx(100)


def test_price_of_an_option_that_is_free_now() -> None:
    found = wind_at(0)
    assert not found.enters
    assert found.at == pytest.approx(100)


def test_what_the_plan_cannot_do_without_has_no_break_even() -> None:
    """5 MW of import for 10 MW of load."""
    found = wind_at(50, limits={"import_mw": 5})
    assert (found.enters, found.at) == (False, None)


def test_what_is_of_no_use_has_none_even_for_free() -> None:
    """It blows when the grid is clean."""
    scenario = scenario_of(wind={})
    traces = traces_of(scenario, intensity=[0, 100], wind=[1, 0])
    found = found_in(scenario, traces)["wind"]
    assert (found.enters, found.at) == (True, None)


def test_what_must_be_built_counts_at_every_price() -> None:
    """4 of 10 MW are built in any case; the rest leaves at 100 kg/MWh all the same."""
    assert wind_at(50, min_mw=4).at == pytest.approx(100)


def test_a_cap_on_what_it_costs_does_not_drive_it_out() -> None:
    """At 50 kg/MWh the cap lets 5 MW be built, at 99 a little more than 2.5: they still save."""
    t_per_year = 0.25 * 8766
    found = wind_at(50, limits={"embodied_t_per_year": t_per_year})
    assert found.at == pytest.approx(100, rel=2e-3)


def test_cells_pay_by_what_they_shift() -> None:
    """A MWh of cells moves a MWh from 300 to 0 kg/MWh once in two hours, of a life of one year.

    They use up 2 / 8,766 of themselves, and pay up to 300 * 8,766 / 2 kg/MWh.
    """
    scenario = scenario_of(
        battery={"charge_efficiency": 1, "discharge_efficiency": 1},
        embodied=NO_EMBODIED | {"battery_life_years": 1, "battery_wear": False},
    )
    found = found_in(scenario, traces_of(scenario, intensity=[0, 300]))
    cells = found["battery cells"]
    assert (cells.key, cells.unit) == ("embodied.battery_kg_per_mwh", "kg/MWh")
    assert cells.at == pytest.approx(300 * 8766 / 2)
    power = found["battery power"]
    assert (power.key, power.unit) == ("embodied.battery_power_kg_per_mw", "kg/MW")
    assert power.at == pytest.approx(300 * 8766 / 2 * 15)


def test_money_is_compared_with_money() -> None:
    """A MW of wind saves 100 USD an hour, 876,600 USD in the year it lasts; no interest."""
    scenario = scenario_of(
        wind={},
        objective={"minimize": "cost"},
        cost={"discount_frac": 0, "wind_life_years": 1, "wind_usd_per_mw": 1000.0, **FREE_WIND},
    )
    found = found_in(scenario, traces_of(scenario, intensity=[0], wind=[1], price=[100]))["wind"]
    assert (found.key, found.unit) == ("cost.wind_usd_per_mw", "USD/MW")
    assert found.at == pytest.approx(876_600)


def test_lexicographic_keeps_what_least_carbon_needs() -> None:
    scenario = scenario_of(
        wind={}, embodied=NO_EMBODIED, objective={"minimize": "lexicographic"}, cost=FREE_WIND
    )
    found = found_in(scenario, traces_of(scenario, intensity=[100], wind=[1]))["wind"]
    assert (found.key, found.at) == ("cost.wind_usd_per_mw", None)


def test_worst_year_is_what_counts() -> None:
    """Two years of one hour, wind at half speed in the worse one: 1 MW saves 50 kg there.

    It is charged 50 kg/MWh on what it generates, in that year half a MWh a MW: up to 100 kg/MWh.
    """
    scenario = scenario_of(
        wind={"max_mw": 4},
        embodied={"wind_kg_per_mwh": 50},
        objective={"minimize": "carbon", "years": "worst"},
    )
    good = traces_of(scenario, intensity=[100], wind=[1], name="good")
    bad = traces_of(scenario, intensity=[100], wind=[0.5], name="bad")
    assert found_in(scenario, good, bad)["wind"].at == pytest.approx(100, rel=2e-3)


def test_a_time_limit_stops_the_search() -> None:
    scenario = scenario_of(wind={})
    traces = traces_of(scenario, intensity=[100], wind=[1])
    plan = optimize(scenario, traces)
    short = scenario.model_copy(
        update={"solver": scenario.solver.model_copy(update={"time_limit_s": 1e-9})}
    )
    problem = problem_of(short, [traces], "all")
    with pytest.raises(SolveError, match=r"break-evens: HiGHS ended with Time limit"):
        break_evens(problem, Pose(problem, plan), lambda step: None)


@given(st.lists(st.tuples(st.floats(0.01, 100), st.floats(0.01, 100)), min_size=1, max_size=8))
def test_tangents_of_a_concave_total_meet_the_closed_one_exactly(lines) -> None:
    """Amounts a and gains without a price g: the last price at which any g - a p is above zero."""

    def gain_at(price: float) -> Gain:
        gain, amount = max((g - a * price, a) for g, a in lines)
        return Gain(gain if gain > 1e-8 else 0.0, -amount)

    exact = max(g / a for g, a in lines)
    at = where_gain_ends(gain_at, 0.0, gain_at(0.0))
    assert at == pytest.approx(exact, rel=1e-5)


def test_tangents_that_lead_too_far_are_halved() -> None:
    """A gain that ends at 3 with a tangent that promises 10."""
    at = where_gain_ends(lambda p: Gain(10 - p if p < 3 else 0.0, -1.0), 0.0, Gain(10, -1.0))
    assert at == pytest.approx(3, rel=2e-3)
    assert at is not None
    assert at >= 3


def test_a_gain_that_no_price_ends_has_no_end() -> None:
    """A price beyond 1e9 is in no scenario."""
    assert where_gain_ends(lambda p: Gain(1e12 - p, -1.0), 0.0, Gain(1e12, -1.0)) is None
    assert where_gain_ends(lambda p: Gain(1.0, 0.0), 0.0, Gain(1.0, 0.0)) is None
    assert where_gain_ends(lambda p: Gain(np.inf, -1.0), 0.0, Gain(np.inf, -1.0)) is None


@pytest.mark.parametrize("minimize", ["carbon", "cost"])
def test_just_below_a_break_even_it_is_built_and_just_above_it_is_not(minimize: str) -> None:
    """Ten days of the quickstart, each price in turn 2 % below and above its break-even."""
    asked = load_scenario(
        "quickstart", ["horizon.hours=240", f"objective.minimize={minimize}", "limits.import_mw=60"]
    )
    traces = build_traces(asked)
    all_found = found_in(asked, traces)
    assert all_found["wind"].at is not None
    for found in all_found.values():
        if found.at is not None:
            built = [
                built_at(asked, traces, found, found.at * share)
                for share in (1 - EVERY_PRICE, 1 + EVERY_PRICE)
            ]
            assert built[0] > 1e-3, found
            assert built[1] < 1e-6, found


def built_at(asked: Scenario, traces: Traces, found: BreakEven, price: float) -> float:
    part, name = found.key.split(".")
    changed = getattr(asked, part).model_copy(update={name: price})
    design = optimize(asked.model_copy(update={part: changed}), traces).design.as_dict()
    capacity = {
        "solar": "solar_mw",
        "wind": "wind_mw",
        "battery cells": "battery_mwh",
        "battery power": "battery_mw",
        "extra servers": "extra_server_mw",
    }[found.option]
    return design[capacity]
