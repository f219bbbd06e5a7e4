"""A run folder back to the `Study` it was written from."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from dcsim.errors import DataError, DcsimError
from dcsim.footprint.accounts import Footprint, account
from dcsim.footprint.ledger import Ledger, Row
from dcsim.footprint.scores import Scores
from dcsim.grid.generation import Repair, Source
from dcsim.optimize.plan import Certificate, Design
from dcsim.report.folder import METADATA, SCENARIO, SUMMARY
from dcsim.report.study import Agreement, Outcome, Study
from dcsim.scenario.load import load_scenario
from dcsim.simulate.meter import SimulationResult
from dcsim.traces.frame import Traces, local_day_numbers


def read_study(folder: Path) -> Study:
    """Read a run folder.

    Raises:
        DataError: The folder is no run of dcsim, or a file in it is missing or damaged.
    """
    if not (folder / METADATA).is_file():
        raise DataError(f"{folder}: is no run of dcsim (no {METADATA} in it)")
    try:
        return _read(folder)
    except DcsimError:
        raise
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{folder}: is damaged: {type(error).__name__}: {error}") from error


def _read(folder: Path) -> Study:
    scenario = load_scenario(folder / SCENARIO)
    meta = json.loads((folder / METADATA).read_text(encoding="utf-8"))
    found = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    table = _table(folder / "traces.parquet")
    days = local_day_numbers(pd.DatetimeIndex(table.index), scenario.datacenter.time_zone)
    traces = Traces(table, days, tuple(_source(entry) for entry in meta["sources"]))
    outcomes = tuple(_outcome(entry) for entry in found["outcomes"])
    energy = _table(folder / "simulated.parquet")
    events = pd.read_csv(folder / "events.csv", parse_dates=["time"])
    replay = SimulationResult(found["replay"]["policy"], energy, events, meta["seed"])
    return Study(
        scenario=scenario,
        traces=traces,
        outcomes=outcomes,
        dispatch=_table(folder / "hourly.parquet"),
        replay=replay,
        replay_footprint=account(scenario, traces, outcomes[-1].design, energy),
        agreement=Agreement(
            **{name: found["replay"][name] for name in Agreement.__dataclass_fields__}
        ),
    )


def _table(path: Path) -> pd.DataFrame:
    return pd.read_parquet(path)


def _source(entry: dict[str, Any]) -> Source:
    repairs = tuple(Repair(**repair) for repair in entry["repairs"])
    return Source(**{**entry, "repairs": repairs})


def _outcome(entry: dict[str, Any]) -> Outcome:
    ledger = Ledger(tuple(Row(**row) for row in entry["ledger"]))
    certificate = entry["certificate"]
    return Outcome(
        strategy=entry["strategy"],
        design=Design(**entry["design"]),
        footprint=Footprint(ledger, Scores(**entry["scores"])),
        certificate=Certificate(**certificate) if certificate else None,
        shadow_prices_kg=entry["shadow_prices_kg"],
    )
