"""`dcsim grids show`, `check`, `map` and `trace`: grids in figures and numbers."""

from __future__ import annotations

from collections.abc import Iterable
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dcsim.cli.display import print_table, steps

if TYPE_CHECKING:
    from dcsim.grid.authorities import Authority
    from dcsim.grid.tracing.trace import Traced
    from dcsim.report.grid_report import ShownGrid

OutOption = Annotated[
    Path | None,
    typer.Option("--out", help="Folder for the figures; results/grids/... if left out."),
]
FactorsOption = Annotated[
    str, typer.Option("--factors", help="Emission-factor set; `dcsim grids factors` lists them.")
]
AccountOption = Annotated[
    str, typer.Option("--account", metavar="average|consumption|marginal|reported")
]
DEFAULT_FACTORS = "carbon-explorer"
DEFAULT_OUT = Path("results") / "grids"


def show(
    grid: Annotated[
        str,
        typer.Argument(
            metavar="GRID", help="BA (its reference year), BA:YEAR or BA:YEAR:VERSION (imported)."
        ),
    ],
    account: AccountOption = "average",
    factors: FactorsOption = DEFAULT_FACTORS,
    out: OutOption = None,
) -> None:
    """Show a grid: its facts and year in numbers, and figures of mix, intensity and duration."""
    from dcsim.report.grid_report import account_named, grid_of, show_grid

    asked = grid_of(grid, factors, account_named(account))
    folder = out or DEFAULT_OUT / str(asked.id).replace(":", "-")
    with steps() as progress:
        progress(f"reading and drawing {asked.id}")
        shown = show_grid(asked, folder)
    _print_shown(shown)
    _print_paths(shown.figures)


def _print_shown(shown: ShownGrid) -> None:
    """Print who it is, what it generated, and how clean it was."""
    from dcsim.grid.authorities import MWH_PER_GWH
    from dcsim.traces.yields import warnings_of_yields

    authority, generation = shown.authority, shown.generation
    print_table(("", ""), _facts(shown))
    if generation.has_generation:
        energy_gwh = generation.table.sum() / MWH_PER_GWH
        share = energy_gwh / energy_gwh.sum()
        rows = [
            (str(fuel).replace("_", " "), f"{energy_gwh[fuel]:,.0f}", f"{share[fuel]:.1%}")
            for fuel in energy_gwh.index[energy_gwh != 0]
        ]
        print_table(("fuel", "GWh", "share"), rows, right=(1, 2))
    if authority.note:
        typer.echo(f"Note: {authority.note}")
    warnings = (*generation.source.warnings, *warnings_of_yields(shown.yields))
    for warning in warnings:
        typer.echo(f"Warning: {warning}")


def _facts(shown: ShownGrid) -> Iterable[tuple[str, str]]:
    authority, hourly = shown.authority, shown.intensity_kg_per_mwh
    yield "authority", f"{authority.ba_name} ({authority.ba_code})"
    yield "where", f"{authority.region}, {authority.interconnect} interconnect"
    yield "time zone", authority.time_zone
    yield "data", f"{shown.generation.source.origin}: {shown.generation.source.note}"
    if shown.generation.source.is_modelled:
        yield "mix", f"grade {authority.mix_grade}: {authority.mix_reason}{_check(authority)}"
    yield "hours", f"{len(hourly):,} from {hourly.index[0]:%Y-%m-%d %H:%M}Z"
    yield (
        "intensity",
        f"{hourly.mean():.0f} kg/MWh on average, {hourly.min():.0f} to {hourly.max():.0f}",
    )
    yield from _yields(shown)
    for repair in shown.generation.source.repairs:
        yield repair.rule, f"{repair.hours} hours: {repair.detail}"


def _yields(shown: ShownGrid) -> Iterable[tuple[str, str]]:
    """Yield for solar and wind the fleet's yield, or what is published where there is no fleet."""
    from dcsim.traces.bands import short
    from dcsim.traces.own_supply import FUELS
    from dcsim.traces.yields import published_in_words

    of_fleet = {found.fuel: found for found in shown.yields}
    for fuel in FUELS:
        published = published_in_words(shown.authority, fuel)
        if (found := of_fleet.get(fuel)) is None:
            yield f"{fuel} yield", f"no fleet; {published or 'none is published'}"
            continue
        hours = "" if found.is_of_a_year else f" in {found.hours:,} hours"
        said = [f"{short(found.yield_frac)}{hours}: {found.basis}", f"plausible {found.band}"]
        if not shown.generation.source.is_modelled and published:
            said.append(published)
        yield f"{fuel} yield", "; ".join(said)


def _check(authority: Authority) -> str:
    """Say what eGRID's rate is worth as a check of the annual mix."""
    ratio = authority.egrid_ratio
    times = "" if ratio is None else f"{ratio:.2f} times "
    worth = {
        "independent": f"; {times}eGRID's rate, an independent check",
        "circular": f"; {times}eGRID's rate, which is no check: it rests on the same records",
    }
    return worth.get(authority.mix_check, "; eGRID has no rate of it")


def check(
    grid: Annotated[str, typer.Argument(metavar="GRID", help="BA:YEAR or BA:YEAR:VERSION.")],
    out: OutOption = None,
) -> None:
    """Check an imported year: its grade and why, what repair changed, and a calendar of it."""
    from dcsim.report.grid_report import check_grid

    folder = out or DEFAULT_OUT / grid.replace(":", "-")
    with steps() as progress:
        progress(f"drawing what was changed in {grid}")
        stored, figures = check_grid(grid, folder)
    kept = stored.provenance
    typer.echo(f"{stored.grid_id}: grade {kept.grade}: {'; '.join(kept.reasons)}")
    print_table(
        ("rule", "hours", "where"),
        ((rule.rule, f"{rule.hours:,}", rule.detail) for rule in kept.repairs),
        right=(1,),
    )
    for warning in kept.warnings:
        typer.echo(f"Warning: {warning}")
    for note in stored.notes:
        typer.echo(f"Note: {note}")
    for file in kept.files:
        typer.echo(f"From {file.name} ({file.format}), sha256 {file.sha256}")
    _print_paths(figures)


def map_(
    factors: FactorsOption = DEFAULT_FACTORS,
    year: Annotated[
        int | None,
        typer.Option("--year", help="Imported years, traced; the registry's facts if left out."),
    ] = None,
    out: OutOption = None,
) -> None:
    """Draw a US map of the authorities, sized by demand and colored by mean intensity."""
    from dcsim.report.grid_report import map_grids

    with steps() as progress:
        progress("drawing the map")
        figures = map_grids(factors, out or DEFAULT_OUT, year)
    _print_paths(figures)


def trace(
    year: Annotated[int, typer.Argument(metavar="YEAR", help="A year that is imported.")],
    factors: FactorsOption = DEFAULT_FACTORS,
) -> None:
    """Trace emissions over interchange: what each authority's consumption emitted."""
    from dcsim.report.grid_report import trace_year

    with steps() as progress:
        progress(f"tracing {year}")
        traced = trace_year(year, factors)
    headings = ("BA", "kg/MWh", "mean MW", "fuels-NG", "A-B, B-A", "use-D", "filled h", "silent h")
    print_table(headings, _traced_rows(traced), right=range(1, len(headings)))
    typer.echo(
        "Residuals are mean MW: fuels against net generation, the two ends of a link against each "
        "other, consumption against demand. Filled: hours with a short gap. Silent: hours in which "
        f"nothing is known of a link. Emissions balance to {traced.balance_error:.0e}."
    )
    if alone := [
        code for code in map(str, traced.intensity_kg_per_mwh) if not _has_links(traced, code)
    ]:
        typer.echo(
            f"Note: no interchange of {', '.join(alone)} is known, so that their consumption is "
            "not traced; import EIA's INTERCHANGE files or fetch the year"
        )
    for note in traced.notes:
        typer.echo(f"Note: {note}")


def _traced_rows(traced: Traced) -> Iterable[tuple[str, ...]]:
    """Yield what was traced of each authority; no intensity of one without links."""
    means, residuals = traced.intensity_kg_per_mwh.mean(), traced.residuals
    columns = ("fuels_vs_net_generation_mw", "ends_disagree_mw", "consumption_vs_demand_mw")
    for code in map(str, means.index):
        silent_h = residuals["silent_links_h"][code]
        yield (
            code,
            f"{means[code]:.0f}" if _has_links(traced, code) else "-",
            f"{traced.consumption_mw[code].mean():,.0f}",
            *(_or_dash(residuals[name][code]) for name in columns),
            f"{residuals['filled_h'][code]:,.0f}",
            f"{silent_h:,.0f}" if silent_h else "",
        )


def _has_links(traced: Traced, code: str) -> bool:
    return bool(traced.residuals["links"][code] > 0)


def _or_dash(value: float) -> str:
    return "-" if isnan(value) else f"{value:,.0f}"


def _print_paths(paths: Iterable[Path]) -> None:
    for path in paths:
        typer.echo(f"Figure: {path}")
