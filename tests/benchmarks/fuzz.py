"""Hostile and careless input by the hundred: `python -m tests.benchmarks.fuzz --seed 1`.

Scenario values are set as `--set` does, one at a time, on a scenario of 48 hours, and files are
given to each of dcsim's doors, changed in one or two ways. All of it runs in this process as far as
the traces; some of what is accepted is planned as well. A case is accepted, refused with one error,
or a fault: another exception, more than its time, or a file lost that is not dcsim's.
"""

import argparse
import os
import random
import signal
import sys
import tempfile
import time
import traceback
import types
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import numpy as np
import pandas as pd
import pvlib
from pydantic import BaseModel

from dcsim.batch.study import load_batch
from dcsim.errors import DcsimError
from dcsim.grid.store.importing import import_files
from dcsim.run import plan_to_folder, run_scenario
from dcsim.scenario.load import load_scenario
from dcsim.scenario.spec import Scenario
from dcsim.shipped import shipped_folder
from dcsim.traces.years import build_years
from tests.benchmarks.mutations import MUTATIONS
from tests.grid.readers.written import WRITERS

HOURS = 48
TIME_LIMIT_S = 10.0
"""Of one case, in seconds of this process."""
HOSTILE_SHARE = 0.4
PLANNED_EVERY, WRITTEN_EVERY = 3, 30
"""Of the accepted values every so many are planned, and every so many of them written out."""

FOREIGN = (".q.notes.partial/a", ".q.older/a", ".p.older/a", ".q.0123456789ab.older/a", "mine.txt")
"""Files beside the output that look like dcsim's own and are not."""

HOSTILE = (
    "null", "true", "[]", "{}", "''", "x", "'1 MW'", "'50 %'", "'1,000'", "ünïcødé 漢", "~", "yes",
    '"\\u202e"', '"\\ud800"', '"\\0"', "../x", "/dev/null", "/", ".", "CON", "'<script>'",
    "'{{x}}'", "-1", "-0.0", "1e308", "1e400", ".nan", ".inf", "-.inf", "1" + "0" * 30,
    "9" * 5000, "[1]", "[0.1, 0.2]", "{a: 1}", "[[[[1]]]]", "[" * 60 + "]" * 60, "{file: x}",
    "{kind: file}", "{kind: sine}", "2023-13-45T99:00Z", "0001-01-01T00:00Z",
    "9999-12-31T23:00Z", "!!binary aGk=", "!!python/object:os.system x", "&a [*a]", "XX:2022",
    "'ERCO:2022:zz'", "x" * 5000, "[" + "1, " * 20_000 + "1]", "0x1F", "1_000", "1:30",
)  # fmt: skip
"""Values that hardly any key may have, as YAML has them."""

PLAUSIBLE = (
    "0", "1", "2", "24", "48", "8760", "0.5", "0.95", "1.0", "1.5", "1e-12", "1e-3", "1e3", "1e6",
    "1e9", "20", "0.1", "true", "false", "low", "high", "carbon", "cost", "all", "[all]",
    "[renewables, renewables]", "2023-01-01", "2023-01-01T00:00Z", "2023-01-01T20:00-06:00",
    "ERCO:reference", "lfp", "worst", "{kind: sine}", "{kind: constant, level_frac: 0.2}",
    "{kind: trace, name: azure-v2}", "greedy", "average", "marginal", "mean", "interpolate",
)  # fmt: skip
"""Values that some keys may have."""


class OverTime(BaseException):
    """A case takes longer than its limit; no library catches it as an error of its own."""


@dataclass
class Counts:
    """What became of the cases."""

    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest_s: float = 0.0

    def fault(self, kind: str, case: str, why: str) -> None:
        """Count a fault and keep what makes it again."""
        self.outcomes[kind] += 1
        self.faults.append(f"{kind}: {case}: {why}")


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Interrupt the block after some seconds of this process."""

    def end(number: int, frame: types.FrameType | None) -> None:
        raise OverTime

    before = signal.signal(signal.SIGPROF, end)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def tried(counts: Counts, case: str, act: Callable[[], object]) -> bool:
    """Run a case, count what becomes of it, and return whether it was accepted."""
    start = time.process_time()
    try:
        with limited(TIME_LIMIT_S):
            act()
    except DcsimError as error:
        counts.outcomes["refused"] += 1
        if not str(error).strip() or len(str(error)) > 20_000:
            counts.fault("bad message", case, f"{len(str(error)):,} characters")
        return False
    except OverTime:
        counts.fault("over time", case, f"more than {TIME_LIMIT_S:g} s")
        return False
    except Exception as error:
        where = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in where if f"{os.sep}dcsim{os.sep}" in frame.filename]
        last = (own or where)[-1]
        place = f"{Path(last.filename).name}:{last.lineno}"
        counts.fault("traceback", case, f"{type(error).__name__} at {place}: {str(error)[:120]}")
        return False
    finally:
        counts.slowest_s = max(counts.slowest_s, time.process_time() - start)
    counts.outcomes["accepted"] += 1
    return True


def keys_of(annotation: Any, path: str = "", needs: tuple[str, ...] = ()) -> Iterator[
    tuple[str, tuple[str, ...]]
]:  # fmt: skip
    """Yield every key of the scenario, with the overrides that make room for it."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        kind = annotation.model_fields.get("kind")
        if kind is not None and get_origin(kind.annotation) is Literal:
            needs = (*needs, f"{path}={{kind: {get_args(kind.annotation)[0]}}}")
        for name, one in annotation.model_fields.items():
            inner = f"{path}.{name}" if path else name
            yield inner, needs
            yield from keys_of(one.annotation, inner, needs)
    elif get_origin(annotation) is tuple:
        entry = get_args(annotation)[0]
        if isinstance(entry, type) and issubclass(entry, BaseModel):
            yield from keys_of(entry, f"{path}[0]", (*needs, f"{path}=[{{name: a}}]"))
    else:
        for argument in get_args(annotation):
            yield from keys_of(argument, path, needs)


def value_cases(seed: int, count: int) -> list[tuple[str, ...]]:
    """Return overrides, the last of each the hostile one; every key comes before any twice."""
    rng = random.Random(seed)
    keys = sorted({*keys_of(Scenario)})
    drawn: list[tuple[str, tuple[str, ...]]] = []
    while len(drawn) < count:
        drawn += rng.sample(keys, len(keys))
    return [
        (*needs, f"{key}={rng.choice(HOSTILE if rng.random() < HOSTILE_SHARE else PLAUSIBLE)}")
        for key, needs in drawn[:count]
    ]


def hourly(columns: Sequence[str], seed: int = 1) -> bytes:
    """Return a plain hourly table of `HOURS` from the beginning of 2023."""
    values = np.random.default_rng(seed).uniform(1, 60, (HOURS, len(columns))).round(2)
    index = pd.date_range("2023-01-01", periods=HOURS, freq="h")
    table = pd.DataFrame(values, index=index, columns=[*columns])
    return table.to_csv(index_label="utc_hour_beginning", date_format="%Y-%m-%dT%H:%M:%S").encode()


GRID = hourly(["coal_mw", "natural_gas_mw", "solar_mw", "wind_mw"])


def doors() -> dict[str, tuple[bytes, tuple[str, ...]]]:
    """Return for each door a file that is right, and the overrides that lead to it."""
    weather = (Path(pvlib.__file__).parent / "data" / "723170TYA.CSV").read_bytes()
    return {
        "grid": (GRID, ("grid.file={}",)),
        "load": (hourly(["load_mw"]), ("datacenter.load={{kind: file, file: {}}}",)),
        "price": (hourly(["price_usd_per_mwh"]), ("cost.energy_file={}",)),
        "export": (hourly(["export_usd_per_mwh"]), ("cost.export_file={}",)),
        "surplus": (hourly(["surplus_mw"]), ("grid.surplus={{mw: 5, file: {}}}",)),
        "sun": (weather, ("solar={{source: weather, file: {}}}",)),
        "wind": (weather, ("wind={{source: weather, file: {}}}",)),
    }


READERS: dict[str, Callable[[Path], object]] = {
    "import": lambda path: import_files([path], replaces=True),
    "scenario": load_scenario,
    "study": load_batch,
}
"""What reads a whole file, by the first word of its door."""


def documents() -> dict[str, bytes]:
    """Return a scenario and a study that are right."""
    folder = shipped_folder("scenarios")
    names = {"scenario": "round-the-clock", "study": "us-atlas"}
    return {door: (folder / f"{name}.yaml").read_bytes() for door, name in names.items()}


def imports() -> dict[str, bytes]:
    """Return a file that is right in each format of the store."""
    hours = {
        code: [100.0 + 10 * n + hour % 7 for hour in range(HOURS)]
        for n, code in enumerate(("COL", "NG", "SUN", "WND"))
    }
    return {name: write(hours).encode() for name, write in WRITERS.items()}


@dataclass
class Fuzz:
    """One run: where it works, and what became of the cases."""

    folder: Path
    counts: Counts = field(default_factory=Counts)
    accepted: int = 0

    def __post_init__(self) -> None:
        """Lay out a grid, and files that nobody may touch."""
        self.grid = self.folder / "grid.csv"
        self.grid.write_bytes(GRID)
        self.out = self.folder / "out"
        for name in FOREIGN:
            (self.out / name).parent.mkdir(parents=True, exist_ok=True)
            (self.out / name).write_text("mine")
        self.base = (
            f"grid={{file: {self.grid}}}",
            "strategies=[renewables]",
            f"horizon.hours={HOURS}",
        )

    def value(self, overrides: Sequence[str]) -> None:
        """Try a value of a scenario."""
        case = f"--set {overrides[-1][:120]}"

        def check() -> None:
            build_years(load_scenario("quickstart", [*self.base, *overrides]))

        if tried(self.counts, case, check):
            self.accepted += 1
            if self.accepted % PLANNED_EVERY == 0:
                self.plan(case, overrides)
        self.look_for_lost(case)

    def plan(self, case: str, overrides: Sequence[str]) -> None:
        """Plan what was accepted, and count only what goes wrong."""
        found = Counts()
        asked = [*self.base, *overrides, "horizon.hours=24", "solver.time_limit_s=5"]

        def run() -> None:
            scenario = load_scenario("quickstart", asked)
            if self.accepted % WRITTEN_EVERY == 0:
                plan_to_folder(scenario, self.out / "q")
            else:
                run_scenario(scenario)

        tried(found, f"planned {case}", run)
        self.counts.faults += found.faults
        self.counts.outcomes += Counter({k: n for k, n in found.outcomes.items() if k in FAULTS})

    def file(self, door: str, data: bytes, leading: Sequence[str], number: int, seed: int) -> None:
        """Try a file that was changed, at a door of the scenario or, without one, of the store."""
        rng = random.Random(f"{seed}/{number}/{door}")
        names = rng.sample([*MUTATIONS], rng.choice((1, 1, 2)))
        for name in names:
            data = MUTATIONS[name](data, rng)
        suffix = rng.choice((".csv", ".csv", ".txt", ".gz", ".zip", ".json", ".parquet", ""))
        path = self.folder / f"CISO_2023_{number}{suffix}"
        path.write_bytes(data)
        case = f"file {number} at {door}{suffix}: {' + '.join(names)}"

        def read_at_door() -> None:
            overrides = [one.format(path) for one in leading]
            build_years(load_scenario("quickstart", [*self.base, *overrides]))

        read = READERS.get(door.partition(" ")[0])
        tried(self.counts, case, read_at_door if read is None else lambda: read(path))
        self.look_for_lost(case)
        if not path.exists() or path.read_bytes() != data:
            self.counts.fault("file lost", case, path.name)
        path.unlink(missing_ok=True)

    def look_for_lost(self, case: str) -> None:
        """Count foreign files that are gone or changed, and put them back."""
        for name in FOREIGN:
            path = self.out / name
            if not path.is_file() or path.read_text() != "mine":
                self.counts.fault("file lost", case, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text("mine")


FAULTS = ("traceback", "over time", "file lost", "bad message")


def fuzz(seed: int, values: int, files: int, folder: Path) -> tuple[Counts, Counts]:
    """Try scenario values and files; return what became of each."""
    of_values, of_files = Fuzz(folder), Fuzz(folder)
    for overrides in value_cases(seed, values):
        of_values.value(overrides)
    every: list[tuple[str, bytes, tuple[str, ...]]] = [
        *((name, data, leading) for name, (data, leading) in doors().items()),
        *((f"import of {name}", data, ()) for name, data in imports().items()),
        *((name, data, ()) for name, data in documents().items()),
    ]
    for number in range(files):
        door, data, leading = every[number % len(every)]
        of_files.file(door, data, leading, number, seed)
    return of_values.counts, of_files.counts


@contextmanager
def own_store(folder: Path) -> Iterator[None]:
    """Let grids be imported into a folder of the fuzz."""
    before = os.environ.get("DCSIM_DATA")
    os.environ["DCSIM_DATA"] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ["DCSIM_DATA"]
        else:
            os.environ["DCSIM_DATA"] = before


def main() -> None:
    """Run the fuzz, print what became of all cases, and end with 1 if there was a fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--values", type=int, default=500)
    parser.add_argument("--files", type=int, default=300)
    asked = parser.parse_args()
    start = time.process_time()
    with tempfile.TemporaryDirectory() as name, own_store(Path(name) / "store"):
        both = fuzz(asked.seed, asked.values, asked.files, Path(name))
    columns = ("accepted", "refused", *FAULTS)
    print(f"{'':16}", *(f"{column:>11}" for column in columns), f"{'slowest s':>11}")
    for what, counts in zip(("scenario values", "files"), both, strict=True):
        cells = (f"{counts.outcomes[column]:>11}" for column in columns)
        print(f"{what:16}", *cells, f"{counts.slowest_s:>11.1f}")
    faults = [fault for counts in both for fault in counts.faults]
    print(f"seed {asked.seed}, {time.process_time() - start:.0f} s of CPU", *faults, sep="\n")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
