"""Whether the name of a column of stamps says that they are the end of their hour or interval."""

import re

from dcsim.grid.readers.column_words import words_of

_END = {
    "end",
    "ends",
    "ended",
    "ending",
    "he",
    "until",
    "till",
    "stop",
    "stops",
    "finish",
    "closing",
}
"""`HE` is hour ending, as ISOs abbreviate it (recalled)."""
_GLUED = re.compile(
    r"(hour|hr|interval|int|period|time|date|datetime|timestamp|stamp|step|utc)s?_?"
    r"(end|ends|ended|ending)(time|date|datetime|stamp|timestamp|utc|gmt)?"
    r"|end(time|date|datetime|stamp|timestamp|utc|hour|hr|interval|period)"
)
"""Words run together: `hourending`, `endtime`; not `weekend`, `calendar` or `vendor`."""
_TO = "to"
_AT_UTC = re.compile(r"utc(?!\s*[+\-\u2212]\s*(?:\d*[1-9]|\d+:?\d*[1-9]))", re.IGNORECASE)
"""Not `UTC-6` or `UTC+05:30`, which are other zones."""
_OFFSET = "offset"


def says_utc(name: str) -> bool:
    """Return whether a name says that stamps are UTC; not so `Time (UTC-6)` or `utc_offset`."""
    return bool(_AT_UTC.search(name)) and _OFFSET not in name.lower()


def is_end(name: str) -> bool:
    """Return whether a name says `HourEnding`, `EndTimeUTC`, `he_utc`, `interval_end`, `time_to`.

    A name that has the beginning too, such as `begin_to_end`, is no such one.
    """
    words = [word.text for word in words_of(name)]
    if any(word.startswith(("begin", "start")) for word in words):
        return False
    is_range = _TO in words and (words[-1] == _TO or words[0] == _TO or _before_zone(words))
    return is_range or any(word in _END or _GLUED.fullmatch(word) for word in words)


def _before_zone(words: list[str]) -> bool:
    return words[-1] in ("utc", "gmt", "z") and words[-2] == _TO
