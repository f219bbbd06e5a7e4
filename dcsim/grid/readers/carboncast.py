"""Tables of CarbonCast, EnsembleCI and DACF: `UTC time` and a column for each fuel in words.

Which fuels there are, and in which order, differs from file to file; forecasts (DACF) are not
read. Stamps are EIA's, the end of the hour in UTC. `carbon_intensity` is not used: it is computed
from the mix with a named factor set.
"""

from collections.abc import Iterator

from dcsim.grid.generation import FUELS, ONE_HOUR
from dcsim.grid.readers.columns import numbers, refuse_blank, utc_stamps
from dcsim.grid.readers.eia_codes import MOVED_BACK, laid_out
from dcsim.grid.readers.naming import authority_of
from dcsim.grid.readers.rows import require_columns
from dcsim.grid.readers.source import Input, Options, Sniff, sniff
from dcsim.grid.readers.table import table_of
from dcsim.grid.records import Records

STAMP = "UTC time"
FUEL_OF = {"nat_gas": "natural_gas", **{fuel: fuel for fuel in FUELS if fuel != "natural_gas"}}
"""Their words for fuels."""

_NOTES = (
    MOVED_BACK,
    "CarbonCast filled gaps before publishing; hours that repeat may be filled",
)


def recognizes(found: Sniff) -> bool:
    """Tell whether a file is meant for this reader."""
    return STAMP in found.columns and any(name in FUEL_OF for name in found.columns)


def pieces(source: Input, options: Options) -> Iterator[Records]:
    """Read the records of one authority.

    Raises:
        DataError: A column is missing, a cell is bad, or the file does not say which authority it
            is about.
    """
    found = sniff(source)
    require_columns(found.columns, [STAMP], source.origin)
    code = authority_of(source, options)
    if not options.wants(code):
        return
    table = table_of(source, found, options.progress)
    index = utc_stamps(table[STAMP], source.origin, naive_is_utc=True) - ONE_HOUR
    values = numbers(table[[name for name in FUEL_OF if name in table.columns]], source.origin)
    refuse_blank(values, source.origin)
    columns = {FUEL_OF[str(name)]: values[name] for name in values}
    yield Records(code, laid_out(columns, index), _NOTES)
