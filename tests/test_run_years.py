"""Studies of several years, of cost, and of strategies that cannot be: run, put away, read back."""

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from dcsim.cli.study import print_study
from dcsim.errors import DataError, InfeasibleError, ScenarioError
from dcsim.footprint.objective import objective_of
from dcsim.optimize.findings import Answers, BreakEven, DeadlineWorth, NearRange
from dcsim.report.data import write_data
from dcsim.report.numbers import millions
from dcsim.report.reopen import read_study
from dcsim.report.study import Study
from dcsim.run import plan_to_folder, run_scenario
from dcsim.scenario.load import load_scenario
from dcsim.scenario.money import Objective

TWO_YEARS = [
    "horizon.hours=48",
    "horizon.start=2023-07-10T05:00Z",
    "strategies=[renewables, all]",
    "embodied.battery_kg_per_mwh=20000",
    "limits.ramp_mw_per_h=20",
    "years=[{name: now}, {name: later, load_frac: 1.25, intensity_frac: 0.5, weight: 3}]",
]

NO_SUN_AT_NIGHT = [
    "horizon.hours=48",
    "wind.enabled=false",
    "limits.coverage_frac=0.8",
    "strategies=[renewables, renewables_battery]",
]


@pytest.fixture(scope="module")
def two_years(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Study]:
    """Give a run of two years, one of them three times, and the study in it."""
    folder = tmp_path_factory.mktemp("two") / "run"
    return folder, plan_to_folder(load_scenario("quickstart", TWO_YEARS), folder)


@pytest.fixture(scope="module")
def by_day(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """Give a study in which sun alone cannot cover four fifths of the load."""
    return run_scenario(load_scenario("quickstart", NO_SUN_AT_NIGHT))


def same(one: Study, other: Study) -> None:
    """Assert that two studies say the same; sums may differ in their last digit."""
    assert one.scenario == other.scenario
    assert one.outcomes == other.outcomes
    assert (one.infeasible, one.answers) == (other.infeasible, other.answers)
    assert one.agreement == other.agreement
    assert one.replay_footprint.total_kg == pytest.approx(other.replay_footprint.total_kg)
    assert one.replay_footprint.cost_usd == pytest.approx(other.replay_footprint.cost_usd)
    for mine, theirs in zip(one.years, other.years, strict=True):
        assert (mine.traces.name, mine.traces.weight) == (theirs.traces.name, theirs.traces.weight)
        assert mine.traces.sources == theirs.traces.sources
        for table, its in (
            (mine.traces.table, theirs.traces.table),
            (mine.dispatch, theirs.dispatch),
            (mine.replay.energy, theirs.replay.energy),
        ):
            pd.testing.assert_frame_equal(table, its, check_freq=False)


def test_the_horizon_is_its_years_by_their_weights(two_years: tuple[Path, Study]) -> None:
    """One `now` and three `later`: 48 + 3 * 48 = 192 hours."""
    study = two_years[1]
    assert study.horizon_hours == 192
    assert study.traces is study.years[0].traces
    for outcome in study.outcomes:
        now, later = outcome.by_year
        assert outcome.footprint.total_kg == pytest.approx(now.total_kg + 3 * later.total_kg)
        assert outcome.footprint.cost_usd == pytest.approx(now.cost_usd + 3 * later.cost_usd)
    nothing = study.nothing.by_year
    assert nothing[1].scores.load_mwh == pytest.approx(1.25 * nothing[0].scores.load_mwh)


def test_every_year_is_replayed_as_planned(two_years: tuple[Path, Study]) -> None:
    study = two_years[1]
    assert [run.traces.name for run in study.years] == ["now", "later"]
    assert study.agreement.largest_difference_mw < 1e-6
    assert abs(study.agreement.total_difference_frac) < 1e-9
    assert abs(study.agreement.ledger_difference_frac) < 1e-9
    for run in study.years:
        assert run.replay.energy["grid_mw"].diff().abs().max() <= 20 + 1e-6
        assert run.replay.events.empty


def test_a_run_of_several_years_is_read_back(two_years: tuple[Path, Study]) -> None:
    folder, study = two_years
    tables = ["events.csv", "hourly.parquet", "simulated.parquet", "traces.parquet"]
    assert sorted(path.name for path in (folder / "years" / "later").iterdir()) == tables
    assert not (folder / "years" / "now").exists()
    same(read_study(folder), study)
    found = json.loads((folder / "summary.json").read_text())
    assert [year["name"] for year in found["years"]] == ["now", "later"]
    assert found["hours"] == 192
    assert len(found["outcomes"][-1]["by_year"]) == 2


def test_a_year_that_was_lost_is_a_damaged_run(two_years: tuple[Path, Study], tmp_path) -> None:
    _, study = two_years
    (tmp_path / "run").mkdir()
    write_data(study, tmp_path / "run", {})
    (tmp_path / "run" / "years" / "later" / "hourly.parquet").unlink()
    with pytest.raises(DataError, match=r"is damaged: FileNotFoundError: .*later"):
        read_study(tmp_path / "run")


def test_same_years_give_the_same_bytes(two_years: tuple[Path, Study], tmp_path: Path) -> None:
    folder, _ = two_years
    again = run_scenario(load_scenario("quickstart", TWO_YEARS))
    write_data(again, tmp_path, {})
    files = [path for path in tmp_path.rglob("*.*") if path.name != "metadata.json"]
    assert len(files) == 12
    for file in files:
        assert file.read_bytes() == (folder / file.relative_to(tmp_path)).read_bytes(), file


def test_a_year_is_replayed_by_its_name(two_years: tuple[Path, Study], dcsim_cli) -> None:
    folder, study = two_years
    code, out, _ = dcsim_cli("simulate", folder, "--year", "later")
    assert code == 0
    planned_t = study.chosen.by_year[1].total_kg / 1000
    assert f"plan {planned_t:,.1f} t (+0.00%)" in out
    table = pd.read_parquet(folder / "years" / "later" / "simulated-follow_plan.parquet")
    assert (table.to_numpy() == study.years[1].replay.energy.to_numpy()).all()
    code, _, err = dcsim_cli("simulate", folder, "--year", "2031")
    assert code == 2
    assert "no year '2031' in this study; known are now, later" in " ".join(err.split())


def test_a_study_of_one_horizon_has_no_years_to_choose_from(by_day: Study) -> None:
    assert by_day.number_of_year(None) == 0
    with pytest.raises(ScenarioError, match="known are none, it plans one horizon"):
        by_day.number_of_year("2022")


def test_the_terminal_names_the_years(two_years: tuple[Path, Study], capsys) -> None:
    print_study(two_years[1])
    out = capsys.readouterr().out
    assert "192 hours, one design for now, later" in out
    assert "cost million USD" in out


@pytest.mark.parametrize(
    ("asked", "row"),
    [
        ({"minimize": "weighted", "carbon_usd_per_t": 1000.0}, "objective million USD"),
        ({"years": "worst"}, "worst year t CO2e"),
        ({"minimize": "cost", "years": "worst"}, "worst year million USD"),
        ({"minimize": "cost"}, None),
        ({"minimize": "lexicographic", "years": "worst"}, None),
    ],
)
def test_the_terminal_shows_what_is_minimized(two_years, capsys, asked, row) -> None:
    study = two_years[1]
    objective = Objective.model_validate(asked)
    scenario = study.scenario.model_copy(update={"objective": objective})
    print_study(replace(study, scenario=scenario))
    out = capsys.readouterr().out
    if row is None:
        assert "objective" not in out
        assert "worst year" not in out
        return
    years = [run.traces for run in study.years]
    total = objective_of(objective, years, study.chosen.by_year)
    shown = f"{total / 1000:,.1f}" if row.endswith("t CO2e") else millions(total)
    assert next(line for line in out.splitlines() if row in line).split()[-1] == shown


def test_a_strategy_that_cannot_keep_the_limits_is_left_out_and_told(
    by_day: Study, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert [outcome.strategy for outcome in by_day.outcomes] == ["nothing", "renewables_battery"]
    assert list(by_day.infeasible) == ["renewables"]
    why = by_day.infeasible["renewables"]
    assert "limits.coverage_frac 0.8 would have to be 0." in why
    print_study(by_day)
    assert f"Not possible, renewables: {why}" in capsys.readouterr().out
    write_data(by_day, tmp_path, {})
    same(read_study(tmp_path), by_day)


def test_the_last_strategy_must_be_possible() -> None:
    backwards = [*NO_SUN_AT_NIGHT, "strategies=[renewables_battery, renewables]"]
    with pytest.raises(InfeasibleError, match="strategy renewables has no feasible plan"):
        run_scenario(load_scenario("quickstart", backwards))


OBJECTIVES = {
    "cost": ["objective.minimize=cost"],
    "weighted": ["objective.minimize=weighted", "objective.carbon_usd_per_t=80"],
    "lexicographic": ["objective.minimize=lexicographic", "objective.slack_frac=0.05"],
    "worst": ["objective.years=worst"],
    "worst cost": ["objective.minimize=cost", "objective.years=worst"],
}


@pytest.mark.parametrize("asked", OBJECTIVES.values(), ids=OBJECTIVES)
def test_the_ledger_is_the_optimum_by_every_objective(asked: list[str]) -> None:
    only_all = [*TWO_YEARS, *asked, "strategies=[all]"]
    study = run_scenario(load_scenario("quickstart", only_all))
    years = [run.traces for run in study.years]
    optimum = study.chosen.certificate.objective
    in_ledger = objective_of(study.scenario.objective, years, study.chosen.by_year)
    assert in_ledger == pytest.approx(optimum, rel=1e-9)
    assert abs(study.agreement.ledger_difference_frac) < 1e-9
    assert study.objective_unit == ("kg" if asked == OBJECTIVES["worst"] else "USD")


def test_the_worst_year_counts_as_if_every_year_were_it(two_years: tuple[Path, Study]) -> None:
    """One year of 10 kg and three of 30: 10 + 3 * 30 = 100 in all, and 4 * 30 at the worst."""
    study = two_years[1]
    years = [run.traces for run in study.years]
    asked = study.scenario.objective
    of_all = objective_of(asked, years, study.chosen.by_year)
    worst = objective_of(asked.model_copy(update={"years": "worst"}), years, study.chosen.by_year)
    assert of_all == pytest.approx(study.chosen.footprint.total_kg)
    assert worst == pytest.approx(4 * max(part.total_kg for part in study.chosen.by_year))


def test_a_plan_that_is_not_proven_best_says_so(by_day: Study, capsys) -> None:
    certificate = replace(by_day.chosen.certificate, is_optimal=False, status="Time limit reached")
    outcomes = (*by_day.outcomes[:-1], replace(by_day.chosen, certificate=certificate))
    print_study(replace(by_day, outcomes=outcomes))
    out = capsys.readouterr().out
    assert f"Best found {certificate.objective:,.3f} kg" in out
    assert "not proven to be the best" in out
    assert "Optimum" not in out


def test_answers_are_put_away_and_read_back(by_day: Study, tmp_path: Path) -> None:
    found = Answers(
        (NearRange("solar_mw", 0.01, 10.0, None), NearRange("battery_mw", 0.001, 1.5, 2.5)),
        (BreakEven("wind", "embodied.wind_kg_per_mwh", "kg/MWh", 11.5, True, None),),
        (DeadlineWorth("batch", 24, 12.5),),
    )
    study = replace(by_day, answers=found)
    write_data(study, tmp_path, {})
    same(read_study(tmp_path), study)


def test_years_are_checked_one_by_one(dcsim_cli) -> None:
    overrides = [part for override in TWO_YEARS for part in ("--set", override)]
    code, out, _ = dcsim_cli("scenario", "check", "quickstart", *overrides)
    assert code == 0
    assert "Fine: now, 48 hours from 2023-07-10 05:00Z" in out
    assert "Fine: later, 48 hours" in out


def test_answers_are_asked_for_by_an_option(
    dcsim_cli, monkeypatch: pytest.MonkeyPatch, by_day: Study, tmp_path: Path
) -> None:
    asked = []

    def recorded(scenario, folder, progress) -> Study:
        asked.append(scenario.answers)
        return by_day

    monkeypatch.setattr("dcsim.run.plan_to_folder", recorded)
    for option in ([], ["--answers"]):
        assert dcsim_cli("plan", "quickstart", *option)[0] == 0
    assert asked == [False, True]
