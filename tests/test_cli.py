"""The command line as a person meets it: exit codes, one panel, nothing half-written."""

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from dcsim import OutputError
from dcsim.report.folder import fresh_folder, write_file
from dcsim.report.study import Study
from dcsim.run import plan_to_folder
from dcsim.scenario.load import load_scenario
from tests.conftest import REPOSITORY

SHORT = ["--set", "horizon.hours=48", "--set", "strategies=[all]"]


def entries(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(scope="session")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Study]:
    """Give a run folder of two days and the study in it; planned once, not to be changed."""
    folder = tmp_path_factory.mktemp("planned") / "run"
    return folder, plan_to_folder(load_scenario("quickstart", SHORT[1::2]), folder)


@pytest.fixture
def run(planned: tuple[Path, Study], tmp_path: Path) -> Path:
    """Give a copy of that run folder."""
    return Path(shutil.copytree(planned[0], tmp_path / "run"))


def test_plan_leaves_a_whole_run_folder(dcsim_cli, tmp_path: Path) -> None:
    code, out, _ = dcsim_cli("plan", "quickstart", *SHORT)
    assert code == 0
    folder = tmp_path / "results" / "quickstart"
    assert out.strip().endswith(f"Report: {folder / 'report.html'}")
    assert entries(folder) == [
        "cost.csv",
        "events.csv",
        "figures",
        "hourly.parquet",
        "ledger.csv",
        "metadata.json",
        "report.html",
        "scenario.yaml",
        "simulated.parquet",
        "summary.json",
        "traces.parquet",
    ]
    assert entries(tmp_path / "results") == ["quickstart"]
    assert json.loads((folder / "metadata.json").read_text())["status"] == "completed"
    found = json.loads((folder / "summary.json").read_text())
    assert f"{found['outcomes'][-1]['certificate']['objective']:,.3f} kg" in out
    ledger = pd.read_csv(folder / "ledger.csv")
    total_kg = ledger[ledger["strategy"] == "all"]["kg"].sum()
    assert total_kg == pytest.approx(found["outcomes"][-1]["total_kg"], rel=1e-12)


def test_same_inputs_give_the_same_bytes(dcsim_cli, tmp_path: Path) -> None:
    """All but metadata.json, which has the seconds."""
    for name in ("a", "b"):
        assert dcsim_cli("plan", "quickstart", *SHORT, "--out", tmp_path / name)[0] == 0
    files = sorted(p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*.*"))
    assert len(files) > 15
    for file in files:
        if file.name != "metadata.json":
            assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes(), (
                file
            )


def test_simulate_and_report_work_on_a_run(dcsim_cli, run: Path) -> None:
    before = (run / "report.html").read_bytes()
    (run / "report.html").unlink()
    code, out, _ = dcsim_cli("report", run)
    assert (code, out.strip()) == (0, f"Report: {run / 'report.html'}")
    assert (run / "report.html").read_bytes() == before
    code, out, _ = dcsim_cli("simulate", run, "--policy", "greedy")
    assert code == 0
    assert "Policy greedy:" in out
    energy = pd.read_parquet(run / "simulated-greedy.parquet")
    assert len(energy) == 48
    code, out, _ = dcsim_cli("simulate", run)
    assert "(+0.00%)" in out
    code, _, err = dcsim_cli("simulate", run, "--set", "seed=1")
    assert code == 2
    assert "go with a scenario, not with a run" in err


def test_simulate_plans_a_scenario_first(dcsim_cli, tmp_path: Path) -> None:
    code, out, _ = dcsim_cli("simulate", "quickstart", "--policy", "none", *SHORT)
    assert code == 0
    assert "Policy none:" in out
    assert entries(tmp_path) == []


def test_an_older_run_is_replaced_and_a_foreign_folder_is_not(
    dcsim_cli, run: Path, tmp_path: Path
) -> None:
    code, _, _ = dcsim_cli("plan", "quickstart", *SHORT, "--set", "seed=5", "--out", run)
    assert code == 0
    assert json.loads((run / "metadata.json").read_text())["seed"] == 5
    foreign = tmp_path / "thesis"
    foreign.mkdir()
    (foreign / "chapter1.txt").write_text("years of work")
    code, _, err = dcsim_cli("plan", "quickstart", *SHORT, "--out", foreign)
    assert code == 2
    assert "is not a run of dcsim" in err
    assert entries(foreign) == ["chapter1.txt"]
    assert entries(tmp_path) == ["run", "thesis"]


def test_a_foreign_folder_with_a_metadata_file_is_not_replaced(dcsim_cli, tmp_path: Path) -> None:
    """Many tools write a metadata.json; only one with dcsim's versions in it marks a run."""
    foreign = tmp_path / "dataset"
    foreign.mkdir()
    (foreign / "metadata.json").write_text('{"citation": "x"}')
    (foreign / "data.csv").write_text("precious")
    code, _, err = dcsim_cli("plan", "quickstart", *SHORT, "--out", foreign)
    assert (code, entries(foreign)) == (2, ["data.csv", "metadata.json"])
    assert "is not a run of dcsim" in err


def test_notes_in_an_older_run_are_not_deleted(dcsim_cli, run: Path) -> None:
    (run / "notes.md").write_text("what I think of it")
    code, _, err = dcsim_cli("plan", "quickstart", *SHORT, "--out", run)
    assert code == 2
    assert "holds notes.md, which dcsim did not write" in err
    assert (run / "notes.md").read_text() == "what I think of it"
    assert dcsim_cli("report", run)[0] == 0
    assert (run / "notes.md").read_text() == "what I think of it"


def test_out_through_a_link_replaces_the_run_and_keeps_the_link(
    dcsim_cli, run: Path, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to(run)
    code, _, _ = dcsim_cli("plan", "quickstart", *SHORT, "--set", "seed=4", "--out", "link")
    assert code == 0
    assert (tmp_path / "link").is_symlink()
    assert json.loads((run / "metadata.json").read_text())["seed"] == 4


def test_unserved_load_is_shown_and_makes_savings_unfair(dcsim_cli) -> None:
    """Doing nothing on 20 MW of import leaves load unserved; its total is no measure then."""
    limits = ["--set", "limits.import_mw=20", "--set", "embodied.wind_kg_per_mwh=900"]
    code, out, _ = dcsim_cli("plan", "quickstart", *SHORT, *limits)
    assert code == 0
    rows = {line.split("  ")[0].strip(): line for line in out.splitlines() if line.strip()}
    assert "unserved MWh" in rows
    assert rows["saved"].split()[1:] == ["-", "-"]


def test_a_terminated_run_cleans_up_and_a_killed_one_is_cleaned_up_after(tmp_path: Path) -> None:
    """SIGTERM is heeded; after SIGKILL the next run clears what was left."""

    def started() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dcsim", "plan", "quickstart", "--out", "run"]
        environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
        process = subprocess.Popen(
            command, cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 60
        while not entries(tmp_path) and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(2.5)  # the libraries are loaded; stopped in that, some end by themselves
        return process

    process = started()
    process.terminate()
    assert process.wait(60) == 130
    assert entries(tmp_path) == []
    process = started()
    process.kill()
    process.wait(60)
    (left,) = entries(tmp_path)
    assert left.startswith(".run.")
    with fresh_folder(tmp_path / "run") as working:
        assert entries(tmp_path) == [working.name]
        (working / "metadata.json").write_text('{"versions": {"dcsim": "0"}}')
    assert entries(tmp_path) == ["run"]


def test_check_prints_the_resolved_scenario(dcsim_cli) -> None:
    code, out, _ = dcsim_cli("scenario", "check", "quickstart", "--set", "seed=3")
    assert code == 0
    assert "seed: 3" in out
    assert "Fine: 8760 hours" in out


def test_schema_is_json_with_descriptions_and_units(dcsim_cli) -> None:
    code, out, _ = dcsim_cli("scenario", "schema")
    schema = json.loads(out)
    assert code == 0
    battery = schema["$defs"]["Battery"]["properties"]
    assert battery["max_mwh"]["description"] == "Most energy capacity [MWh]."
    assert schema["additionalProperties"] is False


BAD = [
    (["plan", "none.yaml"], "none.yaml: no such file"),
    (["plan", "quickstart", "--set", "datacenter.capacity_mw=-1"], "must be 0.001 or more, got -1"),
    (["plan", "quickstart", "--set", "wnid.max_mw=1"], "wnid: is not a known key; did you"),
    (["plan", "quickstart", "--set", "datacenter.flexible.0.share_frac=2"], "must be 1 or less"),
    (["plan", "quickstart", "--grid-file", "none.csv"], "none.csv: no such file"),
    (["plan", "quickstart", "--set", "grid.id=XX:reference"], "no balancing authority 'XX'"),
    (["plan", "quickstart", "--set", "grid.factors=mine"], "there is no set 'mine'"),
    (
        ["plan", "quickstart", *SHORT, "--set", "limits.import_mw=1", "--set", "wind.max_mw=1",
         "--set", "solar.max_mw=1"],
        "limits.import_mw 1 would have to be",
    ),
    (["plan", "quickstart", *SHORT, "--out", "/proc/nowhere/run"], "/proc/nowhere/run: cannot be"),
    (["simulate", "quickstart", *SHORT, "--policy", "best"], "there is no policy 'best'"),
    (["report", "nowhere"], "nowhere: is no run of dcsim"),
    (["plan", "quickstart", *SHORT, "--out", "."], ".: is the folder you are in"),
    (["plan", "quickstart", *SHORT, "--out", "/dev/null"], "/dev/null: is a file"),
    (["plan", "quickstart", *SHORT, "--out", "x" * 300], "File name too long"),
    (["plan", "quickstart", "--set", "datacenter.load={kind: sine, amplitude_frac: 1, phase_h: 6}",
      "--set", "horizon.hours=1"], "is zero in every hour"),
    (["scenario", "check", "none.yaml"], "no such file"),
    (["plan"], "Missing argument 'SCENARIO'"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "words"), BAD, ids=[words for _, words in BAD])
def test_bad_input_is_one_panel_exit_2_and_nothing_written(
    dcsim_cli, tmp_path: Path, arguments: list[str], words: str
) -> None:
    code, out, err = dcsim_cli(*arguments)
    assert code == 2
    assert words in " ".join(err.replace("│", " ").split())
    assert "Traceback" not in out + err
    assert entries(tmp_path) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("utc_hour_beginning,coal_mw\n2022-01-01 00:00,1\n2022-01-01 02:00,1\n", "line 3"),
        ("utc_hour_beginning,coal_mw\n2022-01-01 00:00,1\n2022-01-01 01:00,\n", "is nan"),
        ("utc_hour_beginning,coal_mw\n2022-01-01 00:00,1\n2022-01-01 00:00,1\n", "twice"),
        (
            "utc_hour_beginning,coal_kw\n2022-01-01 00:00,1\n",
            "column 'coal_kw' looks like",
        ),
        ("", "is empty"),
        ("\x00\x01\x02\x03", "is not text; CSV (UTF-8)"),
    ],
)
def test_bad_grid_files_name_file_and_place(dcsim_cli, tmp_path: Path, content, words) -> None:
    (tmp_path / "mix.csv").write_text(content)
    code, _, err = dcsim_cli("plan", "quickstart", "--grid-file", "mix.csv")
    text = "".join(err.replace("│", "").split())
    assert code == 2
    assert "".join(words.split()) in text
    assert "mix.csv" in text
    assert entries(tmp_path) == ["mix.csv"]


@pytest.mark.parametrize("method", ["to_parquet", "to_csv"])
def test_a_full_disk_leaves_the_older_run_as_it_was(
    dcsim_cli, run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    """The disk fills up when report and summary are written already, and tables are not."""
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(pd.DataFrame, method, full)
    code, _, err = dcsim_cli("plan", "quickstart", *SHORT, "--out", run)
    assert code == 2
    assert "No space left on device" in err
    assert {path: path.read_bytes() for path in run.rglob("*") if path.is_file()} == before
    assert entries(tmp_path) == ["run"]


def test_a_full_disk_while_writing_one_file_leaves_the_older_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "table"
    write_file(path, b"old")

    def full(*_: object) -> Path:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OutputError, match="No space left"):
        write_file(path, b"new")
    assert path.read_bytes() == b"old"
    assert entries(tmp_path) == ["table"]


@pytest.mark.parametrize(
    ("file", "damage", "words"),
    [
        ("summary.json", b"{", "is damaged: JSONDecodeError"),
        ("summary.json", b"{}", "is damaged: KeyError"),
        ("traces.parquet", None, "is damaged: FileNotFoundError"),
        ("traces.parquet", b"xx", "is damaged: ArrowInvalid"),
        ("scenario.yaml", b"name: x", "is required"),
        ("metadata.json", b"{}", "is no run of dcsim"),
        ("hourly.parquet", "short", "other hours or columns"),
        ("summary.json", "strategy", "there is no strategy 'best'"),
        ("metadata.json", "older", "by another version of dcsim, 0.1.0 (layout 1; this one reads"),
    ],
)
def test_damaged_runs_are_refused(dcsim_cli, run: Path, file, damage, words) -> None:
    if damage == "short":
        pd.read_parquet(run / file).head(7).to_parquet(run / file)
    elif damage == "strategy":
        text = (run / file).read_text().replace('"strategy": "all"', '"strategy": "best"')
        (run / file).write_text(text)
    elif damage == "older":
        meta = json.loads((run / file).read_text())
        (run / file).write_text(json.dumps(meta | {"layout": 1}))
    elif damage is None:
        (run / file).unlink()
    else:
        (run / file).write_bytes(damage)
    code, _, err = dcsim_cli("report", run)
    assert code == 2
    assert "".join(words.split()) in "".join(err.replace("│", "").split())


def test_ctrl_c_in_the_middle_ends_with_130_and_leaves_nothing(tmp_path: Path) -> None:
    """A real process, interrupted while it plans a year."""
    process = subprocess.Popen(
        [sys.executable, "-m", "dcsim", "plan", "quickstart", "--out", str(tmp_path / "run")],
        cwd=REPOSITORY,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not entries(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert entries(tmp_path), "the run never began"
    time.sleep(4)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Stopped; nothing half-written" in err
    assert "Traceback" not in out + err
    assert entries(tmp_path) == []


def test_answers_are_found_if_asked_for(dcsim_cli, tmp_path: Path) -> None:
    """They go into the scenario of the run, so that planning it again finds them again."""
    asked = ["--set", "horizon.hours=24", "--set", "strategies=[renewables]"]
    code, _, err = dcsim_cli("plan", "quickstart", *asked, "--answers", "--out", tmp_path / "run")
    assert code == 0
    assert "break-even of wind" in err
    assert "answers: true" in (tmp_path / "run" / "scenario.yaml").read_text()
    answers = json.loads((tmp_path / "run" / "summary.json").read_text())["answers"]
    assert {found["capacity"] for found in answers["ranges"]} == {"solar_mw", "wind_mw"}
    assert (
        "Prices and deadlines that would change the plan"
        in (tmp_path / "run" / "report.html").read_text()
    )
    assert (tmp_path / "run" / "figures" / "ranges.svg").exists()


def test_without_asking_there_are_no_answers(planned: tuple[Path, Study]) -> None:
    folder, study = planned
    assert study.answers is None
    assert json.loads((folder / "summary.json").read_text())["answers"] is None
    assert not (folder / "figures" / "ranges.svg").exists()
