"""What a report is about: one scenario, its strategies side by side, and the replay of the best."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from dcsim.footprint.accounts import Footprint
from dcsim.optimize.plan import ROUNDING_MW, Certificate, Design
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

    `certificate` is None for `nothing`, which is not the result of an optimization.
    """

    strategy: str
    design: Design
    footprint: Footprint
    certificate: Certificate | None
    shadow_prices_kg: Mapping[str, float]

    @property
    def label(self) -> str:
        """Return the strategy's name for people."""
        return STRATEGY_LABELS[self.strategy]


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
class Study:
    """Everything one run found out.

    Attributes:
        scenario: What was asked, resolved.
        traces: What the world does.
        outcomes: `nothing` first, then each strategy as the scenario lists them.
        dispatch: Energy table of the last strategy's plan.
        replay: The replay of that plan under the scenario's policy.
        replay_footprint: What the replay costs the climate.
        agreement: How far replay and ledger are from the plan.
    """

    scenario: Scenario
    traces: Traces
    outcomes: tuple[Outcome, ...]
    dispatch: pd.DataFrame
    replay: SimulationResult
    replay_footprint: Footprint
    agreement: Agreement

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
