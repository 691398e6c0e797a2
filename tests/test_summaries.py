"""The summaries of the real book: every chapter opens with one, and one is two sheets of paper."""

import re

import pypdf
import pytest
from bs4 import BeautifulSoup

from evidencebook import evidence
from evidencebook.chapters import plan

pytestmark = pytest.mark.build
OPENINGS = ".in-short, .answer"


def article(report, document):
    page = (report.html / f"{document}.html").read_text(encoding="utf-8")
    return BeautifulSoup(page, "html.parser").find("article")


@pytest.fixture(scope="module")
def chapters(report):
    return plan(report, evidence.load(report).frames)


def opens_otherwise(chapter):
    """The landing page and the short versions are summaries; two pages are lists of versions and of files."""
    return chapter.template.all_prose or chapter.slug in ("whats-new", "downloads")


def test_every_chapter_opens_with_what_a_reader_takes_from_it(report, chapters):
    short = [c for c in chapters if c.template.short_version]
    assert len(short) == 2
    without = []
    for chapter in chapters:
        if opens_otherwise(chapter):
            continue
        found = article(report, chapter.document)
        opening, first = found.select_one(OPENINGS), found.find("h2")
        if opening is None or (first is not None and first in opening.find_all_previous("h2")):
            without.append(chapter.slug)
    assert without == []


def test_each_opening_leads_to_rows_or_to_the_tables_it_counts(report, chapters):
    for chapter in chapters:
        opening = article(report, chapter.document).select_one(OPENINGS)
        assert opens_otherwise(chapter) or opening.select("a[href*='#']"), chapter.slug


def test_counts_in_prose_are_the_numbers_of_the_tables(report):
    frames = evidence.load(report).frames
    told = article(report, "book/chapters/source-audit").select_one(".in-short").get_text()
    assert f"lists {len(frames['discrepancies'])} discrepancies" in told


def test_plain_summary_says_how_easy_it_is_to_read(report):
    told = article(report, "book/chapters/plain-summary").get_text()
    grade = float(re.search(r"Flesch–Kincaid grade (\d+\.\d)", told)[1])
    assert 3 < grade <= 7
    assert "SMOG grade" in told


def test_summary_for_decision_makers_is_two_accessible_sheets(report):
    reader = pypdf.PdfReader(report.pdf / "summary.pdf")
    assert len(reader.pages) == 2
    assert [round(float(n)) for n in reader.pages[0].mediabox[2:]] == [595, 842]
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "pdfuaid" in root["/Metadata"].get_data().decode("utf-8")
    assert reader.metadata.title == "Summary for decision-makers"


def test_summary_on_paper_holds_every_component_and_the_rows_it_cites(report):
    frames = evidence.load(report).frames
    text = re.sub(r"\s+", "", "".join(p.extract_text() for p in pypdf.PdfReader(report.pdf / "summary.pdf").pages))
    text = text.replace("-", "")
    for component in frames["components"].itertuples():
        assert re.sub(r"[\s-]+", "", component.short_title) in text
    what = frames["active_ingredients"].query("kind == 'what'")["id"].str.replace("-", "")
    assert [i for i in what if i not in text] == []
    page = article(report, "book/chapters/decision-summary")
    cited = {a["href"].rsplit("#", 1)[1].upper() for a in page.select(".queried a")}
    assert len(cited) > 50
    assert [i for i in sorted(cited) if i.replace("-", "") not in text] == []
    assert "(PDF)" not in text


def test_sources_under_the_answers_are_those_of_the_rows_behind_each_answer(report):
    """Components stand in chapters 3 to 6 of the source, and the answers on maps rest on chapter 7."""
    under = article(report, "book/chapters/decision-summary").select_one(".table-source").get_text()
    assert {"ch3", "ch4", "ch5", "ch6", "ch7"} <= set(re.findall(r"ch\d", under)), under


def test_page_and_home_offer_the_same_pdf_inside_the_book(report):
    made = (report.pdf / "summary.pdf").read_bytes()
    assert (report.html / "_static" / "summary.pdf").read_bytes() == made
    for document in ("book/chapters/decision-summary", "book/chapters/home"):
        link = article(report, document).select_one(".offer a")
        target = (report.html / document).parent / link["href"]
        assert target.resolve() == (report.html / "_static" / "summary.pdf").resolve()


def test_rows_folded_away_on_the_screen_stand_in_the_printed_book(report):
    folded = article(report, "book/chapters/methods").select("details.sd-dropdown span.claim")
    assert len(folded) > 80
    text = re.sub(r"\s+", "", "".join(p.extract_text() for p in pypdf.PdfReader(report.pdf / "report.pdf").pages))
    assert [m.get_text() for m in folded if m.get_text() not in text] == []
