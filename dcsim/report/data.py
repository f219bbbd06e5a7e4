"""What is in a run folder: everything a study found out, as plain data and tables.

    scenario.yaml      the scenario as resolved
    metadata.json      status, versions, seed, data sources with hashes, seconds
    summary.json       each strategy's design, ledger, scores, certificate; the replay's agreement,
                       what the design costs without foresight; answers and near-optimal plans
    traces.parquet     what the world does, hourly
    hourly.parquet     the plan's dispatch: the energy table
    simulated.parquet  the replay: the same columns
    events.csv         what went out of the ordinary in the replay
    ledger.csv         rows of scope, source, kg for each strategy
    cost.csv           rows of scope, source, usd for each strategy
    years/<name>/      traces, hourly, simulated and events of each planned year after the first
    figures/, report.html

Seconds stand in metadata.json alone: all other files are the same bytes for the same inputs.
"""

import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from dcsim.footprint.accounts import Footprint
from dcsim.report.folder import LAYOUT, METADATA, SCENARIO, SUMMARY, YEARS, as_json
from dcsim.report.study import Alternative, Outcome, Study, YearRun
from dcsim.scenario.yaml12 import to_yaml


def write_data(study: Study, folder: Path, seconds: Mapping[str, float]) -> None:
    """Write a study's data into an existing folder; figures and report are written by others."""
    (folder / SCENARIO).write_text(scenario_yaml(study), encoding="utf-8")
    (folder / SUMMARY).write_text(as_json(summary(study)), encoding="utf-8")
    (folder / METADATA).write_text(as_json(metadata(study, seconds)), encoding="utf-8")
    ledger(study).to_csv(folder / "ledger.csv", index=False)
    cost(study).to_csv(folder / "cost.csv", index=False)
    for number, run in enumerate(study.years):
        write_year(run, folder_of_year(folder, study, number))


def folder_of_year(folder: Path, study: Study, year: int) -> Path:
    """Return where a year's tables are: those of the first in the run folder itself."""
    return folder / YEARS / study.years[year].traces.name if year else folder


def write_year(run: YearRun, folder: Path) -> None:
    """Write the hourly tables of one planned year."""
    folder.mkdir(parents=True, exist_ok=True)
    run.traces.table.to_parquet(folder / "traces.parquet")
    run.dispatch.to_parquet(folder / "hourly.parquet")
    run.replay.energy.to_parquet(folder / "simulated.parquet")
    run.replay.events.to_csv(folder / "events.csv", index=False)


def scenario_yaml(study: Study) -> str:
    """Return the resolved scenario as YAML.

    Under a preset, what is null is said, for the preset would fill what is not.
    """
    has_presets = study.scenario.compat is not None
    return to_yaml(study.scenario.model_dump(mode="json", exclude_none=not has_presets))


def ledger(study: Study) -> pd.DataFrame:
    """Return the carbon ledgers of all strategies as one table: strategy, scope, source, kg."""
    tables = [
        outcome.footprint.ledger.as_frame().assign(strategy=outcome.strategy)
        for outcome in study.outcomes
    ]
    return pd.concat(tables)[["strategy", "scope", "source", "kg"]]


def cost(study: Study) -> pd.DataFrame:
    """Return the cost ledgers of all strategies as one table: strategy, scope, source, usd."""
    tables = [
        outcome.footprint.cost.as_frame().assign(strategy=outcome.strategy)
        for outcome in study.outcomes
    ]
    return pd.concat(tables)[["strategy", "scope", "source", "usd"]]


def summary(study: Study) -> dict[str, Any]:
    """Return the figures of a study as plain data: no times of the clock, no seconds."""
    return {
        "name": study.scenario.name,
        "chosen": study.chosen.strategy,
        "hours": study.horizon_hours,
        "years": [_year(run) for run in study.years],
        "outcomes": [_outcome(outcome) for outcome in study.outcomes],
        "infeasible": dict(study.infeasible),
        "answers": study.answers and asdict(study.answers),
        "alternatives": [_alternative(found) for found in study.alternatives],
        "without_foresight": _footprint(study.without_foresight),
        "replay": {
            "policy": study.replay.policy,
            "total_kg": study.replay_footprint.total_kg,
            "cost_usd": study.replay_footprint.cost_usd,
            "events": sum(len(run.replay.events) for run in study.years),
            **asdict(study.agreement),
        },
    }


def _year(run: YearRun) -> dict[str, Any]:
    return {"name": run.traces.name, "weight": run.traces.weight, "hours": run.traces.hours}


def _outcome(outcome: Outcome) -> dict[str, Any]:
    return {
        "strategy": outcome.strategy,
        "design": outcome.design.as_dict(),
        **_footprint(outcome.footprint),
        "by_year": [_footprint(footprint) for footprint in outcome.by_year],
        "certificate": outcome.certificate and asdict(outcome.certificate),
        "shadow_prices": dict(outcome.shadow_prices),
        "binding_hours": dict(outcome.binding_hours),
    }


def _alternative(found: Alternative) -> dict[str, Any]:
    return {
        "aim": found.aim,
        "tolerance_frac": found.tolerance_frac,
        "design": found.design.as_dict(),
        **_footprint(found.footprint),
    }


def _footprint(footprint: Footprint) -> dict[str, Any]:
    return {
        "total_kg": footprint.total_kg,
        "cost_usd": footprint.cost_usd,
        "ledger": [asdict(row) for row in footprint.ledger.rows],
        "cost": [asdict(row) for row in footprint.cost.rows],
        "scores": asdict(footprint.scores),
    }


def metadata(study: Study, seconds: Mapping[str, float]) -> dict[str, Any]:
    """Return where a study came from: versions, seed, sources; and how long it took [s]."""
    return {
        "status": "completed",
        "layout": LAYOUT,
        "name": study.scenario.name,
        "seed": study.scenario.seed,
        "sources": [
            {"year": run.traces.name, **asdict(source)}
            for run in study.years
            for source in run.traces.sources
        ],
        "yields": [
            {"year": run.traces.name, **asdict(found)}
            for run in study.years
            for found in run.traces.yields
        ],
        "python": sys.version.split()[0],
        "versions": dict(study.versions),
        "seconds": dict(seconds),
    }
