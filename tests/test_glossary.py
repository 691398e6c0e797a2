"""Pages that mention terms, claims and works: what is linked, and what a preview may hold."""

import json
import re

import pytest
from bs4 import BeautifulSoup
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from evidencebook.sphinx_glossary import Entry, Lexicon
from evidencebook.sphinx_previews import json_block

SETTINGS = """
extensions = ["myst_parser", "sphinxcontrib.bibtex", "evidencebook.sphinx_evidence"]
myst_enable_extensions = ["colon_fence", "deflist", "attrs_inline"]
bibtex_bibfiles = ["references.bib"]
bibtex_reference_style = "super"
bibtex_default_style = "evidencebook"
bibtex_cite_id = "ref-{key}"
bibtex_tooltips = False
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
