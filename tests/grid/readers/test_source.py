"""Safety at the door: each damaged or hostile file is one clear error."""

import gzip
import io
import os
import struct
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcsim.errors import DataError
from dcsim.grid.readers import source as sources
from dcsim.grid.readers import unpacking
from dcsim.grid.readers.source import Options, inputs_of, sniff
from dcsim.grid.readers.table import read_table
from tests.grid.readers.test_formats import HOURS
from tests.grid.readers.written import WRITERS, all_records, file_of, input_of, plain

LONG = {code: [*column] * 5_000 for code, column in HOURS.items()}


def zip_of(folder: Path, members: dict[str, bytes], name: str = "all.zip") -> Path:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, text in members.items():
            archive.writestr(member, text)
    return file_of(folder, content.getvalue(), name)


def refusal(path: Path, **asked: object) -> str:
    """Return the one message, which names the file."""
    with pytest.raises(DataError) as raised:
        all_records(path, **asked)
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_missing_files_and_folders(tmp_path: Path) -> None:
    assert "no such file" in refusal(tmp_path / "none.csv")
    assert "cannot be read: Is a directory" in refusal(tmp_path)
    assert "cannot be read: File name too long" in refusal(tmp_path / ("a" * 300))
    with pytest.raises(DataError, match="cannot be read: embedded null byte"):
        all_records(tmp_path / "a\0b.csv")


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    assert "is a device or pipe, and no file" in refusal(tmp_path / "pipe.csv")


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_zip_packed_in_another_way_is_read_or_is_damaged(tmp_path: Path, method: int) -> None:
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("CISO_2024.csv", plain(HOURS))
    assert len(all_records(path)) == 1
    content = bytearray(path.read_bytes())
    content[70:110] = b"\xff" * 40
    assert "is damaged" in refusal(file_of(tmp_path, bytes(content), "broken.zip"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (b"\x89PNG\r\n\x1a\n\0\0", "is not text"),
        ("a,b\n1,2\n".encode("utf-16"), "is not text"),
        (b"<!DOCTYPE html>\n<html><body>503</body></html>", "is a web page or XML"),
        (b"\n  <html>\n", "is a web page or XML"),
        (b'<?xml version="1.0"?><Error/>', "is a web page or XML"),
        ("utc_hour_beginning,größe\n".encode("latin-1"), "line 1: is not text in UTF-8 (byte 0xf6"),
        (b"a,b\n1,2\n3,\xff\n", "line 3: is not text in UTF-8 (byte 0xff)"),
        (b"PK\x03\x04 and nothing more", "is a damaged or cut-off zip"),
        (b"PAR1 and nothing more", "is not a readable Parquet file"),
    ],
)
def test_what_is_no_data(tmp_path: Path, content: bytes, words: str) -> None:
    assert words in refusal(file_of(tmp_path, content))


@pytest.mark.parametrize("name", WRITERS)
def test_bytes_in_another_encoding_far_into_a_file_name_the_line(tmp_path: Path, name: str) -> None:
    """Beyond the beginning that is looked at: the last line of some 15,001 or of the 9 series."""
    lines = WRITERS[name](LONG).encode().rstrip(b"\n").split(b"\n")
    last = lines[-1].replace(b"2024", b"2\xf624").replace(b"2025", b"2\xf625")
    path = file_of(tmp_path, b"\n".join([*lines[:-1], last]))
    assert f"line {len(lines)}: is not" in refusal(path)


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_that_was_cut_off_is_refused(tmp_path: Path, name: str) -> None:
    """In the middle of a row, or of a series: a value cut off at its end looks like a value."""
    content = WRITERS[name](LONG).encode()
    end = content.rindex(b"\n", 0, -2) + 12
    assert "line" in refusal(file_of(tmp_path, content[:end]))


def test_cut_off_gzip(tmp_path: Path) -> None:
    packed = gzip.compress(plain(LONG).encode())
    assert "cannot be read: it is damaged" in refusal(file_of(tmp_path, packed[:-2000], "CISO.gz"))
    broken = packed[:200] + bytes(100) + packed[300:]
    assert "cannot be read: it is damaged" in refusal(file_of(tmp_path, broken, "CISO.gz"))
    assert "is not gzipped" in refusal(file_of(tmp_path, b"a,b\n1,2\n", "CISO.csv.gz"))


def test_cut_off_zip(tmp_path: Path) -> None:
    whole = zip_of(tmp_path, {"CISO_2024.csv": plain(LONG).encode()}).read_bytes()
    cut = file_of(tmp_path, whole[: len(whole) // 2], "cut.zip")
    assert "is a damaged or cut-off zip" in refusal(cut)
    broken = file_of(tmp_path, whole[:300] + bytes(100) + whole[400:], "broken.zip")
    assert "cannot be read: it is damaged" in refusal(broken)


@pytest.mark.parametrize(
    "member", ["../CISO.csv", "a/../../CISO.csv", "/etc/CISO.csv", "C:\\CISO.csv", "..\\CISO.csv"]
)
def test_names_that_point_outside_a_zip_are_refused(tmp_path: Path, member: str) -> None:
    path = zip_of(tmp_path, {"CISO_2024.csv": plain(HOURS).encode(), member: b"a"})
    before = set(tmp_path.rglob("*"))
    assert "points outside the zip" in refusal(path)
    assert set(tmp_path.rglob("*")) == before


def test_an_encrypted_zip_is_refused(tmp_path: Path) -> None:
    content = bytearray(zip_of(tmp_path, {"CISO.csv": b"a,b\n"}).read_bytes())
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(header) + flags] |= 1
    assert "member 'CISO.csv' is encrypted" in refusal(file_of(tmp_path, bytes(content), "x.zip"))


def test_a_packing_that_python_does_not_have_is_refused(tmp_path: Path) -> None:
    content = bytearray(zip_of(tmp_path, {"CISO.csv": b"a,b\n"}).read_bytes())
    for header, method in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        struct.pack_into("<H", content, content.index(header) + method, 9)
    assert "cannot be unpacked" in refusal(file_of(tmp_path, bytes(content), "x.zip"))


def test_workbooks_and_empty_zips_are_refused(tmp_path: Path) -> None:
    book = zip_of(tmp_path, {"[Content_Types].xml": b"<Types/>"}, "CISO.xlsx")
    assert "is an Excel workbook" in refusal(book)
    for members in ({}, {"__MACOSX/a": b"a"}):
        assert "is a zip with no file in it" in refusal(zip_of(tmp_path, members))


def test_a_table_that_begins_like_a_zip_is_a_table(tmp_path: Path) -> None:
    assert "its first line is 'PK,b'" in refusal(file_of(tmp_path, b"PK,b\n1,2\n"))


def test_zip_bombs_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    """80 MB of zeros pack to 80 kB: a thousandfold."""
    bomb = zip_of(tmp_path, {"CISO.csv": bytes(80_000_000)})
    assert "unpacks to more than 250 times its size" in refusal(bomb)


def test_a_zip_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    """The directory says 4 bytes; what is unpacked is cut there, and its checksum is wrong."""
    path = zip_of(tmp_path, {"CISO.csv": plain(HOURS).encode()})
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, content.index(b"PK\x01\x02") + 24, 4)
    assert "cannot be read: it is damaged" in refusal(file_of(tmp_path, bytes(content), "x.zip"))


def test_gzip_bombs_are_refused_while_they_are_unpacked(tmp_path: Path) -> None:
    """Gzip does not say how much is in it: what comes out is counted, here 80 MB of blanks."""
    head = b"utc_hour_beginning,coal_mw\n2024-01-01T00Z,"
    bomb = gzip.compress(head + b" " * 80_000_000)
    assert "unpacks to more than 250 times" in refusal(file_of(tmp_path, bomb, "CISO.csv.gz"))


def test_nothing_is_read_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "LARGEST_BYTES", 100)
    assert "or to more than 0 GiB" in refusal(file_of(tmp_path, plain(HOURS)))


def test_a_character_cut_at_the_end_of_the_beginning_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "HEAD_BYTES", 8)
    assert sniff(input_of(tmp_path, "a,b\ngCO₂\n1,2\n")).head == "a,b\ngCO"


def test_a_header_is_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """100,000 columns of 7 letters are 700 kB, and what is looked at for other reasons 262 kB."""
    wide = "period,E_CISO_COL," + ",".join(f"c{place:05}" for place in range(100_000))
    row = "2024-01-01T01,5" + ",0" * 100_000
    table = all_records(file_of(tmp_path, f"{wide}\n{row}\n"))[0].table
    assert table["coal"].tolist() == [5]
    monkeypatch.setattr(sources, "LONGEST_HEADER_BYTES", 2**19)
    assert "line 1: is longer than 0 MiB" in refusal(file_of(tmp_path, f"{wide}\n{row}\n"))


def test_json_in_one_line_is_not_read_to_its_end(tmp_path: Path) -> None:
    text = '{"response": {"data": [' + '{"period": "2024-01-01T01"},' * 20_000
    assert len(sniff(input_of(tmp_path, text)).head) == sources.HEAD_BYTES


def test_what_a_sniff_says(tmp_path: Path) -> None:
    table = sniff(input_of(tmp_path, '\n\n"Solar  (MW)", b \n1,2\n'))
    assert (table.columns, table.line) == (("Solar (MW)", "b"), 3)
    assert (table.first_line, table.is_json, table.is_parquet) == ('"Solar  (MW)", b', False, False)
    series = sniff(input_of(tmp_path, '  {"series_id": 1}\n'))
    assert (series.columns, series.is_json) == ((), True)


def test_progress_goes_from_nothing_to_all(tmp_path: Path) -> None:
    for name in ("CISO_2024.csv", "CISO_2024.csv.gz"):
        content = plain(LONG).encode()
        path = file_of(tmp_path, gzip.compress(content) if name.endswith("gz") else content, name)
        said: list[float] = []
        with inputs_of(path)[0].open(said.append) as stream:
            while stream.read(2**16):
                pass
        assert said == sorted(said)
        assert said[-1] == 1.0


def test_options_remember_who_was_met() -> None:
    options = Options(wanted=frozenset({"CISO"}))
    assert options.wants("CISO")
    assert not options.wants("PJM")
    assert options.seen == {"CISO", "PJM"}
    assert Options().wants("PJM")


TOKENS = [b",", b"\n", b"\r", b'"', b"\xff", b"\0", b"inf", b"-", b"2024", b"[", b"}", b"null", b""]


@settings(max_examples=150)
@given(
    name=st.sampled_from(list(WRITERS)),
    packing=st.sampled_from(["text", "text", "gzip", "zip", "parquet"]),
    places=st.lists(
        st.tuples(
            st.integers(0, 10_000),
            st.integers(0, 6),
            st.sampled_from(TOKENS) | st.binary(min_size=1, max_size=9),
        ),
        min_size=1,
        max_size=3,
    ),
)
def test_whatever_the_damage_there_is_one_error_or_none(
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    packing: str,
    places: list[tuple[int, int, bytes]],
) -> None:
    """Noise anywhere in any file is read or refused, and never another error than ours."""
    folder = tmp_path_factory.mktemp("noise")
    content = packed(folder, WRITERS[name](HOURS), packing)
    for place, removed, put in places:
        at = place % len(content)
        content = content[:at] + put + content[at + removed :]
    with suppress(DataError):
        all_records(file_of(folder, content, "CISO_2024"))


def packed(folder: Path, text: str, packing: str) -> bytes:
    """Pack a table as people do; what is no table is left as text."""
    if packing == "gzip":
        return gzip.compress(text.encode())
    if packing == "zip":
        return zip_of(folder, {"CISO.csv": text.encode()}).read_bytes()
    if packing == "parquet" and not text.startswith("{"):
        pd.read_csv(io.StringIO(text)).to_parquet(folder / "whole")
        return (folder / "whole").read_bytes()
    return text.encode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a" * 200_000 + ",b\n1,2\n", "line 1: is no header of a table: field larger than"),
        (plain(HOURS) + "x" * 200_000 + ",1\n", "line 5: is not a CSV table: field larger than"),
    ],
)
def test_endless_fields_are_refused(tmp_path: Path, content: str, words: str) -> None:
    assert words in refusal(file_of(tmp_path, content))


def test_lines_that_end_as_on_old_macs_are_read(tmp_path: Path) -> None:
    for name in ("plain", "gridemissions"):
        content = WRITERS[name](HOURS)
        expected = all_records(file_of(tmp_path, content))[0].table
        old = all_records(file_of(tmp_path, content.replace("\n", "\r")))[0].table
        pd.testing.assert_frame_equal(old, expected)


@pytest.mark.parametrize("name", ["plain", "gridemissions"])
def test_parquet_with_damaged_pages(tmp_path: Path, name: str) -> None:
    """Both ways of reading, whole and in batches; the footer is whole, so it opens."""
    path = tmp_path / "CISO.parquet"
    table = pd.read_csv(io.StringIO(WRITERS[name](LONG)))
    table.to_parquet(path, compression="gzip")
    content = bytearray(path.read_bytes())
    content[4:200] = b"\xff" * 196
    assert "is not a readable Parquet file" in refusal(file_of(tmp_path, bytes(content), "CISO"))


def test_parquet_bombs_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    """20 million rows of one value in some kB: 160 MB in memory for each of two columns."""
    rows = 20_000_000
    value = pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int8()), rows), [1.0])
    pq.write_table(pa.table({"coal_mw": value, "wind_mw": value}), tmp_path / "CISO.parquet")
    assert (tmp_path / "CISO.parquet").stat().st_size < 200_000
    assert "unpacks to more than 250 times its size" in refusal(tmp_path / "CISO.parquet")


def test_the_strict_door_takes_a_zip_of_one_file_only(tmp_path: Path) -> None:
    one = zip_of(tmp_path, {"CISO.csv": plain(HOURS).encode()})
    assert len(read_table(one)) == 3
    two = zip_of(tmp_path, {"a.csv": b"a\n1\n", "b.csv": b"a\n1\n"})
    with pytest.raises(DataError, match="is a zip of 2 files; one is needed here"):
        read_table(two)


def test_zlib_faults_are_caught_too(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(plain(LONG).encode()))
    packed[12:20] = b"\xff" * 8
    with pytest.raises(zlib.error):
        gzip.decompress(bytes(packed))
    assert "it is damaged" in refusal(file_of(tmp_path, bytes(packed)))
