"""The reference year: a modelled, seeded year of a balancing authority, true to annual facts.

Nobody's hourly records ship with dcsim. This year is made from facts of a row (annual energy by
fuel, nameplates, demand) and a few coefficients fitted to public records:

- demand: Fourier shape by season, hour and weekend, with a seeded anomaly that lasts some days;
- solar and wind: `dcsim.grid.sun_and_wind`;
- nuclear: flat but for one seeded refuelling; `other`: flat;
- hydro: Fourier shape by season, following within the day what is left to share in;
- coal: follows what is left with a damped slope; gas: takes the rest; oil: at the peaks.

What the authority is asked to generate is demand scaled to its annual generation: net export is
whatever that gives, not a forecast. Energy by fuel equals the facts to rounding.

Limits: no real weather, so no hour can be compared with the real one; a hot calm evening happens
only by chance, for sun, wind and demand are drawn independently; one plant stands for the solar
fleet; exchange with neighbours, curtailment, storage, outages, fuel prices and daylight saving
time are not modelled; energy stays that of the row's year though the calendar is 2023. Good for
trying ideas and for tests; for a decision about a place, import its records.
"""

from enum import IntEnum

import numpy as np
import pandas as pd

from dcsim.grid.authorities import MWH_PER_GWH, Authority
from dcsim.grid.coefficients import coefficients_of
from dcsim.grid.generation import FUELS, GridGeneration, Source
from dcsim.grid.shapes import (
    Hourly,
    LocalClock,
    fit_to_energy,
    fourier,
    local_clock,
    red_noise,
    shape_of,
)
from dcsim.grid.sun_and_wind import solar_mw, wind_mw
from dcsim.units import HOURS_PER_DAY

REFERENCE_YEAR = 2023

DEMAND_PERSISTENCE = 0.8
"""Share of a day's demand anomaly left the next day: see grids/SOURCES.md [-]."""

REACTOR_MW = 1150.0
"""Size of a large US reactor, and so the most one refuelling takes away; an assumption [MW]."""
REFUELLING_DAYS = 32
"""US average of 2021: EIA, Today in Energy, nuclear outages, summer 2021 [d]."""
REFUELLING_SHARE = 0.8
"""The most of a fleet's idle energy that the one refuelling may account for; an assumption [-]."""
REFUELLING_SEASONS = ((60, 120), (260, 310))
"""Days of the year on which it may begin: spring and autumn, when demand is low."""

LEAST_SHARE = 0.05
"""What is left to share in counts as at least this share of a mean, so that ratios exist and gas
can always be scaled to its energy [-]."""
HYDRO_FLOOR_FRAC = 0.15
"""Lowest hourly hydro over its season's level; an assumption (5th percentile of hydro over its
mean in EIA-930, 2022: CISO 0.27, ERCO 0.00, SOCO 0.08, PJM 0.19) [-]."""
COAL_FLOOR_FRAC = 0.1
"""Lowest hourly coal over its mean; an assumption [-]."""


class Cause(IntEnum):
    """What a stream of random numbers is for; numbers are never reused."""

    DEMAND = 1
    CLOUD_DAY = 2
    CLOUD_HOUR = 3
    WIND = 4
    REFUELLING = 5


def reference_year(authority: Authority, seed: int) -> GridGeneration:
    """Return the modelled hourly generation of a balancing authority over calendar 2023, UTC.

    Args:
        authority: Whose facts.
        seed: Not negative; the same seed gives the same bytes.

    Returns:
        Generation by fuel [MW], whose sums are the facts' annual energy, with solar and wind
        nameplates where there is a fleet [MW].

    Raises:
        DataError: The facts contradict each other, or one that is needed is blank.
    """
    index = reference_hours()
    table = pd.DataFrame(_generation_mw(authority, index, seed), index=index, columns=list(FUELS))
    note = (
        "reference year (modelled), no hourly records: clear-sky solar with seeded clouds, seeded "
        f"wind, merit-order fossil; energy by fuel of {authority.gen_year}, solar and wind "
        f"nameplate of {authority.nameplate_year}, demand shape of 2021-2023, seed {seed}"
    )
    return GridGeneration(
        table,
        Source("grid", f"{authority.ba_code}:reference", note),
        solar_nameplate_mw=authority.solar_nameplate_mw or None,
        wind_nameplate_mw=authority.wind_nameplate_mw or None,
    )


def reference_hours() -> pd.DatetimeIndex:
    """Return the hours of calendar 2023, UTC, hour-beginning."""
    first, end = f"{REFERENCE_YEAR}-01-01", f"{REFERENCE_YEAR + 1}-01-01"
    hours = pd.date_range(first, end, freq="h", tz="UTC", inclusive="left", unit="s")
    return hours.rename("utc_hour_beginning")


def stream(authority: Authority, seed: int, cause: Cause) -> np.random.Generator:
    """Return the random numbers of one cause; adding a cause changes no other."""
    return np.random.default_rng([seed, int(cause), *authority.ba_code.encode()])


def _generation_mw(authority: Authority, index: pd.DatetimeIndex, seed: int) -> dict[str, Hourly]:
    clock = local_clock(index, authority.time_zone)
    rng = {cause: stream(authority, seed, cause) for cause in Cause}
    solar = solar_mw(authority, index, clock, rng[Cause.CLOUD_DAY], rng[Cause.CLOUD_HOUR])
    wind = wind_mw(authority, clock, rng[Cause.WIND])
    nuclear = nuclear_mw(authority, len(index), rng[Cause.REFUELLING])
    other = np.full(len(index), authority.generation_mwh("other") / len(index))
    left = asked_mw(authority, clock, rng[Cause.DEMAND]) - solar - wind - nuclear - other
    hydro = hydro_mw(authority, clock, left)
    fleet = {"solar": solar, "wind": wind, "nuclear": nuclear, "other": other, "hydro": hydro}
    return fleet | fossil_mw(authority, left - hydro)


def demand_mw(authority: Authority, clock: LocalClock, rng: np.random.Generator) -> Hourly:
    """Return demand by season, hour, weekend and a seeded anomaly, within its extremes [MW]."""
    code = authority.ba_code
    shape = fourier(clock, shape_of(code, "demand"))
    weekend = fourier(clock, shape_of(code, "weekend"))
    anomaly = coefficients_of(authority.ba_code).demand_daily_sd_frac * smooth_days(clock, rng)
    return fit_to_energy(
        shape * np.where(clock.weekend, weekend, 1.0) * (1 + anomaly),
        authority.demand_gwh * MWH_PER_GWH,
        f"{code} demand",
        low_mw=authority.min_demand_mw,
        high_mw=authority.peak_demand_mw,
    )


def smooth_days(clock: LocalClock, rng: np.random.Generator) -> Hourly:
    """Return one anomaly a day, of variance 1, joined by straight lines from noon to noon [-]."""
    days = red_noise(rng, int(clock.day[-1]) + 1, DEMAND_PERSISTENCE)
    noons = np.arange(len(days)) + 0.5
    moments = clock.day + clock.hour / (2 * np.pi)
    return np.asarray(np.interp(moments, noons, days), dtype=np.float64)


def asked_mw(authority: Authority, clock: LocalClock, rng: np.random.Generator) -> Hourly:
    """Return what the authority's plants generate together: demand scaled to generation [MW]."""
    generation_mwh = sum(authority.generation_mwh(fuel) for fuel in FUELS)
    demand = demand_mw(authority, clock, rng)
    return demand * float(generation_mwh / demand.sum())


def nuclear_mw(authority: Authority, hours: int, rng: np.random.Generator) -> Hourly:
    """Return flat nuclear generation with one seeded refuelling [MW].

    The refuelling takes one reactor away, for no longer than the fleet's idle energy allows.
    """
    energy_mwh = authority.generation_mwh("nuclear")
    first_day, last_day = REFUELLING_SEASONS[int(rng.integers(len(REFUELLING_SEASONS)))]
    start = int(rng.integers(first_day, last_day)) * HOURS_PER_DAY
    shape = np.ones(hours)
    nameplate_mw = authority.nuclear_nameplate_mw
    idle_mwh = nameplate_mw * hours - energy_mwh
    if energy_mwh > 0 and idle_mwh > 0:
        reactor_mw = min(REACTOR_MW, nameplate_mw)
        affordable_h = int(REFUELLING_SHARE * idle_mwh / reactor_mw)
        length = min(REFUELLING_DAYS * HOURS_PER_DAY, affordable_h)
        shape[start : start + length] = 1 - reactor_mw / nameplate_mw
    return fit_to_energy(shape, energy_mwh, f"{authority.ba_code} nuclear")


def hydro_mw(authority: Authority, clock: LocalClock, left_mw: Hourly) -> Hourly:
    """Return hydro: its season's level, following within the day what is left to share in [MW].

    Args:
        authority: Whose rivers.
        clock: Hours in local time.
        left_mw: What hydro and fossil plants share in; may be below zero [MW].
    """
    season = np.maximum(fourier(clock, shape_of(authority.ba_code, "hydro")), LEAST_SHARE)
    shared = np.maximum(left_mw, LEAST_SHARE * left_mw.mean())
    daily_mean = (np.bincount(clock.day, shared) / np.bincount(clock.day))[clock.day]
    follow = 1 + coefficients_of(authority.ba_code).hydro_follow * (shared / daily_mean - 1)
    shape = season * np.maximum(follow, HYDRO_FLOOR_FRAC)
    return fit_to_energy(
        shape,
        authority.generation_mwh("hydro"),
        f"{authority.ba_code} hydro",
        high_mw=authority.hydro_nameplate_mw,
    )


def fossil_mw(authority: Authority, left_mw: Hourly) -> dict[str, Hourly]:
    """Return coal, gas and oil, in merit order: coal damped, gas for the rest, oil at the peaks.

    Args:
        authority: Whose plants.
        left_mw: What all others leave; may be below zero [MW].
    """
    needed = np.maximum(left_mw, 0.0)
    relative = needed / max(needed.mean(), np.finfo(float).tiny)
    coal = coal_mw(authority, relative)
    oil_shape = np.maximum(relative, LEAST_SHARE) ** 2
    oil = fit_to_energy(oil_shape, authority.generation_mwh("oil"), f"{authority.ba_code} oil")
    return {"coal": coal, "natural_gas": natural_gas_mw(authority, left_mw - coal), "oil": oil}


def coal_mw(authority: Authority, relative: Hourly) -> Hourly:
    """Return coal, which follows fossil generation (given over its mean) with its slope [MW]."""
    return fit_to_energy(
        np.maximum(
            1 + coefficients_of(authority.ba_code).coal_follow * (relative - 1), COAL_FLOOR_FRAC
        ),
        authority.generation_mwh("coal"),
        f"{authority.ba_code} coal",
        high_mw=authority.coal_nameplate_mw,
    )


def natural_gas_mw(authority: Authority, left_mw: Hourly) -> Hourly:
    """Return gas, which takes what is left between its floor and its ceiling [MW]."""
    energy_mwh = authority.generation_mwh("natural_gas")
    mean_mw = energy_mwh / len(left_mw)
    ceiling_mw = (coefficients_of(authority.ba_code).natural_gas_ceiling_frac or np.inf) * mean_mw
    return fit_to_energy(
        np.maximum(left_mw, LEAST_SHARE * mean_mw),
        energy_mwh,
        f"{authority.ba_code} natural gas",
        low_mw=coefficients_of(authority.ba_code).natural_gas_floor_frac * mean_mw,
        high_mw=min(authority.natural_gas_nameplate_mw, ceiling_mw),
    )
