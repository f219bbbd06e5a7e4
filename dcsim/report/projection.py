"""Where a place stands on a map of the United States that keeps areas true."""

import numpy as np
from numpy.typing import ArrayLike

EARTH_RADIUS_KM = 6371.0
"""Mean radius; IUGG."""

STANDARD_PARALLELS = (29.5, 45.5)
"""Where scale is true; usual for maps of the lower 48 (Snyder 1987, p. 99) [degrees north]."""
CENTRE = (37.5, -96.0)
"""Where the map's origin is [degrees north, degrees east]."""


def albers_km(latitude: ArrayLike, longitude: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Return the place on Albers' equal-area conic map of a sphere.

    Snyder, Map Projections: A Working Manual, USGS Professional Paper 1395 (1987), equations 14-1
    to 14-6.

    Args:
        latitude: Degrees north.
        longitude: Degrees east, so negative in the US.

    Returns:
        Distance to the east and to the north of the map's centre [km].
    """
    lower, upper = np.radians(STANDARD_PARALLELS)
    middle, meridian = np.radians(CENTRE)
    phi, lam = np.radians(np.asarray(latitude)), np.radians(np.asarray(longitude))
    n = (np.sin(lower) + np.sin(upper)) / 2
    c = np.cos(lower) ** 2 + 2 * n * np.sin(lower)
    rho = np.sqrt(c - 2 * n * np.sin(phi)) / n
    rho_0 = np.sqrt(c - 2 * n * np.sin(middle)) / n
    theta = n * (lam - meridian)
    east, north = rho * np.sin(theta), rho_0 - rho * np.cos(theta)
    return EARTH_RADIUS_KM * east, EARTH_RADIUS_KM * north
