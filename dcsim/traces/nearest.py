"""Whose fleet stands for that of an authority without one: the nearest, in its reference year.

A plant would be built there and its power come over the neighbours' lines, which the model does not
limit. Its weather is drawn apart from that of the grid it serves, so what the two share is lost.
"""

import math

from dcsim.errors import DataError
from dcsim.grid.authorities import Authority, authority_named, known_authorities
from dcsim.grid.generation import GridGeneration, Source
from dcsim.grid.store.grids import REFERENCE, load_grid
from dcsim.scenario.spec import Grid

EARTH_RADIUS_KM = 6371.0
"""Mean radius: IUGG, 1980 [km]."""


def nearest_fleet(
    fuel: str, generation: GridGeneration, seed: int
) -> tuple[GridGeneration, Source]:
    """Return the reference year of the nearest authority that has a fleet, and how far it is.

    Args:
        fuel: `solar` or `wind`.
        generation: Of an authority that has none.
        seed: Of the modelled year.

    Raises:
        DataError: The grid is no reference year, or the place of its authority is not known.
    """
    origin = generation.source.origin
    if not origin.endswith(f":{REFERENCE}"):
        raise DataError(
            f"{origin}: has no {fuel} generation, and {fuel}.source: nearest is for reference "
            f"years alone; set {fuel}.source: weather with a file"
        )
    here = authority_named(generation.ba_code)
    donor = min(donors_of(fuel), key=lambda other: _distance_km(here, other, fuel))
    distance_km = _distance_km(here, donor, fuel)
    grid = load_grid(Grid(id=f"{donor.ba_code}:{REFERENCE}"), seed)
    note = f"the nearest {fuel} fleet, {distance_km:,.0f} km away: {here.ba_code} has none"
    return grid, Source(fuel, grid.source.origin, note)


def donors_of(fuel: str) -> list[Authority]:
    """Return the active authorities that have a fleet, its energy and its place."""
    return [
        other
        for other in known_authorities().values()
        if other.is_active
        and getattr(other, f"{fuel}_nameplate_mw")
        and getattr(other, f"gen_{fuel}_gwh")
        and getattr(other, f"{fuel}_latitude") is not None
    ]


def _distance_km(here: Authority, other: Authority, fuel: str) -> float:
    """Return how far an authority's fleet is from the place of another authority."""
    return great_circle_km(
        (here.fact("latitude"), here.fact("longitude")),
        (other.fact(f"{fuel}_latitude"), other.fact(f"{fuel}_longitude")),
    )


def great_circle_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return the distance of two places, each degrees north and east, by the haversine [km]."""
    (north, east), (north_of_other, east_of_other) = (map(math.radians, p) for p in (one, other))
    half_chord = (
        math.sin((north_of_other - north) / 2) ** 2
        + math.cos(north) * math.cos(north_of_other) * math.sin((east_of_other - east) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(half_chord))
