"""The same hours written in every format: what each reader must give back."""

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import pandas as pd

from dcsim.grid.readers.formats import read_records
from dcsim.grid.readers.source import Input, inputs_of
from dcsim.grid.records import Records

END = pd.Timestamp("2024-03-01T06:00Z")
"""The end of the first hour in all that is written here."""

WORDS = {
    "COL": "Coal",
    "NG": "Natural Gas",
    "NUC": "Nuclear",
    "OIL": "All Petroleum Products",
    "WAT": "Hydropower and Pumped Storage",
    "SUN": "Solar",
    "WND": "Wind",
    "OTH": "Other Fuel Sources",
}
CARBONCAST = {
    "COL": "coal",
    "NG": "nat_gas",
    "NUC": "nuclear",
    "OIL": "oil",
    "WAT": "hydro",
    "SUN": "solar",
    "WND": "wind",
    "OTH": "other",
}
PLAIN = {code: "natural_gas" if name == "nat_gas" else name for code, name in CARBONCAST.items()}

Hours = Mapping[str, Iterable[float | None]]
"""Values by EIA's fuel code, hour by hour; None where missing [MW]."""


def stamps(hours: int) -> pd.DatetimeIndex:
    """Return the ends of so many hours."""
    return pd.date_range(END, periods=hours, freq="h")


def frame(values: Hours) -> pd.DataFrame:
    """Return the values with the ends of their hours."""
    table = pd.DataFrame({code: list(column) for code, column in values.items()}, dtype=float)
    return table.set_index(stamps(len(table)))


def eia_stamp(end: pd.Timestamp) -> str:
    """Write a stamp as the six-month files do."""
    return f"{end:%m/%d/%Y} {end.hour % 12 or 12}:00:00 {end:%p}"


def text_of(value: float) -> str:
    """Write a number as the six-month files do; blank if missing."""
    if pd.isna(value):
        return ""
    text = f"{value:,.0f}" if value == int(value) else f"{value:,}"
    return f'"{text}"' if "," in text else text


def balance(values: Hours, ba_code: str = "CISO") -> str:
    """Write a BALANCE file with the adjusted tier only."""
    table = frame(values)
    names = [f"Net Generation (MW) from {WORDS[code]} (Adjusted)" for code in table]
    header = ["Balancing Authority", "UTC Time at End of Hour", "Demand (MW)", *names]
    rows = [
        ",".join([ba_code, eia_stamp(end), "", *map(text_of, row)])
        for end, row in zip(table.index, table.to_numpy(), strict=True)
    ]
    return "\n".join([",".join(f'"{name}"' for name in header), *rows, ""])


def bulk(values: Hours, ba_code: str = "CISO") -> str:
    """Write a bulk file, newest first; missing hours are absent or null by turns."""
    lines = ['{"category_id":"1","name":"Balancing authority"}']
    for code, column in frame(values).items():
        data = [
            [f"{end:%Y%m%dT%HZ}", None if pd.isna(value) else value]
            for row, (end, value) in enumerate(column.items())
            if not (pd.isna(value) and row % 2)
        ]
        name = f"EBA.{ba_code}-ALL.NG.{code}.H"
        lines.append(json.dumps({"series_id": name, "f": "H", "data": data[::-1]}))
    return "\n".join(lines) + "\n"


def eba_wide(values: Hours, ba_code: str = "CISO") -> str:
    """Write the wide form of the bulk file."""
    table = frame(values).rename(columns=lambda code: f"EBA.{ba_code}-ALL.NG.{code}.H")
    return table.to_csv()


def gridemissions(values: Hours, ba_code: str = "CISO") -> str:
    """Write gridemissions' raw table, where natural gas is GAS."""
    table = frame(values).rename(columns=lambda c: f"E_{ba_code}_{'GAS' if c == 'NG' else c}")
    return table.to_csv(index_label="period", date_format="%Y-%m-%dT%H")


def carbon_explorer(values: Hours) -> str:
    """Write Carbon Explorer's columns."""
    return frame(values).to_csv(index_label="timestamp")


def carboncast(values: Hours) -> str:
    """Write CarbonCast's columns, with its number of rows in front."""
    table = frame(values).rename(columns=CARBONCAST).reset_index(names="UTC time")
    return table.to_csv()


def plain(values: Hours) -> str:
    """Write the plain table, hour-beginning."""
    table = frame(values).rename(columns=lambda code: f"{PLAIN[code]}_mw")
    table.index = table.index - pd.Timedelta(hours=1)
    return table.to_csv(index_label="utc_hour_beginning")


WRITERS: dict[str, Callable[[Hours], str]] = {
    "eia930-balance": balance,
    "eia-bulk": bulk,
    "eia-bulk-wide": eba_wide,
    "gridemissions": gridemissions,
    "carbon-explorer": carbon_explorer,
    "carboncast": carboncast,
    "plain": plain,
}


def file_of(folder: Path, content: str | bytes, name: str = "CISO_2024.csv") -> Path:
    """Put a file into a folder."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def input_of(folder: Path, content: str | bytes, name: str = "CISO_2024.csv") -> Input:
    """Put a file into a folder and open it for a reader."""
    (source,) = inputs_of(file_of(folder, content, name))
    return source


def all_records(path: Path, **asked: object) -> list[Records]:
    """Read a file whole."""
    return [records for _, records in read_records(path, **asked)]  # type: ignore[arg-type]


def one_table(path: Path, **asked: object) -> pd.DataFrame:
    """Read a file that holds one authority in one piece."""
    (records,) = all_records(path, **asked)
    return records.table
