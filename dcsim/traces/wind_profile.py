"""Wind speed at one height from that at another, over open terrain."""

import math

OPEN_TERRAIN_M = 0.03
"""Roughness length of open flat terrain, grass, airports, where most weather is measured:
Davenport's classification (WMO No. 8, Guide to Instruments, part I, chapter 5) [m]."""


def profile_ratio(from_m: float, to_m: float) -> float:
    """Return the speed at one height over that at another, by the logarithmic profile [-]."""
    lowest = 2 * OPEN_TERRAIN_M  # the profile ends at the roughness length
    return math.log(max(to_m, lowest) / OPEN_TERRAIN_M) / math.log(
        max(from_m, lowest) / OPEN_TERRAIN_M
    )
