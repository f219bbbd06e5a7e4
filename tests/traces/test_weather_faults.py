"""Faults of weather files, named in plain words: the line, the column and the value."""

from pathlib import Path

import pytest

from dcsim.errors import DataError
from dcsim.traces.weather import read_weather
from tests.traces import weather_files as files

LIBRARY_WORDS = (
    "pandas",
    "format=",
    "%m",
    "tokeniz",
    "unconverted",
    "convert string",
    "index",
    "[",
)


def changed(text: str, line: int, old: str, new: str) -> str:
    lines = text.split("\n")
    assert old in lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    return "\n".join(lines)


TMY3 = {
    "date": (3, "01/01/", "1.1.", "line 3: date is '1.1.1988'; must read like 01/31/1995"),
    "zone": (1, "-5.0", "five", "line 1: zone is 'five', which is no number"),
    "site": (1, ",", ";", "line 1: has 6 cells; must have 7 of the site"),
    "short": (9, ",", "\n", "line 9: has 1 cells; time is in cell 2"),
    "long": (9, ",", ",,,,", "line 9: has 7"),
    "label": (2, "Wspd (m/s)", "Breeze", "line 2: has no column of wind speed"),
    "unit": (2, "Wspd (m/s)", "Wspd (furlongs)", "the unit of wind speed is 'furlongs'"),
}


@pytest.mark.parametrize("name", TMY3)
def test_faults_of_tmy3_are_named(tmp_path: Path, name: str) -> None:
    line, old, new, words = TMY3[name]
    path = tmp_path / "site.csv"
    path.write_text(changed(files.GREENSBORO.read_text(), line, old, new))
    with pytest.raises(DataError) as raised:
        read_weather(path)
    message = str(raised.value).removeprefix(str(path))
    assert words in message
    assert not [word for word in LIBRARY_WORDS if word in message]


def test_units_of_tmy3_labels_are_obeyed(tmp_path: Path) -> None:
    """A file whose label says miles an hour is so much slower, and says so."""
    path = tmp_path / "site.csv"
    path.write_text(changed(files.GREENSBORO.read_text(), 2, "Wspd (m/s)", "Wspd (mph)"))
    read, known = read_weather(path), read_weather(files.GREENSBORO)
    assert read.table["wind_m_per_s"].mean() == pytest.approx(
        0.44704 * known.table["wind_m_per_s"].mean()
    )
    assert read.facts.notes == ("wind speed converted from mph",)


@pytest.mark.parametrize("cut", [10, 100, 5000])
def test_pvgis_files_that_are_cut_are_refused_in_plain_words(tmp_path: Path, cut: int) -> None:
    for write in (files.write_pvgis_csv, files.write_pvgis_json):
        path = write(tmp_path / "site", files.greensboro())
        path.write_text(path.read_text()[:cut])
        with pytest.raises(DataError) as raised:
            read_weather(path)
        message = str(raised.value).removeprefix(str(path))
        assert not [word for word in LIBRARY_WORDS if word in message]
