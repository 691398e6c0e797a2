"""Sphinx extension: the contents beside every page are made once and marked for each page.

The theme makes them anew for every page, by walking and copying the contents of the whole book, so
that the time grows with the square of the pages. They differ from page to page in two things only:
the way to the other pages, which is the same for all pages of a folder, and which entry is the page
itself. This extension asks the theme once, as for a page that is not in the book, and fills in both.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from posixpath import dirname
from typing import Any

from bs4 import BeautifulSoup, Tag
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.osutil import relative_uri

_THEME, _LISTENER = "pydata_sphinx_theme.toctree", "add_toctree_functions"
# A page at the root that no contents list names.
_NOWHERE = "-"
_PLACE = "data-place"
_TAG = re.compile(rf'<[^<>]* {_PLACE}="(\d+)"[^<>]*>')
_HREF = re.compile(r'(?<= href=")[^"]*(?=")')


@dataclass
class Navigation:
    """The contents of the book as pieces of HTML; some are tags that look different for the page itself.

    Attributes
    ----------
    pieces : all pieces in order, the ways as from the root. ways : pieces with a way to a page.
    own : way to a page, to the pieces that are marked on that page, as they then read.
    """

    pieces: list[str]
    own: dict[str, dict[int, str]]
    ways: list[int]
    _folders: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, html: str) -> Navigation:
        """Take apart the contents that the theme made for a page that is not in the book."""
        soup = BeautifulSoup(html, "html.parser")
        places = [t for t in soup.find_all(["a", "li", "ul", "details"]) if isinstance(t, Tag)]
        for number, tag in enumerate(places):
            tag[_PLACE] = str(number)
        parts = _TAG.split(str(soup))
        tags = [m[0] for m in _TAG.finditer(str(soup))]
        pieces: list[str] = []
        at: dict[int, int] = {}
        for text, place, tag_text in zip(parts[::2], [*parts[1::2], ""], [*tags, ""], strict=True):
            pieces.append(text)
            if place:
                at[int(place)] = len(pieces)
                pieces.append(tag_text.replace(f' {_PLACE}="{place}"', ""))
        own: dict[str, dict[int, str]] = {}
        for link in (t for t in places if t.name == "a"):
            below = link.parent.find_all("details", recursive=False) if link.parent else []
            chain = [link, *below, *(p for p in link.parents if p.get(_PLACE))]
            spots = [at[int(str(tag[_PLACE]))] for tag in chain]
            own.setdefault(str(link["href"]), {}).update({s: _marked(pieces[s]) for s in spots})
        return cls(pieces, own, [n for n, piece in enumerate(pieces) if piece.startswith("<a ")])

    def on(self, uri: str) -> str:
        """Return the contents as they stand on the page at *uri*."""
        folder = dirname(uri)
        if folder not in self._folders:
            self._folders[folder] = self._from(folder)
        pieces = list(self._folders[folder])
        for spot, marked in self.own.get(uri, {}).items():
            pieces[spot] = marked
        return "".join(pieces)

    def _from(self, folder: str) -> list[str]:
        pieces = list(self.pieces)
        start = f"{folder}/-" if folder else "-"
        for spot in self.ways:
            pieces[spot] = _HREF.sub(lambda m: _way(start, m[0]), pieces[spot])
        return pieces


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("builder-inited", _share)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def _way(start: str, target: str) -> str:
    return target if re.match(r"[a-z][a-z0-9+.-]*:", target) else relative_uri(start, target)


def _marked(tag: str) -> str:
    """Return the tag of an entry of the contents as it reads on the entry's own page."""
    if tag.startswith("<a "):
        return _HREF.sub("#", tag.replace('class="', 'class="current ', 1))
    if tag.startswith("<details"):
        return tag if " open" in tag else tag.replace("<details", '<details open="open"', 1)
    if tag.startswith("<ul"):
        return tag.replace('class="', 'class="current ', 1) if "class=" in tag else '<ul class="current">'
    return re.sub(r"(toctree-l\d+)", r"\1 current active", tag, count=1)


def _share(app: Sphinx) -> None:
    """Put the shared contents in the place of the theme's, right after the theme has offered its own."""
    listeners = app.events.listeners.get("html-page-context", [])
    made: dict[str, Navigation] = {}
    for number, listener in enumerate(listeners):
        if (listener.handler.__module__, listener.handler.__name__) == (_THEME, _LISTENER):
            listeners[number] = listener._replace(handler=_sharing(listener.handler, made))


def _sharing(offer: Callable[..., None], made: dict[str, Navigation]) -> Callable[..., None]:
    @functools.wraps(offer)
    def offer_shared(app: Sphinx, page: str, template: str, context: dict[str, Any], tree: nodes.document) -> None:
        offer(app, page, template, context, tree)
        theirs = context["generate_toctree_html"]

        def contents(kind: str, startdepth: int = 1, show_nav_level: int = 1, **options: Any) -> Any:
            # A part of the contents, or one folded to the page, is the theme's to make.
            if kind != "sidebar" or startdepth != 0 or options.get("collapse") or app.builder.name != "html":
                return theirs(kind, startdepth=startdepth, show_nav_level=show_nav_level, **options)
            name = repr((show_nav_level, sorted(options.items())))
            if name not in made:
                made[name] = Navigation.read(_as_from_nowhere(app, context, theirs, show_nav_level, options))
            return made[name].on(app.builder.get_target_uri(page))

        context["generate_toctree_html"] = contents

    return offer_shared


def _as_from_nowhere(
    app: Sphinx, context: dict[str, Any], theirs: Callable[..., Any], level: int, options: dict[str, Any]
) -> str:
    builder: Any = app.builder
    here = context["toctree"]
    context["toctree"] = lambda **asked: builder._get_local_toctree(_NOWHERE, **asked)
    try:
        return str(theirs("sidebar", startdepth=0, show_nav_level=level, **options))
    finally:
        context["toctree"] = here
