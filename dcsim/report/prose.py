"""Words that several parts of a report share, and sentences of its sections."""

from collections.abc import Callable, Iterable

from dcsim.footprint.ledger import EMBODIED, OPERATIONAL
from dcsim.footprint.objective import measured
from dcsim.report.numbers import (
    CO2E,
    NOTHING_BELOW,
    percent,
    period,
    rounded,
    scientific,
    tonnes,
    with_unit,
)
from dcsim.report.study import NOTHING, STRATEGY_LABELS, Alternative, Outcome, Study
from dcsim.report.views import moved_mwh
from dcsim.units import USD_PER_MILLION

_AGREES_MW = 1e-6
_AGREES_FRAC = 1e-9
LEAST_TOLD_FRAC = 1e-3
"""A smaller change than this is told as none [-]."""


def in_tonnes(kg: float) -> str:
    """Return kilograms as tonnes, with the unit [kg to t]."""
    return with_unit(tonnes(kg), f"t {CO2E}")


def built(outcome: Outcome | Alternative) -> list[str]:
    """Return the parts of a design in words, leaving out what is not built."""
    design = outcome.design
    battery = f"a battery of {with_unit(rounded(design.battery_mwh), 'MWh')}"
    if design.battery_mw > NOTHING_BELOW:
        battery += f" and {with_unit(rounded(design.battery_mw), 'MW')}"
    parts = (
        (design.solar_mw, f"{with_unit(rounded(design.solar_mw), 'MW')} of solar"),
        (design.wind_mw, f"{with_unit(rounded(design.wind_mw), 'MW')} of wind"),
        (design.battery_mwh, battery),
        (
            design.extra_server_mw,
            f"servers for {with_unit(rounded(design.extra_server_mw), 'MW')} beyond the peak load",
        ),
    )
    return [text for amount, text in parts if amount > NOTHING_BELOW]


def listed(parts: list[str]) -> str:
    """Join words into a list: `a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def where_it_comes_from(study: Study) -> str:
    """Return what the plan's carbon is from, and how much of the load its own supply covers."""
    footprint = study.chosen.footprint
    operational, embodied = (footprint.ledger.total_kg(s) for s in (OPERATIONAL, EMBODIED))
    return (
        f"Of its carbon, {in_tonnes(operational)} come from grid power still imported and "
        f"{in_tonnes(embodied)} from making what is built. Own supply covers "
        f"{percent(footprint.scores.coverage_frac)} of the load; the carbon-free share of all "
        f"power used is {percent(footprint.scores.cfe_frac)}."
    )


def in_usd(usd: float) -> str:
    """Return dollars with the unit, large sums in millions."""
    if abs(usd) < USD_PER_MILLION:
        return with_unit(rounded(usd, 4), "USD")
    return with_unit(rounded(usd / USD_PER_MILLION, 4), "million USD")


def what_options_add(study: Study) -> list[str]:
    """Say what battery and shifting each take off what renewables alone leave, if planned."""
    by_name = {
        outcome.strategy: outcome for outcome in study.outcomes if outcome.strategy != NOTHING
    }
    base = by_name.get("renewables")
    if base is None:
        return []
    options = (
        ("renewables_battery", "a battery"),
        ("renewables_shifting", "shifting work in time"),
        ("all", "doing both" if len(by_name) > 2 else "a battery and shifting work in time"),
    )
    told = [
        f"{words} {_takes_off(study, base, by_name[name])}"
        for name, words in options
        if name in by_name
    ]
    if not told:
        return []
    amount, write = _what_counts(study)
    return [f"On top of solar and wind alone ({write(amount(base))}), {listed(told)}."]


def _what_counts(study: Study) -> tuple[Callable[[Outcome], float], Callable[[float], str]]:
    """Return what strategies are told apart by, of an outcome, and how that is written."""
    asked = study.scenario.objective
    if asked.minimize in ("carbon", "lexicographic"):
        return (lambda outcome: outcome.footprint.total_kg), in_tonnes
    return (lambda outcome: measured(asked, outcome.footprint)), in_usd


def _takes_off(study: Study, base: Outcome, outcome: Outcome) -> str:
    amount, write = _what_counts(study)
    less = amount(base) - amount(outcome)
    frac = less / abs(amount(base)) if amount(base) else 0.0
    if abs(frac) < LEAST_TOLD_FRAC:
        return "saves nothing more"
    return f"{'saves a further' if less > 0 else 'adds'} {write(abs(less))} ({percent(abs(frac))})"


def impossible_in_words(infeasible: Iterable[tuple[str, str]]) -> list[str]:
    """Return why some strategies cannot keep the limits, a sentence or more for each."""
    return [
        f"{why.replace(f'strategy {strategy}', f'“{STRATEGY_LABELS[strategy]}”', 1)}."
        for strategy, why in infeasible
    ]


def shifting_sentence(study: Study) -> str:
    """Return how much work the plan moves in time."""
    if not study.scenario.datacenter.flexible:
        return "No work in this scenario may be moved in time."
    moved = sum(run.traces.weight * moved_mwh(study, run) for run in study.years)
    load_mwh = study.nothing.footprint.scores.load_mwh
    if moved <= NOTHING_BELOW * study.horizon_hours:
        return "The plan runs all work in the hour it arrives in."
    return (
        f"The plan runs at least {with_unit(rounded(moved), 'MWh')} of work "
        f"({percent(moved / load_mwh)} of the load) in another hour than it arrives in."
    )


def replay_agrees(study: Study) -> bool:
    """Tell whether the replay is the plan, but for rounding."""
    agreement = study.agreement
    return (
        agreement.largest_difference_mw < _AGREES_MW
        and abs(agreement.total_difference_frac) < _AGREES_FRAC
    )


def replay_sentences(study: Study) -> list[str]:
    """Return how the replay went and how far it is from the plan."""
    agreement, policy = study.agreement, study.replay.policy
    replayed, count = study.replay_footprint, sum(len(run.replay.events) for run in study.years)
    verdict = "The two agree." if replay_agrees(study) else "The two differ."
    return [
        f"The plan's design was run hour by hour in the simulator, whose devices and queues "
        f"enforce their limits themselves, under the policy {policy}.",
        f"{verdict} The largest difference of any cell of the two energy tables is "
        f"{scientific(agreement.largest_difference_mw)} MW or MWh. The replay emits "
        f"{in_tonnes(replayed.total_kg)} {period(study.horizon_hours)}; relative to the plan that "
        f"is a difference of {scientific(agreement.total_difference_frac)}.",
        f"The ledger differs from the optimum the solver reports by "
        f"{scientific(agreement.ledger_difference_frac)}, relative.",
        "Nothing went out of the ordinary: no load was left unserved, no work missed its deadline."
        if count == 0
        else f"{count:,} events went out of the ordinary:",
    ]
