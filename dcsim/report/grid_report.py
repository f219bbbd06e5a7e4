"""What `dcsim grids` tells of a grid in figures and numbers: one function for each question."""

from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pandas as pd

from dcsim.errors import DataError, ScenarioError
from dcsim.grid.accounts import HourlyCarbon, hourly_carbon
from dcsim.grid.authorities import Authority, authority_of_code, known_authorities
from dcsim.grid.generation import GridGeneration
from dcsim.grid.intensity import annual_intensity_kg_per_mwh
from dcsim.grid.store.grids import REFERENCE, known_authority, load_grid, stored_id, year_records
from dcsim.grid.store.versions import StoredGrid, read_stored
from dcsim.grid.tracing.trace import Traced, trace
from dcsim.report.figures import Described
from dcsim.report.grid_pictures import (
    calendar_picture,
    grid_hours,
    grid_pictures,
    map_picture,
    write_pictures,
)
from dcsim.scenario.spec import Account, Grid
from dcsim.traces.own_supply import fleet_yields
from dcsim.traces.yields import PlantYield

MODELLED = "reference year (modelled)"


@dataclass(frozen=True)
class ShownGrid:
    """A grid's hours, its carbon, and the figures drawn of it."""

    authority: Authority
    generation: GridGeneration
    intensity_kg_per_mwh: pd.Series
    figures: tuple[Path, ...]
    yields: tuple[PlantYield, ...] = ()
    """Of its solar and wind fleets; none of a fleet it does not have."""


def account_named(name: str) -> Account:
    """Return a carbon account by its name.

    Raises:
        ScenarioError: There is none of that name.
    """
    known: tuple[Account, ...] = get_args(Account)
    for account in known:
        if account == name:
            return account
    raise ScenarioError(f"account: there is none named {name!r}; known are {', '.join(known)}")


def grid_of(text: str, factors: str, account: Account) -> Grid:
    """Return the grid part of a scenario for an id, or for a bare code its reference year."""
    grid_id = text if ":" in text else f"{known_authority(text).ba_code}:{REFERENCE}"
    return Grid(id=grid_id, factors=factors, account=account)


def show_grid(grid: Grid, folder: Path, seed: int = 0) -> ShownGrid:
    """Draw a grid's mix, intensity and duration curves into a folder.

    Args:
        grid: Which grid, account and factor set.
        folder: Where `mix`, `intensity` and `duration` go, as PNG and SVG.
        seed: Of a reference year.

    Raises:
        DcsimError: There is no such grid, it has not what the account needs, or the folder cannot
            be written.
    """
    generation = load_grid(grid, seed)
    carbon = hourly_carbon(generation, grid, generation.index)
    figures = write_pictures(folder, _pictures(grid, generation, carbon))
    authority = authority_of_code(generation.ba_code)
    yields = fleet_yields(generation, grid)
    return ShownGrid(authority, generation, carbon.intensity_kg_per_mwh, tuple(figures), yields)


def grid_figures(grid: Grid, seed: int = 0) -> dict[str, Described]:
    """Draw a grid's mix, its intensity by day and hour, and its duration curves.

    Args:
        grid: Which grid, account and factor set.
        seed: Of a reference year.

    Returns:
        Under `mix`, `intensity` and `duration` the figure and its alternative text; of a grid
        whose generation is not known the intensity alone.

    Raises:
        DcsimError: There is no such grid, or it has not what the account needs.
    """
    generation = load_grid(grid, seed)
    return _pictures(grid, generation, hourly_carbon(generation, grid, generation.index))


def _pictures(grid: Grid, generation: GridGeneration, carbon: HourlyCarbon) -> dict[str, Described]:
    origin = MODELLED if generation.source.is_modelled else generation.source.origin
    caption = f"{origin}; {grid.account} intensity, factors {carbon.source.origin}"
    authority = authority_of_code(generation.ba_code)
    return grid_pictures(grid_hours(generation, carbon.intensity_kg_per_mwh, authority, caption))


def check_grid(text: str, folder: Path) -> tuple[StoredGrid, tuple[Path, ...]]:
    """Draw the calendar of what repair changed in an imported year.

    Raises:
        DcsimError: There is no such grid in the store, or the folder cannot be written.
    """
    stored = read_stored(stored_id(text))
    title = f"{stored.grid_id.ba_code} {stored.grid_id.year}: grade {stored.provenance.grade}"
    hours = pd.DatetimeIndex(stored.records.index)
    picture = calendar_picture(stored.changes, hours, title, str(stored.grid_id))
    return stored, tuple(write_pictures(folder, picture))


def map_grids(factors: str, folder: Path, year: int | None = None) -> tuple[Path, ...]:
    """Draw all authorities on a map, as `grids_map` does.

    Args:
        factors: Emission-factor set.
        folder: Where `map` goes, as PNG and SVG.
        year: Of imported years.

    Raises:
        DcsimError: No such year is stored, or the folder cannot be written.
    """
    return tuple(write_pictures(folder, {"map": grids_map(factors, year)}))


def grids_map(factors: str = "carbon-explorer", year: int | None = None) -> Described:
    """Draw all authorities on a map, sized by demand and colored by mean intensity.

    Args:
        factors: Emission-factor set.
        year: Of imported years, traced to consumption; the registry's annual mix if left out.

    Returns:
        The figure and its alternative text.

    Raises:
        DcsimError: There is no such set, or no such year is stored.
    """
    rows = pd.DataFrame(
        {
            "ba_code": authority.ba_code,
            "latitude": authority.latitude,
            "longitude": authority.longitude,
            "demand_gwh": authority.demand_gwh,
            "intensity_kg_per_mwh": annual_intensity_kg_per_mwh(authority, factors),
        }
        for authority in known_authorities().values()
        if authority.is_active
    )
    source = f"Annual mix of the registry's facts, factors {factors}."
    if year is not None:
        traced = trace_year(year, factors)
        has_links = traced.residuals["links"] > 0
        means = traced.intensity_kg_per_mwh.mean()[lambda mean: has_links.reindex(mean.index)]
        rows["intensity_kg_per_mwh"] = rows["ba_code"].map(means)
        source = f"Imported records of {year}, traced to consumption, factors {factors}."
    return map_picture(rows, source)["map"]


def trace_year(year: int, factors: str) -> Traced:
    """Trace consumption over all authorities that the store has of a year.

    Raises:
        DataError: There are none, or one is damaged.
    """
    records = year_records(year)
    if not records:
        raise DataError(
            f"no authority of {year} is stored; import EIA's six-month BALANCE and INTERCHANGE "
            "files of that year, or fetch it"
        )
    return trace(records, factors)
