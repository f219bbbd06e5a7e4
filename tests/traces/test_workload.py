"""Load shapes, the power model, and the tiling of traces."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from dcsim.errors import DataError, ScenarioError
from dcsim.grid.generation import Source
from dcsim.scenario.spec import Datacenter, FileLoad
from dcsim.traces.workload import (
    facility_load,
    modelled_load_mw,
    modelled_source,
    power_frac,
    sine,
    tile_weeks,
    utilization_trace,
)
from tests.conftest import scenario_of


def load_mw(asked: Datacenter) -> pd.Series:
    assert not isinstance(asked.load, FileLoad)
    return modelled_load_mw(asked, asked.load, YEAR, 0)


def source_of(asked: Datacenter) -> Source:
    assert not isinstance(asked.load, FileLoad)
    return modelled_source(asked, asked.load)


YEAR = pd.date_range("2023-01-01", periods=8760, freq="h", tz="UTC")


def datacenter(**load: object) -> Datacenter:
    return Datacenter.model_validate({"capacity_mw": 20, "pue": 1.25, "load": load})


def test_constant_load_is_capacity_times_pue() -> None:
    assert set(load_mw(datacenter(kind="constant"))) == {25.0}
    half = datacenter(kind="constant", level_frac=0.5)
    assert set(load_mw(half)) == {12.5}


def test_sine_peaks_after_six_hours_and_repeats_exactly_each_day() -> None:
    """The reference problem: 30 (1 + 0.05 sin(2 pi (t mod 24) / 24)) peaks at 31.5."""
    wave = 30 * sine(48, 0.05, 0)
    assert wave[6] == pytest.approx(31.5)
    assert wave[18] == pytest.approx(28.5)
    assert np.array_equal(wave[:24], wave[24:])
    assert sine(24, 0.05, 3)[9] == pytest.approx(1.05)


def test_a_wave_of_another_period() -> None:
    """Of 8 hours: up at 2, down at 6. Of 8 pi, started at 6: Carbon Explorer's sin((t - 6) / 4)."""
    wave = sine(24, 0.5, 0, 8)
    assert wave[[2, 6, 10]].tolist() == pytest.approx([1.5, 0.5, 1.5])
    assert np.array_equal(wave[:8], wave[16:])
    t_h = np.arange(8760)
    slow = sine(8760, 0.025, 6, 8 * np.pi)
    assert slow == pytest.approx(1 + 0.025 * np.sin((t_h - 6) / 4), abs=1e-12)
    load = load_mw(datacenter(kind="sine", period_h=8, amplitude_frac=0.5))
    assert load.to_numpy() == pytest.approx(25 * sine(8760, 0.5, 0, 8))
    assert source_of(datacenter(kind="sine", period_h=8)).note.endswith("period 8 h")


def test_a_day_has_the_values_it_always_had() -> None:
    t_h = np.arange(8760) % 24
    was = 1 + 0.05 * np.sin(2 * np.pi * (t_h - 3.0) / 24)
    assert np.array_equal(sine(8760, 0.05, 3.0, 24.0), was)


def test_power_model_by_hand() -> None:
    """Idle half: 0.5 at rest, 0.75 at half load, 1 at full; the square gives 0.625 at half."""
    assert power_frac(np.array([0, 0.5, 1]), 0.5, 1).tolist() == [0.5, 0.75, 1]
    assert power_frac(np.array([0.5]), 0.5, 2).tolist() == [0.625]


@pytest.mark.parametrize(
    ("name", "weeks", "mean"),
    [("google-2019", 4, 0.4728), ("azure-v2", 4, 0.7918), ("alibaba-2018", 1, 0.3952)],
)
def test_published_traces(name: str, weeks: int, mean: float) -> None:
    """Whole weeks of hourly shares; means as measured from the package's files."""
    usage = utilization_trace(name)
    assert len(usage) == weeks * 168
    assert usage.mean() == pytest.approx(mean, abs=5e-5)
    assert 0 < usage.min() < usage.max() < 1


def test_unknown_trace_is_refused() -> None:
    with pytest.raises(ScenarioError, match="no trace 'borg'; known are google-2019"):
        utilization_trace("borg")


def test_tiling_uses_whole_weeks_and_only_the_seed_decides() -> None:
    weeks = np.repeat(np.arange(4.0), 168)
    tiled = tile_weeks(weeks, 8760, 7)
    assert len(tiled) == 8760
    for start in range(0, 8760, 168):
        assert len(set(tiled[start : start + 168])) == 1
    assert np.array_equal(tiled, tile_weeks(weeks, 8760, 7))
    assert not np.array_equal(tiled, tile_weeks(weeks, 8760, 8))
    assert np.array_equal(tile_weeks(weeks, 500, 7), tiled[:500])


def test_trace_load_goes_through_the_power_model() -> None:
    load = load_mw(datacenter(kind="trace", name="google-2019", idle_frac=0.4))
    usage = tile_weeks(utilization_trace("google-2019"), 8760, 0)
    assert load.to_numpy() == pytest.approx(20 * 1.25 * (0.4 + 0.6 * usage))


def test_the_source_says_what_the_load_is() -> None:
    source = source_of(datacenter(kind="trace", name="azure-v2"))
    assert source.origin == "utilization trace azure-v2"
    assert "20 MW IT, PUE 1.25" in source.note
    assert source_of(datacenter(kind="sine")).origin == "sine load"


def load_of_file(
    folder: Path, column: str, cells: list[str], unit: str, **more: object
) -> tuple[pd.Series, Source]:
    stamps = YEAR[: len(cells)].strftime("%Y-%m-%dT%H:%M")
    lines = [f"{stamp},{cell}" for stamp, cell in zip(stamps, cells, strict=True)]
    path = folder / "my-load.csv"
    path.write_text("\n".join([f"utc_hour_beginning,{column}", *lines]) + "\n")
    load = {"kind": "file", "file": path, "unit": unit}
    asked = {"capacity_mw": 20, "pue": 1.25, "load": load}
    scenario = scenario_of(datacenter=asked, **more)
    return facility_load(scenario, YEAR[: len(cells)])


def test_metered_load_is_taken_as_it_is(tmp_path: Path) -> None:
    """Whatever the capacity and the PUE are."""
    load, source = load_of_file(tmp_path, "load_mw", ["30", "12.5", "0"], "mw")
    assert load.tolist() == [30.0, 12.5, 0.0]
    assert (source.what, source.origin) == ("load", "my-load.csv")
    assert len(source.sha256) == 64


def test_relative_load_is_a_share_of_the_capacity(tmp_path: Path) -> None:
    """Half of 20 MW at a PUE of 1.25 is 12.5 MW at the meter."""
    load, source = load_of_file(tmp_path, "load_frac", ["0.5", "1"], "frac")
    assert load.tolist() == [12.5, 25.0]
    assert "20 MW IT, PUE 1.25" in source.note


def test_missing_load_is_refused_or_filled_as_asked(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"my-load.csv.*load_mw"):
        load_of_file(tmp_path, "load_mw", ["10", "", "20"], "mw")
    grid = {"id": "ERCO:reference", "repair": "interpolate"}
    load, source = load_of_file(tmp_path, "load_mw", ["10", "", "20"], "mw", grid=grid)
    assert load.tolist() == [10.0, 15.0, 20.0]
    assert source.repairs[0].hours == 1


@pytest.mark.parametrize(
    ("column", "cell", "unit", "said"),
    [
        ("load_mw", "-1", "mw", r"line 2: load_mw is -1; must be within 0 and 1,000,000 MW"),
        ("load_frac", "1.2", "frac", r"load_frac is 1.2; must be within 0 and 1 share of capacity"),
        ("load_mw", "lots", "mw", r"my-load.csv"),
    ],
)
def test_load_out_of_range_is_refused(
    tmp_path: Path, column: str, cell: str, unit: str, said: str
) -> None:
    with pytest.raises(DataError, match=said):
        load_of_file(tmp_path, column, [cell, "1"], unit)


def test_load_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="is zero in every hour"):
        load_of_file(tmp_path, "load_mw", ["0", "0"], "mw")


def test_load_that_ends_too_soon_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "short.csv"
    path.write_text("utc_hour_beginning,load_mw\n2023-01-01T00:00,3\n2023-01-01T01:00,3\n")
    asked = {"capacity_mw": 20, "load": {"kind": "file", "file": path}}
    with pytest.raises(DataError, match="must cover the horizon"):
        facility_load(scenario_of(datacenter=asked), YEAR)


@pytest.mark.parametrize(
    ("peak", "unit", "times"),
    [("30000", "mw", "1,200"), ("40", "mw", "1.6"), ("0.02", "mw", "0.0008"), ("0.05", "frac", "")],
)
def test_a_load_far_from_the_capacity_is_warned_of(
    tmp_path: Path, peak: str, unit: str, times: str
) -> None:
    """20 MW of IT at a PUE of 1.25 draw 25 MW."""
    _, source = load_of_file(tmp_path, "load", [peak, "0"], unit)
    (warning,) = source.warnings
    assert f"{times} times what the stated capacity draws (20 MW IT, PUE 1.25)" in warning
    assert "0.1 to 1.5 times is usual" in warning


def test_a_load_near_the_capacity_is_not_warned_of(tmp_path: Path) -> None:
    for peak in ("25", "37", "3"):
        assert load_of_file(tmp_path, "load_mw", [peak, "1"], "mw")[1].warnings == ()


def test_a_load_without_stamps_begins_where_the_scenario_says(tmp_path: Path) -> None:
    """Six in the evening of the day before in Chicago is midnight UTC."""
    path = tmp_path / "load.csv"
    path.write_text("load_kw\n10000\n20000\n")
    load = {"kind": "file", "file": path, "start": "2022-12-31T18:00-06:00"}
    scenario = scenario_of(datacenter={"capacity_mw": 20, "load": load})
    assert facility_load(scenario, YEAR[:2])[0].to_list() == [10.0, 20.0]


def test_a_start_without_a_zone_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="needs a zone"):
        datacenter(kind="file", file=tmp_path / "load.csv", start="2022-01-01T00:00")
