"""The battery in the replay: it says what it can do, and refuses what is beyond it."""

from dcsim.errors import SimulationError
from dcsim.optimize.plan import ROUNDING_MW
from dcsim.scenario.storage import Battery as BatterySpec
from dcsim.scenario.storage import RateLimits

_NO_RATE_LIMITS = RateLimits(charge_h=0.0, discharge_h=0.0)


class Battery:
    """An energy store on the bus.

    A policy asks for the limits, then orders. Ordering more than a limit is a fault of the
    policy, so it raises; clipping would hide it.
    """

    def __init__(
        self,
        spec: BatterySpec,
        *,
        energy_mwh: float,
        power_mw: float,
        stored_mwh: float | None = None,
    ) -> None:
        """Set up a battery of a given size.

        Args:
            spec: Efficiencies, depth of discharge, and what high rates put out of reach.
            energy_mwh: Capacity [MWh].
            power_mw: Most it takes or gives at the bus [MW].
            stored_mwh: What is in it at the start; as empty as it may be if left out [MWh].
        """
        self._spec = spec
        self._rates = spec.rate_limits or _NO_RATE_LIMITS
        self.energy_mwh = energy_mwh
        self.power_mw = power_mw
        self.kept_mwh = spec.kept_frac * energy_mwh
        self.empty_mwh = self._rates.empty_frac * energy_mwh
        self.full_mwh = self._rates.full_frac * energy_mwh
        empty_mwh = max(self.kept_mwh, self.empty_mwh)
        self.stored_mwh = empty_mwh if stored_mwh is None else stored_mwh

    def charge_limit_mw(self, step_h: float) -> float:
        """Return the most it can take from the bus over a step [MW].

        At the end of the step `e + eta_c c dt <= full E - charge_h c`.
        """
        room_mwh = max(0.0, self.full_mwh - self.stored_mwh)
        filling_h = self._spec.charge_efficiency * step_h + self._rates.charge_h
        return min(self.power_mw, room_mwh / filling_h)

    def discharge_limit_mw(self, step_h: float) -> float:
        """Return the most it can give to the bus over a step [MW].

        At the end of the step `e - d dt / eta_d` is at least `(1 - DoD) E`, and at least
        `empty E + discharge_h d`.
        """
        drawing_h = step_h / self._spec.discharge_efficiency
        above_kept_mwh = max(0.0, self.stored_mwh - self.kept_mwh)
        above_empty_mwh = max(0.0, self.stored_mwh - self.empty_mwh)
        return min(
            self.power_mw,
            above_kept_mwh / drawing_h,
            above_empty_mwh / (drawing_h + self._rates.discharge_h),
        )

    def run(self, charge_mw: float, discharge_mw: float, step_h: float) -> None:
        """Charge or discharge for one step.

        Raises:
            SimulationError: Both at once, or either beyond its limit.
        """
        if charge_mw > 0 and discharge_mw > 0:
            raise SimulationError(
                f"battery ordered to charge {charge_mw:.6g} MW and discharge "
                f"{discharge_mw:.6g} MW in the same step"
            )
        self._refuse_beyond(charge_mw, self.charge_limit_mw(step_h), "charge")
        self._refuse_beyond(discharge_mw, self.discharge_limit_mw(step_h), "discharge")
        self.stored_mwh += (
            self._spec.charge_efficiency * charge_mw
            - discharge_mw / self._spec.discharge_efficiency
        ) * step_h

    def _refuse_beyond(self, power_mw: float, limit_mw: float, what: str) -> None:
        if not 0 <= power_mw <= limit_mw + ROUNDING_MW:
            raise SimulationError(
                f"battery ordered to {what} {power_mw:.9g} MW; it can {what} 0 to "
                f"{limit_mw:.9g} MW with {self.stored_mwh:.6g} of {self.energy_mwh:.6g} MWh stored"
            )
