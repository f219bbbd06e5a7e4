"""YAML that is hostile by intent or by accident: refused at once, with its line and the bound."""

import time
from pathlib import Path

import pytest

from dcsim.errors import ScenarioError
from dcsim.scenario.load import load_scenario
from dcsim.scenario.yaml12 import MOST_CHARACTERS, MOST_NODES, YamlError, read_yaml, unusable

SOON_S = 1.0


def refused(text: str) -> YamlError:
    """Return why text is refused; it must be so without delay."""
    start = time.process_time()
    with pytest.raises(YamlError) as caught:
        read_yaml(text)
    assert time.process_time() - start < SOON_S
    return caught.value


def multiplying(levels: int, times: int) -> str:
    """Return lists of lists by alias: `times ** levels` leaves."""
    lines = ["l0: &l0 x"]
    for level in range(1, levels + 1):
        lines.append(f"l{level}: &l{level} [{', '.join([f'*l{level - 1}'] * times)}]")
    return "\n".join(lines)


def test_aliases_that_multiply_are_refused_by_their_number() -> None:
    """Nine levels of nine are 387 million leaves; the sixth level goes beyond the bound."""
    error = refused(multiplying(9, 9))
    assert error.line == 7
    assert f"must be {MOST_NODES:,} or fewer" in str(error)
    assert read_yaml(multiplying(3, 9))[0]["l3"][8][8][8] == "x"


@pytest.mark.parametrize("form", ["file", "study", "override"])
def test_every_door_has_the_bound(tmp_path: Path, form: str) -> None:
    bomb = "{" + ", ".join(multiplying(9, 9).splitlines()) + "}"
    path = tmp_path / "asked.yaml"
    path.write_text(f"{'study' if form == 'study' else 'name'}: x\ndescription: {bomb}\n")
    source, overrides = (path, []) if form != "override" else ("quickstart", [f"name={bomb}"])
    with pytest.raises(ScenarioError, match=r"200,000 or fewer") as caught:
        load_scenario(source, overrides)
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 60 + "]" * 60,
        "a: " + "[" * 100_000,
        "\n".join(" " * n + "a:" for n in range(60)),
        "a0: &a0 x\n" + "\n".join(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 60)),
    ],
    ids=["flow", "flow-unclosed", "block", "by-alias"],
)
def test_depth_is_bounded(text: str) -> None:
    assert "50 deep" in str(refused(text))


def test_an_anchor_in_itself_is_refused_with_its_line() -> None:
    assert refused("a: 1\nb: &x\n  c: [*x]\n").line == 3


@pytest.mark.parametrize(
    ("text", "words", "line"),
    [
        ("a: 1\nb: " + "9" * 5000, "cannot be read as !!int", 2),
        ("a: 1\na: 2", "a: is given twice, first on line 1", 2),
        ("b: {a: 1, 'a': 2}", "b.a: is given twice", 1),
        ("? [a]\n: 1", "a key must be text", 1),
        ("a: !!python/object:os.system x", "python/object", 1),
        ("a: !!binary aGk=", "tag !!binary is not taken", 1),
        ("a: !!set {x, y}", "tag !!set is not taken", 1),
        ("a: !mine x", "tag !mine is not taken", 1),
        ("a: *b", "undefined alias", 1),
        ('x: 1\na: "\\0"', "U+0000", 2),
        ('x: 1\na: "\\x1b[2J"', "U+001B", 2),
        ('"\\x07": 1', "U+0007", 1),
    ],
)
def test_what_is_wrong_is_said_with_the_line(text: str, words: str, line: int) -> None:
    error = refused(text)
    assert words in str(error)
    assert error.line == line


def test_halves_of_surrogate_pairs_are_refused_in_the_check(tmp_path: Path) -> None:
    path = tmp_path / "asked.yaml"
    path.write_text('name: x\ndescription: "\\ud800"\n')
    with pytest.raises(ScenarioError, match=r"asked.yaml:2: "):
        load_scenario(path)
    assert unusable("a\ud800") == "U+D800"


def test_a_text_beyond_all_bounds_is_not_parsed() -> None:
    assert "characters" in str(refused("a: 1 #" + "x" * MOST_CHARACTERS))


def test_keys_are_text_whatever_they_look_like() -> None:
    assert read_yaml("{1: a, true: b, ~: c}")[0] == {"1": "a", "true": "b", "~": "c"}


def test_an_alias_is_a_copy() -> None:
    data, lines = read_yaml("a: &x {k: [1]}\nb: *x\n")
    assert data["a"] == data["b"]
    assert data["a"]["k"] is not data["b"]["k"]
    assert lines["b", "k", 0] == 1


@pytest.mark.parametrize("huge", ["1e400", "9" * 4000, "1" + "0" * 310])
def test_a_number_beyond_all_bounds_is_refused_in_few_words(huge: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario("quickstart", [f"datacenter.capacity_mw={huge}", f"seed={huge}"])
    assert "datacenter.capacity_mw: " in str(caught.value)
    assert len(str(caught.value)) < 1000


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path: Path) -> None:
    path = tmp_path / "asked.yaml"
    path.write_bytes(
        b"\xef\xbb\xbfname: x\r\ngrid: {id: 'ERCO:reference'}\r\ndatacenter: {capacity_mw: 1}\r\n"
    )
    assert load_scenario(path).name == "x"


def test_thousands_of_years_are_read_in_a_moment(tmp_path: Path) -> None:
    years = "".join(f"  - {{name: y{n}, load_frac: 1.1, weight: 1}}\n" for n in range(3000))
    path = tmp_path / "asked.yaml"
    head = "name: x\ngrid: {id: 'ERCO:reference'}\ndatacenter: {capacity_mw: 1}\nyears:\n"
    path.write_text(head + years)
    assert len(load_scenario(path).years) == 3000
