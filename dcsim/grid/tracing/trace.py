"""What the power consumed in each authority emitted, wherever it was generated: flow tracing.

Power mixes in every node: what leaves it, to consumers and neighbours, has the intensity of all
that entered. For all nodes of an hour at once, account 2 of model.md section 6,

    (diag(generation + discharge + imports) - flows) ci = emissions + stored + from outside

with `flows[i, j]` what `j` sends to `i`. No intensity can be below zero or beyond the cleanest and
the dirtiest source: the matrix has a dominant diagonal and nothing positive beside it.

Storage gives back what it took. Its discharge has the mean intensity of its node while it charged,
the same in all hours; what it lost on the way stays with the load that charging is. In one hour
all is counted once, but over many what storage gives back is counted a second time: `Traced` has
the arithmetic.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from dcsim.grid.authorities import known_authorities
from dcsim.grid.tracing.gaps import Floats
from dcsim.grid.tracing.network import TRICKLE_MW, Network, reconcile

CHUNK_H = 512
"""Hours solved together, which bounds the memory: 17 MB of matrices for 65 nodes."""

LEAST_POWER_MW = 2 * TRICKLE_MW
"""Where less than this enters a node, its intensity is that of the trickle [MW]."""


@dataclass(frozen=True)
class Traced:
    """Consumption-based intensity of many authorities.

    What is consumed to charge storage has emitted already when it is discharged to be consumed
    again, so that over time, for all authorities together,

        sum(consumption * intensity) - sum(returned) = generated + imported - exported emissions

    100 MW of coal at 820 kg/MWh for 48 h, of which storage takes 20 MW in 24 and gives back 16 in
    the others: consumption is 100 and 116 MW, which is charged (2,400 + 2,784) * 820 = 4,250,880
    kg; less 384 MWh * 820 = 314,880 kg returned, 3,936,000 kg, as generated. The 78,720 kg of the
    96 MWh lost are charged to charging, and not to who uses what comes back: customers alone have
    `sum((consumption - charge) * intensity)` = 3,857,280 kg.

    Attributes:
        intensity_kg_per_mwh: A column for each authority that has customers [kg/MWh].
        consumption_mw: Of the same authorities, charging included [MW].
        charge_mw: Of it, what charges storage [MW].
        returned_kg: Of the same authorities, what comes with the discharge of storage [kg].
        silent: Of the same: hours in which nothing is known of their own generation, or in which
            no power enters them at all, so that their intensity is a stated one.
        ends: The two codes of each link over which a flow is known.
        residuals: Of all nodes: `dcsim.grid.tracing.residuals.MEANINGS` says what of.
        notes: What was stated of exporters without records, what storage gave back, and what was
            missing for too long to be filled.
        balance_error: Largest distance in any hour between all emissions that enter the network
            and all that leave it with consumption and exports, over the former [-].
    """

    intensity_kg_per_mwh: pd.DataFrame
    consumption_mw: pd.DataFrame
    charge_mw: pd.DataFrame
    returned_kg: pd.DataFrame
    silent: pd.DataFrame
    ends: tuple[tuple[str, str], ...]
    residuals: pd.DataFrame
    notes: tuple[str, ...]
    balance_error: float


def trace(
    records: Mapping[str, pd.DataFrame],
    factors: str,
    told_kg_per_mwh: Mapping[str, float] | None = None,
) -> Traced:
    """Trace emissions through the interchange of all authorities there are records of.

    Args:
        records: Tables in the vocabulary of `dcsim.grid.records`, by code. Neighbours without a
            table are outside: their exports have a constant intensity, which the notes state.
        factors: Name of the emission-factor set; each authority has its own where the set has.
        told_kg_per_mwh: Intensities of codes without records, in place of the built-in [kg/MWh].

    Raises:
        DataError: There are no records, an hour is there twice, one is missing in all, or a value
            is infinite or impossibly large.
        ScenarioError: There is no such factor set.
    """
    network = reconcile(records, factors, told_kg_per_mwh)
    stored_kg_per_mwh = storage_intensity(network)
    returned_kg = network.discharge_mw * stored_kg_per_mwh
    emissions_kg = network.emissions_kg + returned_kg
    intensity = mixed_intensity(network, emissions_kg)
    return Traced(
        intensity_kg_per_mwh=_of_customers(network, intensity),
        consumption_mw=_of_customers(network, network.consumption_mw),
        charge_mw=_of_customers(network, network.charge_mw),
        returned_kg=_of_customers(network, returned_kg),
        silent=_of_customers(network, network.silent | (network.through_mw < LEAST_POWER_MW)),
        ends=network.ends,
        residuals=network.residuals,
        notes=(*network.notes, *_storage_notes(network, stored_kg_per_mwh)),
        balance_error=_balance_error(network, emissions_kg, intensity),
    )


def mixed_intensity(network: Network, emissions_kg: Floats) -> Floats:
    """Return the intensity of all that each node consumes and exports [kg/MWh].

    Args:
        network: Power that balances.
        emissions_kg: What enters with generation and discharge, by hour and node [kg].
    """
    entering_kg = (emissions_kg + _from_outside_kg(network))[:, :, None]
    return np.concatenate([_solve(network, h, entering_kg[h]) for h in _chunks(network)])[:, :, 0]


def storage_intensity(network: Network) -> Floats:
    """Return the intensity of each node's discharge: the mean of its mix while it charged.

    A node's mix depends on what the storage of all gives back, linearly: one solve of the network
    without any, and with one unit from each, leaves as many equations as there are storages. One
    that is never seen to charge has the mean over all hours.

    Returns:
        By node; 0 where nothing discharges [kg/MWh].
    """
    stores = np.flatnonzero(network.discharge_mw.any(axis=0))
    charging = network.charge_mw[:, stores]
    charging = np.where(charging.any(axis=0), charging, 1.0)
    weight = charging / charging.sum(axis=0)
    known_kg = network.emissions_kg + _from_outside_kg(network)
    unit = np.eye(len(network.codes))[:, stores]
    met = np.zeros((len(stores), 1 + len(stores)))
    for hours in _chunks(network) if len(stores) else ():
        returned = network.discharge_mw[hours][:, :, None] * unit
        entering_kg = np.concatenate([known_kg[hours][:, :, None], returned], axis=2)
        mix = _solve(network, hours, entering_kg)[:, stores]
        met += np.einsum("hs,hsk->sk", weight[hours], mix)
    stored_kg_per_mwh = np.zeros(len(network.codes))
    stored_kg_per_mwh[stores] = np.linalg.solve(np.eye(len(stores)) - met[:, 1:], met[:, 0])
    return stored_kg_per_mwh


def _chunks(network: Network) -> Iterator[slice]:
    for start in range(0, len(network.index), CHUNK_H):
        yield slice(start, start + CHUNK_H)


def _solve(network: Network, hours: slice, entering_kg: Floats) -> Floats:
    """Return the intensities that several sets of entering emissions lead to.

    Args:
        network: Power that balances.
        hours: Which of its hours.
        entering_kg: By hour of these, node and set [kg].
    """
    nodes = len(network.codes)
    inside = (network.origin < nodes) & (network.target < nodes)
    matrix = np.zeros((len(entering_kg), nodes, nodes))
    matrix[:, network.target[inside], network.origin[inside]] = -network.flow_mw[hours][:, inside]
    matrix[:, range(nodes), range(nodes)] = network.through_mw[hours]
    return np.asarray(np.linalg.solve(matrix, entering_kg), dtype=float)


def _from_outside_kg(network: Network) -> Floats:
    """Return the emissions that come with imports from outside, by hour and node [kg]."""
    nodes = len(network.codes)
    links = np.flatnonzero((network.origin >= nodes) & (network.target < nodes))
    rate = network.outside_kg_per_mwh[network.origin[links] - nodes]
    arriving = (network.target[links][:, None] == np.arange(nodes)) * rate[:, None]
    arriving_kg: Floats = network.flow_mw[:, links] @ arriving
    return arriving_kg


def _balance_error(network: Network, emissions_kg: Floats, intensity: Floats) -> float:
    nodes = len(network.codes)
    entering_kg = (emissions_kg + _from_outside_kg(network)).sum(axis=1)
    leaving = (network.origin < nodes) & (network.target >= nodes)
    exported_kg = network.flow_mw[:, leaving] * intensity[:, network.origin[leaving]]
    consumed_kg = network.consumption_mw * intensity
    left_kg = consumed_kg.sum(axis=1) + exported_kg.sum(axis=1)
    return float(np.max(np.abs(entering_kg - left_kg) / entering_kg))


def _is_generation_only(code: str) -> bool:
    authority = known_authorities().get(code)
    return authority is not None and authority.generation_only


def _of_customers(network: Network, values: npt.NDArray[Any]) -> pd.DataFrame:
    """Return a table of what was found, without the authorities that only generate."""
    customers = [not _is_generation_only(code) for code in network.codes]
    table = pd.DataFrame(values, index=network.index, columns=list(network.codes))
    return table.loc[:, customers]


def _storage_notes(network: Network, stored_kg_per_mwh: Floats) -> list[str]:
    return [
        f"storage of {code} gives back {kg_per_mwh:.0f} kg/MWh, the mean of what it took"
        for code, kg_per_mwh in zip(network.codes, stored_kg_per_mwh, strict=True)
        if kg_per_mwh > 0
    ]
