"""The planning problem as a Pyomo model: the readable specification, one function a constraint.

Mathematics: design/model.md sections 2 to 4, repeated in the docstrings. All hourly quantities
are means over one hour; `T` hours, `N = T / 8766` years. `build_model` returns the whole linear
program; `solve.py` compiles and solves it.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyomo.environ as pyo
from pyomo.common.gc_manager import PauseGC

from dcsim.scenario.plant import PowerOption
from dcsim.scenario.rates import Rates, rates_of
from dcsim.scenario.spec import (
    Scenario,
    Strategy,
    Tier,
    opens_battery,
    opens_shifting,
)
from dcsim.traces.frame import Traces, arriving
from dcsim.units import STEP_H


@dataclass(frozen=True)
class Problem:
    """All the model needs, as plain numbers; the strategy's closed options are already closed."""

    scenario: Scenario
    rates: Rates
    years: float
    intensity: np.ndarray
    solar_cf: np.ndarray
    wind_cf: np.ndarray
    fixed_mw: np.ndarray
    """Load that cannot move in this strategy [MW]."""
    tiers: tuple[Tier, ...]
    """Tiers that may wait in this strategy."""
    arriving_mw: dict[str, np.ndarray]
    """Arriving work of each tier of `tiers` [MW]."""
    peak_mw: float
    """Highest load before any shifting: what the servers there are can serve [MW]."""
    local_day: np.ndarray

    @property
    def hours(self) -> range:
        """Return the hours of the horizon, from 0."""
        return range(len(self.intensity))

    @property
    def has_battery(self) -> bool:
        """Tell whether there can be any battery."""
        return self.scenario.battery.max_mwh != 0


def problem_of(scenario: Scenario, traces: Traces, strategy: Strategy) -> Problem:
    """Gather the numbers of one strategy; closing an option leaves what exists (its minimum)."""
    shifts = opens_shifting(strategy)
    tiers = tuple(t for t in scenario.datacenter.flexible if shifts and _may_move(t))
    arriving_mw = {t.name: traces.column(arriving(t.name)) for t in tiers}
    load_mw = traces.column("load_mw")
    return Problem(
        scenario=close_options(scenario, traces, strategy),
        rates=rates_of(scenario),
        years=traces.years,
        intensity=traces.column("intensity_kg_per_mwh"),
        solar_cf=traces.column("solar_cf"),
        wind_cf=traces.column("wind_cf"),
        fixed_mw=load_mw - sum(arriving_mw.values(), np.zeros(traces.hours)),
        tiers=tiers,
        arriving_mw=arriving_mw,
        peak_mw=float(load_mw.max()),
        local_day=traces.local_day,
    )


def _may_move(tier: Tier) -> bool:
    return tier.share_frac > 0 and (tier.daily or (tier.deadline_h or 0) > 0)


def close_options(scenario: Scenario, traces: Traces, strategy: Strategy) -> Scenario:
    """Return the scenario with every closed option held at its minimum.

    Closed are the options switched off, those the strategy leaves out, and solar or wind that
    generates nothing in the horizon (its embodied rate is zero too, so any size would do).
    """
    battery = scenario.battery
    if not (battery.enabled and opens_battery(strategy)):
        closed = {"max_mwh": battery.min_mwh, "max_mw": battery.min_mw}
        battery = battery.model_copy(update=closed)
    open_solar = traces.column("solar_cf").any()
    open_wind = traces.column("wind_cf").any()
    return scenario.model_copy(
        update={
            "solar": _held(scenario.solar, bool(open_solar)),
            "wind": _held(scenario.wind, bool(open_wind)),
            "servers": _held(scenario.servers, opens_shifting(strategy)),
            "battery": battery,
        }
    )


def _held(option: PowerOption, is_open: bool) -> PowerOption:
    if option.enabled and is_open:
        return option
    return option.model_copy(update={"max_mw": option.min_mw})


def build_model(problem: Problem) -> pyo.ConcreteModel:
    """Return the linear program of a problem: minimize total carbon over design and dispatch."""
    model = pyo.ConcreteModel()
    model.T = pyo.RangeSet(0, len(problem.hours) - 1)
    # Half a million small objects that all stay: collecting garbage among them finds nothing and
    # takes two thirds of the time.
    with PauseGC():
        declare_design(model, problem)
        declare_operation(model, problem)
        for constrain in CONSTRAINTS + (BATTERY_CONSTRAINTS if problem.has_battery else ()):
            constrain(model, problem)
        model.total_carbon_kg = pyo.Objective(expr=total_carbon_kg(model, problem))
    return model


def declare_design(model: pyo.ConcreteModel, problem: Problem) -> None:
    """Declare what is built: S, W, P, X [MW] and E [MWh], each within its limits."""
    asked = problem.scenario
    model.solar_mw = pyo.Var(bounds=(asked.solar.min_mw, asked.solar.max_mw))
    model.wind_mw = pyo.Var(bounds=(asked.wind.min_mw, asked.wind.max_mw))
    model.battery_mwh = pyo.Var(bounds=(asked.battery.min_mwh, asked.battery.max_mwh))
    model.battery_mw = pyo.Var(bounds=(asked.battery.min_mw, asked.battery.max_mw))
    model.extra_server_mw = pyo.Var(bounds=(asked.servers.min_mw, asked.servers.max_mw))
    model.cells_used_up_mwh = pyo.Var(bounds=(0, None))


def declare_operation(model: pyo.ConcreteModel, problem: Problem) -> None:
    """Declare how it is run: g, c, d [MW], e [MWh], and s [MW], q [MWh] of each tier."""
    model.grid_mw = pyo.Var(model.T, bounds=(0, problem.scenario.limits.import_mw))
    for name in ("charge_mw", "discharge_mw", "stored_mwh"):
        flow = pyo.Var(model.T, bounds=(0, None))
        model.add_component(name, flow)
        if not problem.has_battery:
            flow.fix(0.0)
    names = [tier.name for tier in problem.tiers]
    model.served_mw = pyo.Var(names, model.T, bounds=(0, None))
    waiting = [tier.name for tier in problem.tiers if not tier.daily]
    most_mwh = {t.name: most_backlog_mwh(problem, t) for t in problem.tiers if not t.daily}
    model.backlog_mwh = pyo.Var(waiting, model.T, bounds=lambda _, k, t: (0, most_mwh[k][t]))


def most_backlog_mwh(problem: Problem, tier: Tier) -> np.ndarray:
    """Return the most that may wait: `q_t <= sum of the last h arrivals`, and nothing at the end.

    Work arriving in hour t is then done by hour t + h, and all of it within the horizon.
    """
    done = np.concatenate([[0.0], np.cumsum(problem.arriving_mw[tier.name]) * STEP_H])
    ends = np.arange(1, len(done))
    most = done[ends] - done[np.maximum(ends - (tier.deadline_h or 0), 0)]
    most[-1] = 0.0
    return np.asarray(most)


def balance(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`g_t + S sf_t + W wf_t + d_t >= a_t + sum_k s_kt + c_t`; the rest is curtailed freely."""

    def rule(m: pyo.ConcreteModel, t: int) -> object:
        supply = (
            m.grid_mw[t]
            + float(problem.solar_cf[t]) * m.solar_mw
            + float(problem.wind_cf[t]) * m.wind_mw
            + m.discharge_mw[t]
            - m.charge_mw[t]
        )
        return supply - _served(m, problem, t) >= float(problem.fixed_mw[t])

    model.balance = pyo.Constraint(model.T, rule=rule)


def _served(m: pyo.ConcreteModel, problem: Problem, t: int) -> object:
    return sum(m.served_mw[tier.name, t] for tier in problem.tiers)


def serving_capacity(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`a_t + sum_k s_kt <= peak + X`: shifted work needs servers to run on."""
    if problem.tiers:
        model.serving_capacity = pyo.Constraint(
            model.T,
            rule=lambda m, t: (
                _served(m, problem, t) - m.extra_server_mw
                <= problem.peak_mw - float(problem.fixed_mw[t])
            ),
        )


def backlog_flow(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`q_kt = q_k,t-1 + a_kt - s_kt` from an empty queue: work waits, and none is lost."""

    def rule(m: pyo.ConcreteModel, tier: str, t: int) -> object:
        before = m.backlog_mwh[tier, t - 1] if t > 0 else 0.0
        arrived = float(problem.arriving_mw[tier][t])
        return m.backlog_mwh[tier, t] - before + m.served_mw[tier, t] == arrived

    waiting = [tier.name for tier in problem.tiers if not tier.daily]
    if waiting:
        model.backlog_flow = pyo.Constraint(waiting, model.T, rule=rule)


def daily_work(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`sum over a local day of s_kt = sum over the day of a_kt`, for each daily tier."""
    daily = [tier.name for tier in problem.tiers if tier.daily]
    hours_of = [np.flatnonzero(problem.local_day == day) for day in np.unique(problem.local_day)]

    def rule(m: pyo.ConcreteModel, tier: str, day: int) -> object:
        arrived = float(problem.arriving_mw[tier][hours_of[day]].sum())
        return sum(m.served_mw[tier, int(t)] for t in hours_of[day]) == arrived

    if daily:
        model.daily_work = pyo.Constraint(daily, range(len(hours_of)), rule=rule)


def storage(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`e_t = e_t-1 + eta_c c_t - d_t / eta_d`, and the first hour follows the last."""
    battery = problem.scenario.battery
    last = len(problem.hours) - 1

    def rule(m: pyo.ConcreteModel, t: int) -> object:
        before = m.stored_mwh[t - 1] if t > 0 else m.stored_mwh[last]
        into = battery.charge_efficiency * STEP_H * m.charge_mw[t]
        out = STEP_H / battery.discharge_efficiency * m.discharge_mw[t]
        return m.stored_mwh[t] - before - into + out == 0

    model.storage = pyo.Constraint(model.T, rule=rule)


def storage_most(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`e_t <= E`."""
    model.storage_most = pyo.Constraint(
        model.T, rule=lambda m, t: m.stored_mwh[t] - m.battery_mwh <= 0
    )


def storage_least(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`e_t >= (1 - DoD) E`; nothing to say where all of the battery may be used."""
    kept = 1 - problem.scenario.battery.depth_of_discharge
    if kept > 0:
        model.storage_least = pyo.Constraint(
            model.T, rule=lambda m, t: m.stored_mwh[t] - kept * m.battery_mwh >= 0
        )


def charge_most(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`c_t <= P`."""
    model.charge_most = pyo.Constraint(
        model.T, rule=lambda m, t: m.charge_mw[t] - m.battery_mw <= 0
    )


def discharge_most(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`d_t <= P`."""
    model.discharge_most = pyo.Constraint(
        model.T, rule=lambda m, t: m.discharge_mw[t] - m.battery_mw <= 0
    )


def c_rate(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`P <= rate * E`."""
    rate = problem.scenario.battery.max_c_rate
    model.c_rate = pyo.Constraint(expr=model.battery_mw - rate * model.battery_mwh <= 0)


def wear_by_age(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`Z >= N / life * E`: cells grow old however little they are used."""
    aged = problem.years / problem.rates.battery_life_years
    model.wear_by_age = pyo.Constraint(expr=model.cells_used_up_mwh - aged * model.battery_mwh >= 0)


def wear_by_use(model: pyo.ConcreteModel, problem: Problem) -> None:
    """`Z >= sum_t d_t / (cycle life * DoD)`: cells wear out by what passes through them."""
    lasts = problem.rates.battery_cycle_life * problem.scenario.battery.depth_of_discharge
    if problem.rates.battery_wear:
        passed_mwh = STEP_H * pyo.quicksum(model.discharge_mw[t] for t in model.T)
        model.wear_by_use = pyo.Constraint(expr=lasts * model.cells_used_up_mwh - passed_mwh >= 0)


def total_carbon_kg(model: pyo.ConcreteModel, problem: Problem) -> object:
    """`sum_t ci_t g_t`, and the embodied carbon of the design for N years [kg CO2e].

    Solar and wind are charged on all they generate, used or not; cells on what the horizon uses
    up of them; battery power and servers on their years.
    """
    rates, years = problem.rates, problem.years
    per_solar_mw = rates.solar_kg_per_mwh * float(problem.solar_cf.sum()) * STEP_H
    per_wind_mw = rates.wind_kg_per_mwh * float(problem.wind_cf.sum()) * STEP_H
    operational = STEP_H * pyo.quicksum(
        float(ci) * model.grid_mw[t] for t, ci in enumerate(problem.intensity)
    )
    return (
        operational
        + per_solar_mw * model.solar_mw
        + per_wind_mw * model.wind_mw
        + (rates.battery_kg_per_mwh * model.cells_used_up_mwh if problem.has_battery else 0.0)
        + years * rates.battery_power_kg_per_mw_year() * model.battery_mw
        + years * rates.servers_kg_per_mw_year() * model.extra_server_mw
    )


LIMIT_OF_VARIABLE = {
    "solar_mw": ("solar", "max_mw"),
    "wind_mw": ("wind", "max_mw"),
    "battery_mwh": ("battery", "max_mwh"),
    "battery_mw": ("battery", "max_mw"),
    "extra_server_mw": ("servers", "max_mw"),
    "grid_mw": ("limits", "import_mw"),
}
"""The key of a scenario behind the upper bound of each variable that has one."""


Constrain = Callable[[pyo.ConcreteModel, Problem], None]

CONSTRAINTS: tuple[Constrain, ...] = (balance, serving_capacity, backlog_flow, daily_work)
"""Every constraint of the load's side; each has a test of its own."""

BATTERY_CONSTRAINTS: tuple[Constrain, ...] = (
    storage,
    storage_most,
    storage_least,
    charge_most,
    discharge_most,
    c_rate,
    wear_by_age,
    wear_by_use,
)
"""Every constraint of the battery; left out where there can be none."""
