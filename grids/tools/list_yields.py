"""Print the yearly yields of solar and wind of all reference years, and what they were before.

    python -m grids.tools.list_yields [REGISTRY]

`REGISTRY` is an older `balancing_authorities.csv`, whose energy over its nameplate is the column
`before`; left out, that of the shipped one. `after` is the mean capacity factor of the reference
year itself, `!` marks what is outside the plausible band.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

from dcsim.grid.authorities import AUTHORITIES_FILE, Authority, known_authorities
from dcsim.grid.reference.year import reference_year
from dcsim.scenario.spec import Grid
from dcsim.traces.bands import short
from dcsim.traces.own_supply import FUELS, capacity_factor
from dcsim.traces.yields import band_at

HOURS = 8760
MWH_PER_GWH = 1000.0

Row = tuple[str, ...]
HEAD: Row = ("BA", "fuel", "before", "after", "published", "band", "basis")


def rows(before: pd.DataFrame) -> Iterator[Row]:
    """Yield a row of text for each authority and fuel with a fleet or a published yield.

    Args:
        before: A registry, indexed by code.
    """
    for code, authority in known_authorities().items():
        means = _means(authority)
        for fuel in FUELS:
            published = authority.fleet_yield(fuel)
            if published is None and not means[fuel]:
                continue
            band = band_at(authority, fuel)
            yield (
                code,
                fuel,
                _marked(_before(before, code, fuel), band.holds),
                _marked(means[fuel], band.holds),
                "" if published is None else short(published.yield_frac),
                str(band),
                "" if published is None else published.basis,
            )


def _means(authority: Authority) -> dict[str, float]:
    """Return the mean capacity factor of each fleet in its reference year; 0 without a fleet."""
    if not authority.gen_total_gwh:
        return dict.fromkeys(FUELS, 0.0)
    year = reference_year(authority, 0)
    grid = Grid(id=f"{authority.ba_code}:reference")
    return {fuel: float(capacity_factor(year.table[fuel], year, grid)[0].mean()) for fuel in FUELS}


def _before(registry: pd.DataFrame, code: str, fuel: str) -> float:
    nameplate_mw = registry.at[code, f"{fuel}_nameplate_mw"]
    energy_mwh = registry.at[code, f"gen_{fuel}_gwh"] * MWH_PER_GWH
    return float(energy_mwh / (nameplate_mw * HOURS)) if nameplate_mw > 0 else 0.0


def _marked(yield_frac: float, holds: Callable[[float], bool]) -> str:
    if not yield_frac:
        return "-"
    return short(yield_frac) + ("" if holds(yield_frac) else " !")


def as_text(table: list[Row]) -> str:
    """Return rows as text in columns."""
    widths = [max(len(row[i]) for row in table) for i in range(len(HEAD))]
    lines = ("  ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) for row in table)
    return "\n".join(line.rstrip() for line in lines)


if __name__ == "__main__":
    shipped = Path(__file__).parent.parent / AUTHORITIES_FILE
    older = pd.read_csv(sys.argv[1] if len(sys.argv) > 1 else shipped, index_col="ba_code")
    sys.stdout.write(as_text([HEAD, *rows(older)]) + "\n")
