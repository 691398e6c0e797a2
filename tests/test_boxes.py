"""Numbered boxes: counted through the book in the order of its contents, named by number, on one page or many."""

import re

import pytest
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace

PAGES = {
    "index": "Root\n====\n\n.. toctree::\n   :numbered: 1\n\n   two\n   one\n",
    "one": "One\n===\n\n.. box:: A *title*\n   :name: first-box\n\n   Inside.\n\nSee :numref:`other-box`.\n",
    "two": "Two\n===\n\n.. box:: Another\n   :name: other-box\n\n   Words.\n",
}
EXTENSIONS = ["evidencebook.sphinxext.outline", "evidencebook.sphinxext.boxes"]


@pytest.fixture(params=["html", "singlehtml"])
def text(request, tmp_path):
    """The words of the book with its boxes, markup taken out."""
    for name, page in PAGES.items():
        (tmp_path / f"{name}.rst").write_text(page, encoding="utf-8")
    settings = {
        "extensions": EXTENSIONS,
        "numfig": True,
        "numfig_format": {"box": "Box %s"},
        "numfig_secnum_depth": 0,
        "html_theme": "basic",
    }
    with docutils_namespace():
        out = tmp_path / "out"
        app = Sphinx(
            tmp_path, None, out, tmp_path / "trees", request.param, confoverrides=settings, status=None, warning=None
        )
        app.build()
    return re.sub("<[^>]*>", "", "".join(p.read_text(encoding="utf-8") for p in sorted(out.glob("*.html"))))


def test_boxes_are_counted_through_the_book_and_named_by_their_number(text):
    assert "Box 1 Another" in text
    assert "Box 2 A title" in text
    assert "See Box 1." in text
