"""The reference of `make docs`: every name has its entry, all of it works offline, search finds."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import dcsim
from tests.browser import opened
from tests.conftest import REPOSITORY

ROOMS = sorted(path.parent.name for path in (REPOSITORY / "dcsim").glob("*/__init__.py"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build as `make docs` does, with the tools that run this test instead of a new `.venv`."""
    folder = tmp_path_factory.mktemp("docs") / "site"
    tools = [f"BIN={Path(sys.executable).parent}", "--assume-old=.venv/.docs"]
    made = subprocess.run(
        ["make", "docs", f"SITE={folder}", *tools],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert made.returncode == 0, made.stderr
    assert "Warn" not in made.stdout + made.stderr
    return folder


def test_every_public_name_has_an_entry_that_says_what_it_is(site: Path) -> None:
    page = (site / "dcsim.html").read_text(encoding="utf-8")
    for name in dcsim.__all__:
        (entry,) = re.findall(rf'<section id="{name}">(.+?)</section>', page, flags=re.DOTALL)
        assert ("variable" if name.isupper() else 'class="docstring"') in entry, name


def test_the_top_page_names_all_by_theme_and_leads_to_every_room(site: Path) -> None:
    page = (site / "dcsim.html").read_text(encoding="utf-8")
    start = page.index('class="module-info"')
    intro = page[start : page.index('class="view-source-button"', start)]
    links = set(re.findall(r'href="(.+?)"', intro))
    assert {f"#{name}" for name in dcsim.__all__} <= links
    assert {f"dcsim/{room}.html" for room in ROOMS} <= links


def test_every_module_has_a_page(site: Path) -> None:
    pages = {path.relative_to(site).with_suffix("") for path in site.rglob("dcsim*/**/*.html")}
    modules = {
        path.parent if path.name == "__init__.py" else path.with_suffix("")
        for path in (path.relative_to(REPOSITORY) for path in (REPOSITORY / "dcsim").rglob("*.py"))
        if not path.name.startswith("__main__")
    }
    assert modules - {Path("dcsim")} <= pages


def test_it_asks_no_host_for_anything_and_its_search_finds(site: Path) -> None:
    with opened(site / "index.html") as top:
        top.page.wait_for_url("**/dcsim.html")
        top.page.get_by_role("searchbox").fill("read_study")
        found = top.page.locator("main.pdoc .search-result").first
        found.wait_for()
        assert "read_study" in found.inner_text()
        assert top.foreign_requests == []
        assert [said for said in top.console if "search index" not in said] == []
