"""The live fetch against a local server: paging, faults and going on, and the unseen key."""

import json
import logging
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from time import time

import numpy as np
import pandas as pd
import pytest
from pydantic import SecretStr

from dcsim.errors import DataError, OutputError
from dcsim.grid.readers import eia_api, eia_http
from dcsim.grid.readers.eia_api import fetch, forget
from dcsim.grid.readers.eia_http import Manners
from dcsim.grid.readers.eia_key import checked_key, key_from, unlogged, without_key
from dcsim.grid.readers.formats import read_records
from tests.grid.readers.eia_server import (
    KEY,
    Api,
    Row,
    cut_in_the_middle,
    failing,
    fuel_row,
    gate,
    interchange_row,
    redirect,
    refused,
    region_row,
    serving,
    silent,
    trickling,
    web_page,
)

FIRST, HOURS = pd.Timestamp("2023-01-01T00Z"), 48
END = FIRST + pd.Timedelta(hours=HOURS)
FUELS = {"COL": "coal", "NG": "natural_gas", "SUN": "solar", "WAT": "hydro", "PS": "hydro"}
FUEL_PAGES = 5
"""48 hours of 5 codes are 240 rows: 5 pages of 50."""


def periods(hours: int = HOURS) -> list[str]:
    """Ends of the hours from `FIRST` on, as the API writes them."""
    return [f"{FIRST + pd.Timedelta(hours=i + 1):%Y-%m-%dT%H}" for i in range(hours)]


def tables(ba: str = "CISO") -> dict[str, list[Row]]:
    """Two days of an authority; every value is another, so that none can stand for another."""
    rng = np.random.default_rng(20230101)
    value = iter(rng.permutation(5000).tolist())
    return {
        "fuel-type-data": [fuel_row(p, code, next(value), ba) for p in periods() for code in FUELS],
        "region-data": [
            region_row(p, code, next(value), ba)
            for p in periods()
            for code in ("D", "DF", "NG", "TI")
        ],
        "interchange-data": [
            interchange_row(p, to, -next(value), ba) for p in periods() for to in ("BPAT", "SRP")
        ],
    }


@dataclass
class Waits:
    """A sleep that takes no time and remembers."""

    all_s: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        self.all_s.append(seconds)

    @property
    def for_patience(self) -> list[float]:
        """Without the spacing between requests."""
        return [wait for wait in self.all_s if wait != Manners().spacing_s]


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def api(monkeypatch) -> Iterator[Api]:
    monkeypatch.setenv("NO_PROXY", "*")
    with serving(Api(tables(), page_rows=50)) as running:
        yield running


@pytest.fixture
def get(api: Api, tmp_path: Path, waits: Waits) -> Callable[..., list[Path]]:
    def getting(*codes: str, key: str = KEY, **options: object) -> list[Path]:
        manners = Manners(sleep=waits, jitter_frac=lambda: 0.5, timeout_s=2.0)
        given = {"base_url": api.url, "manners": manners} | options
        asked = codes or ("CISO",)
        files = fetch(asked, FIRST, END, SecretStr(key), tmp_path, **given)  # type: ignore[arg-type]
        assert tuple(files) == asked
        return [file for code in asked for file in files[code]]

    return getting


def read_all(files: list[Path]) -> pd.DataFrame:
    pieces = [records.table for file in files for _, records in read_records(file)]
    return pd.concat(pieces, axis=1)


def offsets(api: Api, route: str = "fuel-type-data") -> list[int]:
    return [asked.offset for asked in api.asked if asked.route == route]


def everything_in(folder: Path) -> bytes:
    return b"".join(p.name.encode() + p.read_bytes() for p in folder.rglob("*") if p.is_file())


# ---- what is fetched ---------------------------------------------------------------------------


def test_what_is_fetched_equals_what_the_server_was_made_from(get, api: Api) -> None:
    """Row by row: period minus one hour, coal as COL, hydro as WAT + PS, flows as TO."""
    table = read_all(get())
    assert table.index.equals(pd.date_range(FIRST, periods=HOURS, freq="h", name=table.index.name))
    hour = dict(zip(periods(), table.index, strict=True))
    expected = pd.DataFrame(0.0, table.index, list(table.columns))
    for row in api.tables["fuel-type-data"]:
        expected.loc[hour[row["period"]], FUELS[row["fueltype"]]] += row["value"]
    for row in api.tables["region-data"]:
        name = {"D": "demand", "NG": "net_generation", "TI": "total_interchange"}.get(row["type"])
        if name:
            expected.loc[hour[row["period"]], name] += row["value"]
    for row in api.tables["interchange-data"]:
        expected.loc[hour[row["period"]], f"to_{row['toba']}"] += row["value"]
    pd.testing.assert_frame_equal(table, expected, check_freq=False)
    assert len(table.columns) == 4 + 3 + 2


def test_pages_follow_one_another_and_only_reported_types_are_asked_for(get, api: Api) -> None:
    files = get()
    assert offsets(api) == [0, 50, 100, 150, 200]
    assert offsets(api, "region-data") == [0, 50, 100]
    assert api.asked[FUEL_PAGES].params["facets[type][]"] == ["D", "NG", "TI"]
    first = api.asked[0].params
    assert (first["start"], first["end"]) == (["2023-01-01T01"], ["2023-01-03T00"])
    assert [first[f"sort[{i}][column]"] for i in (0, 1)] == [["period"], ["fueltype"]]
    assert [file.name.split(".")[1] for file in files] == [route.name for route in eia_api.ROUTES]


def test_requests_keep_the_distance_that_eia_asks_for(get, api: Api, waits: Waits) -> None:
    """10 requests, 9 gaps of 0.4 s: 9,000 an hour."""
    get()
    assert len(api.asked) == 10
    assert waits.all_s == [0.4] * 9


@pytest.mark.parametrize("how", ["as_text", "shuffles"])
def test_text_for_numbers_and_rows_without_order_make_no_difference(
    get, api: Api, how: str, tmp_path: Path
) -> None:
    plain = read_all(get())
    for file in tmp_path.iterdir():
        file.unlink()
    setattr(api, how, True)
    pd.testing.assert_frame_equal(read_all(get()), plain)


def test_nulls_stay_missing(get, api: Api) -> None:
    for row in api.tables["fuel-type-data"][:10]:
        row["value"] = None
    table = read_all(get())
    assert table["coal"].isna().sum() == 2
    assert table["coal"].notna().sum() == HOURS - 2


def test_a_table_without_rows_is_no_fault(get, api: Api) -> None:
    api.tables["interchange-data"] = []
    assert [file.name.split(".")[1] for file in get()] == ["fuel-type-data", "region-data"]


def test_authorities_without_any_rows_are_refused(get) -> None:
    with pytest.raises(
        DataError, match=r"no rows of PJM, NWMT from 2023-01-01 00:00Z .* begin with 2019"
    ):
        get("PJM", "NWMT")


def test_an_authority_without_any_rows_beside_others_has_no_files(get) -> None:
    assert {file.name.split(".")[0] for file in get("PJM", "CISO")} == {"CISO"}


def test_what_is_forgotten_of_one_authority_stays_of_another(get, api: Api, tmp_path: Path) -> None:
    """CISO has three whole files, BPAT fails on its second page: a page of it is on disk."""
    for route, rows in tables("BPAT").items():
        api.tables[route] += rows
    api.faults = {12: refused("Invalid something")}
    with pytest.raises(DataError, match="3 whole files and 1 pages"):
        get("CISO", "BPAT")
    forget(["BPAT"], tmp_path)
    assert len(list(tmp_path.iterdir())) == 3
    forget(["CISO"], tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_progress_is_told_and_ends_at_one(get) -> None:
    """Of 15 rows an hour 8 are of fuels; the first page has 50 of 240 of them, and 50 of 144."""
    told: list[tuple[str, float]] = []
    get(progress=lambda step, share: told.append((step, share)))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert shares[-1] == pytest.approx(1.0)
    assert told[0] == ("fuel-type-data of CISO", pytest.approx(50 / 240 * 8 / 15))
    assert told[FUEL_PAGES] == (
        "region-data of CISO",
        pytest.approx((8 + 50 / 144 * 3) / 15),
    )


def test_two_authorities_make_six_files(get, api: Api) -> None:
    for route, rows in tables("BPAT").items():
        api.tables[route] += rows
    assert len({file.name for file in get("CISO", "BPAT")}) == 6


@pytest.mark.parametrize("code", ["", "../CISO", "ciso", "CISO*"])
def test_what_is_no_code_never_gets_near_the_disk(get, api: Api, code: str) -> None:
    with pytest.raises(DataError, match="no code of a balancing authority"):
        get(code)
    assert api.asked == []


def test_no_hours_are_refused(api: Api, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there are none"):
        fetch(["CISO"], END, FIRST, SecretStr(KEY), tmp_path, base_url=api.url)


# ---- going on after a fault --------------------------------------------------------------------


def test_a_second_call_asks_nothing(get, api: Api) -> None:
    files = get()
    api.asked.clear()
    assert get() == files
    assert api.asked == []


def test_a_cut_connection_leaves_no_half_page_and_only_it_is_asked_again(
    get, api: Api, tmp_path: Path
) -> None:
    """Requests 3 to 8 hang up in the middle of page 3: pages 1 and 2 stay, page 3 does not."""
    api.faults = dict.fromkeys(range(3, 9), cut_in_the_middle)
    with pytest.raises(
        DataError, match=r"hung up .* 6 times in a row.* 2 pages .* kept in .* same"
    ):
        get()
    assert offsets(api) == [0, 50] + [100] * 6
    kept = sorted(tmp_path.iterdir())
    assert [len(json.loads(page.read_text())["response"]["data"]) for page in kept] == [50, 50]
    api.asked.clear()
    api.faults.clear()
    resumed = read_all(get())
    assert offsets(api) == [100, 150, 200]
    assert resumed.shape == (HOURS, 9)
    assert len(list(tmp_path.iterdir())) == 3


def test_a_cut_connection_is_mended_within_one_call(get, api: Api, waits: Waits) -> None:
    api.faults = {2: cut_in_the_middle}
    assert read_all(get()).shape == (HOURS, 9)
    assert offsets(api) == [0, 50, 50, 100, 150, 200]
    assert waits.for_patience == [1.5]


def test_what_a_killed_call_left_half_written_is_passed_over(get, api: Api, tmp_path) -> None:
    whole = get()
    content = [file.read_bytes() for file in whole]
    whole[0].rename(whole[0].with_name(f".{whole[0].name}.123.partial"))
    api.asked.clear()
    assert [file.read_bytes() for file in get()] == content
    assert len(api.asked) == FUEL_PAGES


def test_a_damaged_page_on_disk_is_asked_again(get, api: Api, tmp_path: Path) -> None:
    api.faults = {3: refused("Invalid something")}
    with pytest.raises(DataError):
        get()
    first, _ = sorted(tmp_path.iterdir())
    first.write_text(first.read_text()[:100])
    api.asked.clear()
    api.faults.clear()
    get()
    assert offsets(api) == [0, 100, 150, 200]


def test_a_full_disk_is_one_clear_error(get, tmp_path: Path, monkeypatch) -> None:
    def full(path: Path, *_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(
        OutputError, match=r"cannot be written: No space left.*; the same command goes on"
    ):
        get()
    assert list(tmp_path.iterdir()) == []


# ---- patience ----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_in_trouble_is_asked_again_with_longer_waits(
    get, api: Api, waits: Waits, status: int
) -> None:
    """Waits of 1 and 2 s, each with half of itself as jitter: 1.5 and 3 s."""
    api.faults = dict.fromkeys((1, 2), failing(status, {"message": "busy"}))
    assert len(get()) == 3
    assert waits.for_patience == [1.5, 3.0]


def test_a_server_that_stays_in_trouble_is_left_after_six_tries(
    get, api: Api, waits: Waits
) -> None:
    api.always = refused("Error getting data.", status=500)
    with pytest.raises(DataError, match=r"answers 500 \(Error getting data\.\), 6 times in a row"):
        get()
    assert len(api.asked) == 6
    assert waits.for_patience == [1.5, 3.0, 6.0, 12.0, 24.0]


def test_retry_after_is_honored_in_seconds_and_as_a_date(get, api: Api, waits: Waits) -> None:
    over = {"error": {"code": "OVER_RATE_LIMIT", "message": "too fast"}}
    date = formatdate(time() + 100, usegmt=True)
    api.faults = {
        1: failing(429, over, {"Retry-After": "7"}),
        2: failing(503, {}, {"Retry-After": date}),
        3: failing(429, over, {"Retry-After": "soon"}),
    }
    get()
    seconds, until, own = waits.for_patience
    assert (seconds, own) == (7.0, 6.0)
    assert 90 < until <= 100


def test_a_server_that_asks_for_an_hour_is_not_waited_for(get, api: Api, waits: Waits) -> None:
    api.always = failing(429, {"error": "Over limit", "code": 429}, {"Retry-After": "3600"})
    with pytest.raises(DataError, match=r"too many requests for this key, and asks .* 3,600 s"):
        get()
    assert len(api.asked) == 1
    assert waits.all_s == []


def test_a_silent_server_is_given_up(get, api: Api) -> None:
    api.always = silent(0.5)
    with pytest.raises(DataError, match=r"does not answer within 0.05 s, 2 times in a row"):
        get(manners=Manners(tries=2, timeout_s=0.05, sleep=lambda _: None))


def test_an_answer_that_trickles_is_given_up(get, api: Api) -> None:
    """A byte every 0.01 s is never late by 0.05 s, but all of them by ten times that."""
    api.always = trickling
    with pytest.raises(DataError, match=r"does not answer within 0\.05 s"):
        get(manners=Manners(tries=1, timeout_s=0.05))


def test_a_server_that_is_not_there_is_told(get, api: Api) -> None:
    with pytest.raises(DataError, match=r"cannot be reached, or hung up \(.*refused"):
        get(base_url="http://127.0.0.1:1", manners=Manners(tries=1))


# ---- answers that are none ---------------------------------------------------------------------


def test_a_web_page_is_not_taken_for_data(get, api: Api) -> None:
    api.always = web_page
    with pytest.raises(DataError, match="gives text/html and no JSON object, 6 times") as caught:
        get()
    assert KEY not in str(caught.value)


def test_a_web_page_in_between_is_got_over(get, api: Api) -> None:
    api.faults = {2: web_page, 4: lambda handler: web_page(handler, 502)}
    assert read_all(get()).shape == (HOURS, 9)


def test_an_error_of_the_api_is_repeated_in_its_words(get, api: Api) -> None:
    api.always = refused("Invalid frequency 'hourly' provided.")
    with pytest.raises(DataError, match=r"fuel-type-data of CISO: answers 400 \(Invalid freq"):
        get()
    assert len(api.asked) == 1


def test_an_error_under_status_200_counts(get, api: Api) -> None:
    """As before version 2.1.10."""
    api.always = failing(200, {"error": "Invalid route", "code": 404})
    with pytest.raises(DataError, match=r"answers 404 \(Invalid route\)"):
        get()


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"response": []},
        {"response": {"data": []}},
        {"response": {"total": "many", "data": []}},
        {"response": {"total": 1, "data": "none"}},
        {"response": {"total": 1, "data": [1]}},
    ],
)
def test_json_that_is_no_page_is_refused(get, api: Api, payload: object) -> None:
    api.always = failing(200, payload)
    with pytest.raises(DataError, match="gives a JSON object that is no page of rows"):
        get()


def _page(total: int, rows: list[Row]) -> Callable[..., None]:
    return failing(200, {"response": {"total": total, "data": rows}})


ROW = fuel_row("2023-01-01T01", "COL", 1)


@pytest.mark.parametrize(
    ("faults", "message"),
    [
        ({1: _page(10**9, [ROW])}, "tells of 1,000,000,000 rows, more than there can be"),
        ({1: _page(3, [])}, "tells of 3 rows and gives 0"),
        ({1: _page(3, [ROW] * 4)}, "tells of 3 rows and gives 4"),
        ({1: _page(3, [ROW]), 2: _page(4, [ROW])}, "told of 3 rows, then of 4: its data changed"),
        ({1: _page(1, [ROW | {"respondent": "PJM"}])}, "rows of other authorities than CISO"),
    ],
)
def test_pages_that_do_not_add_up_are_refused_and_dropped(
    get, api: Api, tmp_path: Path, faults: dict, message: str
) -> None:
    api.faults = faults
    with pytest.raises(DataError, match=message):
        get()
    assert list(tmp_path.iterdir()) == []
    api.faults = {}
    assert read_all(get()).shape == (HOURS, 9)


def test_a_server_that_never_stops_giving_pages_is_stopped(get, api: Api, monkeypatch) -> None:
    monkeypatch.setattr(eia_api, "MOST_PAGES", 20)
    api.always = _page(9000, [ROW])
    with pytest.raises(DataError, match="gives its rows in more than 20 pages"):
        get()
    assert len(api.asked) == 20


def test_an_answer_without_end_is_stopped(get, api: Api, monkeypatch) -> None:
    monkeypatch.setattr(eia_http, "MOST_BYTES", 1000)
    with pytest.raises(DataError, match="gives a page of more than"):
        get()


def test_json_of_bottomless_depth_is_no_page(get, api: Api) -> None:
    api.always = lambda handler: handler.send(200, b"[" * 100_000)
    with pytest.raises(DataError, match="no JSON object"):
        get()


# ---- the key -----------------------------------------------------------------------------------


def test_the_key_goes_in_the_header_and_not_in_the_address(get, api: Api) -> None:
    get()
    assert {asked.header_key for asked in api.asked} == {KEY}
    assert not any("api_key" in asked.params for asked in api.asked)


def test_a_server_that_reads_no_header_gets_it_in_the_address(get, api: Api) -> None:
    api.reads_header = False
    assert read_all(get()).shape == (HOURS, 9)
    assert [a.header_key for a in api.asked] == [KEY] + [None] * 10
    assert [a.params.get("api_key") for a in api.asked] == [None] + [[KEY]] * 10


WRONG = "wr0ngKeyThatMustNeverBeSeenEither0123456"


@pytest.mark.parametrize("reads_header", [True, False])
def test_a_wrong_key_is_told_plainly(get, api: Api, reads_header: bool) -> None:
    api.reads_header = reads_header
    with pytest.raises(DataError, match=r"answers 403 \(An invalid .*it refuses the key.*register"):
        get(key=WRONG)
    assert len(api.asked) == (1 if reads_header else 2)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (refused("invalid or missing api_key"), "answers 400 .* refuses the key"),
        (failing(401, {}), "answers 401: it refuses the key"),
        (failing(403, {}), "answers 403: the key is wrong, or suspended for some minutes"),
        (gate("API_KEY_DISABLED", "Gone"), r"answers 403 \(Gone\): it refuses the key"),
        (gate("API_KEY_MISSING", "No key"), r"answers 403 \(No key\): it refuses the key"),
        (failing(403, {"error": {"code": "API_KEY_INVALID"}}), "API_KEY_INVALID.*refuses the key"),
    ],
)
def test_every_shape_of_refusing_a_key(get, api: Api, fault, message: str) -> None:
    api.always = fault
    with pytest.raises(DataError, match=message):
        get()
    assert len(api.asked) <= 2


FAULTS = {
    "wrong key": gate("API_KEY_INVALID", f"no such key: {KEY} or {KEY.upper()}"),
    "error text": refused(f"bad request ...&api_key={KEY}&x=1"),
    "web page": web_page,
    "redirect": redirect("https://elsewhere.example/v2"),
    "redirect to the key": redirect(f"https://{KEY}.example/"),
    "redirect to nowhere": failing(302, {}),
    "redirect to nonsense": failing(302, {}, {"Location": "http://[" + KEY}),
    "content type": lambda handler: handler.send(200, b"?", {"Content-Type": f"text/{KEY}"}),
    "cut": cut_in_the_middle,
    "key among the rows": _page(1, [ROW | {"value": KEY}]),
    "silence": silent(0.3),
}


@pytest.mark.parametrize("reads_header", [True, False])
@pytest.mark.parametrize("name", FAULTS)
def test_the_key_is_never_seen(
    get, api: Api, tmp_path: Path, caplog, capfd, name: str, reads_header: bool
) -> None:
    """Not in the error and what led to it, nor in logs at any level, output, or any file."""
    caplog.set_level(logging.DEBUG)
    api.reads_header = reads_header
    api.faults = dict.fromkeys(range(4, 40), FAULTS[name])
    manners = Manners(tries=2, timeout_s=0.1, sleep=lambda _: None)
    with pytest.raises(DataError) as caught:
        get(manners=manners)
    assert len(caplog.records) > 10
    logged = "\n".join(logging.Formatter("%(message)s").format(r) for r in caplog.records)
    logged += "\n".join(f"{record.args!r} {record.msg!r}" for record in caplog.records)
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value.__context__)
    output = "".join(capfd.readouterr())
    for text in (logged, told, output, everything_in(tmp_path).decode()):
        assert KEY.lower() not in text.lower()
    assert len(list(tmp_path.iterdir())) >= 2


def test_the_key_is_never_seen_when_all_goes_well(get, api: Api, tmp_path, caplog, capfd) -> None:
    """The server repeats it with every answer and in a name, and reads it from the address only."""
    caplog.set_level(logging.DEBUG)
    for row in api.tables["fuel-type-data"]:
        row["respondent-name"] = KEY
    api.reads_header = False
    get()
    assert "api_key=[key]" in caplog.text
    assert KEY not in caplog.text + "".join(capfd.readouterr())
    assert KEY.encode() not in everything_in(tmp_path)


def test_a_redirect_is_not_followed(get, api: Api) -> None:
    with serving(Api(tables(), page_rows=50)) as elsewhere:
        api.always = redirect(elsewhere.url)
        with pytest.raises(DataError, match=r"sends us to another address \(127.0.0.1\); the key"):
            get()
        assert elsewhere.asked == []


def test_filters_are_gone_after_a_fetch(get) -> None:
    get()
    assert logging.getLogger("httpx").filters == []


@pytest.mark.parametrize(
    "text", ["", " \n", "short", "a" * 129, "with space in it", "k" * 20 + "\x07"]
)
def test_what_is_no_key_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(DataError, match="EIA_API_KEY") as caught:
        checked_key(text)
    assert not text.strip() or text.strip() not in str(caught.value)


def test_a_key_comes_from_the_environment_and_does_not_print_itself() -> None:
    key = key_from({"EIA_API_KEY": f"  {KEY}\n"})
    assert key is not None
    assert key.get_secret_value() == KEY
    assert KEY not in f"{key} {key!r}"
    assert key_from({}) is None
    assert key_from({"EIA_API_KEY": " "}) is None
    with pytest.raises(DataError):
        key_from({"EIA_API_KEY": "no key"})


def test_a_key_is_blotted_out_in_any_case() -> None:
    assert without_key(f"a {KEY} b {KEY.upper()}", SecretStr(KEY)) == "a [key] b [key]"


def test_records_without_the_key_are_left_as_they_are(caplog) -> None:
    caplog.set_level(logging.DEBUG)
    with unlogged(SecretStr(KEY)):
        logging.getLogger("httpx").info("%s and %s", "this", KEY)
        logging.getLogger("httpx").info("%d of %d", 1, 2)
    assert [record.getMessage() for record in caplog.records] == ["this and [key]", "1 of 2"]
    assert caplog.records[1].args == (1, 2)
