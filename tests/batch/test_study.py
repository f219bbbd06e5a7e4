"""A study file becomes a `Batch`, or one error that names every mistake and its line."""

from pathlib import Path

import pytest
import yaml

from dcsim.batch.cases import cases_of
from dcsim.batch.study import as_asked, base_scenario, load_batch
from dcsim.errors import ScenarioError
from dcsim.scenario.load import load_scenario, shipped_scenarios, shipped_studies
from tests.batch.studies import SMALL, batch_of, study_file


def test_shipped_study_is_found_by_name_and_is_no_scenario() -> None:
    assert shipped_studies() == ["us-atlas"]
    assert "us-atlas" not in shipped_scenarios()
    assert load_batch("us-atlas").study == "us-atlas"
    with pytest.raises(ScenarioError, match=r"us-atlas.yaml:1: is a study .* `dcsim batch`"):
        load_scenario("us-atlas")


def test_scenario_is_no_study() -> None:
    with pytest.raises(ScenarioError, match=r"quickstart.yaml: is no study"):
        load_batch("quickstart")


def test_missing_study_names_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(
        ScenarioError, match=r"no such file; shipped scenarios are studies us-atlas"
    ):
        load_batch(tmp_path / "none.yaml")


def test_base_is_inline_a_file_beside_or_a_shipped_one(tmp_path: Path) -> None:
    inline = batch_of(tmp_path, "product: {seed: [0]}\n")
    assert base_scenario(inline).name == "small"
    (tmp_path / "site.yaml").write_text(
        "name: site\ngrid: {file: hours.csv}\ndatacenter: {capacity_mw: 3}\n"
    )
    beside = batch_of(tmp_path, "", head="study: one\nscenario: site.yaml\n")
    assert base_scenario(beside).datacenter.capacity_mw == 3
    assert base_scenario(beside).grid.file == tmp_path / "hours.csv"
    shipped = batch_of(tmp_path, "", head="study: two\nscenario: quickstart\n")
    assert base_scenario(shipped).name == "quickstart"


def test_inline_paths_are_relative_to_the_study(tmp_path: Path) -> None:
    head = "study: one\nscenario: {grid: {file: h.csv}, datacenter: {capacity_mw: 3}}\n"
    assert base_scenario(batch_of(tmp_path, "", head=head)).grid.file == tmp_path / "h.csv"


def test_overrides_change_the_base(tmp_path: Path) -> None:
    batch = batch_of(tmp_path, "product: {seed: [0]}\n", "datacenter.capacity_mw=7")
    assert base_scenario(batch).datacenter.capacity_mw == 7


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prodct: {ba: [ERCO]}\n", r"study.yaml:11: prodct: is not a known key; did you mean prod"),
        ("product: {ba: []}\n", r"study.yaml:11: product: axis ba has no values"),
        ("product: {year: active}\n", r"'active' stands for balancing authorities"),
        ("front: {points: 2}\n", r"study.yaml:11: front.points: must be 3 or more, got 2"),
        ("list: 3\n", r"study.yaml:11: list: must be a list"),
    ],
)
def test_mistake_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        batch_of(tmp_path, text)


def test_mistake_in_the_base_is_named_with_its_line(tmp_path: Path) -> None:
    head = SMALL.replace("capacity_mw: 10", "capacity_mw: -10")
    with pytest.raises(ScenarioError, match=r"study.yaml:6: datacenter.capacity_mw: must be 0.001"):
        batch_of(tmp_path, "", head=head)


def test_name_cannot_climb_or_hold_markup(tmp_path: Path) -> None:
    for name in ("../../x", "'<script>alert(1)</script>'"):
        with pytest.raises(ScenarioError, match=r"study.yaml:1: study"):
            batch_of(tmp_path, "", head=SMALL.replace("study: small", f"study: {name}"))


def test_study_written_out_reads_back_the_same(tmp_path: Path) -> None:
    text = (
        "product: {ba: [ERCO, CISO], cells: [plain, {label: N, set: {battery.chemistry: nmc}}]}\n"
        "exclude: [{ba: [CISO], cells: N}]\nfront: {points: 5, where: {cells: plain}}\n"
    )
    batch = batch_of(tmp_path, text)
    again = study_file(tmp_path, yaml.safe_dump(dict(as_asked(batch)), sort_keys=False), head="")
    assert as_asked(load_batch(again)) == as_asked(batch)


def test_study_written_out_reads_back_the_same_from_any_folder(tmp_path: Path) -> None:
    """Its paths are those beside the first file, its labels as they were typed."""
    load = "{label: l, set: {datacenter.load: {kind: file, file: l.csv}}}"
    text = (
        f"product: {{grid.file: [a.csv, ../b.csv], site: [as it is, {load}]}}\n"
        "list: [{grid.file: c.csv}]\n"
    )
    head = "study: own\nscenario: {grid: {file: z.csv}, datacenter: {capacity_mw: 1}}\n"
    (tmp_path / "one").mkdir()
    batch = batch_of(tmp_path / "one", text, head=head)
    again = study_file(tmp_path, yaml.safe_dump(dict(as_asked(batch)), sort_keys=False), head="")
    before, after = cases_of(batch), cases_of(load_batch(again))
    assert [case.labels for case in after] == [case.labels for case in before]
    assert [case.scenario.grid.file for case in after] == [
        tmp_path / "one" / "a.csv", tmp_path / "one" / "a.csv",
        tmp_path / "b.csv", tmp_path / "b.csv", tmp_path / "one" / "c.csv",
    ]  # fmt: skip
    assert [case.scenario for case in after] == [case.scenario for case in before]
