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
from dcsim.grid.store import versions
from dcsim.grid.store.provenance import FileOrigin, GridId, Provenance, RuleCount, parse_grid_id
from dcsim.grid.store.versions import (
    put,
    read_provenance,
    read_reported,
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


def origin(name: str = "a.csv") -> FileOrigin:
    return FileOrigin(
        name=name,
        sha256="00",
        format="plain hourly table",
        is_eia_clock=False,
        batch=0,
        notes=("stamps are UTC",),
    )


def provenance(code: str = "CISO", year: int = 2022, hours: int = 3) -> Provenance:
    return Provenance(
        ba_code=code,
        year=year,
        hours=hours,
        changed_hours=1,
        files=(origin(),),
        repairs=(RuleCount(rule="missing_hour", hours=1, detail="coal 1"),),
        notes=("nothing to say",),
        grade="A",
        reasons=("1 of 3 hours changed",),
        dcsim="0.1.0",
    )


def records(first_mw: float = 1.0) -> pd.DataFrame:
    index = pd.date_range("2022-01-01", periods=3, freq="h", tz="UTC", unit="s")
    return pd.DataFrame({"coal": [first_mw, 2.0, 3.0]}, index.rename("utc_hour_beginning"))


def changes() -> pd.DataFrame:
    row = (records().index[1], "coal", "missing_hour", float("nan"), 2.0, "by a straight line")
    columns = ["utc_hour_beginning", "column", "rule", "reported_mw", "repaired_mw", "filled"]
    return pd.DataFrame([row], columns=columns)


def newest_pointer(store: Path) -> Path:
    return store / "CISO" / "2022" / "newest"


def store(first_mw: float = 1.0, code: str = "CISO", year: int = 2022) -> GridId:
    with staging() as folder:
        staged = stage(
            folder, records(first_mw), changes(), [records(first_mw)], provenance(code, year)
        )
        put([staged])
    return staged.grid_id


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
        assert put([stage(folder, records(), changes(), [records()], provenance())]) == [False]


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
            stage(folder, records(7.0), changes(), [records(7.0)], provenance())
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
from tests.grid.store.test_versions import changes, provenance, records
from dcsim.grid.store.versions import stage, staging
with staging() as folder:
    stage(folder, records(3.0), changes(), [records(3.0)], provenance())
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


def test_what_each_file_said_is_kept() -> None:
    grid_id = store()
    (table,) = read_reported(grid_id)
    pd.testing.assert_frame_equal(table, records(), check_freq=False)


@pytest.mark.parametrize("content", ["", "../2022", "zzzzzzzz", "\udc00"])
def test_without_a_good_pointer_the_last_version_put_away_is_the_newest(
    own_store: Path, content: str
) -> None:
    """As an import killed between two moves leaves it."""
    store(1.0)
    new = store(5.0)
    newest_pointer(own_store).write_bytes(content.encode("utf-8", "surrogatepass"))
    assert resolve(GridId("CISO", 2022)) == new
    newest_pointer(own_store).unlink()
    assert stored_ids() == [new]
    assert remove(new) == [new]


def test_a_damaged_version_is_mended_by_the_same_import(own_store: Path) -> None:
    grid_id = store()
    (own_store / "CISO" / "2022" / grid_id.version / "records.parquet").write_bytes(b"rubbish")
    assert store() == grid_id
    assert read_stored(grid_id).records["coal"].iloc[0] == 1.0


def test_a_version_of_another_dcsim_is_told_apart(own_store: Path) -> None:
    grid_id = store()
    path = own_store / "CISO" / "2022" / grid_id.version / "provenance.json"
    path.write_text(path.read_text().replace('"schema_version": 1', '"schema_version": 0'))
    with pytest.raises(DataError, match="imported by another version of dcsim; import its files"):
        read_stored(grid_id)


def test_the_name_of_a_file_does_not_change_the_version() -> None:
    versions_made = []
    for name in ("a.csv", "copy of a.csv"):
        with staging() as folder:
            made = provenance().model_copy(update={"files": (origin(name),)})
            versions_made.append(stage(folder, records(), changes(), [records()], made).grid_id)
    assert versions_made[0] == versions_made[1]


@pytest.mark.parametrize("code", ["../evil", ".staging", "ciso", "A B", ""])
def test_a_code_that_is_none_never_becomes_a_path(code: str) -> None:
    with pytest.raises(DataError, match="is no id of a grid"):
        GridId(code, 2022)


def test_if_one_of_many_cannot_be_put_away_none_is(
    own_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full at the third of three moves: the store is as it was."""
    old = store(1.0)
    before = sorted(path.relative_to(own_store) for path in own_store.rglob("*"))
    move, moved = versions._move, []

    def full(source: Path, target: Path, undo: object) -> None:
        moved.append(source)
        if len(moved) == 5:
            raise OSError(errno.ENOSPC, "No space left on device")
        move(source, target, undo)

    monkeypatch.setattr(versions, "_move", full)

    def put_two() -> None:
        with staging() as folder:
            two = [
                stage(folder, records(9.0), changes(), [records(9.0)], provenance(code, 2022))
                for code in ("CISO", "ERCO")
            ]
            put(two)

    with pytest.raises(OutputError, match="No space left on device; no grid was changed"):
        put_two()
    assert resolve(GridId("CISO", 2022)) == old
    left = sorted(path.relative_to(own_store) for path in own_store.rglob("*"))
    assert [path for path in left if path not in before] == [Path("ERCO"), Path("ERCO/2022")]


@pytest.mark.parametrize("name", ["records.parquet", "changes.parquet"])
def test_a_table_of_something_else_is_damage(own_store: Path, name: str) -> None:
    grid_id = store()
    pd.DataFrame({"else": [1]}).to_parquet(own_store / "CISO/2022" / grid_id.version / name)
    with pytest.raises(DataError, match="is damaged; import its files again with --replace"):
        read_stored(grid_id)


def test_hours_that_are_missing_from_a_version_are_damage(own_store: Path) -> None:
    grid_id = store()
    path = own_store / "CISO/2022" / grid_id.version / "records.parquet"
    records().iloc[:2].to_parquet(path)
    with pytest.raises(DataError, match="is damaged"):
        read_stored(grid_id)


@pytest.mark.parametrize("content", [b"rubbish", None])
def test_what_files_said_can_be_damaged_too(own_store: Path, content: bytes | None) -> None:
    grid_id = store()
    path = own_store / "CISO/2022" / grid_id.version / "reported.parquet"
    path.write_bytes(content) if content else path.unlink()
    with pytest.raises(DataError, match="is damaged"):
        read_reported(grid_id)


def test_files_of_others_in_the_store_are_left_alone(own_store: Path) -> None:
    """Beside what imports make for a moment, in a version that is removed or mended."""
    grid_id = store()
    year = own_store / "CISO" / "2022"
    foreign = [
        own_store / ".staging" / "mine" / "a.txt",
        own_store / ".staging" / "0123456789ab" / "a.txt",
        own_store / ".staging" / "0123456789ab.lock",
        own_store / ".staging" / "mine.lock",
        year / "notes.txt",
    ]
    for path in foreign:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
    store(2.0)
    in_version = year / grid_id.version / "notes.txt"
    in_version.write_text("mine")
    with pytest.raises(OutputError, match=r"holds notes.txt, which dcsim did not write"):
        remove(grid_id)
    (year / grid_id.version / "records.parquet").write_bytes(b"rubbish")
    with pytest.raises(OutputError, match=r"holds notes.txt, which dcsim did not write"):
        store()
    assert [path.read_text() for path in (*foreign, in_version)] == ["mine"] * 6
    in_version.unlink()
    assert store() == grid_id
    assert remove(grid_id) == [grid_id]
