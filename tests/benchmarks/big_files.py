"""Files as big as EIA's, made in seconds: the same hours for every authority, under other codes."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from dcsim.grid.authorities import known_authorities
from dcsim.grid.reference.year import reference_year

AUTHORITIES = 65
HALF_YEAR_HOURS = 4_400
BULK_HOURS = 90_000
"""Enough for 2 GB of text in 15 series of each authority; ten years [h]."""

FUELS = (
    "Coal",
    "Natural Gas",
    "Nuclear",
    "All Petroleum Products",
    "Hydropower Excluding Pumped Storage",
    "Pumped Storage",
    "Solar without Integrated Battery Storage",
    "Solar with Integrated Battery Storage",
    "Wind without Integrated Battery Storage",
    "Wind with Integrated Battery Storage",
    "Battery Storage",
    "Other Energy Storage",
    "Unknown Energy Storage",
    "Geothermal",
    "Other Fuel Sources",
    "Unknown Fuel Sources",
)
_TIERS = ("", " (Imputed)", " (Adjusted)")
_SERIES = ("D", "DF", "NG", "TI", "NG.COL", "NG.NG", "NG.NUC", "NG.OIL", "NG.WAT", "NG.SUN")
BULK_SERIES = (*_SERIES, "NG.WND", "NG.OTH", "NG.UNK", "NG.BAT", "NG.PS")


def codes() -> list[str]:
    """Return as many codes of authorities as EIA's files have."""
    return list(known_authorities())[:AUTHORITIES]


def balance_header() -> list[str]:
    """Return the 65 columns from July 2024 on, with the two malformed names."""
    before = ["Balancing Authority", "Data Date", "Hour Number"]
    before += ["Local Time at End of Hour", "UTC Time at End of Hour"]
    before += ["Demand Forecast (MW)", "Demand (MW)", "Net Generation (MW)"]
    before += ["Total Interchange (MW)", "Sum(Valid DIBAs) (MW)"]
    totals = ("Demand (MW)", "Net Generation (MW)", "Total Interchange (MW)")
    before += [f"{name}{tier}" for tier in _TIERS[1:] for name in totals]
    fuels = [f"Net Generation (MW) from {fuel}{tier}" for tier in _TIERS for fuel in FUELS]
    header = [*before, *fuels, "Region"]
    wrong = {
        "Solar with Integrated Battery Storage (Adjusted)": "Solar witho Integrated Battery "
        "Storage (Adjusted)",
        "Pumped Storage (Adjusted)": "Pumped Storage  (Adjusted)",
    }
    start = "Net Generation (MW) from "
    return [
        start + wrong.get(name.removeprefix(start), name.removeprefix(start))
        if name.startswith(start)
        else name
        for name in header
    ]


def write_balance(path: Path) -> None:
    """Write a six-month BALANCE file of full size: 65 authorities x 4,400 h x 65 columns."""
    header = balance_header()
    block = _balance_block(header)
    with path.open("w", encoding="utf-8") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerow(header)
        for code in codes():
            file.write(block.replace("@", code))


def _balance_block(header: list[str]) -> str:
    ends = pd.date_range("2024-07-01 06:00", periods=HALF_YEAR_HOURS, freq="h")
    stamps = [f"{t:%m/%d/%Y} {t.hour % 12 or 12}:00:00 {t:%p}" for t in ends]
    rng = np.random.default_rng(0)
    values = rng.integers(-50, 9_000, (HALF_YEAR_HOURS, len(header) - 6))
    text = io.StringIO()
    writer = csv.writer(text)
    for row, stamp in enumerate(stamps):
        cells = [f"{value:,}" for value in values[row]]
        writer.writerow(["@", stamp[:10], row % 24 + 1, stamp, stamp, *cells, "SE"])
    return text.getvalue()


def write_lifelike_balance(path: Path) -> None:
    """Write a full-size BALANCE file of reference years, so that repair has real shapes to judge.

    Authorities that generate stand under their own codes; some stand twice to make up the number,
    under codes that are free.
    """
    known = [code for code, ba in known_authorities().items() if ba.is_active and ba.gen_total_gwh]
    free = [code for code in known_authorities() if code not in known]
    header = balance_header()
    with path.open("w", encoding="utf-8") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL).writerow(header)
        for code, source in zip((*known, *free), (*known, *known), strict=False):
            if code in [*known, *free][:AUTHORITIES]:
                file.write(_lifelike_block(code, source, header))


_COLUMN_OF = {
    "coal": "Coal",
    "natural_gas": "Natural Gas",
    "nuclear": "Nuclear",
    "oil": "All Petroleum Products",
    "hydro": "Hydropower Excluding Pumped Storage",
    "solar": "Solar without Integrated Battery Storage",
    "wind": "Wind without Integrated Battery Storage",
    "other": "Other Fuel Sources",
}


def _lifelike_block(code: str, source: str, header: list[str]) -> str:
    """Return the last 4,400 hours of a reference year, as rows of an authority."""
    year = reference_year(known_authorities()[source], seed=0).table.iloc[-HALF_YEAR_HOURS:]
    ends = pd.DatetimeIndex(year.index) + pd.Timedelta("1h")
    columns = pd.DataFrame("", index=range(len(year)), columns=header)
    stamps = [f"{t:%m/%d/%Y} {t.hour % 12 or 12}:00:00 {t:%p}" for t in ends]
    columns["Balancing Authority"], columns["Region"] = code, "SE"
    columns["UTC Time at End of Hour"] = columns["Local Time at End of Hour"] = stamps
    columns["Data Date"] = [stamp[:10] for stamp in stamps]
    for fuel, name in _COLUMN_OF.items():
        if year[fuel].any():
            cells = [f"{value:,.0f}" for value in year[fuel]]
            for tier in ("", " (Adjusted)"):
                columns[f"Net Generation (MW) from {name}{tier}"] = cells
    text = io.StringIO()
    columns.to_csv(text, index=False, header=False)
    return text.getvalue()


def write_bulk(path: Path) -> None:
    """Write a bulk file of 2 GB: 65 authorities x 15 series x 90,000 h, newest first."""
    data = json.dumps(list(_bulk_data()), separators=(",", ":")).encode()
    with path.open("wb") as file:
        file.write(b'{"category_id":"2122628","name":"Balancing authority","notes":""}\n')
        for code in codes():
            for series in BULK_SERIES:
                name = f'"series_id":"EBA.{code}-ALL.{series}.H","units":"megawatthours"'.encode()
                file.write(b"{" + name + b',"f":"H","data":' + data + b"}\n")


def _bulk_data() -> Iterator[list[object]]:
    """Give the gas of a reference year over and over: values that repair has no cause to change."""
    ends = pd.date_range("2015-07-01 06:00", periods=BULK_HOURS, freq="h")[::-1]
    year = reference_year(known_authorities()["PJM"], seed=0).table["natural_gas"].round()
    values = np.resize(year.to_numpy(dtype=int), BULK_HOURS)[::-1].tolist()
    for end, value in zip(ends, values, strict=True):
        yield [f"{end:%Y%m%dT%HZ}", value]
