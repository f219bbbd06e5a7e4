"""Axes, rows and filters become cases, each once and in order."""

from pathlib import Path

import pytest

from dcsim.batch.axes import active_authorities
from dcsim.batch.cases import Case, cases_of
from dcsim.batch.study import load_batch
from dcsim.errors import DataError, ScenarioError
from dcsim.report.atlas_places import Atlas
from dcsim.report.batch import TAKEN_NAMES
from dcsim.traces.frame import build_traces
from tests.batch.studies import SMALL, batch_of
from tests.conftest import scenario_of
from tests.report.atlas_findings import HAND_AXES, hand_findings

SETS = "{label: N, set: {seed: 2}}"


def cases(folder: Path, text: str, *, head: str = SMALL) -> tuple[Case, ...]:
    return cases_of(batch_of(folder, text, head=head))


def test_product_is_every_combination_in_order(tmp_path: Path) -> None:
    found = cases(tmp_path, "product: {ba: [CISO, erco], embodied: [low, high]}\n")
    assert [tuple(case.labels.values()) for case in found] == [
        ("CISO", "low"), ("CISO", "high"), ("ERCO", "low"), ("ERCO", "high"),
    ]  # fmt: skip
    assert [case.scenario.embodied.level for case in found] == ["low", "high", "low", "high"]
    assert found[0].name == "ba CISO, embodied low"


def test_ba_sets_grid_and_time_zone(tmp_path: Path) -> None:
    (case,) = cases(tmp_path, "product: {ba: [BPAT]}\n")
    assert case.scenario.grid.id == "BPAT:reference"
    assert case.scenario.datacenter.time_zone == "America/Los_Angeles"


def test_ba_replaces_a_grid_file_and_its_nameplates(tmp_path: Path) -> None:
    head = (
        "study: own\nscenario: {grid: {file: a.csv, wind_nameplate_mw: 5}, "
        "datacenter: {capacity_mw: 1}}\n"
    )
    (case,) = cases(tmp_path, "product: {ba: [BPAT]}\n", head=head)
    assert (case.scenario.grid.id, case.scenario.grid.file) == ("BPAT:reference", None)
    assert case.scenario.grid.wind_nameplate_mw is None


@pytest.mark.parametrize(
    "axes", ["ba: [BPAT], year: [2021, reference]", "year: [2021], ba: [BPAT]"]
)
def test_year_and_ba_meet_in_the_grid_whichever_is_first(tmp_path: Path, axes: str) -> None:
    first = cases(tmp_path, f"product: {{{axes}}}\n")[0]
    assert first.scenario.grid.id == "BPAT:2021"


def test_year_alone_keeps_the_authority(tmp_path: Path) -> None:
    (case,) = cases(tmp_path, "product: {year: [2022]}\n")
    assert case.scenario.grid.id == "ERCO:2022"


def test_year_of_a_file_is_refused(tmp_path: Path) -> None:
    head = "study: own\nscenario: {grid: {file: a.csv}, datacenter: {capacity_mw: 1}}\n"
    with pytest.raises(ScenarioError, match=r"case year 2022: year: the scenario's grid is a file"):
        cases(tmp_path, "product: {year: [2022]}\n", head=head)


def test_flexible_frac_scales_the_tiers(tmp_path: Path) -> None:
    """Shares of 0.1 and 0.3, scaled to sum to 0.8, are 0.2 and 0.6."""
    (case,) = cases(tmp_path, "product: {flexible_frac: [0.8]}\n")
    shares = [tier.share_frac for tier in case.scenario.datacenter.flexible]
    assert shares == pytest.approx([0.2, 0.6])


def test_deadline_strategy_chemistry_and_account(tmp_path: Path) -> None:
    text = "product: {deadline_h: [12], strategies: [all], chemistry: [nmc], account: [marginal]}\n"
    (case,) = cases(tmp_path, text)
    asked = case.scenario
    assert [tier.deadline_h for tier in asked.datacenter.flexible] == [12, 12]
    assert (asked.strategies, asked.battery.chemistry) == (("all",), "nmc")
    assert asked.grid.account == "marginal"


def test_any_key_is_an_axis_and_bundles_set_many(tmp_path: Path) -> None:
    text = (
        "product:\n  datacenter.capacity_mw: [10, 20]\n  limits.import_mw: [null]\n"
        "  site:\n    - plain\n    - {label: hot, set: {datacenter.pue: 1.5, seed: 3}}\n"
    )
    found = cases(tmp_path, text)
    assert [(c.scenario.datacenter.capacity_mw, c.scenario.datacenter.pue) for c in found] == [
        (10, 1.0), (10, 1.5), (20, 1.0), (20, 1.5),
    ]  # fmt: skip
    assert found[1].labels == {
        "datacenter.capacity_mw": "10", "limits.import_mw": "null", "site": "hot",
    }  # fmt: skip


def test_rows_may_lack_axes_use_bundles_by_label_and_double_nothing(tmp_path: Path) -> None:
    text = (
        "product: {ba: [CISO], cells: [plain, {label: N, set: {battery.chemistry: nmc}}]}\n"
        "list: [{ba: ciso, cells: plain}, {ba: ERCO, cells: N}, {seed: 4}]\n"
    )
    found = cases(tmp_path, text)
    assert [case.labels for case in found] == [
        {"ba": "CISO", "cells": "plain", "seed": ""},
        {"ba": "CISO", "cells": "N", "seed": ""},
        {"ba": "ERCO", "cells": "N", "seed": ""},
        {"ba": "", "cells": "", "seed": "4"},
    ]
    assert found[2].scenario.battery.chemistry == "nmc"
    assert found[3].scenario.seed == 4


def test_filters_keep_and_leave_out(tmp_path: Path) -> None:
    text = (
        "product: {ba: [CISO, ERCO, BPAT], embodied: [low, high]}\n"
        "only: [{ba: [CISO, ERCO]}]\nexclude: [{ba: CISO, embodied: high}]\n"
    )
    found = [tuple(case.labels.values()) for case in cases(tmp_path, text)]
    assert found == [("CISO", "low"), ("ERCO", "low"), ("ERCO", "high")]


def test_front_is_asked_where_it_says(tmp_path: Path) -> None:
    text = "product: {embodied: [low, high]}\nfront: {points: 4, where: {embodied: high}}\n"
    low, high = cases(tmp_path, text)
    assert low.front is None
    assert high.front is not None
    assert high.front.points == 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("product: {ba: [XYZ]}\n", r"study.yaml:11: ba: .*XYZ"),
        ("product: {ba: [3]}\n", r"case ba 3: ba: must be text, got 3"),
        ("product: {flexible_frac: [much]}\n", r"flexible_frac: must be a number, got 'much'"),
        ("product: {ba: [CISO, ciso]}\n", r"product.ba: CISO is given twice"),
        ("product: {seed: [0]}\nonly: [{sed: 0}]\n", r"study.yaml:12: there is no axis sed; there"),
        (
            "product: {seed: [0]}\nexclude: [{seed: 1}]\n",
            r":12: axis seed has no value 1; it has 0",
        ),
        ("product: {seed: [0]}\nfront: {where: {seed: 2}}\n", r":12: axis seed has no value 2"),
        ("product: {seed: [0]}\nexclude: [{seed: 0}]\n", r"no case is left.*loosen only and excl"),
        ("product: {strategy: [all]}\n", r"axis strategy: is no key .*mean strategies\?"),
        (
            f"product: {{region: [{SETS}]}}\n",
            r"axis region: the results have a column of that name",
        ),
        ("product: {chemestry: [nmc, lfp]}\n", r"axis chemestry: .*did you mean chemistry\?"),
        ("product: {xyz: [a]}\n", r"axis xyz: .*sets anything; give \{label"),
        (
            f"product: {{cells: [a, {SETS}]}}\nlist: [{{cells: M}}]\n",
            r":12: cells: there is no M; th",
        ),
        (
            f"product: {{cells: [{SETS}]}}\nlist: [{{cells: {{label: N, set: {{seed: 3}}}}}}]\n",
            r":12: cells: N stands for something else above",
        ),
        ("product: {seed: [0], cells: ['']}\n", r":11: cells: a value is empty"),
        ("product: {'': [0]}\n", r"an axis has no name|axis : is no key"),
        (
            f"product: {{ba: [{SETS}]}}\n",
            r":11: ba: N sets keys; give bundles an axis of their own",
        ),
        (f"product: {{year: [{SETS}]}}\n", r":11: year: N sets keys"),
        ("", r"no case is left; give product or list"),
        ("product: {seed: [-1]}\n", r"case seed -1: seed: must be 0 or more, got -1"),
        ("product: {grid.acount: [mean]}\n", r"grid.acount: is not a known key; did you mean acco"),
    ],
)
def test_mistake_names_the_case_or_the_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        cases(tmp_path, text)


def test_grids_of_years_are_not_passed_over_in_silence(tmp_path: Path) -> None:
    """A year's own grid wins over the scenario's, so an axis of places would change nothing."""
    years = "  years: [{name: a, grid: 'ERCO:reference'}, {name: b}]\n"
    for axis in ("ba: [CISO]", "year: [2022]"):
        with pytest.raises(ScenarioError, match="the base scenario's years have grids of their"):
            cases(tmp_path, f"product: {{{axis}}}\n", head=SMALL + years)


def test_year_before_ba_does_for_a_grid_file(tmp_path: Path) -> None:
    head = "study: own\nscenario: {grid: {file: a.csv}, datacenter: {capacity_mw: 1}}\n"
    (case,) = cases(tmp_path, "product: {year: [2022], ba: [CISO]}\n", head=head)
    assert case.scenario.grid.id == "CISO:2022"


def test_one_case_leaves_the_bundles_of_others_as_they_are(tmp_path: Path) -> None:
    """The tiers of a bundle, scaled in one case to 0.2 and in the next to 0.4."""
    tiers = "[{name: a, share_frac: 0.5, deadline_h: 3}]"
    text = (
        f"product:\n  work: [{{label: t, set: {{datacenter.flexible: {tiers}}}}}]\n"
        "  flexible_frac: [0.2, 0.4]\n  deadline_h: [1, 2]\n"
    )
    found = [case.scenario.datacenter.flexible[0] for case in cases(tmp_path, text)]
    assert [(tier.share_frac, tier.deadline_h) for tier in found] == [
        (0.2, 1), (0.2, 2), (0.4, 1), (0.4, 2),
    ]  # fmt: skip


def test_every_column_of_the_report_is_taken() -> None:
    atlas = Atlas(hand_findings())
    assert {*atlas.cases.columns, *atlas.places.columns} - {*HAND_AXES} <= TAKEN_NAMES


def test_tiers_are_needed_to_vary_them(tmp_path: Path) -> None:
    head = "study: s\nscenario: {grid: {id: ERCO:reference}, datacenter: {capacity_mw: 1}}\n"
    with pytest.raises(ScenarioError, match="the base scenario has no tiers"):
        cases(tmp_path, "product: {deadline_h: [3]}\n", head=head)
    none = head.replace("capacity_mw: 1}", "capacity_mw: 1, flexible: "
                        "[{name: a, share_frac: 0, deadline_h: 1}]}")  # fmt: skip
    with pytest.raises(ScenarioError, match="the tiers' shares sum to 0"):
        cases(tmp_path, "product: {flexible_frac: [0.3]}\n", head=none)


def test_atlas_asks_for_every_active_authority_that_generates() -> None:
    """62 are active; HST generates nothing. Each is seen in four ways, and has one front.

    Of 11 that burn nothing there is no marginal estimate, so 61 x 4 - 11 cases.
    """
    found = cases_of(load_batch("us-atlas"))
    assert len(found) == 234
    assert sum(case.front is not None for case in found) == 61
    assert len({case.labels["ba"] for case in found}) == 61


def test_atlas_leaves_out_only_what_has_no_marginal_estimate() -> None:
    cases = cases_of(load_batch("us-atlas"))
    seen = {one.labels["ba"] for one in cases if one.labels["view"] == "marginal intensity"}
    for code in {*active_authorities()} - {*seen, "HST"}:
        grid = {"id": f"{code}:reference", "account": "marginal"}
        with pytest.raises(DataError, match="a marginal intensity needs hourly changes"):
            build_traces(scenario_of(grid=grid, horizon={"hours": 8760}))
