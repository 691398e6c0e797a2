"""Interpretive prose on a page: the paragraph, each sentence with links to the rows it rests on."""

from __future__ import annotations

import re

from evidencebook.markdown import Myst, anchor_of, escape, link
from evidencebook.prose import CITED
from evidencebook.report import OpenChapter


def interpretation(chapter: OpenChapter, section: str) -> Myst:
    """Return the paragraph *section* of the chapter's component, or nothing where none is written."""
    text = chapter.prose.get(section, "")
    if not text:
        return Myst("")
    component = chapter.chapter.parameters["component"]
    name = "answer" if section == "answer" else "interpretation"
    return Myst(f":::{{container}} {name}\n{with_links(text, f'{component}-{section}')}\n:::")


def with_links(text: str, paragraph: str) -> str:
    """Return a paragraph as MyST, ids in brackets as links to their rows.

    The links after a sentence are its anchor: *paragraph* and the number of the sentence, from 1.
    """
    parts = []
    last = 0
    for number, found in enumerate(CITED.finditer(text), 1):
        parts.append(escape(text[last : found.start()]))
        claims = " ".join(link(c, f"#{c.lower()}") for c in re.split(r",\s*", found[1]))
        parts.append(f" [{claims}]{{#{anchor_of(f'{paragraph}-{number}')} .queried .sentence}}")
        last = found.end()
    return "".join([*parts, escape(text[last:])])
