"""How long a front takes, beside one built anew for each point in PyPSA; no time can fail.

What is asserted is that both find the same least operational carbon under each cap. PyPSA gets the
caps that dcsim chose, in the same order, and builds its network for each; that is what its users
do, since it cannot change a constraint of a model that is built. Both work on one thread in this
process, so seconds are the processor's, which a busy machine lengthens less than the clock's.
"""

import importlib
import time
from itertools import pairwise
from pathlib import Path
from statistics import median
from types import ModuleType

import pytest

from dcsim.optimize.front import Front
from dcsim.optimize.pareto import Traced, Tracer, trace_front
from dcsim.scenario.load import load_scenario
from dcsim.scenario.spec import Scenario
from dcsim.traces.frame import Traces, build_traces

pytestmark = pytest.mark.benchmark

# PyPSA and the libraries below it warn of their own future; that is not ours to mend.
foreign_warnings = pytest.mark.filterwarnings("ignore")

POINTS = 20
IN_PYPSA = 5
SAME_FRAC = 1e-6


@pytest.fixture(scope="module")
def reference() -> ModuleType:
    """The reference problem in PyPSA; imported late, so that only benchmarks need PyPSA."""
    pytest.importorskip("pypsa")
    return importlib.import_module("tests.benchmarks.pypsa_reference")


@foreign_warnings
@pytest.mark.real_data
@pytest.mark.parametrize("code", ["ERCO", "CISO"])
def test_bench_front(real_data: Path, reference: ModuleType, code: str) -> None:
    """Every fourth point is solved in PyPSA too; all would take minutes."""
    file = real_data / "eia930_hourly" / f"{code}_2022_ce_columns.csv.gz"
    front, built_s, steps_s = timed_front(file)
    world = reference.world_of_file(file)
    theirs = []
    for point in front.points[2 :: POINTS // IN_PYPSA]:
        start = time.process_time()
        least_kg = least_operational_kg(reference, world, point.limit)
        theirs.append(time.process_time() - start)
        scale = point.x + point.y
        assert abs(least_kg - point.y) < SAME_FRAC * scale
    print_front(code, front, built_s, steps_s, theirs)


def timed_front(file: Path) -> tuple[Front, float, list[float]]:
    """Trace a front; return it with the time to its first step, and of each step [s]."""
    scenario = load_scenario("reference-problem", [f"grid.file={file}", "grid.id=null"])
    traces = build_traces(scenario)
    stamps = [time.process_time()]

    def note(_: tuple[Traced, ...]) -> None:
        stamps.append(time.process_time())

    built_s = time_to_build(scenario, traces)
    stamps[0] = time.process_time()
    front = trace_front(scenario, [traces], "all", "carbon", POINTS, keep=note)
    steps = [end - start for start, end in pairwise(stamps)]
    steps[0] -= built_s
    return front, built_s, steps


def time_to_build(scenario: Scenario, traces: Traces) -> float:
    """Return how long building and compiling the model takes, which the first step does too [s]."""
    start = time.process_time()
    Tracer(scenario, [traces], "all", "carbon")
    return time.process_time() - start


def least_operational_kg(reference: ModuleType, world: object, embodied_kg: float) -> float:
    """Build the reference problem in PyPSA, cap what is built, and minimize what is bought."""
    network = reference.build_network(world)
    model = network.model
    operational = (model.variables["Generator-p"].sel(name="grid") * world.intensity).sum()
    embodied = model.objective.expression - operational
    model.add_constraints(embodied <= embodied_kg, name="embodied-cap")
    model.add_objective(operational, overwrite=True)
    return reference.solve_network(network)


def print_front(
    code: str, front: Front, built_s: float, steps_s: list[float], pypsa_s: list[float]
) -> None:
    """Print seconds in all and per point, the largest gap, and the ratio to PyPSA's."""
    ours = sum(steps_s) / len(front.points)
    print(
        f"\n\n{code} 2022: {len(front.points)} points, largest gap {front.largest_gap_frac:.2%}\n"
        f"dcsim: model {built_s:.2f} s, then {sum(steps_s):.2f} s in all, {ours:.2f} s a point\n"
        f"PyPSA, built for each point: {median(pypsa_s):.2f} s a point (median of {len(pypsa_s)}: "
        f"{' '.join(f'{s:.2f}' for s in pypsa_s)})\n"
        f"PyPSA / dcsim, a point: {median(pypsa_s) / ours:.1f}; with the model: "
        f"{POINTS * median(pypsa_s) / (built_s + sum(steps_s)):.1f}"
    )
