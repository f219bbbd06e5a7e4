"""Presets of another tool: they fill what a scenario leaves open, and nothing else."""

from math import pi
from pathlib import Path
from typing import get_args

import pytest

from dcsim.errors import ScenarioError
from dcsim.scenario.compat import DIFFERENCES, PRESETS
from dcsim.scenario.load import load_scenario
from dcsim.scenario.rates import rates_of
from dcsim.scenario.spec import ConstantLoad, Scenario, SineLoad

KNOWN_FAULTS = 11
"""Of Carbon Explorer, each with a sentence on what dcsim does."""


def loaded(tmp_path: Path, *lines: str, overrides: tuple[str, ...] = ()) -> Scenario:
    file = tmp_path / "scenario.yaml"
    head = ["name: tiny", "compat: carbon-explorer", "grid: {id: 'ERCO:reference'}"]
    file.write_text("\n".join([*head, *(lines or ["datacenter: {capacity_mw: 10}"])]))
    return load_scenario(file, overrides)


def test_presets_are_those_the_scenario_may_name() -> None:
    (names, _) = get_args(Scenario.model_fields["compat"].annotation)
    assert set(get_args(names)) == set(PRESETS)


def test_presets_fill_what_is_left_open(tmp_path: Path) -> None:
    scenario = loaded(tmp_path)
    assert scenario.grid.account == "mean"
    assert scenario.grid.capacity_factor == "maximum"
    assert scenario.battery.max_c_rate == 3
    assert scenario.battery.rate_limits is not None
    assert not scenario.battery.grid_charging
    assert scenario.datacenter.flexible[0].daily


def test_rates_for_ten_years_are_carbon_explorers(tmp_path: Path) -> None:
    """In ten of its years of 8,760 h: battery 74 t x 10 x 365 / 3000 = 90.03 t/MWh.

    Servers 7.1348 t x 10 / 4 = 17.837 t for each MW of room, times mean over highest load.
    """
    rates = rates_of(loaded(tmp_path))
    years = 87_600 / 8_766
    cells_kg = rates.battery_kg_per_mwh / rates.battery_life_years * years
    assert cells_kg == pytest.approx(74_000 * 10 * 365 / 3000)
    servers_kg = rates.servers_kg_per_mw_year() * years
    assert servers_kg == pytest.approx(744.5 / 120 * 1.15 * 1000 * 10 / 4 / 1.025)
    assert rates.battery_power_kg_per_mw_year() == 0


def test_own_keys_win_at_every_depth(tmp_path: Path) -> None:
    own = "datacenter: {capacity_mw: 10, time_zone: UTC, load: {kind: sine, amplitude_frac: 0.1}}"
    scenario = loaded(tmp_path, own, "battery: {max_c_rate: 1, rate_limits: null}")
    assert scenario.datacenter.time_zone == "UTC"
    assert scenario.datacenter.load == SineLoad(
        kind="sine", amplitude_frac=0.1, period_h=8 * pi, phase_h=6.0
    )
    assert scenario.battery.max_c_rate == 1
    assert scenario.battery.rate_limits is None


def test_load_of_another_kind_is_taken_whole(tmp_path: Path) -> None:
    scenario = loaded(tmp_path, "datacenter: {capacity_mw: 10, load: {kind: constant}}")
    assert scenario.datacenter.load == ConstantLoad(kind="constant")


def test_overrides_stand_over_presets(tmp_path: Path) -> None:
    overrides = ("embodied.servers_kg_per_mw=null", "datacenter.load.amplitude_frac=0")
    scenario = loaded(tmp_path, overrides=overrides)
    assert rates_of(scenario).servers_kg_per_mw == pytest.approx(7134.8e3, rel=1e-5)
    assert isinstance(scenario.datacenter.load, SineLoad)
    assert scenario.datacenter.load.amplitude_frac == 0


def test_unknown_tool_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="compat"):
        loaded(tmp_path, overrides=("compat=other-tool",))
    with pytest.raises(ScenarioError, match="compat"):
        loaded(tmp_path, overrides=("compat=[carbon-explorer]",))


def test_wrong_part_is_reported_as_it_stands(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="battery: must hold keys and values"):
        loaded(tmp_path, "battery: 3", "datacenter: {capacity_mw: 10}")


def test_every_known_fault_has_its_sentence() -> None:
    assert len(DIFFERENCES) == KNOWN_FAULTS
    assert all(one.startswith("Carbon Explorer") and "dcsim" in one for one in DIFFERENCES)
