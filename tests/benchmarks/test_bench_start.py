"""How long a year of the full model takes: from nothing, and from its hours merged.

Two deadline tiers, wear and C/L/C rate limits, on four balancing authorities of 2022; and the
reference problem. What is asserted is that both reach the same optimum. Run it with `make bench`.
Seconds are of the processor: HiGHS works in one thread, and the machine may be busy.
"""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from dcsim.optimize.compile import LinearProgram, compile_model
from dcsim.optimize.model import build_model
from dcsim.optimize.problem import problem_of
from dcsim.optimize.session import Solution, Status, solve
from dcsim.optimize.solve import objective_account
from dcsim.optimize.start import solve_from_merged
from dcsim.scenario.load import load_scenario
from dcsim.traces.frame import build_traces

pytestmark = [pytest.mark.benchmark, pytest.mark.real_data]

FULL = ["battery.rate_limits={}", "grid.repair=interpolate", "grid.capacity_factor=maximum"]


def program_of(name: str, overrides: list[str], file: Path) -> tuple[LinearProgram, int]:
    scenario = load_scenario(name, overrides, file)
    traces = build_traces(scenario)
    problem = problem_of(scenario, [traces], "all")
    program = compile_model(build_model(problem))
    return program.minimizing(objective_account(program, problem)), traces.hours


def timed(work: Callable[[], Solution]) -> tuple[Solution, float]:
    start = time.process_time()
    found = work()
    return found, time.process_time() - start


@pytest.mark.parametrize("code", ["BPAT", "CISO", "ERCO", "SOCO"])
@pytest.mark.parametrize(("name", "overrides"), [("quickstart", FULL), ("reference-problem", [])])
def test_bench_start(code: str, name: str, overrides: list[str], real_data: Path) -> None:
    file = real_data / "eia930_hourly" / f"{code}_2022_ce_columns.csv.gz"
    program, hours = program_of(name, overrides, file)
    merged, merged_s = timed(lambda: solve_from_merged(program, hours))
    cold, cold_s = timed(lambda: solve(program))
    print(
        f"\n{code} {name}, {len(program.rows):,} x {len(program.columns):,}: from nothing "
        f"{cold_s:.2f} s, from merged hours {merged_s:.2f} s with proof, ratio "
        f"{merged_s / cold_s:.2f}; optimum {merged.objective:,.3f} kg"
    )
    assert merged.status == cold.status == Status.kOptimal
    assert merged.objective == pytest.approx(cold.objective, rel=1e-9)
