"""Markup and paths where words are expected do no harm: on a page, in a figure, on disk."""

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest

from dcsim.grid.generation import Repair, Source
from dcsim.optimize.findings import Answers, BreakEven, DeadlineWorth
from dcsim.report.data import write_data
from dcsim.report.figures import Described, all_figures, figure_bytes
from dcsim.report.front_page import write_front_report
from dcsim.report.study import Study
from dcsim.report.write import page_of
from tests.browser import opened
from tests.report.conftest import in_first_year
from tests.report.test_front_page import FRONTS, IMPOSSIBLE, world

EVIL = (
    "<script>document.title='hacked'</script><img src=x onerror=\"document.title='hacked'\">'\"&]]>"
)
"""As a name, a description, a column: it runs as markup, ends an attribute, or ends a comment."""

SHORT = ["--set", "horizon.hours=24", "--set", "strategies=[renewables]"]


def everything_evil(study: Study) -> Study:
    """The study with markup wherever a file, a column or a scenario may bring words in."""
    first = study.years[0]
    source = Source("grid", EVIL, EVIL, EVIL, (Repair(EVIL, 3, EVIL),))
    stamp = first.traces.index[0]
    events = pd.DataFrame({"time": [stamp], "kind": [EVIL], "amount_mwh": [1.0]})
    traces = replace(first.traces, sources=(source,), name=EVIL)
    asked = study.scenario
    named = asked.years[0].model_copy(update={"name": EVIL})
    scenario = asked.model_copy(
        update={
            "name": EVIL,
            "description": EVIL,
            "grid": asked.grid.model_copy(update={"id": EVIL}),
            "years": (named, *asked.years[1:]),
        }
    )
    study = in_first_year(study, traces=traces, replay=replace(first.replay, events=events))
    return replace(
        study,
        scenario=scenario,
        infeasible={"renewables": f"strategy renewables {EVIL}"},
        answers=Answers(
            break_evens=(BreakEven(EVIL, EVIL, EVIL, 1.0, True, 0.5),),
            deadlines=(DeadlineWorth(EVIL, 2, 50.0),),
        ),
        versions={"dcsim": EVIL, EVIL: "1"},
    )


@pytest.fixture(scope="module")
def evil(two_years: Study) -> tuple[Study, dict[str, Described]]:
    """The study and its figures."""
    study = everything_evil(two_years)
    return study, all_figures(study)


def test_markup_in_a_report_is_words(
    evil: tuple[Study, dict[str, Described]], tmp_path: Path
) -> None:
    """In the title, the heading, tables, sentences, the listing and alternative texts."""
    file = tmp_path / "report.html"
    file.write_text(page_of(*evil), encoding="utf-8")
    with opened(file) as seen:
        seen.page.wait_for_load_state("networkidle")
        assert seen.page.title() == f"{EVIL}: planning report of a datacenter"
        assert seen.page.evaluate("() => document.querySelectorAll('script').length") == 0
        assert seen.page.evaluate("() => document.querySelectorAll('[onerror]').length") == 0
        assert seen.page.locator("h1").inner_text() == EVIL
        assert seen.console == []
        assert seen.foreign_requests == []


def test_markup_in_a_front_page_is_words(tmp_path: Path) -> None:
    scenario, traces = world()
    scenario = scenario.model_copy(update={"name": EVIL, "description": EVIL})
    traces = replace(traces, sources=(Source("grid", EVIL, EVIL),))
    why = {strategy: f"{said} {EVIL}" for strategy, said in IMPOSSIBLE.items()}
    write_front_report(FRONTS["carbon"], scenario, [traces], tmp_path, why)
    with opened(tmp_path / "front.html") as seen:
        assert seen.page.title() == f"{EVIL}: fronts"
        assert seen.page.evaluate("() => document.querySelectorAll('script').length") == 0
        assert seen.console == []
        assert seen.foreign_requests == []


def test_markup_in_a_figure_is_drawn(evil: tuple[Study, dict[str, Described]]) -> None:
    """Names of years stand in bars, labels and comments of the SVG: it stays one that parses."""
    _, figures = evil
    for name in ("by_year", "summer_week"):
        svg = figure_bytes(figures[name][0], "svg")
        tags = {part.tag.rpartition("}")[2] for part in ElementTree.fromstring(svg).iter()}
        assert "script" not in tags
        assert "img" not in tags
        assert b"<script" not in svg


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "../../x", "..", ".hidden", "a/b", ""]
)
def test_a_name_that_is_no_name_is_refused(dcsim_cli, tmp_path: Path, name: str) -> None:
    """One panel, exit code 2, nothing written anywhere near."""
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    file = inner / "mine.yaml"
    file.write_text(
        f"name: {json.dumps(name)}\ngrid: {{id: ERCO:reference}}\ndatacenter: {{capacity_mw: 10}}\n"
    )
    code, out, err = dcsim_cli("plan", file, *SHORT)
    assert code == 2
    assert err.count("╭") == 1
    assert "name" in err
    assert out == ""
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["a", "b", "mine.yaml"]


def test_a_tier_or_year_with_markup_or_a_path_is_refused(dcsim_cli) -> None:
    for key in (
        "years=[{name: ../../x}]",
        "datacenter.flexible=[{name: <script>, share_frac: 0.1, deadline_h: 2}]",
    ):
        code, _, err = dcsim_cli("plan", "quickstart", *SHORT, "--set", key)
        assert code == 2
        assert err.count("╭") == 1


def test_out_may_be_anywhere_and_replaces_only_what_is_its_own(
    dcsim_cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--out ../../x` makes that one folder; a foreign folder or file there stays as it is."""
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "thesis.txt").write_text("years of work")
    (tmp_path / "y").write_text("a file")
    monkeypatch.chdir(inner)
    for foreign in ("../../x", "../../y", "..", "."):
        code, _, err = dcsim_cli("plan", "quickstart", *SHORT, "--out", foreign)
        assert code == 2, foreign
        assert err.count("╭") == 1
    assert (tmp_path / "x" / "thesis.txt").read_text() == "years of work"
    assert (tmp_path / "y").read_text() == "a file"
    code, _, _ = dcsim_cli("plan", "quickstart", *SHORT, "--out", "../../z")
    assert code == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "x", "y", "z"]
    assert list(inner.iterdir()) == []


def test_a_run_whose_years_are_paths_is_refused(
    dcsim_cli, two_years: Study, tmp_path: Path
) -> None:
    """A summary that was tampered with cannot send a replay's table out of the folder."""
    run = tmp_path / "deep" / "run"
    run.mkdir(parents=True)
    write_data(two_years, run, {})
    summary = json.loads((run / "summary.json").read_text())
    summary["years"][1]["name"] = "../../.."
    (run / "summary.json").write_text(json.dumps(summary))
    code, _, err = dcsim_cli("simulate", run, "--policy", "greedy", "--year", "../../..")
    assert code == 2
    assert "summary.json: has the years" in err
    assert not list(tmp_path.glob("simulated*"))
