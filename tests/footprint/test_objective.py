"""What is minimized, worked out by hand from the ledgers of two years."""

from typing import Any

import pytest

from dcsim.footprint.accounts import Footprint
from dcsim.footprint.ledger import CostLedger, CostRow, Ledger, Row
from dcsim.footprint.objective import measured, objective_of
from dcsim.footprint.scores import Scores
from dcsim.scenario.money import Objective
from dcsim.traces.frame import Traces
from tests.conftest import scenario_of, traces_of

SCORES = Scores(0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1)


def footprint_of(operational_kg: float, embodied_kg: float, usd: float) -> Footprint:
    rows = (Row("operational", "grid", operational_kg), Row("embodied", "solar", embodied_kg))
    return Footprint(Ledger(rows), SCORES, CostLedger((CostRow("energy", "grid", usd),)))


def years_of(hours: tuple[int, int], weights: tuple[float, float]) -> list[Traces]:
    return [
        traces_of(scenario_of(), intensity=[1.0] * n, name=str(n), weight=weight)
        for n, weight in zip(hours, weights, strict=True)
    ]


DIRTY, CLEAN = footprint_of(3000, 1000, 50), footprint_of(500, 1000, 90)
"""4 t for 50 USD, and 1.5 t for 90 USD."""


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"minimize": "carbon"}, 4000),
        ({"minimize": "cost"}, 50),
        ({"minimize": "weighted", "carbon_usd_per_t": 20}, 50 + 20 * 4),
        ({"minimize": "lexicographic", "slack_frac": 0.1}, 50),
    ],
)
def test_one_footprint(asked: dict[str, Any], expected: float) -> None:
    """Carbon in kg; cost in USD, in the weighted one with 20 USD for each of 4 t."""
    assert measured(Objective(**asked), DIRTY) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"minimize": "carbon"}, 3 * 4000 + 2 * 1500),
        ({"minimize": "cost"}, 3 * 50 + 2 * 90),
        ({"minimize": "weighted", "carbon_usd_per_t": 20}, 3 * 130 + 2 * 120),
        ({"minimize": "lexicographic"}, 3 * 50 + 2 * 90),
        ({"minimize": "lexicographic", "years": "worst"}, 3 * 50 + 2 * 90),
    ],
)
def test_two_years_by_their_weights(asked: dict[str, Any], expected: float) -> None:
    """Three of the dirty year and two of the clean one; lexicographic ends with cost over all."""
    years = years_of((4, 4), (3, 2))
    assert objective_of(Objective(**asked), years, [DIRTY, CLEAN]) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"minimize": "carbon"}, 4000 / 4 * 28),
        ({"minimize": "cost"}, 50 / 4 * 28),
        ({"minimize": "weighted", "carbon_usd_per_t": 2}, 58 / 4 * 28),
    ],
)
def test_the_worst_year_is_the_worst_per_hour(asked: dict[str, Any], expected: float) -> None:
    """Years of 4 and 8 hours, three and two of them: 28 hours as bad as those of the worst.

    Per hour the dirty year is the worse by all three: 1,000 against 187.5 kg, 12.5 against 11.25
    USD, and 14.5 against 11.625 USD with 2 USD a tonne; although its cost, 50 USD, is the lower.
    """
    years = years_of((4, 8), (3, 2))
    worst = Objective(**asked, years="worst")
    assert objective_of(worst, years, [DIRTY, CLEAN]) == pytest.approx(expected)
    assert objective_of(worst, years[::-1], [CLEAN, DIRTY]) == pytest.approx(expected)


def test_the_worst_of_one_year_is_that_year() -> None:
    (year, _) = years_of((4, 4), (1, 1))
    asked = Objective(minimize="carbon", years="worst")
    assert objective_of(asked, [year], [CLEAN]) == pytest.approx(CLEAN.total_kg)
