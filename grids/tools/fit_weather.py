"""How a day's sun, wind and demand go together."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy import stats

from grids.tools.collection import Collection
from grids.tools.fit_shapes import anomaly
from grids.tools.types import Figures


def fit_correlations(collection: Collection, years: Mapping[str, tuple[int, ...]]) -> Figures:
    """Return the correlations of daily anomalies; those with wind are 0 where there is none."""
    return {code: _correlations(collection, code, of[-1]) for code, of in years.items()}


def _correlations(collection: Collection, code: str, year: int) -> dict[str, float]:
    generation = collection.generation(code, year)
    days = generation.resample("D").mean()
    demand = collection.demand(code, year, year).resample("D").mean()
    clear = anomaly(days["solar"] / days["solar"].rolling(31, center=True, min_periods=10).max())
    asked = anomaly(np.log(demand))
    ranks = (days["wind"].rank() - 0.5) / len(days)
    windy = anomaly(pd.Series(stats.norm.ppf(ranks), days.index))
    has_wind = bool(days["wind"].sum())
    return {
        "sun_wind_correlation": clear.corr(windy) if has_wind else 0.0,
        "demand_wind_correlation": asked.corr(windy) if has_wind else 0.0,
        "demand_sun_correlation": asked.corr(clear),
    }
