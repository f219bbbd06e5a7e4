"""Shadow prices and binding hours, held to what happens when a limit is made a little looser."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dcsim.optimize.compile import LinearProgram, compile_model
from dcsim.optimize.limits import LEAST
from dcsim.optimize.model import build_model
from dcsim.optimize.prices import binding_hours
from dcsim.optimize.problem import Problem, problem_of
from dcsim.optimize.session import Solution, solve
from dcsim.optimize.solve import objective_account, optimize
from dcsim.scenario.load import load_scenario
from dcsim.scenario.spec import Scenario
from dcsim.traces.frame import Traces, build_traces
from tests.conftest import scenario_of, traces_of
from tests.optimize.examples import NO_EMBODIED, battery_of

SMALL = 1e-4  # how far a limit is moved either way [share of it]

ONLY_WIND = {"battery.enabled": "false", "solar.enabled": "false", "wind.max_mw": 40}
LEAST_COST = {"objective.minimize": "cost"}

ASKED: dict[str, dict[str, Any]] = {
    "limits.import_mw": {"limits.import_mw": 28, **ONLY_WIND},
    "limits.ramp_mw_per_h": {"limits.ramp_mw_per_h": 1.5, **ONLY_WIND},
    "limits.coverage_frac": {"limits.coverage_frac": 0.93, **LEAST_COST},
    "limits.cfe_frac": {"limits.cfe_frac": 0.95, **LEAST_COST},
    "limits.operational_t_per_year": {"limits.operational_t_per_year": 4000, **LEAST_COST},
    "limits.embodied_t_per_year": {"limits.embodied_t_per_year": 4000},
    "limits.total_t_per_year": {"limits.total_t_per_year": 10_000, **LEAST_COST},
    "limits.cost_usd_per_year": {"limits.cost_usd_per_year": 14_000_000},
    "limits.budget_usd": {"limits.budget_usd": 100_000_000},
    "limits.land_ha": {"limits.land_ha": 20},
    "solar.max_mw": {"solar.max_mw": 10, "wind.max_mw": 60},
    "wind.max_mw": {"wind.max_mw": 60},
    "battery.max_mwh": {"battery.max_mwh": 40},
    "battery.max_mw": {"battery.max_mw": 6},
}
"""Settings under which each limit costs something, in the two years below."""


def two_years(settings: dict[str, Any]) -> tuple[Scenario, tuple[Traces, Traces]]:
    """Three days of winter, three times, and three of summer, once."""
    overrides = [f"{key}={value}" for key, value in settings.items()]
    scenario = load_scenario("quickstart", ["horizon.hours=72", *overrides])
    winter = build_traces(scenario)
    july = load_scenario("quickstart", ["horizon.hours=72", "horizon.start=2023-07-10T06:00Z"])
    summer = build_traces(july)
    return scenario, (
        replace(winter, name="winter", weight=3.0),
        replace(summer, name="summer", weight=1.0),
    )


@pytest.mark.parametrize("key", ASKED)
def test_shadow_price_is_between_what_more_saves_and_what_less_costs(key: str) -> None:
    """The best total is convex in a limit: its slopes to both sides hold the price in between."""
    scenario, years = two_years(ASKED[key])
    plan = optimize(scenario, years)
    price = plan.shadow_prices[key]
    assert price > 0
    looser, tighter = (best_at(scenario, years, key, way) for way in (1, -1))
    step = SMALL * asked_of(scenario, key)
    best, rounding = plan.certificate.objective, 1e-9 * plan.certificate.objective / step
    assert (best - looser) / step <= price * (1 + 1e-3) + rounding
    assert (tighter - best) / step >= price * (1 - 1e-3) - rounding


def best_at(scenario: Scenario, years: tuple[Traces, ...], key: str, way: int) -> float:
    """Return the best total with a limit a little looser (1) or tighter (-1)."""
    part, name = key.split(".")
    direction = -way if key in LEAST else way
    moved = asked_of(scenario, key) * (1 + direction * SMALL)
    changed = getattr(scenario, part).model_copy(update={name: moved})
    return optimize(scenario.model_copy(update={part: changed}), years).certificate.objective


def asked_of(scenario: Scenario, key: str) -> float:
    part, name = key.split(".")
    return float(getattr(getattr(scenario, part), name))


def test_limits_that_were_not_asked_for_have_no_price() -> None:
    scenario = scenario_of(wind={"max_mw": 4}, limits={"land_ha": 100}, embodied=NO_EMBODIED)
    plan = optimize(scenario, traces_of(scenario, intensity=[100], wind=[1]))
    assert plan.shadow_prices == {"wind.max_mw": pytest.approx(100), "limits.land_ha": 0}


def test_one_percent_less_coverage_saves_what_it_keeps_from_being_built() -> None:
    """Half of 10 MWh comes from wind at 150 kg/MWh, on a grid of 100: 50 kg a MWh, 500 in all."""
    scenario = scenario_of(
        wind={}, limits={"coverage_frac": 0.5}, embodied={"wind_kg_per_mwh": 150}
    )
    plan = optimize(scenario, traces_of(scenario, intensity=[100], wind=[1]))
    assert plan.shadow_prices["limits.coverage_frac"] == pytest.approx(500)


def test_hours_at_the_limit_of_import_are_counted_where_more_would_save() -> None:
    """10 MW in two hours; 14 MW of import let a battery of 8 MWh move 4 MWh to the cleaner one.

    With 20 MW it is the battery that is full, and import is at no limit.
    """
    scenario = scenario_of(
        battery=battery_of(8, 16), limits={"import_mw": 14}, embodied=NO_EMBODIED
    )
    traces = traces_of(scenario, intensity=[10, 300])
    hours = optimize(scenario, traces).binding_hours
    assert (hours["import_most"], hours["storage_most"]) == (1, 0)
    loose = scenario_of(battery=battery_of(8, 16), limits={"import_mw": 20}, embodied=NO_EMBODIED)
    hours = optimize(loose, traces).binding_hours
    assert (hours["import_most"], hours["storage_most"]) == (0, 1)


@pytest.mark.parametrize(
    ("key", "name"),
    [("limits.import_mw", "grid_mw"), ("limits.ramp_mw_per_h", "ramp_up")],
)
def test_binding_hours_are_those_in_which_a_little_more_saves(key: str, name: str) -> None:
    """Every hour in which it saves is counted, and none in which the limit is not reached."""
    scenario, years = two_years(ASKED[key])
    problem = problem_of(scenario, years, "all")
    program = program_of(problem)
    solution = solve(program)
    counted = binding_hours(program, solution, problem)
    counted_of = counted["import_most" if name == "grid_mw" else name]
    saving = sum(saves(program, solution, number) for number in numbers_of(program, name))
    reached = sum(is_reached(program, solution, number) for number in numbers_of(program, name))
    assert 0 < saving <= counted_of <= reached


def program_of(problem: Problem) -> LinearProgram:
    program = compile_model(build_model(problem))
    return program.minimizing(objective_account(program, problem))


def numbers_of(program: LinearProgram, name: str) -> list[tuple[str, int]]:
    """Return where a limit stands, of each hour: which columns or rows."""
    keys = program.columns if name == "grid_mw" else program.rows
    side = "columns" if name == "grid_mw" else "rows"
    return [(side, number) for number, key in enumerate(keys) if key.name == name]


def saves(program: LinearProgram, solution: Solution, place: tuple[str, int]) -> bool:
    """Tell whether the limit of one hour, a little higher, lowers the best total."""
    side, number = place
    name = "high" if side == "columns" else "row_high"
    high: np.ndarray = getattr(program, name).copy()
    high[number] += 0.01
    return solve(replace(program, **{name: high})).objective < solution.objective - 1e-4


def is_reached(program: LinearProgram, solution: Solution, place: tuple[str, int]) -> bool:
    side, number = place
    if side == "columns":
        return bool(solution.values[number] >= program.high[number] - 1e-6)
    row = program.matrix.tocsr()[[number]] @ solution.values
    return bool(row[0] >= program.row_high[number] - 1e-6)
