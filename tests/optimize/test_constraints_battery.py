"""Each constraint of the battery alone, with the arithmetic in the docstring."""

from typing import Any

import pytest

from dcsim.optimize.solve import optimize
from tests.conftest import scenario_of, traces_of
from tests.optimize.examples import NO_EMBODIED, Example, battery_of, example_of


def with_battery(
    optimum: float, intensity: list[float], energy: float, power: float | None, **more: Any
) -> Example:
    return example_of(optimum, {"battery": battery_of(energy, power, **more)}, intensity=intensity)


def storage() -> Example:
    """Half is lost on the way in and half on the way out: 8 MWh charged give 2 MWh.

    18 * 10 + 8 * 300 = 2,580 kg.
    """
    losses = {"charge_efficiency": 0.5, "discharge_efficiency": 0.5}
    return with_battery(2580, [10, 300], 4, 8, **losses)


def storage_most() -> Example:
    """2 MWh hold 2 MWh: 12 * 10 + 8 * 300 = 2,520 kg."""
    return with_battery(2520, [10, 300], 2, 8)


def storage_least() -> Example:
    """Of 4 MWh half may be used: 12 * 10 + 8 * 300 = 2,520 kg."""
    return with_battery(2520, [10, 300], 4, 8, depth_of_discharge=0.5)


def rate_least() -> Example:
    """10 MWh; a MW of discharge puts 0.25 MWh out of reach, and 1 MWh is never reached.

    From full: `10 - d >= 0.25 d + 1`, d = 7.2 MW. 17.2 * 10 + 2.8 * 300 = 1,012 kg.
    """
    rates = {"charge_h": 0, "discharge_h": 0.25, "empty_frac": 0.1}
    return with_battery(1012, [10, 300], 10, 10, rate_limits=rates)


def charge_most() -> Example:
    """1 MW takes 1 MWh in the one clean hour: 11 * 10 + 9 * 300 + 10 * 300 = 5,810 kg."""
    return with_battery(5810, [10, 300, 300], 4, 1)


def discharge_most() -> Example:
    """1 MW gives 1 MWh in the one dirty hour: 11 * 10 + 10 * 10 + 9 * 300 = 2,910 kg."""
    return with_battery(2910, [10, 10, 300], 4, 1)


def own_charging() -> Example:
    """3 MW of wind in the clean hour may charge, the grid may not.

    Wind charges, the grid serves the load: 10 * 10 + (10 - 3) * 300 = 2,200 kg.
    """
    parts = {
        "battery": battery_of(8, 8, grid_charging=False),
        "wind": {"min_mw": 3, "max_mw": 3},
    }
    return example_of(2200, parts, intensity=[10, 300], wind=[1, 0])


def c_rate() -> Example:
    """4 MWh at half a C are 2 MW: 12 * 10 + 8 * 300 = 2,520 kg."""
    return with_battery(2520, [10, 300], 4, None, max_c_rate=0.5)


def wear_by_age() -> Example:
    """10 MWh at 8,766 kg/MWh over one year, of which 2 of 8,766 hours pass: 20 kg.

    Nothing to gain from using it: 2 * 10 * 100 + 20 = 2,020 kg.
    """
    embodied = NO_EMBODIED | {"battery_kg_per_mwh": 8766, "battery_life_years": 1}
    parts = {"battery": battery_of(10, 10), "embodied": embodied}
    return example_of(2020, parts, intensity=[100, 100])


WORN_OUT = NO_EMBODIED | {
    "battery_kg_per_mwh": 1000,
    "battery_cycle_life": 10,
    "battery_life_years": 1e9,
}


def wear_by_use() -> Example:
    """1,000 kg/MWh over 10 cycles are 100 kg for each MWh given back.

    Moving 10 MWh from 300 to 10 kg/MWh is worth it: 20 * 10 + 0 * 300 + 10 * 100 = 1,200 kg.
    """
    parts = {"battery": battery_of(10, 10), "embodied": WORN_OUT}
    return example_of(1200, parts, intensity=[10, 300])


EXAMPLES = (
    storage,
    storage_most,
    storage_least,
    rate_least,
    charge_most,
    discharge_most,
    own_charging,
    c_rate,
    wear_by_age,
    wear_by_use,
)


def test_a_high_rate_of_charging_fills_less() -> None:
    """A MW of charge leaves 0.25 MWh of 10 unfilled, and 1 MWh is never: `e + 0.25 c <= 9`.

    From empty e = c = 7.2: 17.2 * 10 + 2.8 * 300 = 1,012 kg; at no such limit 200 kg.
    """
    rates = {"charge_h": 0.25, "discharge_h": 0, "full_frac": 0.9}
    example = with_battery(1012, [10, 300], 10, 10, rate_limits=rates)
    assert example.found() == pytest.approx(1012)
    assert example.found(without="storage_most") == pytest.approx(200)


def test_what_is_kept_may_hide_the_limit_of_the_rate() -> None:
    """Half of 4 MWh is kept, more than any rate puts out of reach: as without rate limits."""
    rates = {"charge_h": 0, "discharge_h": 0.1}
    limited = with_battery(0, [10, 300], 4, 8, depth_of_discharge=0.5, rate_limits=rates)
    assert "rate_least" not in {row.name for row in limited.program().rows}
    assert limited.found() == pytest.approx(storage_least().optimum)


def test_what_is_kept_does_not_hide_the_limit_of_a_higher_rate() -> None:
    """1 of 10 MWh is kept; at 10 MW 2 are out of reach: `10 - d >= 0.2 d`, d = 8.333 MW.

    (10 + d) * 10 + (10 - d) * 300 = 3,100 - 290 d = 683.333 kg.
    """
    rates = {"charge_h": 0, "discharge_h": 0.2}
    limited = with_battery(0, [10, 300], 10, 10, depth_of_discharge=0.9, rate_limits=rates)
    assert limited.found() == pytest.approx(3100 - 290 * 10 / 1.2)


def test_own_power_may_charge_while_the_grid_serves_the_load() -> None:
    plan = optimize(own_charging().scenario, own_charging().years)
    assert plan.dispatch["charge_mw"].tolist() == pytest.approx([3, 0])
    assert plan.dispatch["grid_mw"].tolist() == pytest.approx([10, 7])


def test_wear_that_costs_more_than_it_saves_leaves_the_battery_alone() -> None:
    """Moving from 90 to 10 saves 80, wear costs 100: 10 * 10 + 10 * 90 = 1,000 kg."""
    scenario = wear_by_use().scenario
    plan = optimize(scenario, traces_of(scenario, intensity=[10, 90]))
    assert plan.certificate.objective == pytest.approx(1000, abs=1e-3)
    assert plan.dispatch["discharge_mw"].sum() == pytest.approx(0)


def test_wear_may_be_switched_off() -> None:
    """Then only age counts, and that is next to nothing here: 20 * 10 = 200 kg."""
    scenario = scenario_of(battery=battery_of(10, 10), embodied=WORN_OUT | {"battery_wear": False})
    plan = optimize(scenario, traces_of(scenario, intensity=[10, 300]))
    assert plan.certificate.objective == pytest.approx(200, abs=1e-3)


@pytest.mark.parametrize(
    ("existing_mwh", "expected_kg"),
    [(0, 1200), (4, 1200 - 1000 * 4 * 2 / 8766), (10, 1200 - 1000 * 10 * 2 / 8766)],
)
def test_the_age_of_existing_cells_is_not_charged(existing_mwh: float, expected_kg: float) -> None:
    """As `wear_by_use`, over a life of one year: 2 h of age of the existing cells are taken off."""
    embodied = WORN_OUT | {"battery_life_years": 1}
    battery = battery_of(10, 10) | {"existing_mwh": existing_mwh}
    scenario = scenario_of(battery=battery, embodied=embodied)
    plan = optimize(scenario, traces_of(scenario, intensity=[10, 300]))
    assert plan.certificate.objective == pytest.approx(expected_kg)


def test_existing_cells_that_only_age_cost_nothing() -> None:
    """As `wear_by_age`, with the 10 MWh there already: 2,000 kg."""
    asked = wear_by_age().scenario
    battery = asked.battery.model_copy(update={"existing_mwh": 10.0})
    scenario = asked.model_copy(update={"battery": battery})
    plan = optimize(scenario, traces_of(scenario, intensity=[100, 100]))
    assert plan.certificate.objective == pytest.approx(2000)


def test_chemistry_gives_the_cells_their_own_figures() -> None:
    """LFP at full depth: 62,000 kg/MWh over 5,160 cycles are 12.0155 kg for each MWh given back.

    Moving 10 MWh from 300 to 10: 200 + 10 * 62,000 / 5,160 = 320.155 kg.
    """
    no_power = {"battery_power_kg_per_mw": 0, "battery_life_years": 1e9}
    scenario = scenario_of(battery=battery_of(10, 10, chemistry="lfp"), embodied=no_power)
    plan = optimize(scenario, traces_of(scenario, intensity=[10, 300]))
    assert plan.certificate.objective == pytest.approx(200 + 10 * 62_000 / 5160)
