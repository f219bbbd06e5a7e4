"""A headless Chromium that is on the machine already, for tests that open pages as people do."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


@dataclass
class Opened:
    """A page that is open, with all it said on the console and all it asked the world for."""

    page: Page
    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @property
    def foreign_requests(self) -> list[str]:
        """Return what it asked for beyond its own file and data within it."""
        return [url for url in self.requests if not url.startswith(("file:", "data:"))]


@contextmanager
def opened(
    file: Path, *, width: int = 1280, height: int = 900, has_script: bool = True
) -> Iterator[Opened]:
    """Open a file of HTML; skip the test, with the reason, where there is no Chromium.

    Playwright's event loop lives no longer than the block, so that other tests may have theirs.
    """
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed here; it is not brought by a package index")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(
            viewport={"width": width, "height": height}, java_script_enabled=has_script
        )
        seen = Opened(page)
        page.on("console", lambda message: seen.console.append(message.text))
        page.on("pageerror", lambda error: seen.console.append(str(error)))
        page.on("request", lambda request: seen.requests.append(request.url))
        page.goto(file.resolve().as_uri())
        yield seen
        browser.close()
