"""The command line: thin, one function a command. Errors become one panel and exit code 2.

Everything heavy is imported inside the commands, so that `dcsim --help` answers at once.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dcsim.cli.batch import batch_app
from dcsim.cli.display import panel, steps
from dcsim.cli.grids import grids_app
from dcsim.cli.options import GridFileOption, ScenarioArgument, SetOption
from dcsim.cli.pareto import pareto
from dcsim.cli.stopping import signals_handled
from dcsim.cli.streams import EXIT_PIPE_CLOSED, PipeClosed, checked_streams
from dcsim.cli.study import print_replay, print_study
from dcsim.cli.years import years
from dcsim.errors import DcsimError

if TYPE_CHECKING:
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
app.add_typer(batch_app, name="batch")
app.command()(years)
app.command()(pareto)

OutOption = Annotated[
    Path | None, typer.Option("--out", help="The run folder; results/<name> if left out.")
]
AnswersOption = Annotated[
    bool,
    typer.Option(
        "--answers", help="Also find near-optimal ranges and break-evens (many more solves)."
    ),
]
YearOption = Annotated[
    str | None,
    typer.Option("--year", help="Which of several planned years; the first if left out."),
]
PolicyOption = Annotated[
    str, typer.Option("--policy", help="follow_plan, greedy (no shifting) or none.")
]


def main() -> None:
    """Run the command line.

    Exit codes: 0 fine, 1 a fault of dcsim's own, 2 bad input, no optimum, output that cannot be
    written, or a batch some of whose cases failed, 130 stopped by Ctrl-C or by the system
    (SIGTERM), 141 the reader of the output has gone, the last two as shells have them.
    """
    with signals_handled():
        try:
            with checked_streams():
                _run()
        except PipeClosed:
            sys.exit(EXIT_PIPE_CLOSED)
        except DcsimError as error:
            with suppress(OSError):  # nobody could be told
                panel(str(error), type(error).__name__)
            sys.exit(EXIT_BAD_INPUT)


def _run() -> None:
    if sys.flags.optimize > 1:
        panel(
            "Python's option -OO (or PYTHONOPTIMIZE=2) takes away docstrings, which Pyomo and the "
            "help of the commands need; use -O or none",
            "Docstrings are missing",
        )
        sys.exit(EXIT_BAD_INPUT)
    app()


@app.command()
def plan(
    scenario: ScenarioArgument,
    out: OutOption = None,
    set_: SetOption = None,
    grid_file: GridFileOption = None,
    answers: AnswersOption = False,
) -> None:
    """Plan a scenario, replay the plan, and write the run folder with its report."""
    overrides = [*(set_ or []), *(["answers=true"] if answers else [])]
    asked = _load(scenario, overrides, grid_file)
    folder = out or Path("results") / asked.name.replace(" ", "-")
    from dcsim.run import plan_to_folder

    with steps() as progress:
        study = plan_to_folder(asked, folder, progress)
    print_study(study)
    typer.echo(f"Report: {(folder / 'report.html').resolve()}")


@app.command()
def simulate(
    source: Annotated[
        str,
        typer.Argument(metavar="RUN|SCENARIO", help="A run folder, or a scenario to plan first."),
    ],
    policy: PolicyOption = "follow_plan",
    year: YearOption = None,
    set_: SetOption = None,
    grid_file: GridFileOption = None,
) -> None:
    """Replay a planned design under a policy, and compare it with the plan."""
    from dcsim.run import replay_under
    from dcsim.simulate.policies import require_policy

    require_policy(policy)
    study, folder = _study_of(source, set_, grid_file)
    number = study.number_of_year(year)

    with steps() as progress:
        progress(f"replaying under {policy}")
        result, footprint = replay_under(study, policy, number)
    if folder is not None:
        from dcsim.report.data import folder_of_year
        from dcsim.report.folder import write_parquet

        path = folder_of_year(folder, study, number) / f"simulated-{policy}.parquet"
        write_parquet(result.energy, path)
        typer.echo(f"Hourly table: {path}")
    print_replay(study.chosen.by_year[number], policy, footprint, len(result.events))


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
    from dcsim.scenario.yaml12 import to_yaml
    from dcsim.traces.frame import build_traces
    from dcsim.traces.years import each_world

    worlds = [(f" {year.name},", world) for year, world in each_world(asked)]
    worlds = worlds or [("", build_traces(asked))]
    typer.echo(to_yaml(asked.model_dump(mode="json", exclude_none=True)))
    for name, world in worlds:
        typer.echo(f"Fine:{name} {world.hours} hours from {world.index[0]:%Y-%m-%d %H:%M}Z")


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
