"""Scenario files: every problem at once, with file, line, path, value and limit."""

from pathlib import Path

import pytest

from dcsim.errors import ScenarioError
from dcsim.scenario.load import load_scenario, shipped_scenarios
from dcsim.scenario.yaml12 import to_yaml

GOOD = """\
name: good
grid: {id: "ERCO:reference"}
datacenter:
  capacity_mw: 10
  flexible:
    - {name: batch, share_frac: 0.2, deadline_h: 4}
"""


@pytest.fixture
def write(tmp_path: Path):
    def written(text: str | bytes, name: str = "asked.yaml") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return written


def problems_of(source: Path | str, *overrides: str) -> str:
    with pytest.raises(ScenarioError) as raised:
        load_scenario(source, overrides)
    return str(raised.value)


@pytest.mark.parametrize("name", shipped_scenarios())
def test_shipped_scenarios_load_by_name_and_by_path(name: str) -> None:
    assert load_scenario(name) == load_scenario(f"scenarios/{name}.yaml")
    assert load_scenario(name).name == name


def test_all_problems_are_listed_at_once_with_line_and_value(write) -> None:
    path = write("""\
name: bad
grid: {id: "ERCO:reference", fatcors: x}
datacenter:
  capacity_mw: -3
  load: {kind: sine, amplitud_frac: 3}
  flexible:
    - {name: batch, share_frac: 1.5, deadline_h: 3}
battery:
  max_mwh: 3
  min_mwh: 5
sloar: 3
""")
    assert problems_of(path, "limits.import_mw=-1").splitlines() == [
        f"{path}: 7 problems",
        f"  {path}:2: grid.fatcors: is not a known key; did you mean factors?",
        f"  {path}:4: datacenter.capacity_mw: must be 0.001 or more, got -3",
        f"  {path}:5: datacenter.load.amplitud_frac: is not a known key; "
        "did you mean amplitude_frac?",
        f"  {path}:7: datacenter.flexible[0].share_frac: must be 1 or less, got 1.5",
        f"  {path}:8: battery: max_mwh (3) must not be below min_mwh (5)",
        "  --set limits.import_mw=-1: limits.import_mw: must be 0 or more, got -1",
        f"  {path}:11: sloar: is not a known key; did you mean solar?",
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("capacity_mw: 10", "capacity_mw: .inf"), ":4: datacenter.capacity_mw: must be a finite"),
        (
            ("capacity_mw: 10", "capacity_mw: ten"),
            ":4: datacenter.capacity_mw: must be a number, got 'ten'",
        ),
        (("  capacity_mw: 10\n", ""), ":3: datacenter.capacity_mw: is required"),
        (("deadline_h: 4", "deadline_h: 4, daily: true"), "give either deadline_h or daily"),
        (("deadline_h: 4", "daily: false"), "give either deadline_h or daily"),
        (("name: batch", "name: Batch-1"), ":6: datacenter.flexible[0].name: "),
        (("capacity_mw: 10", "capacity_mw: 10\n  time_zone: Mars/Base"), "IANA database"),
        (("capacity_mw: 10", "capacity_mw: 10\n  capacity_mw: 11"), ":5: datacenter.capacity_mw"),
        (('{id: "ERCO:reference"}', "{}"), ":2: grid: give exactly one of id and file"),
        (("name: good", "name: ../x"), ":1: name: string should match"),
        (("name: good", "name: good\nseed: 1.5"), ":2: seed: must be a whole number"),
        (("name: good", "name: good\nseed: true"), ":2: seed: must be a whole number"),
        (("capacity_mw: 10", "capacity_mw: yes"), "must be a number, got 'yes'"),
        (("capacity_mw: 10", "capacity_mw: true"), "must be a number, got True"),
        (("capacity_mw: 10", "capacity_mw: 1:15"), "must be a number, got '1:15'"),
        (("capacity_mw: 10", "capacity_mw: 1e20"), "must be 100000 or less, got 1e+20"),
        (("deadline_h: 4", "deadline_h: 100000000000000000000"), "must be 8784 or less"),
        (("name: good", "name: good\nhorizon: {start: 2023-02-30T00:00Z}"), "got '2023-02-30T"),
        (("name: good", 'name: good\nhorizon: {start: "0001-01-01T00:00+14:00"}'), "must be betw"),
        (("name: good", "name: good\nhorizon: {hours: 999999999999}"), "must be 1e+06 or less"),
        (
            ('{id: "ERCO:reference"}', '{id: "ERCO:reference", wind_nameplate_mw: 0}'),
            "grid.wind_nameplate_mw: must be above 0",
        ),
        (("name: good", "name: good\nhorizon: {start: 2022-01-01T00:00}"), "needs a zone"),
        (("name: good", "name: good\nhorizon: {hours: 0}"), "horizon.hours: must be 1 or more"),
        (("name: good", "name: good\nstrategies: [all, all]"), "name each strategy once"),
        (("name: good", "name: good\nstrategies: [most]"), "strategies[0]: input should be"),
        (("name: good", "name: good\nwind: [1]"), ":2: wind: must hold keys and values"),
        (
            ("name: good", "name: good\nsolar: {yield_frac: 24}"),
            "solar.yield_frac: must be below 1",
        ),
        (
            ("name: good", "name: good\nwind: {yield_frac: 0}"),
            "wind.yield_frac: must be above 0",
        ),
        (("name: good", "name: good\nwind: {enabled: 3}"), "wind.enabled: must be true or false"),
        (("name: good", "name: good\nstrategies: []"), "must have at least 1 entry"),
        (("name: good", "name: [x]"), ":1: name: must be text"),
        (("name: good", "name: good\nqqqq: 1"), "qqqq: is not a known key; known are name,"),
        (
            ("deadline_h: 4}", "deadline_h: 4}\n    - {name: batch, share_frac: 0, deadline_h: 1}"),
            "tier names must differ",
        ),
        (
            ("deadline_h: 4}", "deadline_h: 4}\n    - {name: b, share_frac: 0.9, deadline_h: 1}"),
            "must sum to at most 1, got 1.1",
        ),
        (("name: good", "name: good\nwind: {min_mw: 5, max_mw: 4}"), "wind: max_mw (4) must not"),
        (
            ("name: good", "name: good\nbattery: {min_mw: 5, max_mwh: 1}"),
            "battery: min_mw and existing_mw (5) must not be above max_c_rate times min_mwh and "
            "existing_mwh (0)",
        ),
    ],
)
def test_each_problem_is_explained(write, change: tuple[str, str], words: str) -> None:
    assert words in problems_of(write(GOOD.replace(*change)))


def test_a_daily_tier_needs_a_day() -> None:
    words = problems_of("oregon-bpat", "horizon.hours=23")
    assert "a daily tier needs a horizon of at least 24 hours" in words


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"# only a comment\n", "is empty"),
        (b"\x89PNG\r\n\x1a\n\xff\xfe", "not a text file"),
        (b"a: [1, 2\n", ":2: not valid YAML"),
        (b"\x01\x02", "not valid YAML"),
        (b"a: !!int abc\n", ":1: 'abc' cannot be read as !!int"),
        (b"\na: &x {y: *x}\n", ":2: anchor x holds itself"),
        (b"- a\n- b\n", "must hold keys and values, got list"),
    ],
)
def test_files_that_are_no_scenario(write, content: bytes, words: str) -> None:
    path = write(content)
    message = problems_of(path)
    assert words in message
    assert str(path) in message


def test_numbers_are_read_as_yaml_1_2_does(write) -> None:
    """`010` is ten and not eight, `1e1` is ten and not text."""
    for ten in ("010", "1e1", "+10", "10.0", "1.0e+1"):
        text = GOOD.replace("capacity_mw: 10", f"capacity_mw: {ten}")
        assert load_scenario(write(text)).datacenter.capacity_mw == 10


def test_a_grid_file_takes_the_place_of_the_grid_whatever_its_name(write, tmp_path: Path) -> None:
    for name in ("a #1.csv", "a: b.csv", "ab:", "[x].csv"):
        scenario = load_scenario(write(GOOD), grid_file=tmp_path / name)
        assert scenario.grid.file == tmp_path / name
        assert scenario.grid.id is None


def test_nameplates_of_another_grid_do_not_stay_with_a_grid_file(write, tmp_path: Path) -> None:
    """They would make wrong capacity factors without a word; --set gives the right ones."""
    own = "{file: a.csv, wind_nameplate_mw: 3000, repair: interpolate}"
    path = write(GOOD.replace('{id: "ERCO:reference"}', own))
    grid = load_scenario(path, grid_file=tmp_path / "b.csv").grid
    assert (grid.wind_nameplate_mw, grid.repair) == (None, "interpolate")
    override = ["grid.wind_nameplate_mw=500"]
    assert load_scenario(path, override, tmp_path / "b.csv").grid.wind_nameplate_mw == 500


def test_names_that_no_file_can_have() -> None:
    assert "cannot be read" in problems_of("x" * 5000)


def test_a_folder_does_not_hide_a_shipped_scenario(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "quickstart").mkdir()
    monkeypatch.chdir(tmp_path)
    assert load_scenario("quickstart").name == "quickstart"


def test_missing_file_names_the_shipped_ones(tmp_path: Path) -> None:
    message = problems_of(tmp_path / "none.yaml")
    assert "no such file; shipped scenarios are compare-bpat" in message


def test_a_folder_is_no_scenario(tmp_path: Path) -> None:
    assert "cannot be read" in problems_of(tmp_path)


def test_overrides_set_values_lists_and_new_parts(write) -> None:
    scenario = load_scenario(
        write(GOOD),
        ["datacenter.capacity_mw=50", "datacenter.flexible.0.share_frac=0.5", "wind.max_mw=7"],
    )
    assert scenario.datacenter.capacity_mw == 50
    assert scenario.datacenter.flexible[0].share_frac == 0.5
    in_brackets = load_scenario(write(GOOD), ["datacenter.flexible[0].share_frac=0.4"])
    assert in_brackets.datacenter.flexible[0].share_frac == 0.4
    assert scenario.wind.max_mw == 7


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("datacenter.capacity_mw", "must read key.path=value"),
        ("datacenter.flexible.3.share_frac=1", "there is no datacenter.flexible[3].share_frac"),
        ("name.x=1", "there is no name.x to set"),
        ("name.x.y=1", "there is no name.x.y to set"),
        ("Datacenter.x=1", "--set Datacenter.x=1: Datacenter: is not a known key; did you mean"),
        ("description.x=1", "--set description.x=1: description: must be text"),
        ("datacenter.flexible.0.nmae=x", "flexible[0].nmae: is not a known key; did you mean name"),
        ("seed=[1", "'[1' is not a YAML value"),
        ("datacenter.capacity_mw=0", "datacenter.capacity_mw: must be 0.001 or more, got 0"),
    ],
)
def test_bad_overrides_are_named(write, override: str, words: str) -> None:
    message = problems_of(write(GOOD), override)
    assert words in message
    assert f"--set {override}" in message


def test_an_empty_part_is_set_whole(write) -> None:
    path = write(GOOD + "wind:\n")
    assert "wind is empty; set it whole" in problems_of(path, "wind.max_mw=3")
    assert load_scenario(path, ["wind={max_mw: 3}"]).wind.max_mw == 3


def test_paths_are_relative_to_the_file_and_of_overrides_to_the_working_folder(
    write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = write(GOOD.replace('id: "ERCO:reference"', "file: data/mix.csv"))
    assert load_scenario(path).grid.file == (tmp_path / "data" / "mix.csv").resolve()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert load_scenario(path, ["grid.file=mix.csv"]).grid.file == elsewhere / "mix.csv"


@pytest.mark.parametrize("name", ["plain", "1e3", "yes", "010", "null", "2022-01-01"])
def test_resolved_scenario_reads_back_the_same(write, name: str) -> None:
    start = ["horizon.start=2023-03-01T00:00-06:00"]
    scenario = load_scenario("quickstart", [f"name='{name}'", *start])
    text = to_yaml(scenario.model_dump(mode="json", exclude_none=True))
    assert load_scenario(write(text)) == scenario
    assert scenario.name == name


def test_a_scenario_is_frozen() -> None:
    from pydantic import ValidationError

    with pytest.raises(ValidationError, match="frozen"):
        load_scenario("quickstart").datacenter.capacity_mw = 1  # type: ignore[misc]
