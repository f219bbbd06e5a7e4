"""The answers of a plan in words and tables: what is as good, what would enter, what waits."""

from dcsim.optimize.findings import BreakEven, NearRange
from dcsim.report.numbers import capacity, percent, period, plain, rounded, with_unit
from dcsim.report.study import Study
from dcsim.report.tables import PARTS, Table, table_of

_NAMES = {
    "solar_mw": ("solar", "MW"),
    "wind_mw": ("wind", "MW"),
    "battery_mwh": ("battery energy", "MWh"),
    "battery_mw": ("battery power", "MW"),
    "extra_server_mw": ("extra servers", "MW"),
}
_PER_KILO = 1000.0  # kg/MWh to kg/kWh, and USD/MW to USD/kW
_LEAST_SAVED = 1.0  # what one more hour of a deadline must save to be told [kg or USD]


def answers_sentences(study: Study) -> list[str]:
    """Return the answers in sentences; none where the scenario did not ask for them."""
    if study.answers is None:
        return []
    return [
        *_ranges_in_words(study),
        *(break_even_in_words(found) for found in study.answers.break_evens),
        *_deadlines_in_words(study),
    ]


def _ranges_in_words(study: Study) -> list[str]:
    """Say for each capacity what is as good as the plan, at the widest tolerance asked."""
    assert study.answers is not None
    widest = max((r.tolerance_frac for r in study.answers.ranges), default=0.0)
    return [
        f"{_range_text(found)} of {_NAMES[found.capacity][0]} is as good to within "
        f"{percent(found.tolerance_frac)}."
        for found in study.answers.ranges
        if found.tolerance_frac == widest and (found.high is None or found.high > found.low)
    ]


def _range_text(found: NearRange) -> str:
    unit = _NAMES[found.capacity][1]
    if found.high is None:
        return f"Anything from {with_unit(rounded(found.low), unit)}"
    return f"Anything from {rounded(found.low)} to {with_unit(rounded(found.high), unit)}"


def break_even_in_words(found: BreakEven) -> str:
    """Return at what price an option enters or leaves the plan."""
    option = found.option.capitalize()
    if found.at is None:
        if found.enters:
            return f"{option}: not built even if making them were free."
        return f"{option}: built at any price a scenario may hold."
    at, asked = price_text(found.at, found.unit), price_text(found.asked, found.unit)
    if found.enters:
        return f"{option}: enter below {at}; they are at {asked}."
    return f"{option}: stay up to {at}; they are at {asked}."


def price_text(price: float, unit: str) -> str:
    """Return a price per MW or MWh of capacity per kW or kWh, as people know it."""
    per = {"kg/MWh": "kg/kWh", "kg/MW": "kg/kW", "USD/MWh": "USD/kWh", "USD/MW": "USD/kW"}
    if unit in per and price >= _PER_KILO:
        return with_unit(rounded(price / _PER_KILO), per[unit])
    return with_unit(rounded(price), unit)


def _deadlines_in_words(study: Study) -> list[str]:
    assert study.answers is not None
    unit = study.objective_unit
    return [
        f"One more hour to wait for the work of tier {found.tier} (now {found.deadline_h} h) would "
        f"save {with_unit(rounded(found.saved), unit)} {period(study.horizon_hours)}."
        for found in study.answers.deadlines
        if found.saved >= _LEAST_SAVED
    ]


def ranges_table(study: Study) -> Table | None:
    """Return how far each capacity can go while the plan stays as good, or None if not asked."""
    if study.answers is None or not study.answers.ranges:
        return None
    tolerances = sorted({found.tolerance_frac for found in study.answers.ranges})
    by_key = {(r.capacity, r.tolerance_frac): r for r in study.answers.ranges}
    sizes = study.chosen.design.as_dict()
    rows = [
        (
            f"{part.label} [{part.unit}]",
            capacity(sizes[part.capacity]),
            *(_cell(by_key.get((part.capacity, tolerance))) for tolerance in tolerances),
        )
        for part in PARTS
        if (part.capacity, tolerances[0]) in by_key
    ]
    heads = [(f"Within {percent(tolerance)} of the best", True) for tolerance in tolerances]
    return table_of(
        "ranges",
        "How far each capacity can go, the others following, while the plan stays nearly as good",
        [("", False), ("The plan", True), *heads],
        rows,
    )


def _cell(found: NearRange | None) -> str:
    if found is None:
        return ""
    high = "without limit" if found.high is None else rounded(found.high)
    return f"{rounded(found.low)} to {high}"


def break_evens_table(study: Study) -> Table | None:
    """Return at what price each option enters or leaves the plan, or None if not asked."""
    if study.answers is None or not study.answers.break_evens:
        return None
    rows = [
        (
            found.option.capitalize(),
            "not built" if found.enters else "built",
            plain(found.asked),
            _break_even_cell(found),
            found.unit,
            found.key,
        )
        for found in study.answers.break_evens
    ]
    return table_of(
        "break-evens",
        "At which price each option enters the plan, or leaves it, all else as it is",
        [
            ("", False),
            ("In the plan", False),
            ("Price now", True),
            ("Break-even", True),
            ("Unit", False),
            ("Key of the scenario", False),
        ],
        rows,
    )


def _break_even_cell(found: BreakEven) -> str:
    if found.at is None:
        return "not even free" if found.enters else "none"
    return (
        f"enters below {rounded(found.at)}" if found.enters else f"stays up to {rounded(found.at)}"
    )
