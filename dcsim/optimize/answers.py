"""What else a planner asks of a plan, found by solving its program again and again."""

from collections.abc import Callable, Sequence

from dcsim.optimize.findings import Answers
from dcsim.optimize.plan import Plan
from dcsim.scenario.spec import Scenario
from dcsim.traces.frame import Traces

Progress = Callable[[str], None]


def answers_of(
    scenario: Scenario, traces: Traces | Sequence[Traces], plan: Plan, progress: Progress
) -> Answers:
    """Find near-optimal ranges, break-evens and the worth of longer deadlines."""
    return Answers()
