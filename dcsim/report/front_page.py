"""The page of fronts: one HTML file that needs nothing else, and its figures."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from dcsim.optimize.front import Front
from dcsim.report import tables_front
from dcsim.report.figures import figure_bytes
from dcsim.report.figures_front import front_figures
from dcsim.report.prose import impossible_in_words
from dcsim.report.prose_basis import notices
from dcsim.report.study import STRATEGY_LABELS
from dcsim.report.tables import Table
from dcsim.report.tables_basis import sources_table_of
from dcsim.report.tables_supply import supplies, table_of_supplies
from dcsim.report.write import FIGURES, environment, picture
from dcsim.scenario.spec import Scenario, Strategy
from dcsim.scenario.yaml12 import to_yaml
from dcsim.traces.frame import Traces
from dcsim.units import HOURS_PER_YEAR

PAGE = "front.html"

_LINES = (
    "Each line joins plans of one strategy that are the best under a cap on what is drawn to the "
    "right; the band under it is where better plans could still be. The diamond is the knee{star}. "
    "Left: the whole; right: the part that matters."
)


def caption_of(name: str, front: Front) -> str:
    """Return what a figure of fronts shows and how to read it."""
    if name == "fronts":
        return _LINES.format(star="" if front.optimum is None else ", the star the least total")
    return f"The capacities of each point of the front of “{STRATEGY_LABELS[front.strategy]}”."


def write_front_report(
    fronts: Sequence[Front],
    scenario: Scenario,
    years: Sequence[Traces],
    folder: Path,
    infeasible: Mapping[Strategy, str],
) -> None:
    """Write `front.html` and `figures/<name>.png` and `.svg` into an existing folder.

    Args:
        fronts: One for each strategy, the full one last.
        scenario: What was asked.
        years: What the world does, in each planned year.
        folder: Where to; files of the same name are replaced.
        infeasible: Strategies that cannot keep the limits, with the reason.

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
            notices=notices(years),
            headline=[
                *tables_front.front_sentences(fronts, hours),
                *impossible_in_words(infeasible.items()),
            ],
            pictures=[
                picture(name, figures[name], caption_of(name, fronts[-1])) for name in figures
            ],
            tables=[
                *(tables_front.front_table(front, hours) for front in reversed(fronts)),
                *_supply_tables(scenario, years),
            ],
            sources_table=sources_table_of([s for year in years for s in year.sources]),
            scenario_yaml=to_yaml(scenario.model_dump(mode="json", exclude_none=True)),
        )
    )
    (folder / PAGE).write_text(page, encoding="utf-8")


def _supply_tables(scenario: Scenario, years: Sequence[Traces]) -> list[Table]:
    """Return the table of own supply, or nothing if none exists or may be built."""
    table = table_of_supplies(supplies(scenario, years))
    return [] if table is None else [table]
