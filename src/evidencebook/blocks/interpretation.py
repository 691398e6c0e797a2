"""Interpretive prose on a page: the paragraph, each sentence with links to the rows it rests on."""

from __future__ import annotations

import re

from evidencebook.chapter_prose import SUMMARY
from evidencebook.markdown import Myst, escape, link
from evidencebook.placeholders import FILLED
from evidencebook.prose import CITED, cited_in
from evidencebook.report import OpenChapter

# Where the tables are described: the number of rows in a table leads there.
_DICTIONARY = "data-dictionary"


def interpretation(chapter: OpenChapter, section: str) -> Myst:
    """Return the paragraph *section* of the chapter's component, or nothing where none is written."""
    name = "answer" if section == "answer" else "interpretation"
    return _framed(chapter.prose.get(section, ""), name)


def opening(chapter: OpenChapter, section: str = SUMMARY) -> Myst:
    """Return the few sentences that open a page: what a reader takes from it. Nothing where none is written."""
    return _framed(chapter.prose.get(section, ""), "in-short")


def with_links(text: str) -> str:
    """Return a paragraph as MyST: ids in brackets as links to their rows, counts as links to their tables."""
    parts = []
    last = 0
    for found in CITED.finditer(text):
        parts += [_figures(text[last : found.start()]), f" {row_links(cited_in(found[0]))}"]
        last = found.end()
    return "".join([*parts, _figures(text[last:])])


def without_ids(text: str) -> str:
    """Return a paragraph as MyST without its ids, for a page that lists them elsewhere."""
    return _figures(CITED.sub("", text))


def row_links(identifiers: list[str]) -> str:
    """Return links to rows, in small type."""
    return f"[{' '.join(link(c, f'#{c.lower()}') for c in identifiers)}]{{.queried}}"


def _framed(text: str, name: str) -> Myst:
    return Myst(f":::{{container}} {name}\n{with_links(text)}\n:::" if text else "")


def _figures(text: str) -> str:
    """Return text as MyST with each filled placeholder as a link from the number to its rows."""
    parts, last = [], 0
    for found in FILLED.finditer(text):
        at = f"{_DICTIONARY}-{found[2]}" if found[2].startswith("columns-") else found[2]
        parts += [escape_inside(text[last : found.start()]), link(found[1], f"#{at}")]
        last = found.end()
    return "".join([*parts, escape_inside(text[last:])])


def escape_inside(text: str) -> str:
    """Escape a stretch of a sentence, keeping the spaces at its ends."""
    return re.sub(r"^\s*|\s*$", "", text) and re.sub(r"\S(?:.*\S)?", lambda m: escape(m[0]), text, count=1)
