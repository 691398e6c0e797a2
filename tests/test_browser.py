"""The built pages in a real browser: nothing fetched from elsewhere, nothing cut off, anchors reached."""

import re

import pytest

from evidencebook import evidence
from evidencebook.chapters import plan
from evidencebook.figures import style

pytestmark = pytest.mark.build
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 800}


def addresses(report):
    slugs = [c.document for c in plan(report, evidence.load(report).frames)]
    written = ["book/references", "book/how-to-read", "book/accessibility"]
    return {name: (report.html / f"{name}.html").as_uri() for name in [*slugs, *written]}


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
            "[...document.querySelectorAll('article img')]"
            ".filter(i => i.offsetParent && !i.naturalWidth).map(i => i.src)"
        )
        assert empty == [], name
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_figure_shows_one_picture_that_suits_the_page_with_its_caption(report, browser, scheme):
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(addresses(report)["book/chapters/r1-review"])
    script = """() => [...document.querySelectorAll('article figure')].map(f => [
        [...f.querySelectorAll('img')].filter(i => i.offsetParent).map(i => i.src.includes('-dark.svg')),
        f.querySelector('figcaption').getBoundingClientRect().height > 0,
        f.querySelectorAll('.caption-number').length])"""
    found = page.evaluate(script)
    context.close()
    assert found
    assert all(shown == [[scheme == "dark"], True, 1] for shown in found)


def test_text_in_figures_can_be_read_on_a_phone(report, browser):
    """At least 9 pixels: a point of the file is 4/3 of the pixels it is counted in."""
    page = browser.new_page(viewport=PHONE)
    script = """() => [...document.querySelectorAll('article figure img')].filter(i => i.offsetParent).map(i =>
        [i.src, i.classList.contains('compact'), i.getBoundingClientRect().width / i.naturalWidth * 4 / 3])"""
    small = []
    for name, address in addresses(report).items():
        page.goto(address)
        for source, compact, scale in page.evaluate(script):
            points = style.COMPACT_TYPE if compact else style.SMALLEST
            small += [(name, source)] if scale * points < 9 else []
    page.close()
    assert small == []


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


def test_cards_show_what_a_citation_a_claim_and_a_term_lead_to(report, browser):
    page = browser.new_page(viewport=WIDE)
    asked = []
    page.on("request", lambda r: asked.append(r.url) if not r.url.startswith(("file:", "data:")) else None)
    page.goto(addresses(report)["book/chapters/r1-review"])
    # The first row that the answer at the top of the page names.
    claim = page.locator("article .queried a[href^='#r1-']").first.get_attribute("href").removeprefix("#").upper()
    text = evidence.load(report).frames["findings"].set_index("id").at[claim, "finding"]
    card = page.locator("#preview")
    page.keyboard.press("Tab")
    for selector, said in (
        (f"li:has(#{claim.lower()}) .bibtex-citation a", "Reference "),
        (f".queried a[href='#{claim.lower()}']", text[:30]),
        ("a.term", ""),
    ):
        page.locator(f"article {selector}").first.focus()
        card.wait_for(state="visible")
        assert said in card.inner_text()
        page.keyboard.press("Escape")
        card.wait_for(state="hidden")
    page.close()
    assert asked == []


def test_links_work_without_scripts(report, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(addresses(report)["book/chapters/r1-review"])
    page.locator("article a.term").first.click()
    assert "glossary.html#" in page.url
    page.goto(addresses(report)["book/chapters/r1-review"])
    page.locator("article li .bibtex-citation a").first.click()
    assert "references.html#ref-" in page.url
    context.close()


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
