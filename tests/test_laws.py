"""Laws that hold for every scenario: monotone, homogeneous, conserving, and never beaten."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcsim.footprint.accounts import account
from dcsim.optimize.plan import balance_residual_mw, served
from dcsim.optimize.solve import optimize
from dcsim.scenario.spec import STRATEGIES, Scenario
from dcsim.simulate.engine import simulate
from dcsim.traces.frame import Traces, arriving
from tests.conftest import scenario_of, traces_of

HOURS = 48
RELATIVE = 1e-9


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, list[float]]:
    """Two days of intensity, load, solar and wind, rough and seeded."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    noon = np.clip(np.sin((np.arange(HOURS) % 24 - 6) / 12 * np.pi), 0, 1)
    return {
        "intensity": list(rng.uniform(0, 800, HOURS)),
        "load": list(rng.uniform(5, 15, HOURS)),
        "solar": list(noon * rng.uniform(0.3, 1, HOURS)),
        "wind": list(rng.uniform(0, 1, HOURS) ** 2),
    }


@st.composite
def askings(draw: st.DrawFn) -> dict[str, Any]:
    """Parts of a scenario: tiers, battery, limits and rates at which building pays."""
    share = st.floats(0, 0.5)
    soon = {"name": "soon", "share_frac": draw(share), "deadline_h": draw(st.integers(0, 6))}
    tiers = [soon, {"name": "any", "share_frac": draw(share), "daily": True}]
    existing = draw(st.booleans())
    return {
        "datacenter": {"capacity_mw": 10, "flexible": tiers},
        "solar": {"max_mw": draw(st.floats(1, 40))},
        "wind": {"max_mw": draw(st.floats(1, 40))},
        "battery": {
            "min_mwh": 2.0 if existing else 0.0,
            "min_mw": 1.0 if existing else 0.0,
            "max_mwh": draw(st.floats(2, 60)),
            "depth_of_discharge": draw(st.floats(0.05, 1)),
            "charge_efficiency": draw(st.floats(0.5, 1)),
            "discharge_efficiency": draw(st.floats(0.5, 1)),
        },
        "servers": {"max_mw": draw(st.floats(0, 10))},
        "limits": {"import_mw": draw(st.floats(15, 30)), "export_mw": draw(st.floats(0, 5))},
        "embodied": {
            "battery_kg_per_mwh": draw(st.floats(0, 20_000)),
            "battery_cycle_life": draw(st.floats(100, 3000)),
            "servers_kg_per_mw": draw(st.floats(0, 200_000)),
        },
    }


def changed(asking: dict[str, Any], part: str, **values: Any) -> dict[str, Any]:
    return asking | {part: asking[part] | values}


def optimum_kg(asking: dict[str, Any], world: dict[str, list[float]], strategy="all") -> float:
    scenario = scenario_of(**asking)
    return optimize(scenario, traces_of(scenario, **world), strategy).certificate.objective


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
            ("limits", "import_mw"),
        ]
    ),
    st.floats(1, 3),
)
def test_a_looser_limit_never_raises_the_optimum(asking, world, limit, factor) -> None:
    part, name = limit
    looser = asking[part][name] * factor
    if name == "depth_of_discharge":
        looser = min(looser, 1.0)
    loose = changed(asking, part, **{name: looser})
    assert optimum_kg(loose, world) <= optimum_kg(asking, world) * (1 + RELATIVE)


@given(askings(), worlds(), st.floats(0.1, 50))
def test_scaling_load_and_limits_scales_everything(asking, world, factor) -> None:
    scaled = asking
    for part, name in (
        ("solar", "max_mw"),
        ("wind", "max_mw"),
        ("battery", "max_mwh"),
        ("servers", "max_mw"),
        ("limits", "import_mw"),
    ):
        scaled = changed(scaled, part, **{name: asking[part][name] * factor})
    for name in ("min_mwh", "min_mw"):
        scaled = changed(scaled, "battery", **{name: asking["battery"][name] * factor})
    larger = world | {"load": [load * factor for load in world["load"]]}
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


@given(askings(), worlds())
def test_replay_gives_the_plan_and_the_ledger_the_optimum(asking, world) -> None:
    scenario, traces, plan = plan_and_traces(asking, world)
    replay = simulate(scenario, traces, plan.design, "follow_plan", plan.dispatch)
    assert (replay.energy - plan.dispatch).abs().to_numpy().max() < 1e-6
    assert replay.events.empty
    total_kg = account(scenario, traces, plan.design, replay.energy).total_kg
    assert total_kg == pytest.approx(plan.certificate.objective, rel=1e-9)


@given(askings(), worlds(), st.sampled_from(["greedy", "none"]))
def test_no_policy_beats_the_plan_for_its_own_design(asking, world, policy) -> None:
    """Under the same design and rules no policy emits less than the optimum."""
    asking = changed(asking, "limits", import_mw=None)
    scenario, traces, plan = plan_and_traces(asking, world)
    energy = simulate(scenario, traces, plan.design, policy).energy
    total_kg = account(scenario, traces, plan.design, energy).total_kg
    assert total_kg >= plan.certificate.objective * (1 - RELATIVE)


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


@given(askings(), worlds(), st.floats(1.1, 10))
def test_twice_the_life_is_half_the_yearly_embodied(asking, world, factor) -> None:
    """The same design and running, every life and cycle life times a factor."""
    scenario, traces, plan = plan_and_traces(asking, world)
    lives = {
        "battery_life_years": 15 * factor,
        "battery_cycle_life": asking["embodied"]["battery_cycle_life"] * factor,
        "battery_power_life_years": 15 * factor,
        "servers_life_years": 4 * factor,
    }
    longer = scenario_of(**changed(asking, "embodied", **lives))

    def of(one: Scenario) -> dict[str, float]:
        ledger = account(one, traces, plan.design, plan.dispatch).ledger
        return {row.source: row.kg for row in ledger.rows}

    before, after = of(scenario), of(longer)
    for source in ("battery cells", "battery power", "extra servers"):
        assert after[source] == pytest.approx(before[source] / factor)
    assert after["solar"] == before["solar"]
