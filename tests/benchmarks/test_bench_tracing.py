"""How long it takes to trace a year of all authorities, beside gridemissions on the same hours.

Run it with `make bench`. Nothing here fails for being slow; what is asserted is that emissions
balance and that both sides find the same intensities. gridemissions is no dependency: the
comparison runs where it is installed (from its repository, with `requests` and `packaging`), and
skips elsewhere. Its solve is timed twice: as shipped, for which a year takes minutes, and its
function of one hour alone, with all arrays made beforehand. Ours is timed from tables of records
to intensities and residuals, and its solve alone.
"""

import importlib
import math
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dcsim.grid.records import to
from dcsim.grid.tracing.network import reconcile
from dcsim.grid.tracing.trace import mixed_intensity, trace
from tests.grid.tracing.test_tracing import WINDOWS, gridemissions_records

pytestmark = pytest.mark.benchmark

foreign_warnings = pytest.mark.filterwarnings("ignore")

YEAR_H = 8760
KB_PER_MB = 1024


def timed(run: Callable[[], Any]) -> tuple[Any, float]:
    start = time.perf_counter()
    result = run()
    return result, time.perf_counter() - start


def tiled(table: pd.DataFrame, hours: int) -> pd.DataFrame:
    """Repeat a table until it has so many hours, from the beginning of 2023."""
    long = pd.concat([table] * math.ceil(hours / len(table))).iloc[:hours]
    long.index = pd.date_range("2023-01-01", periods=hours, freq="h", tz="UTC", unit="s")
    return long


def made_up(hours: int, nodes: int = 65) -> dict[str, pd.DataFrame]:
    """Authorities in a ring with chords, 195 links, whose two ends never quite agree."""
    rng = np.random.default_rng(0)
    index = pd.date_range("2023-01-01", periods=hours, freq="h", tz="UTC", unit="s")
    records = {}
    for node in range(nodes):
        others = {(node + step) % nodes for step in (1, 2, 5, -1, -2, -5)}
        columns = {fuel: rng.uniform(0, 5e3, hours) for fuel in ("coal", "natural_gas", "wind")}
        columns |= {to(f"N{other}"): rng.normal(0, 500, hours) for other in sorted(others)}
        records[f"N{node}"] = pd.DataFrame(columns, index=index)
    return records


@pytest.fixture(scope="module")
def year(request: pytest.FixtureRequest) -> tuple[str, dict[str, pd.DataFrame]]:
    """The raw window of June 2023, again and again for a year; made up where there is none."""
    try:
        folder = request.getfixturevalue("real_data") / "eia930_windows"
    except pytest.skip.Exception:
        return "made up", made_up(YEAR_H)
    window = gridemissions_records(folder / f"E_raw_{WINDOWS[1]}.csv.gz")
    return f"raw {WINDOWS[1]}, tiled", {code: tiled(t, YEAR_H) for code, t in window.items()}


def test_bench_trace_a_year(year: tuple[str, dict[str, pd.DataFrame]]) -> None:
    name, records = year
    before_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KB_PER_MB
    network, reconciling = timed(lambda: reconcile(records, "gridemissions"))
    _, mixing = timed(lambda: mixed_intensity(network, network.emissions_kg))
    result, whole = timed(lambda: trace(records, "gridemissions"))
    after_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KB_PER_MB
    print(f"\n\n{name}: {len(records)} authorities, {YEAR_H} hours [s]")
    print(f"  reconcile {reconciling:6.2f}   mix {mixing:6.2f}   trace, all of it {whole:6.2f}")
    print(f"  peak memory {after_mb:.0f} MB, of it before tracing {before_mb:.0f} MB")
    assert len(result.intensity_kg_per_mwh) == YEAR_H
    assert result.balance_error < 1e-9


@foreign_warnings
@pytest.mark.real_data
def test_bench_gridemissions_own_solve(
    real_data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))  # it writes its settings there when imported
    pytest.importorskip("gridemissions", reason="gridemissions is not installed")
    emissions = importlib.import_module("gridemissions.emissions")
    load = importlib.import_module("gridemissions.load")
    path = real_data / "eia930_windows" / f"E_opt_{WINDOWS[0]}.csv.gz"
    wide = tiled(pd.read_csv(path, index_col=0), YEAR_H)
    records = {c: tiled(t, YEAR_H) for c, t in gridemissions_records(path).items()}
    calc = emissions.EmissionsCalc(load.GraphData(wide.copy()))

    def as_shipped() -> None:
        calc._add_production_emissions()
        calc._add_consumption_efs()

    _, shipped = timed(as_shipped)
    ours, own = timed(lambda: trace(records, "gridemissions"))
    hour_by_hour, alone = timed_alone(emissions.consumption_emissions, calc, wide)
    network = reconcile(records, "gridemissions")
    at_once, mixing = timed(lambda: mixed_intensity(network, network.emissions_kg))
    print(f"\n\nreconciled {WINDOWS[0]}, tiled: {len(records)} nodes, {YEAR_H} hours [s]")
    for what, theirs_s, ours_s in (("from tables", shipped, own), ("solves alone", alone, mixing)):
        ratio = theirs_s / ours_s
        print(f"  {what:14}gridemissions {theirs_s:7.2f}   dcsim {ours_s:6.2f}   ratio {ratio:.0f}")
    codes = list(ours.intensity_kg_per_mwh)
    theirs = calc.df[[f"CO2i_{code}_D" for code in codes]].to_numpy()
    assert ours.intensity_kg_per_mwh.to_numpy() == pytest.approx(theirs, rel=1e-6)
    places = [calc.regions.index(code) for code in network.codes]
    assert at_once == pytest.approx(hour_by_hour[:, places], rel=1e-6, abs=1e-6)


def timed_alone(
    solve: Callable[..., Any], calc: Any, wide: pd.DataFrame
) -> tuple[np.ndarray, float]:
    """Time gridemissions' function of one hour over all hours, its arrays made beforehand."""
    regions = calc.regions
    made_mw = wide[[f"E_{code}_NG" for code in regions]].to_numpy()
    made_kg = calc.df[[f"CO2_{code}_NG" for code in regions]].to_numpy()
    flows_mw = np.zeros((len(wide), len(regions), len(regions)))
    for i, a in enumerate(regions):
        for j, b in enumerate(regions):
            if f"E_{a}-{b}_ID" in wide:
                flows_mw[:, i, j] = wide[f"E_{a}-{b}_ID"]
    hours = range(len(wide))
    return timed(
        lambda: np.array([solve(made_kg[h].copy(), made_mw[h], flows_mw[h])[0] for h in hours])
    )
