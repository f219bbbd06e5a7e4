"""The figures of the cost account: complete, ordered, with a source, and their sums by hand."""

import pytest

from dcsim.scenario.cost_figures import COSTS, USD_YEAR
from dcsim.scenario.money import Cost

KEYS = {
    "solar_usd_per_mw",
    "wind_usd_per_mw",
    "battery_usd_per_mwh",
    "battery_usd_per_mw",
    "servers_usd_per_mw",
    "solar_fixed_usd_per_mw_year",
    "wind_fixed_usd_per_mw_year",
    "battery_fixed_usd_per_mwh_year",
    "battery_fixed_usd_per_mw_year",
    "servers_fixed_usd_per_mw_year",
    "solar_variable_usd_per_mwh",
    "wind_variable_usd_per_mwh",
    "battery_variable_usd_per_mwh",
    "solar_life_years",
    "wind_life_years",
    "discount_frac",
    "energy_usd_per_mwh",
}


def test_the_keys_are_those_of_the_account() -> None:
    assert set(COSTS) == KEYS
    assert USD_YEAR == 2022


def test_a_scenario_can_replace_each() -> None:
    assert set(COSTS) <= set(Cost.model_fields)


@pytest.mark.parametrize("name", sorted(KEYS))
def test_every_figure_has_an_order_and_a_source(name) -> None:
    figure = COSTS[name]
    assert figure.low <= figure.mid <= figure.high
    assert figure.low >= 0 if "_variable_" in name else figure.low > 0
    assert len(figure.source) > 40


@pytest.mark.parametrize("name", sorted(KEYS))
def test_a_source_says_whether_its_text_was_seen(name) -> None:
    assert "seen" in COSTS[name].source


def test_a_four_hour_battery_costs_what_the_atb_says() -> None:
    """For 2025: 1,241.72, 1,551.07, and 374.56 + 4 * 402.31 = 1,983.80 USD/kW."""
    power, energy = COSTS["battery_usd_per_mw"], COSTS["battery_usd_per_mwh"]
    for level, usd_per_kw in (("low", 1241.72), ("mid", 1551.07), ("high", 1983.80)):
        total = power.at(level) + 4 * energy.at(level)
        assert total == pytest.approx(1000 * usd_per_kw, abs=11)


def test_battery_upkeep_is_that_of_the_atb_for_four_hours_and_for_eight() -> None:
    """2.5 % of the capital a year, in USD/kW at 4 and 8 hours.

    31.04 and 56.26 (low), 38.78 and 69.77 (mid), 9.36 + 4 * 10.06 = 49.60 and 89.83 (high).
    """
    power, energy = (COSTS[f"battery_fixed_usd_per_{unit}_year"] for unit in ("mw", "mwh"))
    for level, four, eight in (
        ("low", 31.04, 56.26),
        ("mid", 38.78, 69.77),
        ("high", 49.60, 89.83),
    ):
        for hours, usd_per_kw in ((4, four), (8, eight)):
            usd_per_mw = power.at(level) + hours * energy.at(level)
            assert usd_per_mw == pytest.approx(1000 * usd_per_kw, abs=10)


@pytest.mark.parametrize("level", ["low", "mid", "high"])
@pytest.mark.parametrize("unit", ["mw", "mwh"])
def test_battery_upkeep_is_a_share_of_its_own_capital(level: str, unit: str) -> None:
    capital = COSTS[f"battery_usd_per_{unit}"].at(level)
    upkeep = COSTS[f"battery_fixed_usd_per_{unit}_year"].at(level)
    assert upkeep == pytest.approx(0.025 * capital)


def test_servers_are_24_million_dollars_a_megawatt() -> None:
    """1,450 / 165 * 1.3421 * 1.1919 = 14.06 USD/W; 7,700 / 340 * 1.2747 * 1.1919 = 34.41."""
    servers = COSTS["servers_usd_per_mw"]
    assert servers.low == pytest.approx(14.06e6, rel=1e-3)
    assert servers.high == pytest.approx(34.41e6, rel=1e-3)
    assert servers.mid == pytest.approx(24.23e6, rel=1e-3)
    assert COSTS["servers_fixed_usd_per_mw_year"].mid == pytest.approx(1.2117e6, rel=1e-3)


def test_grid_energy_is_in_dollars_of_2022() -> None:
    """8.04 cents/kWh of 2023 are 80.40 USD/MWh, times 292.655 / 304.702 = 77.22."""
    assert COSTS["energy_usd_per_mwh"].mid == pytest.approx(77.22, abs=0.01)
