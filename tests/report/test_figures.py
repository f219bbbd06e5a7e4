"""Figures: all there, in their units, of the right numbers, the same bytes every time."""

import pickle

import matplotlib
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from dcsim.report.figures import all_figures, figure_bytes
from dcsim.report.figures_week import week_window
from dcsim.report.figures_year import by_day_and_hour
from dcsim.report.study import Study
from dcsim.report.style import TICKS, spread
from dcsim.report.views import import_without_building_mw, moved_mwh, used_mw
from tests.report.conftest import StudyMaker

NAMES = [
    "strategies",
    "costs",
    "operational_embodied",
    "summer_week",
    "import_heatmap",
    "duration",
    "depends_on",
    "shifting",
]


def labels_of(figure: Figure) -> str:
    """Every label of an axis or color bar of a figure, in one line."""
    return " | ".join(f"{axes.get_xlabel()} | {axes.get_ylabel()}" for axes in figure.axes)


def test_every_figure_is_made_in_report_order(two_days: Study):
    """Two days hold one week window only, so there is no winter_week."""
    assert list(all_figures(two_days)) == NAMES


@pytest.mark.parametrize(
    ("name", "units"),
    [
        ("strategies", ["[t CO₂e in 48\u00a0hours]"]),
        ("costs", ["Cost [million USD of 2022 in 48\u00a0hours]"]),
        ("operational_embodied", ["Embodied", "Operational", "[t CO₂e in 48\u00a0hours]"]),
        ("summer_week", ["Power [MW]", "Stored [MWh]", "[kg/MWh]", "America/Chicago"]),
        ("import_heatmap", ["Grid import [MW]", "Grid intensity [kg/MWh]"]),
        ("duration", ["Grid import [MW]", "Facility load [MW]", "[%]"]),
        ("depends_on", ["[t CO₂e]"]),
        ("shifting", ["Mean load [MW]", "Own supply [MW]", "Grid intensity [kg/MWh]"]),
    ],
)
def test_axes_name_their_units(two_days: Study, name: str, units: list[str]):
    labels = labels_of(all_figures(two_days)[name][0])
    assert [unit for unit in units if unit not in labels] == []


def test_a_year_is_called_a_year(study_maker: StudyMaker):
    """8,760 hours are within 1 % of a year: totals are then per year."""
    study = study_maker(hours=8760, start="2022-01-01T00:00Z", strategies=["renewables"])
    figures = all_figures(study)
    assert "[t CO₂e per year]" in labels_of(figures["strategies"][0])
    assert "winter_week" in figures
    assert "shifting" not in figures


def test_bars_are_the_ledger(two_days: Study):
    """The pieces of each bar, put together, end where the total of its strategy is [t]."""
    axes = all_figures(two_days)["strategies"][0].axes[0]
    ends = np.zeros(len(two_days.outcomes))
    for bars in axes.containers:
        ends += [bar.get_width() for bar in bars]
    totals = [outcome.footprint.total_kg / 1000 for outcome in two_days.outcomes]
    np.testing.assert_allclose(ends, totals, rtol=1e-12)


def test_totals_are_written_on_the_bars(two_days: Study):
    axes = all_figures(two_days)["strategies"][0].axes[0]
    texts = [text.get_text() for text in axes.texts]
    nothing, plan = (o.footprint.total_kg for o in (two_days.nothing, two_days.chosen))
    assert f"{nothing / 1000:.1f} t" in texts
    saved = 100 * (1 - plan / nothing)
    assert f"{plan / 1000:.2f} t ({saved:.1f}\u00a0% less)" in texts


def test_points_of_the_trade_off_are_the_scopes(two_days: Study):
    axes = all_figures(two_days)["operational_embodied"][0].axes[0]
    points = {
        (float(line.get_xdata()[0]), float(line.get_ydata()[0]))
        for line in axes.lines
        if line.get_marker() == "o"
    }
    ledger = two_days.chosen.footprint.ledger
    plan = (ledger.total_kg("embodied") / 1000, ledger.total_kg("operational") / 1000)
    assert plan in points


def test_supply_of_a_week_meets_what_takes_it(two_days: Study):
    """Used solar and wind, discharge and import add up to load, charging and export [MW]."""
    plan = two_days.dispatch
    given = used_mw(plan).sum(axis=1) + plan["discharge_mw"] + plan["grid_mw"]
    taken = plan["load_mw"] + plan["charge_mw"] + plan["export_mw"]
    np.testing.assert_allclose(given, taken, atol=1e-9)


def test_doing_nothing_imports_what_its_ledger_says(two_days: Study, study_maker: StudyMaker):
    exists = study_maker(solar={"min_mw": 4}, limits={"import_mw": 9}, strategies=["all"])
    for study in (two_days, exists):
        scores = study.nothing.footprint.scores
        imports_mw = import_without_building_mw(study)
        assert imports_mw.sum() == pytest.approx(scores.grid_mwh, rel=1e-12)
        assert imports_mw.max() == pytest.approx(scores.peak_import_mw, rel=1e-12)


def test_moved_work_is_counted(two_days: Study):
    served, arriving = (
        two_days.dispatch["served_batch_mw"],
        two_days.traces.column("arriving_batch_mw"),
    )
    moved = moved_mwh(two_days, two_days.years[0])
    assert moved == pytest.approx(np.maximum(served - arriving, 0).sum())
    assert moved > 1


def test_no_flexible_work_no_shifting_figure(study_maker: StudyMaker):
    study = study_maker(datacenter={"capacity_mw": 10}, strategies=["renewables"])
    figures = all_figures(study)
    assert "shifting" not in figures
    assert "Facility load" not in labels_of(figures["duration"][0])


@pytest.mark.parametrize("file_format", ["png", "svg"])
def test_same_study_same_bytes(two_days: Study, file_format: str):
    """Also from a copy of the study, and in whatever order files are saved."""
    copy = pickle.loads(pickle.dumps(two_days))
    once = {name: figure_bytes(f, file_format) for name, (f, _) in all_figures(two_days).items()}
    figures = all_figures(copy)
    for name in reversed(figures):
        figure = figures[name][0]
        other = "svg" if file_format == "png" else "png"
        figure_bytes(figure, other)
        assert figure_bytes(figure, file_format) == once[name], name


def test_files_carry_no_date_and_no_version(two_days: Study):
    figure = all_figures(two_days)["strategies"][0]
    svg = figure_bytes(figure, "svg").decode()
    assert "<dc:date>" not in svg
    assert b"Software" not in figure_bytes(figure, "png")
    assert figure_bytes(figure, "png").startswith(b"\x89PNG")


def test_settings_of_the_user_change_nothing_and_stay(two_days: Study):
    plain = figure_bytes(all_figures(two_days)["duration"][0], "png")
    with matplotlib.rc_context({"font.size": 23, "axes.facecolor": "red"}):
        assert figure_bytes(all_figures(two_days)["duration"][0], "png") == plain
        assert matplotlib.rcParams["font.size"] == 23


def test_alternative_texts_have_the_numbers(two_days: Study):
    texts = {name: alt for name, (_, alt) in all_figures(two_days).items()}
    assert f"All together: {two_days.chosen.footprint.total_kg / 1000:.2f} t" in texts["strategies"]
    import_mwh = two_days.dispatch["grid_mw"].sum()
    assert f"the grid gives {import_mwh:.3g} MWh" in texts["summer_week"]
    peak_mw = two_days.chosen.footprint.scores.peak_import_mw
    assert f"Grid import, the plan: peak {peak_mw:.3g}" in texts["duration"]
    assert all(len(text) > 40 for text in texts.values())


@pytest.mark.parametrize("time_zone", ["UTC", "Asia/Kolkata", "Australia/Sydney"])
def test_one_day_is_enough(study_maker: StudyMaker, time_zone: str):
    study = study_maker(start="2022-10-03T00:00Z", hours=24, time_zone=time_zone)
    figures = all_figures(study)
    assert list(figures)[:5] == NAMES[:5]
    assert "All 24\u00a0hours" in figures["summer_week"][1]


def test_a_few_hours_are_enough(study_maker: StudyMaker):
    study = study_maker(hours=5, strategies=["renewables", "renewables_battery"])
    for figure, _ in all_figures(study).values():
        assert figure_bytes(figure, "png")


@pytest.mark.parametrize(
    ("start", "missing_hours"), [("2022-03-11T06:00Z", 1), ("2022-11-03T05:00Z", 0)]
)
def test_a_change_of_clocks_is_no_trouble(study_maker: StudyMaker, start: str, missing_hours: int):
    """Chicago loses 02:00 on 13 March 2022 and has 01:00 twice on 6 November."""
    study = study_maker(start=start, hours=24 * 9, strategies=["renewables_battery"])
    figures = all_figures(study)
    assert "The first week" in figures["summer_week"][1]
    assert "The last week" in figures["winter_week"][1]
    intensity = figures["import_heatmap"][0].axes[1].collections[0].get_array()
    whole_days = intensity[:, 1:-1]
    assert int(np.ma.count_masked(whole_days)) == missing_hours


def test_heat_map_lays_hours_out_by_local_day():
    """A lost hour is missing, one that comes twice is the mean of both."""
    spring = pd.date_range("2022-03-13T06:00Z", periods=23, freq="h").tz_convert("America/Chicago")
    table = by_day_and_hour(spring, np.arange(23.0))
    assert table.shape == (24, 1)
    assert np.isnan(table.iloc[2, 0])
    assert table.iloc[[1, 3, 23], 0].tolist() == [1.0, 2.0, 22.0]
    autumn = pd.date_range("2022-11-06T05:00Z", periods=25, freq="h").tz_convert("America/Chicago")
    table = by_day_and_hour(autumn, np.arange(25.0))
    assert table.iloc[[0, 1, 2, 23], 0].tolist() == [0.0, 1.5, 3.0, 24.0]


def test_week_is_the_one_from_the_monday_nearest_to_the_middle_of_the_month():
    """15 July 2022 is a Friday: Monday the 18th is nearer than the 11th."""
    year = pd.date_range("2022-01-01T06:00Z", periods=8760, freq="h").tz_convert("America/Chicago")
    july, january = week_window(year, 7), week_window(year, 1)
    assert july is not None
    assert january is not None
    assert str(year[july.start]) == "2022-07-18 00:00:00-05:00"
    assert july.stop - july.start == 168
    assert str(year[january.start]) == "2022-01-17 00:00:00-06:00"


def test_week_must_lie_whole_in_the_horizon_and_near():
    """The 18th to 24th is cut off by a horizon that ends on the 22nd; the 11th is taken."""
    july = pd.date_range("2022-07-01T00:00Z", "2022-07-22T00:00Z", freq="h")
    window = week_window(july, 7)
    assert window is not None
    assert str(july[window.start]) == "2022-07-11 00:00:00+00:00"
    assert week_window(july, 1) is None
    assert week_window(july[:24], 7) is None


def test_a_week_with_a_lost_hour_is_whole():
    """The week of 7 March 2022 has 167 hours in Chicago, and is the only one here."""
    hours = pd.date_range("2022-03-07T06:00Z", periods=167, freq="h").tz_convert("America/Chicago")
    window = week_window(hours, 3)
    assert window is not None
    assert (window.start, window.stop) == (0, 167)


def test_labels_are_spread_in_their_order():
    assert spread([1.0, 1.0, 5.0], 2.0, 0.0, 10.0) == [1.0, 3.0, 5.0]
    assert spread([9.0, 9.5], 2.0, 0.0, 10.0) == [8.0, 10.0]
    placed = spread([0.0, 0.1, 0.2, 9.9], 1.0, 0.0, 10.0)
    assert min(np.diff(sorted(placed))) >= 1 - 1e-12


def test_a_month_and_little_savings_are_drawn(study_maker: StudyMaker):
    """Thirty days label weeks, and doing nothing is shown where it is near the strategies."""
    month = study_maker(hours=30 * 24, strategies=["renewables"], wind={"max_mw": 0.5})
    figures = all_figures(month)
    trade_off = [text.get_text() for text in figures["operational_embodied"][0].axes[0].texts]
    assert any(text.startswith("Do nothing:") for text in trade_off)
    assert not any("far above" in text for text in trade_off)
    days = [label.get_text() for label in figures["import_heatmap"][0].axes[1].get_xticklabels()]
    assert "25 Jul" in days


def test_millions_at_ticks_are_written_out():
    """Of 15 years, one often has more than a million tonnes."""
    texts = [TICKS.format(x=x) for x in (0.1 + 0.2, 2.5, 1_400_000.0, 123_456_789.0)]
    assert texts == ["0.3", "2.5", "1,400,000", "123,456,789"]
