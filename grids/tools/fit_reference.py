"""Fit the coefficients of the reference years: `reference_coefficients.csv`, `_shapes.csv`.

    python -m grids.tools.fit_reference COLLECTION [FOLDER]

`COLLECTION` is the folder that holds `facts/`, `eia930_hourly/` and `eia930_windows/`; the two
files are written to FOLDER, by default where they ship. The same collection gives the same bytes.
What is fitted to what, and how donors are chosen, is in `grids/SOURCES.md`.
"""

import csv
import sys
from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path

from dcsim.grid.authorities import Authority, known_authorities
from dcsim.grid.reference.coefficients import COEFFICIENTS_FILE, Coefficients
from dcsim.grid.reference.shapes import SHAPES_FILE
from grids.tools.collection import HOURLY_BAS, Collection
from grids.tools.donors import donor_of
from grids.tools.fit_demand import fit_demand
from grids.tools.fit_dispatch import fit_dispatch, follow_of_windows
from grids.tools.fit_solar import fit_solar
from grids.tools.fit_weather import fit_correlations
from grids.tools.fit_wind import fit_wind
from grids.tools.types import Figures, Shapes

YEARS = dict.fromkeys(HOURLY_BAS, (2022,))
"""Which years each authority's hourly generation is fitted to."""
DEMAND_YEARS = (2021, 2023)
"""The first and last year that demand is fitted to."""


def fitted(
    collection: Collection,
    years: Mapping[str, tuple[int, ...]] = YEARS,
    demand_years: tuple[int, int] = DEMAND_YEARS,
) -> tuple[list[Coefficients], Shapes]:
    """Return the coefficients of every authority that generates, and the shapes."""
    shapes: Shapes = {}
    demand = fit_demand(collection, demand_years, shapes)
    solar = fit_solar(collection, years, shapes)
    wind = fit_wind(collection, years, shapes)
    dispatch = fit_dispatch(collection, years, shapes)
    weather = fit_correlations(collection, years)
    everyone = [a for a in known_authorities().values() if a.gen_total_gwh]
    return [
        _row(authority, collection, demand, solar, wind, dispatch, weather)
        for authority in everyone
    ], shapes


def _row(
    authority: Authority,
    collection: Collection,
    demand: Figures,
    solar: Figures,
    wind: Figures,
    dispatch: Figures,
    weather: Figures,
) -> Coefficients:
    sun = donor_of(authority, solar, "solar") if authority.generation_mwh("solar") else ""
    air = donor_of(authority, wind, "wind") if authority.generation_mwh("wind") else ""
    asks = donor_of(authority, demand, "")
    plants = donor_of(authority, dispatch, "")
    figures = dict.fromkeys(f.name for f in fields(Coefficients))
    figures |= demand[asks] | solar.get(sun, {}) | wind.get(air, {})
    figures |= dispatch[plants] | weather[plants]
    if authority.ba_code not in dispatch:
        figures |= demand[asks] | {"exchange_daily_sd_frac": 0.0, "exchange_persistence": 0.0}
        figures |= follow_of_windows(collection.windows(authority.ba_code))
    figures |= {"ba_code": authority.ba_code, "demand_from": asks, "solar_from": sun}
    figures |= {"wind_from": air, "dispatch_from": plants}
    return Coefficients(**figures)


def write_coefficients(rows: Iterable[Coefficients], path: Path) -> None:
    """Write a line an authority."""
    names = [f.name for f in fields(Coefficients)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(names)
        writer.writerows([_text(getattr(row, name)) for name in names] for row in rows)


def _text(value: str | float | None) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return f"{value:.4f}".rstrip("0").rstrip(".")


def write_shapes(shapes: Shapes, path: Path) -> None:
    """Write a line a Fourier coefficient."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["ba_code", "shape", "season_term", "hour_term", "coefficient"])
        for (code, name), coefficients in sorted(shapes.items()):
            for (season, hour), value in coefficients.items():
                writer.writerow([code, name, season, hour, f"{value:.4f}"])


def main(collection: str, folder: str = str(Path(__file__).parent.parent)) -> None:
    """Fit, and write both files."""
    rows, shapes = fitted(Collection(Path(collection)))
    write_coefficients(rows, Path(folder) / COEFFICIENTS_FILE)
    write_shapes(shapes, Path(folder) / SHAPES_FILE)


if __name__ == "__main__":
    main(*sys.argv[1:])
