"""Each limit of the whole plan alone, with the arithmetic in the docstring."""

from typing import Any

import pandas as pd
import pytest

from dcsim.errors import InfeasibleError
from dcsim.optimize.plan import Design
from dcsim.optimize.solve import optimize
from dcsim.traces.frame import Traces
from tests.conftest import scenario_of, traces_of
from tests.optimize.examples import (
    NO_COST,
    NO_EMBODIED,
    Example,
    battery_of,
    example_of,
    per_year,
)

DEAR_WIND = {"wind": {}, "embodied": NO_EMBODIED | {"wind_kg_per_mwh": 1000}}
"""Wind nobody would build at 100 kg/MWh from the grid, unless a limit asks for it."""

TWO_HOURS: dict[str, Any] = {"intensity": [100, 100], "wind": [1, 1]}

LEAST_COST = {"objective": {"minimize": "cost"}, "cost": NO_COST}


def import_most() -> Example:
    """8 of 10 MW may be imported, 3 of them surplus in hour 0; wind gives 2 at 1,000 kg/MWh.

    5 * 100 + 8 * 100 + 4 * 1,000 = 5,300 kg.
    """
    parts = DEAR_WIND | {"limits": {"import_mw": 8}}
    return example_of(5300, parts, surplus=[3, 0], **TWO_HOURS)


def ramp_up() -> Example:
    """Import may rise by 3 MW to the 10 needed, so it is 7 before: 17 * 100 = 1,700 kg."""
    parts = {"limits": {"ramp_mw_per_h": 3}}
    return example_of(1700, parts, intensity=[100, 100], load=[4, 10])


def ramp_down() -> Example:
    """Import may fall by 3 MW from the 10 needed, so it is 7 after: 17 * 100 = 1,700 kg."""
    parts = {"limits": {"ramp_mw_per_h": 3}}
    return example_of(1700, parts, intensity=[100, 100], load=[10, 4])


def coverage() -> Example:
    """6 of 10 MW must be own wind at 1,000 kg/MWh: 2 (4 * 100 + 6 * 1,000) = 12,800 kg."""
    return example_of(12_800, DEAR_WIND | {"limits": {"coverage_frac": 0.6}}, **TWO_HOURS)


def carbon_free() -> Example:
    """A quarter of the grid is not carbon-free, a tenth of the load may be so: 4 MW of import.

    2 (4 * 100 + 6 * 1,000) = 12,800 kg.
    """
    parts = DEAR_WIND | {"limits": {"cfe_frac": 0.9}}
    return example_of(12_800, parts, clean=[0.75, 0.75], **TWO_HOURS)


def operational_cap() -> Example:
    """800 kg over the two hours: 8 MWh of import, 12 of wind: 800 + 12,000 kg."""
    parts = DEAR_WIND | {"limits": {"operational_t_per_year": per_year(0.8, 2)}}
    return example_of(12_800, parts, **TWO_HOURS)


def embodied_cap() -> Example:
    """60 kg of wind at 10 kg/MWh are 6 MWh: 60 + 14 * 100 = 1,460 kg, and not 200."""
    parts = {
        "wind": {},
        "embodied": NO_EMBODIED | {"wind_kg_per_mwh": 10},
        "limits": {"embodied_t_per_year": per_year(0.06, 2)},
    }
    return example_of(1460, parts, **TWO_HOURS)


def total_cap() -> Example:
    """1,100 kg: 10 MWh of import at 100 and 10 of wind at 10 kg/MWh.

    At 50 and 100 USD/MWh: 10 * 50 + 10 * 100 = 1,500 USD.
    """
    parts = LEAST_COST | {
        "wind": {},
        "embodied": NO_EMBODIED | {"wind_kg_per_mwh": 10},
        "cost": NO_COST | {"wind_variable_usd_per_mwh": 100},
        "limits": {"total_t_per_year": per_year(1.1, 2)},
    }
    return example_of(1500, parts, price=[50, 50], **TWO_HOURS)


def cost_cap() -> Example:
    """1,500 USD buy 10 MWh of import at 50 and 10 of wind at 100 USD/MWh: 1,000 kg."""
    parts = {
        "wind": {},
        "cost": NO_COST | {"wind_variable_usd_per_mwh": 100},
        "limits": {"cost_usd_per_year": per_year(1500, 2)},
    }
    return example_of(1000, parts, price=[50, 50], **TWO_HOURS)


def budget() -> Example:
    """6,000 USD buy 6 MW of wind beside the 2 there are: 2 * (10 - 8) * 100 = 400 kg."""
    parts = {
        "wind": {"existing_mw": 2},
        "cost": NO_COST | {"wind_usd_per_mw": 1000},
        "limits": {"budget_usd": 6000},
    }
    return example_of(400, parts, **TWO_HOURS)


def land() -> Example:
    """5 ha hold 5 MW of wind at a factor of 0.6, or 2.5 MW of solar at 1: 14 MWh of import."""
    parts = {
        "solar": {"ha_per_mw": 2},
        "wind": {"ha_per_mw": 1},
        "limits": {"land_ha": 5},
    }
    return example_of(1400, parts, intensity=[100, 100], solar=[1, 1], wind=[0.6, 0.6])


def relaxed_limit() -> Example:
    """10 MW of load, 5 of import and 2 of solar: 3 MW more of solar are the least that would do."""
    parts = {"solar": {"max_mw": 2}, "limits": {"import_mw": 5}}
    example = example_of(3, parts, intensity=[100, 100], solar=[1, 1])
    return Example(example.scenario, example.years, example.optimum, "solar.max_mw")


def monthly_peak() -> Example:
    """The battery levels 2 and 10 MW to 6: 12 * 50 + 6 * 100 = 1,200 USD."""
    parts = LEAST_COST | {
        "battery": battery_of(4, 4),
        "cost": NO_COST | {"demand_usd_per_mw_month": 100},
    }
    return example_of(1200, parts, intensity=[0, 0], load=[2, 10], price=[50, 50])


def worst_year() -> Example:
    """Two years of one hour, one with sun at 100 kg/MWh, one with wind at 300; 10 ha for both.

    Of S + W = 10 MW: (10 - S) 100 = (10 - W) 300 at S = 2.5; each year 750 kg, 1,500 in all.
    """
    scenario = scenario_of(
        solar={"ha_per_mw": 1},
        wind={"ha_per_mw": 1},
        limits={"land_ha": 10},
        objective={"years": "worst"},
        embodied=NO_EMBODIED,
    )
    sunny = traces_of(scenario, intensity=[100], solar=[1], wind=[0], name="sunny")
    windy = traces_of(scenario, intensity=[300], solar=[0], wind=[1], name="windy")
    return Example(scenario, (sunny, windy), 1500)


EXAMPLES = (
    import_most,
    ramp_up,
    ramp_down,
    coverage,
    carbon_free,
    operational_cap,
    embodied_cap,
    total_cap,
    cost_cap,
    budget,
    land,
    relaxed_limit,
    monthly_peak,
    worst_year,
)


def test_import_limit_binds_by_bound() -> None:
    """8 of 10 MW may be imported at 100, wind at 1,000 kg/MWh gives 2: 2 (800 + 2,000) kg."""
    scenario = scenario_of(**DEAR_WIND, limits={"import_mw": 8})
    plan = optimize(scenario, traces_of(scenario, **TWO_HOURS))
    assert plan.certificate.objective == pytest.approx(5600)
    assert plan.dispatch["grid_mw"].tolist() == pytest.approx([8, 8])


def test_an_import_limit_is_worth_as_much_where_the_design_is_given() -> None:
    """Work may wait an hour for a cleaner one: one more MW there moves 1 MWh from 300 to 100."""
    tier = {"name": "any", "share_frac": 0.5, "deadline_h": 1}
    scenario = scenario_of(
        datacenter={"capacity_mw": 10, "flexible": [tier]},
        limits={"import_mw": 10},
        embodied=NO_EMBODIED,
    )
    traces = traces_of(scenario, intensity=[300, 100], load=[12, 8], wind=[1, 1])
    for design in (None, Design(wind_mw=1)):
        plan = optimize(scenario, traces, design=design)
        assert plan.shadow_prices["limits.import_mw"] == pytest.approx(200)


def test_ramps_are_not_limited_between_two_years() -> None:
    """Two years of 2 hours at 4 and at 10 MW: no hour of one follows an hour of the other."""
    scenario = scenario_of(limits={"ramp_mw_per_h": 3}, embodied=NO_EMBODIED)
    years = [traces_of(scenario, intensity=[100, 100], load=[mw, mw]) for mw in (4, 10)]
    assert optimize(scenario, years).certificate.objective == pytest.approx(2800)


def test_what_is_imported_for_its_ramp_is_in_the_table() -> None:
    plan = optimize(ramp_up().scenario, ramp_up().years)
    assert plan.dispatch["grid_mw"].tolist() == pytest.approx([7, 10])
    assert plan.dispatch["curtailed_mw"].tolist() == pytest.approx([3, 0])


def test_the_grids_surplus_is_carbon_free_and_not_covered() -> None:
    """3 of 10 MW are surplus at no carbon: a CFE of 0.3 asks for no wind, a coverage of 0.3 does.

    7 * 100 = 700 kg; and 3 MW of wind: 3,000 + (10 - 3 - 3) * 100 = 3,400 kg.
    """
    world = {"intensity": [100], "wind": [1], "surplus": [3]}
    for limit, expected_kg in (("cfe_frac", 700), ("coverage_frac", 3400)):
        example = example_of(0, DEAR_WIND | {"limits": {limit: 0.3}}, **world)
        assert example.found() == pytest.approx(expected_kg)


def test_surplus_adds_no_carbon_up_to_what_there_is() -> None:
    """3 and 12 MW of surplus on 10 MW of load: 7 * 100 = 700 kg."""
    example = example_of(0, {}, intensity=[100, 100], surplus=[3, 12])
    plan = optimize(example.scenario, example.years)
    assert plan.certificate.objective == pytest.approx(700)
    assert plan.dispatch["grid_mw"].tolist() == pytest.approx([10, 10])


@pytest.mark.parametrize("limit", ["coverage_frac", "cfe_frac"])
def test_shares_hold_in_each_year_and_not_on_the_whole(limit: str) -> None:
    """Wind at factors 1 and 0.5: 10 MW cover all of the first year and half of the second.

    Half is asked: 5 MW would cover half and a quarter, so 10 are built. 10,000 + 500 + 5,000 kg.
    """
    scenario = scenario_of(**DEAR_WIND, limits={limit: 0.5})
    years = [traces_of(scenario, intensity=[100], wind=[cf], name=str(cf)) for cf in (1, 0.5)]
    plan = optimize(scenario, years)
    assert plan.design.wind_mw == pytest.approx(10)
    assert plan.certificate.objective == pytest.approx(15_500)


def test_a_budget_counts_everything_built_new_by_its_price() -> None:
    """1 MW of solar at 1, wind at 10, 2 MWh at 100 and 1 MW of it at 1,000: 1,211 USD.

    And 1 MW of servers at 20,000 USD per MW of IT, half of that per MW of facility: 11,211 USD.
    """
    tier = {"name": "any", "share_frac": 0.1, "deadline_h": 1}
    one = {"min_mw": 1, "max_mw": 1}
    prices = {
        "solar_usd_per_mw": 1,
        "wind_usd_per_mw": 10,
        "battery_usd_per_mwh": 100,
        "battery_usd_per_mw": 1000,
        "servers_usd_per_mw": 20_000,
    }

    def with_budget(usd: float) -> Example:
        parts = {
            "datacenter": {"capacity_mw": 5, "pue": 2.0, "flexible": [tier]},
            "solar": one,
            "wind": one,
            "battery": battery_of(2, 1),
            "servers": one,
            "cost": NO_COST | prices,
            "limits": {"budget_usd": usd},
        }
        return example_of(0, parts, intensity=[1, 1], solar=[1, 1], wind=[1, 1])

    enough, short = with_budget(11_211), with_budget(11_210)
    optimize(enough.scenario, enough.years)
    with pytest.raises(InfeasibleError, match=r"budget_usd 11210 would have to be 11211"):
        optimize(short.scenario, short.years)


def _starting(traces: Traces, start: str) -> Traces:
    index = pd.date_range(start, periods=traces.hours, freq="h", unit="s")
    return Traces(traces.table.set_axis(index), traces.local_day, (), traces.name, traces.weight)


@pytest.mark.parametrize(
    ("zone", "expected_usd"), [("UTC", 1000), ("America/Los_Angeles", 700), ("Asia/Tokyo", 700)]
)
def test_each_local_month_has_its_peak(zone: str, expected_usd: float) -> None:
    """Hours 22 to 1 around the end of January UTC, load 3, 7, 3, 3 MW at 100 USD/MW and month.

    In UTC the peaks are 7 and 3; in California all four hours are January's, in Japan February's.
    """
    scenario = scenario_of(
        datacenter={"capacity_mw": 10, "time_zone": zone},
        objective={"minimize": "cost"},
        cost=NO_COST | {"demand_usd_per_mw_month": 100},
        embodied=NO_EMBODIED,
    )
    traces = traces_of(scenario, intensity=[0] * 4, load=[3, 7, 3, 3])
    plan = optimize(scenario, _starting(traces, "2022-01-31T22:00Z"))
    assert plan.certificate.objective == pytest.approx(expected_usd)


def test_months_of_two_years_have_their_own_peaks_by_weight() -> None:
    """Peaks of 4 and 10 MW in the Januaries of two years that count twice and once: 1,800 USD."""
    scenario = scenario_of(
        objective={"minimize": "cost"},
        cost=NO_COST | {"demand_usd_per_mw_month": 100},
        embodied=NO_EMBODIED,
    )
    years = [
        traces_of(scenario, intensity=[0, 0], load=[mw, mw], name=str(mw), weight=weight)
        for mw, weight in ((4, 2), (10, 1))
    ]
    assert optimize(scenario, years).certificate.objective == pytest.approx(1800)


def test_a_limit_of_cost_counts_the_peak() -> None:
    """W MW of wind at 8 USD/MWh, import at 1, and 10 for each MW of its peak: 120 + 4 W USD.

    144 USD are W = 6: 8 MWh of import at 100 and 12 of wind at 10 kg/MWh: 920 kg.
    """
    scenario = scenario_of(
        wind={},
        embodied=NO_EMBODIED | {"wind_kg_per_mwh": 10},
        cost=NO_COST | {"wind_variable_usd_per_mwh": 8, "demand_usd_per_mw_month": 10},
        limits={"cost_usd_per_year": per_year(144, 2)},
    )
    plan = optimize(scenario, traces_of(scenario, price=[1, 1], **TWO_HOURS))
    assert plan.design.wind_mw == pytest.approx(6)
    assert plan.certificate.objective == pytest.approx(920)


@pytest.mark.parametrize(
    ("limit", "kind"),
    [
        ("operational_t_per_year", "operational_kg"),
        ("embodied_t_per_year", "embodied_kg"),
        ("total_t_per_year", "total_kg"),
    ],
)
def test_caps_are_a_year_by_the_weights(limit: str, kind: str) -> None:
    """Two years of one hour, weights 3 and 1; wind at 100 kg/MWh and factors 1 and 0.5.

    W MW: operational 3 (10 - W) 200 + (10 - W / 2) 400 = 10,000 - 800 W; embodied 350 W. Caps at
    W = 4 are 6,800, 1,400 and 8,200 kg over 4 hours. Cost wants no wind, or all there is.
    """
    cap_kg = {"operational_kg": 6800, "embodied_kg": 1400, "total_kg": 8200}[kind]
    wants_wind = kind == "embodied_kg"
    scenario = scenario_of(
        wind={},
        embodied=NO_EMBODIED | {"wind_kg_per_mwh": 100},
        objective={"minimize": "cost"},
        cost=NO_COST | {"wind_variable_usd_per_mwh": 0 if wants_wind else 100},
        limits={limit: per_year(cap_kg / 1000, 4)},
    )
    years = [
        traces_of(scenario, intensity=[ci], wind=[cf], price=[1.0 * wants_wind], weight=weight)
        for ci, cf, weight in ((200, 1, 3), (400, 0.5, 1))
    ]
    assert optimize(scenario, years).design.wind_mw == pytest.approx(4)
