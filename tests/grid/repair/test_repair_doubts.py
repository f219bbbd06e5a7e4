"""What repair must not take for real, and what it must leave: absences, zeros, repeats, spikes.

The shapes are those of an independent review: each fault here once passed at grade A, or a real
thing was once taken for a fault.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dcsim.grid.authorities import known_authorities
from dcsim.grid.records import INDEX, STORAGE
from dcsim.grid.reference.year import reference_year
from dcsim.grid.repair import pauses, repeats, screens
from dcsim.grid.repair.grade import grade_year
from dcsim.grid.repair.year import RepairedYear, repair_year
from tests.grid.repair.test_year import HOURS, clean_year, found, real_year, repaired

FAULTLESS = ("TVA", "MISO", "SWPP", "AVA", "JEA", "IID", "DUK", "SPA", "ERCO", "PACW")
"""Authorities whose reference years, whole megawatts without a fault, once failed."""


def place(table: pd.DataFrame, column: str, rows: slice, value: float) -> pd.DataFrame:
    table.iloc[rows, table.columns.get_loc(column)] = value
    return table


# What is absent at an end.


@pytest.mark.parametrize("rows", [slice(None, 200), slice(-200, None)], ids=["begin", "end"])
@pytest.mark.parametrize("fuel", ["natural_gas", "wind", "solar", "nuclear"])
def test_a_fuel_the_registry_knows_is_missing_at_an_end_not_none(fuel: str, rows: slice) -> None:
    """Whatever its share: wind is 10 % of the clean year, and a fortieth here."""
    table = place(clean_year().assign(wind=lambda t: t["wind"] / 4), fuel, rows, np.nan)
    result = repaired(table)
    assert set(found(result)) == {"missing_value"}
    assert result.table[fuel].iloc[rows].mean() > 0.5 * table[fuel].mean()


def test_a_fuel_the_registry_has_next_to_none_of_is_none_before_its_report() -> None:
    """ERCO has 0.07 % of hydro and 25 % of wind; an unknown authority has no row to say so."""
    table = place(clean_year(), "hydro", slice(None, 200), np.nan)
    result = repaired(table)
    assert (result.table["hydro"].iloc[:200] == 0).all()
    assert result.notes == ("hydro: not reported yet in 200 hours: none",)
    unknown = repair_year("none", table, HOURS)
    assert set(found(unknown)) == {"missing_value"}


def test_less_than_a_day_at_an_end_is_missing_whatever_the_fuel() -> None:
    result = repaired(place(clean_year(), "hydro", slice(None, 23), np.nan))
    assert set(found(result)) == {"missing_value"}


def test_a_fleet_that_grows_from_zero_is_none_before_it_begins() -> None:
    grown = clean_year().assign(
        wind=lambda t: t["wind"] * np.linspace(-0.2, 1, len(t)).clip(0) ** 2
    )
    result = repaired(place(grown, "wind", slice(None, 200), np.nan))
    assert set(found(result)) == {"not_reported_yet"}
    assert (result.table["wind"].iloc[:200] == 0).all()


def test_a_fleet_that_ends_at_nothing_is_none_after_it() -> None:
    gone = clean_year().assign(coal=lambda t: t["coal"] * np.linspace(1, -0.2, len(t)).clip(0))
    result = repaired(place(gone, "coal", slice(-100, None), np.nan))
    assert set(found(result)) == {"no_longer_reported"}


def test_storage_is_none_before_it_has_a_code_of_its_own_and_missing_at_the_end() -> None:
    power = pd.Series(np.where(np.arange(len(HOURS)) % 24 < 12, -900.0, 900.0), HOURS)
    power.iloc[:100] = power.iloc[-50:] = np.nan
    result = repaired(clean_year().assign(**{STORAGE: power}))
    assert (result.table[STORAGE].iloc[:100] == 0).all()
    assert abs(result.table[STORAGE].iloc[-50:]).tolist() == pytest.approx([900.0] * 50, rel=0.01)


def test_wind_that_ends_on_a_calm_week_is_missing_not_none() -> None:
    """Its mean is 4 % of the usual over the week before, but not its most."""
    table = clean_year()
    calm = np.where(np.arange(168) % 24 < 3, 0.3, 0.005)
    table.iloc[-268:-100, table.columns.get_loc("wind")] *= calm
    result = repaired(place(table, "wind", slice(-100, None), np.nan))
    assert set(found(result)) == {"missing_value"}


# Zeros.


@pytest.mark.parametrize("hours", [3, 24, 240])
def test_solar_at_zero_by_day_is_no_report(hours: int) -> None:
    """Noon of the clean year is at 20 UTC."""
    start = 24 * 20 + (19 if hours == 3 else 8)
    rows = slice(start, start + hours)
    clean = clean_year()
    result = repaired(place(clean.copy(), "solar", rows, 0.0))
    assert set(found(result)) == {"placeholder_zero"}
    energy = result.table["solar"].iloc[rows].sum() / clean["solar"].iloc[rows].sum()
    assert energy == pytest.approx(1, abs=0.15)
    assert set(result.changes["column"]) == {"solar"}


def test_solar_of_a_wrong_clock_of_a_small_fleet_or_of_an_unknown_place_is_left() -> None:
    """Six hours early, the fleet seems dark on every afternoon of the year."""
    clean = clean_year()
    early = clean.assign(solar=np.roll(clean["solar"].to_numpy(), -6))
    assert repaired(early).changes.empty
    dark = place(clean.copy(), "solar", slice(24 * 20 + 19, 24 * 20 + 22), 0.0)
    assert repair_year("none", dark, HOURS).changes.empty
    assert repaired(dark.assign(solar=dark["solar"] / 40)).changes.empty


@pytest.mark.parametrize("hours", [1, 60, 240])
def test_a_fleet_does_not_pause(hours: int) -> None:
    """Gas of 9 GW is more than any one plant: whatever its length, to the end of the year too."""
    for rows in (slice(500, 500 + hours), slice(-hours, None)):
        result = repaired(place(clean_year(), "natural_gas", rows, 0.0))
        assert set(found(result)) == {"placeholder_zero"}
        assert len(result.changes) == hours


def test_many_plants_of_wind_or_water_do_not_stop_at_once() -> None:
    for fuel in ("hydro", "wind"):
        result = repaired(place(clean_year(), fuel, slice(600, 624), 0.0))
        assert set(found(result)) == {"placeholder_zero"}
        assert len(result.changes) == 24


def test_a_pause_that_is_too_long_to_be_a_slip_is_told_and_lowers_the_grade() -> None:
    """Coal of 3 GW may be one plant; wind calms down by itself, but not for ten days."""
    for fuel in ("coal", "wind"):
        result = repaired(place(clean_year(), fuel, slice(600, 800), 0.0))
        assert result.changes.empty
        assert result.doubtful == ((fuel, 200),)
        assert f"{fuel}: at zero for 200 hours all at once, hardly real; kept" in result.notes
        assert any("kept but doubtful" in reason for reason in grade_year(result).reasons)


def test_wind_at_zero_for_longer_than_ever_is_told_however_it_came_there() -> None:
    table = clean_year()
    calm = np.r_[np.linspace(1, 0, 40), np.zeros(30), np.linspace(0, 1, 40)]
    table.iloc[600:710, table.columns.get_loc("wind")] *= calm
    result = repaired(table)
    assert result.changes.empty
    assert result.doubtful == (("wind", 32),)


def test_a_reactor_that_stops_and_rises_over_a_day_is_real_and_in_no_doubt() -> None:
    table = place(clean_year(), "nuclear", slice(500, 700), 0.0)
    table["nuclear"] /= 4
    table.iloc[700:730, table.columns.get_loc("nuclear")] *= np.linspace(0.01, 1, 30)
    result = repaired(table)
    assert result.changes.empty
    assert result.doubtful == ()
    stopped = place(clean_year().assign(nuclear=1000.0), "nuclear", slice(-100, None), 0.0)
    assert repaired(stopped).doubtful == ()


# Signs.


def test_hydro_that_is_turned_is_turned_back_and_nothing_else() -> None:
    """As in BPAT, where hydro is most: minus what it was, the total of all fuels falls to zero."""
    clean = clean_year().assign(hydro=lambda t: 10 * t["hydro"])
    table = clean.copy()
    table.iloc[500:507, table.columns.get_loc("hydro")] *= -1
    result = repaired(table)
    assert set(found(result)) == {"sign_error"}
    pd.testing.assert_frame_equal(result.table, clean, check_freq=False)


def test_hydro_that_pumps_every_night_keeps_its_sign() -> None:
    pumping = clean_year()
    pumping["hydro"] = np.where(np.arange(len(HOURS)) % 24 < 6, -1500.0, pumping["hydro"])
    result = repaired(pumping)
    assert result.changes.empty
    assert result.notes == ("hydro: far below zero in 360 hours; kept",)


def test_other_below_zero_at_scale_for_once_is_no_report() -> None:
    table = clean_year()
    table.iloc[500:506, table.columns.get_loc("other")] *= -1
    assert set(found(repaired(table))) == {"placeholder_zero"}


# Spikes.


def test_an_eclipse_is_real() -> None:
    """Three hours around noon at 0.75, 0.2 and 0.6 of the sun there would be."""
    table = clean_year()
    table.iloc[24 * 30 + 19 : 24 * 30 + 22, table.columns.get_loc("solar")] *= [0.75, 0.2, 0.6]
    assert repaired(table).changes.empty


@pytest.mark.parametrize("hour", [15, 20])
def test_solar_far_above_all_days_around_is_a_spike(hour: int) -> None:
    at = 24 * 30 + hour
    table = clean_year()
    table.iloc[at, table.columns.get_loc("solar")] += 9000.0
    assert found(repaired(table)) == {"spike": {(HOURS[at], "solar")}}


# Repeats.


def rounded(values: np.ndarray, column: str = "natural_gas") -> pd.DataFrame:
    return pd.DataFrame({column: np.round(values)}, index=HOURS)


def test_a_small_steady_fuel_may_repeat_its_whole_megawatts() -> None:
    """Biomass of 55 MW over a season, and a plant at 250 MW, give or take one."""
    season = 55 + 8 * np.sin(np.arange(len(HOURS)) / 200)
    assert repair_year("none", rounded(season, "other"), HOURS).changes.empty
    steady = 250 + np.random.default_rng(3).choice([-1, 0, 0, 0, 1], len(HOURS))
    assert repair_year("none", rounded(steady), HOURS).changes.empty


def test_full_load_is_no_stuck_value() -> None:
    """A fuel held at the most it can, for 30 h now and then or for once."""
    swing = 4000 + 900 * np.sin(np.arange(len(HOURS)) / 3.7) + 300 * np.sin(np.arange(len(HOURS)))
    assert repair_year("none", rounded(np.minimum(swing, 4400)), HOURS).changes.empty
    once = np.round(swing)
    once[500:530] = 5300.0
    assert repair_year("none", rounded(once), HOURS).changes.empty
    once[500:530] = 4400.0
    assert set(found(repair_year("none", rounded(once), HOURS))) == {"stuck_value"}


def test_flat_days_are_no_copies_of_each_other() -> None:
    """Hydro that is set anew each midnight, and is at times what it was the day before."""
    level = np.repeat(np.random.default_rng(2).choice(np.arange(100, 1000, 100), 60), 24)
    level = level + np.where(np.arange(len(HOURS)) % 24 == 12, 3, 0)
    assert repair_year("none", rounded(level, "hydro"), HOURS).changes.empty


@pytest.mark.parametrize("ba_code", FAULTLESS)
def test_a_reference_year_in_whole_megawatts_is_hardly_changed(ba_code: str) -> None:
    table = reference_year(known_authorities()[ba_code], 0).table.round()
    result = repair_year(ba_code, table, pd.DatetimeIndex(table.index))
    assert len(result.changes) <= 24
    assert grade_year(result).letter in "AB"


# Real years with planted faults.


def planted(folder: Path, name: str, fuel: str, rows: slice, value: float) -> RepairedYear:
    clean = real_year(folder, name)[0].table
    table = place(clean.copy(), fuel, rows, value)
    return repair_year(name[:-5], table, pd.DatetimeIndex(table.index))


@pytest.mark.real_data
@pytest.mark.parametrize("hours", [30, 200, 1000])
@pytest.mark.parametrize(
    ("name", "fuel"), [("ERCO_2022", "nuclear"), ("ERCO_2022", "solar"), ("CISO_2022", "nuclear")]
)
def test_what_is_missing_at_the_end_is_filled_and_graded(
    real_data: Path, name: str, fuel: str, hours: int
) -> None:
    """30 h are a gap of a B, 200 h of a D, 1,000 h of an F: no cliff."""
    result = planted(real_data, name, fuel, slice(-hours, None), np.nan)
    assert result.table[fuel].iloc[-hours:].mean() > 0.4 * result.table[fuel].mean()
    assert grade_year(result).letter == {30: "B", 200: "D", 1000: "F"}[hours]


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "fuel", "hours"),
    [
        ("ERCO_2022", "natural_gas", 72),
        ("ERCO_2022", "coal", 240),
        ("PJM_2022", "natural_gas", 60),
        ("CISO_2022", "hydro", 24),
    ],
)
def test_zeros_of_real_fleets_are_filled(real_data: Path, name: str, fuel: str, hours: int) -> None:
    rows = slice(4000, 4000 + hours)
    result = planted(real_data, name, fuel, rows, 0.0)
    assert len(result.changes) == hours
    assert (result.table[fuel].iloc[rows] > 100).all()
    assert grade_year(result).letter in ("A" if hours <= 24 else "BCD")


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "fuel"),
    [(f"{ba}_2022", fuel) for ba in ("ERCO", "PJM", "SOCO") for fuel in ("coal", "natural_gas")]
    + [("CISO_2022", "hydro"), ("ERCO_2022", "wind"), ("CISO_2022", "wind"), ("PJM_2022", "wind")],
)
def test_stuck_values_of_real_fuels_are_found(real_data: Path, name: str, fuel: str) -> None:
    value = real_year(real_data, name)[0].table[fuel].iloc[3000]
    result = planted(real_data, name, fuel, slice(3000, 3030), value)
    assert set(found(result)) == {"stuck_value"}
    assert len(result.changes) >= 28


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["ERCO_2022", "CISO_2022", "SOCO_2022"])
def test_an_eclipse_in_a_real_year_is_kept(real_data: Path, name: str) -> None:
    clean = real_year(real_data, name)[0].table
    noon = clean.index.get_loc(pd.Timestamp("2022-04-08T18:00Z"))
    table = clean.copy()
    table.iloc[noon : noon + 3, table.columns.get_loc("solar")] *= [0.75, 0.2, 0.6]
    assert repair_year(name[:-5], table, pd.DatetimeIndex(table.index)).changes.empty


def test_the_screens_leave_an_empty_table_alone() -> None:
    nothing = pd.DataFrame({"hydro": np.nan, "wind": np.nan}, index=HOURS.rename(INDEX))
    for screen in (pauses.placeholder_zero, repeats.stuck_value, screens.sign_error):
        assert screen(nothing).isna().all(axis=None)
    assert pauses.doubtful_zeros(nothing) == {}
