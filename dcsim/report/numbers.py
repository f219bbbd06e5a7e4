"""Numbers as people read them: few digits, thousands separated, a unit, never a negative zero."""

from dcsim.scenario.rates import years_of
from dcsim.units import HOURS_PER_DAY, KG_PER_T, PERCENT, USD_PER_MILLION

NO_BREAK = "\u00a0"
"""Blank between a number and its unit, where a line must not break."""

CO2E = "CO₂e"

DASH = "–"
"""Shown for a capacity that is not built."""

NOTHING_BELOW = 1e-6
"""A capacity or power below this is rounding of the solver, and shown as not there [MW, MWh]."""

_MINUS = "−"
_YEAR_TOLERANCE_FRAC = 0.01
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, digits: int = 4) -> str:
    """Return a number with so many significant digits, whole from 1,000 on, for people.

    Args:
        value: Any finite number, in the unit the caller writes behind it.
        digits: Significant digits below 1,000; above, whole numbers are never cut.
    """
    size = abs(value)
    if size < 10**-digits:
        return "0" if size < 10.0**-12 else scientific(value)
    whole_digits = len(str(int(size))) if size >= 1 else -_leading_zeros(size)
    text = f"{size:,.{max(0, digits - whole_digits)}f}"
    return (_MINUS if value < 0 else "") + text


def plain(value: float) -> str:
    """Return a figure that was given, such as a rate or a limit, without zeros behind it."""
    text = number(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def _leading_zeros(size: float) -> int:
    return -int(f"{size:e}".split("e")[1]) - 1


def rounded(value: float, digits: int = 3) -> str:
    """Return a number cut to so many significant digits, for sentences and labels."""
    return number(float(f"{value:.{digits}g}"), digits)


def scientific(value: float) -> str:
    """Return a very small or large number as `6.8 × 10⁻¹¹`; zero as `0`."""
    if value == 0:
        return "0"
    mantissa, exponent = f"{abs(value):.1e}".split("e")
    sign = _MINUS if value < 0 else ""
    return f"{sign}{mantissa}{NO_BREAK}×{NO_BREAK}10{str(int(exponent)).translate(_SUPERSCRIPTS)}"


def capacity(value: float) -> str:
    """Return a capacity, or a dash if it is not built [MW, MWh]."""
    return DASH if value < NOTHING_BELOW else number(value)


def tonnes(kg: float) -> str:
    """Return kilograms as a number of tonnes, without the unit [kg to t]."""
    return number(kg / KG_PER_T)


def millions(usd: float) -> str:
    """Return dollars as a number of millions, without the unit [USD to million USD]."""
    return number(usd / USD_PER_MILLION)


def signed(text: str) -> str:
    """Put a plus before a formatted number that is above zero."""
    is_zero = not any(digit in text for digit in "123456789")
    return text if is_zero or text.startswith(_MINUS) else f"+{text}"


def percent(frac: float, decimals: int = 1) -> str:
    """Return a share as a percentage with its sign, `83.0 %` [-]."""
    shown = round(frac * PERCENT, decimals) + 0.0
    return f"{shown:,.{decimals}f}{NO_BREAK}%".replace("-", _MINUS)


def with_unit(text: str, unit: str) -> str:
    """Join a number and its unit so that no line breaks between them."""
    return f"{text}{NO_BREAK}{unit}"


def signed_share(change: float, total: float) -> str:
    """Return a change as a signed percentage of a total's size; nothing where that is zero."""
    return signed(percent(change / abs(total))) if abs(total) > NOTHING_BELOW else ""


def period(hours: int) -> str:
    """Return the length of a horizon as it ends a sentence: `a year`, or `in 48 hours`."""
    if is_about_a_year(hours):
        return "a year"
    if (years := whole_years(hours)) is not None:
        return f"in {years}{NO_BREAK}years"
    return f"in {in_hours(hours)}"


def in_hours(hours: int) -> str:
    """Return a number of hours with its unit, `1 hour` or `1,440 hours`."""
    return with_unit(f"{hours:,}", "hour" if hours == 1 else "hours")


def whole_years(hours: int) -> int | None:
    """Return how many years a horizon holds, if it is within 1 % of a whole number from two on."""
    years = years_of(hours)
    nearest = round(years)
    return nearest if nearest > 1 and abs(years / nearest - 1) <= _YEAR_TOLERANCE_FRAC else None


def carbon_unit(hours: int) -> str:
    """Return the unit of totals over a horizon, as it stands on an axis."""
    return with_period(f"t {CO2E}", hours)


def with_period(unit: str, hours: int) -> str:
    """Return the unit of a total over a horizon, as it stands on an axis."""
    return f"{unit} per year" if is_about_a_year(hours) else f"{unit} {period(hours)}"


def is_about_a_year(hours: int) -> bool:
    """Say whether a horizon is within 1 % of a year, so that its totals may be called yearly."""
    return abs(years_of(hours) - 1) <= _YEAR_TOLERANCE_FRAC


def days_in_words(hours: int) -> str:
    """Return a length of time in days if they are whole, else in hours."""
    days, rest = divmod(hours, HOURS_PER_DAY)
    if rest or days < 2:
        return in_hours(hours)
    return f"{days:,}{NO_BREAK}days"
