"""Sphinx extension: the first use of a glossary term or abbreviation on a page leads to its meaning.

The glossary page marks what it explains with spans of class ``glossary-term`` or ``abbreviation``
(`blocks.glossary` writes them from the tables). Whatever page holds such marks is the glossary; all
other pages are linked to it as they are written, so that no link is typed and a new term needs only
its row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from docutils import nodes
from sphinx.addnodes import pending_xref, start_of_file
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from evidencebook.sphinxext.notes import PageNotes, plain_text

_TERM, _ABBREVIATION = "glossary-term", "abbreviation"
# What is no running text: headings, labels (bold), links, code, works, search expressions.
_LEFT_NODES = (
    nodes.title,
    nodes.thead,
    nodes.term,
    nodes.rubric,
    nodes.strong,
    nodes.reference,
    nodes.citation,
    nodes.literal,
    nodes.FixedTextElement,
    nodes.math,
    nodes.Invisible,
    pending_xref,
)
_LEFT_CLASSES = frozenset(
    {
        *("claim", "locator", "stance", "topic", "cmo-title", "queried", "provenance", "strategy", "bibtex-citation"),
        "sd-summary-text",  # the line that opens a fold is a button, and a button holds no link
    }
)


@dataclass(frozen=True)
class Entry:
    """One explained word: its anchor on the glossary page, what it is called and what it means."""

    anchor: str
    name: str
    meaning: str
    is_abbreviation: bool
    page: str = ""


@dataclass(frozen=True)
class Found:
    """One use of an entry in a text: *name* stands from *start*; the word with its ending goes to *end*."""

    entry: Entry
    start: int
    end: int


@dataclass
class Lexicon:
    """All entries as one pattern. The longest wins where several begin at one place.

    Abbreviations keep their case and may end in s; terms are found in any case, in singular and
    plural, and with a space for a hyphen or a hyphen for a space.
    """

    entries: Iterable[Entry]
    _terms: dict[str, Entry] = field(default_factory=dict, init=False)
    _abbreviations: dict[str, Entry] = field(default_factory=dict, init=False)
    _pattern: re.Pattern[str] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Compile the pattern."""
        shapes: dict[str, str] = {}
        for entry in self.entries:
            if entry.is_abbreviation:
                self._abbreviations[entry.name] = entry
                shapes[entry.name] = rf"{re.escape(entry.name)}(?=s?(?!\w))"
                continue
            for form in _forms(entry.name):
                self._terms.setdefault(_key(form), entry)
                spaced = r"[\s-]+".join(re.escape(part) for part in re.split(r"[\s-]+", form))
                shapes[form] = rf"(?i:{spaced})(?![\w-])"
        if shapes:
            longest_first = sorted(shapes, key=lambda form: (-len(form), form))
            self._pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(shapes[form] for form in longest_first)})")

    def find(self, text: str) -> Iterator[Found]:
        """Yield the uses in *text* from left to right."""
        for found in self._pattern.finditer(text) if self._pattern else ():
            entry = self._abbreviations.get(found[0]) or self._terms[_key(found[0])]
            yield Found(entry, found.start(), found.end())


def setup(app: Sphinx) -> dict[str, Any]:
    """Register with Sphinx."""
    MARKS.connect(app)
    app.add_post_transform(FirstUses)
    return {"version": "1", "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}


def explained(env: Any) -> list[Entry]:
    """Return every entry of the glossary pages, by page and place."""
    return [
        Entry(e.anchor, e.name, e.meaning, e.is_abbreviation, page)
        for page, entries in sorted(MARKS.of(env).items())
        for e in entries
    ]


class FirstUses(SphinxPostTransform):
    """Link the first use of each entry on each page; in a book on one page, in each chapter.

    Runs when citations (5) and links (10) are resolved, so that it finds them and leaves them alone.
    """

    default_priority = 500
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        """Go through the page in reading order."""
        entries = explained(self.env)
        self._lexicon = _lexicon(tuple(entries))
        self._glossaries = {e.page for e in entries}
        self._here = self.env.docname
        if entries:
            self._link(self.document, self._here, set())

    def _link(self, node: nodes.Element, page: str, seen: set[str]) -> None:
        if page in self._glossaries:
            return
        for child in _joined(node):
            if isinstance(child, nodes.Text):
                self._replace(child, seen)
            elif isinstance(child, start_of_file):
                self._link(child, child["docname"], set())
            elif isinstance(child, nodes.Element) and not _left_alone(child):
                self._link(child, page, seen)

    def _replace(self, text: nodes.Text, seen: set[str]) -> None:
        words, parts, last = text.astext(), [], 0
        for found in self._lexicon.find(words):
            if found.entry.anchor in seen:
                continue
            seen.add(found.entry.anchor)
            parts += [nodes.Text(words[last : found.start]), self._reference(found, words[found.start : found.end])]
            last = found.end
        if parts:
            text.parent.replace(text, [part for part in [*parts, nodes.Text(words[last:])] if part.astext()])

    def _reference(self, found: Found, word: str) -> nodes.reference:
        entry = found.entry
        uri = f"{self.app.builder.get_relative_uri(self._here, entry.page)}#{entry.anchor}"
        reference = nodes.reference("", "", internal=True, refuri=uri, classes=["term"])
        reference += (
            nodes.abbreviation(word, word, explanation=entry.meaning) if entry.is_abbreviation else nodes.Text(word)
        )
        return reference


@lru_cache(maxsize=1)
def _lexicon(entries: tuple[Entry, ...]) -> Lexicon:
    """Return the lexicon, which is the same for every page of a build."""
    return Lexicon(entries)


def _joined(node: nodes.Element) -> list[nodes.Node]:
    """Return the children of *node*, its neighbouring texts made one: a term may run over a line's end."""
    children: list[nodes.Node] = []
    for child in node.children:
        if isinstance(child, nodes.Text) and children and isinstance(children[-1], nodes.Text):
            children[-1] = nodes.Text(children[-1] + child)
        else:
            children.append(child)
    if len(children) < len(node.children):
        node.children = []
        node.extend(children)
    return children


def _left_alone(node: nodes.Element) -> bool:
    return isinstance(node, _LEFT_NODES) or not _LEFT_CLASSES.isdisjoint(node["classes"])


def _entries(doctree: nodes.document) -> list[Entry]:
    """Return the entries that a page marks: the meaning stands beside the mark, in its row or list."""
    entries = []
    for mark in doctree.findall(nodes.inline):
        kinds = {_TERM, _ABBREVIATION} & set(mark["classes"])
        if kinds and mark["ids"]:
            entries.append(Entry(mark["ids"][0], mark.astext(), _meaning(mark), _ABBREVIATION in kinds))
    return entries


def _meaning(mark: nodes.Element) -> str:
    cell: nodes.Node = mark
    while cell.parent is not None and not isinstance(cell, (nodes.term, nodes.entry)):
        cell = cell.parent
    beside = cell.next_node(descend=False, siblings=True)
    return plain_text(beside, ["locator"]) if beside is not None else ""


def _forms(term: str) -> set[str]:
    """Return *term* in singular and plural, whichever of the two it is printed in."""
    single = re.sub(r"(?<=[^s])s$", "", term)
    single = re.sub(r"ie$", "y", single) if single != term else single
    return {term, single, re.sub(r"(?<=[^aeiou])y$", "ie", single) + "s"}


def _key(words: str) -> str:
    return re.sub(r"[\s-]+", " ", words).casefold()


MARKS: PageNotes[list[Entry]] = PageNotes("glossary_entries", _entries)
