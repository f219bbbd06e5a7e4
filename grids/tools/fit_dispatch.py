"""Hydro, coal, gas, oil, other, and what is generated against what is asked for."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from dcsim.grid.reference.shapes import SEASON_TERMS, fourier
from grids.tools.collection import Collection
from grids.tools.fit_demand import demand_shape, within_days
from grids.tools.fit_shapes import (
    HOUR_TERMS,
    anomaly,
    clock_of,
    day_means,
    fitted_terms,
    month_and_hour,
    table_of,
)
from grids.tools.types import Figures, Shapes

LEAST_MEAN_MW = 1.0
LEAST_SHARE = 0.01
"""Of all generation, under which a fuel's season and slope say nothing to others [-]."""
FIRST_DEMAND = 2020
"""The year in which the cleaned demand begins."""
FOLLOW_LIMITS = (0.0, 3.0)
STEEPNESS_LIMITS = (0.0, 1.5)
FLOOR_QUANTILE = 0.01
MONTH_DAYS = 31


def fit_dispatch(
    collection: Collection, years: Mapping[str, tuple[int, ...]], shapes: Shapes
) -> Figures:
    """Add the shapes `exchange`, `hydro`, `coal`, `oil`, `other`; return slopes and limits."""
    return {code: _of_records(collection, code, of, shapes) for code, of in years.items()}


def _of_records(
    collection: Collection, code: str, years: tuple[int, ...], shapes: Shapes
) -> dict[str, float]:
    tables = [collection.generation(code, year) for year in years]
    table = pd.concat([one / one.sum(axis=1).mean() for one in tables])
    demand = [collection.demand(code, year, year) for year in years if year >= FIRST_DEMAND]
    known = pd.concat([one / one.mean() for one in demand])
    _add_seasons(table, code, shapes)
    gas = table["natural_gas"]
    return {
        **_exchange(table.sum(axis=1), known, code, shapes),
        **_thermal(table, code, shapes),
        "natural_gas_floor_frac": float(gas.quantile(FLOOR_QUANTILE) / gas.mean()),
        "natural_gas_ceiling_frac": float(gas.max() / gas.mean()),
        "oil_steepness": _oil(table["oil"], known),
    }


def _add_seasons(table: pd.DataFrame, code: str, shapes: Shapes) -> None:
    index = pd.DatetimeIndex(table.index)
    for fuel in ("hydro", "oil", "nuclear"):
        if table[fuel].mean() > 0:
            shapes[code, fuel] = season_terms(table[fuel], index, code)
    if table["other"].mean() > 0:
        other = table_of(table["other"].to_numpy(), index, code)
        shapes[code, "other"] = fitted_terms(other / other.mean(), SEASON_TERMS, HOUR_TERMS)


def _exchange(made: pd.Series, known: pd.Series, code: str, shapes: Shapes) -> dict[str, float]:
    """Add what is generated over the shape of demand; return what days and hours leave.

    Args:
        made: All generation over its mean [-].
        known: Demand over its mean, of the years in which it is known [-].
        code: Whose.
        shapes: Added to.
    """
    index = pd.DatetimeIndex(made.index)
    clock = clock_of(index, code)
    asked = demand_shape(clock, code, shapes)
    ratio = table_of(made.to_numpy(), index, code) / table_of(asked, index, code)
    shapes[code, "exchange"] = fitted_terms(ratio, SEASON_TERMS, HOUR_TERMS)
    sold = anomaly(np.log(day_means(made) / day_means(known)).dropna())
    expected = asked * fourier(clock, shapes[code, "exchange"])
    return {
        **within_days(made / expected),
        "exchange_daily_sd_frac": float(sold.std()),
        "exchange_persistence": float(sold.autocorr(1)),
    }


def _thermal(table: pd.DataFrame, code: str, shapes: Shapes) -> dict[str, float]:
    """Add the seasons of coal and gas; return the slopes and the spread of what follows.

    The spread is coal's, or gas's where hydro is the larger and takes the rest.
    """
    left = table[["hydro", "coal", "natural_gas", "oil"]].sum(axis=1)
    by_hour, by_day = hydro_slopes(table["hydro"], left)
    coal = _following("coal", table["coal"], left - table["hydro"], code, shapes)
    gas = _following("natural_gas", table["natural_gas"], left, code, shapes)
    gas_follows = table["hydro"].mean() > table["natural_gas"].mean()
    slopes = coal | gas if gas_follows else gas | coal
    return slopes | {"hydro_follow": by_hour, "hydro_follow_days": by_day}


def season_terms(
    values: pd.Series, index: pd.DatetimeIndex, code: str
) -> dict[tuple[str, str], float]:
    """Return the season of a fuel over its mean."""
    months = table_of(values.to_numpy(), index, code).mean(axis=1, keepdims=True)
    return fitted_terms(months / months.mean(), SEASON_TERMS, ("mean",))


def slope(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Return the least-squares slope through the means, held to `FOLLOW_LIMITS` [-]."""
    x, y = x - x.mean(), y - y.mean()
    return float(np.clip(x @ y / max(x @ x, np.finfo(float).tiny), *FOLLOW_LIMITS))


def hydro_slopes(hydro: pd.Series, left: pd.Series) -> tuple[float, float]:
    """Return the slopes of hydro on what is left: of the hour about its day, then of the day."""
    both = pd.DataFrame({"hydro": hydro, "left": left.clip(lower=0.05 * left.mean())})
    days = both.apply(day_means)
    if days["hydro"].mean() < LEAST_SHARE:
        return 0.0, 0.0
    month = days.rolling(MONTH_DAYS, center=True, min_periods=1).mean()
    of_day = days.reindex(both.index, method="ffill")
    hours = (both / of_day.clip(lower=1e-6) - 1).to_numpy()
    rest = (days / month - 1).to_numpy()
    return slope(hours[:, 1], hours[:, 0]), slope(rest[:, 1], rest[:, 0])


def _following(
    fuel: str,
    values: pd.Series,
    needed: pd.Series,
    code: str,
    shapes: Shapes,
) -> dict[str, float]:
    """Add the season of a fuel beside its slope on what is needed.

    Returns:
        The slope, and the spread and memory of days about both.
    """
    nothing = {f"{fuel}_follow": 0.0, "thermal_daily_sd_frac": 0.0, "thermal_persistence": 0.0}
    if values.mean() < LEAST_SHARE:
        return nothing
    relative = pd.DataFrame({"fuel": values / values.mean(), "needed": needed / needed.mean()})
    index = pd.DatetimeIndex(values.index)
    month, _ = month_and_hour(index, code)
    within = (relative - relative.groupby(month).transform("mean")).to_numpy()
    follow = slope(within[:, 1], within[:, 0])
    answer = (1 + follow * (relative["needed"] - 1)).clip(lower=0.1)
    levels = relative["fuel"].groupby(month).mean() / answer.groupby(month).mean()
    shapes[code, fuel] = fitted_terms(levels.to_numpy()[:, None], SEASON_TERMS, ("mean",))
    expected = answer * fourier(clock_of(index, code), shapes[code, fuel]).clip(0.1)
    days = day_means(relative["fuel"]) / day_means(expected)
    left = anomaly(days)
    return {
        f"{fuel}_follow": follow,
        "thermal_daily_sd_frac": float(left.std()),
        "thermal_persistence": float(left.autocorr(1)),
    }


def _oil(oil: pd.Series, demand: pd.Series) -> float:
    """Return the slope of the logarithm of a day's oil on its demand's anomaly, standardized."""
    days = day_means(oil)
    if days.mean() <= 0:
        return 0.0
    score = anomaly(np.log(day_means(demand)))
    logs = anomaly(np.log(days.reindex(score.index) / days.mean() + 0.01))
    steep = logs.cov(score) / score.var() * score.std()
    return float(np.clip(steep, *STEEPNESS_LIMITS))


def follow_of_windows(windows: list[pd.DataFrame]) -> dict[str, float]:
    """Return the slopes of hydro and coal in ten summer days each, if there are such days."""
    if not windows:
        return {}
    return {
        "hydro_follow": float(np.mean([_hydro_of_window(window) for window in windows])),
        "coal_follow": float(np.mean([_coal_of_window(window) for window in windows])),
    }


def _hydro_of_window(window: pd.DataFrame) -> float:
    left = window[["hydro", "coal", "natural_gas", "oil"]].sum(axis=1)
    both = pd.DataFrame({"hydro": window["hydro"], "left": left})
    if both["hydro"].mean() < LEAST_SHARE * max(window.sum(axis=1).mean(), 1.0):
        return 0.0
    of_day = both.groupby(both.index // 24).transform("mean")
    hours = (both / of_day.clip(lower=1e-6) - 1).to_numpy()
    return slope(hours[:, 1], hours[:, 0])


def _coal_of_window(window: pd.DataFrame) -> float:
    fossil = window[["coal", "natural_gas", "oil"]].sum(axis=1)
    coal = window["coal"]
    if coal.mean() < LEAST_SHARE * max(window.sum(axis=1).mean(), 1.0):
        return 0.0
    return slope((fossil / fossil.mean()).to_numpy(), (coal / coal.mean()).to_numpy())
