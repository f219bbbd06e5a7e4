"""How far the reports of each authority disagree, and what is unknown: in numbers and in words."""

from collections.abc import Iterator, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from dcsim.grid.generation import FUELS
from dcsim.grid.records import DEMAND, NET_GENERATION, STORAGE, TOTAL_INTERCHANGE, neighbours
from dcsim.grid.tracing.boundary import Stated
from dcsim.grid.tracing.gaps import LONGEST_GAP_H, Floats
from dcsim.grid.tracing.interchange import Links
from dcsim.grid.tracing.supply import Supply

MEANINGS = {
    "fuels_vs_net_generation_mw": "sum of fuels and storage against net generation",
    "balance_mw": "net generation less demand against total interchange",
    "interchange_vs_links_mw": "total interchange against the sum of flows to neighbours",
    "ends_disagree_mw": "what it says of its links against what its neighbours say",
    "consumption_vs_demand_mw": "consumption without charging against reported demand",
    "added_mw": "generation added, as more was exported than there was",
    "filled_h": "hours in which something was missing for a short while, and filled",
    "estimated_h": "hours in which a fuel was missing for longer, and estimated",
    "unnamed_h": "hours in which net generation stands for fuels that are not known",
    "silent_h": "hours in which nothing is known of its generation",
    "silent_storage_h": "hours in which storage was missing for longer, and is none",
    "silent_links_h": "hours in which neither end of a link of it says anything",
    "links": "its links over which a flow is known",
}
"""Columns of the residuals: the first five mean distances, over the hours that have both."""

MOST_LINKS_NAMED = 3
"""Of silent links so many are named: those that may miss the most energy."""


def residuals_of(
    wide: pd.DataFrame, links: Links, supply: Supply, consumption_mw: Floats, added_mw: Floats
) -> pd.DataFrame:
    """Return one row for each authority, columns `MEANINGS`; NaN where there is nothing to compare.

    Args:
        wide: Records of the authorities; columns are (code, column).
        links: What was made of their flows.
        supply: What was made of their generation.
        consumption_mw: What each consumes in the network, charging included [MW].
        added_mw: Generation added to each [MW].
    """
    codes = list(dict.fromkeys(wide.columns.get_level_values(0)))
    used_mw = consumption_mw - supply.charge_mw  # EIA's demand is net of storage
    rows = {code: _reported(wide[code], used_mw[:, i]) for i, code in enumerate(codes)}
    table = pd.DataFrame.from_dict(rows, orient="index")
    of_links = np.array([[code in ends for code in codes] for ends in links.ends], dtype=bool)
    of_links = of_links.reshape(len(links.ends), len(codes))
    apart_mw = pd.DataFrame(links.disagreement_mw).mean().to_numpy()
    table["ends_disagree_mw"] = [pd.Series(apart_mw[own]).sum(min_count=1) for own in of_links.T]
    table["added_mw"] = added_mw.mean(axis=0)
    table["filled_h"] = (supply.filled | (links.filled @ of_links)).sum(axis=0)
    table["estimated_h"] = supply.estimated.any(axis=0).sum(axis=0)
    table["unnamed_h"] = supply.unnamed.sum(axis=0)
    table["silent_h"] = supply.silent.sum(axis=0)
    table["silent_storage_h"] = supply.silent_storage.sum(axis=0)
    table["silent_links_h"] = (links.silent @ of_links).sum(axis=0)
    table["links"] = of_links.sum(axis=0)
    return table[list(MEANINGS)]


def _reported(table: pd.DataFrame, used_mw: Floats) -> dict[str, float]:
    """Return what the reports of one authority say of each other [mean MW]."""
    fuels_mw = table.reindex(columns=[*FUELS, STORAGE]).sum(axis=1, min_count=1)
    links_mw = table[list(neighbours(table).values())].sum(axis=1, min_count=1)
    reported = table.reindex(columns=[DEMAND, NET_GENERATION, TOTAL_INTERCHANGE])
    demand_mw, net_mw, export_mw = (reported[name] for name in reported)
    distances = {
        "fuels_vs_net_generation_mw": fuels_mw - net_mw,
        "balance_mw": net_mw - demand_mw - export_mw,
        "interchange_vs_links_mw": export_mw - links_mw,
        "consumption_vs_demand_mw": used_mw - demand_mw,
    }
    return {name: distance.abs().mean() for name, distance in distances.items()}


def doubts_of(
    links: Links, supply: Supply, added_mw: Floats, stated: Mapping[str, Stated]
) -> Iterator[str]:
    """Yield what a reader must know of gaps too long to be filled, in words.

    Args:
        links: What was made of flows.
        supply: What was made of generation.
        added_mw: Generation added where more was exported than there was [MW].
        stated: The constant intensity of each node, in the order of `supply`.
    """
    exports = supply.silent & (added_mw > 0)
    for node, (code, constant) in enumerate(stated.items()):
        if hours := int(supply.silent[:, node].sum()):
            as_stated = f", and what it exports then {_rate(constant)}"
            none = f"generation of {code} unknown in {hours} hours: none"
            yield none + (as_stated if exports[:, node].any() else "")
        if fuels := _hours_by_fuel(supply.estimated[:, :, node]):
            yield (
                f"{fuels} of {code} missing for over {LONGEST_GAP_H} hours at a time: estimated, "
                "by net generation where that is known and by the mean of other hours"
            )
        if hours := int(supply.unnamed[:, node].sum()):
            yield f"fuels of {code} unknown in {hours} hours: net generation {_rate(constant)}"
        if hours := int(supply.silent_storage[:, node].sum()):
            yield f"storage of {code} unknown in {hours} hours: none"
    yield from _doubts_of_links(links)


def _rate(stated: Stated) -> str:
    return f"at {stated.kg_per_mwh:.0f} kg/MWh, {stated.reason}"


def _hours_by_fuel(estimated: npt.NDArray[np.bool_]) -> str:
    hours = zip(FUELS, estimated.sum(axis=1), strict=True)
    return ", ".join(f"{fuel} in {count} hours" for fuel, count in hours if count)


def _doubts_of_links(links: Links) -> Iterator[str]:
    """Yield the links that are silent for long, the largest by the energy they may miss."""
    silent_h = links.silent.sum(axis=0)
    carried_mw = (links.forth_mw + links.back_mw).sum(axis=0) / np.maximum(
        len(links.silent) - silent_h, 1
    )
    order = [link for link in np.argsort(-carried_mw * silent_h) if silent_h[link]]
    for link in order[:MOST_LINKS_NAMED]:
        yield (
            f"no flow known between {' and '.join(links.ends[link])} in {silent_h[link]} hours: "
            f"none; in others {carried_mw[link]:.0f} MW on average"
        )
    if others := order[MOST_LINKS_NAMED:]:
        most_h = silent_h[others].max()
        yield f"nor over {len(others)} links that miss less energy, in up to {most_h} hours"
