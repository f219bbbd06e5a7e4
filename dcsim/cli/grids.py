"""`dcsim grids`: the balancing authorities dcsim knows, and the records you bring."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dcsim.cli.display import bar

if TYPE_CHECKING:
    from dcsim.grid.importing import ImportResult

grids_app = typer.Typer(
    help="List, show and map the US balancing authorities; import and check their records.",
    no_args_is_help=True,
)

BaOption = Annotated[
    str | None, typer.Option("--ba", help="Whose records these are, if the files do not say.")
]
OnlyOption = Annotated[
    list[str] | None,
    typer.Option("--only", metavar="BA", help="Take this authority only. May be given again."),
]
FormatOption = Annotated[
    str | None, typer.Option("--format", help="The format's name; detected if left out.")
]
ClockOption = Annotated[
    str,
    typer.Option(
        "--clock",
        metavar="auto|eia|as-given",
        help="Take out EIA's known clock faults: where the format is EIA's, always, or never.",
    ),
]


@grids_app.command("import")
def import_(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files, or folders.")],
    ba: BaOption = None,
    only: OnlyOption = None,
    format_: FormatOption = None,
    clock: ClockOption = "auto",
) -> None:
    """Read hourly records in any known format, repair and grade them, and keep them."""
    from dcsim.grid.importing import clock_named, import_files

    with bar() as progress:
        result = import_files(
            paths,
            ba_code=ba,
            wanted=only,
            format_name=format_,
            clock=clock_named(clock),
            progress=progress,
        )
    _print_import(result)


def _print_import(result: ImportResult) -> None:
    """Print what was put away, a line a year, and what was left out."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("grid", "format", "hours", "changed", "grade", "why"):
        table.add_column(heading, justify="right" if heading in ("hours", "changed") else "left")
    for one in result.imported:
        kept = one.provenance
        table.add_row(
            str(one.grid_id),
            ", ".join(dict.fromkeys(file.format for file in kept.files)),
            f"{kept.hours:,}",
            f"{sum(rule.hours for rule in kept.repairs):,}",
            kept.grade,
            "; ".join(kept.reasons),
        )
    Console().print(table)
    for line in result.left_out:
        typer.echo(f"Left out: {line}")
