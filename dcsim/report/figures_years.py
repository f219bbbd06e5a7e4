"""The regret table as a figure and as files: what each design costs in each year."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from dcsim.optimize.regret_table import RegretTable
from dcsim.report.figures import Described
from dcsim.report.folder import write_into
from dcsim.report.grid_pictures import write_pictures
from dcsim.report.numbers import CO2E, percent, signed
from dcsim.report.style import INK, QUIET, new_figure, report_style, settle
from dcsim.units import KG_PER_T, PERCENT, USD_PER_MILLION

TABLE = "regret.csv"
_HEADING = b"made_for,year,total_"
"""How the table begins, by which dcsim knows its own again."""

_TITLE = "What a design made for one year costs in another"
_COLORMAP = "YlOrBr"
_DARK = 0.62  # cells above this share of the scale have white text
_LEAST_SCALE_FRAC = 0.01  # a table without regret is not drawn as if it had some
_ROW_IN, _AROUND_IN = 0.52, 1.75
_CANNOT = "limits\nnot kept"


def regret_picture(table: RegretTable) -> Described:
    """Draw a cell for each design and year: its regret, and its total."""
    with report_style():
        described = regret_figure(table)
        settle(described[0])
    return described


def write_regret(table: RegretTable, folder: Path) -> list[Path]:
    """Write `regret.csv`, `regret.png` and `regret.svg` into a folder, made if it is not there.

    Args:
        table: What each design costs in each year.
        folder: Where to; files that dcsim wrote before are replaced, each whole or not at all.

    Returns:
        The files, the table first.

    Raises:
        OutputError: The folder or a file cannot be written, or a file is not dcsim's.
    """
    (path,) = write_into(folder, {TABLE: table.as_frame().to_csv(index=False).encode()}, _HEADING)
    return [path, *write_pictures(folder, {"regret": regret_picture(table)})]


def total_in_words(table: RegretTable, total: float) -> str:
    """Return a total of the table in tonnes, or in millions of dollars, without the unit."""
    if np.isnan(total):
        return "–"
    if table.unit == "USD":
        return f"{total / USD_PER_MILLION:,.3f}"
    return f"{total / KG_PER_T:,.1f}"


def unit_in_words(table: RegretTable) -> str:
    """Return the unit of `total_in_words`."""
    return "million USD" if table.unit == "USD" else f"t {CO2E}"


def regret_in_words(frac: float) -> str:
    """Return a regret as a percentage with its sign."""
    return "–" if np.isnan(frac) else signed(percent(frac, 2))


def regret_figure(table: RegretTable) -> Described:
    """Draw the table as a heatmap; darker is more above the best of the year."""
    regret = table.regret_frac.to_numpy()
    rows, columns = regret.shape
    figure = new_figure(_TITLE, _AROUND_IN + _ROW_IN * rows, max(6.5, 2.4 + 1.15 * columns))
    axes = figure.add_subplot()
    highest = max(float(np.nanmax(regret, initial=0.0)), _LEAST_SCALE_FRAC)
    image = axes.imshow(
        np.ma.masked_invalid(np.maximum(regret, 0.0) * PERCENT),
        cmap=_COLORMAP, vmin=0.0, vmax=highest * PERCENT, aspect="auto",
    )  # fmt: skip
    _label(axes, table)
    for row in range(rows):
        for column in range(columns):
            _write_cell(axes, table, row, column, highest)
    bar = figure.colorbar(image, ax=axes, shrink=0.9, pad=0.02)
    bar.set_label("Above the best of the year [%]")
    bar.outline.set_visible(False)
    _note(figure, table)
    return figure, _alt(table)


def _label(axes: Axes, table: RegretTable) -> None:
    rows, columns = table.totals.shape
    axes.set_xticks(range(columns), [str(year) for year in table.totals.columns])
    axes.set_yticks(range(rows), [str(made_for) for made_for in table.totals.index])
    axes.set_xlabel("Year it runs in")
    axes.set_ylabel("Design made for")
    axes.axhline(columns - 0.5, color="white", linewidth=4)  # single years above, joint ones below
    axes.tick_params(length=0)
    axes.set_facecolor("#f0f0f0")
    for spine in axes.spines.values():
        spine.set_visible(False)


def _write_cell(axes: Axes, table: RegretTable, row: int, column: int, highest: float) -> None:
    total = float(table.totals.to_numpy()[row, column])
    regret = float(table.regret_frac.to_numpy()[row, column])
    if np.isnan(total):
        axes.text(column, row, _CANNOT, ha="center", va="center", fontsize=8, color=QUIET)
        return
    color = "white" if regret / highest > _DARK else INK
    bold = "bold" if row == column else "normal"
    axes.text(
        column, row - 0.16, regret_in_words(regret), ha="center", va="center", color=color,
        fontweight=bold,
    )  # fmt: skip
    axes.text(
        column, row + 0.22, total_in_words(table, total), ha="center", va="center", color=color,
        fontsize=8,
    )  # fmt: skip


def _note(figure: Figure, table: RegretTable) -> None:
    text = f"Below each regret the year's total [{unit_in_words(table)}]; bold: its own design."
    figure.supxlabel(text, x=0.01, ha="left", fontsize=8.5, color=QUIET)


def _alt(table: RegretTable) -> str:
    largest = table.largest_regret_frac.dropna()
    lines = [
        f"the design for {made_for} costs up to {percent(float(frac), 2)} more than a year's own"
        for made_for, frac in largest.items()
    ]
    missing = [str(made_for) for made_for in table.totals.index if made_for not in largest.index]
    lines += [
        f"the design for {made_for} does not keep the limits in every year" for made_for in missing
    ]
    years = ", ".join(str(year) for year in table.totals.columns)
    return f"{_TITLE}, of {years}: {'; '.join(lines)}."
