"""What limits a plan, in words: what one more unit of each limit saves, what binds how often."""

from dcsim.report.numbers import NOTHING_BELOW, in_hours, percent, period, plain, with_unit
from dcsim.report.prose import in_tonnes, in_usd
from dcsim.report.study import Study
from dcsim.report.tables import PARTS
from dcsim.report.tables_limits import LIMITS, binding_hours, is_worth_telling, saved_by_one_more
from dcsim.units import KG_PER_T

_MOST_TOLD = 3


def limits_sentences(study: Study) -> list[str]:
    """Return what holds the plan back, what it would be worth to loosen it, and what that means."""
    told = [*_of_capacities(study), *_of_the_whole(study)]
    if not told:
        return [
            "No limit of the scenario holds the plan back: were any of them a little looser, the "
            "plan would be the same."
        ]
    return [
        *told,
        "Each of these shadow prices holds for a small change with all else as it is; a large one "
        "is worth less.",
    ]


def _of_capacities(study: Study) -> list[str]:
    return [
        f"{part.label} is at the most the scenario allows: one more {part.unit} would save "
        f"{_worth(study, part.limit)}."
        for part in PARTS
        if is_worth_telling(study.chosen, part.limit)
    ]


def _of_the_whole(study: Study) -> list[str]:
    return [
        f"{limit.label} {'must be at least' if limit.is_least else 'may be at most'} "
        f"{_asked(study, key, limit.unit)}: {limit.one_more} would save {_worth(study, key)}."
        for key, limit in LIMITS.items()
        if is_worth_telling(study.chosen, key)
    ]


def _asked(study: Study, key: str, unit: str) -> str:
    value = getattr(study.scenario.limits, key.split(".")[1])
    return percent(value) if unit == "%" else with_unit(plain(value), unit)


def _worth(study: Study, key: str) -> str:
    """Return what one more unit of a limit saves, in all and as a share of what is minimized."""
    saved = saved_by_one_more(study.chosen, key)
    certificate = study.chosen.certificate
    is_money = study.objective_unit == "USD"
    amount = in_usd(saved) if is_money else _mass(saved)
    words = f"{amount} {period(study.horizon_hours)}"
    if certificate is None or abs(certificate.objective) < NOTHING_BELOW:
        return words
    whole = "of what is minimized" if is_money else "of the total"
    return f"{words}, {percent(saved / abs(certificate.objective), 3)} {whole}"


def _mass(kg: float) -> str:
    return in_tonnes(kg) if kg >= KG_PER_T else with_unit(plain(kg), "kg")


def binding_sentences(study: Study) -> list[str]:
    """Return what holds the plan up in most hours, in a sentence; none if nothing does."""
    found = sorted(binding_hours(study), key=lambda bound: -bound[1])[:_MOST_TOLD]
    if not found:
        return []
    whole = sum(run.traces.hours for run in study.years)
    told = [
        f"{words[0].lower()}{words[1:]} ({in_hours(hours)}, {percent(hours / whole)})"
        for words, hours in found
    ]
    return [f"Hour by hour, what holds the plan up most often: {'; '.join(told)}."]
