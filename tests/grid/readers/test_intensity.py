"""An hourly carbon intensity alone, at both doors: names, units, stamps, and what is refused."""

from pathlib import Path

import pandas as pd
import pytest

from dcsim.errors import DataError
from dcsim.grid.accounts import SHARE_UNKNOWN, hourly_carbon
from dcsim.grid.readers.formats import read_records
from dcsim.grid.records import CARBON_FREE, DIRECT_INTENSITY, INTENSITY
from dcsim.grid.store.grids import load_grid, read_grid_file
from dcsim.grid.store.importing import import_files
from dcsim.scenario.load import load_scenario
from dcsim.scenario.spec import Grid
from dcsim.traces.frame import build_traces

HOURS = pd.date_range("2022-01-01", periods=30, freq="h")
KG = [400.0 + hour for hour in range(30)]


def table_file(folder: Path, columns: dict[str, list[object]], name: str = "mine.csv") -> Path:
    path = folder / name
    table = pd.DataFrame(columns)
    table.to_parquet(path) if name.endswith("parquet") else table.to_csv(path, index=False)
    return path


def stamped(name: str, values: list[float], stamp: str = "utc_hour_beginning") -> dict[str, list]:
    return {stamp: [f"{hour:%Y-%m-%d %H:%M}" for hour in HOURS], name: list(values)}


def strict(path: Path, **grid: object):
    return read_grid_file(path, Grid.model_validate({"file": path, "account": "reported", **grid}))


@pytest.mark.parametrize(
    ("name", "per_kg"),
    [
        ("intensity_kg_per_mwh", 1.0),
        ("carbon_intensity_g_per_kwh", 1.0),
        ("Carbon Intensity gCO₂eq/kWh (LCA)", 1.0),
        ("ci_gco2_per_kwh", 1.0),
        ("CO2 intensity [kg/kWh]", 1e-3),
        ("co2_kg_per_mwh", 1.0),
        ("emission rate (tCO2/MWh)", 1e-3),
        ("carbon_intensity_lbs_per_mwh", 1 / 0.45359237),
        ("CO2 (lb/MWh)", 1 / 0.45359237),
        ("aoer_lbs_co2_per_mwh", 1 / 0.45359237),
    ],
)
def test_units_in_names_are_converted(tmp_path: Path, name: str, per_kg: float) -> None:
    path = table_file(tmp_path, stamped(name, [kg * per_kg for kg in KG]))
    grid = strict(path)
    assert grid.records is not None
    assert not grid.has_generation
    assert grid.records[INTENSITY].to_numpy() == pytest.approx(KG)
    ((_, records),) = read_records(path, ba_code="ERCO")
    assert records.table[INTENSITY].to_numpy() == pytest.approx(KG)
    assert grid.source.warnings == ()


def test_direct_and_share_are_kept_beside_it(tmp_path: Path) -> None:
    columns = stamped("intensity_kg_per_mwh", KG) | {
        "direct_g_per_kwh of CO2": [kg - 100 for kg in KG],
        "Carbon-free energy percentage (CFE%)": [60.0] * 30,
    }
    records = strict(table_file(tmp_path, columns)).records
    assert records is not None
    assert records[DIRECT_INTENSITY].to_numpy() == pytest.approx([kg - 100 for kg in KG])
    assert records[CARBON_FREE].unique().tolist() == [0.6]


def test_opendc_counts_milliseconds(tmp_path: Path) -> None:
    stamps = (HOURS.tz_localize("UTC") - pd.Timestamp(0, tz="UTC")) // pd.Timedelta("1ms")
    table = {"timestamp": list(stamps), "carbon_intensity": KG}
    for moments in (stamps, HOURS, HOURS.tz_localize("UTC")):
        path = table_file(tmp_path, {**table, "timestamp": list(moments)}, "ERCO.parquet")
        grid = strict(path)
        assert grid.index[0] == pd.Timestamp("2022-01-01T00:00Z")
        assert grid.records is not None
        assert grid.records[INTENSITY].tolist() == KG
        assert "carbon_intensity as g/kWh" in grid.source.warnings[0]


def test_watttime_is_pounds_in_five_minutes_and_marginal(tmp_path: Path) -> None:
    moments = pd.date_range("2022-01-01", periods=36, freq="5min", tz="UTC")
    value = [900.0] * 12 + [1000.0] * 12 + [800.0] * 6 + [1000.0] * 6
    columns = {"point_time": [moment.isoformat() for moment in moments], "value": value}
    grid = strict(table_file(tmp_path, columns))
    assert grid.records is not None
    pounds = [value / 0.45359237 for value in grid.records[INTENSITY]]
    assert pounds == pytest.approx([900.0, 1000.0, 900.0])
    assert "5 minutes are averaged" in grid.source.note
    assert any("marginal" in warning for warning in grid.source.warnings)
    average = columns | {"signal_type": ["co2_aoer"] * 36, "units": ["lbs_co2_per_mwh"] * 36}
    assert not any("marginal" in w for w in strict(table_file(tmp_path, average)).source.warnings)
    with pytest.raises(DataError, match="signal_type is health_damage"):
        strict(table_file(tmp_path, columns | {"signal_type": ["health_damage"] * 36}))


def test_quarter_hours_of_vessim_are_averaged_once_they_say_utc(tmp_path: Path) -> None:
    moments = pd.date_range("2022-01-01", periods=9, freq="15min")
    naive = {
        "Time": [str(moment) for moment in moments],
        "Carbon Intensity": [100.0 + n for n in range(9)],
    }
    with pytest.raises(DataError, match="says no zone; give an offset"):
        strict(table_file(tmp_path, naive))
    grid = strict(
        table_file(
            tmp_path, {"time_utc": naive["Time"], "Carbon Intensity": naive["Carbon Intensity"]}
        )
    )
    assert grid.records is not None
    assert grid.records[INTENSITY].tolist() == [101.5, 105.5]


def test_ends_of_hours_are_moved_back(tmp_path: Path) -> None:
    for stamp, name in (("hour_ending_utc", "co2_g_per_kwh"), ("UTC time", "carbon_intensity")):
        grid = strict(table_file(tmp_path, stamped(name, KG, stamp)))
        assert grid.index[0] == pd.Timestamp("2021-12-31T23:00Z")


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (stamped("carbon_intensity_tons_per_mwh", [0.4] * 30), "short or metric"),
        (stamped("intensity_kg_per_mwh", [*KG[:5], -1.0, *KG[6:]]), "line 7: .* is -1 kg/MWh"),
        (stamped("intensity_kg_per_mwh", [4000.0] * 30), "within 0 and 1,500 kg/MWh"),
        (stamped("intensity_kg_per_mwh", [0.4] * 30), "Is it in kg/kWh"),
        (stamped("co2_g_per_kwh", KG) | {"co2_kg_per_mwh": KG}, "both hold intensity_kg_per_mwh"),
        (stamped("co2_g_per_kwh", KG, "local_time"), "no column of stamps in UTC"),
        (stamped("intensity_kg_per_mwh", KG) | {"carbon_free_frac": [60.0] * 30}, "within 0 and 1"),
        (
            {"utc": ["2022-01-01T00:00"] * 2, "co2_g_per_kwh": [1.0, 400.0]},
            "is there twice, with different values",
        ),
        ({"utc": ["2022-01-01T00:00", "2022-01-01T00:40"], "co2_g_per_kwh": [9, 8]}, "40 minutes"),
    ],
)
def test_what_is_not_certain_is_refused(
    tmp_path: Path, columns: dict[str, list[object]], words: str
) -> None:
    with pytest.raises(DataError, match=words):
        strict(table_file(tmp_path, columns))


def test_a_blank_hour_is_filled_only_if_asked(tmp_path: Path) -> None:
    path = table_file(tmp_path, stamped("intensity_kg_per_mwh", [*KG[:5], None, *KG[6:]]))  # type: ignore[list-item]
    with pytest.raises(DataError, match="none may be missing"):
        strict(path)
    grid = strict(path, repair="interpolate")
    assert grid.records is not None
    assert grid.records[INTENSITY].tolist() == KG


@pytest.mark.usefixtures("own_store")
def test_the_store_and_the_strict_door_agree(tmp_path: Path) -> None:
    path = table_file(tmp_path, stamped("carbon_intensity_lb_per_mwh", [900.0] * 30))
    (one,) = import_files([path], ba_code="ERCO").imported
    stored = load_grid(Grid(id=str(one.grid_id), account="reported"), seed=0)
    carbon = [
        hourly_carbon(grid, Grid(id="ERCO:2022", account="reported"), grid.index)
        for grid in (stored, strict(path))
    ]
    assert carbon[0].intensity_kg_per_mwh.tolist() == pytest.approx([900 * 0.45359237] * 30)
    pd.testing.assert_series_equal(*(one.intensity_kg_per_mwh for one in carbon))
    assert all(one.source.warnings == (SHARE_UNKNOWN,) for one in carbon)


@pytest.mark.parametrize("account", ["average", "mean", "marginal", "consumption"])
def test_other_accounts_say_what_to_set(tmp_path: Path, account: str) -> None:
    grid = strict(table_file(tmp_path, stamped("intensity_kg_per_mwh", KG)), account=account)
    with pytest.raises(DataError, match=r"set grid\.account: reported"):
        hourly_carbon(grid, Grid.model_validate({"file": "x", "account": account}), grid.index)


def test_a_plan_without_generation_needs_weather_or_no_plants(tmp_path: Path) -> None:
    path = table_file(tmp_path, stamped("intensity_kg_per_mwh", KG))
    asked = load_scenario("quickstart").model_copy(
        update={"grid": Grid.model_validate({"file": path, "account": "reported"})}
    )
    with pytest.raises(DataError, match=r"solar\.source: weather and solar\.file: FILE"):
        build_traces(asked)
    without = {"enabled": False}
    plants = {name: getattr(asked, name).model_copy(update=without) for name in ("solar", "wind")}
    traces = build_traces(asked.model_copy(update=plants))
    assert traces.column("intensity_kg_per_mwh").tolist() == KG


def test_demand_beside_an_intensity_is_kept(tmp_path: Path) -> None:
    columns = stamped("intensity_kg_per_mwh", KG) | {"demand_mw": [9.0] * 30}
    ((found, records),) = read_records(table_file(tmp_path, columns), ba_code="ERCO")
    assert (found.name, sorted(records.table)) == ("plain", ["demand", INTENSITY])


def test_electricity_maps_is_read_at_the_strict_door(tmp_path: Path) -> None:
    columns = stamped("Carbon Intensity gCO₂eq/kWh (LCA)", KG, "Datetime (UTC)") | {
        "Zone Id": ["US-TEX-ERCO"] * 30,
        "Carbon Intensity gCO₂eq/kWh (direct)": [kg - 50 for kg in KG],
        "Low Carbon Percentage": [40.0] * 30,
        "Renewable Percentage": [30.0] * 30,
    }
    records = strict(table_file(tmp_path, columns)).records
    assert records is not None
    assert records.iloc[0].to_dict() == {
        INTENSITY: 400,
        DIRECT_INTENSITY: 350,
        CARBON_FREE: pytest.approx(0.4),
    }
