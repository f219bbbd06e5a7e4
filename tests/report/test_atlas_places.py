"""What an atlas compares, in round numbers: totals per MW, ranks, sizes, other labels."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from dcsim.grid.authorities import known_authorities
from dcsim.report.atlas_map import atlas_map
from dcsim.report.atlas_places import Atlas, is_atlas, making_kg_per_mwh, registry_of
from dcsim.report.atlas_tables import apart_table, ranked_table
from dcsim.report.atlas_words import atlas_headline
from dcsim.report.batch import KEY, BatchFindings
from tests.report.atlas_findings import (
    HAND_AXES,
    HAND_SITE,
    YAML,
    case_rows,
    findings_of,
    hand_case,
    hand_findings,
    hand_plan,
    infeasible,
)


@pytest.fixture(scope="module")
def atlas() -> Atlas:
    return Atlas(hand_findings())


def test_places_are_ranked_by_total_per_mw_with_the_last_strategy(atlas: Atlas) -> None:
    """1,000 t, 2,000 + 1,000 t and 4,000 + 1,000 t over 10 MW."""
    assert list(atlas.places.index) == ["BPAT", "CISO", "ERCO"]
    assert list(atlas.places["rank"]) == [1, 2, 3]
    assert list(atlas.places["total_t_per_mw"]) == [100.0, 300.0, 500.0]
    assert list(atlas.places["wind_t_per_mw"]) == [0.0, 100.0, 0.0]
    assert list(atlas.places["operational_t_per_mw"]) == [100.0, 200.0, 400.0]


def test_savings_are_shares_of_doing_nothing(atlas: Atlas) -> None:
    """CISO saves 8,760 - 3,000 of 8,760; ERCO half; BPAT nothing."""
    saved = atlas.places["saved_frac"]
    np.testing.assert_allclose(saved[["CISO", "ERCO", "BPAT"]], [5760 / 8760, 0.5, 0.0])


def test_a_tonne_costs_what_the_plan_costs_more_over_what_it_saves(atlas: Atlas) -> None:
    """CISO pays 1 million USD for 5,760 t; ERCO earns half a million for 5,000 t."""
    usd = atlas.places["usd_per_t"]
    assert usd["CISO"] == pytest.approx(1e6 / 5760)
    assert usd["ERCO"] == pytest.approx(-100.0)
    assert math.isnan(usd["BPAT"])


def test_what_is_built_is_told_per_mw_and_by_what_it_could_generate(atlas: Atlas) -> None:
    """25 MW of wind at 0.4 make 10 MW, all of the load; 20 MW of solar at 0.25 make half of it."""
    rows = atlas.places
    assert rows["wind_per_mw"]["CISO"] == 2.5
    assert rows["battery_h"]["ERCO"] == 4.0
    assert math.isnan(rows["battery_h"]["CISO"])
    assert list(rows["own_frac"][["CISO", "ERCO", "BPAT"]]) == [1.0, 0.5, 0.0]
    assert list(rows["built"]) == ["Neither", "Mostly wind", "Mostly solar"]


def test_two_alike_are_told_apart_from_mostly_one() -> None:
    """Solar of 16 MW at 0.25 and wind of 10 MW at 0.4 could make 4 MW each."""
    both = hand_plan("all", 1, solar_mw=16.0, wind_mw=10.0)
    cases = [*hand_case("CISO", "main", hand_plan("nothing", 2), both),
             *hand_case("ERCO", "main", hand_plan("nothing", 3), both)]  # fmt: skip
    places = Atlas(findings_of(HAND_AXES, cases)).places
    assert set(places["built"]) == {"Both alike"}
    np.testing.assert_allclose(places["wind_share_frac"], 0.5)


def test_making_is_read_off_what_was_built(atlas: Atlas) -> None:
    """A thousand tonnes for 25 MW x 0.4 x 8,760 h of wind, and for 20 MW x 0.25 x 8,760 h."""
    assert making_kg_per_mwh(atlas, "wind") == pytest.approx(1e6 / 87_600)
    assert making_kg_per_mwh(atlas, "solar") == pytest.approx(1e6 / 43_800)
    none = Atlas(findings_of(HAND_AXES, hand_case("CISO", "main", hand_plan("nothing", 1))))
    assert making_kg_per_mwh(none, "wind") is None


def test_making_is_not_charged_to_what_exists() -> None:
    """A thousand tonnes for 25 - 15 MW of wind; where what exists varies, nobody knows."""
    existing = replace(hand_findings(), scenario_yaml=f"{YAML}wind: {{existing_mw: 15}}\n")
    assert making_kg_per_mwh(Atlas(existing), "wind") == pytest.approx(1e6 / (10 * 0.4 * 8760))
    assert making_kg_per_mwh(Atlas(existing), "solar") == pytest.approx(1e6 / 43_800)
    axes = {**existing.axes, "wind.existing_mw": ("15",)}
    plans = existing.plans.assign(**{"wind.existing_mw": "15"})
    assert making_kg_per_mwh(Atlas(replace(existing, axes=axes, plans=plans)), "wind") is None


def test_the_fullest_plan_is_one_that_keeps_the_limits() -> None:
    """Shifting cannot at CISO; at ERCO the battery, at BPAT shifting leaves less."""
    battery, why = hand_plan("renewables_battery", 5), "no feasible plan"
    shifting = {"CISO": infeasible(hand_plan("renewables_shifting"), why),
                "ERCO": hand_plan("renewables_shifting", 6),
                "BPAT": hand_plan("renewables_shifting", 4)}  # fmt: skip
    rows = [row for ba, plan in shifting.items()
            for row in hand_case(ba, "main", hand_plan("nothing", 9), hand_plan("renewables", 3),
                                 battery, plan)]  # fmt: skip
    places = Atlas(findings_of(HAND_AXES, rows)).places["strategy"]
    assert dict(places) == {"BPAT": "renewables_shifting", "CISO": "renewables_battery",
                            "ERCO": "renewables_battery"}  # fmt: skip


def test_places_are_told_apart_by_their_labels_not_by_their_grids() -> None:
    """Own files are all of `own`: none of three is left out, nor any of their plans or fronts."""
    labels = ("North", "South", "East")
    rows = [row for n, label in enumerate(labels)
            for row in case_rows(label, "own", {"ba": label}, HAND_SITE,
                                 [hand_plan("nothing", 9), hand_plan("renewables", 7 - n),
                                  hand_plan("all", 5 - n)])]  # fmt: skip
    atlas = Atlas(findings_of({"ba": labels}, rows))
    assert is_atlas(atlas.findings)
    assert list(atlas.places.index) == ["East", "South", "North"]
    assert list(atlas.places["name"]) == ["East", "South", "North"]
    assert list(atlas.options["renewables"]) == [0.5, 0.6, 0.7]


def test_an_atlas_that_would_leave_out_cases_is_none() -> None:
    findings = hand_findings()
    assert is_atlas(findings)
    plans = findings.plans
    nowhere = plans.assign(ba=plans["ba"].where(plans[KEY] != "BPAT/main", ""))
    assert not is_atlas(replace(findings, plans=nowhere))
    twice = plans.assign(ba=plans["ba"].replace("BPAT", "ERCO"))
    assert not is_atlas(replace(findings, plans=twice))
    assert not is_atlas(replace(findings, axes={**findings.axes, "view": ()}))
    failed = pd.DataFrame([{KEY: "x", "ba": "CISO", "view": "", "kind": "", "message": ""}])
    assert not is_atlas(replace(findings, failures=failed))


def test_options_are_every_strategy_of_every_ranked_place(atlas: Atlas) -> None:
    assert atlas.strategies == ["renewables", "all"]
    assert list(atlas.options.loc["CISO"]) == [876.0, 400.0, 300.0]


def test_a_strategy_that_keeps_the_limits_nowhere_is_no_option() -> None:
    """Its row comes last in a case, and is not taken for the plan."""
    why = infeasible(hand_plan("renewables_battery"), "no feasible plan")
    rows = hand_case("CISO", "main", hand_plan("nothing", 2), hand_plan("all", 1), why)
    atlas = Atlas(findings_of(HAND_AXES, rows))
    assert atlas.strategies == ["all"]
    assert list(atlas.places.index) == ["CISO"]
    assert atlas.without.empty


def test_other_labels_are_compared_place_by_place(atlas: Atlas) -> None:
    """Under the other view CISO emits 600 t per MW and comes last."""
    assert atlas.others == [("view", "other")]
    first, other = atlas.pairs("view", "other")
    assert list(first.index) == list(other.index) == ["BPAT", "CISO", "ERCO"]
    assert list(other["rank"]) == [1, 3, 2]


def test_ranks_are_among_the_places_both_have() -> None:
    plans = hand_findings().plans
    fewer = replace(hand_findings(), plans=plans[plans[KEY] != "BPAT/other"])
    first, other = Atlas(fewer).pairs("view", "other")
    assert list(first["rank"]) == [1, 2]
    assert list(other["rank"]) == [2, 1]


def test_places_without_a_plan_are_kept_apart() -> None:
    impossible = infeasible(hand_plan("all"), "strategy all has no feasible plan")
    rows = [*hand_case("CISO", "main", hand_plan("nothing", 2), impossible),
            *hand_case("BPAT", "other", hand_plan("nothing", 2), hand_plan("all", 1))]  # fmt: skip
    failed = {KEY: "x", "ba": "ERCO", "view": "main", "kind": "DataError", "message": "no hours"}
    elsewhere = {**failed, "ba": "BPAT", "view": "other"}
    atlas = Atlas(findings_of(HAND_AXES, rows, failures=[failed, elsewhere]))
    assert atlas.places.empty
    assert list(atlas.without.index) == ["CISO"]
    assert atlas.missing == ["ERCO", "BPAT"]
    assert atlas.failed == ["ERCO"]


def test_where_doing_nothing_leaves_load_unserved_nothing_is_said_to_be_saved() -> None:
    unserved = hand_plan("nothing", 5, unserved_mwh=100.0)
    rows = hand_case("CISO", "main", unserved, hand_plan("all", 1))
    place = Atlas(findings_of(HAND_AXES, rows)).places.loc["CISO"]
    assert math.isnan(place["saved_frac"])
    assert math.isnan(place["usd_per_t"])


def test_a_batch_that_found_nothing_has_an_atlas() -> None:
    atlas = Atlas(findings_of(HAND_AXES, []))
    assert atlas.places.empty
    assert atlas.hours == 0
    assert atlas.missing == ["CISO", "ERCO", "BPAT"]


def test_a_code_that_is_not_known_stands_for_itself() -> None:
    rows = registry_of(["BPAT", "XYZ"])
    assert rows["name"]["BPAT"] == "Bonneville Power Administration"
    assert list(rows.loc["XYZ"][["name", "region"]]) == ["XYZ", ""]
    assert pd.isna(rows["latitude"]["XYZ"])


def findings_with_a_mix_that_cannot_be_compared(*, is_modelled: bool) -> BatchFindings:
    """CPLW's reference year has a mix of grade D, BPAT's of C and CISO's of A."""
    axes = {"ba": ("CISO", "CPLW", "BPAT"), "view": ("main",)}
    rows = [
        row
        for ba, total_t in (("CISO", 300.0), ("CPLW", 200.0), ("BPAT", 500.0))
        for row in hand_case(
            ba, "main", hand_plan("nothing", 1000.0), hand_plan("all", total_t),
            is_modelled=is_modelled,
        )
    ]  # fmt: skip
    return findings_of(axes, rows)


def test_a_mix_that_cannot_be_compared_is_ranked_apart() -> None:
    atlas = Atlas(findings_with_a_mix_that_cannot_be_compared(is_modelled=True))
    assert list(atlas.places.index) == ["CISO", "BPAT"]
    assert list(atlas.places["rank"]) == [1, 2]
    assert list(atlas.places["mix_grade"]) == ["A", "C"]
    assert list(atlas.apart.index) == ["CPLW"]
    assert list(atlas.options.index) == ["CISO", "BPAT"]
    assert atlas.unranked == {}


def test_the_records_of_a_place_are_compared_whatever_its_reference_year_is() -> None:
    atlas = Atlas(findings_with_a_mix_that_cannot_be_compared(is_modelled=False))
    assert list(atlas.places.index) == ["CPLW", "CISO", "BPAT"]
    assert set(atlas.places["mix_grade"]) == {""}
    assert atlas.apart.empty


def test_what_is_apart_is_in_a_table_of_its_own_and_in_no_sentence_of_numbers() -> None:
    atlas = Atlas(findings_with_a_mix_that_cannot_be_compared(is_modelled=True))
    table = apart_table(atlas)
    assert table is not None
    (line,) = table.lines
    assert [entry.text for entry in line.entries][:4:3] == ["CPLW", "D"]
    assert line.id == "place-CPLW"
    assert known_authorities()["CPLW"].mix_reason in [entry.text for entry in line.entries]
    assert "place-CPLW" not in [line.id for line in ranked_table(atlas).lines]
    headline = atlas_headline(atlas)
    assert [text for text in headline if "CPLW" in text] == [headline[1]]
    assert "1 place" in headline[2]
    drawn = atlas_map(atlas)
    assert drawn is not None
    assert {disc.ba: disc.is_planned for disc in drawn.discs}["CPLW"] is False
    assert apart_table(Atlas(hand_findings())) is None
