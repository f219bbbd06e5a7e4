"""Nuclear generation of a modelled year: flat but for seeded refuellings, one reactor at a time."""

import numpy as np

from dcsim.grid.authorities import Authority
from dcsim.grid.reference.coefficients import coefficients_of
from dcsim.grid.reference.shapes import Hourly, LocalClock, fit_to_energy, fourier, shape_of
from dcsim.units import HOURS_PER_DAY

REACTOR_MW = 1150.0
"""Size of a large US reactor, by which a fleet is counted; an assumption [MW]."""
REFUELLING_DAYS = 32
"""US average of 2021: EIA, Today in Energy, nuclear outages, summer 2021 [d]."""
REFUELLING_SHARE = 0.8
"""The most of a fleet's idle energy that refuellings may account for; an assumption [-]."""


def nuclear_mw(authority: Authority, clock: LocalClock, rng: np.random.Generator) -> Hourly:
    """Return flat nuclear generation less the refuellings the fleet's idle energy allows [MW].

    Every reactor is refuelled once at most; where even one does not fit, it is made shorter.

    Args:
        authority: Whose reactors.
        clock: Hours in local time.
        rng: Stream of when they are refuelled.
    """
    energy_mwh, hours = authority.generation_mwh("nuclear"), len(clock.day)
    if energy_mwh == 0:
        return np.zeros(hours)
    nameplate_mw = authority.nuclear_nameplate_mw or energy_mwh / hours
    reactors = max(1, round(nameplate_mw / REACTOR_MW))
    reactor_mw = nameplate_mw / reactors
    affordable_h = int(REFUELLING_SHARE * max(nameplate_mw * hours - energy_mwh, 0.0) / reactor_mw)
    length = min(REFUELLING_DAYS * HOURS_PER_DAY, affordable_h)
    out_mw = np.zeros(hours)
    for middle in refuelling_hours(
        authority.ba_code, clock, min(reactors, affordable_h // max(length, 1)), rng
    ):
        start = int(np.clip(middle - length // 2, 0, hours - length))
        out_mw[start : start + length] += reactor_mw
    return fit_to_energy(
        nameplate_mw - out_mw, energy_mwh, f"{authority.ba_code} nuclear", high_mw=nameplate_mw
    )


def refuelling_hours(
    ba_code: str, clock: LocalClock, number: int, rng: np.random.Generator
) -> list[int]:
    """Return the hours in the middle of refuellings, spread evenly over when they are likely.

    How likely is how far the season of nuclear generation, the authority's or its donor's, is
    below its highest; the square, lest ripples of the Fourier series count.
    """
    season = fourier(clock, shape_of(coefficients_of(ba_code).dispatch_from, "nuclear"))
    likely = np.cumsum((season.max() - season) ** 2)
    quantiles = (rng.random() + np.arange(number)) / max(number, 1)
    return [int(hour) for hour in np.searchsorted(likely / likely[-1], quantiles)]
