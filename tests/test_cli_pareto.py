"""Fronts from the command line: whole, stopped and taken up again, refused."""

import json
from pathlib import Path

import pandas as pd
import pytest

from dcsim import fronts
from dcsim.errors import ScenarioError
from dcsim.fronts import checked_kind, fronts_to_folder, key_of
from dcsim.scenario.load import load_scenario
from dcsim.traces.years import build_years

SHORT = ["--set", "horizon.hours=48", "--points", "4"]
ONE = [*SHORT, "--strategies", "renewables"]
FILES = ["figures", "front.csv", "front.html", "front.json"]


def entries(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def all_bytes(folder: Path) -> dict[str, bytes]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


@pytest.fixture
def unseen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw no figures, which take most of the time, where nobody looks at them."""
    monkeypatch.setattr(
        fronts, "write_front_report", lambda *a: (a[3] / "front.html").write_text("")
    )


def count_steps(monkeypatch: pytest.MonkeyPatch, stop_at: int = -1) -> list[str]:
    """Give a list that grows by each step that is kept; stop by Ctrl-C right after one of them."""
    keep, steps = fronts.SoFar.keep, []

    def keep_and_count(self, strategy, traced):
        keep(self, strategy, traced)
        steps.append(strategy)
        if len(steps) == stop_at:
            raise KeyboardInterrupt

    monkeypatch.setattr(fronts.SoFar, "keep", keep_and_count)
    return steps


def test_fronts_of_all_strategies_are_left_whole(dcsim_cli, tmp_path: Path) -> None:
    code, out, _ = dcsim_cli("pareto", "quickstart", *SHORT)
    assert code == 0
    folder = tmp_path / "results" / "quickstart-front-carbon"
    assert out.strip().endswith(f"Page: {folder / 'front.html'}")
    assert entries(folder) == FILES
    assert entries(tmp_path / "results") == ["quickstart-front-carbon"]
    table = pd.read_csv(folder / "front.csv")
    document = json.loads((folder / "front.json").read_text())
    strategies = ["renewables", "renewables_battery", "renewables_shifting", "all"]
    assert list(dict.fromkeys(table["strategy"])) == strategies
    assert [front["strategy"] for front in document["fronts"]] == strategies
    assert all(strategy in out for strategy in strategies)
    assert table["total_kg"].to_numpy() == pytest.approx(
        (table["embodied_kg"] + table["operational_kg"]).to_numpy()
    )
    for front in document["fronts"]:
        rows = table[table["strategy"] == front["strategy"]]
        assert len(rows) == len(front["points"]) <= 4
        assert rows["operational_kg"].tolist() == [point["y"] for point in front["points"]]
        assert rows["gap_frac"].dropna().tolist() == front["gaps"]
        assert rows["is_knee"].to_numpy().nonzero()[0].tolist() == [front["knee"]]
        assert rows["is_optimum"].to_numpy().nonzero()[0].tolist() == [front["optimum"]]


@pytest.mark.usefixtures("unseen")
def test_cost_front(dcsim_cli, tmp_path: Path) -> None:
    code, out, _ = dcsim_cli("pareto", "quickstart", *ONE, "--front", "cost", "--out", "mine")
    assert code == 0
    assert "least total" not in out
    table = pd.read_csv(tmp_path / "mine" / "front.csv")
    assert table["cost_usd"].is_monotonic_increasing
    assert table["total_carbon_kg"].is_monotonic_decreasing
    assert (table["slope_usd_per_kg"] <= 0).all()
    assert not table["is_optimum"].any()


@pytest.mark.parametrize("step", [1, 2, 4])
@pytest.mark.usefixtures("unseen")
def test_a_front_taken_up_again_is_the_same_to_the_byte(
    dcsim_cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    asked = ["pareto", "quickstart", *SHORT, "--strategies", "renewables", "--strategies", "all"]
    with monkeypatch.context() as patch:
        all_steps = count_steps(patch)
        assert dcsim_cli(*asked, "--out", "whole")[0] == 0
    with monkeypatch.context() as patch:
        count_steps(patch, stop_at=step)
        code, _, err = dcsim_cli(*asked, "--out", "stopped")
    assert code == 130
    assert "Run the same command again to go on" in err
    assert entries(tmp_path) == [".stopped.so-far", "whole"]
    with monkeypatch.context() as patch:
        steps = count_steps(patch)
        assert dcsim_cli(*asked, "--out", "stopped")[0] == 0
    assert steps == all_steps[step:]
    assert entries(tmp_path) == ["stopped", "whole"]
    assert all_bytes(tmp_path / "stopped") == all_bytes(tmp_path / "whole")


@pytest.mark.usefixtures("unseen")
def test_what_is_asked_now_is_not_mixed_with_what_was(
    dcsim_cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another scenario begins anew, and so does a damaged file."""
    assert dcsim_cli("pareto", "quickstart", *ONE, "--set", "seed=3", "--out", "whole")[0] == 0
    with monkeypatch.context() as patch:
        count_steps(patch, stop_at=2)
        assert dcsim_cli("pareto", "quickstart", *ONE, "--out", "again")[0] == 130
    assert dcsim_cli("pareto", "quickstart", *ONE, "--set", "seed=3", "--out", "again")[0] == 0
    assert all_bytes(tmp_path / "again") == all_bytes(tmp_path / "whole")
    with monkeypatch.context() as patch:
        count_steps(patch, stop_at=2)
        assert dcsim_cli("pareto", "quickstart", *ONE, "--out", "again")[0] == 130
    (tmp_path / ".again.so-far" / "points.npz").write_bytes(b"PK\x03\x04 no archive")
    assert dcsim_cli("pareto", "quickstart", *ONE, "--set", "seed=3", "--out", "again")[0] == 0
    assert all_bytes(tmp_path / "again") == all_bytes(tmp_path / "whole")


@pytest.mark.usefixtures("unseen")
@pytest.mark.parametrize("name", [".fronts.so-far", ".fronts.so-far/points.npz"])
def test_a_file_of_others_where_points_are_kept_is_not_touched(
    dcsim_cli, tmp_path: Path, name: str
) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("mine")
    code, _, err = dcsim_cli("pareto", "quickstart", *ONE, "--out", "fronts")
    assert code == 2
    assert ".fronts.so-far: exists and dcsim did not make it" in " ".join(err.split())
    assert (tmp_path / name).read_text() == "mine"
    (tmp_path / ".fronts.so-far.npz").write_text("mine")
    assert dcsim_cli("pareto", "quickstart", *ONE, "--out", "others")[0] == 0
    assert (tmp_path / ".fronts.so-far.npz").read_text() == "mine"


def test_the_key_holds_all_that_fronts_follow_from() -> None:
    scenario = load_scenario("quickstart", ["horizon.hours=24"])
    years = build_years(scenario)
    keys = {
        key_of(scenario, years, "carbon", 5),
        key_of(scenario, years, "cost", 5),
        key_of(scenario, years, "carbon", 6),
        key_of(scenario.model_copy(update={"seed": 1}), years, "carbon", 5),
        key_of(scenario, years * 2, "carbon", 5),
    }
    assert len(keys) == 5


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (["--points", "2"], "a front needs 3 points at least"),
        (["--strategies", "everything"], "no strategy is called everything; there are renewables"),
        (["--front", "water"], "no front is called water; there are carbon and cost"),
        (["--set", "horizon.hours=0"], "horizon.hours"),
    ],
)
def test_bad_input_is_one_panel(dcsim_cli, tmp_path: Path, wrong: list[str], words: str) -> None:
    code, _, err = dcsim_cli("pareto", "quickstart", *wrong)
    assert code == 2
    assert words in err
    assert err.count("╭") == 1
    assert "Traceback" not in err
    assert entries(tmp_path) == []


@pytest.mark.usefixtures("unseen")
def test_what_dcsim_did_not_write_is_not_deleted(dcsim_cli, tmp_path: Path) -> None:
    """Neither a folder of others, nor notes among fronts, nor a run."""
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "front.json").write_text('{"name": "my own front"}')
    code, _, err = dcsim_cli("pareto", "quickstart", *ONE, "--out", mine)
    assert (code, entries(mine)) == (2, ["front.json"])
    assert "is not a front of dcsim" in err
    dcsim_cli("pareto", "quickstart", *ONE, "--out", "fronts")
    (tmp_path / "fronts" / "notes.md").write_text("what I think of it")
    code, _, err = dcsim_cli("pareto", "quickstart", *ONE, "--out", "fronts")
    assert code == 2
    assert "holds notes.md" in err
    run = tmp_path / "run"
    run.mkdir()
    (run / "metadata.json").write_text('{"versions": {"dcsim": "1"}}')
    code, _, err = dcsim_cli("pareto", "quickstart", *ONE, "--out", run)
    assert (code, entries(run)) == (2, ["metadata.json"])
    code, _, err = dcsim_cli("plan", "quickstart", *SHORT[:2], "--out", "fronts")
    assert code == 2
    assert "is not a run of dcsim" in err


@pytest.mark.usefixtures("unseen")
def test_a_strategy_without_plans_is_left_out_unless_it_is_the_last(
    dcsim_cli, tmp_path: Path
) -> None:
    """Without a battery nobody is without the grid at night; a battery can do it."""
    asked = ["pareto", "quickstart", *SHORT, "--set", "limits.coverage_frac=0.9"]
    asked += ["--set", "wind.enabled=false", "--set", "datacenter.flexible=[]", "--out", "fronts"]
    code, out, _ = dcsim_cli(*asked, "--strategies", "renewables", "--strategies", "all")
    assert code == 0
    assert "strategy renewables has no feasible plan" in out
    document = json.loads((tmp_path / "fronts" / "front.json").read_text())
    assert [front["strategy"] for front in document["fronts"]] == ["all"]
    assert list(document["infeasible"]) == ["renewables"]
    code, _, err = dcsim_cli(*asked, "--strategies", "renewables")
    assert code == 2
    assert "has no feasible plan" in err


@pytest.mark.usefixtures("unseen")
def test_progress_goes_from_nothing_to_all(tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    scenario = load_scenario("quickstart", ["horizon.hours=48", "strategies=[renewables, all]"])
    found = fronts_to_folder(
        scenario, "carbon", 4, tmp_path / "fronts", progress=lambda *step: told.append(step)
    )
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)
    assert told[2][0] == "renewables: point 2 of 4"
    assert [front.strategy for front in found.fronts] == ["renewables", "all"]
    assert all(seconds > 0 for seconds in found.seconds.values())


def test_unknown_kinds_are_refused() -> None:
    assert checked_kind("cost") == "cost"
    with pytest.raises(ScenarioError):
        checked_kind("Cost")
