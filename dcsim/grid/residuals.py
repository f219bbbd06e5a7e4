"""How far the reports of each authority disagree, with each other and with the network."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from dcsim.grid.generation import FUELS
from dcsim.grid.interchange import Links
from dcsim.grid.records import DEMAND, NET_GENERATION, STORAGE, TOTAL_INTERCHANGE, neighbours
from dcsim.grid.supply import Supply

Floats = npt.NDArray[np.float64]

MEANINGS = {
    "fuels_vs_net_generation_mw": "sum of fuels and storage against net generation",
    "balance_mw": "net generation less demand against total interchange",
    "interchange_vs_links_mw": "total interchange against the sum of flows to neighbours",
    "ends_disagree_mw": "what it says of its links against what its neighbours say",
    "consumption_vs_demand_mw": "consumption in the network against reported demand",
    "added_mw": "generation added, as more was exported than there was",
    "filled_h": "hours in which a missing fuel or flow was filled",
    "silent_h": "hours in which nothing is known of its generation",
    "silent_links_h": "hours in which neither end of a link of it says anything",
}
"""Columns of the residuals: the first five mean distances, over the hours that have both."""


def residuals_of(
    wide: pd.DataFrame, links: Links, supply: Supply, consumption_mw: Floats, added_mw: Floats
) -> pd.DataFrame:
    """Return one row for each authority, columns `MEANINGS`; NaN where there is nothing to compare.

    Args:
        wide: Records of the authorities; columns are (code, column).
        links: What was made of their flows.
        supply: What was made of their generation.
        consumption_mw: What each consumes in the network [MW].
        added_mw: Generation added to each [MW].
    """
    codes = list(dict.fromkeys(wide.columns.get_level_values(0)))
    rows = {code: _reported(wide[code], consumption_mw[:, i]) for i, code in enumerate(codes)}
    table = pd.DataFrame.from_dict(rows, orient="index")
    of_links = np.zeros((len(links.ends), len(codes)))
    for link, ends in enumerate(links.ends):
        of_links[link] = [code in ends for code in codes]
    table["ends_disagree_mw"] = (np.nan_to_num(links.disagreement_mw) @ of_links).mean(axis=0)
    table["added_mw"] = added_mw.mean(axis=0)
    table["filled_h"] = (supply.filled | (links.filled @ of_links > 0)).sum(axis=0)
    table["silent_h"] = supply.silent.sum(axis=0)
    table["silent_links_h"] = (links.silent @ of_links > 0).sum(axis=0)
    return table[list(MEANINGS)]


def _reported(table: pd.DataFrame, consumption_mw: Floats) -> dict[str, float]:
    """Return what the reports of one authority say of each other [mean MW]."""
    fuels_mw = table.reindex(columns=[*FUELS, STORAGE]).sum(axis=1, min_count=1)
    links_mw = table[list(neighbours(table).values())].sum(axis=1, min_count=1)
    reported = table.reindex(columns=[DEMAND, NET_GENERATION, TOTAL_INTERCHANGE])
    demand_mw, net_mw, export_mw = (reported[name] for name in reported)
    distances = {
        "fuels_vs_net_generation_mw": fuels_mw - net_mw,
        "balance_mw": net_mw - demand_mw - export_mw,
        "interchange_vs_links_mw": export_mw - links_mw,
        "consumption_vs_demand_mw": consumption_mw - demand_mw,
    }
    return {name: distance.abs().mean() for name, distance in distances.items()}
