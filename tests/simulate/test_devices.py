"""Battery, queues and meter: they state limits, refuse what is beyond, and count exactly."""

from typing import Any

import numpy as np
import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from dcsim.errors import SimulationError
from dcsim.scenario.spec import Tier
from dcsim.scenario.storage import Battery as BatterySpec
from dcsim.simulate.battery import Battery
from dcsim.simulate.meter import Meter
from dcsim.simulate.queues import DailyQueue, DeadlineQueue


def battery(stored_mwh: float, **spec: Any) -> Battery:
    asked = {"charge_efficiency": 0.9, "discharge_efficiency": 0.9, **spec}
    return Battery(
        BatterySpec.model_validate(asked), energy_mwh=10, power_mw=5, stored_mwh=stored_mwh
    )


def test_round_trip_loses_what_the_spec_says() -> None:
    """1 MWh into an empty battery of 0.9 each way gives 0.81 MWh back."""
    device = battery(0)
    device.run(1, 0, 1)
    assert device.discharge_limit_mw(1) == pytest.approx(0.81)
    device.run(0, device.discharge_limit_mw(1), 1)
    assert device.stored_mwh == pytest.approx(0)


@pytest.mark.parametrize(
    ("stored_mwh", "charge_limit_mw", "discharge_limit_mw"),
    [
        (0, 5, 0),  # empty: power limits charging
        (10, 0, 5),  # full: power limits discharging
        (9.1, 1, 5),  # 0.9 MWh of room take 1 MW
        (2, 5, 1.8),  # 2 MWh give 1.8 MW
    ],
)
def test_limits(stored_mwh: float, charge_limit_mw: float, discharge_limit_mw: float) -> None:
    device = battery(stored_mwh)
    assert device.charge_limit_mw(1) == pytest.approx(charge_limit_mw)
    assert device.discharge_limit_mw(1) == pytest.approx(discharge_limit_mw)


def test_depth_of_discharge_is_kept() -> None:
    """Of 10 MWh the lowest 2 are never drawn: 3 stored leave 1 MWh, 0.9 at the bus."""
    assert battery(3, depth_of_discharge=0.8).discharge_limit_mw(1) == pytest.approx(0.9)


def test_rates_shrink_what_can_be_reached() -> None:
    """C/L/C: 8 of 10 MWh stored. Of 2 MWh of room, c takes 0.9 c and closes 0.1 c: 2 MW.

    Of 8 MWh above empty, d draws d / 0.9 and leaves 0.2 d out of reach; of 1 MWh: 1 / (1/0.9 + 0.2)
    = 0.762712 MW. At half an hour's step the same room takes 2 / (0.45 + 0.1) = 3.636364 MW.
    """
    limits = {"charge_h": 0.1, "discharge_h": 0.2}
    assert battery(8, rate_limits=limits).charge_limit_mw(1) == pytest.approx(2)
    assert battery(8, rate_limits=limits).charge_limit_mw(0.5) == pytest.approx(2 / 0.55)
    assert battery(1, rate_limits=limits).discharge_limit_mw(1) == pytest.approx(0.762712, abs=1e-6)


def test_quarter_hours_taper_off_towards_full_and_empty() -> None:
    """C/L/C in steps of 0.25 h, 8 of 10 MWh stored, 5 MW, 0.1 h and 0.2 h out of reach.

    Charging: 2 / (0.9 * 0.25 + 0.1) = 6.15 MW is beyond 5 MW, so 5 MW: 8 + 0.9 * 1.25 = 9.125 MWh.
    Then 0.875 / 0.325 = 2.692308 MW: 9.730769 MWh, which is 10 - 0.1 * 2.692308.
    Discharging 1 MWh: 1 / (0.25 / 0.9 + 0.2) = 2.093023 MW leave 0.2 * 2.093023 = 0.418605 MWh.
    """
    limits = {"charge_h": 0.1, "discharge_h": 0.2}
    device = battery(8, rate_limits=limits)
    for charge_mw, stored_mwh in ((5, 9.125), (2.692308, 9.730769)):
        assert device.charge_limit_mw(0.25) == pytest.approx(charge_mw, abs=1e-6)
        device.run(device.charge_limit_mw(0.25), 0, 0.25)
        assert device.stored_mwh == pytest.approx(stored_mwh, abs=1e-6)
    device = battery(1, rate_limits=limits)
    assert device.discharge_limit_mw(0.25) == pytest.approx(2.093023, abs=1e-6)
    device.run(0, device.discharge_limit_mw(0.25), 0.25)
    assert device.stored_mwh == pytest.approx(0.418605, abs=1e-6)


@pytest.mark.parametrize(("charge_mw", "discharge_mw"), [(2.01, 0), (0, 4.96)])
def test_orders_that_a_high_rate_puts_out_of_reach_are_refused(charge_mw, discharge_mw) -> None:
    """8 of 10 MWh, of which 2 stay: 2 / (0.9 + 0.1) = 2 MW in, 6 / (1 / 0.9 + 0.1) = 4.954 out.

    Without rate limits both orders fit: 0.9 * 2.01 = 1.809 MWh of 2, and 4.96 of 5 MW.
    """
    limits = {"charge_h": 0.1, "discharge_h": 0.1, "empty_frac": 0.2}
    battery(8).run(charge_mw, discharge_mw, 1)
    device = battery(8, rate_limits=limits)
    with pytest.raises(SimulationError, match=r"it can (charge 0 to 2 |discharge 0 to 4\.954)"):
        device.run(charge_mw, discharge_mw, 1)
    assert device.stored_mwh == 8


def test_rate_limits_have_their_own_ends() -> None:
    """At no slope, 0.95 of 10 MWh can be filled and 0.1 not drawn: 0.5 MWh of room, 3 MWh to give.

    The higher of the two floors holds: a depth of discharge of 0.8 keeps 2 MWh, so of 4 stored
    2 MWh are given.
    """
    limits = {"charge_h": 0, "discharge_h": 0, "full_frac": 0.95, "empty_frac": 0.1}
    assert battery(9, rate_limits=limits).charge_limit_mw(1) == pytest.approx(0.5 / 0.9)
    assert battery(4, rate_limits=limits).discharge_limit_mw(1) == pytest.approx(3 * 0.9)
    deep = battery(4, rate_limits=limits, depth_of_discharge=0.8)
    assert deep.discharge_limit_mw(1) == pytest.approx(2 * 0.9)
    assert Battery(
        BatterySpec.model_validate({"rate_limits": limits}), energy_mwh=10, power_mw=5
    ).stored_mwh == pytest.approx(1)


@given(st.floats(0, 10), st.floats(0.05, 1), st.floats(0, 0.5), st.floats(0, 0.5), st.booleans())
def test_running_at_the_limit_ends_within_reach(
    stored_mwh: float, step_h: float, charge_h: float, discharge_h: float, charges: bool
) -> None:
    """`u1 d <= e <= E + u2 c` holds after a step at whatever the device says it can do."""
    limits = {"charge_h": charge_h, "discharge_h": discharge_h}
    device = battery(stored_mwh, rate_limits=limits)
    charge_mw = device.charge_limit_mw(step_h) if charges else 0.0
    discharge_mw = 0.0 if charges else device.discharge_limit_mw(step_h)
    device.run(charge_mw, discharge_mw, step_h)
    if charge_mw > 0:
        assert device.stored_mwh <= 10 - charge_h * charge_mw + 1e-9
    if discharge_mw > 0:
        assert device.stored_mwh >= discharge_h * discharge_mw - 1e-9


@pytest.mark.parametrize(
    ("charge_mw", "discharge_mw", "words"),
    [
        (5.1, 0, r"charge 5.1 MW; it can charge 0 to 5"),
        (0, 3.7, r"discharge 3.7 MW; it can discharge 0 to 3.6 MW with 4 of 10 MWh"),
        (-1, 0, "charge -1 MW"),
        (1, 1, "charge 1 MW and discharge 1 MW in the same step"),
    ],
)
def test_orders_beyond_the_limits_are_refused(charge_mw, discharge_mw, words) -> None:
    device = battery(4)
    with pytest.raises(SimulationError, match=words):
        device.run(charge_mw, discharge_mw, 1)
    assert device.stored_mwh == 4


@given(st.lists(st.floats(-1, 1), max_size=30))
def test_whatever_is_ordered_within_limits_the_state_stays_within_bounds(orders) -> None:
    device = battery(5, depth_of_discharge=0.8)
    for order in orders:
        charge = max(order, 0) * device.charge_limit_mw(1)
        discharge = max(-order, 0) * device.discharge_limit_mw(1)
        device.run(charge, discharge, 1)
        assert 2 - 1e-9 <= device.stored_mwh <= 10 + 1e-9


def test_meter_is_exact_between_events() -> None:
    """2 MW for 0.25 h, then 6 MW for 0.5 h, then nothing: 0.5 + 3 = 3.5 MWh."""
    env = simpy.Environment()
    meter = Meter(env, ["load"])

    def work():
        meter.set("load", 2)
        yield env.timeout(0.25)
        meter.set("load", 6)
        yield env.timeout(0.5)
        meter.set("load", 0)
        yield env.timeout(0.25)

    env.process(work())
    env.run()
    assert meter.take_mwh() == {"load": 3.5}
    assert meter.take_mwh() == {"load": 0}


def queue(deadline_h: int) -> DeadlineQueue:
    return DeadlineQueue(Tier(name="any", share_frac=1, deadline_h=deadline_h), hours=10)


def test_deadline_queue_serves_oldest_first_and_knows_what_is_due() -> None:
    waiting = queue(2)
    waiting.arrive(0, 3)
    waiting.arrive(1, 4)
    assert waiting.serve(1, 2) == 0
    assert waiting.must_serve_mwh(2) == pytest.approx(1)
    assert waiting.must_serve_mwh(3) == pytest.approx(5)
    assert waiting.backlog_mwh == pytest.approx(5)


def test_work_past_its_deadline_is_counted() -> None:
    waiting = queue(1)
    waiting.arrive(0, 3)
    assert waiting.serve(0, 0) == 0
    assert waiting.serve(1, 1) == pytest.approx(2)


def test_work_is_due_by_the_end_of_the_horizon() -> None:
    waiting = queue(5)
    waiting.arrive(9, 3)
    assert waiting.must_serve_mwh(9) == 3


def test_a_queue_refuses_more_than_it_has() -> None:
    waiting = queue(1)
    waiting.arrive(0, 3)
    with pytest.raises(SimulationError, match=r"serve 3\.5 MWh; it has 3 MWh"):
        waiting.serve(0, 3.5)


def test_daily_queue_lends_work_within_the_day_only() -> None:
    """Days of two hours with 3 + 1 and 2 + 2 MWh."""
    tier = Tier(name="any", share_frac=1, daily=True)
    work = DailyQueue(tier, np.array([3.0, 1, 2, 2]), np.array([0, 0, 1, 1]))
    work.arrive(0, 3)
    assert work.backlog_mwh == 4
    assert work.must_serve_mwh(0) == 0
    assert work.serve(0, 3.5) == 0
    work.arrive(1, 1)
    assert work.must_serve_mwh(1) == pytest.approx(0.5)
    assert work.serve(1, 0) == pytest.approx(0.5)
    work.arrive(2, 2)
    assert work.backlog_mwh == 4
    with pytest.raises(SimulationError, match="it has 4 MWh"):
        work.serve(2, 5)
