"""Coverage and the 24/7 carbon-free energy score, with what passes through the battery traced."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from dcsim.optimize.plan import Design, stored_change_mwh
from dcsim.scenario.spec import Scenario
from dcsim.scenario.storage import Battery
from dcsim.traces.frame import Traces
from dcsim.units import STEP_H


@dataclass(frozen=True)
class Scores:
    """Shares and energies over the horizon, [-] and [MWh].

    `coverage_frac`: share of the load met by own solar and wind, directly or through the battery.
    `cfe_frac`: that, and grid power that was carbon-free on the grid in the hour it was imported,
    the grid's surplus all of it, directly or through the battery (24/7 carbon-free energy score).
    """

    coverage_frac: float
    cfe_frac: float
    load_mwh: float
    grid_mwh: float
    surplus_mwh: float
    """Of `grid_mwh`, what the grid had too much of."""
    renewable_mwh: float
    curtailed_mwh: float
    exported_mwh: float
    discharged_mwh: float
    unserved_mwh: float
    peak_import_mw: float


def scores_of(scenario: Scenario, traces: Traces, design: Design, energy: pd.DataFrame) -> Scores:
    """Return coverage, CFE score and the energies behind them."""
    sums = energy.sum() * STEP_H
    load_mwh = float(sums["load_mw"])
    own_mwh, clean_mwh = delivered_mwh(scenario.battery, traces, design, energy)
    return Scores(
        coverage_frac=own_mwh / load_mwh,
        cfe_frac=clean_mwh / load_mwh,
        load_mwh=load_mwh,
        grid_mwh=float(sums["grid_mw"]),
        surplus_mwh=float(_surplus_used_mw(traces, energy).sum()) * STEP_H,
        renewable_mwh=float(sums["solar_mw"] + sums["wind_mw"]),
        curtailed_mwh=float(sums["curtailed_mw"]),
        exported_mwh=float(sums["export_mw"]),
        discharged_mwh=float(sums["discharge_mw"]),
        unserved_mwh=float(sums["unserved_mw"]),
        peak_import_mw=float(energy["grid_mw"].max()),
    )


def weighted_scores(parts: Sequence[Scores], weights: Sequence[float]) -> Scores:
    """Return the scores of a horizon: sums of its years by their weights, the peak their highest.

    Shares are of the whole horizon's load, and not means of the years' shares.
    """

    def each(name: str) -> np.ndarray:
        return np.array([getattr(part, name) for part in parts])

    totals = {field.name: float(np.dot(weights, each(field.name))) for field in fields(Scores)}
    of_load_mwh = np.array(weights) * each("load_mwh")
    shares = {
        name: float(np.average(each(name), weights=of_load_mwh))
        for name in ("coverage_frac", "cfe_frac")
    }
    return Scores(**totals | shares | {"peak_import_mw": float(each("peak_import_mw").max())})


def _surplus_used_mw(traces: Traces, energy: pd.DataFrame) -> np.ndarray:
    """Return the part of import that the grid had too much of; it goes first [MW]."""
    return np.asarray(np.minimum(energy["grid_mw"].to_numpy(), traces.column("surplus_mw")))


def _clean_import_frac(traces: Traces, energy: pd.DataFrame) -> np.ndarray:
    """Return the carbon-free share of what is imported: of its surplus all, else as generated."""
    grid_mw, surplus_mw = energy["grid_mw"].to_numpy(), _surplus_used_mw(traces, energy)
    surplus_frac = np.divide(surplus_mw, grid_mw, out=np.zeros(len(grid_mw)), where=grid_mw > 0)
    return np.asarray(surplus_frac + (1 - surplus_frac) * traces.column("carbon_free_frac"))


def delivered_mwh(
    battery: Battery, traces: Traces, design: Design, energy: pd.DataFrame
) -> tuple[float, float]:
    """Return how much of the load own solar and wind met, and how much carbon-free power met.

    Each hour own generation that is not exported serves the load first and charges with what is
    left; the battery and then the grid serve the rest of the load. What is in the battery is taken
    as well mixed, and what charging and discharging lose is lost from all of it alike.

    Returns:
        Own, and own or carbon-free on the grid, both as delivered to the load [MWh].
    """
    generated_mw = (energy["solar_mw"] + energy["wind_mw"]).to_numpy()
    own_mw = np.maximum(generated_mw - energy["export_mw"].to_numpy(), 0.0)
    load_mw, charge_mw = energy["load_mw"].to_numpy(), energy["charge_mw"].to_numpy()
    direct_mw = np.minimum(load_mw, own_mw)
    given_mw = np.minimum(energy["discharge_mw"].to_numpy(), load_mw - direct_mw)
    bought_mw = load_mw - direct_mw - given_mw - energy["unserved_mw"].to_numpy()
    own_charge_mw = np.minimum(charge_mw, own_mw - direct_mw)
    grid_clean = _clean_import_frac(traces, energy)
    clean_charge_mw = own_charge_mw + grid_clean * (charge_mw - own_charge_mw)
    own_share = stored_shares(battery, design, energy, own_charge_mw)
    clean_share = stored_shares(battery, design, energy, clean_charge_mw)
    own_mwh = float((direct_mw + own_share * given_mw).sum()) * STEP_H
    clean_mwh = float((direct_mw + clean_share * given_mw + grid_clean * bought_mw).sum()) * STEP_H
    return own_mwh, clean_mwh


def stored_shares(
    battery: Battery, design: Design, energy: pd.DataFrame, part_mw: np.ndarray
) -> np.ndarray:
    """Return for each hour what share of the usable stored energy came from a part of charging.

    The horizon is gone through twice: a plan ends as full as it begins, so the mix it begins with
    is the one it ends with. What is never discharged (beyond the depth of discharge) is left out.

    Args:
        battery: Efficiencies and depth of discharge.
        design: Gives the energy capacity.
        energy: Energy table.
        part_mw: The part of charging that is followed, at the bus [MW].
    """
    least_mwh = battery.kept_frac * design.battery_mwh
    added_mwh = energy["charge_mw"].to_numpy() * battery.charge_efficiency * STEP_H
    flows_mw = energy["charge_mw"].to_numpy(), energy["discharge_mw"].to_numpy()
    before_mwh = energy["stored_mwh"].to_numpy() - stored_change_mwh(battery, *flows_mw)
    usable_mwh = np.maximum(before_mwh - least_mwh, 0.0)
    part_mwh = part_mw * battery.charge_efficiency * STEP_H
    shares = np.ones(len(part_mw))
    share = 1.0
    for _ in range(2):
        for t, (held, added, part) in enumerate(zip(usable_mwh, added_mwh, part_mwh, strict=True)):
            if added > 0:
                share = (share * held + part) / (held + added)
            shares[t] = share
    return shares
