"""The contents beside each page, made once: the same, to the byte, as the theme makes them for each page."""

import pytest

from evidencebook.sphinxext.navigation import Navigation

# What the theme writes for a page outside the book: a part, a page with pages below it, an address elsewhere.
THEIRS = (
    '<p class="caption" role="heading"><span class="caption-text">A &amp; B</span></p>\n'
    '<ul class="nav bd-sidenav">\n'
    '<li class="toctree-l1"><a class="reference internal" href="book/one.html">One</a></li>\n'
    '<li class="toctree-l1 has-children"><a class="reference internal" href="book/two.html">Two</a>'
    '<details><summary><span class="toctree-toggle" role="presentation"></span></summary><ul>\n'
    '<li class="toctree-l2"><a class="reference internal" href="book/deep/three.html">Three</a></li>\n'
    "</ul></details></li>\n"
    '<li class="toctree-l1"><a class="reference external" href="https://example.org/x">Elsewhere</a></li>\n'
    "</ul>\n"
)


@pytest.fixture(scope="module")
def navigation():
    return Navigation.read(THEIRS)


def test_a_page_outside_the_contents_has_them_unmarked(navigation):
    assert navigation.on("search.html") == THEIRS


def test_ways_lead_from_the_folder_of_the_page(navigation):
    assert 'href="../book/one.html"' in navigation.on("ledger/rows.html")
    assert 'href="deep/three.html"' in navigation.on("book/other.html")
    assert 'href="https://example.org/x"' in navigation.on("book/other.html")


def test_the_page_itself_is_marked_and_leads_nowhere(navigation):
    here = navigation.on("book/one.html")

    assert '<ul class="current nav bd-sidenav">' in here
    assert '<li class="toctree-l1 current active"><a class="current reference internal" href="#">One</a>' in here
    assert here.count("active") == 1
    assert here.count('href="#"') == 1


def test_what_the_page_stands_in_is_marked_and_unfolded(navigation):
    here = navigation.on("book/deep/three.html")

    assert (
        '<li class="toctree-l1 current active has-children"><a class="reference internal" href="../two.html">' in here
    )
    assert '<details open="open">' in here
    assert '<li class="toctree-l2 current active">' in here


def test_a_page_with_pages_below_it_is_unfolded(navigation):
    assert '<details open="open">' in navigation.on("book/two.html")
    assert "<details>" in navigation.on("book/one.html")


def test_one_page_leaves_no_mark_on_the_next(navigation):
    navigation.on("book/one.html")
    assert "current" not in navigation.on("book/other.html")
