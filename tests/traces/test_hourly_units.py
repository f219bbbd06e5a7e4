"""Hourly files in other units, by shorter steps, and without stamps: converted, or refused."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dcsim.errors import DataError
from dcsim.traces.hourly_file import (
    ENERGY_PRICE,
    EXPORT_PRICE,
    FACILITY_LOAD,
    RELATIVE_LOAD,
    SURPLUS,
    Quantity,
    read_hourly,
)
from tests.conftest import START

DAY = pd.date_range(START, periods=24, freq="h", unit="s")
HOURS = DAY[:3]


@pytest.fixture
def file(tmp_path: Path):
    """Write rows of stamps and values, the stamps a step apart."""

    def written(
        name: str, values: list[object], minutes: int = 60, *, stamp: str = "utc", first: int = 0
    ) -> Path:
        path = tmp_path / "hourly.csv"
        begin = START.tz_localize(None) + pd.Timedelta(minutes=first)
        index = pd.date_range(begin, periods=len(values), freq=f"{minutes}min")
        rows = [f"{at:%Y-%m-%d %H:%M},{value}" for at, value in zip(index, values, strict=True)]
        path.write_text("\n".join([f"{stamp},{name}", *rows]) + "\n")
        return path

    return written


@pytest.mark.parametrize(
    ("quantity", "name", "value", "read"),
    [
        (FACILITY_LOAD, "load_kw", 31_110, 31.11),
        (FACILITY_LOAD, "IT Power [W]", 30_000_000, 30),
        (FACILITY_LOAD, "Load (GW)", 0.03, 30),
        (FACILITY_LOAD, "Demand kWh", 30_000, 30),
        (FACILITY_LOAD, "load_mwh", 30, 30),
        (SURPLUS, "curtailed_kw", 500, 0.5),
        (RELATIVE_LOAD, "load_pct", 75, 0.75),
        (RELATIVE_LOAD, "Utilization (%)", 75, 0.75),
        (RELATIVE_LOAD, "utilization", 0.75, 0.75),
        (ENERGY_PRICE, "USD/kWh", 0.05, 50),
        (ENERGY_PRICE, "cents/kWh", 5, 50),
        (EXPORT_PRICE, "US cents/kWh", 5, 50),
        (ENERGY_PRICE, "LMP ($/MWh)", 50, 50),
    ],
)
def test_certain_units_are_converted_and_said(
    file, quantity: Quantity, name: str, value: float, read: float
) -> None:
    values, source = read_hourly(file(name, [value] * 3), quantity, HOURS, "refuse")
    assert values.to_list() == pytest.approx([read] * 3)
    assert f"column {name} [" in source.note
    is_as_it_is = value == read and not name.endswith("mwh")
    assert ("times" in source.note) != is_as_it_is


@pytest.mark.parametrize(
    ("quantity", "name", "unit"),
    [
        (FACILITY_LOAD, "load_pct", "%"),
        (FACILITY_LOAD, "load_frac", "share"),
        (FACILITY_LOAD, "Temperature (C)", "°C"),
        (FACILITY_LOAD, "price_usd_per_mwh", "USD/MWh"),
        (FACILITY_LOAD, "load_kva", "kVA"),
        (RELATIVE_LOAD, "load_mw", "MW"),
        (RELATIVE_LOAD, "load_kwh", "kWh"),
        (SURPLUS, "surplus_pct", "%"),
        (ENERGY_PRICE, "Price (EUR/MWhe)", "EUR/MWh"),
        (ENERGY_PRICE, "£/MWh", "GBP/MWh"),
        (ENERGY_PRICE, "load_mw", "MW"),
        (EXPORT_PRICE, "export_eur_per_mwh", "EUR/MWh"),
        (EXPORT_PRICE, "ct/kWh", "ct/kWh"),
    ],
)
def test_other_units_are_refused_with_column_and_unit(
    file, quantity: Quantity, name: str, unit: str
) -> None:
    path = file(name, [0.5] * 3)
    with pytest.raises(DataError) as raised:
        read_hourly(path, quantity, HOURS, "refuse")
    found = f"{path}, line 1: column {name!r} is in {unit}; the {quantity.what} must be in "
    assert str(raised.value).startswith(f"{found}{quantity.unit}")


@pytest.mark.parametrize("quantity", [FACILITY_LOAD, ENERGY_PRICE, EXPORT_PRICE, SURPLUS])
@pytest.mark.parametrize("stamp", ["HourEnding", "EndTimeUTC", "he_utc", "interval_end", "time_to"])
def test_ends_of_hours_are_refused_everywhere(file, quantity: Quantity, stamp: str) -> None:
    with pytest.raises(DataError, match=f"line 1: '{stamp}' says that stamps are the end"):
        read_hourly(file("value", [1] * 3, stamp=stamp), quantity, HOURS, "refuse")


def test_beginnings_are_taken_beside_ends(tmp_path: Path) -> None:
    path = tmp_path / "price.csv"
    path.write_text(
        "interval_end_utc,interval_start_utc,lmp\n"
        "2022-01-01 01:00,2022-01-01 00:00,7\n2022-01-01 02:00,2022-01-01 01:00,8\n"
    )
    assert read_hourly(path, ENERGY_PRICE, HOURS[:2], "refuse")[0].to_list() == [7, 8]


@pytest.mark.parametrize("minutes", [5, 10, 15, 20, 30])
@pytest.mark.parametrize("quantity", [FACILITY_LOAD, ENERGY_PRICE, EXPORT_PRICE, SURPLUS])
def test_shorter_steps_are_averaged_and_counted(file, quantity: Quantity, minutes: int) -> None:
    """Rows 0, 1, 2, ...: the mean of n of them is the first plus (n - 1)/2."""
    rows = 60 // minutes
    path = file("value", list(range(24 * rows)), minutes)
    values, source = read_hourly(path, quantity, HOURS, "refuse")
    assert values.to_list() == pytest.approx([h * rows + (rows - 1) / 2 for h in range(3)])
    (repair,) = source.repairs
    assert (repair.rule, repair.hours) == ("hourly_means", 3)


def test_energy_of_quarters_adds_up_and_power_is_averaged(file) -> None:
    """1,000 + 2,000 + 3,000 + 4,000 kWh in an hour are 10 MW; in kW they average 2.5 MW."""
    rows = [1_000, 2_000, 3_000, 4_000] * 3
    energy, _ = read_hourly(file("Demand kWh", rows, 15), FACILITY_LOAD, HOURS, "refuse")
    power, _ = read_hourly(file("load_kw", rows, 15), FACILITY_LOAD, HOURS, "refuse")
    assert energy.to_list() == pytest.approx([10.0] * 3)
    assert power.to_list() == pytest.approx([2.5] * 3)
    with pytest.raises(DataError, match="is in kWh/30 min, and rows are 15 minutes apart"):
        read_hourly(file("kWh/30 min", rows, 15), FACILITY_LOAD, HOURS, "refuse")


def test_an_hour_with_a_blank_quarter_follows_the_repair_asked_for(file) -> None:
    """The hours around average 1 and 3 MW: the one with a blank is 2 MW, not the mean of three."""
    path = file("load_mw", [1, 1, 1, 1, 8, "", 8, 8, 3, 3, 3, 3], 15)
    with pytest.raises(DataError, match="line 7: load_mw at 2022-01-01 01:15Z is nan"):
        read_hourly(path, FACILITY_LOAD, HOURS, "refuse")
    values, source = read_hourly(path, FACILITY_LOAD, HOURS, "interpolate")
    assert values.to_list() == [1, 2, 3]
    found = [(repair.rule, repair.hours) for repair in source.repairs]
    assert found == [("hourly_means", 3), ("interpolate", 1)]


@pytest.mark.parametrize(
    ("rows", "minutes", "first", "words"),
    [
        (11, 15, 0, "line 12: ends with 2022-01-01 02:30Z; the last hour must be whole"),
        (12, 15, 15, "line 2: begins at 2022-01-01 00:15Z, within the hour"),
        (12, 15, 7, "line 2: 2022-01-01 00:07Z is refused; stamps must be whole hours"),
        (12, 25, 0, "line 3: 2022-01-01 00:25Z is refused; stamps must be whole hours"),
        (6, 90, 0, "line 3: 2022-01-01 01:30Z is refused; stamps must be whole hours"),
        (4, 120, 0, "a step of 2 hours"),
    ],
)
def test_uneven_and_broken_hours_are_refused(
    file, rows: int, minutes: int, first: int, words: str
) -> None:
    path = file("load_mw", [1] * rows, minutes, first=first)
    with pytest.raises(DataError, match=words):
        read_hourly(path, FACILITY_LOAD, HOURS, "refuse")


@pytest.mark.parametrize(("edit", "found"), [("drop", "30 minutes"), ("double", "0 minutes")])
def test_a_missing_or_double_quarter_is_refused_with_its_line(file, edit: str, found: str) -> None:
    path = file("load_mw", [1] * 12, 15)
    lines = path.read_text().splitlines()
    lines[6:7] = [] if edit == "drop" else [lines[6], lines[6]]
    path.write_text("\n".join(lines))
    with pytest.raises(DataError, match=rf"line [78]: .* a step of {found}; .* 15 minutes"):
        read_hourly(path, FACILITY_LOAD, HOURS, "interpolate")


AT = datetime(2022, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["load_kw\n1000\n2000\n3000\n", ",load_kw\n0,1000\n1,2000\n2,3000\n",
     "hour,load_mw\n1,1\n2,2\n3,3\n"],
)  # fmt: skip
def test_a_load_without_stamps_begins_at_its_start(tmp_path: Path, text: str) -> None:
    path = tmp_path / "load.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=r"has no column of stamps .* datacenter\.load\.start"):
        read_hourly(path, FACILITY_LOAD, HOURS, "refuse")
    values, source = read_hourly(path, FACILITY_LOAD, HOURS, "refuse", AT)
    assert values.to_dict() == dict(zip(HOURS, [1.0, 2.0, 3.0], strict=True))
    assert "rows are hours from 2022-01-01 00:00Z" in source.note


def test_stamps_and_a_start_are_one_too_many(file) -> None:
    with pytest.raises(DataError, match=r"has stamps of its own, .* leave datacenter\.load\.start"):
        read_hourly(file("load_mw", [1] * 3), FACILITY_LOAD, HOURS, "refuse", AT)


def test_a_price_without_stamps_cannot_be_given_a_start(tmp_path: Path) -> None:
    path = tmp_path / "price.csv"
    path.write_text("price\n30\n31\n32\n")
    with pytest.raises(DataError, match="give a column utc_hour_beginning"):
        read_hourly(path, ENERGY_PRICE, HOURS, "refuse")


@pytest.mark.parametrize("rows", [35_040, 35_136, 105_120])
def test_a_year_of_minutes_without_stamps_is_no_load_of_four_years(
    tmp_path: Path, rows: int
) -> None:
    path = tmp_path / "load.csv"
    path.write_text("load_mw\n" + "1\n" * rows)
    with pytest.raises(DataError, match=f"has {rows:,} rows, a year of minutes"):
        read_hourly(path, FACILITY_LOAD, HOURS, "refuse", AT)


@pytest.mark.parametrize(
    "text", ["30.5\n31\n32\n33\n", "2022-01-01 00:00,30\n2022-01-01 01:00,31\n", "0,30\n1,31\n"]
)
def test_a_first_line_of_values_is_not_lost(tmp_path: Path, text: str) -> None:
    path = tmp_path / "load.csv"
    path.write_text(text)
    with pytest.raises(DataError, match=r"line 1: .* is a value and no name"):
        read_hourly(path, FACILITY_LOAD, HOURS[:1], "refuse", AT)


def test_columns_that_pandas_numbered_are_names(tmp_path: Path) -> None:
    path = tmp_path / "load.csv"
    pd.Series([1.0, 2.0, 3.0], HOURS).to_csv(path)
    assert read_hourly(path, FACILITY_LOAD, HOURS, "refuse")[0].to_list() == [1, 2, 3]


def test_a_second_column_of_times_in_parquet_is_no_value(tmp_path: Path) -> None:
    path = tmp_path / "load.parquet"
    pd.DataFrame({"utc": HOURS, "local": HOURS, "load": np.ones(3)}).to_parquet(path)
    assert read_hourly(path, FACILITY_LOAD, HOURS, "refuse")[0].to_list() == [1, 1, 1]


@pytest.mark.parametrize(("value", "count"), [(0.06, 1), (30, 0), (0, 0)])
def test_prices_that_look_like_usd_per_kwh_are_warned_of(file, value: float, count: int) -> None:
    _, source = read_hourly(file("price", [value] * 3), ENERGY_PRICE, HOURS, "refuse")
    assert len(source.warnings) == count


@pytest.mark.parametrize(
    ("quantity", "header", "cells", "read"),
    [
        (FACILITY_LOAD, "usage,units", "30000,kWh", 30),
        (FACILITY_LOAD, "value,value-units", "30,megawatthours", 30),
        (FACILITY_LOAD, "load_mw,unit", "30,GT1", 30),
        (ENERGY_PRICE, "price,currency,unit", "0.04,USD,kWh", 40),
        (ENERGY_PRICE, "LMP ($/MWh),currency", "40,USD", 40),
        (RELATIVE_LOAD, "utilization,uom", "75,%", 0.75),
    ],
)
def test_a_unit_in_its_own_column_is_converted(
    file, quantity: Quantity, header: str, cells: str, read: float
) -> None:
    values, _ = read_hourly(file(header, [cells] * 3), quantity, HOURS, "refuse")
    assert values.to_list() == pytest.approx([read] * 3)


@pytest.mark.parametrize(
    ("quantity", "header", "rows", "words"),
    [
        (ENERGY_PRICE, "Price[Currency/MWh],Currency", ["40,EUR"] * 3, "is in EUR"),
        (ENERGY_PRICE, "price,unit", ["40,MWh"] * 3, "says MWh"),
        (FACILITY_LOAD, "load_mw,units", ["30000,kW"] * 3, "is in MW.*says kW"),
        (FACILITY_LOAD, "use,units", ["30,MWh", "30000,kWh", "30,MWh"], "holds MWh and kWh"),
        (FACILITY_LOAD, "avg_cpu", ["50"] * 3, "in share"),
        (FACILITY_LOAD, "price", ["50"] * 3, "in price"),
    ],
)
def test_another_unit_in_its_own_column_or_words_is_refused(
    file, quantity: Quantity, header: str, rows: list[object], words: str
) -> None:
    with pytest.raises(DataError, match=words):
        read_hourly(file(header, rows), quantity, HOURS, "refuse")


def test_a_register_is_no_energy_of_hours(file) -> None:
    """A meter's counter of 30 MWh an hour read as energy would grow from 1 to 1.7 GW."""
    counter = [1_000_000 + 30_000 * hour for hour in range(24)]
    with pytest.raises(DataError, match=r"Meter reading \(kWh\) rises in every row.*difference"):
        read_hourly(file("Meter reading (kWh)", counter), FACILITY_LOAD, HOURS, "refuse")
    values, _ = read_hourly(file("load (MW)", list(range(24))), FACILITY_LOAD, HOURS, "refuse")
    assert values.to_list() == [0, 1, 2]


def test_stamps_in_another_zone_are_not_utc(file) -> None:
    with pytest.raises(DataError, match="says no zone"):
        read_hourly(file("load_mw", [30] * 3, stamp="Time (UTC-6)"), FACILITY_LOAD, HOURS, "refuse")


def test_stamps_are_found_behind_columns_of_text_and_offsets(tmp_path: Path) -> None:
    path = tmp_path / "load.csv"
    rows = [f"meter,-06:00,{at:%Y-%m-%dT%H:%M}Z,30,ok" for at in HOURS]
    path.write_text("\n".join(["id,utc_offset,when,load,flag", *rows]) + "\n")
    values, _ = read_hourly(path, FACILITY_LOAD, HOURS, "refuse")
    assert values.to_list() == [30] * 3


def test_a_number_with_a_comma_of_thousands_is_named_with_its_line(file) -> None:
    with pytest.raises(DataError, match="line 2: load is '30,000', which is no number"):
        read_hourly(file("load", ['"30,000"'] * 3), FACILITY_LOAD, HOURS, "refuse")
