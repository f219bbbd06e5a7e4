"""The command line at its edges: output that cannot be written, signals at once, python -OO."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from dcsim.cli import stopping
from tests.conftest import REPOSITORY

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="streams of POSIX shells")

LIST, CHECK = "grids list", "scenario check quickstart"
BAD = "plan none.yaml"


def shell(
    command: str, folder: Path, *, python: str = "", **more: str
) -> subprocess.CompletedProcess[str]:
    """Run a command of the shell in which `dcsim` is this checkout's."""
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY), "DCSIM_DATA": str(folder)} | more
    program = f"{sys.executable} {python} -m dcsim"
    return subprocess.run(
        ["bash", "-c", command.replace("dcsim", program)],
        cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("command", "code", "words"),
    [
        (f"dcsim {LIST} >/dev/full", 2, "the standard output cannot be written: No space"),
        (f"dcsim {LIST} >&-", 2, "the standard output cannot be written: Bad file"),
        ("dcsim --help >/dev/full", 2, "the standard output cannot be written"),
        ("dcsim scenario schema >/dev/full", 2, "the standard output cannot be written"),
        (f"dcsim {LIST} | true; exit ${{PIPESTATUS[0]}}", 141, ""),
        (f"dcsim {LIST} 2>&-", 0, ""),
        (f"dcsim {BAD} 2>/dev/full", 2, ""),
        (f"dcsim {BAD} >&- 2>&-", 2, ""),
        (f"dcsim {BAD} >/dev/full", 2, "none.yaml: no such file"),
    ],
)
def test_output_that_is_lost_is_told_once(
    tmp_path: Path, command: str, code: int, words: str
) -> None:
    done = shell(command, tmp_path)
    message = " ".join(done.stderr.replace("│", " ").split())
    assert done.returncode == code
    assert words in message
    assert done.stderr.count("╭") == bool(words)
    assert "Traceback" not in message
    assert "Exception ignored" not in message


def test_a_plan_is_whole_where_nobody_hears_of_it(tmp_path: Path) -> None:
    """No file of results is given the number of a stream that was closed."""
    asked = "--set horizon.hours=24 --set strategies=[renewables]"
    done = shell(f"dcsim plan quickstart {asked} --out run >&- 2>&-", tmp_path)
    assert done.returncode == 2
    assert (tmp_path / "run" / "report.html").read_text(encoding="utf-8").startswith("<!")


def test_without_docstrings_there_is_a_message(tmp_path: Path) -> None:
    for command in ("dcsim plan quickstart", "dcsim --help"):
        done = shell(command, tmp_path, python="-OO")
        assert done.returncode == 2
        assert "docstrings" in done.stderr
        assert "Traceback" not in done.stderr
    assert shell("dcsim grids factors", tmp_path, python="-O").returncode == 0


def test_names_that_are_no_text_are_printed_escaped(tmp_path: Path) -> None:
    done = shell("dcsim plan $'\\xff.yaml'", tmp_path)
    assert done.returncode == 2
    assert "\\udcff.yaml: no such file" in done.stderr
    assert shell("dcsim grids factors", tmp_path, PYTHONIOENCODING="ascii").returncode == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("after_s", [0.0, 0.1, 0.3])
def test_a_signal_while_libraries_are_loaded_ends_as_a_later_one(
    tmp_path: Path, number: signal.Signals, after_s: float
) -> None:
    """From the first line of dcsim on: the time before is Python's own."""
    begin = (
        "import sys, dcsim.cli.entry as entry; sys.argv = ['dcsim', 'plan', 'quickstart'];"
        "heed = entry.end_at_once_if_stopped;"
        "entry.end_at_once_if_stopped = lambda: (heed(), print('ready', flush=True));"
        "entry.main()"
    )
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    process = subprocess.Popen(
        [sys.executable, "-c", begin], cwd=tmp_path, env=environment,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout.readline() == "ready\n"
    time.sleep(after_s)
    process.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert stopping.NOTHING_HALF_WRITTEN in err
    assert "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


def test_the_panel_is_as_rich_draws_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from dcsim.cli.display import panel

    for width in ("80", "61"):
        monkeypatch.setenv("COLUMNS", width)
        panel(stopping.NOTHING_HALF_WRITTEN, "Interrupted")
        assert stopping._panel() == capsys.readouterr().err


def test_handlers_are_as_before_after_a_command() -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    with stopping.signals_handled():
        stopping.interrupt_if_stopped()
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGTERM)
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before
