"""The sentences of a report, made from the numbers."""

from dcsim.footprint.ledger import EMBODIED, OPERATIONAL
from dcsim.grid.generation import Source
from dcsim.report.numbers import (
    CO2E,
    NOTHING_BELOW,
    days_in_words,
    percent,
    period,
    rounded,
    scientific,
    tonnes,
    with_unit,
)
from dcsim.report.study import NOTHING, STRATEGY_LABELS, Outcome, Study
from dcsim.report.views import local_time, moved_mwh, saved_frac, saved_kg, span_in_words
from dcsim.scenario.money import Minimize
from dcsim.scenario.rates import rates_of
from dcsim.scenario.spec import Account
from dcsim.units import KG_PER_T, STEP_H, USD_PER_MILLION

_AGREES_MW = 1e-6
_AGREES_FRAC = 1e-9
_LEAST_TOLD_FRAC = 1e-3


def headline(study: Study) -> list[str]:
    """Return what to build and what it brings, in sentences."""
    sentences = [
        _what_to_build(study),
        _total_against_nothing(study),
        _where_it_comes_from(study),
        _cost_against_nothing(study),
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
        return (
            "Build nothing: nothing that may be built here saves more carbon than making it costs."
        )
    existing = " (including what exists already)" if built(study.nothing) else ""
    return f"Build {listed(parts)}{existing}."


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


def _usd(usd: float) -> str:
    return with_unit(rounded(usd / USD_PER_MILLION, 4), "million USD")


def _what_is_best(study: Study) -> list[str]:
    """Say by what measure the plan is the best, where that is not carbon over all years."""
    asked = study.scenario.objective
    measure = _MEASURES[asked.minimize].format(
        price=f"{asked.carbon_usd_per_t or 0:,g}", slack=percent(asked.slack_frac)
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
        ("all", "doing both"),
    )
    told = [
        f"{words} {_takes_off(base, by_name[name])}" for name, words in options if name in by_name
    ]
    if not told:
        return []
    return [f"On top of solar and wind alone ({_t(base.footprint.total_kg)}), {listed(told)}."]


def _takes_off(base: Outcome, outcome: Outcome) -> str:
    less_kg = base.footprint.total_kg - outcome.footprint.total_kg
    frac = less_kg / base.footprint.total_kg if base.footprint.total_kg else 0.0
    if abs(frac) < _LEAST_TOLD_FRAC:
        return "saves nothing more"
    return f"saves a further {_t(less_kg)} ({percent(frac)})"


def _proof(study: Study) -> list[str]:
    certificate = study.chosen.certificate
    if certificate is None:
        return []
    whole = "total" if certificate.unit != "USD" else "sum that was minimized"
    gap = max(certificate.gap, 0.0)
    if not certificate.is_optimal:
        return [
            "Time ran out before this was proved to be the best plan: another may be better by up "
            f"to {percent(gap, 2)} of the {whole}."
        ]
    better = f"is better by more than {scientific(gap)} of the {whole}."
    if certificate.is_rigorous:
        return [f"It is proved that no other plan of this kind that the scenario allows {better}"]
    return [
        "Something in this scenario is free and unlimited. Short of building ten times the largest "
        f"number of this plan, no other plan {better}"
    ]


def _warnings(study: Study) -> list[str]:
    impossible = [
        f"{STRATEGY_LABELS[strategy]} alone cannot keep the limits: {why}."
        for strategy, why in study.infeasible.items()
    ]
    return [*impossible, *_unfair_comparison(study)]


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
    moved = moved_mwh(study)
    load_mwh = float(study.traces.column("load_mw").sum()) * STEP_H
    if not study.scenario.datacenter.flexible:
        return "No work in this scenario may be moved in time."
    if moved <= NOTHING_BELOW * study.traces.hours:
        return "The plan runs all work in the hour it arrives in."
    return (
        f"The plan runs at least {with_unit(rounded(moved), 'MWh')} of work "
        f"({percent(moved / load_mwh)} of the load) in another hour than it arrives in."
    )


def replay_sentences(study: Study) -> list[str]:
    """Return how the replay went and how far it is from the plan."""
    agreement, policy = study.agreement, study.replay.policy
    replayed, count = study.replay_footprint, len(study.replay.events)
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
        f"The ledger's total differs from the optimum the solver reports by "
        f"{scientific(agreement.ledger_difference_frac)}, relative.",
        "Nothing went out of the ordinary: no load was left unserved, no work missed its deadline."
        if count == 0
        else f"{count:,} events went out of the ordinary:",
    ]


def time_sentences(study: Study) -> list[str]:
    """Return the conventions of time and carbon that hold for every number."""
    traces, zone = study.traces, study.scenario.datacenter.time_zone
    return [
        f"The horizon is {days_in_words(traces.hours)} ({traces.hours:,} hours), "
        f"{span_in_words(local_time(study))} at the site. Figures show the site's local time, "
        f"{zone}; inside, every hour is stamped in UTC at its beginning, and every value is the "
        "mean over the hour.",
        f"Embodied carbon is charged for {traces.years:.4f} years (hours / 8,766), so that "
        "horizons of any length compare with each other. Totals are those of the horizon.",
        _wear_sentence(study),
        f"Operational carbon is grid import times {_charged_at(study)}. Exported power earns "
        "nothing.",
        "Coverage is the share of the load met by own solar and wind, directly or through the "
        "battery, whose content is taken as well mixed. The CFE score adds grid power that was "
        "carbon-free (nuclear, hydro, solar, wind) in the hour it was imported.",
    ]


_CHARGED_AT: dict[Account, str] = {
    "average": "the average production intensity of the grid in the same hour, from the emission "
    "factor set “{factors}”",
    "consumption": "the average intensity of what the region consumes in the same hour, traced "
    "over the interchange of all balancing authorities, from the emission factor set “{factors}”",
    "marginal": "an estimate of what one more MWh emits in the same hour, from the emission factor "
    "set “{factors}”",
    "reported": "the carbon intensity that the imported file reports for the same hour, by the "
    "factors of whoever computed it",
    "mean": "the mean, over the horizon, of the average production intensity of the grid, the same "
    "in every hour, from the emission factor set “{factors}”",
}

_NOT_CHARGED: dict[Account, str] = {
    "average": "Grid import is charged at the average of what is generated in the region in that "
    "hour, not at what the next MWh would emit, and without trade with neighboring grids.",
    "consumption": "Grid import is charged at the average of what is consumed in the region in "
    "that hour, trade included, not at what the next MWh would emit.",
    "marginal": "What one more MWh emits is a statistical estimate, one figure for each season and "
    "block of the day, without imports and storage; a load large enough to change what is built "
    "or which plants run is beyond it.",
    "reported": "Grid import is charged at the intensity the imported file gives; what it counts, "
    "and whether it is an average or of the next MWh, is its author's choice.",
    "mean": "Grid import is charged the same in every hour, so the plan cannot tell a clean hour "
    "from a dirty one.",
}


def _charged_at(study: Study) -> str:
    grid = study.scenario.grid
    return _CHARGED_AT[grid.account].format(factors=grid.factors)


def _wear_sentence(study: Study) -> str:
    if rates_of(study.scenario).battery_wear:
        return (
            "Battery cells are charged for the larger of two shares of their life: by age, and by "
            "the energy that went through them."
        )
    return "Battery cells are charged by age alone, however much they are used (scenario setting)."


def left_out_sentences(study: Study) -> tuple[str, ...]:
    """Return what the model leaves out, in plain words."""
    account = _NOT_CHARGED[study.scenario.grid.account]
    years = () if study.scenario.planned_years else (_ONE_YEAR,)
    return (_LEFT_OUT[0], account, *years, *_LEFT_OUT[1:])


_ONE_YEAR = (
    "One year stands for all years of what is built: the grid does not get cleaner, the load does "
    "not grow, and the weather does not change (several years can be asked for)."
)


_LEFT_OUT = (
    "The plan knows the whole horizon in advance: weather, load and grid. Nobody does, so what is "
    "shown is the best that could be done, not what an operator would reach.",
    "The grid does not react: it is as clean whether the datacenter draws much or little.",
    "Nothing fails: there are no outages of grid, servers, battery or turbines, and no upkeep.",
    "Own solar and wind produce as the region's fleet did in each hour, or as a model says from a "
    "weather file, whose typical year is not the weather the grid had; a real site differs, and "
    "there are no losses of transmission.",
    "Any size may be built, for the same price each MW; there are no blocks, no permits, no taxes "
    "and no incentives.",
    "The battery neither ages within the horizon nor loses charge over time.",
)


def modelled_notice(study: Study) -> str:
    """Return what a reader must know if the grid's hours are modelled; empty if measured."""
    grids = [source for source in study.traces.sources if source.what == "grid"]
    modelled = [source.origin for source in grids if is_modelled(study, source)]
    if not modelled:
        return ""
    return (
        f"Reference year (modelled): the grid's hours come from {listed(modelled)}, which is not a "
        "record of what happened. Use measured data before you build on these numbers."
    )


def is_modelled(study: Study, source: Source) -> bool:
    """Say whether a grid's hours are from a model: a reference year, or a source with no file."""
    asked = study.scenario.grid.id or ""
    return asked.endswith(":reference") or source.is_modelled


BOUND_SENTENCE = (
    "The bound is computed here from the problem itself and the solver's row prices: whatever "
    "those are, no design and no way of running it that the model allows has a lower total, so a "
    "plan can be better than the one shown by the relative gap at most. Where something is free "
    "and unlimited, that supposes no more of it than ten times the largest number of the plan."
)
"""What the certificate's bound means."""
