"""The answers of a plan in words and tables: what is as good, what would enter, what waits."""

from dcsim.optimize.findings import BreakEven, DeadlineWorth, NearRange
from dcsim.report.numbers import capacity, percent, period, plain, rounded, with_unit
from dcsim.report.study import Study
from dcsim.report.tables import PARTS, Table, table_of

_PARTS = {part.capacity: part for part in PARTS}
_PER_KILO = 1000.0  # kg/MWh to kg/kWh, and USD/MW to USD/kW
_LEAST_SAVED = 1.0  # what one more hour of a deadline must save to be told [kg or USD]


def ranges_sentences(study: Study) -> list[str]:
    """Return for each capacity what is as good as the plan, at the widest tolerance asked."""
    if study.answers is None:
        return []
    widest = max((r.tolerance_frac for r in study.answers.ranges), default=0.0)
    return [
        f"{_sizes(found)} as good to within {percent(found.tolerance_frac)}."
        for found in study.answers.ranges
        if found.tolerance_frac == widest and not _is_one_size(found)
    ]


def prices_sentences(study: Study) -> list[str]:
    """Return at which prices options enter or leave, and what more time to wait would save."""
    if study.answers is None:
        return []
    return [
        *(break_even_in_words(found) for found in study.answers.break_evens),
        *_deadlines_in_words(study, study.answers.deadlines),
    ]


def _sizes(found: NearRange) -> str:
    part = _PARTS[found.capacity]
    start = "" if found.high is None else "Anything from "
    return f"{start}{range_text(found, part.unit)} of {part.words} is"


def _is_one_size(found: NearRange) -> bool:
    return found.high is not None and rounded(found.low) == rounded(found.high)


def range_text(found: NearRange, unit: str = "") -> str:
    """Return a range of sizes: `3.00 to 9.00 MW`, `3.00 MW or more`, or just `3.00 MW`."""
    low, high = (
        "" if size is None else with_unit(rounded(size), unit).rstrip()
        for size in (found.low, found.high)
    )
    if found.high is None:
        return f"{low} or more"
    return high if _is_one_size(found) else f"{rounded(found.low)} to {high}"


def break_even_in_words(found: BreakEven) -> str:
    """Return at what price an option enters or leaves the plan."""
    option = found.option.capitalize()
    if found.at is None:
        if found.enters:
            return f"{option}: would not be built even at a price of nothing."
        return f"{option}: would stay in the plan at any price."
    at, asked = _prices_in_words(found.at, found.asked, found.unit)
    if found.enters:
        return f"{option}: would enter the plan below {at}, against {asked} now."
    return f"{option}: would stay in the plan up to {at}, against {asked} now."


def _prices_in_words(at: float, asked: float, unit: str) -> tuple[str, str]:
    """Return two prices in one unit: large ones per kW or kWh, as people know them."""
    if max(at, asked) < _PER_KILO:
        return with_unit(rounded(at), unit), with_unit(rounded(asked), unit)
    per_kilo = unit.replace("/M", "/k")
    return (
        with_unit(rounded(at / _PER_KILO), per_kilo),
        with_unit(rounded(asked / _PER_KILO), per_kilo),
    )


def _deadlines_in_words(study: Study, deadlines: tuple[DeadlineWorth, ...]) -> list[str]:
    unit = study.objective_unit
    return [
        f"One more hour to wait for the work of tier {found.tier} (now {found.deadline_h} h) would "
        f"save {with_unit(rounded(found.saved), unit)} {period(study.horizon_hours)}."
        for found in deadlines
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
    return "" if found is None else range_text(found)


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
        return "not even free" if found.enters else "stays at any price"
    return (
        f"enters below {rounded(found.at)}" if found.enters else f"stays up to {rounded(found.at)}"
    )
