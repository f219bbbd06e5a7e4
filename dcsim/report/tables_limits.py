"""The tables of limits: what was asked, what it costs, and in which hours something binds."""

from typing import NamedTuple

from dcsim.report.numbers import DASH, NOTHING_BELOW, number, percent, period, plain, with_unit
from dcsim.report.study import Outcome, Study
from dcsim.report.tables import Table, table_of
from dcsim.units import PERCENT

_LEAST_SAVED = 1e-3  # savings below this are rounding of the solver [kg or USD]


class _Limit(NamedTuple):
    """How a limit is called, and what one unit of it is for people."""

    label: str
    unit: str
    one_more: str
    is_least: bool = False


LIMITS = {
    "limits.import_mw": _Limit("Import", "MW", "one more MW"),
    "limits.ramp_mw_per_h": _Limit("Change of import from hour to hour", "MW/h", "one more MW/h"),
    "limits.coverage_frac": _Limit(
        "Coverage by own supply", "%", "one percentage point less", is_least=True
    ),
    "limits.cfe_frac": _Limit(
        "Carbon-free (CFE) score", "%", "one percentage point less", is_least=True
    ),
    "limits.operational_t_per_year": _Limit("Operational carbon", "t a year", "one more t a year"),
    "limits.embodied_t_per_year": _Limit("Embodied carbon", "t a year", "one more t a year"),
    "limits.total_t_per_year": _Limit("Total carbon", "t a year", "one more t a year"),
    "limits.cost_usd_per_year": _Limit("Cost", "USD a year", "one more USD a year"),
    "limits.budget_usd": _Limit("Capital to spend", "USD", "one more USD"),
    "limits.land_ha": _Limit("Land", "ha", "one more ha"),
}
"""Limits of the whole plan; those of one capacity stand in the table of the design."""

BINDING = {
    "import_most": "Import is at its limit",
    "ramp_up": "Import rises as fast as it may",
    "ramp_down": "Import falls as fast as it may",
    "monthly_peak": "Import sets the month's peak",
    "export_own": "Export is all there is to sell",
    "serving_capacity": "All servers are busy",
    "charge_most": "The battery charges at its full power",
    "discharge_most": "The battery discharges at its full power",
    "storage_most": "The battery is full, or as full as its rate of charging allows",
    "storage_least": "The battery is as empty as it may be",
    "rate_least": "The battery holds what its rate of discharging asks for",
    "own_charging": "The battery takes all that own solar and wind generate",
}
"""Hourly limits, as a planner would say that they bind."""

_OF_BATTERY = {"charge_most", "discharge_most", "storage_most", "storage_least", "rate_least"}
"""Limits that say nothing where the plan has no battery: that a first one would do, the duals tell,
and the break-evens say at which price."""


def saved_by_one_more(outcome: Outcome, key: str) -> float:
    """Return what one unit looser of a limit saves; of a share, one percentage point [kg, USD]."""
    saved = outcome.shadow_prices.get(key, 0.0)
    return saved / PERCENT if key.endswith("_frac") else saved


def is_worth_telling(outcome: Outcome, key: str) -> bool:
    """Tell whether one unit looser of a limit saves more than the solver's rounding."""
    return saved_by_one_more(outcome, key) >= _LEAST_SAVED


def saving_text(study: Study, key: str, one_more: str) -> str:
    """Return in words what one unit looser of a limit saves, a dash if nothing."""
    if not is_worth_telling(study.chosen, key):
        return DASH
    saved, unit = saved_by_one_more(study.chosen, key), study.objective_unit
    return f"{one_more} would save {with_unit(number(saved), unit)} {period(study.horizon_hours)}"


def limits_table(study: Study) -> Table | None:
    """Return the limits of the whole plan that were asked for and what each costs, or None."""
    rows = [
        (limit.label, *_asked(study, key, limit), saving_text(study, key, limit.one_more))
        for key, limit in LIMITS.items()
        if getattr(study.scenario.limits, key.split(".")[1]) is not None
    ]
    if not rows:
        return None
    return table_of(
        "limits",
        "Limits of the whole plan, and what each costs",
        [("", False), ("Asked", False), ("What the limit costs", False)],
        rows,
    )


def _asked(study: Study, key: str, limit: _Limit) -> tuple[str]:
    value = getattr(study.scenario.limits, key.split(".")[1])
    amount = percent(value) if limit.unit == "%" else with_unit(plain(value), limit.unit)
    return (f"{'at least' if limit.is_least else 'at most'} {amount}",)


def binding_hours(study: Study) -> list[tuple[str, int]]:
    """Return each hourly limit that holds the plan up, in words, and in how many hours."""
    hours = study.chosen.binding_hours
    has_battery = study.chosen.design.battery_mwh > NOTHING_BELOW
    return [
        (words, hours[name])
        for name, words in BINDING.items()
        if hours.get(name) and (has_battery or name not in _OF_BATTERY)
    ]


def binding_table(study: Study) -> Table | None:
    """Return in how many hours each hourly limit holds the plan up, or None if none does."""
    whole = sum(run.traces.hours for run in study.years)
    rows = [(words, f"{hours:,}", percent(hours / whole)) for words, hours in binding_hours(study)]
    if not rows:
        return None
    return table_of(
        "binding",
        "Hours in which a limit holds the plan up: a little more of it would do better",
        [("", False), ("Hours", True), ("Share of all hours", True)],
        rows,
    )
