"""Reads the team's collection of public records, with clocks put right and bad hours filled.

Only the fitting of the reference years and the comparison with real years use it; dcsim does not.
"""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dcsim.grid.generation import FUELS

HOURLY_BAS = ("BPAT", "CISO", "ERCO", "ISNE", "PJM", "SOCO")
"""Of these the collection holds 2022 by the hour."""

CLOCK_ADVANCE_H = {"PJM": 1.0, "CISO": 0.6}
"""By how much the stamps are too early: solar centroid against solar noon, PJM -0.8 to -1.0 h
(Open Grid Emissions adds 1 h), CISO -0.55 to -0.65 h until the clock jumped [h]."""
CISO_JUMP = pd.Timestamp("2022-06-16", tz="UTC")

GO_WEST = "GO-WEST_2019"
SOURCES = ("SustainDC_2022", "EnsembleCI_2022", GO_WEST)
"""Of capacity factors, the newest first."""
LATE_PROFILES = ("AVA", "BANC", "BPAT", "IID", "LDWP", "NEVP", "PACE", "PACW", "PSEI")
"""Whose capacity factors of 2019 are one hour late: the centroid of their sun is 0.9 to 1.2 h after
solar noon, in winter as in summer. PSEI has no sun; those around it are late."""

WINDOW_FUELS = {
    "coal": ("COL",), "natural_gas": ("GAS",), "nuclear": ("NUC",), "oil": ("OIL",),
    "hydro": ("WAT",), "solar": ("SUN",), "wind": ("WND",), "other": ("OTH", "BIO", "GEO", "UNK"),
}  # fmt: skip
"""Names of fuels in the ten-day windows."""


class Collection:
    """The folder of records."""

    def __init__(self, folder: Path, without: str = "") -> None:
        """Take the folder that holds `facts/`, `eia930_hourly/` and `eia930_windows/`.

        Args:
            folder: Where the records are.
            without: An authority whose capacity factors are left out, to see how it does without.
        """
        self.folder = folder
        self.without = without

    def generation(self, code: str, year: int) -> pd.DataFrame:
        """Return hourly generation by fuel, UTC, hour-beginning, whole and none below zero [MW].

        Hours that are flagged, missing or nuclear-less where they should not be are filled
        linearly; the clock is moved by `CLOCK_ADVANCE_H`.
        """
        path = self.folder / "eia930_hourly" / f"{code}_{year}.csv.gz"
        raw = pd.read_csv(path, index_col=0, parse_dates=True)
        hours = hours_of(year)
        raw = raw[~raw.index.duplicated()].reindex(hours)
        table = raw[list(FUELS)].astype(float).clip(lower=0)
        table[raw["flag_suspect"].fillna(1) == 1] = np.nan
        table = table.interpolate(limit_direction="both")
        return with_clock_corrected(table, code)

    @cached_property
    def _demand(self) -> pd.DataFrame:
        path = self.folder / "eia930_hourly" / "demand_hourly_2020_2024_clean_52ba.csv.gz"
        table = pd.read_csv(path, index_col=0, parse_dates=True)
        table.index = table.index - pd.Timedelta(hours=1)  # stamps are at the end of the hour
        return table

    def demand_codes(self) -> list[str]:
        """Return the authorities whose demand is known by the hour."""
        return sorted(self._demand.columns)

    def demand(self, code: str, first_year: int, last_year: int) -> pd.Series:
        """Return cleaned hourly demand, UTC, hour-beginning [MW]."""
        hours = pd.date_range(
            f"{first_year}-01-01", f"{last_year + 1}-01-01", freq="h", tz="UTC", inclusive="left"
        )
        demand: pd.Series = self._demand[code].reindex(hours)
        return demand.interpolate(limit_direction="both")

    def capacity_factors(self, fuel: str) -> Iterator[tuple[str, NDArray[np.float64], pd.Series]]:
        """Yield authority, 12 x 24 table and statistics of a fuel, the newest source of each."""
        profiles = self.profiles.query("fuel == @fuel and ba_code != @self.without")
        for code, of_code in profiles.groupby("ba_code"):
            source = next(name for name in SOURCES if name in set(of_code["source"]))
            table = (
                of_code[of_code["source"] == source]
                .pivot_table(index="month", columns="hour_local", values="cf")
                .to_numpy()
            )
            if source == GO_WEST and code in LATE_PROFILES:
                table = np.roll(table, -1, axis=1)
            rows = self.statistics.query("ba_code == @code and fuel == @fuel and source == @source")
            yield str(code), table, rows.iloc[0]

    @cached_property
    def profiles(self) -> pd.DataFrame:
        """Return mean capacity factors by authority, fuel, source, month and local hour [-]."""
        return pd.read_csv(self.folder / "facts" / "vre_cf_profiles.csv.gz")

    @cached_property
    def statistics(self) -> pd.DataFrame:
        """Return statistics of capacity factors by authority, fuel and source [-]."""
        return pd.read_csv(self.folder / "facts" / "vre_cf_stats.csv")

    @cached_property
    def _windows(self) -> list[pd.DataFrame]:
        paths = sorted((self.folder / "eia930_windows").glob("E_raw_*.csv.gz"))
        return [pd.read_csv(path, index_col=0) for path in paths]

    def windows(self, code: str) -> list[pd.DataFrame]:
        """Return the ten days of July 2021 and of June 2023 by fuel [MW], none below zero."""
        return [window for table in self._windows if (window := _of(table, code)) is not None]


def _of(table: pd.DataFrame, code: str) -> pd.DataFrame | None:
    columns = {
        fuel: [name for part in parts if (name := f"E_{code}_{part}") in table]
        for fuel, parts in WINDOW_FUELS.items()
    }
    if not any(columns.values()):
        return None
    window = pd.DataFrame({fuel: table[names].sum(axis=1) for fuel, names in columns.items()})
    return window.clip(lower=0).reset_index(drop=True)


def hours_of(year: int) -> pd.DatetimeIndex:
    """Return the hours of a year, UTC, hour-beginning."""
    return pd.date_range(
        f"{year}-01-01", f"{year + 1}-01-01", freq="h", tz="UTC", inclusive="left", unit="s"
    )


def with_clock_corrected(table: pd.DataFrame, code: str) -> pd.DataFrame:
    """Return hourly means moved later by the clock's fault, sharing hours in proportion."""
    advance_h = CLOCK_ADVANCE_H.get(code, 0.0)
    moved = advance_h * table.shift(1) + (1 - advance_h) * table
    moved = moved.bfill()
    if code == "CISO":
        return pd.concat([moved[moved.index < CISO_JUMP], table[table.index >= CISO_JUMP]])
    return moved
