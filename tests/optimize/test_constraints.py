"""Every constraint of the model has an example that it alone makes, on two to four hours.

The examples, with their arithmetic, are in `test_constraints_load.py`, `_battery.py` and
`_limits.py`. Each is checked twice: the optimum is what the arithmetic says, and without its
constraint the optimum is lower, so that no example passes by accident.
"""

import inspect
from collections.abc import Callable

import pytest

from dcsim.optimize import accounts, limits, load, model
from dcsim.optimize import storage as battery_side
from dcsim.optimize.solve import optimize
from tests.optimize import test_constraints_battery as of_battery
from tests.optimize import test_constraints_limits as of_limits
from tests.optimize import test_constraints_load as of_load
from tests.optimize.examples import Example, recount

EXAMPLES: dict[str, Callable[[], Example]] = {
    example.__name__: example
    for example in (*of_load.EXAMPLES, *of_battery.EXAMPLES, *of_limits.EXAMPLES)
}

PLANNED = [name for name, example in EXAMPLES.items() if example().relaxed is None]


def test_no_constraint_lacks_an_example() -> None:
    """Every function of the model that adds a constraint is listed, and has an example.

    One with a leading underscore adds for those that call it, which are listed.
    """
    listed = {rule.__name__ for rule in model.CONSTRAINTS + model.BATTERY_CONSTRAINTS}
    source_of = {
        name: inspect.getsource(function)
        for room in (load, battery_side, limits, accounts)
        for name, function in inspect.getmembers(room, inspect.isfunction)
    }
    adding = {name for name, source in source_of.items() if "pyo.Constraint(" in source}
    for helper in {name for name in adding if name.startswith("_")}:
        callers = {name for name, text in source_of.items() if f"    {helper}(" in text}
        assert callers
        adding = adding - {helper} | callers
    assert listed == adding == set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_constraint_alone(name: str) -> None:
    example = EXAMPLES[name]()
    assert example.found() == pytest.approx(example.optimum)


@pytest.mark.parametrize("name", EXAMPLES)
def test_constraint_is_what_makes_the_example(name: str) -> None:
    """Without the constraint the same example has a lower optimum."""
    example = EXAMPLES[name]()
    assert example.found(without=name) < example.optimum - 1


@pytest.mark.parametrize("name", PLANNED)
def test_the_plan_of_each_example_counts_up_to_its_optimum(name: str) -> None:
    """The plan is certified, and its energy tables add up to its objective."""
    example = EXAMPLES[name]()
    plan = optimize(example.scenario, example.years)
    assert plan.certificate.objective == pytest.approx(example.optimum)
    assert plan.certificate.bound == pytest.approx(example.optimum)
    totals = recount(example.scenario, example.years, plan)
    asked = example.scenario.objective
    if asked.years == "all":
        counted = totals.cost_usd if asked.minimize == "cost" else totals.total_kg
        assert counted == pytest.approx(example.optimum)
