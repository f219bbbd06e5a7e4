"""What could go wrong with a plan: its worst weeks and months, and how long its own supply fails.

Looks at the plan's hours as they are, in every planned year; nothing is solved or simulated here.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from dcsim.footprint.accounts import charged_import_mw
from dcsim.report.numbers import NOTHING_BELOW
from dcsim.report.study import Study, YearRun
from dcsim.report.views import import_without_building_mw, local_time
from dcsim.traces.frame import Traces
from dcsim.units import DAYS_PER_WEEK, HOURS_PER_DAY, STEP_H

_WHOLE_DAY_H = HOURS_PER_DAY - 1  # a local day in spring has one hour less
_FEW_DAYS = 2 * DAYS_PER_WEEK
"""A horizon of fewer whole days has no bad week: nearly all of it would be the week."""


class Spell(NamedTuple):
    """Some hours in a row: from `start` to before `stop`, of one planned year, by its number."""

    year: int
    start: int
    stop: int

    @property
    def hours(self) -> int:
        """Return its length [h]."""
        return self.stop - self.start


class Tally(NamedTuple):
    """What happens in some hours, and what part that is of the whole planned year they are in."""

    import_mwh: float
    import_frac: float
    operational_kg: float
    operational_frac: float
    own_frac: float
    """Solar and wind available, used or not, over the load [-]."""
    peak_import_mw: float


class Month(NamedTuple):
    """A local calendar month and its part of the operational carbon of its planned year."""

    year: int
    first_day: pd.Timestamp
    operational_kg: float
    operational_frac: float
    even_frac: float
    """The same if all planned months had as much [-]."""


def hourly(run: YearRun) -> pd.DataFrame:
    """Return what a plan's risks are told by, hour by hour: [MWh] and [kg CO2e]."""
    energy, traces = run.dispatch, run.traces
    charged_mwh = charged_import_mw(traces, energy) * STEP_H
    return pd.DataFrame(
        {
            "import_mwh": energy["grid_mw"] * STEP_H,
            "operational_kg": traces.column("intensity_kg_per_mwh") * charged_mwh,
            "own_mwh": (energy["solar_mw"] + energy["wind_mw"]) * STEP_H,
            "load_mwh": energy["load_mw"] * STEP_H,
        },
        index=traces.table.index,
    )


def tally(study: Study, spell: Spell) -> Tally:
    """Return what happens in a spell."""
    whole = hourly(study.years[spell.year])
    some = whole.iloc[spell.start : spell.stop]
    sums, of_year = some.sum(), whole.sum()
    return Tally(
        import_mwh=float(sums["import_mwh"]),
        import_frac=_share(sums["import_mwh"], of_year["import_mwh"]),
        operational_kg=float(sums["operational_kg"]),
        operational_frac=_share(sums["operational_kg"], of_year["operational_kg"]),
        own_frac=_share(sums["own_mwh"], sums["load_mwh"]),
        peak_import_mw=float(some["import_mwh"].max()) / STEP_H,
    )


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole > NOTHING_BELOW else 0.0


def worst_weeks(study: Study) -> dict[str, Spell]:
    """Return the seven whole local days in a row that are worst, of all planned years.

    Returns:
        By what they have most of: `import`, `carbon`, and `supply`, least own supply for the load.
        Nothing if no year has two weeks of whole days.
    """
    found: dict[str, tuple[float, Spell]] = {}
    for number, run in enumerate(study.years):
        borders = _borders_of_days(run.traces)
        if len(borders) <= _FEW_DAYS:
            continue
        starts, stops = borders[:-DAYS_PER_WEEK], borders[DAYS_PER_WEEK:]
        for what, bad in _badness(hourly(run), starts, stops).items():
            worst = int(bad.argmax())
            if what not in found or bad[worst] > found[what][0]:
                found[what] = (float(bad[worst]), Spell(number, starts[worst], stops[worst]))
    return {what: spell for what, (_, spell) in found.items()}


def _badness(table: pd.DataFrame, starts: list[int], stops: list[int]) -> dict[str, np.ndarray]:
    """Return how bad each stretch of hours is, in each of three ways: the higher, the worse."""
    above = np.vstack([np.zeros(table.shape[1]), table.to_numpy().cumsum(axis=0)])
    sums = pd.DataFrame(above[stops] - above[starts], columns=table.columns)
    return {
        "import": sums["import_mwh"].to_numpy(),
        "carbon": sums["operational_kg"].to_numpy(),
        "supply": -(sums["own_mwh"] / sums["load_mwh"].clip(lower=NOTHING_BELOW)).to_numpy(),
    }


def _borders_of_days(traces: Traces) -> list[int]:
    """Return the hours in which whole local days begin, and the one after the last."""
    day = traces.local_day
    borders = [0, *(np.flatnonzero(np.diff(day)) + 1).tolist(), len(day)]
    first = 0 if borders[1] - borders[0] >= _WHOLE_DAY_H else 1
    last = len(borders) if borders[-1] - borders[-2] >= _WHOLE_DAY_H else len(borders) - 1
    return borders[first:last]


def worst_month(study: Study) -> Month | None:
    """Return the month with most operational carbon of all years; None if there is too little."""
    found = [
        Month(number, months.index[worst], kg, _share(kg, whole_kg), 1 / len(months))
        for number, run in enumerate(study.years)
        if len(months := monthly_kg(study, run)["plan"]) > 1
        for worst in [int(months.to_numpy().argmax())]
        for kg, whole_kg in [(float(months.iloc[worst]), hourly(run)["operational_kg"].sum())]
    ]
    return max(found, key=lambda month: month.operational_kg, default=None)


def monthly_kg(study: Study, run: YearRun) -> pd.DataFrame:
    """Return operational carbon by local calendar month, of the plan and of doing nothing [kg].

    Months of which the planned year holds less than a day are left out.
    """
    traces = run.traces
    nothing = run.dispatch.assign(grid_mw=import_without_building_mw(study, traces))
    kg = traces.column("intensity_kg_per_mwh") * STEP_H
    local = local_time(study, traces).tz_localize(None)
    table = pd.DataFrame(
        {
            "plan": kg * charged_import_mw(traces, run.dispatch),
            "nothing": kg * charged_import_mw(traces, nothing),
        }
    )
    by_month = table.groupby(local.to_period("M").start_time)
    return by_month.sum()[(by_month.size() >= HOURS_PER_DAY).to_numpy()]


def longest_shortfall(study: Study) -> Spell | None:
    """Return the longest run of hours in which own supply and battery are less than the load.

    Returns:
        The first of the longest, of all planned years; None if there is no such hour.
    """
    found: Spell | None = None
    for number, run in enumerate(study.years):
        energy = run.dispatch
        own_mw = energy["solar_mw"] + energy["wind_mw"] + energy["discharge_mw"]
        is_short = (own_mw < energy["load_mw"] - NOTHING_BELOW).to_numpy()
        for start, stop in _runs(is_short):
            if found is None or stop - start > found.hours:
                found = Spell(number, start, stop)
    return found


def _runs(is_so: np.ndarray) -> Iterator[tuple[int, int]]:
    """Yield start and end of each run of hours in which something is so."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], is_so, [False]]).astype(int)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
