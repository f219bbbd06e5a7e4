"""dcsim plans a datacenter's solar, wind, battery and spare servers, and replays the plan.

The public names, by what they are for; they load on first use, so that `import dcsim` stays light.

- **What is asked**: `load_scenario` gives a `Scenario` from a file or by a shipped name.
- **The grid**: `known_authorities`, `authority_named` and `Authority` are the US balancing
  authorities; `import_files` and `fetch_year` bring their records, `load_grid` gives a
  `GridGeneration` of what a `Grid` of a scenario names, `trace_year` traces all of a year over
  their interchange, and `hourly_carbon` is what a MWh of a grid carries.
- **Plan**: `build_traces` gives the `Traces` of a scenario, `best_plan` the `Plan` with its
  `Design`; `run_scenario` does both, replays and accounts.
- **Simulate**: `replay` runs a design under a policy, hour by hour, to a `SimulationResult`.
- **Account**: `account` gives the `Footprint` of what ran.
- **Report**: a `Study` is what a run found; `plan_to_folder` writes one with its report, and
  `read_study` opens it again.
- **Errors**: all are a `DcsimError`: `ScenarioError`, `DataError`, `OutputError`, `SolveError` and
  `SimulationError`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dcsim.errors import (
        DataError,
        DcsimError,
        OutputError,
        ScenarioError,
        SimulationError,
        SolveError,
    )
    from dcsim.footprint.accounts import Footprint, account
    from dcsim.grid.accounts import hourly_carbon
    from dcsim.grid.authorities import Authority, authority_named, known_authorities
    from dcsim.grid.generation import GridGeneration
    from dcsim.grid.store.fetching import fetch_year
    from dcsim.grid.store.grids import load_grid
    from dcsim.grid.store.importing import import_files
    from dcsim.optimize.plan import Design, Plan
    from dcsim.optimize.solve import optimize as best_plan
    from dcsim.report.grid_report import trace_year
    from dcsim.report.reopen import read_study
    from dcsim.report.study import Study
    from dcsim.run import plan_to_folder, run_scenario
    from dcsim.scenario.load import load_scenario
    from dcsim.scenario.spec import Grid, Scenario
    from dcsim.simulate.engine import simulate as replay
    from dcsim.simulate.meter import SimulationResult
    from dcsim.traces.frame import Traces, build_traces

_HOME = {
    "Authority": "dcsim.grid.authorities",
    "DataError": "dcsim.errors",
    "DcsimError": "dcsim.errors",
    "Design": "dcsim.optimize.plan",
    "Footprint": "dcsim.footprint.accounts",
    "Grid": "dcsim.scenario.spec",
    "GridGeneration": "dcsim.grid.generation",
    "OutputError": "dcsim.errors",
    "Plan": "dcsim.optimize.plan",
    "Scenario": "dcsim.scenario.spec",
    "ScenarioError": "dcsim.errors",
    "SimulationError": "dcsim.errors",
    "SimulationResult": "dcsim.simulate.meter",
    "SolveError": "dcsim.errors",
    "Study": "dcsim.report.study",
    "Traces": "dcsim.traces.frame",
    "account": "dcsim.footprint.accounts",
    "authority_named": "dcsim.grid.authorities",
    "best_plan": "dcsim.optimize.solve:optimize",
    "build_traces": "dcsim.traces.frame",
    "fetch_year": "dcsim.grid.store.fetching",
    "hourly_carbon": "dcsim.grid.accounts",
    "import_files": "dcsim.grid.store.importing",
    "known_authorities": "dcsim.grid.authorities",
    "load_grid": "dcsim.grid.store.grids",
    "load_scenario": "dcsim.scenario.load",
    "plan_to_folder": "dcsim.run",
    "read_study": "dcsim.report.reopen",
    "replay": "dcsim.simulate.engine:simulate",
    "run_scenario": "dcsim.run",
    "trace_year": "dcsim.report.grid_report",
}
"""Where each public name lives; after a colon its name there, where a room has that name here."""

__all__ = [
    "Authority",
    "DataError",
    "DcsimError",
    "Design",
    "Footprint",
    "Grid",
    "GridGeneration",
    "OutputError",
    "Plan",
    "Scenario",
    "ScenarioError",
    "SimulationError",
    "SimulationResult",
    "SolveError",
    "Study",
    "Traces",
    "account",
    "authority_named",
    "best_plan",
    "build_traces",
    "fetch_year",
    "hourly_carbon",
    "import_files",
    "known_authorities",
    "load_grid",
    "load_scenario",
    "plan_to_folder",
    "read_study",
    "replay",
    "run_scenario",
    "trace_year",
]


def __getattr__(name: str) -> Any:
    """Load a public name on first use, and keep it."""
    if name not in _HOME:
        raise AttributeError(f"module 'dcsim' has no attribute {name!r}")
    home, _, there = _HOME[name].partition(":")
    globals()[name] = getattr(import_module(home), there or name)
    return globals()[name]
