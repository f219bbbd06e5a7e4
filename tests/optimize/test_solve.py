"""Plans: statuses, certificates, shadow prices, closing of options, Ctrl-C."""

import _thread
import threading
from dataclasses import replace

import numpy as np
import pytest

from dcsim.errors import SolveError
from dcsim.optimize import session
from dcsim.optimize import solve as solving
from dcsim.optimize.compile import compile_model
from dcsim.optimize.dispatch import backlog_mwh
from dcsim.optimize.plan import balance_residual_mw, without_round_trips
from dcsim.optimize.solve import optimize
from dcsim.scenario.spec import Tier
from dcsim.scenario.storage import Battery
from tests.conftest import scenario_of, traces_of
from tests.optimize.examples import NO_EMBODIED, battery_of


def test_import_limit_that_cannot_be_met_is_named_with_the_least_that_can() -> None:
    """10 MW of load, 2 MW of solar at most and 5 MW of import: 8 MW of import are needed."""
    scenario = scenario_of(solar={"max_mw": 2}, limits={"import_mw": 5})
    traces = traces_of(scenario, intensity=[100, 100], solar=[1, 1])
    with pytest.raises(SolveError) as raised:
        optimize(scenario, traces)
    message = str(raised.value)
    assert "limits.import_mw 5 would have to be 8" in message
    assert "solar.max_mw 2 would have to be 5" in message


def test_limits_that_do_not_help_are_not_named() -> None:
    """Solar gives nothing in hour 1, so lifting its limit would not do."""
    scenario = scenario_of(solar={"max_mw": 2}, limits={"import_mw": 5})
    traces = traces_of(scenario, intensity=[100, 100], solar=[1, 0])
    with pytest.raises(SolveError, match=r"limits\.import_mw 5 would have to be 10") as raised:
        optimize(scenario, traces)
    assert "solar" not in str(raised.value)


def test_a_solve_that_is_not_optimal_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    """A solver stopped by its iteration limit has no optimum, whatever point it has."""
    options = session._OPTIONS | {"simplex_iteration_limit": 1, "presolve": "off"}
    monkeypatch.setattr(session, "_OPTIONS", options)
    scenario = scenario_of(battery=battery_of(4, 4), embodied=NO_EMBODIED)
    traces = traces_of(scenario, intensity=[10, 300] * 12)
    with pytest.raises(SolveError, match="HiGHS ended with Iteration limit"):
        optimize(scenario, traces)


def test_an_optimum_that_is_not_proven_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = solving.prove

    def no_duals(program, values, duals):
        return honest(program, values, duals * 0)

    monkeypatch.setattr(solving, "prove", no_duals)
    scenario = scenario_of()
    with pytest.raises(SolveError, match="not proven: objective 2000 kg CO2e, bound 0 kg CO2e"):
        optimize(scenario, traces_of(scenario, intensity=[100, 100]))


def test_a_solution_that_breaks_its_limits_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = solving.prove

    def broken(program, values, duals):
        return replace(honest(program, values, duals), primal_violation=1e-3)

    monkeypatch.setattr(solving, "prove", broken)
    scenario = scenario_of()
    with pytest.raises(SolveError, match=r"breaks its own limits by 0\.001 MW"):
        optimize(scenario, traces_of(scenario, intensity=[100, 100]))


def test_seconds_add_up() -> None:
    scenario = scenario_of()
    seconds = optimize(scenario, traces_of(scenario, intensity=[100])).seconds
    assert seconds.total == seconds.build + seconds.compile + seconds.solve
    assert min(seconds.build, seconds.compile, seconds.solve) > 0


def test_an_option_highs_does_not_know_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """HiGHS answers with a status that nobody must read; dcsim reads it."""
    monkeypatch.setattr(session, "_OPTIONS", {"output_flag": False, "no_such_option": 1})
    scenario = scenario_of()
    with pytest.raises(SolveError, match="option no_such_option"):
        optimize(scenario, traces_of(scenario, intensity=[100]))


def test_ctrl_c_stops_a_solve(monkeypatch: pytest.MonkeyPatch) -> None:
    """The interrupt arrives while HiGHS works, and comes out as it is."""
    honest, timer = session._run, threading.Timer(0.3, _thread.interrupt_main)

    def interrupted(highs) -> None:
        timer.start()
        honest(highs)

    monkeypatch.setattr(session, "_run", interrupted)
    scenario = scenario_of(
        wind={},
        battery={},
        datacenter={
            "capacity_mw": 10,
            "flexible": [{"name": "any", "share_frac": 0.5, "deadline_h": 24}],
        },
    )
    hours = 24 * 300
    rng = np.random.default_rng(1)
    traces = traces_of(
        scenario,
        intensity=list(rng.uniform(100, 600, hours)),
        wind=list(rng.uniform(0, 1, hours)),
    )
    problem = solving.problem_of(scenario, [traces], "all")
    program = compile_model(solving.build_model(problem))
    program = program.minimizing(solving.objective_account(program, problem))
    with pytest.raises(KeyboardInterrupt):
        session.solve(program)
    timer.join()


def test_shadow_price_of_a_limit_is_what_one_more_unit_saves() -> None:
    """One more MW of free wind at capacity factors 1 and 0.5 saves 150 kg."""
    scenario = scenario_of(wind={"max_mw": 4}, embodied=NO_EMBODIED)
    traces = traces_of(scenario, intensity=[100, 100], wind=[1, 0.5])
    plan = optimize(scenario, traces)
    assert plan.shadow_prices["wind.max_mw"] == pytest.approx(150)
    more = scenario_of(wind={"max_mw": 5}, embodied=NO_EMBODIED)
    saved_kg = plan.certificate.objective - optimize(more, traces).certificate.objective
    assert saved_kg == pytest.approx(150)


def test_dual_of_the_balance_is_the_carbon_of_one_more_mwh() -> None:
    scenario = scenario_of()
    plan = optimize(scenario, traces_of(scenario, intensity=[100, 300]))
    assert plan.duals["balance"].tolist() == pytest.approx([100, 300])


def test_fuel_that_never_generates_is_not_built() -> None:
    """Its embodied rate is zero too, so any size would be as good: it stays at its minimum."""
    scenario = scenario_of(solar={}, wind={})
    plan = optimize(scenario, traces_of(scenario, intensity=[500, 500], wind=[1, 1]))
    assert plan.design.solar_mw == 0
    assert plan.design.wind_mw == pytest.approx(10)


@pytest.mark.parametrize(
    ("strategy", "built"),
    [
        ("renewables", (True, False, False)),
        ("renewables_battery", (True, True, False)),
        ("renewables_shifting", (True, False, True)),
        ("all", (True, True, True)),
    ],
)
def test_a_strategy_opens_its_options_only(strategy, built) -> None:
    """Everything is free and useful, so whatever is open is built up to its limit."""
    tier = {"name": "any", "share_frac": 1, "deadline_h": 1}
    scenario = scenario_of(
        datacenter={"capacity_mw": 10, "flexible": [tier]},
        wind={"max_mw": 2},
        battery={"max_mwh": 1, "max_mw": 1},
        servers={"max_mw": 3},
        embodied=NO_EMBODIED,
    )
    traces = traces_of(scenario, intensity=[300, 10], wind=[1, 1])
    design = optimize(scenario, traces, strategy).design
    assert (design.wind_mw > 1, design.battery_mwh > 0.5, design.extra_server_mw > 1) == built


def test_what_exists_stays_in_every_strategy() -> None:
    scenario = scenario_of(battery=battery_of(3, 2) | {"max_mwh": 9, "max_mw": 9})
    traces = traces_of(scenario, intensity=[10, 300])
    design = optimize(scenario, traces, "renewables").design
    assert (design.battery_mwh, design.battery_mw) == (3, 2)


def test_surplus_is_exported_up_to_the_limit_and_the_rest_curtailed() -> None:
    """16 MW of wind on 10 MW of load, 4 MW of export: 2 MW are curtailed."""
    scenario = scenario_of(
        wind={"min_mw": 16, "max_mw": 16}, limits={"export_mw": 4}, embodied=NO_EMBODIED
    )
    plan = optimize(scenario, traces_of(scenario, intensity=[100], wind=[1]))
    row = plan.dispatch.iloc[0]
    assert (row["export_mw"], row["curtailed_mw"], row["grid_mw"]) == pytest.approx((4, 2, 0))
    assert balance_residual_mw(plan.dispatch).abs().max() < 1e-12


def test_round_trips_within_an_hour_become_one_net_flow() -> None:
    """Charge 10 at 0.9 and discharge 4.5 at 0.9: stored 9 - 5 = 4, as 4 / 0.9 charged alone."""
    battery = Battery(charge_efficiency=0.9, discharge_efficiency=0.9)
    charge, discharge = without_round_trips(battery, np.array([10.0]), np.array([4.5]))
    assert charge[0] == pytest.approx(4 / 0.9)
    assert discharge[0] == 0
    charge, discharge = without_round_trips(battery, np.array([1.0]), np.array([4.5]))
    assert charge[0] == 0
    assert discharge[0] == pytest.approx((5 - 0.9) * 0.9)


def test_backlog_of_a_daily_tier_is_what_the_day_still_owes() -> None:
    """Two days of two hours with 3 + 1 and 2 + 2 MWh, served 4 + 0 and 0 + 4."""
    tier = Tier(name="any", share_frac=1, daily=True)
    owed = backlog_mwh(
        tier, np.array([3.0, 1, 2, 2]), np.array([4.0, 0, 0, 4]), np.array([0, 0, 1, 1])
    )
    assert owed.tolist() == [0, 0, 4, 0]
