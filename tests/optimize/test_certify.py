"""The bound holds for any duals, and is tight for the right ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcsim.optimize.certify import prove
from dcsim.optimize.compile import compile_model, solve
from dcsim.optimize.model import build_model, problem_of
from tests.optimize.test_constraints import EXAMPLES


def _program(name: str):
    scenario, traces, expected_kg = EXAMPLES[name]()
    return compile_model(build_model(problem_of(scenario, traces, "all"))), expected_kg


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
