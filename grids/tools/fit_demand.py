"""Demand of 52 authorities: shape by season, hour and weekend, and the spread of its days."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dcsim.grid.generation import ONE_HOUR
from dcsim.grid.reference.shapes import SEASON_TERMS, LocalClock, fourier
from grids.tools.collection import Collection
from grids.tools.fit_shapes import (
    HOUR_TERMS,
    anomaly,
    clock_of,
    day_means,
    fitted_terms,
    table_of,
)
from grids.tools.types import Figures, Shapes

LEAST_MW = 1.0
WHOLE = 0.99
"""Who reports a demand in fewer of the hours, as AEC that left in 2021, is left out [-]."""
MONTHS = 12
NOON = pd.Timedelta(hours=12)
OUTLIER_FRAC = 0.5
"""An hour that differs by more from its day is a fault of the record [-]."""


def fit_demand(collection: Collection, years: tuple[int, int], shapes: Shapes) -> Figures:
    """Add the shapes `demand` and `weekend`; return spread and memory of the days.

    Args:
        collection: Of records.
        years: The first and the last.
        shapes: Added to.
    """
    records = {code: collection.demand(code, *years) for code in collection.demand_codes()}
    return {
        code: _of_records(code, demand, shapes)
        for code, demand in records.items()
        if (demand > 0).mean() > WHOLE
    }


def _of_records(code: str, demand: pd.Series, shapes: Shapes) -> dict[str, float]:
    index, values = pd.DatetimeIndex(demand.index), demand.to_numpy() / demand.mean()
    is_weekend = clock_of(index, code).weekend
    weekday, weekend = (
        table_of(values[days], index[days], code) for days in (~is_weekend, is_weekend)
    )
    shapes[code, "demand"] = fitted_terms(weekday, SEASON_TERMS, HOUR_TERMS)
    ratio = (weekend / weekday).mean(axis=0, keepdims=True)
    shapes[code, "weekend"] = fitted_terms(np.repeat(ratio, MONTHS, 0), ("mean",), HOUR_TERMS)
    left = anomaly(np.log(day_means(demand.clip(lower=LEAST_MW))))
    shape = demand_shape(clock_of(index, code), code, shapes)
    return {
        "demand_daily_sd_frac": float(left.std()),
        "demand_persistence": float(left.autocorr(1)),
        **within_days(pd.Series(values / shape, index)),
    }


def demand_shape(clock: LocalClock, code: str, shapes: Shapes) -> NDArray[np.float64]:
    """Return demand over its mean by season, hour and weekend, without weather [-]."""
    weekday, weekend = (fourier(clock, shapes[code, name]) for name in ("demand", "weekend"))
    shape = weekday * np.where(clock.weekend, weekend, 1.0)
    return np.asarray(shape / shape.mean())


def within_days(relative: pd.Series) -> dict[str, float]:
    """Return the spread and memory of what the days' anomalies leave.

    Args:
        relative: What was asked over its shape, hourly [-].
    """
    stamps = pd.DatetimeIndex(relative.index)
    days = day_means(relative)
    first = stamps[0]
    noons = (pd.DatetimeIndex(days.index) + NOON - first) / ONE_HOUR
    level = np.interp((stamps - first) / ONE_HOUR, noons, days.to_numpy())
    left = relative / level - 1
    left = left[left.abs() < OUTLIER_FRAC]
    return {
        "asked_hourly_sd_frac": float(left.std()),
        "asked_hourly_persistence": float(left.autocorr(1)),
    }
