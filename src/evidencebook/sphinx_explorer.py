"""Sphinx extension: the script of the explorer, on the page that has a place for it and on no other."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from evidencebook import __version__

SCRIPT, PLACE = "explorer.js", "explorer"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("html-page-context", _add_script)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}


def _add_script(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    if doctree is not None and any(PLACE in box["classes"] for box in doctree.findall(nodes.container)):
        # Within this event Sphinx adds a script to the page alone.
        app.add_js_file(SCRIPT, defer="defer")
