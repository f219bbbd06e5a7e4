"""Solar and wind of a scenario: what goes together, what is refused, where files are looked for."""

from pathlib import Path

import pytest

from dcsim.errors import ScenarioError
from dcsim.scenario.load import load_scenario
from dcsim.scenario.plant import SolarOption, WindOption
from dcsim.scenario.spec import Scenario
from dcsim.scenario.yaml12 import to_yaml

BASE = 'name: own\ngrid: {id: "ERCO:reference"}\ndatacenter: {capacity_mw: 10}\n'


@pytest.fixture
def asked(tmp_path: Path):
    def load(parts: str, *overrides: str) -> Scenario:
        path = tmp_path / "own.yaml"
        path.write_text(BASE + parts)
        return load_scenario(path, overrides)

    return load


def test_fleet_is_the_default_and_keeps_its_keys(asked) -> None:
    scenario = asked("solar: {max_mw: 5}\nwind: {enabled: false, source: fleet}\n")
    assert scenario.solar == SolarOption(max_mw=5)
    assert scenario.solar.source == scenario.wind.source == "fleet"


def test_files_are_looked_for_beside_the_scenario_or_from_where_one_stands(
    asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = asked(
        "solar: {source: weather, file: ../site.epw}\nwind: {source: weather, file: a.epw}\n"
    )
    assert scenario.solar.file == tmp_path.parent / "site.epw"
    assert scenario.wind.file == tmp_path / "a.epw"
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    scenario = asked(
        "", "solar.source=weather", "solar.file=b.epw", "wind={source: weather, file: c}"
    )
    assert scenario.solar.file == tmp_path / "elsewhere" / "b.epw"
    assert scenario.wind.file == tmp_path / "elsewhere" / "c"


def test_a_resolved_scenario_reads_back_the_same(asked, tmp_path: Path) -> None:
    """With every default written out, which must not count as given."""
    for parts in ("", "solar: {source: weather, file: s, mount: fixed, tilt_deg: 20}\n"):
        scenario = asked(parts)
        path = tmp_path / "resolved.yaml"
        path.write_text(to_yaml(scenario.model_dump(mode="json")))
        assert load_scenario(path) == scenario


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ("solar: {source: weather}", "solar: source: weather needs a file"),
        ("solar: {file: a.epw}", "solar: file can only be given with source: weather"),
        (
            "wind: {turbine: E-70/2300, hub_height_m: 80}",
            "wind: turbine, hub_height_m can only be given with source: weather",
        ),
        (
            "solar: {source: sky, file: a}",
            "solar.source: input should be 'fleet', 'nearest' or 'weather'",
        ),
        (
            "solar: {source: weather, file: a, tilt_deg: 20}",
            "solar: tilt_deg can only be given with mount: fixed",
        ),
        (
            "solar: {source: weather, file: a, mount: fixed, max_angle_deg: 50, backtrack: false}",
            "solar: max_angle_deg, backtrack can only be given with mount: tracking",
        ),
        (
            "solar: {source: weather, file: a, tilt: 2}",
            "solar.tilt: is not a known key; did you mean",
        ),
        ("solar: {source: weather, file: a, hub_height_m: 2}", "is not a known key"),
        ("servers: {source: weather}", "servers.source: is not a known key"),
        ("solar: {source: weather, file: a, dc_ac_ratio: 0.1}", "must be 0.5 or more, got 0.1"),
        ("solar: {source: weather, file: a, losses_frac: 1}", "must be below 1, got 1"),
        ("solar: {source: weather, file: a, format: xls}", "solar.format: input should be 'epw'"),
        (
            "wind: {source: weather, file: a, roughness_m: 0.1, shear_exponent: 0.2}",
            "wind: give roughness_m or shear_exponent, not both",
        ),
        (
            "wind: {source: weather, file: a, roughness_m: 3, measured_at_m: 2}",
            "wind: roughness_m (3) must be below measured_at_m (2)",
        ),
        ("wind: {min_mw: 5, max_mw: 4}", "wind: max_mw (4) must not be below min_mw (5)"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_line(asked, parts: str, words: str) -> None:
    with pytest.raises(ScenarioError) as raised:
        asked(parts + "\n")
    assert words in str(raised.value)
    assert "own.yaml:4" in str(raised.value)


def test_shipped_defaults_are_what_their_sources_say() -> None:
    """Losses of wind: 1 - 0.9642 x 0.985 x 0.995 x 0.9809 x 0.999 = 0.0740."""
    product = 0.9642 * 0.985 * 0.995 * 0.9809 * 0.999
    assert WindOption().losses_frac == pytest.approx(1 - product, abs=1e-4)
    assert SolarOption().losses_frac == 0.14
