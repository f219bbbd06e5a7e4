"""The report: a `Study` becomes one HTML page that needs nothing else, and a folder of figures.

The same study gives the same bytes: the page has no seconds and no date of its making.
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from dcsim.report import (
    key_figures,
    prose,
    prose_alternatives,
    prose_basis,
    prose_limits,
    prose_risks,
    prose_summary,
    tables,
    tables_alternatives,
    tables_answers,
    tables_basis,
    tables_cost,
    tables_design,
    tables_limits,
    tables_risks,
    tables_sensitivity,
    tables_supply,
    tables_years,
)
from dcsim.report.data import scenario_yaml
from dcsim.report.figures import Described, all_figures, figure_bytes
from dcsim.report.glossary import TERMS
from dcsim.report.sections import FIGURES_OF, SECTIONS, caption_of, sections_of
from dcsim.report.study import Study
from dcsim.scenario.compat import DIFFERENCES

FIGURES = "figures"
REPORT = "report.html"


@dataclass(frozen=True)
class Picture:
    """A figure as a page holds it."""

    name: str
    alt: str
    caption: str
    data: str
    """Base64 of the SVG."""


def write_report(study: Study, folder: Path) -> None:
    """Write `report.html` and `figures/<name>.png` and `.svg` into an existing folder.

    Args:
        study: What the report is about.
        folder: Where to; files of the same name are replaced.

    Raises:
        OSError: The folder cannot be written.
    """
    figures = all_figures(study)
    target = folder / FIGURES
    target.mkdir(exist_ok=True)
    for name, (figure, _) in figures.items():
        (target / f"{name}.png").write_bytes(figure_bytes(figure, "png"))
        (target / f"{name}.svg").write_bytes(figure_bytes(figure, "svg"))
    (folder / REPORT).write_text(page_of(study, figures), encoding="utf-8")


def page_of(study: Study, figures: dict[str, Described]) -> str:
    """Return the report as one page of HTML that refers to nothing outside itself.

    Args:
        study: What the report is about.
        figures: As `all_figures` gives them; the page shows those there are.
    """
    template = environment().get_template("report.html.j2")
    return template.render(
        study=study,
        sections=sections_of(study),
        pictures=pictures_of(study, figures),
        scenario_yaml=scenario_yaml(study),
        **_texts(study),
        **_tables(study),
    )


def pictures_of(study: Study, figures: Mapping[str, Described]) -> dict[str, list[Picture]]:
    """Return for each section its figures, numbered through the page."""
    numbers = count(1)
    return {
        section: [
            picture(name, figures[name], f"Figure {next(numbers)}. {caption_of(study, name)}")
            for name in FIGURES_OF.get(section, ())
            if name in figures
        ]
        for section in SECTIONS
    }


def environment() -> Environment:
    """Return where templates come from, and how they are filled in."""
    return Environment(
        loader=PackageLoader("dcsim.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def picture(name: str, described: Described, caption: str) -> Picture:
    """Return a figure as a page holds it."""
    figure, alt = described
    data = b64encode(figure_bytes(figure, "svg")).decode("ascii")
    return Picture(name, alt, caption, data)


def _texts(study: Study) -> dict[str, Any]:
    return {
        "facts": key_figures.facts(study),
        "tiles": key_figures.tiles(study),
        "summary": prose_summary.executive_summary(study),
        "notices": prose_basis.notices(run.traces for run in study.years),
        "carbon_from": prose.where_it_comes_from(study),
        "shifting": prose.shifting_sentence(study),
        "near": prose_alternatives.near_sentences(study),
        "bad_weeks": prose_risks.bad_weeks_sentences(study),
        "foresight": prose_risks.foresight_sentences(study),
        "limits": prose_limits.limits_sentences(study),
        "binding": prose_limits.binding_sentences(study),
        "ranges": tables_answers.ranges_sentences(study),
        "prices": tables_answers.prices_sentences(study),
        "replay": prose.replay_sentences(study),
        "time": prose_basis.time_sentences(study),
        "left_out": prose_basis.left_out_sentences(study),
        "differences": DIFFERENCES if study.scenario.compat else (),
        "bound": prose_basis.BOUND_SENTENCE,
        "terms": TERMS,
    }


def _tables(study: Study) -> dict[str, Any]:
    return {
        "design_table": tables_design.design_table(study),
        "supply_table": tables_supply.supply_table(study),
        "totals_table": tables.totals_table(study),
        "strategies_table": tables.strategies_table(study),
        "give_up_table": tables_alternatives.give_up_table(study),
        "near_table": tables_alternatives.near_table(study),
        "risks_table": tables_risks.risks_table(study),
        "carbon_swings_table": tables_sensitivity.carbon_swings_table(study),
        "cost_swings_table": tables_sensitivity.cost_swings_table(study),
        "ledger_table": tables.ledger_table(study),
        "events_table": tables.events_table(study),
        "limits_table": tables_limits.limits_table(study),
        "binding_table": tables_limits.binding_table(study),
        "ranges_table": tables_answers.ranges_table(study),
        "break_evens_table": tables_answers.break_evens_table(study),
        "years_table": tables_years.years_table(study),
        "cost_table": tables_cost.cost_table(study),
        "cost_figures_table": tables_cost.cost_figures_table(study),
        "rates_table": tables_basis.rates_table(study),
        "factors_table": tables_basis.factors_table(study),
        "sources_table": tables_basis.sources_table(study),
        "certificate_table": tables_basis.certificate_table(study),
        "versions_table": tables_basis.versions_table(study),
    }
