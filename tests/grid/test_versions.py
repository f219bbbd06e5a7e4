"""The store of imported grids: whole versions or none, whatever happens while they are written."""

import errno
import multiprocessing
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from filelock import FileLock

from dcsim.errors import DataError, OutputError
from dcsim.grid import versions
from dcsim.grid.versions import (
    FileOrigin,
    GridId,
    Provenance,
    RuleCount,
    parse_grid_id,
    put,
    read_provenance,
    read_stored,
    remove,
    resolve,
    stage,
    staging,
    store_folder,
    stored_ids,
    versions_of,
)

pytestmark = pytest.mark.usefixtures("own_store")


def provenance(code: str = "CISO", year: int = 2022, hours: int = 3) -> Provenance:
    return Provenance(
        ba_code=code,
        year=year,
        hours=hours,
        changed_hours=1,
        files=(FileOrigin(name="a.csv", sha256="00", format="plain hourly table"),),
        repairs=(RuleCount(rule="missing_hour", hours=1, detail="coal 1"),),
        notes=("stamps are UTC",),
        repair_notes=(),
        grade="A",
        reasons=("1 of 3 hours changed",),
        dcsim="0.1.0",
    )


def records(first_mw: float = 1.0) -> pd.DataFrame:
    index = pd.date_range("2022-01-01", periods=3, freq="h", tz="UTC", unit="s")
    return pd.DataFrame({"coal": [first_mw, 2.0, 3.0]}, index.rename("utc_hour_beginning"))


def changes() -> pd.DataFrame:
    row = (records().index[1], "coal", "missing_hour", float("nan"), 2.0)
    columns = ["utc_hour_beginning", "column", "rule", "reported_mw", "repaired_mw"]
    return pd.DataFrame([row], columns=columns)


def store(first_mw: float = 1.0, code: str = "CISO", year: int = 2022) -> GridId:
    with staging() as folder:
        grid_id = stage(folder, records(first_mw), changes(), provenance(code, year))
        put(folder, grid_id)
    return grid_id


@pytest.mark.parametrize("text", ["CISO:2022", "CISO:2022:1f3a9c07", "GRID:2019"])
def test_an_id_is_read_and_written_alike(text: str) -> None:
    assert str(parse_grid_id(text)) == text


@pytest.mark.parametrize(
    "text",
    ["CISO", "CISO:", "CISO:22", "ciso:2022", "CISO:2022:", "CISO:2022:xyz", "../../x:2022", ""],
)
def test_other_texts_are_no_id(text: str) -> None:
    assert parse_grid_id(text) is None


def test_what_is_put_away_is_read_back() -> None:
    grid_id = store()
    kept = read_stored(grid_id)
    pd.testing.assert_frame_equal(kept.records, records(), check_freq=False)
    pd.testing.assert_frame_equal(kept.changes, changes(), check_dtype=False)
    assert kept.provenance == provenance()
    assert read_provenance(grid_id) == provenance()


def test_a_year_without_version_is_its_newest_and_old_versions_stay() -> None:
    old, new = store(1.0), store(5.0)
    assert old != new
    assert resolve(GridId("CISO", 2022)) == new
    assert resolve(old) == old
    assert versions_of(new) == sorted([old.version, new.version])
    assert read_stored(old).records["coal"].iloc[0] == 1.0


def test_the_same_content_is_the_same_version(own_store: Path) -> None:
    grid_id = store()
    before = {path: path.read_bytes() for path in own_store.rglob("*.parquet")}
    assert store() == grid_id
    assert {path: path.read_bytes() for path in own_store.rglob("*.parquet")} == before
    with staging() as folder:
        assert not put(folder, stage(folder, records(), changes(), provenance()))


def test_what_is_not_there_is_not_found() -> None:
    assert stored_ids() == []
    assert resolve(GridId("CISO", 2022)) is None
    grid_id = store()
    assert resolve(GridId("CISO", 2022, "00000000")) is None
    assert resolve(GridId("CISO", 2021)) is None
    assert stored_ids() == [grid_id]


def test_stored_grids_are_listed_by_authority_and_year() -> None:
    ids = [store(code=code, year=year) for code, year in (("ERCO", 2022), ("CISO", 2023))]
    assert stored_ids() == [ids[1], ids[0]]


def test_removing_the_newest_leaves_another() -> None:
    old, new = store(1.0), store(5.0)
    assert remove(new) == [new]
    assert resolve(GridId("CISO", 2022)) == old
    assert remove(GridId("CISO", 2022)) == [old]
    assert stored_ids() == []
    assert remove(GridId("CISO", 2022)) == []


def test_removing_an_old_version_keeps_the_newest() -> None:
    old, new = store(1.0), store(5.0)
    remove(old)
    assert resolve(GridId("CISO", 2022)) == new


@pytest.mark.parametrize("name", ["provenance.json", "records.parquet", "changes.parquet"])
def test_a_damaged_version_says_so(own_store: Path, name: str) -> None:
    grid_id = store()
    (own_store / "CISO" / "2022" / grid_id.version / name).write_bytes(b"{ not")
    with pytest.raises(DataError, match=rf"CISO:2022:{grid_id.version}: .* is damaged; import"):
        read_stored(grid_id)


def test_a_failure_in_the_middle_leaves_the_store_as_it_was(own_store: Path) -> None:
    store()
    before = sorted(path.relative_to(own_store) for path in own_store.rglob("*"))

    def fail() -> None:
        with staging() as folder:
            stage(folder, records(7.0), changes(), provenance())
            raise DataError("bad input")

    with pytest.raises(DataError, match="bad input"):
        fail()
    assert sorted(path.relative_to(own_store) for path in own_store.rglob("*")) == before


def test_a_full_disk_is_told_and_leaves_the_store_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    grid_id = store()

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pd.DataFrame, "to_parquet", full)
    with pytest.raises(OutputError, match="No space left on device; no grid was changed"):
        store(9.0)
    assert stored_ids() == [grid_id]
    assert not list((store_folder() / ".staging").iterdir())


def test_a_folder_that_cannot_be_made_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DCSIM_DATA", "/proc/no-such-folder")
    with pytest.raises(OutputError, match=r"/proc/no-such-folder/grids: cannot be written"):
        store()


def test_the_store_is_in_the_users_data_folder_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DCSIM_DATA")
    assert store_folder() == versions.platformdirs.user_data_path("dcsim") / "grids"


KILLED = """
import os, signal
from tests.grid.test_versions import changes, provenance, records
from dcsim.grid.versions import stage, staging
with staging() as folder:
    stage(folder, records(3.0), changes(), provenance())
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_import_leaves_nothing_that_counts_and_is_cleared_by_the_next() -> None:
    grid_id = store()
    killed = subprocess.run([sys.executable, "-c", KILLED], check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    left = list((store_folder() / ".staging").iterdir())
    assert left, "the killed import was to leave its staging folder"
    assert stored_ids() == [grid_id]
    new = store(4.0)
    assert resolve(GridId("CISO", 2022)) == new
    assert not list((store_folder() / ".staging").iterdir())


def test_a_staging_folder_in_use_is_not_cleared() -> None:
    with staging() as outer:
        (outer / "mine").write_text("here")
        with staging() as inner:
            assert inner != outer
        assert (outer / "mine").read_text() == "here"


def _store_many(values: list[float]) -> None:
    for value in values:
        store(value)


def test_two_importers_at_once_leave_whole_versions() -> None:
    """Two processes put 8 versions each, 4 of them the same: 12 are there, all whole."""
    context = multiprocessing.get_context("spawn")
    halves = ([float(n) for n in range(8)], [float(n) for n in range(4, 12)])
    processes = [context.Process(target=_store_many, args=(half,)) for half in halves]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    year = GridId("CISO", 2022)
    kept = [read_stored(GridId("CISO", 2022, name)) for name in versions_of(year)]
    assert {one.records["coal"].iloc[0] for one in kept} == {float(n) for n in range(12)}
    assert resolve(year) is not None
    assert not FileLock(store_folder() / ".lock").is_locked
