"""Capacity factors of own solar and wind: of the region's fleet, the nearest one, or weather.

Each comes with its yearly yield, judged on all hours there are before the horizon is cut.
"""

from dataclasses import replace
from typing import NamedTuple

import pandas as pd

from dcsim.errors import DataError
from dcsim.grid.authorities import Authority, FleetYield
from dcsim.grid.generation import GridGeneration, Source
from dcsim.grid.repair.negative import clip_negative
from dcsim.scenario.plant import SolarOption, WindOption
from dcsim.scenario.spec import Grid, Scenario
from dcsim.traces.bands import band_of, short
from dcsim.traces.nearest import nearest_fleet
from dcsim.traces.plants import plant_cf
from dcsim.traces.yields import (
    PUBLISHED,
    PlantYield,
    at_yield,
    authority_of,
    band_at,
    plant_yield,
    published_in_words,
)

FUELS = ("solar", "wind")


class Output(NamedTuple):
    """A plant's hours.

    Attributes:
        cf: Capacity factor of each hour of the horizon [-].
        basis: What it stands on, in words.
        source: Where it is from, if not from the grid's own fleet.
        plant_yield: Of a plant that exists or may be built.
    """

    cf: pd.Series
    basis: str
    source: Source | None = None
    plant_yield: PlantYield | None = None


def outputs_of(
    scenario: Scenario,
    generation: GridGeneration,
    whole_year: pd.DataFrame,
    window: pd.DatetimeIndex,
) -> tuple[Output, Output]:
    """Return the output of own solar and of own wind.

    Args:
        scenario: Says whose output the plants have.
        generation: Of the grid.
        whole_year: Its generation, none below zero [MW].
        window: Hours of the horizon.

    Raises:
        DataError: There is none to take, or it cannot be had as asked.
        ScenarioError: There is no such turbine, or it cannot stand so low.
    """
    solar, wind = (_output_of(fuel, scenario, generation, whole_year, window) for fuel in FUELS)
    return solar, wind


def _output_of(
    fuel: str,
    scenario: Scenario,
    generation: GridGeneration,
    whole_year: pd.DataFrame,
    window: pd.DatetimeIndex,
) -> Output:
    plant: SolarOption | WindOption = getattr(scenario, fuel)
    if plant.source == "weather":
        return _of_weather(fuel, plant, window)
    if not generation.has_generation:
        return _of_nothing(fuel, plant, generation, window)
    has_fleet = bool(whole_year[fuel].any())
    if plant.source == "nearest" and not has_fleet:
        return _of_nearest(fuel, plant, generation, scenario, window)
    return _of_fleet(fuel, plant, generation, scenario.grid, whole_year[fuel], window)


def _of_nothing(
    fuel: str,
    plant: SolarOption | WindOption,
    generation: GridGeneration,
    window: pd.DatetimeIndex,
) -> Output:
    if plant.enabled or plant.min_mw > 0:
        raise DataError(
            f"{generation.source.origin}: holds no {fuel} generation to scale {fuel} from; set "
            f"{fuel}.source: weather and {fuel}.file: FILE of weather, or {fuel}.enabled: false"
        )
    return Output(pd.Series(0.0, index=window), f"{fuel}: not to be built")


def _of_weather(fuel: str, plant: SolarOption | WindOption, window: pd.DatetimeIndex) -> Output:
    cf, source, year_cf, latitude = plant_cf(plant, window)
    mount = plant.mount if isinstance(plant, SolarOption) else None
    basis = "own weather" if plant.yield_frac is None else _asked(fuel)
    hint = f"check the file and the plant's keys, or set {fuel}.yield_frac"
    found = plant_yield(
        fuel, source.origin, year_cf, basis, band_of(fuel, latitude, mount), hint=hint
    )
    return _told(plant, Output(cf, f"{fuel}: own weather, {source.origin}", source, found))


def _of_fleet(
    fuel: str,
    plant: SolarOption | WindOption,
    generation: GridGeneration,
    grid: Grid,
    fleet_mw: pd.Series,
    window: pd.DatetimeIndex,
) -> Output:
    if not fleet_mw.any():
        return Output(fleet_mw[window] * 0.0, f"{fuel}: none is generated")
    if plant.yield_frac is not None:
        cf = at_yield(fleet_mw, plant.yield_frac, f"{fuel}.yield_frac", generation.source.origin)
        found = _judged(fuel, cf, generation, _asked(fuel))
        return _told(plant, Output(cf[window], f"{fuel}: yield {_asked(fuel)}", None, found))
    cf, basis = capacity_factor(fleet_mw, generation, grid)
    published = published_yield(fuel, generation, grid)
    rests_on = basis.removeprefix(f"{fuel}: ") if published is None else _published(published)
    found = _judged(fuel, cf, generation, rests_on, _borrowed(published))
    if not getattr(generation, f"{fuel}_nameplate_mw") and grid.capacity_factor is None:
        here = authority_of(generation.ba_code)
        known = None if here is None else here.fleet_yield(fuel)
        found = replace(found, published_frac=None if known is None else known.yield_frac)
    return _told(plant, Output(cf[window], basis, None, found))


def fleet_yields(generation: GridGeneration, grid: Grid) -> tuple[PlantYield, ...]:
    """Return the yields of a grid's own solar and wind fleets; none of a fleet it does not have.

    Raises:
        DataError: See `capacity_factor`.
    """
    if not generation.has_generation:
        return ()
    whole_year = clip_negative(generation.table)[0]
    outputs = (
        _of_fleet(fuel, plant, generation, grid, whole_year[fuel], generation.index)
        for fuel, plant in (("solar", SolarOption()), ("wind", WindOption()))
    )
    return tuple(output.plant_yield for output in outputs if output.plant_yield is not None)


def _of_nearest(
    fuel: str,
    plant: SolarOption | WindOption,
    generation: GridGeneration,
    scenario: Scenario,
    window: pd.DatetimeIndex,
) -> Output:
    """Return the hours of the nearest fleet, at the yield of the authority's own states if known.

    A yield that the scenario asks for goes before both.
    """
    donor, source = nearest_fleet(fuel, generation, scenario.seed)
    grid = Grid(id=donor.source.origin, capacity_factor=scenario.grid.capacity_factor)
    fleet_mw = clip_negative(donor.table)[0][fuel]
    here = authority_of(generation.ba_code)
    published = here.fleet_yield(fuel) if here and grid.capacity_factor != "maximum" else None
    if plant.yield_frac is not None:
        cf = at_yield(fleet_mw, plant.yield_frac, f"{fuel}.yield_frac", source.origin)
        rests_on, borrowed = _asked(fuel), ""
    elif published is not None:
        key = f"the published yield of {fuel} in {generation.ba_code}"
        cf = at_yield(fleet_mw, published.yield_frac, key, source.origin)
        rests_on, borrowed = _published(published), _borrowed(published)
    else:
        cf, basis = capacity_factor(fleet_mw, donor, grid)
        rests_on = basis.removeprefix(f"{fuel}: ")
        borrowed = f"the nearest fleet, that of {donor.ba_code}"
    found = _judged(fuel, cf, generation, rests_on, borrowed)
    basis = f"{fuel}: {short(float(cf.mean()))} from {rests_on}"
    hours = f"hours of {donor.ba_code} for want of its own"
    return _told(plant, Output(cf[window], f"{basis}, {hours}", source, found))


def _judged(
    fuel: str, cf: pd.Series, generation: GridGeneration, rests_on: str, borrowed: str = ""
) -> PlantYield:
    """Return the yield of a year of hours that a grid's own or nearest fleet gives."""
    origin, here = generation.source.origin, authority_of(generation.ba_code)
    band, hint = band_at(here, fuel), _hint(fuel, here)
    return plant_yield(fuel, origin, cf, rests_on, band, borrowed=borrowed, hint=hint)


def _told(plant: SolarOption | WindOption, output: Output) -> Output:
    """Return an output without a yield if the plant neither exists nor may be built."""
    is_wanted = plant.enabled or plant.least_mw > 0
    return output if is_wanted else output._replace(plant_yield=None)


def capacity_factor(
    generation_mw: pd.Series, generation: GridGeneration, grid: Grid
) -> tuple[pd.Series, str]:
    """Return a fleet's capacity factor, and in words what it was divided by.

    Args:
        generation_mw: The fleet's generation, named `solar` or `wind`, none below zero [MW].
        generation: Knows the fleet's nameplate, if anyone does.
        grid: Says which basis to use.

    Raises:
        DataError: The nameplate is asked for and unknown, or is below the highest generation.
    """
    fuel = str(generation_mw.name)
    highest_mw = float(generation_mw.max())
    nameplate_mw: float | None = getattr(generation, f"{fuel}_nameplate_mw")
    if highest_mw == 0:
        return generation_mw * 0.0, f"{fuel}: none is generated"
    if grid.capacity_factor == "maximum" or (grid.capacity_factor is None and not nameplate_mw):
        return generation_mw / highest_mw, f"{fuel}: over its highest hour, {highest_mw:.0f} MW"
    if nameplate_mw is None:
        raise DataError(
            f"{generation.source.origin}: the {fuel} nameplate is not known; give "
            f"grid.{fuel}_nameplate_mw, or set grid.capacity_factor: maximum"
        )
    if nameplate_mw < highest_mw * (1 - _ROUNDING):
        raise DataError(
            f"{generation.source.origin}: {fuel} generation reaches {highest_mw:.0f} MW, above "
            f"its nameplate of {nameplate_mw:.0f} MW; give a higher grid.{fuel}_nameplate_mw, or "
            "set grid.capacity_factor: maximum"
        )
    cf = (generation_mw / nameplate_mw).clip(upper=1.0)
    published = published_yield(fuel, generation, grid)
    if published is not None:
        return cf, f"{fuel}: yield {short(published.yield_frac)} of {_published(published)}"
    return cf, f"{fuel}: over its nameplate, {nameplate_mw:.0f} MW"


_ROUNDING = 1e-9
"""A modelled fleet that is held at its nameplate may pass it by the last digits [-]."""


def published_yield(fuel: str, generation: GridGeneration, grid: Grid) -> FleetYield | None:
    """Return the published yield that a fleet's nameplate is made from: in reference years alone.

    Args:
        fuel: `solar` or `wind`.
        generation: Of the grid.
        grid: May have a nameplate of its own, or ask for the highest hour.
    """
    is_other = getattr(grid, f"{fuel}_nameplate_mw") or grid.capacity_factor == "maximum"
    here = authority_of(generation.ba_code)
    if is_other or here is None or not generation.source.is_modelled:
        return None
    return here.fleet_yield(fuel)


def _published(published: FleetYield) -> str:
    return f"{published.basis} ({PUBLISHED})"


def _borrowed(published: FleetYield | None) -> str:
    """Return whose plants a published yield is of, if not of the authority's own."""
    return "" if published is None or published.is_own else published.basis


def _asked(fuel: str) -> str:
    return f"given by {fuel}.yield_frac"


def _hint(fuel: str, authority: Authority | None) -> str:
    known = published_in_words(authority, fuel)
    ways = f"set {fuel}.yield_frac or grid.{fuel}_nameplate_mw"
    return f"{known}; {ways}" if known else ways
