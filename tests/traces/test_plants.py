"""Own plants on the grid's calendar: means of hours, leap days, years that wrap, and the report."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcsim.errors import DataError
from dcsim.optimize.problem import problem_of
from dcsim.scenario.load import load_scenario
from dcsim.scenario.plant import SolarOption
from dcsim.traces.frame import build_traces
from dcsim.traces.plants import hourly_means, lay, plant_cf
from tests.traces import weather_files as files

START = pd.Timestamp("2022-01-01T08:00Z").as_unit("s")


def moments(count: int, first: pd.Timestamp, step: str = "1h") -> pd.DatetimeIndex:
    return pd.date_range(first, periods=count, freq=step, unit="s")


def test_rows_in_the_middle_of_hours_are_the_hours() -> None:
    middle = moments(3, START + pd.Timedelta(minutes=30))
    hourly = hourly_means(np.array([1.0, 2.0, 4.0]), middle, is_cyclic=False)
    assert hourly.tolist() == [1, 2, 4]
    assert hourly.index[0] == START


def test_rows_at_full_hours_share_two_hours_each() -> None:
    """Rows at 9, 10, 11: 09-10 is half of each of two; 08-09 is half covered, by the first."""
    hourly = hourly_means(
        np.array([1.0, 2.0, 4.0]), moments(3, START + pd.Timedelta(hours=1)), is_cyclic=False
    )
    assert hourly.tolist() == [1, 1.5, 3, 4]
    assert hourly.index[0] == START


def test_half_hour_rows_weigh_by_what_lies_in_the_hour() -> None:
    """Rows at 8:00, 8:30, 9:00, 9:30: 08-09 has a quarter of the first, a half of the second."""
    hourly = hourly_means(
        np.array([1.0, 2.0, 4.0, 8.0]), moments(4, START, "30min"), is_cyclic=True
    )
    assert hourly.tolist() == [
        (0.25 * 1 + 0.5 * 2 + 0.25 * 4),
        (0.25 * 4 + 0.5 * 8 + 0.25 * 1),
    ]


@given(
    values=st.lists(st.floats(0, 1), min_size=2, max_size=40),
    minutes=st.integers(0, 59),
)
def test_hourly_means_of_a_cycle_keep_mean_and_bounds(values: list[float], minutes: int) -> None:
    given_ = np.array(values)
    first = START + pd.Timedelta(minutes=minutes)
    hourly = hourly_means(given_, moments(len(values), first), is_cyclic=True)
    assert len(hourly) == len(values)
    assert hourly.mean() == pytest.approx(given_.mean(), abs=1e-12)
    assert given_.min() - 1e-12 <= hourly.min()
    assert hourly.max() <= given_.max() + 1e-12


def typical_year() -> pd.Series:
    """Local time at UTC-8 on the common year: the value is the number of the row."""
    return pd.Series(np.arange(8760.0), index=moments(8760, START))


def test_local_evening_of_new_years_eve_comes_first_in_utc() -> None:
    """Row 0 is 08Z of 1 January; 00Z to 07Z are the last eight rows of the file."""
    index = moments(9, pd.Timestamp("2023-01-01T00:00Z"))
    laid, repairs = lay(typical_year(), index, is_typical=True, origin="site")
    assert laid.tolist() == [*range(8752, 8760), 0]
    assert repairs == ()


def test_leap_day_is_28_february_again_and_said_so() -> None:
    index = moments(72, pd.Timestamp("2024-02-28T00:00Z"))
    laid, (repair,) = lay(typical_year(), index, is_typical=True, origin="site")
    assert laid.iloc[24:48].tolist() == laid.iloc[:24].tolist()
    assert laid.iloc[48] == laid.iloc[23] + 1
    assert (repair.rule, repair.hours) == ("repeat_28_february", 24)


def test_real_years_go_to_their_own_hours_and_lend_the_rest() -> None:
    """A file that ends with 2023, on its last 16 hours and the 32 after: 2023 lends them again."""
    record = pd.Series(
        np.arange(2 * 8760.0), index=moments(2 * 8760, pd.Timestamp("2022-01-01T00:00Z"))
    )
    index = moments(48, pd.Timestamp("2023-12-31T08:00Z"))
    laid, (repair,) = lay(record, index, is_typical=False, origin="site")
    assert laid.tolist() == [*range(17_504, 17_520), *range(8760, 8792)]
    assert (repair.rule, repair.hours) == ("lay_by_hour_of_year", 32)


def test_an_hour_no_year_has_is_refused() -> None:
    half = typical_year().iloc[:4000]
    with pytest.raises(
        DataError, match=r"site: has no 17 June 00:00Z in any year \(4752 such hours"
    ):
        lay(half, moments(8752, START), is_typical=False, origin="site")


def test_leap_days_of_a_real_leap_year_are_kept() -> None:
    record = pd.Series(np.arange(8784.0), index=moments(8784, pd.Timestamp("2020-01-01T00:00Z")))
    index = moments(24, pd.Timestamp("2024-02-29T00:00Z"))
    laid, (repair,) = lay(record, index, is_typical=False, origin="site")
    assert laid.iloc[0] == 59 * 24
    assert repair.rule == "lay_by_hour_of_year"


def own(*overrides: str) -> list[str]:
    site = [f"{plant}.{key}" for plant in ("solar", "wind") for key in ("source=weather",)]
    return [*site, f"solar.file={files.GREENSBORO}", f"wind.file={files.GREENSBORO}", *overrides]


def test_traces_take_own_weather_and_say_so() -> None:
    traces = build_traces(load_scenario("quickstart", own("solar.mount=fixed")))
    grid, _, solar, wind, *_ = traces.sources
    assert "solar: own weather, 723170TYA.CSV; wind: own weather, 723170TYA.CSV" in grid.note
    for words in (
        "TMY3, typical year, laid by hour of year, UTC",
        "Greensboro Piedmont Triad Int, NC, 36.10° N 79.95° W, 273 m",
        "fixed, tilt 36.1°, DC/AC 1.3, losses 14 %",
    ):
        assert words in solar.note
    assert "V126/3300 at 117 m, wakes 5 %, losses 7.4 %" in wind.note
    assert len(solar.sha256) == 64
    index = traces.index
    alone, *_ = plant_cf(SolarOption(source="weather", file=files.GREENSBORO, mount="fixed"), index)
    np.testing.assert_array_equal(traces.column("solar_cf"), alone)


def test_fleet_is_left_as_it_was_when_only_wind_has_weather() -> None:
    fleet = build_traces(load_scenario("quickstart"))
    mixed = build_traces(
        load_scenario("quickstart", ["wind.source=weather", f"wind.file={files.GREENSBORO}"])
    )
    np.testing.assert_array_equal(mixed.column("solar_cf"), fleet.column("solar_cf"))
    assert not np.array_equal(mixed.column("wind_cf"), fleet.column("wind_cf"))
    others = ["intensity_kg_per_mwh", "carbon_free_frac", "load_mw"]
    pd.testing.assert_frame_equal(mixed.table[others], fleet.table[others])


def test_a_scenario_without_weather_loads_no_pvlib() -> None:
    """It takes a second to import; a grid file and a fleet need none of it."""
    code = "import sys, dcsim.traces.frame; print({'pvlib', 'windpowerlib'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_plan_on_own_weather_works_end_to_end(dcsim_cli, tmp_path: Path) -> None:
    short = ["horizon.hours=48", "strategies=[all]", *own("grid.id=BPAT:reference")]
    code, _, err = dcsim_cli("plan", "quickstart", *[a for s in short for a in ("--set", s)])
    assert code == 0, err
    folder = tmp_path / "results" / "quickstart"
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "TMY3, typical year, laid by hour of year, UTC" in page
    assert "tracking, 60° at most" in page
    whats = [s["what"] for s in json.loads((folder / "metadata.json").read_text())["sources"]]
    assert whats[:5] == ["grid", "emission factors", "solar", "wind", "load"]
    assert dcsim_cli("plan", folder / "scenario.yaml", "--out", tmp_path / "again")[0] == 0
    assert (tmp_path / "again" / "ledger.csv").read_bytes() == (folder / "ledger.csv").read_bytes()


def test_embodied_carbon_is_charged_on_what_the_own_plant_generates() -> None:
    """55 kg/MWh on the sum of the own capacity factors, as on the fleet's."""
    scenario = load_scenario("quickstart", own("horizon.hours=240"))
    traces = build_traces(scenario)
    problem = problem_of(scenario, [traces], "all")
    assert problem.solar_cf.sum() == traces.column("solar_cf").sum() > 0
    assert problem.wind_cf.sum() == traces.column("wind_cf").sum() > 0
