"""What a front is: plans that trade one total for another, with bounds on all plans in between.

Chords between its points bound the true front from above, since every mixture of two plans is a
plan; tangents bound it from below, by weak duality. No Pyomo here, as in `plan.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple, get_args

import numpy as np

from dcsim.optimize.plan import Certificate, Design
from dcsim.scenario.spec import Strategy

FrontKind = Literal["carbon", "cost"]

FRONT_KINDS: tuple[FrontKind, ...] = get_args(FrontKind)

LEAST_POINTS = 3
"""The two ends and one between."""

_AWAY_FRAC = 0.2
"""Where two tangents meet close to a point, as they do beside a steep end, a new point would tell
little; it keeps this share of the interval away [-]."""


class Axes(NamedTuple):
    """What a front trades: the total that is capped, and the one that is minimized."""

    x_account: str
    x_unit: str
    y_account: str
    y_unit: str

    @property
    def is_summable(self) -> bool:
        """Tell whether x and y have one unit, so that their sum is a total."""
        return self.x_unit == self.y_unit

    @property
    def x_accounts(self) -> tuple[str, ...]:
        """Return the accounts of the model that add up to x."""
        return _PARTS.get(self.x_account, (self.x_account,))


_PARTS = {"total_carbon_kg": ("operational_kg", "embodied_kg")}

AXES: dict[FrontKind, Axes] = {
    "carbon": Axes("embodied_kg", "kg CO2e", "operational_kg", "kg CO2e"),
    "cost": Axes("total_carbon_kg", "kg CO2e", "cost_usd", "USD"),
}


@dataclass(frozen=True)
class FrontPoint:
    """A plan of least y among all with at most some x.

    Attributes:
        x: Total of the capped account [kg CO2e].
        y: Total of the minimized account [kg CO2e or USD].
        limit: The cap on x under which y is least [kg CO2e].
        design: What is built.
        certificate: What was proved of y under that cap; its objective is y.
        slope: Dual of the cap, at most 0: by how much the least y changes with one more unit of
            x allowed [unit of y per kg CO2e].
    """

    x: float
    y: float
    limit: float
    design: Design
    certificate: Certificate
    slope: float

    def tangent(self, x: np.ndarray) -> np.ndarray:
        """Return the least y that the duals of this point prove for caps of x."""
        return np.asarray(self.certificate.bound + self.slope * (x - self.limit))


@dataclass(frozen=True)
class Front:
    """The plans of one strategy that trade x for y, from loose (least y) to tight (least x).

    Attributes:
        strategy: Which options were open.
        kind: What is traded.
        points: From loose to tight: x falls and y rises.
        optimum: Number of the point of least x + y, where the two have one unit.
    """

    strategy: Strategy
    kind: FrontKind
    points: tuple[FrontPoint, ...]
    optimum: int | None = None

    @property
    def axes(self) -> Axes:
        """Return names and units of the two accounts."""
        return AXES[self.kind]

    @cached_property
    def x(self) -> np.ndarray:
        """Return x of every point [kg CO2e]."""
        return np.array([point.x for point in self.points])

    @cached_property
    def y(self) -> np.ndarray:
        """Return y of every point [kg CO2e or USD]."""
        return np.array([point.y for point in self.points])

    def inner(self, x: np.ndarray) -> np.ndarray:
        """Return what mixtures of the points reach: y of the chords, between the ends."""
        return np.asarray(np.interp(x, self.x[::-1], self.y[::-1]))

    def outer(self, x: np.ndarray) -> np.ndarray:
        """Return what no plan gets below: the highest of all tangents."""
        return np.asarray(np.max([point.tangent(x) for point in self.points], axis=0))

    def worth(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return what a gap is a share of: x + y where they have one unit, else y."""
        return np.asarray(np.abs(x + y if self.axes.is_summable else y))

    @cached_property
    def gaps(self) -> tuple[float, ...]:
        """Return the largest gap between inner and outer bound after each point but the last [-].

        It is vertical, at the same x, and relative to `worth` of the inner bound there. Between
        two points both bounds are straight lines in pieces, so it is largest at a corner: where
        two tangents meet, or at a point.
        """
        corners = self._corners()
        gap = self.gap_at(corners)
        spans = zip(self.x[:-1], self.x[1:], strict=True)
        return tuple(
            float(gap[(corners <= loose) & (corners >= tight)].max()) for loose, tight in spans
        )

    def gap_at(self, x: np.ndarray) -> np.ndarray:
        """Return the gap between inner and outer bound, relative to `worth` [-]."""
        inner = self.inner(x)
        worth = self.worth(x, inner)
        gap = np.maximum(inner - self.outer(x), 0.0)
        return np.asarray(np.divide(gap, worth, out=np.zeros_like(gap), where=worth > 0))

    @property
    def largest_gap_frac(self) -> float:
        """Return the largest gap anywhere between the ends [-]."""
        return max(self.gaps, default=0.0)

    @property
    def widest(self) -> float:
        """Return x where the gap is largest, a fair distance away from the points beside it."""
        corners = self._corners()
        corner = float(corners[np.argmax(self.gap_at(corners))])
        beside = min(max(int(np.searchsorted(-self.x, -corner)), 1), len(self.x) - 1)
        loose, tight = float(self.x[beside - 1]), float(self.x[beside])
        away = _AWAY_FRAC * (loose - tight)
        return min(max(corner, tight + away), loose - away)

    def _corners(self) -> np.ndarray:
        """Return x of all points, and of all meetings of two tangents between the ends."""
        slope = np.array([point.slope for point in self.points])
        at_zero = np.array([float(point.tangent(np.array(0.0))) for point in self.points])
        one, other = np.triu_indices(len(slope), 1)
        apart = slope[one] - slope[other]
        meets = apart != 0
        x = (at_zero[other] - at_zero[one])[meets] / apart[meets]
        return np.concatenate([self.x, x[(x < self.x[0]) & (x > self.x[-1])]])

    @property
    def knee(self) -> int:
        """Return the point farthest below the chord of the two ends, each axis by its range."""
        return knee_of(self.x, self.y)


def knee_of(x: Sequence[float] | np.ndarray, y: Sequence[float] | np.ndarray) -> int:
    """Return the number of the point farthest below the chord from the first to the last."""
    along = _in_range(np.asarray(x))
    up = _in_range(np.asarray(y))
    return int(np.argmin(along + up))


def _in_range(values: np.ndarray) -> np.ndarray:
    """Return values as shares of their range; zero where they do not differ."""
    low, high = float(values.min()), float(values.max())
    return (values - low) / (high - low) if high > low else np.zeros(len(values))
