"""What a study looks like in a terminal: designs and totals side by side, and the certificate."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import typer

from dcsim.cli.display import print_table, print_warnings

if TYPE_CHECKING:
    from dcsim.footprint.accounts import Footprint
    from dcsim.report.study import Study


def print_study(study: Study) -> None:
    """Print designs and totals of all strategies, and the certificate of the chosen one."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from dcsim.report.prose_basis import warnings_of

    title = Text(f"{study.scenario.name}: {_hours(study)}", style="table.title")
    table = Table(title=title, box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("", no_wrap=True)
    for outcome in study.outcomes:
        table.add_column(_HEADINGS[outcome.strategy], justify="right")
    for name, cells in _rows(study):
        table.add_row(name, *cells)
    Console().print(table)
    _print_supply(study)
    print_warnings(warnings_of(run.traces for run in study.years))
    for strategy, why in study.infeasible.items():
        typer.echo(f"Not possible, {_HEADINGS[strategy]}: {why}")
    _print_proof(study)


def _print_supply(study: Study) -> None:
    """Print yield and cost of a MWh of own solar and wind, where they exist or may be built."""
    from dcsim.report.tables_supply import HEAD, supplies_of_study, supply_rows

    if rows := supply_rows(supplies_of_study(study)):
        print_table(("own supply", *HEAD[1:]), rows, right=range(1, 6), spare=(5, 4))
        typer.echo()


def _hours(study: Study) -> str:
    if len(study.years) == 1:
        return f"{study.traces.hours} hours"
    names = ", ".join(run.traces.name for run in study.years)
    return f"{study.horizon_hours} hours, one design for {names}"


def _print_proof(study: Study) -> None:
    certificate, agreement = study.chosen.certificate, study.agreement
    if certificate is not None:
        unit, found = study.objective_unit, "Optimum" if certificate.is_optimal else "Best found"
        objective, bound = (round(v, 3) + 0.0 for v in (certificate.objective, certificate.bound))
        typer.echo(
            f"{found} {objective:,.3f} {unit}, proven bound {bound:,.3f} {unit}, "
            f"relative gap {certificate.gap:.1e} ({certificate.solver})"
        )
        if not certificate.is_optimal:
            typer.echo("Time ran out: this is the best plan found, not proven to be the best.")
    typer.echo(
        f"Replay ({study.replay.policy}): largest difference {agreement.largest_difference_mw:.1e} "
        f"MW, total {agreement.total_difference_frac:+.1e}; ledger against optimum "
        f"{agreement.ledger_difference_frac:+.1e}"
    )


def _rows(study: Study) -> Iterator[tuple[str, list[str]]]:
    """Yield the lines of the summary table: a name, and a cell for each strategy."""
    from dcsim.report.numbers import millions
    from dcsim.report.views import saved_frac
    from dcsim.units import KG_PER_T

    designs = [outcome.design.as_dict() for outcome in study.outcomes]
    ledgers = [outcome.footprint.ledger for outcome in study.outcomes]
    scores = [outcome.footprint.scores for outcome in study.outcomes]
    for key, label in _DESIGN_LABELS.items():
        yield label, [f"{design[key]:,.1f}" for design in designs]
    for scope in ("operational", "embodied", None):
        label = f"{scope or 'total'} t CO2e"
        yield label, [f"{ledger.total_kg(scope) / KG_PER_T:,.1f}" for ledger in ledgers]
    costs = [outcome.footprint.cost_usd for outcome in study.outcomes]
    yield "cost million USD", [millions(usd) for usd in costs]
    yield from _objective_row(study)
    if any(score.unserved_mwh > 0 for score in scores):
        yield "unserved MWh", [f"{score.unserved_mwh:,.1f}" for score in scores]
    saved = [saved_frac(study, outcome) for outcome in study.outcomes]
    yield "saved", [f"{share:.1%}" if study.is_fair else "-" for share in saved]
    yield "coverage", [f"{score.coverage_frac:.1%}" for score in scores]
    yield "CFE score", [f"{score.cfe_frac:.1%}" for score in scores]


def _objective_row(study: Study) -> Iterator[tuple[str, list[str]]]:
    """Yield what is minimized, where it is neither the total carbon nor the cost above it."""
    from dcsim.footprint.objective import objective_of
    from dcsim.report.numbers import millions
    from dcsim.units import KG_PER_T

    asked, years = study.scenario.objective, [run.traces for run in study.years]
    is_worst = asked.years == "worst" and asked.minimize != "lexicographic"
    if asked.minimize != "weighted" and not is_worst:
        return
    name = "worst year" if is_worst else "objective"
    totals = [objective_of(asked, years, outcome.by_year) for outcome in study.outcomes]
    if asked.minimize == "carbon":
        yield f"{name} t CO2e", [f"{kg / KG_PER_T:,.1f}" for kg in totals]
    else:
        yield f"{name} million USD", [millions(usd) for usd in totals]


_HEADINGS = {
    "nothing": "nothing",
    "renewables": "renewables",
    "renewables_battery": "+battery",
    "renewables_shifting": "+shifting",
    "all": "all",
}
"""The strategies, short enough for a terminal of 80 columns."""

_DESIGN_LABELS = {
    "solar_mw": "solar MW",
    "wind_mw": "wind MW",
    "battery_mwh": "battery MWh",
    "battery_mw": "battery MW",
    "extra_server_mw": "extra servers MW",
}


def print_replay(plan: Footprint, policy: str, footprint: Footprint, events: int) -> None:
    """Print what a replay under a policy emits beside the plan; load left unserved comes first."""
    from dcsim.report.numbers import NOTHING_BELOW
    from dcsim.run import relative_difference
    from dcsim.units import KG_PER_T

    total_t, planned_t = footprint.total_kg / KG_PER_T, plan.total_kg / KG_PER_T
    scores = footprint.scores
    against = f" ({relative_difference(total_t, planned_t):+.2%})"
    if scores.unserved_mwh > NOTHING_BELOW:
        share = scores.unserved_mwh / scores.load_mwh
        typer.echo(
            f"Policy {policy} leaves {scores.unserved_mwh:,.1f} MWh of the load ({share:.2%}) "
            "unserved: its carbon is that of the load it served, and does not compare with the plan"
        )
        against = ""
    typer.echo(
        f"Policy {policy}: {total_t:,.1f} t CO2e, plan {planned_t:,.1f} t{against}; "
        f"coverage {scores.coverage_frac:.1%}, unserved {scores.unserved_mwh:,.1f} MWh, "
        f"{events} events"
    )
