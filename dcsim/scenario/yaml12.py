"""YAML text in, plain data and the line of every key out, within bounds that hostile text keeps.

YAML is read by the rules of YAML 1.2: `yes` is a word and not a truth, `010` is ten, `1:15` is
text. Keys are text, and refused if given twice. An alias is a copy of what its anchor names:
changing one changes no other, and copies count against the bounds.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

KeyPath = tuple[str | int, ...]

MOST_CHARACTERS = 4_000_000
"""Of one file; the largest study that was seen has 300,000."""
MOST_NODES = 200_000
"""Keys and values of one file, copies by aliases included."""
MOST_DEPTH = 50
"""Of parts within parts; a scenario has 5, and a study that holds one has 8."""
MOST_SHOWN = 100
"""Characters of a value that a message repeats."""

if TYPE_CHECKING:
    from yaml import SafeLoader as _SafeLoader
else:  # PyYAML's parser in C, ten times as fast, where it was built with it
    _SafeLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Yaml12(_SafeLoader):
    """PyYAML's safe loader with the plain values of YAML 1.2 instead of those of 1.1."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012


class _Yaml12Dumper(yaml.SafeDumper):
    """Writes what `_Yaml12` reads back the same."""

    yaml_implicit_resolvers: dict[str, list[Any]] = {}  # noqa: RUF012


_CORE = "tag:yaml.org,2002:"
_TEXT, _INTEGER = f"{_CORE}str", f"{_CORE}int"
for _tag, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        list("-+0123456789."),
    ),
):
    for _one in (_Yaml12, _Yaml12Dumper):
        _one.add_implicit_resolver(_CORE + _tag, re.compile(f"^(?:{_pattern})$"), _first)
_Yaml12.add_constructor(_INTEGER, lambda _, node: int(node.value))

_SCALARS = {_CORE + kind: kind for kind in ("null", "bool", "int", "float", "str")}


class YamlError(Exception):
    """Text that is not read: what is wrong, and on which line.

    Attributes:
        line: From 1; None if it is of the whole text.
    """

    def __init__(self, problem: str, line: int | None = None) -> None:
        """Keep both."""
        super().__init__(problem)
        self.line = line


@dataclass
class _Open:
    """A list or mapping whose end was not read yet, with the size of what is in it so far."""

    anchor: str | None
    nodes: int = 1
    depth: int = 1


@dataclass
class _Tree:
    """Data being read, with the line of every key path and list entry."""

    data: Any = None
    lines: dict[KeyPath, int] = field(default_factory=dict)


def read_yaml(text: str) -> tuple[Any, dict[KeyPath, int]]:
    """Read YAML.

    Returns:
        Plain data, None if the text is empty, and the line of every key path in it.

    Raises:
        YamlError: The text is not YAML, exceeds a bound, or holds what no scenario can use.
    """
    if len(text) > MOST_CHARACTERS:
        raise YamlError(f"has more than {MOST_CHARACTERS:,} characters")
    try:
        _check_bounds(yaml.parse(text, Loader=_Yaml12))
        loader = _Yaml12(text)
        try:
            root, tree = loader.get_single_node(), _Tree()
            if root is not None:
                tree.lines[()] = _line(root)
                tree.data = _read(loader, root, (), tree)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise YamlError(f"not valid YAML: {error.problem}", line) from None
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        raise YamlError(f"not valid YAML: {shortened(str(error))}") from None
    return tree.data, tree.lines


def to_yaml(data: dict[str, Any]) -> str:
    """Return plain data as YAML that reads back the same."""
    return yaml.dump(data, Dumper=_Yaml12Dumper, sort_keys=False, allow_unicode=True)


def shortened(text: str, most: int = MOST_SHOWN) -> str:
    """Return text as it is, or its beginning if it is longer than a message should repeat."""
    return text if len(text) <= most else f"{text[:most]}… ({len(text):,} characters)"


def unusable(text: str) -> str | None:
    """Name the first character that files and pages cannot hold, such as `U+0000`; None if none."""
    for character in text:
        if character not in "\t\n\r" and unicodedata.category(character) in ("Cc", "Cs"):
            return f"U+{ord(character):04X}"
    return None


def _check_bounds(events: Iterator[yaml.Event]) -> None:
    """Refuse aliases that multiply, anchors within themselves, depth, and control characters.

    Only events are read, so that nothing is built before its size is known.
    """
    open_: list[_Open] = []
    known: dict[str, _Open] = {}
    for event in events:
        if isinstance(event, yaml.CollectionStartEvent):
            open_.append(_Open(event.anchor))
            _refuse_depth(len(open_), event)
            continue
        if isinstance(event, yaml.CollectionEndEvent):
            whole = open_.pop()
        elif isinstance(event, yaml.NodeEvent):
            whole = _leaf(event, open_, known)
        else:
            continue
        if whole.anchor is not None:
            known[whole.anchor] = whole
        if open_:
            _add(open_[-1], whole, event)


def _add(parent: _Open, whole: _Open, event: yaml.Event) -> None:
    """Count what was read as part of what encloses it."""
    parent.nodes += whole.nodes
    parent.depth = max(parent.depth, whole.depth + 1)
    if parent.nodes > MOST_NODES:
        raise YamlError(
            f"has {parent.nodes:,} keys and values, copies by aliases included; must be "
            f"{MOST_NODES:,} or fewer",
            _line(event),
        )
    _refuse_depth(parent.depth, event)


def _refuse_depth(depth: int, event: yaml.Event) -> None:
    if depth > MOST_DEPTH:
        raise YamlError(f"parts are nested more than {MOST_DEPTH} deep", _line(event))


def _leaf(event: yaml.NodeEvent, open_: list[_Open], known: dict[str, _Open]) -> _Open:
    """Return the size of a scalar, or of what an alias names."""
    if isinstance(event, yaml.AliasEvent):
        anchor = str(event.anchor)
        if any(one.anchor == anchor for one in open_):
            raise YamlError(f"anchor {shortened(anchor)} holds itself", _line(event))
        named = known.get(anchor, _Open(None))
        return _Open(None, named.nodes, named.depth)
    value = event.value if isinstance(event, yaml.ScalarEvent) else ""
    if (character := unusable(value)) is not None:
        raise YamlError(
            f"text holds the character {character}; control characters and halves of surrogate "
            "pairs are not taken",
            _line(event),
        )
    return _Open(event.anchor)


def _line(of: yaml.Event | yaml.Node) -> int:
    return int(of.start_mark.line) + 1 if of.start_mark else 1


def _read(loader: yaml.SafeLoader, node: yaml.Node, path: KeyPath, tree: _Tree) -> Any:
    """Return the plain data of a node, and note the line of each key below it."""
    if isinstance(node, yaml.MappingNode) and node.tag == f"{_CORE}map":
        return _read_mapping(loader, node, path, tree)
    if isinstance(node, yaml.SequenceNode) and node.tag == f"{_CORE}seq":
        entries = []
        for number, value in enumerate(node.value):
            inner = (*path, number)
            tree.lines[inner] = _line(value)
            entries.append(_read(loader, value, inner, tree))
        return entries
    if isinstance(node, yaml.ScalarNode) and node.tag in _SCALARS:
        return _read_scalar(loader, node)
    raise YamlError(f"tag {shortened(node.tag.replace(_CORE, '!!'))} is not taken", _line(node))


def _read_mapping(
    loader: yaml.SafeLoader, node: yaml.MappingNode, path: KeyPath, tree: _Tree
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise YamlError("a key must be text", _line(key))
        inner = (*path, key.value)
        if key.value in found:
            raise YamlError(
                f"{dotted(inner)}: is given twice, first on line {tree.lines[inner]}", _line(key)
            )
        tree.lines[inner] = _line(key)
        found[key.value] = None
        found[key.value] = _read(loader, value, inner, tree)
    return found


def _read_scalar(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Any:
    try:
        return loader.construct_object(node)
    except (ValueError, TypeError, KeyError):
        kind, shown = _SCALARS[node.tag], shortened(node.value)
        raise YamlError(f"{shown!r} cannot be read as !!{kind}", _line(node)) from None


def dotted(path: KeyPath) -> str:
    """Return a key path as people write it: `datacenter.flexible[0].share_frac`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return shortened(text, 2 * MOST_SHOWN) or "scenario"
