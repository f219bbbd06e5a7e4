"""The key to EIA's API: what one looks like, and how it stays out of everything that is kept."""

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from pydantic import SecretStr

from dcsim.errors import DataError

VARIABLE = "EIA_API_KEY"
REGISTER_URL = "https://www.eia.gov/opendata/register.php"

_KEY = re.compile(r"[A-Za-z0-9._~-]{8,128}")
"""Characters that read the same in a URL, a header and JSON, so that one search finds a key
everywhere. Keys of api.data.gov's kind have 40 (api.data.gov/docs/developer-manual)."""

_CHATTY = (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
)
"""Loggers that httpx and httpcore write addresses and headers to."""


def key_from(environment: Mapping[str, str]) -> SecretStr | None:
    """Return the key that the environment gives; none if it gives none.

    Raises:
        DataError: What it gives is no key.
    """
    text = environment.get(VARIABLE, "").strip()
    return checked_key(text) if text else None


def checked_key(text: str) -> SecretStr:
    """Return a key as a secret that does not print itself.

    Args:
        text: As given; blanks around it are dropped.

    Raises:
        DataError: It is empty or no key. The text is not repeated: it may be half a key.
    """
    key = text.strip()
    if not key:
        raise DataError(f"EIA's API needs a key: set {VARIABLE}. A free one is at {REGISTER_URL}")
    if not _KEY.fullmatch(key):
        raise DataError(
            f"{VARIABLE}: this is no key of EIA's API, which is 8 to 128 letters and digits; "
            f"{len(key)} characters were given. Was something else pasted?"
        )
    return SecretStr(key)


def without_key(text: str, key: SecretStr) -> str:
    """Return a text with the key blotted out, in whatever case it stands."""
    return re.sub(re.escape(key.get_secret_value()), "[key]", text, flags=re.IGNORECASE)


@contextmanager
def unlogged(key: SecretStr) -> Iterator[None]:
    """Keep the key out of what the HTTP libraries log, at any level, while the block runs."""
    blot = _Blot(key)
    loggers = [logging.getLogger(name) for name in _CHATTY]
    for logger in loggers:
        logger.addFilter(blot)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(blot)


class _Blot(logging.Filter):
    """Rewrites records that hold the key; lets every record through."""

    def __init__(self, key: SecretStr) -> None:
        super().__init__()
        self._key = key

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        clean = without_key(said, self._key)
        if clean != said:
            record.msg, record.args = clean, ()
        return True
