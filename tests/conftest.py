"""Fixtures: worlds small enough to work out by hand, and the folder of real data."""

import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from dcsim.cli import app as cli
from dcsim.report.study import Study
from dcsim.run import run_scenario
from dcsim.scenario.load import load_scenario
from dcsim.scenario.spec import Scenario
from dcsim.traces.frame import Traces, arriving

settings.register_profile("dcsim", deadline=None, derandomize=True, max_examples=30)
settings.load_profile("dcsim")

REPOSITORY = Path(__file__).parent.parent
START = pd.Timestamp("2022-01-01T00:00Z").as_unit("s")


PLANNING = {f"tests/test_{name}.py" for name in ("plan_agrees", "promises", "reference_problem")}
"""Files whose tests use `shipped_study` or `real_study`; their parameter names the study."""


def shared_by(nodeid: str) -> str:
    """Name what a test shares with others: the study of a year, or else what its file makes."""
    file, _, test = nodeid.partition("::")
    study = re.search(r"\[(.+)\]$", test)
    return study[1] if study and file in PLANNING else file


MEASURED = {"quickstart", "lifetime"}
"""Studies whose lines of code are counted: counting doubles the time of a year, and two will do."""


def is_measured(item: pytest.Item) -> bool:
    """Tell whether lines of code are counted; not of real data, which is not everywhere."""
    shared = shared_by(item.nodeid)
    return "real_data" not in item.keywords and (shared.endswith(".py") or shared in MEASURED)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave benchmarks out unless they are asked for, and begin with what takes longest.

    That is the studies, then what runs all rooms (`tests/` itself), then each room.
    """
    if "benchmark" in (config.getoption("-m") or ""):
        return
    kept = [item for item in items if "benchmark" not in item.keywords]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = sorted(kept, key=lambda item: shared_by(item.nodeid).count("/"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Count no lines while a test runs that is not measured.

    The mark `no_cover` of pytest-cov does nothing in a worker: there coverage is started twice, and
    pausing one resumes the other.
    """
    tracer = sys.gettrace()
    is_counting = type(tracer).__module__.startswith("coverage")
    if is_counting and not is_measured(item):
        sys.settrace(None)
    try:
        return (yield)
    finally:
        if is_counting:
            sys.settrace(tracer)


class BySharing(LoadScopeScheduling):
    """Gives tests that share something to one worker, in the order of collection."""

    def _split_scope(self, nodeid: str) -> str:
        return shared_by(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Divide the tests among workers, where there are several, so that no year is planned twice."""
    config.option.loadscopereorder = False
    return BySharing(config, log)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The team's folder of real data; tests that need it skip where it is absent."""
    folder = REPOSITORY.parent / "shared" / "data"
    if folder.is_dir():
        return folder
    if os.environ.get("DCSIM_REQUIRE_REAL_DATA"):
        pytest.fail(f"real data is required here and {folder.name} is absent beside the checkout")
    pytest.skip("the folder of real data is not beside this checkout")


@pytest.fixture
def own_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give an empty store of imported grids."""
    monkeypatch.setenv("DCSIM_DATA", str(tmp_path / "data"))
    return tmp_path / "data" / "grids"


@pytest.fixture
def dcsim_cli(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path):
    """Run the command line in this process, in an empty folder; give code, out and err."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "200")

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["dcsim", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        captured = capfd.readouterr()
        code = ended.value.code
        return (code if isinstance(code, int) else 0), captured.out, captured.err

    return call


def scenario_of(**parts: Any) -> Scenario:
    """A scenario from its parts: 10 MW constant load, nothing to build unless a part says so."""
    closed = {"enabled": False}
    return Scenario.model_validate(
        {
            "name": "tiny",
            "grid": {"id": "ERCO:reference"},
            "datacenter": {"capacity_mw": 10},
            "solar": closed,
            "wind": closed,
            "battery": closed,
            "servers": closed,
            **parts,
        }
    )


def traces_of(
    scenario: Scenario,
    *,
    intensity: Sequence[float],
    load: Sequence[float] | None = None,
    solar: Sequence[float] | None = None,
    wind: Sequence[float] | None = None,
    clean: Sequence[float] | None = None,
    price: Sequence[float] | None = None,
    export_price: Sequence[float] | None = None,
    surplus: Sequence[float] | None = None,
    hours_per_day: int = 24,
    name: str = "",
    weight: float = 1.0,
) -> Traces:
    """Traces written out by hand; the load is split into the scenario's tiers."""
    hours = len(intensity)
    load_mw = np.array(load if load is not None else [10.0] * hours, dtype=float)
    tiers = scenario.datacenter.flexible

    def given(values: Sequence[float] | None) -> np.ndarray:
        return np.array(values if values is not None else [0.0] * hours, dtype=float)

    columns = {
        "intensity_kg_per_mwh": np.array(intensity, dtype=float),
        "carbon_free_frac": given(clean),
        "solar_cf": given(solar),
        "wind_cf": given(wind),
        "load_mw": load_mw,
        "fixed_mw": load_mw * (1 - sum(tier.share_frac for tier in tiers)),
        "price_usd_per_mwh": given(price),
        "export_usd_per_mwh": given(export_price),
        "surplus_mw": given(surplus),
        **{arriving(tier.name): load_mw * tier.share_frac for tier in tiers},
    }
    index = pd.date_range(START, periods=hours, freq="h", unit="s")
    days = np.arange(hours) // hours_per_day
    return Traces(pd.DataFrame(columns, index=index), days, (), name, weight)


@pytest.fixture(scope="session")
def shipped_study() -> Callable[[str], Study]:
    """Give the study of a shipped scenario, planned once for the whole test run."""
    studies: dict[str, Study] = {}

    def study_of(name: str) -> Study:
        if name not in studies:
            studies[name] = run_scenario(load_scenario(name))
        return studies[name]

    return study_of


@pytest.fixture(scope="session")
def real_study(real_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Study]:
    """Give the study of the reference problem on a real BA of 2022, planned once.

    Gaps of the record (PJM has 22 hours) are filled by straight lines, as the problem is stated.
    """
    studies: dict[str, Study] = {}
    folder = tmp_path_factory.mktemp("real")

    def study_of(code: str) -> Study:
        if code not in studies:
            record = pd.read_csv(
                real_data / "eia930_hourly" / f"{code}_2022_ce_columns.csv.gz", index_col=0
            )
            file = folder / f"{code}.csv"
            record.interpolate(limit_direction="both").to_csv(file)
            overrides = [f"grid.file={file}", "grid.id=null"]
            studies[code] = run_scenario(load_scenario("reference-problem", overrides))
        return studies[code]

    return study_of


@pytest.fixture(scope="session")
def days_study() -> Study:
    """Five days of the quickstart: seconds to plan, with all parts of the real thing."""
    hours = ["horizon.hours=120", "horizon.start=2023-07-10T05:00Z"]
    return run_scenario(load_scenario("quickstart", hours))
