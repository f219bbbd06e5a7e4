"""A study: one base scenario, and the axes along which it is varied into many.

study: chemistries             # its name
scenario: quickstart           # a shipped scenario, a file beside this one, or its keys
product:                       # every combination of
  ba: [ERCO, CISO]             # short names, see `dcsim/batch/axes.py`,
  outlook.years: [10, 20]      # any key of the scenario,
  cells:                       # and labelled bundles of keys
    - as it is
    - {label: NMC, set: {battery.chemistry: nmc, battery.depth_of_discharge: 0.8}}
list:                          # and cases one by one
  - {ba: BPAT, cells: NMC}
exclude: [{ba: CISO, cells: NMC}]
front: {points: 8, where: {cells: as it is}}
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from dcsim.errors import ScenarioError
from dcsim.optimize.front import LEAST_POINTS, FrontKind
from dcsim.scenario.document import (
    Document,
    apply_override,
    read_document,
    with_absolute_paths,
)
from dcsim.scenario.load import (
    STUDY,
    checked,
    find_scenario,
    read_scenario,
    scenario_of,
    shipped_studies,
)
from dcsim.scenario.part import Part
from dcsim.scenario.spec import Scenario, Strategy

Value = str | bool | int | float | None

ACTIVE = "active"
"""In place of a list of authorities: all that still report to EIA-930."""


class Bundle(Part):
    """A value of an axis that sets several keys of the scenario, or none, under one label."""

    label: Annotated[str, Field(min_length=1, max_length=80)]
    """What it is called in tables and figures."""
    set: dict[str, Any] = Field(default_factory=dict)
    """Keys of the scenario, such as `battery.chemistry`, with their values."""


AxisValue = Bundle | Value

Row = dict[str, AxisValue]

Filter = dict[str, Value | tuple[Value, ...]]
"""Matches a case if each of its keys does; a list is any of."""


class FrontAsked(Part):
    """A front to trace in each case, beside its plans."""

    kind: FrontKind = "carbon"
    """Operational against embodied carbon, or cost against total carbon."""
    points: Annotated[int, Field(strict=True, ge=LEAST_POINTS, le=1000)] = 8
    """How many points, ends included."""
    strategy: Strategy = "all"
    """Which options are open."""
    where: Filter = Field(default_factory=dict)
    """In which cases; in all if left out."""


class Study(Part):
    """What a study file says, but for the scenario."""

    study: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._-]{0,79}$")]
    """Names the study and its folder: letters, digits, blanks, dots, dashes and underscores."""
    description: str = ""
    """What is asked, in a sentence; shown in the report."""
    scenario: str | dict[str, Any]
    """The base: name of a shipped scenario, path of a file, or the keys themselves."""
    product: dict[str, Literal["active"] | tuple[AxisValue, ...]] = Field(default_factory=dict)
    """Axes, of which every combination is a case; `ba: active` stands for all authorities."""
    list: tuple[Row, ...] = ()
    """Cases one by one."""
    only: tuple[Filter, ...] = ()
    """Leave out cases that none of these matches; keep all if left out."""
    exclude: tuple[Filter, ...] = ()
    """Leave out cases that one of these matches."""
    front: FrontAsked | None = None
    """A front in each case, or in some."""

    @field_validator("product")
    @classmethod
    def _some_values(cls, product: dict[str, Any]) -> dict[str, Any]:
        for name, values in product.items():
            if not values:
                raise ValueError(f"axis {name} has no values")
            if values == ACTIVE and name != "ba":
                raise ValueError(f"{ACTIVE!r} stands for balancing authorities; give axis ba")
        return product


@dataclass(frozen=True)
class Batch:
    """A study as asked: what its file says, and its base scenario.

    Attributes:
        asked: The file.
        document: Where each of its keys stands.
        base: The scenario that the axes vary.
        folder: What paths in the file are relative to.
    """

    asked: Study
    document: Document
    base: Document
    folder: Path

    @property
    def study(self) -> str:
        """Return the name."""
        return self.asked.study

    @property
    def description(self) -> str:
        """Return what is asked, in a sentence; may be empty."""
        return self.asked.description


def load_batch(source: str | Path, overrides: Sequence[str] = ()) -> Batch:
    """Read a study.

    Args:
        source: Path of a YAML file, or the name of a shipped study such as `us-atlas`.
        overrides: `key.path=value` each, applied over the base scenario before the axes.

    Raises:
        ScenarioError: The file cannot be read, or something in it is wrong; lists all problems.
    """
    path = find_scenario(source)
    document = read_document(path, f"studies {', '.join(shipped_studies())}")
    if STUDY not in document.data:
        raise ScenarioError(
            f"{path}: is no study, which begins with `{STUDY}: <name>`; plan a single scenario "
            "with `dcsim plan`"
        )
    asked = checked(Study, document)
    base = _base_of(asked, document, path.parent)
    for override in overrides:
        apply_override(base, override)
    scenario_of(base.copy())
    return Batch(asked, document, base, path.parent)


def _base_of(asked: Study, document: Document, folder: Path) -> Document:
    """Return the base scenario, read from where the study says."""
    if isinstance(asked.scenario, str):
        beside = folder / asked.scenario
        return read_scenario(beside if beside.is_file() else asked.scenario)
    return document.below("scenario", {"name": asked.study}, folder)


def base_scenario(batch: Batch) -> Scenario:
    """Return the base scenario, checked."""
    return scenario_of(batch.base.copy())


def as_asked(batch: Batch) -> Mapping[str, Any]:
    """Return a study as plain data that reads back the same from any folder.

    The base scenario is written out, and paths are absolute; under a preset, what is null is said,
    for the preset would fill what is not.
    """
    asked = batch.asked.model_dump(mode="json", exclude_defaults=True)
    for axis, values in asked.get("product", {}).items():
        if values != ACTIVE:
            asked["product"][axis] = [_anywhere(axis, one, batch.folder) for one in values]
    for row in asked.get("list", []):
        row.update({axis: _anywhere(axis, one, batch.folder) for axis, one in row.items()})
    base = base_scenario(batch)
    written = base.model_dump(mode="json", exclude_none=base.compat is None)
    return {**asked, "scenario": written}


def _anywhere(axis: str, value: Any, folder: Path) -> Any:
    """Return a value of an axis with its paths made absolute, under the label it has."""
    if isinstance(value, dict):
        keys = value.get("set", {}).items()
        return {**value, "set": {key: with_absolute_paths(key, v, folder) for key, v in keys}}
    absolute = with_absolute_paths(axis, value, folder)
    return value if absolute == value else {"label": value, "set": {axis: absolute}}
