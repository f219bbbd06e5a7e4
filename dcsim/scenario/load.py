"""YAML file and overrides in, `Scenario` out; or one `ScenarioError` that lists everything wrong.

Each problem comes with the file, the line, the path of the key, the value and the limit; an
unknown key comes with the nearest known name.
"""

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Union, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from dcsim.errors import ScenarioError
from dcsim.scenario.spec import Scenario
from dcsim.shipped import shipped_folder

KeyPath = tuple[str | int, ...]

_PATHS_IN_SCENARIO: tuple[KeyPath, ...] = (("grid", "file"),)

_LIMIT_WORDS = {
    "greater_than": "must be above {gt:g}",
    "greater_than_equal": "must be {ge:g} or more",
    "less_than": "must be below {lt:g}",
    "less_than_equal": "must be {le:g} or less",
    "finite_number": "must be a finite number",
}


@dataclass
class _Document:
    """The plain data of a scenario, and the place each key came from."""

    name: str
    data: dict[str, Any]
    places: dict[KeyPath, str] = field(default_factory=dict)

    def place(self, path: KeyPath) -> str:
        """Return where a key stands: its own place, or the nearest one that encloses it."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.places:
                return self.places[path[:length]]
        return self.name


def load_scenario(source: str | Path, overrides: Sequence[str] = ()) -> Scenario:
    """Read a scenario.

    Args:
        source: Path of a YAML file, or the name of a shipped scenario such as `quickstart`.
        overrides: `key.path=value` each, applied over the file; values are YAML.

    Returns:
        The scenario, whole and checked. Paths in the file are taken relative to the file, paths
        in overrides relative to the working folder.

    Raises:
        ScenarioError: The file cannot be read, or something in it is wrong; lists all problems.
    """
    document = _read(find_scenario(source))
    for override in overrides:
        _apply(document, override)
    return _validate(document)


def find_scenario(source: str | Path) -> Path:
    """Return the file of a scenario given by path or by the name of a shipped one."""
    path = Path(source)
    shipped = shipped_folder("scenarios") / f"{source}.yaml"
    if not path.exists() and path.name == str(source) and shipped.is_file():
        return shipped
    return path


def shipped_scenarios() -> list[str]:
    """Return the names of the scenarios that come with dcsim."""
    return sorted(path.stem for path in shipped_folder("scenarios").glob("*.yaml"))


def _read(path: Path) -> _Document:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        names = ", ".join(shipped_scenarios())
        raise ScenarioError(f"{path}: no such file; shipped scenarios are {names}") from None
    except UnicodeDecodeError:
        raise ScenarioError(f"{path}: not a text file, so not a YAML scenario") from None
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be read: {error.strerror}") from None
    document = _parse(text, str(path))
    for key_path in _PATHS_IN_SCENARIO:
        _make_absolute(document.data, key_path, path.parent)
    return document


def _parse(text: str, name: str) -> _Document:
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ScenarioError(f"{name}{line}: not valid YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise ScenarioError(f"{name}: not valid YAML: {error}") from None
    if node is None:
        raise ScenarioError(f"{name}: is empty; a scenario needs name, grid and datacenter")
    if not isinstance(data, dict):
        raise ScenarioError(f"{name}: must hold keys and values, got {type(data).__name__}")
    places = dict(_places(node, name))
    return _Document(name, data, places)


def _places(node: yaml.Node, name: str, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """Yield every key path of a YAML tree with its file and line; refuse keys given twice."""
    yield path, f"{name}:{node.start_mark.line + 1}"
    if isinstance(node, yaml.MappingNode):
        lines: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.value in lines:
                raise ScenarioError(
                    f"{name}:{line}: {_dotted((*path, key.value))}: is given twice, "
                    f"first on line {lines[key.value]}"
                )
            lines[key.value] = line
            inner = dict(_places(value, name, (*path, key.value)))
            inner[(*path, key.value)] = f"{name}:{line}"
            yield from inner.items()
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _places(value, name, (*path, number))


def _apply(document: _Document, override: str) -> None:
    """Set one `key.path=value` in the document."""
    key, equals, text = override.partition("=")
    if not equals or not key.strip():
        raise ScenarioError(f"--set {override}: must read key.path=value")
    path: KeyPath = tuple(int(p) if p.isdigit() else p for p in key.strip().split("."))
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        raise ScenarioError(f"--set {override}: {text!r} is not a YAML value") from None
    _set(document.data, path, value, override)
    _forget_below(document, path)
    document.places[path] = f"--set {override}"
    for key_path in _PATHS_IN_SCENARIO:
        if key_path[: len(path)] == path:
            _make_absolute(document.data, key_path, Path.cwd())


def _forget_below(document: _Document, path: KeyPath) -> None:
    for known in [p for p in document.places if p[: len(path)] == path]:
        del document.places[known]


def _set(data: Any, path: KeyPath, value: Any, override: str) -> None:
    *parents, last = path
    for step in parents:
        if isinstance(data, dict):
            data = data.setdefault(step, {})
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            raise ScenarioError(f"--set {override}: there is no {_dotted(path)} to set")
        if data is None:
            raise ScenarioError(f"--set {override}: {step} is empty; set it whole")
    in_list = isinstance(data, list) and isinstance(last, int) and last < len(data)
    if not (in_list or isinstance(data, dict)):
        raise ScenarioError(f"--set {override}: there is no {_dotted(path)} to set")
    data[last] = value


def _make_absolute(data: Any, path: KeyPath, folder: Path) -> None:
    for step in path[:-1]:
        data = data.get(step) if isinstance(data, dict) else None
    if isinstance(data, dict) and isinstance(data.get(path[-1]), str):
        data[path[-1]] = str((folder / data[path[-1]]).resolve())


def _validate(document: _Document) -> Scenario:
    try:
        return Scenario.model_validate(document.data)
    except ValidationError as error:
        problems = [_explain(document, dict(one)) for one in error.errors(include_url=False)]
    head = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    raise ScenarioError("\n".join([f"{document.name}: {head}", *problems]))


def _explain(document: _Document, error: dict[str, Any]) -> str:
    """Return one problem as a line: place, path, what is wrong, the value."""
    path = _strip_tags(document.data, error["loc"])
    return f"  {document.place(path)}: {_dotted(path)}: {_what(path, error)}"


def _what(path: KeyPath, error: dict[str, Any]) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return f"is not a known key{_nearest(path)}"
    if kind == "missing":
        return "is required"
    if kind == "value_error":
        return f"{context['error']}{_got(error)}"
    if kind in _LIMIT_WORDS:
        return _LIMIT_WORDS[kind].format(**context) + _got(error)
    return f"{error['msg'][0].lower()}{error['msg'][1:]}{_got(error)}"


def _got(error: dict[str, Any]) -> str:
    value = error["input"]
    return "" if isinstance(value, dict | list | tuple | BaseModel) else f", got {value!r}"


def _nearest(path: KeyPath) -> str:
    known = _fields_at(Scenario, path[:-1])
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
    elif get_origin(annotation) is not None or get_origin(annotation) is Union:
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


def _dotted(path: KeyPath) -> str:
    """Return a key path as people write it: `datacenter.flexible[0].share_frac`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text or "scenario"
