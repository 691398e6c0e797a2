"""Sphinx extension: collect the claims of the pages, link each to its evidence, and write the ledger.

A page marks rows with spans of class ``claim`` (the row's id) or ``rowmark`` (words of a row that has no
id), and sentences with spans of class ``sentence``. What sentences, figures, tables and tallies rest on
stands in the comments that `markdown.rests_on` writes. `sphinxext.notes` keeps what is collected for each
page, so the ledger is whole also when Sphinx reads one page anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, cast
from zlib import crc32

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from evidencebook import __version__
from evidencebook.ledger import NUMBER, ROW, SENTENCE, Claim, Ledger, as_json, faults, read_rows, source_titles
from evidencebook.ledger_pages import (
    Names,
    claims_body,
    page_of,
    pages_with_claims,
    shelf_body,
    shelf_parts,
    shelves,
)
from evidencebook.schema import load_package
from evidencebook.sphinxext.bibliography import NUMBERS
from evidencebook.sphinxext.notes import PageNotes, plain_text

FILE = "claims.json"
_DIGESTS = "ledger-pages.json"
_COMMENT = re.compile(r"<!-- rests on (.*) -->", re.DOTALL)
_CLAIM = "evidence_claim"
_log = logging.getLogger(__name__)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.add_node(contents)
    app.add_directive("ledger-contents", LedgerContents)
    _CLAIMS.connect(app)
    _LISTING.connect(app)
    app.connect("env-updated", _check)
    app.connect("html-collect-pages", _pages)
    app.connect("build-finished", _write)
    app.add_post_transform(EvidenceLinks)
    return {"version": __version__, "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}


class contents(nodes.General, nodes.Element):
    """The place of the list of the ledger's pages."""


class LedgerContents(SphinxDirective):
    """The list of the ledger's pages, without argument or option."""

    def run(self) -> list[nodes.Node]:
        """Return the place of the list; `EvidenceLinks` fills it."""
        return [contents()]


class EvidenceLinks(SphinxPostTransform):
    """Lead from each row, figure, table and tally to its entry in the ledger; in HTML pages only."""

    default_priority = 700

    def run(self, **kwargs: Any) -> None:
        """Add the links of one page."""
        places = list(self.document.findall(contents))
        if self.app.builder.name != "html":
            for place in places:
                place.parent.remove(place)
            return
        shelf = cast(Any, self.app).evidence_shelf
        for node in list(self.document.findall(nodes.Element)):
            if _CLAIM in node:
                _link_claim(node, self._uri(page_of(self.env.docname), node[_CLAIM]))
            elif _is_mark(node) and (page := shelf.get(node["ids"][0])):
                _link_mark(node, self._uri(page, f"row-{node['ids'][0]}"))
        for place in places:
            # On paper there are no such pages.
            place.replace_self(nodes.container("", *self._contents(_ledger(self.app)), classes=["ledger-pages"]))

    def _uri(self, page: str, anchor: str = "") -> str:
        return self.app.builder.get_relative_uri(self.env.docname, page) + (f"#{anchor}" if anchor else "")

    def _contents(self, ledger: Ledger) -> list[nodes.Node]:
        names = _names(self.env)
        parts: dict[str, list[tuple[str, str]]] = {}
        for page, rows in shelves(ledger.rows.values()).items():
            parts.setdefault(names.sources[rows[0].source], []).append((page, shelf_parts(rows)))
        pages = [(page_of(document), names.pages[document]) for document in pages_with_claims(ledger)]
        made: list[nodes.Node] = [nodes.paragraph("", "", nodes.strong("", "Rows, by section of a source"))]
        for title, shelves_of_source in parts.items():
            made += [nodes.paragraph("", title, classes=["ledger-contents"]), self._listed(shelves_of_source)]
        return [*made, nodes.paragraph("", "", nodes.strong("", "Claims, by page of this book")), self._listed(pages)]

    def _listed(self, pages: list[tuple[str, str]]) -> nodes.Node:
        items = nodes.bullet_list(classes=["ledger-contents"])
        for page, title in sorted(pages, key=lambda p: p[0]):
            link = nodes.reference("", title, internal=True, refuri=self._uri(page))
            items += nodes.list_item("", nodes.paragraph("", "", link))
        return items


def _collect(doctree: nodes.document) -> list[Claim]:
    _mark_traced(doctree)
    page = doctree.settings.env.docname
    return [claim for node in doctree.findall(nodes.Element) if (claim := _claim_of(node, page))]


def _mark_traced(doctree: nodes.document) -> None:
    """Note the trace on the figure, table or container that follows each comment, and take the comment out.

    A comment inside a sentence is the sentence's own.
    """
    for raw in list(doctree.findall(nodes.raw)):
        if found := _COMMENT.fullmatch(raw.astext().strip()):
            parent = raw.parent
            node = parent if _is_sentence(parent) else parent[parent.index(raw) + 1]
            parts = (part.partition(":") for part in found[1].split(";"))
            node["evidence_trace"] = {table.strip(): rows.split() for table, _, rows in parts if table}
            parent.remove(raw)


def _claim_of(node: nodes.Element, page: str) -> Claim | None:
    """Return the claim that *node* states; a captioned figure or table without trace is one without rows."""
    if _is_mark(node):
        return Claim(node["ids"][0], ROW, page, "", (node["ids"][0],))
    trace: dict[str, list[str]] = node.get("evidence_trace", {})
    rows = tuple(r for own in trace.values() for r in own)
    if _is_sentence(node):
        return Claim(node["ids"][0], SENTENCE, page, _words(node), rows, tuple(trace))
    captioned = isinstance(node, (nodes.figure, nodes.table)) and _caption(node) is not None
    if not (captioned or "evidence_trace" in node):
        return None
    node[_CLAIM] = node["ids"][0] if node["ids"] else "without-name"
    caption = _caption(node)
    text = " ".join((node if caption is None else caption).astext().split())
    return Claim(node[_CLAIM], NUMBER, page, text, rows, tuple(trace))


def _is_mark(node: nodes.Node) -> bool:
    return isinstance(node, nodes.inline) and bool(node["ids"]) and bool({"claim", "rowmark"} & set(node["classes"]))


def _caption(node: nodes.Element) -> nodes.Element | None:
    return next((cast(nodes.Element, c) for c in node if isinstance(c, (nodes.caption, nodes.title))), None)


def _is_sentence(node: nodes.Node) -> bool:
    return isinstance(node, nodes.inline) and "sentence" in node["classes"] and bool(node["ids"])


def _words(sentence: nodes.Element) -> str:
    """Return the words of a sentence without the links to its rows."""
    return re.sub(r" (?=[.?!,;])", "", plain_text(sentence, without=["queried"]))


def _link_claim(node: nodes.Element, uri: str) -> None:
    title = f"Rows behind {node[_CLAIM]}"
    place = _caption(node)
    if place is None and isinstance(node[-1], nodes.paragraph):
        place = node[-1]
    # Under a panel or a list the word alone would say nothing.
    words = "Rows behind these figures" if place is None else "evidence"
    link = nodes.reference("", words, internal=True, refuri=uri, reftitle=title, classes=["evidence"])
    if place is None:
        place = nodes.paragraph(classes=["evidence-alone"])
        node += place
    place += nodes.Text(" ")
    place += link


def _link_mark(node: nodes.Element, uri: str) -> None:
    link = nodes.reference("", "", *node.children, internal=True, refuri=uri, reftitle="In the claim ledger")
    node.children = []
    node += link


def _check(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Report every claim without rows and every row without a page.

    Return the pages that list the ledger, and every page when the ledger's pages changed, because each links to them.
    """
    package = load_package(Path(app.srcdir) / "data")
    ledger, before = Ledger(read_rows(package), _CLAIMS.of(env)), getattr(env, "evidence_layout", None)
    parts = shelves(ledger.rows.values())
    # Kept for the rest of the build: every page asks for them.
    cast(Any, app).evidence_ledger = ledger
    cast(Any, app).evidence_shelf = {row.anchor: page for page, rows in parts.items() for row in rows}
    for place, message in faults(ledger, package):
        _log.warning("%s: %s", place, message, type="evidencebook", subtype="ledger")
    layout = (
        {page: [r.anchor for r in rows] for page, rows in parts.items()},
        list(pages_with_claims(ledger)),
    )
    cast(Any, env).evidence_layout = layout
    return sorted({page for page, listed in _LISTING.of(env).items() if listed} if layout == before else env.found_docs)


def _pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the pages that differ from those in the output; a page shows its body, the contents, styles and scripts."""
    titles = sorted((page, title.astext()) for page, title in app.env.titles.items())
    around = repr((titles, _static_files(app)))
    before, now = _taken_digests(app), {}
    newest: float = cast(Any, app.builder).templates.newest_template_mtime()
    for page, context, template in _all_pages(app):
        now[page] = sha256(f"{around}{context}".encode()).hexdigest()
        target = Path(app.builder.get_outfilename(page))  # type: ignore[attr-defined]
        if before.get(page) != now[page] or not target.is_file() or target.stat().st_mtime < newest:
            yield page, context, template
    cast(Any, app).evidence_pages = now


def _static_files(app: Sphinx) -> list[tuple[str, int]]:
    folders = (Path(app.srcdir) / folder for folder in app.config.html_static_path)
    return [(file.name, crc32(file.read_bytes())) for f in folders for file in sorted(f.glob("*.*")) if file.is_file()]


def _taken_digests(app: Sphinx) -> dict[str, str]:
    """Return by page what it was made from, if the last build ended well; a build that is cut short leaves nothing."""
    kept = Path(app.doctreedir) / _DIGESTS
    try:
        return cast(dict[str, str], json.loads(kept.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError):
        return {}
    finally:
        kept.unlink(missing_ok=True)


def _all_pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    ledger, names = _ledger(app), _names(app.env)
    for page, rows in shelves(ledger.rows.values()).items():
        title = f"Rows of {names.sources[rows[0].source]}: {shelf_parts(rows)}"
        yield page, {"title": title, "body": shelf_body(ledger, rows, names)}, "page.html"
    for document in pages_with_claims(ledger):
        title = f"Claims: {names.pages[document]}"
        yield page_of(document), {"title": title, "body": claims_body(ledger, document, names)}, "page.html"


def _write(app: Sphinx, error: Exception | None) -> None:
    if error is None and app.builder.name == "html":
        # Beside what Sphinx keeps of the pages that it read, and gone with it.
        (Path(app.doctreedir) / _DIGESTS).write_text(json.dumps(cast(Any, app).evidence_pages), encoding="utf-8")
        made = as_json(_ledger(app), load_package(Path(app.srcdir) / "data").version)
        text = json.dumps(made, ensure_ascii=False, separators=(",", ":"))
        (Path(app.outdir) / FILE).write_text(text + "\n", encoding="utf-8")


def _names(env: BuildEnvironment) -> Names:
    package = load_package(Path(env.srcdir) / "data")
    bibliographies = sorted(key.docname for key in cast(Any, env.get_domain("cite")).bibliographies)
    return Names(
        pages={name: title.astext() for name, title in env.titles.items()},
        sources=source_titles(package),
        tables={name: table.title for name, table in package.tables.items()},
        numbers=NUMBERS,
        bibliography=bibliographies[0] if bibliographies else "",
    )


def _ledger(app: Sphinx) -> Ledger:
    return cast(Ledger, cast(Any, app).evidence_ledger)


def _holds_list(doctree: nodes.document) -> bool:
    return next(iter(doctree.findall(contents)), None) is not None


_CLAIMS: PageNotes[list[Claim]] = PageNotes("evidence_ledger", _collect)
_LISTING: PageNotes[bool] = PageNotes("evidence_listing", _holds_list)
