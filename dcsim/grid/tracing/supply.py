"""What each authority feeds in, and emits for it, from reports by fuel."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from dcsim.grid.generation import FUELS
from dcsim.grid.intensity import emission_factors
from dcsim.grid.records import NET_GENERATION, STORAGE
from dcsim.grid.tracing.gaps import Bools, Floats, fill_short_gaps

NOTICEABLE_MW = 1e-6
"""What estimates leave of net generation is rounding below this [MW]."""


@dataclass(frozen=True)
class Supply:
    """Hourly supply of each node, in the order of the codes it was made for.

    Attributes:
        generation_mw: Without storage, zero or more [MW].
        emissions_kg: Of it [kg].
        charge_mw: Into storage, zero or more [MW].
        discharge_mw: Out of storage, zero or more [MW].
        filled: Where a fuel, storage or net generation was missing and the gap was filled.
        estimated: By fuel of `FUELS`, hour and node: where a fuel that is reported at other times
            is missing for longer, and stands at an estimate.
        unnamed: Where fuels are unknown and net generation, at a stated intensity, stands for them.
        silent: Where neither a fuel nor the net generation is known: nothing generates.
        silent_storage: Where storage that is reported at other times is missing for longer.
    """

    generation_mw: Floats
    emissions_kg: Floats
    charge_mw: Floats
    discharge_mw: Floats
    filled: Bools
    estimated: Bools
    unnamed: Bools
    silent: Bools
    silent_storage: Bools


def column_of(wide: pd.DataFrame, codes: tuple[str, ...], name: str) -> Floats:
    """Return one column of every authority side by side, NaN where it has none.

    Args:
        wide: Records of many authorities; columns are (code, column).
        codes: The authorities, in the order wanted.
        name: Of the column.
    """
    columns = pd.MultiIndex.from_product([codes, [name]], names=wide.columns.names)
    return wide.reindex(columns=columns).to_numpy(dtype=float)


def supply_of(
    wide: pd.DataFrame, codes: tuple[str, ...], factors: str, stated_kg_per_mwh: Floats
) -> Supply:
    """Return the supply of authorities: their fuels, and net generation where those are missing.

    Args:
        wide: Records of many authorities; columns are (code, column).
        codes: The authorities, in the order wanted.
        factors: Name of the emission-factor set.
        stated_kg_per_mwh: Intensity of net generation without fuels, by authority [kg/MWh].
    """
    reported_mw = np.stack([column_of(wide, codes, n) for n in (*FUELS, STORAGE, NET_GENERATION)])
    known_mw = np.stack([fill_short_gaps(column) for column in reported_mw])
    fuels_mw, storage_mw, net_mw = known_mw[: len(FUELS)], known_mw[-2], known_mw[-1]
    without = np.isnan(fuels_mw).all(axis=0)
    silent = without & np.isnan(net_mw)
    rest_mw = net_mw - np.nansum(fuels_mw, axis=0) - np.nan_to_num(storage_mw)
    estimated = _is_gap(fuels_mw) & ~silent
    filled = np.isnan(reported_mw) & ~np.isnan(known_mw)
    filled[-1] &= without | estimated.any(axis=0)  # elsewhere it is not used
    burned_mw = np.clip(np.nan_to_num(fuels_mw), 0, None)
    if estimated.any():
        burned_mw += _estimate_mw(burned_mw, ~np.isnan(fuels_mw), estimated, rest_mw)
    left_mw = np.clip(np.nan_to_num(rest_mw - burned_mw.sum(axis=0)), 0, None)
    unnamed_mw = np.where(without & (left_mw > NOTICEABLE_MW), left_mw, 0.0)
    of_code = [emission_factors(factors, code) for code in codes]
    kg_per_mwh = np.array([[factor[fuel] for factor in of_code] for fuel in FUELS])
    return Supply(
        generation_mw=burned_mw.sum(axis=0) + unnamed_mw,
        emissions_kg=np.einsum("fhn,fn->hn", burned_mw, kg_per_mwh)
        + unnamed_mw * stated_kg_per_mwh,
        charge_mw=np.clip(-np.nan_to_num(storage_mw), 0, None),
        discharge_mw=np.clip(np.nan_to_num(storage_mw), 0, None),
        filled=np.asarray(filled.any(axis=0)),
        estimated=estimated,
        unnamed=unnamed_mw > 0,
        silent=silent,
        silent_storage=_is_gap(storage_mw[np.newaxis])[0] & ~silent,
    )


def _is_gap(values: Floats) -> Bools:
    """Tell where a column that has values in other hours (second axis) has none."""
    missing = np.isnan(values)
    return missing & ~missing.all(axis=1, keepdims=True)


def _estimate_mw(burned_mw: Floats, known: Bools, estimated: Bools, rest_mw: Floats) -> Floats:
    """Return estimates of missing fuels: their means, scaled to what net generation leaves.

    Where net generation is not known, a fuel stands at its mean over the hours it is known. None
    is taken to generate more than the most it is known to.

    Args:
        burned_mw: By fuel, hour and node; 0 where not known [MW].
        known: Where it is.
        estimated: Where an estimate is wanted.
        rest_mw: Net generation less all that is known of it; NaN where that is not [MW].
    """
    mean_mw = burned_mw.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    usual_mw = np.where(estimated, mean_mw[:, np.newaxis], 0.0)
    total_mw = usual_mw.sum(axis=0)
    scale = np.ones_like(total_mw)
    is_known = ~np.isnan(rest_mw) & (total_mw > 0)
    np.divide(np.clip(rest_mw, 0, None), total_mw, out=scale, where=is_known)
    estimate_mw: Floats = np.minimum(usual_mw * scale, burned_mw.max(axis=1)[:, np.newaxis])
    return estimate_mw
