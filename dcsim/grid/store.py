"""What a grid id means, and the one door to grid data: `load_grid` gives generation by fuel."""

from pathlib import Path

from dcsim.errors import DataError, ScenarioError
from dcsim.grid.authorities import known_authorities
from dcsim.grid.coefficients import known_coefficients
from dcsim.grid.generation import GridGeneration, Source, check_finite, check_hourly
from dcsim.grid.readers import carbon_explorer, plain
from dcsim.grid.readers.table import read_table, sha256_of
from dcsim.grid.repair import interpolate_missing
from dcsim.scenario.spec import Grid

_READERS = (plain, carbon_explorer)

REFERENCE = "reference"


def load_grid(grid: Grid, seed: int) -> GridGeneration:
    """Return the hourly generation a scenario names.

    Args:
        grid: The grid part of a scenario.
        seed: Seed of modelled years.

    Raises:
        ScenarioError: There is no grid of that id.
        DataError: The file cannot be read or is not whole.
    """
    if grid.file is not None:
        return read_grid_file(grid.file, grid)
    return _reference(str(grid.id), seed)


def grid_ids() -> list[str]:
    """Return the ids of all grids that need no file."""
    return [f"{code}:{REFERENCE}" for code in known_coefficients()]


def read_grid_file(path: Path, grid: Grid) -> GridGeneration:
    """Read a file of hourly generation in any format dcsim knows, and repair it as asked.

    Args:
        path: The file.
        grid: Says how to repair, and the nameplates if the scenario gives them.

    Raises:
        DataError: The file is missing, in no known format, gappy, or has missing values that
            `grid.repair` does not allow to be filled.
    """
    raw = read_table(path)
    reader = next((reader for reader in _READERS if reader.matches(raw.columns)), None)
    if reader is None:
        raise DataError(
            f"{path}, line 1: is in no known format: expected a column {plain.STAMP} with "
            f"<fuel>_mw columns, or {','.join(carbon_explorer.FUEL_OF)}; "
            f"got {', '.join(map(str, raw.columns[:8]))}"
        )
    table, note = reader.read(raw, str(path))
    check_hourly(table.index, str(path))
    table, repairs = interpolate_missing(table) if grid.repair == "interpolate" else (table, ())
    check_finite(table, str(path), was_repaired=bool(repairs))
    source = Source("grid", path.name, f"{reader.NAME}; {note}", sha256_of(path), repairs)
    return GridGeneration(table, source, grid.solar_nameplate_mw, grid.wind_nameplate_mw)


def _reference(grid_id: str, seed: int) -> GridGeneration:
    code, colon, version = grid_id.partition(":")
    authorities = known_authorities()
    if code not in known_coefficients() or version != REFERENCE or not colon:
        known = ", ".join(grid_ids())
        raise ScenarioError(f"grid.id: there is no grid {grid_id!r}; known are {known}")
    from dcsim.grid.reference import reference_year  # pvlib takes a second to import

    return reference_year(authorities[code], seed)
