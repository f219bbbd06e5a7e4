"""Yearly yields of own plants: scaled as asked, judged by the band, borrowed and said so."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from dcsim.errors import DataError
from dcsim.grid.generation import FUELS, GridGeneration, Source
from dcsim.scenario.costs import costs_of
from dcsim.scenario.spec import Grid, Scenario
from dcsim.traces.bands import Band, band_of, solar_band
from dcsim.traces.frame import Traces, build_traces
from dcsim.traces.own_supply import fleet_yields
from dcsim.traces.years import build_years
from dcsim.traces.yields import LEAST_HOURS, at_yield, warnings_of_yields
from tests.conftest import scenario_of
from tests.traces import weather_files as files

YEAR = pd.date_range("2022-01-01", periods=8760, freq="h", tz="UTC", unit="s")


OPEN: dict[str, Any] = {"solar": {}, "wind": {}, "horizon": {"hours": 48}}
"""Both may be built, and planned for two days."""


def built(grid: str, **parts: object) -> Traces:
    return build_traces(scenario_of(grid={"id": grid}, **OPEN | parts))


def yield_of(traces: Traces, fuel: str) -> float:
    (found,) = [found for found in traces.yields if found.fuel == fuel]
    return found.yield_frac


def plain_year(tmp_path: Path, hours: int = 8760, *, night: float = 0.0) -> Path:
    """Write coal of 100 MW, wind of 30 MW with one hour of 100, and solar of 10 MW by day."""
    day = np.where(np.isin(YEAR.hour, range(8, 16)), 10.0, night)
    wind = np.full(len(YEAR), 30.0)
    wind[5] = 100.0
    table = pd.DataFrame({"coal_mw": 100.0, "solar_mw": day, "wind_mw": wind}, index=YEAR)
    path = tmp_path / "year.csv"
    table.iloc[:hours].to_csv(path, index_label="utc_hour_beginning")
    return path


def on_file(path: Path, **parts: object) -> Traces:
    return build_traces(scenario_of(grid={"file": path}, **OPEN | parts))


class TestBands:
    def test_solar_falls_with_latitude_from_34_to_13_hundredths(self) -> None:
        assert solar_band() == Band(0.13, 0.34)
        assert solar_band(33.0) == Band(0.15, 0.34)
        assert solar_band(60.0) == solar_band(-48.0) == Band(0.13, 0.28)
        assert solar_band(41.5) == Band(0.14, 0.31)

    def test_tracking_yields_more_than_fixed(self) -> None:
        tracking, fixed = solar_band(35.0, "tracking"), solar_band(35.0, "fixed")
        assert tracking.low_frac > fixed.low_frac
        assert tracking.high_frac > fixed.high_frac

    def test_wind_has_one_band_everywhere(self) -> None:
        assert band_of("wind", 30.0) == band_of("wind") == Band(0.18, 0.52)

    @pytest.mark.parametrize(("yield_frac", "holds"), [(0.1796, True), (0.1794, False)])
    def test_yields_are_judged_to_three_digits(self, yield_frac: float, holds: bool) -> None:
        assert band_of("wind").holds(yield_frac) == holds


class TestScaling:
    shape = pd.Series(np.tile([0.0, 0.2, 0.5, 1.0], 2190), index=YEAR)

    def test_the_shape_is_kept_below_the_cap(self) -> None:
        cf = at_yield(self.shape, 0.2, "solar.yield_frac", "x")
        np.testing.assert_allclose(cf, self.shape * 0.2 / 0.425, rtol=1e-12)

    def test_what_would_pass_1_is_capped_and_the_mean_still_met(self) -> None:
        """Of 0, .2, .5 and 1 times k capped: (.2 k + .5 k + 1) / 4 = .6 at k = 2."""
        cf = at_yield(self.shape, 0.6, "solar.yield_frac", "x")
        np.testing.assert_allclose(cf[:4], [0.0, 0.4, 1.0, 1.0], rtol=1e-9)
        assert cf.mean() == pytest.approx(0.6, rel=1e-9)

    def test_more_than_the_hours_can_give_is_refused(self) -> None:
        with pytest.raises(DataError, match=r"solar.yield_frac is 0.75, but only 0.750 of its"):
            at_yield(self.shape, 0.75, "solar.yield_frac", "x")

    def test_hours_that_are_no_year_are_refused(self) -> None:
        with pytest.raises(DataError, match=r"has 7,999 hours, and solar.yield_frac is the mean"):
            at_yield(self.shape.iloc[: LEAST_HOURS - 1], 0.2, "solar.yield_frac", "x")


def yield_warnings(traces: Traces) -> list[str]:
    return [warning for warning in traces.sources[0].warnings if "yearly yield" in warning]


class TestReferenceYears:
    def test_a_fleet_has_its_published_yield_and_no_warning(self) -> None:
        traces = built("ISNE:reference")
        assert yield_of(traces, "solar") == pytest.approx(0.1623)
        assert "solar: yield .162 of plants: 364 of 913.2 MW" in traces.sources[0].note
        assert traces.sources[0].warnings == ()

    def test_a_state_s_yield_is_said_to_be_borrowed(self) -> None:
        (warning,) = yield_warnings(built("CPLW:reference"))
        assert "CPLW:reference: borrowed yearly yield of solar (.206)" in warning
        assert "from state NC: 522 plants of 3764.6 MW" in warning

    def test_borrowed_yields_of_both_are_one_warning(self) -> None:
        (warning,) = yield_warnings(built("GRID:reference"))
        assert "solar (.242) from state OR: 41 plants" in warning
        assert "wind (.230) from state OR: 40 plants" in warning
        assert "set solar.yield_frac and wind.yield_frac" in warning

    def test_a_nameplate_of_one_s_own_goes_before_the_published_yield(self) -> None:
        published = built("ISNE:reference")
        mean_mw = 907.8e3 / 8760  # of the registry's 907.8 GWh
        asked = scenario_of(
            grid={"id": "ISNE:reference", "solar_nameplate_mw": mean_mw / 0.12}, **OPEN
        )
        traces = build_traces(asked)
        assert yield_of(traces, "solar") == pytest.approx(0.12, rel=1e-6)
        times = traces.column("solar_cf").sum() / published.column("solar_cf").sum()
        assert times == pytest.approx(0.12 / 0.1623, rel=1e-3)
        (warning,) = traces.sources[0].warnings
        assert "yield of .120, outside the plausible .14 to .31" in warning
        assert ".162 is published for ISNE" in warning

    def test_a_nameplate_below_the_highest_hour_is_refused(self) -> None:
        asked = scenario_of(grid={"id": "ISNE:reference", "wind_nameplate_mw": 10.0})
        with pytest.raises(DataError, match=r"wind generation reaches .* above its nameplate"):
            build_traces(asked)

    def test_a_nameplate_may_be_given_for_a_planned_year(self) -> None:
        own = {"name": "own", "grid": "ISNE:reference", "wind_nameplate_mw": 4000.0}
        (traces,) = build_years(scenario_of(grid={"id": "ISNE:reference"}, years=[own], **OPEN))
        assert yield_of(traces, "wind") == pytest.approx(3830.2e3 / 8760 / 4000, rel=1e-6)

    def test_a_yield_of_one_s_own_goes_before_all(self) -> None:
        traces = built("CPLW:reference", solar={"yield_frac": 0.24})
        assert yield_of(traces, "solar") == pytest.approx(0.24)
        assert "given by solar.yield_frac" in traces.sources[0].note
        assert yield_warnings(traces) == []

    def test_of_the_nearest_fleet_too(self) -> None:
        traces = built("DUK:reference", wind={"source": "nearest", "yield_frac": 0.3})
        assert yield_of(traces, "wind") == pytest.approx(0.3)
        assert [s.warnings for s in traces.sources if s.what == "wind"] == [()]

    def test_nothing_is_said_of_what_is_neither_there_nor_to_be_built(self) -> None:
        traces = built("CPLW:reference", solar={"enabled": False})
        assert traces.yields == ()
        assert yield_warnings(traces) == []


class TestFiles:
    def test_a_year_over_its_highest_hour_is_judged(self, tmp_path: Path) -> None:
        """Solar 8 h of 24 at full power is .333, wind 30 of 100 MW .3 and one hour more."""
        traces = on_file(plain_year(tmp_path))
        assert yield_of(traces, "solar") == pytest.approx(1 / 3)
        assert traces.sources[0].warnings == ()
        (warning,) = on_file(plain_year(tmp_path, night=9.0)).sources[0].warnings
        assert "solar of year.csv has a yearly yield of .933, outside the plausible" in warning

    def test_the_whole_year_is_judged_and_not_the_horizon(self, tmp_path: Path) -> None:
        asked = {"horizon": {"start": "2022-06-01T08:00Z", "hours": 4}}
        traces = on_file(plain_year(tmp_path), **asked)
        assert traces.column("solar_cf").tolist() == [1.0] * 4
        assert yield_of(traces, "solar") == pytest.approx(1 / 3)

    def test_a_week_is_not_judged(self, tmp_path: Path) -> None:
        traces = on_file(plain_year(tmp_path, hours=168, night=9.0))
        assert traces.sources[0].warnings == ()
        assert [found.is_of_a_year for found in traces.yields] == [False, False]

    def test_a_yield_needs_no_nameplate(self, tmp_path: Path) -> None:
        traces = on_file(plain_year(tmp_path), wind={"yield_frac": 0.4})
        assert yield_of(traces, "wind") == pytest.approx(0.4)


class TestWeather:
    def test_a_plant_is_scaled_over_the_file_s_year(self) -> None:
        plant = {"source": "weather", "file": files.GREENSBORO}
        own, scaled = (
            built("DUK:reference", solar=plant | more) for more in ({}, {"yield_frac": 0.15})
        )
        assert yield_of(scaled, "solar") == pytest.approx(0.15)
        times = scaled.column("solar_cf").sum() / own.column("solar_cf").sum()
        assert times == pytest.approx(0.15 / yield_of(own, "solar"), rel=1e-6)

    def test_an_implausible_plant_is_warned_of_on_its_own_source(self) -> None:
        plant = {"source": "weather", "file": files.GREENSBORO, "losses_frac": 0.6}
        traces = built("DUK:reference", solar=plant)
        (source,) = [source for source in traces.sources if source.what == "solar"]
        assert "outside the plausible" in source.warnings[0]
        assert traces.sources[0].warnings == ()


def test_cost_of_a_mwh_by_hand() -> None:
    """At no discount: 1,000,000 / 20 years + 10,000 a year over 8,766 h times .2, and 2 more."""
    asked: Scenario = scenario_of(
        cost={
            "discount_frac": 0.0, "wind_usd_per_mw": 1e6, "wind_life_years": 20.0,
            "wind_fixed_usd_per_mw_year": 1e4, "wind_variable_usd_per_mwh": 2.0,
        }
    )  # fmt: skip
    expected = (50_000 + 10_000) / (8766 * 0.2) + 2
    assert costs_of(asked).own_usd_per_mwh("wind", 0.2) == pytest.approx(expected)


def test_a_record_over_its_highest_hour_is_held_against_what_is_published() -> None:
    """.364 is published of ERCO's wind: over the highest hour .45 is far from it and .38 is not."""
    hours = pd.date_range("2022-01-01", periods=8760, freq="h", tz="UTC", unit="s")
    for mean_frac, is_far in ((0.45, True), (0.38, False)):
        table = pd.DataFrame(0.0, hours, list(FUELS))
        table["wind"] = 1000 * mean_frac
        table.iloc[0, table.columns.get_loc("wind")] = 1000.0
        record = GridGeneration(table, Source("grid", "ERCO:2022", sha256="a" * 64), ba_code="ERCO")
        (found,) = fleet_yields(record, Grid(id="ERCO:2022"))
        assert found.is_far == is_far
        assert [".364 is published" in w for w in warnings_of_yields([found])] == (
            [True] if is_far else []
        )
        (known,) = fleet_yields(replace(record, wind_nameplate_mw=1200.0), Grid(id="ERCO:2022"))
        assert not known.is_far
