"""What one more MWh would have emitted: a short-run estimate from how the grid followed its load.

The method of Siler-Evans, Azevedo and Morgan (2012, doi 10.1021/es300145v), after Hawkes (2010,
doi 10.1016/j.enpol.2010.05.053): the slope of hourly changes of emissions on hourly changes of
fossil generation, fitted for each season and block of the local day. Sun, wind and nuclear do not
follow load. Hydro does, but is left out too: water used now is missing later, and then fossil
plants make up for it; counted in, it would make a MWh in BPAT emit 29 kg. What the method cannot
see is imports and storage.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dcsim.errors import DataError
from dcsim.grid.authorities import known_authorities
from dcsim.grid.generation import GridGeneration
from dcsim.grid.intensity import emission_factors

FOSSIL_FUELS = ("coal", "natural_gas", "oil")

SEASONS = ("winter", "spring", "summer", "autumn")
"""Meteorological: winter is December to February."""

BLOCK_H = 4
"""Length of a block of the local day [h]."""

FEWEST_CHANGES = 30
"""A block with fewer changes than this has the slope of the whole record."""

NOTICEABLE_KG_PER_MWH = 1.0
"""A slope that is bounded by less is not said to be [kg/MWh]."""

MODELLED = (
    "; fitted to a modelled year, so that it repeats the model's own order of plants and says "
    "nothing of how the grid follows its load"
)
"""Said of a grid whose source has no bytes that could be hashed: no file was read."""

_KEYS = ["season", "block_start_h"]


@dataclass(frozen=True)
class Marginal:
    """A short-run marginal estimate.

    Attributes:
        intensity_kg_per_mwh: Of every hour [kg/MWh].
        slopes: One row for each `season` and `block_start_h` there is: `kg_per_mwh`,
            `standard_error_kg_per_mwh` (robust to uneven scatter), `hours` it is fitted to, and
            `was_bounded` if it was beyond the cleanest or dirtiest fuel and was put there.
    """

    intensity_kg_per_mwh: pd.Series
    slopes: pd.DataFrame


def marginal_intensity_kg_per_mwh(
    generation: GridGeneration, factors: str
) -> tuple[pd.Series, str]:
    """Estimate the short-run marginal intensity of a grid [kg/MWh].

    Args:
        generation: The grid; all of its hours are fitted.
        factors: Name of the emission-factor set.

    Returns:
        The intensity of every hour, and a note of how and how well it was estimated.

    Raises:
        DataError: No fossil generation ever changes.
        ScenarioError: There is no such factor set.
    """
    authority = known_authorities().get(generation.ba_code)
    time_zone = authority.time_zone if authority else "UTC"
    fit = fit_marginal(generation.table, emission_factors(factors, generation.ba_code), time_zone)
    error_kg = np.average(fit.slopes["standard_error_kg_per_mwh"], weights=fit.slopes["hours"])
    bounded = int(fit.slopes["was_bounded"].sum())
    modelled = MODELLED if generation.source.is_modelled else ""
    note = (
        f"short-run marginal, estimated: slope of hourly changes of emissions on those of "
        f"{', '.join(FOSSIL_FUELS)} generation, by season and {BLOCK_H}-hour block of the day "
        f"({time_zone}); mean standard error {error_kg:.0f} kg/MWh; {bounded} of "
        f"{len(fit.slopes)} slopes bounded by the factors; imports are not counted{modelled}"
    )
    return fit.intensity_kg_per_mwh, note


def fit_marginal(
    generation_mw: pd.DataFrame, factors: Mapping[str, float], time_zone: str
) -> Marginal:
    """Fit a slope for each season and block of the local day.

    Args:
        generation_mw: Generation by fuel, every hour once; index UTC, hour-beginning [MW].
        factors: Emissions by fuel [kg/MWh].
        time_zone: IANA name of the zone whose days are meant.

    Raises:
        DataError: No fossil generation ever changes.
    """
    fuels = [fuel for fuel in FOSSIL_FUELS if (generation_mw[fuel] > 0).any()]
    changes_mw = generation_mw[fuels].clip(lower=0).diff()
    weights = np.array([factors[fuel] for fuel in fuels])
    moved = _blocks(pd.DatetimeIndex(generation_mw.index), time_zone)
    moved["mw"] = changes_mw.sum(axis=1)
    moved["kg"] = changes_mw.to_numpy() @ weights
    if not moved["mw"].any():
        raise DataError(
            f"a marginal intensity needs hourly changes of {', '.join(FOSSIL_FUELS)} "
            "generation; this grid has none. Set another grid.account"
        )
    slopes = _slopes(moved)
    bounded = slopes["kg_per_mwh"].clip(weights.min(), weights.max())
    slopes["was_bounded"] = (bounded - slopes["kg_per_mwh"]).abs() > NOTICEABLE_KG_PER_MWH
    slopes["kg_per_mwh"] = bounded
    hourly = moved[_KEYS].join(slopes["kg_per_mwh"], on=_KEYS)["kg_per_mwh"]
    return Marginal(hourly.rename(None), slopes.reset_index())


def _blocks(index: pd.DatetimeIndex, time_zone: str) -> pd.DataFrame:
    """Return the season and block of the local day of every hour."""
    local = index.tz_convert(time_zone)
    season = np.array(SEASONS)[local.month % 12 // 3]
    return pd.DataFrame(
        dict(zip(_KEYS, (season, local.hour // BLOCK_H * BLOCK_H), strict=True)), index
    )


def _slopes(moved: pd.DataFrame) -> pd.DataFrame:
    """Return the slope of each block; of the whole record where a block has too few changes."""
    whole = _slope(moved)
    rows = {
        key: _slope(part) if part["mw"].astype(bool).sum() >= FEWEST_CHANGES else whole
        for key, part in moved.groupby(_KEYS, sort=False)
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis(_KEYS)


def _slope(part: pd.DataFrame) -> dict[str, float]:
    """Fit `kg = slope * mw` by least squares, with White's standard error."""
    mw, kg = part["mw"].fillna(0.0).to_numpy(), part["kg"].fillna(0.0).to_numpy()
    slope = float(mw @ kg / (mw @ mw))
    error = float(np.sqrt(np.sum((mw * (kg - slope * mw)) ** 2)) / (mw @ mw))
    return {"kg_per_mwh": slope, "standard_error_kg_per_mwh": error, "hours": len(part)}
