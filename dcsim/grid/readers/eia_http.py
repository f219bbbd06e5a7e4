"""How EIA's API is asked: one request at a time, politely, again where that may help.

The key goes in the `X-Api-Key` header, so that no address holds it. EIA's manual asks for it in
the address (`api_key=`); a server that says it saw no key in the header gets it there instead.
Nothing here raises: what went wrong is told as `Trouble`, in words that never hold the key.
"""

import json
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any, Self

import httpx
from pydantic import SecretStr

from dcsim.grid.readers.eia_key import REGISTER_URL, VARIABLE, unlogged, without_key

URL = "https://api.eia.gov/v2/electricity/rto"

MOST_BYTES = 2**26
"""A page of 5,000 rows is 1 MB of JSON; what is far larger is no page."""

_KEY_UNSEEN = "API_KEY_MISSING"
_KEY_REFUSED = re.compile(r"API[ _]KEY", re.IGNORECASE)
_OVER_RATE_LIMIT = "OVER_RATE_LIMIT"
_STATUS = re.compile(r"[1-5][0-9]{2}")
_QUOTE_CHARACTERS = 200

Params = Mapping[str, str | list[str]]


@dataclass(frozen=True, kw_only=True)
class Manners:
    """How a server is treated, and how long it is waited for."""

    spacing_s: float = 0.4
    """Between two requests. EIA: a key stays open under about 9,000 requests an hour and 5 a
    second (www.eia.gov/opendata/faqs.php); 3600 s / 9000 = 0.4 s [s]."""
    tries: int = 6
    """How often a page is asked for before giving up: waits of 1, 2, 4, 8 and 16 s."""
    first_wait_s: float = 1.0
    """After the first failure; doubled after each further one [s]."""
    longest_wait_s: float = 300.0
    """A server that asks for more patience than this is not waited for [s]."""
    timeout_s: float = 60.0
    """For connecting, and for each next piece of an answer; ten times as long for all of it [s]."""
    sleep: Callable[[float], None] = time.sleep
    jitter_frac: Callable[[], float] = random.random
    """Adds up to as much again to a wait, so that many clients do not come back at once [0..1]."""


@dataclass(frozen=True)
class Trouble:
    """Why there is no answer.

    Attributes:
        what: In words, without the key.
        passes: Whether asking again may help.
        wait_s: How long the server asks to be left alone; none if it does not say [s].
        code: EIA's word for it, such as `API_KEY_INVALID`; empty if there is none.
    """

    what: str
    passes: bool = False
    wait_s: float | None = None
    code: str = ""


@dataclass
class Caller:
    """Asks EIA's API; a context manager, for it holds a connection."""

    key: SecretStr
    base_url: str = URL
    manners: Manners = field(default_factory=Manners)

    def __post_init__(self) -> None:
        """Make the client; redirects stay unfollowed, for the key must not go elsewhere."""
        self._http = httpx.Client(timeout=self.manners.timeout_s, follow_redirects=False)
        self._key_in_address = False
        self._has_asked = False

    def __enter__(self) -> Self:
        """Return the caller itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connection."""
        self._http.close()

    def ask(self, route: str, params: Params) -> dict[str, Any] | Trouble:
        """Return the JSON object of a good answer, or why there is none.

        Args:
            route: Of the API under `electricity/rto`, such as `region-data`.
            params: As in the API's manual, without the key.
        """
        tried = 0
        while True:
            answer = self._ask_once(route, params)
            tried += 1
            if not isinstance(answer, Trouble) or not answer.passes:
                return answer
            wait_s = self._backoff_s(tried) if answer.wait_s is None else answer.wait_s
            if wait_s > self.manners.longest_wait_s:
                return Trouble(f"{answer.what}, and asks to be left alone for {wait_s:,.0f} s")
            if tried == self.manners.tries:
                return Trouble(f"{answer.what}, {tried} times in a row")
            self.manners.sleep(wait_s)

    def _backoff_s(self, tried: int) -> float:
        wait_s = self.manners.first_wait_s * 2.0 ** (tried - 1)
        return wait_s * (1.0 + self.manners.jitter_frac())

    def _ask_once(self, route: str, params: Params) -> dict[str, Any] | Trouble:
        answer = self._send(route, params)
        is_unseen = isinstance(answer, Trouble) and answer.code == _KEY_UNSEEN
        if is_unseen and not self._key_in_address:
            self._key_in_address = True
            return self._send(route, params)
        return answer

    def _send(self, route: str, params: Params) -> dict[str, Any] | Trouble:
        if self._has_asked:
            self.manners.sleep(self.manners.spacing_s)
        self._has_asked = True
        url = f"{self.base_url}/{route}/data/"
        secret = self.key.get_secret_value()
        address = {**params, "api_key": secret} if self._key_in_address else dict(params)
        headers = {} if self._key_in_address else {"X-Api-Key": secret}
        try:
            with (
                unlogged(self.key),
                self._http.stream("GET", url, params=address, headers=headers) as response,
            ):
                return self._judged(response, _body(response, 10.0 * self.manners.timeout_s))
        except httpx.TimeoutException:
            return Trouble(f"does not answer within {self.manners.timeout_s:g} s", passes=True)
        except httpx.HTTPError as error:
            said = self._quoted(str(error)) or type(error).__name__
            return Trouble(f"cannot be reached, or hung up ({said})", passes=True)

    def _judged(self, response: httpx.Response, body: bytes | None) -> dict[str, Any] | Trouble:
        if body is None:
            return Trouble(f"gives a page of more than {MOST_BYTES / 2**20:.0f} MiB")
        if response.is_redirect:
            return Trouble(f"sends us to {self._target(response)}; the key stays here")
        payload = _json_object(body)
        status, code, message = _error_of(payload, response.status_code)
        if status == httpx.codes.OK and payload is None:
            kind = self._quoted(response.headers.get("content-type", ""))
            return Trouble(f"gives {kind or 'something'} and no JSON object", passes=True)
        if status == httpx.codes.OK and payload is not None and not message:
            return payload
        return self._refusal(status, code, message, _retry_after_s(response))

    def _refusal(self, status: int, code: str, message: str, wait_s: float | None) -> Trouble:
        said = self._quoted(message)
        answer = f"answers {status}" + (f" ({said})" if said else "")
        if code == _OVER_RATE_LIMIT or status == httpx.codes.TOO_MANY_REQUESTS:
            return Trouble(f"{answer}: too many requests for this key", passes=True, wait_s=wait_s)
        if status >= httpx.codes.INTERNAL_SERVER_ERROR:
            return Trouble(answer, passes=True, wait_s=wait_s)
        if status == httpx.codes.UNAUTHORIZED or _KEY_REFUSED.search(f"{code} {message}"):
            return Trouble(
                f"{answer}: it refuses the key. Check {VARIABLE}; a free key is at {REGISTER_URL}",
                code=code,
            )
        if status == httpx.codes.FORBIDDEN:
            return Trouble(f"{answer}: the key is wrong, or suspended for some minutes", code=code)
        return Trouble(answer, code=code)

    def _target(self, response: httpx.Response) -> str:
        try:
            host = httpx.URL(response.headers["location"]).host
        except (httpx.InvalidURL, KeyError):
            host = ""
        return f"another address ({self._quoted(host) or 'the same host'})"

    def _quoted(self, text: str) -> str:
        """Return the beginning of what others wrote, in one line and without the key."""
        clean = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        return without_key(clean, self.key)[:_QUOTE_CHARACTERS]


def _body(response: httpx.Response, most_s: float) -> bytes | None:
    """Return the whole answer; none if it is too long to be one."""
    until = time.monotonic() + most_s
    body = bytearray()
    for piece in response.iter_bytes():
        body += piece
        if len(body) > MOST_BYTES:
            return None
        if time.monotonic() > until:
            raise httpx.ReadTimeout("the answer trickles")
    return bytes(body)


def _json_object(body: bytes) -> dict[str, Any] | None:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return payload if isinstance(payload, dict) else None


def _error_of(payload: dict[str, Any] | None, status: int) -> tuple[int, str, str]:
    """Return status, code and message of an answer; no message if it reports no error.

    The API has two shapes: `{"error": "...", "code": 400}`, and, from the gate before it,
    `{"error": {"code": "API_KEY_INVALID", "message": "..."}}`. The first came with status 200 or
    404 before version 2.1.10, so the status in the body counts too.
    """
    error = (payload or {}).get("error")
    if isinstance(error, dict):
        code = str(error.get("code", ""))
        return status, code, str(error.get("message") or code or "an error without a name")
    if not error:
        return status, "", ""
    inner = str((payload or {}).get("code", ""))
    return (int(inner) if _STATUS.fullmatch(inner) else status), inner, str(error)


def _retry_after_s(response: httpx.Response) -> float | None:
    """Return what `Retry-After` asks for, in seconds or as a date (RFC 9110, 10.2.3)."""
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        until = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, until.timestamp() - time.time())
