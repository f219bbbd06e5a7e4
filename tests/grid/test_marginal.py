"""The marginal estimate: grids whose marginal plant is known, bounds, and real years."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcsim.errors import DataError
from dcsim.grid.generation import FUELS, GridGeneration, Source
from dcsim.grid.intensity import emission_factors
from dcsim.grid.marginal import FEWEST_CHANGES, fit_marginal, marginal_intensity_kg_per_mwh
from dcsim.grid.store.grids import read_grid_file
from dcsim.scenario.spec import Grid
from tests.conftest import START

FACTORS = emission_factors("carbon-explorer")
COAL, GAS = 820.0, 490.0
YEAR_H = 8760


def mix(hours: int, **fuels_mw: object) -> pd.DataFrame:
    index = pd.date_range(START, periods=hours, freq="h", unit="s")
    return pd.DataFrame({fuel: fuels_mw.get(fuel, 0.0) for fuel in FUELS}, index=index, dtype=float)


def walk(seed: int, hours: int = YEAR_H) -> np.ndarray:
    """A load that wanders about 500 MW."""
    return 500 + np.random.default_rng(seed).uniform(-100, 100, hours)


def test_the_fuel_that_follows_is_marginal_and_steady_coal_is_not() -> None:
    fit = fit_marginal(mix(YEAR_H, coal=900, natural_gas=walk(1)), FACTORS, "UTC")
    assert fit.intensity_kg_per_mwh.to_numpy() == pytest.approx(GAS)
    assert fit.slopes["standard_error_kg_per_mwh"].max() < 1e-9
    assert len(fit.slopes) == 24


def test_two_fuels_that_share_every_change_share_the_margin() -> None:
    """A quarter of every change is coal: 0.25 * 820 + 0.75 * 490 = 572.5 kg/MWh."""
    load_mw = walk(2)
    fit = fit_marginal(mix(YEAR_H, coal=load_mw / 4, natural_gas=load_mw * 3 / 4), FACTORS, "UTC")
    assert fit.intensity_kg_per_mwh.to_numpy() == pytest.approx(572.5)


def test_seasons_and_hours_of_the_local_day_have_slopes_of_their_own() -> None:
    """Coal follows from 0 to 4 in Chicago (6 to 10 UTC in winter, 5 to 9 in summer), else gas."""
    table = mix(YEAR_H)
    local = table.index.tz_convert("America/Chicago")
    night = local.hour < 4
    change = np.where(np.arange(YEAR_H) % 2, 50.0, -50.0)
    table["coal"] = 5000 + np.cumsum(np.where(night, change, 0))
    table["natural_gas"] = 5000 + np.cumsum(np.where(night, 0, change))
    fit = fit_marginal(table, FACTORS, "America/Chicago")
    assert fit.intensity_kg_per_mwh[night].to_numpy() == pytest.approx(COAL)
    assert fit.intensity_kg_per_mwh[~night].to_numpy() == pytest.approx(GAS)


@pytest.mark.parametrize(
    ("months", "season"),
    [((12, 1, 2), "winter"), ((3, 4, 5), "spring"), ((6, 7, 8), "summer"), ((9, 10, 11), "autumn")],
)
def test_a_season_is_its_three_months(months: tuple[int, ...], season: str) -> None:
    """Coal follows in one season's months, local time, and gas in all the others."""
    table = mix(YEAR_H)
    is_season = table.index.tz_convert("America/Chicago").month.isin(months)
    change = np.where(np.arange(YEAR_H) % 2, 50.0, -50.0)
    table["coal"] = 5000 + np.cumsum(np.where(is_season, change, 0))
    table["natural_gas"] = 5000 + np.cumsum(np.where(is_season, 0, change))
    fit = fit_marginal(table, FACTORS, "America/Chicago")
    assert fit.intensity_kg_per_mwh[is_season].to_numpy() == pytest.approx(COAL)
    assert fit.intensity_kg_per_mwh[~is_season].to_numpy() == pytest.approx(GAS)
    by_season = fit.slopes.groupby("season")["kg_per_mwh"].mean()
    assert by_season.idxmax() == season


def test_sun_wind_and_water_are_not_taken_for_load() -> None:
    table = mix(YEAR_H, natural_gas=walk(3), solar=walk(4), wind=walk(5), hydro=walk(6))
    assert fit_marginal(table, FACTORS, "UTC").slopes["kg_per_mwh"].to_numpy() == pytest.approx(GAS)


def test_a_slope_beyond_the_fuels_is_bounded_and_said() -> None:
    """Coal up 2 MW as gas goes down 1: (1,640 - 490) / 1 = 1,150 kg/MWh, above coal's 820."""
    up = np.arange(YEAR_H) % 2
    fit = fit_marginal(mix(YEAR_H, coal=100 + 2 * up, natural_gas=100 - up), FACTORS, "UTC")
    assert fit.intensity_kg_per_mwh.to_numpy() == pytest.approx(COAL)
    assert fit.slopes["was_bounded"].all()


def test_standard_error_by_hand() -> None:
    """Coal +10, gas +10, again and again: slope 655, each change 1,650 kg off it.

    White: sqrt(n (10 * 1,650)^2) / (n 10^2) = 165 / sqrt(n); 59 hours change: 21.48 kg/MWh.
    """
    n = 60
    odd = np.arange(n) % 2
    table = mix(n, coal=10.0 * np.cumsum(odd), natural_gas=10.0 * np.cumsum(1 - odd))
    whole = fit_marginal(table, FACTORS, "UTC").slopes.iloc[0]
    assert whole["hours"] == n
    assert whole["standard_error_kg_per_mwh"] == pytest.approx(165 / np.sqrt(59), rel=0.01)


def test_a_block_with_few_changes_has_the_slope_of_the_whole_record() -> None:
    """Three days: 12 hours in each block, fewer than are wanted."""
    load_mw = walk(7, 72)
    fit = fit_marginal(mix(72, coal=load_mw**1.5, natural_gas=load_mw), FACTORS, "UTC")
    assert fit.slopes["kg_per_mwh"].nunique() == 1
    assert (fit.slopes["hours"] == 72).all()
    assert FEWEST_CHANGES > 12


def test_a_grid_without_changing_fossil_generation_is_refused() -> None:
    with pytest.raises(DataError, match="hourly changes of coal, natural_gas, oil generation"):
        fit_marginal(mix(48, coal=100, wind=walk(8, 48)), FACTORS, "UTC")
    with pytest.raises(DataError, match="this grid has none"):
        fit_marginal(mix(48, hydro=walk(9, 48)), FACTORS, "UTC")


def test_the_note_says_how_and_how_well() -> None:
    table = mix(YEAR_H, coal=walk(10), natural_gas=walk(11))
    grid = GridGeneration(table, Source("grid", "made up"), ba_code="ERCO")
    intensity, note = marginal_intensity_kg_per_mwh(grid, "carbon-explorer")
    assert GAS < intensity.min() <= intensity.max() < COAL
    assert intensity.index.equals(table.index)
    assert "(America/Chicago); mean standard error" in note
    assert "0 of 24 slopes bounded" in note
    assert note.endswith("nothing of how the grid follows its load")
    unknown = GridGeneration(table, Source("grid", "made up", sha256="1f"))
    assert "modelled" not in marginal_intensity_kg_per_mwh(unknown, "carbon-explorer")[1]
    assert "(UTC)" in marginal_intensity_kg_per_mwh(unknown, "carbon-explorer")[1]


@given(st.integers(0, 10**6), st.sampled_from(["carbon-explorer", "egrid2021-direct"]))
def test_law_never_negative_and_within_the_fossil_fuels(seed: int, name: str) -> None:
    rng = np.random.default_rng(seed)
    table = mix(240, **{fuel: rng.normal(50, 100, 240) for fuel in FUELS})
    factors = emission_factors(name)
    intensity = fit_marginal(table, factors, "America/Denver").intensity_kg_per_mwh
    fossil = [factors[fuel] for fuel in ("coal", "natural_gas", "oil")]
    assert intensity.between(min(fossil), max(fossil)).all()
    assert min(fossil) > 0


@pytest.mark.real_data
@pytest.mark.parametrize(("code", "low", "high"), [("CISO", 480, 500), ("ERCO", 540, 640)])
def test_real_years_are_mostly_gas(real_data: Path, code: str, low: float, high: float) -> None:
    """California's margin is gas, whose factor is 490; in Texas coal follows load as well."""
    path = real_data / "eia930_hourly" / f"{code}_2022_ce_columns.csv.gz"
    table = read_grid_file(path, Grid(file=path, repair="interpolate")).table
    fit = fit_marginal(table, FACTORS, "America/Los_Angeles")
    assert low < fit.intensity_kg_per_mwh.mean() < high
    assert fit.slopes["standard_error_kg_per_mwh"].max() < 10
    assert len(fit.slopes) == 24
