"""One design for several years: they stand apart, count by their weights, and share only it."""

from typing import Any

import numpy as np
import pytest

from dcsim.optimize.plan import Design, Plan, backlog, served, stored_change_mwh
from dcsim.optimize.solve import optimize
from dcsim.scenario.load import load_scenario
from dcsim.scenario.spec import Scenario
from dcsim.traces.frame import Traces, build_traces
from dcsim.traces.years import build_years
from tests.conftest import scenario_of, traces_of
from tests.optimize.examples import recount
from tests.optimize.test_objectives import PARTS, a_world

DESIGN = Design(solar_mw=12, wind_mw=10, battery_mwh=20, battery_mw=8, extra_server_mw=2)


def posed(*seeds_and_weights: tuple[int, float], **parts: Any) -> tuple[Scenario, list[Traces]]:
    scenario = scenario_of(**(PARTS | parts))
    years = [
        traces_of(scenario, **a_world(seed), name=f"{n}", weight=weight)
        for n, (seed, weight) in enumerate(seeds_and_weights)
    ]
    return scenario, years


COST = {"objective": {"minimize": "cost"}}


@pytest.mark.parametrize("objective", [{}, COST])
def test_a_given_design_runs_each_year_as_if_alone(objective: dict[str, Any]) -> None:
    """The sum of the optima of each year alone, at its weight, and dispatches as good."""
    scenario, years = posed((3, 2.0), (4, 3.0), **objective)
    together = optimize(scenario, years, design=DESIGN)
    alone = [optimize(scenario, [year], design=DESIGN) for year in years]
    total = sum(plan.certificate.objective for plan in alone)
    assert together.certificate.objective == pytest.approx(total, rel=1e-9)
    for year, energy, plan in zip(years, together.dispatches, alone, strict=True):
        part = _with_dispatches(together, energy)
        counted, theirs = (recount(scenario, [year], p) for p in (part, plan))
        of = (lambda t: t.cost_usd) if objective else (lambda t: t.total_kg)
        assert of(counted) == pytest.approx(of(theirs), rel=1e-9)


def _with_dispatches(plan: Plan, *dispatches: Any) -> Plan:
    return Plan(**{**vars(plan), "dispatches": dispatches})


def test_storage_closes_and_queues_empty_within_each_year() -> None:
    scenario, years = posed((3, 1.0), (4, 2.0), (5, 1.0))
    plan = optimize(scenario, years)
    assert plan.design.battery_mwh > 1
    for year, energy in zip(years, plan.dispatches, strict=True):
        assert (energy.index == year.index).all()
        change = stored_change_mwh(
            scenario.battery, energy["charge_mw"].to_numpy(), energy["discharge_mw"].to_numpy()
        )
        stored = energy["stored_mwh"].to_numpy()
        assert np.diff(stored, prepend=stored[-1]) == pytest.approx(change, abs=1e-6)
        assert change.sum() == pytest.approx(0, abs=1e-6)
        for tier in scenario.datacenter.flexible:
            arrived = year.column(f"arriving_{tier.name}_mw").sum()
            assert energy[backlog(tier.name)].iloc[-1] == pytest.approx(0, abs=1e-6)
            assert energy[served(tier.name)].sum() == pytest.approx(arrived)


@pytest.mark.parametrize("objective", [{}, COST])
def test_a_year_of_weight_two_is_that_year_twice(objective: dict[str, Any]) -> None:
    once = optimize(*posed((3, 2.0), (4, 1.0), **objective))
    twice = optimize(*posed((3, 1.0), (4, 1.0), (3, 1.0), **objective))
    assert once.certificate.objective == pytest.approx(twice.certificate.objective, rel=1e-9)


def test_weights_alone_scale_the_objective() -> None:
    """All weights times three: the same design for three times the total, caps and all."""
    limits = {"limits": {"embodied_t_per_year": 900.0, "export_mw": 4.0}}
    plain = optimize(*posed((3, 1.0), (4, 2.0), **COST, **limits))
    times_three = optimize(*posed((3, 3.0), (4, 6.0), **COST, **limits))
    assert times_three.certificate.objective == pytest.approx(3 * plain.certificate.objective)
    assert times_three.design.as_dict() == pytest.approx(plain.design.as_dict(), rel=1e-6)


def test_a_design_for_two_years_is_no_better_than_one_for_each() -> None:
    scenario, years = posed((3, 1.0), (4, 1.0))
    together = optimize(scenario, years).certificate.objective
    alone = [optimize(scenario, [year]) for year in years]
    assert together >= sum(plan.certificate.objective for plan in alone)
    for plan in alone:
        given = optimize(scenario, years, design=plan.design).certificate.objective
        assert together <= given * (1 + 1e-9)


@pytest.mark.parametrize("which", ["all", "worst"])
def test_years_that_are_the_same_are_planned_as_one(which: str) -> None:
    objective = {"objective": {"minimize": "cost", "years": which}}
    one = optimize(*posed((3, 1.0), **objective))
    three = optimize(*posed((3, 1.0), (3, 1.0), (3, 1.0), **objective))
    assert three.certificate.objective == pytest.approx(3 * one.certificate.objective, rel=1e-9)


def test_a_loads_peak_is_that_of_its_own_year() -> None:
    """Two years of 2 hours, all work free for an hour; only the first has room on its servers.

    Year one: 12 MW at 300 and 4 at 100: 8 may be moved onto a peak of 12: 4 * 300 + 12 * 100.
    Year two: 6 and 6 MW, its own peak of 6 lets nothing move: 6 * 300 + 6 * 100.
    """
    tier = {"name": "any", "share_frac": 1, "deadline_h": 1}
    scenario = scenario_of(datacenter={"capacity_mw": 10, "flexible": [tier]})
    years = [traces_of(scenario, intensity=[300, 100], load=load) for load in ([12, 4], [6, 6])]
    plan = optimize(scenario, years)
    assert plan.certificate.objective == pytest.approx(1200 + 1200 + 1800 + 600)


SHORT = ["horizon.hours=48", "embodied.battery_kg_per_mwh=20000"]


def test_an_outlook_of_one_year_without_change_is_the_plain_problem() -> None:
    plain = load_scenario("quickstart", SHORT)
    outlook = load_scenario("quickstart", [*SHORT, "outlook.years=1", "outlook.step_years=1"])
    years = build_years(outlook)
    assert len(years) == 1
    found = optimize(outlook, years)
    expected = optimize(plain, build_traces(plain))
    assert found.certificate.objective == expected.certificate.objective
    assert found.design == expected.design


def test_an_outlook_without_change_is_as_many_plain_years() -> None:
    """12 years in steps of 5, 5 and 2 with nothing changing: twelve times one year."""
    plain = load_scenario("quickstart", SHORT)
    outlook = load_scenario("quickstart", [*SHORT, "outlook.years=12"])
    years = build_years(outlook)
    assert [year.weight for year in years] == [5, 5, 2]
    once = optimize(plain, build_traces(plain)).certificate.objective
    assert optimize(outlook, years).certificate.objective == pytest.approx(12 * once, rel=1e-9)


def test_a_grid_that_gets_cleaner_emits_the_sum_of_its_years() -> None:
    """With nothing to build, 10 years at -8 % a year emit `(1 - 0.92 ** 10) / 0.08` of the first.

    That is the sum of `0.92 ** n`, whatever the steps that it is planned in.
    """
    nothing = [f"{part}.enabled=false" for part in ("solar", "wind", "battery", "servers")]
    plain = load_scenario("quickstart", [*SHORT, *nothing])
    changing = ["outlook.years=10", "outlook.intensity_per_year_frac=-0.08"]
    cleaner = load_scenario("quickstart", [*SHORT, *nothing, *changing])
    once = optimize(plain, build_traces(plain)).certificate.objective
    found = optimize(cleaner, build_years(cleaner)).certificate.objective
    assert found == pytest.approx((1 - 0.92**10) / 0.08 * once, rel=1e-9)
