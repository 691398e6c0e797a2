"""Sphinx extension: the search of the book in place of Sphinx's own, which knows pages and not what they claim.

Claims, references and terms are those of `sphinxext.previews`; chapters and sections are noted here while Sphinx
reads the pages. Goes to `_static/search-index.js` and the page `search.html`. Decision record 0020 says why.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.environment import BuildEnvironment

from evidencebook import __version__
from evidencebook.markdown import anchor_of
from evidencebook.project import Project
from evidencebook.schema import Package, load_package, split_list
from evidencebook.search_index import CHAPTER, CLAIM, REFERENCE, SECTION, STATEMENT, TERM, Entry, as_script
from evidencebook.sphinxext.glossary import explained
from evidencebook.sphinxext.notes import PageNotes, plain_text
from evidencebook.sphinxext.previews import REFERENCE_PREFIX, previews

FILE = "_static/search-index.js"
_COMPONENT = ("component", "components")
# Rows of evidence, and rows that rest on such rows, are what readers look for; notes and boxes of figures come after.
_RESTS_ON = "claims"
_BESIDE = ("claim", "locator", "stance", "queried")
_OPENING = 3

# Anchor (empty for the page itself), title, and how it begins.
Place = tuple[str, str, str]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    _PLACES.connect(app)
    app.connect("builder-inited", _leave_search_of_sphinx_out)
    app.connect("html-collect-pages", _page)
    app.connect("build-finished", _write)
    return {"version": __version__, "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}


def entries(env: BuildEnvironment, package: Package) -> Iterator[Entry]:
    """Yield everything the search finds, by page and place."""
    titles = {name: title.astext() for name, title in env.titles.items()}
    for document in sorted(_PLACES.of(env)):
        for anchor, title, opening in _PLACES.of(env)[document]:
            context = titles[document] if anchor else ""
            yield Entry(SECTION if anchor else CHAPTER, "", title, opening, _address(document, anchor), context)
    terms = {entry.anchor for entry in explained(env)}
    rows = _rows(package)
    for anchor, (document, told) in sorted(previews(env).items()):
        address = _address(document, anchor)
        if anchor in terms:
            yield Entry(TERM, "", told["name"], told["text"], address, "")
        elif anchor.startswith(REFERENCE_PREFIX):
            yield Entry(REFERENCE, told["name"], "", told["text"], address, "")
        else:
            kind, context = rows.get(anchor, (STATEMENT, ""))
            title, text = _claim_words(told)
            if kind == STATEMENT:  # its first part is no name that says what the whole is about
                title, text = "", "; ".join(filter(None, (title, text)))
            yield Entry(kind, told["name"], title, text, address, context or titles.get(document, ""))


def _claim_words(told: dict[str, Any]) -> tuple[str, str]:
    """Return title and text of a claim: one in parts is called by its own words, or by its first part."""
    own = told.get("text", "")
    parts = [text for _, text in told.get("parts", ()) if text]
    if not parts:
        return "", own
    return (own or parts[0]), "; ".join(parts if own else parts[1:])


def _rows(package: Package) -> dict[str, tuple[int, str]]:
    """Return kind and context of each row with a component, by anchor: its table and its components."""
    names = {line["id"]: f"{line['id']} {line['short_title']}" for line in _lines(package, "components")}
    found = {}
    for table in package.tables.values():
        column = next((name for name in _COMPONENT if name in table.header), None)
        kind = CLAIM if table.rows_called or _RESTS_ON in table.header else STATEMENT
        for line in _lines(package, table.name) if column else ():
            of = [names.get(component, component) for component in split_list(line[column or ""])]
            found[anchor_of(table.row_id(line))] = kind, " · ".join([table.title, *of])
    return found


def _lines(package: Package, name: str) -> list[dict[str, str]]:
    path = package.folder / package.tables[name].path if name in package.tables else None
    if path is None or not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _places(doctree: nodes.document) -> list[Place]:
    """Return the page and its sections, each with its first paragraphs."""
    places = []
    for section in doctree.findall(nodes.section):
        title = next(iter(section.findall(nodes.title)), None)
        if title is None or not section["ids"]:
            continue
        is_page = not isinstance(section.parent, nodes.section)
        anchor = "" if is_page else section["ids"][0]
        places.append((anchor, title.astext(), _opening(section)))
    return places


def _opening(section: nodes.section) -> str:
    """Return the first paragraphs of *section* without those of its subsections and its boxes."""
    told: list[str] = []
    for paragraph in section.findall(nodes.paragraph):
        holders = list(_above(paragraph, section))
        if any(isinstance(h, (nodes.section, nodes.Admonition, nodes.list_item, nodes.row)) for h in holders):
            continue
        told.append(plain_text(paragraph, _BESIDE))
        if len(told) == _OPENING:
            break
    return " ".join(told)


def _above(node: nodes.Node, top: nodes.Node) -> Iterator[nodes.Node]:
    while node.parent is not None and node.parent is not top:
        node = node.parent
        yield node


def _address(document: str, anchor: str) -> str:
    return f"{document}.html" + (f"#{anchor}" if anchor else "")


def _leave_search_of_sphinx_out(app: Sphinx) -> None:
    if isinstance(app.builder, StandaloneHTMLBuilder):
        app.builder.search = False


def _page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """Yield the page of the search, with links to where the rest is listed for a browser without scripts."""
    if app.builder.name != "html":
        return
    listing = [entry.page for entry in explained(app.env)]
    listing += [key.docname for key in cast(Any, app.env.get_domain("cite")).bibliographies]
    links = [(page, app.env.titles[page].astext()) for page in dict.fromkeys(listing)]
    yield "search", {"title": "Search", "search_links": links}, "search.html"


def _write(app: Sphinx, failure: Exception | None) -> None:
    if failure is None and app.builder.name == "html":
        package = load_package(Project(Path(app.srcdir)).data)
        path = Path(app.outdir) / FILE
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(as_script(entries(app.env, package)), encoding="utf-8")


_PLACES: PageNotes[list[Place]] = PageNotes("evidence_places", _places)
