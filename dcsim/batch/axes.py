"""What a value of an axis sets in a scenario: the short names, the keys, and the bundles.

ba             grid.id and datacenter.time_zone: the reference year of a balancing authority
year           the year in grid.id, such as 2022 for an imported one, or `reference`
flexible_frac  the tiers' shares, scaled so that they sum to this
deadline_h     the deadline of every tier
chemistry      battery.chemistry
embodied       embodied.level
account        grid.account
strategies     strategies: this one alone
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from dcsim.batch.study import AxisValue, Batch, Bundle, Value
from dcsim.errors import ScenarioError
from dcsim.grid.authorities import known_authorities
from dcsim.grid.store.grids import REFERENCE, known_authority
from dcsim.scenario.document import Document, set_key, use_grid_id
from dcsim.scenario.spec import Scenario

BA, YEAR = "ba", "year"

_ALIASES = {
    "chemistry": "battery.chemistry",
    "embodied": "embodied.level",
    "account": "grid.account",
}


class Place(NamedTuple):
    """Where in a study a value stands, as messages name it, and the study's folder."""

    name: str
    batch: Batch


def active_authorities() -> tuple[str, ...]:
    """Return the codes of all authorities that still report to EIA-930, in order."""
    known = known_authorities().values()
    return tuple(sorted(authority.ba_code for authority in known if authority.is_active))


def label_of(value: AxisValue) -> str:
    """Return what a value is called in tables: its label, or the value as YAML has it."""
    if isinstance(value, Bundle):
        return value.label
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    return str(value)


def normal(axis: str, value: AxisValue, place: Place) -> AxisValue:
    """Return a value as it is written one way alone: an authority by its code.

    Raises:
        ScenarioError: There is no such authority, the value has no label, or it is a bundle on an
            axis that takes plain values.
    """
    if not label_of(value):
        raise ScenarioError(f"{place.name}: {axis}: a value is empty; give it a label")
    if axis in (BA, YEAR) and isinstance(value, Bundle):
        raise ScenarioError(
            f"{place.name}: {axis}: {value.label} sets keys; give bundles an axis of their own"
        )
    if axis == BA and isinstance(value, str):
        try:
            return known_authority(value).ba_code
        except ScenarioError as error:
            raise ScenarioError(f"{place.name}: {axis}: {error}") from None
    return value


def apply(document: Document, row: Mapping[str, AxisValue], place: Place) -> None:
    """Set what a case's values say, axis by axis in their order.

    Raises:
        ScenarioError: A value does not fit its axis, or the scenario has no such place.
    """
    for axis, value in row.items():
        if isinstance(value, Bundle):
            for key, one in value.set.items():
                set_key(document, key, one, place.name, place.batch.folder)
        elif axis in _SHORT:
            _SHORT[axis](document, value, row, place)
        elif is_key(axis):
            set_key(document, _ALIASES.get(axis, axis), value, place.name, place.batch.folder)


def is_key(axis: str) -> bool:
    """Tell whether an axis sets keys of the scenario; else its plain values are only labels."""
    return axis in {*_SHORT, *_ALIASES, *Scenario.model_fields} or "." in axis


def known_axes() -> list[str]:
    """Return the names an axis may have without a dot, if it sets anything by itself."""
    return [*_SHORT, *_ALIASES, *Scenario.model_fields]


def _set_authority(
    document: Document, value: Value, row: Mapping[str, AxisValue], place: Place
) -> None:
    _refuse_grids_of_years(BA, document, place)
    authority = known_authority(_text(BA, value, place))
    year = row.get(YEAR, REFERENCE)
    use_grid_id(document, f"{authority.ba_code}:{label_of(year)}", place.name)
    folder = place.batch.folder
    set_key(document, "datacenter.time_zone", authority.time_zone, place.name, folder)


def _set_year(document: Document, value: Value, row: Mapping[str, AxisValue], place: Place) -> None:
    if BA in row:
        return  # which sets both
    _refuse_grids_of_years(YEAR, document, place)
    code, colon, _ = str(document.data["grid"].get("id")).partition(":")
    if not colon:
        raise ScenarioError(
            f"{place.name}: {YEAR}: the scenario's grid is a file, which has one year; give an "
            f"axis {BA}, or vary grid.file"
        )
    use_grid_id(document, f"{code}:{label_of(value)}", place.name)


def _refuse_grids_of_years(axis: str, document: Document, place: Place) -> None:
    """Refuse to set the grid where planned years have grids of their own, which would win.

    Raises:
        ScenarioError: One has.
    """
    years = document.data.get("years") or []
    if any(isinstance(year, dict) and {"grid", "file"} & year.keys() for year in years):
        raise ScenarioError(
            f"{place.name}: {axis}: the base scenario's years have grids of their own; vary those "
            "with bundles that set years"
        )


def _set_flexible(
    document: Document, value: Value, row: Mapping[str, AxisValue], place: Place
) -> None:
    wanted = _number("flexible_frac", value, place)
    tiers = _tiers("flexible_frac", document, place)
    total = sum(tier["share_frac"] for tier in tiers)
    if not total:
        raise ScenarioError(f"{place.name}: flexible_frac: the tiers' shares sum to 0")
    for number, tier in enumerate(tiers):
        share_frac = tier["share_frac"] * wanted / total
        key = f"datacenter.flexible[{number}].share_frac"
        set_key(document, key, share_frac, place.name, place.batch.folder)


def _set_deadline(
    document: Document, value: Value, row: Mapping[str, AxisValue], place: Place
) -> None:
    for number, tier in enumerate(_tiers("deadline_h", document, place)):
        tier.pop("daily", None)
        key = f"datacenter.flexible[{number}].deadline_h"
        set_key(document, key, value, place.name, place.batch.folder)


def _set_strategy(
    document: Document, value: Value, row: Mapping[str, AxisValue], place: Place
) -> None:
    set_key(document, "strategies", [value], place.name, place.batch.folder)


_SHORT: dict[str, Callable[[Document, Value, Mapping[str, AxisValue], Place], None]] = {
    BA: _set_authority,
    YEAR: _set_year,
    "flexible_frac": _set_flexible,
    "deadline_h": _set_deadline,
    "strategies": _set_strategy,
}


def _tiers(axis: str, document: Document, place: Place) -> list[dict[str, Any]]:
    tiers = document.data.get("datacenter", {}).get("flexible")
    if not tiers:
        raise ScenarioError(
            f"{place.name}: {axis}: the base scenario has no tiers of work that may wait; give it "
            "datacenter.flexible"
        )
    return list(tiers)


def _text(axis: str, value: Value, place: Place) -> str:
    if not isinstance(value, str):
        raise ScenarioError(f"{place.name}: {axis}: must be text, got {value!r}")
    return value


def _number(axis: str, value: Value, place: Place) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ScenarioError(f"{place.name}: {axis}: must be a number, got {value!r}")
    return float(value)
