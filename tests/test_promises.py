"""What is promised: shipped scenarios give their known totals, and README's commands work."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from dcsim.report.study import Study
from dcsim.scenario.load import shipped_scenarios
from tests.conftest import REPOSITORY
from tests.golden.update import FOLDER, totals_kg
from tests.grid.readers.eia_server import KEY, Api, serving
from tests.grid.store.test_fetching import january

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", shipped_scenarios())
def test_shipped_scenario_gives_its_golden_totals(
    shipped_study: Callable[[str], Study], name: str
) -> None:
    known = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    assert totals_kg(shipped_study(name)) == pytest.approx(known, rel=1e-6)


def readme_commands() -> list[str]:
    return re.findall(r"^    (dcsim .+)$", README, flags=re.MULTILINE)


def readme_files() -> dict[str, str]:
    """Return the files that README shows, by name; tables in full, for three days."""
    shown = re.findall(r"^`([\w.-]+)`\n```\w+\n(.+?)```", README, flags=re.DOTALL | re.MULTILINE)
    return {name: three_days(text) if name.endswith(".csv") else text for name, text in shown}


def three_days(table: str) -> str:
    header, *rows = table.splitlines()
    first = pd.Timestamp(rows[0].split(",")[0])
    values = [row.partition(",")[2] for row in rows]
    stamps = [first + pd.Timedelta(hours=hour) for hour in range(72)]
    return "\n".join([header, *(f"{t},{values[t.hour % 2]}" for t in stamps), ""])


def small_atlas() -> str:
    """Return the study `us-atlas` of two authorities instead of all."""
    whole = (REPOSITORY / "scenarios" / "us-atlas.yaml").read_text(encoding="utf-8")
    return f"{whole}only:\n  - {{ba: [ERCO, CISO]}}\n"


PLANNING = {"plan", "pareto", "years", "batch"}

SHORT = ["--set", "horizon.hours=48"]


def shortened(command: str) -> list[str]:
    """Return the words of a command, on two days instead of a year where a year is planned."""
    words = shlex.split(command)[1:]
    return [*words, *SHORT] if words[0] in PLANNING else words


def test_readme_commands_work(
    tmp_path: Path, own_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each in turn, in a folder with the files that README shows, as a person types them.

    A file by the name of a shipped study goes before it. What is fetched comes from a server on
    this machine that speaks as EIA's does.
    """
    commands = readme_commands()
    assert len(commands) >= 25
    monkeypatch.setenv("EIA_API_KEY", KEY)
    files = readme_files() | {"us-atlas": small_atlas()}
    assert {"my-grid.csv", "my-prices.csv", "my-load.csv", "my-study.yaml"} <= set(files)
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with serving(Api(january(2023))) as eia:
        for command in commands:
            words = shortened(command)
            result = subprocess.run(
                [
                    *(sys.executable, "-m", "dcsim", *words),
                    *(["--url", eia.url] if words[:2] == ["grids", "fetch"] else []),
                ],
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=False,
                timeout=300,
            )
            assert result.returncode == 0, f"{command}: {result.stderr}"
    for folder in ("utah-50", "my-study", "us-atlas"):
        assert (tmp_path / "results" / folder / "report.html").is_file()


def test_readme_python_works() -> None:
    (code,) = re.findall(r"```python\n(.+?)```", README, flags=re.DOTALL)
    short = code.replace('["datacenter', '["horizon.hours=48", "datacenter')
    assert short != code
    result = subprocess.run(
        [sys.executable, "-c", short], capture_output=True, text=True, check=False, timeout=300
    )
    assert result.stdout.startswith("Design(solar_mw="), result.stderr


def test_readme_tells_the_totals_of_the_quickstart() -> None:
    """In the order of the known totals: nothing, and the four strategies."""
    known = json.loads((FOLDER / "quickstart.json").read_text(encoding="utf-8"))
    (row,) = re.findall(r"^\| total t CO2e \|(.+)\|$", README, flags=re.MULTILINE)
    assert [cell.strip() for cell in row.split("|")] == [
        f"{total_kg / 1000:,.1f}" for total_kg in known.values()
    ]


def test_readme_names_every_shipped_scenario_and_make_target() -> None:
    for name in shipped_scenarios():
        assert f"`{name}`" in README
    targets = re.findall(r"^    make (\w+)", README, flags=re.MULTILINE)
    assert {"run", "test", "bench", "docs", "notebooks"} == set(targets)
    for target in targets:
        known = subprocess.run(
            ["make", "--dry-run", target], cwd=REPOSITORY, capture_output=True, check=False
        )
        assert known.returncode == 0, target


def test_readme_shows_pictures_that_are_there_and_small() -> None:
    for _, path in re.findall(r"!\[(.+)\]\((.+)\)", README):
        assert (REPOSITORY / path).stat().st_size < 200_000
