"""The built pages in a real browser: nothing fetched from elsewhere, nothing cut off, anchors reached."""

import re
import shutil

import pytest
from playwright.sync_api import sync_playwright

from evidencebook import evidence
from evidencebook.chapters import plan

pytestmark = pytest.mark.build
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 800}
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="module")
def browser():
    """An installed Chromium; its absence is an error that says what to install."""
    found = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
    if found is None:
        pytest.fail("no Chromium is installed: the page tests need one (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        program = playwright.chromium.launch(executable_path=found, args=OPTIONS)
        yield program
        program.close()


def addresses(report):
    slugs = [c.document for c in plan(report, evidence.load(report).frames)]
    return {name: (report.html / f"{name}.html").as_uri() for name in [*slugs, "book/references", "book/how-to-read"]}


@pytest.mark.parametrize("size", [WIDE, PHONE], ids=["wide", "phone"])
def test_no_page_asks_elsewhere_fails_or_overflows(report, browser, size):
    page = browser.new_page(viewport=size)
    asked, said = [], []
    page.on("request", lambda r: asked.append(r.url) if not r.url.startswith(("file:", "data:", "blob:")) else None)
    page.on("pageerror", lambda e: said.append(str(e)))
    wide = []
    for name, address in addresses(report).items():
        page.goto(address)
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if over > 1:
            wide.append((name, over))
    page.close()
    assert asked == []
    assert said == []
    assert wide == []


def test_pictures_are_drawn(report, browser):
    page = browser.new_page(viewport=WIDE)
    for name, address in addresses(report).items():
        page.goto(address)
        empty = page.evaluate(
            "[...document.querySelectorAll('article img')].filter(i => !i.naturalWidth).map(i => i.src)"
        )
        assert empty == [], name
    page.close()


def test_citation_leads_to_its_reference_and_back_to_the_claim(report, browser):
    page = browser.new_page(viewport=WIDE)
    page.goto(addresses(report)["book/chapters/r1-review"])
    page.locator("article li .bibtex-citation a").first.click()
    page.wait_for_url("**/references.html#ref-*")
    target = page.locator(f"[id='{page.url.rsplit('#', 1)[1]}']")
    target.wait_for(timeout=10_000)
    target.locator(".carries a").first.click()
    page.wait_for_url(lambda url: "#ref-" not in url)
    claim = page.locator(f"[id='{page.url.rsplit('#', 1)[1]}']")
    claim.wait_for(timeout=10_000)
    page.close()


def test_number_leads_to_its_row_the_source_the_reference_and_back_to_the_claim(report, browser):
    """The way of a reader who doubts a tally of a review, without JavaScript."""
    page = browser.new_page(viewport=WIDE, java_script_enabled=False)
    page.goto(addresses(report)["book/chapters/r2-review"])
    tally = page.locator("#r2-review-patient-experience")
    assert "findings" in tally.inner_text()
    tally.locator("a.evidence").click()
    assert page.url.endswith("ledger/page-r2-review.html#r2-review-patient-experience")
    entry = page.locator("#r2-review-patient-experience")
    entry.locator("summary").click()
    name = entry.locator("details a").first.inner_text()
    entry.locator("details a").first.click()
    assert page.url.endswith(f"book/chapters/r2-review.html#{name.lower()}")
    page.locator(f"#{name.lower()} a").click()
    assert re.search(rf"/ledger/source-[^/]+\.html#row-{name.lower()}$", page.url)
    row = page.locator(f"#row-{name.lower()}")
    section = row.locator("xpath=preceding::h2[1]").inner_text()
    assert section
    assert row.locator(".locator").inner_text().startswith(section)
    row.locator("summary").click()
    assert "r2-review-patient-experience" in row.locator("details").inner_text()
    row.locator("a[href*='references.html']").first.click()
    reference = page.locator(f"[id='{page.url.rsplit('#', 1)[1]}']")
    reference.locator(".carries a", has_text=re.compile(f"^{name}$")).click()
    assert page.url.endswith(f"book/chapters/r2-review.html#{name.lower()}")
    page.close()


def test_text_can_be_read_in_light_and_dark(report, browser):
    """Stance labels keep the contrast of WCAG 2.2 AA (4.5 to 1) in both colour schemes."""
    script = """() => [...document.querySelectorAll('.stance')].slice(0, 60).map(e => {
        const s = getComputedStyle(e); return [s.color, s.backgroundColor]; })"""
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme)
        page = context.new_page()
        page.goto(addresses(report)["book/chapters/r1-review"])
        for ink, ground in page.evaluate(script):
            assert contrast(ink, ground) >= 4.5, (scheme, ink, ground)
        context.close()


def contrast(one, other):
    """Contrast ratio of two `rgb()` colours as WCAG 2.2 defines it."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour):
    channels = [int(c) / 255 for c in colour[colour.index("(") + 1 : -1].split(",")[:3]]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
