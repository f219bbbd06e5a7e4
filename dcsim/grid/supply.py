"""What each authority feeds in, and emits for it, from reports by fuel."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from dcsim.grid.gaps import fill_short_gaps
from dcsim.grid.generation import FUELS
from dcsim.grid.intensity import emission_factors
from dcsim.grid.records import NET_GENERATION, STORAGE

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Supply:
    """Hourly supply of each node, in the order of the codes it was made for.

    Attributes:
        generation_mw: Without storage, zero or more [MW].
        emissions_kg: Of it [kg].
        charge_mw: Into storage, zero or more [MW].
        discharge_mw: Out of storage, zero or more [MW].
        filled: Where a fuel was missing and the gap short enough to fill.
        silent: Where neither a fuel nor the net generation is known: nothing generates.
    """

    generation_mw: Floats
    emissions_kg: Floats
    charge_mw: Floats
    discharge_mw: Floats
    filled: npt.NDArray[np.bool_]
    silent: npt.NDArray[np.bool_]


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
    """Return the supply of authorities: the sum of their fuels, or else their net generation.

    Args:
        wide: Records of many authorities; columns are (code, column).
        codes: The authorities, in the order wanted.
        factors: Name of the emission-factor set.
        stated_kg_per_mwh: Intensity of net generation without fuels, by authority [kg/MWh].
    """
    of_code = [emission_factors(factors, code) for code in codes]
    shape = len(wide), len(codes)
    generation_mw, emissions_kg = np.zeros(shape), np.zeros(shape)
    filled, without = np.zeros(shape, dtype=bool), np.ones(shape, dtype=bool)
    for fuel in FUELS:
        reported_mw = column_of(wide, codes, fuel)
        whole_mw = fill_short_gaps(reported_mw)
        burned_mw = np.clip(np.nan_to_num(whole_mw), 0, None)
        generation_mw += burned_mw
        emissions_kg += burned_mw * [factor[fuel] for factor in of_code]
        filled |= np.isnan(reported_mw) & ~np.isnan(whole_mw)
        without &= np.isnan(whole_mw)
    net_mw = column_of(wide, codes, NET_GENERATION)
    unnamed_mw = np.where(without, np.clip(np.nan_to_num(net_mw), 0, None), 0.0)
    storage_mw = np.nan_to_num(fill_short_gaps(column_of(wide, codes, STORAGE)))
    return Supply(
        generation_mw=generation_mw + unnamed_mw,
        emissions_kg=emissions_kg + unnamed_mw * stated_kg_per_mwh,
        charge_mw=np.clip(-storage_mw, 0, None),
        discharge_mw=np.clip(storage_mw, 0, None),
        filled=filled,
        silent=without & np.isnan(net_mw),
    )
