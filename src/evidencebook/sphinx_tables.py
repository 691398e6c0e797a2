"""Sphinx extension: a header cell says whether it heads a column or a row.

A screen reader reads the head of each cell out. In a simple table it may guess which one that is; `scope` says it.
"""

from __future__ import annotations

import re
from typing import Any

from sphinx.application import Sphinx

from evidencebook import __version__

# Header cells as docutils writes them: those of the head of the table, and the first of a row in a table of counts.
_HEADS = {"head": "col", "stub": "row"}
_HEAD = re.compile(rf'<th class="({"|".join(_HEADS)})')


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("html-page-context", _say_scope)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}


def _say_scope(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    if body := context.get("body"):
        context["body"] = with_scope(body)


def with_scope(body: str) -> str:
    """Return the HTML *body* with a scope on every header cell."""
    return _HEAD.sub(lambda head: f'<th scope="{_HEADS[head[1]]}" class="{head[1]}', body)
