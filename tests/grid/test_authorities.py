"""The registry: all there, adding up, each column with its source, and made again to the byte."""

import csv
import importlib.util
import json
import re
from datetime import date
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from dcsim.errors import DataError, ScenarioError
from dcsim.grid.authorities import (
    Authority,
    FleetYield,
    _value,
    authority_named,
    known_authorities,
    nearest_authorities,
)
from dcsim.grid.generation import FUELS
from dcsim.traces.yields import band_at
from grids.tools.yields import yields_of
from tests.conftest import REPOSITORY

GRIDS = REPOSITORY / "grids"
HOURS = 8760
CODES = sorted(known_authorities())
PLATED = ("nuclear", "hydro", "coal", "natural_gas", "oil", "solar", "wind")


def tool(name: str) -> ModuleType:
    """The script that makes a file of `grids/`."""
    spec = importlib.util.spec_from_file_location(name, GRIDS / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_how_many_there_are() -> None:
    """69 report or reported, 62 still do; one of the 69 (GLHB) has no generation on record."""
    authorities = known_authorities().values()
    assert len(authorities) == 69
    assert sum(a.is_active for a in authorities) == 62
    assert [a.ba_code for a in authorities if a.gen_total_gwh is None] == ["GLHB"]


@pytest.mark.parametrize("code", CODES)
def test_energy_by_fuel_sums_to_the_total(code: str) -> None:
    authority = known_authorities()[code]
    if authority.gen_total_gwh is None:
        assert all(getattr(authority, f"gen_{fuel}_gwh") is None for fuel in FUELS)
        return
    total = sum(authority.fact(f"gen_{fuel}_gwh") for fuel in FUELS)
    assert total == pytest.approx(authority.gen_total_gwh, rel=0.005)
    assert all(authority.fact(f"gen_{fuel}_gwh") >= 0 for fuel in FUELS)


@pytest.mark.parametrize("code", CODES)
def test_no_energy_exceeds_its_nameplate(code: str) -> None:
    authority = known_authorities()[code]
    for fuel in PLATED:
        nameplate_mw = getattr(authority, f"{fuel}_nameplate_mw")
        if nameplate_mw is not None and authority.gen_total_gwh is not None:
            assert authority.generation_mwh(fuel) <= nameplate_mw * HOURS


@pytest.mark.parametrize("code", CODES)
def test_solar_and_wind_have_a_fleet_and_a_place_where_they_have_energy(code: str) -> None:
    authority = known_authorities()[code]
    for fuel in ("solar", "wind"):
        has_energy = bool(getattr(authority, f"gen_{fuel}_gwh"))
        assert (getattr(authority, f"{fuel}_nameplate_mw") > 0) == has_energy
        assert (getattr(authority, f"{fuel}_latitude") is not None) == has_energy
        assert (getattr(authority, f"{fuel}_longitude") is not None) == has_energy
        assert getattr(authority, f"{fuel}_point") in (
            ["fleet", "authority"] if has_energy else [""]
        )


@pytest.mark.parametrize("code", CODES)
def test_facts_are_possible(code: str) -> None:
    a = known_authorities()[code]
    assert a.interconnect in ("western", "eastern", "ercot")
    assert a.is_active == (a.active_until is None)
    assert not (a.generation_only and a.demand_gwh)
    if a.demand_gwh and a.peak_demand_mw:
        mean_mw = a.demand_gwh * 1000 / HOURS
        assert a.fact("min_demand_mw") < mean_mw < a.peak_demand_mw
    if a.latitude and a.longitude:
        assert 24 < a.latitude < 50
        assert -125 < a.longitude < -66
    pd.Timestamp("2022-01-01", tz=a.time_zone)


ACCEPTED = {
    "PJM": 0.191, "ISNE": 0.162, "MISO": 0.178, "FPC": 0.200, "TAL": 0.217, "WALC": 0.231,
    "LDWP": 0.281, "BANC": 0.240, "PACW": 0.245, "NEVP": 0.285, "SCEG": 0.231, "PNM": 0.264,
    "WACM": 0.238, "AZPS": 0.300, "CPLW": 0.206, "SC": 0.230, "GRID": 0.242,
}  # fmt: skip
"""Solar: rows of EIA-923 over EIA-860 of 2019; of the last three their states' [-]."""


@pytest.mark.parametrize("code", ACCEPTED)
def test_solar_yields_are_those_of_metered_plants(code: str) -> None:
    """TAL's one plant made .217; fewer than three yield to Florida's .229."""
    found = known_authorities()[code].fleet_yield("solar")
    assert found is not None
    assert found.yield_frac == pytest.approx(ACCEPTED[code], rel=0.06 if code == "TAL" else 0.003)
    assert found.is_own == (code not in ("TAL", "CPLW", "SC", "GRID"))


@pytest.mark.parametrize("code", CODES)
def test_every_fleet_has_a_plausible_yield_with_its_basis(code: str) -> None:
    authority = known_authorities()[code]
    for fuel in ("solar", "wind"):
        found = authority.fleet_yield(fuel)
        if found is None:
            assert not getattr(authority, f"gen_{fuel}_gwh")
            assert getattr(authority, f"{fuel}_yield_basis") == ""
        else:
            assert band_at(authority, fuel).holds(found.yield_frac)
            assert re.match(
                r"(plants: \d+|(nearest )?state [A-Z]{2}: \d+ plants?) of ", found.basis
            )
    assert authority.fleet_yield("solar") or code == "GLHB"


def test_no_yield_without_a_basis_for_it() -> None:
    assert known_authorities()["FPL"].fleet_yield("wind") is None
    tva = known_authorities()["TVA"].fleet_yield("wind")
    assert tva == FleetYield(0.3075, "nearest state IN: 13 plants of 2307.8 MW")


@pytest.mark.real_data
def test_yields_are_near_every_row_of_three_plants_and_20_mw(real_data: Path) -> None:
    """Wind of PACW aside: .151, out of the band, its turbines being rebuilt; it has its state's."""
    table = pd.read_csv(real_data / "facts/yields_eia923_2019.csv")
    large = table[
        (table["by"] == "authority_eia860")
        & (table["plants"] >= 3)
        & (table["nameplate_mw"] >= 20)
        & table["code"].isin(CODES)
    ]
    far = []
    for row in large.itertuples():
        found = known_authorities()[str(row.code)].fleet_yield(str(row.kind))
        assert found is not None
        if found.yield_frac != pytest.approx(row.yield_frac, rel=0.15):
            far.append((row.code, row.kind))
    assert len(large) > 40
    assert far == [("PACW", "wind")]


def rows_of(*rows: tuple[str, str, int, float, float, float]) -> pd.DataFrame:
    columns = ["by", "code", "plants", "nameplate_mw", "yield_frac", "latitude"]
    table = pd.DataFrame(rows, columns=columns).assign(kind="solar", longitude=-100.0)
    return pd.concat([table, table.assign(kind="wind")])


@pytest.mark.parametrize(
    ("rows", "yield_frac", "basis"),
    [
        ([("authority_eia860", "X", 3, 20.0, 0.2, 40.0)], 0.2, "plants: 3 of 20 MW"),
        ([("authority_eia860", "X", 2, 90.0, 0.2, 40.0)], 0.25, "state UT: 9 plants of 90 MW"),
        ([("authority_eia860", "X", 3, 19.9, 0.2, 40.0)], 0.25, "state UT: 9 plants of 90 MW"),
        ([("state", "NV", 9, 50.0, 0.3, 40.5)], 0.3, "state NV: 9 plants of 50 MW"),
        ([("state", "NV", 2, 50.0, 0.3, 40.5)], 0.25, "state UT: 9 plants of 90 MW"),
        ([("state", "AZ", 9, 50.0, 0.3, 40.0)], 0.25, "state UT: 9 plants of 90 MW"),
    ],
)
def test_whose_yield_an_authority_gets(
    rows: list[tuple[str, str, int, float, float, float]], yield_frac: float, basis: str
) -> None:
    """X stands at 40 degrees and has plants in Utah, whose own stand at 41, and in Nevada."""
    table = rows_of(("state", "UT", 9, 90.0, 0.25, 41.0), *rows)
    fact = pd.Series({"ba_code": "X", "plant_states": "UT|NV"})
    point = {"latitude": 40.0, "longitude": -100.0, "solar_point": "", "wind_point": ""}
    made = yields_of(fact, point, table)
    assert (made["solar_yield_frac"], made["solar_yield_basis"]) == (yield_frac, basis)


@pytest.mark.parametrize(("point", "basis"), [("", ""), ("fleet", "nearest state UT: 9 plants of")])
def test_a_fleet_of_no_such_state_has_the_nearest_one_s(point: str, basis: str) -> None:
    fact = pd.Series({"ba_code": "X", "plant_states": "FL"})
    place = {"latitude": 40.0, "longitude": -100.0}
    points = {**place, "solar_point": "", "wind_point": point}
    points |= {f"wind_{name}": value for name, value in place.items()}
    made = yields_of(fact, points, rows_of(("state", "UT", 9, 90.0, 0.25, 41.0)))
    assert str(made["wind_yield_basis"]).startswith(basis)
    assert bool(made["wind_yield_frac"]) == bool(basis)


def test_known_values_of_2022_and_2019() -> None:
    """CISO's solar of 2022 in EIA-930, and DUK's nuclear of 2019 in EIA-923 [GWh]."""
    ciso, duk = known_authorities()["CISO"], known_authorities()["DUK"]
    assert (ciso.gen_year, ciso.gen_solar_gwh, ciso.solar_nameplate_mw) == (2022, 35912.0, 17942.9)
    assert (duk.gen_year, duk.gen_nuclear_gwh, duk.wind_nameplate_mw) == (2019, 61066.5, 0.0)
    assert (ciso.gen_basis, duk.gen_basis) == ("eia930_hourly_2022", "eia923_plants_2019")
    assert known_authorities()["OVEC"].active_until == date(2018, 12, 1)


def test_net_export_is_generation_less_demand() -> None:
    """CISO 2022: 171,996.8 - 223,670.2 = -51,673.4 GWh, an import."""
    assert known_authorities()["CISO"].net_export_gwh == pytest.approx(-51673.4)


def test_what_was_adjusted_is_said() -> None:
    """AZPS reports 1.658 of its 174.3 MW of wind, 289.0 MW: the nameplate is raised to it."""
    azps, epe = known_authorities()["AZPS"], known_authorities()["EPE"]
    assert azps.wind_nameplate_mw == 289.0
    assert azps.adjusted == "wind nameplate 174.3 MW raised to 289: highest hour reported"
    assert epe.wind_nameplate_mw == 0
    assert epe.adjusted == "wind nameplate 50.4 MW set to 0: no energy in the record"
    assert known_authorities()["SRP"].coal_nameplate_mw is None


@pytest.mark.parametrize(
    ("asked", "found"), [("CISO", "CISO"), (" ciso ", "CISO"), ("US-CAL-CISO", "CISO")]
)
def test_names_that_are_known(asked: str, found: str) -> None:
    assert authority_named(asked).ba_code == found


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        ("CAISO", "CISO"), ("ERCOT", "ERCO"), ("NYISO", "NYIS"), ("ISO-NE", "ISNE"),
        ("SPP", "SWPP"), ("BPA", "BPAT"), ("LADWP", "LDWP"), ("Pacificorp", "PACE"),
        ("bonneville", "BPAT"),
    ],
)  # fmt: skip
def test_the_nearest_is_named_first(asked: str, nearest: str) -> None:
    assert nearest_authorities(asked)[0].ba_code == nearest
    name = known_authorities()[nearest].ba_name
    with pytest.raises(ScenarioError) as caught:
        authority_named(asked)
    assert str(caught.value).startswith(
        f"there is no balancing authority {asked!r}; nearest are {nearest} ({name})"
    )


def test_where_nothing_is_near_the_list_is_named() -> None:
    with pytest.raises(ScenarioError, match=r"'qqqqqq'; `dcsim grids list` names them all"):
        authority_named("qqqqqq")


def test_a_blank_fact_is_named() -> None:
    with pytest.raises(DataError, match=r"GLHB: gen_coal_gwh is blank; it is needed"):
        known_authorities()["GLHB"].generation_mwh("coal")


@pytest.mark.parametrize(
    ("column", "text", "kind", "what"),
    [
        ("gen_year", "soon", int | None, "not a number"),
        ("demand_gwh", "1e", float | None, "not a number"),
        ("solar_nameplate_mw", "", float, "not a number"),
        ("active_from", "1/1/2004", date | None, "not a date such as 2004-01-31"),
        ("is_active", "maybe", bool, "neither yes nor no"),
    ],
)
def test_a_damaged_cell_is_named(column: str, text: str, kind: object, what: str) -> None:
    with pytest.raises(DataError, match=rf"XX: {column} is '{text}', {what}"):
        _value({"ba_code": "XX", column: text}, column, kind)


def test_every_column_is_a_field_and_every_field_a_column() -> None:
    with (GRIDS / "balancing_authorities.csv").open() as file:
        assert next(csv.reader(file)) == list(Authority.__dataclass_fields__)


def sources_of(file: str) -> str:
    """The part of SOURCES.md about a file."""
    text = (GRIDS / "SOURCES.md").read_text(encoding="utf-8")
    assert f"## {file}\n" in text, f"SOURCES.md has no part about {file}"
    return text.split(f"## {file}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("file", sorted(path.name for path in GRIDS.glob("*.csv")))
def test_every_column_names_a_source(file: str) -> None:
    with (GRIDS / file).open() as opened:
        columns = next(csv.reader(opened))
    part = sources_of(file)
    for fuel in FUELS:
        part = part.replace("`gen_<fuel>_gwh`", f"`gen_<fuel>_gwh`, `gen_{fuel}_gwh`")
    assert [column for column in columns if f"`{column}`" not in part] == []


def test_nothing_under_the_odbl_is_in_it() -> None:
    """Electricity Maps' yearly intensities, through co2.js, are under the ODbL."""
    with (GRIDS / "balancing_authorities.csv").open() as file:
        header = file.readline()
    assert "ci_" not in header
    assert "intensity" not in header


@pytest.mark.real_data
def test_the_shipped_bytes_are_made_again(real_data: Path) -> None:
    made = tool("registry")
    text = made.as_csv(made.registry(real_data))
    assert text == (GRIDS / "balancing_authorities.csv").read_text(encoding="utf-8")


def test_outline_is_thinned_and_neighbours_still_meet() -> None:
    """Two states side by side: the bump of a few metres goes, the shared border stays once."""
    made = tool("outline")
    topology = json.loads("""{
        "transform": {"scale": [0.01, 0.01], "translate": [-100, 40]},
        "arcs": [[[0, 0], [0, 100]],
                 [[0, 100], [-200, 0], [0, -50], [1, 0], [-1, 0], [0, -50], [200, 0]],
                 [[0, 0], [200, 0], [0, 100], [-200, 0]]],
        "objects": {
            "states": {"geometries": [
                {"id": "01", "type": "Polygon", "arcs": [[0, 1]]},
                {"id": "04", "type": "MultiPolygon", "arcs": [[[-1, 2]]]},
                {"id": "02", "type": "Polygon", "arcs": [[2]]}]},
            "nation": {"geometries": [{"type": "MultiPolygon", "arcs": [[[1, 2]]]}]}}}""")
    table = made.outline(topology)
    coast, state = table[table["kind"] == "coast"], table[table["kind"] == "state"]
    assert state[["latitude", "longitude"]].to_numpy().tolist() == [[40, -100], [41, -100]]
    assert len(coast) == 7
    assert coast.iloc[0][["latitude", "longitude"]].tolist() == [41, -100]
    assert coast.iloc[-1][["latitude", "longitude"]].tolist() == [41, -100]
