"""Traces on one index: horizon, capacity factors, tiers, local days, and what is refused."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dcsim.errors import DataError
from dcsim.grid.store.importing import import_files
from dcsim.scenario.load import load_scenario
from dcsim.traces.frame import Traces, build_traces, local_day_numbers
from tests.conftest import scenario_of, traces_of


@pytest.fixture
def with_file(tmp_path: Path):
    """A scenario on a file of 72 hours: coal 100, solar -1 at night and 40 at noon, wind 50."""

    def scenario(*overrides: str):
        index = pd.date_range("2022-06-01", periods=72, freq="h")
        noon = np.where(index.hour == 12, 40.0, -1.0)
        table = pd.DataFrame(
            {"utc_hour_beginning": index, "coal_mw": 100.0, "solar_mw": noon, "wind_mw": 50.0}
        )
        path = tmp_path / "mix.csv"
        table.to_csv(path, index=False)
        grid = [f"grid.file={path}", "grid.id=null"]
        return load_scenario("quickstart", [*grid, *overrides])

    return scenario


def test_capacity_factors_over_the_maximum_and_named_so(with_file) -> None:
    traces = build_traces(with_file())
    assert traces.column("solar_cf").max() == 1
    note = traces.sources[0].note
    assert "solar: over its highest hour, 40 MW; wind: over its highest hour, 50 MW" in note


def test_capacity_factors_over_the_nameplate_and_named_so(with_file) -> None:
    traces = build_traces(with_file("grid.solar_nameplate_mw=80", "grid.wind_nameplate_mw=200"))
    assert traces.column("solar_cf").max() == 0.5
    assert set(traces.column("wind_cf")) == {0.25}
    assert "solar: over its nameplate, 80 MW" in traces.sources[0].note


def test_maximum_wins_when_asked_for(with_file) -> None:
    asked = with_file("grid.solar_nameplate_mw=80", "grid.capacity_factor=maximum")
    assert build_traces(asked).column("solar_cf").max() == 1


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("grid.capacity_factor=nameplate", "the solar nameplate is not known; give"),
        ("grid.solar_nameplate_mw=30", "solar generation reaches 40 MW, above its nameplate of 30"),
        ("horizon.hours=73", "must be whole hours within 2022-06-01 00:00Z to 2022-06-04 00:00Z"),
        ("horizon.start=2022-05-31T23:00Z", "horizon 2022-05-31 23:00Z to 2022-06-04 00:00Z must"),
        ("horizon.start=2022-06-01T00:30Z", "must be whole hours"),
        ("horizon.start=2022-06-01T00:00:01Z", "must be whole hours"),
        ("horizon.start=2022-06-04T00:00Z", "must be whole hours within"),
    ],
)
def test_what_the_data_cannot_give_is_refused(with_file, override: str, words: str) -> None:
    with pytest.raises(DataError) as raised:
        build_traces(with_file(override))
    assert words in str(raised.value)
    assert "mix.csv" in str(raised.value)


def test_negative_generation_counts_as_zero_and_is_reported(with_file) -> None:
    traces = build_traces(with_file())
    assert traces.column("solar_cf").min() == 0
    (repair,) = traces.sources[0].repairs
    assert (repair.rule, repair.hours) == ("clip_negative", 69)


def test_horizon_cuts_the_data_but_not_the_basis_of_capacity_factors(with_file) -> None:
    """Six hours of night: the highest hour is still the 40 MW of the file's noons."""
    traces = build_traces(with_file("horizon.start=2022-06-02T08:00+02:00", "horizon.hours=7"))
    assert traces.index[0] == pd.Timestamp("2022-06-02T06:00Z")
    assert traces.hours == 7
    assert traces.column("solar_cf").tolist() == [0, 0, 0, 0, 0, 0, 1]


def test_tiers_and_fixed_load_sum_to_the_load(with_file) -> None:
    table = build_traces(with_file()).table
    parts = table[["fixed_mw", "arriving_soon_mw", "arriving_batch_mw"]].sum(axis=1)
    assert parts.to_numpy() == pytest.approx(table["load_mw"].to_numpy())
    assert table["arriving_soon_mw"].to_numpy() == pytest.approx(0.2 * table["load_mw"].to_numpy())


def test_local_days_have_23_24_and_25_hours() -> None:
    """New York 2022: clocks go forward on 13 March and back on 6 November."""
    for date, hours in (("2022-03-13", 23), ("2022-07-01", 24), ("2022-11-06", 25)):
        start = pd.Timestamp(date, tz="America/New_York").tz_convert("UTC")
        days = local_day_numbers(pd.date_range(start, periods=60, freq="h"), "America/New_York")
        assert np.bincount(days)[0] == hours


def _tables() -> pd.DataFrame:
    return traces_of(scenario_of(), intensity=[100, 200]).table


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("solar_cf", 1.01, "solar_cf at 2022-01-01 00:00Z is 1.01; must be within 0 and 1"),
        ("intensity_kg_per_mwh", -1, "intensity_kg_per_mwh at 2022-01-01 00:00Z is -1"),
        ("load_mw", np.nan, "load_mw at 2022-01-01 00:00Z is nan"),
    ],
)
def test_traces_refuse_values_out_of_range(column: str, value: float, words: str) -> None:
    with pytest.raises(DataError, match=words.replace(".", r"\.")):
        Traces(_tables().assign(**{column: value}), np.zeros(2, dtype=int), ())


def test_traces_refuse_a_gap_a_wrong_zone_and_a_wrong_length() -> None:
    table = _tables()
    with pytest.raises(DataError, match="follows"):
        Traces(
            table.set_axis([table.index[0], table.index[0] + pd.Timedelta(hours=3)]),
            np.zeros(2, dtype=int),
            (),
        )
    with pytest.raises(DataError, match="stamps must be UTC"):
        Traces(table.tz_convert("America/New_York"), np.zeros(2, dtype=int), ())
    with pytest.raises(DataError, match="local_day"):
        Traces(table, np.zeros(3, dtype=int), ())
    with pytest.raises(DataError, match="has no hours"):
        Traces(table.iloc[:0], np.zeros(0, dtype=int), ())


def electricity_maps_file(folder: Path) -> Path:
    """Two days of ERCO's intensity as Electricity Maps gives it: 300 kg/MWh, 40 % carbon-free."""
    head = (
        "Datetime (UTC),Country,Zone Name,Zone Id,Carbon Intensity gCO₂eq/kWh (direct),"
        "Carbon Intensity gCO₂eq/kWh (LCA),Low Carbon Percentage,Renewable Percentage,Data Source,"
        "Data Estimated,Data Estimation Method"
    )
    stamps = pd.date_range("2022-01-01", periods=48, freq="h")
    rows = [f"{at},USA,Texas,US-TEX-ERCO,250,300,40,30,eia.gov,false," for at in stamps]
    path = folder / "US-TEX-ERCO_2022_hourly.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.usefixtures("own_store")
def test_a_reported_intensity_is_planned_on_if_solar_and_wind_need_no_fleet(tmp_path: Path) -> None:
    import_files([electricity_maps_file(tmp_path)])
    grid = {"id": "ERCO:2022", "account": "reported"}
    traces = build_traces(scenario_of(grid=grid))
    assert traces.table["intensity_kg_per_mwh"].eq(300).all()
    assert traces.table["carbon_free_frac"].eq(0.4).all()
    assert traces.table["solar_cf"].eq(0).all()
    with pytest.raises(DataError, match="holds no wind generation to scale wind from; set wind"):
        build_traces(scenario_of(grid=grid, wind={}))
