"""Authorities that the registry does not have: importable, with their facts unknown."""

from pathlib import Path

import pandas as pd
import pytest

from dcsim.errors import DataError, ScenarioError
from dcsim.grid.authorities import authority_named, authority_of_code, is_authority_code
from dcsim.grid.store.fetching import active_codes
from dcsim.grid.store.grids import known_authority, load_grid
from dcsim.grid.store.importing import import_files
from dcsim.report.grid_report import check_grid, show_grid, trace_year
from dcsim.scenario.spec import Grid

pytestmark = pytest.mark.usefixtures("own_store")


def balance_file(folder: Path, *codes: str) -> Path:
    """Two days of coal, gas, sun and wind of each authority."""
    ends = pd.date_range("2026-06-22T01:00Z", periods=48, freq="h")
    rows = [
        f"{code},{end:%m/%d/%Y %I:%M:%S %p},{500 + n},{900 - n},{max(0, 12 - n % 24)},{300 + 3 * n}"
        for code in codes
        for n, end in enumerate(ends)
    ]
    fuels = ("Coal", "Natural Gas", "Solar", "Wind")
    names = [f"Net Generation (MW) from {fuel}" for fuel in fuels]
    path = folder / "EIA930_BALANCE_2026_Jan_Jun.csv"
    header = ["Balancing Authority", "UTC Time at End of Hour", *names]
    path.write_text("\n".join([",".join(header), *rows]) + "\n")
    return path


def plain_file(folder: Path, name: str) -> Path:
    path = folder / name
    hours = pd.date_range("2026-06-22", periods=24, freq="h")
    pd.DataFrame({"coal_mw": range(24)}, hours).to_csv(path, index_label="utc_hour_beginning")
    return path


@pytest.mark.parametrize("code", ["BHBA", "NEWA"])
@pytest.mark.parametrize("wanted", [None, True])
def test_a_code_in_the_file_is_imported(tmp_path: Path, code: str, wanted: bool | None) -> None:
    path = balance_file(tmp_path, code, "PNM")
    result = import_files([path], wanted=[code] if wanted else None)
    assert code in {one.grid_id.ba_code for one in result.imported}
    grid = load_grid(Grid(id=f"{code}:2026"), seed=0)
    assert grid.table["coal"].sum() == sum(500 + n for n in range(48))
    assert (grid.solar_nameplate_mw, grid.wind_nameplate_mw) == (None, None)
    assert "not in dcsim's registry" in grid.source.note


def test_it_is_shown_checked_and_traced(tmp_path: Path) -> None:
    import_files([balance_file(tmp_path, "NEWA")])
    shown = show_grid(Grid(id="NEWA:2026", factors="eia-us-2023-direct"), tmp_path / "show")
    assert (shown.authority.ba_code, shown.authority.time_zone) == ("NEWA", "UTC")
    assert shown.intensity_kg_per_mwh.between(300, 700).all()
    check_grid("NEWA:2026", tmp_path / "check")
    assert list(trace_year(2026, "carbon-explorer").consumption_mw) == ["NEWA"]
    assert known_authority("newa").ba_code == "NEWA"


def test_a_slip_is_caught_by_what_the_file_has(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no authority BHAB; nearest there is BHBA"):
        import_files([balance_file(tmp_path, "BHBA")], wanted=["BHAB"])


@pytest.mark.parametrize("options", [{"ba_code": "CIOS"}, {"wanted": ["CIOS"]}])
def test_a_slip_is_no_new_authority_of_a_plain_file(
    tmp_path: Path, options: dict[str, str]
) -> None:
    with pytest.raises(ScenarioError, match="no balancing authority 'CIOS'; nearest are CISO"):
        import_files([plain_file(tmp_path, "mine.csv")], **options)  # type: ignore[arg-type]


def test_a_plain_file_may_name_a_new_authority_in_its_name(tmp_path: Path) -> None:
    (one,) = import_files([plain_file(tmp_path, "NEWA_2026.csv")], ba_code="newa").imported
    assert one.grid_id.ba_code == "NEWA"
    (one,) = import_files([plain_file(tmp_path, "mine.csv")], ba_code="swpw").imported
    assert one.grid_id.ba_code == "SWPW"


def test_there_is_no_reference_year_without_facts() -> None:
    with pytest.raises(ScenarioError, match="no reference year of BHBA"):
        load_grid(Grid(id="BHBA:reference"), seed=0)


def test_what_is_no_code_is_no_authority() -> None:
    assert not any(map(is_authority_code, ("", "A", "ABCDEF", "ciso", "../X", "A1", "TOTAL")))
    unknown = authority_of_code("NEWA")
    assert (unknown.gen_total_gwh, unknown.latitude) == (None, None)
    assert authority_named("US-SW-BHBA").ba_code == "BHBA"
    with pytest.raises(ScenarioError, match="no balancing authority 'NEWA'"):
        authority_named("NEWA")


def test_all_authorities_of_a_year_are_those_that_report_in_it() -> None:
    assert set(active_codes(2026)) - set(active_codes(2025)) == {"BHBA", "SWPW"}
    assert active_codes(2025) == active_codes()
