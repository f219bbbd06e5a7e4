"""Who decides hour by hour: a policy sees an observation, gives an order, and touches nothing.

Policies: `follow_plan` carries out a plan; `greedy` shifts nothing, charges on surplus and
discharges on deficit; `none` shifts nothing and leaves the battery alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, get_args

import numpy as np
import pandas as pd

from dcsim.errors import SimulationError
from dcsim.optimize.plan import served
from dcsim.scenario.spec import PolicyName, Scenario

POLICIES = get_args(PolicyName)


@dataclass(frozen=True)
class Observation:
    """What a policy may know when it decides: now, and what the devices can do.

    Attributes:
        hour: Hours since the horizon's start.
        intensity_kg_per_mwh: Of the grid, this hour [kg/MWh].
        renewable_mw: Solar and wind available this hour [MW].
        fixed_mw: Load that cannot move [MW].
        arriving_mw: Work arriving this hour, by tier [MW].
        charge_limit_mw: Most the battery can and may take [MW].
        discharge_limit_mw: Most the battery can give [MW].
    """

    hour: int
    intensity_kg_per_mwh: float
    renewable_mw: float
    fixed_mw: float
    arriving_mw: Mapping[str, float]
    charge_limit_mw: float
    discharge_limit_mw: float


@dataclass(frozen=True)
class Order:
    """What a policy wants done in one hour.

    Attributes:
        served_mw: Work to serve, by tier [MW].
        charge_mw: Into the battery, at the bus [MW].
        discharge_mw: Out of the battery, at the bus [MW].
        grid_mw: Least import: more is imported as needed, and what is not needed is exported or
            curtailed, so that import can ramp [MW].
    """

    served_mw: Mapping[str, float]
    charge_mw: float = 0.0
    discharge_mw: float = 0.0
    grid_mw: float = 0.0


class Policy(Protocol):
    """Decides one hour at a time."""

    def decide(self, seen: Observation) -> Order:
        """Return the order for the hour observed."""


class NoPolicy:
    """Serve work as it arrives; leave the battery alone."""

    def decide(self, seen: Observation) -> Order:
        """Return the order for the hour observed."""
        return Order(served_mw=seen.arriving_mw)


class Greedy:
    """Serve work as it arrives; charge what is left over, discharge what is missing."""

    def decide(self, seen: Observation) -> Order:
        """Return the order for the hour observed."""
        load_mw = seen.fixed_mw + sum(seen.arriving_mw.values())
        surplus_mw = seen.renewable_mw - load_mw
        return Order(
            served_mw=seen.arriving_mw,
            charge_mw=min(max(surplus_mw, 0.0), seen.charge_limit_mw),
            discharge_mw=min(max(-surplus_mw, 0.0), seen.discharge_limit_mw),
        )


class FollowPlan:
    """Carry out a plan's dispatch."""

    def __init__(
        self, dispatch: pd.DataFrame, tiers: tuple[str, ...], *, orders_import: bool
    ) -> None:
        """Take the decisions from a plan's energy table.

        Args:
            dispatch: The energy table.
            tiers: Names of the tiers of work.
            orders_import: Whether import is a decision of the plan, or closes the balance.
        """
        self._charge_mw = dispatch["charge_mw"].to_numpy()
        self._discharge_mw = dispatch["discharge_mw"].to_numpy()
        self._grid_mw = dispatch["grid_mw"].to_numpy() * orders_import
        self._served_mw: dict[str, np.ndarray] = {t: dispatch[served(t)].to_numpy() for t in tiers}

    def decide(self, seen: Observation) -> Order:
        """Return the order for the hour observed."""
        return Order(
            served_mw={tier: float(mw[seen.hour]) for tier, mw in self._served_mw.items()},
            charge_mw=float(self._charge_mw[seen.hour]),
            discharge_mw=float(self._discharge_mw[seen.hour]),
            grid_mw=float(self._grid_mw[seen.hour]),
        )


def require_policy(name: str) -> None:
    """Refuse a name that no policy has.

    Raises:
        SimulationError: Names those there are.
    """
    if name not in POLICIES:
        raise SimulationError(f"there is no policy {name!r}; known are {', '.join(POLICIES)}")


def policy_named(name: str, dispatch: pd.DataFrame | None, scenario: Scenario) -> Policy:
    """Return the policy of a name.

    A plan orders import only where a limit on its ramp makes it more than what is needed.

    Raises:
        SimulationError: The name is unknown, or `follow_plan` has no plan to follow.
    """
    require_policy(name)
    if name == "greedy":
        return Greedy()
    if name == "none":
        return NoPolicy()
    if dispatch is None:
        raise SimulationError("policy follow_plan needs a plan to follow")
    return FollowPlan(
        dispatch,
        tuple(tier.name for tier in scenario.datacenter.flexible),
        orders_import=scenario.limits.ramp_mw_per_h is not None,
    )
