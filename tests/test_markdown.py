"""Cell text becomes MyST that shows exactly that text and does nothing else."""

import pytest
import yaml
from bs4 import BeautifulSoup
from conftest import REPOSITORY
from docutils import nodes
from docutils.core import publish_doctree, publish_string
from hostile import NASTY
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it.renderer import RendererHTML
from myst_parser.config.main import MdParserConfig
from myst_parser.docutils_ import Parser
from myst_parser.parsers.mdit import create_md_parser

from evidencebook.markdown import Myst, bullets, escape, figure, span, table
from evidencebook.sphinxext.roles import with_roles

EXTENSIONS = yaml.safe_load((REPOSITORY / "_config.yml").read_text(encoding="utf-8"))["parse"]["myst_enable_extensions"]
MORE = {
    *("amsmath", "dollarmath", "fieldlist", "html_admonition", "html_image"),
    *("linkify", "strikethrough", "substitution", "tasklist"),
}
OPTIONS = {"myst_enable_extensions": EXTENSIONS, "doctitle_xform": False, "report_level": 5}
MARKDOWN = create_md_parser(MdParserConfig(enable_extensions=set(EXTENSIONS)), RendererHTML)
# Text that tables may hold: no control characters, which `tables` refuses.
ANY = st.text(st.characters(exclude_categories=("Cs", "Cc")))
MARKUP = st.text(st.sampled_from(list("\\`*_{}[]<>#|~^$&@%-+:=.()!\"'/;,? \n1aw")), max_size=30)
PIECES = st.lists(st.sampled_from(list(NASTY.values())), max_size=4).map(" ".join)


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_escaped_text_is_one_paragraph_of_that_text(text):
    assert read(escape(text)) == plain(text)


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_escaped_text_stays_inert_when_more_of_myst_is_switched_on(text):
    parser = create_md_parser(MdParserConfig(enable_extensions=MORE | set(EXTENSIONS)), RendererHTML)

    assert read(escape(text), parser) == plain(text)


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_escaped_text_carries_no_element_into_the_page(text):
    """As Sphinx reads it: roles, directives, targets and all."""
    (paragraph,) = document(escape(text)).children

    assert isinstance(paragraph, nodes.paragraph)
    assert all(isinstance(child, nodes.Text) for child in paragraph.children)
    assert paragraph.astext() == plain(text)


@settings(max_examples=300, deadline=None)
@given(ANY | MARKUP | PIECES)
@example("")
@example(" ")
def test_any_text_survives_escaping(text):
    assert read(escape(text)) == plain(text)


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_a_span_holds_the_text_its_classes_and_nothing_else(text):
    (paragraph,) = document(span(text, "topic", anchor="r1-ph-001")).children
    (mark,) = paragraph.children

    assert isinstance(mark, nodes.inline)
    assert mark["classes"] == ["topic"]
    assert mark["ids"] == ["r1-ph-001"]
    assert mark.astext() == plain(text)
    assert all(isinstance(child, nodes.Text) for child in mark.children)


def test_a_table_shows_every_nasty_cell_as_it_stands():
    rows = [[escape(name), escape(text)] for name, text in NASTY.items()]

    (made,) = document(table(["Name", "# Text"], rows, caption="Cells", name="t-1", trace={})).findall(nodes.table)

    shown = [[entry.astext() for entry in row.findall(nodes.entry)] for row in made.findall(nodes.row)]
    assert shown == [["Name", "# Text"], *([name, plain(text)] for name, text in NASTY.items())]


def test_a_table_keeps_its_anchor_caption_and_widths():
    (made,) = document(
        table(["A", "B"], [["1", ""]], caption="Two columns", name="t-1", trace={}, widths=(3, 1), classes="small")
    ).findall(nodes.table)

    assert made["ids"] == ["t-1"]
    assert "small" in made["classes"]
    assert next(made.findall(nodes.title)).astext() == "Two columns"
    assert [column["colwidth"] for column in made.findall(nodes.colspec)] == [3, 1]
    assert len(list(next(made.findall(nodes.thead)).findall(nodes.row))) == 1


def test_bullets_show_every_nasty_item_as_it_stands():
    items = document(bullets(map(escape, NASTY.values()))).findall(nodes.list_item)

    assert [item.astext() for item in items] == [plain(text) for text in NASTY.values()]


@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY)
def test_the_text_for_those_who_do_not_see_a_figure_is_whole(text):
    shown = figure("f.svg", alt=f"Boxes: {text}. End", caption="A figure", name="f-1", behind="t-1", trace={})
    made = document(shown)

    assert [image["alt"] for image in made.findall(nodes.image)] == [f"Boxes: {plain(text)}. End"]


@pytest.mark.parametrize("text", ["| a", "> a", '"a" b', "'a' b", "# a", "& a"])
def test_the_text_for_a_figure_may_begin_with_any_character(text):
    made = document(figure("f.svg", alt=text, caption="A figure", name="f-1", behind="t-1", trace={}))

    assert [image.get("alt") for image in made.findall(nodes.image)] == [text]


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_a_piece_with_nothing_to_show_is_drawn_as_nothing(text):
    shown = Myst(text)._repr_mimebundle_()["text/markdown"]

    # Without any text Jupyter Book draws the plain text, as an empty box.
    assert shown.strip()
    assert [type(node) for node in document(shown).children] == [nodes.comment]


def plain(text):
    return " ".join(text.split())


def read(text, parser=MARKDOWN):
    """Return the text of the one paragraph in *text*; fail when there is any other element."""
    tokens = parser.parse(text)
    if not tokens:
        return ""
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    assert {child.type for child in tokens[1].children} <= {"text"}
    return "".join(child.content for child in tokens[1].children)


def document(text):
    return publish_doctree(text, parser=Parser(), settings_overrides=OPTIONS)


@pytest.mark.parametrize(("classes", "heads"), [("counts", ["R1", "R2"]), ("rows", [])])
def test_rows_of_a_table_of_numbers_have_a_head_of_their_own(classes, heads):
    rows = [["R1", "3"], ["R2", "4"]]
    made = table(["Component", "Findings"], rows, caption="C", name="t", trace={}, classes=classes)
    html = with_roles(publish_string(made, parser=Parser(), writer_name="html5", settings_overrides=OPTIONS).decode())
    page = BeautifulSoup(html, "html.parser")
    assert [th.get_text(strip=True) for th in page.select("th[scope=row]")] == heads
    assert [th.get_text(strip=True) for th in page.select("th[scope=col]")] == ["Component", "Findings"]
    assert len(page.select("th")) == 2 + len(heads)
