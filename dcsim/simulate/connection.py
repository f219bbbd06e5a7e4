"""The grid connection in the replay: it imports and exports within its limits, and no faster."""

from dataclasses import dataclass

import numpy as np

from dcsim.errors import SimulationError
from dcsim.optimize.plan import ROUNDING_MW
from dcsim.scenario.limits import Limits


@dataclass(frozen=True)
class Exchange:
    """What passes the connection in one step, and what does not [MW].

    Attributes:
        grid_mw: Import.
        export_mw: Given to the grid.
        curtailed_mw: What is over and not exported.
        unserved_mw: What load and charging need beyond what may be imported.
        limit: What holds import down: `import limit` or `ramp limit`.
    """

    grid_mw: float
    export_mw: float
    curtailed_mw: float
    unserved_mw: float
    limit: str


class Connection:
    """Closes the balance of the bus.

    Limits hold whatever is ordered: load beyond them is unserved, and import that cannot fall
    fast enough is exported or curtailed. To order import beyond them is a fault of the policy.
    """

    def __init__(self, limits: Limits) -> None:
        """Set up a connection that may begin at any import."""
        self._most_mw = np.inf if limits.import_mw is None else limits.import_mw
        self._most_export_mw = limits.export_mw
        self._ramp_mw_per_h = np.inf if limits.ramp_mw_per_h is None else limits.ramp_mw_per_h
        self._before_mw: float | None = None

    def import_limits_mw(self, step_h: float) -> tuple[float, float]:
        """Return the least and the most it can import over the next step [MW]."""
        if self._before_mw is None:
            return 0.0, self._most_mw
        change_mw = self._ramp_mw_per_h * step_h
        highest_mw = self._before_mw + change_mw
        return max(0.0, self._before_mw - change_mw), min(self._most_mw, highest_mw)

    def exchange(self, need_mw: float, ordered_mw: float, own_mw: float, step_h: float) -> Exchange:
        """Import what is needed or ordered, whichever is more, as far as the limits let.

        Args:
            need_mw: What load and charging need beyond own supply; below zero, a surplus [MW].
            ordered_mw: Least import that is ordered, needed or not [MW].
            own_mw: Own supply: solar, wind and discharge. No more is exported [MW].
            step_h: Length of the step [h].

        Raises:
            SimulationError: The ordered import is beyond the limits.
        """
        least_mw, most_mw = self.import_limits_mw(step_h)
        if not 0 <= ordered_mw <= most_mw + ROUNDING_MW:
            raise SimulationError(
                f"connection ordered to import {ordered_mw:.9g} MW; it can import "
                f"{least_mw:.9g} to {most_mw:.9g} MW"
            )
        wanted_mw = max(need_mw, ordered_mw, 0.0)
        grid_mw = _within(wanted_mw, least_mw, most_mw)
        over_mw = max(grid_mw - need_mw, 0.0)
        export_mw = min(over_mw, own_mw, self._most_export_mw)
        self._before_mw = grid_mw
        return Exchange(
            grid_mw=grid_mw,
            export_mw=export_mw,
            curtailed_mw=over_mw - export_mw,
            unserved_mw=max(need_mw - grid_mw, 0.0),
            limit="import limit" if most_mw == self._most_mw else "ramp limit",
        )


def _within(power_mw: float, least_mw: float, most_mw: float) -> float:
    """Return a power as it is if it keeps the limits up to rounding, else the nearest that does."""
    if least_mw - ROUNDING_MW <= power_mw <= most_mw + ROUNDING_MW:
        return power_mw
    return min(max(power_mw, least_mw), most_mw)
