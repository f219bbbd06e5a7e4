"""Fronts of a scenario's strategies, on disk: whole or not there at all, and never begun twice.

    front.json     every front: its points with designs and certificates, gaps, where it came from
    front.csv      a row for each point
    figures/, front.html

What has been found is kept in a marked folder beside it after each point, under a key of all that
it follows from, until the folder is whole. No seconds stand in any of the files.
"""

import hashlib
import io
import json
import shutil
import time
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd

from dcsim.errors import InfeasibleError, OutputError, ScenarioError, explained
from dcsim.optimize.boxed import Bases, Basis
from dcsim.optimize.front import FRONT_KINDS, LEAST_POINTS, Front, FrontKind, FrontPoint
from dcsim.optimize.pareto import Traced, trace_front
from dcsim.optimize.plan import Certificate, Design
from dcsim.report.folder import Contents, as_json, fresh_folder, versions, write_file
from dcsim.report.front_page import PAGE, write_front_report
from dcsim.report.prose_basis import warnings_of
from dcsim.report.study import STRATEGY_LABELS
from dcsim.scenario.spec import STRATEGIES, Scenario, Strategy
from dcsim.temporary import is_marked, mark
from dcsim.traces.frame import Traces
from dcsim.traces.years import build_years

JSON_FILE, TABLE_FILE = "front.json", "front.csv"

FRONT = Contents("front", JSON_FILE, {JSON_FILE, TABLE_FILE, PAGE, "figures"})

Progress = Callable[[str, float], None]
"""Called with what is being done and the share of all that is done."""


def _silent(step: str, share: float) -> None:
    """Show no progress."""


@dataclass(frozen=True)
class Fronts:
    """What was found.

    Attributes:
        kind: What is traded.
        fronts: One for each strategy that has plans.
        infeasible: Why the others have none.
        warnings: Of all inputs, each once.
        seconds: How long each front took, in this run; not part of what makes two equal [s].
    """

    kind: FrontKind
    fronts: tuple[Front, ...]
    infeasible: dict[Strategy, str]
    warnings: tuple[str, ...]
    seconds: dict[Strategy, float] = field(compare=False)


def checked_kind(name: str) -> FrontKind:
    """Return a kind of front by its name.

    Raises:
        ScenarioError: There is no such kind.
    """
    for kind in FRONT_KINDS:
        if kind == name:
            return kind
    raise ScenarioError(f"no front is called {name}; there are {' and '.join(FRONT_KINDS)}")


def checked_strategies(names: Sequence[str]) -> tuple[Strategy, ...]:
    """Return strategies by their names, each once, in the order of `STRATEGIES`.

    Raises:
        ScenarioError: There is no such strategy.
    """
    for name in names:
        if name not in get_args(Strategy):
            raise ScenarioError(f"no strategy is called {name}; there are {', '.join(STRATEGIES)}")
    return tuple(strategy for strategy in STRATEGIES if strategy in names)


def fronts_to_folder(
    scenario: Scenario,
    kind: FrontKind,
    points: int,
    folder: Path,
    strategies: Sequence[Strategy] = (),
    progress: Progress = _silent,
) -> Fronts:
    """Find the fronts of a scenario and leave their folder: all of it, or none.

    Stopped and called again with the same, it goes on where it was, to the same bytes.

    Args:
        scenario: What may be built, and the limits.
        kind: Operational against embodied carbon, or cost against total carbon.
        points: How many points a front has; fewer where fewer say all.
        folder: Where the fronts go; older ones there are replaced once the new ones are whole.
        strategies: Whose fronts; the scenario's if left out.
        progress: Told what is being done.

    Raises:
        DcsimError: See `dcsim.errors`; the folder is then as it was before.
    """
    if points < LEAST_POINTS:
        raise ScenarioError(
            f"a front needs {LEAST_POINTS} points at least, the ends and one between; got {points}"
        )
    asked = tuple(strategies) or scenario.strategies
    progress("reading grid and load", 0.0)
    years = build_years(scenario)
    with fresh_folder(folder, contents=FRONT) as working:
        so_far = SoFar(folder, key_of(scenario, years, kind, points))
        found = _trace_all(scenario, years, kind, points, asked, so_far, progress)
        progress("drawing figures and writing the page", 1.0)
        with explained(folder):
            document = as_document(found, scenario, years)
            (working / JSON_FILE).write_text(as_json(document), encoding="utf-8")
            as_table(found.fronts).to_csv(working / TABLE_FILE, index=False)
            write_front_report(found.fronts, scenario, years, working, found.infeasible)
    so_far.forget()
    return found


def _trace_all(
    scenario: Scenario,
    years: Sequence[Traces],
    kind: FrontKind,
    points: int,
    strategies: Sequence[Strategy],
    so_far: "SoFar",
    progress: Progress,
) -> Fronts:
    fronts: list[Front] = []
    infeasible: dict[Strategy, str] = {}
    seconds: dict[Strategy, float] = {}
    for number, strategy in enumerate(strategies):
        label = STRATEGY_LABELS[strategy].lower()

        def keep(traced: tuple[Traced, ...], *, of: Strategy = strategy) -> None:
            so_far.keep(of, traced)
            share = (number + min(len(traced) / points, 1.0)) / len(strategies)  # noqa: B023
            progress(f"{label}: point {len(traced)} of {points}", share)  # noqa: B023

        progress(f"{label}: building the model", number / len(strategies))
        start = time.perf_counter()
        try:
            traced = so_far.traced(strategy)
            fronts.append(trace_front(scenario, years, strategy, kind, points, traced, keep))
        except InfeasibleError as error:
            if strategy == strategies[-1]:
                raise
            infeasible[strategy] = str(error)
        seconds[strategy] = time.perf_counter() - start
    return Fronts(kind, tuple(fronts), infeasible, tuple(warnings_of(years)), seconds)


def key_of(scenario: Scenario, years: Sequence[Traces], kind: FrontKind, points: int) -> str:
    """Return a hash of all that fronts follow from; the strategies are told apart elsewhere."""
    follows_from = {
        "scenario": scenario.model_dump(mode="json"),
        "sources": [[asdict(source) for source in year.sources] for year in years],
        "kind": kind,
        "points": points,
        "versions": versions(),
    }
    return hashlib.sha256(as_json(follows_from).encode()).hexdigest()


class SoFar:
    """The points found so far, in a marked folder beside the folder to be; of another key, none."""

    def __init__(self, folder: Path, key: str) -> None:
        """Read what is there.

        Raises:
            OutputError: Something of that name is there that dcsim did not make.
        """
        target = folder.resolve()
        self._folder = target.parent / f".{target.name}.so-far"
        self._path = self._folder / "points.npz"
        if self._folder.exists() and not is_marked(self._folder, self._folder.name):
            raise OutputError(
                f"{self._folder}: exists and dcsim did not make it; move it away or give another "
                "--out"
            )
        self._key = key
        self._traced = self._read()

    def traced(self, strategy: Strategy) -> tuple[Traced, ...]:
        """Return the points of a strategy, in the order they were found."""
        return self._traced.get(strategy, ())

    def keep(self, strategy: Strategy, traced: tuple[Traced, ...]) -> None:
        """Keep the points of a strategy.

        Raises:
            OutputError: The file cannot be written.
        """
        self._traced[strategy] = traced
        arrays = {"key": np.array(self._key)}
        points: dict[str, list[dict[str, Any]]] = {}
        for name, found in self._traced.items():
            points[name] = [asdict(one.point) for one in found]
            for number, one in enumerate(found):
                arrays |= {
                    f"{name}/{number}/{which}/{part}": statuses
                    for which, basis in one.bases._asdict().items()
                    for part, statuses in basis._asdict().items()
                }
        arrays["points"] = np.array(json.dumps(points))
        buffer = io.BytesIO()
        np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
        with explained(self._folder):
            if not self._folder.exists():
                self._folder.mkdir()
                mark(self._folder, self._folder.name)
        write_file(self._path, buffer.getvalue())

    def forget(self) -> None:
        """Remove the folder."""
        if is_marked(self._folder, self._folder.name):
            shutil.rmtree(self._folder, ignore_errors=True)

    def _read(self) -> dict[Strategy, tuple[Traced, ...]]:
        try:
            written = io.BytesIO(self._path.read_bytes())
            with np.load(written, allow_pickle=False) as arrays:
                if str(arrays["key"]) != self._key:
                    return {}
                points = json.loads(str(arrays["points"]))
                return {
                    name: tuple(
                        Traced(_point(entry), _bases(arrays, f"{name}/{number}"))
                        for number, entry in enumerate(entries)
                    )
                    for name, entries in points.items()
                }
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile):
            return {}  # damaged, or not there: the points are found again


def _point(entry: dict[str, Any]) -> FrontPoint:
    design, certificate = Design(**entry["design"]), Certificate(**entry["certificate"])
    return FrontPoint(**{**entry, "design": design, "certificate": certificate})


def _bases(arrays: Any, place: str) -> Bases:
    def basis(which: str) -> Basis:
        return Basis(*(arrays[f"{place}/{which}/{part}"] for part in Basis._fields))

    return Bases(*(basis(which) for which in Bases._fields))


def as_document(found: Fronts, scenario: Scenario, years: Sequence[Traces]) -> dict[str, Any]:
    """Return fronts as plain data, with where they came from."""
    return {
        "name": scenario.name,
        "front": found.kind,
        "fronts": [_front_document(front) for front in found.fronts],
        "infeasible": dict(found.infeasible),
        "scenario": scenario.model_dump(mode="json"),
        "sources": [[asdict(source) for source in year.sources] for year in years],
        "versions": versions(),
    }


def _front_document(front: Front) -> dict[str, Any]:
    return {
        "strategy": front.strategy,
        **front.axes._asdict(),
        "knee": front.knee,
        "optimum": front.optimum,
        "largest_gap_frac": front.largest_gap_frac,
        "gaps": list(front.gaps),
        "points": [asdict(point) for point in front.points],
    }


def as_table(fronts: Sequence[Front]) -> pd.DataFrame:
    """Return a row for each point; `gap_frac` is the largest gap from it to the next point."""
    return pd.DataFrame([_row(front, number) for front in fronts for number in range(len(front.x))])


def _row(front: Front, number: int) -> dict[str, Any]:
    point, axes = front.points[number], front.axes
    total = {"total_kg": point.x + point.y} if axes.is_summable else {}
    slope = "slope_kg_per_kg" if axes.is_summable else "slope_usd_per_kg"
    return {
        "strategy": front.strategy,
        "point": number + 1,
        axes.x_account: point.x,
        axes.y_account: point.y,
        **total,
        **point.design.as_dict(),
        slope: point.slope,
        "gap_frac": front.gaps[number] if number < len(front.gaps) else None,
        "is_knee": number == front.knee,
        "is_optimum": number == front.optimum,
    }
