"""A scenario file as plain data that remembers where each key stands, with overrides applied.

YAML is read by the rules of YAML 1.2: `yes` is a word and not a truth, `010` is ten, `1:15` is
text. Keys given twice are refused.
"""

import os
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from dcsim.errors import ScenarioError

KeyPath = tuple[str | int, ...]

GRID_FILE: KeyPath = ("grid", "file")
PATHS: tuple[KeyPath, ...] = (
    GRID_FILE,
    ("grid", "surplus", "file"),
    ("solar", "file"),
    ("wind", "file"),
    ("cost", "energy_file"),
    ("cost", "export_file"),
    ("datacenter", "load", "file"),
    ("years", "file"),
)
"""The keys that hold a path, relative to the scenario file; in a list, of each entry."""


class _Yaml12(yaml.SafeLoader):
    """PyYAML's safe loader with the plain values of YAML 1.2 instead of those of 1.1."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012


class _Yaml12Dumper(yaml.SafeDumper):
    """Writes what `_Yaml12` reads back the same."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012


_INTEGER = "tag:yaml.org,2002:int"
for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("tag:yaml.org,2002:bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    (_INTEGER, r"[-+]?[0-9]+", list("-+0123456789")),
    (
        "tag:yaml.org,2002:float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+0123456789."),
    ),
):
    for _one in (_Yaml12, _Yaml12Dumper):
        _one.add_implicit_resolver(_tag, re.compile(f"^(?:{_pattern})$"), _first)
_Yaml12.add_constructor(_INTEGER, lambda _, node: int(node.value))

_UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What PyYAML raises, beside its own errors, on tags and anchors that make no sense."""


@dataclass
class Document:
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

    def copy(self) -> "Document":
        """Return another document that says the same, to be changed by itself."""
        return Document(self.name, deepcopy(self.data), dict(self.places))

    def below(self, key: str, defaults: dict[str, Any], folder: Path) -> "Document":
        """Return what stands under a key as a document of its own.

        Args:
            key: Of a part that holds keys and values.
            defaults: Of keys it does not have.
            folder: What its paths are relative to.
        """
        inside = Document(
            self.name,
            {**defaults, **deepcopy(self.data[key])},
            {path[1:]: place for path, place in self.places.items() if path[:1] == (key,)},
        )
        for of_file in PATHS:
            _make_absolute(inside.data, of_file, folder)
        return inside


def read_document(path: Path, known: str) -> Document:
    """Read a scenario file.

    Args:
        path: The file.
        known: What to offer if there is no such file.

    Raises:
        ScenarioError: The file cannot be read, is not YAML, or has a key twice.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ScenarioError(f"{path}: no such file; shipped scenarios are {known}") from None
    except UnicodeDecodeError:
        raise ScenarioError(f"{path}: not a text file, so not a YAML scenario") from None
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be read: {error.strerror}") from None
    document = _parse(text, str(path))
    for key in PATHS:
        _make_absolute(document.data, key, path.parent)
    return document


def _parse(text: str, name: str) -> Document:
    try:
        node = yaml.compose(text, Loader=_Yaml12)
        places = {} if node is None else dict(_places(node, name))
        data = yaml.load(text, Loader=_Yaml12)
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ScenarioError(f"{name}{line}: not valid YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise ScenarioError(f"{name}: not valid YAML: {error}") from None
    except _UNREADABLE as error:
        raise ScenarioError(f"{name}: not readable as YAML: {type(error).__name__}") from None
    if node is None:
        raise ScenarioError(f"{name}: is empty; a scenario needs name, grid and datacenter")
    if not isinstance(data, dict):
        raise ScenarioError(f"{name}: must hold keys and values, got {type(data).__name__}")
    return Document(name, data, places)


def _places(node: yaml.Node, name: str, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """Yield every key path of a YAML tree with its file and line; refuse keys given twice."""
    yield path, f"{name}:{node.start_mark.line + 1}"
    if isinstance(node, yaml.MappingNode):
        lines: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.value in lines:
                raise ScenarioError(
                    f"{name}:{line}: {dotted((*path, key.value))}: is given twice, "
                    f"first on line {lines[key.value]}"
                )
            lines[key.value] = line
            inner = dict(_places(value, name, (*path, key.value)))
            inner[(*path, key.value)] = f"{name}:{line}"
            yield from inner.items()
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _places(value, name, (*path, number))


def to_yaml(data: dict[str, Any]) -> str:
    """Return plain data as YAML that reads back the same."""
    return yaml.dump(data, Dumper=_Yaml12Dumper, sort_keys=False, allow_unicode=True)


def apply_override(document: Document, override: str) -> None:
    """Set one `key.path=value` in the document."""
    key, equals, text = override.partition("=")
    if not equals or not key.strip():
        raise ScenarioError(f"--set {override}: must read key.path=value")
    try:
        value = yaml.load(text, Loader=_Yaml12)
    except (yaml.YAMLError, *_UNREADABLE):
        raise ScenarioError(f"--set {override}: {text!r} is not a YAML value") from None
    set_key(document, key.strip(), value, f"--set {override}", Path.cwd())


def set_key(document: Document, key: str, value: Any, place: str, folder: Path) -> None:
    """Set a key of the document to a value.

    Args:
        document: Is changed.
        key: Such as `datacenter.flexible[0].share_frac`.
        value: Plain data; is not changed.
        place: Where the value was given, for messages.
        folder: What a path in it is relative to.

    Raises:
        ScenarioError: The document has no such place.
    """
    path = _key_path(key)
    _set(document.data, path, with_absolute_paths(key, value, folder), place)
    _forget_below(document, path)
    document.places[path] = place
    for length in range(1, len(path)):  # parents that were made for it stand there too
        document.places.setdefault(path[:length], place)


def use_grid_file(document: Document, file: Path) -> None:
    """Take the grid from a file, and forget what the document says of another grid's fleet."""
    absolute = os.path.abspath(file)  # noqa: PTH100, resolve() fails on odd names
    _use_grid(document, "file", absolute, f"--grid-file {file}")


def use_grid_id(document: Document, grid_id: str, place: str) -> None:
    """Take a grid that dcsim knows, and forget what the document says of another grid's fleet."""
    _use_grid(document, "id", grid_id, place)


def _use_grid(document: Document, key: str, value: str, place: str) -> None:
    grid = document.data.setdefault("grid", {})
    if isinstance(grid, dict):
        for of_another in ("id", "file", "solar_nameplate_mw", "wind_nameplate_mw"):
            grid.pop(of_another, None)
        grid[key] = value
        document.places["grid", key] = place


def _key_path(key: str) -> KeyPath:
    """Split `a.b.0.c`, also written `a.b[0].c`."""
    steps = key.replace("[", ".").replace("]", "").split(".")
    return tuple(int(s) if s.isascii() and s.isdecimal() else s for s in steps)


def _forget_below(document: Document, path: KeyPath) -> None:
    for known in [p for p in document.places if p[: len(path)] == path]:
        del document.places[known]


def _set(data: Any, path: KeyPath, value: Any, place: str) -> None:
    *parents, last = path
    for step in parents:
        if isinstance(data, dict):
            data = data.setdefault(step, {})
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            raise ScenarioError(f"{place}: there is no {dotted(path)} to set")
        if data is None:
            raise ScenarioError(f"{place}: {step} is empty; set it whole")
    in_list = isinstance(data, list) and isinstance(last, int) and last < len(data)
    if not (in_list or isinstance(data, dict)):
        raise ScenarioError(f"{place}: there is no {dotted(path)} to set")
    data[last] = value


def with_absolute_paths(key: str, value: Any, folder: Path) -> Any:
    """Return a value for a key of a scenario, the paths in it taken from a folder.

    Args:
        key: Such as `datacenter.load` or `grid.file`.
        value: Plain data; is not changed.
        folder: What a path in it is relative to.
    """
    steps = tuple(step for step in _key_path(key) if isinstance(step, str))
    held = {"value": deepcopy(value)}
    for of_file in PATHS:
        if of_file[: len(steps)] == steps:
            _make_absolute(held, ("value", *of_file[len(steps) :]), folder)
    return held["value"]


def _make_absolute(data: Any, path: KeyPath, folder: Path) -> None:
    if isinstance(data, list):
        for entry in data:
            _make_absolute(entry, path, folder)
    elif isinstance(data, dict) and len(path) > 1:
        _make_absolute(data.get(str(path[0])), path[1:], folder)
    elif isinstance(data, dict) and isinstance(data.get(str(path[0])), str):
        key = str(path[0])
        data[key] = os.path.abspath(folder / data[key])  # noqa: PTH100, resolve() fails on odd names


def dotted(path: KeyPath) -> str:
    """Return a key path as people write it: `datacenter.flexible[0].share_frac`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text or "scenario"
