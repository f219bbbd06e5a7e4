"""The years asked for: an outlook's steps by hand, their product with weather years, refusals."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dcsim.scenario.load import load_scenario
from dcsim.scenario.yaml12 import to_yaml
from dcsim.scenario.years import Outlook, Year, years_of_outlook
from tests.conftest import scenario_of


def test_nothing_asked_is_no_planned_year() -> None:
    assert scenario_of().planned_years == ()


def test_steps_by_hand() -> None:
    """Three years in steps of two: 1 and 1.1 have mean 1.05 and weight 2; then 1.21, weight 1.

    Intensity falls by half: 1 and 0.5 have mean 0.75; then 0.25.
    """
    outlook = Outlook(years=3, step_years=2, load_per_year_frac=0.1, intensity_per_year_frac=-0.5)
    first, last = outlook.steps()
    assert (first.name, first.weight, last.name, last.weight) == ("years-1-2", 2, "year-3", 1)
    assert (first.load_frac, last.load_frac) == pytest.approx((1.05, 1.21))
    assert (first.intensity_frac, last.intensity_frac) == pytest.approx((0.75, 0.25))


def test_each_weather_year_has_its_share_of_each_step() -> None:
    """Weights 1 and 3 of a step of two years: half a year of the first, 1.5 of the second.

    Multipliers multiply: 0.8 of the year times 0.9 of its second step.
    """
    years = (Year(name="dry", weight=1.0), Year(name="wet", weight=3.0, intensity_frac=0.8))
    outlook = Outlook(years=3, step_years=2, intensity_per_year_frac=-0.1)
    planned = years_of_outlook(years, outlook)
    assert [(y.name, y.weight) for y in planned] == [
        ("dry-years-1-2", 0.5),
        ("wet-years-1-2", 1.5),
        ("dry-year-3", 0.25),
        ("wet-year-3", 0.75),
    ]
    assert planned[1].intensity_frac == pytest.approx(0.8 * 0.95)
    assert planned[3].intensity_frac == pytest.approx(0.8 * 0.81)
    assert years_of_outlook(years, None) == years


@given(
    st.integers(1, 50),
    st.integers(1, 50),
    st.lists(st.floats(0.1, 10), max_size=4),
    st.floats(-0.05, 0.05),
)
def test_weights_sum_to_the_years_and_multipliers_to_their_sum(
    years: int, step_years: int, weights: list[float], rate: float
) -> None:
    outlook = Outlook(years=years, step_years=step_years, load_per_year_frac=rate)
    weather = tuple(Year(name=f"y{n}", weight=w) for n, w in enumerate(weights))
    planned = years_of_outlook(weather, outlook)
    assert sum(year.weight for year in planned) == pytest.approx(years)
    served = sum(year.weight * year.load_frac for year in planned)
    assert served == pytest.approx(sum((1 + rate) ** n for n in range(years)))
    assert len({year.name for year in planned}) == len(planned)


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"years": [{"name": "a"}, {"name": "a"}]}, "names of years must differ, got a, a"),
        ({"years": [{"name": "a/b"}]}, "should match pattern"),
        ({"years": [{"name": "a", "grid": "CISO:2019", "file": "b"}]}, "grid or file, not both"),
        ({"years": [{"name": "a", "start": "2019-01-01"}]}, "needs a zone"),
        ({"years": [{"name": "a", "weight": 0.0}]}, "greater than 0"),
        (
            {"years": [{"name": "a", "solar_nameplate_mw": 1.0}]},
            "go with a grid or file of its own",
        ),
        ({"outlook": {"years": 0}}, "greater than or equal to 1"),
        ({"outlook": {"years": 9, "load_per_year_frac": -1.0}}, "greater than -1"),
        (
            {"outlook": {"years": 50, "load_per_year_frac": 0.5}},
            r"load_per_year_frac \(0.5\) makes 4.25e\+08 times as much in year 50; must be within",
        ),
    ],
)
def test_what_makes_no_year_is_refused(part: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        scenario_of(**part)


def test_files_of_years_are_looked_for_beside_the_scenario_or_from_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "asked.yaml"
    path.write_text(
        'name: a\ngrid: {id: "ERCO:reference"}\ndatacenter: {capacity_mw: 1}\n'
        "years: [{name: one, file: a.csv}, {name: two, file: b.csv}]\n"
        "cost: {energy_file: prices.csv}\n"
    )
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    asked = load_scenario(path, ["years[1].file=c.csv"])
    files = [year.file for year in asked.years]
    assert files == [tmp_path / "a.csv", tmp_path / "elsewhere" / "c.csv"]
    assert asked.cost.energy_file == tmp_path / "prices.csv"
    resolved = tmp_path / "resolved.yaml"
    resolved.write_text(to_yaml(asked.model_dump(mode="json", exclude_none=True)))
    assert load_scenario(resolved) == asked
