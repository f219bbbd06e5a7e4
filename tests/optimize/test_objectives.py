"""What is minimized: carbon, cost, both at a price, one and then the other, the worst year."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from dcsim.optimize.plan import Plan
from dcsim.optimize.solve import optimize
from dcsim.scenario.spec import Scenario
from dcsim.traces.frame import Traces
from tests.conftest import scenario_of, traces_of
from tests.optimize.examples import Totals, recount

HOURS = 72

TIERS = [
    {"name": "soon", "share_frac": 0.2, "deadline_h": 4},
    {"name": "any", "share_frac": 0.3, "daily": True},
]

PARTS: dict[str, Any] = {
    "datacenter": {"capacity_mw": 10, "flexible": TIERS, "pue": 1.3},
    "solar": {"max_mw": 60, "existing_mw": 1},
    "wind": {"max_mw": 60},
    "battery": {"max_mwh": 80},
    "servers": {"max_mw": 5},
    "limits": {"export_mw": 4},
    "embodied": {"battery_kg_per_mwh": 9000, "servers_kg_per_mw": 90_000},
    "cost": {"demand_usd_per_mw_month": 300, "carbon_usd_per_t": 20},
}


def a_world(seed: int) -> dict[str, list[float]]:
    rng = np.random.default_rng(seed)
    noon = np.clip(np.sin((np.arange(HOURS) % 24 - 6) / 12 * np.pi), 0, 1)
    price = rng.uniform(20, 90, HOURS)
    columns = {
        "intensity": rng.uniform(100, 700, HOURS),
        "load": rng.uniform(7, 13, HOURS),
        "solar": noon * rng.uniform(0.3, 1, HOURS),
        "wind": rng.uniform(0, 1, HOURS) ** 2,
        "price": price,
        "export_price": 0.4 * price,
    }
    return {name: column.tolist() for name, column in columns.items()}


def planned(seeds: Sequence[int], **objective: Any) -> tuple[Plan, Totals]:
    """A plan for one year of each seed, and its totals counted from its tables."""
    scenario = scenario_of(**PARTS, objective=objective)
    years = [traces_of(scenario, **a_world(seed), name=f"y{seed}") for seed in seeds]
    plan = optimize(scenario, years)
    return plan, recount(scenario, years, plan)


SEEDS = [3, 4]


@pytest.mark.parametrize("seed", SEEDS)
def test_each_objective_is_the_total_of_its_plan(seed: int) -> None:
    """The objective counted from the tables alone; weighted is cost and price times carbon."""
    plan, totals = planned([seed], minimize="carbon")
    assert plan.certificate.unit == "kg CO2e"
    assert plan.certificate.objective == pytest.approx(totals.total_kg, rel=1e-9)
    plan, totals = planned([seed], minimize="cost")
    assert plan.certificate.unit == "USD"
    assert plan.certificate.objective == pytest.approx(totals.cost_usd, rel=1e-9)
    plan, totals = planned([seed], minimize="weighted", carbon_usd_per_t=150.0)
    counted = totals.cost_usd + 150 / 1000 * totals.total_kg
    assert plan.certificate.objective == pytest.approx(counted, rel=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_objective_is_beaten_at_its_own(seed: int) -> None:
    carbon = planned([seed], minimize="carbon")[1]
    cost = planned([seed], minimize="cost")[1]
    both = planned([seed], minimize="weighted", carbon_usd_per_t=150.0)[1]
    assert carbon.total_kg < both.total_kg < cost.total_kg
    assert cost.cost_usd < both.cost_usd < carbon.cost_usd
    for other in (carbon, cost):
        weighted = other.cost_usd + 0.15 * other.total_kg
        assert both.cost_usd + 0.15 * both.total_kg < weighted


@pytest.mark.parametrize("seed", SEEDS)
def test_a_price_of_carbon_goes_from_least_cost_to_least_carbon(seed: int) -> None:
    """Near nothing a tonne gives the least cost, a fortune the least carbon; between, in order.

    At price p the weighted plan is no better by carbon than the least carbon C, whose cost K is no
    more than K: so its carbon is at most C + (K - least cost) / p.
    """
    carbon, cost = (planned([seed], minimize=what)[1] for what in ("carbon", "cost"))
    prices = [1e-6, 50.0, 300.0, 3000.0, 1e9]
    totals = [planned([seed], minimize="weighted", carbon_usd_per_t=p)[1] for p in prices]
    assert totals[0].cost_usd == pytest.approx(cost.cost_usd, rel=1e-9)
    spread_usd = carbon.cost_usd - cost.cost_usd
    for price, total in zip(prices, totals, strict=True):
        assert total.total_kg <= carbon.total_kg + 1000 * spread_usd / price + 1e-3
    for before, after in pairwise(totals):
        assert after.total_kg <= before.total_kg + 1e-6
        assert after.cost_usd >= before.cost_usd - 1e-6


def test_a_carbon_price_paid_counts_as_one_weighted() -> None:
    """20 USD/t paid and 130 weighted are 150 paid."""
    weighted, _ = planned([3], minimize="weighted", carbon_usd_per_t=130.0)
    paid = PARTS | {"cost": PARTS["cost"] | {"carbon_usd_per_t": 150.0}}
    scenario = scenario_of(**paid, objective={"minimize": "cost"})
    plan = optimize(scenario, traces_of(scenario, **a_world(3)))
    assert plan.certificate.objective == pytest.approx(weighted.certificate.objective, rel=1e-9)


@pytest.mark.parametrize("slack", [0.0, 0.001, 0.05])
@pytest.mark.parametrize("seed", SEEDS)
def test_least_cost_within_a_slack_of_the_least_carbon(seed: int, slack: float) -> None:
    """Carbon is within the slack, cost the least of any such plan: of the cap posed as a limit."""
    carbon = planned([seed], minimize="carbon")[1]
    plan, totals = planned([seed], minimize="lexicographic", slack_frac=slack)
    most_kg = carbon.total_kg * (1 + slack)
    assert totals.total_kg <= most_kg * (1 + 1e-9)
    assert plan.certificate.unit == "USD"
    assert plan.certificate.objective == pytest.approx(totals.cost_usd, rel=1e-8)
    assert totals.cost_usd <= carbon.cost_usd * (1 + 1e-9)
    cap = {"total_t_per_year": most_kg * (1 + 1e-9) / 1000 / (HOURS / 8766)}
    limits = PARTS["limits"] | cap
    capped = scenario_of(**(PARTS | {"limits": limits}), objective={"minimize": "cost"})
    other = optimize(capped, traces_of(capped, **a_world(seed)))
    assert plan.certificate.objective == pytest.approx(other.certificate.objective, rel=1e-5)


def test_more_slack_never_costs_more() -> None:
    costs = [
        planned([3], minimize="lexicographic", slack_frac=slack)[1].cost_usd
        for slack in (0.0, 0.01, 0.1, 100.0)
    ]
    assert costs == sorted(costs, reverse=True)
    assert costs[-1] == pytest.approx(planned([3], minimize="cost")[1].cost_usd, rel=1e-9)


def per_year(scenario: Scenario, years: Sequence[Traces], plan: Plan) -> list[float]:
    """What the plan's design is worth a year in each year alone, run as well as can be."""
    objective = scenario.objective.model_copy(update={"years": "all"})
    alone = scenario.model_copy(update={"objective": objective})
    return [
        optimize(alone, year, design=plan.design).certificate.objective / year.weight / year.years
        for year in years
    ]


@pytest.mark.parametrize("minimize", ["carbon", "cost"])
def test_the_worst_year_is_better_and_the_sum_no_better(minimize: str) -> None:
    """Three years: by the worst, the worst year is the least of any design, and the sum is not."""
    plans = {}
    for which in ("all", "worst"):
        scenario = scenario_of(**PARTS, objective={"minimize": minimize, "years": which})
        worlds = [a_world(seed) for seed in (3, 4, 5)]
        years = [
            traces_of(scenario, **world, name=str(n), weight=weight)
            for n, (world, weight) in enumerate(zip(worlds, (1.0, 4.0, 2.0), strict=True))
        ]
        plans[which] = (scenario, years, optimize(scenario, years))
    of = {which: per_year(*posed) for which, posed in plans.items()}
    weights = np.array([year.weight * year.years for year in plans["all"][1]])
    assert max(of["worst"]) < max(of["all"])
    assert weights @ of["worst"] > weights @ of["all"]
    worst, total = (plans[which][2].certificate.objective for which in ("worst", "all"))
    assert worst == pytest.approx(weights.sum() * max(of["worst"]), rel=1e-8)
    assert total == pytest.approx(weights @ of["all"], rel=1e-8)


def test_the_worst_of_one_year_is_that_year() -> None:
    plan, _ = planned([3], minimize="cost", years="worst")
    assert plan.certificate.objective == pytest.approx(
        planned([3], minimize="cost")[0].certificate.objective, rel=1e-9
    )


def test_the_worst_year_comes_first_and_then_the_least_cost() -> None:
    """Lexicographic by the worst year: carbon of no year above the slack on the worst."""
    first, _ = planned([3, 4], minimize="carbon", years="worst")
    plan, totals = planned([3, 4], minimize="lexicographic", slack_frac=0.01, years="worst")
    scenario = scenario_of(**PARTS)
    years = [traces_of(scenario, **a_world(seed)) for seed in (3, 4)]
    worst_kg = first.certificate.objective / 2
    for year, energy in zip(years, plan.dispatches, strict=True):
        alone = type(plan)(**{**vars(plan), "dispatches": (energy,)})
        assert recount(scenario, [year], alone).total_kg <= worst_kg * 1.01 * (1 + 1e-9)
    assert plan.certificate.objective == pytest.approx(totals.cost_usd, rel=1e-8)
