"""Risks: the bad weeks, months and shortfalls of three weeks whose hours are written by hand."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dcsim.cli.study import print_replay
from dcsim.report import prose_risks
from dcsim.report.figures import all_figures
from dcsim.report.figures_risks import months_figure
from dcsim.report.risks import longest_shortfall, monthly_kg, tally, worst_month, worst_weeks
from dcsim.report.study import Study
from dcsim.report.tables_risks import risks_table
from dcsim.report.write import page_of
from tests.report.conftest import StudyMaker, in_first_year, with_chosen
from tests.report.page import Page

DAYS = 21


def with_hours(study: Study, **columns: Any) -> Study:
    """The study with other columns in the plan's energy table of its first year."""
    return in_first_year(study, dispatch=study.dispatch.assign(**columns))


def plain(sentences: list[str]) -> str:
    return " ".join(sentences).replace("\u00a0", " ")


@pytest.fixture(scope="module")
def three_weeks(study_maker: StudyMaker) -> Study:
    """21 times 24 hours from midnight of 1 March 2022 in Chicago; on the 13th, clocks go ahead.

    So the 13th has 23 hours, and one hour of the 22nd is there, which is no whole day.
    """
    study = study_maker(start="2022-03-01T06:00Z", hours=DAYS * 24, strategies=["renewables"])
    table = study.traces.table.assign(intensity_kg_per_mwh=100.0, load_mw=10.0)
    even = with_hours(study, grid_mw=1.0, solar_mw=6.0, wind_mw=3.0, discharge_mw=0.0, load_mw=10.0)
    return in_first_year(even, traces=replace(study.traces, table=table))


def hours_of_days(study: Study, first: int, last: int) -> np.ndarray:
    """Tell which hours are of some days of March in Chicago."""
    local = study.traces.index.tz_convert("America/Chicago")
    return np.asarray((local.day >= first) & (local.day <= last))


def test_week_of_most_import_is_found_with_its_share(three_weeks: Study) -> None:
    """5 MW from the 8th to the 14th, whose clocks go ahead: 167 hours; 1 MW in all others.

    835 of 835 + 337 MWh; at 100 kg/MWh 83.5 t.
    """
    bad = hours_of_days(three_weeks, 8, 14)
    study = with_hours(three_weeks, grid_mw=np.where(bad, 5.0, 1.0))
    spell = worst_weeks(study)["import"]
    assert spell.hours == 167
    found = tally(study, spell)
    assert found.import_mwh == pytest.approx(5 * 167)
    assert found.import_frac == pytest.approx(835 / (835 + 504 - 167))
    assert found.operational_kg == pytest.approx(83_500)
    assert found.peak_import_mw == 5
    assert prose_risks.span_of(study, spell) == "8 to 14 March 2022"


def test_week_of_most_carbon_need_not_be_that_of_most_import(three_weeks: Study) -> None:
    """The grid is five times as dirty from the 15th on: 1 MW then is more carbon than 4 before."""
    dirty = hours_of_days(three_weeks, 15, 21)
    table = three_weeks.traces.table.assign(intensity_kg_per_mwh=np.where(dirty, 500.0, 100.0))
    imports = np.where(hours_of_days(three_weeks, 1, 7), 4.0, 1.0)
    study = in_first_year(
        with_hours(three_weeks, grid_mw=imports), traces=replace(three_weeks.traces, table=table)
    )
    weeks = worst_weeks(study)
    assert prose_risks.span_of(study, weeks["import"]) == "1 to 7 March 2022"
    assert prose_risks.span_of(study, weeks["carbon"]) == "15 to 21 March 2022"
    words = plain(prose_risks.bad_weeks_sentences(study))
    assert words.startswith("The worst week, 15 to 21 March 2022, has ")
    assert "operational carbon: the grid must give 168 MWh, up to 1.00 MW at once." in words
    assert plain([prose_risks.risks_in_short(study)]).startswith(
        "The worst week, 15 to 21 March 2022, has 50.0 % of the horizon's operational carbon; "
        "import peaks at "
    )


def test_week_of_least_supply_is_by_the_load(three_weeks: Study) -> None:
    calm = hours_of_days(three_weeks, 10, 16)
    study = with_hours(three_weeks, wind_mw=np.where(calm, 0.0, 3.0))
    spell = worst_weeks(study)["supply"]
    assert prose_risks.span_of(study, spell) == "10 to 16 March 2022"
    assert tally(study, spell).own_frac == pytest.approx(0.6)
    words = plain(prose_risks.bad_weeks_sentences(study))
    assert "10 to 16 March 2022, solar and wind make 60.0 % of what the load takes" in words
    assert "An even week would have 33.3 %." in words


def test_longest_shortfall_counts_the_battery(three_weeks: Study) -> None:
    """9 MW of sun and wind for 10 of load, and a battery that gives 1 but for 30 hours in a row."""
    hour = np.arange(DAYS * 24)
    short = (hour >= 100) & (hour < 130) | (hour >= 300) & (hour < 320)
    study = with_hours(three_weeks, discharge_mw=np.where(short, 0.0, 1.0))
    spell = longest_shortfall(study)
    assert spell == (0, 100, 130)
    words = plain(prose_risks.bad_weeks_sentences(study))
    assert "is 30 hours, from 04:00 on 5 March 2022: the grid then gives 30.0 MWh" in words


def test_a_shortfall_of_one_hour_is_in_the_singular(three_weeks: Study) -> None:
    hour = np.arange(DAYS * 24)
    study = with_hours(three_weeks, discharge_mw=np.where(hour == 100, 0.0, 1.0))
    assert "without a break is 1 hour, from" in plain(prose_risks.bad_weeks_sentences(study))
    table = risks_table(study)
    assert table is not None
    assert table.rows[-1][0].text == "Longest shortfall, 1\u00a0hour"


def test_no_shortfall_is_said_to_be_none(three_weeks: Study) -> None:
    study = with_hours(three_weeks, discharge_mw=1.0)
    assert longest_shortfall(study) is None
    assert "In every hour own supply and battery carry the whole load." in plain(
        prose_risks.bad_weeks_sentences(study)
    )


def test_months_are_local_and_whole_days_at_least(study_maker: StudyMaker) -> None:
    """March has 744 hours but for the one that clocks skip; April's first 100 are there.

    The plan imports 1 MW in March and 20 in April, at 100 kg/MWh: 74.3 t and 200 t.
    """
    study = study_maker(start="2022-03-01T06:00Z", hours=743 + 100, strategies=["renewables"])
    local = study.traces.index.tz_convert("America/Chicago")
    table = study.traces.table.assign(intensity_kg_per_mwh=100.0)
    study = in_first_year(
        with_hours(study, grid_mw=np.where(local.month == 4, 20.0, 1.0)),
        traces=replace(study.traces, table=table),
    )
    months = monthly_kg(study, study.years[0])
    assert list(months["plan"]) == pytest.approx([74_300, 200_000])
    assert months["nothing"].sum() == pytest.approx(
        100 * study.nothing.footprint.scores.grid_mwh, rel=1e-9
    )
    worst = worst_month(study)
    assert worst is not None
    assert worst.first_day == pd.Timestamp("2022-04-01")
    assert worst.operational_frac == pytest.approx(2000 / 2743)
    assert worst.even_frac == 1 / 2
    words = plain(prose_risks.bad_weeks_sentences(study))
    assert (
        "The worst month, April 2022, has 72.9 % of the horizon's operational carbon, "
        "200.0 t CO₂e; an even month would have 50.0 %."
    ) in words
    figure, alt = all_figures(study)["months"]
    heights = [[bar.get_height() for bar in axes.containers[0]] for axes in figure.axes]
    assert heights[1] == pytest.approx([74.3, 200])
    assert "April 2022: 200.0 t under the plan" in alt


def test_a_few_hours_of_another_month_are_no_month(three_weeks: Study) -> None:
    """One hour of the 22nd is in March too; there is one month, and so no worst one."""
    assert len(monthly_kg(three_weeks, three_weeks.years[0])) == 1
    assert worst_month(three_weeks) is None
    assert "worst month" not in plain(prose_risks.bad_weeks_sentences(three_weeks))


def test_a_month_is_told_by_its_part_of_every_hour(study_maker: StudyMaker) -> None:
    """March's 743 hours, April's 720 and 20 of May, too few for a month, 1 MW each hour.

    March has 743 of 1,483; of two months an even one has half.
    """
    hours = 743 + 720 + 20
    study = study_maker(start="2022-03-01T06:00Z", hours=hours, strategies=["renewables"])
    table = study.traces.table.assign(intensity_kg_per_mwh=100.0)
    study = in_first_year(with_hours(study, grid_mw=1.0), traces=replace(study.traces, table=table))
    worst = worst_month(study)
    assert worst is not None
    assert worst.operational_frac == pytest.approx(743 / 1483)
    assert worst.even_frac == 1 / 2
    assert "the plan's highest month has 50.1 % of its total" in plain([months_figure(study)[1]])


@pytest.mark.parametrize(
    ("hours", "years", "whole"),
    [(8760, 1, "the year"), (1440, 1, "the horizon"), (1440, 2, "the planned year")],
)
def test_a_part_is_of_what_was_planned(two_days: Study, hours: int, years: int, whole: str) -> None:
    hour = np.arange(hours)
    index = pd.date_range("2022-01-01", periods=hours, freq="h", tz="UTC")
    table = two_days.traces.table.iloc[hour % two_days.traces.hours].set_axis(index)
    longer = replace(two_days.traces, table=table, local_day=hour // 24)
    run = replace(two_days.years[0], traces=longer)
    assert prose_risks.whole_of(replace(two_days, years=(run,) * years), 0) == whole


def test_two_days_have_no_bad_week(two_days: Study) -> None:
    assert worst_weeks(two_days) == {}
    page = Page(page_of(two_days, {}))
    assert "The horizon is too short to have a bad week." in page.words
    assert "The worst week" not in page.words
    assert "The plan knows every hour of the horizon in advance." in page.words
    assert "shares are of the horizon" in page.words
    assert "The horizon stands for all years of what is built" in page.words
    assert [row[0] for row in page.tables["table-risks"][1:]] == [
        f"Longest shortfall, {longest_shortfall(two_days).hours}\u00a0hours"
    ]


def test_a_plan_without_import_has_nothing_to_fear(three_weeks: Study) -> None:
    study = with_hours(three_weeks, grid_mw=0.0, discharge_mw=1.0)
    assert prose_risks.risks_in_short(study).startswith("No week has any operational carbon; ")
    words = plain(prose_risks.bad_weeks_sentences(study))
    assert words.startswith("No week has any operational carbon. In every hour")
    assert "hour. The plan imports in no hour. Grid" in all_figures(study)["import_heatmap"][1]


def test_table_tells_every_bad_time(three_weeks: Study) -> None:
    table = risks_table(three_weeks)
    assert table is not None
    rows = {row[0].text: [cell.text for cell in row[1:]] for row in table.rows}
    assert list(rows) == [
        "Week of most operational carbon",
        "Week of most import",
        "Week of least own supply",
        "Longest shortfall, 504\u00a0hours",
    ]
    assert rows["Longest shortfall, 504\u00a0hours"][1:3] == ["504.0", "100.0\u00a0%"]


def test_worst_week_is_drawn_of_the_year_it_is_in(study_maker: StudyMaker) -> None:
    """The second year has three times the load of the first, and so all that is worst."""
    years = [{"name": "2019"}, {"name": "2020", "load_frac": 3.0}]
    study = study_maker(hours=DAYS * 24, years=years, strategies=["renewables"])
    spells = worst_weeks(study)
    assert {spells["import"].year, spells["carbon"].year} == {1}
    assert " (2020), has " in prose_risks.risks_in_short(study)
    shortfall = longest_shortfall(study)
    assert shortfall is not None
    assert f" ({('2019', '2020')[shortfall.year]}): the grid then" in plain(
        prose_risks.bad_weeks_sentences(study)
    )
    figure, alt = all_figures(study)["worst_week"]
    assert alt.startswith("The worst week of the plan, ")
    assert alt.endswith("This is in 2020, one of 2 planned years.")
    assert "In 2020, one of 2 planned years" in [text.get_text() for text in figure.texts]
    highest = figure.axes[0].get_lines()[-1].get_ydata().max()
    run = study.years[1]
    spell = spells["carbon"]
    assert highest == pytest.approx(run.dispatch["load_mw"][spell.start : spell.stop].max())


def test_foresight_is_told_with_what_it_is_not(two_days: Study) -> None:
    plan, without = two_days.chosen.footprint, two_days.without_foresight
    assert without.total_kg > plan.total_kg
    words = plain(prose_risks.foresight_sentences(two_days))
    more = 100 * (without.total_kg / plan.total_kg - 1)
    assert f"{more:.1f} % more than the plan" in words
    assert "no study of forecast errors" in words
    assert f"the same design would emit {more:.1f} % more." in plain(
        [prose_risks.risks_in_short(two_days)]
    )


def test_foresight_that_is_worth_nothing_is_said_to_be(two_days: Study) -> None:
    study = replace(two_days, without_foresight=two_days.chosen.footprint)
    assert "as much as the plan" in plain(prose_risks.foresight_sentences(study))
    assert prose_risks.risks_in_short(study).endswith("would emit as much.")


def test_load_that_is_left_without_foresight_is_told(two_days: Study) -> None:
    scores = replace(two_days.without_foresight.scores, unserved_mwh=4.25)
    study = replace(two_days, without_foresight=replace(two_days.without_foresight, scores=scores))
    share = f"{100 * 4.25 / scores.load_mwh:.2f} %"
    assert f"it leaves 4.25 MWh of the load ({share}) unserved" in plain(
        prose_risks.foresight_sentences(study)
    )
    assert "unserved" not in plain(prose_risks.foresight_sentences(two_days))
    in_short = plain([prose_risks.risks_in_short(study)])
    assert in_short.endswith(
        f"would leave 4.25 MWh of the load ({share}) unserved, so that its carbon does not compare."
    )
    assert "unserved" not in prose_risks.risks_in_short(two_days)


def test_a_replay_names_load_left_unserved_first_and_compares_no_carbon(
    two_days: Study, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = two_days.chosen.footprint
    print_replay(plan, "greedy", plan, 0)
    assert "(+0.00%)" in capsys.readouterr().out
    scores = replace(plan.scores, unserved_mwh=0.05 * plan.scores.load_mwh)
    print_replay(plan, "greedy", replace(plan, scores=scores), 0)
    first, second = capsys.readouterr().out.splitlines()
    assert f"leaves {scores.unserved_mwh:,.1f} MWh of the load (5.00%) unserved" in first
    assert "%)" not in second


def test_what_a_plan_without_carbon_emits_without_foresight_is_told_in_tonnes(
    two_days: Study,
) -> None:
    """A share of nothing is no number; the 8 t of the run without foresight are one."""
    chosen, rows = two_days.chosen.footprint, two_days.chosen.footprint.ledger.rows
    clean = replace(chosen, ledger=replace(chosen.ledger, rows=()))
    dirty = replace(chosen, ledger=replace(chosen.ledger, rows=(replace(rows[0], kg=8_000.0),)))
    study = replace(with_chosen(two_days, footprint=clean), without_foresight=dirty)
    assert "would emit 8.000 t CO₂e more." in plain([prose_risks.risks_in_short(study)])
    told = plain(prose_risks.foresight_sentences(study))
    assert "it emits 8.000 t CO₂e in 48 hours, 8.000 t CO₂e more than the plan; own" in told


def test_a_connection_that_must_grow_is_told(two_days: Study) -> None:
    outcome = two_days.chosen
    scores = replace(outcome.footprint.scores, peak_import_mw=22.0)
    grown = replace(outcome, footprint=replace(outcome.footprint, scores=scores))
    study = replace(two_days, outcomes=(*two_days.outcomes[:-1], grown))
    assert "grows from 11.0 MW to 22.0 MW" in plain(prose_risks.bad_weeks_sentences(study))
    least = replace(scores, peak_import_mw=5.0)
    shrunk = replace(outcome, footprint=replace(outcome.footprint, scores=least))
    study = replace(two_days, outcomes=(*two_days.outcomes[:-1], shrunk))
    assert "grows from" not in plain(prose_risks.bad_weeks_sentences(study))
