"""No design on a grid of designs beats the plan, and the best of them is as near as it must be."""

import itertools

import numpy as np

from dcsim.optimize.plan import Design
from dcsim.optimize.solve import optimize
from dcsim.scenario.rates import rates_of
from tests.conftest import scenario_of, traces_of

HOURS = 48

SOLAR_MW = np.linspace(0, 40, 5)
WIND_MW = np.linspace(0, 20, 5)
BATTERY_MWH = np.linspace(0, 60, 5)


def test_no_design_on_a_grid_beats_the_plan() -> None:
    """125 designs, each run as well as can be, against the best design.

    Of every capacity a little more never raises operational carbon, since what is over is
    curtailed and a battery may stand idle. So the best design with each capacity raised to the next
    value of the grid is worse by no more than what that adds of embodied carbon: at most one step
    of each. Wear is off and battery power free, so that a capacity's embodied carbon is its own.
    """
    embodied = {"battery_kg_per_mwh": 15_000, "battery_power_kg_per_mw": 0, "battery_wear": False}
    scenario = scenario_of(
        datacenter={
            "capacity_mw": 10,
            "flexible": [{"name": "soon", "share_frac": 0.3, "deadline_h": 4}],
        },
        solar={"max_mw": SOLAR_MW[-1]},
        wind={"max_mw": WIND_MW[-1]},
        battery={"max_mwh": BATTERY_MWH[-1], "max_c_rate": 0.5},
        embodied=embodied,
    )
    rng = np.random.default_rng(1)
    sun = np.clip(np.sin((np.arange(HOURS) % 24 - 6) / 12 * np.pi), 0, 1)
    solar, wind = sun * rng.uniform(0.5, 1, HOURS), rng.uniform(0, 1, HOURS) ** 2
    intensity, load = rng.uniform(100, 700, HOURS), rng.uniform(8, 12, HOURS)
    traces = traces_of(
        scenario,
        intensity=intensity.tolist(),
        load=load.tolist(),
        solar=solar.tolist(),
        wind=wind.tolist(),
    )
    best = optimize(scenario, traces)
    assert min(best.design.solar_mw, best.design.wind_mw, best.design.battery_mwh) > 0.5
    totals_kg = [
        optimize(scenario, traces, design=Design(s, w, e, battery_mw=0.5 * e)).certificate.objective
        for s, w, e in itertools.product(SOLAR_MW.tolist(), WIND_MW.tolist(), BATTERY_MWH.tolist())
    ]
    rates = rates_of(scenario)
    one_step_kg = (
        rates.solar_kg_per_mwh * solar.sum() * SOLAR_MW[1]
        + rates.wind_kg_per_mwh * wind.sum() * WIND_MW[1]
        + rates.battery_kg_per_mwh * HOURS / 8766 / rates.battery_life_years * BATTERY_MWH[1]
    )
    optimum_kg = best.certificate.objective
    assert optimum_kg * (1 - 1e-9) <= min(totals_kg) <= optimum_kg + one_step_kg
    assert one_step_kg < 0.5 * (max(totals_kg) - optimum_kg)
