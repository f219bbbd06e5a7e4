"""Which authority a file is about, where its rows do not say."""

import re

from dcsim.errors import DataError
from dcsim.grid.authorities import known_authorities
from dcsim.grid.readers.source import Input, Options

_NO_WORD = re.compile(r"[^A-Z0-9a-z]+")


def authority_of(source: Input, options: Options) -> str:
    """Return the authority given, or named in the file's name, or the only one wanted.

    Args:
        source: The file, such as `CISO_2022.csv.gz` or `US-CAL-CISO_2022_hourly.csv`.
        options: What was asked for.

    Raises:
        DataError: None of these says which it is.
    """
    if options.ba_code is not None:
        return options.ba_code
    named = [word for word in _NO_WORD.split(source.name) if word in known_authorities()]
    if len(set(named)) == 1:
        return named[0]
    if options.wanted is not None and len(options.wanted) == 1:
        return next(iter(options.wanted))
    raise DataError(
        f"{source.origin}: does not say which balancing authority it is about; give --ba CODE, or "
        "put EIA's code in the file's name, as in CISO_2022.csv"
    )
