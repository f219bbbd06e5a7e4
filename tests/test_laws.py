"""Laws that hold for every scenario: monotone, homogeneous, conserving, and never beaten."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dcsim.footprint.accounts import account
from dcsim.optimize.plan import Design, balance_residual_mw, served, smallest_design
from dcsim.optimize.session import Status, solve
from dcsim.optimize.solve import optimize
from dcsim.scenario.rates import rates_of
from dcsim.scenario.spec import STRATEGIES, Scenario
from dcsim.simulate.engine import simulate
from dcsim.traces.frame import Traces, arriving
from tests.askings import HOURS, OBJECTIVES, Asking, World, askings, changed, worlds
from tests.conftest import scenario_of, traces_of
from tests.optimize.examples import Example, recount

RELATIVE = 1e-9

FEWER = settings(max_examples=15)


def optimum_kg(asking: Asking, world: World, strategy="all") -> float:
    scenario = scenario_of(**asking)
    return optimize(scenario, traces_of(scenario, **world), strategy).certificate.objective


@FEWER
@given(askings(), worlds())
def test_one_more_option_never_raises_the_optimum(asking, world) -> None:
    """`all` is at or below every subset, and every strategy at or below renewables alone."""
    totals = {strategy: optimum_kg(asking, world, strategy) for strategy in STRATEGIES}
    room = 1 + RELATIVE
    for strategy in STRATEGIES:
        assert totals["all"] <= totals[strategy] * room
        assert totals[strategy] <= totals["renewables"] * room


@given(askings(), worlds(), st.integers(0, 6), st.integers(0, 12))
def test_a_longer_deadline_never_raises_the_optimum(asking, world, deadline, more) -> None:
    def with_deadline(hours: int) -> dict[str, Any]:
        soon = asking["datacenter"]["flexible"][0] | {"deadline_h": hours}
        return changed(asking, "datacenter", flexible=[soon])

    short, long = (optimum_kg(with_deadline(h), world) for h in (deadline, deadline + more))
    assert long <= short * (1 + RELATIVE)


@given(
    askings(),
    worlds(),
    st.sampled_from(
        [
            ("solar", "max_mw"),
            ("wind", "max_mw"),
            ("battery", "max_mwh"),
            ("battery", "depth_of_discharge"),
            ("servers", "max_mw"),
        ]
    ),
    st.floats(1, 3),
)
def test_a_looser_limit_of_a_capacity_never_raises_the_optimum(
    asking, world, limit, factor
) -> None:
    part, name = limit
    looser = asking[part][name] * factor
    if name == "depth_of_discharge":
        looser = min(looser, 1.0)
    loose = changed(asking, part, **{name: looser})
    assert optimum_kg(loose, world) <= optimum_kg(asking, world) * (1 + RELATIVE)


PLAN_LIMITS: dict[str, tuple[float, float]] = {
    "import_mw": (6, 15),
    "export_mw": (0, 5),
    "ramp_mw_per_h": (0.5, 5),
    "coverage_frac": (0, 0.6),
    "cfe_frac": (0.3, 0.9),
    "operational_t_per_year": (3e3, 3e4),
    "embodied_t_per_year": (100, 1500),
    "total_t_per_year": (8e3, 4e4),
    "cost_usd_per_year": (3e6, 1.5e7),
    "budget_usd": (1e6, 1e8),
    "land_ha": (5, 100),
}
"""From hardly any plan to hardly any limit, at 10 MW of load."""


def least(asking: Asking, world: World) -> float:
    """Return the optimum, endless if there is no plan."""
    scenario = scenario_of(**asking)
    program = Example(scenario, (traces_of(scenario, **world),), 0).program()
    solution = solve(program)
    return solution.objective if solution.status == Status.kOptimal else np.inf


@given(
    askings(),
    worlds(),
    st.sampled_from(OBJECTIVES),
    st.sampled_from(list(PLAN_LIMITS)),
    st.floats(0, 1),
    st.floats(1, 2),
)
def test_a_looser_limit_of_the_plan_never_raises_the_optimum(
    asking, world, objective, name, share, factor
) -> None:
    low, high = PLAN_LIMITS[name]
    tight = low + share * (high - low)
    is_least = name in ("coverage_frac", "cfe_frac")
    asking = changed(asking, "objective", **objective)

    def at(limit: float) -> float:
        return least(changed(asking, "limits", **{name: limit}), world)

    loose = at(tight / factor if is_least else tight * factor)
    assert loose <= at(tight) + RELATIVE * abs(loose) + 1e-6


@FEWER
@given(askings(), worlds(), st.floats(0, 20))
def test_more_surplus_never_raises_the_carbon(asking, world, more_mw) -> None:
    rich = world | {"surplus": [mw + more_mw for mw in world["surplus"]]}
    assert optimum_kg(asking, rich) <= optimum_kg(asking, world) * (1 + RELATIVE)


@FEWER
@given(askings(), worlds(), st.sampled_from(["solar", "wind", "servers"]), st.floats(0, 1))
def test_more_that_exists_never_raises_the_carbon(asking, world, part, share) -> None:
    now, most = asking[part]["existing_mw"], asking[part]["max_mw"]
    more = changed(asking, part, existing_mw=now + share * (most - now))
    assert optimum_kg(more, world) <= optimum_kg(asking, world) * (1 + RELATIVE)


@FEWER
@given(askings(), worlds())
def test_a_battery_without_limits_of_its_rate_is_never_worse(asking, world) -> None:
    free = changed(asking, "battery", rate_limits=None, grid_charging=True)
    assert optimum_kg(free, world) <= optimum_kg(asking, world) * (1 + RELATIVE)


@FEWER
@given(askings(), worlds(), st.floats(0.1, 50))
def test_scaling_load_and_limits_scales_everything(asking, world, factor) -> None:
    scaled = asking
    for part in ("solar", "wind", "battery", "servers", "limits"):
        sizes = {name: size * factor for name, size in asking[part].items() if "_mw" in name}
        scaled = changed(scaled, part, **sizes)
    larger = world | {name: [mw * factor for mw in world[name]] for name in ("load", "surplus")}
    assert optimum_kg(scaled, larger) == pytest.approx(factor * optimum_kg(asking, world), rel=1e-8)


def plan_and_traces(asking, world) -> tuple[Scenario, Traces, Any]:
    scenario = scenario_of(**asking)
    traces = traces_of(scenario, **world)
    return scenario, traces, optimize(scenario, traces)


@given(askings(), worlds())
def test_every_row_balances_no_flow_is_negative_and_work_is_conserved(asking, world) -> None:
    scenario, traces, plan = plan_and_traces(asking, world)
    table = plan.dispatch
    assert balance_residual_mw(table).abs().max() < 1e-9
    assert table.drop(columns="stored_mwh").min().min() >= 0
    assert table["stored_mwh"].max() <= plan.design.battery_mwh + 1e-6
    kept = (1 - scenario.battery.depth_of_discharge) * plan.design.battery_mwh
    assert table["stored_mwh"].min() >= kept - 1e-6
    for tier in scenario.datacenter.flexible:
        done = table[served(tier.name)].sum()
        assert done == pytest.approx(traces.table[arriving(tier.name)].sum(), abs=1e-6)


@given(askings(), worlds())
def test_work_is_done_within_its_deadline_and_its_day(asking, world) -> None:
    """Served so far never exceeds arrived so far, and covers what arrived a deadline ago."""
    scenario, traces, plan = plan_and_traces(asking, world)
    soon, anytime = scenario.datacenter.flexible
    arrived = np.cumsum(traces.column(arriving("soon")))
    done = np.cumsum(plan.dispatch[served("soon")].to_numpy())
    assert (done <= arrived + 1e-6).all()
    late = soon.deadline_h or 0
    assert (done[late:] >= arrived[: HOURS - late] - 1e-6).all()
    daily = plan.dispatch[served(anytime.name)].groupby(traces.local_day).sum()
    owed = traces.table[arriving(anytime.name)].groupby(traces.local_day).sum()
    assert daily.to_numpy() == pytest.approx(owed.to_numpy(), abs=1e-6)


@given(askings(), worlds(), st.sampled_from(OBJECTIVES), st.sampled_from([None, 2.0]))
def test_replay_gives_the_plan_and_the_ledgers_the_optimum(asking, world, objective, ramp) -> None:
    """Carbon and cost as the ledgers have them, and as counted from the tables alone."""
    asking = changed(asking, "objective", **objective)
    asking = changed(asking, "limits", ramp_mw_per_h=ramp)
    scenario, traces, plan = plan_and_traces(asking, world)
    replay = simulate(scenario, traces, plan.design, "follow_plan", plan.dispatch)
    assert (replay.energy - plan.dispatch).abs().to_numpy().max() < 1e-6
    assert replay.events.empty
    found = account(scenario, traces, plan.design, replay.energy)
    counted = recount(scenario, [traces], plan)
    assert found.total_kg == pytest.approx(counted.total_kg, rel=1e-9)
    assert found.cost_usd == pytest.approx(counted.cost_usd, rel=1e-9)
    weight = objective.get("carbon_usd_per_t", 0.0) / 1000
    total = found.total_kg if objective["minimize"] == "carbon" else found.cost_usd
    total += weight * found.total_kg
    assert total == pytest.approx(plan.certificate.objective, rel=1e-8)
    assert plan.certificate.gap <= 1e-9


@given(
    askings(),
    worlds(),
    st.sampled_from(OBJECTIVES),
    st.floats(0, 0.4),
    st.floats(0, 0.7),
)
def test_scores_are_at_least_as_asked(asking, world, objective, coverage, cfe) -> None:
    """Whatever the battery is charged from: what is imported bounds what is not covered."""
    limits = {"coverage_frac": coverage, "cfe_frac": cfe}
    asking = changed(changed(asking, "objective", **objective), "limits", **limits)
    assume(least(asking, world) < np.inf)
    scenario, traces, plan = plan_and_traces(asking, world)
    scores = account(scenario, traces, plan.design, plan.dispatch).scores
    assert scores.coverage_frac >= coverage - 1e-6
    assert scores.cfe_frac >= cfe - 1e-6


@FEWER
@given(askings(), worlds(), st.sampled_from(OBJECTIVES), st.floats(0, 1))
def test_no_given_design_beats_the_best(asking, world, objective, share) -> None:
    """The best one given is worth the optimum; one on the way to what exists is worth no more."""
    asking = changed(changed(asking, "objective", **objective), "limits", import_mw=None)
    scenario, traces, plan = plan_and_traces(asking, world)
    best = plan.certificate.objective
    room = 1e-8 * abs(best) + 1e-6
    there = smallest_design(scenario).as_dict()
    sizes = plan.design.as_dict()
    other = Design(**{name: (1 - share) * sizes[name] + share * there[name] for name in there})
    again = optimize(scenario, traces, design=plan.design).certificate.objective
    assert again == pytest.approx(best, abs=room)
    assert optimize(scenario, traces, design=other).certificate.objective >= best - room


@FEWER
@given(askings(), worlds(), st.sampled_from(OBJECTIVES))
def test_the_same_question_has_the_same_answer(asking, world, objective) -> None:
    """To the last bit: design, tables, duals, prices, and all that was proved."""
    asking = changed(asking, "objective", **objective)
    first, second = (plan_and_traces(asking, world)[2] for _ in range(2))
    assert first.design == second.design
    assert first.certificate == second.certificate
    assert (first.shadow_prices, first.binding_hours) == (
        second.shadow_prices,
        second.binding_hours,
    )
    for one, other in ((first.dispatch, second.dispatch), (first.duals, second.duals)):
        assert one.to_csv() == other.to_csv()


@given(askings(), worlds(), st.sampled_from(["greedy", "none"]))
def test_no_policy_beats_the_plan_for_its_own_design(asking, world, policy) -> None:
    """Under the same design and rules no policy emits less than the optimum."""
    asking = changed(asking, "limits", import_mw=None)
    scenario, traces, plan = plan_and_traces(asking, world)
    energy = simulate(scenario, traces, plan.design, policy).energy
    total_kg = account(scenario, traces, plan.design, energy).total_kg
    assert total_kg >= plan.certificate.objective * (1 - RELATIVE)


@FEWER
@given(askings(), worlds(), st.sampled_from(["follow_plan", "greedy", "none"]))
def test_coverage_and_cfe_are_shares_in_order(asking, world, policy) -> None:
    """0 <= coverage <= CFE <= 1, whatever runs and wherever the battery is charged from."""
    asking = changed(asking, "limits", import_mw=None)
    scenario, traces, plan = plan_and_traces(asking, world)
    traces.table["carbon_free_frac"] = np.linspace(0, 1, HOURS)
    energy = simulate(scenario, traces, plan.design, policy, plan.dispatch).energy
    scores = account(scenario, traces, plan.design, energy).scores
    assert -1e-9 <= scores.coverage_frac <= scores.cfe_frac + 1e-9
    assert scores.cfe_frac <= 1 + 1e-9


@FEWER
@given(askings(), worlds(), st.floats(1.1, 10))
def test_twice_the_life_is_half_the_yearly_embodied(asking, world, factor) -> None:
    """The same design and running, every life and cycle life times a factor."""
    scenario, traces, plan = plan_and_traces(asking, world)
    names = (
        "battery_life_years",
        "battery_cycle_life",
        "battery_power_life_years",
        "servers_life_years",
    )
    lives = {name: getattr(rates_of(scenario), name) * factor for name in names}
    longer = scenario_of(**changed(asking, "embodied", **lives))

    def of(one: Scenario) -> dict[str, float]:
        ledger = account(one, traces, plan.design, plan.dispatch).ledger
        return {row.source: row.kg for row in ledger.rows}

    before, after = of(scenario), of(longer)
    for source in ("battery cells", "battery power", "extra servers"):
        assert after[source] == pytest.approx(before[source] / factor)
    assert after["solar"] == before["solar"]
