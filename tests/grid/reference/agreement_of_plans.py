"""The optimum on the reference year against the optimum on the real year, per authority.

The datacenter is the quickstart's: 40 MW, a fifth of its work may wait four hours and a fifth a
day; strategy `all`. `regret` is how much worse than the real optimum the design that was planned
on the reference year does in the real year, run as well as it can be: what trusting it would cost.
"""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from dcsim.grid.authorities import known_authorities
from dcsim.grid.generation import FUELS
from dcsim.optimize.plan import Design, Plan
from dcsim.optimize.solve import optimize
from dcsim.scenario.load import load_scenario
from dcsim.traces.frame import build_traces
from grids.tools.collection import HOURLY_BAS, Collection

REAL_YEAR = 2022


@dataclass(frozen=True)
class Pair:
    """Plans of one authority on both years, and the real year's with the reference's design."""

    ba_code: str
    real: Plan
    reference: Plan
    reference_design_in_real_year: Plan

    @property
    def total_ratio(self) -> float:
        """Return the total on the reference year over that on the real one [-]."""
        return total_kg(self.reference) / total_kg(self.real)

    @property
    def regret_frac(self) -> float:
        """Return how much worse the reference's design is in the real year [-]."""
        return total_kg(self.reference_design_in_real_year) / total_kg(self.real) - 1


def total_kg(plan: Plan) -> float:
    """Return total carbon over the year [kg CO2e]."""
    return plan.certificate.objective_kg


def planned(overrides: list[str]) -> Plan:
    """Return the quickstart's optimum on another grid."""
    scenario = load_scenario("quickstart", ["grid.id=null", *overrides])
    return optimize(scenario, build_traces(scenario), "all")


def real_grid(collection: Collection, code: str, folder: Path) -> list[str]:
    """Write a real year as a plain table; return the overrides that name it and its yields.

    Yields are those of the reference year, so that the hours alone differ.
    """
    table = collection.generation(code, REAL_YEAR)[list(FUELS)].add_suffix("_mw")
    path = folder / f"{code}.csv"
    table.rename_axis("utc_hour_beginning").to_csv(path)
    yields = []
    for fuel in ("solar", "wind"):
        published = known_authorities()[code].fleet_yield(fuel)
        if published is not None and table[f"{fuel}_mw"].any():
            yields.append(f"{fuel}.yield_frac={published.yield_frac}")
    return [f"grid.file={path}", *yields]


def fixed(design: Design) -> list[str]:
    """Return the overrides that let nothing else be built."""
    mwh, mw = round(design.battery_mwh, 3), round(design.battery_mw, 3)
    sizes = {
        "solar": ("mw", design.solar_mw),
        "wind": ("mw", design.wind_mw),
        "servers": ("mw", design.extra_server_mw),
    }
    overrides = [
        f"{name}.{end}_{unit}={round(size, 3)}"
        for name, (unit, size) in sizes.items()
        for end in ("min", "max")
    ]
    battery = [
        f"battery.{end}_{unit}={size}"
        for end in ("min", "max")
        for unit, size in (("mwh", mwh), ("mw", min(mw, mwh)))
    ]
    return overrides + battery


def pairs(collection: Collection, codes: tuple[str, ...] = HOURLY_BAS) -> list[Pair]:
    """Return the plans of each authority; three solves each."""
    found = []
    with tempfile.TemporaryDirectory() as name:
        for code in codes:
            grid = real_grid(collection, code, Path(name))
            reference = planned([f"grid.id={code}:reference"])
            found.append(
                Pair(code, planned(grid), reference, planned([*grid, *fixed(reference.design)]))
            )
    return found


def plans_as_table(collection: Collection) -> str:
    """Return the plans for people: two lines each, and what trusting the reference would cost."""
    header = (
        f"{'BA':5}{'year':11}{'total t':>9}{'solar':>8}{'wind':>8}{'MWh':>8}{'MW':>7}{'servers':>9}"
    )
    lines = [header]
    for pair in pairs(collection):
        for year, plan in (("real", pair.real), ("reference", pair.reference)):
            d = plan.design
            lines.append(
                f"{pair.ba_code:5}{year:11}{total_kg(plan) / 1000:9,.0f}{d.solar_mw:8.1f}"
                f"{d.wind_mw:8.1f}{d.battery_mwh:8.1f}{d.battery_mw:7.1f}{d.extra_server_mw:9.1f}"
            )
        said = f"total {pair.total_ratio - 1:+.1%}; the reference's design in the real year "
        lines.append(f"{'':5}{said}is {pair.regret_frac:.1%} worse than its optimum")
    return "\n".join(lines)
