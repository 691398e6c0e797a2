"""Every figure that a page states is accounted for: no digit stands in the built text by hand alone."""

import json
import re
from collections import Counter

import pytest
from bs4 import BeautifulSoup, NavigableString

from evidencebook import evidence

pytestmark = pytest.mark.build

# What may hold a digit without being a number claim, and why. Keep this list short.
ACCOUNTED = {
    ".bibtex-citation, .citation": "the number and the text of a reference",
    ".locator": "a place in a source",
    ".queried": "identifiers of the rows or discrepancies that a sentence or row leads to",
    "h1, h2, h3, h4, h5, h6": "a heading; a component's title holds its id",
    ".caption-number, .std-numref": "the number of a figure or table",
    ".reading": "how hard the page's own words are to read, worked out from these words",
    ".provenance": "what the page was made from: the evidence itself",
    ".table-source": "names of the parts of the sources",
    ".ledger-contents": "names of the parts of the sources, and of the pages",
    ".tested": "what tests try on the pages themselves, held against the tests in test_accessibility",
    "blockquote": "how the source and this edition are cited",
}
# A row's words stand in the nearest of these around its mark; a card holds it whole.
CARDS = (".cmo", ".entry")
HOLDERS = ("li", "tr", "dd", "dt", "p")


@pytest.fixture(scope="module")
def claims(report):
    return json.loads((report.html / "claims.json").read_text(encoding="utf-8"))


def pages(report):
    return sorted((report.html / "book").rglob("*.html"))


def row_text(mark):
    """Return the elements that hold the words of the row that *mark* names."""
    holder = mark.find_parent(HOLDERS)
    card = next((c for c in mark.parents if {f".{k}" for k in c.get("class", [])} & set(CARDS)), None)
    meaning = [holder.find_next_sibling("dd")] if holder.name == "dt" else []
    return [card] if card is not None else [*meaning, holder]


def rest(article, numbers, cells):
    """Take out of *article* all that is accounted for; return the text and alternative texts left over.

    A topic over several rows is accounted for when it is one of *cells*: their own words.
    """
    for fold in article.select("details.folded"):
        # The line that opens a fold counts what is inside: held against it here.
        told = re.search(r"\((\d+) rows?\)$", " ".join(fold.summary.get_text().split()))
        if told and int(told[1]) == len(fold.select("span.claim[id], span.rowmark[id]")):
            fold.summary.decompose()
    for anchor in numbers:
        if (found := article.find(id=anchor)) is not None:
            found.decompose()
    for mark in article.select("span.claim[id], span.rowmark[id]"):
        if not mark.decomposed:
            for element in row_text(mark):
                element.decompose()
    topics = [t for t in article.select(".topic") if t.get_text() in cells]
    for element in [*topics, *article.select(", ".join(ACCOUNTED))]:
        if not element.decomposed:
            element.decompose()
    texts = [str(t) for t in article.find_all(string=True) if type(t) is NavigableString]
    return texts + [image.get("alt", "") for image in article.find_all("img")]


def unaccounted(report, claims):
    loaded = evidence.load(report)
    package = loaded.package
    cells = {cell for frame in loaded.frames.values() for cell in frame.get("topic", ())}
    names = sorted((*claims["rows"], package.version, package.created), key=len, reverse=True)
    known = re.compile("|".join(map(re.escape, names)))
    numbers = {}
    for claim in claims["claims"]:
        # A figure in a sentence is filled in from rows; `check_prose` refuses one that is typed.
        if claim["kind"] != "row":
            numbers.setdefault(claim["page"], []).append(claim["anchor"])
    for page in pages(report):
        document = str(page.relative_to(report.html).with_suffix(""))
        article = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser").find("article")
        for text in rest(article, numbers.get(document, []), cells):
            if re.search(r"\d", known.sub("", text)):
                yield f"{page.stem}: {' '.join(text.split())}"


def test_every_digit_belongs_to_a_claim_a_citation_a_place_or_a_heading(report, claims):
    assert list(unaccounted(report, claims)) == []


def test_a_digit_typed_by_hand_is_found(report, claims):
    """The test itself works: a typed figure beside a claim is found, one inside it is not."""
    article = BeautifulSoup(
        '<article><h2>2 aims</h2><div id="n"><p>12 findings</p></div><p>Some 40 people.</p>'
        '<ul><li>It fell by 3%. <span class="claim" id="r1-ph-001">R1-PH-001</span></li></ul></article>',
        "html.parser",
    )
    assert [t for t in rest(article, ["n"], set()) if re.search(r"\d", t)] == ["Some 40 people."]


def test_claim_ids_are_unique_on_their_page(claims):
    found = Counter((c["page"], c["anchor"]) for c in claims["claims"])
    assert [place for place, times in found.items() if times > 1] == []
