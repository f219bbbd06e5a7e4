"""`dcsim pareto`: fronts of carbon against carbon, or of cost against carbon."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dcsim.cli.display import bar, print_table, print_warnings
from dcsim.cli.options import GridFileOption, ScenarioArgument, SetOption

if TYPE_CHECKING:
    from dcsim.fronts import Fronts
    from dcsim.optimize.front import Front

GOES_ON = "Stopped; the points found so far are kept. Run the same command again to go on."

PointsOption = Annotated[
    int, typer.Option("--points", help="Points of each front, ends included; 3 at least.")
]
FrontOption = Annotated[
    str,
    typer.Option(
        "--front",
        metavar="carbon|cost",
        help="Operational against embodied carbon, or cost against total carbon.",
    ),
]
StrategiesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--strategies", metavar="NAME", help="Only this strategy's front. May be given again."
    ),
]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", help="The folder of fronts; results/<name>-front-<kind> if left out."),
]


def pareto(
    scenario: ScenarioArgument,
    points: PointsOption = 20,
    front: FrontOption = "carbon",
    strategies: StrategiesOption = None,
    set_: SetOption = None,
    grid_file: GridFileOption = None,
    out: OutOption = None,
) -> None:
    """Trace each strategy's front with bounds; if stopped, the same command goes on."""
    from dcsim.fronts import checked_kind, checked_strategies, fronts_to_folder
    from dcsim.scenario.load import load_scenario

    kind, wanted = checked_kind(front), checked_strategies(strategies or [])
    asked = load_scenario(scenario, set_ or [], grid_file)
    folder = out or Path("results") / f"{asked.name.replace(' ', '-')}-front-{kind}"
    with bar(GOES_ON) as progress:
        found = fronts_to_folder(asked, kind, points, folder, wanted, progress)
    _print_fronts(found)
    typer.echo(f"Page: {(folder / 'front.html').resolve()}")


def _print_fronts(found: Fronts) -> None:
    """Print a line for each strategy."""
    from dcsim.optimize.front import AXES

    total = ("least total t",) if AXES[found.kind].is_summable else ()
    unit = "t" if total else "USD"
    headings = ("front", "points", *total, "knee: t", f"for {unit}", "largest gap", "seconds")
    rows = [_row(front, found.seconds[front.strategy]) for front in found.fronts]
    print_table(headings, rows, right=range(1, len(headings)))
    print_warnings(found.warnings)
    for strategy, why in found.infeasible.items():
        typer.echo(f"{strategy}: {why}")


def _row(front: Front, seconds: float) -> tuple[str, ...]:
    from dcsim.units import KG_PER_T

    knee, is_carbon = front.points[front.knee], front.axes.is_summable
    total = (f"{float((front.x + front.y).min()) / KG_PER_T:,.1f}",) if is_carbon else ()
    return (
        front.strategy,
        str(len(front.points)),
        *total,
        f"{knee.x / KG_PER_T:,.1f}",
        f"{knee.y / (KG_PER_T if is_carbon else 1.0):,.1f}",
        f"{front.largest_gap_frac:.2%}",
        f"{seconds:.1f}",
    )
