"""A page as tests read it: its tables as text, its images, and the numbers in them."""

import re
from html.parser import HTMLParser

from dcsim.report.figures import all_figures
from dcsim.report.study import Study
from dcsim.report.write import page_of

VOID = {"meta", "img", "br", "hr", "link", "input"}


def html_of(study: Study) -> str:
    """Return the page of a study with all its figures, as a run writes it."""
    return page_of(study, all_figures(study))


class Page(HTMLParser):
    """Reads a page: its tables as text, its images, headings and words; checks that tags close."""

    def __init__(self, html: str) -> None:
        """Read all of it at once."""
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.tables: dict[str, list[list[str]]] = {}
        self.headings: list[int] = []
        self.words = ""
        self._table = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.tags.append((tag, attributes))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self._table = attributes["id"]
            self.tables[self._table] = []
        elif tag == "tr":
            self.tables[self._table].append([])
        elif tag in ("td", "th"):
            self.tables[self._table][-1].append("")
        elif re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += data
        if self.open and self.open[-1] in ("td", "th"):
            self.tables[self._table][-1][-1] += data

    def rows(self, table: str) -> dict[str, list[str]]:
        """The rows of a table by their name."""
        return {row[0]: row[1:] for row in self.tables[f"table-{table}"]}


def value(text: str) -> float:
    """A formatted number as a number; a dash is 0, a percentage its share."""
    bare = text.replace(",", "").replace("−", "-").replace("+", "").replace("\u00a0", "")
    if bare == "–":
        return 0.0
    return float(bare[:-1]) / 100 if bare.endswith("%") else float(bare)
