"""The page of a batch, as it is written and as people use it in a browser."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page as OpenPage

from dcsim.errors import OutputError
from dcsim.report.batch import KEY
from dcsim.report.batch_page import (
    batch_figures,
    modelled_notice,
    warnings_table,
    write_batch_report,
)
from tests.browser import Opened, opened
from tests.report.atlas_findings import (
    HAND_AXES,
    HAND_SITE,
    YAML,
    atlas_findings,
    case_rows,
    findings_of,
    hand_case,
    hand_findings,
    hand_plan,
)
from tests.report.page import Page

EVIL = "<script>alert(1)</script>"
A4_TEXT_PX = 695
"""Width of an A4 page less its margins of 13 mm, at 96 pixels an inch: (210 - 26) / 25.4 x 96."""


@pytest.fixture(scope="module")
def atlas_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of all active authorities under four views."""
    folder = tmp_path_factory.mktemp("atlas")
    write_batch_report(atlas_findings(), folder)
    return folder


@pytest.fixture(scope="module")
def html(atlas_folder: Path) -> str:
    return (atlas_folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture
def atlas(atlas_folder: Path) -> Iterator[Opened]:
    with opened(atlas_folder / "report.html") as seen:
        yield seen
        assert seen.console == []
        assert seen.foreign_requests == []


def written(folder: Path, findings: object) -> str:
    write_batch_report(findings, folder)  # type: ignore[arg-type]
    return (folder / "report.html").read_text(encoding="utf-8")


def column(page: OpenPage, table: str, number: int) -> list[str]:
    """The texts of a column, in the order of the rows that are shown."""
    rows = page.locator(f"#{table} tbody tr:visible")
    return [row.split("\t")[number].strip() for row in rows.all_inner_texts()]


def numbers(texts: list[str]) -> list[float]:
    return [float(text.replace(",", "")) for text in texts if text != "–"]


def fill(page: OpenPage, ba: str) -> str:
    return str(page.eval_on_selector(f"#map-{ba} circle", "e => getComputedStyle(e).fill"))


def test_page_is_whole_and_needs_nothing_from_outside(html: str) -> None:
    page = Page(html)
    assert page.open == []
    assert not re.search(r"https?://|url\(|@import|<link|<iframe| src=\"(?!data:)", html)
    assert len(html) < 4e6
    images = [attributes for tag, attributes in page.tags if tag == "img"]
    assert len(images) == 6
    assert all(len(str(image["alt"])) > 40 for image in images)
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(page.headings, page.headings[1:], strict=False))
    assert not re.search(r"\bnan\b|\binf\b|None", re.sub(r"base64,[^\"]*", "", html))
    ids = [str(attributes["id"]) for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_every_place_is_in_the_ranking(html: str) -> None:
    rows = Page(html).tables["table-ranked"][1:]
    assert set(re.findall(r'<tr id="place-(\w+)">', html)) == set(atlas_findings().axes["ba"])
    assert [row[0] for row in rows[:3]] == ["1", "2", "3"]
    assert [row[2] for row in rows[-2:]] == ["No plan: cannot keep the limits", "No plan: failed"]


def test_modelled_grids_are_said_to_be(html: str) -> None:
    assert "Reference years (modelled): the hours of all grids are not a record" in html
    assert modelled_notice(hand_findings()) == ""
    plans = hand_findings().plans
    plans.loc[plans["origin"] == "ERCO:2022", "is_modelled"] = True
    some = modelled_notice(replace(hand_findings(), plans=plans))
    assert "the hours of 1 of 3 grids are not a record" in some


def test_warnings_of_each_grid_are_listed_once() -> None:
    assert warnings_table(hand_findings()) is None
    plans = hand_findings().plans
    plans.loc[plans["origin"] == "CISO:2022", "warnings"] = "Filled for weeks."
    table = warnings_table(replace(hand_findings(), plans=plans))
    assert table is not None
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["CISO:2022", "Filled for weeks."]
    ]


def test_figures_are_written_too(atlas_folder: Path) -> None:
    names = {path.name for path in (atlas_folder / "figures").iterdir()}
    figures = ("best_and_worst", "before_and_after", "goes_with", "options", "carbon_fronts",
               "ranks", "map_total", "map_saved", "map_built", "map_grid")  # fmt: skip
    assert names == {f"{name}.{kind}" for name in figures for kind in ("png", "svg")}


def test_figures_can_be_had_without_a_page() -> None:
    findings = hand_findings()
    assert "map_total" in batch_figures(findings)
    assert batch_figures(replace(findings, plans=findings.plans.iloc[:0])) == {}
    one_place = replace(findings, axes={"ba": ("CISO",)})
    assert list(batch_figures(one_place)) == ["cases"]


def test_same_findings_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_batch_report(hand_findings(), tmp_path / name)
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*.*"))
    assert len(files) == 19
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_names_and_labels_do_no_harm(tmp_path: Path) -> None:
    """As text they are shown, as script they are never run."""
    site = {**HAND_SITE, "origin": EVIL}
    axes = {"ba": ("CISO", "ERCO"), EVIL: (f"a{EVIL}", "$x$ & --></script>")}
    rows = [row for n, ba in enumerate(axes["ba"]) for m, label in enumerate(axes[EVIL])
            for row in case_rows(f"{n}{m}", ba, {"ba": ba, EVIL: label}, site,
                                 [hand_plan("nothing", 9), hand_plan("all", 5 - m)])]  # fmt: skip
    failed = {KEY: "f", "ba": "CISO", EVIL: EVIL, "kind": EVIL, "message": "</p><img src=x>"}
    said = {"name": EVIL, "description": f"{EVIL}<b>", "versions": {EVIL: EVIL},
            "scenario_yaml": f"{YAML}description: '{EVIL}'"}  # fmt: skip
    found = findings_of(axes, rows, failures=[failed], **said)
    text = written(tmp_path, found)
    assert text.count("<script>") == 1
    with opened(tmp_path / "report.html") as seen:
        dialogs: list[str] = []
        seen.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
        seen.page.reload()
        seen.page.locator("#map-CISO").click()
        assert seen.page.locator("script").count() == 1
        assert seen.page.locator("h1").inner_text() == EVIL
        assert seen.page.locator("main b, img[src=x]").count() == 0
        assert dialogs == []
        assert seen.console == []


def test_a_click_on_a_head_sorts_by_its_numbers(atlas: Opened) -> None:
    """Doing nothing goes from 263 to 9,023: as text, 1,301 would come before 263."""
    head = atlas.page.locator("#table-ranked th", has_text="Doing nothing")
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    first = numbers(column(atlas.page, "table-ranked", 5))
    assert first == sorted(first)
    assert len(first) == 58
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    second = numbers(column(atlas.page, "table-ranked", 5))
    assert second == sorted(first, reverse=True)
    assert column(atlas.page, "table-ranked", 5)[-2:] == ["–", "–"]


def test_keys_sort_too(atlas: Opened) -> None:
    atlas.page.locator("#table-ranked th", has_text="Rank").locator("button").focus()
    atlas.page.keyboard.press("Tab")
    atlas.page.keyboard.press("Enter")
    codes = column(atlas.page, "table-ranked", 1)
    assert codes == sorted(codes)
    sorted_heads = atlas.page.locator("#table-ranked th[aria-sort]")
    assert sorted_heads.count() == 1
    atlas.page.keyboard.press("Space")
    assert column(atlas.page, "table-ranked", 1) == codes[::-1]


def test_a_layer_changes_colors_and_key(atlas: Opened) -> None:
    assert atlas.page.locator(".key:visible").count() == 1
    colors = {fill(atlas.page, "ERCO")}
    for layer in ("saved", "built", "grid"):
        atlas.page.locator(f"#layer-{layer}").check()
        colors.add(fill(atlas.page, "ERCO"))
        assert atlas.page.locator(".key:visible").get_attribute("class") == f"key key-{layer}"
    assert len(colors) == 4
    atlas.page.keyboard.press("ArrowLeft")
    assert atlas.page.locator("#layer-built").is_checked()
    assert fill(atlas.page, "ERCO") == "rgb(86, 180, 233)"


def test_a_disc_leads_to_its_row_and_marks_it(atlas: Opened) -> None:
    atlas.page.locator("#filter").fill("Bonneville")
    assert column(atlas.page, "table-ranked", 1) == ["BPAT"]
    atlas.page.locator("#map-ERCO").click()
    row = atlas.page.locator("#place-ERCO")
    assert row.is_visible()
    assert "marked" in str(row.get_attribute("class"))
    assert atlas.page.locator("tr.marked").count() == 1
    assert row.evaluate("e => getComputedStyle(e.cells[4]).backgroundColor") == "rgb(255, 240, 168)"
    head = atlas.page.locator("#table-ranked thead").bounding_box()
    place = row.bounding_box()
    assert head is not None
    assert place is not None
    assert head["height"] < 110
    assert head["y"] + head["height"] <= place["y"] < 900 - place["height"]
    assert atlas.page.locator(".told").inner_text().startswith("ERCO (Electric Reliability")


def test_a_row_marks_its_disc(atlas: Opened) -> None:
    atlas.page.locator("#place-PJM td").nth(2).click()
    assert "marked" in str(atlas.page.locator("#map-PJM").get_attribute("class"))
    atlas.page.locator("#place-MISO").hover()
    assert "lit" in str(atlas.page.locator("#map-MISO").get_attribute("class"))
    atlas.page.locator("#place-MISO a").click()
    assert atlas.page.evaluate("location.hash") == "#map-MISO"


def test_keys_reach_discs(atlas: Opened) -> None:
    atlas.page.locator("#map-CISO").focus()
    assert atlas.page.locator(".told").inner_text().startswith("CISO (California")
    atlas.page.keyboard.press("Enter")
    assert "marked" in str(atlas.page.locator("#place-CISO").get_attribute("class"))


def test_without_script_map_layers_links_and_table_are_there(atlas_folder: Path) -> None:
    with opened(atlas_folder / "report.html", has_script=False) as seen:
        page = seen.page
        assert page.locator("#table-ranked tbody tr").count() == 60
        assert page.locator("#table-apart tbody tr").count() == 2
        assert page.locator("#table-ranked button").count() == 0
        assert not page.locator(".filter").is_visible()
        assert page.locator(".disc").count() == 62
        page.locator("#layer-built").check()
        assert page.locator(".key:visible").get_attribute("class") == "key key-built"
        page.locator("#map-ERCO").click()
        assert page.url.endswith("#place-ERCO")
        assert page.locator("tr:target").get_attribute("id") == "place-ERCO"


def test_nothing_spills_over_the_side(atlas: Opened) -> None:
    for width in (1280, 1245, 1190, 820, 390):
        atlas.page.set_viewport_size({"width": width, "height": 800})
        assert atlas.page.evaluate("document.documentElement.scrollWidth") == width


def test_print_cuts_no_table_off(atlas_folder: Path) -> None:
    with opened(atlas_folder / "report.html", width=A4_TEXT_PX) as seen:
        seen.page.emulate_media(media="print")
        tables = seen.page.eval_on_selector_all(
            "table, .atlas-map svg, figure img, pre",
            "all => all.map(e => [e.id || e.tagName, e.getBoundingClientRect().right,"
            " e.parentElement.scrollWidth - e.parentElement.clientWidth])",
        )
        assert len(tables) > 12
        for name, right, hidden in tables:
            assert right <= A4_TEXT_PX + 1, name
            assert hidden <= 1, name
        assert not seen.page.locator(".filter, .layers, nav").first.is_visible()
        pdf = seen.page.pdf(prefer_css_page_size=True)
    assert 8 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 20


def test_a_single_place_has_a_plainer_page(tmp_path: Path) -> None:
    axes = {"ba": ("CISO",), "flexible_frac": ("0", "0.2", "0.4")}
    rows = [row for n, label in enumerate(axes["flexible_frac"])
            for row in case_rows(label, "CISO", {"ba": "CISO", "flexible_frac": label}, HAND_SITE,
                                 [hand_plan("nothing", 9), hand_plan("all", 5 - n)])]  # fmt: skip
    failed = {KEY: "f", "ba": "CISO", "flexible_frac": "0.4", "kind": "SolveError", "message": "no"}
    html = written(tmp_path, findings_of(axes, rows, failures=[failed], cases=5))
    page = Page(html)
    assert [row[:3] for row in page.tables["table-cases"][1:]] == [
        ["1", "CISO", "0"], ["2", "CISO", "0.2"], ["3", "CISO", "0.4"],
    ]  # fmt: skip
    assert "Of 3 cases with a plan, flexible_frac 0.4 emits least, 0.300, and flexible_frac 0" in (
        page.words
    )
    assert "1 of 5 cases failed." in page.words
    assert "1 of 5 cases not done yet." in page.words
    assert page.rows("trouble")["CISO"] == ["0.4", "all", "SolveError: no"]
    assert "table-ranked" not in page.tables
    with opened(tmp_path / "report.html") as seen:
        seen.page.locator("#table-cases th", has_text="With the plan").locator("button").click()
        assert column(seen.page, "table-cases", 2) == ["0.4", "0.2", "0"]
        assert seen.console == []


def test_a_batch_without_axes_shows_its_case(tmp_path: Path) -> None:
    rows = case_rows("k", "CISO", {}, HAND_SITE, [hand_plan("nothing", 9), hand_plan("all", 5)])
    assert "CISO emits least" in Page(written(tmp_path, findings_of({}, rows))).words


def test_a_batch_in_which_nothing_worked_says_so(tmp_path: Path) -> None:
    failed = [{KEY: ba, "ba": ba, "view": "main", "kind": "DataError", "message": "no hours"}
              for ba in HAND_AXES["ba"]]  # fmt: skip
    page = Page(written(tmp_path, findings_of(HAND_AXES, [], failures=failed)))
    assert "No place has a plan." in page.words
    assert "not ranked: CISO, ERCO and BPAT (failed)" in page.words
    assert list(page.rows("trouble"))[1:] == ["CISO", "ERCO", "BPAT"]
    one = {"ba": ("CISO",)}
    lost = [{KEY: "x", "ba": "CISO", "kind": "DataError", "message": "no hours"}]
    plain = Page(written(tmp_path, findings_of(one, [], failures=lost)))
    assert "No case has a plan." in plain.words


@pytest.mark.parametrize("places", [1, 2, 3])
def test_a_page_may_rank_few_places(tmp_path: Path, places: int) -> None:
    """The others failed, or are not done yet."""
    found = hand_findings()
    ranked = HAND_AXES["ba"][:places]
    plans = found.plans[found.plans["ba"].isin(ranked)]
    html = written(tmp_path, replace(found, plans=plans))
    in_order = [ba for ba in ("BPAT", "CISO", "ERCO") if ba in ranked]
    assert re.findall(r'<tr id="place-(\w+)">', html)[:places] == in_order
    assert [row[0] for row in Page(html).tables["table-ranked"][1:]] == [
        *(str(n + 1) for n in range(places)), *["–"] * (3 - places),
    ]  # fmt: skip
    names = {path.stem for path in (tmp_path / "figures").iterdir()}
    assert {"best_and_worst", "before_and_after", "goes_with", "options"} <= names


def test_a_batch_that_is_no_atlas_shows_all_its_cases(tmp_path: Path) -> None:
    """One case names no place: it is in the table with a dash."""
    plans = hand_findings().plans
    plans.loc[plans[KEY] == "BPAT/other", "ba"] = ""
    page = Page(written(tmp_path, replace(hand_findings(), plans=plans)))
    assert [row[2:4] for row in page.tables["table-cases"][1:]] == [
        ["CISO", "main"], ["ERCO", "main"], ["BPAT", "main"], ["CISO", "other"],
        ["ERCO", "other"], ["–", "other"],
    ]  # fmt: skip


def test_figures_of_an_earlier_report_go(tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    for name in ("ranks.png", "mine.png"):
        (tmp_path / "figures" / name).touch()
    lost = [{KEY: "x", "ba": "CISO", "kind": "DataError", "message": "no hours"}]
    write_batch_report(findings_of({"ba": ("CISO",)}, [], failures=lost), tmp_path)
    assert [path.name for path in (tmp_path / "figures").iterdir()] == ["mine.png"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "figures").touch()
    with pytest.raises(OutputError, match="figures"):
        write_batch_report(findings_of({"ba": ("CISO",)}, []), tmp_path)


def test_a_batch_under_way_says_so(tmp_path: Path) -> None:
    """Nor does a grid without any carbon trip it."""
    rows = [row for ba in ("CISO", "ERCO")
            for row in hand_case(ba, "main", hand_plan("nothing"), hand_plan("all"))]  # fmt: skip
    words = Page(written(tmp_path, findings_of(HAND_AXES, rows, cases=6))).words
    assert "Without a plan, so not ranked: BPAT (not done yet)." in words
    assert "2 of 6 cases are done" in words
