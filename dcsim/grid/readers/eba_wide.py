"""EIA's bulk series as a wide table: `EBA.AEC-ALL.D.H, EBA.AEC-ALL.NG.COL.H, ...`.

The first column has no name and holds the end of the hour in UTC.
"""

from collections.abc import Iterator

from dcsim.errors import DataError
from dcsim.grid.readers.eba_names import holding_of
from dcsim.grid.readers.eia_codes import MOVED_BACK
from dcsim.grid.readers.source import Input, Options, Sniff, sniff
from dcsim.grid.readers.wide import read_wide
from dcsim.grid.records import Records

_PREFIX = "EBA."


def recognizes(found: Sniff) -> bool:
    """Tell whether a file is meant for this reader."""
    return any(name.startswith(_PREFIX) for name in found.columns[1:])


def pieces(source: Input, options: Options) -> Iterator[Records]:
    """Read a file, and give the records of one authority after another.

    Raises:
        DataError: No column is an hourly series in UTC, or a row, stamp or number is unreadable.
    """
    found = sniff(source)
    holdings = {name: held for name in found.columns[1:] if (held := holding_of(name)) is not None}
    if not holdings:
        raise DataError(
            f"{source.origin}, line {found.line}: has no hourly series in UTC of an authority, "
            "such as EBA.CISO-ALL.NG.SUN.H"
        )
    yield from read_wide(source, options, found, holdings, (MOVED_BACK,))
