"""The unit in the name of a column: `load_kw`, `Demand (kWh)`, `Price (EUR/MWhe)`, `cents/kWh`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from dcsim.grid.readers.column_words import PER, Word, words_of
from dcsim.units import MINUTES_PER_HOUR, PERCENT

Kind = Literal["power", "energy", "price", "share", "other"]

CENTS_PER_USD = 100.0


@dataclass(frozen=True)
class Unit:
    """A unit that the name of a column states.

    Attributes:
        kind: What it measures; `energy` is per row, and `other` is whatever cannot be converted.
        text: The unit, for messages.
        factor: What a value is multiplied by to be MW, MWh, USD/MWh or a share.
        step_min: The length of the rows that a unit such as `kWh per 15 min` names [min].
    """

    kind: Kind
    text: str
    factor: float = 1.0
    step_min: float | None = None


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_LETTERS = {"k": ("kilo", 1e-3), "m": ("mega", 1.0), "g": ("giga", 1e3), "t": ("tera", 1e6)}
_SCALES = {"": ("", 1e-6), **_LETTERS}
_SYMBOL = {"": "", "k": "k", "m": "M", "g": "G", "t": "T"}
_ENDS = ("", "e", "el", "ac", "dc")
"""`MWhe`, `MWel`, `kWac`: electric, and which side of an inverter."""

_POWER = {
    name: (f"{_SYMBOL[letter]}W", factor)
    for letter, (word, factor) in _SCALES.items()
    for name in (*(f"{letter}w{end}" for end in _ENDS), f"{word}watt", f"{word}watts")
    if name != "w"
}
_ENERGY = {
    name: (f"{_SYMBOL[letter]}Wh", factor)
    for letter, (word, factor) in _SCALES.items()
    for name in (
        *(f"{letter}wh{end}" for end in (*_ENDS, "r", "rs", "our", "ours")),
        f"{word}watthour",
        f"{word}watthours",
    )
}
_WATT = ("W", 1e-6)

_HOUR = {"h", "hr", "hrs", "hour", "hours"}
_MINUTES = {"min", "mins", "minute", "minutes"}
_ROW = {"interval", "step", "period", "row", "quarter"}
_HALF_HOUR = {"hh", "halfhour"}
"""`KWH/hh` is the unit of the smart meters of London (recalled)."""
_HALF_HOUR_MIN = 30.0

_DOLLARS = {"$", "us$", "usd", "usd$", "dollar", "dollars"}
_CENTS = {"¢", "cent", "cents", "usc"}
_OTHER_MONEY = {
    **{"€": "EUR", "euro": "EUR", "euros": "EUR", "eurocent": "EUR", "eurocents": "EUR"},
    **{"£": "GBP", "pound": "GBP", "pounds": "GBP", "sterling": "GBP", "pence": "GBP"},
    **{"¥": "JPY", "yen": "JPY", "₹": "INR", "₩": "KRW", "₺": "TRY", "₽": "RUB", "zł": "PLN"},
    **{"a$": "AUD", "au$": "AUD", "c$": "CAD", "ca$": "CAD", "nz$": "NZD", "s$": "SGD"},
    **{"r$": "BRL", "hk$": "HKD", "mx$": "MXN", "nt$": "TWD", "rmb": "CNY"},
}
_CODES = _set("""
    aed afn amd aoa ars aud awg azn bbd bdt bgn bhd bif bmd bnd bob brl bsd btn bwp byn bzd cad
    cdf chf clp cny crc cve czk djf dkk dop dzd egp ern etb eur fjd fkp gbp ghs gip gmd gnf gtq gyd
    hkd hnl hrk htg huf idr ils inr iqd irr isk jmd jod jpy kes kgs khr kmf kpw krw kwd kyd kzt lbp
    lkr lrd lsl lyd mdl mga mkd mmk mnt mru mvr mwk mxn myr mzn nad ngn nio nok npr nzd omr pab pgk
    php pkr pln pyg qar rsd rub rwf sbd scr sdg sek sgd shp srd ssp stn syp szl thb tjs tmt tnd
    ttd twd tzs uah ugx uyu uzs ves vnd vuv wst xaf xcd xof xpf yer zar zmw""")
_WORDS_TOO = _set("all ang bam cop cup gel lak mad mop mur pen ron sar sos top try")
"""Codes of currencies that are English words too, or names: counted only before a unit of energy.
Codes are those of ISO 4217 (recalled)."""

_PERCENT = {"%", "pct", "percent", "percentage"}
_SHARE = {"frac", "fraction", "share", "ratio", "pu", "utilization", "utilisation", "util"}
_SHARE |= {"factor", "normalized", "normalised"}
_MACHINES = {"cpu", "gpu", "tpu", "vcpu", "memory", "mem", "ram"}
"""Of what a utilization is, unless the name has a word of `_OF_POWER`."""
_OF_POWER = {"power", "demand", "energy", "consumption"}
_OF_PRICE = {"price", "prices", "lmp", "lbmp", "tariff"}
_DEGREES = {"°c": "°C", "°f": "°F", "degc": "°C", "degf": "°F", "celsius": "°C"}
_DEGREES |= {"fahrenheit": "°F", "°": "°", "kelvin": "K"}
_TEMPERATURE = {"temp", "temperature", "drybulb", "wetbulb", "dewpoint"}
_OTHER = {
    **{name: name.upper().replace("K", "k") for name in ("kva", "mva", "kvar", "mvar")},
    **{"btu": "Btu", "kbtu": "kBtu", "mmbtu": "MMBtu", "therm": "therm", "therms": "therm"},
    **{"joule": "J", "joules": "J", "kj": "kJ", "mj": "MJ", "gj": "GJ", "tj": "TJ"},
    **{"hp": "hp", "amp": "A", "amps": "A", "ampere": "A", "amperes": "A", "volt": "V"},
    **{"volts": "V", "mph": "mph", "kmh": "km/h", "kph": "km/h", "knots": "kn", "rpm": "rpm"},
    **{"mwth": "MWth", "kwth": "kWth", "mwt": "MWth", "kwt": "kWth", "humidity": "humidity"},
    **{"ghi": "irradiance", "dni": "irradiance", "dhi": "irradiance"},
    **{"irradiance": "irradiance", "speed": "speed", "m3": "m³"},
    **dict.fromkeys(("ton", "tons", "tonne", "tonnes"), "tons"),
    **{name: name for name in ("requests", "queries", "jobs", "tasks", "rps", "qps")},
}
_LETTERS_AT_END = {"c": "°C", "f": "°F"}
_LETTERS_ALONE = {"k": "K", "a": "A", "v": "V", "j": "J", "va": "VA"}
_LABELLED = _set("""
    zone phase site building hall block unit feeder line node hub area bus level group type part
    class room pdu ups option case rack row section meter panel""")
"""A single letter after one of these is a name, as in `zone_c`."""
_AFTER = _set("avg average mean max min total sum net gross e el ac dc rt da")
"""Words that may follow a unit at the end of a name."""

_KNOWN = frozenset(
    {*_POWER, *_ENERGY, *_OTHER, *_DEGREES, *_DOLLARS, *_OTHER_MONEY, "m2", "m3", "mw", "kw", "gw"}
)


def unit_of(name: str) -> Unit | None:
    """Return the unit that the name of a column states, or None.

    A share or a temperature named in words counts where no other unit is there. Two units that
    differ are one of kind `other`, named together.
    """
    if "co2" in name.lower():
        return Unit("other", "CO2")
    words = words_of(name, _KNOWN)
    found = list(_units(words)) or list(_in_words(words))
    differing = {(unit.kind, unit.factor): unit for unit in found}
    if len(differing) > 1:
        return Unit("other", " and ".join(dict.fromkeys(unit.text for unit in found)))
    return found[0] if found else None


def _units(words: Sequence[Word]) -> Iterator[Unit]:
    place = 0
    while place < len(words):
        unit, length = (
            _money(words, place)
            or _per_energy(words, place)
            or _energy(words, place)
            or _power(words, place)
            or _single(words, place)
            or (None, 1)
        )
        if unit is not None:
            yield unit
        place += length


_Found = tuple[Unit, int] | None
"""A unit and how many words it takes."""


def _text(words: Sequence[Word], place: int) -> str:
    return words[place].text if place < len(words) else ""


def _energy_at(words: Sequence[Word], place: int) -> tuple[str, float, int] | None:
    """Return symbol, factor and words of a unit of energy: `mwh`, `mw h`, `megawatt hours`."""
    text = _text(words, place)
    if text in _ENERGY:
        return (*_ENERGY[text], 1)
    power = _WATT if text == "w" else _POWER.get(text)
    if power is not None and _text(words, place + 1) in _HOUR:
        return f"{power[0]}h", power[1], 2
    return None


def _money(words: Sequence[Word], place: int) -> _Found:
    """Read `usd per mwh`, `usd mwh`, `us cents per kwh`, `eur per mwh`, `$`."""
    code, cents, length = _currency(words, place)
    if not code:
        return None
    while _text(words, place + length).isdigit() or _text(words, place + length) == "$":
        length += 1  # such as USD2022, or CAD $
    has_per = _text(words, place + length) == PER
    energy = _energy_at(words, place + length + has_per)
    coin = f"{code} cents" if cents else code
    if energy is None:
        return _money_alone(words, place, (coin, length), has_per)
    symbol, factor, more = energy
    text, length = f"{coin}/{symbol}", length + has_per + more
    if code != "USD":
        return Unit("other", text), length
    return Unit("price", text, 1 / factor / (CENTS_PER_USD if cents else 1.0)), length


def _money_alone(
    words: Sequence[Word], place: int, found: tuple[str, int], has_per: bool
) -> _Found:
    """Read money that is per something else, or per nothing: bare USD is taken as USD/MWh."""
    coin, length = found
    if words[place].text in _WORDS_TOO:
        return None
    after = _text(words, place + length + has_per)
    if has_per or after in _POWER or after in _OTHER:
        symbol = _POWER[after][0] if after in _POWER else _OTHER.get(after, after)
        return Unit("other", f"{coin}/{symbol}"), length + has_per + 1
    return Unit("price" if coin == "USD" else "other", coin), length


def _currency(words: Sequence[Word], place: int) -> tuple[str, bool, int]:
    """Return the code of a currency, whether it is counted in cents, and how many words it is."""
    text, after = _text(words, place), _text(words, place + 1)
    if text == "us" and after in _DOLLARS | _CENTS:
        return "USD", after in _CENTS, 2
    if text in _CENTS:
        return "USD", True, 1
    if text in _DOLLARS:
        return "USD", after in _CENTS, 2 if after in _CENTS else 1
    if text in _OTHER_MONEY or text in _CODES | _WORDS_TOO:
        return _OTHER_MONEY.get(text, text.upper()), after in _CENTS, 2 if after in _CENTS else 1
    return "", False, 0


def _per_energy(words: Sequence[Word], place: int) -> _Found:
    """Read `price per mwh`: of money that is not named; and `kg per mwh`, which is no money."""
    if place + 1 >= len(words) or words[place + 1].text != PER:
        return None
    energy = _energy_at(words, place + 2)
    if energy is None or _energy_at(words, place) or words[place].text in _POWER:
        return None
    symbol, factor, more = energy
    said = words[place].text
    is_price = factor == 1.0 and len(said) > 2 and said not in _MASSES
    return Unit("price" if is_price else "other", f"{said}/{symbol}"), 2 + more


_MASSES = _set("kg lbs ton tons tonne tonnes gram grams")


def _energy(words: Sequence[Word], place: int) -> _Found:
    """Read `kwh`, `kwh per hour`, which is power, and `kwh per 15 min`."""
    energy = _energy_at(words, place)
    if energy is None:
        return None
    symbol, factor, length = energy
    if _text(words, place + length) != PER:
        return Unit("energy", symbol, factor), length
    after = _text(words, place + length + 1)
    if after in _HOUR:
        return Unit("power", f"{symbol}/h", factor), length + 2
    if after in _ROW:
        return Unit("energy", symbol, factor), length + 2
    if after in _HALF_HOUR:
        return Unit("energy", f"{symbol}/30 min", factor, _HALF_HOUR_MIN), length + 2
    if after.isdigit() and _text(words, place + length + 2) in _MINUTES:
        return Unit("energy", f"{symbol}/{after} min", factor, float(after)), length + 3
    return Unit("other", f"{symbol}/{after}"), length + 2


def _power(words: Sequence[Word], place: int) -> _Found:
    """Read `kw`, `w` at the end of a name, and `w per m2`, which is irradiance."""
    text = words[place].text
    after = words[place + 1 : place + 3]
    if text in _POWER or text == "w":
        symbol, factor = _WATT if text == "w" else _POWER[text]
        if after and after[-1].text == "m2" and {word.text for word in after} <= {PER, "m2"}:
            return Unit("other", f"{symbol}/m2"), 1 + len(after)
        if after and after[0].text == PER:
            return Unit("other", f"{symbol}/{_text(words, place + 2)}"), 3
        if text != "w" or _ends(words, place):
            return Unit("power", symbol, factor), 1
    return None


def _single(words: Sequence[Word], place: int) -> _Found:
    """Read percent, degrees and the units that are never converted."""
    word = words[place]
    if word.text in _PERCENT:
        return Unit("share", "%", 1 / PERCENT), 1
    if word.text in ("deg", "degrees", "°") and _text(words, place + 1) in _LETTERS_AT_END:
        return Unit("other", _LETTERS_AT_END[words[place + 1].text]), 2
    if word.text in _DEGREES or word.text in _OTHER:
        return Unit("other", (_DEGREES | _OTHER)[word.text]), 1
    if word.text in _LETTERS_AT_END and len(words) > 1 and _ends(words, place):
        return Unit("other", _LETTERS_AT_END[word.text]), 1
    if word.text in _LETTERS_ALONE and word.is_alone:
        return Unit("other", _LETTERS_ALONE[word.text]), 1
    return None


def _ends(words: Sequence[Word], place: int) -> bool:
    """Return whether a single letter is a unit: last in its part of the name, and no label."""
    if place > 0 and words[place - 1].text in _LABELLED and not words[place].is_alone:
        return False
    rest = words[place:]
    while len(rest) > 1 and not rest[0].is_last and rest[1].text in _AFTER:
        rest = rest[1:]
    return rest[0].is_last


def _in_words(words: Sequence[Word]) -> Iterator[Unit]:
    """Yield what a name without a unit says it measures: `avg_cpu` is a share."""
    texts = {word.text for word in words}
    if texts & _TEMPERATURE:
        yield Unit("other", "temperature")
    if texts & _SHARE or (texts & _MACHINES and not texts & _OF_POWER):
        yield Unit("share", "share")
    if texts & _OF_PRICE:
        yield Unit("price", "price")


def mw_per_unit(unit: Unit, step_min: float) -> float:
    """Return what values of power or energy in rows of some length are multiplied by to be MW."""
    return unit.factor * (MINUTES_PER_HOUR / step_min if unit.kind == "energy" else 1.0)
