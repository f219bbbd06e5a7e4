"""The risks of a plan in words: its bad weeks, its longest shortfall, what foresight is worth."""

from dcsim.report.numbers import (
    NOTHING_BELOW,
    in_hours,
    is_about_a_year,
    percent,
    period,
    rounded,
    with_unit,
)
from dcsim.report.prose import LEAST_TOLD_FRAC, in_tonnes
from dcsim.report.risks import Month, Spell, longest_shortfall, tally, worst_month, worst_weeks
from dcsim.report.study import Study
from dcsim.report.views import local_time, span_in_words
from dcsim.units import DAYS_PER_WEEK, HOURS_PER_DAY

_GROWS_FRAC = 0.01
"""A highest import that grows by less is not told [-]."""


def span_of(study: Study, spell: Spell) -> str:
    """Return the first and last local day of a spell; of several years, with the year's name."""
    run = study.years[spell.year]
    words = span_in_words(local_time(study, run.traces)[spell.start : spell.stop])
    return f"{words} ({run.traces.name})" if len(study.years) > 1 else words


def whole_of(study: Study, year: int) -> str:
    """Return what some hours of a planned year are a part of, in words; `year` is its number."""
    if is_about_a_year(study.years[year].traces.hours):
        return "the year"
    return "the planned year" if len(study.years) > 1 else "the horizon"


def risks_in_short(study: Study) -> str:
    """Return the worst week, the highest import and the worth of foresight in one sentence."""
    plan, nothing = study.chosen.footprint.scores, study.nothing.footprint.scores
    clauses = [
        *_worst_week(study),
        f"import peaks at {with_unit(rounded(plan.peak_import_mw), 'MW')}, against "
        f"{with_unit(rounded(nothing.peak_import_mw), 'MW')} from doing nothing",
        f"without any foresight the same design would {_without_foresight(study)}",
    ]
    words = "; ".join(clauses)
    return f"{words[0].upper()}{words[1:]}."


def _worst_week(study: Study) -> list[str]:
    """Return how much carbon the worst week has; none where the horizon has no such week."""
    spell = worst_weeks(study).get("carbon")
    if spell is None:
        return []
    found = tally(study, spell)
    if found.operational_kg < NOTHING_BELOW:
        return ["no week has any operational carbon"]
    return [
        f"the worst week, {span_of(study, spell)}, has {percent(found.operational_frac)} of "
        f"{whole_of(study, spell.year)}'s operational carbon"
    ]


def _without_foresight(study: Study) -> str:
    """Return the load left unserved without foresight, or the carbon added, after `would`."""
    if study.without_foresight.scores.unserved_mwh > NOTHING_BELOW:
        return f"leave {_unserved(study)} unserved, so that its carbon does not compare"
    return f"emit {_as_much_or_more(study)}"


def _unserved(study: Study) -> str:
    """Return the load left unserved without foresight, in MWh and as a share of the load."""
    scores = study.without_foresight.scores
    share = percent(scores.unserved_mwh / scores.load_mwh, 2)
    return f"{with_unit(rounded(scores.unserved_mwh), 'MWh')} of the load ({share})"


def _as_much_or_more(study: Study) -> str:
    """Return how much more than the plan is emitted without foresight; a share, if there is one."""
    plan_kg, more_kg = study.chosen.footprint.total_kg, _more_kg(study)
    if not more_kg:
        return "as much"
    amount = percent(abs(more_kg) / plan_kg) if plan_kg > NOTHING_BELOW else in_tonnes(abs(more_kg))
    return f"{amount} {'more' if more_kg > 0 else 'less'}"


def _connection(study: Study) -> list[str]:
    """Return by how much the highest import grows, in a sentence; none where it hardly does."""
    plan_mw, nothing_mw = (
        outcome.footprint.scores.peak_import_mw for outcome in (study.chosen, study.nothing)
    )
    if plan_mw <= nothing_mw * (1 + _GROWS_FRAC):
        return []
    return [
        f"The highest import grows from {with_unit(rounded(nothing_mw), 'MW')} to "
        f"{with_unit(rounded(plan_mw), 'MW')}, which the connection must allow."
    ]


def _against_the_plan(study: Study) -> str:
    """Return the same in tonnes too, and what it is measured by."""
    more_kg = _more_kg(study)
    if not more_kg:
        return "as much as the plan"
    words = f"{_as_much_or_more(study)} than the plan"
    has_share = study.chosen.footprint.total_kg > NOTHING_BELOW
    return f"{in_tonnes(abs(more_kg))} or {words}" if has_share else words


def _more_kg(study: Study) -> float:
    """Return how much more is emitted without foresight, 0 if it is too little to tell [kg]."""
    plan_kg = study.chosen.footprint.total_kg
    more_kg = study.without_foresight.total_kg - plan_kg
    return more_kg if abs(more_kg) >= max(LEAST_TOLD_FRAC * plan_kg, NOTHING_BELOW) else 0.0


def bad_weeks_sentences(study: Study) -> list[str]:
    """Return the bad weeks, the worst month and the longest shortfall, in sentences."""
    if not worst_weeks(study):
        return [
            "The horizon is too short to have a bad week.",
            *_shortfall(study),
            *_connection(study),
        ]
    return [*_weeks(study), *_month(study), *_shortfall(study), *_connection(study)]


def _weeks(study: Study) -> list[str]:
    """Return the week of most carbon and that of least own supply."""
    weeks = worst_weeks(study)
    (told,) = _worst_week(study)
    worst, weakest = tally(study, weeks["carbon"]), tally(study, weeks["supply"])
    if worst.operational_kg < NOTHING_BELOW:
        return [f"{told.capitalize()}."]
    hours = study.years[weeks["carbon"].year].traces.hours
    even_frac = DAYS_PER_WEEK * HOURS_PER_DAY / hours
    return [
        f"{told[0].upper()}{told[1:]}: the grid must give "
        f"{with_unit(rounded(worst.import_mwh), 'MWh')}, up to "
        f"{with_unit(rounded(worst.peak_import_mw), 'MW')} at once. An even week would have "
        f"{percent(even_frac)}.",
        f"In the week of least own supply, {span_of(study, weeks['supply'])}, solar and wind make "
        f"{percent(weakest.own_frac)} of what the load takes, and the grid gives "
        f"{with_unit(rounded(weakest.import_mwh), 'MWh')}.",
    ]


def _month(study: Study) -> list[str]:
    month = worst_month(study)
    if month is None or month.operational_kg < NOTHING_BELOW:
        return []
    return [
        f"The worst month, {_named(study, month)}, has {percent(month.operational_frac)} of "
        f"{whole_of(study, month.year)}'s operational carbon, {in_tonnes(month.operational_kg)}; "
        f"an even month would have {percent(month.even_frac)}."
    ]


def _named(study: Study, month: Month) -> str:
    words = f"{month.first_day:%B %Y}"
    name = study.years[month.year].traces.name
    return f"{words} ({name})" if len(study.years) > 1 else words


def _shortfall(study: Study) -> list[str]:
    spell = longest_shortfall(study)
    if spell is None:
        return ["In every hour own supply and battery carry the whole load."]
    found = tally(study, spell)
    run = study.years[spell.year]
    local = local_time(study, run.traces)[spell.start]
    where = f" ({run.traces.name})" if len(study.years) > 1 else ""
    return [
        f"The longest time in which own supply and battery are less than the load without a break "
        f"is {in_hours(spell.hours)}, from {local:%H:%M} on {local.day} "
        f"{local:%B %Y}{where}: the grid then gives "
        f"{with_unit(rounded(found.import_mwh), 'MWh')}, up to "
        f"{with_unit(rounded(found.peak_import_mw), 'MW')}. A connection, and power to be had from "
        "it, must be there for that."
    ]


def foresight_sentences(study: Study) -> list[str]:
    """Return what the plan's foresight is worth at most, and what that figure is not."""
    without, plan = study.without_foresight, study.chosen.footprint
    known = "year" if is_about_a_year(study.horizon_hours) else "horizon"
    is_unserved = without.scores.unserved_mwh > NOTHING_BELOW
    result = (
        f"Run so, it leaves {_unserved(study)} unserved. It emits {in_tonnes(without.total_kg)} "
        f"{period(study.horizon_hours)} for the rest, which does not compare with the plan"
        if is_unserved
        else f"Run so, it emits {in_tonnes(without.total_kg)} {period(study.horizon_hours)}, "
        f"{_against_the_plan(study)}"
    )
    return [
        f"The plan knows every hour of the {known} in advance. To see what that is worth, the same "
        "design was also run by a policy that knows the present hour only: no work is moved, the "
        "battery takes what is left over and gives what is missing.",
        f"{result}; own supply covers {percent(without.scores.coverage_frac)} of "
        f"the load instead of {percent(plan.scores.coverage_frac)}.",
        "That is a hint at the most that poor foresight can cost, and no study of forecast errors: "
        "dcsim makes no forecasts yet, and whoever runs a site knows tomorrow's weather better "
        "than not at all.",
    ]
