"""Pictures of a grid as files: drawn from its hours, written as PNG and SVG, the same bytes twice.

`grid_hours` takes what the store gives, `grid_pictures`, `calendar_picture` and `map_picture` draw,
`write_pictures` writes.
"""

from pathlib import Path
from typing import Literal

import pandas as pd

from dcsim.grid import records
from dcsim.grid.authorities import Authority
from dcsim.grid.generation import GridGeneration
from dcsim.report.figures import CREATOR, Described, figure_bytes
from dcsim.report.figures_calendar import flags_calendar_figure
from dcsim.report.figures_grid import (
    GridHours,
    duration_curves_figure,
    intensity_heatmap_figure,
    mix_figure,
)
from dcsim.report.figures_map import map_figure
from dcsim.report.folder import write_into
from dcsim.report.style import report_style, settled

FORMATS: tuple[Literal["png", "svg"], ...] = ("png", "svg")


def grid_hours(
    generation: GridGeneration, intensity_kg_per_mwh: pd.Series, authority: Authority, caption: str
) -> GridHours:
    """Return the hours of a grid as its figures show them.

    Args:
        generation: By fuel; what else was reported is taken from its records, if it has any.
        intensity_kg_per_mwh: Carbon intensity of the same hours.
        authority: Gives name and time zone.
        caption: Where the hours are from, such as `reference year (modelled)`; without full stop.
    """
    return GridHours(
        label=authority.ba_code,
        name=authority.ba_name,
        caption=caption,
        time_zone=authority.time_zone,
        generation_mw=generation.table,
        intensity_kg_per_mwh=intensity_kg_per_mwh,
        demand_mw=_reported(generation, records.DEMAND),
        storage_mw=_reported(generation, records.STORAGE),
        export_mw=_reported(generation, records.TOTAL_INTERCHANGE),
        solar_nameplate_mw=generation.solar_nameplate_mw,
        wind_nameplate_mw=generation.wind_nameplate_mw,
    )


def _reported(generation: GridGeneration, column: str) -> pd.Series | None:
    """Return a column of the records, or none if any of its hours is missing."""
    if generation.records is None or column not in generation.records:
        return None
    series = generation.records[column]
    return None if series.isna().any() else series


def grid_pictures(hours: GridHours) -> dict[str, Described]:
    """Draw the mix, the intensity by day and hour, and the duration curves of a grid.

    Of a grid whose generation is not known there is the intensity alone.

    Returns:
        For each name the figure and its alternative text.
    """
    with report_style():
        pictures = {"intensity": intensity_heatmap_figure(hours)}
        if not hours.generation_mw.columns.empty:
            pictures = {
                "mix": mix_figure(hours),
                **pictures,
                "duration": duration_curves_figure(hours),
            }
        return settled(pictures)


def calendar_picture(
    changes: pd.DataFrame, hours: pd.DatetimeIndex, title: str, source: str
) -> dict[str, Described]:
    """Draw the calendar of what repair changed: see `flags_calendar_figure`."""
    with report_style():
        return settled({"flags": flags_calendar_figure(changes, hours, title, source)})


def map_picture(rows: pd.DataFrame, source: str) -> dict[str, Described]:
    """Draw the map of authorities: see `map_figure`."""
    with report_style():
        return settled({"map": map_figure(rows, source)})


def write_pictures(folder: Path, pictures: dict[str, Described]) -> list[Path]:
    """Write `<name>.png` and `<name>.svg` of every picture into a folder, made if it is not there.

    Args:
        folder: Where to; figures that dcsim wrote before are replaced, each whole or not at all.
        pictures: Figures and their alternative texts by name.

    Returns:
        The files, in order.

    Raises:
        OutputError: The folder or a file cannot be written, or a file is not dcsim's.
    """
    files = {
        f"{name}.{file_format}": figure_bytes(figure, file_format, CREATOR)
        for name, (figure, _) in pictures.items()
        for file_format in FORMATS
    }
    return write_into(folder, files, CREATOR.encode())
