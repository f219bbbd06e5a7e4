"""Seconds for the reference years of all balancing authorities."""

import time

import pytest

from dcsim.grid.authorities import known_authorities
from dcsim.grid.reference.year import reference_year


@pytest.mark.benchmark
def test_reference_years_of_all_authorities(capsys: pytest.CaptureFixture[str]) -> None:
    everyone = [a for a in known_authorities().values() if a.gen_total_gwh]
    reference_year(everyone[0], 0)  # files are read once
    start = time.perf_counter()
    years = [reference_year(authority, 0) for authority in everyone]
    seconds = time.perf_counter() - start
    hours = sum(len(year.index) for year in years)
    assert hours == 8760 * len(everyone)
    with capsys.disabled():
        print(f"\nreference years of {len(years)} authorities: {seconds:.2f} s, {hours} hours")
