"""From files to the store: joined, repaired, graded and put away; all of it or none."""

import gzip
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dcsim.errors import DataError, OutputError, ScenarioError
from dcsim.grid.authorities import known_authorities
from dcsim.grid.repair.clock import solar_noon_offset_h
from dcsim.grid.store import pieces
from dcsim.grid.store.grids import load_grid, year_records
from dcsim.grid.store.importing import Imported, clock_named, import_files
from dcsim.grid.store.joining import hours_of, laid_over
from dcsim.grid.store.joining import join_pieces as join
from dcsim.grid.store.provenance import GridId
from dcsim.grid.store.versions import (
    read_reported,
    read_stored,
    resolve,
    store_folder,
    stored_ids,
)
from dcsim.scenario.spec import Grid

pytestmark = pytest.mark.usefixtures("own_store")


def hours(first: str = "2022-01-01", periods: int = 240) -> pd.DatetimeIndex:
    return pd.date_range(first, periods=periods, freq="h", tz="UTC", unit="s")


def mix(index: pd.DatetimeIndex) -> pd.DataFrame:
    """A lively mix: every hour differs from its neighbours, as real records do."""
    rng = np.random.default_rng(7)
    wave = np.sin(2 * np.pi * index.hour.to_numpy() / 24)
    noise = rng.normal(0, 20, len(index))
    columns = {"coal": 500 + 50 * wave + noise, "natural_gas": 900 + 200 * wave - noise}
    return pd.DataFrame(columns, index=index.rename("utc_hour_beginning")).round(1)


def plain_file(folder: Path, table: pd.DataFrame, name: str = "CISO_2022.csv") -> Path:
    path = folder / name
    table.add_suffix("_mw").to_csv(path, index_label="utc_hour_beginning")
    return path


INTERCHANGE = (
    '"Balancing Authority","Data Date","Hour Number","Directly Interconnected Balancing Authority",'
    '"Interchange (MW)","Local Time at End of Hour","UTC Time at End of Hour","Region",'
    '"DIBA_Region"'
)


def interchange_file(folder: Path, index: pd.DatetimeIndex, code: str = "CISO") -> Path:
    """Exports of 100 MW, 101 MW, ... to BPAT, stamped at the end of the hour."""
    ends = index + pd.Timedelta("1h")
    rows = (
        f"{code},01/01/2022,1,BPAT,{100 + n},,{end:%m/%d/%Y %I:%M:%S %p},CAL,NW"
        for n, end in enumerate(ends)
    )
    path = folder / "EIA930_INTERCHANGE_2022_Jan_Jun.csv"
    path.write_text("\n".join([INTERCHANGE, *rows]) + "\n")
    return path


def imported(paths: Sequence[Path], **options: object) -> Imported:
    (one,) = import_files(paths, **options).imported  # type: ignore[arg-type]
    return one


def test_a_file_becomes_a_grid_that_a_scenario_can_name(tmp_path: Path) -> None:
    table = mix(hours())
    one = imported([plain_file(tmp_path, table)])
    assert one.grid_id == GridId("CISO", 2022, one.grid_id.version)
    assert one.is_new
    for text in ("CISO:2022", str(one.grid_id)):
        grid = load_grid(Grid(id=text), seed=0)
        pd.testing.assert_series_equal(grid.table["coal"], table["coal"], check_freq=False)
        assert grid.table["wind"].eq(0).all()
        assert grid.ba_code == "CISO"
        assert grid.source.origin == str(one.grid_id)
        assert "CISO_2022.csv" in grid.source.note
        assert "no column of nuclear" in grid.source.note
        assert "grade" in grid.source.note


def test_the_same_files_give_the_same_version(tmp_path: Path) -> None:
    path = plain_file(tmp_path, mix(hours()))
    first, second = imported([path]), imported([path])
    assert first.grid_id == second.grid_id
    assert (first.is_new, second.is_new) == (True, False)


def test_files_of_two_halves_make_one_year_whatever_their_order(tmp_path: Path) -> None:
    table = mix(hours(periods=8760))
    early = plain_file(tmp_path, table.iloc[:5000], "CISO_a.csv")
    late = plain_file(tmp_path, table.iloc[4990:], "CISO_b.csv")
    one, other = imported([early, late]), imported([late, early])
    pd.testing.assert_frame_equal(
        read_stored(one.grid_id).records, read_stored(other.grid_id).records
    )
    assert one.provenance.hours == 8760
    assert one.provenance.repairs == ()


def test_a_gap_is_filled_flagged_and_told(tmp_path: Path) -> None:
    """Hours 100 and 101 are not in the file: 2 fuels in 2 hours are filled by a rule."""
    table = mix(hours())
    one = imported([plain_file(tmp_path, table.drop(table.index[[100, 101]]))])
    stored = read_stored(one.grid_id)
    assert len(stored.records) == 240
    gap = stored.changes[stored.changes["rule"] == "missing_hour"]
    assert len(gap) == 4
    assert set(gap["utc_hour_beginning"]) == set(table.index[[100, 101]])
    (count,) = [rule for rule in one.provenance.repairs if rule.rule == "missing_hour"]
    assert count.hours == 2
    assert "first at 2022-01-05 04:00Z" in count.detail
    repairs = load_grid(Grid(id="CISO:2022"), seed=0).source.repairs
    assert [repair.hours for repair in repairs if repair.rule == "missing_hour"] == [2]


def test_what_was_reported_can_be_had_back(tmp_path: Path) -> None:
    table = mix(hours())
    table.iloc[50, 0] = np.nan
    one = imported([plain_file(tmp_path, table)])
    (back,) = read_reported(one.grid_id)
    pd.testing.assert_frame_equal(back[["coal", "natural_gas"]], table, check_freq=False)


def test_interchange_joins_generation_in_one_import_or_two(tmp_path: Path) -> None:
    table = mix(hours())
    plain, flows = plain_file(tmp_path, table), interchange_file(tmp_path, hours())
    together = imported([plain, flows], clock="as-given")
    imported([plain], clock="as-given")
    after = imported([flows], clock="as-given")
    assert after.grid_id == together.grid_id
    records = read_stored(after.grid_id).records
    assert records["to_BPAT"].iloc[:3].tolist() == [100.0, 101.0, 102.0]
    assert year_records(2022)["CISO"]["coal"].notna().all()
    assert len(after.provenance.files) == 2


def test_interchange_alone_is_left_out_and_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nothing was imported: CISO:2022: no generation, demand"):
        import_files([interchange_file(tmp_path, hours())])
    assert stored_ids() == []


def test_hours_that_spill_over_are_left_out_and_said(tmp_path: Path) -> None:
    """A file of a local half-year holds 8 hours of the next UTC year."""
    index = hours("2022-12-22 08:00", periods=24 * 9 + 24)
    result = import_files([plain_file(tmp_path, mix(index))])
    assert [one.grid_id.year for one in result.imported] == [2022]
    assert result.left_out == ("CISO:2023: 8 h that spill over from another year",)


def test_a_year_short_of_hours_at_its_ends_is_made_whole() -> None:
    """8 hours lack at the beginning, as after an import of local half-years: they are filled."""
    lacking = hours(periods=8760)[8:]
    assert len(hours_of(lacking)) == 8760
    assert len(hours_of(hours("2022-03-01", periods=20))) == 20


def test_a_folder_is_all_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    plain_file(folder, mix(hours()), "CISO_a.csv")
    plain_file(folder, mix(hours()), "ERCO_a.csv")
    assert [one.grid_id.ba_code for one in import_files([folder]).imported] == ["CISO", "ERCO"]


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="is a folder without files"):
        import_files([tmp_path])


def test_one_bad_file_among_many_leaves_the_store_untouched(tmp_path: Path) -> None:
    good = plain_file(tmp_path, mix(hours()))
    bad = tmp_path / "ERCO_2022.csv"
    bad.write_text("<!DOCTYPE html><html>Sign in</html>")
    with pytest.raises(DataError, match=r"ERCO_2022\.csv"):
        import_files([good, bad])
    assert stored_ids() == []
    assert not list((store_folder() / ".staging").iterdir())


def test_an_authority_that_does_not_exist_is_refused_with_the_nearest(tmp_path: Path) -> None:
    path = plain_file(tmp_path, mix(hours()), "mine.csv")
    with pytest.raises(ScenarioError, match=r"no balancing authority 'CAISO'.*CISO"):
        import_files([path], ba_code="CAISO")


def test_a_full_disk_while_pieces_are_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(pieces.feather, "write_feather", full)
    with pytest.raises(OutputError, match="No space left on device; no grid was changed"):
        import_files([plain_file(tmp_path, mix(hours()))])


@pytest.mark.parametrize("name", ["auto", "eia", "as-given"])
def test_a_rule_for_clocks_has_a_name(name: str) -> None:
    assert clock_named(name) == name


def test_an_unknown_rule_for_clocks_is_refused() -> None:
    with pytest.raises(ScenarioError, match="no rule 'utc'; known are auto, eia, as-given"):
        clock_named("utc")


def test_pieces_of_different_columns_are_laid_side_by_side() -> None:
    """Two pieces give coal and gas of the same 2 hours: 2 rows, nothing missing."""
    index = hours(periods=2).rename("utc_hour_beginning")
    coal = pd.DataFrame({"coal": [1.0, 2.0]}, index=index)
    gas = pd.DataFrame({"natural_gas": [3.0, 4.0]}, index=index)
    joined = join([coal, gas])
    assert joined.to_dict("list") == {"coal": [1.0, 2.0], "natural_gas": [3.0, 4.0]}


def test_pieces_that_contradict_each_other_keep_both_rows_in_order() -> None:
    """Hour 1 is 2 in the first piece and 9 in the second: both stay, for the rule to settle."""
    index = hours(periods=3).rename("utc_hour_beginning")
    first = pd.DataFrame({"coal": [1.0, 2.0, 3.0]}, index=index)
    second = pd.DataFrame({"coal": [9.0, 3.0]}, index=index[1:])
    joined = join([first, second])
    assert joined["coal"].tolist() == [1.0, 2.0, 9.0, 3.0]
    assert joined.index.duplicated().sum() == 1


def test_half_years_imported_one_after_the_other_make_the_year(tmp_path: Path) -> None:
    """As EIA's own six-month files come; the second import must not hide the first."""
    table = mix(hours(periods=8760))
    halves = [
        plain_file(tmp_path, table.iloc[:4400], "CISO_a.csv"),
        plain_file(tmp_path, table.iloc[4400:], "CISO_b.csv"),
    ]
    first = imported(halves[:1])
    second = imported(halves[1:])
    assert second.joined == first.grid_id
    assert second.provenance.hours == 8760
    imported(halves[:1], replaces=True)
    assert second.grid_id == imported(halves, replaces=True).grid_id


def test_newer_records_of_the_same_hours_win_and_are_no_contradiction(tmp_path: Path) -> None:
    table = mix(hours())
    imported([plain_file(tmp_path, table)])
    flows = imported([interchange_file(tmp_path, hours())], clock="as-given")
    corrected = table.assign(coal=table["coal"] + 7)
    one = imported([plain_file(tmp_path, corrected, "CISO_corrected.csv")])
    stored = read_stored(one.grid_id)
    assert one.joined == flows.grid_id
    assert stored.records["coal"].tolist() == corrected["coal"].tolist()
    assert stored.records["to_BPAT"].notna().all()
    assert stored.changes.empty


def test_an_import_that_replaces_keeps_nothing_of_the_stored_year(tmp_path: Path) -> None:
    imported([plain_file(tmp_path, mix(hours()))])
    imported([interchange_file(tmp_path, hours())])
    one = imported([plain_file(tmp_path, mix(hours()))], replaces=True)
    assert one.joined is None
    assert "to_BPAT" not in read_stored(one.grid_id).records


def test_records_laid_over_others_fill_only_what_they_have() -> None:
    """New coal of hour 1 is over old; old gas, and old coal of hour 0, stay."""
    index = hours(periods=2).rename("utc_hour_beginning")
    old = pd.DataFrame({"coal": [1.0, 2.0], "natural_gas": [3.0, 4.0]}, index=index)
    new = pd.DataFrame({"coal": [9.0]}, index=index[1:])
    assert laid_over(new, old).to_dict("list") == {"coal": [1.0, 9.0], "natural_gas": [3.0, 4.0]}


@pytest.mark.real_data
def test_reconciled_flows_are_not_moved_in_time(real_data: Path) -> None:
    """In gridemissions' cleaned file PJM to MISO is exactly the negative of MISO to PJM."""
    import_files([real_data / "eia930_windows" / "E_opt_2021-07-10_2021-07-20.csv.gz"])
    year = year_records(2021)
    np.testing.assert_allclose(year["PJM"]["to_MISO"], -year["MISO"]["to_PJM"], rtol=1e-9)


def test_a_value_that_took_the_place_of_another_is_told(tmp_path: Path) -> None:
    """240 values of coal are corrected; gas is the same in both files."""
    table = mix(hours())
    imported([plain_file(tmp_path, table)])
    one = imported([plain_file(tmp_path, table.assign(coal=table["coal"] + 7), "CISO_new.csv")])
    assert "240 values took the place of others" in " ".join(one.provenance.notes)
    assert [file.name for file in one.provenance.files] == ["CISO_new.csv"]


def test_flows_make_up_no_generation(tmp_path: Path) -> None:
    """Generation of 240 hours, flows of 720: the year is 240 hours long, and that is said."""
    imported([plain_file(tmp_path, mix(hours()))])
    result = import_files([interchange_file(tmp_path, hours(periods=720))], clock="as-given")
    (one,) = result.imported
    assert one.provenance.hours == 240
    assert result.left_out == ("CISO:2022: 480 hours of flows in which nothing is generated",)


def test_hours_that_spill_over_complete_a_year_that_is_stored(tmp_path: Path) -> None:
    """2023 from 08:00 is stored; a file of the half-year before it has the 8 hours that lack."""
    whole = mix(hours("2022-12-22", periods=24 * 20))
    year = whole.loc["2023-01-01 08:00+00:00":]
    half = whole.loc[:"2023-01-01 07:00+00:00"]
    first = imported([plain_file(tmp_path, year, "CISO_b.csv")])
    assert [rule.rule for rule in first.provenance.repairs] == ["missing_hour"]
    result = import_files([plain_file(tmp_path, half, "CISO_a.csv")])
    assert [one.grid_id.year for one in result.imported] == [2022, 2023]
    assert result.imported[1].provenance.repairs == ()


@pytest.mark.parametrize("replaces", [False, True])
def test_hours_that_spill_over_leave_a_stored_year_of_another_record(
    tmp_path: Path, *, replaces: bool
) -> None:
    """Eight hours of a local year neither refuse the file nor take the place of the next year."""
    whole = mix(hours("2022-12-22", periods=24 * 20))
    kept = imported([plain_file(tmp_path, whole.loc["2023"], "CISO_b.csv")])
    other = whole.loc[:"2023-01-01 07:00+00:00"] * 1.1
    path = plain_file(tmp_path, other, "CISO_a.csv")
    result = import_files([path], replaces=replaces)
    assert [one.grid_id.year for one in result.imported] == [2022]
    assert result.left_out == ("CISO:2023: 8 h that spill over from another year",)
    assert resolve(GridId("CISO", 2023)) == kept.grid_id


def test_records_on_two_clocks_are_not_mixed(tmp_path: Path) -> None:
    """PJM's clock is known to be wrong: once corrected, an uncorrected file may not join it."""
    first = plain_file(tmp_path, mix(hours()), "PJM_a.csv")
    second = plain_file(tmp_path, mix(hours()) + 1, "PJM_b.csv")
    imported([first], clock="eia")
    with pytest.raises(
        DataError, match=r"PJM_b\.csv and PJM_a\.csv both hold coal of PJM.*--clock"
    ):
        import_files([second])
    assert imported([second], replaces=True).joined is None


def test_known_clock_faults_that_were_not_looked_for_are_a_doubt(tmp_path: Path) -> None:
    one = imported([plain_file(tmp_path, mix(hours(periods=8760)), "PJM_2022.csv")])
    assert one.provenance.grade > "A"
    assert (
        "known clock faults in these hours, which were not taken out of PJM_2022.csv"
        in one.provenance.reasons[0]
    )
    other = imported([plain_file(tmp_path, mix(hours(periods=8760)), "ERCO_2022.csv")])
    assert "clock" not in " ".join(other.provenance.reasons)


def test_a_file_in_no_known_format_is_left_out_of_a_folder_and_refused_by_itself(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    plain_file(folder, mix(hours()))
    readme = folder / "README.md"
    readme.write_text("# About these files\n\nThey are mine.\n")
    result = import_files([folder])
    assert len(result.imported) == 1
    assert result.left_out == ("README.md: is in no format dcsim knows",)
    with pytest.raises(DataError, match=r"README\.md"):
        import_files([readme])


ONE_HALF = """
import sys
from pathlib import Path
from dcsim.grid.store.importing import import_files
import_files([Path(sys.argv[1])])
"""


def test_two_importers_at_once_lose_nothing_of_each_other(tmp_path: Path) -> None:
    """Two processes import a half of the same year each: the newest version has both."""
    table = mix(hours(periods=8760))
    halves = [
        plain_file(tmp_path, table.iloc[:4400], "CISO_a.csv"),
        plain_file(tmp_path, table.iloc[4400:], "CISO_b.csv"),
    ]
    running = [subprocess.Popen([sys.executable, "-c", ONE_HALF, str(half)]) for half in halves]
    assert [process.wait(60) for process in running] == [0, 0]
    (grid_id,) = stored_ids()
    assert len(read_stored(grid_id).records) == 8760
    assert read_stored(grid_id).changes.empty


@pytest.mark.real_data
def test_halves_apart_are_the_year_where_the_clock_is_moved_over_the_seam(
    real_data: Path, tmp_path: Path
) -> None:
    """PJM's stamps move by an hour: the hour at the seam comes from the other half."""
    whole = real_data / "eia930_hourly" / "PJM_2022_ce_columns.csv.gz"
    lines = gzip.decompress(whole.read_bytes()).decode().splitlines(keepends=True)
    halves = [tmp_path / "PJM_a.csv", tmp_path / "PJM_b.csv"]
    halves[0].write_text("".join(lines[:4400]))
    halves[1].write_text("".join([lines[0], *lines[4400:]]))
    together = read_stored(imported([whole]).grid_id)
    imported(halves[:1], replaces=True)
    apart = read_stored(imported(halves[1:]).grid_id)
    pd.testing.assert_frame_equal(apart.records, together.records)
    pd.testing.assert_frame_equal(apart.changes, together.changes)


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("code", "file", "first", "end"),
    [
        ("PJM", "PJM_2022_ce_columns.csv.gz", "2022-01-01", "2023-01-01"),
        ("CISO", "CISO_2022_ce_columns.csv.gz", "2022-01-01", "2022-06-16"),
        ("CISO", "CISO_2022_ce_columns.csv.gz", "2022-06-17", "2023-01-01"),
    ],
)
def test_solar_noon_is_right_after_import(
    real_data: Path, code: str, file: str, first: str, end: str
) -> None:
    """Before import PJM was 0.85 h early, and CISO 0.6 h until June (clock_check.csv)."""
    one = imported([real_data / "eia930_hourly" / file])
    solar = read_stored(one.grid_id).records.loc[first:end, "solar"]
    longitude = known_authorities()[code].fact("solar_longitude")
    assert abs(solar_noon_offset_h(solar, longitude)) < 0.25


def test_codes_that_are_no_authority_are_left_out_and_said(tmp_path: Path) -> None:
    """A made-up code beside CISO in an INTERCHANGE file: CISO is kept."""
    flows = interchange_file(tmp_path, hours())
    lines = flows.read_text().splitlines()
    flows.write_text("\n".join([*lines, lines[1].replace("CISO", "ZZ-Z", 1)]) + "\n")
    result = import_files([plain_file(tmp_path, mix(hours())), flows], clock="as-given")
    assert [one.grid_id.ba_code for one in result.imported] == ["CISO"]
    assert result.left_out == ("ZZ-Z: no code of a balancing authority",)


def test_only_looks_for_an_authority_in_all_files_together(tmp_path: Path) -> None:
    ciso = plain_file(tmp_path, mix(hours()))
    erco = plain_file(tmp_path, mix(hours()), "ERCO_2022.csv")
    result = import_files([ciso, erco], wanted=["erco"])
    assert [one.grid_id.ba_code for one in result.imported] == ["ERCO"]
    with pytest.raises(DataError, match="no authority BPAT"):
        import_files([ciso, erco], wanted=["BPAT"])


def test_a_path_that_cannot_be_looked_at_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read: File name too long"):
        import_files([tmp_path / ("a" * 300)])


def test_nothing_joined_is_an_empty_table() -> None:
    assert join([]).empty


def test_a_grid_of_demand_alone_is_stored_and_not_planned_on(tmp_path: Path) -> None:
    """Such as HST, which buys all it uses; flow tracing needs its demand."""
    index = hours()
    path = tmp_path / "HST_2022.csv"
    demand = mix(index)[["coal"]].set_axis(["demand_mw"], axis=1)
    demand.assign(coal_mw=np.nan).to_csv(path, index_label="utc_hour_beginning")
    one = imported([path])
    assert "demand" in read_stored(one.grid_id).records
    with pytest.raises(DataError, match=r"has no generation by fuel and no carbon intensity, only"):
        load_grid(Grid(id="HST:2022"), seed=0)


def test_a_version_that_is_not_there_is_refused_with_those_that_are(tmp_path: Path) -> None:
    one = imported([plain_file(tmp_path, mix(hours()))])
    with pytest.raises(ScenarioError, match=f"versions of CISO:2022 are {one.grid_id.version}"):
        load_grid(Grid(id="CISO:2022:00000000"), seed=0)
    with pytest.raises(ScenarioError, match=r"stored years are 2022. Import files"):
        load_grid(Grid(id="CISO:2021"), seed=0)


@pytest.mark.parametrize("text", ["ciso:2022", "US-CAL-CISO:2022"])
def test_a_grid_is_found_by_other_names_of_its_authority(tmp_path: Path, text: str) -> None:
    one = imported([plain_file(tmp_path, mix(hours()))])
    assert load_grid(Grid(id=text), seed=0).source.origin == str(one.grid_id)


@pytest.mark.parametrize(("year", "is_doubted"), [(2021, True), (2022, False)])
def test_a_fault_that_was_over_is_no_doubt(tmp_path: Path, year: int, is_doubted: bool) -> None:
    """TEC's clock was wrong in 2021 only, as far as is known; later files are not to suffer."""
    table = mix(hours(f"{year}-03-01", periods=600)).rename(columns={"coal": "solar"})
    one = imported([plain_file(tmp_path, table, f"TEC_{year}.csv")])
    assert ("which were not taken out" in one.provenance.reasons[0]) == is_doubted


class TestJoiningOther:
    """A stored year is never mixed with other records without being asked to."""

    SNIPPET = (
        "utc_hour_beginning,coal_mw,natural_gas_mw,wind_mw\n"
        "2022-01-01 00:00,310,1240,820\n2022-01-01 01:00,305,1198,861\n"
    )

    def snippet(self, folder: Path) -> Path:
        path = folder / "my-grid.csv"
        path.write_text(self.SNIPPET)
        return path

    def eia_file(self, folder: Path, index: pd.DatetimeIndex) -> Path:
        names = ["Net Generation (MW) from Coal", "Net Generation (MW) from Natural Gas"]
        rows = (
            f"CISO,{hour + pd.Timedelta('1h'):%m/%d/%Y %I:%M:%S %p},{row.coal},{row.natural_gas}"
            for hour, row in zip(index, mix(index).itertuples(), strict=True)
        )
        header = ",".join(["Balancing Authority", "UTC Time at End of Hour", *names])
        path = folder / "EIA930_BALANCE_2022_Jan_Jun.csv"
        path.write_text("\n".join([header, *rows]) + "\n")
        return path

    @pytest.mark.parametrize("stored", ["plain", "eia"])
    def test_a_fragment_is_not_joined_to_a_year(self, tmp_path: Path, stored: str) -> None:
        year = hours(periods=1000)
        path = (
            plain_file(tmp_path, mix(year)) if stored == "plain" else self.eia_file(tmp_path, year)
        )
        first = imported([path])
        with pytest.raises(DataError, match=r"my-grid\.csv.*--join.*--replace") as error:
            import_files([self.snippet(tmp_path)], ba_code="CISO")
        assert path.name in str(error.value)
        assert stored_ids() == [first.grid_id]
        one = imported([self.snippet(tmp_path)], ba_code="CISO", joins=True)
        assert one.joined == first.grid_id
        assert read_stored(one.grid_id).records["wind"].iloc[:2].tolist() == [820.0, 861.0]
        assert imported([self.snippet(tmp_path)], ba_code="CISO", replaces=True).joined is None

    def test_a_year_is_not_joined_to_a_fragment_that_stays_in_it(self, tmp_path: Path) -> None:
        imported([self.snippet(tmp_path)], ba_code="CISO")
        with pytest.raises(DataError, match=r"my-grid\.csv.*--join"):
            import_files([self.eia_file(tmp_path, hours(periods=600))])

    def test_a_whole_record_takes_the_place_of_a_fragment(self, tmp_path: Path) -> None:
        imported([self.snippet(tmp_path)], ba_code="CISO")
        year = hours(periods=600)
        one = imported([plain_file(tmp_path, mix(year).assign(wind=5.0 + mix(year)["coal"]))])
        assert [file.name for file in one.provenance.files] == ["CISO_2022.csv"]

    def test_a_fragment_that_would_leave_a_gap_of_months_is_not_joined(
        self, tmp_path: Path
    ) -> None:
        imported([plain_file(tmp_path, mix(hours("2022-09-01", 2000)))])
        with pytest.raises(DataError, match="joined they are of grade F"):
            import_files([self.snippet(tmp_path)], ba_code="CISO")

    def test_two_hours_of_generation_do_not_shorten_a_year_of_intensity(
        self, tmp_path: Path
    ) -> None:
        index = hours(periods=1000)
        table = pd.DataFrame({"intensity_kg_per_mwh": 400 + mix(index)["coal"] / 10}, index)
        path = tmp_path / "CISO_intensity.csv"
        table.to_csv(path, index_label="utc_hour_beginning")
        imported([path])
        with pytest.raises(DataError, match=r"CISO_intensity\.csv.*--join"):
            import_files([self.snippet(tmp_path)], ba_code="CISO")

    def test_the_same_file_and_further_hours_are_joined_unasked(self, tmp_path: Path) -> None:
        table = mix(hours(periods=1000))
        first = imported([plain_file(tmp_path, table.iloc[:600], "CISO_a.csv")])
        second = imported([plain_file(tmp_path, table.iloc[590:], "CISO_b.csv")])
        assert (second.joined, second.provenance.hours) == (first.grid_id, 1000)
        assert not imported([tmp_path / "CISO_b.csv"]).is_new

    def test_a_later_month_of_eia_revises_an_earlier_one_unasked(self, tmp_path: Path) -> None:
        imported([self.eia_file(tmp_path, hours(periods=600))])
        later = self.eia_file(tmp_path, hours("2022-01-20", 600))
        later.write_text(later.read_text() + "CISO,01/21/2022 1:00:00 AM,1,2\n")
        assert imported([later]).joined is not None
