"""From EIA's API to the store, against a server on this machine that speaks as EIA's does."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd
import pytest
from pydantic import SecretStr

from dcsim.errors import DataError, OutputError
from dcsim.grid.readers.eia_http import Manners
from dcsim.grid.store import fetching
from dcsim.grid.store.fetching import active_codes, fetch_year, hours_to_fetch
from dcsim.grid.store.importing import ImportResult, import_files
from dcsim.grid.store.versions import read_stored, stored_ids
from tests.grid.readers.eia_server import (
    KEY,
    Api,
    Handler,
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


def waiting(store: Path) -> list[Path]:
    """What was fetched and is not in the store yet."""
    return [path for path in (store / ".fetched").iterdir() if path.name != ".lock"]


def offsets(api: Api, since: int) -> list[tuple[str, int]]:
    return [(asked.route, asked.offset) for asked in api.asked[since:]]


def fetched(
    api: Api,
    year: int = 2023,
    codes: Sequence[str] = ("CISO",),
    now: pd.Timestamp | None = None,
    joins: bool = False,
) -> ImportResult:
    manners = Manners(sleep=lambda _: None, jitter_frac=lambda: 0.5, tries=2)
    return fetch_year(
        codes,
        year,
        SecretStr(KEY),
        progress=lambda step, share: None,
        base_url=api.url,
        manners=manners,
        now=now,
        joins=joins,
    )


def test_a_year_comes_from_the_api_into_the_store(api: Api, own_store: Path) -> None:
    (one,) = fetched(api).imported
    records = read_stored(one.grid_id).records
    assert (one.grid_id.ba_code, one.grid_id.year) == ("CISO", 2023)
    assert records["coal"].iloc[:3].tolist() == [500.0, 501.0, 502.0]
    assert records["natural_gas"].iloc[:3].tolist() == [900.0, 899.0, 898.0]
    assert records["to_BPAT"].eq(EXPORT_MW).all()
    assert str(records.index[0]) == "2023-01-01 00:00:00+00:00"
    assert waiting(own_store) == []


def test_what_was_fetched_before_a_fault_is_not_fetched_again(api: Api) -> None:
    """The fourth request fails for good; the next call begins with the fourth page."""
    api.faults = {number: failing(500, {}) for number in range(4, 9)}
    with pytest.raises(DataError, match="same command"):
        fetched(api)
    assert stored_ids() == []
    asked_before = len(api.asked)
    api.faults = {}
    assert len(fetched(api).imported) == 1
    assert ("fuel-type-data", 0) not in offsets(api, asked_before)


def test_a_year_that_runs_is_fetched_to_the_last_midnight() -> None:
    """From a day before the year; at 15:20 on the 10th of January to 00:00 of that day."""
    now = pd.Timestamp("2023-01-10T15:20", tz="UTC")
    first, end = hours_to_fetch(2023, now)
    assert (str(first)[:13], str(end)[:13]) == ("2022-12-31 00", "2023-01-10 00")
    assert hours_to_fetch(2023, now + pd.Timedelta(hours=8)) == (first, end)
    assert hours_to_fetch(2023, now.tz_convert("US/Pacific")) == (first, end)
    assert hours_to_fetch(2022, now)[1] == pd.Timestamp("2023-01-02", tz="UTC")


def test_on_new_years_day_the_year_has_no_whole_day_yet() -> None:
    with pytest.raises(DataError, match="from 2019 to 2022, not of 2023"):
        hours_to_fetch(2023, pd.Timestamp("2023-01-01T23:59", tz="UTC"))


def test_a_running_year_goes_on_the_same_day_and_starts_anew_the_next(
    api: Api, own_store: Path
) -> None:
    """8 days of 2 fuels are 384 rows, a page: an hour later it is there, and a day later dropped.

    To the 10th of January 9 x 24 = 216 hours come into the store.
    """
    now = pd.Timestamp("2023-01-09T15:20", tz="UTC")

    def first_asked(hours_later: int) -> tuple[str, int]:
        """Fail at the second request, and return what the first one was."""
        before = len(api.asked)
        api.faults = {number: failing(500, {}) for number in (before + 2, before + 3)}
        with pytest.raises(DataError, match="same command goes on"):
            fetched(api, now=now + pd.Timedelta(hours=hours_later))
        assert len(list(own_store.rglob("to-*"))) == 1
        return offsets(api, before)[0]

    assert first_asked(0) == ("fuel-type-data", 0)
    assert first_asked(1) == ("region-data", 0)
    assert first_asked(24) == ("fuel-type-data", 0)
    result = fetched(api, now=now + pd.Timedelta(hours=25))
    assert result.imported[0].provenance.hours == 9 * 24
    assert result.left_out[0].startswith("2023 from 01-10 00:00Z on")
    assert waiting(own_store) == []


def test_authorities_without_rows_are_left_out_and_told(api: Api, own_store: Path) -> None:
    result = fetched(api, codes=("AECI", "CISO", "PJM"))
    assert [one.grid_id.ba_code for one in result.imported] == ["CISO"]
    assert [line.partition(":")[0] for line in result.left_out] == ["AECI", "PJM"]
    assert waiting(own_store) == []


def test_no_rows_of_any_authority_are_an_error(api: Api) -> None:
    with pytest.raises(DataError, match="no rows of AECI, PJM from 2022-12-31"):
        fetched(api, codes=("AECI", "PJM"))


def test_the_days_beside_the_year_are_not_told_as_left_out(api: Api) -> None:
    """Rows of 24 hours of 2022 come with 2023, for the clock only."""
    for route, rows in january(2022).items():
        periods = {f"2022-12-31T{hour:02d}" for hour in range(1, 24)}
        late = [row | {"period": row["period"].replace("2022-01-02", "2022-12-31")} for row in rows]
        api.tables[route] += [row for row in late if row["period"] in periods]
    result = fetched(api)
    assert [one.grid_id.year for one in result.imported] == [2023]
    assert result.left_out == ()


def test_progress_tells_the_stages_and_never_goes_back_within_one(api: Api) -> None:
    told: list[tuple[str, float]] = []
    for route, rows in january(2023, "PJM").items():
        api.tables[route] += rows
    manners = Manners(sleep=lambda _: None)
    fetch_year(
        ["CISO", "PJM"],
        2023,
        SecretStr(KEY),
        progress=lambda step, share: told.append((step, share)),
        base_url=api.url,
        manners=manners,
    )
    shares = [share for _, share in told[:-2]]
    assert shares == sorted(shares)
    assert told[-3:] == [
        ("interchange-data of PJM", pytest.approx(1.0)),
        ("importing CISO", 0.0),
        ("importing PJM", 0.5),
    ]


def test_an_authority_given_twice_is_fetched_once(api: Api) -> None:
    assert len(fetched(api, codes=("CISO", "CISO")).imported) == 1
    assert offsets(api, 0).count(("fuel-type-data", 0)) == 1


def test_what_the_import_refuses_is_dropped_and_asked_again(api: Api, own_store: Path) -> None:
    """A value that is no number is refused by the reader; mended at EIA, it is fetched anew."""
    row = api.tables["fuel-type-data"][5]
    good, row["value"] = row["value"], "many"
    with pytest.raises(DataError, match=r"CISO: .*many.* What was fetched of it is dropped"):
        fetched(api)
    assert not list(own_store.rglob("CISO.*"))
    row["value"] = good
    assert len(fetched(api).imported) == 1


def test_what_is_refused_of_one_authority_keeps_no_other_out(api: Api) -> None:
    for route, rows in january(2023, "PJM").items():
        api.tables[route] += rows
    api.tables["fuel-type-data"][5]["value"] = "many"
    result = fetched(api, codes=("CISO", "PJM"))
    assert [one.grid_id.ba_code for one in result.imported] == ["PJM"]
    assert "CISO: " in result.left_out[0]


def test_what_the_disk_refuses_is_kept(
    api: Api, own_store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OutputError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(fetching, "import_files", full)
        with pytest.raises(OutputError, match=r"disk is full. What was fetched is kept; the same"):
            fetched(api)
    assert len(list(own_store.rglob("CISO.*"))) == 3
    before = len(api.asked)
    assert len(fetched(api).imported) == 1
    assert len(api.asked) == before


def test_a_second_fetch_at_a_time_is_refused_and_harms_nothing(api: Api, own_store: Path) -> None:
    """The second begins while the first waits for the server's first answer."""
    refused: list[str] = []

    def meanwhile(handler: Handler) -> None:
        with pytest.raises(OutputError) as caught:
            fetched(api)
        refused.append(str(caught.value))
        failing(500, {})(handler)

    api.faults = {1: meanwhile}
    assert len(fetched(api).imported) == 1
    assert "another fetch is running" in refused[0]
    assert waiting(own_store) == []


def test_pages_of_another_authority_wait_on(api: Api, own_store: Path) -> None:
    """PJM fails after its first page, CISO is fetched beside it, and PJM goes on."""
    for route, rows in january(2023, "PJM").items():
        api.tables[route] += rows
    api.faults = {2: failing(500, {}), 3: failing(500, {})}
    with pytest.raises(DataError):
        fetched(api, codes=("PJM",))
    fetched(api)
    assert len(waiting(own_store)) == 1
    before = len(api.asked)
    fetched(api, codes=("PJM",))
    assert ("fuel-type-data", 0) not in offsets(api, before)
    assert waiting(own_store) == []


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


def test_fetching_a_year_leaves_the_year_beside_it_as_it_is(api: Api) -> None:
    """A day of 2023 is fetched with 2022 for its clock; the stored 2023 keeps its version."""
    (year,) = fetched(api).imported
    api.tables = {route: [*january(2022)[route], *rows] for route, rows in january(2023).items()}
    (before,) = fetched(api, 2022).imported
    assert before.grid_id.year == 2022
    assert stored_ids() == [before.grid_id, year.grid_id]


def test_a_year_from_other_files_is_not_joined_unasked(api: Api, tmp_path: Path) -> None:
    """It is said before anything is fetched; of several authorities the others go on."""
    hours = pd.date_range("2023-01-01", periods=48, freq="h")
    path = tmp_path / "CISO_2023.csv"
    pd.DataFrame({"wind_mw": range(48)}, hours).to_csv(path, index_label="utc_hour_beginning")
    import_files([path])
    with pytest.raises(DataError, match=r"CISO:2023 .* CISO_2023\.csv \(plain.*--join"):
        fetched(api)
    assert not api.asked
    (one,) = fetched(api, joins=True).imported
    assert one.joined is not None


def test_files_of_others_beside_what_is_fetched_are_left_alone(api: Api, own_store: Path) -> None:
    """What dcsim fetched up to an earlier hour goes; nothing else does."""
    year = own_store / ".fetched" / "2023"
    foreign = [
        year / "mine" / "a.txt",
        year / "to-20230105T00" / "a.txt",
        year / "notes.txt",
        year / "to-20240102T00" / "CISO.notes",
        year / "to-20240102T00" / ".CISO.notes",
    ]
    for path in foreign:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("mine")
    api.faults = {number: failing(500, {}) for number in range(4, 9)}
    for day in (10, 11):
        with pytest.raises(DataError, match="same command"):
            fetched(api, now=pd.Timestamp(2023, 1, day, tz="UTC"))
    assert not (year / "to-20230110T00").exists()
    assert (year / "to-20230111T00").exists()
    api.faults = {}
    assert len(fetched(api).imported) == 1
    assert [path.read_text() for path in foreign] == ["mine"] * len(foreign)
