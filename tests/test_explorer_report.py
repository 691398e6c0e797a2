"""The explorer of the report itself: complete without a script, the same with one, legible, light and quick enough."""

import itertools
import re

import pytest
from bs4 import BeautifulSoup
from test_browser import contrast
from test_policy import files_of, sent

from evidencebook import evidence
from evidencebook.strength import strength_table
from evidencebook.vocabulary import vocabulary

pytestmark = pytest.mark.build
HEADS = """() => [...document.querySelectorAll('.explorer-head, .explorer-foot, .explorer-count, .explorer-chip')]
    .map(e => {
        const pen = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
        const rgb = colour => {
            pen.fillStyle = colour;
            pen.fillRect(0, 0, 1, 1);
            return `rgb(${[...pen.getImageData(0, 0, 1, 1).data].slice(0, 3).join(', ')})`;
        };
        let ground = e;
        while (getComputedStyle(ground).backgroundColor === 'rgba(0, 0, 0, 0)') ground = ground.parentElement;
        return [rgb(getComputedStyle(e).color), rgb(getComputedStyle(ground).backgroundColor), e.textContent];
    })"""


@pytest.fixture(scope="module")
def address(report):
    return (report.html / "book" / "chapters" / "explorer.html").as_uri()


@pytest.fixture(scope="module")
def table(report):
    """The table of cells as it stands in the file, a row a cell."""
    html = (report.html / "book" / "chapters" / "explorer.html").read_text(encoding="utf-8")
    rows = BeautifulSoup(html, "html.parser").select("#explorer-tab-cells tbody tr")
    return [[" ".join(cell.get_text(" ", strip=True).split()) for cell in row.find_all(["td", "th"])] for row in rows]


def test_table_without_script_holds_every_cell_with_its_labels(report, table):
    loaded = evidence.load(report)
    words = loaded.frames["vocabulary"]
    strength, gap = vocabulary(words, "strength").labels, vocabulary(words, "gap").labels
    labels = strength_table(loaded.frames, loaded.package.practice)
    expected = [
        (str(int(row["findings"])), str(int(row["works"])), strength[row["strength"]], gap[row["gap"]])
        for row in labels[labels["domain"] != ""].to_dict("records")
    ]
    assert [(r[1], r[3], r[4].rpartition(" ")[0], r[5]) for r in table] == expected


def test_map_says_the_same_as_the_table(browser, address, table):
    page = browser.new_page()
    page.goto(address)
    found = page.evaluate(
        "() => [...document.querySelectorAll('.explorer-map .explorer-cell')].map(c => ["
        "c.querySelector('strong').textContent, c.querySelector('.explorer-head span').textContent])"
    )
    page.close()
    assert found == [[row[1], row[4].rpartition(" ")[0]] for row in table]


def test_every_link_that_a_script_makes_leads_to_a_place_on_a_page(browser, address, report):
    """Each row of each open cell and each configuration, on the pages of reviews and of maps alike."""
    page = browser.new_page()
    page.goto(address)
    page.locator(".explorer-chains button", has_text="Show all").click()
    led = set(page.evaluate("() => [...document.querySelectorAll('.explorer a')].map(a => a.href)"))
    for button in page.locator(".explorer-map button[data-cell]").all():
        button.click()
        led |= set(page.evaluate("() => [...document.querySelectorAll('.explorer-found a')].map(a => a.href)"))
    page.close()
    frames = evidence.load(report).frames
    assert {place.partition("#")[2].upper() for place in led} >= set(frames["cmo"]["id"])
    pages = {place.partition("#")[0] for place in led}
    there = {p: _places(report.html / p.removeprefix(report.html.as_uri() + "/")) for p in pages}
    dead = [
        place for place in sorted(led) if "#" in place and place.partition("#")[2] not in there[place.partition("#")[0]]
    ]
    assert dead == []


def _places(file):
    return {tag["id"] for tag in BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser").select("[id]")}


def test_page_fits_a_narrow_phone_with_a_cell_open(browser, address):
    page = browser.new_page(viewport={"width": 320, "height": 600})
    page.goto(address)
    page.locator(".explorer-map [data-cell]").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    boxes = [cell.bounding_box() for cell in page.locator(".explorer-map [data-cell]").all()]
    assert all(above["y"] + above["height"] <= below["y"] for above, below in itertools.pairwise(boxes))
    page.close()


def test_map_stands_on_the_first_screen(browser, address):
    for size in ({"width": 1280, "height": 800}, {"width": 390, "height": 844}):
        page = browser.new_page(viewport=size)
        page.goto(address)
        box = page.locator(".explorer-map [data-cell]").first.bounding_box()
        assert box["y"] + box["height"] < size["height"]
        page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_of_the_map_can_be_read(browser, address, scheme):
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{address}#country=UK")
    faint = [(text, ink, ground) for ink, ground, text in page.evaluate(HEADS) if contrast(ink, ground) < 4.5]
    context.close()
    assert faint == []


def test_place_in_the_source_leads_to_the_row_in_the_ledger(report, browser, address):
    page = browser.new_page()
    page.goto(f"{address}#cell=R1.cost_effectiveness")
    link = page.locator(".explorer-list .locator a").first
    link.click()
    row = page.locator(f"[id='{page.url.rsplit('#', 1)[1]}']")
    row.wait_for(timeout=10_000)
    assert re.search(r"/ledger/source-[^/]+\.html#row-r1-ce-", page.url)
    page.close()


def test_time_to_use_and_weight_are_told(report, browser, address, capsys):
    """Printed, and held loosely: another machine, or this one when busy, is slower."""
    page = browser.new_page()
    page.goto(address)
    page.wait_for_function("document.documentElement.dataset.explorer === 'ready'")
    ready = page.evaluate("performance.getEntriesByName('explorer-ready')[0].startTime")
    page.close()
    weights = {file.name: sent(file) for file in files_of(report.html / "book" / "chapters" / "explorer.html")}
    own = sum(size for name, size in weights.items() if name.startswith(("explorer", "saving")))
    with capsys.disabled():
        print(
            f"\nexplorer: usable after {ready:.0f} ms; gzip {own:,} bytes of its own, {sum(weights.values()):,} in all"
        )
    assert ready < 10_000
    assert own < 200_000
