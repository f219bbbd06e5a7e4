"""Nights found in the solar column itself."""

import numpy as np
import pytest

from dcsim.grid.repair.night import blank_nights, dark_hours
from dcsim.units import HOURS_PER_DAY


def days_of_sun(days: int, first_lit: int = 7, lit_h: int = 11, peak: float = 800.0) -> np.ndarray:
    """Solar of half a sine from the first lit hour; exactly zero at night."""
    hour = np.arange(days * HOURS_PER_DAY) % HOURS_PER_DAY
    since = (hour - first_lit) % HOURS_PER_DAY
    lit = since < lit_h
    return np.where(lit, peak * np.sin(np.pi * (since + 0.5) / lit_h), 0.0)


def blank_where(values: np.ndarray, where: np.ndarray) -> np.ndarray:
    return np.where(where, np.nan, values)


@pytest.mark.parametrize("first_lit", range(0, HOURS_PER_DAY, 5))
@pytest.mark.parametrize("lit_h", [8, 11, 16])
@pytest.mark.parametrize("days", [1, 2, 10])
def test_blank_nights_are_dark_wherever_midnight_falls(first_lit, lit_h, days) -> None:
    sun = days_of_sun(days, first_lit, lit_h)
    assert (dark_hours(blank_where(sun, sun == 0)) == (sun == 0)).all()
    assert (dark_hours(sun) == (sun == 0)).all()


def test_station_use_and_a_little_light_are_dark_and_a_file_may_mix_them_with_blanks() -> None:
    sun = days_of_sun(10)
    night = sun == 0
    sun[night] = -3.0
    sun[np.flatnonzero(night)[::2]] = np.nan
    sun[np.flatnonzero(night)[1::4]] = 2.0
    assert (dark_hours(sun) == night).all()


def test_a_square_day_has_a_night() -> None:
    """Its ends are not low, and alike."""
    sun = np.where(np.arange(72) % 24 < 10, 400.0, np.nan)
    assert (dark_hours(sun) == np.isnan(sun)).all()


def test_a_gap_every_noon_is_no_night() -> None:
    sun = days_of_sun(20)
    noon = np.isin(np.arange(len(sun)) % 24, (11, 12, 13))
    assert (dark_hours(blank_where(sun, noon)) == (sun == 0)).all()


def test_days_cut_off_every_afternoon_leave_no_night() -> None:
    """From 14 h on there is no report: it is not known where the day ends."""
    sun = days_of_sun(20)
    hour = np.arange(len(sun)) % 24
    cut = blank_where(sun, (sun == 0) | (hour >= 14))
    assert not dark_hours(cut).any()


def test_one_day_cut_off_among_others_is_a_gap_by_day() -> None:
    sun = days_of_sun(5)
    given = blank_where(sun, sun == 0)
    given[2 * 24 + 12 : 3 * 24] = np.nan
    dark = dark_hours(given)
    assert (dark == (sun == 0)).all()
    blank = blank_nights(np.isnan(given), dark)
    assert not blank[2 * 24 + 12 : 3 * 24 + 7].any()
    assert blank[: 24 + 7].sum() == (sun[: 24 + 7] == 0).sum()


def test_weeks_without_a_value_are_no_night() -> None:
    """Within a week of the last light the nights are known; beyond it nothing is."""
    sun = days_of_sun(60)
    given = sun.copy()
    given[10 * 24 : 50 * 24] = np.nan
    dark = dark_hours(given)
    assert not dark[18 * 24 : 42 * 24].any()
    assert not dark[sun > 0].any()


@pytest.mark.parametrize("values", [[], [np.nan] * 48, [0.0] * 48, [5.0] * 23, [5.0] * 48])
def test_without_a_day_there_is_no_night(values: list[float]) -> None:
    assert not dark_hours(np.array(values)).any()
