"""The sentences of what results rest on: how time and carbon are counted, what is left out."""

from collections.abc import Iterable

from dcsim.report.numbers import days_in_words, is_about_a_year
from dcsim.report.prose import listed
from dcsim.report.study import Study
from dcsim.report.views import exists_already, local_time, span_in_words
from dcsim.scenario.rates import rates_of, years_of
from dcsim.scenario.spec import Account
from dcsim.traces.frame import Traces


def time_sentences(study: Study) -> list[str]:
    """Return the conventions of time and carbon that hold for every number."""
    zone = study.scenario.datacenter.time_zone
    return [
        f"{_horizon(study)} Figures show the site's local time, {zone}; inside, every hour is "
        "stamped in UTC at its beginning, and every value is the mean over the hour.",
        f"Embodied carbon is charged for {years_of(study.horizon_hours):.4f} years (hours / "
        "8,766), so that horizons of any length compare with each other. Totals are those of the "
        "horizon.",
        *_existing(study),
        _wear_sentence(study),
        f"Operational carbon is grid import times {_charged_at(study)}. {_surplus(study)}Exported "
        "power earns no carbon credit.",
        "Coverage is the share of the load met by own solar and wind, directly or through the "
        "battery, whose content is taken as well mixed. The CFE score adds grid power that was "
        "carbon-free (nuclear, hydro, solar, wind) in the hour it was imported.",
    ]


def _horizon(study: Study) -> str:
    """Say which hours are planned for, and of which the figures are."""
    if len(study.years) == 1:
        hours = study.traces.hours
        return (
            f"The horizon is {days_in_words(hours)} ({hours:,} hours), "
            f"{span_in_words(local_time(study))} at the site."
        )
    names = [run.traces.name for run in study.years]
    return (
        f"One design serves {len(names)} planned years: {listed(names)}. Each counts in the "
        f"horizon of {study.horizon_hours:,} hours as often as its weight in the table “Year by "
        f"year” says. Figures of single hours, weeks and days show the first of them, {names[0]}."
    )


def _existing(study: Study) -> list[str]:
    if not exists_already(study.scenario):
        return []
    return [
        "What exists already is charged neither for its making nor for its capital; its upkeep is "
        "paid for."
    ]


def _surplus(study: Study) -> str:
    if study.scenario.grid.surplus is None:
        return ""
    return (
        "Import adds no carbon, and counts as carbon-free, up to the surplus the grid has in the "
        "hour. "
    )


_CHARGED_AT: dict[Account, str] = {
    "average": "the average production intensity of the grid in the same hour, from the emission "
    "factor set “{factors}”",
    "consumption": "the average intensity of what the region consumes in the same hour, traced "
    "over the interchange of all balancing authorities, from the emission factor set “{factors}”",
    "marginal": "an estimate of what one more MWh emits in the same hour, from the emission factor "
    "set “{factors}”",
    "reported": "the carbon intensity that the imported file reports for the same hour, by the "
    "factors of whoever computed it",
    "mean": "the mean, over {span}, of the average production intensity of the grid, the same "
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
    span = "the horizon" if len(study.years) == 1 else "each planned year"
    return _CHARGED_AT[grid.account].format(factors=grid.factors, span=span)


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
    return (_LEFT_OUT[0], account, _years_to_come(study), *_LEFT_OUT[1:])


def _years_to_come(study: Study) -> str:
    """Say what is taken for all the years that what is built will last."""
    years = study.scenario.planned_years
    if not years:
        one = "One year" if is_about_a_year(study.horizon_hours) else "The horizon"
        return (
            f"{one} stands for all years of what is built: the grid does not get cleaner, the "
            "load does not grow, and the weather does not change (several years can be asked for)."
        )
    if all(year.intensity_frac == year.load_frac == 1 for year in years):
        return (
            "The planned years stand for all years of what is built: beyond what differs between "
            "them, the grid does not get cleaner and the load does not grow."
        )
    return (
        "Years to come are hours on record whose grid intensity and load are multiplied: the "
        "shape of their days, their weather, and when the grid is clean stay as they were."
    )


_LEFT_OUT = (
    "The plan knows the whole horizon in advance: weather, load and grid. Nobody does, so what is "
    "shown is the best that could be done, not what an operator would reach.",
    "The grid does not react: it is as clean whether the datacenter draws much or little.",
    "Nothing fails or is serviced: grid, servers, battery, panels and turbines are there in every "
    "hour.",
    "Own solar and wind produce as the region's fleet did in each hour, or as a model says from a "
    "weather file, whose typical year is not the weather the grid had; a real site differs, and "
    "there are no losses of transmission.",
    "Any size may be built, for the same price each MW; there are no blocks, no permits, no taxes "
    "and no incentives.",
    "The battery neither ages within the horizon nor loses charge over time.",
)


def notices(years: Iterable[Traces]) -> list[str]:
    """Return what must be read before acting on a result: modelled hours, then all warnings."""
    years = list(years)
    modelled = modelled_notice(years)
    return [*([modelled] if modelled else []), *warnings_of(years)]


def warnings_of(years: Iterable[Traces]) -> list[str]:
    """Return the warnings of all inputs, each once."""
    return list(dict.fromkeys(w for year in years for s in year.sources for w in s.warnings))


def modelled_notice(years: Iterable[Traces]) -> str:
    """Return what a reader must know if the grid's hours are modelled; empty if measured."""
    grids = [source for year in years for source in year.sources if source.what == "grid"]
    modelled = dict.fromkeys(source.origin for source in grids if source.is_modelled)
    if not modelled:
        return ""
    return (
        f"Reference year (modelled): the grid's hours come from {listed(list(modelled))}, which is "
        "not a record of what happened. Use measured data before you build on these numbers."
    )


BOUND_SENTENCE = (
    "The bound is computed here from the problem itself and the solver's row prices: whatever "
    "those are, no design and no way of running it that the model allows is below it, so a plan "
    "can be better than the one shown by the relative gap at most. Where something is free "
    "and unlimited, that supposes no more of it than ten times the largest number of the plan."
)
"""What the certificate's bound means."""
