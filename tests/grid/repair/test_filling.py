"""How plain files are filled, and which gaps are too long to plan in."""

import numpy as np
import pandas as pd
import pytest

from dcsim.errors import DataError
from dcsim.grid.generation import Source
from dcsim.grid.repair.changes import counted_by_rule, warnings_of_shares, within
from dcsim.grid.repair.filling import spans
from dcsim.grid.repair.gaps import (
    LONGEST_GAP_H,
    fill_missing,
    long_gaps,
    refuse_long_gaps,
    refuse_mostly_filled,
    warnings_of_gaps,
)
from tests.grid.repair.test_night import days_of_sun


def grid(days: int) -> pd.DataFrame:
    """Coal, wind with a daily and a slower wave, and solar that is zero at night."""
    index = pd.date_range("2022-01-01", periods=24 * days, freq="h", tz="UTC", unit="s")
    t = np.arange(len(index))
    wind = 500 + 100 * np.sin(2 * np.pi * t / 24) + 50 * np.sin(2 * np.pi * t / 70)
    columns = {"coal": 300.0, "wind": wind, "solar": days_of_sun(days)}
    return pd.DataFrame(columns, index)


def filled(table: pd.DataFrame, repair: str = "interpolate"):
    return fill_missing(table, "grid.csv", repair)


def without(table: pd.DataFrame, column: str, start: int, end: int) -> pd.DataFrame:
    given = table.copy()
    given.iloc[start:end, given.columns.get_loc(column)] = np.nan
    return given


def gaps_of(table: pd.DataFrame, hours: pd.DatetimeIndex | None = None):
    done = filled(table)
    return long_gaps(done.changes, done.table, table.index if hours is None else hours)


@pytest.mark.parametrize("repair", ["interpolate", "refuse"])
def test_blank_nights_are_zero_in_a_plain_file_and_reported(repair: str) -> None:
    table = grid(3)
    result = filled(table.mask(table == 0), repair)
    pd.testing.assert_frame_equal(result.table, table, check_freq=False)
    (one,) = result.repairs
    assert (one.rule, one.hours, one.is_routine) == ("blank_night", 39, True)


def test_a_missing_day_of_solar_keeps_the_shape_of_the_day() -> None:
    """And the nights around it stay dark: no line from dusk to dawn, none across noon."""
    table = grid(9)
    result = filled(without(table, "solar", 4 * 24, 5 * 24))
    assert result.table["solar"].to_numpy() == pytest.approx(table["solar"].to_numpy())
    blank_too = without(table.mask(table == 0), "solar", 4 * 24, 5 * 24)
    assert filled(blank_too).table["solar"].to_numpy() == pytest.approx(table["solar"].to_numpy())


def test_three_hours_around_dawn_get_no_light_before_it() -> None:
    table = grid(9)
    dawn = 4 * 24 + 7
    result = filled(without(table, "solar", dawn - 2, dawn + 1)).table["solar"]
    assert result.iloc[dawn - 2 : dawn].tolist() == [0, 0]
    assert 0 < result.iloc[dawn] < result.iloc[dawn + 1]


def test_a_gap_by_day_is_refused_unless_asked_to_be_filled() -> None:
    table = without(grid(3).mask(lambda t: t == 0), "solar", 36, 37)
    with pytest.raises(DataError, match=r"solar at 2022-01-02 12:00Z is nan \(1 hours\)"):
        filled(table, "refuse")
    assert filled(table).table["solar"].iloc[36] > 700


def test_solar_of_an_hour_that_no_day_has_is_refused() -> None:
    """Every day ends at 14 h: only a line through the evening could fill it."""
    table = grid(4)
    late = (table.index.hour >= 14) | (table["solar"] == 0).to_numpy()
    given = table.assign(solar=table["solar"].mask(late))
    with pytest.raises(DataError, match=r"solar is missing at 2022-01-0.* of every other day"):
        filled(given)


@pytest.mark.parametrize("column", ["coal", "wind"])
@pytest.mark.parametrize("extra", [0, 1])
def test_gaps_of_more_than_a_day_are_too_long(column: str, extra: int) -> None:
    gaps = gaps_of(without(grid(9), column, 60, 60 + LONGEST_GAP_H + extra))
    assert [gap.hours for gap in gaps] == [LONGEST_GAP_H + 1] * extra


@pytest.mark.parametrize("is_blank_at_night", [True, False])
def test_a_day_without_sun_is_no_long_gap_and_two_are(is_blank_at_night: bool) -> None:
    """11 hours of sun are missing on the first day; from the first to the second it is 35."""
    table = grid(9)
    given = table.mask(table == 0) if is_blank_at_night else table
    assert gaps_of(without(given, "solar", 4 * 24, 5 * 24)) == []
    (gap,) = gaps_of(without(given, "solar", 4 * 24, 6 * 24))
    assert (gap.columns, gap.hours) == (("solar",), 35)


def test_a_long_gap_names_columns_first_and_last_hour_and_limit() -> None:
    table = without(without(grid(60), "wind", 24, 1128), "coal", 24, 1128)
    with pytest.raises(DataError) as raised:
        refuse_long_gaps(gaps_of(table), "grid.csv")
    for words in ("coal, wind", "2022-01-02 00:00Z to 2022-02-16 23:00Z (1,104 hours)", "24 h"):
        assert words in str(raised.value)


def test_a_gap_outside_the_horizon_does_not_matter() -> None:
    table = without(grid(60), "wind", 24, 1128)
    assert gaps_of(table, table.index[1128:]) == []
    assert len(gaps_of(table, table.index[1127:])) == 1


def test_a_gap_at_an_end_of_the_file_is_as_long_as_any() -> None:
    assert [gap.hours for gap in gaps_of(without(grid(9), "wind", 0, 30))] == [30]
    assert [gap.hours for gap in gaps_of(without(grid(9), "wind", 180, 216))] == [36]


def test_gaps_join_over_what_bridges_them() -> None:
    gaps = np.array([0, 1, 0, 1, 0, 0, 1, 0], dtype=bool)
    bridge = np.array([1, 0, 1, 0, 1, 0, 0, 0], dtype=bool)
    assert spans(gaps, bridge) == [(1, 4), (6, 7)]
    assert spans(gaps, np.zeros(8, dtype=bool)) == [(1, 2), (3, 4), (6, 7)]


def test_gaps_are_warned_of_by_their_share_of_the_horizon() -> None:
    """30 hours of 60 days are 2 %; of 150 days they are 0.8 %."""
    table = without(grid(150), "wind", 240, 270)
    gaps = gaps_of(table)
    (warning,) = warnings_of_gaps(gaps, table.index[: 60 * 24], "CISO:2022")
    assert "no usable wind from 2022-01-11 00:00Z to 2022-01-12 05:00Z" in warning
    assert "2.1 % of the horizon" in warning
    assert list(warnings_of_gaps(gaps, table.index, "CISO:2022")) == []


def test_of_many_gaps_the_longest_are_named() -> None:
    table = grid(60)
    for day in range(1, 57, 7):
        table = without(table, "wind", day * 24, day * 24 + 25 + day)
    (told,) = warnings_of_gaps(gaps_of(table), table.index, "x")
    assert told.count("no usable wind") == 3
    assert "(75 hours)" in told
    assert "5 more gaps" in told


def test_a_shorter_gap_within_another_is_part_of_it() -> None:
    """As solar is, whose first and last filled hour are of the day."""
    table = without(without(grid(60), "wind", 24, 240), "coal", 48, 96)
    (gap,) = gaps_of(table)
    assert (gap.columns, gap.hours) == (("wind", "coal"), 216)


def test_a_horizon_that_is_mostly_filled_in_short_gaps_is_refused() -> None:
    """Two hours of three: no gap is long."""
    table = grid(9)
    gappy = table.assign(wind=table["wind"].where(np.arange(len(table)) % 3 == 0))
    done = filled(gappy)
    assert long_gaps(done.changes, done.table, table.index) == []
    with pytest.raises(DataError, match="67 % of wind in the horizon is filled"):
        refuse_mostly_filled(done.changes, done.table, {"wind": ["wind"]}, "grid.csv")
    refuse_mostly_filled(done.changes, done.table, {"all": list(table)}, "grid.csv")


@pytest.mark.parametrize(("hours", "is_told"), [(5, False), (6, True)])
def test_one_rule_in_more_than_a_twentieth_of_the_hours_is_told(hours: int, is_told: bool) -> None:
    """5 of 100 hours are not more than 5 %, 6 are; counted in the horizon alone."""
    table = grid(10)
    done = filled(without(table, "coal", 20, 20 + hours))
    horizon = table.index[:100]
    repairs = tuple(counted_by_rule(within(done.changes, horizon)))
    source = Source("grid", "grid.csv", repairs=repairs)
    told = list(warnings_of_shares(source, len(horizon)))
    assert len(told) == is_told
    assert all(f"interpolate changed {hours} of 100 hours (6 %)" in words for words in told)
    assert list(counted_by_rule(within(done.changes, table.index[100:]))) == []
