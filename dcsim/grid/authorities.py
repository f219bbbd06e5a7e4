"""The registry of US balancing authorities: annual facts, one row each, with no hourly data.

The facts are in `grids/balancing_authorities.csv`, a field of `Authority` for each column; where
each column is from is in `grids/SOURCES.md`.
"""

import csv
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from dcsim.errors import DataError
from dcsim.shipped import shipped_folder

AUTHORITIES_FILE = "balancing_authorities.csv"

MWH_PER_GWH = 1000.0


@dataclass(frozen=True, kw_only=True)
class Authority:
    """What is published about a balancing authority."""

    ba_code: str
    """EIA's code, such as `BPAT`."""
    ba_name: str
    region: str
    """EIA-930 region, such as `NW`."""
    interconnect: str
    """`western`, `eastern` or `ercot`."""
    time_zone: str
    """IANA name of the zone most of its people live in."""
    solar_latitude: float | None
    """Of the solar fleet's centre, weighted by capacity; none without a fleet [degrees north]."""
    solar_longitude: float | None
    """Of the solar fleet's centre [degrees east, so negative in the US]."""
    wind_latitude: float | None
    """Of the wind fleet's centre, weighted by capacity; none without a fleet [degrees north]."""
    wind_longitude: float | None
    """Of the wind fleet's centre [degrees east]."""
    gen_year: int
    """Year of the generation below."""
    gen_coal_gwh: float
    """Net generation of the year, likewise for the fuels below [GWh]."""
    gen_natural_gas_gwh: float
    gen_nuclear_gwh: float
    gen_oil_gwh: float
    gen_hydro_gwh: float
    gen_solar_gwh: float
    gen_wind_gwh: float
    gen_other_gwh: float
    nameplate_year: int
    """Year of the solar and wind nameplates."""
    solar_nameplate_mw: float
    wind_nameplate_mw: float
    thermal_nameplate_year: int
    """Year of the nameplates below."""
    nuclear_nameplate_mw: float
    hydro_nameplate_mw: float
    """Conventional hydro, without pumped storage [MW]."""
    coal_nameplate_mw: float
    natural_gas_nameplate_mw: float
    demand_year: int
    """Year of the demand figures below."""
    demand_gwh: float
    peak_demand_mw: float
    """Highest hour of the year [MW]."""
    min_demand_mw: float
    """Lowest hour of the year [MW]."""

    def generation_mwh(self, fuel: str) -> float:
        """Return the net generation of a fuel in the year `gen_year` [MWh]."""
        return float(getattr(self, f"gen_{fuel}_gwh")) * MWH_PER_GWH

    def fact(self, column: str) -> float:
        """Return a fact that is blank for some authorities, in the unit of its column.

        Raises:
            DataError: It is blank for this one.
        """
        value: float | None = getattr(self, column)
        if value is None:
            raise DataError(f"{AUTHORITIES_FILE}, {self.ba_code}: {column} is blank; it is needed")
        return value


@cache
def known_authorities() -> dict[str, Authority]:
    """Return every balancing authority dcsim has facts of, by code.

    Raises:
        DataError: The shipped file is damaged; names the row and column.
    """
    text = (shipped_folder("grids") / AUTHORITIES_FILE).read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["ba_code"]: _authority(row) for row in rows}


def _authority(row: dict[str, str]) -> Authority:
    values: dict[str, Any] = {f.name: _value(row, f.name, f.type) for f in fields(Authority)}
    return Authority(**values)


def _value(row: dict[str, str], column: str, kind: object) -> str | int | float | None:
    """Read a cell as its field's type; blank is none where the field allows it."""
    text = row.get(column) or ""
    if kind is str and text:
        return text
    if not text and kind == (float | None):
        return None
    try:
        return int(text) if kind is int else float(text)
    except ValueError:
        code = row.get("ba_code")
        raise DataError(f"{AUTHORITIES_FILE}, {code}: {column} is {text!r}, not a number") from None
