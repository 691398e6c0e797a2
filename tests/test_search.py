"""The search: what readers would type finds what they look for, offline, by keyboard, and cells stay text.

`search_queries.json` was written before the search; each query has the places that answer it.
"""

import json
import re
from pathlib import Path

import pytest
from docutils import nodes
from test_glossary import SETTINGS, make, write

from evidencebook.search_index import CHAPTER, CLAIM, REFERENCE, SECTION, STATEMENT, TERM, Entry, as_script
from evidencebook.sphinxext.notes import plain_text

QUERIES = json.loads((Path(__file__).parent / "search_queries.json").read_text(encoding="utf-8"))
POISON = "</script><img src=x onerror=alert(1)>\u2028'\"];alert(2)//"


TABLES = {"components": ("Components", "id,short_title"), "claims": ("Findings", "id,components,claims,locator")}
PACKAGE = {
    "title": "Made up",
    "version": "1.0.0",
    "resources": [
        {
            "name": name,
            "title": title,
            "path": f"theory/{name}.csv",
            "schema": {"primaryKey": ["id"], "fields": [{"name": c, "type": "string"} for c in header.split(",")]},
        }
        for name, (title, header) in TABLES.items()
    ],
}


def test_a_sentence_found_has_its_stop_at_the_last_word_when_the_names_of_its_rows_are_left_out():
    rows = nodes.inline("", "R1-PH-001", classes=["queried"])
    sentence = nodes.paragraph("", "", nodes.Text("Fewer were admitted (p < .05) "), rows, nodes.Text(". More came."))
    assert plain_text(sentence, ["queried"]) == "Fewer were admitted (p < .05). More came."


def entries(script):
    return [Entry(*told) for told in json.loads(re.search(r"\{detail: (.*)\}\)\);\n$", script, re.DOTALL)[1])]


def test_no_text_can_end_the_script_or_run():
    script = as_script([Entry(CLAIM, "R1", POISON, POISON, "a.html#r1", "")])

    assert not {"<", "\u2028"} & set(script)
    assert entries(script)[0].text == POISON


def test_a_long_text_is_cut_at_a_word():
    [entry] = entries(as_script([Entry(CLAIM, "", "", "word " * 500, "a.html", "")]))

    assert entry.text.endswith("word …")
    assert len(entry.text) < 620


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    sources = write(tmp_path_factory.mktemp("search") / "pages")
    settings = SETTINGS.replace('sphinxext.evidence"]', 'sphinxext.evidence", "evidencebook.sphinxext.search"]')
    assert settings != SETTINGS
    (sources / "conf.py").write_text(settings, encoding="utf-8")
    data = sources / "data" / "theory"
    data.mkdir(parents=True)
    (sources / "data" / "datapackage.json").write_text(json.dumps(PACKAGE), encoding="utf-8")
    (data / "components.csv").write_text("id,short_title\nR1,Near home\n", encoding="utf-8")
    (data / "claims.csv").write_text("id,components,claims,locator\nX-1,R1;R2,,ch1\n", encoding="utf-8")
    out, _ = make(sources)
    return entries((out / "_static" / "search-index.js").read_text(encoding="utf-8"))


def test_chapters_claims_references_and_terms_are_found_with_their_places(index):
    by_kind = {kind: {e.address: e for e in index if e.kind == kind} for kind in range(6)}

    assert by_kind[CHAPTER]["other.html"].title == "Other"
    assert by_kind[CLAIM]["page.html#x-1"].text == "A claim of one “work” & <b>more</b>."
    assert by_kind[CLAIM]["page.html#x-1"].context == "Findings · R1 Near home · R2"
    assert by_kind[STATEMENT]["page.html#y-1"].context == "Integrated care in a heading"
    assert by_kind[REFERENCE]["works.html#ref-adams2001"].text.startswith("Adams A. On")
    assert by_kind[TERM]["glossary.html#term-case-management"].text == "Planning the care of one person"
    assert by_kind[TERM]["glossary.html#abbreviation-gp"].title == "GP"
    assert by_kind[SECTION] == {}


@pytest.fixture
def page(report, browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.said = []
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("console", lambda m: page.said.append(m.text) if m.type == "error" else None)
    page.goto((report.html / "book" / "chapters" / "home.html").as_uri())
    yield page
    context.close()
    assert page.said == []


def search(page, query):
    """Type *query* and wait until its results stand there; return their addresses."""
    page.locator(".search-box").evaluate(
        """(box, query) => new Promise((done) => {
            box.addEventListener("searched", (event) => { if (event.detail === query) done(); });
            const input = box.querySelector("input");
            input.value = query;
            input.dispatchEvent(new Event("input", { bubbles: true }));
        })""",
        query,
    )
    return page.locator(".search-results a").evaluate_all("links => links.map(a => a.href)")


def place(addresses, expected):
    """Return the place of the first expected address, beginning with 1; 0 when there is none."""
    endings = tuple(e if e.startswith("#") else f"/{e}" for e in expected)
    return next((n for n, address in enumerate(addresses, 1) if address.endswith(endings)), 0)


@pytest.mark.build
def test_what_readers_type_finds_what_they_look_for(page, capsys):
    page.keyboard.press("/")
    places = {q["query"]: place(search(page, q["query"]), q["expected"]) for q in QUERIES}
    first, five = (sum(0 < at <= limit for at in places.values()) for limit in (1, 5))
    with capsys.disabled():
        print(f"\nsearch: {first} of {len(places)} queries hit at 1, {five} at 5; place by query:")
        print("\n".join(f"  {at or '-':>3}  {query}" for query, at in places.items()))
    assert len(places) >= 30
    assert first >= 0.7 * len(places)
    assert five >= 0.9 * len(places)


@pytest.mark.build
def test_data_are_asked_for_only_when_the_search_opens_and_results_come_soon(page, capsys):
    asked = []
    page.on("request", lambda r: asked.append(r.url.rsplit("/", 1)[1]))
    page.reload()
    assert "search-index.js" not in asked
    begun = page.evaluate("performance.now()")
    page.locator(".search-open").click()
    search(page, "trust")
    took = page.evaluate("performance.now()") - begun
    assert {"search-index.js", "minisearch-7.2.0.js"} <= set(asked)
    with capsys.disabled():
        print(f"\nsearch: first result {took:.0f} ms after opening")
    assert took < 5000  # most of it is indexing, 0.6 s of processor time; a busy machine takes longer


@pytest.mark.build
def test_keyboard_alone_searches_chooses_and_leaves(page):
    page.keyboard.press("Control+k")
    field = page.locator("#search-field")
    assert field.evaluate("f => f === document.activeElement && f.labels[0].textContent") == "Search this report"
    search(page, "capitation")
    assert re.match(r"\d+ found\. ", page.locator(".search-status").inner_text())
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement === document.querySelectorAll('.search-results a')[1]")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert field.evaluate("f => f === document.activeElement")
    page.keyboard.press("Escape")
    page.locator(".search-dialog").wait_for(state="hidden")
    page.keyboard.press("/")
    page.keyboard.press("Enter")
    page.wait_for_url("**/glossary.html#glossary-capitation")


@pytest.mark.build
def test_results_say_kind_and_component_and_more_can_be_shown(page):
    page.keyboard.press("/")
    search(page, "social prescribing")
    claims = page.locator(".search-results section", has=page.locator("h2", has_text="Claims"))
    assert "R3 Relational behaviours" in claims.locator(".search-context").first.inner_text()
    before = claims.locator("li").count()
    claims.get_by_role("button").click()
    assert claims.locator("li").count() > before
    assert claims.locator("mark").count() > 0


@pytest.mark.build
def test_nothing_found_is_said(page):
    page.keyboard.press("/")
    assert search(page, "xylophone zeppelin") == []
    assert page.locator(".search-status").inner_text().startswith("Nothing found for “xylophone zeppelin”")


@pytest.mark.build
def test_page_of_the_search_keeps_the_query_and_fits_a_phone(report, browser):
    page = browser.new_page(viewport={"width": 320, "height": 600})
    page.goto((report.html / "search.html").as_uri() + "?q=telemonitoring")
    page.locator(".search-results a").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.locator("#search-page-field").fill("capitation")
    page.wait_for_url("**/search.html?q=capitation")
    page.close()


@pytest.mark.build
def test_without_scripts_the_way_to_search_leads_to_lists(report, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((report.html / "book" / "chapters" / "r1-review.html").as_uri())
    page.locator(".search-open").first.click()
    page.wait_for_url("**/search.html")
    assert "needs JavaScript" in page.locator("article").inner_text()
    for link in page.locator("article ul a").evaluate_all("links => links.map(a => a.href)"):
        assert Path(link.removeprefix("file://")).is_file()
    context.close()
