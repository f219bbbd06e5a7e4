"""One scenario through all rooms. Short enough to be the architecture diagram."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from dcsim.errors import SimulationError, explained
from dcsim.footprint.accounts import Footprint, account
from dcsim.optimize.plan import ROUNDING_MW, TINY_KG, Plan, smallest_design
from dcsim.optimize.solve import optimize
from dcsim.report.folder import fresh_folder, write_data
from dcsim.report.reopen import read_study
from dcsim.report.study import NOTHING, STRATEGY_LABELS, Agreement, Outcome, Study
from dcsim.report.write import write_report
from dcsim.scenario.spec import Scenario
from dcsim.simulate.engine import simulate
from dcsim.simulate.meter import SimulationResult
from dcsim.traces.frame import Traces, build_traces

SAME_TOTAL_FRAC = 1e-6
"""A study whose totals of plan, replay and ledger differ by more is refused [-]. They agree to
1e-9 on every shipped scenario, which tests hold; the solver's tolerance allows a little more."""

Progress = Callable[[str], None]
"""Called with a line for people whenever a new step begins."""


def _silent(step: str) -> None:
    """Show no progress."""


def run_scenario(scenario: Scenario, progress: Progress = _silent) -> Study:
    """Plan every strategy of a scenario, replay the last one, and account for all.

    Args:
        scenario: What is asked.
        progress: Told what is being done, for a progress display.

    Raises:
        DcsimError: Data is not whole, or there is no optimum; see `dcsim.errors`.
    """
    progress("reading grid and load")
    traces = build_traces(scenario)
    outcomes = [do_nothing(scenario, traces)]
    for strategy in scenario.strategies:
        progress(f"planning: {STRATEGY_LABELS[strategy].lower()}")
        plan = optimize(scenario, traces, strategy)
        outcomes.append(outcome_of(scenario, traces, plan))
    progress("replaying the plan")
    policy = scenario.simulation.policy
    replay = simulate(scenario, traces, plan.design, policy, plan.dispatch)
    replayed = account(scenario, traces, plan.design, replay.energy)
    agreement = agreement_of(plan, outcomes[-1].footprint, replay.energy, replayed)
    require_agreement(agreement, follows_plan=policy == "follow_plan")
    return Study(scenario, traces, tuple(outcomes), plan.dispatch, replay, replayed, agreement)


def plan_to_folder(scenario: Scenario, folder: Path, progress: Progress = _silent) -> Study:
    """Run a scenario and leave the run folder: all of it, or none.

    Args:
        scenario: What is asked.
        folder: Where the run goes; an older run there is replaced once the new one is whole.
        progress: Told what is being done.

    Raises:
        DcsimError: See `dcsim.errors`; the folder is then as it was before.
    """
    seconds: dict[str, float] = {}
    with fresh_folder(folder) as working:
        start = time.perf_counter()
        study = run_scenario(scenario, progress)
        seconds["planning and replay"] = time.perf_counter() - start
        progress("drawing figures and writing the report")
        with explained(folder):
            write_report(study, working)
            seconds["report"] = time.perf_counter() - start - seconds["planning and replay"]
            write_data(study, working, seconds)
    return study


def rewrite_report(folder: Path, progress: Progress = _silent) -> Study:
    """Draw the figures and write the report of a run folder again.

    Raises:
        DcsimError: The folder is no run, is damaged, or cannot be written; it is then as before.
    """
    progress("reading the run")
    study = read_study(folder)
    with fresh_folder(folder, is_copy=True) as working:
        progress("drawing figures and writing the report")
        with explained(folder):
            shutil.copytree(folder, working, dirs_exist_ok=True)
            write_report(study, working)
    return study


def replay_under(study: Study, policy: str) -> tuple[SimulationResult, Footprint]:
    """Replay a study's chosen design under another policy, and account for it.

    Args:
        study: A finished study.
        policy: `follow_plan`, `greedy` or `none`.
    """
    design = study.chosen.design
    result = simulate(study.scenario, study.traces, design, policy, study.dispatch)
    return result, account(study.scenario, study.traces, design, result.energy)


def do_nothing(scenario: Scenario, traces: Traces) -> Outcome:
    """Return what happens if nothing is built beyond what exists, and no work is shifted."""
    design = smallest_design(scenario)
    energy = simulate(scenario, traces, design, "none").energy
    return Outcome(NOTHING, design, account(scenario, traces, design, energy), None, {})


def outcome_of(scenario: Scenario, traces: Traces, plan: Plan) -> Outcome:
    """Return a plan's design with its ledger and certificate."""
    footprint = account(scenario, traces, plan.design, plan.dispatch)
    return Outcome(plan.strategy, plan.design, footprint, plan.certificate, plan.shadow_prices)


def agreement_of(
    plan: Plan, planned: Footprint, replayed_energy: pd.DataFrame, replayed: Footprint
) -> Agreement:
    """Return how far the replay is from the plan, and the ledger from the solver's optimum."""
    difference = (replayed_energy - plan.dispatch).abs()
    return Agreement(
        largest_difference_mw=float(difference.to_numpy().max()),
        total_difference_frac=relative_difference(replayed.total_kg, planned.total_kg),
        ledger_difference_frac=relative_difference(planned.total_kg, plan.certificate.objective),
    )


def relative_difference(one: float, other: float) -> float:
    """Return `one / other - 1`, and 0 where both are nothing (below a gram) [-]."""
    if max(abs(one), abs(other)) < TINY_KG:
        return 0.0
    return one / other - 1 if other else float("inf")


def require_agreement(agreement: Agreement, *, follows_plan: bool) -> None:
    """Refuse a study whose ledger is not the optimum, or whose replay of the plan is not the plan.

    Raises:
        SimulationError: By how much they differ, and what is allowed.
    """
    ledger, total = agreement.ledger_difference_frac, agreement.total_difference_frac
    if abs(ledger) > SAME_TOTAL_FRAC:
        raise SimulationError(f"the ledger differs from the optimum by {ledger:.3g}, relative")
    cell_mw = agreement.largest_difference_mw
    if follows_plan and (cell_mw > ROUNDING_MW or abs(total) > SAME_TOTAL_FRAC):
        raise SimulationError(
            f"the replay differs from the plan by {cell_mw:.3g} MW and {total:.3g} of the total; "
            f"at most {ROUNDING_MW:g} MW and {SAME_TOTAL_FRAC:g} are allowed"
        )
