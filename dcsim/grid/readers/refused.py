"""Files that hold hourly data of US grids and no generation: each is refused with its reason."""

from collections.abc import Callable

from dcsim.grid.readers.source import Sniff

WEIGHTS = (
    "holds weights of gridemissions' optimization, which have no unit, and no generation in MW; "
    "bring its E_ file of energy (raw, basic, rolling or opt)"
)
_DEMAND_ONLY = (
    "holds demand only, and no generation by fuel; a grid's mix cannot be made of it. Take EIA's "
    "six-month BALANCE files"
)


def reason_to_refuse(found: Sniff) -> str | None:
    """Return why a file of a known kind cannot be used, or None."""
    return next((reason for is_such, reason in _REFUSED if is_such(found)), None)


def _is_subregion(found: Sniff) -> bool:
    names = {name.replace("-", "").replace(" ", "").lower() for name in found.columns}
    return bool(names & {"subregion", "balancing_authority_subregion_code_eia"})


def _is_weights(found: Sniff) -> bool:
    """Return whether a file is gridemissions' of weights, by its name."""
    rest = found.columns[1:]
    return found.name.startswith("E_weights") or (
        "weights" in found.name.lower() and bool(rest) and all(n.startswith("E_") for n in rest)
    )


def _is_cleaned_demand(found: Sniff) -> bool:
    """Tell the files of truggles' cleaned demand, of one authority or of all."""
    if "cleaned demand (MW)" in found.columns:
        return True
    rest = found.columns[1:]
    return found.columns[:1] == ("date_time",) and all(name.isupper() for name in rest)


def _is_price(found: Sniff) -> bool:
    return any(name.lower().startswith("price (") for name in found.columns)


def _is_emissions_only(found: Sniff) -> bool:
    rest = found.columns[1:]
    return bool(rest) and all(name.startswith("CO2_") for name in rest)


_REFUSED: tuple[tuple[Callable[[Sniff], bool], str], ...] = (
    (_is_subregion, f"is EIA-930's file of subregions; it {_DEMAND_ONLY}"),
    (_is_cleaned_demand, _DEMAND_ONLY),
    (_is_price, "holds prices only, and no generation"),
    (
        _is_emissions_only,
        "holds emissions in kg an hour (CO2_) and no energy; bring gridemissions' E_ file for "
        "generation, or its CO2i_ file for intensity",
    ),
    (_is_weights, WEIGHTS),
)
