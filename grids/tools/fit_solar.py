"""Solar: how much of the fleet stands fixed, clearness by season, and how much days differ."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dcsim.grid.authorities import known_authorities
from dcsim.grid.reference.shapes import SEASON_TERMS
from dcsim.grid.reference.sun_and_wind import CLEARNESS_LIMITS, clear_sky_cf
from dcsim.grid.reference.year import reference_hours
from grids.tools.collection import Collection
from grids.tools.fit_shapes import (
    SPREAD_TERMS,
    Table,
    day_means,
    fitted_terms,
    month_and_hour,
    table_of,
)
from grids.tools.types import Figures, Shapes

CLEAR_DAY = 0.97
"""Quantile of a month's days that counts as clear [-]."""
CLEAR_LEVEL = 0.95
"""Clearness of such a day [-]."""
PEAK_QUANTILE = 0.998
PEAK_OVER_P99 = 1.05
LEAST_SPREAD_FRAC = 0.05


def fit_solar(
    collection: Collection, years: Mapping[str, tuple[int, ...]], shapes: Shapes
) -> Figures:
    """Add the shape `clearness`; return the fleet's figures, of records or else of profiles."""
    figures: Figures = {}
    for code, of in years.items():
        records = [collection.generation(code, year)["solar"] for year in of]
        if records[0].sum():
            figures[code] = _of_records(code, records, shapes)
    persistence = float(np.median([row["cloud_persistence"] for row in figures.values()]))
    level = float(np.median([row.pop("level") for row in figures.values()]))
    for code, table, statistics in collection.capacity_factors("solar"):
        if code not in figures:
            figures[code], shapes[code, "clearness"] = _of_profile(code, table, statistics, level)
            figures[code]["cloud_persistence"] = persistence
    return figures


def _clear_sky(code: str, index: pd.DatetimeIndex) -> tuple[NDArray[np.float64], ...]:
    authority = known_authorities()[code]
    place = authority.fact("solar_latitude"), authority.fact("solar_longitude")
    return clear_sky_cf(*place, index, 0.0), clear_sky_cf(*place, index, 1.0)


def fixed_share(real: Table, tracking: Table, fixed: Table) -> float:
    """Return the share of fixed modules whose hours of day are nearest to the real ones [-]."""
    real, tracking, fixed = (
        table / table.mean(axis=1, keepdims=True) for table in (real, tracking, fixed)
    )
    gap = (fixed - tracking).ravel()
    return float(np.clip((real - tracking).ravel() @ gap / (gap @ gap), 0.0, 1.0))


def _of_records(code: str, records: list[pd.Series], shapes: Shapes) -> dict[str, float]:
    solar = pd.concat([year / year.mean() for year in records])
    index = pd.DatetimeIndex(solar.index)
    tracking, fixed = _clear_sky(code, index)
    tables = [table_of(values, index, code) for values in (solar.to_numpy(), tracking, fixed)]
    share = fixed_share(*tables)
    clear = (1 - share) * tracking + share * fixed
    month, _ = month_and_hour(index, code)
    clearness = day_means(solar) / day_means(pd.Series(clear, index))
    of_month = day_means(pd.Series(month, index)).round().astype(int).to_numpy()
    season = clearness.groupby(of_month).mean().to_numpy()
    relative = clearness / season[of_month]
    level = CLEAR_LEVEL / float(relative.quantile(CLEAR_DAY))
    spread = relative.groupby(of_month).std().to_numpy()[:, None]
    shapes[code, "clearness"] = _season(season, level)
    shapes[code, "cloud_spread"] = fitted_terms(spread / spread.mean(), SPREAD_TERMS, ("mean",))
    return {
        "solar_peak_ratio": float(solar.quantile(PEAK_QUANTILE)),
        "solar_fixed_frac": share,
        "solar_cloud_sd_frac": float(spread.mean()),
        "cloud_persistence": float(relative.autocorr(1)),
        "level": level,
    }


def _season(clearness: NDArray[np.float64], level: float) -> dict[tuple[str, str], float]:
    relative = clearness / clearness.mean()
    scale = min(level, CLEARNESS_LIMITS[1] / relative.max())
    return fitted_terms(scale * relative[:, None], SEASON_TERMS, ("mean",))


def _of_profile(
    code: str, table: Table, statistics: pd.Series, level: float
) -> tuple[dict[str, float], dict[tuple[str, str], float]]:
    index = reference_hours()
    tracking, fixed = (table_of(values, index, code) for values in _clear_sky(code, index))
    share = fixed_share(table, tracking, fixed)
    clear = (1 - share) * tracking + share * fixed
    of_month = table.mean(axis=1)
    between = float(of_month.std() / of_month.mean())
    within = (1 + statistics["daily_cv"] ** 2) / (1 + between**2) - 1
    figures = {
        "solar_peak_ratio": PEAK_OVER_P99 * statistics["cf_p99"] / statistics["cf_mean"],
        "solar_fixed_frac": share,
        "solar_cloud_sd_frac": float(np.sqrt(max(within, LEAST_SPREAD_FRAC**2))),
    }
    return figures, _season(of_month / clear.mean(axis=1), level)
