"""Coefficients of the reference years: a few figures of each authority, fitted to records.

They are in `grids/reference_coefficients.csv`, a field of `Coefficients` for each column. Where an
authority has no records of its own, the figures are those of the donor that a `_from` column names.
How each was fitted, and how donors are chosen, is in `grids/SOURCES.md`.
"""

import csv
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from dcsim.errors import DataError
from dcsim.grid.authorities import needed
from dcsim.shipped import shipped_folder

COEFFICIENTS_FILE = "reference_coefficients.csv"


@dataclass(frozen=True, kw_only=True)
class Coefficients:
    """What was fitted for the reference year of a balancing authority."""

    ba_code: str
    demand_from: str
    """Whose demand shape and spread these are; its own code where it has records."""
    demand_daily_sd_frac: float
    """Spread of daily demand about its season and day of week, over its mean [-]."""
    demand_persistence: float
    """Share of a day's demand anomaly left the next day [-]."""
    asked_hourly_sd_frac: float
    """Spread of hours about their day, over what season, hour and day ask [-]."""
    asked_hourly_persistence: float
    """Share of an hour's anomaly left the next hour [-]."""
    exchange_daily_sd_frac: float
    """Spread of a day's generation over its demand, about its season, over its mean [-]."""
    exchange_persistence: float
    """Share of a day's anomaly of exchange left the next day [-]."""
    solar_from: str
    """Whose solar shape and spread these are; empty without solar."""
    solar_peak_ratio: float | None
    """Highest hourly solar generation over the year's mean [-]."""
    solar_fixed_frac: float | None
    """Share of the fleet that stands fixed; the rest follows the sun on one axis [-]."""
    solar_cloud_sd_frac: float | None
    """Spread of the solar fleet's daily clearness about its season, over its mean [-]."""
    cloud_persistence: float | None
    """Share of a day's cloudiness left the next day [-]."""
    wind_from: str
    """Whose wind shape and spread these are; empty without wind."""
    wind_peak_ratio: float | None
    """Highest hourly wind generation over the year's mean [-]."""
    wind_floor_ratio: float | None
    """Lowest hourly wind generation over the year's mean [-]."""
    wind_concentration: float | None
    """Sum of the two parameters of the Beta distribution of wind from lowest to highest [-]."""
    wind_slow_persistence: float | None
    """Share of a passing (synoptic) wind anomaly left after one hour [-]."""
    wind_fast_persistence: float | None
    """Share of a fast (smoothing over the fleet) wind anomaly left after one hour [-]."""
    dispatch_from: str
    """Whose hydro, coal and oil shapes, and correlations of weather, these are."""
    sun_wind_correlation: float
    """Of a day's clearness with its wind, both about their season [-]."""
    demand_wind_correlation: float
    demand_sun_correlation: float
    hydro_follow: float
    """Relative change of hydro within a day per relative change of what it shares in [-]."""
    hydro_follow_days: float
    """The same from day to day, about the month [-]."""
    coal_follow: float
    """Relative change of coal per relative change of all fossil generation [-]."""
    natural_gas_follow: float
    """The same of gas, where hydro is the larger and takes the rest [-]."""
    thermal_daily_sd_frac: float
    """Spread of a day's coal, or of gas where hydro takes the rest, about all that [-]."""
    thermal_persistence: float
    """Share of a day's anomaly of it left the next day [-]."""
    natural_gas_floor_frac: float
    """Lowest hourly gas generation, over its mean [-]."""
    natural_gas_ceiling_frac: float | None
    """Highest hourly gas generation, over its mean; blank: only the nameplate limits it [-]."""
    oil_steepness: float
    """Rise of the logarithm of oil per standard deviation of the day's demand anomaly [-]."""

    def fact(self, column: str) -> float:
        """Return a figure that is blank for some authorities, in the unit of its column.

        Raises:
            DataError: It is blank for this one.
        """
        return needed(getattr(self, column), COEFFICIENTS_FILE, self.ba_code, column)


@cache
def known_coefficients() -> dict[str, Coefficients]:
    """Return the fitted coefficients by code of the balancing authority."""
    text = (shipped_folder("grids") / COEFFICIENTS_FILE).read_text(encoding="utf-8")
    return {row["ba_code"]: _coefficients(row) for row in csv.DictReader(text.splitlines())}


def _coefficients(row: dict[str, str]) -> Coefficients:
    values: dict[str, Any] = {f.name: _cell(row[f.name], f.type) for f in fields(Coefficients)}
    return Coefficients(**values)


def _cell(text: str, kind: object) -> str | float | None:
    if kind is str:
        return text
    return float(text) if text else None


def coefficients_of(ba_code: str) -> Coefficients:
    """Return the coefficients of a balancing authority.

    Raises:
        DataError: The shipped file has none of it.
    """
    try:
        return known_coefficients()[ba_code]
    except KeyError:
        raise DataError(f"{COEFFICIENTS_FILE}: has no row of {ba_code}") from None
