"""Limits with their prices, what is not possible, objectives, and money, as people read them."""

import re
from dataclasses import replace
from typing import Any

import pytest

from dcsim.cli.study import print_study
from dcsim.footprint.ledger import CostRow
from dcsim.optimize import model
from dcsim.optimize.plan import Design
from dcsim.report import prose_basis, tables_limits
from dcsim.report.data import summary
from dcsim.report.figures import all_figures
from dcsim.report.figures_cost import costs_figure
from dcsim.report.study import Study
from dcsim.report.tables import Table
from dcsim.report.tables_basis import certificate_table
from dcsim.report.tables_cost import KINDS, cost_figures_table, cost_table
from dcsim.report.tables_design import design_table
from dcsim.report.write import page_of
from dcsim.scenario.cost_figures import COSTS
from tests.report.conftest import StudyMaker, objective_changed, sentences, with_chosen
from tests.report.page import Page, value

EVERY_LIMIT = {
    "import_mw": 12.0,
    "ramp_mw_per_h": 3.0,
    "coverage_frac": 0.1,
    "cfe_frac": 0.2,
    "operational_t_per_year": 1e6,
    "embodied_t_per_year": 2e6,
    "total_t_per_year": 3e6,
    "cost_usd_per_year": 4e9,
    "budget_usd": 5e9,
    "land_ha": 600.0,
}


def rows_of(table: Table | None) -> dict[str, list[str]]:
    assert table is not None
    return {
        row[0].text: [cell.text.replace("\u00a0", " ") for cell in row[1:]] for row in table.rows
    }


def asked_for(study: Study, limits: dict[str, float]) -> Study:
    """The study as if limits had been asked for."""
    asked = study.scenario.limits.model_copy(update=limits)
    return replace(study, scenario=study.scenario.model_copy(update={"limits": asked}))


def test_every_limit_is_told_with_its_price_in_units_people_use(two_days: Study) -> None:
    """Each saves 50 kg for one more of its unit; a share is told by the percentage point."""
    prices = {f"limits.{name}": 50.0 for name in EVERY_LIMIT}
    study = with_chosen(asked_for(two_days, EVERY_LIMIT), shadow_prices=prices)
    rows = rows_of(tables_limits.limits_table(study))
    period = "in 48 hours"
    assert rows == {
        "Import": ["at most 12 MW", f"one more MW would save 50.00 kg {period}"],
        "Change of import from hour to hour": [
            "at most 3 MW/h",
            f"one more MW/h would save 50.00 kg {period}",
        ],
        "Coverage by own supply": [
            "at least 10.0 %",
            f"one percentage point less would save 0.5000 kg {period}",
        ],
        "Carbon-free (CFE) score": [
            "at least 20.0 %",
            f"one percentage point less would save 0.5000 kg {period}",
        ],
        "Operational carbon": [
            "at most 1,000,000 t a year",
            f"one more t a year would save 50.00 kg {period}",
        ],
        "Embodied carbon": [
            "at most 2,000,000 t a year",
            f"one more t a year would save 50.00 kg {period}",
        ],
        "Total carbon": [
            "at most 3,000,000 t a year",
            f"one more t a year would save 50.00 kg {period}",
        ],
        "Cost": [
            "at most 4,000,000,000 USD a year",
            f"one more USD a year would save 50.00 kg {period}",
        ],
        "Capital to spend": [
            "at most 5,000,000,000 USD",
            f"one more USD would save 50.00 kg {period}",
        ],
        "Land": ["at most 600 ha", f"one more ha would save 50.00 kg {period}"],
    }


def test_every_limit_of_a_scenario_is_in_the_table_of_limits(two_days: Study) -> None:
    """All but export, which is switched on rather than limited."""
    named = {key.removeprefix("limits.") for key in tables_limits.LIMITS}
    assert named == set(type(two_days.scenario.limits).model_fields) - {"export_mw"}


def test_no_limits_no_table(two_days: Study) -> None:
    page = Page(page_of(two_days, {}))
    assert "table-limits" not in page.tables
    bare = with_chosen(two_days, binding_hours={})
    assert "No hourly limit holds the plan up." in Page(page_of(bare, {})).words


def test_limits_that_do_not_bind_cost_nothing(two_days: Study) -> None:
    study = with_chosen(
        asked_for(two_days, {"import_mw": 12.0}), shadow_prices={"limits.import_mw": 1e-4}
    )
    assert rows_of(tables_limits.limits_table(study))["Import"][1] == "–"


def test_prices_of_a_plan_for_cost_are_in_dollars(two_years: Study) -> None:
    """In the table of limits and in that of the design, and nowhere in kg."""
    page = Page(page_of(two_years, {}))
    prices = two_years.chosen.shadow_prices
    point_usd, wind_usd = prices["limits.coverage_frac"] / 100, prices["wind.max_mw"]
    assert point_usd > 1
    assert wind_usd > 1
    coverage = page.rows("limits")["Coverage by own supply"][1]
    assert coverage.startswith(f"one percentage point less would save {point_usd:,.0f}\u00a0USD in")
    assert page.rows("design")["Wind"][4].startswith(f"one more MW would save {wind_usd:,.0f}")
    assert not any("kg" in row[4] for row in page.rows("design").values())


def test_the_price_of_coverage_is_what_a_point_less_saves(study_maker: StudyMaker) -> None:
    """It lies between what the last point cost, from 69 to 70 %, and what the next would."""
    asked = {"strategies": ["all"], "objective": {"minimize": "cost"}}
    usd = {}
    for coverage_frac in (0.69, 0.7, 0.71):
        study = study_maker(limits={"coverage_frac": coverage_frac}, **asked)
        usd[coverage_frac] = study.chosen.footprint.cost_usd
        if coverage_frac == 0.7:
            told = tables_limits.saved_by_one_more(study.chosen, "limits.coverage_frac")
    assert usd[0.7] - usd[0.69] - 1e-6 <= told <= usd[0.71] - usd[0.7] + 1e-6


def test_hours_that_bind_are_counted_over_all_years(two_years: Study) -> None:
    """10 and 24 of 2 * 48 hours; balances and what never binds are not told."""
    hours = {"balance": 70, "charge_most": 10, "serving_capacity": 24, "import_most": 0}
    study = with_chosen(two_years, binding_hours=hours)
    assert rows_of(tables_limits.binding_table(study)) == {
        "All servers are busy": ["24", "25.0 %"],
        "The battery charges at its full power": ["10", "10.4 %"],
    }
    without = with_chosen(study, design=Design(solar_mw=10))
    assert list(rows_of(tables_limits.binding_table(without))) == ["All servers are busy"]


def test_every_hourly_limit_of_the_model_has_words() -> None:
    """Constraints that stand for hours and are limits; the others are balances or totals."""
    balances = {"balance", "storage", "backlog_flow", "daily_work"}
    totals = {
        "coverage", "carbon_free", "operational_cap", "embodied_cap", "total_cap", "cost_cap",
        "budget", "land", "relaxed_limit", "worst_year", "c_rate", "wear_by_age", "wear_by_use",
    }  # fmt: skip
    names = {c.__name__ for c in (*model.CONSTRAINTS, *model.BATTERY_CONSTRAINTS)}
    assert set(tables_limits.BINDING) == names - balances - totals


def test_design_tells_what_exists_and_what_may_be_built(study_maker: StudyMaker) -> None:
    study = study_maker(
        hours=24,
        solar={"existing_mw": 3, "min_mw": 5, "max_mw": 20},
        wind={"existing_mw": 2, "min_mw": 1},
        battery={"existing_mwh": 4, "existing_mw": 1},
        servers={"enabled": False, "existing_mw": 1.5},
        strategies=["renewables"],
    )
    limits = {name: row[3] for name, row in rows_of(design_table(study)).items()}
    assert limits["Solar"] == "3 MW exist already, at least 5 MW, at most 20 MW"
    assert limits["Wind"] == "2 MW exist already"
    assert limits["Battery, energy"] == "not in this strategy, 4 MWh exist already"
    assert limits["Extra servers"] == "not in this strategy, 1.5 MW exist already"
    opened = replace(study, outcomes=(*study.outcomes[:-1], replace(study.chosen, strategy="all")))
    limits = {name: row[3] for name, row in rows_of(design_table(opened)).items()}
    assert limits["Extra servers"] == "switched off, 1.5 MW exist already"
    assert "(including what exists already)" in sentences(study)[0]
    assert "embodied carbon of what is new in it" in design_table(study).caption


def test_nothing_exists_and_nothing_is_said_to(two_days: Study) -> None:
    assert "embodied carbon of it in" in design_table(two_days).caption
    assert "exist" not in " ".join(prose_basis.time_sentences(two_days))


def test_a_strategy_that_cannot_keep_the_limits_is_told(
    study_maker: StudyMaker, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sun by day and 2 MW of wind cannot cover four fifths of a load that also runs at night."""
    study = study_maker(
        wind={"max_mw": 2},
        limits={"coverage_frac": 0.8},
        strategies=["renewables", "renewables_battery", "all"],
    )
    assert list(study.infeasible) == ["renewables"]
    assert [outcome.strategy for outcome in study.outcomes] == [
        "nothing",
        "renewables_battery",
        "all",
    ]
    why = study.infeasible["renewables"]
    assert "limits.coverage_frac 0.8 would have to be 0." in why
    words = Page(page_of(study, {})).words
    assert why.startswith("strategy renewables has no feasible plan")
    assert f"“Renewables”{why.removeprefix('strategy renewables')}." in words
    assert "On top of solar and wind alone" not in words
    assert summary(study)["infeasible"] == {"renewables": why}
    monkeypatch.setenv("COLUMNS", "300")
    print_study(study)
    assert f"Not possible, renewables: {why}" in capsys.readouterr().out


@pytest.mark.parametrize("is_rigorous", [True, False])
def test_a_plan_that_is_not_proven_is_never_called_the_best(
    two_days: Study, capsys: pytest.CaptureFixture[str], is_rigorous: bool
) -> None:
    certificate = replace(
        two_days.chosen.certificate, is_optimal=False, gap=0.0123, is_rigorous=is_rigorous
    )
    study = with_chosen(two_days, certificate=certificate)
    words = Page(page_of(study, {})).words.replace("\u00a0", " ")
    assert "Time ran out before this was proved to be the best plan" in words
    assert "another may be better by up to 1.23 % of the total" in words
    assert "It is proved that" not in words
    assert ("short of building ten times" in words) != is_rigorous
    assert rows_of(certificate_table(study))["Status"][-1].endswith("not proven to be the best")
    assert summary(study)["outcomes"][-1]["certificate"]["is_optimal"] is False
    print_study(study)
    out = capsys.readouterr().out
    assert "Best found" in out
    assert "Optimum" not in out
    assert "not proven to be the best" in " ".join(out.split())


@pytest.mark.parametrize(
    ("objective", "sentence"),
    [
        ({"minimize": "cost"}, "This is the plan of least cost, not of least carbon."),
        (
            {"minimize": "weighted", "carbon_usd_per_t": 1500.0},
            "the plan of least cost with each tonne of carbon counted at 1,500 USD.",
        ),
        (
            {"minimize": "lexicographic", "slack_frac": 0.02},
            "the plan of least cost among those within 2.0\u00a0% of the least carbon.",
        ),
    ],
)
def test_what_is_minimized_is_said(
    study_maker: StudyMaker, objective: dict[str, Any], sentence: str
) -> None:
    study = study_maker(objective=objective, hours=24, strategies=["renewables", "all"])
    headline = sentences(study)
    assert any(sentence in text for text in headline)
    assert study.objective_unit == "USD"
    assert any("of the sum that was minimized" in text or "is better." in text for text in headline)
    rows = rows_of(certificate_table(study))
    assert value(rows["Objective [USD]"][-1]) == pytest.approx(
        study.chosen.certificate.objective, abs=1e-3
    )
    assert "Largest violation of a dual [USD per unit]" in rows


def test_least_carbon_goes_without_saying(two_days: Study) -> None:
    assert not any("This is the plan of" in text for text in sentences(two_days))


def test_options_are_told_by_what_is_minimized(two_days: Study) -> None:
    """Dollars for cost, tonnes for carbon and for least carbon before cost."""
    by_name = {outcome.strategy: outcome for outcome in two_days.outcomes}
    base, whole = by_name["renewables"].footprint, two_days.chosen.footprint
    tonnes = f"On top of solar and wind alone ({base.total_kg / 1000:.2f}\u00a0t CO₂e)"
    assert any(text.startswith(tonnes) for text in sentences(two_days))
    ordered = objective_changed(two_days, minimize="lexicographic")
    assert any(text.startswith(tonnes) for text in sentences(ordered))
    (told,) = [
        text
        for text in sentences(objective_changed(two_days, minimize="cost"))
        if text.startswith("On top")
    ]
    assert f"alone ({float(f'{base.cost_usd:.4g}'):,.0f}\u00a0USD)" in told
    assert "t CO₂e" not in told
    verb = "saves a further" if whole.cost_usd < base.cost_usd else "adds"
    assert f"doing both {verb}" in told


def test_building_nothing_is_explained_by_what_is_minimized(study_maker: StudyMaker) -> None:
    closed = {"enabled": False}
    parts = {"solar": closed, "wind": closed, "battery": closed, "servers": closed}
    study = study_maker(**parts, objective={"minimize": "cost"}, strategies=["all"], hours=24)
    assert sentences(study)[0] == (
        "Build nothing: nothing that may be built here saves more than making it costs."
    )


def named(row: CostRow) -> str:
    return row.source.capitalize() + " carbon" * (row.scope == "carbon")


def test_cost_table_is_the_ledger(two_years: Study) -> None:
    """Every row of both ledgers that is not nothing, and the sums of all."""
    table = cost_table(two_years)
    plan, nothing = two_years.chosen.footprint.cost, two_years.nothing.footprint.cost
    *rows, total = [[cell.text for cell in row] for row in table.rows]
    shown = {(kind, name): (value(one), value(other)) for name, kind, one, other, _ in rows}
    assert ("Price on carbon", "Embodied carbon") in shown
    expected = {
        (KINDS[row.scope], named(row)): (
            nothing.total_usd(row.scope, row.source) / 1e6,
            row.usd / 1e6,
        )
        for row in plan.rows
    }
    assert set(shown) == {key for key, amounts in expected.items() if any(amounts)}
    for key, amounts in shown.items():
        assert amounts == pytest.approx(expected[key], rel=6e-4), key
    assert value(total[2]) == pytest.approx(nothing.total_usd() / 1e6, rel=6e-4)
    assert value(total[3]) == pytest.approx(two_years.chosen.footprint.cost_usd / 1e6, rel=6e-4)
    assert sum(amounts[1] for amounts in shown.values()) == pytest.approx(value(total[3]), rel=1e-3)
    assert sum(value(row[4]) for row in rows) == pytest.approx(1, abs=0.01)


def test_exports_are_earned(two_years: Study) -> None:
    """Below zero in the table, and told beside the bar, which is what is paid."""
    exported_mwh = two_years.chosen.footprint.scores.exported_mwh
    assert exported_mwh > 1
    earned = rows_of(cost_table(two_years))["Export"]
    assert value(earned[2]) == pytest.approx(-5 * exported_mwh / 1e6, rel=6e-4)
    figure, alt = costs_figure(two_years)
    axes = figure.axes[0]
    last = len(two_years.outcomes) - 1
    paid = sum(bars[last].get_width() for bars in axes.containers)
    cost = two_years.chosen.footprint.cost
    assert paid == pytest.approx(sum(row.usd for row in cost.rows if row.usd > 0) / 1e6)
    texts = [text.get_text() for text in axes.texts]
    assert re.search(r"^[\d.]+ million after [\d.]+ earned$", texts[-1])
    assert "earned" in alt


def test_bars_of_cost_are_stacked_by_kind(two_years: Study) -> None:
    figure, _ = all_figures(two_years)["costs"]
    kinds = {bars.get_label(): bars for bars in figure.axes[0].containers}
    assert set(kinds) == {
        "Capital of what is built",
        "Fixed upkeep",
        "Grid energy",
        "Demand charge",
        "Price on carbon",
    }
    for outcome, bar in zip(two_years.outcomes, kinds["Price on carbon"], strict=True):
        assert bar.get_width() == pytest.approx(40 * outcome.footprint.total_kg / 1000 / 1e6)


def test_cost_of_the_plan_is_in_the_summary(two_days: Study, study_maker: StudyMaker) -> None:
    words = " ".join(sentences(two_days)).replace("\u00a0", " ")
    plan, nothing = two_days.chosen.footprint, two_days.nothing.footprint
    more_usd, saved_t = plan.cost_usd - nothing.cost_usd, (nothing.total_kg - plan.total_kg) / 1000
    assert "from doing nothing; each tonne saved costs" in words
    assert f"each tonne saved costs {more_usd / saved_t:.3g} USD" in words
    tight = study_maker(limits={"import_mw": 5}, hours=24, strategies=["all"])
    assert any(text.endswith("USD in 24\u00a0hours.") for text in sentences(tight))


def test_every_cost_figure_is_told_with_its_source(study_maker: StudyMaker) -> None:
    own = {"wind_usd_per_mw": 1_234_000, "level": "low"}
    study = study_maker(cost=own, hours=24, strategies=["renewables"])
    table = cost_figures_table(study)
    assert len(table.rows) == len(COSTS)
    rows = rows_of(table)
    assert rows["Wind, capital"][0] == "1,234,000 (own)"
    assert rows["Wind, capital"][-1].startswith("the scenario's own figure, instead of: ")
    assert rows["Solar, capital"][0].endswith("(low)")
    assert value(rows["Solar, capital"][3]) == pytest.approx(COSTS["solar_usd_per_mw"].mid)
    assert not any(name.endswith(("_usd_per_mw", "_years", "_frac")) for name in rows)


def test_surplus_of_the_grid_is_said_to_be_free_of_carbon(two_days: Study) -> None:
    assert "surplus" not in " ".join(prose_basis.time_sentences(two_days))
    surplus = {"mw": 5, "price_below_usd_per_mwh": 1.0}
    grid = type(two_days.scenario.grid).model_validate({"file": "g.csv", "surplus": surplus})
    study = replace(two_days, scenario=two_days.scenario.model_copy(update={"grid": grid}))
    assert "Import adds no carbon" in " ".join(prose_basis.time_sentences(study))


def test_summary_tells_the_capital_to_find(study_maker: StudyMaker) -> None:
    """10 MW of wind at 1,000,000 USD/MW; nothing to find where nothing is built new."""
    cost = {"wind_usd_per_mw": 1_000_000.0}
    wind = {"min_mw": 10.0, "max_mw": 10.0}
    closed = {"enabled": False}
    parts = {"solar": closed, "battery": closed, "servers": closed, "cost": cost}
    told = " ".join(sentences(study_maker(wind=wind, **parts)))
    assert "of wind, for 10.00 million USD of capital." in told.replace("\u00a0", " ")
    existing = {"existing_mw": 10.0, "max_mw": 10.0}
    assert "of capital" not in " ".join(sentences(study_maker(wind=existing, **parts)))
