"""One real year, Greensboro's TMY3, written out in every format dcsim reads.

Each writer states the same facts on its own clock, so that whatever differs after reading is the
reader's fault. The year is taken from the CSV itself, not through the reader under test.
"""

import gzip
import json
import math
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pvlib

SHIPPED = Path(pvlib.__file__).parent / "data"
GREENSBORO = SHIPPED / "723170TYA.CSV"
SAND_POINT = SHIPPED / "703165TY.csv"

COLUMNS = {
    "GHI (W/m^2)": "ghi",
    "DNI (W/m^2)": "dni",
    "DHI (W/m^2)": "dhi",
    "Dry-bulb (C)": "air",
    "Wspd (m/s)": "wind",
    "Pressure (mbar)": "mbar",
}


@dataclass(frozen=True)
class Year:
    """8,760 rows: irradiance of the hour before, air at its end, in local standard time."""

    table: pd.DataFrame
    latitude: float = 36.1
    longitude: float = -79.95
    elevation_m: float = 273.0
    zone_h: float = -5.0


@cache
def greensboro() -> Year:
    raw = pd.read_csv(GREENSBORO, skiprows=1, low_memory=False)
    return Year(raw[list(COLUMNS)].rename(columns=COLUMNS).astype(float))


def changed(year: Year, row: int | slice, **values: float) -> Year:
    """The year with values of its own in some rows."""
    table = year.table.copy()
    for column, value in values.items():
        table.loc[table.index[row], column] = value
    return replace(year, table=table)


def hours(start: str = "2001-01-01") -> pd.DatetimeIndex:
    """The beginnings of a year's hours."""
    return pd.date_range(start, periods=8760, freq="h")


def at_mid_hour(year: Year) -> pd.DataFrame:
    """The year with the air, too, at the middle of each hour; the last row follows on the first."""
    middle = year.table.copy()
    for column in ("air", "wind", "mbar"):
        values = middle[column].to_numpy()
        middle[column] = (values + np.roll(values, 1)) / 2
    return middle


def write_epw(path: Path, year: Year, *, years: bool = True, source: str = "SRC-TMY3") -> Path:
    """Months of different years (unless told otherwise); `hour 1` is 00-01."""
    site = f"{year.latitude},{year.longitude},{year.zone_h},{year.elevation_m}"
    head = [f"LOCATION,Greensboro,NC,USA,{source},723170,{site}", *["X,0"] * 7]
    rows = []
    for stamp, row in zip(hours(), year.table.itertuples(), strict=True):
        of_year = 1990 + stamp.month if years else stamp.year
        sky = f"{row.ghi:g},{row.dni:g},{row.dhi:g}"
        air = f"{row.air:g},0,50,{row.mbar * 100:g}"
        rows.append(
            f"{of_year},{stamp.month},{stamp.day},{stamp.hour + 1},60,?9,{air},0,0,300,{sky},"
            f"0,0,0,0,180,{row.wind:g},0,0,9999,99999,9,999999999,14,0.1,0,88,0.2,0,0"
        )
    text = "\r\n".join([*head, *rows]) + "\r\n"
    return _write(path, text)


WIND_AT_2_M = math.log(2 / 0.03) / math.log(10 / 0.03)
"""Speed at 2 m over that at 10 m, by the logarithmic profile of open terrain."""


def write_nsrdb(path: Path, year: Year, *, utc: bool, typical: bool = False) -> Path:
    """Everything holds at the stamp, minute 30; wind is of 2 m, as since PSM v3."""
    fields = "Source,Location ID,City,State,Country,Latitude,Longitude,Time Zone,Elevation"
    zone = 0 if utc else int(year.zone_h)
    site = f"{year.latitude},{year.longitude},{zone},{year.elevation_m:.0f}"
    head = [
        f"{fields},Local Time Zone,Version",
        f"NSRDB,1234,-,-,-,{site},{int(year.zone_h)},4.0.1",
        "Year,Month,Day,Hour,Minute,Temperature,DHI,DNI,GHI,Pressure,Wind Speed",
    ]
    stamps = hours() + pd.Timedelta(minutes=30)
    stamps -= pd.Timedelta(hours=year.zone_h) if utc else pd.Timedelta(0)
    rows = []
    for stamp, row in zip(stamps, at_mid_hour(year).itertuples(), strict=True):
        of_year = 1990 + stamp.month if typical else stamp.year
        rows.append(
            f"{of_year},{stamp.month},{stamp.day},{stamp.hour},{stamp.minute},{row.air!r},"
            f"{row.dhi:g},{row.dni:g},{row.ghi:g},{row.mbar!r},{row.wind * WIND_AT_2_M!r}"
        )
    return _write(path, "\n".join([*head, *rows]) + "\n")


def sam_table(year: Year) -> pd.DataFrame:
    """Rows that hold at mid-hour, by the labels of SAM's own CSV, which leaves minutes out."""
    stamps, row = hours(), at_mid_hour(year)
    return pd.DataFrame(
        {
            "Year": stamps.year, "Month": stamps.month, "Day": stamps.day, "Hour": stamps.hour,
            "GHI": row["ghi"], "DNI": row["dni"], "DHI": row["dhi"],
            "Tdry": row["air"], "Wspd": row["wind"], "Pres": row["mbar"],
        }
    )  # fmt: skip


def write_sam(path: Path, table: pd.DataFrame, *, units: str = "", **header: object) -> Path:
    """SAM's CSV of solar weather at Greensboro, with more or other labels in its header."""
    site = {
        "Source": "mast", "Latitude": 36.1, "Longitude": -79.95, "Time Zone": -5.0,
        "Elevation": 273, **{key.replace("_", " "): value for key, value in header.items()},
    }  # fmt: skip
    head = [",".join(map(str, site)), ",".join(map(str, site.values()))]
    body = table.to_csv(index=False)
    if units:
        labels, _, rows = body.partition("\n")
        body = f"{labels}\n{units}\n{rows}"
    return _write(path, "\n".join(head) + "\n" + body)


def pvgis_rows(year: Year) -> pd.DataFrame:
    """Rows at full hours UTC from 1 January: the air then, the irradiance half an hour later."""
    late = -int(year.zone_h)
    table = pd.DataFrame(
        {
            "T2m": np.roll(year.table["air"], 1 + late),
            "G(h)": np.roll(year.table["ghi"], late),
            "Gb(n)": np.roll(year.table["dni"], late),
            "Gd(h)": np.roll(year.table["dhi"], late),
            "WS10m": np.roll(year.table["wind"], 1 + late),
            "SP": np.roll(year.table["mbar"] * 100, 1 + late),
        }
    )
    stamps = [f"{1990 + t.month}{t:%m%d:%H%M}" for t in hours()]
    table.insert(0, "time(UTC)", stamps)
    return table


def write_pvgis_csv(path: Path, year: Year) -> Path:
    head = [
        f"Latitude (decimal degrees): {year.latitude}",
        f"Longitude (decimal degrees): {year.longitude}",
        f"Elevation (m): {year.elevation_m}",
        "Irradiance Time Offset (h): 0.5",
        "month,year",
        *[f"{month},{1990 + month}" for month in range(1, 13)],
    ]
    body = pvgis_rows(year).to_csv(index=False)
    return _write(path, "\n".join(head) + "\n" + body + "\nT2m: 2-m air temperature\n")


def write_pvgis_json(path: Path, year: Year) -> Path:
    place = {
        "latitude": year.latitude,
        "longitude": year.longitude,
        "elevation": year.elevation_m,
        "irradiance_time_offset": 0.5,
    }
    months = [{"month": month, "year": 1990 + month} for month in range(1, 13)]
    rows = pvgis_rows(year).to_dict("records")
    whole = {
        "inputs": {"location": place},
        "outputs": {"months_selected": months, "tmy_hourly": rows},
        "meta": {"inputs": {}},
    }
    return _write(path, json.dumps(whole))


def write_pvgis_epw(path: Path, year: Year) -> Path:
    """As PVGIS writes it: row `hour 1` is 00:00 UTC, and the zone in the header is of no use."""
    rows = pvgis_rows(year)
    shifted = pd.DataFrame(
        {
            "ghi": rows["G(h)"],
            "dni": rows["Gb(n)"],
            "dhi": rows["Gd(h)"],
            "air": rows["T2m"],
            "wind": rows["WS10m"],
            "mbar": rows["SP"] / 100,
        }
    )
    write_epw(path, replace(year, table=shifted), source="ECMWF/ERA")
    lines = path.read_text().split("\n")
    lines[6] = "COMMENTS 2,Irradiance Time Offset (h):-0.5"
    return _write(path, "\n".join(lines))


def write_pvgis_hourly(path: Path, year: Year, *, slope: str = "0 deg.", form: str = "csv") -> Path:
    """A real year of a level plane, stamped at half past: everything holds there."""
    sky = at_mid_hour(year)
    stamps = hours("2001-01-01 00:30") - pd.Timedelta(hours=year.zone_h)
    elevation = pvlib.solarposition.get_solarposition(
        stamps.tz_localize("UTC"), year.latitude, year.longitude
    )["elevation"].to_numpy()
    beam = np.maximum(sky["ghi"] - sky["dhi"], 0.0)
    table = pd.DataFrame(
        {
            "time": stamps.strftime("%Y%m%d:%H%M"),
            "Gb(i)": beam,
            "Gd(i)": sky["dhi"],
            "Gr(i)": 0.0,
            "H_sun": np.maximum(elevation, 0.0),
            "T2m": sky["air"],
            "WS10m": sky["wind"],
            "Int": 0.0,
        }
    )
    if form == "json":
        place = {
            "latitude": year.latitude,
            "longitude": year.longitude,
            "elevation": year.elevation_m,
        }
        mount = {"fixed": {"slope": {"value": 0, "optimal": False}}}
        whole = {
            "inputs": {"location": place, "mounting_system": mount},
            "outputs": {"hourly": table.to_dict("records")},
            "meta": {"inputs": {}},
        }
        return _write(path, json.dumps(whole))
    head = [
        f"Latitude (decimal degrees):\t{year.latitude}",
        f"Longitude (decimal degrees):\t{year.longitude}",
        f"Elevation (m):\t{year.elevation_m:.0f}",
        "Radiation database:\tPVGIS-SARAH2",
        "",
        f"Slope: {slope}",
        "Azimuth: 0 deg.",
    ]
    body = table.to_csv(index=False)
    return _write(path, "\n".join(head) + "\n" + body + "\nT2m: 2-m air temperature\n")


def _write(path: Path, text: str) -> Path:
    packed = gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode()
    path.write_bytes(packed)
    return path
