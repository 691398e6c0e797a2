"""Sphinx extension: scripts and style of the explorer, on the page that has a place for it and on no other.

The page also gets the ledger's pages by the first word of a place in the source, so that a script can lead
from a row to its section; the book knows them only when all pages are read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from evidencebook import __version__
from evidencebook.ledger import Ledger
from evidencebook.markdown import inert_json

# In the order in which they build on one another; `tables.js` shares the first.
SCRIPTS = (
    "saving",
    "explorer-parts",
    "explorer-rule",
    "explorer-map",
    "explorer-foci",
    "explorer-chains",
    "explorer-take",
    "explorer",
)
STYLE, PLACE, SHELVES = "explorer.css", "explorer", "explorer-shelves"
_TABLES = ("findings", "cmo")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("html-page-context", _add_scripts)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}


def _add_scripts(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    if doctree is not None and any(PLACE in box["classes"] for box in doctree.findall(nodes.container)):
        # Within this event Sphinx adds a script to the page alone.
        for name in SCRIPTS:
            # The priority of the settings, so that what they load too is not loaded twice.
            app.add_js_file(f"{name}.js", priority=800, defer="defer")
        app.add_css_file(STYLE)
        shelves = shelves_by_word(getattr(app, "evidence_ledger", None), getattr(app, "evidence_shelf", {}))
        pages = {word: app.builder.get_relative_uri(page, shelf) for word, shelf in shelves.items()}
        context["body"] += inert_json(pages, SHELVES)


def shelves_by_word(ledger: Ledger | None, shelf: Mapping[str, str]) -> dict[str, str]:
    """Return the ledger's page of findings and configurations by the first word of their place in the source.

    Parameters
    ----------
    ledger : None in a book without one. shelf : anchor of a row to its page in the ledger.
    """
    return {
        row.locators[0].split()[0]: shelf[row.anchor]
        for row in (ledger.rows.values() if ledger else ())
        if row.table in _TABLES and row.locators and row.anchor in shelf
    }
