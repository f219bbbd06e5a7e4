"""What is said of power from where no records are: abroad, or an authority nobody imported.

Flow tracing needs an intensity for every exporter. One without records is given a constant: of a
neighbour abroad the factor of the fuel it generates most with; of a US authority the mean of its
annual generation in the registry.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from dcsim.grid.authorities import known_authorities
from dcsim.grid.intensity import annual_intensity_kg_per_mwh, emission_factors

FUEL_ABROAD = {
    # Hydro, as gridemissions (Chalendar and Benson 2021) has it for these three.
    "BCHA": "hydro",
    "HQT": "hydro",
    "MHEB": "hydro",
    # More than half of Ontario's generation (Wikipedia, Electricity sector in Canada, 2018).
    "IESO": "nuclear",
    # Assumed of thermal systems. New Brunswick is overstated: 56 % of its power is low-emitting,
    # of Alberta's 5 % (Conference Board of Canada, Low-Emitting Electricity Production).
    "AESO": "natural_gas",
    "SPC": "natural_gas",
    "NBSO": "natural_gas",
    "CEN": "natural_gas",
    "CFE": "natural_gas",
}
"""The fuel that stands for a neighbour abroad, by EIA's code of it."""

FUEL_OF_LAST_RESORT = "natural_gas"
"""Stands for a code nothing is known of."""


@dataclass(frozen=True)
class Stated:
    """A constant intensity and the reason for it."""

    kg_per_mwh: float
    reason: str


def stated_intensity(
    code: str, factors: str, told_kg_per_mwh: Mapping[str, float] | None = None
) -> Stated:
    """Return the constant intensity of an authority or neighbour without records.

    Args:
        code: EIA's code.
        factors: Name of the emission-factor set.
        told_kg_per_mwh: What the caller knows better, by code [kg/MWh].
    """
    if told_kg_per_mwh and code in told_kg_per_mwh:
        return Stated(told_kg_per_mwh[code], "as told")
    kg_per_mwh = emission_factors(factors, code)
    if code in FUEL_ABROAD:
        return Stated(kg_per_mwh[FUEL_ABROAD[code]], f"as {FUEL_ABROAD[code]}")
    authority = known_authorities().get(code)
    if authority is None or not authority.gen_total_gwh:
        return Stated(kg_per_mwh[FUEL_OF_LAST_RESORT], f"as {FUEL_OF_LAST_RESORT}, nothing known")
    mean_kg_per_mwh = annual_intensity_kg_per_mwh(authority, factors)
    return Stated(mean_kg_per_mwh, f"its annual mix of {authority.gen_year}")
