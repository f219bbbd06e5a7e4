"""Plants that EIA-860 codes to one balancing authority and EIA-930 meters in another.

EIA-923 gives a year of every plant, and EIA-860 of 2019 the authority each is coded to. The code is
not the metered membership. The moves below are the large ones that EIA-930's own energy bears out:
with them the plants of PSCO, WACM, BANC and GCPD make 0.75 to 1.15 of the energy that EIA-930 has
of each in two summer windows, and the hydro of BANC, WALC and GCPD 0.85 to 1.02 of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

CLOSED = "closed"
"""Where plants go that closed before the record did that the year of EIA-923 replaces."""


@dataclass(frozen=True)
class Move:
    """Plants of one fuel that leave the authority of their code.

    The energy is EIA-923's net generation of 2019 by plant, and the code that of EIA-860 of 2019,
    both through the Global Power Plant Database (World Resources Institute, commit 7a91cfb,
    `source_databases_csv/database_USA.csv` and `raw_source_files/USA/2___Plant_Y2019.xlsx`).

    Attributes:
        plants: What they are called.
        fuel: Of the plants.
        energy_gwh: Net generation of 2019 [GWh].
        left: Authority they are coded to.
        joined: Authority that meters them, or `CLOSED`.
        evidence: Why they are taken to be there.
    """

    plants: str
    fuel: str
    energy_gwh: float
    left: str
    joined: str
    evidence: str


MOVES = (
    Move(
        "Comanche", "coal", 8499.9, "WACM", "PSCO",
        "EIA-930 has 13 to 23 TWh a year of coal in PSCO, and 6.3 are coded to it",
    ),
    Move(
        "Sikeston", "coal", 1618.7, "SPA", "SIKE",
        "SIKE became an authority of its own in 2025; EIA-930 has no coal in SPA",
    ),
    Move(
        "Central Valley dams (Shasta, Folsom, New Melones, Spring Creek, Keswick, Trinity, "
        "Judge F Carr, Nimbus, Stampede)", "hydro", 5133.2, "WALC", "BANC",
        "EIA-860 of 2023 has 2,557 MW of hydro in BANC; EIA-930 has 0.4 of the hydro coded to WALC",
    ),
    Move(
        "Sutter", "natural_gas", 653.1, "WALC", "CISO",
        "stands in northern California, where WALC serves nobody",
    ),
    Move(
        "Glen Canyon", "hydro", 3892.3, "WALC", "WACM",
        "EIA-930 has 5 times the hydro coded to WACM; it regulates there (recalled)",
    ),
    Move(
        "dams of Wyoming and Utah (Flaming Gorge, Fremont Canyon, Kortes, Seminoe and others)",
        "hydro", 1493.0, "WAUW", "WACM",
        "EIA-930 has 0.1 of the hydro coded to WAUW, which serves Montana",
    ),
    Move(
        "Priest Rapids", "hydro", 3988.8, "BPAT", "GCPD",
        "belongs to the utility that is GCPD; EIA-930 has twice the hydro coded to it",
    ),
    Move(
        "Centralia", "coal", 7154.9, "BPAT", "GRID",
        "EIA-930 has no coal in BPAT; GRID's has a highest hour of 650 MW, that of one unit (670)",
    ),
    Move(
        "Grays Harbor", "natural_gas", 3407.1, "BPAT", "GRID",
        "GRID's gas has a highest hour of 1,375 MW; with Hermiston Power it has 1,387 MW",
    ),
    Move(
        "Indian Point 2 and 3", "nuclear", 16694.8, "NYIS", CLOSED,
        "closed in April 2020 and April 2021; 3,398 MW of nuclear are left in 2023",
    ),
    Move(
        "Boardman", "coal", 2573.9, "PGE", CLOSED,
        "closed in October 2020; no coal is left in 2023",
    ),
)  # fmt: skip
"""Dates of closing are recalled. Sikeston is the only plant of SIKE, whose row has it already."""


def left(ba_code: str) -> tuple[Move, ...]:
    """Return the plants that are coded to an authority and not metered in it."""
    return tuple(move for move in MOVES if move.left == ba_code)


def joined(ba_code: str) -> tuple[Move, ...]:
    """Return the plants that are metered in an authority and coded to another."""
    if ba_code == "SIKE":
        return ()
    return tuple(move for move in MOVES if move.joined == ba_code)


def names(moves: Iterable[Move]) -> str:
    """Return what the plants are called, with their energy."""
    return ", ".join(
        f"{move.plants.split(' (')[0]} ({move.energy_gwh / 1000:.1f} TWh of "
        f"{move.fuel.replace('_', ' ')})"
        for move in moves
    )
