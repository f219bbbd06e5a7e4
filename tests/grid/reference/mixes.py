"""The annual mix of every reference year against eGRID's rate, with its grade and reason.

    python -m tests.grid.reference.mixes COLLECTION [BEFORE]

`COLLECTION` is the team's folder of real data; `BEFORE` an earlier `balancing_authorities.csv`, for
the basis and the ratio it had. Columns: basis (before > now); mean intensity of the reference year,
seed 0, with the authority's factors of `egrid2018-direct` and with `carbon-explorer`; eGRID's rate
of 2019's energy; ratio before, now, and to the rate of the plants metered in it; whether that is
circular; Electricity Maps' lifecycle intensity of 2022's consumption, imports included (ODbL: a
check only), and the ratio of ours with `egrid2018-lifecycle`; grade; reason.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from dcsim.errors import ScenarioError
from dcsim.grid.authorities import Authority, known_authorities
from dcsim.grid.generation import FUELS
from dcsim.grid.intensity import average_intensity_kg_per_mwh, emission_factors
from dcsim.grid.reference.year import reference_year
from grids.tools.mixes import FACTORS

LIFECYCLE = "egrid2018-lifecycle"
DEFAULT_FACTORS = "carbon-explorer"
ELECTRICITY_MAPS = "em_lifecycle_ci_2022_g_per_kwh_co2js"
SHORT = {
    "eia923_plants_2019": "923",
    "eia930_hourly_2022": "930",
    "eia930_summer_windows_2021_2023": "summer",
}
HEAD = (
    "BA    basis        kg/MWh default eGRID before now  members check        EM   ours/EM grade "
    "reason"
)


def annual_kg_per_mwh(row: pd.Series, code: str) -> float:
    """Return the direct intensity of a row of a registry [kg/MWh]."""
    energy = {fuel: max(float(row[f"gen_{fuel}_gwh"]), 0.0) for fuel in FUELS}
    factors = emission_factors(FACTORS, code)
    return sum(factors[fuel] * energy[fuel] for fuel in FUELS) / sum(energy.values())


def line(authority: Authority, fact: pd.Series, known: pd.Series, before: pd.Series) -> str:
    """Return what is known of one authority, as a line."""
    code = authority.ba_code
    table = reference_year(authority, 0).table

    def mean(name: str) -> float:
        return float(average_intensity_kg_per_mwh(table, emission_factors(name, code)).mean())

    direct, rate = mean(FACTORS), fact["co2_rate_direct_2019_kg_per_mwh_derived"]
    maps = known.get(code, float("nan"))
    cells = (
        f"{code:<5}",
        f"{SHORT[before['gen_basis']]:>6} > {SHORT[authority.gen_basis]:<6}"[:13].ljust(13),
        f"{direct:>5.0f}",
        f"{mean(DEFAULT_FACTORS):>7.0f}",
        f"{rate:>5.0f}" if rate == rate else "    -",
        _ratio(annual_kg_per_mwh(before, code), rate),
        _ratio(direct, rate),
        f"{authority.egrid_members_ratio or float('nan'):>6.2f}",
        f"{authority.mix_check:<12}",
        f"{maps:>4.0f}",
        _ratio(mean(LIFECYCLE), maps),
        f"  {authority.mix_grade}  ",
        authority.mix_reason,
    )
    return " ".join(cells).replace(" nan", "   -")


def _ratio(part: float, whole: float) -> str:
    return f"{part / whole:>5.2f}" if whole >= 1 else "    -"


def lines(collection: Path, before: Path) -> Iterator[str]:
    """Yield the table, the lowest grades last."""
    facts = pd.read_csv(collection / "facts/balancing_authorities.csv").set_index("ba_code")
    path = collection / "facts/validation_annual_ci_electricitymaps.csv"
    known = pd.read_csv(path).set_index("ba_code")[ELECTRICITY_MAPS]
    earlier = pd.read_csv(before).set_index("ba_code")
    yield HEAD
    everyone = [a for a in known_authorities().values() if a.is_active and a.gen_total_gwh]
    for authority in sorted(everyone, key=lambda a: (a.mix_grade, a.ba_code)):
        code = authority.ba_code
        yield line(authority, facts.loc[code], known, earlier.loc[code])


def main(collection: str, before: str = "") -> None:
    """Print the table."""
    shipped = Path(__file__).parents[3] / "grids" / "balancing_authorities.csv"
    if not Path(collection).is_dir():
        raise ScenarioError(f"{collection} is no folder")
    for text in lines(Path(collection), Path(before) if before else shipped):
        print(text)


if __name__ == "__main__":
    main(*sys.argv[1:])
