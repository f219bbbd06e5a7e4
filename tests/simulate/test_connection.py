"""The grid connection: its limits hold whatever is needed, and orders beyond them are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcsim.errors import SimulationError
from dcsim.scenario.limits import Limits
from dcsim.simulate.connection import Connection, Exchange


def connection(before_mw: float | None = None, **limits: float) -> Connection:
    device = Connection(Limits.model_validate(limits))
    if before_mw is not None:
        device.exchange(before_mw, 0.0, 0.0, 1.0)
    return device


def flows(found: Exchange) -> tuple[float, float, float, float]:
    return found.grid_mw, found.export_mw, found.curtailed_mw, found.unserved_mw


@pytest.mark.parametrize(
    ("step_h", "limits_mw"),
    [
        (1.0, (6, 14)),  # 10 less and more 4
        (0.5, (8, 12)),  # half the time, half the change
        (3.0, (0, 15)),  # 10 - 12 is below zero, 10 + 12 above the import limit
    ],
)
def test_the_ramp_limits_import_by_what_it_was(step_h: float, limits_mw: tuple[int, int]) -> None:
    device = connection(10, import_mw=15, ramp_mw_per_h=4)
    assert device.import_limits_mw(step_h) == limits_mw


def test_a_connection_may_begin_at_any_import() -> None:
    assert connection(import_mw=15, ramp_mw_per_h=4).import_limits_mw(1) == (0, 15)


@pytest.mark.parametrize(
    ("need_mw", "ordered_mw", "expected"),
    [
        (9, 0, (9, 0, 0, 0)),  # what is needed
        (9, 11, (11, 2, 0, 0)),  # 2 MW more are ordered, and exported
        (16, 0, (14, 0, 0, 2)),  # 10 + 4 is the most: 2 MW unserved
        (3, 0, (6, 3, 0, 0)),  # 10 - 4 is the least: 3 MW over
        (-2, 0, (6, 3, 5, 0)),  # 8 MW over, of which 3 may be exported
    ],
)
def test_exchange(need_mw: float, ordered_mw: float, expected: tuple[float, ...]) -> None:
    """10 MW before, 4 MW/h of ramp, 3 MW of export, 20 MW of own supply."""
    device = connection(10, ramp_mw_per_h=4, export_mw=3)
    assert flows(device.exchange(need_mw, ordered_mw, 20, 1)) == expected


def test_no_more_is_exported_than_own_supply() -> None:
    """6 MW must be imported and 2 are needed; of the 4 over, 1 MW is own."""
    device = connection(10, ramp_mw_per_h=4, export_mw=3)
    assert flows(device.exchange(2, 0, 1, 1)) == (6, 1, 3, 0)


@pytest.mark.parametrize(
    ("limits", "name"),
    [
        ({"import_mw": 11}, "import limit"),
        ({"ramp_mw_per_h": 1}, "ramp limit"),
        ({"import_mw": 11, "ramp_mw_per_h": 5}, "import limit"),
        ({"import_mw": 15, "ramp_mw_per_h": 1}, "ramp limit"),
    ],
)
def test_what_leaves_load_unserved_has_a_name(limits: dict[str, float], name: str) -> None:
    """10 MW before, 20 MW needed: 11 MW can be imported for one reason or the other."""
    found = connection(10, **limits).exchange(20, 0, 0, 1)
    assert (found.grid_mw, found.unserved_mw, found.limit) == (11, 9, name)


@pytest.mark.parametrize("ordered_mw", [-1.0, 14.1, float("nan")])
def test_orders_beyond_the_limits_are_refused(ordered_mw: float) -> None:
    device = connection(10, ramp_mw_per_h=4)
    with pytest.raises(SimulationError, match=r"import (-1|14\.1|nan) MW; it can import 6 to 14"):
        device.exchange(5, ordered_mw, 0, 1)
    assert device.import_limits_mw(1) == (6, 14)


def test_rounding_beyond_a_limit_is_no_breach() -> None:
    """A solver's 1e-7 MW too much leaves nothing unserved."""
    found = connection(import_mw=10).exchange(10 + 1e-7, 0, 0, 1)
    assert flows(found) == (10 + 1e-7, 0, 0, 0)


@given(
    st.lists(st.tuples(st.floats(-20, 20), st.floats(0, 5)), min_size=1, max_size=20),
    st.floats(0, 10),
    st.floats(0, 20),
)
def test_whatever_is_needed_limits_and_balance_hold(
    steps: list[tuple[float, float]], ramp_mw_per_h: float, import_mw: float
) -> None:
    device = connection(import_mw=import_mw, ramp_mw_per_h=ramp_mw_per_h, export_mw=2)
    before_mw = None
    for need_mw, own_mw in steps:
        found = device.exchange(need_mw, 0.0, own_mw, 1.0)
        assert min(flows(found)) >= 0
        assert found.grid_mw <= import_mw + 1e-6
        assert found.export_mw <= min(2, own_mw)
        given_mw = found.grid_mw + found.unserved_mw
        assert given_mw == pytest.approx(need_mw + found.export_mw + found.curtailed_mw, abs=1e-9)
        if before_mw is not None:
            assert abs(found.grid_mw - before_mw) <= ramp_mw_per_h + 1e-6
        before_mw = found.grid_mw
