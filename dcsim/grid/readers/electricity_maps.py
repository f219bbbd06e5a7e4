"""Electricity Maps' hourly CSV: intensity and carbon-free share of a zone; the older, also the mix.

Zones of US authorities end in EIA's code: `US-CAL-CISO`. Stamps are the beginning of the hour in
UTC. Intensity is consumption-based; the life-cycle one is kept as intensity, the other as direct.

Source of the columns: Electricity Maps' data portal, and the export of 2021 as CarbonScaler has it.
"""

import re
from collections.abc import Iterator

import pandas as pd

from dcsim.errors import DataError
from dcsim.grid.readers.columns import numbers, refuse_blank, utc_stamps
from dcsim.grid.readers.eia_codes import laid_out
from dcsim.grid.readers.rows import require_columns
from dcsim.grid.readers.source import Input, Options, Sniff, sniff
from dcsim.grid.readers.table import table_of
from dcsim.grid.records import (
    CARBON_FREE,
    DEMAND,
    DIRECT_INTENSITY,
    INTENSITY,
    NET_GENERATION,
    STORAGE,
    TOTAL_INTERCHANGE,
    Records,
    to,
)
from dcsim.units import PERCENT

_STAMP, _ZONE = "datetime (utc)", "zone id"
_OLD_STAMP, _OLD_ZONE = "datetime", "zone_name"

_US_ZONE = re.compile(r"^US-[A-Z0-9]+-([A-Z0-9]+)$")
_NEIGHBOUR_OF = {
    "CA-AB": "AESO",
    "CA-BC": "BCHA",
    "CA-MB": "MHEB",
    "CA-NB": "NBSO",
    "CA-ON": "IESO",
    "CA-QC": "HQT",
    "CA-SK": "SPC",
    "MX-BC": "CEN",
}
"""EIA's codes of the neighbours abroad that have a zone."""

_OLD_REPORTED_OF = {
    "carbon_intensity_avg": INTENSITY,
    "total_production_avg": NET_GENERATION,
    "total_consumption_avg": DEMAND,
}
_OLD_FUELS = {
    "coal": ("power_production_coal_avg",),
    "natural_gas": ("power_production_gas_avg",),
    "nuclear": ("power_production_nuclear_avg",),
    "oil": ("power_production_oil_avg",),
    "hydro": ("power_production_hydro_avg", "power_net_discharge_hydro_avg"),
    "solar": ("power_production_solar_avg",),
    "wind": ("power_production_wind_avg",),
    "other": (
        "power_production_unknown_avg",
        "power_production_geothermal_avg",
        "power_production_biomass_avg",
    ),
    STORAGE: ("power_net_discharge_battery_avg",),
}
_OLD_IMPORT = re.compile(r"^power_net_import_(.+)_avg$")

_NOTES = (
    "stamps are hour-beginning UTC",
    "intensity is consumption-based and life-cycle, as Electricity Maps computed it",
)
_OLD_NOTES = (*_NOTES, "other is unknown + geothermal + biomass; flows are net imports turned")


def recognizes(found: Sniff) -> bool:
    """Tell whether a file is meant for this reader."""
    names = {name.lower() for name in found.columns}
    return _is_old(found) or {_STAMP, _ZONE} <= names


def pieces(source: Input, options: Options) -> Iterator[Records]:
    """Read the records of one zone after another.

    Raises:
        DataError: A column is missing, a cell is bad, or a zone is no US balancing authority.
    """
    found = sniff(source)
    is_old = _is_old(found)
    table = table_of(source, found, options.progress)
    table = table if is_old else table.rename(columns=str.lower)
    stamp, zone = (_OLD_STAMP, _OLD_ZONE) if is_old else (_STAMP, _ZONE)
    require_columns(table.columns, [stamp, zone], source.origin)
    _refuse_blank_zone(table[zone], source)
    series = (_old_columns if is_old else _new_columns)(table, source.origin)
    index = utc_stamps(table[stamp], source.origin, naive_is_utc=True)
    refuse_blank(pd.DataFrame(series), source.origin)
    for name in table[zone].unique():
        code = _authority_of(str(name), source, options)
        if options.wants(code):
            rows = (table[zone] == name).to_numpy()
            columns = {held: values[rows] for held, values in series.items()}
            said = (*(_OLD_NOTES if is_old else _NOTES), *_estimated_note(table[rows]))
            yield Records(code, laid_out(columns, index[rows]), said)


def _refuse_blank_zone(zones: pd.Series, source: Input) -> None:
    """Refuse a row of no zone: also `--ba` says only what a zone is to be taken for."""
    blank = zones.isna().to_numpy()
    if blank.any():
        line = zones.index[int(blank.argmax())]
        raise DataError(f"{source.origin}, line {line}: {zones.name} is blank")


def _is_old(found: Sniff) -> bool:
    return {_OLD_STAMP, _OLD_ZONE, "carbon_intensity_avg"} <= set(found.columns)


def _authority_of(zone: str, source: Input, options: Options) -> str:
    code = ba_of(zone)
    if code is not None:
        return code
    if options.ba_code is not None:
        return options.ba_code
    raise DataError(
        f"{source.origin}: zone {zone!r} is no US balancing authority, such as US-CAL-CISO; give "
        "--ba CODE to take it for one"
    )


def ba_of(zone: str) -> str | None:
    """Return EIA's code of a zone, or None for one that EIA has no code for."""
    match = _US_ZONE.match(zone)
    return match[1] if match else _NEIGHBOUR_OF.get(zone)


def _new_columns(table: pd.DataFrame, origin: str) -> dict[str, pd.Series]:
    """Return what the current export holds; names differ in their ends, so beginnings count."""
    chosen = {
        INTENSITY: _column(table, "carbon intensity", ("(lca)", "(life cycle)")),
        DIRECT_INTENSITY: _column(table, "carbon intensity", ("(direct)",)),
        CARBON_FREE: _column(table, ("low carbon percentage", "carbon-free energy"), ("",)),
    }
    names = {held: name for held, name in chosen.items() if name is not None}
    if INTENSITY not in names and DIRECT_INTENSITY not in names:
        raise DataError(
            f"{origin}, line 1: has no column 'Carbon Intensity gCO₂eq/kWh (LCA)' or '(direct)'; "
            f"it has {', '.join(table.columns)}"
        )
    values = numbers(table[list(names.values())], origin)
    series = {held: values[name] for held, name in names.items()}
    if CARBON_FREE in series:
        series[CARBON_FREE] = series[CARBON_FREE] / PERCENT
    return series


def _column(table: pd.DataFrame, start: str | tuple[str, ...], ends: tuple[str, ...]) -> str | None:
    names = (name for name in table.columns if name.startswith(start) and name.endswith(ends))
    return next(names, None)


def _old_columns(table: pd.DataFrame, origin: str) -> dict[str, pd.Series]:
    """Return what the export of 2021 holds; production that is blank is missing."""
    flows = {
        name: to(code)
        for name in table.columns
        if (match := _OLD_IMPORT.match(name)) and (code := ba_of(match[1])) is not None
    }
    parts = [name for names in _OLD_FUELS.values() for name in names]
    traded = ["total_export_avg", "total_import_avg"]
    known = [name for name in (*_OLD_REPORTED_OF, *parts, *traded, *flows) if name in table]
    values = numbers(table[known], origin)
    series = {held: values[name] for name, held in _OLD_REPORTED_OF.items() if name in values}
    for fuel, names in _OLD_FUELS.items():
        series[fuel] = values.reindex(columns=list(names)).sum(axis=1, min_count=1)
    if set(traded) <= set(known):
        series[TOTAL_INTERCHANGE] = values[traded[0]] - values[traded[1]]
    return series | {held: -values[name] for name, held in flows.items()}


def _estimated_note(table: pd.DataFrame) -> tuple[str, ...]:
    if "data estimated" not in table:
        return ()
    hours = int((table["data estimated"].astype(str).str.lower() == "true").sum())
    return (f"Electricity Maps estimated {hours} hours",) if hours else ()
