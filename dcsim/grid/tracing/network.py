"""One network of many authorities, in which power balances whatever their reports say.

Authorities report their own generation and each its end of every link, and disagree:

1. A gap of up to 24 hours, of a fuel, storage, net generation or a link, is filled as
   `dcsim.grid.repair.filling` says. A link has a gap where both ends are silent; where one is, the
   other is believed.
2. What flows over a link is the mean of what its two ends report; in a longer gap nothing does.
3. Generation is the sum of the fuels, none below zero. In a longer gap a fuel has its mean over
   other hours, scaled to what net generation leaves for it, and nothing beyond the most it is
   known to generate. Where no fuel is known, what is left of net generation has a stated
   intensity; where that is not known either, nothing is generated.
4. Storage that discharges feeds in; what charges it is load; in a longer gap it does neither.
5. Consumption is what is left: generation and imports less exports. Where more is exported than
   there is, as much is added to generation, with the mix of the hour.

Whatever rests on a longer gap is in the notes, and counted in `residuals`.

Neither reported demand nor reported totals are forced on the result; `residuals` has how far off
they are. An adjustment of generation, demand and flows by weighted least squares was tried in
place of rule 2 and left out: on the windows of July 2021 and June 2023 its intensities of
authorities with customers are 4.8 and 2.4 kg/MWh from those gridemissions finds with a convex
program for each hour, those of the rules above 3.3 and 2.1 (average production: 61 and 55).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from dcsim.errors import DataError
from dcsim.grid.generation import LARGEST_MW, check_hourly
from dcsim.grid.records import INDEX
from dcsim.grid.tracing.boundary import stated_intensity
from dcsim.grid.tracing.gaps import Bools, Floats
from dcsim.grid.tracing.interchange import Links, links_of
from dcsim.grid.tracing.residuals import doubts_of, residuals_of
from dcsim.grid.tracing.supply import supply_of

Positions = npt.NDArray[np.int64]

TRICKLE_MW = 1e-9
"""Generated in every node at its stated intensity, so that one without power has one too [MW]."""


@dataclass(frozen=True)
class Network:
    """Hourly power of nodes and links, one row an hour; every power is zero or more.

    Attributes:
        index: Hours, UTC, hour-beginning.
        codes: The nodes: authorities with records.
        generation_mw: By node, without storage [MW].
        emissions_kg: Of that generation, by node [kg].
        charge_mw: Into storage, by node [MW].
        discharge_mw: Out of storage, by node [MW].
        origin: Node of each link's start, as a position in `codes`, or beyond them if outside.
        target: Node of each link's end, likewise.
        flow_mw: By link, every link in both directions [MW].
        outside_kg_per_mwh: Intensity of those outside, in the order of their positions [kg/MWh].
        ends: The two codes of each link.
        silent: Where a node's own generation is not known at all.
        residuals: One row a node: how far reports disagree [mean MW] and what was mended [h, MW].
        notes: What was stated of exporters without records, and what is unknown of the nodes.
    """

    index: pd.DatetimeIndex
    codes: tuple[str, ...]
    generation_mw: Floats
    emissions_kg: Floats
    charge_mw: Floats
    discharge_mw: Floats
    origin: Positions
    target: Positions
    flow_mw: Floats
    outside_kg_per_mwh: Floats
    ends: tuple[tuple[str, str], ...]
    silent: Bools
    residuals: pd.DataFrame
    notes: tuple[str, ...]

    @cached_property
    def through_mw(self) -> Floats:
        """Return all that enters each node: generation, discharge and imports [MW]."""
        imports_mw: Floats = self.flow_mw @ _incidence(self.target, len(self.codes))
        through_mw: Floats = self.generation_mw + self.discharge_mw + imports_mw
        return through_mw

    @property
    def consumption_mw(self) -> Floats:
        """Return what stays in each node, charging included [MW]."""
        exports_mw = self.flow_mw @ _incidence(self.origin, len(self.codes))
        consumption_mw: Floats = self.through_mw - exports_mw
        return consumption_mw


def _incidence(ends: Positions, nodes: int) -> Floats:
    """Return which link (row) ends in which node (column): ones and zeros."""
    table: Floats = (ends[:, None] == np.arange(nodes)).astype(float)
    return table


def reconcile(
    records: Mapping[str, pd.DataFrame],
    factors: str,
    told_kg_per_mwh: Mapping[str, float] | None = None,
) -> Network:
    """Make one network of the records of many authorities.

    Args:
        records: Tables in the vocabulary of `dcsim.grid.records`, by code.
        factors: Name of the emission-factor set.
        told_kg_per_mwh: Intensities of codes without records, in place of the built-in [kg/MWh].

    Raises:
        DataError: There are no records, an hour is there twice, one is missing in all, or a value
            is infinite or impossibly large.
        ScenarioError: There is no such factor set.
    """
    wide = _side_by_side(records)
    links = links_of(wide)
    codes = tuple(records)
    outside = tuple(sorted({code for ends in links.ends for code in ends} - set(codes)))
    stated = {c: stated_intensity(c, factors, told_kg_per_mwh) for c in (*codes, *outside)}
    stated_kg_per_mwh = np.array([each.kg_per_mwh for each in stated.values()], dtype=float)
    own_kg_per_mwh = stated_kg_per_mwh[: len(codes)]
    first, second = _positions(links, tuple(stated))
    supply = supply_of(wide, codes, factors, own_kg_per_mwh)
    network = Network(
        index=pd.DatetimeIndex(wide.index),
        codes=codes,
        generation_mw=supply.generation_mw,
        emissions_kg=supply.emissions_kg,
        charge_mw=supply.charge_mw,
        discharge_mw=supply.discharge_mw,
        origin=np.concatenate([first, second]),
        target=np.concatenate([second, first]),
        flow_mw=np.hstack([links.forth_mw, links.back_mw]),
        outside_kg_per_mwh=stated_kg_per_mwh[len(codes) :],
        ends=links.ends,
        silent=supply.silent,
        residuals=pd.DataFrame(index=list(codes)),
        notes=tuple(
            f"{code}, without records: {stated[code].kg_per_mwh:.0f} kg/MWh, {stated[code].reason}"
            for code in outside
        ),
    )
    whole, added_mw = _add_unreported(network, own_kg_per_mwh)
    residuals = residuals_of(wide, links, supply, whole.consumption_mw, added_mw)
    doubts = doubts_of(links, supply, added_mw, {code: stated[code] for code in codes})
    return replace(whole, residuals=residuals, notes=(*whole.notes, *doubts))


def _positions(links: Links, order: tuple[str, ...]) -> tuple[Positions, Positions]:
    """Return where in an order of codes the first and the second end of every link stand."""
    place = {code: i for i, code in enumerate(order)}
    first, second = ([place[ends[side]] for ends in links.ends] for side in (0, 1))
    return np.array(first, dtype=np.int64), np.array(second, dtype=np.int64)


def _add_unreported(network: Network, stated_kg_per_mwh: Floats) -> tuple[Network, Floats]:
    """Add generation where a node exports more than it has, and the trickle everywhere.

    Returns:
        The network in which nobody consumes less than nothing, and what was added [MW].
    """
    added_mw = np.clip(-network.consumption_mw, 0, None)
    mix = np.broadcast_to(stated_kg_per_mwh, added_mw.shape).copy()
    generates = network.generation_mw > 0
    np.divide(network.emissions_kg, network.generation_mw, out=mix, where=generates)
    emissions_kg = network.emissions_kg + added_mw * mix + TRICKLE_MW * stated_kg_per_mwh
    generation_mw = network.generation_mw + added_mw + TRICKLE_MW
    return replace(network, generation_mw=generation_mw, emissions_kg=emissions_kg), added_mw


def _side_by_side(records: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return all records over the hours of any of them; columns are (code, column)."""
    if not records:
        raise DataError("flow tracing: there are no records; at least one authority is needed")
    for code, table in records.items():
        if table.index.has_duplicates:
            first = table.index[table.index.duplicated()][0]
            raise DataError(f"flow tracing: {code} has {first:%Y-%m-%d %H:%M}Z twice")
        _check_possible(code, table)
    wide = pd.concat(dict(records), axis=1).sort_index()
    check_hourly(wide.index, "flow tracing")
    return wide.rename_axis(INDEX)


def _check_possible(code: str, table: pd.DataFrame) -> None:
    """Refuse infinite and impossibly large values; what is missing is mended later, and told."""
    values = table.to_numpy(dtype=float)
    bad = np.abs(values) > LARGEST_MW
    if bad.any():
        row, column = (int(i) for i in np.argwhere(bad)[0])
        raise DataError(
            f"flow tracing: {table.columns[column]} of {code} at "
            f"{table.index[row]:%Y-%m-%d %H:%M}Z is {values[row, column]:g}; values must be finite "
            f"and within {LARGEST_MW:,.0f}"
        )
