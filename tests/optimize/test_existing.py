"""What exists already: it runs, its upkeep is paid, its making is not charged."""

from typing import Any

import pytest

from dcsim.optimize.plan import Design
from dcsim.optimize.solve import optimize
from dcsim.scenario.spec import STRATEGIES
from tests.conftest import scenario_of, traces_of
from tests.optimize.examples import NO_COST, NO_EMBODIED, battery_of

TWO_HOURS: dict[str, Any] = {"intensity": [100, 100], "wind": [1, 1]}


@pytest.mark.parametrize(
    ("option", "rate", "unit_kg"),
    [
        ("solar", {"solar_kg_per_mwh": 50}, 50 * 1.5),
        ("wind", {"wind_kg_per_mwh": 12}, 12 * 1.5),
        ("servers", {"servers_kg_per_mw": 8766, "servers_life_years": 4}, 8766 / 4 * 2 / 8766),
        (
            "battery",
            {"battery_power_kg_per_mw": 8766, "battery_power_life_years": 2},
            8766 / 2 * 2 / 8766,
        ),
    ],
)
@pytest.mark.parametrize("existing", [0, 1])
def test_embodied_carbon_of_each_option(
    option: str, rate: dict[str, float], unit_kg: float, existing: int
) -> None:
    """1 MW forced on two hours with capacity factors 1 and 0.5; solar and wind save 150 kg.

    What exists already is not charged.
    """
    part: dict[str, Any] = battery_of(1, 1) if option == "battery" else {"min_mw": 1, "max_mw": 1}
    tier = {"name": "any", "share_frac": 0.1, "deadline_h": 1}
    scenario = scenario_of(
        datacenter={"capacity_mw": 10, "flexible": [tier]},
        embodied=NO_EMBODIED | rate,
        **{option: part | {"existing_mw": existing}},
    )
    traces = traces_of(scenario, intensity=[100, 100], solar=[1, 0.5], wind=[1, 0.5])
    saved_kg = 150 if option in ("solar", "wind") else 0
    plan = optimize(scenario, traces)
    expected_kg = 2000 - saved_kg + unit_kg * (1 - existing)
    assert plan.certificate.objective == pytest.approx(expected_kg)


def test_a_given_design_below_what_exists_earns_nothing() -> None:
    """5 MW of wind and 10 MWh exist and are not used: 2,000 kg of import, and no credit."""
    scenario = scenario_of(
        wind={"existing_mw": 5},
        battery={"existing_mwh": 10, "existing_mw": 5},
        limits={"budget_usd": 0},
    )
    traces = traces_of(scenario, **TWO_HOURS)
    for design in (Design(), Design(battery_mwh=1, battery_mw=1)):
        plan = optimize(scenario, traces, design=design)
        assert plan.certificate.objective == pytest.approx(2000)
        assert plan.design == design


def test_what_exists_runs_in_every_strategy_and_is_not_charged() -> None:
    """4 MW of wind at 1,000 kg/MWh, there already: 2 * 6 * 100 = 1,200 kg, and nothing is added."""
    scenario = scenario_of(
        wind={"existing_mw": 4, "enabled": False}, embodied=NO_EMBODIED | {"wind_kg_per_mwh": 1000}
    )
    traces = traces_of(scenario, **TWO_HOURS)
    for strategy in STRATEGIES:
        plan = optimize(scenario, traces, strategy)
        assert plan.certificate.objective == pytest.approx(1200)
        assert plan.design == Design(wind_mw=4)


def test_an_existing_battery_runs_where_a_strategy_builds_none() -> None:
    """4 MWh of it move 4 MWh from 300 to 10 kg/MWh: 14 * 10 + 6 * 300 = 1,940 kg."""
    battery = battery_of(4, 4) | {"existing_mwh": 4, "existing_mw": 4, "max_mwh": 9, "max_mw": 9}
    scenario = scenario_of(battery=battery, embodied=NO_EMBODIED)
    plan = optimize(scenario, traces_of(scenario, intensity=[10, 300]), "renewables")
    assert plan.certificate.objective == pytest.approx(1940)
    assert (plan.design.battery_mwh, plan.design.battery_mw) == (4, 4)


@pytest.mark.parametrize(
    ("option", "part", "unit_usd"),
    [
        ("solar", {"min_mw": 1, "max_mw": 1}, (100 + 1) * 2 + 1.5 * 7),
        ("wind", {"min_mw": 1, "max_mw": 1}, (100 + 1) * 2 + 1.5 * 7),
        ("servers", {"min_mw": 1, "max_mw": 1}, (100 + 1) * 2 / 2),
        ("battery", battery_of(1, 1), (100 + 1 + 100) * 2),
    ],
)
@pytest.mark.parametrize("existing", [False, True])
def test_cost_of_each_option(
    option: str, part: dict[str, Any], unit_usd: float, existing: bool
) -> None:
    """1 MW (1 MWh) forced on two hours with factors 1 and 0.5, at no price of energy.

    Each MW and MWh costs 876,600 USD over a life of one year, 100 an hour, and its upkeep 8,766 a
    year, 1 an hour; solar and wind 7 USD a MWh; a facility MW of servers is half a MW of IT. Of
    what exists, capital is not charged.
    """
    capital = {f"{name}_usd_per_mw": 876_600 for name in ("solar", "wind", "battery", "servers")}
    fixed = {f"{name}_fixed_usd_per_mw_year": 8766 for name in ("solar", "wind", "servers")}
    variable = {"solar_variable_usd_per_mwh": 7, "wind_variable_usd_per_mwh": 7}
    lives = {"solar_life_years": 1, "wind_life_years": 1, "discount_frac": 0}
    of_battery = {"battery_fixed_usd_per_mw_year": 8766, "battery_usd_per_mwh": 876_600}
    one_year = ("battery_life_years", "battery_power_life_years", "servers_life_years")
    tier = {"name": "any", "share_frac": 0.1, "deadline_h": 1}
    there = {"existing_mw": 1} | ({"existing_mwh": 1} if option == "battery" else {})
    scenario = scenario_of(
        datacenter={"capacity_mw": 10, "pue": 2.0, "flexible": [tier]},
        cost=NO_COST | capital | fixed | variable | lives | of_battery,
        embodied=NO_EMBODIED | dict.fromkeys(one_year, 1),
        objective={"minimize": "cost"},
        **{option: part | (there if existing else {})},
    )
    traces = traces_of(scenario, intensity=[1, 1], solar=[1, 0.5], wind=[1, 0.5])
    capital_usd = {"servers": 100, "battery": 400}.get(option, 200) if existing else 0
    plan = optimize(scenario, traces)
    assert plan.certificate.objective == pytest.approx(unit_usd - capital_usd)
