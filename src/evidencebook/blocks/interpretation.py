"""Interpretive prose on a page: the paragraph, each sentence with links to the rows it rests on."""

from __future__ import annotations

import re

from evidencebook.blocks.stale import notice
from evidencebook.chapter_prose import SUMMARY, Sentence
from evidencebook.markdown import Myst, escape, link, sentence
from evidencebook.placeholders import FILLED
from evidencebook.prose import CITED, cited_in
from evidencebook.report import OpenChapter

# Where the tables are described: the number of rows in a table leads there.
_DICTIONARY = "data-dictionary"


def interpretation(chapter: OpenChapter, section: str) -> Myst:
    """Return the paragraph *section* of the chapter's component, or nothing where none is written.

    A notice stands above it when its rows changed since it was signed off.
    """
    return _framed(chapter, section, "interpretation", with_links(chapter, section))


def answer(chapter: OpenChapter, section: str = "answer") -> Myst:
    """Return the paragraph that answers what works, for whom and when: its first sentence stands out."""
    told = [sentence_with_links(s) for s in chapter.sentences.get(section, ())]
    return _framed(chapter, section, "answer", "\n\n".join(filter(None, [*told[:1], " ".join(told[1:])])))


def lead(chapter: OpenChapter) -> Myst:
    """Return the first sentence of the paragraph that leads the page, which another page shows whole."""
    section = chapter.chapter.template.leads_with
    told = chapter.sentences.get(section, ())
    return _framed(chapter, section, "answer", sentence_with_links(told[0]) if told else "")


def opening(chapter: OpenChapter, section: str = SUMMARY) -> Myst:
    """Return the few sentences that open a page: what a reader takes from it. Nothing where none is written."""
    return _framed(chapter, section, "in-short", with_links(chapter, section))


def with_links(chapter: OpenChapter, section: str) -> str:
    """Return a paragraph as MyST: each sentence with links to its rows, counts as links to their tables."""
    return " ".join(sentence_with_links(s) for s in chapter.sentences.get(section, ()))


def sentence_with_links(told: Sentence) -> str:
    """Return one sentence as MyST: ids in brackets as links to their rows, counts as links to their tables."""
    parts = []
    last = 0
    for found in CITED.finditer(told.text):
        parts += [_figures(told.text[last : found.start()]), f" {row_links(cited_in(found[0]))}"]
        last = found.end()
    return _claimed(told, "".join([*parts, _figures(told.text[last:])]))


def without_ids(chapter: OpenChapter, section: str, *, most: int | None = None) -> str:
    """Return a paragraph, or its first *most* sentences, as MyST without its ids, where they are listed elsewhere."""
    return " ".join(_claimed(s, _figures(CITED.sub("", s.text))) for s in chapter.sentences.get(section, ())[:most])


def _claimed(told: Sentence, shown: str) -> str:
    """Return MyST *shown* as a claim of the ledger where the sentence has its place on this page."""
    return sentence(shown, anchor=told.anchor, trace=told.trace) if told.anchor else shown


def row_links(identifiers: list[str]) -> str:
    """Return links to rows: on the screen a small letter for each, on paper and read aloud its id."""
    return f"[{' '.join(link(c, f'#{c.lower()}') for c in identifiers)}]{{.queried .rows-behind}}"


def _framed(chapter: OpenChapter, section: str, name: str, shown: str) -> Myst:
    if not chapter.prose.get(section, ""):
        return Myst("")
    return Myst(f"{notice(chapter, section)}\n\n:::{{container}} {name}\n{shown}\n:::".lstrip())


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
