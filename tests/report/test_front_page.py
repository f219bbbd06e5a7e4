"""Pages of fronts, made from fronts written out by hand: figures, tables, words, one file."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from dcsim.grid.generation import Source
from dcsim.optimize.front import Front, FrontKind, FrontPoint
from dcsim.optimize.plan import Certificate, Design
from dcsim.report.figures_front import front_figures
from dcsim.report.front_page import write_front_report
from dcsim.report.tables_front import front_sentences, front_table
from dcsim.scenario.spec import Scenario, Strategy
from dcsim.traces.frame import Traces
from tests.conftest import scenario_of, traces_of
from tests.report.page import Page

T = 1000.0
M = 1e6


def certificate_of(unit: str, y: float, bound: float) -> Certificate:
    return Certificate("Optimal", "by hand", unit, y, bound, 0, True, True, 0, 0, 1, 1, 1, 1)


def point(unit: str, x: float, y: float, slope: float, design: Design) -> FrontPoint:
    return FrontPoint(x, y, x, design, certificate_of(unit, y, y), slope)


def carbon_front(strategy: Strategy, more_t: float = 0.0) -> Front:
    """Embodied 8, 4, 2, 0 t and operational 10, 11, 14, 26 t: least total 15 t, at 4 t.

    The chord of the ends has 26 - 2 x: of the points, 4 t lies 7 t below it, and 2 t lies 8 t.
    """
    sizes = [
        (8, 10, 0, Design(20, 30, 40, 10, 1)),
        (4, 11, -0.5, Design(10, 15, 20, 5)),
        (2, 14, -3, Design(4, 8)),
        (0, 26, -6, Design()),
    ]
    points = tuple(
        point("kg CO2e", x * T, (y + more_t) * T, slope, design) for x, y, slope, design in sizes
    )
    return Front(strategy, "carbon", points, optimum=1)


def cost_front() -> Front:
    """18, 15 and 12 t for 1, 1.3 and 4 million USD; the slopes are -50, -400 and -1,000 USD/t."""
    sizes = [(18, 1.0, -0.05), (15, 1.3, -0.4), (12, 4.0, -1.0)]
    points = tuple(point("USD", x * T, y * M, slope, Design(x, 1)) for x, y, slope in sizes)
    return Front("all", "cost", points)


FRONTS: dict[FrontKind, list[Front]] = {
    "carbon": [carbon_front("renewables", 3), carbon_front("all")],
    "cost": [cost_front()],
}


IMPOSSIBLE: dict[Strategy, str] = {
    "renewables_battery": "strategy renewables_battery has no feasible plan. Too little"
}


def world() -> tuple[Scenario, Traces]:
    scenario = scenario_of(description="what <b>one</b> costs in the other")
    traces = traces_of(scenario, intensity=[1.0] * 48)
    return scenario, replace(traces, sources=(Source("grid", "ERCO:reference", "modelled"),))


@pytest.fixture(scope="module", params=["carbon", "cost"])
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    """The kind of front, and the folder its page was written to."""
    folder = tmp_path_factory.mktemp(request.param)
    scenario, traces = world()
    write_front_report(FRONTS[request.param], scenario, [traces], folder, IMPOSSIBLE)
    return request.param, folder


def test_page_needs_nothing_from_outside_and_is_whole(written: tuple[FrontKind, Path]) -> None:
    html = (written[1] / "front.html").read_text(encoding="utf-8")
    page = Page(html)
    assert page.open == []
    assert not re.search(r"https?://|url\(|@import|<script|<link|<iframe", html)
    images = [attributes for tag, attributes in page.tags if tag == "img"]
    assert len(images) == 2
    for image in images:
        assert str(image["src"]).startswith("data:image/svg+xml;base64,")
        assert len(str(image["alt"])) > 60
    assert not re.search(r"\bnan\b|\binf\b", re.sub(r"base64,[^\"]*", "", html))


def test_what_a_scenario_says_is_harmless(written: tuple[FrontKind, Path]) -> None:
    html = (written[1] / "front.html").read_text(encoding="utf-8")
    assert "<b>one</b>" not in html
    assert "&lt;b&gt;one&lt;/b&gt;" in html


def test_modelled_grids_are_said_to_be(written: tuple[FrontKind, Path]) -> None:
    words = Page((written[1] / "front.html").read_text(encoding="utf-8")).words
    assert "Reference year (modelled): the grid's hours come from ERCO:reference" in words


def test_strategies_without_a_front_are_told(written: tuple[FrontKind, Path]) -> None:
    words = Page((written[1] / "front.html").read_text(encoding="utf-8")).words
    assert "“Renewables + battery” has no feasible plan. Too little." in words


def test_a_star_is_told_of_where_there_is_one(written: tuple[FrontKind, Path]) -> None:
    kind, folder = written
    words = Page((folder / "front.html").read_text(encoding="utf-8")).words
    assert "The diamond is the knee" in words
    assert ("the star the least total" in words) == (kind == "carbon")
    assert "each point of the front of “All together”" in words


def test_same_fronts_same_bytes(written: tuple[FrontKind, Path], tmp_path: Path) -> None:
    kind, folder = written
    scenario, traces = world()
    write_front_report(FRONTS[kind], scenario, [traces], tmp_path, IMPOSSIBLE)
    files = sorted(path.relative_to(folder) for path in folder.rglob("*.*"))
    assert [file.name for file in files] == [
        "front_designs.png", "front_designs.svg", "fronts.png", "fronts.svg", "front.html",
    ]  # fmt: skip
    for file in files:
        assert (tmp_path / file).read_bytes() == (folder / file).read_bytes(), file


def test_table_of_a_carbon_front_has_every_point() -> None:
    """Columns: point, embodied, operational, total, five sizes, slope, gap, what it is."""
    table = front_table(carbon_front("all"), 48)
    rows = [[cell.text for cell in row] for row in table.rows]
    assert table.head[1] == "Embodied [t CO₂e in 48\u00a0hours]"
    assert table.head[3] == "Total [t CO₂e in 48\u00a0hours]"
    assert [row[1:4] for row in rows] == [
        ["8.000", "10.00", "18.00"],
        ["4.000", "11.00", "15.00"],
        ["2.000", "14.00", "16.00"],
        ["0", "26.00", "26.00"],
    ]
    assert rows[0][4:9] == ["20.00", "30.00", "40.00", "10.00", "1.000"]
    assert [row[9] for row in rows] == ["0 t", "0.500 t", "3.00 t", "–"]
    assert [row[-1] for row in rows] == ["", "least total", "knee", ""]
    assert rows[-1][-2] == "–"


def test_table_of_a_cost_front_has_prices_of_a_tonne() -> None:
    table = front_table(cost_front(), 8766)
    rows = [[cell.text for cell in row] for row in table.rows]
    assert "Cost [million USD per year]" in table.head
    assert not any(head.startswith("Total") for head in table.head)
    assert [row[1:3] for row in rows] == [
        ["18.00", "1.000"],
        ["15.00", "1.300"],
        ["12.00", "4.000"],
    ]
    assert [row[8] for row in rows] == ["50.0 USD", "400 USD", "–"]
    assert [row[-1] for row in rows] == ["", "knee", ""]


def test_gaps_are_those_of_the_front() -> None:
    """From 8 to 4 t the tangents are y = 10 and y = 13 - x / 2 [t], which meet at 6 t.

    The chord is 10.5 there: a gap of 0.5 over a total of 16.5.
    """
    row = front_table(carbon_front("all"), 48).rows[0]
    assert row[-2].text == "3.03\u00a0%"


def test_sentences_of_a_carbon_front() -> None:
    least, knee, known = front_sentences(FRONTS["carbon"], 48)
    assert "The least total is 15.0 t CO₂e in 48\u00a0hours: 4.00 t for making" in least
    assert "11.0 t for the grid power" in least
    assert "knee: 2.00 t embodied and 14.0 t CO₂e operational" in knee
    assert "one more tonne of embodied carbon saves 3.00 t." in knee
    assert f"{100 * max(front.largest_gap_frac for front in FRONTS['carbon']):.2f}" in known


def test_sentences_of_a_cost_front() -> None:
    ends, knee, _ = front_sentences([cost_front()], 8766)
    assert "The cheapest plan costs 1.00 million USD a year and emits 18.0 t CO₂e" in ends
    assert "the cleanest emits 12.0 t and costs 4.00 million USD" in ends
    assert "saves 400 USD" in knee


def test_a_front_known_exactly_is_said_to_be() -> None:
    """Two points whose tangents are the chord between them: y = 10 - x."""
    points = (point("kg CO2e", 4.0, 6.0, -1, Design(1)), point("kg CO2e", 0.0, 10.0, -1, Design()))
    *_, known = front_sentences([Front("all", "carbon", points, optimum=0)], 48)
    assert known == "Between its points each front is known exactly."


@pytest.mark.parametrize(("kind", "unit"), [("carbon", "t CO₂e"), ("cost", "million USD")])
def test_axes_have_units_and_every_strategy_a_line(kind: FrontKind, unit: str) -> None:
    figure, alt = front_figures(FRONTS[kind], 48)["fronts"]
    whole, near = figure.axes
    assert f"[{unit} in 48\u00a0hours]" in whole.get_ylabel()
    assert "[t CO₂e in 48\u00a0hours]" in near.get_xlabel()
    names = whole.get_legend_handles_labels()[1]
    assert names == [{"renewables": "Renewables", "all": "All together"}[f.strategy]
                     for f in FRONTS[kind]]  # fmt: skip
    line = whole.lines[-3 if kind == "carbon" else -2]
    np.testing.assert_allclose(line.get_xdata(), FRONTS[kind][-1].x / T)
    assert "knee at (" in alt
    for axes in (whole, near):
        assert axes.get_xlim()[0] >= 0
        assert axes.get_ylim()[0] >= 0


def test_designs_along_a_front_are_those_of_its_points() -> None:
    figure, alt = front_figures(FRONTS["carbon"], 48)["front_designs"]
    powers, energy = figure.axes
    by_label = {str(line.get_label()): line for line in powers.lines}
    assert list(by_label["Wind [MW]"].get_ydata()) == [30, 15, 8, 0]
    assert list(energy.lines[0].get_ydata()) == [40, 20, 0, 0]
    assert energy.get_ylabel() == "Battery energy [MWh]"
    assert "8.000 t CO₂e in 48\u00a0hours with" in alt
    assert "solar 20.00 MW" in alt
    assert "battery energy 40.00 MWh" in alt
