"""Sphinx extension: figures are numbered from the outline of each page, not from the whole page.

To number figures, and to write the number of one of them, Sphinx loads whole pages it has read: all of
them at every build, and one for every such number. This extension notes of each page its sections and
what can be numbered, which is all that Sphinx looks at there. Its own code does the numbering.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from docutils import nodes
from sphinx.addnodes import toctree
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors.toctree import TocTreeCollector

from evidencebook.sphinxext.notes import PageNotes


@dataclass
class Outline:
    """What of a page bears on numbers, in the shape in which Sphinx walks a page.

    Attributes
    ----------
    children : sections, contents lists and what can be numbered, with what of these stands below each.
    ids : each of them by every anchor it has.
    """

    children: list[nodes.Element]
    ids: dict[str, nodes.Element] = field(default_factory=dict)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    OUTLINES.connect(app)
    TocTreeCollector.assign_figure_numbers = _once(_numbering, TocTreeCollector.assign_figure_numbers)  # type: ignore[method-assign]
    StandardDomain._resolve_numref_xref = _once(_number_of, StandardDomain._resolve_numref_xref)  # type: ignore[method-assign]
    return {"version": "1", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}


def outline_of(doctree: nodes.document) -> Outline:
    """Return the outline of a page just read."""
    domains = list(doctree.settings.env.domains.values())

    def can_be_numbered(node: nodes.Element) -> bool:
        return any(domain.get_enumerable_node_type(node) for domain in domains)

    outline = Outline(list(_kept(doctree, can_be_numbered)))
    for top in outline.children:
        for node in top.findall(nodes.Element):
            outline.ids.update((anchor, node) for anchor in node.get("ids", ()))
    return outline


def _kept(parent: nodes.Element, can_be_numbered: Callable[[nodes.Element], bool]) -> Iterator[nodes.Element]:
    for node in parent.children:
        if not isinstance(node, nodes.Element):
            continue
        if isinstance(node, (nodes.section, toctree)) or can_be_numbered(node):
            copy = node.copy()
            # Its caption says that it is numbered; a code block's text says that it is one.
            told = [c for c in node.children if isinstance(c, (nodes.caption, nodes.title, nodes.literal_block))]
            copy.extend(child.deepcopy() for child in told)
            copy.extend(_kept(node, can_be_numbered))
            yield copy
        else:
            yield from _kept(node, can_be_numbered)


def _once(wrap: Callable[[Any], Any], method: Any) -> Any:
    """Return *method* wrapped, or as it is if a build before in this process has wrapped it."""
    return method if getattr(method, "from_outlines", False) else wrap(method)


def _numbering(assign: Callable[..., list[str]]) -> Callable[..., list[str]]:
    @functools.wraps(assign)
    def from_outlines(collector: TocTreeCollector, env: BuildEnvironment) -> list[str]:
        with _outlines_for_pages(env):
            return assign(collector, env)

    return _marked(from_outlines)


def _number_of(resolve: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(resolve)
    def from_outlines(domain: StandardDomain, env: BuildEnvironment, *rest: Any) -> Any:
        target = rest[3]
        page, anchor = (domain.labels.get(target) or domain.anonlabels.get(target) or ("", ""))[:2]
        outline = OUTLINES.of(env).get(page)
        if outline is None or anchor not in outline.ids:
            return resolve(domain, env, *rest)
        with _outlines_for_pages(env):
            return resolve(domain, env, *rest)

    return _marked(from_outlines)


def _marked(wrapped: Any) -> Any:
    wrapped.from_outlines = True
    return wrapped


@contextmanager
def _outlines_for_pages(env: BuildEnvironment) -> Iterator[None]:
    """Let Sphinx have a page's outline when it asks for the page, for a while."""
    whole, outlines = env.get_doctree, OUTLINES.of(env)

    def get(page: str) -> Any:
        return outlines[page] if page in outlines else whole(page)

    env.get_doctree = get  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        del env.get_doctree


OUTLINES: PageNotes[Outline] = PageNotes("evidence_outlines", outline_of)
