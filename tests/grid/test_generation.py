"""What every reader must make: a table that is hourly, whole and by fuel."""

import numpy as np
import pandas as pd
import pytest

from dcsim.errors import DataError
from dcsim.grid import authorities
from dcsim.grid.generation import FUELS, GridGeneration, Source, check_finite, check_hourly


def test_other_columns_than_the_fuels_are_refused() -> None:
    index = pd.date_range("2022-01-01", periods=2, freq="h", tz="UTC")
    table = pd.DataFrame(np.ones((2, len(FUELS))), index=index, columns=list(FUELS))
    assert len(GridGeneration(table, Source("grid", "mine")).index) == 2
    with pytest.raises(DataError, match="mine: columns must be coal, natural_gas"):
        GridGeneration(table.drop(columns="oil"), Source("grid", "mine"))


def test_a_fact_that_is_no_number_is_named() -> None:
    with pytest.raises(DataError, match=r"balancing_authorities\.csv, XX: gen_year is 'soon'"):
        authorities._value({"ba_code": "XX", "gen_year": "soon"}, "gen_year", int)


def test_an_hour_must_be_whole() -> None:
    index = pd.date_range("2022-01-01 00:30", periods=2, freq="h", tz="UTC", unit="s")
    with pytest.raises(DataError, match="2022-01-01 00:30Z is not a whole hour"):
        check_hourly(index, "x")


def test_a_value_beyond_all_power_is_refused() -> None:
    index = pd.date_range("2022-01-01", periods=2, freq="h", tz="UTC", unit="s")
    with pytest.raises(DataError, match=r"coal at 2022-01-01 01:00Z is 2e\+07 .*Is it MW"):
        check_finite(pd.DataFrame({"coal": [1.0, 2e7]}, index=index), "x")
