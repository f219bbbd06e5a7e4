"""Chemistries: figures with order and source, and cycle life by the depth of discharge."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcsim.scenario.chemistry import CHEMISTRIES, Chemistry, cycle_life_at
from dcsim.scenario.figures import Range
from dcsim.scenario.storage import ChemistryName

DEPTHS = st.floats(min_value=0.01, max_value=1.0)
NAMES = st.sampled_from(sorted(CHEMISTRIES))


def chemistry_of(*points: tuple[float, float]) -> Chemistry:
    figure = Range(1.0, 1.0, 1.0, "made up")
    return Chemistry("made up", figure, figure, points, "made up")


def test_a_scenario_can_name_each() -> None:
    assert set(CHEMISTRIES) == set(get_args(ChemistryName)) - {"li-ion"}
    assert all(name == chemistry.name for name, chemistry in CHEMISTRIES.items())


@pytest.mark.parametrize("name", sorted(CHEMISTRIES))
def test_every_figure_has_an_order_and_a_source(name) -> None:
    chemistry = CHEMISTRIES[name]
    for figure in (chemistry.kg_per_mwh, chemistry.life_years):
        assert 0 < figure.low <= figure.mid <= figure.high
        assert len(figure.source) > 40
    assert len(chemistry.source) > 40


@pytest.mark.parametrize("name", sorted(CHEMISTRIES))
def test_points_rise_in_depth_and_fall_in_cycles(name) -> None:
    depths, cycles = zip(*CHEMISTRIES[name].cycle_life, strict=True)
    assert list(depths) == sorted(set(depths))
    assert list(cycles) == sorted(set(cycles), reverse=True)
    assert depths[-1] == 1.0


def test_making_a_megawatt_hour_of_lfp_takes_62_tonnes() -> None:
    assert CHEMISTRIES["lfp"].kg_per_mwh.mid == 62_000
    assert CHEMISTRIES["nmc"].kg_per_mwh.mid == 74_000


@pytest.mark.parametrize("name", sorted(CHEMISTRIES))
def test_the_curve_goes_through_its_points(name) -> None:
    for depth, cycles in CHEMISTRIES[name].cycle_life:
        assert cycle_life_at(CHEMISTRIES[name], depth) == pytest.approx(cycles)


def test_between_points_cycles_are_a_power_of_depth() -> None:
    """From (0.25, 8,000) to (1, 1,000) k is log(1/8) / log 4 = -1.5; at 0.5 it is half way.

    8,000 * 2^-1.5 = sqrt(8,000 * 1,000) = 2,828.4.
    """
    assert cycle_life_at(chemistry_of((0.25, 8000), (1, 1000)), 0.5) == pytest.approx(2828.427)


def test_lfp_at_nine_tenths() -> None:
    """Of k = log(5,160 / 7,284) / log(1.25) = -1.5447 come 7,284 * 1.125^-1.5447 = 6,072."""
    assert cycle_life_at(CHEMISTRIES["lfp"], 0.9) == pytest.approx(6072, abs=1)


def test_beyond_the_points_cycles_stay_as_they_are() -> None:
    chemistry = chemistry_of((0.4, 5000), (0.8, 2000))
    assert cycle_life_at(chemistry, 0.1) == 5000
    assert cycle_life_at(chemistry, 1.0) == 2000


@given(NAMES, DEPTHS, DEPTHS)
def test_deeper_never_gives_more_cycles(name, one, other) -> None:
    chemistry = CHEMISTRIES[name]
    shallow, deep = sorted((one, other))
    assert cycle_life_at(chemistry, shallow) >= cycle_life_at(chemistry, deep)


@given(NAMES, st.floats(min_value=0.6, max_value=1.0), st.floats(min_value=0.6, max_value=1.0))
def test_deeper_never_gives_more_throughput_within_the_points(name, one, other) -> None:
    """Of these curves k < -1: cycles times depth, the energy a MWh of cells bears, falls too."""
    chemistry = CHEMISTRIES[name]
    shallow, deep = sorted((one, other))
    borne = shallow * cycle_life_at(chemistry, shallow)
    assert borne >= deep * cycle_life_at(chemistry, deep) * (1 - 1e-12)


@given(DEPTHS)
def test_lfp_bears_more_cycles_than_nmc(depth) -> None:
    assert cycle_life_at(CHEMISTRIES["lfp"], depth) > cycle_life_at(CHEMISTRIES["nmc"], depth)
