"""What is no table at a table's door: JSON, other formats, other separators; each at once."""

import gzip
import json
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from dcsim.errors import DataError
from dcsim.grid.readers.table import MOST_COLUMNS, read_table
from dcsim.grid.store.grids import read_grid_file
from dcsim.scenario.spec import Grid
from dcsim.traces.hourly_file import ENERGY_PRICE, EXPORT_PRICE, FACILITY_LOAD, SURPLUS, read_hourly
from tests.conftest import START
from tests.grid.readers.test_formats import HOURS as SAMPLES
from tests.grid.readers.written import WRITERS

HOURS = pd.date_range(START, periods=2, freq="h", unit="s")
ROW = {"period": "2023-01-01T01", "respondent": "PNM", "fueltype": "COL", "value": "501"}
REPLY = json.dumps({"response": {"total": 1, "data": [ROW] * 25_000}}).encode()


def grid_door(path: Path) -> object:
    return read_grid_file(path, Grid(file=path))


DOORS: list[Callable[[Path], object]] = [
    grid_door,
    *(
        lambda path, quantity=quantity: read_hourly(path, quantity, HOURS, "refuse")
        for quantity in (FACILITY_LOAD, ENERGY_PRICE, EXPORT_PRICE, SURPLUS)
    ),
]


@pytest.mark.parametrize("door", DOORS, ids=["grid", "load", "price", "export", "surplus"])
@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("reply.json", REPLY),
        ("list.csv", json.dumps([ROW] * 25_000).encode()),
        ("packed.csv.gz", gzip.compress(REPLY)),
        ("blanks.csv", b"\xef\xbb\xbf\n\n  " + REPLY),
        ("other.json", b'{"load": [1, 2, 3]}'),
        ("lines.ndjson", b'{"a": 1}\n{"a": 2}\n'),
    ],
    ids=["reply", "list", "gzipped", "blanks-first", "other", "lines"],
)
def test_json_is_refused_at_once(
    tmp_path: Path, name: str, content: bytes, door: Callable[[Path], object]
) -> None:
    """Two megabytes on one line took two minutes as a header; a second is ample."""
    path = tmp_path / name
    path.write_bytes(content)
    begun = time.process_time()
    with pytest.raises(DataError, match=r"is JSON.*`dcsim grids import") as raised:
        door(path)
    assert time.process_time() - begun < 1
    assert name in str(raised.value)
    assert len(str(raised.value)) < 500


@pytest.mark.parametrize("cell", ["", "x", "2022-01-01 00:00"])
def test_a_header_of_very_many_columns_is_refused_at_once(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(",".join([cell] * 100_000) + "\n1\n")
    begun = time.process_time()
    with pytest.raises(DataError, match=rf"has 100,000 columns; at most {MOST_COLUMNS:,}"):
        read_table(path)
    assert time.process_time() - begun < 1


@pytest.mark.parametrize(("separator", "word"), [(";", "semicolons"), ("\t", "tabs")])
def test_other_separators_are_named(tmp_path: Path, separator: str, word: str) -> None:
    path = tmp_path / "load.csv"
    path.write_text(f"utc{separator}load_mw\n2022-01-01 00:00{separator}30,5\n")
    with pytest.raises(DataError, match=f"line 1: columns are separated by {word}"):
        read_hourly(path, FACILITY_LOAD, HOURS, "refuse")


READ_ALONE = {"plain", "carbon-explorer"}


@pytest.mark.parametrize("name", [name for name in WRITERS if name not in READ_ALONE])
def test_a_format_of_imports_is_named_with_the_command(tmp_path: Path, name: str) -> None:
    path = tmp_path / "CISO.csv"
    path.write_text(WRITERS[name](SAMPLES))
    with pytest.raises(DataError, match=rf"in the format {name} .*`dcsim grids import"):
        grid_door(path)


def test_carboncast_with_row_numbers_is_named_too(tmp_path: Path) -> None:
    """Its `oil` was taken for Carbon Explorer's `OIL` in other letters."""
    path = tmp_path / "CISO_direct_emissions.csv"
    path.write_text(",UTC time,coal,nat_gas,oil\n0,2023-06-01 00:00:00,5,8,2\n")
    with pytest.raises(DataError, match="in the format carboncast"):
        grid_door(path)


def test_a_file_of_prices_as_a_grid_is_named(tmp_path: Path) -> None:
    path = tmp_path / "price.csv"
    path.write_text("Datetime (UTC),Price (USD/MWh)\n2022-01-01 00:00,30\n")
    with pytest.raises(DataError, match="holds prices only"):
        grid_door(path)
