"""Carbon Explorer's published accounting in plain numpy gives Carbon Explorer's own results.

The known totals are from running its code on the full year 2022 of four authorities.
"""

from pathlib import Path

import numpy as np
import pytest

from tests.optimize.carbon_explorer import (
    SERVERS_KG_PER_MW,
    Battery,
    Site,
    coverage_percent,
    discharge_greedily,
    over_its_maximum,
    score,
    score_with_battery,
    sine_load_mw,
    site_as_published,
)

MEAN_MW = {"BPAT": 70, "SOCO": 50, "CISO": 30, "ERCO": 50}

ROUNDED_KT = 0.0051
"""The known totals have two decimals, those of no investment one."""

NO_INVESTMENT_KT = {"BPAT": 335.5, "SOCO": 1853.6, "CISO": 673.3, "ERCO": 1520.8}

RENEWABLES = {
    "BPAT": (200, 0, 222.36),
    "SOCO": (0, 135, 1276.77),
    "CISO": (244, 0, 145.22),
    "ERCO": (200, 45, 217.08),
}
"""Wind [MW], solar [MW] and total of the best point without a battery [kt]."""

WITH_BATTERY = {
    "SOCO": (0, 270, 900, 549.19),
    "CISO": (183, 0, 200, 131.63),
    "ERCO": (250, 0, 300, 183.32),
}
"""Wind [MW], solar [MW], battery [MWh] and total of the best point with one [kt]."""


def published(real_data: Path, code: str) -> Site:
    file = real_data / "eia930_hourly" / f"{code}_2022_ce_columns.csv.gz"
    return site_as_published(file, MEAN_MW[code])


@pytest.mark.real_data
@pytest.mark.parametrize("code", NO_INVESTMENT_KT)
def test_no_investment(real_data: Path, code: str) -> None:
    total_kt = score(published(real_data, code)).total_kt
    assert total_kt == pytest.approx(NO_INVESTMENT_KT[code], abs=0.051)


@pytest.mark.real_data
@pytest.mark.parametrize("code", RENEWABLES)
def test_renewables(real_data: Path, code: str) -> None:
    wind_mw, solar_mw, known_kt = RENEWABLES[code]
    total_kt = score(published(real_data, code), solar_mw=solar_mw, wind_mw=wind_mw).total_kt
    assert total_kt == pytest.approx(known_kt, abs=ROUNDED_KT)


@pytest.mark.real_data
@pytest.mark.parametrize("code", WITH_BATTERY)
def test_renewables_and_battery(real_data: Path, code: str) -> None:
    wind_mw, solar_mw, battery_mwh, known_kt = WITH_BATTERY[code]
    site = published(real_data, code)
    total_kt = score_with_battery(site, solar_mw, wind_mw, Battery.full(battery_mwh)).total_kt
    assert total_kt == pytest.approx(known_kt, abs=ROUNDED_KT)


def test_load_is_rolled_by_six_hours() -> None:
    """Hour 6 has what hour 0 would have, sin 0; hour 0 has what the fourth hour of 10 would."""
    load_mw = sine_load_mw(100, 10)
    assert load_mw[6] == 100
    assert load_mw[0] == pytest.approx(100 + 2.5 * np.sin(4 / 4))


def test_generation_over_its_highest_hour() -> None:
    assert over_its_maximum(np.array([1.0, 4.0])).tolist() == [0.25, 1.0]
    assert over_its_maximum(np.zeros(2)).tolist() == [0.0, 0.0]


def flat_site(hours: int = 24) -> Site:
    """10 MW all day, wind in the first half of it, 500 kg/MWh."""
    wind = np.repeat([1.0, 0.0], hours // 2)
    return Site(np.full(hours, 10.0), np.zeros(hours), wind, 500.0)


def test_score_of_one_day() -> None:
    """Half the day is covered: 5 MW x 87,600 h x 500 kg/MWh = 219 kt.

    20 MW of wind generate 240 MWh a day, 876,000 MWh in ten years, at 12 kg/MWh 10.512 kt.
    """
    half = score(flat_site(), wind_mw=20)
    assert coverage_percent(np.full(24, 10.0), 20 * flat_site().wind_frac) == 50
    assert half.operational_kt == pytest.approx(219)
    assert half.embodied_kt == pytest.approx(10.512)


def test_score_of_battery_and_servers() -> None:
    """100 MWh at 74 t/MWh, 3,650 / 3,000 times in ten years: 9.0033 kt.

    4 MW of servers at 7.13 t/MW, two and a half times: 0.0713 kt.
    """
    built = score(flat_site(), battery_mwh=100, extra_server_mw=4)
    assert built.embodied_kt == pytest.approx(7.4 * 3650 / 3000 + 4 * SERVERS_KG_PER_MW * 2.5e-6)


def test_servers_are_charged_on_the_mean_of_the_load() -> None:
    """Load of 10 and 30 MW: 3 MW of room above the 30 is a tenth, charged on 20 MW: 2 MW."""
    site = Site(np.tile([10.0, 30.0], 12), np.zeros(24), np.zeros(24), 0.0)
    total_kt = score(site, extra_server_mw=3).total_kt
    assert total_kt == pytest.approx(2 * SERVERS_KG_PER_MW * 2.5e-6)


def test_battery_gives_what_its_rate_leaves() -> None:
    """In one step of an hour a full 105 MWh gives at most 105 / (0.01 + 1.04) = 100 MW.

    It draws 104 MWh; the 1 MWh left is out of reach at 100 MW.
    """
    battery = Battery.full(105)
    assert battery.discharge(500, 1.0) == pytest.approx(100)
    assert battery.stored_mwh == pytest.approx(1)


def test_battery_takes_what_its_rate_leaves() -> None:
    """Empty, in one step of an hour: 101 / (0.97 + 0.04) = 100 MW, 97 MWh stored."""
    battery = Battery(101, 0)
    assert battery.charge(500, 1.0) == pytest.approx(100)
    assert battery.stored_mwh == pytest.approx(97)


def test_battery_at_three_times_its_capacity() -> None:
    """In a step of a minute 3C binds first: 30 / 0.97 MW in, 30 / 1.04 MW out."""
    assert Battery(10, 0).charge(500, 1 / 60) == pytest.approx(30 / 0.97)
    assert Battery.full(10).discharge(500, 1 / 60) == pytest.approx(30 / 1.04)


def test_greedy_battery_charges_on_surplus_and_discharges_on_deficit() -> None:
    """10 MW too much for an hour, 9.7 MWh stored; then 5 MW too little, of which all is given."""
    battery = Battery(100, 0)
    given_mw = discharge_greedily(battery, np.array([10.0, 10.0]), np.array([20.0, 5.0]))
    assert given_mw.tolist() == pytest.approx([0, 5])
    assert battery.stored_mwh == pytest.approx(9.7 - 5.2)
