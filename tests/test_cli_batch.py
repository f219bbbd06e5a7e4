"""`dcsim batch` as a person meets it: totals, standing, one panel for each mistake, Ctrl-C."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from dcsim.batch import work
from dcsim.batch.folder import done_keys, held
from dcsim.batch.found import read_batch
from dcsim.batch.processes import DEATHS, WorkerDied
from dcsim.batch.workers import Crew
from dcsim.cli.batch import duration
from tests.batch.studies import SMALL
from tests.conftest import REPOSITORY
from tests.report.atlas_findings import findings_of, hand_case, hand_plan

Cli = Callable[..., tuple[int, str, str]]

TWO = SMALL + "product: {ba: [CISO, ERCO]}\n"

NOT_POSSIBLE = "limits.import_mw=1"
"""Too little for a load of 10 MW at night, so that each case fails."""


@pytest.fixture
def study(tmp_path: Path) -> Path:
    path = tmp_path / "two.yaml"
    path.write_text(TWO)
    return path


@pytest.fixture(autouse=True)
def in_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Threads of this process do the work, and the page has tests of its own."""

    @contextmanager
    def crew(count: int) -> Iterator[Crew]:
        with ThreadPoolExecutor(1) as threads:
            yield Crew("threads", threads, lambda: 1, lambda: False, (WorkerDied,), DEATHS)

    monkeypatch.setattr(work, "local_crew", crew)
    monkeypatch.setattr(work, "write_report", read_batch)


def words(text: str) -> str:
    """The text of a panel in one line."""
    return " ".join(text.replace("│", " ").split())


def test_totals_are_of_the_fullest_plans_and_savings_only_where_they_are_fair(
    dcsim_cli: Cli, study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shifting leaves more at CISO than the battery; ERCO leaves load unserved doing nothing."""
    battery, shifting = hand_plan("renewables_battery", 3), hand_plan("renewables_shifting", 4)
    lost = hand_plan("nothing", 20, unserved_mwh=50.0)
    rows = [*hand_case("CISO", "main", hand_plan("nothing", 12), battery, shifting),
            *hand_case("ERCO", "main", lost, hand_plan("all", 10))]  # fmt: skip
    found = findings_of({"ba": ("CISO", "ERCO")}, [{**row, "ba": row["ba_code"]} for row in rows])
    monkeypatch.setattr(work, "run_batch", lambda *given, **options: found)
    _, out, _ = dcsim_cli("batch", study, "--out", tmp_path / "out")
    lines = [line.split() for line in out.splitlines()]
    assert ["CISO", "3.0", "75.0%", "renewables_battery"] in lines
    assert ["ERCO", "10.0", "-", "all"] in lines


def test_a_batch_prints_totals_effort_and_where_the_report_is(
    dcsim_cli: Cli, study: Path, tmp_path: Path
) -> None:
    code, out, err = dcsim_cli("batch", study, "--set", "horizon.hours=24")
    assert code == 0
    folder = tmp_path / "results" / "small"
    assert f"Report: {folder / 'report.html'}" in out
    plans = read_batch(folder).plans.set_index(["ba", "strategy"])["total_kg"]
    for ba in ("CISO", "ERCO"):
        (line,) = [line for line in out.splitlines() if line.startswith(ba)]
        best, nothing = plans[ba, "renewables"], plans[ba, "nothing"]
        assert line.split() == [
            ba, f"{best / 1000:,.1f}", f"{1 - best / nothing:.1%}", "renewables",
        ]  # fmt: skip
    assert "s a case, 1 at a time. Memory at most" in out
    assert "2 done, 0 left" in err
    code, out, _ = dcsim_cli("batch", "--set", "horizon.hours=24", study)
    assert code == 0
    assert "nothing was left to do" in out


def test_the_least_total_is_first_and_the_middle_of_many_is_left_out(
    dcsim_cli: Cli, study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    study.write_text(SMALL + "product: {ba: [CISO, ERCO, BPAT], embodied: [low, high]}\n")
    monkeypatch.setattr("dcsim.cli.batch.MOST_LINES", 4)
    code, out, _ = dcsim_cli("batch", study, "--set", "horizon.hours=6")
    assert code == 0
    rows = [line.split() for line in out.splitlines() if line[:4] in ("CISO", "ERCO", "BPAT")]
    totals = [float(row[2]) for row in rows]
    assert totals == sorted(totals)
    assert len(totals) == 4
    assert "… 2 more" in out


def test_failures_are_one_panel_and_exit_2(dcsim_cli: Cli, study: Path, tmp_path: Path) -> None:
    code, out, err = dcsim_cli("batch", study, "--set", NOT_POSSIBLE, "--set", "wind.enabled=false")
    assert code == 2
    assert "2 of 2 cases failed; why is in results/small/failures" in words(err)
    assert "ba CISO: InfeasibleError: " in words(err)
    assert "Run them again with --retry." in words(err)
    assert "Report:" not in out
    code, out, err = dcsim_cli("batch", "status", tmp_path / "results" / "small")
    assert code == 0
    assert "small: not at work\n2 cases: 0 done, 2 failed, 0 left\n" in out
    assert "Failed, ba ERCO: InfeasibleError: " in out
    code, _, err = dcsim_cli("batch", "report", tmp_path / "results" / "small")
    assert code == 2
    assert "no case is done yet, so there is nothing to report" in words(err)
    code, _, err = dcsim_cli(
        "batch", study, "--set", NOT_POSSIBLE, "--set", "wind.enabled=false", "--retry"
    )
    assert code == 2
    assert "0 done, 2 failed, 0 left" in err


def test_status_before_between_and_after(dcsim_cli: Cli, study: Path, tmp_path: Path) -> None:
    code, out, _ = dcsim_cli("batch", "status", study)
    assert (code, out) == (0, "small: not at work\n2 cases: 0 done, 2 left\n")
    assert dcsim_cli("batch", "run", study, "--set", "horizon.hours=6")[0] == 0
    with held(tmp_path / "results" / "small", "small"):
        _, out, _ = dcsim_cli("batch", "status", study, "--set", "horizon.hours=6")
    assert out.startswith("small: at work now\n2 cases: 2 done, 0 left\nMean ")
    _, out, _ = dcsim_cli("batch", "status", study)
    assert "2 cases: 0 done, 2 left\n2 more in the folder are of other settings" in out


def test_report_is_written_again(
    dcsim_cli: Cli, study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert dcsim_cli("batch", study, "--set", "horizon.hours=6", "--out", "here")[0] == 0
    seen: list[Path] = []
    monkeypatch.setattr(work, "write_report", lambda at: seen.append(at) or read_batch(at))
    code, out, _ = dcsim_cli("batch", "report", "here")
    assert (code, out) == (0, f"Report: {tmp_path / 'here' / 'report.html'}\n")
    assert seen == [Path("here")]


BAD = [
    (["batch", "none.yaml"], "none.yaml: no such file"),
    (["batch", "quickstart"], "is no study"),
    (["batch", "status", "."], ".: is no batch of dcsim"),
    (["batch", "report", "nowhere"], "nowhere: is no batch of dcsim"),
    (["batch", "two.yaml", "--out", "."], ".: exists and is not a batch of dcsim"),
    (["batch", "two.yaml", "--workers", "0"], "greater than or equal to 1"),
    (["batch", "two.yaml", "--dask", "tcp://a:1", "--workers", "2"], "not with --dask"),
    (["batch", "two.yaml", "--set", "datacenter.capacity_mw=-1"], "must be 0.001 or more"),
    (["batch", "status", ".", "--set", "seed=1"], "--set goes with a study, not with a folder"),
    (["batch", "run"], "Missing argument 'STUDY'"),
]


@pytest.mark.parametrize(("arguments", "said"), BAD, ids=[said for _, said in BAD])
def test_bad_input_is_one_panel_exit_2_and_nothing_written(
    dcsim_cli: Cli, study: Path, tmp_path: Path, arguments: list[str], said: str
) -> None:
    code, out, err = dcsim_cli(*arguments)
    assert code == 2
    assert said in words(err)
    assert "Traceback" not in out + err
    assert [path.name for path in tmp_path.iterdir()] == ["two.yaml"]


def test_help_names_the_commands(dcsim_cli: Cli) -> None:
    code, out, _ = dcsim_cli("batch", "--help")
    assert code == 0
    for said in ("STUDY | COMMAND", "run", "status", "report"):
        assert said in out


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.4, "0 s"), (59, "59 s"), (90, "2 min"), (3599, "1 h 0 min"), (7_900, "2 h 12 min")],
)
def test_durations_are_in_the_unit_that_suits(seconds: float, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize("signalled", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_ends_within_moments_and_what_is_done_is_kept(
    study: Path, tmp_path: Path, signalled: signal.Signals
) -> None:
    """A real batch of one quick case and one of a year, in the middle of which it is stopped.

    A terminal sends Ctrl-C to all processes; the system sends SIGTERM to the main one alone.
    """
    sets = "{strategies: [all], horizon.hours: 8760}"
    year = f"{{label: year, set: {sets}}}"
    study.write_text(SMALL + f"product: {{length: [days, {year}]}}\n")
    folder = tmp_path / "batch"
    process = subprocess.Popen(
        [sys.executable, "-m", "dcsim", "batch", study, "--workers", "1", "--out", folder],
        cwd=REPOSITORY,
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not done_keys(folder) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert done_keys(folder), "the batch never began"
    time.sleep(1.5)
    family = psutil.Process(process.pid).children(recursive=True)
    start = time.monotonic()
    if signalled == signal.SIGINT:
        os.killpg(process.pid, signalled)
    else:
        process.send_signal(signalled)
    out, err = process.communicate(timeout=60)
    assert time.monotonic() - start < 5  # well under a second where nothing else is at work
    assert process.returncode == 130
    assert "Stopped; the cases that are done are kept. Run the same command again" in words(err)
    assert "Traceback" not in out + err
    assert psutil.wait_procs(family, timeout=5)[1] == []
    assert len(done_keys(folder)) == 1
    assert list(folder.rglob(".*.partial")) == []
