"""The registry of US balancing authorities: annual facts, one row each, with no hourly data.

The facts are in `grids/balancing_authorities.csv`, a field of `Authority` for each column; where
each column is from is in `grids/SOURCES.md`.
"""

import csv
import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from typing import Any

from dcsim.errors import DataError, ScenarioError
from dcsim.shipped import shipped_folder

AUTHORITIES_FILE = "balancing_authorities.csv"

MWH_PER_GWH = 1000.0

WITH_RESERVE, NOT_COMPARABLE = "C", "D"
"""Grades of a mix with a known deviation, and of one that cannot be compared with other places."""

CODE_PATTERN = "[A-Z]{2,5}"
"""How EIA writes the code of an authority."""

NEW_AUTHORITIES = {"BHBA": date(2026, 6, 22), "SWPW": date(2026, 6, 22)}
"""Authorities that EIA has published since the registry was made, each with its first day.

Source: gridstatus, CHANGELOG of 2026. Nothing else is known of them here."""

NO_AUTHORITY = frozenset(("ALL", "EIA", "NA", "NAN", "NONE", "NULL", "TOTAL", "US", "USA"))
"""Words of a code's form that stand in the column of authorities for none."""

UNKNOWN = "unknown"

_ZONE_KEY = "US-"
"""How Electricity Maps' names of US zones begin: `US-CAL-CISO` is CISO."""

_SUGGESTED = 3
_LIKENESS = 0.5
"""How alike a suggested code must be to what was asked, by difflib's ratio [-]."""


OWN_PLANTS = "plants"
"""How the basis of a yield begins that is of the authority's own plants."""


@dataclass(frozen=True)
class FleetYield:
    """A published yearly yield of solar or wind."""

    yield_frac: float
    """Energy of a year over nameplate running all year [-]."""
    basis: str
    """Whose plants, how many and how large, such as `state NC: 522 plants of 3764.6 MW`."""

    @property
    def is_own(self) -> bool:
        """Return whether it is of the authority's own plants, and not of a state's."""
        return self.basis.startswith(OWN_PLANTS)


@dataclass(frozen=True, kw_only=True)
class Authority:
    """What is published about a balancing authority; none where nothing is."""

    ba_code: str
    """EIA's code, such as `BPAT`."""
    ba_name: str
    region: str
    """EIA-930 region, such as `NW`."""
    interconnect: str
    """`western`, `eastern` or `ercot`."""
    time_zone: str
    """IANA name of the zone most of its people live in."""
    is_active: bool
    """Still reports to EIA-930."""
    active_from: date | None
    """First day; 2004-01-01 stands for then or before."""
    active_until: date | None
    """Last day, of those that are gone."""
    generation_only: bool
    """Has power plants and no customers."""
    latitude: float | None
    """Of the authority's point [degrees north]."""
    longitude: float | None
    """Of the authority's point [degrees east, so negative in the US]."""
    point: str
    """What the point is: centre of its `plants`, weighted by capacity, or of its `territory`."""
    solar_latitude: float | None
    """Of the solar fleet's centre, weighted by capacity; none without a fleet [degrees north]."""
    solar_longitude: float | None
    """Of the solar fleet's centre [degrees east]."""
    solar_point: str
    """What the solar point is: of the `fleet`, or of the `authority` for want of it; or blank."""
    wind_latitude: float | None
    """Of the wind fleet's centre, weighted by capacity; none without a fleet [degrees north]."""
    wind_longitude: float | None
    """Of the wind fleet's centre [degrees east]."""
    wind_point: str
    """What the wind point is, as for solar."""
    gen_year: int | None
    """Year of the generation below; none if none was found."""
    gen_basis: str
    """Where the generation is from: `eia923_plants_2019`, `eia930_hourly_2022`,
    `eia930_summer_windows_2021_2023` (20 days of two summers, scaled to a year) or `none`."""
    mix_grade: str
    """How far the mix bears a comparison of places, `A` to `D`; blank without generation."""
    mix_check: str
    """What eGRID's rate is worth as a check of the mix: `independent`, `circular` (both are of the
    same plants and year) or `none`."""
    egrid_ratio: float | None
    """Direct intensity of the mix over eGRID's rate of the plants coded to it [-]."""
    egrid_members_ratio: float | None
    """The same over eGRID's rate of the plants that are metered in it [-]."""
    mix_reason: str
    """Why the grade is what it is."""
    gen_coal_gwh: float | None
    """Net generation of the year, likewise for the fuels below [GWh]."""
    gen_natural_gas_gwh: float | None
    gen_nuclear_gwh: float | None
    gen_oil_gwh: float | None
    gen_hydro_gwh: float | None
    gen_solar_gwh: float | None
    gen_wind_gwh: float | None
    gen_other_gwh: float | None
    gen_total_gwh: float | None
    geothermal_2019_gwh: float | None
    """Geothermal generation of the plants coded to it in 2019, part of `other` then [GWh]."""
    biomass_2019_gwh: float | None
    """Generation from biomass and waste of these plants, part of `other` then [GWh]."""
    nameplate_year: int
    """Year of the solar and wind nameplates."""
    solar_nameplate_mw: float
    """Of the fleet behind the generation, so 0 where none is in the record [MW]."""
    wind_nameplate_mw: float
    """Likewise [MW]."""
    solar_yield_frac: float | None
    """Energy of a year over nameplate AC running all year, of metered plants; blank where neither
    the authority nor its states have any [-]."""
    solar_yield_basis: str
    """Whose plants these are, how many and how large: its own `plants`, those of a `state` of its,
    or of the `nearest state`."""
    wind_yield_frac: float | None
    """Likewise of wind [-]."""
    wind_yield_basis: str
    thermal_nameplate_year: int
    """Year of the nameplates below, which are none where unknown or too small for the energy."""
    nuclear_nameplate_mw: float | None
    hydro_nameplate_mw: float | None
    """Conventional hydro, without pumped storage [MW]."""
    pumped_storage_nameplate_mw: float | None
    coal_nameplate_mw: float | None
    natural_gas_nameplate_mw: float | None
    oil_nameplate_mw: float | None
    battery_nameplate_mw: float | None
    demand_year: int | None
    """Year of the demand figures below."""
    demand_gwh: float | None
    peak_demand_mw: float | None
    """Highest hour of the year [MW]."""
    min_demand_mw: float | None
    """Lowest hour of the year [MW]."""
    net_export_year: int | None
    net_export_gwh: float | None
    """Generation less demand of one year; below zero is a net import [GWh]."""
    adjusted: str
    """Nameplates that contradict the energy, and what stands in their place."""
    note: str
    """What is known not to match between its plants and its reports."""

    def generation_mwh(self, fuel: str) -> float:
        """Return the net generation of a fuel in the year `gen_year` [MWh].

        Raises:
            DataError: None was found of this authority.
        """
        return self.fact(f"gen_{fuel}_gwh") * MWH_PER_GWH

    def fleet_yield(self, fuel: str) -> "FleetYield | None":
        """Return the published yearly yield of solar or wind; none where there is none."""
        yield_frac: float | None = getattr(self, f"{fuel}_yield_frac")
        if yield_frac is None:
            return None
        return FleetYield(yield_frac, getattr(self, f"{fuel}_yield_basis"))

    def fleet_nameplate_mw(self, fuel: str, hours: int) -> float:
        """Return the nameplate of the fleet behind the generation of a year [MW].

        It is that at which the energy is the published yield. The registry's own nameplate may be
        of other plants than the energy (unmetered, in service late, a summer taken for a year),
        and stands in only where no yield is published.

        Args:
            fuel: `solar` or `wind`.
            hours: Of the year.

        Raises:
            DataError: The energy is blank, or more than the registry's nameplate can make.
        """
        published, energy_mwh = self.fleet_yield(fuel), self.generation_mwh(fuel)
        nameplate_mw: float = getattr(self, f"{fuel}_nameplate_mw")
        if energy_mwh > nameplate_mw * hours:
            raise DataError(
                f"{AUTHORITIES_FILE}, {self.ba_code} {fuel}: {energy_mwh:g} MWh do not fit under "
                f"{nameplate_mw:g} MW in {hours} hours"
            )
        if published is None or not energy_mwh:
            return nameplate_mw
        return energy_mwh / (hours * published.yield_frac)

    def fact(self, column: str) -> float:
        """Return a fact that is blank for some authorities, in the unit of its column.

        Raises:
            DataError: It is blank for this one.
        """
        return needed(getattr(self, column), AUTHORITIES_FILE, self.ba_code, column)


def needed(value: float | None, file: str, ba_code: str, column: str) -> float:
    """Return a cell that must not be blank.

    Raises:
        DataError: It is; names file, row and column.
    """
    if value is None:
        raise DataError(f"{file}, {ba_code}: {column} is blank; it is needed")
    return value


@cache
def known_authorities() -> dict[str, Authority]:
    """Return every balancing authority that reports or reported to EIA-930, by code.

    Raises:
        DataError: The shipped file is damaged; names the row and column.
    """
    text = (shipped_folder("grids") / AUTHORITIES_FILE).read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {row["ba_code"]: _authority(row) for row in rows}


def is_authority_code(code: str) -> bool:
    """Return whether a text has the form of an authority's code; it is then safe in a path."""
    return re.fullmatch(CODE_PATTERN, code) is not None and code not in NO_AUTHORITY


def authority_of_code(code: str) -> Authority:
    """Return the authority of a code that records name; its facts are unknown if it is new.

    Args:
        code: As `is_authority_code` accepts it.
    """
    return known_authorities().get(code) or _unregistered(code)


def _unregistered(code: str) -> Authority:
    """Return an authority of which the registry has nothing: no facts, and UTC for local time."""
    given: dict[str, Any] = {f.name: _BLANK.get(f.type) for f in fields(Authority)}
    return Authority(
        **given
        | {
            "ba_code": code,
            "ba_name": "not in the registry",
            "region": UNKNOWN,
            "interconnect": UNKNOWN,
            "time_zone": "UTC",
            "is_active": True,
            "active_from": NEW_AUTHORITIES.get(code),
            "gen_basis": "none",
            "note": (
                f"{code} is not in dcsim's registry, so its facts are unknown: local time is taken "
                "as UTC, its clock is not corrected, and it has no nameplates, no emission factors "
                "of its own and no reference year"
            ),
        }
    )


def authority_named(name: str) -> Authority:
    """Return the authority of a code, in any case, or of Electricity Maps' name of its zone.

    Args:
        name: Such as `CISO`, `ciso` or `US-CAL-CISO`; also one of `NEW_AUTHORITIES`.

    Raises:
        ScenarioError: There is none; names the nearest by code and name.
    """
    code = code_in(name)
    if code in known_authorities() or code in NEW_AUTHORITIES:
        return authority_of_code(code)
    raise ScenarioError(f"there is no balancing authority {name!r}; {_hint(name)}")


def code_in(name: str) -> str:
    """Return a code in capitals, taken out of Electricity Maps' name of a zone if it is one."""
    code = name.strip().upper()
    return code.rpartition("-")[2] if code.startswith(_ZONE_KEY) else code


def nearest_authorities(name: str) -> list[Authority]:
    """Return the authorities whose code or name is most like a name, the likest first."""
    ranked = sorted(
        ((_likeness(name, authority), authority) for authority in known_authorities().values()),
        key=lambda pair: (-pair[0], pair[1].ba_code),
    )
    return [authority for likeness, authority in ranked[:_SUGGESTED] if likeness >= _LIKENESS]


def _hint(name: str) -> str:
    nearest = [f"{a.ba_code} ({a.ba_name})" for a in nearest_authorities(name)]
    if nearest:
        return f"nearest are {', '.join(nearest)}"
    return "`dcsim grids list` names them all"


def _likeness(name: str, authority: Authority) -> float:
    """Return how like a name is to an authority's code, initials or name, from 0 to 1.

    A word or more of the name counts more than letters in common with the code.
    """
    asked, known = name.strip().lower(), authority.ba_name.lower()
    words = [word.strip(",.") for word in known.replace("-", " ").split()]
    initials = "".join(word[0] for word in words if word not in ("of", "and", "the", ""))
    shared = difflib.SequenceMatcher(None, asked, authority.ba_code.lower()).ratio()
    spelled = difflib.SequenceMatcher(None, asked, known).ratio()
    as_initials = 0.9 * difflib.SequenceMatcher(None, asked, initials).ratio()
    within = 0.95 if len(asked) > len(authority.ba_code) - 1 and asked in known else 0.0
    return max(shared, spelled, as_initials, within)


def _authority(row: dict[str, str]) -> Authority:
    values: dict[str, Any] = {f.name: _value(row, f.name, f.type) for f in fields(Authority)}
    return Authority(**values)


def _value(
    row: dict[str, str], column: str, kind: object
) -> str | bool | int | float | date | None:
    """Read a cell as its field's type; blank is none where the field allows it."""
    text = row.get(column) or ""
    if kind is str:
        return text
    if not text and kind in (int | None, float | None, date | None):
        return None
    read, what = _READ[kind]
    try:
        return read(text)
    except (ValueError, KeyError):
        code = row.get("ba_code")
        raise DataError(f"{AUTHORITIES_FILE}, {code}: {column} is {text!r}, {what}") from None


_BLANK: dict[object, str | bool | int | float] = {str: "", bool: False, int: 0, float: 0.0}
"""What stands for a fact of each type that is unknown; None for those that may be blank."""

_READ: dict[object, tuple[Callable[[str], bool | int | float | date], str]] = {
    bool: ({"yes": True, "no": False}.__getitem__, "neither yes nor no"),
    int: (int, "not a number"),
    int | None: (int, "not a number"),
    float: (float, "not a number"),
    float | None: (float, "not a number"),
    date | None: (date.fromisoformat, "not a date such as 2004-01-31"),
}
"""How a cell of each type is read, and what to say of one that is not of it."""
