"""Building blocks of a modelled year, by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcsim.errors import DataError
from dcsim.grid.reference.shapes import (
    SEASON_TERMS,
    anomaly,
    beta_quantiles,
    centred_mean,
    daily_means,
    fit_to_energy,
    fourier,
    local_clock,
    red_noise,
    season_level,
    shape_of,
    shape_or_flat,
    standardized,
    wave,
    with_season_of,
)
from dcsim.grid.reference.year import reference_hours

CLOCK = local_clock(reference_hours(), "Etc/UTC")


def test_fit_to_energy_by_hand() -> None:
    """1:2:6 held at 4 MW to make 9 MWh: the last hour is at 4, the others share 5 as 1:2."""
    fitted = fit_to_energy(np.array([1.0, 2.0, 6.0]), 9.0, "x", high_mw=4.0)
    assert fitted == pytest.approx([5 / 3, 10 / 3, 4.0])
    raised = fit_to_energy(np.array([-5.0, 1.0, 1.0]), 9.0, "x", low_mw=1.0)
    assert raised == pytest.approx([1.0, 4.0, 4.0])
    with pytest.raises(DataError, match="do not fit under 2 MW in 3 hours"):
        fit_to_energy(np.ones(3), 9.0, "x", high_mw=2.0)


@given(
    shape=st.lists(st.floats(0.1, 100), min_size=2, max_size=30),
    load=st.floats(0.05, 0.95),
    high_mw=st.floats(1, 1e4),
)
def test_fit_to_energy_meets_the_energy_within_its_limits(
    shape: list[float], load: float, high_mw: float
) -> None:
    energy_mwh = load * high_mw * len(shape)
    fitted = fit_to_energy(np.array(shape), energy_mwh, "x", high_mw=high_mw)
    assert fitted.sum() == pytest.approx(energy_mwh, rel=1e-9)
    assert fitted.max() <= high_mw
    assert (fitted[np.argsort(shape)][1:] >= fitted[np.argsort(shape)][:-1] - 1e-9).all()


def test_red_noise_has_the_memory_asked_for() -> None:
    """AR(2) of roots a, b: lag 1 is (a + b) / (1 + a b)."""
    noise = red_noise(np.random.default_rng(0), 200_000, 0.9, 0.5)
    assert noise.std() == pytest.approx(1, abs=0.03)
    assert np.corrcoef(noise[1:], noise[:-1])[0, 1] == pytest.approx(1.4 / 1.45, abs=0.003)


def test_local_clock_runs_on_standard_time() -> None:
    """08:00 UTC is midnight in California, in July as in January; 1 January 2023 is a Sunday."""
    clock = local_clock(reference_hours(), "America/Los_Angeles")
    assert clock.hour[8] == pytest.approx(2 * np.pi * 0.5 / 24)
    assert clock.hour[8 + 24 * 182] == pytest.approx(clock.hour[8])
    assert clock.day[7] == 0
    assert clock.day[8] == 1
    assert clock.weekend[8:32].all()
    assert not clock.weekend[32]
    assert list(clock.first_hours[:3]) == [0, 8, 32]
    assert len(clock.first_hours) == 366


def test_fourier_by_hand() -> None:
    shape = fourier(CLOCK, {("mean", "mean"): 2.0, ("mean", "cos1"): 1.0})
    assert shape[0] == pytest.approx(2 + np.cos(np.pi / 24))
    assert shape[12] == pytest.approx(2 - np.cos(np.pi / 24))


def test_a_shape_nobody_fitted_is_flat_where_that_is_allowed() -> None:
    assert (fourier(CLOCK, shape_or_flat("DUK", "exchange")) == 1).all()
    assert fourier(CLOCK, shape_or_flat("CISO", "exchange")).std() > 0.05
    with pytest.raises(DataError, match="has no shape wind of DUK"):
        shape_of("DUK", "wind")


def test_standardized_by_hand() -> None:
    """1, 2, 3 have mean 2 and variance 2/3."""
    assert standardized(np.array([1.0, 2.0, 3.0])) == pytest.approx([-(1.5**0.5), 0, 1.5**0.5])
    assert (standardized(np.full(5, 7.0)) == 0).all()


def test_an_anomaly_has_no_season_and_variance_one() -> None:
    noise = red_noise(np.random.default_rng(1), 8760, 0.99) + 3 * wave(CLOCK.season, "cos2")
    left = anomaly(CLOCK.season, noise)
    assert left.std() == pytest.approx(1)
    for term in SEASON_TERMS:
        assert left @ wave(CLOCK.season, term) == pytest.approx(0, abs=1e-6)


def test_a_season_is_put_back_as_it_was_expected() -> None:
    """Twice as much in winter was drawn as was expected: winter is halved, and noise stays."""
    expected = np.full(8760, 3.0)
    noise = 1 + 0.1 * anomaly(CLOCK.season, np.random.default_rng(2).standard_normal(8760))
    drawn = expected * (1.5 + 0.5 * wave(CLOCK.season, "cos1")) * noise
    put_back = with_season_of(CLOCK.season, drawn, expected)
    assert put_back[:720].mean() == pytest.approx(3, rel=0.02)
    assert season_level(CLOCK.season, put_back).std() < 0.03
    assert put_back.std() == pytest.approx(0.3, rel=0.1)


def test_daily_and_centred_means_by_hand() -> None:
    days = daily_means(CLOCK, np.arange(8760.0))
    assert days[:2] == pytest.approx([11.5, 35.5])
    assert centred_mean(np.array([0.0, 0.0, 3.0, 0.0, 6.0]), 3) == pytest.approx([2, 1, 1, 3, 2])


@given(score=st.floats(-3, 3), mean=st.floats(0.05, 0.9), concentration=st.floats(1, 50))
def test_beta_quantiles_stay_within_0_and_1_and_rise(
    score: float, mean: float, concentration: float
) -> None:
    low, high = beta_quantiles(np.array([score, score + 0.5]), mean, concentration)
    assert 0 <= low <= high <= 1


def test_beta_quantiles_have_the_mean_asked_for() -> None:
    scores = np.random.default_rng(0).standard_normal(100_000)
    assert beta_quantiles(scores, 0.3, 4.0).mean() == pytest.approx(0.3, abs=0.003)
