"""One scenario through all rooms. Short enough to be the architecture diagram."""

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from dcsim.errors import InfeasibleError, SimulationError, explained
from dcsim.footprint.accounts import (
    Footprint,
    account,
    account_each,
    account_years,
    over_horizon,
)
from dcsim.footprint.objective import objective_of
from dcsim.optimize.alternatives import near_plans
from dcsim.optimize.answers import answers_of
from dcsim.optimize.plan import ROUNDING_MW, TINY_KG, Design, Plan, smallest_design
from dcsim.optimize.solve import optimize
from dcsim.report.data import write_data
from dcsim.report.folder import fresh_folder
from dcsim.report.reopen import read_study
from dcsim.report.study import (
    NOTHING,
    STRATEGY_LABELS,
    Agreement,
    Alternative,
    Outcome,
    Study,
    YearRun,
)
from dcsim.report.write import write_report
from dcsim.scenario.spec import Scenario
from dcsim.simulate.engine import simulate
from dcsim.simulate.meter import SimulationResult
from dcsim.traces.frame import Traces
from dcsim.traces.years import build_years

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
        DcsimError: Data is not whole, or the last strategy has no optimum; see `dcsim.errors`.
    """
    progress("reading grid and load")
    return study_of(scenario, build_years(scenario), progress)


def study_of(scenario: Scenario, years: Sequence[Traces], progress: Progress = _silent) -> Study:
    """Plan, replay and account for a scenario in years that are read already.

    Args:
        scenario: What is asked.
        years: What the world does in each planned year.
        progress: Told what is being done.

    Raises:
        DcsimError: The last strategy has no optimum; see `dcsim.errors`.
    """
    plans, infeasible = _plans(scenario, years, progress)
    plan = plans[-1]
    progress("replaying the plan")
    runs = tuple(
        YearRun(year, dispatch, _replayed(scenario, year, plan.design, dispatch))
        for year, dispatch in zip(years, plan.dispatches, strict=True)
    )
    outcomes = (
        do_nothing(scenario, years),
        *(outcome_of(scenario, years, plan) for plan in plans),
    )
    return checked_study(scenario, runs, outcomes, plan, infeasible, progress)


def _plans(
    scenario: Scenario, years: Sequence[Traces], progress: Progress
) -> tuple[list[Plan], dict[str, str]]:
    """Plan each strategy; of those that cannot keep the limits, say why. The last one must."""
    plans: list[Plan] = []
    infeasible: dict[str, str] = {}
    for strategy in scenario.strategies:
        progress(f"planning: {STRATEGY_LABELS[strategy].lower()}")
        try:
            plans.append(optimize(scenario, years, strategy))
        except InfeasibleError as error:
            if strategy == scenario.strategies[-1]:
                raise
            infeasible[strategy] = str(error)
    return plans, infeasible


def _replayed(
    scenario: Scenario, year: Traces, design: Design, dispatch: pd.DataFrame
) -> SimulationResult:
    return simulate(scenario, year, design, scenario.simulation.policy, dispatch)


def checked_study(
    scenario: Scenario,
    runs: tuple[YearRun, ...],
    outcomes: tuple[Outcome, ...],
    plan: Plan,
    infeasible: Mapping[str, str],
    progress: Progress = _silent,
) -> Study:
    """Put a study together, once replay, ledger and optimum are seen to agree.

    Raises:
        SimulationError: They do not.
    """
    years = [run.traces for run in runs]
    energies = [run.replay.energy for run in runs]
    replayed = account_each(scenario, years, plan.design, energies)
    agreement = agreement_of(scenario, runs, outcomes[-1], replayed)
    require_agreement(agreement, follows_plan=scenario.simulation.policy == "follow_plan")
    return Study(
        scenario=scenario,
        years=runs,
        outcomes=outcomes,
        replay_footprint=over_horizon(replayed, years),
        without_foresight=without_foresight(scenario, years, plan.design),
        agreement=agreement,
        infeasible=infeasible,
        answers=answers_of(scenario, years, plan, progress) if scenario.answers else None,
        alternatives=alternatives_of(scenario, years, plan, progress) if scenario.answers else (),
    )


def without_foresight(scenario: Scenario, years: Sequence[Traces], design: Design) -> Footprint:
    """Return what a design costs if its policy knows the present hour only."""
    energies = [simulate(scenario, year, design, "greedy").energy for year in years]
    return account_years(scenario, years, design, energies)


def alternatives_of(
    scenario: Scenario, years: Sequence[Traces], plan: Plan, progress: Progress = _silent
) -> tuple[Alternative, ...]:
    """Return the plans that are nearly as good, with what they cost."""
    return tuple(
        Alternative(
            near.aim,
            near.tolerance_frac,
            near.design,
            account_years(scenario, years, near.design, near.dispatches),
        )
        for near in near_plans(scenario, years, plan, progress)
    )


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


def replay_under(study: Study, policy: str, year: int = 0) -> tuple[SimulationResult, Footprint]:
    """Replay a study's chosen design under another policy, and account for it.

    Args:
        study: A finished study.
        policy: `follow_plan`, `greedy` or `none`.
        year: Number of the planned year.
    """
    design, run = study.chosen.design, study.years[year]
    result = simulate(study.scenario, run.traces, design, policy, run.dispatch)
    return result, account(study.scenario, run.traces, design, result.energy)


def do_nothing(scenario: Scenario, years: Sequence[Traces]) -> Outcome:
    """Return what happens if nothing is built beyond what exists, and no work is shifted."""
    design = smallest_design(scenario)
    energies = [simulate(scenario, year, design, "none").energy for year in years]
    by_year = account_each(scenario, years, design, energies)
    return Outcome(NOTHING, design, over_horizon(by_year, years), None, by_year=by_year)


def outcome_of(scenario: Scenario, years: Sequence[Traces], plan: Plan) -> Outcome:
    """Return a plan's design with its ledger and certificate."""
    by_year = account_each(scenario, years, plan.design, plan.dispatches)
    return Outcome(
        strategy=plan.strategy,
        design=plan.design,
        footprint=over_horizon(by_year, years),
        certificate=plan.certificate,
        shadow_prices=plan.shadow_prices,
        binding_hours=plan.binding_hours,
        by_year=by_year,
    )


def agreement_of(
    scenario: Scenario,
    runs: Sequence[YearRun],
    planned: Outcome,
    replayed: Sequence[Footprint],
) -> Agreement:
    """Return how far the replay is from the plan, and the ledger from the solver's optimum."""
    years = [run.traces for run in runs]
    in_plan, in_replay = (
        objective_of(scenario.objective, years, parts) for parts in (planned.by_year, replayed)
    )
    optimum = planned.certificate.objective if planned.certificate is not None else in_plan
    return Agreement(
        largest_difference_mw=max(_largest_difference(run) for run in runs),
        total_difference_frac=relative_difference(in_replay, in_plan),
        ledger_difference_frac=relative_difference(in_plan, optimum),
    )


def _largest_difference(run: YearRun) -> float:
    return float((run.replay.energy - run.dispatch).abs().to_numpy().max())


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
