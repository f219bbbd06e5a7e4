"""The notebooks: each runs without a warning, on the public API alone, and is committed clean."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

import dcsim
from notebooks.run import FOLDER, executed, main, paths_of

NOTEBOOKS = paths_of()

IMPORTS = {"dcsim", "matplotlib.dates", "matplotlib.pyplot", "numpy", "pandas"}
"""What a notebook may import besides the standard library's `pathlib`, `tempfile` and the like."""

STANDARD = {"os", "pathlib", "tempfile", "textwrap"}

INLINE = "%matplotlib inline\n"
"""How a notebook begins, so that figures show."""

each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def cells_of(path: Path, kind: str) -> list[str]:
    notebook = nbformat.read(path, as_version=4)
    return [cell.source for cell in notebook.cells if cell.cell_type == kind]


def strays_of(code: str) -> list[str]:
    """What code uses beyond the public API: other imports, other names of dcsim, private ones."""
    nodes = list(ast.walk(ast.parse(code.removeprefix(INLINE))))
    imports = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    imports += [str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)]
    attributes = [node for node in nodes if isinstance(node, ast.Attribute)]
    of_dcsim = [a.attr for a in attributes if getattr(a.value, "id", None) == "dcsim"]
    taken = [
        alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and node.module == "dcsim"
        for alias in node.names
    ]
    return [
        *(name for name in imports if name not in IMPORTS | STANDARD),
        *(f"dcsim.{name}" for name in of_dcsim + taken if name not in dcsim.__all__),
        *(a.attr for a in attributes if a.attr.startswith("_")),
    ]


def test_there_are_eight_in_order() -> None:
    assert [path.name[:2] for path in NOTEBOOKS] == [f"{n:02d}" for n in range(1, 9)]


def test_the_index_has_the_question_of_each() -> None:
    index = (FOLDER / "README.md").read_text(encoding="utf-8")
    for path in NOTEBOOKS:
        question = cells_of(path, "markdown")[0].splitlines()[0].partition(" · ")[2]
        assert f"| `{path.stem}` | {question} |" in index


@each_notebook
def test_notebook_runs(path: Path) -> None:
    notebook = executed(path)
    figures = [
        output
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if "image/png" in output.get("data", {})
    ]
    assert 3 <= len(figures) <= 6


@each_notebook
def test_notebook_keeps_to_the_public_api(path: Path) -> None:
    assert strays_of("\n".join(cells_of(path, "code"))) == []


@pytest.mark.parametrize(
    ("code", "stray"),
    [
        ("import scipy", "scipy"),
        ("import dcsim.optimize.solve", "dcsim.optimize.solve"),
        ("from dcsim.run import outcome_of", "dcsim.run"),
        ("from dcsim import optimize", "dcsim.optimize"),
        ("import dcsim\ndcsim.optimize.solve", "dcsim.optimize"),
        ("plan._secret", "_secret"),
    ],
)
def test_what_is_not_public_is_found(code: str, stray: str) -> None:
    assert strays_of(code) == [stray]


@each_notebook
def test_notebook_asks_one_question_and_ends_with_what_to_try(path: Path) -> None:
    words = cells_of(path, "markdown")
    title = words[0].splitlines()[0]
    assert re.fullmatch(rf"# {path.name[:2]} · .*\?", title)
    last = nbformat.read(path, as_version=4).cells[-1]
    assert last.cell_type == "markdown"
    assert last.source.startswith("## What to try next\n")
    assert sum(text.startswith("## The answer") for text in words) == 1


@each_notebook
def test_notebook_is_committed_without_outputs(path: Path) -> None:
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    assert notebook.metadata.kernelspec.name == "python3"
    ids = [cell.id for cell in notebook.cells]
    assert all(re.fullmatch(r"[a-z][a-z0-9-]*", name) for name in ids)
    assert len(set(ids)) == len(ids)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


def notebook_of(folder: Path, *sources: str) -> Path:
    path = folder / "01-tiny.ipynb"
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def test_a_warning_fails_and_the_file_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("notebooks.run.FOLDER", tmp_path)
    path = notebook_of(tmp_path, "import warnings\nwarnings.warn('beware')")
    before = path.read_bytes()
    assert main(["01"]) == 1
    assert "beware" in capsys.readouterr().err
    assert path.read_bytes() == before


def test_an_executed_copy_is_kept_on_demand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("notebooks.run.FOLDER", tmp_path)
    path = notebook_of(tmp_path, "open('left.txt', 'w').close()\n6 * 7")
    assert main(["--out", str(tmp_path / "kept")]) == 0
    assert re.fullmatch(r"01-tiny.ipynb: [0-9.]+ s\n", capsys.readouterr().out)
    kept = nbformat.read(tmp_path / "kept" / path.name, as_version=4)
    assert kept.cells[0].outputs[0]["data"]["text/plain"] == "42"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["01-tiny.ipynb", "kept"]


def test_an_unknown_notebook_is_named() -> None:
    with pytest.raises(FileNotFoundError, match="no notebook begins with '99'"):
        paths_of(["99"])
