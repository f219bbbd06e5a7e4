"""Choose the annual generation of each authority, and grade it against eGRID and EIA-930.

The best annual basis, in this order:

1. `eia930_hourly_2022`: a whole year of EIA-930, where the collection recommends it and no fault of
   the record is known that reaches its energy by fuel (`FAULTY_RECORDS`).
2. `eia923_plants_2019`: a whole year of plants, by EIA-860's code and the moves of
   `grids.tools.members`.
3. `eia930_summer_windows_2021_2023`, where the plants are plainly not those of the authority: their
   energy and that of the windows differ by more than `OTHER_PLANTS` times, either way, or it is in
   `UNKNOWN_MEMBERS`.

The grade says how far the mix bears a comparison of places:

- A: a whole year of EIA-930, near eGRID's rate, which is of other records and another year.
- B: a whole year of plants. eGRID's rate is of the same plants and year, so it agrees by
  construction; EIA-930's summer windows do not contradict it.
- C: a whole year, or one fuel alone, with a deviation whose cause is known: it is in the reason.
- D: not comparable: summer alone with more than one fuel, or far from eGRID's rate without a known
  cause.

Near is within `NEAR_FRAC` or `NEAR_KG_PER_MWH`. All intensities are with the authority's own
factors of `egrid2018-direct`, and the US figure for a fuel it has none of.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from dcsim.grid.generation import FUELS
from dcsim.grid.intensity import emission_factors
from grids.tools.members import CLOSED, Move, joined, left, names

PLANTS, RECORD, WINDOWS, NONE = (
    "eia923_plants_2019",
    "eia930_hourly_2022",
    "eia930_summer_windows_2021_2023",
    "none",
)
GEN_YEAR = {PLANTS: 2019, RECORD: 2022, WINDOWS: 2022}
"""The year the energy of a basis is taken to be of; of the windows, the middle."""
OF_COLLECTION = {
    "eia923_plants_2019": PLANTS,
    "eia930_hourly_2022": RECORD,
    "estimated_from_10_day_windows": WINDOWS,
    "none_found": NONE,
}
"""Basis in the collection: its name here."""
WINDOW_BASIS = "10-day window"
"""How the name of the windows begins in the collection's table of all bases."""

FAULTY_RECORDS = {
    "NYIS": "EIA-930 of 2022 has no solar, nuclear under `other` for 559 h, and gas burnt in "
    "dual-fuel units as oil",
}

UNKNOWN_MEMBERS = {
    "GRID": "EIA-930 has 2 TWh a year of wind and solar in it, whose plants are not known, and "
    "coal of a plant that is coded BPAT",
}
"""Whose plants are not known well enough to add them up."""

FACTORS = "egrid2018-direct"
NEAR_FRAC = 0.25
"""Issue 11: within 25 % of eGRID's rate [-]."""
NEAR_KG_PER_MWH = 15.0
"""Near zero a share says nothing: 15 kg/MWh is less than what factor sets differ by for hydro. An
assumption [kg/MWh]."""
LEAST_KG_PER_MWH = 1.0
"""No ratio to a smaller rate is said [kg/MWh]."""
OTHER_PLANTS = 3.0
"""Beyond this ratio of energies, either way, plants are not those of the authority; an
assumption [-]."""
ENERGY_RATIO = 1.5
"""Beyond this ratio, either way, the windows contradict the energy of the plants; an assumption
(summer alone gives 1.0 to 1.3 in most) [-]."""
MIX_SHARE = 1 / 3
"""The windows contradict the mix if this share of the energy is of another fuel; an assumption (0
to 0.25 in most) [-]."""
GONE_SHARE = 0.05
"""Share of the energy beyond what the plants of 2023 can make that is worth a reason [-]."""
MANY_FUELS_SHARE = 0.05
"""A fuel with a smaller share does not count as one of several [-]."""
HOURS_PER_YEAR = 8760
LATER_NAMEPLATES = {
    "coal": "coal_mw_2023_em",
    "natural_gas": "gas_mw_2023_em",
    "nuclear": "nuclear_mw_2023_em",
}
"""Columns of the collection with the nameplates of 2023, of fuels that can have gone."""

Energy = dict[str, float]


@dataclass(frozen=True)
class Mix:
    """Annual generation of an authority, and how far it can be compared.

    Attributes:
        basis: One of `PLANTS`, `RECORD`, `WINDOWS` and `NONE`.
        energy_gwh: Net generation by fuel, none below zero [GWh]; empty with the basis `NONE`.
        grade: A to D; empty where nothing is generated.
        check: `circular` if eGRID's rate is of the same energy, else `independent`; `none` where
            eGRID has no plants of the authority.
        egrid_ratio: Intensity over eGRID's rate, as coded; none where that is 0 or unknown [-].
        members_ratio: The same over the rate of the plants that are metered in it [-].
        reason: Of the grade, for a reader.
    """

    basis: str
    energy_gwh: Energy
    grade: str = ""
    check: str = ""
    egrid_ratio: float | None = None
    members_ratio: float | None = None
    reason: str = ""


@dataclass(frozen=True)
class Rate:
    """eGRID's direct rate of an authority's plants."""

    energy_gwh: float
    emissions_kt: float

    @property
    def kg_per_mwh(self) -> float:
        """Return emissions over energy; 0 without energy [kg/MWh]."""
        return 1000 * self.emissions_kt / self.energy_gwh if self.energy_gwh > 0 else 0.0


def windows(bases: pd.DataFrame) -> dict[str, Energy]:
    """Return the mean of the summer windows by authority, scaled to a year, without pumping [GWh].

    A fuel that is in one window alone has that window's mean.
    """
    rows = bases[bases["basis"].str.startswith(WINDOW_BASIS)]
    means = rows.groupby("ba")[list(FUELS)].mean().clip(lower=0.0).fillna(0.0)
    return {
        str(code): {fuel: float(row[fuel]) for fuel in FUELS}
        for code, row in means.iterrows()
        if row.sum() > 0
    }


def mix_of(fact: pd.Series, record: Energy | None) -> Mix:
    """Return the annual mix of an authority, with its grade.

    Args:
        fact: Row of the collection.
        record: Energy of its summer windows; none where there are none [GWh].
    """
    basis = basis_of(fact, record)
    energy = energy_of(fact, basis)
    if not sum(energy.values()):
        return Mix(basis, energy)
    code = fact["ba_code"]
    mine = intensity_kg_per_mwh(code, energy)
    coded, members = egrid_rate(fact), members_rate(fact, basis)
    causes = _causes(fact, basis, energy, record)
    near = members is None or is_near(mine, members.kg_per_mwh)
    is_far = coded is not None and not is_near(mine, coded.kg_per_mwh)
    known = _moved(code) if basis == PLANTS or (is_far and near) else []
    if coded is not None and is_far:
        causes.insert(0, _far(mine, coded, members))
    is_summer_mix = basis == WINDOWS and _several_fuels(energy)
    grade = "D" if is_summer_mix or not near else "C" if causes else _BEST[basis]
    return Mix(
        basis,
        energy,
        grade,
        _check(basis, coded),
        _ratio(mine, coded),
        _ratio(mine, members),
        "; ".join([_PLAIN[basis, is_summer_mix], *known, *causes]),
    )


_BEST = {RECORD: "A", PLANTS: "B", WINDOWS: "C"}
_PLAIN = {
    (RECORD, False): "whole year 2022 of EIA-930",
    (PLANTS, False): "whole year 2019 of EIA-923",
    (WINDOWS, False): "ten days of two summers; one fuel alone, so that the season leaves the mix",
    (WINDOWS, True): "ten days of two summers, so that the mix is of the season",
}


def basis_of(fact: pd.Series, record: Energy | None) -> str:
    """Return the best annual basis there is."""
    recommended = OF_COLLECTION[fact["rec_basis"]]
    if recommended in (NONE, RECORD) and fact["ba_code"] not in FAULTY_RECORDS:
        return recommended
    plants = sum(plants_gwh(fact).values())
    if fact["ba_code"] in UNKNOWN_MEMBERS:
        return WINDOWS
    if record and not _within(sum(record.values()), plants, OTHER_PLANTS):
        return WINDOWS
    return PLANTS


def energy_of(fact: pd.Series, basis: str) -> Energy:
    """Return the energy of a basis, none below zero [GWh]."""
    if basis == NONE:
        return {}
    if basis == PLANTS:
        return plants_gwh(fact)
    return {fuel: max(float(fact[f"rec_{fuel}_gwh"]), 0.0) for fuel in FUELS}


def plants_gwh(fact: pd.Series) -> Energy:
    """Return EIA-923's energy of 2019 of the plants that are metered in the authority [GWh]."""
    energy = {fuel: max(float(fact[f"gen_{fuel}_gwh"]), 0.0) for fuel in FUELS}
    for move in left(fact["ba_code"]):
        energy[move.fuel] -= move.energy_gwh
    for move in joined(fact["ba_code"]):
        energy[move.fuel] += move.energy_gwh
    return {fuel: max(round(gwh, 1), 0.0) for fuel, gwh in energy.items()}


def intensity_kg_per_mwh(code: str, energy: Mapping[str, float]) -> float:
    """Return direct emissions over energy with the authority's eGRID factors [kg/MWh]."""
    factors = emission_factors(FACTORS, code)
    return sum(factors[fuel] * energy[fuel] for fuel in FUELS) / sum(energy.values())


def egrid_rate(fact: pd.Series) -> Rate | None:
    """Return eGRID's rate of the plants coded to an authority; none without any."""
    rate, gwh = fact["co2_rate_direct_2019_kg_per_mwh_derived"], fact["gen_total_gwh"]
    if pd.isna(rate) or pd.isna(gwh) or gwh <= 0:
        return None
    return Rate(float(gwh), float(rate) * float(gwh) / 1000)


def members_rate(fact: pd.Series, basis: str) -> Rate | None:
    """Return eGRID's rate of the plants that are metered in an authority.

    None where they are not known: of windows, or without a plant.
    """
    coded = egrid_rate(fact)
    if coded is None or basis == WINDOWS:
        return None
    gwh, kt = coded.energy_gwh, coded.emissions_kt
    for sign, moves in ((-1, left(fact["ba_code"])), (1, joined(fact["ba_code"]))):
        for move in moves:
            gwh += sign * move.energy_gwh
            kt += sign * _emissions_kt(move)
    return Rate(gwh, max(kt, 0.0))


def _emissions_kt(move: Move) -> float:
    """Return a year's emissions, with the rate of the fuel where the plants are coded."""
    return move.energy_gwh * emission_factors(FACTORS, move.left)[move.fuel] / 1000


def is_near(kg_per_mwh: float, egrid_kg_per_mwh: float) -> bool:
    """Return whether an intensity is near eGRID's rate."""
    apart = abs(kg_per_mwh - egrid_kg_per_mwh)
    return apart <= max(NEAR_FRAC * egrid_kg_per_mwh, NEAR_KG_PER_MWH)


def _within(one: float, other: float, factor: float) -> bool:
    return one <= factor * other and other <= factor * one


def _several_fuels(energy: Energy) -> bool:
    total = sum(energy.values())
    return sum(gwh > MANY_FUELS_SHARE * total for gwh in energy.values()) > 1


def _check(basis: str, coded: Rate | None) -> str:
    if coded is None:
        return "none"
    return "circular" if basis == PLANTS else "independent"


def _ratio(kg_per_mwh: float, rate: Rate | None) -> float | None:
    if rate is None or rate.kg_per_mwh < LEAST_KG_PER_MWH:
        return None
    return round(kg_per_mwh / rate.kg_per_mwh, 2)


def _far(kg_per_mwh: float, coded: Rate, members: Rate | None) -> str:
    """Return how far an authority is from eGRID's rate, and by which plants."""
    ratio = _ratio(kg_per_mwh, coded)
    times = f" ({ratio:.2f} times that)" if ratio is not None else ""
    text = f"{kg_per_mwh:.0f} kg/MWh where eGRID has {coded.kg_per_mwh:.0f}{times}"
    if members is None or members == coded:
        return text
    return f"{text}; eGRID's rate of the plants metered in it is {members.kg_per_mwh:.0f}"


def _causes(fact: pd.Series, basis: str, energy: Energy, record: Energy | None) -> list[str]:
    """Return what is known against a mix, apart from its distance from eGRID's rate."""
    code = fact["ba_code"]
    closed = [move for move in left(code) if move.joined == CLOSED]
    if code in UNKNOWN_MEMBERS:
        return [UNKNOWN_MEMBERS[code]]
    if basis == WINDOWS and record:
        return [_other_plants(sum(record.values()), sum(plants_gwh(fact).values()))]
    if basis != PLANTS:
        return []
    causes = [f"without {names(closed)}, closed since; what took its place is not in it"]
    return (causes if closed else []) + _contradictions(energy, record) + _gone(fact, energy)


def _other_plants(record_gwh: float, plants_gwh: float) -> str:
    """Return why the plants of an authority do not count as its own."""
    if plants_gwh < 1:
        return "the plants coded to it made nothing in 2019"
    times = record_gwh / plants_gwh
    return f"EIA-930 has {times:.1f} times the energy of the plants coded to it: not its members"


def _contradictions(energy: Energy, record: Energy | None) -> list[str]:
    """Return what the summer windows have against the energy and the mix of the plants."""
    if not record:
        return []
    plants, windows = sum(energy.values()), sum(record.values())
    causes = []
    if not _within(windows, plants, ENERGY_RATIO):
        causes.append(f"EIA-930's summer windows have {windows / plants:.2f} of its energy")
    other = sum(abs(energy[f] / plants - record[f] / windows) for f in FUELS) / 2
    if other > MIX_SHARE:
        most = max(FUELS, key=lambda f: record[f] / windows - energy[f] / plants)
        causes.append(
            f"EIA-930's summer windows have {other:.0%} of the energy in other fuels, "
            f"{most.replace('_', ' ')} most of it"
        )
    return causes


def _gone(fact: pd.Series, energy: Energy) -> list[str]:
    """Return the fuels of 2019 that the plants of 2023 cannot make any more."""
    total, causes = sum(energy.values()), []
    moved = {move.fuel for move in (*left(fact["ba_code"]), *joined(fact["ba_code"]))}
    for fuel, column in LATER_NAMEPLATES.items():
        if fuel in moved or pd.isna(fact[column]):
            continue
        share = (energy[fuel] - float(fact[column]) * HOURS_PER_YEAR / 1000) / total
        if share > GONE_SHARE:
            causes.append(
                f"{share:.0%} of its energy is {fuel.replace('_', ' ')} beyond what the plants "
                "of 2023 can make"
            )
    return causes


def _moved(code: str) -> list[str]:
    """Return the plants that are metered elsewhere than they are coded."""
    gone = [move for move in left(code) if move.joined != CLOSED]
    texts = (
        ("without {}, coded to it and metered elsewhere", gone),
        ("with {}, coded elsewhere", joined(code)),
    )
    return [text.format(names(moves)) for text, moves in texts if moves]
