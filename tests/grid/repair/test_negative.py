"""Generation below zero: refused, warned of, or explained by station use and storage."""

import numpy as np
import pandas as pd
import pytest

from dcsim.errors import DataError
from dcsim.grid.generation import FUELS
from dcsim.grid.repair.negative import below_zero, refuse_below_zero, warnings_of_below_zero

HOURS = 240


def grid(**fuels: object) -> pd.DataFrame:
    """A grid of 10,000 MW of gas, and what else is given."""
    index = pd.date_range("2022-01-01", periods=HOURS, freq="h", tz="UTC", unit="s")
    table = pd.DataFrame(0.0, index, list(FUELS)).assign(natural_gas=10_000.0)
    return table.assign(**fuels)


def verdict(table: pd.DataFrame) -> str:
    """Return `refused`, `warned` or `fine`."""
    try:
        refuse_below_zero(table, "grid.csv")
    except DataError:
        return "refused"
    return "warned" if list(warnings_of_below_zero(table, "grid.csv")) else "fine"


def at_night(low: float, high: float) -> np.ndarray:
    return np.where(np.arange(HOURS) % 24 < 12, low, high)


@pytest.mark.parametrize(
    ("fuels", "expected"),
    [
        ({"coal": -1000.0}, "refused"),
        ({"nuclear": -1000.0}, "refused"),
        ({"wind": -1000.0}, "refused"),
        ({"natural_gas": at_night(-1000.0, 9000.0)}, "refused"),
        ({"coal": -100.0}, "warned"),
        ({"coal": -9.0}, "fine"),
        ({"oil": -1.0}, "fine"),
        ({"solar": at_night(-30.0, 3000.0)}, "fine"),
        ({"solar": at_night(-300.0, 3000.0)}, "warned"),
        ({"solar": at_night(-3000.0, 3000.0)}, "refused"),
        ({"hydro": at_night(-1900.0, 2400.0)}, "warned"),
        ({"hydro": at_night(-900.0, 2400.0)}, "fine"),
        ({"other": at_night(-900.0, 900.0)}, "fine"),
        ({"other": -1000.0}, "warned"),
        ({"hydro": -1000.0}, "warned"),
    ],
)
def test_what_is_below_zero(fuels: dict[str, object], expected: str) -> None:
    """Of 10,000 MW: 1 % is 100 MW in every hour, 0.1 % is 10 MW."""
    assert verdict(grid(**fuels)) == expected


@pytest.mark.parametrize(("coal_mw", "expected"), [(-101.0, "warned"), (-103.0, "refused")])
def test_the_limit_is_a_hundredth_of_all_generation(coal_mw: float, expected: str) -> None:
    """Less 1 MW of station use: 100 of 10,101 MW is below 1 %, 102 of 10,103 MW above."""
    assert verdict(grid(coal=coal_mw)) == expected


def test_idle_plants_of_a_small_grid_are_fine() -> None:
    """570 MW of gas that runs a tenth of the time, and draws 7 MW else: as DEAA's in 2023."""
    gas = np.where(np.arange(HOURS) % 10 == 0, 570.0, -7.0)
    table = grid(natural_gas=gas)
    assert -gas[gas < 0].sum() / abs(gas).sum() > 0.09
    assert verdict(table) == "fine"


def test_a_refusal_names_fuel_hours_lowest_value_and_what_is_explained() -> None:
    table = grid(coal=np.where(np.arange(HOURS) < 10, 400.0, -1000.0))
    with pytest.raises(DataError) as raised:
        refuse_below_zero(table, "grid.csv")
    for words in (
        "grid.csv: coal is below zero in 230 of 240 hours (lowest -1,000 MW, first at 2022-01-01",
        "explains -20 MW",
        "1 % of all generation",
    ):
        assert words in str(raised.value)


def test_shares_follow_from_the_values() -> None:
    """1,000 MW of 11,000 in every hour; 999 of them beyond 1 MW of station use."""
    (one,) = below_zero(grid(coal=-1000.0))
    assert one.left_out_frac == pytest.approx(1000 / 11_000)
    assert one.unexplained_frac == pytest.approx(999 / 11_000)
