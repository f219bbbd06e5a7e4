"""Tables on terminals of any width, and progress that shows text as it is."""

from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from dcsim.cli.display import GAP, LEAST_WORDS, bar, print_table, steps
from dcsim.cli.study import print_study

GRID = "CISO:2022:1f3a9c07"
WHY = "12 hours were missing; solar noon is 0.6 h early; nuclear stands still for 80 days"
HEADINGS = ("grid", "hours", "why")


@pytest.fixture
def columns(monkeypatch: pytest.MonkeyPatch):
    return lambda width: monkeypatch.setenv("COLUMNS", str(width))


def lines(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [line.rstrip() for line in capsys.readouterr().out.splitlines()]


def test_words_are_folded_into_the_room_that_ids_and_numbers_leave(columns, capsys) -> None:
    """60 columns less 18, 5 and two gaps of 2 are 33 for the words."""
    columns(60)
    print_table(HEADINGS, [(GRID, "8,760", WHY)], right=(1,))
    head, rule, first, *others = lines(capsys)
    assert head == f"grid{' ' * 14}  hours  why"
    assert rule == "─" * 60
    assert first == f"{GRID}  8,760  12 hours were missing; solar noon"
    assert {line[:27].strip() for line in others} == {""}
    assert " ".join([first[27:], *(line.strip() for line in others)]) == WHY


def test_a_row_becomes_lines_where_a_table_does_not_fit(columns, capsys) -> None:
    columns(40)
    print_table(HEADINGS, [(GRID, "8,760", WHY), ("PJM:2022", "", "fine")], right=(1,))
    assert lines(capsys) == [
        GRID,
        "  hours: 8,760",
        f"  why: {WHY}",
        "PJM:2022",
        "  why: fine",
    ]


def test_spare_columns_go_one_by_one(columns, capsys) -> None:
    """Each of 3 spare columns is 9 wide with its gap; id, name and imported are 4, 16 and 8."""
    headings = ("BA", "name", "GWh one", "GWh two", "GWh 333", "imported")
    row = ("CISO", "California Independent System Operator", "1", "2", "3", "2022 (A)")
    seen = []
    for width in (59, 58, 50, 49, 41, 40, 32):
        columns(width)
        print_table(headings, [row], right=(2, 3, 4), spare=(4, 2, 3), short=(1,))
        head, _, shown = lines(capsys)
        seen.append([name for name in ("one", "two", "333") if name in head])
        assert shown.startswith("CISO  California")
        assert "…" in shown
        assert shown.endswith("2022 (A)")
        assert len(shown) <= width
    assert seen == [["one", "two", "333"], *[["one", "two"]] * 2, *[["two"]] * 2, [], []]


def test_what_goes_to_a_file_is_whole(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    name = "A name that is as long as can be, " * 4
    print_table(("BA", "name", "n"), [("CISO", name, "7")], right=(2,), spare=(2,), short=(1,))
    assert lines(capsys)[-1] == f"CISO  {name}  7"


def test_a_column_without_heading_is_not_named_in_lines(columns, capsys) -> None:
    columns(10)
    print_table(("", ""), [("missing_hour", "12")])
    assert lines(capsys) == ["missing_hour", "  12"]


@given(
    width=st.integers(5, 120),
    rows=st.lists(
        st.tuples(*[st.text(alphabet="ab cd[/]", max_size=60).map(str.strip)] * 4), max_size=3
    ),
)
def test_no_id_and_no_number_is_ever_cut_and_no_table_is_too_wide(
    width: int, rows: list[tuple[str, str, str, str]]
) -> None:
    """For any text: every line of a table fits, and ids and numbers stand whole in it."""
    shown = [(f"id{i}" * 5, f"{row[1]}9,999", row[2], row[3]) for i, row in enumerate(rows)]
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("COLUMNS", str(width))
        written = _printed(shown)
    is_table = "─" in written
    for own_id, number, *_ in shown:
        assert own_id in written
        assert number in written
    assert not is_table or max(map(len, written.splitlines())) <= width


def _printed(rows: list[tuple[str, str, str, str]]) -> str:
    with redirect_stdout(StringIO()) as out:
        print_table(("grid", "hours", "name", "why"), rows, right=(1,), short=(2,))
    return out.getvalue()


def test_words_are_never_narrower_than_what_can_be_read(columns, capsys) -> None:
    least = len(GRID) + len("8,760") + LEAST_WORDS + 2 * GAP
    columns(least)
    print_table(HEADINGS, [(GRID, "8,760", WHY)], right=(1,))
    assert "─" * least in lines(capsys)
    columns(least - 1)
    print_table(HEADINGS, [(GRID, "8,760", WHY)], right=(1,))
    assert "  hours: 8,760" in lines(capsys)


@pytest.mark.parametrize("text", ["[/x]", "[red]", "[link=", ":bug:"])
def test_steps_bars_and_tables_show_text_as_it_is(columns, capfd, text: str) -> None:
    columns(80)
    with steps() as begin:
        begin(f"checking {text}")
    with bar() as tell:
        tell(f"reading {text}", 1.0)
    print_table(("grid", f"why {text}"), [(text, text)])
    out, err = capfd.readouterr()
    assert f"checking {text}" in err
    assert out.count(text) == 3


def test_both_ways_to_stop_are_told_alike(capfd) -> None:
    for show in (steps, bar):
        with pytest.raises(typer.Exit) as ended, show():
            raise KeyboardInterrupt
        assert ended.value.exit_code == 130
        err = capfd.readouterr().err
        assert "Stopped; nothing half-written" in err
        assert "Ctrl-C" not in err


def test_a_stage_that_begins_anew_is_estimated_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.progress import Progress

    resets: list[int] = []
    monkeypatch.setattr(Progress, "reset", lambda self, task: resets.append(task))
    with bar() as tell:
        for share in (0.1, 0.5, 0.5, 1.0):
            tell("fetching", share)
        assert resets == []
        tell("reading", 0.2)
    assert len(resets) == 1


def test_a_scenario_is_called_what_it_is_called(columns, capsys, days_study) -> None:
    columns(120)
    scenario = days_study.scenario.model_copy(update={"name": "[/x] [red]"})
    print_study(replace(days_study, scenario=scenario))
    assert "[/x] [red]: 120 hours" in capsys.readouterr().out
