"""What the command line shows beside results: panels for errors, spinners and bars for progress."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from dcsim.run import Progress

EXIT_INTERRUPTED = 130
NOTHING_HALF_WRITTEN = "Stopped by Ctrl-C; nothing half-written is left behind."


def panel(message: str, title: str) -> None:
    """Show a message for people in a red frame, on the error stream."""
    from rich.console import Console
    from rich.panel import Panel
    from rich.text import Text

    Console(stderr=True).print(Panel(Text(message), title=title, border_style="red"))


@contextmanager
def steps() -> Iterator[Progress]:
    """Show a line with a spinner and the time it has taken for the step being done."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(finished_text="✓"), TextColumn("{task.description}"))
    display = Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True))

    def finish() -> None:
        for task in display.tasks:
            display.update(task.id, total=1, completed=1)

    def begin(step: str) -> None:
        finish()
        display.add_task(step, total=None)

    with display:
        try:
            yield begin
        except KeyboardInterrupt:
            display.stop()
            panel(NOTHING_HALF_WRITTEN, "Interrupted")
            raise typer.Exit(EXIT_INTERRUPTED) from None
        finish()


@contextmanager
def bar() -> Iterator[Callable[[str, float], None]]:
    """Show a bar for each step, with the share done and the time it still needs."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    display = Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True))
    task = display.add_task("", total=1.0)

    def tell(step: str, share: float) -> None:
        display.update(task, description=step, completed=share)

    with display:
        try:
            yield tell
        except KeyboardInterrupt:
            display.stop()
            panel(NOTHING_HALF_WRITTEN, "Interrupted")
            raise typer.Exit(EXIT_INTERRUPTED) from None
        tell("done", 1.0)


def print_table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], *, right: Iterable[int] = ()
) -> None:
    """Print a table; the columns named in `right` hold numbers."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    numbers, shown = set(right), list(rows)
    for column, heading in enumerate(headings):
        is_number = column in numbers
        table.add_column(
            heading,
            justify="right" if is_number else "left",
            no_wrap=is_number or column == 0,
            min_width=max((len(row[0]) for row in shown), default=0) if column == 0 else None,
        )
    for row in shown:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)
