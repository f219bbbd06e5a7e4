"""Hours that were filled or have a wrong sign: refused, or planned with a warning."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dcsim.errors import DataError
from dcsim.grid.generation import Repair, Source
from dcsim.grid.repair.changes import warnings_of_shares
from dcsim.grid.store.grids import load_grid
from dcsim.grid.store.importing import import_files
from dcsim.grid.store.provenance import GridId
from dcsim.grid.store.versions import read_provenance, resolve
from dcsim.scenario.load import load_scenario
from dcsim.scenario.spec import Grid
from dcsim.traces.frame import Traces, build_traces

Planned = Callable[..., Traces]

DAYS = 60
GAP = slice(10 * 24, 50 * 24)
"""40 days, from 11 January to 19 February."""


def lively(days: int = DAYS) -> pd.DataFrame:
    """Coal, gas, wind and solar; solar is zero at night."""
    index = pd.date_range("2022-01-01", periods=24 * days, freq="h", tz="UTC", unit="s")
    rng, hour = np.random.default_rng(3), np.arange(24 * days) % 24
    columns = {
        "coal": 300 + rng.normal(0, 5, len(index)),
        "natural_gas": 1200 + 100 * np.sin(2 * np.pi * hour / 24) + rng.normal(0, 20, len(index)),
        "wind": 600 + rng.normal(0, 50, len(index)),
        "solar": np.where(hour >= 14, 800 * np.sin(np.pi * (hour - 13.5) / 10), 0.0),
    }
    return pd.DataFrame(columns, index.rename("utc_hour_beginning")).round(1)


def written(folder: Path, table: pd.DataFrame) -> Path:
    path = folder / "CISO_2022.csv"
    table.add_suffix("_mw").to_csv(path)
    return path


@pytest.fixture
def from_file(tmp_path: Path) -> Planned:
    """Plan on a table as a plain file."""

    def planned(table: pd.DataFrame, *overrides: str) -> Traces:
        file = f"grid.file={written(tmp_path, table)}"
        asked = [file, "grid.id=null", "grid.repair=interpolate", *overrides]
        return build_traces(load_scenario("quickstart", asked))

    return planned


@pytest.fixture
def imported(tmp_path: Path, own_store: Path) -> Planned:
    """Plan on a table after it was imported."""

    def planned(table: pd.DataFrame, *overrides: str) -> Traces:
        import_files([written(tmp_path, table)])
        return build_traces(load_scenario("quickstart", ["grid.id=CISO:2022", *overrides]))

    return planned


@pytest.fixture(params=["from_file", "imported"])
def either(request: pytest.FixtureRequest) -> Planned:
    planned: Planned = request.getfixturevalue(request.param)
    return planned


def horizon(first_day: int, days: int) -> list[str]:
    start = pd.Timestamp("2022-01-01") + pd.Timedelta(days=first_day)
    return [f"horizon.start={start:%Y-%m-%dT%H:%MZ}", f"horizon.hours={24 * days}"]


def gappy(*columns: str) -> pd.DataFrame:
    table = lively()
    table.iloc[GAP, [table.columns.get_loc(column) for column in columns]] = np.nan
    return table


def warnings_of(traces: Traces) -> list[str]:
    return [words for source in traces.sources for words in source.warnings]


def test_good_hours_have_no_warning(either: Planned) -> None:
    assert warnings_of(either(lively())) == []


def test_blank_nights_plan_as_zeros_do(either: Planned) -> None:
    table = lively(14)
    blank, zeros = either(table.mask(table == 0)), either(table)
    pd.testing.assert_frame_equal(zeros.table, blank.table)
    assert warnings_of(blank) == []
    (repair,) = blank.sources[0].repairs
    assert (repair.rule, repair.hours) == ("blank_night", 14 * 14)


def test_an_import_of_blank_nights_is_graded_as_one_of_zeros(
    tmp_path: Path, own_store: Path
) -> None:
    """Half of its hours are changed by the rule, and none is a fault."""
    table = lively(14)
    grades = []
    for given in (table, table.mask(table == 0)):
        (one,) = import_files([written(tmp_path, given)], replaces=True).imported
        grades.append((one.provenance.grade, one.provenance.reasons))
    assert grades[0] == grades[1]
    assert load_grid(Grid(id="CISO:2022"), seed=0).table["solar"].min() == 0


def test_a_plain_file_is_refused_inside_weeks_without_values(from_file: Planned) -> None:
    table = gappy("coal", "natural_gas", "wind", "solar")
    with pytest.raises(DataError, match=r"CISO_2022\.csv: no usable coal, .* \(960 hours\)"):
        from_file(table, *horizon(20, 7))
    assert warnings_of(from_file(table, *horizon(0, 7))) == []


def test_an_import_is_planned_across_weeks_without_values_and_says_so(imported: Planned) -> None:
    """40 of 60 days of coal, and a third of the energy: 67 % of the horizon."""
    (told,) = imported(gappy("coal")).sources[0].warnings
    assert "no usable coal from 2022-01-11 00:00Z to 2022-02-19 23:00Z (960" in told
    assert "67 % of the horizon" in told


def test_an_import_is_refused_where_most_is_filled(imported: Planned) -> None:
    table = gappy("coal", "natural_gas", "wind", "solar")
    with pytest.raises(DataError, match="100 % of generation in the horizon is filled"):
        imported(table, *horizon(20, 7))
    with pytest.raises(DataError, match=r"CISO:2022:.*%.*at most 50 % may be"):
        imported(table)


@pytest.mark.parametrize("fuel", ["wind", "solar"])
def test_a_fleet_that_is_mostly_filled_is_refused_if_plants_run_as_it(imported, fuel) -> None:
    table = gappy(fuel)
    with pytest.raises(DataError, match=f"% of {fuel} in the horizon is filled"):
        imported(table)
    assert warnings_of(imported(table, f"{fuel}.enabled=false"))


def test_coal_below_zero_all_year_is_refused_in_a_plain_file(from_file: Planned) -> None:
    table = lively(14).assign(coal=-1000.0)
    with pytest.raises(DataError, match=r"coal is below zero in 336 of 336 hours \(lowest -1,000"):
        from_file(table)


def test_a_wrong_sign_outside_the_horizon_does_not_matter(from_file: Planned) -> None:
    table = lively(14)
    table.loc[table.index[:72], "coal"] = -1000.0
    assert warnings_of(from_file(table, *horizon(7, 7))) == []
    with pytest.raises(DataError, match="coal is below zero in 72 of 168 hours"):
        from_file(table, *horizon(0, 7))


def test_coal_below_zero_all_year_is_warned_of_and_graded_on_import(imported: Planned) -> None:
    (warning,) = imported(lively(10).assign(coal=-1000.0)).sources[0].warnings
    assert "coal is below zero in 240 of 240 hours (lowest -1,000 MW" in warning
    stored = resolve(GridId("CISO", 2022))
    assert stored is not None
    assert read_provenance(stored).grade == "F"


def test_station_use_and_pumps_are_not_warned_of(either: Planned) -> None:
    table = lively(10)
    night = table["solar"] == 0
    table["solar"] = table["solar"].mask(night, -4.0)
    table["hydro"] = np.where(table.index.hour < 6, -200.0, 150.0)
    assert warnings_of(either(table)) == []


FILES = {
    "load_mw": ["datacenter.load={kind: file, file: FILE}"],
    "price_usd_per_mwh": ["cost.energy_file=FILE"],
    "surplus_mw": ["grid.surplus={mw: 5, file: FILE}"],
}


@pytest.fixture
def with_hourly(tmp_path: Path) -> Callable[..., Traces]:
    """Plan three days of ten with one more hourly file, a part of which is blank."""

    def planned(column: str, blank: slice, *overrides: str) -> Traces:
        index = lively(10).index
        table = pd.DataFrame({column: 10.0 + np.arange(len(index)) % 24}, index)
        table.iloc[blank] = np.nan
        path = tmp_path / "hourly.csv"
        table.to_csv(path)
        file = f"grid.file={written(tmp_path, lively(10))}"
        own = [text.replace("FILE", str(path)) for text in FILES[column]]
        asked = [file, "grid.id=null", "grid.repair=interpolate", *own, *horizon(3, 3), *overrides]
        return build_traces(load_scenario("quickstart", asked))

    return planned


@pytest.mark.parametrize("column", FILES)
def test_an_hourly_file_is_refused_in_a_long_gap(with_hourly, column: str) -> None:
    with pytest.raises(DataError, match=rf"hourly\.csv: no usable {column} from .* \(25 hours\)"):
        with_hourly(column, slice(100, 125))
    assert warnings_of(with_hourly(column, slice(0, 30))) == []
    assert warnings_of(with_hourly(column, slice(170, 240))) == []


@pytest.mark.parametrize("column", FILES)
def test_hours_of_an_hourly_file_are_filled_from_the_days_around_and_told(
    with_hourly, column: str
) -> None:
    """Every day is alike, so that a day that is filled is as it was; 12 of 72 hours are 17 %."""
    whole, part = with_hourly(column, slice(0, 0)), with_hourly(column, slice(100, 112))
    pd.testing.assert_frame_equal(whole.table, part.table)
    (warning,) = warnings_of(part)
    assert "hourly.csv: interpolate changed 12 of 72 hours (17 %)" in warning
    assert warnings_of(with_hourly(column, slice(100, 103))) == []


def test_an_hourly_file_that_is_mostly_filled_is_refused(with_hourly) -> None:
    day = "horizon.hours=24"
    with pytest.raises(DataError, match=r"100 % of load_mw in the horizon is filled"):
        with_hourly("load_mw", slice(72, 96), day)


def test_what_follows_from_a_calendar_is_not_told_and_shares_are_of_the_hours_looked_at() -> None:
    laid = Repair("lay_by_hour_of_year", 8760, "another year", is_routine=True)
    few = Repair("interpolate_weather", 100, "wind_speed, linearly", of_hours=8760)
    many = Repair("interpolate_weather", 1000, "ghi, linearly", of_hours=8760)
    source = Source("wind", "site.epw", repairs=(laid, few, many))
    (warning,) = warnings_of_shares(source, 168)
    assert "wind site.epw: interpolate_weather changed 1,000 of 8,760 hours (11 %)" in warning
