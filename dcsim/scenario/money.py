"""What things cost, and what the plan minimizes."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from dcsim.scenario.part import Fraction, NonNegative, Part, Positive

Minimize = Literal["carbon", "cost", "weighted", "lexicographic"]


class TimeOfUse(Part):
    """A price for some hours of the day, in local time; the last that fits an hour holds."""

    from_hour: Annotated[int, Field(strict=True, ge=0, le=23)] = 0
    """First hour of the day [h]."""
    to_hour: Annotated[int, Field(strict=True, ge=1, le=24)] = 24
    """Hour of the day it ends before; at or below `from_hour` it runs over midnight [h]."""
    months: tuple[Annotated[int, Field(strict=True, ge=1, le=12)], ...] = ()
    """Months of the year, 1 to 12; all if left out."""
    days: Literal["all", "weekdays", "weekend"] = "all"
    """Days of the week; weekdays are Monday to Friday. Over midnight, each hour counts to its own
    day and month."""
    usd_per_mwh: NonNegative
    """Price of energy [USD/MWh]."""


class Cost(Part):
    """Money: prices, and figures of your own in place of those of the shipped table."""

    level: Literal["low", "mid", "high"] = "mid"
    """Which column of the table in `dcsim/scenario/cost_figures.py` to take."""
    energy_usd_per_mwh: NonNegative | None = None
    """Price of grid energy, the same every hour; the table's if no price is given [USD/MWh]."""
    energy_file: Path | None = None
    """Or a file of hourly prices (CSV or Parquet: a column of stamps and one of USD/MWh)."""
    time_of_use: tuple[TimeOfUse, ...] = ()
    """Or prices by time of use; hours that none fits have `energy_usd_per_mwh`."""
    export_usd_per_mwh: NonNegative = 0.0
    """Price paid for exported energy [USD/MWh]."""
    export_file: Path | None = None
    """Or a file of hourly prices paid for exported energy."""
    demand_usd_per_mw_month: NonNegative = 0.0
    """Charge on the highest import of each local calendar month [USD/MW and month]."""
    carbon_usd_per_t: NonNegative = 0.0
    """Price paid on all carbon, operational and embodied; a part of cost [USD/t CO2e]."""
    discount_frac: Fraction | None = None
    """Instead of the table's: real discount rate [1/year]."""
    solar_usd_per_mw: NonNegative | None = None
    """Instead of the table's: capital cost of solar [USD/MW]."""
    wind_usd_per_mw: NonNegative | None = None
    """Instead of the table's: capital cost of wind [USD/MW]."""
    battery_usd_per_mwh: NonNegative | None = None
    """Instead of the table's: capital cost of battery energy [USD/MWh]."""
    battery_usd_per_mw: NonNegative | None = None
    """Instead of the table's: capital cost of battery power [USD/MW]."""
    servers_usd_per_mw: NonNegative | None = None
    """Instead of the table's: capital cost of servers, per MW of IT power [USD/MW]."""
    solar_fixed_usd_per_mw_year: NonNegative | None = None
    """Instead of the table's: fixed upkeep of solar [USD/MW a year]."""
    wind_fixed_usd_per_mw_year: NonNegative | None = None
    """Instead of the table's: fixed upkeep of wind [USD/MW a year]."""
    battery_fixed_usd_per_mwh_year: NonNegative | None = None
    """Instead of the table's: fixed upkeep of battery energy [USD/MWh a year]."""
    battery_fixed_usd_per_mw_year: NonNegative | None = None
    """Instead of the table's: fixed upkeep of battery power, beside that of its energy; a figure
    per MW that covers the whole battery goes with `battery_fixed_usd_per_mwh_year: 0`
    [USD/MW a year]."""
    servers_fixed_usd_per_mw_year: NonNegative | None = None
    """Instead of the table's: fixed upkeep of servers, per MW of IT power [USD/MW a year]."""
    solar_variable_usd_per_mwh: NonNegative | None = None
    """Instead of the table's: upkeep of solar, per MWh generated [USD/MWh]."""
    wind_variable_usd_per_mwh: NonNegative | None = None
    """Instead of the table's: upkeep of wind, per MWh generated [USD/MWh]."""
    battery_variable_usd_per_mwh: NonNegative | None = None
    """Instead of the table's: upkeep of the battery, per MWh discharged [USD/MWh]."""
    solar_life_years: Positive | None = None
    """Instead of the table's: years solar is paid for over [years]."""
    wind_life_years: Positive | None = None
    """Instead of the table's: years wind is paid for over [years]."""

    @model_validator(mode="after")
    def _one_price(self) -> Self:
        is_flat = self.energy_usd_per_mwh is not None
        if self.energy_file is not None and (self.time_of_use or is_flat):
            raise ValueError("give energy_file, or energy_usd_per_mwh and time_of_use, not both")
        if self.export_file is not None and self.export_usd_per_mwh:
            raise ValueError("give export_file or export_usd_per_mwh, not both")
        return self


class Objective(Part):
    """What the plan makes as small as it can."""

    minimize: Minimize = "carbon"
    """Total carbon; cost; cost with each tonne of carbon counted at `carbon_usd_per_t`; or the
    least carbon first, then the least cost that comes within `slack_frac` of it."""
    carbon_usd_per_t: Positive | None = None
    """What a tonne counts in the weighted objective, beside any price paid [USD/t CO2e]."""
    slack_frac: NonNegative = 0.001
    """How far total carbon may be above its least in the lexicographic objective [-]."""
    years: Literal["all", "worst"] = "all"
    """With several years: their sum, or the worst of them, per year."""

    @model_validator(mode="after")
    def _weight_fits(self) -> Self:
        if (self.minimize == "weighted") != (self.carbon_usd_per_t is not None):
            raise ValueError("carbon_usd_per_t goes with minimize: weighted, and only with it")
        is_own_slack = self.slack_frac != type(self).model_fields["slack_frac"].default
        if is_own_slack and self.minimize != "lexicographic":
            raise ValueError("slack_frac goes with minimize: lexicographic, and only with it")
        return self


class Solver(Part):
    """How long the solver may take, and what a plan is worth that is not proven optimal."""

    time_limit_s: Positive | None = None
    """Most time for each solve; no limit if left out. Where no plan keeps the limits, also the most
    time for proving on all hours by how much they would have to give; 20 s if left out [s]."""
    accept_incumbent: bool = False
    """At the time limit, take the best plan found with its proven bound, flagged; off: refuse."""

    @model_validator(mode="after")
    def _has_a_limit(self) -> Self:
        if self.accept_incumbent and self.time_limit_s is None:
            raise ValueError("accept_incumbent needs a time_limit_s")
        return self
