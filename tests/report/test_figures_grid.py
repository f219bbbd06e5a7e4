"""Figures of a grid: titles, units, what they show and say, and the same bytes every time."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from dcsim.errors import OutputError
from dcsim.grid.authorities import known_authorities
from dcsim.grid.generation import FUELS, GridGeneration, Source
from dcsim.report.figures_calendar import changed_hours_by_day, hours_by_rule
from dcsim.report.figures_grid import GridHours
from dcsim.report.figures_map import Box, diameters_points, outline_km
from dcsim.report.grid_pictures import (
    calendar_picture,
    grid_hours,
    grid_pictures,
    map_picture,
    write_pictures,
)
from dcsim.report.grid_report import grid_figures
from dcsim.report.projection import EARTH_RADIUS_KM, albers_km
from dcsim.scenario.spec import Grid
from tests.report.test_figures import labels_of

CAPTION = "reference year (modelled)"


def hours_of(count: int, start: str = "2022-07-01T00:00Z", **changes: object) -> GridHours:
    """A grid of 100 MW gas day and night, and sun of 50 MW at noon UTC; intensity follows."""
    first = pd.Timestamp(start).as_unit("s")
    index = pd.date_range(first, periods=count, freq="h", unit="s", name="utc_hour_beginning")
    solar = 50 * np.maximum(0.0, np.cos(2 * np.pi * (index.hour.to_numpy() - 12) / 24))
    table = pd.DataFrame(0.0, index=index, columns=list(FUELS))
    table["natural_gas"], table["solar"] = 100.0, solar
    intensity = 49_000 / table.sum(axis=1)
    plain = GridHours("TINY", "A Tiny Authority", CAPTION, "America/Denver", table, intensity)
    make: Callable[..., GridHours] = replace
    return make(plain, **changes)


def a_series(hours: GridHours, values: list[float]) -> pd.Series:
    """Values over the hours of a grid, again and again."""
    index = hours.generation_mw.index
    return pd.Series(np.resize(values, len(index)), index=index)


def texts_of(figure: Figure) -> str:
    """All that is written in a figure but its ticks."""
    legends = [legend for axes in figure.axes if (legend := axes.get_legend())] + figure.legends
    words = [text.get_text() for legend in legends for text in legend.get_texts()]
    words += [text.get_text() for text in figure.texts]
    words += [text.get_text() for axes in figure.axes for text in axes.texts]
    return " | ".join([figure.get_suptitle(), *words])


@pytest.fixture(scope="module")
def year() -> GridHours:
    """A whole year of the tiny grid."""
    return hours_of(8760, "2022-01-01T00:00Z", solar_nameplate_mw=80.0)


def test_every_figure_has_its_title_units_and_source(year: GridHours) -> None:
    figures = {name: figure for name, (figure, _) in grid_pictures(year).items()}
    assert list(figures) == ["mix", "intensity", "duration"]
    for figure in figures.values():
        assert figure.get_suptitle().startswith("TINY: ")
        assert f"A Tiny Authority: {CAPTION}." in texts_of(figure)
    assert "Mean power of each day [MW]" in labels_of(figures["mix"])
    assert "1 January to 31 December 2022 (UTC), in the time of America/Denver" in labels_of(
        figures["mix"]
    )
    assert "Carbon intensity [kg/MWh]" in labels_of(figures["intensity"])
    for label in ("Generation [MW]", "[kg/MWh]", "Output over nameplate [%]", "Share of hours [%]"):
        assert label in labels_of(figures["duration"])


def test_mix_names_each_fuel_with_its_share(year: GridHours) -> None:
    """The 13 cosines of a half day sum to 7.596: the sun's mean is 50 x 7.596 / 24 = 15.8 MW."""
    figure, alt = grid_pictures(year)["mix"]
    noon_sum = sum(np.cos(2 * np.pi * k / 24) for k in range(-6, 7))
    share = 50 * noon_sum / 24 / (100 + 50 * noon_sum / 24)
    assert f"Solar {100 * share:.1f}\u00a0%" in texts_of(figure)
    assert f"solar {100 * share:.1f}\u00a0%" in alt
    assert "Coal" not in texts_of(figure)
    assert len(figure.axes[0].collections) == 2


def test_a_few_days_are_drawn_by_the_hour_and_large_grids_in_gw() -> None:
    hours = hours_of(72)
    large = replace(hours, generation_mw=1000 * hours.generation_mw)
    assert "Power [MW]" in labels_of(grid_pictures(hours)["mix"][0])
    assert "Power [GW]" in labels_of(grid_pictures(large)["mix"][0])
    top = grid_pictures(large)["mix"][0].axes[0].collections[0].get_paths()[0].vertices
    assert top[:, 1].max() == pytest.approx(100)


def test_what_is_stored_and_exported_stands_below_zero() -> None:
    """Charging 30 and giving 20 MW, importing 10 and exporting 40 MW, in turns."""
    hours = hours_of(48)
    hours = replace(
        hours,
        storage_mw=a_series(hours, [-30, 20]),
        export_mw=a_series(hours, [-10, 40]),
        demand_mw=a_series(hours, [110, 80]),
    )
    figure, _ = grid_pictures(hours)["mix"]
    written = texts_of(figure)
    for name in ("Storage giving", "Net import", "Storage charging", "Net export", "Demand"):
        assert name in written
    areas = [area.get_paths()[0].vertices[:, 1] for area in figure.axes[0].collections]
    lowest = min(area.min() for area in areas)
    assert lowest == -40
    assert "Demand [MW]" in labels_of(grid_pictures(hours)["duration"][0])


def test_duration_curves_are_the_sorted_hours(year: GridHours) -> None:
    """Net load is gas alone, 100 MW in every hour; solar peaks at 50 of 80 MW, 62.5 %."""
    figure, alt = grid_pictures(year)["duration"]
    load, net = figure.axes[0].lines
    assert load.get_ydata()[0] == pytest.approx(150)
    assert np.all(np.diff(load.get_ydata()) <= 0)
    assert np.ptp(net.get_ydata()) == pytest.approx(0, abs=1e-9)
    assert figure.axes[2].lines[0].get_ydata()[0] == pytest.approx(62.5)
    assert "less solar and wind between 100 and 100 MW" in alt


def test_without_a_nameplate_output_is_over_the_highest_hour() -> None:
    labels = labels_of(grid_pictures(hours_of(48))["duration"][0])
    assert "Output over highest hour [%]" in labels
    dark = hours_of(48)
    dark = replace(dark, generation_mw=dark.generation_mw.assign(solar=0.0))
    figure, _ = grid_pictures(dark)["duration"]
    assert len(figure.axes) == 2
    assert "less solar and wind" not in texts_of(figure)


def test_intensity_colors_span_nearly_all_hours(year: GridHours) -> None:
    """Lowest at noon UTC, 6:00 of summer time in Denver; one spike bleaches nothing."""
    figure, alt = grid_pictures(year)["intensity"]
    assert "lowest at 06:00 local time" in alt
    spiked = year.intensity_kg_per_mwh.copy()
    spiked.iloc[100] = 1e5
    mesh = grid_pictures(replace(year, intensity_kg_per_mwh=spiked))["intensity"][0].axes[0]
    assert mesh.collections[0].get_clim()[1] == pytest.approx(490)
    flat = replace(year, intensity_kg_per_mwh=year.intensity_kg_per_mwh * 0 + 24)
    assert grid_pictures(flat)["intensity"][0].axes[0].collections[0].get_clim() == (23, 25)
    assert figure.axes[0].get_ylabel() == "Local time"


def test_figures_of_a_grid_by_its_id_name_account_and_origin() -> None:
    figures = grid_figures(Grid(id="BPAT:reference", account="mean"))
    assert list(figures) == ["mix", "intensity", "duration"]
    texts = " ".join(text.get_text() for text in figures["mix"][0].texts)
    assert "reference year (modelled); mean intensity" in texts


def test_hours_come_from_the_grid_and_its_records() -> None:
    tiny = hours_of(24)
    reported = pd.DataFrame({"demand": 100.0, "total_interchange": 5.0}, index=tiny.local)
    reported.iloc[3, 1] = np.nan
    source = Source("grid", "mine.csv")
    grid = GridGeneration(tiny.generation_mw, source, 80.0, records=reported)
    denver = known_authorities()["PSCO"]
    hours = grid_hours(grid, tiny.intensity_kg_per_mwh, denver, "EIA-930 of 2022")
    assert (hours.label, hours.time_zone, hours.solar_nameplate_mw) == (
        "PSCO",
        "America/Denver",
        80,
    )
    assert hours.demand_mw is not None
    assert hours.export_mw is None  # an hour of it is missing
    assert hours.storage_mw is None
    bare = replace(grid, records=None)
    assert grid_hours(bare, tiny.intensity_kg_per_mwh, denver, "").demand_mw is None


def changes_of(rows: list[tuple[str, str, str]]) -> pd.DataFrame:
    """Changes from stamp, column and rule; 5 MW were reported and are 1 MW now."""
    table = pd.DataFrame(rows, columns=["utc_hour_beginning", "column", "rule"])
    table["utc_hour_beginning"] = pd.to_datetime(table["utc_hour_beginning"], utc=True)
    return table.assign(reported_mw=5.0, repaired_mw=1.0)


YEAR_2022 = pd.date_range("2022-01-01", periods=8760, freq="h", tz="UTC", unit="s")
CHANGES = changes_of(
    [
        ("2022-03-01T05:00", "coal", "spike"),
        ("2022-03-01T05:00", "wind", "spike"),
        ("2022-03-01T05:00", "wind", "sign_error"),
        ("2022-03-01T06:00", "coal", "spike"),
        ("2022-05-02T00:00", "coal", "placeholder_zero"),
    ]
)


def test_hours_are_counted_once_a_day_and_once_a_rule() -> None:
    """Two hours of 1 March and one of 2 May; spikes in two hours, the other rules in one each."""
    by_day = changed_hours_by_day(CHANGES, YEAR_2022)
    assert len(by_day) == 365
    assert by_day[by_day > 0].to_dict() == {
        pd.Timestamp("2022-03-01"): 2,
        pd.Timestamp("2022-05-02"): 1,
    }
    assert hours_by_rule(CHANGES).to_dict() == {"spike": 2, "placeholder_zero": 1, "sign_error": 1}


def test_the_calendar_has_a_square_for_each_day_and_a_bar_for_each_rule() -> None:
    figure, alt = calendar_picture(CHANGES, YEAR_2022, "CISO 2022", "EIA-930")["flags"]
    calendar, bars = figure.axes
    squares = [patch for patch in calendar.patches if isinstance(patch, Rectangle)]
    assert len(squares) == 365
    assert len({square.get_xy() for square in squares}) == 365
    pale = squares[0].get_facecolor()  # 1 January: nothing was changed
    assert sum(square.get_facecolor() != pale for square in squares) == 2
    assert [bar.get_width() for bar in bars.patches] == [2, 1, 1]
    assert "placeholder zero" in [label.get_text() for label in bars.get_yticklabels()]
    written = texts_of(figure)
    assert "3 of 8,760 hours have a value changed (0.03\u00a0%)." in written
    assert all(step in written for step in ("none", "1 to 3", "4 to 8", "9 to 16", "17 to 24"))
    assert "on 2 days, most on 1 March 2022" in alt


def test_a_clean_year_looks_clean() -> None:
    figure, alt = calendar_picture(changes_of([]), YEAR_2022, "CISO 2022", "EIA-930")["flags"]
    assert len(figure.axes[0].patches) == 365
    assert "No rule found anything to change." in texts_of(figure)
    assert "None of 8,760 hours has a value changed." in texts_of(figure)
    assert alt == "Calendar of CISO 2022: none of 8,760 hours was changed by any rule."


def test_a_calendar_of_two_years_has_two_blocks() -> None:
    index = pd.date_range("2019-12-01", periods=24 * 62, freq="h", tz="UTC", unit="s")
    figure, _ = calendar_picture(changes_of([]), index, "CISO", "EIA-930")["flags"]
    assert [len(axes.patches) for axes in figure.axes[:2]] == [31, 31]
    assert [axes.get_ylabel() for axes in figure.axes[:2]] == ["2019", "2020"]


def map_rows() -> pd.DataFrame:
    """Four authorities: large and small side by side, one without customers, one not known."""
    return pd.DataFrame(
        {
            "ba_code": ["BIG", "TINY", "GEN", "DARK", "LOST"],
            "latitude": [40.0, 40.1, 33.0, 45.0, np.nan],
            "longitude": [-100.0, -100.0, -85.0, -110.0, np.nan],
            "demand_gwh": [400_000.0, 4_000.0, np.nan, 10_000.0, 10.0],
            "intensity_kg_per_mwh": [450.0, 100.0, 20.0, np.nan, 3.0],
        }
    )


def test_the_map_shows_every_authority_that_has_a_place() -> None:
    """Three circles and a square, areas as demand; LOST has no place and is left out."""
    figure, alt = map_picture(map_rows(), "reference years (modelled).")["map"]
    circles, squares = figure.axes[0].collections[:2]
    assert (len(circles.get_offsets()), len(squares.get_offsets())) == (3, 1)
    assert circles.get_sizes()[0] / circles.get_sizes()[1] == pytest.approx(40)  # 400 / 10
    assert figure.axes[1].get_ylabel() == "Mean carbon intensity [kg/MWh]"
    written = texts_of(figure)
    assert "reference years (modelled)." in written
    assert "Demand [TWh a year]" in written
    assert all(name in written for name in ("BIG", "GEN", "DARK"))
    assert "lowest at GEN with 20.0 kg/MWh and highest at BIG with 450 kg/MWh" in alt
    assert "Map of 4 balancing authorities" in alt


def test_a_map_without_intensities_says_so() -> None:
    rows = map_rows().assign(intensity_kg_per_mwh=np.nan)
    figure, alt = map_picture(rows, "registry.")["map"]
    assert "no intensity is known" in alt
    assert len(figure.axes) == 1  # no color bar
    key = "Area of a circle: annual demand. Squares: no customers. Grey: intensity not known."
    assert key in texts_of(figure).replace("\n", " ")


def test_names_on_the_map_of_all_do_not_overlap() -> None:
    """Every pair of names of the 62 active authorities, as drawn."""
    active = [a for a in known_authorities().values() if a.is_active]
    rows = pd.DataFrame([vars(a) for a in active]).assign(intensity_kg_per_mwh=300.0)
    figure, _ = map_picture(rows, "registry.")["map"]
    figure.draw_without_rendering()
    codes = set(rows["ba_code"])
    boxes = [t.get_window_extent() for t in figure.axes[0].texts if t.get_text() in codes]
    assert len(boxes) >= 40
    hits = [(i, j) for i in range(len(boxes)) for j in range(i) if boxes[i].overlaps(boxes[j])]
    assert hits == []


@given(st.lists(st.floats(1.0, 1e6), min_size=2, max_size=8))
def test_areas_are_as_demand_unless_too_small_to_be_seen(demand_gwh: list[float]) -> None:
    diameters = diameters_points(np.array(demand_gwh))
    largest = int(np.argmax(demand_gwh))
    for demand, diameter in zip(demand_gwh, diameters, strict=True):
        true = diameters[largest] * np.sqrt(demand / demand_gwh[largest])
        assert diameter == pytest.approx(max(true, 5.0))


def test_boxes_overlap_by_their_common_area() -> None:
    """Squares of 2 by 2, one moved by 1 to the right and up, share 1; by 2, nothing."""
    square = Box(0, 0, 2, 2)
    assert square.overlap(Box(1, 1, 3, 3)) == 1
    assert square.overlap(Box(2, 2, 4, 4)) == 0


def test_projection_is_snyders() -> None:
    """Snyder 1987, p. 291: 35 N 75 W of a unit sphere about 23 N 96 W is (0.2952720, 0.2416774).

    The centre here is 37.5 N, which moves the origin along its meridian and nothing else.
    """
    x, y = albers_km(35.0, -75.0)
    _, centre_y = albers_km(23.0, -96.0)
    assert x / EARTH_RADIUS_KM == pytest.approx(0.2952720, abs=5e-8)
    assert (y - centre_y) / EARTH_RADIUS_KM == pytest.approx(0.2416774, abs=5e-8)


@given(st.floats(25, 48), st.floats(-124, -68))
def test_projection_keeps_areas(latitude: float, longitude: float) -> None:
    """A patch of 0.01 degrees has R^2 cos(latitude) dlat dlon, wherever it is."""
    step = 0.01
    corners = [(0, 0), (0, step), (step, step), (step, 0)]
    x, y = albers_km(
        np.array([latitude + up for up, _ in corners]),
        np.array([longitude + right for _, right in corners]),
    )
    area = abs(float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))) / 2
    middle = np.radians(latitude + step / 2)
    true = EARTH_RADIUS_KM**2 * np.cos(middle) * np.radians(step) ** 2
    assert area == pytest.approx(true, rel=1e-4)


def test_the_outline_is_the_lower_48() -> None:
    """7.66 million km2 of land in the lower 48 (US Census, 2010), to 3 % for so coarse a line."""
    coasts = [points for kind, points in outline_km() if kind == "coast"]
    x, y = coasts[0]
    area = abs(float(np.sum(x * np.roll(y, -1) - y * np.roll(x, -1)))) / 2
    assert area == pytest.approx(7.66e6, rel=0.03)
    assert sum(len(points[0]) for _, points in outline_km()) < 1000


def test_pictures_are_written_whole_and_the_same_twice(tmp_path: Path) -> None:
    """Drawn and written twice: the same bytes; nothing but the files is left behind."""
    first, second = tmp_path / "new" / "a", tmp_path / "b"
    files = write_pictures(first, grid_pictures(hours_of(72)))
    write_pictures(second, grid_pictures(hours_of(72)))
    assert [path.name for path in files] == [
        f"{name}.{kind}" for name in ("mix", "intensity", "duration") for kind in ("png", "svg")
    ]
    assert sorted(first.iterdir()) == sorted(files)
    for path in files:
        assert path.read_bytes() == (second / path.name).read_bytes()
    maps = [write_pictures(folder, map_picture(map_rows(), "x.")) for folder in (first, second)]
    flags = calendar_picture(CHANGES, YEAR_2022, "CISO", "EIA-930")
    write_pictures(first, flags)
    write_pictures(second, flags)
    names = [*(path.name for path in maps[0]), "flags.png", "flags.svg"]
    assert all((first / n).read_bytes() == (second / n).read_bytes() for n in names)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file"):
        write_pictures(tmp_path / "file" / "in", {})
