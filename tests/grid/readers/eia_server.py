"""A local server that speaks EIA's API v2: its envelopes, its paging, its errors, and its faults.

The envelopes are those of recorded answers (gridemissions' and Electricity Maps' samples, EIA's
documentation). Faults are scripted by the number of the request, counted from 1.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEY = "k3yThatMustNeverBeSeen0123456789abcdefgh"

Row = dict[str, Any]
Fault = Callable[["Handler"], None]

UNITS = {"value-units": "megawatthours"}


def fuel_row(period: str, code: str, value: Any, ba: str = "CISO", name: str = "") -> Row:
    return {
        "period": period,
        "respondent": ba,
        "respondent-name": f"{ba} of somewhere",
        "fueltype": code,
        "type-name": name or code.title(),
        "value": value,
    } | UNITS


def region_row(period: str, code: str, value: Any, ba: str = "CISO") -> Row:
    row = fuel_row(period, code, value, ba)
    row["type"] = row.pop("fueltype")
    return row


def interchange_row(period: str, to: str, value: Any, ba: str = "CISO") -> Row:
    names = {"fromba": ba, "fromba-name": f"{ba} name", "toba": to, "toba-name": f"{to} name"}
    return {"period": period, **names, "value": value} | UNITS


@dataclass
class Asked:
    """A request the server got."""

    route: str
    params: dict[str, list[str]]
    header_key: str | None

    @property
    def offset(self) -> int:
        return int(self.params["offset"][0])


@dataclass
class Api:
    """What the server holds, and how it answers.

    Attributes:
        tables: Rows by route.
        page_rows: Most rows it gives in one answer, as the API's 5,000.
        faults: What to do instead of answering, by number of the request.
        reads_header: Whether it looks for the key in the `X-Api-Key` header.
        as_text: Whether numbers come as strings, as since version 2.1.6.
        shuffles: Whether the order asked for is ignored.
        asked: The requests it got.
    """

    tables: dict[str, list[Row]]
    page_rows: int = 5000
    faults: dict[int, Fault] = field(default_factory=dict)
    always: Fault | None = None
    reads_header: bool = True
    as_text: bool = False
    shuffles: bool = False
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    def rows_asked_for(self, asked: Asked) -> list[Row]:
        facets = {
            name[len("facets[") : -len("][]")]: values
            for name, values in asked.params.items()
            if name.startswith("facets[")
        }
        (first,), (last,) = asked.params["start"], asked.params["end"]
        rows = [
            row
            for row in self.tables.get(asked.route, [])
            if first <= row["period"] <= last and all(row[f] in facets[f] for f in facets)
        ]
        columns = [asked.params[f"sort[{i}][column]"][0] for i in (0, 1)]
        rows.sort(key=lambda row: [row[column] for column in columns])
        return rows[::-1] if self.shuffles else rows

    def answer(self, asked: Asked) -> dict[str, Any]:
        rows = self.rows_asked_for(asked)
        most = min(self.page_rows, int(asked.params["length"][0]))
        page = rows[asked.offset : asked.offset + most]
        if self.as_text:
            page = [r | {"value": None if r["value"] is None else str(r["value"])} for r in page]
        response = {
            "total": str(len(rows)) if self.as_text else len(rows),
            "dateFormat": 'YYYY-MM-DD"T"HH24',
            "frequency": "hourly",
            "data": page,
            "description": "Hourly net generation by balancing authority and energy source.",
        }
        if len(page) < len(rows):
            response["warnings"] = [
                {
                    "warning": "incomplete return",
                    "description": f"The API can only return {most} rows in JSON format.",
                }
            ]
        echo = {"command": f"/v2/electricity/rto/{asked.route}/data/", "params": asked.params}
        echo["params"] = echo["params"] | {"api_key": [KEY]}
        return {"response": response, "request": echo, "apiVersion": "2.1.12", "ExcelAddIn": None}


class Handler(BaseHTTPRequestHandler):
    """Answers one request of the API behind it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: "Server"

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        route = parts.path.removesuffix("/data/").rsplit("/", 1)[-1]
        api = self.server.api
        asked = Asked(route, parse_qs(parts.query), self.headers["X-Api-Key"])
        api.asked.append(asked)
        fault = api.faults.get(len(api.asked), api.always)
        if fault is not None:
            return fault(self)
        given = asked.params.get("api_key", [None])[0]
        if api.reads_header:
            given = given or asked.header_key
        if given is None:
            return gate("API_KEY_MISSING", "No api_key was supplied.")(self)
        if given != KEY:
            return gate("API_KEY_INVALID", f"An invalid api_key was supplied: {given}")(self)
        return self.send(200, json.dumps(api.answer(asked)).encode())

    def send(
        self, status: int, body: bytes, headers: dict[str, str] | None = None, cut: int = 0
    ) -> None:
        """Answer; with `cut`, hang up when so many bytes of the body are still to come."""
        self.send_response(status)
        for name, value in ({"Content-Type": "application/json"} | (headers or {})).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) - cut])
        if cut:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Holds the API for its handlers."""

    daemon_threads = True
    api: Api

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up."""


@contextmanager
def serving(api: Api) -> Iterator[Api]:
    """Serve an API on this machine while the block runs."""
    with Server(("127.0.0.1", 0), Handler) as server:
        server.api = api
        api.url = f"http://127.0.0.1:{server.server_port}/v2/electricity/rto"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield api
        finally:
            server.shutdown()
            thread.join(timeout=10)


def failing(status: int, payload: Any, headers: dict[str, str] | None = None) -> Fault:
    """Answer with a status and a JSON body."""
    return lambda handler: handler.send(status, json.dumps(payload).encode(), headers)


def gate(code: str, message: str, status: int = 403) -> Fault:
    """The error of the gate before the API."""
    return failing(status, {"error": {"code": code, "message": message}})


def refused(message: str, status: int = 400) -> Fault:
    """The error of the API itself."""
    return failing(status, {"error": message, "code": status})


def cut_in_the_middle(handler: Handler) -> None:
    """Promise a whole answer, give half of it, and hang up."""
    body = json.dumps(handler.server.api.answer(handler.server.api.asked[-1])).encode()
    handler.send(200, body, cut=len(body) // 2)


def web_page(handler: Handler, status: int = 200) -> None:
    """Answer as a gateway in between does."""
    body = f"<html><title>Maintenance</title>{handler.path} {KEY}</html>".encode()
    handler.send(status, body, {"Content-Type": "text/html"})


def silent(seconds: float) -> Fault:
    """Answer nothing for a while."""
    return lambda handler: time.sleep(seconds)


def trickling(handler: Handler) -> None:
    """Answer a byte at a time, for two seconds at the most."""
    handler.send(200, b" " * 200, cut=200)
    for _ in range(200):
        handler.wfile.write(b" ")
        time.sleep(0.01)


def redirect(target: str) -> Fault:
    """Send the client elsewhere, with the key in the address."""
    return lambda handler: handler.send(302, b"", {"Location": f"{target}?api_key={KEY}"})
