"""The report of a batch: one HTML file that needs nothing else, and its figures.

A study of several places that are all asked the same is an atlas: a map, a ranking, what each place
builds. Any other is a table of its cases. The same findings give the same bytes.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from dcsim.errors import explained
from dcsim.report import (
    atlas_figures,
    atlas_figures_more,
    atlas_tables,
    atlas_why,
    atlas_words,
    batch_cases,
)
from dcsim.report.atlas_map import RADIUS, WIDTH, Map, atlas_map
from dcsim.report.atlas_map_figures import MAPS, map_figures
from dcsim.report.atlas_places import Atlas, is_atlas
from dcsim.report.batch import BatchFindings
from dcsim.report.figures import Described, figure_bytes
from dcsim.report.folder import write_file
from dcsim.report.style import report_style, settled
from dcsim.report.tables import Table, table_of
from dcsim.report.tables_basis import factors_table_of, rates_table_of
from dcsim.report.write import FIGURES, REPORT, Picture, environment

CAPTIONS = {
    "best_and_worst": "Bars are what is left with the plan; behind each, its total and what is "
    "saved of doing nothing.",
    "before_and_after": "Each disc is a place. Lines join places that save the same share.",
    "options": "Left: against doing nothing. Right: what a battery, shifting and both take off "
    "what is left with solar and wind alone.",
    "goes_with": "Each disc is a place, each column something it is like, each row something it "
    "builds. ρ is the rank correlation; bold from 0.5 on. It tells what goes with what, not what "
    "causes it.",
    "carbon_fronts": "To the right more is made, down less is emitted in running. Left as it is, "
    "right over what doing nothing emits, so that places of all grids compare.",
    "cost_fronts": "To the left less is emitted, up it costs more.",
    "ranks": "A line for each place from its rank under the first labels to that under another.",
    "cases": "What each case emits with its plan, all that is built included.",
}
"""What each figure shows and how to read it."""

OF_PLACES = (
    "A place is a balancing authority: its whole grid, and sun and wind as its own fleets have "
    "them, unless the scenario takes them from a weather file: then all its places share that "
    "file. Where it has no fleet, the data has no sun or no wind, and plans cannot build any; or, "
    "with `source: nearest`, the nearest fleet of another authority stands for it, whose power "
    "would come over lines that the model does not limit. A "
    "site within it differs: `solar: {source: weather, file: site.epw}` takes the weather of one.",
    "All places carry the same load, per MW of its mean, so that they compare; latency, land, "
    "water, permits, taxes and the price of power of each place are left out unless the scenario "
    "has them.",
)
"""What a reader must know of comparing places."""

LIMITS = (
    "The plan knows the whole horizon in advance, and the grid does not react to it: what is shown "
    "is the best that could be done, not what an operator would reach.",
    "A number under another account is another way of counting, not another atmosphere: totals "
    "change between accounts though nothing else is built or burned.",
    "For a decision about a place, bring its records (`dcsim grids import`, or `dcsim grids fetch "
    "--ba CODE --year YEAR`) and plan it alone: `dcsim plan SCENARIO --set grid.id=CODE:YEAR`. "
    "That report has the hours, the ledger, the prices of limits and the replay.",
)
"""What a reader must know of the method."""


def write_batch_report(findings: BatchFindings, folder: Path) -> None:
    """Write `report.html` and `figures/<name>.png` and `.svg` into an existing folder.

    Args:
        findings: What the batch has found so far.
        folder: Where to; files of the same name are replaced, each whole or not at all.

    Raises:
        OutputError: A file cannot be written.
    """
    atlas = Atlas(findings)
    page = _atlas_page(atlas) if is_atlas(findings) else _cases_page(atlas)
    pictures = _write_figures(page.pop("figures"), folder / FIGURES)
    html = (
        environment()
        .get_template("batch.html.j2")
        .render(
            findings=findings,
            pictures={picture.name: picture for picture in pictures},
            modelled_notice=modelled_notice(findings),
            grids_table=_grids_table(findings),
            warnings_table=warnings_table(findings),
            asked_table=_asked_table(findings),
            rates_table=rates_table_of(atlas.scenario),
            factors_table=factors_table_of(atlas.scenario),
            versions_table=_versions_table(findings),
            **page,
        )
    )
    write_file(folder / REPORT, html.encode("utf-8"))


def batch_figures(findings: BatchFindings) -> dict[str, Described]:
    """Draw what the report of a batch shows, and maps of its places.

    Args:
        findings: What the batch has found so far.

    Returns:
        For each name the figure and its alternative text; only those there is something to show in.
    """
    atlas = Atlas(findings)
    if not is_atlas(findings):
        return _cases_figures(atlas)
    return {} if atlas.places.empty else _atlas_figures(atlas, atlas_map(atlas))


def _write_figures(figures: Mapping[str, Described], folder: Path) -> list[Picture]:
    """Write figures as PNG and SVG, remove those of an earlier report, and return the page's."""
    with explained(folder):
        folder.mkdir(exist_ok=True)
        for name in {*CAPTIONS, *MAPS} - figures.keys():
            for file_format in ("png", "svg"):
                (folder / f"{name}.{file_format}").unlink(missing_ok=True)
    pictures = []
    for name, (figure, alt) in figures.items():
        svg = figure_bytes(figure, "svg")
        write_file(folder / f"{name}.png", figure_bytes(figure, "png"))
        write_file(folder / f"{name}.svg", svg)
        if name in CAPTIONS:
            data = b64encode(svg).decode("ascii")
            pictures.append(Picture(name, alt, CAPTIONS[name], data))
    return pictures


def _atlas_page(atlas: Atlas) -> dict[str, Any]:
    drawn = atlas_map(atlas)
    has_any = not atlas.places.empty
    ranked, apart = atlas_tables.ranked_table(atlas), atlas_tables.apart_table(atlas)
    why = atlas_tables.why_table(atlas) if has_any else None
    return {
        "is_atlas": True,
        "limits": OF_PLACES + LIMITS,
        "headline": atlas_words.atlas_headline(atlas),
        "trouble": atlas_words.trouble(atlas),
        "map": drawn,
        "map_width": WIDTH,
        "radius": RADIUS,
        "main_table": ranked,
        "apart_table": apart,
        "regions_table": atlas_tables.regions_table(atlas) if has_any else None,
        "why_table": why,
        "rules": atlas_why.RULES,
        "goes_with": atlas_why.correlations_in_words(atlas) if has_any else [],
        "options_table": atlas_tables.options_table(atlas),
        "accounts_table": atlas_tables.accounts_table(atlas),
        "correlations_table": atlas_tables.correlations_table(atlas) if has_any else None,
        "trouble_table": atlas_tables.trouble_table(atlas.findings),
        "explained_table": atlas_tables.explained_table(ranked, apart, why),
        "figures": _atlas_figures(atlas, drawn) if has_any else {},
    }


def _atlas_figures(atlas: Atlas, drawn: Map | None) -> dict[str, Described]:
    """Draw all there is something to draw for."""
    with report_style():
        figures = {name: draw(atlas) for name, draw in _FIGURES.items()}
        return settled(figures | (map_figures(drawn) if drawn else {}))


_FIGURES: dict[str, Callable[[Atlas], Described | None]] = {
    "best_and_worst": atlas_figures.best_and_worst_figure,
    "before_and_after": atlas_figures.before_and_after_figure,
    "goes_with": atlas_figures.goes_with_figure,
    "options": atlas_figures.options_figure,
    "carbon_fronts": atlas_figures_more.carbon_fronts_figure,
    "cost_fronts": atlas_figures_more.cost_fronts_figure,
    "ranks": atlas_figures_more.ranks_figure,
}


def _cases_page(atlas: Atlas) -> dict[str, Any]:
    cases = batch_cases.cases_table(atlas)
    return {
        "is_atlas": False,
        "limits": LIMITS,
        "map": None,
        "headline": batch_cases.cases_headline(atlas),
        "trouble": batch_cases.cases_trouble(atlas),
        "main_table": cases,
        "trouble_table": atlas_tables.trouble_table(atlas.findings),
        "explained_table": atlas_tables.explained_table(cases),
        "figures": _cases_figures(atlas),
    }


def _cases_figures(atlas: Atlas) -> dict[str, Described]:
    with report_style():
        return settled({"cases": batch_cases.cases_figure(atlas)})


def modelled_notice(findings: BatchFindings) -> str:
    """Return what a reader must know if grids are modelled; empty if all are records."""
    rows = findings.plans.drop_duplicates("origin")
    modelled = rows[rows["is_modelled"].astype(bool)]
    if modelled.empty:
        return ""
    count = "all grids" if len(modelled) == len(rows) else f"{len(modelled)} of {len(rows)} grids"
    return (
        f"Reference years (modelled): the hours of {count} are not a record of what happened. They "
        "rank places and show what drives plans; use measured data before you build on these "
        "numbers."
    )


def _grids_table(findings: BatchFindings) -> Table:
    """Return where the hours of grids are from, those of one kind together."""
    rows = findings.plans.drop_duplicates("origin")
    kinds = (("Reference years (modelled)", True), ("Records", False))
    table = [
        (name, f"{len(some)}", ", ".join(str(origin) for origin in some["origin"]))
        for name, is_modelled in kinds
        if len(some := rows[rows["is_modelled"].astype(bool) == is_modelled])
    ]
    head = [("Kind", False), ("Grids", True), ("Which", False)]
    return table_of("grids", "Where the hours of the grids are from", head, table)


def warnings_table(findings: BatchFindings) -> Table | None:
    """Return the warnings of each grid's cases, each once, or none."""
    rows = findings.plans.drop_duplicates(["origin", "warnings"])
    warned = [(row["origin"], row["warnings"]) for _, row in rows.iterrows() if row["warnings"]]
    if not warned:
        return None
    head = [("Grid", False), ("Read this before acting on its plans", False)]
    return table_of("warnings", "Warnings", head, warned)


def _asked_table(findings: BatchFindings) -> Table:
    rows = [(axis, f"{len(labels)}", ", ".join(labels)) for axis, labels in findings.axes.items()]
    head = [("Axis", False), ("Labels", True), ("The first is looked at first", False)]
    caption = f"What was asked: {findings.cases} cases, of which {findings.done} have results"
    return table_of("asked", caption, head, rows)


def _versions_table(findings: BatchFindings) -> Table:
    rows = [(name, version) for name, version in findings.versions.items()]
    return table_of("versions", "Versions", [("Package", False), ("Version", False)], rows)
