"""The run folder: everything a study found out, on disk; whole or not there at all.

    scenario.yaml      the scenario as resolved
    metadata.json      status, versions, seed, data sources with hashes, seconds
    summary.json       each strategy's design, ledger, scores, certificate; the replay's agreement
    traces.parquet     what the world does, hourly
    hourly.parquet     the plan's dispatch: the energy table
    simulated.parquet  the replay: the same columns
    events.csv         what went out of the ordinary in the replay
    ledger.csv         rows of scope, source, kg for each strategy
    figures/, report.html

Everything is written to a temporary folder beside the target, which is renamed when whole; an
older run of the same name is replaced only then. Seconds stand in metadata.json alone: all other
files are the same bytes for the same inputs.
"""

import io
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from dcsim.errors import OutputError
from dcsim.report.study import Study
from dcsim.scenario.document import to_yaml

METADATA = "metadata.json"
SCENARIO = "scenario.yaml"
SUMMARY = "summary.json"

_PACKAGES = ("dcsim", "highspy", "numpy", "pandas", "pyomo", "pvlib", "simpy")


@contextmanager
def fresh_folder(target: Path) -> Iterator[Path]:
    """Give a temporary folder that takes the target's place when the block ends well.

    If the block fails or is interrupted, the temporary folder goes and the target stays as it
    was. A target that exists must be an older run.

    Raises:
        OutputError: The target is no run folder, or cannot be written.
    """
    _refuse_foreign(target)
    is_new_parent = not target.parent.exists()
    with _explained(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        working = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        working.chmod(0o755)
    try:
        with _explained(target):
            yield working
            _swap(working, target)
    finally:
        shutil.rmtree(working, ignore_errors=True)
        if is_new_parent:
            with suppress(OSError):  # It holds the run, unless the run failed.
                target.parent.rmdir()


def _refuse_foreign(target: Path) -> None:
    if not target.exists() or (target.is_dir() and not any(target.iterdir())):
        return
    if not (target / METADATA).is_file():
        raise OutputError(
            f"{target}: exists and is not a run of dcsim (no {METADATA} in it); give another --out"
        )


@contextmanager
def _explained(target: Path) -> Iterator[None]:
    """Turn what the operating system says into one clear error."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(f"{target}: cannot be written: {reason}; nothing was changed") from error


def _swap(working: Path, target: Path) -> None:
    """Put a whole folder in the place of an older one, which goes only after that."""
    if not target.exists():
        working.rename(target)
        return
    older = Path(tempfile.mkdtemp(prefix=f".{target.name}.old.", dir=target.parent))
    target.rename(older / target.name)
    try:
        working.rename(target)
    except OSError:
        (older / target.name).rename(target)
        raise
    finally:
        shutil.rmtree(older, ignore_errors=True)


def write_file(path: Path, data: bytes) -> None:
    """Write a file whole: to a temporary name first, then renamed.

    Raises:
        OutputError: It cannot be written.
    """
    with _explained(path):
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            Path(name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise


def write_parquet(table: pd.DataFrame, path: Path) -> None:
    """Write a table as Parquet, whole or not at all.

    Raises:
        OutputError: It cannot be written.
    """
    buffer = io.BytesIO()
    table.to_parquet(buffer)
    write_file(path, buffer.getvalue())


def write_data(study: Study, folder: Path, seconds: Mapping[str, float]) -> None:
    """Write a study's data into an existing folder; figures and report are written by others."""
    (folder / SCENARIO).write_text(scenario_yaml(study), encoding="utf-8")
    (folder / SUMMARY).write_text(_json(summary(study)), encoding="utf-8")
    (folder / METADATA).write_text(_json(metadata(study, seconds)), encoding="utf-8")
    study.traces.table.to_parquet(folder / "traces.parquet")
    study.dispatch.to_parquet(folder / "hourly.parquet")
    study.replay.energy.to_parquet(folder / "simulated.parquet")
    study.replay.events.to_csv(folder / "events.csv", index=False)
    ledger(study).to_csv(folder / "ledger.csv", index=False)


def scenario_yaml(study: Study) -> str:
    """Return the resolved scenario as YAML."""
    return to_yaml(study.scenario.model_dump(mode="json", exclude_none=True))


def ledger(study: Study) -> pd.DataFrame:
    """Return the ledgers of all strategies as one table: strategy, scope, source, kg."""
    tables = [
        outcome.footprint.ledger.as_frame().assign(strategy=outcome.strategy)
        for outcome in study.outcomes
    ]
    return pd.concat(tables)[["strategy", "scope", "source", "kg"]]


def summary(study: Study) -> dict[str, Any]:
    """Return the figures of a study as plain data: no times of the clock, no seconds."""
    return {
        "name": study.scenario.name,
        "chosen": study.chosen.strategy,
        "hours": study.traces.hours,
        "outcomes": [
            {
                "strategy": outcome.strategy,
                "design": outcome.design.as_dict(),
                "total_kg": outcome.footprint.total_kg,
                "ledger": [asdict(row) for row in outcome.footprint.ledger.rows],
                "scores": asdict(outcome.footprint.scores),
                "certificate": outcome.certificate and asdict(outcome.certificate),
                "shadow_prices_kg": dict(outcome.shadow_prices_kg),
            }
            for outcome in study.outcomes
        ],
        "replay": {
            "policy": study.replay.policy,
            "total_kg": study.replay_footprint.total_kg,
            "events": len(study.replay.events),
            **asdict(study.agreement),
        },
    }


def metadata(study: Study, seconds: Mapping[str, float]) -> dict[str, Any]:
    """Return where a study came from: versions, seed, sources; and how long it took [s]."""
    return {
        "status": "completed",
        "name": study.scenario.name,
        "seed": study.scenario.seed,
        "sources": [asdict(source) for source in study.traces.sources],
        "python": sys.version.split()[0],
        "versions": {package: version(package) for package in _PACKAGES},
        "seconds": dict(seconds),
    }


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"
