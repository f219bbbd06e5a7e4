"""Units and clocks in names of columns: what is found, what is converted, and what is neither."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcsim.grid.readers.column_clocks import is_end, says_utc
from dcsim.grid.readers.column_units import mw_per_unit, unit_of
from dcsim.grid.readers.column_words import words_of


def texts(name: str) -> list[str]:
    return [word.text for word in words_of(name)]


@pytest.mark.parametrize(
    "name", ["hour_ending_utc", "HourEndingUTC", "Hour Ending (UTC)", "hour-ending.utc"]
)
def test_spellings_of_one_name_are_the_same_words(name: str) -> None:
    assert texts(name) == ["hour", "ending", "utc"]


@pytest.mark.parametrize(
    ("names", "text", "mw_per"),
    [
        ("load_kw|Load (kW)|loadKW|loadkw|loadkW|Load.kW|P_kW|IT load, kW|kw_load|kWe", "kW", 1e-3),
        ("IT Power [W]|power_w|powerW|Watts|load_w_avg|Load W (mean)", "W", 1e-6),
        ("load_mw|Load (MW)|LoadMW|MWe|mw_load|Net_MW_total", "MW", 1.0),
        ("load_gw|Gigawatts|Load GW", "GW", 1e3),
        ("Demand kWh|consumption_kwh|ConsumptionKWh|kilowatt hours|Kilowatt-hours", "kWh", 1e-3),
        ("Netload [MWh]|MW-h|MWhr|load (MW h)", "MWh", 1.0),
        ("kWh/h|kwh_per_hour", "kWh/h", 1e-3),
    ],
)
def test_power_and_energy_of_an_hour(names: str, text: str, mw_per: float) -> None:
    for name in names.split("|"):
        unit = unit_of(name)
        assert unit is not None, name
        assert (unit.text, mw_per_unit(unit, 60)) == (text, mw_per), name


def test_energy_of_a_quarter_is_four_times_its_power() -> None:
    """25 kWh in 15 minutes is 100 kW."""
    energy, power = unit_of("demand_kwh"), unit_of("demand_kw")
    assert energy is not None
    assert power is not None
    assert 25 * mw_per_unit(energy, 15) == pytest.approx(0.1)
    assert mw_per_unit(power, 15) == 1e-3
    stated = unit_of("kWh per 15 min")
    assert stated is not None
    assert stated.step_min == 15


@pytest.mark.parametrize(
    ("names", "usd_per_mwh"),
    [
        ("USD/MWh|$/MWh|price_usd_per_mwh|priceUsdPerMwh|price_usd_mwh|US$/MWh|USD2022/MWh", 1.0),
        ("price_usd|Price ($)|dollars|lmp_per_mwh", 1.0),
        ("USD/kWh|$/kWh|dollars per kilowatthour|price_usd_per_kwh", 1e3),
        ("cents/kWh|US cents/kWh|¢/kWh|price_cents_per_kwh", 10.0),
        ("USD/GWh", 1e-3),
    ],
)
def test_prices_in_usd(names: str, usd_per_mwh: float) -> None:
    for name in names.split("|"):
        unit = unit_of(name)
        assert unit is not None, name
        assert (unit.kind, unit.factor) == ("price", pytest.approx(usd_per_mwh)), name


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ("Price (EUR/MWhe)|price_eur_per_mwh|€/MWh|EURMWh|euro/MWh", "EUR/MWh"),
        ("£/MWh|GBP per MWh", "GBP/MWh"),
        ("A$/MWh|aud_mwh|AUD$/MWh", "AUD/MWh"),
        ("C$/MWh", "CAD/MWh"),
        ("EUR cents/kWh", "EUR cents/kWh"),
        ("day_ahead_eur", "EUR"),
        ("try_per_mwh", "TRY/MWh"),
        ("ct/kWh", "ct/kWh"),
        ("price_per_kwh", "price/kWh"),
        ("price_cents", "USD cents"),
        ("USD/MW|$/MW-day", "USD/MW"),
        ("USD/MMBtu", "USD/MMBtu"),
        ("Temperature (C)|load_c|temp_c|Temp [°C]|outdoor temp ºC|deg_c|℃", "°C"),
        ("temp_f|degF", "°F"),
        ("outdoor_temp|Temperature", "temperature"),
        ("GHI (W/m2)|ghi|ghi_w_m2", "irradiance"),
        ("flux W/m²", "W/m2"),
        ("kWh/day", "kWh/day"),
        ("kVA", "kVA"),
        ("carbon_intensity_gco2_per_kwh|gCO2eq/kWh", "CO2"),
        ("Load (MW) [kW]", "MW and kW"),
    ],
)
def test_units_that_are_not_converted(names: str, text: str) -> None:
    for name in names.split("|"):
        unit = unit_of(name)
        assert unit is not None, name
        assert (unit.kind, unit.text) == ("other", text), name


@pytest.mark.parametrize("name", ["load_pct", "Load (%)", "cpu_percent"])
def test_percent_is_a_hundredth(name: str) -> None:
    unit = unit_of(name)
    assert unit is not None
    assert (unit.kind, unit.factor) == ("share", 0.01)


@pytest.mark.parametrize(
    "name",
    [
        "load",
        "week",
        "show",
        "flow",
        "view",
        "window",
        "law",
        "BMW",
        "when",
        "wholesale",
        "Load all",
        "top",
        "try_2",
        "zone_c",
        "Zone C",
        "phase_c",
        "site a",
        "value",
        "Unnamed: 1",
        "total",
        "préf",
        "a",
        "c",
        "rrp",
        "mega",
        "Euronext_zone",
    ],
)
def test_no_unit_is_seen_in_other_words(name: str) -> None:
    assert unit_of(name) is None


@given(st.text(max_size=30))
def test_any_name_at_all_is_read(name: str) -> None:
    unit_of(name)
    is_end(name)


@pytest.mark.parametrize(
    "name",
    [
        "HourEnding",
        "hour_ending",
        "EndTimeUTC",
        "he_utc",
        "HE",
        "heUTC",
        "period_end",
        "interval_end",
        "time_to",
        "to_utc",
        "UTC Time at End of Hour",
        "hourending",
        "endtime_utc",
        "IntervalEndUTC",
        "valid_to",
        "INTERVALENDTIME_GMT",
        "DateTimeEnd",
        "Hour Ending (UTC)",
        "until_utc",
        "utcEnd",
    ],
)
def test_ends_of_hours(name: str) -> None:
    assert is_end(name)


@pytest.mark.parametrize(
    "name",
    [
        "HourBeginning",
        "start",
        "StartTime",
        "weekend",
        "calendar",
        "vendor",
        "utc_hour_beginning",
        "Datetime (UTC)",
        "timestamp",
        "legend_utc",
        "trend",
        "the_time",
        "sender",
        "interval_start_utc",
        "begin_to_end",
        "total_utc",
    ],
)
def test_no_ends_of_hours(name: str) -> None:
    assert not is_end(name)


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        ("avg_cpu|max CPU|gpu_util|mem|capacity factor|power_factor|normalized_load", "share"),
        ("wind_speed_m_s|tons of refrigeration|jobs|requests_per_second|Power (VA)|m3/h", "other"),
        ("price|LMP|Zone C LMP|Load Zone LBMP|day-ahead price", "price"),
    ],
)
def test_what_is_no_power_is_known_without_a_unit(names: str, kind: str) -> None:
    for name in names.split("|"):
        unit = unit_of(name)
        assert unit is not None, name
        assert unit.kind == kind, name


@pytest.mark.parametrize("name", ["gpu_power", "Memory energy", "Dominion VA", "load", "value"])
def test_power_of_machines_and_names_of_places_state_no_unit(name: str) -> None:
    assert unit_of(name) is None


def test_energy_of_half_hours_as_london_writes_it() -> None:
    unit = unit_of("KWH/hh (per half hour)")
    assert unit is not None
    assert (unit.kind, unit.step_min) == ("energy", 30)


@pytest.mark.parametrize(
    "name", ["utc", "Time (UTC)", "datetime_utc", "utc-hour-beginning", "UTC+00:00"]
)
def test_names_that_say_utc(name: str) -> None:
    assert says_utc(name)


@pytest.mark.parametrize(
    "name", ["Time (UTC-6)", "time_utc+01:00", "UTC+05:30", "utc+00:30", "utc_offset", "time"]
)
def test_other_zones_and_offsets_do_not_say_utc(name: str) -> None:
    assert not says_utc(name)
