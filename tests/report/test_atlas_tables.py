"""The tables of an atlas: every place in its row, numbers that sort, nothing left out."""

from dataclasses import replace

import pytest

from dcsim.report.atlas_places import Atlas
from dcsim.report.atlas_tables import (
    accounts_table,
    correlations_table,
    explained_table,
    options_table,
    ranked_table,
    regions_table,
    trouble_table,
    why_table,
)
from dcsim.report.batch import BA, KEY
from dcsim.report.sortable import SortableTable
from dcsim.report.study import STRATEGY_LABELS
from tests.report.atlas_findings import (
    HAND_AXES,
    atlas_findings,
    findings_of,
    hand_case,
    hand_findings,
    hand_plan,
    infeasible,
)


def texts(table: SortableTable) -> list[list[str]]:
    return [[e.text.replace("\u00a0", " ") for e in line.entries] for line in table.lines]


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    return Atlas(hand_findings())


def test_ranked_table_has_every_place_with_its_numbers(atlas: Atlas) -> None:
    table = ranked_table(atlas)
    head = [column.title for column in table.columns]
    assert head[:7] == [
        "Rank", "BA", "Name", "Region", "Mix", "Doing nothing", "With the plan",
    ]  # fmt: skip
    assert table.columns[6].unit == "t/MW"
    assert "t/MW is t CO₂e a year per MW of mean load." in table.caption.replace("\u00a0", " ")
    rows = texts(table)
    assert [row[1] for row in rows] == ["BPAT", "CISO", "ERCO"]
    assert rows[1][4:] == [
        "–", "876", "300", "65.8 %", "–", "2.50", "–", "–", "–", "0.0 %", "0.0 %", "174", "0",
    ]  # fmt: skip
    assert rows[2][5:12] == ["1,000", "500", "50.0 %", "2.00", "–", "2.00", "4.0"]


def test_cells_are_sorted_by_their_numbers_not_by_their_text(atlas: Atlas) -> None:
    cells = {line.id: line.entries for line in ranked_table(atlas).lines}
    assert cells["place-ERCO"][5].order == "1000.0"
    assert cells["place-CISO"][8].order == "0.0"
    assert cells["place-CISO"][11].order == ""
    assert cells["place-CISO"][2].order == "california independent system operator"
    assert cells["place-CISO"][1].href == "#map-CISO"


def test_places_without_a_plan_come_last_and_say_where_the_reason_is() -> None:
    impossible = infeasible(hand_plan("all"), "strategy all has no feasible plan")
    rows = [*hand_case("ERCO", "main", hand_plan("nothing", 2), hand_plan("all", 1)),
            *hand_case("CISO", "main", hand_plan("nothing", 2), impossible)]  # fmt: skip
    lines = texts(ranked_table(Atlas(findings_of(HAND_AXES, rows))))
    assert [line[1] for line in lines] == ["ERCO", "CISO", "BPAT"]
    assert lines[1][2] == "No plan: cannot keep the limits"
    assert lines[2][2] == "No plan: not asked for under the first labels"
    assert set(lines[2][4:]) == {"–"}


def test_why_table_tells_what_places_are_like(atlas: Atlas) -> None:
    rows = texts(why_table(atlas))
    assert rows[1][:6] == ["CISO", "Mostly wind", "100", "20 %", "25.0 %", "50.0"]
    assert rows[1][6:10] == ["40.0 %", "35.0", "30 %", "100 %"]
    assert rows[0][9] == "–"


def test_every_column_is_explained(atlas: Atlas) -> None:
    tables = (ranked_table(atlas), why_table(atlas))
    explained = {row[0].text for row in explained_table(*tables).rows}
    assert explained == {column.title for table in tables for column in table.columns}


def test_regions_are_ranked_by_their_median(atlas: Atlas) -> None:
    rows = [[cell.text.replace("\u00a0", " ") for cell in row] for row in
            regions_table(atlas).rows]  # fmt: skip
    assert rows == [
        ["NW", "1", "BPAT (100)", "100", "100", "0.0 %", "–", "–", "–"],
        ["CAL", "1", "CISO (300)", "300", "876", "65.8 %", "–", "2.50", "–"],
        ["TEX", "1", "ERCO (500)", "500", "1,000", "50.0 %", "2.00", "–", "2.00"],
    ]


def test_options_table_has_medians_and_ends(atlas: Atlas) -> None:
    """With renewables CISO saves 4,760 of 8,760 t, ERCO half.

    The full plan takes 1,000 of 4,000 t more at CISO, nothing at the others.
    """
    table = options_table(atlas)
    assert table is not None
    rows = [[cell.text.replace("\u00a0", " ") for cell in row] for row in table.rows]
    assert rows == [
        ["Renewables", "3", "50.0 %", "0.0 % (BPAT)", "54.3 % (CISO)", "–", "–"],
        ["All together", "3", "50.0 %", "0.0 % (BPAT)", "65.8 % (CISO)", "0.0 %", "25.0 % (CISO)"],
    ]


def test_nothing_is_saved_where_doing_nothing_leaves_load_unserved() -> None:
    """At CISO; at ERCO renewables save half. With both so, there is no saving to tell."""

    def table(*unserved: str) -> list[list[str]]:
        plans = hand_findings().plans
        is_lost = plans[BA].isin(unserved) & (plans["strategy"] == "nothing")
        plans.loc[is_lost, "unserved_mwh"] = 50.0
        made = options_table(Atlas(replace(hand_findings(), plans=plans)))
        assert made is not None
        assert ("not over the" in made.caption) == bool(unserved)
        return [[cell.text.replace("\u00a0", " ") for cell in row] for row in made.rows]

    assert table()[0][1:5] == ["3", "50.0 %", "0.0 % (BPAT)", "54.3 % (CISO)"]
    assert table("CISO")[0][1:5] == ["3", "25.0 %", "0.0 % (BPAT)", "50.0 % (ERCO)"]
    for row in table("CISO", "ERCO", "BPAT"):
        assert row[1:5] == ["3", "–", "–", "–"]


def test_one_strategy_is_no_table() -> None:
    rows = hand_case("CISO", "main", hand_plan("nothing", 2), hand_plan("all", 1))
    assert options_table(Atlas(findings_of(HAND_AXES, rows))) is None


def test_accounts_table_tells_what_changes(atlas: Atlas) -> None:
    """Totals become 900, 6,000 and 5,000 t: -10 %, +100 % and 0 %; CISO gives up its 2.5 MW."""
    table = accounts_table(atlas)
    assert table is not None
    ((*row,),) = table.rows
    assert [cell.text.replace("\u00a0", " ") for cell in row] == [
        "other", "view", "3", "+0.50", "0.0 %", "−10.0 % (BPAT)", "+100.0 % (CISO)", "0.00",
        "0.00", "0.00", "2", "CISO (2 → 3), ERCO (3 → 2)",
    ]  # fmt: skip


def test_without_other_labels_there_is_no_table() -> None:
    one = hand_findings()
    first = replace(one, axes={**one.axes, "view": ("main",)})
    assert accounts_table(Atlas(first)) is None
    plans = one.plans[one.plans["view"] == "main"]
    assert accounts_table(Atlas(replace(one, plans=plans))) is None


def test_correlations_leave_out_what_does_not_vary() -> None:
    rows = {row[0].text: [cell.text for cell in row[1:]] for row in
            correlations_table(Atlas(atlas_findings())).rows}  # fmt: skip
    assert rows["Extra servers"] == ["–"] * 5
    assert rows["Battery"][4] == "+1.00 (58)"


def test_trouble_table_has_every_failure_with_its_reason() -> None:
    findings = atlas_findings()
    table = trouble_table(findings)
    assert table is not None
    rows = [[cell.text for cell in row] for row in table.rows]
    assert [row[1:] for row in rows] == [
        *(["main", label, f"strategy {name} has no feasible plan. Too little"]
          for name, label in list(STRATEGY_LABELS.items())[1:]),
        ["main", "all", "SolveError: the solver stopped at its limit of 600 s"],
    ]  # fmt: skip
    assert rows[0][0] == findings.plans[findings.plans["infeasible"] != ""][BA].iloc[0]
    assert rows[-1][0] == findings.axes["ba"][-1]
    assert trouble_table(hand_findings()) is None


def test_keys_are_no_column() -> None:
    table = trouble_table(atlas_findings())
    assert table is not None
    assert KEY not in table.head
