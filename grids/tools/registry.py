"""Make `grids/balancing_authorities.csv` from the team's collection of facts.

    python -m grids.tools.registry COLLECTION [OUT]

`COLLECTION` is the folder that holds `facts/` and `eia930_windows/`; the same collection gives
the same bytes. What each column is and where it is from: `grids/SOURCES.md`. Nothing under the
ODbL is read. The rules by which contradictions between energy and nameplates are resolved are the
functions of `nameplates`; each change is said in the column `adjusted`.
"""

import math
import sys
from pathlib import Path

import pandas as pd

from dcsim.grid.generation import FUELS
from grids.tools.mixes import GEN_YEAR, Mix, mix_of, windows
from grids.tools.yields import RENEWABLE, yields_of, yields_table

NAMEPLATE_YEAR = {"eia923_plants_2019": 2019, "eia930_hourly_2022": 2022}
LATE_YEAR = 2023
"""Year of the nameplates of all other fuels, and of solar and wind for the summer windows."""
NAMEPLATE_COLUMNS = {2019: "{}_mw_2019_eia860", 2022: "{}_mw_2022_em", 2023: "{}_mw_2023_em"}
LATE_COLUMNS = {
    "nuclear": "nuclear_mw_2023_em",
    "hydro": "hydro_mw_2023_em",
    "pumped_storage": "hydro_storage_mw_2023_em",
    "coal": "coal_mw_2023_em",
    "natural_gas": "gas_mw_2023_em",
    "oil": "oil_mw_2023_em",
    "battery": "battery_storage_mw_2023_em",
}

HOURS_PER_YEAR = 8760
GROWTH_FRAC = 0.05
"""A fleet that grows within its year may pass the nameplate of one day by as much; more means
that the nameplate is of another fleet. An assumption [-]."""

HELD_HOURS = 4
"""A window's highest hour is its fourth highest, so that a spike or two does not count [h]."""

WINDOW_FUEL = {
    "coal": "COL", "natural_gas": "GAS", "nuclear": "NUC", "oil": "OIL", "hydro": "WAT",
    "solar": "SUN", "wind": "WND",
}  # fmt: skip
"""Fuel codes in the column names of the summer windows."""

PLANTS_ELSEWHERE = ("CPLW",)
"""Whose plants in EIA-860 are not its own: the centre of the territory stands for it instead."""

REGION_FILLED = {"SIKE": "CENT"}
"""EIA's table gives SIKE none; it was in SPA's area, whose region this is, until 2025."""

DEMAND_YEARS = {"AEC": 2020, "NSB": 2019}
"""The last whole year of those that were gone by 2023; everybody else's is of 2023."""
DEMAND_YEAR = 2023

NOTES = {
    "AEC": "Left in September 2021; SOCO took its place.",
    "AVRN": "Generates only; its wind serves BPAT and its gas PACW.",
    "AZPS": "Palo Verde (nuclear) is in SRP. Wind in EIA-930 exceeds the plants coded to it.",
    "BANC": "The Central Valley dams (5 TWh) are coded WALC and counted here.",
    "BPAT": "Coal and half of the gas coded to it in 2019 are not in its EIA-930 record: Centralia "
    "and Grays Harbor are metered in GRID. eGRID counts them here.",
    "CISO": "`other` of 2022 is a remainder: much less than the geothermal and biomass of 2019.",
    "CPLW": "Only small solar is coded to it; its gas plant at Asheville is coded CPLE, so that "
    "summer alone is known of its mix.",
    "EEI": "EIA ends it on 2020-02-29, Open Grid Emissions on 2021-05-06.",
    "EPE": "Wind coded to it (50 MW) is not in its EIA-930 record.",
    "FPC": "Coal and gas of Crystal River are split by the plant's CO2 rate.",
    "FPL": "Plants with several fuels (Manatee, Turkey Point) are split by the plant's CO2 rate.",
    "GCPD": "Priest Rapids (4 TWh of hydro) is coded BPAT and counted here.",
    "GLHB": "Existed from 2020 to 2022; no plant and no generation were found.",
    "GRID": "EIA-930 has coal, wind and solar whose plants are coded elsewhere (coal of Centralia "
    "and gas of Grays Harbor, coded BPAT), so that summer alone is known of its mix.",
    "GRMA": "Ended in 2018; the energy is that of its plant in 2019.",
    "HGMA": "Its one plant stood still in 2019 and ran in the windows.",
    "HST": "Consumes only, in practice.",
    "ISNE": "Solar behind the meter is not in EIA-930.",
    "LDWP": "Includes the coal and gas of Intermountain in Utah.",
    "LGEE": "Its 10 MW of solar made nothing that was coded to it in 2019.",
    "NSB": "Consumed only, in practice; left in January 2020.",
    "NYIS": "In EIA-930 of 2022 solar is 0 all year, oil includes dual-fuel units, and nuclear is "
    "under `other` for 559 h, so that plants of 2019 are taken, without Indian Point 2 and 3.",
    "OVEC": "Went to PJM in December 2018 (2020 by Open Grid Emissions); plants still coded to it.",
    "PACW": "EIA-930 has 1.1 GW of coal in the window of 2021 (units scheduled into it from "
    "elsewhere), none in that of 2023, and no gas in either; its plants have gas and no coal.",
    "PGE": "EIA-930 has half of the generation of the plants coded to it, and no wind. Without "
    "Boardman (coal), closed in 2020.",
    "PJM": "EIA-930 of 2022 has some hours of halved and of 1.5-fold values; not removed.",
    "PSCO": "Comanche (8.5 TWh of coal) is coded WACM, and in PSCO in EIA-930; counted here.",
    "SC": "EIA-930 has more coal than the plants of 2019.",
    "SCEG": "EIA-930 has all of V.C. Summer (nuclear) here, a third of which is SC's.",
    "SEC": "Demand is the part metered in SEC alone.",
    "SEPA": "Date of entry is not published.",
    "SIKE": "New in 2025; its plant was coded SPA in 2019. Region is that of SPA.",
    "SPA": "EIA-930 has hydro and `other` only; its wind (1.6 TWh) is by code alone. Sikeston, "
    "coded to it in 2019, is SIKE's.",
    "TEPC": "Its 30 MW of wind share a plant code with solar and are counted there.",
    "WACM": "Comanche is counted in PSCO; Glen Canyon, coded WALC, and dams of Wyoming and Utah, "
    "coded WAUW, are counted here.",
    "WALC": "Hydro in EIA-930 is 0.4 of that of the plants coded to it: the Central Valley dams "
    "are counted in BANC, Glen Canyon in WACM.",
    "WAUW": "Dams of Wyoming and Utah are coded to it (4 TWh); EIA-930 has 0.5 TWh.",
}  # fmt: skip
"""Known mismatches between what is coded to an authority and what it reports."""


def registry(collection: Path) -> pd.DataFrame:
    """Return the registry: a row per authority, in the order of codes, as text and numbers."""
    facts = pd.read_csv(collection / "facts/balancing_authorities.csv").sort_values("ba_code")
    bases = pd.read_csv(collection / "facts/ba_annual_generation_all_bases.csv")
    highest, record, yields = highest_hours(collection), windows(bases), yields_table(collection)
    return pd.DataFrame(
        [
            _row(fact, mix_of(fact, record.get(fact["ba_code"])), highest, yields)
            for _, fact in facts.iterrows()
        ]
    )


def highest_hours(collection: Path) -> dict[tuple[str, str, str], float]:
    """Return the highest hour of known records by basis, authority and fuel [MW]."""
    highest = _of_2022(collection)
    for path in sorted((collection / "eia930_windows").glob("E_raw_*.csv.gz")):
        most = pd.read_csv(path, index_col=0).apply(_held)
        for fuel, code in WINDOW_FUEL.items():
            for name in most.index[most.index.str.fullmatch(f"E_[A-Z]+_{code}")]:
                key = ("eia930_summer_windows_2021_2023", name.split("_")[1], fuel)
                highest[key] = max(highest.get(key, 0.0), float(most[name]))
    return highest


def _held(values_mw: pd.Series) -> float:
    return float(values_mw.nlargest(HELD_HOURS).min())


def _of_2022(collection: Path) -> dict[tuple[str, str, str], float]:
    """Return the highest hour of 2022: highest capacity factor times the nameplate it is over."""
    stats = pd.read_csv(collection / "facts/vre_cf_stats.csv")
    stats = stats[stats["source"].str.endswith("_2022")]
    facts = pd.read_csv(collection / "facts/balancing_authorities.csv").set_index("ba_code")
    return {
        ("eia930_hourly_2022", row.ba_code, row.fuel): row.cf_max
        * facts.at[row.ba_code, f"{row.fuel}_mw_2022_em"]
        for row in stats.itertuples()
    }


def _row(
    fact: pd.Series,
    mix: Mix,
    highest: dict[tuple[str, str, str], float],
    yields: pd.DataFrame,
) -> dict[str, object]:
    energy = _energy(fact, mix)
    plates, adjusted = nameplates(fact, energy, highest)
    points = _points(fact, plates)
    yielded = yields_of(fact, points, yields)
    return {
        **_identity(fact),
        **points,
        **energy,
        **_with_yields(plates, yielded),
        **_demand(fact, energy),
        "adjusted": "; ".join(adjusted),
        "note": NOTES.get(fact["ba_code"], ""),
    }


def _with_yields(plates: dict[str, object], yielded: dict[str, object]) -> dict[str, object]:
    """Return the nameplates with the yields after the last one that is of sun or wind."""
    columns = list(plates)
    end = columns.index("wind_nameplate_mw") + 1
    first, rest = ({name: plates[name] for name in part} for part in (columns[:end], columns[end:]))
    return first | yielded | rest


def _identity(fact: pd.Series) -> dict[str, object]:
    code = fact["ba_code"]
    return {
        "ba_code": code,
        "ba_name": fact["ba_name"],
        "region": REGION_FILLED.get(code, fact["eia_region"]),
        "interconnect": fact["interconnect"],
        "time_zone": fact["time_zone"],
        "is_active": "yes" if fact["active"] == "y" else "no",
        "active_from": _iso_date(fact["activation_date"]),
        "active_until": _iso_date(fact["retirement_date_eia930"]),
        "generation_only": "yes" if fact["generation_only"] == "y" else "no",
    }


def _iso_date(text: object) -> str:
    return "" if pd.isna(text) else f"{pd.Timestamp(str(text)):%Y-%m-%d}"


def _points(fact: pd.Series, plates: dict[str, object]) -> dict[str, object]:
    """Return the authority's point and those of its solar and wind fleets, and what each is of."""
    has_plants = pd.notna(fact["plants_latitude"]) and fact["ba_code"] not in PLANTS_ELSEWHERE
    own = "plants_" if has_plants else ""
    latitude, longitude = fact[f"{own}latitude"], fact[f"{own}longitude"]
    kind = "plants" if has_plants else "territory"
    point: dict[str, object] = {
        "latitude": latitude,
        "longitude": longitude,
        "point": "" if pd.isna(latitude) else kind,
    }
    for fuel in RENEWABLE:
        known = pd.notna(fact[f"{fuel}_latitude"])
        has_fleet = bool(plates[f"{fuel}_nameplate_mw"])
        place = (
            [fact[f"{fuel}_latitude"], fact[f"{fuel}_longitude"]]
            if known
            else [latitude, longitude]
        )
        point[f"{fuel}_latitude"], point[f"{fuel}_longitude"] = place if has_fleet else ["", ""]
        point[f"{fuel}_point"] = ("fleet" if known else "authority") if has_fleet else ""
    return point


def _energy(fact: pd.Series, mix: Mix) -> dict[str, object]:
    """Return annual generation with its year, basis and grade."""
    known = bool(mix.energy_gwh)
    total = round(sum(mix.energy_gwh.values()), 1)
    return {
        "gen_year": GEN_YEAR[mix.basis] if known else "",
        "gen_basis": mix.basis,
        "mix_grade": mix.grade,
        "mix_check": mix.check,
        "egrid_ratio": "" if mix.egrid_ratio is None else mix.egrid_ratio,
        "egrid_members_ratio": "" if mix.members_ratio is None else mix.members_ratio,
        "mix_reason": mix.reason,
        **{f"gen_{fuel}_gwh": mix.energy_gwh[fuel] if known else "" for fuel in FUELS},
        "gen_total_gwh": total if known else "",
        "geothermal_2019_gwh": fact["of_which_geothermal_gwh"] if known else "",
        "biomass_2019_gwh": fact["of_which_biomass_waste_gwh"] if known else "",
    }


def nameplates(
    fact: pd.Series, energy: dict[str, object], highest: dict[tuple[str, str, str], float]
) -> tuple[dict[str, object], list[str]]:
    """Return nameplates that can have made the energy, and what was changed to that end.

    1. Solar and wind that made nothing in the record have no fleet behind the record: 0 MW.
    2. A fleet whose highest hour in the record of the energy passes its nameplate by more than
       `GROWTH_FRAC` is another fleet than the nameplate's: the highest hour stands for it. Hydro
       in EIA-930 of these years includes pumped storage, so both nameplates are counted.
    3. What is still too small for the energy, being of a later year, is left blank.
    """
    basis = str(energy["gen_basis"])
    year = NAMEPLATE_YEAR.get(basis, LATE_YEAR)
    plates: dict[str, object] = {"nameplate_year": year}
    adjusted: list[str] = []
    for fuel in RENEWABLE:
        published = _published(fact, NAMEPLATE_COLUMNS[year].format(fuel))
        if published is None:
            published = float(fact[NAMEPLATE_COLUMNS[2019].format(fuel)])
        plates[f"{fuel}_nameplate_mw"] = _fitting(fuel, published, fact, energy, highest, adjusted)
    plates["thermal_nameplate_year"] = LATE_YEAR
    for fuel, column in LATE_COLUMNS.items():
        published = _published(fact, column)
        plates[f"{fuel}_nameplate_mw"] = (
            "" if published is None else _fitting(fuel, published, fact, energy, highest, adjusted)
        )
    return plates, adjusted


def _published(fact: pd.Series, column: str) -> float | None:
    return None if pd.isna(fact[column]) else float(fact[column])


def _fitting(
    fuel: str,
    published_mw: float,
    fact: pd.Series,
    energy: dict[str, object],
    highest: dict[tuple[str, str, str], float],
    adjusted: list[str],
) -> float | str:
    """Return the nameplate by the rules of `nameplates`, telling each change in `adjusted`."""
    made_gwh = float(str(energy.get(f"gen_{fuel}_gwh") or 0))
    most_mw = highest.get((str(energy["gen_basis"]), fact["ba_code"], fuel), 0.0)
    if fuel in RENEWABLE and published_mw > 0 and made_gwh == 0:
        adjusted.append(f"{fuel} nameplate {published_mw:g} MW set to 0: no energy in the record")
        return 0.0
    storage_mw = _published(fact, LATE_COLUMNS["pumped_storage"]) or 0.0 if fuel == "hydro" else 0.0
    if most_mw > (published_mw + storage_mw) * (1 + GROWTH_FRAC) and made_gwh > 0:
        raised_mw = math.ceil(most_mw * 10 - 1e-6) / 10
        adjusted.append(
            f"{fuel} nameplate {published_mw:g} MW raised to {raised_mw:g}: highest hour reported"
        )
        return raised_mw
    if made_gwh * 1000 > published_mw * HOURS_PER_YEAR:
        adjusted.append(
            f"{fuel} nameplate {published_mw:g} MW left blank: too small for the energy"
        )
        return ""
    return published_mw


def _demand(fact: pd.Series, energy: dict[str, object]) -> dict[str, object]:
    """Return demand, its highest and lowest hour, and the net export of the energy's year."""
    year = DEMAND_YEARS.get(fact["ba_code"], DEMAND_YEAR)
    known = pd.notna(fact[f"demand_{year}_gwh"])
    has_hours = known and year == DEMAND_YEAR
    demand: dict[str, object] = {
        "demand_year": year if known else "",
        "demand_gwh": fact[f"demand_{year}_gwh"] if known else "",
        "peak_demand_mw": fact["peak_demand_2023_mw"] if has_hours else "",
        "min_demand_mw": fact["min_demand_2023_mw"] if has_hours else "",
    }
    return demand | _net_export(fact, energy)


def _net_export(fact: pd.Series, energy: dict[str, object]) -> dict[str, object]:
    """Return generation less demand of the same year; blank if either is of a part of it."""
    year = NAMEPLATE_YEAR.get(str(energy["gen_basis"]))
    if year is None or pd.isna(fact[f"demand_{year}_gwh"]):
        return {"net_export_year": "", "net_export_gwh": ""}
    net_gwh = float(str(energy["gen_total_gwh"])) - fact[f"demand_{year}_gwh"]
    return {"net_export_year": year, "net_export_gwh": round(net_gwh, 1)}


def as_csv(table: pd.DataFrame) -> str:
    """Return the table as CSV, whole numbers without a point."""
    return table.map(_cell).to_csv(index=False, lineterminator="\n")


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.10g}"
    return str(value)


if __name__ == "__main__":
    default = Path(__file__).parent.parent / "balancing_authorities.csv"
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else default
    target.write_text(as_csv(registry(Path(sys.argv[1]))), encoding="utf-8")
