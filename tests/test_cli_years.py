"""`dcsim years` as a person meets it: table, files, and one panel where it cannot be."""

from pathlib import Path

import pandas as pd
import pytest

from dcsim.report import figures_years

HOURS = ["--set", "horizon.hours=48"]
DECADE = [
    "--set",
    "outlook={years: 10, step_years: 5, intensity_per_year_frac: -0.05, load_per_year_frac: 0.03}",
]


def test_years_prints_and_keeps_the_table(dcsim_cli, tmp_path: Path) -> None:
    code, out, err = dcsim_cli("years", "quickstart", *HOURS, *DECADE)
    assert code == 0, err
    folder = tmp_path / "results" / "quickstart-years"
    assert sorted(path.name for path in folder.iterdir()) == [
        "regret.csv",
        "regret.png",
        "regret.svg",
    ]
    table = pd.read_csv(folder / "regret.csv")
    rows = ["years-1-5", "years-6-10", "all years", "worst year"]
    assert table["made_for"].drop_duplicates().to_list() == rows
    assert table["is_feasible"].all()
    own = table[table["made_for"] == table["year"]]
    assert (own["regret_frac"] == 0).all()
    for row in rows:
        assert out.count(row) >= 2  # its totals, and its design
    assert f"{own['total_kg'].iloc[0] / 1000:,.1f} (0.00" in out
    assert "battery MWh" in out
    assert "does not keep the limits" not in out
    assert all(f"{folder.name}/regret.{kind}" in out for kind in ("csv", "png", "svg"))


def test_same_inputs_give_the_same_bytes(dcsim_cli, tmp_path: Path) -> None:
    for name in ("a", "b"):
        arguments = [*HOURS, *DECADE, "--out", tmp_path / name]
        assert dcsim_cli("years", "quickstart", *arguments)[0] == 0
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_what_cannot_be_run_is_marked(dcsim_cli) -> None:
    """Twice the load needs more import than the connection has, whatever is built."""
    years = "years=[{name: now}, {name: later, load_frac: 2.0}]"
    code, out, err = dcsim_cli(
        "years", "quickstart", *HOURS, "--set", years, "--set", "limits.import_mw=45",
        "--set", "solar.enabled=false", "--set", "wind.enabled=false",
    )  # fmt: skip
    assert code == 0, err
    assert "– (–)" in out
    assert "does not keep the limits in that year, or there is none" in out


def test_a_scenario_without_years_is_one_panel(dcsim_cli, tmp_path: Path) -> None:
    code, _, err = dcsim_cli("years", "quickstart", *HOURS)
    assert code == 2
    assert "ScenarioError" in err
    assert "two years or more, and one is planned" in err
    assert not (tmp_path / "results").exists()


def test_ctrl_c_leaves_nothing(dcsim_cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("dcsim.optimize.regret.regret_of", interrupted)
    code, _, err = dcsim_cli("years", "quickstart", *HOURS, *DECADE)
    assert code == 130
    assert "nothing half-written" in err
    assert not (tmp_path / "results").exists()


def test_totals_in_money() -> None:
    totals = pd.DataFrame({"a": [2.5e6, 3e6], "b": [float("nan"), 1e6]}, index=["a", "b"])
    from dcsim.optimize.regret_table import RegretTable

    table = RegretTable("USD", {}, totals, pd.Series({"a": 2.5e6, "b": 1e6}))
    assert figures_years.unit_in_words(table) == "million USD"
    assert figures_years.total_in_words(table, 2.5e6) == "2.500"
    _, alt = figures_years.regret_picture(table)
    assert "the design for b costs up to 20.00" in alt
    assert "the design for a does not keep the limits in every year" in alt
