"""The unit that a column of its own states: `units` of kWh, `currency` of EUR."""

import pandas as pd

from dcsim.errors import DataError
from dcsim.grid.readers.column_units import Unit, unit_of
from dcsim.grid.readers.column_words import words_of

_MONEY = "currency"
_BARE_MONEY = "USD"
_WORDED = {"price", "share"}
"""Texts of units that are only inferred from words such as `price` or `utilization`."""
_UNIT = {"unit", "units", "uom"}
"""Last words of such columns' names: `units` of Green Button CSV, `value-units` of EIA's API,
`Currency` of ENTSO-E's prices (recalled)."""


def unit_of_column(table: pd.DataFrame, name: str, origin: str) -> Unit | None:
    """Return the unit of a column, from its name or from columns of units beside it, or None.

    Raises:
        DataError: The two differ, or a column of units holds more than one.
    """
    named, beside = unit_of(name), _unit_beside(table, origin)
    if named is None or beside is None:
        return named or beside
    if "other" in (named.kind, beside.kind):
        return named if named.kind == "other" else beside
    if named.kind == beside.kind and (named.factor == beside.factor or beside.text == _BARE_MONEY):
        return named
    if named.kind == beside.kind and named.text in _WORDED:
        return beside
    raise DataError(
        f"{origin}, line 1: column {name!r} is in {named.text}, and the column of units beside it "
        f"says {beside.text}; keep one"
    )


def _unit_beside(table: pd.DataFrame, origin: str) -> Unit | None:
    """Return what the columns of units say together: `USD` and `kWh` are USD/kWh."""
    last = {str(name): words[-1].text for name in table if (words := words_of(str(name)))}
    money = [name for name, word in last.items() if word == _MONEY]
    units = [name for name, word in last.items() if word in _UNIT]
    stated = [text for name in money + units if (text := _only_text(table[name], origin))]
    return unit_of("/".join(dict.fromkeys(stated))) if stated else None


def _only_text(cells: pd.Series, origin: str) -> str:
    """Return the one text of a column that names a unit, or nothing.

    Raises:
        DataError: It names more than one unit.
    """
    texts = dict.fromkeys(str(cell).strip() for cell in cells.dropna().unique())
    units = {unit.text: text for text in texts if (unit := unit_of(text)) is not None}
    if len(units) > 1:
        raise DataError(
            f"{origin}: column {cells.name!r} holds {' and '.join(list(units)[:3])}; every row "
            "must be in one unit"
        )
    return next(iter(units.values()), "")
