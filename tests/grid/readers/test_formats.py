"""One door to all formats: detection, what is refused, and that formats agree."""

import gzip
import json
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcsim.errors import DataError, ScenarioError, UnknownFormat
from dcsim.grid.generation import FUELS
from dcsim.grid.readers.eia_codes import FOREIGN
from dcsim.grid.readers.formats import FORMATS, format_named, read_records, refuse_absent
from dcsim.grid.readers.source import shown
from dcsim.grid.records import COLUMNS, INDEX
from dcsim.grid.tracing.boundary import FUEL_ABROAD
from tests.conftest import REPOSITORY
from tests.grid.readers.written import WRITERS, all_records, balance, bulk, file_of, one_table

HOURS = {
    "COL": [10.0, 1234.0, None],
    "NG": [20000.0, 21000.0, 22000.0],
    "NUC": [5.0, 5.0, 5.0],
    "OIL": [-1.0, 0.0, 2.0],
    "WAT": [300.0, None, 310.0],
    "SUN": [0.0, 0.5, 1.0],
    "WND": [7.0, 8.0, 9.0],
    "OTH": [1.0, 2.0, 3.0],
}

POWERS = st.one_of(st.none(), st.integers(-2_000, 90_000).map(float), st.just(12.25))
TABLES = st.dictionaries(
    st.sampled_from(list(HOURS)),
    st.lists(POWERS, min_size=4, max_size=4),
    min_size=2,
    max_size=8,
).filter(lambda values: any(v is not None for column in values.values() for v in column))


@pytest.mark.parametrize("name", WRITERS)
def test_the_same_hours_come_back_from_every_format(tmp_path: Path, name: str) -> None:
    """The first hour ends 06:00, so begins 05:00; blank stays missing, below zero stays below."""
    path = file_of(tmp_path, WRITERS[name](HOURS))
    ((chosen, records),) = read_records(path)
    table = records.table
    assert chosen.name == name
    assert records.ba_code == "CISO"
    assert list(table.columns) == list(FUELS)
    assert table.index.name == INDEX
    assert table.index.dtype == "datetime64[s, UTC]"
    assert table.index[0] == pd.Timestamp("2024-03-01T05:00Z")
    assert table["natural_gas"].tolist() == [20000, 21000, 22000]
    assert table["oil"].tolist() == [-1, 0, 2]
    assert table["solar"].tolist() == [0, 0.5, 1]
    assert table["hydro"].isna().tolist() == [False, True, False]
    assert table["coal"].isna().tolist() == [False, False, True]


@given(values=TABLES)
def test_any_hours_read_from_any_format_are_equal(
    tmp_path_factory: pytest.TempPathFactory, values: dict[str, list[float | None]]
) -> None:
    folder = tmp_path_factory.mktemp("formats")
    tables = {
        name: one_table(file_of(folder, write(values)), format_name=name)
        for name, write in WRITERS.items()
    }
    expected = tables["plain"].dropna(how="all")
    for table in tables.values():
        pd.testing.assert_frame_equal(table.dropna(how="all"), expected, check_freq=False)


@pytest.mark.parametrize("name", WRITERS)
def test_gzip_zip_and_parquet_read_the_same(tmp_path: Path, name: str) -> None:
    content = WRITERS[name](HOURS)
    path = file_of(tmp_path, content)
    expected = one_table(path)
    packed = file_of(tmp_path, gzip.compress(content.encode()), "CISO.gz")
    pd.testing.assert_frame_equal(one_table(packed), expected)
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("folder/CISO_2024.csv", content)
        archive.writestr("__MACOSX/._CISO_2024.csv", b"\0\0")
    pd.testing.assert_frame_equal(one_table(tmp_path / "all.zip"), expected)
    if name != "eia-bulk":
        pd.read_csv(path, thousands=",").rename(columns={"Unnamed: 0": ""}).to_parquet(
            tmp_path / "CISO.parquet"
        )
        pd.testing.assert_frame_equal(one_table(tmp_path / "CISO.parquet"), expected)


def test_a_zip_of_several_files_reads_all(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("CISO_2024.csv", WRITERS["plain"](HOURS))
        archive.writestr("ERCO_2024.csv", WRITERS["carbon-explorer"](HOURS))
    said: list[float] = []
    found = list(read_records(tmp_path / "all.zip", progress=said.append))
    names = [(chosen.name, records.ba_code) for chosen, records in found]
    assert names == [("plain", "CISO"), ("carbon-explorer", "ERCO")]
    assert said == sorted(said)
    assert said[-1] == 1.0


def test_a_byte_order_mark_and_windows_line_ends_are_fine(tmp_path: Path) -> None:
    for name, write in WRITERS.items():
        content = write(HOURS)
        expected = one_table(file_of(tmp_path, content))
        windows = b"\xef\xbb\xbf" + content.replace("\n", "\r\n").encode()
        if name != "eia-bulk":
            pd.testing.assert_frame_equal(one_table(file_of(tmp_path, windows)), expected)


def test_formats_have_names_of_their_own() -> None:
    names = [known.name for known in FORMATS]
    assert len(set(names)) == len(names)
    assert all(format_named(name).title for name in names)
    clocks = {known.name for known in FORMATS if not known.is_eia_clock}
    assert clocks == {"electricity-maps", "intensity", "plain"}
    with pytest.raises(ScenarioError, match=r"no format 'csv'; known are eia930-balance, eia930-i"):
        format_named("csv")


def test_every_format_is_documented() -> None:
    text = (REPOSITORY / "grids" / "FORMATS.md").read_text(encoding="utf-8")
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert all(any(f"`{known.name}`" in line for line in headings) for known in FORMATS)


def test_a_format_can_be_forced_and_then_says_what_is_missing(tmp_path: Path) -> None:
    path = file_of(tmp_path, WRITERS["plain"](HOURS))
    with pytest.raises(DataError, match="no column 'Balancing Authority'; it has utc_hour_begin"):
        all_records(path, format_name="eia930-balance")


def test_an_unknown_file_is_refused_with_its_first_line_and_what_is_known(tmp_path: Path) -> None:
    with pytest.raises(DataError) as raised:
        all_records(file_of(tmp_path, "\nhour,power\n1,2\n"))
    assert "is in no format dcsim knows; its first line is 'hour,power'" in str(raised.value)
    assert all(known.name in str(raised.value) for known in FORMATS)
    long = file_of(tmp_path, f"{'hour,' * 100}\n")
    with pytest.raises(DataError, match=r"its first line is '(hour,){16}\.\.\.'"):
        all_records(long)
    pd.DataFrame({"a": [1]}).to_parquet(tmp_path / "a.parquet")
    with pytest.raises(DataError, match="its first line is 'a'"):
        all_records(tmp_path / "a.parquet")


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("date_time,raw demand (MW),category,cleaned demand (MW)", "holds demand only"),
        ("date_time,AEC,AECI,AVA", "holds demand only"),
        ("Balancing Authority,Sub-Region,Demand (MW)", "EIA-930's file of subregions"),
        ("Datetime (UTC),Price (USD/MWh)", "holds prices only"),
        ("period,CO2_AEC_D,CO2_AEC_NG", r"holds emissions in kg an hour \(CO2_\) and no energy"),
    ],
)
def test_data_of_other_kinds_is_refused_with_the_reason(
    tmp_path: Path, header: str, words: str
) -> None:
    with pytest.raises(DataError, match=words):
        all_records(file_of(tmp_path, f"{header}\n1,2,3\n"))


def test_days_are_refused(tmp_path: Path) -> None:
    index = pd.date_range("2024-01-01", periods=4, freq="D", tz="UTC")
    table = pd.DataFrame({"coal_mw": 1.0}, index=index)
    path = file_of(tmp_path, table.to_csv(index_label="utc_hour_beginning"))
    with pytest.raises(DataError, match="CISO has a value every 24 hours"):
        all_records(path)


@pytest.mark.parametrize("kind", [name for name in WRITERS if name != "eia-bulk"])
@pytest.mark.parametrize("to", ["2024-03-01 07:30", "0022-03-01 07:00", "9999-03-01 07:00"])
def test_stamps_within_the_hour_or_of_another_age_name_the_line(
    tmp_path: Path, kind: str, to: str
) -> None:
    """A quarter-hour row among hourly ones, and years 22 and 9999; line 3 has the second hour."""
    content = WRITERS[kind]({"COL": [1.0, 2.0, 3.0], "NG": [1.0, 2.0, 3.0]}).splitlines()
    stamps = {
        "eia930-balance": "03/01/2024 7:00:00 AM",
        "gridemissions": "2024-03-01T07",
        "plain": "2024-03-01 06:00:00+00:00",
    }
    content[2] = content[2].replace(stamps.get(kind, "2024-03-01 07:00:00+00:00"), f"{to}:00+00:00")
    words = "line 3: .* is .*stamps must be whole hours of the years 2001 to 2100"
    with pytest.raises(DataError, match=words):
        all_records(file_of(tmp_path, "\n".join(content) + "\n"))


@pytest.mark.parametrize("kind", [name for name in WRITERS if name != "eia-bulk"])
@pytest.mark.parametrize("value", ["inf", "-inf", "1e300", "1e400", "10000001", "-2e7"])
def test_values_without_end_name_line_column_and_value(
    tmp_path: Path, kind: str, value: str
) -> None:
    content = WRITERS[kind]({"COL": [1.0, 777.0, 3.0], "NG": [1.0, 2.0, 3.0]})
    cell = "777" if kind == "eia930-balance" else "777.0"
    words = r"line 3: .* is .*(;|, but) values must be finite and within 10,000,000\. Is it MW\?"
    with pytest.raises(DataError, match=words):
        all_records(file_of(tmp_path, content.replace(cell, value)))


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        (
            "intensity_kg_per_mwh",
            10_001,
            "CISO: intensity_kg_per_mwh at 2022-01-01 01:00Z is 10001",
        ),
        (
            "direct_intensity_kg_per_mwh",
            273e3,
            "is 273000; values must be finite and within 10,000",
        ),
        ("carbon_free_frac", 55, "carbon_free_frac at .* is 55; values .* and within 1.01"),
    ],
)
def test_intensities_and_shares_have_limits_of_their_own(
    tmp_path: Path, column: str, value: float, words: str
) -> None:
    """In g/MWh, or percent: the unit is another."""
    content = f"utc_hour_beginning,coal_mw,{column}\n2022-01-01T00Z,1,1\n2022-01-01T01Z,1,{value}\n"
    with pytest.raises(DataError, match=words):
        all_records(file_of(tmp_path, content))


def test_lines_are_counted_with_the_blank_ones(tmp_path: Path) -> None:
    content = "\nutc_hour_beginning,coal_mw\n2022-01-01T00Z,1\n\n  \n2022-01-01T01Z,many\n"
    with pytest.raises(DataError, match="line 6: coal_mw is 'many'"):
        all_records(file_of(tmp_path, content))


@pytest.mark.parametrize(("separator", "word"), [(";", "semicolons"), ("\t", "tabs")])
@pytest.mark.parametrize("kind", ["plain", "carbon-explorer", "gridemissions"])
def test_tables_without_commas_say_what_they_have(
    tmp_path: Path, kind: str, separator: str, word: str
) -> None:
    content = WRITERS[kind](HOURS).replace(",", separator)
    with pytest.raises(DataError, match=f"line 1: columns are separated by {word}; commas are"):
        all_records(file_of(tmp_path, content))


@pytest.mark.parametrize("kind", ["plain", "carbon-explorer", "carboncast"])
def test_a_file_without_any_value_says_so(tmp_path: Path, kind: str) -> None:
    content = WRITERS[kind]({"COL": [None] * 3, "NG": [None] * 3})
    with pytest.raises(DataError, match="is blank in all 3 rows; there is no"):
        all_records(file_of(tmp_path, content))


def test_hours_far_apart_are_not_taken_for_days(tmp_path: Path) -> None:
    hours = ["2024-01-01T00Z", "2024-01-01T01Z", "2024-02-01T00Z", "2024-03-01T00Z"]
    index = pd.DatetimeIndex(hours)
    table = pd.DataFrame({"coal_mw": 1.0}, index=index)
    path = file_of(tmp_path, table.to_csv(index_label="utc_hour_beginning"))
    assert len(one_table(path)) == 4


class TestWhichAuthority:
    """It is given, in the file's name, or the only one wanted."""

    def test_the_one_given_counts_most(self, tmp_path: Path) -> None:
        path = file_of(tmp_path, WRITERS["plain"](HOURS), "PJM_2024.csv")
        assert all_records(path)[0].ba_code == "PJM"
        assert all_records(path, ba_code="ISNE")[0].ba_code == "ISNE"

    @pytest.mark.parametrize("name", ["plain", "carbon-explorer", "carboncast"])
    def test_a_file_that_does_not_say_asks_for_it(self, tmp_path: Path, name: str) -> None:
        for file_name in ("mix.csv", "CISO_and_PJM.csv"):
            path = file_of(tmp_path, WRITERS[name](HOURS), file_name)
            with pytest.raises(DataError, match="give --ba CODE, or put EIA's code in the file's"):
                all_records(path)
            assert all_records(path, wanted=["ERCO"])[0].ba_code == "ERCO"

    @pytest.mark.parametrize("name", WRITERS)
    def test_only_the_wanted_are_given(self, tmp_path: Path, name: str) -> None:
        path = file_of(tmp_path, WRITERS[name](HOURS))
        assert [r.ba_code for r in all_records(path, wanted=["CISO", "PJM"])] == ["CISO"]
        seen: set[str] = set()
        assert all_records(path, wanted=["PJM"], seen=seen) == []
        assert seen == {"CISO"}


def test_authorities_wanted_are_looked_for_in_all_files_together() -> None:
    """One that is there is enough, but each must be an authority."""
    refuse_absent([], [], "two files")
    refuse_absent(["CISO", "PJM"], {"PJM", "MISO"}, "two files")
    with pytest.raises(DataError, match="two files: has no authority PJM; it has CISO, MISO"):
        refuse_absent(["PJM"], {"MISO", "CISO"}, "two files")
    with pytest.raises(DataError, match="two files: has no authority CSO; nearest there is CISO"):
        refuse_absent(["CISO", "CSO"], {"CISO"}, "two files")
    with pytest.raises(DataError, match="has no authority PJM; it has none"):
        refuse_absent(["PJM"], (), "two files")


NO_CODES = [
    "../../../evil",
    "/tmp/x",
    ".staging",
    "ciso",
    "NONE",
    "ABCDEF",
    "A\0B",
    "to_X",
]


class TestCodesFromFiles:
    """A code becomes the name of a file: what is no authority's is told and not given."""

    @pytest.mark.parametrize("code", NO_CODES)
    @pytest.mark.parametrize("kind", ["balance", "interchange", "api", "bulk", "wide"])
    def test_those_of_no_authority_are_left_out(self, tmp_path: Path, kind: str, code: str) -> None:
        unknown: set[str] = set()
        seen: set[str] = set()
        path = file_of(tmp_path, with_two_codes(kind, code))
        found = all_records(path, unknown=unknown, seen=seen)
        assert {records.ba_code for records in found} == {"PJM"}
        assert seen == {"PJM"}
        if kind == "api":
            assert unknown == {shown(code)}
        assert unknown or kind in ("bulk", "wide")
        assert all(told.isprintable() for told in unknown)

    def test_a_code_without_end_is_told_in_part(self) -> None:
        assert shown("A" * 300) == "'AAAAAAAAAAAA'"
        assert shown("FOOBAR") == "FOOBAR"

    def test_an_authority_newer_than_the_registry_is_given(self, tmp_path: Path) -> None:
        seen: set[str] = set()
        found = all_records(file_of(tmp_path, with_two_codes("balance", "BHBA")), seen=seen)
        assert {records.ba_code for records in found} == {"PJM", "BHBA"} == seen

    def test_neighbours_abroad_are_given_and_told_from_authorities(self, tmp_path: Path) -> None:
        content = "period,E_BCHA_D,E_PJM_D,E_QQQQQQ_D\n2023-06-10T00,1,2,3\n"
        unknown: set[str] = set()
        found = all_records(file_of(tmp_path, content), unknown=unknown)
        assert [records.ba_code for records in found] == ["BCHA", "PJM"]
        assert unknown == {"QQQQQQ"}
        assert set(FUEL_ABROAD) == FOREIGN

    def test_neighbours_that_are_no_codes_are_left_out(self, tmp_path: Path) -> None:
        rows = [
            {"period": "2023-01-01T05", "fromba": "CISO", "toba": to, "value": 1}
            for to in ("BPAT", "../x", "A\0B", "bpat", "X", "LONGCODE")
        ]
        path = file_of(tmp_path, json.dumps({"response": {"data": rows}}))
        unknown: set[str] = set()
        (records,) = all_records(path, unknown=unknown)
        assert list(records.table) == ["to_BPAT"]
        assert unknown == {"../x", "'A\\x00B'", "bpat", "X", "LONGCODE"}

    def test_half_of_a_character_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(DataError, match=r"a row has half of a character, '\\ud800'"):
            all_records(file_of(tmp_path, with_two_codes("api", "\ud800")))

    def test_zones_that_are_no_authorities_are_told(self, tmp_path: Path) -> None:
        content = "Datetime (UTC),Zone id,Carbon Intensity (LCA)\n" + "".join(
            f"2023-06-10T00,US-X-{code},1\n" for code in ("PJM", "ZZZZ9")
        )
        unknown: set[str] = set()
        (records,) = all_records(file_of(tmp_path, content), unknown=unknown)
        assert (records.ba_code, unknown) == ("PJM", {"ZZZZ9"})

    def test_an_authority_given_that_is_none_is_told(self, tmp_path: Path) -> None:
        unknown: set[str] = set()
        path = file_of(tmp_path, WRITERS["plain"](HOURS))
        assert all_records(path, ba_code="../x", unknown=unknown) == []
        assert unknown == {"../x"}


def with_two_codes(kind: str, code: str) -> str:
    """Write a file of a kind, of PJM and of one other code; odd bytes only where JSON has them."""
    as_text = code.encode("utf-8", "replace").decode().replace("\0", "?")
    if kind == "balance":
        return balance({"COL": [1.0]}, "PJM") + balance({"COL": [1.0]}, as_text).split("\n")[1]
    if kind == "interchange":
        head = "Balancing Authority,UTC Time at End of Hour,Interchange (MW),"
        head += "Directly Interconnected Balancing Authority\n"
        return head + "".join(f"{c},2024-01-01T05,1,MISO\n" for c in ("PJM", as_text))
    if kind == "api":
        row = {"period": "2023-01-01T05", "fueltype": "COL", "value": "1"}
        rows = [{**row, "respondent": respondent} for respondent in ("PJM", code)]
        return json.dumps({"response": {"data": rows}})
    if kind == "bulk":
        return bulk({"COL": [1.0]}, "PJM") + bulk({"COL": [1.0]}, as_text)
    return f"period,E_PJM_COL,E_{as_text}_COL\n2023-06-10T00,1,2\n"


def test_what_is_of_no_use_can_be_told_from_what_is_damaged(tmp_path: Path) -> None:
    """So that a folder with a page about its data can be imported."""
    useless: dict[str, str | bytes] = {
        "README.md": "# What is here\n",
        ".DS_Store": b"\0\0\0\1Bud1\0",
        "paper.pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n",
        "map.png": b"\x89PNG\r\n\x1a\n\0\0",
        "price_ERCO_2022.csv": "Datetime (UTC),Price (USD/MWh)\n1,2\n",
    }
    for name, content in useless.items():
        with pytest.raises(UnknownFormat):
            all_records(file_of(tmp_path, content, name))
    damaged: list[str | bytes] = [
        "",
        "<html>503</html>",
        WRITERS["plain"](HOURS).replace("20000", "x"),
        WRITERS["plain"](HOURS).replace("20000", "\0"),
        WRITERS["plain"](HOURS).encode().replace(b"20000", b"\xff"),
    ]
    for content in damaged:
        with pytest.raises(DataError) as raised:
            all_records(file_of(tmp_path, content))
        assert not isinstance(raised.value, UnknownFormat)


def test_a_zip_with_one_member_in_no_known_format_is_not_passed_over(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.writestr("CISO_2024.csv", WRITERS["plain"](HOURS))
        archive.writestr("README.md", "# What is here\n")
    with pytest.raises(DataError, match=r"README.md\): is in no format dcsim knows") as raised:
        next(read_records(tmp_path / "all.zip"))
    assert not isinstance(raised.value, UnknownFormat)


NO_AUTHORITY = "nothing of an authority on record"
SAMPLES = {
    "EIA930_BALANCE_2024H2_header_RECONSTRUCTED.txt": "in no format dcsim knows",
    "EIA930_BALANCE_pre2024_sample.csv": "eia930-balance",
    "EIA930_INTERCHANGE_sample.csv": "eia930-interchange",
    "dacf_PJM_head.csv": "carboncast",
    "eia_bulk_series.json": "no hourly series in UTC of an authority",
    "eia_v2_US-NW-BPAT-US-NW-NWMT-exchange.json": "eia-api",
    "eia_v2_US-NW-PGE-with-nulls.json": "eia-api",
    "eia_v2_US_CAL_IID-battery_storage.json": NO_AUTHORITY,
    "eia_v2_US_NW_BPAT-consumption.json": "eia-api",
    "electricitymaps_US-CAL-CISO_2022_head.csv": "electricity-maps",
    "electricitymaps_legacy_head.csv": "electricity-maps",
    "ensembleci_CISO_head.csv": "carboncast",
    "ensembleci_EPE_head.csv": "carboncast",
    "ensembleci_ERCO_head.csv": "carboncast",
    "ensembleci_MISO_head.csv": "carboncast",
    "gridemissions_CO2i_head.csv": "gridemissions",
    "gridemissions_EBA_raw_head.csv": "eia-bulk-wide",
    "gridemissions_E_opt_head.csv": "gridemissions",
    "gridemissions_E_raw_2021-07-10_2021-07-20_head.csv": "gridemissions",
    "gridemissions_E_raw_2023-06-10_2023-06-20_head.csv": "gridemissions",
    "sustaindc_PJM_head.csv": "carbon-explorer",
    "sustaindc_WAAT_head.csv": "does not say which balancing authority",
    "truggles_AECI_head.csv": "holds demand only",
}
HOURLY = {
    **{f"{code}_2022.csv.gz": "plain" for code in ("BPAT", "ISNE", "PJM", "SOCO")},
    **{f"{code}_{y}.csv.gz": "plain" for code in ("CISO", "ERCO") for y in range(2019, 2023)},
    **{
        f"{code}_2022_ce_columns.csv.gz": "carbon-explorer"
        for code in ("BPAT", "CISO", "ERCO", "PJM", "SOCO")
    },
    "demand_hourly_2020_2024_clean_52ba.csv.gz": "holds demand only",
    "electricitymaps_US-TEX-ERCO_2022.csv.gz": "electricity-maps",
    "price_ERCO_2022.csv.gz": "holds prices only",
}
WINDOWS = {
    "CO2_2021-07-10_2021-07-20.csv.gz": "holds emissions in kg an hour",
    "CO2i_2021-07-10_2021-07-20.csv.gz": "gridemissions",
    "E_opt_2021-07-10_2021-07-20.csv.gz": "gridemissions",
    "E_raw_2021-07-10_2021-07-20.csv.gz": "gridemissions",
    "E_raw_2023-06-10_2023-06-20.csv.gz": "gridemissions",
}
REAL = {
    **{f"format_samples/{name}": what for name, what in SAMPLES.items()},
    **{f"eia930_hourly/{name}": what for name, what in HOURLY.items()},
    **{f"eia930_windows/{name}": what for name, what in WINDOWS.items()},
}


@pytest.mark.real_data
def test_every_real_file_is_expected(real_data: Path) -> None:
    folders = ("format_samples", "eia930_hourly", "eia930_windows")
    there = {
        f"{folder}/{path.name}" for folder in folders for path in (real_data / folder).iterdir()
    }
    assert there == set(REAL)


@pytest.mark.real_data
@pytest.mark.parametrize("name", REAL)
def test_every_real_file_is_read_or_refused_with_one_reason(real_data: Path, name: str) -> None:
    path = real_data / name
    if REAL[name] == NO_AUTHORITY:
        assert all_records(path) == []
        return
    if REAL[name] not in {known.name for known in FORMATS}:
        with pytest.raises(DataError, match=REAL[name]) as raised:
            all_records(path)
        assert str(path) in str(raised.value)
        return
    found = list(read_records(path))
    assert {chosen.name for chosen, _ in found} == {REAL[name]}
    for _, records in found:
        columns = list(records.table.columns)
        assert columns
        assert all(column in COLUMNS or column.startswith("to_") for column in columns)
        assert set(map(str, records.table.dtypes)) == {"float64"}
        assert str(records.table.index.dtype) == "datetime64[s, UTC]"


@pytest.mark.real_data
@pytest.mark.parametrize("code", ["BPAT", "CISO", "ERCO", "PJM", "SOCO"])
def test_the_same_real_year_from_two_formats_agrees_hour_by_hour(
    real_data: Path, code: str
) -> None:
    """One has stamps that begin the hour and the other that end it; 8,759 hours are in both.

    The plain files are not wholly as reported: the hours that EIA lacks (3 of CISO, 23 of PJM) are
    filled in them, and in five hours of October PJM's coal, nuclear and solar are.
    """
    folder = real_data / "eia930_hourly"
    fuels = list(FUELS)
    one = one_table(folder / f"{code}_2022.csv.gz")[fuels]
    other = one_table(folder / f"{code}_2022_ce_columns.csv.gz")[fuels]
    both = one.index.intersection(other.index)
    assert len(both) == 8759
    is_missing = other.loc[both].isna().all(axis=1)
    assert is_missing.sum() == {"CISO": 3, "PJM": 23}.get(code, 0)
    there = both[~is_missing]
    differs = (one.loc[there] != other.loc[there]).any(axis=1)
    if code == "PJM":
        differs = differs.drop(pd.date_range("2022-10-01T04Z", periods=4, freq="h"))
        differs = differs.drop(pd.Timestamp("2022-10-02T03Z"))
    assert not differs.any()
