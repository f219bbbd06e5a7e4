"""A little of the fuzz of `tests/benchmarks/fuzz.py`, and that it sees what it looks for."""

import time
from pathlib import Path

import pytest

from dcsim.errors import DataError
from tests.benchmarks import fuzz
from tests.benchmarks.fuzz import FAULTS, Counts, Fuzz, tried

pytestmark = pytest.mark.usefixtures("own_store")


def test_hostile_values_and_files_are_refused_or_read(tmp_path: Path) -> None:
    for counts in fuzz.fuzz(seed=11, values=40, files=30, folder=tmp_path):
        assert counts.faults == []
        assert counts.outcomes["refused"] > 10
        assert counts.outcomes["accepted"] > 0


def test_the_fuzz_sees_faults(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise DataError("is nan")

    def loop() -> None:
        while time.process_time():
            pass

    monkeypatch.setattr(fuzz, "TIME_LIMIT_S", 0.05)
    counts = Counts()
    assert tried(counts, "fine", lambda: None)
    for act in (refuse, loop, lambda: 1 / 0):
        assert not tried(counts, "wrong", act)
    assert counts.outcomes == {"accepted": 1, "refused": 1, "over time": 1, "traceback": 1}
    one = Fuzz(tmp_path)
    (one.out / fuzz.FOREIGN[0]).unlink()
    one.look_for_lost("a case")
    one.look_for_lost("the next")
    assert one.counts.outcomes == {"file lost": 1}
    assert set(counts.outcomes) - {"accepted", "refused"} <= set(FAULTS)
