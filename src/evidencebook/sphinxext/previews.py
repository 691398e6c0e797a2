"""Sphinx extension: what `preview.js` shows of a link's target that stands on another page.

While Sphinx reads pages this extension notes the words of every claim; references come from the
bibliography, terms from the glossary. A page written as HTML gets one block of JSON with the texts
of what it links to elsewhere. The block is data, not markup: no browser runs or renders it, and the
script shows its strings as text. Targets on the page itself are copied by the script.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any, cast

from docutils import nodes
from pybtex.plugin import find_plugin
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from evidencebook.markdown import inert_json
from evidencebook.sphinxext.glossary import explained
from evidencebook.sphinxext.notes import PageNotes, plain_text

REFERENCE_PREFIX = "ref-"
_BESIDE = ("claim", "locator", "stance", "queried", "cmo-title")
_LINKS = re.compile(r"\s*(?:doi: 10\.|https?://).*$")

Preview = dict[str, Any]
# All previews of the book, filled when every page is read: anchor to page and preview.
_KNOWN: dict[str, tuple[str, Preview]] = {}


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    CLAIMS.connect(app)
    TARGETS.connect(app)
    # After the bibliography has been put together for this build.
    app.connect("env-updated", _pages_with_other_texts, priority=900)
    app.connect("html-page-context", _add_block)
    return {"version": "1", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}


def previews(env: Any) -> dict[str, tuple[str, Preview]]:
    """Return, for each anchor of the book that has a preview, its page and what the preview says."""
    known: dict[str, tuple[str, Preview]] = {}
    for entry in explained(env):
        known[entry.anchor] = (entry.page, {"name": entry.name, "text": entry.meaning})
    plain = find_plugin("pybtex.backends", "plaintext")()
    numbers = {}
    for citation in cast(Any, env.get_domain("cite")).citations:
        numbers[citation.key] = citation.formatted_entry.label
        text = _LINKS.sub("", citation.formatted_entry.text.render(plain))
        told = {"name": f"Reference {numbers[citation.key]}", "text": text}
        known[f"{REFERENCE_PREFIX}{citation.key}"] = (citation.bibliography_key.docname, told)
    for page, claims in CLAIMS.of(env).items():
        for anchor, claim in claims.items():
            cited = [numbers[key] for key in claim["keys"] if key in numbers]
            told = {name: value for name, value in claim.items() if name != "keys"} | {"cited": ", ".join(cited)}
            known[anchor] = (page, {name: value for name, value in told.items() if value})
    return known


def json_block(told: dict[str, Preview]) -> str:
    """Return *told* as a script element that no browser runs; nothing in it can end the element."""
    return inert_json(told, "previews")


def _add_block(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None) -> None:
    """Put the texts into the page; a work's links to the claims it carries get none: they would double the page."""
    if doctree is None:
        return
    links = (link for link in doctree.findall(nodes.reference) if not isinstance(link.parent.parent, nodes.citation))
    anchors = {str(link.get("refuri", "")).partition("#")[2] for link in links}
    told = {anchor: _KNOWN[anchor][1] for anchor in anchors if anchor in _KNOWN and _KNOWN[anchor][0] != page}
    if told:
        context["body"] += json_block(told)


def _pages_with_other_texts(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Name the pages whose previews or glossary links changed though their own text did not."""
    _KNOWN.clear()
    _KNOWN.update(previews(env))
    glossary = repr(explained(env))
    kept: dict[str, dict[str, str]] = cast(Any, env).__dict__.setdefault("evidence_preview_digests", {})
    before, now = kept.get(app.builder.name, {}), {}
    for page, anchors in TARGETS.of(env).items():
        texts = [(anchor, _KNOWN[anchor]) for anchor in sorted(anchors) if anchor in _KNOWN]
        now[page] = hashlib.sha256(f"{glossary}{texts}".encode()).hexdigest()
    kept[app.builder.name] = now
    return sorted(page for page, digest in now.items() if before.get(page) != digest)


def _claims(doctree: nodes.document) -> dict[str, Preview]:
    """Return what each claim that a page marks says, by anchor."""
    marks = (m for m in doctree.findall(nodes.inline) if "claim" in m["classes"] and m["ids"])
    return {mark["ids"][0]: _claim(mark) for mark in marks}


def _claim(mark: nodes.Element) -> Preview:
    block = _block(mark)
    told: Preview = {"name": mark.astext(), "text": "", "keys": cited_in(block)}
    for span in block.findall(nodes.inline):
        if "locator" in span["classes"]:
            told["locator"] = plain_text(span)
        if "stance" in span["classes"]:
            told["stance"] = (plain_text(span), " ".join(span["classes"]))
    if isinstance(block, nodes.row):
        told["parts"] = list(_cells(block))
    elif isinstance(block, nodes.container):
        told["text"] = "; ".join(plain_text(s) for s in block.findall(nodes.inline) if "cmo-title" in s["classes"])
        told["parts"] = [
            (plain_text(item[0]), plain_text(item[-1])) for item in block.findall(nodes.definition_list_item)
        ]
    else:
        told["text"] = plain_text(block, _BESIDE)
    return told


def _block(mark: nodes.Element) -> nodes.Element:
    """Return what holds the whole claim: its list item, table row or card, or else its paragraph."""
    paragraph = None
    block: nodes.Node = mark
    while block.parent is not None:
        block = block.parent
        if isinstance(block, nodes.paragraph):
            paragraph = paragraph or block
        if isinstance(block, (nodes.list_item, nodes.row)):
            return block
        if isinstance(block, nodes.container) and "cmo" in block["classes"]:
            return block
    return paragraph or mark


def _cells(row: nodes.row) -> Iterator[tuple[str, str]]:
    group = row.parent.parent if row.parent is not None else None
    heads = [plain_text(e) for head in group.findall(nodes.thead) for e in head.findall(nodes.entry)] if group else []
    for number, cell in enumerate(row.children):
        if text := plain_text(cell, _BESIDE):
            yield (heads[number] if number < len(heads) else "", text)


def cited_in(block: nodes.Element) -> list[str]:
    """Return the citation keys in *block*, each once, in order."""
    cites = (cite for cite in block.findall(pending_xref) if cite.get("refdomain") == "cite")
    return list(dict.fromkeys(key.strip() for cite in cites for key in cite["reftarget"].split(",")))


def _targets(doctree: nodes.document) -> set[str]:
    """Return the anchors that a page's links and citations lead to."""
    cited = {f"{REFERENCE_PREFIX}{key}" for key in cited_in(doctree)}
    links = (link for link in doctree.findall(pending_xref) if link.get("refdomain") != "cite")
    return cited | {str(link.get(name)) for link in links for name in ("reftarget", "reftargetid") if link.get(name)}


CLAIMS: PageNotes[dict[str, Preview]] = PageNotes("evidence_claim_texts", _claims)
TARGETS: PageNotes[set[str]] = PageNotes("evidence_link_targets", _targets)
