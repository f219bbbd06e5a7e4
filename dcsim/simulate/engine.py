"""The replay: a SimPy process steps the bus hour by hour, a policy decides, devices enforce.

Each hour: work arrives, the policy sees an observation and orders, the devices carry the order
out or refuse it, the connection closes the balance within its limits, and the meter integrates
until the next hour. What the limits leave open is unserved, and recorded as an event.
"""

import math
from collections.abc import Generator
from typing import Any

import pandas as pd
import simpy

from dcsim.errors import SimulationError
from dcsim.optimize.plan import ROUNDING_MW, Design, backlog, energy_columns, served
from dcsim.scenario.spec import Scenario
from dcsim.simulate.battery import Battery
from dcsim.simulate.connection import Connection, Exchange
from dcsim.simulate.meter import Meter, SimulationResult, hourly_means_mw
from dcsim.simulate.policies import Observation, Order, policy_named
from dcsim.simulate.queues import DailyQueue, DeadlineQueue, Queue
from dcsim.traces.frame import Traces, arriving
from dcsim.units import STEP_H


def simulate(
    scenario: Scenario,
    traces: Traces,
    design: Design,
    policy: str = "follow_plan",
    dispatch: pd.DataFrame | None = None,
) -> SimulationResult:
    """Replay a design under a policy.

    Args:
        scenario: Gives tiers, battery behavior, limits and the seed.
        traces: What the world does.
        design: What is built.
        policy: `follow_plan`, `greedy` or `none`.
        dispatch: The plan to follow. The battery starts as full as the plan has it; under other
            policies it starts empty, so that no energy comes from nowhere.

    Raises:
        SimulationError: The policy orders what a device or the servers cannot do.
    """
    run = _Run(scenario, traces, design, policy, dispatch)
    run.env.process(run.bus())
    run.env.run()
    return run.result()


class _Run:
    """The state of one replay."""

    def __init__(
        self,
        scenario: Scenario,
        traces: Traces,
        design: Design,
        policy: str,
        dispatch: pd.DataFrame | None,
    ) -> None:
        self.env = simpy.Environment()
        self._scenario = scenario
        self._traces = traces
        self._tiers = tuple(tier.name for tier in scenario.datacenter.flexible)
        self._policy_name = policy
        self._policy = policy_named(policy, dispatch, scenario)
        self._columns = energy_columns(scenario.datacenter.flexible)
        self._series = _hourly_series(traces, design, self._tiers)
        self._serving_limit_mw = float(traces.column("load_mw").max()) + design.extra_server_mw
        self._battery = _battery(scenario, design, policy, dispatch)
        self._connection = Connection(scenario.limits)
        self._queues = _queues(scenario, traces)
        self._meter = Meter(self.env, [c for c in self._columns if c.endswith("_mw")])
        self._rows: list[dict[str, float]] = []
        self._events: list[tuple[pd.Timestamp, str, float]] = []

    def bus(self) -> Generator[simpy.Event, None, None]:
        """Step the bus through every hour of the horizon."""
        for hour in range(self._traces.hours):
            self._take_in_work(hour)
            order = self._policy.decide(self._observe(hour))
            self._carry_out(hour, order)
            yield self.env.timeout(STEP_H)
            self._record()

    def result(self) -> SimulationResult:
        """Return what was metered."""
        energy = pd.DataFrame(self._rows, index=self._traces.table.index)[self._columns]
        events = pd.DataFrame(self._events, columns=["time", "kind", "amount_mwh"])
        return SimulationResult(self._policy_name, energy, events, self._scenario.seed)

    def _take_in_work(self, hour: int) -> None:
        for queue in self._queues:
            queue.arrive(hour, float(self._series[arriving(queue.name)][hour]) * STEP_H)

    def _observe(self, hour: int) -> Observation:
        now = {name: float(series[hour]) for name, series in self._series.items()}
        own_mw = now["solar_mw"] + now["wind_mw"]
        return Observation(
            hour=hour,
            intensity_kg_per_mwh=now["intensity_kg_per_mwh"],
            renewable_mw=own_mw,
            fixed_mw=now["fixed_mw"],
            arriving_mw={tier: now[arriving(tier)] for tier in self._tiers},
            charge_limit_mw=min(self._battery.charge_limit_mw(STEP_H), self._chargeable_mw(own_mw)),
            discharge_limit_mw=self._battery.discharge_limit_mw(STEP_H),
        )

    def _chargeable_mw(self, own_mw: float) -> float:
        """Return the most that may be charged: without grid charging, own solar and wind [MW]."""
        return math.inf if self._scenario.battery.grid_charging else own_mw

    def _carry_out(self, hour: int, order: Order) -> None:
        """Let the devices do what is ordered, close the balance, and set the meters."""
        solar_mw = float(self._series["solar_mw"][hour])
        wind_mw = float(self._series["wind_mw"][hour])
        load_mw = float(self._series["fixed_mw"][hour]) + sum(order.served_mw.values())
        self._serve(hour, order)
        self._refuse_beyond_servers(hour, load_mw)
        self._refuse_grid_charging(hour, order.charge_mw, solar_mw + wind_mw)
        self._battery.run(order.charge_mw, order.discharge_mw, STEP_H)
        need_mw = load_mw + order.charge_mw - order.discharge_mw - solar_mw - wind_mw
        own_mw = solar_mw + wind_mw + order.discharge_mw
        exchange = self._connection.exchange(need_mw, order.grid_mw, own_mw, STEP_H)
        self._note_exchange(hour, exchange)
        flows = {
            "load_mw": load_mw,
            "solar_mw": solar_mw,
            "wind_mw": wind_mw,
            "charge_mw": order.charge_mw,
            "discharge_mw": order.discharge_mw,
            "grid_mw": exchange.grid_mw,
            "export_mw": exchange.export_mw,
            "curtailed_mw": exchange.curtailed_mw,
            "unserved_mw": exchange.unserved_mw,
            **{served(tier): mw for tier, mw in order.served_mw.items()},
        }
        for channel, power_mw in flows.items():
            self._meter.set(channel, power_mw)

    def _serve(self, hour: int, order: Order) -> None:
        for queue in self._queues:
            late_mwh = queue.serve(hour, order.served_mw[queue.name] * STEP_H)
            if late_mwh > 0:
                self._note(hour, f"{queue.name} work missed its deadline", late_mwh)

    def _refuse_beyond_servers(self, hour: int, load_mw: float) -> None:
        if load_mw > self._serving_limit_mw + ROUNDING_MW:
            raise SimulationError(
                f"hour {hour}: {load_mw:.9g} MW ordered to run; the servers carry "
                f"{self._serving_limit_mw:.9g} MW"
            )

    def _refuse_grid_charging(self, hour: int, charge_mw: float, own_mw: float) -> None:
        if charge_mw > self._chargeable_mw(own_mw) + ROUNDING_MW:
            raise SimulationError(
                f"hour {hour}: {charge_mw:.9g} MW ordered to charge; the grid may not charge the "
                f"battery, and own solar and wind generate {own_mw:.9g} MW"
            )

    def _note_exchange(self, hour: int, exchange: Exchange) -> None:
        if exchange.unserved_mw > 0:
            kind = f"{exchange.limit} leaves load unserved"
            self._note(hour, kind, exchange.unserved_mw * STEP_H)

    def _record(self) -> None:
        """Close the hour: metered means, and the states at its end."""
        row = hourly_means_mw(self._meter.take_mwh())
        row["stored_mwh"] = self._battery.stored_mwh
        for queue in self._queues:
            row[backlog(queue.name)] = queue.backlog_mwh
        self._rows.append(row)

    def _note(self, hour: int, kind: str, amount_mwh: float) -> None:
        self._events.append((self._traces.table.index[hour], kind, amount_mwh))


def _hourly_series(traces: Traces, design: Design, tiers: tuple[str, ...]) -> dict[str, Any]:
    names = ["intensity_kg_per_mwh", "fixed_mw", *(arriving(tier) for tier in tiers)]
    series: dict[str, Any] = {name: traces.column(name) for name in names}
    series["solar_mw"] = design.solar_mw * traces.column("solar_cf")
    series["wind_mw"] = design.wind_mw * traces.column("wind_cf")
    return series


def _battery(
    scenario: Scenario, design: Design, policy: str, dispatch: pd.DataFrame | None
) -> Battery:
    stored_mwh = None
    if policy == "follow_plan" and dispatch is not None:
        stored_mwh = float(dispatch["stored_mwh"].iloc[-1])
    return Battery(
        scenario.battery,
        energy_mwh=design.battery_mwh,
        power_mw=design.battery_mw,
        stored_mwh=stored_mwh,
    )


def _queues(scenario: Scenario, traces: Traces) -> list[Queue]:
    return [
        DailyQueue(tier, traces.column(arriving(tier.name)) * STEP_H, traces.local_day)
        if tier.daily
        else DeadlineQueue(tier, traces.hours)
        for tier in scenario.datacenter.flexible
    ]
