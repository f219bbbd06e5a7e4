"""The run folder: whole or not there, whatever happens in between."""

import json
import multiprocessing
import shutil
from pathlib import Path

import pytest

from dcsim.errors import OutputError
from dcsim.report.folder import fresh_folder, write_into
from dcsim.temporary import mark

META = '{{"versions": {{"dcsim": "0"}}, "run": "{}"}}'


def write_run(target: Path, name: str) -> None:
    with fresh_folder(target) as working:
        (working / "metadata.json").write_text(META.format(name))
        (working / "summary.json").write_text(name)


def entries(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("fault", [OSError(5, "Input/output error"), KeyboardInterrupt()])
@pytest.mark.parametrize("failing_rename", [1, 2])
@pytest.mark.parametrize("is_done", [False, True])
def test_a_fault_at_any_rename_leaves_one_whole_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault, failing_rename: int, is_done: bool
) -> None:
    """The fault comes just before or just after each of the two renames of the swap."""
    target = tmp_path / "run"
    write_run(target, "old")
    honest, calls = Path.rename, []

    def failing(self: Path, to: Path) -> Path:
        calls.append(to)
        if len(calls) != failing_rename:
            return honest(self, to)
        if is_done:
            honest(self, to)
        raise fault

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises((OutputError, KeyboardInterrupt)):
        write_run(target, "new")
    monkeypatch.undo()
    expected = "new" if failing_rename == 2 and is_done else "old"
    assert (target / "summary.json").read_text() == expected
    write_run(target, "next")
    assert (target / "summary.json").read_text() == "next"
    assert entries(tmp_path) == ["run"]


def test_a_run_set_aside_by_a_killed_swap_is_put_back(tmp_path: Path) -> None:
    target = tmp_path / "run"
    write_run(target, "old")
    mark(target, "run")
    target.rename(tmp_path / ".run.0123456789ab.older")
    with pytest.raises(ZeroDivisionError), fresh_folder(target):
        raise ZeroDivisionError
    assert (target / "summary.json").read_text() == "old"
    assert entries(tmp_path) == ["run"]


def test_a_failed_run_removes_the_folders_it_made_and_no_others(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    with pytest.raises(ZeroDivisionError), fresh_folder(tmp_path / "mine" / "a" / "b" / "run"):
        raise ZeroDivisionError
    assert entries(tmp_path) == ["mine"]
    assert entries(tmp_path / "mine") == []


def test_a_folder_that_becomes_foreign_while_planning_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "run"

    def save() -> None:
        target.mkdir()
        (target / "precious").write_text("x")

    with pytest.raises(OutputError, match="is not a run"), fresh_folder(target):
        save()
    assert entries(target) == ["precious"]
    assert entries(tmp_path) == ["run"]


def write_many(target: Path, name: str) -> None:
    for _ in range(60):
        write_run(target, name)


def test_two_writers_of_one_folder_are_both_whole(tmp_path: Path) -> None:
    target = tmp_path / "run"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write_many, args=(target, name)) for name in ("a", "b")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
        assert writer.exitcode == 0
    name = (target / "summary.json").read_text()
    assert name in ("a", "b")
    assert json.loads((target / "metadata.json").read_text())["run"] == name
    assert entries(tmp_path) == ["run"]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


FOREIGN = (
    ".q.notes.partial/a.txt",
    ".q.0123456789ab.partial/a.txt",
    ".p.older/a.txt",
    ".q.older/a.txt",
    ".mine.older/a.txt",
    ".mine.0123456789ab.older/metadata.json",
    ".q.0123456789ab.older/metadata.json",
    ".q.plan.partial",
)


@pytest.mark.parametrize("name", ["q", "p", "mine"])
def test_hidden_folders_of_others_are_not_touched(tmp_path: Path, name: str) -> None:
    """Whatever they are called, and when a run is made, replaced, or fails."""
    for path in FOREIGN:
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(META.format("precious"))
    before = contents(tmp_path)
    with pytest.raises(ZeroDivisionError), fresh_folder(tmp_path / name):
        raise ZeroDivisionError
    assert contents(tmp_path) == before
    write_run(tmp_path / name, "first")
    write_run(tmp_path / name, "second")
    after = contents(tmp_path)
    assert after.pop(f"{name}/summary.json") == b"second"
    assert after.pop(f"{name}/metadata.json")
    assert after == before


def test_what_was_set_aside_for_another_run_is_left_to_it(tmp_path: Path) -> None:
    """`.a.b.<number>.older` is of `a.b` and looks as if it was of `a`."""
    write_run(tmp_path / "a.b", "theirs")
    mark(tmp_path / "a.b", "a.b")
    (tmp_path / "a.b").rename(tmp_path / ".a.b.0123456789ab.older")
    write_run(tmp_path / "a", "mine")
    write_run(tmp_path / "a.b", "new")
    assert entries(tmp_path) == ["a", "a.b"]


def test_a_file_among_a_run_s_figures_is_not_deleted(tmp_path: Path) -> None:
    target = tmp_path / "run"
    with fresh_folder(target) as working:
        (working / "metadata.json").write_text(META.format("old"))
        (working / "figures").mkdir()
        (working / "figures" / "mix.png").write_bytes(b"dcsim's")
    write_run(target, "new")
    (target / "figures").mkdir()
    (target / "figures" / "mine.png").write_bytes(b"mine")
    with pytest.raises(OutputError, match=r"holds figures.mine.png, which dcsim did not write"):
        write_run(target, "newer")
    with fresh_folder(target, is_copy=True) as working:
        shutil.copytree(target, working, dirs_exist_ok=True)
    with pytest.raises(OutputError, match=r"holds figures.mine.png"):
        write_run(target, "newer")
    assert (target / "figures" / "mine.png").read_bytes() == b"mine"


def test_a_run_that_lists_no_files_is_judged_by_their_kinds(tmp_path: Path) -> None:
    target = tmp_path / "run"
    (target / "figures").mkdir(parents=True)
    (target / "metadata.json").write_text(META.format("of an older dcsim"))
    (target / "figures" / "mix.png").write_bytes(b"")
    (target / "figures" / "notes.md").write_bytes(b"")
    with pytest.raises(OutputError, match=r"holds figures.notes.md, which"):
        write_run(target, "new")
    (target / "figures" / "notes.md").unlink()
    write_run(target, "new")
    assert entries(target) == ["metadata.json", "summary.json"]


def test_files_of_others_are_not_overwritten(tmp_path: Path) -> None:
    written = {"a.csv": b"made_for,1", "b.csv": b"made_for,2"}
    write_into(tmp_path, written, b"made_for")
    assert write_into(tmp_path, written, b"made_for") == [tmp_path / "a.csv", tmp_path / "b.csv"]
    (tmp_path / "b.csv").write_bytes(b"mine")
    with pytest.raises(OutputError, match=r"b.csv: exists and has no mark of dcsim"):
        write_into(tmp_path, {"a.csv": b"made_for,3", "b.csv": b"made_for,4"}, b"made_for")
    assert contents(tmp_path) == {"a.csv": b"made_for,1", "b.csv": b"mine"}
