"""The sentences of a report, made from the numbers."""

from collections.abc import Callable, Iterable

from dcsim.footprint.ledger import EMBODIED, OPERATIONAL
from dcsim.footprint.money import capital_spent_usd
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
from dcsim.report.study import NOTHING, STRATEGY_LABELS, Outcome, Study
from dcsim.report.views import moved_mwh, saved_frac, saved_kg
from dcsim.scenario.money import Minimize
from dcsim.units import KG_PER_T, USD_PER_MILLION

_AGREES_MW = 1e-6
_AGREES_FRAC = 1e-9
_LEAST_TOLD_FRAC = 1e-3


def headline(study: Study) -> list[str]:
    """Return what to build and what it brings, in sentences."""
    sentences = [
        _what_to_build(study),
        *_whom_it_serves(study),
        _total_against_nothing(study),
        _where_it_comes_from(study),
        _cost_against_nothing(study),
        *_capital(study),
    ]
    return [
        *sentences,
        *_what_options_add(study),
        *_what_is_best(study),
        *_proof(study),
        *_warnings(study),
    ]


def _t(kg: float) -> str:
    return with_unit(tonnes(kg), f"t {CO2E}")


def built(outcome: Outcome) -> list[str]:
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


def _what_to_build(study: Study) -> str:
    parts = built(study.chosen)
    if not parts:
        saves = "more carbon" if study.scenario.objective.minimize == "carbon" else "more"
        return f"Build nothing: nothing that may be built here saves {saves} than making it costs."
    existing = " (including what exists already)" if built(study.nothing) else ""
    return f"Build {listed(parts)}{existing}."


def _whom_it_serves(study: Study) -> list[str]:
    if len(study.years) == 1:
        return []
    names = listed([run.traces.name for run in study.years])
    return [f"This one design serves {len(study.years)} planned years: {names}."]


def _total_against_nothing(study: Study) -> str:
    plan_kg, nothing_kg = study.chosen.footprint.total_kg, study.nothing.footprint.total_kg
    saved, frac = saved_kg(study, study.chosen), saved_frac(study, study.chosen)
    what = "Making and running it" if built(study.chosen) else "Running as it is"
    start = f"{what} emits {_t(plan_kg)} {period(study.horizon_hours)}"
    if not study.is_fair:
        return f"{start}. Doing nothing is no measure here: it leaves load unserved."
    if abs(frac) < _LEAST_TOLD_FRAC:
        return f"{start}, as much as doing nothing to within 0.1{chr(160)}%."
    return (
        f"{start}, against {_t(nothing_kg)} from doing nothing: {_t(abs(saved))} or "
        f"{percent(abs(frac))} {'less' if saved > 0 else 'more'}."
    )


def _where_it_comes_from(study: Study) -> str:
    footprint = study.chosen.footprint
    operational, embodied = (footprint.ledger.total_kg(s) for s in (OPERATIONAL, EMBODIED))
    return (
        f"Of that, {_t(operational)} come from grid power still imported and {_t(embodied)} from "
        f"making what is built. Own supply covers {percent(footprint.scores.coverage_frac)} of the "
        f"load; the carbon-free share of all power used is {percent(footprint.scores.cfe_frac)}."
    )


def _cost_against_nothing(study: Study) -> str:
    plan_usd, nothing_usd = study.chosen.footprint.cost_usd, study.nothing.footprint.cost_usd
    start = f"It costs {_usd(plan_usd)} {period(study.horizon_hours)}"
    if not study.is_fair:
        return f"{start}."
    more = plan_usd - nothing_usd
    saved_t = saved_kg(study, study.chosen) / KG_PER_T
    against = f"{start}, against {_usd(nothing_usd)} from doing nothing"
    if more <= 0 or saved_t <= NOTHING_BELOW:
        return f"{against}."
    return f"{against}; each tonne saved costs {with_unit(rounded(more / saved_t), 'USD')}."


def _capital(study: Study) -> list[str]:
    spent_usd = capital_spent_usd(study.scenario, study.chosen.design)
    return [f"Building it takes {_usd(spent_usd)} at the start."] if spent_usd > 0 else []


def _usd(usd: float) -> str:
    if abs(usd) < USD_PER_MILLION:
        return with_unit(rounded(usd, 4), "USD")
    return with_unit(rounded(usd / USD_PER_MILLION, 4), "million USD")


def _what_is_best(study: Study) -> list[str]:
    """Say by what measure the plan is the best, where that is not carbon over all years."""
    asked = study.scenario.objective
    measure = _MEASURES[asked.minimize].format(
        price=f"{asked.carbon_usd_per_t or 0:,.9g}", slack=percent(asked.slack_frac)
    )
    if asked.years == "worst" and len(study.years) > 1:
        return [f"This is the plan of {measure} in the worst of the years."]
    return [] if asked.minimize == "carbon" else [f"This is the plan of {measure}."]


_MEASURES: dict[Minimize, str] = {
    "carbon": "least carbon",
    "cost": "least cost, not of least carbon",
    "weighted": "least cost with each tonne of carbon counted at {price} USD",
    "lexicographic": "least cost among those within {slack} of the least carbon",
}


def _what_options_add(study: Study) -> list[str]:
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
        return (lambda outcome: outcome.footprint.total_kg), _t
    return (lambda outcome: measured(asked, outcome.footprint)), _usd


def _takes_off(study: Study, base: Outcome, outcome: Outcome) -> str:
    amount, write = _what_counts(study)
    less = amount(base) - amount(outcome)
    frac = less / abs(amount(base)) if amount(base) else 0.0
    if abs(frac) < _LEAST_TOLD_FRAC:
        return "saves nothing more"
    return f"{'saves a further' if less > 0 else 'adds'} {write(abs(less))} ({percent(abs(frac))})"


def _proof(study: Study) -> list[str]:
    certificate = study.chosen.certificate
    if certificate is None:
        return []
    whole = "total" if certificate.unit != "USD" else "sum that was minimized"
    gap = max(certificate.gap, 0.0)
    if not certificate.is_optimal:
        supposed = "" if certificate.is_rigorous else f", {_SUPPOSED}"
        return [
            "Time ran out before this was proved to be the best plan: another may be better by up "
            f"to {percent(gap, 2)} of the {whole}{supposed}."
        ]
    better = f"is better by more than {scientific(gap)} of the {whole}." if gap else "is better."
    if certificate.is_rigorous:
        return [f"It is proved that no other plan of this kind that the scenario allows {better}"]
    return [
        f"Something in this scenario is free and unlimited. No other plan, {_SUPPOSED}, {better}"
    ]


_SUPPOSED = "short of building ten times the largest number of this one"


def _warnings(study: Study) -> list[str]:
    return [*impossible_in_words(study.infeasible.items()), *_unfair_comparison(study)]


def impossible_in_words(infeasible: Iterable[tuple[str, str]]) -> list[str]:
    """Return why some strategies cannot keep the limits, a sentence or more for each."""
    return [
        f"{why.replace(f'strategy {strategy}', f'“{STRATEGY_LABELS[strategy]}”', 1)}."
        for strategy, why in infeasible
    ]


def _unfair_comparison(study: Study) -> list[str]:
    unserved_mwh = study.nothing.footprint.scores.unserved_mwh
    if unserved_mwh <= NOTHING_BELOW:
        return []
    return [
        f"Take care with the comparison: doing nothing leaves {rounded(unserved_mwh)} MWh of the "
        "load unserved, because the grid connection is too small for it."
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


def replay_sentences(study: Study) -> list[str]:
    """Return how the replay went and how far it is from the plan."""
    agreement, policy = study.agreement, study.replay.policy
    replayed, count = study.replay_footprint, sum(len(run.replay.events) for run in study.years)
    agrees = (
        agreement.largest_difference_mw < _AGREES_MW
        and abs(agreement.total_difference_frac) < _AGREES_FRAC
    )
    verdict = "The two agree." if agrees else "The two differ."
    return [
        f"The plan's design was run hour by hour in the simulator, whose devices and queues "
        f"enforce their limits themselves, under the policy {policy}.",
        f"{verdict} The largest difference of any cell of the two energy tables is "
        f"{scientific(agreement.largest_difference_mw)} MW or MWh. The replay emits "
        f"{_t(replayed.total_kg)} {period(study.horizon_hours)}; relative to the plan that is a "
        f"difference of {scientific(agreement.total_difference_frac)}.",
        f"The ledger differs from the optimum the solver reports by "
        f"{scientific(agreement.ledger_difference_frac)}, relative.",
        "Nothing went out of the ordinary: no load was left unserved, no work missed its deadline."
        if count == 0
        else f"{count:,} events went out of the ordinary:",
    ]
