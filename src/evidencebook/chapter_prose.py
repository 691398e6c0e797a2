"""The prose that one chapter shows, with its figures filled in from the tables.

A chapter shows the paragraphs of its own component by section. Of the report folder it shows `SLUG.md`
as ``summary`` and `SLUG.PART.md` as ``PART``. A template that declares ``all_prose`` has every paragraph, by
``component/section``. Goes to `report` (what blocks show) and to `build` (a chapter runs again when
what it shows changed, be it a word or a count).
"""

from __future__ import annotations

from collections.abc import Iterable

from evidencebook.chapters import Chapter, Evidence
from evidencebook.placeholders import Data, fill
from evidencebook.prose import REPORT, Paragraph

SUMMARY = "summary"


def chapter_prose(chapter: Chapter, written: Iterable[Paragraph], evidence: Evidence) -> dict[str, str]:
    """Return section (or ``component/section``) to paragraph, placeholders as numbers."""
    data = Data(evidence.frames, evidence.package.tables)
    own = chapter.parameters.get("component", "")
    shown = {}
    for paragraph in written:
        if chapter.template.all_prose:
            shown[f"{paragraph.component}/{paragraph.section}"] = paragraph.text
        if own and paragraph.component == own:
            shown[paragraph.section] = paragraph.text
        slug, _, part = paragraph.section.partition(".")
        if (paragraph.component, slug) == (REPORT, chapter.slug):
            shown[part or SUMMARY] = paragraph.text
    return {section: fill(text, data) for section, text in shown.items()}
