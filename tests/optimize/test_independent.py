"""The whole problem once more, in another formulation and without Pyomo: the same optimum.

Here curtailment is a variable of its own, deadlines are inequalities between cumulated work
(no backlog), wear is one variable bounded twice, and SciPy's `linprog` solves it. Only the traces
and the rates are shared with the package.
"""

import numpy as np
import pytest
import scipy.sparse as sp
from scipy.optimize import linprog

from dcsim.optimize.solve import optimize
from dcsim.scenario.load import load_scenario
from dcsim.scenario.rates import rates_of
from dcsim.scenario.spec import Scenario
from dcsim.traces.frame import Traces, build_traces


def independent_optimum_kg(scenario: Scenario, traces: Traces) -> float:
    """Return the least total carbon over design and dispatch [kg].

    Variables: S W E P X Z, then g k c d e (import, curtailed, charge, discharge, stored) and the
    served work of each tier, hour by hour.
    """
    rates, years, battery = rates_of(scenario), traces.years, scenario.battery
    tiers = scenario.datacenter.flexible
    hours = traces.hours
    one, lower = sp.identity(hours), sp.csr_array(np.tril(np.ones((hours, hours))))
    none = sp.csr_array((hours, hours))
    sf, wf = traces.column("solar_cf"), traces.column("wind_cf")

    def row(design: dict[int, np.ndarray], blocks: list) -> sp.csr_array:
        columns = np.zeros((hours, 6))
        for number, values in design.items():
            columns[:, number] = values
        return sp.hstack([sp.csr_array(columns), *blocks]).tocsr()

    full, per_tier = np.ones(hours), len(tiers)
    to_load = [-one] * per_tier
    equal, equal_to, at_most, limit = [], [], [], []
    equal.append(row({0: sf, 1: wf}, [one, -one, -one, one, none, *to_load]))
    equal_to.append(traces.column("fixed_mw"))
    previous = sp.csr_array(np.roll(np.eye(hours), -1, axis=1))
    charge = -battery.charge_efficiency * one
    discharge = one / battery.discharge_efficiency
    equal.append(row({}, [none, none, charge, discharge, one - previous, *[none] * per_tier]))
    equal_to.append(np.zeros(hours))

    def flow(number: int, sign: float = 1.0) -> list:
        return [sign * one if i == number else none for i in range(5 + per_tier)]

    kept = 1 - battery.depth_of_discharge
    at_most += [row({3: -full}, flow(2)), row({3: -full}, flow(3)), row({2: -full}, flow(4))]
    at_most += [row({2: kept * full}, flow(4, -1))]
    limit += [np.zeros(hours)] * 4
    at_most.append(row({4: -full}, [none] * 5 + [one] * per_tier))
    limit.append(traces.column("load_mw").max() - traces.column("fixed_mw"))
    for number, tier in enumerate(tiers):
        arrived = np.cumsum(traces.column(f"arriving_{tier.name}_mw"))
        due = np.concatenate([np.zeros(tier.deadline_h), arrived[: hours - tier.deadline_h]])
        due[-1] = arrived[-1]
        so_far = [lower if i == 5 + number else none for i in range(5 + per_tier)]
        at_most += [row({}, so_far), row({}, [-block for block in so_far])]
        limit += [arrived, -due]
    passed = np.zeros(6 + hours * (5 + per_tier))
    passed[6 + 3 * hours : 6 + 4 * hours] = 1
    passed[5] = -rates.battery_cycle_life * battery.depth_of_discharge
    aged = np.zeros_like(passed)
    aged[[2, 5]] = years / rates.battery_life_years, -1
    rated = np.zeros_like(passed)
    rated[[2, 3]] = -battery.max_c_rate, 1
    at_most.append(sp.csr_array(np.vstack([passed, aged, rated])))
    limit.append(np.zeros(3))

    cost = np.zeros_like(passed)
    cost[:6] = (
        rates.solar_kg_per_mwh * sf.sum(),
        rates.wind_kg_per_mwh * wf.sum(),
        0,
        years * rates.battery_power_kg_per_mw / rates.battery_power_life_years,
        years * rates.servers_kg_per_mw / rates.pue / rates.servers_life_years,
        rates.battery_kg_per_mwh,
    )
    cost[6 : 6 + hours] = traces.column("intensity_kg_per_mwh")
    bounds = [(0, None)] * len(cost)
    bounds[6 : 6 + hours] = [(0, scenario.limits.import_mw)] * hours
    for number, part in enumerate((scenario.solar, scenario.wind)):
        bounds[number] = (part.min_mw, part.max_mw)
    found = linprog(
        cost,
        A_ub=sp.vstack(at_most),
        b_ub=np.concatenate(limit),
        A_eq=sp.vstack(equal),
        b_eq=np.concatenate(equal_to),
        bounds=bounds,
        method="highs-ipm",
    )
    assert found.status == 0
    return float(found.fun)


@pytest.mark.parametrize(
    "overrides",
    [
        [],
        ["battery.depth_of_discharge=0.6", "battery.max_c_rate=0.25"],
        ["embodied.battery_cycle_life=300", "embodied.battery_kg_per_mwh=3000"],
        ["limits.import_mw=30", "wind.max_mw=60", "solar.min_mw=5"],
        ["embodied.servers_kg_per_mw=20000", "datacenter.flexible.1.deadline_h=12"],
    ],
    ids=["as shipped", "depth and rate", "wear", "limits", "cheap servers"],
)
@pytest.mark.parametrize("start", ["2023-01-09T06:00Z", "2023-07-10T05:00Z"])
def test_same_optimum_in_another_formulation(overrides: list[str], start: str) -> None:
    week = [f"horizon.start={start}", "horizon.hours=120", "embodied.battery_kg_per_mwh=20000"]
    scenario = load_scenario("quickstart", [*week, *overrides])
    traces = build_traces(scenario)
    ours_kg = optimize(scenario, traces).certificate.objective
    assert ours_kg == pytest.approx(independent_optimum_kg(scenario, traces), rel=1e-6)
