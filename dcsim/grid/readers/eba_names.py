"""Names of EIA's series: `EBA.CISO-ALL.NG.SUN.H`, `EBA.CISO-BPAT.ID.H`.

`NG` alone is net generation, `NG.NG` is natural gas. `.HL` is the same in local time and not read;
`DF` is a forecast and not read.
"""

import re
from dataclasses import dataclass

from dcsim.grid.readers.eia_codes import is_region
from dcsim.grid.records import DEMAND, NET_GENERATION, TOTAL_INTERCHANGE, to

_NAME = re.compile(r"^EBA\.([A-Z0-9]+)-([A-Z0-9]+)\.([A-Z]+)(?:\.([A-Z]+))?\.H$")
_ALL = "ALL"
_REPORTED_OF = {"D": DEMAND, "NG": NET_GENERATION, "TI": TOTAL_INTERCHANGE}


@dataclass(frozen=True)
class Holding:
    """What a series or column holds.

    Attributes:
        ba_code: The authority.
        name: EIA's code of a fuel, a name of `records.REPORTED`, or `to_<code>`.
    """

    ba_code: str
    name: str


def holding_of(series_name: str) -> Holding | None:
    """Return what a series holds, or None for one that is not read."""
    match = _NAME.match(series_name)
    if match is None or is_region(match[1]):
        return None
    code, other, kind, fuel = match.groups()
    if other != _ALL:
        return Holding(code, to(other)) if kind == "ID" and not is_region(other) else None
    if fuel is not None:
        return Holding(code, fuel) if kind == "NG" else None
    return Holding(code, _REPORTED_OF[kind]) if kind in _REPORTED_OF else None
