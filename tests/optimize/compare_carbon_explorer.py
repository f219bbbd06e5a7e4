"""Carbon Explorer and dcsim: `python -m tests.optimize.compare_carbon_explorer FOLDER`.

FOLDER holds `<BA>_2022_ce_columns.csv.gz` of the four sites. Carbon Explorer's best totals are of
running its own code on these years; its sweep of all options took 57 to 113 hours for each site.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from dcsim.footprint.accounts import account
from dcsim.optimize.plan import Plan
from dcsim.optimize.solve import optimize
from dcsim.scenario.load import load_scenario
from dcsim.scenario.rates import RATES
from dcsim.scenario.spec import STRATEGIES, Battery, Embodied, Scenario, Strategy
from dcsim.traces.frame import Traces, build_traces
from tests.optimize.carbon_explorer import KG_PER_KT, YEARS

MEAN_MW = {"BPAT": 70, "SOCO": 50, "CISO": 30, "ERCO": 50}
"""The sites: mean load on each grid [MW]."""

THEIR_BEST_KT: dict[str, tuple[float, ...]] = {
    "BPAT": (222.36, 222.36, 205.97, 222.34),
    "SOCO": (1276.77, 549.19, 921.61, 548.99),
    "CISO": (145.22, 131.63, 125.45, 131.63),
    "ERCO": (217.08, 183.32, 174.00, 183.32),
}
"""Best totals of Carbon Explorer's sweeps, by strategy, over ten years [kt CO2]."""

JOINT_LP_KT: dict[str, tuple[float, ...]] = {
    "BPAT": (222.04, 222.03, 205.97, 205.97),
    "SOCO": (1276.50, 548.15, 920.99, 516.45),
    "CISO": (141.77, 130.66, 123.26, 120.91),
    "ERCO": (209.37, 183.32, 172.91, 167.37),
}
"""Optima of a plain linear program under the same accounting, before dcsim had its own [kt CO2].

Its battery has no rate limits beyond 1C, and it charges servers on all of the room they make.
"""


@dataclass(frozen=True)
class Case:
    """A site of 2022 under some accounting."""

    scenario: Scenario
    traces: Traces

    def plan(self, strategy: Strategy) -> Plan:
        """Return the optimum of a strategy."""
        return optimize(self.scenario, self.traces, strategy)

    def ten_years_kt(self, plan: Plan) -> float:
        """Return a plan's total by the ledger, for ten years of 8,760 h [kt CO2e]."""
        ledger = account(self.scenario, self.traces, plan.design, plan.dispatch).ledger
        return ledger.total_kg() * YEARS / KG_PER_KT


def file_of(folder: Path, code: str) -> Path:
    return folder / f"{code}_2022_ce_columns.csv.gz"


def as_carbon_explorer(folder: Path, code: str) -> Scenario:
    return load_scenario(f"compare-{code.lower()}", grid_file=file_of(folder, code))


def with_true_servers(scenario: Scenario) -> Scenario:
    """Count servers at what Carbon Explorer's input makes: 1,000 times its figure."""
    true_kg_per_mw = RATES["servers_kg_per_mw"].mid
    embodied = scenario.embodied.model_copy(update={"servers_kg_per_mw": true_kg_per_mw})
    return scenario.model_copy(update={"embodied": embodied})


def as_dcsim(scenario: Scenario) -> Scenario:
    """Leave the site, its load and its flexible work; take dcsim's accounts and battery."""
    grid = scenario.grid.model_copy(update={"account": "average"})
    update = {"grid": grid, "embodied": Embodied(), "battery": Battery(), "compat": None}
    return scenario.model_copy(update=update)


def case_of(scenario: Scenario) -> Case:
    return Case(scenario, build_traces(scenario))


def totals_kt(scenario: Scenario) -> dict[Strategy, float]:
    case = case_of(scenario)
    return {strategy: case.ten_years_kt(case.plan(strategy)) for strategy in STRATEGIES}


HEAD = (
    "site        strategy             Carbon Explorer    dcsim    ratio  true servers  own accounts"
)


def lines(folder: Path, code: str) -> list[str]:
    """Return a site's lines of the table."""
    scenario = as_carbon_explorer(folder, code)
    ours = totals_kt(scenario)
    true_servers, own = totals_kt(with_true_servers(scenario)), totals_kt(as_dcsim(scenario))
    site = f"{code} {MEAN_MW[code]} MW"
    return [
        f"{site:<11} {strategy:<20} {theirs_kt:15.2f} {ours[strategy]:8.2f} "
        f"{ours[strategy] / theirs_kt:8.4f} {true_servers[strategy]:13.2f} {own[strategy]:13.2f}"
        for strategy, theirs_kt in zip(STRATEGIES, THEIR_BEST_KT[code], strict=True)
    ]


def main(folder: Path) -> None:
    print("kt CO2 over ten years, 2022; 'dcsim' under Carbon Explorer's accounting")
    print(HEAD)
    for code in MEAN_MW:
        print("\n".join(lines(folder, code)), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
