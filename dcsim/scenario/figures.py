"""A published figure with its spread: what every table of defaults is made of."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Range:
    """A published figure with its spread: low, mid, high, and where it is from."""

    low: float
    mid: float
    high: float
    source: str

    def at(self, level: str) -> float:
        """Return the figure at level `low`, `mid` or `high`."""
        return float(getattr(self, level))
