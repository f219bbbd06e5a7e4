"""A case's rows say what its study and its front say."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dcsim.batch.cases import cases_of
from dcsim.batch.tables import CaseTables, ba_of, calm_week_frac, daily_swing_frac, run_case
from dcsim.report.batch import FRONT_COLUMNS, KEY, OWN, PLAN_COLUMNS, SITE_COLUMNS
from dcsim.run import run_scenario
from dcsim.scenario.costs import costs_of
from tests.batch.studies import batch_of
from tests.conftest import scenario_of, traces_of


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> CaseTables:
    text = "product: {ba: [ERCO], strategies: [all]}\nfront: {points: 3}\n"
    return run_case(cases_of(batch_of(tmp_path_factory.mktemp("study"), text))[0])


def test_columns_are_those_promised(tables: CaseTables) -> None:
    known = [KEY, "ba", "strategies"]
    assert list(tables.plans) == [*known, *SITE_COLUMNS, *PLAN_COLUMNS]
    assert list(tables.fronts) == [*known, *FRONT_COLUMNS]
    assert tables.ba_code == "ERCO"


def test_rows_are_those_of_the_study(tables: CaseTables, tmp_path: Path) -> None:
    case = cases_of(batch_of(tmp_path, "product: {ba: [ERCO], strategies: [all]}\n"))[0]
    study = run_scenario(case.scenario)
    plans = tables.plans.set_index("strategy")
    assert list(plans.index) == ["nothing", "all"]
    for outcome in study.outcomes:
        row = plans.loc[outcome.strategy]
        assert row["total_kg"] == outcome.footprint.total_kg
        assert row["embodied_kg"] == pytest.approx(
            row[[f"embodied_{name}_kg" for name in ("solar", "wind", "battery", "servers")]].sum()
        )
        assert row["total_kg"] == pytest.approx(row["operational_kg"] + row["embodied_kg"])
        assert {name: row[name] for name in outcome.design.as_dict()} == outcome.design.as_dict()
        assert row["coverage_frac"] == outcome.footprint.scores.coverage_frac
    assert np.isnan(plans.loc["nothing", "gap_frac"])
    assert pd.isna(plans.loc["nothing", "is_optimal"])
    assert plans.loc["all", "is_optimal"]
    assert abs(plans.loc["all", "replay_difference_frac"]) < 1e-6
    assert plans.loc["all", "wind_usd_per_mwh"] == pytest.approx(
        costs_of(case.scenario).own_usd_per_mwh("wind", 0.3642)
    )
    assert plans.loc["all", "yields_borrowed"] == ""
    assert plans.loc["all", "load_mw"] == pytest.approx(study.traces.column("load_mw").mean())


def test_front_holds_the_optimum(tables: CaseTables) -> None:
    optimum = tables.fronts[tables.fronts["is_optimum"]].iloc[0]
    best = tables.plans.set_index("strategy").loc["all"]
    assert optimum["total_kg"] == pytest.approx(best["total_kg"], rel=1e-6)
    assert list(tables.fronts["point"]) == list(range(1, len(tables.fronts) + 1))
    assert tables.fronts["cost_usd"].isna().all()


def test_cost_front_has_cost_and_total(tmp_path: Path) -> None:
    text = "product: {ba: [ERCO]}\nfront: {points: 3, kind: cost, strategy: renewables}\n"
    fronts = run_case(cases_of(batch_of(tmp_path, text))[0]).fronts
    assert fronts["cost_usd"].notna().all()
    assert fronts["operational_kg"].isna().all()


def test_strategy_that_cannot_keep_the_limits_says_why(tmp_path: Path) -> None:
    """Sun alone leaves the nights, in which an import of 8 MW does not feed a load of 10."""
    limits = "limits.import_mw: 8, wind.enabled: false"
    sets = f"{{label: tight, set: {{strategies: [renewables, all], {limits}}}}}"
    plans = run_case(cases_of(batch_of(tmp_path, f"product: {{case: [{sets}]}}\n"))[0]).plans
    row = plans.set_index("strategy").loc["renewables"]
    assert "limits.import_mw" in row["infeasible"]
    assert np.isnan(row["total_kg"])
    assert plans.set_index("strategy").loc["all", "infeasible"] == ""


def test_front_that_no_plan_keeps_leaves_the_plans(tmp_path: Path) -> None:
    """Sun alone has no front under an import of 8 MW; with a battery there is a plan."""
    limits = "limits.import_mw: 8, wind.enabled: false"
    sets = f"{{label: tight, set: {{strategies: [all], {limits}}}}}"
    text = f"product: {{case: [{sets}]}}\nfront: {{points: 3, strategy: renewables}}\n"
    found = run_case(cases_of(batch_of(tmp_path, text))[0])
    assert found.fronts.empty
    assert list(found.plans["strategy"]) == ["nothing", "all"]


def test_place_of_several_years_is_told_of_all(tmp_path: Path) -> None:
    years = "years: [{name: a, grid: 'ERCO:reference'}, {name: b, grid: 'CISO:reference'}]"
    plans = run_case(
        cases_of(batch_of(tmp_path, f"product: {{two: [{{label: t, set: {{{years}}}}}]}}\n"))[0]
    ).plans
    assert plans["origin"].iloc[0] == "ERCO:reference, CISO:reference"
    assert plans["wind_from"].iloc[0] == "ERCO:reference, CISO:reference"
    assert plans["hours"].iloc[0] == 96


def test_types_are_the_same_in_all_cases(tables: CaseTables, tmp_path: Path) -> None:
    """Also where nothing is known: without replayed work, and without a front."""
    other = run_case(cases_of(batch_of(tmp_path, "product: {ba: [BPAT], strategies: [all]}\n"))[0])
    assert other.fronts.empty
    pd.testing.assert_series_equal(other.plans.dtypes, tables.plans.dtypes)


def test_own_grid_has_no_authority() -> None:
    assert ba_of(scenario_of(grid={"file": "hours.csv"})) == OWN
    assert ba_of(scenario_of(grid={"id": "ciso:2022"})) == "CISO"


def test_rows_say_whose_sun_and_wind_a_place_has(tmp_path: Path) -> None:
    text = "product: {ba: [DUK], solar.source: [nearest], wind.source: [fleet, nearest]}\n"
    alone, near = (run_case(case).plans.iloc[0] for case in cases_of(batch_of(tmp_path, text)))
    assert (alone["solar_from"], alone["wind_from"]) == ("DUK:reference", "")
    assert (near["solar_from"], near["wind_from"]) == ("DUK:reference", "TVA:reference")


def test_daily_swing() -> None:
    """Days of 100..300 and 200..200 kg/MWh: (200 + 0) / 2 over a mean of 200 is 0.5."""
    traces = traces_of(scenario_of(), intensity=[100.0, 300.0, 200.0, 200.0], hours_per_day=2)
    assert daily_swing_frac(traces) == pytest.approx(0.5)
    assert np.isnan(daily_swing_frac(traces_of(scenario_of(), intensity=[0.0, 0.0])))


def test_calm_week() -> None:
    """A week of 0.1 + 0.1 after one of 0.3 + 0.3 is half of their mean, 0.4."""
    cf = [0.3] * 168 + [0.1] * 168
    hours = [1.0] * 336
    traces = traces_of(scenario_of(), intensity=hours, solar=cf, wind=cf)
    assert calm_week_frac(traces) == pytest.approx(0.5)
    assert np.isnan(
        calm_week_frac(traces_of(scenario_of(), intensity=[1.0] * 24, solar=[1.0] * 24))
    )
    assert np.isnan(calm_week_frac(traces_of(scenario_of(), intensity=hours)))
