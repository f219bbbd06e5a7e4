"""Whose records stand for an authority without its own: the nearest in the same interconnect."""

import math
from collections.abc import Container

from dcsim.grid.authorities import Authority, known_authorities


def donor_of(authority: Authority, known: Container[str], fleet: str) -> str:
    """Return the authority itself if its records are known, else the nearest one's code.

    Near is by the great circle between the fleets' points of the registry (`solar`, `wind`); with
    an empty `fleet`, or for want of a fleet, the authority's own point is taken.
    """
    if authority.ba_code in known:
        return authority.ba_code
    everyone = known_authorities().values()
    near = [
        (distance_deg(_point(authority, fleet), _point(other, fleet)), other.ba_code)
        for other in everyone
        if other.ba_code in known and other.interconnect == authority.interconnect
    ]
    return min(near)[1]


def _point(authority: Authority, fleet: str) -> tuple[float, float]:
    prefix = f"{fleet}_" if fleet and getattr(authority, f"{fleet}_point") else ""
    return authority.fact(f"{prefix}latitude"), authority.fact(f"{prefix}longitude")


def distance_deg(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Return the angle between two points (latitude, longitude) on the globe [degrees]."""
    (north_a, east_a), (north_b, east_b) = (tuple(map(math.radians, point)) for point in (a, b))
    cosine = math.sin(north_a) * math.sin(north_b) + math.cos(north_a) * math.cos(
        north_b
    ) * math.cos(east_a - east_b)
    return math.degrees(math.acos(max(-1.0, min(1.0, cosine))))
