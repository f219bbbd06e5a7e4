"""The run folder: whole or not there, whatever happens in between."""

import multiprocessing
from pathlib import Path

import pytest

from dcsim.errors import OutputError
from dcsim.report.folder import fresh_folder

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
    target.rename(tmp_path / ".run.older")
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
    assert (target / "metadata.json").read_text() == META.format(name)
    assert entries(tmp_path) == ["run"]
