"""Files of one hourly value: what is read, and each refusal with file, line, value and limit."""

import gzip
from pathlib import Path

import pandas as pd
import pytest

from dcsim.errors import DataError
from dcsim.traces.hourly_file import ENERGY_PRICE, EXPORT_PRICE, SURPLUS, read_hourly
from tests.conftest import REPOSITORY, START

HOURS = pd.date_range(START, periods=3, freq="h", unit="s")
STAMPS = ("2022-01-01 00:00:00+00:00", "2022-01-01 01:00:00+00:00", "2022-01-01 02:00:00+00:00")


@pytest.fixture
def file(tmp_path: Path):
    """Write a CSV of three hours, each row a stamp of its own and the cells given."""

    def written(header: str, *cells: object, stamps: tuple[str, ...] = STAMPS) -> Path:
        path = tmp_path / "prices.csv"
        rows = [f"{at},{more}" for at, more in zip(stamps, cells, strict=True)]
        path.write_text("\n".join([header, *rows]) + "\n")
        return path

    return written


def test_local_time_beside_utc_is_passed_over(tmp_path: Path) -> None:
    """The form of Electricity Maps' prices, gzipped, with an hour more on either side."""
    index = pd.date_range("2021-12-31 23:00", periods=5, freq="h", tz="UTC")
    table = pd.DataFrame(
        {
            "Datetime (Local)": index.tz_convert("America/Chicago").astype(str),
            "Datetime (UTC)": index.astype(str),
            "Price (USD/MWh)": [1.0, 32.69, -5.0, 7.25, 9.0],
        }
    )
    path = tmp_path / "price.csv.gz"
    path.write_bytes(gzip.compress(table.to_csv(index=False).encode()))
    values, source = read_hourly(path, ENERGY_PRICE, HOURS, "refuse")
    assert values.to_list() == [32.69, -5.0, 7.25]
    assert values.index.equals(HOURS)
    assert (source.what, source.origin, len(source.sha256)) == ("energy price", "price.csv.gz", 64)
    assert "column Price (USD/MWh)" in source.note


def test_first_column_is_of_stamps_where_none_says_utc(file) -> None:
    stamps = tuple(f"2021-12-31T{hour}:00:00-06:00" for hour in (18, 19, 20))
    values, _ = read_hourly(file("when,usd", 1, 2, 3, stamps=stamps), ENERGY_PRICE, HOURS, "refuse")
    assert values.to_list() == [1, 2, 3]


def test_column_named_as_the_quantity_is_taken_among_others(file) -> None:
    path = file("utc,surplus_mw,price_usd_per_mwh,flag", "1,10,0", "2,20,0", "3,30,0")
    assert read_hourly(path, ENERGY_PRICE, HOURS, "refuse")[0].to_list() == [10, 20, 30]
    assert read_hourly(path, SURPLUS, HOURS, "refuse")[0].to_list() == [1, 2, 3]


def test_parquet_is_read_alike(tmp_path: Path) -> None:
    path = tmp_path / "surplus.parquet"
    pd.DataFrame({"utc": HOURS, "mw": [0.0, 5.5, 0.0]}).to_parquet(path)
    assert read_hourly(path, SURPLUS, HOURS, "refuse")[0].to_list() == [0.0, 5.5, 0.0]


def test_missing_values_are_refused_or_filled_as_asked(file) -> None:
    path = file("utc,usd", 10, "", 30)
    with pytest.raises(DataError, match=r"line 3: usd at 2022-01-01 01:00Z is nan .*interpolate"):
        read_hourly(path, ENERGY_PRICE, HOURS, "refuse")
    values, source = read_hourly(path, ENERGY_PRICE, HOURS, "interpolate")
    assert values.to_list() == [10, 20, 30]
    (repair,) = source.repairs
    assert (repair.rule, repair.hours) == ("interpolate", 1)


@pytest.mark.parametrize(
    ("header", "cells", "words"),
    [
        (
            "utc,a,b",
            ("1,2", "1,2", "1,2"),
            r"line 1: needs one column .* has 2 \(a, b\); name that",
        ),
        ("utc,a,b", ("x,y",) * 3, "line 1: needs one column of numbers .* and has none; name"),
        ("utc,a", ("x", "y", "z"), "line 2: a is 'x', which is no number"),
        ("utc,a", ("1", "y", "3"), "line 3: a is 'y', which is no number"),
        (
            "utc,a",
            ("1", "2", "2e5"),
            "line 4: a is 200000; must be within -100,000 and 100,000 USD",
        ),
        ("utc,a", ("1", "2", "inf"), "line 4: a is inf"),
        ("Hour Ending (UTC),a", ("1", "2", "3"), "stamps are the end of their hour; must be its"),
        ("utc,price_usd_per_mwh", ("", "", ""), "is blank in all 3 rows"),
    ],
)
def test_what_is_not_one_hourly_value_is_refused(
    file, header: str, cells: tuple[str, ...], words: str
) -> None:
    path = file(header, *cells)
    with pytest.raises(DataError, match=words) as raised:
        read_hourly(path, ENERGY_PRICE, HOURS, "refuse")
    assert str(raised.value).startswith(str(path))


def test_a_surplus_below_zero_is_refused(file) -> None:
    with pytest.raises(DataError, match="line 2: a is -1; must be within 0 and 10,000,000 MW"):
        read_hourly(file("utc,a", -1, 2, 3), SURPLUS, HOURS, "refuse")


@pytest.mark.parametrize(
    ("stamps", "words"),
    [
        ((STAMPS[0], STAMPS[1], STAMPS[1]), "line 4: .*the hour is there twice"),
        ((STAMPS[0], STAMPS[1], "2022-01-01 03:00:00+00:00"), "line 4: .*a step of 2 hours"),
        ((STAMPS[0], STAMPS[1], "2022-01-01 02:30:00+00:00"), "line 4: .*whole hours"),
        ((STAMPS[0], STAMPS[1], "noon"), "line 4: utc is 'noon'; stamps must read like"),
    ],
)
def test_every_hour_must_be_there_once(file, stamps: tuple[str, ...], words: str) -> None:
    with pytest.raises(DataError, match=words):
        read_hourly(file("utc,a", 1, 2, 3, stamps=stamps), ENERGY_PRICE, HOURS, "refuse")


def test_stamps_without_a_zone_need_a_column_that_says_utc(file) -> None:
    naive = tuple(stamp[:-6] for stamp in STAMPS)
    assert len(read_hourly(file("utc,a", 1, 2, 3, stamps=naive), ENERGY_PRICE, HOURS, "")[0]) == 3
    with pytest.raises(DataError, match=r"line 2: time is .* says no zone"):
        read_hourly(file("time,a", 1, 2, 3, stamps=naive), ENERGY_PRICE, HOURS, "refuse")


@pytest.mark.parametrize("shift_h", [-1, 1])
def test_a_horizon_that_is_not_covered_is_refused(file, shift_h: int) -> None:
    later = HOURS + pd.Timedelta(hours=shift_h)
    words = r"has 2022-01-01 00:00Z to 2022-01-01 03:00Z; must cover the horizon, 202"
    with pytest.raises(DataError, match=words):
        read_hourly(file("utc,a", 1, 2, 3), ENERGY_PRICE, later, "refuse")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.csv"):
        read_hourly(tmp_path / "none.csv", ENERGY_PRICE, HOURS, "refuse")


@pytest.mark.real_data
def test_a_real_year_of_prices_is_read(real_data: Path) -> None:
    """ERCO 2022: its local column has 6 November 01:00 twice; the first hour cost 32.69 USD/MWh."""
    year = pd.date_range("2022-01-01", periods=8760, freq="h", tz="UTC", unit="s")
    path = real_data / "eia930_hourly" / "price_ERCO_2022.csv.gz"
    values, source = read_hourly(path, ENERGY_PRICE, year, "refuse")
    assert (values.iloc[0], len(values), source.repairs) == (32.69, 8760, ())


def test_the_sample_of_the_documentation_is_read(tmp_path: Path) -> None:
    section = (REPOSITORY / "grids" / "FORMATS.md").read_text().split("## 12. ")[1]
    path = tmp_path / "sample.csv"
    path.write_text(section.split("```csv\n")[1].split("```")[0])
    values, _ = read_hourly(path, ENERGY_PRICE, HOURS[:2], "refuse")
    assert values.to_list() == [32.69, 32.69]
    for quantity in (ENERGY_PRICE, EXPORT_PRICE, SURPLUS):
        assert f"`{quantity.column}`" in section
        assert f"{quantity.most:,.0f} {quantity.unit}" in section
