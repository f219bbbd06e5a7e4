"""EIA-930's own vocabulary: regions that are no authorities, and fuel codes folded to dcsim's.

Readers lay out what they found under EIA's fuel codes (capitals) and dcsim's names for the rest
(`demand`, `to_MISO`); `records_of` makes records of it.

The same codes stand in the six-month files (as words), the API, the bulk file and gridemissions.

Source of the codes: EIA, Hourly Electric Grid Monitor, reference table "Energy Sources"; storage,
geothermal and hybrid codes are reported from July 2024 on.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from dcsim.grid.generation import FUELS
from dcsim.grid.records import COLUMNS, INDEX, REPORTED, STORAGE, Records, neighbours
from dcsim.units import HOURS_PER_DAY

_US_REGIONS = (
    "CAL",
    "CAR",
    "CENT",
    "FLA",
    "MIDA",
    "MIDW",
    "NE",
    "NW",
    "NY",
    "SE",
    "SW",
    "TEN",
    "TEX",
)
REGIONS = frozenset(("US48", "CAN", "MEX", *_US_REGIONS))
"""Aggregates that stand beside authorities in EIA's API and bulk file, and are filtered out."""

FOREIGN = frozenset(("AESO", "BCHA", "CEN", "CFE", "HQT", "IESO", "MHEB", "NBSO", "SPC"))
"""Authorities of Canada and Mexico that border on the US: EIA lists them as neighbours only, while
wide tables may hold columns of their own, of use to the tracing of flows.

Source: EIA, Hourly Electric Grid Monitor, reference tables "Balancing Authorities" and
"BA Connections"."""

FOLDED = {
    "coal": ("COL",),
    "natural_gas": ("NG",),
    "nuclear": ("NUC",),
    "oil": ("OIL",),
    "hydro": ("WAT", "PS"),
    "solar": ("SUN", "SNB"),
    "wind": ("WND", "WNB"),
    "other": ("OTH", "UNK", "GEO", "BIO"),
    STORAGE: ("BAT", "OES", "UES"),
}
"""EIA's codes that make up each fuel, the main one first. PS is pumped storage, SNB and WNB are
solar and wind with batteries of their own, OES and UES other and unknown energy storage."""

LONGEST_GAP_H = 31 * HOURS_PER_DAY
"""A code missing for longer is not in use: before July 2024, or since a fleet has another [h]."""

MOVED_BACK = "stamps were hour-ending UTC and are moved one hour back"
"""What to note of every format whose stamps are EIA's."""

_FUEL_OF = {code: fuel for fuel, codes in FOLDED.items() for code in codes}


def is_region(code: str) -> bool:
    """Tell whether a code is a region or country that EIA sums up, and no balancing authority."""
    return code in REGIONS


def records_of(ba_code: str, table: pd.DataFrame, notes: Sequence[str] = ()) -> Records:
    """Fold EIA's fuel codes, put the columns in order, and leave out those without any value.

    Args:
        ba_code: The authority.
        table: Columns are EIA's fuel codes, any of `REPORTED` and `to_<code>`; the index is UTC and
            hour-beginning.
        notes: What else a person must know.
    """
    flows = sorted(neighbours(table).values())
    others = [name for name in REPORTED if name in table.columns]
    fuels = [name for name in table.columns if name not in {*flows, *others}]
    folded, said = fold({str(code): table[code] for code in fuels})
    columns = {**folded, **{name: table[name] for name in [*others, *flows]}}
    return Records(ba_code, laid_out(columns, table.index), (*notes, *said))


def laid_out(columns: Mapping[str, pd.Series], index: pd.Index) -> pd.DataFrame:
    """Make a table of records: columns in order, numbers, and none without any value."""
    flows = [name for name in columns if name not in COLUMNS]
    order = [name for name in (*COLUMNS, *flows) if name in columns]
    kept = {name: columns[name].to_numpy(float) for name in order if columns[name].notna().any()}
    stamps = pd.DatetimeIndex(index).as_unit("s").rename(INDEX)
    return pd.DataFrame(kept, index=stamps)


def side_by_side(columns: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Lay series on one index of stamps; an hour that one of them has twice is there twice."""
    if all(series.index.is_unique for series in columns.values()):
        return pd.DataFrame(dict(columns)).sort_index()
    numbered = {}
    for name, series in columns.items():
        nth = series.groupby(level=0).cumcount().to_numpy()
        numbered[name] = series.set_axis(pd.MultiIndex.from_arrays([series.index, nth]))
    return pd.DataFrame(numbered).sort_index().droplevel(1)


def fold(by_code: Mapping[str, pd.Series]) -> tuple[dict[str, pd.Series], tuple[str, ...]]:
    """Add up EIA's fuel codes to dcsim's fuels and net storage.

    A fuel is missing where its main code is, for the rest alone would look like a sudden dip; a
    missing lesser code counts as not reported, and so as nothing. Where the main code pauses for
    more than a month it is not in use, and the fuel is the sum of the rest. An unknown code goes to
    `other`.

    Args:
        by_code: Series by EIA code, all on one index; those without any value are passed over.

    Returns:
        Series by fuel and `storage` [MW], and notes on what was folded into what.
    """
    present = {code: series for code, series in by_code.items() if series.notna().any()}
    folded: dict[str, pd.Series] = {}
    notes: list[str] = []
    for fuel in (*FUELS, STORAGE):
        codes = [code for code in FOLDED[fuel] if code in present]
        if fuel == "other":
            codes += [code for code in present if code not in _FUEL_OF]
        if codes:
            total = _sum_of([present[code] for code in codes])
            main = present.get(FOLDED[fuel][0])
            folded[fuel] = total if main is None else total.where(~_is_gap(main))
            notes += _folded_note(fuel, codes)
    return folded, tuple(notes)


def _sum_of(series: list[pd.Series]) -> pd.Series:
    if len(series) == 1:
        return series[0]
    return pd.concat(series, axis=1, ignore_index=True).sum(axis=1, min_count=1)


def _is_gap(main: pd.Series) -> np.ndarray:
    """Tell where a code is missing, but for pauses so long that it is not in use."""
    missing = main.isna().to_numpy()
    run = np.append(0, np.cumsum(missing[1:] != missing[:-1]))
    is_gap: np.ndarray = missing & (np.bincount(run)[run] <= LONGEST_GAP_H)
    return is_gap


def _folded_note(fuel: str, codes: list[str]) -> list[str]:
    unknown = [code for code in codes if code not in _FUEL_OF]
    known = [code for code in codes if code in _FUEL_OF]
    notes = [f"{fuel} is {' + '.join(known)}"] if known not in ([], [FOLDED[fuel][0]]) else []
    if unknown:
        notes.append(f"fuel code {', '.join(unknown)} is not known to dcsim and counts as other")
    return notes
