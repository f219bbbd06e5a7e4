"""What is promised: shipped scenarios give their known totals, and README's commands work."""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

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


def test_readme_commands_work(
    tmp_path: Path, own_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each in turn, in an empty folder, on two days instead of a year where a year is planned.

    What is fetched comes from a server on this machine that speaks as EIA's does.
    """
    commands = readme_commands()
    assert len(commands) >= 19
    monkeypatch.setenv("EIA_API_KEY", KEY)
    short = ["--set", "horizon.hours=48"]
    hours = "\n".join(
        f"2022-01-0{1 + h // 24} {h % 24:02d}:00,{100 + h},{50 + h}" for h in range(48)
    )
    (tmp_path / "my-grid.csv").write_text(f"utc_hour_beginning,coal_mw,wind_mw\n{hours}\n")
    with serving(Api(january(2023))) as eia:
        for command in commands:
            words = shlex.split(command)[1:]
            more = short if words[0] in ("plan", "pareto", "years") else []
            more = ["--url", eia.url] if words[:2] == ["grids", "fetch"] else more
            result = subprocess.run(
                [sys.executable, "-m", "dcsim", *words, *more],
                cwd=tmp_path,
                capture_output=True,
                text=True,
                check=False,
                timeout=120,
            )
            assert result.returncode == 0, f"{command}: {result.stderr}"
    assert (tmp_path / "results" / "utah-50" / "report.html").is_file()


def test_readme_python_works() -> None:
    (code,) = re.findall(r"```python\n(.+?)```", README, flags=re.DOTALL)
    short = code.replace('["datacenter', '["horizon.hours=48", "datacenter')
    assert short != code
    result = subprocess.run(
        [sys.executable, "-c", short], capture_output=True, text=True, check=False, timeout=120
    )
    assert result.stdout.startswith("Design(solar_mw="), result.stderr


def test_readme_names_every_shipped_scenario_and_make_target() -> None:
    for name in shipped_scenarios():
        assert f"`{name}`" in README
    makefile = (REPOSITORY / "Makefile").read_text()
    for target in re.findall(r"^    make (\w+)", README, flags=re.MULTILINE):
        assert f"\n{target}:" in makefile
