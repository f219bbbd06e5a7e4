"""The alternatives to a plan in words: what each is called, and what does nearly as well."""

from dcsim.footprint.money import capital_spent_usd
from dcsim.optimize.findings import CAPITAL, COST
from dcsim.report.numbers import NOTHING_BELOW, percent, period, rounded, with_unit
from dcsim.report.prose import in_usd
from dcsim.report.study import Alternative, Study
from dcsim.report.tables import PARTS

_PARTS = {part.capacity: part for part in PARTS}

_LEAST = {
    "solar_mw": ("No solar", "Least solar"),
    "wind_mw": ("No wind", "Least wind"),
    "battery_mwh": ("No battery", "Smallest battery"),
    "extra_server_mw": ("No extra servers", "Fewest extra servers"),
    CAPITAL: ("", "Least capital"),
    COST: ("", "Least cost"),
}
"""What a near-optimal plan is called: where nothing of its aim is left, and where something is."""

_WITHOUT = {
    "solar_mw": "without solar",
    "wind_mw": "without wind",
    "battery_mwh": "without a battery",
    "extra_server_mw": "without extra servers",
}


def label_of(found: Alternative) -> str:
    """Return what a near-optimal plan is called."""
    none, some = _LEAST[found.aim]
    return none if _is_none_left(found) else some


def _is_none_left(found: Alternative) -> bool:
    return found.aim in _PARTS and found.design.as_dict()[found.aim] < NOTHING_BELOW


def nearly_as_good(study: Study) -> list[str]:
    """Return what plans within a tolerance of the best get by with; none if they were not found."""
    if not study.alternatives:
        return []
    tolerance = percent(study.alternatives[0].tolerance_frac)
    told = [_gets_by_with(study, found) for found in study.alternatives]
    either = f"{', '.join(told[:-1])} or {told[-1]}" if len(told) > 1 else told[0]
    each = ", each in a plan of its own" if len(told) > 1 else ""
    return [f"Within {tolerance} of the best one gets by {either}{each}."]


def _gets_by_with(study: Study, found: Alternative) -> str:
    if found.aim == CAPITAL:
        spent_usd, plan_usd = (
            capital_spent_usd(study.scenario, design)
            for design in (found.design, study.chosen.design)
        )
        return f"with {in_usd(spent_usd)} of capital instead of {in_usd(plan_usd)}"
    if found.aim == COST:
        return f"at a cost of {in_usd(found.footprint.cost_usd)} {period(study.horizon_hours)}"
    if _is_none_left(found):
        return _WITHOUT[found.aim]
    part, size = _PARTS[found.aim], found.design.as_dict()[found.aim]
    return f"with {with_unit(rounded(size), part.unit)} of {part.words}"


NOT_ASKED = (
    "Near-optimal plans and ranges, and the prices at which options enter or leave, were not asked "
    "for in this run. They take many more solves: plan the scenario again with --answers."
)
NOT_PROVEN = (
    "The plan is not proven to be the best, so that what is near the best is not known either."
)


def near_sentences(study: Study) -> list[str]:
    """Return what stands before the near-optimal plans, or why there are none."""
    if study.answers is None:
        return [NOT_ASKED]
    certificate = study.chosen.certificate
    if certificate is not None and not certificate.is_optimal:
        return [NOT_PROVEN]
    if not study.alternatives:
        return [
            "No other plan within a hundredth of the best needs less of anything: the design is "
            "as good as fixed."
        ]
    tolerance = percent(study.alternatives[0].tolerance_frac)
    return [
        f"Each of these plans is within {tolerance} of the best by what was minimized, and has the "
        "least there can be of one thing. What is in none of them can hardly be done without; what "
        "differs widely between them is open to other reasons."
    ]
