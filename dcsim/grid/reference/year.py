"""The reference year: a modelled, seeded year of a balancing authority, true to annual facts.

Nobody's hourly records ship with dcsim. This year is made from facts of a row (annual energy by
fuel, nameplates, demand) and a few coefficients fitted to public records:

- weather: seeded scores of wind, clearness and demand, correlated: `dcsim.grid.reference.weather`;
- what is asked: demand by season, hour, weekend and weather, times the shape of the exchange with
  neighbours: `dcsim.grid.reference.demand`;
- solar and wind: `dcsim.grid.reference.sun_and_wind`; nuclear with refuellings:
  `dcsim.grid.reference.nuclear`;
- coal with a damped slope, oil at the extremes, hydro by season and gas for the rest, or the other
  way round where there is more hydro: `dcsim.grid.reference.dispatch`;
- `other`: its season and hours where fitted, else flat.

Energy by fuel equals the facts to rounding. The yearly yield of solar and wind is that of metered
plants of 2019, of the authority or of its state, whatever the registry's nameplates.

Limits: no real weather, so no hour can be compared with the real one; one place stands for the
solar fleet; curtailment, storage, outages of plants other than refuelling, fuel prices and
daylight saving time are not modelled; energy stays that of the row's year though the calendar is
2023. Good for trying ideas and for tests; for a decision about a place, import its records.
"""

import numpy as np
import pandas as pd

from dcsim.errors import DataError
from dcsim.grid.authorities import NOT_COMPARABLE, WITH_RESERVE, Authority
from dcsim.grid.generation import FUELS, GridGeneration, Source
from dcsim.grid.reference.coefficients import coefficients_of
from dcsim.grid.reference.demand import asked_mw
from dcsim.grid.reference.dispatch import shared_mw
from dcsim.grid.reference.nuclear import nuclear_mw
from dcsim.grid.reference.shapes import (
    Hourly,
    LocalClock,
    fit_to_energy,
    fourier,
    local_clock,
    shape_or_flat,
)
from dcsim.grid.reference.sun_and_wind import solar_mw, wind_mw
from dcsim.grid.reference.weather import Cause, drawn_weather, stream

REFERENCE_YEAR = 2023


def reference_year(authority: Authority, seed: int) -> GridGeneration:
    """Return the modelled hourly generation of a balancing authority over calendar 2023, UTC.

    Args:
        authority: Whose facts.
        seed: Not negative; the same seed gives the same bytes.

    Returns:
        Generation by fuel [MW], whose sums are the facts' annual energy, with the solar and wind
        nameplates at which that energy is the fleets' published yield [MW].

    Raises:
        DataError: It generates nothing, the facts contradict each other, or one that is needed is
            blank.
    """
    if not authority.gen_total_gwh:
        raise DataError(
            f"{authority.ba_code}: has no generation of its own, so there is no mix to model and "
            "no reference year; use the grid it imports from"
        )
    index = reference_hours()
    table = pd.DataFrame(_generation_mw(authority, index, seed), index=index, columns=list(FUELS))
    note = (
        "reference year (modelled), no hourly records: clear-sky solar with seeded clouds, seeded "
        f"wind, merit-order fossil; energy by fuel of {authority.gen_year}, mix of grade "
        f"{authority.mix_grade}, demand shape of 2021-2023, seed {seed}"
        f"{_borrowed(authority)}"
    )
    return GridGeneration(
        table,
        Source("grid", f"{authority.ba_code}:reference", note, warnings=mix_warnings(authority)),
        solar_nameplate_mw=authority.fleet_nameplate_mw("solar", len(index)) or None,
        wind_nameplate_mw=authority.fleet_nameplate_mw("wind", len(index)) or None,
        ba_code=authority.ba_code,
    )


def mix_warnings(authority: Authority) -> tuple[str, ...]:
    """Return what must be read before the annual mix of an authority is relied on."""
    meanings = {
        WITH_RESERVE: "read its carbon intensity with this reserve",
        NOT_COMPARABLE: "its carbon intensity cannot be compared with that of other places",
    }
    if authority.mix_grade not in meanings:
        return ()
    return (
        f"{authority.ba_code}:reference has a mix of grade {authority.mix_grade}; "
        f"{meanings[authority.mix_grade]}: {authority.mix_reason}.",
    )


def reference_hours() -> pd.DatetimeIndex:
    """Return the hours of calendar 2023, UTC, hour-beginning."""
    first, end = f"{REFERENCE_YEAR}-01-01", f"{REFERENCE_YEAR + 1}-01-01"
    hours = pd.date_range(first, end, freq="h", tz="UTC", inclusive="left", unit="s")
    return hours.rename("utc_hour_beginning")


def _borrowed(authority: Authority) -> str:
    """Say whose shapes stand for those nobody has of this authority."""
    row = coefficients_of(authority.ba_code)
    donors = {
        "demand": row.demand_from,
        "solar": row.solar_from,
        "wind": row.wind_from,
        "hydro and fossil": row.dispatch_from,
    }
    borrowed = [
        f"{what} of {donor}" for what, donor in donors.items() if donor not in ("", row.ba_code)
    ]
    return f"; shapes borrowed for want of its own: {', '.join(borrowed)}" if borrowed else ""


def _generation_mw(authority: Authority, index: pd.DatetimeIndex, seed: int) -> dict[str, Hourly]:
    clock = local_clock(index, authority.time_zone)
    weather = drawn_weather(authority.ba_code, clock, seed)
    flicker = stream(authority.ba_code, seed, Cause.CLOUD_HOUR)
    refuelling = stream(authority.ba_code, seed, Cause.REFUELLING)
    must_run = {
        "solar": solar_mw(authority, index, clock, weather.clearness, flicker),
        "wind": wind_mw(authority, clock, weather.wind),
        "nuclear": nuclear_mw(authority, clock, refuelling),
        "other": other_mw(authority, clock),
    }
    left = asked_mw(authority, clock, weather) - np.sum(list(must_run.values()), axis=0)
    return must_run | shared_mw(authority, clock, left, weather)


def other_mw(authority: Authority, clock: LocalClock) -> Hourly:
    """Return biomass, geothermal and the like: by season and hour where fitted, else flat [MW]."""
    shape = fourier(clock, shape_or_flat(authority.ba_code, "other"))
    return fit_to_energy(
        np.maximum(shape, 0.0), authority.generation_mwh("other"), f"{authority.ba_code} other"
    )
