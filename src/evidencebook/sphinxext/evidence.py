"""Sphinx extension: numbers of references, and from each reference back to the claims that rest on it.

Pages mark a row with a span of class ``claim`` whose anchor is the row's id. While Sphinx reads the
pages, this extension notes which citation keys stand beside each mark; when it writes the
bibliography it lists the marks under each reference. What a reference lists is therefore what the
pages show.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import pandas as pd
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.transforms.post_transforms import SphinxPostTransform

from evidencebook import __version__, starter
from evidencebook.numbers import reference_numbers
from evidencebook.sphinxext import feed
from evidencebook.sphinxext.bibliography import NUMBERS
from evidencebook.sphinxext.edition import edition_of
from evidencebook.sphinxext.notes import PageNotes
from evidencebook.sphinxext.previews import REFERENCE_PREFIX, cited_in

# Anchor, label and citation keys of one claim.
Mark = tuple[str, str, tuple[str, ...]]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    app.connect("config-inited", _serve_the_look)
    app.connect("builder-inited", _number_references)
    app.connect("builder-inited", _leave_thebe_out)
    MARKS.connect(app)
    app.connect("env-updated", _rewrite_bibliography)
    # After sphinxcontrib-bibtex, which works out numbers and entries on the same event.
    app.connect("env-updated", _rewrite_citing, priority=900)
    app.add_post_transform(CarriedClaims)
    feed.connect(app)
    app.setup_extension("evidencebook.sphinxext.edition")
    app.setup_extension("evidencebook.sphinxext.glossary")
    app.setup_extension("evidencebook.sphinxext.metadata")
    app.setup_extension("evidencebook.sphinxext.previews")
    app.setup_extension("evidencebook.sphinxext.explorer")
    app.setup_extension("evidencebook.sphinxext.cores")
    app.setup_extension("evidencebook.sphinxext.roles")
    app.setup_extension("evidencebook.sphinxext.lookups")
    app.setup_extension("evidencebook.sphinxext.outline")
    app.setup_extension("evidencebook.sphinxext.navigation")
    return {"version": __version__, "env_version": 2, "parallel_read_safe": True, "parallel_write_safe": True}


class CarriedClaims(SphinxPostTransform):
    """Under each bibliography entry, list the claims that cite it. Runs after sphinxcontrib-bibtex (5)."""

    default_priority = 6

    def run(self, **kwargs: Any) -> None:
        """Add a paragraph of links to every citation of the document."""
        citations = list(self.document.findall(nodes.citation))
        carried = _by_key(MARKS.of(self.env)) if citations else {}
        for citation in citations:
            key = next((i[len(REFERENCE_PREFIX) :] for i in citation["ids"] if i.startswith(REFERENCE_PREFIX)), "")
            if marks := carried.get(key):
                citation += self._paragraph(marks, citation.get("docname", self.env.docname))

    def _paragraph(self, marks: Iterable[tuple[str, str, str]], here: str) -> nodes.paragraph:
        paragraph = nodes.paragraph("", "Carries ", classes=["carries"])
        for number, (document, anchor, label) in enumerate(marks):
            uri = self.app.builder.get_relative_uri(here, document) + f"#{anchor}"
            paragraph += nodes.Text(", " if number else "")
            paragraph += nodes.reference("", label, internal=True, refuri=uri)
        return paragraph


def _serve_the_look(app: Sphinx, config: Config) -> None:
    """Serve styles and scripts of the engine before the project's own, so that both are of one version."""
    own = {(Path(app.srcdir) / name).resolve() for name in config.html_static_path}
    if starter.static().resolve() not in own:
        config.html_static_path = [str(starter.static()), *config.html_static_path]


def _number_references(app: Sphinx) -> None:
    """Give each work its number; in an edition the one it has in the report."""
    path = Path(app.srcdir) / "data" / "reference_numbers.csv"
    edition = edition_of(Path(app.srcdir))
    NUMBERS.clear()
    if edition:
        NUMBERS.update(edition.numbers)
    elif path.is_file():
        NUMBERS.update(reference_numbers(pd.read_csv(path, keep_default_na=False)))


def _leave_thebe_out(app: Sphinx) -> None:
    """Disconnect the live-code extension that Jupyter Book always loads.

    Its script names an address elsewhere and declares a name twice, and no page here runs code.
    """
    for event in ("env-before-read-docs", "doctree-resolved"):
        for listener in list(app.events.listeners.get(event, ())):
            if listener.handler.__module__.partition(".")[0] == "sphinx_thebe":
                app.disconnect(listener.id)


def _marks(doctree: nodes.document) -> list[Mark]:
    """Return anchor, label and cited keys of each claim that a page marks."""
    marks = (m for m in doctree.findall(nodes.inline) if "claim" in m["classes"] and m["ids"])
    return [(mark["ids"][0], mark.astext(), tuple(_cited_beside(mark))) for mark in marks]


def _cited_beside(mark: nodes.Node) -> list[str]:
    block = mark
    while block.parent is not None and not isinstance(block, (nodes.list_item, nodes.row, nodes.paragraph)):
        block = block.parent
    return cited_in(block)


def _by_key(claims: dict[str, list[Mark]]) -> dict[str, list[tuple[str, str, str]]]:
    carried: dict[str, list[tuple[str, str, str]]] = {}
    for document in sorted(claims):
        for anchor, label, keys in claims[document]:
            for key in keys:
                carried.setdefault(key, []).append((document, anchor, label))
    return carried


def _rewrite_bibliography(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Name the pages that hold a bibliography: they change whenever any page does."""
    return sorted({key.docname for key in cast(Any, env.get_domain("cite")).bibliographies})


def _rewrite_citing(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Name the pages that cite a work whose number or entry changed: they hold both as written before."""
    domain = cast(Any, env.get_domain("cite"))
    now = {c.key: f"{c.formatted_entry.label} {c.formatted_entry.text}" for c in domain.citations}
    before: dict[str, str] = getattr(env, "evidence_references", {})
    changed = {key for key in {**before, **now} if before.get(key) != now.get(key)}
    cast(Any, env).evidence_references = now
    return sorted({r.docname for r in domain.citation_refs if changed & {target.key for target in r.targets}})


MARKS: PageNotes[list[Mark]] = PageNotes("evidence_claims", _marks)
