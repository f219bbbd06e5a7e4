"""The figures of grids/WEATHER.md are the ones the code gives."""

from pathlib import Path

import pytest

from dcsim.traces.weather import read_weather
from tests.conftest import REPOSITORY
from tests.traces import weather_table
from tests.traces.weather_files import GREENSBORO, SAND_POINT


def documented(site: str) -> list[float]:
    """The numbers of a site's row in the document."""
    text = (REPOSITORY / "grids" / "WEATHER.md").read_text(encoding="utf-8")
    (row,) = [line for line in text.splitlines() if line.startswith(f"| {site} ")]
    return [float(cell.removesuffix(" h ")) for cell in row.split("|")[2:-1]]


def check(path: Path, site: str) -> None:
    weather = read_weather(path)
    table = weather_table.monthly(weather)
    assert len(table) == 13
    given = documented(site)
    assert table.loc["year"].tolist() == pytest.approx(given[:-1], abs=0.051)
    assert weather.noon_offset_h() == pytest.approx(given[-1], abs=0.0051)


@pytest.mark.parametrize(("path", "site"), [(GREENSBORO, "Greensboro"), (SAND_POINT, "Sand Point")])
def test_documented_figures_of_shipped_files(path: Path, site: str) -> None:
    check(path, site)


@pytest.mark.real_data
@pytest.mark.parametrize("city", ["San Jose", "Atlanta", "Dallas", "Seattle"])
def test_documented_figures_of_real_files(real_data: Path, city: str) -> None:
    (path,) = (real_data / "weather").glob(f"*{city.replace(' ', '.')}*.epw.gz")
    check(path, city)


def test_the_command_prints_every_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["weather_table", str(GREENSBORO)])
    weather_table.main()
    out = capsys.readouterr().out
    assert out.startswith(
        "723170TYA.CSV: TMY3, typical year, laid by hour of year, UTC; Greensboro"
    )
    assert "E-70/2300" in out
