"""Laws of a horizon of several years, and of the grid's surplus and of what existed before."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcsim.footprint.accounts import Footprint, account, account_years
from dcsim.footprint.scores import Scores
from dcsim.optimize.plan import Design
from dcsim.scenario.spec import Scenario
from dcsim.simulate.engine import simulate
from dcsim.traces.frame import Traces
from tests.conftest import scenario_of, traces_of

HOURS = 24
DESIGN = Design(12, 9, 20, 6, 2)

ASKED = {
    "limits": {"import_mw": 9, "export_mw": 3},
    "cost": {"demand_usd_per_mw_month": 500, "carbon_usd_per_t": 30},
}

weights = st.lists(st.floats(0.1, 20), min_size=1, max_size=4)
seeds = st.integers(0, 10_000)


def year_of(scenario: Scenario, seed: int, weight: float = 1.0, surplus_mw: float = 4.0) -> Traces:
    draws = np.random.default_rng(seed)
    return traces_of(
        scenario,
        intensity=draws.uniform(0, 900, HOURS),
        load=draws.uniform(5, 15, HOURS),
        solar=draws.uniform(0, 1, HOURS),
        wind=draws.uniform(0, 1, HOURS),
        clean=draws.uniform(0, 1, HOURS),
        price=draws.uniform(10, 90, HOURS),
        export_price=draws.uniform(0, 10, HOURS),
        surplus=surplus_mw * (draws.uniform(0, 1, HOURS) < 0.3),
        weight=weight,
    )


def run(scenario: Scenario, year: Traces, design: Design = DESIGN) -> Footprint:
    return account(scenario, year, design, simulate(scenario, year, design, "greedy").energy)


@given(weights, seeds)
def test_totals_are_weighted_sums(weights: list[float], seed: int) -> None:
    scenario = scenario_of(**ASKED)
    years = [year_of(scenario, seed + n, w) for n, w in enumerate(weights)]
    energies = [simulate(scenario, year, DESIGN, "greedy").energy for year in years]
    whole = account_years(scenario, years, DESIGN, energies)
    parts = [run(scenario, year) for year in years]

    def summed(values: list[float]) -> float:
        return sum(w * value for w, value in zip(weights, values, strict=True))

    assert whole.total_kg == pytest.approx(summed([part.total_kg for part in parts]))
    assert whole.cost_usd == pytest.approx(summed([part.cost_usd for part in parts]))
    for row in whole.ledger.rows:
        kg = [part.ledger.total_kg(row.scope, row.source) for part in parts]
        assert row.kg == pytest.approx(summed(kg))
    for row in whole.cost.rows:
        usd = [part.cost.total_usd(row.scope, row.source) for part in parts]
        assert row.usd == pytest.approx(summed(usd))
    for field in fields(Scores):
        values = [getattr(part.scores, field.name) for part in parts]
        if field.name.endswith("_mwh"):
            assert getattr(whole.scores, field.name) == pytest.approx(summed(values)), field.name
        else:
            assert min(values) - 1e-12 <= getattr(whole.scores, field.name) <= max(values) + 1e-12


def test_shares_are_of_the_whole_load_and_the_peak_is_the_highest() -> None:
    """10 MWh fully covered, three times, and 30 MWh not at all: 30 of 60 MWh, half of it.

    The mean of the shares would be 0.75. The peak counts however little its year weighs.
    """
    scenario = scenario_of()
    sunny = traces_of(scenario, intensity=[100], load=[10], solar=[1], weight=3.0)
    dark = traces_of(scenario, intensity=[100], load=[30], clean=[0.5])
    design = Design(solar_mw=10)
    energies = [simulate(scenario, year, design, "none").energy for year in (sunny, dark)]
    scores = account_years(scenario, (sunny, dark), design, energies).scores
    assert scores.coverage_frac == pytest.approx(0.5)
    assert scores.cfe_frac == pytest.approx((30 + 0.5 * 30) / 60)
    assert (scores.peak_import_mw, scores.load_mwh) == (30, 60)


@given(seeds)
def test_one_year_of_weight_one_is_itself(seed: int) -> None:
    scenario = scenario_of(**ASKED)
    year = year_of(scenario, seed)
    energy = simulate(scenario, year, DESIGN, "greedy").energy
    alone = account(scenario, year, DESIGN, energy)
    whole = account_years(scenario, [year], DESIGN, [energy])
    assert (whole.ledger, whole.cost) == (alone.ledger, alone.cost)
    for field in fields(Scores):
        assert getattr(whole.scores, field.name) == pytest.approx(getattr(alone.scores, field.name))


def test_surplus_by_hand() -> None:
    """10 MW imported in both hours, of which 4 and 20 MW are surplus: (10 - 4) * 100 kg, and none.

    Carbon-free: 4 + 0.5 * 6 in the first hour and all 10 in the second, of 20 MWh. Own coverage
    has none of it.
    """
    scenario = scenario_of()
    traces = traces_of(scenario, intensity=[100, 300], clean=[0.5, 0.0], surplus=[4, 20])
    footprint = run(scenario, traces, Design())
    assert footprint.ledger.total_kg("operational") == pytest.approx(600)
    assert footprint.scores.cfe_frac == pytest.approx(17 / 20)
    assert footprint.scores.coverage_frac == 0
    assert footprint.scores.surplus_mwh == 14


@given(seeds, st.floats(0, 20), st.floats(0, 20))
def test_more_surplus_never_raises_carbon_nor_lowers_the_carbon_free_share(
    seed: int, one_mw: float, other_mw: float
) -> None:
    scenario = scenario_of(**ASKED)
    less, more = (
        run(scenario, year_of(scenario, seed, surplus_mw=mw)) for mw in sorted((one_mw, other_mw))
    )
    assert more.total_kg <= less.total_kg + 1e-9
    assert more.scores.cfe_frac >= less.scores.cfe_frac - 1e-12
    assert more.scores.coverage_frac == pytest.approx(less.scores.coverage_frac)
    assert more.cost.total_usd("energy") == pytest.approx(less.cost.total_usd("energy"))


def existing(share: float) -> dict[str, object]:
    """Parts of which a share of `DESIGN` existed before."""
    return {
        "solar": {"existing_mw": share * DESIGN.solar_mw},
        "wind": {"existing_mw": share * DESIGN.wind_mw},
        "battery": {
            "existing_mwh": share * DESIGN.battery_mwh,
            "existing_mw": share * DESIGN.battery_mw,
        },
        "servers": {"existing_mw": share * DESIGN.extra_server_mw},
    }


def test_what_existed_is_not_charged_again_but_kept_up() -> None:
    """All of it existed, and cells wear by age: no embodied carbon and no capital, all upkeep."""
    new, old = (
        run(scenario, year_of(scenario, 7))
        for scenario in (
            scenario_of(embodied={"battery_wear": False}, **existing(share)) for share in (0.0, 1.0)
        )
    )
    assert old.ledger.total_kg("embodied") == old.cost.total_usd("capital") == 0
    assert new.ledger.total_kg("embodied") > 0
    assert new.cost.total_usd("capital") > 0
    assert old.cost.total_usd("fixed") == new.cost.total_usd("fixed") > 0
    assert old.ledger.total_kg("operational") == new.ledger.total_kg("operational")


@given(seeds, st.floats(0, 1))
def test_embodied_carbon_falls_with_the_share_that_existed(seed: int, share: float) -> None:
    """In proportion, where cells wear by age."""
    calendar = {"embodied": {"battery_wear": False}}
    scenario = scenario_of(**calendar, **existing(0.0))
    new = run(scenario, year_of(scenario, seed)).ledger
    scenario = scenario_of(**calendar, **existing(share))
    part = run(scenario, year_of(scenario, seed)).ledger
    for row in new.rows:
        expected = row.kg * (1 - share) if row.scope == "embodied" else row.kg
        assert part.total_kg(row.scope, row.source) == pytest.approx(expected, abs=1e-6)


def test_exported_power_covers_no_load() -> None:
    """12 MW of wind, 5 exported, 3 bought for the load of 10: 7 of it are own."""
    scenario = scenario_of()
    traces = traces_of(scenario, intensity=[100], wind=[1])
    design = Design(wind_mw=12)
    energy = simulate(scenario, traces, design, "none").energy
    energy = energy.assign(export_mw=5.0, grid_mw=3.0, curtailed_mw=0.0)
    scores = account(scenario, traces, design, energy).scores
    assert scores.coverage_frac == pytest.approx(0.7)
