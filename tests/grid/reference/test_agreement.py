"""Reference years against real ones: the table of issue 3, on the team's data.

`python -m tests.grid.reference.agreement ../shared/data` prints it whole.
"""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dcsim.grid.generation import FUELS
from dcsim.grid.reference.coefficients import COEFFICIENTS_FILE, coefficients_of
from dcsim.grid.reference.shapes import SHAPES_FILE
from dcsim.shipped import shipped_folder
from grids.tools.collection import HOURLY_BAS, Collection
from grids.tools.fit_reference import main
from tests.grid.reference.agreement import (
    DAY,
    ENERGY,
    LAG_1,
    LAG_24,
    LOWEST,
    MEAN,
    SEASON,
    SPREAD,
    Row,
    agreement,
    as_table,
    before,
    is_near,
    lowest_ten_days,
)

KNOWN_MISSES = {("BPAT", "solar and wind", LOWEST), ("ISNE", "solar and wind", LOWEST)}
"""Of seed 0 or of the median; grids/SOURCES.md says why."""
BEFORE_MISSES = {
    ("ERCO", "wind", SEASON),
    ("ERCO", "wind", LAG_24),
    ("ERCO", "solar and wind", LOWEST),
}
"""The same when nothing is fitted to 2022; real years before 2022 miss the first two as well."""


@cache
def rows(folder: Path) -> list[Row]:
    return agreement(Collection(folder))


def misses(table: list[Row]) -> set[tuple[str, str, str]]:
    return {
        (row.ba_code, row.quantity, row.measure)
        for row in table
        if not (row.passes and row.median_passes)
    }


def test_limits_are_those_of_the_issue() -> None:
    assert is_near(MEAN, 100, 104.9)
    assert not is_near(MEAN, 100, 105.1)
    assert is_near(SPREAD, 100, 76)
    assert not is_near(LOWEST, 0.4, 0.51)
    assert is_near(SEASON, 1, 0.8)
    assert not is_near(DAY, 1, 0.79)
    assert is_near(LAG_1, 0.95, 0.86)
    assert not is_near(LAG_1, 0.95, 0.84)
    assert not is_near(ENERGY, 0, 0.021)


def test_lowest_ten_days_by_hand() -> None:
    """240 hours at 1 MW among 720 at 3 MW: the mean is 2.5, the lowest 1."""
    renewable = np.where(np.arange(960) // 240 == 1, 1.0, 3.0)
    table = pd.DataFrame({"solar": renewable / 4, "wind": renewable * 3 / 4})
    assert lowest_ten_days(table) == pytest.approx(0.4)


def test_a_miss_is_said() -> None:
    text = as_table(
        [Row("X", "wind", MEAN, 1.0, 1.2, 1.0), Row("X", "wind", SEASON, 1.0, 0.9, 0.9)]
    )
    assert "miss: seed 0" in text
    assert "seed 0 1, median 2 of 2" in text


@pytest.mark.real_data
def test_reference_years_agree_with_real_ones_but_for_the_misses_that_are_told(
    real_data: Path,
) -> None:
    table = rows(real_data)
    assert len(table) == 103
    assert misses(table) <= KNOWN_MISSES


@pytest.mark.real_data
def test_every_authority_with_records_is_in_the_table(real_data: Path) -> None:
    compared = {(row.ba_code, row.quantity) for row in rows(real_data)}
    assert {code for code, _ in compared} == set(HOURLY_BAS)
    assert ("SOCO", "wind") not in compared
    assert ("SOCO", "solar") in compared


@pytest.mark.real_data
def test_fitted_to_earlier_years_alone_they_agree_nearly_as_well(real_data: Path) -> None:
    """CISO and ERCO with coefficients of 2019 to 2021 and the annual facts of 2022."""
    shipped = coefficients_of("ERCO")
    table = before(Collection(real_data))
    assert len(table) == 36
    assert misses(table) <= BEFORE_MISSES
    assert coefficients_of("ERCO") == shipped


@pytest.mark.real_data
def test_the_shipped_coefficients_are_what_the_fit_gives(real_data: Path, tmp_path: Path) -> None:
    main(str(real_data), str(tmp_path))
    for name in (COEFFICIENTS_FILE, SHAPES_FILE):
        shipped, fitted = (pd.read_csv(at / name) for at in (shipped_folder("grids"), tmp_path))
        words = shipped.select_dtypes(exclude="number").columns
        pd.testing.assert_frame_equal(fitted[words], shipped[words])
        numbers = shipped.select_dtypes("number").columns
        assert np.allclose(fitted[numbers], shipped[numbers], atol=2e-4, equal_nan=True)


@pytest.mark.real_data
@pytest.mark.parametrize("code", HOURLY_BAS)
def test_the_real_years_are_whole_and_their_noon_is_the_suns(code: str, real_data: Path) -> None:
    """PJM's and CISO's stamps are early by 1 h and 0.6 h in the files: corrected, within 0.25 h.

    The equation of time averages to nothing over a year.
    """
    from dcsim.grid.authorities import known_authorities

    table = Collection(real_data).generation(code, 2022)
    assert len(table) == 8760
    assert np.isfinite(table[list(FUELS)].to_numpy()).all()
    longitude = known_authorities()[code].fact("solar_longitude")
    hour = (table.index.hour.to_numpy() + 0.5 + longitude / 15) % 24
    assert abs(float(table["solar"] @ hour / table["solar"].sum()) - 12) < 0.25
