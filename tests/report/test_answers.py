"""Answers in words, tables and a figure; made by hand, so that every sentence is known."""

import json
from dataclasses import replace

import pytest

from dcsim.optimize.findings import Answers, BreakEven
from dcsim.report import tables_answers
from dcsim.report.data import summary
from dcsim.report.figures import all_figures, figure_bytes
from dcsim.report.reopen import _answers
from dcsim.report.study import Study
from dcsim.report.write import page_of
from tests.report.conftest import ANSWERS
from tests.report.page import Page


@pytest.fixture(scope="module")
def answered(two_days: Study) -> Study:
    return replace(two_days, answers=ANSWERS)


@pytest.fixture(scope="module")
def page(answered: Study) -> Page:
    return Page(page_of(answered, {}))


def test_ranges_are_told_at_the_widest_tolerance(answered: Study) -> None:
    """Not those of 0.1 %, and not of wind, of which there is only one size."""
    told = [text.replace("\u00a0", " ") for text in tables_answers.ranges_sentences(answered)]
    assert told == [
        "Anything from 8.00 to 12.3 MW of solar is as good to within 1.0 %.",
        "Anything from 3.00 to 9.00 MWh of battery energy is as good to within 1.0 %.",
        "2.00 MW or more of battery power is as good to within 1.0 %.",
        "Anything from 0 to 1.50 MW of extra servers is as good to within 1.0 %.",
    ]


def test_break_evens_are_told_as_prices_that_people_know(answered: Study) -> None:
    """Of capacity per kWh and kW; what is generated keeps its kg/MWh."""
    told = [text.replace("\u00a0", " ") for text in tables_answers.prices_sentences(answered)]
    assert told[:4] == [
        "Battery cells: would enter the plan below 61.0 kg/kWh, against 104 kg/kWh now.",
        "Solar: would stay in the plan up to 131 kg/MWh, against 48.0 kg/MWh now.",
        "Wind: would stay in the plan at any price.",
        "Extra servers: would not be built even at a price of nothing.",
    ]


def test_what_another_hour_saves_is_told_if_it_is_anything(answered: Study) -> None:
    told = [text.replace("\u00a0", " ") for text in tables_answers.prices_sentences(answered)]
    assert told[4:] == [
        "One more hour to wait for the work of tier batch (now 8 h) would save 321 kg in 48 hours."
    ]


def test_prices_in_money_are_told_per_kilowatt() -> None:
    servers = BreakEven("extra servers", "cost.servers_usd_per_mw", "USD/MW", 9e6, True, 2.5e6)
    text = tables_answers.break_even_in_words(servers).replace("\u00a0", " ")
    assert text.endswith("would enter the plan below 2,500 USD/kW, against 9,000 USD/kW now.")
    free = replace(servers, asked=0.0, enters=False, at=1500.0)
    text = tables_answers.break_even_in_words(free).replace("\u00a0", " ")
    assert text.endswith("would stay in the plan up to 1.50 USD/kW, against 0 USD/kW now.")


def test_tables_have_all_of_it(page: Page) -> None:
    head, *rows = page.tables["table-ranges"]
    assert head == [
        "",
        "The plan",
        "Within 0.1\u00a0% of the best",
        "Within 1.0\u00a0% of the best",
    ]
    assert rows[0][2:] == ["9.50 to 10.5", "8.00 to 12.3"]
    assert rows[1][2:] == ["12.0", "12.0"]
    assert rows[3][2:] == ["5.00 or more", "2.00 or more"]
    assert len(rows) == 5
    rows = page.rows("break-evens")
    assert rows["Battery cells"] == [
        "not built",
        "104,000",
        "enters below 61,000",
        "kg/MWh",
        "embodied.battery_kg_per_mwh",
    ]
    assert rows["Solar"][2] == "stays up to 131"
    assert rows["Wind"][:3] == ["built", "11.5", "stays at any price"]
    assert rows["Extra servers"][2] == "not even free"


def test_without_answers_nothing_is_said_of_them(two_days: Study) -> None:
    assert tables_answers.ranges_sentences(two_days) == []
    assert tables_answers.prices_sentences(two_days) == []
    page = Page(page_of(two_days, {}))
    assert not {"table-ranges", "table-break-evens"} & set(page.tables)
    assert "as good to within" not in page.words
    assert "plan the scenario again with --answers" in page.words
    assert "ranges" not in all_figures(two_days)


def test_answers_that_found_nothing_have_no_tables(two_days: Study) -> None:
    empty = replace(two_days, answers=Answers())
    assert tables_answers.ranges_table(empty) is None
    assert tables_answers.break_evens_table(empty) is None
    assert tables_answers.ranges_sentences(empty) == []
    assert tables_answers.prices_sentences(empty) == []


def test_figure_of_ranges_holds_every_size(answered: Study) -> None:
    """Solar at 1 %: a bar from 8.00 to 12.3 MW on a scale that ends at 12.3."""
    figure, alt = all_figures(answered)["ranges"]
    axes = figure.axes[0]
    bars = [(p.get_x() * 12.3, (p.get_x() + p.get_width()) * 12.3) for p in axes.patches[:2]]
    assert bars[0] == pytest.approx((8.0, 12.3))
    assert bars[1] == pytest.approx((9.5, 10.5))
    assert axes.lines[0].get_xdata()[0] * 12.3 == pytest.approx(answered.chosen.design.solar_mw)
    texts = [text.get_text().replace("\u00a0", " ") for text in axes.texts]
    assert texts == [
        "8.00 to 12.3 MW", "12.0 MW", "3.00 to 9.00 MWh", "2.00 MW or more", "0 to 1.50 MW",
    ]  # fmt: skip
    assert "Solar: 9.50 to 10.5 MW within 0.1 %" in alt.replace("\u00a0", " ")
    legend = [text.get_text() for text in figure.legends[0].get_texts()]
    assert legend == ["the plan", "within 1.0\u00a0%", "within 0.1\u00a0%"]
    assert figure_bytes(figure, "svg") == figure_bytes(all_figures(answered)["ranges"][0], "svg")


def test_words_of_ranges_lie_within_the_figure(answered: Study) -> None:
    figure, _ = all_figures(answered)["ranges"]
    for text in figure.axes[0].texts:
        assert text.get_window_extent().x1 <= figure.bbox.x1


def test_answers_come_back_from_the_summary(answered: Study) -> None:
    assert _answers(json.loads(json.dumps(summary(answered)["answers"]))) == ANSWERS
    assert _answers(None) is None
