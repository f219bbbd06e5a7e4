"""What the command line shows: panels for errors, spinners and bars for progress, tables."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from dcsim.cli.stopping import EXIT_INTERRUPTED, NOTHING_HALF_WRITTEN, interrupt_if_stopped

if TYPE_CHECKING:
    from rich.progress import Progress
    from rich.table import Table

GAP = 2
"""Blanks between two columns."""
LEAST_WORDS = 16
"""A column of words is not made narrower than this, or it is a stack of fragments."""


def panel(message: str, title: str) -> None:
    """Show a message for people in a red frame, on the error stream."""
    from rich.console import Console
    from rich.panel import Panel
    from rich.text import Text

    Console(stderr=True).print(Panel(Text(message), title=title, border_style="red"))


def print_warnings(warnings: Iterable[str]) -> None:
    """Print the warnings of a result's inputs, a line each."""
    for warning in warnings:
        typer.echo(f"Warning: {warning}")


@contextmanager
def steps() -> Iterator[Callable[[str], None]]:
    """Show a line with a spinner and the time it has taken for the step being done."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    display = Progress(
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}", markup=False),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )

    def finish() -> None:
        for task in display.tasks:
            display.update(task.id, total=1, completed=1)

    def begin(step: str) -> None:
        finish()
        display.add_task(step, total=None)

    with _until_stopped(display):
        yield begin
        finish()


@contextmanager
def bar(if_stopped: str = NOTHING_HALF_WRITTEN) -> Iterator[Callable[[str, float], None]]:
    """Show a bar with the step being done, the share done and the time it still needs.

    A share below the last one begins another stage, whose time is estimated anew.

    Args:
        if_stopped: What to say after Ctrl-C.
    """
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.table import Column

    display = Progress(
        BarColumn(bar_width=20),
        TaskProgressColumn(),
        TimeRemainingColumn(table_column=Column(no_wrap=True)),
        TextColumn("{task.description}", markup=False),  # last: the bar stays where it is
        console=Console(stderr=True),
    )
    task = display.add_task("", total=1.0)

    def tell(step: str, share: float) -> None:
        if share < display.tasks[0].completed:
            display.reset(task)
        display.update(task, description=step, completed=share)

    with _until_stopped(display, if_stopped):
        yield tell
        tell("done", 1.0)


@contextmanager
def counter(if_stopped: str) -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar of things counted, with words that say how far it is and the time it has taken.

    Args:
        if_stopped: What to say after Ctrl-C.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    display = Progress(
        BarColumn(bar_width=20),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
        console=Console(stderr=True),
    )
    task = display.add_task("beginning", total=None)

    def tell(words: str, ended: int, total: int) -> None:
        display.update(task, description=words, completed=ended, total=total)

    with _until_stopped(display, if_stopped):
        yield tell


@contextmanager
def _until_stopped(display: Progress, words: str = NOTHING_HALF_WRITTEN) -> Iterator[None]:
    """Show progress; Ctrl-C and SIGTERM end the command with one panel."""
    interrupt_if_stopped()
    with display:
        try:
            yield
        except KeyboardInterrupt:
            display.stop()
            panel(words, "Interrupted")
            raise typer.Exit(EXIT_INTERRUPTED) from None


def print_table(
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    right: Collection[int] = (),
    spare: Sequence[int] = (),
    short: Collection[int] = (),
) -> None:
    """Print a table as wide as the terminal allows; in a file or a pipe nothing is cut.

    The first column and numbers are never cut, and words are folded. Where a terminal is too
    narrow even without the spare columns, each row becomes lines, a cell a line.

    Args:
        headings: One for each column.
        rows: Of cells.
        right: Columns of numbers.
        spare: Columns to leave out where there is little room, the least important first.
        short: Columns of words that are cut with … instead of folded.
    """
    from rich.console import Console

    shown = [tuple(row) for row in rows]
    needs = [max(map(len, cells)) for cells in zip(headings, *shown, strict=True)]
    firm, console = {0, *right}, Console()
    if not console.is_terminal and "COLUMNS" not in os.environ:
        firm |= {*short}
        console.width = max(console.width, _least_width(needs, firm, range(len(needs))))
    kept = _fitting(needs, firm, spare, console.width)
    if _least_width(needs, firm, kept) > console.width:
        for row in shown:
            _print_lines([(headings[i], row[i]) for i in kept])
        return
    table = _table([headings[i] for i in kept], [[row[i] for i in kept] for row in shown])
    widths = _widths(needs, firm, kept, console.width)
    for column, i in zip(table.columns, kept, strict=True):
        column.width = widths[i]
        column.justify = "right" if i in right else "left"
        column.no_wrap = i in firm or i in short
        column.overflow = "ellipsis" if i in short else "fold"
    console.print(table)


def _least_width(needs: Sequence[int], firm: Collection[int], columns: Sequence[int]) -> int:
    """Return the least width of a table with some columns: words may be folded, the rest not."""
    least = (needs[i] if i in firm else min(needs[i], LEAST_WORDS) for i in columns)
    return sum(least) + GAP * (len(columns) - 1)


def _fitting(
    needs: Sequence[int], firm: Collection[int], spare: Sequence[int], width: int
) -> list[int]:
    """Return the columns that fit into a width, without as many of the spare ones as it takes."""
    kept = list(range(len(needs)))
    for column in spare:
        if _least_width(needs, firm, kept) <= width:
            break
        kept.remove(column)
    return kept


def _widths(
    needs: Sequence[int], firm: Collection[int], columns: Sequence[int], width: int
) -> dict[int, int]:
    """Return how wide each column is: the room that is left goes to words, evenly up to need."""
    widths = {i: needs[i] for i in columns if i in firm}
    words = sorted((i for i in columns if i not in firm), key=lambda i: needs[i])
    for done, i in enumerate(words):
        room = width - GAP * (len(columns) - 1) - sum(widths.values())
        widths[i] = min(needs[i], room // (len(words) - done))
    return widths


def _table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Return a table of plain text, in which nothing is taken for markup."""
    from rich import box
    from rich.table import Column, Table
    from rich.text import Text

    table = Table(
        *(Column(Text(heading)) for heading in headings),
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        padding=(0, GAP - 1, 0, 0),
    )
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table


def _print_lines(cells: Sequence[tuple[str, str]]) -> None:
    """Print a row as lines; the terminal breaks them where it must."""
    (_, name), *others = cells
    typer.echo(name)
    for heading, cell in others:
        if cell:
            typer.echo(f"  {heading}: {cell}" if heading else f"  {cell}")
