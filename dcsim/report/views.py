"""What figures and page both look at: series and shares of a study, not yet drawn."""

from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from dcsim.optimize.plan import served
from dcsim.report.numbers import NOTHING_BELOW
from dcsim.report.study import Outcome, Study, YearRun
from dcsim.scenario.spec import Scenario
from dcsim.traces.frame import Traces, arriving
from dcsim.units import STEP_H


def local_time(study: Study, year: Traces | None = None) -> pd.DatetimeIndex:
    """Return the hours of a planned year in the site's local time, the first year if not said."""
    index = (year or study.traces).index
    return index.tz_convert(ZoneInfo(study.scenario.datacenter.time_zone))


def span_in_words(local: pd.DatetimeIndex) -> str:
    """Return the first and last local day of some hours, as `18 to 24 July 2022`."""
    first, last = local[0], local[-1]
    end = f"{last.day} {last:%B %Y}"
    if first.date() == last.date():
        return end
    if first.year != last.year:
        return f"{first.day} {first:%B %Y} to {end}"
    start = f"{first.day}" if first.month == last.month else f"{first.day} {first:%B}"
    return f"{start} to {end}"


def days_since_1970(naive: pd.DatetimeIndex) -> np.ndarray:
    """Return stamps as matplotlib counts them on an axis of dates [days]."""
    return np.asarray((naive - pd.Timestamp(1970, 1, 1)) / pd.Timedelta(days=1), dtype=float)


def hour_of_highest(by_hour: pd.Series) -> str:
    """Return the hour of the day with the highest value, as `07:00`.

    Args:
        by_hour: One value for each hour of the day, index 0 to 23; missing ones are passed over.
    """
    return f"{int(by_hour.index[int(by_hour.fillna(-np.inf).argmax())]):02d}:00"


def saved_kg(study: Study, outcome: Outcome) -> float:
    """Return how much less than doing nothing an outcome emits [kg CO2e]."""
    return study.nothing.footprint.total_kg - outcome.footprint.total_kg


def saved_frac(study: Study, outcome: Outcome) -> float:
    """Return how much less than doing nothing an outcome emits, as a share of that [-]."""
    base_kg = study.nothing.footprint.total_kg
    return saved_kg(study, outcome) / base_kg if base_kg else 0.0


def moved_mwh(study: Study, year: YearRun) -> float:
    """Return the work the chosen plan runs in another hour of a year than it arrives in [MWh].

    Counted hour by hour and tier by tier as what is served beyond what arrives: work that leaves
    an hour while other work of its tier comes in is not seen, so this is the least it can be.
    """
    tiers = study.scenario.datacenter.flexible
    more_mw = [
        np.maximum(year.dispatch[served(t.name)] - year.traces.table[arriving(t.name)], 0.0)
        for t in tiers
    ]
    return float(sum(mw.sum() for mw in more_mw)) * STEP_H


def moves_work(study: Study, year: YearRun | None = None) -> bool:
    """Say whether the chosen plan shifts any work in a year, the first if not said."""
    run = year or study.years[0]
    return moved_mwh(study, run) > NOTHING_BELOW * run.traces.hours


def first_year_in_words(study: Study) -> str:
    """Say which of several planned years is drawn hour by hour."""
    return f"of {study.traces.name}, the first of {len(study.years)} planned years"


def exists_already(scenario: Scenario) -> bool:
    """Say whether anything exists before the plan."""
    parts = (scenario.solar, scenario.wind, scenario.battery, scenario.servers)
    return scenario.battery.existing_mwh > 0 or any(part.existing_mw > 0 for part in parts)


def import_without_building_mw(study: Study, year: Traces | None = None) -> np.ndarray:
    """Return the import of doing nothing: load less what exists already makes [MW].

    Args:
        study: Says what exists.
        year: Which planned year; the first if not said.
    """
    traces, design = year or study.traces, study.nothing.design
    own_mw = design.solar_mw * traces.column("solar_cf") + design.wind_mw * traces.column("wind_cf")
    limit_mw = study.scenario.limits.import_mw
    most_mw = np.inf if limit_mw is None else limit_mw
    return np.asarray(np.clip(traces.column("load_mw") - own_mw, 0.0, most_mw))


def used_mw(dispatch: pd.DataFrame) -> pd.DataFrame:
    """Return solar and wind that were used, curtailment taken from both alike.

    Args:
        dispatch: Energy table; its `solar_mw` and `wind_mw` are what is available.

    Returns:
        Columns `solar` and `wind` [MW].
    """
    available_mw = dispatch["solar_mw"] + dispatch["wind_mw"]
    some = available_mw > 0
    frac = 1 - (dispatch["curtailed_mw"] / available_mw.where(some, 1.0)).where(some, 0.0)
    return pd.DataFrame({"solar": dispatch["solar_mw"] * frac, "wind": dispatch["wind_mw"] * frac})
