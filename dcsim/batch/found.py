"""What a batch has found so far, read from its folder: only what its study asks for."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import yaml

from dcsim.batch.cases import axes_of
from dcsim.batch.folder import (
    FRONTS,
    PLANS,
    STUDY,
    Asked,
    done_keys,
    failures_of,
    files_of,
    read_asked,
)
from dcsim.errors import OutputError
from dcsim.report.batch import (
    BA,
    FRONT_COLUMNS,
    KEY,
    PLAN_COLUMNS,
    SITE_COLUMNS,
    BatchFindings,
)
from dcsim.scenario.yaml12 import to_yaml


def read_batch(folder: Path) -> BatchFindings:
    """Return what a batch has found so far; it need not be whole, and may still be at work.

    Raises:
        OutputError: It is no batch of dcsim, or is damaged.
    """
    asked = read_asked(folder)
    axes = axes_of(asked.cases.values())
    known = [KEY, BA, *axes]
    failures = [
        {KEY: key, **asked.cases[key], "kind": failure.kind, "message": failure.message}
        for key, failure in failures_of(folder).items()
        if key in asked.cases
    ]
    columns = [KEY, *axes, "kind", "message"]
    return BatchFindings(
        name=asked.study,
        description=asked.description,
        axes=axes,
        cases=len(asked.cases),
        plans=_table(folder, PLANS, asked, [*known, *SITE_COLUMNS, *PLAN_COLUMNS]),
        fronts=_table(folder, FRONTS, asked, [*known, *FRONT_COLUMNS]),
        failures=_in_order(pd.DataFrame(failures, columns=columns), asked),
        scenario_yaml=_scenario_yaml(folder),
        versions=asked.versions,
    )


def _table(folder: Path, part: str, asked: Asked, columns: list[str]) -> pd.DataFrame:
    """Return the rows of all cases that are asked for and done, in the order of the cases."""
    done, files = done_keys(folder), files_of(folder, part)
    paths = [str(files[key]) for key in asked.cases if key in files and key in done]
    if not paths:
        return pd.DataFrame(columns=columns)
    partitions = ds.partitioning(pa.schema([(BA, pa.string())]), flavor="hive")
    try:
        found = ds.dataset(paths, partitioning=partitions, partition_base_dir=str(folder / part))
        table = found.to_table().to_pandas()
    except (OSError, pa.ArrowException) as error:
        raise OutputError(
            f"{folder / part}: is damaged: {error}; run the batch again, which mends it"
        ) from None
    if missing := [column for column in columns if column not in table]:
        raise OutputError(
            f"{folder / part}: lacks {', '.join(missing)}, so it was written by another version of "
            "dcsim; run the batch again into another folder"
        )
    return _in_order(table[columns], asked)


def _in_order(table: pd.DataFrame, asked: Asked) -> pd.DataFrame:
    place = {key: number for number, key in enumerate(asked.cases)}
    order = table[KEY].map(place).astype(int)
    return table.iloc[order.argsort(kind="stable")].reset_index(drop=True)


def _scenario_yaml(folder: Path) -> str:
    try:
        document = yaml.safe_load((folder / STUDY).read_text(encoding="utf-8"))
        return to_yaml(document["scenario"])
    except (OSError, ValueError, TypeError, KeyError, yaml.YAMLError) as error:
        raise OutputError(
            f"{folder / STUDY}: is damaged: {type(error).__name__}; run the batch again, which "
            "mends it"
        ) from None
