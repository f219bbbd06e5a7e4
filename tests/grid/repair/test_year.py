"""The repair of a year: each rule on a fault planted in a clean year, the laws, and real years."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcsim.grid.generation import FUELS
from dcsim.grid.records import DEMAND, INDEX, STORAGE, to
from dcsim.grid.repair import year as repair
from dcsim.grid.repair.clock import correct_clock
from dcsim.grid.repair.year import RULES, RepairedYear, repair_year
from dcsim.shipped import shipped_folder

DAYS = 60
START = pd.Timestamp("2022-03-01T00:00Z").as_unit("s")
HOURS = pd.date_range(START, periods=24 * DAYS, freq="h", unit="s", name=INDEX)
YEAR = pd.date_range("2022-01-01T00:00Z", periods=8760, freq="h", unit="s", name=INDEX)
NOON_H = 20
"""Solar noon of the clean year in UTC, about that of California."""

hours_inside = st.integers(min_value=24 * 8, max_value=24 * (DAYS - 8))
seeds = st.integers(min_value=0, max_value=2**32 - 1)
few = settings(max_examples=6)


def noise(rng: np.random.Generator, size: int) -> np.ndarray:
    """Smooth noise about 1: a random walk pulled back to it."""
    steps = rng.normal(0, 0.02, size)
    level = np.zeros(size)
    for i in range(1, size):
        level[i] = 0.97 * level[i - 1] + steps[i]
    return 1 + np.clip(level, -0.4, 0.4)


def clean_year(seed: int = 0, hours: pd.DatetimeIndex = HOURS) -> pd.DataFrame:
    """Generation without a fault: sun by day, flat nuclear, peaking oil, the rest by demand."""
    rng, size = np.random.default_rng(seed), len(hours)
    hour = np.arange(size) % 24
    day = 1 + 0.2 * np.sin(2 * np.pi * (hour - 15) / 24)
    sun = np.clip(np.cos(2 * np.pi * (hour - NOON_H) / 24), 0, None)
    return pd.DataFrame(
        {
            "coal": 3000 * noise(rng, size),
            "natural_gas": 9000 * day * noise(rng, size),
            "nuclear": 4000 + rng.normal(0, 2, size),
            "oil": np.where(rng.random(size) < 0.01, 500.0, 0.0),
            "hydro": 2000 * day * noise(rng, size),
            "solar": 5000 * sun * noise(rng, size),
            "wind": 2500 * noise(rng, size) ** 2,
            "other": 400 * noise(rng, size),
            DEMAND: 25000 * day * noise(rng, size),
        },
        index=hours,
    )


def repaired(table: pd.DataFrame, hours: pd.DatetimeIndex = HOURS) -> RepairedYear:
    return repair_year("ERCO", table, hours)


def found(result: RepairedYear) -> dict[str, set[tuple[pd.Timestamp, str]]]:
    """The changed cells by rule."""
    cells: dict[str, set[tuple[pd.Timestamp, str]]] = {}
    for row in result.changes.itertuples():
        cells.setdefault(row.rule, set()).add((row.utc_hour_beginning, row.column))
    return cells


def cells_of(rows: slice, *columns: str) -> set[tuple[pd.Timestamp, str]]:
    return {(stamp, column) for stamp in HOURS[rows] for column in columns}


def check_changes_are_the_difference(reported: pd.DataFrame, result: RepairedYear) -> None:
    """Every cell that differs from the report is told, and nothing else is."""
    before = reported.reindex(result.table.index)
    differs = (before != result.table) & ~(before.isna() & result.table.isna())
    told = {(row.utc_hour_beginning, row.column) for row in result.changes.itertuples()}
    assert told == set(differs.stack().loc[lambda x: x].index)
    for row in result.changes.itertuples():
        assert row.repaired_mw == result.table.at[row.utc_hour_beginning, row.column]
        was = before.at[row.utc_hour_beginning, row.column]
        assert row.reported_mw == was or (np.isnan(row.reported_mw) and np.isnan(was))


def zero_run(table: pd.DataFrame, at: int) -> tuple[str, set[tuple[pd.Timestamp, str]]]:
    table.iloc[at : at + 7, table.columns.get_loc("nuclear")] = 0
    return "placeholder_zero", cells_of(slice(at, at + 7), "nuclear")


def silence(table: pd.DataFrame, at: int) -> tuple[str, set[tuple[pd.Timestamp, str]]]:
    """Five days of zeros in everything: too long for a pause of one fuel, too much for a fleet."""
    rows = slice(at, at + 120)
    table.loc[HOURS[rows], list(FUELS)] = 0.0
    return "placeholder_zero", {c for c in cells_of(rows, *FUELS) if c[1] not in ("oil", "solar")}


def partial_report(table: pd.DataFrame, at: int) -> tuple[str, set[tuple[pd.Timestamp, str]]]:
    """As PJM on 1 October 2022: some fuels next to zero, coal as in the hour before."""
    rows, place = slice(at, at + 2), table.columns.get_loc
    table.iloc[rows, place("natural_gas")] = 21.0
    table.iloc[rows, place("other")] = 0.0
    table.iloc[rows, place("coal")] = table["coal"].iloc[at - 1]
    return "placeholder_zero", cells_of(rows, "natural_gas", "other", "coal")


def repeated_day(table: pd.DataFrame, at: int) -> tuple[str, set[tuple[pd.Timestamp, str]]]:
    rows = slice(at, at + 24)
    table.iloc[rows, table.columns.get_loc("wind")] = table["wind"].iloc[at - 24 : at].to_numpy()
    return "repeated_day", cells_of(rows, "wind")


def stuck_value(table: pd.DataFrame, at: int) -> tuple[str, set[tuple[pd.Timestamp, str]]]:
    table.iloc[at : at + 30, table.columns.get_loc("hydro")] = table["hydro"].iloc[at - 1]
    return "stuck_value", cells_of(slice(at, at + 30), "hydro")


def spike(table: pd.DataFrame, at: int) -> tuple[str, set[tuple[pd.Timestamp, str]]]:
    table.iloc[at, table.columns.get_loc("coal")] *= 4
    return "spike", cells_of(slice(at, at + 1), "coal")


def total_spike(table: pd.DataFrame, at: int) -> tuple[str, set[tuple[pd.Timestamp, str]]]:
    """Four hours in which every fuel but nuclear is five times what it was."""
    fuels = [fuel for fuel in FUELS if fuel not in ("nuclear", "oil")]
    rows = slice(at, at + 4)
    table.loc[HOURS[rows], fuels] *= 5
    changed = {cell for cell in cells_of(rows, *FUELS) if cell[1] not in ("oil", "solar")}
    return "spike", changed


def sign_flip(table: pd.DataFrame, at: int) -> tuple[str, set[tuple[pd.Timestamp, str]]]:
    table.iloc[at : at + 5, table.columns.get_loc("wind")] *= -1
    return "sign_error", cells_of(slice(at, at + 5), "wind")


def mislabeled(table: pd.DataFrame, at: int) -> tuple[str, set[tuple[pd.Timestamp, str]]]:
    """As ERCO on 18 December 2019: gas goes to other for a day, but for a little."""
    rows = HOURS[at : at + 24]
    moved = 0.95 * table.loc[rows, "natural_gas"]
    table.loc[rows, "natural_gas"] -= moved
    table.loc[rows, "other"] += moved
    return "mislabeled_fuel", cells_of(slice(at, at + 24), "natural_gas", "other")


def halved_nuclear(table: pd.DataFrame, at: int) -> tuple[str, set[tuple[pd.Timestamp, str]]]:
    table.iloc[at : at + 4, table.columns.get_loc("nuclear")] /= 2
    return "scaled_hours", cells_of(slice(at, at + 4), "nuclear")


def scaled_day(table: pd.DataFrame, at: int) -> tuple[str, set[tuple[pd.Timestamp, str]]]:
    """As PJM on 30 September 2022: a day of all fuels times 1.5."""
    rows = slice(at, at + 24)
    table.loc[HOURS[rows], list(FUELS)] *= 1.5
    return "scaled_hours", {c for c in cells_of(rows, *FUELS) if c[1] not in ("oil", "solar")}


Plant = Callable[[pd.DataFrame, int], tuple[str, set[tuple[pd.Timestamp, str]]]]
PLANTS: tuple[Plant, ...] = (
    zero_run,
    silence,
    partial_report,
    repeated_day,
    stuck_value,
    spike,
    total_spike,
    sign_flip,
    mislabeled,
    halved_nuclear,
    scaled_day,
)


@few
@given(seed=seeds)
def test_a_clean_year_comes_back_as_it_was(seed: int) -> None:
    table = clean_year(seed)
    result = repaired(table)
    assert result.changes.empty
    assert result.notes == ()
    pd.testing.assert_frame_equal(result.table, table, check_freq=False)


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.__name__)
@few
@given(seed=seeds, at=hours_inside)
def test_a_planted_fault_is_found_and_only_it(plant: Plant, seed: int, at: int) -> None:
    table = clean_year(seed)
    rule, cells = plant(table, at)
    result = repaired(table)
    changed = found(result)
    assert set(changed) == {rule}
    dim = {cell for cell in changed[rule] if cell[1] in ("oil", "solar")}
    assert changed[rule] - dim == cells - dim
    check_changes_are_the_difference(table, result)
    if plant not in (repeated_day, stuck_value):
        clean = clean_year(seed)
        was, now = ((t - clean)[list(FUELS)].abs().sum().sum() for t in (table, result.table))
        assert now < was


@few
@given(seed=seeds, plants=st.lists(st.sampled_from(PLANTS), min_size=2, max_size=3), data=st.data())
def test_repair_is_idempotent_and_deterministic(
    seed: int, plants: list[Plant], data: st.DataObject
) -> None:
    table = clean_year(seed)
    for plant in plants:
        plant(table, data.draw(hours_inside))
    gap = data.draw(hours_inside)
    table = table.drop(table.index[gap : gap + 30])
    result = repaired(table)
    check_changes_are_the_difference(table, result)
    again = repaired(result.table)
    assert again.changes.empty
    pd.testing.assert_frame_equal(again.table, result.table)
    shuffled = repaired(table.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(shuffled.table, result.table)
    pd.testing.assert_frame_equal(shuffled.changes, result.changes)
    assert result.changes.equals(result.changes.sort_values(INDEX, kind="stable"))


def test_an_hour_given_twice_counts_once() -> None:
    table = clean_year()
    result = repaired(pd.concat([table, table.iloc[100:110]]))
    assert result.changes.empty
    assert result.notes == ("10 records of an hour given before; in 0 hours the values differed",)


def test_of_two_values_for_an_hour_the_last_is_kept_and_told() -> None:
    table = clean_year()
    second = table.iloc[[100]].copy()
    second["coal"] += 10
    second["wind"] = np.nan
    result = repaired(pd.concat([table, second]))
    assert found(result) == {"duplicate_hour": {(HOURS[100], "coal")}}
    assert result.table["coal"].iloc[100] == table["coal"].iloc[100] + 10
    assert result.table["wind"].iloc[100] == table["wind"].iloc[100]


def test_a_short_gap_is_bridged_by_a_line() -> None:
    """Two hours missing between 90 and 120: 90 + 30/3 = 100 and 110."""
    table = clean_year()
    table["coal"] = table["coal"].where(~table.index.isin(HOURS[501:503]))
    table.loc[HOURS[[500, 503]], "coal"] = [2990.0, 3020.0]
    result = repaired(table)
    assert result.table["coal"].iloc[501:503].tolist() == pytest.approx([3000.0, 3010.0])
    assert result.changes["rule"].tolist() == ["missing_value"] * 2
    assert result.changes["filled"].tolist() == ["by a straight line"] * 2
    assert result.changes["reported_mw"].isna().all()
    assert result.notes == ("2 values filled, by a straight line; longest gap 2 hours",)


def test_a_gap_of_a_day_is_the_mean_of_the_days_around() -> None:
    table = clean_year()
    result = repaired(table.drop(HOURS[240:264]))
    expected = (table.iloc[216:240].to_numpy() + table.iloc[264:288].to_numpy())[:, :8] / 2
    assert result.table.iloc[240:264, :8].to_numpy() == pytest.approx(expected)
    assert set(result.changes["rule"]) == {"missing_hour"}
    assert result.table[DEMAND].iloc[240:264].isna().all()


def test_a_gap_of_weeks_keeps_the_days_of_the_week() -> None:
    """Sunday 1,000 MW, other days 2,000 MW: two missing weeks have two such days."""
    table = clean_year()
    sunday = table.index.day_of_week == 6
    table["other"] = np.where(sunday, 1000.0, 2000.0) + np.arange(len(table)) * 1e-3
    missing = slice(24 * 14, 24 * 28)
    table.iloc[missing, table.columns.get_loc("other")] = np.nan
    filled = repaired(table).table["other"].iloc[missing]
    assert filled[sunday[missing]].round(-2).tolist() == [1000.0] * 48
    assert filled[~sunday[missing]].round(-2).tolist() == [2000.0] * 288


def test_a_gap_at_the_end_is_no_copy_and_is_not_screened_away() -> None:
    table = clean_year()
    result = repaired(table.iloc[:-400])
    last = result.table["wind"]
    assert last.notna().all()
    for days in (1, 7):
        assert (last.iloc[-400:] != last.shift(24 * days).iloc[-400:]).all()
    assert repaired(result.table).changes.empty


def test_only_generation_is_filled() -> None:
    table = clean_year().assign(**{to("CISO"): -5.0, STORAGE: 20.0})
    table.iloc[300:302] = np.nan
    result = repaired(table)
    assert result.table[[to("CISO"), DEMAND]].iloc[300:302].isna().all(axis=None)
    assert result.table[STORAGE].iloc[300:302].tolist() == [20.0, 20.0]
    assert list(result.table) == list(table)


def test_storage_keeps_its_sign_and_is_not_screened() -> None:
    power = np.where(np.arange(len(HOURS)) % 24 < 12, -900.0, 900.0)
    power[777] = 90000.0
    result = repaired(clean_year().assign(**{STORAGE: power}))
    assert result.changes.empty
    assert result.table[STORAGE].tolist() == power.tolist()


def test_station_use_keeps_its_sign() -> None:
    """Coal at -0.6 MW in an idle hour is what the plant itself uses."""
    table = clean_year()
    table["coal"] = np.where(np.arange(len(HOURS)) % 48 < 24, table["coal"], -0.6)
    assert repaired(table).changes.empty


def test_a_wrong_sign_that_does_not_fit_is_missing() -> None:
    table = clean_year()
    table.iloc[400, table.columns.get_loc("coal")] = -40000.0
    result = repaired(table)
    assert found(result) == {"sign_error": {(HOURS[400], "coal")}}
    assert result.table["coal"].iloc[400] == pytest.approx(table["coal"].iloc[[399, 401]].mean())


def test_a_fuel_without_any_value_is_none_and_it_is_said() -> None:
    result = repaired(clean_year().assign(oil=np.nan))
    assert (result.table["oil"] == 0).all()
    assert set(result.changes["rule"]) == {"not_reported_yet"}


def test_a_plant_that_trips_and_rises_over_a_day_is_real() -> None:
    """A reactor of four falls out at once, stays out for two days and rises in 30 hours."""
    table = clean_year()
    table.iloc[500:548, table.columns.get_loc("nuclear")] -= 1000
    table.iloc[548:578, table.columns.get_loc("nuclear")] -= np.linspace(1000, 0, 30)
    assert repaired(table).changes.empty


@pytest.mark.parametrize("hours", [24, 100])
def test_nuclear_that_goes_to_other_is_given_back(hours: int) -> None:
    """As NYIS in 2022, where 559 h of nuclear are zero and other is about 2.6 GW."""
    table = clean_year()
    clean = table.copy()
    rows = HOURS[600 : 600 + hours]
    table.loc[rows, "other"] += table.loc[rows, "nuclear"]
    table.loc[rows, "nuclear"] = 0.0
    result = repaired(table)
    assert set(found(result)) == {"mislabeled_fuel"}
    assert (result.changes["filled"] == "").all()
    total = list(FUELS)
    assert result.table[total].sum(axis=1).to_numpy() == pytest.approx(
        clean[total].sum(axis=1).to_numpy()
    )
    assert (result.table["nuclear"] - clean["nuclear"]).abs().max() < 400


def test_oil_that_goes_to_other_for_single_hours_is_given_back() -> None:
    """As NYIS in 2021 and 2022: 100 zeros of an hour or two while other rises by as much."""
    rng = np.random.default_rng(3)
    table = clean_year().assign(
        oil=650 + 40 * rng.standard_normal(len(HOURS)), other=180 + 5 * rng.random(len(HOURS))
    )
    clean = table.copy()
    rows = np.unique(rng.choice(np.arange(50, len(HOURS) - 50, 3), 100)[:, np.newaxis] + [0, 1])
    table.iloc[rows, table.columns.get_loc("other")] += table["oil"].to_numpy()[rows]
    table.iloc[rows, table.columns.get_loc("oil")] = 0.0
    result = repaired(table)
    assert set(found(result)) == {"mislabeled_fuel"}
    assert result.table["oil"].sum() == pytest.approx(clean["oil"].sum(), rel=1e-3)
    assert result.table["other"].sum() == pytest.approx(clean["other"].sum(), rel=1e-3)
    both = ["oil", "other"]
    assert result.table[both].sum(axis=1).to_numpy() == pytest.approx(
        clean[both].sum(axis=1).to_numpy()
    )


def test_oil_that_stops_while_other_stays_is_left() -> None:
    table = clean_year().assign(other=180.0 + np.arange(len(HOURS)) % 7)
    assert repaired(table).changes.empty


def test_a_single_plant_may_stop() -> None:
    """A generation-only authority with one gas plant, off for two days."""
    gas = np.full(len(HOURS), 500.0) + np.arange(len(HOURS)) / 100
    gas[300:348] = 0.0
    gas[700:748] = 0.0
    assert repaired(pd.DataFrame({"natural_gas": gas}, index=HOURS)).changes.empty


def test_oil_peaks_are_real() -> None:
    table = clean_year()
    table.iloc[700:760, table.columns.get_loc("oil")] = 9000.0 + np.arange(60)
    assert repaired(table).changes.empty


def test_wind_of_a_generation_only_authority_may_be_nothing() -> None:
    wind = np.clip(300 * np.sin(np.arange(len(HOURS)) / 30.0), 0, None)
    assert repaired(pd.DataFrame({"wind": wind}, index=HOURS)).changes.empty


def test_a_short_window_is_not_screened_and_says_so() -> None:
    table = clean_year(hours=HOURS[:20])
    table.iloc[10, table.columns.get_loc("coal")] *= 9
    table.iloc[4, table.columns.get_loc("wind")] = np.nan
    result = repaired(table, HOURS[:20])
    assert set(found(result)) == {"missing_value"}
    assert "too short to be screened: 20 hours of 336 needed" in result.notes


def test_a_record_without_generation_is_laid_on_its_hours() -> None:
    table = clean_year()[[DEMAND]].drop(HOURS[5])
    result = repaired(table)
    assert result.table[DEMAND].isna().sum() == 1
    assert len(result.table) == len(HOURS)


def test_hours_that_were_not_asked_for_are_left_out() -> None:
    assert len(repaired(clean_year(), HOURS[24:800]).table) == 776


def test_a_repair_that_does_not_settle_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def restless(table: pd.DataFrame) -> pd.DataFrame:
        return table + 1

    rule = repair.Rule("spike", "never content", restless)
    monkeypatch.setattr(repair, "RULES", (*RULES[:-1], rule))
    assert "still not settled after 8 rounds of screening" in repaired(clean_year()).notes


def test_sun_at_night_is_told_and_kept() -> None:
    """ERCO's sun is lowest at about 7 UTC; AZPS has a plant that stores heat."""
    table = clean_year()
    table.loc[table.index.hour == 7, "solar"] = 500.0
    result = repaired(table)
    assert "solar_at_night: solar in 60 hours of night, up to 500 MW; kept" in result.notes
    assert result.changes.empty
    assert repair_year("AZPS", table, HOURS).notes == ()
    assert repair_year("XXXX", table, HOURS).notes == ()


def test_every_rule_and_limit_is_documented() -> None:
    text = (shipped_folder("grids") / "REPAIR.md").read_text(encoding="utf-8")
    places = [text.index(f"`{rule.name}`") for rule in RULES]
    assert places == sorted(places)
    assert "`solar_at_night`" in text
    assert all(rule.says for rule in RULES)
    screened = [rule.screen.__name__ for rule in RULES if rule.screen]
    assert screened == [rule.name for rule in RULES if rule.screen]


def real_year(folder: Path, name: str) -> tuple[RepairedYear, set[pd.Timestamp]]:
    """A real year after repair, and the hours that the team's own rules call suspect."""
    code, year = name.split("_")
    file = folder / "eia930_hourly" / f"{name}.csv.gz"
    table = pd.read_csv(file, index_col=0, parse_dates=True)
    table.index = table.index.as_unit("s")
    fuels, _ = correct_clock(code, table[list(FUELS)])
    hours = pd.date_range(f"{year}-01-01", f"{year}-12-31T23", freq="h", tz="UTC", unit="s")
    suspect = table[["flag_suspect"]].rename(columns={"flag_suspect": "coal"})
    if code == "PJM":
        suspect, _ = correct_clock(code, suspect)
    flagged = set(suspect.index[suspect["coal"] > 0])
    return repair_year(code, fuels, hours.rename(INDEX)), flagged


FLAGGED = {
    "BPAT_2022": (0, 0, 13),
    "CISO_2019": (0, 0, 2191),
    "CISO_2020": (5658, 5657, 1),
    "CISO_2021": (0, 0, 1),
    "CISO_2022": (0, 0, 2),
    "ERCO_2019": (24, 24, 0),
    "ERCO_2020": (96, 96, 0),
    "ERCO_2021": (0, 0, 0),
    "ERCO_2022": (0, 0, 0),
    "ISNE_2022": (0, 0, 5),
    "PJM_2022": (34, 34, 7),
    "SOCO_2022": (0, 0, 4),
}
"""Hours the team calls suspect, those of them changed here, and other hours changed here."""


@pytest.mark.real_data
@pytest.mark.parametrize("name", FLAGGED)
def test_real_years_are_repaired_where_they_are_wrong(real_data: Path, name: str) -> None:
    result, flagged = real_year(real_data, name)
    changed = set(result.changes[INDEX])
    assert (len(flagged), len(flagged & changed), len(changed - flagged)) == FLAGGED[name]
    assert repair_year(name[:-5], result.table, result.table.index).changes.empty


@pytest.mark.real_data
def test_the_oil_of_a_real_storm_survives(real_data: Path) -> None:
    """PJM burned 11.8 GW of oil in the storm of 23 to 26 December 2022."""
    result, _ = real_year(real_data, "PJM_2022")
    storm = slice("2022-12-23", "2022-12-26")
    assert result.table.loc[storm, "oil"].max() == 11841
    assert not result.changes[INDEX].between("2022-12-23T00Z", "2022-12-26T23Z").any()
