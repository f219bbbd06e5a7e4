"""What a report is about: one scenario, its strategies side by side, and the replay of the best."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from dcsim.errors import ScenarioError
from dcsim.footprint.accounts import Footprint
from dcsim.optimize.findings import Answers
from dcsim.optimize.plan import ROUNDING_MW, Certificate, Design
from dcsim.report.folder import versions
from dcsim.scenario.spec import Scenario
from dcsim.simulate.meter import SimulationResult
from dcsim.traces.frame import Traces

NOTHING = "nothing"
"""Name of the outcome in which nothing is built beyond what exists, and no work is shifted."""

STRATEGY_LABELS = {
    NOTHING: "Do nothing",
    "renewables": "Renewables",
    "renewables_battery": "Renewables + battery",
    "renewables_shifting": "Renewables + shifting",
    "all": "All together",
}
"""How each outcome is called in reports."""


@dataclass(frozen=True)
class Outcome:
    """One strategy's design and what it costs the climate.

    Attributes:
        strategy: Which options were open.
        design: What is built.
        footprint: What it costs over the whole horizon.
        certificate: What was proved; None for `nothing`, which is not the result of an
            optimization.
        shadow_prices: See `Plan`.
        binding_hours: See `Plan`.
        by_year: What it costs in each planned year, by itself.
    """

    strategy: str
    design: Design
    footprint: Footprint
    certificate: Certificate | None
    shadow_prices: Mapping[str, float] = field(default_factory=dict)
    binding_hours: Mapping[str, int] = field(default_factory=dict)
    by_year: tuple[Footprint, ...] = ()

    @property
    def label(self) -> str:
        """Return the strategy's name for people."""
        return STRATEGY_LABELS[self.strategy]


@dataclass(frozen=True)
class Alternative:
    """A plan of the chosen strategy that is nearly as good, and has the least of something.

    Attributes:
        aim: What there is least of; see `dcsim.optimize.findings.NearPlan`.
        tolerance_frac: How far its objective may be above the best [-].
        design: What is built.
        footprint: What it costs over the whole horizon.
    """

    aim: str
    tolerance_frac: float
    design: Design
    footprint: Footprint


@dataclass(frozen=True)
class Agreement:
    """How far the replay is from the plan."""

    largest_difference_mw: float
    """Largest difference of any cell of the two energy tables [MW, MWh]."""
    total_difference_frac: float
    """Total of the replay over the plan's, minus 1 [-]."""
    ledger_difference_frac: float
    """Total of the plan's ledger over the optimum the solver reports, minus 1 [-]."""


@dataclass(frozen=True)
class YearRun:
    """One planned year: what the world does, the plan's energy table, and its replay."""

    traces: Traces
    dispatch: pd.DataFrame
    replay: SimulationResult


@dataclass(frozen=True)
class Study:
    """Everything one run found out.

    Attributes:
        scenario: What was asked, resolved.
        years: Each planned year of the last strategy's plan; most studies have one.
        outcomes: `nothing` first, then each strategy as the scenario lists them.
        replay_footprint: What the replay costs the climate, over all years.
        without_foresight: What the design costs over all years if nobody knows what comes: no work
            is shifted, the battery takes what is left over and gives what is missing.
        agreement: How far replay and ledger are from the plan.
        infeasible: Strategies that cannot keep the limits, with the reason.
        answers: Near-optimal ranges and break-evens, if asked for.
        alternatives: Near-optimal plans, if asked for.
        versions: Of what planned it.
    """

    scenario: Scenario
    years: tuple[YearRun, ...]
    outcomes: tuple[Outcome, ...]
    replay_footprint: Footprint
    without_foresight: Footprint
    agreement: Agreement
    infeasible: Mapping[str, str] = field(default_factory=dict)
    answers: Answers | None = None
    alternatives: tuple[Alternative, ...] = ()
    versions: Mapping[str, str] = field(default_factory=versions)

    @property
    def traces(self) -> Traces:
        """Return what the world does in the first year, the one shown in full."""
        return self.years[0].traces

    @property
    def dispatch(self) -> pd.DataFrame:
        """Return the plan's energy table of the first year."""
        return self.years[0].dispatch

    @property
    def replay(self) -> SimulationResult:
        """Return the replay of the first year."""
        return self.years[0].replay

    def number_of_year(self, name: str | None) -> int:
        """Return the number of a planned year by its name, the first if none is given.

        Raises:
            ScenarioError: No year has that name; lists those there are.
        """
        names = [run.traces.name for run in self.years]
        if name is None:
            return 0
        if name not in names:
            known = ", ".join(filter(None, names)) or "none, it plans one horizon"
            raise ScenarioError(f"there is no year {name!r} in this study; known are {known}")
        return names.index(name)

    @property
    def horizon_hours(self) -> int:
        """Return the length of the horizon, each year by its weight [h]."""
        return round(sum(run.traces.weight * run.traces.hours for run in self.years))

    @property
    def objective_unit(self) -> str:
        """Return the unit of what was minimized, as people write it: kg or USD."""
        certificate = self.chosen.certificate
        return "USD" if certificate is not None and certificate.unit == "USD" else "kg"

    @property
    def nothing(self) -> Outcome:
        """Return the outcome of doing nothing."""
        return self.outcomes[0]

    @property
    def is_fair(self) -> bool:
        """Tell whether doing nothing serves all its load, so that savings against it mean much."""
        return self.nothing.footprint.scores.unserved_mwh <= ROUNDING_MW

    @property
    def chosen(self) -> Outcome:
        """Return the outcome that is replayed and shown in full: the last strategy."""
        return self.outcomes[-1]
