"""The command line: thin, one function a command. Errors become one panel and exit code 2.

Everything heavy is imported inside the commands, so that `dcsim --help` answers at once.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dcsim.cli.display import panel, steps
from dcsim.cli.grids import grids_app
from dcsim.errors import DcsimError

if TYPE_CHECKING:
    from dcsim.footprint.accounts import Footprint
    from dcsim.report.study import Study
    from dcsim.scenario.spec import Scenario

EXIT_BAD_INPUT = 2

app = typer.Typer(
    name="dcsim",
    help="Plan a datacenter's solar, wind, battery and spare servers for least carbon, then "
    "replay the plan hour by hour.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
scenario_app = typer.Typer(help="Check a scenario file, or print its schema.", no_args_is_help=True)
app.add_typer(scenario_app, name="scenario")
app.add_typer(grids_app, name="grids")

ScenarioArgument = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A YAML file, or the name of a shipped scenario.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Override a key, such as datacenter.capacity_mw=50. May be given again.",
    ),
]
GridFileOption = Annotated[
    Path | None,
    typer.Option(
        "--grid-file", help="Take the grid from this file of hourly generation (CSV or Parquet)."
    ),
]
OutOption = Annotated[
    Path | None, typer.Option("--out", help="The run folder; results/<name> if left out.")
]
PolicyOption = Annotated[
    str, typer.Option("--policy", help="follow_plan, greedy (no shifting) or none.")
]


def main() -> None:
    """Run the command line.

    Exit codes: 0 fine, 1 a fault of dcsim's own, 2 bad input or no optimum, 130 stopped by Ctrl-C
    or by the system (SIGTERM), as shells have it.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        app()
    except DcsimError as error:
        panel(str(error), type(error).__name__)
        sys.exit(EXIT_BAD_INPUT)


@app.command()
def plan(
    scenario: ScenarioArgument,
    out: OutOption = None,
    set_: SetOption = None,
    grid_file: GridFileOption = None,
) -> None:
    """Plan a scenario, replay the plan, and write the run folder with its report."""
    asked = _load(scenario, set_, grid_file)
    folder = out or Path("results") / asked.name.replace(" ", "-")
    from dcsim.run import plan_to_folder

    with steps() as progress:
        study = plan_to_folder(asked, folder, progress)
    _print_study(study)
    typer.echo(f"Report: {(folder / 'report.html').resolve()}")


@app.command()
def simulate(
    source: Annotated[
        str,
        typer.Argument(metavar="RUN|SCENARIO", help="A run folder, or a scenario to plan first."),
    ],
    policy: PolicyOption = "follow_plan",
    set_: SetOption = None,
    grid_file: GridFileOption = None,
) -> None:
    """Replay a planned design under a policy, and compare it with the plan."""
    from dcsim.run import replay_under
    from dcsim.simulate.policies import require_policy

    require_policy(policy)
    study, folder = _study_of(source, set_, grid_file)

    with steps() as progress:
        progress(f"replaying under {policy}")
        result, footprint = replay_under(study, policy)
    if folder is not None:
        from dcsim.report.folder import write_parquet

        path = folder / f"simulated-{policy}.parquet"
        write_parquet(result.energy, path)
        typer.echo(f"Hourly table: {path}")
    _print_replay(study, policy, footprint, len(result.events))


@app.command()
def report(run: Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")]) -> None:
    """Draw the figures and write the report of a run again."""
    from dcsim.run import rewrite_report

    with steps() as progress:
        rewrite_report(run, progress)
    typer.echo(f"Report: {(run / 'report.html').resolve()}")


@scenario_app.command("check")
def check(
    scenario: ScenarioArgument, set_: SetOption = None, grid_file: GridFileOption = None
) -> None:
    """Check a scenario and the data it names, and print it as resolved."""
    asked = _load(scenario, set_, grid_file)
    from dcsim.scenario.document import to_yaml
    from dcsim.traces.frame import build_traces

    traces = build_traces(asked)
    typer.echo(to_yaml(asked.model_dump(mode="json", exclude_none=True)))
    typer.echo(f"Fine: {traces.hours} hours from {traces.index[0]:%Y-%m-%d %H:%M}Z")


@scenario_app.command("schema")
def schema() -> None:
    """Print the JSON Schema of scenario files."""
    import json

    from dcsim.scenario.spec import Scenario

    typer.echo(json.dumps(Scenario.model_json_schema(), indent=2))


def _load(source: str, overrides: list[str] | None, grid_file: Path | None) -> Scenario:
    from dcsim.scenario.load import load_scenario

    return load_scenario(source, overrides or [], grid_file)


def _study_of(
    source: str, overrides: list[str] | None, grid_file: Path | None
) -> tuple[Study, Path | None]:
    """Return the study of a run folder, or plan a scenario that has none yet."""
    if Path(source).is_dir():
        from dcsim.report.reopen import read_study

        if overrides or grid_file:
            raise typer.BadParameter("--set and --grid-file go with a scenario, not with a run")
        return read_study(Path(source)), Path(source)
    asked = _load(source, overrides, grid_file)
    from dcsim.run import run_scenario

    with steps() as progress:
        return run_scenario(asked, progress), None


def _print_study(study: Study) -> None:
    """Print designs and totals of all strategies, and the certificate of the chosen one."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    title = Text(f"{study.scenario.name}: {study.traces.hours} hours", style="table.title")
    table = Table(title=title, box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("", no_wrap=True)
    for outcome in study.outcomes:
        table.add_column(_HEADINGS[outcome.strategy], justify="right")
    for name, cells in _rows(study):
        table.add_row(name, *cells)
    Console().print(table)
    certificate, agreement = study.chosen.certificate, study.agreement
    if certificate is not None:
        typer.echo(
            f"Optimum {certificate.objective:,.3f} kg, proven bound {certificate.bound:,.3f} "
            f"kg, relative gap {certificate.gap:.1e} ({certificate.solver})"
        )
    typer.echo(
        f"Replay ({study.replay.policy}): largest difference {agreement.largest_difference_mw:.1e} "
        f"MW, total {agreement.total_difference_frac:+.1e}; ledger against optimum "
        f"{agreement.ledger_difference_frac:+.1e}"
    )


def _rows(study: Study) -> Iterator[tuple[str, list[str]]]:
    """Yield the lines of the summary table: a name, and a cell for each strategy."""
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
    if any(score.unserved_mwh > 0 for score in scores):
        yield "unserved MWh", [f"{score.unserved_mwh:,.1f}" for score in scores]
    saved = [saved_frac(study, outcome) for outcome in study.outcomes]
    yield "saved", [f"{share:.1%}" if study.is_fair else "-" for share in saved]
    yield "coverage", [f"{score.coverage_frac:.1%}" for score in scores]
    yield "CFE score", [f"{score.cfe_frac:.1%}" for score in scores]


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


def _print_replay(study: Study, policy: str, footprint: Footprint, events: int) -> None:
    from dcsim.run import relative_difference
    from dcsim.units import KG_PER_T

    total_t, planned_t = footprint.total_kg / KG_PER_T, study.chosen.footprint.total_kg / KG_PER_T
    change = relative_difference(total_t, planned_t)
    scores = footprint.scores
    typer.echo(
        f"Policy {policy}: {total_t:,.1f} t CO2e, plan {planned_t:,.1f} t ({change:+.2%}); "
        f"coverage {scores.coverage_frac:.1%}, unserved {scores.unserved_mwh:,.1f} MWh, "
        f"{events} events"
    )
