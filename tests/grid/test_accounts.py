"""The hourly carbon of a grid: every account, each refusal, and all that is told of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from dcsim.errors import DataError
from dcsim.grid.accounts import SHARE_UNKNOWN, HourlyCarbon, hourly_carbon
from dcsim.grid.intensity import factors_of
from dcsim.grid.records import CARBON_FREE, DEMAND, INTENSITY
from dcsim.grid.store.grids import load_grid, year_ids
from dcsim.grid.store.importing import import_files
from dcsim.grid.store.versions import put, stage, staging
from dcsim.scenario.spec import Account, Grid
from tests.grid.store.test_importing import hours, interchange_file, mix, plain_file
from tests.grid.store.test_versions import changes, provenance
from tests.grid.tracing.test_tracing import COAL, GAS, HYDRO, WIND, table

pytestmark = pytest.mark.usefixtures("own_store")

CONNECTED = "that interchange connects"


def store(code: str, **columns: float | Sequence[float]) -> None:
    """Put made-up records, the first at the beginning of 2022, into the store as they are."""
    with staging() as folder:
        records = table(**columns)
        about = provenance(code, hours=len(records))
        put([stage(folder, records, changes(), [records], about)])


def carbon(
    grid_id: str,
    account: Account,
    *,
    factors: str = "carbon-explorer",
    first: int = 0,
    last: int | None = None,
) -> HourlyCarbon:
    """Return the carbon of a grid over its hours, or over some of them."""
    grid = Grid(id=grid_id, account=account, factors=factors)
    generation = load_grid(grid, seed=0)
    return hourly_carbon(generation, grid, generation.index[first:last])


def store_coal_and_water() -> None:
    """CISO has 20 MW of coal and 10 of BPAT's water; ERCO is alone."""
    store("CISO", coal=[20, 20], to_BPAT=[-10, -10])
    store("BPAT", hydro=[30, 30], to_CISO=[10, 10])
    store("ERCO", wind=[10, 10], natural_gas=[10, 30])


def test_average_is_of_what_is_generated_and_nothing_below_zero() -> None:
    """10 of wind and 10 of gas, then 30: (11 + 490) / 2 = 250.5 and 370.25 kg/MWh.

    Half of it is free of carbon, then a quarter; solar of -1 MW is station use.
    """
    store("ERCO", wind=[10, 10], natural_gas=[10, 30], solar=[-1, -1])
    found = carbon("ERCO:2022", "average")
    assert found.intensity_kg_per_mwh.to_list() == pytest.approx([250.5, 370.25])
    assert found.carbon_free_frac.to_list() == pytest.approx([0.5, 0.25])
    assert found.source.note == "average production intensity"
    assert found.source.origin == "carbon-explorer"


def test_mean_is_the_same_in_every_hour_asked_for() -> None:
    """250.5 and 370.25 kg/MWh have mean 310.375; of the second hour alone it is 370.25.

    The carbon-free share stays that of each hour.
    """
    store("ERCO", wind=[10, 10], natural_gas=[10, 30])
    found = carbon("ERCO:2022", "mean")
    assert found.intensity_kg_per_mwh.to_list() == pytest.approx([310.375, 310.375])
    assert found.carbon_free_frac.to_list() == pytest.approx([0.5, 0.25])
    assert "the same in every hour" in found.source.note
    alone = carbon("ERCO:2022", "mean", first=1)
    assert alone.intensity_kg_per_mwh.to_list() == pytest.approx([370.25])


def test_accounts_are_given_for_the_hours_asked_for() -> None:
    store_coal_and_water()
    for account in ("average", "consumption"):
        found = carbon("CISO:2022", account, first=1)
        assert len(found.intensity_kg_per_mwh) == len(found.carbon_free_frac) == 1


def test_consumption_is_of_what_is_consumed() -> None:
    """(20 * 820 + 10 * 24) / 30 = 554.7 kg/MWh."""
    store_coal_and_water()
    found = carbon("CISO:2022", "consumption")
    assert found.intensity_kg_per_mwh.to_list() == pytest.approx(
        [(20 * COAL + 10 * HYDRO) / 30] * 2
    )
    assert found.carbon_free_frac.to_list() == [0, 0]


def test_authorities_are_counted_that_are_connected() -> None:
    store_coal_and_water()
    assert (
        f"traced over 2 authorities of 2022 {CONNECTED}"
        in carbon("CISO:2022", "consumption").source.note
    )


def test_the_versions_traced_over_are_named() -> None:
    """What was consumed depends on all of them: the result can be made again."""
    store_coal_and_water()
    note = carbon("CISO:2022", "consumption").source.note
    assert all(f"{code}:2022:{year_ids(2022)[code].version}" in note for code in ("BPAT", "CISO"))


def test_a_neighbour_nobody_imported_is_told_of_and_not_counted() -> None:
    store("CISO", coal=[20, 20], to_BPAT=[-10, -10])
    note = carbon("CISO:2022", "consumption").source.note
    assert f"traced over 1 authorities of 2022 {CONNECTED}" in note
    assert "BPAT, without records: " in note


def test_consumption_through_the_whole_import(tmp_path: Path) -> None:
    index = hours()
    files = [plain_file(tmp_path, mix(index)), interchange_file(tmp_path, index)]
    import_files(files)
    found = carbon("CISO:2022", "consumption")
    assert len(found.intensity_kg_per_mwh) == 240
    assert f"traced over 1 authorities of 2022 {CONNECTED}" in found.source.note


def test_a_grid_without_interchange_is_refused_and_told_what_mends_it(tmp_path: Path) -> None:
    store_coal_and_water()
    for grid_id in ("ERCO:2022", "ERCO:reference"):
        with pytest.raises(DataError) as refused:
            carbon(grid_id, "consumption", last=2)
        said = str(refused.value)
        assert said.startswith(grid_id)
        assert "has no interchange with neighbours" in said
        assert "INTERCHANGE" in said
        assert "dcsim grids fetch" in said
    store("SWPP", wind=[10, 10], to_ERCO=[np.nan, np.nan])
    with pytest.raises(DataError, match=r"no interchange .*fetch --ba SWPP --year 2022"):
        carbon("SWPP:2022", "consumption")


def test_what_neighbours_report_of_a_grid_does_not_replace_its_own_interchange() -> None:
    """SWPP's link is one of several of ERCO; the others would be none."""
    store_coal_and_water()
    store("SWPP", wind=[30, 30], to_ERCO=[10, 10])
    with pytest.raises(DataError, match="has no interchange"):
        carbon("ERCO:2022", "consumption")


def test_an_intensity_and_interchange_alone_are_not_traced() -> None:
    store("ERCO", to_SWPP=[-1, -1], **{INTENSITY: [400, 410], CARBON_FREE: [0.3, 0.4]})
    with pytest.raises(DataError, match="has no generation, neither by fuel nor in all"):
        carbon("ERCO:2022", "consumption")


def test_hours_without_known_generation_are_refused() -> None:
    """30 of 40 hours are silent; a horizon of the others is planned."""
    coal = [*[20.0] * 10, *[np.nan] * 30]
    store("CISO", coal=coal, to_BPAT=[-10] * 40, **{DEMAND: [30] * 40})
    refusal = "not known in 30 hours, first at 2022-01-01 10:00Z"
    with pytest.raises(DataError, match=refusal):
        carbon("CISO:2022", "consumption")
    assert len(carbon("CISO:2022", "consumption", last=10).intensity_kg_per_mwh) == 10


@pytest.mark.parametrize("account", ["average", "mean", "marginal"])
def test_a_hole_in_a_fuel_is_no_zero(account: Account) -> None:
    """Coal is silent in one hour of three, gas never reported: the hour is refused, gas is none."""
    store("ERCO", coal=[20, np.nan, 20], wind=[20] * 3, natural_gas=[np.nan] * 3)
    refusal = "generation of coal is not known in 1 hours, first at 2022-01-01 01:00Z"
    with pytest.raises(DataError, match=refusal):
        carbon("ERCO:2022", account)
    assert carbon("ERCO:2022", "average", last=1).carbon_free_frac.to_list() == [0.5]


def test_hours_in_which_no_power_enters_are_refused() -> None:
    store("CISO", coal=[20, 0], to_BPAT=[-10, 0])
    with pytest.raises(DataError, match="not known in 1 hours"):
        carbon("CISO:2022", "consumption")


def test_who_only_generates_has_no_consumption() -> None:
    store("AVRN", wind=[20, 20], to_BPAT=[20, 20])
    with pytest.raises(DataError, match="only generates and has no customers"):
        carbon("AVRN:2022", "consumption")


def test_silent_links_of_its_own_are_named() -> None:
    store("CISO", coal=[20] * 32, to_BPAT=[-10, *[np.nan] * 30, -10])
    note = carbon("CISO:2022", "consumption").source.note
    assert "nothing is known of a link of its own in 30 hours: no flow" in note
    assert "no flow known between BPAT and CISO in 30 hours: none" in note


@pytest.mark.parametrize("account", ["average", "consumption", "marginal"])
def test_borrowed_factors_are_told_in_every_account(account: Account) -> None:
    """The factor of `other` is known of 2018 alone."""
    wave = np.arange(48) % 7
    store("CISO", coal=wave + 10, natural_gas=[30] * 48, to_BPAT=[-1] * 48)
    store("BPAT", hydro=[30] * 48)
    borrowed = factors_of("egrid2022-direct", "CISO").notes
    assert borrowed
    note = carbon("CISO:2022", account, factors="egrid2022-direct").source.note
    assert all(part in note for part in borrowed)
    others = "factors of 1 of the other authorities are borrowed in part"
    assert (others in note) == (account == "consumption")


def test_marginal_is_told_from_a_model_where_it_is() -> None:
    store("ERCO", coal=[100] * 48, natural_gas=np.arange(48) % 5 + 10)
    stored = carbon("ERCO:2022", "marginal")
    assert stored.intensity_kg_per_mwh.to_numpy() == pytest.approx(GAS)
    assert "modelled" not in stored.source.note
    reference = carbon("ERCO:reference", "marginal", last=24)
    assert "fitted to a modelled year" in reference.source.note


def test_reported_is_as_it_was_reported() -> None:
    store("ERCO", **{INTENSITY: [400, 410, np.nan], CARBON_FREE: [0.3, 1.2, 0.1]})
    found = carbon("ERCO:2022", "reported", last=2)
    assert found.intensity_kg_per_mwh.to_list() == [400, 410]
    assert found.carbon_free_frac.to_list() == [0.3, 1.0]
    assert found.source.origin == "as reported"
    with pytest.raises(DataError, match=r"no carbon intensity in 1 hours, first at .* 02:00Z"):
        carbon("ERCO:2022", "reported")


def test_a_grid_that_reports_no_intensity_is_refused() -> None:
    store_coal_and_water()
    for grid_id in ("ERCO:2022", "ERCO:reference"):
        with pytest.raises(DataError, match="reports no carbon intensity"):
            carbon(grid_id, "reported", last=2)


@pytest.mark.parametrize("account", ["average", "mean", "marginal"])
def test_an_intensity_alone_is_refused_where_generation_is_needed(account: Account) -> None:
    store("ERCO", **{INTENSITY: [400, 410]})
    with pytest.raises(DataError, match=r"no generation by fuel; set grid\.account: reported"):
        carbon("ERCO:2022", account)


def test_a_carbon_free_share_that_is_not_known_counts_as_none_and_is_said() -> None:
    store("ERCO", **{INTENSITY: [400, 410]})
    found = carbon("ERCO:2022", "reported")
    assert found.carbon_free_frac.tolist() == [0.0, 0.0]
    assert found.source.warnings == (SHARE_UNKNOWN,)


def test_every_account_is_covered_here() -> None:
    assert set(get_args(Account)) == {
        "average",
        "mean",
        "consumption",
        "marginal",
        "reported",
    }
    assert WIND < HYDRO < GAS < COAL
