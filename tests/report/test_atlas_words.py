"""The sentences of an atlas say what its numbers say."""

from dataclasses import replace

import pandas as pd
import pytest

from dcsim.report.atlas_places import Atlas
from dcsim.report.atlas_why import correlations_in_words, why_here
from dcsim.report.atlas_words import atlas_headline, named, trouble
from dcsim.report.batch import KEY, BatchFindings
from tests.report.atlas_findings import (
    HAND_AXES,
    atlas_findings,
    findings_of,
    hand_case,
    hand_findings,
    hand_plan,
    infeasible,
)


def headline(findings: BatchFindings) -> str:
    return "\n".join(atlas_headline(Atlas(findings))).replace("\u00a0", " ")


def with_plans(plans: pd.DataFrame) -> BatchFindings:
    return replace(hand_findings(), plans=plans)


def test_headline_names_best_worst_and_median() -> None:
    assert (
        "Of all 3 places planned, BPAT (Bonneville Power Administration) emits least with its "
        "plan, 100, and ERCO (Electric Reliability Council of Texas, Inc.) most, 500 t CO₂e a year "
        "per MW of mean load, making included; the median is 300."
    ) in headline(hand_findings())


def test_headline_of_a_single_plan_compares_nothing() -> None:
    plans = hand_findings().plans
    text = headline(with_plans(plans[plans["ba_code"] == "CISO"]))
    assert text.startswith(
        "Of 3 places one has a plan so far: CISO (California Independent System Operator) emits "
        "300 t CO₂e a year per MW of mean load, making included."
    )
    assert "times what the best does" not in text


def test_headline_tells_what_planning_saves() -> None:
    """0 % at BPAT, half at ERCO, 5,760 of 8,760 at CISO; 10,000 over 1,000 t, and 500 over 100."""
    text = headline(hand_findings())
    assert "Planning saves 50.0 % of the carbon of doing nothing at the median" in text
    assert "from 0.0 % at BPAT to 65.8 % at CISO." in text
    assert "emits 10 times what the best does; with the plans, 5.0 times." in text


def test_headline_tells_what_is_built_and_what_it_costs() -> None:
    """A battery of 20 MWh over 10 MW; CISO pays 174 USD a tonne, ERCO earns 100: median 36.8."""
    text = headline(hand_findings())
    assert (
        "Plans build mostly wind in 1 place, mostly solar in 1 place and neither in 1 place; a "
        "battery in 1 (at the median 2.0 MWh per MW, 4.0 hours); nowhere servers beyond the peak."
    ) in text
    assert "a tonne saved costs 36.8 USD at the median, from −100 at ERCO to 174 at CISO." in text
    assert "In 1 place the plan costs less than doing nothing." in text


def test_headline_tells_where_there_is_no_wind_to_go_by() -> None:
    plans = hand_findings().plans
    plans.loc[plans["ba_code"] != "CISO", "wind_cf"] = 0.0
    plans.loc[plans["ba_code"] == "BPAT", "solar_cf"] = 0.0
    assert (
        "Take care: the grids' data has no wind in 2 places and no solar in 1 place, neither in 1 "
        "of them (BPAT)."
    ) in headline(with_plans(plans))
    assert "Take care" not in headline(hand_findings())


def test_headline_and_why_tell_whose_wind_stands_for_none() -> None:
    plans = hand_findings().plans
    plans.loc[plans["ba_code"] == "ERCO", "wind_from"] = "TVA:reference"
    plans.loc[plans["ba_code"] == "BPAT", "wind_from"] = "site.epw"
    found = with_plans(plans)
    assert "stands for wind in 1 place, far away at times" in headline(found)
    assert "For want of a fleet here, wind is that of TVA." in why_here(Atlas(found), "ERCO")
    assert "For want" not in why_here(Atlas(found), "BPAT")
    assert "For want" not in headline(hand_findings())


def test_headline_tells_under_which_label_the_ranking_holds_least() -> None:
    """Ranks 1, 2, 3 become 1, 3, 2: rho = 1 - 6 (0 + 1 + 1) / (3 x 8) = 0.5."""
    assert (
        "the ranking does not hold: it agrees least under “other” (view), with a rank correlation "
        "of 0.50 over 3 places."
    ) in headline(hand_findings())


def test_headline_compares_battery_and_shifting() -> None:
    """Renewables leave 100 t; a battery takes off 20 at one, shifting 10 and 0.5 at the others."""

    def case(ba: str, battery: float, shifting: float) -> list[dict[str, object]]:
        plans = {"nothing": 200, "renewables": 100, "renewables_battery": battery,
                 "renewables_shifting": shifting, "all": 70}  # fmt: skip
        return hand_case(ba, "main", *(hand_plan(name, t) for name, t in plans.items()))

    rows = [*case("CISO", 80, 100), *case("ERCO", 100, 90), *case("BPAT", 100, 99.5)]
    text = headline(findings_of(HAND_AXES, rows))
    assert "a battery takes off a further 0.0 % at the median (most at CISO, 20.0 %)" in text
    assert "shifting work in time takes off a further 0.5 % at the median (most at ERCO" in text
    assert (
        "Of the two alone, a battery does more in 1 place (CISO), shifting does more in 1 place "
        "(ERCO) and they are within 1 % of each other in 1 place (BPAT)."
    ) in text


def test_an_option_that_does_next_to_nothing_is_said_to() -> None:
    rows = hand_case("CISO", "main", hand_plan("nothing", 200), hand_plan("renewables", 100),
                     hand_plan("renewables_battery", 99.9))  # fmt: skip
    assert "a battery takes off less than 1 % anywhere." in headline(findings_of(HAND_AXES, rows))


def test_plans_that_are_not_proved_are_named() -> None:
    plans = hand_findings().plans
    plans.loc[(plans[KEY] == "ERCO/main") & (plans["strategy"] == "all"), "is_optimal"] = False
    plans.loc[(plans[KEY] == "ERCO/main") & (plans["strategy"] == "all"), "gap_frac"] = 0.02
    assert (
        "Time ran out before the plans of ERCO were proved to be the best: another may be better "
        "by up to 2.00 %."
    ) in headline(with_plans(plans))
    plans = hand_findings().plans
    plans.loc[plans["strategy"] == "all", "replay_difference_frac"] = -2e-12
    assert headline(with_plans(plans)).endswith(
        "Every plan is proved to be the best of its kind to within 0. Replayed hour by hour in the "
        "simulator, totals differ from the plans' by at most 2.0 × 10⁻¹²."
    )
    assert headline(hand_findings()).endswith("in the simulator, all come out as planned.")
    unknown = plans.assign(replay_difference_frac=float("nan"))
    assert headline(with_plans(unknown)).endswith("of its kind to within 0.")


def test_a_replay_of_another_plan_than_the_one_shown_is_said_to_be() -> None:
    """At CISO renewables alone were replayed; of BPAT no replay is known."""
    plans = hand_findings().plans
    plans.loc[plans[KEY].isin(["CISO/main", "BPAT/main"]), "replay_difference_frac"] = float("nan")
    is_other = (plans[KEY] == "CISO/main") & (plans["strategy"] == "renewables")
    plans.loc[is_other, "replay_difference_frac"] = 3e-12
    assert headline(with_plans(plans)).endswith(
        "Replayed hour by hour in the simulator, totals differ from the plans' by at most 3.0 × "
        "10⁻¹². In 1 place the plan replayed is not the one shown but that of the strategy listed "
        "last. Of 1 place no replay is known."
    )


def test_headline_tells_where_places_share_a_weather_file() -> None:
    """One file at two places tells them not apart; a grid's own file is no weather."""
    plans = hand_findings().plans
    plans.loc[plans["ba_code"] != "CISO", "solar_from"] = "site.epw"
    plans.loc[plans["ba_code"] == "CISO", ["solar_from", "origin"]] = "grid.csv"
    assert (
        "Take care: plans have the sun of site.epw in 2 places, one weather file for all of them"
    ) in headline(with_plans(plans))
    plans.loc[plans["ba_code"] == "ERCO", "solar_from"] = "other.epw"
    assert "weather file" not in headline(with_plans(plans))


def test_places_that_vary_in_fairness_are_not_set_against_each_other() -> None:
    plans = hand_findings().plans
    is_lost = (plans["ba_code"] == "ERCO") & (plans["strategy"] == "nothing")
    plans.loc[is_lost, "unserved_mwh"] = 50.0
    assert "times what the best does" not in headline(with_plans(plans))


def test_doing_nothing_that_leaves_load_unserved_is_no_measure() -> None:
    plans = hand_findings().plans
    plans.loc[plans["strategy"] == "nothing", "unserved_mwh"] = 50.0
    text = headline(with_plans(plans))
    assert "Doing nothing is no measure here: it leaves load unserved or emits nothing." in text
    assert "a tonne saved" not in text


def test_without_any_plan_the_headline_says_so() -> None:
    assert headline(findings_of(HAND_AXES, [])) == "No place has a plan."


def test_trouble_is_told_of_every_place_and_case() -> None:
    impossible = infeasible(hand_plan("all"), "strategy all has no feasible plan")
    rows = [*hand_case("CISO", "main", hand_plan("nothing", 2), impossible),
            *hand_case("CISO", "other", hand_plan("nothing", 2), hand_plan("all", 1))]  # fmt: skip
    failed = {KEY: "x", "ba": "ERCO", "view": "main", "kind": "DataError", "message": "no hours"}
    elsewhere = {**failed, "ba": "BPAT", "view": "other"}
    told = trouble(Atlas(findings_of(HAND_AXES, rows, failures=[failed, elsewhere], cases=6)))
    assert told == [
        "Without a plan, so not ranked: CISO (cannot keep the limits); ERCO (failed); BPAT (not "
        "done yet).",
        "A further 1 of 6 cases failed (BPAT).",
        "2 of 6 cases are done: this page is of a batch under way, and its ranking may change.",
        "The table “What did not work” has the reasons.",
    ]


def test_a_place_that_fails_under_several_labels_is_named_for_each() -> None:
    plans = hand_plan("nothing", 2), hand_plan("all", 1)
    rows = [row for ba in ("CISO", "BPAT") for view in HAND_AXES["view"]
            for row in hand_case(ba, view, *plans)]  # fmt: skip
    failed = [{KEY: view, "ba": "ERCO", "view": view, "kind": "DataError", "message": "no hours"}
              for view in HAND_AXES["view"]]  # fmt: skip
    told = trouble(Atlas(findings_of(HAND_AXES, rows, failures=failed)))
    assert told[:2] == [
        "Without a plan, so not ranked: ERCO (failed).",
        "A further 1 of 6 cases failed (ERCO).",
    ]


def test_a_place_not_asked_for_is_told_from_one_not_done() -> None:
    rows = hand_case("CISO", "main", hand_plan("nothing", 2), hand_plan("all", 1))
    (told,) = trouble(Atlas(findings_of(HAND_AXES, rows)))
    assert told.endswith("ERCO and BPAT (not asked for under the first labels).")


def test_without_trouble_nothing_is_told() -> None:
    assert trouble(Atlas(hand_findings())) == []


def test_long_lists_of_places_are_counted() -> None:
    codes = [f"P{n}" for n in range(14)]
    assert named(codes).endswith("P11 and 2 more")
    assert named(codes[:2]) == "P0 and P1"


def test_why_is_made_from_the_numbers() -> None:
    """Wind takes 1,000 t over 87,600 MWh to make, 11.4 kg/MWh; solar 22.8; the grid carries 100."""
    text = why_here(Atlas(hand_findings()), "CISO").replace("\u00a0", " ")
    assert text == (
        "One more MWh of wind (11.4 kg to make) pays if 11 % of it replaces grid power and solar "
        "(22.8 kg to make) pays if 23 % of it replaces grid power. What is built could generate "
        "100 % of the load, and 50 % of that is used. No battery and no extra servers."
    )
    assert "Neither is built." in why_here(Atlas(hand_findings()), "BPAT")
    assert "No extra servers." in why_here(Atlas(hand_findings()), "ERCO")


def test_what_never_pays_at_the_mean_is_said_to() -> None:
    plans = hand_findings().plans
    plans["intensity_kg_per_mwh"] = 15.0
    text = why_here(Atlas(with_plans(plans)), "CISO")
    assert "solar (22.8 kg to make) at no time." in text


def test_where_neither_is_there_the_reason_is_told_once() -> None:
    plans = hand_findings().plans.assign(wind_cf=0.0, solar_cf=0.0)
    assert why_here(Atlas(with_plans(plans)), "BPAT") == (
        "The grid's data has no wind and no solar, so none can be built. No battery and no extra "
        "servers."
    )


def test_a_grid_without_carbon_is_no_reason_to_build() -> None:
    plans = hand_findings().plans.assign(intensity_kg_per_mwh=0.0)
    assert "of wind (11.4 kg to make) at no time" in why_here(Atlas(with_plans(plans)), "CISO")
    plans.loc[plans[KEY] == "BPAT/main", "total_kg"] = 0.0
    assert "times what the best does" not in headline(with_plans(plans))


def test_what_is_not_there_is_not_said_to_pay() -> None:
    text = why_here(Atlas(with_plans(hand_findings().plans.assign(wind_cf=0.0))), "ERCO")
    assert "One more MWh of solar (22.8 kg to make) pays" in text
    assert "The grid's data has no wind, so none can be built." in text


def test_places_stand_out_by_extremes() -> None:
    atlas = Atlas(atlas_findings())
    highest = atlas.places["intensity_kg_per_mwh"].idxmax()
    assert "highest grid intensity" in why_here(atlas, highest).split("Stands out: ")[1]
    told = [why_here(atlas, ba) for ba in atlas.places.index]
    assert sum("highest wind yield" in text for text in told) == 3
    assert sum("third lowest calm-week output" in text for text in told) == 1


def test_what_goes_together_is_told_with_its_correlation() -> None:
    """In the made-up atlas the battery is in proportion to the calm week."""
    (text,) = correlations_in_words(Atlas(atlas_findings()))
    assert "more battery with a higher calm-week output (ρ = +1.00, n = 58)" in text
    assert "a larger saved share with a higher grid intensity" in text
    assert correlations_in_words(Atlas(hand_findings())) == []


def test_where_nothing_goes_together_it_is_said() -> None:
    findings = atlas_findings()
    same = findings.plans.assign(
        intensity_kg_per_mwh=1.0, intensity_daily_swing_frac=1.0, solar_cf=1.0, wind_cf=1.0,
        calm_week_frac=1.0,
    )  # fmt: skip
    (text,) = correlations_in_words(Atlas(replace(findings, plans=same)))
    assert text == "No rank correlation is as strong as 0.5: no one thing decides."


@pytest.mark.parametrize("hours", [48, 8760])
def test_totals_are_called_by_their_horizon(hours: int) -> None:
    plans = hand_findings().plans.assign(hours=hours)
    unit = "t CO₂e a year per MW" if hours == 8760 else "t CO₂e in 48 hours per MW"
    assert unit in headline(with_plans(plans))
