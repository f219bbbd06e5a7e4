"""Variants of the reference problem in PyPSA: limits, money, two years, and the full model.

As in `pypsa_reference.py`, nothing of dcsim is used. What PyPSA has, is used as it has it: a
global constraint limits what the grid gives, investment periods hold the years, `annuity` spreads
capital, a store below zero is work that waits. What it does not have is added to its linopy model.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pypsa
import xarray as xr
from pypsa.costs import annuity

from tests.benchmarks.pypsa_reference import (
    AMPLE_IMPORT_MW,
    BATTERY_KG_PER_MW_YEAR,
    BATTERY_KG_PER_MWH_YEAR,
    DRAWN_PER_DISCHARGED,
    HOURS_PER_DAY,
    HOURS_PER_YEAR,
    SERVERS_KG_PER_MW_YEAR,
    SOLAR_KG_PER_MWH,
    WIND_KG_PER_MWH,
    World,
    build_network,
    couple_battery,
    keep_work,
    lay_out,
    make_model,
    solve_network,
)

__all__ = ["solve_network"]

KG_PER_MWH = {
    "coal": 820,
    "natural_gas": 490,
    "nuclear": 12,
    "oil": 650,
    "hydro": 24,
    "solar": 41,
    "wind": 11,
    "other": 230,
}
"""Life-cycle intensity of each fuel: Carbon Explorer (ASPLOS'23), grid factors."""

MONEY_YEAR_H = 8766
"""Lives of money are in years of 365.25 days."""

DISCOUNT_FRAC = 0.06
USD_PER_T = 40.0
DEMAND_USD_PER_MW_MONTH = 6000.0
USD = {
    "solar_usd_per_mw": 1.1e6,
    "wind_usd_per_mw": 1.4e6,
    "battery_usd_per_mwh": 2.5e5,
    "battery_usd_per_mw": 2.0e5,
    "servers_usd_per_mw": 3.0e6,
    "solar_fixed_usd_per_mw_year": 18e3,
    "wind_fixed_usd_per_mw_year": 30e3,
    "battery_fixed_usd_per_mwh_year": 4e3,
    "battery_fixed_usd_per_mw_year": 10e3,
    "servers_fixed_usd_per_mw_year": 50e3,
    "solar_variable_usd_per_mwh": 0.5,
    "wind_variable_usd_per_mwh": 1.0,
    "battery_variable_usd_per_mwh": 2.0,
    "solar_life_years": 30.0,
    "wind_life_years": 25.0,
}
"""Figures of the cost variants, round ones, by the keys of a scenario."""

LIFE_DAYS = {"cells": 3000, "power": 15 * 365, "servers": 4 * 365}
"""Lives of the reference problem [days]."""


def world_of_fuels(path: Path, hours: int, first: int = 0) -> World:
    """Read some hours of a file of generation by fuel: UTC, hour-beginning, gaps interpolated."""
    made = pd.read_csv(path)[list(KG_PER_MWH)].interpolate(limit_direction="both").clip(lower=0.0)
    taken, hour = slice(first, first + hours), np.arange(hours)
    emitted = sum(factor * made[fuel] for fuel, factor in KG_PER_MWH.items())
    return World(
        intensity=(emitted / made.sum(axis=1)).to_numpy()[taken],
        solar_cf=(made["solar"] / made["solar"].max()).to_numpy()[taken],
        wind_cf=(made["wind"] / made["wind"].max()).to_numpy()[taken],
        load_mw=30 * (1 + 0.05 * np.sin(2 * np.pi * (hour % HOURS_PER_DAY) / HOURS_PER_DAY)),
        day=hour // HOURS_PER_DAY,
    )


def prices_of_file(path: Path, hours: int, first: int = 0) -> np.ndarray:
    """Read hourly prices; below zero they count as zero [USD/MWh]."""
    told = pd.read_csv(path)["Price (USD/MWh)"].interpolate(limit_direction="both")
    return np.asarray(told.clip(lower=0.0))[first : first + hours]


def without_shifting(world: World) -> pypsa.Network:
    """Solar, wind and battery for a load that does not move."""
    return build_network(world, flexible=False)


def with_coverage(world: World, coverage_frac: float) -> pypsa.Network:
    """At least a share of the load is not from the grid: a global constraint on its energy."""
    network = lay_out(world)
    network.add("Carrier", "grid")
    network.generators.loc["grid", "carrier"] = "grid"
    network.add(
        "GlobalConstraint",
        "coverage",
        type="operational_limit",
        carrier_attribute="grid",
        sense="<=",
        constant=(1 - coverage_frac) * float(world.load_mw.sum()),
    )
    return _completed(network, world)


def with_embodied_cap(world: World, t_per_year: float) -> pypsa.Network:
    """What is built may have taken so much carbon to make, a year [t]."""
    network = _completed(lay_out(world), world)
    generator_mw = network.model.variables["Generator-p_nom"]
    made_kg = (
        SOLAR_KG_PER_MWH * float(world.solar_cf.sum()) * generator_mw.sel(name="solar", drop=True)
        + WIND_KG_PER_MWH * float(world.wind_cf.sum()) * generator_mw.sel(name="wind", drop=True)
        + world.years * BATTERY_KG_PER_MWH_YEAR * _capacity(network, "Store-e_nom", "cells")
        + world.years * BATTERY_KG_PER_MW_YEAR * _capacity(network, "Link-p_nom", "charger")
        + world.years * SERVERS_KG_PER_MW_YEAR * generator_mw.sel(name="load", drop=True)
    )
    existing_kg = world.years * SERVERS_KG_PER_MW_YEAR * float(world.load_mw.max())
    most_kg = 1000 * t_per_year * len(world.intensity) / MONEY_YEAR_H
    network.model.add_constraints(made_kg <= most_kg + existing_kg, name="embodied-cap")
    return network


def with_own_charging(world: World) -> pypsa.Network:
    """The battery takes no more than solar and wind generate in the same hour."""
    network = _completed(lay_out(world), world)
    charge_mw = network.model.variables["Link-p"].sel(name="charger", drop=True)
    network.model.add_constraints(charge_mw <= _generated(network, world), name="own-charging")
    return network


def with_years(worlds: Sequence[World], weights: Sequence[float]) -> pypsa.Network:
    """One design for several years of as many hours, each an investment period of a weight."""
    hours, count = len(worlds[0].intensity), len(worlds)
    both = _joined(worlds)
    periods = pd.MultiIndex.from_product([range(count), range(hours)], names=["period", "timestep"])
    network = lay_out(both, snapshots=periods)
    network.set_investment_periods(range(count))
    network.investment_period_weightings["objective"] = list(weights)
    network.stores[["e_cyclic", "e_cyclic_per_period"]] = [False, True]
    # PyPSA charges capital in every period by its weight, as much in each.
    for components in (network.stores, network.links, network.generators):
        components["capital_cost"] /= count
    for name, kg_per_mwh in (("solar", SOLAR_KG_PER_MWH), ("wind", WIND_KG_PER_MWH)):
        each_mwh = [float(getattr(world, f"{name}_cf").sum()) for world in worlds]
        network.generators.loc[name, "capital_cost"] = kg_per_mwh * np.average(
            each_mwh, weights=weights
        )
    make_model(network, multi_investment_periods=True)
    couple_battery(network)
    keep_work(network, both)
    return network


def with_cost(
    world: World, prices: np.ndarray, months: np.ndarray, *, export_mw: float = 0.0
) -> pypsa.Network:
    """Least cost: annuities, upkeep, hourly prices, a charge on monthly peaks, a carbon price.

    Args:
        world: The hourly inputs.
        prices: Of energy [USD/MWh]; half of it is paid for export.
        months: Number of the month of each hour.
        export_mw: Most power given to the grid [MW].
    """
    network = lay_out(world)
    per_kg = USD_PER_T / 1000
    network.generators["capital_cost"] *= per_kg
    network.stores["capital_cost"] *= per_kg
    network.links["capital_cost"] *= per_kg
    years = len(world.intensity) / MONEY_YEAR_H
    for table, name, usd in _yearly_usd():
        getattr(network, table).loc[name, "capital_cost"] += years * usd
    for name, cf in (("solar", world.solar_cf), ("wind", world.wind_cf)):
        per_mw = USD[f"{name}_variable_usd_per_mwh"] * float(cf.sum())
        network.generators.loc[name, "capital_cost"] += per_mw
    # A link's flow is what goes in; upkeep is paid on what comes out.
    per_drawn = USD["battery_variable_usd_per_mwh"] / DRAWN_PER_DISCHARGED
    network.links.loc["discharger", "marginal_cost"] = per_drawn
    network.generators_t.marginal_cost["grid"] = prices + per_kg * world.intensity
    if export_mw:
        network.add(
            "Generator", "export", bus="site", sign=-1, p_nom=export_mw, marginal_cost=-prices / 2
        )
    _completed(network, world)
    _charge_for_peaks(network, months)
    return network


def _yearly_usd() -> list[tuple[str, str, float]]:
    """Return table, name, and capital and fixed upkeep of one unit [USD/year]."""

    def life_years(part: str) -> float:
        return LIFE_DAYS[part] * HOURS_PER_DAY / MONEY_YEAR_H

    def of(part: str, life: float, per: str = "mw") -> float:
        upkeep = USD[f"{part}_fixed_usd_per_{per}_year"]
        return float(USD[f"{part}_usd_per_{per}"] * annuity(DISCOUNT_FRAC, life) + upkeep)

    return [
        ("generators", "solar", of("solar", USD["solar_life_years"])),
        ("generators", "wind", of("wind", USD["wind_life_years"])),
        ("generators", "load", of("servers", life_years("servers"))),
        ("stores", "cells", of("battery", life_years("cells"), per="mwh")),
        ("links", "charger", of("battery", life_years("power"))),
    ]


def _charge_for_peaks(network: pypsa.Network, months: np.ndarray) -> None:
    model = network.model
    grid_mw = model.variables["Generator-p"].sel(name="grid", drop=True)
    for month in np.unique(months):
        peak_mw = model.add_variables(lower=0, name=f"peak-{month}")
        of_month = grid_mw.sel(snapshot=network.snapshots[months == month])
        model.add_constraints(of_month - peak_mw <= 0, name=f"peak-{month}")
        model.objective = model.objective.expression + DEMAND_USD_PER_MW_MONTH * peak_mw


@dataclass(frozen=True)
class Full:
    """What the full model has beyond the reference problem, by the keys of a scenario."""

    tiers: Mapping[str, tuple[float, int]]
    """Of each tier of work its share of the load [-] and its deadline [h]."""
    depth_of_discharge: float
    charge_h: float
    discharge_h: float
    cycle_life: float


def full_model(world: World, full: Full) -> pypsa.Network:
    """Tiers with deadlines, C/L/C, depth of discharge, and cells worn by age or by use."""
    fixed_frac = 1 - sum(share for share, _ in full.tiers.values())
    network = lay_out(replace(world, load_mw=fixed_frac * world.load_mw), flexible=False)
    network.stores.loc["cells", ["capital_cost", "e_min_pu"]] = [0.0, 1 - full.depth_of_discharge]
    network.add("Bus", list(full.tiers))
    for tier, (share, deadline_h) in full.tiers.items():
        _add_tier(network, tier, share * world.load_mw, deadline_h)
    # Servers hang on no bus of their own: they limit what the tiers take.
    network.add("Bus", "servers")
    network.add(
        "Generator", "servers", bus="servers", p_nom_extendable=True,
        capital_cost=SERVERS_KG_PER_MW_YEAR * world.years,
    )  # fmt: skip
    make_model(network)
    couple_battery(network)
    _serve(network, world, full, fixed_frac)
    _limit_rates(network, full)
    _wear_out(network, world, full)
    return network


def _add_tier(network: pypsa.Network, tier: str, arriving_mw: np.ndarray, deadline_h: int) -> None:
    """Work that arrives is owed: the tier's store goes below zero until a link brings power."""
    last_hours = pd.Series(arriving_mw).rolling(deadline_h, min_periods=1).sum()
    owed_mwh = np.append(last_hours[:-1], 0.0)
    network.add("Load", tier, bus=tier, p_set=arriving_mw)
    network.add("Store", tier, bus=tier, e_nom=1, e_min_pu=-owed_mwh, e_max_pu=0.0, e_initial=0)
    network.add("Link", tier, bus0="site", bus1=tier, p_nom=AMPLE_IMPORT_MW)


def _serve(network: pypsa.Network, world: World, full: Full, fixed_frac: float) -> None:
    """`fixed + served <= peak + extra servers`."""
    served_mw = network.model.variables["Link-p"].sel(name=list(full.tiers)).sum("name")
    room_mw = xr.DataArray(
        world.load_mw.max() - fixed_frac * world.load_mw, coords={"snapshot": network.snapshots}
    )
    extra_mw = _capacity(network, "Generator-p_nom", "servers")
    network.model.add_constraints(served_mw - extra_mw <= room_mw, name="serving-capacity")


def _limit_rates(network: pypsa.Network, full: Full) -> None:
    """`u1 d <= e <= E - u2 c`, with d what comes out and c what goes in."""
    stored_mwh = network.model.variables["Store-e"].sel(name="cells", drop=True)
    flow_mw = network.model.variables["Link-p"]
    charge_mw = flow_mw.sel(name="charger", drop=True)
    drawn_mw = flow_mw.sel(name="discharger", drop=True)
    cells_mwh = _capacity(network, "Store-e_nom", "cells")
    network.model.add_constraints(
        stored_mwh + full.charge_h * charge_mw - cells_mwh <= 0, name="rate-full"
    )
    network.model.add_constraints(
        stored_mwh - full.discharge_h / DRAWN_PER_DISCHARGED * drawn_mw >= 0, name="rate-empty"
    )


def _wear_out(network: pypsa.Network, world: World, full: Full) -> None:
    """Cells are charged for the larger of age and use; both in MWh of cells."""
    model = network.model
    kg_per_mwh = BATTERY_KG_PER_MWH_YEAR * LIFE_DAYS["cells"] * HOURS_PER_DAY / HOURS_PER_YEAR
    aged_frac = len(world.intensity) / HOURS_PER_DAY / LIFE_DAYS["cells"]
    drawn_mw = model.variables["Link-p"].sel(name="discharger", drop=True)
    cycles_mwh = full.cycle_life * full.depth_of_discharge * DRAWN_PER_DISCHARGED
    used_up_mwh = model.add_variables(lower=0, name="used-up")
    by_age_mwh = aged_frac * _capacity(network, "Store-e_nom", "cells")
    model.add_constraints(used_up_mwh - by_age_mwh >= 0, name="wear-by-age")
    model.add_constraints(cycles_mwh * used_up_mwh - drawn_mw.sum() >= 0, name="wear-by-use")
    model.objective = model.objective.expression + kg_per_mwh * used_up_mwh


def _completed(network: pypsa.Network, world: World) -> pypsa.Network:
    make_model(network)
    couple_battery(network)
    keep_work(network, world)
    return network


def _capacity(network: pypsa.Network, variable: str, name: str) -> Any:
    return network.model.variables[variable].sel(name=name, drop=True)


def _generated(network: pypsa.Network, world: World) -> Any:
    """Return what solar and wind could give, hour by hour."""

    def available(name: str, cf: np.ndarray) -> Any:
        hourly = xr.DataArray(cf, coords={"snapshot": network.snapshots})
        return hourly * _capacity(network, "Generator-p_nom", name)

    return available("solar", world.solar_cf) + available("wind", world.wind_cf)


def _joined(worlds: Sequence[World]) -> World:
    """Put years in a row; no two share a day."""
    ends = np.cumsum([0, *(int(world.day.max()) + 1 for world in worlds[:-1])])

    def row(name: str) -> np.ndarray:
        return np.concatenate([getattr(world, name) for world in worlds])

    names = ("intensity", "solar_cf", "wind_cf", "load_mw")
    day = np.concatenate([world.day + end for world, end in zip(worlds, ends, strict=True)])
    return World(**{name: row(name) for name in names}, day=day)
