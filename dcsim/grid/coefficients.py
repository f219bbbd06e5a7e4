"""Coefficients of the reference years: a few figures of each authority, fitted to records.

They are in `grids/reference_coefficients.csv`, a field of `Coefficients` for each column; how each
was fitted is in `grids/SOURCES.md`.
"""

import csv
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from dcsim.errors import DataError
from dcsim.shipped import shipped_folder

COEFFICIENTS_FILE = "reference_coefficients.csv"


@dataclass(frozen=True, kw_only=True)
class Coefficients:
    """What was fitted for the reference year of a balancing authority."""

    ba_code: str
    demand_daily_sd_frac: float
    """Spread of daily demand about its season and day of week, over its mean [-]."""
    solar_cf_p99: float | None
    """99th percentile of the solar fleet's hourly capacity factor against the nameplate [-]."""
    solar_cloud_sd_frac: float | None
    """Spread of the solar fleet's daily clearness about its season, over its mean [-]."""
    wind_cf_p99: float | None
    """99th percentile of the wind fleet's hourly capacity factor against the nameplate [-]."""
    wind_cf_max: float | None
    """Highest hourly capacity factor of the wind fleet against the nameplate [-]."""
    wind_acf_1h: float | None
    """Autocorrelation of the wind fleet's capacity factor over 1 hour [-]."""
    wind_acf_24h: float | None
    """Autocorrelation of the wind fleet's capacity factor over 24 hours [-]."""
    wind_slow_persistence: float | None
    """Share of a slow (synoptic) wind anomaly left after one hour [-]."""
    wind_fast_persistence: float | None
    """Share of a fast (smoothing over the fleet) wind anomaly left after one hour [-]."""
    hydro_follow: float
    """Relative change of hydro within a day per relative change of what it shares in [-]."""
    coal_follow: float
    """Relative change of coal per relative change of all fossil generation [-]."""
    natural_gas_floor_frac: float
    """Lowest hourly gas generation, over its mean [-]."""
    natural_gas_ceiling_frac: float | None
    """Highest hourly gas generation, over its mean; blank: only the nameplate limits it [-]."""

    def fact(self, column: str) -> float:
        """Return a figure that is blank for some authorities, in the unit of its column.

        Raises:
            DataError: It is blank for this one.
        """
        value: float | None = getattr(self, column)
        if value is None:
            raise DataError(f"{COEFFICIENTS_FILE}, {self.ba_code}: {column} is blank; it is needed")
        return value


@cache
def known_coefficients() -> dict[str, Coefficients]:
    """Return the fitted coefficients by code of the balancing authority."""
    text = (shipped_folder("grids") / COEFFICIENTS_FILE).read_text(encoding="utf-8")
    return {row["ba_code"]: _coefficients(row) for row in csv.DictReader(text.splitlines())}


def _coefficients(row: dict[str, str]) -> Coefficients:
    values: dict[str, Any] = {
        f.name: float(row[f.name]) if row[f.name] else None for f in fields(Coefficients)[1:]
    }
    return Coefficients(ba_code=row["ba_code"], **values)


def coefficients_of(ba_code: str) -> Coefficients:
    """Return the coefficients of a balancing authority.

    Raises:
        DataError: The shipped file has none of it.
    """
    try:
        return known_coefficients()[ba_code]
    except KeyError:
        raise DataError(f"{COEFFICIENTS_FILE}: has no row of {ba_code}") from None
