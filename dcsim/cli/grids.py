"""`dcsim grids`: the balancing authorities dcsim knows, and the records you bring."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dcsim.cli import grids_show
from dcsim.cli.display import bar, print_table
from dcsim.cli.stopping import interrupt_if_stopped

if TYPE_CHECKING:
    from dcsim.grid.store.importing import ImportResult
    from dcsim.grid.store.provenance import GridId, Provenance

grids_app = typer.Typer(
    help="List, show and map the US balancing authorities; import, fetch and check their records.",
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
JoinOption = Annotated[
    bool,
    typer.Option("--join", help="Join them also to a year that is stored from other records."),
]
grids_app.command("show")(grids_show.show)
grids_app.command("check")(grids_show.check)
grids_app.command("map")(grids_show.map_)
grids_app.command("trace")(grids_show.trace)


@grids_app.command("list")
def list_(
    all_: Annotated[bool, typer.Option("--all", help="Also those that no longer report.")] = False,
) -> None:
    """List the balancing authorities, and which of their years are imported."""
    from dcsim.grid.authorities import authority_of_code, known_authorities
    from dcsim.grid.store.versions import store_folder, stored_ids

    years: dict[str, list[str]] = {}
    for grid_id in stored_ids():
        years.setdefault(grid_id.ba_code, []).append(f"{grid_id.year} ({_grade_of(grid_id)})")
    new = [authority_of_code(code) for code in years if code not in known_authorities()]
    shown = [ba for ba in (*known_authorities().values(), *new) if all_ or ba.is_active]
    rows = (
        (
            ba.ba_code,
            ba.ba_name + ("" if ba.is_active else " (gone)"),
            ba.region,
            _cell(ba.gen_total_gwh),
            ba.mix_grade or "-",
            _cell(ba.demand_gwh),
            _cell(ba.peak_demand_mw),
            ", ".join(years.get(ba.ba_code, [])),
        )
        for ba in shown
    )
    headings = ("BA", "name", "region", "GWh made", "mix", "GWh used", "peak MW", "imported")
    print_table(headings, rows, right=(3, 5, 6), spare=(6, 5, 2, 3), short=(1,))
    typer.echo(
        f"{len(shown)} authorities; mix is the grade of the annual mix, A to D (not comparable): "
        f"`dcsim grids show BA` says why; imported grids are in {store_folder()}"
    )


def _grade_of(grid_id: GridId) -> str:
    from dcsim.errors import DataError
    from dcsim.grid.store.versions import read_provenance

    try:
        return read_provenance(grid_id).grade
    except DataError:
        return "damaged"


def _cell(value: float | None) -> str:
    return "-" if value is None else f"{value:,.0f}"


@grids_app.command("import")
def import_(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files, or folders.")],
    ba: BaOption = None,
    only: OnlyOption = None,
    format_: FormatOption = None,
    clock: ClockOption = "auto",
    replace: Annotated[
        bool, typer.Option("--replace", help="Begin anew, without what is stored of the years.")
    ] = False,
    join: JoinOption = False,
) -> None:
    """Read hourly records in any known format, repair and grade them, and keep them."""
    from dcsim.grid.store.importing import clock_named, import_files

    with bar() as progress:
        result = import_files(
            paths,
            ba_code=ba,
            wanted=only,
            format_name=format_,
            clock=clock_named(clock),
            replaces=replace,
            joins=join,
            progress=progress,
        )
    _print_import(result)


@grids_app.command()
def fetch(
    ba: Annotated[
        list[str], typer.Option("--ba", help="EIA's code, or `all`. May be given again.")
    ],
    year: Annotated[int, typer.Option("--year", help="Calendar year, UTC.")],
    join: JoinOption = False,
    url: Annotated[str | None, typer.Option("--url", hidden=True)] = None,
) -> None:
    """Fetch a year from EIA's API (key in EIA_API_KEY, or asked for), and import it.

    A year that still runs is fetched up to the last midnight, UTC.
    """
    import os
    import sys

    from dcsim.grid.authorities import authority_named
    from dcsim.grid.readers.eia_http import URL
    from dcsim.grid.readers.eia_key import checked_key, key_from
    from dcsim.grid.store.fetching import active_codes, fetch_year

    is_all = any(name.lower() == "all" for name in ba)
    interrupt_if_stopped()  # a prompt for the key hides what is typed, until it ends
    codes = active_codes(year) if is_all else [authority_named(name).ba_code for name in ba]
    key = key_from(os.environ) or checked_key(
        typer.prompt("EIA API key", hide_input=True) if sys.stdin.isatty() else ""
    )
    with bar() as progress:
        result = fetch_year(codes, year, key, progress=progress, base_url=url or URL, joins=join)
    _print_import(result)


def _print_import(result: ImportResult) -> None:
    """Print what was put away, a line a year, and what was left out."""
    from dcsim.grid.authorities import known_authorities
    from dcsim.grid.readers.naming import unregistered_note

    formats = [file.format for one in result.imported for file in one.provenance.files]
    typer.echo(f"Read as {', '.join(dict.fromkeys(formats))}")
    rows = ((str(one.grid_id), *_kept(one.provenance)) for one in result.imported)
    print_table(("grid", "hours", "changed", "grade", "why"), rows, right=(1, 2))
    for one in result.imported:
        if not one.is_new:
            typer.echo(f"{one.grid_id} was there already")
        if one.joined is not None and one.joined != one.grid_id:
            typer.echo(f"Joined {one.grid_id} from the files and {one.joined}")
    for warning in dict.fromkeys(w for one in result.imported for w in one.provenance.warnings):
        typer.echo(f"Warning: {warning}")
    codes = dict.fromkeys(one.grid_id.ba_code for one in result.imported)
    for code in codes:
        if code not in known_authorities():
            typer.echo(f"Note: {unregistered_note(code)}")
    for line in result.left_out:
        typer.echo(f"Left out: {line}")


def _kept(provenance: Provenance) -> Sequence[str]:
    return (
        f"{provenance.hours:,}",
        f"{provenance.changed_hours:,}",
        provenance.grade,
        "; ".join(provenance.reasons),
    )


@grids_app.command()
def remove(
    grid: Annotated[str, typer.Argument(metavar="GRID", help="BA:YEAR, or BA:YEAR:VERSION.")],
) -> None:
    """Take an imported year, or one version of it, out of the store."""
    from dcsim.grid.store.grids import stored_id
    from dcsim.grid.store.provenance import GridId
    from dcsim.grid.store.versions import remove

    interrupt_if_stopped()
    found = stored_id(grid)
    is_version = grid.count(":") > 1
    for removed in remove(found if is_version else GridId(found.ba_code, found.year)):
        typer.echo(f"Removed {removed}")


@grids_app.command()
def factors(
    ba: Annotated[str, typer.Option("--ba", help="With the figures of this authority.")] = "",
) -> None:
    """List the emission-factor sets, in kg CO2e per MWh generated."""
    from dcsim.grid.authorities import authority_named
    from dcsim.grid.generation import FUELS
    from dcsim.grid.intensity import factors_table

    table = factors_table(authority_named(ba).ba_code if ba else "")
    rows = ((str(name), *(f"{row[fuel]:.0f}" for fuel in FUELS)) for name, row in table.iterrows())
    headings = ("set, kg/MWh", *("gas" if f == "natural_gas" else f for f in FUELS))
    print_table(headings, rows, right=range(1, 1 + len(FUELS)))
    for name, row in table.iterrows():
        if row["notes"]:
            typer.echo(f"{name}: {row['notes']}")
