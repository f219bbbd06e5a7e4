"""Carbon intensity from the mix, and the repairs before it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dcsim.errors import DataError, ScenarioError
from dcsim.grid.generation import FUELS
from dcsim.grid.intensity import (
    average_intensity_kg_per_mwh,
    carbon_free_share,
    emission_factors,
    factor_sets,
)
from dcsim.grid.repair import clip_negative
from dcsim.grid.store import read_grid_file
from dcsim.scenario.spec import Grid


def mix(**fuels: float) -> pd.DataFrame:
    index = pd.date_range("2022-01-01", periods=1, freq="h", tz="UTC")
    return pd.DataFrame({fuel: [fuels.get(fuel, 0.0)] for fuel in FUELS}, index=index)


def test_average_intensity_by_hand() -> None:
    """30 MW of coal at 820 and 10 of wind at 11: (24,600 + 110) / 40 = 617.75 kg/MWh."""
    factors = emission_factors("carbon-explorer")
    intensity = average_intensity_kg_per_mwh(mix(coal=30, wind=10), factors)
    assert intensity.iloc[0] == pytest.approx(617.75)


def test_carbon_free_share_counts_nuclear_hydro_solar_and_wind() -> None:
    table = mix(coal=30, natural_gas=10, oil=5, other=5, nuclear=20, hydro=10, solar=10, wind=10)
    assert carbon_free_share(table).iloc[0] == pytest.approx(0.5)


def test_every_set_has_every_fuel_and_a_source() -> None:
    for name in factor_sets():
        assert set(emission_factors(name)) == set(FUELS)
    table = pd.read_csv(Path("grids") / "emission_factors.csv")
    assert table["source"].str.len().min() > 20
    assert not table.duplicated(["set", "fuel"]).any()


def test_unknown_set_is_refused_with_the_known() -> None:
    with pytest.raises(ScenarioError, match="no set 'mine'; known are carbon-explorer, gridemi"):
        emission_factors("mine")


def test_an_hour_without_generation_has_no_intensity() -> None:
    with pytest.raises(DataError, match="generation at 2022-01-01 00:00Z is 0 MW in all"):
        average_intensity_kg_per_mwh(mix(), emission_factors("carbon-explorer"))


def test_negative_generation_is_clipped_and_counted() -> None:
    clipped, (repair,) = clip_negative(mix(coal=5, hydro=-2))
    assert clipped["hydro"].tolist() == [0]
    assert (repair.rule, repair.hours) == ("clip_negative", 1)
    assert clip_negative(mix(coal=5))[1] == ()


@pytest.mark.real_data
@pytest.mark.parametrize("code", ["BPAT", "CISO", "ERCO", "PJM", "SOCO"])
def test_carbon_explorer_factors_give_its_published_intensity(real_data: Path, code: str) -> None:
    """Column avg_CI of the same files, to 1e-9, in every hour that has no missing value."""
    path = real_data / "eia930_hourly" / f"{code}_2022_ce_columns.csv.gz"
    generation = read_grid_file(path, Grid(file=path, repair="interpolate")).table
    ours = average_intensity_kg_per_mwh(generation, emission_factors("carbon-explorer"))
    theirs = pd.read_csv(path)["avg_CI"].to_numpy()
    reported = ~np.isnan(theirs)
    assert reported.sum() >= 8737
    assert np.abs(ours.to_numpy() - theirs)[reported].max() < 1e-9
