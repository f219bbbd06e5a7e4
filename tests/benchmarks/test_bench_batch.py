"""Kill -9 of a batch at 20 random moments: after each, a re-run completes to the same bytes.

The cases are planned in earnest. The victims are, four times each, the main process and a worker of
a local batch, and the main process, a worker and the scheduler of a batch on Dask.
"""

import random
import time
from pathlib import Path

import pytest

from dcsim.batch.study import load_batch
from dcsim.batch.work import run_batch
from dcsim.report.batch import KEY
from tests.batch.cluster import cluster_of
from tests.batch.conftest import in_threads, no_page  # noqa: F401, fixtures
from tests.batch.stand_in import SIX, dataset
from tests.batch.studies import SMALL, study_file
from tests.batch.test_killed import kill_at_random, started, wait_until, workers_of

pytestmark = [pytest.mark.benchmark, pytest.mark.usefixtures("in_threads")]

HEAD = SMALL.replace("[renewables]", "[renewables, all]").replace("hours: 48", "hours: 1440")
CASES = 6


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The dataset of a run on two processes that nothing disturbs."""
    folder = tmp_path_factory.mktemp("undisturbed")
    process = started(study_file(folder, SIX, head=HEAD), folder / "batch", 2, "earnest")
    _, said = process.communicate()
    assert process.returncode == 0, said
    return dataset(folder / "batch")


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("victim", ["main", "worker", "dask main", "dask worker", "dask scheduler"])
def test_bench_killed(
    undisturbed: dict[str, bytes], tmp_path: Path, victim: str, seed: int
) -> None:
    rng = random.Random(f"{victim} {seed}")
    study, folder = study_file(tmp_path, SIX, head=HEAD), tmp_path / "batch"
    start = time.perf_counter()
    if victim.startswith("dask"):
        code = killed_on_dask(victim, study, folder, rng)
    else:
        process = started(study, folder, 2, "earnest")
        pids = {"main": lambda: [process.pid], "worker": lambda: workers_of(process)}
        kill_at_random(process, folder, rng, pids[victim])
        code = process.returncode
    kept = dataset(folder)
    plans = sum(name.startswith("plans") and name.endswith(".parquet") for name in kept)
    found = run_batch(load_batch(study), folder)
    assert found.plans.groupby([KEY, "strategy"]).size().tolist() == [1] * (3 * CASES)
    assert found.is_whole
    assert dataset(folder) == undisturbed
    print(
        f"\n{victim}, moment {seed}: exit {code}, {plans} of {CASES} done then; whole and the same "
        f"after {time.perf_counter() - start:.0f} s"
    )


def killed_on_dask(victim: str, study: Path, folder: Path, rng: random.Random) -> int:
    with cluster_of(folder.parent, 2) as cluster:
        wait_until(cluster.scheduler_file.exists)
        process = started(study, folder, cluster.scheduler_file, "earnest")
        pids = {
            "dask main": [process.pid],
            "dask worker": [worker.pid for worker in cluster.workers],
            "dask scheduler": [cluster.scheduler.pid],
        }
        said = kill_at_random(process, folder, rng, lambda: pids[victim])
    if victim == "dask scheduler" and process.returncode:
        assert "WorkersError: " in said
    return process.returncode
