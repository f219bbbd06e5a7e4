"""The planning report in a browser: on paper, by keyboard, to eyes that see less, and offline."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from dcsim.report.figures import all_figures
from dcsim.report.study import Study
from dcsim.report.style import COLORS, INK, QUIET
from dcsim.report.write import page_of
from tests.browser import opened
from tests.report.conftest import StudyMaker, described_as, with_alternatives

PX_PER_MM = 96 / 25.4
MARGINS_MM = 2 * 13
PAPER_MM = {"A4": (210.0, 297.0), "Letter": (215.9, 279.4)}
DESK_PX, PHONE_PX, HEIGHT_PX = 1280, 390, 900

LEAST_CONTRAST = 4.5
"""WCAG 2.2, success criterion 1.4.3, level AA, for text of any size."""

AIMS = ("solar_mw", "wind_mw", "battery_mwh", "extra_server_mw", "capital_usd", "cost_usd")


@pytest.fixture(scope="module")
def six_weeks(study_maker: StudyMaker) -> Study:
    """Everything a report can have of one year: bad weeks, months, answers, alternatives."""
    study = study_maker(
        hours=45 * 24, wind={"max_mw": 12}, battery={"max_mwh": 9}, limits={"export_mw": 1}
    )
    return described_as(with_alternatives(study, *AIMS), "Six weeks of a site, and all of it.")


@pytest.fixture(scope="module")
def pages(six_weeks: Study, two_years: Study, tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    found = {}
    for name, study in (("one", six_weeks), ("years", two_years)):
        found[name] = folder / f"{name}.html"
        found[name].write_text(page_of(study, all_figures(study)), encoding="utf-8")
    return found


CUT_OFF = """() => {
  const wide = document.documentElement.clientWidth + 1;
  const wrong = [];
  for (const box of document.querySelectorAll('.scroll')) {
    const table = box.querySelector('table');
    if (table.scrollWidth > box.clientWidth + 1) wrong.push(table.id);
  }
  for (const part of document.querySelectorAll('main *, header *'))
    if (part.getBoundingClientRect().right > wide) wrong.push(part.outerHTML.slice(0, 60));
  return wrong;
}"""

CONTRASTS = """() => {
  const channel = c => { c /= 255; return c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4; };
  const numbers = css => css.match(/[\\d.]+/g).map(Number);
  const light = css => { const [r, g, b] = numbers(css).map(channel);
    return .2126 * r + .7152 * g + .0722 * b; };
  const behind = part => {
    for (let at = part; at; at = at.parentElement) {
      const css = getComputedStyle(at).backgroundColor, [, , , alpha = 1] = numbers(css);
      if (alpha > 0) return css;
    }
    return 'rgb(255, 255, 255)';
  };
  const found = [];
  for (const part of document.querySelectorAll('body *')) {
    const says = [...part.childNodes].some(n => n.nodeType === 3 && n.textContent.trim());
    if (!says) continue;
    const one = light(getComputedStyle(part).color), other = light(behind(part));
    const ratio = (Math.max(one, other) + .05) / (Math.min(one, other) + .05);
    found.push([Math.round(100 * ratio) / 100, part.textContent.trim().slice(0, 40)]);
  }
  return found;
}"""

WALK = """() => {
  const all = css => [...document.querySelectorAll(css)];
  const ids = all('[id]').map(part => part.id);
  return {
    lang: document.documentElement.lang,
    title: document.title,
    headings: all('h1, h2, h3, h4').map(h => [Number(h.tagName[1]), h.textContent]),
    landmarks: ['header', 'main', 'footer'].map(tag => all('body > ' + tag).length),
    navs: all('nav').map(nav => nav.getAttribute('aria-label')),
    doubled: ids.filter((id, n) => ids.indexOf(id) !== n),
    dead: all('a').map(a => a.getAttribute('href')).filter(to => !document.querySelector(to)),
    bare: all('img').filter(img => !(img.alt.length > 40)).length,
    captionless: all('table').filter(table => !(table.caption && table.caption.textContent)).length,
    scopeless: all('th').filter(th => !['row', 'col'].includes(th.scope)).length,
    headless: all('tbody tr').filter(tr => tr.children[0].tagName !== 'TH').length,
    unreachable: all('.scroll, pre').filter(box => box.tabIndex !== 0 || !box.ariaLabel).length,
    handlers: all('*').filter(p => [...p.attributes].some(a => a.name.startsWith('on'))).length,
    scripts: all('script, iframe, object, embed, link, base, form').length,
  };
}"""

FOCUSED = """() => {
  const at = document.activeElement, style = getComputedStyle(at);
  const number = [...document.querySelectorAll('a, [tabindex="0"]')].indexOf(at);
  return [number, style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1];
}"""


def on_paper(page: Page) -> dict[str, tuple[list[str], bytes]]:
    """For each size of paper what is cut off, laid out as wide as between its margins; the PDF."""
    page.emulate_media(media="print")
    found = {}
    for paper, (wide_mm, _) in PAPER_MM.items():
        page.set_viewport_size({"width": int((wide_mm - MARGINS_MM) * PX_PER_MM), "height": 900})
        cut_off = page.evaluate(CUT_OFF)
        found[paper] = (cut_off, page.pdf(format=paper, prefer_css_page_size=True))
    page.emulate_media(media="screen")
    return found


def by_keyboard(page: Page) -> list[list[Any]]:
    """Where Tab leads from the top of the page, and whether that is to be seen."""
    count = page.evaluate("() => document.querySelectorAll('a, [tabindex=\"0\"]').length")
    found = []
    for _ in range(count):
        page.keyboard.press("Tab")
        found.append(page.evaluate(FOCUSED))
    return found


def at_width(page: Page, width: int) -> list[int]:
    page.set_viewport_size({"width": width, "height": HEIGHT_PX})
    return page.evaluate(
        "() => ['scrollWidth', 'clientWidth'].map(w => document.documentElement[w])"
    )


def contrasts_in_print(page: Page) -> list[Any]:
    page.emulate_media(media="print")
    return list(page.evaluate(CONTRASTS))


def skipped_to(page: Page) -> list[Any]:
    """Where the first link lies once it has the focus, what it says, and where it leads."""
    page.evaluate("() => document.querySelector('a').focus()")
    link = page.locator(":focus")
    box = link.bounding_box()
    assert box is not None
    words = link.inner_text()
    page.keyboard.press("Enter")
    return [box["x"] >= 0, words, page.evaluate("() => document.activeElement.id")]


@pytest.fixture(scope="module")
def looks(pages: dict[str, Path]) -> dict[str, dict[str, Any]]:
    """All that is looked at in each page, opened once."""
    found = {}
    for name, file in pages.items():
        with opened(file, width=DESK_PX) as seen:
            page = seen.page
            page.wait_for_load_state("networkidle")
            found[name] = {
                "drawn": page.evaluate("() => [...document.images].every(i => i.naturalWidth)"),
                "keyboard": by_keyboard(page),
                "skipped": skipped_to(page),
                "walk": page.evaluate(WALK),
                "screen": page.evaluate(CONTRASTS),
                "phone": at_width(page, PHONE_PX),
                "paper": on_paper(page),
                "print": contrasts_in_print(page),
                "console": seen.console,
                "foreign": seen.foreign_requests,
            }
    return found


both = pytest.mark.parametrize("name", ["one", "years"])


@both
def test_nothing_is_cut_off_on_paper(looks: dict[str, dict[str, Any]], name: str) -> None:
    """A browser would shrink what is wider; and no style holds the page to one size of paper."""
    for paper, (cut_off, pdf) in looks[name]["paper"].items():
        assert cut_off == []
        assert 10 <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 30
        boxes = re.findall(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)", pdf)
        found_mm = {tuple(round(float(side) / 72 * 25.4) for side in box) for box in boxes}
        assert found_mm == {tuple(map(round, PAPER_MM[paper]))}


@both
def test_page_on_a_phone_moves_up_and_down_only(
    looks: dict[str, dict[str, Any]], name: str
) -> None:
    wide, shown = looks[name]["phone"]
    assert wide <= shown == PHONE_PX


@both
def test_page_is_silent_and_asks_nobody(looks: dict[str, dict[str, Any]], name: str) -> None:
    assert looks[name]["console"] == []
    assert looks[name]["foreign"] == []
    assert looks[name]["drawn"]


@both
@pytest.mark.parametrize("media", ["screen", "print"])
def test_every_word_stands_out_from_what_is_behind_it(
    looks: dict[str, dict[str, Any]], name: str, media: str
) -> None:
    found = looks[name][media]
    assert len(found) > 300
    assert [pair for pair in found if pair[0] < LEAST_CONTRAST] == []


def luminance(color: str) -> float:
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("color", [INK, QUIET, COLORS["charge"], COLORS["intensity"]])
def test_words_in_figures_stand_out_from_white(color: str) -> None:
    assert 1.05 / (luminance(color) + 0.05) >= LEAST_CONTRAST


@both
def test_page_can_be_read_without_seeing_it(looks: dict[str, dict[str, Any]], name: str) -> None:
    seen = looks[name]["walk"]
    levels = [level for level, _ in seen["headings"]]
    assert seen["lang"] == "en"
    assert seen["title"] == "tiny: planning report of a datacenter"
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(deeper - level <= 1 for level, deeper in pairwise(levels))
    assert seen["landmarks"] == [1, 1, 1]
    assert seen["navs"] == ["Contents"]
    none = ("doubled", "dead")
    assert {fault: seen[fault] for fault in none} == {fault: [] for fault in none}
    nought = ("bare", "captionless", "scopeless", "headless", "unreachable", "handlers", "scripts")
    assert {fault: seen[fault] for fault in nought} == dict.fromkeys(nought, 0)


@both
def test_everything_is_reached_by_keyboard_and_seen_to_be(
    looks: dict[str, dict[str, Any]], name: str
) -> None:
    """Tab goes through every link and every table and listing that may scroll, in their order."""
    found = looks[name]["keyboard"]
    assert len(found) > 30
    assert found == [[number, True] for number in range(len(found))]


@both
def test_first_link_skips_to_the_report(looks: dict[str, dict[str, Any]], name: str) -> None:
    assert looks[name]["skipped"] == [True, "Skip to the report", "main"]
