"""Pages that mention terms, claims and works: what is linked, and what a preview may hold."""

import json
import re
import shutil
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from evidencebook.sphinxext.glossary import Entry, Lexicon
from evidencebook.sphinxext.previews import json_block

SCRIPTS = Path(__file__).parents[1] / "book" / "_static"
SETTINGS = """
extensions = ["myst_parser", "sphinxcontrib.bibtex", "evidencebook.sphinxext.evidence"]
myst_enable_extensions = ["colon_fence", "deflist", "attrs_inline"]
bibtex_bibfiles = ["references.bib"]
bibtex_reference_style = "super"
bibtex_default_style = "evidencebook"
bibtex_cite_id = "ref-{key}"
bibtex_tooltips = False
html_static_path = ["_static"]
html_js_files = [["preview.js", {"defer": "defer"}]]
"""
WORK = """@article{adams2001,
  author = {Adams, A.}, title = {On "made-up" <b>clinics</b>}, journal = {Nowhere J}, year = 2001, doi = {10.5555/1}
}"""
GLOSSARY = r"""# Glossary

:::{container} facts
[Case management]{#term-case-management .glossary-term}
: Planning the care of one person

[Integrated care]{#term-integrated-care .glossary-term}
: Care that is joined up

[Integrated care pathways]{#term-integrated-care-pathways .glossary-term}
: A way through it \<script\>alert("x")\</script\>

[Community]{#term-community .glossary-word}
: People

[Programme theory]{#term-programme-theory .glossary-term}
: What a programme rests on
:::

::::{list-table} Abbreviations
:header-rows: 1
* - Abbreviation
  - Stands for
* - [GP]{#abbreviation-gp .abbreviation}
  - general "practitioner"
* - [A&E]{#abbreviation-a-e .abbreviation}
  - accident and emergency
::::
"""
PAGE = r"""# Integrated care in a heading

[Case management]{.topic}

`integrated care` and [integrated care](glossary.md) are no running text. The first integrated
care is, and Integrated care again, and integrated care.

Integrated care pathways lead on. Case-management is one word for it, programme theories another.
gp is another; GPs see an MGP or a GP-led community. Non-integrated-care is another word.

- [Confirming]{.stance .stance-confirming} A claim of one "work" & \<b\>more\</b\>.{cite}`adams2001`
  [X-1]{#x-1 .claim} [ch1 ¶1]{.locator}

::::{list-table} A table
:header-rows: 1
* - Accident and A&E
  - Which
* - [Y-1]{#y-1 .claim} A cell{cite}`adams2001`
  - in A&E
::::
"""
OTHER = """# Other

See [X-1](#x-1), [Y-1](#y-1) and a work.{cite}`adams2001`
"""


@pytest.fixture
def sources(tmp_path):
    return write(tmp_path / "pages")


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """The pages as HTML, made once."""
    return make(write(tmp_path_factory.mktemp("book") / "pages"))[0]


def write(folder):
    folder.mkdir()
    shutil.copytree(SCRIPTS, folder / "_static")
    pages = {"glossary": GLOSSARY, "page": PAGE, "other": OTHER, "works": "# Works\n\n```{bibliography}\n:all:\n```\n"}
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    listed = "\n".join(pages)
    (folder / "index.md").write_text(f"# Book\n\n```{{toctree}}\n{listed}\n```\n", encoding="utf-8")
    (folder / "conf.py").write_text(SETTINGS, encoding="utf-8")
    (folder / "references.bib").write_text(WORK, encoding="utf-8")
    return folder


def make(sources, builder="html"):
    """Build the pages; return the folder and the names of the pages written."""
    out = sources.parent / builder
    written = []
    with patch_docutils(str(sources)), docutils_namespace():
        app = Sphinx(
            str(sources), str(sources), str(out), str(out.parent / "trees"), builder, status=None, warningiserror=True
        )
        app.connect("html-page-context", lambda app, page, *rest: written.append(page))
        app.build()
    return out, written


def article(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").select_one('[role="main"]')


def told(path):
    return json.loads(BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").find(id="previews").string)


def linked(page):
    return [(a.get_text(), a["href"]) for a in page.select("a.term")]


def test_first_use_of_each_word_is_linked_and_no_other(book):
    assert linked(article(book / "page.html")) == [
        ("integrated\ncare", "glossary.html#term-integrated-care"),
        ("Integrated care pathways", "glossary.html#term-integrated-care-pathways"),
        ("Case-management", "glossary.html#term-case-management"),
        ("programme theories", "glossary.html#term-programme-theory"),
        ("GP", "glossary.html#abbreviation-gp"),
        ("A&E", "glossary.html#abbreviation-a-e"),
    ]


def test_abbreviation_says_what_it_stands_for(book):
    word = article(book / "page.html").select_one("a.term abbr")
    assert word["title"] == "general “practitioner”"
    assert word.parent.next_sibling.startswith("s see")


def test_headings_table_heads_code_and_links_are_left_alone(book):
    page = article(book / "page.html")
    for place in ("h1", "th", "code", ".topic", "a:not(.term)", ".locator", ".claim"):
        assert page.select(f"{place} a.term") == [], place


def test_glossary_itself_has_no_links_to_terms(book):
    assert linked(article(book / "glossary.html")) == []


def test_single_page_links_the_first_use_of_each_chapter(sources):
    (sources / "other.md").write_text(OTHER + "\nIntegrated care, integrated care.\n", encoding="utf-8")
    out, _ = make(sources, "singlehtml")
    words = [text for text, _ in linked(article(out / "index.html"))]
    assert words.count("integrated\ncare") == 1
    assert words.count("Integrated care") == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("MDTs and an MDT", ["MDT", "MDT"]),
        ("mdt, MDTX, xMDT, post-MDT", []),
        ("logic model, Logic Models, logic-model", ["logic model", "Logic Models", "logic-model"]),
        ("logically modelled; psychologic models", []),
        ("feedback loop of a virtual clinic", ["feedback loop", "virtual clinic"]),
        ("a virtual clinic network", ["virtual clinic network"]),
        ("community-led", []),
        ("communities", ["communities"]),
    ],
)
def test_words_are_found_whole_longest_first_in_singular_and_plural(text, found):
    names = ["Logic models", "Feedback loops", "Virtual clinics", "Virtual clinic network", "Community"]
    entries = [Entry(name, name, "", is_abbreviation=False) for name in names]
    lexicon = Lexicon([*entries, Entry("mdt", "MDT", "", is_abbreviation=True)])
    assert [text[f.start : f.end] for f in lexicon.find(text)] == found


def test_no_words_no_links():
    assert list(Lexicon([]).find("integrated care")) == []


def test_preview_of_a_claim_elsewhere_holds_its_words_stance_place_and_works(book):
    other = told(book / "other.html")
    assert other["x-1"] == {
        "name": "X-1",
        "text": "A claim of one “work” & <b>more</b>.",
        "stance": ["Confirming", "stance stance-confirming"],
        "locator": "ch1 ¶1",
        "cited": "1",
    }
    assert other["y-1"]["parts"] == [["Accident and A&E", "A cell"], ["Which", "in A&E"]]
    assert other["ref-adams2001"]["name"] == "Reference 1"
    assert other["ref-adams2001"]["text"].startswith('Adams A. On "made-up" <b>clinics</b>. Nowhere J 2001')
    assert "10.5555" not in other["ref-adams2001"]["text"]


def test_page_holds_no_preview_of_what_stands_on_it(book):
    page = told(book / "page.html")
    assert "x-1" not in page
    assert page["term-integrated-care"]["text"] == "Care that is joined up"


def test_poisoned_definition_stays_text(book):
    path = book / "page.html"
    meaning = told(path)["term-integrated-care-pathways"]["text"]
    assert re.sub("[“”]", '"', meaning) == 'A way through it <script>alert("x")</script>'
    assert "<script>alert" not in path.read_text(encoding="utf-8")


def test_block_cannot_be_ended_by_its_own_text():
    poison = "</script><script>alert(1)</script><!-- \u2028 & '\" -->"
    block = json_block({"x": {"text": poison}})
    inside = block.removeprefix('<script type="application/json" id="previews">').removesuffix("</script>")
    assert not re.search("[<>&\u2028]", inside)
    assert json.loads(inside) == {"x": {"text": poison}}


def test_changed_definition_refreshes_the_pages_that_link_to_it(sources):
    make(sources)
    assert "page" not in make(sources)[1]
    path = sources / "glossary.md"
    path.write_text(GLOSSARY.replace("Care that is joined up", "Care made whole"), encoding="utf-8")
    out, written = make(sources)
    assert "page" in written
    assert told(out / "page.html")["term-integrated-care"]["text"] == "Care made whole"


def test_changed_claim_refreshes_only_the_pages_that_lead_to_it(sources):
    make(sources)
    (sources / "page.md").write_text(PAGE.replace("A claim of one", "A mended claim of one"), encoding="utf-8")
    out, written = make(sources)
    assert {"page", "other"} <= set(written)
    assert "glossary" not in written
    assert told(out / "other.html")["x-1"]["text"].startswith("A mended claim")


def test_removed_term_leaves_no_link(sources):
    make(sources)
    text = GLOSSARY.replace(".glossary-term", ".glossary-word", 1)
    (sources / "glossary.md").write_text(text, encoding="utf-8")
    assert "Case-management" not in [word for word, _ in linked(article(make(sources)[0] / "page.html"))]


@pytest.fixture
def page(book, browser):
    """A page whose links all lead to other pages."""
    context = browser.new_context(viewport={"width": 320, "height": 256}, has_touch=True)
    page = context.new_page()
    page.said = []
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("dialog", lambda dialog: page.said.append(dialog.message))
    page.on("request", lambda r: page.said.append(r.url) if not r.url.startswith("file:") else None)
    page.goto((book / "other.html").as_uri())
    yield page
    context.close()
    assert page.said == []


@pytest.mark.build
@pytest.mark.parametrize(
    ("anchor", "said"),
    [
        ("x-1", "A claim of one “work” & <b>more</b>."),
        ("y-1", "Accident and A&E"),
        ("ref-adams2001", 'On "made-up" <b>clinics</b>'),
    ],
)
def test_card_shows_on_focus_as_text_and_closes_with_escape(page, anchor, said):
    link, card = page.locator(f"[role=main] a[href$='#{anchor}']").first, page.locator("#preview")
    page.keyboard.press("Tab")
    link.focus()
    card.wait_for(state="visible")
    assert said in card.inner_text()
    assert card.locator("b, script").count() == 0
    assert link.get_attribute("aria-describedby") == "preview"
    box = card.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    page.keyboard.press("Escape")
    card.wait_for(state="hidden")
    assert link.get_attribute("aria-describedby") is None
    assert link.evaluate("link => document.activeElement === link")


@pytest.mark.build
def test_tab_leaves_the_card_behind(page):
    page.keyboard.press("Tab")
    page.locator("[role=main] a[href$='#x-1']").focus()
    page.locator("#preview").wait_for(state="visible")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.hash") == "#y-1"


@pytest.mark.build
def test_first_tap_shows_and_second_goes(page):
    link, card = page.locator("[role=main] a[href$='#x-1']"), page.locator("#preview")
    link.tap()
    card.wait_for(state="visible")
    assert page.url.endswith("other.html")
    link.tap()
    page.wait_for_url("**/page.html#x-1")


@pytest.mark.build
def test_heading_of_the_card_goes(page):
    page.locator("[role=main] a[href$='#x-1']").tap()
    page.locator("#preview .preview-head").tap()
    page.wait_for_url("**/page.html#x-1")


@pytest.mark.build
def test_abbreviation_has_one_tooltip(page, book):
    page.goto((book / "page.html").as_uri())
    word = page.locator("a.term abbr").first
    assert word.get_attribute("title") is None
    word.tap()
    page.locator("#preview").wait_for(state="visible")
    assert "general “practitioner”" in page.locator("#preview").inner_text()


@pytest.mark.build
def test_claim_of_the_same_page_is_copied_without_its_anchor(page, book):
    (book / "page.html").write_text(
        (book / "page.html").read_text(encoding="utf-8").replace("<h1>", '<p><a href="#x-1">X</a></p><h1>', 1),
        encoding="utf-8",
    )
    page.goto((book / "page.html").as_uri())
    page.locator("[role=main] a[href='#x-1']").tap()
    card = page.locator("#preview")
    card.wait_for(state="visible")
    assert "A claim of one" in card.inner_text()
    assert page.locator("[id='x-1']").count() == 1
