"""The wide tables of gridemissions: `E_CISO_SUN`, `E_CISO-BPAT_ID`, `CO2i_CISO_D`.

Here `GAS` is natural gas and `NG` net generation, unlike EIA's codes. Stamps are the end of the
hour in UTC. Emissions (`CO2_`, kg an hour) are not read.

Source of the names: gridemissions (de Chalendar et al.), its files of energy (E), emissions (CO2)
and consumption-based intensity (CO2i) [kg/MWh].
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from dcsim.errors import DataError
from dcsim.grid.generation import FUELS
from dcsim.grid.readers.eba_names import Holding
from dcsim.grid.readers.eia_codes import MOVED_BACK, is_region
from dcsim.grid.readers.refused import WEIGHTS
from dcsim.grid.readers.source import Input, Options, Sniff, sniff
from dcsim.grid.readers.wide import read_wide
from dcsim.grid.records import (
    DEMAND,
    INTENSITY,
    NET_GENERATION,
    TOTAL_INTERCHANGE,
    Records,
    to,
)

_NAME = re.compile(r"^(E|CO2|CO2i)_([A-Z0-9]+)(?:-([A-Z0-9]+))?_([A-Z]+)$")
_REPORTED_OF = {"D": DEMAND, "NG": NET_GENERATION, "TI": TOTAL_INTERCHANGE}
_GAS, _NATURAL_GAS = "GAS", "NG"
_INTENSITY_NOTE = "intensity is consumption-based, as gridemissions computed it"
_EMISSIONS_NOTE = "emissions in kg an hour (CO2_) are not kept"
_CLEANED_NOTE = "gridemissions has cleaned these values: they are not as reported"
LARGEST_WEIGHT = 1000.0
"""gridemissions' weights are at most this; net generation's is about 0.4 there [-]."""
PART_FRAC = 0.5
"""Net generation below so much of one fuel, in more than so many hours, is no sum of fuels [-]."""
_CLEANED_STAMP = re.compile(r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}", re.MULTILINE)
"""Its raw tables write `2023-06-10T00`, its cleaned ones `2023-06-10 00:00:00`."""


def recognizes(found: Sniff) -> bool:
    """Tell whether a file is meant for this reader."""
    return any(_NAME.match(name) for name in found.columns[1:])


def pieces(source: Input, options: Options) -> Iterator[Records]:
    """Read a file, and give the records of one authority after another.

    Raises:
        DataError: The file has no energy and no intensity, or a row, stamp or number is unreadable.
    """
    found = sniff(source)
    holdings = {name: held for name in found.columns[1:] if (held := _holding_of(name)) is not None}
    if not holdings:
        raise DataError(
            f"{source.origin}, line {found.line}: has no energy (E_<BA>_<fuel>) and no intensity "
            "(CO2i_<BA>_D)"
        )
    for records in read_wide(source, options, found, holdings, _notes(found)):
        if _are_weights(records):
            raise DataError(f"{source.origin}: {WEIGHTS}")
        yield replace(records, is_cleaned=_is_cleaned(found))


def _are_weights(records: Records) -> bool:
    """Return whether values are no power: all small, and the whole far below one of its parts."""
    fuels = [fuel for fuel in FUELS if fuel in records.table]
    if not fuels or NET_GENERATION not in records.table:
        return False
    table = records.table[[*fuels, NET_GENERATION]].dropna()
    values = table.to_numpy()
    is_small = len(table) > 0 and float(values.min()) >= 0 and float(values.max()) <= LARGEST_WEIGHT
    far_below = table[NET_GENERATION] < PART_FRAC * table[fuels].max(axis=1)
    return is_small and bool(far_below.mean() > PART_FRAC)


def _is_cleaned(found: Sniff) -> bool:
    return _CLEANED_STAMP.search(found.head) is not None


def _holding_of(name: str) -> Holding | None:
    match = _NAME.match(name)
    if match is None or is_region(match[2]):
        return None
    kind, code, other, what = match.groups()
    if kind == "CO2i":
        return Holding(code, INTENSITY) if what == "D" and other is None else None
    if kind == "CO2":
        return None
    if other is not None:
        return Holding(code, to(other)) if what == "ID" and not is_region(other) else None
    if what in _REPORTED_OF:
        return Holding(code, _REPORTED_OF[what])
    return Holding(code, _NATURAL_GAS if what == _GAS else what)


def _notes(found: Sniff) -> tuple[str, ...]:
    kinds = {match[1] for name in found.columns[1:] if (match := _NAME.match(name))}
    said = (
        (_INTENSITY_NOTE, "CO2i" in kinds),
        (_EMISSIONS_NOTE, "CO2" in kinds),
        (_CLEANED_NOTE, _is_cleaned(found) and "E" in kinds),
    )
    return (MOVED_BACK, *(note for note, applies in said if applies))
