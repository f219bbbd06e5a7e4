"""YAML file and overrides in, `Scenario` out; or one `ScenarioError` that lists everything wrong.

Each problem comes with the file, the line, the path of the key, the value and the limit; an
unknown key comes with the nearest known name.
"""

import difflib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from dcsim.errors import ScenarioError
from dcsim.scenario.compat import apply_presets
from dcsim.scenario.document import (
    Document,
    apply_override,
    read_document,
    use_grid_file,
)
from dcsim.scenario.spec import Scenario
from dcsim.scenario.yaml12 import KeyPath, dotted, shortened
from dcsim.shipped import shipped_folder

_Model = TypeVar("_Model", bound=BaseModel)

STUDY = "study"
"""First key of a study, a file that asks for many scenarios at once."""

MOST_PROBLEMS = 50
"""How many problems of one document are listed."""

_LIMIT_WORDS = {
    "greater_than": "must be above {gt:g}",
    "greater_than_equal": "must be {ge:g} or more",
    "less_than": "must be below {lt:g}",
    "less_than_equal": "must be {le:g} or less",
    "finite_number": "must be a finite number",
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "model_type": "must hold keys and values",
    "tuple_type": "must be a list",
    "too_short": "must have at least {min_length} entry",
}
"""The commonest of pydantic's findings, as a planner would say them."""


def load_scenario(
    source: str | Path, overrides: Sequence[str] = (), grid_file: Path | None = None
) -> Scenario:
    """Read a scenario.

    Args:
        source: Path of a YAML file, or the name of a shipped scenario such as `quickstart`.
        overrides: `key.path=value` each, applied over the file; values are YAML.
        grid_file: Take the grid from this file instead of what the scenario names.

    Returns:
        The scenario, whole and checked. Paths in the file are taken relative to the file, paths
        in overrides relative to the working folder.

    Raises:
        ScenarioError: The file cannot be read, or something in it is wrong; lists all problems.
    """
    document = read_scenario(source)
    if grid_file is not None:
        use_grid_file(document, grid_file)
    for override in overrides:
        apply_override(document, override)
    return scenario_of(document)


def read_scenario(source: str | Path) -> Document:
    """Read a scenario file, given by path or as a shipped one by name, and do not check it yet.

    Raises:
        ScenarioError: The file cannot be read, or is a study of many scenarios.
    """
    document = read_document(find_scenario(source), ", ".join(shipped_scenarios()))
    if STUDY in document.data:
        raise ScenarioError(
            f"{document.place((STUDY,))}: is a study of many scenarios; run it with `dcsim batch`"
        )
    return document


def scenario_of(document: Document) -> Scenario:
    """Return the scenario that a document describes, its presets filled in.

    Raises:
        ScenarioError: Something in it is wrong; lists all problems.
    """
    apply_presets(document)
    return checked(Scenario, document)


def find_scenario(source: str | Path) -> Path:
    """Return the file of a scenario or study given by path or by the name of a shipped one."""
    path = Path(source)
    is_name = str(source) in _shipped()
    return (
        shipped_folder("scenarios") / f"{source}.yaml" if is_name and not path.is_file() else path
    )


def shipped_scenarios() -> list[str]:
    """Return the names of the scenarios that come with dcsim; studies stand beside them."""
    return sorted(_shipped() - {*shipped_studies()})


def shipped_studies() -> list[str]:
    """Return the names of the studies of many scenarios that come with dcsim."""
    folder = shipped_folder("scenarios")
    return sorted(name for name in _shipped() if is_study(folder / f"{name}.yaml"))


def _shipped() -> set[str]:
    return {path.stem for path in shipped_folder("scenarios").glob("*.yaml")}


def is_study(path: Path) -> bool:
    """Tell whether a file is a study of many scenarios, which begins with that word."""
    return path.read_text(encoding="utf-8").startswith(f"{STUDY}:")


def checked(model: type[_Model], document: Document) -> _Model:
    """Return what a document describes.

    Raises:
        ScenarioError: Something in it is wrong; lists all problems.
    """
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        problems = [_explain(model, document, dict(one)) for one in error.errors(include_url=False)]
    head = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    if len(problems) > MOST_PROBLEMS:
        left_out = len(problems) - MOST_PROBLEMS
        problems = [*problems[:MOST_PROBLEMS], f"  and {left_out} more"]
    raise ScenarioError("\n".join([f"{document.name}: {head}", *problems]))


def _explain(model: type[BaseModel], document: Document, error: dict[str, Any]) -> str:
    """Return one problem as a line: place, path, what is wrong, the value."""
    path = _strip_tags(document.data, error["loc"])
    return f"  {document.place(path)}: {dotted(path)}: {_what(model, path, error)}"


def _what(model: type[BaseModel], path: KeyPath, error: dict[str, Any]) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return f"is not a known key{_nearest(model, path)}"
    if kind == "missing":
        return "is required"
    if kind == "value_error":
        return f"{context['error']}{_got(error)}"
    if kind in _LIMIT_WORDS:
        return _LIMIT_WORDS[kind].format(**context) + _got(error)
    return f"{error['msg'][0].lower()}{error['msg'][1:]}{_got(error)}"


def _got(error: dict[str, Any]) -> str:
    value = error["input"]
    return "" if isinstance(value, dict | list | tuple | BaseModel) else f", got {_shown(value)}"


def _shown(value: Any) -> str:
    try:
        return shortened(repr(value))
    except ValueError:  # Python writes no whole number of more than 4,300 digits
        return "a whole number too long to be shown"


def _nearest(model: type[BaseModel], path: KeyPath) -> str:
    known = _fields_at(model, path[:-1])
    close = difflib.get_close_matches(str(path[-1]), known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]}?" if close else f"; known are {', '.join(known)}"


def _fields_at(annotation: Any, path: KeyPath) -> list[str]:
    """Return the keys a scenario may have at a path, over all kinds a part may be."""
    models = list(_models_in(annotation))
    if not path:
        return [name for model in models for name in model.model_fields]
    if isinstance(path[0], int):
        return _fields_at(annotation, path[1:])
    inner = [m.model_fields[path[0]].annotation for m in models if path[0] in m.model_fields]
    return [name for one in inner for name in _fields_at(one, path[1:])]


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _strip_tags(data: Any, location: KeyPath) -> KeyPath:
    """Drop from a pydantic location the tags of unions, which are no keys of the file."""
    path: list[str | int] = []
    for number, step in enumerate(location):
        if isinstance(data, dict) and step not in data and data.get("kind") == step:
            continue
        path.append(step)
        is_last = number == len(location) - 1
        if not is_last:
            data = _descend(data, step)
    return tuple(path)


def _descend(data: Any, step: str | int) -> Any:
    if isinstance(data, dict):
        return data.get(step)
    if isinstance(data, list | tuple) and isinstance(step, int) and step < len(data):
        return data[step]
    return None
