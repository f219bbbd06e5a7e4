"""dcsim plans a datacenter's solar, wind, battery and spare servers, and replays the plan.

The public names, by what they are for; they load on first use, so that `import dcsim` stays light.

- **What is asked**: `load_scenario` gives a `Scenario` from a file or by a shipped name.
- **The grid**: `known_authorities`, `authority_named` and `Authority` are the US balancing
  authorities; `import_files` and `fetch_year` bring their records, `load_grid` gives a
  `GridGeneration` of what a `Grid` of a scenario names, `trace_year` traces all of a year over
  their interchange, and `hourly_carbon` is what a MWh of a grid carries, by one of the sets of
  factors in `factors_table`.
- **Plan**: `build_traces` gives the `Traces` of a scenario, `best_plan` the `Plan` with its
  `Design`; `run_scenario` does both, replays and accounts.
  `trace_front` gives the `Front` of one of the `STRATEGIES`: what it trades.
- **Simulate**: `replay` runs a design under a policy, hour by hour, to a `SimulationResult`;
  `replay_under` runs the design of a `Study` under another policy.
- **Account**: `account` gives the `Footprint` of what ran.
- **Report**: a `Study` is what a run found; `plan_to_folder` writes one with its report, and
  `read_study` opens it again.
- **Facts**: `CHEMISTRIES` are what is known of cells, `cycle_life_at` how many cycles they bear;
  `CARBON_EXPLORER_DIFFERENCES` is what Carbon Explorer does otherwise.
- **Many at once**: `load_batch` reads a study of many scenarios, `run_batch` runs it into a folder
  that loses nothing, and `read_batch` gives the `BatchFindings` so far.
- **Figures**: `study_figures`, `front_figures`, `batch_figures`, `grid_figures` and `grids_map`
  draw what the reports show, each figure with its alternative text; `STYLE`, `COLORS`,
  `FUEL_COLORS`, `STRATEGY_COLORS` and `STRATEGY_LABELS` let figures of your own look alike.
- **Errors**: all are a `DcsimError`: `ScenarioError`, `DataError`, `OutputError`, `SolveError` and
  `SimulationError`.

The rooms, in the order the data flows: `dcsim.scenario`, `dcsim.grid`, `dcsim.traces`,
`dcsim.optimize`, `dcsim.simulate`, `dcsim.footprint`, `dcsim.report`, `dcsim.run` and
`dcsim.fronts`, `dcsim.batch`, `dcsim.cli`; below all of them `dcsim.units`, `dcsim.errors` and
`dcsim.shipped`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dcsim.batch.found import read_batch
    from dcsim.batch.study import load_batch
    from dcsim.batch.work import run_batch
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
    from dcsim.grid.intensity import factors_table
    from dcsim.grid.store.fetching import fetch_year
    from dcsim.grid.store.grids import load_grid
    from dcsim.grid.store.importing import import_files
    from dcsim.optimize.front import Front
    from dcsim.optimize.pareto import trace_front
    from dcsim.optimize.plan import Design, Plan
    from dcsim.optimize.solve import optimize as best_plan
    from dcsim.report.batch import BatchFindings
    from dcsim.report.batch_page import batch_figures
    from dcsim.report.figures import all_figures as study_figures
    from dcsim.report.figures_front import front_figures
    from dcsim.report.grid_report import grid_figures, grids_map, trace_year
    from dcsim.report.reopen import read_study
    from dcsim.report.study import STRATEGY_LABELS, Study
    from dcsim.report.style import COLORS, FUEL_COLORS, STRATEGY_COLORS, STYLE
    from dcsim.run import plan_to_folder, replay_under, run_scenario
    from dcsim.scenario.chemistry import CHEMISTRIES, cycle_life_at
    from dcsim.scenario.compat import DIFFERENCES as CARBON_EXPLORER_DIFFERENCES
    from dcsim.scenario.load import load_scenario
    from dcsim.scenario.spec import STRATEGIES, Grid, Scenario
    from dcsim.simulate.engine import simulate as replay
    from dcsim.simulate.meter import SimulationResult
    from dcsim.traces.frame import Traces, build_traces

_HOME = {
    "Authority": "dcsim.grid.authorities",
    "BatchFindings": "dcsim.report.batch",
    "CARBON_EXPLORER_DIFFERENCES": "dcsim.scenario.compat:DIFFERENCES",
    "CHEMISTRIES": "dcsim.scenario.chemistry",
    "COLORS": "dcsim.report.style",
    "DataError": "dcsim.errors",
    "DcsimError": "dcsim.errors",
    "Design": "dcsim.optimize.plan",
    "FUEL_COLORS": "dcsim.report.style",
    "Footprint": "dcsim.footprint.accounts",
    "Front": "dcsim.optimize.front",
    "Grid": "dcsim.scenario.spec",
    "GridGeneration": "dcsim.grid.generation",
    "OutputError": "dcsim.errors",
    "Plan": "dcsim.optimize.plan",
    "STRATEGIES": "dcsim.scenario.spec",
    "STRATEGY_COLORS": "dcsim.report.style",
    "STRATEGY_LABELS": "dcsim.report.study",
    "STYLE": "dcsim.report.style",
    "Scenario": "dcsim.scenario.spec",
    "ScenarioError": "dcsim.errors",
    "SimulationError": "dcsim.errors",
    "SimulationResult": "dcsim.simulate.meter",
    "SolveError": "dcsim.errors",
    "Study": "dcsim.report.study",
    "Traces": "dcsim.traces.frame",
    "account": "dcsim.footprint.accounts",
    "authority_named": "dcsim.grid.authorities",
    "batch_figures": "dcsim.report.batch_page",
    "best_plan": "dcsim.optimize.solve:optimize",
    "build_traces": "dcsim.traces.frame",
    "cycle_life_at": "dcsim.scenario.chemistry",
    "factors_table": "dcsim.grid.intensity",
    "fetch_year": "dcsim.grid.store.fetching",
    "front_figures": "dcsim.report.figures_front",
    "grid_figures": "dcsim.report.grid_report",
    "grids_map": "dcsim.report.grid_report",
    "hourly_carbon": "dcsim.grid.accounts",
    "import_files": "dcsim.grid.store.importing",
    "known_authorities": "dcsim.grid.authorities",
    "load_batch": "dcsim.batch.study",
    "load_grid": "dcsim.grid.store.grids",
    "load_scenario": "dcsim.scenario.load",
    "plan_to_folder": "dcsim.run",
    "read_batch": "dcsim.batch.found",
    "read_study": "dcsim.report.reopen",
    "replay": "dcsim.simulate.engine:simulate",
    "replay_under": "dcsim.run",
    "run_batch": "dcsim.batch.work",
    "run_scenario": "dcsim.run",
    "study_figures": "dcsim.report.figures:all_figures",
    "trace_front": "dcsim.optimize.pareto",
    "trace_year": "dcsim.report.grid_report",
}
"""Where each public name lives; after a colon its name there, where that would not do here."""

__all__ = [
    "CARBON_EXPLORER_DIFFERENCES",
    "CHEMISTRIES",
    "COLORS",
    "FUEL_COLORS",
    "STRATEGIES",
    "STRATEGY_COLORS",
    "STRATEGY_LABELS",
    "STYLE",
    "Authority",
    "BatchFindings",
    "DataError",
    "DcsimError",
    "Design",
    "Footprint",
    "Front",
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
    "batch_figures",
    "best_plan",
    "build_traces",
    "cycle_life_at",
    "factors_table",
    "fetch_year",
    "front_figures",
    "grid_figures",
    "grids_map",
    "hourly_carbon",
    "import_files",
    "known_authorities",
    "load_batch",
    "load_grid",
    "load_scenario",
    "plan_to_folder",
    "read_batch",
    "read_study",
    "replay",
    "replay_under",
    "run_batch",
    "run_scenario",
    "study_figures",
    "trace_front",
    "trace_year",
]


def __getattr__(name: str) -> Any:
    """Load a public name on first use, and keep it."""
    if name not in _HOME:
        raise AttributeError(f"module 'dcsim' has no attribute {name!r}")
    home, _, there = _HOME[name].partition(":")
    globals()[name] = getattr(import_module(home), there or name)
    return globals()[name]
