"""Readers who use a keyboard, a screen reader, large type, paper, or settings of their own can read every page."""

import io
import itertools
import re

import pypdf
import pytest
from barriers import NARROW, VERSION, WIDE, Scanner, scan_all
from bs4 import BeautifulSoup

pytestmark = pytest.mark.build
REVIEW = "book/chapters/r1-review"
# Pages of different make: the landing page, a review, a map of numbers, long lists, the interactive page.
MADE_APART = ["book/chapters/home", REVIEW, "book/chapters/gap-map", "book/references", "book/chapters/explorer"]
# The element with the focus: whether it is marked, and whether a point of it is on top of what covers the page.
FOCUSED = """() => {
  const at = document.activeElement, style = getComputedStyle(at);
  const mark = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  const seen = [...at.getClientRects()].some(box => {
    const top = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    return top && (at.contains(top) || top.contains(at));
  });
  return {mark, seen, place: at.outerHTML.slice(0, 160)};
}"""
# What text of a reader's own spacing (WCAG 1.4.12) does to a page.
SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }"""
CUT_OFF = """() => [...document.querySelectorAll('main *')].filter(e => {
  const style = getComputedStyle(e), hides = ['hidden', 'clip'].includes(style.overflowY);
  if (!hides || style.position === 'absolute' || !e.textContent.trim()) return false;
  return e.clientHeight > 2 && e.scrollHeight > e.clientHeight + 2;
}).map(e => e.outerHTML.slice(0, 160))"""


def pages(report):
    """Return every page but the one at the address of the folder, which only leads to the first."""
    every = (p for p in report.html.rglob("*.html") if "_static" not in p.parts)
    return sorted(p for p in every if 'http-equiv="refresh"' not in p.read_text(encoding="utf-8"))


def soup(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@pytest.fixture
def opened(report, browser):
    """Open a page of the report by name, with settings of a browser context."""
    contexts = []

    def show(name, **settings):
        context = browser.new_context(**{"viewport": WIDE, **settings})
        contexts.append(context)
        page = context.new_page()
        page.goto((report.html / f"{name}.html").as_uri())
        return page

    yield show
    for context in contexts:
        context.close()


def barriers_on(every, capsys):
    found = scan_all([p.as_uri() for p in every])
    with capsys.disabled():
        told = f"{len(every)} pages, light and dark, {WIDE['width']} and {NARROW['width']} pixels wide"
        print(f"\naxe-core {VERSION}: {told}: {sum(b.times for b in found)} violations")
    return found


def test_axe_finds_no_barrier_on_a_page_of_each_make(report, capsys):
    names = [*MADE_APART, "book/chapters/decision-summary", "ledger/page-home", "search"]
    assert barriers_on([report.html / f"{name}.html" for name in names], capsys) == []


@pytest.mark.long  # four looks at each of a hundred pages
def test_axe_finds_no_barrier_on_any_page(report, capsys):
    assert barriers_on(pages(report), capsys) == []


def open_a_cell(page):
    page.locator("button.explorer-cell").first.click()
    page.locator(".explorer-panel").first.wait_for()


def search_for_something(page):
    page.locator(".search-box input").first.fill("nurses")
    page.locator(".search-results a").first.wait_for()


@pytest.mark.parametrize(
    ("name", "act"),
    [("book/chapters/explorer", open_a_cell), ("search", search_for_something)],
    ids=["explorer", "search"],
)
def test_axe_finds_no_barrier_in_what_a_reader_opens(report, browser, name, act):
    context = browser.new_context()
    found = Scanner(context.new_page()).scan((report.html / f"{name}.html").as_uri(), act)
    context.close()
    assert found == []


def test_structure_of_every_page(report):
    """One main heading, a title of its own, a language, landmarks; no heading level is left out."""
    titles, faults = {}, []
    for path in pages(report):
        page = soup(path)
        name = path.relative_to(report.html).as_posix()
        levels = [int(h.name[1]) for h in page.find("main").find_all(re.compile(r"^h[1-6]$"))]
        faults += [(name, "headings", levels)] if levels.count(1) != 1 or levels[0] != 1 else []
        faults += [(name, "level left out", levels) for a, b in itertools.pairwise(levels) if b > a + 1]
        faults += [(name, "language", "")] if not page.html.get("lang") else []
        faults += [(name, "landmarks", "")] if len(page.find_all("main")) != 1 or not page.find_all("nav") else []
        titles.setdefault(page.title.get_text().strip(), []).append(name)
    assert faults == []
    assert [own for own in titles.values() if len(own) > 1] == []


def test_every_table_has_a_caption_and_header_cells_and_every_figure_a_description_and_its_table(report):
    faults, tables, figures = [], 0, 0
    for path in pages(report):
        page = soup(path)
        for table in page.select("article table"):
            tables += 1
            heads = table.select("thead th")
            faults += [(path.stem, "caption", str(table)[:80])] if not table.caption else []
            if not heads or any(head.get("scope") != "col" for head in heads):
                faults.append((path.stem, "header cells", str(table)[:80]))
        for figure in page.select("article figure"):
            figures += 1
            if any(len(image.get("alt", "")) < 40 for image in figure.select("img")):
                faults.append((path.stem, "description", str(figure)[:80]))
            links = [a["href"] for a in figure.select("figcaption a") if a["href"].startswith("#")]
            if not any(page.find(id=href[1:]) and page.find(id=href[1:]).name == "table" for href in links):
                faults.append((path.stem, "table behind", str(figure)[:80]))
    assert faults == []
    assert tables > 100
    assert figures > 30


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "320 pixels"])
def test_keyboard_reaches_everything_marked_and_in_sight(opened, size):
    page = opened(REVIEW, viewport=size, reduced_motion="reduce")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main-content"
    page.keyboard.press("Enter")
    visited = []
    for _ in range(150):
        page.keyboard.press("Tab")
        visited.append(page.evaluate(FOCUSED))
    assert [v for v in visited if not v["mark"]] == []
    assert [v for v in visited if not v["seen"]] == []
    assert len({v["place"] for v in visited}) > 80


def test_theme_is_switched_with_the_keyboard_and_kept(opened):
    page = opened(REVIEW, color_scheme="light")
    button = page.locator(".theme-switch-button:visible").first
    theme = "document.documentElement.dataset.theme"
    seen = set()
    for _ in range(3):
        button.focus()
        page.keyboard.press("Enter")
        seen.add(page.evaluate(theme))
    assert seen == {"light", "dark"}
    while page.evaluate(theme) != "dark":
        page.keyboard.press("Enter")
    page.reload()
    assert page.evaluate(theme) == "dark"


def test_folds_and_sorting_answer_to_the_keyboard(opened):
    page = opened("book/chapters/methods")
    fold = page.locator("article details").first
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    assert fold.evaluate("fold => fold.open")
    page = opened(REVIEW)
    sort = page.locator("table.table .eb-sort").first
    sort.focus()
    page.keyboard.press("Enter")
    assert sort.locator("xpath=ancestor::th").get_attribute("aria-sort") == "ascending"
    page.keyboard.press("Space")
    assert sort.locator("xpath=ancestor::th").get_attribute("aria-sort") == "descending"


@pytest.mark.parametrize("name", MADE_APART)
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "320 pixels"])
def test_a_readers_own_spacing_cuts_nothing_off(opened, name, size):
    page = opened(name, viewport=size)
    before = page.evaluate(CUT_OFF)
    # As a sheet of the document: the policy of the pages lets no style in a tag.
    page.evaluate(
        "css => { const s = new CSSStyleSheet(); s.replaceSync(css); document.adoptedStyleSheets = [s]; }", SPACING
    )
    assert [e for e in page.evaluate(CUT_OFF) if e not in before] == []
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 1


def test_reduced_motion_moves_nothing(opened):
    script = """() => [...document.querySelectorAll('*')].filter(e => {
        const s = getComputedStyle(e);
        return s.scrollBehavior === 'smooth' || parseFloat(s.animationDuration) > 0.01 ||
            s.transitionDuration.split(',').some(d => parseFloat(d) > 0.01);
    }).map(e => e.outerHTML.slice(0, 100))"""
    assert opened(REVIEW, reduced_motion="reduce").evaluate(script) == []


def test_in_forced_colours_labels_keep_an_edge_and_focus_a_mark(opened):
    page = opened(REVIEW, forced_colors="active")
    edges = page.evaluate("[...document.querySelectorAll('.stance')].map(e => getComputedStyle(e).borderTopStyle)")
    assert set(edges) == {"solid"}
    for key in ("Tab", "Enter", "Tab"):  # the skip link, then the first stop after it
        page.keyboard.press(key)
    assert page.evaluate(FOCUSED)["mark"]


def test_print_is_dark_on_white_with_light_figures_and_without_navigation(opened):
    page = opened(REVIEW, color_scheme="dark")
    page.emulate_media(media="print")
    shown = """names => Object.fromEntries(names.map(n => [n,
        [...document.querySelectorAll(n)].some(e => e.checkVisibility())]))"""
    gone = [".bd-sidebar-primary", ".bd-sidebar-secondary", ".bd-header-article", ".prev-next-area", ".eb-tools"]
    assert page.evaluate(shown, gone) == dict.fromkeys(gone, False)
    assert page.evaluate(shown, ["img.for-light", "img.for-dark"]) == {"img.for-light": True, "img.for-dark": False}
    ink, ground = page.evaluate(
        "[getComputedStyle(document.querySelector('article p')).color, getComputedStyle(document.body).backgroundColor]"
    )
    assert ground in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")
    assert max(map(int, re.findall(r"\d+", ink)[:3])) < 100


def test_on_paper_every_sheet_of_a_long_table_has_its_heads(opened):
    page = opened("book/chapters/search-strategy")
    sheets = [p.extract_text() for p in pypdf.PdfReader(io.BytesIO(page.pdf(format="A4"))).pages]
    # Between the first and the last sheet of the table there is nothing but the table.
    within = [n for n, text in enumerate(sheets) if re.search(r"(?m)^Line\b", text)]
    assert len(within) > 3
    assert within == list(range(within[0], within[-1] + 1))
    # A reader who goes on finds the controls again.
    assert page.locator(".eb-sort").count() > 3


def test_on_paper_a_link_out_of_the_book_says_where_it_leads(opened):
    page = opened("book/references")
    page.emulate_media(media="print")
    links = page.evaluate("""[...document.querySelectorAll("article a[href^='http']")].map(a =>
        [a.getAttribute('href'), a.textContent + getComputedStyle(a, '::after').content])""")
    assert len(links) > 100
    assert [href for href, words in links if href.removeprefix("https://doi.org/") not in words] == []


def test_without_scripts_nothing_of_the_text_is_hidden(opened):
    for name in MADE_APART:
        page = opened(name, java_script_enabled=False)
        lost = page.locator("article :is(p, li, td, th, dd, dt, h1, h2, h3, caption, figcaption)").evaluate_all(
            # What a fold holds one opens; where a table's rows stand is said on paper.
            "all => all.filter(e => !e.closest('details, .table-source') && !e.checkVisibility())"
            ".map(e => e.textContent.slice(0, 60))"
        )
        assert lost == [], name
