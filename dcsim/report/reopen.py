"""A run folder back to the `Study` it was written from."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from dcsim.errors import DataError, DcsimError
from dcsim.footprint.accounts import Footprint, account_years
from dcsim.footprint.ledger import CostLedger, CostRow, Ledger, Row
from dcsim.footprint.scores import Scores
from dcsim.grid.generation import Repair, Source
from dcsim.optimize.findings import Answers, BreakEven, DeadlineWorth, NearRange
from dcsim.optimize.plan import Certificate, Design, energy_columns
from dcsim.report.folder import LAYOUT, METADATA, SCENARIO, SUMMARY, YEARS, is_run
from dcsim.report.study import STRATEGY_LABELS, Agreement, Alternative, Outcome, Study, YearRun
from dcsim.scenario.load import load_scenario
from dcsim.scenario.spec import Scenario
from dcsim.simulate.meter import SimulationResult
from dcsim.traces.frame import Traces, local_day_numbers
from dcsim.traces.yields import PlantYield


def read_study(folder: Path) -> Study:
    """Read a run folder.

    Raises:
        DataError: The folder is no run of dcsim, is one of another version, or a file in it is
            missing or damaged.
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
    meta = json.loads((folder / METADATA).read_text(encoding="utf-8"))
    _refuse_other_layout(folder, meta)
    scenario = load_scenario(folder / SCENARIO)
    found = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    _refuse_other_years(scenario, [year["name"] for year in found["years"]])
    places = [folder, *(folder / YEARS / year["name"] for year in found["years"][1:])]
    policy = found["replay"]["policy"]
    runs = tuple(
        _year_run(place, scenario, year, meta, policy)
        for place, year in zip(places, found["years"], strict=True)
    )
    outcomes = tuple(_outcome(entry) for entry in found["outcomes"])
    years, energies = [run.traces for run in runs], [run.replay.energy for run in runs]
    return Study(
        scenario=scenario,
        years=runs,
        outcomes=outcomes,
        replay_footprint=account_years(scenario, years, outcomes[-1].design, energies),
        without_foresight=_footprint(found["without_foresight"]),
        agreement=Agreement(
            **{name: found["replay"][name] for name in Agreement.__dataclass_fields__}
        ),
        infeasible=found["infeasible"],
        answers=_answers(found["answers"]),
        alternatives=tuple(_alternative(entry) for entry in found["alternatives"]),
        versions=meta["versions"],
    )


def _refuse_other_layout(folder: Path, meta: dict[str, Any]) -> None:
    """Refuse a run that is whole, and written by a version of dcsim that laid it out otherwise."""
    layout = meta.get("layout", 1)
    if layout != LAYOUT:
        raise DataError(
            f"{folder}: was written by another version of dcsim, {meta['versions']['dcsim']} "
            f"(layout {layout}; this one reads {LAYOUT}); plan {SCENARIO} in it again"
        )


def _refuse_other_years(scenario: Scenario, names: list[str]) -> None:
    """Refuse years that are not the scenario's: their names are those of folders."""
    asked = [year.name for year in scenario.planned_years] or [""]
    if names != asked:
        raise DataError(f"{SUMMARY}: has the years {names}, and {SCENARIO} {asked}")


def _year_run(
    folder: Path,
    scenario: Scenario,
    year: dict[str, Any],
    meta: dict[str, Any],
    policy: str,
) -> YearRun:
    table = _hourly(folder / "traces.parquet")
    days = local_day_numbers(pd.DatetimeIndex(table.index), scenario.datacenter.time_zone)
    name = year["name"]
    origins = tuple(_source(entry) for entry in meta["sources"] if entry["year"] == name)
    yields = tuple(_yield(entry) for entry in meta["yields"] if entry["year"] == name)
    traces = Traces(table, days, origins, name, year["weight"], yields)
    columns = energy_columns(scenario.datacenter.flexible)
    energy = _energy(folder / "simulated.parquet", traces, columns)
    events = pd.read_csv(folder / "events.csv", parse_dates=["time"])
    replay = SimulationResult(policy, energy, events, scenario.seed)
    return YearRun(traces, _energy(folder / "hourly.parquet", traces, columns), replay)


def _energy(path: Path, traces: Traces, columns: list[str]) -> pd.DataFrame:
    """Read an energy table and refuse one that is not of these hours and columns."""
    energy = _hourly(path)
    if list(energy.columns) != columns or not energy.index.equals(traces.table.index):
        raise DataError(f"{path}: is not the energy table of this run: other hours or columns")
    return energy


def _hourly(path: Path) -> pd.DataFrame:
    """Read an hourly table; Parquet keeps stamps to the millisecond, dcsim to the second."""
    table = pd.read_parquet(path)
    return table.set_axis(pd.DatetimeIndex(table.index).as_unit("s"))


def _source(entry: dict[str, Any]) -> Source:
    told = {name: entry[name] for name in Source.__dataclass_fields__}
    repairs = tuple(Repair(**repair) for repair in entry["repairs"])
    return Source(**told | {"repairs": repairs, "warnings": tuple(entry["warnings"])})


def _yield(entry: dict[str, Any]) -> PlantYield:
    return PlantYield(**{name: entry[name] for name in PlantYield.__dataclass_fields__})


def _outcome(entry: dict[str, Any]) -> Outcome:
    certificate = entry["certificate"]
    if entry["strategy"] not in STRATEGY_LABELS:
        raise DataError(f"{SUMMARY}: there is no strategy {entry['strategy']!r}")
    return Outcome(
        strategy=entry["strategy"],
        design=Design(**entry["design"]),
        footprint=_footprint(entry),
        certificate=Certificate(**certificate) if certificate else None,
        shadow_prices=entry["shadow_prices"],
        binding_hours=entry["binding_hours"],
        by_year=tuple(_footprint(of_year) for of_year in entry["by_year"]),
    )


def _alternative(entry: dict[str, Any]) -> Alternative:
    return Alternative(
        aim=entry["aim"],
        tolerance_frac=entry["tolerance_frac"],
        design=Design(**entry["design"]),
        footprint=_footprint(entry),
    )


def _footprint(entry: dict[str, Any]) -> Footprint:
    return Footprint(
        Ledger(tuple(Row(**row) for row in entry["ledger"])),
        Scores(**entry["scores"]),
        CostLedger(tuple(CostRow(**row) for row in entry["cost"])),
    )


def _answers(entry: dict[str, Any] | None) -> Answers | None:
    if entry is None:
        return None
    return Answers(
        tuple(NearRange(**found) for found in entry["ranges"]),
        tuple(BreakEven(**found) for found in entry["break_evens"]),
        tuple(DeadlineWorth(**found) for found in entry["deadlines"]),
    )
