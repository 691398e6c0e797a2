"""How a page is cited, in every format, with texts that try to break out of it."""

import io
import json
from pathlib import Path

import bibtexparser
import jsonschema
import pytest
import rispy
import yaml
from bs4 import BeautifulSoup
from pybtex.database import parse_string

from evidencebook.citing import Book, Page, bibtex, csl, formatted, head, ris_record, vancouver

SOURCE = "Turner A. A synthesis. Health Serv Deliv Res 2018;6(25). doi: 10.3310/hsdr06250"
HERE = Path(__file__).parent
BOOK = Book("care", "What works", "The team", "1.2.0", "2026-03-05", "en", "https://example.org/by", SOURCE)
PAGE = Page("book/chapters/r1-review", "R1: a review")
HOME = Page("book/chapters/home", "What works", whole=True)
HOSTILE = 'A} @book{x, "<b>&</b></script><script>alert(1)</script>\nER  - \\input{/etc/passwd} %$#_~^'


def metas(book, page):
    soup = BeautifulSoup(f"<head>{head(book, page)}</head>", "html.parser")
    return soup, {m["name"]: m["content"] for m in soup.find_all("meta")}


def test_plain_text_follows_vancouver():
    assert vancouver(BOOK, PAGE) == (
        "The team. R1: a review. In: What works. Reproducible edition, data version 1.2.0; 2026 Mar 5."
    )
    assert vancouver(BOOK, HOME) == "The team. What works. Reproducible edition, data version 1.2.0; 2026 Mar 5."


def test_an_edition_and_an_address_are_told():
    book = Book(
        "care",
        "What works?",
        "T",
        "1.2.0",
        "2026-03-05",
        source=SOURCE,
        part="UK edition",
        base="https://example.org/b/",
    )

    assert vancouver(book, PAGE) == (
        "T. R1: a review. In: What works? Reproducible edition, UK edition, data version 1.2.0; 2026 Mar 5. "
        "Available from: https://example.org/b/book/chapters/r1-review.html"
    )
    assert json.loads(csl(book, PAGE))[0]["URL"].endswith("r1-review.html")


def test_a_synthesis_of_works_themselves_claims_to_be_no_edition_of_a_report():
    book = Book("care", "What works?", "T", "1.2.0", "2026-03-05")
    assert vancouver(book, HOME) == "T. What works? Data version 1.2.0; 2026 Mar 5."


def test_the_head_says_what_the_page_is():
    _, told = metas(BOOK, PAGE)

    assert told["DC.title"] == told["citation_title"] == "R1: a review"
    assert told["DC.creator"] == told["citation_author"] == "The team"
    assert told["DC.date"] == "2026-03-05"
    assert told["citation_publication_date"] == "2026/03/05"
    assert told["citation_inbook_title"] == "What works"
    assert told["DC.relation.isBasedOn"] == "https://doi.org/10.3310/hsdr06250"
    assert told["DC.rights"] == "https://example.org/by"
    assert "1.2.0" in told["DC.description"]


def test_no_doi_and_no_institution_of_its_own_is_claimed():
    _, told = metas(BOOK, PAGE)

    assert not {"citation_doi", "DC.identifier", "citation_technical_report_institution"} & set(told)
    assert "10.3310" not in "".join(formatted(BOOK, PAGE).values())


@pytest.mark.parametrize(("page", "kind"), [(PAGE, "Chapter"), (HOME, "Report")])
def test_schema_org_calls_a_page_a_chapter_and_home_the_report(page, kind):
    soup, _ = metas(BOOK, page)
    told = json.loads(soup.find("script", type="application/ld+json").string)

    assert told["@type"] == kind
    assert told["isBasedOn"]["@id"] == "https://doi.org/10.3310/hsdr06250"
    assert ("isPartOf" in told) is (kind == "Chapter")


def test_a_hostile_title_stays_text_in_the_head():
    soup, told = metas(BOOK, Page("a/b", HOSTILE))
    scripts = soup.find_all("script")

    assert len(scripts) == 1
    assert soup.find("b") is None
    assert told["DC.title"] == " ".join(HOSTILE.split())
    assert json.loads(scripts[0].string)["name"] == HOSTILE
    assert not set("<>&") & set(scripts[0].string)


def test_a_hostile_title_stays_in_its_field_in_every_format():
    page = Page("a/b", HOSTILE)
    library = bibtexparser.parse_string(bibtex(BOOK, page))

    assert len(library.entries) == 1
    assert library.failed_blocks == []
    assert "\\input" not in bibtex(BOOK, page)
    lines = ris_record(BOOK, page).split("\r\n")
    assert [line[:6] for line in lines if line.startswith(("ER", "TY"))] == ["TY  - ", "ER  - "]
    assert json.loads(csl(BOOK, page))[0]["title"] == HOSTILE


def test_bibtex_of_a_chapter_names_book_year_and_version():
    entry = bibtexparser.parse_string(bibtex(BOOK, PAGE)).entries[0]

    assert (entry.entry_type, entry.key) == ("incollection", "care-r1-review-2026")
    assert entry["booktitle"] == "{What works}"
    assert entry["year"] == "2026"
    assert "data version 1.2.0" in entry["note"]


@pytest.mark.parametrize(("page", "kind"), [(PAGE, "CHAP"), (HOME, "RPRT")])
def test_an_independent_reader_of_ris_finds_title_book_and_date(page, kind):
    [entry] = rispy.load(io.StringIO(ris_record(BOOK, page)))

    assert (entry["type_of_reference"], entry["title"], entry["authors"]) == (kind, page.title, ["The team"])
    assert (entry["year"], entry["date"]) == ("2026", "2026/03/05")
    assert entry.get("secondary_title", "") == ("" if page.whole else "What works")


def test_an_independent_reader_of_bibtex_keeps_the_team_as_one_name():
    entry = parse_string(bibtex(BOOK, PAGE), "bibtex").entries["care-r1-review-2026"]

    assert [str(person) for person in entry.persons["author"]] == ["{The team}"]
    assert entry.fields["year"] == "2026"


def test_csl_json_says_what_reference_managers_need():
    """Names and types of CSL 1.0.2: a chapter has a container, a report none; dates are parts."""
    [chapter], [report] = (json.loads(csl(BOOK, page)) for page in (PAGE, HOME))

    assert (chapter["type"], chapter["container-title"], report["type"]) == ("chapter", "What works", "report")
    assert chapter["issued"] == {"date-parts": [[2026, 3, 5]]}
    assert chapter["author"] == [{"literal": "The team"}]
    assert "container-title" not in report


def test_the_tags_that_zotero_reads_make_a_chapter_of_a_page_and_no_chapter_of_the_report():
    """Zotero takes a page with `citation_inbook_title` for a section of a book, and asks for title, author, date."""
    soup, chapter = metas(BOOK, PAGE)
    _, report = metas(BOOK, HOME)

    assert {"citation_title", "citation_author", "citation_publication_date", "citation_inbook_title"} <= set(chapter)
    assert "citation_inbook_title" not in report
    assert soup.find("link", rel="schema.DC")["href"] == "http://purl.org/dc/elements/1.1/"


def test_the_citation_file_is_valid_by_the_schema_of_its_format(repository):
    told = yaml.safe_load((repository.root / "CITATION.cff").read_text(encoding="utf-8"))
    schema = json.loads((HERE / "schemas" / "cff-1.2.0.json").read_text(encoding="utf-8"))
    told["date-released"] = str(told["date-released"])

    jsonschema.Draft7Validator(schema).validate(told)
    package = json.loads((repository.data / "datapackage.json").read_text(encoding="utf-8"))
    assert told["version"] == package["version"]
    assert told["date-released"] == package["created"][:10]
    assert "doi" not in told
