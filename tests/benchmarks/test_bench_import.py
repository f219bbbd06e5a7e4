"""How fast files as big as EIA's are read, and how much memory that takes."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.benchmarks.big_files import (
    AUTHORITIES,
    BULK_HOURS,
    HALF_YEAR_HOURS,
    write_balance,
    write_bulk,
    write_lifelike_balance,
)

pytestmark = pytest.mark.benchmark

_IMPORT = """
import json, sys, time
from pathlib import Path
from dcsim.grid.store.importing import import_files

started = time.perf_counter()
result = import_files([Path(sys.argv[1])])
seconds = time.perf_counter() - started
lines = Path("/proc/self/status").read_text().splitlines()
peak_kb = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
grades = "".join(sorted(one.provenance.grade for one in result.imported))
print(json.dumps({"seconds": seconds, "peak_mb": peak_kb / 1024, "grades": grades}))
"""

_READ = """
import json, sys, time
from pathlib import Path
from dcsim.grid.readers.formats import read_records

def held_mb(what):
    # VmHWM and not getrusage, whose figure begins at what the parent held before exec.
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what)) / 1024

before_mb = held_mb("VmHWM:")
started = time.perf_counter()
rows = pieces = 0
for _, records in read_records(Path(sys.argv[1])):
    pieces += 1
    rows += len(records.table)
seconds = time.perf_counter() - started
print(json.dumps({"seconds": seconds, "peak_mb": held_mb("VmHWM:"), "before_mb": before_mb,
                  "rows": rows, "pieces": pieces}))
"""

MOST_MB = 500
"""What the issue allows the bulk file [MiB]."""


def _read_in_a_child(path: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", _READ, str(path)], check=True, capture_output=True, text=True
    )
    figures: dict[str, float] = json.loads(done.stdout)
    print(
        f"\n{path.name}: {path.stat().st_size / 1e6:,.0f} MB read in {figures['seconds']:.1f} s, "
        f"peak {figures['peak_mb']:.0f} MiB (imports alone {figures['before_mb']:.0f})"
    )
    return figures


def test_balance_of_full_size(tmp_path: Path) -> None:
    path = tmp_path / "EIA930_BALANCE_2024_Jul_Dec.csv"
    write_balance(path)
    figures = _read_in_a_child(path)
    path.unlink()
    assert figures["rows"] == AUTHORITIES * HALF_YEAR_HOURS
    assert figures["peak_mb"] < 1024


def test_bulk_of_two_gigabytes(tmp_path: Path) -> None:
    path = tmp_path / "EBA.txt"
    write_bulk(path)
    assert path.stat().st_size > 2e9
    figures = _read_in_a_child(path)
    path.unlink()
    assert figures["rows"] == AUTHORITIES * BULK_HOURS
    assert figures["peak_mb"] < MOST_MB


def _import_in_a_child(path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, float | str]:
    monkeypatch.setenv("DCSIM_DATA", str(path.parent / "data"))
    done = subprocess.run(
        [sys.executable, "-c", _IMPORT, str(path)], check=True, capture_output=True, text=True
    )
    figures: dict[str, float | str] = json.loads(done.stdout)
    print(
        f"\n{path.name}: {path.stat().st_size / 1e6:,.0f} MB imported, repaired, graded and stored "
        f"in {figures['seconds']:.1f} s, peak {figures['peak_mb']:.0f} MiB; grades "
        f"{dict(Counter(str(figures['grades'])))}"
    )
    return figures


def test_balance_of_full_size_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "EIA930_BALANCE_2023_Jul_Dec.csv"
    write_lifelike_balance(path)
    assert len(str(_import_in_a_child(path, monkeypatch)["grades"])) == AUTHORITIES


def test_bulk_of_two_gigabytes_is_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "EBA.txt"
    write_bulk(path)
    figures = _import_in_a_child(path, monkeypatch)
    assert float(figures["peak_mb"]) < MOST_MB
