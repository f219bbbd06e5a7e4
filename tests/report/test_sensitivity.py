"""What totals depend on: each figure at its ends is one more sum of the ledger."""

from dataclasses import replace

import pytest

from dcsim.footprint.accounts import account_years
from dcsim.footprint.ledger import CostRow
from dcsim.report.figures import all_figures
from dcsim.report.prose_sensitivity import depends_most_on
from dcsim.report.sensitivity import carbon_swings, cost_swings
from dcsim.report.study import Study
from dcsim.report.tables_basis import rates_table
from dcsim.report.tables_sensitivity import carbon_swings_table, cost_swings_table
from dcsim.scenario.chemistry import CHEMISTRIES
from dcsim.scenario.cost_figures import COSTS
from tests.report.conftest import StudyMaker, with_chosen
from tests.report.page import Page, html_of

WIND = "Wind, making, per MWh generated"
GRID = "Carbon intensity of the grid, every hour"


def plain(sentences: list[str]) -> str:
    return " ".join(sentences).replace("\u00a0", " ")


def test_making_moves_by_its_own_spread(two_days: Study) -> None:
    """Wind is 11.5 kg/MWh, between 11 and 12: half a kilogram of 11.5 of its row either way."""
    wind_kg = two_days.chosen.footprint.ledger.total_kg(source="wind")
    (swing,) = [swing for swing in carbon_swings(two_days) if swing.label == WIND]
    assert (swing.low, swing.used, swing.high) == (11, 11.5, 12)
    assert swing.at_high == pytest.approx(wind_kg * 0.5 / 11.5)
    assert swing.at_low == pytest.approx(-swing.at_high)


def test_grid_moves_by_a_tenth(two_days: Study) -> None:
    (swing,) = [swing for swing in carbon_swings(two_days) if swing.label == GRID]
    operational_kg = two_days.chosen.footprint.ledger.total_kg("operational")
    assert swing.at_high == pytest.approx(0.1 * operational_kg)


def test_swings_come_with_the_largest_first(two_days: Study) -> None:
    for swings, total in (
        (carbon_swings(two_days), two_days.chosen.footprint.total_kg),
        (cost_swings(two_days), two_days.chosen.footprint.cost_usd),
    ):
        sizes = [swing.largest for swing in swings]
        assert sizes == sorted(sizes, reverse=True)
        assert sizes[-1] >= 1e-3 * total


def test_cost_moves_as_an_account_at_that_figure_does(two_years: Study) -> None:
    """At either end of the discount rate and of wind's capital, years by their weights."""
    swings = {swing.label: swing for swing in cost_swings(two_years)}
    for label, name in (
        ("Real discount rate", "discount_frac"),
        ("Wind, capital", "wind_usd_per_mw"),
    ):
        for end, change in (("low", swings[label].at_low), ("high", swings[label].at_high)):
            cost = two_years.scenario.cost.model_copy(update={name: COSTS[name].at(end)})
            scenario = two_years.scenario.model_copy(update={"cost": cost})
            then = account_years(
                scenario,
                [run.traces for run in two_years.years],
                two_years.chosen.design,
                [run.dispatch for run in two_years.years],
            )
            expected = then.cost_usd - two_years.chosen.footprint.cost_usd
            assert change == pytest.approx(expected, rel=1e-9)


def test_a_flat_price_moves_what_is_paid_for_energy(study_maker: StudyMaker) -> None:
    """At 100 USD/MWh, between the table's ends: what is paid, times the end over 100, less it."""
    study = study_maker(cost={"energy_usd_per_mwh": 100.0}, strategies=["renewables"])
    paid_usd = study.chosen.footprint.cost.total_usd("energy", "grid")
    (swing,) = [swing for swing in cost_swings(study) if swing.label == "Grid energy"]
    low, high = COSTS["energy_usd_per_mwh"].low, COSTS["energy_usd_per_mwh"].high
    assert swing.at_low == pytest.approx(paid_usd * (low / 100 - 1))
    assert swing.at_high == pytest.approx(paid_usd * (high / 100 - 1))
    tiers = {"energy_usd_per_mwh": 50.0, "time_of_use": [{"usd_per_mwh": 90.0}]}
    by_hour = study_maker(cost=tiers, strategies=["renewables"])
    assert "Grid energy" not in {swing.label for swing in cost_swings(by_hour)}


def test_it_is_said_what_the_plan_depends_on(two_days: Study) -> None:
    first = next(swing for swing in carbon_swings(two_days) if swing.label != GRID)
    words = plain(depends_most_on(two_days))
    assert words.startswith(
        f"Of all published figures, total carbon depends most on “{first.label}”"
    )
    assert "; a grid that is 10 % dirtier or cleaner in every hour moves it by" in words


def test_of_a_plan_for_cost_it_is_said_what_cost_depends_on(two_years: Study) -> None:
    words = plain(depends_most_on(two_years))
    assert words.startswith(
        f"Of all published figures, cost depends most on “{cost_swings(two_years)[0].label}”"
    )
    assert "grid that" not in words


def test_what_emits_and_costs_nothing_depends_on_nothing(two_days: Study) -> None:
    chosen = two_days.chosen
    nothing = replace(
        chosen.footprint,
        ledger=replace(chosen.footprint.ledger, rows=()),
    )
    idle = dict.fromkeys(chosen.design.as_dict(), 0.0)
    study = replace(
        two_days,
        outcomes=(
            *two_days.outcomes[:-1],
            replace(chosen, footprint=nothing, design=replace(chosen.design, **idle)),
        ),
        years=tuple(
            replace(run, dispatch=run.dispatch.assign(discharge_mw=0.0)) for run in two_days.years
        ),
    )
    assert carbon_swings(study) == []
    assert depends_most_on(study) == []


def test_tables_write_both_ends(two_days: Study) -> None:
    for table, swings in (
        (carbon_swings_table(two_days), carbon_swings(two_days)),
        (cost_swings_table(two_days), cost_swings(two_days)),
    ):
        assert table is not None
        assert [row[0].text for row in table.rows] == [swing.label for swing in swings]
        for row, swing in zip(table.rows, swings, strict=True):
            for cell, change in ((row[4], swing.at_low), (row[6], swing.at_high)):
                assert cell.text.startswith("+" if change > 0 else "−" if change < 0 else "none")


def test_bars_are_the_swings(two_days: Study) -> None:
    figure, alt = all_figures(two_days)["depends_on"]
    widths = sorted(bar.get_width() for bars in figure.axes[0].containers for bar in bars)
    ends = [end for s in carbon_swings(two_days)[:8] for end in (s.at_low, s.at_high) if end]
    assert widths == pytest.approx(sorted(end / 1000 for end in ends))
    assert GRID in alt


def test_cells_of_a_chemistry_have_its_own_spread(study_maker: StudyMaker) -> None:
    """In the swings and in the table of figures: not those of the table's li-ion."""
    study = study_maker(battery={"chemistry": "lfp", "min_mwh": 9}, strategies=["all"])
    lfp = CHEMISTRIES["lfp"]
    (swing,) = [s for s in carbon_swings(study) if s.label.startswith("Battery cells, making")]
    assert (swing.low, swing.used, swing.high) == (
        lfp.kg_per_mwh.low,
        lfp.kg_per_mwh.mid,
        lfp.kg_per_mwh.high,
    )
    rows = {row[0].text: [cell.text for cell in row] for row in rates_table(study).rows}
    assert rows["Battery cells, making, per MWh of capacity"][-1] == lfp.kg_per_mwh.source
    assert rows["Battery cells, full cycles until replaced"][-1] == lfp.source


def with_cost_of(study: Study, usd: float) -> Study:
    """The study as if its plan cost so much in all [USD]."""
    footprint = study.chosen.footprint
    rest_usd = usd - footprint.cost_usd
    rows = (*footprint.cost.rows, CostRow("energy", "rest", rest_usd))
    return with_chosen(study, footprint=replace(footprint, cost=replace(footprint.cost, rows=rows)))


def test_changes_of_a_cost_of_nothing_have_no_share(two_years: Study) -> None:
    """A plan for cost whose exports earn all it pays: changes are told in dollars."""
    study = with_cost_of(two_years, 0.0)
    table = cost_swings_table(study)
    assert table is not None
    assert all("%" not in cell.text for row in table.rows for cell in row)
    words = plain(depends_most_on(study))
    assert "cost depends most on" in words
    assert " USD at " in words
    assert "%" not in words


def test_changes_of_a_negative_cost_keep_their_sign(two_years: Study) -> None:
    """A plan that earns 1,000 USD: what costs more is plus, and so is its share of 1,000."""
    study = with_cost_of(two_years, -1000.0)
    table = cost_swings_table(study)
    assert table is not None
    (row,) = [row for row in table.rows if row[0].text == "Wind, capital"]
    low, high = row[4].text, row[6].text
    assert low.startswith("−")
    assert "(−" in low
    assert high.startswith("+")
    assert "(+" in high


def test_a_plan_without_carbon_is_told_in_tonnes(study_maker: StudyMaker) -> None:
    """A grid without carbon and wind whose making is taken to emit nothing: it may be as much."""
    study = study_maker(
        embodied={"wind_kg_per_mwh": 0.0},
        solar={"enabled": False},
        wind={"min_mw": 5, "max_mw": 5},
        strategies=["renewables"],
    )
    footprint = study.chosen.footprint
    clean = replace(footprint, ledger=replace(footprint.ledger, rows=()))
    study = with_chosen(study, footprint=clean)
    words = plain(depends_most_on(study))
    assert f"“{WIND}”, 0 kg/MWh here: +" in words
    assert "t CO₂e at 12 kg/MWh" in words
    table = carbon_swings_table(study)
    assert table is not None
    assert all("%" not in cell.text for row in table.rows for cell in row)
    figure, alt = all_figures(study)["depends_on"]
    alt = plain([alt])
    (both,) = [text.get_text() for text in figure.axes[0].texts]
    assert [line.split(":")[0] for line in both.split("\n")] == ["11", "12"]
    assert " t at 12" in alt
    assert "%" not in alt


def test_a_plan_that_costs_nothing_has_a_report(two_days: Study) -> None:
    """Every price may be 0; capital still has a spread, and moves the cost from there."""
    assert "table-cost-swings" in Page(html_of(with_cost_of(two_days, 0.0))).tables
