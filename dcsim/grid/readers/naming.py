"""Which authority a file is about, where its rows do not say."""

import re
from collections.abc import Iterable

from dcsim.errors import DataError
from dcsim.grid.authorities import (
    NEW_AUTHORITIES,
    authority_named,
    code_in,
    is_authority_code,
    known_authorities,
    nearest_authorities,
)
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
    words = _NO_WORD.split(source.name)
    named = [word for word in words if word in known_authorities()]
    if len(set(named)) == 1:
        return named[0]
    if options.wanted is not None and len(options.wanted) == 1:
        return given_code(next(iter(options.wanted)), [source.name])
    raise DataError(
        f"{source.origin}: does not say which balancing authority it is about; give --ba CODE, or "
        "put EIA's code in the file's name, as in CISO_2022.csv"
    )


def given_code(name: str, file_names: Iterable[str]) -> str:
    """Return the code of an authority given for files that do not name theirs.

    Args:
        name: A code in any case, or Electricity Maps' name of a zone.
        file_names: A code that the registry does not have must stand in one of them as a word, so
            that a slip of the pen is no new authority.

    Raises:
        ScenarioError: There is no such authority; names the nearest.
    """
    code = code_in(name)
    words = {word for file_name in file_names for word in _NO_WORD.split(file_name)}
    return code if is_authority_code(code) and code in words else authority_named(name).ba_code


def wanted_code(name: str) -> str:
    """Return the code of an authority to look for in files, which show whether there is one.

    Raises:
        ScenarioError: It has not the form of a code.
    """
    code = code_in(name)
    return code if is_authority_code(code) else authority_named(name).ba_code


def unregistered_note(code: str) -> str:
    """Return what to say of an authority that was met in a file and is not in the registry."""
    unknown = f"{code} is not in dcsim's registry; its facts are unknown"
    if code in NEW_AUTHORITIES:
        return f"{unknown}. EIA has published it since {NEW_AUTHORITIES[code]}"
    near = ", ".join(authority.ba_code for authority in nearest_authorities(code))
    return f"{unknown}. The nearest that it has: {near}" if near else unknown
