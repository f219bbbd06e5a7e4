"""The executive summary, the alternatives and the shadow prices in words made from the numbers."""

import re
from dataclasses import replace

import pytest

from dcsim.report import key_figures, prose_alternatives, prose_limits, tables_alternatives
from dcsim.report.figures import strategies_figure
from dcsim.report.prose_summary import executive_summary
from dcsim.report.sections import CAPTIONS, FIGURES_OF, SECTIONS
from dcsim.report.study import Study
from dcsim.report.write import page_of
from dcsim.scenario.spec import FileLoad
from tests.report.conftest import (
    ANSWERS,
    StudyMaker,
    objective_changed,
    sentences,
    with_alternatives,
    with_chosen,
)
from tests.report.page import Page


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_contents_lead_to_every_section_in_its_order(two_years: Study, two_days: Study) -> None:
    for study in (two_years, two_days):
        page = Page(page_of(study, {}))
        links = [str(a["href"])[1:] for tag, a in page.tags if tag == "a"][1:]
        heads = [a["id"] for tag, a in page.tags if tag == "h2"]
        assert links == heads
        assert set(SECTIONS) - set(links) == ({"years"} if study is two_days else set())
    assert "8. Year by year" in Page(page_of(two_years, {})).words
    assert "F. The scenario, as resolved" in page.words


def test_summary_asks_in_the_order_of_who_decides(two_days: Study) -> None:
    """And is short: seven points in eight sentences."""
    points = executive_summary(with_alternatives(two_days, "wind_mw", "capital_usd"))
    assert [point.question for point in points] == [
        "What to build",
        "What it saves",
        "What it costs",
        "How sure this is",
        "What else would do",
        "What could go wrong",
        "What it depends on",
    ]
    words = " ".join(point.answer for point in points)
    assert len(re.findall(r"\.(?: [A-Z]|$)", plain(words))) == 9
    assert "Run hour by hour in a simulator" in words
    assert "it emits the same." in words


def test_summary_tells_a_replay_that_differs(two_days: Study) -> None:
    off = replace(two_days.agreement, largest_difference_mw=1.0)
    points = {p.question: p.answer for p in executive_summary(replace(two_days, agreement=off))}
    assert "under the policy follow_plan, it emits" in points["How sure this is"]
    assert "0 events go out of the ordinary." in points["How sure this is"]


def test_plans_nearly_as_good_are_told_by_what_they_need(two_days: Study) -> None:
    study = with_alternatives(two_days, "wind_mw", "battery_mwh", "capital_usd", "cost_usd")
    (told,) = prose_alternatives.nearly_as_good(study)
    near = study.alternatives[0]
    assert near.design.battery_mwh == 0
    words = plain(told)
    assert words.startswith(
        f"Within 1.0 % of the best one gets by with {near.design.wind_mw:.1f} MW of wind, without "
        "a battery, with "
    )
    assert " of capital instead of " in words
    usd = float(f"{near.footprint.cost_usd:.4g}")
    assert f"or at a cost of {usd:,.0f} USD in 48 hours" in words
    (alone,) = prose_alternatives.nearly_as_good(with_alternatives(two_days, "battery_mwh"))
    assert plain(alone) == "Within 1.0 % of the best one gets by without a battery."


def test_what_is_given_up_is_the_difference_from_the_plan(two_days: Study) -> None:
    study = with_alternatives(two_days, "battery_mwh", "cost_usd")
    table = tables_alternatives.give_up_table(study)
    rows = {row[0].text: [plain(cell.text) for cell in row[1:]] for row in table.rows}
    assert list(rows) == [
        "The plan",
        "Do nothing",
        "Renewables",
        "Renewables + battery",
        "Renewables + shifting",
        "No battery",
        "Least cost",
    ]
    plan, renewables = study.chosen.footprint, study.outcomes[1].footprint
    more_t = (renewables.total_kg - plan.total_kg) / 1000
    assert float(rows["No battery"][1]) == pytest.approx(more_t, rel=6e-4)
    assert rows["No battery"][1:] == rows["Renewables"][1:]
    assert rows["Do nothing"][0] == "nothing"
    points = 100 * (renewables.scores.coverage_frac - plan.scores.coverage_frac)
    shown = rows["Renewables"][4].removesuffix(" points").replace("−", "-")
    assert float(shown) == pytest.approx(points, abs=0.06)


def test_near_plans_stand_beside_the_plan(two_days: Study) -> None:
    assert tables_alternatives.near_table(two_days) is None
    study = with_alternatives(two_days, "wind_mw", "capital_usd")
    page = Page(page_of(study, {}))
    rows = page.rows("near")
    assert rows[""] == ["The plan", "Least wind", "Least capital"]
    assert rows["Wind [MW]"][0] == page.rows("strategies")["Wind [MW]"][-1]
    assert rows["Wind [MW]"][1] == rows["Wind [MW]"][2]


def test_it_is_said_why_there_are_no_alternatives(two_days: Study) -> None:
    (asked,) = prose_alternatives.near_sentences(two_days)
    assert "again with --answers" in asked
    answered = replace(two_days, answers=ANSWERS)
    assert "as good as fixed" in prose_alternatives.near_sentences(answered)[0]
    stopped = with_chosen(
        answered, certificate=replace(two_days.chosen.certificate, is_optimal=False)
    )
    assert prose_alternatives.near_sentences(stopped) == [prose_alternatives.NOT_PROVEN]


def test_shadow_prices_are_told_in_sentences(two_days: Study, two_years: Study) -> None:
    """Of a capacity, in kilograms; of a share, by the percentage point, in dollars."""
    saved_kg = two_days.chosen.shadow_prices["wind.max_mw"]
    words = plain(" ".join(prose_limits.limits_sentences(two_days)))
    assert "Wind is at the most the scenario allows: one more MW would save" in words
    share = 100 * saved_kg / two_days.chosen.footprint.total_kg
    assert f"{share:.3f} % of the total" in words
    assert "Each of these shadow prices holds for a small change" in words
    dearer = with_chosen(two_years, shadow_prices={"limits.coverage_frac": 123_400.0})
    words = plain(" ".join(prose_limits.limits_sentences(dearer)))
    assert (
        "Coverage by own supply must be at least 70.0 %: one percentage point less would save "
        "1,234 USD in 192 hours, "
    ) in words
    assert "% of what is minimized." in words


def test_limits_that_hold_nothing_back_are_said_to(two_days: Study) -> None:
    free = with_chosen(two_days, shadow_prices={}, binding_hours={})
    assert prose_limits.limits_sentences(free)[0].startswith("No limit of the scenario holds")
    assert prose_limits.binding_sentences(free) == []


def test_large_shadow_prices_are_told_in_tonnes(two_days: Study) -> None:
    dear = with_chosen(
        two_days, shadow_prices={"wind.max_mw": 5e6}, certificate=None, binding_hours={}
    )
    words = plain(" ".join(prose_limits.limits_sentences(dear)))
    assert "one more MW would save 5,000 t CO₂e in 48 hours." in words


def test_what_binds_most_is_told_first(two_days: Study) -> None:
    hours = {"serving_capacity": 12, "charge_most": 24, "storage_most": 3, "storage_least": 1}
    study = with_chosen(two_days, binding_hours=hours)
    (told,) = prose_limits.binding_sentences(study)
    assert plain(told).endswith(
        "most often: the battery charges at its full power (24 hours, 50.0 %); all servers are "
        "busy (12 hours, 25.0 %); the battery is full, or as full as its rate of charging allows "
        "(3 hours, 6.2 %)."
    )


def test_tiles_are_the_key_figures(two_days: Study, study_maker: StudyMaker) -> None:
    tiles = {tile.label: tile for tile in key_figures.tiles(two_days)}
    plan, nothing = two_days.chosen.footprint, two_days.nothing.footprint
    saved_t = (nothing.total_kg - plan.total_kg) / 1000
    assert plain(tiles["Saved"].number) == f"{100 * saved_t * 1000 / nothing.total_kg:.1f} %"
    price = (plan.cost_usd - nothing.cost_usd) / saved_t
    assert float(tiles["Price of carbon saved"].number.replace(",", "")) == pytest.approx(
        price, rel=5e-3
    )
    tight = study_maker(limits={"import_mw": 5}, hours=24, strategies=["all"])
    tiles = {tile.label: tile for tile in key_figures.tiles(tight)}
    assert tiles["Saved"].number == "–"
    assert "Cost" in tiles


def test_no_share_is_told_of_a_grid_without_carbon(study_maker: StudyMaker) -> None:
    """Doing nothing emits nothing, and 5 MW of wind that must be built a few tonnes more."""
    study = study_maker(wind={"min_mw": 5}, hours=24, strategies=["renewables"])
    nothing, *others = study.outcomes
    ledger = replace(nothing.footprint.ledger, rows=())
    clean = replace(nothing, footprint=replace(nothing.footprint, ledger=ledger))
    study = replace(study, outcomes=(clean, *others))
    total = f"{study.chosen.footprint.total_kg / 1000:.4g} t CO₂e"
    assert f"against 0 t CO₂e from doing nothing: {total} more." in plain(sentences(study)[1])
    tiles = {tile.label: tile for tile in key_figures.tiles(study)}
    assert tiles["Saved"].number == "–"
    assert "%" not in strategies_figure(study)[1]


def with_load(study: Study, load: FileLoad) -> Study:
    """The study as if its load had come from a file."""
    datacenter = study.scenario.datacenter.model_copy(update={"load": load})
    return replace(study, scenario=study.scenario.model_copy(update={"datacenter": datacenter}))


def test_facts_tell_what_is_asked(two_days: Study, two_years: Study) -> None:
    told = dict(key_figures.facts(two_days))
    assert plain(told["Site"]) == "10 MW of IT, mean load 9.00 MW, time zone America/Chicago"
    metered = with_load(two_days, FileLoad(kind="file", file="load.csv"))
    assert plain(dict(key_figures.facts(metered))["Site"]) == (
        "metered, mean load 9.00 MW, time zone America/Chicago"
    )
    shares = with_load(two_days, FileLoad(kind="file", file="load.csv", unit="frac"))
    assert dict(key_figures.facts(shares))["Site"] == told["Site"]
    assert told["Grid"] == "grid.csv"
    assert plain(told["Planned for"]) == "2 days, 14 to 15 July 2022"
    assert told["Made with"].endswith("seed 0")
    assert plain(dict(key_figures.facts(two_years))["Planned for"]) == "2 years, 192 hours in all"
    assert dict(key_figures.facts(objective_changed(two_days, minimize="cost")))["Minimized"] == (
        "cost"
    )


def test_every_figure_has_its_place_and_its_caption() -> None:
    placed = [name for names in FIGURES_OF.values() for name in names]
    assert sorted(placed) == sorted(CAPTIONS)
    assert set(FIGURES_OF) <= set(SECTIONS)
