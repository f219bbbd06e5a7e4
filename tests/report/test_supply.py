"""Own supply: its yearly yield beside the plausible band, and what a MWh of it costs."""

from dataclasses import replace
from pathlib import Path

import pytest

from dcsim.cli.study import print_study
from dcsim.report.data import write_data
from dcsim.report.reopen import read_study
from dcsim.report.study import Study
from dcsim.report.tables_supply import supplies, supplies_of_study, supply_rows, supply_table
from dcsim.report.views import used_mw
from dcsim.scenario.costs import costs_of
from dcsim.traces.yields import PlantYield

SOLAR = PlantYield("solar", "x.csv", 0.111, 8760, "over its nameplate, 5 MW", 0.14, 0.31)


def with_yields(study: Study, *yields: PlantYield) -> Study:
    run = study.years[0]
    return replace(study, years=(replace(run, traces=replace(run.traces, yields=yields)),))


def test_a_study_has_yields_of_a_year_though_it_plans_days(days_study: Study) -> None:
    """ERCOT's plants of 2019 made .246 and .364."""
    solar, wind = supplies_of_study(days_study)
    assert solar.found.yield_frac == pytest.approx(0.2457)
    assert wind.found.yield_frac == pytest.approx(0.3642)
    costs = costs_of(days_study.scenario)
    assert wind.usd_per_mwh == pytest.approx(costs.own_usd_per_mwh("wind", 0.3642))


def test_what_is_used_is_what_is_not_curtailed(days_study: Study) -> None:
    wind = supplies_of_study(days_study)[1]
    dispatch = days_study.dispatch
    assert wind.used_frac == pytest.approx(
        used_mw(dispatch)["wind"].sum() / dispatch["wind_mw"].sum()
    )
    assert wind.usd_per_used_mwh is not None
    assert wind.usd_per_used_mwh * wind.used_frac == pytest.approx(wind.usd_per_mwh)


def test_implausible_and_short_are_marked(days_study: Study) -> None:
    short = replace(SOLAR, hours=72)
    (row,) = supply_rows(supplies(days_study.scenario, [with_yields(days_study, SOLAR).traces]))
    assert row[:3] == ("Solar", ".111", ".14 to .31: outside")
    (row,) = supply_rows(supplies(days_study.scenario, [with_yields(days_study, short).traces]))
    assert row[:3] == ("Solar", ".111 in 72 h", "–")


def test_years_are_named_only_where_they_differ(days_study: Study) -> None:
    one, other = (
        replace(days_study.traces, name=name, yields=(replace(SOLAR, yield_frac=mean),))
        for name, mean in (("2021", 0.2), ("2022", 0.21))
    )
    of_scenario = days_study.scenario
    assert [s.name for s in supplies(of_scenario, [one, one])] == ["Solar"]
    assert [s.name for s in supplies(of_scenario, [one, other])] == ["Solar, 2021", "Solar, 2022"]


def test_nothing_to_build_has_no_table(days_study: Study) -> None:
    assert supply_table(with_yields(days_study)) is None


def test_a_run_folder_keeps_yields(days_study: Study, tmp_path: Path) -> None:
    write_data(days_study, tmp_path, {})
    assert read_study(tmp_path).traces.yields == days_study.traces.yields


def test_the_terminal_shows_them(days_study: Study, capsys: pytest.CaptureFixture[str]) -> None:
    print_study(days_study)
    shown = " ".join(capsys.readouterr().out.split())
    assert "own supply" in shown
    assert "Wind .364 .18 to .52" in shown


def test_what_is_used_is_of_the_years_of_that_yield(days_study: Study) -> None:
    """The other year has the same dispatch with all of its wind curtailed."""
    run = days_study.years[0]
    found = run.traces.yields
    other = replace(
        run,
        traces=replace(
            run.traces,
            name="other",
            yields=tuple(replace(one, yield_frac=one.yield_frac + 0.01) for one in found),
        ),
        dispatch=run.dispatch.assign(
            curtailed_mw=run.dispatch["solar_mw"] + run.dispatch["wind_mw"]
        ),
    )
    whole = {one.found.fuel: one.used_frac for one in supplies_of_study(days_study)}
    two = supplies_of_study(replace(days_study, years=(run, other)))
    used = {one.years[0]: one.used_frac for one in two if one.found.fuel == "wind"}
    assert used[run.traces.name] == pytest.approx(whole["wind"])
    assert used["other"] == pytest.approx(0.0, abs=1e-9)
