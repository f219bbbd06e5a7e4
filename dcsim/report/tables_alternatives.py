"""The tables of alternatives: what each gives up against the plan, and the near-optimal ones."""

from dcsim.report.prose import built
from dcsim.report.prose_alternatives import label_of
from dcsim.report.study import Study
from dcsim.report.tables import (
    TONNES,
    Compared,
    Table,
    change,
    measures,
    period_head,
    side_by_side,
    table_of,
)

_GIVEN_UP = (
    f"Total carbon [{TONNES}]",
    "Cost [million USD]",
    "Capital [million USD]",
    "Coverage by own supply",
    "Highest import [MW]",
)
"""What a planner weighs one design against another by, of all that is told of them."""


def give_up_table(study: Study) -> Table:
    """Return by how much every alternative differs from the plan."""
    weighed = [measure for measure in measures(study) if measure[0] in _GIVEN_UP]
    plan = ("The plan", _design(study.chosen), *(w(v(study.chosen)) for _, v, w in weighed))
    others = [
        (
            label,
            _design(other),
            *(change(value(other) - value(study.chosen), write) for _, value, write in weighed),
        )
        for label, other in _others(study)
    ]
    return table_of(
        "give-up",
        "What each alternative gives up or gains: the plan's own figures first, below them the "
        f"difference from it, {period_head(study)}",
        [("", False), ("Builds", False), *((name, True) for name, *_ in weighed)],
        [plan, *others],
    )


def _others(study: Study) -> list[tuple[str, Compared]]:
    """Return every other outcome and every near-optimal plan, with what each is called."""
    outcomes: list[tuple[str, Compared]] = [(o.label, o) for o in study.outcomes[:-1]]
    return outcomes + [(label_of(found), found) for found in study.alternatives]


def _design(compared: Compared) -> str:
    return "; ".join(part.removeprefix("a ") for part in built(compared)) or "nothing"


def near_table(study: Study) -> Table | None:
    """Return the near-optimal plans beside the plan, or None if there are none."""
    if not study.alternatives:
        return None
    compared: list[Compared] = [study.chosen, *study.alternatives]
    labels = ["The plan", *(label_of(found) for found in study.alternatives)]
    return table_of(
        "near",
        f"The plan and its near-optimal alternatives side by side, {period_head(study)}",
        [("", False), *((label, True) for label in labels)],
        side_by_side(study, compared),
    )
