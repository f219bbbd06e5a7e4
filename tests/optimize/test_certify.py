"""The bound holds for any duals, and is tight for the right ones."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcsim.optimize.certify import caps, prove
from dcsim.optimize.compile import LinearProgram, compile_model
from dcsim.optimize.model import build_model
from dcsim.optimize.problem import problem_of
from dcsim.optimize.session import solve
from dcsim.optimize.solve import objective_account
from dcsim.scenario.spec import Scenario
from dcsim.traces.frame import Traces
from tests.conftest import scenario_of, traces_of
from tests.optimize.examples import NO_COST, NO_EMBODIED
from tests.optimize.test_constraints import EXAMPLES


def program_of(scenario: Scenario, *years: Traces) -> LinearProgram:
    problem = problem_of(scenario, years, "all")
    program = compile_model(build_model(problem))
    return program.minimizing(objective_account(program, problem))


def _program(name: str) -> tuple[LinearProgram, float]:
    example = EXAMPLES[name]()
    return example.program(), example.optimum


@pytest.mark.parametrize("name", EXAMPLES)
def test_duals_of_the_optimum_prove_it(name: str) -> None:
    program, expected_kg = _program(name)
    solution = solve(program)
    proof = prove(program, solution.values, solution.row_duals)
    assert proof.bound == pytest.approx(expected_kg, rel=1e-9)
    assert proof.primal_violation < 1e-9
    assert proof.dual_violation < 1e-9


@given(st.lists(st.floats(-1000, 1000), min_size=40, max_size=40))
def test_no_duals_prove_more_than_the_optimum(duals: list[float]) -> None:
    program, expected_kg = _program("storage")
    some = np.resize(np.array(duals), len(program.rows))
    assert prove(program, np.full(len(program.columns), 20.0), some).bound <= expected_kg + 1e-6


def test_a_bound_holds_for_plans_far_from_the_one_found() -> None:
    """Two hours of 10 MW at 100 kg/MWh; wind at a capacity factor of 0.001 and 10 kg/MWh.

    10,000 MW of wind serve all at 10 * 0.001 * 2 * 10,000 = 200 kg. The found plan imports
    everything for 2,000 kg. Duals of 100 a MWh would "prove" nearly 2,000 kg if wind were taken to
    stay near the zero it has there.
    """
    scenario = scenario_of(wind={}, embodied=NO_EMBODIED | {"wind_kg_per_mwh": 10})
    traces = traces_of(scenario, intensity=[100, 100], wind=[0.001, 0.001])
    program = program_of(scenario, traces)
    found = np.array([10.0 if "grid" in column.name else 0.0 for column in program.columns])
    proof = prove(program, found, np.full(len(program.rows), 100.0))
    assert proof.is_rigorous
    assert proof.bound <= solve(program).objective + 1e-6
    assert solve(program).objective == pytest.approx(200)


def test_tiny_capacity_factors_reach_the_solver() -> None:
    """The same at 1e-9, which HiGHS drops from a matrix unless told not to: still 200 kg."""
    scenario = scenario_of(wind={}, embodied=NO_EMBODIED | {"wind_kg_per_mwh": 10})
    traces = traces_of(scenario, intensity=[100, 100], wind=[1e-9, 1e-9])
    program = program_of(scenario, traces)
    assert solve(program).objective == pytest.approx(200)


@pytest.mark.parametrize("name", EXAMPLES)
def test_caps_hold_at_the_optimum(name: str) -> None:
    program, expected_kg = _program(name)
    high = caps(program, expected_kg * (1 + 1e-9))
    assert (solve(program).values <= high + 1e-6).all()


def test_caps_by_hand() -> None:
    """Cells cost 2 kg a MWh for two hours: 2,020 kg buy 1,010 MWh at most, at half a C 505 MW."""
    embodied = NO_EMBODIED | {"battery_kg_per_mwh": 8766, "battery_life_years": 1}
    scenario = scenario_of(battery={"max_c_rate": 0.5}, embodied=embodied)
    program = program_of(scenario, traces_of(scenario, intensity=[100, 100]))
    high = dict(zip((str(c) for c in program.columns), caps(program, 2020.0), strict=True))
    assert high["cells_used_up_mwh[0]"] == pytest.approx(2020 / 8766)
    assert high["battery_mwh"] == pytest.approx(1010)
    assert high["battery_mw"] == pytest.approx(505)
    assert high["charge_mw[0]"] == pytest.approx(505)
    assert high["stored_mwh[1]"] == pytest.approx(1010)
    assert high["grid_mw[0]"] == pytest.approx(20.2)


def test_what_is_free_and_unlimited_is_not_called_proven() -> None:
    scenario = scenario_of(wind={}, embodied=NO_EMBODIED)
    traces = traces_of(scenario, intensity=[100, 100], wind=[0.5, 0.5])
    program = program_of(scenario, traces)
    assert not prove(program, np.zeros(len(program.columns)), np.full(2, 1.0)).is_rigorous


def test_wrong_duals_leave_a_gap() -> None:
    """Without any duals, only that carbon is never negative is known: the bound is 0."""
    program, expected_kg = _program("storage")
    proof = prove(program, np.zeros(len(program.columns)), np.zeros(len(program.rows)))
    assert proof.bound == pytest.approx(0)
    assert proof.bound < expected_kg


def test_violations_of_a_wrong_solution_are_measured() -> None:
    """Importing nothing leaves 10 MW of the balance open."""
    program, _ = _program("balance")
    proof = prove(program, np.zeros(len(program.columns)), np.zeros(len(program.rows)))
    assert proof.primal_violation == pytest.approx(10)


SELLING = {
    "wind": {},
    "battery": {"max_mwh": 50},
    "objective": {"minimize": "cost"},
    "cost": NO_COST | {"wind_variable_usd_per_mwh": 20},
    "limits": {"export_mw": 8},
}
PRICES = {"price": [50, 60], "export_price": [30, 40], "intensity": [0, 0], "wind": [1, 0.8]}


def test_caps_by_hand_where_export_earns() -> None:
    """8 MW sold at 30 and 40 earn 560 USD at most, so 1,100 USD and that buy 1,660 / 50 MWh.

    Wind is limited by its upkeep of 20 USD/MWh: 1,660 / (1.8 * 20) MW.
    """
    scenario = scenario_of(**SELLING)
    program = program_of(scenario, traces_of(scenario, **PRICES))
    high = dict(zip((str(c) for c in program.columns), caps(program, 1100.0), strict=True))
    assert high["export_mw[0]"] == 8
    assert high["grid_mw[0]"] == pytest.approx(1660 / 50)
    assert high["wind_mw"] == pytest.approx(1660 / 36)


@given(st.lists(st.floats(-1000, 1000), min_size=40, max_size=40))
def test_no_duals_prove_more_than_the_optimum_where_export_earns(duals: list[float]) -> None:
    """Wind at 2 USD/MWh that sells at 30 and 40 earns: the optimum is below zero."""
    scenario = scenario_of(**SELLING | {"cost": NO_COST | {"wind_variable_usd_per_mwh": 2}})
    program = program_of(scenario, traces_of(scenario, load=[1, 1], **PRICES))
    solution = solve(program)
    assert solution.objective < 0
    honest = prove(program, solution.values, solution.row_duals)
    assert honest.is_rigorous
    assert honest.bound == pytest.approx(solution.objective, rel=1e-9)
    some = np.resize(np.array(duals), len(program.rows))
    proof = prove(program, solution.values, some)
    assert not proof.is_rigorous or proof.bound <= solution.objective + 1e-6


def test_earning_without_limit_is_not_called_proven() -> None:
    """Export that nothing limited would leave nothing limited: no duals of any use are rigorous."""
    scenario = scenario_of(**SELLING)
    program = program_of(scenario, traces_of(scenario, **PRICES))
    endless = replace(program, high=np.full(len(program.high), np.inf))
    proof = prove(endless, np.zeros(len(program.columns)), np.full(len(program.rows), 1.0))
    assert not proof.is_rigorous


def test_caps_hold_for_the_worst_year() -> None:
    """Also where the year's cost may be far below zero, as it may with export."""
    parts = SELLING | {"objective": {"minimize": "cost", "years": "worst"}}
    scenario = scenario_of(**parts)
    years = [traces_of(scenario, load=[mw, mw], **PRICES) for mw in (1, 3)]
    program = program_of(scenario, *years)
    solution = solve(program)
    proof = prove(program, solution.values, solution.row_duals)
    assert proof.is_rigorous
    assert proof.bound == pytest.approx(solution.objective, rel=1e-9)
    assert (solution.values <= caps(program, solution.objective + 1e-6) + 1e-6).all()
