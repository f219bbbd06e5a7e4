"""The reference problem of design/model.md section 9, built in PyPSA: an answer of other hands.

Nothing of dcsim is used here: data, rates and constraints are written out again, so that a slip
in dcsim cannot hide in both. PyPSA has no component for two of the rules; they are added to its
linopy model, as PyPSA foresees:

- the load is a generator of negative sign that must run at the fixed load at least, does the
  work of each run of 24 rows within that run, and whose capacity is that of the servers;
- charger and discharger are links that share one power, limited by the battery's energy.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pypsa
import xarray as xr

ORACLE_KG = {"CISO": 11565286.405, "ERCO": 10503635.365}
"""The optimum of two balancing authorities' 2022 [kg/year], from the table of section 9."""

HIGHS_OPTIONS: dict[str, Any] = {
    "output_flag": False,
    "solver": "simplex",
    "simplex_strategy": 1,  # dual
    "threads": 1,
    "random_seed": 0,
}
"""The options that dcsim gives to HiGHS."""

SOLAR_KG_PER_MWH = 55.0
WIND_KG_PER_MWH = 12.0
BATTERY_KG_PER_MWH_YEAR = 74000 / (3000 / 365)
BATTERY_KG_PER_MW_YEAR = 20000 / 15
SERVERS_KG_PER_MW_YEAR = 744.5 / 120 * 1.15 * 1000 / 4
STORED_PER_CHARGED = 0.97
DRAWN_PER_DISCHARGED = 1.04

FLEXIBLE_FRAC = 0.4
HOURS_PER_DAY = 24
HOURS_PER_YEAR = 8760

AMPLE_IMPORT_MW = 1e5
"""Stands for no limit on import: PyPSA multiplies capacities, so infinity will not do."""


@dataclass(frozen=True)
class World:
    """The hourly inputs: intensity [kg/MWh], capacity factors [-], load [MW], number of the day."""

    intensity: np.ndarray
    solar_cf: np.ndarray
    wind_cf: np.ndarray
    load_mw: np.ndarray
    day: np.ndarray

    @property
    def years(self) -> float:
        """Return the length in years of 8,760 hours, those of section 9 [years]."""
        return len(self.intensity) / HOURS_PER_YEAR


def world_of_file(path: Path) -> World:
    """Read a file of `*_2022_ce_columns` as section 9 says: rows in file order, no clock shift.

    Both solar and wind must generate something.
    """
    columns = pd.read_csv(path)[["SUN", "WND", "avg_CI"]].clip(lower=0.0)
    columns = columns.interpolate(limit_direction="both")
    hour = np.arange(len(columns))
    return World(
        intensity=columns["avg_CI"].to_numpy(),
        solar_cf=(columns["SUN"] / columns["SUN"].max()).to_numpy(),
        wind_cf=(columns["WND"] / columns["WND"].max()).to_numpy(),
        load_mw=30 * (1 + 0.05 * np.sin(2 * np.pi * (hour % HOURS_PER_DAY) / HOURS_PER_DAY)),
        day=hour // HOURS_PER_DAY,
    )


def build_network(
    world: World, *, flexible: bool = True, import_mw: float = AMPLE_IMPORT_MW
) -> pypsa.Network:
    """Return the reference problem as a network whose `model` is ready to be solved.

    Args:
        world: The hourly inputs.
        flexible: Whether 40 % of the load may move and extra servers may be built; without, only
            solar, wind and battery are chosen.
        import_mw: Most power drawn from the grid [MW].
    """
    network = lay_out(world, flexible=flexible, import_mw=import_mw)
    make_model(network)
    couple_battery(network)
    if flexible:
        keep_work(network, world)
    return network


def lay_out(
    world: World,
    *,
    flexible: bool = True,
    import_mw: float = AMPLE_IMPORT_MW,
    snapshots: pd.Index | None = None,
) -> pypsa.Network:
    """Return the components of the reference problem, without a model yet."""
    for library in ("pypsa", "linopy"):
        logging.getLogger(library).setLevel(logging.ERROR)
    network = pypsa.Network()
    network.set_snapshots(pd.RangeIndex(len(world.intensity)) if snapshots is None else snapshots)
    network.add("Bus", ["site", "cells"])
    _add_supply(network, world, import_mw)
    _add_battery(network, world)
    if flexible:
        _add_moving_load(network, world)
    else:
        network.add("Load", "load", bus="site", p_set=world.load_mw)
    return network


def make_model(network: pypsa.Network, **options: Any) -> None:
    """Make the linopy model; the constant is what the servers that exist would cost.

    PyPSA leaves it out of `objective`.
    """
    network.optimize.create_model(include_objective_constant=True, **options)


def solve_network(network: pypsa.Network) -> float:
    """Solve in memory with HiGHS as dcsim has it, and return the optimum [kg]."""
    status, condition = network.optimize.solve_model(
        solver_name="highs", io_api="direct", log_to_console=False, solver_options=HIGHS_OPTIONS
    )
    if (status, condition) != ("ok", "optimal"):
        raise RuntimeError(f"PyPSA found no optimum: {status}, {condition}")
    return float(network.objective)


def highs_seconds(network: pypsa.Network) -> float:
    """Return the time that HiGHS itself took, of a solved network [s]."""
    return float(network.model.solver_model.getRunTime())


def _add_supply(network: pypsa.Network, world: World, import_mw: float) -> None:
    """Solar and wind charged on all they could generate, and the grid by its intensity."""
    network.add("Generator", "grid", bus="site", p_nom=import_mw, marginal_cost=world.intensity)
    for name, capacity_factor, kg_per_mwh in (
        ("solar", world.solar_cf, SOLAR_KG_PER_MWH),
        ("wind", world.wind_cf, WIND_KG_PER_MWH),
    ):
        network.add(
            "Generator",
            name,
            bus="site",
            p_nom_extendable=True,
            p_max_pu=capacity_factor,
            capital_cost=kg_per_mwh * float(capacity_factor.sum()),
        )


def _add_battery(network: pypsa.Network, world: World) -> None:
    """Cells, and a link each way; the power is charged once, to the charger."""
    network.add(
        "Store",
        "cells",
        bus="cells",
        e_nom_extendable=True,
        e_cyclic=True,
        capital_cost=BATTERY_KG_PER_MWH_YEAR * world.years,
    )
    network.add(
        "Link",
        "charger",
        bus0="site",
        bus1="cells",
        p_nom_extendable=True,
        efficiency=STORED_PER_CHARGED,
        capital_cost=BATTERY_KG_PER_MW_YEAR * world.years,
    )
    network.add(
        "Link",
        "discharger",
        bus0="cells",
        bus1="site",
        p_nom_extendable=True,
        efficiency=1 / DRAWN_PER_DISCHARGED,
    )


def _add_moving_load(network: pypsa.Network, world: World) -> None:
    """The whole load, on the servers there are (the peak) and the extra ones that are paid for."""
    peak_mw = float(world.load_mw.max())
    network.add(
        "Generator",
        "load",
        bus="site",
        sign=-1,
        p_nom=peak_mw,
        p_nom_min=peak_mw,
        p_nom_extendable=True,
        capital_cost=SERVERS_KG_PER_MW_YEAR * world.years,
    )


def couple_battery(network: pypsa.Network) -> None:
    """One power P both ways, and `P <= E`; a link's capacity is of what goes into it."""
    link_mw = network.model.variables["Link-p_nom"]
    charger_mw = link_mw.sel(name="charger", drop=True)
    discharger_mw = link_mw.sel(name="discharger", drop=True)
    cells_mwh = network.model.variables["Store-e_nom"].sel(name="cells", drop=True)
    network.model.add_constraints(
        discharger_mw - DRAWN_PER_DISCHARGED * charger_mw == 0, name="one-battery-power"
    )
    network.model.add_constraints(charger_mw - cells_mwh <= 0, name="c-rate")


def keep_work(network: pypsa.Network, world: World) -> None:
    """`load_t >= 0.6 base_t`, and each day's work is done within the day."""
    load_mw = network.model.variables["Generator-p"].sel(name="load", drop=True)
    base_mw = xr.DataArray(world.load_mw, coords={"snapshot": network.snapshots})
    day = xr.DataArray(world.day, coords={"snapshot": network.snapshots}, name="day")
    network.model.add_constraints(load_mw >= (1 - FLEXIBLE_FRAC) * base_mw, name="fixed-load")
    network.model.add_constraints(
        (1 * load_mw).groupby(day).sum() == base_mw.groupby(day).sum(), name="daily-work"
    )
