"""Where an authority has no fleet, the nearest stands for it, if that is asked for."""

from dataclasses import replace

import pytest

from dcsim.errors import DataError
from dcsim.grid.store.grids import load_grid
from dcsim.scenario.spec import Grid, Scenario
from dcsim.traces.frame import build_traces
from dcsim.traces.nearest import great_circle_km, nearest_fleet
from tests.conftest import scenario_of


def on_grid(grid: str, source: str) -> Scenario:
    plant = {"source": source}
    return scenario_of(grid={"id": grid}, solar=plant, wind=plant, horizon={"hours": 240})


def test_great_circle() -> None:
    """A degree of a great circle is 6371 km times pi / 180, or 111.195 km."""
    assert great_circle_km((10, 20), (11, 20)) == pytest.approx(111.195, abs=1e-3)
    assert great_circle_km((0, 179.5), (0, -179.5)) == pytest.approx(111.195, abs=1e-3)
    assert great_circle_km((60, 0), (60, 180)) == pytest.approx(60 * 111.195, rel=1e-4)


def test_hours_of_a_neighbor_s_wind_at_the_yield_of_the_own_state() -> None:
    """DUK has sun and no wind; TVA's wind is nearest, and North Carolina's plant made .287."""
    assert not build_traces(on_grid("DUK:reference", "fleet")).column("wind_cf").any()
    traces = build_traces(on_grid("DUK:reference", "nearest"))
    donor = build_traces(on_grid("TVA:reference", "fleet"))
    times = traces.column("wind_cf") / donor.column("wind_cf")
    assert times == pytest.approx(0.2871 / 0.3075, rel=1e-3)
    own = build_traces(on_grid("DUK:reference", "fleet"))
    assert traces.column("solar_cf").tolist() == own.column("solar_cf").tolist()
    (source,) = [source for source in traces.sources if source.what == "wind"]
    assert source.origin == "TVA:reference"
    assert source.note == "the nearest wind fleet, 307 km away: DUK has none"
    assert "hours of TVA for want of its own" in traces.sources[0].note
    (borrowed,) = source.warnings
    assert "wind (.287) from state NC: 1 plant of 208 MW" in borrowed


def test_hours_and_yield_of_a_neighbor_where_no_state_has_wind() -> None:
    """No wind plant stands in SOCO's states: hours and yield are those of TVA's fleet."""
    traces = build_traces(on_grid("SOCO:reference", "nearest"))
    donor = build_traces(on_grid("TVA:reference", "fleet"))
    assert traces.column("wind_cf").tolist() == donor.column("wind_cf").tolist()
    (of_wind,) = [found for found in traces.yields if found.fuel == "wind"]
    assert of_wind.borrowed == "the nearest fleet, that of TVA"


def test_own_fleet_is_taken_where_there_is_one() -> None:
    nearest, fleet = (build_traces(on_grid("ERCO:reference", s)) for s in ("nearest", "fleet"))
    assert nearest.table.equals(fleet.table)
    assert nearest.sources == fleet.sources


def test_records_without_wind_are_not_mixed_with_a_modelled_year() -> None:
    generation = load_grid(Grid(id="DUK:reference"), 0)
    source = replace(generation.source, origin="DUK:2022:0123")
    records = replace(generation, source=source)
    with pytest.raises(DataError, match=r"DUK:2022:0123: has no wind.*nearest is for reference"):
        nearest_fleet("wind", records, 0)


def test_keys_of_a_weather_file_are_refused() -> None:
    with pytest.raises(ValueError, match="mount can only be given with source: weather"):
        scenario_of(solar={"source": "nearest", "mount": "fixed"})
