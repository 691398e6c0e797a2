"""Sphinx extension: what docutils leaves unsaid, or says amiss, to a screen reader.

A header cell says whether it heads a column or a row; in a simple table a reader's program may guess that. An entry
of a list of references is an item of that list: the role docutils gives it is withdrawn from the standard.
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
    app.connect("html-page-context", _mend)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}


def _mend(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: object) -> None:
    if body := context.get("body"):
        context["body"] = with_roles(body)


def with_roles(body: str) -> str:
    """Return the HTML *body* with a scope on every header cell and references as items of their list."""
    scoped = _HEAD.sub(lambda head: f'<th scope="{_HEADS[head[1]]}" class="{head[1]}', body)
    return scoped.replace('role="doc-biblioentry"', 'role="listitem"')
