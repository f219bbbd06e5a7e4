"""`dcsim grids` as a person meets it: tables, figures, one panel for each mistake."""

import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from dcsim.cli import grids
from dcsim.grid.readers import eia_api
from dcsim.grid.readers.eia_http import Manners
from dcsim.grid.store.versions import store_folder, stored_ids
from tests.conftest import REPOSITORY
from tests.grid.readers.eia_server import KEY, Api, serving
from tests.grid.store.test_fetching import january
from tests.grid.store.test_importing import hours, interchange_file, mix, plain_file
from tests.traces.test_frame import electricity_maps_file

pytestmark = pytest.mark.usefixtures("own_store")

Cli = Callable[..., tuple[int, str, str]]


def lively(periods: int = 24 * 30) -> pd.DataFrame:
    table = mix(hours(periods=periods))
    table["solar"] = 100.0 * (table.index.hour.to_numpy() // 12)
    table["wind"] = table["coal"] / 3
    return table


@pytest.fixture
def ciso(dcsim_cli: Cli, tmp_path: Path) -> str:
    """A month of made-up CISO in the store, with a gap of two hours; gives its id."""
    table = lively()
    path = plain_file(tmp_path, table.drop(table.index[[100, 101]]))
    assert dcsim_cli("grids", "import", path)[0] == 0
    (grid_id,) = stored_ids()
    return str(grid_id)


def test_list_names_every_active_authority_and_what_is_imported(dcsim_cli: Cli, ciso: str) -> None:
    code, out, _ = dcsim_cli("grids", "list")
    assert code == 0
    assert "62 authorities" in out
    (line,) = [line for line in out.splitlines() if line.strip().startswith("CISO ")]
    assert "California Independent System Operator" in line
    assert "2022 (" in line
    assert "OVEC" not in out
    assert "69 authorities" in dcsim_cli("grids", "list", "--all")[1]


def test_import_tells_grid_hours_and_grade(dcsim_cli: Cli, tmp_path: Path) -> None:
    path = plain_file(tmp_path, lively())
    code, out, _ = dcsim_cli("grids", "import", path, "--ba", "ciso")
    assert code == 0
    assert str(stored_ids()[0]) in out
    assert "720" in out
    assert "plain hourly table" in out


def test_import_says_what_it_left_out(dcsim_cli: Cli, tmp_path: Path) -> None:
    flows = interchange_file(tmp_path, hours(), code="ERCO")
    code, out, _ = dcsim_cli("grids", "import", plain_file(tmp_path, lively()), flows)
    assert code == 0
    assert "Left out: ERCO:2022: no generation, demand or intensity" in out


def test_check_tells_rules_and_draws_a_calendar(dcsim_cli: Cli, ciso: str, tmp_path: Path) -> None:
    code, out, _ = dcsim_cli("grids", "check", "CISO:2022", "--out", tmp_path / "figures")
    assert code == 0
    assert f"{ciso}: grade " in out
    assert "missing_hour" in out
    assert "sha256" in out
    for suffix in ("png", "svg"):
        assert (tmp_path / "figures" / f"flags.{suffix}").stat().st_size > 1000


@pytest.mark.parametrize("grid", ["CISO:2022", "CISO", "CISO:reference"])
def test_show_tells_the_mix_and_draws_it(
    dcsim_cli: Cli, ciso: str, tmp_path: Path, grid: str
) -> None:
    code, out, _ = dcsim_cli("grids", "show", grid)
    assert code == 0
    assert "California Independent System Operator" in out
    assert "kg/MWh on average" in out
    assert ("reference year (modelled)" in out) == (grid != "CISO:2022")
    folder = "CISO-2022" if grid == "CISO:2022" else "CISO-reference"
    names = {path.name for path in (tmp_path / "results" / "grids" / folder).iterdir()}
    assert {"mix.png", "intensity.svg", "duration.png"} <= names


def test_show_has_yields_their_basis_and_band(dcsim_cli: Cli, ciso: str) -> None:
    """A reference year has the published yield; records have their own, and it beside."""
    out = " ".join(dcsim_cli("grids", "show", "CISO")[1].split())
    assert "solar yield .269: plants: 447 of 11118.7 MW" in out
    assert "plausible .15 to .34" in out
    out = " ".join(dcsim_cli("grids", "show", ciso)[1].split())
    assert "over its highest hour" in out
    assert ".269 is published for CISO" in out


def test_show_warns_of_a_borrowed_yield_and_says_where_none_is(dcsim_cli: Cli) -> None:
    out = " ".join(dcsim_cli("grids", "show", "SC")[1].split())
    assert "Warning: SC:reference: borrowed yearly yield of solar (.230)" in out
    assert "from state SC: 27 plants of 287.3 MW" in out
    assert "wind yield no fleet; none is published" in out


def test_show_knows_the_other_accounts(dcsim_cli: Cli, ciso: str) -> None:
    assert dcsim_cli("grids", "show", ciso, "--account", "marginal")[0] == 0
    code, _, err = dcsim_cli("grids", "show", ciso, "--account", "consumption")
    assert code == 2
    assert "has no interchange with neighbours" in err
    code, _, err = dcsim_cli("grids", "show", ciso, "--account", "reported")
    assert code == 2
    assert "reports no carbon intensity" in err


def test_map_draws_the_country(dcsim_cli: Cli, tmp_path: Path, ciso: str) -> None:
    assert dcsim_cli("grids", "map", "--factors", "ipcc-ar5-lifecycle")[0] == 0
    assert (tmp_path / "results" / "grids" / "map.svg").is_file()
    assert dcsim_cli("grids", "map", "--year", "2022", "--out", tmp_path / "traced")[0] == 0
    assert (tmp_path / "traced" / "map.png").is_file()


def test_trace_tells_intensities_and_residuals(dcsim_cli: Cli, tmp_path: Path) -> None:
    plain, flows = plain_file(tmp_path, lively()), interchange_file(tmp_path, hours(periods=720))
    assert dcsim_cli("grids", "import", plain, flows)[0] == 0
    code, out, _ = dcsim_cli("grids", "trace", "2022")
    assert code == 0
    (row,) = [line.split() for line in out.splitlines() if line.strip().startswith("CISO ")]
    assert float(row[1]) > 0
    assert "Emissions balance to" in out
    assert "no interchange" not in out


def test_trace_gives_no_intensity_where_there_is_no_interchange(
    dcsim_cli: Cli, ciso: str, tmp_path: Path
) -> None:
    code, out, _ = dcsim_cli("grids", "trace", "2022")
    assert code == 0
    (row,) = [line.split() for line in out.splitlines() if line.strip().startswith("CISO ")]
    assert row[1] == "-"
    assert "no interchange of CISO is known" in out


def test_trace_shows_silent_links(dcsim_cli: Cli, tmp_path: Path) -> None:
    """Two days without flows in a month."""
    index = hours(periods=720)
    flows = interchange_file(tmp_path, index.delete(range(100, 148)))
    assert dcsim_cli("grids", "import", plain_file(tmp_path, lively()), flows)[0] == 0
    code, out, _ = dcsim_cli("grids", "trace", "2022")
    assert code == 0
    (row,) = [line.split() for line in out.splitlines() if line.strip().startswith("CISO ")]
    assert row[-1] == "48"
    assert "no flow known between BPAT and CISO in 48 hours" in out


def test_factors_lists_every_set_and_what_it_borrows(dcsim_cli: Cli) -> None:
    code, out, _ = dcsim_cli("grids", "factors", "--ba", "PJM")
    assert code == 0
    assert "carbon-explorer" in out
    assert "egrid2022-direct: other from" in out


def test_remove_takes_a_version_or_a_year(dcsim_cli: Cli, ciso: str, tmp_path: Path) -> None:
    dcsim_cli("grids", "import", plain_file(tmp_path, lively(), "CISO_b.csv"))
    code, out, _ = dcsim_cli("grids", "remove", ciso)
    assert (code, out.strip()) == (0, f"Removed {ciso}")
    assert [grid_id.year for grid_id in stored_ids()] == [2022]
    assert dcsim_cli("grids", "remove", "CISO:2022")[0] == 0
    assert stored_ids() == []


def test_an_imported_grid_is_planned(dcsim_cli: Cli, ciso: str, tmp_path: Path) -> None:
    sets = ["grid.id=CISO:2022", "horizon.hours=48", "strategies=[all]"]
    options = [word for part in sets for word in ("--set", part)]
    code, _, err = dcsim_cli("plan", "quickstart", *options, "--out", tmp_path / "run")
    assert code == 0, err
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert ciso in page
    assert "missing_hour" in page


def html(folder: Path) -> Path:
    path = folder / "CISO_2022.csv"
    path.write_text("<html><head><title>Access denied</title></head></html>")
    return path


def truncated_zip(folder: Path) -> Path:
    whole = folder / "whole.zip"
    with zipfile.ZipFile(whole, "w") as packed:
        packed.write(plain_file(folder, lively()), "CISO_2022.csv")
    path = folder / "EBA.zip"
    path.write_bytes(whole.read_bytes()[:-200])
    return path


def climbing_zip(folder: Path) -> Path:
    path = folder / "EBA.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.write(plain_file(folder, lively()), "../../CISO_2022.csv")
    return path


def named(arguments: tuple) -> str:
    """Name arguments without the address of a function, which is another in every process."""
    return " ".join(getattr(part, "__name__", part) for part in arguments)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("show", "CAISO"), "no balancing authority 'CAISO'; nearest are"),
        (("show", "CISO:2031"), "CISO:2031 is not stored; no year of it is stored. Import files"),
        (("show", "CISO:nonsense"), "there is no grid 'CISO:nonsense'; an id is"),
        (("check", "CISO:reference"), "there is no grid 'CISO:reference'"),
        (("check", "[/x]"), "there is no grid '[/x]'"),
        (("show", "CISO", "--factors", "ipcc"), "there is no set 'ipcc'"),
        (("show", "CISO", "--account", "best"), "there is none named 'best'; known are average"),
        (("trace", "2022"), "no authority of 2022 is stored"),
        (("import", "nowhere.csv"), "nowhere.csv"),
        (("import", html), "CISO_2022.csv"),
        (("import", truncated_zip), "EBA.zip"),
        (("import", climbing_zip), "EBA.zip"),
        (("fetch", "--ba", "CISO", "--year", "2012"), "hourly data by fuel from 2019"),
        (("fetch", "--ba", "XXXX", "--year", "2022"), "no balancing authority 'XXXX'"),
    ],
    ids=lambda value: named(value) if isinstance(value, tuple) else "",
)
def test_a_mistake_is_one_panel_and_the_store_is_untouched(
    dcsim_cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple, words: str
) -> None:
    monkeypatch.setenv("EIA_API_KEY", "abcdefgh12345678")
    given = [part(tmp_path) if callable(part) else part for part in arguments]
    code, _, err = dcsim_cli("grids", *given)
    assert code == 2
    flat = " ".join(err.replace("│", " ").split())
    assert words in flat
    assert "Traceback" not in err
    assert err.count("╭") == 1
    assert stored_ids() == []


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    """EIA's API with twenty days of CISO, a key to it, and no waiting between requests."""
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("EIA_API_KEY", KEY)
    monkeypatch.setattr(eia_api, "Manners", lambda: Manners(sleep=lambda _: None))
    with serving(Api(january(2023))) as running:
        yield running


def test_fetch_imports_a_year_and_says_so_if_it_was_there(dcsim_cli: Cli, api: Api) -> None:
    asked = ("grids", "fetch", "--ba", "ciso", "--year", "2023", "--url", api.url)
    code, out, err = dcsim_cli(*asked)
    assert code == 0, err
    (grid_id,) = stored_ids()
    assert str(grid_id) in out
    assert "was there already" not in out
    code, out, _ = dcsim_cli(*asked)
    assert code == 0
    assert f"{grid_id} was there already" in out


@pytest.mark.parametrize("names", [("all",), ("CISO", "all"), ("ALL", "CISO")])
def test_fetch_all_leaves_out_who_has_no_rows_and_tells(
    dcsim_cli: Cli, api: Api, names: tuple[str, ...]
) -> None:
    options = [word for name in names for word in ("--ba", name)]
    code, out, err = dcsim_cli("grids", "fetch", *options, "--year", "2023", "--url", api.url)
    assert code == 0, err
    assert [grid_id.ba_code for grid_id in stored_ids()] == ["CISO"]
    assert out.count("Left out: ") == 61
    assert "Left out: PJM: EIA's API has no rows of it" in out


def test_without_a_key_and_a_terminal_fetch_is_refused_and_names_the_variable(
    tmp_path: Path,
) -> None:
    """A process of its own, for only a real one has no terminal at all."""
    environment = {k: v for k, v in os.environ.items() if k != "EIA_API_KEY"}
    asked = [sys.executable, "-m", "dcsim", "grids", "fetch", "--ba", "CISO", "--year", "2023"]
    ended = subprocess.run(
        asked,
        cwd=REPOSITORY,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        start_new_session=True,
    )
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.count("╭") == 1
    assert "EIA_API_KEY" in ended.stderr
    assert "Warning" not in ended.stderr


def test_with_a_terminal_the_key_is_asked_for(
    dcsim_cli: Cli, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EIA_API_KEY")
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    monkeypatch.setattr(grids.typer, "prompt", lambda text, hide_input: KEY if hide_input else "")
    asked = ("--ba", "CISO", "--year", "2023", "--url", api.url)
    assert dcsim_cli("grids", "fetch", *asked)[0] == 0
    assert api.asked[0].header_key == KEY


@pytest.mark.parametrize("columns", [200, 80, 40, 10])
def test_ids_are_whole_on_any_terminal(
    dcsim_cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    code, out, _ = dcsim_cli("grids", "import", plain_file(tmp_path, lively()))
    assert code == 0
    assert str(stored_ids()[0]) in out
    assert out.count("…") == 0
    code, out, _ = dcsim_cli("grids", "list")
    assert code == 0
    assert "2022 (" in out[out.index("CISO") : out.index("CPLE")]
    assert "Cali" in out


def test_the_grade_of_the_annual_mix_is_listed_and_explained(
    dcsim_cli: Cli, tmp_path: Path
) -> None:
    """ERCO's is a whole year of EIA-930 (A), PSCO's has a plant that is coded elsewhere (C)."""
    _, out, _ = dcsim_cli("grids", "list")
    lines = [line for line in out.splitlines() if line.startswith(("BA ", "ERCO", "PSCO", "CPLW"))]
    at = lines[0].index("mix")
    assert {line[:4]: line[at] for line in lines[1:]} == {"ERCO": "A", "PSCO": "C", "CPLW": "D"}
    _, out, _ = dcsim_cli("grids", "show", "PSCO", "--out", str(tmp_path))
    shown = " ".join(out.split())
    assert "grade C: whole year 2019 of EIA-923; with Comanche" in shown
    assert "1.33 times eGRID's rate, which is no check" in shown


def test_list_is_one_line_an_authority_on_80_columns(
    dcsim_cli: Cli, ciso: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A heading, a rule, 62 authorities and the line below them."""
    monkeypatch.setenv("COLUMNS", "80")
    _, out, _ = dcsim_cli("grids", "list")
    table = out.splitlines()[:-1]
    assert len(table) == 2 + 62
    assert max(map(len, table)) <= 80


KILLED = """
import os, signal, sys
from pathlib import Path
from dcsim.grid.store.importing import import_files
def die(step, share):
    if step.startswith(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
import_files([Path(sys.argv[1])], progress=die)
"""


@pytest.mark.parametrize("step", ["reading", "repairing", "putting away"])
def test_an_import_killed_in_the_middle_harms_nothing_and_the_next_works(
    dcsim_cli: Cli, ciso: str, tmp_path: Path, step: str
) -> None:
    path = plain_file(tmp_path, lively(), "CISO_b.csv")
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(path), step], cwd=REPOSITORY, check=False, timeout=60
    )
    assert killed.returncode == -signal.SIGKILL
    assert [str(grid_id) for grid_id in stored_ids()] == [ciso]
    assert dcsim_cli("grids", "import", path)[0] == 0
    assert str(stored_ids()[0]) != ciso
    assert not list((store_folder() / ".staging").iterdir())


def test_list_shows_a_damaged_year_and_the_rest(dcsim_cli: Cli, ciso: str) -> None:
    (path,) = store_folder().glob("CISO/2022/*/provenance.json")
    path.write_text("{")
    code, out, _ = dcsim_cli("grids", "list")
    assert code == 0
    assert "2022 (damaged)" in out


def test_a_grid_of_intensity_alone_is_shown_by_its_intensity(
    dcsim_cli: Cli, tmp_path: Path
) -> None:
    assert dcsim_cli("grids", "import", electricity_maps_file(tmp_path))[0] == 0
    code, out, _ = dcsim_cli("grids", "show", "ERCO:2022", "--account", "reported")
    assert code == 0
    assert "300 kg/MWh on average" in out
    names = {path.name for path in (tmp_path / "results" / "grids" / "ERCO-2022").iterdir()}
    assert names == {"intensity.png", "intensity.svg"}
    code, _, err = dcsim_cli("grids", "show", "ERCO:2022")
    assert code == 2
    assert "set grid.account: reported" in " ".join(err.replace("│", " ").split())
