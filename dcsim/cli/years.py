"""`dcsim years`: what a design made for one year costs in the others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dcsim.cli.display import print_table, print_warnings, steps
from dcsim.cli.options import SetOption

if TYPE_CHECKING:
    from dcsim.optimize.regret_table import RegretTable

ScenarioArgument = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A YAML file with two years or more.")
]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", help="Where table and figure go; results/<name>-years if left out."),
]


def years(scenario: ScenarioArgument, out: OutOption = None, set_: SetOption = None) -> None:
    """Run the best design of each year, of all and of the worst in every year: the regret table."""
    from dcsim.optimize.regret import regret_of
    from dcsim.report.figures_years import write_regret
    from dcsim.report.prose_basis import warnings_of
    from dcsim.scenario.load import load_scenario
    from dcsim.traces.years import build_years

    asked = load_scenario(scenario, set_ or [])
    folder = out or Path("results") / f"{asked.name.replace(' ', '-')}-years"
    with steps() as progress:
        progress("reading grids and load")
        world = build_years(asked)
        table = regret_of(asked, world, asked.strategies[-1], progress)
        progress("writing the table and its figure")
        paths = write_regret(table, folder)
    _print_regret(table)
    print_warnings(warnings_of(world))
    for path in paths:
        typer.echo(f"{'Table' if path.suffix == '.csv' else 'Figure'}: {path}")


def _print_regret(table: RegretTable) -> None:
    """Print total and regret of each design in each year, and then the designs."""
    from dcsim.optimize.plan import Design
    from dcsim.report.figures_years import unit_in_words

    typer.echo(f"Total [{unit_in_words(table)}], and how far above the best of the year:\n")
    headings = ("made for", *map(str, table.totals.columns), "at most")
    print_table(headings, _rows(table), right=range(1, len(headings)))
    typer.echo("")
    capacities = Design().as_dict()
    print_table(
        ("made for", *map(_heading, capacities)),
        (
            (made_for, *(f"{size:,.1f}" for size in design.as_dict().values()))
            for made_for, design in table.designs.items()
        ),
        right=range(1, len(capacities) + 1),
    )
    if table.totals.isna().any(axis=None):
        typer.echo("\n–: the design does not keep the limits in that year, or there is none.")


def _rows(table: RegretTable) -> Iterator[tuple[str, ...]]:
    from dcsim.report.figures_years import regret_in_words, total_in_words

    regret, largest = table.regret_frac.to_numpy(), table.largest_regret_frac.to_numpy()
    for row, (made_for, totals) in enumerate(table.totals.iterrows()):
        cells = (
            f"{total_in_words(table, total)} ({regret_in_words(frac)})"
            for total, frac in zip(totals, regret[row], strict=True)
        )
        yield (str(made_for), *cells, regret_in_words(float(largest[row])))


def _heading(capacity: str) -> str:
    """Return the name of a capacity, such as `battery_mwh`, as a heading."""
    words, unit = capacity.replace("_", " ").rsplit(" ", 1)
    return f"{words} {unit.replace('mw', 'MW')}"
