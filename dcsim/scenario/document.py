"""A scenario file as plain data that remembers where each key stands, with overrides applied."""

import os
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dcsim.errors import ScenarioError
from dcsim.scenario.yaml12 import (
    MOST_CHARACTERS,
    KeyPath,
    YamlError,
    dotted,
    read_yaml,
    shortened,
)

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
        with path.open("rb") as stream:
            # UTF-8 has at most four bytes a character: what is cut off is refused for its size.
            text = stream.read(4 * MOST_CHARACTERS + 4).decode("utf-8-sig")
    except FileNotFoundError:
        raise ScenarioError(f"{path}: no such file; shipped scenarios are {known}") from None
    except UnicodeDecodeError:
        raise ScenarioError(f"{path}: not a text file, so not a YAML scenario") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ScenarioError(f"{path}: cannot be read: {reason}") from None
    document = _parse(text, str(path))
    for key in PATHS:
        _make_absolute(document.data, key, path.parent)
    return document


def _parse(text: str, name: str) -> Document:
    try:
        data, lines = read_yaml(text)
    except YamlError as error:
        line = "" if error.line is None else f":{error.line}"
        raise ScenarioError(f"{name}{line}: {error}") from None
    if not lines:
        raise ScenarioError(f"{name}: is empty; a scenario needs name, grid and datacenter")
    if not isinstance(data, dict):
        raise ScenarioError(f"{name}: must hold keys and values, got {type(data).__name__}")
    return Document(name, data, {path: f"{name}:{line}" for path, line in lines.items()})


def apply_override(document: Document, override: str) -> None:
    """Set one `key.path=value` in the document."""
    key, equals, text = override.partition("=")
    place = f"--set {shortened(override)}"
    if not equals or not key.strip():
        raise ScenarioError(f"{place}: must read key.path=value")
    try:
        value, _ = read_yaml(text)
    except YamlError as error:
        raise ScenarioError(f"{place}: {shortened(text)!r} is not a YAML value: {error}") from None
    set_key(document, key.strip(), value, place, Path.cwd())


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
