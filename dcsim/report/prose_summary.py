"""The executive summary: a few sentences made from the numbers, in the order they are asked for."""

from typing import NamedTuple

from dcsim.footprint.money import capital_spent_usd
from dcsim.report.numbers import NOTHING_BELOW, percent, period, rounded, scientific, with_unit
from dcsim.report.prose import (
    LEAST_TOLD_FRAC,
    built,
    impossible_in_words,
    in_tonnes,
    in_usd,
    listed,
    replay_agrees,
    what_options_add,
)
from dcsim.report.prose_alternatives import nearly_as_good
from dcsim.report.prose_risks import risks_in_short
from dcsim.report.prose_sensitivity import depends_most_on
from dcsim.report.study import Study
from dcsim.report.views import exists_already, saved_frac, saved_kg
from dcsim.scenario.money import Minimize
from dcsim.units import KG_PER_T


class Point(NamedTuple):
    """A question of whoever decides, and the sentences that answer it."""

    question: str
    answer: str


def executive_summary(study: Study) -> list[Point]:
    """Return what to build, what it brings, how sure it is, and what it hangs on."""
    points = {
        "What to build": [_what_to_build(study), *_whom_it_serves(study)],
        "What it saves": [_total_against_nothing(study)],
        "What it costs": [_cost_against_nothing(study)],
        "How sure this is": [*_what_is_best(study), *_proof(study), _replay(study)],
        "What else would do": [*what_options_add(study), *nearly_as_good(study)],
        "What could go wrong": [risks_in_short(study)],
        "What it depends on": depends_most_on(study),
        "Take care": [*impossible_in_words(study.infeasible.items()), *_unfair_comparison(study)],
    }
    return [Point(question, " ".join(told)) for question, told in points.items() if told]


def _what_to_build(study: Study) -> str:
    parts = built(study.chosen)
    if not parts:
        saves = "more carbon" if study.scenario.objective.minimize == "carbon" else "more"
        return f"Build nothing: nothing that may be built here saves {saves} than making it costs."
    existing = " (including what exists already)" if exists_already(study.scenario) else ""
    spent_usd = capital_spent_usd(study.scenario, study.chosen.design)
    capital = f", for {in_usd(spent_usd)} of capital" if spent_usd > 0 else ""
    return f"Build {listed(parts)}{existing}{capital}."


def _whom_it_serves(study: Study) -> list[str]:
    if len(study.years) == 1:
        return []
    names = listed([run.traces.name for run in study.years])
    return [f"This one design serves {len(study.years)} planned years: {names}."]


def _total_against_nothing(study: Study) -> str:
    plan_kg, nothing_kg = study.chosen.footprint.total_kg, study.nothing.footprint.total_kg
    saved, frac = saved_kg(study, study.chosen), saved_frac(study, study.chosen)
    what = "Making and running it" if built(study.chosen) else "Running as it is"
    start = f"{what} emits {in_tonnes(plan_kg)} {period(study.horizon_hours)}"
    if not study.is_fair:
        return f"{start}. Doing nothing is no measure here: it leaves load unserved."
    if abs(saved) < max(LEAST_TOLD_FRAC * nothing_kg, NOTHING_BELOW):
        return f"{start}, as much as doing nothing to within 0.1{chr(160)}%."
    share = f" or {percent(abs(frac))}" if nothing_kg > NOTHING_BELOW else ""
    return (
        f"{start}, against {in_tonnes(nothing_kg)} from doing nothing: {in_tonnes(abs(saved))}"
        f"{share} {'less' if saved > 0 else 'more'}."
    )


def _cost_against_nothing(study: Study) -> str:
    plan_usd, nothing_usd = study.chosen.footprint.cost_usd, study.nothing.footprint.cost_usd
    start = f"It costs {in_usd(plan_usd)} {period(study.horizon_hours)}"
    if not study.is_fair:
        return f"{start}."
    more = plan_usd - nothing_usd
    saved_t = saved_kg(study, study.chosen) / KG_PER_T
    against = f"{start}, against {in_usd(nothing_usd)} from doing nothing"
    if more <= 0 or saved_t <= NOTHING_BELOW:
        return f"{against}."
    return f"{against}; each tonne saved costs {with_unit(rounded(more / saved_t), 'USD')}."


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
    better = f"is better by more than {_bound(gap)} of the {whole}."
    if certificate.is_rigorous:
        return [f"It is proved that no other plan of this kind that the scenario allows {better}"]
    return [
        f"Something in this scenario is free and unlimited. No other plan, {_SUPPOSED}, {better}"
    ]


def _bound(gap: float) -> str:
    return "a billionth" if gap <= _BILLIONTH else scientific(gap)


_BILLIONTH = 1e-9
_SUPPOSED = "short of building ten times the largest number of this one"


def _replay(study: Study) -> str:
    events = sum(len(run.replay.events) for run in study.years)
    if replay_agrees(study) and not events:
        return (
            "Run hour by hour in a simulator whose devices enforce their limits themselves, it "
            "emits the same."
        )
    return (
        f"Run hour by hour in a simulator under the policy {study.replay.policy}, it emits "
        f"{in_tonnes(study.replay_footprint.total_kg)}, and {events:,} events go out of the "
        "ordinary."
    )


def _unfair_comparison(study: Study) -> list[str]:
    unserved_mwh = study.nothing.footprint.scores.unserved_mwh
    if unserved_mwh <= NOTHING_BELOW:
        return []
    return [
        f"Take care with the comparison: doing nothing leaves {rounded(unserved_mwh)} MWh of the "
        "load unserved, because the grid connection is too small for it."
    ]
