"""Saved answers of EIA's API: codes folded, clock moved, copies counted once, bad rows named."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcsim.errors import DataError
from dcsim.grid.readers import eia_json
from dcsim.grid.readers.formats import read_records
from dcsim.grid.readers.source import Options, Sniff, inputs_of, sniff
from dcsim.grid.records import Records
from tests.grid.readers.eia_server import Row, fuel_row, interchange_row, region_row

T1, T2 = "2023-01-01T01", "2023-01-01T02"
HOUR1, HOUR2 = pd.Timestamp("2023-01-01T00Z"), pd.Timestamp("2023-01-01T01Z")

Read = Callable[..., list[Records]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def reading(rows: list[Row], wanted: set[str] | None = None, **response: object):
        path = tmp_path / "answer.json"
        path.write_text(json.dumps({"response": {"data": rows} | response}))
        return [records for _, records in read_records(path, wanted=wanted)]

    return reading


def test_fuel_codes_are_folded_and_the_clock_moved(read: Read) -> None:
    """Hydro 10 - 3, solar 5 + 2, wind 4 + 1, other 1 + 2 + 3, storage -9 + 4 + 1 = -4."""
    values = {"COL": 8, "NG": 9, "NUC": 11, "OIL": 12, "WAT": 10, "PS": -3, "SUN": 5, "SNB": 2}
    values |= {"WND": 4, "WNB": 1, "OTH": 1, "UNK": 2, "GEO": 3, "BAT": -9, "OES": 4, "UES": 1}
    (records,) = read([fuel_row(T1, code, value) for code, value in values.items()])
    assert records.ba_code == "CISO"
    assert records.table.index.equals(
        pd.DatetimeIndex([HOUR1], name="utc_hour_beginning").as_unit("s")
    )
    expected = {"coal": 8, "natural_gas": 9, "nuclear": 11, "oil": 12, "hydro": 7, "solar": 7}
    expected |= {"wind": 5, "other": 6, "storage": -4}
    assert records.table.iloc[0].to_dict() == expected
    assert list(records.table) == list(expected)
    assert "hydro is WAT + PS" in records.notes


def test_an_unknown_code_goes_to_other_with_a_note(read: Read) -> None:
    (records,) = read([fuel_row(T1, "OTH", 1), fuel_row(T1, "H2X", 2)])
    assert records.table["other"].tolist() == [3]
    assert any("H2X" in note for note in records.notes)


def test_values_may_be_numbers_text_blank_or_null(read: Read) -> None:
    given_as = [1, "2", " 3 ", 4.5, "-5", None, ""]
    rows = [fuel_row(f"2023-01-01T0{i}", "COL", value) for i, value in enumerate(given_as)]
    (records,) = read(rows)
    np.testing.assert_array_equal(records.table["coal"], [1, 2, 3, 4.5, -5, np.nan, np.nan])


def test_region_data_is_demand_net_generation_and_interchange(read: Read) -> None:
    """NG is net generation here; the forecast DF is left out, and so is what nobody knows."""
    values = {"D": 10, "DF": 11, "NG": 12, "TI": -2, "XX": 5}
    (records,) = read([region_row(T1, code, value) for code, value in values.items()])
    expected = {"demand": 10, "net_generation": 12, "total_interchange": -2}
    assert records.table.iloc[0].to_dict() == expected
    assert records.notes == ("type XX is not known to dcsim and is not read",)


def test_interchange_is_a_column_a_neighbor_for_the_side_that_reports(read: Read) -> None:
    rows = [interchange_row(T1, "BPAT", 30), interchange_row(T1, "SRP", -40)]
    rows += [interchange_row(T1, "CISO", -29, ba="BPAT"), interchange_row(T1, "NW", 1)]
    bpat, ciso = read(rows)
    assert (bpat.ba_code, bpat.table.iloc[0].to_dict()) == ("BPAT", {"to_CISO": -29})
    assert (ciso.ba_code, ciso.table.iloc[0].to_dict()) == ("CISO", {"to_BPAT": 30, "to_SRP": -40})


def test_regions_and_what_is_not_wanted_are_left_out(read: Read) -> None:
    rows = [fuel_row(T1, "COL", 1, ba=ba) for ba in ("CISO", "US48", "CAL", "PJM")]
    assert [records.ba_code for records in read(rows)] == ["CISO", "PJM"]
    assert [records.ba_code for records in read(rows, wanted={"PJM"})] == ["PJM"]


def test_an_authority_with_nulls_only_is_left_out(read: Read) -> None:
    assert read([fuel_row(T1, "COL", None), fuel_row(T1, "COL", 1, ba="PJM")])[0].ba_code == "PJM"


def test_no_rows_are_no_records(read: Read) -> None:
    assert read([]) == []


def test_an_hour_without_values_stays_as_a_missing_one(read: Read) -> None:
    (records,) = read([fuel_row(T1, "COL", None), fuel_row(T2, "COL", 2)])
    np.testing.assert_array_equal(records.table["coal"], [np.nan, 2])


def test_a_copy_under_another_spelling_counts_once(read: Read) -> None:
    """Pumped storage is -5, not -10; and a null beside a value is no value."""
    rows = [fuel_row(T1, "WAT", 20), fuel_row(T1, "PS", -5, name="Pumped Storage")]
    rows += [fuel_row(T1, "PS", -5, name="Pumped storage"), fuel_row(T1, "PS", None)]
    (records,) = read(rows)
    assert records.table["hydro"].tolist() == [15]


def test_a_contradiction_is_left_standing_as_a_doubled_hour(read: Read) -> None:
    """Hydro is 20 - 5 or 20 - 6; coal is 7 both times, and the next hour stands once."""
    rows = [fuel_row(T1, "WAT", 20), fuel_row(T1, "PS", -5), fuel_row(T1, "PS", -6)]
    rows += [fuel_row(T1, "COL", 7), fuel_row(T2, "WAT", 1), fuel_row(T2, "PS", 0)]
    (records,) = read(rows)
    assert list(records.table.index) == [HOUR1, HOUR1, HOUR2]
    assert records.table["hydro"].tolist() == [15, 14, 1]
    assert records.table["coal"].fillna(0).tolist() == [7, 7, 0]


@pytest.mark.parametrize("period", ["2022-12-31T20-05", "2022-12-31T20-05:00", "2023-01-01T01Z"])
def test_local_periods_are_translated(read: Read, period: str) -> None:
    """The hour that ends at 20:00 five hours behind UTC begins at 00:00 UTC."""
    (records,) = read([fuel_row(period, "COL", 1)], frequency="local-hourly")
    assert list(records.table.index) == [HOUR1]


def test_the_hour_that_clocks_repeat_is_told_by_its_offset(read: Read) -> None:
    rows = [fuel_row(f"2022-11-06T01-0{hours}", "COL", hours) for hours in (5, 4)]
    (records,) = read(rows, frequency="local-hourly")
    assert records.table["coal"].tolist() == [4, 5]
    assert records.table.index.is_unique


def test_a_page_of_more_says_so(read: Read) -> None:
    (records,) = read([fuel_row(T1, "COL", 1)], total="8760")
    assert records.notes[0].startswith("a page of 1 of 8,760 rows")
    assert read([fuel_row(T1, "COL", 1)], total=1)[0].notes == ()


def test_the_inside_of_an_answer_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "inside.json"
    path.write_text(json.dumps({"warnings": [], "total": 1, "data": [fuel_row(T1, "COL", 1)]}))
    (only,) = [records for _, records in read_records(path)]
    assert only.table["coal"].tolist() == [1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"period": "2023-01-01"}, r"row 2 of 2: period must read like .*'2023-01-01'"),
        ({"period": "2023-13-01T00"}, "period must read like"),
        ({"period": "01/02/2023 1:00"}, "period must read like"),
        ({"period": 20230101}, "a code or the period is missing or no text"),
        ({"period": None}, "a code or the period is missing"),
        ({"respondent": None}, "a code or the period is missing"),
        ({"fueltype": None}, "a code or the period is missing"),
        ({"value": "abc"}, r"row 2 of 2: value is no number; it is .*'abc'"),
        ({"value": True}, "value is no number"),
        ({"value": [1]}, "value is no number"),
        ({"value": 10**400}, "values must be finite and within 10,000,000. Is it MW"),
        ({"value": "inf"}, "values must be finite and within 10,000,000. Is it MW"),
        ({"value": -1.1e7}, "values must be finite and within 10,000,000. Is it MW"),
        ({"period": "2023-01-01T00+05:30"}, "stamps must be whole hours"),
        ({"period": "0022-01-01T00"}, "stamps must be whole hours of the years 2001 to 2100"),
        ({"period": "9999-01-01T00"}, "stamps must be whole hours of the years 2001 to 2100"),
        ({"fueltype": "demand"}, "fueltype must be a code such as COL"),
        ({"fueltype": "to_X"}, "fueltype must be a code such as COL"),
        ({"fueltype": ""}, "fueltype must be a code such as COL"),
        ({"value": {"mwh": 1}}, "value is no number"),
        ({"fueltype": {"code": "COL"}}, "a code or the period is missing or no text"),
        ({"value-units": "thousand megawatthours"}, "unit must be megawatthours"),
    ],
)
def test_a_bad_row_is_named(read: Read, change: Row, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read([fuel_row(T1, "COL", 1), fuel_row(T2, "COL", 1) | change])


def test_a_local_period_without_an_offset_is_refused(read: Read) -> None:
    with pytest.raises(DataError, match="period is local and says no offset"):
        read([fuel_row(T1, "COL", 1)], frequency="local-hourly")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"period": T1, "subba": "PGAE", "parent": "CISO", "value": 1}], "is no table of fuel"),
        ([{"period": T1, "respondent": "CISO", "fueltype": "COL"}], r"ask with data\[\]=value"),
        ([{"period": T1, "fromba": "CISO", "value": 1}], "is no table of fuel"),
    ],
)
def test_tables_of_something_else_are_refused(read: Read, rows: list[Row], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(rows)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"response": {"data": [', "is no whole JSON"),
        ('{"response": {"total": 0}}', "is JSON without rows"),
        ('{"response": {"data": [1]}}', "is JSON without rows"),
        ('{"response": 1}', "is JSON without rows"),
        ('{"error": "Error getting data.", "code": 400}', "an error of EIA's API: Error getting"),
        ('{"error": {"code": "API_KEY_INVALID"}}', "an error of EIA's API: .*API_KEY_INVALID"),
        ('[{"fueltype": "COL"}]', "is JSON without rows"),
        ('{"response": ' + "[" * 100_000, "is no whole JSON"),
    ],
)
def test_files_that_hold_no_rows_are_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text)
    with pytest.raises(DataError, match=message):
        list(read_records(path))


def test_eia_bulk_lines_and_tables_are_not_taken_for_answers() -> None:
    series = '{"series_id":"EBA.CISO-ALL.D.H","error":"","data":[["20220303T05Z",1]]}'
    assert not eia_json.recognizes(Sniff("EBA.txt", series, ()))
    assert not eia_json.recognizes(
        Sniff("a.csv", "fueltype,respondent\n", ("fueltype", "respondent"))
    )
    assert eia_json.recognizes(Sniff("a.json", '{"response" : {}}', ()))


CODES = ("COL", "WAT", "PS", "SUN")
HOURS = pd.date_range(HOUR1, periods=6, freq="h")


@given(
    values=st.lists(
        st.one_of(st.none(), st.integers(-99, 9999)), min_size=len(CODES) * 6, max_size=24
    ),
    order=st.permutations(range(len(CODES) * 6)),
    copies=st.lists(st.integers(0, 23), max_size=5),
)
def test_order_and_copies_never_matter(tmp_path_factory, values, order, copies) -> None:
    rows = [
        fuel_row(f"{hour + pd.Timedelta(hours=1):%Y-%m-%dT%H}", code, value)
        for (hour, code), value in zip(((h, c) for h in HOURS for c in CODES), values, strict=True)
    ]
    folder = tmp_path_factory.mktemp("answers")
    tables = []
    for name, given_rows in (
        ("straight", rows),
        ("mixed", [rows[i] for i in order] + [rows[i] for i in copies]),
    ):
        path = folder / f"{name}.json"
        path.write_text(json.dumps({"response": {"data": given_rows}}))
        (source,) = inputs_of(path)
        tables.append([records.table for records in eia_json.pieces(source, Options())])
    straight, mixed = tables
    assert len(straight) == len(mixed) == (0 if all(v is None for v in values) else 1)
    for one, other in zip(straight, mixed, strict=True):
        pd.testing.assert_frame_equal(one, other)
        assert list(one.index) == list(HOURS)


def test_pages_split_between_hours_join_to_the_whole(read: Read) -> None:
    rows = [fuel_row(t, code, i) for t in (T1, T2) for i, code in enumerate(CODES, start=1)]
    (whole,) = read(rows)
    pieces = [read(rows[:4])[0].table, read(rows[4:])[0].table]
    pd.testing.assert_frame_equal(pd.concat(pieces), whole.table)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "ba_code", "column", "values"),
    [
        ("US-NW-BPAT-US-NW-NWMT-exchange", "SWPP", "to_SPC", [-12, -11, -2]),
        ("US-NW-PGE-with-nulls", "PGE", "natural_gas", [np.nan, 400]),
        ("US_NW_BPAT-consumption", "BPAT", "demand", [4792, 6215]),
    ],
)
def test_real_answers_are_read(
    real_data: Path, name: str, ba_code: str, column: str, values: list[float]
) -> None:
    path = real_data / "format_samples" / f"eia_v2_{name}.json"
    (source,) = inputs_of(path)
    assert eia_json.recognizes(sniff(source))
    ((found, records),) = read_records(path)
    assert (found.name, records.ba_code, list(records.table)) == ("eia-api", ba_code, [column])
    np.testing.assert_array_equal(records.table[column], values)


@pytest.mark.real_data
def test_a_respondent_that_is_no_authority_is_told(real_data: Path) -> None:
    """The sample was made up by its authors: its respondent is called `EIA`."""
    path = real_data / "format_samples" / "eia_v2_US_CAL_IID-battery_storage.json"
    unknown: set[str] = set()
    assert list(read_records(path, unknown=unknown)) == []
    assert unknown == {"EIA"}
