"""How long a plan takes, beside the same problem in PyPSA; nothing here fails for being slow.

What is asserted is that both reach the same optimum. Run it with `make bench`. Both sides start
from hourly arrays in memory and end with hourly tables. The machine may be busy with other
things, so the two take turns, and seconds of the processor stand beside those of the clock.
"""

import importlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from types import ModuleType

import pytest

from dcsim.optimize.plan import Plan
from dcsim.optimize.solve import optimize
from dcsim.run import plan_to_folder
from dcsim.scenario.load import load_scenario
from dcsim.scenario.spec import Scenario, Strategy
from dcsim.traces.frame import Traces, build_traces

pytestmark = pytest.mark.benchmark

# PyPSA and the libraries below it warn of their own future; that is not ours to mend.
foreign_warnings = pytest.mark.filterwarnings("ignore")

REPEATS = 3
SAME_FRAC = 1e-6
SCARCE_IMPORT_MW = 25.0
PROCESSOR = "of processor"


@dataclass(frozen=True)
class Year:
    """One year of one grid, as dcsim and as PyPSA read it; `oracle_kg` where it is known."""

    name: str
    scenario: Scenario
    traces: Traces
    world: object
    oracle_kg: float | None


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    """The reference problem in PyPSA; imported late, so that only benchmarks need PyPSA."""
    pytest.importorskip("pypsa")
    return importlib.import_module("tests.benchmarks.pypsa_reference")


@pytest.fixture(scope="module")
def ercot(request: pytest.FixtureRequest, reference: ModuleType) -> Year:
    """ERCOT's 2022 as it was; where the real data is absent, the embedded reference year."""
    try:
        return real_year(request.getfixturevalue("real_data"), "ERCO", reference)
    except pytest.skip.Exception:
        return embedded_year(reference)


def real_year(real_data: Path, code: str, reference: ModuleType) -> Year:
    file = real_data / "eia930_hourly" / f"{code}_2022_ce_columns.csv.gz"
    scenario = load_scenario("reference-problem", [f"grid.file={file}", "grid.id=null"])
    world = reference.world_of_file(file)
    name = f"{code} 2022, real data"
    return Year(name, scenario, build_traces(scenario), world, reference.ORACLE_KG[code])


def embedded_year(reference: ModuleType) -> Year:
    scenario = load_scenario("reference-problem")
    traces = build_traces(scenario)
    world = reference.World(
        intensity=traces.column("intensity_kg_per_mwh"),
        solar_cf=traces.column("solar_cf"),
        wind_cf=traces.column("wind_cf"),
        load_mw=traces.column("load_mw"),
        day=traces.local_day,
    )
    return Year("ERCO:reference, embedded", scenario, traces, world, None)


@foreign_warnings
def test_bench_plan(ercot: Year, reference: ModuleType) -> None:
    ours: list[Mapping[str, float]] = []
    theirs: list[Mapping[str, float]] = []
    for _ in range(REPEATS):
        plan, seconds = timed_dcsim(ercot.scenario, ercot.traces)
        ours.append(seconds)
        optimum_kg, seconds = timed_pypsa(reference, ercot.world)
        theirs.append(seconds)
        assert plan.certificate.objective == pytest.approx(optimum_kg, rel=SAME_FRAC)
        assert ercot.oracle_kg in (None, pytest.approx(optimum_kg, rel=SAME_FRAC))
    print_comparison(ercot.name, plan, ours, theirs)


@foreign_warnings
@pytest.mark.real_data
def test_bench_second_grid(real_data: Path, reference: ModuleType) -> None:
    """California, with more sun: the same agreement, timed once."""
    year = real_year(real_data, "CISO", reference)
    plan, ours = timed_dcsim(year.scenario, year.traces)
    optimum_kg, theirs = timed_pypsa(reference, year.world)
    print_comparison(year.name, plan, [ours], [theirs])
    assert plan.certificate.objective == pytest.approx(optimum_kg, rel=SAME_FRAC)
    assert plan.certificate.objective == pytest.approx(year.oracle_kg, rel=SAME_FRAC)


@foreign_warnings
@pytest.mark.parametrize(
    ("name", "strategy", "import_mw", "in_pypsa"),
    [
        ("battery, nothing moves", "renewables_battery", None, {"flexible": False}),
        ("scarce import", "all", SCARCE_IMPORT_MW, {"import_mw": SCARCE_IMPORT_MW}),
    ],
)
def test_bench_battery_variants(
    ercot: Year,
    reference: ModuleType,
    name: str,
    strategy: Strategy,
    import_mw: float | None,
    in_pypsa: Mapping[str, object],
) -> None:
    limits = ercot.scenario.limits.model_copy(update={"import_mw": import_mw})
    scenario = ercot.scenario.model_copy(update={"limits": limits})
    plan, ours = timed_dcsim(scenario, ercot.traces, strategy)
    optimum_kg, theirs = timed_pypsa(reference, ercot.world, **in_pypsa)
    print_comparison(f"{ercot.name}; {name}", plan, [ours], [theirs])
    assert plan.certificate.objective == pytest.approx(optimum_kg, rel=SAME_FRAC)
    if import_mw is not None:
        assert plan.shadow_prices["limits.import_mw"] > 0, "a limit that binds was wanted"


def test_bench_strategies(tmp_path: Path) -> None:
    """All that `dcsim plan quickstart` does, by step; planning includes the plan's accounts."""
    started: list[tuple[str, float]] = []

    def note(step: str) -> None:
        started.append((step, time.perf_counter()))

    study = plan_to_folder(load_scenario("quickstart"), tmp_path / "run", note)
    ended = [*(at for _, at in started[1:]), time.perf_counter()]
    print(f"\n\nquickstart, {study.traces.hours} hours [s]")
    for (step, start), end in zip(started, ended, strict=True):
        print(f"  {step:44}{end - start:8.2f}")
    print(f"  {'total':44}{ended[-1] - started[0][1]:8.2f}")
    assert all(outcome.certificate for outcome in study.outcomes[1:])


def timed_dcsim(
    scenario: Scenario, traces: Traces, strategy: Strategy = "all"
) -> tuple[Plan, dict[str, float]]:
    """Plan with dcsim; `proof, tables` is what comes after the solve [s]."""
    start, worked = time.perf_counter(), time.process_time()
    plan = optimize(scenario, traces, strategy)
    total, worked = time.perf_counter() - start, time.process_time() - worked
    steps = plan.seconds
    return plan, {
        "build": steps.build,
        "compile": steps.compile,
        "solve": steps.solve,
        "proof, tables": total - steps.total,
        "total": total,
        PROCESSOR: worked,
    }


def timed_pypsa(
    reference: ModuleType, world: object, **variant: object
) -> tuple[float, dict[str, float]]:
    """Plan with PyPSA; its solve call passes the model, solves it and fills the tables [s]."""
    start, worked = time.perf_counter(), time.process_time()
    network = reference.build_network(world, **variant)
    built = time.perf_counter()
    optimum_kg = reference.solve_network(network)
    solved = time.perf_counter()
    seconds = {
        "build": built - start,
        "solve call": solved - built,
        "of it HiGHS": reference.highs_seconds(network),
        "total": solved - start,
        PROCESSOR: time.process_time() - worked,
    }
    return optimum_kg, seconds


def print_comparison(
    title: str,
    plan: Plan,
    ours: Sequence[Mapping[str, float]],
    theirs: Sequence[Mapping[str, float]],
) -> None:
    """Print the median of each step, every repetition beside it, and the ratio of the totals."""
    pypsa = importlib.import_module("pypsa")
    proof = plan.certificate
    print(
        f"\n\n{title}: {proof.objective:.3f} {proof.unit}; {proof.solver}, "
        f"{proof.iterations} iterations"
    )
    for who, runs in (("dcsim", ours), (f"PyPSA {pypsa.__version__}", theirs)):
        print(f"{who:24}{'median s':>10}   each")
        for step in runs[0]:
            each = [run[step] for run in runs]
            shown = " ".join(f"{seconds:6.2f}" for seconds in each)
            print(f"  {step:22}{median(each):10.2f}   {shown}")
    by_clock, by_work = (
        median(run[key] for run in ours) / median(run[key] for run in theirs)
        for key in ("total", PROCESSOR)
    )
    print(f"dcsim / PyPSA, medians: {by_clock:.2f} by the clock, {by_work:.2f} of processor")
