"""One aligned hourly table of the world: intensity, capacity factors, load by tier, prices."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from dcsim.errors import DataError
from dcsim.grid.accounts import HourlyCarbon, hourly_carbon
from dcsim.grid.generation import (
    ONE_HOUR,
    GridGeneration,
    Source,
    check_finite,
    check_hourly,
    first_where,
)
from dcsim.grid.repair.negative import clip_negative
from dcsim.grid.store.grids import load_grid
from dcsim.scenario.rates import years_of
from dcsim.scenario.spec import Horizon, Scenario
from dcsim.traces.doubts import checked_grid, warned_of_shares
from dcsim.traces.own_supply import Output, outputs_of
from dcsim.traces.prices import prices_of
from dcsim.traces.workload import facility_load
from dcsim.traces.yields import PlantYield, warnings_of_yields
from dcsim.units import MONTHS_PER_YEAR

BASE_COLUMNS = (
    "intensity_kg_per_mwh",
    "carbon_free_frac",
    "solar_cf",
    "wind_cf",
    "load_mw",
    "fixed_mw",
    "price_usd_per_mwh",
    "export_usd_per_mwh",
    "surplus_mw",
)
"""Columns every table of traces has; one `arriving_<tier>_mw` for each tier follows."""


def arriving(tier: str) -> str:
    """Return the column of a tier's arriving work."""
    return f"arriving_{tier}_mw"


@dataclass(frozen=True)
class Traces:
    """What the world does, hour by hour.

    Attributes:
        table: Index UTC hour-beginning; columns `BASE_COLUMNS`, then one of arriving work for
            each tier. `intensity_kg_per_mwh` of the grid [kg/MWh]; `carbon_free_frac` of the
            grid's generation [-]; `solar_cf` and `wind_cf` against the basis the sources name
            [0..1]; `load_mw` the facility's load before any shifting [MW]; `fixed_mw` the part
            that cannot move [MW]; `price_usd_per_mwh` of energy from the grid and
            `export_usd_per_mwh` of energy given to it [USD/MWh]; `surplus_mw` of the grid that may
            be taken at no added carbon [MW]; `arriving_<tier>_mw` the work of each tier [MW].
        local_day: For each hour the number of its local day, from 0 [-].
        sources: Where each input came from, and what was repaired.
        name: Of the year, where a design must serve several; else empty.
        weight: How many such years the whole horizon holds [-].
        yields: Of own solar and wind that exist or may be built.
    """

    table: pd.DataFrame
    local_day: np.ndarray
    sources: tuple[Source, ...]
    name: str = ""
    weight: float = 1.0
    yields: tuple[PlantYield, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a table that is gappy, has missing values or values out of range."""
        check_hourly(self.table.index, "traces")
        check_finite(self.table, "traces")
        if len(self.local_day) != len(self.table):
            raise DataError("traces: local_day must have one number for each hour")
        for column in ("solar_cf", "wind_cf", "carbon_free_frac"):
            _check_range(self.table[column], 1.0)
        for column in self.table.columns:
            _check_range(self.table[column], np.inf)

    @property
    def index(self) -> pd.DatetimeIndex:
        """Return the stamps of the horizon: UTC, hour-beginning."""
        return pd.DatetimeIndex(self.table.index)

    @property
    def hours(self) -> int:
        """Return the length of the horizon [h]."""
        return len(self.table)

    @property
    def years(self) -> float:
        """Return the length of the horizon in years of 8,766 hours [years]."""
        return years_of(self.hours)

    def column(self, name: str) -> np.ndarray:
        """Return one column as numbers."""
        return self.table[name].to_numpy(dtype=float)


def _check_range(values: pd.Series, highest: float) -> None:
    bad = (values < 0) | (values > highest)
    if bad.any():
        stamp = first_where(bad)
        raise DataError(
            f"traces: {values.name} at {stamp:%Y-%m-%d %H:%M}Z is {values[stamp]:g}; "
            f"must be within 0 and {highest:g}"
        )


def build_traces(scenario: Scenario) -> Traces:
    """Bring a scenario's grid and load onto one hourly index.

    Raises:
        DataError: A file cannot be read, is not whole, or does not cover the horizon.
        ScenarioError: A name in the scenario is unknown.
    """
    generation = load_grid(scenario.grid, scenario.seed)
    window = horizon_of(generation.index, scenario.horizon, generation.source.origin)
    carbon = hourly_carbon(generation, scenario.grid, window)
    generation = checked_grid(generation, scenario, window)
    whole_year = clip_negative(generation.table)[0]
    solar, wind = outputs_of(scenario, generation, whole_year, window)
    load_mw, load_source = facility_load(scenario, window)
    prices = prices_of(scenario, window)
    table = pd.DataFrame(
        {
            "intensity_kg_per_mwh": carbon.intensity_kg_per_mwh,
            "carbon_free_frac": carbon.carbon_free_frac,
            "solar_cf": solar.cf,
            "wind_cf": wind.cf,
            "price_usd_per_mwh": prices.price_usd_per_mwh,
            "export_usd_per_mwh": prices.export_usd_per_mwh,
            "surplus_mw": prices.surplus_mw,
            **_split_load(load_mw, scenario),
        },
        index=window,
    )
    sources = (*_sources(generation, carbon, (solar, wind)), load_source, *prices.sources)
    return Traces(
        table,
        local_day_numbers(window, scenario.datacenter.time_zone),
        (sources[0], *warned_of_shares(sources[1:], len(window))),
        yields=tuple(o.plant_yield for o in (solar, wind) if o.plant_yield is not None),
    )


def horizon_of(index: pd.DatetimeIndex, horizon: Horizon, origin: str) -> pd.DatetimeIndex:
    """Return the hours to plan, refusing a horizon the data does not cover.

    Raises:
        DataError: Names the horizon asked for and what the data has.
    """
    start = pd.Timestamp(horizon.start or index[0]).as_unit("s")
    end = start + horizon.hours * ONE_HOUR if horizon.hours else index[-1] + ONE_HOUR
    if start < index[0] or end > index[-1] + ONE_HOUR or start >= end or start != start.floor("h"):
        raise DataError(
            f"{origin}: horizon {_stamp(start)} to {_stamp(end)} must be whole hours within "
            f"{_stamp(index[0])} to {_stamp(index[-1] + ONE_HOUR)}"
        )
    return index[(index >= start) & (index < end)]


def _stamp(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M}Z"


def local_day_numbers(index: pd.DatetimeIndex, time_zone: str) -> np.ndarray:
    """Return for each hour the number of its local day, from 0 at the first hour."""
    local_midnight = index.tz_convert(ZoneInfo(time_zone)).tz_localize(None).normalize()
    return ((local_midnight - local_midnight[0]) // pd.Timedelta(days=1)).to_numpy(dtype=int)


def local_month_numbers(index: pd.DatetimeIndex, time_zone: str) -> np.ndarray:
    """Return for each hour the number of its local calendar month, from 0 at the first hour."""
    local = index.tz_convert(ZoneInfo(time_zone))
    months = local.year * MONTHS_PER_YEAR + local.month
    return np.asarray(months - months[0], dtype=int)


def _split_load(load_mw: pd.Series, scenario: Scenario) -> dict[str, pd.Series]:
    """Split the load into what cannot move and each tier's arriving work; they sum to the load."""
    tiers = scenario.datacenter.flexible
    fixed_frac = max(0.0, 1.0 - sum(tier.share_frac for tier in tiers))
    arriving_mw = {arriving(tier.name): tier.share_frac * load_mw for tier in tiers}
    return {"load_mw": load_mw, "fixed_mw": fixed_frac * load_mw, **arriving_mw}


def _sources(
    generation: GridGeneration,
    carbon: HourlyCarbon,
    outputs: Sequence[Output],
) -> tuple[Source, ...]:
    grid = generation.source
    note = f"{grid.note}. Capacity factors: {'; '.join(o.basis for o in outputs)}"
    of_fleet = _warnings(output for output in outputs if output.source is None)
    return (
        replace(grid, note=note, warnings=(*grid.warnings, *of_fleet)),
        carbon.source,
        *(
            replace(output.source, warnings=(*output.source.warnings, *_warnings([output])))
            for output in outputs
            if output.source is not None
        ),
    )


def _warnings(outputs: Iterable[Output]) -> tuple[str, ...]:
    """Return what to read before acting on the outputs of plants."""
    yields = (output.plant_yield for output in outputs)
    return tuple(warnings_of_yields(found for found in yields if found is not None))
