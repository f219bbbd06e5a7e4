"""Plausible bands of the yearly yield of solar and wind: what fleets of plants make.

A yield is the energy of a year over the nameplate running all year (AC for solar). The bands are
wide: they find nameplates of other plants and summers taken for years, not poor sites.
"""

from typing import Literal, NamedTuple

Mount = Literal["tracking", "fixed"]


class Band(NamedTuple):
    """The lowest and highest plausible yearly yield [-]."""

    low_frac: float
    high_frac: float

    def holds(self, yield_frac: float) -> bool:
        """Return whether a yield is within the band, to the three digits that it is shown with."""
        return self.low_frac <= round(yield_frac, 3) <= self.high_frac

    def __str__(self) -> str:
        """Return the band as text, such as `.13 to .34`."""
        low, high = (f"{end:.2f}".removeprefix("0") for end in self)
        return f"{low} to {high}"


def short(yield_frac: float) -> str:
    """Return a yield with three digits, as in the field: `.191`."""
    return f"{yield_frac:.3f}".removeprefix("0")


WIND_BAND = Band(0.18, 0.52)
"""Fleets of US states with three plants or more made .23 to .42 in 2019, and the best tenth of New
Mexico .51: EIA-923 over EIA-860, `grids/SOURCES.md`. The ends are an assumption [-]."""

SOUTH_DEG, NORTH_DEG = 35.0, 48.0
"""Latitudes between which the solar bands fall along a line [degrees]."""

_LOW = {"tracking": (0.17, 0.14), "fixed": (0.15, 0.13)}
_HIGH = {"tracking": (0.34, 0.28), "fixed": (0.28, 0.24)}
"""Ends of the solar bands at `SOUTH_DEG` and below it, and at `NORTH_DEG` and above it [-].

High: nine tenths of a year without a cloud (tracking .36 at 35 degrees and .31 at 48, fixed .30 and
.26: `clear_sky_cf` of dcsim's reference years, DC/AC 1.3), a little more for higher DC/AC; the best
tenth of Arizona made .334 in 2019 (EIA-923 over EIA-860). Low: fleets of US states with three
plants or more made .145 (Pennsylvania, 40 degrees) or more. The ends are an assumption."""


def solar_band(latitude: float | None = None, mount: Mount | None = None) -> Band:
    """Return the plausible band of solar.

    Args:
        latitude: Of the plants [degrees north]; the widest band if it is not known.
        mount: How they stand; of a fleet that has both, low is of fixed and high of tracking ones.
    """
    lows, highs = _LOW[mount or "fixed"], _HIGH[mount or "tracking"]
    if latitude is None:
        return Band(lows[1], highs[0])
    frac = (min(max(abs(latitude), SOUTH_DEG), NORTH_DEG) - SOUTH_DEG) / (NORTH_DEG - SOUTH_DEG)
    low, high = (south + frac * (north - south) for south, north in (lows, highs))
    return Band(round(low, 2), round(high, 2))


def band_of(fuel: str, latitude: float | None = None, mount: Mount | None = None) -> Band:
    """Return the plausible band of a fuel's yearly yield.

    Args:
        fuel: `solar` or `wind`.
        latitude: Of solar plants [degrees north], if known.
        mount: Of solar plants, if known.
    """
    return WIND_BAND if fuel == "wind" else solar_band(latitude, mount)
