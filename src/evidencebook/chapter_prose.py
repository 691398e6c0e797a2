"""The prose that one chapter shows, with its figures filled in from the tables.

A chapter shows the paragraphs of its own component by section. Of the report folder it shows `SLUG.md`
as ``summary`` and `SLUG.PART.md` as ``PART``. A template that declares ``all_prose`` has every paragraph, by
``component/section``. Goes to `report` (what blocks show) and to `dependence` (a chapter runs again when
what it shows changed, be it a word or a count).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from evidencebook.chapters import Chapter, Evidence
from evidencebook.placeholders import Data, fill
from evidencebook.prose import REPORT, without_links
from evidencebook.staleness import Reading

SUMMARY = "summary"


def shown_prose(chapter: Chapter, readings: Iterable[Reading]) -> dict[str, Reading]:
    """Return section (or ``component/section``) to the paragraph that *chapter* may show under it."""
    template, own = chapter.template, chapter.parameters.get("component", "")
    shown = {}
    for reading in readings:
        paragraph = reading.paragraph
        if template.prose is not None and paragraph.section not in template.prose:
            continue
        if template.all_prose:
            shown[paragraph.name] = reading
        if own and paragraph.component == own:
            shown[paragraph.section] = reading
        slug, _, part = paragraph.section.partition(".")
        if (paragraph.component, slug) == (REPORT, chapter.slug):
            shown[part or SUMMARY] = reading
    return shown


def texts(shown: Mapping[str, Reading], evidence: Evidence) -> dict[str, str]:
    """Return the paragraphs as they are shown: placeholders as numbers, rows that are gone without a link."""
    data = Data(evidence.frames, evidence.package.tables)
    return {
        section: fill(without_links(r.paragraph.text, [i for i, _ in r.withdrawn]), data)
        for section, r in shown.items()
    }
