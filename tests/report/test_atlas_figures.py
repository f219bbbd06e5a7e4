"""The map and figures of an atlas show its numbers: positions, lengths, colors, names."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from dcsim.report.atlas_figures import (
    before_and_after_figure,
    best_and_worst_figure,
    goes_with_figure,
    options_figure,
    telling,
)
from dcsim.report.atlas_figures_more import (
    carbon_fronts_figure,
    cost_fronts_figure,
    named_places,
    plain_text,
    ranks_figure,
)
from dcsim.report.atlas_map import (
    RADIUS,
    UNKNOWN,
    WIDTH,
    atlas_map,
    letters_on,
    pushed_apart,
)
from dcsim.report.atlas_map_figures import map_figures
from dcsim.report.atlas_places import Atlas
from dcsim.report.batch_cases import cases_figure, cases_table
from dcsim.report.figures import Described
from dcsim.report.style import COLORS, FAINT, report_style
from tests.report.atlas_findings import (
    HAND_SITE,
    atlas_findings,
    case_rows,
    findings_of,
    front_rows,
    hand_findings,
    hand_plan,
)


@pytest.fixture(autouse=True)
def style() -> Iterator[None]:
    with report_style():
        yield


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    """Three places in round numbers, with a front each."""
    plan = {"operational_kg": 2e6, "embodied_kg": 1e6, "solar_mw": 0.0, "wind_mw": 25.0,
            "battery_mwh": 0.0, "battery_mw": 0.0}  # fmt: skip
    fronts = [row for ba in ("CISO", "ERCO", "BPAT")
              for row in front_rows(ba, ba, {"ba": ba, "view": "main"}, plan, 8e6)]  # fmt: skip
    found = hand_findings()
    table = pd.DataFrame(fronts, columns=found.fronts.columns)
    return Atlas(replace(found, fronts=table))


@pytest.fixture(scope="module")
def many() -> Atlas:
    return Atlas(atlas_findings())


def made(draw: Callable[[Atlas], Described | None], atlas: Atlas) -> tuple[Figure, str]:
    described = draw(atlas)
    assert described is not None
    figure, alt = described
    assert len(alt) > 40
    return figure, alt.replace("\u00a0", " ")


def test_bars_are_as_long_as_what_is_left(atlas: Atlas) -> None:
    """CISO keeps 200 t per MW operational and 100 t of wind; BPAT 100; ERCO 400 and 100."""
    figure, alt = made(best_and_worst_figure, atlas)
    (axes,) = figure.axes
    lengths = {str(bars.get_label()): [bar.get_width() for bar in bars]
               for bars in axes.containers}  # fmt: skip
    assert lengths == {
        "Operational: grid import": [100.0, 200.0, 400.0],
        "Making: solar": [0.0, 0.0, 100.0],
        "Making: wind": [0.0, 100.0, 0.0],
    }
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == ["1  BPAT", "2  CISO", "3  ERCO"]
    assert [text.get_text().replace("\u00a0", " ") for text in axes.texts] == [
        "100 (0 % saved)", "300 (66 % saved)", "500 (50 % saved)",
    ]  # fmt: skip
    assert "Least at BPAT with 100, most at ERCO with 500 t" in alt


def test_many_places_are_drawn_from_both_ends(many: Atlas) -> None:
    figure, _ = made(best_and_worst_figure, many)
    best, worst = figure.axes
    assert [t.get_text() for t in best.get_yticklabels()] == [
        f"{n}  {ba}" for n, ba in enumerate(many.places.index[:10], start=1)
    ]
    assert worst.get_yticklabels()[-1].get_text() == f"58  {many.places.index[-1]}"
    assert best.get_xlim() == worst.get_xlim()


def test_each_place_stands_at_what_it_emits_before_and_after(atlas: Atlas) -> None:
    figure, alt = made(before_and_after_figure, atlas)
    (axes,) = figure.axes
    points = {str(c.get_label()): np.asarray(c.get_offsets()).tolist() for c in axes.collections}
    assert points == {
        "Mostly wind": [[876.0, 300.0]],
        "Mostly solar": [[1000.0, 500.0]],
        "Neither": [[100.0, 100.0]],
    }
    assert any(line.get_ydata()[1] * 2 == line.get_xdata()[1] for line in axes.lines)
    assert "from 100 (BPAT) to 1,000 (ERCO)" in alt


def test_places_worth_a_name_are_the_ends(many: Atlas) -> None:
    names = telling(many.places)
    assert names[0] == many.places.index[0]
    assert many.places.index[-1] in names
    assert many.places["saved_frac"].idxmax() in names
    assert len(names) == len(set(names)) <= 9


def test_options_are_shown_place_by_place(many: Atlas) -> None:
    figure, alt = made(options_figure, many)
    saved, further = figure.axes
    dots = [line for line in saved.lines if line.get_marker() == "o"]
    assert [len(line.get_xdata()) for line in dots] == [58] * 4
    expected = 100 * (1 - many.options["all"] / many.options["nothing"])
    np.testing.assert_allclose(np.sort(dots[3].get_xdata()), np.sort(expected))
    assert [t.get_text() for t in further.get_yticklabels()] == [
        "Renewables + battery", "Renewables + shifting", "All together",
    ]  # fmt: skip
    assert f"All together {expected.median():.1f} %" in alt


def unserved_at(*codes: str, fronts: pd.DataFrame | None = None) -> Atlas:
    """The three places, some of which leave load unserved doing nothing."""
    found = hand_findings()
    is_lost = found.plans["ba_code"].isin(codes) & (found.plans["strategy"] == "nothing")
    plans = found.plans.assign(unserved_mwh=found.plans["unserved_mwh"].mask(is_lost, 50.0))
    return Atlas(replace(found, plans=plans, fronts=found.fronts if fronts is None else fronts))


def test_no_saving_is_drawn_where_doing_nothing_is_no_measure(atlas: Atlas) -> None:
    some = unserved_at("CISO", fronts=atlas.findings.fronts)
    figure, alt = made(before_and_after_figure, some)
    points = [p for c in figure.axes[0].collections for p in np.asarray(c.get_offsets()).tolist()]
    assert sorted(points) == [[100.0, 100.0], [1000.0, 500.0]]
    assert alt.startswith("Scatter of 2 places")
    figure, _ = made(options_figure, some)
    dots = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert [sorted(line.get_xdata()) for line in dots] == [[0.0, 50.0]] * 2
    figure, _ = made(carbon_fronts_figure, some)
    share = next(x for x in figure.axes[1].lines if str(x.get_label()).startswith("CISO"))
    assert np.isnan(share.get_xdata()).all()
    none = unserved_at("CISO", "ERCO", "BPAT", fronts=atlas.findings.fronts)
    assert before_and_after_figure(none) is None
    assert options_figure(none) is None
    figure, _ = made(carbon_fronts_figure, none)
    assert len(figure.axes) == 1


def test_one_strategy_has_no_figure_of_options() -> None:
    one = Atlas(atlas_findings(["BPAT", "CISO", "ERCO", "PJM"], ("embodied low",)))
    assert options_figure(one) is None
    assert ranks_figure(one) is None


def test_every_pair_has_its_points_and_correlation(many: Atlas) -> None:
    """Extra servers are nowhere, so four rows of five."""
    figure, alt = made(goes_with_figure, many)
    assert len(figure.axes) == 20
    battery = figure.axes[-1]
    assert battery.get_title(loc="left") == "ρ = +1.00"
    points = np.asarray(battery.collections[0].get_offsets())
    np.testing.assert_allclose(points[:, 0], 100 * many.places["calm_week_frac"])
    np.testing.assert_allclose(points[:, 1], many.places["battery_mwh_per_mw"])
    assert "1.00, of " in alt


def test_fronts_are_per_mw_and_as_shares(atlas: Atlas) -> None:
    """The front's first point embodies 1.3 x 1,000 t over 10 MW; CISO emits 876 doing nothing."""
    figure, alt = made(carbon_fronts_figure, atlas)
    whole, shares = figure.axes
    line = next(x for x in whole.lines if str(x.get_label()).startswith("CISO"))
    np.testing.assert_allclose(line.get_xdata(), [130, 100, 70, 40, 20, 0])
    assert line.get_ydata()[-1] == 800.0
    share = next(x for x in shares.lines if str(x.get_label()).startswith("CISO"))
    np.testing.assert_allclose(share.get_xdata()[1], 100 * 100 / 876)
    stars = [x for x in whole.lines if x.get_marker() == "*"]
    assert all(list(star.get_xdata()) == [100.0] for star in stars)
    assert "BPAT (best), ERCO (worst) and CISO (median, saves most)" in alt


def test_without_fronts_there_is_no_figure_of_them(many: Atlas) -> None:
    assert cost_fronts_figure(many) is None
    assert carbon_fronts_figure(Atlas(hand_findings())) is None


def test_fronts_of_cost_are_drawn_too(atlas: Atlas) -> None:
    fronts = atlas.findings.fronts.assign(front="cost", cost_usd=2e6, total_kg=3e6)
    fronts = fronts.assign(is_optimum=pd.Series(pd.NA, fronts.index, dtype="boolean"))
    figure, _ = made(cost_fronts_figure, Atlas(replace(atlas.findings, fronts=fronts)))
    line = figure.axes[0].lines[0]
    assert set(line.get_xdata()) == {300.0}
    assert set(line.get_ydata()) == {200.0}


def test_named_places_have_all_their_reasons(atlas: Atlas) -> None:
    assert named_places(atlas, ["ERCO"]) == {"ERCO": "best, worst, median, saves most"}
    assert named_places(atlas, []) == {}


def test_ranks_are_joined_place_by_place(atlas: Atlas) -> None:
    figure, alt = made(ranks_figure, atlas)
    (axes,) = figure.axes
    lines = {tuple(line.get_ydata()): line.get_color() for line in axes.lines}
    assert set(lines) == {(1, 1), (2, 3), (3, 2)}
    assert lines[1, 1] == FAINT
    assert lines[2, 3] != FAINT
    assert [t.get_text() for t in axes.get_xticklabels()] == ["main", "other"]
    assert "other: CISO goes from 2 to 3." in alt


def test_where_no_rank_changes_it_is_said(atlas: Atlas) -> None:
    plans = atlas.findings.plans
    same = plans[plans["view"] == "main"].assign(view="other", key=lambda t: t["key"] + "2")
    both = pd.concat([plans[plans["view"] == "main"], same], ignore_index=True)
    _, alt = made(ranks_figure, Atlas(replace(atlas.findings, plans=both)))
    assert alt.endswith("other: no place moves.")


def test_dollars_begin_no_formula() -> None:
    assert plain_text("$x$") == r"\$x\$"


def test_discs_keep_apart_and_near_home() -> None:
    """Three at one place and one far away: all end 10 apart, the far one stays where it is."""
    x, y = np.array([0.0, 0, 0, 100]), np.array([0.0, 0, 0, 50])
    at_x, at_y = pushed_apart(x, y, 10.0)
    between = np.hypot(at_x[:, None] - at_x, at_y[:, None] - at_y) + 100 * np.eye(4)
    assert between.min() > 9.9
    np.testing.assert_allclose([at_x[3], at_y[3]], [100, 50], atol=0.01)
    assert np.hypot(at_x[:3], at_y[:3]).max() < 10


def test_map_has_a_disc_for_every_place(many: Atlas) -> None:
    drawn = atlas_map(many)
    assert drawn is not None
    assert {disc.ba for disc in drawn.discs} == set(many.findings.axes["ba"])
    at = {disc.ba: disc for disc in drawn.discs}
    assert at["ISNE"].x > at["PJM"].x > at["ERCO"].x > at["CISO"].x
    assert at["ERCO"].y > at["SWPP"].y > at["NWMT"].y
    centres = np.array([(disc.x, disc.y) for disc in drawn.discs])
    between = np.hypot(*(centres[:, None] - centres).transpose(2, 0, 1)) + 99 * np.eye(62)
    assert between.min() > 2 * RADIUS
    assert centres.min() > RADIUS
    assert centres[:, 0].max() < WIDTH - RADIUS
    assert centres[:, 1].max() < drawn.height - RADIUS
    assert any(disc.is_tied for disc in drawn.discs)


def test_colors_tell_numbers(many: Atlas) -> None:
    """The worst is darker than the best; a place without a plan has no color of any ramp."""
    drawn = atlas_map(many)
    assert drawn is not None
    total, saved, built, grid = drawn.layers
    best, worst = str(many.places.index[0]), str(many.places.index[-1])
    assert sum(to_rgb(total.fills[best])) > sum(to_rgb(total.fills[worst]))
    assert total.fills[best] == total.ramp[0]
    assert total.fills[worst] == total.ramp[-1]
    wind = many.places.index[many.places["built"] == "Mostly wind"][0]
    assert built.fills[wind] == COLORS["wind"]
    assert (saved.low, grid.high) != (saved.high, grid.low)
    low, middle, high = (float(text.replace(",", "")) for text in
                         (total.low, total.middle, total.high))  # fmt: skip
    assert middle == pytest.approx((low * high) ** 0.5, rel=0.01)
    lost = {disc.ba: disc for disc in drawn.discs}[many.findings.axes["ba"][-1]]
    assert not lost.is_planned
    assert {fill for _, fill, _ in lost.colors} == {UNKNOWN}
    assert lost.title == f"{lost.ba}: no plan, failed"


def test_a_disc_tells_its_numbers(atlas: Atlas) -> None:
    drawn = atlas_map(atlas)
    assert drawn is not None
    titles = {disc.ba: disc.title.replace("\u00a0", " ") for disc in drawn.discs}
    assert titles["CISO"] == (
        "CISO (California Independent System Operator): rank 2, 300 t CO₂e a year per MW of mean "
        "load, 65.8 % saved; mostly wind; grid 100 kg/MWh"
    )


@pytest.mark.parametrize(("fill", "letters"), [("#ffffff", "#000000"), ("#7f0000", "#ffffff")])
def test_letters_stand_out(fill: str, letters: str) -> None:
    assert letters_on(fill) == letters


def test_letters_stand_out_on_every_disc(many: Atlas) -> None:
    """Contrast of at least 4.5 : 1, by WCAG's formula."""

    def luminance(color: str) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
                  for c in to_rgb(color)]  # fmt: skip
        return float(np.dot([0.2126, 0.7152, 0.0722], linear))

    drawn = atlas_map(many)
    assert drawn is not None
    for _, fill, letters in {color for disc in drawn.discs for color in disc.colors}:
        dark, light = sorted((luminance(fill), luminance(letters)))
        assert (light + 0.05) / (dark + 0.05) >= 4.5, fill


def test_an_atlas_of_unknown_places_has_no_map() -> None:
    rows = [row for n, ba in enumerate(("X1", "X2"))
            for row in case_rows(ba, ba, {"ba": ba}, HAND_SITE,
                                 [hand_plan("nothing", 9), hand_plan("all", 5 + n)])]  # fmt: skip
    assert atlas_map(Atlas(findings_of({"ba": ("X1", "X2")}, rows))) is None


def test_maps_for_other_documents_show_the_same_discs(atlas: Atlas) -> None:
    drawn = atlas_map(atlas)
    assert drawn is not None
    figures = map_figures(drawn)
    assert list(figures) == ["map_total", "map_saved", "map_built", "map_grid"]
    figure, alt = figures["map_built"]
    discs = {text.get_text(): patch for text, patch in
             zip(figure.axes[0].texts, figure.axes[0].patches[-3:], strict=True)}  # fmt: skip
    np.testing.assert_allclose(discs["CISO"].get_facecolor()[:3], to_rgb(COLORS["wind"]))
    assert alt == "Map of 3 places, colored by: What is built mostly."


def cases(axes: dict[str, tuple[str, ...]], totals: list[float]) -> Atlas:
    """A case for each combination of two axes at one place, with its total [t]."""
    (one, first), (other, second) = axes.items()
    labels = [{one: a, other: b} for a in first for b in second]
    rows = [row for n, (label, t) in enumerate(zip(labels, totals, strict=True))
            for row in case_rows(str(n), "CISO", label, HAND_SITE,
                                 [hand_plan("nothing", 9000), hand_plan("all", t)])]  # fmt: skip
    return Atlas(findings_of(axes, rows))


def test_totals_along_a_numeric_axis_are_lines_in_the_order_of_its_numbers() -> None:
    axes = {"flexible_frac": ("0.4", "0", "0.2"), "chemistry": ("lfp", "nmc")}
    figure, alt = made(cases_figure, cases(axes, [100, 200, 500, 600, 300, 400]))
    lines = {str(line.get_label()): line for line in figure.axes[0].lines}
    assert list(lines["lfp"].get_xdata()) == [0.0, 0.2, 0.4]
    assert list(lines["lfp"].get_ydata()) == [50.0, 30.0, 10.0]
    assert list(lines["nmc"].get_ydata()) == [60.0, 40.0, 20.0]
    assert alt == "Total carbon of 6 cases against flexible_frac."


def test_a_case_without_a_label_is_on_no_line_and_has_a_dash() -> None:
    """Row by row, one case says nothing of the share that may wait."""
    axes = {"ba": ("CISO",), "flexible_frac": ("0", "0.2", "0.4")}
    nothing = hand_plan("nothing", 9000)
    rows = [row for n, label in enumerate(("0", "0.2", "0.4", ""))
            for row in case_rows(str(n), "CISO", {"ba": "CISO", "flexible_frac": label}, HAND_SITE,
                                 [nothing, hand_plan("all", 40 - n)])]  # fmt: skip
    atlas = Atlas(findings_of(axes, rows))
    figure, alt = made(cases_figure, atlas)
    assert list(figure.axes[0].lines[0].get_xdata()) == [0.0, 0.2, 0.4]
    assert alt.startswith("Total carbon of 3 cases against flexible_frac.")
    assert alt.endswith("Not drawn: 1 without a label of it.")
    assert [line.entries[2].text for line in cases_table(atlas).lines] == ["0", "0.2", "0.4", "–"]
    one = Atlas(findings_of(axes, [row for row in rows if not row["flexible_frac"]]))
    figure, _ = made(cases_figure, one)
    assert [t.get_text() for t in figure.axes[0].get_yticklabels()] == ["CISO"]


def test_totals_of_other_axes_are_bars() -> None:
    axes = {"level": ("low", "high"), "chemistry": ("lfp", "nmc")}
    figure, _ = made(cases_figure, cases(axes, [100, 200, 500, 600]))
    names = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert names[0] == "level low, chemistry lfp"
    assert [bar.get_width() for bar in figure.axes[0].containers[0]] == [10.0, 20.0, 50.0, 60.0]
