"""Arguments and options that several commands have, said once."""

from pathlib import Path
from typing import Annotated

import typer

ScenarioArgument = Annotated[
    str, typer.Argument(metavar="SCENARIO", help="A YAML file, or the name of a shipped scenario.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Override a key, such as datacenter.capacity_mw=50. May be given again.",
    ),
]
GridFileOption = Annotated[
    Path | None,
    typer.Option(
        "--grid-file", help="Take the grid from this file of hourly generation (CSV or Parquet)."
    ),
]
