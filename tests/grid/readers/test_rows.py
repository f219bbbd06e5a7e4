"""Batches of text: numbers, words and stamps, and the line of what is wrong."""

from pathlib import Path

import numpy as np
import pytest

from dcsim.errors import DataError
from dcsim.grid.readers import rows
from dcsim.grid.readers.rows import Batch, iso_stamps, read_batches, require_columns
from dcsim.grid.readers.source import sniff
from dcsim.grid.readers.unpacking import unheard
from tests.grid.readers.written import input_of


def batches_of(folder: Path, content: str, kept: str = "ab") -> list[Batch]:
    source = input_of(folder, content)
    return list(read_batches(source, sniff(source), set(kept).__contains__, unheard))


def test_numbers_with_separators_blanks_and_signs(tmp_path: Path) -> None:
    (batch,) = batches_of(tmp_path, 'a,b\n"1,060",1\n990,2\n,3\n -5 ,4\n1e3,5\nNaN,6\n')
    assert batch.numbers("a").tolist()[:2] == [1060, 990]
    assert batch.numbers("a").tolist()[3:5] == [-5, 1000]
    assert np.isnan(batch.numbers("a")[[2, 5]]).all()


@pytest.mark.parametrize(
    "value", ["many", "1.060,5x", "true", "--1", "12,5", "1,0600", "1060,000", ",5", "1_0"]
)
def test_what_is_no_number_is_named_with_its_line(tmp_path: Path, value: str) -> None:
    (batch,) = batches_of(tmp_path, f'a,b\n1,2\n\n"{value}",2\n'.replace("\n\n", "\n"))
    with pytest.raises(DataError, match=rf"line 3: a is '{value}', which is no number"):
        batch.numbers("a")


def test_a_value_without_end_is_quoted_in_part(tmp_path: Path) -> None:
    (batch,) = batches_of(tmp_path, f"a,b\n{'9' * 400},2\n")
    with pytest.raises(DataError, match=r"line 2: a is '9{79}\.\.\., but values must be finite"):
        batch.numbers("a")


def test_lines_are_counted_through_all_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Blocks of 64 bytes; the wrong value stands in line 101."""
    monkeypatch.setattr(rows, "_BLOCK_BYTES", 64)
    batches = batches_of(tmp_path, "a,b\n" + "1,2\n" * 99 + "x,2\n")
    assert len(batches) > 3
    with pytest.raises(DataError, match="line 101: a is 'x'"):
        [batch.numbers("a") for batch in batches]


def test_stamps_are_parsed_once_each_and_a_bad_one_is_named(tmp_path: Path) -> None:
    (batch,) = batches_of(tmp_path, "a,b\n2024-01-01T05,1\n2024-01-01 05:00:00+00:00,2\n")
    assert batch.stamps("a", iso_stamps).tolist() == [np.datetime64("2024-01-01T05", "s")] * 2
    for bad, words in (("noon", "line 3: a is 'noon'"), ("", "line 3: a is ''")):
        (batch,) = batches_of(tmp_path, f"a,b\n2024-01-01T05,1\n{bad},2\n")
        with pytest.raises(DataError, match=words):
            batch.stamps("a", iso_stamps)


def test_words_are_stripped_and_a_blank_one_is_named(tmp_path: Path) -> None:
    (batch,) = batches_of(tmp_path, "a,b\n CISO ,1\nCISO,2\n")
    assert batch.words("a").tolist() == ["CISO", "CISO"]
    (batch,) = batches_of(tmp_path, "a,b\nCISO,1\n,2\n")
    with pytest.raises(DataError, match="line 3: a is blank"):
        batch.words("a")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a,b\n1,2\n3\n", "line 3: has 1 fields where the header has 2"),
        ("a,b\n1,2\n3,4\n5,6,7\n", "line 4: has 3 fields where the header has 2"),
        ("a,b\n", "has a header but no rows"),
        ("a,b", "has a header but no rows"),
        ("a,b,a\n1,2,3\n", "column 'a' is there twice"),
    ],
)
def test_broken_tables(tmp_path: Path, content: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        batches_of(tmp_path, content)


def test_a_row_longer_than_a_block_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "_BLOCK_BYTES", 64)
    with pytest.raises(DataError, match="is not a CSV table: straddling object"):
        batches_of(tmp_path, "a,b\n" + "1" * 1000 + ",2\n")


def test_missing_columns_are_named_with_the_nearest() -> None:
    require_columns(["a", "b"], ["a"], "file")
    with pytest.raises(DataError, match="file: has no column 'demand'; the nearest is 'demands'"):
        require_columns(["a", "demands"], ["a", "demand"], "file")
    with pytest.raises(DataError, match="file: has no column 'demand'; it has a, b"):
        require_columns(["a", "b"], ["demand"], "file")
