"""One installed Chromium for the tests of pages, with a time limit for what it is asked.

Playwright drives it. A test over its time limit loses all processes (see limits.py), the browser too: the next test
gets a new one.
"""

import shutil
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from limits import times_over
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, sync_playwright

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
# Milliseconds that a page has to show or do something, on a busy machine. Running a script knows no such limit; the
# limit of the test holds for it.
PATIENCE = 60_000


def installed_chromium() -> str:
    """Return the path of the Chromium of this machine."""
    found = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
    if found is None:
        pytest.fail("no Chromium is installed: the page tests need one (Debian: apt-get install chromium)")
    return found


class PatientBrowser:
    """A browser whose pages answer within PATIENCE or fail."""

    def __init__(self, playwright: Playwright) -> None:
        self.program: Browser = playwright.chromium.launch(
            executable_path=installed_chromium(), args=ARGUMENTS, timeout=PATIENCE
        )

    def new_context(self, **options: Any) -> BrowserContext:
        """Return a new context, as Playwright does."""
        context = self.program.new_context(**options)
        context.set_default_timeout(PATIENCE)
        return context

    def new_page(self, **options: Any) -> Page:
        """Return a new page in a context of its own, as Playwright does."""
        page = self.program.new_page(**options)
        page.context.set_default_timeout(PATIENCE)
        return page

    def close(self) -> None:
        """Close the browser with all its pages."""
        self.program.close()


class LastingBrowser:
    """The browser of a whole run: begun when it is first asked, and again after a test went over its limit."""

    def __init__(self) -> None:
        self._playwright: Playwright | None = None
        self._browser: PatientBrowser | None = None
        self._begun_at = times_over()

    def new_context(self, **options: Any) -> BrowserContext:
        """Return a new context of a browser that answers."""
        return self._running().new_context(**options)

    def new_page(self, **options: Any) -> Page:
        """Return a new page, in a context of its own, of a browser that answers."""
        return self._running().new_page(**options)

    def close(self) -> None:
        """End browser and driver, which may be gone already."""
        with suppress(Error):
            if self._browser:
                self._browser.close()
        if self._playwright:
            self._playwright.stop()
        self._playwright = self._browser = None

    def _running(self) -> PatientBrowser:
        if self._browser is None or self._begun_at != times_over():
            self.close()
            self._begun_at = times_over()
            self._playwright = sync_playwright().start()
            self._browser = PatientBrowser(self._playwright)
        return self._browser


@pytest.fixture(scope="session")
def browser() -> Iterator[LastingBrowser]:
    """An installed Chromium; its absence is an error that says what to install."""
    lasting = LastingBrowser()
    yield lasting
    lasting.close()
