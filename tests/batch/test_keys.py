"""A key holds all that a result follows from, and nothing that it does not."""

from dataclasses import replace
from pathlib import Path

import pytest

from dcsim.batch import keys
from dcsim.batch.cases import Case, cases_of
from dcsim.batch.keys import key_of
from dcsim.scenario.load import load_scenario
from tests.batch.studies import batch_of


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return cases_of(batch_of(tmp_path, "product: {ba: [ERCO]}\nfront: {points: 5}\n"))[0]


def test_key_is_the_same_twice_and_in_another_words(case: Case) -> None:
    scenario = case.scenario.model_copy(update={"name": "other", "description": "words"})
    assert len(key_of(case)) == 64
    assert key_of(replace(case, scenario=scenario)) == key_of(case)


def test_key_changes_with_scenario_labels_and_front(case: Case) -> None:
    assert case.front is not None
    others = [
        replace(case, scenario=case.scenario.model_copy(update={"seed": 1})),
        replace(case, labels={"ba": "else"}),
        replace(case, front=None),
        replace(case, front=case.front.model_copy(update={"points": 6})),
    ]
    assert len({key_of(one) for one in (case, *others)}) == 5


def test_key_changes_with_versions_and_shipped_tables(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = key_of(case)
    with monkeypatch.context() as patched:
        patched.setattr(keys, "versions", lambda: {"dcsim": "9.9"})
        assert key_of(case) != before
    with monkeypatch.context() as patched:
        patched.setattr(keys, "shipped_sha256", lambda: "other")
        assert key_of(case) != before
    assert key_of(case) == before


def test_key_follows_what_is_in_a_file_not_where_it_lies(tmp_path: Path) -> None:
    def key(folder: str, text: str | None) -> str:
        file = tmp_path / folder / "hours.csv"
        file.parent.mkdir(exist_ok=True)
        if text is not None:
            file.write_text(text)
        asked = [f"grid.file={file}", "grid.id=null", "horizon.start=2022-01-01T00:00Z"]
        return key_of(Case({}, load_scenario("quickstart", asked)))

    assert key("a", "one") == key("b", "one")
    assert key("a", "another") != key("b", "one")
    assert key("c", None) not in (key("a", None), key("b", None))


@pytest.mark.parametrize("path", [Path("/"), Path("a\0b")], ids=["folder", "nul"])
def test_what_is_no_file_has_a_key(path: Path) -> None:
    assert keys._plain(path)["sha256"] == keys.NOT_THERE


def test_stored_grid_counts_by_its_version(monkeypatch: pytest.MonkeyPatch) -> None:
    """`CISO:2022` has another key when another version of it is the newest."""

    def keys_at(version: str) -> str:
        monkeypatch.setattr(keys, "stored_id", lambda grid: f"{grid}:{version}")
        return key_of(Case({}, load_scenario("quickstart", ["grid.id=CISO:2022"])))

    assert keys_at("aaaa") != keys_at("bbbb")


def test_grid_that_is_not_stored_has_a_key(own_store: Path) -> None:
    scenario = load_scenario("quickstart", ["grid.id=CISO:2022"])
    assert keys.grids_of(scenario) == {"CISO:2022": keys.NOT_THERE}


def test_consumption_counts_all_authorities_of_the_year(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "stored_id", lambda grid: f"{grid}:aaaa")
    monkeypatch.setattr(keys, "year_ids", lambda year: {"BPAT": f"BPAT:{year}:cccc"})
    asked = ["grid.id=CISO:2022", "grid.account=consumption"]
    assert keys.grids_of(load_scenario("quickstart", asked)) == {
        "CISO:2022": "CISO:2022:aaaa",
        "2022": "['BPAT:2022:cccc']",
    }


def test_key_takes_no_part_it_has_no_word_for() -> None:
    with pytest.raises(TypeError, match="set has no place in a key"):
        keys._plain(set())
