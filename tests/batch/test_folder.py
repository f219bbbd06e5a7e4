"""The folder of a batch: whose it is, what is in it, and that nothing else is touched."""

import json
from contextlib import suppress
from pathlib import Path

import pandas as pd
import pytest
import yaml

from dcsim.batch.folder import (
    LOG,
    Asked,
    add_to_log,
    done_keys,
    failures_of,
    held,
    is_held,
    put_failure,
    put_tables,
    read_asked,
    read_log,
    write_asked,
)
from dcsim.batch.found import read_batch
from dcsim.batch.study import load_batch
from dcsim.batch.work import rewrite_report, run_batch
from dcsim.batch.workers import Failure
from dcsim.errors import OutputError
from tests.batch.conftest import RunSix
from tests.batch.stand_in import Tables, failing, left_behind, made_up
from tests.batch.studies import SMALL, batch_of

KEY = "0f" * 32
ASKED = Asked("small", "two ways", {KEY: {"ba": "ERCO"}}, {"dcsim": "1"})


def entries(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_marker_reads_back(tmp_path: Path) -> None:
    write_asked(tmp_path, ASKED, {"study": "small", "scenario": {"name": "x"}})
    assert read_asked(tmp_path) == ASKED
    assert entries(tmp_path) == ["batch.json", "study.yaml"]


def test_the_study_in_the_folder_asks_for_the_same(run_six: RunSix, folder: Path) -> None:
    """It can be run by itself, from another place, and finds all done."""
    run_six()

    def never(case: object) -> Tables:
        raise AssertionError("a case that is done was run again")

    again = load_batch(folder / "study.yaml")
    assert run_batch(again, folder, run=never).is_whole


def test_what_is_there_is_what_is_promised(run_six: RunSix, folder: Path) -> None:
    run_six(run=failing)
    assert entries(folder) == [
        ".lock", "batch.json", "failures", "fronts", "log.jsonl", "plans", "study.yaml",
    ]  # fmt: skip
    assert entries(folder / "plans") == entries(folder / "fronts") == ["ba_code=ERCO"]
    assert {Path(name).stem for name in entries(folder / "plans" / "ba_code=ERCO")} == done_keys(
        folder
    )
    failure = json.loads(sorted((folder / "failures").iterdir())[0].read_text())
    assert set(failure) == {"labels", "kind", "message", "traceback"}
    entry = json.loads((folder / LOG).read_text().splitlines()[0])
    assert set(entry) == {
        "key", "is_failure", "seconds", "peak_mb", "worker", "workers", "ended",
    }  # fmt: skip


def foreign_file(folder: Path) -> None:
    folder.parent.mkdir(parents=True)
    folder.write_text("years of work")


def foreign_folder(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "chapter1.txt").write_text("years of work")


def other_study(folder: Path) -> None:
    folder.mkdir(parents=True)
    write_asked(folder, Asked("another", "", {}, {}), {"scenario": {}})


def damaged(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "batch.json").write_text("{")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (foreign_file, "is a file; a batch needs a folder of its own"),
        (foreign_folder, "exists and is not a batch of dcsim; give another --out"),
        (other_study, "holds the batch of another study, another, not of small; give another"),
        (damaged, "batch.json: is damaged or not dcsim's: JSONDecodeError"),
    ],
)
def test_what_is_not_its_own_is_refused_and_left_alone(
    run_six: RunSix, folder: Path, make, words: str
) -> None:
    make(folder)
    before = {path: path.read_bytes() for path in folder.parent.rglob("*") if path.is_file()}
    with pytest.raises(OutputError, match=words):
        run_six()
    assert before == {
        path: path.read_bytes() for path in folder.parent.rglob("*") if path.is_file()
    }


def test_an_empty_folder_and_one_of_a_batch_killed_at_once_are_taken(
    run_six: RunSix, folder: Path
) -> None:
    folder.mkdir(parents=True)
    (folder / ".lock").touch()
    left_behind(folder, "batch.json", b"{")
    assert run_six().is_whole


def test_files_of_others_in_a_batch_are_left_alone(run_six: RunSix, folder: Path) -> None:
    """Hidden ones that look half-written, and others beside cases and failures."""
    run_six()
    own = entries(folder / "plans" / "ba_code=ERCO")
    foreign = [
        folder / ".notes.partial",
        folder / ".batch.json.0123456789ab.partial",
        folder / ".x.0123456789ab.partial" / "a.txt",
        folder / "failures" / "why.json",
        folder / "plans" / "ba_code=ERCO" / "mine.parquet",
        folder / "figures" / "mine.png",
    ]
    for path in foreign:
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"mine")
    assert run_six().is_whole
    rewrite_report(folder)
    assert [path.read_bytes() for path in foreign] == [b"mine"] * len(foreign)
    assert entries(folder / "plans" / "ba_code=ERCO") == sorted([*own, "mine.parquet"])


def test_a_hidden_file_of_others_does_not_make_a_folder_a_batch(
    run_six: RunSix, folder: Path
) -> None:
    for name in (".notes.partial", ".lock"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("mine")
        with pytest.raises(OutputError, match="exists and is not a batch of dcsim"):
            run_six()
        assert entries(folder) == [name]
        (folder / name).unlink()


def test_a_folder_that_cannot_be_made_is_one_error(run_six: RunSix, six, folder: Path) -> None:
    with pytest.raises(OutputError, match="/proc/nowhere/batch: cannot be written"):
        run_batch(six, Path("/proc/nowhere/batch"), run=made_up)


def test_the_lock_is_free_again_after_an_error(tmp_path: Path) -> None:
    with suppress(ZeroDivisionError), held(tmp_path, "small"):
        assert is_held(tmp_path)
        raise ZeroDivisionError
    assert not is_held(tmp_path)


def test_names_and_labels_never_become_paths(in_threads: None, tmp_path: Path) -> None:
    """Labels go into tables and JSON only, whatever is in them; nothing appears elsewhere."""
    labels = ["<script>alert(1)</script>", "../../x", "/etc/passwd", "a\nb"]
    bundles = [{"label": label, "set": {"embodied.level": "low"}} for label in labels]
    batch = batch_of(tmp_path, yaml.safe_dump({"product": {"ba": ["ERCO"], "odd": bundles}}))
    folder = tmp_path / "deep" / "down" / "batch"
    found = run_batch(batch, folder, workers=2, run=made_up)
    assert found.axes["odd"] == tuple(labels)
    assert found.plans["odd"].tolist() == [label for label in labels for _ in range(2)]
    assert entries(tmp_path) == ["deep", "study.yaml"]
    assert entries(folder.parent) == ["batch"]
    assert len(done_keys(folder)) == 4


def test_a_code_that_no_authority_has_is_no_path(tmp_path: Path) -> None:
    table = pd.DataFrame({"key": [KEY]})
    for code in ("../../x", "", "erco", "X"):
        with pytest.raises(OutputError, match="there is no balancing authority"):
            put_tables(tmp_path, KEY, Tables(code, table, table))
    assert entries(tmp_path) == []
    put_tables(tmp_path, KEY, Tables("own", table, table))
    assert entries(tmp_path / "plans") == ["ba_code=own"]


def test_a_study_that_is_a_path_is_refused(tmp_path: Path) -> None:
    for name in ("../../x", "..", "a/b", "<script>"):
        with pytest.raises(Exception, match="study"):
            batch_of(tmp_path, "", head=SMALL.replace("study: small", f"study: '{name}'"))


def test_damaged_failures_and_lines_of_the_log_are_passed_over(tmp_path: Path) -> None:
    put_failure(tmp_path, KEY, {}, Failure("DataError", "is nan"))
    put_failure(tmp_path, "12", {}, Failure("DataError", "is nan"))
    (tmp_path / "failures" / "12.json").write_text("[]")
    assert failures_of(tmp_path) == {KEY: Failure("DataError", "is nan")}
    entry = {"key": KEY, "seconds": 1.5, "peak_mb": 200.0}
    assert read_log(tmp_path) == []
    (tmp_path / LOG).write_bytes(b'{"key": "12"}\n[1]\n\xff\n{"key')
    add_to_log(tmp_path, entry)
    add_to_log(tmp_path, entry)
    assert read_log(tmp_path) == [entry, entry]


def test_findings_of_nothing_have_all_columns(tmp_path: Path) -> None:
    write_asked(tmp_path, ASKED, {"scenario": {"name": "x"}})
    found = read_batch(tmp_path)
    assert (found.done, found.is_whole, found.scenario_yaml) == (0, False, "name: x\n")
    assert {"key", "ba_code", "ba", "total_kg", "hours"} <= {*found.plans}
    assert {"key", "ba_code", "ba", "point"} <= {*found.fronts}
    assert list(found.failures) == ["key", "ba", "kind", "message"]
    (tmp_path / "study.yaml").unlink()
    with pytest.raises(OutputError, match=r"study.yaml: is damaged: FileNotFoundError"):
        read_batch(tmp_path)


def test_a_marker_from_elsewhere_reads_no_file_outside(tmp_path: Path) -> None:
    """Keys of the marker are looked up among the files that are there, never opened as paths."""
    odd = {"../../../etc/passwd": {"ba": "ERCO"}}
    write_asked(tmp_path, Asked("small", "", odd, {}), {"scenario": {"name": "x"}})
    assert read_batch(tmp_path).done == 0
