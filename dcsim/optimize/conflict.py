"""Why there is no plan: which limits are in conflict, and by how much each would have to give.

What could give is tried one by one (`relaxation.py`), and all together if none is enough alone. The
duals of the first that helps name the rows that are in its way: a few hours of a year, mostly. Of
these HiGHS finds a set that cannot be kept together and of which none is to spare (an irreducible
infeasible subsystem), which is then told in the words of the scenario.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from dcsim.errors import InfeasibleError
from dcsim.optimize.compile import LinearProgram
from dcsim.optimize.limits import LEAST
from dcsim.optimize.problem import LIMIT_OF_VARIABLE, Problem
from dcsim.optimize.relaxation import Elastic, Relaxed, is_switched_off, part_of, ways_of
from dcsim.optimize.session import Conflict, Session, Solution, Status
from dcsim.scenario.spec import Strategy

_DIGITS = 6
"""How many digits of a needed limit are printed; the last is rounded to where a plan exists."""

_LEAST_FRAC = 1e-6
"""A limit gives at least this: what is less is the solver's rounding [share of it]."""

_EXACT = 1e-7
"""Nearer to a round number than this is that number [units of the last digit]."""

_SEARCH_S = 5.0
"""Most time for finding which rows are to spare; beyond it all that have a dual are told [s]."""

_MOST_ROWS = 2000
"""Among more rows than this none is looked for that is to spare: it would not end in time."""

_RAISE = "; solver.time_limit_s gives more time"

_PRESSES = 1e-9
"""A row with a dual below this share of the largest is not in the way [-]."""

_WORDS = {
    "limits.import_mw": "at most {} MW from the grid",
    "limits.ramp_mw_per_h": "import that changes by at most {} MW from hour to hour",
    "limits.coverage_frac": "at least {} of the load covered by own solar and wind",
    "limits.cfe_frac": "a carbon-free score of at least {}",
    "limits.operational_t_per_year": "at most {} t of operational carbon a year",
    "limits.embodied_t_per_year": "at most {} t of embodied carbon a year",
    "limits.total_t_per_year": "at most {} t of carbon a year",
    "limits.cost_usd_per_year": "at most {} USD of cost a year",
    "limits.budget_usd": "at most {} USD of capital",
    "limits.land_ha": "at most {} ha of land",
    "solar.max_mw": "at most {} MW of solar",
    "wind.max_mw": "at most {} MW of wind",
    "battery.max_mwh": "at most {} MWh of battery",
    "battery.max_mw": "at most {} MW of battery power",
    "servers.max_mw": "at most {} MW of extra servers",
}
"""Each limit in words."""

_NAMES = {"solar": "solar", "wind": "wind", "battery": "battery", "servers": "extra servers"}

_WAITING = ("backlog_flow", "daily_work")
"""Rows that keep work from being lost, or done too late."""


def refuse_if_proven(problem: Problem, strategy: Strategy) -> None:
    """Raise what `explain_infeasible` says, if merged hours prove that the year has no plan.

    Raises:
        InfeasibleError: There is none.
    """
    if ways_of(problem, strategy):
        error, is_proven = _explained(problem, strategy)
        if is_proven:
            raise error


def explain_infeasible(problem: Problem, strategy: Strategy) -> InfeasibleError:
    """Return the error that names the limits in conflict and what would mend it.

    Args:
        problem: The problem without a plan.
        strategy: Which options are open.
    """
    return _explained(problem, strategy)[0]


def _explained(problem: Problem, strategy: Strategy) -> tuple[InfeasibleError, bool]:
    """Return the error, and whether what it says proves that there is no plan."""
    message = f"strategy {strategy} has no feasible plan"
    ways = ways_of(problem, strategy)
    elastic = Elastic(problem, [key for way in ways for key in way])
    alone: dict[tuple[str, ...], Relaxed] = {}
    for way in ways:
        if not any(elastic.is_no_help(way, found) for found in alone.values() if found.is_found):
            alone[way] = elastic.solved(way)
    helpful = {way: found for way, found in alone.items() if found.is_found}
    if not helpful:
        return _together(problem, elastic, message, ways)
    mended = [_mended(problem, found, way) for way, found in helpful.items()]
    known = _best_known(helpful.values())
    is_open = (Status.kTimeLimit, Status.kUnknown)
    open_ends = [way for way, found in alone.items() if found.status in is_open]
    error = InfeasibleError(
        f"{message}{_clash(problem, elastic, known)}. With everything else as asked, "
        f"{'; or '.join(mended)}{_not_tried(open_ends, elastic)}{_of_merged(helpful.values())}"
    )
    return error, known.least > 0


def _together(
    problem: Problem, elastic: Elastic, message: str, ways: Sequence[tuple[str, ...]]
) -> tuple[InfeasibleError, bool]:
    """Return the error where no limit alone would do, and whether it proves that none does."""
    found = elastic.solved([key for way in ways for key in way])
    if found.status == Status.kTimeLimit:
        message += (
            "; which limits would have to give was not found in time "
            f"({elastic.time_limit_s:g} s){_RAISE}"
        )
    elif not found.is_found:
        message += ", and no limit could be relaxed to make one"
    else:
        message += (
            f"{_clash(problem, elastic, found)}; no limit alone could be relaxed to make one, but "
            f"together, {_mended(problem, found)}{_of_merged([found])}"
        )
    return InfeasibleError(message), found.is_found and found.least > 0


def _best_known(found: Iterable[Relaxed]) -> Relaxed:
    """Return the first answer that holds on the year, or else the one of most proof."""
    return min(found, key=lambda one: (one.hours_merged, -one.least))


def _of_merged(found: Iterable[Relaxed]) -> str:
    """Return in words that some answers are of merged hours, and how to have them hour by hour."""
    merged = max(one.hours_merged for one in found)
    if merged == 1:
        return ""
    return (
        f". What is about so much is of every {merged} hours taken as one, and what stands in "
        "brackets is proven hour by hour; solver.time_limit_s gives time to find it hour by hour"
    )


def _not_tried(ways: Sequence[tuple[str, ...]], elastic: Elastic) -> str:
    """Return in words of which limits it is not known whether they would do."""
    if not ways:
        return ""
    names = " or ".join(key for way in ways for key in way)
    return (
        f". Whether another {names} would do was not found out in time "
        f"({elastic.time_limit_s:g} s){_RAISE}"
    )


def _mended(problem: Problem, found: Relaxed, way: Sequence[str] = ()) -> str:
    """Return in words what limits would have to be."""
    excess = found.excess or dict.fromkeys(way, 0.0)
    needed = {key: safe(problem, key, more) for key, more in excess.items()}
    about = "about " if found.hours_merged > 1 else ""
    bounds = _proven(problem, found)
    off = [key for key in needed if is_switched_off(problem, key)]
    words = [
        f"{key} {plain(problem.limit(key) or 0.0)} would have to be {about}{plain(value)}"
        f"{bounds.get(key, '')}"
        for key, value in needed.items()
        if key not in off
    ]
    for part in dict.fromkeys(part_of(key) for key in off):
        sizes = (f"{key} {about}{plain(needed[key])}" for key in off if part_of(key) == part)
        words.append(f"{part}.enabled would have to be true, with {' and '.join(sizes)}")
    return ", and ".join(words)


def _proven(problem: Problem, found: Relaxed) -> dict[str, str]:
    """Return in words what a single limit of merged hours must be at least on the year."""
    if found.hours_merged == 1 or len(found.excess) != 1 or not found.least:
        return {}
    ((key, excess),) = found.excess.items()
    direction = -1 if key in LEAST else 1
    bound = (problem.limit(key) or 0.0) + direction * found.least * excess
    side = "at most" if key in LEAST else "at least"
    return {key: f" ({side} {plain(rounded(bound, -direction))})"}


def safe(problem: Problem, key: str, excess: float) -> float:
    """Return what a limit must be, rounded to `_DIGITS` digits to the side where a plan exists."""
    asked, direction = problem.limit(key) or 0.0, -1 if key in LEAST else 1
    return rounded(asked + direction * max(excess, _LEAST_FRAC * asked), direction)


def rounded(value: float, direction: int) -> float:
    """Round to `_DIGITS` digits, up for 1 and down for -1; nothing below zero."""
    if value <= 0:
        return 0.0
    places = _DIGITS - 1 - math.floor(math.log10(value))
    steps = direction * value * 10.0**places
    return round(max(0.0, direction * math.ceil(steps - _EXACT) * 10.0**-places), max(places, 0))


def plain(value: float) -> str:
    """Return a number as one would write it in a scenario."""
    return np.format_float_positional(value, trim="-")


def _clash(problem: Problem, elastic: Elastic, relaxed: Relaxed) -> str:
    """Return in words what cannot all be kept, as a sentence, or nothing if it has no words."""
    program = elastic.held(relaxed)
    conflict = _conflict(program, relaxed.solution)
    key_of_row = _keys_of_rows(program)
    keys = [key_of_row[row] for row in conflict.rows if row in key_of_row]
    keys += _keys_of_columns(program, conflict.at_high)
    parts = [_in_words(problem, key) for key in dict.fromkeys(keys)]
    parts += _least_in_words(problem, program, conflict.at_low)
    names = {program.rows[row].name for row in conflict.rows}
    if names.intersection(_WAITING):
        parts.append("all work done by its deadline")
    merged = relaxed.hours_merged
    hours = sorted(
        hour
        for row in conflict.rows
        if program.rows[row].name == "balance"
        for hour in range(program.rows[row].index * merged, (program.rows[row].index + 1) * merged)
    )
    parts += _load_in_words(problem, hours)
    return f". These cannot all be kept: {'; '.join(parts)}" if parts else ""


def _conflict(program: LinearProgram, solution: Solution) -> Conflict:
    """Return what is in conflict: of the rows that have a dual, those that are not to spare."""
    pressing = _presses(solution.row_duals)
    rows = np.flatnonzero(pressing)
    matrix = program.matrix.tocsr()[rows].tocsc()
    part = replace(
        program,
        matrix=matrix,
        row_low=program.row_low[rows],
        row_high=program.row_high[rows],
        rows=tuple(program.rows[row] for row in rows),
    )
    found = Session(part).conflict(_SEARCH_S) if len(rows) <= _MOST_ROWS else None
    if found is not None:
        return replace(found, rows=tuple(int(rows[row]) for row in found.rows))
    reduced = solution.reduced_costs
    return Conflict(
        rows=tuple(int(row) for row in rows),
        at_low=tuple(np.flatnonzero(_presses(reduced) & (reduced > 0)).tolist()),
        at_high=tuple(np.flatnonzero(_presses(reduced) & (reduced < 0)).tolist()),
    )


def _presses(duals: np.ndarray) -> np.ndarray:
    size = np.abs(duals)
    return np.asarray(size > _PRESSES * size.max(initial=0.0))


def _keys_of_rows(program: LinearProgram) -> dict[int, str]:
    """Return the limit that each row stands for: the one whose relaxation is in it."""
    matrix = program.matrix
    return {
        int(row): key.index
        for key, column in program.column_of.items()
        if key.name == "relaxation"
        for row in matrix.indices[matrix.indptr[column] : matrix.indptr[column + 1]]
    }


def _keys_of_columns(program: LinearProgram, columns: Sequence[int]) -> Iterator[str]:
    """Yield the limits that are upper limits of columns: those that cannot give."""
    for column in columns:
        name = program.columns[column].name
        if name in LIMIT_OF_VARIABLE and np.isfinite(program.high[column]):
            yield LIMIT_OF_VARIABLE[name]


def _in_words(problem: Problem, key: str) -> str:
    if is_switched_off(problem, key):
        return f"{_NAMES[part_of(key)]} switched off ({part_of(key)}.enabled)"
    if problem.fixed is not None and part_of(key) in _NAMES:
        return f"the {_NAMES[part_of(key)]} of the given design"
    return f"{_WORDS[key].format(plain(problem.limit(key) or 0.0))} ({key})"


def _least_in_words(
    problem: Problem, program: LinearProgram, columns: Sequence[int]
) -> Iterator[str]:
    for column in columns:
        name, least = program.columns[column].name, program.low[column]
        key = LIMIT_OF_VARIABLE.get(name, "")
        if part_of(key) in _NAMES and least > 0 and problem.fixed is None:
            option, minimum = part_of(key), key.split(".")[1].replace("max", "min")
            is_there = least > getattr(getattr(problem.scenario, option), minimum)
            cause = minimum.replace("min", "existing") if is_there else minimum
            unit = "MWh" if name.endswith("_mwh") else "MW"
            yield f"{plain(least)} {unit} of {_NAMES[option]} ({option}.{cause})"


def _load_in_words(problem: Problem, hours: Sequence[int]) -> Iterator[str]:
    for span in problem.spans:
        of_year = [hour for hour in hours if hour in span.hours]
        if of_year:
            first = span.stamps[of_year[0] - span.hours.start]
            plural = "hour" if len(of_year) == 1 else "hours"
            year = f" of {span.name}" if span.name else ""
            yield f"the load in {len(of_year)} {plural}{year} from {first:%Y-%m-%d %H:%M}Z"
