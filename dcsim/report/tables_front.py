"""The tables and sentences of fronts: every point with its design, and what stands out."""

from collections.abc import Sequence

from dcsim.optimize.front import Front, FrontPoint
from dcsim.report.figures_front import per_unit, unit_on_axis
from dcsim.report.numbers import (
    CO2E,
    DASH,
    NOTHING_BELOW,
    capacity,
    number,
    percent,
    period,
    rounded,
)
from dcsim.report.study import STRATEGY_LABELS
from dcsim.report.tables import PARTS, Table, table_of

_Y_SHORT = {"carbon": "Operational", "cost": "Cost"}
_X_SHORT = {"carbon": "Embodied", "cost": "Carbon"}


def front_table(front: Front, hours: int) -> Table:
    """Return every point of a front with its design, slope, gap, and what it is.

    Of the last point it is not told what one more tonne saves: no cap is tighter, so that the slope
    of its tangent can be as steep as one likes.
    """
    x_unit, y_unit = (unit_on_axis(u, hours) for u in (front.axes.x_unit, front.axes.y_unit))
    both = front.axes.x_unit == front.axes.y_unit
    total = [(f"Total [{x_unit}]", True)] if both else []
    columns = [
        ("Point", True),
        (f"{_X_SHORT[front.kind]} [{x_unit}]", True),
        (f"{_Y_SHORT[front.kind]} [{y_unit}]", True),
        *total,
        *((f"{part.label} [{part.unit}]", True) for part in PARTS),
        (f"One more {'t embodied' if both else f't {CO2E}'} saves", True),
        ("Gap to the next", True),
        ("", False),
    ]
    rows = [_row(front, n, point, both=both) for n, point in enumerate(front.points)]
    label = STRATEGY_LABELS[front.strategy]
    return table_of(
        f"front-{front.strategy}", f"{label}: every point, from loose to tight", columns, rows
    )


def _row(front: Front, n: int, point: FrontPoint, *, both: bool) -> tuple[str, ...]:
    x_per, y_per = per_unit(front.axes.x_unit), per_unit(front.axes.y_unit)
    total = (number((point.x + point.y) / x_per),) if both else ()
    sizes = point.design.as_dict()
    gap = percent(front.gaps[n], 2) if n < len(front.gaps) else DASH
    return (
        str(n + 1),
        number(point.x / x_per),
        number(point.y / y_per),
        *total,
        *(capacity(sizes[part.capacity]) for part in PARTS),
        DASH if n == len(front.points) - 1 else _saves(front, point),
        gap,
        _what(front, n),
    )


def _saves(front: Front, point: FrontPoint) -> str:
    """Return what one more tonne of x would save of y: tonnes, or dollars."""
    saved = -point.slope
    if front.axes.y_unit == "USD":
        return f"{rounded(saved * per_unit(front.axes.x_unit))} USD"
    return f"{rounded(saved)} t"


def _what(front: Front, n: int) -> str:
    names = []
    if n == front.optimum:
        names.append("least total")
    if n == front.knee:
        names.append("knee")
    return ", ".join(names)


def front_sentences(fronts: Sequence[Front], hours: int) -> list[str]:
    """Return what the fronts say, in sentences."""
    best = fronts[-1]
    telling = _least_total(best, hours) if best.optimum is not None else _cheapest(best, hours)
    return [telling, _knee(best, hours), _known(fronts)]


def _least_total(front: Front, hours: int) -> str:
    least = front.points[front.optimum or 0]
    x_per = per_unit(front.axes.x_unit)
    return (
        f"The least total is {rounded((least.x + least.y) / x_per)} t {CO2E} {period(hours)}: "
        f"{rounded(least.x / x_per)} t for making what is built and {rounded(least.y / x_per)} t "
        "for the grid power that is still imported. Building more would save less than making it "
        "costs."
    )


def _cheapest(front: Front, hours: int) -> str:
    loose, tight = front.points[0], front.points[-1]
    x_per, y_per = per_unit(front.axes.x_unit), per_unit(front.axes.y_unit)
    return (
        f"The cheapest plan costs {rounded(loose.y / y_per)} million USD {period(hours)} and emits "
        f"{rounded(loose.x / x_per)} t {CO2E}; the cleanest emits {rounded(tight.x / x_per)} t and "
        f"costs {rounded(tight.y / y_per)} million USD."
    )


def _knee(front: Front, hours: int) -> str:
    knee = front.points[front.knee]
    x_per, y_per = per_unit(front.axes.x_unit), per_unit(front.axes.y_unit)
    y_unit = "million USD" if front.axes.y_unit == "USD" else f"t {CO2E}"
    return (
        f"The front bends most at its knee: {rounded(knee.x / x_per)} t "
        f"{_X_SHORT[front.kind].lower()} and {rounded(knee.y / y_per)} {y_unit} "
        f"{_Y_SHORT[front.kind].lower()}. There, one more tonne of "
        f"{'embodied carbon' if front.optimum is not None else 'carbon'} saves "
        f"{_saves(front, knee)}."
    )


def _known(fronts: Sequence[Front]) -> str:
    gap = max(front.largest_gap_frac for front in fronts)
    if gap <= NOTHING_BELOW:
        return "Between its points each front is known exactly."
    return (
        "Every point is a proven optimum. Between them, mixtures of neighbors bound each front "
        "from above and the prices of the cap bound it from below; nowhere are the two more than "
        f"{percent(gap, 2)} apart."
    )
