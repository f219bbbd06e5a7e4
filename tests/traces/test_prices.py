"""Prices hour by hour: flat, by time of use, from a file; floors, refusals, and the surplus."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcsim.errors import DataError
from dcsim.scenario.cost_figures import COSTS
from dcsim.scenario.money import TimeOfUse
from dcsim.traces.frame import build_traces
from dcsim.traces.prices import Prices, prices_of, time_of_use_usd_per_mwh
from tests.conftest import START, scenario_of

FOUR = pd.date_range(START, periods=4, freq="h", unit="s")


@pytest.fixture
def file(tmp_path: Path):
    def written(*values: float, name: str = "prices.csv") -> Path:
        path = tmp_path / name
        pd.DataFrame({"utc": FOUR, "value": values}).to_csv(path, index=False)
        return path

    return written


def prices(*, surplus: dict[str, object] | None = None, **cost: object) -> Prices:
    grid = {"id": "ERCO:reference"} | ({"surplus": surplus} if surplus else {})
    return prices_of(scenario_of(cost=cost, grid=grid), FOUR)


def test_flat_is_the_scenario_s_or_the_table_s() -> None:
    own = prices(energy_usd_per_mwh=0.0)
    assert own.price_usd_per_mwh.to_list() == [0, 0, 0, 0]
    assert own.export_usd_per_mwh.to_list() == own.surplus_mw.to_list() == [0, 0, 0, 0]
    (source,) = own.sources
    assert (source.origin, source.note) == ("scenario", "0 USD/MWh in every hour")
    table = prices(level="high")
    assert table.price_usd_per_mwh.to_list() == [COSTS["energy_usd_per_mwh"].high] * 4
    assert table.sources[0].origin == "table of costs, high"


def local_days(first: str, days: int, zone: str) -> pd.DatetimeIndex:
    start = pd.Timestamp(first, tz=zone).tz_convert("UTC")
    return pd.date_range(start, periods=24 * days, freq="h", unit="s")


def test_time_of_use_over_midnight_on_weekdays_in_local_time() -> None:
    """Thursday 30 June 2022 to Saturday 2 July, New York; 22 to 6 costs 10 on weekdays, else 50.

    Each hour counts to its own day: Saturday's small hours are no weekday's.
    """
    hours = local_days("2022-06-30", 3, "America/New_York")
    night = TimeOfUse(from_hour=22, to_hour=6, days="weekdays", usd_per_mwh=10.0)
    price = time_of_use_usd_per_mwh((night,), hours, "America/New_York", 50.0)
    by_day = price.reshape(3, 24)
    assert np.flatnonzero(by_day[0] == 10).tolist() == [0, 1, 2, 3, 4, 5, 22, 23]
    assert np.array_equal(by_day[0], by_day[1])
    assert set(by_day[2]) == {50}


def test_the_last_period_that_fits_holds_and_months_are_local() -> None:
    """A late peak of July over an evening peak of every day.

    30 June 20:00 in New York is 1 July in UTC, and still June.
    """
    hours = local_days("2022-06-30", 2, "America/New_York")
    evening = TimeOfUse(from_hour=17, to_hour=21, usd_per_mwh=90.0)
    summer = TimeOfUse(from_hour=20, to_hour=24, months=(7,), usd_per_mwh=120.0)
    weekend = TimeOfUse(days="weekend", usd_per_mwh=1.0)
    price = time_of_use_usd_per_mwh((evening, summer, weekend), hours, "America/New_York", 50.0)
    june, july = price.reshape(2, 24)
    assert june[[16, 17, 20, 21, 23]].tolist() == [50, 90, 90, 50, 50]
    assert july[[16, 17, 19, 20, 23]].tolist() == [50, 90, 90, 120, 120]


def test_an_autumn_day_has_its_double_hour_twice() -> None:
    """6 November 2022, New York: 1:00 comes twice, and both cost the same; 25 hours in all."""
    hours = local_days("2022-11-06", 2, "America/New_York")[:25]
    period = TimeOfUse(from_hour=1, to_hour=2, usd_per_mwh=10.0)
    price = time_of_use_usd_per_mwh((period,), hours, "America/New_York", 50.0)
    assert np.flatnonzero(price == 10).tolist() == [1, 2]


@given(st.integers(0, 23), st.integers(1, 24))
def test_a_period_and_its_opposite_fill_the_day(from_hour: int, to_hour: int) -> None:
    hours = local_days("2022-06-30", 1, "UTC")
    period = TimeOfUse(from_hour=from_hour, to_hour=to_hour, usd_per_mwh=1.0)
    fits = time_of_use_usd_per_mwh((period,), hours, "UTC", 0.0).sum()
    assert fits == ((to_hour - from_hour) % 24 or 24)


def test_a_price_by_time_of_use_says_so() -> None:
    asked = prices(time_of_use=[{"from_hour": 2, "usd_per_mwh": 9.0}], energy_usd_per_mwh=5.0)
    assert asked.price_usd_per_mwh.to_list() == [5, 5, 9, 9]
    assert asked.sources[0].note == "by time of use, UTC: 5 to 9 USD/MWh"


def test_below_zero_counts_as_zero_and_is_counted(file) -> None:
    asked = prices(energy_file=file(30.0, -20.0, -1.0, 0.0))
    assert asked.price_usd_per_mwh.to_list() == [30, 0, 0, 0]
    (repair,) = asked.sources[0].repairs
    assert (repair.rule, repair.hours) == ("price_below_zero", 2)
    assert "lowest -20 USD/MWh" in repair.detail


def test_exports_earn_what_the_file_says_never_below_zero(file) -> None:
    asked = prices(
        energy_file=file(30.0, 0.0, 5.0, 9.0),
        export_file=file(20.0, -3.0, 5.0, 0.0, name="export.csv"),
    )
    assert asked.export_usd_per_mwh.to_list() == [20, 0, 5, 0]
    assert [source.what for source in asked.sources] == ["energy price", "export price"]
    assert asked.sources[1].repairs[0].hours == 1


@pytest.mark.parametrize("by_file", [True, False])
def test_an_export_worth_more_than_energy_is_refused(file, by_file: bool) -> None:
    """Energy at 30, 4, -1 (zero) and 9 USD/MWh, export at 5 in every hour: above it in two."""
    export = (
        {"export_file": file(5.0, 5.0, 5.0, 5.0, name="export.csv")}
        if by_file
        else {"export_usd_per_mwh": 5.0}
    )
    words = r"at 2022-01-01 01:00Z export earns 5 USD/MWh, and energy costs 4 \(2 hours\); must not"
    with pytest.raises(DataError, match=words) as raised:
        prices(energy_file=file(30.0, 4.0, -1.0, 9.0), **export)
    assert ("export.csv" if by_file else "cost.export_usd_per_mwh") in str(raised.value)


def test_surplus_of_hours_cheap_before_the_floor(file) -> None:
    """Below -2 USD/MWh is one hour of -20; that it counts as zero afterwards does not matter."""
    energy_file = file(30.0, -20.0, -1.0, 0.0)
    surplus = {"mw": 7.0, "price_below_usd_per_mwh": -2.0}
    asked = prices(energy_file=energy_file, surplus=surplus)
    assert asked.surplus_mw.to_list() == [0, 7, 0, 0]
    assert "1 hours, at most 7 MW" in asked.sources[-1].note


def test_surplus_of_a_file_is_capped_by_what_the_site_can_take(file) -> None:
    curtailed = file(0.0, 5.0, 500.0, 8.0, name="curtailed.csv")
    asked = prices(surplus={"mw": 7.0, "file": curtailed})
    assert asked.surplus_mw.to_list() == [0, 5, 7, 7]
    assert asked.sources[-1].origin == "curtailed.csv"


def test_missing_prices_are_filled_where_the_scenario_fills_its_grid(file) -> None:
    path = file(30.0, np.nan, 10.0, 0.0)
    grid = {"id": "ERCO:reference", "repair": "interpolate"}
    asked = prices_of(scenario_of(cost={"energy_file": path}, grid=grid), FOUR)
    assert asked.price_usd_per_mwh.to_list() == [30, 20, 10, 0]
    with pytest.raises(DataError, match="interpolate to fill"):
        prices(energy_file=path)


@pytest.mark.real_data
def test_prices_stand_in_the_traces_of_a_real_year(real_data: Path) -> None:
    folder = real_data / "eia930_hourly"
    surplus = {"mw": 5.0, "price_below_usd_per_mwh": 5.0}
    scenario = scenario_of(
        grid={"file": folder / "ERCO_2022.csv.gz", "surplus": surplus, "repair": "interpolate"},
        cost={"energy_file": folder / "price_ERCO_2022.csv.gz"},
        horizon={"start": "2022-03-01T00:00Z", "hours": 744},
    )
    traces = build_traces(scenario)
    price = traces.column("price_usd_per_mwh")
    cheap = traces.column("surplus_mw") > 0
    assert cheap.any()
    assert price[cheap].max() < 5 <= price[~cheap].min()
    assert [s.what for s in traces.sources][-2:] == ["energy price", "grid surplus"]
