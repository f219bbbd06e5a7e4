"""Hourly data of an authority from EIA's API v2 to files that `eia_json` reads.

An answer holds 5,000 rows at most. Each page goes to disk as soon as it is whole, named by what was
asked and by how many rows stand before it, so that the same call after a fault asks only for what
is missing. A finished request is one file, for the codes of one hour may stand on two pages. Only
the rows are kept: the API repeats what it was asked, and that may hold the key.
"""

import json
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import SecretStr

from dcsim.errors import DataError, explained
from dcsim.grid.generation import ONE_HOUR
from dcsim.grid.readers.eia_http import URL, Caller, Manners, Params, Trouble
from dcsim.temporary import temporary_folder

ROWS_A_PAGE = 5000
"""The API's limit for JSON (www.eia.gov/opendata/documentation.php)."""
MOST_PAGES = 1000
"""Of one request: a year of an authority is 6 to 40 pages."""
MOST_SERIES = 200
"""Rows an hour: there are some 20 fuel codes, and nobody has more than 30 neighbours."""

FIRST_YEAR = 2019
"""The API's hourly data by fuel begin on its 1st of January, as users report; EIA does not say."""

GOES_ON = "the same command goes on from there"

_FIELDS = ("period", "respondent", "fueltype", "type", "fromba", "toba", "value", "value-units")
_CODE = re.compile(r"[A-Z0-9]{2,6}")

_OWN_FILE = re.compile(
    r"(?:\.(?P<hidden>))?(?P<ba_code>[A-Z0-9]{2,6})\.[a-z-]+\.\d{8}T\d{2}-\d{8}T\d{2}"
    r"(?(hidden)\.\d{7}\.page|\.json)"
)
"""What a file of rows is called: a whole request, or hidden, one of its pages."""

Progress = Callable[[str, float], None]
Row = dict[str, Any]


def _unheard(step: str, share: float) -> None:
    """Take no notice of progress."""


@dataclass(frozen=True)
class Route:
    """One of the API's tables."""

    name: str
    whose: str
    """Column of the authority that reports."""
    what: str
    """Column that tells the rows of an hour apart; pages are stable when it is sorted by."""
    rows_an_hour: int
    """About so many, to tell beforehand how long a request takes beside others."""
    only: tuple[str, ...] = ()
    """Values of `what` to ask for; all if none are named."""


ROUTES = (
    Route("fuel-type-data", "respondent", "fueltype", 8),
    Route("region-data", "respondent", "type", 3, ("D", "NG", "TI")),
    Route("interchange-data", "fromba", "toba", 4),
)


@dataclass(frozen=True)
class Request:
    """All rows of one route and one authority, over the hours from `first` to before `end`."""

    route: Route
    ba_code: str
    first: pd.Timestamp
    end: pd.Timestamp

    @property
    def name(self) -> str:
        """Return the stem of this request's files."""
        return f"{self.ba_code}.{self.route.name}.{self.first:%Y%m%dT%H}-{self.end:%Y%m%dT%H}"

    @property
    def title(self) -> str:
        """Return what to call it."""
        return f"{self.route.name} of {self.ba_code}"

    @property
    def most_rows(self) -> int:
        """Return how many rows it could have at the very most."""
        return MOST_SERIES * int((self.end - self.first) / ONE_HOUR)

    def params(self, offset: int) -> Params:
        """Return what to ask for; a period labels the end of its hour, and both bounds count."""
        return {
            "frequency": "hourly",
            "data[]": "value",
            f"facets[{self.route.whose}][]": self.ba_code,
            **({f"facets[{self.route.what}][]": list(self.route.only)} if self.route.only else {}),
            "start": f"{self.first + ONE_HOUR:%Y-%m-%dT%H}",
            "end": f"{self.end:%Y-%m-%dT%H}",
            "sort[0][column]": "period",
            "sort[0][direction]": "asc",
            "sort[1][column]": self.route.what,
            "sort[1][direction]": "asc",
            "offset": str(offset),
            "length": str(ROWS_A_PAGE),
        }


def fetch(
    ba_codes: Sequence[str],
    first: pd.Timestamp,
    end: pd.Timestamp,
    key: SecretStr,
    folder: Path,
    *,
    base_url: str = URL,
    progress: Progress = _unheard,
    manners: Manners | None = None,
) -> dict[str, list[Path]]:
    """Fetch generation by fuel, demand and interchange of authorities into a folder.

    A call that failed goes on where it stopped if it is made again with the same hours and folder.
    What is whole in the folder is not asked again, so give a new one to get newer data.

    Args:
        ba_codes: EIA's codes, such as `CISO`.
        first: First hour, UTC.
        end: Hour after the last one, UTC.
        key: To the API (`eia_key`).
        folder: Where the files go; made if it is not there.
        base_url: The API's address up to the route.
        progress: Told what is being fetched, and which share of all is done.
        manners: How the server is treated.

    Returns:
        The files of each authority, up to three; none for what EIA has no rows of.

    Raises:
        DataError: The API does not give the data (says what was kept), or has none at all.
        OutputError: The folder cannot be written.
    """
    _check(ba_codes, first, end)
    requests = [
        Request(route, code, first.tz_convert("UTC"), end.tz_convert("UTC"))
        for code in ba_codes
        for route in ROUTES
    ]
    files: dict[str, list[Path]] = {code: [] for code in ba_codes}
    with explained(folder, GOES_ON), Caller(key, base_url, manners or Manners()) as caller:
        folder.mkdir(parents=True, exist_ok=True)
        done, all_rows = 0, sum(request.route.rows_an_hour for request in requests)
        for request in requests:
            pages, rows = _Pages(request, folder, caller), request.route.rows_an_hour
            for share in pages.complete():
                progress(request.title, (done + share * rows) / all_rows)
            done += rows
            files[request.ba_code] += pages.files
    if not any(files.values()):
        raise _nothing(ba_codes, first, end)
    return files


def forget(ba_codes: Collection[str], folder: Path) -> None:
    """Drop what was fetched of authorities into a folder, whole or not."""
    with explained(folder, GOES_ON):
        for code in ba_codes:
            for path in folder.iterdir():
                if (found := _OWN_FILE.fullmatch(path.name)) and found["ba_code"] == code:
                    path.unlink(missing_ok=True)


@dataclass
class _Pages:
    """The pages of one request, on disk and still to be asked for."""

    request: Request
    folder: Path
    caller: Caller

    @property
    def whole(self) -> Path:
        """Return where all rows go."""
        return self.folder / f"{self.request.name}.json"

    @property
    def files(self) -> list[Path]:
        """Return the finished file, if there is one: a request without rows leaves none."""
        return [self.whole] if self.whole.exists() else []

    def complete(self) -> Iterator[float]:
        """Ask for all pages that are missing; yield which share of the request is there."""
        if _kept(self.whole) is not None:
            return
        rows: list[Row] = []
        total = None
        for _ in range(MOST_PAGES):
            page_total, page = self._page(len(rows))
            self._check_page(page_total, page, total, len(rows))
            rows, total = rows + page, page_total
            yield len(rows) / max(total, 1)
            if len(rows) == total:
                return self._finish(rows)
        raise self._error(f"gives its rows in more than {MOST_PAGES:,} pages")

    def _page(self, offset: int) -> tuple[int, list[Row]]:
        """Return the number of all rows, and the rows from an offset on, from disk if possible."""
        path = self._path(offset)
        kept = _kept(path)
        if kept is not None:
            return kept
        answer = self.caller.ask(self.request.route.name, self.request.params(offset))
        if isinstance(answer, Trouble):
            raise self._error(answer.what)
        page = _page_of(answer)
        if page is None:
            raise self._error("gives a JSON object that is no page of rows")
        if page[1]:
            self._write(path, *page)
        return page

    def _check_page(self, page_total: int, page: list[Row], total: int | None, before: int) -> None:
        """Refuse what cannot be a page of this request; such pages are dropped from the folder."""
        request, wrong = self.request, ""
        if page_total > request.most_rows:
            wrong = f"tells of {page_total:,} rows, more than there can be ({request.most_rows:,})"
        elif total not in (None, page_total):
            wrong = f"told of {total:,} rows, then of {page_total:,}: its data changed on the way"
        elif before + len(page) > page_total or (not page and before < page_total):
            wrong = f"tells of {page_total:,} rows and gives {before + len(page):,}"
        elif any(row.get(request.route.whose) != request.ba_code for row in page):
            wrong = f"gives rows of other authorities than {request.ba_code}"
        if wrong:
            self._drop()
            raise self._error(wrong)

    def _finish(self, rows: list[Row]) -> None:
        if rows:
            self._write(self.whole, len(rows), rows)
        self._drop()

    def _write(self, path: Path, total: int, rows: list[Row]) -> None:
        """Write rows whole or not at all, and never the key, wherever it may have come from."""
        response = {"total": total, "frequency": "hourly", "data": rows}
        text = json.dumps({"response": response}, separators=(",", ":"))
        if self.caller.key.get_secret_value() in text:
            raise self._error("repeats the key among its rows")
        with temporary_folder(path) as folder:
            partial = folder / path.name
            partial.write_text(text, encoding="utf-8")
            partial.replace(path)

    def _path(self, offset: int) -> Path:
        return self.folder / f".{self.request.name}.{offset:07d}.page"

    def _drop(self) -> None:
        for path in self._on_disk():
            path.unlink(missing_ok=True)

    def _on_disk(self) -> list[Path]:
        found = self.folder.glob(f".{self.request.name}.*.page")
        return [path for path in found if _OWN_FILE.fullmatch(path.name)]

    def _error(self, wrong: str) -> DataError:
        whole = len(list(self.folder.glob("*.json")))
        pages = len(list(self.folder.glob(".*.page")))
        return DataError(
            f"EIA's API, {self.request.title}: {wrong}. "
            f"{whole} whole files and {pages} pages of this fetch are kept in {self.folder}; "
            f"{GOES_ON}."
        )


def _kept(path: Path) -> tuple[int, list[Row]] | None:
    """Return a page from disk; none if it is not there or was damaged since."""
    try:
        payload = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return _page_of(payload) if isinstance(payload, dict) else None


def _page_of(payload: Row) -> tuple[int, list[Row]] | None:
    """Return the number of all rows and the rows of a page, with the fields that are kept."""
    response = payload.get("response")
    total = response.get("total") if isinstance(response, dict) else None
    if not isinstance(response, dict) or not re.fullmatch(r"[0-9]{1,12}", str(total)):
        return None
    data = response.get("data")
    if not isinstance(data, list) or not all(isinstance(row, dict) for row in data):
        return None
    return int(str(total)), [{name: row[name] for name in _FIELDS if name in row} for row in data]


def _check(ba_codes: Sequence[str], first: pd.Timestamp, end: pd.Timestamp) -> None:
    for code in ba_codes:
        if not _CODE.fullmatch(code):
            raise DataError(f"{code!r} is no code of a balancing authority, such as CISO")
    if not first < end:
        raise DataError(f"hours from {first} to before {end}: there are none")


def _nothing(ba_codes: Sequence[str], first: pd.Timestamp, end: pd.Timestamp) -> DataError:
    codes = ", ".join(ba_codes[:5]) + (", ..." if len(ba_codes) > 5 else "")
    return DataError(
        f"EIA's API has no rows of {codes} from {first:%Y-%m-%d %H:%M}Z to "
        f"{end:%Y-%m-%d %H:%M}Z. Its hourly data begin with {FIRST_YEAR}; older years are in the "
        "six-month files. Is the code right?"
    )
