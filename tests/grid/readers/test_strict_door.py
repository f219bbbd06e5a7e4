"""Grid files at the door: names, units, clock; and one clear error for each thing wrong."""

import gzip
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dcsim.errors import DataError, ScenarioError
from dcsim.grid.generation import FUELS
from dcsim.grid.store.grids import load_grid, read_grid_file
from dcsim.scenario.spec import Grid

PLAIN = """\
utc_hour_beginning,coal_mw,wind_mw,note
2022-01-01 00:00,10,5,a
2022-01-01 01:00,11,6,b
2022-01-01 02:00,12,7,c
"""

CARBON_EXPLORER = """\
timestamp,WND,SUN,WAT,OIL,NG,COL,NUC,OTH,avg_CI
2022-01-01 00:00:00+00:00,1,2,3,4,5,6,7,8,99
2022-01-01 01:00:00+00:00,1,2,3,4,5,6,7,8,99
"""


@pytest.fixture
def read(tmp_path: Path):
    def reading(content: str | bytes, name: str = "mix.csv", **grid: object):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_grid_file(path, Grid.model_validate({"file": path, **grid}))

    return reading


def test_plain_table(read) -> None:
    mix = read(PLAIN)
    assert tuple(mix.table.columns) == FUELS
    assert mix.table["coal"].tolist() == [10, 11, 12]
    assert mix.table["solar"].tolist() == [0, 0, 0]
    assert mix.index[0] == pd.Timestamp("2022-01-01T00:00Z")
    assert "hour-beginning" in mix.source.note
    assert len(mix.source.sha256) == 64


def test_carbon_explorer_columns_are_mapped_and_moved_one_hour_back(read) -> None:
    mix = read(CARBON_EXPLORER)
    assert mix.index[0] == pd.Timestamp("2021-12-31T23:00Z")
    by_fuel = {"wind": 1, "solar": 2, "hydro": 3, "oil": 4, "natural_gas": 5, "coal": 6}
    assert mix.table.iloc[0].to_dict() == by_fuel | {"nuclear": 7, "other": 8}
    assert "moved one hour back" in mix.source.note


def test_parquet_and_gzip_read_the_same_as_csv(read, tmp_path: Path) -> None:
    expected = read(PLAIN).table
    path = tmp_path / "mix.parquet"
    pd.read_csv(tmp_path / "mix.csv").to_parquet(path)
    pd.testing.assert_frame_equal(read_grid_file(path, Grid(file=path)).table, expected)
    zipped = read(gzip.compress(PLAIN.encode()), "mix.csv.gz").table
    pd.testing.assert_frame_equal(zipped, expected)


def test_the_note_says_which_fuels_have_no_column(read) -> None:
    note = read(PLAIN).source.note
    assert "no column of natural_gas, nuclear, oil, hydro, solar, other, taken as none" in note
    assert "all fuels given" in read(CARBON_EXPLORER).source.note


def test_stamps_in_the_index_of_a_parquet_file_are_found(tmp_path: Path) -> None:
    index = pd.date_range("2022-01-01", periods=3, freq="h", tz="UTC", name="utc_hour_beginning")
    path = tmp_path / "mix.parquet"
    pd.DataFrame({"coal_mw": [1.0, 2, 3]}, index=index).to_parquet(path)
    assert read_grid_file(path, Grid(file=path)).table["coal"].tolist() == [1, 2, 3]


def test_a_comma_at_the_end_of_each_row_moves_nothing(read) -> None:
    """Pandas would take the first column for an index, and read every value one column off."""
    assert read(re.sub(r"([abc])\n", r"\1,\n", PLAIN)).table["coal"].tolist() == [10, 11, 12]


def test_offsets_without_minutes_are_offsets(read) -> None:
    mix = read(CARBON_EXPLORER.replace("+00:00", "+00"))
    assert mix.index[0] == pd.Timestamp("2021-12-31T23:00Z")


def test_stamps_with_offsets_across_a_clock_change_are_fine(read) -> None:
    """01:00-05:00 and 03:00-04:00 on 13 March 2022 in New York are one hour apart."""
    mix = read("utc_hour_beginning,coal_mw\n2022-03-13T01:00-05:00,1\n2022-03-13T03:00-04:00,2\n")
    assert mix.index[1] == pd.Timestamp("2022-03-13T07:00Z")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (PLAIN.replace("2022-01-01 01:00,11,6,b\n", ""),
         "line 3: 2022-01-01 02:00Z follows 2022-01-01 00:00Z: a step of 2 hours (1 such places"),
        (PLAIN.replace("01-01 02:00", "01-01 01:00"),
         "line 4: 2022-01-01 01:00Z follows 2022-01-01 01:00Z: the hour is there twice"),
        (PLAIN.replace("01-01 02:00", "01-01 00:00"), "the order runs backwards"),
        (PLAIN.replace("01-01 01:00", "01-01 00:30"),
         "line 3: utc_hour_beginning is '2022-01-01 00:30'; stamps must be whole hours of the"),
        (PLAIN.replace("11,6", ",6"),
         "line 3: coal at 2022-01-01 01:00Z is nan (1 hours); none may be missing"),
        (PLAIN.replace("11,6", "inf,6"), "line 3: coal_mw is inf; values must be finite"),
        (PLAIN.replace("11,6", "many,6"), "line 3: coal_mw is 'many', which is no number"),
        (PLAIN.replace("coal_mw", "coal_gw"),
         "line 1: column 'coal_gw' looks like generation and is not known; generation must"),
        (PLAIN.replace("coal_mw", "coal (MWh)"), "column 'coal (MWh)' looks like generation"),
        (PLAIN.replace("note", "coal"), "coal_mw and coal both hold coal"),
        (PLAIN.replace("note", "wind_mw"), "line 1: column 'wind_mw' is there twice; keep one"),
        (PLAIN.replace("coal_mw", "Coal_MW"), "column 'Coal_MW' looks like generation"),
        (PLAIN.replace("coal_mw", "coal_mw_net"), "column 'coal_mw_net' looks like generation"),
        (PLAIN.replace("note", "solarKW"), "column 'solarKW' looks like generation"),
        (PLAIN.replace("note", "Wind [W]"), "column 'Wind [W]' looks like generation"),
        (PLAIN.replace("note", "gas_mw"), "column 'gas_mw' looks like generation"),
        (PLAIN.replace("note", "total_mw"), "column 'total_mw' looks like generation"),
        (CARBON_EXPLORER.replace("NG", "ng"), "column 'ng' is almost a code"),
        (CARBON_EXPLORER.replace("COL", "COL_GWh"), "column 'COL_GWh' is almost a code"),
        (CARBON_EXPLORER.replace("COL", "NG"), "column 'NG' is there twice"),
        (PLAIN.replace("10,5", "True,5").replace("11,6", "True,6").replace("12,7", "True,7"),
         "line 2: coal_mw is"),
        (PLAIN.replace("11,6", "1e8,6"),
         "line 3: coal_mw is 1e+08; values must be finite and within 10,000,000. Is it MW?"),
        (PLAIN.replace("00:00,10", "00:30,10"),
         "stamps must be whole hours of the years 2001 to 2100; average shorter steps to hours"),
        (PLAIN.replace("6,b", "6,b,c"), "is not a CSV table"),
        (re.sub(r"([abc])\n", r"\1,9\n", PLAIN), "more fields than"),
        (PLAIN.replace("coal_mw", "x").replace("wind_mw", "y"), "no column of generation"),
        (PLAIN.replace("2022-01-01 01:00", "yesterday"),
         "line 3: utc_hour_beginning is 'yesterday'; stamps must read like"),
        (PLAIN.replace("utc_hour_beginning", "time"), "is in no known format: expected a column"),
        (CARBON_EXPLORER.replace("timestamp", "when"), "no column of stamps"),
        (CARBON_EXPLORER.replace("01:00:00+00:00", "01:00:00"), "line 3: timestamp is"),
        ("utc_hour_beginning,coal_mw\n", "has a header but no rows"),
        ("", "is empty"),
        ("\n\n", "is empty"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe\x00", "is not text"),
        (PLAIN.replace("note", "größe").encode("latin-1"), "is not text"),
        ('a,b\n"1,2\n3,4,5\n', "is not a CSV table"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_file_and_place(read, tmp_path, content, words) -> None:
    with pytest.raises(DataError) as raised:
        read(content)
    assert words in str(raised.value)
    assert str(tmp_path / "mix.csv") in str(raised.value)


def test_local_stamps_under_daylight_saving_are_recognized(read) -> None:
    """Local stamps have 02:00 missing in spring and 01:00 twice in autumn."""
    local = pd.date_range("2022-01-01", "2022-12-31 23:00", freq="h", tz="America/New_York")
    naive = pd.Series(local.tz_localize(None)).dt.strftime("%Y-%m-%d %H:%M")
    table = pd.DataFrame({"utc_hour_beginning": naive, "coal_mw": 1.0})
    with pytest.raises(DataError, match=r"2022-03-13 03:00Z follows.*daylight saving time"):
        read(table.to_csv(index=False))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("mix.parquet", b"no parquet at all", "is not a readable Parquet file"),
        ("mix.csv.gz", b"not gzip at all", "cannot be read"),
        ("mix.csv.gz", gzip.compress(PLAIN.encode(), mtime=0)[:40], "cannot be read"),
    ],
)
def test_damaged_containers(read, name: str, content: bytes, words: str) -> None:
    with pytest.raises(DataError, match=words):
        read(content, name)


def test_a_gap_outside_march_is_not_blamed_on_clocks(read) -> None:
    with pytest.raises(DataError, match="Give every hour once, in order"):
        read(PLAIN.replace("2022-01-01 01:00,11,6,b\n", ""))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.csv: no such file"):
        load_grid(Grid(file=tmp_path / "none.csv"), seed=0)


def test_missing_values_are_filled_only_when_asked_and_reported(read) -> None:
    """10, missing, 12: the hour between is 11, and one hour is reported."""
    holes = PLAIN.replace("11,6", ",6")
    with pytest.raises(DataError, match=r"grid\.repair: interpolate"):
        read(holes)
    mix = read(holes, repair="interpolate")
    assert mix.table["coal"].tolist() == [10, 11, 12]
    (repair,) = mix.source.repairs
    assert (repair.rule, repair.hours) == ("interpolate", 1)
    assert "first at 2022-01-01 01:00Z" in repair.detail


def test_a_column_that_is_all_missing_cannot_be_filled(read) -> None:
    empty = PLAIN.replace(",10,", ",,").replace(",11,", ",,").replace(",12,", ",,")
    with pytest.raises(DataError, match=r"there is no value in the column to fill it from"):
        read(empty, repair="interpolate")
    infinite = PLAIN.replace("11,6", "inf,6")
    with pytest.raises(DataError, match=r"is inf; values must be finite"):
        read(infinite, repair="interpolate")


def test_nothing_is_reported_where_nothing_was_repaired(read) -> None:
    assert read(PLAIN, repair="interpolate").source.repairs == ()


@pytest.mark.parametrize(
    ("grid_id", "words"),
    [
        ("ERCO", "there is no grid 'ERCO'; an id is BA:reference .* did you mean ERCO:reference"),
        ("ERCO:", "there is no grid 'ERCO:'; an id is BA:reference"),
        ("XXXX:reference", "there is no balancing authority 'XXXX'"),
        ("ERCO:1066", "ERCO:1066 is not stored"),
    ],
)
def test_unknown_grids_are_refused(grid_id: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        load_grid(Grid(id=grid_id), seed=0)


@pytest.mark.parametrize("code", ["BPAT", "CISO", "DUK", "ERCO", "PACE", "SOCO"])
def test_grids_of_the_shipped_scenarios_are_known(code: str) -> None:
    grid = load_grid(Grid(id=f"{code}:reference"), seed=0)
    assert grid.ba_code == code
    assert grid.source.is_modelled


@pytest.mark.real_data
@pytest.mark.parametrize("code", ["BPAT", "CISO", "ERCO", "PJM", "SOCO"])
def test_real_years_read_whole(real_data: Path, code: str) -> None:
    path = real_data / "eia930_hourly" / f"{code}_2022_ce_columns.csv.gz"
    mix = read_grid_file(path, Grid(file=path, repair="interpolate"))
    assert len(mix.table) == 8760
    assert mix.index[0] == pd.Timestamp("2021-12-31T23:00Z")
    holes = int(pd.read_csv(path).drop(columns=["timestamp"]).isna().any(axis=1).sum())
    assert sum(repair.hours for repair in mix.source.repairs) == holes


@pytest.mark.real_data
def test_the_same_year_from_two_formats_agrees(real_data: Path) -> None:
    """The plain table of ERCO 2022 and its Carbon-Explorer columns are the same hours."""
    folder = real_data / "eia930_hourly"
    plain = read_grid_file(folder / "ERCO_2022.csv.gz", Grid(file="x", repair="interpolate"))
    other = read_grid_file(folder / "ERCO_2022_ce_columns.csv.gz", Grid(file="x"))
    both = plain.index.intersection(other.index)
    assert len(both) >= 8759
    assert np.abs(plain.table.loc[both] - other.table.loc[both]).to_numpy().max() < 1e-9
