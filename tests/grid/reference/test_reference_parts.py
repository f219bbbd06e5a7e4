"""The parts of a reference year, each alone: weather, demand, reactors, sun, wind and dispatch."""

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest

from dcsim.errors import DataError
from dcsim.grid.authorities import known_authorities
from dcsim.grid.reference.coefficients import Coefficients, coefficients_of, known_coefficients
from dcsim.grid.reference.demand import asked_mw, demand_mw, smooth_days
from dcsim.grid.reference.dispatch import oil_mw, rest_mw, shared_mw
from dcsim.grid.reference.nuclear import nuclear_mw, refuelling_hours
from dcsim.grid.reference.shapes import fourier, known_shapes, local_clock, shape_of
from dcsim.grid.reference.sun_and_wind import clear_sky_cf, peak_mw, solar_mw, wind_mw
from dcsim.grid.reference.weather import Cause, Weather, blended, drawn_weather, stream
from dcsim.grid.reference.year import reference_hours
from dcsim.shipped import shipped_folder

INDEX = reference_hours()
HOURS = len(INDEX)
AUTHORITIES = known_authorities()


def clock_of(code: str):
    return local_clock(INDEX, AUTHORITIES[code].time_zone)


def weather_of(code: str, seed: int = 0) -> Weather:
    return drawn_weather(code, clock_of(code), seed)


def test_each_cause_and_each_authority_has_its_own_stream() -> None:
    draws = {
        (code, cause): stream(code, 0, cause).random()
        for code in ("BPAT", "CISO")
        for cause in Cause
    }
    assert len(set(draws.values())) == len(draws)


def test_scores_have_variance_one_and_the_correlations_asked_for() -> None:
    """CISO: clearness with wind -0.22, demand with wind -0.26; over nine years, within 0.04."""
    coefficients, clock = coefficients_of("CISO"), clock_of("CISO")
    years = [drawn_weather("CISO", clock, seed) for seed in range(9)]
    for weather in years:
        assert weather.wind.std() == pytest.approx(1)
        assert weather.clearness.std() == pytest.approx(1)
    windy = [np.bincount(clock.day, one.wind) / np.bincount(clock.day) for one in years]
    pairs = zip(years, windy, strict=True)
    with_wind = np.mean(
        [
            (np.corrcoef(one.clearness, air)[0, 1], np.corrcoef(one.demand, air)[0, 1])
            for one, air in pairs
        ],
        axis=0,
    )
    wanted = (coefficients.sun_wind_correlation, coefficients.demand_wind_correlation)
    assert with_wind == pytest.approx(wanted, abs=0.04)


def test_no_wind_no_score() -> None:
    assert not weather_of("SOCO").wind.any()


def test_blended_by_hand() -> None:
    """One other, correlation 0.6: 0.6 other + 0.8 own, both of variance 1 and independent."""
    own, other = np.array([1.0, -1.0, 1.0, -1.0]), np.array([1.0, 1.0, -1.0, -1.0])
    assert blended(own, [other], [0.6]) == pytest.approx([1.4, -0.2, 0.2, -1.4])
    assert blended(own, [np.zeros(4)], [0.6]) == pytest.approx(own)


@pytest.mark.parametrize("code", ["BPAT", "CISO", "DUK", "ERCO", "PACE"])
def test_demand_keeps_its_energy_and_its_extremes(code: str) -> None:
    authority, clock = AUTHORITIES[code], clock_of(code)
    demand = demand_mw(authority, clock, weather_of(code).demand)
    assert demand.sum() == pytest.approx(authority.fact("demand_gwh") * 1000, rel=1e-9)
    assert demand.max() <= authority.fact("peak_demand_mw")
    assert demand.min() >= authority.fact("min_demand_mw")
    workdays, weekends = demand[~clock.weekend], demand[clock.weekend]
    assert weekends.mean() < workdays.mean()


def test_one_without_customers_is_asked_by_its_donor() -> None:
    """AVRN has no demand: the shape of the nearest authority with one, of mean 1."""
    avrn = AUTHORITIES["AVRN"]
    assert coefficients_of("AVRN").demand_from == "PACW"
    demand = demand_mw(avrn, clock_of("AVRN"), weather_of("AVRN").demand)
    assert demand.mean() == pytest.approx(1)
    asked = asked_mw(avrn, clock_of("AVRN"), weather_of("AVRN"))
    assert asked.sum() == pytest.approx(avrn.fact("gen_total_gwh") * 1000, rel=1e-4)


def test_smooth_days_pass_through_each_noon() -> None:
    clock = local_clock(INDEX, "Etc/UTC")
    days = np.arange(365.0)
    hourly = smooth_days(clock, days)
    assert hourly[0] == 0
    assert hourly[24 + 11 : 24 + 13].mean() == pytest.approx(1)


def test_a_fleet_of_reactors_is_refuelled_when_it_was_in_records() -> None:
    """PJM has some 30 reactors: several steps, most of the dip in spring and autumn."""
    pjm, clock = AUTHORITIES["PJM"], clock_of("PJM")
    nuclear = pd.Series(nuclear_mw(pjm, clock, stream("PJM", 0, Cause.REFUELLING)), INDEX)
    assert nuclear.sum() == pytest.approx(pjm.generation_mwh("nuclear"), rel=1e-9)
    assert nuclear.max() <= pjm.nuclear_nameplate_mw
    assert nuclear.nunique() > 5
    months = nuclear.groupby(nuclear.index.month).mean()
    assert set(months.nsmallest(2).index) <= {3, 4, 5, 9, 10, 11}


def test_one_reactor_is_out_once_for_as_long_as_its_idle_energy_allows() -> None:
    """BPAT: 1,200 MW and 9,841.2 GWh leave 671 GWh idle; 80 % of that is 447 hours of it."""
    bpat, clock = AUTHORITIES["BPAT"], clock_of("BPAT")
    nuclear = nuclear_mw(bpat, clock, stream("BPAT", 0, Cause.REFUELLING))
    assert (nuclear < nuclear.max()).sum() == 447
    assert np.count_nonzero(np.diff(nuclear)) == 2


def test_reactors_that_never_rest_and_those_nobody_counted_stay_flat() -> None:
    busy = replace(AUTHORITIES["BPAT"], nuclear_nameplate_mw=None)
    nuclear = nuclear_mw(busy, clock_of("BPAT"), stream("BPAT", 0, Cause.REFUELLING))
    assert np.ptp(nuclear) < 1e-6


def test_refuellings_are_spread_evenly_over_when_they_are_likely() -> None:
    """Of many, most fall in the half of the year with less nuclear; of none, none."""
    clock = clock_of("ERCO")
    season = fourier(clock, shape_of("ERCO", "nuclear"))
    hours = refuelling_hours("ERCO", clock, 40, np.random.default_rng(0))
    assert hours == sorted(hours)
    assert np.mean(season[hours] < np.median(season)) > 0.9
    assert refuelling_hours("ERCO", clock, 0, np.random.default_rng(0)) == []


def test_tracking_gives_more_than_fixed_and_both_are_between_0_and_1() -> None:
    tracking, fixed, half = (clear_sky_cf(35.0, -100.0, INDEX, share) for share in (0.0, 1.0, 0.5))
    assert tracking.mean() > fixed.mean() > 0.15
    assert half == pytest.approx((tracking + fixed) / 2)
    for cf in (tracking, fixed):
        assert cf.min() == 0
        assert cf.max() <= 1


def test_a_fleet_stays_under_its_nameplate_and_its_record() -> None:
    assert peak_mw(100.0, 3.0, 1000.0) == 300
    assert peak_mw(100.0, 3.0, 250.0) == 250


def test_clear_days_give_more_than_dull_ones() -> None:
    ciso, clock = AUTHORITIES["CISO"], clock_of("CISO")
    score = weather_of("CISO").clearness
    solar = solar_mw(ciso, INDEX, clock, score, np.random.default_rng(0))
    days = np.bincount(clock.day, solar)[1:-1]
    season = pd.Series(days).rolling(31, center=True, min_periods=1).mean().to_numpy()
    assert np.corrcoef(days / season, score[1:-1])[0, 1] > 0.7


@pytest.mark.parametrize("code", ["BPAT", "CISO", "ERCO", "PACE", "SRP"])
def test_wind_follows_its_score_season_and_ceiling(code: str) -> None:
    authority, clock = AUTHORITIES[code], clock_of(code)
    score = weather_of(code).wind
    wind = wind_mw(authority, clock, score)
    assert wind.sum() == pytest.approx(authority.generation_mwh("wind"), rel=1e-9)
    assert np.corrcoef(pd.Series(wind).rank(), score)[0, 1] > 0.7
    ratio = coefficients_of(code).fact("wind_peak_ratio")
    assert wind.max() <= ratio * wind.mean() * (1 + 1e-9)
    assert wind.min() > 0


def test_oil_rises_with_demand_in_new_england() -> None:
    isne, clock = AUTHORITIES["ISNE"], clock_of("ISNE")
    score = weather_of("ISNE").demand
    oil = pd.Series(oil_mw(isne, clock, score), INDEX)
    winter = oil.index.month.isin([12, 1, 2])
    assert oil[winter].sum() > 0.6 * oil.sum()
    flat = oil_mw(isne, clock, np.zeros_like(score))
    assert oil.std() > flat.std()


def test_the_rest_is_held_between_floor_and_nameplate() -> None:
    """Left 0, 1 and 2 times the mean, gas at least its floor, all energy kept."""
    ciso = AUTHORITIES["CISO"]
    mean_mw = ciso.generation_mwh("natural_gas") / HOURS
    left = mean_mw * np.tile([0.0, 1.0, 2.0], HOURS // 3)
    gas = rest_mw(ciso, left, "natural_gas")
    assert gas.sum() == pytest.approx(ciso.generation_mwh("natural_gas"), rel=1e-9)
    floor = coefficients_of("CISO").natural_gas_floor_frac
    assert gas.min() == pytest.approx(floor * mean_mw)
    assert gas.max() <= ciso.natural_gas_nameplate_mw


@pytest.mark.parametrize(("code", "rest"), [("CISO", "natural_gas"), ("BPAT", "hydro")])
def test_what_is_shared_out_adds_up_to_what_is_left(code: str, rest: str) -> None:
    """All but the hours in which the rest is at a limit; the rest is scaled by next to nothing."""
    authority, clock, weather = AUTHORITIES[code], clock_of(code), weather_of(code)
    fuels = ("hydro", "coal", "natural_gas", "oil")
    energy_mwh = sum(authority.generation_mwh(fuel) for fuel in fuels)
    asked = asked_mw(authority, clock, weather)
    left = asked * energy_mwh / asked.sum()
    shared = shared_mw(authority, clock, left, weather)
    total = np.sum(list(shared.values()), axis=0)
    assert total.sum() == pytest.approx(energy_mwh, rel=1e-9)
    assert np.median(np.abs(total / left - 1)) < 0.02
    assert set(shared) == set(fuels)
    assert shared[rest].mean() == max(values.mean() for values in shared.values())


def test_a_blank_coefficient_is_named() -> None:
    with pytest.raises(DataError, match="BPAT: wind_peak_ratio is blank"):
        replace(coefficients_of("BPAT"), wind_peak_ratio=None).fact("wind_peak_ratio")
    with pytest.raises(DataError, match="has no row of NOBODY"):
        coefficients_of("NOBODY")


def test_every_donor_is_of_the_same_interconnect_and_has_its_shapes() -> None:
    for code, row in known_coefficients().items():
        for donor in (row.demand_from, row.solar_from, row.wind_from, row.dispatch_from):
            if donor:
                assert AUTHORITIES[donor].interconnect == AUTHORITIES[code].interconnect
        assert (row.demand_from, "demand") in known_shapes()
        assert (row.dispatch_from, "hydro") in known_shapes()
        assert bool(row.solar_from) == (AUTHORITIES[code].generation_mwh("solar") > 0)
        assert not row.solar_from or (row.solar_from, "clearness") in known_shapes()
        assert not row.wind_from or (row.wind_from, "wind") in known_shapes()


def test_no_shape_holds_more_than_a_table_of_months_by_hours() -> None:
    assert max(len(shape) for shape in known_shapes().values()) <= 35 < 12 * 24


def test_every_column_and_shape_names_its_source() -> None:
    sources = (shipped_folder("grids") / "SOURCES.md").read_text(encoding="utf-8")
    part = sources.split("## reference_coefficients.csv")[1].split("## emission_factors.csv")[0]
    columns = [field.name for field in fields(Coefficients)]
    shapes = sorted({name for _, name in known_shapes()})
    unnamed = [name for name in [*columns, *shapes] if f"`{name}`" not in part]
    assert unnamed == []
