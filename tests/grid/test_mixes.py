"""The annual mixes of the registry: best basis, distance from eGRID's rate, and grade."""

from pathlib import Path

import pandas as pd
import pytest

from dcsim.grid.authorities import Authority, known_authorities
from dcsim.grid.generation import FUELS
from dcsim.grid.intensity import annual_intensity_kg_per_mwh
from grids.tools.members import CLOSED, MOVES
from grids.tools.mixes import (
    FACTORS,
    PLANTS,
    RECORD,
    WINDOWS,
    is_near,
    mix_of,
    windows,
)

ACTIVE = [a for a in known_authorities().values() if a.is_active and a.gen_total_gwh]
ALL_FUELS = dict.fromkeys(FUELS, 0.0)


def fact_of(
    code: str = "XX",
    *,
    rec_basis: str = "eia923_plants_2019",
    rate: float = 500.0,
    coal_mw: float = 1000.0,
    plants: dict[str, float] | None = None,
    record: dict[str, float] | None = None,
) -> pd.Series:
    """A row of the collection: 1,000 GWh of coal and of wind among its plants, or what is given."""
    made = ALL_FUELS | (plants or {"coal": 1000.0, "wind": 1000.0})
    recommended = made if record is None else ALL_FUELS | record
    return pd.Series(
        {
            "ba_code": code,
            "rec_basis": rec_basis,
            "gen_total_gwh": sum(made.values()),
            "co2_rate_direct_2019_kg_per_mwh_derived": rate,
            "coal_mw_2023_em": coal_mw,
            "gas_mw_2023_em": 1000.0,
            "nuclear_mw_2023_em": 1000.0,
            **{f"gen_{fuel}_gwh": gwh for fuel, gwh in made.items()},
            **{f"rec_{fuel}_gwh": gwh for fuel, gwh in recommended.items()},
        }
    )


def test_plants_of_a_year_are_preferred_to_summer_windows() -> None:
    """996 kg/MWh (the US factor) on half of the energy: 498, near a rate of 500."""
    summer = ALL_FUELS | {"coal": 1100.0, "wind": 900.0}
    mix = mix_of(fact_of(rec_basis="estimated_from_10_day_windows", record=summer), summer)
    assert (mix.basis, mix.grade, mix.check) == (PLANTS, "B", "circular")
    assert mix.energy_gwh["coal"] == 1000.0
    assert mix.egrid_ratio == pytest.approx(498 / 500, abs=0.005)


@pytest.mark.parametrize(
    ("summer", "grade"),
    [({"coal": 3300.0, "wind": 3300.0}, "D"), ({"coal": 50.0, "hydro": 6500.0}, "C")],
    ids=["two fuels", "one fuel"],
)
def test_windows_are_taken_where_the_plants_are_others(
    summer: dict[str, float], grade: str
) -> None:
    """3.3 times the energy of the plants; one fuel alone is the same in every season."""
    rate = 500.0 if grade == "D" else 0.0
    record = ALL_FUELS | summer
    fact = fact_of(rec_basis="estimated_from_10_day_windows", record=record, rate=rate)
    mix = mix_of(fact, record)
    assert (mix.basis, mix.grade, mix.members_ratio) == (WINDOWS, grade, None)
    assert "3.3 times the energy" in mix.reason


@pytest.mark.parametrize(("rate", "grade"), [(500.0, "A"), (390.0, "D"), (400.0, "A")])
def test_a_record_far_from_egrids_rate_without_a_cause_is_not_comparable(
    rate: float, grade: str
) -> None:
    """498 is 1.25 of 400 and 1.28 of 390."""
    mix = mix_of(fact_of(rec_basis="eia930_hourly_2022", rate=rate), None)
    assert (mix.basis, mix.check, mix.grade) == (RECORD, "independent", grade)


def test_near_zero_a_few_kilograms_are_near() -> None:
    assert is_near(0.0, 14.9)
    assert not is_near(0.0, 15.1)


@pytest.mark.parametrize(
    ("summer", "reason"),
    [
        ({"coal": 600.0, "wind": 600.0}, "0.60 of its energy"),
        ({"coal": 200.0, "wind": 1800.0}, "40% of the energy in other fuels, wind most of it"),
    ],
)
def test_windows_that_contradict_the_plants_lower_the_grade(
    summer: dict[str, float], reason: str
) -> None:
    mix = mix_of(fact_of(), ALL_FUELS | summer)
    assert mix.grade == "C"
    assert reason in mix.reason


def test_fuels_whose_plants_are_gone_lower_the_grade() -> None:
    """100 MW make 876 GWh at most: 124 of 2,000 GWh, 6 %, are beyond that; with 110 MW 2 %."""
    assert "6% of its energy is coal" in mix_of(fact_of(coal_mw=100.0), None).reason
    assert mix_of(fact_of(coal_mw=110.0), None).grade == "B"


def test_plants_that_are_metered_elsewhere_are_moved_with_their_emissions() -> None:
    """PSCO: 1,000 GWh of coal at 1,067.16 and of wind; Comanche: 8,499.9 GWh at WACM's 1,041.1."""
    mix = mix_of(fact_of("PSCO", rate=533.58), None)
    assert mix.energy_gwh["coal"] == pytest.approx(9499.9)
    mine = 1067.16 * 9499.9 / 10499.9
    members = (533.58 * 2000 + 1041.1 * 8499.9) / 10499.9
    assert mix.members_ratio == pytest.approx(mine / members, abs=0.005)
    assert mix.egrid_ratio == pytest.approx(mine / 533.58, abs=0.005)
    assert mix.grade == "C"
    assert "Comanche" in mix.reason


def test_pumping_and_a_fuel_of_one_window_alone() -> None:
    """Below zero counts as nothing; a fuel that one window lacks has the mean of the other."""
    nothing = {fuel: [0.0, 0.0] for fuel in FUELS}
    bases = pd.DataFrame(
        {"ba": ["XX", "XX"], "basis": ["10-day window mean x 8.76"] * 2}
        | nothing
        | {"hydro": [-5.0, -3.0], "coal": [10.0, None]}
    )
    assert windows(bases) == {"XX": ALL_FUELS | {"coal": 10.0}}


def test_no_plants_are_moved_out_of_where_they_are_not() -> None:
    """Each is moved once, and to another authority than its code says."""
    assert len({move.plants for move in MOVES}) == len(MOVES)
    for move in MOVES:
        assert move.left in known_authorities()
        assert move.joined in {*known_authorities(), CLOSED} - {move.left}
        assert move.evidence


@pytest.mark.parametrize("authority", ACTIVE, ids=lambda a: a.ba_code)
def test_every_mix_is_near_egrids_rate_or_its_grade_says_why(authority: Authority) -> None:
    ratio, reason = authority.egrid_ratio, authority.mix_reason
    assert authority.mix_grade in ("A", "B", "C", "D")
    assert reason
    if authority.mix_grade in ("A", "B"):
        assert ratio is None or 0.75 <= ratio <= 1.25
    if authority.gen_basis == WINDOWS:
        assert authority.mix_grade in ("C", "D")
    assert (authority.mix_check == "circular") == (
        authority.gen_basis == PLANTS and authority.ba_code != "SIKE"
    )


@pytest.mark.real_data
def test_reference_mixes_are_within_25_percent_of_egrid_or_graded_lower(real_data: Path) -> None:
    """Straight from the facts, not by the tool: 1 % of a coal plant counts as near zero."""
    facts = pd.read_csv(real_data / "facts/balancing_authorities.csv").set_index("ba_code")
    rates = facts["co2_rate_direct_2019_kg_per_mwh_derived"]
    far = {}
    for authority in ACTIVE:
        rate = rates[authority.ba_code]
        mine = annual_intensity_kg_per_mwh(authority, FACTORS)
        if abs(mine - rate) > max(0.25 * rate, 10):
            far[authority.ba_code] = authority.mix_grade
    assert far == {
        "BANC": "C", "BPAT": "C", "CPLW": "D", "PGE": "C", "PSCO": "C", "SPA": "C", "WALC": "C",
    }  # fmt: skip
