"""Among equal optima the least capacity, against SciPy's answer to the same two questions."""

from typing import Any

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import linprog

from dcsim.optimize import solve as solving
from dcsim.optimize.compile import Key, LinearProgram, compile_model
from dcsim.optimize.least import free_capacities
from dcsim.optimize.model import build_model
from dcsim.optimize.plan import Design
from dcsim.optimize.problem import problem_of
from dcsim.optimize.solve import objective_account, optimize
from dcsim.scenario.spec import Scenario
from dcsim.traces.frame import Traces
from tests.conftest import scenario_of, traces_of
from tests.optimize.examples import NO_COST, NO_EMBODIED

FREE: dict[str, tuple[dict[str, Any], set[str]]] = {
    "solar": ({"embodied": {"solar_kg_per_mwh": 0}}, {"solar_mw"}),
    "battery": (
        {"embodied": {"battery_kg_per_mwh": 0, "battery_power_kg_per_mw": 0}},
        {"battery_mwh", "battery_mw"},
    ),
    "servers": ({"embodied": {"servers_kg_per_mw": 0}}, {"extra_server_mw"}),
    "all": ({"embodied": NO_EMBODIED}, set(Design().as_dict())),
    "cost": ({"cost": NO_COST, "objective": {"minimize": "cost"}}, set(Design().as_dict())),
}


def two_days(**parts: Any) -> tuple[Scenario, Traces]:
    tier = {"name": "batch", "share_frac": 0.4, "deadline_h": 8}
    scenario = scenario_of(
        datacenter={"capacity_mw": 10, "flexible": [tier]},
        **{name: {} for name in ("solar", "wind", "battery", "servers")},
        **parts,
    )
    hours, draws = 48, np.random.default_rng(8)
    sun = np.maximum(np.sin((np.arange(hours) - 6) * np.pi / 12), 0)
    return scenario, traces_of(
        scenario,
        intensity=draws.uniform(200, 700, hours),
        solar=sun,
        wind=draws.uniform(0.0, 0.9, hours),
        price=draws.uniform(20, 90, hours),
    )


def program_of(scenario: Scenario, traces: Traces) -> LinearProgram:
    problem = problem_of(scenario, [traces], "all")
    program = compile_model(build_model(problem))
    return program.minimizing(objective_account(program, problem))


def by_scipy(program: LinearProgram, free: list[int]) -> tuple[float, float]:
    """Return the least objective, and the least sum of free capacities at that objective."""
    matrix = program.matrix.tocsr()
    upper, lower = np.isfinite(program.row_high), np.isfinite(program.row_low)
    rows = sp.vstack([matrix[upper], -matrix[lower]])
    limits = np.concatenate([program.row_high[upper], -program.row_low[lower]])
    bounds = list(zip(program.low, program.high, strict=True))
    first = linprog(program.cost, rows, limits, bounds=bounds, method="highs-ds")
    size = np.zeros(len(program.cost))
    size[free] = 1.0
    scale = np.abs(program.cost).max() or 1.0
    capped = sp.vstack([rows, sp.csr_array(program.cost[None, :] / scale)])
    most = (first.fun + 1e-9 * max(abs(first.fun), 1.0)) / scale
    second = linprog(size, capped, np.append(limits, most), bounds=bounds, method="highs-ds")
    return first.fun + program.offset, second.fun


@pytest.mark.parametrize("case", FREE)
def test_what_is_free_is_built_no_larger_than_needed(case: str) -> None:
    parts, names = FREE[case]
    scenario, traces = two_days(**parts)
    program = program_of(scenario, traces)
    free = free_capacities(program)
    assert {program.columns[column].name for column in free} == names
    plan = optimize(scenario, traces)
    objective, least = by_scipy(program, free)
    assert plan.certificate.objective == pytest.approx(objective, rel=1e-8, abs=1e-4)
    assert abs(plan.certificate.gap) <= 1e-7
    sizes = plan.design.as_dict()
    assert sum(sizes[name] for name in names) == pytest.approx(least, rel=1e-4, abs=1e-4)


def test_free_solar_that_serves_nothing_is_not_built() -> None:
    """Energy is free of carbon and solar too: no MW of it is needed."""
    scenario = scenario_of(solar={"max_mw": 50}, embodied=NO_EMBODIED)
    plan = optimize(scenario, traces_of(scenario, intensity=[0, 0], solar=[1, 1]))
    assert plan.design.solar_mw == pytest.approx(0)


def test_where_everything_is_charged_nothing_is_solved_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scenario, traces = two_days()
    program = program_of(scenario, traces)
    assert program.column_of[Key("battery_mwh")] is not None
    assert free_capacities(program) == []
    plain = optimize(scenario, traces)
    monkeypatch.setattr(solving, "least_capacity", lambda program, best, time_limit_s: best)
    assert optimize(scenario, traces).design == plain.design
