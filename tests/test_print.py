"""The printed page: words in figures, turned pages for wide tables, continued captions, boxes, sources, packing."""

import re

import matplotlib.pyplot as plt
import pypdf
import pytest

from evidencebook.figure_text import lettered
from evidencebook.figures.style import save
from evidencebook.ledger import Row
from evidencebook.pdf import compile_typst, to_typst
from evidencebook.plain_pages import plain_pages
from evidencebook.sphinxext.sources import told_sources

METADATA = {
    "title": "A made-up book",
    "author": "Nobody",
    "date": "2030-01-01",
    "version": "1.0.0",
    "data-title": "Made-up tables",
    "citation": "Nobody. Made up.",
    "sources": ["A first source", "A second source"],
}
LONG = "A cell of many words that needs several lines in a narrow column of a page that stands upright. " * 2


def table(name, columns, rows, words):
    cells = f"<tr>{f'<td><p>{words}</p></td>' * columns}</tr>" * rows
    head = f"<tr>{''.join(f'<th>Head {n}</th>' for n in range(columns))}</tr>"
    caption = f"<caption>Table {name} What {name} holds (made up). More of it.</caption>"
    return f'<table id="{name}">{caption}<thead>{head}</thead><tbody>{cells}</tbody></table>'


def book(*parts):
    """A first page and one chapter in a part, as the pages of the HTML book are."""
    chapter = f"<article><section><h1>A chapter</h1>{''.join(parts)}</section></article>"
    home, plain = plain_pages({"home": "<article><section><h1>Home</h1></section></article>", "a": chapter}).values()
    return [home, f'<h1>A part</h1><div class="part-contents"></div>{plain}']


@pytest.fixture
def sheets(tmp_path):
    """Return the pages that the parts of a chapter make."""

    def make(*parts):
        source = tmp_path / "report.typ"
        source.write_text(to_typst(book(*parts), METADATA), encoding="utf-8")
        return pypdf.PdfReader(compile_typst(source, tmp_path / "report.pdf", METADATA["date"])).pages

    return make


@pytest.fixture
def printed(sheets):
    """Return the text and size of each page that the parts of a chapter make."""

    def make(*parts):
        return [(" ".join(p.extract_text().split()), p.mediabox.width > p.mediabox.height) for p in sheets(*parts)]

    return make


def test_a_figure_on_paper_has_its_words_as_text_at_the_same_place(tmp_path):
    figure, axes = plt.subplots()
    axes.text(0.5, 0.5, "A <bold> label & more", weight="bold", rotation=30, color="#14505c")
    axes.set_title("Plain title")
    save(figure, tmp_path / "a.svg")
    drawn = (tmp_path / "a.svg").read_text(encoding="utf-8")

    made = lettered(drawn)

    words = re.findall(r"<text [^>]*>([^<]*)</text>", made)
    assert {"A &lt;bold&gt; label &amp; more", "Plain title"} <= set(words)
    assert "DejaVuSans" not in made
    bold = re.search(r"<text ([^>]*)>A &lt;", made)[1]
    assert all(told in bold for told in ("normal bold", "fill: #14505c", "rotate(-30)"))
    place = re.search(r"<!-- Plain title -->\s*<g style=\"[^\"]*\" transform=\"(translate\([^)]*\))", drawn)[1]
    assert f'transform="{place}">Plain title' in made


def test_a_figure_with_a_label_drawn_in_another_way_keeps_all_its_outlines():
    one = '<!-- A --><g style="" transform="translate(1 2) scale(0.1 -0.1)"><use xlink:href="#DejaVuSans-41"/></g>'
    other = '<g transform="skewX(3)"><use xlink:href="#DejaVuSans-41"/></g>'

    assert "<text" in lettered(one)
    assert lettered(one + other) == one + other


def test_a_wide_table_stands_on_turned_pages_with_its_heading_and_the_text_after_it_upright(printed):
    wide = table("wide", 6, 14, LONG)
    pages = printed("<p>Before.</p>", "<h2>A wide matter</h2>", wide, "<h2>Later</h2>", "<p>After.</p>")

    turned = [text for text, landscape in pages if landscape]
    assert len(turned) > 1
    assert "A wide matter" in turned[0]
    assert not any("Before." in text or "After." in text for text in turned)
    text, landscape = pages[-1]
    assert "After." in text
    assert not landscape


def test_a_page_that_begins_inside_a_table_names_it_again_and_keeps_the_running_head(printed):
    pages = printed(table("long", 3, 60, "Some words."), "<h2>Later</h2>", "<p>After.</p>")

    inside = [text for text, _ in pages if "Head 0" in text]
    assert len(inside) > 1
    assert "What long holds (continued)" not in inside[0]
    assert all("Table long What long holds (continued)" in text for text in inside[1:])
    assert all("A made-up book A chapter" in text for text in inside)
    assert "made up" not in inside[1].partition("Head 0")[0].replace("A made-up book", "")


@pytest.mark.parametrize(
    ("columns", "rows", "words"),
    [(4, 20, LONG), (6, 40, "Few words"), (6, 2, LONG)],
    ids=["four columns", "short rows", "a few rows"],
)
def test_other_tables_stay_on_upright_pages(columns, rows, words):
    assert "flipped" not in to_typst(book(table("t", columns, rows, words)), METADATA).partition("A chapter")[2]


def test_wide_tables_that_follow_each_other_share_their_turned_pages():
    made = to_typst(book(table("one", 6, 14, LONG), table("two", 6, 14, LONG)), METADATA)

    assert made.count("#set page(flipped: true)") == 1
    assert made.count("#set page(flipped: false)") == 1


def test_boxes_are_listed_and_a_book_without_has_no_list(printed):
    box = '<div class="box" id="b"><p class="box-title">Box 7 What matters</p><p>Inside.</p></div>'
    texts = [text for text, _ in printed(box)]

    (listed,) = (text for text in texts if "Boxes" in text)
    assert "Box 7 What matters" in listed
    assert any("Box 7 What matters Inside." in text for text in texts)
    assert not any("Boxes" in text for text, _ in printed("<p>Nothing.</p>"))


def test_short_lists_share_a_page_and_each_entry_has_its_page_on_its_line(sheets):
    box = '<div class="box" id="b"><p class="box-title">Box 7 What matters</p><p>Inside.</p></div>'
    lists = next(page for page in sheets(box, table("t", 2, 2, "Short")) if "Contents" in page.extract_text())

    lines = [" ".join(line.split()) for line in lists.extract_text().splitlines()]
    assert {"Contents", "Tables", "Boxes"} <= set(lines)
    for named in ("Table t What t holds", "Box 7 What matters"):
        assert any(re.fullmatch(named + r"[\s.\u2060]*\d+", line) for line in lines), lines


def test_the_imprint_says_version_citation_and_sources(printed):
    imprint = printed("<p>Text.</p>")[1][0]

    for told in ("Data version 1.0.0, 2030-01-01", "Nobody. Made up.", "A first source", "A second source"):
        assert told in imprint


def test_a_part_lists_its_chapters(printed):
    (part,) = (text for text, _ in printed("<p>Text.</p>") if text.startswith("A part"))

    assert "A chapter" in part


def test_what_is_under_a_table_says_each_source_and_its_parts():
    def row(source, *places):
        return Row("a", "a", "t", source, places, (), "", "")

    names = {"one": "First House, 2001", "two": "Second House"}
    rows = [row("two"), row("one", "ch4 Outcomes ¶1", "app5"), row("one", "ch4 Outcomes ¶2"), row("")]

    assert (
        told_sources(rows, names) == "Source: First House, 2001, ch4, app5; Second House; rows that this edition adds."
    )
    assert told_sources([], names) == ""
    many = row("one", *(f"table{n}" for n in range(9)))
    assert told_sources([many], names).endswith("table5 and 3 other parts.")


def test_columns_on_paper_have_the_shares_of_the_width_that_a_page_says_by_class():
    columns = '<colgroup><col class="width-17"><col class="width-66"><col class="width-17"></colgroup>'
    told = to_typst(book(table("t", 3, 1, "Word").replace("<thead>", columns + "<thead>")), METADATA)
    assert "columns: (17%, 66%, 17%)" in told
