"""Names of columns as words: `loadKW`, `Load (kW)` and `load_kw` are all load and kw."""

import re
import unicodedata
from dataclasses import dataclass

_SEGMENTS = re.compile(r"[()\[\]{},;:|]")
"""What sets a unit apart from the rest of a name."""
_PIECES = re.compile(
    r"[A-Za-z]{0,3}\$|°[A-Za-z]?|[^\W\d_]+\d?(?![^\W_])|[^\W\d_]+|\d+|[^\w\s.·*^-]"
)
_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[^A-Za-z]+")
_GLUED = re.compile(r"(..+?)([kmgt]wh?(?:e|el)?)", re.IGNORECASE)
"""`priceUsdPerMwh`, `loadkw`: no English word ends as these units do."""
_DEGREES = str.maketrans({"º": "°", "˚": "°"})

PER = "per"


@dataclass(frozen=True)
class Word:
    """A word of a column's name, in small letters.

    Attributes:
        text: The word; a slash is the word `per`.
        is_last: Whether its part of the name ends here, at a bracket, a comma or the end.
        is_alone: Whether it is all that stands between brackets or commas.
    """

    text: str
    is_last: bool = False
    is_alone: bool = False


def words_of(name: str, known: frozenset[str] = frozenset()) -> list[Word]:
    """Split the name of a column into words.

    Args:
        name: Words in any spelling: `HourEnding`, `hour_ending`, `Price (USD/MWh)`.
        known: Words with capitals inside that are one word, in small letters, such as `mwh`.
    """
    plain = unicodedata.normalize("NFKC", name.translate(_DEGREES))
    segments = [_words_in(segment, known) for segment in _SEGMENTS.split(plain)]
    return [
        Word(text, number == len(texts) - 1, len(texts) == 1 and len(segments) > 1)
        for texts in segments
        for number, text in enumerate(texts)
    ]


def _words_in(segment: str, known: frozenset[str]) -> list[str]:
    pieces = [PER if piece == "/" else piece for piece in _PIECES.findall(segment)]
    return [word for piece in pieces for word in _split(piece, known)]


def _split(piece: str, known: frozenset[str]) -> list[str]:
    """Split a piece without separators where its capitals, or a unit at its end, say so."""
    if piece.lower() in known or not (piece[0].isalpha() and piece.isascii()):
        return [piece.lower()]
    glued = _GLUED.fullmatch(piece)
    if glued:
        return [*_split(glued[1], known), *_split(glued[2], known | {glued[2].lower()})]
    if len(piece) > len(PER) and piece.lower().endswith(PER):
        return [*_split(piece[: -len(PER)], known), PER]
    parts = [part.lower() for part in _CAMEL.findall(piece)]
    return parts or [piece.lower()]
