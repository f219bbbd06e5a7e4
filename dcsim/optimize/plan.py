"""What a plan is: design, hourly dispatch, and the certificate that no better one exists.

No Pyomo here, so that the rooms downstream can hold a plan without the machinery that made it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from dcsim.scenario.spec import Scenario, Strategy, Tier
from dcsim.scenario.storage import Battery
from dcsim.traces.frame import Traces
from dcsim.units import STEP_H

ENERGY_COLUMNS = (
    "load_mw",
    "solar_mw",
    "wind_mw",
    "charge_mw",
    "discharge_mw",
    "stored_mwh",
    "grid_mw",
    "export_mw",
    "curtailed_mw",
    "unserved_mw",
)
"""Columns of every energy table, of a plan and of a replay alike; `served_<tier>_mw` and
`backlog_<tier>_mwh` of each tier follow. `solar_mw` and `wind_mw` are what is available.
In every row `grid + solar + wind + discharge + unserved = load + charge + export + curtailed`."""


ROUNDING_MW = 1e-6
"""How far beyond a limit counts as rounding; the solver's own tolerance is 1e-7 [MW]."""

TINY_KG = 1e-3
"""Totals below a gram are nothing: a share of nothing says nothing [kg CO2e]."""


def served(tier: str) -> str:
    """Return the column of a tier's served work."""
    return f"served_{tier}_mw"


def backlog(tier: str) -> str:
    """Return the column of a tier's work still to be done at the end of the hour."""
    return f"backlog_{tier}_mwh"


def energy_columns(tiers: tuple[Tier, ...]) -> list[str]:
    """Return the columns of an energy table with these tiers."""
    return [*ENERGY_COLUMNS, *(name(t.name) for t in tiers for name in (served, backlog))]


def balance_residual_mw(energy: pd.DataFrame) -> pd.Series:
    """Return by how much each row of an energy table fails to balance [MW]."""
    given = energy[["grid_mw", "solar_mw", "wind_mw", "discharge_mw", "unserved_mw"]].sum(axis=1)
    taken = energy[["load_mw", "charge_mw", "export_mw", "curtailed_mw"]].sum(axis=1)
    return given - taken


@dataclass(frozen=True)
class Design:
    """What is built."""

    solar_mw: float = 0.0
    wind_mw: float = 0.0
    battery_mwh: float = 0.0
    battery_mw: float = 0.0
    extra_server_mw: float = 0.0

    def as_dict(self) -> dict[str, float]:
        """Return the capacities by name."""
        return asdict(self)


@dataclass(frozen=True)
class Certificate:
    """What the solver proved about a plan, and what was checked of it again.

    `bound` is computed from the row duals (`optimize/certify.py`), not taken from the solver: no
    feasible plan has a lower objective, provided `is_rigorous`; otherwise something is free and
    unlimited, and the bound supposes that no more of it is built than ten times the largest number
    of the plan. `gap` is `(objective - bound) / objective`, or where the objective is next to
    nothing a share of what is at stake (`optimize/stake.py`). `is_optimal` is False for the best
    plan found by a time limit, which is accepted only where the scenario says so.
    """

    status: str
    solver: str
    unit: str
    """Of objective and bound: kg CO2e or USD."""
    objective: float
    bound: float
    gap: float
    is_optimal: bool
    is_rigorous: bool
    primal_violation: float
    """Largest violation of a row or bound by the solution [MW, MWh]."""
    dual_violation: float
    """Largest wrong-signed reduced cost of a variable without upper bound [per unit]."""
    rows: int
    columns: int
    nonzeros: int
    iterations: int


@dataclass(frozen=True)
class Seconds:
    """Wall-clock time of making a plan, by step [s]."""

    build: float = 0.0
    compile: float = 0.0
    solve: float = 0.0

    @property
    def total(self) -> float:
        """Return the time of all steps [s]."""
        return self.build + self.compile + self.solve


@dataclass(frozen=True)
class Plan:
    """A design, how to run it hour by hour, and the proof that it is optimal.

    Attributes:
        strategy: Which options were open to it.
        design: What is built.
        dispatches: An energy table for each planned year.
        certificate: What was proved.
        duals: For each hourly constraint its dual in the first year, objective per unit of its
            right-hand side; columns are constraint names.
        shadow_prices: For each limit that was asked for, by key, how much of the objective one
            more unit of it saves; of a least share, one unit less.
        binding_hours: For each hourly constraint, by name, in how many hours of all years it
            holds the objective up.
        seconds: Time it took; not part of what makes two plans equal.
    """

    strategy: Strategy
    design: Design
    dispatches: tuple[pd.DataFrame, ...]
    certificate: Certificate
    duals: pd.DataFrame
    shadow_prices: Mapping[str, float]
    binding_hours: Mapping[str, int]
    seconds: Seconds

    @property
    def dispatch(self) -> pd.DataFrame:
        """Return the energy table of the first year."""
        return self.dispatches[0]


def smallest_design(scenario: Scenario) -> Design:
    """Return the least the scenario allows to be built: what exists already."""
    return Design(
        scenario.solar.least_mw,
        scenario.wind.least_mw,
        scenario.battery.least_mwh,
        scenario.battery.least_mw,
        scenario.servers.least_mw,
    )


def energy_table(
    scenario: Scenario,
    traces: Traces,
    design: Design,
    flows: Mapping[str, np.ndarray],
    least_import_mw: np.ndarray | float = 0.0,
) -> pd.DataFrame:
    """Lay out a plan's decisions as an energy table, closing the balance of every hour.

    Import is what load and charging need beyond solar, wind and discharge; a surplus is exported
    up to the site's limit, none of it bought, and the rest curtailed.

    Args:
        scenario: Gives tiers and the export limit.
        traces: Gives capacity factors and fixed load.
        design: What is built.
        flows: `charge_mw`, `discharge_mw`, `stored_mwh`, and `served_*`, `backlog_*` of each
            tier, each of length T.
        least_import_mw: Import that a limit on its ramp asks for, needed or not [MW].
    """
    tiers = scenario.datacenter.flexible
    served_mw = sum((flows[served(t.name)] for t in tiers), np.zeros(traces.hours))
    solar_mw = design.solar_mw * traces.column("solar_cf")
    wind_mw = design.wind_mw * traces.column("wind_cf")
    load_mw = traces.column("fixed_mw") + served_mw
    need_mw = load_mw + flows["charge_mw"] - flows["discharge_mw"] - solar_mw - wind_mw
    grid_mw = np.maximum(need_mw, least_import_mw)
    own_mw = solar_mw + wind_mw + flows["discharge_mw"]
    export_mw = np.minimum(np.minimum(grid_mw - need_mw, own_mw), scenario.limits.export_mw)
    columns = {
        **flows,
        "load_mw": load_mw,
        "solar_mw": solar_mw,
        "wind_mw": wind_mw,
        "grid_mw": grid_mw,
        "export_mw": export_mw,
        "curtailed_mw": np.maximum(grid_mw - need_mw - export_mw, 0.0),
        "unserved_mw": np.zeros(traces.hours),
    }
    return pd.DataFrame(columns, index=traces.table.index)[energy_columns(tiers)]


def stored_change_mwh(
    battery: Battery, charge_mw: np.ndarray, discharge_mw: np.ndarray
) -> np.ndarray:
    """Return by how much an hour changes what is stored: `eta_c c - d / eta_d` [MWh]."""
    into_mw = battery.charge_efficiency * charge_mw
    return (into_mw - discharge_mw / battery.discharge_efficiency) * STEP_H


def without_round_trips(
    battery: Battery, charge_mw: np.ndarray, discharge_mw: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Turn charging and discharging in one hour into the one net flow with the same effect.

    A linear program may do both at once where energy is worth nothing. The net flow changes what
    is stored by as much, and wastes less.
    """
    change_mwh = stored_change_mwh(battery, charge_mw, discharge_mw)
    both = (charge_mw > 0) & (discharge_mw > 0)
    net_charge = np.maximum(change_mwh, 0.0) / battery.charge_efficiency / STEP_H
    net_discharge = np.maximum(-change_mwh, 0.0) * battery.discharge_efficiency / STEP_H
    return np.where(both, net_charge, charge_mw), np.where(both, net_discharge, discharge_mw)
