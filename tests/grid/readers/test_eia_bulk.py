"""EIA's bulk file, line by line, and its wide form."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dcsim.errors import DataError, OutputError
from dcsim.grid.readers import eia_bulk
from dcsim.grid.readers.formats import read_records
from tests.grid.readers.written import all_records, file_of


def line(series_id: str, data: object) -> str:
    return json.dumps({"series_id": series_id, "f": "H", "data": data}) + "\n"


HEAD = '{"category_id":"2122628","name":"Balancing authority","childseries":["EBA.X-ALL.D.H"]}\n'
CISO = (
    line("EBA.CISO-ALL.NG.NG.H", [["20220303T05Z", 10420], ["20220303T04Z", None]])
    + line("EBA.CISO-ALL.NG.H", [["20220303T05Z", 11000], ["20220303T03Z", 12000]])
    + line("EBA.CISO-ALL.D.H", [["20220303T05Z", "9000"]])
    + line("EBA.CISO-BPAT.ID.H", [["20220303T05Z", -500]])
)
IGNORED = (
    line("EBA.CISO-ALL.D.HL", [["20220302T21-08", 1]])
    + line("EBA.CISO-ALL.DF.H", [["20220303T05Z", 1]])
    + line("EBA.CAL-ALL.D.H", [["20220303T05Z", 1]])
    + line("EBA.CISO-CAL.ID.H", [["20220303T05Z", 1]])
)


def test_series_are_put_together_by_authority(tmp_path: Path) -> None:
    """The hour that ends 05:00 begins at 04:00; NG.NG is natural gas and NG net generation."""
    (records,) = all_records(file_of(tmp_path, HEAD + CISO + IGNORED + "\n", "EBA.txt"))
    table = records.table
    assert records.ba_code == "CISO"
    assert list(table.columns) == ["natural_gas", "demand", "net_generation", "to_BPAT"]
    assert list(table.index) == [pd.Timestamp(f"2022-03-03T0{h}Z") for h in (2, 3, 4)]
    assert table.iloc[2].tolist() == [10420, 9000, 11000, -500]
    assert table["net_generation"].iloc[0] == 12000
    assert np.isnan(table.iloc[0]["natural_gas"])


def test_a_reply_of_the_old_api_reads_the_same(tmp_path: Path) -> None:
    series = [json.loads(text) for text in CISO.splitlines()]
    reply = json.dumps({"request": {"series_id": "EBA.CISO-ALL.D.H"}, "series": series})
    (from_reply,) = all_records(file_of(tmp_path, reply, "reply.json"))
    (from_bulk,) = all_records(file_of(tmp_path, CISO, "EBA.txt"))
    pd.testing.assert_frame_equal(from_reply.table, from_bulk.table)


def test_two_series_of_one_name_are_joined_and_doubles_stay(tmp_path: Path) -> None:
    name = "EBA.CISO-ALL.D.H"
    parts = [[["20220303T05Z", 1]], [["20220303T06Z", 2], ["20220303T05Z", 3]]]
    path = file_of(tmp_path, "".join(line(name, part) for part in parts), "EBA.txt")
    (records,) = all_records(path)
    assert records.table["demand"].tolist() == [1, 3, 2]


def test_an_authority_without_a_value_is_left_out(tmp_path: Path) -> None:
    empty = line("EBA.PJM-ALL.D.H", []) + line("EBA.ERCO-ALL.D.H", [["20220303T05Z", None]])
    found = all_records(file_of(tmp_path, CISO + empty, "EBA.txt"))
    assert [records.ba_code for records in found] == ["CISO"]


def test_series_that_are_not_wanted_are_not_even_parsed(tmp_path: Path) -> None:
    broken = '{"series_id":"EBA.PJM-ALL.D.H","data":[[}\n'
    path = file_of(tmp_path, CISO + broken, "EBA.txt")
    assert len(all_records(path, wanted=["CISO"])) == 1
    with pytest.raises(DataError, match="line 5: is not JSON, or is cut off"):
        all_records(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (HEAD + IGNORED, "no hourly series in UTC of an authority, such as EBA.CISO-ALL"),
        (CISO[:-2], "line 4: is not JSON, or is cut off: it ends without a brace"),
        (CISO + '{"series_id": nonsense}\n', "line 5: is not JSON, or is cut off"),
        (HEAD + '{"series": 3, "series_id": "EBA.CISO-ALL.D.H"}', "line 2: is no series of EIA's"),
        (HEAD + '{"series": [3]}', "line 2: is no series of EIA's bulk file"),
        (line("EBA.CISO-ALL.D.H", [["2022-03-03", 1]]), "line 1: EBA.CISO-ALL.D.H has no data"),
        (line("EBA.CISO-ALL.D.H", [["20220303T05Z"]]), "line 1: EBA.CISO-ALL.D.H has no data"),
        (line("EBA.CISO-ALL.D.H", [["20220303T05Z", "w"]]), "such as .*: could not convert"),
        (line("EBA.CISO-ALL.D.H", [["20220303T05Z", 10**400]]), "int too large to convert"),
        (
            line("EBA.CISO-ALL.D.H", [["20220303T05Z", 2e7]]),
            "at 20220303T05Z is 20000000.0; values",
        ),
        (line("EBA.CISO-ALL.D.H", [["20220303T05Z", "-inf"]]), "at 20220303T05Z is -inf; values"),
        (line("EBA.CISO-ALL.D.H", [["99991231T05Z", 1]]), "is not of the years 2001 to 2100"),
        (line("EBA.CISO-ALL.D.H", [["00010101T00Z", 1]]), "is not of the years 2001 to 2100"),
        (line("EBA.CISO-ALL.D.H", [[5, 1]]), "line 1: EBA.CISO-ALL.D.H has no data"),
        ('{"series_id":"EBA.CISO-ALL.D.H"}\n', "line 1: EBA.CISO-ALL.D.H has no data"),
        (HEAD + "{" + "[" * 200_000 + "}", "line 2: is not JSON"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, content: str, words: str) -> None:
    with pytest.raises(DataError, match=words) as raised:
        all_records(file_of(tmp_path, content, "EBA.txt"))
    assert "EBA.txt" in str(raised.value)


def test_a_line_without_end_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eia_bulk, "LONGEST_LINE_BYTES", 2**8)
    with pytest.raises(DataError, match="line 1: is longer than 0 MiB; EIA's bulk file has one"):
        all_records(file_of(tmp_path, line("EBA.CISO-ALL.D.H", [["20220303T05Z", 1]] * 99)))


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether all is taken, only the first, or there is a fault: the scratch folder goes."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    path = file_of(tmp_path, CISO + line("EBA.PJM-ALL.D.H", [["20220303T05Z", 1]]), "EBA.txt")
    assert len(all_records(path)) == 2
    reading = read_records(path)
    next(reading)
    assert list(scratch.iterdir()) != []
    reading.close()
    with pytest.raises(DataError):
        all_records(file_of(tmp_path, CISO[:-9], "cut.txt"))
    assert list(scratch.iterdir()) == []


def test_a_file_without_series_is_refused_whatever_was_read_before(tmp_path: Path) -> None:
    path = file_of(tmp_path, HEAD + IGNORED, "EBA.txt")
    with pytest.raises(DataError, match="has no hourly series in UTC of an authority"):
        all_records(path, seen={"PJM"}, unknown={"X"})


def test_a_folder_for_temporary_files_that_cannot_be_written_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not there, or there is no room: neither is the fault of the file or of the store."""
    path = file_of(tmp_path, CISO, "EBA.txt")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(
        OutputError, match=r"nowhere: the folder for temporary files cannot .*TMPDI"
    ):
        all_records(path)

    def full(*args: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("pyarrow.parquet.write_table", full)
    with pytest.raises(OutputError, match=r"dcsim-.*: No space left on device; make room there"):
        all_records(path)
    assert list(tmp_path.iterdir()) == [path]


def test_the_wide_form_has_regions_and_forecasts_left_out(tmp_path: Path) -> None:
    content = (
        ",EBA.CISO-ALL.D.H,EBA.CISO-ALL.DF.H,EBA.CAL-ALL.D.H,EBA.CISO-BPAT.ID.H,EBA.PJM-ALL.NG.H\n"
        "2022-03-03 05:00:00+00:00,1,2,3,4,\n"
        "2022-03-03 06:00:00+00:00,5,6,7,,8\n"
    )
    found = {r.ba_code: r.table for r in all_records(file_of(tmp_path, content))}
    assert list(found) == ["CISO", "PJM"]
    assert list(found["CISO"].columns) == ["demand", "to_BPAT"]
    assert found["CISO"]["demand"].tolist() == [1, 5]
    assert found["CISO"].index[0] == pd.Timestamp("2022-03-03T04:00Z")
    only_local = content.replace(".H,", ".HL,").replace(".H\n", ".HL\n")
    with pytest.raises(DataError, match="line 1: has no hourly series in UTC of an authority"):
        all_records(file_of(tmp_path, only_local))
