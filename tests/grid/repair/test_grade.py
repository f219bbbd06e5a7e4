"""The grade of a year: every criterion by itself, at its limits, with its reason in words."""

import numpy as np
import pandas as pd
import pytest

from dcsim.grid.records import DEMAND, INDEX, INTENSITY, NET_GENERATION
from dcsim.grid.repair.clock import correct_clock
from dcsim.grid.repair.grade import Grade, grade_year
from dcsim.grid.repair.year import RepairedYear, repair_year

YEAR = pd.date_range("2022-01-01T00:00Z", periods=8760, freq="h", unit="s", name=INDEX)


NO_CHANGES = pd.DataFrame(columns=[INDEX, "column", "rule", "reported_mw", "repaired_mw", "filled"])


def year_of(hours: pd.DatetimeIndex = YEAR, **columns: float) -> pd.DataFrame:
    return pd.DataFrame(dict.fromkeys(("coal",), 1000.0) | columns, index=hours)


def graded(
    table: pd.DataFrame,
    changed: slice = slice(0, 0),
    *,
    rule: str = "missing_value",
    column: str = "coal",
    filled: str = "straight line",
    ba_code: str = "none",
) -> Grade:
    """Grade a year in which some hours of a column were changed."""
    stamps = table.index[changed]
    changes = pd.DataFrame(
        {
            INDEX: stamps,
            "column": column,
            "rule": rule,
            "reported_mw": np.nan,
            "repaired_mw": table[column].to_numpy()[changed],
            "filled": filled,
        }
    )
    return grade_year(RepairedYear(table, changes, (), ba_code))


def test_a_year_as_reported_is_an_a() -> None:
    grade = graded(year_of())
    assert grade.letter == "A"
    assert "0 of 8760 hours changed (0.0 %)" in grade.reasons


@pytest.mark.parametrize(
    ("hours", "letter"), [(43, "A"), (44, "B"), (175, "B"), (176, "C"), (438, "C"), (439, "D")]
)
def test_the_share_of_changed_hours_counts(hours: int, letter: str) -> None:
    """0.5 % of 8,760 h is 43.8, 2 % is 175.2, 5 % is 438; the fuel has no energy to speak of."""
    grade = graded(year_of(wind=0.001), slice(0, hours), column="wind")
    assert grade.letter == letter
    if letter != "A":
        assert f"{hours} of 8760 hours changed" in grade.reasons[0]


def test_more_repair_than_report_fails() -> None:
    assert graded(year_of(wind=0.001), slice(0, 1315), column="wind").letter == "F"


@pytest.mark.parametrize(("hours", "letter"), [(24, "A"), (25, "B"), (73, "C"), (169, "D")])
def test_the_longest_gap_counts_if_it_was_filled(hours: int, letter: str) -> None:
    """A fuel of 1 % of the energy; hours and energy alone would give at most a C."""
    table = year_of(wind=1000.0 / 99)
    grade = graded(table, slice(50, 50 + hours), column="wind")
    assert grade.letter == letter
    assert any(f"a gap of {hours} hours in wind" in reason for reason in grade.reasons)
    assert graded(table, slice(50, 60), column="wind", filled="").letter == "A"


def test_a_fuel_that_hardly_generates_has_no_gap() -> None:
    grade = graded(year_of(wind=0.001), slice(0, 40), column="wind")
    assert not any("gap" in reason for reason in grade.reasons)


def test_the_energy_that_rests_on_repair_counts() -> None:
    """20 h of 8,760 of one fuel of two alike: 0.11 % of the energy."""
    grade = graded(year_of(wind=1000.0), slice(0, 20), filled="")
    assert grade == Grade("B", ("0.11 % of the energy rests on repair",))


@pytest.mark.parametrize(
    ("total", "letter"), [(1005.0, "A"), (1020.0, "B"), (1090.0, "C"), (1200.0, "D"), (2000.0, "F")]
)
def test_fuels_must_add_up_to_net_generation(total: float, letter: str) -> None:
    grade = graded(year_of(net_generation=total))
    assert grade.letter == letter
    difference = f"fuels and net generation differ by {total - 1000:.0f} MW at the median hour"
    assert any(reason.startswith(difference) for reason in grade.reasons)


def test_a_total_of_nothing_is_no_criterion() -> None:
    assert graded(year_of(net_generation=0.0)).letter == "A"


def test_a_small_fuel_that_is_not_yet_reported_is_no_repair() -> None:
    table = year_of(wind=4.0)
    assert graded(table, slice(0, 4000), rule="not_reported_yet", column="wind").letter == "A"


@pytest.mark.parametrize(("hours", "letter"), [(1752, "C"), (120, "B"), (90, "A")])
def test_an_absence_counts_by_the_energy_it_would_have(hours: int, letter: str) -> None:
    """Wind of 100 MW beside 1,000 MW of coal.

    None for a fifth of the year, it lacks 175 GWh beside 9,461: 1.9 %, a C. 120 h are 12 GWh
    beside 9,624, 0.12 %, a B; 90 h 0.09 %, an A.
    """
    table = year_of(wind=100.0)
    table.iloc[:hours, table.columns.get_loc("wind")] = 0.0
    grade = graded(table, slice(0, hours), rule="not_reported_yet", column="wind", filled="")
    assert grade.letter == letter
    if letter != "A":
        assert grade.reasons[0].startswith(f"wind taken as none in {hours} hours, else worth")


def test_a_zero_in_doubt_is_a_b_at_best_and_counts_like_a_gap() -> None:
    for hours, letter in ((12, "B"), (72, "B"), (73, "C"), (169, "D"), (700, "F")):
        grade = grade_year(RepairedYear(year_of(), NO_CHANGES, (), "none", (("coal", hours),)))
        assert grade == Grade(letter, (f"coal at zero for {hours} hours, kept but doubtful",))


def test_nights_between_filled_days_belong_to_the_gap() -> None:
    """Solar at 8 h to 15 h of two days: the nights are zero as reported, and the gap is 32 h."""
    hour = np.arange(8760) % 24
    table = year_of().assign(solar=np.where((hour >= 8) & (hour < 16), 1000.0, 0.0))
    by_day = np.flatnonzero(table["solar"] > 0)
    changes = pd.DataFrame(
        {
            INDEX: table.index[by_day[80:96]],
            "column": "solar",
            "rule": "placeholder_zero",
            "reported_mw": 0.0,
            "repaired_mw": 1000.0,
            "filled": "from the days around",
        }
    )
    grade = grade_year(RepairedYear(table, changes, ()))
    assert "a gap of 32 hours in solar" in grade.reasons


def test_a_clock_in_doubt_is_a_b() -> None:
    grade = graded(year_of(solar=1.0), ba_code="PACE")
    assert any("clock in doubt: Solar 0.4 to 0.6 h early" in reason for reason in grade.reasons)


def test_a_fuel_the_registry_knows_is_missed() -> None:
    """Nothing but coal for California: nearly all of its generation is missed, a C at worst."""
    grade = graded(year_of(), ba_code="CISO")
    assert grade.letter == "C"
    assert grade.reasons[0].startswith("nothing of natural_gas, nuclear, hydro, solar, wind")


@pytest.mark.parametrize(("hours", "letter"), [(300, "C"), (400, "A"), (8735, "A")])
def test_a_part_of_a_year_says_so(hours: int, letter: str) -> None:
    grade = graded(year_of(YEAR[:hours]))
    assert grade.letter == letter
    assert any(f"{hours} hours" in reason for reason in grade.reasons)


def test_no_generation_fails() -> None:
    for table in (year_of(coal=0.0), year_of(demand=5.0)[[DEMAND]]):
        repaired = repair_year("none", table, YEAR)
        assert grade_year(repaired) == Grade("F", ("no generation by fuel",))


def test_a_year_through_clock_and_repair_has_a_grade() -> None:
    """PJM's fuels move within their local days: the first hour of the UTC year stays covered."""
    hour = np.arange(8760) % 24
    table = year_of().assign(
        coal=1000 + hour * 10 + np.arange(8760) / 100, **{NET_GENERATION: 1160.0}
    )
    corrected, _ = correct_clock("PJM", table)
    grade = grade_year(repair_year("PJM", corrected, YEAR))
    assert grade.letter in "ABC"


def test_an_authority_the_registry_has_no_energy_of_is_graded_all_the_same() -> None:
    assert graded(year_of(), ba_code="GLHB").letter == "A"


@pytest.mark.parametrize(("missing", "letter"), [(0, "A"), (44, "B"), (5000, "F")])
def test_a_carbon_intensity_alone_is_graded_by_the_hours_it_lacks(
    missing: int, letter: str
) -> None:
    table = pd.DataFrame({INTENSITY: 400.0}, index=YEAR)
    table.iloc[:missing] = np.nan
    grade = grade_year(repair_year("ERCO", table, YEAR))
    assert grade.letter == letter
    assert f"carbon intensity alone; {missing} of 8760" in grade.reasons[0]


@pytest.mark.parametrize(("coal_mw", "letter"), [(-1.0, "A"), (-5.0, "B"), (-20.0, "C")])
def test_a_fuel_below_zero_counts_by_what_station_use_does_not_explain(
    coal_mw: float, letter: str
) -> None:
    """Of 1,000 MW: 1 MW is station use, 4 MW more are 0.4 %, 19 MW more are 1.9 %."""
    grade = graded(year_of(natural_gas=1000.0).assign(coal=coal_mw))
    assert grade.letter == letter
    assert ("coal is below zero" in grade.reasons[0]) == (letter > "A")
