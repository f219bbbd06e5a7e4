"""The yearly yield of a plant: scaled to what is asked, judged by the plausible band, and borrowed.

A yield is judged on all hours the grid or the weather file has, before the horizon is cut, and only
if they are about a year: a summer week has no yearly yield.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dcsim.errors import DataError, ScenarioError
from dcsim.grid.authorities import Authority, authority_named
from dcsim.traces.bands import Band, band_of, short

LEAST_HOURS = 8000
"""Hours that are about a year: eleven months, so that a record which lacks some still is [h]."""

FAR_FRAC = 0.15
"""A record's highest hour is below its nameplate, so its yield is above that of the plants; by more
than this of what is published it is worth a warning. An assumption [-]."""

PUBLISHED = "EIA-923 over EIA-860, 2019"
"""What the published yields of the registry are made from: `grids/SOURCES.md`."""


@dataclass(frozen=True)
class PlantYield:
    """The yield of a plant that exists or may be built.

    Attributes:
        fuel: `solar` or `wind`.
        origin: Of its hours: a grid or a file.
        yield_frac: Mean capacity factor over `hours` [-].
        hours: Over which it is taken, all that grid or file have [h].
        basis: What it rests on, in words.
        low_frac: Least plausible yearly yield [-].
        high_frac: Highest plausible one [-].
        borrowed: Whose yield it is, in words, if it is not of the authority's own plants.
        hint: What to do if it is out of the band or far from what is published.
        published_frac: Published yield of the authority, where the hours are over the fleet's
            highest one for want of its nameplate [-].
    """

    fuel: str
    origin: str
    yield_frac: float
    hours: int
    basis: str
    low_frac: float
    high_frac: float
    borrowed: str = ""
    hint: str = ""
    published_frac: float | None = None

    @property
    def band(self) -> Band:
        """Return the plausible band of a year."""
        return Band(self.low_frac, self.high_frac)

    @property
    def is_of_a_year(self) -> bool:
        """Return whether the hours are about a year, so that the band can judge them."""
        return self.hours >= LEAST_HOURS

    @property
    def is_plausible(self) -> bool:
        """Return whether the yield is within the band, or cannot be judged."""
        return not self.is_of_a_year or self.band.holds(self.yield_frac)

    @property
    def is_far(self) -> bool:
        """Return whether a year over its highest hour is far from what is published."""
        if self.published_frac is None or not self.is_of_a_year:
            return False
        return abs(self.yield_frac / self.published_frac - 1) > FAR_FRAC


def warnings_of_yields(yields: Iterable[PlantYield]) -> Iterator[str]:
    """Yield a warning for each implausible yield, and one for the borrowed ones of each origin."""
    borrowed: dict[str, list[PlantYield]] = {}
    for one in yields:
        if not one.is_plausible:
            yield (
                f"{one.fuel} of {one.origin} has a yearly yield of {short(one.yield_frac)}, "
                f"outside the plausible {one.band}, and its cost of a MWh is off by as "
                f"much; {one.hint}"
            )
        elif one.is_far:
            yield (
                f"{one.fuel} of {one.origin} has a yearly yield of {short(one.yield_frac)} over "
                f"its highest hour, for want of a nameplate; {one.hint}"
            )
        if one.borrowed and one.is_of_a_year:
            borrowed.setdefault(one.origin, []).append(one)
    for origin, some in borrowed.items():
        lent = (f"of {one.fuel} ({short(one.yield_frac)}) from {one.borrowed}" for one in some)
        keys = " and ".join(f"{one.fuel}.yield_frac" for one in some)
        yield (
            f"{origin}: borrowed yearly yield {', and '.join(lent)}; set {keys} if you know the "
            "site's"
        )


def plant_yield(
    fuel: str,
    origin: str,
    cf: pd.Series,
    basis: str,
    band: Band,
    *,
    borrowed: str = "",
    hint: str = "",
) -> PlantYield:
    """Return the yield of all hours of a capacity factor, with the band it is judged by.

    Args:
        fuel: `solar` or `wind`.
        origin: Of the hours.
        cf: All hours there are [-].
        basis: What it rests on, in words.
        band: Plausible band of a year.
        borrowed: Whose yield it is, if not of the authority's own plants.
        hint: What to do if it is out of the band or far from what is published.
    """
    mean_frac = float(cf.mean())
    return PlantYield(fuel, origin, mean_frac, len(cf), basis, *band, borrowed, hint)


def at_yield(cf: pd.Series, yield_frac: float, key: str, origin: str) -> pd.Series:
    """Return the shape of a capacity factor scaled to a yearly mean, and held at 1.

    Args:
        cf: A year of hours [-].
        yield_frac: The mean to reach [-].
        key: Of the scenario that asks for it.
        origin: Of the hours, for messages.

    Raises:
        DataError: The hours are no year, or generate in too few hours to reach the mean.
    """
    from dcsim.grid.reference.shapes import fit_to_energy  # scipy.stats takes a second to import

    if len(cf) < LEAST_HOURS:
        raise DataError(
            f"{origin}: has {len(cf):,} hours, and {key} is the mean of a year; needs "
            f"{LEAST_HOURS:,} hours or more. Give the fleet's nameplate instead"
        )
    generating_frac = float((cf > 0).mean())
    if yield_frac >= generating_frac:
        raise DataError(
            f"{origin}: {key} is {yield_frac:g}, but only {generating_frac:.3f} of its hours "
            "generate anything; must be below that"
        )
    values = cf.to_numpy(dtype=np.float64)
    fitted = fit_to_energy(values, yield_frac * len(cf), f"{origin}: {key}", high_mw=1.0)
    return pd.Series(fitted, index=cf.index, name=cf.name)


def authority_of(ba_code: str) -> Authority | None:
    """Return the authority of a code; none if a file does not say it, or the registry has none."""
    try:
        return authority_named(ba_code) if ba_code else None
    except ScenarioError:
        return None


def band_at(authority: Authority | None, fuel: str) -> Band:
    """Return the plausible band of a fleet, by its latitude or for want of it the authority's."""
    if authority is None:
        return band_of(fuel)
    latitude: float | None = getattr(authority, f"{fuel}_latitude")
    return band_of(fuel, authority.latitude if latitude is None else latitude)


def published_in_words(authority: Authority | None, fuel: str) -> str:
    """Return the published yield of an authority in words; empty if there is none."""
    published = None if authority is None else authority.fleet_yield(fuel)
    if authority is None or published is None:
        return ""
    return (
        f"{short(published.yield_frac)} is published for {authority.ba_code} "
        f"({published.basis}; {PUBLISHED})"
    )
