"""A run folder back to the `Study` it was written from."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from dcsim.errors import DataError, DcsimError
from dcsim.footprint.accounts import Footprint, account
from dcsim.footprint.ledger import CostLedger, CostRow, Ledger, Row
from dcsim.footprint.scores import Scores
from dcsim.grid.generation import Repair, Source
from dcsim.optimize.plan import Certificate, Design, energy_columns
from dcsim.report.folder import METADATA, SCENARIO, SUMMARY, is_run
from dcsim.report.study import STRATEGY_LABELS, Agreement, Outcome, Study
from dcsim.scenario.load import load_scenario
from dcsim.simulate.meter import SimulationResult
from dcsim.traces.frame import Traces, local_day_numbers


def read_study(folder: Path) -> Study:
    """Read a run folder.

    Raises:
        DataError: The folder is no run of dcsim, or a file in it is missing or damaged.
    """
    try:
        if not is_run(folder):
            raise DataError(f"{folder}: is no run of dcsim")
        return _read(folder)
    except DcsimError:
        raise
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise DataError(f"{folder}: is damaged: {type(error).__name__}: {error}") from error


def _read(folder: Path) -> Study:
    scenario = load_scenario(folder / SCENARIO)
    meta = json.loads((folder / METADATA).read_text(encoding="utf-8"))
    found = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    table = pd.read_parquet(folder / "traces.parquet")
    days = local_day_numbers(pd.DatetimeIndex(table.index), scenario.datacenter.time_zone)
    traces = Traces(table, days, tuple(_source(entry) for entry in meta["sources"]))
    outcomes = tuple(_outcome(entry) for entry in found["outcomes"])
    columns = energy_columns(scenario.datacenter.flexible)
    energy = _energy(folder / "simulated.parquet", traces, columns)
    events = pd.read_csv(folder / "events.csv", parse_dates=["time"])
    replay = SimulationResult(found["replay"]["policy"], energy, events, meta["seed"])
    return Study(
        scenario=scenario,
        traces=traces,
        outcomes=outcomes,
        dispatch=_energy(folder / "hourly.parquet", traces, columns),
        replay=replay,
        replay_footprint=account(scenario, traces, outcomes[-1].design, energy),
        agreement=Agreement(
            **{name: found["replay"][name] for name in Agreement.__dataclass_fields__}
        ),
    )


def _energy(path: Path, traces: Traces, columns: list[str]) -> pd.DataFrame:
    """Read an energy table and refuse one that is not of these hours and columns."""
    energy = pd.read_parquet(path)
    if list(energy.columns) != columns or not energy.index.equals(traces.table.index):
        raise DataError(f"{path}: is not the energy table of this run: other hours or columns")
    return energy


def _source(entry: dict[str, Any]) -> Source:
    repairs = tuple(Repair(**repair) for repair in entry["repairs"])
    return Source(**{**entry, "repairs": repairs})


def _outcome(entry: dict[str, Any]) -> Outcome:
    ledger = Ledger(tuple(Row(**row) for row in entry["ledger"]))
    cost = CostLedger(tuple(CostRow(**row) for row in entry["cost"]))
    certificate = entry["certificate"]
    if entry["strategy"] not in STRATEGY_LABELS:
        raise DataError(f"{SUMMARY}: there is no strategy {entry['strategy']!r}")
    return Outcome(
        strategy=entry["strategy"],
        design=Design(**entry["design"]),
        footprint=Footprint(ledger, Scores(**entry["scores"]), cost),
        certificate=Certificate(**certificate) if certificate else None,
        shadow_prices_kg=entry["shadow_prices_kg"],
    )
