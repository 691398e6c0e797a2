"""Pages of the HTML book made plain for print: what goes out, and where anchors and links lead."""

import re

import pytest

from evidencebook.errors import BuildError
from evidencebook.plain_pages import plain_pages


def page(body, title="A chapter"):
    return f'<html><body><article><section id="top"><h1>{title}</h1>{body}</section></article></body></html>'


def plain(body):
    return plain_pages({"book/a": page(body)})["book/a"]


def test_a_heading_goes_down_one_level_and_has_the_anchor_of_its_section():
    made = plain('<section id="found"><h2>What it found</h2><p>Words.</p></section>')

    assert '<h2 id="top">A chapter</h2>' in made
    assert '<h3 id="found">What it found</h3>' in made
    assert "<section" not in made


def test_an_anchor_that_two_pages_have_is_told_apart_and_links_lead_to_the_one_they_mean():
    second = page(
        '<p><a href="#top">here</a> <a href="chapters/a.html#top">there</a> <a href="chapters/a.html">it</a></p>'
    )

    made = plain_pages({"book/chapters/a": page(""), "book/b": second})["book/b"]

    assert re.findall(r'href="#([^"]+)"', made) == ["book-b--top", "top", "document-book-chapters-a"]
    assert '<h2 id="book-b--top">' in made


def test_a_link_to_what_is_not_printed_becomes_text_and_one_to_the_web_stays():
    made = plain('<p>See <a href="b.html#x">another page</a> and <a href="https://example.org/">a site</a>.</p>')

    assert "See another page and" in made
    assert '<a href="https://example.org/">a site</a>.' in made


def test_a_link_to_a_term_of_the_glossary_stays_one():
    made = plain('<p id="t">T</p><p><a class="term reference internal" href="#t">term</a></p>')

    assert '<a href="#t" class="term">term</a>' in made


@pytest.mark.parametrize(
    "dropped",
    [
        '<a class="headerlink" href="#top">#</a>',
        '<a class="evidence" href="x.html">evidence</a>',
        '<details class="admonition dropdown provenance"><summary>Made from</summary></details>',
        "<details><summary>Code</summary></details>",
        '<div class="cell tag_remove-input"><div class="cell_input">code</div></div>',
        "<script>code</script>",
        '<div class="ledger-pages"><p>A list</p></div>',
    ],
    ids=["headerlink", "evidence", "provenance", "code that opens", "hidden code", "script", "ledger"],
)
def test_what_only_a_browser_needs_goes_out_and_the_words_around_it_stay(dropped):
    made = plain(f"<p>before</p>{dropped}<p>after</p>")

    assert re.sub("<[^>]*>", "", made).endswith("beforeafter")


def test_a_caption_ends_with_its_words_when_the_link_behind_them_goes_out():
    made = plain(
        '<table><caption><span>What it holds</span> <a class="evidence" href="x.html">evidence</a></caption></table>'
    )

    assert "<caption><span>What it holds</span></caption>" in made


def test_a_box_that_opens_is_printed_open_under_the_line_that_opens_it():
    made = plain(
        '<details class="sd-dropdown"><summary><span class="sd-text">More</span></summary><p>Inside.</p></details>'
    )

    assert '<p class="topic"><span class="topic">More</span></p><p>Inside.</p>' in made


def test_a_page_without_article_is_refused_by_name():
    with pytest.raises(BuildError, match=r"book/a has no article"):
        plain_pages({"book/a": "<p>Other</p>"})
