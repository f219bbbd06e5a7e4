"""The years one design must serve: a table of traces for each, and how often each counts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from dcsim.errors import DataError, ScenarioError
from dcsim.grid.generation import Source
from dcsim.scenario.spec import Grid, Horizon, Scenario
from dcsim.scenario.years import Year
from dcsim.traces.frame import Traces, arriving, build_traces


def build_years(scenario: Scenario) -> tuple[Traces, ...]:
    """Return what the world does in each planned year; one without a name if none are asked for.

    Years of the same grid and start, as the steps of an outlook are, share what is read once.

    Raises:
        DataError: Names the year, and what is wrong with its data.
        ScenarioError: A name in the scenario is unknown.
    """
    years = tuple(_as_planned(world, year, scenario) for year, world in each_world(scenario))
    return years or (build_traces(scenario),)


def each_world(scenario: Scenario) -> Iterator[tuple[Year, Traces]]:
    """Yield each planned year with what its grid and start have, before its multipliers.

    Raises:
        DataError: Names the year, and what is wrong with its data.
        ScenarioError: A name in the scenario is unknown.
    """
    worlds: dict[tuple[Grid, Horizon], Traces] = {}
    for year in scenario.planned_years:
        asked = scenario_of_year(scenario, year)
        origin = (asked.grid, asked.horizon)  # not the scenario: its hash takes in every year
        if origin not in worlds:
            with _named(year):
                worlds[origin] = build_traces(asked)
        yield year, worlds[origin]


def scenario_of_year(scenario: Scenario, year: Year) -> Scenario:
    """Return the scenario on the grid and from the start that a year has of its own.

    A grid of its own has its own first hour and nameplates, too.
    """
    grid, start = scenario.grid, year.start
    if year.has_own_grid:
        own = {"id": year.grid, "file": year.file}
        nameplates = {
            "solar_nameplate_mw": year.solar_nameplate_mw,
            "wind_nameplate_mw": year.wind_nameplate_mw,
        }
        grid = grid.model_copy(update=own | nameplates)
    elif start is None:
        start = scenario.horizon.start
    horizon = scenario.horizon.model_copy(update={"start": start})
    return scenario.model_copy(update={"grid": grid, "horizon": horizon})


@contextmanager
def _named(year: Year) -> Iterator[None]:
    """Say of which year an error is."""
    try:
        yield
    except (DataError, ScenarioError) as error:
        raise type(error)(f"year {year.name}: {error}") from error


def _as_planned(world: Traces, year: Year, scenario: Scenario) -> Traces:
    """Return a year as its multipliers make it, with its name and weight."""
    of_load = ["load_mw", "fixed_mw", *(arriving(t.name) for t in scenario.datacenter.flexible)]
    table = world.table.assign(
        intensity_kg_per_mwh=world.table["intensity_kg_per_mwh"] * year.intensity_frac,
        **{column: world.table[column] * year.load_frac for column in of_load},
    )
    factors = {"emission factors": year.intensity_frac, "load": year.load_frac}
    sources = tuple(_times(source, factors.get(source.what, 1.0)) for source in world.sources)
    return replace(world, table=table, sources=sources, name=year.name, weight=year.weight)


def _times(source: Source, factor: float) -> Source:
    if factor == 1:
        return source
    note = "; ".join(filter(None, (source.note, f"times {factor:.6g}")))
    return replace(source, note=note)
