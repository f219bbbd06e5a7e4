"""Capacity factors of own solar and wind: of the region's fleet, the nearest one, or weather.

Each comes with its yearly yield, judged on all hours there are before the horizon is cut.
"""

from typing import NamedTuple

import pandas as pd

from dcsim.errors import DataError
from dcsim.grid.authorities import Authority
from dcsim.grid.generation import GridGeneration, Source
from dcsim.grid.repair.year import clip_negative
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

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return what to read before acting on the plant's output."""
        return self.plant_yield.warnings if self.plant_yield else ()


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
            f"{fuel}.source: weather with a file, or {fuel}.enabled: false"
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
    cf, basis = capacity_factor(fleet_mw, generation, grid)
    if not cf.any():
        return Output(cf[window], basis)
    origin, here = generation.source.origin, authority_of(generation.ba_code)
    if plant.yield_frac is not None:
        cf = at_yield(cf, plant.yield_frac, f"{fuel}.yield_frac", origin)
        basis = f"{fuel}: {_asked(fuel)}, {plant.yield_frac:g}"
    is_published = plant.yield_frac is None and has_published_yield(fuel, generation, grid)
    borrowed = _borrowed(here, fuel) if is_published else ""
    found = plant_yield(
        fuel, origin, cf, basis.removeprefix(f"{fuel}: "), band_at(here, fuel),
        borrowed=borrowed, hint=_hint(fuel, here),
    )  # fmt: skip
    return _told(plant, Output(cf[window], basis, None, found))


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
    as_asked = Grid(id=donor.source.origin, capacity_factor=scenario.grid.capacity_factor)
    cf, basis = capacity_factor(clip_negative(donor.table)[0][fuel], donor, as_asked)
    basis = f"{basis}, of {donor.ba_code} for want of its own"
    origin, here = generation.source.origin, authority_of(generation.ba_code)
    borrowed = f"the nearest fleet, that of {donor.ba_code}"
    published = None if here is None else here.fleet_yield(fuel)
    if plant.yield_frac is not None:
        cf = at_yield(cf, plant.yield_frac, f"{fuel}.yield_frac", source.origin)
        basis, borrowed = f"{fuel}: {_asked(fuel)}, hours of {donor.ba_code}", ""
    elif published is not None and scenario.grid.capacity_factor != "maximum":
        cf = at_yield(cf, published.yield_frac, f"the published yield of {fuel}", source.origin)
        basis = f"{fuel}: {_published(here, fuel)}, hours of {donor.ba_code} for want of its own"
        borrowed = _borrowed(here, fuel)
    found = plant_yield(
        fuel, origin, cf, basis.removeprefix(f"{fuel}: "), band_at(here, fuel),
        borrowed=borrowed, hint=_hint(fuel, here),
    )  # fmt: skip
    return _told(plant, Output(cf[window], basis, source, found))


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
    if has_published_yield(fuel, generation, grid):
        return cf, f"{fuel}: {_published(authority_of(generation.ba_code), fuel)}"
    return cf, f"{fuel}: over its nameplate, {nameplate_mw:.0f} MW"


_ROUNDING = 1e-9
"""A modelled fleet that is held at its nameplate may pass it by the last digits [-]."""


def has_published_yield(fuel: str, generation: GridGeneration, grid: Grid) -> bool:
    """Return whether a fleet's nameplate is that of its published yield, as reference years have.

    Args:
        fuel: `solar` or `wind`.
        generation: Of the grid.
        grid: May have a nameplate of its own, or ask for the highest hour.
    """
    here = authority_of(generation.ba_code)
    is_given = getattr(grid, f"{fuel}_nameplate_mw") is not None
    is_reference = generation.source.is_modelled and here is not None
    return (
        is_reference
        and not is_given
        and grid.capacity_factor != "maximum"
        and here is not None
        and here.fleet_yield(fuel) is not None
    )


def _published(authority: Authority | None, fuel: str) -> str:
    published = None if authority is None else authority.fleet_yield(fuel)
    if published is None:
        return ""
    return f"yield {short(published.yield_frac)} of {published.basis} ({PUBLISHED})"


def _borrowed(authority: Authority | None, fuel: str) -> str:
    """Return whose plants a published yield is of, if not of the authority's own."""
    published = None if authority is None else authority.fleet_yield(fuel)
    return "" if published is None or published.is_own else published.basis


def _asked(fuel: str) -> str:
    return f"as {fuel}.yield_frac asks"


def _hint(fuel: str, authority: Authority | None) -> str:
    known = published_in_words(authority, fuel)
    ways = f"set {fuel}.yield_frac or grid.{fuel}_nameplate_mw"
    return f"{known}; {ways}" if known else ways
