"""EIA's six-month files: vintages, tiers, malformed headers, and flows to neighbours."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dcsim.errors import DataError
from dcsim.grid.readers.eia930_balance import CODE_OF
from dcsim.grid.readers.eia_codes import FOLDED
from tests.benchmarks.big_files import balance_header
from tests.grid.readers.written import all_records, file_of, one_table

FUEL = "Net Generation (MW) from "
BEFORE_FUELS = """\
"Balancing Authority","Data Date","Hour Number","UTC Time at End of Hour","Demand (MW)",\
"Net Generation (MW)","Total Interchange (MW)","Demand (MW) (Imputed)","Demand (MW) (Adjusted)"
CISO,07/01/2015,1,07/01/2015 8:00:00 AM,"30,000","25,000","-5,000",,"31,000"
CISO,07/01/2015,2,07/01/2015 9:00:00 AM,,"24,000","-4,000","29,000","29,000"
"""


def balance(columns: dict[str, list[object]], codes: tuple[str, ...] = ("CISO", "CISO")) -> str:
    """Write a BALANCE file of two hours: 06:00 and 07:00 in UTC are their ends."""
    stamps = ["07/01/2024 6:00:00 AM", "07/01/2024 7:00:00 AM"] * (len(codes) // 2)
    table = pd.DataFrame({"Balancing Authority": codes, "UTC Time at End of Hour": stamps})
    return table.assign(**columns).to_csv(index=False)


def test_files_before_fuels_have_demand_and_exchange(tmp_path: Path) -> None:
    """Demand: 31,000 adjusted from 30,000 and 29,000 imputed for a blank; both differ."""
    (records,) = all_records(file_of(tmp_path, BEFORE_FUELS))
    assert list(records.table.columns) == ["demand", "net_generation", "total_interchange"]
    assert records.table["demand"].tolist() == [31_000, 29_000]
    assert records.table["total_interchange"].tolist() == [-5_000, -4_000]
    assert records.table.index[0] == pd.Timestamp("2015-07-01T07:00Z")
    assert records.notes == (
        "stamps were hour-ending UTC and are moved one hour back",
        "EIA's adjusted values are taken",
        "CISO_2024.csv: as reported, for there are no adjusted values: net_generation, "
        "total_interchange",
        "CISO_2024.csv: EIA's adjusted value differs from the reported: demand in 2 hours",
    )


def test_noon_and_midnight(tmp_path: Path) -> None:
    """12:00:00 AM ends the last hour of the day before; 12:00:00 PM ends the hour from 11."""
    content = BEFORE_FUELS.replace("8:00:00 AM", "12:00:00 AM").replace("9:00:00 AM", "12:00:00 PM")
    index = one_table(file_of(tmp_path, content)).index
    assert list(index) == [pd.Timestamp("2015-06-30T23Z"), pd.Timestamp("2015-07-01T11Z")]


def test_stamps_that_a_spreadsheet_rewrote(tmp_path: Path) -> None:
    content = BEFORE_FUELS.replace("07/01/2015 8:00:00 AM", "2015-07-01 08:00:00")
    assert one_table(file_of(tmp_path, content)).index[0] == pd.Timestamp("2015-07-01T07:00Z")


def test_the_adjusted_tier_is_taken_column_by_column(tmp_path: Path) -> None:
    """Coal is adjusted; wind has an adjusted column without values; unknown has none at all."""
    content = balance(
        {
            f"{FUEL}Coal": [1, 2],
            f"{FUEL}Coal (Imputed)": [np.nan, 5],
            f"{FUEL}Coal (Adjusted)": [1, 5],
            f"{FUEL}Wind": [7, 8],
            f"{FUEL}Wind (Adjusted)": [np.nan, np.nan],
            f"{FUEL}Unknown Fuel Sources": [3, 4],
        }
    )
    (records,) = all_records(file_of(tmp_path, content))
    assert records.table["coal"].tolist() == [1, 5]
    assert records.table["wind"].tolist() == [7, 8]
    assert records.table["other"].tolist() == [3, 4]
    assert "CISO_2024.csv: as reported, for there are no adjusted values: WND, UNK" in records.notes
    assert (
        "CISO_2024.csv: EIA's adjusted value differs from the reported: COL in 1 hours"
        in records.notes
    )
    assert "other is UNK" in records.notes


def test_notes_of_two_files_are_told_apart(tmp_path: Path) -> None:
    name = "Net Generation (MW) from Coal"
    found = []
    for number, hours in enumerate((1, 2)):
        rows = [f"CISO,2024-07-01T0{hour},1,2" for hour in range(hours)]
        header = f"Balancing Authority,UTC Time at End of Hour,{name},{name} (Adjusted)"
        content = "\n".join([header, *rows, ""])
        found += all_records(file_of(tmp_path, content, f"half_{number}.csv"))
    assert [records.notes[-1] for records in found] == [
        f"half_{number}.csv: EIA's adjusted value differs from the reported: COL in {hours} hours"
        for number, hours in enumerate((1, 2))
    ]


def test_a_value_that_eia_took_out_stays_out(tmp_path: Path) -> None:
    """The tiers are never mixed within a column: what is blank in the adjusted is missing."""
    columns = {f"{FUEL}Coal": [1, 99_999], f"{FUEL}Coal (Adjusted)": [1, np.nan]}
    (records,) = all_records(file_of(tmp_path, balance(columns)))
    assert records.table["coal"].isna().tolist() == [False, True]
    assert (
        "CISO_2024.csv: EIA's adjusted value differs from the reported: COL in 1 hours"
        in records.notes
    )


def test_the_malformed_headers_of_2024(tmp_path: Path) -> None:
    """`witho` is `with` and carries data; pumped storage has two blanks in its name."""
    columns = {
        f"{FUEL}Solar without Integrated Battery Storage (Adjusted)": [10, 10],
        f"{FUEL}Solar witho Integrated Battery Storage (Adjusted)": [1, 2],
        f"{FUEL}Hydropower Excluding Pumped Storage (Adjusted)": [100, 100],
        f"{FUEL}Pumped Storage  (Adjusted)": [-20, 30],
        f"{FUEL}Battery Storage (Adjusted)": [-5, 5],
        f"{FUEL}Geothermal (Adjusted)": [4, 4],
    }
    (records,) = all_records(file_of(tmp_path, balance(columns)))
    assert records.table["solar"].tolist() == [11, 12]
    assert records.table["hydro"].tolist() == [80, 130]
    assert records.table["storage"].tolist() == [-5, 5]
    assert records.table["other"].tolist() == [4, 4]
    assert "solar is SUN + SNB" in records.notes


def test_all_65_columns_of_2024_are_known(tmp_path: Path) -> None:
    """Every column holds 1 MW: hydro, solar, wind are two of them, other and storage three."""
    row = ["CISO", "07/01/2024", "1", "07/01/2024 1:00:00 AM", "07/01/2024 7:00:00 AM"]
    header = balance_header()
    cells = [*row, *["1"] * (len(header) - 6), "CAL"]
    content = ",".join(f'"{name}"' for name in header) + "\n" + ",".join(cells) + "\n"
    (records,) = all_records(file_of(tmp_path, content))
    assert len(header) == 65
    expected = {"hydro": 2, "solar": 2, "wind": 2, "other": 3, "storage": 3}
    found = records.table.iloc[0].to_dict()
    assert found == {name: expected.get(name, 1) for name in found}
    assert not any("not known" in note for note in records.notes)


@pytest.mark.real_data
def test_the_header_on_record_is_the_generated_one(real_data: Path) -> None:
    path = real_data / "format_samples" / "EIA930_BALANCE_2024H2_header_RECONSTRUCTED.txt"
    assert path.read_text().splitlines() == balance_header()


def test_a_year_in_one_file_unions_both_families(tmp_path: Path) -> None:
    """The first hour has the old column, the second the new: wind is 5 and then 6 + 1."""
    columns = {
        f"{FUEL}Wind (Adjusted)": [5, np.nan],
        f"{FUEL}Wind without Integrated Battery Storage (Adjusted)": [np.nan, 6],
        f"{FUEL}Wind with Integrated Battery Storage (Adjusted)": [np.nan, 1],
    }
    assert one_table(file_of(tmp_path, balance(columns)))["wind"].tolist() == [5, 7]


def test_a_fuel_that_is_new_counts_as_other_and_is_said(tmp_path: Path) -> None:
    columns = {f"{FUEL}Hydrogen (Adjusted)": [5, 6], f"{FUEL}Other Fuel Sources (Adjusted)": [1, 1]}
    (records,) = all_records(file_of(tmp_path, balance(columns)))
    assert records.table["other"].tolist() == [6, 7]
    assert "fuel code Hydrogen is not known to dcsim and counts as other" in records.notes


def test_every_authority_but_no_region_and_doubles_stay(tmp_path: Path) -> None:
    codes = ("CISO", "CISO", "CAL", "CAL", "PJM", "PJM", "CISO", "CISO")
    content = balance({f"{FUEL}Coal": range(8)}, codes)
    found = {records.ba_code: records.table for records in all_records(file_of(tmp_path, content))}
    assert list(found) == ["CISO", "PJM"]
    assert found["CISO"]["coal"].tolist() == [0, 1, 6, 7]
    assert found["CISO"].index.duplicated().sum() == 2


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (
            "UTC Time at End of Hour",
            "UTC Time at End of hour",
            "no column 'UTC Time at End of Hour'; the nearest",
        ),
        ("Demand (MW)", "Demand (MW) (Imputed)", "no column 'Demand \\(MW\\)'; the nearest is"),
        ("7:00:00 AM", "25:00:00 AM", "line 3: UTC Time at End of Hour is '07/01/2024 25:00:00 AM"),
        ("7:00:00 AM,2", "7:00:00 AM,n/a", r"line 3: Demand \(MW\) is 'n/a', which is no number"),
        ("CISO,07/01/2024 7", ",07/01/2024 7", "line 3: Balancing Authority is blank"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, before: str, after: str, words: str) -> None:
    content = balance({"Demand (MW)": [1, 2]}).replace(before, after)
    with pytest.raises(DataError, match=words):
        all_records(file_of(tmp_path, content))


def test_words_of_fuels_are_all_folded_somewhere() -> None:
    folded = {code for codes in FOLDED.values() for code in codes}
    assert set(CODE_OF.values()) == folded - {"BIO"}


INTERCHANGE = """\
"Balancing Authority","Data Date","Hour Number","Directly Interconnected Balancing Authority",\
"Interchange (MW)","Local Time at End of Hour","UTC Time at End of Hour","Region","DIBA_Region"
AECI,01/01/2022,1,MISO,"-1,391",01/01/2022 1:00:00 AM,01/01/2022 7:00:00 AM,MIDW,MIDW
AECI,01/01/2022,1,SPA,114,01/01/2022 1:00:00 AM,01/01/2022 7:00:00 AM,MIDW,CENT
MISO,01/01/2022,1,AECI,"1,400",01/01/2022 1:00:00 AM,01/01/2022 7:00:00 AM,MIDW,MIDW
AECI,01/01/2022,2,MISO,-361,01/01/2022 2:00:00 AM,01/01/2022 8:00:00 AM,MIDW,MIDW
AECI,01/01/2022,2,SPA,,01/01/2022 2:00:00 AM,01/01/2022 8:00:00 AM,MIDW,CENT
AECI,01/01/2022,2,MISO,-360,01/01/2022 2:00:00 AM,01/01/2022 8:00:00 AM,MIDW,MIDW
"""


def test_flows_as_each_side_reports_them(tmp_path: Path) -> None:
    """AECI says it takes 1,391 from MISO, and MISO that it gives 1,400; both are kept."""
    found = {r.ba_code: r.table for r in all_records(file_of(tmp_path, INTERCHANGE))}
    assert found["AECI"]["to_MISO"].tolist() == [-1_391, -361, -360]
    assert found["AECI"]["to_SPA"].tolist()[0] == 114
    assert found["AECI"]["to_SPA"].isna().tolist() == [False, True, True]
    assert found["MISO"]["to_AECI"].tolist() == [1_400]
    assert found["AECI"].index[0] == pd.Timestamp("2022-01-01T06:00Z")


def test_an_interchange_file_without_its_neighbours_is_refused(tmp_path: Path) -> None:
    content = INTERCHANGE.replace("Directly Interconnected Balancing Authority", "DIBA")
    with pytest.raises(DataError, match="no column 'Directly Interconnected Balancing Authority'"):
        all_records(file_of(tmp_path, content))
    content = INTERCHANGE.replace("Interchange (MW)", "Interchange (GW)")
    with pytest.raises(DataError, match=r"no column 'Interchange \(MW\)'; the nearest is 'Inter"):
        all_records(file_of(tmp_path, content))


def test_flows_of_the_wanted_only(tmp_path: Path) -> None:
    found = all_records(file_of(tmp_path, INTERCHANGE), wanted=["MISO"])
    assert [records.ba_code for records in found] == ["MISO"]
