"""The page: whole, harmless, true to the study, and the same bytes every time."""

import pickle
import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import yaml

from dcsim.footprint.money import capital_spent_usd
from dcsim.grid.generation import Source
from dcsim.report import numbers, tables
from dcsim.report.data import scenario_yaml
from dcsim.report.figures import all_figures
from dcsim.report.prose_basis import left_out_sentences, time_sentences
from dcsim.report.study import Study
from dcsim.report.write import page_of, write_report
from dcsim.scenario.compat import DIFFERENCES
from dcsim.scenario.load import load_scenario
from dcsim.scenario.rates import RATES
from tests.report.conftest import SHA, StudyMaker, described_as, in_first_year
from tests.report.page import Page, html_of, value


@pytest.fixture(scope="module")
def html(two_days: Study) -> str:
    return html_of(two_days)


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


def test_same_study_same_page(two_days: Study, html: str):
    assert html_of(pickle.loads(pickle.dumps(two_days))) == html


def test_page_is_whole(page: Page):
    assert page.open == []
    assert ("html", {"lang": "en"}) in page.tags
    assert page.headings[0] == 1
    steps = zip(page.headings, page.headings[1:], strict=False)
    assert all(deeper - level <= 1 for level, deeper in steps)


def test_page_needs_nothing_from_outside(html: str, page: Page):
    assert not re.search(r"https?://", html)
    assert not re.search(r"url\(|@import|<script|<link|<iframe", html)
    sources = [attributes["src"] for _, attributes in page.tags if "src" in attributes]
    assert sources
    assert all(str(source).startswith("data:image/svg+xml;base64,") for source in sources)
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    ids = {attributes.get("id") for _, attributes in page.tags}
    assert all(str(link)[1:] in ids for link in links)


def test_every_image_has_words(page: Page):
    alts = [attributes.get("alt") for tag, attributes in page.tags if tag == "img"]
    assert len(alts) == 8
    assert all(alt and len(alt) > 40 for alt in alts)


def test_every_table_has_caption_and_scopes(page: Page):
    names = [tag for tag, _ in page.tags]
    assert names.count("caption") == names.count("table") == len(page.tables)
    assert all("scope" in attributes for tag, attributes in page.tags if tag == "th")


def test_script_in_the_scenario_is_harmless(two_days: Study):
    evil = "<script>alert('x')</script> & <img src=http://x>"
    html = page_of(described_as(two_days, evil), {})
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert "<img src=http" not in html


def test_script_in_a_source_is_harmless(two_days: Study):
    source = Source("grid", "<script>.csv", '"><script>', "a" * 64)
    traces = replace(two_days.traces, sources=(source,))
    assert "<script" not in page_of(in_first_year(two_days, traces=traces), {})


def test_strategies_table_is_the_study(two_days: Study, page: Page):
    """Every number in the table, to the digits it is shown with."""
    rows = page.rows("strategies")
    assert rows[""] == [outcome.label for outcome in two_days.outcomes]
    t = "[t\u00a0CO₂e]"
    nothing_kg = two_days.nothing.footprint.total_kg
    for i, outcome in enumerate(two_days.outcomes):
        design, footprint = outcome.design, outcome.footprint
        scores, ledger = footprint.scores, footprint.ledger
        saved_kg = nothing_kg - footprint.total_kg
        expected = {
            "Solar [MW]": design.solar_mw,
            "Wind [MW]": design.wind_mw,
            "Battery, energy [MWh]": design.battery_mwh,
            "Battery, power [MW]": design.battery_mw,
            "Extra servers [MW]": design.extra_server_mw,
            f"Operational carbon {t}": ledger.total_kg("operational") / 1000,
            f"Embodied carbon {t}": ledger.total_kg("embodied") / 1000,
            f"Total carbon {t}": footprint.total_kg / 1000,
            f"Saved {t}": saved_kg / 1000,
            "Cost [million USD]": footprint.cost_usd / 1e6,
            "Capital [million USD]": capital_spent_usd(two_days.scenario, design) / 1e6,
            "Grid import [MWh]": scores.grid_mwh,
            "Highest import [MW]": scores.peak_import_mw,
            "Own generation [MWh]": scores.renewable_mwh,
            "of it curtailed [MWh]": scores.curtailed_mwh,
        }
        shares = {
            "Saved": saved_kg / nothing_kg,
            "Coverage by own supply": scores.coverage_frac,
            "Carbon-free (CFE) score": scores.cfe_frac,
        }
        assert set(rows) == {"", *expected, *shares}
        for name, number in expected.items():
            assert value(rows[name][i]) == pytest.approx(number, rel=6e-4, abs=1e-6), name
        for name, share in shares.items():
            assert value(rows[name][i]) == pytest.approx(share, abs=6e-4), name


def test_totals_table_compares_plan_and_nothing(two_days: Study, page: Page):
    nothing, plan = two_days.nothing.footprint, two_days.chosen.footprint
    shown = [value(text) for text in page.rows("totals")["Total carbon [t\u00a0CO₂e]"]]
    change_kg = plan.total_kg - nothing.total_kg
    expected = [nothing.total_kg / 1000, plan.total_kg / 1000, change_kg / 1000]
    assert shown == pytest.approx(expected, rel=6e-4)
    points = page.rows("totals")["Coverage by own supply"][2]
    assert points.endswith("points")
    covered = 100 * (plan.scores.coverage_frac - nothing.scores.coverage_frac)
    assert value(points.removesuffix(" points")) == pytest.approx(covered, abs=0.06)


def test_ledger_table_adds_up(two_days: Study, page: Page):
    rows = page.rows("ledger")
    for row in two_days.chosen.footprint.ledger.rows:
        scope, tonnes, _ = rows[row.source.capitalize()]
        assert scope == row.scope
        assert value(tonnes) == pytest.approx(row.kg / 1000, rel=6e-4, abs=1e-6)
    assert value(rows["Total"][1]) == pytest.approx(two_days.chosen.footprint.total_kg / 1000, 6e-4)


def test_summary_tells_the_plan(two_days: Study, page: Page):
    design, footprint = two_days.chosen.design, two_days.chosen.footprint
    words = page.words.replace("\u00a0", " ")
    assert f"{design.wind_mw:.1f} MW of wind" in words
    assert f"{footprint.total_kg / 1000:.2f} t CO₂e in 48 hours" in words
    saved = 100 * (1 - footprint.total_kg / two_days.nothing.footprint.total_kg)
    assert f"{saved:.1f} % less" in words
    assert "On top of solar and wind alone" in words


def test_limits_that_bind_have_a_price(two_days: Study, page: Page):
    limit, price = page.rows("design")["Wind"][3:5]
    saved_kg = two_days.chosen.shadow_prices["wind.max_mw"]
    assert limit == "at most 12\u00a0MW"
    assert saved_kg > 1
    assert price == f"one more MW would save {saved_kg:,.0f}\u00a0kg in 48\u00a0hours"
    assert page.rows("design")["Solar"][3:5] == ["none", "–"]


def test_design_tells_what_is_not_open(study_maker: StudyMaker):
    parts = {"solar": {"enabled": False, "min_mw": 3}, "strategies": ["renewables"]}
    rows = Page(page_of(study_maker(**parts), {})).rows("design")
    assert rows["Solar"][3] == "switched off, at least 3\u00a0MW"
    assert rows["Battery, energy"][3] == "not in this strategy"


def test_sources_and_repairs_are_told(html: str, page: Page):
    origin, note, sha, repairs = page.rows("sources")["Grid"]
    assert (origin, note) == ("grid.csv", "made by hand")
    assert sha == "0123456789ab…"
    assert repairs == "interpolate, 3 hours: filled"
    assert f'title="{SHA}"' in html
    assert page.rows("sources")["Load"][3] == "none"


def test_measured_grid_is_not_called_modelled(html: str):
    assert "Reference year (modelled)" not in html


def test_modelled_grid_is_called_so(study_maker: StudyMaker):
    """In words above everything else, and again where the data came from."""
    study = study_maker(strategies=["renewables"])
    modelled = Source("grid", "ERCO:reference", "no file was read")
    html = page_of(in_first_year(study, traces=replace(study.traces, sources=(modelled,))), {})
    assert html.count("Reference year (modelled)") == 2
    assert html.index("Reference year (modelled)") < html.index("Executive summary")


def test_every_embodied_figure_is_told_with_its_source(page: Page):
    rows = page.tables["table-rates"][1:]
    assert [row[-1] for row in rows] == [entry.source for entry in RATES.values()]
    assert [value(row[4]) for row in rows] == pytest.approx(
        [entry.mid for entry in RATES.values()], rel=1e-3
    )


def test_own_figures_are_marked(study_maker: StudyMaker):
    study = study_maker(embodied={"wind_kg_per_mwh": 9, "level": "high"}, strategies=["renewables"])
    rows = Page(page_of(study, {})).rows("rates")
    own = rows["Wind, making, per MWh generated"]
    assert own[0] == "9 (own)"
    assert own[-1].startswith("the scenario's own figure")
    assert rows["Solar, making, per MWh generated"][0] == "55 (high)"


def test_certificate_of_every_strategy(two_days: Study, page: Page):
    rows = page.rows("certificate")
    proved = [outcome.certificate for outcome in two_days.outcomes[1:]]
    assert rows["Status"] == [certificate.status for certificate in proved]
    bounds = [value(text) for text in rows["Proven lower bound [t\u00a0CO₂e]"]]
    assert bounds == pytest.approx([c.bound / 1000 for c in proved], abs=1e-6)
    assert [value(text) for text in rows["Rows"]] == [c.rows for c in proved]
    assert [value(text) for text in rows["Iterations"]] == [c.iterations for c in proved]


def test_replay_agrees_in_words(two_days: Study, page: Page):
    assert two_days.agreement.largest_difference_mw < 1e-6
    assert "The two agree." in page.words
    assert "Nothing went out of the ordinary" in page.words
    assert "table-events" not in page.tables


def test_events_of_the_replay_are_counted(two_days: Study):
    stamps = pd.to_datetime(["2022-07-14T09:00Z", "2022-07-14T11:00Z"])
    kind = "import limit leaves load unserved"
    events = pd.DataFrame({"time": stamps, "kind": [kind] * 2, "amount_mwh": [1.25, 2.5]})
    study = in_first_year(two_days, replay=replace(two_days.replay, events=events))
    rows = Page(page_of(study, {})).rows("events")
    assert rows[kind] == ["2", "3.750", "2022-07-14 09:00Z"]


def test_a_replay_that_differs_is_not_said_to_agree(two_days: Study):
    off = replace(two_days.agreement, largest_difference_mw=0.5, total_difference_frac=0.01)
    assert "The two differ." in page_of(replace(two_days, agreement=off), {})


def test_scenario_is_on_the_page_as_yaml(two_days: Study, page: Page):
    text = page.words[page.words.index("name: tiny") : page.words.index("Made by dcsim")]
    assert yaml.safe_load(text) == two_days.scenario.model_dump(mode="json", exclude_none=True)


def test_nothing_to_build_is_said(study_maker: StudyMaker):
    closed = {"enabled": False}
    study = study_maker(
        solar=closed, wind=closed, battery=closed, servers=closed, strategies=["renewables"]
    )
    words = Page(page_of(study, {})).words
    assert "Build nothing" in words
    assert "as much as doing nothing" in words


def test_a_connection_too_small_is_warned_of(study_maker: StudyMaker):
    study = study_maker(limits={"import_mw": 8}, strategies=["all"])
    unserved_mwh = study.nothing.footprint.scores.unserved_mwh
    page = Page(page_of(study, {}))
    assert f"leaves {unserved_mwh:.1f} MWh of the load unserved" in page.words
    assert value(page.rows("totals")["Unserved load [MWh]"][0]) == pytest.approx(
        unserved_mwh, rel=6e-4
    )


def test_page_has_no_negative_zero_and_no_nan(html: str):
    assert not re.search(r"[-−]0(\.0+)?[^.\d]", re.sub(r"base64,[^\"]*", "", html))
    assert not re.search(r"\bnan\b|\binf\b", re.sub(r"base64,[^\"]*", "", html))


def test_report_is_written_whole(two_days: Study, html: str, tmp_path: Path):
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "duration.png").write_text("an older one")
    write_report(two_days, tmp_path)
    assert (tmp_path / "figures" / "duration.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == html
    names = {path.name for path in (tmp_path / "figures").iterdir()}
    assert {"strategies.png", "strategies.svg", "shifting.png"} <= names
    assert len(names) == 16


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (-1e-13, "0"),
        (1e-5, "1.0\u00a0×\u00a010⁻⁵"),
        (0.056391, "0.05639"),
        (9.88, "9.880"),
        (47.2261, "47.23"),
        (-371.858, "−371.9"),
        (15397.95, "15,398"),
        (802307.4, "802,307"),
    ],
)
def test_numbers_are_written_for_people(number: float, text: str):
    assert numbers.number(number) == text


def test_capacities_that_are_rounding_are_a_dash():
    assert numbers.capacity(9e-7) == "–"
    assert numbers.capacity(0.5) == "0.5000"


def test_percentages_have_no_negative_zero():
    assert numbers.percent(-1e-9) == "0.0\u00a0%"
    assert numbers.percent(-0.123) == "−12.3\u00a0%"


def test_periods():
    assert numbers.period(8760) == "a year"
    assert numbers.period(8784) == "a year"
    assert numbers.period(8600) == "in 8,600\u00a0hours"
    assert numbers.period(1) == "in 1\u00a0hour"
    assert numbers.period(15 * 8760) == "in 15\u00a0years"
    assert numbers.with_period("t", 3 * 8766) == "t in 3\u00a0years"


def test_signs():
    assert numbers.signed("12") == "+12"
    assert numbers.signed("−12") == "−12"
    assert numbers.signed("0.0\u00a0%") == "0.0\u00a0%"


def test_a_bound_that_supposes_a_limit_says_so(two_days: Study):
    """Where something is free and unlimited, the page says how far the bound reaches."""
    *others, chosen = two_days.outcomes
    supposed = replace(chosen, certificate=replace(chosen.certificate, is_rigorous=False))
    page = html_of(replace(two_days, outcomes=(*others, supposed)))
    assert "Something in this scenario is free and unlimited" in page
    assert "up to ten times this one" in page
    assert "It is proved that" not in page


def test_options_that_add_nothing_are_said_to(study_maker: StudyMaker):
    """A battery of 100,000 t/MWh is never worth it."""
    dear = study_maker(embodied={"battery_kg_per_mwh": 1e8}, hours=24)
    assert "a battery saves nothing more" in html_of(dear)


def test_load_that_may_not_move_and_cells_that_only_age_are_said(study_maker: StudyMaker):
    datacenter = {"capacity_mw": 10, "time_zone": "UTC"}
    fixed = study_maker(datacenter=datacenter, embodied={"battery_wear": False}, hours=24)
    page = html_of(fixed)
    assert "No work in this scenario may be moved in time." in page
    assert "Battery cells are charged by age alone" in page


def test_no_saving_is_told_against_a_load_that_is_not_served(study_maker: StudyMaker):
    """Doing nothing on 5 MW of import leaves load unserved: a dash instead of a saving."""
    tight = study_maker(limits={"import_mw": 5}, hours=24)
    assert tight.nothing.footprint.scores.unserved_mwh > 0
    rows = tables.strategies_table(tight).rows
    (saved,) = [row[1:] for row in rows if row[0].text == "Saved"]
    assert {cell.text for cell in saved} == {"–"}
    page = html_of(tight)
    assert "Doing nothing is no measure here" in page
    bars = all_figures(tight)["strategies"][0].axes[0].texts
    assert not any("% less" in text.get_text() for text in bars)
    assert any("load left unserved" in text.get_text() for text in bars)
    costs = all_figures(tight)["costs"][0].axes[0].texts
    assert any(text.get_text().endswith("million, load left unserved") for text in costs)
    alt = all_figures(tight)["strategies"][1]
    assert "load left unserved; " in alt
    assert "shares" not in alt
    assert "doing nothing" not in alt


@pytest.mark.parametrize(
    ("chosen", "charged", "left_out"),
    [
        ("average", "times the average production intensity of the grid", "without trade"),
        (
            "consumption",
            "times the average intensity of what the region consumes",
            "trade included",
        ),
        ("marginal", "times an estimate of what one more MWh emits", "statistical estimate"),
        ("reported", "the carbon intensity that the imported file reports", "its author's choice"),
    ],
)
def test_the_page_says_which_account_was_charged(
    study_maker: StudyMaker, chosen: str, charged: str, left_out: str
):
    """Each account has its own two sentences, and no page has another account's."""
    study = study_maker(hours=24, grid={"file": "grid.csv", "account": chosen})
    text = " ".join((*time_sentences(study), *left_out_sentences(study)))
    assert charged in text
    assert left_out in text
    assert ("average production intensity" in text) == (chosen == "average")
    assert ("carbon-explorer" in text) == (chosen != "reported")


def test_page_under_a_preset_says_what_carbon_explorer_does_otherwise(study_maker: StudyMaker):
    preset = study_maker(hours=24, compat="carbon-explorer")
    words = Page(html_of(preset)).words
    assert all(difference in words for difference in DIFFERENCES)
    assert "Carbon Explorer does otherwise" not in html_of(study_maker(hours=24))


def test_scenario_under_a_preset_reads_back_with_its_nulls(study_maker: StudyMaker, tmp_path: Path):
    """It has neither the preset's server figure nor its rate limits."""
    study = study_maker(hours=24, compat="carbon-explorer", grid={"id": "ERCO:reference"})
    file = tmp_path / "scenario.yaml"
    file.write_text(scenario_yaml(study))
    assert load_scenario(file) == study.scenario
    assert study.scenario.embodied.servers_kg_per_mw is None
