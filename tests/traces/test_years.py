"""Traces of several years: each on its own grid, scaled by its multipliers, read once."""

import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dcsim.errors import DataError, ScenarioError
from dcsim.scenario.spec import Scenario
from dcsim.traces import years as years_module
from dcsim.traces.frame import build_traces
from dcsim.traces.years import build_years, each_world
from tests.conftest import scenario_of, traces_of

OUTLOOK = {"years": 4, "step_years": 2, "intensity_per_year_frac": -0.5, "load_per_year_frac": 0.2}


@pytest.fixture
def grid_of(tmp_path: Path):
    """A file of 48 hours: some coal, and wind of 10 MW in its highest hour."""

    def written(year: int, coal_mw: float) -> Path:
        index = pd.date_range(f"{year}-01-01", periods=48, freq="h")
        wind_mw = 10.0 * (1 - (np.arange(48) % 2) / 2)
        path = tmp_path / f"{year}.csv"
        pd.DataFrame(
            {"utc_hour_beginning": index, "coal_mw": coal_mw, "solar_mw": 0.0, "wind_mw": wind_mw}
        ).to_csv(path, index=False)
        return path

    return written


def test_without_years_it_is_the_grid_s_horizon(grid_of) -> None:
    scenario = scenario_of(grid={"file": grid_of(2022, 30.0)})
    (one,) = build_years(scenario)
    alone = build_traces(scenario)
    pd.testing.assert_frame_equal(one.table, alone.table)
    assert (one.name, one.weight, one.sources) == ("", 1.0, alone.sources)


def test_each_year_has_its_own_grid_start_and_hours(grid_of) -> None:
    """Coal of 30 and 0 MW beside 10 of wind in the first hour: (820 30 + 11 10) / 40, and 11."""
    years = [
        {"name": "dirty", "file": grid_of(2021, 30.0), "weight": 2.0},
        {"name": "clean", "file": grid_of(2022, 0.0), "start": "2022-01-01T10:00Z"},
    ]
    scenario = scenario_of(
        years=years, horizon={"hours": 6, "start": "2021-01-01T01:00Z"}, wind={"enabled": True}
    )
    dirty, clean = build_years(scenario)
    assert (dirty.name, dirty.weight, clean.name, clean.weight) == ("dirty", 2, "clean", 1)
    assert dirty.index[0] == pd.Timestamp("2021-01-01T00:00Z")
    assert clean.index[0] == pd.Timestamp("2022-01-01T10:00Z")
    assert dirty.hours == clean.hours == 6
    assert dirty.column("intensity_kg_per_mwh")[0] == pytest.approx((820 * 30 + 11 * 10) / 40)
    assert clean.column("intensity_kg_per_mwh").tolist() == pytest.approx([11] * 6)
    assert clean.column("wind_cf").tolist() == [1, 0.5, 1, 0.5, 1, 0.5]


def test_a_year_on_the_scenario_s_grid_starts_where_the_horizon_does(grid_of) -> None:
    years = [{"name": "as-asked"}, {"name": "later", "start": "2022-01-01T05:00Z"}]
    horizon = {"hours": 3, "start": "2022-01-01T02:00Z"}
    built = build_years(
        scenario_of(grid={"file": grid_of(2022, 30.0)}, years=years, horizon=horizon)
    )
    assert [year.index[0].hour for year in built] == [2, 5]


def test_nameplates_are_those_of_each_year_s_own_grid(grid_of) -> None:
    """The scenario's 20 MW are of its own grid; a year's own 40 MW, or none: its highest hour."""
    grid = {"file": grid_of(2022, 30.0), "wind_nameplate_mw": 20.0}
    years = [
        {"name": "same"},
        {"name": "other", "file": grid_of(2021, 30.0)},
        {"name": "known", "file": grid_of(2021, 30.0), "wind_nameplate_mw": 40.0},
    ]
    built = build_years(scenario_of(grid=grid, years=years, wind={"enabled": True}))
    assert [year.column("wind_cf").max() for year in built] == [0.5, 1.0, 0.25]


def test_an_outlook_scales_intensity_and_load_and_says_so(grid_of) -> None:
    """Two years at 1 and 0.5, mean 0.75, then 0.25 and 0.125: 0.1875; load 1.1, then 1.584."""
    tier = {"name": "batch", "share_frac": 0.4, "deadline_h": 3}
    scenario = scenario_of(
        grid={"file": grid_of(2022, 30.0)},
        datacenter={"capacity_mw": 10, "flexible": [tier]},
        outlook=OUTLOOK,
    )
    now = build_traces(scenario)
    first, last = build_years(scenario)
    assert (first.name, first.weight, last.name, last.weight) == ("years-1-2", 2, "years-3-4", 2)
    for year, cleaner, more in ((first, 0.75, 1.1), (last, 0.1875, 1.584)):
        for column in now.table:
            factor = {"intensity_kg_per_mwh": cleaner}.get(column, 1.0)
            if column in ("load_mw", "fixed_mw", "arriving_batch_mw"):
                factor = more
            assert year.column(column) == pytest.approx(factor * now.column(column)), column
        notes = {source.what: source.note for source in year.sources}
        assert notes["emission factors"].endswith(f"; times {cleaner:g}")
        assert notes["load"].endswith(f"; times {more:g}")
        assert "times" not in notes["grid"]


def test_what_is_the_same_is_read_once(grid_of, monkeypatch: pytest.MonkeyPatch) -> None:
    reads = []

    def counted(scenario):
        reads.append(scenario.grid.file)
        return build_traces(scenario)

    monkeypatch.setattr(years_module, "build_traces", counted)
    files = [grid_of(year, 30.0) for year in (2021, 2022)]
    weather = [{"name": file.stem, "file": file} for file in files]
    outlook = {"years": 20, "step_years": 2, "load_per_year_frac": 0.01}
    assert len(build_years(scenario_of(years=weather, outlook=outlook))) == 20
    assert reads == files
    grid = {"file": files[0]}
    assert len(build_years(scenario_of(grid=grid, outlook=outlook | {"years": 7}))) == 4
    assert reads == [*files, files[0]]


def test_the_mean_account_has_a_mean_for_each_year(grid_of) -> None:
    """Per hour (820 c + 11 w) / (c + w) with wind of 10 and 5 MW in turn."""
    years = [{"name": str(y), "file": grid_of(y, coal)} for y, coal in ((2021, 30.0), (2022, 5.0))]
    built = build_years(scenario_of(grid={"id": "ERCO:reference", "account": "mean"}, years=years))
    for year, coal in zip(built, (30.0, 5.0), strict=True):
        mean = np.mean([(820 * coal + 11 * wind) / (coal + wind) for wind in (10, 5)])
        assert year.column("intensity_kg_per_mwh") == pytest.approx(np.full(48, mean))


def test_an_error_names_its_year(grid_of, tmp_path: Path) -> None:
    good = {"name": "good", "file": grid_of(2022, 30.0)}
    bad = {"name": "short", "file": grid_of(2021, 30.0)}
    with pytest.raises(DataError, match=r"year short: .*2021\.csv: horizon .* must be whole hours"):
        build_years(
            scenario_of(years=[good, bad | {"start": "2021-01-02T12:00Z"}], horizon={"hours": 24})
        )
    with pytest.raises(DataError, match=r"year gone: .*gone\.csv"):
        build_years(scenario_of(years=[good, {"name": "gone", "file": tmp_path / "gone.csv"}]))
    prices = tmp_path / "prices.csv"
    index = pd.date_range("2022-01-01", periods=48, freq="h", tz="UTC")
    pd.DataFrame({"utc": index, "usd": 5.0}).to_csv(prices, index=False)
    with pytest.raises(DataError, match=r"year short: .*prices\.csv: has 2022.* must cover .*2021"):
        build_years(scenario_of(years=[good, bad], cost={"energy_file": prices}))


@pytest.mark.usefixtures("own_store")
def test_a_grid_that_is_not_stored_is_named_with_its_year() -> None:
    with pytest.raises(ScenarioError, match=r"year dry: grid\.id: CISO:2019 is not stored"):
        build_years(scenario_of(years=[{"name": "dry", "grid": "CISO:2019"}]))


@pytest.mark.real_data
def test_four_real_years_of_ciso(real_data: Path) -> None:
    """A leap year among them; the fleet's own highest hour is the basis of each."""
    folder = real_data / "eia930_hourly"
    years = [{"name": str(y), "file": folder / f"CISO_{y}.csv.gz"} for y in range(2019, 2023)]
    scenario = scenario_of(
        grid={"id": "CISO:reference", "repair": "interpolate"}, years=years, solar={"enabled": True}
    )
    built = build_years(scenario)
    assert [year.name for year in built] == ["2019", "2020", "2021", "2022"]
    assert [year.hours for year in built] == [8760, 8784, 8760, 8760]
    assert all(year.column("solar_cf").max() == 1 for year in built)
    assert all(150 < year.column("intensity_kg_per_mwh").mean() < 350 for year in built)


def test_a_world_is_read_once_and_thousands_of_years_are_checked_in_a_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The origin of a year is what tells worlds apart; a hash of the scenario holds all years."""
    years = [{"name": f"y{n}", "load_frac": 1 + n / 3000} for n in range(3000)]
    scenario = scenario_of(years=years)
    world = traces_of(scenario, intensity=[1.0])
    read: list[Scenario] = []
    monkeypatch.setattr(years_module, "build_traces", lambda asked: read.append(asked) or world)
    start = time.process_time()
    found = list(each_world(scenario))
    assert time.process_time() - start < 3.0
    assert [year.name for year, _ in found] == [f"y{n}" for n in range(3000)]
    assert len(read) == 1
