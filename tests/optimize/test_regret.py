"""Regret tables: the arithmetic, what cannot be run, and agreement with plans made one by one."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dcsim.errors import InfeasibleError, ScenarioError, SolveError
from dcsim.optimize import regret as regrets
from dcsim.optimize import session, start
from dcsim.optimize.compile import compile_model
from dcsim.optimize.model import build_model
from dcsim.optimize.plan import Design
from dcsim.optimize.problem import problem_of
from dcsim.optimize.regret import regret_of
from dcsim.optimize.regret_table import ALL_YEARS, WORST_YEAR, RegretTable
from dcsim.optimize.session import Status, solve
from dcsim.optimize.solve import optimize
from dcsim.optimize.start import Guess, is_proven, solve_near
from dcsim.scenario.spec import Scenario
from dcsim.traces.frame import Traces
from tests.conftest import scenario_of, traces_of
from tests.optimize.examples import NO_EMBODIED
from tests.optimize.test_objectives import PARTS, a_world

WIND = {"embodied": NO_EMBODIED | {"wind_kg_per_mwh": 60}, "wind": {}}


def windy(
    calm_weight: float = 1.0, *, calm_wind: Sequence[float] = (1, 0), **parts: Any
) -> tuple[Scenario, list[Traces]]:
    """Two hours of 10 MW in two years: wind in one hour only, and half of it in both."""
    scenario = scenario_of(**(WIND | parts))
    calm = traces_of(
        scenario, intensity=[100, 100], wind=calm_wind, name="calm", weight=calm_weight
    )
    steady = traces_of(scenario, intensity=[200, 200], wind=[0.5, 0.5], name="steady")
    return scenario, [calm, steady]


def test_each_design_in_each_year() -> None:
    """Of x MW of wind, 60 kg are charged for each MWh it makes.

    Calm: 60 x + 100 (10 - x) + 1,000, least at x = 10: 1,600 kg; beyond, 1,000 + 60 x.
    Steady: 60 x + 2 * 200 (10 - x/2) = 4,000 - 140 x, least at x = 20: 1,200 kg.
    Together, more wind pays up to 20 MW: it costs 60 and saves 140. The worse of the two is least
    where they are equal, 1,000 + 60 x = 4,000 - 140 x: 15 MW, 1,900 kg.
    """
    table = regret_of(*windy())
    assert table.unit == "kg CO2e"
    built = {made_for: design.wind_mw for made_for, design in table.designs.items()}
    assert built == pytest.approx({"calm": 10, "steady": 20, ALL_YEARS: 20, WORST_YEAR: 15})
    assert table.totals["calm"].to_list() == pytest.approx([1600, 2200, 2200, 1900])
    assert table.totals["steady"].to_list() == pytest.approx([2600, 1200, 1200, 1900])
    assert table.best.to_dict() == pytest.approx({"calm": 1600, "steady": 1200})
    regret = table.regret_frac
    assert regret["calm"].to_list() == pytest.approx([0, 0.375, 0.375, 0.1875], abs=1e-8)
    assert regret["steady"].to_list() == pytest.approx([14 / 12, 0, 0, 7 / 12], abs=1e-8)
    largest = [14 / 12, 0.375, 0.375, 7 / 12]
    assert table.largest_regret_frac.to_list() == pytest.approx(largest, abs=1e-8)


def test_the_worst_year_may_decide_alone() -> None:
    """With 100 kg/MWh in both, 10 MW make 1,600 kg of either year, and calm cannot do better.

    That is seen without a solve, but not where a limit on both years together lets one have more
    of it than it may alone; a solve then finds the same.
    """
    scenario, (calm, steady) = windy()
    steady = replace(steady, table=steady.table.assign(intensity_kg_per_mwh=100.0))
    steps: list[str] = []
    table = regret_of(scenario, [calm, steady], "all", steps.append)
    assert table.designs[WORST_YEAR] == table.designs["calm"]
    assert table.totals.loc[WORST_YEAR].to_list() == pytest.approx([1600, 1600])
    assert "planning for the worst year" not in steps
    limits = scenario.limits.model_copy(update={"total_t_per_year": 1e6})
    limited = scenario.model_copy(update={"limits": limits})
    same = regret_of(limited, [calm, steady], "all", steps.append)
    assert "planning for the worst year" in steps
    assert same.totals.loc[WORST_YEAR].max() == pytest.approx(1600)


def test_weights_count_in_the_design_for_all_years_alone() -> None:
    """With three calm years to a steady one, wind beyond 10 MW costs 180 and saves 140."""
    table = regret_of(*windy(3.0))
    assert table.designs[ALL_YEARS].wind_mw == pytest.approx(10)
    assert table.designs[WORST_YEAR].wind_mw == pytest.approx(15)
    assert table.best["calm"] == pytest.approx(1600)


def test_a_year_a_design_cannot_serve_is_marked() -> None:
    """Wind of 1 and 0.6 in the calm year: 10 MW cover 16 of 20 MWh, just what is asked.

    They cover 10 of 20 MWh in the steady year, which is too little; its own 20 MW do in both. That
    10 MW pass in their own year by a hair needs the room for rounding.
    """
    limits = {"coverage_frac": 0.8}
    table = regret_of(*windy(calm_wind=(1, 0.6), limits=limits))
    assert table.designs["calm"].wind_mw == pytest.approx(10)
    feasible = table.totals.notna()
    assert feasible.loc["calm"].to_list() == [True, False]
    assert feasible.drop(index="calm").all(axis=None)
    assert np.isnan(table.largest_regret_frac["calm"])
    frame = table.as_frame()
    assert list(frame.columns[:5]) == ["made_for", "year", "total_kg", "regret_frac", "is_feasible"]
    assert frame["is_feasible"].to_list() == [True, False] + [True] * 6
    assert frame["wind_mw"].to_list() == pytest.approx([10, 10, 20, 20, 20, 20, 20, 20], rel=0.3)


def test_a_year_that_nothing_can_serve_leaves_the_others() -> None:
    """No wind in an hour of the calm year: no design covers 80 % there, and so none of both."""
    table = regret_of(*windy(limits={"coverage_frac": 0.8}))
    assert list(table.designs) == ["steady"]
    assert table.totals.notna().to_numpy().tolist() == [
        [False] * 2,
        [False, True],
        *[[False] * 2] * 2,
    ]
    assert table.best.isna().to_list() == [True, False]
    assert table.as_frame()["wind_mw"].isna().to_list() == [True] * 2 + [False] * 2 + [True] * 4


def test_no_year_can_be_served() -> None:
    with pytest.raises(InfeasibleError, match=r"limits\.coverage_frac 1 would have to be"):
        regret_of(*windy(limits={"coverage_frac": 1}, wind={"max_mw": 5}))


def test_a_budget_that_a_design_just_keeps_is_kept_in_every_year() -> None:
    """1.4 million USD buy a MW: 7 million hold both designs at 5 MW, to within a rounding."""
    parts = {"limits": {"budget_usd": 7e6}, "cost": {"wind_usd_per_mw": 1.4e6}}
    table = regret_of(*windy(**parts))
    assert all(design.wind_mw == pytest.approx(5) for design in table.designs.values())
    assert table.totals.notna().all(axis=None)
    assert table.regret_frac.abs().max(axis=None) < 1e-8


def test_the_first_of_a_lexicographic_objective_is_meant() -> None:
    table = regret_of(*windy(objective={"minimize": "lexicographic"}))
    assert table.unit == "kg CO2e"
    pd.testing.assert_frame_equal(table.totals, regret_of(*windy()).totals)


def test_one_year_has_no_regret() -> None:
    scenario, years = windy()
    with pytest.raises(ScenarioError, match="two years or more, and one is planned; list them"):
        regret_of(scenario, years[:1])


def test_regret_over_nothing_is_unknown() -> None:
    """A year that costs nothing in any case has no share to tell."""
    totals = pd.DataFrame({"a": [0.0, 5.0], "b": [3.0, 2.0]}, index=["a", "b"])
    table = RegretTable("USD", {}, totals, pd.Series({"a": 0.0, "b": 2.0}))
    assert np.isnan(table.regret_frac["a"]).all()
    assert table.regret_frac["b"].to_list() == [0.5, 0]
    assert "total_usd" in table.as_frame()


COST = {"objective": {"minimize": "cost"}}
WEIGHTED = {"objective": {"minimize": "weighted", "carbon_usd_per_t": 80.0}}


@pytest.mark.parametrize("objective", [{}, COST, WEIGHTED], ids=["carbon", "cost", "weighted"])
def test_cells_are_what_plans_with_a_given_design_find(objective: dict[str, Any]) -> None:
    """And each design is what it is made for: no other does better at that."""
    scenario = scenario_of(**(PARTS | objective))
    years = [
        traces_of(scenario, **a_world(seed), name=str(seed), weight=weight)
        for seed, weight in ((3, 1.0), (4, 2.0), (5, 1.0))
    ]
    steps: list[str] = []
    table = regret_of(scenario, years, "all", steps.append)
    for made_for, design in table.designs.items():
        for year in years:
            alone = replace(year, weight=1.0)
            found = optimize(scenario, alone, design=design).certificate.objective
            assert table.totals.loc[made_for, year.name] == pytest.approx(found, rel=1e-7)
    assert (table.totals >= table.best - 1e-9 * table.best.abs()).all(axis=None)
    weighted = table.totals @ [year.weight for year in years]
    assert weighted.idxmin() == ALL_YEARS or weighted.min() == pytest.approx(weighted[ALL_YEARS])
    worst = table.totals.max(axis="columns")
    assert worst.min() == pytest.approx(worst[WORST_YEAR], rel=1e-9)
    assert steps[:5] == [
        *(f"planning for {seed}" for seed in (3, 4, 5)),
        "running the design of each year in every year",
        "planning for all years together",
    ]


def a_program() -> Any:
    scenario = scenario_of(**PARTS)
    traces = traces_of(scenario, **a_world(3))
    program = compile_model(build_model(problem_of(scenario, [traces], "all")))
    return program.minimizing(program.account({"operational_kg": 1.0, "embodied_kg": 1.0}))


@pytest.mark.parametrize(
    "guess",
    [Design(), Design(12, 10, 20, 8, 2), Design(500, 1e9, 4000, 4000, 0)],
    ids=["nothing", "near", "far too much"],
)
def test_any_guess_leads_to_the_optimum(guess: Design) -> None:
    program = a_program()
    found, cold = solve_near(program, Guess(guess)), solve(program)
    assert found.status == Status.kOptimal
    assert found.objective == pytest.approx(cold.objective, rel=1e-9)
    assert is_proven(program, found)


def test_what_is_not_proven_is_solved_again(monkeypatch: pytest.MonkeyPatch) -> None:
    program = a_program()
    again: list[float | None] = []

    def counted(program: Any, limit: float | None) -> Any:
        again.append(limit)
        return solve(program, limit)

    monkeypatch.setattr(start, "solve", counted)
    solve_near(program, Guess(Design(12, 10, 20, 8, 2)), 60.0)
    assert again == []
    monkeypatch.setattr(start, "is_proven", lambda program, solution: False)
    solve_near(program, Guess(Design(12, 10, 20, 8, 2)), 60.0)
    assert again == [60.0]


def test_a_solution_without_right_duals_is_not_proven() -> None:
    program = a_program()
    found = solve(program)
    assert is_proven(program, found)
    assert not is_proven(program, replace(found, row_duals=found.row_duals * 0.5))
    assert not is_proven(program, replace(found, values=found.values * 0.5))
    assert not is_proven(program, replace(found, status=Status.kTimeLimit))


def test_a_solve_that_does_not_end_well_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(regrets, "is_proven", lambda program, solution: False)
        with pytest.raises(SolveError, match="not proven"):
            regret_of(*windy())
    options = session._OPTIONS | {"simplex_iteration_limit": 0, "presolve": "off"}
    monkeypatch.setattr(session, "_OPTIONS", options)
    with pytest.raises(SolveError, match="no optimum for year calm: HiGHS ended with Iteration"):
        regret_of(*windy())
