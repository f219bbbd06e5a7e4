"""Costs per unit: capital recovery by hand, own figures first, each facility MW by its PUE."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcsim.scenario.cost_figures import COSTS
from dcsim.scenario.costs import capital_recovery_per_year, costs_of
from dcsim.scenario.money import Cost
from tests.conftest import scenario_of

LIVES = st.floats(0.5, 60)
RATES_OF_INTEREST = st.floats(0, 1)


def test_two_years_at_ten_percent() -> None:
    """0.1 / (1 - 1.1^-2) = 0.1 / 0.173554 = 0.576190: a loan of 210 is paid by 121 twice."""
    assert capital_recovery_per_year(2, 0.1) == pytest.approx(121 / 210, rel=1e-12)


def test_without_interest_it_is_one_over_the_life() -> None:
    assert capital_recovery_per_year(25, 0) == 1 / 25
    assert capital_recovery_per_year(25, 1e-12) == pytest.approx(1 / 25, rel=1e-9)


@given(LIVES, RATES_OF_INTEREST)
def test_the_yearly_sums_are_worth_the_capital_today(life_years: float, rate: float) -> None:
    """`sum_k=1..n a (1 + r)^-k = 1` for a whole number of years n."""
    years = max(1, round(life_years))
    yearly = capital_recovery_per_year(years, rate)
    assert sum(yearly * (1 + rate) ** -k for k in range(1, years + 1)) == pytest.approx(1)


@given(LIVES, RATES_OF_INTEREST)
def test_a_longer_life_is_cheaper_and_interest_dearer(life_years: float, rate: float) -> None:
    yearly = capital_recovery_per_year(life_years, rate)
    assert capital_recovery_per_year(2 * life_years, rate) <= yearly * (1 + 1e-12)
    assert capital_recovery_per_year(life_years, rate + 0.01) > yearly
    assert yearly >= max(1 / life_years, rate) * (1 - 1e-12)


@given(LIVES)
def test_without_interest_twice_the_life_is_half_the_yearly(life_years: float) -> None:
    def yearly(life: float) -> float:
        cost = {"discount_frac": 0, "solar_usd_per_mw": 1e6, "solar_life_years": life}
        return costs_of(scenario_of(cost=cost)).solar_capital_usd_per_mw_year()

    assert yearly(2 * life_years) == pytest.approx(yearly(life_years) / 2)


def test_every_capital_by_hand() -> None:
    """At no interest: solar 300 over 3 years, wind 400 over 4, power 500 over 5; PUE 2.

    Servers 600 over 6 years are 100 a year and IT MW, 50 a facility MW; upkeep 10 is 5. Cells of
    700 use up all of themselves in their life, and are paid once.
    """
    scenario = scenario_of(
        datacenter={"capacity_mw": 10, "pue": 2},
        embodied={
            "battery_life_years": 7,
            "battery_power_life_years": 5,
            "servers_life_years": 6,
        },
        cost={
            "discount_frac": 0,
            "solar_usd_per_mw": 300,
            "solar_life_years": 3,
            "wind_usd_per_mw": 400,
            "wind_life_years": 4,
            "battery_usd_per_mw": 500,
            "battery_usd_per_mwh": 700,
            "servers_usd_per_mw": 600,
            "servers_fixed_usd_per_mw_year": 10,
        },
    )
    costs = costs_of(scenario)
    assert costs.solar_capital_usd_per_mw_year() == pytest.approx(100)
    assert costs.wind_capital_usd_per_mw_year() == pytest.approx(100)
    assert costs.battery_power_capital_usd_per_mw_year() == pytest.approx(100)
    assert costs.servers_capital_usd_per_mw_year() == pytest.approx(50)
    assert costs.servers_fixed_usd_per_facility_mw_year() == pytest.approx(5)
    assert costs.cells_usd_per_mwh() == pytest.approx(700)


def test_cells_are_charged_their_annuity() -> None:
    """1 MWh over 2 years at 10 %: half a MWh used up a year costs 0.5 * 2 * 0.57619 of it."""
    scenario = scenario_of(
        embodied={"battery_life_years": 2},
        cost={"discount_frac": 0.1, "battery_usd_per_mwh": 1000},
    )
    assert 0.5 * costs_of(scenario).cells_usd_per_mwh() == pytest.approx(1000 * 121 / 210)


@pytest.mark.parametrize("level", ["low", "mid", "high"])
def test_the_table_at_its_level_but_own_figures_first(level: str) -> None:
    costs = costs_of(scenario_of(cost={"level": level, "wind_usd_per_mw": 0}))
    assert costs.wind_usd_per_mw == 0
    for name in set(COSTS) - {"wind_usd_per_mw"}:
        assert getattr(costs, name) == COSTS[name].at(level), name


def test_every_default_of_the_table_can_be_replaced() -> None:
    prices = {"export_usd_per_mwh", "demand_usd_per_mw_month", "carbon_usd_per_t"}
    others = {"level", "energy_file", "time_of_use", "export_file"}
    assert set(COSTS) == set(Cost.model_fields) - prices - others
    own = dict.fromkeys((*COSTS, *(prices - {"export_usd_per_mwh"})), 0.5)
    costs = costs_of(scenario_of(cost=own))
    assert all(getattr(costs, name) == 0.5 for name in own)


def test_lives_of_battery_and_servers_are_those_of_carbon() -> None:
    costs = costs_of(scenario_of(embodied={"battery_life_years": 9, "servers_life_years": 3}))
    assert (costs.battery_life_years, costs.servers_life_years) == (9, 3)
