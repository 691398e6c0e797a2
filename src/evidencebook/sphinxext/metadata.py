"""Sphinx extension: each page says what it is and how to cite it, and offers what to take away.

Reads the title, author and language from `_config.yml` and version, date, licence and source from
`data/datapackage.json`. Adds tags to each page's head, a box "How to cite this page" at its end with
files for reference managers, and the role `{offer}`, a link to a file in `_static/downloads/`, which
`downloads` writes. Standing in the extension, no page can be without it.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import ReferenceRole

from evidencebook import __version__, citing, downloads
from evidencebook.citing import Book, Page
from evidencebook.project import Project
from evidencebook.schema import DESCRIPTOR

FOLDER = "_static/cite"
_BASE = "evidencebook_base_url"


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    # A changed version, date or title reads every page anew.
    app.add_config_value("evidencebook_book", "", "env", types=[str])
    app.add_role("offer", OfferRole())
    app.connect("config-inited", _state)
    app.connect("doctree-read", _box)
    app.connect("html-page-context", _head)
    app.connect("build-finished", _write)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}


class OfferRole(ReferenceRole):
    """`` {offer}`text <name>` ``: a link to the file *name* among the downloads."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link."""
        return [_link(self.env.docname, f"{downloads.FOLDER}/{self.target}", self.title)], []


def _state(app: Sphinx, config: Config) -> None:
    """Put the facts of the book among the settings."""
    path = Project(Path(app.srcdir)).data / DESCRIPTOR
    if not path.is_file():
        return
    raw = json.loads(path.read_text(encoding="utf-8"))
    title, language = config.html_title or config.project, config.language or "en"
    book = Book.read(raw, title, config.author, language=language, base=config[_BASE])
    config["evidencebook_book"] = json.dumps(asdict(book))


def _book(app: Sphinx) -> Book | None:
    raw = app.config.evidencebook_book
    return Book(**json.loads(raw)) if raw else None


def _page(app: Sphinx, document: str, title: str) -> Page:
    return Page(document, title, document == app.config.root_doc)


def _box(app: Sphinx, doctree: nodes.document) -> None:
    """Put the box at the end of the page that was read."""
    book, here = _book(app), app.env.docname
    title = next(iter(doctree.findall(nodes.title)), None)
    if book is None or title is None or not isinstance(title.parent, nodes.section):
        return
    page = _page(app, here, title.astext())
    what = "How to cite this report" if page.whole else "How to cite this page"
    box = nodes.admonition("", nodes.title("", what), classes=["admonition", "dropdown", "provenance", "citing"])
    box += nodes.paragraph("", citing.vancouver(book, page))
    if book.source:
        box += nodes.paragraph("", f"Cite the source report for its findings: {book.source}")
    files = nodes.paragraph("", "For reference managers: ")
    for number, (extension, name) in enumerate(citing.FORMATS.items()):
        files += nodes.Text(", " if number else "")
        files += _link(here, f"{FOLDER}/{here}.{extension}", name)
    box += files
    title.parent.append(box)


def _link(here: str, target: str, text: str) -> nodes.reference:
    return nodes.reference("", text, internal=True, refuri="../" * here.count("/") + target)


def _head(app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: object) -> None:
    book = _book(app)
    if book and app.builder.name == "html" and name in app.env.titles:
        told = citing.head(book, _page(app, name, app.env.titles[name].astext()))
        context["metatags"] = f"{context.get('metatags', '')}\n{told}\n"


def _write(app: Sphinx, failure: Exception | None) -> None:
    """Write each page's citation for reference managers."""
    book = _book(app)
    if failure or book is None or app.builder.name != "html":
        return
    for name, title in sorted(app.env.titles.items()):
        for extension, text in citing.formatted(book, _page(app, name, title.astext())).items():
            path = Path(app.outdir) / FOLDER / f"{name}.{extension}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
