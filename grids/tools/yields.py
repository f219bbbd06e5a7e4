"""Yearly yields of solar and wind for the registry: of an authority's own plants, or of a state's.

The table `facts/yields_eia923_2019.csv` has energy of 2019 (EIA-923) over nameplate AC (EIA-860) of
the same plants, by authority and by state. Which row an authority gets, in this order:

1. `plants`: its own row, if it rests on 3 plants and 20 MW and lies within the plausible band.
2. `state`: of its states (EIA-860: where its plants of any kind are) the one whose solar or wind
   plants lie nearest to the authority's, of those that have 3 such plants. One state and no mean of
   several: yields differ most between states, and the mean would be that of the largest fleet,
   which may be far (wind of AZPS in Arizona .23, in New Mexico .41).
3. `state`: likewise, of states with 1 or 2 such plants.
4. `nearest state`: a fleet whose states have no such row has that of the nearest state with 3.

A row outside the plausible band is passed over. A fleet of nobody's states, and no fleet, is blank.
"""

import math
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from dcsim.grid.authorities import OWN_PLANTS as OWN
from dcsim.traces.bands import band_of
from grids.tools.donors import distance_deg

YIELDS = "facts/yields_eia923_2019.csv"

LEAST_PLANTS = 3
LEAST_MW = 20.0
"""What a row of an authority must rest on; one of a state needs the plants alone, for a state's
small plants stand in its weather as its large ones do [MW]."""

STATES_FILLED = {"SIKE": ("MO",)}
"""Of authorities whose states the collection does not have: Sikeston is in Missouri."""

RENEWABLE = ("solar", "wind")

Row = dict[str, object]


def yields_table(collection: Path) -> pd.DataFrame:
    """Return the table of yields, without rows outside the plausible bands."""
    table = pd.read_csv(collection / YIELDS)
    plausible = [
        band_of(row.kind, row.latitude).holds(row.yield_frac) for row in table.itertuples()
    ]
    return table[plausible]


def yields_of(fact: pd.Series, point: Row, table: pd.DataFrame) -> Row:
    """Return the columns `<fuel>_yield_frac` and `<fuel>_yield_basis` of an authority.

    Args:
        fact: Its row of the collection.
        point: Its columns of places in the registry.
        table: As `yields_table` returns it.
    """
    columns: Row = {}
    for fuel in RENEWABLE:
        found = _found(fact, fuel, point, table[table["kind"] == fuel])
        row, basis = (None, "") if found is None else found
        columns[f"{fuel}_yield_frac"] = "" if row is None else float(row["yield_frac"])
        columns[f"{fuel}_yield_basis"] = "" if row is None else f"{basis}: {_size(row, basis)}"
    return columns


def _found(
    fact: pd.Series, fuel: str, point: Row, of_fuel: pd.DataFrame
) -> tuple[pd.Series, str] | None:
    own = of_fuel[(of_fuel["by"] == "authority_eia860") & (of_fuel["code"] == fact["ba_code"])]
    is_enough = (own["plants"] >= LEAST_PLANTS) & (own["nameplate_mw"] >= LEAST_MW)
    if is_enough.any():
        return own.iloc[0], OWN
    states = of_fuel[of_fuel["by"] == "state"]
    large = states[states["plants"] >= LEAST_PLANTS]
    ours = _states_of(fact)
    centre = _centre(fuel, point)
    for rows in (large[large["code"].isin(ours)], states[states["code"].isin(ours)]):
        if len(rows):
            row = _nearest(rows, centre)
            return row, f"state {row['code']}"
    if point[f"{fuel}_point"]:
        row = _nearest(large, centre)
        return row, f"nearest state {row['code']}"
    return None


def _states_of(fact: pd.Series) -> Iterable[str]:
    states = fact["plant_states"]
    return STATES_FILLED.get(fact["ba_code"], ()) if pd.isna(states) else str(states).split("|")


def _centre(fuel: str, point: Row) -> tuple[float, float] | None:
    """Return the centre of the fleet, or the authority's point for want of one; none of GLHB."""
    prefix = f"{fuel}_" if point[f"{fuel}_point"] else ""
    north, east = (float(str(point[f"{prefix}{name}"])) for name in ("latitude", "longitude"))
    return None if math.isnan(north) else (north, east)


def _nearest(rows: pd.DataFrame, centre: tuple[float, float] | None) -> pd.Series:
    places = zip(rows["latitude"], rows["longitude"], strict=True)
    distances = [distance_deg(centre, place) if centre else 0.0 for place in places]
    return rows.iloc[distances.index(min(distances))]


def _size(row: pd.Series, basis: str) -> str:
    noun = "" if basis == OWN else " plant" if row["plants"] == 1 else " plants"
    return f"{row['plants']}{noun} of {row['nameplate_mw']:g} MW"
