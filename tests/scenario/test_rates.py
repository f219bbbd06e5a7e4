"""The embodied rates: units checked by arithmetic, every figure with a source."""

import pytest

from dcsim.scenario.chemistry import CHEMISTRIES, cycle_life_at
from dcsim.scenario.rates import RATES, rates_of, years_of
from dcsim.scenario.spec import Embodied
from tests.conftest import scenario_of


def test_every_rate_has_a_source_and_an_order() -> None:
    for name, rate in RATES.items():
        assert rate.low <= rate.mid <= rate.high, name
        assert len(rate.source) > 20, name
    assert set(RATES) == set(Embodied.model_fields) - {"level", "battery_wear"}


def test_servers_are_7135_tonnes_a_megawatt() -> None:
    """1 MW is 8,333.3 servers of 120 W; times 744.5 kg times 1.15 are 7,134,792 kg."""
    servers = 1e6 / 120
    assert rates_of(scenario_of(embodied={})).servers_kg_per_mw == pytest.approx(
        servers * 744.5 * 1.15
    )
    assert round(rates_of(scenario_of(embodied={})).servers_kg_per_mw / 1000) == 7135
    assert rates_of(scenario_of(embodied={})).servers_life_years == 4


def test_a_facility_megawatt_holds_fewer_servers_at_a_higher_pue() -> None:
    """At PUE 2 half of the power reaches servers: 7,135 / 2 / 4 years = 892 t a year and MW."""
    assert rates_of(
        scenario_of(datacenter={"capacity_mw": 10, "pue": 2})
    ).servers_kg_per_mw_year() == pytest.approx(891_849, abs=1)


@pytest.mark.parametrize(
    ("level", "solar", "wind", "battery"),
    [("low", 41, 11, 74_000), ("mid", 48, 11.5, 104_000), ("high", 55, 12, 134_000)],
)
def test_levels(level, solar, wind, battery) -> None:
    rates = rates_of(scenario_of(embodied={"level": level}))
    assert (rates.solar_kg_per_mwh, rates.wind_kg_per_mwh) == (solar, wind)
    assert rates.battery_kg_per_mwh == battery


def test_own_figures_come_before_the_table() -> None:
    rates = rates_of(
        scenario_of(embodied={"level": "low", "solar_kg_per_mwh": 0, "servers_life_years": 6})
    )
    assert rates.solar_kg_per_mwh == 0
    assert rates.servers_life_years == 6
    assert rates.wind_kg_per_mwh == 11


def test_cells_are_used_up_by_age_or_by_use_whichever_is_more() -> None:
    """10 MWh over 15 years: 2/3 a year. 6,000 MWh through 3,000 cycles at 0.8: 2.5 MWh."""
    rates = rates_of(scenario_of(embodied={}))
    assert rates.cells_charged_mwh(10, 0, 0, 0.8, 1) == pytest.approx(10 / 15)
    assert rates.cells_charged_mwh(10, 0, 6000, 0.8, 1) == pytest.approx(2.5)
    age_only = rates_of(scenario_of(embodied={"battery_wear": False}))
    assert age_only.cells_charged_mwh(10, 0, 6000, 0.8, 1) == pytest.approx(10 / 15)


def test_cells_that_were_there_are_charged_for_use_beyond_their_age_alone() -> None:
    """10 MWh, 6 of them there already: 4 age by 1/15. Used up by 2.5, less the 0.4 of age: 2.1."""
    rates = rates_of(scenario_of())
    assert rates.cells_charged_mwh(10, 6, 0, 0.8, 1) == pytest.approx(4 / 15)
    assert rates.cells_charged_mwh(10, 6, 6000, 0.8, 1) == pytest.approx(2.1)
    assert rates.cells_charged_mwh(0, 6, 0, 0.8, 1) == 0


@pytest.mark.parametrize("chemistry", ["lfp", "nmc"])
def test_a_chemistry_has_its_own_making_and_life_and_cycles_by_depth(chemistry: str) -> None:
    cells = CHEMISTRIES[chemistry]
    for level, depth in (("low", 0.8), ("high", 0.9)):
        battery = {"chemistry": chemistry, "depth_of_discharge": depth}
        rates = rates_of(scenario_of(battery=battery, embodied={"level": level}))
        assert rates.battery_kg_per_mwh == cells.kg_per_mwh.at(level)
        assert rates.battery_life_years == cells.life_years.at(level)
        assert rates.battery_cycle_life == cycle_life_at(cells, depth)
        assert rates.solar_kg_per_mwh == RATES["solar_kg_per_mwh"].at(level)


def test_own_figures_come_before_those_of_a_chemistry() -> None:
    own = {"battery_kg_per_mwh": 1, "battery_cycle_life": 2}
    rates = rates_of(scenario_of(battery={"chemistry": "lfp"}, embodied=own))
    assert (rates.battery_kg_per_mwh, rates.battery_cycle_life) == (1, 2)
    assert rates.battery_life_years == CHEMISTRIES["lfp"].life_years.mid


def test_li_ion_is_the_table_at_any_depth() -> None:
    rates = rates_of(scenario_of(battery={"depth_of_discharge": 0.5}))
    assert rates.battery_cycle_life == RATES["battery_cycle_life"].mid


def test_a_year_is_8766_hours() -> None:
    assert years_of(8766) == 1
    assert years_of(8760) == pytest.approx(0.999316, abs=1e-6)
