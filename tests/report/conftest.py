"""A study of two days, planned in milliseconds from traces written out by hand."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dcsim.grid.generation import Repair, Source
from dcsim.optimize.findings import Answers, BreakEven, DeadlineWorth, NearRange
from dcsim.report.prose_summary import executive_summary
from dcsim.report.study import Alternative, Study
from dcsim.run import study_of
from dcsim.scenario.spec import Scenario
from dcsim.scenario.years import Year
from dcsim.traces.frame import Traces, local_day_numbers
from tests.conftest import scenario_of, traces_of

WARNING = "The load of two weeks was filled"
SHA = "0123456789abcdef" * 4

StudyMaker = Callable[..., Study]

ANSWERS = Answers(
    ranges=(
        NearRange("solar_mw", 0.001, 9.5, 10.5),
        NearRange("solar_mw", 0.01, 8.0, 12.3),
        NearRange("wind_mw", 0.001, 12.0, 12.0),
        NearRange("wind_mw", 0.01, 12.0, 12.0),
        NearRange("battery_mwh", 0.001, 8.0, 9.0),
        NearRange("battery_mwh", 0.01, 3.0, 9.0),
        NearRange("battery_mw", 0.001, 5.0, None),
        NearRange("battery_mw", 0.01, 2.0, None),
        NearRange("extra_server_mw", 0.001, 0.0, 0.0),
        NearRange("extra_server_mw", 0.01, 0.0, 1.5),
    ),
    break_evens=(
        BreakEven("battery cells", "embodied.battery_kg_per_mwh", "kg/MWh", 104e3, True, 61e3),
        BreakEven("solar", "embodied.solar_kg_per_mwh", "kg/MWh", 48.0, False, 131.25),
        BreakEven("wind", "embodied.wind_kg_per_mwh", "kg/MWh", 11.5, False, None),
        BreakEven("extra servers", "cost.servers_usd_per_mw", "USD/MW", 9e6, True, None),
    ),
    deadlines=(DeadlineWorth("batch", 8, 321.4), DeadlineWorth("soon", 2, 0.5)),
)
"""Made by hand, so that every sentence about them is known."""


def _scenario(time_zone: str, parts: dict[str, Any]) -> Scenario:
    open_to_all = {"solar": {}, "wind": {}, "battery": {}, "servers": {}}
    datacenter = {
        "capacity_mw": 10,
        "time_zone": time_zone,
        "flexible": [{"name": "batch", "share_frac": 0.3, "deadline_h": 8}],
    }
    measured = {"grid": {"file": "grid.csv"}, "datacenter": datacenter}
    return scenario_of(**{**open_to_all, **measured, **parts})


def _traces(scenario: Scenario, start: str, hours: int, year: Year) -> Traces:
    """Sun in the middle of the UTC day, load before it, wind in a wave of 31 hours."""
    hour = np.arange(hours)
    traces = traces_of(
        scenario,
        load=year.load_frac * (9 + 2 * np.sin(2 * np.pi * (hour % 24) / 24)),
        intensity=year.intensity_frac * (400 - 150 * np.sin(np.pi * (hour % 24) / 24)),
        price=np.full(hours, 40.0),
        export_price=np.full(hours, scenario.cost.export_usd_per_mwh),
        solar=np.maximum(0.0, np.sin(2 * np.pi * (hour % 24 - 6) / 24)),
        wind=0.3 + 0.25 * np.sin(2 * np.pi * hour / 31),
    )
    index = pd.date_range(pd.Timestamp(start).as_unit("s"), periods=hours, freq="h", unit="s")
    sources = (
        Source("grid", "grid.csv", "made by hand", SHA, (Repair("interpolate", 3, "filled"),)),
        Source("load", "constant load", "10 MW IT, PUE 1", warnings=(WARNING,)),
    )
    days = local_day_numbers(index, scenario.datacenter.time_zone)
    name = year.name if scenario.planned_years else ""
    return Traces(traces.table.set_axis(index), days, sources, name, year.weight)


def make_study(
    *,
    start: str = "2022-07-14T05:00Z",
    hours: int = 48,
    time_zone: str = "America/Chicago",
    **parts: Any,
) -> Study:
    """Plan and replay every strategy over a few hours of each year, as a run does."""
    scenario = _scenario(time_zone, parts)
    years = scenario.planned_years or (Year(name="only"),)
    return study_of(scenario, [_traces(scenario, start, hours, year) for year in years])


@pytest.fixture(scope="session")
def study_maker() -> StudyMaker:
    """Give the function that plans small studies."""
    return make_study


@pytest.fixture(scope="session")
def two_days() -> Study:
    """Two days in July at a site in Chicago's time zone; wind and battery have tight limits."""
    return make_study(wind={"max_mw": 12}, battery={"max_mwh": 9, "depth_of_discharge": 0.9})


@pytest.fixture(scope="session")
def two_years() -> Study:
    """Two days that count three times, and the same on a cleaner grid with more load, for cost.

    2 MW of wind exist. Import and coverage have limits that hold the plan up.
    """
    return make_study(
        years=[
            {"name": "2019", "weight": 3},
            {"name": "2020", "intensity_frac": 0.6, "load_frac": 1.1},
        ],
        wind={"max_mw": 12, "existing_mw": 2},
        grid={"id": "ERCO:reference"},
        objective={"minimize": "cost"},
        limits={"coverage_frac": 0.7, "import_mw": 9, "export_mw": 2},
        cost={"demand_usd_per_mw_month": 100, "carbon_usd_per_t": 40, "export_usd_per_mwh": 5},
    )


def sentences(study: Study) -> list[str]:
    """Return the answers of the executive summary."""
    return [point.answer for point in executive_summary(study)]


def with_chosen(study: Study, **changes: Any) -> Study:
    """Return the study with some parts of its chosen outcome replaced."""
    *others, chosen = study.outcomes
    return replace(study, outcomes=(*others, replace(chosen, **changes)))


def described_as(study: Study, text: str) -> Study:
    """Return the study under another description of its scenario."""
    return replace(study, scenario=study.scenario.model_copy(update={"description": text}))


def in_first_year(study: Study, **changes: Any) -> Study:
    """Return the study with some parts of its first year replaced."""
    first, *others = study.years
    return replace(study, years=(replace(first, **changes), *others))


def objective_changed(study: Study, **changes: Any) -> Study:
    """The study as if another objective had been asked for."""
    objective = study.scenario.objective.model_copy(update=changes)
    return replace(study, scenario=study.scenario.model_copy(update={"objective": objective}))


def with_alternatives(study: Study, *aims: str) -> Study:
    """Return the study with answers, and for each aim renewables alone as a near-optimal plan."""
    near = study.outcomes[1]
    found = tuple(Alternative(aim, 0.01, near.design, near.footprint) for aim in aims)
    return replace(study, answers=ANSWERS, alternatives=found)
