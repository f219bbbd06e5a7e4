"""Exact metering: powers that change only at events, integrated between them; and the result."""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd
import simpy

from dcsim.units import STEP_H


class Meter:
    """Integrates powers over simulated time, exactly.

    Sampling on a timer would miss whatever happens between two samples; this settles at every
    change instead.
    """

    def __init__(self, env: simpy.Environment, channels: Iterable[str]) -> None:
        """Start with every channel at zero."""
        self._env = env
        self._power_mw = dict.fromkeys(channels, 0.0)
        self._energy_mwh = dict.fromkeys(self._power_mw, 0.0)
        self._since_h = float(env.now)

    def set(self, channel: str, power_mw: float) -> None:
        """Change the power of a channel from now on [MW]."""
        self._settle()
        self._power_mw[channel] = power_mw

    def take_mwh(self) -> dict[str, float]:
        """Return the energy of each channel since the last call, and start again from zero."""
        self._settle()
        taken = self._energy_mwh
        self._energy_mwh = dict.fromkeys(taken, 0.0)
        return taken

    def _settle(self) -> None:
        elapsed_h = self._env.now - self._since_h
        if elapsed_h > 0:
            for channel, power_mw in self._power_mw.items():
                self._energy_mwh[channel] += power_mw * elapsed_h
        self._since_h = self._env.now


@dataclass(frozen=True)
class SimulationResult:
    """What happened when it ran.

    Attributes:
        policy: Who decided.
        energy: Energy table with the columns of a plan's dispatch, hourly means from the meter.
        events: What went out of the ordinary: stamp, kind, amount. Import limits that left load
            unserved, and work that missed its deadline.
        seed: The scenario's seed.
    """

    policy: str
    energy: pd.DataFrame
    events: pd.DataFrame
    seed: int


def hourly_means_mw(energy_mwh: dict[str, float]) -> dict[str, float]:
    """Turn the energy of one hour into its mean power [MW]."""
    return {channel: mwh / STEP_H for channel, mwh in energy_mwh.items()}
