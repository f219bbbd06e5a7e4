"""From EIA's API to the store, against a server on this machine that speaks as EIA's does."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from pydantic import SecretStr

from dcsim.errors import DataError
from dcsim.grid.fetching import active_codes, fetch_year
from dcsim.grid.importing import ImportResult
from dcsim.grid.readers.eia_http import Manners
from dcsim.grid.versions import read_stored, stored_ids
from tests.grid.eia_server import (
    KEY,
    Api,
    Row,
    failing,
    fuel_row,
    interchange_row,
    region_row,
    serving,
)

pytestmark = pytest.mark.usefixtures("own_store")

HOURS = 24 * 20
COAL_MW, GAS_MW, EXPORT_MW = 500, 900, 75


def january(year: int, ba: str = "CISO") -> dict[str, list[Row]]:
    """Twenty days from New Year's: coal 500 MW and an hour's number, gas 900 MW less it."""
    ends = pd.date_range(f"{year}-01-01T01", periods=HOURS, freq="h")
    periods = [f"{end:%Y-%m-%dT%H}" for end in ends]
    load = COAL_MW + GAS_MW
    return {
        "fuel-type-data": [
            row
            for n, period in enumerate(periods)
            for row in (
                fuel_row(period, "COL", COAL_MW + n % 24, ba),
                fuel_row(period, "NG", GAS_MW - n % 24, ba),
            )
        ],
        "region-data": [region_row(period, "D", load - EXPORT_MW, ba) for period in periods],
        "interchange-data": [interchange_row(period, "BPAT", EXPORT_MW, ba) for period in periods],
    }


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    monkeypatch.setenv("NO_PROXY", "*")
    with serving(Api(january(2023), page_rows=400)) as running:
        yield running


def fetched(api: Api, year: int = 2023) -> ImportResult:
    manners = Manners(sleep=lambda _: None, jitter_frac=lambda: 0.5, tries=2)
    return fetch_year(
        ["CISO"],
        year,
        SecretStr(KEY),
        progress=lambda step, share: None,
        base_url=api.url,
        manners=manners,
    )


def test_a_year_comes_from_the_api_into_the_store(api: Api, own_store: Path) -> None:
    (one,) = fetched(api).imported
    records = read_stored(one.grid_id).records
    assert (one.grid_id.ba_code, one.grid_id.year) == ("CISO", 2023)
    assert records["coal"].iloc[:3].tolist() == [500.0, 501.0, 502.0]
    assert records["natural_gas"].iloc[:3].tolist() == [900.0, 899.0, 898.0]
    assert records["to_BPAT"].eq(EXPORT_MW).all()
    assert str(records.index[0]) == "2023-01-01 00:00:00+00:00"
    assert not list((own_store / ".fetched").iterdir())


def test_what_was_fetched_before_a_fault_is_not_fetched_again(api: Api) -> None:
    """The fourth request fails for good; the next call begins with the fourth page."""
    api.faults = {number: failing(500, {}) for number in range(4, 9)}
    with pytest.raises(DataError, match="same command"):
        fetched(api)
    assert stored_ids() == []
    asked_before = len(api.asked)
    api.faults = {}
    assert len(fetched(api).imported) == 1
    offsets = [(asked.route, asked.offset) for asked in api.asked[asked_before:]]
    assert ("fuel-type-data", 0) not in offsets


def test_the_key_is_nowhere_in_the_store(api: Api, own_store: Path) -> None:
    fetched(api)
    kept = [path.read_bytes() for path in own_store.rglob("*") if path.is_file()]
    assert kept
    assert not any(KEY.encode() in content for content in kept)


@pytest.mark.parametrize("year", [2018, 2999])
def test_a_year_the_api_cannot_have_is_refused_before_asking(api: Api, year: int) -> None:
    with pytest.raises(DataError, match=f"by fuel from 2019 to .*, not of {year}"):
        fetched(api, year)
    assert api.asked == []


def test_all_means_who_reports_today() -> None:
    codes = active_codes()
    assert len(codes) == 62
    assert "CISO" in codes
    assert "OVEC" not in codes
