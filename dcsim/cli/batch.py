"""`dcsim batch`: many scenarios in one go, how far they are, and their report."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from dcsim.cli.display import counter, panel, print_table
from dcsim.cli.options import SetOption
from dcsim.cli.stopping import interrupt_if_stopped
from dcsim.errors import DataError

if TYPE_CHECKING:
    from dcsim.batch.standing import Standing
    from dcsim.report.batch import BatchFindings

EXIT_SOME_FAILED = 2

GOES_ON = "Stopped; the cases that are done are kept. Run the same command again to go on."

MOST_LINES = 20
"""Of the summary: of more cases, only the ends are shown."""

SECONDS_PER_MINUTE, MINUTES_PER_HOUR = 60, 60


class RunsByDefault(TyperGroup):
    """A group whose command `run` may be left out."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `run` before a first word that is no command."""
        if args and args[0] not in {*self.commands, "--help"}:
            args = ["run", *args]
        return super().parse_args(ctx, args)


batch_app = typer.Typer(
    cls=RunsByDefault,
    help="Run all cases of a study: `dcsim batch STUDY`. What is done is never done again.",
    no_args_is_help=True,
    subcommand_metavar="STUDY | COMMAND [ARGS]...",
)

StudyArgument = Annotated[
    str, typer.Argument(metavar="STUDY", help="A YAML file, or the name of a shipped study.")
]
OutOption = Annotated[
    Path | None, typer.Option("--out", help="The folder; results/<study> if left out.")
]
WorkersOption = Annotated[
    int | None,
    typer.Option("--workers", min=1, help="How many processes; one for each core if left out."),
]
DaskOption = Annotated[
    str | None,
    typer.Option(
        "--dask",
        metavar="ADDRESS",
        help="Run on a Dask cluster instead: its scheduler, such as tcp://10.0.0.5:8786, or the "
        "path of a scheduler file.",
    ),
]
RetryOption = Annotated[bool, typer.Option("--retry", help="Also run cases again that failed.")]


@batch_app.command("run")
def run(
    study: StudyArgument,
    out: OutOption = None,
    workers: WorkersOption = None,
    dask: DaskOption = None,
    retry: RetryOption = False,
    set_: SetOption = None,
) -> None:
    """Run the cases of a study that are not done yet; `run` may be left out."""
    from dcsim.batch.study import load_batch
    from dcsim.batch.work import run_batch

    if dask and workers:
        raise typer.BadParameter("--workers are processes of this machine; not with --dask")
    start = time.perf_counter()
    batch = load_batch(study, set_ or [])
    folder = out or folder_of(batch.study)
    last: list[Standing] = []
    with counter(GOES_ON) as show:

        def tell(standing: Standing) -> None:
            last[:] = [standing]
            words = in_words(standing) if standing.left else f"{in_words(standing)}; the report"
            show(words, standing.done + standing.failed, standing.cases)

        found = run_batch(batch, folder, workers=workers, dask=dask, retry=retry, progress=tell)
    _print_totals(found)
    _print_effort(last, time.perf_counter() - start)
    _end(found, folder)


@batch_app.command("status")
def status(
    source: Annotated[
        str, typer.Argument(metavar="FOLDER|STUDY", help="The folder of a batch, or its study.")
    ],
    set_: SetOption = None,
) -> None:
    """Tell how far a batch is: done, failed and why, left, and how long that takes."""
    from dcsim.batch.standing import status_of
    from dcsim.batch.study import load_batch

    if Path(source).is_dir():
        if set_:
            raise typer.BadParameter("--set goes with a study, not with a folder")
        found = status_of(Path(source))
    else:
        batch = load_batch(source, set_ or [])
        found = status_of(folder_of(batch.study), batch)
    standing = found.standing
    typer.echo(f"{found.study}: {'at work now' if found.is_running else 'not at work'}")
    typer.echo(f"{standing.cases} cases: {in_words(standing)}")
    if found.others:
        typer.echo(
            f"{found.others} more in the folder are of other settings, data or versions; they go "
            "when every case is done"
        )
    if standing.seconds_a_case is not None:
        typer.echo(
            f"Mean {standing.seconds_a_case:.1f} s a case, {standing.workers} at a time; at most "
            f"{standing.peak_mb:,.0f} MB in a worker"
        )
    for case, failure in found.failures.items():
        typer.echo(f"Failed, {case}: {failure.kind}: {failure.message}")


@batch_app.command("report")
def report(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of a batch.")],
) -> None:
    """Draw the figures and write the report of a batch again, of what is done so far."""
    from dcsim.batch.work import rewrite_report

    interrupt_if_stopped()
    if not rewrite_report(folder).done:
        raise DataError(f"{folder}: no case is done yet, so there is nothing to report")
    _print_path(folder)


def folder_of(study: str) -> Path:
    """Return where the results of a study go unless told otherwise."""
    return Path("results") / study.replace(" ", "-")


def in_words(standing: Standing) -> str:
    """Return how far a batch is, such as `12 done, 1 failed, 52 left; about 7 min`."""
    failed = f"{standing.failed} failed, " if standing.failed else ""
    words = f"{standing.done} done, {failed}{standing.left} left"
    if not standing.left or standing.seconds_left is None:
        return words
    return f"{words}; about {duration(standing.seconds_left)}"


def duration(seconds: float) -> str:
    """Return a time in the unit that suits it, such as `40 s`, `7 min` or `2 h 10 min`."""
    if seconds < SECONDS_PER_MINUTE:
        return f"{seconds:.0f} s"
    minutes = round(seconds / SECONDS_PER_MINUTE)
    if minutes < MINUTES_PER_HOUR:
        return f"{minutes} min"
    return f"{minutes // MINUTES_PER_HOUR} h {minutes % MINUTES_PER_HOUR} min"


def _print_totals(found: BatchFindings) -> None:
    """Print what each case comes to, the least total first."""
    if not found.done:
        return
    rows = list(_total_rows(found))
    if len(rows) > MOST_LINES:
        half, width = MOST_LINES // 2, len(rows[0])
        left_out = f"… {len(rows) - 2 * half} more"
        rows = [*rows[:half], (left_out, *[""] * (width - 1)), *rows[-half:]]
    axes = len(found.axes)
    print_table((*found.axes, "total t CO2e", "saved", "plan"), rows, right=(axes, axes + 1))


def _total_rows(found: BatchFindings) -> Iterator[tuple[str, ...]]:
    """Yield a line for each case that has a plan: its labels, total, saving and strategy."""
    from dcsim.report.atlas_places import compared
    from dcsim.units import KG_PER_T

    cases = compared(found).dropna(subset="total_kg").sort_values("total_kg", kind="stable")
    for _, row in cases.iterrows():
        saved_frac = round(row["saved_frac"], 3) + 0.0  # no negative zero
        saved = "-" if math.isnan(saved_frac) else f"{saved_frac:.1%}"
        labels = (str(row[axis]) for axis in found.axes)
        yield (*labels, f"{row['total_kg'] / KG_PER_T:,.1f}", saved, str(row["strategy"]))


def _print_effort(last: list[Standing], seconds: float) -> None:
    """Print the time all took, that of a case, and the most memory that was held."""
    from dcsim.batch.workers import peak_memory_mb

    words = f"{duration(seconds)} in all"
    if not last or last[0].seconds_a_case is None:
        typer.echo(f"\n{words}; nothing was left to do")
        return
    typer.echo(
        f"\n{words}; mean {last[0].seconds_a_case:.1f} s a case, {last[0].workers} at a time. "
        f"Memory at most {peak_memory_mb():,.0f} MB here and {last[0].peak_mb:,.0f} MB in a worker"
    )


def _end(found: BatchFindings, folder: Path) -> None:
    """Print where the report is; if cases failed, say which, and end with their exit code."""
    if found.done:
        _print_path(folder)
    if not len(found.failures):
        return
    named = [_failure_line(found, number) for number in range(min(3, len(found.failures)))]
    panel(
        f"{len(found.failures)} of {found.cases} cases failed; why is in {folder / 'failures'}:\n"
        + "\n".join(named)
        + "\nRun them again with --retry.",
        "Some cases failed",
    )
    raise typer.Exit(EXIT_SOME_FAILED)


def _print_path(folder: Path) -> None:
    typer.echo(f"Report: {(folder / 'report.html').resolve()}")


def _failure_line(found: BatchFindings, number: int) -> str:
    from dcsim.batch.cases import in_words

    row = found.failures.iloc[number]
    case = in_words({axis: row[axis] for axis in found.axes})
    return f"{case}: {row['kind']}: {row['message']}"
