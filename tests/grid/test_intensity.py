"""Carbon intensity from the mix, and the repairs before it."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from dcsim.errors import DataError, ScenarioError
from dcsim.grid.authorities import known_authorities
from dcsim.grid.generation import FUELS
from dcsim.grid.intensity import (
    average_intensity_kg_per_mwh,
    carbon_free_share,
    emission_factors,
    factor_sets,
    factors_of,
    factors_table,
)
from dcsim.grid.repair.negative import clip_negative
from dcsim.grid.store.grids import read_grid_file
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
    table = pd.read_csv(Path("grids") / "emission_factors.csv")
    assert table["source"].str.len().min() > 20
    assert set(table["basis"]) == {"lifecycle", "direct"}
    assert not table.duplicated(["set", "fuel"]).any()
    for name in factor_sets():
        found = factors_of(name)
        assert set(found.kg_per_mwh) == set(found.sources) == set(FUELS)
        assert found.basis == ("direct" if name.endswith("direct") else "lifecycle")


def test_what_a_set_borrows_is_what_the_lender_has() -> None:
    table = pd.read_csv(Path("grids") / "emission_factors.csv")
    borrowed = table[table["filled_from"].notna()]
    assert len(borrowed) == 9
    for row in borrowed.itertuples():
        assert emission_factors(row.filled_from)[row.fuel] == row.kg_per_mwh
        assert f"{row.fuel} from {row.filled_from}" in factors_of(row.set).notes


def test_unknown_set_is_refused_with_the_known_and_the_nearest() -> None:
    with pytest.raises(ScenarioError, match="no set 'mine'; known are carbon-explorer, egrid2018"):
        emission_factors("mine")
    with pytest.raises(ScenarioError, match="the nearest is ipcc-ar5-lifecycle"):
        emission_factors("ipcc-ar5")


def test_an_authority_has_its_own_factors_and_borrows_the_rest() -> None:
    """BPAT in eGRID2021: coal and gas of its own; no oil plant; other known of 2018 alone."""
    found = factors_of("egrid2021-direct", "BPAT")
    assert found.kg_per_mwh["coal"] == 1117.88
    assert found.kg_per_mwh["oil"] == emission_factors("egrid2021-direct")["oil"] == 756.31
    assert found.kg_per_mwh["other"] == 33.91
    assert found.kg_per_mwh["wind"] == 0
    assert found.notes == ("oil from egrid2021 of the US", "other from egrid2018 of BPAT")
    assert "BPAT" in found.sources["coal"]
    assert "US zone files" in found.sources["oil"]


def test_an_authority_nothing_is_known_of_has_the_factors_of_the_us() -> None:
    assert emission_factors("egrid2018-direct", "XXXX") == emission_factors("egrid2018-direct")
    assert len(factors_of("egrid2018-direct", "XXXX").notes) == 4
    assert emission_factors("carbon-explorer", "BPAT") == emission_factors("carbon-explorer")


def test_lifecycle_is_direct_plus_upstream() -> None:
    """CISO in eGRID2020: gas 403.64 + 120, other 84.71 + 38; wind, without a stack, 11."""
    found = factors_of("egrid2020-lifecycle", "CISO")
    assert found.basis == "lifecycle"
    assert found.kg_per_mwh["natural_gas"] == 523.64
    assert found.kg_per_mwh["other"] == pytest.approx(122.71)
    assert found.kg_per_mwh["wind"] == 11
    assert found.notes[-1] == (
        "nuclear, hydro, solar, wind from electricity-maps-lifecycle; "
        "upstream added to coal, natural_gas, oil, other"
    )


def test_factors_of_authorities_are_of_known_ones_and_plausible() -> None:
    table = pd.read_csv(Path("grids") / "authority_factors.csv")
    assert set(table["ba_code"]) <= set(known_authorities())
    assert not table.duplicated(["ba_code", "fuel"]).any()
    figures = table.drop(columns=["ba_code", "fuel"])
    assert figures.min().min() >= 0
    assert figures.max().max() < 2500
    sources = (Path("grids") / "SOURCES.md").read_text()
    assert all(f"`{column}`" in sources for column in figures)


def test_the_table_of_sets_has_a_row_for_each() -> None:
    table = factors_table("CISO")
    assert list(table.index) == factor_sets()
    assert table.loc["egrid2018-direct", "coal"] == 991.33
    assert table.loc["eia-us-2022-direct", "notes"] == "other from egrid2018-direct"


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
