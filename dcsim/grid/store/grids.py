"""What a grid id means, and the one door to grid data: `load_grid` gives generation by fuel.

CISO:reference        the embedded reference year (modelled)
CISO:2022             the newest imported version of 2022
CISO:2022:1f3a9c07    that very version
"""

from dataclasses import replace
from pathlib import Path

import pandas as pd

from dcsim.errors import DataError, ScenarioError
from dcsim.grid.authorities import (
    Authority,
    authority_named,
    authority_of_code,
    code_in,
    known_authorities,
)
from dcsim.grid.generation import (
    FUELS,
    GridGeneration,
    Source,
    check_hourly,
)
from dcsim.grid.readers import carbon_explorer, intensity, plain
from dcsim.grid.readers.columns import without_column
from dcsim.grid.readers.formats import refuse_import_formats
from dcsim.grid.readers.table import read_table, sha256_of
from dcsim.grid.records import INTENSITY
from dcsim.grid.repair.changes import counted_by_rule
from dcsim.grid.repair.gaps import fill_missing
from dcsim.grid.store.provenance import GridId, parse_grid_id
from dcsim.grid.store.versions import (
    StoredGrid,
    read_stored,
    resolve,
    stored_ids,
    versions_of,
)
from dcsim.scenario.spec import Grid

_READERS = (plain, carbon_explorer)

_TAKEN = ("plain", "carbon-explorer", "intensity", "electricity-maps")
"""Names of the formats that `read_grid_file` takes; of the last, the intensity."""

REFERENCE = "reference"


def load_grid(grid: Grid, seed: int) -> GridGeneration:
    """Return the hourly generation a scenario names.

    Args:
        grid: The grid part of a scenario.
        seed: Seed of modelled years.

    Raises:
        ScenarioError: There is no grid of that id.
        DataError: The file cannot be read or is not whole, or the stored grid is damaged.
    """
    if grid.file is not None:
        return read_grid_file(grid.file, grid)
    code, _, version = str(grid.id).partition(":")
    if version == REFERENCE:
        from dcsim.grid.reference.year import reference_year  # pvlib takes a second to import

        return _with_own_nameplates(reference_year(_with_facts(code), seed), grid)
    stored = read_stored(stored_id(str(grid.id)))
    return generation_of(stored, grid)


def _with_own_nameplates(generation: GridGeneration, grid: Grid) -> GridGeneration:
    """Return a reference year with the nameplates that the scenario gives instead of its own."""
    return replace(
        generation,
        solar_nameplate_mw=grid.solar_nameplate_mw or generation.solar_nameplate_mw,
        wind_nameplate_mw=grid.wind_nameplate_mw or generation.wind_nameplate_mw,
    )


def known_authority(name: str) -> Authority:
    """Return an authority of the registry, or a newer one that EIA publishes or the store has.

    Raises:
        ScenarioError: There is none; names the nearest.
    """
    code = code_in(name)
    is_stored = any(grid_id.ba_code == code for grid_id in stored_ids())
    return authority_of_code(code) if is_stored else authority_named(name)


def _with_facts(code: str) -> Authority:
    """Return an authority whose annual facts are known.

    Raises:
        ScenarioError: There is none, or its facts are not in the registry.
    """
    authority = known_authority(code)
    if authority.ba_code not in known_authorities():
        raise ScenarioError(
            f"grid.id: there is no reference year of {authority.ba_code}, for its annual facts are "
            "not in dcsim's registry; import or fetch a year of it, or take a neighbour's"
        )
    return authority


def stored_id(text: str) -> GridId:
    """Return the id of an imported grid with its version.

    Raises:
        ScenarioError: It has not the form of an id, there is no such authority (names the
            nearest), or no such year or version is stored (names those that are).
    """
    code, colon, rest = text.partition(":")
    grid_id = parse_grid_id(f"{code_of(code)}{colon}{rest}")
    if grid_id is None:
        is_code_alone = not rest and code_of(code) in known_authorities()
        meant = f"; did you mean {code_of(code)}:{REFERENCE}?" if is_code_alone else ""
        raise ScenarioError(
            f"grid.id: there is no grid {text!r}; an id is BA:{REFERENCE} for the embedded year, "
            f"or BA:YEAR or BA:YEAR:VERSION for an imported one, such as CISO:2022{meant}"
        )
    found = resolve(grid_id)
    if found is None:
        authority_named(grid_id.ba_code)
        raise ScenarioError(f"grid.id: {text} is not stored; {_stored_instead(grid_id)}")
    return found


def code_of(name: str) -> str:
    """Return the code of an authority however it is written; the name itself if there is none."""
    try:
        return authority_named(name).ba_code
    except ScenarioError:
        return code_in(name)


def _stored_instead(grid_id: GridId) -> str:
    """Say what is stored of an authority, and how to get what is not."""
    versions = versions_of(grid_id)
    if versions:
        return f"versions of {grid_id.ba_code}:{grid_id.year} are {', '.join(versions)}"
    years = [str(other.year) for other in stored_ids() if other.ba_code == grid_id.ba_code]
    have = f"stored years are {', '.join(years)}" if years else "no year of it is stored"
    return (
        f"{have}. Import files with `dcsim grids import`, fetch it with `dcsim grids fetch --ba "
        f"{grid_id.ba_code} --year {grid_id.year}`, or take {grid_id.ba_code}:{REFERENCE}"
    )


def generation_of(stored: StoredGrid, grid: Grid) -> GridGeneration:
    """Return a stored grid as generation by fuel; a fuel that was never reported is none.

    Args:
        stored: From the store.
        grid: Gives the fleets' nameplates if it knows them.

    Raises:
        DataError: There is neither generation nor intensity in it.
    """
    records, kept = stored.records, stored.provenance
    fuels = [fuel for fuel in FUELS if fuel in records]
    if not fuels and INTENSITY not in records:
        raise DataError(
            f"{stored.grid_id}: has no generation by fuel and no carbon intensity, only "
            f"{', '.join(map(str, records.columns))}"
        )
    table = records.reindex(columns=list(FUELS)).fillna(0.0) if fuels else records[[]]
    formats = ", ".join(dict.fromkeys(file.format for file in kept.files))
    files = ", ".join(file.name for file in kept.files)
    grade = f"grade {kept.grade}: {kept.reasons[0]}"
    said = (f"{formats} ({files})", grade, *_place_note(stored), *stored.notes, *_absent(fuels))
    repairs = tuple(counted_by_rule(stored.changes))
    hashes = ", ".join(dict.fromkeys(file.sha256 for file in kept.files))
    return GridGeneration(
        table,
        Source("grid", str(stored.grid_id), "; ".join(said), hashes, repairs, kept.warnings),
        grid.solar_nameplate_mw,
        grid.wind_nameplate_mw,
        ba_code=stored.grid_id.ba_code,
        records=records,
        changes=stored.changes,
    )


def _place_note(stored: StoredGrid) -> tuple[str, ...]:
    """Return what an authority's missing facts mean; nothing of one in the registry."""
    code = stored.grid_id.ba_code
    return () if code in known_authorities() else (authority_of_code(code).note,)


def _absent(fuels: list[str]) -> tuple[str, ...]:
    """Return which fuels have no column; nothing of a grid whose generation is not known."""
    return (without_column(fuels),) if fuels else ()


def year_ids(year: int) -> dict[str, GridId]:
    """Return the newest version of every authority that the store has of a year, by code."""
    return {grid_id.ba_code: grid_id for grid_id in stored_ids() if grid_id.year == year}


def year_records(year: int) -> dict[str, pd.DataFrame]:
    """Return the records of these versions, by code.

    Raises:
        DataError: One of them is damaged.
    """
    return {code: read_stored(grid_id).records for code, grid_id in year_ids(year).items()}


def read_grid_file(path: Path, grid: Grid) -> GridGeneration:
    """Read a plain hourly file of generation or intensity as it is, and repair it as asked.

    This is the strict door: three formats, and nothing is changed that the scenario does not ask
    for. Files in the formats of the agencies go through `dcsim grids import`.

    Args:
        path: The file.
        grid: Says how to repair, and the nameplates if the scenario gives them.

    Raises:
        DataError: The file is missing, in no known format, gappy, or has missing values that
            `grid.repair` does not allow to be filled.
    """
    refuse_import_formats(path, taken=_TAKEN)
    raw = read_table(path)
    if intensity.matches(raw.columns):
        return _intensity_grid(path, intensity.read(raw, str(path)), grid)
    reader = next((reader for reader in _READERS if reader.matches(raw.columns)), None)
    if reader is None:
        raise DataError(
            f"{path}, line 1: is in no known format: expected a column {plain.STAMP} with "
            f"<fuel>_mw columns or {INTENSITY}, or {','.join(carbon_explorer.FUEL_OF)}; "
            f"got {', '.join(map(str, raw.columns[:8]))}. Files of EIA, Electricity Maps and "
            "others are read with `dcsim grids import`"
        )
    table, note = reader.read(raw, str(path))
    check_hourly(table.index, str(path))
    filled = fill_missing(table, str(path), grid.repair)
    source = Source("grid", path.name, f"{reader.NAME}; {note}", sha256_of(path), filled.repairs)
    return GridGeneration(
        filled.table,
        source,
        grid.solar_nameplate_mw,
        grid.wind_nameplate_mw,
        changes=filled.changes,
    )


def _intensity_grid(path: Path, found: intensity.HourlyIntensity, grid: Grid) -> GridGeneration:
    """Return a grid of which a carbon intensity alone is known.

    Raises:
        DataError: An hour is missing, doubled or out of order, or a value is missing that
            `grid.repair` does not allow to be filled.
    """
    check_hourly(found.table.index, str(path))
    filled = fill_missing(found.table, str(path), grid.repair)
    note = "; ".join((intensity.NAME, *found.notes))
    source = Source("grid", path.name, note, sha256_of(path), filled.repairs, found.warnings)
    table = filled.table
    return GridGeneration(table[[]], source, records=table, changes=filled.changes)
