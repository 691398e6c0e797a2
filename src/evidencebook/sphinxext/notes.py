"""What pages say, noted while Sphinx reads them and kept between builds.

The extensions of this package each note something of every page (claims, terms, links). Sphinx reads
only changed pages, may read several at once, and forgets pages that are gone; `PageNotes` follows it
in all three.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

T = TypeVar("T")
# A blank before a stop that ends a word, not before the point of a number.
_BEFORE_STOP = re.compile(r" (?=[.?!,;](?:\s|$))")


class PageNotes(Generic[T]):
    """Notes on each page, by the page's document name.

    Parameters
    ----------
    name : attribute of Sphinx's environment that holds them. note : what to note of a page just read.
    """

    def __init__(self, name: str, note: Callable[[nodes.document], T]) -> None:
        self._name = name
        self._note = note

    def of(self, env: Any) -> dict[str, T]:
        """Return the notes on every page."""
        if not hasattr(env, self._name):
            setattr(env, self._name, {})
        notes: dict[str, T] = getattr(env, self._name)
        return notes

    def connect(self, app: Sphinx) -> None:
        """Ask Sphinx to tell of pages read, gone, and read by another process."""
        app.connect("doctree-read", self._read)
        app.connect("env-purge-doc", self._purge)
        app.connect("env-merge-info", self._merge)

    def _read(self, app: Sphinx, doctree: nodes.document) -> None:
        self.of(app.env)[app.env.docname] = self._note(doctree)

    def _purge(self, app: Sphinx, env: BuildEnvironment, page: str) -> None:
        self.of(env).pop(page, None)

    def _merge(self, app: Sphinx, env: BuildEnvironment, pages: Iterable[str], other: BuildEnvironment) -> None:
        for page in set(pages) & set(self.of(other)):
            self.of(env)[page] = self.of(other)[page]


def plain_text(node: nodes.Node, without: Iterable[str] = ()) -> str:
    """Return the words of *node* on one line, leaving out citations and spans of the classes *without*.

    Where something is left out before a stop, the stop stands at the word again.
    """
    return _BEFORE_STOP.sub("", " ".join(_words(node, frozenset(without)).split()))


def _words(node: nodes.Node, without: frozenset[str]) -> str:
    if isinstance(node, nodes.Text):
        return node.astext()
    if isinstance(node, nodes.Element) and without & set(node["classes"]):
        return ""
    if isinstance(node, pending_xref) and node.get("refdomain") == "cite":
        return ""
    apart = "" if isinstance(node, nodes.TextElement) else " "
    return apart.join(_words(child, without) for child in node.children)
