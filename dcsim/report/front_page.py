"""The page of fronts: one HTML file that needs nothing else, and its figures."""

from collections.abc import Sequence
from pathlib import Path

from dcsim.optimize.front import Front
from dcsim.report import tables_front
from dcsim.report.figures import figure_bytes
from dcsim.report.figures_front import front_figures
from dcsim.report.prose_basis import modelled_notice
from dcsim.report.tables_basis import sources_table_of
from dcsim.report.write import FIGURES, environment, picture
from dcsim.scenario.document import to_yaml
from dcsim.scenario.spec import Scenario
from dcsim.traces.frame import Traces
from dcsim.units import HOURS_PER_YEAR

PAGE = "front.html"

CAPTIONS = {
    "fronts": "Each line joins plans of one strategy that are the best under a cap on what is "
    "drawn to the right; the band under it is where better plans could still be. The diamond is "
    "the knee, the star the least total. Left: the whole; right: the part that matters.",
    "front_designs": "The capacities of each point of the last front.",
}


def write_front_report(
    fronts: Sequence[Front], scenario: Scenario, years: Sequence[Traces], folder: Path
) -> None:
    """Write `front.html` and `figures/<name>.png` and `.svg` into an existing folder.

    Args:
        fronts: One for each strategy, the full one last.
        scenario: What was asked.
        years: What the world does, in each planned year.
        folder: Where to; files of the same name are replaced.

    Raises:
        OSError: The folder cannot be written.
    """
    hours = round(sum(year.weight * year.years for year in years) * HOURS_PER_YEAR)
    figures = front_figures(fronts, hours)
    target = folder / FIGURES
    target.mkdir(exist_ok=True)
    for name, (figure, _) in figures.items():
        (target / f"{name}.png").write_bytes(figure_bytes(figure, "png"))
        (target / f"{name}.svg").write_bytes(figure_bytes(figure, "svg"))
    page = (
        environment()
        .get_template("front.html.j2")
        .render(
            scenario=scenario,
            modelled_notice=modelled_notice(years),
            headline=tables_front.front_sentences(fronts, hours),
            pictures=[picture(name, figures[name], CAPTIONS[name]) for name in figures],
            tables=[tables_front.front_table(front, hours) for front in reversed(fronts)],
            sources_table=sources_table_of([s for year in years for s in year.sources]),
            scenario_yaml=to_yaml(scenario.model_dump(mode="json", exclude_none=True)),
        )
    )
    (folder / PAGE).write_text(page, encoding="utf-8")
