"""Each constraint alone, on two to four hours, with the arithmetic in the docstring.

Every example is checked twice: the optimum is what the arithmetic says, and without its
constraint the optimum is another, so that no example passes by accident.
"""

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from dcsim.optimize import accounts, limits, load, model
from dcsim.optimize import storage as battery_side
from dcsim.optimize.solve import optimize
from dcsim.scenario.spec import Scenario
from dcsim.traces.frame import Traces
from tests.conftest import scenario_of, traces_of

Example = tuple[Scenario, Traces, float]

NO_EMBODIED = {
    "solar_kg_per_mwh": 0,
    "wind_kg_per_mwh": 0,
    "battery_kg_per_mwh": 0,
    "battery_power_kg_per_mw": 0,
    "servers_kg_per_mw": 0,
}


def battery_of(energy_mwh: float, power_mw: float | None, **more: Any) -> dict[str, Any]:
    """A lossless battery of a fixed size; power up to the C-rate where none is given."""
    power = {} if power_mw is None else {"min_mw": power_mw, "max_mw": power_mw}
    return {
        "min_mwh": energy_mwh,
        "max_mwh": energy_mwh,
        "charge_efficiency": 1,
        "discharge_efficiency": 1,
        "max_c_rate": 4,
        **power,
        **more,
    }


def with_battery(intensity: list[float], energy: float, power: float | None, **more: Any) -> Any:
    scenario = scenario_of(battery=battery_of(energy, power, **more), embodied=NO_EMBODIED)
    return scenario, traces_of(scenario, intensity=intensity)


def balance() -> Example:
    """10 MW of load, 4 MW of wind in hour 0 only: import is 6 and 10 MW.

    6 * 100 + 10 * 300 = 3,600 kg.
    """
    scenario = scenario_of(wind={"min_mw": 4, "max_mw": 4}, embodied=NO_EMBODIED)
    return scenario, traces_of(scenario, intensity=[100, 300], wind=[1, 0]), 3600.0


def serving_capacity() -> Example:
    """All work may wait an hour for a cleaner one; the peak of 10 MW leaves room for 6 of 10 MW.

    Hour 0 serves 4 MW at 300, hour 1 its own 4 and 6 more at 100, and 2 more on 2 MW of extra
    servers: 2 * 300 + 12 * 100 = 1,800 kg.
    """
    tier = {"name": "any", "share_frac": 1, "deadline_h": 1}
    scenario = scenario_of(
        datacenter={"capacity_mw": 10, "flexible": [tier]},
        servers={"max_mw": 2},
        embodied=NO_EMBODIED,
    )
    return scenario, traces_of(scenario, intensity=[300, 100], load=[10, 4]), 1800.0


def backlog_flow() -> Example:
    """10 MWh arrive in hour 0 and may wait one hour: they run in hour 1, not in the cleaner 2.

    10 * 200 = 2,000 kg.
    """
    tier = {"name": "any", "share_frac": 1, "deadline_h": 1}
    scenario = scenario_of(datacenter={"capacity_mw": 10, "flexible": [tier]}, embodied=NO_EMBODIED)
    traces = traces_of(scenario, intensity=[300, 200, 100], load=[10, 0, 0])
    return scenario, traces, 2000.0


def daily_work() -> Example:
    """Two days of two hours, 10 MWh an hour, all free within its day, 10 MW of extra servers.

    Each day runs all 20 MWh in its cleaner hour, be it the first: 20 * 100 + 20 * 50 = 3,000 kg.
    """
    tier = {"name": "any", "share_frac": 1, "daily": True}
    scenario = scenario_of(
        datacenter={"capacity_mw": 10, "flexible": [tier]},
        servers={"max_mw": 10},
        embodied=NO_EMBODIED,
    )
    traces = traces_of(scenario, intensity=[100, 300, 400, 50], hours_per_day=2)
    return scenario, traces, 3000.0


def storage() -> Example:
    """Half is lost on the way in and half on the way out: 8 MWh charged give 2 MWh.

    18 * 10 + 8 * 300 = 2,580 kg.
    """
    losses = {"charge_efficiency": 0.5, "discharge_efficiency": 0.5}
    scenario, traces = with_battery([10, 300], 4, 8, **losses)
    return scenario, traces, 2580.0


def storage_most() -> Example:
    """2 MWh hold 2 MWh: 12 * 10 + 8 * 300 = 2,520 kg."""
    scenario, traces = with_battery([10, 300], 2, 8)
    return scenario, traces, 2520.0


def storage_least() -> Example:
    """Of 4 MWh half may be used: 12 * 10 + 8 * 300 = 2,520 kg."""
    scenario, traces = with_battery([10, 300], 4, 8, depth_of_discharge=0.5)
    return scenario, traces, 2520.0


def charge_most() -> Example:
    """1 MW takes 1 MWh in the one clean hour: 11 * 10 + 9 * 300 + 10 * 300 = 5,810 kg."""
    scenario, traces = with_battery([10, 300, 300], 4, 1)
    return scenario, traces, 5810.0


def discharge_most() -> Example:
    """1 MW gives 1 MWh in the one dirty hour: 11 * 10 + 10 * 10 + 9 * 300 = 2,910 kg."""
    scenario, traces = with_battery([10, 10, 300], 4, 1)
    return scenario, traces, 2910.0


def c_rate() -> Example:
    """4 MWh at half a C are 2 MW: 12 * 10 + 8 * 300 = 2,520 kg."""
    scenario, traces = with_battery([10, 300], 4, None, max_c_rate=0.5)
    return scenario, traces, 2520.0


def wear_by_age() -> Example:
    """10 MWh at 8,766 kg/MWh over one year, of which 2 of 8,766 hours pass: 20 kg.

    Nothing to gain from using it: 2 * 10 * 100 + 20 = 2,020 kg.
    """
    embodied = NO_EMBODIED | {"battery_kg_per_mwh": 8766, "battery_life_years": 1}
    scenario = scenario_of(battery=battery_of(10, 10), embodied=embodied)
    return scenario, traces_of(scenario, intensity=[100, 100]), 2020.0


def wear_by_use() -> Example:
    """1,000 kg/MWh over 10 cycles are 100 kg for each MWh given back.

    Moving 10 MWh from 300 to 10 kg/MWh is worth it: 20 * 10 + 0 * 300 + 10 * 100 = 1,200 kg.
    """
    embodied = NO_EMBODIED | {
        "battery_kg_per_mwh": 1000,
        "battery_cycle_life": 10,
        "battery_life_years": 1e9,
    }
    scenario = scenario_of(battery=battery_of(10, 10), embodied=embodied)
    return scenario, traces_of(scenario, intensity=[10, 300]), 1200.0


EXAMPLES: dict[str, Callable[[], Example]] = {
    example.__name__: example
    for example in (
        balance,
        serving_capacity,
        backlog_flow,
        daily_work,
        storage,
        storage_most,
        storage_least,
        charge_most,
        discharge_most,
        c_rate,
        wear_by_age,
        wear_by_use,
    )
}


def test_no_constraint_lacks_an_example() -> None:
    """Every function of the model that adds a constraint is listed, and has an example here."""
    listed = {rule.__name__ for rule in model.CONSTRAINTS + model.BATTERY_CONSTRAINTS}
    written = {
        name
        for room in (load, battery_side, limits, accounts)
        for name, function in inspect.getmembers(room, inspect.isfunction)
        if "pyo.Constraint(" in inspect.getsource(function) and not name.startswith("_")
    }
    assert listed == written == set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_constraint_alone(name: str) -> None:
    scenario, traces, expected_kg = EXAMPLES[name]()
    assert optimize(scenario, traces).certificate.objective == pytest.approx(expected_kg)


@pytest.mark.parametrize("name", EXAMPLES)
def test_constraint_is_what_makes_the_example(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the constraint the same example has a lower optimum."""
    scenario, traces, expected_kg = EXAMPLES[name]()
    for group in ("CONSTRAINTS", "BATTERY_CONSTRAINTS"):
        kept = tuple(rule for rule in getattr(model, group) if rule.__name__ != name)
        monkeypatch.setattr(model, group, kept)
    assert optimize(scenario, traces).certificate.objective < expected_kg - 1


def test_import_limit_binds_by_bound() -> None:
    """8 of 10 MW may be imported at 100, wind at 1,000 kg/MWh gives 2: 2 (800 + 2,000) kg."""
    scenario = scenario_of(
        wind={}, limits={"import_mw": 8}, embodied=NO_EMBODIED | {"wind_kg_per_mwh": 1000}
    )
    plan = optimize(scenario, traces_of(scenario, intensity=[100, 100], wind=[1, 1]))
    assert plan.certificate.objective == pytest.approx(5600)
    assert plan.dispatch["grid_mw"].tolist() == pytest.approx([8, 8])


def test_all_work_is_done_by_the_end_of_the_horizon() -> None:
    """Work that arrives in the last hour cannot wait: 10 * 10 + 10 * 300 = 3,100 kg."""
    tier = {"name": "any", "share_frac": 1, "deadline_h": 5}
    scenario = scenario_of(datacenter={"capacity_mw": 10, "flexible": [tier]}, embodied=NO_EMBODIED)
    plan = optimize(scenario, traces_of(scenario, intensity=[10, 300]))
    assert plan.certificate.objective == pytest.approx(3100)


def test_wear_that_costs_more_than_it_saves_leaves_the_battery_alone() -> None:
    """Moving from 90 to 10 saves 80, wear costs 100: 10 * 10 + 10 * 90 = 1,000 kg."""
    scenario, _, _ = wear_by_use()
    plan = optimize(scenario, traces_of(scenario, intensity=[10, 90]))
    assert plan.certificate.objective == pytest.approx(1000, abs=1e-3)
    assert plan.dispatch["discharge_mw"].sum() == pytest.approx(0)


@pytest.mark.parametrize(
    ("option", "rate", "unit_kg"),
    [
        ("solar", {"solar_kg_per_mwh": 50}, 50 * 1.5),
        ("wind", {"wind_kg_per_mwh": 12}, 12 * 1.5),
        ("servers", {"servers_kg_per_mw": 8766, "servers_life_years": 4}, 8766 / 4 * 2 / 8766),
        (
            "battery",
            {"battery_power_kg_per_mw": 8766, "battery_power_life_years": 2},
            8766 / 2 * 2 / 8766,
        ),
    ],
)
def test_embodied_carbon_of_each_option(
    option: str, rate: dict[str, float], unit_kg: float
) -> None:
    """1 MW forced on two hours with capacity factors 1 and 0.5; solar and wind save 150 kg."""
    part = battery_of(1, 1) if option == "battery" else {"min_mw": 1, "max_mw": 1}
    tier = {"name": "any", "share_frac": 0.1, "deadline_h": 1}
    scenario = scenario_of(
        datacenter={"capacity_mw": 10, "flexible": [tier]},
        embodied=NO_EMBODIED | rate,
        **{option: part},
    )
    traces = traces_of(scenario, intensity=[100, 100], solar=[1, 0.5], wind=[1, 0.5])
    saved_kg = 150 if option in ("solar", "wind") else 0
    plan = optimize(scenario, traces)
    assert plan.certificate.objective == pytest.approx(2000 - saved_kg + unit_kg)
