"""What a plan's answers are: near-optimal ranges and plans, break-evens, worth of more time.

No Pyomo here, as in `plan.py`; `answers.py` and `alternatives.py` find them.
"""

from dataclasses import dataclass

import pandas as pd

from dcsim.optimize.plan import Design

CAPITAL, COST = "capital_usd", "cost_usd"
"""Aims that are no capacity: the least capital, and the least cost."""


@dataclass(frozen=True)
class NearRange:
    """How far one capacity can go while the objective stays close to its best.

    Every size between `low` and `high` is in some plan whose objective is at most
    `1 + tolerance_frac` times the best.

    Attributes:
        capacity: Name of the capacity, as in `Design` [MW, MWh].
        tolerance_frac: How far the objective may be above its best [-].
        low: The least there can be of it [MW, MWh].
        high: The most; None if it is free and without limit.
    """

    capacity: str
    tolerance_frac: float
    low: float
    high: float | None


@dataclass(frozen=True)
class BreakEven:
    """The price, in carbon or money, at which an option enters or leaves the best plan.

    Attributes:
        option: The option in words, such as `battery cells`.
        key: Key of the scenario that holds the price, such as `embodied.battery_kg_per_mwh`.
        unit: Unit of the price, such as `kg/MWh`.
        asked: The price of the scenario.
        enters: True: at `asked` nothing of it is built new, and something is below `at`. False:
            it is built, and is until above `at`.
        at: The price. None where there is none: with `enters`, it is not built even for free;
            without, nothing can take its place, or no price that a scenario may hold drives it out.
    """

    option: str
    key: str
    unit: str
    asked: float
    enters: bool
    at: float | None


@dataclass(frozen=True)
class DeadlineWorth:
    """What it would save if the work of a tier could wait one hour longer.

    Attributes:
        tier: Name of the tier.
        deadline_h: Its deadline as asked [h].
        saved: How much less the objective would be [unit of the objective].
    """

    tier: str
    deadline_h: int
    saved: float


@dataclass(frozen=True)
class Answers:
    """What else a planner asks of a plan.

    Attributes:
        ranges: Of each capacity that may vary, at each tolerance.
        break_evens: Of each option that may be built.
        deadlines: Of each tier that waits for a deadline.
    """

    ranges: tuple[NearRange, ...] = ()
    break_evens: tuple[BreakEven, ...] = ()
    deadlines: tuple[DeadlineWorth, ...] = ()


@dataclass(frozen=True)
class NearPlan:
    """A plan within a tolerance of the best that has the least there can be of something.

    Attributes:
        aim: What there is least of: a capacity, as in `Design`, `capital_usd` or `cost_usd`.
        tolerance_frac: How far the objective may be above its best [-].
        design: What is built.
        dispatches: An energy table for each planned year.
    """

    aim: str
    tolerance_frac: float
    design: Design
    dispatches: tuple[pd.DataFrame, ...]
