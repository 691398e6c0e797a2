"""Figures numbered from outlines have the numbers that Sphinx gives them from whole pages."""

import re

import pytest
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors.toctree import TocTreeCollector
from sphinx.util.docutils import docutils_namespace

ROOT = """
Book
====

.. toctree::
   :numbered:

   one
   two

See :numref:`late` and :numref:`lines`.
"""
ONE = """
One
===

.. table:: Words
   :name: early

   = =
   a b
   = =

Part
----

.. list-item holds the next table, which is numbered all the same

* .. table:: More
     :name: late

     = =
     a b
     = =
"""
TWO = """
Two
===

See :numref:`early`.

.. code-block:: text
   :caption: Lines
   :name: lines

   text

.. table::

   = =
   a b
   = =
"""


def made(folder, *extensions):
    """Build the book and return the words of its pages, markup taken out."""
    for name, text in {"index": ROOT, "one": ONE, "two": TWO}.items():
        (folder / f"{name}.rst").write_text(text, encoding="utf-8")
    settings = {"extensions": list(extensions), "numfig": True, "html_theme": "basic"}
    with docutils_namespace():
        app = Sphinx(
            folder, None, folder / "out", folder / "trees", "html", confoverrides=settings, status=None, warning=None
        )
        app.build()
    return {
        p.stem: re.sub("<[^>]*>", "", p.read_text(encoding="utf-8"))
        for p in (folder / "out" / f"{name}.html" for name in ("one", "two"))
    }


@pytest.fixture
def unwrapped(monkeypatch):
    """Sphinx's own methods, put back after the test."""
    for owner, name in ((TocTreeCollector, "assign_figure_numbers"), (StandardDomain, "_resolve_numref_xref")):
        method = getattr(owner, name)
        monkeypatch.setattr(owner, name, getattr(method, "__wrapped__", method))


def test_numbers_are_those_of_whole_pages(unwrapped, tmp_path):
    whole, outlines = tmp_path / "whole", tmp_path / "outlines"
    whole.mkdir()
    outlines.mkdir()

    expected = made(whole)
    assert "Table 1.2" in expected["one"]
    assert made(outlines, "evidencebook.sphinxext.outline") == expected


def test_no_whole_page_is_loaded_to_number_figures(unwrapped, tmp_path, monkeypatch):
    made(tmp_path, "evidencebook.sphinxext.outline")
    asked = []
    load = BuildEnvironment.get_doctree
    monkeypatch.setattr(BuildEnvironment, "get_doctree", lambda env, page: asked.append(page) or load(env, page))
    (tmp_path / "two.rst").write_text(TWO.replace("text\n\n", "words\n\n", 1), encoding="utf-8")
    with docutils_namespace():
        settings = {"extensions": ["evidencebook.sphinxext.outline"], "numfig": True, "html_theme": "basic"}
        app = Sphinx(
            tmp_path,
            None,
            tmp_path / "out",
            tmp_path / "trees",
            "html",
            confoverrides=settings,
            status=None,
            warning=None,
        )
        app.build()
    assert "one" not in asked
