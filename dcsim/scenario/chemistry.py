"""What cells of one chemistry take to make, how long they last, and how many cycles they bear."""

from dataclasses import dataclass
from itertools import pairwise
from math import exp, log

from dcsim.scenario.figures import Range
from dcsim.units import KG_PER_T


@dataclass(frozen=True)
class Chemistry:
    """Cells of one chemistry.

    `kg_per_mwh` is their making [kg CO2e/MWh of capacity], `life_years` how long they last unused
    [years]. `cycle_life` holds points `(depth of discharge, cycles of that depth until 80 % of the
    capacity is left)`, by rising depth.
    """

    name: str
    kg_per_mwh: Range
    life_years: Range
    cycle_life: tuple[tuple[float, float], ...]
    source: str
    """Where `cycle_life` is from."""


_MAKING_SOURCE = (
    "Peiseler et al., Carbon footprint distributions of lithium-ion batteries and their materials, "
    "Nature Communications 15, 10301 (2024): median and 5 to 95 % of the world's {cells} cells; "
    "seen as others quote it. Cells alone, without racks and housing"
)

_CYCLES_SOURCE = (
    "computed with NREL's BLAST-Lite (commit bae8c71, model {model}), fitted to tests of large "
    "commercial cells (doi 10.1016/j.est.2023.109042) at 0.8 and 1.0 depth: four even cycles a "
    "day about half charge (C/3 at full depth) at 25 °C until 80 % of the capacity is left. 0.6 is "
    "the model's extrapolation"
)

CHEMISTRIES: dict[str, Chemistry] = {
    "lfp": Chemistry(
        name="lfp",
        kg_per_mwh=Range(
            54.0 * KG_PER_T,
            62.0 * KG_PER_T,
            69.0 * KG_PER_T,
            _MAKING_SOURCE.format(cells="LFP"),
        ),
        life_years=Range(
            10.0,
            16.0,
            16.0,
            "16: PNNL, Viswanathan et al., 2022 Grid Energy Storage Technology Cost and "
            "Performance Assessment (PNNL-33283), p. 24, LFP, seen in PyPSA's technology-data; 10: "
            "PNNL's assessment of 2020, Li-ion, recalled, its text was not seen; high: no higher "
            "figure was seen, so it equals mid",
        ),
        cycle_life=((0.6, 11072.0), (0.8, 7284.0), (1.0, 5160.0)),
        source=_CYCLES_SOURCE.format(model="lfp_gr_250AhPrismatic_2019")
        + ". Others: 2,400 at 1.0 (PNNL-33283, Table 4.3, seen as others quote it); 2,500 to 9,000 "
        "full cycles (Preger et al., J. Electrochem. Soc. 167, 120532, 2020; recalled)",
    ),
    "nmc": Chemistry(
        name="nmc",
        kg_per_mwh=Range(
            59.0 * KG_PER_T,
            74.0 * KG_PER_T,
            115.0 * KG_PER_T,
            _MAKING_SOURCE.format(cells="NMC811"),
        ),
        life_years=Range(
            10.0,
            13.0,
            15.0,
            "13: PNNL, Viswanathan et al., 2022 Grid Energy Storage Technology Cost and "
            "Performance Assessment (PNNL-33283), p. 24, NMC, seen in PyPSA's technology-data; 10: "
            "PNNL's assessment of 2020, Li-ion, recalled, its text was not seen; 15: NREL ATB "
            "2024, Li-ion, seen in PyPSA's technology-data",
        ),
        cycle_life=((0.6, 6648.0), (0.8, 4284.0), (1.0, 3104.0)),
        source=_CYCLES_SOURCE.format(model="nmc_gr_75Ah_A_2019")
        + ". Others: small cells bear 200 to 2,500 full cycles (Preger et al., J. Electrochem. "
        "Soc. 167, 120532, 2020; recalled)",
    ),
}
"""The chemistries with figures of their own, by name."""


def cycle_life_at(chemistry: Chemistry, depth_of_discharge: float) -> float:
    """Return how many cycles of a depth of discharge [-] leave 80 % of the capacity [cycles].

    Between two points log cycles is linear in log depth, that is `N = N0 (D / D0)^k` (Wöhler's
    law of wear); beyond the first and last point the cycles stay as they are there.
    """
    points = chemistry.cycle_life
    if depth_of_discharge <= points[0][0]:
        return points[0][1]
    for (depth, cycles), (deeper, fewer) in pairwise(points):
        if depth_of_discharge < deeper:
            share = log(depth_of_discharge / depth) / log(deeper / depth)
            return exp(log(cycles) + share * log(fewer / cycles))
    return points[-1][1]
