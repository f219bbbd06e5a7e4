"""The table of own supply: the yearly yield of solar and wind, and what a MWh of each costs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from dcsim.optimize.plan import ROUNDING_MW
from dcsim.report.numbers import DASH, percent, rounded
from dcsim.report.study import Study, YearRun
from dcsim.report.tables import Table, table_of
from dcsim.report.views import used_mw
from dcsim.scenario.costs import costs_of
from dcsim.scenario.spec import Scenario
from dcsim.traces.bands import short
from dcsim.traces.frame import Traces
from dcsim.traces.yields import PlantYield


@dataclass(frozen=True)
class Supply:
    """A plant that exists or may be built, in one planned year or in several alike.

    Attributes:
        name: Such as `Solar`, with the years where they differ.
        found: Its yield.
        usd_per_mwh: Of what is available: capital over its life, fixed and variable upkeep
            [USD/MWh].
        years: Names of the years that have this yield.
        used_frac: Share of what is available in them that is not curtailed; None if none is
            built [-].
    """

    name: str
    found: PlantYield
    usd_per_mwh: float
    years: tuple[str, ...] = ()
    used_frac: float | None = None

    @property
    def yield_in_words(self) -> str:
        """Return the yield, with its hours if they are no year."""
        text = short(self.found.yield_frac)
        return text if self.found.is_of_a_year else f"{text} in {self.found.hours:,} h"

    @property
    def band_in_words(self) -> str:
        """Return the plausible band, and whether the yield is outside; a dash if not of a year."""
        if not self.found.is_of_a_year:
            return DASH
        return f"{self.found.band}{'' if self.found.is_plausible else ': outside'}"

    @property
    def basis_in_words(self) -> str:
        """Return what the yield rests on, and that it is borrowed if it is."""
        return f"{self.found.basis}{', borrowed' if self.found.borrowed else ''}"

    @property
    def usd_per_used_mwh(self) -> float | None:
        """Return the cost of a MWh that is used; None if none is [USD/MWh]."""
        return self.usd_per_mwh / self.used_frac if self.used_frac else None


def supplies_of_study(study: Study) -> list[Supply]:
    """Return own solar and wind of a study, with how much of each the chosen plan uses."""
    runs = {run.traces.name: run for run in study.years}
    found = supplies(study.scenario, [run.traces for run in study.years])
    return [
        replace(
            one, used_frac=_used_frac(study, one.found.fuel, [runs[name] for name in one.years])
        )
        for one in found
    ]


def supplies(scenario: Scenario, years: Sequence[Traces]) -> list[Supply]:
    """Return own solar and wind, one for all years that have the same yield.

    Args:
        scenario: Gives the costs.
        years: What the world does, in each planned year.
    """
    costs = costs_of(scenario)
    return [
        Supply(
            f"{found.fuel.capitalize()}{'' if is_one else ', ' + ', '.join(names)}",
            found,
            costs.own_usd_per_mwh(found.fuel, found.yield_frac),
            tuple(names),
        )
        for found, names, is_one in _distinct(years)
    ]


def _distinct(years: Iterable[Traces]) -> Iterator[tuple[PlantYield, list[str], bool]]:
    """Yield each yield once, with its years and whether it is the only one of its fuel."""
    names: dict[PlantYield, list[str]] = {}
    for year in years:
        for found in year.yields:
            names.setdefault(found, []).append(year.name)
    fuels = [found.fuel for found in names]
    for found in sorted(names, key=lambda one: one.fuel):
        yield found, names[found], fuels.count(found.fuel) == 1


def _used_frac(study: Study, fuel: str, runs: Iterable[YearRun]) -> float | None:
    if study.chosen.design.as_dict()[f"{fuel}_mw"] < ROUNDING_MW:
        return None
    available = used = 0.0
    for run in runs:
        available += run.traces.weight * float(run.dispatch[f"{fuel}_mw"].sum())
        used += run.traces.weight * float(used_mw(run.dispatch)[fuel].sum())
    return used / available if available else None


HEAD = ("", "Yearly yield", "Plausible", "USD/MWh", "Used", "USD/MWh used", "Rests on")
"""The columns: in the report and in the terminal."""


def supply_rows(found: Iterable[Supply]) -> list[tuple[str, ...]]:
    """Return the rows of the table of own supply."""
    return [
        (
            one.name,
            one.yield_in_words,
            one.band_in_words,
            rounded(one.usd_per_mwh),
            DASH if one.used_frac is None else percent(one.used_frac),
            DASH if one.usd_per_used_mwh is None else rounded(one.usd_per_used_mwh),
            one.basis_in_words,
        )
        for one in found
    ]


def supply_table(study: Study) -> Table | None:
    """Return yield and cost of own solar and wind; None if neither exists or may be built."""
    return table_of_supplies(supplies_of_study(study))


def table_of_supplies(found: Sequence[Supply]) -> Table | None:
    """Return supplies as a table; None if there are none."""
    if not found:
        return None
    caption = (
        "Own supply: yield and cost of a MWh. Cost is capital over life and upkeep of what is "
        "built new, over what it makes available; what is curtailed costs as much"
    )
    numeric = (False, True, True, True, True, True, False)
    return table_of("supply", caption, tuple(zip(HEAD, numeric, strict=True)), supply_rows(found))
