"""What energy from the grid costs and export earns, hour by hour, and when the grid has too much.

A price below zero counts as zero: a plan must not be paid to waste energy. An export price above
the energy price of the same hour is refused: it would pay to buy and sell at once.
"""

from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from dcsim.errors import DataError
from dcsim.grid.generation import Repair, Source, first_where
from dcsim.scenario.costs import costs_of
from dcsim.scenario.money import Cost, TimeOfUse
from dcsim.scenario.spec import Scenario, Surplus
from dcsim.traces.hourly_file import ENERGY_PRICE, EXPORT_PRICE, SURPLUS, Quantity, read_hourly
from dcsim.units import MONTHS_PER_YEAR

_ALL_MONTHS = tuple(range(1, MONTHS_PER_YEAR + 1))
_DAYS_OF_WEEK = {"all": (0, 1, 2, 3, 4, 5, 6), "weekdays": (0, 1, 2, 3, 4), "weekend": (5, 6)}

PRICE_BELOW_ZERO = "price_below_zero"
"""The repair of a negative price."""


@dataclass(frozen=True)
class Prices:
    """Prices and surplus of a horizon, none below zero.

    Attributes:
        price_usd_per_mwh: Of energy from the grid [USD/MWh].
        export_usd_per_mwh: Of energy given to it [USD/MWh].
        surplus_mw: What the site can take of the grid's surplus [MW].
        sources: Where each came from.
    """

    price_usd_per_mwh: pd.Series
    export_usd_per_mwh: pd.Series
    surplus_mw: pd.Series
    sources: tuple[Source, ...]


def prices_of(scenario: Scenario, hours: pd.DatetimeIndex) -> Prices:
    """Return the prices and the grid's surplus a scenario asks for.

    Raises:
        DataError: A file cannot be read or does not cover the hours, or export is worth more than
            energy.
    """
    told, energy_source = _energy_price(scenario, hours)
    price, energy_source = _not_below_zero(told, energy_source)
    export, export_sources = _export_price(scenario, hours)
    _check_export(scenario.cost, export, price)
    surplus, surplus_sources = _surplus(scenario, hours, told)
    sources = (energy_source, *export_sources, *surplus_sources)
    return Prices(price, export, surplus, sources)


def _energy_price(scenario: Scenario, hours: pd.DatetimeIndex) -> tuple[pd.Series, Source]:
    cost, flat = scenario.cost, costs_of(scenario).energy_usd_per_mwh
    if cost.energy_file is not None:
        return read_hourly(cost.energy_file, ENERGY_PRICE, hours, scenario.grid.repair)
    is_own = cost.energy_usd_per_mwh is not None
    origin = "scenario" if is_own else f"table of costs, {cost.level}"
    if not cost.time_of_use:
        return pd.Series(flat, hours), _flat_source(ENERGY_PRICE, origin, flat)
    zone = scenario.datacenter.time_zone
    price = pd.Series(time_of_use_usd_per_mwh(cost.time_of_use, hours, zone, flat), hours)
    note = f"by time of use, {zone}: {price.min():g} to {price.max():g} USD/MWh"
    return price, Source(ENERGY_PRICE.what, "scenario", note)


def _flat_source(quantity: Quantity, origin: str, value: float) -> Source:
    return Source(quantity.what, origin, f"{value:g} {quantity.unit} in every hour")


def time_of_use_usd_per_mwh(
    periods: tuple[TimeOfUse, ...], hours: pd.DatetimeIndex, time_zone: str, otherwise: float
) -> np.ndarray:
    """Return the price of each hour: that of the last period it fits, or of none [USD/MWh].

    Args:
        periods: In order.
        hours: UTC, hour-beginning.
        time_zone: Whose clock and calendar the periods mean.
        otherwise: Price of hours that fit no period [USD/MWh].
    """
    local = hours.tz_convert(ZoneInfo(time_zone))
    price = np.full(len(hours), otherwise)
    for period in periods:
        price[_fits(period, local)] = period.usd_per_mwh
    return price


def _fits(period: TimeOfUse, local: pd.DatetimeIndex) -> np.ndarray:
    """Tell which hours lie in a period, each judged by its own local hour, day and month."""
    begun, not_over = local.hour >= period.from_hour, local.hour < period.to_hour
    is_in_day = begun & not_over if period.from_hour < period.to_hour else begun | not_over
    is_in_month = np.isin(local.month, period.months or _ALL_MONTHS)
    is_in_week = np.isin(local.day_of_week, _DAYS_OF_WEEK[period.days])
    return np.asarray(is_in_day & is_in_month & is_in_week)


def _not_below_zero(price: pd.Series, source: Source) -> tuple[pd.Series, Source]:
    below = int((price < 0).sum())
    if not below:
        return price, source
    detail = f"counts as zero, lowest {price.min():g} USD/MWh; nobody is paid to waste energy"
    repair = Repair(PRICE_BELOW_ZERO, below, detail)
    return price.clip(lower=0.0), replace(source, repairs=(*source.repairs, repair))


def _export_price(
    scenario: Scenario, hours: pd.DatetimeIndex
) -> tuple[pd.Series, tuple[Source, ...]]:
    cost = scenario.cost
    if cost.export_file is not None:
        told, source = read_hourly(cost.export_file, EXPORT_PRICE, hours, scenario.grid.repair)
        price, source = _not_below_zero(told, source)
        return price, (source,)
    flat = pd.Series(cost.export_usd_per_mwh, hours)
    source = _flat_source(EXPORT_PRICE, "scenario", cost.export_usd_per_mwh)
    return flat, (source,) if cost.export_usd_per_mwh else ()


def _check_export(cost: Cost, export: pd.Series, price: pd.Series) -> None:
    """Refuse hours in which it would pay to buy and sell at once."""
    above = export > price
    if above.any():
        hour = first_where(above)
        origin = cost.export_file or "cost.export_usd_per_mwh"
        raise DataError(
            f"{origin}: at {hour:%Y-%m-%d %H:%M}Z export earns {export[hour]:g} USD/MWh, and "
            f"energy costs {price[hour]:g} ({int(above.sum())} hours); must not earn more than it "
            "costs, or it pays to buy and sell at once"
        )


def _surplus(
    scenario: Scenario, hours: pd.DatetimeIndex, told_price: pd.Series
) -> tuple[pd.Series, tuple[Source, ...]]:
    """Return what the site can take of the grid's surplus; prices are as told, also below zero."""
    asked = scenario.grid.surplus
    if asked is None:
        return pd.Series(0.0, hours), ()
    if asked.file is not None:
        curtailed, source = read_hourly(asked.file, SURPLUS, hours, scenario.grid.repair)
        surplus = curtailed.clip(upper=asked.mw)
    else:
        surplus = (told_price < asked.price_below_usd_per_mwh) * asked.mw
        note = f"hours whose energy price is below {asked.price_below_usd_per_mwh:g} USD/MWh"
        source = Source(SURPLUS.what, "scenario", note)
    return surplus, (_with_extent(source, surplus, asked),)


def _with_extent(source: Source, surplus: pd.Series, asked: Surplus) -> Source:
    extent = f"{int((surplus > 0).sum()):,} hours, at most {asked.mw:g} MW"
    return replace(source, note=f"{source.note}; {extent}")
