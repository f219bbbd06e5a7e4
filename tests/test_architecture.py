"""The house rules, kept by machines: imports, size, style, types, light start."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import dcsim
from dcsim import shipped
from tests.conftest import REPOSITORY, shared_by

MODULES = sorted((REPOSITORY / "dcsim").rglob("*.py"))


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=300
    )


def tool(name: str) -> str:
    return str(Path(sys.executable).parent / name)


@pytest.mark.parametrize(
    "command",
    [
        [tool("ruff"), "check", "."],
        [tool("ruff"), "format", "--check", "."],
        [tool("mypy")],
        [tool("lint-imports")],
    ],
    ids=["ruff check", "ruff format", "mypy", "import-linter"],
)
def test_checker_is_content(command: list[str]) -> None:
    result = run(*command)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_module_is_short_documented_and_silent(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    tree = ast.parse(text)
    assert ast.get_docstring(tree)
    assert path.name not in {"utils.py", "helpers.py", "common.py", "misc.py"}
    printing = [node for node in ast.walk(tree) if getattr(node, "id", None) == "print"]
    assert not printing


def test_import_is_light() -> None:
    """`import dcsim` and `dcsim --help` load none of the heavy libraries."""
    heavy = ["pyomo", "matplotlib", "pvlib", "pandas", "numpy", "highspy", "scipy", "simpy"]
    code = (
        "import sys, json, dcsim, dcsim.cli.app; "
        f"print(json.dumps([name for name in {heavy} if name in sys.modules]))"
    )
    result = run(sys.executable, "-c", code)
    assert json.loads(result.stdout) == []


def test_public_names_load_and_are_documented() -> None:
    for name in dcsim.__all__:
        assert getattr(dcsim, name).__doc__, name
    assert set(dcsim.__all__) == set(dcsim._HOME)
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = dcsim.nonsense


def test_no_public_name_is_a_room() -> None:
    """Importing a room sets its name on the package, over a function that is called the same."""
    rooms = {path.stem for path in (REPOSITORY / "dcsim").iterdir()}
    assert not rooms & set(dcsim.__all__)


def test_constraints_file_names_versions_and_no_index() -> None:
    lines = (REPOSITORY / "constraints.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert pins
    assert all("==" in line and "/" not in line and "@" not in line for line in pins)


def test_wheel_carries_what_is_looked_for() -> None:
    """What the wheel is told to carry is where an installed dcsim looks, and the checkout too.

    Of `grids/` it carries every table and page, but not the scripts that made them.
    """
    import tomllib

    wheel = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    carried = wheel["targets"]["wheel"]["force-include"]
    installed = shipped._INSTALLED.relative_to(REPOSITORY).as_posix()
    files = [path.name for path in (REPOSITORY / "grids").iterdir() if path.is_file()]
    asked = ["scenarios", *(f"grids/{name}" for name in files)]
    assert carried == {name: f"{installed}/{name}" for name in asked}
    assert all(shipped.shipped_folder(name).is_dir() for name in ("grids", "scenarios"))


def test_every_dependency_is_pinned() -> None:
    import re
    import tomllib

    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    asked = project["dependencies"] + [line for extra in extras.values() for line in extra]
    names = {re.split(r"[<>=\[]", line)[0].lower().replace("_", "-") for line in asked}
    pinned = {
        line.split("==")[0].lower().replace("_", "-")
        for line in (REPOSITORY / "constraints.txt").read_text().splitlines()
        if "==" in line
    }
    assert names - {"dcsim"} <= pinned


def test_workers_share_what_plans_a_year(request: pytest.FixtureRequest) -> None:
    """Tests of one year's study go to one worker (conftest), so that it is planned once."""
    planning = {"shipped_study", "real_study"}
    for item in request.session.items:
        if not planning.isdisjoint(item.fixturenames):
            assert not shared_by(item.nodeid).endswith(".py"), item.nodeid
