"""PUDL's hourly tables of EIA-930, as Parquet or CSV.

    core_eia930__hourly_net_generation_by_energy_source
    core_eia930__hourly_operations
    core_eia930__hourly_interchange

and the `out_` tables of the same columns. `datetime_utc` is EIA's, the end of the hour. Where a
source has adjusted values they are taken. Source of the columns: PUDL's table metadata and
transform of eia930 (no sample was seen).
"""

from collections.abc import Iterator

import pandas as pd
import pyarrow as pa

from dcsim.grid.readers.eia930_interchange import FlowColumns, read_flows
from dcsim.grid.readers.eia930_tiers import TierColumn, read_tiers, records_of_tiers
from dcsim.grid.readers.eia_codes import is_region, side_by_side
from dcsim.grid.readers.rows import Batch, iso_stamps, read_batches, require_columns
from dcsim.grid.readers.scratch import Scratch, scratch
from dcsim.grid.readers.source import Input, Options, Sniff, sniff
from dcsim.grid.records import DEMAND, INDEX, NET_GENERATION, TOTAL_INTERCHANGE, Records

STAMP = "datetime_utc"
AUTHORITY = "balancing_authority_code_eia"
SOURCE = "generation_energy_source"
NEIGHBOUR = "balancing_authority_code_adjacent_eia"
FLOW = "interchange_reported_mwh"

_BEYOND = "EIA's values beyond 10,000,000 MW, of which there are some, are missing"

_REPORTED, _ADJUSTED = "net_generation_reported_mwh", "net_generation_adjusted_mwh"
_OF_OPERATIONS = {
    f"{name}_{tier}_mwh": TierColumn(holds, tier == "adjusted")
    for name, holds in (
        ("demand", DEMAND),
        ("net_generation", NET_GENERATION),
        ("interchange", TOTAL_INTERCHANGE),
    )
    for tier in ("reported", "adjusted")
}

CODE_OF = {
    "coal": "COL",
    "gas": "NG",
    "nuclear": "NUC",
    "oil": "OIL",
    "hydro": "WAT",
    "hydro_excluding_pumped_storage": "WAT",
    "pumped_storage": "PS",
    "solar": "SUN",
    "solar_wo_integrated_battery_storage": "SUN",
    "solar_w_integrated_battery_storage": "SNB",
    "wind": "WND",
    "wind_wo_integrated_battery_storage": "WND",
    "wind_w_integrated_battery_storage": "WNB",
    "battery_storage": "BAT",
    "other_energy_storage": "OES",
    "unknown_energy_storage": "UES",
    "geothermal": "GEO",
    "other": "OTH",
    "unknown": "UNK",
}
"""PUDL's words for EIA's fuel codes; those of an older and a newer vintage stand for one code.

Source: PUDL, metadata/enums.py, GENERATION_ENERGY_SOURCES_EIA930."""

_ALL = "all"
_PLAN = {_REPORTED: False, _ADJUSTED: True}
_ROWS_HELD = 1_000_000
"""So many rows wait in memory before they are written by authority."""


def recognizes(found: Sniff) -> bool:
    """Return whether a file is meant for this reader."""
    return {STAMP, AUTHORITY} <= set(found.columns)


def pieces(source: Input, options: Options) -> Iterator[Records]:
    """Read a table, and give the records of one authority after another.

    Raises:
        DataError: A column is missing, or a row, stamp or number is unreadable.
        OutputError: The folder for temporary files cannot be written.
    """
    found = sniff(source)
    if SOURCE in found.columns:
        yield from _by_source(source, options, found)
    elif NEIGHBOUR in found.columns:
        columns = FlowColumns(AUTHORITY, NEIGHBOUR, FLOW, STAMP, _beginnings, keeps_beyond=False)
        yield from read_flows(source, options, columns)
    else:
        plan = {name: _OF_OPERATIONS[name] for name in found.columns if name in _OF_OPERATIONS}
        if not plan:
            require_columns(found.columns, [SOURCE], source.origin)
        place = (AUTHORITY, STAMP, _beginnings)
        yield from read_tiers(
            source, options, found, place, plan, notes=(_BEYOND,), keeps_beyond=False
        )


def _beginnings(batch: Batch) -> pd.DatetimeIndex:
    return batch.beginnings(STAMP, iso_stamps)


def _by_source(source: Input, options: Options, found: Sniff) -> Iterator[Records]:
    """Read generation, a row for each authority, hour and source, through a scratch folder."""
    tiers = [name for name in _PLAN if name in found.columns]
    if not tiers:
        require_columns(found.columns, [_REPORTED], source.origin)
    with scratch() as folder:
        _put_away(source, options, found, tiers, folder)
        for code in folder.codes:
            yield _records(code, folder.take(code)[_ALL], source.name)


def _put_away(
    source: Input, options: Options, found: Sniff, tiers: list[str], folder: Scratch
) -> None:
    """Write the wanted rows by authority, many at a time."""
    keep = {AUTHORITY, STAMP, SOURCE, *tiers}
    waiting: list[pd.DataFrame] = []
    for batch in read_batches(source, found, keep.__contains__, options.progress):
        columns = {name: batch.numbers(name, keeps_beyond=False) for name in tiers}
        stamps = _beginnings(batch).tz_localize(None)
        rows = pd.DataFrame({INDEX: stamps, SOURCE: batch.words(SOURCE), **columns})
        codes = pd.Series(batch.words(AUTHORITY), name=AUTHORITY)
        wanted = [code for code in codes.unique() if not is_region(code) and options.wants(code)]
        waiting.append(rows.assign(**{AUTHORITY: codes})[codes.isin(wanted)])
        if sum(map(len, waiting)) >= _ROWS_HELD:
            _flush(waiting, folder)
    _flush(waiting, folder)


def _flush(waiting: list[pd.DataFrame], folder: Scratch) -> None:
    """Write rows that wait to the scratch folder, and forget them."""
    for code, rows in pd.concat(waiting).groupby(AUTHORITY, sort=True) if waiting else ():
        columns = {str(name): rows[name].to_numpy() for name in rows if name != AUTHORITY}
        folder.put(str(code), _ALL, {**columns, INDEX: columns[INDEX].astype("datetime64[s]")})
    waiting.clear()


def _records(ba_code: str, rows: pa.Table, file_name: str) -> Records:
    """Lay the rows of an authority side by side, a column for each source and tier."""
    table = rows.to_pandas()
    index = pd.DatetimeIndex(table[INDEX]).tz_localize("UTC").as_unit("s")
    columns: dict[str, pd.Series] = {}
    plan: dict[str, TierColumn] = {}
    for tier, is_adjusted in _PLAN.items():
        for word in table[SOURCE].unique() if tier in table else ():
            of_source = (table[SOURCE] == word).to_numpy()
            name = f"{word} {tier}"
            columns[name] = pd.Series(table[tier].to_numpy()[of_source], index[of_source])
            plan[name] = TierColumn(CODE_OF.get(word, word.capitalize()), is_adjusted)
    return records_of_tiers(ba_code, side_by_side(columns), plan, file_name, notes=(_BEYOND,))
