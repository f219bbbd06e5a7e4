"""By how much each limit would have to give, where limits are in conflict."""

import pytest

from dcsim.optimize.problem import problem_of
from dcsim.optimize.relaxation import least_relaxation
from tests.conftest import scenario_of, traces_of
from tests.optimize.examples import NO_COST, NO_EMBODIED, per_year


@pytest.mark.parametrize(
    ("limits", "key", "excess"),
    [
        ({"import_mw": 4, "budget_usd": 0}, "limits.import_mw", 8),
        ({"import_mw": 4, "land_ha": 3}, "limits.land_ha", 5),
        ({"coverage_frac": 0.5, "land_ha": 3}, "limits.coverage_frac", 0.2),
        ({"cfe_frac": 0.5, "land_ha": 3}, "limits.cfe_frac", 0.2),
        (
            {"operational_t_per_year": per_year(0.5, 2), "land_ha": 3},
            "limits.operational_t_per_year",
            per_year(0.9, 2),
        ),
        ({"total_t_per_year": per_year(0.1, 2)}, "limits.total_t_per_year", per_year(0.14, 2)),
        (
            {"coverage_frac": 1, "embodied_t_per_year": 0},
            "limits.embodied_t_per_year",
            per_year(0.24, 2),
        ),
        ({"coverage_frac": 1, "budget_usd": 2000}, "limits.budget_usd", 10_000),
        (
            {"coverage_frac": 1, "cost_usd_per_year": 0},
            "limits.cost_usd_per_year",
            per_year(24 * 7, 2),
        ),
        ({"ramp_mw_per_h": 1, "coverage_frac": 0, "budget_usd": 0}, "limits.ramp_mw_per_h", 3),
    ],
)
def test_the_least_relaxation_of_each_limit(
    limits: dict[str, float], key: str, excess: float
) -> None:
    """8 and 12 MW in two hours, wind at 10 kg/MWh, 1,000 USD/MW, 7 USD/MWh and 1 ha/MW.

    Import alone: 12 - 4. Land for 8 MW is 8 - 3 ha. 3 MW cover 0.3 of 0.5. Of operational carbon
    3 MW leave 1.4 t of 0.5; all wind makes 0.24 t of 0.1. All of it takes 12,000 USD at once, and
    168 to run. Without wind and with nothing to waste, import must rise by 4 MW.
    """
    scenario = scenario_of(
        wind={"ha_per_mw": 1},
        embodied=NO_EMBODIED | {"wind_kg_per_mwh": 10},
        cost=NO_COST
        | {"wind_usd_per_mw": 1000, "wind_variable_usd_per_mwh": 7, "discount_frac": 0}
        | {"wind_life_years": 1e9},
        limits=limits,
    )
    traces = traces_of(scenario, load=[8, 12], intensity=[100, 100], wind=[1, 1])
    problem = problem_of(scenario, [traces], "all")
    assert least_relaxation(problem, key) == pytest.approx(excess)
