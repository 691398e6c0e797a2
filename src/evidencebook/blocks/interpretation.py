"""Interpretive prose on a page: the paragraph, each sentence with links to the rows it rests on."""

from __future__ import annotations

import re

from evidencebook.blocks.stale import notice
from evidencebook.markdown import Myst, escape, link
from evidencebook.prose import CITED
from evidencebook.report import OpenChapter


def interpretation(chapter: OpenChapter, section: str) -> Myst:
    """Return the paragraph *section* of the chapter's component, or nothing where none is written.

    A notice stands above it when its rows changed since it was signed off.
    """
    text = chapter.prose.get(section, "")
    if not text:
        return Myst("")
    name = "answer" if section == "answer" else "interpretation"
    return Myst(f"{notice(chapter, section)}\n\n:::{{container}} {name}\n{with_links(text)}\n:::".lstrip())


def with_links(text: str) -> str:
    """Return a paragraph as MyST, ids in brackets as links to their rows."""
    parts = []
    last = 0
    for found in CITED.finditer(text):
        parts.append(escape(text[last : found.start()]))
        claims = " ".join(link(c, f"#{c.lower()}") for c in re.split(r",\s*", found[1]))
        parts.append(f" [{claims}]{{.queried}}")
        last = found.end()
    return "".join([*parts, escape(text[last:])])
