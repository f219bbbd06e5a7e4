"""A study of two years: in the page, in figures, and in its run folder and back."""

from dataclasses import fields, replace
from pathlib import Path

import pandas as pd
import pytest

from dcsim.cli.study import print_study
from dcsim.report import prose, prose_basis
from dcsim.report.data import write_data
from dcsim.report.figures import OF_ONE_YEAR, all_figures
from dcsim.report.reopen import read_study
from dcsim.report.study import Study, YearRun
from dcsim.report.tables_alternatives import near_table
from dcsim.report.views import moved_mwh
from dcsim.report.write import page_of, write_report
from tests.report.conftest import WARNING, StudyMaker, sentences, with_alternatives
from tests.report.page import Page, html_of, value

MEAN = {"file": "grid.csv", "account": "mean"}

FIRST = "of 2019, the first of 2 planned years"


@pytest.fixture(scope="module")
def html(two_years: Study) -> str:
    return html_of(two_years)


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def test_horizon_is_three_of_one_year_and_one_of_the_other(two_years: Study) -> None:
    """3 * 48 + 1 * 48 hours."""
    assert two_years.horizon_hours == 192
    assert [run.traces.weight for run in two_years.years] == [3, 1]


def test_summary_says_whom_the_design_serves(page: Page) -> None:
    words = page.words.replace("\u00a0", " ")
    assert "This one design serves 2 planned years: 2019 and 2020." in words
    assert "in 192 hours" in words


def test_years_table_adds_up_to_the_plan(two_years: Study, page: Page) -> None:
    rows = page.rows("years")
    t = "[t CO₂e]"
    total = rows["Year"].index(f"Total {t}")
    cost = rows["Year"].index("Cost [million USD]")
    assert [rows[name][1] for name in ("2019", "2020")] == ["3.000", "1.000"]
    whole = sum(weight * value(rows[name][total]) for name, weight in (("2019", 3), ("2020", 1)))
    assert whole == pytest.approx(two_years.chosen.footprint.total_kg / 1000, rel=6e-4)
    usd = sum(weight * value(rows[name][cost]) for name, weight in (("2019", 3), ("2020", 1)))
    assert 1e6 * usd == pytest.approx(two_years.chosen.footprint.cost_usd, rel=6e-4)


def test_years_table_tells_what_years_are_multiplied_by(page: Page, study_maker) -> None:
    head, rows = page.rows("years")["Year"], page.rows("years")
    assert head[:4] == ["Days on record", "Weight", "Grid intensity", "Load"]
    assert rows["2019"][:4] == ["14 to 15 July 2022", "3.000", "× 1", "× 1"]
    assert rows["2020"][2:4] == ["× 0.6", "× 1.1"]
    alike = study_maker(years=[{"name": "a"}, {"name": "b"}], strategies=["renewables"], hours=24)
    assert "Grid intensity" not in Page(page_of(alike, {})).rows("years")["Year"]


def test_one_year_has_no_table_of_years(two_days: Study) -> None:
    page = Page(page_of(two_days, {}))
    assert "table-years" not in page.tables
    assert "planned years" not in page.words


def test_figures_of_hours_say_which_year_they_show(two_years: Study, html: str) -> None:
    figures = all_figures(two_years)
    for name, (figure, alt) in figures.items():
        written = [text.get_text() for text in figure.texts]
        assert (FIRST in alt) == (name in OF_ONE_YEAR), name
        assert (FIRST.capitalize() in written) == (name in OF_ONE_YEAR), name
    hourly = len(OF_ONE_YEAR & set(figures))
    assert hourly >= 4
    assert html.count(f"It is {FIRST}.") == hourly


def test_bars_by_year_are_the_ledgers_of_the_years(two_years: Study) -> None:
    figure, alt = all_figures(two_years)["by_year"]
    axes = figure.axes[0]
    ends = [sum(bars[year].get_width() for bars in axes.containers) for year in (0, 1)]
    totals = [footprint.total_kg / 1000 for footprint in two_years.chosen.by_year]
    assert ends == pytest.approx(totals)
    assert "[t CO₂e in 48\u00a0hours]" in axes.get_xlabel()
    assert [text.get_text() for text in axes.get_yticklabels()] == ["2019", "2020"]
    assert f"2019: {totals[0]:.2f} t, weight 3.000" in alt


def test_years_of_other_lengths_are_not_called_alike(two_years: Study) -> None:
    first, second = two_years.years
    short = replace(second.traces, table=second.traces.table[:24], local_day=[0] * 24)
    figure, _ = all_figures(replace(two_years, years=(first, replace(second, traces=short))))[
        "by_year"
    ]
    assert "each over its own hours" in figure.axes[0].get_xlabel()


def test_moved_work_is_that_of_all_years(two_years: Study) -> None:
    parts = [moved_mwh(two_years, run) for run in two_years.years]
    moved = 3 * parts[0] + parts[1]
    load_mwh = 3 * 432 + 1.1 * 432
    words = prose.shifting_sentence(two_years).replace("\u00a0", " ")
    assert f"at least {moved:.3g} MWh of work ({100 * moved / load_mwh:.1f} % of the load)" in words


def test_time_sentences_are_true_of_several_years(two_years: Study) -> None:
    """192 / 8,766 years; and what is multiplied is told among what is left out."""
    text = " ".join(prose_basis.time_sentences(two_years))
    assert "One design serves 2 planned years: 2019 and 2020." in text
    assert "the horizon of 192 hours" in text
    assert "charged for 0.0219 years" in text
    assert "What exists already is charged neither for its making nor for its capital" in text
    left_out = " ".join(prose_basis.left_out_sentences(two_years))
    assert "grid intensity and load are multiplied" in left_out
    assert "One year stands for all" not in left_out


def test_years_that_are_not_multiplied_are_not_said_to_be(study_maker: StudyMaker) -> None:
    years = [{"name": "a"}, {"name": "b", "weight": 2}]
    study = study_maker(years=years, strategies=["renewables"], hours=24, grid=MEAN)
    left_out = " ".join(prose_basis.left_out_sentences(study))
    assert "The planned years stand for all years" in left_out
    assert "multiplied" not in left_out
    assert "the mean, over each planned year, of" in " ".join(prose_basis.time_sentences(study))


def test_an_outlook_is_told_by_its_steps(study_maker: StudyMaker) -> None:
    """Two steps of 2 and 1 years at 10 % less each year: intensity times 0.95 and 0.81."""
    outlook = {"years": 3, "step_years": 2, "intensity_per_year_frac": -0.1}
    study = study_maker(outlook=outlook, hours=24, strategies=["renewables", "all"])
    rows = Page(page_of(study, {})).rows("years")
    assert rows["years-1-2"][1:3] == ["2.000", "× 0.95"]
    assert rows["year-3"][1:3] == ["1.000", "× 0.81"]
    assert study.horizon_hours == 72


def with_events(run: YearRun, amounts: list[float]) -> YearRun:
    stamps = pd.date_range("2022-07-14T09:00Z", periods=len(amounts), freq="h")
    events = pd.DataFrame({"time": stamps, "kind": "too little", "amount_mwh": amounts})
    return replace(run, replay=replace(run.replay, events=events))


def test_events_of_every_year_are_told(two_years: Study) -> None:
    first, second = two_years.years
    study = replace(two_years, years=(first, with_events(second, [1.0, 2.5])))
    page = Page(page_of(study, {}))
    assert page.tables["table-events"][0] == ["Kind", "Year", "Times", "Amount [MWh]", "First"]
    assert page.rows("events")["too little"] == ["2020", "2", "3.500", "2022-07-14 09:00Z"]
    assert "2 events went out of the ordinary" in page.words


def test_sources_of_every_year_are_told_once(two_years: Study) -> None:
    first, second = two_years.years
    other = replace(second.traces.sources[0], origin="CISO:2020")
    traces = replace(second.traces, sources=(other, *second.traces.sources[1:]))
    study = replace(two_years, years=(first, replace(second, traces=traces)))
    rows = Page(page_of(study, {})).tables["table-sources"][1:]
    assert [row[:2] for row in rows] == [
        ["Grid", "grid.csv"],
        ["Grid", "CISO:2020"],
        ["Load", "constant load"],
    ]


def test_worst_of_the_years_is_said_to_be(study_maker: StudyMaker) -> None:
    years = [{"name": "a"}, {"name": "b", "intensity_frac": 2}]
    study = study_maker(years=years, objective={"years": "worst"}, hours=24, strategies=["all"])
    headline = " ".join(sentences(study))
    assert "the plan of least carbon in the worst of the years" in headline
    one = study_maker(objective={"years": "worst"}, hours=24, strategies=["all"])
    assert "worst of the years" not in " ".join(sentences(one))


def write_whole(study: Study, folder: Path) -> list[Path]:
    folder.mkdir()
    write_report(study, folder)
    write_data(study, folder, {"planning": 1.5})
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def written(two_years: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of the study; not to be changed."""
    folder = tmp_path_factory.mktemp("written") / "run"
    write_whole(two_years, folder)
    return folder


def test_same_study_same_files(two_years: Study, written: Path, tmp_path: Path) -> None:
    """Every file of the run folder, those of the second year too, has the same bytes twice."""
    files = write_whole(two_years, tmp_path / "again")
    assert Path("years/2020/hourly.parquet") in files
    assert Path("years/2019") not in [file.parent for file in files]
    for file in files:
        assert (tmp_path / "again" / file).read_bytes() == (written / file).read_bytes(), file


def test_a_run_folder_gives_its_study_back(two_years: Study, written: Path) -> None:
    again = read_study(written)
    names = {field.name for field in fields(Study)} - {"years"}
    for name in names:
        assert getattr(again, name) == getattr(two_years, name), name
    assert len(again.years) == 2
    for run, was in zip(again.years, two_years.years, strict=True):
        assert_same_run(run, was)
    assert page_of(again, {}) == page_of(two_years, {})


def test_warnings_stand_above_the_report_and_in_the_terminal(
    two_years: Study, written: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    html = html_of(read_study(written))
    assert html.index(WARNING) < html.index('id="summary"')
    print_study(two_years)
    assert capsys.readouterr().out.count(f"Warning: {WARNING}") == 1


def test_alternatives_come_back_from_a_run_folder(two_days: Study, tmp_path: Path) -> None:
    study = with_alternatives(two_days, "wind_mw", "capital_usd")
    write_whole(study, tmp_path / "run")
    again = read_study(tmp_path / "run")
    assert again.alternatives == study.alternatives
    assert near_table(again) == near_table(study)


def assert_same_run(run: YearRun, was: YearRun) -> None:
    pd.testing.assert_frame_equal(run.traces.table, was.traces.table, check_freq=False)
    assert list(run.traces.local_day) == list(was.traces.local_day)
    assert (run.traces.name, run.traces.weight) == (was.traces.name, was.traces.weight)
    assert run.traces.sources == was.traces.sources
    pd.testing.assert_frame_equal(run.dispatch, was.dispatch, check_freq=False)
    pd.testing.assert_frame_equal(run.replay.energy, was.replay.energy, check_freq=False)
    assert run.replay.policy == was.replay.policy
    assert len(run.replay.events) == len(was.replay.events)


def test_a_year_is_found_by_its_name(two_years: Study) -> None:
    assert [two_years.number_of_year(name) for name in (None, "2019", "2020")] == [0, 0, 1]
