"""The clocks of authorities: each kind of correction by hand, its seams, and the sun's own word."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pvlib.solarposition import get_solarposition

from dcsim.grid.generation import FUELS
from dcsim.grid.records import DEMAND, INDEX, INTENSITY, NET_GENERATION, TOTAL_INTERCHANGE, to
from dcsim.grid.repair.clock import (
    clock_doubts,
    correct_clock,
    is_night,
    known_corrections,
    solar_noon_offset_h,
    solar_time_h,
)

FLEET = {"PJM": -76.84, "CISO": -117.566, "ERCO": -101.63, "ISNE": -71.922, "SOCO": -84.416}
"""Longitude of the solar fleets, EIA-860 of 2019 (`balancing_authorities.csv`) [degrees east]."""


def records(start: str, **columns: list[float]) -> pd.DataFrame:
    hours = len(next(iter(columns.values())))
    index = pd.date_range(start, periods=hours, freq="h", tz="UTC", unit="s", name=INDEX)
    return pd.DataFrame(columns, index=index, dtype=float)


def stamps(table: pd.DataFrame) -> list[str]:
    return [f"{stamp:%m-%d %H}" for stamp in table.index]


def test_other_authorities_and_other_years_are_left_alone() -> None:
    for code, start in (("ERCO", "2022-01-01"), ("TEPC", "2022-05-01")):
        table = records(start, solar=[1, 2, 3])
        corrected, notes = correct_clock(code, table)
        assert corrected is table
        assert notes == ()


def test_a_shift_moves_generation_until_its_end_and_keeps_both_at_the_seam() -> None:
    """TEPC is an hour early until 31 October 2021, 23:00: that hour is then there twice."""
    table = records("2021-10-31T21", coal=[1, 2, 3, 4], wind=[5, 6, 7, 8])
    corrected, notes = correct_clock("TEPC", table)
    assert stamps(corrected) == ["10-31 22", "10-31 23", "10-31 23", "11-01 00"]
    assert corrected["coal"].tolist() == [1, 2, 3, 4]
    assert len(notes) == 1
    assert notes[0].startswith(
        "clock: stamps moved by +1 h: fuels, balance until 2021-10-31 23:00Z"
    )


def test_columns_with_clocks_of_their_own_part_ways() -> None:
    """TEPC in July 2021: generation an hour later, flows seven earlier, intensity as it is."""
    table = records("2021-07-01T10", coal=list(range(9))).assign(
        **{to("EPE"): np.arange(9.0), INTENSITY: np.arange(9.0)}
    )
    corrected, notes = correct_clock("TEPC", table)
    assert corrected["coal"].tolist()[1:] == list(range(8))
    assert corrected[to("EPE")].tolist()[:2] == [7, 8]
    assert corrected[INTENSITY].tolist() == list(range(9))
    assert corrected.isna().sum().tolist() == [1, 7, 0]
    assert len(notes) == 2
    assert corrected.index.equals(table.index)
    assert corrected.index.name == INDEX


def test_doubled_hours_stay_doubled() -> None:
    table = records("2021-07-01T10", coal=[1, 2, 3, 4])
    corrected, _ = correct_clock("TEPC", pd.concat([table, table.iloc[[1]] * 10]))
    assert corrected["coal"].tolist() == [1, 2, 20, 3]
    assert stamps(corrected) == ["07-01 11", "07-01 12", "07-01 12", "07-01 13"]


def test_what_leaves_the_time_of_the_records_is_left_out() -> None:
    """PJM's 03:00 in summer is the first hour of a local day that these records do not have."""
    table = records("2022-07-01T00", coal=list(range(10)))
    corrected, _ = correct_clock("PJM", table)
    assert corrected.index.equals(table.index[1:].delete(3))
    assert corrected["coal"].tolist() == [0, 1, 2, 4, 5, 6, 7, 8]


def test_readings_at_the_stamp_become_means_of_the_hour() -> None:
    """The record of 10:00 is the reading at 11:00: from 10:00 to 11:00 the mean of 0 and 10."""
    table = records("2022-03-01T09", solar=[0, 10, 30], demand=[7, 8, 9])
    corrected, notes = correct_clock("CISO", table)
    assert corrected["solar"].tolist()[1:] == [5, 20]
    assert np.isnan(corrected["solar"].iloc[0])
    assert corrected[DEMAND].tolist() == [7, 8, 9]
    assert "readings at the stamp" in notes[0]


def test_readings_given_twice_stay_twice() -> None:
    table = records("2022-03-01T09", solar=[0, 10, 30])
    corrected, _ = correct_clock("CISO", pd.concat([table, table.iloc[[1]] + 2]))
    assert corrected["solar"].tolist()[1:] == [5, 6, 21]


def test_california_was_right_on_14_june_2022_and_wrong_again_on_the_15th() -> None:
    """Two seams: the first hour of the 15th has no reading at its beginning."""
    table = records("2022-06-14T04", wind=list(range(100, 160)))
    corrected, notes = correct_clock("CISO", table)
    means = table["wind"] - 0.5
    assert corrected.loc["2022-06-14T05", "wind"] == 100.5
    right = slice("2022-06-14T06", "2022-06-15T05")
    assert corrected.loc[right, "wind"].equals(table.loc[right, "wind"])
    assert np.isnan(corrected.loc["2022-06-15T06", "wind"])
    again = slice("2022-06-15T07", "2022-06-16T05")
    assert corrected.loc[again, "wind"].equals(means.loc[again])
    assert corrected.loc["2022-06-16T06":, "wind"].equals(table.loc["2022-06-16T06":, "wind"])
    assert len(notes) == 2


def test_the_last_hour_of_pjms_day_is_its_first() -> None:
    """1 July in New York begins at 04:00 UTC; what is stamped 03:00 next day is its first hour."""
    table = records("2022-07-01T04", nuclear=[*range(1, 24), 0]).assign(**{NET_GENERATION: 9.0})
    corrected, notes = correct_clock("PJM", table)
    assert corrected["nuclear"].tolist() == list(range(24))
    assert corrected.index.equals(table.index)
    assert corrected[NET_GENERATION].tolist() == [9.0] * 24
    assert "within each day of America/New_York" in notes[0]


@pytest.mark.parametrize(("day", "hours"), [("2022-03-13T05", 23), ("2022-11-06T04", 25)])
def test_days_of_the_changing_clock_lose_and_double_nothing(day: str, hours: int) -> None:
    table = records(day, coal=list(range(hours)))
    corrected, _ = correct_clock("PJM", table)
    assert corrected.index.equals(table.index)
    assert corrected["coal"].tolist() == [hours - 1, *range(hours - 1)]


@pytest.mark.parametrize(("month", "hours"), [("07", 3), ("12", 4)])
def test_flows_of_pjm_are_late_by_the_local_clock(month: str, hours: int) -> None:
    table = records(f"2021-{month}-01T12", to_MISO=list(range(8)))
    corrected, _ = correct_clock("PJM", table)
    assert corrected["to_MISO"].tolist() == list(range(hours, 8))
    assert corrected.index.equals(table.index[:-hours])


def test_stamps_of_a_local_clock_are_moved_by_its_offset() -> None:
    """South Carolina is 4 h late in the summer of 2020, and right in 2021."""
    table = records("2020-07-01T12", hydro=list(range(8)))
    assert correct_clock("SC", table)[0]["hydro"].tolist() == [4, 5, 6, 7]
    table = records("2021-07-01T12", hydro=[1, 2])
    assert correct_clock("SC", table)[0] is table


def test_signs_of_pjms_flows_are_turned_until_2019_but_for_one_neighbour() -> None:
    table = records("2019-10-31T00", to_MISO=[1, 2, 3, 4, 5], to_OVEC=[1, 2, 3, 4, 5])
    corrected, _ = correct_clock("PJM", table)
    assert corrected["to_MISO"].dropna().tolist() == [4, 5]
    assert corrected["to_OVEC"].tolist() == [1, 2, 3, 4, 5]
    before = table.set_axis(table.index - pd.Timedelta("5h"))
    assert correct_clock("PJM", before)[0]["to_MISO"].dropna().tolist() == [-4, -5]


def test_a_flow_not_to_be_trusted_is_left_out() -> None:
    """Arizona's flow to Salt River until 1 June 2020; the total goes with it."""
    table = records("2020-06-01T06", to_SRP=[1, 2], to_CISO=[3, 4]).assign(total_interchange=5.0)
    corrected, _ = correct_clock("AZPS", table)
    assert corrected["to_SRP"].isna().tolist() == [True, False]
    assert corrected[TOTAL_INTERCHANGE].isna().tolist() == [True, False]
    assert corrected["to_CISO"].tolist() == [3, 4]


def test_the_order_of_records_does_not_matter() -> None:
    table = records("2022-07-01T04", coal=list(range(48)))
    corrected, _ = correct_clock("PJM", table.iloc[::-1])
    pd.testing.assert_frame_equal(corrected, correct_clock("PJM", table)[0])


def test_doubts_are_told_for_their_years_only() -> None:
    hours = pd.date_range("2022-03-01", periods=3, freq="h", tz="UTC")
    assert "when it was mended is not known" in clock_doubts("SCEG", hours)[0]
    assert clock_doubts("SCEG", hours + pd.Timedelta("800D")) == ()
    assert clock_doubts("ERCO", hours) == ()
    table = records("2022-03-01", solar=[1, 2])
    assert correct_clock("SCEG", table)[0] is table


def test_every_correction_is_complete() -> None:
    words = {"fuels", "balance", "pairs", DEMAND, NET_GENERATION, TOTAL_INTERCHANGE}
    for correction in known_corrections():
        assert correction.source
        assert correction.words()
        assert all(w in words or w.startswith("to_") for w in correction.applies_to)
        assert (correction.hours != 0) <= (correction.kind in ("shift", "rotate"))
        assert bool(correction.time_zone) <= (correction.kind in ("shift", "rotate"))
        if correction.start is not None and correction.end is not None:
            assert correction.start < correction.end


@pytest.mark.parametrize("late_h", [-1, 0, 2])
def test_the_sun_tells_the_clock(late_h: int) -> None:
    """A symmetric sun over 90 degrees west, its noon by the equation of time, stamps moved."""
    index = pd.date_range("2022-01-01", periods=8760, freq="h", tz="UTC", unit="s")
    day = index.day_of_year.to_numpy()
    b = 2 * np.pi * (day - 81) / 365
    minutes = 9.87 * np.sin(2 * b) - 7.53 * np.cos(b) - 1.5 * np.sin(b)
    noon_utc = 12 + 6 - minutes / 60
    sun = np.clip(1 - ((index.hour + 0.5 - noon_utc) / 6) ** 2, 0, None)
    solar = pd.Series(sun, index=index).shift(late_h).fillna(0)
    assert solar_noon_offset_h(solar, -90.0) == pytest.approx(late_h, abs=0.03)


def test_night_is_night_in_june_too() -> None:
    """At 90 degrees west the mean sun is highest at 18:00 UTC: night from 2:45 to 9:15."""
    index = pd.date_range("2022-06-21", periods=24, freq="h", tz="UTC", unit="s")
    assert index[is_night(index, -90.0)].hour.tolist() == [3, 4, 5, 6, 7, 8]


def real(folder: Path, code: str, year: int) -> pd.DataFrame:
    file = folder / "eia930_hourly" / f"{code}_{year}.csv.gz"
    table = pd.read_csv(file, index_col=0, parse_dates=True)[list(FUELS)]
    return table.set_axis(table.index.as_unit("s"))


@pytest.mark.real_data
@pytest.mark.parametrize(("code", "year", "before"), [("PJM", 2022, -0.85), ("CISO", 2019, -0.57)])
def test_real_clocks_are_wrong_before_and_right_after(
    real_data: Path, code: str, year: int, before: float
) -> None:
    table = real(real_data, code, year)
    corrected, _ = correct_clock(code, table)
    assert solar_noon_offset_h(table["solar"], FLEET[code]) == pytest.approx(before, abs=0.02)
    for _, quarter in corrected["solar"].groupby(corrected.index.quarter):
        assert abs(solar_noon_offset_h(quarter, FLEET[code])) < 0.25


@pytest.mark.real_data
@pytest.mark.parametrize("year", [2020, 2021])
def test_other_years_of_california_are_right_after(real_data: Path, year: int) -> None:
    corrected, _ = correct_clock("CISO", real(real_data, "CISO", year))
    assert abs(solar_noon_offset_h(corrected["solar"], FLEET["CISO"])) < 0.25


@pytest.mark.real_data
def test_california_is_right_before_and_after_the_change(real_data: Path) -> None:
    solar = correct_clock("CISO", real(real_data, "CISO", 2022))[0]["solar"]
    for part in (solar[:"2022-06-15"], solar["2022-06-16":]):
        assert abs(solar_noon_offset_h(part, FLEET["CISO"])) < 0.25


@pytest.mark.real_data
@pytest.mark.parametrize("code", ["ERCO", "ISNE", "SOCO"])
def test_clocks_that_are_right_pass_the_check_as_they_are(real_data: Path, code: str) -> None:
    table = real(real_data, code, 2022)
    assert correct_clock(code, table)[0] is table
    assert abs(solar_noon_offset_h(table["solar"], FLEET[code])) < 0.25


@pytest.mark.real_data
def test_pjms_days_have_no_seam_after(real_data: Path) -> None:
    """Coal at midnight beside the hours around: 1.7 GW off as read, as smooth as ever after."""
    table = real(real_data, "PJM", 2022)
    corrected, _ = correct_clock("PJM", table)

    def roughest(coal: pd.Series) -> float:
        off = (coal - (coal.shift(1) + coal.shift(-1)) / 2).abs()
        return float(off.groupby(off.index.hour).median().max())

    assert roughest(table["coal"]) > 900
    assert roughest(corrected["coal"]) < 300


@pytest.mark.real_data
@pytest.mark.parametrize("window", ["2021-07-10_2021-07-20", "2023-06-10_2023-06-20"])
def test_pjms_fuels_add_up_to_its_net_generation_after(real_data: Path, window: str) -> None:
    """The residual falls from 3.0 and 2.0 GW to under 0.8."""
    file = real_data / "eia930_windows" / f"E_raw_{window}.csv.gz"
    raw = pd.read_csv(file, index_col=0)
    raw.index = (pd.to_datetime(raw.index, utc=True) - pd.Timedelta("1h")).as_unit("s")
    codes = {"COL": "coal", "GAS": "natural_gas", "NUC": "nuclear", "OIL": "oil", "WAT": "hydro"}
    codes |= {"SUN": "solar", "WND": "wind", "OTH": "other", "NG": NET_GENERATION}
    table = raw[[f"E_PJM_{code}" for code in codes]].set_axis(list(codes.values()), axis=1)

    def residual(records: pd.DataFrame) -> float:
        whole = records.dropna()
        return float((whole[list(FUELS)].sum(axis=1) - whole[NET_GENERATION]).abs().mean())

    assert residual(table) > 2000
    assert residual(correct_clock("PJM", table)[0]) < 800


def test_solar_time_is_twelve_when_the_sun_is_highest() -> None:
    """Within a minute, by NREL's solar position algorithm, at four dates and two longitudes."""
    for longitude in (-121.5, -74.0):
        for date in ("2022-02-11", "2022-05-14", "2022-07-26", "2022-11-03"):
            moments = pd.date_range(f"{date}T12:00Z", periods=720, freq="min")
            height = get_solarposition(moments, 40.0, longitude)["elevation"]
            noon = pd.DatetimeIndex([height.idxmax()])
            assert solar_time_h(noon, longitude) % 24 == pytest.approx(12, abs=1.5 / 60)
